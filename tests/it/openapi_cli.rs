//! `postern import`, `export` and `diff`, and a server that follows a file.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::support::{PATIENCE, Request, Server, postern, run};

/// A document whose `GET /hello` answers `word`.
fn hello(title: &str, word: &str) -> String {
    format!(
        "openapi: 3.0.1\ninfo: {{title: {title}, version: '1'}}\npaths:\n  /hello:\n    get:\n      responses: {{200: \
         {{description: ok, headers: {{X-Word: {{schema: {{type: string}}}}}}}}}}\n      \
         x-amazon-apigateway-integration:\n        type: mock\n        requestTemplates: {{application/json: \
         '{{\"statusCode\": 200}}'}}\n        responses: {{default: {{statusCode: 200, responseParameters: \
         {{method.response.header.X-Word: \"'{word}'\"}}}}}}\n"
    )
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_file_is_imported_deployed_exported_and_compared() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (directory.path().join("a.yaml"), directory.path().join("b.json"));
    fs::write(&a, hello("words", "one")).unwrap();
    let store = directory.path().join("store");
    let server = Server::start(&store, &[]);
    let preview = server.run(&["import", &text(&a), "--preview"]).well();
    assert!(preview.stdout.starts_with("+ API\n"), "{preview:?}");
    assert!(preview.stdout.contains("+ method GET /hello\n"), "{preview:?}");
    assert!(preview.stdout.ends_with("(checked only; nothing was written)\n"), "{preview:?}");

    let made = server.run(&["import", &text(&a), "--deploy", "prod", "-o", "json"]).well().json();
    assert_eq!(made["deployment"]["deployment"]["number"], 1);
    server.run(&["domain", "bind", "*", "words", "prod"]).well();
    let word = || Request::get("/hello").send(server.data).header("x-word").map(str::to_owned);
    assert_eq!(word().as_deref(), Some("one"));

    let wrote = server.run(&["export", "words", "--stage", "prod", "--file", &text(&b)]).well();
    assert!(wrote.stdout.contains("is written"), "{wrote:?}");
    assert_eq!(server.run(&["diff", &text(&b), "words@prod"]).well().stdout, "no differences\n");
    assert_eq!(run(["diff", &text(&a), &text(&b)]).well().stdout, "no differences\n", "files need no server");
    let yaml =
        server.run(&["export", "words", "--yaml", "--extensions", "none", "--format", "swagger"]).well();
    assert!(yaml.stdout.starts_with("swagger: "), "{yaml:?}");

    fs::write(&a, hello("words", "two")).unwrap();
    let put = server.run(&["import", &text(&a), "--api", "words", "--mode", "overwrite"]).well();
    assert!(put.stdout.starts_with("~ method GET /hello\n"), "{put:?}");
    assert_eq!(word().as_deref(), Some("one"), "a draft is never served");
    let told = server.run(&["diff", "words#1", "words"]).well().stdout;
    assert_eq!(
        told,
        "~ method GET /hello\n    integration.responses.default.responseParameters.method.response.header.X-Word\n      \
         - \"'one'\"\n      + \"'two'\"\n"
    );
    let told = server.run(&["diff", "words@prod", &text(&a), "-o", "json"]).well().json();
    let difference = &told["differences"][0];
    assert_eq!(
        (&difference["subject"], &difference["kind"]),
        (&"method GET /hello".into(), &"CHANGED".into())
    );
    assert_eq!(difference["fields"][0]["new"], "'two'");

    fs::write(&a, "openapi: 3.0.1\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: magic}}}}")
        .unwrap();
    let refused = server.run(&["import", &text(&a), "--api", "words"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for part in ["document.info.title", "document.paths[/a].get.x-amazon-apigateway-integration.type"] {
        assert!(refused.stderr.contains(part), "{refused:?}");
    }
    // What cannot be deployed is imported all the same, and said to be.
    fs::write(&a, "openapi: 3.0.1\ninfo: {title: bare, version: 1.10}\npaths: {/a: {get: {responses: {}}}}")
        .unwrap();
    let half = server.run(&["import", &text(&a), "--deploy", "prod"]);
    assert_eq!(half.code, Some(1), "{half:?}");
    assert!(half.stdout.starts_with("API bare (") && half.stderr.contains("GET /a"), "{half:?}");
    let half = server.run(&["import", &text(&a), "--api", "bare", "--deploy", "prod", "-o", "json"]);
    assert!(half.stdout.is_empty() && half.stderr.contains("is imported: 0 changes"), "{half:?}");
    assert!(server.run(&["export", "bare"]).well().stdout.contains("\"1.10\""));
    assert_eq!(run(["import", "/nowhere.yaml"]).code, Some(69), "there is no server either");
}

#[test]
fn a_server_follows_a_file_and_a_broken_one_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("api.yaml");
    fs::write(&file, hello("words", "one")).unwrap();
    let store = directory.path().join("store");
    let free = "127.0.0.1:0";
    let start = || {
        let mut args =
            vec!["serve".to_owned(), "--data-dir".into(), text(&store), "--workers".into(), "1".into()];
        for flag in ["--listen", "--admin-listen", "--ops-listen"] {
            args.extend([flag.to_owned(), free.to_owned()]);
        }
        args.extend(["--api".to_owned(), text(&file), "--api-stage".into(), "live".into()]);
        let mut command = postern(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let ready = loop {
            let mut line = String::new();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "{said}");
            if let Some(ready) = line.strip_prefix("ready ") {
                break serde_json::from_str::<serde_json::Value>(ready).unwrap();
            }
            said.push_str(&line);
        };
        (child, out, err, said, ready["data"].as_str().unwrap().parse::<std::net::SocketAddr>().unwrap())
    };
    let (mut child, _out, mut err, said, data) = start();
    assert!(said.contains("is served as deployment #1 of API words"), "{said}");
    let word = |data| Request::get("/live/hello").send(data).header("x-word").map(str::to_owned);
    let becomes = |expected: &str| {
        let until = Instant::now() + PATIENCE;
        while word(data).as_deref() != Some(expected) {
            assert!(Instant::now() < until, "{expected} never came");
            std::thread::yield_now();
        }
    };
    assert_eq!(word(data).as_deref(), Some("one"));
    fs::write(&file, hello("words", "two")).unwrap();
    becomes("two");

    fs::write(&file, "openapi: 3.0.1\ninfo: {title: words}\npaths: {/a: {get: 1}}").unwrap();
    let mut told = String::new();
    while !told.contains("document.paths[/a].get") {
        let mut line = String::new();
        assert_ne!(err.read_line(&mut line).unwrap(), 0, "{told}");
        told.push_str(&line);
    }
    assert!(told.contains("is not served as it is now; what was served before still is"), "{told}");
    assert_eq!(word(data).as_deref(), Some("two"));
    fs::write(&file, hello("words", "three")).unwrap();
    becomes("three");
    child.kill().unwrap();
    child.wait().unwrap();

    // Another start finds its API again, and deploys nothing that is served already.
    let (mut child, _out, _err, said, data) = start();
    assert!(said.contains("is what is served already"), "{said}");
    assert_eq!(word(data).as_deref(), Some("three"));
    child.kill().unwrap();
    child.wait().unwrap();
}
