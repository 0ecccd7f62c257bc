//! The texts that fuzzing starts from, and those that it once found: none panics, each ends.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/run.rs"]
mod run;

/// Hands over every text of a fuzz target's corpus.
fn replay(target: &str, check: fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the corpus is there") {
        let bytes = fs::read(entry.expect("a file").path()).expect("a file can be read");
        check(&String::from_utf8_lossy(&bytes));
        count += 1;
    }
    assert!(count > 10, "{target} has a corpus");
}

#[test]
fn templates_end() {
    replay("template", run::template);
}

#[test]
fn documents_are_read_and_say_the_same_again() {
    replay("openapi", run::openapi);
}

#[test]
fn json_paths_end() {
    replay("json_path", run::json_path);
}
