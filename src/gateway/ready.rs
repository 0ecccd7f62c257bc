//! Answers that are ready, given in front of hyper.
//!
//! A static preflight needs nothing but its head: no body, no waiting, nothing computed but two ids and the date. Where
//! such a request comes over HTTP/1.1 and hyper has nothing unread, unanswered or unwritten on the connection
//! ([`Rest`]), its answer is written from bytes that were laid out once for each worker. Whatever is in any way unusual goes
//! to hyper untouched, and is answered the same there: this path may only ever be faster.
//!
//! The head is parsed by the parser that hyper uses, under the same rules.

use std::cell::RefCell;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::header::{CONNECTION, DATE, TRANSFER_ENCODING};
use http::{HeaderName, Method, StatusCode};

use super::connection::Connection;
use super::exchange::verb_label;
use super::routing::{alphanumeric_and, is_host, path_form};
use super::snapshot::Stage;
use crate::compile::{Answer, IntegrationPlan, MethodPlan, MockReply};
use crate::model::Verb;
use crate::route::RequestPath;

/// The most header fields of a request that is answered here.
const MOST_FIELDS: usize = 48;

/// What hyper may still hold of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing: it waits for a request.
    Nothing,
    /// Bytes that end a request's head, which it has not announced yet.
    Head,
    /// A request without a body, whose answer is not written yet.
    Answer,
    /// Nobody can tell any more: the connection is hyper's alone from here on.
    Unknown,
}

/// Answers as many requests at the front of `bytes` as are complete and have an answer ready, into `out`. Gives how
/// many bytes those are.
pub(super) fn answer(connection: &Connection, bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let started = Instant::now();
    let mut taken = 0;
    while taken < bytes.len() {
        let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
        let mut request = httparse::Request::new(&mut []);
        let parsed = request.parse_with_uninit_headers(&bytes[taken..], &mut fields);
        let Ok(httparse::Status::Complete(length)) = parsed else { break };
        let answered = Plain::of(&request)
            .filter(|_| connection.takes_ready_answers())
            .is_some_and(|request| request.answer(connection, length, started, out));
        if !answered {
            break;
        }
        taken += length;
    }
    taken
}

/// A request of HTTP/1.1 without a body that asks for nothing unusual.
struct Plain<'r> {
    method: Method,
    path: &'r str,
    target_length: usize,
    fields: usize,
    host: &'r str,
    is_preflight: bool,
}

impl<'r> Plain<'r> {
    fn of(request: &httparse::Request<'_, 'r>) -> Option<Self> {
        let (method, target) = (request.method?, request.path?);
        if request.version != Some(1) || matches!(method, "HEAD" | "CONNECT") || !is_plain_target(target) {
            return None;
        }
        let (mut host, mut origin, mut asks_method) = (None, false, false);
        for field in request.headers.iter() {
            let is = |name: &str| field.name.eq_ignore_ascii_case(name);
            match field.name.len() {
                4 if is("host") => {
                    let text = std::str::from_utf8(field.value).ok().filter(|text| is_host(text))?;
                    if host.replace(text).is_some() {
                        return None;
                    }
                }
                6 if is("origin") => origin = true,
                29 if is("access-control-request-method") => asks_method = true,
                10 if is("connection") && !field.value.eq_ignore_ascii_case(b"keep-alive") => return None,
                2 if is("te") => return None,
                6 if is("expect") => return None,
                7 if is("upgrade") || is("trailer") => return None,
                12 if is("content-type") => return None,
                14 if is("content-length") => return None,
                16 if is("content-encoding") => return None,
                17 if is("transfer-encoding") => return None,
                22 if is("x-http-method-override") => return None,
                _ => {}
            }
        }
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        Some(Self {
            is_preflight: origin && asks_method && method == Method::OPTIONS,
            method,
            path: target.split_once('?').map_or(target, |(path, _)| path),
            target_length: target.len(),
            fields: request.headers.len(),
            host: host?,
        })
    }

