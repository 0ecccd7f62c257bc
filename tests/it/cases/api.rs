//! The compact form of an API, and the calls that set it up.

use std::collections::{BTreeMap, BTreeSet};

use postern::wire::pb;
use postern::wire::pb::model_service_client::ModelServiceClient;
use postern::wire::pb::request_validator_service_client::RequestValidatorServiceClient;
use serde::Deserialize;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::support::Postern;

type Texts = BTreeMap<String, String>;

/// An API as a case file writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// Its binary media types.
    binary: Vec<String>,
    minimum_compression_size: Option<u32>,
    /// The stage's variables.
    variables: Texts,
    /// Schemas by name.
    models: Texts,
    /// What each checks, `parameters` or `body`, by name.
    validators: BTreeMap<String, Vec<String>>,
    /// By type.
    gateway_responses: BTreeMap<String, GatewayResponse>,
    /// By verb and path: `GET /pets/{id}`.
    methods: BTreeMap<String, Method>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GatewayResponse {
    status: Option<u32>,
    /// By name, without `gatewayresponse.header.`.
    headers: Texts,
    templates: Texts,
}

/// A method with its integration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Method {
    r#type: String,
    /// The integration's verb; `ANY` unless given.
    verb: Option<String>,
    /// The integration's address; one that starts with `/` is at the back end of the case.
    uri: Option<String>,
    /// The integration's parameters, without `integration.request.`.
    request: Texts,
    templates: Texts,
    passthrough: Option<String>,
    content_handling: Option<String>,
    timeout_ms: Option<u32>,
    responses: Vec<Response>,
    /// Required parameters, without `method.request.`.
    require: Vec<String>,
    /// More declared parameters, without `method.request.`. What is mapped is declared without being named here.
    declare: Vec<String>,
    /// The name of a request validator.
    validator: Option<String>,
    /// Names of models by media type.
    models: Texts,
    /// The statuses of the method responses; those of the integration responses unless given.
    statuses: Option<Vec<u32>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Response {
    status: u32,
    /// Its selection pattern.
    pattern: Option<String>,
    /// By name, without `method.response.header.`.
    headers: Texts,
    templates: Texts,
    content_handling: Option<String>,
}

impl Api {
    /// Creates it and deploys it to `prod`; gives its id. `late` fills in what is known only now.
    pub async fn set_up(
        &self,
        server: &Postern,
        late: impl Fn(&str, &str) -> String,
    ) -> Result<String, Status> {
        let api = pb::Api {
            name: "a case".to_owned(),
            binary_media_types: self.binary.clone(),
            minimum_compression_size: self.minimum_compression_size,
            ..Default::default()
        };
        let request = pb::CreateApiRequest { api: Some(api), ..Default::default() };
        let id = server.apis().create_api(request).await?.into_inner().api.expect("it was made").id;
        let fill = |text: &str| late(&id, text);
        for (response_type, response) in &self.gateway_responses {
            let request = pb::PutGatewayResponseRequest {
                api_id: id.clone(),
                response_type: response_type.clone(),
                gateway_response: Some(response.to_message()),
                ..Default::default()
            };
            server.gateway_responses().put_gateway_response(request).await?;
        }
        self.put_models(server, &id, &fill).await?;
        let validators = self.put_validators(server, &id).await?;
        for (place, method) in &self.methods {
            let (http_method, path) =
                place.split_once(' ').unwrap_or_else(|| panic!("{place:?}: VERB /path"));
            server.ensure(&id, path).await;
            let request = pb::PutMethodRequest {
                api_id: id.clone(),
                resource: path.to_owned(),
                http_method: http_method.to_owned(),
                method: Some(method.to_message(&fill, &validators)),
                ..Default::default()
            };
            server.methods().put_method(request).await?;
        }
        let request = pb::CreateDeploymentRequest {
            api_id: id.clone(),
            stage_name: "prod".to_owned(),
            variables: filled(&self.variables, &fill),
            ..Default::default()
        };
        server.deployments().create_deployment(request).await?;
        Ok(id)
    }

    async fn put_models(
        &self,
        server: &Postern,
        api: &str,
        fill: &impl Fn(&str) -> String,
    ) -> Result<(), Status> {
        for (name, schema) in &self.models {
            let model = pb::Model {
                name: name.clone(),
                content_type: "application/json".to_owned(),
                schema: fill(schema),
                ..Default::default()
            };
            let request =
                pb::CreateModelRequest { api_id: api.to_owned(), model: Some(model), ..Default::default() };
            ModelServiceClient::new(server.channel()).create_model(request).await?;
        }
        Ok(())
    }

    /// Gives the validators' ids by their names.
    async fn put_validators(&self, server: &Postern, api: &str) -> Result<Texts, Status> {
        let mut ids = Texts::new();
        for (name, checks) in &self.validators {
            let checks = |what: &str| checks.iter().any(|check| check == what);
            let validator = pb::RequestValidator {
                name: name.clone(),
                validate_request_parameters: checks("parameters"),
                validate_request_body: checks("body"),
                ..Default::default()
            };
            let request = pb::CreateRequestValidatorRequest {
                api_id: api.to_owned(),
                request_validator: Some(validator),
                ..Default::default()
            };
            let mut client = RequestValidatorServiceClient::new(server.channel());
            let made = client.create_request_validator(request).await?.into_inner();
            ids.insert(name.clone(), made.request_validator.expect("it was made").id);
        }
        Ok(ids)
    }
}

