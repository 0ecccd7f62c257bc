//! Positions in a text as Java counts them: in UTF-16 units.

/// The length in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The byte at a UTF-16 position, up to and with the end; a position within a pair counts as the one after it.
pub(super) fn byte_at(text: &str, position: usize) -> Option<usize> {
    if text.is_ascii() {
        return (position <= text.len()).then_some(position);
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= position {
            return Some(at);
        }
        units += c.len_utf16();
    }
    (units >= position).then_some(text.len())
}

/// The UTF-16 position of a byte.
pub(super) fn position_of(text: &str, byte: usize) -> usize {
    length(text.get(..byte).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_utf16_units() {
        let text = "aé😀b";
        assert_eq!((length("abc"), length(text)), (3, 5));
        for (position, byte) in
            [(0, Some(0)), (1, Some(1)), (2, Some(3)), (3, Some(7)), (4, Some(7)), (5, Some(8)), (6, None)]
        {
            assert_eq!(byte_at(text, position), byte, "{position}");
        }
        assert_eq!((byte_at("abc", 3), byte_at("abc", 4)), (Some(3), None));
        assert_eq!(position_of(text, 7), 4);
    }
}
