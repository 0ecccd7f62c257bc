//! Flag over environment variable over file over default, and from text to type.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::admin;
use super::aws::{self, AwsCredentials, AwsSettings};
use super::file::{self, Texts};
use super::table::{Setting, TABLE};
use super::types::{
    DefaultEndpoints, Limits, LogFormat, LogSettings, OnStoreFault, Parity, Settings, Timeouts,
};
use super::value::{self, InvalidValue};
use super::{AwsCallerKey, AwsFaceSettings, ByteSize, Flags};
use crate::model::{AwsEndpoints, GrantRule, Partition};

/// One thing wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands: `--listen`, `POSTERN_LISTEN`, `postern.toml: listen`.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { place: place.into(), wrong: wrong.into(), right: right.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  right would be: {}", self.place, self.wrong, self.right)
    }
}

impl Settings {
    /// Merges what was typed, the environment (asked through `variable`), the file that either names, and the
    /// defaults.
    ///
    /// # Errors
    /// Every problem found, in the order of the table; nothing is used unless all is right.
    pub fn merge(flags: Flags, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let config = flags.config.clone().or_else(|| variable("POSTERN_CONFIG"));
        let (file, file_name) = match &config {
            Some(path) => (file::read(Path::new(path), &mut problems), path.clone()),
            None => (Texts::new(), String::new()),
        };
        let mut sources = Sources { flags, variable, file, file_name, problems };
        let settings = settings(&mut sources);
        if sources.problems.is_empty() { Ok(settings) } else { Err(sources.problems) }
    }
}

/// Reads every setting. What is at fault is replaced by its default, so that all faults are found.
fn settings(from: &mut Sources<impl Fn(&str) -> Option<String>>) -> Settings {
    Settings {
        data_dir: from.one("data-dir", path),
        listen: from.one("listen", value::address),
        admin: admin::read(from),
        ops_listen: from.one("ops-listen", value::address),
        workers: from.one("workers", value::workers),
        log: LogSettings {
            filter: from.one("log", filter),
            format: from.one(
                "log-format",
                one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)], "text or json"),
            ),
        },
        allow_upstream: from.many("allow-upstream", str::parse),
        upstream_ca: from.optional("upstream-ca", path),
        aws: aws(from),
        aws_face: aws_face(from),
        parity: from.one(
            "parity",
            one_of(&[("lifted", Parity::Lifted), ("strict", Parity::Strict)], "lifted or strict"),
        ),
        default_endpoints: from.one(
            "default-endpoints",
            one_of(&[("host", DefaultEndpoints::Host), ("path", DefaultEndpoints::Path)], "host or path"),
        ),
        partition: Partition {
            account: from.one("aws-account-id", named("an account id", "exactly 12 digits")),
            region: from.one("aws-region", named("a region", "1 to 32 of a-z, 0-9 and -, such as eu-west-1")),
        },
        on_store_fault: from.one(
            "on-store-fault",
            one_of(&[("refuse", OnStoreFault::Refuse), ("serve", OnStoreFault::Serve)], "refuse or serve"),
        ),
        drain_timeout: from.one("drain-timeout", value::duration),
        limits: Limits {
            max_head_size: from.one("max-head-size", head_size),
            max_header_fields: from.one("max-header-fields", header_fields),
            max_uri_size: from.one("max-uri-size", head_size),
            max_buffered_body_size: from.one("max-buffered-body-size", str::parse),
            max_body_size: from.optional("max-body-size", str::parse),
            max_connections: from.one("max-connections", value::count),
            max_connections_per_address: from.one("max-connections-per-address", value::count),
            max_requests_per_connection: from.one("max-requests-per-connection", value::count),
            max_http2_streams: from.one("max-http2-streams", http2_streams),
            max_upstream_requests: from.one("max-upstream-requests", value::count),
            max_upstream_head_size: from.one("max-upstream-head-size", head_size),
            max_upstream_header_fields: from.one("max-upstream-header-fields", header_fields),
        },
        timeouts: Timeouts {
            detect: from.one("detect-timeout", value::duration),
            head: from.one("head-timeout", value::duration),
            body_idle: from.one("body-idle-timeout", value::duration),
            keep_alive: from.one("keep-alive-timeout", value::duration),
            write: from.one("write-timeout", value::duration),
            connect: from.one("connect-timeout", value::duration),
            upstream_idle: from.one("upstream-idle-timeout", value::duration),
            upstream_keep_alive: from.one("upstream-keep-alive-timeout", value::duration),
            dns_cache: from.one("dns-cache-time", value::duration),
        },
    }
}

