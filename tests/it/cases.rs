//! Behaviour as data: the files of `tests/cases`, run through the real admin API and the real listener. What the files
//! hold is said in `tests/cases/README.md`.
//!
//! `POSTERN_CASES=text` runs only the cases whose file or name holds that text.

mod api;
mod check;
mod file;
mod run;

use std::collections::BTreeSet;
use std::path::Path;

use file::{Case, CaseFile};
use run::Bench;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_holds() {
    let wanted = std::env::var("POSTERN_CASES").unwrap_or_default();
    let cases: Vec<Case> = file::read_all(Path::new(DIRECTORY))
        .unwrap()
        .into_iter()
        .flat_map(CaseFile::into_cases)
        .filter(|case| case.title().contains(&wanted))
        .collect();
    assert!(!cases.is_empty(), "no case is called {wanted:?}");
    let count = cases.len();
    let failures = Bench::start().await.run_all(cases).await;
    assert!(failures.is_empty(), "{} of {count} cases fail\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn the_compatibility_page_names_every_file_of_cases() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/compatibility.md")).unwrap();
    let (_, rest) = page.split_once("\n## The life of a request\n").unwrap();
    let table = rest.split("\n#").next().unwrap();
    let last_cells = table.lines().filter_map(|line| line.strip_suffix('|')?.rsplit('|').next());
    let named: BTreeSet<String> = last_cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|name| name.trim_end_matches(".toml").to_owned())
        .collect();
    let files = file::read_all(Path::new(DIRECTORY)).unwrap();
    let there: BTreeSet<String> = files.into_iter().map(|file| file.name).collect();
    assert_eq!(named, there);
}

const PETS: &str = r#"
about = "One method"
[api.pets.methods."GET /pets"]
type = "MOCK"
templates = { "application/json" = '{"statusCode": 200}' }
responses = [{ status = 200, templates = { "application/json" = '[]' }, headers = { X-A = "'1'" } }]
"#;

/// A file with one case, which expects this.
fn file_expecting(rest: &str) -> Result<CaseFile, String> {
    let head = "[[case]]\nname = \"pets\"\nproves = \"it runs\"\nrequest = { path = \"/pets\" }";
    CaseFile::parse("inline", &format!("{PETS}{head}\n{rest}"))
}

#[tokio::test]
async fn a_case_that_fails_says_its_name_and_what_differs() {
    let bench = Bench::start().await;
    let good = r#"expect = { status = 200, headers = { x-a = "1", x-b = false }, body = "[]" }"#;
    assert_eq!(bench.run_all(file_expecting(good).unwrap().into_cases()).await, Vec::<String>::new());
    for (expect, difference) in [
        ("status = 201", "status: expected 201, got 200"),
        ("body = '{}'", "body: expected \"{}\"\n       got      \"[]\""),
        ("json = '{}'", "json: expected {}\n       got      []"),
        ("contains = 'x'", "body: expected to contain \"x\""),
        ("headers = { x-a = '2' }", "header x-a: expected [\"2\"], got [\"1\"]"),
        ("headers = { X-B = true }", "header X-B: expected any, got none"),
        ("headers = { X-A = false }", "header X-A: expected none, got [\"1\"]"),
        ("headers = { X-A = { matches = '^2$' } }", "header X-A: expected to match ^2$, got [\"1\"]"),
        ("names = ['x-a']", "names: expected [\"x-a\"], got ["),
    ] {
        let file = file_expecting(&format!("expect = {{ {expect} }}")).unwrap();
        let failures = bench.run_all(file.into_cases()).await;
        assert_eq!(failures.len(), 1, "{expect}");
        assert!(failures[0].contains("inline: pets"), "{}", failures[0]);
        assert!(failures[0].contains(difference), "{expect}: {}", failures[0]);
    }
    let unseen = file_expecting("seen = { method = 'GET' }").unwrap();
    let failures = bench.run_all(unseen.into_cases()).await;
    assert!(failures[0].contains("the back end was called 0 times"), "{}", failures[0]);
}

#[test]
fn a_case_that_cannot_fail_is_refused() {
    for (rest, reason) in [
        ("", "expects nothing"),
        ("expect = {}", "expects nothing"),
        ("seen = {}", "expects nothing"),
        ("expect = { status = 200 }\napi = 'cats'", "no API is called \"cats\""),
        ("expect = { status = 200 }\nwith = { x = '1' }", "{{x}} stands nowhere"),
        ("expect = { status = 200, refused = 'x' }", "nothing is answered"),
        ("expect = { status = 200, bdoy = '1' }", "unknown field `bdoy`"),
        ("expect = { status = 200 }\nrequets = {}", "unknown field `requets`"),
        ("expect = { status = 200, body = '{{nothing}}' }", "nothing gives {{nothing}}"),
    ] {
        let refused = file_expecting(rest).err().unwrap_or_else(|| panic!("{rest} is taken"));
        assert!(refused.contains(reason), "{rest}: {refused}");
    }
    let twice = format!("{PETS}[[case]]\nname='a'\nproves='a'\nexpect={{status=1}}\n").repeat(1)
        + "[[case]]\nname='a'\nproves='a'\nexpect={status=1}";
    assert!(CaseFile::parse("inline", &twice).err().unwrap().contains("two cases are called \"a\""));
    let none = CaseFile::parse("inline", PETS).err().unwrap();
    assert!(none.contains("missing field `case`"), "{none}");
}
