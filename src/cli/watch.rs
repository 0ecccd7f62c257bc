//! `postern watch`: changes as they happen.

use super::connect::Client;
use super::failure::Stop;
use super::json::to_json;
use super::text::enum_name;
use crate::wire::pb;

/// What was typed after `postern watch`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Only changes of this API; its id or name
    api: Option<String>,
    /// Changes after this store revision; from now on unless given
    #[arg(long, value_name = "REVISION", default_value = "0", hide_default_value = true)]
    after: u64,
}

/// Prints a line a change, until it is interrupted or the server ends.
///
/// # Errors
/// When the server refuses.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let api_id = match args.api {
        Some(api) => client.api_id(&api).await?,
        None => String::new(),
    };
    let request = pb::WatchRequest { after_store_revision: args.after, api_id };
    let mut changes = client.watches().watch(request).await?.into_inner();
    while let Some(change) = changes.message().await? {
        let line = if client.output.is_json() {
            to_json(&change).to_string()
        } else {
            let kind =
                enum_name(change.kind().as_str_name(), "CHANGE_KIND_").to_ascii_lowercase().replace('_', " ");
            let about =
                [change.api_id, change.deployment_id, change.stage_name, change.host, change.base_path];
            let about: Vec<_> = about.into_iter().filter(|text| !text.is_empty()).collect();
            format!("{}  {kind}  {}", change.store_revision, about.join("  "))
        };
        client.output.line(line)?;
    }
    Ok(())
}
