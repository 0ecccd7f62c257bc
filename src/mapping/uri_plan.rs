//! The target of a call: rendered for each request.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};

use crate::model::Scheme;

use super::uri::OWNER;
use super::{Facts, InvalidJson, QueryMapping, Source};

/// Whom an integration calls. One record is shared by all methods that call the same.
#[derive(Debug, PartialEq, Eq)]
pub struct BackEnd {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// The host in lower case; an IPv6 address in its brackets.
    pub host: Box<str>,
    /// The port, the scheme's default unless given.
    pub port: u16,
    /// What `Host` says: the host, and the port unless it is the default.
    pub host_header: HeaderValue,
}

/// A request whose values would lead a call astray; the caller is at fault (400).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriFault {
    /// Dot segments in a value lead out of the integration's own path.
    #[error("a path value leads out of the integration's path")]
    Escape,
    /// A value holds a CR, LF or NUL.
    #[error("a mapped value holds control characters")]
    Unsafe,
    /// A body that a value is taken from is no JSON.
    #[error(transparent)]
    Json(#[from] InvalidJson),
}

/// What a template set in `requestOverride`, to be put over the mapped parameters of a target.
#[derive(Clone, Copy, Debug, Default)]
pub struct UriOverrides<'o> {
    /// `requestOverride.path`: what `{name}` stands for. Slashes and escapes in it stay.
    pub path: &'o [(&'o str, &'o str)],
    /// `requestOverride.querystring`: the values of a parameter, in place of its mapped ones. None takes it away.
    pub querystring: &'o [(&'o str, &'o [Box<str>])],
}

/// An integration's URI on a stage: whom to call, and the path and query to put together. Callers' values never
/// reach scheme, host or port.
#[derive(Clone, Debug)]
pub struct UriPlan {
    /// Whom to call.
    pub back_end: Arc<BackEnd>,
    path: Box<[Piece]>,
    query: Box<[Piece]>,
    /// How many bytes of the path stand before the segment of the first value; dot segments may not lead out of
    /// that part.
    base: usize,
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Part of the URI as it is.
    Text(String),
    /// What a `{name}` stands for. A constant is encoded already.
    Value(Box<str>, Source),
}

/// Where in a URI a piece stands.
#[derive(Clone, Copy)]
enum Position {
    Path,
    Query,
}

/// All but RFC 3986's unreserved characters.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// All but what may stand in one path segment.
const SEGMENT: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');
/// What a value that is encoded already must still not bring into a path: its end.
const BEHIND_PATH: [(char, &str); 2] = [('?', "%3F"), ('#', "%23")];
/// What a value that is encoded already must still not bring into a query.
const BETWEEN_PARAMETERS: [(char, &str); 4] = [('&', "%26"), (';', "%3B"), ('+', "%2B"), ('#', "%23")];

impl UriPlan {
    /// A plan of pieces that were checked to fit; the path's first one is text and starts with a slash.
    pub(super) fn new(back_end: Arc<BackEnd>, path: Box<[Piece]>, query: Box<[Piece]>) -> Self {
        let base = match path.first() {
            Some(Piece::Text(text)) => text.rfind('/').map_or(0, |at| at + 1),
            Some(Piece::Value(..)) | None => 0,
        };
        Self { back_end, path, query, base }
    }

