//! Runs requests without a listener, on a thread of its own: for `TestMethod` and `ExplainCors`.
//!
//! What runs is what the listeners run, so that neither can say anything else than what would be served; load on
//! one does not slow the other.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use http_body::Body as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_local;

use super::body::AnswerBody;
use super::exchange::{self, EXTENDED_ID, Exchange, REQUEST_ID};
use super::lambda;
use super::respond;
use super::snapshot::Stage;
use super::upstream::{Outgoing, Upstream, UpstreamBody, UpstreamError, UpstreamRequest};
use super::worker::{Seed, Worker};
use crate::compile::{IntegrationPlan, StagePlan};
use crate::mapping::Query;
use crate::model::Verb;

/// The most of an answer that a test returns.
const MOST_BODY: usize = 10 * 1024 * 1024;
/// Where API Gateway cuts the lines of its test log.
const LOG_CUT: usize = 1_000;
/// How the line starts that tells a back end's body.
pub(super) const ENDPOINT_BODY: &str = "Endpoint response body before transformations: ";

/// A request to run.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The API, compiled and bound.
    pub plan: Arc<StagePlan>,
    /// Which method answers.
    pub target: Target,
    /// The caller's method.
    pub method: Method,
    /// Path below the stage and query, as a caller would send them.
    pub path_and_query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; may be empty.
    pub body: Bytes,
    /// What becomes of a call to a back end.
    pub back_end: BackEndCall,
}

/// Which method answers an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one that routing picks, if any.
    Routed,
    /// This one, whatever the path says: what is stored under this verb at this resource path.
    Method {
        /// The resource's path, such as `/pets/{id}`.
        resource_path: String,
        /// The verb it is stored under; may be `ANY`.
        verb: Verb,
    },
}

/// What becomes of a call to a back end.
#[derive(Clone, Debug)]
pub enum BackEndCall {
    /// It is made.
    Real,
    /// It is not; the back end is said to answer this, with an empty body.
    Said(StatusCode, HeaderMap),
    /// It is not, and nothing is known of the answer: [`Invoked::unanswered`] says so if it was needed.
    Unknown,
}

/// What an invocation was answered.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The method that answered: resource path and the verb it is stored under; `None` for a request that reached
    /// none.
    pub method: Option<(Arc<str>, Verb)>,
    /// Whether the answer passes through from a back end (`HTTP_PROXY`, `AWS_PROXY`).
    pub passes_through: bool,
    /// Whether the answer would have needed a back end of which nothing is known. Status and headers then mean
    /// nothing.
    pub unanswered: bool,
    /// The status.
    pub status: StatusCode,
    /// The headers, without the ids that belong to a served request.
    pub headers: HeaderMap,
    /// The body, at most 10 MiB of it.
    pub body: Bytes,
    /// From the request to the answer's last byte.
    pub latency: Duration,
    /// What happened, a line each, in API Gateway's words (`TestInvokeMethod`).
    pub log: Vec<String>,
}

/// The thread that runs invocations could not take one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the data plane does not run")]
pub struct NotRunning;

/// Runs invocations. Cheap to clone; the thread ends with the last clone.
#[derive(Clone, Debug)]
pub struct Invoker {
    jobs: mpsc::UnboundedSender<(Invocation, oneshot::Sender<Invoked>)>,
}

impl Invoker {
    pub(super) fn start(seed: Seed) -> io::Result<Self> {
        let (jobs, queue) = mpsc::unbounded_channel();
        let body = move || {
            if let Err(error) = run(seed, queue) {
                tracing::error!(%error, "invocations cannot run");
            }
        };
        std::thread::Builder::new().name("invoker".to_owned()).spawn(body)?;
        Ok(Self { jobs })
    }

    /// Runs a request to its answer's last byte.
    ///
    /// # Errors
    /// When the data plane has ended, or the run ended in a panic.
    pub async fn invoke(&self, invocation: Invocation) -> Result<Invoked, NotRunning> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send((invocation, reply)).map_err(|_| NotRunning)?;
        answer.await.map_err(|_| NotRunning)
    }
}

fn run(
    seed: Seed,
    mut queue: mpsc::UnboundedReceiver<(Invocation, oneshot::Sender<Invoked>)>,
) -> io::Result<()> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build_local(Default::default())?.block_on(async {
        let worker = Worker::new(seed);
        worker.start_chores();
        while let Some((invocation, reply)) = queue.recv().await {
            let worker = Rc::clone(&worker);
            spawn_local(async move {
                let answered = answer(&worker, invocation).await;
                // Whoever asked may have gone.
                reply.send(answered).ok();
            });
        }
        Ok(())
    })
}

