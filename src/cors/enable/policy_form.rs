//! The policy form: one record on the resource or the API, and a managed `OPTIONS` that takes part in routing.

use std::sync::Arc;

use super::headers::{integration_200, missing};
use super::options_mock::{has_empty, options_mock};
use super::static_form::{actual_headers, remove_marks};
use super::{EnableCors, Replace};
use crate::cors::change::{ChangeKind, KeptWhy, Ledger, Scope, What};
use crate::cors::header::CorsHeader;
use crate::cors::{allow_headers, allow_methods, expose_headers, mistakes};
use crate::model::{
    CorsMethods, CorsPolicy, Definition, GatewayErrors, HeaderParameter, Issue, ManagedBy, Method, Origins,
    ProxyCors, Resource, ResourceId, Status, Verb,
};

pub(super) fn plan(
    definition: &mut Definition,
    resources: &[ResourceId],
    request: &EnableCors,
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) {
    let policy = request.settings.policy();
    let of_api = request.scope == Scope::Api;
    if of_api {
        ledger.on_api();
        let api = Arc::make_mut(&mut definition.api);
        put_policy(&mut api.cors_policy, policy, ledger);
        crate::cors::disable::gateway_responses(definition, ledger);
    }
    let has_empty = has_empty(definition);
    for id in resources {
        let Some(path) = definition.path_of(*id) else { continue };
        let text = path.to_string();
        ledger.on_resource(&path);
        let edited = definition.edit(*id, |resource| {
            let named = request.scope == Scope::Resource(*id);
            remove_marks(resource, &|_| true, ledger);
            if of_api {
                ledger.on_resource(&path);
                if let Some(own) = resource.cors_policy.take() {
                    ledger.removed(What::Policy, Some(describe(&own)));
                }
            }
            if resource.methods.keys().all(|verb| *verb == Verb::Options) && !named {
                remove_managed_options(resource, ledger);
                return;
            }
            if !of_api {
                ledger.on_resource(&path);
                put_policy(&mut resource.cors_policy, policy, ledger);
            }
            options(resource, &text, (request.replace, has_empty), ledger, warnings);
            for (verb, method) in resource.methods.iter_mut().filter(|(verb, _)| **verb != Verb::Options) {
                ledger.on_method(*verb);
                actual(method, policy, request.replace, ledger);
            }
        });
        debug_assert!(edited.is_ok(), "the id was found above");
    }
}

fn put_policy(slot: &mut Option<CorsPolicy>, policy: &CorsPolicy, ledger: &mut Ledger) {
    let new = Some(describe(policy));
    match slot.replace(policy.clone()) {
        None => ledger.created(What::Policy, new),
        Some(old) => {
            let kind = if old == *policy { ChangeKind::Kept(KeptWhy::Same) } else { ChangeKind::Overwritten };
            ledger.note(What::Policy, Some(describe(&old)), new, kind);
        }
    }
}

fn options(
    resource: &mut Resource,
    path: &str,
    (replace, has_empty): (Replace, bool),
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) {
    ledger.on_method(Verb::Options);
    let managed = || options_mock(ManagedBy::CorsPolicy, has_empty);
    match resource.methods.get(&Verb::Options) {
        None => {
            ledger.created(What::Method, Some("managed by the CORS policy".to_owned()));
            resource.methods.insert(Verb::Options, managed());
        }
        Some(there) if there.managed_by == ManagedBy::CorsPolicy => {
            ledger.note(What::Method, None, None, ChangeKind::Kept(KeptWhy::Same));
        }
        Some(_) if replace == Replace::Existing => {
            let new = Some("managed by the CORS policy".to_owned());
            ledger.note(What::Method, Some("made by hand".to_owned()), new, ChangeKind::Overwritten);
            resource.methods.insert(Verb::Options, managed());
        }
        Some(by_hand) => {
            ledger.note(What::Method, None, None, ChangeKind::Kept(KeptWhy::ByHand));
            for issue in mistakes::preflight_warnings(Verb::Options, by_hand) {
                warnings.push(Issue::new("", format!("OPTIONS {path}: {issue}")));
            }
            if let Some((_, reason, mend)) =
                missing(path, Verb::Options, by_hand).filter(|_| by_hand.integration.is_none())
            {
                ledger.skipped(What::Method, reason, mend);
            }
        }
    }
}

