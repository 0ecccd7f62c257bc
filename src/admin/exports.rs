//! `ExportService`.

use http::Uri;
use tonic::{Request, Response, Status};

use super::fields::Fields;
use super::{Admin, status};
use crate::control::{ExportCall, Version};
use crate::model::{ApiId, StageName};
use crate::openapi::{Address, Extensions, Format, Notation, write};
use crate::wire::issue;
use crate::wire::pb::{self, export_service_server::ExportService};

#[tonic::async_trait]
impl ExportService for Admin {
    async fn export(
        &self,
        request: Request<pb::ExportRequest>,
    ) -> Result<Response<pb::ExportResponse>, Status> {
        let request = request.into_inner();
        let mut fields = Fields::default();
        let api: Option<ApiId> = fields.required("api_id", &request.api_id);
        let notation = fields.enumeration::<pb::ExportNotation>("notation", request.notation);
        let call = read_call(&mut fields, &request);
        let (api, notation, call) = fields.finish((api, notation, call))?;
        let format = call.format;
        let exported = self.control().export(api, call).await.map_err(status::failure)?;
        let (notation, content_type) = match notation {
            pb::ExportNotation::Unspecified | pb::ExportNotation::Json => {
                (Notation::Json, "application/json")
            }
            pb::ExportNotation::Yaml => (Notation::Yaml, "application/yaml"),
        };
        Ok(Response::new(pb::ExportResponse {
            document: write(&exported.document, notation),
            content_type: content_type.to_owned(),
            file_name: format.file_name(&exported.version, notation),
            warnings: exported.warnings.into_iter().map(issue::into_pb).collect(),
        }))
    }
}

fn read_call(fields: &mut Fields, request: &pb::ExportRequest) -> Option<ExportCall> {
    let version = match (request.stage_name.as_str(), request.deployment.as_str()) {
        ("", "") => Some(Version::Draft),
        (stage, "") => fields.required::<StageName>("stage_name", stage).map(Version::Stage),
        ("", deployment) => fields.deployment("deployment", deployment).map(Version::Deployment),
        (_, _) => {
            fields.fault("deployment", "is one thing too many beside a stage_name");
            None
        }
    };
    let format =
        fields.enumeration::<pb::ExportFormat>("format", request.format).map(|format| match format {
            pb::ExportFormat::Unspecified | pb::ExportFormat::Oas30 => Format::OpenApi3,
            pb::ExportFormat::Swagger => Format::Swagger2,
        });
    let extensions = fields.read("", Extensions::parse(request.extensions.iter().map(String::as_str)));
    let address = match request.base_url.as_str() {
        "" => Some(None),
        url => match address(url) {
            Some(address) => Some(Some(address)),
            None => {
                fields.fault("base_url", "is no http:// or https:// address without query");
                None
            }
        },
    };
    Some(ExportCall { version: version?, format: format?, extensions: extensions?, address: address? })
}

fn address(url: &str) -> Option<Address> {
    let url: Uri = url.parse().ok()?;
    let scheme = url.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let plain = url.query().is_none();
    plain.then(|| Address {
        scheme: scheme.to_owned(),
        host: url.authority().map(ToString::to_string).unwrap_or_default(),
        base_path: url.path().trim_matches('/').to_owned(),
    })
}
