//! The API of the tour, made over the gateway's own admin API as any client would make it.

use std::collections::BTreeMap;

use tonic::Code;

use super::super::connect::Client;
use super::super::failure::{Failure, Stop};
use super::super::stage;
use crate::wire::pb;

/// The API's name.
pub(super) const NAME: &str = "pets";
/// The stage that serves it.
pub(super) const STAGE: &str = "prod";
/// The stage variable that says where the echo back end is; its port may differ from start to start.
const BACK_END: &str = "backend";
/// The origin whose pages may call it.
pub(super) const ORIGIN: &str = "https://app.example.com";
/// What `GET /status` answers.
pub(super) const STATUS_BODY: &str = "{\"status\": \"ok\"}";

/// Whether the API was there already.
pub(super) enum Found {
    /// It was made and deployed.
    Made,
    /// An earlier run made it.
    There,
}

/// Sees to it that the API is there, deployed, and calls `echo` (`host:port`); gives its id.
///
/// # Errors
/// When the server refuses, or every host leads to another API.
pub(super) async fn ensure(client: &Client, echo: &str) -> Result<(String, Found), Stop> {
    let there = client.all_apis().await?.into_iter().find(|api| api.name == NAME);
    let (api_id, found) = match there {
        Some(api) => (api.id, Found::There),
        None => (create(client).await?, Found::Made),
    };
    let stage = client
        .stages()
        .get_stage(pb::GetStageRequest { api_id: api_id.clone(), stage_name: STAGE.to_owned() })
        .await;
    match stage {
        Ok(_) => point_at(client, &api_id, echo).await?,
        Err(status) if status.code() == Code::NotFound => deploy(client, &api_id, echo).await?,
        Err(status) => return Err(status.into()),
    }
    bind(client, &api_id).await?;
    Ok((api_id, found))
}

async fn create(client: &Client) -> Result<String, Stop> {
    let api = pb::Api {
        name: NAME.to_owned(),
        description: Some("made by postern quickstart".to_owned()),
        ..Default::default()
    };
    let request =
        pb::CreateApiRequest { api: Some(api), region: client.region.clone(), validate_only: false };
    let api = client.apis().create_api(request).await?.into_inner().api.unwrap_or_default();
    for (path, verb, method) in methods() {
        let request =
            pb::EnsurePathRequest { api_id: api.id.clone(), path: path.to_owned(), ..Default::default() };
        client.resources().ensure_path(request).await?;
        let request = pb::PutMethodRequest {
            api_id: api.id.clone(),
            resource: path.to_owned(),
            http_method: verb.to_owned(),
            method: Some(method),
            ..Default::default()
        };
        client.methods().put_method(request).await?;
    }
    for path in ["/pets", "/pets/{id}", "/status", "/files/{proxy+}"] {
        // A proxy passes on what its back end answers; here the gateway's own headers replace that.
        let proxy = if path.contains('+') { pb::ProxyCors::Own } else { pb::ProxyCors::Unspecified };
        let settings = pb::CorsSettings {
            allow_origins: vec![ORIGIN.to_owned()],
            proxy: proxy.into(),
            ..Default::default()
        };
        let request = pb::EnableCorsRequest {
            api_id: api.id.clone(),
            resource: path.to_owned(),
            settings: Some(settings),
            require_all: true,
            ..Default::default()
        };
        client.cors().enable_cors(request).await?;
    }
    Ok(api.id)
}