/// Reads what is said about AWS back ends.
fn aws(from: &mut Sources<impl Fn(&str) -> Option<String>>) -> AwsSettings {
    let endpoints = AwsEndpoints {
        lambda: from.many("lambda-endpoint", aws::lambda_endpoint),
        services: from.many("aws-endpoint", aws::aws_endpoint).into_iter().collect(),
    };
    let access_key_id = from.optional("aws-access-key-id", aws::access_key_id);
    let secret_access_key = from.optional("aws-secret-access-key", aws::secret);
    let session_token = from.optional("aws-session-token", aws::secret);
    let credentials = match (access_key_id, secret_access_key) {
        (Some(access_key_id), Some(secret_access_key)) => {
            Some(AwsCredentials { access_key_id, secret_access_key, session_token })
        }
        (None, None) if session_token.is_none() => None,
        _ => {
            let right = "--aws-access-key-id and the secret that belongs to it, or neither";
            from.problems.push(Problem::new("--aws-access-key-id", "an access key is given in part", right));
            None
        }
    };
    AwsSettings { endpoints, credentials }
}

/// The AWS face. Without keys it asks for no credentials, so it must not be reachable from elsewhere.
fn aws_face(from: &mut Sources<impl Fn(&str) -> Option<String>>) -> AwsFaceSettings {
    let keys: Vec<AwsCallerKey> = from.many("aws-caller-key", str::parse);
    let address = |text: &str| {
        let address = value::address(text)?;
        if !keys.is_empty() || address.ip().is_loopback() {
            return Ok(address);
        }
        Err(InvalidValue::new(
            text,
            "a loopback address, and no caller's key is given: on any other address the AWS face would be open to everybody who reaches it",
            "127.0.0.1:4566, or an --aws-caller-key beside it",
        ))
    };
    let roles: Vec<GrantRule> = from
        .many("aws-caller-role", named("a rule", "ID=ROLE or ID=ROLE@API+API, such as AKIAEXAMPLE=deployer"));
    let listen = from.optional("aws-listen", address);
    for rule in roles.iter().filter(|rule| !keys.iter().any(|key| rule.is_for(&key.id))) {
        let wrong = format!("there is no --aws-caller-key {}", rule.name);
        let right = "a rule whose name is the id of a key, or *";
        from.note_problem(Problem::new("--aws-caller-role", wrong, right));
    }
    AwsFaceSettings { listen, keys, roles }
}

/// Where texts come from, and what was wrong with them.
pub(super) struct Sources<V> {
    flags: Flags,
    variable: V,
    file: Texts,
    file_name: String,
    problems: Vec<Problem>,
}

impl<V: Fn(&str) -> Option<String>> Sources<V> {
    /// The texts of a setting and the place they stand, from the highest source that has any.
    fn texts(&self, setting: &Setting) -> Option<(String, Vec<String>)> {
        if let Some(texts) = self.flags.texts.get(setting.key) {
            return Some((format!("--{}", setting.key), texts.clone()));
        }
        let name = setting.variable();
        // An empty variable is how a process manager leaves one out.
        if let Some(text) = (self.variable)(&name).filter(|text| !text.is_empty()) {
            let texts = if setting.many { split(&text) } else { vec![text] };
            return Some((name, texts));
        }
        let texts = self.file.get(setting.key)?;
        Some((format!("{}: {}", self.file_name, setting.key), texts.clone()))
    }

