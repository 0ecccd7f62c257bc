//! A whole API: from its definition to what a stage needs.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cors::policy::Policy;
use crate::mapping::{BackEnds, BinaryTypes, InvalidUri};
use crate::model::{
    ApiId, AwsEndpoints, CorsPolicy, Definition, Issue, Resource, ResourceId, ResourcePath, Stage,
    StageVariables, Verb,
};
use crate::route::{NodeId, Tree, TreeBuilder};

use super::aws::Services;
use super::findings::Findings;
use super::gateway_source::GatewayResponses;
use super::method::{MethodPlace, MethodSource};
use super::responses::ResponseCache;
use super::unbuilt;
use super::validate::Validators;
use super::{IntegrationPlan, MethodPlan, StagePlan, StageSettings};

/// What to compile of a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// Only this method; the others may be incomplete. For a test of one method of a draft.
    pub only: Option<(ResourceId, Verb)>,
}

/// A compiled API: complete, without a fault, and the same for every stage. Made once per deployment.
#[derive(Debug)]
pub struct Compiled {
    api_id: ApiId,
    disable_execute_api_endpoint: bool,
    binary: Arc<BinaryTypes>,
    minimum_compression_size: Option<u32>,
    routes: Arc<Tree<u32>>,
    methods: Methods,
    gateway_responses: GatewayResponses,
    cors: Option<Arc<Policy>>,
    lists_headers: bool,
    warnings: Vec<Issue>,
}

#[derive(Debug)]
enum Methods {
    /// The same on every stage.
    Fixed(Arc<[Arc<MethodPlan>]>),
    /// Stage variables are in some.
    Mixed(Vec<Slot>),
}

#[derive(Debug)]
enum Slot {
    Fixed(Arc<MethodPlan>),
    Open(Box<MethodSource>),
}

impl Compiled {
    /// The API.
    #[must_use]
    pub fn api_id(&self) -> ApiId {
        self.api_id
    }

    /// What the owner should know although it can be deployed, each with its place.
    #[must_use]
    pub fn warnings(&self) -> &[Issue] {
        &self.warnings
    }

    /// How many methods it has.
    #[must_use]
    pub fn method_count(&self) -> usize {
        match &self.methods {
            Methods::Fixed(methods) => methods.len(),
            Methods::Mixed(methods) => methods.len(),
        }
    }
}

/// Compiles a whole API.
///
/// The order of faults is that of the paths. Equal parts (answers, patterns, back ends, policies) are made once and
/// shared.
///
/// # Errors
/// Every fault that would keep the API from being served as defined: what is incomplete, what does not parse, what
/// is not built yet. The field of each says where, in an owner's words: `method GET /pets, integration response
/// 200, header X`.
pub fn compile(definition: &Definition, options: &CompileOptions) -> Result<Arc<Compiled>, Vec<Issue>> {
    let mut findings = Findings::default();
    unbuilt::check_api(definition, &mut findings);
    let gateway_responses = GatewayResponses::parse(&definition.gateway_responses, &mut findings);

    let mut policies = Policies { api: definition.api.cors_policy.as_ref(), by_verbs: HashMap::new() };
    let mut responses = ResponseCache::default();
    let mut validators = Validators::new(definition);
    let mut back_ends = BackEnds::default();
    let mut tree = TreeBuilder::default();
    let mut nodes: HashMap<ResourceId, NodeId> = HashMap::with_capacity(definition.resource_count());
    let mut slots = Vec::new();
    let (mut methods, mut lists_headers) = (0_usize, false);
    for (path, resource) in definition.walk() {
        let node = match &resource.place {
            Some((parent, part)) => tree.add(nodes.get(parent).copied().unwrap_or(NodeId::ROOT), part),
            None => NodeId::ROOT,
        };
        nodes.insert(resource.id, node);
        methods += resource.methods.len();
        for (verb, source) in compile_resource(
            &path,
            resource,
            options,
            &mut policies,
            &mut responses,
            &mut validators,
            &mut findings,
        ) {
            let index = u32::try_from(slots.len()).expect("an API has fewer than four billion methods");
            tree.method(node, verb, index);
            lists_headers |= source.lists_headers();
            slots.push(if source.has_stage_variables() {
                Slot::Open(Box::new(source))
            } else {
                let nowhere = Services { shared: &AwsEndpoints::default(), lambda: None };
                let plan = source.bind(&StageVariables::default(), nowhere, &mut back_ends);
                if let Some((place, error)) = invalid_uri(&plan) {
                    findings.error(place, error);
                }
                Slot::Fixed(Arc::new(plan))
            });
        }
    }
    findings.absorb("", &validators.findings);
    if methods == 0 {
        findings.error("", "The REST API doesn't contain any methods");
    }
    if !findings.errors.is_empty() {
        return Err(findings.errors);
    }
    let open = slots.iter().any(|slot| matches!(slot, Slot::Open(_)));
    let fixed = |slot| match slot {
        Slot::Fixed(plan) => Some(plan),
        Slot::Open(_) => None,
    };
    Ok(Arc::new(Compiled {
        api_id: definition.api.id,
        disable_execute_api_endpoint: definition.api.disable_execute_api_endpoint,
        binary: Arc::new(BinaryTypes::parse(&definition.api.binary_media_types)),
        minimum_compression_size: definition.api.minimum_compression_size,
        routes: Arc::new(tree.finish()),
        methods: if open {
            Methods::Mixed(slots)
        } else {
            Methods::Fixed(slots.into_iter().filter_map(fixed).collect())
        },
        gateway_responses,
        cors: policies.of_api(Vec::new()),
        lists_headers,
        warnings: findings.warnings,
    }))
}

