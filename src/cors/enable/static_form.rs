//! The static form, step by step as API Gateway's console takes them.

use std::collections::BTreeSet;

use super::headers::{declare, integration_200, missing, retract, set, unmark};
use super::options_mock::{EMPTY, has_empty, options_mock};
use super::policy_form::{remove_managed_options, remove_policy};
use super::{EnableCors, gateway_responses};
use crate::cors::change::{ChangeKind, Ledger, Scope, What};
use crate::cors::header::CorsHeader;
use crate::cors::{
    allow_credentials, allow_headers, allow_methods, allow_origin, expose_headers, max_age, mistakes,
};
use crate::model::{
    CorsMark, CorsPolicy, Definition, Issue, ManagedBy, Method, Resource, ResourceId, Status, Verb,
};

/// Every header with the text it is to send; `None` where it is not to be sent.
type Wanted = [(CorsHeader, Option<String>)];

pub(super) fn plan(
    definition: &mut Definition,
    resources: &[ResourceId],
    request: &EnableCors,
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) {
    if request.scope == Scope::Api {
        ledger.on_api();
        remove_policy(definition, ledger);
    }
    let mut told: BTreeSet<Verb> = BTreeSet::new();
    let has_empty = has_empty(definition);
    for id in resources {
        let Some(path) = definition.path_of(*id) else { continue };
        let text = path.to_string();
        ledger.on_resource(&path);
        let edited = definition.edit(*id, |resource| {
            // A resource that has no method is left alone, unless it was named: then it gets an answer to preflights.
            let named = request.scope == Scope::Resource(*id);
            if !named && resource.methods.keys().all(|verb| *verb == Verb::Options) {
                return;
            }
            leave_policy_form(resource, ledger);
            told.extend(enable(resource, &text, (named, has_empty), request, ledger, warnings));
        });
        debug_assert!(edited.is_ok(), "the id was found above");
    }
    let verbs = allow_methods::value(request.settings.policy().methods(), told);
    ledger.on_api();
    gateway_responses::plan(definition, request, &verbs, ledger, warnings);
    let binary = definition.api.binary_media_types.iter().any(|media| media.as_str() == "*/*");
    if binary {
        warnings.push(Issue::new(
            "",
            "binaryMediaTypes has */*: API Gateway then cannot apply the template of an OPTIONS mock and answers 500, unless its integration has contentHandling CONVERT_TO_TEXT",
        ));
    }
}

/// Switching forms: a policy of the resource's own goes, with the method that it manages.
fn leave_policy_form(resource: &mut Resource, ledger: &mut Ledger) {
    if let Some(policy) = resource.cors_policy.take() {
        ledger.removed(What::Policy, Some(super::policy_form::describe(&policy)));
    }
    remove_managed_options(resource, ledger);
}

/// Enables one resource; says which verbs its preflights are told of.
fn enable(
    resource: &mut Resource,
    path: &str,
    (named, has_empty): (bool, bool),
    request: &EnableCors,
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) -> BTreeSet<Verb> {
    let existing: Vec<Verb> = resource.methods.keys().copied().filter(|v| *v != Verb::Options).collect();
    let mut chosen: Vec<Verb> = existing.clone();
    if !request.methods.is_empty() {
        chosen.retain(|verb| request.methods.contains(verb));
        if chosen.is_empty() && !named && !request.methods.contains(&Verb::Options) {
            return BTreeSet::new();
        }
    }
    // Methods that were enabled before stay enabled: choosing one more does not take them off the list.
    let before = resource.cors_marks.keys().copied().filter(|v| existing.contains(v));
    let told: BTreeSet<Verb> = chosen.iter().copied().chain(before).collect();
    let policy = request.settings.policy();
    options(resource, path, &preflight_headers(policy, &told), (has_empty, request), ledger, warnings);
    if named {
        for verb in request.methods.iter().filter(|v| **v != Verb::Options && !existing.contains(v)) {
            ledger.on_method(*verb);
            let (reason, mend) = if existing.contains(&Verb::Any) {
                (format!("{verb} {path} does not exist: ANY answers it"), "EnableCors with ANY".to_owned())
            } else {
                let mend = format!("PutMethod {verb} {path}, then EnableCors again");
                (format!("{verb} {path} does not exist"), mend)
            };
            ledger.skipped(What::Method, reason, mend);
        }
    }
    for verb in chosen {
        ledger.on_method(verb);
        let mut mark = resource.cors_marks.remove(&verb).unwrap_or_default();
        if let Some(method) = resource.methods.get_mut(&verb) {
            actual(method, &mut mark, path, verb, policy, request, ledger);
        }
        resource.cors_marks.insert(verb, mark);
    }
    told
}

