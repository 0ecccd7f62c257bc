//! A schema taken apart, so that it can be said why a value does not fit.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::draft4;
use super::references::{Documents, Place};
use crate::model::ModelName;

/// A schema and all it refers to. References are numbers, so that cycles are nothing special.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    pub(super) root: RuleId,
}

/// The number of a rule.
pub(super) type RuleId = usize;

/// One schema: what it asks of a value itself, and of what is in it.
#[derive(Debug, Default)]
pub(super) struct Rule {
    /// In the order in which they are reported: by the keyword's name, `format` last.
    pub(super) checks: Vec<Check>,
    pub(super) properties: BTreeMap<String, RuleId>,
    pub(super) pattern_properties: Vec<(Arc<Probe>, RuleId)>,
    pub(super) additional_properties: Option<RuleId>,
    pub(super) items: Items,
}

/// What a schema asks of an array's elements.
#[derive(Debug, Default)]
pub(super) enum Items {
    #[default]
    Any,
    All(RuleId),
    /// One each, and one for those that follow.
    Each(Vec<RuleId>, Option<RuleId>),
}

/// What a keyword asks of a value.
#[derive(Debug)]
pub(super) enum Check {
    Keyword(Arc<Probe>),
    AdditionalItems(usize),
    AdditionalProperties,
    Required(Vec<String>),
    Dependencies(Vec<(String, Dependency)>),
    AllOf(Vec<RuleId>),
    AnyOf(Vec<RuleId>),
    OneOf(Vec<RuleId>),
    Not(RuleId),
}

/// What a property asks for.
#[derive(Debug)]
pub(super) enum Dependency {
    Properties(Vec<String>),
    Schema(RuleId),
}

/// A keyword that stands for itself, with its own validator, so that only one engine decides.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) keyword: &'static str,
    pub(super) schema: Value,
    validator: Validator,
}

impl Probe {
    /// Whether a value keeps to the keyword.
    pub(super) fn fits(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
}

/// Keywords that stand for themselves, with what belongs to them, in the order of their names.
const ALONE: [(&str, Option<&str>); 14] = [
    ("enum", None),
    ("maxItems", None),
    ("maxLength", None),
    ("maxProperties", None),
    ("maximum", Some("exclusiveMaximum")),
    ("minItems", None),
    ("minLength", None),
    ("minProperties", None),
    ("minimum", Some("exclusiveMinimum")),
    ("multipleOf", None),
    ("pattern", None),
    ("type", None),
    ("uniqueItems", None),
    ("format", None),
];

impl Rules {
    /// Takes the schema of a model apart.
    ///
    /// # Errors
    /// A reference that leads nowhere.
    pub(super) fn compile(documents: &Documents, model: &ModelName) -> Result<Self, String> {
        let mut builder =
            Builder { documents, rules: Vec::new(), known: BTreeMap::new(), probes: HashMap::new() };
        let root = builder.rule(Place { model: model.clone(), pointer: String::new() })?;
        Ok(Self { rules: builder.rules, root })
    }

    pub(super) fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id]
    }
}

struct Builder<'a> {
    documents: &'a Documents,
    rules: Vec<Rule>,
    known: BTreeMap<Place, RuleId>,
    probes: HashMap<String, Arc<Probe>>,
}

