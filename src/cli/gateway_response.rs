//! `postern gateway-response`: what a caller gets when the gateway itself answers an error.

use std::path::PathBuf;

use super::connect::{Client, Write};
use super::failure::Stop;
use super::json::{from_json, to_json};
use super::text::{pair, pairs, read};
use crate::wire::pb;

/// What can be done with gateway responses.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Customise a type, replacing a customisation that is there
    Put {
        /// The API's id or name
        api: String,
        /// The type, such as DEFAULT_4XX
        response_type: String,
        /// JSON of postern.admin.v1.GatewayResponse; - for standard input
        #[arg(long, value_name = "FILE", conflicts_with_all = ["status", "parameters", "templates"])]
        file: Option<PathBuf>,
        /// Status to answer with; the type's own unless given
        #[arg(long, value_name = "STATUS")]
        status: Option<u32>,
        /// Header: gatewayresponse.header.NAME='value'; may be given more than once
        #[arg(long = "map", value_name = "TARGET=SOURCE", value_parser = pair)]
        parameters: Vec<(String, String)>,
        /// Template of the body: application/json=TEXT; may be given more than once
        #[arg(long = "template", value_name = "TYPE=TEXT", value_parser = pair)]
        templates: Vec<(String, String)>,
        #[command(flatten)]
        write: Write,
    },
    /// Show what a type answers
    Get {
        /// The API's id or name
        api: String,
        /// The type
        response_type: String,
    },
    /// List what all types answer
    List {
        /// The API's id or name
        api: String,
    },
    /// Take a customisation away
    Delete {
        /// The API's id or name
        api: String,
        /// The type
        response_type: String,
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
        Command::Put { api, response_type, file, status, parameters, templates, write } => {
            let gateway_response = match file {
                Some(path) => from_json(&read(&path)?, &path.display().to_string())?,
                None => pb::GatewayResponse {
                    status_code: status,
                    response_parameters: parameters.into_iter().collect(),
                    response_templates: templates.into_iter().collect(),
                    ..Default::default()
                },
            };
            let request = pb::PutGatewayResponseRequest {
                api_id: client.api_id(&api).await?,
                response_type,
                gateway_response: Some(gateway_response),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.gateway_responses().put_gateway_response(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.gateway_response)
        }
        Command::Get { api, response_type } => {
            let request = pb::GetGatewayResponseRequest { api_id: client.api_id(&api).await?, response_type };
            let response = client.gateway_responses().get_gateway_response(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            let answer = response.gateway_response.unwrap_or_default();
            for (media_type, template) in &answer.response_templates {
                client.output.line(format!("{media_type}: {template}"))?;
            }
            table(client, [answer])
        }
        Command::List { api } => {
            let request = pb::ListGatewayResponsesRequest { api_id: client.api_id(&api).await? };
            let response = client.gateway_responses().list_gateway_responses(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.gateway_responses)
        }
        Command::Delete { api, response_type, write } => {
            let done = format!("the customisation of {response_type} is taken away");
            let request = pb::DeleteGatewayResponseRequest {
                api_id: client.api_id(&api).await?,
                response_type,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.gateway_responses().delete_gateway_response(request).await?.into_inner();
            client.done(&response, &done, write.validate_only)
        }
    }
}

fn table(client: &mut Client, answers: impl IntoIterator<Item = pb::GatewayResponse>) -> Result<(), Stop> {
    let rows = answers.into_iter().map(|answer| {
        let status = answer.status_code.map_or_else(String::new, |status| status.to_string());
        let customized = if answer.customized { "yes" } else { "" };
        vec![answer.response_type, status, customized.to_owned(), pairs(&answer.response_parameters)]
    });
    client.output.table(&["TYPE", "STATUS", "CUSTOMISED", "HEADERS"], rows)
}
