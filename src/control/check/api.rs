//! An API's own settings, and the free texts that several nouns have.

use std::collections::BTreeMap;

use crate::control::Limits;
use crate::model::{Api, Issues};

/// The most characters of a name. Source: API Gateway, *RestApi*.
const NAME_CHARS: usize = 255;
/// The most characters of a description.
const DESCRIPTION_CHARS: usize = 1024;
/// The most characters of a version label.
const VERSION_CHARS: usize = 64;
/// The largest size below which nothing is compressed, in bytes.
const COMPRESSION_BYTES: u32 = 10_485_760;
/// The most characters of a label's key and value. Source: AWS General Reference, *Tagging*.
const TAG_CHARS: (usize, usize) = (128, 256);

/// Checks the settings that people give.
pub(in crate::control) fn check_api(api: &Api, limits: &Limits) -> Issues {
    let mut issues = Issues::new();
    let name = api.name.chars().count();
    if name == 0 || api.name.trim().is_empty() {
        issues.push("name", "an API needs a name of 1 to 255 characters");
    } else if name > NAME_CHARS {
        issues.push("name", format!("a name has at most {NAME_CHARS} characters, not {name}"));
    }
    check_description(api.description.as_deref(), &mut issues);
    if api.version.as_ref().is_some_and(|v| v.chars().count() > VERSION_CHARS) {
        issues.push("version", format!("a version has at most {VERSION_CHARS} characters"));
    }
    if let Some(size) = api.minimum_compression_size.filter(|size| *size > COMPRESSION_BYTES) {
        issues.push(
            "minimum_compression_size",
            format!("invalid minimum compression size {size}, must be between 0 and {COMPRESSION_BYTES}"),
        );
    }
    if let Some(policy) = &api.policy {
        if policy.len() > limits.policy_bytes {
            issues.push("policy", format!("a policy has at most {} bytes", limits.policy_bytes));
        } else if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(policy) {
            issues.push("policy", format!("the policy is not JSON: {error}"));
        }
    }
    let mut seen = Vec::new();
    for (index, media_type) in api.binary_media_types.iter().enumerate() {
        if seen.contains(&media_type) {
            issues.push(format!("binary_media_types[{index}]"), format!("{media_type} is listed twice"));
        }
        seen.push(media_type);
    }
    check_tags(&api.tags, limits, &mut issues);
    issues
}

/// Checks a description: absent, or 1 to 1024 characters.
pub(in crate::control) fn check_description(description: Option<&str>, issues: &mut Issues) {
    match description.map(|text| text.chars().count()) {
        Some(0) => {
            issues.push("description", "a description cannot be an empty string: leave it out instead")
        }
        Some(count) if count > DESCRIPTION_CHARS => issues.push(
            "description",
            format!("a description has at most {DESCRIPTION_CHARS} characters, not {count}"),
        ),
        Some(_) | None => {}
    }
}

/// Checks labels.
pub(in crate::control) fn check_tags(tags: &BTreeMap<String, String>, limits: &Limits, issues: &mut Issues) {
    if tags.len() > limits.tags {
        issues.push("tags", format!("there are at most {} tags, not {}", limits.tags, tags.len()));
    }
    for (key, value) in tags {
        let field = || format!("tags[{key}]");
        if key.is_empty() || key.chars().count() > TAG_CHARS.0 {
            issues.push(field(), format!("a tag's key has 1 to {} characters", TAG_CHARS.0));
        } else if key.starts_with("aws:") && limits.is_strict() {
            issues.push(field(), "keys that start with aws: are Amazon's own");
        }
        if value.chars().count() > TAG_CHARS.1 {
            issues.push(field(), format!("a tag's value has at most {} characters", TAG_CHARS.1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::control::Policy;
    use crate::model::ApiId;

    fn faults(change: impl FnOnce(&mut Api)) -> Vec<String> {
        let mut api = Api::new(ApiId::from_random([0; 10]), "pets".into(), SystemTime::UNIX_EPOCH);
        change(&mut api);
        check_api(&api, &Limits::of(Policy::Strict)).into_iter().map(|issue| issue.field).collect()
    }

    #[test]
    fn each_setting_has_its_bounds() {
        let none: [&str; 0] = [];
        assert_eq!(faults(|_| {}), none);
        assert_eq!(faults(|api| api.name.clear()), ["name"]);
        assert_eq!(faults(|api| api.name = " ".into()), ["name"]);
        assert_eq!(faults(|api| api.name = "é".repeat(255)), none);
        assert_eq!(faults(|api| api.name = "é".repeat(256)), ["name"]);
        assert_eq!(faults(|api| api.description = Some(String::new())), ["description"]);
        assert_eq!(faults(|api| api.description = Some("x".repeat(1025))), ["description"]);
        assert_eq!(faults(|api| api.version = Some("x".repeat(65))), ["version"]);
        assert_eq!(faults(|api| api.minimum_compression_size = Some(10_485_760)), none);
        assert_eq!(
            faults(|api| api.minimum_compression_size = Some(10_485_761)),
            ["minimum_compression_size"]
        );
        assert_eq!(faults(|api| api.policy = Some("{".into())), ["policy"]);
        assert_eq!(faults(|api| api.policy = Some("{}".into())), none);
        let json = || "application/json".parse().expect("a media type");
        assert_eq!(faults(|api| api.binary_media_types = vec![json(), json()]), ["binary_media_types[1]"]);
        assert_eq!(faults(|api| drop(api.tags.insert("aws:x".into(), String::new()))), ["tags[aws:x]"]);
        assert_eq!(faults(|api| api.tags.extend((0..51).map(|n| (n.to_string(), String::new())))), ["tags"]);
    }
}
