//! `postern diff`: where files, drafts, deployments and what stages serve differ, resource by resource, field by field.

use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::connect::{Client, Connection};
use super::failure::{Failure, Stop};
use super::import::read;
use super::output::{Output, Tone};
use crate::model::{Api, ApiId, Definition, ResourceId};
use crate::openapi::{
    self, Address, DocumentDifference, Export, Extensions, FieldDifference, Format, ImportOptions, Refused,
    compare,
};
use crate::wire::pb;

/// What was typed after `postern diff`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The older one: a file, API for its draft, API@STAGE, or API#NUMBER for a deployment
    from: String,
    /// The newer one, named likewise
    to: String,
    #[command(flatten)]
    connection: Connection,
}

/// Compares. Files alone need no server.
///
/// # Errors
/// When one of the two cannot be read.
pub(super) async fn run(args: Args) -> Result<(), Stop> {
    let mut client = None;
    let from = document(&args.from, &args.connection, &mut client).await?;
    let to = document(&args.to, &args.connection, &mut client).await?;
    let differences = compare(&from, &to);
    let mut output = Output::stdout(args.connection.output);
    if output.is_json() {
        return output.json(&json!({"differences": differences.iter().map(as_json).collect::<Vec<_>>()}));
    }
    if differences.is_empty() {
        return output.line("no differences");
    }
    differences.iter().try_for_each(|difference| print(&mut output, difference))
}

/// One of the two as it is exported with all extensions.
async fn document(name: &str, connection: &Connection, client: &mut Option<Client>) -> Result<Value, Stop> {
    let is_file = name == "-"
        || Path::new(name).is_file()
        || [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    if is_file {
        return Ok(of_file(Path::new(name))?);
    }
    let client = match client {
        Some(client) => client,
        None => client.insert(Client::connect(connection).await?),
    };
    let (api, stage, deployment) = match (name.rsplit_once('@'), name.rsplit_once('#')) {
        (Some((api, stage)), _) => (api, stage, String::new()),
        (None, Some((api, number))) => (api, "", format!("#{number}")),
        (None, None) => (name, "", String::new()),
    };
    let request = pb::ExportRequest {
        api_id: client.api_id(api).await?,
        stage_name: stage.to_owned(),
        deployment,
        extensions: vec!["apigateway".to_owned()],
        ..pb::ExportRequest::default()
    };
    let response = client.exports().export(request).await?.into_inner();
    let value = serde_json::from_str(&response.document);
    Ok(value.map_err(|error| Failure::refused(format!("the server's answer is no document: {error}")))?)
}

/// A file as the API that it describes.
fn of_file(file: &Path) -> Result<Value, Failure> {
    let refuse = |error: String| Failure::refused(format!("{}: {error}", file.display()));
    let document = openapi::read(&read(file)?).map_err(|error| refuse(error.to_string()))?;
    // Who it would be does not matter: ids are not compared.
    let api = Api::new(ApiId::from_random([0; 10]), String::new(), SystemTime::UNIX_EPOCH);
    let mut blank = Definition::new(api, ResourceId::from_random([0; 6]));
    blank.models.clear();
    let mut next = 0u64;
    let mut draw = || {
        next += 1;
        let mut left = next;
        std::array::from_fn(|_| {
            let digit = u8::try_from(left % 36).unwrap_or_default();
            left /= 36;
            digit
        })
    };
    let imported = openapi::import(&document, &blank, ImportOptions::default(), &mut draw);
    let definition = imported.map_err(|refused| {
        let (Refused::Errors(issues) | Refused::Warnings(issues)) = refused;
        let wrong = issues.iter().map(|issue| format!("{}: {issue}", file.display())).collect();
        Failure { wrong, ..Failure::refused("") }
    })?;
    let address = Address { scheme: "https".into(), host: "localhost".into(), base_path: String::new() };
    let how = Export {
        format: Format::OpenApi3,
        extensions: Extensions::ALL,
        address,
        documentation_version: None,
    };
    let exported = openapi::export(&definition.definition, &how).map_err(|issues| {
        let wrong = issues.iter().map(ToString::to_string).collect();
        Failure { wrong, ..Failure::refused("") }
    })?;
    Ok(exported.document)
}

fn kind(difference: &DocumentDifference) -> (&'static str, &'static str, Tone) {
    match (difference.before, difference.after) {
        (true, true) => ("CHANGED", "~", Tone::Warn),
        (false, _) => ("ADDED", "+", Tone::Good),
        (true, false) => ("REMOVED", "-", Tone::Bad),
    }
}

fn as_json(difference: &DocumentDifference) -> Value {
    let field =
        |field: &FieldDifference| json!({"field": field.field, "old": field.before, "new": field.after});
    json!({
        "subject": difference.subject,
        "kind": kind(difference).0,
        "fields": difference.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn print(output: &mut Output, difference: &DocumentDifference) -> Result<(), Stop> {
    let (_, sign, tone) = kind(difference);
    let heading = output.paint(tone, &format!("{sign} {}", difference.subject));
    output.line(heading)?;
    if !(difference.before && difference.after) {
        return Ok(());
    }
    for field in &difference.fields {
        let name = output.paint(Tone::Strong, &field.field);
        output.line(format!("    {name}"))?;
        for (sign, tone, value) in [("-", Tone::Bad, &field.before), ("+", Tone::Good, &field.after)] {
            if let Some(value) = value {
                let line = output.paint(tone, &format!("{sign} {value}"));
                output.line(format!("      {line}"))?;
            }
        }
    }
    Ok(())
}
