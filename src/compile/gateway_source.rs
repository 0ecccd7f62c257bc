//! Gateway responses: from their customisations to the plans of all types.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode};

use crate::mapping::{Expression, Scope};
use crate::model::{GatewayResponse, GatewayResponseType, StageVariables};
use crate::template::Substitution;

use super::findings::Findings;
use super::responses::{bind_headers, check_cors, header};
use super::{AcceptChoice, GatewayBody, GatewayResponsePlan, GatewayResponsePlans};

/// The template of what nobody customised, the same for every type (recorded).
const DEFAULT_TEMPLATE: &str = "{\"message\":$context.error.messageString}";

/// An API's gateway responses.
#[derive(Debug)]
pub(super) enum GatewayResponses {
    /// They are the same on every stage.
    Fixed(Arc<GatewayResponsePlans>),
    /// Stage variables are in them.
    Open(BTreeMap<GatewayResponseType, Customised>),
}

/// A customisation whose stage variables are still open.
#[derive(Debug)]
pub(super) struct Customised {
    status: Option<StatusCode>,
    headers: Vec<(HeaderName, Expression)>,
    body: AcceptChoice<BodySource>,
}

#[derive(Clone, Debug)]
enum BodySource {
    Default,
    Template { media_type: HeaderValue, template: Substitution },
}

impl GatewayResponses {
    /// Reads the customisations of an API.
    pub(super) fn parse(
        responses: &BTreeMap<GatewayResponseType, Arc<GatewayResponse>>,
        findings: &mut Findings,
    ) -> Self {
        if responses.is_empty() {
            return Self::Fixed(GatewayResponsePlans::uncustomised());
        }
        let mut customised = BTreeMap::new();
        for (kind, response) in responses {
            let mut inner = Findings::default();
            customised.insert(*kind, Customised::parse(response, &mut inner));
            if !inner.is_empty() {
                findings.absorb(&format!("gateway response {kind}"), &inner);
            }
        }
        if customised.values().any(Customised::has_stage_variables) {
            Self::Open(customised)
        } else {
            Self::Fixed(plans(&customised, &StageVariables::default()))
        }
    }

    /// The plans on a stage.
    pub(super) fn bind(&self, variables: &StageVariables) -> Arc<GatewayResponsePlans> {
        match self {
            Self::Fixed(plans) => Arc::clone(plans),
            Self::Open(customised) => plans(customised, variables),
        }
    }
}

/// A type's own customisation whole, else its family's, else the default: nothing is merged (recorded).
fn plans(
    customised: &BTreeMap<GatewayResponseType, Customised>,
    variables: &StageVariables,
) -> Arc<GatewayResponsePlans> {
    let bound: BTreeMap<_, _> =
        customised.iter().map(|(kind, own)| (*kind, Arc::new(own.bind(variables)))).collect();
    let default = Arc::<GatewayResponsePlan>::default();
    Arc::new(GatewayResponsePlans::new(|kind| {
        Arc::clone(bound.get(&kind).or_else(|| bound.get(&kind.family_type())).unwrap_or(&default))
    }))
}

impl Customised {
    fn parse(response: &GatewayResponse, findings: &mut Findings) -> Self {
        check_cors(&response.response_parameters, findings);
        let headers = response.response_parameters.iter();
        let headers =
            headers.filter_map(|(name, text)| header(name, text, Scope::GatewayResponse, findings)).collect();
        let templates = response.response_templates.iter().filter_map(|(media_type, text)| {
            if text == DEFAULT_TEMPLATE && media_type.as_str() == "application/json" {
                return Some((media_type.clone(), BodySource::Default));
            }
            match Substitution::parse(text) {
                Ok(template) => {
                    // A media type is made of tokens, and `$default` is none to send.
                    let sent = if media_type.as_str() == "$default" {
                        "application/json"
                    } else {
                        media_type.as_str()
                    };
                    let sent = HeaderValue::from_str(sent).ok()?;
                    Some((media_type.clone(), BodySource::Template { media_type: sent, template }))
                }
                Err(error) => {
                    findings.error(format!("template {media_type}"), error);
                    None
                }
            }
        });
        let body = AcceptChoice::new(templates).unwrap_or_else(|| AcceptChoice::only(BodySource::Default));
        Self { status: response.status.map(crate::model::Status::to_http), headers, body }
    }

    fn has_stage_variables(&self) -> bool {
        let in_template = |body: &BodySource| match body {
            BodySource::Default => false,
            BodySource::Template { template, .. } => template.has_stage_variables(),
        };
        self.headers.iter().any(|(_, expression)| expression.is_stage_variable())
            || self.body.templates().any(in_template)
    }

    fn bind(&self, variables: &StageVariables) -> GatewayResponsePlan {
        let (headers, mappings) = bind_headers(&self.headers, variables);
        let body = self.body.map(|body| match body {
            BodySource::Default => GatewayBody::Default,
            BodySource::Template { media_type, template } => {
                GatewayBody::Template { media_type: media_type.clone(), template: template.bind(variables) }
            }
        });
        GatewayResponsePlan { status: self.status, headers, mappings, body }
    }
}
