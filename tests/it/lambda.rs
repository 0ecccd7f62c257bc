//! `AWS_PROXY`: what a function is invoked with, what becomes of its output, and where it is looked for.

use postern::wire::pb;
use serde_json::{Value, json};

use crate::support::admin::fields;
use crate::support::{Postern, Received, Request, Upstream, Wire, map};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:";

/// An `AWS_PROXY` method that invokes a function.
fn proxy(function: &str) -> pb::Method {
    let uri =
        format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}{function}/invocations");
    let integration = pb::Integration {
        r#type: pb::IntegrationType::AwsProxy.into(),
        http_method: Some("POST".to_owned()),
        uri: Some(uri),
        ..Default::default()
    };
    pb::Method { integration: Some(integration), ..Default::default() }
}

/// A server that invokes every function at `upstream`; loopback is closed to everything else.
async fn server(upstream: &Upstream) -> Postern {
    let url = upstream.url("");
    Postern::with(|flags| flags.with("lambda-endpoint", [url]).with("allow-upstream", [""; 0])).await
}

/// A function that answers what it is invoked with.
fn echo(request: &Received, wire: &mut Wire) {
    let body = json!({"statusCode": 200, "body": request.text()}).to_string();
    wire.answer(200, &[("Content-Type", "application/json")], body);
}

#[tokio::test]
async fn a_function_gets_the_whole_request() {
    let upstream = Upstream::start(echo);
    let server = server(&upstream).await;
    let api = server.serve([("/pets/{id}/{rest+}", "ANY", proxy("pets:live"))]).await;
    let stage = pb::Stage { variables: map(&[("kind", "animals")]), ..Default::default() };
    let request = pb::UpdateStageRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        stage: Some(stage),
        ..Default::default()
    };
    server.stages().update_stage(request).await.unwrap();

    let answer = Request::new("POST", "/pets/a%2Fb/x//y/?q=1&q=%2B+z&Q=&enc=%C3%A9")
        .host("api.example.com")
        .header("X-CuStom", "one")
        .header("x-custom", "two")
        .header("authorization", "Bearer token")
        .header("user-agent", "curl/8")
        .header("Content-Type", "application/json")
        .header("Connection", "X-Hop")
        .header("X-Hop", "1")
        .header("TE", "trailers")
        .header("X-Forwarded-For", "192.0.2.1")
        .header(
            "X-Amzn-Trace-Id",
            "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1",
        )
        .body("{\"a\": \"\u{e9}\"}")
        .send(server.data);
    assert_eq!(answer.status, 200, "{}", answer.text());

    let call = upstream.only_request();
    assert_eq!(
        (call.method.as_str(), call.target.as_str()),
        ("POST", "/2015-03-31/functions/pets/invocations?Qualifier=live")
    );
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert_eq!(call.header("x-custom"), None, "the request is in the event, not in the call");
    assert_eq!(call.header("authorization"), None, "there is no access key");

    let mut event: Value = serde_json::from_str(&call.text()).unwrap();
    let context = event["requestContext"].take();
    let trace = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1";
    let port = server.data.port().to_string();
    assert_eq!(
        event,
        json!({
            "resource": "/pets/{id}/{rest+}",
            "path": "/pets/a%2Fb/x//y/",
            "httpMethod": "POST",
            "headers": {
                "X-CuStom": "two",
                "Authorization": "Bearer token",
                "User-Agent": "curl/8",
                "Content-Type": "application/json",
                "Host": "api.example.com",
                "X-Amzn-Trace-Id": trace,
                "X-Forwarded-For": "192.0.2.1, 127.0.0.1",
                "X-Forwarded-Port": port,
                "X-Forwarded-Proto": "http",
            },
            "multiValueHeaders": {
                "X-CuStom": ["one", "two"],
                "Authorization": ["Bearer token"],
                "User-Agent": ["curl/8"],
                "Content-Type": ["application/json"],
                "Host": ["api.example.com"],
                "X-Amzn-Trace-Id": [trace],
                "X-Forwarded-For": ["192.0.2.1, 127.0.0.1"],
                "X-Forwarded-Port": [port],
                "X-Forwarded-Proto": ["http"],
            },
            "queryStringParameters": {"q": "+ z", "Q": "", "enc": "\u{e9}"},
            "multiValueQueryStringParameters": {"q": ["1", "+ z"], "Q": [""], "enc": ["\u{e9}"]},
            "pathParameters": {"id": "a%2Fb", "rest": "x//y"},
            "stageVariables": {"kind": "animals"},
            "requestContext": null,
            "body": "{\"a\": \"\u{e9}\"}",
            "isBase64Encoded": false,
        })
    );

    let context = context.as_object().unwrap();
    let names: Vec<_> = context.keys().map(String::as_str).collect();
    let expected = [
        "resourceId",
        "resourcePath",
        "httpMethod",
        "extendedRequestId",
        "requestTime",
        "path",
        "accountId",
        "protocol",
        "stage",
        "domainPrefix",
        "requestId",
        "domainName",
        "deploymentId",
        "apiId",
        "requestTimeEpoch",
        "identity",
    ];
    assert_eq!(names, expected);
    for (name, value) in [
        ("resourcePath", json!("/pets/{id}/{rest+}")),
        ("httpMethod", json!("POST")),
        ("path", json!("/pets/a%2Fb/x//y/")),
        ("accountId", json!("000000000000")),
        ("protocol", json!("HTTP/1.1")),
        ("stage", json!("prod")),
        ("domainName", json!("api.example.com")),
        ("domainPrefix", json!("api")),
        ("apiId", json!(api)),
        ("requestId", json!(answer.header("x-amzn-requestid"))),
        ("extendedRequestId", json!(answer.header("x-amz-apigw-id"))),
        (
            "identity",
            json!({
                "cognitoIdentityPoolId": null, "accountId": null, "cognitoIdentityId": null, "caller": null,
                "sourceIp": "127.0.0.1", "principalOrgId": null, "accessKey": null,
                "cognitoAuthenticationType": null, "cognitoAuthenticationProvider": null, "userArn": null,
                "userAgent": "curl/8", "user": null,
            }),
        ),
    ] {
        assert_eq!(context[name], value, "{name}");
    }
    assert!(context["requestTimeEpoch"].is_u64());
}