/// The policy's headers take the place of whatever is mapped; mappings by hand go only when that was asked for.
fn actual(method: &mut Method, policy: &CorsPolicy, replace: Replace, ledger: &mut Ledger) {
    let Some(integration) = &mut method.integration else { return };
    if integration.integration_type.is_proxy() {
        if policy.proxy == ProxyCors::LeftToBackEnd {
            let must_send = must_send(policy);
            ledger.note(What::Integration, None, None, ChangeKind::LeftToBackEnd { must_send });
        }
        return;
    }
    let Some(response) = integration.responses.get_mut(&Status::OK) else { return };
    let by_hand: Vec<HeaderParameter> =
        response.response_parameters.keys().filter(|name| CorsHeader::of(name).is_some()).cloned().collect();
    for name in by_hand {
        let old = response.response_parameters.get(&name).cloned();
        match replace {
            Replace::Existing => {
                response.response_parameters.remove(&name);
                ledger.removed(integration_200(name), old);
            }
            Replace::Nothing => {
                ledger.note(integration_200(name), old.clone(), old, ChangeKind::Kept(KeptWhy::ByHand));
            }
        }
    }
}

/// What a back end that owns its headers must send; with several origins, the request's own among them.
fn must_send(policy: &CorsPolicy) -> Vec<(CorsHeader, String)> {
    let mut headers: Vec<(CorsHeader, String)> = actual_headers(policy)
        .into_iter()
        .filter_map(|(header, value)| Some((header, value?)))
        .filter(|(header, _)| *header != CorsHeader::AllowOrigin)
        .collect();
    let origin = crate::cors::allow_origin::constant(policy.origins())
        .unwrap_or_else(|| format!("the request's Origin, if it is one of {}", origins(policy)));
    headers.insert(0, (CorsHeader::AllowOrigin, origin));
    headers
}

fn origins(policy: &CorsPolicy) -> String {
    match policy.origins() {
        Origins::Any => "*".to_owned(),
        Origins::Listed(patterns) => patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// A policy in one line, for lists of changes.
pub(in crate::cors) fn describe(policy: &CorsPolicy) -> String {
    let methods = match policy.methods() {
        CorsMethods::OfResource => "those of the resource".to_owned(),
        listed @ CorsMethods::Listed(_) => allow_methods::value(listed, []),
    };
    let mut text = format!(
        "origins {}; methods {methods}; headers {}",
        origins(policy),
        allow_headers::value(policy.allow_headers()).unwrap_or_else(|| "none".to_owned())
    );
    if policy.credentials() {
        text.push_str("; credentials");
    }
    if let Some(names) = expose_headers::value(policy.expose_headers()) {
        text.push_str("; exposes ");
        text.push_str(&names);
    }
    if let Some(age) = policy.max_age() {
        text.push_str(&format!("; max age {age} s"));
    }
    if policy.proxy == ProxyCors::Own {
        text.push_str("; replaces the headers of proxied answers");
    }
    if policy.gateway_errors == GatewayErrors::Bare {
        text.push_str("; not on the gateway's own answers");
    }
    text
}

/// Takes the API's policy away, and with it every `OPTIONS` that only it managed.
pub(in crate::cors) fn remove_policy(definition: &mut Definition, ledger: &mut Ledger) {
    let Some(policy) = Arc::make_mut(&mut definition.api).cors_policy.take() else { return };
    ledger.removed(What::Policy, Some(describe(&policy)));
    let covered: Vec<ResourceId> =
        definition.resources().filter(|r| r.cors_policy.is_none()).map(|r| r.id).collect();
    for id in covered {
        let Some(path) = definition.path_of(id) else { continue };
        ledger.on_resource(&path);
        let edited = definition.edit(id, |resource| remove_managed_options(resource, ledger));
        debug_assert!(edited.is_ok(), "the id was found above");
    }
}

/// Takes an `OPTIONS` away that a policy managed.
pub(in crate::cors) fn remove_managed_options(resource: &mut Resource, ledger: &mut Ledger) {
    if resource.methods.get(&Verb::Options).is_some_and(|m| m.managed_by == ManagedBy::CorsPolicy) {
        ledger.on_method(Verb::Options);
        resource.methods.remove(&Verb::Options);
        ledger.removed(What::Method, Some("managed by the CORS policy".to_owned()));
    }
}
