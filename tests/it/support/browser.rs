//! A browser as far as CORS goes: the steps of the Fetch standard, played over real sockets.
//!
//! Written from the standard alone and on purpose without a line of the product's own rules, so that the two can be
//! held against each other.

use std::net::SocketAddr;

use super::{Request, Response};

/// What a page's script passes to `fetch()`.
#[derive(Clone, Debug)]
pub struct Script {
    /// The page's origin, serialised.
    pub origin: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    /// `credentials: "include"`.
    pub include: bool,
}

impl Script {
    pub fn new(origin: &str, method: &str) -> Self {
        Self { origin: origin.to_owned(), method: method.to_owned(), headers: Vec::new(), include: false }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn include(mut self) -> Self {
        self.include = true;
        self
    }
}

/// What the script gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer it can read: its status and the names of the headers it can see, sorted.
    Answer { status: u16, readable: Vec<String> },
    /// A `TypeError`, and what the console would say.
    NetworkError(String),
}

impl Outcome {
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Answer { .. })
    }
}

/// What went over the wire for one `fetch()`.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub outcome: Outcome,
    pub preflight: Option<Response>,
    /// `None` when the preflight did not let the request through.
    pub answer: Option<Response>,
}

/// Sends from pages to one server, under one `Host`.
#[derive(Clone, Debug)]
pub struct Browser {
    server: SocketAddr,
    host: Option<String>,
}

impl Browser {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, host: None }
    }

    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// `fetch(target, …)` in mode `cors`, from a page of another origin than the server's.
    pub fn fetch(&self, target: &str, script: &Script) -> Fetched {
        let method = send_as(&script.method);
        let asked = needs_leave(&script.headers);
        let mut preflight = None;
        if !["GET", "HEAD", "POST"].contains(&method.as_str()) || !asked.is_empty() {
            let names: Vec<&str> = asked.iter().map(String::as_str).collect();
            let answer = self.send(&Request::preflight(target, &script.origin, &method, &names));
            let refusal = preflight_refusal(&answer, script, &method, &asked);
            preflight = Some(answer);
            if let Some(reason) = refusal {
                return Fetched { outcome: Outcome::NetworkError(reason), preflight, answer: None };
            }
        }
        let mut request = Request::new(&method, target).header("Origin", &script.origin);
        for (name, value) in &script.headers {
            request = request.header(name, value);
        }
        if ["POST", "PUT", "PATCH"].contains(&method.to_uppercase().as_str()) {
            request = request.body("");
        }
        if script.include {
            request = request.header("Cookie", "session=1");
        }
        let answer = self.send(&request);
        let outcome = match cors_check(&answer, script) {
            Err(reason) => Outcome::NetworkError(reason),
            Ok(()) => Outcome::Answer { status: answer.status, readable: visible(&answer, script) },
        };
        Fetched { outcome, preflight, answer: Some(answer) }
    }

    fn send(&self, request: &Request) -> Response {
        let request = request.clone();
        match &self.host {
            Some(host) => request.host(host).send(self.server),
            None => request.send(self.server),
        }
    }
}

/// 2.2.1, normalize.
fn send_as(method: &str) -> String {
    for known in ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"] {
        if method.eq_ignore_ascii_case(known) {
            return known.to_owned();
        }
    }
    method.to_owned()
}

/// 2.2.2, CORS-unsafe request-header names.
fn needs_leave(headers: &[(String, String)]) -> Vec<String> {
    let mut unsafe_names = Vec::new();
    let mut candidates = Vec::new();
    let mut size = 0;
    for (name, value) in headers {
        let name = name.to_lowercase();
        if safelisted(&name, value) {
            size += value.len();
            candidates.push(name);
        } else {
            unsafe_names.push(name);
        }
    }
    if size > 1024 {
        unsafe_names.append(&mut candidates);
    }
    unsafe_names.sort();
    unsafe_names.dedup();
    unsafe_names
}

