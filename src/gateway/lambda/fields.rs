//! Names and values of a request as the two maps that an event has of them: the last value, and all.

use std::borrow::Cow;

/// Names with their values in the order they were sent; a name may come more than once.
#[derive(Debug, Default)]
pub(super) struct Fields<'f> {
    all: Vec<(Cow<'f, str>, Cow<'f, str>)>,
    /// Whether names that differ only in case are one.
    ignores_case: bool,
}

impl<'f> Fields<'f> {
    /// No fields yet, whose names differ by case.
    pub(super) fn exact() -> Self {
        Self::default()
    }

    /// No fields yet, whose names do not differ by case; the spelling that came first is kept.
    pub(super) fn ignoring_case() -> Self {
        Self { ignores_case: true, ..Self::default() }
    }

    /// One more.
    pub(super) fn push(&mut self, name: impl Into<Cow<'f, str>>, value: impl Into<Cow<'f, str>>) {
        self.all.push((name.into(), value.into()));
    }

    /// Writes the map of last values, or `null` if there is nothing.
    pub(super) fn write_last(&self, out: &mut Vec<u8>) {
        self.write(out, |values, out| string(values.last().map_or("", |(_, value)| value), out));
    }

    /// Writes the map of all values, or `null` if there is nothing.
    pub(super) fn write_all(&self, out: &mut Vec<u8>) {
        self.write(out, |values, out| {
            out.push(b'[');
            for (index, (_, value)) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                string(value, out);
            }
            out.push(b']');
        });
    }

    fn write(
        &self,
        out: &mut Vec<u8>,
        mut values: impl FnMut(&[&(Cow<'f, str>, Cow<'f, str>)], &mut Vec<u8>),
    ) {
        if self.all.is_empty() {
            out.extend_from_slice(b"null");
            return;
        }
        // Equal names are brought together by sorting, whose cost no caller can drive up.
        let key = |name: &str| if self.ignores_case { name.to_ascii_lowercase() } else { name.to_owned() };
        let mut keyed: Vec<_> =
            self.all.iter().enumerate().map(|(at, field)| (key(&field.0), at, field)).collect();
        keyed.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        let mut groups: Vec<_> = keyed.chunk_by(|one, other| one.0 == other.0).collect();
        groups.sort_by_key(|group| group.first().map(|(_, at, _)| *at));
        out.push(b'{');
        for (index, group) in groups.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            let fields: Vec<_> = group.iter().map(|(_, _, field)| *field).collect();
            string(fields.first().map_or("", |(name, _)| name), out);
            out.push(b':');
            values(&fields, out);
        }
        out.push(b'}');
    }
}

/// Writes a text as a JSON string.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("writing a text into memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_wins_and_all_are_kept() {
        type Pairs = [(&'static str, &'static str)];
        for (ignores_case, pairs, last, all) in [
            (false, &[][..] as &Pairs, "null", "null"),
            (false, &[("a", "1")], r#"{"a":"1"}"#, r#"{"a":["1"]}"#),
            (
                false,
                &[("b", "1"), ("a", "2"), ("b", "3"), ("B", "4")],
                r#"{"b":"3","a":"2","B":"4"}"#,
                r#"{"b":["1","3"],"a":["2"],"B":["4"]}"#,
            ),
            (true, &[("X-A", "1"), ("x-a", "2")], r#"{"X-A":"2"}"#, r#"{"X-A":["1","2"]}"#),
            (
                false,
                &[("q\"uote", "a\nb\u{1}é")],
                "{\"q\\\"uote\":\"a\\nb\\u0001é\"}",
                "{\"q\\\"uote\":[\"a\\nb\\u0001é\"]}",
            ),
        ] {
            let mut fields = Fields { ignores_case, ..Fields::default() };
            for (name, value) in pairs {
                fields.push(*name, *value);
            }
            let (mut one, mut many) = (Vec::new(), Vec::new());
            fields.write_last(&mut one);
            fields.write_all(&mut many);
            assert_eq!(String::from_utf8_lossy(&one), last, "{pairs:?}");
            assert_eq!(String::from_utf8_lossy(&many), all, "{pairs:?}");
        }
    }
}
