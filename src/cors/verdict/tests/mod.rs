//! Fetch's rules as tables of cases.

mod actual;
mod page;
mod preflight;
mod safelist;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{Answer, AnsweredBy, Course, Credentials, Explanation, Observation, PageRequest, Rule, Verdict};
use crate::model::Verb;

pub(super) const ORIGIN: &str = "https://app.example.com";

/// A page's request: `GET`, `+GET` with credentials.
pub(super) fn page(method: &str, headers: &[(&str, &str)]) -> PageRequest {
    let (credentials, method) = match method.strip_prefix('+') {
        Some(method) => (Credentials::Include, method),
        None => (Credentials::Omit, method),
    };
    PageRequest {
        method: method.to_owned(),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        credentials,
        ..PageRequest::get(ORIGIN.parse().expect("an origin"))
    }
}

/// An answer with these CORS headers, by short names: `origin`, `methods`, `headers`, `credentials`, `expose`.
pub(super) fn answer(status: u16, headers: &[(&str, &str)]) -> Observation {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = match *name {
            "origin" => "access-control-allow-origin",
            "methods" => "access-control-allow-methods",
            "headers" => "access-control-allow-headers",
            "credentials" => "access-control-allow-credentials",
            "expose" => "access-control-expose-headers",
            other => other,
        };
        map.append(
            name.parse::<HeaderName>().expect("a name"),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    let status = StatusCode::from_u16(status).expect("a status");
    Observation { by: by("/pets", Verb::Options), answer: Answer::Known { status, headers: map } }
}

pub(super) fn by(path: &str, verb: Verb) -> AnsweredBy {
    AnsweredBy::Method { path: path.parse().expect("a path"), verb }
}

#[track_caller]
pub(super) fn judged(page: &PageRequest, preflight: &Observation, actual: &Observation) -> Explanation {
    let course = Course::of(page).expect("fetch() takes it");
    let preflight = course.preflight().map(|_| preflight);
    course.judge(preflight, actual)
}

/// The verdict, and the rule that failed.
pub(super) fn short(told: &Explanation) -> (Verdict, Option<Rule>) {
    (told.verdict, told.failure.as_ref().map(|f| f.rule))
}