/// 2.2.2, CORS-safelisted request-header.
fn safelisted(name: &str, value: &str) -> bool {
    const UNSAFE: &str = "\"():<>?@[\\]{}\u{7f}";
    let clean = value.chars().all(|c| !UNSAFE.contains(c) && (c >= ' ' || c == '\t'));
    if value.len() > 128 {
        return false;
    }
    match name {
        "accept" => clean,
        "accept-language" | "content-language" => {
            value.chars().all(|c| c.is_ascii_alphanumeric() || " *,-.;=".contains(c))
        }
        "content-type" => {
            let essence = value.split(';').next().unwrap_or("").trim().to_lowercase();
            let simple = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
            clean && simple.contains(&essence.as_str())
        }
        "range" => {
            let numbers: Vec<&str> = match value.strip_prefix("bytes=") {
                Some(range) => range.split('-').collect(),
                None => return false,
            };
            match numbers[..] {
                [from, ""] => from.parse::<u64>().is_ok(),
                [from, to] => matches!((from.parse::<u64>(), to.parse::<u64>()), (Ok(a), Ok(b)) if a <= b),
                _ => false,
            }
        }
        _ => false,
    }
}

/// 4.8, CORS-preflight fetch, from the answer on.
fn preflight_refusal(answer: &Response, script: &Script, method: &str, asked: &[String]) -> Option<String> {
    if let Err(reason) = cors_check(answer, script) {
        return Some(format!("preflight: {reason}"));
    }
    if answer.status < 200 || answer.status > 299 {
        return Some(format!("preflight: status {}", answer.status));
    }
    let Some(methods) = items(answer, "access-control-allow-methods") else {
        return Some("preflight: methods cannot be parsed".to_owned());
    };
    let Some(names) = items(answer, "access-control-allow-headers") else {
        return Some("preflight: headers cannot be parsed".to_owned());
    };
    let star = |list: &[String]| list.contains(&"*".to_owned());
    let simple = method == "GET" || method == "HEAD" || method == "POST";
    if !methods.contains(&method.to_owned()) && !simple && (script.include || !star(&methods)) {
        return Some(format!("preflight: method {method}"));
    }
    let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let authorization = script.headers.iter().any(|(name, _)| name.to_lowercase() == "authorization");
    if authorization && !names.contains(&"authorization".to_owned()) {
        return Some("preflight: authorization".to_owned());
    }
    asked
        .iter()
        .find(|name| !names.contains(name) && (script.include || !star(&names)))
        .map(|name| format!("preflight: header {name}"))
}

/// 4.10, CORS check.
fn cors_check(answer: &Response, script: &Script) -> Result<(), String> {
    let allowed = answer.all("access-control-allow-origin");
    if allowed.is_empty() {
        return Err("no Access-Control-Allow-Origin".to_owned());
    }
    let allowed = allowed.join(", ");
    if allowed == "*" && !script.include {
        return Ok(());
    }
    if allowed != script.origin {
        return Err(format!("Access-Control-Allow-Origin is {allowed}"));
    }
    if !script.include || answer.all("access-control-allow-credentials").join(", ") == "true" {
        return Ok(());
    }
    Err("no Access-Control-Allow-Credentials: true".to_owned())
}

/// 2.2.2, extract header list values; `None` is failure, an absent header is an empty list.
fn items(answer: &Response, name: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for value in answer.all(name) {
        for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let token = item.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
            if !token {
                return None;
            }
            found.push(item.to_owned());
        }
    }
    Some(found)
}

/// 2.2.6, CORS filtered response.
fn visible(answer: &Response, script: &Script) -> Vec<String> {
    const ALWAYS: [&str; 7] = [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ];
    let exposed = items(answer, "access-control-expose-headers").unwrap_or_default();
    let exposed: Vec<String> = exposed.iter().map(|name| name.to_lowercase()).collect();
    let all = !script.include && exposed.contains(&"*".to_owned());
    let mut names: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, _)| name.to_lowercase())
        .filter(|name| name != "set-cookie" && name != "set-cookie2")
        .filter(|name| all || ALWAYS.contains(&name.as_str()) || exposed.contains(name))
        .collect();
    names.sort();
    names.dedup();
    names
}
