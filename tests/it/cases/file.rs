//! The format of a case file, read and found sound.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use toml::Value;

use super::api::Api;

/// What stands for itself until the case runs: see [`super::run`].
pub const LATE: [&str; 6] = ["api", "back", "closed", "request-id", "extended-id", "case"];

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    about: String,
    #[serde(default)]
    api: BTreeMap<String, Value>,
    case: Vec<Value>,
}

/// A file of cases with the APIs that they share.
#[derive(Debug)]
pub struct CaseFile {
    /// The file's name, without its ending.
    pub name: String,
    /// What the file is about, for people.
    about: String,
    api: BTreeMap<String, Value>,
    case: Vec<RawCase>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    name: String,
    proves: String,
    #[serde(default)]
    recorded: bool,
    #[serde(default)]
    api: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// Names of `with` that stand in the case itself.
    #[serde(skip)]
    used: BTreeSet<String>,
    #[serde(default)]
    back: Option<Back>,
    #[serde(default)]
    request: Request,
    #[serde(default)]
    expect: Expect,
    #[serde(default)]
    seen: Option<Seen>,
}

/// One case, ready to be run.
#[derive(Clone, Debug)]
pub struct Case {
    file: String,
    name: String,
    /// What its file is about, what it proves, and how that is known.
    subject: String,
    pub api: Api,
    pub back: Back,
    pub request: Request,
    pub expect: Expect,
    pub seen: Option<Seen>,
}

/// What the back end answers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Back {
    pub status: Option<u16>,
    /// `Name: value` each.
    #[serde(default)]
    pub headers: Vec<String>,
    #[serde(flatten)]
    pub body: Bytes,
    /// The whole answer, after which the connection is closed.
    pub raw: Option<String>,
    /// No answer at all.
    #[serde(default)]
    pub silent: bool,
}

/// What the caller sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: Option<String>,
    /// Below the stage, with the query.
    pub path: Option<String>,
    /// The whole target instead of `path`.
    pub target: Option<String>,
    /// The host instead of the API's own.
    pub host: Option<String>,
    /// `Name: value` each.
    #[serde(default)]
    pub headers: Vec<String>,
    #[serde(flatten)]
    pub body: Bytes,
}

/// A body as text or as base64.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Bytes {
    body: Option<String>,
    body_base64: Option<String>,
}

impl Bytes {
    pub fn get(&self) -> Option<Vec<u8>> {
        let decoded =
            self.body_base64.as_ref().map(|text| BASE64_STANDARD.decode(text).expect("it was checked"));
        decoded.or_else(|| self.body.as_ref().map(|text| text.clone().into_bytes()))
    }

    fn check(&self) -> Result<(), String> {
        match (&self.body, &self.body_base64) {
            (Some(_), Some(_)) => Err("body and body_base64 exclude one another".to_owned()),
            (_, Some(text)) => {
                BASE64_STANDARD.decode(text).map(drop).map_err(|error| format!("body_base64: {error}"))
            }
            _ => Ok(()),
        }
    }
}

/// What the caller has to be answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub status: Option<u16>,
    #[serde(flatten)]
    pub message: Message,
    /// The API is refused, by a call that sets it up or by its deployment, in words that hold this.
    pub refused: Option<String>,
}

/// What the back end has to have received.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub method: Option<String>,
    pub target: Option<String>,
    #[serde(flatten)]
    pub message: Message,
    /// The back end is never called.
    #[serde(default)]
    pub nothing: bool,
}

/// What is expected of headers and body.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Message {
    #[serde(default)]
    pub headers: BTreeMap<String, Values>,
    /// The names of all headers, sorted, in lower case.
    pub names: Option<Vec<String>>,
    body: Option<String>,
    body_base64: Option<String>,
    /// The body as JSON, whatever its spaces and order.
    pub json: Option<String>,
    /// A part of the body.
    pub contains: Option<String>,
}

/// What is expected of a header's values.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Values {
    One(String),
    All(Vec<String>),
    Present(bool),
    Pattern { matches: String },
}

impl Message {
    pub fn body(&self) -> Bytes {
        Bytes { body: self.body.clone(), body_base64: self.body_base64.clone() }
    }

    fn is_empty(&self) -> bool {
        let Self { headers, names, body, body_base64, json, contains } = self;
        headers.is_empty()
            && names.is_none()
            && body.is_none()
            && body_base64.is_none()
            && json.is_none()
            && contains.is_none()
    }

    fn check(&self) -> Result<(), String> {
        self.body().check()?;
        if let Some(json) = &self.json {
            serde_json::from_str::<serde_json::Value>(json).map_err(|error| format!("json: {error}"))?;
        }
        for values in self.headers.values() {
            if let Values::Pattern { matches } = values {
                regex::Regex::new(matches).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }
}

/// Reads every file of a directory, in the order of their names.
pub fn read_all(directory: &Path) -> Result<Vec<CaseFile>, String> {
    let entries =
        std::fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        CaseFile::parse(&path.file_stem().unwrap_or_default().to_string_lossy(), &text)
    };
    paths.iter().map(read).collect()
}

impl CaseFile {
    /// Reads a file, and refuses one that says less than it seems to.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let RawFile { about, api, case } =
            toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        let cases: Result<Vec<_>, _> = case.iter().map(expand).collect();
        let case = cases.map_err(|error| format!("{name}: {error}"))?.concat();
        let file = Self { name: name.to_owned(), about, api, case };
        let (mut names, mut used) = (BTreeSet::new(), BTreeSet::new());
        for case in &file.case {
            let title = format!("{name}: {}", case.name);
            if !names.insert(&case.name) {
                return Err(format!("{name}: two cases are called {:?}", case.name));
            }
            case.check().map_err(|error| format!("{title}: {error}"))?;
            file.resolve(case).map_err(|error| format!("{title}: {error}"))?;
            used.extend(file.api_of(case).map(str::to_owned));
        }
        match file.api.keys().find(|api| !used.contains(*api)) {
            Some(unused) => Err(format!("{name}: no case uses the API {unused:?}")),
            None => Ok(file),
        }
    }

