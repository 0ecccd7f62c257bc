//! `postern audit`: who wrote what, when, from where.

use std::time::{Duration, SystemTime};

use prost_types::Timestamp;

use super::connect::{Client, PAGE_SIZE};
use super::failure::{Failure, Stop};
use super::json::to_json;
use super::text::{span, time};
use crate::wire::pb;

/// What was typed after `postern audit`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Not before: a time such as 2026-01-31T12:00:00Z, or how long ago, such as 24h or 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before: the same
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// By this actor; with * at its end, by those whose names start so
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// To this API; its id or name, the id alone once it is deleted
    #[arg(long, value_name = "API")]
    api: Option<String>,
    /// By this operation, such as UpdateStage or aws:CreateRestApi
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// The oldest first: for exports
    #[arg(long)]
    oldest_first: bool,
    /// At most so many; 0 for all
    #[arg(long, value_name = "COUNT", default_value = "100")]
    limit: usize,
}

/// Prints events: a table, or with `-o json` a line of JSON each.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let api_id = match &args.api {
        // One that is deleted has a past, too, and no name any more.
        Some(id) if id.parse::<crate::model::ApiId>().is_ok() => id.clone(),
        Some(name) => client.api_id(name).await?,
        None => String::new(),
    };
    let mut request = pb::ListAuditEventsRequest {
        start_time: args.since.as_deref().map(|text| moment("--since", text)).transpose()?,
        end_time: args.until.as_deref().map(|text| moment("--until", text)).transpose()?,
        actor: args.actor.unwrap_or_default(),
        api_id,
        operation: args.operation.unwrap_or_default(),
        oldest_first: args.oldest_first,
        page_size: PAGE_SIZE,
        page_token: String::new(),
    };
    let most = if args.limit == 0 { usize::MAX } else { args.limit };
    let (mut rows, mut count) = (Vec::new(), 0);
    'pages: loop {
        let page = client.audits().list_audit_events(request.clone()).await?.into_inner();
        for event in page.audit_events {
            if count == most {
                break 'pages;
            }
            count += 1;
            if client.output.is_json() {
                client.output.line(to_json(&event).to_string())?;
            } else {
                rows.push(row(event));
            }
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    if client.output.is_json() {
        return Ok(());
    }
    client.output.table(&["TIME", "ACTOR", "FROM", "OPERATION", "API", "OBJECT", "REVISION", "CHANGES"], rows)
}

fn row(event: pb::AuditEvent) -> Vec<String> {
    let revision = if event.revision == 0 { String::new() } else { event.revision.to_string() };
    let at = time(event.occurred_at.as_ref());
    let changes = event.changes.join("; ");
    vec![at, event.actor, event.address, event.operation, event.api_id, event.object, revision, changes]
}

/// A point in time, or how long ago it was.
fn moment(flag: &str, text: &str) -> Result<Timestamp, Failure> {
    let ago = |ago: Duration| SystemTime::now().checked_sub(ago).map(Timestamp::from);
    text.parse().ok().or_else(|| span(text).and_then(ago)).ok_or_else(|| {
        Failure::usage(
            format!("{flag}: {text:?} is no time"),
            "2026-01-31T12:00:00Z, or 24h or 7d for so long ago",
        )
    })
}
