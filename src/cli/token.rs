//! `postern token`: bearer tokens of the admin API.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::connect::{Client, PAGE_SIZE, tell};
use super::failure::{Exit, Failure, Stop};
use super::json::to_json;
use super::output::{Format, Output};
use super::text::{enum_name, span, time};
use crate::app::offline::{self, IssuedToken, NewToken, TokenError};
use crate::model::{ApiId, Grant, Role};
use crate::wire::pb;

/// What can be done with tokens.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a token, and print its secret this once
    Create(CreateArgs),
    /// List the tokens
    List,
    /// Revoke a token: calls with it are refused from now on
    Revoke {
        /// The token's id
        id: String,
    },
}

/// What was typed after `postern token create`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// What people call it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What its holder may do: viewer, deployer, editor or admin
    #[arg(long, value_name = "ROLE")]
    role: Role,
    /// API that the role is limited to, by id or name; may be repeated
    #[arg(long = "api", value_name = "API")]
    apis: Vec<String>,
    /// How long it is good for, such as 12h or 30d, or never
    #[arg(long, value_name = "TIME", default_value = "90d")]
    expires: String,
    /// Create it in this data directory, on which no server runs, instead of asking a server: for the first one
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Runs a command that asks a server.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Create(args) => create(args, client).await,
        Command::List => list(client).await,
        Command::Revoke { id } => {
            let request = pb::RevokeTokenRequest { token_id: id };
            let answer = client.tokens().revoke_token(request).await?.into_inner();
            let token = answer.token.clone().unwrap_or_default();
            let done = format!("token {} ({}) is refused from now on", token.name, token.id);
            client.done(&answer, &done, false)
        }
    }
}

/// The directory, when a token is to be made in one.
pub(super) fn offline(command: &Command) -> Option<(&CreateArgs, &Path)> {
    match command {
        Command::Create(args) => args.data_dir.as_deref().map(|directory| (args, directory)),
        Command::List | Command::Revoke { .. } => None,
    }
}

/// Makes a token in a data directory.
///
/// # Errors
/// When a server runs on it, or it cannot be written.
pub(super) async fn run_offline(args: &CreateArgs, directory: &Path, format: Format) -> Result<(), Stop> {
    let apis = args.apis.iter().map(|api| api.parse::<ApiId>());
    let apis = apis.collect::<Result<Vec<_>, _>>().map_err(|error| {
        Failure::usage(format!("--api: {error}"), "an API's id: names are looked up by a server only")
    })?;
    let grant = Grant::limited(args.role, apis)
        .map_err(|error| Failure::usage(error.to_string(), "another --role, or no --api"))?;
    let new = NewToken { name: args.name.clone(), grant, lifetime: lifetime(&args.expires)? };
    let issued = offline::create_token(directory, new).await.map_err(|error| match error {
        TokenError::Open(error) => {
            Failure::new(Exit::Store, format!("{}: {}", error.path.display(), error.reason))
                .right(error.fault.cure())
        }
        TokenError::Refused(error) => Failure::refused(error.to_string()),
    })?;
    let IssuedToken { token, text } = issued;
    let mut output = Output::stdout(format);
    if output.is_json() {
        let id = token.id.to_string();
        return output
            .json(&json!({ "token": { "id": id, "name": token.name }, "secret": text.to_string() }));
    }
    show(&mut output, &token.id.to_string(), &text.to_string())
}

async fn create(args: CreateArgs, client: &mut Client) -> Result<(), Stop> {
    let mut api_ids = Vec::new();
    for api in &args.apis {
        api_ids.push(client.api_id(api).await?);
    }
    let lifetime = lifetime(&args.expires)?;
    let request = pb::CreateTokenRequest {
        name: args.name,
        role: role_into_pb(args.role).into(),
        api_ids,
        lifetime: lifetime.map(crate::wire::time::span_into_pb),
        never_expires: lifetime.is_none(),
        validate_only: false,
    };
    let answer = client.tokens().create_token(request).await?.into_inner();
    if client.output.is_json() {
        return client.output.json(&to_json(&answer));
    }
    show(&mut client.output, &answer.token.unwrap_or_default().id, &answer.secret)
}

/// The secret alone on standard output, so that it can go into a file; what people should know beside it.
fn show(output: &mut Output, id: &str, secret: &str) -> Result<(), Stop> {
    tell(&format!("token {id} is made; this is shown once, keep it where only its holder can read it:"));
    output.line(secret)
}

async fn list(client: &mut Client) -> Result<(), Stop> {
    let mut all = pb::ListTokensResponse::default();
    loop {
        let page_token = std::mem::take(&mut all.next_page_token);
        let request = pb::ListTokensRequest { page_size: PAGE_SIZE, page_token };
        let page = client.tokens().list_tokens(request).await?.into_inner();
        all.tokens.extend(page.tokens);
        all.next_page_token = page.next_page_token;
        if all.next_page_token.is_empty() {
            break;
        }
    }
    if client.output.is_json() {
        return client.output.json(&to_json(&all));
    }
    let now = prost_types::Timestamp::from(SystemTime::now()).seconds;
    let rows = all.tokens.iter().map(|token| {
        let expires = match &token.expires_at {
            None => "never".to_owned(),
            Some(at) if at.seconds <= now => format!("expired {}", time(Some(at))),
            Some(at) => time(Some(at)),
        };
        let apis = if token.api_ids.is_empty() { "all".to_owned() } else { token.api_ids.join(" ") };
        let role = enum_name(token.role().as_str_name(), "ROLE_").to_lowercase();
        vec![token.id.clone(), token.name.clone(), role, apis, expires, token.created_by.clone()]
    });
    client.output.table(&["ID", "NAME", "ROLE", "APIS", "EXPIRES", "CREATED BY"], rows)
}

/// How long a token is to be good for; `None` for ever.
fn lifetime(text: &str) -> Result<Option<Duration>, Failure> {
    if text == "never" {
        return Ok(None);
    }
    span(text)
        .map(Some)
        .ok_or_else(|| Failure::usage(format!("--expires: {text:?} is no time"), "12h, 30d or never"))
}

fn role_into_pb(role: Role) -> pb::Role {
    match role {
        Role::Viewer => pb::Role::Viewer,
        Role::Deployer => pb::Role::Deployer,
        Role::Editor => pb::Role::Editor,
        Role::Admin => pb::Role::Admin,
    }
}
