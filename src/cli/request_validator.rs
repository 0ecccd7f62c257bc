//! `postern validator`: what of a request is checked before the integration is called.

use super::connect::{Client, PAGE_SIZE, Write};
use super::failure::Stop;
use super::json::to_json;
use crate::wire::pb;

/// What can be done with request validators.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a request validator
    #[command(after_help = EXAMPLES)]
    Create {
        /// The API's id or name
        api: String,
        /// A name for people
        name: String,
        /// Check that required parameters are there
        #[arg(long)]
        parameters: bool,
        /// Check that the body fits its model
        #[arg(long)]
        body: bool,
        #[command(flatten)]
        write: Write,
    },
    /// List request validators
    List {
        /// The API's id or name
        api: String,
    },
    /// Change a request validator's name or what it checks
    Update {
        /// The API's id or name
        api: String,
        /// Its id
        id: String,
        /// A name for people
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Whether to check that required parameters are there
        #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
        parameters: Option<bool>,
        /// Whether to check that the body fits its model
        #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
        body: Option<bool>,
        #[command(flatten)]
        write: Write,
    },
    /// Delete a request validator that no method has
    Delete {
        /// The API's id or name
        api: String,
        /// Its id
        id: String,
        #[command(flatten)]
        write: Write,
    },
}

const EXAMPLES: &str = "\
Examples:
  postern validator create pets all --parameters --body
  postern method put pets /pets POST --type mock --request-validator ID --request-model application/json=Pet";

/// Runs it.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Create { api, name, parameters, body, write } => {
            let validator = pb::RequestValidator {
                name,
                validate_request_parameters: parameters,
                validate_request_body: body,
                ..Default::default()
            };
            let request = pb::CreateRequestValidatorRequest {
                api_id: client.api_id(&api).await?,
                request_validator: Some(validator),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.request_validators().create_request_validator(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.request_validator)
        }
        Command::List { api } => {
            let api_id = client.api_id(&api).await?;
            let response = list(client, &api_id).await?;
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.request_validators)
        }
        Command::Update { api, id, name, parameters, body, write } => {
            let named = [
                ("name", name.is_some()),
                ("validate_request_parameters", parameters.is_some()),
                ("validate_request_body", body.is_some()),
            ];
            let given = named.into_iter().filter(|(_, given)| *given);
            let paths = given.map(|(field, _)| field.to_owned()).collect();
            let validator = pb::RequestValidator {
                name: name.unwrap_or_default(),
                validate_request_parameters: parameters.unwrap_or_default(),
                validate_request_body: body.unwrap_or_default(),
                ..Default::default()
            };
            let request = pb::UpdateRequestValidatorRequest {
                api_id: client.api_id(&api).await?,
                request_validator_id: id,
                request_validator: Some(validator),
                update_mask: Some(prost_types::FieldMask { paths }),
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.request_validators().update_request_validator(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            table(client, response.request_validator)
        }
        Command::Delete { api, id, write } => {
            let done = format!("request validator {id} is deleted");
            let request = pb::DeleteRequestValidatorRequest {
                api_id: client.api_id(&api).await?,
                request_validator_id: id,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.request_validators().delete_request_validator(request).await?.into_inner();
            client.done(&response, &done, write.validate_only)
        }
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// All pages in one.
async fn list(client: &Client, api_id: &str) -> Result<pb::ListRequestValidatorsResponse, Stop> {
    let mut whole = pb::ListRequestValidatorsResponse::default();
    loop {
        let request = pb::ListRequestValidatorsRequest {
            api_id: api_id.to_owned(),
            page_size: PAGE_SIZE,
            page_token: std::mem::take(&mut whole.next_page_token),
        };
        let page = client.request_validators().list_request_validators(request).await?.into_inner();
        whole.request_validators.extend(page.request_validators);
        whole.revision = page.revision;
        whole.next_page_token = page.next_page_token;
        if whole.next_page_token.is_empty() {
            return Ok(whole);
        }
    }
}

fn table(
    client: &mut Client,
    validators: impl IntoIterator<Item = pb::RequestValidator>,
) -> Result<(), Stop> {
    let yes = |checked: bool| if checked { "yes" } else { "" }.to_owned();
    let rows = validators.into_iter().map(|validator| {
        let checks = [yes(validator.validate_request_parameters), yes(validator.validate_request_body)];
        [vec![validator.id, validator.name], checks.to_vec()].concat()
    });
    client.output.table(&["ID", "NAME", "PARAMETERS", "BODY"], rows)
}
