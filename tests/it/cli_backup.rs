//! An archive is written while a server serves, and a directory made of it serves the same.

use std::path::Path;

use crate::support::{Request, Server, run};

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn a_restored_directory_serves_what_was_served() {
    let (old, new, files) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = text(&files.path().join("postern.backup"));
    let server = Server::start(old.path(), &[]);
    server.run(&["api", "create", "pets"]).well();
    server.run(&["method", "put", "pets", "/", "GET", "--type", "mock", "--body", "{\"pets\": 1}"]).well();
    server.run(&["deploy", "pets", "--stage", "prod"]).well();
    server.run(&["domain", "bind", "*", "pets", "prod"]).well();
    let deployments = server.run(&["deployment", "list", "pets", "-o", "json"]).well().json();
    let said = server.run(&["backup", &archive]).well().stdout;
    assert!(said.contains("records"), "{said}");
    assert_eq!(std::fs::read_dir(files.path()).unwrap().count(), 1, "nothing but the archive is left");
    assert_eq!(server.stop().0, Some(0));

    let directory = text(&new.path().join("data"));
    run(["restore", &archive, "--data-dir", &directory]).well();
    let server = Server::start(Path::new(&directory), &[]);
    assert_eq!(Request::get("/").send(server.data).text(), "{\"pets\": 1}");
    assert_eq!(server.run(&["deployment", "list", "pets", "-o", "json"]).well().json(), deployments);
    assert_eq!(server.stop().0, Some(0));

    let report = run(["check", "--data-dir", &directory, "-o", "json"]).well().json();
    assert_eq!(
        (report["apis"].as_u64(), report["findings"].as_array().map(Vec::len)),
        (Some(1), Some(0)),
        "{report}"
    );
    std::fs::remove_file(new.path().join("data").join("mark")).unwrap();
    let unsure = run(["check", "--data-dir", &directory]);
    assert_eq!(unsure.code, Some(78), "{unsure:?}");
    run(["check", "--data-dir", &directory, "--accept"]).well();
    run(["check", "--data-dir", &directory]).well();

    let again = run(["restore", &archive, "--data-dir", &directory]);
    assert_eq!(again.code, Some(78), "a directory that is not empty stays as it is: {again:?}");
    assert!(again.stderr.contains("right would be: "), "{again:?}");
}

#[test]
fn what_is_no_whole_archive_is_refused() {
    let files = tempfile::tempdir().unwrap();
    let server = Server::start(&files.path().join("old"), &[]);
    server.run(&["api", "create", "pets"]).well();
    let archive = files.path().join("postern.backup");
    server.run(&["backup", &text(&archive)]).well();
    let whole = std::fs::read(&archive).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (name, bytes) in
        [("cut", &whole[..whole.len() - 1]), ("flipped", &flipped), ("other", b"hello"), ("empty", b"")]
    {
        std::fs::write(&archive, bytes).unwrap();
        let directory = files.path().join(name);
        let ended = run(["restore", &text(&archive), "--data-dir", &text(&directory)]);
        assert_eq!(ended.code, Some(1), "{name}: {ended:?}");
        assert!(ended.stderr.contains("`postern backup`"), "{name}: {ended:?}");
        // Nothing is left behind that would hinder the right one.
        std::fs::write(&archive, &whole).unwrap();
        run(["restore", &text(&archive), "--data-dir", &text(&directory)]).well();
    }
    let missing = run(["restore", &text(&files.path().join("none"))]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
}
