use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::api::ApiSettings;
use super::stage::{self, StageSettings};
use super::{api, gateway_response, integration, method, pb};
use crate::model::*;

fn parsed<T>(pattern: &'static str) -> impl Strategy<Value = T> + Clone
where
    T: std::str::FromStr + std::fmt::Debug + Clone + 'static,
    T::Err: std::fmt::Debug,
{
    any_text(pattern).prop_map(|text| text.parse().expect("the pattern is the grammar's"))
}

fn any_text(pattern: &'static str) -> impl Strategy<Value = String> + Clone {
    proptest::string::string_regex(pattern).expect("a regular expression").boxed()
}

fn text() -> impl Strategy<Value = String> + Clone {
    any_text("[ -~é]{0,12}")
}

fn header() -> impl Strategy<Value = HeaderParameter> + Clone {
    parsed("[A-Za-z-]{1,10}")
}

fn media_type() -> impl Strategy<Value = MediaType> + Clone {
    parsed("[a-z]{1,5}/[a-z+.*-]{1,8}")
}

fn status() -> impl Strategy<Value = Status> + Clone {
    (100_u32..600).prop_map(|code| Status::try_from(code).expect("within 100 to 599"))
}

fn parameter() -> impl Strategy<Value = MethodParameter> + Clone {
    parsed("(header|path|querystring)\\.[A-Za-z0-9._$-]{1,8}")
}

fn content_handling() -> impl Strategy<Value = Option<ContentHandling>> + Clone {
    select(vec![None, Some(ContentHandling::ConvertToBinary), Some(ContentHandling::ConvertToText)])
}

fn variables() -> impl Strategy<Value = StageVariables> {
    btree_map(any_text("[A-Za-z0-9_]{1,6}"), any_text("[A-Za-z0-9./:-]{0,8}"), 0..3)
        .prop_map(|variables| StageVariables::parse(variables).expect("names and values of the grammar"))
}

prop_compose! {
    fn integration_response()(
        selection_pattern in option::of(text()),
        response_parameters in btree_map(header(), text(), 0..3),
        response_templates in btree_map(media_type(), text(), 0..3),
        content_handling in content_handling(),
    ) -> IntegrationResponse {
        IntegrationResponse {
            selection_pattern,
            response_parameters,
            response_templates,
            empty_templates: false,
            content_handling,
        }
    }
}

prop_compose! {
    fn any_integration()(
        integration_type in select(vec![
            IntegrationType::Mock,
            IntegrationType::Http,
            IntegrationType::HttpProxy,
            IntegrationType::Aws,
            IntegrationType::AwsProxy,
        ]),
        http_method in option::of(select(Verb::CONCRETE.to_vec())),
        (uri, connection_id, credentials, cache_namespace) in
            (option::of(text()), option::of(text()), option::of(text()), option::of(text())),
        connection_type in select(vec![None, Some(ConnectionType::Internet), Some(ConnectionType::VpcLink)]),
        request_parameters in btree_map(parameter(), text(), 0..3),
        request_templates in btree_map(media_type(), text(), 0..3),
        passthrough_behavior in select(vec![
            PassthroughBehavior::WhenNoMatch,
            PassthroughBehavior::WhenNoTemplates,
            PassthroughBehavior::Never,
        ]),
        (content_handling, insecure_skip_verification) in (content_handling(), any::<bool>()),
        timeout in (50_u32..=900_000).prop_map(|ms| IntegrationTimeout::from_millis(ms).expect("in range")),
        cache_key_parameters in vec(text(), 0..3),
        responses in btree_map(status(), integration_response(), 0..3),
    ) -> Integration {
        Integration {
            integration_type, http_method, uri, connection_type, connection_id, credentials, request_parameters,
            request_templates, passthrough_behavior, content_handling, timeout, cache_namespace,
            cache_key_parameters, insecure_skip_verification, responses,
        }
    }
}

prop_compose! {
    fn any_method()(
        authorization_type in select(vec![
            AuthorizationType::None,
            AuthorizationType::AwsIam,
            AuthorizationType::Custom,
            AuthorizationType::CognitoUserPools,
        ]),
        (authorizer_id, operation_name, request_validator_id) in
            (option::of(text()), option::of(text()), option::of(text())),
        authorization_scopes in vec(text(), 0..3),
        api_key_required in any::<bool>(),
        request_parameters in btree_map(parameter(), any::<bool>(), 0..3),
        request_models in btree_map(media_type(), text(), 0..3),
        responses in btree_map(status(), (
            btree_map(header(), any::<bool>(), 0..3),
            btree_map(media_type(), text(), 0..3),
        ).prop_map(|(response_parameters, response_models)| MethodResponse { response_parameters, response_models }), 0..3),
        integration in option::of(any_integration()),
    ) -> Method {
        Method {
            authorization_type, authorizer_id, authorization_scopes, api_key_required, operation_name,
            request_validator_id, request_parameters, request_models, responses, integration,
            managed_by: ManagedBy::Nobody,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_method_comes_back_as_it_went(method in any_method()) {
        let path: ResourcePath = "/pets".parse().expect("a path");
        let message = method::into_pb(&method, &path, ResourceId::from_random([1; 6]), Verb::Get);
        prop_assert_eq!(method::try_from_pb(message), Ok(method));
    }

    #[test]
    fn a_gateway_response_comes_back_as_it_went(
        status in option::of(status()),
        response_parameters in btree_map(header(), text(), 0..3),
        response_templates in btree_map(media_type(), text(), 0..3),
    ) {
        let response = GatewayResponse { status, response_parameters, response_templates };
        let message = gateway_response::into_pb(GatewayResponseType::Default4xx, &response, true);
        prop_assert_eq!(gateway_response::try_from_pb(message), Ok(response));
    }

    #[test]
    fn an_apis_settings_come_back_as_they_went(
        name in text(),
        (description, version, policy) in (option::of(text()), option::of(text()), option::of(text())),
        binary_media_types in vec(media_type(), 0..3),
        minimum_compression_size in option::of(any::<u32>()),
        api_key_source in select(vec![ApiKeySource::Header, ApiKeySource::Authorizer]),
        endpoint_type in select(vec![EndpointType::Edge, EndpointType::Regional, EndpointType::Private]),
        disable_execute_api_endpoint in any::<bool>(),
        tags in btree_map(text(), text(), 0..3),
    ) {
        let settings = ApiSettings {
            name, description, version, api_key_source, binary_media_types, minimum_compression_size, endpoint_type,
            disable_execute_api_endpoint, policy, tags,
        };
        let mut api = Api::new(ApiId::from_random([1; 10]), String::new(), SystemTime::UNIX_EPOCH + Duration::from_millis(7));
        settings.clone().write_to(&mut api);
        let message = api::into_pb(&api, ResourceId::from_random([1; 6]), Revision(3), &Region::default());
        prop_assert_eq!(ApiSettings::try_from_pb(message), Ok(settings));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_stages_settings_come_back_as_they_went(
        description in option::of(text()),
        (stage_variables, canary_variables) in (variables(), variables()),
        percent_traffic in option::of(0.0..=100.0),
        lambda_endpoint in option::of("https?://[a-z]{1,5}(:1[0-9]{3})?(/[a-z]{1,5})?"),
        (tags, settings) in (btree_map(text(), text(), 0..3), btree_map(text(), text(), 0..3)),
    ) {
        let deployment = DeploymentId::from_random([2; 6]);
        let canary = percent_traffic.map(|percent_traffic| Canary {
            deployment,
            percent_traffic,
            variables: canary_variables.clone(),
        });
        let stage = Stage {
            api_id: ApiId::from_random([1; 10]),
            name: "prod".parse().expect("a stage name"),
            revision: Revision(1),
            description,
            target: StageTarget { deployment, canary },
            variables: stage_variables,
            lambda_endpoint: lambda_endpoint.map(|text| text.parse().expect("an address")),
            tags,
            settings,
            created_at: SystemTime::UNIX_EPOCH,
            updated_at: SystemTime::UNIX_EPOCH,
        };
        let read = StageSettings::try_from_pb(stage::into_pb(&stage));
        prop_assert_eq!(read, Ok(StageSettings {
            description: stage.description,
            canary: stage.target.canary,
            variables: stage.variables,
            lambda_endpoint: stage.lambda_endpoint,
            tags: stage.tags,
            settings: stage.settings,
        }));
    }
}

#[test]
fn a_canary_names_its_deployment_and_a_share() {
    let canary = pb::Canary { percent_traffic: 100.5, ..Default::default() };
    let faults = StageSettings::try_from_pb(pb::Stage { canary: Some(canary), ..Default::default() });
    let fields: Vec<_> = faults.expect_err("two faults").into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["canary.deployment_id", "canary.percent_traffic"]);
}

/// Every fault is found at once, each under its own field.
#[test]
fn faults_carry_the_path_of_their_field() {
    let answer = |code| pb::MethodResponse { status_code: code, ..Default::default() };
    let broken = pb::Method {
        authorization_type: 99,
        request_parameters: BTreeMap::from([
            ("header.X".into(), true),
            ("method.request.cookie.X".into(), true),
        ]),
        responses: vec![answer(200), answer(700), answer(200)],
        integration: Some(pb::Integration {
            r#type: 42,
            http_method: Some("get".into()),
            timeout_ms: 10,
            request_templates: BTreeMap::from([("json".into(), String::new())]),
            responses: vec![pb::IntegrationResponse {
                status_code: 200,
                response_parameters: BTreeMap::from([
                    ("method.response.header.X-A".into(), "'1'".into()),
                    ("method.response.header.x-a".into(), "'2'".into()),
                ]),
                content_handling: -1,
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    };
    let faults = method::try_from_pb(broken).expect_err("nearly everything is wrong");
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "authorization_type",
            "request_parameters[header.X]",
            "request_parameters[method.request.cookie.X]",
            "responses[700].status_code",
            "responses[200].status_code",
            "integration.type",
            "integration.http_method",
            "integration.timeout_ms",
            "integration.request_templates[json]",
            "integration.responses[200].response_parameters[method.response.header.x-a]",
            "integration.responses[200].content_handling",
        ]
    );
}

#[test]
fn an_integration_needs_its_type() {
    let faults = integration::try_from_pb(pb::Integration::default()).expect_err("no type");
    assert_eq!(faults, [Issue::new("type", "is required: one of MOCK, HTTP, HTTP_PROXY, AWS, AWS_PROXY")]);
}

#[test]
fn a_gateway_response_without_status_keeps_the_types_own() {
    let read = gateway_response::try_from_pb(pb::GatewayResponse::default());
    assert_eq!(read, Ok(GatewayResponse::default()));
    let status_code = Some(99);
    let faults = gateway_response::try_from_pb(pb::GatewayResponse { status_code, ..Default::default() });
    assert_eq!(faults.expect_err("no such status")[0].field, "status_code");
}
