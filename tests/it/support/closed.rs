//! An address where nobody listens.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::OnceLock;

use socket2::{Domain, Socket, Type};

/// An address of loopback that refuses every connection.
///
/// Its port is held until the process ends. The port of a listener that was dropped would be free again, and the
/// kernel would give it to whatever test asks for one next.
pub fn closed_address() -> SocketAddr {
    static HELD: OnceLock<Socket> = OnceLock::new();
    let held = HELD.get_or_init(|| {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port");
        socket
    });
    held.local_addr().ok().and_then(|address| address.as_socket()).expect("an address")
}
