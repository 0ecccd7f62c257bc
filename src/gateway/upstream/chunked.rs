//! The chunked coding of a response body (RFC 9112 section 7.1), read strictly.

use bytes::{Buf as _, Bytes, BytesMut};

use super::UpstreamError;

/// Bytes of chunk extensions that are read past in one body.
const MOST_EXTENSION_BYTES: usize = 16 * 1024;
/// Bytes of trailer fields that are read past.
const MOST_TRAILER_BYTES: usize = 8 * 1024;

/// How far a chunked body was read.
#[derive(Debug)]
pub(super) struct Decoder {
    state: State,
    extension_bytes: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Before the first digit of a size.
    Start,
    /// Within a size.
    Size { size: u64, digits: u8 },
    /// Within a chunk extension, which is discarded.
    Extension { size: u64 },
    /// Before the LF that ends the size line.
    SizeLf { size: u64 },
    /// Within data.
    Data { left: u64 },
    /// Before the CR after data.
    DataCr,
    /// Before the LF after data.
    DataLf,
    /// At the start of a line after the last chunk.
    TrailerStart { bytes: usize },
    /// Within a trailer field, which is discarded.
    Trailer { bytes: usize },
    /// Before the LF that ends a trailer field.
    TrailerLf { bytes: usize },
    /// Before the LF that ends the body.
    EndLf,
    /// After the body.
    End,
}

/// What a decoder made of what is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Data of the body.
    Data(Bytes),
    /// Nothing yet; more has to be read.
    More,
    /// The body is complete. What is left in the buffer does not belong to it.
    End,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { state: State::Start, extension_bytes: 0 }
    }

    /// Takes what it can off the front of `buffer`.
    ///
    /// # Errors
    /// At the first byte that cannot be there, and beyond the limits for what is discarded.
    pub(super) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Decoded, UpstreamError> {
        loop {
            if self.state == State::End {
                return Ok(Decoded::End);
            }
            if let State::Data { left } = &mut self.state {
                if buffer.is_empty() {
                    return Ok(Decoded::More);
                }
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
                *left -= take as u64;
                if *left == 0 {
                    self.state = State::DataCr;
                }
                return Ok(Decoded::Data(buffer.split_to(take).freeze()));
            }
            let Some(byte) = buffer.first().copied() else { return Ok(Decoded::More) };
            buffer.advance(1);
            self.step(byte)?;
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), UpstreamError> {
        let broken = || UpstreamError::Malformed("broken chunked coding");
        self.state = match (&self.state, byte) {
            (State::Start, b) => match hex(b) {
                Some(digit) => State::Size { size: digit, digits: 1 },
                None => return Err(broken()),
            },
            (State::Size { size, .. }, b'\r') => State::SizeLf { size: *size },
            (State::Size { size, .. }, b';' | b' ' | b'\t') => State::Extension { size: *size },
            (State::Size { size, digits }, b) => match hex(b) {
                // Fifteen digits are more than any body has, and do not overflow.
                Some(digit) if *digits < 15 => State::Size { size: size * 16 + digit, digits: digits + 1 },
                _ => return Err(broken()),
            },
            (State::Extension { size }, b'\r') => State::SizeLf { size: *size },
            (State::Extension { .. }, b'\n' | 0) => return Err(broken()),
            (State::Extension { size }, _) => {
                self.extension_bytes += 1;
                if self.extension_bytes > MOST_EXTENSION_BYTES {
                    return Err(broken());
                }
                State::Extension { size: *size }
            }
            (State::SizeLf { size: 0 }, b'\n') => State::TrailerStart { bytes: 0 },
            (State::SizeLf { size }, b'\n') => State::Data { left: *size },
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Start,
            (State::TrailerStart { .. }, b'\r') => State::EndLf,
            (State::Trailer { bytes }, b'\r') => State::TrailerLf { bytes: *bytes },
            (State::TrailerStart { bytes } | State::Trailer { bytes }, b) => {
                if *bytes >= MOST_TRAILER_BYTES || b == b'\n' || b == 0 {
                    return Err(broken());
                }
                State::Trailer { bytes: bytes + 1 }
            }
            (State::TrailerLf { bytes }, b'\n') => State::TrailerStart { bytes: *bytes },
            (State::EndLf, b'\n') => State::End,
            (
                State::SizeLf { .. }
                | State::DataCr
                | State::DataLf
                | State::TrailerLf { .. }
                | State::EndLf
                | State::Data { .. }
                | State::End,
                _,
            ) => return Err(broken()),
        };
        Ok(())
    }
}

