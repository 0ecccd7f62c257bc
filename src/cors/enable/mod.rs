//! `EnableCors`: a definition and a request become a list of changes and the edited definition.
//!
//! The static form is what API Gateway's console does: an `OPTIONS` mock and quoted static values, all ordinary
//! entities. The policy form is one record that the gateway runs on every answer. Which of them is used follows
//! from the settings, unless the caller names one; a resource never has both.

mod gateway_responses;
mod headers;
mod options_mock;
mod policy_form;
mod static_form;
#[cfg(test)]
mod tests;

use super::change::{Change, ChangeKind, Ledger, Scope};
use super::settings::{CorsSettings, ErrorsChoice, FormChoice};
use crate::model::{Definition, Issue, ResourceId, Verb};

pub(super) use headers::unmap;
pub(super) use options_mock::is_options_mock;
pub use options_mock::options_mock;
pub(super) use policy_form::{describe, remove_managed_options, remove_policy};
pub(super) use static_form::remove_marks;

/// What every answer that edits CORS should remind a caller of.
pub const REDEPLOY: &str = "nothing changes for callers until the API is deployed to a stage";

/// What to do with CORS headers that were mapped by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// They stay, and the list of changes says so.
    #[default]
    Nothing,
    /// They are replaced (console: *Enable CORS and replace existing CORS headers*).
    Existing,
}

/// What to do when something cannot be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skips {
    /// Do the rest and report it.
    #[default]
    Report,
    /// Do nothing at all.
    Refuse,
}

/// A request to enable CORS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnableCors {
    /// Which resources.
    pub scope: Scope,
    /// Which methods of them; empty means all. `OPTIONS` is always seen to.
    pub methods: Vec<Verb>,
    /// What to allow.
    pub settings: CorsSettings,
    /// Which form to use.
    pub form: FormChoice,
    /// What to do with headers mapped by hand.
    pub replace: Replace,
    /// What to do when something must be skipped.
    pub skips: Skips,
}

/// The two ways in which CORS is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Static header values in ordinary entities.
    Static,
    /// A policy record.
    Policy,
}

impl Form {
    /// A word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Policy => "policy",
        }
    }
}

/// What `EnableCors` would do; nothing is done until its definition is committed.
#[derive(Clone, Debug, PartialEq)]
pub struct EnablePlan {
    /// The form that was chosen.
    pub form: Form,
    /// Why.
    pub reason: String,
    /// Every change, and everything that stays, in the order the console lists them.
    pub changes: Vec<Change>,
    /// What is done but deserves a second look.
    pub warnings: Vec<Issue>,
    /// The definition afterwards.
    pub definition: Definition,
}

impl EnablePlan {
    /// What was skipped.
    pub fn skipped(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Skipped { .. }))
    }
}

/// Plans `EnableCors` on a draft.
///
/// # Errors
/// A field that cannot be meant: a resource that is not there, methods chosen for the policy form, the static form
/// where a policy covers the resource; with [`Skips::Refuse`], every skip.
pub fn plan(draft: &Definition, request: &EnableCors) -> Result<EnablePlan, Vec<Issue>> {
    let resources = resources_in(draft, request.scope)?;
    let (form, reason) = choose(draft, request)?;
    let mut definition = draft.clone();
    let mut ledger = Ledger::default();
    let mut warnings: Vec<Issue> =
        request.settings.warnings().into_iter().map(|issue| issue.at("settings")).collect();
    match form {
        Form::Static => {
            static_form::plan(&mut definition, &resources, request, &mut ledger, &mut warnings);
        }
        Form::Policy => {
            policy_form::plan(&mut definition, &resources, request, &mut ledger, &mut warnings);
        }
    }
    let plan = EnablePlan { form, reason, changes: ledger.into_changes(), warnings, definition };
    if request.skips == Skips::Refuse {
        let skips: Vec<Issue> = plan.skipped().filter_map(as_issue).collect();
        if !skips.is_empty() {
            return Err(skips);
        }
    }
    Ok(plan)
}

fn as_issue(change: &Change) -> Option<Issue> {
    match &change.kind {
        ChangeKind::Skipped { reason, mend } => {
            Some(Issue::new("require_all", format!("{reason}; mend it with {mend}")))
        }
        ChangeKind::Created
        | ChangeKind::Overwritten
        | ChangeKind::Removed
        | ChangeKind::Kept(_)
        | ChangeKind::LeftToBackEnd { .. } => None,
    }
}

/// The resources of a scope, parents before children.
///
/// # Errors
/// An issue at `resource` when the resource is not there.
pub(super) fn resources_in(draft: &Definition, scope: Scope) -> Result<Vec<ResourceId>, Vec<Issue>> {
    let all = || draft.walk().into_iter();
    match scope {
        Scope::Api => Ok(all().map(|(_, resource)| resource.id).collect()),
        Scope::Resource(id) | Scope::Subtree(id) => {
            let Some(path) = draft.path_of(id) else {
                return Err(vec![Issue::new("resource", format!("there is no resource {id} in this API"))]);
            };
            Ok(match scope {
                Scope::Subtree(_) => all()
                    .filter(|(below, _)| below.parts().starts_with(path.parts()))
                    .map(|(_, resource)| resource.id)
                    .collect(),
                Scope::Resource(_) | Scope::Api => vec![id],
            })
        }
    }
}

fn choose(draft: &Definition, request: &EnableCors) -> Result<(Form, String), Vec<Issue>> {
    let settings = &request.settings;
    let covered = draft.api.cors_policy.is_some() && request.scope != Scope::Api;
    let (form, reason) = match request.form {
        FormChoice::Static if covered => {
            return Err(vec![Issue::new(
                "form",
                "the API has a CORS policy, which covers this resource, and a resource never has both forms: DisableCors on the whole API first, or choose the policy form",
            )]);
        }
        FormChoice::Static if let Some(why) = settings.beyond_static() => {
            return Err(vec![Issue::new(
                "form",
                format!("the static form cannot say this: {why}; choose the policy form"),
            )]);
        }
        FormChoice::Static => (Form::Static, "the static form was asked for".to_owned()),
        FormChoice::Policy => (Form::Policy, "the policy form was asked for".to_owned()),
        FormChoice::Automatic => match settings.beyond_static() {
            Some(why) => (Form::Policy, why.to_owned()),
            None if covered => (
                Form::Policy,
                "the API has a CORS policy, and only a policy of its own takes a resource out of it"
                    .to_owned(),
            ),
            None => (
                Form::Static,
                "one value answers every origin, and proxy integrations are left to the back end".to_owned(),
            ),
        },
    };
    if form == Form::Policy && !request.methods.is_empty() {
        return Err(vec![Issue::new(
            "http_methods",
            format!(
                "the policy form is needed ({reason}), and a policy is for all methods of a resource: leave http_methods empty"
            ),
        )]);
    }
    if form == Form::Policy
        && matches!(settings.errors(), ErrorsChoice::Default4xx | ErrorsChoice::Default5xx)
    {
        return Err(vec![Issue::new(
            "settings.gateway_errors",
            format!(
                "the policy form is needed ({reason}), and a policy is for all of the gateway's own answers or for none: choose WITH_CORS or BARE"
            ),
        )]);
    }
    Ok((form, reason))
}
