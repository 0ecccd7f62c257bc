//! What is in force: per method, which CORS headers the gateway sends and who set them; and where a draft and what
//! is deployed differ.

use std::collections::BTreeMap;

use super::header::CorsHeader;
use crate::model::{
    CorsPolicy, Definition, GatewayResponseType, HeaderParameter, ProxyCors, Resource, ResourcePath, Status,
    Verb,
};

/// Who set a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// `EnableCors`, in the static form.
    EnableCors,
    /// Somebody, by hand.
    Hand,
}

/// A CORS header with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedHeader {
    /// Which one.
    pub header: CorsHeader,
    /// Its expression, such as `'*'`.
    pub expression: String,
    /// Who set it.
    pub set_by: SetBy,
}

/// Which policy answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOf {
    /// The resource's own.
    Resource,
    /// The API's.
    Api,
}

/// What a method's answers carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// No CORS header.
    Nothing,
    /// Static values, by status of the integration response.
    Static(BTreeMap<Status, Vec<MappedHeader>>),
    /// The headers of a policy.
    Policy(PolicyOf),
    /// What the back end sends: a proxy integration whose answers are not touched.
    BackEnd,
}

/// One method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodCors {
    /// The resource.
    pub path: ResourcePath,
    /// The method.
    pub verb: Verb,
    /// What its answers carry.
    pub in_force: InForce,
}

/// Everything about CORS in one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsState {
    /// The API's policy.
    pub policy: Option<CorsPolicy>,
    /// The policies of resources.
    pub policies: BTreeMap<ResourcePath, CorsPolicy>,
    /// Every method, resource by resource.
    pub methods: Vec<MethodCors>,
    /// CORS headers on gateway responses.
    pub gateway_responses: BTreeMap<GatewayResponseType, Vec<MappedHeader>>,
}

/// Says what is in force in `definition`, on the resources that `wanted` picks.
pub fn show(definition: &Definition, wanted: impl Fn(&ResourcePath) -> bool) -> CorsState {
    let mut state = CorsState { policy: definition.api.cors_policy.clone(), ..CorsState::default() };
    for (path, resource) in definition.walk().into_iter().filter(|(path, _)| wanted(path)) {
        if let Some(policy) = &resource.cors_policy {
            state.policies.insert(path.clone(), policy.clone());
        }
        for verb in resource.methods.keys() {
            let in_force = in_force(definition, resource, *verb);
            state.methods.push(MethodCors { path: path.clone(), verb: *verb, in_force });
        }
    }
    for (kind, record) in &definition.gateway_responses {
        let mark = definition.api.cors_marks.get(kind);
        let headers = mapped(&record.response_parameters, |header, value| {
            mark.is_some_and(|mark| mark.headers.get(header).is_some_and(|given| given == value))
        });
        if !headers.is_empty() {
            state.gateway_responses.insert(*kind, headers);
        }
    }
    state
}

fn in_force(definition: &Definition, resource: &Resource, verb: Verb) -> InForce {
    let Some(method) = resource.methods.get(&verb) else { return InForce::Nothing };
    let proxy = method.integration.as_ref().is_some_and(|i| i.integration_type.is_proxy());
    let policy = match (&resource.cors_policy, &definition.api.cors_policy) {
        (Some(own), _) => Some((own, PolicyOf::Resource)),
        (None, Some(api)) => Some((api, PolicyOf::Api)),
        (None, None) => None,
    };
    match policy {
        Some((policy, of)) if !proxy || policy.proxy == ProxyCors::Own => return InForce::Policy(of),
        Some(_) | None if proxy => return InForce::BackEnd,
        Some(_) | None => {}
    }
    let by_status: BTreeMap<Status, Vec<MappedHeader>> = method
        .integration
        .iter()
        .flat_map(|integration| &integration.responses)
        .map(|(status, response)| {
            let marked = |header: &HeaderParameter, value: &str| {
                *status == Status::OK && resource.is_cors_mark(verb, header, value)
            };
            (*status, mapped(&response.response_parameters, marked))
        })
        .filter(|(_, headers)| !headers.is_empty())
        .collect();
    if by_status.is_empty() { InForce::Nothing } else { InForce::Static(by_status) }
}

fn mapped(
    parameters: &BTreeMap<HeaderParameter, String>,
    marked: impl Fn(&HeaderParameter, &str) -> bool,
) -> Vec<MappedHeader> {
    parameters
        .iter()
        .filter_map(|(name, expression)| {
            let header = CorsHeader::of(name)?;
            let set_by = if marked(name, expression) { SetBy::EnableCors } else { SetBy::Hand };
            Some(MappedHeader { header, expression: expression.clone(), set_by })
        })
        .collect()
}

/// Where a draft and a deployment differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The resource; `None` for what belongs to the API.
    pub path: Option<ResourcePath>,
    /// The method, if it is about one.
    pub verb: Option<Verb>,
    /// What differs, in words: `method`, `policy`, `gateway response DEFAULT_4XX`.
    pub what: String,
}

/// Lists where `draft` and `deployed` differ. Empty means that deploying the draft changes nothing about CORS.
#[must_use]
pub fn differences(draft: &CorsState, deployed: &CorsState) -> Vec<Difference> {
    let mut found = Vec::new();
    let api = |what: String| Difference { path: None, verb: None, what };
    if draft.policy != deployed.policy {
        found.push(api("policy".to_owned()));
    }
    for kind in keys(&draft.gateway_responses, &deployed.gateway_responses) {
        if draft.gateway_responses.get(&kind) != deployed.gateway_responses.get(&kind) {
            found.push(api(format!("gateway response {kind}")));
        }
    }
    for path in keys(&draft.policies, &deployed.policies) {
        if draft.policies.get(&path) != deployed.policies.get(&path) {
            found.push(Difference { path: Some(path), verb: None, what: "policy".to_owned() });
        }
    }
    let by_key = |state: &CorsState| -> BTreeMap<(ResourcePath, Verb), InForce> {
        state.methods.iter().map(|m| ((m.path.clone(), m.verb), m.in_force.clone())).collect()
    };
    let (draft, deployed) = (by_key(draft), by_key(deployed));
    for key in keys(&draft, &deployed) {
        if draft.get(&key) != deployed.get(&key) {
            found.push(Difference { path: Some(key.0), verb: Some(key.1), what: "method".to_owned() });
        }
    }
    found
}

fn keys<K: Ord + Clone, V>(a: &BTreeMap<K, V>, b: &BTreeMap<K, V>) -> std::collections::BTreeSet<K> {
    a.keys().chain(b.keys()).cloned().collect()
}
