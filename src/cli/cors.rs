//! `postern cors`: enable, disable, show.

use clap::ValueEnum;

use super::connect::{Client, Write};
use super::explain;
use super::failure::Stop;
use super::json::to_json;
use super::output::Tone;
use super::text::enum_name;
use crate::wire::pb;

/// What can be done with CORS.
#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Let pages of other origins call a resource, some of its methods, or a whole API
    Enable {
        #[command(flatten)]
        scope: Scope,
        /// Methods to allow, such as GET; every method of the resource unless given
        #[arg(long = "method", value_name = "VERB", value_delimiter = ',')]
        methods: Vec<String>,
        #[command(flatten)]
        settings: Box<Settings>,
        /// Form to store it in; the static one where it suffices, unless given
        #[arg(long, value_enum, value_name = "FORM")]
        form: Option<Form>,
        /// Replace CORS headers that have another value
        #[arg(long)]
        replace_existing: bool,
        /// Change nothing unless everything can be changed
        #[arg(long)]
        require_all: bool,
        #[command(flatten)]
        write: Write,
    },
    /// Take away what enable made
    Disable {
        #[command(flatten)]
        scope: Scope,
        /// Methods to stop allowing, such as GET; every method of the resource unless given
        #[arg(long = "method", value_name = "VERB", value_delimiter = ',')]
        methods: Vec<String>,
        #[command(flatten)]
        write: Write,
    },
    /// Show what is in force, per method
    Show {
        /// The API's id or name
        api: String,
        /// The resource's path or id; every resource unless given
        resource: Option<String>,
        /// Stage to compare the draft with
        #[arg(long, value_name = "NAME")]
        stage: Option<String>,
    },
    /// Say what a browser would conclude, step by step; exits 1 unless it is allowed
    Explain(explain::Args),
}

/// Where it is enabled or disabled.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Scope {
    /// The API's id or name
    api: String,
    /// The resource's path or id
    #[arg(required_unless_present = "whole_api", conflicts_with = "whole_api")]
    resource: Option<String>,
    /// Everything below the resource, too
    #[arg(long)]
    recursive: bool,
    /// Every resource, and requests that reach none
    #[arg(long)]
    whole_api: bool,
}

/// What is to be allowed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Settings {
    /// Origin whose pages may call: https://app.example.com, https://*.example.com, null, or * for all (the default)
    #[arg(long = "origin", value_name = "ORIGIN", value_delimiter = ',')]
    origins: Vec<String>,
    /// Request header that scripts may set
    #[arg(long = "allow-header", value_name = "NAME", value_delimiter = ',')]
    headers: Vec<String>,
    /// Method that a preflight is told of
    #[arg(long = "allow-method", value_name = "VERB", value_delimiter = ',')]
    allow_methods: Vec<String>,
    /// Allow requests with cookies and other credentials
    #[arg(long)]
    credentials: bool,
    /// Answer header that scripts may read
    #[arg(long = "expose-header", value_name = "NAME", value_delimiter = ',')]
    expose: Vec<String>,
    /// How long a browser may remember a preflight
    #[arg(long, value_name = "SECONDS")]
    max_age: Option<u32>,
    /// On proxy integrations, replace the back end's CORS headers by the gateway's
    #[arg(long)]
    own_proxy: bool,
    /// Which of the gateway's own errors carry the headers
    #[arg(long, value_enum, value_name = "WHICH")]
    gateway_errors: Option<GatewayErrors>,
}

/// The two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Header values on ordinary methods, as API Gateway's console makes them
    Static,
    /// A policy that is run for each request
    Policy,
}

/// Which of the gateway's own errors carry CORS headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GatewayErrors {
    /// All
    All,
    /// None
    None,
    /// DEFAULT_4XX only
    #[value(name = "4xx")]
    Client,
    /// DEFAULT_5XX only
    #[value(name = "5xx")]
    Server,
}

