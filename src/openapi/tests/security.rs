//! Who may call, as a document says it.

use super::*;
use crate::model::AuthorizationType;

/// Imports one operation with schemes; gives type, authorizer, scopes, whether a key is needed, and the warnings.
fn asked(
    schemes: &str,
    root: &str,
    operation: &str,
) -> (AuthorizationType, Option<String>, Vec<String>, bool, usize) {
    let all = imported_of(&format!(
        "components: {{securitySchemes: {schemes}}}\n{root}\npaths: {{/a: {{get: {{{operation}}}}}}}"
    ));
    let own = method(&all.definition, "GET", "/a");
    let told = all.warnings.iter().filter(|w| !w.message.contains("integration")).count();
    (
        own.authorization_type,
        own.authorizer_id.clone(),
        own.authorization_scopes.clone(),
        own.api_key_required,
        told,
    )
}

#[test]
fn schemes_and_what_asks_for_them() {
    use AuthorizationType::{AwsIam, CognitoUserPools, Custom, None as Open};
    let key = "{k: {type: apiKey, name: X-API-Key, in: header}}";
    let token = "{t: {type: apiKey, name: X-Api-Key, in: header, x-amazon-apigateway-authtype: custom, \
                 x-amazon-apigateway-authorizer: {type: token, authorizerUri: 'arn:x'}}}";
    let request =
        "{r: {type: apiKey, name: Unused, in: query, x-amazon-apigateway-authorizer: {type: request}}}";
    let cognito = "{c: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: \
                   cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [x]}}}";
    let signed =
        "{s: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}}";
    let plain = "{b: {type: http, scheme: bearer}}";
    let some = |text: &str| Some(text.to_owned());
    let scopes = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    for (what, schemes, root, operation, expected) in [
        ("nobody asks", key, "", "", (Open, None, vec![], false, 0)),
        ("a key", key, "", "security: [{k: []}]", (Open, None, vec![], true, 0)),
        (
            "a token, though its header is the key's",
            token,
            "",
            "security: [{t: []}]",
            (Custom, some("t"), vec![], false, 1),
        ),
        ("an authorizer that nobody uses is told of, too", token, "", "", (Open, None, vec![], false, 1)),
        ("a request authorizer", request, "", "security: [{r: []}]", (Custom, some("r"), vec![], false, 1)),
        (
            "scopes",
            cognito,
            "",
            "security: [{c: [a, b]}]",
            (CognitoUserPools, some("c"), scopes(&["a", "b"]), false, 1),
        ),
        ("a signature", signed, "", "security: [{s: []}]", (AwsIam, None, vec![], false, 0)),
        (
            "the root's, with scopes",
            cognito,
            "security: [{c: [x]}]",
            "",
            (CognitoUserPools, some("c"), scopes(&["x"]), false, 1),
        ),
        ("none of the root's", key, "security: [{k: []}]", "security: []", (Open, None, vec![], false, 0)),
        ("what nothing checks", plain, "", "security: [{b: []}]", (Open, None, vec![], false, 1)),
        ("no such scheme", "{}", "", "security: [{x: []}]", (Open, None, vec![], false, 1)),
        (
            "by the extension",
            "{}",
            "",
            "x-amazon-apigateway-auth: {type: aws_iam}",
            (AwsIam, None, vec![], false, 0),
        ),
        (
            "none by the extension",
            signed,
            "security: [{s: []}]",
            "x-amazon-apigateway-auth: {type: NONE}",
            (Open, None, vec![], false, 0),
        ),
    ] {
        assert_eq!(asked(schemes, root, operation), expected, "{what}");
    }
    assert!(errors("paths: {/a: {get: {x-amazon-apigateway-auth: {type: OTHER}}}}")[0].contains("OTHER"));
}
