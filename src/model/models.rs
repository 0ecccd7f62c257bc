//! Models: the shapes that bodies are declared to have.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::{InvalidName, MediaType, ModelId};

/// The name of a model: what methods and other models refer to it by. Letters and digits, 1 to 255 of them, of which
/// upper and lower case differ.
///
/// Source: API Gateway, *CreateModel* (alphanumeric); the length is ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelName(Arc<str>);

impl ModelName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ModelName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let length = (1..=Self::MAX_BYTES).contains(&text.len());
        if length && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName::new("model name", text, "1 to 255 of a-z A-Z 0-9"))
        }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A model of an API (API Gateway: `Model`). Methods refer to it by name, and so do other models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its id, given by the gateway; nothing refers to a model by it.
    pub id: ModelId,
    /// Its name, unique in the API.
    pub name: ModelName,
    /// The media type of the bodies it is for. It decides nothing: which model a body is checked against stands in
    /// the method.
    pub content_type: MediaType,
    /// Free text.
    pub description: Option<String>,
    /// A JSON Schema of draft 4, as it was written. It may refer to other models of the same API.
    pub schema: String,
}

/// What a new API has (API Gateway, *Models and mapping templates*): `Empty`, which any object fits, and `Error`,
/// which names a message. They may be changed and deleted like any other.
///
/// Their ids are the same in every API, so that an API that was stored before there were models has them as well.
const DEFAULT_MODELS: [(&str, [u8; 6], &str, &str); 2] = [
    (
        "Empty",
        [14, 22, 25, 29, 34, 0],
        "This is a default empty schema model",
        "{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \
         \"type\" : \"object\"\n}",
    ),
    (
        "Error",
        [14, 27, 27, 24, 27, 0],
        "This is a default error schema model",
        "{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \
         \"type\" : \"object\",\n  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}",
    ),
];

impl Model {
    /// The models that an API starts with.
    #[must_use]
    pub fn defaults() -> BTreeMap<ModelName, Arc<Self>> {
        let model = |(name, id, description, schema): (&str, [u8; 6], &str, &str)| Self {
            id: ModelId::from_random(id),
            name: ModelName(name.into()),
            content_type: "application/json".parse().expect("a media type"),
            description: Some(description.to_owned()),
            schema: schema.to_owned(),
        };
        DEFAULT_MODELS.map(model).into_iter().map(|model| (model.name.clone(), Arc::new(model))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_letters_and_digits() {
        for name in ["Pet", "pet2", "A", &"x".repeat(255)] {
            assert_eq!(name.parse::<ModelName>().expect("a name").as_str(), name);
        }
        for name in ["", "my-pet", "my pet", "Pét", "a/b", &"x".repeat(256)] {
            assert!(name.parse::<ModelName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn an_api_starts_with_empty_and_error() {
        let models = Model::defaults();
        let shown: Vec<_> = models.values().map(|m| (m.name.as_str(), m.id.to_string())).collect();
        assert_eq!(shown, [("Empty", "empty0".to_owned()), ("Error", "error0".to_owned())]);
    }
}
