//! The event that a function is invoked with (API Gateway, *Input format of a Lambda function for proxy
//! integration*, version 1.0; names and shapes as recorded).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{CONTENT_TYPE, HOST};

use super::fields::{Fields, string};
use crate::gateway::content::is_binary;
use crate::gateway::exchange::Exchange;
use crate::gateway::facts::RequestFacts;
use crate::gateway::headers::{is_hop_by_hop, named_by};
use crate::gateway::http::TRACE_ID;
use crate::gateway::passthrough::{FORWARDED_FOR, FORWARDED_PORT, FORWARDED_PROTO, appended};
use crate::mapping::headers::{is_hidden, is_signature};
use crate::mapping::{ContextVariable as V, Facts as _, Query};

/// What `requestContext` says, besides the time in milliseconds and the caller's identity.
const CONTEXT: [(&str, V); 15] = [
    ("resourceId", V::ResourceId),
    ("resourcePath", V::ResourcePath),
    ("httpMethod", V::HttpMethod),
    ("extendedRequestId", V::ExtendedRequestId),
    ("requestTime", V::RequestTime),
    ("path", V::Path),
    ("accountId", V::AccountId),
    ("protocol", V::Protocol),
    ("stage", V::Stage),
    ("domainPrefix", V::DomainPrefix),
    ("requestId", V::RequestId),
    ("domainName", V::DomainName),
    ("deploymentId", V::DeploymentId),
    ("apiId", V::ApiId),
    ("requestTimeEpoch", V::RequestTimeEpoch),
];

/// What `requestContext.identity` says: what is not known is `null`.
const IDENTITY: [(&str, V); 12] = [
    ("cognitoIdentityPoolId", V::IdentityCognitoIdentityPoolId),
    ("accountId", V::IdentityAccountId),
    ("cognitoIdentityId", V::IdentityCognitoIdentityId),
    ("caller", V::IdentityCaller),
    ("sourceIp", V::IdentitySourceIp),
    ("principalOrgId", V::IdentityPrincipalOrgId),
    ("accessKey", V::IdentityAccessKey),
    ("cognitoAuthenticationType", V::IdentityCognitoAuthenticationType),
    ("cognitoAuthenticationProvider", V::IdentityCognitoAuthenticationProvider),
    ("userArn", V::IdentityUserArn),
    ("userAgent", V::IdentityUserAgent),
    ("user", V::IdentityUser),
];

/// Writes the event of a request with this body; `trace` is what the call itself says in `X-Amzn-Trace-Id`.
pub(super) fn event(exchange: &Exchange, body: &[u8], trace: &HeaderValue) -> Vec<u8> {
    let facts = RequestFacts::of(exchange);
    let mut out = Vec::with_capacity(2_048 + body.len() + body.len() / 3);
    let resource = facts.context(V::ResourcePath);
    out.extend_from_slice(b"{\"resource\":");
    string(resource.as_deref().unwrap_or_default(), &mut out);
    out.extend_from_slice(b",\"path\":");
    string(&path(exchange), &mut out);
    out.extend_from_slice(b",\"httpMethod\":");
    string(exchange.head.method.as_str(), &mut out);
    let headers = headers(exchange, trace);
    out.extend_from_slice(b",\"headers\":");
    headers.write_last(&mut out);
    out.extend_from_slice(b",\"multiValueHeaders\":");
    headers.write_all(&mut out);
    let query = query(exchange);
    out.extend_from_slice(b",\"queryStringParameters\":");
    query.write_last(&mut out);
    out.extend_from_slice(b",\"multiValueQueryStringParameters\":");
    query.write_all(&mut out);
    out.extend_from_slice(b",\"pathParameters\":");
    path_parameters(exchange).write_last(&mut out);
    out.extend_from_slice(b",\"stageVariables\":");
    stage_variables(exchange).write_last(&mut out);
    out.extend_from_slice(b",\"requestContext\":");
    context(&facts, &mut out);
    out.extend_from_slice(b",\"body\":");
    let is_encoded = !body.is_empty() && is_binary(exchange, &exchange.head.headers, &CONTENT_TYPE);
    if body.is_empty() {
        out.extend_from_slice(b"null");
    } else if is_encoded {
        // The alphabet holds nothing that JSON escapes.
        out.push(b'"');
        out.extend_from_slice(STANDARD.encode(body).as_bytes());
        out.push(b'"');
    } else {
        string(&String::from_utf8_lossy(body), &mut out);
    }
    let end: &[u8] = if is_encoded { b",\"isBase64Encoded\":true}" } else { b",\"isBase64Encoded\":false}" };
    out.extend_from_slice(end);
    out
}

