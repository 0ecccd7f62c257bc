//! Integration responses: how a back end's answer becomes the caller's.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::cors::mistakes;
use crate::mapping::headers::{ResponseTarget, response_target};
use crate::mapping::{Expression, HeaderMapping, Pattern, Patterns, Scope, Selection, Source};
use crate::model::{ContentHandling, HeaderParameter, IntegrationResponse, Method, StageVariables, Status};

use super::findings::Findings;
use super::templates::Templates;
use super::{AcceptChoice, Answer, BodyPlan, ResponsePlan, Responses};

/// Whose answers are mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnsweredBy {
    /// The gateway's own mock: no headers, no body.
    Mock,
    /// A back end.
    BackEnd,
}

/// Integration responses whose stage variables are still open.
#[derive(Debug)]
pub(super) struct ResponsesSource {
    list: Vec<ResponseSource>,
    pub(super) selection: Selection,
    answered_by: AnsweredBy,
}

#[derive(Debug)]
struct ResponseSource {
    status: StatusCode,
    headers: Vec<(HeaderName, Expression)>,
    content_handling: Option<ContentHandling>,
    body: AcceptChoice<BodyPlan>,
    undeclared: bool,
}

/// What has been compiled for an API so far, so that equal responses are one: 20,000 preflights are a few answers.
#[derive(Debug, Default)]
pub(super) struct ResponseCache {
    by_content: HashMap<Vec<u8>, Arc<Cached>>,
    patterns: Patterns,
    pub(super) templates: Templates,
}

#[derive(Debug)]
pub(super) struct Cached {
    pub(super) source: ResponsesSource,
    /// What was found, seen from the method.
    pub(super) findings: Findings,
    /// The responses, if no stage variable is in them.
    pub(super) fixed: Option<Arc<Responses>>,
}

impl ResponseCache {
    /// The responses of a method's integration.
    pub(super) fn get(
        &mut self,
        method: &Method,
        responses: &BTreeMap<Status, IntegrationResponse>,
        answered_by: AnsweredBy,
    ) -> Arc<Cached> {
        let key = content(method, responses, answered_by);
        if let Some(cached) = self.by_content.get(&key) {
            return Arc::clone(cached);
        }
        let mut findings = Findings::default();
        let source = ResponsesSource::parse(method, responses, answered_by, self, &mut findings);
        let fixed = (!source.has_stage_variables()).then(|| source.bind(&StageVariables::default()));
        let cached = Arc::new(Cached { source, findings, fixed });
        self.by_content.insert(key, Arc::clone(&cached));
        cached
    }
}

impl Cached {
    /// The responses on a stage.
    pub(super) fn bind(&self, variables: &StageVariables) -> Arc<Responses> {
        self.fixed.as_ref().map_or_else(|| self.source.bind(variables), Arc::clone)
    }
}

/// All that the compiled responses depend on, as bytes.
fn content(
    method: &Method,
    responses: &BTreeMap<Status, IntegrationResponse>,
    answered_by: AnsweredBy,
) -> Vec<u8> {
    let mut key = Vec::with_capacity(512);
    key.push(u8::from(answered_by == AnsweredBy::Mock));
    for (status, response) in responses {
        let declared = method.responses.get(status);
        key.extend(status.as_u16().to_be_bytes());
        key.extend([
            u8::from(declared.is_some()),
            match response.content_handling {
                None => 0,
                Some(ContentHandling::ConvertToBinary) => 1,
                Some(ContentHandling::ConvertToText) => 2,
            },
        ]);
        push(&mut key, response.selection_pattern.as_deref().unwrap_or_default());
        key.extend(response.response_parameters.len().to_be_bytes());
        for (name, value) in &response.response_parameters {
            let known = declared.is_some_and(|declared| declared.response_parameters.contains_key(name));
            key.push(u8::from(known));
            push(&mut key, name.as_str());
            push(&mut key, value);
        }
        key.extend(response.response_templates.len().to_be_bytes());
        for (media_type, template) in &response.response_templates {
            push(&mut key, media_type.as_str());
            push(&mut key, template);
        }
    }
    key
}

