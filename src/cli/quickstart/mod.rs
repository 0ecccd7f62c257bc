//! `postern quickstart`: a gateway with an API to look at, made through its own admin API.

mod pets;
mod tour;

use std::net::SocketAddr;
use std::path::PathBuf;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::connect::Client;
use super::echo::Echo;
use super::failure::{Exit, Failure, Stop};
use super::http as http_client;
use super::json::{from_json, to_json};
use super::output::{Format, Output, Tone};
use super::serve;
use crate::app::{Addresses, App};
use crate::settings::{Flags, TABLE};
use crate::wire::pb;
use pets::Found;
pub use tour::readme;
use tour::{Call, Rpc, Step, command};

/// How much of an answer's body is shown.
const SHOWN_BODY: usize = 400;

/// What was typed after `postern quickstart`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Make the whole tour on free ports and in a directory of its own, and exit: 0 only if every answer was right
    #[arg(long)]
    once: bool,
    /// Directory of the embedded store; made if absent [default: ./postern-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where API callers are answered [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where the admin API is served [default: 127.0.0.1:9901]
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<SocketAddr>,
    /// Where /livez, /readyz and /metrics are served [default: 127.0.0.1:9902]
    #[arg(long, value_name = "ADDRESS")]
    ops_listen: Option<SocketAddr>,
    /// Where the echo back end answers [default: 127.0.0.1:9999]
    #[arg(long, value_name = "ADDRESS")]
    echo_listen: Option<SocketAddr>,
}

impl Args {
    /// The flags that `postern serve` would be given.
    fn flags(&self, directory: &str) -> Flags {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let usual = |given: Option<SocketAddr>, default: SocketAddr| match given {
            Some(address) => address,
            None if self.once => free,
            None => default,
        };
        let address = |key: &str| {
            let setting = TABLE.iter().find(|setting| setting.key == key);
            let default = setting.and_then(|setting| setting.default).and_then(|text| text.parse().ok());
            default.expect("listeners have addresses as defaults")
        };
        Flags::default()
            .with("data-dir", [directory])
            .with("listen", [usual(self.listen, SocketAddr::from(([127, 0, 0, 1], 8080))).to_string()])
            .with("admin-listen", [usual(self.admin_listen, address("admin-listen")).to_string()])
            .with("ops-listen", [usual(self.ops_listen, address("ops-listen")).to_string()])
            .with("allow-upstream", ["127.0.0.1", "::1"])
            .with("log", ["warn"])
    }
}

/// Runs until Ctrl-C; with `--once`, until the tour is made.
///
/// # Errors
/// When the server cannot start; with `--once`, when an answer was wrong.
pub(super) fn run(args: &Args) -> Result<(), Stop> {
    let temporary =
        if args.once && args.data_dir.is_none() { Some(TemporaryDirectory::new()?) } else { None };
    let directory = match (&temporary, &args.data_dir) {
        (Some(temporary), _) => temporary.0.clone(),
        (None, Some(given)) => given.clone(),
        (None, None) => PathBuf::from("./postern-data"),
    };
    let settings = serve::settings(args.flags(&directory.display().to_string()))?;
    serve::runtime()?.block_on(async {
        let echo = args
            .echo_listen
            .unwrap_or(if args.once { ([127, 0, 0, 1], 0) } else { ([127, 0, 0, 1], 9999) }.into());
        let echo = Echo::bind(echo).await.map_err(|error| {
            Failure::new(Exit::Unavailable, format!("the echo back end cannot listen on {echo}: {error}"))
                .right("a free address by --echo-listen; port 0 takes a free port")
        })?;
        let echo_address = echo.address();
        let mut signals = serve::Signals::listen()?;
        let app = serve::start(settings).await?;
        let at = app.addresses();
        // The back end answers while the tour waits for the gateway, which waits for it.
        let tour = async {
            let mut tour = Tour { output: Output::stdout(Format::Table), at, wrong: 0 };
            tour.make(args, &directory, echo_address, &app).await?;
            if !args.once {
                tour.output.line("\nserving; Ctrl-C stops it")?;
                signals.wait().await;
            }
            Ok(tour.wrong)
        };
        let result: Result<usize, Stop> = tokio::select! {
            result = tour => result,
            () = echo.serve() => unreachable!("it answers for ever"),
        };
        app.drain().await;
        match result? {
            0 => Ok(()),
            wrong if args.once => Err(Failure::refused(format!("{wrong} answers were wrong")).into()),
            _ => Ok(()),
        }
    })
}

/// The tour while it is made.
struct Tour {
    output: Output,
    at: Addresses,
    /// How many answers were not as they should be.
    wrong: usize,
}

