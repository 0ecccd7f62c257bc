//! From host and path to a stage.

use super::*;
use crate::model::{DomainBinding, Revision, StageName, StoreRevision};

fn plan_of(api: &str, name: &str, closed: bool) -> Arc<StagePlan> {
    let mut definition = empty();
    put(&mut definition, "GET /", mock(&[]));
    let settings_of_api = Arc::make_mut(&mut definition.api);
    settings_of_api.id = api.parse().expect("an id");
    settings_of_api.disable_execute_api_endpoint = closed;
    let compiled = compile(&definition, &CompileOptions::default()).expect("nothing is wrong with it");
    bind(&compiled, &StageSettings { name: name.parse().expect("a name"), ..settings(&[]) })
}

fn binding(host: &str, base_path: &str, api: &str, stage: &str) -> DomainBinding {
    DomainBinding {
        host: host.parse().expect("a host"),
        base_path: base_path.parse().expect("a base path"),
        api_id: api.parse().expect("an id"),
        stage: stage.parse().expect("a name"),
        revision: Revision(1),
    }
}

fn route(snapshot: &Snapshot, host: &str, path: &str, form: PathForm) -> Option<String> {
    let routed = snapshot.route(host, path, form).ok()?;
    let through = match routed.through {
        ServedThrough::Binding => "binding",
        ServedThrough::DefaultHost => "host",
        ServedThrough::PathForm => "path",
    };
    Some(format!("{} {} {:?} by {through}", routed.stage.api_id, routed.stage.settings.name, routed.path))
}

#[test]
fn the_host_is_looked_for_in_order() {
    let mut edit = Snapshot::empty().edit(StoreRevision(1));
    for (api, stage) in [("aaaaaaaaaa", "prod"), ("aaaaaaaaaa", "test"), ("bbbbbbbbbb", "prod")] {
        edit.put_stage(plan_of(api, stage, false));
    }
    edit.put_stage(plan_of("cccccccccc", "prod", true));
    edit.set_bindings(&[
        binding("api.example.com", "", "aaaaaaaaaa", "prod"),
        binding("api.example.com", "v2", "bbbbbbbbbb", "prod"),
        binding("only.example.com", "v1", "aaaaaaaaaa", "test"),
        binding("*.example.com", "", "bbbbbbbbbb", "prod"),
        binding("gone.example.net", "", "dddddddddd", "prod"),
        binding("closed.example.net", "", "cccccccccc", "prod"),
        binding("aaaaaaaaaa.execute-api.bound", "", "bbbbbbbbbb", "prod"),
        binding("*", "any", "aaaaaaaaaa", "test"),
    ]);
    let snapshot = edit.finish();
    let form = "/restapis/aaaaaaaaaa/test/_user_request_/x";
    for (host, path, expected) in [
        ("api.example.com", "/pets", Some("aaaaaaaaaa prod \"/pets\" by binding")),
        ("API.example.com:8080", "/v2/pets", Some("bbbbbbbbbb prod \"/pets\" by binding")),
        ("api.example.com", "/v2", Some("bbbbbbbbbb prod \"\" by binding")),
        ("only.example.com", "/v1/x", Some("aaaaaaaaaa test \"/x\" by binding")),
        // The host decides before the base path does.
        ("only.example.com", "/x", None),
        ("other.example.com", "/x", Some("bbbbbbbbbb prod \"/x\" by binding")),
        ("example.com", "/x", None),
        ("gone.example.net", "/", None),
        ("closed.example.net", "/", Some("cccccccccc prod \"/\" by binding")),
        ("aaaaaaaaaa.execute-api.localhost", "/prod/pets", Some("aaaaaaaaaa prod \"/pets\" by host")),
        ("AAAAAAAAAA.execute-api.us-east-1.amazonaws.com", "/test", Some("aaaaaaaaaa test \"\" by host")),
        ("aaaaaaaaaa.execute-api.localhost", "//prod//pets", Some("aaaaaaaaaa prod \"//pets\" by host")),
        ("aaaaaaaaaa.execute-api.localhost", "/none/pets", None),
        ("aaaaaaaaaa.execute-api.localhost", "/", None),
        ("aaaaaaaaaa.execute-api.localhost", "/any/x", None),
        ("cccccccccc.execute-api.localhost", "/prod/", None),
        ("dddddddddd.execute-api.localhost", "/prod/", None),
        ("aaaaaaaaaa.execute-api.bound", "/x", Some("bbbbbbbbbb prod \"/x\" by binding")),
        ("127.0.0.1:8080", "/any/x", Some("aaaaaaaaaa test \"/x\" by binding")),
        ("", "/any", Some("aaaaaaaaaa test \"\" by binding")),
        ("127.0.0.1", form, None),
    ] {
        assert_eq!(route(&snapshot, host, path, PathForm::Closed).as_deref(), expected, "{host} {path}");
    }
    for (host, path, expected) in [
        ("127.0.0.1", form, Some("aaaaaaaaaa test \"/x\" by path")),
        ("127.0.0.1", "/restapis/cccccccccc/prod/_user_request_/", None),
        ("127.0.0.1", "/any/x", Some("aaaaaaaaaa test \"/x\" by binding")),
        (
            "other.example.com",
            form,
            Some("bbbbbbbbbb prod \"/restapis/aaaaaaaaaa/test/_user_request_/x\" by binding"),
        ),
    ] {
        assert_eq!(route(&snapshot, host, path, PathForm::Served).as_deref(), expected, "{host} {path}");
    }
}

#[test]
fn the_next_snapshot_leaves_the_former_one_alone() {
    let first = {
        let mut edit = Snapshot::empty().edit(StoreRevision(1));
        edit.put_stage(plan_of("aaaaaaaaaa", "prod", false)).put_stage(plan_of("aaaaaaaaaa", "test", false));
        edit.put_stage(plan_of("bbbbbbbbbb", "prod", false));
        edit.finish()
    };
    let name: StageName = "prod".parse().expect("a name");
    let api: ApiId = "aaaaaaaaaa".parse().expect("an id");
    let replaced = plan_of("aaaaaaaaaa", "prod", false);
    let mut edit = first.edit(StoreRevision(2));
    edit.put_stage(Arc::clone(&replaced));
    let second = edit.finish();
    let mut edit = second.edit(StoreRevision(3));
    edit.remove_stage(api, &name).remove_api("bbbbbbbbbb".parse().expect("an id"));
    let third = edit.finish();
    assert!(!Arc::ptr_eq(first.stage(api, "prod").expect("served"), &replaced));
    assert!(Arc::ptr_eq(second.stage(api, "prod").expect("served"), &replaced));
    assert!(third.stage(api, "prod").is_none() && third.stage(api, "test").is_some());
    assert_eq!([&first, &second, &third].map(|snapshot| snapshot.stages().count()), [3, 3, 1]);
    assert_eq!(third.store_revision, StoreRevision(3));
}
