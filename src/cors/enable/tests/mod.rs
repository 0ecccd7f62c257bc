//! Rows of API Gateway's *Enable CORS for a REST API resource*, and what goes beyond them.

mod disabling;
mod policies;
mod replacing;
mod rows;
mod skipping;

use std::time::SystemTime;

use super::{EnableCors, EnablePlan, Replace, Skips, plan};
use crate::cors::change::{Change, ChangeKind, Scope};
use crate::cors::settings::{CorsInput, CorsSettings, FormChoice};
use crate::model::{
    Api, ApiId, Definition, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse,
    PathPart, ResourceId, ResourcePath, Status, Verb,
};

pub(super) fn id(n: u8) -> ResourceId {
    ResourceId::from_random([n; 6])
}

/// An API with `/pets` (1) below the root (0), and `/pets/{id}` (2).
pub(super) fn api(methods: &[(u8, Verb, IntegrationType)]) -> Definition {
    let part = |text: &str| text.parse::<PathPart>().expect("a path part");
    let api = Api::new(ApiId::from_random([1; 10]), "pets".into(), SystemTime::UNIX_EPOCH);
    let mut definition = Definition::new(api, id(0));
    definition.add(id(1), id(0), part("pets")).expect("a child");
    definition.add(id(2), id(1), part("{id}")).expect("a grandchild");
    for (resource, verb, kind) in methods {
        definition
            .edit(id(*resource), |r| {
                r.methods.insert(*verb, method(*kind));
            })
            .expect("the resource is there");
    }
    definition
}

/// A method with a 200 response all the way.
pub(super) fn method(kind: IntegrationType) -> Method {
    let integration = Integration {
        responses: [(Status::OK, IntegrationResponse::default())].into(),
        ..Integration::new(kind)
    };
    Method {
        responses: [(Status::OK, MethodResponse::default())].into(),
        integration: Some(integration),
        ..Method::default()
    }
}

/// The console's defaults on `/pets`.
pub(super) fn request() -> EnableCors {
    EnableCors {
        scope: Scope::Resource(id(1)),
        methods: Vec::new(),
        settings: CorsSettings::parse(&CorsInput::default()).expect("the defaults stand"),
        form: FormChoice::Automatic,
        replace: Replace::Nothing,
        skips: Skips::Report,
    }
}

pub(super) fn with(change: impl FnOnce(&mut CorsInput)) -> EnableCors {
    let mut input = CorsInput::default();
    change(&mut input);
    EnableCors { settings: CorsSettings::parse(&input).expect("settings that stand"), ..request() }
}

#[track_caller]
pub(super) fn enabled(draft: &Definition, request: &EnableCors) -> EnablePlan {
    plan(draft, request).expect("it can be meant")
}

/// The mapped value of a header on the 200 integration response.
pub(super) fn mapped(definition: &Definition, resource: u8, verb: Verb, header: &str) -> Option<String> {
    let method = definition.resource(id(resource))?.methods.get(&verb)?;
    let answer = method.integration.as_ref()?.responses.get(&Status::OK)?;
    answer.response_parameters.get(&header.parse().expect("a header")).cloned()
}

/// Whether the 200 method response declares a header.
pub(super) fn declared(definition: &Definition, resource: u8, verb: Verb, header: &str) -> bool {
    definition
        .resource(id(resource))
        .and_then(|r| r.methods.get(&verb)?.responses.get(&Status::OK))
        .is_some_and(|r| r.response_parameters.contains_key(&header.parse().expect("a header")))
}

/// Maps a header by hand.
pub(super) fn map_by_hand(
    definition: &mut Definition,
    resource: u8,
    verb: Verb,
    header: &str,
    expression: &str,
) {
    let key: crate::model::HeaderParameter = header.parse().expect("a header");
    definition
        .edit(id(resource), |r| {
            let method = r.methods.get_mut(&verb).expect("the method is there");
            let response = method.responses.get_mut(&Status::OK).expect("a method response");
            response.response_parameters.insert(key.clone(), false);
            let integration = method.integration.as_mut().expect("an integration");
            let answer = integration.responses.get_mut(&Status::OK).expect("an integration response");
            answer.response_parameters.insert(key, expression.to_owned());
        })
        .expect("the resource is there");
}

/// A change in one line.
pub(super) fn line(change: &Change) -> String {
    let at = change.path.as_ref().map(ResourcePath::to_string).unwrap_or_default();
    let verb = change.verb.map(Verb::as_str).unwrap_or_default();
    let mut text = format!("{verb} {at} {}: {}", change.what, change.kind.as_str());
    if let Some(old) = &change.old {
        text.push_str(&format!(" from {old}"));
    }
    if let Some(new) = &change.new {
        text.push_str(&format!(" to {new}"));
    }
    text.trim_start().to_owned()
}

pub(super) fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(line).collect()
}

pub(super) fn kinds(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|c| c.kind.as_str()).collect()
}

/// The headers that a back end is told to send, for the method of `verb`.
pub(super) fn left_to_back_end(changes: &[Change], verb: Verb) -> Option<Vec<String>> {
    changes.iter().filter(|c| c.verb == Some(verb)).find_map(|change| match &change.kind {
        ChangeKind::LeftToBackEnd { must_send } => {
            Some(must_send.iter().map(|(header, value)| format!("{}: {value}", header.as_str())).collect())
        }
        ChangeKind::Created
        | ChangeKind::Overwritten
        | ChangeKind::Removed
        | ChangeKind::Kept(_)
        | ChangeKind::Skipped { .. } => None,
    })
}
