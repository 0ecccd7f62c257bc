//! The floors of the source tree, read off the source itself.
//!
//! `ARCHITECTURE.md` says in prose what is checked here: which module may import which, and what must be
//! absent. A new top-level module needs a row in [`FLOORS`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What each top-level module may import of ours, from the top floor to the ground. It may always import itself.
const FLOORS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("cli", &["app", "settings", "openapi", "wire", "model"]),
    ("app", EVERYTHING),
    ("settings", &["model"]),
    ("admin", &["control", "openapi", "cors", "wire", "model", "ops"]),
    ("aws", &["control", "openapi", "model", "ops"]),
    ("control", &["store", "compile", "openapi", "cors", "mapping", "route", "validation", "model", "ops"]),
    ("gateway", &["compile", "route", "mapping", "template", "validation", "cors", "model", "ops"]),
    ("compile", &["route", "mapping", "template", "validation", "cors", "model"]),
    ("openapi", &["mapping", "cors", "model"]),
    ("store", &["wire", "model"]),
    ("wire", &["model"]),
    ("template", &["mapping", "model"]),
    ("route", &["model"]),
    ("mapping", &["model"]),
    ("validation", &["model"]),
    ("cors", &["model"]),
    ("model", &[]),
    ("ops", &[]),
];

/// Marks the composition root, which alone knows every floor.
const EVERYTHING: &[&str] = &["*"];

/// The floors that decide and compute only: time, randomness and ids reach them as arguments.
const PURE: &[&str] = &["openapi", "route", "mapping", "template", "validation", "cors", "model"];

/// What a pure floor never names, and why.
const IMPURE: &[(&str, &str)] = &[
    ("async", "waiting is the business of the floors above"),
    ("await", "waiting is the business of the floors above"),
    ("fastrand", "randomness is an argument"),
    ("fs", "no file is read"),
    ("getrandom", "randomness is an argument"),
    ("now", "time is an argument, named for what it means"),
    ("tokio", "nothing here runs on a runtime"),
    ("tracing", "what is found is returned, not logged"),
];

/// The longest a source file may get, inline tests included.
const LONGEST_FILE: usize = 450;

#[test]
fn imports_run_downwards_only() {
    let floors: BTreeMap<&str, &[&str]> = FLOORS.iter().copied().collect();
    let mut faults = Vec::new();
    for file in Source::all() {
        let Some(allowed) = floors.get(file.floor.as_str()) else {
            faults.push(format!("{}: module `{}` has no row in FLOORS", file.path.display(), file.floor));
            continue;
        };
        for import in imports(&file.code, file.depth) {
            let known = floors.contains_key(import.as_str());
            let own = import == file.floor;
            if known && !own && *allowed != EVERYTHING && !allowed.contains(&import.as_str()) {
                faults.push(format!("{}: `{}` may not import `{import}`", file.path.display(), file.floor));
            }
        }
    }
    none(&faults);
}

#[test]
fn no_floor_imports_one_above_it() {
    let order: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    for (at, (floor, allowed)) in FLOORS.iter().enumerate() {
        for below in allowed.iter().filter(|name| **name != "*") {
            let there = order.iter().position(|name| name == below);
            assert!(there > Some(at), "the row of `{floor}` names `{below}`, which is not below it");
        }
    }
}

#[test]
fn only_the_store_names_sled() {
    let faults = naming("sled", |file| file.floor != "store");
    none(&faults);
}

#[test]
fn the_model_belongs_to_no_boundary() {
    for word in ["serde", "Serialize", "Deserialize", "prost", "tonic"] {
        none(&naming(word, |file| file.floor == "model"));
    }
}

#[test]
fn pure_floors_have_no_clock_no_randomness_no_log_and_never_wait() {
    for (word, reason) in IMPURE {
        let faults = naming(word, |file| PURE.contains(&file.floor.as_str()));
        none(&faults.iter().map(|fault| format!("{fault}: {reason}")).collect::<Vec<_>>());
    }
}

#[test]
fn nothing_is_left_undone() {
    for word in ["todo", "unimplemented", "dbg"] {
        let faults = Source::all()
            .iter()
            .filter(|file| file.code.contains(&format!("{word}!")))
            .map(|file| format!("{}: `{word}!`", file.path.display()))
            .collect::<Vec<_>>();
        none(&faults);
    }
}

