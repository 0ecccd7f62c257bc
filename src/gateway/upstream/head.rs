//! The head of a back end's response, read strictly (RFC 9112): when framing is in doubt there is no answer.

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::UpstreamError;
use crate::gateway::headers::{ADDED_TO_ANSWERS, AnswerNames, named_by_connection};

/// The most header fields that are ever parsed, whatever the limit says.
const MOST_FIELDS: usize = 256;

/// A complete response head, interim or final.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) framing: Framing,
    /// Whether the connection may carry another request after the body.
    pub(super) keep_alive: bool,
}

/// Where a response body ends (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// Where the connection ends.
    UntilClose,
}

/// Takes a complete head off the front of `buffer`, if one is there.
///
/// # Errors
/// When it cannot be a head, or its framing is ambiguous, or it is beyond the limits.
pub(super) fn take(
    buffer: &mut BytesMut,
    request: &Method,
    most_bytes: usize,
    most_fields: usize,
    names: AnswerNames,
) -> Result<Option<Head>, UpstreamError> {
    let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let most_fields = most_fields.min(MOST_FIELDS);
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let outcome = config.parse_response_with_uninit_headers(&mut parsed, buffer, &mut fields[..most_fields]);
    let length = match outcome {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if buffer.len() >= most_bytes => {
            return Err(UpstreamError::HeadTooLarge);
        }
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(UpstreamError::HeadTooLarge),
        Err(_) => return Err(UpstreamError::Malformed("the response head is no HTTP/1")),
    };
    if length > most_bytes {
        return Err(UpstreamError::HeadTooLarge);
    }
    let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or(UpstreamError::Malformed("the status code is out of range"))?;
    let is_http_11 = parsed.version == Some(1);

    // Values are slices of the head's own bytes: nothing is copied. Positions are noted first, since the parser
    // borrows the buffer that is about to be split.
    let base = buffer.as_ptr() as usize;
    let mut meant = Meant::default();
    let mut spans = Vec::with_capacity(parsed.headers.len());
    for field in parsed.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| UpstreamError::Malformed("a header name is no token"))?;
        meant.see(&name, field.value)?;
        if let Some(name) = names.of(name) {
            spans.push((name, field.value.as_ptr() as usize - base, field.value.len()));
        }
    }
    let bytes = buffer.split_to(length).freeze();
    let mut headers = HeaderMap::with_capacity(spans.len() + ADDED_TO_ANSWERS);
    for (name, start, length) in spans {
        // An empty value may point anywhere.
        let value = if length == 0 { bytes.slice(0..0) } else { bytes.slice(start..start + length) };
        let value = HeaderValue::from_maybe_shared(value)
            .map_err(|_| UpstreamError::Malformed("a header value has control characters"))?;
        headers.append(name, value);
    }
    let framing = meant.framing(request, status, is_http_11)?;
    let keep_alive = is_http_11 && framing != Framing::UntilClose && !meant.closes;
    names.drop_named(meant.named, &mut headers);
    Ok(Some(Head { status, headers, framing, keep_alive }))
}

/// What the fields of a head mean for the connection.
#[derive(Default)]
struct Meant {
    length: Option<u64>,
    /// How often `Transfer-Encoding` came, and whether it is `chunked` and nothing else.
    codings: usize,
    is_chunked: bool,
    closes: bool,
    /// The fields that `Connection` names.
    named: Vec<HeaderName>,
}

impl Meant {
    fn see(&mut self, name: &HeaderName, value: &[u8]) -> Result<(), UpstreamError> {
        match *name {
            CONTENT_LENGTH => {
                let length = content_length(value).filter(|_| self.length.is_none());
                let wrong = UpstreamError::Malformed("a Content-Length that is no single number");
                self.length = Some(length.ok_or(wrong)?);
            }
            TRANSFER_ENCODING => {
                self.codings += 1;
                self.is_chunked = value.eq_ignore_ascii_case(b"chunked");
            }
            CONNECTION => {
                let mut options = value.split(|byte| *byte == b',');
                self.closes |= options.any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
                self.named.extend(named_by_connection(value));
            }
            _ => {}
        }
        Ok(())
    }

    fn framing(
        &self,
        request: &Method,
        status: StatusCode,
        is_http_11: bool,
    ) -> Result<Framing, UpstreamError> {
        if self.codings > 0 {
            if self.length.is_some() {
                return Err(UpstreamError::Malformed("both Content-Length and Transfer-Encoding"));
            }
            if !is_http_11 {
                return Err(UpstreamError::Malformed("Transfer-Encoding in HTTP/1.0"));
            }
            if self.codings > 1 || !self.is_chunked {
                return Err(UpstreamError::Malformed("a transfer coding other than chunked"));
            }
        }
        let bodyless = *request == Method::HEAD
            || status.is_informational()
            || status == StatusCode::NO_CONTENT
            || status == StatusCode::NOT_MODIFIED;
        Ok(match self.length {
            _ if bodyless => Framing::Length(0),
            _ if self.codings > 0 => Framing::Chunked,
            Some(length) => Framing::Length(length),
            None => Framing::UntilClose,
        })
    }
}

