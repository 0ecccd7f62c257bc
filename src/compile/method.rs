//! One method: from its definition to its plan.

use std::sync::Arc;

use crate::cors::policy::Policy;
use crate::mapping::{BackEnds, Selection};
use crate::model::{
    ContentHandling, Integration, IntegrationType, Method, ResourceId, ResourcePath, StageVariables, Verb,
};
use crate::template::{InvalidMock, mock_status};

use super::aws::{AwsSource, Services};
use super::endpoint::EndpointSource;
use super::findings::Findings;
use super::responses::{AnsweredBy, Cached, ResponseCache};
use super::templates::Templates;
use super::unbuilt;
use super::validate::{ValidationPlan, Validators};
use super::{
    AwsPlan, BodyPlan, ContentTypeChoice, HttpPlan, IntegrationPlan, LambdaPlan, MethodPlan, MockOutcome,
    MockPlan, PassthroughPlan, RequestBody, Step,
};

/// A method whose stage variables are still open.
#[derive(Debug)]
pub(super) struct MethodSource {
    resource_id: ResourceId,
    resource_path: Arc<str>,
    verb: Verb,
    cors: Option<Arc<Policy>>,
    validation: Option<Arc<ValidationPlan>>,
    integration: IntegrationSource,
    content_handling: Option<ContentHandling>,
}

#[derive(Debug)]
enum IntegrationSource {
    Mock { templates: ContentTypeChoice<MockOutcome>, responses: Arc<Cached> },
    Http { endpoint: EndpointSource, body: RequestBody, responses: Arc<Cached> },
    Passthrough { endpoint: EndpointSource },
    Lambda { call: AwsSource },
    Aws { call: AwsSource, body: RequestBody, responses: Arc<Cached> },
}

/// Where a method is.
#[derive(Clone, Copy, Debug)]
pub(super) struct MethodPlace<'d> {
    pub(super) resource_id: ResourceId,
    pub(super) path: &'d ResourcePath,
    pub(super) path_text: &'d Arc<str>,
    pub(super) verb: Verb,
}

impl MethodSource {
    /// Reads a method; `None` if it cannot get an answer, which `findings` then says.
    pub(super) fn parse(
        place: MethodPlace<'_>,
        method: &Method,
        cors: Option<Arc<Policy>>,
        responses: &mut ResponseCache,
        validators: &mut Validators<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        unbuilt::check_method(method, findings);
        let validation = validators.of(place.path, method, findings);
        let Some(integration) = &method.integration else {
            findings.error("", "No integration defined for method");
            return None;
        };
        let integration_handling = integration.content_handling;
        let integration = IntegrationSource::parse(place, method, integration, responses, findings)?;
        Some(Self {
            resource_id: place.resource_id,
            resource_path: Arc::clone(place.path_text),
            verb: place.verb,
            cors,
            validation,
            content_handling: integration_handling,
            integration,
        })
    }

    /// Whether its plan depends on stage variables.
    pub(super) fn has_stage_variables(&self) -> bool {
        match &self.integration {
            IntegrationSource::Mock { responses, .. } => responses.fixed.is_none(),
            IntegrationSource::Http { endpoint, responses, .. } => {
                responses.fixed.is_none() || endpoint.has_stage_variables()
            }
            IntegrationSource::Passthrough { endpoint } => endpoint.has_stage_variables(),
            // Where it is called is known only to the server and the stage.
            IntegrationSource::Lambda { .. } | IntegrationSource::Aws { .. } => true,
        }
    }

    /// Whether something of it lists the names of a request's headers as they were sent: the connections of callers
    /// then have to keep them.
    pub(super) fn lists_headers(&self) -> bool {
        match &self.integration {
            IntegrationSource::Mock { templates, responses } => {
                let lists = |outcome: &MockOutcome| match outcome {
                    MockOutcome::Template(template) => template.needs().header_names,
                    MockOutcome::Response(_)
                    | MockOutcome::Payload
                    | MockOutcome::NoStatus
                    | MockOutcome::NoResponse => false,
                };
                templates.templates().any(lists) || responses.source.lists_headers()
            }
            IntegrationSource::Http { body, responses, .. }
            | IntegrationSource::Aws { body, responses, .. } => {
                body.templates.templates().any(BodyPlan::lists_headers) || responses.source.lists_headers()
            }
            IntegrationSource::Passthrough { .. } => false,
            IntegrationSource::Lambda { .. } => true,
        }
    }

