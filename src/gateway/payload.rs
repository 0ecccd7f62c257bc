//! Bodies that are held as a whole, since a template, a mapping or a check needs them so. All others stream.

use bytes::{Bytes, BytesMut};

use super::exchange::Exchange;
use super::http::{fault_of, fault_of_body};
use super::respond::{self, Fault};
use super::upstream::{Outgoing, UpstreamBody};
use crate::mapping::Payload;
use crate::ops::LimitKind;

impl Exchange {
    /// The caller's body as a whole. The first call reads it, up to `limits.buffered_body_bytes`; from then on it is
    /// at hand, and `body` holds the same bytes.
    ///
    /// # Errors
    /// 413 beyond the limit, 408 when it stalls, 400 when it breaks off.
    pub(super) async fn payload(&self, body: &mut Outgoing) -> Result<&Payload, Fault> {
        if let Some(held) = self.held() {
            return Ok(held);
        }
        let most = self.worker.limits.buffered_body_bytes;
        let bytes = match std::mem::replace(body, Outgoing::Empty) {
            Outgoing::Empty => Bytes::new(),
            Outgoing::Full(bytes) if bytes.len() > most => return Err(respond::request_too_large()),
            Outgoing::Full(bytes) => bytes,
            Outgoing::Stream(stream) => stream.collect(most).await.map_err(fault_of_body)?,
        };
        if !bytes.is_empty() {
            *body = Outgoing::Full(bytes.clone());
        }
        Ok(self.held.get_or_init(|| Box::new(Payload::new(bytes))))
    }

    /// The caller's body, if it was needed before.
    pub(super) fn held(&self) -> Option<&Payload> {
        self.held.get().map(|payload| &**payload)
    }

    /// The body of a back end's answer as a whole, up to the same limit.
    ///
    /// # Errors
    /// 500 beyond the limit; what a call answers when it breaks off or stalls.
    pub(super) async fn hold(&self, mut body: UpstreamBody) -> Result<Payload, Fault> {
        let most = self.worker.limits.buffered_body_bytes;
        let too_large = || {
            self.worker.metrics.limit(LimitKind::Body);
            self.note(|| format!("Execution failed: the endpoint's response is beyond {most} bytes"));
            respond::api_configuration_error()
        };
        if body.exact_length().is_some_and(|length| length > most as u64) {
            return Err(too_large());
        }
        let mut whole = BytesMut::new();
        let mut only = Bytes::new();
        while let Some(data) = std::future::poll_fn(|cx| body.poll_data(cx)).await {
            let data = data.map_err(|error| {
                self.note(|| format!("Execution failed: {error}"));
                fault_of(&error)
            })?;
            if only.len() + whole.len() + data.len() > most {
                return Err(too_large());
            }
            // A body that came in one piece is not copied.
            if only.is_empty() && whole.is_empty() {
                only = data;
            } else {
                if whole.is_empty() {
                    whole.extend_from_slice(&std::mem::take(&mut only));
                }
                whole.extend_from_slice(&data);
            }
        }
        Ok(Payload::new(if whole.is_empty() { only } else { whole.freeze() }))
    }
}
