//! How callers spelled the names of their header fields.
//!
//! hyper gives names in lower case. Where API Gateway shows them as they were sent (the event of a Lambda proxy,
//! `$input.params()` of a template), they are read off the bytes of the connection on their way to hyper. A
//! [`Recorder`] follows the framing as hyper does: head, body by its length or its chunks, next head. So it tells
//! what is a head and what only looks like one inside a body, also when requests are pipelined and however the bytes
//! are cut. Where it would have to guess it gives up, and what it says is compared with what hyper says: a name is
//! spelled as it was sent, or in lower case, and never wrongly.

use std::collections::VecDeque;
use std::mem::MaybeUninit;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};

use super::exchange::Exchange;
use super::upstream::ChunkedReader;

/// What hyper takes at most (`worker`): beyond it there is no request.
const MOST_HEAD_BYTES: usize = 64 * 1024;
const MOST_FIELDS: usize = 200;

/// The names of one request's header fields as they were sent, in order, each followed by a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled(Box<str>);

/// Follows the requests of one HTTP/1.1 connection from its first byte.
#[derive(Debug)]
pub(super) struct Recorder {
    state: State,
    /// Of requests that hyper has the head of, or will have by what is read already.
    heads: VecDeque<Spelled>,
}

#[derive(Debug)]
enum State {
    /// Within a head, of which this much came.
    Head(Vec<u8>),
    /// Within a body of which this much is to come.
    Length(u64),
    /// Within a chunked body.
    Chunks(ChunkedReader),
    /// Something came that cannot be followed for certain, or no request.
    Lost,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self { state: State::Head(Vec::new()), heads: VecDeque::new() }
    }

    /// Takes bytes as they come off the connection.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match &mut self.state {
                State::Head(before) => match head(before, bytes) {
                    Head::Partial => return,
                    Head::Unsound => self.lose(),
                    Head::Complete { spelled, framing, length } => {
                        self.heads.push_back(spelled);
                        self.state = framing;
                        bytes.get(length..).unwrap_or_default()
                    }
                },
                State::Length(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= taken as u64;
                    if *left == 0 {
                        self.state = State::Head(Vec::new());
                    }
                    &bytes[taken..]
                }
                State::Chunks(chunks) => match chunks.skip(bytes) {
                    Ok(None) => return,
                    Ok(Some(rest)) => {
                        self.state = State::Head(Vec::new());
                        rest
                    }
                    Err(_) => self.lose(),
                },
                State::Lost => return,
            };
        }
    }

    /// The spelling of the next request, whose head hyper parsed into `headers`. `None` when it is not known.
    pub(super) fn next(&mut self, headers: &HeaderMap) -> Option<Spelled> {
        let spelled = self.heads.pop_front().filter(|spelled| spelled.is_of(headers));
        if spelled.is_none() {
            self.heads.clear();
            self.lose();
        }
        spelled
    }

    fn lose(&mut self) -> &'static [u8] {
        self.state = State::Lost;
        &[]
    }
}

/// What bytes are to a head.
enum Head {
    /// More has to come.
    Partial,
    /// The head, what follows it, and how many of the bytes belong to it.
    Complete { spelled: Spelled, framing: State, length: usize },
    /// No head that hyper would take.
    Unsound,
}

/// Reads a head that starts with `before` and goes on with `bytes`. What is not complete is added to `before`.
fn head(before: &mut Vec<u8>, bytes: &[u8]) -> Head {
    let held = before.len();
    if held == 0 {
        return match parse(bytes) {
            Head::Partial if bytes.len() > MOST_HEAD_BYTES => Head::Unsound,
            Head::Partial => {
                before.extend_from_slice(bytes);
                Head::Partial
            }
            other => other,
        };
    }
    before.extend_from_slice(bytes);
    // A head ends with an empty line. Without one there is no need to read it all again.
    if !has_empty_line(&before[held.saturating_sub(2)..]) {
        return if before.len() > MOST_HEAD_BYTES { Head::Unsound } else { Head::Partial };
    }
    match parse(before) {
        Head::Complete { spelled, framing, length } => {
            Head::Complete { spelled, framing, length: length.saturating_sub(held) }
        }
        Head::Partial if before.len() > MOST_HEAD_BYTES => Head::Unsound,
        other => other,
    }
}

fn has_empty_line(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', bytes)
        .any(|at| bytes[at + 1..].starts_with(b"\n") || bytes[at + 1..].starts_with(b"\r\n"))
}

fn parse(bytes: &[u8]) -> Head {
    let mut fields = [MaybeUninit::uninit(); MOST_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(httparse::Status::Partial) => Head::Partial,
        Ok(httparse::Status::Complete(length)) => match framing(request.headers) {
            Some(framing) => Head::Complete { spelled: Spelled::of(request.headers), framing, length },
            None => Head::Unsound,
        },
        Err(_) => Head::Unsound,
    }
}

/// What follows a head (RFC 9112 section 6.3), as hyper reads it; `None` where hyper refuses the request.
fn framing(fields: &[httparse::Header<'_>]) -> Option<State> {
    let mut length = None;
    for field in fields {
        if field.name.eq_ignore_ascii_case("transfer-encoding") {
            // hyper takes no coding but one that ends in chunked.
            return Some(State::Chunks(ChunkedReader::new()));
        }
        if field.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(field.value).ok()?;
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            length = Some(text.parse::<u64>().ok()?);
        }
    }
    Some(match length {
        None | Some(0) => State::Head(Vec::new()),
        Some(length) => State::Length(length),
    })
}

impl Spelled {
    fn of(fields: &[httparse::Header<'_>]) -> Self {
        let mut names = String::with_capacity(fields.iter().map(|field| field.name.len() + 1).sum());
        for field in fields {
            names.push_str(field.name);
            names.push(':');
        }
        Self(names.into())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator(':')
    }

    /// Whether these are the names of a head, each as often as there. `Content-Length` does not count: hyper leaves
    /// out what repeats it or contradicts it.
    fn is_of(&self, headers: &HeaderMap) -> bool {
        let counts = |name: &str| !name.eq_ignore_ascii_case(CONTENT_LENGTH.as_str());
        let mut sent: Vec<_> =
            self.names().filter(|name| counts(name)).map(str::to_ascii_lowercase).collect();
        let mut parsed: Vec<_> =
            headers.iter().map(|(name, _)| name.as_str()).filter(|name| counts(name)).collect();
        sent.sort_unstable();
        parsed.sort_unstable();
        sent == parsed
    }
}

impl Exchange {
    /// The request's header fields in the order and with the names that the caller sent, where that is known: over
    /// HTTP/1.1, on a connection that began when some API listed them. Otherwise names are in lower case, as HTTP/2
    /// has them anyway, and fields of one name stand together.
    pub(super) fn headers_as_sent(&self) -> impl Iterator<Item = (&str, &HeaderValue)> {
        as_sent(&self.head.headers, self.spelled.as_deref()).into_iter()
    }
}

/// The fields of a head in the order and with the names that they were sent with, as far as that is known.
fn as_sent<'h>(headers: &'h HeaderMap, spelled: Option<&'h Spelled>) -> Vec<(&'h str, &'h HeaderValue)> {
    let Some(spelled) = spelled else {
        return headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    };
    let mut fields: Vec<(&str, &HeaderValue)> = Vec::with_capacity(headers.len());
    for name in spelled.names() {
        let earlier = fields.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count();
        // One that is used up on the way (`X-HTTP-Method-Override`) is not there any more.
        if let Some(value) = headers.get_all(name).iter().nth(earlier) {
            fields.push((name, value));
        }
    }
    fields
}

#[cfg(test)]
mod tests;