    /// The value that is given, or the default.
    pub(super) fn one<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, InvalidValue>) -> T {
        let setting = setting(key);
        let default = setting.default.expect("a setting that always has a value has a default");
        if let Some((place, texts)) = self.texts(setting) {
            let text = texts.last().map_or("", String::as_str);
            match parse(text) {
                Ok(value) => return value,
                Err(error) => self.note(place, &error),
            }
        }
        parse(default).unwrap_or_else(|error| unreachable!("the default of {key} is right: {error}"))
    }

    /// The value that is given, if one is.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, InvalidValue>,
    ) -> Option<T> {
        let (place, texts) = self.texts(setting(key))?;
        match parse(texts.last()?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.note(place, &error);
                None
            }
        }
    }

    /// Every value that is given.
    pub(super) fn many<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, InvalidValue>,
    ) -> Vec<T> {
        let Some((place, texts)) = self.texts(setting(key)) else { return Vec::new() };
        let mut values = Vec::new();
        for text in texts {
            match parse(&text) {
                Ok(value) => values.push(value),
                Err(error) => self.note(place.clone(), &error),
            }
        }
        values
    }

    /// Notes what is wrong with several settings together.
    pub(super) fn note_problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn note(&mut self, place: String, error: &InvalidValue) {
        self.problems.push(Problem::new(place, error.to_string(), error.right));
    }
}

fn setting(key: &str) -> &'static Setting {
    TABLE.iter().find(|setting| setting.key == key).expect("every key that is asked for is in the table")
}

fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

pub(super) fn path(text: &str) -> Result<PathBuf, InvalidValue> {
    if text.is_empty() {
        Err(InvalidValue::new(text, "a path", "a path that is not empty"))
    } else {
        Ok(text.into())
    }
}

fn filter(text: &str) -> Result<String, InvalidValue> {
    match text.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(InvalidValue::new(
            text,
            "a log filter",
            "off, error, warn, info, debug or trace, or pairs such as info,postern::gateway=debug",
        )),
    }
}

/// hyper's own caps lie at 64 KiB and 200 fields, and answer bare; ours must lie below them.
fn head_size(text: &str) -> Result<ByteSize, InvalidValue> {
    let size: ByteSize = text.parse()?;
    if (512..=64 * 1024).contains(&size.0) {
        Ok(size)
    } else {
        Err(InvalidValue::new(text, "a size that a request's head can be held to", "512 to 64KiB"))
    }
}

fn header_fields(text: &str) -> Result<std::num::NonZeroUsize, InvalidValue> {
    let count = value::count(text)?;
    if count.get() <= 200 {
        Ok(count)
    } else {
        Err(InvalidValue::new(text, "a number of header fields that can be held to", "1 to 200"))
    }
}

/// Some clients stall below a few, and each costs a window of memory.
fn http2_streams(text: &str) -> Result<std::num::NonZeroUsize, InvalidValue> {
    let count = value::count(text)?;
    if count.get() <= 10_000 {
        Ok(count)
    } else {
        Err(InvalidValue::new(text, "a number of streams that can be kept", "1 to 10000"))
    }
}

pub(super) fn named<T: FromStr>(
    kind: &'static str,
    right: &'static str,
) -> impl Fn(&str) -> Result<T, InvalidValue> {
    move |text| text.parse().map_err(|_| InvalidValue::new(text, kind, right))
}