/// What a preflight is answered with.
fn preflight_headers(policy: &CorsPolicy, told: &BTreeSet<Verb>) -> Vec<(CorsHeader, Option<String>)> {
    vec![
        (CorsHeader::AllowHeaders, allow_headers::value(policy.allow_headers())),
        (CorsHeader::AllowMethods, Some(allow_methods::value(policy.methods(), told.iter().copied()))),
        (CorsHeader::AllowOrigin, allow_origin::constant(policy.origins())),
        (CorsHeader::AllowCredentials, allow_credentials::value(policy.credentials())),
        (CorsHeader::MaxAge, max_age::value(policy.max_age())),
    ]
}

/// What an actual request is answered with.
pub(super) fn actual_headers(policy: &CorsPolicy) -> Vec<(CorsHeader, Option<String>)> {
    vec![
        (CorsHeader::AllowOrigin, allow_origin::constant(policy.origins())),
        (CorsHeader::AllowCredentials, allow_credentials::value(policy.credentials())),
        (CorsHeader::ExposeHeaders, expose_headers::value(policy.expose_headers())),
    ]
}

fn sent(headers: &Wanted) -> Vec<(CorsHeader, String)> {
    headers.iter().filter_map(|(header, value)| Some((*header, value.clone()?))).collect()
}

fn options(
    resource: &mut Resource,
    path: &str,
    headers: &Wanted,
    (has_empty, request): (bool, &EnableCors),
    ledger: &mut Ledger,
    warnings: &mut Vec<Issue>,
) {
    ledger.on_method(Verb::Options);
    let mut mark = resource.cors_marks.remove(&Verb::Options).unwrap_or_default();
    let method = resource.methods.entry(Verb::Options).or_insert_with(|| {
        mark = CorsMark { created: true, ..CorsMark::default() };
        ledger.created(What::Method, Some("authorization NONE, no API key".to_owned()));
        let model = has_empty.then(|| format!("application/json: {EMPTY}"));
        ledger.created(What::MethodResponse(Status::OK), model);
        ledger.created(What::Integration, Some("MOCK, {\"statusCode\": 200}".to_owned()));
        ledger.created(What::IntegrationResponse(Status::OK), Some("empty body".to_owned()));
        options_mock(ManagedBy::Nobody, has_empty)
    });
    for issue in mistakes::preflight_warnings(Verb::Options, method) {
        warnings.push(Issue::new("", format!("OPTIONS {path}: {issue}")));
    }
    if method.integration.as_ref().is_some_and(|i| i.integration_type.is_proxy()) {
        ledger.note(What::Integration, None, None, ChangeKind::LeftToBackEnd { must_send: sent(headers) });
    } else if let Some((what, reason, mend)) = missing(path, Verb::Options, method) {
        ledger.skipped(what, reason, mend);
    } else {
        map_all(method, &mut mark, headers, request, ledger);
    }
    resource.cors_marks.insert(Verb::Options, mark);
}

fn actual(
    method: &mut Method,
    mark: &mut CorsMark,
    path: &str,
    verb: Verb,
    policy: &CorsPolicy,
    request: &EnableCors,
    ledger: &mut Ledger,
) {
    let headers = actual_headers(policy);
    let proxy = method.integration.as_ref().is_some_and(|i| i.integration_type.is_proxy());
    if proxy {
        // The console declares the header where it can; on ANY it sets nothing at all.
        if verb != Verb::Any {
            declare(method, mark, CorsHeader::AllowOrigin, ledger);
        }
        ledger.note(What::Integration, None, None, ChangeKind::LeftToBackEnd { must_send: sent(&headers) });
        return;
    }
    if let Some((what, reason, mend)) = missing(path, verb, method) {
        // As on Amazon, the declaration stands although the mapping that follows cannot be made.
        declare(method, mark, CorsHeader::AllowOrigin, ledger);
        ledger.skipped(what, reason, mend);
        return;
    }
    map_all(method, mark, &headers, request, ledger);
}

