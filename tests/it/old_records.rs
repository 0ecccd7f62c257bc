//! Data that an earlier Postern wrote opens, and reads back as it was: for ever.
//!
//! Each folder of `tests/stored/` has a data directory, a backup and an export for serving as a layout wrote them, and
//! what they hold as text. They are never written again. When `model` gains a field, the text gains that field's default, and
//! nothing else may change in it. A new layout gets a folder of its own: `POSTERN_WRITE_STORED=v4 cargo test --test it
//! old_records` writes one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use postern::model::*;
use postern::store::{
    AuditOrder, Author, ChangeKind, Edit, NewApi, NewDeployment, OnFault, Records, Retention, SledStore, Was,
    check, restore,
};

fn folder(layout: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored").join(layout)
}

/// The layouts there ever were.
const LAYOUTS: [&str; 3] = ["v1", "v2", "v3"];

#[tokio::test]
async fn what_every_layout_wrote_opens_and_reads_back() {
    if let Ok(layout) = std::env::var("POSTERN_WRITE_STORED") {
        write(&folder(&layout)).await;
    }
    for layout in LAYOUTS {
        let stored = folder(layout);
        let expected = fs::read_to_string(stored.join("expected.txt")).unwrap();

        let dir = tempfile::tempdir().unwrap();
        copy(&stored.join("data"), dir.path());
        let opened = SledStore::open(dir.path(), OnFault::Refuse).unwrap_or_else(|error| panic!("{error}"));
        same(&describe(&opened.records, Scope::All).await, &expected, layout);
        drop(opened);
        assert_eq!(check(dir.path()).await.unwrap().findings, Vec::<String>::new(), "{layout}");

        let restored = tempfile::tempdir().unwrap();
        restore(restored.path(), fs::File::open(stored.join("backup")).unwrap()).unwrap();
        let records = SledStore::open(restored.path(), OnFault::Refuse).unwrap().records;
        same(&describe(&records, Scope::All).await, &expected, layout);

        fs::remove_file(dir.path().join("mark")).unwrap();
        let serving = SledStore::open(dir.path(), OnFault::Serve).unwrap();
        assert!(serving.fault.is_some());
        same(
            &describe(&serving.records, Scope::Served).await,
            &fs::read_to_string(stored.join("expected-serving.txt")).unwrap(),
            layout,
        );
    }
}

/// A stored deployment goes on: what it is chained to and numbered after is what was stored.
#[tokio::test]
async fn what_every_layout_wrote_can_be_written_on() {
    for layout in LAYOUTS {
        let dir = tempfile::tempdir().unwrap();
        copy(&folder(layout).join("data"), dir.path());
        let records = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
        let head = records.api(api_id()).await.unwrap().unwrap();
        let mut edit = Edit::new(ChangeKind::DeploymentCreated, now());
        let new = NewDeployment { id: "newone".parse().unwrap(), description: None, created_at: now() };
        edit.deploy(&head, new);
        let made = records.commit(edit).await.unwrap();
        assert_eq!(made.deployments[0].number, head.last_number + 1);
        assert_eq!(made.deployments[0].content_hash, head.root);
    }
}

fn same(found: &str, expected: &str, layout: &str) {
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{layout}, line {} of what is expected", number + 1);
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{layout}");
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a description takes in.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    All,
    /// Without drafts and what no stage points at.
    Served,
}

/// Everything that records say, as text.
async fn describe(records: &Records, scope: Scope) -> String {
    let mut text = format!("store revision {}\n", records.latest());
    for head in records.all_apis().await.unwrap() {
        writeln!(text, "{head:#?}").unwrap();
        if scope == Scope::All {
            let draft = records.definition(head.root).await.unwrap();
            describe_definition(&mut text, "draft", &draft);
        }
        for deployment in records.deployments(head.id, None, usize::MAX).await.unwrap() {
            writeln!(text, "{deployment:#?}").unwrap();
            if !deployment.deleted {
                let content = records.definition(deployment.content_hash).await.unwrap();
                describe_definition(&mut text, "deployed", &content);
            }
        }
        for stage in records.stages(head.id).await.unwrap() {
            writeln!(text, "{stage:#?}").unwrap();
        }
    }
    for binding in records.all_bindings().await.unwrap() {
        writeln!(text, "{binding:#?}").unwrap();
    }
    if scope == Scope::All {
        for token in records.tokens(None, usize::MAX).await.unwrap() {
            writeln!(text, "{token:#?}").unwrap();
        }
        for event in records.audit(AuditOrder::OldestFirst, None, usize::MAX).await.unwrap() {
            writeln!(text, "{event:#?}").unwrap();
        }
        let mut watch = records.watch(StoreRevision(0));
        let mut seen = StoreRevision(0);
        while seen < records.latest() {
            for change in watch.next().await.unwrap() {
                seen = change.store_revision;
                writeln!(text, "{change:#?}").unwrap();
            }
        }
    }
    text
}

