//! How much one rendering may do.

/// The most that one rendering may do, so that no template holds a worker or its memory for long. What goes beyond
/// is a [`RenderError`](super::RenderError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Turns of one `#foreach`.
    pub iterations: usize,
    /// Work as a whole. A step is a reference, an operation, an element looked at, or 32 bytes of text made, so
    /// that this bounds memory, too.
    pub steps: u64,
    /// The length of the rendered text, and of any text made on the way, in bytes.
    pub output_bytes: usize,
    /// How deep evaluation and printed values nest.
    pub nesting: usize,
}

/// Turns of one `#foreach` (API Gateway, *Quotas for configuring and running a REST API*).
const ITERATIONS: usize = 1_000;
/// Some tenths of a second at most, and 64 MiB of text.
const STEPS: u64 = 2_000_000;
/// More than the 10 MB that a payload may have, since quotes take room.
const OUTPUT_BYTES: usize = 16 * 1024 * 1024;
/// More than a parsed JSON body nests, and within the stack of a thread.
const NESTING: usize = 150;

impl Default for Budget {
    fn default() -> Self {
        Self { iterations: ITERATIONS, steps: STEPS, output_bytes: OUTPUT_BYTES, nesting: NESTING }
    }
}
