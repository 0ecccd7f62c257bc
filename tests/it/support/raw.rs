//! HTTP/1.1 over a bare socket: bytes out, bytes in, nothing tidied up on the way.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use super::PATIENCE;

/// A connection on which a test says exactly which bytes are sent.
pub struct RawClient {
    stream: TcpStream,
    /// Received and not yet read.
    buffer: Vec<u8>,
}

/// An answer as it came over the wire.
#[derive(Clone, Debug)]
pub struct Response {
    pub version: String,
    pub status: u16,
    pub reason: String,
    /// In the order and spelling received.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body was whole: its length or its last chunk came.
    pub complete: bool,
}

impl Response {
    /// The value of a header that must be there at most once.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name} came {} times: {values:?}", values.len());
        values.first().copied()
    }

    /// Every value of a header, in the order received.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let matching = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        matching.map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }
}

/// A request to be written as HTTP/1.1.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    host: Option<String>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            host: None,
        }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A preflight as a browser sends it (Fetch, *CORS-preflight fetch*).
    pub fn preflight(target: &str, origin: &str, method: &str, headers: &[&str]) -> Self {
        let request = Self::new("OPTIONS", target)
            .header("Accept", "*/*")
            .header("Access-Control-Request-Method", method)
            .header("Origin", origin);
        match headers {
            [] => request,
            names => request.header("Access-Control-Request-Headers", &names.join(",")),
        }
    }

    /// The `Host` field; the server's address unless given.
    pub fn host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A body with its `Content-Length`.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.headers.push(("Content-Length".to_owned(), self.body.len().to_string()));
        self
    }

    /// The bytes on the wire.
    pub fn bytes(&self, address: SocketAddr) -> Vec<u8> {
        let host = self.host.clone().unwrap_or_else(|| address.to_string());
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        [text.into_bytes(), self.body.clone()].concat()
    }

    /// Sends it on a connection of its own and reads the answer.
    #[track_caller]
    pub fn send(&self, address: SocketAddr) -> Response {
        let mut client = RawClient::connect(address);
        client.send(self.bytes(address));
        client.response_to(&self.method)
    }
}

impl RawClient {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a write timeout");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, buffer: Vec::new() }
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("the server takes what is sent");
    }

    /// Sends bytes to a server that may already have closed; says whether it took them.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        // The other side may have closed already.
        drop(self.stream.shutdown(Shutdown::Write));
    }

    /// Reads the answer to a request that was no `HEAD`.
    #[track_caller]
    pub fn response(&mut self) -> Response {
        self.response_to("GET")
    }

    /// Reads the final answer to a request with `method`; interim answers are skipped.
    #[track_caller]
    pub fn response_to(&mut self, method: &str) -> Response {
        loop {
            let response = self.any_response_to(method);
            if response.status >= 200 || response.status == 101 {
                return response;
            }
        }
    }

    /// Reads the next answer, interim or not.
    #[track_caller]
    pub fn any_response_to(&mut self, method: &str) -> Response {
        let mut response = self.head();
        let empty =
            method == "HEAD" || response.status < 200 || response.status == 204 || response.status == 304;
        if empty {
            response.complete = true;
        } else if response.header("transfer-encoding").is_some() {
            (response.body, response.complete) = self.chunks();
        } else if let Some(length) = response.header("content-length") {
            let length: usize = length.parse().expect("a length");
            response.complete = self.fill(length);
            response.body = self.buffer.drain(..length.min(self.buffer.len())).collect();
        } else {
            response.body = self.rest();
            response.complete = true;
        }
        response
    }

    /// Reads an answer's head and leaves its body.
    #[track_caller]
    pub fn head(&mut self) -> Response {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            assert!(
                self.more(),
                "the connection ended inside an answer's head: {:?}",
                String::from_utf8_lossy(&self.buffer)
            );
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("an ASCII head");
        let mut lines = head.trim_end().split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let mut parts = status_line.splitn(3, ' ');
        let version = parts.next().unwrap_or_default().to_owned();
        let status = parts.next().and_then(|s| s.parse().ok()).expect("a status");
        let reason = parts.next().unwrap_or_default().to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("name: value");
            (name.to_owned(), value.trim().to_owned())
        });
        Response { version, status, reason, headers: headers.collect(), body: Vec::new(), complete: false }
    }

    /// Reads the next `length` bytes of a body, or what comes before the end.
    pub fn take(&mut self, length: usize) -> Vec<u8> {
        self.fill(length);
        self.buffer.drain(..length.min(self.buffer.len())).collect()
    }

    /// Reads until the server closes; a reset is an end, too.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.buffer)
    }

    /// Whether the server closes the connection without another byte.
    pub fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && !self.more()
    }

    /// Reads a chunked body; false when it ended before its last chunk.
    fn chunks(&mut self) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line() else { return (body, false) };
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).expect("a chunk's size");
            if size == 0 {
                // Trailers, up to the empty line.
                loop {
                    match self.line().as_deref() {
                        Some("") => return (body, true),
                        Some(_) => {}
                        None => return (body, false),
                    }
                }
            }
            let whole = self.fill(size);
            body.extend(self.buffer.drain(..size.min(self.buffer.len())));
            if !whole || self.line().is_none() {
                return (body, false);
            }
        }
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|window| window == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..at + 2).collect();
                return Some(String::from_utf8_lossy(&line[..at]).into_owned());
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// Reads until `length` bytes are there; false when the connection ended first.
    fn fill(&mut self, length: usize) -> bool {
        while self.buffer.len() < length {
            if !self.more() {
                return false;
            }
        }
        true
    }

    /// Reads some bytes; false at the end.
    fn more(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(length) => {
                self.buffer.extend_from_slice(&bytes[..length]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("nothing came for {PATIENCE:?}; so far {:?}", String::from_utf8_lossy(&self.buffer))
            }
            Err(_) => false,
        }
    }
}
