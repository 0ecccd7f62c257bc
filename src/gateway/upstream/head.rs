//! The head of a back end's response, read strictly (RFC 9112): when framing is in doubt there is no answer.

use std::mem::MaybeUninit;

use bytes::BytesMut;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::UpstreamError;

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
    let mut spans = Vec::with_capacity(parsed.headers.len());
    for field in parsed.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| UpstreamError::Malformed("a header name is no token"))?;
        spans.push((name, field.value.as_ptr() as usize - base, field.value.len()));
    }
    let bytes = buffer.split_to(length).freeze();
    let mut headers = HeaderMap::with_capacity(spans.len());
    for (name, start, length) in spans {
        // An empty value may point anywhere.
        let value = if length == 0 { bytes.slice(0..0) } else { bytes.slice(start..start + length) };
        let value = HeaderValue::from_maybe_shared(value)
            .map_err(|_| UpstreamError::Malformed("a header value has control characters"))?;
        headers.append(name, value);
    }

    let framing = framing(request, status, &headers, is_http_11)?;
    let keep_alive = is_http_11 && framing != Framing::UntilClose && !says_close(&headers);
    Ok(Some(Head { status, headers, framing, keep_alive }))
}

fn framing(
    request: &Method,
    status: StatusCode,
    headers: &HeaderMap,
    is_http_11: bool,
) -> Result<Framing, UpstreamError> {
    let length = content_length(headers)?;
    let coding = headers.contains_key(TRANSFER_ENCODING);
    if coding {
        if length.is_some() {
            return Err(UpstreamError::Malformed("both Content-Length and Transfer-Encoding"));
        }
        if !is_http_11 {
            return Err(UpstreamError::Malformed("Transfer-Encoding in HTTP/1.0"));
        }
        let mut values = headers.get_all(TRANSFER_ENCODING).iter();
        let only = values.next().is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"chunked"));
        if !only || values.next().is_some() {
            return Err(UpstreamError::Malformed("a transfer coding other than chunked"));
        }
    }
    let bodyless = *request == Method::HEAD
        || status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    Ok(match length {
        _ if bodyless => Framing::Length(0),
        _ if coding => Framing::Chunked,
        Some(length) => Framing::Length(length),
        None => Framing::UntilClose,
    })
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>, UpstreamError> {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let digits = value.as_bytes();
    let fits = !digits.is_empty() && digits.len() <= 19 && digits.iter().all(u8::is_ascii_digit);
    if !fits || values.next().is_some() {
        return Err(UpstreamError::Malformed("a Content-Length that is no single number"));
    }
    Ok(Some(digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))))
}

fn says_close(headers: &HeaderMap) -> bool {
    headers.get_all(CONNECTION).iter().any(|value| {
        value.as_bytes().split(|b| *b == b',').any(|o| o.trim_ascii().eq_ignore_ascii_case(b"close"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: &Method, text: &str) -> Result<Option<Head>, UpstreamError> {
        take(&mut BytesMut::from(text), request, 1024, 8)
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
        let head = take(&mut buffer, &Method::GET, 1024, 8).expect("sound").expect("complete");
        assert_eq!(&buffer[..], b"hi");
        assert_eq!(head.headers["x"], "");
    }
}
