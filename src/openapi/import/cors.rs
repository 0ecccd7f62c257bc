//! CORS that a document asks for, made by the rules of `EnableCors`.

use super::Work;
use crate::cors::change::Scope;
use crate::cors::enable::{EnableCors, Skips, plan};
use crate::cors::{ChangeKind, CorsSettings};
use crate::model::{Issue, ResourceId, ResourcePath, Verb};
use crate::openapi::cors::CorsWish;

/// The root's first, then those of paths, which take their resources out of it, then those of operations.
pub(super) fn put(work: &mut Work<'_>) {
    let document = work.document;
    if let Some(wish) = &document.cors {
        enable(work, wish, Scope::Api, None);
    }
    for item in &document.paths {
        if let (Some(wish), Some(id)) = (&item.cors, resource(work, &item.parts)) {
            enable(work, wish, Scope::Resource(id), None);
        }
    }
    for item in &document.paths {
        for (verb, operation) in &item.operations {
            if let (Some(wish), Some(id)) = (&operation.cors, resource(work, &item.parts)) {
                enable(work, wish, Scope::Resource(id), Some(*verb));
            }
        }
    }
}

fn resource(work: &Work<'_>, parts: &[crate::model::PathPart]) -> Option<ResourceId> {
    let base = super::paths::base(work);
    let path: ResourcePath = base.iter().chain(parts).cloned().collect();
    work.definition.find(&path).map(|resource| resource.id)
}

fn enable(work: &mut Work<'_>, wish: &CorsWish, scope: Scope, verb: Option<Verb>) {
    let place = &wish.place;
    let settings = match CorsSettings::parse(&wish.input) {
        Ok(settings) => settings,
        Err(issues) => return work.errors.extend(issues.into_iter().map(|issue| at(issue, place))),
    };
    let request = EnableCors {
        scope,
        methods: verb.into_iter().collect(),
        settings,
        form: wish.form,
        replace: wish.replace,
        skips: Skips::Report,
    };
    match plan(&work.definition, &request) {
        Ok(plan) => {
            work.warnings.extend(plan.warnings.iter().map(|issue| at(issue.clone(), place)));
            for change in plan.skipped() {
                if let ChangeKind::Skipped { reason, mend } = &change.kind {
                    work.warn(place, format!("{reason}; mend it with {mend}"));
                }
            }
            work.definition = plan.definition;
        }
        Err(issues) => work.errors.extend(issues.into_iter().map(|issue| at(issue, place))),
    }
}

/// An issue at a field of the settings, seen in the document, which writes `allowOrigins` for `allow_origins`.
fn at(issue: Issue, place: &str) -> Issue {
    let mut field = String::new();
    let mut upper = false;
    for letter in issue.field.trim_start_matches("settings.").chars() {
        match letter {
            '_' => upper = true,
            _ if upper => {
                field.push(letter.to_ascii_uppercase());
                upper = false;
            }
            _ => field.push(letter),
        }
    }
    let field = if field == "maxAgeSeconds" { "maxAge".to_owned() } else { field };
    Issue { field, ..issue }.at(place)
}
