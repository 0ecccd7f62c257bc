//! `AWS` and `AWS_PROXY` integrations: from an ARN and an operator's addresses to a call.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::mapping::{BackEnds, HeaderMapping, InvalidUri, Source, UriPlan, UriTemplate};
use crate::model::{
    AwsEndpoint, AwsEndpoints, Integration, IntegrationType, Method, ResourcePath, StageVariables, Verb,
};

use super::AwsCall;
use super::arn::{AwsTarget, AwsUri, FunctionName};
use super::endpoint::EndpointSource;
use super::findings::Findings;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Services whose actions are named by a header, since their protocol is JSON: what stands before the action, and
/// the media type (AWS JSON 1.0 and 1.1). All others take `Action` as a query parameter.
const JSON_SERVICES: [(&str, &str, &str); 13] = [
    ("dynamodb", "DynamoDB_20120810.", "application/x-amz-json-1.0"),
    ("states", "AWSStepFunctions.", "application/x-amz-json-1.0"),
    ("cognito-idp", "AWSCognitoIdentityProviderService.", "application/x-amz-json-1.1"),
    ("ecs", "AmazonEC2ContainerServiceV20141113.", "application/x-amz-json-1.1"),
    ("events", "AWSEvents.", "application/x-amz-json-1.1"),
    ("firehose", "Firehose_20150804.", "application/x-amz-json-1.1"),
    ("glue", "AWSGlue.", "application/x-amz-json-1.1"),
    ("kinesis", "Kinesis_20131202.", "application/x-amz-json-1.1"),
    ("kms", "TrentService.", "application/x-amz-json-1.1"),
    ("logs", "Logs_20140328.", "application/x-amz-json-1.1"),
    ("secretsmanager", "secretsmanager.", "application/x-amz-json-1.1"),
    ("ssm", "AmazonSSM.", "application/x-amz-json-1.1"),
    ("textract", "Textract.", "application/x-amz-json-1.1"),
];

/// The headers of a mapping that `AWS_PROXY` heeds: they say how the function is invoked, not what it gets.
const INVOCATION: [&str; 2] = ["x-amz-invocation-type", "x-amz-log-type"];

/// Where services are, for one stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Services<'s> {
    /// What the server's operator says.
    pub(super) shared: &'s AwsEndpoints,
    /// Where the stage invokes functions by its own word.
    pub(super) lambda: Option<&'s AwsEndpoint>,
}

/// A call to an AWS service whose stage is still open.
#[derive(Debug)]
pub(super) struct AwsSource {
    kind: IntegrationType,
    call: EndpointSource,
}

impl AwsSource {
    /// Reads the calling half of an integration of `method` at `path`; `None` if there is nothing to call.
    pub(super) fn parse(
        method: &Method,
        integration: &Integration,
        path: &ResourcePath,
        findings: &mut Findings,
    ) -> Option<Self> {
        let kind = integration.integration_type;
        let mut call = EndpointSource::parse(method, integration, path, findings)?;
        if kind == IntegrationType::AwsProxy {
            call.keep_headers(|name| INVOCATION.contains(&name.as_str()));
        }
        if integration.credentials.is_some() {
            let what =
                "calls are signed with the server's access key, if it has one; this role is not assumed";
            findings.warning("integration, credentials", what);
        }
        if !call.has_stage_variables_in_uri() {
            let uri = call.uri(&StageVariables::default());
            match AwsUri::parse(&uri, kind) {
                Ok(AwsUri { target: AwsTarget::Function(_), .. })
                    if integration.http_method.is_some_and(|verb| verb != Verb::Post) =>
                {
                    let what = "a Lambda function is invoked with POST: every call will be answered 500";
                    findings.warning("integration, HTTP method", what);
                }
                Ok(_) => {}
                Err(error) => findings.error("integration, uri", error),
            }
        }
        Some(Self { kind, call })
    }

    /// The call on a stage, and whether it invokes a function.
    pub(super) fn bind(
        &self,
        variables: &StageVariables,
        services: Services<'_>,
        back_ends: &mut BackEnds,
    ) -> (AwsCall, bool) {
        let text = self.call.uri(variables);
        let parsed = AwsUri::parse(&text, self.kind);
        let mut trusted = false;
        let mut endpoint = self.call.bind_with(variables, |sources| {
            let (address, is_trusted) = services.find(parsed.as_ref().map_err(Clone::clone)?)?;
            trusted = is_trusted;
            resolve(address, parsed.as_ref().map_err(Clone::clone)?, sources, back_ends)
        });
        endpoint.trusted = trusted;
        let Ok(uri) = parsed else {
            return (AwsCall { endpoint, service: Box::default(), region: Box::default() }, false);
        };
        let host = endpoint.uri.as_ref().ok().map(|plan| plan.back_end.host_header.clone());
        let own = own_headers(&uri, host.as_ref());
        // What the owner maps comes later, and so in their place.
        endpoint.headers = own.into_iter().chain(endpoint.headers.into_vec()).collect();
        let invokes_function = matches!(uri.target, AwsTarget::Function(_));
        (AwsCall { endpoint, service: uri.service.into(), region: uri.region.into() }, invokes_function)
    }
}

