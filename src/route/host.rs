//! Which binding claims a host and a path.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::model::{ApiId, BasePath, HostName};

/// Domain bindings, each with a value of type `T`: exact hosts, suffixes and `*`, each with its base paths.
///
/// A look-up costs one hash per label of the host and one per segment of the longest base path, whatever the
/// number of bindings.
#[derive(Debug)]
pub struct HostTable<T> {
    exact: ByText<BasePaths<T>>,
    /// By suffix with its leading dot.
    suffixes: ByText<BasePaths<T>>,
    any: BasePaths<T>,
}

/// A map whose keys an operator chose: callers look things up and can put nothing in.
type ByText<T> = HashMap<Box<str>, T, FixedState>;

impl<T> Default for HostTable<T> {
    fn default() -> Self {
        Self { exact: ByText::default(), suffixes: ByText::default(), any: BasePaths::default() }
    }
}

impl<T> HostTable<T> {
    /// Adds a binding; one with the same host and base path is replaced.
    pub fn insert(&mut self, host: &HostName, base_path: &BasePath, value: T) {
        let paths = match host {
            HostName::Exact(host) => self.exact.entry(host.clone()).or_default(),
            HostName::Suffix(suffix) => self.suffixes.entry(suffix.clone()).or_default(),
            HostName::Any => &mut self.any,
        };
        paths.insert(base_path, value);
    }

    /// The base paths of the binding that names `host`: the exact one, else the longest suffix. `host` is in
    /// lower case and without port, as [`host_without_port`] gives it.
    #[must_use]
    pub fn named(&self, host: &str) -> Option<&BasePaths<T>> {
        self.exact.get(host).or_else(|| {
            if self.suffixes.is_empty() {
                return None;
            }
            // A suffix needs at least one label before it.
            let dots = host.match_indices('.').map(|(at, _)| at).filter(|at| *at > 0);
            dots.filter_map(|at| self.suffixes.get(&host[at..])).next()
        })
    }

    /// The base paths of `*`, which claims what nothing else does.
    #[must_use]
    pub fn any(&self) -> &BasePaths<T> {
        &self.any
    }
}

/// The base paths bound to one host.
#[derive(Debug)]
pub struct BasePaths<T> {
    /// The value of the empty base path.
    root: Option<T>,
    paths: ByText<T>,
    /// How many segments the longest one has.
    depth: usize,
}

impl<T> Default for BasePaths<T> {
    fn default() -> Self {
        Self { root: None, paths: ByText::default(), depth: 0 }
    }
}

impl<T> BasePaths<T> {
    fn insert(&mut self, path: &BasePath, value: T) {
        let path = path.as_str();
        if path.is_empty() {
            self.root = Some(value);
            return;
        }
        self.depth = self.depth.max(path.split('/').count());
        self.paths.insert(path.into(), value);
    }

    /// The value of the longest base path that `path` starts with on a segment boundary, and what of `path`
    /// follows it: empty, or from a `/` on. `path` starts with `/`; more slashes at its start do not count.
    #[must_use]
    pub fn find<'s, 'p>(&'s self, path: &'p str) -> Option<(&'s T, &'p str)> {
        let mut found = self.root.as_ref().map(|value| (value, path));
        if self.depth == 0 {
            return found;
        }
        let trimmed = path.trim_start_matches('/');
        let mut end = 0;
        for depth in 0..self.depth {
            let start = if depth == 0 { 0 } else { end + 1 };
            let Some(rest) = trimmed.get(start..) else { break };
            end = start + rest.find('/').unwrap_or(rest.len());
            if let Some(value) = self.paths.get(&trimmed[..end]) {
                found = Some((value, &trimmed[end..]));
            }
        }
        found
    }
}

/// A `Host` or `:authority` value without its port, in lower case, without a trailing dot.
#[must_use]
pub fn host_without_port(host: &str) -> Cow<'_, str> {
    let bytes = host.as_bytes();
    let end = match bytes.strip_prefix(b"[").and_then(|rest| memchr::memchr(b']', rest)) {
        Some(bracket) => bracket + 2,
        None => memchr::memchr(b':', bytes).unwrap_or(bytes.len()),
    };
    let name = &host[..end];
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The API of a default host, `{api-id}.execute-api.*`; `host` as [`host_without_port`] gives it.
#[must_use]
pub fn default_endpoint(host: &str) -> Option<ApiId> {
    let dot = memchr::memchr(b'.', host.as_bytes())?;
    let (id, domain) = (&host[..dot], host[dot..].strip_prefix(".execute-api.")?);
    if domain.is_empty() { None } else { id.parse().ok() }
}