/// Declares and maps `headers` on a method that has all it takes.
fn map_all(
    method: &mut Method,
    mark: &mut CorsMark,
    headers: &Wanted,
    request: &EnableCors,
    ledger: &mut Ledger,
) {
    for (header, value) in headers {
        if value.is_some() {
            declare(method, mark, *header, ledger);
        }
    }
    for (header, value) in headers {
        let mapped = method.integration.as_mut().and_then(|i| i.responses.get_mut(&Status::OK));
        if let Some(response) = mapped {
            let parameters = &mut response.response_parameters;
            set(parameters, mark, *header, value.as_deref(), request.replace, integration_200, ledger);
        }
        if value.is_none() {
            retract(method, mark, &header.parameter(), ledger);
        }
    }
}

/// Takes away what the static form made on the methods of `verbs`, and the `OPTIONS` mock when no enabled method
/// is left that needs it.
pub(in crate::cors) fn remove_marks(
    resource: &mut Resource,
    verbs: &dyn Fn(Verb) -> bool,
    ledger: &mut Ledger,
) {
    let marked: Vec<Verb> = resource.cors_marks.keys().copied().filter(|v| *v != Verb::Options).collect();
    for verb in marked.iter().copied().filter(|verb| verbs(*verb)) {
        ledger.on_method(verb);
        let Some(mut mark) = resource.cors_marks.remove(&verb) else { continue };
        if let Some(method) = resource.methods.get_mut(&verb) {
            unmark(method, &mut mark, ledger);
        }
    }
    let needed = resource.cors_marks.keys().any(|v| *v != Verb::Options && resource.methods.contains_key(v));
    ledger.on_method(Verb::Options);
    if needed {
        forget_verbs(resource, &marked, ledger);
        return;
    }
    let Some(mut mark) = resource.cors_marks.remove(&Verb::Options) else { return };
    let Some(method) = resource.methods.get_mut(&Verb::Options) else { return };
    let created = mark.created;
    unmark(method, &mut mark, ledger);
    let untouched = super::is_options_mock(method)
        && method.responses.values().all(|r| r.response_parameters.is_empty())
        && method
            .integration
            .iter()
            .flat_map(|i| i.responses.values())
            .all(|r| r.response_parameters.is_empty());
    if created && untouched {
        resource.methods.remove(&Verb::Options);
        ledger.removed(What::Method, None);
    } else if created {
        ledger.note(What::Method, None, None, ChangeKind::Kept(crate::cors::change::KeptWhy::ByHand));
    }
}

/// Takes verbs that are enabled no more off `Access-Control-Allow-Methods`, if the list is still the one that
/// followed from the methods.
fn forget_verbs(resource: &mut Resource, before: &[Verb], ledger: &mut Ledger) {
    use crate::cors::header::quoted;
    use crate::model::CorsMethods::OfResource;
    let left: Vec<Verb> = resource.cors_marks.keys().copied().collect();
    let old = quoted(&allow_methods::value(&OfResource, before.iter().copied()));
    let new = quoted(&allow_methods::value(&OfResource, left));
    let key = CorsHeader::AllowMethods.parameter();
    let Some(mark) = resource.cors_marks.get_mut(&Verb::Options) else { return };
    let given = resource
        .methods
        .get_mut(&Verb::Options)
        .and_then(|m| m.integration.as_mut())
        .and_then(|i| i.responses.get_mut(&Status::OK))
        .and_then(|r| r.response_parameters.get_mut(&key));
    if let Some(given) = given
        && mark.headers.get(&key) == Some(given)
        && *given == old
        && old != new
    {
        given.clone_from(&new);
        mark.headers.insert(key.clone(), new.clone());
        ledger.note(integration_200(key), Some(old), Some(new), ChangeKind::Overwritten);
    } else {
        ledger.note(What::Method, None, None, ChangeKind::Kept(crate::cors::change::KeptWhy::Needed));
    }
}
