//! `postern method put-response` and its kin: one part of a method at a time.

use std::path::{Path, PathBuf};

use prost::{Message, Name};

use super::connect::{Client, Write};
use super::failure::Stop;
use super::json::from_json;
use super::method::show;
use super::text::read;
use crate::wire::pb;

/// Which method.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct At {
    /// The API's id or name
    pub(super) api: String,
    /// The resource's path or id, such as /pets/{id}
    pub(super) resource: String,
    /// The verb, such as GET or ANY
    pub(super) verb: String,
}

/// One part, put or deleted.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Part {
    /// Create or replace one method response
    PutResponse {
        #[command(flatten)]
        at: At,
        /// Its status
        status: u32,
        /// Header that integration responses may map to; may be given more than once
        #[arg(long = "header", value_name = "NAME")]
        headers: Vec<String>,
        #[command(flatten)]
        write: Write,
    },
    /// Delete one method response
    DeleteResponse {
        #[command(flatten)]
        at: At,
        /// Its status
        status: u32,
        #[command(flatten)]
        write: Write,
    },
    /// Create the integration or replace it whole
    PutIntegration {
        #[command(flatten)]
        at: At,
        /// JSON of postern.admin.v1.Integration; - for standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        write: Write,
    },
    /// Delete the integration with its responses
    DeleteIntegration {
        #[command(flatten)]
        at: At,
        #[command(flatten)]
        write: Write,
    },
    /// Create or replace one integration response
    PutIntegrationResponse {
        #[command(flatten)]
        at: At,
        /// JSON of postern.admin.v1.IntegrationResponse; - for standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        write: Write,
    },
    /// Delete one integration response
    DeleteIntegrationResponse {
        #[command(flatten)]
        at: At,
        /// Its status
        status: u32,
        #[command(flatten)]
        write: Write,
    },
}

fn file<M: Message + Name + Default>(path: &Path) -> Result<M, Stop> {
    Ok(from_json(&read(path)?, &path.display().to_string())?)
}

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(part: Part, client: &mut Client) -> Result<(), Stop> {
    let mut methods = client.methods();
    match part {
        Part::PutResponse { at, status, headers, write } => {
            let parameters =
                headers.into_iter().map(|name| (format!("method.response.header.{name}"), false));
            let request = pb::PutMethodResponseRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                method_response: Some(pb::MethodResponse {
                    status_code: status,
                    response_parameters: parameters.collect(),
                    ..Default::default()
                }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.put_method_response(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Part::DeleteResponse { at, status, write } => {
            let request = pb::DeleteMethodResponseRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                status_code: status,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.delete_method_response(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Part::PutIntegration { at, file: path, write } => {
            let request = pb::PutIntegrationRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                integration: Some(file(&path)?),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.put_integration(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Part::DeleteIntegration { at, write } => {
            let request = pb::DeleteIntegrationRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.delete_integration(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Part::PutIntegrationResponse { at, file: path, write } => {
            let request = pb::PutIntegrationResponseRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                integration_response: Some(file(&path)?),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.put_integration_response(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
        Part::DeleteIntegrationResponse { at, status, write } => {
            let request = pb::DeleteIntegrationResponseRequest {
                api_id: client.api_id(&at.api).await?,
                resource: at.resource,
                http_method: at.verb,
                status_code: status,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = methods.delete_integration_response(request).await?.into_inner();
            show(client, &response, response.method.as_ref())
        }
    }
}
