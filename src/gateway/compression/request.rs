//! Compressed requests.

use std::io::Read;

use bytes::Bytes;

use crate::gateway::exchange::Exchange;
use crate::gateway::http::fault_of_body;
use crate::gateway::respond::{self, Fault};
use crate::gateway::upstream::Outgoing;
use crate::mapping::RequestCoding;

/// What a coded body is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Undecodable {
    /// In the coding that it is said to be in.
    Broken,
    /// Small enough when decoded.
    TooLarge,
}

/// The body as its sender meant it. A coded one is held, and decoded up to what may be held. `passes` says that an
/// unknown coding is the back end's business.
///
/// # Errors
/// 415 for a coding that is unknown or does not fit the body, 413 for a body that is too large when decoded.
pub(in crate::gateway) async fn decompressed(
    exchange: &Exchange,
    body: Outgoing,
    passes: bool,
) -> Result<Outgoing, Fault> {
    if matches!(body, Outgoing::Empty) {
        return Ok(body);
    }
    let coding = match RequestCoding::of(&exchange.head.headers) {
        RequestCoding::Identity => return Ok(body),
        RequestCoding::Unknown if passes => return Ok(body),
        RequestCoding::Unknown => return Err(respond::unsupported_media_type()),
        coding @ (RequestCoding::Gzip | RequestCoding::Deflate) => coding,
    };
    let most = exchange.worker.limits.buffered_body_bytes;
    let coded = match body {
        Outgoing::Empty => Bytes::new(),
        Outgoing::Full(bytes) => bytes,
        Outgoing::Stream(stream) => stream.collect(most).await.map_err(fault_of_body)?,
    };
    // A body of nothing is none, whether its length was told or it came in chunks; there is nothing to decode.
    if coded.is_empty() {
        return Ok(Outgoing::Empty);
    }
    match decode(coding, &coded, most) {
        Ok(plain) if plain.is_empty() => Ok(Outgoing::Empty),
        Ok(plain) => Ok(Outgoing::Full(plain)),
        Err(Undecodable::TooLarge) => Err(respond::request_too_large()),
        Err(Undecodable::Broken) => {
            exchange
                .note(|| "The request's body is not in the coding that Content-Encoding names".to_owned());
            Err(respond::unsupported_media_type())
        }
    }
}

fn decode(coding: RequestCoding, coded: &[u8], most: usize) -> Result<Bytes, Undecodable> {
    match coding {
        RequestCoding::Gzip => read(flate2::read::MultiGzDecoder::new(coded), most),
        // Some senders leave the zlib format's frame away (RFC 9110 section 8.4.1.2).
        _ if has_zlib_header(coded) => read(flate2::read::ZlibDecoder::new(coded), most),
        _ => read(flate2::read::DeflateDecoder::new(coded), most),
    }
}

/// Whether a body starts as RFC 1950 has it.
fn has_zlib_header(coded: &[u8]) -> bool {
    matches!(coded, [first, second, ..] if first & 0x0f == 8 && (u32::from(*first) << 8 | u32::from(*second)) % 31 == 0)
}

fn read(decoder: impl Read, most: usize) -> Result<Bytes, Undecodable> {
    let mut plain = Vec::new();
    decoder.take(most as u64 + 1).read_to_end(&mut plain).map_err(|_| Undecodable::Broken)?;
    if plain.len() > most { Err(Undecodable::TooLarge) } else { Ok(plain.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    macro_rules! coded {
        ($encoder:ident, $body:expr) => {{
            let mut encoder = $encoder::new(Vec::new(), Compression::default());
            encoder.write_all($body).expect("coded");
            encoder.finish().expect("coded")
        }};
    }

    #[test]
    fn bodies_are_decoded_up_to_the_limit() {
        let body = vec![b'x'; 1000];
        let gzip = coded!(GzEncoder, &body);
        let twice = [gzip.clone(), gzip.clone()].concat();
        for (coding, coded, most, expected) in [
            (RequestCoding::Gzip, gzip.clone(), 1000, Ok(1000)),
            (RequestCoding::Gzip, gzip.clone(), 999, Err(Undecodable::TooLarge)),
            (RequestCoding::Gzip, twice, 2000, Ok(2000)),
            (RequestCoding::Gzip, gzip[..gzip.len() - 9].to_vec(), 1000, Err(Undecodable::Broken)),
            (RequestCoding::Gzip, b"plain".to_vec(), 1000, Err(Undecodable::Broken)),
            (RequestCoding::Deflate, coded!(ZlibEncoder, &body), 1000, Ok(1000)),
            (RequestCoding::Deflate, coded!(DeflateEncoder, &body), 1000, Ok(1000)),
            (RequestCoding::Deflate, coded!(DeflateEncoder, &body), 10, Err(Undecodable::TooLarge)),
            (RequestCoding::Deflate, gzip, 1000, Err(Undecodable::Broken)),
        ] {
            let found = decode(coding, &coded, most).map(|plain| plain.len());
            assert_eq!(found, expected, "{coding:?} of {} bytes", coded.len());
        }
    }
}