impl Settings {
    fn into_pb(self) -> pb::CorsSettings {
        let errors = match self.gateway_errors {
            None => pb::GatewayErrors::Unspecified,
            Some(GatewayErrors::All) => pb::GatewayErrors::WithCors,
            Some(GatewayErrors::None) => pb::GatewayErrors::Bare,
            Some(GatewayErrors::Client) => pb::GatewayErrors::Default4xx,
            Some(GatewayErrors::Server) => pb::GatewayErrors::Default5xx,
        };
        let proxy = if self.own_proxy { pb::ProxyCors::Own } else { pb::ProxyCors::Unspecified };
        pb::CorsSettings {
            allow_origins: self.origins,
            allow_headers: self.headers,
            allow_methods: self.allow_methods,
            allow_credentials: self.credentials,
            expose_headers: self.expose,
            max_age_seconds: self.max_age,
            proxy: proxy.into(),
            gateway_errors: errors.into(),
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the server refuses, or `explain`'s verdict is no.
pub(super) async fn run(command: Command, client: &mut Client) -> Result<(), Stop> {
    match command {
        Command::Enable { scope, methods, settings, form, replace_existing, require_all, write } => {
            let form = match form {
                None => pb::CorsForm::Unspecified,
                Some(Form::Static) => pb::CorsForm::Static,
                Some(Form::Policy) => pb::CorsForm::Policy,
            };
            let request = pb::EnableCorsRequest {
                api_id: client.api_id(&scope.api).await?,
                resource: scope.resource.unwrap_or_default(),
                recursive: scope.recursive,
                whole_api: scope.whole_api,
                http_methods: methods,
                settings: Some(settings.into_pb()),
                form: form.into(),
                replace_existing,
                require_all,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.cors().enable_cors(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            changes(client, &response.changes)?;
            let form = enum_name(response.form().as_str_name(), "CORS_FORM_").to_ascii_lowercase();
            client.output.line(format!("\n{form} form: {}", response.form_reason))?;
            client.warn(&response.warnings);
            end(client, response.redeploy_needed, write.validate_only)
        }
        Command::Disable { scope, methods, write } => {
            let request = pb::DisableCorsRequest {
                api_id: client.api_id(&scope.api).await?,
                resource: scope.resource.unwrap_or_default(),
                recursive: scope.recursive,
                whole_api: scope.whole_api,
                http_methods: methods,
                expected_revision: write.expected_revision,
                validate_only: write.validate_only,
            };
            let response = client.cors().disable_cors(request).await?.into_inner();
            if client.output.is_json() {
                return client.output.json(&to_json(&response));
            }
            changes(client, &response.changes)?;
            end(client, response.redeploy_needed, write.validate_only)
        }
        Command::Show { api, resource, stage } => {
            let request = pb::GetCorsRequest {
                api_id: client.api_id(&api).await?,
                resource: resource.unwrap_or_default(),
                stage_name: stage.unwrap_or_default(),
            };
            let response = client.cors().get_cors(request).await?.into_inner();
            show(client, &response)
        }
        Command::Explain(args) => explain::run(args, client).await,
    }
}

/// The list of changes, as the console's dialogue shows it.
fn changes(client: &mut Client, changes: &[pb::CorsChange]) -> Result<(), Stop> {
    if changes.is_empty() {
        return client.output.line("nothing is to be changed");
    }
    let rows = changes.iter().map(|change| {
        let kind = enum_name(change.kind().as_str_name(), "CORS_CHANGE_KIND_")
            .to_ascii_lowercase()
            .replace('_', " ");
        let on = if change.response_type.is_empty() { &change.http_method } else { &change.response_type };
        let value = match (&change.old_value, &change.new_value) {
            (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
            (_, Some(new)) => new.clone(),
            (Some(old), None) => old.clone(),
            (None, None) => String::new(),
        };
        vec![change.path.clone(), on.clone(), kind, change.subject.clone(), value]
    });
    client.output.table(&["PATH", "METHOD", "CHANGE", "WHAT", "VALUE"], rows)?;
    for change in changes {
        for header in &change.must_send {
            let line = format!(
                "{} {}: the back end has to send  {}: {}",
                change.path, change.http_method, header.name, header.value
            );
            client.output.line(line)?;
        }
    }
    for change in changes.iter().filter(|change| !change.reason.is_empty()) {
        let mend =
            if change.mend.is_empty() { String::new() } else { format!("; mended by {}", change.mend) };
        let line =
            format!("{} {} {}: {}{mend}", change.path, change.http_method, change.subject, change.reason);
        let line = client.output.paint(Tone::Faint, &line);
        client.output.line(line)?;
    }
    Ok(())
}

fn end(client: &mut Client, redeploy_needed: bool, validate_only: bool) -> Result<(), Stop> {
    if validate_only {
        client.output.line("checked only; nothing was written")
    } else if redeploy_needed {
        client.output.line("deploy the API for the changes to take effect: postern deploy API --stage STAGE")
    } else {
        Ok(())
    }
}

fn show(client: &mut Client, response: &pb::GetCorsResponse) -> Result<(), Stop> {
    if client.output.is_json() {
        return client.output.json(&to_json(response));
    }
    let rows = response.methods.iter().map(|method| {
        vec![
            method.path.clone(),
            method.http_method.clone(),
            state(method.draft.as_ref()),
            state(method.stage.as_ref()),
            if method.differs { "differs".to_owned() } else { String::new() },
        ]
    });
    client.output.table(&["PATH", "METHOD", "DRAFT", "STAGE", ""], rows)?;
    for (where_, policy) in [("draft", &response.draft_policy), ("stage", &response.stage_policy)] {
        if let Some(settings) = policy {
            client.output.line(format!("the API's own policy, {where_}: {}", policy_text(settings)))?;
        }
    }
    for answer in &response.draft_gateway_responses {
        let headers = header_text(&answer.headers);
        client.output.line(format!("{}, draft: {headers}", answer.response_type))?;
    }
    Ok(())
}

fn state(state: Option<&pb::CorsState>) -> String {
    let Some(state) = state else { return "-".to_owned() };
    match (state.form(), &state.policy) {
        (pb::CorsForm::Policy, Some(settings)) => format!("policy: {}", policy_text(settings)),
        _ if state.left_to_back_end => "left to the back end".to_owned(),
        _ if state.headers.is_empty() => "none".to_owned(),
        _ => header_text(&state.headers),
    }
}

fn header_text(headers: &[pb::MappedHeader]) -> String {
    let text = |header: &pb::MappedHeader| match header.status_code {
        0 => format!("{}: {}", header.name, header.value),
        status => format!("{status} {}: {}", header.name, header.value),
    };
    headers.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn policy_text(settings: &pb::CorsSettings) -> String {
    let origins = settings.allow_origins.join(" ");
    if settings.allow_credentials { format!("{origins} with credentials") } else { origins }
}
