//! The socket of a caller as hyper reads and writes it: counted, and timed where the caller does not read.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::clock::Deadline;
use super::connection::Connection;
use crate::ops::LimitKind;

/// Longest start of a stream that was read to see what is spoken.
const MOST_FIRST: usize = 24;

pub(super) struct CallerIo {
    tcp: TcpStream,
    connection: Rc<Connection>,
    first: [u8; MOST_FIRST],
    first_length: u8,
    /// Made when the caller keeps a write waiting for the first time.
    stall: Option<Deadline>,
}

impl CallerIo {
    /// `first` was read from `tcp` already, and is read again first. At most 24 bytes.
    pub(super) fn new(tcp: TcpStream, first: &[u8], connection: Rc<Connection>) -> Self {
        let mut bytes = [0; MOST_FIRST];
        let length = first.len().min(MOST_FIRST);
        bytes[..length].copy_from_slice(&first[..length]);
        Self { tcp, connection, first: bytes, first_length: length as u8, stall: None }
    }

    fn after_write(&mut self, cx: &Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Ready(Ok(count)) => {
                self.connection.worker.metrics.sent_bytes.add(count as u64);
                if let Some(stall) = &self.stall
                    && stall.is_armed()
                {
                    stall.disarm();
                    self.connection.on_write(false);
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let connection = &self.connection;
                let stall = self.stall.get_or_insert_with(|| connection.worker.clock.deadline());
                if stall.poll_passed(cx).is_ready() {
                    connection.worker.metrics.limit(LimitKind::WriteTimeout);
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                if !stall.is_armed() {
                    stall.arm_in(connection.worker.timeouts.write);
                    connection.on_write(true);
                }
                Poll::Pending
            }
        }
    }
}

impl AsyncRead for CallerIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        if this.first_length > 0 {
            let length = usize::from(this.first_length).min(buf.remaining());
            buf.put_slice(&this.first[..length]);
            this.first.copy_within(length.., 0);
            this.first_length -= length as u8;
        } else {
            std::task::ready!(Pin::new(&mut this.tcp).poll_read(cx, buf))?;
        }
        let read = &buf.filled()[before..];
        if !read.is_empty() {
            this.connection.worker.metrics.received_bytes.add(read.len() as u64);
            this.connection.on_read(read);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for CallerIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.tcp).poll_write(cx, buf);
        self.after_write(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        self.after_write(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