    /// Writes the answer, if it is ready. `head` is how many bytes the request's head has.
    fn answer(&self, connection: &Connection, head: usize, started: Instant, out: &mut Vec<u8>) -> bool {
        let worker = &connection.worker;
        let limits = &worker.limits;
        if self.target_length > limits.uri_bytes
            || head > limits.head_bytes
            || self.fields > limits.header_fields
        {
            return false;
        }
        let form = path_form(worker, connection.entrance);
        let found = worker.current.route(|snapshot| {
            let routed = snapshot.route(self.host, self.path, form).ok()?;
            Some((routed.stage, routed.path))
        });
        let Some((stage, path)) = found else { return false };
        let plan = RequestPath::parse(path).ok().zip(Verb::of(&self.method)).and_then(|(path, verb)| {
            let found = stage.plan.find(path, verb)?;
            stage.plan.method(*found.route.value as usize)
        });
        let Some(answer) = plan.and_then(|plan| ready(&stage, plan)) else { return false };
        if !stage.put_ready_head(answer, out) {
            return false;
        }
        worker.ids.put(out);
        worker.date.put(started, out);
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(&answer.body);
        connection.on_ready_answer(started);
        worker.metrics.ready_answers.inc();
        stage.cells.answered(verb_label(&self.method), answer.status.as_u16(), started.elapsed());
        if self.is_preflight {
            worker.metrics.cors_preflights.inc();
        }
        true
    }
}

/// The answer of a method that is the same for every request that has no body and no `Content-Type`.
fn ready<'p>(stage: &Stage, plan: &'p MethodPlan) -> Option<&'p Arc<Answer>> {
    let serves_plain = plan.steps.is_empty()
        && plan.cors.is_none()
        && stage.plan.minimum_compression_size.is_none()
        && !stage.plan.lists_headers;
    let IntegrationPlan::Mock(mock) = &plan.integration else { return None };
    let MockReply::Response(response) = serves_plain.then(|| mock.reply(None))? else { return None };
    response.answer.as_ref()?.sole()
}

/// Whether a target is a path with an optional query, of characters that mean themselves (RFC 3986 appendix A).
fn is_plain_target(target: &str) -> bool {
    const PLAIN: [bool; 256] = alphanumeric_and(b"/?:@-._~%!$&'()*+,;=");
    target.starts_with('/') && target.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// The head of a ready-made answer up to where the ids' values come, as it is written; `None` for one that hyper has to
/// frame.
pub(super) fn head_of(answer: &Answer) -> Option<Box<[u8]>> {
    let unusual = [CONNECTION, DATE, TRANSFER_ENCODING];
    let status = answer.status;
    if status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
        || unusual.iter().any(|name| answer.headers.contains_key(name))
    {
        return None;
    }
    let reason = status.canonical_reason().unwrap_or("<none>");
    let mut head = Vec::with_capacity(512);
    write!(head, "HTTP/1.1 {} {reason}\r\n", status.as_str()).ok()?;
    let mut field = |name: &HeaderName, value: &[u8]| {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    };
    for (name, value) in &answer.headers {
        field(name, value.as_bytes());
    }
    Some(head.into())
}

/// The value of `Date`, written anew once a second.
pub(super) struct Date(RefCell<(Option<Instant>, [u8; DATE_LENGTH])>);

const DATE_LENGTH: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();

impl Date {
    pub(super) fn new() -> Self {
        Self(RefCell::new((None, [b' '; DATE_LENGTH])))
    }

    /// Writes `date: ` and the value for now.
    fn put(&self, now: Instant, out: &mut Vec<u8>) {
        let mut written = self.0.borrow_mut();
        if written.0.is_none_or(|until| until <= now) {
            let time = SystemTime::now();
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let left = Duration::from_secs(1) - Duration::from_nanos(u64::from(since.subsec_nanos()));
            written.1.copy_from_slice(httpdate::fmt_http_date(time).as_bytes());
            written.0 = Some(now + left);
        }
        out.extend_from_slice(b"\r\ndate: ");
        out.extend_from_slice(&written.1);
    }
}
