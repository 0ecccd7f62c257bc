//! The URI of an integration as an owner writes it.

use std::collections::HashMap;
use std::sync::Arc;

use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::model::{Scheme, StageVariables};

use super::uri_plan::Piece;
use super::{BackEnd, Source, UriPlan};

/// A URI that no call can be sent to. The text is API Gateway's, with the reason behind it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct InvalidUri {
    text: String,
}

impl InvalidUri {
    /// Of a URL.
    fn of_url(reason: &str) -> Self {
        Self { text: format!("Invalid HTTP endpoint specified for URI: {reason}") }
    }

    /// Of an ARN, in words of its own.
    #[must_use]
    pub fn of_arn(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// An integration's URI with its `{name}` and `${stageVariables.name}` parts found. A `${…}` that names anything
/// else is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriTemplate(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    StageVariable(String),
    Name(String),
}

/// What is encoded of an owner's constant or override in a URI: only what may stand in none. Slashes and escapes pass.
pub(super) const OWNER: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl UriTemplate {
    /// Finds the parts of a URI. Whether it is one is known only when its variables are: see
    /// [`bind`](Self::bind).
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '{']) {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let variable = rest.strip_prefix("${stageVariables.").and_then(|inner| inner.split_once('}'));
            let name = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let part = match (variable, name) {
                (Some((name, after)), _) => Some((Part::StageVariable(name.to_owned()), after)),
                (None, Some((name, after))) => Some((Part::Name(name.to_owned()), after)),
                (None, None) => None,
            };
            match part {
                Some((part, after)) => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(part);
                    rest = after;
                }
                // `$`, or `${other}` as a whole.
                None => {
                    let end = match rest.strip_prefix("${") {
                        Some(inner) => inner.find('}').map_or(rest.len(), |at| at + 3),
                        None => 1,
                    };
                    plain.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Self(parts)
    }

    /// The names in `{…}`, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) | Part::StageVariable(_) => None,
        })
    }

    /// Whether a stage variable is in it, so that only a stage knows whether it is valid.
    #[must_use]
    pub fn has_stage_variables(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::StageVariable(_)))
    }

    /// The text with its variables filled in, and every `{name}` as it stands.
    #[must_use]
    pub fn text(&self, variables: &StageVariables) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::StageVariable(name) => text.push_str(variables.get(name).unwrap_or_default()),
                Part::Name(name) => {
                    text.push('{');
                    text.push_str(name);
                    text.push('}');
                }
            }
        }
        text
    }

    /// The URI on a stage: variables become text (a missing one becomes nothing), `{name}` takes its source from
    /// `sources`. A name without a source stays literal, percent-encoded.
    ///
    /// # Errors
    /// When the result is no `http` or `https` URI, or a `{name}` stands before its path.
    pub fn bind(
        &self,
        variables: &StageVariables,
        sources: &[(&str, Source)],
        back_ends: &mut BackEnds,
    ) -> Result<UriPlan, InvalidUri> {
        let mut pieces: Vec<Piece> = Vec::new();
        let text = |pieces: &mut Vec<Piece>, text: &str| match pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            Some(Piece::Value(..)) | None => pieces.push(Piece::Text(text.to_owned())),
        };
        for part in &self.0 {
            match part {
                Part::Text(plain) => text(&mut pieces, plain),
                Part::StageVariable(name) => text(&mut pieces, variables.get(name).unwrap_or_default()),
                Part::Name(name) => {
                    match sources.iter().find(|(own, _)| own == name).map(|(_, source)| source) {
                        Some(Source::Constant(bytes)) => {
                            let constant = String::from_utf8_lossy(bytes);
                            let encoded = utf8_percent_encode(&constant, OWNER).to_string();
                            // Where a template may put something else, it stays apart.
                            if is_behind_host(&pieces) && !encoded.contains(['?', '#']) {
                                let constant = Source::Constant(encoded.into());
                                pieces.push(Piece::Value(name.as_str().into(), constant));
                            } else {
                                text(&mut pieces, &encoded);
                            }
                        }
                        Some(source) => pieces.push(Piece::Value(name.as_str().into(), source.clone())),
                        None => text(&mut pieces, &format!("%7B{name}%7D")),
                    }
                }
            }
        }
        plan(pieces, back_ends)
    }
}

/// Whether the text before a piece holds a whole host.
fn is_behind_host(pieces: &[Piece]) -> bool {
    match pieces {
        [Piece::Text(text)] => text.split_once("://").is_some_and(|(_, behind)| behind.contains(['/', '?'])),
        more => more.len() > 1,
    }
}

