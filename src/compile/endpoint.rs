//! Calls to HTTP back ends: `HTTP` and `HTTP_PROXY` integrations up to their answers.

use http::HeaderName;

use crate::mapping::headers::{RequestTarget, aws_request_target, is_hidden, request_target};
use crate::mapping::{
    BackEnds, Expression, HeaderMapping, InvalidUri, QueryMapping, RequestSource, Scope, Source, UriPlan,
    UriTemplate, Values,
};
use crate::model::{
    ConnectionType, Integration, IntegrationType, Method, ParameterLocation, PathPart, ResourcePath,
    StageVariables, Verb,
};

use super::Endpoint;
use super::findings::Findings;

/// A call whose stage variables are still open.
#[derive(Debug)]
pub(super) struct EndpointSource {
    uri: UriTemplate,
    method: Option<http::Method>,
    headers: Vec<(HeaderName, Expression)>,
    querystring: Vec<(Box<str>, Expression)>,
    /// What the URI's `{name}` parts stand for.
    path: Vec<(Box<str>, Expression)>,
    maps_payload: bool,
    forbidden_header: bool,
    is_aws: bool,
    timeout: std::time::Duration,
    insecure_skip_verification: bool,
}

impl EndpointSource {
    /// Reads the calling half of an integration of `method` at `path`; `None` if there is nothing to call.
    pub(super) fn parse(
        method: &Method,
        integration: &Integration,
        path: &ResourcePath,
        findings: &mut Findings,
    ) -> Option<Self> {
        let Some(uri) = integration.uri.as_deref().filter(|uri| !uri.is_empty()) else {
            let what = match integration.integration_type {
                IntegrationType::Aws | IntegrationType::AwsProxy => {
                    "Invalid ARN specified in the request: an AWS integration needs one"
                }
                IntegrationType::Mock | IntegrationType::Http | IntegrationType::HttpProxy => {
                    "Invalid HTTP endpoint specified for URI: an HTTP integration needs one"
                }
            };
            findings.error("integration, uri", what);
            return None;
        };
        if integration.connection_type == Some(ConnectionType::VpcLink) {
            findings.unbuilt("integration, connection type", "VPC links");
        }
        if integration.insecure_skip_verification {
            let what = "the back end's certificate is taken without verification";
            findings.warning("integration, TLS configuration", what);
        }
        if !integration.cache_key_parameters.is_empty() {
            findings.warning(
                "integration, cache key parameters",
                "not supported yet: caching; every call goes out",
            );
        }
        let mut source = Self {
            uri: UriTemplate::parse(uri),
            method: integration.http_method.and_then(Verb::to_method),
            headers: Vec::new(),
            querystring: Vec::new(),
            path: Vec::new(),
            maps_payload: false,
            forbidden_header: false,
            is_aws: matches!(integration.integration_type, IntegrationType::Aws | IntegrationType::AwsProxy),
            timeout: integration.timeout.get(),
            insecure_skip_verification: integration.insecure_skip_verification,
        };
        for (target, text) in &integration.request_parameters {
            let place = || format!("integration, request parameter {target}");
            let expression = match Expression::parse(text, Scope::IntegrationRequest) {
                Ok(expression) => expression,
                Err(error) => {
                    findings.error(place(), error);
                    continue;
                }
            };
            check_source(&expression, method, path, &place, findings);
            source.maps_payload |= expression.is_body();
            match target.location {
                ParameterLocation::Path => source.path.push((target.name.as_str().into(), expression)),
                ParameterLocation::Querystring => {
                    source.querystring.push((QueryMapping::encode(target.name.as_str()), expression));
                }
                ParameterLocation::Header => {
                    source.header(target.name.as_str(), expression, &place, findings)
                }
            }
        }
        source.check_names(findings);
        Some(source)
    }

