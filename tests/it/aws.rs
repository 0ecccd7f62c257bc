//! `AWS`: functions and services that are called through templates, mappings and integration responses.

use postern::wire::pb;

use crate::support::{Postern, Request, Upstream, declare, map};

/// An `AWS` method whose integration responses answer by pattern: `(status, pattern, template)`.
fn aws(uri: &str, template: &str, responses: &[(u32, &str, &str)]) -> pb::Method {
    let response = |(status, pattern, template): &(u32, &str, &str)| pb::IntegrationResponse {
        status_code: *status,
        selection_pattern: (!pattern.is_empty()).then(|| (*pattern).to_owned()),
        response_templates: (!template.is_empty())
            .then(|| ("application/json".to_owned(), (*template).to_owned()))
            .into_iter()
            .collect(),
        ..Default::default()
    };
    let integration = pb::Integration {
        r#type: pb::IntegrationType::Aws.into(),
        http_method: Some("POST".to_owned()),
        uri: Some(uri.to_owned()),
        request_templates: (!template.is_empty())
            .then(|| ("application/json".to_owned(), template.to_owned()))
            .into_iter()
            .collect(),
        responses: responses.iter().map(response).collect(),
        ..Default::default()
    };
    let declared =
        |(status, ..): &(u32, &str, &str)| pb::MethodResponse { status_code: *status, ..Default::default() };
    pb::Method {
        responses: responses.iter().map(declared).collect(),
        integration: Some(integration),
        ..Default::default()
    }
}

fn function(name: &str) -> String {
    format!(
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:{name}/invocations"
    )
}