    pub fn into_cases(self) -> Vec<Case> {
        let resolved = self.case.iter().map(|case| self.resolve(case).expect("it was checked"));
        resolved.collect()
    }

    /// The API of a case; a file's only one need not be named.
    fn api_of<'s>(&'s self, case: &'s RawCase) -> Option<&'s str> {
        let only = || self.api.keys().next().filter(|_| self.api.len() == 1).map(String::as_str);
        case.api.as_deref().or_else(only)
    }

    fn subject(&self, case: &RawCase) -> String {
        let known = if case.recorded { ", as recorded of Amazon API Gateway" } else { "" };
        format!("{}: {}{known}", self.about, case.proves)
    }

    fn resolve(&self, case: &RawCase) -> Result<Case, String> {
        let name = self.api_of(case).ok_or("which API of the file is meant?")?;
        let mut api = self.api.get(name).cloned().ok_or_else(|| format!("no API is called {name:?}"))?;
        let mut filler = Filler { with: &case.with, used: BTreeSet::new(), complete: true };
        filler.fill(&mut api)?;
        let unused = case.with.keys().find(|name| !filler.used.contains(*name) && !case.used.contains(*name));
        if let Some(unused) = unused {
            return Err(format!("{{{{{unused}}}}} stands nowhere in the API {name:?}"));
        }
        let api = api.try_into().map_err(|error: toml::de::Error| format!("API {name:?}: {error}"))?;
        Ok(Case {
            file: self.name.clone(),
            name: case.name.clone(),
            subject: self.subject(case),
            api,
            back: case.back.clone().unwrap_or_default(),
            request: case.request.clone(),
            expect: case.expect.clone(),
            seen: case.seen.clone(),
        })
    }
}

impl Case {
    pub fn title(&self) -> String {
        format!("{}: {}", self.file, self.name)
    }

    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl RawCase {
    fn check(&self) -> Result<(), String> {
        let Expect { status, message, refused } = &self.expect;
        let answered = status.is_some() || !message.is_empty();
        let seen = self.seen.as_ref().is_some_and(|seen| {
            seen.nothing || seen.method.is_some() || seen.target.is_some() || !seen.message.is_empty()
        });
        if !answered && !seen && refused.is_none() {
            return Err("it expects nothing, so that it cannot fail".to_owned());
        }
        if refused.is_some() && (answered || seen) {
            return Err("nothing is answered by an API that is refused".to_owned());
        }
        if self.proves.is_empty() {
            return Err("it proves nothing".to_owned());
        }
        message.check()?;
        for bytes in [&self.request.body, &self.back.clone().unwrap_or_default().body] {
            bytes.check()?;
        }
        if let Some(seen) = &self.seen {
            seen.message.check()?;
        }
        let mut texts = vec![message.body.as_deref(), message.json.as_deref()];
        texts.extend(self.seen.iter().flat_map(|seen| {
            [seen.target.as_deref(), seen.message.body.as_deref(), seen.message.json.as_deref()]
        }));
        for name in texts.into_iter().flatten().flat_map(names) {
            if !LATE.contains(&name) {
                return Err(format!("nothing gives {{{{{name}}}}}"));
            }
        }
        Ok(())
    }
}

/// A case for each row of its `each`; itself without one.
fn expand(written: &Value) -> Result<Vec<RawCase>, String> {
    let parse = |case: Value| case.try_into::<RawCase>().map_err(|error| error.to_string());
    let Some(each) = written.get("each") else { return Ok(vec![parse(written.clone())?]) };
    let rows: Vec<BTreeMap<String, String>> =
        each.clone().try_into().map_err(|error| format!("each: {error}"))?;
    if rows.is_empty() {
        return Err("each: a table without a row proves nothing".to_owned());
    }
    let of_row = |row: BTreeMap<String, String>| {
        let mut case = written.clone();
        case.as_table_mut().map(|table| table.remove("each"));
        let mut filler = Filler { with: &row, used: BTreeSet::new(), complete: false };
        filler.fill(&mut case)?;
        let used = filler.used;
        let mut case = parse(case)?;
        case.with.extend(row);
        Ok(RawCase { used, ..case })
    };
    rows.into_iter().map(of_row).collect()
}

/// Puts the values of a case into the API that it shares with others.
struct Filler<'c> {
    with: &'c BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// Whether every placeholder has to be known.
    complete: bool,
}

impl Filler<'_> {
    fn fill(&mut self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => *text = self.text(text)?,
            Value::Array(list) => list.iter_mut().try_for_each(|item| self.fill(item))?,
            Value::Table(table) => {
                for (key, mut value) in std::mem::take(table) {
                    self.fill(&mut value)?;
                    table.insert(self.text(&key)?, value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<String, String> {
        let mut filled = text.to_owned();
        for name in names(text) {
            if let Some((name, value)) = self.with.get_key_value(name) {
                self.used.insert(name.clone());
                filled = filled.replace(&format!("{{{{{name}}}}}"), value);
            } else if self.complete && !LATE.contains(&name) {
                return Err(format!("nothing gives {{{{{name}}}}}"));
            }
        }
        Ok(filled)
    }
}

/// The names that stand in double braces.
fn names(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let end = after.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(after.len());
        if end > 0 && after[end..].starts_with("}}") {
            found.push(&after[..end]);
        }
        rest = after;
    }
    found
}
