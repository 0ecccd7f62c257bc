//! Reads single fields of messages, noting every fault under the field's path.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use crate::model::{Issues, Status};

/// A text that is parsed; an empty one counts as missing.
pub fn required<T>(issues: &mut Issues, field: &str, text: &str) -> Option<T>
where
    T: FromStr,
    T::Err: Display,
{
    if text.is_empty() {
        issues.push(field, "is required");
        return None;
    }
    issues.take(field, text.parse())
}

/// A text that is parsed unless it is empty.
pub fn optional<T>(issues: &mut Issues, field: &str, text: &str) -> Option<T>
where
    T: FromStr,
    T::Err: Display,
{
    if text.is_empty() { None } else { issues.take(field, text.parse()) }
}

/// Texts that are parsed one by one; faults are noted under `field[0]`, `field[1]`…
pub fn each<T>(issues: &mut Issues, field: &str, texts: &[String]) -> Vec<T>
where
    T: FromStr,
    T::Err: Display,
{
    let parsed =
        texts.iter().enumerate().map(|(at, text)| issues.take(&format!("{field}[{at}]"), text.parse()));
    // `parsed` borrows `issues`, so it is used up before anything else is noted.
    parsed.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// A map whose keys are `prefix` and a name; faults are noted under `field[key]`.
pub(super) fn keyed<K, V>(
    issues: &mut Issues,
    field: &str,
    prefix: &str,
    map: BTreeMap<String, V>,
) -> BTreeMap<K, V>
where
    K: FromStr + Ord,
    K::Err: Display,
{
    let mut read = BTreeMap::new();
    for (key, value) in map {
        let at = format!("{field}[{key}]");
        let Some(name) = key.strip_prefix(prefix) else {
            issues.push(at, format!("the key must start with {prefix}"));
            continue;
        };
        if let Some(name) = issues.take(&at, name.parse())
            && read.insert(name, value).is_some()
        {
            issues.push(at, "is given twice: names of headers compare without regard to case");
        }
    }
    read
}

/// A value of an enum; one that the proto does not define is a fault.
pub fn enumeration<E>(issues: &mut Issues, field: &str, value: i32) -> Option<E>
where
    E: TryFrom<i32>,
{
    let read = E::try_from(value).ok();
    if read.is_none() {
        issues
            .push(field, format!("there is no value {value} in this enum: send one that the proto defines"));
    }
    read
}

/// A status code, 100 to 599.
pub fn status(issues: &mut Issues, field: &str, code: u32) -> Option<Status> {
    issues.take(field, Status::try_from(code))
}

/// Entries that carry the status they are kept under; each may stand once. A fault names its entry by that status, as
/// it was sent: `responses[200]`.
pub(super) fn by_status<P, T>(
    issues: &mut Issues,
    field: &str,
    entries: Vec<(u32, P)>,
    read: impl Fn(P) -> Result<(Status, T), Vec<crate::model::Issue>>,
) -> BTreeMap<Status, T> {
    let mut kept = BTreeMap::new();
    for (code, entry) in entries {
        let at = format!("{field}[{code}]");
        match read(entry) {
            Ok((status, value)) => {
                if kept.insert(status, value).is_some() {
                    issues.push(format!("{at}.status_code"), format!("the status {status} is given twice"));
                }
            }
            Err(faults) => issues.extend_at(&at, faults),
        }
    }
    kept
}
