//! `CorsService`.

mod changes;
mod settings;
mod verdict;
mod view;

use tonic::{Request, Response, Status};

use super::fields::{Fields, options};
use super::{Admin, status};
use crate::control::{CorsRequest, CorsScope};
use crate::cors::CorsSettings;
use crate::cors::enable::{Form, Replace, Skips};
use crate::model::{ApiId, StageName, Verb};
use crate::wire::pb::{self, cors_service_server::CorsService};
use crate::wire::{issue, read};

#[tonic::async_trait]
impl CorsService for Admin {
    async fn enable_cors(
        &self,
        request: Request<pb::EnableCorsRequest>,
    ) -> Result<Response<pb::EnableCorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let scope = read_scope(&mut fields, &request.resource, request.recursive, request.whole_api);
        let methods = read_verbs(&mut fields, &request.http_methods);
        let input = settings::try_from_pb(request.settings.unwrap_or_default());
        let settings = fields.read("settings", input.and_then(|input| CorsSettings::parse(&input)));
        let form = fields.enumeration("form", request.form);
        let (api, scope, methods, settings, form) = fields.finish((api, scope, methods, settings, form))?;
        let wanted = CorsRequest {
            scope,
            methods,
            settings,
            form: settings::form_from_pb(form),
            replace: if request.replace_existing { Replace::Existing } else { Replace::Nothing },
            skips: if request.require_all { Skips::Refuse } else { Skips::Report },
        };
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().enable_cors(api, wanted, options).await.map_err(status::failure)?;
        let enabled = written.value;
        let form = match enabled.form {
            Form::Static => pb::CorsForm::Static,
            Form::Policy => pb::CorsForm::Policy,
        };
        Ok(Response::new(pb::EnableCorsResponse {
            redeploy_needed: enabled.is_edit(),
            changes: enabled.changes.into_iter().map(changes::into_pb).collect(),
            form: form.into(),
            form_reason: enabled.reason,
            warnings: written.warnings.into_iter().map(issue::into_pb).collect(),
            revision: written.revision.0,
        }))
    }

    async fn disable_cors(
        &self,
        request: Request<pb::DisableCorsRequest>,
    ) -> Result<Response<pb::DisableCorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let scope = read_scope(&mut fields, &request.resource, request.recursive, request.whole_api);
        let methods = read_verbs(&mut fields, &request.http_methods);
        let (api, scope, methods) = fields.finish((api, scope, methods))?;
        let options = options(request.expected_revision, request.validate_only);
        let written = self.control().disable_cors(api, scope, methods, options).await;
        let written = written.map_err(status::failure)?;
        Ok(Response::new(pb::DisableCorsResponse {
            redeploy_needed: written.value.iter().any(|change| change.kind.is_edit()),
            changes: written.value.into_iter().map(changes::into_pb).collect(),
            revision: written.revision.0,
        }))
    }

    async fn get_cors(
        &self,
        request: Request<pb::GetCorsRequest>,
    ) -> Result<Response<pb::GetCorsResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let of = match request.resource.as_str() {
            "" => Some(None),
            text => fields.resource("resource", text).map(Some),
        };
        let stage = fields.optional::<StageName>("stage_name", &request.stage_name);
        let (api, of, stage) = fields.finish((api, of, stage))?;
        let view = self.control().cors(api, of, stage.as_ref()).await.map_err(status::failure)?;
        Ok(Response::new(view::into_pb(&view)))
    }

    async fn explain_cors(
        &self,
        request: Request<pb::ExplainCorsRequest>,
    ) -> Result<Response<pb::ExplainCorsResponse>, Status> {
        let mut request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &std::mem::take(&mut request.api_id));
        let question = verdict::try_from_pb(&mut fields, request);
        let (api, question) = fields.finish((api, question))?;
        let explained = self.control().explain_cors(api, question).await;
        let explained = explained.map_err(|error| status::failure(verdict::rename(error)))?;
        Ok(Response::new(verdict::into_pb(explained)))
    }
}

fn read_scope(fields: &mut Fields, resource: &str, recursive: bool, whole_api: bool) -> Option<CorsScope> {
    match (whole_api, resource, recursive) {
        (true, "", _) => Some(CorsScope::Api),
        (true, ..) => {
            fields.fault("whole_api", "not together with resource: leave one of the two out");
            None
        }
        (false, text, true) => fields.resource("resource", text).map(CorsScope::Subtree),
        (false, text, false) => fields.resource("resource", text).map(CorsScope::Resource),
    }
}

fn read_verbs(fields: &mut Fields, verbs: &[String]) -> Option<Vec<Verb>> {
    let mut issues = crate::model::Issues::new();
    let read = read::each(&mut issues, "http_methods", verbs);
    fields.read("", issues.into_result(read))
}
