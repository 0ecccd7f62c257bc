//! The client commands against a real server, each through its own process, as an operator types them.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::{Request, Server, Upstream, postern};

struct Shell {
    server: Server,
    _directory: tempfile::TempDir,
}

impl Shell {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = Server::start(directory.path(), &["--allow-upstream", "127.0.0.1"]);
        Self { server, _directory: directory }
    }

    /// Runs a command that must end well; gives what it printed.
    #[track_caller]
    fn ok(&self, args: &[&str]) -> String {
        self.server.run(args).well().stdout
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> serde_json::Value {
        let args: Vec<_> = args.iter().copied().chain(["-o", "json"]).collect();
        self.server.run(&args).well().json()
    }

    /// Runs a command that must be refused; gives what it said.
    #[track_caller]
    fn refused(&self, args: &[&str]) -> String {
        let ended = self.server.run(args);
        assert_eq!(ended.code, Some(1), "{args:?}: {ended:?}");
        ended.stderr
    }
}

#[test]
fn an_api_is_made_served_changed_and_rolled_back() {
    let shell = Shell::start();
    let upstream = Upstream::answering(200, &[("X-Served-By", "them")], "pets");
    let created = shell.json(&["api", "create", "pets", "--description", "all of them"]);
    let id = created["api"]["id"].as_str().unwrap();
    assert_eq!(created["api"]["description"], "all of them");
    assert!(shell.ok(&["api", "list"]).contains("all of them"));

    shell.ok(&["resource", "ensure", "pets", "/pets/{id}"]);
    let listed = shell.ok(&["resource", "list", id]);
    assert!(listed.contains("/pets/{id}"), "{listed}");
    let uri = upstream.url("/v1/{id}");
    shell.ok(&[
        "method",
        "put",
        "pets",
        "/pets/{id}",
        "GET",
        "--type",
        "http",
        "--uri",
        &uri,
        "--map",
        "integration.request.path.id=method.request.path.id",
        "--map-response",
        "method.response.header.X-Served-By=integration.response.header.X-Served-By",
    ]);
    let method = shell.json(&["method", "get", "pets", "/pets/{id}", "GET"]);
    assert_eq!(method["method"]["integration"]["type"], "INTEGRATION_TYPE_HTTP");

    let changes = shell.ok(&["cors", "enable", "pets", "/pets/{id}", "--origin", "https://app.example.com"]);
    assert!(changes.contains("created") && changes.contains("OPTIONS"), "{changes}");
    let tested = shell.ok(&["test", "pets", "/pets/{id}", "GET", "--path", "/pets/7"]);
    assert!(tested.contains("status 200") && tested.contains("pets"), "{tested}");
    assert_eq!(upstream.request(0).target, "/v1/7");

    let deployed = shell.ok(&["deploy", "pets", "--stage", "prod", "--description", "one"]);
    assert!(deployed.starts_with("deployment #1 ("), "{deployed}");
    shell.ok(&["domain", "bind", "*", "pets", "prod"]);
    let get = || Request::get("/pets/8").header("Origin", "https://app.example.com").send(shell.server.data);
    assert_eq!(get().header("access-control-allow-origin"), Some("https://app.example.com"));
    assert_eq!(get().header("x-served-by"), Some("them"));

    shell.ok(&[
        "cors",
        "enable",
        "pets",
        "/pets/{id}",
        "--origin",
        "https://new.example.com",
        "--replace-existing",
    ]);
    assert_eq!(get().header("access-control-allow-origin"), Some("https://app.example.com"));
    shell.ok(&["deploy", "pets", "--stage", "prod"]);
    assert_eq!(get().header("access-control-allow-origin"), Some("https://new.example.com"));
    let deployments = shell.ok(&["deployment", "list", "pets"]);
    assert!(deployments.contains("#2") && deployments.contains("one"), "{deployments}");
    shell.ok(&["rollback", "pets", "prod"]);
    assert_eq!(get().header("access-control-allow-origin"), Some("https://app.example.com"));
    shell.ok(&["rollback", "pets", "prod", "--to", "#2"]);
    assert_eq!(get().header("access-control-allow-origin"), Some("https://new.example.com"));

    shell.ok(&["stage", "update", "pets", "prod", "--variable", "a=1"]);
    assert!(shell.ok(&["stage", "list", "pets"]).contains("a=1"));
    shell.ok(&["domain", "delete", "*"]);
    assert_eq!(get().status, 403);
    shell.ok(&["api", "delete", "pets"]);
    assert_eq!(shell.json(&["api", "list"]), serde_json::json!({}));
}