/// Of the many resources that hold nothing only where they hang; their content is under the root's hash anyway.
fn describe_definition(text: &mut String, what: &str, definition: &Definition) {
    writeln!(text, "{what} {:#?}\n{:#?}", definition.api, definition.gateway_responses).unwrap();
    if definition.models != Model::defaults() || !definition.request_validators.is_empty() {
        writeln!(text, "{:#?}\n{:#?}", definition.models, definition.request_validators).unwrap();
    }
    if !definition.kept.is_empty() {
        writeln!(text, "{:#?}", definition.kept).unwrap();
    }
    for (path, resource) in definition.walk() {
        write!(text, "{path} ").unwrap();
        if !resource.methods.is_empty() {
            writeln!(text, "{resource:#?}").unwrap();
        }
    }
    writeln!(text, "{} resources", definition.resource_count()).unwrap();
}

async fn write(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let dir = tempfile::tempdir().unwrap();
    {
        let records = SledStore::open(dir.path(), OnFault::Refuse).unwrap().records;
        fill(&records).await;
        records.export_serving(records.latest()).await.unwrap();
        fs::write(folder.join("expected.txt"), describe(&records, Scope::All).await).unwrap();
        records.backup(fs::File::create(folder.join("backup")).unwrap()).await.unwrap();
    }
    fs::create_dir(folder.join("data")).unwrap();
    copy(dir.path(), &folder.join("data"));
    fs::remove_file(folder.join("data/lock")).unwrap();
    fs::remove_file(dir.path().join("mark")).unwrap();
    let serving = SledStore::open(dir.path(), OnFault::Serve).unwrap().records;
    fs::write(folder.join("expected-serving.txt"), describe(&serving, Scope::Served).await).unwrap();
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_000_000_123)
}

fn api_id() -> ApiId {
    "a1b2c3d4e5".parse().unwrap()
}

/// Something of every kind, every field set somewhere.
async fn fill(records: &Records) {
    let partition =
        Partition { account: "123456789012".parse().unwrap(), region: "eu-west-1".parse().unwrap() };
    let retention = Retention::Latest(10.try_into().unwrap());
    let new = NewApi { id: api_id(), partition: partition.clone(), created_at: now(), retention };
    let mut edit = Edit::new(ChangeKind::ApiCreated, now());
    edit.create_api(new, Arc::new(definition("https://first.example/{id}")));
    let head = records.commit(edit).await.unwrap().heads[&api_id()].clone();

    let mut edit = Edit::new(ChangeKind::DeploymentCreated, now());
    edit.deploy(&head, deployment("first1", Some("the first")))
        .put_stage(stage("test", "first1", None, BTreeMap::new()), Was::Absent);
    let head = records.commit(edit).await.unwrap().heads[&api_id()].clone();

    let mut edit = Edit::new(ChangeKind::DraftChanged, now());
    edit.put_draft(&head, Arc::new(definition("https://second.example/{id}")))
        .deploy(&head, deployment("second", None));
    let head = records.commit(edit).await.unwrap().heads[&api_id()].clone();

    let mut edit = Edit::new(ChangeKind::DeploymentCreated, now());
    edit.deploy(&head, deployment("third3", Some("")));
    let head = records.commit(edit).await.unwrap().heads[&api_id()].clone();

    let canary = Canary {
        deployment: "second".parse().unwrap(),
        percent_traffic: 12.5,
        variables: StageVariables::parse([("host".to_owned(), "canary.example".to_owned())]).unwrap(),
    };
    // Long enough to stand in a blob.
    let settings = (0..120).map(|n| (format!("~1pets/GET/metrics/{n}"), "x".repeat(40))).collect();
    let mut edit = Edit::new(ChangeKind::StageCreated, now());
    edit.put_stage(stage("prod", "third3", Some(canary), settings), Was::Absent);
    records.commit(edit).await.unwrap();
    let mut edit = Edit::new(ChangeKind::StageDeleted, now());
    edit.delete_stage(&records.stage(api_id(), &"test".parse().unwrap()).await.unwrap().unwrap());
    records.commit(edit).await.unwrap();
    let mut edit = Edit::new(ChangeKind::DeploymentDeleted, now());
    edit.delete_deployment(&records.deployment(api_id(), "first1".parse().unwrap()).await.unwrap().unwrap());
    records.commit(edit).await.unwrap();

    for host in ["api.example.com", "*.example.com", "*"] {
        let binding = DomainBinding {
            host: host.parse().unwrap(),
            base_path: if host == "*" { BasePath::default() } else { "shop/v1".parse().unwrap() },
            api_id: api_id(),
            stage: "prod".parse().unwrap(),
            revision: Revision(0),
        };
        let mut edit = Edit::new(ChangeKind::BindingCreated, now());
        edit.put_binding(partition.clone(), binding, Was::Absent);
        records.commit(edit).await.unwrap();
    }
    let mut draft = (*records.definition(head.root).await.unwrap()).clone();
    draft.remove(resource_id(7)).unwrap();
    draft.models.clear();
    let mut edit = Edit::new(ChangeKind::DraftChanged, now());
    edit.put_draft(&head, Arc::new(draft));
    records.commit(edit).await.unwrap();

    let token = |id: &str, grant, expires_at| Token {
        id: id.parse().unwrap(),
        name: "ci".to_owned(),
        secret_hash: Hash([7; 32]),
        grant,
        created_at: now(),
        created_by: "local".to_owned(),
        expires_at,
    };
    let expires_at = Some(now() + Duration::from_secs(3600));
    for token in [
        token("limited123", Grant::limited(Role::Editor, [api_id()]).unwrap(), expires_at),
        token("forever123", Grant::of(Role::Admin), None),
    ] {
        let author = Author {
            actor: "token:first/abcdefghij".to_owned(),
            address: Some("2001:db8::1".parse().unwrap()),
            operation: "TokenService/CreateToken".to_owned(),
        };
        let mut edit = Edit::new(ChangeKind::TokenCreated, now()).by(author);
        edit.note(["more to say".to_owned()]).create_token(token);
        records.commit(edit).await.unwrap();
    }
}

