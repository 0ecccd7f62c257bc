//! `AWS_PROXY`: a Lambda function gets the whole request as an event and gives the whole answer.
//!
//! The event is version 1.0 of what API Gateway sends, written straight into the bytes of the call; the answer is
//! read strictly, so that a mistake in a function is a 502 and never half an answer.

mod answer;
mod event;
mod fields;
mod proxy;

pub(super) use proxy::{execute, said};