    fn header(
        &mut self,
        name: &str,
        expression: Expression,
        place: &impl Fn() -> String,
        findings: &mut Findings,
    ) {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            findings.error(place(), "this is no header name: expected an RFC 9110 token");
            return;
        };
        let target = if self.is_aws { aws_request_target(&name) } else { request_target(&name) };
        match target {
            RequestTarget::Sent => self.headers.push((name, expression)),
            RequestTarget::Dropped => {
                findings
                    .warning(place(), "this header is never sent to a back end; the mapping has no effect");
            }
            RequestTarget::Fatal => {
                findings
                    .warning(place(), "this header belongs to the gateway: every call will be answered 500");
                self.forbidden_header = true;
            }
        }
    }

    /// Checks that each `{name}` of the URI is mapped. Whether it is a URI is known when it is bound.
    fn check_names(&self, findings: &mut Findings) {
        for name in self.uri.names().filter(|name| !self.path.iter().any(|(own, _)| **own == **name)) {
            let what = format_args!(
                "{{{name}}} stands for nothing: map integration.request.path.{name}, for example to \
                 method.request.path.{name}"
            );
            findings.error("integration, uri", what);
        }
    }

    /// Whether a stage variable is in it.
    pub(super) fn has_stage_variables(&self) -> bool {
        let headers = self.headers.iter().map(|(_, expression)| expression);
        let querystring = self.querystring.iter().map(|(_, expression)| expression);
        self.uri.has_stage_variables()
            || headers
                .chain(querystring)
                .chain(self.path.iter().map(|(_, expression)| expression))
                .any(Expression::is_stage_variable)
    }

    /// The URI with its stage variables filled in.
    pub(super) fn uri(&self, variables: &StageVariables) -> String {
        self.uri.text(variables)
    }

    /// Whether a stage variable is in the URI.
    pub(super) fn has_stage_variables_in_uri(&self) -> bool {
        self.uri.has_stage_variables()
    }

    /// Leaves out every mapping but those onto the headers that `keep` names.
    pub(super) fn keep_headers(&mut self, keep: impl Fn(&HeaderName) -> bool) {
        self.headers.retain(|(name, _)| keep(name));
        self.querystring.clear();
        self.maps_payload = self.headers.iter().any(|(_, expression)| expression.is_body());
    }

    /// The call on a stage.
    pub(super) fn bind(&self, variables: &StageVariables, back_ends: &mut BackEnds) -> Endpoint {
        self.bind_with(variables, |path| self.uri.bind(variables, path, back_ends))
    }

    /// The call on a stage, its URI made from what the `{name}`s stand for.
    pub(super) fn bind_with(
        &self,
        variables: &StageVariables,
        resolve: impl FnOnce(&[(&str, Source)]) -> Result<UriPlan, InvalidUri>,
    ) -> Endpoint {
        let path = self.path.iter();
        let path: Vec<_> =
            path.filter_map(|(name, expression)| Some((&**name, expression.bind(variables)?))).collect();
        let headers = self.headers.iter().filter_map(|(name, expression)| {
            Some(HeaderMapping { name: name.clone(), source: expression.bind(variables)? })
        });
        let querystring = self.querystring.iter().filter_map(|(name, expression)| {
            Some(QueryMapping { name: name.clone(), source: expression.bind(variables)? })
        });
        Endpoint {
            uri: resolve(&path),
            trusted: false,
            method: self.method.clone(),
            maps_payload: self.maps_payload,
            headers: headers.collect(),
            querystring: querystring.collect(),
            forbidden_header: self.forbidden_header,
            timeout: self.timeout,
            insecure_skip_verification: self.insecure_skip_verification,
            is_aws: self.is_aws,
        }
    }
}

/// Notes what is wrong with the source of a request mapping.
fn check_source(
    expression: &Expression,
    method: &Method,
    path: &ResourcePath,
    place: &impl Fn() -> String,
    findings: &mut Findings,
) {
    let declared = |location, name: &str| {
        method.request_parameters.keys().any(|parameter| {
            let own = parameter.name.as_str();
            parameter.location == location
                && match location {
                    ParameterLocation::Header => own.eq_ignore_ascii_case(name),
                    ParameterLocation::Path | ParameterLocation::Querystring => own == name,
                }
        })
    };
    let missing = match expression {
        Expression::Request(RequestSource::Header(name, values)) => {
            if HeaderName::from_bytes(name.as_str().as_bytes()).is_ok_and(|name| is_hidden(&name)) {
                findings.warning(place(), "mappings never see this header; nothing will be sent for it");
            }
            (!declared(ParameterLocation::Header, name.as_str())).then_some(("header", name, *values))
        }
        Expression::Request(RequestSource::Querystring(name, values)) => (!declared(
            ParameterLocation::Querystring,
            name.as_str(),
        ))
        .then_some(("querystring", name, *values)),
        Expression::Request(RequestSource::Path(name)) => {
            let in_path =
                |part: &PathPart| matches!(part, PathPart::Param(own) | PathPart::Greedy(own) if own == name);
            let known = path.parts().iter().any(in_path) || declared(ParameterLocation::Path, name.as_str());
            (!known).then_some(("path", name, Values::Last))
        }
        Expression::UnknownContext(_) => {
            findings.warning(
                place(),
                format_args!("{expression} has no value here; nothing will be sent for it"),
            );
            None
        }
        Expression::Static(_)
        | Expression::Request(RequestSource::Body(_))
        | Expression::Response(_)
        | Expression::Context(_)
        | Expression::StageVariable(_) => None,
    };
    if let Some((location, name, _)) = missing {
        let what = format_args!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
             expression parameter specified: {expression}]; declare method.request.{location}.{name} on the method first"
        );
        findings.error(place(), what);
    }
}