/// Paths, verbs and methods of the API.
fn methods() -> [(&'static str, &'static str, pb::Method); 4] {
    let back_end = |path: &str| format!("http://${{stageVariables.{BACK_END}}}{path}");
    let served_by = "method.response.header.X-Served-By";
    let answer = |response: pb::IntegrationResponse, integration: pb::Integration| pb::Method {
        request_parameters: sources(&integration.request_parameters),
        responses: vec![pb::MethodResponse {
            status_code: 200,
            response_parameters: response
                .response_parameters
                .keys()
                .map(|name| (name.clone(), false))
                .collect(),
            ..Default::default()
        }],
        integration: Some(pb::Integration { responses: vec![response], ..integration }),
        ..Default::default()
    };
    let http = |path: &str, request: &[(&str, &str)]| {
        let response = pb::IntegrationResponse {
            status_code: 200,
            response_parameters: map(&[(served_by, "integration.response.header.X-Served-By")]),
            ..Default::default()
        };
        let integration = pb::Integration {
            r#type: pb::IntegrationType::Http.into(),
            http_method: Some("GET".to_owned()),
            uri: Some(back_end(path)),
            request_parameters: map(request),
            ..Default::default()
        };
        answer(response, integration)
    };
    let files = pb::Integration {
        r#type: pb::IntegrationType::HttpProxy.into(),
        http_method: Some("ANY".to_owned()),
        uri: Some(back_end("/files/{proxy}")),
        request_parameters: map(&[("integration.request.path.proxy", "method.request.path.proxy")]),
        ..Default::default()
    };
    let files = pb::Method {
        request_parameters: sources(&files.request_parameters),
        integration: Some(files),
        ..Default::default()
    };
    let status = answer(
        pb::IntegrationResponse {
            status_code: 200,
            response_templates: map(&[("application/json", STATUS_BODY)]),
            ..Default::default()
        },
        pb::Integration {
            r#type: pb::IntegrationType::Mock.into(),
            request_templates: map(&[("application/json", "{\"statusCode\": 200}")]),
            ..Default::default()
        },
    );
    [
        ("/pets", "GET", http("/pets", &[("integration.request.header.X-Caller", "'postern'")])),
        (
            "/pets/{id}",
            "GET",
            http(
                "/pets/{id}",
                &[
                    ("integration.request.path.id", "method.request.path.id"),
                    ("integration.request.header.X-Pet-Id", "method.request.path.id"),
                ],
            ),
        ),
        ("/files/{proxy+}", "ANY", files),
        ("/status", "GET", status),
    ]
}

/// The parameters that mappings read, as the method has to declare them.
fn sources(mappings: &BTreeMap<String, String>) -> BTreeMap<String, bool> {
    let sources = mappings.values().filter(|source| source.starts_with("method.request."));
    sources.map(|source| (source.clone(), false)).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn deploy(client: &Client, api_id: &str, echo: &str) -> Result<(), Stop> {
    let request = pb::CreateDeploymentRequest {
        api_id: api_id.to_owned(),
        description: Some("the first deployment".to_owned()),
        stage_name: STAGE.to_owned(),
        variables: map(&[(BACK_END, echo)]),
        ..Default::default()
    };
    client.deployments().create_deployment(request).await?;
    Ok(())
}

async fn point_at(client: &Client, api_id: &str, echo: &str) -> Result<(), Stop> {
    let mut variables = stage::get(client, api_id, STAGE).await?.variables;
    variables.insert(BACK_END.to_owned(), echo.to_owned());
    let request = pb::UpdateStageRequest {
        api_id: api_id.to_owned(),
        stage_name: STAGE.to_owned(),
        stage: Some(pb::Stage { variables, ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["variables".to_owned()] }),
        ..Default::default()
    };
    client.stages().update_stage(request).await?;
    Ok(())
}

/// Leads every host that nothing else claims to the stage, so that plain URLs reach it.
async fn bind(client: &Client, api_id: &str) -> Result<(), Stop> {
    let binding = pb::DomainBinding {
        host: "*".to_owned(),
        api_id: api_id.to_owned(),
        stage_name: STAGE.to_owned(),
        ..Default::default()
    };
    let request = pb::CreateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
    match client.domains().create_domain_binding(request).await {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::AlreadyExists => {
            let request = pb::GetDomainBindingRequest { host: "*".to_owned(), ..Default::default() };
            let bound = client.domains().get_domain_binding(request).await?.into_inner().domain_binding;
            match bound {
                Some(bound) if bound.api_id == api_id => Ok(()),
                _ => Err(Failure::refused("in this data directory every host leads to another API already")
                    .right("another directory, by --data-dir")
                    .into()),
            }
        }
        Err(status) => Err(status.into()),
    }
}