#[tokio::test]
async fn a_functions_error_selects_the_response() {
    // The function gives back what it gets.
    let upstream = Upstream::start(|request, wire| wire.answer(200, &[], request.text()));
    let url = upstream.url("");
    let server = Postern::with(|flags| flags.with("lambda-endpoint", [url])).await;
    let responses =
        [(200, "", ""), (404, "not found: .*", "{\"why\": $input.json('$.errorMessage')}"), (500, ".+", "")];
    server
        .serve([
            ("/", "ANY", aws(&function("f"), "$input.json('$.event')", &responses)),
            ("/plain", "GET", aws(&function("f"), "", &responses)),
        ])
        .await;
    for (body, status, expected) in [
        (r#"{"event":{"a":1}}"#, 200, r#"{"a":1}"#),
        (r#"{"event":"plain"}"#, 200, "\"plain\""),
        (r#"{"event":{"errorMessage":"not found: 7"}}"#, 404, r#"{"why": "not found: 7"}"#),
        (r#"{"event":{"errorMessage":"else"}}"#, 500, r#"{"errorMessage":"else"}"#),
        (r#"{"event":{"errorMessage":"two\nlines"}}"#, 200, "{\"errorMessage\":\"two\\nlines\"}"),
    ] {
        let answer =
            Request::new("POST", "/").header("Content-Type", "application/json").body(body).send(server.data);
        assert_eq!((answer.status, answer.text().as_str()), (status, expected), "{body}");
        assert!(answer.header("x-amzn-trace-id").is_some());
    }
    let seen = upstream.request(0);
    assert_eq!(
        (seen.target.as_str(), seen.text().as_str()),
        ("/2015-03-31/functions/f/invocations", r#"{"a":1}"#)
    );
    assert_eq!(server.get("/plain").text(), "{}", "a function always gets an event");
}

#[tokio::test]
async fn services_are_called_by_path_and_by_action() {
    let upstream = Upstream::answering(200, &[("x-amzn-RequestId", "theirs")], r#"{"ok":true}"#);
    let url = upstream.url("/base");
    let server = Postern::with(|flags| {
        flags
            .with("aws-endpoint", [format!("sqs={url}"), format!("dynamodb={url}"), format!("s3={url}")])
            .with("aws-access-key-id", ["AKIDEXAMPLE"])
            .with("aws-secret-access-key", ["secret"])
            .with("allow-upstream", [""; 0])
    })
    .await;
    let all = [(200, "", "")];
    let mut queue = aws(
        "arn:aws:apigateway:eu-west-1:sqs:path/000000000000/{queue}",
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        &all,
    );
    queue.request_parameters = declare(["method.request.path.queue"]);
    queue.integration.as_mut().unwrap().request_parameters = map(&[
        ("integration.request.path.queue", "method.request.path.queue"),
        ("integration.request.header.Content-Type", "'application/x-www-form-urlencoded'"),
    ]);
    let mut query = aws("arn:aws:apigateway:eu-west-1:sqs:action/ListQueues", "", &all);
    query.integration.as_mut().unwrap().request_parameters =
        map(&[("integration.request.querystring.Version", "'2012-11-05'")]);
    let told = [(200, "", "made by $context.awsEndpointRequestId")];
    let item =
        aws("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", "{\"TableName\": \"pets\"}", &told);
    let mut bucket = aws("arn:aws:apigateway:us-east-1:mine.s3:path/key", "", &all);
    bucket.integration.as_mut().unwrap().http_method = Some("GET".to_owned());
    let api = server
        .serve([
            ("/q/{queue}", "POST", queue),
            ("/list", "GET", query),
            ("/item", "POST", item),
            ("/bucket", "GET", bucket),
        ])
        .await;

    let send = |method: &str, path: &str, body: &str| Request::new(method, path).body(body).send(server.data);
    let answer = send("POST", "/q/orders", "a b");
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"ok":true}"#));
    let seen = upstream.request(0);
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str(), seen.text().as_str()),
        ("POST", "/base/000000000000/orders", "Action=SendMessage&MessageBody=a+b")
    );
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(seen.header("user-agent"), Some(format!("AmazonAPIGateway_{api}").as_str()));
    assert!(seen.header("authorization").unwrap().contains("/eu-west-1/sqs/aws4_request"));
    assert!(seen.header("x-amz-date").is_some());

    send("GET", "/list", "");
    assert_eq!(upstream.request(1).target, "/base/?Action=ListQueues&Version=2012-11-05");

    assert_eq!(send("POST", "/item", "{}").text(), "made by theirs");
    let seen = upstream.request(2);
    assert_eq!(
        (seen.target.as_str(), seen.header("x-amz-target"), seen.header("content-type")),
        ("/base/", Some("DynamoDB_20120810.PutItem"), Some("application/x-amz-json-1.0"))
    );
    assert!(seen.header("authorization").unwrap().contains("x-amz-target"), "it is signed");

    send("GET", "/bucket", "");
    let seen = upstream.request(3);
    assert_eq!(seen.header("host"), Some(format!("mine.{}", upstream.address()).as_str()));
    assert!(seen.header("x-amz-content-sha256").is_some());
}

#[tokio::test]
async fn the_status_of_a_service_selects_the_response() {
    let upstream = Upstream::answering(400, &[], r#"{"__type":"x#ResourceNotFoundException"}"#);
    let url = format!("dynamodb={}", upstream.url(""));
    let server = Postern::with(|flags| flags.with("aws-endpoint", [url])).await;
    let uri = "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem";
    let mut forbidden = aws(uri, "{}", &[(200, "", "")]);
    forbidden.integration.as_mut().unwrap().request_parameters =
        map(&[("integration.request.header.TE", "'trailers'")]);
    let elsewhere = aws("arn:aws:apigateway:us-east-1:sns:action/Publish", "{}", &[(200, "", "")]);
    server
        .serve([
            ("/mapped", "GET", aws(uri, "{}", &[(200, "200", ""), (404, "4\\d{2}", "{\"gone\": true}")])),
            ("/unmapped", "GET", aws(uri, "{}", &[(200, "200", "")])),
            ("/forbidden", "GET", forbidden),
            ("/elsewhere", "GET", elsewhere),
        ])
        .await;
    let answer = server.get("/mapped");
    assert_eq!((answer.status, answer.text().as_str()), (404, r#"{"gone": true}"#));
    for path in ["/unmapped", "/forbidden", "/elsewhere"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (500, r#"{"message": "Internal server error"}"#),
            "{path}"
        );
    }
    assert_eq!(upstream.requests().len(), 2);
}
