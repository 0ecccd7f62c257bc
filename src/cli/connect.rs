//! The connection of a command to a server's admin API.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tonic::transport::Endpoint;

use super::failure::{Exit, Failure, Stop};
use super::json::to_json;
use super::output::{Format, Output};
use super::transport::{Calls, Credentials};
use crate::app::App;
use crate::model::ApiId;
use crate::wire::pb;
use crate::wire::pb::api_service_client::ApiServiceClient;
use crate::wire::pb::audit_service_client::AuditServiceClient;
use crate::wire::pb::backup_service_client::BackupServiceClient;
use crate::wire::pb::cors_service_client::CorsServiceClient;
use crate::wire::pb::deployment_service_client::DeploymentServiceClient;
use crate::wire::pb::domain_service_client::DomainServiceClient;
use crate::wire::pb::export_service_client::ExportServiceClient;
use crate::wire::pb::gateway_response_service_client::GatewayResponseServiceClient;
use crate::wire::pb::import_service_client::ImportServiceClient;
use crate::wire::pb::method_service_client::MethodServiceClient;
use crate::wire::pb::model_service_client::ModelServiceClient;
use crate::wire::pb::request_validator_service_client::RequestValidatorServiceClient;
use crate::wire::pb::resource_service_client::ResourceServiceClient;
use crate::wire::pb::stage_service_client::StageServiceClient;
use crate::wire::pb::test_service_client::TestServiceClient;
use crate::wire::pb::token_service_client::TokenServiceClient;
use crate::wire::pb::watch_service_client::WatchServiceClient;

/// The most bytes of an answer: the changes of EnableCors on a whole API of 20,000 resources are some 20 MiB, more than
/// a client takes by default.
const MAX_ANSWER_BYTES: usize = 256 * 1024 * 1024;

/// A server on this machine answers at once or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many entries a list call asks for; the server's most.
pub(super) const PAGE_SIZE: u32 = 500;

/// What every client command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct Connection {
    /// Address of the server's admin API
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "POSTERN_ADMIN",
        default_value = "http://127.0.0.1:9901"
    )]
    pub(super) admin: String,
    /// Region to look and create in; the server's own unless given
    #[arg(
        long,
        global = true,
        value_name = "REGION",
        env = "POSTERN_REGION",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) region: String,
    /// How answers are printed
    #[arg(
        short = 'o',
        long = "output",
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub(super) output: Format,
    #[command(flatten)]
    pub(super) credentials: Credentials,
}

/// What every write takes.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Write")]
pub(super) struct Write {
    /// Revision the change is based on; refused when it is another by now
    #[arg(long, value_name = "REVISION", default_value = "0", hide_default_value = true)]
    pub(super) expected_revision: u64,
    /// Check only, write nothing
    #[arg(long)]
    pub(super) validate_only: bool,
}

/// A connection and where answers are printed.
pub(super) struct Client {
    calls: Calls,
    /// The region asked for; empty for the server's own.
    pub(super) region: String,
    /// Where answers go.
    pub(super) output: Output,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When the address is none, or nobody answers there.
    pub(super) async fn connect(connection: &Connection) -> Result<Self, Stop> {
        let text = &connection.admin;
        let url = if text.contains("://") { text.clone() } else { format!("http://{text}") };
        let endpoint = Endpoint::from_shared(url).ok().filter(|endpoint| {
            let scheme = endpoint.uri().scheme_str();
            endpoint.uri().authority().is_some() && matches!(scheme, Some("http" | "https"))
        });
        let endpoint = endpoint.ok_or_else(|| {
            Failure::usage(
                format!("--admin: {text:?} is not an address"),
                "http://127.0.0.1:9901 or another http://HOST:PORT or https://HOST:PORT",
            )
        })?;
        let endpoint = endpoint.connect_timeout(CONNECT_TIMEOUT).tcp_nodelay(true);
        let calls = Calls::connect(endpoint, &connection.credentials).await?;
        Ok(Self { calls, region: connection.region.clone(), output: Output::stdout(connection.output) })
    }

