//! The guides' example, imported as it stands, behaves as its document says.

use std::path::Path;

use crate::support::{Request, Response, Server, Upstream};

const ORIGIN: &str = "https://app.example.com";
const ALLOW_ORIGIN: &str = "access-control-allow-origin";

#[test]
fn the_example_behaves_as_its_document_says() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &["--allow-upstream", "127.0.0.0/8"]);
    let upstream = Upstream::answering(200, &[], "{}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi/notes.yaml");
    let imported = server.run(&["import", &file.display().to_string(), "--fail-on-warnings"]).well();
    assert_eq!(imported.stderr, "");
    let backend = format!("backend={}", upstream.address());
    server.run(&["deploy", "notes", "--stage", "dev", "--variable", &backend]).well();
    server.run(&["domain", "bind", "*", "notes", "dev", "--base-path", "dev"]).well();
    let put = |body: &str| {
        Request::new("PUT", "/dev/notes/1")
            .header("content-type", "application/json")
            .body(body)
            .send(server.data)
    };
    let cors = |answer: &Response| answer.header(ALLOW_ORIGIN).map(str::to_owned);

    let preflight = Request::new("OPTIONS", "/dev/notes/1").send(server.data);
    assert_eq!((preflight.status, preflight.text().as_str()), (200, ""));
    for (name, value) in [
        (ALLOW_ORIGIN, ORIGIN),
        ("access-control-allow-methods", "OPTIONS,PUT"),
        (
            "access-control-allow-headers",
            "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
        ),
        ("access-control-max-age", "600"),
    ] {
        assert_eq!(preflight.header(name), Some(value), "{name}");
    }

    let refused = put("{}");
    assert_eq!((refused.status, refused.text().as_str()), (400, r#"{"message":"Invalid request body"}"#));
    assert_eq!(cors(&refused).as_deref(), Some(ORIGIN));

    let passed = put(r#"{"text": "milk"}"#);
    assert_eq!((passed.status, cors(&passed).as_deref()), (200, Some(ORIGIN)));
    let asked = upstream.only_request();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("PUT", "/notes/1"));
    assert_eq!(asked.text(), r#"{"text": "milk"}"#);

    let unknown = Request::new("POST", "/dev/notes/1").body("{}").send(server.data);
    assert_eq!(
        (unknown.status, unknown.text().as_str()),
        (403, r#"{"message":"Missing Authentication Token"}"#)
    );
    assert_eq!(cors(&unknown).as_deref(), Some(ORIGIN));
}