/// The methods of one resource that can be served.
fn compile_resource(
    path: &ResourcePath,
    resource: &Resource,
    options: &CompileOptions,
    policies: &mut Policies<'_>,
    responses: &mut ResponseCache,
    validators: &mut Validators<'_>,
    findings: &mut Findings,
) -> Vec<(Verb, MethodSource)> {
    if resource.methods.is_empty() {
        return Vec::new();
    }
    let wanted = |verb: Verb| options.only.is_none_or(|only| only == (resource.id, verb));
    let path_text: Arc<str> = path.to_string().into();
    let cors = policies.of(resource);
    let mut sources = Vec::with_capacity(resource.methods.len());
    for (verb, method) in resource.methods.iter().filter(|(verb, _)| wanted(**verb)) {
        let mut inner = Findings::default();
        let place = MethodPlace { resource_id: resource.id, path, path_text: &path_text, verb: *verb };
        let source = MethodSource::parse(place, method, cors.clone(), responses, validators, &mut inner);
        sources.extend(source.map(|source| (*verb, source)));
        if !inner.is_empty() {
            findings.absorb(&format!("method {verb} {path_text}"), &inner);
        }
    }
    sources
}

/// Puts a compiled API on a stage. Costs as much as there are methods with stage variables in them; everything else
/// is shared.
#[must_use]
pub fn bind(compiled: &Arc<Compiled>, settings: &StageSettings) -> Arc<StagePlan> {
    let mut back_ends = BackEnds::default();
    let mut warnings = Vec::new();
    let services = Services { shared: &settings.aws, lambda: settings.lambda_endpoint.as_ref() };
    let methods = match &compiled.methods {
        Methods::Fixed(methods) => Arc::clone(methods),
        Methods::Mixed(slots) => slots
            .iter()
            .map(|slot| match slot {
                Slot::Fixed(plan) => Arc::clone(plan),
                Slot::Open(source) => {
                    let plan = source.bind(&settings.variables, services, &mut back_ends);
                    warnings.extend(invalid_uri(&plan).map(|(place, error)| {
                        let what = match plan.integration {
                            IntegrationPlan::Lambda(_) | IntegrationPlan::Aws(_) => {
                                "on this stage every call will be answered 500"
                            }
                            IntegrationPlan::Mock(_)
                            | IntegrationPlan::Http(_)
                            | IntegrationPlan::Passthrough(_) => {
                                "with this stage's variables every call will be answered 500"
                            }
                        };
                        Issue::new(place, format!("{what}: {error}"))
                    }));
                    Arc::new(plan)
                }
            })
            .collect(),
    };
    Arc::new(StagePlan {
        api_id: compiled.api_id,
        settings: settings.clone(),
        disable_execute_api_endpoint: compiled.disable_execute_api_endpoint,
        binary: Arc::clone(&compiled.binary),
        minimum_compression_size: compiled.minimum_compression_size,
        gateway_responses: compiled.gateway_responses.bind(&settings.variables),
        cors: compiled.cors.clone(),
        lists_headers: compiled.lists_headers,
        warnings,
        routes: Arc::clone(&compiled.routes),
        methods,
    })
}

/// Where and why a method cannot call anybody.
fn invalid_uri(plan: &MethodPlan) -> Option<(String, &InvalidUri)> {
    let endpoint = match &plan.integration {
        IntegrationPlan::Mock(_) => return None,
        IntegrationPlan::Http(http) => &http.endpoint,
        IntegrationPlan::Passthrough(passthrough) => &passthrough.endpoint,
        IntegrationPlan::Lambda(lambda) => &lambda.call.endpoint,
        IntegrationPlan::Aws(aws) => &aws.call.endpoint,
    };
    let error = endpoint.uri.as_ref().err()?;
    Some((format!("method {} {}, integration, uri", plan.verb, plan.resource_path), error))
}

/// What of a stage's settings is stored and has no effect yet.
#[must_use]
pub fn stage_warnings(stage: &Stage) -> Vec<Issue> {
    let mut findings = Findings::default();
    unbuilt::check_stage(stage, &mut findings);
    findings.warnings
}

/// Compiled CORS policies, one per set of verbs where the API's own applies.
struct Policies<'d> {
    api: Option<&'d CorsPolicy>,
    by_verbs: HashMap<Vec<Verb>, Arc<Policy>>,
}

impl Policies<'_> {
    /// The policy of a resource: its own, else the API's.
    fn of(&mut self, resource: &Resource) -> Option<Arc<Policy>> {
        match &resource.cors_policy {
            Some(own) => Some(Arc::new(Policy::compile(own, resource.methods.keys().copied()))),
            None if self.api.is_none() => None,
            None => self.of_api(resource.methods.keys().copied().collect()),
        }
    }

    /// The API's policy for a resource with these verbs.
    fn of_api(&mut self, verbs: Vec<Verb>) -> Option<Arc<Policy>> {
        let policy = self.api?;
        if let Some(known) = self.by_verbs.get(&verbs) {
            return Some(Arc::clone(known));
        }
        let new = Arc::new(Policy::compile(policy, verbs.iter().copied()));
        self.by_verbs.insert(verbs, Arc::clone(&new));
        Some(new)
    }
}
