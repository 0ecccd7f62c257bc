//! One server and one back end for all cases; an API for each.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;

use super::api::words;
use super::check;
use super::file::{Back, Case};
use crate::support::{Postern, Received, Request, Response, Upstream, Wire};

/// How many cases are under way at a time.
const AT_ONCE: usize = 32;

pub struct Bench {
    server: Postern,
    upstream: Upstream,
    /// What the back end does for each case, by the number that its targets start with.
    scripts: Arc<Mutex<HashMap<String, Back>>>,
    started: AtomicUsize,
    /// Held, and nobody listens there.
    closed: SocketAddr,
}

impl Bench {
    pub async fn start() -> Self {
        let scripts = Arc::new(Mutex::new(HashMap::<String, Back>::new()));
        let known = Arc::clone(&scripts);
        let upstream = Upstream::start(move |request, wire| {
            let back = known.lock().unwrap().get(number(request)).cloned().unwrap_or_default();
            play(&back, wire);
        });
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { server: Postern::start().await, upstream, scripts, started: AtomicUsize::new(0), closed }
    }

    /// Runs cases beside one another; gives a text for each that fails, in the order of the cases.
    pub async fn run_all(&self, cases: Vec<Case>) -> Vec<String> {
        let each: Vec<_> = cases.iter().map(|case| self.run(case)).collect();
        let failures: Vec<Option<String>> =
            futures_util::stream::iter(each).buffered(AT_ONCE).collect().await;
        failures.into_iter().flatten().collect()
    }

    async fn run(&self, case: &Case) -> Option<String> {
        let number = self.started.fetch_add(1, Ordering::Relaxed).to_string();
        self.scripts.lock().unwrap().insert(number.clone(), case.back.clone());
        let (back, closed) = (self.upstream.address().to_string(), self.closed.to_string());
        let fill = |api: &str, text: &str| {
            let known = [("api", api), ("back", &back), ("closed", &closed), ("case", &number)];
            known
                .into_iter()
                .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
        };
        let api = case.api.set_up(&self.server, &fill).await;
        let differences = match (api, &case.expect.refused) {
            (Err(refusal), Some(expected)) if words(&refusal).contains(expected) => return None,
            (Err(refusal), Some(expected)) => {
                vec![format!("refused: expected {expected:?}\ngot {}", words(&refusal))]
            }
            (Err(refusal), None) => vec![format!("the API is refused: {}", words(&refusal))],
            (Ok(_), Some(expected)) => vec![format!("refused: expected {expected:?}, but it is taken")],
            (Ok(api), None) => {
                let request = request(case, &api);
                let address = self.server.data;
                let sending = tokio::task::spawn_blocking(move || request.send(address)).await;
                match sending {
                    Ok(response) => self.compare(case, &number, &response, &|text| {
                        let text = fill(&api, text);
                        let text = text.replace("{{request-id}}", own(&response, "x-amzn-requestid"));
                        text.replace("{{extended-id}}", own(&response, "x-amz-apigw-id"))
                    }),
                    Err(_) => vec!["there was no sound answer".to_owned()],
                }
            }
        };
        let text =
            || format!("{}\n  ({})\n     {}", case.title(), case.subject(), differences.join("\n     "));
        (!differences.is_empty()).then(text)
    }

    fn compare(
        &self,
        case: &Case,
        number: &str,
        response: &Response,
        fill: &impl Fn(&str) -> String,
    ) -> Vec<String> {
        let mut differences = check::answer(&case.expect, response, fill);
        if let Some(expected) = &case.seen {
            let prefix = format!("/{number}");
            let of_case = |request: &Received| self::number(request) == number;
            let came: Vec<_> = self.upstream.requests().into_iter().filter(of_case).collect();
            differences.extend(check::seen(expected, &came, &prefix, fill));
        }
        if !differences.is_empty() {
            let head: Vec<_> = response.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect();
            differences.push(format!("answer: {} {head:?} {:?}", response.status, response.text()));
        }
        differences
    }
}

fn own<'r>(response: &'r Response, name: &str) -> &'r str {
    response.all(name).first().copied().unwrap_or_default()
}

/// The number of the case that a request to the back end belongs to: its target's first segment.
fn number(request: &Received) -> &str {
    request.target.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default()
}

fn play(back: &Back, wire: &mut Wire) {
    if back.silent {
        return wire.wait_for_hang_up();
    }
    if let Some(raw) = &back.raw {
        wire.send(raw);
        return wire.close();
    }
    let headers: Vec<(&str, &str)> = back.headers.iter().map(|line| field(line)).collect();
    wire.answer(back.status.unwrap_or(200), &headers, back.body.get().unwrap_or_default());
}

fn request(case: &Case, api: &str) -> Request {
    let sent = &case.request;
    let below = || format!("/prod{}", sent.path.as_deref().unwrap_or("/"));
    let target = sent.target.clone().unwrap_or_else(below).replace("{{api}}", api);
    let own_host = format!("{api}.execute-api.localhost");
    let host = sent.host.as_deref().unwrap_or(&own_host).replace("{{api}}", api);
    let request = Request::new(sent.method.as_deref().unwrap_or("GET"), &target).host(&host);
    let request = sent.headers.iter().map(|line| field(line)).fold(request, |r, (n, v)| r.header(n, v));
    match sent.body.get() {
        Some(body) => request.body(body),
        None => request,
    }
}

/// `Name: value`, or `Name:` for an empty value.
fn field(line: &str) -> (&str, &str) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?}: Name: value"));
    (name, value.strip_prefix(' ').unwrap_or(value))
}
