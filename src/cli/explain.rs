//! `postern cors explain`: the verdict of a browser, step by step.

use super::connect::Client;
use super::failure::{Failure, Stop};
use super::json::to_json;
use super::output::Tone;
use super::text::{enum_name, header};
use crate::wire::pb;

/// The call to explain.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The API's id or name
    api: String,
    /// The URL's path below the stage, with query string if any
    path: String,
    /// The page's origin, such as https://app.example.com
    #[arg(long, value_name = "ORIGIN")]
    origin: String,
    /// Stage that is called; the draft, as if it were deployed, unless given
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// The request's method
    #[arg(long, value_name = "VERB", default_value = "GET")]
    method: String,
    /// Header that the script sets; may be given more than once
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The request carries cookies or other credentials
    #[arg(long)]
    credentials: bool,
    /// The origin that the API is called under, such as https://api.example.com; another than the page's unless given
    #[arg(long, value_name = "ORIGIN")]
    target: Option<String>,
    /// The script listens to the upload's progress or sends a stream
    #[arg(long)]
    upload: bool,
    /// Header of the back end's answer, if it is known; may be given more than once
    #[arg(long = "back-end-header", value_name = "NAME: VALUE", value_parser = header)]
    back_end_headers: Vec<(String, String)>,
    /// Status of the back end's answer, if it is known
    #[arg(long, value_name = "STATUS")]
    back_end_status: Option<u32>,
}

/// Runs it.
///
/// # Errors
/// When the server refuses, or the verdict is no.
pub(super) async fn run(args: Args, client: &mut Client) -> Result<(), Stop> {
    let known = args.back_end_status.is_some() || !args.back_end_headers.is_empty();
    let back_end_answer = known.then(|| pb::BackEndAnswer {
        status_code: args.back_end_status.unwrap_or_default(),
        headers: into_pb(args.back_end_headers),
    });
    let request = pb::ExplainCorsRequest {
        api_id: client.api_id(&args.api).await?,
        stage_name: args.stage.unwrap_or_default(),
        path: args.path,
        origin: args.origin,
        http_method: args.method,
        headers: into_pb(args.headers),
        credentials: args.credentials,
        back_end_answer,
        target_origin: args.target.unwrap_or_default(),
        upload: args.upload,
    };
    let response = client.cors().explain_cors(request).await?.into_inner();
    let verdict = response.verdict();
    if client.output.is_json() {
        client.output.json(&to_json(&response))?;
    } else {
        show(client, &response)?;
    }
    match verdict {
        pb::CorsVerdict::Allowed => Ok(()),
        pb::CorsVerdict::DependsOnBackEnd => {
            Err(Failure::refused("it depends on the back end, whose answer was not given")
                .right("--back-end-header and --back-end-status, as the back end answers")
                .into())
        }
        pb::CorsVerdict::Refused | pb::CorsVerdict::Unspecified => {
            let why = format!("a browser refuses: {}: {}", response.failed_rule, response.failed_reason);
            let failure = Failure::refused(why);
            Err(if response.mend.is_empty() { failure } else { failure.right(response.mend) }.into())
        }
    }
}

fn into_pb(headers: Vec<(String, String)>) -> Vec<pb::Header> {
    headers.into_iter().map(|(name, value)| pb::Header { name, value }).collect()
}

fn show(client: &mut Client, response: &pb::ExplainCorsResponse) -> Result<(), Stop> {
    for (name, answer) in [("preflight", &response.preflight), ("request", &response.actual)] {
        let Some(answer) = answer else { continue };
        let method = match answer.http_method.as_str() {
            "" => format!("the gateway itself ({})", answer.response_type),
            verb => format!("{verb} {}", answer.path),
        };
        let status = if answer.from_back_end {
            "the back end's answer".to_owned()
        } else {
            answer.status_code.to_string()
        };
        client.output.line(format!("{name}: answered by {method}, {status}"))?;
        for header in &answer.headers {
            client.output.line(format!("  {}: {}", header.name, header.value))?;
        }
    }
    for step in &response.steps {
        let (tone, mark) = match step.outcome() {
            pb::CorsStepOutcome::Passed => (Tone::Good, "ok     "),
            pb::CorsStepOutcome::Failed => (Tone::Bad, "FAILED "),
            pb::CorsStepOutcome::Noted => (Tone::Faint, "note   "),
            pb::CorsStepOutcome::Unknown | pb::CorsStepOutcome::Unspecified => (Tone::Warn, "unknown"),
        };
        let mark = client.output.paint(tone, mark);
        client.output.line(format!("{mark} {}: {}", step.name, step.detail))?;
    }
    for header in &response.required_preflight_headers {
        let line =
            format!("the back end has to answer the preflight with  {}: {}", header.name, header.value);
        client.output.line(line)?;
    }
    for header in &response.required_headers {
        client.output.line(format!("the back end has to send  {}: {}", header.name, header.value))?;
    }
    if !response.readable_headers.is_empty() {
        client.output.line(format!("the script can read: {}", response.readable_headers.join(", ")))?;
    }
    let tone = if response.verdict() == pb::CorsVerdict::Allowed { Tone::Good } else { Tone::Bad };
    let verdict =
        enum_name(response.verdict().as_str_name(), "CORS_VERDICT_").to_ascii_lowercase().replace('_', " ");
    let verdict = client.output.paint(tone, &verdict);
    client.output.line(verdict)
}
