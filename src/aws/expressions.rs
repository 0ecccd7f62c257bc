//! Refused parameter mappings in the words of API Gateway's own validator.

use super::error::Exception;
use crate::control::Error;

/// The exception for a mapping that was refused; `None` when the failure is about something else. `value` finds the
/// expression of a target, such as `integration.request.header.X`.
pub(super) fn refused_mapping(error: &Error, value: impl Fn(&str) -> Option<String>) -> Option<Exception> {
    let Error::Invalid(issues) = error else { return None };
    let mut errors = Vec::new();
    for issue in issues {
        let Some((_, rest)) = issue.field.split_once("_parameters[") else { continue };
        let target = rest.strip_suffix(']').unwrap_or(rest);
        // Something that the expression names, or the target itself, is not declared.
        let undeclared =
            issue.message.to_ascii_lowercase().find("mapping expression parameter specified: ").map(|at| {
                let named = &issue.message[at + "mapping expression parameter specified: ".len()..];
                named.split([']', ';']).next().unwrap_or_default().to_owned()
            });
        errors.push(match undeclared {
            Some(name) => format!("Invalid mapping expression parameter specified: {name}"),
            None => format!("Invalid mapping expression specified: {}", value(target)?),
        });
    }
    (!errors.is_empty()).then(|| {
        Exception::bad_request(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [{}]",
            errors.join(", ")
        ))
    })
}
