//! Definitions in, plans or faults out.

mod faults;
mod gateway_responses;
mod mocks;
mod sharing;
mod snapshots;
mod upstream;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::mapping::{ContextVariable, Facts};
use crate::model::{
    Api, ApiId, Definition, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse,
    Partition, ResourceId, ResourcePath, StageVariables, Status, Verb,
};
use crate::route::RequestPath;

pub(super) fn api_id() -> ApiId {
    "abcdefghij".parse().expect("an id")
}

/// An API without anything.
pub(super) fn empty() -> Definition {
    Definition::new(
        Api::new(api_id(), "pets".to_owned(), SystemTime::UNIX_EPOCH),
        ResourceId::from_random([0; 6]),
    )
}

/// The resource of a path, made with all above it where it is missing.
pub(super) fn ensure(definition: &mut Definition, path: &str) -> ResourceId {
    let path: ResourcePath = path.parse().expect("a resource path");
    let mut here = definition.root();
    for part in path.parts() {
        let known = definition.children(here).find(|(own, _)| *own == part).map(|(_, id)| id);
        here = known.unwrap_or_else(|| {
            let n = u32::try_from(definition.resource_count()).expect("few resources").to_be_bytes();
            // Base 36 digits, so that ids differ.
            let n = u32::from_be_bytes(n);
            let digit = |power: u32| u8::try_from(n / 36_u32.pow(power) % 36).expect("a digit");
            let id = ResourceId::from_random([digit(5), digit(4), digit(3), digit(2), digit(1), digit(0)]);
            definition.add(id, here, part.clone()).expect("the tree's rules hold");
            id
        });
    }
    here
}

/// Puts a method, written `VERB /path`.
pub(super) fn put(definition: &mut Definition, line: &str, method: Method) {
    let (verb, path) = line.split_once(' ').expect("VERB /path");
    let id = ensure(definition, path);
    let verb: Verb = verb.parse().expect("a verb");
    definition
        .edit(id, |resource| drop(resource.methods.insert(verb, method)))
        .expect("the resource is there");
}

pub(super) fn method(integration: Integration) -> Method {
    let mut method = Method { integration: Some(integration), ..Method::default() };
    method.responses.insert(Status::OK, MethodResponse::default());
    method
}

/// A mock that answers 200 with these headers, as `EnableCors` makes it.
pub(super) fn mock(headers: &[(&str, &str)]) -> Method {
    let mut integration = Integration::new(IntegrationType::Mock);
    let template = "{\"statusCode\": 200}".to_owned();
    integration.request_templates.insert("application/json".parse().expect("a media type"), template);
    let mut method = method(integration);
    answer(&mut method, "200", headers);
    method
}

/// Gives a method a response and its integration the mapping of these headers.
pub(super) fn answer(method: &mut Method, status: &str, headers: &[(&str, &str)]) {
    let status: Status = status.parse().expect("a status");
    let declared = method.responses.entry(status).or_default();
    let mut response = IntegrationResponse::default();
    for (name, value) in headers {
        declared.response_parameters.insert(name.parse().expect("a header"), false);
        response.response_parameters.insert(name.parse().expect("a header"), (*value).to_owned());
    }
    if let Some(integration) = &mut method.integration {
        integration.responses.insert(status, response);
    }
}

/// A call to a back end.
pub(super) fn call(kind: IntegrationType, uri: &str, parameters: &[(&str, &str)]) -> Method {
    let mut integration = Integration::new(kind);
    integration.uri = Some(uri.to_owned());
    let mut declared = Vec::new();
    for (target, source) in parameters {
        integration.request_parameters.insert(target.parse().expect("a parameter"), (*source).to_owned());
        if let Some(source) = source.strip_prefix("method.request.") {
            declared.extend(source.replace("multivalue", "").parse());
        }
    }
    let mut method = method(integration);
    method.request_parameters = declared.into_iter().map(|parameter| (parameter, true)).collect();
    answer(&mut method, "200", &[]);
    method
}

pub(super) fn settings(variables: &[(&str, &str)]) -> StageSettings {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    StageSettings {
        partition: Partition::default(),
        name: "prod".parse().expect("a stage name"),
        deployment: None,
        variables: StageVariables::parse(variables).expect("stage variables"),
        aws: Arc::default(),
        lambda_endpoint: None,
    }
}

/// Compiles what must be without a fault, and puts it on a stage.
pub(super) fn stage(definition: &Definition, variables: &[(&str, &str)]) -> Arc<StagePlan> {
    let compiled = compile(definition, &CompileOptions::default()).expect("nothing is wrong with it");
    bind(&compiled, &settings(variables))
}

/// The faults of a definition, each as `place: message`.
pub(super) fn faults(definition: &Definition) -> Vec<String> {
    let faults = compile(definition, &CompileOptions::default()).expect_err("something is wrong with it");
    faults.iter().map(ToString::to_string).collect()
}

pub(super) fn warnings(definition: &Definition) -> Vec<String> {
    let compiled = compile(definition, &CompileOptions::default()).expect("nothing is wrong with it");
    compiled.warnings().iter().map(ToString::to_string).collect()
}

/// The plan of `VERB /path` on a stage.
pub(super) fn plan<'s>(stage: &'s StagePlan, line: &str) -> &'s Arc<MethodPlan> {
    let (verb, path) = line.split_once(' ').expect("VERB /path");
    let path = RequestPath::parse(path).expect("a good path");
    stage.find(path, verb.parse().expect("a verb")).expect("a method answers").method
}

/// A request as a table.
#[derive(Default)]
pub(super) struct Request {
    pub(super) headers: HeaderMap,
    pub(super) query: Option<&'static str>,
    pub(super) path: BTreeMap<&'static str, &'static str>,
    pub(super) answer: Option<HeaderMap>,
}

pub(super) fn headers(list: &[(&str, &str)]) -> HeaderMap {
    let pairs = list.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a header name");
        (name, HeaderValue::from_str(value).expect("a header value"))
    });
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(name, value);
    }
    map
}

impl Facts for Request {
    fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn query(&self) -> Option<&str> {
        self.query
    }

    fn path_parameter(&self, name: &str) -> Option<&str> {
        self.path.get(name).copied()
    }

    fn context(&self, variable: ContextVariable) -> Option<Cow<'_, str>> {
        match variable {
            ContextVariable::Stage => Some(Cow::Borrowed("prod")),
            ContextVariable::RequestId => Some(Cow::Owned("r-1".to_owned())),
            ContextVariable::ErrorMessageString => Some(Cow::Borrowed("\"Forbidden\"")),
            _ => None,
        }
    }

    fn answer_headers(&self) -> Option<&HeaderMap> {
        self.answer.as_ref()
    }
}
