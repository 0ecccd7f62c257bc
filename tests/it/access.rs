//! Who may do what on the admin API: tokens, roles, limits to APIs, first tokens, refused starts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use postern::store::MemoryStore;
use postern::wire::pb;
use postern::wire::pb::api_service_client::ApiServiceClient;
use postern::wire::pb::audit_service_client::AuditServiceClient;
use postern::wire::pb::token_service_client::TokenServiceClient;
use tonic::metadata::MetadataValue;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request as Call, Status};
use tonic_types::StatusExt as _;

use crate::support::{Postern, Server, run};

/// Adds a token to each call.
#[derive(Clone)]
pub struct Bearer(String);

impl tonic::service::Interceptor for Bearer {
    fn call(&mut self, mut call: Call<()>) -> Result<Call<()>, Status> {
        let value = MetadataValue::try_from(self.0.as_str()).unwrap();
        call.metadata_mut().insert("authorization", value);
        Ok(call)
    }
}

type With = InterceptedService<Channel, Bearer>;

fn with(server: &Postern, token: &str) -> With {
    InterceptedService::new(server.channel(), Bearer(format!("Bearer {token}")))
}

async fn token(server: &Postern, role: pb::Role, api_ids: &[&str]) -> pb::CreateTokenResponse {
    let request = pb::CreateTokenRequest {
        name: "test".to_owned(),
        role: role.into(),
        api_ids: api_ids.iter().map(ToString::to_string).collect(),
        ..Default::default()
    };
    TokenServiceClient::new(server.channel()).create_token(request).await.unwrap().into_inner()
}

fn new_api(name: &str) -> pb::CreateApiRequest {
    pb::CreateApiRequest {
        api: Some(pb::Api { name: name.to_owned(), ..Default::default() }),
        ..Default::default()
    }
}

async fn list(server: &Postern, token: &str) -> Result<Vec<String>, Status> {
    let mut apis = ApiServiceClient::new(with(server, token));
    let answer = apis.list_apis(pb::ListApisRequest::default()).await?;
    Ok(answer.into_inner().apis.into_iter().map(|api| api.id).collect())
}

