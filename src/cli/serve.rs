//! `postern serve`: the gateway.

use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::{Exit, Failure, Stop};
use super::output::{Format, Output};
use super::serve_file::{self, ServedFile};
use crate::app::{App, StartError, init_log};
use crate::settings::{Flags, Settings};

/// What was typed after `postern serve`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    file: serve_file::FileArgs,
}

/// Runs until the process is told to stop.
///
/// # Errors
/// When the settings are wrong, the store cannot be opened, or an address cannot be had.
pub(super) fn run(args: Args) -> Result<(), Stop> {
    let settings = settings(args.flags)?;
    runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let app = start(settings).await?;
        let served = ServedFile::start(&args.file, &app).await;
        let mut served = match served {
            Ok(served) => served,
            Err(stop) => {
                app.drain().await;
                return Err(stop);
            }
        };
        match announce(&app) {
            // Nobody reads what we say; there are still callers to answer.
            Ok(()) | Err(Stop::PipeClosed) => {}
            Err(stop) => return Err(stop),
        }
        tokio::select! {
            () = signals.wait() => {}
            () = follow(served.as_mut()) => {}
        }
        app.drain().await;
        Ok(())
    })
}

/// Follows the file that is served; without one, waits for ever.
async fn follow(served: Option<&mut ServedFile>) {
    match served {
        Some(served) => served.follow().await,
        None => std::future::pending().await,
    }
}

/// The settings of flags, environment and file.
///
/// # Errors
/// Every problem with them.
pub(super) fn settings(flags: Flags) -> Result<Settings, Failure> {
    Settings::merge(flags, |name| std::env::var(name).ok()).map_err(|problems| Failure::settings(&problems))
}

/// The runtime of the main thread, which only waits: the app brings its own.
///
/// # Errors
/// When the system gives none.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Sets up the log and builds the app.
///
/// # Errors
/// When a part cannot be had.
pub(super) async fn start(settings: Settings) -> Result<App, Failure> {
    init_log(&settings.log).map_err(|error| Failure::new(Exit::Settings, error))?;
    App::build(settings).await.map_err(|error| {
        let exit = match &error {
            StartError::Store(_) | StartError::Records(_) => Exit::Store,
            StartError::Roots(_) | StartError::AdminTls(_) | StartError::NoCredentials { .. } => {
                Exit::Settings
            }
            StartError::Listen { .. } | StartError::Gateway(_) | StartError::Threads(_) => Exit::Unavailable,
        };
        let failure = Failure::new(exit, error.to_string());
        match error.cure() {
            Some(cure) => failure.right(cure),
            None => failure,
        }
    })
}

/// Says where it listens: lines for people, then one for scripts.
fn announce(app: &App) -> Result<(), Stop> {
    let at = app.addresses();
    let mut output = Output::stdout(Format::Table);
    output.line(format!("postern {}", env!("CARGO_PKG_VERSION")))?;
    output.fields([
        ("  data plane", format!("http://{}", at.data)),
        ("  admin", app.admin_url()),
        ("  ops", format!("http://{}", at.ops)),
    ])?;
    let mut ready = json!({
        "data": at.data.to_string(),
        "admin": at.admin.to_string(),
        "ops": at.ops.to_string(),
        "pid": std::process::id(),
    });
    if let Some(aws) = at.aws {
        output.fields([("  AWS clients", format!("http://{aws}"))])?;
        ready["aws"] = aws.to_string().into();
    }
    output.line(format!("ready {ready}"))
}

/// SIGTERM and SIGINT, listened for from the moment this is made: before anybody can know that there is a process to
/// stop, since until then either would end it where it stands.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts listening.
    ///
    /// # Errors
    /// When the system does not let us.
    pub(super) fn listen() -> Result<Self, Stop> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the first that comes, or has come.
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