impl<'s> Services<'s> {
    /// Where something is called, and whether the server's own settings say so.
    fn find(self, uri: &AwsUri<'_>) -> Result<(&'s AwsEndpoint, bool), InvalidUri> {
        match uri.target {
            AwsTarget::Function(function) => {
                if let Some(own) = self.lambda {
                    return Ok((own, false));
                }
                let found = self.shared.of_function(function.whole).map(|endpoint| (endpoint, true));
                found.ok_or_else(|| {
                    InvalidUri::of_arn(format!(
                        "no address is known for the Lambda function {}: start the server with --lambda-endpoint, or \
                         give the stage one",
                        function.whole
                    ))
                })
            }
            AwsTarget::Path(_) | AwsTarget::Action(_) => {
                let found = self.shared.of_service(uri.service).map(|endpoint| (endpoint, true));
                found.ok_or_else(|| {
                    InvalidUri::of_arn(format!(
                        "no address is known for the AWS service {0}: start the server with --aws-endpoint {0}=URL",
                        uri.service
                    ))
                })
            }
        }
    }
}

/// The URL of a call.
fn resolve(
    address: &AwsEndpoint,
    uri: &AwsUri<'_>,
    sources: &[(&str, Source)],
    back_ends: &mut BackEnds,
) -> Result<UriPlan, InvalidUri> {
    let url = match uri.target {
        AwsTarget::Function(function) => invocation_url(address.as_str(), function),
        AwsTarget::Path(path) => format!("{address}/{path}"),
        AwsTarget::Action(_) if json_service(uri.service).is_some() => format!("{address}/"),
        AwsTarget::Action(action) => format!("{address}/?Action={action}"),
    };
    UriTemplate::parse(&url).bind(&StageVariables::default(), sources, back_ends)
}

/// Where a function is invoked (Lambda, *Invoke*). Amazon gets its ARN, since it may be another account's; what else
/// speaks the API knows functions by name. An address that ends in `/invocations` is one function's own.
fn invocation_url(address: &str, function: FunctionName<'_>) -> String {
    if address.ends_with("/invocations") {
        return address.to_owned();
    }
    let host = address.split('/').nth(2).unwrap_or_default();
    if host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") {
        let arn = utf8_percent_encode(function.whole, NON_ALPHANUMERIC);
        return format!("{address}/2015-03-31/functions/{arn}/invocations");
    }
    let mut url = format!("{address}/2015-03-31/functions/{}/invocations", function.name);
    if let Some(qualifier) = function.qualifier {
        url.push_str("?Qualifier=");
        url.extend(utf8_percent_encode(qualifier, NON_ALPHANUMERIC));
    }
    url
}

fn json_service(name: &str) -> Option<(&'static str, &'static str)> {
    JSON_SERVICES.iter().find(|(service, ..)| *service == name).map(|(_, prefix, media)| (*prefix, *media))
}

/// What the gateway says for the owner.
fn own_headers(uri: &AwsUri<'_>, host: Option<&HeaderValue>) -> Vec<HeaderMapping> {
    let constant =
        |name: HeaderName, text: String| HeaderMapping { name, source: Source::Constant(Bytes::from(text)) };
    let mut headers = Vec::new();
    if let (Some(subdomain), Some(Ok(host))) = (uri.subdomain, host.map(HeaderValue::to_str)) {
        headers.push(constant(HOST, format!("{subdomain}.{host}")));
    }
    if let (AwsTarget::Action(action), Some((prefix, media))) = (uri.target, json_service(uri.service)) {
        headers.push(constant(CONTENT_TYPE, media.to_owned()));
        headers.push(constant(TARGET, format!("{prefix}{action}")));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_invoked_by_name_and_by_arn_at_amazon() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:pets:live";
        let function = FunctionName { whole: arn, name: "pets", qualifier: Some("live") };
        for (address, expected) in [
            (
                "http://127.0.0.1:9000",
                "http://127.0.0.1:9000/2015-03-31/functions/pets/invocations?Qualifier=live",
            ),
            ("http://h/base", "http://h/base/2015-03-31/functions/pets/invocations?Qualifier=live"),
            (
                "http://h/2015-03-31/functions/function/invocations",
                "http://h/2015-03-31/functions/function/invocations",
            ),
            (
                "https://lambda.us-east-1.amazonaws.com",
                "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/\
                 arn%3Aaws%3Alambda%3Aus%2Deast%2D1%3A000000000000%3Afunction%3Apets%3Alive/invocations",
            ),
        ] {
            assert_eq!(invocation_url(address, function), expected);
        }
    }
}
