//! One connection to a back end and its buffers.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWrite as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::super::clock::Deadline;

/// Room that a read is offered at least. Heads and small bodies come in one read.
const READ_ROOM: usize = 16 * 1024;
/// Room for bodies that are known to be larger.
const LARGE_READ_ROOM: usize = 64 * 1024;

/// The byte stream under a connection.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection with what was read and not used yet, and what is to be written.
pub(super) struct Connection {
    stream: Stream,
    /// What was read and not used yet.
    pub(super) input: BytesMut,
    /// What is written first.
    pub(super) output: BytesMut,
    /// What is written after it, without having been copied.
    pub(super) output_data: Bytes,
    /// For whatever is waited for on this connection.
    pub(super) deadline: Deadline,
    /// Whether it carried a request before this one.
    pub(super) reused: bool,
    /// Since when it waits in the pool.
    pub(super) idle_since: Instant,
}

impl Connection {
    pub(super) fn new(stream: Stream, deadline: Deadline) -> Self {
        Self {
            stream,
            input: BytesMut::new(),
            output: BytesMut::new(),
            output_data: Bytes::new(),
            deadline,
            reused: false,
            idle_since: Instant::now(),
        }
    }

    /// Reads once; `expected` is how much more is known to come. `Ok(0)` is the end of the stream.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>, expected: u64) -> Poll<io::Result<usize>> {
        let room = if expected > READ_ROOM as u64 { LARGE_READ_ROOM } else { READ_ROOM };
        if self.input.capacity() - self.input.len() < READ_ROOM / 4 {
            self.input.reserve(room);
        }
        match &mut self.stream {
            Stream::Plain(tcp) => pin!(tcp.read_buf(&mut self.input)).poll(cx),
            Stream::Tls(tls) => pin!(tls.read_buf(&mut self.input)).poll(cx),
        }
    }

    /// Writes everything that is to be written.
    pub(super) fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() || !self.output_data.is_empty() {
            let slices = [IoSlice::new(&self.output), IoSlice::new(&self.output_data)];
            let from = usize::from(self.output.is_empty());
            let wanted = &slices[from..2 - usize::from(self.output_data.is_empty())];
            let mut written = match &mut self.stream {
                Stream::Plain(tcp) => ready!(Pin::new(tcp).poll_write_vectored(cx, wanted))?,
                Stream::Tls(tls) => ready!(Pin::new(tls).poll_write_vectored(cx, wanted))?,
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let first = written.min(self.output.len());
            self.output.advance(first);
            written -= first;
            self.output_data.advance(written);
        }
        match &mut self.stream {
            Stream::Plain(_) => Poll::Ready(Ok(())),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    /// Whether a connection that should be silent is: neither ended nor with bytes nobody asked for. Usually
    /// without a system call, since the runtime knows that nothing became readable.
    pub(super) fn is_quiet(&mut self, cx: &mut Context<'_>) -> bool {
        self.input.is_empty() && self.poll_fill(cx, 0).is_pending()
    }

    /// As [`Self::is_quiet`], outside of any task.
    pub(super) fn is_quiet_now(&mut self) -> bool {
        self.is_quiet(&mut Context::from_waker(Waker::noop()))
    }
}
