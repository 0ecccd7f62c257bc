//! `postern method`: methods, whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::{from_json, to_json};
use super::method_flags::Definition;
use super::method_part::{self, At, Part};
use super::text::{enum_name, pairs, read};
use crate::wire::pb;

/// What can be done with methods.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a method or replace it whole, from flags or from a file
    #[command(after_help = EXAMPLES)]
    Put {
        #[command(flatten)]
        at: At,
        /// JSON of postern.admin.v1.Method with everything the method holds; - for standard input
        #[arg(long, value_name = "FILE", conflicts_with_all = Definition::FLAGS)]
        file: Option<PathBuf>,
        #[command(flatten)]
        definition: Box<Definition>,
        #[command(flatten)]
        write: Write,
    },
    /// Show a method with everything it holds
    Get {
        #[command(flatten)]
        at: At,
    },
    /// List the methods of one resource, or of all
    List {
        /// The API's id or name
        api: String,
        /// The resource's path or id; every resource unless given
        resource: Option<String>,
    },
    /// Delete a method with everything it holds
    Delete {
        #[command(flatten)]
        at: At,
        #[command(flatten)]
        write: Write,
    },
    /// Put or delete one part of a method: a response, the integration, an integration response
    #[command(flatten)]
    Part(Part),
}

const EXAMPLES: &str = "\
Examples:
  postern method put pets /status GET --type mock --body '{\"ok\": true}'
  postern method put pets '/files/{proxy+}' ANY --type http-proxy --uri 'http://127.0.0.1:9999/{proxy}' \\
      --map integration.request.path.proxy=method.request.path.proxy
  postern method put pets '/pets/{id}' GET --type http --uri 'http://127.0.0.1:9999/pets/{id}' \\
      --map integration.request.path.id=method.request.path.id \\
      --map-response method.response.header.X-Served-By=integration.response.header.X-Served-By
  postern method put pets /who GET --type mock \\
      --response-template 'application/json={\"you\": \"$context.identity.sourceIp\"}'";

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Put { at, file, definition, write } => {
            let method = match file {
                Some(path) => from_json(&read(&path)?, &path.display().to_string())?,
                None => definition.into_method()?,
            };
            let request = pb::PutMethodRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                method: Some(method),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.methods().put_method(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Command::Get { at } => {
            let request = pb::GetMethodRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
            };
            let response = client.methods().get_method(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Command::List { api, resource } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id, &resource.unwrap_or_default()).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let rows = response.methods.into_iter().map(|method| {
                let integration = method.integration.unwrap_or_default();
                let kind = enum_name(integration.r#type().as_str_name(), "INTEGRATION_TYPE_").to_owned();
                vec![method.path, method.http_method, kind, integration.uri.unwrap_or_default()]
            });
            client.output.table(&["PATH", "METHOD", "INTEGRATION", "URI"], rows)
        }
        Command::Delete { at, write } => {
            let request = pb::DeleteMethodRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource.clone(),
                http_method: at.verb.clone(),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.methods().delete_method(request).await?.into_inner();
            client.done(&response, &format!("{} {} is deleted", at.verb, at.resource), write.validate_only)
        }
        Command::Part(part) => method_part::run(part, client).await,
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str, resource: &str) -> Result<pb::ListMethodsResponse, Stop> {
    let mut whole = pb::ListMethodsResponse::default();
    loop {
        let request = pb::ListMethodsRequest {
            api_id: api_id.to_owned(),
            resource: resource.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.methods().list_methods(request).await?.into_inner();
        whole.methods.extend(page.methods);
        whole.revision = page.revision;
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

/// Prints a method with everything it holds.
pub(super) fn show<M: prost::Message + prost::Name>(
    client: &mut Client,
    response: &M,
    method: Option<&pb::Method>,
) -> Result<(), Stop> {
    if client.output.is_json() {
        return client.output.json(&to_json(response));
    }
    let Some(method) = method else { return Ok(()) };
    let integration = method.integration.clone().unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let timeout =
        if method.integration.is_some() { format!("{} ms", integration.timeout_ms) } else { String::new() };
    client.output.fields([
        ("path", method.path.clone()),
        ("method", method.http_method.clone()),
        ("managed by", enum_name(method.managed_by().as_str_name(), "MANAGED_BY_").to_owned()),
        (
            "authorization",
            enum_name(method.authorization_type().as_str_name(), "AUTHORIZATION_TYPE_").to_owned(),
        ),
        ("request validator", text(&method.request_validator_id)),
        ("request models", pairs(&method.request_models)),
        ("integration", enum_name(integration.r#type().as_str_name(), "INTEGRATION_TYPE_").to_owned()),
        ("integration method", text(&integration.http_method)),
        ("uri", text(&integration.uri)),
        ("timeout", timeout),
        (
            "passthrough",
            enum_name(integration.passthrough_behavior().as_str_name(), "PASSTHROUGH_BEHAVIOR_").to_owned(),
        ),
        (
            "content handling",
            enum_name(integration.content_handling().as_str_name(), "CONTENT_HANDLING_").to_owned(),
        ),
    ])?;
    templates(client, &integration.request_templates)?;
    for (target, source) in &integration.request_parameters {
        client.output.line(format!("  {target} = {source}"))?;
    }
    for response in &method.responses {
        let names: Vec<_> = response.response_parameters.keys().cloned().collect();
        client.output.line(format!("response {}  {}", response.status_code, names.join(" ")))?;
    }
    for response in &integration.responses {
        let pattern = response.selection_pattern.as_deref().filter(|pattern| !pattern.is_empty());
        let pattern = pattern.map_or_else(|| "default".to_owned(), |pattern| format!("for {pattern}"));
        client.output.line(format!("integration response {}  {pattern}", response.status_code))?;
        for (target, source) in &response.response_parameters {
            client.output.line(format!("  {target} = {source}"))?;
        }
        templates(client, &response.response_templates)?;
    }
    Ok(())
}

/// Templates by media type, in full where they are one line.
fn templates(client: &mut Client, templates: &BTreeMap<String, String>) -> Result<(), Stop> {
    for (media_type, template) in templates {
        let mut lines = template.lines();
        let (first, more) = (lines.next().unwrap_or_default(), lines.count());
        let rest = if more == 0 { String::new() } else { format!(" (and {more} more lines)") };
        client.output.line(format!("  template {media_type}: {first}{rest}"))?;
    }
    Ok(())
}