impl Tour {
    async fn make(
        &mut self,
        args: &Args,
        directory: &std::path::Path,
        echo: SocketAddr,
        app: &App,
    ) -> Result<(), Stop> {
        let client = Client::within(app).await?;
        let (api_id, found) = pets::ensure(&client, &echo.to_string()).await?;
        let heading = match found {
            Found::Made => {
                format!("The API pets ({api_id}) is made, CORS is enabled, and stage prod serves it.")
            }
            Found::There => format!("The API pets ({api_id}) is there from an earlier run."),
        };
        let heading = self.output.paint(Tone::Strong, &heading);
        self.output.line(heading)?;
        self.output.fields([
            ("  data plane", format!("http://{}", self.at.data)),
            ("  admin", format!("http://{}", self.at.admin)),
            ("  ops", format!("http://{}", self.at.ops)),
            ("  echo back end", format!("http://{echo}")),
            ("  data directory", directory.display().to_string()),
        ])?;
        for step in tour::first_part() {
            self.take(&client, step, &api_id).await?;
        }
        if args.once {
            for step in tour::second_part(&api_id) {
                self.take(&client, step, &api_id).await?;
            }
            return Ok(());
        }
        let heading = self.output.paint(Tone::Strong, "\nTo go on with:");
        self.output.line(heading)?;
        self.output.line(format!("\nAPI={api_id}"))?;
        for step in tour::second_part(&api_id) {
            let title = self.output.paint(Tone::Faint, &format!("\n# {}", step.title));
            self.output.line(title)?;
            self.output.line(command(&step, &api_id, self.at.data, self.at.admin))?;
        }
        Ok(())
    }

    /// Does a step and shows it.
    async fn take(&mut self, client: &Client, step: Step, api_id: &str) -> Result<(), Stop> {
        let title = self.output.paint(Tone::Strong, &format!("\n{}", step.title));
        self.output.line(title)?;
        let typed = self
            .output
            .paint(Tone::Faint, &format!("$ {}", command(&step, api_id, self.at.data, self.at.admin)));
        self.output.line(typed)?;
        match step.call {
            Call::Http { request, check } => {
                self.show_request(&request)?;
                let answer = http_client::send(&self.at.data.to_string(), request).await;
                let verdict = match answer {
                    Ok(answer) => {
                        self.show_answer(&answer)?;
                        check(&answer)
                    }
                    Err(error) => Err(format!("no answer: {error}")),
                };
                self.judge(verdict)
            }
            Call::Grpc { rpc, message } => {
                let answer = call(client, rpc, &message).await?;
                let text = serde_json::to_string_pretty(&answer).expect("a JSON value can be written");
                self.output.line(shortened(&text))?;
                let empty = answer.as_object().is_none_or(serde_json::Map::is_empty);
                self.judge(if empty { Err("the answer is empty".to_owned()) } else { Ok(()) })
            }
        }
    }

    fn judge(&mut self, verdict: Result<(), String>) -> Result<(), Stop> {
        match verdict {
            Ok(()) => {
                let line = self.output.paint(Tone::Good, "as it should be");
                self.output.line(line)
            }
            Err(wrong) => {
                self.wrong += 1;
                let line = self.output.paint(Tone::Bad, &format!("not as it should be: {wrong}"));
                self.output.line(line)
            }
        }
    }

    fn show_request(&mut self, request: &Request<Bytes>) -> Result<(), Stop> {
        self.output.line(format!("> {} {}", request.method(), request.uri()))?;
        for (name, value) in request.headers() {
            self.output.line(format!("> {name}: {}", String::from_utf8_lossy(value.as_bytes())))?;
        }
        match request.body().len() {
            0 => Ok(()),
            length => self.output.line(format!("> ({length} bytes)")),
        }
    }

    fn show_answer(&mut self, answer: &Response<Bytes>) -> Result<(), Stop> {
        self.output.line(format!("< {}", answer.status()))?;
        for (name, value) in answer.headers() {
            self.output.line(format!("< {name}: {}", String::from_utf8_lossy(value.as_bytes())))?;
        }
        match String::from_utf8_lossy(answer.body()) {
            text if text.is_empty() => Ok(()),
            text => self.output.line(shortened(&text)),
        }
    }
}

/// Makes a call of the admin API from its JSON, as `grpcurl` does.
async fn call(client: &Client, rpc: Rpc, message: &Value) -> Result<Value, Stop> {
    let (text, what) = (message.to_string(), "the tour's message");
    Ok(match rpc {
        Rpc::EnableCors => {
            let request: pb::EnableCorsRequest = from_json(&text, what)?;
            to_json(&client.cors().enable_cors(request).await?.into_inner())
        }
        Rpc::CreateDeployment => {
            let request: pb::CreateDeploymentRequest = from_json(&text, what)?;
            to_json(&client.deployments().create_deployment(request).await?.into_inner())
        }
        Rpc::RollbackStage => {
            let request: pb::RollbackStageRequest = from_json(&text, what)?;
            to_json(&client.stages().rollback_stage(request).await?.into_inner())
        }
    })
}

/// The first characters of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_BODY) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.trim_end().to_owned(),
    }
}

/// A directory that is removed with everything in it.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> Result<Self, Stop> {
        let name = format!("postern-quickstart-{}-{:x}", std::process::id(), fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        // Nobody is there to be told, and the system clears what is left.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