#[test]
fn files_stay_small() {
    let faults = Source::all()
        .iter()
        .filter(|file| file.lines > LONGEST_FILE)
        .map(|file| format!("{}: {} lines, more than {LONGEST_FILE}", file.path.display(), file.lines))
        .collect::<Vec<_>>();
    none(&faults);
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    let faults = Source::all()
        .iter()
        .filter(|file| {
            !file.path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"))
        })
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| format!("{}: does not open with `//!`", file.path.display()))
        .collect::<Vec<_>>();
    none(&faults);
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let cases: &[(&str, usize, &[&str])] = &[
        ("use crate::model::Api;", 2, &["model"]),
        ("use crate::{model::{Api, Stage}, store, wire as w};", 2, &["model", "store", "wire"]),
        ("use crate::{\n    cors::{plan, show},\n    route::Tree,\n};", 2, &["cors", "route"]),
        ("let x = crate::store::open();", 2, &["store"]),
        ("macro_rules! m { () => { $crate::ops::count() } }", 2, &["ops"]),
        ("pub(crate) fn f() {} pub(in crate::store) fn g() {}", 2, &["store"]),
        ("use super::super::wire::pb;", 2, &["wire"]),
        ("use super::keys::Key;", 2, &[]),
        ("use super::wire;", 1, &["wire"]),
        ("use postern::cli;", 1, &["cli"]),
        ("// use crate::store;\n/// [`crate::gateway`]\nfn f() {}", 2, &[]),
        ("let url = \"http://x\"; use crate::store::X;", 2, &["store"]),
    ];
    for (text, depth, expected) in cases {
        let expected = expected.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(imports(&code_of(text), *depth), expected, "{text}");
    }
}

/// One file of `src/`.
struct Source {
    /// From the package's folder.
    path: PathBuf,
    /// The top-level module it belongs to.
    floor: String,
    /// How deep its module lies: 1 for a top-level one.
    depth: usize,
    /// As it stands.
    text: String,
    /// Without comments and without what string literals hold.
    code: String,
    lines: usize,
}

impl Source {
    /// Every source file but the root of the library, which only lists the modules.
    fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let mut paths = Vec::new();
            walk(&root.join("src"), &mut paths);
            assert!(paths.len() > 20, "the source tree was not found");
            paths.retain(|path| !path.ends_with("src/lib.rs"));
            paths.iter().map(|path| Source::read(root, path)).collect()
        });
        &ALL
    }

    fn read(root: &Path, path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a source file is readable text");
        let path = path.strip_prefix(root).expect("it lies below the package's folder").to_owned();
        let mut module: Vec<String> = path
            .with_extension("")
            .components()
            .skip(1)
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if module.last().is_some_and(|name| name == "mod") {
            module.pop();
        }
        Self {
            floor: module.first().cloned().unwrap_or_default(),
            depth: module.len(),
            code: code_of(&text),
            lines: text.lines().count(),
            path,
            text,
        }
    }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("src is a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The text without line comments, block comments and the insides of string and character literals.
fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(length) = raw_string(rest) {
            at += length;
            code.push_str("\"\"");
        } else if rest.starts_with('"') {
            at += string(rest);
            code.push_str("\"\"");
        } else if let Some(length) = character(rest) {
            at += length;
            code.push_str("' '");
        } else {
            let next = rest.chars().next().expect("`at` is below the length");
            code.push(next);
            at += next.len_utf8();
        }
    }
    code
}

/// The length of the raw string literal that `rest` opens with.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?.bytes().take_while(|byte| *byte == b'#').count();
    let body = rest[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&close).map_or(rest.len(), |end| 1 + hashes + 1 + end + close.len()))
}

/// The length of the string literal that `rest` opens with.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, next) in rest.char_indices().skip(1) {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of the character literal that `rest` opens with; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first == '\\' {
        return inside[2..].find('\'').map(|end| end + 4);
    }
    inside[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

/// The top-level modules that a file's code names, through `crate::`, `postern::`, or enough `super::`.
fn imports(code: &str, depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for root in ["crate::".to_owned(), "postern::".to_owned(), "super::".repeat(depth)] {
        for (at, _) in code.match_indices(&root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            names(&code[at + root.len()..], &mut found);
        }
    }
    found
}

/// The first names of a path or of a group of paths.
fn names(rest: &str, into: &mut BTreeSet<String>) {
    let Some(group) = rest.trim_start().strip_prefix('{') else {
        into.extend(identifier(rest));
        return;
    };
    let mut nesting = 0_usize;
    let mut start = 0;
    for (at, next) in group.char_indices() {
        match next {
            '{' => nesting += 1,
            '}' if nesting > 0 => nesting -= 1,
            ',' | '}' if nesting == 0 => {
                into.extend(identifier(&group[start..at]));
                start = at + 1;
                if next == '}' {
                    return;
                }
            }
            _ => {}
        }
    }
}

fn identifier(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Which of the chosen files name `word` as a whole word of code.
fn naming(word: &str, chosen: impl Fn(&Source) -> bool) -> Vec<String> {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    Source::all()
        .iter()
        .filter(|file| chosen(file))
        .filter(|file| {
            file.code.match_indices(word).any(|(at, _)| {
                let before = file.code[..at].chars().next_back();
                let after = file.code[at + word.len()..].chars().next();
                !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
            })
        })
        .map(|file| format!("{}: names `{word}`", file.path.display()))
        .collect()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
