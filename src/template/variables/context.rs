//! `$context`: what the exchange says, below what templates set.

use crate::mapping::{ContextSource, ContextVariable};
use crate::template::eval::{Entries, Exit, Render};
use crate::template::value::{MapId, Text, Value};

/// The keys of `$context` in the order that API Gateway is recorded to list them.
const LISTED: [&str; 18] = [
    "resourceId",
    "resourcePath",
    "httpMethod",
    "extendedRequestId",
    "requestTime",
    "path",
    "accountId",
    "protocol",
    "requestOverride",
    "stage",
    "domainPrefix",
    "requestTimeEpoch",
    "requestId",
    "identity",
    "domainName",
    "deploymentId",
    "responseOverride",
    "apiId",
];
/// Always there, with a null for what the caller did not bring.
const IDENTITY: &str = "identity";

impl<'d> Render<'d> {
    /// A variable as the exchange has it.
    pub(in crate::template) fn context_variable(&self, variable: ContextVariable) -> Value<'d> {
        let environment = self.environment;
        let Some(text) = environment.context(variable) else { return Value::Null };
        match (variable, text.parse()) {
            (ContextVariable::RequestTimeEpoch, Ok(number)) => Value::Int(number),
            _ => Value::Text(Text::from(text)),
        }
    }

    /// A key of `$context`.
    pub(in crate::template) fn context_named(&mut self, name: &str) -> Value<'d> {
        if matches!(name, "requestOverride" | "responseOverride") {
            let overlay = self.overlay();
            return self.heap.map(overlay).get(name).cloned().unwrap_or(Value::Null);
        }
        if let Some(value) = self.overlay.and_then(|overlay| self.heap.map(overlay).get(name)) {
            return value.clone();
        }
        self.context_below(name)
    }

    /// A key of a group such as `$context.identity`.
    pub(in crate::template) fn group_named(&self, group: &str, key: &str) -> Value<'d> {
        self.context_below(&format!("{group}.{key}"))
    }

    /// A variable or a group of variables by its whole name.
    fn context_below(&self, name: &str) -> Value<'d> {
        if let Some(variable) = ContextVariable::from_name(name).filter(|variable| is_seen(*variable)) {
            return self.context_variable(variable);
        }
        let mut group = members(name);
        match group.next() {
            Some(first)
                if name == IDENTITY || self.has_value(first) || group.any(|it| self.has_value(it)) =>
            {
                Value::ContextGroup(&first.as_str()[..name.len()])
            }
            _ => Value::Null,
        }
    }

    fn has_value(&self, variable: ContextVariable) -> bool {
        self.environment.context(variable).is_some()
    }

    /// All of `$context`.
    pub(in crate::template) fn context_entries(&mut self) -> Result<Entries<'d>, Exit> {
        self.charge(ContextVariable::ALL.len())?;
        let mut names: Vec<&'static str> = LISTED.to_vec();
        for variable in ContextVariable::ALL {
            let name = variable.as_str().split('.').next().unwrap_or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut entries = Vec::new();
        for name in names {
            let value = self.context_named(name);
            if !value.is_null() || LISTED.contains(&name) {
                entries.push((Text::Borrowed(name), value));
            }
        }
        let overlay = self.overlay();
        let set = self.heap.map(overlay).entries().to_vec();
        self.charge(set.len())?;
        for (key, value) in set {
            if !entries[..].iter().take(ContextVariable::ALL.len()).any(|(own, _)| *own == key) {
                entries.push((key, value));
            }
        }
        Ok(entries)
    }

    /// All of a group. Those of `identity` are there without a value, too.
    pub(in crate::template) fn group_entries(&mut self, group: &'static str) -> Result<Entries<'d>, Exit> {
        self.charge(ContextVariable::ALL.len())?;
        let mut entries: Entries<'d> = Vec::new();
        for variable in members(group) {
            let rest = variable.as_str().get(group.len() + 1..).unwrap_or_default();
            let (name, is_group) = rest.split_once('.').map_or((rest, false), |(name, _)| (name, true));
            let value = self.group_named(group, name);
            let listed = !value.is_null() || group == IDENTITY && !is_group;
            if listed && !entries.iter().any(|(own, _)| own.as_str() == name) {
                entries.push((Text::Borrowed(name), value));
            }
        }
        Ok(entries)
    }

    /// A group as a map of its own, because a template sets something in it. Only one directly below `$context` stays.
    pub(in crate::template) fn own_group(&mut self, group: &'static str) -> Result<Value<'d>, Exit> {
        let entries = self.group_entries(group)?;
        let own = self.map_with(entries);
        let overlay: MapId = self.overlay();
        if !group.contains('.') {
            self.heap.map_mut(overlay).put(Text::Borrowed(group), own.clone());
        }
        Ok(own)
    }
}

/// The variables within a group.
fn members(group: &str) -> impl Iterator<Item = ContextVariable> {
    ContextVariable::ALL.into_iter().filter(move |variable| {
        is_seen(*variable) && variable.as_str().strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
    })
}

/// Whether templates see it: faults are for gateway responses.
fn is_seen(variable: ContextVariable) -> bool {
    variable.source() != ContextSource::Fault
}
