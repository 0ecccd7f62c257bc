//! The gRPC face: translate, call control, answer.
