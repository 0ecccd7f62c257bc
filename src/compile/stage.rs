//! A compiled API on a stage.

use std::sync::Arc;

use crate::cors::policy::Policy;
use crate::mapping::BinaryTypes;
use crate::model::{
    ApiId, AwsEndpoint, AwsEndpoints, DeploymentId, Issue, Partition, StageName, StageVariables, Verb,
};
use crate::route::{Match, RequestPath, Spans, Tree};

use super::{GatewayResponsePlans, MethodPlan};

/// What a stage adds to a compiled API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSettings {
    /// The account and region that own the API.
    pub partition: Partition,
    /// The stage's name.
    pub name: StageName,
    /// The deployment that it serves; `None` when the draft itself is run once (`TestMethod`).
    pub deployment: Option<DeploymentId>,
    /// Its variables.
    pub variables: StageVariables,
    /// Where this server calls AWS services.
    pub aws: Arc<AwsEndpoints>,
    /// Where this stage invokes functions, if not where the server says.
    pub lambda_endpoint: Option<AwsEndpoint>,
}

/// An API on a stage: everything a request needs once its stage is known. Immutable and shared; what does not
/// depend on stage variables is the compiled API's own.
#[derive(Debug)]
pub struct StagePlan {
    /// The API.
    pub api_id: ApiId,
    /// What the stage adds.
    pub settings: StageSettings,
    /// Whether the default host and the path form are closed for this API.
    pub disable_execute_api_endpoint: bool,
    /// The media types whose bodies are bytes.
    pub binary: Arc<BinaryTypes>,
    /// Least size in bytes of an answer worth compressing; `None` compresses none.
    pub minimum_compression_size: Option<u32>,
    /// Answers that the gateway gives by itself.
    pub gateway_responses: Arc<GatewayResponsePlans>,
    /// The API's CORS policy, for requests that reach no method.
    pub cors: Option<Arc<Policy>>,
    /// Whether something of it lists the names of a request's headers as they were sent.
    pub lists_headers: bool,
    /// What this stage's variables make impossible, each with its place.
    pub warnings: Vec<Issue>,
    pub(super) routes: Arc<Tree<u32>>,
    pub(super) methods: Arc<[Arc<MethodPlan>]>,
}

/// A method that answers a request, with the values of its path parameters.
#[derive(Debug)]
pub struct Found<'s, 'p> {
    /// The method.
    pub method: &'s Arc<MethodPlan>,
    /// Where it is, and the parameters' values.
    pub route: Match<'s, 'p, u32>,
}

impl StagePlan {
    /// The method that answers `verb` on `path`; `None` is a 403 `MISSING_AUTHENTICATION_TOKEN`.
    #[must_use]
    pub fn find<'s, 'p>(&'s self, path: RequestPath<'p>, verb: Verb) -> Option<Found<'s, 'p>> {
        let route = self.routes.find(path, verb)?;
        Some(Found { method: &self.methods[*route.value as usize], route })
    }

    /// The path parameters that a match found in `path`, the last one first, with their values as they were sent.
    pub fn path_parameters<'s, 'p>(
        &'s self,
        path: RequestPath<'p>,
        spans: &'p Spans,
    ) -> impl Iterator<Item = (&'s str, &'p str)> {
        self.routes.parameters(path, spans)
    }

    /// The method of a number, which is the value of a route.
    #[must_use]
    pub fn method(&self, number: usize) -> Option<&Arc<MethodPlan>> {
        self.methods.get(number)
    }

    /// All methods.
    pub fn methods(&self) -> impl Iterator<Item = &Arc<MethodPlan>> {
        self.methods.iter()
    }
}
