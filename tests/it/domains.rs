//! Domain bindings: which host and path lead where, from the call's return on.

use postern::wire::pb;
use tonic::Code;

use crate::support::{Postern, Request, mock};

/// An API that answers everywhere with its name, deployed to `prod`.
async fn named(server: &Postern, name: &str) -> String {
    let api = server.api(name).await;
    for path in ["/", "/{proxy+}"] {
        server.put(&api, path, "GET", mock(200, &[("X-Api", name)], "{}")).await;
    }
    server.deploy(&api, "prod").await;
    api
}

fn answers(server: &Postern, host: &str, path: &str) -> Option<String> {
    let answer = server.send(&Request::get(path).host(host));
    match answer.status {
        200 => answer.header("x-api").map(str::to_owned),
        _ => {
            assert_eq!((answer.status, answer.json()["message"].as_str()), (403, Some("Forbidden")));
            None
        }
    }
}

fn delete(host: &str, base_path: &str) -> pb::DeleteDomainBindingRequest {
    pb::DeleteDomainBindingRequest {
        host: host.to_owned(),
        base_path: base_path.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_most_exact_host_wins_then_the_longest_base_path() {
    let server = Postern::start().await;
    let bindings = [
        ("*", "", "any"),
        ("*.example.com", "", "suffix"),
        ("*.shop.example.com", "", "longer-suffix"),
        ("api.example.com", "", "exact"),
        ("api.example.com", "v1", "base"),
        ("api.example.com", "v1/pets", "longer-base"),
    ];
    for (host, base_path, name) in bindings {
        let api = named(&server, name).await;
        server.bind(host, base_path, &api, "prod").await;
    }
    for (host, path, expected) in [
        ("other.net", "/", "any"),
        ("example.com", "/", "any"),
        ("a.example.com", "/", "suffix"),
        ("A.Example.COM", "/", "suffix"),
        ("a.example.com:8080", "/", "suffix"),
        ("a.b.example.com", "/", "suffix"),
        ("a.shop.example.com", "/", "longer-suffix"),
        ("api.example.com", "/", "exact"),
        ("api.example.com", "/v1", "base"),
        ("api.example.com", "/v1/", "base"),
        ("api.example.com", "/v1/x", "base"),
        ("api.example.com", "/v10", "exact"),
        ("api.example.com", "/v1/pets/7", "longer-base"),
        ("api.example.com", "/v1/petshop", "base"),
    ] {
        assert_eq!(answers(&server, host, path).as_deref(), Some(expected), "{host}{path}");
    }
}

#[tokio::test]
async fn a_binding_comes_moves_and_goes_with_the_call() {
    let server = Postern::start().await;
    let (one, two) = (named(&server, "one").await, named(&server, "two").await);
    assert_eq!(answers(&server, "api.example.com", "/"), None);
    server.bind("api.example.com", "", &one, "prod").await;
    assert_eq!(answers(&server, "api.example.com", "/").as_deref(), Some("one"));
    let binding = pb::DomainBinding {
        host: "api.example.com".to_owned(),
        api_id: two,
        stage_name: "prod".to_owned(),
        ..Default::default()
    };
    let update = pb::UpdateDomainBindingRequest { domain_binding: Some(binding), ..Default::default() };
    server.domains().update_domain_binding(update).await.unwrap();
    assert_eq!(answers(&server, "api.example.com", "/").as_deref(), Some("two"));
    server.domains().delete_domain_binding(delete("api.example.com", "")).await.unwrap();
    assert_eq!(answers(&server, "api.example.com", "/"), None);
}

#[tokio::test]
async fn what_a_binding_leads_to_cannot_be_deleted() {
    let server = Postern::start().await;
    let api = named(&server, "one").await;
    server.bind("api.example.com", "v1", &api, "prod").await;
    let stage =
        pb::DeleteStageRequest { api_id: api.clone(), stage_name: "prod".to_owned(), ..Default::default() };
    let refused = server.stages().delete_stage(stage.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("api.example.com/v1"), "{refused}");
    let whole = pb::DeleteApiRequest { api_id: api, ..Default::default() };
    let refused = server.apis().delete_api(whole.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(answers(&server, "api.example.com", "/v1").as_deref(), Some("one"));
    server.domains().delete_domain_binding(delete("api.example.com", "v1")).await.unwrap();
    server.stages().delete_stage(stage).await.unwrap();
    server.apis().delete_api(whole).await.unwrap();
    assert_eq!(answers(&server, "api.example.com", "/v1"), None);
}

#[tokio::test]
async fn a_host_and_base_path_is_bound_once() {
    let server = Postern::start().await;
    let api = named(&server, "one").await;
    server.bind("api.example.com", "", &api, "prod").await;
    let binding = pb::DomainBinding {
        host: "api.example.com".to_owned(),
        base_path: "/".to_owned(),
        api_id: api,
        stage_name: "prod".to_owned(),
        ..Default::default()
    };
    let again =
        pb::CreateDomainBindingRequest { domain_binding: Some(binding.clone()), ..Default::default() };
    let refused = server.domains().create_domain_binding(again).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused}");
    let nowhere =
        pb::DomainBinding { host: "b.example.com".to_owned(), stage_name: "test".to_owned(), ..binding };
    let nowhere = pb::CreateDomainBindingRequest { domain_binding: Some(nowhere), ..Default::default() };
    let refused = server.domains().create_domain_binding(nowhere).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused}");
}
