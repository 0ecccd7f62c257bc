//! A back end that sends what a test tells it to, byte by byte, and remembers what it received.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use super::PATIENCE;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub target: String,
    pub version: String,
    /// In the order and spelling received.
    pub headers: Vec<(String, String)>,
    /// The body, without its chunking.
    pub body: Vec<u8>,
    /// Which of the back end's connections it came on, from 0.
    pub connection: usize,
}

impl Received {
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
}

/// The connection a script answers on.
pub struct Wire {
    stream: TcpStream,
    open: bool,
    reset: bool,
}

impl Wire {
    /// Sends bytes as they are; a gateway that has hung up is no failure of the back end.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.open &= self.stream.write_all(bytes.as_ref()).is_ok();
    }

    /// Sends a whole answer with its length.
    pub fn answer(&mut self, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        self.send([head.as_bytes(), body].concat());
    }

    /// Closes the connection after what was sent.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Cuts the connection with a reset.
    pub fn reset(&mut self) {
        let socket = socket2::SockRef::from(&self.stream);
        drop(socket.set_linger(Some(std::time::Duration::ZERO)));
        self.reset = true;
        self.open = false;
    }

    /// Waits until the gateway hangs up.
    pub fn wait_for_hang_up(&mut self) {
        let mut bytes = [0; 1024];
        while matches!(self.stream.read(&mut bytes), Ok(1..)) {}
        self.open = false;
    }
}

type Script = dyn Fn(&Received, &mut Wire) + Send + Sync;

/// A scripted back end. Ends when dropped.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    requests: Mutex<Vec<Received>>,
    arrived: Condvar,
    connections: AtomicUsize,
    stop: AtomicBool,
}

impl Upstream {
    /// A back end that runs `script` for each whole request it has received.
    pub fn start(script: impl Fn(&Received, &mut Wire) + Send + Sync + 'static) -> Self {
        let script: Arc<Script> = Arc::new(script);
        Self::serve(move |stream, connection, shared| {
            let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
            let mut wire = Wire { stream, open: true, reset: false };
            while let Some(request) = receive(&mut reader, connection) {
                shared.remember(request.clone());
                script(&request, &mut wire);
                if !wire.open {
                    break;
                }
            }
            // A reset is what closing does when linger is zero; a shutdown before it would send an end.
            if !wire.reset {
                drop(wire.stream.shutdown(Shutdown::Both));
            }
        })
    }

    /// A back end that gives the same answer to every request.
    pub fn answering(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let body = body.to_owned();
        Self::start(move |_, wire| {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            wire.answer(status, &headers, &body);
        })
    }

    /// A back end whose answer is these bytes, after which it closes.
    pub fn sending(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, wire| {
            wire.send(&bytes);
            wire.close();
        })
    }

    /// A back end whose connections are wholly in the test's hands: `handle(stream, which)`.
    pub fn raw(handle: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::serve(move |stream, connection, _| handle(stream, connection))
    }

    fn serve(handle: impl Fn(TcpStream, usize, &Shared) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            arrived: Condvar::new(),
            connections: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let for_thread = Arc::clone(&shared);
        let handle = Arc::new(handle);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if for_thread.stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                drop(stream.set_nodelay(true));
                let connection = for_thread.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, handle) = (Arc::clone(&for_thread), Arc::clone(&handle));
                thread::spawn(move || handle(stream, connection, &shared));
            }
        });
        Self { address, shared }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://address` and `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request received so far.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The request number `index`, from 0; waits for it.
    #[track_caller]
    pub fn request(&self, index: usize) -> Received {
        let requests = self.shared.requests.lock().unwrap();
        let (requests, _) = self
            .shared
            .arrived
            .wait_timeout_while(requests, PATIENCE, |requests| requests.len() <= index)
            .unwrap();
        requests.get(index).cloned().unwrap_or_else(|| panic!("request {index} never came"))
    }

    /// The only request that was ever received; waits for it.
    #[track_caller]
    pub fn only_request(&self) -> Received {
        let request = self.request(0);
        let count = self.requests().len();
        assert_eq!(count, 1, "one request was expected");
        request
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn remember(&self, request: Received) {
        self.requests.lock().unwrap().push(request);
        self.arrived.notify_all();
    }
}

/// Reads one request; `None` when the connection ends before it is whole.
fn receive(reader: &mut BufReader<TcpStream>, connection: usize) -> Option<Received> {
    let line = read_line(reader)?;
    let mut parts = line.splitn(3, ' ').map(str::to_owned);
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let mut headers = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Received { method, target, version, headers, body: Vec::new(), connection };
    if request.header("transfer-encoding").is_some() {
        loop {
            let size = usize::from_str_radix(read_line(reader)?.split(';').next()?.trim(), 16).ok()?;
            let mut chunk = vec![0; size];
            reader.read_exact(&mut chunk).ok()?;
            request.body.extend(chunk);
            if size == 0 {
                while !read_line(reader)?.is_empty() {}
                break;
            }
            read_line(reader)?;
        }
    } else if let Some(length) = request.header("content-length") {
        request.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut request.body).ok()?;
    }
    Some(request)
}

fn read_line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).ok()?;
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Some(String::from_utf8_lossy(line).into_owned())
}
