//! `postern test`: one method of the draft, run once.

use std::path::PathBuf;

use super::connect::Client;
use super::failure::{Failure, Stop};
use super::json::to_json;
use super::method_part::At;
use super::output::Tone;
use super::text::{header, pair, read};
use crate::wire::pb;

/// What was typed after `postern test`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    at: At,
    /// Path and query string as a caller would send them, such as /pets/1?lang=de
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    path: String,
    /// Request header; may be given more than once
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The request's body
    #[arg(long, value_name = "TEXT", conflicts_with = "body_file")]
    body: Option<String>,
    /// File with the request's body; - for standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// Stage variable; may be given more than once
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
}

/// Runs it.
///
/// # Errors
/// When the server refuses, or the method answers with a 5xx.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let body = match (args.body, args.body_file) {
        (Some(body), _) => body,
        (None, Some(path)) => read(&path)?,
        (None, None) => String::new(),
    };
    let request = pb::TestMethodRequest {
        api_id: client.api_id(&args.at.api).await?,
        resource: args.at.resource,
        http_method: args.at.verb,
        path_with_query_string: args.path,
        headers: args.headers.into_iter().map(|(name, value)| pb::Header { name, value }).collect(),
        body,
        stage_variables: args.variables.into_iter().collect(),
        ..Default::default()
    };
    let response = client.tests().test_method(request).await?.into_inner();
    if client.output.is_json() {
        client.output.json(&to_json(&response))?;
    } else {
        for line in &response.log {
            let line = client.output.paint(Tone::Faint, line);
            client.output.line(line)?;
        }
        let tone = if response.status_code < 400 { Tone::Good } else { Tone::Bad };
        let status = client.output.paint(tone, &response.status_code.to_string());
        client.output.line(format!("status {status}"))?;
        for header in &response.headers {
            client.output.line(format!("{}: {}", header.name, header.value))?;
        }
        let body = if response.binary_body.is_empty() {
            response.body.clone()
        } else {
            format!("({} bytes that are no text)", response.binary_body.len())
        };
        client.output.line(format!("\n{body}"))?;
    }
    if response.status_code >= 500 {
        return Err(Failure::refused(format!("the method answered {}", response.status_code)).into());
    }
    Ok(())
}