/// The number that a `Content-Length` gives, if it is one.
fn content_length(digits: &[u8]) -> Option<u64> {
    let fits = !digits.is_empty() && digits.len() <= 19 && digits.iter().all(u8::is_ascii_digit);
    fits.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: &Method, text: &str) -> Result<Option<Head>, UpstreamError> {
        take(&mut BytesMut::from(text), request, 1024, 8, AnswerNames::AsSent)
    }

    #[test]
    fn the_end_of_a_body_is_where_rfc_9112_puts_it() {
        use Framing::{Chunked, Length, UntilClose};
        for (request, text, framing, keep_alive) in [
            (Method::GET, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Length(5), true),
            (Method::GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", Chunked, true),
            (Method::GET, "HTTP/1.1 200\r\n\r\n", UntilClose, false),
            (Method::HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Length(0), true),
            (Method::GET, "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", Length(0), true),
            (Method::GET, "HTTP/1.1 304 No\r\n\r\n", Length(0), true),
            (Method::GET, "HTTP/1.1 100 Continue\r\n\r\n", Length(0), true),
            (Method::GET, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", Length(5), false),
            (
                Method::GET,
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, Close\r\n\r\n",
                Length(5),
                false,
            ),
        ] {
            let head = read(&request, text).expect("sound").expect("complete");
            assert_eq!((head.framing, head.keep_alive), (framing, keep_alive), "{text:?}");
        }
    }

    #[test]
    fn ambiguous_and_broken_heads_are_no_answers() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 99 x\r\n\r\n",
            "hello",
        ] {
            let error = read(&Method::GET, text).expect_err(text);
            assert!(matches!(error, UpstreamError::Malformed(_)), "{text:?}: {error:?}");
        }
    }

    #[test]
    fn heads_beyond_the_limits_are_refused_and_incomplete_ones_waited_for() {
        assert!(read(&Method::GET, "HTTP/1.1 200 OK\r\nA: ").expect("may go on").is_none());
        let long = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(1024));
        assert!(matches!(read(&Method::GET, &long), Err(UpstreamError::HeadTooLarge)));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(9));
        assert!(matches!(read(&Method::GET, &many), Err(UpstreamError::HeadTooLarge)));
    }

    #[test]
    fn the_body_stays_in_the_buffer() {
        let mut buffer = BytesMut::from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \r\n\r\nhi");
        let head =
            take(&mut buffer, &Method::GET, 1024, 8, AnswerNames::AsSent).expect("sound").expect("complete");
        assert_eq!(&buffer[..], b"hi");
        assert_eq!(head.headers["x"], "");
    }

    #[test]
    fn answers_give_up_the_names_that_are_the_gateways_own() {
        for (before, after) in [
            (
                &[("etag", "x"), ("set-cookie", "a"), ("set-cookie", "b")][..],
                &[("etag", "x"), ("set-cookie", "a"), ("set-cookie", "b")][..],
            ),
            (
                &[("date", "d"), ("server", "s"), ("content-length", "3")],
                &[
                    ("x-amzn-remapped-date", "d"),
                    ("x-amzn-remapped-server", "s"),
                    ("x-amzn-remapped-content-length", "3"),
                ],
            ),
            (&[("x-amzn-requestid", "theirs")], &[("x-amzn-remapped-x-amzn-requestid", "theirs")]),
            (&[("connection", "x-hop"), ("x-hop", "1")], &[("x-amzn-remapped-connection", "x-hop")]),
            (
                &[
                    ("transfer-encoding", "chunked"),
                    ("keep-alive", "timeout=1"),
                    ("upgrade", "h2c"),
                    ("via", "1.1 x"),
                ],
                &[],
            ),
            (
                &[("content-encoding", "gzip"), ("content-type", "text/plain")],
                &[("content-encoding", "gzip"), ("content-type", "text/plain")],
            ),
        ] {
            let lines: String = before.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let head = take(
                &mut BytesMut::from(&*format!("HTTP/1.1 200 OK\r\n{lines}\r\n")),
                &Method::GET,
                1024,
                8,
                AnswerNames::Passed,
            );
            let head = head.expect("sound").expect("complete");
            let kept: Vec<_> =
                head.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().expect("text"))).collect();
            assert_eq!(kept, after, "{before:?}");
        }
    }
}
