//! The query of a request, decoded on demand.

use std::borrow::Cow;

/// A raw query as parameters: split at `&` and `;`, decoded once (`+` is a space, `%2B` a plus), in the order sent.
/// An escape that is none stays as it is. A parameter without `=` has an empty value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'q>(Option<&'q str>);

impl<'q> Query<'q> {
    /// The parameters of what follows the `?`, if anything does.
    #[must_use]
    pub fn new(raw: Option<&'q str>) -> Self {
        Self(raw)
    }

    /// All parameters, name and value.
    pub fn pairs(self) -> impl DoubleEndedIterator<Item = (Cow<'q, [u8]>, Cow<'q, [u8]>)> {
        self.raw().map(|(name, value)| (decode(name), decode(value)))
    }

    /// The last value of `name`.
    #[must_use]
    pub fn last(self, name: &str) -> Option<Cow<'q, [u8]>> {
        self.raw().rev().find(|(raw, _)| is_named(raw, name)).map(|(_, value)| decode(value))
    }

    /// Every value of `name`.
    pub fn all(self, name: &str) -> impl Iterator<Item = Cow<'q, [u8]>> {
        self.raw().filter(move |(raw, _)| is_named(raw, name)).map(|(_, value)| decode(value))
    }

    fn raw(self) -> impl DoubleEndedIterator<Item = (&'q str, &'q str)> {
        let parameters =
            self.0.unwrap_or_default().split(['&', ';']).filter(|parameter| !parameter.is_empty());
        parameters.map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
    }
}

fn is_named(raw: &str, name: &str) -> bool {
    raw == name || raw.contains(['%', '+']) && *decode(raw) == *name.as_bytes()
}

fn decode(raw: &str) -> Cow<'_, [u8]> {
    if !raw.contains(['%', '+']) {
        return Cow::Borrowed(raw.as_bytes());
    }
    let spaced = raw.replace('+', " ");
    Cow::Owned(percent_encoding::percent_decode_str(&spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: Cow<'_, [u8]>) -> String {
        String::from_utf8(value.into_owned()).expect("text")
    }

    #[test]
    fn parameters_are_split_and_decoded_once() {
        for (raw, expected) in [
            ("", vec![]),
            ("a=1&b=2", vec![("a", "1"), ("b", "2")]),
            ("a=1;b=2", vec![("a", "1"), ("b", "2")]),
            ("a=%2B+x%20y", vec![("a", "+ x y")]),
            ("a=%252B", vec![("a", "%2B")]),
            ("a&b=&&=c", vec![("a", ""), ("b", ""), ("", "c")]),
            ("a=b=c", vec![("a", "b=c")]),
            ("a=%zz%4", vec![("a", "%zz%4")]),
            ("n%61me=v", vec![("name", "v")]),
        ] {
            let found: Vec<_> = Query::new(Some(raw)).pairs().map(|(n, v)| (text(n), text(v))).collect();
            let expected: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(found, expected, "{raw:?}");
        }
    }

    #[test]
    fn the_last_value_wins_and_all_are_kept_in_order() {
        let query = Query::new(Some("q=x&Q=no&q=y&%71=z"));
        assert_eq!(query.last("q").map(text).as_deref(), Some("z"));
        assert_eq!(query.all("q").map(text).collect::<Vec<_>>(), ["x", "y", "z"]);
        assert_eq!(query.last("none").map(text), None);
        assert_eq!(Query::new(None).last("q").map(text), None);
    }
}
