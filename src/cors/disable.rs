//! `DisableCors`: takes away what `EnableCors` made, and nothing else.
//!
//! What was edited by hand since is kept and listed. Entities that `EnableCors` made whole (the `OPTIONS` mock, a
//! gateway response) go only when nothing by hand is on them.

use std::sync::Arc;

use super::change::{Change, ChangeKind, KeptWhy, Ledger, Scope, What};
use super::enable::{remove_managed_options, remove_marks, remove_policy, resources_in, unmap};
use crate::model::{Definition, GatewayResponse, Issue, ResourceId, Verb};

/// A request to disable CORS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisableCors {
    /// Which resources.
    pub scope: Scope,
    /// Which methods of them, in the static form; empty means all.
    pub methods: Vec<Verb>,
}

/// What `DisableCors` would do; nothing is done until its definition is committed.
#[derive(Clone, Debug, PartialEq)]
pub struct DisablePlan {
    /// Every change, and everything that stays.
    pub changes: Vec<Change>,
    /// The definition afterwards.
    pub definition: Definition,
}

/// Plans `DisableCors` on a draft.
///
/// # Errors
/// A field that cannot be meant: a resource that is not there, methods chosen where a policy is in force.
pub fn plan(draft: &Definition, request: &DisableCors) -> Result<DisablePlan, Vec<Issue>> {
    let resources = resources_in(draft, request.scope)?;
    let has_policy = |id: &ResourceId| draft.resource(*id).is_some_and(|r| r.cors_policy.is_some());
    if !request.methods.is_empty()
        && (resources.iter().any(has_policy)
            || request.scope == Scope::Api && draft.api.cors_policy.is_some())
    {
        return Err(vec![Issue::new(
            "http_methods",
            "a CORS policy is for all methods of a resource: leave http_methods empty to remove it",
        )]);
    }
    let mut definition = draft.clone();
    let mut ledger = Ledger::default();
    if request.scope == Scope::Api {
        ledger.on_api();
        remove_policy(&mut definition, &mut ledger);
        if request.methods.is_empty() {
            ledger.on_api();
            gateway_responses(&mut definition, &mut ledger);
        }
    }
    let covered = definition.api.cors_policy.is_some();
    let chosen = |verb: Verb| request.methods.is_empty() || request.methods.contains(&verb);
    for id in resources {
        let Some(path) = definition.path_of(id) else { continue };
        ledger.on_resource(&path);
        let edited = definition.edit(id, |resource| {
            match resource.cors_policy.take() {
                Some(own) => {
                    ledger.removed(What::Policy, Some(super::enable::describe(&own)));
                    if !covered {
                        remove_managed_options(resource, &mut ledger);
                    }
                }
                None if covered && request.scope == Scope::Resource(id) => ledger.skipped(
                    What::Policy,
                    format!("{path} is covered by the API's own CORS policy"),
                    "DisableCors on the whole API, or EnableCors here for a policy of its own".to_owned(),
                ),
                None => {}
            }
            if !resource.cors_marks.is_empty() {
                remove_marks(resource, &chosen, &mut ledger);
            }
        });
        debug_assert!(edited.is_ok(), "the id was found above");
    }
    Ok(DisablePlan { changes: ledger.into_changes(), definition })
}

/// Takes away the headers that `EnableCors` put on gateway responses.
pub(super) fn gateway_responses(definition: &mut Definition, ledger: &mut Ledger) {
    if definition.api.cors_marks.is_empty() {
        return;
    }
    let marks = std::mem::take(&mut Arc::make_mut(&mut definition.api).cors_marks);
    for (kind, mut mark) in marks {
        let Some(record) = definition.gateway_responses.get(&kind) else { continue };
        let mut record = GatewayResponse::clone(record);
        let name = |header| What::GatewayResponseHeader(kind, header);
        unmap(&mut record.response_parameters, &mut mark, name, ledger);
        if mark.created && record == GatewayResponse::default() {
            definition.gateway_responses.remove(&kind);
            ledger.removed(What::GatewayResponse(kind), None);
        } else {
            if mark.created {
                ledger.note(What::GatewayResponse(kind), None, None, ChangeKind::Kept(KeptWhy::ByHand));
            }
            definition.gateway_responses.insert(kind, Arc::new(record));
        }
    }
}
