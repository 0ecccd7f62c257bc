//! The service that hyper calls for each request: written by hand, so that a ready-made answer costs neither a
//! box nor a state machine. A panic costs the request that met it, nothing else.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::Service;
use pin_project_lite::pin_project;

use super::body::AnswerBody;
use super::connection::{Connection, Open};
use super::exchange::{self, Answer, Begun, Exchange};
use super::respond::{self, Fault};
use super::upstream::Outgoing;

/// Answers the requests of one connection. `C` runs those whose answer has to be waited for.
pub(super) struct Front<C> {
    connection: Rc<Connection>,
    call: C,
}

impl<C> Front<C> {
    pub(super) fn new(connection: Rc<Connection>, call: C) -> Self {
        Self { connection, call }
    }
}

/// Calls the integration through the worker's own pool.
pub(super) async fn call(exchange: Rc<Exchange>, body: Outgoing) -> Result<Answer, Fault> {
    exchange::call(&exchange, body, &exchange.worker.pool).await
}

impl<C, F> Service<Request<Incoming>> for Front<C>
where
    C: Fn(Rc<Exchange>, Outgoing) -> F,
    F: Future<Output = Result<Answer, Fault>>,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Answering<F>;

    fn call(&self, request: Request<Incoming>) -> Answering<F> {
        let (started, open) = self.connection.on_request();
        let (head, body) = request.into_parts();
        if !http_body::Body::is_end_stream(&body) {
            self.connection.on_unknown_rest();
        }
        let begin = AssertUnwindSafe(|| exchange::begin(&self.connection, head, body, started));
        match catch_unwind(begin) {
            Ok(Begun::Answered(response)) => Answering::Ready { response: Some(response) },
            Ok(Begun::Calling(exchange, body)) => Answering::Calling {
                call: (self.call)(Rc::clone(&exchange), body),
                exchange,
                open: Some(open.waiting()),
            },
            Err(_panic) => {
                self.connection.worker.metrics.panics.inc();
                Answering::Ready { response: Some(bare_failure()) }
            }
        }
    }
}

pin_project! {
    /// A request that is being answered.
    #[project = AnsweringState]
    pub(super) enum Answering<F> {
        Ready { response: Option<Response<AnswerBody>> },
        Calling { #[pin] call: F, exchange: Rc<Exchange>, open: Option<Open> },
    }
}

impl<F: Future<Output = Result<Answer, Fault>>> Future for Answering<F> {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AnsweringState::Ready { response } => {
                Poll::Ready(Ok(response.take().unwrap_or_else(bare_failure)))
            }
            AnsweringState::Calling { call, exchange, open } => {
                let outcome = match catch_unwind(AssertUnwindSafe(|| call.poll(cx))) {
                    Ok(Poll::Pending) => return Poll::Pending,
                    Ok(Poll::Ready(outcome)) => outcome,
                    Err(_panic) => {
                        exchange.worker.metrics.panics.inc();
                        Err(respond::internal_failure())
                    }
                };
                let is_last = open.as_ref().is_some_and(Open::is_last);
                let mut response = exchange.finish(outcome, is_last);
                if let Some(open) = open
                    && http_body::Body::size_hint(response.body()).exact().is_none()
                {
                    open.on_unknown_rest();
                }
                response.body_mut().keep_open(open);
                *open = None;
                Poll::Ready(Ok(response))
            }
        }
    }
}

