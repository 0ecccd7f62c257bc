//! Importing what was exported gives the same definition again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::*;
use crate::cors::enable::{EnableCors, Replace, Skips, plan};
use crate::cors::{CorsInput, CorsSettings, FormChoice, Scope};
use crate::model::{
    AuthorizationType, ContentHandling, GatewayResponse, GatewayResponseType, HeaderParameter, Integration,
    IntegrationResponse, IntegrationTimeout, IntegrationType, MediaType, MethodParameter, MethodResponse,
    Model, PassthroughBehavior, PathPart, RequestValidator, Status,
};
use crate::openapi::{Mode, Notation, write};

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug + Clone + 'static>(
    texts: &[&'static str],
) -> impl Strategy<Value = T> + use<T> {
    select(texts.to_vec()).prop_map(|text| text.parse().expect(text))
}

fn header() -> impl Strategy<Value = HeaderParameter> {
    parsed(&["X-A", "x-b", "Access-Control-Allow-Origin", "Content-Type"])
}

fn media_type() -> impl Strategy<Value = MediaType> {
    parsed(&["application/json", "text/xml", "$default", "image/*"])
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("#set($a = 1)\n$a".to_owned()), "[ -~\\n\\té]{1,12}"]
}

fn status() -> impl Strategy<Value = Status> {
    parsed(&["200", "301", "404", "599"])
}

const MODELS: [&str; 3] = ["Pet", "Person", "Empty"];

fn models() -> impl Strategy<Value = BTreeMap<MediaType, String>> {
    btree_map(media_type(), select(&MODELS[..]).prop_map(str::to_owned), 0..3)
}

/// Names of one method's parameters differ wherever they are.
fn parameters() -> impl Strategy<Value = BTreeMap<MethodParameter, bool>> {
    let all = vec!["header.X-A", "header.b", "querystring.page", "querystring.a$b"];
    (subsequence(all, 0..4), vec(any::<bool>(), 4)).prop_map(|(names, required)| {
        names
            .iter()
            .zip(required)
            .map(|(name, required)| (name.parse().expect("a parameter"), required))
            .collect()
    })
}

fn handling() -> impl Strategy<Value = Option<ContentHandling>> {
    option::of(select(vec![ContentHandling::ConvertToBinary, ContentHandling::ConvertToText]))
}

fn integration(declared: &BTreeMap<MethodParameter, bool>) -> impl Strategy<Value = Integration> + use<> {
    let kinds = vec![
        IntegrationType::Mock,
        IntegrationType::Http,
        IntegrationType::HttpProxy,
        IntegrationType::Aws,
        IntegrationType::AwsProxy,
    ];
    let mut sources: Vec<String> =
        declared.keys().map(|parameter| format!("method.request.{parameter}")).collect();
    sources.extend(
        ["'static'", "context.requestId", "stageVariables.a", "method.request.body.x"].map(str::to_owned),
    );
    let target = parsed::<MethodParameter>(&["header.X-To", "path.id", "querystring.q"]);
    let behaviors = vec![
        PassthroughBehavior::WhenNoMatch,
        PassthroughBehavior::WhenNoTemplates,
        PassthroughBehavior::Never,
    ];
    let answer = (
        btree_map(header(), Just("'x'".to_owned()), 0..2),
        btree_map(media_type(), text(), 0..2),
        handling(),
    );
    // Each pattern once, one of them none.
    let patterns = vec![None, Some("4\\d{2}"), Some("5.*"), Some(".*Error.*")];
    (
        select(kinds),
        option::of(parsed(&["GET", "POST", "ANY"])),
        btree_map(target, select(sources), 0..3),
        btree_map(media_type(), text(), 0..3),
        (select(behaviors), handling(), 50u32..900_000, any::<bool>(), option::of("[a-z]{8}")),
        btree_map(status(), answer, 0..4),
        Just(patterns).prop_shuffle(),
    )
        .prop_map(|(kind, verb, parameters, templates, rest, answers, patterns)| {
            let mut own = Integration::new(kind);
            if kind != IntegrationType::Mock {
                own.http_method = verb;
                own.uri = Some("http://b/{id}?x=${stageVariables.a}".to_owned());
            }
            own.request_parameters = parameters;
            own.request_templates = templates;
            let (behavior, handling, millis, insecure, namespace) = rest;
            own.passthrough_behavior = behavior;
            own.content_handling = handling;
            own.timeout = IntegrationTimeout::from_millis(millis).expect("within bounds");
            own.insecure_skip_verification = insecure;
            own.cache_key_parameters =
                namespace.iter().map(|_| "method.request.path.id".to_owned()).collect();
            own.cache_namespace = namespace;
            for ((status, (parameters, templates, handling)), pattern) in answers.into_iter().zip(patterns) {
                own.responses.insert(
                    status,
                    IntegrationResponse {
                        selection_pattern: pattern.map(str::to_owned),
                        response_parameters: parameters,
                        response_templates: templates,
                        empty_templates: false,
                        content_handling: handling,
                    },
                );
            }
            own
        })
}

