//! Headers of HTTP messages.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::pb;
use crate::model::{Issue, Issues};

/// Reads headers; a name that comes several times keeps all its values, in order.
///
/// # Errors
/// Names and values that HTTP does not allow, under `[at].name` and `[at].value`.
pub fn try_from_pb(headers: Vec<pb::Header>) -> Result<HeaderMap, Vec<Issue>> {
    let mut issues = Issues::new();
    let mut map = HeaderMap::new();
    for (at, header) in headers.into_iter().enumerate() {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_bytes(header.value.as_bytes());
        match (name, value) {
            (Ok(name), Ok(value)) => _ = map.append(name, value),
            (name, value) => {
                if name.is_err() {
                    issues.push(format!("[{at}].name"), "a header's name is an RFC 9110 token");
                }
                if value.is_err() {
                    issues.push(
                        format!("[{at}].value"),
                        "a header's value has no line breaks or control characters",
                    );
                }
            }
        }
    }
    issues.into_result(map)
}

/// Headers as a message has them, each value of a name for itself.
#[must_use]
pub fn into_pb(headers: &HeaderMap) -> Vec<pb::Header> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| pb::Header { name: name.to_string(), value: text(value) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_the_header_and_its_part() {
        let header = |name: &str, value: &str| pb::Header { name: name.to_owned(), value: value.to_owned() };
        let read = try_from_pb(vec![header("X-A", "1"), header("x-a", "2"), header("Set-Cookie", "é")]);
        let map = read.expect("all is well");
        assert_eq!(map.get_all("x-a").iter().count(), 2);
        assert_eq!(into_pb(&map)[2].value, "é");
        let faults = try_from_pb(vec![header("X A", "1"), header("X-B", "a\r\nb")]).expect_err("two faults");
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["[0].name", "[1].value"]);
    }
}