/// What is answered when not even an exchange could be made.
fn bare_failure() -> Response<AnswerBody> {
    let fault = respond::internal_failure();
    let mut response = Response::new(AnswerBody::full(fault.default_body().into()));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;
    use crate::compile::cell::Publisher;
    use crate::compile::{CompileOptions, Snapshot, StageSettings, bind, compile};
    use crate::gateway::config::GatewayConfig;
    use crate::gateway::connection;
    use crate::gateway::upstream::{TlsClients, TlsRoots};
    use crate::gateway::worker::{Seed, Worker};
    use crate::model::{
        Api, Definition, DomainBinding, HostName, Integration, IntegrationType, Method, Partition, Revision,
        StageVariables, StoreRevision, Verb,
    };
    use crate::ops::Metrics;

    /// A worker that serves `ANY /` as a proxy for every host.
    fn seed(metrics: &Metrics, lists_headers: bool) -> Seed {
        let api = Api::new("testapi000".parse().expect("an id"), "test".to_owned(), SystemTime::UNIX_EPOCH);
        let root = "root00".parse().expect("an id");
        let mut definition = Definition::new(api, root);
        let mut integration = Integration::new(IntegrationType::HttpProxy);
        integration.uri = Some("http://127.0.0.1/".to_owned());
        integration.http_method = Some(Verb::Any);
        let method = Method { integration: Some(integration), ..Method::default() };
        definition.edit(root, |resource| drop(resource.methods.insert(Verb::Any, method))).expect("a root");
        let compiled = compile(&definition, &CompileOptions::default()).expect("it compiles");
        let settings = StageSettings {
            partition: Partition::default(),
            name: "prod".parse().expect("a name"),
            deployment: None,
            variables: StageVariables::default(),
            aws: Arc::default(),
            lambda_endpoint: None,
        };
        let mut plan = bind(&compiled, &settings);
        Arc::get_mut(&mut plan).expect("nobody else has it").lists_headers = lists_headers;
        let mut edit = Snapshot::empty().edit(StoreRevision(1));
        let binding = DomainBinding {
            host: HostName::Any,
            base_path: "".parse().expect("a base path"),
            api_id: plan.api_id,
            stage: settings.name,
            revision: Revision(1),
        };
        edit.put_stage(plan).set_bindings([&binding]);
        Seed {
            config: Arc::new(GatewayConfig::new(([127, 0, 0, 1], 0).into())),
            workers: 1,
            tls: TlsClients::new(&TlsRoots { files: Vec::new(), only_files: true }).expect("no roots"),
            reader: Publisher::new(edit.finish()).reader(),
            metrics: metrics.clone(),
        }
    }

    /// What a caller is answered that sends `pieces`, one after another, and reads to the end.
    fn converse<C, F>(seed: Seed, pieces: &[&str], call: C) -> String
    where
        C: Fn(Rc<Exchange>, Outgoing) -> F + 'static,
        F: Future<Output = Result<Answer, Fault>> + 'static,
    {
        let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build_local(Default::default());
        runtime.expect("a runtime").block_on(async {
            let worker = Worker::new(seed);
            worker.start_chores();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let client = tokio::task::spawn_blocking(move || {
                let mut stream = std::net::TcpStream::connect(address).expect("a connection");
                for piece in pieces {
                    stream.write_all(piece.as_bytes()).expect("sent");
                }
                let mut text = String::new();
                stream.read_to_string(&mut text).expect("an answer");
                text
            });
            let (tcp, peer) = listener.accept().await.expect("a connection");
            connection::serve_by(worker, tcp, peer, connection::Entrance::Listener, call).await;
            client.await.expect("the client ran")
        })
    }

    /// Answers with the names and values of the request's fields, a line for each.
    async fn list_headers(exchange: Rc<Exchange>, _: Outgoing) -> Result<Answer, Fault> {
        let lines = exchange
            .headers_as_sent()
            .map(|(name, value)| format!("{name}={}\n", value.to_str().unwrap_or_default()))
            .collect::<String>();
        Ok(Answer {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: AnswerBody::full(lines.into()),
            of: crate::cors::policy::AnswerOf::Proxy,
            closes: false,
        })
    }

    #[test]
    fn names_are_kept_as_they_were_sent_where_they_are_listed() {
        let pieces = [
            "POST / HTTP/1.1\r\nHost: a\r\nX-CamelCase: 1\r\ncontent-LENGTH: 4\r\n\r\nX: 1",
            "GET / HTTP/1.1\r\nhOST: a\r\nx-low: 1\r\nX-Low: 2\r\n",
            "Connection: close\r\n\r\n",
        ];
        let listed = converse(seed(&Metrics::new(), true), &pieces, list_headers);
        assert!(listed.contains("Host=a\nX-CamelCase=1\ncontent-LENGTH=4\n"), "{listed}");
        assert!(listed.ends_with("hOST=a\nx-low=1\nX-Low=2\nConnection=close\n"), "{listed}");
        let unlisted = converse(seed(&Metrics::new(), false), &pieces, list_headers);
        assert!(unlisted.contains("host=a\nx-camelcase=1\n"), "{unlisted}");
    }

    #[test]
    fn a_panic_costs_the_request_that_met_it() {
        let metrics = Metrics::new();
        let call = |_: Rc<Exchange>, _: Outgoing| async { panic!("a fault of ours, on purpose") };
        let text = converse(seed(&metrics, false), &["GET / HTTP/1.1\r\nHost: a\r\n\r\n"], call);
        assert!(text.starts_with("HTTP/1.1 500 "), "{text}");
        assert!(text.ends_with(r#"{"message": "Internal server error"}"#), "{text}");
        assert!(text.contains("x-amzn-errortype: InternalFailureException"), "{text}");
        assert!(metrics.encode().contains("postern_panics_total 1"));
    }
}