    /// Its plan on a stage.
    pub(super) fn bind(
        &self,
        variables: &StageVariables,
        services: Services<'_>,
        back_ends: &mut BackEnds,
    ) -> MethodPlan {
        let integration = match &self.integration {
            IntegrationSource::Mock { templates, responses } => IntegrationPlan::Mock(MockPlan {
                templates: templates.clone(),
                responses: responses.bind(variables),
            }),
            IntegrationSource::Http { endpoint, body, responses } => IntegrationPlan::Http(HttpPlan {
                endpoint: endpoint.bind(variables, back_ends),
                body: body.clone(),
                responses: responses.bind(variables),
            }),
            IntegrationSource::Passthrough { endpoint } => IntegrationPlan::Passthrough(PassthroughPlan {
                endpoint: endpoint.bind(variables, back_ends),
            }),
            IntegrationSource::Lambda { call } => {
                IntegrationPlan::Lambda(LambdaPlan { call: call.bind(variables, services, back_ends).0 })
            }
            IntegrationSource::Aws { call, body, responses } => {
                let (call, invokes_function) = call.bind(variables, services, back_ends);
                let (body, responses) = (body.clone(), responses.bind(variables));
                IntegrationPlan::Aws(AwsPlan { call, body, responses, invokes_function })
            }
        };
        MethodPlan {
            resource_id: self.resource_id,
            resource_path: Arc::clone(&self.resource_path),
            verb: self.verb,
            steps: self.validation.iter().map(|plan| Step::Validate(Arc::clone(plan))).collect(),
            integration,
            content_handling: self.content_handling,
            cors: self.cors.clone(),
        }
    }
}

impl IntegrationSource {
    fn parse(
        place: MethodPlace<'_>,
        method: &Method,
        integration: &Integration,
        responses: &mut ResponseCache,
        findings: &mut Findings,
    ) -> Option<Self> {
        let kind = integration.integration_type;
        match kind {
            IntegrationType::Mock => {}
            IntegrationType::Http | IntegrationType::HttpProxy => {
                if integration.credentials.is_some() {
                    findings.warning(
                        "integration, credentials",
                        "they are for AWS back ends and have no effect here",
                    );
                }
            }
            IntegrationType::Aws | IntegrationType::AwsProxy => {}
        }
        if kind == IntegrationType::HttpProxy {
            if integration.content_handling.is_some() {
                let what = "bodies pass through HTTP_PROXY as they are; it has no effect";
                findings.warning("integration, content handling", what);
            }
            // Its integration responses and templates are stored, and never applied (API Gateway, *HTTP proxy
            // integration*).
            let endpoint = EndpointSource::parse(method, integration, place.path, findings)?;
            return Some(Self::Passthrough { endpoint });
        }
        if kind == IntegrationType::AwsProxy {
            let call = AwsSource::parse(method, integration, place.path, findings)?;
            return Some(Self::Lambda { call });
        }
        let answered_by = if kind == IntegrationType::Mock { AnsweredBy::Mock } else { AnsweredBy::BackEnd };
        let answers = responses.get(method, &integration.responses, answered_by);
        findings.absorb("", &answers.findings);
        let templates = &mut responses.templates;
        if kind == IntegrationType::Mock {
            let templates = mock_templates(integration, &answers.source.selection, templates, findings);
            return Some(Self::Mock { templates, responses: answers });
        }
        let body = templates.request(integration, findings);
        if kind == IntegrationType::Aws {
            let call = AwsSource::parse(method, integration, place.path, findings)?;
            return Some(Self::Aws { call, body, responses: answers });
        }
        let endpoint = EndpointSource::parse(method, integration, place.path, findings)?;
        Some(Self::Http { endpoint, body, responses: answers })
    }
}

/// The outcome of each request template of a mock.
fn mock_templates(
    integration: &Integration,
    selection: &Selection,
    templates: &mut Templates,
    findings: &mut Findings,
) -> ContentTypeChoice<MockOutcome> {
    if integration.request_templates.is_empty() {
        let what = "a mock without a request template takes its statusCode from the request's body; requests without \
                    one are answered 500";
        findings.warning("integration request", what);
    }
    let mut inner = Findings::default();
    let mut outcomes = Vec::with_capacity(integration.request_templates.len());
    for (media_type, text) in &integration.request_templates {
        let Some(body) = templates.body(media_type, text, &mut inner) else { continue };
        let outcome = match body {
            BodyPlan::Payload => MockOutcome::Payload,
            BodyPlan::Template(template) => MockOutcome::Template(template),
            BodyPlan::Constant(text) => {
                constant_outcome(&text, selection, &format!("template {media_type}"), &mut inner)
            }
        };
        outcomes.push((media_type.clone(), outcome));
    }
    findings.absorb("integration request", &inner);
    ContentTypeChoice::new(outcomes, integration.passthrough_behavior)
}

/// What a template that gives the same text for every request leads to.
fn constant_outcome(text: &[u8], selection: &Selection, place: &str, findings: &mut Findings) -> MockOutcome {
    match std::str::from_utf8(text).map_err(|_| InvalidMock).and_then(mock_status) {
        Ok(status) => match selection.by_text(&status.to_string()) {
            Some(index) => MockOutcome::Response(index),
            None => {
                let what = format_args!("no integration response is for {status}: it is answered 500");
                findings.warning(place, what);
                MockOutcome::NoResponse
            }
        },
        Err(error) => {
            findings.warning(place, format_args!("{error} It is answered 500."));
            MockOutcome::NoStatus
        }
    }
}