/// A method; the index picks its validator, if it has one.
fn methods() -> impl Strategy<Value = (Method, Option<Index>)> {
    let response = (btree_set(header(), 0..3), models()).prop_map(|(headers, models)| MethodResponse {
        response_parameters: headers.into_iter().map(|name| (name, false)).collect(),
        response_models: models,
    });
    let security = prop_oneof![
        Just((AuthorizationType::None, None, Vec::new())),
        Just((AuthorizationType::AwsIam, None, Vec::new())),
        Just((AuthorizationType::Custom, Some(kept::TOKENS.to_owned()), Vec::new())),
        Just((AuthorizationType::Custom, None, Vec::new())),
        Just((AuthorizationType::CognitoUserPools, Some(kept::POOL.to_owned()), vec!["a/b".to_owned()])),
    ];
    (
        parameters(),
        security,
        any::<bool>(),
        option::of("[a-zA-Z]{1,8}"),
        models(),
        btree_map(status(), response, 0..3),
    )
        .prop_flat_map(|(parameters, security, key, name, models, responses)| {
            let own = integration(&parameters);
            let method = Method {
                authorization_type: security.0,
                authorizer_id: security.1,
                authorization_scopes: security.2,
                api_key_required: key,
                operation_name: name,
                request_parameters: parameters,
                request_models: models,
                responses,
                ..Method::default()
            };
            (Just(method), option::of(own), option::of(any::<Index>()))
        })
        .prop_map(|(method, integration, validator)| (Method { integration, ..method }, validator))
}

fn policies() -> impl Strategy<Value = CorsSettings> {
    let origins = prop_oneof![
        Just(vec!["*".to_owned()]),
        Just(vec!["https://a.example.com".to_owned(), "https://*.example.org".to_owned()]),
    ];
    let names = || {
        option::of(prop_oneof![Just(vec!["*".to_owned()]), Just(vec!["X-A".to_owned(), "x-b".to_owned()])])
    };
    (origins, any::<bool>(), option::of(0i64..7200), names(), names(), any::<bool>(), any::<bool>())
        .prop_filter_map(
            "settings that must not meet",
            |(origins, credentials, age, allow, expose, own, bare)| {
                let input = CorsInput {
                    allow_origins: origins,
                    allow_credentials: credentials,
                    max_age_seconds: age,
                    allow_headers: allow.unwrap_or_default(),
                    expose_headers: expose.unwrap_or_default(),
                    proxy: if own { crate::model::ProxyCors::Own } else { Default::default() },
                    gateway_errors: if bare { crate::cors::ErrorsChoice::Bare } else { Default::default() },
                    ..CorsInput::default()
                };
                CorsSettings::parse(&input).ok()
            },
        )
}

