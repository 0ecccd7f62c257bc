//! Who may call, as a document says it.

use serde_json::json;

use super::*;
use crate::model::AuthorizationType;
use crate::openapi::Mode;

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
    let authorizers = kept_of(&all.definition, KeptKind::Authorizer);
    let name = own.authorizer_id.as_ref().map(|id| match authorizers.get(id) {
        Some(authorizer) => authorizer["name"].as_str().expect("a name").to_owned(),
        None => format!("no {id}"),
    });
    let told = all.warnings.iter().filter(|w| !w.message.contains("integration")).count();
    (own.authorization_type, name, own.authorization_scopes.clone(), own.api_key_required, told)
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
    let jwt = "{j: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {}}}}";
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
            (Custom, some("t"), vec![], false, 0),
        ),
        ("an authorizer that nobody uses", token, "", "", (Open, None, vec![], false, 0)),
        ("one of HTTP APIs", jwt, "", "security: [{j: []}]", (Custom, some("no j"), vec![], false, 1)),
        ("a request authorizer", request, "", "security: [{r: []}]", (Custom, some("r"), vec![], false, 0)),
        (
            "scopes",
            cognito,
            "",
            "security: [{c: [a, b]}]",
            (CognitoUserPools, some("c"), scopes(&["a", "b"]), false, 0),
        ),
        ("a signature", signed, "", "security: [{s: []}]", (AwsIam, None, vec![], false, 0)),
        (
            "the root's, with scopes",
            cognito,
            "security: [{c: [x]}]",
            "",
            (CognitoUserPools, some("c"), scopes(&["x"]), false, 0),
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
            "an authorizer that is not named, as exports say it",
            "{}",
            "",
            "x-amazon-apigateway-auth: {type: CUSTOM}",
            (Custom, None, vec![], false, 0),
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
    assert!(
        errors(
            "paths: {}\ncomponents: {securitySchemes: {x: {x-amazon-apigateway-authorizer: {type: other}}}}"
        )[0]
        .contains("an authorizer has a type")
    );
}

/// The authorizers of schemes, without their ids.
fn authorizers(schemes: &str) -> Vec<serde_json::Value> {
    let all = imported_of(&format!("paths: {{}}\ncomponents: {{securitySchemes: {schemes}}}"));
    assert_eq!(warnings(&all), [""; 0]);
    let kept = kept_of(&all.definition, KeptKind::Authorizer).into_iter();
    kept.map(|(id, mut authorizer)| {
        let fields = authorizer.as_object_mut().expect("an object");
        assert_eq!(fields.shift_remove("id").expect("an id"), id);
        authorizer
    })
    .collect()
}

#[test]
fn authorizers_are_kept_as_the_control_plane_shows_them() {
    for (schemes, expected) in [
        (
            "{t: {type: apiKey, name: X-Token, in: header, x-amazon-apigateway-authtype: oauth2, \
             x-amazon-apigateway-authorizer: {type: token, authorizerUri: 'arn:u', authorizerCredentials: 'arn:c', \
             identityValidationExpression: '^x-[a-z]+', authorizerResultTtlInSeconds: 60}}}",
            json!({
                "name": "t", "type": "TOKEN", "authType": "oauth2", "authorizerUri": "arn:u",
                "authorizerCredentials": "arn:c", "identityValidationExpression": "^x-[a-z]+",
                "authorizerResultTtlInSeconds": 60, "identitySource": "method.request.header.X-Token",
            }),
        ),
        (
            "{r: {type: apiKey, name: Unused, in: header, x-amazon-apigateway-authorizer: {type: REQUEST, \
             identitySource: 'method.request.header.A, context.identity.sourceIp', authorizerResultTtlInSeconds: 0}}}",
            json!({
                "name": "r", "type": "REQUEST", "authType": "custom", "authorizerResultTtlInSeconds": 0,
                "identitySource": "method.request.header.A, context.identity.sourceIp",
            }),
        ),
        (
            "{q: {type: apiKey, name: token, in: query, x-amazon-apigateway-authorizer: {type: request}}}",
            json!({"name": "q", "type": "REQUEST", "authType": "custom"}),
        ),
        (
            "{c: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authorizer: \
             {type: cognito_user_pools, providerARNs: ['arn:p']}}}",
            json!({
                "name": "c", "type": "COGNITO_USER_POOLS", "authType": "cognito_user_pools",
                "providerARNs": ["arn:p"], "identitySource": "method.request.header.Authorization",
            }),
        ),
    ] {
        assert_eq!(authorizers(schemes), [expected], "{schemes}");
    }
    let place = "components.securitySchemes.t.x-amazon-apigateway-authorizer.authorizerResultTtlInSeconds";
    let long = "{t: {x-amazon-apigateway-authorizer: {type: token, authorizerResultTtlInSeconds: 3601}}}";
    assert!(errors(&format!("paths: {{}}\ncomponents: {{securitySchemes: {long}}}"))[0].starts_with(place));
}

