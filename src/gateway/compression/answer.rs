//! Compressed answers.

use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, VARY,
};
use http::{Method, StatusCode};

use super::encoder::{Encoder, whole};
use crate::cors::policy::AnswerOf;
use crate::gateway::body::AnswerBody;
use crate::gateway::connection::Open;
use crate::gateway::exchange::Answer;
use crate::gateway::upstream::{UpstreamBody, UpstreamError};
use crate::mapping::Coding;

/// A body that is there is compressed at once up to this size, and beyond piece by piece, so that other requests of
/// the worker have their turn.
const AT_ONCE: usize = 256 * 1024;
/// How much of such a body is taken at a time.
const PIECE: usize = 64 * 1024;
/// How much compressed data is gathered before it is sent, while more is at hand.
const GATHER: usize = 16 * 1024;

const EVENT_STREAM: &[u8] = b"text/event-stream";
/// Digests of the body as it is; with one of them the body stays as it is.
const DIGESTS: [HeaderName; 4] = [
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-md5"),
];

/// Compresses an answer of at least `minimum` bytes, or of unknown length, for a caller that asks for it.
pub(in crate::gateway) fn compress(minimum: u32, method: &Method, asked: &HeaderMap, answer: &mut Answer) {
    if !is_eligible(answer) {
        return;
    }
    let is_head = *method == Method::HEAD;
    let length = match &answer.body {
        AnswerBody::Full(bytes) => Some(bytes.len() as u64),
        AnswerBody::Upstream(body, _) => body.exact_length(),
        // The answer to a HEAD says what a GET would be given.
        AnswerBody::Empty if is_head && answer.of == AnswerOf::Proxy => announced(&answer.headers),
        AnswerBody::Empty | AnswerBody::Cut(_) | AnswerBody::Compressing(_) => return,
    };
    if length.is_some_and(|length| length < u64::from(minimum)) {
        return;
    }
    vary(&mut answer.headers);
    let Some(coding) = Coding::choose(asked) else { return };
    let body = match std::mem::replace(&mut answer.body, AnswerBody::Empty) {
        AnswerBody::Full(bytes) if bytes.len() <= AT_ONCE => whole(coding, &bytes).map(AnswerBody::Full),
        AnswerBody::Full(_) if is_head => Ok(AnswerBody::Empty),
        AnswerBody::Full(bytes) => Compressing::body(Source::Full(bytes), coding),
        AnswerBody::Upstream(body, _) => Compressing::body(Source::Upstream(body), coding),
        other => Ok(other),
    };
    // Codecs write to memory; they fail only where there is none, and then the answer is cut.
    answer.body = body.unwrap_or(AnswerBody::Cut(UpstreamError::Cut));
    let headers = &mut answer.headers;
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.as_str()));
    headers.remove(CONTENT_LENGTH);
    headers.remove(ACCEPT_RANGES);
    weaken(headers);
}

/// Whether an answer may be compressed for anybody.
fn is_eligible(answer: &Answer) -> bool {
    let headers = &answer.headers;
    let has_body = !answer.status.is_informational()
        && !matches!(
            answer.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT
        );
    let is_event_stream = headers.get(CONTENT_TYPE).is_some_and(|own| {
        own.as_bytes().get(..EVENT_STREAM.len()).is_some_and(|start| start.eq_ignore_ascii_case(EVENT_STREAM))
    });
    has_body
        && answer.of != AnswerOf::Error
        && !headers.contains_key(CONTENT_ENCODING)
        && !is_event_stream
        && !lists(headers, &CACHE_CONTROL, "no-transform")
        && !DIGESTS.iter().any(|name| headers.contains_key(name))
}

/// The length that a head announces for a body that is not there.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether a list field has an item.
fn lists(headers: &HeaderMap, name: &HeaderName, item: &str) -> bool {
    let fields = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    fields.flat_map(|field| field.split(',')).any(|own| own.trim().eq_ignore_ascii_case(item))
}