/// Adds a text and its length, which keeps neighbours apart.
fn push(key: &mut Vec<u8>, text: &str) {
    key.extend(text.len().to_be_bytes());
    key.extend_from_slice(text.as_bytes());
}

impl ResponsesSource {
    fn parse(
        method: &Method,
        responses: &BTreeMap<Status, IntegrationResponse>,
        answered_by: AnsweredBy,
        known: &mut ResponseCache,
        findings: &mut Findings,
    ) -> Self {
        let mut selection: Vec<(Arc<Pattern>, usize)> = Vec::new();
        let mut default: Option<(usize, Status)> = None;
        let mut list = Vec::with_capacity(responses.len());
        for (index, (status, response)) in responses.iter().enumerate() {
            let mut inner = Findings::default();
            match response.selection_pattern.as_deref() {
                None | Some("") => match default {
                    None => default = Some((index, *status)),
                    Some((_, first)) => inner.warning(
                        "selection pattern",
                        format_args!(
                            "there is a default already, {first}; this one without a pattern is never used"
                        ),
                    ),
                },
                Some(text) => match known.patterns.get(text) {
                    Ok(pattern) => selection.push((pattern, index)),
                    Err(error) => inner.error("selection pattern", error),
                },
            }
            list.push(ResponseSource::parse(
                method,
                *status,
                response,
                answered_by,
                &mut known.templates,
                &mut inner,
            ));
            if !inner.is_empty() {
                findings.absorb(&format!("integration response {status}"), &inner);
            }
        }
        if default.is_none() {
            findings.warning(
                "integration",
                "no integration response is the default (one without a selection pattern): what no pattern matches \
                 is answered 500",
            );
        }
        Self { list, selection: Selection::new(selection, default.map(|(index, _)| index)), answered_by }
    }

    /// Whether a template lists the names of the request's headers.
    pub(super) fn lists_headers(&self) -> bool {
        self.list.iter().any(|response| response.body.templates().any(BodyPlan::lists_headers))
    }

    fn has_stage_variables(&self) -> bool {
        let mut headers = self.list.iter().flat_map(|response| &response.headers);
        headers.any(|(_, expression)| expression.is_stage_variable())
    }

    fn bind(&self, variables: &StageVariables) -> Arc<Responses> {
        let list = self.list.iter().map(|response| response.bind(variables, self.answered_by));
        Arc::new(Responses { list: list.collect(), selection: self.selection.clone() })
    }
}

impl ResponseSource {
    fn parse(
        method: &Method,
        status: Status,
        response: &IntegrationResponse,
        answered_by: AnsweredBy,
        templates: &mut Templates,
        findings: &mut Findings,
    ) -> Self {
        check_cors(&response.response_parameters, findings);
        let declared = method.responses.get(&status);
        if declared.is_none() {
            findings.warning(
                "",
                format_args!("the method declares no response {status}: it is answered 500 instead"),
            );
        }
        let mut headers = Vec::new();
        for (name, text) in &response.response_parameters {
            if declared.is_some_and(|declared| !declared.response_parameters.contains_key(name)) {
                let what = format_args!(
                    "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid \
                     mapping expression parameter specified: method.response.header.{name}]; declare it on the \
                     method response first"
                );
                findings.error(format!("header {name}"), what);
                continue;
            }
            headers.extend(header(name, text, Scope::MethodResponse, findings));
        }
        if answered_by == AnsweredBy::Mock {
            // A mock has no answer that anything could come from.
            headers.retain(|(_, expression)| !matches!(expression, Expression::Response(_)));
        }
        let bodies = response.response_templates.iter().filter_map(|(media_type, text)| {
            Some((media_type.clone(), templates.body(media_type, text, findings)?))
        });
        let body = AcceptChoice::new(bodies).unwrap_or_else(|| AcceptChoice::only(BodyPlan::Payload));
        Self {
            status: status.to_http(),
            headers,
            content_handling: response.content_handling,
            body,
            undeclared: declared.is_none(),
        }
    }

