//! What templates set on `$context`.

/// What the templates of one exchange set on `$context`: the overrides of requests and answers, and whatever else
/// they left there for each other. It goes from the request template to the response template of the same exchange
/// (API Gateway, *Override your API's request and response parameters and status codes*).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// What was set, by its name in `$context`.
    pub(super) context: Vec<(Box<str>, Kept)>,
    pub(super) request_headers: Vec<Pair>,
    pub(super) request_querystrings: Vec<(Box<str>, Vec<Box<str>>)>,
    pub(super) request_paths: Vec<Pair>,
    pub(super) response_headers: Vec<Pair>,
    pub(super) response_status: Option<u16>,
}

/// A name and a value.
pub(super) type Pair = (Box<str>, Box<str>);

/// A value that outlives the rendering that made it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kept {
    Null,
    Bool(bool),
    Int(i128),
    Double(f64),
    Text(Box<str>),
    /// A list; whether it prints as JSON, as one from a body does.
    List(bool, Vec<Kept>),
    Map(Vec<(Box<str>, Kept)>),
}

impl Overrides {
    /// Whether nothing was set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.context.is_empty()
    }

    /// `requestOverride.header`: name and value, in the order set. The values of a list are joined by commas. Neither
    /// names nor values were checked to be fit for a header.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.request_headers)
    }

    /// `requestOverride.querystring`: name and values, in the order set. A list gives several values, or none.
    pub fn request_querystrings(&self) -> impl Iterator<Item = (&str, &[Box<str>])> {
        self.request_querystrings.iter().map(|(name, values)| (&**name, &values[..]))
    }

    /// `requestOverride.path`: name and value, in the order set.
    pub fn request_paths(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.request_paths)
    }

    /// `responseOverride.header`: name and value, in the order set, as [`request_headers`](Self::request_headers).
    pub fn response_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.response_headers)
    }

    /// `responseOverride.status`, if it is an integer from 100 to 599; anything else is ignored.
    #[must_use]
    pub fn response_status(&self) -> Option<u16> {
        self.response_status
    }
}

fn pairs(list: &[Pair]) -> impl Iterator<Item = (&str, &str)> {
    list.iter().map(|(name, value)| (&**name, &**value))
}