#[tokio::test]
async fn each_role_may_do_what_it_says_and_no_more() {
    let server = Postern::start().await;
    let api = server.api("pets").await;
    for (role, reads, deploys, edits, administers) in [
        (pb::Role::Viewer, true, false, false, false),
        (pb::Role::Deployer, true, true, false, false),
        (pb::Role::Editor, true, true, true, false),
        (pb::Role::Admin, true, true, true, true),
    ] {
        let secret = token(&server, role, &[]).await.secret;
        let calls = with(&server, &secret);
        let read = list(&server, &secret).await.map(drop);
        let request =
            pb::CreateDeploymentRequest { api_id: api.clone(), validate_only: true, ..Default::default() };
        let deploy = pb::deployment_service_client::DeploymentServiceClient::new(calls.clone())
            .create_deployment(request)
            .await
            .map(drop);
        let edit = ApiServiceClient::new(calls.clone()).create_api(new_api("new")).await.map(drop);
        let administer =
            TokenServiceClient::new(calls).list_tokens(pb::ListTokensRequest::default()).await.map(drop);
        for (outcome, may) in [(read, reads), (deploy, deploys), (edit, edits), (administer, administers)] {
            match outcome {
                Ok(()) => assert!(may, "{role:?}"),
                Err(status) => {
                    // An empty API does not deploy; that is found out only by those who may.
                    let denied = status.code() == Code::PermissionDenied;
                    assert_eq!(denied, !may, "{role:?}: {status}");
                    if denied {
                        assert!(status.message().contains(" needs "), "{status}");
                        let info = status.get_details_error_info().unwrap();
                        assert_eq!(info.reason, "FORBIDDEN");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_limited_token_sees_its_own_apis_alone() {
    let server = Postern::start().await;
    let (mine, other) = (server.api("mine").await, server.api("other").await);
    let secret = token(&server, pb::Role::Editor, &[&mine]).await.secret;
    assert_eq!(list(&server, &secret).await.unwrap(), std::slice::from_ref(&mine));
    let mut apis = ApiServiceClient::new(with(&server, &secret));
    assert!(apis.get_api(pb::GetApiRequest { api_id: mine.clone() }).await.is_ok());
    for refused in [
        apis.get_api(pb::GetApiRequest { api_id: other.clone() }).await.map(drop),
        apis.create_api(new_api("third")).await.map(drop),
        apis.delete_api(pb::DeleteApiRequest { api_id: other, ..Default::default() }).await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    }
    let request = pb::CreateTokenRequest {
        name: "x".to_owned(),
        role: pb::Role::Admin.into(),
        api_ids: vec![mine],
        ..Default::default()
    };
    let refused = TokenServiceClient::new(server.channel()).create_token(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("editor is the most"), "{refused}");
}

#[tokio::test]
async fn a_revoked_altered_or_expired_token_is_refused_and_counted() {
    let server = Postern::with(|flags| flags.with("admin-auth", ["required"])).await;
    // Nobody has a token yet, and the listener asks for one.
    let refused = server.apis().list_apis(pb::ListApisRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(refused.message().contains("--token-file"), "{refused}");
    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel());
    assert!(health.check(tonic_health::pb::HealthCheckRequest::default()).await.is_ok());

    // The store is shared, so that a server that asks for nothing can give the first ones.
    let store = Arc::new(MemoryStore::new());
    let open = Postern::on(store.clone(), |flags| flags).await;
    let good = token(&open, pb::Role::Viewer, &[]).await;
    let request = pb::CreateTokenRequest {
        name: "short".to_owned(),
        role: pb::Role::Viewer.into(),
        lifetime: Some(prost_types::Duration { seconds: 1, nanos: 0 }),
        ..Default::default()
    };
    let short = TokenServiceClient::new(open.channel()).create_token(request).await.unwrap().into_inner();
    assert!(list(&open, &good.secret).await.is_ok());

    let flipped = if good.secret.ends_with('0') { "1" } else { "0" };
    let altered = format!("{}{flipped}", &good.secret[..good.secret.len() - 1]);
    for wrong in [altered.as_str(), "nonsense", "postern_aaaaaaaaaa_00", ""] {
        let refused = list(&open, wrong).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{wrong:?}");
    }
    let expires_at = short.token.unwrap().expires_at.unwrap();
    // It is good until its time has come, whenever that is.
    loop {
        match list(&open, &short.secret).await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(status) => {
                assert_eq!(status.code(), Code::Unauthenticated);
                break;
            }
        }
    }
    assert!(prost_types::Timestamp::from(std::time::SystemTime::now()).seconds >= expires_at.seconds);

    let id = good.token.unwrap().id;
    let mut tokens = TokenServiceClient::new(open.channel());
    tokens.revoke_token(pb::RevokeTokenRequest { token_id: id.clone() }).await.unwrap();
    assert_eq!(list(&open, &good.secret).await.unwrap_err().code(), Code::Unauthenticated);
    let again = tokens.revoke_token(pb::RevokeTokenRequest { token_id: id }).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);

    let metrics = crate::support::Request::get("/metrics").send(open.ops).text();
    let count = |reason: &str| {
        let line = format!("postern_admin_refusals_total{{reason=\"{reason}\"}} ");
        metrics.lines().find_map(|text| text.strip_prefix(&line)).map(str::to_owned)
    };
    assert_eq!(count("token").as_deref(), Some("3"), "{metrics}");
    assert_eq!(count("malformed").as_deref(), Some("3"), "{metrics}");
}

#[tokio::test]
async fn what_is_kept_of_a_token_is_no_token() {
    let store = Arc::new(MemoryStore::new());
    let server = Postern::on(store, |flags| flags).await;
    let issued = token(&server, pb::Role::Admin, &[]).await;
    let listed =
        TokenServiceClient::new(server.channel()).list_tokens(pb::ListTokensRequest::default()).await;
    let listed = format!("{:?}", listed.unwrap().into_inner());
    let secret = issued.secret.rsplit('_').next().unwrap();
    assert!(listed.contains(&issued.token.unwrap().id) && !listed.contains(secret));
    let audit = AuditServiceClient::new(server.channel())
        .list_audit_events(pb::ListAuditEventsRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(!format!("{audit:?}").contains(secret));
}

#[test]
fn a_token_made_in_a_data_directory_opens_the_server_on_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let made = run(["token", "create", "--name", "first", "--role", "admin", "--data-dir", &data]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let secret = made.stdout.trim();
    assert!(secret.starts_with("postern_") && made.stderr.contains("shown once"), "{made:?}");

    let server = Server::start(data.as_ref(), &["--admin-auth", "required"]);
    let refused = server.run(&["api", "list"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("asks for credentials"), "{refused:?}");
    let file = dir.path().join("token");
    std::fs::write(&file, &made.stdout).unwrap();
    let file = file.display().to_string();
    for args in [
        &["api", "create", "pets", "--token", secret][..],
        &["--token-file", &file, "token", "list"],
        &["token", "create", "--name", "ci", "--role", "deployer", "--api", "pets", "--token-file", &file],
    ] {
        // Global flags may stand before or after.
        let args: Vec<_> =
            if args[0].starts_with("--") { [&args[2..], &args[..2]].concat() } else { args.to_vec() };
        let ended = server.run(&args);
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    }
    let listed = server.run(&["token", "list", "--token-file", &file]);
    for text in ["first", "admin", "deployer", "data directory", "token:first/"] {
        assert!(listed.stdout.contains(text), "{text} in {listed:?}");
    }
    // While a server runs, the directory is its own.
    let locked = run(["token", "create", "--name", "x", "--role", "admin", "--data-dir", &data]);
    assert_eq!(locked.code, Some(78), "{locked:?}");
    assert_eq!(server.stop().0, Some(0));

    let server = Server::start(data.as_ref(), &["--admin-auth", "required"]);
    assert_eq!(server.run(&["api", "list", "--token-file", &file]).code, Some(0), "it survives a restart");
}

#[test]
fn a_file_is_served_where_callers_are_asked_for_credentials() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pets.yaml");
    let document = "openapi: 3.0.1\ninfo: {title: pets, version: '1'}\npaths:\n  /pets:\n    get:\n      responses: {'200': {description: ok}}\n      x-amazon-apigateway-integration:\n        type: mock\n        requestTemplates: {application/json: '{\"statusCode\": 200}'}\n        responses: {default: {statusCode: '200'}}\n";
    std::fs::write(&file, document).unwrap();
    let (data, file) = (dir.path().join("data").display().to_string(), file.display().to_string());
    let server = Server::start(data.as_ref(), &["--admin-auth", "required", "--api", &file]);
    let answer = crate::support::Request::get("/dev/pets").send(server.data);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn where_others_reach_it_the_admin_api_starts_only_with_tls_and_credentials() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let tls = crate::admin_tls::Files::new();
    let serve = |more: &[&str]| {
        let args = ["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data-dir", &data];
        run([&args[..], &["--admin-listen", "0.0.0.0:0"], more].concat())
    };
    let bare = serve(&[]);
    assert_eq!(bare.code, Some(64), "{bare:?}");
    assert!(bare.stderr.contains("--admin-tls-cert and --admin-tls-key"), "{bare:?}");
    let (cert, key) = (tls.path("server.pem"), tls.path("server.key"));
    let unknown = serve(&["--admin-tls-cert", &cert, "--admin-tls-key", &key]);
    assert_eq!(unknown.code, Some(64), "{unknown:?}");
    assert!(unknown.stderr.contains("postern token create --role admin"), "{unknown:?}");
    let mixed = serve(&["--admin-tls-cert", &cert, "--admin-tls-key", &cert]);
    assert_eq!(mixed.code, Some(64), "{mixed:?}");
    assert!(mixed.stderr.contains("server.pem"), "{mixed:?}");
}

/// What every method needs stands in the contract; here it is asked of a caller that may nothing.
#[tokio::test]
async fn every_method_of_the_descriptors_asks_who_calls() {
    let server = Postern::with(|flags| flags.with("admin-auth", ["required"])).await;
    let pool = prost_reflect::DescriptorPool::decode(postern::wire::ADMIN_DESCRIPTOR_SET).unwrap();
    let mut open = BTreeSet::new();
    for service in pool.services().filter(|service| service.package_name() == "postern.admin.v1") {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let request = crate::support::Request::new("POST", &path)
                .header("Content-Type", "application/grpc-web+proto")
                // Not a message at all: nobody gets as far as decoding it.
                .body(vec![0, 0, 0, 0, 2, 0xff, 0xff]);
            let at = server.admin;
            let answer = tokio::task::spawn_blocking(move || request.send(at)).await.unwrap();
            if answer.header("grpc-status") != Some("16") {
                open.insert(path);
            }
        }
    }
    assert_eq!(open, BTreeSet::new());
}

/// The AWS face knows its callers by their keys, and gives them the same roles.
#[tokio::test]
async fn keys_of_the_aws_face_have_roles() {
    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    let store = Arc::new(MemoryStore::new());
    let (mine, other) = {
        let server = Postern::on(store.clone(), |flags| flags).await;
        (server.api("mine").await, server.api("other").await)
    };
    let limited = format!("AKIDLIMITED=editor@{mine}");
    let server = Postern::on(store, |flags| {
        flags
            .with("aws-listen", ["127.0.0.1:0"])
            .with("aws-caller-key", ["AKIDVIEWER:s1", "AKIDLIMITED:s2", "AKIDADMIN:s3"])
            .with("aws-caller-role", ["AKIDVIEWER=viewer", limited.as_str()])
    })
    .await;
    let at = server.aws.unwrap();
    let call = async |id: &str, secret: &str, verb: &str, path: &str, body: &'static str| {
        let identity = Credentials::new(id, secret, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("apigateway")
            .time(std::time::SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let host = at.to_string();
        let headers = [("host", host.as_str())].into_iter();
        let url = format!("http://{host}{path}");
        let signable =
            SignableRequest::new(verb, url, headers, SignableBody::Bytes(body.as_bytes())).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let mut request = crate::support::Request::new(verb, path).host(&host).body(body);
        for (name, value) in instructions.headers() {
            request = request.header(name, value);
        }
        tokio::task::spawn_blocking(move || request.send(at)).await.unwrap()
    };
    let delete = format!("/restapis/{other}");
    for (id, secret, verb, path, body, status) in [
        ("AKIDVIEWER", "s1", "GET", "/restapis", "", 200),
        ("AKIDVIEWER", "s1", "POST", "/restapis", r#"{"name": "new"}"#, 403),
        ("AKIDVIEWER", "wrong", "GET", "/restapis", "", 403),
        ("AKIDLIMITED", "s2", "DELETE", &delete, "", 403),
        ("AKIDLIMITED", "s2", "POST", "/restapis", r#"{"name": "new"}"#, 403),
        ("AKIDADMIN", "s3", "POST", "/restapis", r#"{"name": "new"}"#, 201),
    ] {
        let answer = call(id, secret, verb, path, body).await;
        assert_eq!(answer.status, status, "{id} {verb} {path}: {answer:?}");
        if status == 403 && secret != "wrong" {
            assert_eq!(answer.header("x-amzn-errortype"), Some("AccessDeniedException"));
            assert!(answer.text().contains(&format!("aws:{id}")), "{answer:?}");
        }
    }
    let listed = call("AKIDLIMITED", "s2", "GET", "/restapis", "").await.text();
    assert!(listed.contains(&mine) && !listed.contains(&other), "{listed}");
    let audit = AuditServiceClient::new(server.channel())
        .list_audit_events(pb::ListAuditEventsRequest {
            actor: "aws:AKIDADMIN".to_owned(),
            ..Default::default()
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(audit.audit_events[0].operation, "aws:CreateRestApi");
}
