//! Whatever `model` can hold reads back from its stored bytes, in every field and to the letter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use prost::Message;

use super::{InvalidRecord, pb};
use crate::model::*;

/// Stores and reads a value. Debug shows what equality overlooks, the spelling of header names.
fn round_trip<M, P>(value: &M) -> Result<(), TestCaseError>
where
    M: TryFrom<P, Error = InvalidRecord> + PartialEq + Debug,
    P: for<'a> From<&'a M> + Message + Default + PartialEq,
{
    let stored = P::from(value);
    let bytes = stored.encode_to_vec();
    let again = P::decode(&*bytes).expect("what was encoded");
    let read = M::try_from(again).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(format!("{read:?}"), format!("{value:?}"));
    prop_assert_eq!(&read, value);
    prop_assert_eq!(P::from(&read).encode_to_vec(), bytes, "equal values have equal bytes");
    Ok(())
}

fn parsed<T: FromStr<Err: Debug> + Debug>(pattern: &'static str) -> impl Strategy<Value = T> {
    pattern.prop_map(|text: String| text.parse().expect("a pattern of what parses"))
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn time() -> impl Strategy<Value = SystemTime> {
    (0..5_000_000_000_000_u64).prop_map(|ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms))
}

fn header() -> impl Strategy<Value = HeaderParameter> {
    parsed("[A-Za-z][A-Za-z0-9-]{0,8}")
}

fn media() -> impl Strategy<Value = MediaType> {
    parsed("(application|image|text)/[a-z*]{1,6}")
}

fn verb() -> impl Strategy<Value = Verb> {
    select([&Verb::CONCRETE[..], &[Verb::Any]].concat())
}

fn status() -> impl Strategy<Value = Status> {
    (100..600_u32).prop_map(|code| Status::try_from(code).expect("in range"))
}

fn parameter() -> impl Strategy<Value = MethodParameter> {
    parsed("(header|path|querystring)\\.[A-Za-z0-9._$-]{1,8}")
}

fn texts<K: Strategy<Value: Ord>>(key: K) -> impl Strategy<Value = BTreeMap<K::Value, String>> {
    btree_map(key, text(), 0..3)
}

fn hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn mark() -> impl Strategy<Value = CorsMark> {
    (any::<bool>(), texts(header()), btree_set(header(), 0..3)).prop_map(|(created, headers, declared)| {
        CorsMark { created, headers, declared: declared.into_iter().collect::<BTreeSet<_>>() }
    })
}

fn cors_headers() -> impl Strategy<Value = CorsHeaders> {
    prop_oneof![Just(CorsHeaders::Any), vec(header(), 0..3).prop_map(CorsHeaders::Listed)]
}

fn policy() -> impl Strategy<Value = CorsPolicy> {
    let origins = prop_oneof![
        Just(Origins::Any),
        vec(parsed("https?://(\\*\\.)?[a-z]{1,5}\\.example(:[1-9][0-9]{2})?|null"), 1..3)
            .prop_map(Origins::Listed)
    ];
    let methods = prop_oneof![
        Just(CorsMethods::OfResource),
        vec(select(vec![http::Method::GET, http::Method::PUT]), 0..3).prop_map(CorsMethods::Listed)
    ];
    let proxy = select(vec![ProxyCors::LeftToBackEnd, ProxyCors::Own]);
    let errors = select(vec![GatewayErrors::WithCors, GatewayErrors::Bare]);
    let max_age = option::of(0..=CorsPolicy::MAX_MAX_AGE);
    let all = (origins, any::<bool>(), methods, cors_headers(), cors_headers(), max_age, proxy, errors);
    all.prop_filter_map(
        "settings that may meet",
        |(origins, credentials, methods, allow, expose, age, proxy, errors)| {
            let mut policy = CorsPolicy::new(origins, credentials, methods, allow, expose, age).ok()?;
            (policy.proxy, policy.gateway_errors) = (proxy, errors);
            Some(policy)
        },
    )
}

fn handling() -> impl Strategy<Value = Option<ContentHandling>> {
    option::of(select(vec![ContentHandling::ConvertToBinary, ContentHandling::ConvertToText]))
}

fn integration_response() -> impl Strategy<Value = IntegrationResponse> {
    (option::of(text()), texts(header()), texts(media()), handling()).prop_map(
        |(selection_pattern, response_parameters, response_templates, content_handling)| {
            IntegrationResponse {
                selection_pattern,
                response_parameters,
                empty_templates: response_templates.is_empty(),
                response_templates,
                content_handling,
            }
        },
    )
}