#[test]
fn explain_tells_the_verdict_by_its_exit_code() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    shell.ok(&["method", "put", "pets", "/", "GET", "--type", "mock", "--body", "{}"]);
    shell.ok(&["cors", "enable", "pets", "/", "--origin", "https://app.example.com"]);
    let explain = ["cors", "explain", "pets", "/", "--origin"];
    let allowed = shell.ok(&[&explain[..], &["https://app.example.com"]].concat());
    assert!(allowed.trim_end().ends_with("allowed"), "{allowed}");
    let refused = shell.refused(&[&explain[..], &["https://evil.example"]].concat());
    assert!(refused.contains("a browser refuses"), "{refused}");
    let json = shell.server.run(&[&explain[..], &["https://evil.example", "-o", "json"]].concat());
    assert_eq!((json.code, json.json()["verdict"].as_str()), (Some(1), Some("CORS_VERDICT_REFUSED")));
}

#[test]
fn what_is_wrong_is_named_field_by_field() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    let said = shell.refused(&[
        "cors",
        "enable",
        "pets",
        "/",
        "--origin",
        "https://A.example",
        "--origin",
        "ftp://b",
        "--max-age",
        "99999",
    ]);
    assert!(said.lines().filter(|line| line.starts_with("error: ")).count() >= 3, "{said}");
    assert!(
        said.contains("settings.allow_origins[0]: ") && said.contains("settings.max_age_seconds: "),
        "{said}"
    );
    let said = shell.refused(&["stage", "create", "pets", "a b", "--deployment", "#1"]);
    assert!(said.contains("stage.name: "), "{said}");
}

#[test]
fn an_api_is_found_by_a_name_that_only_one_has() {
    let shell = Shell::start();
    let said = shell.refused(&["api", "get", "pets"]);
    assert!(said.contains("there is no API \"pets\"") && said.contains("postern api list"), "{said}");
    let first = shell.json(&["api", "create", "pets"]);
    shell.ok(&["api", "get", "pets"]);
    shell.ok(&["api", "create", "pets"]);
    let id = first["api"]["id"].as_str().unwrap();
    let said = shell.refused(&["api", "get", "pets"]);
    assert!(said.contains("2 APIs are named \"pets\"") && said.contains(id), "{said}");
    shell.ok(&["api", "get", id]);
}

#[test]
fn a_stale_revision_is_refused_and_a_check_writes_nothing() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    shell.ok(&["resource", "ensure", "pets", "/a"]);
    let said = shell.refused(&["resource", "ensure", "pets", "/b", "--expected-revision", "1"]);
    assert!(said.contains("--expected-revision"), "{said}");
    shell.ok(&["resource", "ensure", "pets", "/c", "--validate-only"]);
    let listed = shell.ok(&["resource", "list", "pets"]);
    assert!(listed.contains("/a") && !listed.contains("/b") && !listed.contains("/c"), "{listed}");
}

#[test]
fn a_method_is_read_from_a_file_as_it_was_printed() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    shell.ok(&["method", "put", "pets", "/", "GET", "--type", "mock", "--status", "202", "--body", "{}"]);
    let method = shell.json(&["method", "get", "pets", "/", "GET"])["method"].clone();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("method.json");
    std::fs::write(&file, method.to_string()).unwrap();
    let file = file.display().to_string();
    shell.ok(&["method", "put", "pets", "/", "POST", "--file", &file]);
    let copy = shell.json(&["method", "get", "pets", "/", "POST"])["method"].clone();
    assert_eq!(
        (copy["integration"].clone(), copy["responses"].clone()),
        (method["integration"].clone(), method["responses"].clone())
    );
    std::fs::write(directory.path().join("method.json"), "{\"verb\": 1}").unwrap();
    let ended = shell.server.run(&["method", "put", "pets", "/", "PUT", "--file", &file]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("verb") && ended.stderr.contains("postern.admin.v1.Method"), "{ended:?}");
}

