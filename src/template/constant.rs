//! Mapping templates that are the same for every request.

use super::{InvalidTemplate, Place, Template};

/// The text that a template gives whatever the request, if that is so.
///
/// # Errors
/// The place of the first thing that is wrong, or that a template is not constant.
pub fn constant(template: &str) -> Result<String, InvalidTemplate> {
    match Template::parse(template)?.constant() {
        Some(text) => Ok(text.to_owned()),
        None => Err(InvalidTemplate {
            place: Place { line: 1, column: 1 },
            what: "not supported yet: a template that depends on the request".into(),
        }),
    }
}