fn integration() -> impl Strategy<Value = Integration> {
    let kind = select(vec![
        IntegrationType::Mock,
        IntegrationType::Http,
        IntegrationType::HttpProxy,
        IntegrationType::Aws,
        IntegrationType::AwsProxy,
    ]);
    let reached = (
        option::of(verb()),
        option::of(text()),
        option::of(select(vec![ConnectionType::Internet, ConnectionType::VpcLink])),
        option::of(text()),
        option::of(text()),
    );
    let mapped = (
        texts(parameter()),
        texts(media()),
        select(vec![
            PassthroughBehavior::WhenNoMatch,
            PassthroughBehavior::WhenNoTemplates,
            PassthroughBehavior::Never,
        ]),
        handling(),
        (50..=900_000_u32).prop_map(|ms| IntegrationTimeout::from_millis(ms).expect("in range")),
    );
    let rest = (
        option::of(text()),
        vec(text(), 0..3),
        any::<bool>(),
        btree_map(status(), integration_response(), 0..3),
    );
    (kind, reached, mapped, rest).prop_map(|(integration_type, reached, mapped, rest)| Integration {
        integration_type,
        http_method: reached.0,
        uri: reached.1,
        connection_type: reached.2,
        connection_id: reached.3,
        credentials: reached.4,
        request_parameters: mapped.0,
        request_templates: mapped.1,
        passthrough_behavior: mapped.2,
        content_handling: mapped.3,
        timeout: mapped.4,
        cache_namespace: rest.0,
        cache_key_parameters: rest.1,
        insecure_skip_verification: rest.2,
        responses: rest.3,
    })
}

fn method() -> impl Strategy<Value = Method> {
    let authorization = select(vec![
        AuthorizationType::None,
        AuthorizationType::AwsIam,
        AuthorizationType::Custom,
        AuthorizationType::CognitoUserPools,
    ]);
    let response = (btree_map(header(), any::<bool>(), 0..3), texts(media())).prop_map(
        |(response_parameters, response_models)| MethodResponse { response_parameters, response_models },
    );
    let managed = select(vec![ManagedBy::Nobody, ManagedBy::CorsPolicy]);
    let asked = (authorization, option::of(text()), vec(text(), 0..3), any::<bool>(), option::of(text()));
    let declared = (option::of(text()), btree_map(parameter(), any::<bool>(), 0..3), texts(media()));
    let answers = (btree_map(status(), response, 0..3), option::of(integration()), managed);
    (asked, declared, answers).prop_map(|(asked, declared, answers)| Method {
        authorization_type: asked.0,
        authorizer_id: asked.1,
        authorization_scopes: asked.2,
        api_key_required: asked.3,
        operation_name: asked.4,
        request_validator_id: declared.0,
        request_parameters: declared.1,
        request_models: declared.2,
        responses: answers.0,
        integration: answers.1,
        managed_by: answers.2,
    })
}

fn resource() -> impl Strategy<Value = Resource> {
    let id = || parsed::<ResourceId>("[a-z0-9]{6}");
    let place = option::of((id(), parsed::<PathPart>("[a-z]{1,5}|\\{[a-z]{1,5}\\+?\\}")));
    let held = (btree_map(verb(), method(), 0..3), option::of(policy()), btree_map(verb(), mark(), 0..3));
    (id(), place, held).prop_map(|(id, place, (methods, cors_policy, cors_marks))| Resource {
        id,
        place,
        methods,
        cors_policy,
        cors_marks,
    })
}

fn api() -> impl Strategy<Value = Api> {
    let named = (parsed("[a-z0-9]{10}"), text(), option::of(text()), option::of(text()), time());
    let settings = (
        select(vec![ApiKeySource::Header, ApiKeySource::Authorizer]),
        vec(media(), 0..3),
        option::of(any::<u32>()),
        select(vec![EndpointType::Edge, EndpointType::Regional, EndpointType::Private]),
        any::<bool>(),
    );
    let marks = btree_map(select(GatewayResponseType::ALL.to_vec()), mark(), 0..3);
    let rest = (option::of(text()), texts(text()), option::of(policy()), marks);
    (named, settings, rest).prop_map(|(named, settings, rest)| Api {
        id: named.0,
        name: named.1,
        description: named.2,
        version: named.3,
        created_at: named.4,
        api_key_source: settings.0,
        binary_media_types: settings.1,
        minimum_compression_size: settings.2,
        endpoint_type: settings.3,
        disable_execute_api_endpoint: settings.4,
        policy: rest.0,
        tags: rest.1,
        cors_policy: rest.2,
        cors_marks: rest.3,
        dualstack: settings.4,
        vpc_endpoint_ids: if settings.4 { vec!["vpce-1".to_owned()] } else { Vec::new() },
    })
}

fn variables() -> impl Strategy<Value = StageVariables> {
    btree_map("[a-zA-Z0-9_]{1,8}", "[a-zA-Z0-9._~:/?#&=,-]{0,12}", 0..3)
        .prop_map(|map| StageVariables::parse(map).expect("a pattern of what parses"))
}