#[test]
fn parts_of_a_method_are_put_and_deleted_alone() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    shell.ok(&["method", "put", "pets", "/", "GET", "--type", "mock"]);
    shell.ok(&["method", "put-response", "pets", "/", "GET", "404", "--header", "X-Why"]);
    let shown = shell.ok(&["method", "get", "pets", "/", "GET"]);
    assert!(shown.contains("response 404  method.response.header.X-Why"), "{shown}");
    shell.ok(&["method", "delete-response", "pets", "/", "GET", "404"]);
    shell.ok(&["method", "delete-integration", "pets", "/", "GET"]);
    let said = shell.refused(&["deploy", "pets", "--stage", "prod"]);
    assert!(said.contains("integration"), "{said}");
    shell.ok(&["method", "delete", "pets", "/", "GET"]);
    assert!(!shell.ok(&["method", "list", "pets"]).contains("GET"));
}

#[test]
fn gateway_responses_are_customised_and_given_back() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    shell.ok(&[
        "gateway-response",
        "put",
        "pets",
        "DEFAULT_4XX",
        "--status",
        "418",
        "--map",
        "gatewayresponse.header.X-A='b'",
    ]);
    let shown = shell.ok(&["gateway-response", "get", "pets", "DEFAULT_4XX"]);
    assert!(shown.contains("418") && shown.contains("X-A='b'"), "{shown}");
    assert_eq!(shell.ok(&["gateway-response", "list", "pets"]).lines().count(), 22);
    shell.ok(&["gateway-response", "delete", "pets", "DEFAULT_4XX"]);
    assert!(!shell.ok(&["gateway-response", "get", "pets", "DEFAULT_4XX"]).contains("418"));
}

#[test]
fn models_and_validators_are_made_used_and_deleted() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "pets"]);
    let schema = r#"{"type": "object", "required": ["name"]}"#;
    shell.ok(&["model", "create", "pets", "Pet", "--schema", schema, "--description", "an animal"]);
    let listed = shell.ok(&["model", "list", "pets"]);
    for name in ["Empty", "Error", "Pet", "an animal"] {
        assert!(listed.contains(name), "{name}: {listed}");
    }
    shell.ok(&["model", "update", "pets", "Pet", "--description", "a living thing"]);
    let shown = shell.ok(&["model", "get", "pets", "Pet"]);
    assert!(shown.contains("a living thing") && shown.contains(schema), "{shown}");

    let made = shell.json(&["validator", "create", "pets", "all", "--parameters"]);
    let id = made["request_validator"]["id"].as_str().unwrap().to_owned();
    shell.ok(&["validator", "update", "pets", &id, "--body", "yes"]);
    let listed = shell.ok(&["validator", "list", "pets"]);
    assert_eq!(listed.matches("yes").count(), 2, "{listed}");

    let put = ["method", "put", "pets", "/", "POST", "--type", "mock"];
    let checked = ["--request-validator", &id, "--request-model", "application/json=Pet"];
    shell.ok(&[&put[..], &checked].concat());
    let shown = shell.ok(&["method", "get", "pets", "/", "POST"]);
    assert!(shown.contains(&id) && shown.contains("application/json=Pet"), "{shown}");
    let said = shell.refused(&["model", "delete", "pets", "Pet"]);
    assert!(said.contains("model Pet is in use by method POST /"), "{said}");
    let said = shell.refused(&["validator", "delete", "pets", &id]);
    assert!(said.contains("is in use by method POST /"), "{said}");
    shell.ok(&["method", "delete", "pets", "/", "POST"]);
    shell.ok(&["model", "delete", "pets", "Pet"]);
    shell.ok(&["validator", "delete", "pets", &id]);
    assert_eq!(shell.ok(&["validator", "list", "pets"]).lines().count(), 1);
}

#[test]
fn watch_prints_a_line_for_every_change() {
    let shell = Shell::start();
    shell.ok(&["api", "create", "first"]);
    // Whether the command is there before or after the next change: it tells of it.
    let mut command = postern(["watch", "--after", "1", "-o", "json"]);
    command.env("POSTERN_ADMIN", format!("http://{}", shell.server.admin)).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let id = shell.json(&["api", "create", "pets"])["api"]["id"].clone();
    let changes =
        lines.by_ref().map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap());
    let change = changes.into_iter().find(|change| change["api_id"] == id).unwrap();
    assert_eq!(change["kind"], "CHANGE_KIND_API_CREATED");
    child.kill().unwrap();
    child.wait().unwrap();
}
