//! Bodies in both directions: the caller's, within limits, and the answer's, without a box.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::clock::{Clock, Deadline};
use super::compression::Compressing;
use super::connection::Open;
use super::upstream::{UpstreamBody, UpstreamError};
use crate::ops::{LimitKind, WorkerMetrics};

/// A body slower than this after [`RATE_GRACE`], in bytes a second, is given up.
const LEAST_RATE: u64 = 500;
/// How long a body may be slower.
const RATE_GRACE: Duration = Duration::from_secs(10);

/// Why a caller's body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallerBodyError {
    /// It is beyond the limit.
    #[error("too large")]
    TooLarge,
    /// It stalled, or came too slowly.
    #[error("stalled")]
    TimedOut,
    /// It broke off or its framing is wrong.
    #[error("broken off")]
    Broken,
}

/// The body of a caller's request: counted and timed while it streams.
pub(super) struct CallerBody {
    incoming: Incoming,
    /// Bytes that may still come; `None` for no limit.
    room: Option<u64>,
    received: u64,
    started: Instant,
    idle: Duration,
    clock: Rc<Clock>,
    /// Made when the body is waited for the first time.
    deadline: Option<Deadline>,
    metrics: Arc<WorkerMetrics>,
}

impl CallerBody {
    pub(super) fn new(
        incoming: Incoming,
        room: Option<u64>,
        idle: Duration,
        clock: Rc<Clock>,
        metrics: Arc<WorkerMetrics>,
    ) -> Self {
        Self { incoming, room, received: 0, started: Instant::now(), idle, clock, deadline: None, metrics }
    }

    /// The length that the caller announced.
    pub(super) fn exact_length(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// The whole body, if it fits.
    pub(super) async fn collect(mut self, most: usize) -> Result<Bytes, CallerBodyError> {
        let most = most as u64;
        self.room = Some(self.room.map_or(most, |room| room.min(most)));
        if self.exact_length().is_some_and(|length| length > most) {
            self.metrics.limit(LimitKind::Body);
            return Err(CallerBodyError::TooLarge);
        }
        let mut whole = bytes::BytesMut::new();
        let mut only = Bytes::new();
        while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await {
            let Ok(data) = frame?.into_data() else { continue };
            // A body that came in one piece is not copied.
            if only.is_empty() && whole.is_empty() {
                only = data;
            } else {
                if whole.is_empty() {
                    whole.extend_from_slice(&only);
                }
                whole.extend_from_slice(&data);
            }
        }
        Ok(if whole.is_empty() { only } else { whole.freeze() })
    }

    fn take_in(&mut self, length: u64) -> Result<(), CallerBodyError> {
        self.received += length;
        match self.room.map(|room| room.checked_sub(length)) {
            Some(None) => {
                self.metrics.limit(LimitKind::Body);
                return Err(CallerBodyError::TooLarge);
            }
            Some(left) => self.room = left,
            None => {}
        }
        let Some(deadline) = self.deadline.as_ref().filter(|deadline| deadline.is_armed()) else {
            return Ok(());
        };
        deadline.disarm();
        let took = self.started.elapsed();
        if took > RATE_GRACE && self.received < took.as_secs() * LEAST_RATE {
            self.metrics.limit(LimitKind::BodyTimeout);
            return Err(CallerBodyError::TimedOut);
        }
        Ok(())
    }
}

impl Body for CallerBody {
    type Data = Bytes;
    type Error = CallerBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CallerBodyError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.incoming).poll_frame(cx) {
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(CallerBodyError::Broken))),
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(this.take_in(length).map(|()| frame)))
            }
            Poll::Pending => {
                let deadline = this.deadline.get_or_insert_with(|| this.clock.deadline());
                if deadline.poll_passed(cx).is_ready() {
                    this.metrics.limit(LimitKind::BodyTimeout);
                    return Poll::Ready(Some(Err(CallerBodyError::TimedOut)));
                }
                if !deadline.is_armed() {
                    deadline.arm_in(this.idle);
                }
                Poll::Pending
            }
        }
    }
}

/// The body of an answer.
pub(super) enum AnswerBody {
    /// None.
    Empty,
    /// Ready-made, or made for this request.
    Full(Bytes),
    /// A back end's, as it comes. The connection counts as busy until it ends.
    Upstream(UpstreamBody, Option<Open>),
    /// One that is compressed on its way.
    Compressing(Box<Compressing>),
    /// A back end's that broke off. Said only once what came before was handed over, so that the caller sees how
    /// far it went.
    Cut(UpstreamError),
}

impl AnswerBody {
    /// The body of `bytes`.
    pub(super) fn full(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::Empty } else { Self::Full(bytes) }
    }

    /// Keeps the connection busy until the body ends, if it does not end at once.
    pub(super) fn keep_open(&mut self, open: &mut Option<Open>) {
        match self {
            Self::Upstream(_, while_open) => *while_open = open.take(),
            Self::Compressing(body) => body.open = open.take(),
            Self::Empty | Self::Full(_) | Self::Cut(_) => {}
        }
    }

    /// A back end's body.
    pub(super) fn upstream(body: UpstreamBody) -> Self {
        if body.is_end() { Self::Empty } else { Self::Upstream(body, None) }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = UpstreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UpstreamError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Upstream(body, open) => {
                let data = ready!(body.poll_data(cx));
                if body.is_end() {
                    *open = None;
                }
                match data {
                    Some(Err(error)) => {
                        *self = Self::Cut(error);
                        // hyper drops what it has not written yet when a body fails, so it is let write first.
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    }
                    Some(Ok(data)) => Poll::Ready(Some(Ok(Frame::data(data)))),
                    None => Poll::Ready(None),
                }
            }
            Self::Compressing(body) => match ready!(body.poll_data(cx)) {
                Some(Err(error)) => {
                    *self = Self::Cut(error);
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                Some(Ok(data)) => Poll::Ready(Some(Ok(Frame::data(data)))),
                None => {
                    *self = Self::Empty;
                    Poll::Ready(None)
                }
            },
            Self::Cut(_) => match std::mem::replace(&mut *self, Self::Empty) {
                Self::Cut(error) => Poll::Ready(Some(Err(error))),
                Self::Empty | Self::Full(_) | Self::Upstream(..) | Self::Compressing(_) => Poll::Ready(None),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(_) | Self::Compressing(_) | Self::Cut(_) => false,
            Self::Upstream(body, _) => body.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Compressing(_) | Self::Cut(_) => SizeHint::default(),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Upstream(body, _) => {
                body.exact_length().map_or_else(SizeHint::default, SizeHint::with_exact)
            }
        }
    }
}
