//! What is an expression, and where it may stand.

use proptest::prelude::*;

use crate::mapping::{Expression, Scope};

const REQUEST: Scope = Scope::IntegrationRequest;
const RESPONSE: Scope = Scope::MethodResponse;
const GATEWAY: Scope = Scope::GatewayResponse;

#[test]
fn each_root_stands_where_it_may() {
    for (text, scopes) in [
        ("'*'", &[REQUEST, RESPONSE, GATEWAY][..]),
        ("'é'", &[REQUEST, RESPONSE, GATEWAY]),
        ("''", &[REQUEST, RESPONSE, GATEWAY]),
        ("'default-src 'self''", &[REQUEST, RESPONSE, GATEWAY]),
        ("context.requestId", &[REQUEST, RESPONSE, GATEWAY]),
        ("context.identity.sourceIp", &[REQUEST, RESPONSE, GATEWAY]),
        ("context.error.responseType", &[REQUEST, RESPONSE, GATEWAY]),
        ("context.authorizer.claims.sub", &[REQUEST, RESPONSE, GATEWAY]),
        ("stageVariables.host", &[REQUEST, RESPONSE, GATEWAY]),
        ("method.request.header.X-Token", &[REQUEST, GATEWAY]),
        ("method.request.multivalueheader.Accept", &[REQUEST, GATEWAY]),
        ("method.request.querystring.page", &[REQUEST, GATEWAY]),
        ("method.request.querystring.a$b_c.d-e", &[REQUEST, GATEWAY]),
        ("method.request.multivaluequerystring.page", &[REQUEST, GATEWAY]),
        ("method.request.path.id", &[REQUEST, GATEWAY]),
        ("method.request.body", &[REQUEST]),
        ("method.request.body.user.names[0]", &[REQUEST]),
        ("integration.response.header.ETag", &[RESPONSE]),
        ("integration.response.multivalueheader.Set-Cookie", &[RESPONSE]),
        ("integration.response.body", &[RESPONSE]),
        ("integration.response.body.error['code']", &[RESPONSE]),
    ] {
        for scope in [REQUEST, RESPONSE, GATEWAY] {
            let parsed = Expression::parse(text, scope);
            assert_eq!(parsed.is_ok(), scopes.contains(&scope), "{text} in {scope:?}: {parsed:?}");
            if let Ok(expression) = parsed {
                assert_eq!(expression.to_string(), text);
            }
        }
    }
}

#[test]
fn what_is_none_is_refused_in_api_gateways_words() {
    for text in [
        "",
        "*",
        "true",
        "text",
        "'open",
        "'a\r\nb'",
        "'a\0'",
        "$context.requestId",
        "context",
        "context.",
        "context..x",
        "context.a b",
        "stageVariables.",
        "stageVariables.a-b",
        "${stageVariables.a}",
        "method.request",
        "method.request.",
        "method.request.header",
        "method.request.header.",
        "method.request.header.a b",
        "method.request.header.a:b",
        "method.request.cookie.a",
        "method.request.querystring.",
        "method.request.querystring.a b",
        "method.request.bodyx",
        "method.request.body.",
        "Method.Request.Header.X",
        "integration.request.header.X",
    ] {
        let error = Expression::parse(text, REQUEST).expect_err(text).to_string();
        let expected = format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping \
             expression specified: {text}]"
        );
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn a_hint_says_what_would_be_right() {
    for (text, scope, hint) in [
        ("*", RESPONSE, "single quotes"),
        ("'*", RESPONSE, "ends with a quote"),
        ("'\n'", RESPONSE, "no control characters"),
        ("method.request.header.Origin", RESPONSE, "cannot be mapped from the request"),
    ] {
        let error = Expression::parse(text, scope).expect_err(text).to_string();
        assert!(error.contains(hint), "{error}");
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_as_it_was(
        root in prop::sample::select(vec![
            "method.request.header.", "method.request.multivalueheader.", "method.request.querystring.",
            "method.request.multivaluequerystring.", "method.request.path.", "method.request.body.",
            "integration.response.header.", "integration.response.body.", "context.", "stageVariables.", "'",
        ]),
        rest in "[a-zA-Z0-9._$'-]{0,20}",
    ) {
        let text = format!("{root}{rest}");
        for scope in [REQUEST, RESPONSE, GATEWAY] {
            if let Ok(expression) = Expression::parse(&text, scope) {
                prop_assert_eq!(expression.to_string(), text.clone());
                prop_assert_eq!(Expression::parse(&expression.to_string(), scope), Ok(expression));
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,30}") {
        let _ = Expression::parse(&text, REQUEST);
    }
}
