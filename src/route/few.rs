//! A list that stays off the heap while it is short.

/// Up to `N` values in place, any more on the heap: what a path of ordinary depth needs costs no allocation.
#[derive(Clone, Debug)]
pub struct Few<T, const N: usize> {
    len: usize,
    inline: [T; N],
    spilled: Vec<T>,
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// Adds a value at the end.
    pub fn push(&mut self, value: T) {
        match self.inline.get_mut(self.len) {
            Some(slot) => *slot = value,
            None => self.spilled.push(value),
        }
        self.len += 1;
    }

    /// Takes the last value off.
    pub fn pop(&mut self) -> Option<T> {
        let last = self.get(self.len.checked_sub(1)?)?;
        self.truncate(self.len - 1);
        Some(last)
    }

    /// The value at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T> {
        match (index < self.len, self.inline.get(index)) {
            (false, _) => None,
            (true, Some(value)) => Some(*value),
            (true, None) => self.spilled.get(index - N).copied(),
        }
    }

    /// Keeps the first `len` values.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.spilled.truncate(self.len.saturating_sub(N));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<T: Copy + Default, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self { len: 0, inline: [T::default(); N], spilled: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_inline_ones_are_kept_as_well() {
        let mut few = Few::<u8, 2>::default();
        (0..5).for_each(|n| few.push(n));
        assert_eq!(
            (0..6).map(|i| few.get(i)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(3), Some(4), None]
        );
        assert_eq!(few.pop(), Some(4));
        few.truncate(1);
        assert_eq!((few.len(), few.pop(), few.pop(), few.is_empty()), (1, Some(0), None, true));
        few.push(9);
        assert_eq!((few.get(0), few.get(1)), (Some(9), None));
    }
}
