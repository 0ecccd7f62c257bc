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
    /// Ready-made answers that the caller did not take yet. They go out before anything of hyper's.
    unsent: Vec<u8>,
}

impl CallerIo {
    /// `first` was read from `tcp` already, and is read again first. At most 24 bytes.
    pub(super) fn new(tcp: TcpStream, first: &[u8], connection: Rc<Connection>) -> Self {
        let mut bytes = [0; MOST_FIRST];
        let length = first.len().min(MOST_FIRST);
        bytes[..length].copy_from_slice(&first[..length]);
        Self { tcp, connection, first: bytes, first_length: length as u8, stall: None, unsent: Vec::new() }
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

impl CallerIo {
    /// Reads once. What was read to see what is spoken comes first, and with it whatever came since.
    fn poll_tcp(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let first = usize::from(self.first_length).min(buf.remaining());
        if first == 0 {
            return Pin::new(&mut self.tcp).poll_read(cx, buf);
        }
        buf.put_slice(&self.first[..first]);
        self.first.copy_within(first.., 0);
        self.first_length -= first as u8;
        if self.first_length == 0 {
            // An end or an error is seen again by the next read.
            let _more = Pin::new(&mut self.tcp).poll_read(cx, buf);
        }
        Poll::Ready(Ok(()))
    }

    /// Answers at once what can be, from the front of `buf` behind `before`, and leaves the rest there.
    fn answer_ready(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        before: usize,
    ) -> Poll<io::Result<()>> {
        let connection = Rc::clone(&self.connection);
        let mut scratch = connection.worker.scratch.borrow_mut();
        scratch.clear();
        let taken = connection.answer_ready(&buf.filled()[before..], &mut scratch);
        if taken == 0 {
            return Poll::Ready(Ok(()));
        }
        let read = &mut buf.filled_mut()[before..];
        let rest = read.len() - taken;
        read.copy_within(taken.., 0);
        buf.set_filled(before + rest);
        let outcome = Pin::new(&mut self.tcp).poll_write(cx, &scratch);
        match self.after_write(cx, outcome) {
            Poll::Ready(Ok(sent)) if sent == scratch.len() => Poll::Ready(Ok(())),
            Poll::Ready(Ok(sent)) => {
                self.unsent.extend_from_slice(&scratch[sent..]);
                self.poll_unsent(cx)
            }
            Poll::Pending => {
                self.unsent.extend_from_slice(&scratch);
                Poll::Pending
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        }
    }

    #[inline]
    fn poll_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unsent.is_empty() { Poll::Ready(Ok(())) } else { self.send_unsent(cx) }
    }

    #[cold]
    fn send_unsent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let outcome = Pin::new(&mut self.tcp).poll_write(cx, &self.unsent);
            let sent = std::task::ready!(self.after_write(cx, outcome))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.drain(..sent);
        }
        self.unsent = Vec::new();
        Poll::Ready(Ok(()))
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
        loop {
            // Who does not read answers is not read from.
            std::task::ready!(this.poll_unsent(cx))?;
            std::task::ready!(this.poll_tcp(cx, buf))?;
            let length = buf.filled().len() - before;
            if length == 0 {
                return Poll::Ready(Ok(()));
            }
            this.connection.worker.metrics.received_bytes.add(length as u64);
            let answered = this.answer_ready(cx, buf, before);
            if let Poll::Ready(Err(error)) = answered {
                // An answer is lost, so there can be none to what follows it.
                return Poll::Ready(Err(error));
            }
            if buf.filled().len() > before {
                // What is left is hyper's. What it writes comes after what is still unsent.
                this.connection.on_read(&buf.filled()[before..]);
                return Poll::Ready(Ok(()));
            }
            std::task::ready!(answered)?;
        }
    }
}

impl AsyncWrite for CallerIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_unsent(cx))?;
        let outcome = Pin::new(&mut self.tcp).poll_write(cx, buf);
        self.after_write(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        std::task::ready!(self.poll_unsent(cx))?;
        let outcome = Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        self.after_write(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_unsent(cx))?;
        std::task::ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        self.connection.on_flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(self.poll_unsent(cx))?;
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
