//! What lies in `deploy/` and what `docs/` says of settings is true of this binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use postern::cli::Cli;
use postern::settings::{Flags, Settings, TABLE};

use crate::support::{Postern, Request};

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(top(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The `POSTERN_…` names in a text.
fn variables(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
        .filter(|word| word.starts_with("POSTERN_"))
        .collect()
}

#[test]
fn deployment_files_set_variables_that_exist() {
    let known: BTreeSet<String> = TABLE.iter().map(postern::settings::Setting::variable).collect();
    for path in ["deploy/Dockerfile", "deploy/compose.yaml", "deploy/kubernetes/postern.yaml"] {
        let text = text(path);
        let named = variables(&text);
        assert!(!named.is_empty(), "{path} sets nothing");
        for variable in named {
            assert!(known.contains(variable), "{path} sets {variable}, which is no setting");
        }
    }
}

#[test]
fn the_units_settings_file_is_read_without_a_fault() {
    let path = top("deploy/systemd/postern.toml").display().to_string();
    let environment = BTreeMap::from([("POSTERN_CONFIG", path)]);
    let settings = Settings::merge(Flags::default(), |name| environment.get(name).cloned())
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(settings.data_dir, Path::new("/var/lib/postern"));
}

#[test]
fn the_operations_guide_names_every_setting_with_its_default() {
    let guide = text("docs/operations.md");
    for setting in TABLE {
        let row = guide
            .lines()
            .find(|line| line.starts_with(&format!("| `--{}` |", setting.key)))
            .unwrap_or_else(|| panic!("docs/operations.md has no row for --{}", setting.key));
        if let Some(default) = setting.default {
            assert!(
                row.contains(&format!("| `{default}` |")),
                "the default of --{} is {default}: {row}",
                setting.key
            );
        }
    }
    for line in guide.lines().filter_map(|line| line.strip_prefix("| `--")) {
        let key = line.split('`').next().unwrap_or_default();
        let known = key == "config" || TABLE.iter().any(|setting| setting.key == key);
        assert!(known, "docs/operations.md names --{key}, which is no setting of `postern serve`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operations_guide_names_every_metric() {
    let postern = Postern::start().await;
    let scraped = Request::get("/metrics").send(postern.ops).text();
    let guide = text("docs/operations.md");
    let mut named = 0;
    for line in scraped.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        let shown = if kind == "counter" { format!("`{name}_total`") } else { format!("`{name}`") };
        assert!(guide.contains(&shown), "docs/operations.md does not name {shown}");
        named += 1;
    }
    assert!(named > 10, "the server counts something: {scraped}");
}

#[test]
fn every_command_that_the_documents_show_is_one() {
    let mut shown = 0;
    for path in ["README.md", "docs/cors.md", "docs/operations.md", "docs/grpc.md", "deploy/README.md"] {
        for line in text(path).lines().map(str::trim).filter(|line| line.starts_with("postern ")) {
            let line = line.split(" #").next().unwrap_or(line);
            let words = words(line);
            shown += 1;
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{path} shows `{line}`:\n{error}");
            }
        }
    }
    assert!(shown > 5, "the documents show {shown} commands");
}

/// A line's words as a shell takes them; single quotes are all that the documents use.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
