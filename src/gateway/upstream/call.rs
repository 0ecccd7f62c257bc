//! One request and its response on a connection, polled by the task of the request itself.
//!
//! Upload and download run side by side: a back end may answer before it has the whole body, and may go on
//! reading while it answers. What is left of the upload when the head arrives is carried on by the body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Response};
use http_body::{Body as _, Frame};

use super::chunked::{Decoded, Decoder};
use super::connection::Connection;
use super::head::{self, Framing};
use super::pool::Permit;
use super::request::{BodyFraming, Outgoing, UpstreamRequest, encode_chunk_line, encode_head};
use super::{UpstreamError, head::Head};
use crate::gateway::body::{CallerBody, CallerBodyError};
use crate::gateway::headers::AnswerNames;
use crate::ops::LimitKind;

/// A request on its way.
pub(super) struct Call {
    connection: Box<Connection>,
    permit: Permit,
    method: Method,
    names: AnswerNames,
    upload: Upload,
    timeout: Duration,
    interim: usize,
    /// Whether any byte of a response came.
    received: bool,
}

/// What is left to be sent.
enum Upload {
    Done,
    /// The back end stopped reading. It may have answered all the same.
    Refused,
    Streaming {
        body: Box<CallerBody>,
        /// `None` for chunked.
        left: Option<u64>,
        after_chunk: bool,
    },
}

impl Call {
    /// Puts the request on the connection; nothing is written before the first poll.
    pub(super) fn new(
        mut connection: Box<Connection>,
        permit: Permit,
        request: &mut UpstreamRequest<'_>,
        now: Instant,
    ) -> Self {
        let framing = request.body.framing();
        encode_head(request, framing, &mut connection.output);
        let left = match framing {
            BodyFraming::Length(length) => Some(length),
            BodyFraming::None | BodyFraming::Chunked => None,
        };
        let upload = match &mut request.body {
            Outgoing::Empty => Upload::Done,
            Outgoing::Full(bytes) => {
                connection.output_data = bytes.clone();
                Upload::Done
            }
            body @ Outgoing::Stream(_) => match std::mem::replace(body, Outgoing::Empty) {
                Outgoing::Stream(body) => Upload::Streaming { body, left, after_chunk: false },
                Outgoing::Empty | Outgoing::Full(_) => Upload::Done,
            },
        };
        connection.deadline.arm(now + request.timeout);
        let (method, names, timeout) = (request.method.clone(), request.names, request.timeout);
        Self { connection, permit, method, names, upload, timeout, interim: 0, received: false }
    }

