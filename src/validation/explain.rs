//! Why a value does not fit: the messages, in the order in which API Gateway's validator finds them.
//!
//! It asks a value itself first, keyword by keyword, and looks into it only while nothing is wrong. So a body that lacks
//! a property is told that alone, and one whose members are wrong is told of each member.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::rules::{Check, Dependency, Items, Rule, RuleId, Rules};
use super::texts;

/// The most messages that a body gets: enough for every person, and no work to speak of for a body of wrong elements.
const MAX_MESSAGES: usize = 100;

/// How deep schemas may apply other schemas to the same value or to what is in it.
const MAX_DEPTH: usize = 1_000;

/// The messages for a value that does not fit.
pub(super) fn explain(rules: &Rules, value: &Value) -> Vec<String> {
    let mut walk = Walk { rules, fits: HashMap::new(), depth: 0 };
    let mut found = Found { messages: Vec::new(), most: MAX_MESSAGES };
    walk.visit(rules.root, value, &mut found);
    found.messages
}

/// What is wrong so far.
struct Found {
    messages: Vec<String>,
    most: usize,
}

impl Found {
    fn is_full(&self) -> bool {
        self.messages.len() >= self.most
    }
}

struct Walk<'r> {
    rules: &'r Rules,
    /// Whether values fit rules, each asked once; a rule that is being asked counts as kept.
    fits: HashMap<(RuleId, *const Value), bool>,
    depth: usize,
}

impl<'r> Walk<'r> {
    /// Asks a value, and what is in it as long as nothing is wrong.
    fn visit(&mut self, id: RuleId, value: &Value, found: &mut Found) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let rule = self.rules.rule(id);
        for check in &rule.checks {
            if found.is_full() {
                break;
            }
            self.check(rule, check, value, found);
        }
        if found.messages.is_empty() {
            match value {
                Value::Array(items) => self.visit_items(&rule.items, items, found),
                Value::Object(members) => self.visit_members(rule, members, found),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        self.depth -= 1;
    }

    fn visit_items(&mut self, asked: &Items, items: &[Value], found: &mut Found) {
        for (index, item) in items.iter().enumerate() {
            let id = match asked {
                Items::Any => None,
                Items::All(id) => Some(*id),
                Items::Each(each, additional) => each.get(index).copied().or(*additional),
            };
            let Some(id) = id.filter(|_| !found.is_full()) else { return };
            self.visit(id, item, found);
        }
    }

    fn visit_members(&mut self, rule: &Rule, members: &Map<String, Value>, found: &mut Found) {
        let mut names: Vec<&String> = members.keys().collect();
        names.sort_unstable();
        for name in names {
            if found.is_full() {
                return;
            }
            let value = &members[name];
            let own = rule.properties.get(name).copied();
            let by_pattern: Vec<RuleId> = matching(rule, name).collect();
            let other = rule.additional_properties.filter(|_| own.is_none() && by_pattern.is_empty());
            for id in own.into_iter().chain(by_pattern).chain(other) {
                self.visit(id, value, found);
            }
        }
    }

    fn check(&mut self, rule: &Rule, check: &Check, value: &Value, found: &mut Found) {
        let message = match (check, value) {
            (Check::Keyword(probe), _) => {
                (!probe.fits(value)).then(|| texts::of_keyword(probe.keyword, &probe.schema, value))
            }
            (Check::AdditionalItems(allowed), Value::Array(items)) => {
                (items.len() > *allowed).then(|| texts::additional_items(*allowed, items.len()))
            }
            (Check::AdditionalProperties, Value::Object(members)) => {
                let known = |name: &str| rule.properties.contains_key(name);
                let mut names: Vec<_> = members.keys().map(String::as_str).collect();
                names.retain(|name| !known(name) && matching(rule, name).next().is_none());
                names.sort_unstable();
                (!names.is_empty()).then(|| texts::unexpected(&names))
            }
            (Check::Required(names), Value::Object(members)) => {
                let missing = absent(names, members);
                (!missing.is_empty()).then(|| texts::missing(&missing))
            }
            (Check::Dependencies(all), Value::Object(members)) => {
                let asking = all.iter().filter(|(name, _)| members.contains_key(name));
                for (name, asked) in asking {
                    match asked {
                        Dependency::Properties(names) => {
                            let missing = absent(names, members);
                            if !missing.is_empty() {
                                found.messages.push(texts::missing_dependencies(name, names, &missing));
                            }
                        }
                        Dependency::Schema(id) => self.visit(*id, value, found),
                    }
                }
                None
            }
            (Check::AllOf(ids), _) => {
                let matched = self.matched(ids, value);
                (matched < ids.len()).then(|| texts::all_of(matched, ids.len()))
            }
            (Check::AnyOf(ids), _) => (self.matched(ids, value) == 0).then(|| texts::any_of(ids.len())),
            (Check::OneOf(ids), _) => {
                let matched = self.matched(ids, value);
                (matched != 1).then(|| texts::one_of(matched, ids.len()))
            }
            (Check::Not(id), _) => self.fits(*id, value).then(texts::not),
            (
                Check::AdditionalItems(_)
                | Check::AdditionalProperties
                | Check::Required(_)
                | Check::Dependencies(_),
                _,
            ) => None,
        };
        found.messages.extend(message);
    }

    fn matched(&mut self, ids: &[RuleId], value: &Value) -> usize {
        ids.iter().filter(|id| self.fits(**id, value)).count()
    }

    /// Whether a value fits a rule.
    fn fits(&mut self, id: RuleId, value: &Value) -> bool {
        let key = (id, std::ptr::from_ref(value));
        if let Some(known) = self.fits.get(&key) {
            return *known;
        }
        self.fits.insert(key, true);
        let mut found = Found { messages: Vec::new(), most: 1 };
        self.visit(id, value, &mut found);
        let fits = found.messages.is_empty();
        self.fits.insert(key, fits);
        fits
    }
}

/// The rules of the patterns that a name matches.
fn matching<'r>(rule: &'r Rule, name: &str) -> impl Iterator<Item = RuleId> + 'r {
    let name = (!rule.pattern_properties.is_empty()).then(|| Value::from(name));
    let all = rule.pattern_properties.iter();
    all.filter(move |(probe, _)| name.as_ref().is_some_and(|name| probe.fits(name))).map(|(_, id)| *id)
}

fn absent<'n>(names: &'n [String], members: &Map<String, Value>) -> Vec<&'n str> {
    names.iter().map(String::as_str).filter(|name| !members.contains_key(*name)).collect()
}
