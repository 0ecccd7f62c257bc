//! Use cases, a file per noun, shared by every face.
