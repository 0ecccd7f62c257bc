//! The CORS check, for a preflight's answer and for the actual one alike (Fetch, *CORS check*).

use http::HeaderMap;

use super::explanation::Fault;
use crate::cors::header::CorsHeader;

/// All values of a field, joined as Fetch's *get* does; `None` when it is not there.
pub(super) fn get(headers: &HeaderMap, header: CorsHeader) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(header.name())
        .iter()
        .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Whether a script of `origin` may read an answer with these headers; what was compared, or what is wrong.
pub(super) fn cors_check(headers: &HeaderMap, origin: &str, credentialed: bool) -> Result<String, Fault> {
    let count = headers.get_all(CorsHeader::AllowOrigin.name()).iter().count();
    let Some(allowed) = get(headers, CorsHeader::AllowOrigin) else {
        return Err(Fault::new(
            "the answer has no Access-Control-Allow-Origin",
            format!("send Access-Control-Allow-Origin: {origin} on this answer"),
        ));
    };
    if !credentialed && allowed == "*" {
        return Ok("Access-Control-Allow-Origin is *, and no credentials are sent".to_owned());
    }
    if allowed != origin {
        let mend = format!("send Access-Control-Allow-Origin: {origin}");
        return Err(if count > 1 {
            Fault::new(
                format!(
                    "the answer has {count} Access-Control-Allow-Origin fields, read as {allowed:?}: exactly one is accepted"
                ),
                "let either the gateway or the back end send it, not both".to_owned(),
            )
        } else if allowed == "*" {
            Fault::new(
                "Access-Control-Allow-Origin is *, which is refused for requests with credentials",
                mend,
            )
        } else if allowed.trim_end_matches('/') == origin {
            Fault::new(format!("{allowed:?} has a slash at its end, so it is not {origin}"), mend)
        } else {
            Fault::new(format!("Access-Control-Allow-Origin is {allowed:?}, not {origin}"), mend)
        });
    }
    if !credentialed {
        return Ok(format!("Access-Control-Allow-Origin is {origin}"));
    }
    match get(headers, CorsHeader::AllowCredentials) {
        Some(value) if value == "true" => {
            Ok(format!("Access-Control-Allow-Origin is {origin}, and credentials are allowed"))
        }
        Some(value) => Err(Fault::new(
            format!("Access-Control-Allow-Credentials is {value:?}, not true"),
            "send Access-Control-Allow-Credentials: true, in lower case",
        )),
        None => Err(Fault::new(
            "the request has credentials, and the answer has no Access-Control-Allow-Credentials",
            "send Access-Control-Allow-Credentials: true, or send the request without credentials",
        )),
    }
}
