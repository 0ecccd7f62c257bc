//! `postern resource`: the path tree of an API.

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use crate::wire::pb;

/// What can be done with resources.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a resource under a parent
    Create {
        /// The API's id or name
        api: String,
        /// The parent's path or id, such as /pets
        parent: String,
        /// The part of the path to add: pets, {id} or {proxy+}
        path_part: String,
        #[command(flatten)]
        write: Write,
    },
    /// See to it that a path exists: create every resource on the way that is missing
    Ensure {
        /// The API's id or name
        api: String,
        /// The path, such as /pets/{id}
        path: String,
        #[command(flatten)]
        write: Write,
    },
    /// List resources with their methods, parents before children
    List {
        /// The API's id or name
        api: String,
    },
    /// Delete a resource with everything below it
    Delete {
        /// The API's id or name
        api: String,
        /// Its path or id
        resource: String,
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
        Command::Create { api, parent, path_part, write } => {
            let request = pb::CreateResourceRequest {
                api_id: client.api_id(&api).await?,
                parent,
                path_part,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.resources().create_resource(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.resource)
        }
        Command::Ensure { api, path, write } => {
            let request = pb::EnsurePathRequest {
                api_id: client.api_id(&api).await?,
                path,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.resources().ensure_path(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let created = response.created.len();
            table(client, response.resource)?;
            client.output.line(match created {
                0 => "nothing had to be created".to_owned(),
                1 => "1 resource was created".to_owned(),
                count => format!("{count} resources were created"),
            })
        }
        Command::List { api } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.resources)
        }
        Command::Delete { api, resource, write } => {
            let request = pb::DeleteResourceRequest {
                api_id: client.api_id(&api).await?,
                resource: resource.clone(),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.resources().delete_resource(request).await?.into_inner();
            let count = response.deleted_ids.len();
            let noun = if count == 1 { "resource is" } else { "resources are" };
            client.done(&response, &format!("{count} {noun} deleted"), write.validate_only)
        }
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListResourcesResponse, Stop> {
    let mut whole = pb::ListResourcesResponse::default();
    loop {
        let request = pb::ListResourcesRequest {
            api_id: api_id.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.resources().list_resources(request).await?.into_inner();
        whole.resources.extend(page.resources);
        whole.revision = page.revision;
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

fn table(client: &mut Client, resources: impl IntoIterator<Item = pb::Resource>) -> Result<(), Stop> {
    let rows = resources
        .into_iter()
        .map(|resource| vec![resource.id, resource.path, resource.http_methods.join(" ")]);
    client.output.table(&["ID", "PATH", "METHODS"], rows)
}