type Tree = Vec<(Vec<&'static str>, BTreeMap<Verb, (Method, Option<Index>)>)>;

fn trees() -> impl Strategy<Value = Tree> {
    let part = || select(vec!["pets", "a.b", "{id}", "x:y"]);
    let verbs = || parsed::<Verb>(&["GET", "PUT", "ANY", "DELETE", "OPTIONS"]);
    vec((vec(part(), 0..4), btree_map(verbs(), methods(), 0..3)), 0..5)
}

fn settings() -> impl Strategy<Value = Definition> {
    let gateway_response = (
        option::of(status()),
        btree_map(header(), Just("'x'".to_owned()), 0..2),
        btree_map(media_type(), text(), 0..2),
    )
        .prop_map(|(status, response_parameters, response_templates)| GatewayResponse {
            status,
            response_parameters,
            response_templates,
        });
    (
        ("[ -~]{0,20}[a-z]", option::of("[ -~é]{1,20}"), option::of("[a-z0-9.]{1,8}")),
        (any::<bool>(), any::<bool>(), option::of(0u32..=10_485_760), any::<bool>(), any::<bool>()),
        btree_set(media_type(), 0..3),
        btree_map(select(GatewayResponseType::ALL.to_vec()), gateway_response, 0..3),
        subsequence(vec!["all", "some thing", "none"], 0..4),
        kept::things(),
    )
        .prop_map(|(information, (key, closed, size, policy, private), types, gateway_responses, validators, things)| {
            let mut definition = blank();
            definition.kept = things;
            let api = Arc::make_mut(&mut definition.api);
            (api.name, api.description, api.version) = information;
            api.dualstack = private;
            api.vpc_endpoint_ids = if private { vec!["vpce-1".to_owned(), "vpce-2".to_owned()] } else { Vec::new() };
            api.api_key_source = if key { crate::model::ApiKeySource::Authorizer } else { Default::default() };
            api.disable_execute_api_endpoint = closed;
            api.minimum_compression_size = size;
            api.policy = policy.then(|| "{\"Version\":\"2012-10-17\",\"Statement\":[]}".to_owned());
            api.binary_media_types = types.into_iter().collect();
            definition.gateway_responses =
                gateway_responses.into_iter().map(|(kind, response)| (kind, Arc::new(response))).collect();
            for (n, name) in validators.into_iter().enumerate() {
                let validator = RequestValidator {
                    id: format!("valid{n}").parse().expect("an id"),
                    name: name.to_owned(),
                    validate_request_body: n != 1,
                    validate_request_parameters: n == 1,
                };
                definition.request_validators.insert(validator.id, Arc::new(validator));
            }
            for (n, name) in MODELS.into_iter().enumerate() {
                let schema = format!(
                    "{{\"type\":\"object\",\"description\":\"d\",\"properties\":{{\"x\":{{\"$ref\":\"https://apigateway.amazonaws.com/restapis/{}/models/Pet\"}}}}}}",
                    definition.api.id
                );
                let model = Model {
                    id: format!("model{n}").parse().expect("an id"),
                    name: name.parse().expect("a name"),
                    content_type: "application/json".parse().expect("a media type"),
                    description: Some("d".to_owned()),
                    schema,
                };
                definition.models.insert(model.name.clone(), Arc::new(model));
            }
            definition
        })
}

/// An address that says by a mark only that it is no back end.
fn elsewhere(format: Format) -> Export {
    let mut how = whole(format);
    how.address.host = "api.example.com".to_owned();
    how
}

/// What names of the path every method has, declared as a document declares them.
fn with_path_parameters(path: &[PathPart], method: &mut Method) {
    for part in path {
        if let PathPart::Param(name) = part {
            method.request_parameters.insert(format!("path.{name}").parse().expect("a parameter"), true);
        }
    }
}

fn definitions() -> impl Strategy<Value = Definition> {
    (settings(), trees(), option::of(policies()), option::of((policies(), any::<Index>()))).prop_map(
        |(mut definition, tree, policy, own)| {
            let mut next = draw();
            let validators: Vec<_> = definition.request_validators.keys().copied().collect();
            for (parts, methods) in tree {
                let parts: Vec<PathPart> = parts.iter().map(|part| part.parse().expect("a part")).collect();
                let mut at = definition.root();
                let mut whole = true;
                for part in &parts {
                    at = match definition.child(at, part) {
                        Some(id) => id,
                        None => {
                            let id = ResourceId::from_random(next());
                            if definition.add(id, at, part.clone()).is_err() {
                                whole = false;
                                break;
                            }
                            id
                        }
                    };
                }
                if !whole {
                    continue;
                }
                definition
                    .edit(at, |resource| {
                        for (verb, (mut method, validator)) in methods {
                            with_path_parameters(&parts, &mut method);
                            let chosen = validator.filter(|_| !validators.is_empty());
                            method.request_validator_id =
                                chosen.map(|index| index.get(&validators).to_string());
                            resource.methods.insert(verb, method);
                        }
                    })
                    .expect("it was found or made");
            }
            let ids: Vec<_> = definition.resources().map(|resource| resource.id).collect();
            let wishes = policy.map(|settings| (settings, Scope::Api)).into_iter();
            for (settings, scope) in
                wishes.chain(own.map(|(s, index)| (s, Scope::Resource(*index.get(&ids)))))
            {
                let request = EnableCors {
                    scope,
                    methods: Vec::new(),
                    settings,
                    form: FormChoice::Policy,
                    replace: Replace::Nothing,
                    skips: Skips::Report,
                };
                definition = plan(&definition, &request).expect("the policy form always can").definition;
            }
            definition
        },
    )
}

/// The definition with ids that say nothing, so that two of them can be compared.
fn without_ids(definition: &Definition) -> impl PartialEq + std::fmt::Debug + use<> {
    let names: BTreeMap<String, String> =
        definition.request_validators.values().map(|v| (v.id.to_string(), v.name.clone())).collect();
    let authorizers: BTreeMap<String, serde_json::Value> = kept_of(definition, KeptKind::Authorizer);
    let resources: Vec<_> = definition
        .walk()
        .into_iter()
        .map(|(path, resource)| {
            let mut methods = resource.methods.clone();
            for method in methods.values_mut() {
                method.request_validator_id =
                    method.request_validator_id.as_ref().map(|id| names[id].clone());
                method.authorizer_id =
                    method.authorizer_id.as_ref().map(|id| authorizers[id]["name"].to_string());
            }
            (path.to_string(), methods, resource.cors_policy.clone())
        })
        .collect();
    let validators: BTreeSet<_> = definition
        .request_validators
        .values()
        .map(|v| (v.name.clone(), v.validate_request_body, v.validate_request_parameters))
        .collect();
    let models: Vec<_> = definition
        .models
        .values()
        .map(|m| (m.name.clone(), m.description.clone(), m.schema.clone()))
        .collect();
    let things = kept::without_ids(definition);
    (definition.api.clone(), definition.gateway_responses.clone(), resources, validators, models, things)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    /// Into an API of its own, everything but ids comes back; on itself, ids too.
    #[test]
    fn import_after_export_is_the_identity(definition in definitions(), yaml in any::<bool>()) {
        let document = exported(&definition, &elsewhere(Format::OpenApi3));
        let text = write(&document, if yaml { Notation::Yaml } else { Notation::Json });
        let fresh = put(&text, &blank(), ImportOptions::default()).expect("an import").definition;
        prop_assert_eq!(format!("{:#?}", without_ids(&fresh)), format!("{:#?}", without_ids(&definition)));
        prop_assert!(without_ids(&fresh) == without_ids(&definition));
        let overwrite = ImportOptions { mode: Mode::Overwrite, ..ImportOptions::default() };
        let again = put(&text, &definition, overwrite).expect("an import").definition;
        prop_assert_eq!(&again, &definition);
        prop_assert_eq!(exported(&fresh, &elsewhere(Format::OpenApi3)), document);
    }

    /// Swagger has one schema for all media types; with one media type it says as much.
    #[test]
    fn swagger_says_the_same_where_all_is_json(definition in definitions()) {
        let mut definition = definition;
        let ids: Vec<_> = definition.resources().map(|resource| resource.id).collect();
        for id in ids {
            definition.edit(id, |resource| {
                for method in resource.methods.values_mut() {
                    let json = |media_type: &MediaType| media_type.as_str() == "application/json";
                    method.request_models.retain(|media_type, _| json(media_type));
                    method.responses.values_mut().for_each(|r| r.response_models.retain(|m, _| json(m)));
                    if let Some(own) = &mut method.integration {
                        own.request_templates.retain(|m, _| json(m));
                        own.responses.values_mut().for_each(|r| r.response_templates.retain(|m, _| json(m)));
                    }
                }
            }).expect("it is there");
        }
        let document = exported(&definition, &elsewhere(Format::Swagger2));
        let again = put(&document.to_string(), &blank(), ImportOptions::default()).expect("an import").definition;
        prop_assert_eq!(format!("{:#?}", without_ids(&again)), format!("{:#?}", without_ids(&definition)));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", rest in "[a-z/{}:\\[\\], '0-9\\n-]{0,80}") {
        for text in [text, format!("openapi: 3.0.1\ninfo: {{title: t}}\npaths:\n  /a:\n{rest}"), format!("{{swagger: '2.0', paths: {{/a: {{get: {rest}}}}}}}")] {
            if let Ok(document) = read(&text) {
                let _what_it_says_is_not_at_issue = import(&document, &blank(), ImportOptions::default(), &mut draw());
            }
        }
    }
}
