//! The requests of the tour, as one table: what is sent, how it is typed with `curl` or `grpcurl`, and what is right.
//!
//! `quickstart` sends the first part itself and prints the second to go on with; `quickstart --once` and a test run
//! both, and the README shows what [`readme`] gives, so that no line of it can rot.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::echo;
use super::pets::{ORIGIN, STAGE, STATUS_BODY};

/// The origin that the second part changes to.
const NEW_ORIGIN: &str = "https://new.example.com";
/// How much is uploaded.
const UPLOAD_BYTES: usize = 1 << 20;

/// One step.
pub(super) struct Step {
    /// What it is about.
    pub(super) title: &'static str,
    /// What is called.
    pub(super) call: Call,
}

/// Says what is wrong with an answer, if anything.
type Check = dyn Fn(&Response<Bytes>) -> Result<(), String> + Send;

/// What a step calls.
pub(super) enum Call {
    /// The data plane.
    Http {
        /// The request; its URI is a path.
        request: Request<Bytes>,
        /// What is wrong with an answer, if anything.
        check: Box<Check>,
    },
    /// The admin API.
    Grpc {
        /// Which call.
        rpc: Rpc,
        /// Its message.
        message: Value,
    },
}

/// The calls of the admin API that the tour makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rpc {
    /// Of the CORS service.
    EnableCors,
    /// Of the deployment service.
    CreateDeployment,
    /// Of the stage service.
    RollbackStage,
}

impl Rpc {
    /// Service and method as `grpcurl` takes them.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::EnableCors => "postern.admin.v1.CorsService/EnableCors",
            Self::CreateDeployment => "postern.admin.v1.DeploymentService/CreateDeployment",
            Self::RollbackStage => "postern.admin.v1.StageService/RollbackStage",
        }
    }
}

/// What `quickstart` sends by itself.
pub(super) fn first_part() -> Vec<Step> {
    let upload: Bytes = (0..UPLOAD_BYTES).map(|i| u8::try_from(i % 251).expect("below 251")).collect();
    let hash: String = Sha256::digest(&upload).iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        http("A preflight, as a browser sends it before a script's request", preflight(), |answer| {
            is(&answer.status().as_u16(), &200, "status")?;
            header(answer.headers(), "access-control-allow-origin", ORIGIN)?;
            header(answer.headers(), "access-control-allow-methods", "GET,OPTIONS")
        }),
        http(
            "A request of that script: headers are mapped both ways",
            request("GET", "/pets/7", Bytes::new()),
            |answer| {
                is(&answer.status().as_u16(), &200, "status")?;
                header(answer.headers(), "access-control-allow-origin", ORIGIN)?;
                header(answer.headers(), echo::SERVED_BY, echo::NAME)?;
                let seen = json_of(answer)?;
                is(seen["path"].as_str().unwrap_or_default(), "/pets/7", "path at the back end")?;
                is(
                    seen["headers"]["x-pet-id"].as_str().unwrap_or_default(),
                    "7",
                    "x-pet-id at the back end",
                )?;
                is(&seen["headers"].get("origin").is_none(), &true, "only mapped headers cross")
            },
        ),
        http(
            "An upload that streams through to the back end",
            request("PUT", "/files/a/photo.bin", upload),
            move |answer| {
                is(&answer.status().as_u16(), &200, "status")?;
                header(answer.headers(), "access-control-allow-origin", ORIGIN)?;
                let seen = json_of(answer)?;
                is(seen["path"].as_str().unwrap_or_default(), "/files/a/photo.bin", "path at the back end")?;
                is(seen["method"].as_str().unwrap_or_default(), "PUT", "method at the back end")?;
                is(
                    &seen["body_bytes"].as_u64().unwrap_or_default(),
                    &(UPLOAD_BYTES as u64),
                    "bytes at the back end",
                )?;
                is(seen["body_sha256"].as_str().unwrap_or_default(), &*hash, "content at the back end")
            },
        ),
        http(
            "An answer that the gateway gives by itself",
            request("GET", "/status", Bytes::new()),
            |answer| {
                is(&answer.status().as_u16(), &200, "status")?;
                header(answer.headers(), "access-control-allow-origin", ORIGIN)?;
                is(&**answer.body(), STATUS_BODY.as_bytes(), "body")
            },
        ),
    ]
}

