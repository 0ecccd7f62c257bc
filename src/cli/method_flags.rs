//! The common cases of a method's definition as flags.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::failure::{Failure, Stop};
use super::text::pair;
use crate::wire::pb;

/// The kinds of integration that flags can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// The gateway answers by itself
    Mock,
    /// A back end; only what is mapped crosses
    Http,
    /// A back end; request and answer pass through
    HttpProxy,
    /// An AWS service or a Lambda function; only what is mapped crosses
    Aws,
    /// A Lambda function that gets the whole request
    AwsProxy,
}

/// What becomes of bodies that no template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Passthrough {
    /// They pass
    WhenNoMatch,
    /// They pass if there is no template at all, else 415
    WhenNoTemplates,
    /// 415
    Never,
}

/// What a body is made before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Content {
    /// Text: bytes in base64
    ConvertToText,
    /// Bytes: decoded from base64
    ConvertToBinary,
}

/// A method from flags.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Definition {
    /// Kind of the integration; a method without one cannot be deployed
    #[arg(long = "type", value_enum, value_name = "KIND")]
    kind: Option<Kind>,
    /// Address of the back end, or its ARN for aws and aws-proxy; {name} is filled by integration.request.path.name
    #[arg(long, value_name = "URL")]
    uri: Option<String>,
    /// Verb used toward the back end; the method's own unless given, POST for aws and aws-proxy
    #[arg(long, value_name = "VERB")]
    integration_method: Option<String>,
    /// Longest a call to the back end may take
    #[arg(long, value_name = "MILLISECONDS")]
    timeout_ms: Option<u32>,
    /// What the back end is sent; a method.request… source is declared on the method, too
    #[arg(long, value_name = "TARGET=SOURCE", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Template of what the back end is sent as the body, or of a mock's status; may be given more than once
    #[arg(long, value_name = "TYPE=TEXT", value_parser = pair)]
    request_template: Vec<(String, String)>,
    /// What becomes of a body whose media type has no template; when-no-match unless given
    #[arg(long, value_enum, value_name = "BEHAVIOR")]
    passthrough: Option<Passthrough>,
    /// What the caller's body is made before it is sent
    #[arg(long, value_enum, value_name = "HANDLING")]
    content_handling: Option<Content>,
    /// Id of the request validator to run; see `postern validator`
    #[arg(long, value_name = "ID")]
    request_validator: Option<String>,
    /// Parameter that a request must have, such as method.request.querystring.page
    #[arg(long, value_name = "PARAMETER")]
    require: Vec<String>,
    /// Model that bodies of a media type must fit; see `postern model`
    #[arg(long, value_name = "TYPE=MODEL", value_parser = pair)]
    request_model: Vec<(String, String)>,
    /// Status of the answer
    #[arg(long, value_name = "STATUS", default_value = "200")]
    status: u32,
    /// What the caller is sent; the header is declared on the method, too
    #[arg(long, value_name = "TARGET=SOURCE", value_parser = pair)]
    map_response: Vec<(String, String)>,
    /// Template of the answer's body; may be given more than once
    #[arg(long, value_name = "TYPE=TEXT", value_parser = pair)]
    response_template: Vec<(String, String)>,
    /// Body of a mock's answer
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// Media type of --body
    #[arg(long, value_name = "TYPE", default_value = "application/json")]
    body_type: String,
}

impl Definition {
    /// The flags' names, for what cannot stand beside them.
    pub(super) const FLAGS: [&'static str; 14] = [
        "kind",
        "uri",
        "integration_method",
        "timeout_ms",
        "map",
        "request_template",
        "passthrough",
        "content_handling",
        "request_validator",
        "require",
        "request_model",
        "map_response",
        "response_template",
        "body",
    ];

