//! `postern serve --api FILE`: a gateway that serves an OpenAPI document, and follows it while it changes.
//!
//! It is a client of the server's own admin API, so that a file goes the way that every import goes: all of it or
//! nothing, compiled before a stage moves, swapped without a request lost. A file that is broken changes nothing that is
//! served, and is told with every reason.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::connect::{Client, tell};
use super::failure::{Failure, Stop};
use super::import::{deploy, import, read};
use super::output::{Format, Output};
use crate::app::App;
use crate::wire::pb;

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What was typed about the file.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Serving a file")]
pub(super) struct FileArgs {
    /// Serve this OpenAPI document: import it, deploy it, and do so again whenever it changes
    #[arg(long, value_name = "FILE")]
    api: Option<PathBuf>,
    /// Stage that serves it, under the base path of its name
    #[arg(long, value_name = "NAME", default_value = "dev", requires = "api")]
    api_stage: String,
}

/// A file that is served.
pub(super) struct ServedFile {
    client: Client,
    file: PathBuf,
    stage: String,
    data: SocketAddr,
    api_id: String,
    /// What was last read, good or not.
    seen: Option<Result<String, String>>,
}

impl ServedFile {
    /// Imports and deploys the file, if one was named.
    ///
    /// # Errors
    /// When it cannot be read, imported or deployed: there is nothing to serve then.
    pub(super) async fn start(args: &FileArgs, app: &App) -> Result<Option<Self>, Stop> {
        let Some(file) = args.api.clone() else { return Ok(None) };
        let client = Client::within(app).await?;
        let text = read(&file)?;
        let mut served = Self {
            client,
            file,
            stage: args.api_stage.clone(),
            data: app.addresses().data,
            api_id: String::new(),
            seen: Some(Ok(text.clone())),
        };
        served.api_id = served.known(&text).await?;
        served.put(text).await?;
        served.bind().await?;
        Ok(Some(served))
    }

    /// Follows the file for ever.
    pub(super) async fn follow(&mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = std::fs::read_to_string(&self.file).map_err(|error| error.to_string());
            if self.seen.as_ref() == Some(&now) {
                continue;
            }
            self.seen = Some(now.clone());
            let put = match now {
                Ok(text) => self.put(text).await,
                Err(error) => Err(Failure::refused(format!("it cannot be read: {error}")).into()),
            };
            if let Err(Stop::Failed(failure)) = put {
                tell(&format!(
                    "{} is not served as it is now; what was served before still is\n{failure}",
                    self.file.display()
                ));
            }
        }
    }

    /// The API of an earlier start: the one that is named like the document.
    async fn known(&self, text: &str) -> Result<String, Stop> {
        let request = pb::ImportRequest {
            document: text.to_owned(),
            validate_only: true,
            ..pb::ImportRequest::default()
        };
        let name = import(&self.client, request).await?.api.unwrap_or_default().name;
        let mut found: Vec<_> =
            self.client.all_apis().await?.into_iter().filter(|api| api.name == name).collect();
        match found.len() {
            0 => Ok(String::new()),
            1 => Ok(found.remove(0).id),
            count => {
                Err(Failure::refused(format!("{count} APIs are named {name:?}, like the document's title"))
                    .right("a title of its own, or a data directory of its own (--data-dir)")
                    .into())
            }
        }
    }

    /// Imports a text over the API and has the stage serve it.
    async fn put(&mut self, text: String) -> Result<(), Stop> {
        let request = pb::ImportRequest {
            api_id: self.api_id.clone(),
            document: text,
            mode: pb::ImportMode::Overwrite.into(),
            ..pb::ImportRequest::default()
        };
        let result = import(&self.client, request).await?;
        let api = result.api.unwrap_or_default();
        self.api_id.clone_from(&api.id);
        self.client.warn(&result.warnings);
        if result.changes.is_empty() && self.is_served(api.revision).await {
            return self.say(&format!("{} is what is served already", self.file.display()));
        }
        let deployed = deploy(&self.client, &api.id, &self.stage).await?;
        self.client.warn(&deployed.warnings);
        let number = deployed.deployment.unwrap_or_default().number;
        self.say(&format!(
            "{} is served as deployment #{number} of API {} ({}): http://{}/{}/",
            self.file.display(),
            api.name,
            api.id,
            self.data,
            self.stage
        ))
    }

    /// Whether the stage serves the draft as it is.
    async fn is_served(&self, revision: u64) -> bool {
        let request = pb::GetStageRequest { api_id: self.api_id.clone(), stage_name: self.stage.clone() };
        let Ok(stage) = self.client.stages().get_stage(request).await else { return false };
        let deployment = stage.into_inner().stage.unwrap_or_default().deployment_id;
        let request = pb::GetDeploymentRequest { api_id: self.api_id.clone(), deployment };
        let Ok(deployment) = self.client.deployments().get_deployment(request).await else { return false };
        deployment.into_inner().deployment.is_some_and(|deployment| deployment.draft_revision == revision)
    }

    /// Leads `/{stage}` on every host to the stage, unless it leads elsewhere already.
    async fn bind(&self) -> Result<(), Stop> {
        let binding = pb::DomainBinding {
            host: "*".to_owned(),
            base_path: self.stage.clone(),
            api_id: self.api_id.clone(),
            stage_name: self.stage.clone(),
            ..pb::DomainBinding::default()
        };
        let request = pb::CreateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
        match self.client.domains().create_domain_binding(request).await {
            Ok(_) => Ok(()),
            Err(status) if status.code() == tonic::Code::AlreadyExists => {
                let request =
                    pb::GetDomainBindingRequest { host: "*".to_owned(), base_path: self.stage.clone() };
                let there = self.client.domains().get_domain_binding(request).await?.into_inner();
                let there = there.domain_binding.unwrap_or_default();
                if there.api_id == self.api_id && there.stage_name == self.stage {
                    return Ok(());
                }
                tell(&format!(
                    "warning: /{} leads to API {} already: call the file's API {} by a host of its own",
                    self.stage, there.api_id, self.api_id
                ));
                Ok(())
            }
            Err(status) => Err(status.into()),
        }
    }

    fn say(&self, line: &str) -> Result<(), Stop> {
        match Output::stdout(Format::Table).line(line) {
            // Nobody reads what we say; there are still callers to answer.
            Ok(()) | Err(Stop::PipeClosed) => Ok(()),
            Err(stop) => Err(stop),
        }
    }
}
