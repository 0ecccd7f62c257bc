//! Who is at the other end of a connection.

use std::cell::OnceCell;
use std::net::SocketAddr;

use http::HeaderValue;

/// Who is at the other end of a connection. As text once it is asked for: it is the same for every request.
pub(super) struct Caller {
    /// Where the caller is.
    pub(super) from: SocketAddr,
    /// Where the caller connected to.
    pub(super) at: SocketAddr,
    address: OnceCell<HeaderValue>,
    port: OnceCell<HeaderValue>,
}

impl Caller {
    pub(super) fn new(from: SocketAddr, at: SocketAddr) -> Self {
        Self { from, at, address: OnceCell::new(), port: OnceCell::new() }
    }

    /// The caller's address, an IPv4 one in its own form.
    pub(super) fn address(&self) -> &HeaderValue {
        self.address.get_or_init(|| {
            let text = self.from.ip().to_canonical().to_string();
            HeaderValue::try_from(text).expect("an address is of digits, letters, dots and colons")
        })
    }

    /// The port that the caller connected to.
    pub(super) fn port(&self) -> &HeaderValue {
        self.port.get_or_init(|| HeaderValue::from(self.at.port()))
    }
}