    /// The method they mean.
    ///
    /// # Errors
    /// When they cannot stand together.
    pub(super) fn into_method(self) -> Result<pb::Method, Stop> {
        let Some(kind) = self.kind else {
            return Err(Failure::usage(
                "neither --type nor --file is given",
                "--type mock, --type http --uri URL, --type http-proxy --uri URL, or --file FILE",
            )
            .into());
        };
        if self.uri.is_some() != (kind != Kind::Mock) {
            return Err(Failure::usage(
                if self.uri.is_some() { "a mock has no back end, so no --uri" } else { "--uri is missing" },
                "--uri with --type http and --type http-proxy, and only with them",
            )
            .into());
        }
        if self.body.is_some() && kind != Kind::Mock {
            return Err(
                Failure::usage("--body is what a mock answers", "--body with --type mock only").into()
            );
        }
        let is_proxy = matches!(kind, Kind::HttpProxy | Kind::AwsProxy);
        if is_proxy && !(self.request_template.is_empty() && self.response_template.is_empty()) {
            return Err(Failure::usage(
                "a proxy passes bodies as they are, so no templates",
                "--request-template and --response-template with --type mock, http and aws only",
            )
            .into());
        }
        let declared = |pairs: &[(String, String)], pick: fn(&(String, String)) -> &String, prefix: &str| {
            let names = pairs.iter().map(pick).filter(|name| name.starts_with(prefix));
            names.map(|name| (name.clone(), false)).collect::<BTreeMap<_, _>>()
        };
        let mut request_parameters = declared(&self.map, |pair| &pair.1, "method.request.");
        request_parameters.extend(self.require.into_iter().map(|name| (name, true)));
        let response_parameters = declared(&self.map_response, |pair| &pair.0, "method.response.");
        let status = || ("application/json".to_owned(), format!("{{\"statusCode\": {}}}", self.status));
        let mock = (kind == Kind::Mock && self.request_template.is_empty()).then(status);
        let response = pb::IntegrationResponse {
            status_code: self.status,
            response_parameters: self.map_response.into_iter().collect(),
            response_templates: self
                .body
                .map(|body| (self.body_type, body))
                .into_iter()
                .chain(self.response_template)
                .collect(),
            ..Default::default()
        };
        let verb = if matches!(kind, Kind::Aws | Kind::AwsProxy) { "POST" } else { "ANY" };
        let integration = pb::Integration {
            r#type: match kind {
                Kind::Mock => pb::IntegrationType::Mock,
                Kind::Http => pb::IntegrationType::Http,
                Kind::HttpProxy => pb::IntegrationType::HttpProxy,
                Kind::Aws => pb::IntegrationType::Aws,
                Kind::AwsProxy => pb::IntegrationType::AwsProxy,
            }
            .into(),
            http_method: (kind != Kind::Mock)
                .then(|| self.integration_method.unwrap_or_else(|| verb.to_owned())),
            uri: self.uri,
            timeout_ms: self.timeout_ms.unwrap_or_default(),
            request_parameters: self.map.into_iter().collect(),
            request_templates: mock.into_iter().chain(self.request_template).collect(),
            passthrough_behavior: match self.passthrough {
                None => pb::PassthroughBehavior::Unspecified,
                Some(Passthrough::WhenNoMatch) => pb::PassthroughBehavior::WhenNoMatch,
                Some(Passthrough::WhenNoTemplates) => pb::PassthroughBehavior::WhenNoTemplates,
                Some(Passthrough::Never) => pb::PassthroughBehavior::Never,
            }
            .into(),
            content_handling: match self.content_handling {
                None => pb::ContentHandling::Unspecified,
                Some(Content::ConvertToText) => pb::ContentHandling::ConvertToText,
                Some(Content::ConvertToBinary) => pb::ContentHandling::ConvertToBinary,
            }
            .into(),
            responses: if is_proxy { Vec::new() } else { vec![response] },
            ..Default::default()
        };
        Ok(pb::Method {
            request_validator_id: self.request_validator,
            request_parameters,
            request_models: self.request_model.into_iter().collect(),
            responses: vec![pb::MethodResponse {
                status_code: self.status,
                response_parameters,
                ..Default::default()
            }],
            integration: Some(integration),
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        definition: Definition,
    }

    fn method(line: &[&str]) -> Result<pb::Method, Stop> {
        let line = Line::try_parse_from(["x"].iter().chain(line)).expect("flags");
        line.definition.into_method()
    }

    #[test]
    fn sources_and_targets_are_declared_on_the_method() {
        let made = method(&[
            "--type",
            "http",
            "--uri",
            "http://h/{id}",
            "--map",
            "integration.request.path.id=method.request.path.id",
            "--map",
            "integration.request.header.A='fixed'",
            "--map-response",
            "method.response.header.B=integration.response.header.B",
        ]);
        let made = made.expect("a method");
        assert_eq!(made.request_parameters.keys().collect::<Vec<_>>(), ["method.request.path.id"]);
        assert_eq!(
            made.responses[0].response_parameters.keys().collect::<Vec<_>>(),
            ["method.response.header.B"]
        );
        let integration = made.integration.expect("an integration");
        assert_eq!(integration.request_parameters.len(), 2);
        assert_eq!(integration.http_method.as_deref(), Some("ANY"));
    }

    #[test]
    fn what_is_validated_is_declared() {
        let line = "--type mock --request-validator abc123 --require method.request.header.A \
                    --request-model application/json=Pet";
        let made = method(&line.split_whitespace().collect::<Vec<_>>()).expect("a method");
        assert_eq!(made.request_validator_id.as_deref(), Some("abc123"));
        assert_eq!(made.request_parameters, BTreeMap::from([("method.request.header.A".to_owned(), true)]));
        assert_eq!(made.request_models["application/json"], "Pet");
    }

    #[test]
    fn a_mock_answers_its_status_and_body() {
        let made =
            method(&["--type", "mock", "--status", "202", "--body", "hi", "--body-type", "text/plain"])
                .expect("a method");
        let integration = made.integration.expect("an integration");
        assert_eq!(integration.request_templates["application/json"], "{\"statusCode\": 202}");
        assert_eq!(integration.responses[0].response_templates["text/plain"], "hi");
        assert_eq!((made.responses[0].status_code, integration.http_method), (202, None));
    }

    #[test]
    fn templates_and_content_are_the_integrations() {
        let line = "--type mock --request-template text/plain={statusCode:200} --passthrough never \
                    --content-handling convert-to-text --response-template a/b=$input.body";
        let made = method(&line.split_whitespace().collect::<Vec<_>>()).expect("a method");
        let integration = made.integration.expect("an integration");
        let templates = BTreeMap::from([("text/plain".to_owned(), "{statusCode:200}".to_owned())]);
        assert_eq!(integration.request_templates, templates, "in place of the status's own");
        assert_eq!(integration.passthrough_behavior(), pb::PassthroughBehavior::Never);
        assert_eq!(integration.content_handling(), pb::ContentHandling::ConvertToText);
        assert_eq!(integration.responses[0].response_templates["a/b"], "$input.body");
    }

    #[test]
    fn flags_that_cannot_stand_together_are_refused() {
        for line in [
            &["--type", "mock", "--uri", "http://h"][..],
            &["--type", "http"],
            &["--type", "http-proxy", "--uri", "http://h", "--body", "x"],
            &["--type", "http-proxy", "--uri", "http://h", "--request-template", "a/b=x"],
            &["--type", "aws-proxy", "--uri", "arn:x", "--response-template", "a/b=x"],
            &[],
        ] {
            assert!(method(line).is_err(), "{line:?}");
        }
    }
}
