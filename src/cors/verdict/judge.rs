//! The verdict over the observed answers.

use http::{HeaderMap, StatusCode};

use super::check::{cors_check, get};
use super::course::Course;
use super::explanation::{Explanation, Fault, MustSend, Rule};
use super::preflight;
use crate::cors::expose_headers::{FORBIDDEN, SAFELISTED};
use crate::cors::header::CorsHeader;
use crate::model::{GatewayResponseType, OriginRef, ResourcePath, Verb};

/// Who answered a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The method that routing picked.
    Method {
        /// The resource.
        path: ResourcePath,
        /// The method: the request's verb or `ANY`.
        verb: Verb,
    },
    /// The gateway itself.
    Gateway(GatewayResponseType),
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The head of an answer, as the listener sends it.
    Known {
        /// Its status.
        status: StatusCode,
        /// Its headers.
        headers: HeaderMap,
    },
    /// The back end's own answer passes through, CORS headers included, and nobody said what it is.
    BackEnd,
}

/// An answer and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who gave it.
    pub by: AnsweredBy,
    /// What it is.
    pub answer: Answer,
}

impl Course {
    /// The browser's verdict. `preflight` is the answer to [`Course::preflight`], `None` only if there is none to
    /// send; `actual` the one to [`Course::actual`].
    #[must_use]
    pub fn judge(&self, preflight: Option<&Observation>, actual: &Observation) -> Explanation {
        let mut told = Explanation::new();
        for name in self.page.left_out() {
            told.note(Rule::Request, format!("{name} is forbidden to scripts: the browser leaves it out"));
        }
        if self.page.method != self.method {
            told.note(Rule::Request, format!("{:?} is sent as {}", self.page.method, self.method));
        }
        if !self.cross_origin {
            told.pass(Rule::CrossOrigin, "page and API are of one origin: CORS does not come into it");
            if let Answer::Known { headers, .. } = &actual.answer {
                told.readable_headers = names(headers).filter(|n| !FORBIDDEN.contains(&n.as_str())).collect();
            }
            return told;
        }
        told.pass(Rule::CrossOrigin, format!("a page of {} calls another origin", self.page.origin));
        if self.preflight().is_some() {
            told.preflighted = true;
            told.note(Rule::NeedsPreflight, self.why_preflight());
            let Some(observed) = preflight else {
                told.depends(Rule::PreflightCorsCheck, "nobody said what the preflight is answered");
                return told;
            };
            note_routing(observed, actual, &mut told);
            if !self.judge_preflight(observed, &mut told) {
                return told;
            }
        } else {
            told.note(
                Rule::NeedsPreflight,
                "method and headers are safelisted: the browser does not ask first",
            );
        }
        self.judge_actual(actual, &mut told);
        told
    }

    fn why_preflight(&self) -> String {
        let mut reasons = Vec::new();
        if !super::is_safelisted_method(&self.method) {
            reasons.push(format!("the method {} is not GET, HEAD or POST", self.method));
        }
        if !self.unsafe_names.is_empty() {
            reasons.push(format!("these headers are not safelisted: {}", self.unsafe_names.join(",")));
        }
        if self.page.upload {
            reasons.push("the body is a stream, or its upload is listened to".to_owned());
        }
        format!("the browser asks first, since {}", reasons.join("; "))
    }

    fn judge_preflight(&self, observed: &Observation, told: &mut Explanation) -> bool {
        match &observed.answer {
            Answer::Known { status, headers } => {
                preflight::judge(self, status.as_u16(), headers, told) || {
                    point_to_routing(observed, told);
                    false
                }
            }
            Answer::BackEnd => {
                told.depends(
                    Rule::PreflightCorsCheck,
                    "the preflight goes to the back end, which must answer it with a status of 200 to 299",
                );
                let mut must = |header, value: String| {
                    told.must_send.push(MustSend { on_preflight: true, header, value });
                };
                must(CorsHeader::AllowOrigin, self.page.origin.to_string());
                if self.credentialed() {
                    must(CorsHeader::AllowCredentials, "true".to_owned());
                }
                if !super::is_safelisted_method(&self.method) {
                    must(CorsHeader::AllowMethods, self.method.clone());
                }
                if !self.unsafe_names.is_empty() {
                    must(CorsHeader::AllowHeaders, self.unsafe_names.join(","));
                }
                true
            }
        }
    }

    fn judge_actual(&self, observed: &Observation, told: &mut Explanation) {
        match &observed.answer {
            Answer::Known { status, headers } => {
                match cors_check(headers, &self.page.origin.to_string(), self.credentialed()) {
                    Ok(detail) => told.pass(Rule::CorsCheck, detail),
                    Err(fault) => {
                        told.fail(Rule::CorsCheck, self.mend_actual(observed, *status, fault));
                        return;
                    }
                }
                if status.is_redirection() && headers.contains_key(http::header::LOCATION) {
                    told.note(
                        Rule::CorsCheck,
                        "the answer redirects: what is there is judged anew, which is not done here",
                    );
                }
                told.readable_headers = self.readable(headers);
                told.note(
                    Rule::ExposedHeaders,
                    format!("the script may read: {}", told.readable_headers.join(", ")),
                );
            }
            Answer::BackEnd => {
                told.depends(
                    Rule::CorsCheck,
                    "the back end's headers pass through: it must send them itself",
                );
                let mut must = |header, value: String| {
                    told.must_send.push(MustSend { on_preflight: false, header, value });
                };
                must(CorsHeader::AllowOrigin, self.page.origin.to_string());
                if self.credentialed() {
                    must(CorsHeader::AllowCredentials, "true".to_owned());
                }
            }
        }
    }

