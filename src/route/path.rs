//! The path of a request as routing sees it: raw, checked once.

/// A path that no route may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path holds a NUL or a backslash, encoded or not")]
pub struct RefusedPath;

/// A raw request path below its stage: leading slashes and one trailing slash do not count, nothing is decoded.
///
/// `/stage//x` routes as `/x` and `/x/` as `/x`; a `//` further in is an empty segment, which only a greedy
/// parameter takes. A NUL or a backslash is refused whether it is percent-encoded or not, since back ends and
/// file systems disagree on what it means; the caller answers 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPath<'p>(&'p str);

impl<'p> RequestPath<'p> {
    /// Reads what follows the stage or base path: `/pets/1`, `/`, or nothing at all.
    ///
    /// # Errors
    /// When the path holds a NUL or a backslash.
    pub fn parse(raw: &'p str) -> Result<Self, RefusedPath> {
        let bytes = raw.as_bytes();
        if memchr::memchr2(0, b'\\', bytes).is_some() {
            return Err(RefusedPath);
        }
        let refused =
            |at: usize| matches!(bytes.get(at + 1..at + 3), Some([b'0', b'0'] | [b'5', b'c' | b'C']));
        if memchr::memchr_iter(b'%', bytes).any(refused) {
            return Err(RefusedPath);
        }
        let inner = raw.trim_start_matches('/');
        Ok(Self(inner.strip_suffix('/').unwrap_or(inner)))
    }

    /// The segments joined by `/`, without the slashes that do not count; empty for the root.
    #[must_use]
    pub fn as_str(self) -> &'p str {
        self.0
    }
}
