//! The ids that every answer carries: request id, extended request id, trace.
//!
//! Drawn from a generator of the worker, seeded by the system once: they tell requests apart and guard nothing.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use http::HeaderValue;

/// A worker's source of ids.
pub(super) struct Ids {
    rng: RefCell<fastrand::Rng>,
    /// Where the next ids' texts are written: one allocation for many requests.
    room: RefCell<BytesMut>,
}

/// Room for the ids of so many requests is allocated at a time.
const REQUESTS_PER_ROOM: usize = 32;

/// Length of `Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=0`.
const LONGEST_TRACE: usize = 74;

/// Room for so many traces is allocated at a time.
const TRACES_PER_ROOM: usize = 32;

/// Two hexadecimal digits for each byte, so that ids are written without arithmetic per digit.
const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Ids {
    /// A generator seeded by the operating system.
    pub(super) fn new() -> Self {
        let mut seed = [0; 8];
        // Without the system's randomness the clock and an address still tell workers apart.
        let seed = match getrandom::fill(&mut seed) {
            Ok(()) => u64::from_be_bytes(seed),
            Err(_) => fastrand::u64(..),
        };
        Self { rng: RefCell::new(fastrand::Rng::with_seed(seed)), room: RefCell::default() }
    }

    /// A random UUID (RFC 9562 section 5.4), the value of `x-amzn-RequestId`.
    pub(super) fn request_id(&self) -> RequestId {
        let mut bytes = self.rng.borrow_mut().u128(..).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (index, byte) in bytes.into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at..at + 2].copy_from_slice(&HEX[usize::from(byte)]);
            at += 2;
        }
        RequestId(text)
    }

    /// The value of `x-amz-apigw-id`: fifteen base64 characters and `=`.
    pub(super) fn extended_id(&self) -> ExtendedId {
        let mut bits = self.rng.borrow_mut().u128(..);
        let mut text = [b'='; 16];
        for character in &mut text[..15] {
            *character = BASE64[(bits & 63) as usize];
            bits >>= 6;
        }
        ExtendedId(text)
    }

    /// Both ids of a request as headers' values.
    pub(super) fn values(&self, request: RequestId, extended: ExtendedId) -> (HeaderValue, HeaderValue) {
        let mut room = self.room.borrow_mut();
        if room.capacity() < request.0.len() + extended.0.len() {
            *room = BytesMut::with_capacity(REQUESTS_PER_ROOM * (request.0.len() + extended.0.len()));
        }
        let mut value = |text: &[u8]| {
            room.extend_from_slice(text);
            let bytes = room.split().freeze();
            HeaderValue::from_maybe_shared(bytes).expect("ids are ASCII, by construction")
        };
        (value(&request.0), value(&extended.0))
    }

    /// Writes the fields of a new request's ids, without the end of the last line.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"x-amzn-requestid: ");
        out.extend_from_slice(&self.request_id().0);
        out.extend_from_slice(b"\r\nx-amz-apigw-id: ");
        out.extend_from_slice(&self.extended_id().0);
    }

    /// The value of `X-Amzn-Trace-Id` toward a back end. A full one of the caller's is kept whole; given only its
    /// `Root`, a new `Parent` is drawn.
    pub(super) fn trace(&self, callers: Option<&HeaderValue>) -> HeaderValue {
        let callers = callers.and_then(|value| value.to_str().ok()).filter(|text| text.len() <= 256);
        let part = |name: &str| callers.and_then(|t| t.split(';').find_map(|p| p.trim().strip_prefix(name)));
        let root = part("Root=").filter(|root| is_root(root));
        if let (Some(whole), Some(_), Some(_)) = (callers, root, part("Parent=")) {
            // Taken from a header, so it is fit for one.
            if let Ok(value) = HeaderValue::from_str(whole) {
                return value;
            }
        }
        let mut rng = self.rng.borrow_mut();
        let mut room = self.room.borrow_mut();
        if room.capacity() < LONGEST_TRACE {
            *room = BytesMut::with_capacity(TRACES_PER_ROOM * LONGEST_TRACE);
        }
        room.extend_from_slice(b"Root=");
        match root {
            Some(root) => room.extend_from_slice(root.as_bytes()),
            None => {
                let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
                room.extend_from_slice(b"1-");
                put_hex(&mut room, (seconds as u32).to_be_bytes());
                room.extend_from_slice(b"-");
                let [_, _, _, _, drawn @ ..] = rng.u128(..).to_be_bytes();
                put_hex(&mut room, drawn);
            }
        }
        room.extend_from_slice(b";Parent=");
        put_hex(&mut room, rng.u64(..).to_be_bytes());
        room.extend_from_slice(b";Sampled=0");
        HeaderValue::from_maybe_shared(room.split().freeze())
            .expect("made of letters, digits and ASCII signs")
    }
}

/// `1-{8 hex}-{24 hex}`.
fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    let hex = |part: Option<&str>, length| {
        part.is_some_and(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    parts.next() == Some("1") && hex(parts.next(), 8) && hex(parts.next(), 24) && parts.next().is_none()
}

fn put_hex<const N: usize>(out: &mut BytesMut, bytes: [u8; N]) {
    let digits = bytes.map(|byte| HEX[usize::from(byte)]);
    out.extend_from_slice(digits.as_flattened());
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name([u8; $length]);

        impl $name {
            /// The id as text.
            pub(super) fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("ids are ASCII, by construction")
            }
        }
    };
}

id!(
    /// A UUID.
    RequestId, 36
);
id!(
    /// Base64-like.
    ExtendedId, 16
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_random_uuids() {
        let ids = Ids::new();
        let (one, two) = (ids.request_id(), ids.request_id());
        assert_ne!(one.as_str(), two.as_str());
        for id in [one, two] {
            let text = id.as_str();
            let lengths: Vec<_> = text.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{text}");
            assert_eq!(&text[14..15], "4");
            assert!("89ab".contains(&text[19..20]), "{text}");
        }
        let extended = ids.extended_id();
        for id in [one, two, one] {
            let (value, other) = ids.values(id, extended);
            assert_eq!(
                (value.as_bytes(), other.as_bytes()),
                (id.as_str().as_bytes(), extended.as_str().as_bytes())
            );
        }
        assert!(extended.as_str().ends_with('=') && extended.as_str().len() == 16);
    }

    #[test]
    fn a_callers_trace_is_kept_as_far_as_it_goes() {
        const ROOT: &str = "Root=1-67891233-abcdef012345678912345678";
        let ids = Ids::new();
        let trace = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            ids.trace(Some(&value)).to_str().expect("text").to_owned()
        };
        let full = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(trace(full), full);
        let rooted = trace(ROOT);
        assert!(rooted.starts_with(&format!("{ROOT};Parent=")) && rooted.contains(";Sampled="), "{rooted}");
        let fresh = trace("Root=nonsense");
        assert!(is_root(fresh.strip_prefix("Root=").expect("a root").split(';').next().expect("a part")));
        assert!(ids.trace(None).to_str().expect("text").starts_with("Root=1-"));
    }
}