fn stage() -> impl Strategy<Value = Stage> {
    let deployment = || parsed::<DeploymentId>("[a-z0-9]{6}");
    let canary =
        (deployment(), 0.0..=100.0, variables()).prop_map(|(deployment, percent_traffic, variables)| {
            Canary { deployment, percent_traffic, variables }
        });
    let named = (parsed("[a-z0-9]{10}"), parsed("[A-Za-z0-9_-]{1,9}"), any::<u64>(), option::of(text()));
    let target = (deployment(), option::of(canary));
    let endpoint = option::of(parsed("https?://[a-z]{1,5}(:1[0-9]{3})?(/[a-z]{1,5})?"));
    let rest = (variables(), texts(text()), texts(text()), time(), time());
    (named, (target, endpoint), rest).prop_map(|(named, ((deployment, canary), lambda_endpoint), rest)| {
        Stage {
            api_id: named.0,
            name: named.1,
            revision: Revision(named.2),
            description: named.3,
            target: StageTarget { deployment, canary },
            variables: rest.0,
            lambda_endpoint,
            tags: rest.1,
            settings: rest.2,
            created_at: rest.3,
            updated_at: rest.4,
        }
    })
}

fn deployment() -> impl Strategy<Value = Deployment> {
    let named = (parsed("[a-z0-9]{6}"), parsed("[a-z0-9]{10}"), any::<u64>(), any::<u64>(), time());
    (named, option::of(text()), hash(), hash(), any::<bool>()).prop_map(
        |(named, description, content_hash, chain_hash, deleted)| Deployment {
            id: named.0,
            api_id: named.1,
            number: named.2,
            revision: Revision(named.3),
            created_at: named.4,
            description,
            content_hash,
            chain_hash,
            deleted,
        },
    )
}

fn binding() -> impl Strategy<Value = DomainBinding> {
    let host = parsed("\\*|(\\*\\.)?[a-z]{1,5}\\.example|\\[::1\\]");
    let all = (
        host,
        parsed("([a-z]{1,5}(/[a-z]{1,5})?)?"),
        parsed("[a-z0-9]{10}"),
        parsed("[a-z]{1,9}"),
        any::<u64>(),
    );
    all.prop_map(|(host, base_path, api_id, stage, revision)| DomainBinding {
        host,
        base_path,
        api_id,
        stage,
        revision: Revision(revision),
    })
}

fn gateway_response() -> impl Strategy<Value = GatewayResponse> {
    (option::of(status()), texts(header()), texts(media())).prop_map(
        |(status, response_parameters, response_templates)| GatewayResponse {
            status,
            response_parameters,
            response_templates,
        },
    )
}

fn model() -> impl Strategy<Value = Model> {
    (parsed("[a-z0-9]{6}"), parsed("[A-Za-z0-9]{1,9}"), media(), option::of(text()), text()).prop_map(
        |(id, name, content_type, description, schema)| Model { id, name, content_type, description, schema },
    )
}

fn request_validator() -> impl Strategy<Value = RequestValidator> {
    (parsed("[a-z0-9]{6}"), text(), any::<bool>(), any::<bool>()).prop_map(
        |(id, name, validate_request_parameters, validate_request_body)| RequestValidator {
            id,
            name,
            validate_request_parameters,
            validate_request_body,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn apis_round_trip(value in api()) {
        round_trip::<Api, pb::Api>(&value)?;
    }

    #[test]
    fn resources_round_trip(value in resource()) {
        round_trip::<Resource, pb::Resource>(&value)?;
    }

    #[test]
    fn gateway_responses_round_trip(value in gateway_response()) {
        round_trip::<GatewayResponse, pb::GatewayResponse>(&value)?;
    }

    #[test]
    fn models_round_trip(value in model()) {
        round_trip::<Model, pb::Model>(&value)?;
    }

    #[test]
    fn request_validators_round_trip(value in request_validator()) {
        round_trip::<RequestValidator, pb::RequestValidator>(&value)?;
    }

    #[test]
    fn stages_round_trip(value in stage()) {
        round_trip::<Stage, pb::Stage>(&value)?;
    }

    #[test]
    fn deployments_round_trip(value in deployment()) {
        round_trip::<Deployment, pb::Deployment>(&value)?;
    }

    #[test]
    fn bindings_round_trip(value in binding()) {
        round_trip::<DomainBinding, pb::DomainBinding>(&value)?;
    }

    /// Bytes that no writer of ours made are refused or read, and never panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(stored) = pb::Content::decode(&*bytes)
            && let Some(pb::content::Kind::ResourceV1(resource)) = stored.kind
        {
            let _ = Resource::try_from(resource);
        }
        if let Ok(stage) = pb::Stage::decode(&*bytes) {
            let _ = Stage::try_from(stage);
        }
        if let Ok(api) = pb::Api::decode(&*bytes) {
            let _ = Api::try_from(api);
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_by_its_field() {
    let resource = Resource::new("abc123".parse().expect("an id"), None);
    let mut stored = pb::Resource::from(&resource);
    let mut method = pb::Method::from(&Method {
        integration: Some(Integration::new(IntegrationType::Mock)),
        ..Method::default()
    });
    if let Some(integration) = &mut method.integration {
        integration.timeout_ms = 1;
    }
    stored.methods.insert("GET".to_owned(), method);
    let error = Resource::try_from(stored).expect_err("1 ms is too short");
    assert!(error.to_string().starts_with("methods[GET].integration.timeout_ms: "), "{error}");
    let error = Stage::try_from(pb::Stage::default()).expect_err("nothing is there");
    assert!(error.to_string().starts_with("api_id: "), "{error}");
}
