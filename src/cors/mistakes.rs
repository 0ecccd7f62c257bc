//! What must not be written by hand, and what may be but deserves a warning.
//!
//! Static values by hand stay allowed even where a browser refuses them (`*` with credentials is no danger, only
//! useless, and the verdict explains it). What is refused is the one mapping that opens an API to every page:
//! the request's `Origin` reflected together with credentials.

use std::collections::BTreeMap;

use super::header::{CorsHeader, unquoted};
use crate::model::{AuthorizationType, HeaderParameter, Issue, Method, Verb};

/// Checks the header mappings of a gateway response or integration response, by header.
///
/// # Errors
/// An issue at `response_parameters[NAME]` when the request's `Origin` is mapped into
/// `Access-Control-Allow-Origin` while credentials are allowed, or may be.
pub fn check(parameters: &BTreeMap<HeaderParameter, String>) -> Result<(), Vec<Issue>> {
    let value = |header: CorsHeader| parameters.get(&header.parameter()).map(String::as_str);
    let reflects = value(CorsHeader::AllowOrigin).is_some_and(is_origin_of_request);
    // Anything but a static value that is not `true` may turn out to be `true`.
    let credentials = value(CorsHeader::AllowCredentials)
        .is_some_and(|expression| unquoted(expression).is_none_or(|text| text == "true"));
    if reflects && credentials {
        return Err(vec![Issue::new(
            format!("response_parameters[{}]", CorsHeader::AllowOrigin.as_str()),
            "the request's Origin with credentials would let every page read answers as the user: map one origin as a static value, or use EnableCors with a list of origins",
        )]);
    }
    Ok(())
}

/// What browsers make useless of header mappings by hand.
#[must_use]
pub fn warnings(parameters: &BTreeMap<HeaderParameter, String>) -> Vec<Issue> {
    let value = |header: CorsHeader| parameters.get(&header.parameter()).map(String::as_str);
    let mut warnings = Vec::new();
    let field = format!("response_parameters[{}]", CorsHeader::AllowOrigin.as_str());
    if let Some(expression) = value(CorsHeader::AllowOrigin) {
        if is_origin_of_request(expression) {
            warnings.push(Issue::new(
                field,
                "this answers every origin with its own name, like * but without a Vary header: caches will mix origins",
            ));
        } else if unquoted(expression) == Some("*")
            && value(CorsHeader::AllowCredentials).and_then(unquoted) == Some("true")
        {
            warnings
                .push(Issue::new(field, "browsers refuse * for requests with credentials: name one origin"));
        } else if let Some(text) = unquoted(expression).filter(|text| *text != "*")
            && let Err(error) = text.parse::<crate::model::Origin>()
        {
            warnings.push(Issue::new(field, format!("no browser accepts this: {error}")));
        }
    }
    warnings
}

/// What keeps a preflight from its answer on a method that is to answer preflights: `OPTIONS`, or `ANY` without it.
#[must_use]
pub fn preflight_warnings(verb: Verb, method: &Method) -> Vec<Issue> {
    let mut warnings = Vec::new();
    if method.authorization_type != AuthorizationType::None {
        warnings.push(Issue::new(
            "authorization_type",
            format!(
                "{verb} answers preflights, which carry no credentials: set the authorization type to NONE"
            ),
        ));
    }
    if method.api_key_required {
        warnings.push(Issue::new(
            "api_key_required",
            format!("{verb} answers preflights, which carry no API key: do not require one"),
        ));
    }
    warnings
}

/// Whether an expression is the request's own `Origin` header, whatever its case and form.
fn is_origin_of_request(expression: &str) -> bool {
    ["method.request.header.", "method.request.multivalueheader."]
        .iter()
        .any(|prefix| expression.strip_prefix(prefix).is_some_and(|name| name.eq_ignore_ascii_case("origin")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<HeaderParameter, String> {
        pairs.iter().map(|(k, v)| (k.parse().expect("a header"), (*v).to_owned())).collect()
    }

    const ORIGIN: &str = "Access-Control-Allow-Origin";
    const CREDENTIALS: &str = "access-control-allow-credentials";

    #[test]
    fn a_reflected_origin_with_credentials_is_refused() {
        for (pairs, refused) in [
            (vec![(ORIGIN, "method.request.header.Origin"), (CREDENTIALS, "'true'")], true),
            (vec![(ORIGIN, "method.request.header.origin"), (CREDENTIALS, "stageVariables.x")], true),
            (vec![(ORIGIN, "method.request.multivalueheader.Origin"), (CREDENTIALS, "'true'")], true),
            (vec![(ORIGIN, "method.request.header.Origin")], false),
            (vec![(ORIGIN, "method.request.header.Origin"), (CREDENTIALS, "'false'")], false),
            (vec![(ORIGIN, "'*'"), (CREDENTIALS, "'true'")], false),
            (vec![(ORIGIN, "'https://a.example'"), (CREDENTIALS, "'true'")], false),
            (vec![(CREDENTIALS, "'true'")], false),
        ] {
            assert_eq!(check(&map(&pairs)).is_err(), refused, "{pairs:?}");
        }
    }

    #[test]
    fn what_no_browser_accepts_is_warned_of() {
        for (pairs, count) in [
            (vec![(ORIGIN, "'*'"), (CREDENTIALS, "'true'")], 1),
            (vec![(ORIGIN, "'*.example.com'")], 1),
            (vec![(ORIGIN, "'https://a.example/'")], 1),
            (vec![(ORIGIN, "method.request.header.Origin")], 1),
            (vec![(ORIGIN, "'https://a.example'"), (CREDENTIALS, "'true'")], 0),
            (vec![(ORIGIN, "'*'")], 0),
            (vec![(ORIGIN, "stageVariables.origin")], 0),
        ] {
            assert_eq!(warnings(&map(&pairs)).len(), count, "{pairs:?}");
        }
    }

    #[test]
    fn a_preflight_that_needs_credentials_is_warned_of() {
        let mut method = Method::default();
        assert!(preflight_warnings(Verb::Options, &method).is_empty());
        method.authorization_type = AuthorizationType::Custom;
        method.api_key_required = true;
        let fields: Vec<_> = preflight_warnings(Verb::Any, &method).into_iter().map(|i| i.field).collect();
        assert_eq!(fields, ["authorization_type", "api_key_required"]);
    }
}
