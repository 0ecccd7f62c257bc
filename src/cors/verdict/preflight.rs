//! The checks on a preflight's answer (Fetch, *CORS-preflight fetch*, step 7 and what is below it).

use http::HeaderMap;

use super::check::{cors_check, get};
use super::course::Course;
use super::explanation::{Explanation, Fault, Rule};
use super::safelist::is_safelisted_method;
use crate::cors::header::CorsHeader;

/// Judges the answer to the preflight; `false` when the request ends here.
pub(super) fn judge(course: &Course, status: u16, headers: &HeaderMap, told: &mut Explanation) -> bool {
    match check(course, status, headers, told) {
        Ok(()) => true,
        Err((rule, fault)) => {
            told.fail(rule, fault);
            false
        }
    }
}

fn check(
    course: &Course,
    status: u16,
    headers: &HeaderMap,
    told: &mut Explanation,
) -> Result<(), (Rule, Fault)> {
    let origin = course.page.origin.to_string();
    let detail = cors_check(headers, &origin, course.credentialed())
        .map_err(|fault| (Rule::PreflightCorsCheck, fault))?;
    told.pass(Rule::PreflightCorsCheck, detail);
    if !(200..300).contains(&status) {
        return Err((
            Rule::PreflightStatus,
            Fault::new(
                format!("the preflight is answered {status}, and only 200 to 299 lets a request through"),
                "let an OPTIONS method without authorization answer it: EnableCors makes one",
            ),
        ));
    }
    told.pass(Rule::PreflightStatus, format!("the status is {status}"));
    let methods = list(headers, CorsHeader::AllowMethods)?;
    let names = list(headers, CorsHeader::AllowHeaders)?;
    told.pass(Rule::PreflightLists, "the lists of methods and headers can be read");
    check_method(course, methods, told)?;
    check_headers(course, &names.unwrap_or_default(), told)
}

/// Fetch, *extract header list values*: `None` when the field is not there.
fn list(headers: &HeaderMap, header: CorsHeader) -> Result<Option<Vec<String>>, (Rule, Fault)> {
    let Some(text) = get(headers, header) else { return Ok(None) };
    let is_token = |name: &str| http::HeaderName::from_bytes(name.as_bytes()).is_ok();
    let items: Vec<String> = text
        .split(',')
        .map(|item| item.trim_matches([' ', '\t']).to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    match items.iter().find(|item| !is_token(item)) {
        None => Ok(Some(items)),
        Some(bad) => Err((
            Rule::PreflightLists,
            Fault::new(
                format!("{} is {text:?}, and {bad:?} is no name", header.as_str()),
                "give a list of names, joined by commas",
            ),
        )),
    }
}

fn check_method(
    course: &Course,
    methods: Option<Vec<String>>,
    told: &mut Explanation,
) -> Result<(), (Rule, Fault)> {
    let method = &course.method;
    let methods = match methods {
        None if course.page.upload => vec![method.clone()],
        None => Vec::new(),
        Some(methods) => methods,
    };
    // Methods are compared with regard to case.
    if methods.contains(method) {
        told.pass(Rule::PreflightMethod, format!("{method} is among the allowed methods"));
        return Ok(());
    }
    if is_safelisted_method(method) {
        told.pass(Rule::PreflightMethod, format!("{method} is safelisted and needs no leave"));
        return Ok(());
    }
    let any = methods.iter().any(|m| m == "*");
    if any && !course.credentialed() {
        told.pass(Rule::PreflightMethod, format!("* allows {method} without credentials"));
        return Ok(());
    }
    let listed = if methods.is_empty() { "nothing".to_owned() } else { methods.join(",") };
    let fault = if any {
        Fault::new(
            "* among the methods is no wildcard for requests with credentials",
            format!("list {method} in Access-Control-Allow-Methods"),
        )
    } else if methods.iter().any(|m| m.eq_ignore_ascii_case(method)) {
        Fault::new(
            format!(
                "{method} is not {}: methods are compared with regard to case, and browsers send {method:?} as the script wrote it",
                method.to_ascii_uppercase()
            ),
            format!("write {} in the script", method.to_ascii_uppercase()),
        )
    } else {
        Fault::new(
            format!("Access-Control-Allow-Methods allows {listed}, not {method}"),
            format!("add {method} to Access-Control-Allow-Methods"),
        )
    };
    Err((Rule::PreflightMethod, fault))
}

fn check_headers(course: &Course, names: &[String], told: &mut Explanation) -> Result<(), (Rule, Fault)> {
    let named = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let listed = if names.is_empty() { "nothing".to_owned() } else { names.join(",") };
    if course.headers.iter().any(|(name, _)| name == "authorization") {
        if !named("authorization") {
            return Err((
                Rule::PreflightAuthorization,
                Fault::new(
                    format!("Access-Control-Allow-Headers allows {listed}, and * never covers Authorization"),
                    "name Authorization in Access-Control-Allow-Headers",
                ),
            ));
        }
        told.pass(Rule::PreflightAuthorization, "Authorization is named");
    }
    let wildcard = names.iter().any(|name| name == "*") && !course.credentialed();
    if let Some(name) = course.unsafe_names.iter().find(|name| !named(name) && !wildcard) {
        let reason = if names.iter().any(|name| name == "*") {
            format!(
                "* among the headers is no wildcard for requests with credentials, and {name} is not named"
            )
        } else {
            format!("Access-Control-Allow-Headers allows {listed}, not {name}")
        };
        return Err((
            Rule::PreflightHeaders,
            Fault::new(reason, format!("add {name} to Access-Control-Allow-Headers")),
        ));
    }
    if course.unsafe_names.is_empty() {
        told.pass(Rule::PreflightHeaders, "the request has no header that needs leave");
    } else {
        told.pass(Rule::PreflightHeaders, format!("{} may be sent", course.unsafe_names.join(",")));
    }
    Ok(())
}
