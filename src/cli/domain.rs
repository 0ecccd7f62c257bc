//! `postern domain`: which host and base path lead to which stage.

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use crate::wire::pb;

/// What can be done with domain bindings.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Lead a host and base path to a stage
    Bind {
        /// The host: api.example.com, *.example.com, or * for every host that nothing else claims
        host: String,
        /// The API's id or name
        api: String,
        /// The stage's name
        stage: String,
        /// Start of the path that it claims, such as v1; every path unless given
        #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
        base_path: String,
        /// Check only, write nothing
        #[arg(long)]
        validate_only: bool,
    },
    /// List bindings
    List {
        /// Only those that lead to this API
        api: Option<String>,
    },
    /// Lead a binding to another API or stage
    Update {
        /// The host
        host: String,
        /// The start of the path
        #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
        base_path: String,
        /// The API's id or name
        #[arg(long)]
        api: Option<String>,
        /// The stage's name
        #[arg(long)]
        stage: Option<String>,
        #[command(flatten)]
        write: Write,
    },
    /// Delete a binding
    Delete {
        /// The host
        host: String,
        /// The start of the path
        #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
        base_path: String,
        #[command(flatten)]
        write: Write,
    },
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Bind { host, api, stage, base_path, validate_only } => {
            let api_id = client.api_id(&api).await?;
            let binding = pb::DomainBinding { host, base_path, api_id, stage_name: stage, revision: 0 };
            let request = pb::CreateDomainBindingRequest {
                domain_binding: Some(binding),
                validate_only,
                region: client.region.clone(),
            };
            let response = client.domains().create_domain_binding(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.domain_binding)
        }
        Command::List { api } => {
            let api_id = match api {
                Some(api) => client.api_id(&api).await?,
                None => String::new(),
            };
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.domain_bindings)
        }
        Command::Update { host, base_path, api, stage, write } => {
            let mut paths = Vec::new();
            let api_id = match api {
                Some(api) => {
                    paths.push("api_id".to_owned());
                    client.api_id(&api).await?
                }
                None => String::new(),
            };
            if stage.is_some() {
                paths.push("stage_name".to_owned());
            }
            let stage_name = stage.unwrap_or_default();
            let request = pb::UpdateDomainBindingRequest {
                domain_binding: Some(pb::DomainBinding { host, base_path, api_id, stage_name, revision: 0 }),
                update_mask: Some(prost_types::FieldMask { paths }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.domains().update_domain_binding(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.domain_binding)
        }
        Command::Delete { host, base_path, write } => {
            let done = format!("the binding of {host}/{} is deleted", base_path.trim_start_matches('/'));
            let request = pb::DeleteDomainBindingRequest {
                host,
                base_path,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.domains().delete_domain_binding(request).await?.into_inner();
            client.done(&response, &done, write.validate_only)
        }
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListDomainBindingsResponse, Stop> {
    let mut whole = pb::ListDomainBindingsResponse::default();
    loop {
        let request = pb::ListDomainBindingsRequest {
            api_id: api_id.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
            region: client.region.clone(),
        };
        let page = client.domains().list_domain_bindings(request).await?.into_inner();
        whole.domain_bindings.extend(page.domain_bindings);
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

fn table(client: &mut Client, bindings: impl IntoIterator<Item = pb::DomainBinding>) -> Result<(), Stop> {
    let rows = bindings.into_iter().map(|binding| {
        let base = format!("/{}", binding.base_path.trim_start_matches('/'));
        vec![binding.host, base, binding.api_id, binding.stage_name, binding.revision.to_string()]
    });
    client.output.table(&["HOST", "BASE PATH", "API", "STAGE", "REVISION"], rows)
}
