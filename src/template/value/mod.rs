//! The values of a rendering.

mod heap;
mod map;
mod number;

use std::borrow::{Borrow, Cow};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use serde_json::Value as Json;

use super::program::Block;

pub(super) use heap::{Heap, ListId, MapId};
pub(super) use map::{Map, Once};
pub(super) use number::push_double;

/// A value. Cloning one costs next to nothing: lists and maps are references, as in Java, and what a body holds is
/// pointed at where it lies.
#[derive(Clone, Debug)]
pub(super) enum Value<'d> {
    Null,
    Bool(bool),
    /// A whole number. Java's grow from 32 to 64 bits and on; these have 128, and become doubles beyond.
    Int(i128),
    Double(f64),
    Text(Text<'d>),
    /// An array or object of a body. Once a template changes it, [`Heap::follow`] gives what it became.
    Json(&'d Json),
    List(ListId),
    Map(MapId),
    /// A key and a value of a map's `entrySet()`.
    Entry(Rc<(Text<'d>, Self)>),
    /// What `#define` made.
    Block(&'d Block),
    /// `$foreach` of the loop at this depth.
    Loop(usize),
    Input,
    Util,
    Context,
    /// The context variables whose names start with this and a dot, such as `identity`.
    ContextGroup(&'static str),
    StageVariables,
}

/// A text, borrowed from the template or the request where possible.
#[derive(Clone, Debug)]
pub(super) enum Text<'d> {
    Borrowed(&'d str),
    Shared(Rc<str>),
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl<'d> From<Cow<'d, str>> for Text<'d> {
    fn from(text: Cow<'d, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => Self::Shared(text.into()),
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text<'_> {}

// As `str` does, so that a map is asked with one.
impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl<'d> Value<'d> {
    /// A text that was made.
    pub(super) fn made(text: String) -> Self {
        Self::Text(Text::Shared(text.into()))
    }

    pub(super) fn borrowed(text: &'d str) -> Self {
        Self::Text(Text::Borrowed(text))
    }

    pub(super) fn int(number: usize) -> Self {
        Self::Int(number as i128)
    }

    /// What a body holds.
    pub(super) fn json(value: &'d Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::String(text) => Self::Text(Text::Borrowed(text)),
            Json::Array(_) | Json::Object(_) => Self::Json(value),
            Json::Number(number) => Self::number(number),
        }
    }

    pub(super) fn number(number: &serde_json::Number) -> Self {
        match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => Self::Int(number.into()),
            (None, Some(number), _) => Self::Int(number.into()),
            (None, None, number) => Self::Double(number.unwrap_or(f64::NAN)),
        }
    }

    /// Everything but `false` counts as true, a missing value included: recorded of API Gateway.
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Self::Bool(false))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }
}
