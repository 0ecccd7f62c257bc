//! `Access-Control-Allow-Methods`: the verbs a preflight lets through.

use super::header::bare;
use crate::model::{CorsMethods, Issue, Issues, Verb, verbs_of_resource};

/// Reads the methods a caller lists, each in its own entry or joined by commas; nothing listed means those of the
/// resource. `ANY` stands for all seven verbs, `*` for every method.
///
/// # Errors
/// An issue at `allow_methods[i]` for what no method of an API can answer, and for lower case: browsers compare
/// methods with regard to case (Fetch, *CORS-preflight fetch*).
pub fn parse(texts: &[String]) -> Result<CorsMethods, Vec<Issue>> {
    let mut issues = Issues::new();
    let mut methods: Vec<http::Method> = Vec::new();
    let mut add = |method: http::Method| {
        if !methods.contains(&method) {
            methods.push(method);
        }
    };
    for (i, text) in texts.iter().enumerate() {
        for name in bare(text).split(',').map(|name| name.trim_matches([' ', '\t'])) {
            let field = format!("allow_methods[{i}]");
            if name == "*" {
                add(http::Method::from_bytes(b"*").expect("* is a token"));
            } else if let Ok(verb) = name.parse::<Verb>() {
                verb.to_method().into_iter().for_each(&mut add);
                if verb == Verb::Any {
                    Verb::CONCRETE.into_iter().filter_map(Verb::to_method).for_each(&mut add);
                }
            } else if name.to_ascii_uppercase().parse::<Verb>().is_ok() {
                issues.push(
                    field,
                    format!(
                        "{name:?} must be in upper case: browsers compare methods with regard to case, so write {}",
                        name.to_ascii_uppercase()
                    ),
                );
            } else {
                issues.push(
                    field,
                    format!(
                        "{name:?} is a method that no resource can answer: expected one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, ANY or *"
                    ),
                );
            }
        }
    }
    issues.into_result(if texts.is_empty() { CorsMethods::OfResource } else { CorsMethods::Listed(methods) })
}

/// The header's value for a resource with these verbs.
///
/// What follows from the resource is in alphabetical order and includes `OPTIONS`, as API Gateway's console has
/// it; a list is given as it was asked for. Joined by commas without spaces.
#[must_use]
pub fn value(methods: &CorsMethods, verbs: impl IntoIterator<Item = Verb>) -> String {
    match methods {
        CorsMethods::OfResource => {
            verbs_of_resource(verbs).into_iter().map(Verb::as_str).collect::<Vec<_>>().join(",")
        }
        CorsMethods::Listed(list) => list.iter().map(http::Method::as_str).collect::<Vec<_>>().join(","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resources_verbs_are_alphabetical_and_hold_options() {
        for (verbs, expected) in [
            (vec![Verb::Get], "GET,OPTIONS"),
            (vec![Verb::Post], "OPTIONS,POST"),
            (vec![Verb::Put, Verb::Get, Verb::Options, Verb::Delete], "DELETE,GET,OPTIONS,PUT"),
            (vec![Verb::Any], "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
            (vec![Verb::Any, Verb::Get], "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
            (vec![], "OPTIONS"),
        ] {
            assert_eq!(value(&CorsMethods::OfResource, verbs), expected);
        }
    }

    #[test]
    fn listed_methods_are_read_as_they_are_written() {
        for (texts, expected) in [
            (vec![], Ok("GET,OPTIONS")),
            (vec!["PUT", "GET"], Ok("PUT,GET")),
            (vec!["'GET,OPTIONS'"], Ok("GET,OPTIONS")),
            (vec!["GET, POST", "GET"], Ok("GET,POST")),
            (vec!["*"], Ok("*")),
            (vec!["ANY"], Ok("DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")),
            (vec!["GET", "patch"], Err("allow_methods[1]")),
            (vec!["TRACE"], Err("allow_methods[0]")),
            (vec!["QUERY"], Err("allow_methods[0]")),
            (vec![""], Err("allow_methods[0]")),
            (vec!["GET\r\nX: y"], Err("allow_methods[0]")),
        ] {
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            let got = parse(&texts).map(|m| value(&m, [Verb::Get])).map_err(|issues| issues[0].field.clone());
            assert_eq!(got, expected.map(str::to_owned).map_err(str::to_owned), "{texts:?}");
        }
    }
}
