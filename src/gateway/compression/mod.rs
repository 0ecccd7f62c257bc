//! Compression (API Gateway, *Payload compression for REST APIs in API Gateway*): requests are decompressed before
//! anything reads them, answers are compressed where the API has a least size and the caller can read it.

mod answer;
mod encoder;
mod request;

pub(super) use answer::{Compressing, compress};
pub(super) use request::decompressed;
