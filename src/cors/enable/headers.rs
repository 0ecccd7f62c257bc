//! Setting and removing one mapped header, with the mark that remembers who set it.

use std::collections::BTreeMap;

use super::Replace;
use crate::cors::change::{ChangeKind, KeptWhy, Ledger, What};
use crate::cors::header::{CorsHeader, quoted};
use crate::model::{CorsMark, HeaderParameter, Method, Status, Verb};

/// Names the mapped headers of a method's 200 integration response.
pub(in crate::cors) fn integration_200(header: HeaderParameter) -> What {
    What::IntegrationResponseHeader(Status::OK, header)
}

/// Maps `header` to the static `value`, or takes the mapping away when there is none to send.
///
/// A value that `EnableCors` gave and nobody edited is its own, and follows the settings. One made by hand stays,
/// unless replacing was asked for.
pub(in crate::cors) fn set(
    parameters: &mut BTreeMap<HeaderParameter, String>,
    mark: &mut CorsMark,
    header: CorsHeader,
    value: Option<&str>,
    replace: Replace,
    name: impl Fn(HeaderParameter) -> What,
    ledger: &mut Ledger,
) {
    let key = header.parameter();
    let old = parameters.get(&key).cloned();
    let new = value.map(quoted);
    let ours = old.is_some() && mark.headers.get(&key) == old.as_ref();
    let may_edit = ours || replace == Replace::Existing;
    match (old, new) {
        (None, None) => {
            mark.headers.remove(&key);
        }
        (None, Some(new)) => {
            parameters.insert(key.clone(), new.clone());
            mark.headers.insert(key.clone(), new.clone());
            ledger.created(name(key), Some(new));
        }
        (Some(old), Some(new)) if old == new => {
            ledger.note(name(key), Some(old), Some(new), ChangeKind::Kept(KeptWhy::Same));
        }
        (Some(old), Some(new)) if may_edit => {
            parameters.insert(key.clone(), new.clone());
            mark.headers.insert(key.clone(), new.clone());
            ledger.note(name(key), Some(old), Some(new), ChangeKind::Overwritten);
        }
        (Some(old), None) if may_edit => {
            parameters.remove(&key);
            mark.headers.remove(&key);
            ledger.removed(name(key), Some(old));
        }
        (Some(old), _) => {
            mark.headers.remove(&key);
            ledger.note(name(key), Some(old.clone()), Some(old), ChangeKind::Kept(KeptWhy::ByHand));
        }
    }
}

/// Declares `header` on the 200 method response. Says whether it is declared now.
pub(in crate::cors) fn declare(
    method: &mut Method,
    mark: &mut CorsMark,
    header: CorsHeader,
    ledger: &mut Ledger,
) -> bool {
    let Some(response) = method.responses.get_mut(&Status::OK) else { return false };
    let key = header.parameter();
    if !response.response_parameters.contains_key(&key) {
        response.response_parameters.insert(key.clone(), true);
        mark.declared.insert(key.clone());
        ledger.created(What::MethodResponseHeader(Status::OK, key), None);
    }
    true
}

/// Takes the declaration of `header` away if `EnableCors` made it and no mapping needs it any more.
pub(in crate::cors) fn retract(
    method: &mut Method,
    mark: &mut CorsMark,
    header: &HeaderParameter,
    ledger: &mut Ledger,
) {
    let mapped = method
        .integration
        .as_ref()
        .and_then(|i| i.responses.get(&Status::OK))
        .is_some_and(|r| r.response_parameters.contains_key(header));
    if mapped || !mark.declared.remove(header) {
        return;
    }
    if let Some(response) = method.responses.get_mut(&Status::OK)
        && response.response_parameters.remove(header).is_some()
    {
        ledger.removed(What::MethodResponseHeader(Status::OK, header.clone()), None);
    }
}

/// Takes away every mapping that the mark names and nobody edited since, then their declarations.
pub(in crate::cors) fn unmark(method: &mut Method, mark: &mut CorsMark, ledger: &mut Ledger) {
    let mapped = method.integration.as_mut().and_then(|i| i.responses.get_mut(&Status::OK));
    if let Some(response) = mapped {
        unmap(&mut response.response_parameters, mark, integration_200, ledger);
    }
    for header in mark.declared.clone() {
        retract(method, mark, &header, ledger);
    }
}

/// Takes away every mapping that the mark names and nobody edited since.
pub(in crate::cors) fn unmap(
    parameters: &mut BTreeMap<HeaderParameter, String>,
    mark: &mut CorsMark,
    name: impl Fn(HeaderParameter) -> What,
    ledger: &mut Ledger,
) {
    for (header, given) in std::mem::take(&mut mark.headers) {
        match parameters.get(&header) {
            Some(current) if *current == given => {
                parameters.remove(&header);
                ledger.removed(name(header), Some(given));
            }
            Some(edited) => {
                let edited = Some(edited.clone());
                ledger.note(name(header), edited.clone(), edited, ChangeKind::Kept(KeptWhy::ByHand));
            }
            None => {}
        }
    }
}

/// What a mapping on a method needs and lacks: what is missing, and the call that makes it.
pub(in crate::cors) fn missing(path: &str, verb: Verb, method: &Method) -> Option<(What, String, String)> {
    if !method.responses.contains_key(&Status::OK) {
        let mend = format!("PutMethodResponse {verb} {path} 200, then EnableCors again");
        return Some((
            What::MethodResponse(Status::OK),
            format!("{verb} {path} has no method response 200"),
            mend,
        ));
    }
    let Some(integration) = &method.integration else {
        let mend = format!("PutIntegration {verb} {path}, then EnableCors again");
        return Some((What::Integration, format!("{verb} {path} has no integration"), mend));
    };
    if !integration.responses.contains_key(&Status::OK) {
        let mend = format!("PutIntegrationResponse {verb} {path} 200, then EnableCors again");
        return Some((
            What::IntegrationResponse(Status::OK),
            format!("{verb} {path} has no integration response 200"),
            mend,
        ));
    }
    None
}
