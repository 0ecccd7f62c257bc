//! What `postern serve` does with a data directory that has lost acknowledged writes: it refuses to start and names
//! the cure, or, when told to, serves what was served last and takes no writes.

use std::path::Path;

use crate::support::{Request, Server, run};

const SERVE_ANYWAY: [&str; 2] = ["--on-store-fault", "serve"];

/// A data directory whose API is served, and whose database then loses its last megabyte.
fn torn(directory: &Path) {
    let server = Server::start(directory, &[]);
    server.run(&["api", "create", "pets"]).well();
    server.run(&["method", "put", "pets", "/", "GET", "--type", "mock", "--body", "{\"pets\": 1}"]).well();
    server.run(&["deploy", "pets", "--stage", "prod"]).well();
    server.run(&["domain", "bind", "*", "pets", "prod"]).well();
    assert_eq!(server.stop().0, Some(0));
    let database = std::fs::OpenOptions::new().write(true).open(directory.join("store").join("db")).unwrap();
    let length = database.metadata().unwrap().len();
    database.set_len(length.saturating_sub(1 << 20)).unwrap();
}

#[test]
fn a_store_that_lost_writes_is_refused_with_its_cure() {
    let directory = tempfile::tempdir().unwrap();
    torn(directory.path());
    let path = directory.path().display().to_string();
    let free = "127.0.0.1:0";
    let ended =
        run(["serve", "--data-dir", &path, "--listen", free, "--admin-listen", free, "--ops-listen", free]);
    assert_eq!(ended.code, Some(78), "{ended:?}");
    for part in [path.as_str(), "postern restore", "--on-store-fault=serve"] {
        assert!(ended.stderr.contains(part), "{part:?} in {ended:?}");
    }
}

#[test]
fn told_to_serve_anyway_it_answers_callers_and_takes_no_writes() {
    let directory = tempfile::tempdir().unwrap();
    torn(directory.path());
    let server = Server::start(directory.path(), &SERVE_ANYWAY);
    assert_eq!(Request::get("/").send(server.data).text(), "{\"pets\": 1}");
    let refused = server.run(&["api", "create", "more"]);
    assert_eq!(refused.code, Some(69), "UNAVAILABLE: {refused:?}");
    let metrics = Request::get("/metrics").send(server.ops).text();
    assert!(metrics.lines().any(|line| line == "postern_store_read_only 1"), "{metrics}");
    assert_eq!(server.stop().0, Some(0));

    // Serving did not mend or alter anything: the fault is told again.
    let path = directory.path().display().to_string();
    assert_eq!(run(["check", "--data-dir", &path]).code, Some(78));
}