/// Reads past chunked bodies without keeping their data: those of callers, which hyper decodes.
#[derive(Debug)]
pub(in crate::gateway) struct ChunkedReader(Decoder);

impl ChunkedReader {
    pub(in crate::gateway) fn new() -> Self {
        Self(Decoder::new())
    }

    /// Reads past `bytes`; gives what is behind the body once it has ended.
    ///
    /// # Errors
    /// As [`Decoder::decode`].
    pub(in crate::gateway) fn skip<'b>(
        &mut self,
        mut bytes: &'b [u8],
    ) -> Result<Option<&'b [u8]>, UpstreamError> {
        while self.0.state != State::End {
            let taken = match &mut self.0.state {
                State::Data { left } => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= taken as u64;
                    if *left == 0 {
                        self.0.state = State::DataCr;
                    }
                    taken
                }
                _ => 0,
            };
            bytes = &bytes[taken..];
            let Some((byte, rest)) = bytes.split_first() else { return Ok(None) };
            self.0.step(*byte)?;
            bytes = rest;
        }
        Ok(Some(bytes))
    }
}

fn hex(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A body and what is left behind it.
    type Whole = (Vec<u8>, Vec<u8>);

    /// Decodes `wire`, given in pieces of `piece` bytes.
    fn decode(wire: &[u8], piece: usize) -> Result<Option<Whole>, UpstreamError> {
        let (mut decoder, mut buffer, mut body) = (Decoder::new(), BytesMut::new(), Vec::new());
        for part in wire.chunks(piece.max(1)) {
            buffer.extend_from_slice(part);
            while let Decoded::Data(data) = decoder.decode(&mut buffer)? {
                body.extend_from_slice(&data);
            }
        }
        Ok((decoder.state == State::End).then(|| (body, buffer.to_vec())))
    }

    #[test]
    fn a_body_ends_after_the_last_chunk_and_its_trailers() {
        for (wire, body, rest) in [
            ("0\r\n\r\n", "", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "hello", ""),
            ("2;a=b\r\nhe\r\n3\r\nllo\r\n000\r\nX: y\r\nZ: \r\n\r\nHTTP/1.1", "hello", "HTTP/1.1"),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""),
        ] {
            for piece in 1..wire.len() {
                let whole = decode(wire.as_bytes(), piece).expect("sound").expect("complete");
                assert_eq!(whole, (body.into(), rest.into()), "{wire:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn broken_codings_are_refused() {
        let long_extension = format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(20_000));
        let long_trailer = format!("0\r\n{}\r\n\r\n", "x".repeat(9_000));
        for wire in [
            "\r\n",
            "g\r\n",
            "-1\r\n",
            "0x5\r\n",
            "5\nhello",
            "5\r\nhelloX",
            "5\r\nhello\n0\r\n\r\n",
            "1\r\na\r\n0\r\nX: y\n\r\n",
            "fffffffffffffffff\r\n",
            "1;a\nb\r\n",
            &long_extension,
            &long_trailer,
        ] {
            assert!(decode(wire.as_bytes(), 7).is_err(), "{wire:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_was_cut_into_chunks_is_put_together(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..6),
            piece in 1_usize..50,
        ) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
            wire.extend_from_slice(b"0\r\n\r\n");
            let (body, rest) = decode(&wire, piece).expect("sound").expect("complete");
            prop_assert_eq!(body, chunks.concat());
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic(wire in prop::collection::vec(any::<u8>(), 0..200), piece in 1_usize..20) {
            let _outcome = decode(&wire, piece);
        }
    }
}
