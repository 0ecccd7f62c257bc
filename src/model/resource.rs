//! A node of an API's path tree.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{CorsMark, CorsPolicy, HeaderParameter, InvalidName, Method, PathPart, ResourceId, Verb};

/// A resource with its methods. The root has neither parent nor path part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its id, given at birth; never changes.
    pub id: ResourceId,
    /// The resource it hangs under and the part of the path it adds; `None` for the root.
    pub place: Option<(ResourceId, PathPart)>,
    /// Its methods, one per verb and at most one `ANY`.
    pub methods: BTreeMap<Verb, Method>,
    /// The policy form of CORS, which replaces the API's own for requests that reach this resource.
    pub cors_policy: Option<CorsPolicy>,
    /// The static form of CORS: what `EnableCors` set here, so that `DisableCors` removes no more than that.
    pub cors_marks: BTreeMap<Verb, CorsMark>,
}

impl Resource {
    /// A resource without methods.
    #[must_use]
    pub fn new(id: ResourceId, place: Option<(ResourceId, PathPart)>) -> Self {
        Self { id, place, methods: BTreeMap::new(), cors_policy: None, cors_marks: BTreeMap::new() }
    }

    /// The method that answers `verb` here: the verb's own, else `ANY`.
    #[must_use]
    pub fn method_for(&self, verb: Verb) -> Option<(Verb, &Method)> {
        [verb, Verb::Any].into_iter().find_map(|key| Some((key, self.methods.get(&key)?)))
    }

    /// Whether `EnableCors` set `header` on the method of `verb` and it still has the value it was given.
    #[must_use]
    pub fn is_cors_mark(&self, verb: Verb, header: &HeaderParameter, value: &str) -> bool {
        self.cors_marks.get(&verb).is_some_and(|mark| mark.headers.get(header).is_some_and(|v| v == value))
    }
}

/// The path of a resource from the root, such as `/pets/{id}`; the root's is `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ResourcePath(Vec<PathPart>);

impl ResourcePath {
    /// The root, `/`.
    pub const ROOT: Self = Self(Vec::new());

    /// The parts from the root down.
    #[must_use]
    pub fn parts(&self) -> &[PathPart] {
        &self.0
    }

    /// The path of a child.
    #[must_use]
    pub fn join(&self, part: PathPart) -> Self {
        let mut parts = self.0.clone();
        parts.push(part);
        Self(parts)
    }
}

impl FromIterator<PathPart> for ResourcePath {
    fn from_iter<I: IntoIterator<Item = PathPart>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl FromStr for ResourcePath {
    type Err = InvalidName;

    /// Takes `/`, `/pets`, `/pets/{id}`; one trailing slash is ignored, empty parts are refused, and a greedy
    /// part may only stand last.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let refuse =
            || InvalidName::new("resource path", text, "/part/part…, with {name+} only as the last part");
        let rest = text.strip_prefix('/').ok_or_else(refuse)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() {
            return if text.len() <= 1 { Ok(Self::ROOT) } else { Err(refuse()) };
        }
        let parts: Vec<PathPart> = rest.split('/').map(str::parse).collect::<Result<_, _>>()?;
        let greedy_inside = parts.iter().rev().skip(1).any(|part| matches!(part, PathPart::Greedy(_)));
        if greedy_inside { Err(refuse()) } else { Ok(Self(parts)) }
    }
}

impl fmt::Display for ResourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        self.0.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_paths_are_read_and_written() {
        for (text, expected) in [
            ("/", Some("/")),
            ("/pets", Some("/pets")),
            ("/pets/", Some("/pets")),
            ("/pets/{id}/{rest+}", Some("/pets/{id}/{rest+}")),
            ("", None),
            ("//", None),
            ("pets", None),
            ("/a//b", None),
            ("/{rest+}/a", None),
        ] {
            let path = text.parse::<ResourcePath>().ok().map(|p| p.to_string());
            assert_eq!(path.as_deref(), expected, "{text:?}");
        }
    }
}
