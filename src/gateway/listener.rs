//! Listening sockets: one for each worker on the same address.
//!
//! With `SO_REUSEPORT` the kernel spreads connections over the workers, and no accept lock is needed. It also
//! lets a second process share the port in silence, so the address is bound once without it first.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// Connections that may wait to be accepted, on each worker. The kernel caps it to `net.core.somaxconn`.
const BACKLOG: i32 = 4_096;

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// Binds `count` listening sockets on `address`, which must be free. With port 0 all get the same free port.
///
/// # Errors
/// When the address is in use, even by a process that would share it, or cannot be bound.
pub(super) fn bind(address: SocketAddr, count: usize) -> Result<Vec<std::net::TcpListener>, BindError> {
    let refuse = |source| BindError { address, source };
    // Held until the last listener is bound, so that nobody else is given a free port in between.
    let (_claim, claimed) = claim(address).map_err(refuse)?;
    let listeners: io::Result<Vec<_>> = (0..count.max(1)).map(|_| listen(claimed)).collect();
    listeners.map_err(refuse)
}

/// Finds out that nobody else listens on `address`, and which port it is.
///
/// The socket is bound but never listens, so no connection can end up in its queue.
fn claim(address: SocketAddr) -> io::Result<(Socket, SocketAddr)> {
    let socket = open(address)?;
    // Linux lets two sockets with SO_REUSEADDR share an address until one of them listens, and refuses if one
    // listens already: exactly the question asked here, and connections in TIME_WAIT are no hindrance.
    socket.bind(&SockAddr::from(address))?;
    let bound = socket.local_addr()?.as_socket();
    let bound = bound.ok_or_else(|| io::Error::other("the bound address is no IP address"))?;
    Ok((socket, bound))
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = open(address)?;
    socket.set_reuse_port(true)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // A dual-stack wildcard would clash with a listener on 0.0.0.0.
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    #[test]
    fn every_worker_listens_on_the_same_free_port() {
        let listeners = bind(loopback(0), 3).expect("free ports");
        let ports: Vec<_> =
            listeners.iter().map(|l| l.local_addr().expect("a bound address").port()).collect();
        assert!(ports[0] != 0 && ports.iter().all(|port| *port == ports[0]), "{ports:?}");
    }

    #[test]
    fn a_port_in_use_is_refused_even_where_it_could_be_shared() {
        let listeners = bind(loopback(0), 2).expect("free ports");
        let taken = listeners[0].local_addr().expect("a bound address");
        let error = bind(taken, 1).expect_err("in use");
        assert_eq!(error.source.kind(), io::ErrorKind::AddrInUse);
        assert!(error.to_string().contains(&taken.to_string()), "{error}");
    }
}
