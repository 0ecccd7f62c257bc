//! `ImportApiKeys`: API keys from a file of comma-separated values.
//!
//! Source: API Gateway, *API Gateway API key file format*: a first row with the names of the columns, `name`, `key`,
//! `description`, `enabled` and `usageplanIds`, in any order and case; only `key` has to be there. Fields are quoted as in
//! RFC 4180. All keys are kept in one commit.

use serde_json::Value;

use super::api_keys::NewKey;
use super::call::Call;
use super::error::Exception;
use super::kept;
use super::show::Fields;
use super::usage_plans::{key_id, key_of};
use crate::control::KeptWrite;
use crate::model::KeptKind;

const COLUMNS: [&str; 5] = ["name", "key", "description", "enabled", "usageplanids"];

pub(super) async fn import(call: &Call) -> Result<Value, Exception> {
    if let Some(format) = call.asked("format").filter(|format| !format.eq_ignore_ascii_case("csv")) {
        return Err(Exception::validation(&[format!(
            "Value '{format}' at 'importApiKeysInput.format' failed to satisfy constraint: Member must satisfy enum value \
             set: [csv]"
        )]));
    }
    let text = std::str::from_utf8(&call.document).map_err(|_| unreadable("it is not UTF-8"))?;
    let rows = keys(text)?;
    let (keys, plans) = (kept::of_account(KeptKind::ApiKey), kept::of_account(KeptKind::UsagePlan));
    let mut taken: Vec<_> =
        kept::all(call, keys).await?.iter().map(|key| kept::text(key, "value").to_owned()).collect();
    let plan_ids: Vec<_> =
        kept::all(call, plans).await?.iter().map(|plan| kept::text(plan, "id").to_owned()).collect();
    let (mut ids, mut warnings, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let new = NewKey {
            name: row.field(0),
            value: row.field(1),
            description: row.field(2),
            enabled: row.field(3).is_some_and(|text| text.eq_ignore_ascii_case("true")),
        };
        let value = new.value.ok_or_else(|| unreadable(&format!("row {} has no key", row.number)))?;
        if taken.iter().any(|one| one == value) {
            warnings.push(format!("API Key of row {} already exists", row.number));
            continue;
        }
        taken.push(value.to_owned());
        let (id, fields) = new.made()?;
        let key = fields.put("stageKeys", Vec::<String>::new()).into_value();
        for plan in row.field(4).unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty()) {
            if plan_ids.iter().any(|id| id == plan) {
                let of = kept::of_account(KeptKind::UsagePlanKey);
                writes.push(KeptWrite::New(of, key_id(plan, &id), key_of(plan, &key).to_string()));
            } else {
                warnings.push(format!("Invalid Usage Plan ID specified: {plan}"));
            }
        }
        writes.push(KeptWrite::New(keys, id.clone(), key.to_string()));
        ids.push(id);
    }
    if call.asked("failonwarnings") == Some("true") && !warnings.is_empty() {
        return Err(Exception::bad_request(format!("Warnings found during import: {}", warnings.join("; "))));
    }
    call.control.keep_all(&writes).await.map_err(|error| call.fail(error))?;
    Ok(Fields::new().put("ids", ids).put("warnings", warnings).into_value())
}

/// A row of the file, its fields in the order of [`COLUMNS`].
struct Row {
    number: usize,
    fields: [String; COLUMNS.len()],
}

impl Row {
    fn field(&self, column: usize) -> Option<&str> {
        Some(self.fields[column].trim()).filter(|text| !text.is_empty())
    }
}

fn keys(text: &str) -> Result<Vec<Row>, Exception> {
    let mut records = records(text)?.into_iter();
    let head = records.next().ok_or_else(|| unreadable("it is empty"))?;
    let mut columns = Vec::new();
    for name in &head {
        let name = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
        let column = COLUMNS.iter().position(|column| *column == name);
        columns.push(column.ok_or_else(|| unreadable(&format!("no column is called {name:?}")))?);
    }
    if !columns.contains(&1) {
        return Err(unreadable("it has no column key"));
    }
    let rows = records.enumerate().map(|(index, record)| {
        if record.len() > columns.len() {
            return Err(unreadable(&format!("row {} has more fields than there are columns", index + 1)));
        }
        let mut fields: [String; COLUMNS.len()] = Default::default();
        for (column, field) in columns.iter().zip(record) {
            fields[*column] = field;
        }
        Ok(Row { number: index + 1, fields })
    });
    rows.collect()
}

/// The records of a file with their fields (RFC 4180); empty lines are none.
fn records(text: &str) -> Result<Vec<Vec<String>>, Exception> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let (mut is_quoted, mut was_quoted) = (false, false);
    loop {
        match chars.next() {
            Some('"') if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            Some('"') if is_quoted => is_quoted = false,
            None if is_quoted => return Err(unreadable("a quote is not closed")),
            Some(char) if is_quoted => field.push(char),
            Some('"') if field.trim().is_empty() && !was_quoted => {
                field.clear();
                (is_quoted, was_quoted) = (true, true);
            }
            Some(',') => {
                record.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            Some('\r') if chars.peek() == Some(&'\n') => {}
            end @ (Some('\n') | None) => {
                record.push(std::mem::take(&mut field));
                let whole = std::mem::take(&mut record);
                if whole.len() > 1 || was_quoted || !whole[0].trim().is_empty() {
                    records.push(whole);
                }
                was_quoted = false;
                if end.is_none() {
                    return Ok(records);
                }
            }
            Some(char) => field.push(char),
        }
    }
}

fn unreadable(why: &str) -> Exception {
    Exception::bad_request(format!("Failed to parse the API key file: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn records_are_read_as_rfc_4180_has_them() {
        let read = |text| records(text).map_err(|error| error.message);
        for (text, expected) in [
            ("a,b\n1,2", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r\n1,\r\n\r\n", vec![vec!["a", "b"], vec!["1", ""]]),
            ("\"x, y\",\"say \"\"hi\"\"\"\n", vec![vec!["x, y", "say \"hi\""]]),
            ("\"two\nlines\", \"spaced\" ", vec![vec!["two\nlines", "spaced "]]),
            ("", vec![]),
        ] {
            assert_eq!(read(text).expect("sound"), expected, "{text:?}");
        }
        assert!(read("\"open").is_err());
    }

    #[test]
    fn columns_are_told_by_their_names() {
        let read = |text| keys(text).map_err(|error| error.message);
        let rows = read("Key,Name,usagePlanIds\nabc,one,\"p1, p2\"\ndef\n").expect("sound");
        assert_eq!(rows[0].fields, ["one", "abc", "", "", "p1, p2"]);
        assert_eq!((rows[1].number, rows[1].field(1), rows[1].field(0)), (2, Some("def"), None));
        for (text, why) in [
            ("", "it is empty"),
            ("name\na", "it has no column key"),
            ("key,colour\na,b", "no column is called \"colour\""),
            ("key\na,b", "row 1 has more fields than there are columns"),
        ] {
            assert_eq!(
                read(text).err(),
                Some(format!("Failed to parse the API key file: {why}")),
                "{text:?}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_quoted_is_read_back(fields in prop::collection::vec("[^\r]{0,8}", 1..4)) {
            let line: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            prop_assert_eq!(records(&line.join(",")).expect("sound"), vec![fields]);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,40}") {
            let _whatever_it_says = keys(&text);
        }
    }
}