/// Goes to the integration at once. Of a request whose back end is only supposed, the body and most parameters are not
/// known either: it is taken to pass.
async fn past_steps<U: Upstream>(
    exchange: &Exchange,
    body: Outgoing,
    upstream: &U,
) -> Result<exchange::Answer, respond::Fault> {
    let plan = exchange.plan().ok_or_else(respond::internal_failure)?;
    exchange::integrate(exchange, plan, body, upstream).await
}

async fn answer(worker: &Rc<Worker>, invocation: Invocation) -> Invoked {
    let Invocation { plan, target, method, path_and_query, headers, body, back_end } = invocation;
    let mut head = http::Request::new(()).into_parts().0;
    head.method = method;
    head.headers = headers;
    let uri = path_and_query.parse::<Uri>();
    let is_sound = uri.is_ok();
    head.uri = uri.unwrap_or_default();
    let stage = Stage::new(plan, None, &worker.metrics);
    let mut exchange = Exchange::detached(worker, head, stage);
    let found = match &target {
        _ if !is_sound => Err(respond::bad_request()),
        Target::Routed => exchange.find_method(),
        Target::Method { resource_path, verb } => {
            let found = exchange.set_method(resource_path, *verb);
            found.then_some(()).ok_or_else(|| respond::missing_authentication_token(None))
        }
    };
    log_request(&exchange, &body);
    let method = exchange.plan().map(|plan| (Arc::clone(&plan.resource_path), plan.verb));
    let integration = exchange.plan().map(|plan| &plan.integration);
    let is_function = matches!(integration, Some(IntegrationPlan::Lambda(_)));
    let passes_through = is_function || matches!(integration, Some(IntegrationPlan::Passthrough(_)));

    let said = Said { answer: Cell::new(None), asked: Cell::new(false) };
    let body = if body.is_empty() { Outgoing::Empty } else { Outgoing::Full(body) };
    let outcome = match (found, exchange.answer_now()) {
        (Err(fault), _) => Err(fault),
        (Ok(()), Some(outcome)) => outcome,
        (Ok(()), None) => match back_end {
            BackEndCall::Real => exchange::call(&exchange, body, &worker.pool).await,
            // What a function is said to answer is its output, not the answer to its invocation.
            BackEndCall::Said(status, headers) if is_function => Ok(lambda::said(status, &headers)),
            BackEndCall::Said(status, headers) => {
                said.answer.set(Some((status, headers)));
                past_steps(&exchange, body, &said).await
            }
            BackEndCall::Unknown => past_steps(&exchange, body, &said).await,
        },
    };
    let unanswered = said.asked.get();
    let called = exchange.integration_latency.get().is_some() && !unanswered;
    let failed = outcome.is_err();
    let (head, body) = exchange.finish(outcome, false).into_parts();
    let (body, cut) = collect(body).await;
    let mut headers = head.headers;
    headers.remove(REQUEST_ID);
    headers.remove(EXTENDED_ID);
    // Framing is what a listener would add.
    headers.remove(http::header::CONTENT_LENGTH);
    // A body that was held was noted where it was read.
    let is_noted = || {
        let log = exchange.log.as_ref().map(RefCell::borrow);
        log.is_some_and(|log| log.iter().any(|line| line.starts_with(ENDPOINT_BODY)))
    };
    if called && !failed && !is_noted() {
        exchange.note(|| format!("{ENDPOINT_BODY}{}", text(&body)));
    }
    log_answer(&exchange, head.status, &headers, &body, (failed, cut));
    let log = exchange.log.take().map(RefCell::into_inner).unwrap_or_default();
    Invoked {
        method,
        passes_through,
        unanswered,
        status: head.status,
        headers,
        body,
        latency: exchange.started.elapsed(),
        log: stamped(&log),
    }
}

