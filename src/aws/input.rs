//! The JSON body of a call, read by the types that API Gateway's model gives its fields.
//!
//! `null` is the same as a field that is not there. A value of another type than its field's is a
//! `SerializationException`, in the words of the Java class that the service would have met.

use serde_json::{Map, Number, Value};

use super::error::Exception;

/// A JSON object of a request. Each look-up is for one field by its name on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(&'a Map<String, Value>);

impl<'a> Input<'a> {
    pub(super) fn new(fields: &'a Map<String, Value>) -> Self {
        Self(fields)
    }

    fn value(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(self, field: &str) -> Result<Option<&'a str>, Exception> {
        self.value(field).map(as_text).transpose()
    }

    /// A text of which an empty one says nothing.
    pub(super) fn some_text(self, field: &str) -> Result<Option<&'a str>, Exception> {
        Ok(self.text(field)?.filter(|text| !text.is_empty()))
    }

    /// A text that has to be there.
    pub(super) fn required(self, field: &'static str, input: &str) -> Result<&'a str, Exception> {
        self.text(field)?.ok_or_else(|| {
            Exception::validation(&[format!(
                "Value null at '{input}.{field}' failed to satisfy constraint: Member must not be null"
            )])
        })
    }

    /// A truth value; texts `true` and `false` are taken, too.
    pub(super) fn boolean(self, field: &str) -> Result<Option<bool>, Exception> {
        self.value(field).map(as_boolean).transpose()
    }

    /// A whole number; a text of one is taken, too.
    pub(super) fn integer(self, field: &str) -> Result<Option<i64>, Exception> {
        let Some(value) = self.value(field) else { return Ok(None) };
        let whole = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        whole.map(Some).ok_or_else(|| mistyped(value, "Integer"))
    }

    /// A number.
    pub(super) fn number(self, field: &str) -> Result<Option<f64>, Exception> {
        let Some(value) = self.value(field) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| mistyped(value, "Double"))
    }

    /// An object.
    pub(super) fn object(self, field: &str) -> Result<Option<Self>, Exception> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self(fields))),
            Some(_) => Err(unexpected("structure or map")),
        }
    }

    /// The names of all fields.
    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// Texts in a list.
    pub(super) fn texts(self, field: &str) -> Result<Option<Vec<&'a str>>, Exception> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Array(items)) => items.iter().map(as_text).collect::<Result<_, _>>().map(Some),
            Some(_) => Err(unexpected("list")),
        }
    }

    /// Objects in a list.
    pub(super) fn objects(self, field: &str) -> Result<Option<Vec<Self>>, Exception> {
        let object = |item: &'a Value| match item {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(unexpected("structure or map")),
        };
        match self.value(field) {
            None => Ok(None),
            Some(Value::Array(items)) => items.iter().map(object).collect::<Result<_, _>>().map(Some),
            Some(_) => Err(unexpected("list")),
        }
    }

    /// Texts by name.
    pub(super) fn map(self, field: &str) -> Result<Option<Vec<(&'a str, &'a str)>>, Exception> {
        let Some(fields) = self.object(field)? else { return Ok(None) };
        let pair = |(name, value): (&'a String, &'a Value)| Ok((name.as_str(), as_text(value)?));
        fields.0.iter().map(pair).collect::<Result<_, _>>().map(Some)
    }

    /// Texts by name, of which `null` is the empty one.
    pub(super) fn map_of_nullable(self, field: &str) -> Result<Option<Vec<(&'a str, &'a str)>>, Exception> {
        let Some(fields) = self.object(field)? else { return Ok(None) };
        let pair = |(name, value): (&'a String, &'a Value)| {
            Ok((name.as_str(), if value.is_null() { "" } else { as_text(value)? }))
        };
        fields.0.iter().map(pair).collect::<Result<_, _>>().map(Some)
    }

    /// Truth values by name.
    pub(super) fn map_of_booleans(self, field: &str) -> Result<Option<Vec<(&'a str, bool)>>, Exception> {
        let Some(fields) = self.object(field)? else { return Ok(None) };
        let pair = |(name, value): (&'a String, &'a Value)| Ok((name.as_str(), as_boolean(value)?));
        fields.0.iter().map(pair).collect::<Result<_, _>>().map(Some)
    }

    /// Lists of texts by name.
    pub(super) fn map_of_lists(self, field: &str) -> Result<Vec<(&'a str, Vec<&'a str>)>, Exception> {
        let Some(fields) = self.object(field)? else { return Ok(Vec::new()) };
        let names = fields.0.keys();
        names.map(|name| Ok((name.as_str(), fields.texts(name)?.unwrap_or_default()))).collect()
    }
}

fn as_text(value: &Value) -> Result<&str, Exception> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(mistyped(other, "String")),
    }
}

fn as_boolean(value: &Value) -> Result<bool, Exception> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        other => Err(mistyped(other, "Boolean")),
    }
}

fn unexpected(what: &str) -> Exception {
    Exception::serialization(format!("Start of {what} expected where it was not found."))
}

fn mistyped(value: &Value, wanted: &str) -> Exception {
    Exception::serialization(format!("class {} can not be converted to an {wanted}", class_of(value)))
}

fn class_of(value: &Value) -> &'static str {
    let of_number = |number: &Number| if number.is_f64() { "java.lang.Double" } else { "java.lang.Integer" };
    match value {
        Value::Null => "java.lang.Void",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(number) => of_number(number),
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.LinkedHashMap",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_read_by_their_types() {
        let body = json!({"t": "x", "e": "", "n": null, "b": true, "bs": "false", "i": 5, "is": "7", "l": ["a"], "m": {"k": "v"}});
        let input = Input::new(body.as_object().expect("an object"));
        assert_eq!(input.text("t"), Ok(Some("x")));
        assert_eq!((input.text("e"), input.some_text("e")), (Ok(Some("")), Ok(None)));
        assert_eq!((input.text("n"), input.text("none")), (Ok(None), Ok(None)));
        assert_eq!((input.boolean("b"), input.boolean("bs")), (Ok(Some(true)), Ok(Some(false))));
        assert_eq!((input.integer("i"), input.integer("is")), (Ok(Some(5)), Ok(Some(7))));
        assert_eq!(input.texts("l"), Ok(Some(vec!["a"])));
        assert_eq!(input.map("m"), Ok(Some(vec![("k", "v")])));
    }

    #[test]
    fn a_value_of_another_type_is_named_by_its_class() {
        let body = json!({"m": {"integration.request.header.X": true}});
        let error = Input::new(body.as_object().expect("an object")).map("m").expect_err("no text");
        assert_eq!(error.name, "SerializationException");
        assert_eq!(error.message, "class java.lang.Boolean can not be converted to an String");
    }
}
