//! `GetModelTemplate`: a mapping template that gives a body of a model's shape.
//!
//! Source: API Gateway, *Models and mapping templates*: one line for each property, a loop for each array. What a schema
//! does not tell is an empty object.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::call::Call;
use super::error::Exception;
use super::models;
use super::show::Fields;
use crate::model::{Definition, ModelName};

/// How deep shapes are followed: references may lead back to where they came from.
const DEEPEST: usize = 12;

/// The longest template that is written, in bytes.
const LONGEST: usize = 64 * 1024;

pub(super) async fn get(call: &Call) -> Result<Value, Exception> {
    let (api, name) = models::named(call)?;
    let draft = call.control.draft_of(api).await.map_err(|_| models::missing(call))?;
    let schema = draft.models.get(&name).ok_or_else(|| models::missing(call))?.schema.as_str();
    Ok(Fields::new().put("value", template(&draft, schema)).into_value())
}

fn template(draft: &Definition, schema: &str) -> String {
    let root = serde_json::from_str(schema).unwrap_or_default();
    let mut writer = Writer { draft, depth: 0, text: "#set($inputRoot = $input.path('$'))\n".to_owned() };
    writer.shape(&root, &root, "$inputRoot", 0);
    writer.text
}

struct Writer<'a> {
    draft: &'a Definition,
    /// How many shapes and references lie around what is written.
    depth: usize,
    text: String,
}

impl Writer<'_> {
    /// Writes a value of a schema that stands in `root`; `from` is where the template finds it.
    fn shape(&mut self, root: &Value, schema: &Value, from: &str, indent: usize) {
        if self.depth == DEEPEST || self.text.len() > LONGEST {
            return self.text.push_str("{ }");
        }
        self.depth += 1;
        self.known_shape(root, schema, from, indent);
        self.depth -= 1;
    }

    fn known_shape(&mut self, root: &Value, schema: &Value, from: &str, indent: usize) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let other = match reference.strip_prefix('#') {
                Some(pointer) => root.pointer(pointer).map(|found| (root.clone(), found.clone())),
                None => self.model(reference).map(|model| (model.clone(), model)),
            };
            let (root, schema) = other.unwrap_or_default();
            return self.shape(&root, &schema, from, indent);
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        match (schema.get("type").and_then(Value::as_str), properties, schema.get("items")) {
            (Some("array"), _, items) => {
                self.list(root, items.unwrap_or(&Value::Null), from, indent);
            }
            (Some("string"), ..) => self.put(format_args!("\"{from}\"")),
            (Some("number" | "integer" | "boolean"), ..) => self.text.push_str(from),
            (_, Some(properties), _) if !properties.is_empty() => self.object(root, properties, from, indent),
            _ => self.text.push_str("{ }"),
        }
    }

    fn object(&mut self, root: &Value, properties: &Map<String, Value>, from: &str, indent: usize) {
        self.text.push_str("{\n");
        for (index, (name, schema)) in properties.iter().enumerate() {
            let comma = if index == 0 { "" } else { ",\n" };
            let label = Value::from(name.as_str());
            self.put(format_args!("{comma}{:1$}{label} : ", "", 2 * indent + 2));
            self.shape(root, schema, &member(from, name), indent + 1);
        }
        self.put(format_args!("\n{:1$}}}", "", 2 * indent));
    }

    fn list(&mut self, root: &Value, items: &Value, from: &str, indent: usize) {
        // Loops within loops need names of their own.
        let element = match from.strip_prefix("$elem") {
            None => "$elem".to_owned(),
            Some(rest) => {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                format!("$elem{}", digits.parse::<usize>().unwrap_or(1) + 1)
            }
        };
        self.put(format_args!("[\n#foreach({element} in {from})\n{:1$}", "", 2 * indent + 2));
        self.shape(root, items, &element, indent + 1);
        self.put(format_args!("#if($foreach.hasNext),#end\n#end\n{:1$}]", "", 2 * indent));
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.text.write_fmt(what).unwrap_or_else(|_| unreachable!("a text takes everything"));
    }

    /// The schema of the model that `…/models/{name}` names.
    fn model(&self, reference: &str) -> Option<Value> {
        let name: ModelName = reference.rsplit('/').next()?.parse().ok()?;
        serde_json::from_str(&self.draft.models.get(&name)?.schema).ok()
    }
}

/// A property as a template names it.
fn member(from: &str, name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    if is_plain { format!("{from}.{name}") } else { format!("{from}.get('{}')", name.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::model::Api;

    fn of(schema: &str) -> String {
        let api = Api::new("a1b2c3d4e5".parse().expect("an id"), "pets".into(), SystemTime::UNIX_EPOCH);
        let draft = Definition::new(api, "abc123".parse().expect("an id"));
        template(&draft, schema)
    }

    #[test]
    fn properties_are_lines_and_arrays_are_loops() {
        let schema = r#"{"type": "object", "properties": {
            "id": {"type": "integer"}, "full-name": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}}}"#;
        let expected = "#set($inputRoot = $input.path('$'))
{
  \"id\" : $inputRoot.id,
  \"full-name\" : \"$inputRoot.get('full-name')\",
  \"tags\" : [
#foreach($elem in $inputRoot.tags)
    {
      \"name\" : \"$elem.name\"
    }#if($foreach.hasNext),#end
#end
  ]
}";
        assert_eq!(of(schema), expected);
    }

    #[test]
    fn what_is_not_told_is_empty_and_what_leads_back_ends() {
        let head = "#set($inputRoot = $input.path('$'))\n";
        for (schema, expected) in
            [("{}", "{ }"), ("no JSON", "{ }"), (r#"{"type": "string"}"#, "\"$inputRoot\"")]
        {
            assert_eq!(of(schema), format!("{head}{expected}"), "{schema}");
        }
        let error = r##"{"$ref": "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Error"}"##;
        assert_eq!(of(error), format!("{head}{{\n  \"message\" : \"$inputRoot.message\"\n}}"));
        assert!(of(r##"{"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}}"##).len() < 2 * LONGEST);
        let nested = r#"{"type": "array", "items": {"type": "array", "items": {"type": "number"}}}"#;
        assert!(of(nested).contains("#foreach($elem2 in $elem)\n    $elem2#if"), "{}", of(nested));
    }
}
