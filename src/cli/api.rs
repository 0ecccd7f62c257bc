//! `postern api`: APIs.

use super::connect::{Client, Write};
use super::failure::Stop;
use super::json::to_json;
use super::text::{enum_name, pair, pairs, time};
use crate::wire::pb;

/// What can be done with APIs.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create an API
    Create {
        /// What people call it
        name: String,
        #[command(flatten)]
        fields: Fields,
        /// Check only, write nothing
        #[arg(long)]
        validate_only: bool,
    },
    /// Show one API
    Get {
        /// Its id or name
        api: String,
    },
    /// List the APIs of a region
    List,
    /// Change an API's own settings
    Update {
        /// Its id or name
        api: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: Fields,
        #[command(flatten)]
        write: Write,
    },
    /// Delete an API with its resources, deployments and stages; refused while a domain binding leads to it
    Delete {
        /// Its id or name
        api: String,
        #[command(flatten)]
        write: Write,
    },
}

/// Settings of an API.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Fields {
    /// Free text
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Version label
    #[arg(long, value_name = "TEXT")]
    api_version: Option<String>,
    /// Media type whose payloads are binary; may be given more than once, and those given replace all
    #[arg(long, value_name = "TYPE")]
    binary_media_type: Vec<String>,
    /// Size from which answers are compressed, and requests may be; none switches it off
    #[arg(long, value_name = "BYTES", value_parser = size)]
    minimum_compression_size: Option<Size>,
    /// Close the default endpoint {api-id}.execute-api.*
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    disable_execute_api_endpoint: Option<bool>,
    /// Label; may be given more than once, and those given replace all
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = pair)]
    tags: Vec<(String, String)>,
}

/// A size, or none.
#[derive(Clone, Copy, Debug)]
struct Size(Option<u32>);

fn size(text: &str) -> Result<Size, String> {
    match text {
        "none" => Ok(Size(None)),
        text => text
            .parse()
            .map(|bytes| Size(Some(bytes)))
            .map_err(|_| "expected a number of bytes, or none".to_owned()),
    }
}

impl Fields {
    /// The settings given, over `api`, and which they are.
    fn apply(self, mut api: pb::Api) -> (pb::Api, Vec<String>) {
        let mut mask = Vec::new();
        let mut touch = |field: &str, given: bool| {
            if given {
                mask.push(field.to_owned());
            }
        };
        touch("description", self.description.is_some());
        touch("version", self.api_version.is_some());
        touch("binary_media_types", !self.binary_media_type.is_empty());
        touch("minimum_compression_size", self.minimum_compression_size.is_some());
        touch("disable_execute_api_endpoint", self.disable_execute_api_endpoint.is_some());
        touch("tags", !self.tags.is_empty());
        api.description = self.description;
        api.version = self.api_version;
        api.binary_media_types = self.binary_media_type;
        api.minimum_compression_size = self.minimum_compression_size.and_then(|Size(bytes)| bytes);
        api.disable_execute_api_endpoint = self.disable_execute_api_endpoint.unwrap_or_default();
        api.tags = self.tags.into_iter().collect();
        (api, mask)
    }
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Create { name, fields, validate_only } => {
            let (api, _) = fields.apply(pb::Api { name, ..Default::default() });
            let request =
                pb::CreateApiRequest { api: Some(api), region: client.region.clone(), validate_only };
            let response = client.apis().create_api(request).await?.into_inner();
            show(client, &response, response.api.as_ref())
        }
        Command::Get { api } => {
            let api_id = client.api_id(&api).await?;
            let response = client.apis().get_api(pb::GetApiRequest { api_id }).await?.into_inner();
            show(client, &response, response.api.as_ref())
        }
        Command::List => {
            let apis = client.all_apis().await?;
            if client.output.is_json() {
                return client
                    .output
                    .json(&to_json(&pb::ListApisResponse { apis, next_page_token: String::new() }));
            }
            let rows = apis.into_iter().map(|api| {
                let created = time(api.created_at.as_ref());
                vec![api.id, api.name, api.revision.to_string(), created, api.description.unwrap_or_default()]
            });
            client.output.table(&["ID", "NAME", "REVISION", "CREATED", "DESCRIPTION"], rows)
        }
        Command::Update { api, name, fields, write } => {
            let api_id = client.api_id(&api).await?;
            let (mut api, mut paths) = fields.apply(pb::Api::default());
            if let Some(name) = name {
                api.name = name;
                paths.push("name".to_owned());
            }
            let request = pb::UpdateApiRequest {
                api_id,
                api: Some(api),
                update_mask: Some(prost_types::FieldMask { paths }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.apis().update_api(request).await?.into_inner();
            show(client, &response, response.api.as_ref())
        }
        Command::Delete { api, write } => {
            let api_id = client.api_id(&api).await?;
            let request = pb::DeleteApiRequest {
                api_id: api_id.clone(),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.apis().delete_api(request).await?.into_inner();
            client.done(&response, &format!("API {api_id} is deleted"), write.validate_only)
        }
    }
}

fn show<M: prost::Message + prost::Name>(
    client: &mut Client,
    response: &M,
    api: Option<&pb::Api>,
) -> Result<(), Stop> {
    if client.output.is_json() {
        return client.output.json(&to_json(response));
    }
    let Some(api) = api else { return Ok(()) };
    client.output.fields([
        ("id", api.id.clone()),
        ("name", api.name.clone()),
        ("description", api.description.clone().unwrap_or_default()),
        ("version", api.version.clone().unwrap_or_default()),
        ("region", api.region.clone()),
        ("revision", api.revision.to_string()),
        ("created", time(api.created_at.as_ref())),
        ("root resource", api.root_resource_id.clone()),
        ("endpoint type", enum_name(api.endpoint_type().as_str_name(), "ENDPOINT_TYPE_").to_owned()),
        ("binary media types", api.binary_media_types.join(" ")),
        (
            "minimum compression size",
            api.minimum_compression_size.map_or_else(String::new, |bytes| format!("{bytes} bytes")),
        ),
        (
            "default endpoint",
            if api.disable_execute_api_endpoint { "closed".to_owned() } else { String::new() },
        ),
        ("tags", pairs(&api.tags)),
    ])
}
