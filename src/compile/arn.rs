//! The ARNs that `AWS` and `AWS_PROXY` integrations name their back end by.

use crate::mapping::InvalidUri;
use crate::model::IntegrationType;

/// What the URI of an integration toward AWS means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AwsUri<'u> {
    /// The region that the call is for.
    pub(super) region: &'u str,
    /// The service, without a sub-domain.
    pub(super) service: &'u str,
    /// A host of its own within the service: the `bucket` of `bucket.s3`.
    pub(super) subdomain: Option<&'u str>,
    /// What is asked of it.
    pub(super) target: AwsTarget<'u>,
}

/// What is asked of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AwsTarget<'u> {
    /// A function is invoked.
    Function(FunctionName<'u>),
    /// This path, with query if any, is requested; it may hold `{name}`s.
    Path(&'u str),
    /// This action is run.
    Action(&'u str),
}

/// A Lambda function, as an integration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FunctionName<'u> {
    /// The ARN or the bare name, as it was written.
    pub(super) whole: &'u str,
    /// Its name alone.
    pub(super) name: &'u str,
    /// A version or an alias.
    pub(super) qualifier: Option<&'u str>,
}

impl<'u> AwsUri<'u> {
    /// Reads `arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{what}` with its stage variables
    /// filled in.
    ///
    /// # Errors
    /// API Gateway's messages, with what would be right.
    pub(super) fn parse(uri: &'u str, kind: IntegrationType) -> Result<Self, InvalidUri> {
        let parts: Vec<&str> = uri.splitn(6, ':').collect();
        let ["arn", partition, "apigateway", region, place, what] = parts.as_slice() else {
            return Err(InvalidUri::of_arn(
                "Invalid ARN specified in the request: expected \
                 arn:aws:apigateway:{region}:{service}:path/… or …:action/…",
            ));
        };
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let (subdomain, service) = match place.rsplit_once('.') {
            Some((subdomain, service)) => (Some(subdomain), service),
            None => (None, *place),
        };
        if !plain(partition) || !plain(region) || !plain(service) || !subdomain.is_none_or(is_host) {
            return Err(InvalidUri::of_arn(format!(
                "Invalid ARN specified in the request: {uri:?} names no region and service"
            )));
        }
        let target = match what.split_once('/') {
            Some(("path", path)) if service == "lambda" => match invoked(path) {
                Some(function) => AwsTarget::Function(FunctionName::parse(function)?),
                None => AwsTarget::Path(path),
            },
            Some(("path", path)) => AwsTarget::Path(path),
            Some(("action", action)) if plain(action) => AwsTarget::Action(action),
            Some(("action", _)) => {
                return Err(InvalidUri::of_arn("AWS ARN for integration contains invalid action"));
            }
            _ => {
                return Err(InvalidUri::of_arn("AWS ARN for integration must contain path or action"));
            }
        };
        if kind == IntegrationType::AwsProxy && !matches!(target, AwsTarget::Function(_)) {
            return Err(InvalidUri::of_arn(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream \
                 invocations; here it is Lambda functions only: \
                 arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{functionArn}/invocations",
            ));
        }
        Ok(Self { region, service, subdomain, target })
    }
}

/// The function of a path that invokes one.
fn invoked(path: &str) -> Option<&str> {
    path.strip_prefix("2015-03-31/functions/")?.strip_suffix("/invocations")
}

impl<'u> FunctionName<'u> {
    /// Reads `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]`, or a bare `{name}[:{qualifier}]`.
    fn parse(whole: &'u str) -> Result<Self, InvalidUri> {
        let refuse = || {
            InvalidUri::of_arn(format!(
                "Invalid lambda function: {whole:?} is not \
                 arn:aws:lambda:{{region}}:{{account}}:function:{{name}}, with :{{version or alias}} if need be"
            ))
        };
        let parts: Vec<&str> = whole.split(':').collect();
        let named = match parts.as_slice() {
            ["arn", _, "lambda", region, account, "function", named @ ..]
                if !region.is_empty() && account.bytes().all(|b| b.is_ascii_digit()) =>
            {
                named
            }
            ["arn", ..] => return Err(refuse()),
            named => named,
        };
        let (name, qualifier) = match named {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return Err(refuse()),
        };
        let fits = |text: &str, more: &[u8]| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
        };
        if fits(name, b"-_") && qualifier.is_none_or(|qualifier| fits(qualifier, b"-_$")) {
            Ok(Self { whole, name, qualifier })
        } else {
            Err(refuse())
        }
    }
}