#[tokio::test]
async fn what_is_not_there_is_null() {
    let upstream = Upstream::start(echo);
    let server = server(&upstream).await;
    let api = server.serve([("/", "GET", proxy("f"))]).await;
    for (target, host, path) in [
        ("/", "x.example", "/"),
        ("/prod", "default", "/"),
        ("/prod//", "default", "/"),
        ("//prod/", "default", "/"),
    ] {
        let host = if host == "default" {
            format!("{api}.execute-api.us-east-1.amazonaws.com")
        } else {
            host.to_owned()
        };
        let answer = Request::get(target).host(&host).send(server.data);
        let event: Value =
            serde_json::from_str(&answer.text()).unwrap_or_else(|_| panic!("{target}: {}", answer.text()));
        for name in [
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "body",
        ] {
            assert_eq!(event[name], Value::Null, "{name}");
        }
        assert_eq!(
            (event["path"].as_str(), event["isBase64Encoded"].as_bool()),
            (Some(path), Some(false)),
            "{target}"
        );
        assert_eq!(event["requestContext"]["path"], target, "raw, with its stage");
        assert_eq!(event["requestContext"]["identity"]["userAgent"], Value::Null);
    }
}

#[tokio::test]
async fn an_output_is_the_answer_or_502() {
    // The function answers the body that it is sent, as it is.
    let upstream = Upstream::start(|request, wire| {
        let event: Value = serde_json::from_str(&request.text()).unwrap();
        let error = event["headers"]["X-Fails"].as_str().map(|how| ("X-Amz-Function-Error", how));
        wire.answer(200, error.as_slice(), event["body"].as_str().unwrap_or_default());
    });
    let server = server(&upstream).await;
    server.serve([("/", "POST", proxy("f"))]).await;
    let send = |body: &str| Request::new("POST", "/").body(body).send(server.data);

    let answer = send("{}");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-amzn-trace-id").is_some_and(|trace| trace.starts_with("Root=1-")));

    let answer = send(
        r#"{"statusCode":"418","body":"short","headers":{"Content-Type":"text/plain","x-many":"3","Date":"d"},
            "multiValueHeaders":{"X-Many":["1","2"]}}"#,
    );
    assert_eq!((answer.status, answer.text().as_str()), (418, "short"));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.all("x-many"), ["1", "2", "3"]);
    assert_eq!(answer.header("x-amzn-remapped-date"), Some("d"));

    for output in [
        "",
        "null",
        "\"text\"",
        r#"{"statusCode":200,"extra":1}"#,
        r#"{"statusCode":"x"}"#,
        r#"{"errorMessage":"no"}"#,
    ] {
        let answer = send(output);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (502, r#"{"message": "Internal server error"}"#),
            "{output}"
        );
        assert_eq!(answer.header("x-amzn-errortype"), Some("InternalServerErrorException"));
        assert_eq!(answer.header("x-amzn-trace-id"), None, "{output}");
    }
    let answer = Request::new("POST", "/").header("X-Fails", "Unhandled").body("{}").send(server.data);
    assert_eq!(answer.status, 502, "a function error");
}