fn log_request(exchange: &Exchange, body: &[u8]) {
    let id = exchange.request_id.as_str();
    exchange.note(|| format!("Execution log for request {id}"));
    exchange.note(|| format!("Starting execution for request: {id}"));
    let path = exchange.plan().map_or("", |plan| &plan.resource_path);
    exchange.note(|| format!("HTTP Method: {}, Resource Path: {path}", exchange.head.method));
    exchange.note(|| {
        let mut parameters: Vec<_> = exchange.path_parameters().collect();
        parameters.reverse();
        let owned = parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        format!("Method request path: {}", braces(owned))
    });
    let query = Query::new(exchange.head.uri.query());
    exchange.note(|| {
        let pairs = query.pairs().map(|(n, v)| {
            (String::from_utf8_lossy(&n).into_owned(), String::from_utf8_lossy(&v).into_owned())
        });
        format!("Method request query string: {}", braces(pairs))
    });
    exchange.note(|| {
        let fields = exchange.headers_as_sent();
        let pairs = fields.map(|(n, v)| (n.to_owned(), String::from_utf8_lossy(v.as_bytes()).into_owned()));
        format!("Method request headers: {}", braces(pairs))
    });
    exchange.note(|| format!("Method request body before transformations: {}", text(body)));
}

fn log_answer(
    exchange: &Exchange,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    (failed, cut): (bool, bool),
) {
    if !failed {
        exchange.note(|| format!("Method response body after transformations: {}", text(body)));
        exchange.note(|| format!("Method response headers: {}", dump(headers)));
        exchange.note(|| {
            let whole = "Successfully completed execution";
            if cut { "Execution failed: the back end's answer was cut".to_owned() } else { whole.to_owned() }
        });
    }
    exchange.note(|| format!("Method completed with status: {}", status.as_u16()));
}

/// Each line but the first with the time before it, as API Gateway writes them.
fn stamped(log: &[String]) -> Vec<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // `Tue, 24 Nov 2026 05:00:00 GMT`: the same parts in another order.
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now.as_secs()));
    let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
    let stamp =
        format!("{} {} {} {} UTC {}", part(0..3), part(8..11), part(5..7), part(17..25), part(12..16));
    let line = |(index, line): (usize, &String)| {
        if index == 0 { line.clone() } else { format!("{stamp} : {line}") }
    };
    log.iter().enumerate().map(line).collect()
}

/// Headers as a line of the log: names in their usual spelling, values of one name joined.
pub(super) fn dump(headers: &HeaderMap) -> String {
    braces(headers.keys().map(|name| {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| {
                if value.is_sensitive() {
                    "**********".into()
                } else {
                    String::from_utf8_lossy(value.as_bytes())
                }
            })
            .collect();
        (capitalised(name.as_str()), values.join(","))
    }))
}

/// A header's name as it is usually written: `Content-Type`.
fn capitalised(name: &str) -> String {
    let mut starts = true;
    let letter = |letter: char| {
        let first = std::mem::replace(&mut starts, letter == '-');
        if first { letter.to_ascii_uppercase() } else { letter }
    };
    name.chars().map(letter).collect()
}

fn braces(pairs: impl Iterator<Item = (String, String)>) -> String {
    let mut line = String::from("{");
    for (index, (name, value)) in pairs.enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(line, "{separator}{name}={value}").expect("writing into a String does not fail");
    }
    line.push('}');
    shortened(line)
}

/// A body as a line of the log.
pub(super) fn text(body: &[u8]) -> String {
    shortened(String::from_utf8_lossy(body).into_owned())
}

fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(LOG_CUT) {
        line.truncate(end);
        line.push_str(" [TRUNCATED]");
    }
    line
}

/// The whole body, and whether it was cut.
async fn collect(mut body: AnswerBody) -> (Bytes, bool) {
    let mut whole = BytesMut::new();
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        match frame {
            None => return (whole.freeze(), false),
            Some(Err(_)) => return (whole.freeze(), true),
            Some(Ok(frame)) => whole.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
        }
        if whole.len() >= MOST_BODY {
            whole.truncate(MOST_BODY);
            return (whole.freeze(), true);
        }
    }
}

/// A back end that is not called.
struct Said {
    answer: Cell<Option<(StatusCode, HeaderMap)>>,
    /// Whether an answer was needed and not known.
    asked: Cell<bool>,
}

impl Upstream for Said {
    async fn send(&self, _: UpstreamRequest<'_>) -> Result<Response<UpstreamBody>, UpstreamError> {
        let Some((status, headers)) = self.answer.take() else {
            self.asked.set(true);
            return Err(UpstreamError::Closed);
        };
        let mut response = Response::new(UpstreamBody::empty());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