/// What there is to go on with, for the API `api_id`.
pub(super) fn second_part(api_id: &str) -> Vec<Step> {
    let change = |validate_only: bool| {
        let mut message = json!({
            "api_id": api_id,
            "resource": "/pets",
            "settings": { "allow_origins": [NEW_ORIGIN] },
            "replace_existing": true,
        });
        if validate_only {
            message["validate_only"] = true.into();
        }
        message
    };
    let answers = |title, origin: &'static str| {
        http(title, preflight(), move |answer| {
            is(&answer.status().as_u16(), &200, "status")?;
            header(answer.headers(), "access-control-allow-origin", origin)
        })
    };
    vec![
        grpc("Preview a change of the allowed origin: nothing is written", Rpc::EnableCors, change(true)),
        grpc("Change it in the draft", Rpc::EnableCors, change(false)),
        answers("The draft is never served: the old origin is still answered", ORIGIN),
        grpc("Deploy", Rpc::CreateDeployment, json!({ "api_id": api_id, "stage_name": STAGE })),
        answers("The next request is answered by the new deployment", NEW_ORIGIN),
        grpc("Roll back", Rpc::RollbackStage, json!({ "api_id": api_id, "stage_name": STAGE })),
        answers("And the old origin is back", ORIGIN),
    ]
}

/// A step as it is typed into a shell in which `API` holds the API's id.
pub(super) fn command(step: &Step, api_id: &str, data: SocketAddr, admin: SocketAddr) -> String {
    match &step.call {
        Call::Http { request, .. } => {
            let mut line = "curl -i".to_owned();
            if request.method() != http::Method::GET {
                line.push_str(&format!(" -X {}", request.method()));
            }
            if !request.body().is_empty() {
                line.push_str(" --data-binary @FILE");
            }
            line.push_str(&format!(" http://{data}{}", request.uri()));
            for (name, value) in request.headers() {
                line.push_str(&format!(
                    " \\\n    -H '{name}: {}'",
                    String::from_utf8_lossy(value.as_bytes())
                ));
            }
            line
        }
        Call::Grpc { rpc, message } => {
            let message = message.to_string().replace(&format!("\"{api_id}\""), "\"'$API'\"");
            format!("grpcurl -plaintext -d '{message}' \\\n    {admin} {}", rpc.path())
        }
    }
}

/// The second part as the README shows it: a block of shell, in which `API` is set by hand.
#[must_use]
pub fn readme(data: SocketAddr, admin: SocketAddr) -> String {
    let placeholder = "API-ID";
    let steps = second_part(placeholder);
    let steps: Vec<_> = steps
        .iter()
        .map(|step| format!("# {}\n{}\n", step.title, command(step, placeholder, data, admin)))
        .collect();
    format!("```sh\nAPI=…  # the id that quickstart printed\n\n{}```\n", steps.join("\n"))
}

fn preflight() -> Request<Bytes> {
    let mut request = request("OPTIONS", "/pets", Bytes::new());
    request.headers_mut().insert("access-control-request-method", http::HeaderValue::from_static("GET"));
    request
}

/// A request that a page of [`ORIGIN`] sends.
fn request(method: &str, path: &str, body: Bytes) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(path).header("origin", ORIGIN);
    request.body(body).expect("the table holds whole requests")
}

fn http(
    title: &'static str,
    request: Request<Bytes>,
    check: impl Fn(&Response<Bytes>) -> Result<(), String> + Send + 'static,
) -> Step {
    Step { title, call: Call::Http { request, check: Box::new(check) } }
}

fn grpc(title: &'static str, rpc: Rpc, message: Value) -> Step {
    Step { title, call: Call::Grpc { rpc, message } }
}

fn is<T: PartialEq + std::fmt::Debug + ?Sized>(found: &T, right: &T, what: &str) -> Result<(), String> {
    if found == right { Ok(()) } else { Err(format!("{what}: {found:?}, where {right:?} is right")) }
}

/// Checks that a header is there once and has this value.
fn header(headers: &HeaderMap, name: &str, right: &str) -> Result<(), String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
    is(&*values.iter().map(|value| &**value).collect::<Vec<_>>(), &[right][..], name)
}

fn json_of(answer: &Response<Bytes>) -> Result<Value, String> {
    serde_json::from_slice(answer.body()).map_err(|error| format!("the body is no JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_typed_into_a_shell() {
        let script = readme(([127, 0, 0, 1], 8080).into(), ([127, 0, 0, 1], 9901).into());
        assert!(
            script.contains("grpcurl -plaintext -d '{\"api_id\":\"'$API'\",\"resource\":\"/pets\""),
            "{script}"
        );
        assert!(
            script.contains("curl -i -X OPTIONS http://127.0.0.1:8080/pets \\\n    -H 'origin: https://app"),
            "{script}"
        );
        assert!(!script.contains("API-ID"));
        // Every line but the last of a command ends with a backslash, every quote is closed.
        assert_eq!(script.matches('\'').count() % 2, 0);
    }
}