#[tokio::test]
async fn bodies_of_binary_types_cross_as_base64() {
    let upstream = Upstream::start(|request, wire| {
        let event: Value = serde_json::from_str(&request.text()).unwrap();
        let output = json!({"body": event["body"], "isBase64Encoded": true,
            "headers": {"X-Was-Encoded": event["isBase64Encoded"], "Content-Type": "text/html"}});
        wire.answer(200, &[], output.to_string());
    });
    let server = server(&upstream).await;
    let api = server.api("binary").await;
    let request = pb::UpdateApiRequest {
        api_id: api.clone(),
        api: Some(pb::Api { binary_media_types: vec!["image/png".to_owned()], ..Default::default() }),
        ..Default::default()
    };
    server.apis().update_api(request).await.unwrap();
    server.put(&api, "/", "POST", proxy("f")).await;
    server.deploy(&api, "prod").await;
    server.bind("*", "", &api, "prod").await;
    let bytes = [0xff, 0x00, b'x'];
    for (content_type, accept, body, encoded, status, expected) in [
        ("image/png", "image/png", &bytes[..], "true", 200, &bytes[..]),
        ("image/png", "image/*", &bytes, "true", 200, b"/wB4"),
        ("image/png", "text/html, image/png", &bytes, "true", 200, b"/wB4"),
        ("text/plain", "image/png;q=1", b"aGk=", "false", 200, b"hi"),
        ("text/plain", "text/plain", b"aGk=", "false", 200, b"aGk="),
        ("text/plain", "image/png", b"no base64!", "false", 500, br#"{"message": "Internal server error"}"#),
    ] {
        let answer = Request::new("POST", "/")
            .header("Content-Type", content_type)
            .header("Accept", accept)
            .body(body)
            .send(server.data);
        assert_eq!((answer.status, answer.body.as_slice()), (status, expected), "{content_type} {accept}");
        if status == 200 {
            assert_eq!(answer.header("x-was-encoded"), Some(encoded), "{content_type} {accept}");
        }
    }
}

#[tokio::test]
async fn an_invocation_may_be_left_alone() {
    let upstream = Upstream::start(|request, wire| {
        assert_eq!(request.header("x-amz-invocation-type"), Some("Event"));
        wire.answer(202, &[], "");
    });
    let server = server(&upstream).await;
    let mut method = proxy("f");
    let own = method.integration.as_mut().unwrap();
    own.request_parameters = map(&[
        ("integration.request.header.X-Amz-Invocation-Type", "'Event'"),
        ("integration.request.header.X-Ignored", "'mappings are not for AWS_PROXY'"),
    ]);
    server.serve([("/", "POST", method)]).await;
    let answer = Request::new("POST", "/").body("x").send(server.data);
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert_eq!(upstream.only_request().header("x-ignored"), None);
}

#[tokio::test]
async fn a_call_that_cannot_be_made_is_a_500() {
    let upstream = Upstream::start(|request, wire| match request.target.contains("/missing/") {
        true => wire.answer(404, &[("X-Amzn-ErrorType", "ResourceNotFoundException")], "{}"),
        false => echo(request, wire),
    });
    let server = server(&upstream).await;
    let mut by_get = proxy("f");
    by_get.integration.as_mut().unwrap().http_method = Some("GET".to_owned());
    let mut forbidden = proxy("f");
    forbidden.integration.as_mut().unwrap().request_parameters =
        map(&[("integration.request.header.Authorization", "'x'")]);
    server
        .serve([
            ("/get", "GET", by_get),
            ("/forbidden", "GET", forbidden),
            ("/missing", "GET", proxy("missing")),
        ])
        .await;
    for path in ["/get", "/forbidden", "/missing"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (500, r#"{"message": "Internal server error"}"#),
            "{path}"
        );
    }
    assert_eq!(upstream.requests().len(), 1, "only the missing function was asked for");
}

#[tokio::test]
async fn a_function_is_looked_for_by_pattern_stage_and_server() {
    let answering = |text: &'static str| {
        Upstream::start(move |_, wire| wire.answer(200, &[], json!({"body": text}).to_string()))
    };
    let (all, some, own) = (answering("all"), answering("some"), answering("own"));
    let (all_url, some_url) = (
        all.url(""),
        format!("*:function:pets-*={}", some.url("/2015-03-31/functions/function/invocations")),
    );
    // Integrations may call `own` as they may call any back end that is listed.
    let listed = own.address().to_string();
    let server = Postern::with(|flags| {
        flags.with("lambda-endpoint", [all_url, some_url]).with("allow-upstream", [listed])
    })
    .await;
    let mut by_variable = proxy("x");
    by_variable.integration.as_mut().unwrap().uri = Some(format!(
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}${{stageVariables.f}}/invocations"
    ));
    let api = server
        .serve([
            ("/cats", "GET", proxy("cats")),
            ("/pets", "GET", proxy("pets-read")),
            ("/variable", "GET", by_variable),
        ])
        .await;
    assert_eq!(
        (server.get("/cats").text(), server.get("/pets").text()),
        ("all".to_owned(), "some".to_owned())
    );
    assert_eq!(some.only_request().target, "/2015-03-31/functions/function/invocations");
    assert_eq!(server.get("/variable").status, 500, "the variable is not there");

    let update = |stage: pb::Stage| pb::UpdateStageRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        stage: Some(stage),
        ..Default::default()
    };
    let request = update(pb::Stage { variables: map(&[("f", "pets-write:1")]), ..Default::default() });
    server.stages().update_stage(request).await.unwrap();
    assert_eq!(server.get("/variable").text(), "some");

    let request = update(pb::Stage { lambda_endpoint: Some(own.url("/")), ..Default::default() });
    let stage = server.stages().update_stage(request).await.unwrap().into_inner().stage.unwrap();
    assert_eq!(stage.lambda_endpoint, Some(own.url("")));
    assert_eq!(
        (server.get("/cats").text(), server.get("/pets").text()),
        ("own".to_owned(), "own".to_owned())
    );

    let request = update(pb::Stage { lambda_endpoint: Some("nowhere".to_owned()), ..Default::default() });
    let refused = server.stages().update_stage(request).await.unwrap_err();
    assert_eq!(fields(&refused), ["stage.lambda_endpoint"]);

    // What a stage names is no more trusted than what an integration names.
    let request = update(pb::Stage { lambda_endpoint: Some(all.url("")), ..Default::default() });
    server.stages().update_stage(request).await.unwrap();
    assert_eq!(server.get("/cats").status, 500, "loopback, and not listed");
}

