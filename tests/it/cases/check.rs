//! What was expected beside what came.

use super::file::{Expect, Message, Seen, Values};
use crate::support::{Received, Response};

/// Where an answer differs from what was expected. `fill` puts in what is known only now.
pub fn answer(expected: &Expect, came: &Response, fill: &impl Fn(&str) -> String) -> Vec<String> {
    let mut differences = Vec::new();
    if let Some(status) = expected.status
        && status != came.status
    {
        differences.push(format!("status: expected {status}, got {}", came.status));
    }
    if !came.complete {
        differences.push("the answer was cut off".to_owned());
    }
    message(&expected.message, &came.headers, &came.body, fill, &mut differences);
    differences
}

/// Where what the back end received differs from what was expected. `prefix` is what the case's target starts with.
pub fn seen(expected: &Seen, came: &[Received], prefix: &str, fill: &impl Fn(&str) -> String) -> Vec<String> {
    let calls = usize::from(!expected.nothing);
    let [came] = came else {
        return match (calls, came.len()) {
            (0, 0) => Vec::new(),
            (_, count) => vec![format!("the back end was called {count} times, expected {calls}")],
        };
    };
    if expected.nothing {
        return vec![format!("the back end was called: {} {}", came.method, came.target)];
    }
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: Option<&String>, came: &str| {
        if let Some(expected) = expected.map(|text| fill(text))
            && expected != came
        {
            differences.push(format!("back end, {what}: expected {expected:?}, got {came:?}"));
        }
    };
    compare("method", expected.method.as_ref(), &came.method);
    compare("target", expected.target.as_ref(), came.target.strip_prefix(prefix).unwrap_or(&came.target));
    let mut rest = Vec::new();
    message(&expected.message, &came.headers, &came.body, fill, &mut rest);
    differences.extend(rest.into_iter().map(|difference| format!("back end, {difference}")));
    differences
}

fn message(
    expected: &Message,
    headers: &[(String, String)],
    body: &[u8],
    fill: &impl Fn(&str) -> String,
    differences: &mut Vec<String>,
) {
    for (name, values) in &expected.headers {
        differences.extend(header(name, values, headers, fill));
    }
    if let Some(expected) = &expected.names {
        let mut names: Vec<_> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        if names != *expected {
            differences.push(format!("names: expected {expected:?}, got {names:?}"));
        }
    }
    let text = || String::from_utf8_lossy(body);
    let differs = |what: &str, expected: &dyn std::fmt::Display, came: &dyn std::fmt::Display| {
        format!("{what}: expected {expected}\n       got      {came}")
    };
    if let Some(expected) = expected.body().get() {
        let filled = std::str::from_utf8(&expected).map(|text| fill(text).into_bytes());
        let expected = filled.unwrap_or(expected);
        if expected != body {
            let expected = format!("{:?}", String::from_utf8_lossy(&expected));
            differences.push(differs("body", &expected, &format!("{:?}", text())));
        }
    }
    if let Some(json) = &expected.json {
        let expected: serde_json::Value = serde_json::from_str(&fill(json)).expect("it was checked");
        let came: Result<serde_json::Value, _> = serde_json::from_slice(body);
        match came {
            Ok(came) if came == expected => {}
            Ok(came) => differences.push(differs("json", &expected, &came)),
            Err(_) => differences.push(differs("json", &expected, &text())),
        }
    }
    if let Some(part) = &expected.contains
        && !text().contains(fill(part).as_str())
    {
        differences.push(format!("body: expected to contain {part:?}, got {:?}", text()));
    }
}

fn header(
    name: &str,
    expected: &Values,
    headers: &[(String, String)],
    fill: &impl Fn(&str) -> String,
) -> Option<String> {
    let matching = headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
    let came: Vec<&str> = matching.map(|(_, value)| value.as_str()).collect();
    let all = |expected: &[String]| {
        let expected: Vec<String> = expected.iter().map(|text| fill(text)).collect();
        (came != expected).then(|| format!("expected {expected:?}, got {came:?}"))
    };
    let difference = match expected {
        Values::One(value) => all(std::slice::from_ref(value)),
        Values::All(values) => all(values),
        Values::Present(true) => came.is_empty().then(|| "expected any, got none".to_owned()),
        Values::Present(false) => (!came.is_empty()).then(|| format!("expected none, got {came:?}")),
        Values::Pattern { matches } => {
            let pattern = regex::Regex::new(matches).expect("it was checked");
            let fits = !came.is_empty() && came.iter().all(|value| pattern.is_match(value));
            (!fits).then(|| format!("expected to match {matches}, got {came:?}"))
        }
    };
    difference.map(|difference| format!("header {name}: {difference}"))
}