/// Says that another caller may be given another form (RFC 9110 section 12.5.5).
fn vary(headers: &mut HeaderMap) {
    if !lists(headers, &VARY, "*") && !lists(headers, &VARY, ACCEPT_ENCODING.as_str()) {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

/// Makes a strong `ETag` weak: the bytes are no longer the ones that it stands for (RFC 9110 section 8.8.1).
fn weaken(headers: &mut HeaderMap) {
    let Some(strong) = headers.get(ETAG).filter(|own| own.as_bytes().starts_with(b"\"")) else { return };
    let weak = HeaderValue::from_bytes(&[b"W/", strong.as_bytes()].concat());
    if let Ok(weak) = weak {
        headers.insert(ETAG, weak);
    }
}

/// A body that is compressed while it is sent.
pub(in crate::gateway) struct Compressing {
    source: Source,
    encoder: Encoder,
    /// Whether something was put in that no flush let out.
    dirty: bool,
    /// The connection counts as busy until the body ends.
    pub(in crate::gateway) open: Option<Open>,
}

enum Source {
    Full(Bytes),
    Upstream(UpstreamBody),
    /// It came to its end.
    Ended,
    /// It broke off.
    Broken(UpstreamError),
}

impl Compressing {
    fn body(source: Source, coding: Coding) -> std::io::Result<AnswerBody> {
        let encoder = Encoder::new(coding)?;
        Ok(AnswerBody::Compressing(Box::new(Self { source, encoder, dirty: false, open: None })))
    }

    /// The next compressed data. What came is let out when nothing more is at hand, so that nobody waits for what
    /// the back end has sent already.
    pub(in crate::gateway) fn poll_data(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, UpstreamError>>> {
        loop {
            let more = match &mut self.source {
                Source::Full(bytes) if bytes.is_empty() => None,
                Source::Full(bytes) => Some(Ok(bytes.split_to(bytes.len().min(PIECE)))),
                Source::Upstream(body) => match body.poll_data(cx) {
                    Poll::Ready(more) => more,
                    Poll::Pending if self.dirty => {
                        self.dirty = false;
                        if self.encoder.flush().is_err() {
                            return Poll::Ready(Some(Err(UpstreamError::Cut)));
                        }
                        return match self.encoder.waiting() {
                            0 => Poll::Pending,
                            _ => Poll::Ready(Some(Ok(self.encoder.take()))),
                        };
                    }
                    Poll::Pending => return Poll::Pending,
                },
                Source::Ended => {
                    self.open = None;
                    return match self.encoder.waiting() {
                        0 => Poll::Ready(None),
                        _ => Poll::Ready(Some(Ok(self.encoder.take()))),
                    };
                }
                Source::Broken(_) => {
                    self.open = None;
                    let Source::Broken(error) = std::mem::replace(&mut self.source, Source::Ended) else {
                        continue;
                    };
                    return Poll::Ready(Some(Err(error)));
                }
            };
            let done = match more {
                Some(Ok(data)) => {
                    self.dirty = true;
                    self.encoder.write(&data)
                }
                // How far it came is let out first.
                Some(Err(error)) => {
                    self.source = Source::Broken(error);
                    self.encoder.flush()
                }
                None => {
                    self.source = Source::Ended;
                    self.encoder.finish()
                }
            };
            if done.is_err() {
                return Poll::Ready(Some(Err(UpstreamError::Cut)));
            }
            let is_broken = matches!(self.source, Source::Broken(_));
            if self.encoder.waiting() >= GATHER || is_broken && self.encoder.waiting() > 0 {
                return Poll::Ready(Some(Ok(self.encoder.take())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::compression::encoder::decoded;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(pair).collect()
    }

    fn answer(status: u16, lines: &[(&'static str, &'static str)], body: &'static [u8]) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: headers(lines),
            body: AnswerBody::full(Bytes::from_static(body)),
            of: AnswerOf::Integration,
            closes: false,
        }
    }

    const BODY: &[u8] = &[b'x'; 100];

    #[test]
    fn answers_are_compressed_where_they_may_be() {
        for (status, lines, minimum, accept, coded, varies) in [
            (200, &[][..], 0, "gzip", true, true),
            (200, &[], 100, "gzip", true, true),
            (200, &[], 101, "gzip", false, false),
            (200, &[], 0, "identity", false, true),
            (404, &[("content-type", "text/plain")], 0, "gzip", true, true),
            (206, &[], 0, "gzip", false, false),
            (200, &[("content-encoding", "br")], 0, "gzip", false, false),
            (200, &[("cache-control", "public, No-Transform")], 0, "gzip", false, false),
            (200, &[("content-type", "text/event-stream; charset=utf-8")], 0, "gzip", false, false),
            (200, &[("content-digest", "x")], 0, "gzip", false, false),
            (200, &[("vary", "origin, Accept-Encoding")], 0, "gzip", true, true),
        ] {
            let mut answer = answer(status, lines, BODY);
            compress(minimum, &Method::GET, &headers(&[("accept-encoding", accept)]), &mut answer);
            let AnswerBody::Full(body) = &answer.body else { panic!("a whole body") };
            assert_eq!(body != BODY, coded, "{status} {lines:?} {minimum} {accept}");
            if coded {
                assert_eq!(decoded(Coding::Gzip, body), BODY);
                assert_eq!(answer.headers[CONTENT_ENCODING], "gzip");
            }
            let count = answer
                .headers
                .get_all(VARY)
                .iter()
                .filter(|own| own.as_bytes().ends_with(b"Accept-Encoding"));
            assert_eq!(count.count(), usize::from(varies), "{status} {lines:?} {minimum} {accept}");
        }
        let mut fault = Answer { of: AnswerOf::Error, ..answer(500, &[], BODY) };
        compress(0, &Method::GET, &headers(&[("accept-encoding", "gzip")]), &mut fault);
        assert!(!fault.headers.contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn what_told_of_the_bytes_is_taken_back() {
        let lines = [("etag", "\"a\""), ("accept-ranges", "bytes"), ("content-length", "100")];
        let mut compressed = answer(200, &lines, BODY);
        compress(0, &Method::GET, &headers(&[("accept-encoding", "br")]), &mut compressed);
        assert_eq!(compressed.headers[ETAG], "W/\"a\"");
        assert!(
            !compressed.headers.contains_key(ACCEPT_RANGES)
                && !compressed.headers.contains_key(CONTENT_LENGTH)
        );
        let mut head = Answer { of: AnswerOf::Proxy, body: AnswerBody::Empty, ..answer(200, &lines, b"") };
        compress(100, &Method::HEAD, &headers(&[("accept-encoding", "br")]), &mut head);
        assert_eq!(head.headers[CONTENT_ENCODING], "br");
        assert!(!head.headers.contains_key(CONTENT_LENGTH));
        let mut small = Answer { of: AnswerOf::Proxy, body: AnswerBody::Empty, ..answer(200, &lines, b"") };
        compress(101, &Method::HEAD, &headers(&[("accept-encoding", "br")]), &mut small);
        assert!(!small.headers.contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn a_large_body_is_compressed_piece_by_piece() {
        let body: Bytes = (0..AT_ONCE as u32).flat_map(|n| (n * 7919).to_le_bytes()).collect();
        for coding in [Coding::Zstd, Coding::Brotli, Coding::Gzip, Coding::Deflate] {
            let mut large = Answer { body: AnswerBody::Full(body.clone()), ..answer(200, &[], b"") };
            let accept = HeaderValue::from_static(coding.as_str());
            compress(1, &Method::GET, &[(ACCEPT_ENCODING, accept)].into_iter().collect(), &mut large);
            let AnswerBody::Compressing(mut streamed) = large.body else { panic!("a streamed body") };
            let (mut all, mut pieces) = (Vec::new(), 0);
            let mut cx = Context::from_waker(std::task::Waker::noop());
            while let Poll::Ready(Some(data)) = streamed.poll_data(&mut cx) {
                all.extend_from_slice(&data.expect("nothing breaks off"));
                pieces += 1;
            }
            assert!(pieces > 1 && decoded(coding, &all) == body, "{coding:?}");
        }
    }
}
