//! The codecs, all with memory that does not grow with the body.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::mapping::Coding;

/// gzip's and deflate's level: half the time of the best, for a few percent.
const LEVEL: Compression = Compression::new(5);
/// Fast enough to be used while an answer is on its way, and smaller than gzip.
const BROTLI_QUALITY: u32 = 4;
/// Brotli's and zstd's windows in bits: 512 KiB. They set how much memory an answer under way needs.
const WINDOW: u32 = 19;
const BROTLI_BUFFER: usize = 4096;

/// A body on its way into a coding. What comes out is kept until it is [taken](Self::take).
pub(super) enum Encoder {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    /// It was ended; what came out at last.
    Ended(Vec<u8>),
}

impl Encoder {
    /// # Errors
    /// When a codec cannot be set up.
    pub(super) fn new(coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            Coding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), LEVEL)),
            Coding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), LEVEL)),
            Coding::Brotli => {
                let writer = brotli::CompressorWriter::new(Vec::new(), BROTLI_BUFFER, BROTLI_QUALITY, WINDOW);
                Self::Brotli(Box::new(writer))
            }
            Coding::Zstd => {
                let mut encoder =
                    zstd::stream::write::Encoder::new(Vec::new(), zstd::DEFAULT_COMPRESSION_LEVEL)?;
                encoder.window_log(WINDOW)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Puts in more of the body.
    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.write_all(data),
            Self::Deflate(encoder) => encoder.write_all(data),
            Self::Brotli(encoder) => encoder.write_all(data),
            Self::Zstd(encoder) => encoder.write_all(data),
            Self::Ended(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Lets everything out that was put in so far.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.flush(),
            Self::Deflate(encoder) => encoder.flush(),
            Self::Brotli(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
            Self::Ended(_) => Ok(()),
        }
    }

    /// Ends the coded body.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let last = match std::mem::replace(self, Self::Ended(Vec::new())) {
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Deflate(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Zstd(encoder) => encoder.finish()?,
            Self::Ended(last) => last,
        };
        *self = Self::Ended(last);
        Ok(())
    }

    /// How much came out and was not taken.
    pub(super) fn waiting(&self) -> usize {
        match self {
            Self::Gzip(encoder) => encoder.get_ref().len(),
            Self::Deflate(encoder) => encoder.get_ref().len(),
            Self::Brotli(encoder) => encoder.get_ref().len(),
            Self::Zstd(encoder) => encoder.get_ref().len(),
            Self::Ended(last) => last.len(),
        }
    }

    /// What came out.
    pub(super) fn take(&mut self) -> Bytes {
        let out = match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Deflate(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
            Self::Ended(last) => last,
        };
        std::mem::take(out).into()
    }
}

/// A whole body in a coding.
pub(super) fn whole(coding: Coding, body: &[u8]) -> io::Result<Bytes> {
    let mut encoder = Encoder::new(coding)?;
    encoder.write(body)?;
    encoder.finish()?;
    Ok(encoder.take())
}

#[cfg(test)]
pub(super) fn decoded(coding: Coding, body: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut out = Vec::new();
    let result = match coding {
        Coding::Gzip => flate2::read::GzDecoder::new(body).read_to_end(&mut out),
        Coding::Deflate => flate2::read::ZlibDecoder::new(body).read_to_end(&mut out),
        Coding::Brotli => brotli::Decompressor::new(body, 4096).read_to_end(&mut out),
        Coding::Zstd => zstd::stream::read::Decoder::new(body).expect("a decoder").read_to_end(&mut out),
    };
    result.expect("it was coded by us");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_coded_can_be_decoded_also_before_its_end() {
        let body: Vec<u8> = (0..200_000_u32).flat_map(|n| (n % 1000).to_string().into_bytes()).collect();
        for coding in [Coding::Zstd, Coding::Brotli, Coding::Gzip, Coding::Deflate] {
            let coded = whole(coding, &body).expect("coded");
            assert!(coded.len() < body.len() / 4, "{coding:?}: {}", coded.len());
            assert!(decoded(coding, &coded) == body, "{coding:?}");
            assert_eq!(decoded(coding, &whole(coding, b"").expect("coded")), b"");

            let mut encoder = Encoder::new(coding).expect("a codec");
            let mut parts = Vec::new();
            for part in [&b"first "[..], b"second "] {
                encoder.write(part).expect("put in");
                encoder.flush().expect("let out");
                assert!(encoder.waiting() > 0, "{coding:?}: a flush lets everything out");
                parts.extend_from_slice(&encoder.take());
            }
            encoder.write(b"third").expect("put in");
            encoder.finish().expect("ended");
            parts.extend_from_slice(&encoder.take());
            assert_eq!(decoded(coding, &parts), b"first second third", "{coding:?}");
            assert!(encoder.write(b"more").is_err());
        }
    }
}