    /// Whether path and query are the same for every request.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        let is_constant =
            |piece: &Piece| matches!(piece, Piece::Text(_) | Piece::Value(_, Source::Constant(_)));
        self.path.iter().chain(&self.query).all(is_constant)
    }

    /// Whether the request's body must be held for it.
    #[must_use]
    pub fn needs_payload(&self) -> bool {
        let needs = |piece: &Piece| matches!(piece, Piece::Value(_, source) if source.needs_payload());
        self.path.iter().chain(&self.query).any(needs)
    }

    /// The path and query of a call: the URI's own query first, then what the caller sent (`incoming`, given for
    /// `HTTP_PROXY` only, verbatim), then the mapped parameters.
    ///
    /// A path parameter goes in as it was sent; every other value is percent-encoded for its place.
    ///
    /// # Errors
    /// When a value would lead the call astray.
    pub fn render<F: Facts + ?Sized>(
        &self,
        facts: &F,
        incoming: Option<&str>,
        mapped: &[QueryMapping],
    ) -> Result<String, UriFault> {
        self.render_with(facts, incoming, mapped, UriOverrides::default())
    }

    /// As [`render`](Self::render), with what a template set over what is mapped.
    ///
    /// # Errors
    /// When a value would lead the call astray.
    pub fn render_with<F: Facts + ?Sized>(
        &self,
        facts: &F,
        incoming: Option<&str>,
        mapped: &[QueryMapping],
        overrides: UriOverrides<'_>,
    ) -> Result<String, UriFault> {
        let incoming = incoming.unwrap_or_default();
        let mut target = String::with_capacity(64 + incoming.len());
        for piece in &self.path {
            push(piece, Position::Path, facts, overrides, &mut target)?;
        }
        if self.path.len() > 1 && !stays_below(&target[self.base..]) {
            return Err(UriFault::Escape);
        }
        let mut separator = '?';
        let mut next = |target: &mut String| target.push(std::mem::replace(&mut separator, '&'));
        if !self.query.is_empty() {
            next(&mut target);
            for piece in &self.query {
                push(piece, Position::Query, facts, overrides, &mut target)?;
            }
        }
        if !incoming.is_empty() {
            next(&mut target);
            target.push_str(incoming);
        }
        let mut fault = None;
        let mut parameter = |name: &str, value: &[u8]| {
            if is_unsafe(value) {
                fault = Some(UriFault::Unsafe);
            }
            next(&mut target);
            target.push_str(name);
            target.push('=');
            target.extend(percent_encode(value, UNRESERVED));
        };
        let is_overridden =
            |name: &str| overrides.querystring.iter().any(|(own, _)| *query_name(own) == *name);
        for QueryMapping { name, source } in mapped {
            if overrides.querystring.is_empty() || !is_overridden(name) {
                source.for_each(facts, |value| parameter(name, value))?;
            }
        }
        for (name, values) in overrides.querystring {
            let name = query_name(name);
            values.iter().for_each(|value| parameter(&name, value.as_bytes()));
        }
        fault.map_or(Ok(target), Err)
    }
}

/// A parameter's name as it stands in a query.
pub(super) fn query_name(name: &str) -> Box<str> {
    percent_encode(name.as_bytes(), UNRESERVED).to_string().into()
}

fn push<F: Facts + ?Sized>(
    piece: &Piece,
    position: Position,
    facts: &F,
    overrides: UriOverrides<'_>,
    target: &mut String,
) -> Result<(), UriFault> {
    let (name, source) = match piece {
        Piece::Text(text) => {
            target.push_str(text);
            return Ok(());
        }
        Piece::Value(name, source) => (name, source),
    };
    let ends: &[_] = match position {
        Position::Path => &BEHIND_PATH,
        Position::Query => &BETWEEN_PARAMETERS,
    };
    if let Some((_, value)) = overrides.path.iter().rev().find(|(own, _)| *own == &**name) {
        if is_unsafe(value.as_bytes()) {
            return Err(UriFault::Unsafe);
        }
        target.push_str(&escaped(&Cow::from(utf8_percent_encode(value, OWNER)), ends));
        return Ok(());
    }
    let Some(value) = source.evaluate(facts)? else { return Ok(()) };
    if is_unsafe(&value) {
        return Err(UriFault::Unsafe);
    }
    match (source, position, std::str::from_utf8(&value)) {
        (Source::Constant(_), _, Ok(encoded)) => target.push_str(encoded),
        (Source::Path(_), _, Ok(raw)) => target.push_str(&escaped(raw, ends)),
        (_, Position::Path, _) => target.extend(percent_encode(&value, SEGMENT)),
        (_, Position::Query, _) => target.extend(percent_encode(&value, UNRESERVED)),
    }
    Ok(())
}

/// A value as it was sent, but for what would end the part of the URI that it stands in.
fn escaped<'v>(raw: &'v str, table: &[(char, &str)]) -> Cow<'v, str> {
    let mut value = Cow::Borrowed(raw);
    for (character, replacement) in table {
        if value.contains(*character) {
            value = Cow::Owned(value.replace(*character, replacement));
        }
    }
    value
}

fn is_unsafe(value: &[u8]) -> bool {
    value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'))
}

/// Whether dot segments, however they are encoded, never lead above where `path` starts. An encoded slash or
/// backslash counts as a slash here, and an empty segment as none, since the back end may read them so.
fn stays_below(path: &str) -> bool {
    if !path.contains("..") && !path.contains('%') {
        return true;
    }
    let mut plain = Cow::Borrowed(path);
    for (encoded, decoded) in
        [("%2e", "."), ("%2E", "."), ("%2f", "/"), ("%2F", "/"), ("%5c", "/"), ("%5C", "/")]
    {
        if plain.contains(encoded) {
            plain = Cow::Owned(plain.replace(encoded, decoded));
        }
    }
    let mut depth = 0_usize;
    for segment in plain.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return false,
            },
            _ => depth += 1,
        }
    }
    true
}