/// Back ends met so far: one record per scheme, host and port, however many methods call it.
#[derive(Debug, Default)]
pub struct BackEnds(HashMap<(Scheme, Box<str>, u16), Arc<BackEnd>>);

fn plan(mut pieces: Vec<Piece>, back_ends: &mut BackEnds) -> Result<UriPlan, InvalidUri> {
    let refuse = InvalidUri::of_url;
    let Some(Piece::Text(start)) = pieces.first_mut() else {
        return Err(refuse("it must start with http:// or https://"));
    };
    let lower = start.get(..8).unwrap_or(start).to_ascii_lowercase();
    let (scheme, skip) = if lower.starts_with("https://") {
        (Scheme::Https, 8)
    } else if lower.starts_with("http://") {
        (Scheme::Http, 7)
    } else {
        return Err(refuse("it must start with http:// or https://"));
    };
    let end = start[skip..].find(['/', '?', '#']).map(|at| at + skip);
    if end.is_none() && pieces.len() > 1 {
        return Err(refuse("a {name} may stand only after the host: callers never choose whom we call"));
    }
    let Some(Piece::Text(start)) = pieces.first_mut() else { return Err(refuse("it is empty")) };
    let rest = start.split_off(end.unwrap_or(start.len()));
    let back_end = back_end(scheme, &start[skip..], back_ends)?;
    *start = rest;

    // From here on: path pieces, then query pieces.
    let mut path = Vec::new();
    let mut query: Option<Vec<Piece>> = None;
    for piece in pieces {
        match piece {
            Piece::Value(..) => query.as_mut().unwrap_or(&mut path).push(piece),
            Piece::Text(text) => {
                if text.contains('#') {
                    return Err(refuse("a fragment (#) is never sent"));
                }
                if http::uri::PathAndQuery::try_from(format!("/{text}")).is_err()
                    || text.contains(['{', '}', '"', '\\'])
                {
                    return Err(refuse("it holds characters that must be percent-encoded"));
                }
                match (&mut query, text.split_once('?')) {
                    (Some(query), _) => query.push(Piece::Text(text)),
                    (None, Some((before, after))) => {
                        path.push(Piece::Text(before.to_owned()));
                        query = Some(vec![Piece::Text(after.to_owned())]);
                    }
                    (None, None) => path.push(Piece::Text(text)),
                }
            }
        }
    }
    let filled = |pieces: Vec<Piece>| {
        pieces
            .into_iter()
            .filter(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()))
            .collect::<Box<[_]>>()
    };
    let mut path = filled(path).into_vec();
    if !matches!(path.first(), Some(Piece::Text(text)) if text.starts_with('/')) {
        path.insert(0, Piece::Text("/".to_owned()));
    }
    let query = query.map(filled).unwrap_or_default();
    Ok(UriPlan::new(back_end, path.into(), query))
}

fn back_end(scheme: Scheme, authority: &str, back_ends: &mut BackEnds) -> Result<Arc<BackEnd>, InvalidUri> {
    let refuse = InvalidUri::of_url;
    if authority.is_empty() {
        return Err(refuse("it names no host"));
    }
    if authority.contains('@') {
        return Err(refuse("user names and passwords in a URI are not sent; map an Authorization header"));
    }
    let parsed: http::uri::Authority = authority.parse().map_err(|_| refuse("its host is not valid"))?;
    let host = parsed.host().to_ascii_lowercase();
    let name = |host: &str| {
        host.len() <= 253
            && host.strip_suffix('.').unwrap_or(host).split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            })
    };
    let address = host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    if !address.map_or_else(|| name(&host), |inner| inner.parse::<std::net::Ipv6Addr>().is_ok()) {
        return Err(refuse("its host is not valid"));
    }
    let digits = authority[host.len()..].strip_prefix(':');
    let port = match digits {
        None | Some("") => scheme.default_port(),
        Some(digits) => match digits.parse() {
            Ok(port @ 1..) if digits.bytes().all(|byte| byte.is_ascii_digit()) => port,
            _ => return Err(refuse("its port is not a number from 1 to 65535")),
        },
    };
    let key = (scheme, host.into_boxed_str(), port);
    if let Some(known) = back_ends.0.get(&key) {
        return Ok(Arc::clone(known));
    }
    let host_header =
        if port == scheme.default_port() { key.1.to_string() } else { format!("{}:{port}", key.1) };
    let host_header = HeaderValue::from_maybe_shared(bytes::Bytes::from(host_header))
        .map_err(|_| refuse("its host is not valid"))?;
    let new = Arc::new(BackEnd { scheme, host: key.1.clone(), port, host_header });
    back_ends.0.insert(key, Arc::clone(&new));
    Ok(new)
}
