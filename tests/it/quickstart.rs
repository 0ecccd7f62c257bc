//! The README's first command.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use postern::cli::quickstart::readme;

use crate::support::{postern, run};

#[test]
fn the_whole_tour_is_right() {
    let ended = run(["quickstart", "--once"]).well();
    assert_eq!(ended.stdout.matches("as it should be").count(), 11, "{}", ended.stdout);
    assert!(!ended.stdout.contains("not as it should be"), "{}", ended.stdout);
}

#[test]
fn the_readme_shows_the_lines_of_the_tour() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- quickstart -->\n").expect("a mark where the lines begin");
    let (shown, _) = rest.split_once("<!-- /quickstart -->").expect("a mark where they end");
    let right = readme(([127, 0, 0, 1], 8080).into(), ([127, 0, 0, 1], 9901).into());
    assert_eq!(shown, right, "the README is to show\n{right}");
}

/// Runs `quickstart` until it serves; gives what it said so far, after it was asked to stop and did.
fn tour(directory: &Path) -> String {
    let free = "127.0.0.1:0";
    let directory = directory.display().to_string();
    let args = ["quickstart", "--data-dir", &directory, "--listen", free, "--admin-listen", free];
    let mut command = postern(args.into_iter().chain(["--ops-listen", free, "--echo-listen", free]));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Ctrl-C stops it") {
        let length = stdout.read_line(&mut said).unwrap();
        assert_ne!(length, 0, "it ended with {:?} after {said}", child.wait());
    }
    Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    stdout.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn a_second_start_finds_its_data_and_its_back_end() {
    let directory = tempfile::tempdir().unwrap();
    let first = tour(directory.path());
    assert!(first.contains("is made") && first.contains("grpcurl -plaintext"), "{first}");
    let second = tour(directory.path());
    assert!(second.contains("is there from an earlier run"), "{second}");
    for said in [first, second] {
        assert_eq!(said.matches("as it should be").count(), 4, "{said}");
        assert!(!said.contains("not as it should be"), "{said}");
    }
}
