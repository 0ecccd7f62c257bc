//! Every setting: its name, its default, its help. Flags, variables, file keys and documentation follow it.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name: the flag without its dashes, and the key in the file.
    pub key: &'static str,
    /// What its value is, for help: `ADDRESS`, `DURATION`.
    pub value_name: &'static str,
    /// What holds when nothing is said; `None` when nothing is a value of its own.
    pub default: Option<&'static str>,
    /// Whether it may be given more than once. In a variable the values are joined by commas, in the file they
    /// are an array.
    pub many: bool,
    /// What it does, and why its default is what it is.
    pub help: &'static str,
}

impl Setting {
    /// The environment variable that gives it: `POSTERN_` and the key in capitals.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("POSTERN_{}", self.key.to_ascii_uppercase().replace('-', "_"))
    }
}

const fn one(
    key: &'static str,
    value_name: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting { key, value_name, default: Some(default), many: false, help }
}

const fn unset(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, value_name, default: None, many: false, help }
}

const fn many(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, value_name, default: None, many: true, help }
}

/// All settings of `postern serve`, in the order help shows them.
pub const TABLE: &[Setting] = &[
    one("data-dir", "DIR", "./postern-data", "Directory of the embedded store; made if absent"),
    one("listen", "ADDRESS", "0.0.0.0:8080", "Where API callers are answered; port 0 takes a free one"),
    one(
        "admin-listen",
        "ADDRESS",
        "127.0.0.1:9901",
        "Where the admin API (gRPC) is served; a loopback address, unless it is given certificates",
    ),
    one(
        "admin-auth",
        "WHEN",
        "auto",
        "When callers of the admin API are asked for credentials: auto does not on a loopback address, required always does",
    ),
    unset(
        "admin-tls-cert",
        "FILE",
        "PEM file of the admin API's certificate, with those between it and its root; read again when it changes",
    ),
    unset("admin-tls-key", "FILE", "PEM file of that certificate's key; read again when it changes"),
    unset(
        "admin-client-ca",
        "FILE",
        "PEM file of who vouches for clients' certificates; with it, clients may prove who they are by one",
    ),
    many(
        "admin-client-role",
        "NAME=ROLE[@API+API]",
        "What the holder of a client certificate may do: NAME is its common name, dns:NAME, uri:URI or *; ROLE is viewer, deployer, editor or admin, perhaps for some APIs only; the first rule that fits holds",
    ),
    one("ops-listen", "ADDRESS", "127.0.0.1:9902", "Where /livez, /readyz and /metrics are served"),
    one("workers", "COUNT", "auto", "Threads that serve API callers; auto is one per core"),
    one("log", "FILTER", "info", "What is logged to standard error: a level, or target=level pairs"),
    one("log-format", "FORMAT", "text", "How it is logged: text, or json for one object a line"),
    many(
        "allow-upstream",
        "HOST|CIDR[:PORT]",
        "Back end that may be called although it is loopback or link-local: a host name, *.suffix, address or network, with :port if only that is meant",
    ),
    unset(
        "upstream-ca",
        "FILE",
        "PEM file of certificates to trust for HTTPS back ends, beside the system's",
    ),
    one("parity", "PARITY", "lifted", "Amazon's limits and refusals: lifted, or strict to enforce them all"),
    one(
        "default-endpoints",
        "FORM",
        "host",
        "How an API without a domain is reached: host ({api-id}.execute-api.*), or path to serve /restapis/{api-id}/{stage}/_user_request_/ as well",
    ),
    many(
        "lambda-endpoint",
        "[ARN-PATTERN=]URL",
        "Where Lambda functions are invoked: those whose ARN fits the pattern (* is any run of characters), or all; the pattern that spells out most decides",
    ),
    many(
        "aws-endpoint",
        "SERVICE=URL",
        "Where another AWS service is called, such as sqs=http://127.0.0.1:9324",
    ),
    unset(
        "aws-access-key-id",
        "ID",
        "Access key that calls to AWS back ends are signed with (SigV4); without one they are not signed",
    ),
    unset(
        "aws-secret-access-key",
        "SECRET",
        "Its secret; in the environment or the file no process listing shows it",
    ),
    unset("aws-session-token", "TOKEN", "The session token of a temporary access key"),
    unset(
        "aws-listen",
        "ADDRESS",
        "Where AWS clients (boto3, the AWS CLI, Terraform) are answered, such as 127.0.0.1:4566; loopback unless keys of callers are given",
    ),
    many(
        "aws-caller-key",
        "ID:SECRET",
        "Access key that may call the AWS listener; with one, every call's signature is verified; in the environment or the file no process listing shows it",
    ),
    many(
        "aws-caller-role",
        "ID=ROLE[@API+API]",
        "What the holder of an --aws-caller-key may do: viewer, deployer, editor or admin, perhaps for some APIs only; everything, for a key without",
    ),
    one("aws-account-id", "DIGITS", "000000000000", "Account that APIs belong to; 12 digits"),
    one("aws-region", "REGION", "us-east-1", "Region that APIs belong to when a call names none"),
    one(
        "on-store-fault",
        "ACTION",
        "refuse",
        "When the store is damaged or behind: refuse to start, or serve what was served last with a read-only admin API",
    ),
    one(
        "drain-timeout",
        "DURATION",
        "30s",
        "How long requests in flight may take to finish once the server is told to stop",
    ),
    many("admin-allow-origin", "ORIGIN", "Web page origin that may call the admin API (gRPC-Web)"),
    many(
        "admin-allow-host",
        "HOST",
        "Host name, beside loopback ones, under which admin and ops may be called",
    ),
    one("max-head-size", "SIZE", "32KiB", "Request line and header fields together; beyond it 431"),
    one(
        "max-header-fields",
        "COUNT",
        "100",
        "Header fields of a request; beyond it 431, and beyond 100 a bare one",
    ),
    one("max-uri-size", "SIZE", "8KiB", "Request target; beyond it 414"),
    one(
        "max-buffered-body-size",
        "SIZE",
        "10MiB",
        "Request body that has to be held in memory; beyond it 413",
    ),
    unset("max-body-size", "SIZE", "Any request body, also one that streams through; beyond it 413"),
    one("max-connections", "COUNT", "10000", "Connections of API callers in all"),
    one("max-connections-per-address", "COUNT", "256", "Connections of API callers from one address"),
    one(
        "max-requests-per-connection",
        "COUNT",
        "10000",
        "Requests on one connection, which is closed in good order after the last",
    ),
    one("max-http2-streams", "COUNT", "100", "Streams open at a time on one HTTP/2 connection"),
    one("max-upstream-requests", "COUNT", "1024", "Requests in flight to one back end; beyond it 503"),
    one(
        "max-upstream-head-size",
        "SIZE",
        "32KiB",
        "Status line and header fields of a back end; beyond it 502",
    ),
    one("max-upstream-header-fields", "COUNT", "100", "Header fields of a back end; beyond it 502"),
    one("detect-timeout", "DURATION", "5s", "How long a new connection may take to show its protocol"),
    one(
        "head-timeout",
        "DURATION",
        "10s",
        "How long a request's head may take to arrive; then the connection is closed",
    ),
    one("body-idle-timeout", "DURATION", "30s", "How long a request's body may stand still"),
    one("keep-alive-timeout", "DURATION", "60s", "How long a connection may wait for its next request"),
    one("write-timeout", "DURATION", "30s", "How long a caller may read nothing of an answer"),
    one("connect-timeout", "DURATION", "3s", "How long connecting to a back end may take; then 504"),
    one("upstream-idle-timeout", "DURATION", "30s", "How long a back end's response body may stand still"),
    one(
        "upstream-keep-alive-timeout",
        "DURATION",
        "50s",
        "How long an idle connection to a back end is kept; shorter than common servers keep theirs",
    ),
    one("dns-cache-time", "DURATION", "10s", "How long the addresses of a back end's name are believed"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_setting_has_its_own_name_and_a_help_line() {
        let names: BTreeSet<_> = TABLE.iter().map(|setting| setting.key).collect();
        assert_eq!(names.len(), TABLE.len());
        for setting in TABLE {
            assert!(!setting.help.is_empty() && !setting.help.ends_with('.'), "{}", setting.key);
        }
    }

    #[test]
    fn a_variable_is_the_flag_in_capitals() {
        assert_eq!(TABLE[0].variable(), "POSTERN_DATA_DIR");
    }
}