pub(super) fn one_of<T: Copy>(
    choices: &[(&'static str, T)],
    right: &'static str,
) -> impl Fn(&str) -> Result<T, InvalidValue> {
    move |text| {
        choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| InvalidValue::new(text, "one of the choices", right))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn merge(flags: Flags, variables: &[(&str, &str)]) -> Result<Settings, Vec<Problem>> {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        Settings::merge(flags, |name| variables.get(name).map(|text| (*text).to_owned()))
    }

    #[test]
    fn every_default_is_right() {
        let settings = merge(Flags::default(), &[]).expect("the defaults");
        assert_eq!(settings.listen.to_string(), "0.0.0.0:8080");
        assert_eq!(settings.admin.listen.to_string(), "127.0.0.1:9901");
        assert_eq!(settings.drain_timeout.as_secs(), 30);
        assert!(settings.limits.max_body_size.is_none());
    }

    #[test]
    fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("postern.toml");
        std::fs::write(
            &file,
            "listen = \"127.0.0.1:1\"\nops-listen = \"127.0.0.1:2\"\naws-region = \"eu-west-1\"\n",
        )
        .expect("a file");
        let flags = Flags { config: Some(file.display().to_string()), ..Flags::default() };
        let flags = flags.with("listen", ["127.0.0.1:3"]);
        let variables = [("POSTERN_LISTEN", "127.0.0.1:4"), ("POSTERN_OPS_LISTEN", "127.0.0.1:5")];
        let settings = merge(flags, &variables).expect("settings");
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.ops_listen.port(), 5);
        assert_eq!(settings.partition.region.as_str(), "eu-west-1");
        assert_eq!(settings.admin.listen.port(), 9901);
    }

    #[test]
    fn every_problem_is_reported_with_its_place() {
        let flags = Flags::default().with("listen", ["8080"]).with("allow-upstream", ["ok", "http://no"]);
        let variables = [("POSTERN_WORKERS", "0"), ("POSTERN_LOG", "a=b=c")];
        let problems = merge(flags, &variables).expect_err("problems");
        let places: Vec<_> = problems.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(places, ["--listen", "POSTERN_WORKERS", "POSTERN_LOG", "--allow-upstream"]);
        assert!(problems.iter().all(|problem| !problem.right.is_empty()));
    }

    #[test]
    fn the_aws_face_stays_on_loopback_unless_callers_have_keys() {
        let merged = |address: &str, keys: &[&str]| {
            let flags = Flags::default().with("aws-listen", [address]).with("aws-caller-key", keys.to_vec());
            merge(flags, &[]).map(|settings| settings.aws_face.keys.len()).map_err(|problems| problems.len())
        };
        assert_eq!(merged("127.0.0.1:4566", &[]), Ok(0));
        assert_eq!(merged("0.0.0.0:4566", &[]), Err(1));
        assert_eq!(merged("0.0.0.0:4566", &["AKID:secret"]), Ok(1));
        assert_eq!(merged("127.0.0.1:4566", &["AKID"]), Err(1));
    }

    #[test]
    fn a_variable_holds_several_values_between_commas() {
        let settings = merge(Flags::default(), &[("POSTERN_ALLOW_UPSTREAM", "127.0.0.0/8, localhost,")])
            .expect("settings");
        assert_eq!(settings.allow_upstream.len(), 2);
    }

    #[test]
    fn an_access_key_is_whole_or_absent() {
        let with = |keys: &[&'static str]| {
            let flags = keys.iter().fold(Flags::default(), |flags, key| flags.with(key, ["SomeText"]));
            merge(flags, &[])
        };
        for (keys, fits) in [
            (&[][..], true),
            (&["aws-access-key-id", "aws-secret-access-key"], true),
            (&["aws-access-key-id", "aws-secret-access-key", "aws-session-token"], true),
            (&["aws-access-key-id"], false),
            (&["aws-secret-access-key"], false),
            (&["aws-session-token"], false),
        ] {
            assert_eq!(with(keys).is_ok(), fits, "{keys:?}");
        }
        let shown =
            format!("{:?}", with(&["aws-access-key-id", "aws-secret-access-key"]).expect("a key").aws);
        assert_eq!(shown.matches("SomeText").count(), 1, "{shown}");
    }

    #[test]
    fn a_missing_file_is_a_problem() {
        let flags = Flags { config: Some("/nowhere/postern.toml".to_owned()), ..Flags::default() };
        let problems = merge(flags, &[]).expect_err("problems");
        assert!(problems[0].wrong.contains("/nowhere/postern.toml"), "{problems:?}");
    }
}