/// API, stage and the rest of a path in the form `/restapis/{id}/{stage}/_user_request_/…`. The rest is empty or
/// starts with `/`.
#[must_use]
pub fn path_form(path: &str) -> Option<(ApiId, &str, &str)> {
    let rest = path.trim_start_matches('/').strip_prefix("restapis/")?;
    let (id, rest) = rest.split_once('/')?;
    let (stage, rest) = rest.split_once('/')?;
    let rest = rest.strip_prefix("_user_request_")?;
    if rest.is_empty() || rest.starts_with('/') { Some((id.parse().ok()?, stage, rest)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(bindings: &[(&str, &str)]) -> HostTable<String> {
        let mut table = HostTable::default();
        for (host, base) in bindings {
            let value = format!("{host} {base}");
            table.insert(&host.parse().expect("a host"), &base.parse().expect("a base path"), value);
        }
        table
    }

    #[test]
    fn an_exact_host_comes_before_the_longest_suffix() {
        let table =
            table(&[("api.example.com", ""), ("*.example.com", ""), ("*.eu.example.com", ""), ("*", "")]);
        for (host, expected) in [
            ("api.example.com", Some("api.example.com ")),
            ("www.example.com", Some("*.example.com ")),
            ("a.b.example.com", Some("*.example.com ")),
            ("a.eu.example.com", Some("*.eu.example.com ")),
            ("eu.example.com", Some("*.example.com ")),
            ("example.com", None),
            (".example.com", None),
            ("evilexample.com", None),
            ("api.example.com.evil.net", None),
        ] {
            let found = table.named(host).and_then(|paths| paths.find("/")).map(|(value, _)| value.as_str());
            assert_eq!(found, expected, "{host}");
        }
        assert_eq!(table.any().find("/x"), Some((&"* ".to_owned(), "/x")));
    }

    #[test]
    fn the_longest_base_path_wins_on_a_segment_boundary() {
        let some = table(&[("*", "v1"), ("*", "v1/shop"), ("*", "a/b/c")]);
        for (path, expected) in [
            ("/v1", Some(("* v1", ""))),
            ("/v1/", Some(("* v1", "/"))),
            ("//v1/x", Some(("* v1", "/x"))),
            ("/v1/shop", Some(("* v1/shop", ""))),
            ("/v1/shop/x", Some(("* v1/shop", "/x"))),
            ("/v1/shopping", Some(("* v1", "/shopping"))),
            ("/v1//shop", Some(("* v1", "//shop"))),
            ("/v10", None),
            ("/V1", None),
            ("/%761", None),
            ("/", None),
            ("/a/b", None),
            ("/a/b/c/d/e", Some(("* a/b/c", "/d/e"))),
        ] {
            let found = some.any().find(path).map(|(value, rest)| (value.as_str(), rest));
            assert_eq!(found, expected, "{path}");
        }
        let all = table(&[("*", ""), ("*", "v1")]);
        assert_eq!(all.any().find("/x/v1"), Some((&"* ".to_owned(), "/x/v1")));
        assert_eq!(all.any().find("/v1/x"), Some((&"* v1".to_owned(), "/x")));
    }

    #[test]
    fn hosts_lose_their_port_and_their_case() {
        for (host, expected) in [
            ("API.Example.com:8080", "api.example.com"),
            ("example.com.", "example.com"),
            ("example.com.:80", "example.com"),
            ("127.0.0.1:9", "127.0.0.1"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("[::1", "["),
            ("", ""),
        ] {
            assert_eq!(host_without_port(host), expected, "{host}");
        }
    }

    #[test]
    fn default_endpoints_are_an_id_and_execute_api() {
        let id: ApiId = "abcdefghij".parse().expect("an id");
        for (host, expected) in [
            ("abcdefghij.execute-api.us-east-1.amazonaws.com", Some(id)),
            ("abcdefghij.execute-api.localhost", Some(id)),
            ("abcdefghij.execute-api.", None),
            ("abcdefghij.execute-api", None),
            ("abcdefghi.execute-api.localhost", None),
            ("x.abcdefghij.execute-api.localhost", None),
        ] {
            assert_eq!(default_endpoint(host), expected, "{host}");
        }
    }

    #[test]
    fn the_path_form_names_api_and_stage() {
        let id: ApiId = "abcdefghij".parse().expect("an id");
        for (path, expected) in [
            ("/restapis/abcdefghij/prod/_user_request_/pets/1", Some((id, "prod", "/pets/1"))),
            ("//restapis/abcdefghij/prod/_user_request_", Some((id, "prod", ""))),
            ("/restapis/abcdefghij/prod/_user_request_x", None),
            ("/restapis/abcdefghij/prod", None),
            ("/restapis/ABCDEFGHIJ/prod/_user_request_/", None),
        ] {
            assert_eq!(path_form(path), expected, "{path}");
        }
    }
}