    fn bind(&self, variables: &StageVariables, answered_by: AnsweredBy) -> ResponsePlan {
        let (headers, mappings) = bind_headers(&self.headers, variables);
        let ready = answered_by == AnsweredBy::Mock
            && mappings.is_empty()
            && !self.undeclared
            && self.content_handling != Some(ContentHandling::ConvertToBinary);
        let answer = if ready { self.ready(&headers) } else { None };
        ResponsePlan {
            status: self.status,
            headers,
            maps_payload: self.headers.iter().any(|(_, expression)| expression.is_body()),
            mappings,
            content_handling: self.content_handling,
            body: self.body.clone(),
            answer,
            undeclared: self.undeclared,
        }
    }

    /// The answers of a mock, if no template has to be run for any of them.
    fn ready(&self, headers: &HeaderMap) -> Option<AcceptChoice<Arc<Answer>>> {
        self.body.try_map(|body| {
            let body = match body {
                BodyPlan::Payload => Bytes::new(),
                BodyPlan::Constant(bytes) => bytes.clone(),
                BodyPlan::Template(_) => return None,
            };
            Some(Arc::new(Answer::new(self.status, headers.clone(), body)))
        })
    }
}

/// Notes the header mappings that CORS forbids, or that no browser will take.
pub(super) fn check_cors(parameters: &BTreeMap<HeaderParameter, String>, findings: &mut Findings) {
    let place = |field: &str| {
        let name = field.strip_prefix("response_parameters[").and_then(|name| name.strip_suffix(']'));
        name.map_or_else(|| field.to_owned(), |name| format!("header {name}"))
    };
    for issue in mistakes::check(parameters).err().into_iter().flatten() {
        findings.error(place(&issue.field), issue.message);
    }
    for issue in mistakes::warnings(parameters) {
        findings.warning(place(&issue.field), issue.message);
    }
}

/// A header of an answer with its expression, under the name that it leaves with.
pub(super) fn header(
    name: &HeaderParameter,
    text: &str,
    scope: Scope,
    findings: &mut Findings,
) -> Option<(HeaderName, Expression)> {
    let place = || format!("header {name}");
    let expression = match Expression::parse(text, scope) {
        Ok(expression) => expression,
        Err(error) => {
            findings.error(place(), error);
            return None;
        }
    };
    if let Expression::UnknownContext(_) = expression {
        findings
            .warning(place(), format_args!("{expression} has no value here; the header will be left out"));
    }
    match response_target(&name.to_http()) {
        ResponseTarget::Sent => Some((name.to_http(), expression)),
        ResponseTarget::Renamed(renamed) => {
            findings.warning(
                place(),
                format_args!("this header belongs to the gateway; it is sent as {renamed}"),
            );
            Some((renamed, expression))
        }
        ResponseTarget::Dropped => {
            findings.warning(place(), "this header belongs to the gateway; the mapping has no effect");
            None
        }
    }
}

/// Headers on a stage: those that are the same for every request, and the others.
pub(super) fn bind_headers(
    headers: &[(HeaderName, Expression)],
    variables: &StageVariables,
) -> (HeaderMap, Box<[HeaderMapping]>) {
    let mut constant = HeaderMap::new();
    let mut mappings = Vec::new();
    for (name, expression) in headers {
        match expression.bind(variables) {
            Some(Source::Constant(bytes)) => {
                // Static texts and stage variables hold nothing that a header must not.
                if let Ok(value) = HeaderValue::from_maybe_shared(bytes) {
                    constant.insert(name.clone(), value);
                }
            }
            Some(source) => mappings.push(HeaderMapping { name: name.clone(), source }),
            None => {}
        }
    }
    (constant, mappings.into())
}