const TOKEN: &str = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {security: [{t: []}], \
    x-amazon-apigateway-integration: {type: mock}}}}\ncomponents: {securitySchemes: {t: {type: apiKey, name: X-T, in: \
    header, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: token, authorizerUri: 'arn:u'}}}}";

#[test]
fn an_authorizer_keeps_its_id_and_goes_only_under_overwrite() {
    let first = imported(TOKEN).definition;
    let id = method(&first, "GET", "/a").authorizer_id.clone().expect("one");
    let options = |mode| ImportOptions { mode, ..ImportOptions::default() };
    let changed =
        put(&TOKEN.replace("arn:u", "arn:v"), &first, options(Mode::Merge)).expect("an import").definition;
    assert_eq!(method(&changed, "GET", "/a").authorizer_id.as_ref(), Some(&id));
    assert_eq!(kept_of(&changed, KeptKind::Authorizer)[&id]["authorizerUri"], "arn:v");
    let bare = "{openapi: 3.0.1, info: {title: t, version: '1'}, paths: {}}";
    assert_eq!(put(bare, &first, options(Mode::Merge)).expect("an import").definition.kept, first.kept);
    assert!(put(bare, &first, options(Mode::Overwrite)).expect("an import").definition.kept.is_empty());
    // What a document asks for, it has to say itself.
    let uses = "{openapi: 3.0.1, info: {title: t, version: '1'}, paths: {/b: {get: {security: [{t: []}]}}}}";
    let told = put(uses, &first, options(Mode::Merge)).expect("an import");
    assert!(warnings(&told).iter().any(|w| w.contains("no security scheme \"t\"")), "{:?}", warnings(&told));
}

#[test]
fn schemes_say_authorizers_again() {
    let first = imported(TOKEN).definition;
    let document = exported(&first, &whole(Format::OpenApi3));
    assert_eq!(document["paths"]["/a"]["get"]["security"], json!([{"t": []}]));
    assert_eq!(
        document["components"]["securitySchemes"],
        json!({"t": {
            "type": "apiKey", "name": "X-T", "in": "header", "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "arn:u"},
        }})
    );
    let plain = Export { extensions: Extensions::default(), ..whole(Format::Swagger2) };
    assert_eq!(
        exported(&first, &plain)["securityDefinitions"],
        json!({"t": {"type": "apiKey", "name": "X-T", "in": "header"}})
    );
    // One that is gone leaves its methods closed, and is told of.
    let mut gone = first.clone();
    gone.kept.clear();
    let told = export(&gone, &whole(Format::OpenApi3)).expect("a document");
    assert!(told.warnings[0].message.contains("there is no authorizer"), "{:?}", told.warnings);
    let again = imported(&told.document.to_string()).definition;
    assert_eq!(method(&again, "GET", "/a").authorization_type, AuthorizationType::Custom);
    assert_eq!(kept_of(&again, KeptKind::Authorizer).len(), 1);
}
