//! The whole lifecycle of a request, set up by commands alone, and served again by a server that starts anew.

use crate::support::{Request, Server, Upstream};

#[track_caller]
fn ok(server: &Server, args: &[&str]) -> String {
    server.run(args).well().stdout
}

/// What is asked of the server before and after it starts anew.
#[track_caller]
fn is_served(server: &Server, functions: &Upstream, back_end: &Upstream) {
    let post = |path: &str| Request::new("POST", path).header("Content-Type", "application/json");

    let greeting = post("/greeting").body(r#"{"name":"Ann"}"#).send(server.data);
    assert_eq!((greeting.status, greeting.text().as_str()), (200, r#"{"hello": "Ann"}"#));
    let unfit = post("/greeting").body("{}").send(server.data);
    assert_eq!(
        (unfit.status, unfit.text().as_str()),
        (422, r#"[object has missing required properties (["name"])]"#)
    );
    assert_eq!(unfit.header("x-own"), Some("yes"));
    let blank = post("/checked").send(server.data);
    assert_eq!(
        (blank.status, blank.text().as_str()),
        (400, r#"{"message":"Missing required request parameters: [q]"}"#)
    );

    let before = back_end.requests().len();
    let bytes = Request::new("POST", "/bytes").header("Content-Type", "image/png").body([0xff, 0x00]);
    let packed = bytes.header("Accept-Encoding", "gzip").send(server.data);
    assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")));
    assert_eq!(back_end.request(before).text(), "/wA=", "bytes were made text");
    let refused =
        Request::new("POST", "/strict").header("Content-Type", "text/x").body("x").send(server.data);
    assert_eq!(refused.status, 415);

    let before = functions.requests().len();
    assert_eq!(post("/function").body("{}").send(server.data).text(), "from a function");
    assert_eq!(functions.request(before).target, "/2015-03-31/functions/pets/invocations");
}

#[test]
fn all_of_it_is_set_up_by_commands_and_survives() {
    let back_end = Upstream::answering(200, &[("Content-Type", "text/plain")], &"answer ".repeat(100));
    let functions = Upstream::answering(200, &[], r#"{"body":"from a function"}"#);
    let directory = tempfile::tempdir().unwrap();
    let start = || Server::start(directory.path(), &["--allow-upstream", "127.0.0.1"]);
    let server = start();

    let made = ["api", "create", "pets", "--binary-media-type", "image/png"];
    ok(&server, &[&made[..], &["--minimum-compression-size", "100"]].concat());
    assert!(ok(&server, &["api", "get", "pets"]).contains("100 bytes"));
    let schema = r#"{"type": "object", "required": ["name"]}"#;
    ok(&server, &["model", "create", "pets", "Pet", "--schema", schema]);
    let made = server.run(&["validator", "create", "pets", "all", "--parameters", "--body", "-o", "json"]);
    let validator = made.well().json()["request_validator"]["id"].as_str().unwrap().to_owned();
    let details = "application/json=$context.error.validationErrorString";
    let own =
        ["gateway-response", "put", "pets", "BAD_REQUEST_BODY", "--status", "422", "--template", details];
    ok(&server, &[&own[..], &["--map", "gatewayresponse.header.X-Own='yes'"]].concat());

    for path in ["/greeting", "/checked", "/bytes", "/strict", "/function"] {
        ok(&server, &["resource", "ensure", "pets", path]);
    }
    let carries = r#"application/json={"statusCode": 200}#set($context.requestOverride.path.n = $input.path('$.name'))"#;
    let greets = r#"application/json={"hello": "$context.requestOverride.path.n"}"#;
    let put = ["method", "put", "pets", "/greeting", "POST", "--type", "mock", "--request-template", carries];
    let checked = ["--request-validator", &validator, "--request-model", "application/json=Pet"];
    ok(&server, &[&put[..], &checked, &["--response-template", greets]].concat());
    let put = ["method", "put", "pets", "/checked", "POST", "--type", "mock"];
    let requires = ["--request-validator", &validator, "--require", "method.request.querystring.q"];
    ok(&server, &[&put[..], &requires].concat());
    let uri = back_end.url("/");
    for (path, flag, value) in
        [("/bytes", "--content-handling", "convert-to-text"), ("/strict", "--passthrough", "never")]
    {
        ok(&server, &["method", "put", "pets", path, "POST", "--type", "http", "--uri", &uri, flag, value]);
    }
    let arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\
               arn:aws:lambda:us-east-1:000000000000:function:pets/invocations";
    ok(&server, &["method", "put", "pets", "/function", "POST", "--type", "aws-proxy", "--uri", arn]);
    let shown = ok(&server, &["method", "get", "pets", "/bytes", "POST"]);
    assert!(shown.contains("CONVERT_TO_TEXT"), "{shown}");
    let shown = ok(&server, &["method", "get", "pets", "/greeting", "POST"]);
    assert!(shown.contains(greets.split_once('=').unwrap().1), "{shown}");

    ok(&server, &["deploy", "pets", "--stage", "prod"]);
    ok(&server, &["stage", "update", "pets", "prod", "--lambda-endpoint", &functions.url("")]);
    ok(&server, &["domain", "bind", "*", "pets", "prod"]);
    is_served(&server, &functions, &back_end);
    let body = r#"{"name":"Ann"}"#;
    let tested = ok(&server, &["test", "pets", "/greeting", "POST", "--body", body]);
    assert!(tested.contains(r#"{"hello": "Ann"}"#), "{tested}");
    let unfit = server.run(&["test", "pets", "/greeting", "POST", "--body", "{}"]);
    assert!(unfit.stdout.contains("422"), "{unfit:?}");

    assert_eq!(server.stop().0, Some(0));
    let server = start();
    is_served(&server, &functions, &back_end);
    assert!(ok(&server, &["api", "get", "pets"]).contains("100 bytes"));
    ok(&server, &["api", "update", "pets", "--minimum-compression-size", "none"]);
    assert!(!ok(&server, &["api", "get", "pets"]).contains("100 bytes"));
    let wrong = server.run(&["api", "update", "pets", "--minimum-compression-size", "some"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}