    /// Says in the gateway's own terms where the missing header has to be set.
    fn mend_actual(&self, observed: &Observation, status: StatusCode, fault: Fault) -> Fault {
        let Fault { reason, mend } = fault;
        match &observed.by {
            AnsweredBy::Gateway(kind) => Fault::new(
                format!("the gateway answers {status} ({kind}): {reason}"),
                format!(
                    "{mend}: EnableCors with {} or a policy, or PutGatewayResponse {kind}",
                    kind.family_type()
                ),
            ),
            AnsweredBy::Method { path, verb } if is_gateway_error(&observed.answer) => {
                let family = if status.is_server_error() { "DEFAULT_5XX" } else { "DEFAULT_4XX" };
                Fault::new(
                    format!("the gateway itself answers {status} in place of {verb} {path}: {reason}"),
                    format!("{mend}: EnableCors with {family} or a policy, or PutGatewayResponse {family}"),
                )
            }
            AnsweredBy::Method { path, verb } => Fault::new(
                format!("{verb} {path} answers {status}: {reason}"),
                if matches!(self.origin(), OriginRef::Null) {
                    format!("{mend}, if every sandboxed page may read it")
                } else {
                    format!(
                        "{mend}: EnableCors on {path}, or the header on the integration response {} of {verb}",
                        status.as_u16()
                    )
                },
            ),
        }
    }

    /// Fetch, *CORS-exposed header-name list* and *CORS filtered response*.
    fn readable(&self, headers: &HeaderMap) -> Vec<String> {
        let exposed: Vec<String> = get(headers, CorsHeader::ExposeHeaders)
            .map(|text| text.split(',').map(|n| n.trim_matches([' ', '\t']).to_ascii_lowercase()).collect())
            .filter(|list: &Vec<String>| {
                list.iter().all(|n| n.is_empty() || http::HeaderName::from_bytes(n.as_bytes()).is_ok())
            })
            .unwrap_or_default();
        let all = exposed.iter().any(|name| name == "*") && !self.credentialed();
        names(headers)
            .filter(|name| {
                !FORBIDDEN.contains(&name.as_str())
                    && (all || SAFELISTED.contains(&name.as_str()) || exposed.contains(name))
            })
            .collect()
    }
}

/// Whether the gateway answers an error of its own, although a method was found: it then says which.
fn is_gateway_error(answer: &Answer) -> bool {
    matches!(answer, Answer::Known { headers, .. } if headers.contains_key("x-amzn-errortype"))
}

fn names(headers: &HeaderMap) -> impl Iterator<Item = String> + '_ {
    headers.keys().map(|name| name.as_str().to_owned())
}

/// A preflight may be answered by another resource than the one it asks for: a greedy sibling's `OPTIONS` or `ANY`.
fn note_routing(preflight: &Observation, actual: &Observation, told: &mut Explanation) {
    match (&preflight.by, &actual.by) {
        (AnsweredBy::Method { path, verb }, AnsweredBy::Method { path: asked, .. }) if path != asked => told.note(
            Rule::Routing,
            format!("the preflight for {asked} is answered by {verb} {path}, since {asked} has neither OPTIONS nor ANY"),
        ),
        (AnsweredBy::Method { path, verb: verb @ Verb::Any }, _) => told.note(
            Rule::Routing,
            format!("the preflight is answered by {verb} {path}, since {path} has no OPTIONS"),
        ),
        (AnsweredBy::Method { path, verb }, _) => {
            told.note(Rule::Routing, format!("the preflight is answered by {verb} {path}"));
        }
        (AnsweredBy::Gateway(kind), _) => {
            told.note(Rule::Routing, format!("the preflight is answered by the gateway itself: {kind}"));
        }
    }
}

/// A preflight that no `OPTIONS` answered is mended by making one, whatever header is missing.
fn point_to_routing(observed: &Observation, told: &mut Explanation) {
    let Some(failure) = &mut told.failure else { return };
    match &observed.by {
        AnsweredBy::Gateway(GatewayResponseType::MissingAuthenticationToken) => {
            "EnableCors on the resource: it has no OPTIONS method that could answer the preflight"
                .clone_into(&mut failure.mend);
        }
        AnsweredBy::Gateway(kind) => {
            failure.mend = format!(
                "let OPTIONS answer without authorization, API key or limits: it was answered {kind}"
            );
        }
        AnsweredBy::Method { path, verb: Verb::Any } => {
            failure.mend = format!(
                "EnableCors on {path}, so that an OPTIONS method answers instead of ANY; or: {}",
                failure.mend
            );
        }
        AnsweredBy::Method { path, verb } => failure.mend = format!("on {verb} {path}: {}", failure.mend),
    }
}
