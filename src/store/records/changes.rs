//! What a step changed, in words, for the audit. Values of variables and settings may be secrets or long: they are named,
//! not shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{DomainBinding, Stage, StageVariables};

/// What differs between a stage as it was and as it will be.
pub(super) fn of_stage(before: Option<&Stage>, after: &Stage) -> Vec<String> {
    let mut lines = Vec::new();
    let to = after.target.deployment;
    match before.map(|stage| stage.target.deployment) {
        Some(from) if from == to => {}
        Some(from) => lines.push(format!("deployment {from} → {to}")),
        None => lines.push(format!("deployment {to}")),
    }
    let Some(before) = before else { return lines };
    let variables = |stage: &StageVariables| {
        stage.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    maps("variable", &variables(&before.variables), &variables(&after.variables), &mut lines);
    maps("setting", &before.settings, &after.settings, &mut lines);
    maps("tag", &before.tags, &after.tags, &mut lines);
    for (differs, what) in [
        (before.description != after.description, "description"),
        (before.lambda_endpoint != after.lambda_endpoint, "Lambda endpoint"),
        (before.target.canary != after.target.canary, "canary"),
    ] {
        if differs {
            lines.push(format!("changed {what}"));
        }
    }
    lines
}

/// Where a binding leads.
pub(super) fn of_binding(before: Option<&DomainBinding>, after: &DomainBinding) -> Vec<String> {
    let target = |binding: &DomainBinding| format!("{}/{}", binding.api_id, binding.stage);
    vec![match before {
        Some(before) => format!("leads to {} → {}", target(before), target(after)),
        None => format!("leads to {}", target(after)),
    }]
}

fn maps(
    what: &str,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    lines: &mut Vec<String>,
) {
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let word = match (before.get(name), after.get(name)) {
            (None, Some(_)) => "added",
            (Some(_), None) => "removed",
            (Some(old), Some(new)) if old != new => "changed",
            (Some(_), Some(_)) | (None, None) => continue,
        };
        lines.push(format!("{word} {what} {name}"));
    }
}