/// Everything that a refusal says.
pub fn words(refusal: &Status) -> String {
    let violations = refusal.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let lines = violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description));
    std::iter::once(refusal.message().to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

impl GatewayResponse {
    fn to_message(&self) -> pb::GatewayResponse {
        pb::GatewayResponse {
            status_code: self.status,
            response_parameters: prefixed("gatewayresponse.header.", &self.headers),
            response_templates: self.templates.clone(),
            ..Default::default()
        }
    }
}

impl Method {
    fn to_message(&self, fill: &impl Fn(&str) -> String, validators: &Texts) -> pb::Method {
        let uri = self.uri.as_ref().map(|uri| match uri.strip_prefix('/') {
            Some(path) => fill(&format!("http://{{{{back}}}}/{{{{case}}}}/{path}")),
            None => fill(uri),
        });
        let integration = pb::Integration {
            r#type: one_of::<pb::IntegrationType>("INTEGRATION_TYPE_", &self.r#type),
            http_method: self.verb.clone().or_else(|| uri.as_ref().map(|_| "ANY".to_owned())),
            uri,
            request_parameters: prefixed("integration.request.", &self.request),
            request_templates: filled(&self.templates, fill),
            passthrough_behavior: self
                .passthrough
                .as_ref()
                .map_or(0, |name| one_of::<pb::PassthroughBehavior>("PASSTHROUGH_BEHAVIOR_", name)),
            content_handling: content_handling(self.content_handling.as_deref()),
            timeout_ms: self.timeout_ms.unwrap_or_default(),
            responses: self.responses.iter().map(|response| response.to_message(fill)).collect(),
            ..Default::default()
        };
        pb::Method {
            request_parameters: self.parameters(),
            request_models: self.models.clone(),
            request_validator_id: self.validator.as_ref().map(|name| validators[name].clone()),
            responses: self.method_responses(),
            integration: Some(integration),
            ..Default::default()
        }
    }

    /// What the method declares of a request: what is asked for and what is mapped.
    fn parameters(&self) -> BTreeMap<String, bool> {
        let single = |source: &str| source.replace(".multivalue", ".");
        let mapped = self.request.values().chain(self.responses.iter().flat_map(|r| r.headers.values()));
        let mapped = mapped
            .filter(|source| {
                source.starts_with("method.request.") && !source.starts_with("method.request.body")
            })
            .map(|source| (single(source), false));
        let declared = self.declare.iter().map(|name| (format!("method.request.{name}"), false));
        let required = self.require.iter().map(|name| (format!("method.request.{name}"), true));
        mapped.chain(declared).chain(required).collect()
    }

    fn method_responses(&self) -> Vec<pb::MethodResponse> {
        let own = || self.responses.iter().map(|response| response.status).collect();
        let statuses: BTreeSet<u32> = self.statuses.clone().unwrap_or_else(own).into_iter().collect();
        let declared = |status: u32| {
            let response = self.responses.iter().find(|response| response.status == status);
            response.into_iter().flat_map(|response| response.headers.keys())
        };
        statuses
            .into_iter()
            .map(|status_code| pb::MethodResponse {
                status_code,
                response_parameters: declared(status_code)
                    .map(|name| (format!("method.response.header.{name}"), false))
                    .collect(),
                ..Default::default()
            })
            .collect()
    }
}

impl Response {
    fn to_message(&self, fill: &impl Fn(&str) -> String) -> pb::IntegrationResponse {
        pb::IntegrationResponse {
            status_code: self.status,
            selection_pattern: self.pattern.clone(),
            response_parameters: prefixed("method.response.header.", &self.headers),
            response_templates: filled(&self.templates, fill),
            content_handling: content_handling(self.content_handling.as_deref()),
        }
    }
}

fn content_handling(name: Option<&str>) -> i32 {
    name.map_or(0, |name| one_of::<pb::ContentHandling>("CONTENT_HANDLING_", name))
}

/// A value of an enum by its name in API Gateway.
fn one_of<E: TryFromName>(prefix: &str, name: &str) -> i32 {
    E::named(&format!("{prefix}{name}")).unwrap_or_else(|| panic!("{name:?} is no {prefix}…"))
}

/// The generated enums have this, and no trait for it.
trait TryFromName {
    fn named(name: &str) -> Option<i32>;
}

macro_rules! named {
    ($($name:ident),*) => {
        $(impl TryFromName for pb::$name {
            fn named(name: &str) -> Option<i32> {
                Self::from_str_name(name).map(Into::into)
            }
        })*
    };
}

named!(IntegrationType, PassthroughBehavior, ContentHandling);

fn prefixed(prefix: &str, texts: &Texts) -> Texts {
    texts.iter().map(|(name, value)| (format!("{prefix}{name}"), value.clone())).collect()
}

fn filled(texts: &Texts, fill: &impl Fn(&str) -> String) -> Texts {
    texts.iter().map(|(name, value)| (name.clone(), fill(value))).collect()
}
