//! The optional TOML file: flat, one key per setting.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Value;

use super::merge::Problem;
use super::table::{Setting, TABLE};

/// The texts a file gives, by key.
pub(super) type Texts = BTreeMap<&'static str, Vec<String>>;

/// Reads the file at `path`; every fault is noted in `problems`.
pub(super) fn read(path: &Path, problems: &mut Vec<Problem>) -> Texts {
    let name = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem::new(
                "--config",
                format!("{name} cannot be read: {error}"),
                "the path of a readable TOML file",
            ));
            return Texts::new();
        }
    };
    parse(&name, &text, problems)
}

/// Reads the text of a file called `name`.
fn parse(name: &str, text: &str, problems: &mut Vec<Problem>) -> Texts {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            problems.push(Problem::new(
                line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}")),
                format!("not TOML: {}", error.message()),
                "lines such as listen = \"0.0.0.0:8080\"",
            ));
            return Texts::new();
        }
    };
    let mut texts = Texts::new();
    for (key, value) in table {
        let Some(setting) = TABLE.iter().find(|setting| setting.key == key) else {
            let right = nearest(&key).map_or_else(
                || "a flag of `postern serve --help` without its dashes".to_owned(),
                |setting| {
                    format!(
                        "{} perhaps, or another flag of `postern serve --help` without its dashes",
                        setting.key
                    )
                },
            );
            problems.push(Problem::new(name, format!("there is no setting {key:?}"), right));
            continue;
        };
        match as_texts(setting, value) {
            Some(values) => {
                texts.insert(setting.key, values);
            }
            None => problems.push(Problem::new(
                format!("{name}: {key}"),
                "the value has the wrong type",
                if setting.many { "a string, or an array of strings" } else { "a string or a number" },
            )),
        }
    }
    texts
}

fn as_texts(setting: &Setting, value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Array(values) if setting.many => {
            values.into_iter().map(|value| value.as_str().map(str::to_owned)).collect()
        }
        Value::Array(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Float(_) | Value::Table(_) => None,
    }
}

/// The setting whose name shares most pairs of letters with `key`, if any is close.
fn nearest(key: &str) -> Option<&'static Setting> {
    let key = key.to_ascii_lowercase().replace('_', "-");
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mine = pairs(&key);
    let shared = |setting: &Setting| {
        let theirs = pairs(setting.key);
        let common = mine.iter().filter(|pair| theirs.contains(pair)).count();
        200 * common / (mine.len() + theirs.len()).max(1)
    };
    TABLE.iter().max_by_key(|setting| shared(setting)).filter(|setting| shared(setting) >= 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        parse("postern.toml", text, &mut problems);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_gives_strings_numbers_and_arrays() {
        let mut problems = Vec::new();
        let text = "listen = \"0.0.0.0:80\"\nmax-header-fields = 50\nallow-upstream = [\"a\", \"b\"]\n";
        let texts = parse("postern.toml", text, &mut problems);
        assert_eq!(problems, []);
        assert_eq!(texts["listen"], ["0.0.0.0:80"]);
        assert_eq!(texts["max-header-fields"], ["50"]);
        assert_eq!(texts["allow-upstream"], ["a", "b"]);
    }

    #[test]
    fn an_unknown_key_names_the_one_that_was_meant() {
        let faults = faults("admin_listen = \"127.0.0.1:1\"\n");
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].contains("no setting \"admin_listen\"") && faults[0].contains("admin-listen perhaps"),
            "{faults:?}"
        );
    }

    #[test]
    fn every_fault_of_a_file_is_reported() {
        let faults = faults("listen = [\"a\"]\nworkers = true\nzzz = 1\n");
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_fault_of_syntax_names_its_line() {
        let faults = faults("workers = 1\nlisten = 0.0.0.0\n");
        assert!(faults[0].starts_with("postern.toml:2: not TOML"), "{faults:?}");
    }
}
