//! Reading single fields, with the field's path on what cannot be read.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::model::Hash;

/// A field of a stored record that holds what no writer of ours puts there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidRecord {
    field: String,
    reason: String,
}

impl InvalidRecord {
    /// What is wrong with `field`.
    pub(crate) fn new(field: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self { field: field.into(), reason: reason.to_string() }
    }

    /// The same seen from one level further out.
    pub(crate) fn at(self, outer: impl fmt::Display) -> Self {
        Self { field: format!("{outer}.{}", self.field), reason: self.reason }
    }
}

/// Milliseconds since 1970, negative before; what is finer is cut.
pub(crate) fn millis(time: SystemTime) -> i64 {
    let whole = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => -whole(before.duration()),
    }
}

/// A time as it is read back after it was stored.
pub(crate) fn whole_millis(at: SystemTime) -> SystemTime {
    time("", millis(at)).unwrap_or(at)
}

/// The time of `millis`.
pub(crate) fn time(field: &str, millis: i64) -> Result<SystemTime, InvalidRecord> {
    let distance = Duration::from_millis(millis.unsigned_abs());
    let time = if millis >= 0 {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    };
    time.ok_or_else(|| InvalidRecord::new(field, "the time is out of range"))
}

/// A text of a type that is right by parsing.
pub(crate) fn parse<T: FromStr<Err: fmt::Display>>(field: &str, text: &str) -> Result<T, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::new(field, error))
}

/// A field that must be there.
pub(crate) fn present<T>(field: &str, value: Option<T>) -> Result<T, InvalidRecord> {
    value.ok_or_else(|| InvalidRecord::new(field, "it is missing"))
}

/// A SHA-256 digest.
pub(crate) fn hash(field: &str, bytes: &[u8]) -> Result<Hash, InvalidRecord> {
    match bytes.try_into() {
        Ok(bytes) => Ok(Hash(bytes)),
        Err(_) => Err(InvalidRecord::new(field, format_args!("a hash has 32 bytes, not {}", bytes.len()))),
    }
}

/// A message inside a message.
pub(crate) fn inner<P, M: TryFrom<P, Error = InvalidRecord>>(
    field: &str,
    message: Option<P>,
) -> Result<Option<M>, InvalidRecord> {
    message.map(|message| M::try_from(message).map_err(|error| error.at(field))).transpose()
}

/// A map whose keys are right by parsing and whose values are plain.
pub(crate) fn keyed<K: FromStr<Err: fmt::Display> + Ord, V>(
    field: &str,
    map: BTreeMap<String, V>,
) -> Result<BTreeMap<K, V>, InvalidRecord> {
    map.into_iter().map(|(key, value)| Ok((parse(field, &key)?, value))).collect()
}

/// A map whose keys are right by parsing and whose values are messages.
pub(crate) fn keyed_messages<K, P, M>(
    field: &str,
    map: BTreeMap<String, P>,
) -> Result<BTreeMap<K, M>, InvalidRecord>
where
    K: FromStr<Err: fmt::Display> + Ord,
    M: TryFrom<P, Error = InvalidRecord>,
{
    map.into_iter()
        .map(|(key, value)| {
            let value = M::try_from(value).map_err(|error| error.at(format_args!("{field}[{key}]")))?;
            Ok((parse(field, &key)?, value))
        })
        .collect()
}

/// A map for storing: keys as text.
pub(crate) fn texts<'a, K: fmt::Display + 'a, V: Clone + 'a>(
    map: impl IntoIterator<Item = (&'a K, &'a V)>,
) -> BTreeMap<String, V> {
    map.into_iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
}

/// A map for storing: keys as text, values as messages.
pub(crate) fn messages<'a, K: fmt::Display + 'a, V: 'a, P: From<&'a V>>(
    map: impl IntoIterator<Item = (&'a K, &'a V)>,
) -> BTreeMap<String, P> {
    map.into_iter().map(|(key, value)| (key.to_string(), value.into())).collect()
}

/// Ties a closed set of `model` to its stored numbers, both ways.
macro_rules! closed_set {
    ($set:ident { $($model:ident = $stored:ident),+ $(,)? }) => {
        impl From<crate::model::$set> for crate::wire::stored::pb::$set {
            fn from(value: crate::model::$set) -> Self {
                match value { $(crate::model::$set::$model => Self::$stored,)+ }
            }
        }

        impl crate::wire::stored::field::ClosedSet for crate::model::$set {
            fn read(field: &str, number: i32) -> Result<Self, crate::wire::stored::InvalidRecord> {
                match crate::wire::stored::pb::$set::try_from(number) {
                    $(Ok(crate::wire::stored::pb::$set::$stored) => Ok(Self::$model),)+
                    Ok(crate::wire::stored::pb::$set::Unspecified) | Err(_) => {
                        Err(crate::wire::stored::InvalidRecord::new(field, format_args!("{number} is none of its values")))
                    }
                }
            }
        }
    };
}
pub(crate) use closed_set;

/// A closed set that is stored as a number.
pub(crate) trait ClosedSet: Sized {
    /// The value that `number` stands for.
    fn read(field: &str, number: i32) -> Result<Self, InvalidRecord>;
}