    /// Ready when the head of the final response is complete. Must not be polled again after that.
    pub(super) fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Head, UpstreamError>> {
        loop {
            if let Poll::Ready(Err(error)) = self.poll_upload(cx) {
                return Poll::Ready(Err(error));
            }
            match self.connection.poll_fill(cx, 0) {
                Poll::Pending if self.connection.deadline.poll_passed(cx).is_ready() => {
                    self.permit.limit(LimitKind::UpstreamTimeout);
                    return Poll::Ready(Err(UpstreamError::Timeout));
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(count @ 1..)) => {
                    self.received = true;
                    if let Some(head) = self.take_head(count)? {
                        return Poll::Ready(Ok(head));
                    }
                }
                Poll::Ready(Ok(0) | Err(_)) if self.received => {
                    return Poll::Ready(Err(UpstreamError::Malformed("the response head is cut")));
                }
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(UpstreamError::Closed)),
            }
        }
    }

    /// Takes interim heads away until a final one is there.
    fn take_head(&mut self, count: usize) -> Result<Option<Head>, UpstreamError> {
        let limits = self.permit.limits();
        let fresh = self.connection.input.len() - count.min(self.connection.input.len());
        // A head ends with a line end: without a new one there is nothing new to parse.
        let mut parse = self.connection.input.len() >= limits.head_bytes
            || memchr::memchr(b'\n', &self.connection.input[fresh..]).is_some();
        while parse {
            let input = &mut self.connection.input;
            let found = head::take(input, &self.method, limits.head_bytes, limits.header_fields, self.names);
            match found {
                Ok(Some(head)) if head.status == http::StatusCode::SWITCHING_PROTOCOLS => {
                    return Err(UpstreamError::Malformed("101 without having been asked"));
                }
                Ok(Some(head)) if head.status.is_informational() => {
                    self.interim += 1;
                    if self.interim > limits.interim {
                        self.permit.limit(LimitKind::UpstreamInterim);
                        return Err(UpstreamError::TooManyInterim);
                    }
                    parse = !self.connection.input.is_empty();
                }
                Ok(found) => return Ok(found),
                Err(UpstreamError::HeadTooLarge) => {
                    self.permit.limit(LimitKind::UpstreamHead);
                    return Err(UpstreamError::HeadTooLarge);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Sends what can be sent now. Only faults of the caller's body are errors: a back end that stops reading may
    /// have answered already.
    fn poll_upload(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        let connection = &mut *self.connection;
        loop {
            if matches!(self.upload, Upload::Refused) {
                return Poll::Ready(Ok(()));
            }
            if ready!(connection.poll_drain(cx)).is_err() {
                self.upload = Upload::Refused;
                return Poll::Ready(Ok(()));
            }
            let Upload::Streaming { body, left, after_chunk } = &mut self.upload else {
                return Poll::Ready(Ok(()));
            };
            let frame = match Pin::new(&mut **body).poll_frame(cx) {
                // The end of a chunk is not kept back while the caller thinks.
                Poll::Pending if *after_chunk => {
                    connection.output.extend_from_slice(b"\r\n");
                    *after_chunk = false;
                    continue;
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(frame) => frame.transpose()?,
            };
            // Progress: the time for an answer counts from the last byte sent.
            connection.deadline.arm_in(self.timeout);
            match (frame.map(Frame::into_data), left) {
                // Trailers go no further than this hop.
                (Some(Err(_trailers)), _) => {}
                (Some(Ok(data)), _) if data.is_empty() => {}
                (Some(Ok(data)), Some(left)) => {
                    let rest = left.checked_sub(data.len() as u64);
                    *left = rest.ok_or(UpstreamError::Caller(CallerBodyError::Broken))?;
                    connection.output_data = data;
                }
                (Some(Ok(data)), None) => {
                    encode_chunk_line(data.len(), *after_chunk, &mut connection.output);
                    *after_chunk = true;
                    connection.output_data = data;
                }
                (None, Some(0)) => self.upload = Upload::Done,
                (None, Some(_)) => return Poll::Ready(Err(CallerBodyError::Broken.into())),
                (None, None) => {
                    let end: &[u8] = if *after_chunk { b"\r\n0\r\n\r\n" } else { b"0\r\n\r\n" };
                    connection.output.extend_from_slice(end);
                    self.upload = Upload::Done;
                }
            }
        }
    }

    /// The response whose head was found. The connection goes on into its body.
    pub(super) fn into_response(self, head: Head, idle: Duration) -> Response<UpstreamBody> {
        let state = match head.framing {
            Framing::Length(left) => State::Length(left),
            Framing::Chunked => State::Chunked(Decoder::new()),
            Framing::UntilClose => State::UntilClose,
        };
        let keep = head.keep_alive;
        self.connection.deadline.disarm();
        let mut body = UpstreamBody { call: Some(self), state, keep, idle };
        if matches!(body.state, State::Length(0)) {
            body.finish();
        }
        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.headers_mut() = head.headers;
        response
    }

    /// Whether the connection failed in a way that a second attempt may mend.
    pub(super) fn may_retry(&self, error: &UpstreamError) -> bool {
        matches!(error, UpstreamError::Closed) && self.connection.reused && !self.received
    }

    fn is_sent(&self) -> bool {
        matches!(self.upload, Upload::Done)
            && self.connection.output.is_empty()
            && self.connection.output_data.is_empty()
    }
}

/// The body of a back end's response. Gives the connection back when it was read to a clean end; dropped before
/// that, it closes it.
pub(in crate::gateway) struct UpstreamBody {
    call: Option<Call>,
    state: State,
    keep: bool,
    idle: Duration,
}

enum State {
    Length(u64),
    Chunked(Decoder),
    UntilClose,
}

impl UpstreamBody {
    /// A body without bytes and without a back end.
    pub(in crate::gateway) fn empty() -> Self {
        Self { call: None, state: State::Length(0), keep: false, idle: Duration::ZERO }
    }

    /// How many bytes are still to come, if that is known.
    pub(in crate::gateway) fn exact_length(&self) -> Option<u64> {
        match (&self.call, &self.state) {
            (None, _) => Some(0),
            (Some(_), State::Length(left)) => Some(*left),
            (Some(_), State::Chunked(_) | State::UntilClose) => None,
        }
    }

    /// Whether nothing more is to come.
    pub(in crate::gateway) fn is_end(&self) -> bool {
        self.call.is_none()
    }

    /// The next data; `None` at a clean end. A body that is cut ends in an error, never in `None`.
    pub(in crate::gateway) fn poll_data(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, UpstreamError>>> {
        let outcome = ready!(self.poll_part(cx));
        if let Err(error) = outcome {
            self.call = None;
            return Poll::Ready(Some(Err(error)));
        }
        if let Some(call) = &self.call {
            call.connection.deadline.disarm();
        }
        Poll::Ready(outcome.transpose())
    }

    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, UpstreamError>> {
        loop {
            let Some(call) = &mut self.call else { return Poll::Ready(Ok(None)) };
            if let Poll::Ready(Err(error)) = call.poll_upload(cx) {
                return Poll::Ready(Err(error));
            }
            let input = &mut call.connection.input;
            let expected = match &mut self.state {
                State::Length(left) if !input.is_empty() => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    let data = input.split_to(take).freeze();
                    *left -= take as u64;
                    if *left == 0 {
                        self.finish();
                    }
                    return Poll::Ready(Ok(Some(data)));
                }
                State::UntilClose if !input.is_empty() => {
                    return Poll::Ready(Ok(Some(input.split().freeze())));
                }
                State::Chunked(decoder) => match decoder.decode(input)? {
                    Decoded::Data(data) => return Poll::Ready(Ok(Some(data))),
                    Decoded::End => {
                        self.finish();
                        return Poll::Ready(Ok(None));
                    }
                    Decoded::More => 0,
                },
                State::Length(left) => *left,
                State::UntilClose => 0,
            };
            match call.connection.poll_fill(cx, expected) {
                Poll::Pending => {
                    if call.connection.deadline.poll_passed(cx).is_ready() {
                        call.permit.limit(LimitKind::UpstreamTimeout);
                        return Poll::Ready(Err(UpstreamError::Timeout));
                    }
                    if !call.connection.deadline.is_armed() {
                        call.connection.deadline.arm_in(self.idle);
                    }
                    return Poll::Pending;
                }
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(Ok(0)) if matches!(self.state, State::UntilClose) => {
                    self.call = None;
                    return Poll::Ready(Ok(None));
                }
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(UpstreamError::Cut)),
            }
        }
    }

    /// Gives the connection back if it is clean: everything sent, nothing read beyond the end.
    fn finish(&mut self) {
        if let Some(call) = self.call.take()
            && self.keep
            && call.is_sent()
            && call.connection.input.is_empty()
        {
            call.permit.keep(call.connection);
        }
    }
}