fn is_host(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVOKE: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/";

    #[test]
    fn functions_are_named_by_arn_or_name() {
        for (function, name, qualifier) in [
            ("arn:aws:lambda:us-east-1:000000000000:function:pets", "pets", None),
            ("arn:aws:lambda:eu-west-1:000000000000:function:pets:live", "pets", Some("live")),
            ("arn:aws:lambda:us-east-1:000000000000:function:pets:$LATEST", "pets", Some("$LATEST")),
            ("pets_2-a", "pets_2-a", None),
            ("pets:1", "pets", Some("1")),
        ] {
            let uri = format!("{INVOKE}{function}/invocations");
            let parsed = AwsUri::parse(&uri, IntegrationType::AwsProxy).expect("a function");
            let expected = FunctionName { whole: function, name, qualifier };
            assert_eq!((parsed.region, parsed.target), ("us-east-1", AwsTarget::Function(expected)));
        }
        for function in [
            "",
            "arn:aws:lambda:us-east-1:000000000000:function:",
            "arn:aws:lambda:us-east-1:000000000000:function",
            "arn:aws:lambda::000000000000:function:f",
            "arn:aws:sqs:us-east-1:000000000000:q",
            "a/b",
            "a:b:c",
            "a:",
        ] {
            let uri = format!("{INVOKE}{function}/invocations");
            let error = AwsUri::parse(&uri, IntegrationType::Aws).expect_err(function).to_string();
            assert!(error.starts_with("Invalid lambda function: "), "{function}: {error}");
        }
    }

    #[test]
    fn services_are_asked_by_path_or_action() {
        let sqs = AwsUri {
            region: "eu-west-1",
            service: "sqs",
            subdomain: None,
            target: AwsTarget::Path("000000000000/q?x=1"),
        };
        for (uri, expected) in [
            ("arn:aws:apigateway:eu-west-1:sqs:path/000000000000/q?x=1", sqs),
            (
                "arn:aws:apigateway:eu-west-1:sqs:action/SendMessage",
                AwsUri { target: AwsTarget::Action("SendMessage"), ..sqs },
            ),
            (
                "arn:aws-cn:apigateway:cn-north-1:my.bucket.s3:path/{key}",
                AwsUri {
                    region: "cn-north-1",
                    service: "s3",
                    subdomain: Some("my.bucket"),
                    target: AwsTarget::Path("{key}"),
                },
            ),
            (
                "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
                AwsUri {
                    region: "us-east-1",
                    service: "lambda",
                    subdomain: None,
                    target: AwsTarget::Path("2015-03-31/functions/"),
                },
            ),
        ] {
            assert_eq!(AwsUri::parse(uri, IntegrationType::Aws).as_ref(), Ok(&expected), "{uri}");
        }
    }

    #[test]
    fn what_is_no_such_arn_is_refused_with_the_reason() {
        use IntegrationType::{Aws, AwsProxy};
        for (uri, kind, expected) in [
            ("http://127.0.0.1/", Aws, "Invalid ARN specified in the request: expected"),
            ("arn:aws:lambda:us-east-1:0:function:f", Aws, "Invalid ARN specified in the request: expected"),
            ("arn:aws:apigateway::sqs:path/q", Aws, "Invalid ARN specified in the request: \"arn"),
            ("arn:aws:apigateway:us-east-1:s q:path/q", Aws, "Invalid ARN specified in the request: \"arn"),
            ("arn:aws:apigateway:us-east-1:sqs:queue/q", Aws, "AWS ARN for integration must contain path"),
            ("arn:aws:apigateway:us-east-1:sqs:path", Aws, "AWS ARN for integration must contain path"),
            ("arn:aws:apigateway:us-east-1:sqs:action/A&B", Aws, "AWS ARN for integration contains invalid"),
            ("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", AwsProxy, "Integrations of type"),
            ("arn:aws:apigateway:us-east-1:firehose:action/PutRecord", AwsProxy, "Integrations of type"),
        ] {
            let error = AwsUri::parse(uri, kind).expect_err(uri).to_string();
            assert!(error.starts_with(expected), "{uri}: {error}");
        }
    }
}