impl Builder<'_> {
    /// The rule of the schema at a place, after references.
    fn rule(&mut self, mut place: Place) -> Result<RuleId, String> {
        let documents = self.documents;
        let mut followed = 0;
        let members = loop {
            let value = documents.at(&place).unwrap_or(&Value::Null);
            // What stands beside a reference is passed over (JSON Reference, section 3).
            match value.get("$ref").and_then(Value::as_str) {
                Some(_) if followed > MAX_REFERENCES => {
                    return Err(format!("model {}: references go round in a circle", place.model));
                }
                Some(reference) => place = documents.resolve(&place.model, reference)?,
                None => break value.as_object(),
            }
            followed += 1;
        };
        if let Some(id) = self.known.get(&place) {
            return Ok(*id);
        }
        let id = self.rules.len();
        self.rules.push(Rule::default());
        self.known.insert(place.clone(), id);
        if let Some(members) = members {
            self.rules[id] = self.read(&place, members)?;
        }
        Ok(id)
    }

    fn read(&mut self, place: &Place, schema: &Map<String, Value>) -> Result<Rule, String> {
        let mut rule = Rule::default();
        let mut checks: Vec<(&str, Check)> = Vec::new();
        for (keyword, flag) in ALONE {
            if let Some(probe) = self.probe(keyword, flag, schema) {
                checks.push((keyword, Check::Keyword(probe)));
            }
        }
        for name in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            rule.properties.insert(name.clone(), self.rule(place.at(&["properties", name]))?);
        }
        let patterns = schema.get("patternProperties").and_then(Value::as_object);
        for pattern in patterns.into_iter().flat_map(Map::keys) {
            let alone = Map::from_iter([("pattern".to_owned(), Value::from(pattern.as_str()))]);
            if let Some(probe) = self.probe("pattern", None, &alone) {
                let id = self.rule(place.at(&["patternProperties", pattern]))?;
                rule.pattern_properties.push((probe, id));
            }
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => checks.push(("additionalProperties", Check::AdditionalProperties)),
            Some(Value::Object(_)) => {
                rule.additional_properties = Some(self.rule(place.at(&["additionalProperties"]))?);
            }
            Some(_) | None => {}
        }
        match schema.get("items") {
            Some(Value::Array(each)) => {
                let additional = match schema.get("additionalItems") {
                    Some(Value::Bool(false)) => {
                        checks.push(("additionalItems", Check::AdditionalItems(each.len())));
                        None
                    }
                    Some(Value::Object(_)) => Some(self.rule(place.at(&["additionalItems"]))?),
                    Some(_) | None => None,
                };
                rule.items = Items::Each(self.several(place, "items", each.len())?, additional);
            }
            Some(Value::Object(_)) => rule.items = Items::All(self.rule(place.at(&["items"]))?),
            Some(_) | None => {}
        }
        if let Some(required) = schema.get("required") {
            checks.push(("required", Check::Required(sorted_names(required))));
        }
        if let Some(dependencies) = schema.get("dependencies").and_then(Value::as_object) {
            let mut all = Vec::with_capacity(dependencies.len());
            for (name, asked) in dependencies {
                let asked = match asked {
                    Value::Array(_) => Dependency::Properties(sorted_names(asked)),
                    _ => Dependency::Schema(self.rule(place.at(&["dependencies", name]))?),
                };
                all.push((name.clone(), asked));
            }
            checks.push(("dependencies", Check::Dependencies(all)));
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            if let Some(schemas) = schema.get(keyword).and_then(Value::as_array) {
                let ids = self.several(place, keyword, schemas.len())?;
                checks.push((
                    keyword,
                    match keyword {
                        "allOf" => Check::AllOf(ids),
                        "anyOf" => Check::AnyOf(ids),
                        _ => Check::OneOf(ids),
                    },
                ));
            }
        }
        if schema.contains_key("not") {
            checks.push(("not", Check::Not(self.rule(place.at(&["not"]))?)));
        }
        checks.sort_by_key(|(keyword, _)| (*keyword == "format", *keyword));
        rule.checks = checks.into_iter().map(|(_, check)| check).collect();
        Ok(rule)
    }

    fn several(&mut self, place: &Place, keyword: &str, count: usize) -> Result<Vec<RuleId>, String> {
        (0..count).map(|index| self.rule(place.at(&[keyword, &index.to_string()]))).collect()
    }

    /// The validator of a keyword, made once for all that ask the same.
    fn probe(
        &mut self,
        keyword: &'static str,
        flag: Option<&str>,
        schema: &Map<String, Value>,
    ) -> Option<Arc<Probe>> {
        let mut alone = json!({ keyword: schema.get(keyword)? });
        if let Some((flag, value)) = flag.and_then(|flag| Some((flag, schema.get(flag)?))) {
            alone[flag] = value.clone();
        }
        let key = alone.to_string();
        if let Some(probe) = self.probes.get(&key) {
            return Some(Arc::clone(probe));
        }
        let validator = draft4::probe(&alone)?;
        let probe = Arc::new(Probe { keyword, schema: alone, validator });
        self.probes.insert(key, Arc::clone(&probe));
        Some(probe)
    }
}

/// How many references may follow each other without a schema between them.
const MAX_REFERENCES: usize = 64;

impl Place {
    /// A place further in.
    fn at(&self, steps: &[&str]) -> Self {
        let mut pointer = self.pointer.clone();
        for step in steps {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        Self { model: self.model.clone(), pointer }
    }
}

fn sorted_names(names: &Value) -> Vec<String> {
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}
