//! A request as it is sent to a back end, and its bytes.

use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::gateway::body::CallerBody;
use crate::gateway::headers::{AnswerNames, forwarded};
use crate::mapping::BackEnd;

/// A request to a back end. Framing is added when it is sent: `headers` hold none.
pub(in crate::gateway) struct UpstreamRequest<'a> {
    /// Where to.
    pub(in crate::gateway) back_end: &'a BackEnd,
    /// Whether its certificate is taken unverified.
    pub(in crate::gateway) unverified: bool,
    /// Whether the operator of this server named the address: it may then be one of this machine.
    pub(in crate::gateway) trusted: bool,
    /// The method.
    pub(in crate::gateway) method: Method,
    /// The target in origin form, already checked.
    pub(in crate::gateway) target: &'a str,
    /// The value of `Host`.
    pub(in crate::gateway) host: HeaderValue,
    /// Fields of the gateway's own.
    pub(in crate::gateway) own: OwnFields,
    /// Mapped fields, which take the place of its own and of the caller's.
    pub(in crate::gateway) headers: HeaderMap,
    /// The caller's fields, where they pass through: written straight from here, unless they may not cross or
    /// there is another of the same name.
    pub(in crate::gateway) forwarded: Option<&'a HeaderMap>,
    /// The body.
    pub(in crate::gateway) body: Outgoing,
    /// Under which names the answer's fields are kept.
    pub(in crate::gateway) names: AnswerNames,
    /// When the call began.
    pub(in crate::gateway) began: Instant,
    /// How long the response head may take.
    pub(in crate::gateway) timeout: Duration,
}

/// Fields that the gateway adds by itself. So few that looking through them costs less than hashing names.
#[derive(Debug)]
pub(in crate::gateway) struct OwnFields(Vec<(HeaderName, HeaderValue)>);

impl OwnFields {
    /// None yet, with room for all that there ever are.
    pub(in crate::gateway) fn new() -> Self {
        Self(Vec::with_capacity(8))
    }

    /// Adds a field. There must be none of this name yet.
    pub(in crate::gateway) fn push(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.push((name, value));
    }

    /// The value of a field.
    pub(in crate::gateway) fn get(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// All fields but those that `mapped` replaces, then the mapped ones.
    pub(in crate::gateway) fn with<'f>(
        &'f self,
        mapped: &'f HeaderMap,
    ) -> impl Iterator<Item = (&'f HeaderName, &'f HeaderValue)> {
        let own = self.0.iter().map(|(name, value)| (name, value));
        own.filter(|(name, _)| mapped.is_empty() || !mapped.contains_key(*name)).chain(mapped)
    }
}

/// A body toward a back end.
pub(in crate::gateway) enum Outgoing {
    /// None: no length is sent for methods that expect none.
    Empty,
    /// Held in memory.
    Full(Bytes),
    /// Streamed from the caller.
    Stream(Box<CallerBody>),
}

/// How a body is framed on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFraming {
    None,
    Length(u64),
    Chunked,
}

impl Outgoing {
    pub(super) fn framing(&self) -> BodyFraming {
        match self {
            Self::Empty => BodyFraming::None,
            Self::Full(bytes) => BodyFraming::Length(bytes.len() as u64),
            Self::Stream(body) => match body.exact_length() {
                Some(length) => BodyFraming::Length(length),
                None => BodyFraming::Chunked,
            },
        }
    }

    /// Whether the body can be sent a second time.
    pub(super) fn is_replayable(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }
}

/// Writes the head of `request` in canonical form. `Host` comes first (RFC 9110 section 7.2).
pub(super) fn encode_head(request: &UpstreamRequest<'_>, framing: BodyFraming, out: &mut BytesMut) {
    out.reserve(1024);
    out.put_slice(request.method.as_str().as_bytes());
    out.put_slice(b" ");
    out.put_slice(request.target.as_bytes());
    out.put_slice(b" HTTP/1.1\r\nhost: ");
    out.put_slice(request.host.as_bytes());
    out.put_slice(b"\r\n");
    if let Some(callers) = request.forwarded {
        let replaced = |name: &HeaderName| {
            request.own.get(name).is_some()
                || !request.headers.is_empty() && request.headers.contains_key(name)
        };
        forwarded(callers, replaced).for_each(|field| encode_field(field, out));
    }
    for field in request.own.with(&request.headers) {
        if !matches!(*field.0, HOST | CONTENT_LENGTH | TRANSFER_ENCODING) {
            encode_field(field, out);
        }
    }
    match framing {
        // RFC 9110 section 8.6: a method that anticipates content says that there is none.
        BodyFraming::None if matches!(request.method, Method::POST | Method::PUT | Method::PATCH) => {
            out.put_slice(b"content-length: 0\r\n");
        }
        BodyFraming::None => {}
        BodyFraming::Length(length) => {
            out.put_slice(b"content-length: ");
            put_decimal(length, out);
            out.put_slice(b"\r\n");
        }
        BodyFraming::Chunked => out.put_slice(b"transfer-encoding: chunked\r\n"),
    }
    out.put_slice(b"\r\n");
}

fn encode_field((name, value): (&HeaderName, &HeaderValue), out: &mut BytesMut) {
    out.put_slice(name.as_str().as_bytes());
    out.put_slice(b": ");
    out.put_slice(value.as_bytes());
    out.put_slice(b"\r\n");
}

/// Writes the line before a chunk of `length` bytes, and what ends the chunk before it if there was one.
pub(super) fn encode_chunk_line(length: usize, after_chunk: bool, out: &mut BytesMut) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    if after_chunk {
        out.put_slice(b"\r\n");
    }
    let digits = (length.max(1).ilog2() / 4) + 1;
    for place in (0..digits).rev() {
        out.put_u8(DIGITS[length >> (place * 4) & 15]);
    }
    out.put_slice(b"\r\n");
}

fn put_decimal(mut number: u64, out: &mut BytesMut) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.put_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_rfc_9112_asks() {
        for number in [0_u64, 7, 10, 1024, u64::MAX] {
            let mut out = BytesMut::new();
            put_decimal(number, &mut out);
            assert_eq!(out, number.to_string());
        }
        for length in [0_usize, 1, 15, 16, 255, 256, 65_536] {
            let mut out = BytesMut::new();
            encode_chunk_line(length, true, &mut out);
            assert_eq!(out, format!("\r\n{length:x}\r\n"));
        }
    }
}