fn deployment(id: &str, description: Option<&str>) -> NewDeployment {
    NewDeployment { id: id.parse().unwrap(), description: description.map(str::to_owned), created_at: now() }
}

fn stage(name: &str, target: &str, canary: Option<Canary>, settings: BTreeMap<String, String>) -> Stage {
    Stage {
        api_id: api_id(),
        name: name.parse().unwrap(),
        revision: Revision(0),
        description: Some("what callers use".to_owned()),
        target: StageTarget { deployment: target.parse().unwrap(), canary },
        variables: StageVariables::parse([("host".to_owned(), "a.example:8080".to_owned())]).unwrap(),
        lambda_endpoint: None,
        tags: BTreeMap::from([("team".to_owned(), "pets".to_owned())]),
        settings,
        created_at: now(),
        updated_at: now() + Duration::from_millis(1),
    }
}

fn resource_id(n: usize) -> ResourceId {
    format!("r{n:05}").parse().unwrap()
}

fn header(name: &str) -> HeaderParameter {
    name.parse().unwrap()
}

/// An API of several hundred resources, so that its manifest has several pages.
fn definition(uri: &str) -> Definition {
    let mark = || CorsMark {
        created: true,
        headers: BTreeMap::from([(header("Access-Control-Allow-Origin"), "'*'".to_owned())]),
        declared: [header("Access-Control-Allow-Origin")].into(),
    };
    let policy = |origins| {
        let listed = |names: &[&str]| CorsHeaders::Listed(names.iter().map(|name| header(name)).collect());
        let methods = CorsMethods::Listed(vec![http::Method::GET, http::Method::PUT]);
        CorsPolicy::new(origins, false, methods, listed(&["X-Token"]), CorsHeaders::Any, Some(600)).unwrap()
    };
    let patterns = ["https://app.example.com", "https://*.example.org:8443", "null"];
    let listed = Origins::Listed(patterns.iter().map(|pattern| pattern.parse().unwrap()).collect());
    let api = Api {
        description: Some("an API that has everything".to_owned()),
        version: Some("1".to_owned()),
        api_key_source: ApiKeySource::Authorizer,
        binary_media_types: vec!["image/*".parse().unwrap(), "application/pdf".parse().unwrap()],
        minimum_compression_size: Some(1024),
        endpoint_type: EndpointType::Regional,
        disable_execute_api_endpoint: true,
        policy: Some("{\"Version\":\"2012-10-17\"}".to_owned()),
        tags: BTreeMap::from([("team".to_owned(), "pets".to_owned())]),
        cors_policy: Some(policy(listed)),
        cors_marks: BTreeMap::from([(GatewayResponseType::Default4xx, mark())]),
        ..Api::new(api_id(), "pets".to_owned(), now())
    };
    let mut definition = Definition::new(api, resource_id(0));
    for n in 1..400 {
        definition.add(resource_id(n), resource_id(0), format!("part{n}").parse().unwrap()).unwrap();
    }
    definition.add(resource_id(400), resource_id(1), "{id}".parse().unwrap()).unwrap();
    definition.add(resource_id(401), resource_id(2), "{proxy+}".parse().unwrap()).unwrap();
    let response = GatewayResponse {
        status: Some(Status::try_from(418).unwrap()),
        response_parameters: BTreeMap::from([(header("X-Why"), "'teapot'".to_owned())]),
        response_templates: BTreeMap::from([("application/json".parse().unwrap(), "{}".to_owned())]),
    };
    definition.gateway_responses.insert(GatewayResponseType::Default4xx, Arc::new(response));
    let pet = Model {
        id: "model1".parse().unwrap(),
        name: "Pet".parse().unwrap(),
        content_type: "application/json".parse().unwrap(),
        description: Some("an animal".to_owned()),
        schema: "{\"type\": \"object\", \"required\": [\"name\"]}".to_owned(),
    };
    definition.models.insert(pet.name.clone(), Arc::new(pet));
    let validator = RequestValidator {
        id: "valid1".parse().unwrap(),
        name: "body and parameters".to_owned(),
        validate_request_parameters: true,
        validate_request_body: true,
    };
    definition.request_validators.insert(validator.id, Arc::new(validator));
    let everything = method(uri);
    let change = |resource: &mut Resource| {
        resource.methods.insert(Verb::Get, everything);
        resource.methods.insert(Verb::Any, Method { managed_by: ManagedBy::CorsPolicy, ..Method::default() });
        resource.cors_policy = Some(policy(Origins::Any));
        resource.cors_policy.as_mut().unwrap().proxy = ProxyCors::Own;
        resource.cors_policy.as_mut().unwrap().gateway_errors = GatewayErrors::Bare;
        resource.cors_marks.insert(Verb::Get, mark());
    };
    definition.edit(resource_id(400), change).unwrap();
    definition
}