#[tokio::test]
async fn a_stage_without_an_address_is_warned_of() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    server.put(&api, "/pets", "GET", proxy("pets")).await;
    let request = pb::CreateDeploymentRequest {
        api_id: api.clone(),
        stage_name: "prod".to_owned(),
        ..Default::default()
    };
    let response = server.deployments().create_deployment(request).await.unwrap().into_inner();
    let warnings: Vec<_> =
        response.warnings.iter().map(|issue| (issue.field.as_str(), issue.message.as_str())).collect();
    let expected = "on this stage every call will be answered 500: no address is known for the Lambda function \
                    arn:aws:lambda:us-east-1:000000000000:function:pets: start the server with --lambda-endpoint, or \
                    give the stage one";
    assert!(
        warnings
            .iter()
            .any(|(field, message)| field.ends_with("method GET /pets, integration, uri")
                && *message == expected),
        "{warnings:?}"
    );
    server.bind("*", "", &api, "prod").await;
    assert_eq!(server.get("/pets").status, 500);
}

#[tokio::test]
async fn a_test_shows_the_event_and_no_secret() {
    let upstream = Upstream::start(|_, wire| wire.answer(200, &[], r#"{"body":"done"}"#));
    let url = upstream.url("");
    let server = Postern::with(|flags| {
        flags
            .with("lambda-endpoint", [url])
            .with("aws-access-key-id", ["AKIDEXAMPLE"])
            .with("aws-secret-access-key", ["wJalrSECRET"])
            .with("aws-session-token", ["TOKENSECRET"])
    })
    .await;
    let api = server.api("pets").await;
    server.put(&api, "/pets/{id}", "GET", proxy("pets")).await;
    let request = pb::TestMethodRequest {
        api_id: api,
        resource: "/pets/{id}".to_owned(),
        http_method: "GET".to_owned(),
        path_with_query_string: "/pets/7?q=1".to_owned(),
        ..Default::default()
    };
    let answer = server.tests().test_method(request).await.unwrap().into_inner();
    assert_eq!((answer.status_code, answer.body.as_str()), (200, "done"), "{:#?}", answer.log);

    let call = upstream.only_request();
    let authorization = call.header("authorization").unwrap();
    assert!(
        authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
            && authorization.contains("/us-east-1/lambda/aws4_request, SignedHeaders=")
            && authorization.contains("Signature="),
        "{authorization}"
    );
    assert_eq!(call.header("x-amz-security-token"), Some("TOKENSECRET"));
    let event: Value = serde_json::from_str(&call.text()).unwrap();
    assert_eq!((&event["headers"], &event["multiValueHeaders"]), (&Value::Null, &Value::Null));
    assert_eq!(event["pathParameters"], json!({"id": "7"}));

    let log = answer.log.join("\n");
    assert!(!log.contains("SECRET") && !log.contains("Signature="), "{log}");
    for line in [
        "Endpoint request body after transformations: {\"resource\":\"/pets/{id}\",\"path\":\"/pets/7\"",
        "Endpoint response body before transformations: {\"body\":\"done\"}",
        "Method response body after transformations: done",
        "Successfully completed execution",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
}
