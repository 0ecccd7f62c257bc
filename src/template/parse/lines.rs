//! From bytes to lines and columns.

use std::cell::Cell;

use crate::template::Place;

/// Finds places in a text. Asking in rising order costs the length of the text in all.
pub(super) struct Lines<'t> {
    text: &'t str,
    last: Cell<(usize, Place)>,
}

const START: (usize, Place) = (0, Place { line: 1, column: 1 });

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, last: Cell::new(START) }
    }

    pub(super) fn place(&self, at: usize) -> Place {
        let (from, mut place) = if self.last.get().0 <= at { self.last.get() } else { START };
        for c in self.text.get(from..at).unwrap_or_default().chars() {
            if c == '\n' {
                place = Place { line: place.line + 1, column: 1 };
            } else {
                place.column += 1;
            }
        }
        self.last.set((at, place));
        place
    }
}
