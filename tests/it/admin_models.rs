//! Models and request validators over the real admin listener.

use postern::wire::pb;
use tonic::Code;

use crate::support::admin::{AdminServer, fields, mask};

fn pet(schema: &str) -> pb::Model {
    pb::Model {
        name: "Pet".into(),
        content_type: "application/json".into(),
        schema: schema.into(),
        ..Default::default()
    }
}

fn create(api_id: &str, model: pb::Model) -> pb::CreateModelRequest {
    pb::CreateModelRequest { api_id: api_id.to_owned(), model: Some(model), ..Default::default() }
}

async fn names(server: &AdminServer, api_id: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListModelsRequest { api_id: api_id.to_owned(), page_size: 2, page_token };
        let page = server.models().list_models(request).await.unwrap().into_inner();
        names.extend(page.models.into_iter().map(|model| model.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

#[tokio::test]
async fn a_model_is_made_listed_changed_and_deleted() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    assert_eq!(names(&server, &api_id).await, ["Empty", "Error"]);

    let preview = pb::CreateModelRequest { validate_only: true, ..create(&api_id, pet("{}")) };
    server.models().create_model(preview).await.unwrap();
    let made = server.models().create_model(create(&api_id, pet("{}"))).await.unwrap().into_inner();
    let made = made.model.unwrap();
    assert_eq!((made.id.len(), made.schema.as_str()), (6, "{}"));
    assert_eq!(names(&server, &api_id).await, ["Empty", "Error", "Pet"]);
    let twice = server.models().create_model(create(&api_id, pet("{}"))).await.unwrap_err();
    assert_eq!(twice.code(), Code::AlreadyExists);

    let update = |sent: pb::Model, paths: &[&str], expected_revision| pb::UpdateModelRequest {
        api_id: api_id.clone(),
        model_name: "Pet".into(),
        model: Some(sent),
        update_mask: mask(paths),
        expected_revision,
        validate_only: false,
    };
    let sent = pb::Model { description: Some("an animal".into()), ..pet(r#"{"type": "object"}"#) };
    let updated = server.models().update_model(update(sent, &["description"], 0)).await.unwrap().into_inner();
    let (revision, model) = (updated.revision, updated.model.unwrap());
    assert_eq!((model.description.as_deref(), model.schema.as_str()), (Some("an animal"), "{}"));
    let stale = server.models().update_model(update(pet("{}"), &["*"], revision - 1)).await.unwrap_err();
    assert_eq!(stale.code(), Code::Aborted);
    let refused = server.models().update_model(update(pet("{}"), &["name"], 0)).await.unwrap_err();
    assert_eq!(fields(&refused), ["update_mask.paths[0]"]);

    for name in ["Pet", "Empty", "Error"] {
        let delete =
            pb::DeleteModelRequest { api_id: api_id.clone(), model_name: name.into(), ..Default::default() };
        server.models().delete_model(delete).await.unwrap();
    }
    assert!(names(&server, &api_id).await.is_empty(), "the default ones do not come back");
    let get = pb::GetModelRequest { api_id, model_name: "Pet".into() };
    assert_eq!(server.models().get_model(get).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn wrong_models_are_refused_by_field() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    for (model, field, says) in [
        (pb::Model { name: String::new(), ..pet("{}") }, "model.name", "is required"),
        (pb::Model { name: "my-pet".into(), ..pet("{}") }, "model.name", "a-z A-Z 0-9"),
        (pb::Model { content_type: "json".into(), ..pet("{}") }, "model.content_type", "type/subtype"),
        (pb::Model { description: Some(String::new()), ..pet("{}") }, "model.description", "empty string"),
        (pet(""), "model.schema", "at least 1 property"),
        (pet("{"), "model.schema", "not JSON"),
        (pet(r#"{"type": "animal"}"#), "model.schema", "/type: "),
        (pet(r#"{"pattern": "(?<!a)b"}"#), "model.schema", ""),
        (pet(r#"{"$ref": "Owner"}"#), "model.schema", "there is no model Owner"),
        (pet(r#"{"$ref": "http://127.0.0.1:1/x"}"#), "model.schema", "is no model of this API"),
    ] {
        let refused = server.models().create_model(create(&api_id, model)).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
        assert!(refused.message().contains(says), "{says}: {}", refused.message());
    }
}

#[tokio::test]
async fn what_is_in_use_is_not_deleted_and_what_is_not_there_is_not_used() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let owner = pb::Model { name: "Owner".into(), ..pet("{}") };
    server.models().create_model(create(&api_id, owner)).await.unwrap();
    let schema = format!(
        r#"{{"properties": {{"owner": {{"$ref": "https://apigateway.amazonaws.com/restapis/{api_id}/models/Owner"}}}}}}"#
    );
    server.models().create_model(create(&api_id, pet(&schema))).await.unwrap();
    let validator =
        pb::RequestValidator { name: "all".into(), validate_request_body: true, ..Default::default() };
    let made = pb::CreateRequestValidatorRequest {
        api_id: api_id.clone(),
        request_validator: Some(validator),
        ..Default::default()
    };
    let made = server.request_validators().create_request_validator(made).await.unwrap().into_inner();
    let validator_id = made.request_validator.unwrap().id;

    let put = |request_validator_id: &str, model: &str, answer: &str| pb::PutMethodRequest {
        api_id: api_id.clone(),
        resource: "/".into(),
        http_method: "POST".into(),
        method: Some(pb::Method {
            request_validator_id: Some(request_validator_id.to_owned()),
            request_models: [("application/json".to_owned(), model.to_owned())].into(),
            responses: vec![pb::MethodResponse {
                status_code: 200,
                response_models: [("application/json".to_owned(), answer.to_owned())].into(),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    };
    for (request, field) in [
        (put("abc123", "Pet", "Empty"), "method.request_validator_id"),
        (put("nonsense", "Pet", "Empty"), "method.request_validator_id"),
        (put(&validator_id, "Dog", "Empty"), "method.request_models[application/json]"),
        (put(&validator_id, "Pet", "Dog"), "method.responses[200].response_models[application/json]"),
    ] {
        let refused = server.methods().put_method(request).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
    }
    server.methods().put_method(put("", "Pet", "Empty")).await.unwrap();
    server.methods().put_method(put(&validator_id, "Pet", "Empty")).await.unwrap();

    for (name, user) in [("Pet", "method POST /"), ("Owner", "model Pet"), ("Empty", "method POST /")] {
        let delete =
            pb::DeleteModelRequest { api_id: api_id.clone(), model_name: name.into(), ..Default::default() };
        let refused = server.models().delete_model(delete).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert!(refused.message().contains(user), "{}", refused.message());
    }
    let delete = pb::DeleteRequestValidatorRequest {
        api_id: api_id.clone(),
        request_validator_id: validator_id,
        ..Default::default()
    };
    let refused = server.request_validators().delete_request_validator(delete).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("method POST /"), "{}", refused.message());
}

#[tokio::test]
async fn a_request_validator_is_made_listed_changed_and_deleted() {
    let server = AdminServer::start().await;
    let api_id = server.api("pets").await;
    let create = |name: &str| pb::CreateRequestValidatorRequest {
        api_id: api_id.clone(),
        request_validator: Some(pb::RequestValidator { name: name.into(), ..Default::default() }),
        ..Default::default()
    };
    let blank = server.request_validators().create_request_validator(create(" ")).await.unwrap_err();
    assert_eq!(fields(&blank), ["request_validator.name"]);
    assert!(blank.message().contains("Request Validator name cannot be blank"), "{}", blank.message());
    let made =
        server.request_validators().create_request_validator(create("one")).await.unwrap().into_inner();
    let made = made.request_validator.unwrap();
    server.request_validators().create_request_validator(create("two")).await.unwrap();
    let list =
        |page_token| pb::ListRequestValidatorsRequest { api_id: api_id.clone(), page_size: 1, page_token };
    let first = server.request_validators().list_request_validators(list(String::new())).await;
    let first = first.unwrap().into_inner();
    let second = server.request_validators().list_request_validators(list(first.next_page_token)).await;
    let second = second.unwrap().into_inner();
    assert_eq!((first.request_validators.len(), second.request_validators.len()), (1, 1));
    assert_eq!(second.next_page_token, "");

    let update = pb::UpdateRequestValidatorRequest {
        api_id: api_id.clone(),
        request_validator_id: made.id.clone(),
        request_validator: Some(pb::RequestValidator { validate_request_body: true, ..Default::default() }),
        update_mask: mask(&["validate_request_body"]),
        ..Default::default()
    };
    server.request_validators().update_request_validator(update).await.unwrap();
    let get =
        pb::GetRequestValidatorRequest { api_id: api_id.clone(), request_validator_id: made.id.clone() };
    let read = server.request_validators().get_request_validator(get.clone()).await.unwrap().into_inner();
    let expected = pb::RequestValidator { validate_request_body: true, ..made.clone() };
    assert_eq!(read.request_validator, Some(expected));

    let delete = pb::DeleteRequestValidatorRequest {
        api_id: api_id.clone(),
        request_validator_id: made.id,
        ..Default::default()
    };
    server.request_validators().delete_request_validator(delete).await.unwrap();
    let gone = server.request_validators().get_request_validator(get).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}
