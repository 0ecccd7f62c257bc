//! `postern status`: whether a server is there and can serve.

use bytes::Bytes;
use serde_json::json;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::connect::{Client, Connection};
use super::failure::{Exit, Failure, Stop};
use super::http as http_client;
use super::output::{Output, Tone};

/// What was typed after `postern status`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Ask the ops listener alone whether the server is ready, print nothing but a word: for health checks
    #[arg(long)]
    ready: bool,
    /// Address of the ops listener
    #[arg(long, value_name = "URL", env = "POSTERN_OPS", default_value = "http://127.0.0.1:9902")]
    ops: String,
    #[command(flatten)]
    connection: Connection,
}

/// Runs it.
///
/// # Errors
/// When the server cannot be reached or is not ready.
pub(super) async fn run(args: Args) -> Result<(), Stop> {
    let mut output = Output::stdout(args.connection.output);
    if args.ready {
        let (status, text) = get(&args.ops, "/readyz").await?;
        output.line(text.trim())?;
        return if status == 200 { Ok(()) } else { Err(not_ready(&text)) };
    }
    let client = Client::connect(&args.connection).await?;
    let mut health = HealthClient::new(client.channel());
    let answer = health.check(HealthCheckRequest { service: String::new() }).await?.into_inner();
    let serving = answer.status() == ServingStatus::Serving;
    let word = if serving { "serving" } else { "not serving" };
    let apis = client.all_apis().await?.len();
    let ready = get(&args.ops, "/readyz")
        .await
        .map_or_else(|_| "not reached".to_owned(), |(_, text)| text.trim().to_owned());
    if output.is_json() {
        output.json(&json!({ "admin": args.connection.admin, "status": word, "ops": args.ops, "ready": ready, "apis": apis }))?;
    } else {
        let tone = if serving { Tone::Good } else { Tone::Bad };
        let word = output.paint(tone, word);
        output.fields([
            ("admin", format!("{}  {word}", args.connection.admin)),
            ("ops", format!("{}  {ready}", args.ops)),
            ("apis", apis.to_string()),
        ])?;
    }
    if serving { Ok(()) } else { Err(not_ready(&ready)) }
}

fn not_ready(text: &str) -> Stop {
    Failure::new(Exit::Unavailable, format!("the server is not ready: {}", text.trim())).into()
}

/// A `GET` to the ops listener.
async fn get(base: &str, path: &str) -> Result<(u16, String), Stop> {
    let authority = base.strip_prefix("http://").unwrap_or(base).trim_end_matches('/');
    let request = http::Request::get(path).body(Bytes::new());
    let request = request.expect("the path is one of our own");
    let answer = http_client::send(authority, request).await.map_err(|error| {
        Failure::new(Exit::Unavailable, format!("no ops listener answers at {base}: {error}"))
            .right("the ops address that `postern serve` prints, given by --ops or POSTERN_OPS")
    })?;
    Ok((answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned()))
}
