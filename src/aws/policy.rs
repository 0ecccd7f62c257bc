//! Resource policies as they are read back: `execute-api:/…` stands for the API's own ARN.

use serde_json::Value;

use crate::model::{ApiId, Partition};

/// The short form of an ARN in a policy's `Resource`.
const SHORT: &str = "execute-api:/";

/// The text of a policy with every short `Resource` written in full. What is no JSON stays as it is.
pub(super) fn expanded(text: &str, partition: &Partition, api: ApiId) -> String {
    let Ok(mut policy) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let arn = format!("arn:aws:execute-api:{}:{}:{api}/", partition.region, partition.account);
    if let Some(statements) = policy.get_mut("Statement") {
        for statement in each(statements) {
            for field in ["Resource", "NotResource"] {
                if let Some(resources) = statement.get_mut(field) {
                    for resource in each(resources) {
                        if let Some(rest) = resource.as_str().and_then(|text| text.strip_prefix(SHORT)) {
                            *resource = Value::String(format!("{arn}{rest}"));
                        }
                    }
                }
            }
        }
    }
    policy.to_string()
}

/// The entries of a list, or the one thing that stands for a list of one.
fn each(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    match value {
        Value::Array(items) => items.iter_mut(),
        other => std::slice::from_mut(other).iter_mut(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_resources_are_read_back_in_full() {
        let api: ApiId = "abcdefghij".parse().expect("an id");
        for (text, expected) in [
            (
                r#"{"Statement":[{"Effect":"Allow","Resource":"execute-api:/*"}]}"#,
                r#"{"Statement":[{"Effect":"Allow","Resource":"arn:aws:execute-api:us-east-1:000000000000:abcdefghij/*"}]}"#,
            ),
            (
                r#"{"Statement":{"Resource":["execute-api:/prod/GET/*","arn:x"]}}"#,
                r#"{"Statement":{"Resource":["arn:aws:execute-api:us-east-1:000000000000:abcdefghij/prod/GET/*","arn:x"]}}"#,
            ),
            ("no json", "no json"),
        ] {
            assert_eq!(expanded(text, &Partition::default(), api), expected);
        }
    }
}