fn method(uri: &str) -> Method {
    let json: MediaType = "application/json".parse().unwrap();
    let answer = IntegrationResponse {
        selection_pattern: Some("2\\d\\d".to_owned()),
        response_parameters: BTreeMap::from([(
            header("X-Out"),
            "integration.response.header.X-In".to_owned(),
        )]),
        response_templates: BTreeMap::from([(json.clone(), "$input.json('$')".to_owned())]),
        empty_templates: false,
        content_handling: Some(ContentHandling::ConvertToText),
    };
    let integration = Integration {
        http_method: Some(Verb::Post),
        uri: Some(uri.to_owned()),
        connection_type: Some(ConnectionType::Internet),
        connection_id: Some("link".to_owned()),
        credentials: Some("arn:aws:iam::123456789012:role/x".to_owned()),
        request_parameters: BTreeMap::from([(
            "path.id".parse().unwrap(),
            "method.request.path.id".to_owned(),
        )]),
        request_templates: BTreeMap::from([(json.clone(), "{\"statusCode\": 200}".to_owned())]),
        passthrough_behavior: PassthroughBehavior::Never,
        content_handling: Some(ContentHandling::ConvertToBinary),
        timeout: IntegrationTimeout::from_millis(5000).unwrap(),
        cache_namespace: Some("pets".to_owned()),
        cache_key_parameters: vec!["method.request.path.id".to_owned()],
        insecure_skip_verification: true,
        responses: BTreeMap::from([(Status::OK, answer)]),
        ..Integration::new(IntegrationType::Http)
    };
    let response = MethodResponse {
        response_parameters: BTreeMap::from([(header("X-Out"), true)]),
        response_models: BTreeMap::from([(json.clone(), "Pet".to_owned())]),
    };
    Method {
        authorization_type: AuthorizationType::Custom,
        authorizer_id: Some("auth01".to_owned()),
        authorization_scopes: vec!["pets:read".to_owned()],
        api_key_required: true,
        operation_name: Some("getPet".to_owned()),
        request_validator_id: Some("valid1".to_owned()),
        request_parameters: BTreeMap::from([("header.X-Token".parse().unwrap(), true)]),
        request_models: BTreeMap::from([(json, "Pet".to_owned())]),
        responses: BTreeMap::from([(Status::OK, response)]),
        integration: Some(integration),
        managed_by: ManagedBy::Nobody,
    }
}