    /// A connection within the process, to a server that runs in it.
    ///
    /// # Errors
    /// When the server stops.
    pub(super) async fn within(app: &App) -> Result<Self, Stop> {
        let own = Mutex::new(Some(app.connect().await?));
        // Only the first attempt finds it; a connection in memory does not break before the server stops.
        let connector = tower::service_fn(move |_: Uri| {
            let own = own.lock().unwrap_or_else(PoisonError::into_inner).take();
            std::future::ready(
                own.map(TokioIo::new).ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused)),
            )
        });
        let channel = Endpoint::from_static("http://localhost").connect_with_connector(connector).await;
        let channel = channel.map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
        let output = Output::stdout(Format::Table);
        Ok(Self { calls: Calls::over(channel), region: String::new(), output })
    }

    /// The connection itself.
    pub(super) fn channel(&self) -> Calls {
        self.calls.clone()
    }

    pub(super) fn apis(&self) -> ApiServiceClient<Calls> {
        ApiServiceClient::new(self.channel())
    }

    pub(super) fn resources(&self) -> ResourceServiceClient<Calls> {
        ResourceServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn methods(&self) -> MethodServiceClient<Calls> {
        MethodServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn models(&self) -> ModelServiceClient<Calls> {
        ModelServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn request_validators(&self) -> RequestValidatorServiceClient<Calls> {
        RequestValidatorServiceClient::new(self.channel())
    }

    pub(super) fn cors(&self) -> CorsServiceClient<Calls> {
        CorsServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn deployments(&self) -> DeploymentServiceClient<Calls> {
        DeploymentServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn stages(&self) -> StageServiceClient<Calls> {
        StageServiceClient::new(self.channel())
    }

    pub(super) fn domains(&self) -> DomainServiceClient<Calls> {
        DomainServiceClient::new(self.channel())
    }

    pub(super) fn gateway_responses(&self) -> GatewayResponseServiceClient<Calls> {
        GatewayResponseServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn imports(&self) -> ImportServiceClient<Calls> {
        ImportServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn exports(&self) -> ExportServiceClient<Calls> {
        ExportServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn tests(&self) -> TestServiceClient<Calls> {
        TestServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn backups(&self) -> BackupServiceClient<Calls> {
        BackupServiceClient::new(self.channel())
    }

    pub(super) fn tokens(&self) -> TokenServiceClient<Calls> {
        TokenServiceClient::new(self.channel())
    }

    pub(super) fn audits(&self) -> AuditServiceClient<Calls> {
        AuditServiceClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    pub(super) fn watches(&self) -> WatchServiceClient<Calls> {
        WatchServiceClient::new(self.channel())
    }

    /// Every API of the region, by id.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn all_apis(&self) -> Result<Vec<pb::Api>, Stop> {
        let mut apis = Vec::new();
        let mut page_token = String::new();
        loop {
            let request =
                pb::ListApisRequest { region: self.region.clone(), page_size: PAGE_SIZE, page_token };
            let page = self.apis().list_apis(request).await?.into_inner();
            apis.extend(page.apis);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(apis);
            }
        }
    }

    /// The id of the API that `text` names: an id, or a name that only one has.
    ///
    /// # Errors
    /// When none or several have it.
    pub(super) async fn api_id(&self, text: &str) -> Result<String, Stop> {
        let is_id = text.parse::<ApiId>().is_ok();
        if is_id && self.apis().get_api(pb::GetApiRequest { api_id: text.to_owned() }).await.is_ok() {
            return Ok(text.to_owned());
        }
        let mut found: Vec<_> = self.all_apis().await?.into_iter().filter(|api| api.name == text).collect();
        match found.len() {
            1 => Ok(found.remove(0).id),
            0 => Err(Failure::refused(format!("there is no API {text:?}"))
                .right("an id or a name that `postern api list` shows")
                .into()),
            _ => {
                let ids: Vec<_> = found.into_iter().map(|api| api.id).collect();
                Err(Failure::refused(format!("{} APIs are named {text:?}", ids.len()))
                    .right(format!("one of the ids {}", ids.join(", ")))
                    .into())
            }
        }
    }
}

impl Client {
    /// Prints that a write was done: the answer itself for scripts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn done<M: prost::Message + prost::Name>(
        &mut self,
        response: &M,
        done: &str,
        validate_only: bool,
    ) -> Result<(), Stop> {
        if self.output.is_json() {
            return self.output.json(&to_json(response));
        }
        let note = if validate_only { " (checked only; nothing was written)" } else { "" };
        self.output.line(format!("{done}{note}"))
    }

    /// Prints what a server warns of, on standard error for people; scripts find it in the answer.
    pub(super) fn warn(&self, warnings: &[pb::Issue]) {
        if self.output.is_json() {
            return;
        }
        for warning in warnings {
            let at = if warning.field.is_empty() { String::new() } else { format!("{}: ", warning.field) };
            tell(&format!("warning: {at}{}", warning.message));
        }
    }
}

/// Writes a line to standard error; nobody reading it is no failure.
pub(super) fn tell(line: &str) {
    use std::io::Write as _;
    drop(writeln!(io::stderr(), "{line}"));
}