/// The path below the stage, raw, with its trailing slash; several slashes before it are one (recorded).
fn path(exchange: &Exchange) -> String {
    let below = exchange.head.uri.path().get(exchange.below..).unwrap_or_default();
    format!("/{}", below.trim_start_matches('/'))
}

/// The caller's headers, but for those of its connection, and what the gateway adds to them. A signature of AWS is
/// the gateway's business, and goes no further.
fn headers<'e>(exchange: &'e Exchange, trace: &'e HeaderValue) -> Fields<'e> {
    let mut fields = Fields::ignoring_case();
    let named = named_by(&exchange.head.headers);
    let own = [HOST, TRACE_ID, FORWARDED_FOR, FORWARDED_PORT, FORWARDED_PROTO];
    for (name, value) in exchange.headers_as_sent() {
        let Ok(plain) = http::HeaderName::from_bytes(name.as_bytes()) else { continue };
        if is_hidden(&plain)
            || is_hop_by_hop(&plain)
            || is_signature(&plain, value)
            || named.contains(&plain)
            || !exchange.is_test() && own.contains(&plain)
        {
            continue;
        }
        let name = match plain.as_str() {
            "authorization" => "Authorization",
            "user-agent" => "User-Agent",
            _ => name,
        };
        fields.push(name, String::from_utf8_lossy(value.as_bytes()));
    }
    // `TestMethod` shows a function what it was given, and nothing else.
    if exchange.is_test() {
        return fields;
    }
    let callers = &exchange.head.headers;
    fields.push("Host", exchange.host());
    fields.push("X-Amzn-Trace-Id", String::from_utf8_lossy(trace.as_bytes()));
    let forwarded = appended(callers, &FORWARDED_FOR, exchange.caller.address());
    fields.push("X-Forwarded-For", String::from_utf8_lossy(forwarded.as_bytes()).into_owned());
    fields.push("X-Forwarded-Port", exchange.caller.at.port().to_string());
    fields.push("X-Forwarded-Proto", "http");
    fields
}

/// The query, decoded once.
fn query(exchange: &Exchange) -> Fields<'_> {
    let mut fields = Fields::exact();
    for (name, value) in Query::new(exchange.head.uri.query()).pairs() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        fields.push(text(&name), text(&value));
    }
    fields
}

/// The path parameters from the root down, as they were sent.
fn path_parameters(exchange: &Exchange) -> Fields<'_> {
    let mut parameters: Vec<_> = exchange.path_parameters().collect();
    parameters.reverse();
    let mut fields = Fields::exact();
    parameters.into_iter().for_each(|(name, value)| fields.push(name, value));
    fields
}

fn stage_variables(exchange: &Exchange) -> Fields<'_> {
    let mut fields = Fields::exact();
    let variables = exchange.stage.iter().flat_map(|stage| stage.plan.settings.variables.iter());
    variables.for_each(|(name, value)| fields.push(name, value));
    fields
}

fn context(facts: &RequestFacts<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (name, variable) in CONTEXT {
        // A test has no deployment.
        let Some(value) = facts.context(variable) else { continue };
        string(name, out);
        out.push(b':');
        if variable == V::RequestTimeEpoch {
            out.extend_from_slice(value.as_bytes());
        } else {
            string(&value, out);
        }
        out.push(b',');
    }
    out.extend_from_slice(b"\"identity\":{");
    for (index, (name, variable)) in IDENTITY.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        match facts.context(variable) {
            Some(value) => string(&value, out),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.extend_from_slice(b"}}");
}
