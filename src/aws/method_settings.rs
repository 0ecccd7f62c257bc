//! The settings of a stage for its methods: `*/*` for all, `res~1path/VERB` for one. Stored and read back, without effect
//! so far.
//!
//! They stand among a stage's settings under their patch path without its first slash, such as
//! `*/*/metrics/enabled`. Those of one method start as a copy of what holds for all, and go their own way from there.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::Exception;
use super::patch::Patch;
use super::show::Fields;

/// What holds for all methods.
const ALL: &str = "*/*";

/// How a value is read and shown.
#[derive(Clone, Copy)]
enum Kind {
    Boolean,
    Integer,
    Number,
    Text,
}

/// The end of each patch path, the field it is shown as, its kind, and its value when none was set. An empty default is
/// not shown.
const SETTINGS: [(&str, &str, Kind, &str); 10] = [
    ("metrics/enabled", "metricsEnabled", Kind::Boolean, "false"),
    ("logging/dataTrace", "dataTraceEnabled", Kind::Boolean, "false"),
    ("logging/loglevel", "loggingLevel", Kind::Text, ""),
    ("throttling/burstLimit", "throttlingBurstLimit", Kind::Integer, "5000"),
    ("throttling/rateLimit", "throttlingRateLimit", Kind::Number, "10000.0"),
    ("caching/enabled", "cachingEnabled", Kind::Boolean, "false"),
    ("caching/ttlInSeconds", "cacheTtlInSeconds", Kind::Integer, "300"),
    ("caching/dataEncrypted", "cacheDataEncrypted", Kind::Boolean, "false"),
    (
        "caching/requireAuthorizationForCacheControl",
        "requireAuthorizationForCacheControl",
        Kind::Boolean,
        "true",
    ),
    (
        "caching/unauthorizedCacheControlHeaderStrategy",
        "unauthorizedCacheControlHeaderStrategy",
        Kind::Text,
        "SUCCEED_WITH_RESPONSE_HEADER",
    ),
];

/// The method and the setting that a patch path names; `None` if it names none.
fn parts(path: &str) -> Option<(&str, &'static str)> {
    let path = path.strip_prefix('/')?;
    let (setting, ..) = SETTINGS.iter().find(|(end, ..)| path.ends_with(end))?;
    let method = path.strip_suffix(setting)?.strip_suffix('/')?;
    is_method(method).then_some((method, setting))
}

/// `{resource}/{verb}`, of which the resource has its slashes written `~1`.
fn is_method(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(resource, verb)| !resource.is_empty() && !verb.is_empty() && !verb.contains('/'))
}

/// Whether a path names a setting of methods.
pub(super) fn is_setting(path: &str) -> bool {
    parts(path).is_some()
}

/// Whether a path names a method, or all of them, as a whole.
pub(super) fn is_whole(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(is_method)
}

/// Sets what a patch path that [`is_setting`] names.
pub(super) fn set(patch: &Patch, settings: &mut BTreeMap<String, String>) -> Result<(), Exception> {
    let Some((method, setting)) = parts(patch.path()) else { return Ok(()) };
    let value = checked(setting, patch.value())?;
    let is_new = !settings.keys().any(|key| belongs(key, method));
    if is_new && method != ALL {
        let inherited: Vec<_> = settings
            .iter()
            .filter(|(key, _)| belongs(key, ALL))
            .map(|(key, value)| (key.replacen(ALL, method, 1), value.clone()))
            .collect();
        settings.extend(inherited);
    }
    settings.insert(format!("{method}/{setting}"), value);
    Ok(())
}

/// Removes all settings of what a patch path that [`is_whole`] names.
pub(super) fn remove(patch: &Patch, settings: &mut BTreeMap<String, String>) -> Result<(), Exception> {
    let method = patch.path().trim_start_matches('/');
    let before = settings.len();
    settings.retain(|key, _| !belongs(key, method));
    if settings.len() == before {
        return Err(Exception::bad_request(format!(
            "Cannot remove method setting {method} because there is no method setting for this method "
        )));
    }
    Ok(())
}

fn belongs(key: &str, method: &str) -> bool {
    parts(&format!("/{key}")).is_some_and(|(of, _)| of == method)
}

fn checked(setting: &str, value: &str) -> Result<String, Exception> {
    let kind = SETTINGS.iter().find(|(end, ..)| *end == setting).map_or(Kind::Text, |row| row.2);
    let refuse = || Exception::bad_request(format!("Invalid value for {setting}: {value}"));
    Ok(match kind {
        Kind::Boolean => value.eq_ignore_ascii_case("true").to_string(),
        Kind::Integer => value.parse::<i64>().map_err(|_| refuse())?.to_string(),
        Kind::Number => value.parse::<f64>().map_err(|_| refuse())?.to_string(),
        Kind::Text => value.to_owned(),
    })
}

/// All of a stage's, by method.
pub(super) fn show(settings: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut methods: Vec<&str> = Vec::new();
    let paths: Vec<String> = settings.keys().map(|key| format!("/{key}")).collect();
    for (method, _) in paths.iter().filter_map(|path| parts(path)) {
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods.into_iter().map(|method| (method.to_owned(), show_one(settings, method))).collect()
}

fn show_one(settings: &BTreeMap<String, String>, method: &str) -> Value {
    let mut fields = Fields::new();
    for (end, name, kind, default) in SETTINGS {
        let text = settings.get(&format!("{method}/{end}")).map_or(default, String::as_str);
        fields = match kind {
            Kind::Boolean => fields.put(name, text == "true"),
            Kind::Integer => fields.put(name, text.parse::<i64>().unwrap_or_default()),
            Kind::Number => fields.put(name, text.parse::<f64>().unwrap_or_default()),
            Kind::Text if text.is_empty() => fields,
            Kind::Text => fields.put(name, text),
        };
    }
    fields.into_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_method_and_a_setting() {
        for (path, expected) in [
            ("/*/*/metrics/enabled", Some(("*/*", "metrics/enabled"))),
            ("/pets~1{id}/GET/caching/ttlInSeconds", Some(("pets~1{id}/GET", "caching/ttlInSeconds"))),
            ("/GET/metrics/enabled", None),
            ("/a/b/c/metrics/enabled", None),
            ("/*/*/metrics/unknown", None),
            ("*/*/metrics/enabled", None),
        ] {
            assert_eq!(parts(path), expected, "{path}");
        }
    }
}
