//! `TestMethod`: one method of a draft run once, with the log of what happened. What runs it is the data plane,
//! which this floor does not know: it names a trait, and whoever builds the process joins the two.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::compile::{CompileOptions, StagePlan, StageSettings};
use crate::cors::verdict::{Observation, SimulatedRequest};
use crate::model::{
    ApiId, AuthorizationType, Definition, Method, Partition, Resource, ResourcePath, StageName,
    StageVariables, Verb,
};

use super::draft::tree_error;
use super::draft_methods::find_method;
use super::serving::{bind, compile};
use super::{Control, Error, MethodRef};

/// Runs requests against a compiled API without a listener. The data plane implements it.
#[async_trait]
pub trait Invoke: Send + Sync {
    /// Runs a method once, really calling its back end.
    async fn test(&self, run: TestRun) -> TestAnswer;

    /// Says what a request would be answered, without calling a back end: where its answer passes through, it is
    /// taken from the question, or left open.
    async fn observe(&self, question: Question) -> Observation;
}

/// A method to run.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// The API with nothing but that method, compiled and bound to the caller's stage variables.
    pub plan: Arc<StagePlan>,
    /// The resource.
    pub path: ResourcePath,
    /// The method: the verb it is stored under, which may be `ANY`.
    pub verb: Verb,
    /// The verb of the request.
    pub called: Verb,
    /// The request.
    pub call: TestCall,
}

/// The request of a test.
#[derive(Clone, Debug, Default)]
pub struct TestCall {
    /// Path and query as a caller would send them; `None` for the resource's own path, whose `{name}`s then stand
    /// for themselves.
    pub path_and_query: Option<String>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; may be empty.
    pub body: Bytes,
    /// Stage variables.
    pub stage_variables: StageVariables,
}

/// What a test was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// From the request to the answer's last byte.
    pub latency: Duration,
    /// What happened, a line each.
    pub log: Vec<String>,
}

/// A request whose answer is asked for, without anything being called.
#[derive(Clone, Debug)]
pub struct Question {
    /// The API, compiled and bound.
    pub plan: Arc<StagePlan>,
    /// The URL's path below the stage, with query if any.
    pub path_and_query: String,
    /// Method and headers.
    pub request: SimulatedRequest,
    /// What a back end would answer, if it is known.
    pub back_end: Option<BackEndAnswer>,
}

/// What a back end is said to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackEndAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
}

/// What AWS calls the stage of a test.
const TEST_STAGE: &str = "test-invoke-stage";

impl Control {
    /// Gives the use cases the data plane that runs tests. May be called once; later calls change nothing.
    pub fn join(&self, invoke: Arc<dyn Invoke>) {
        // A second data plane would be a mistake of whoever builds the process, and the first one goes on.
        let _ = self.inner.invoke.set(invoke);
    }

    /// Runs a method of the draft once, as it is now, and answers what a caller would get, with a log of every step.
    /// Only this method has to be complete. A verb that the resource does not have is answered by its `ANY`, as it
    /// would be when served.
    ///
    /// # Errors
    /// When the method is not there or cannot be compiled.
    pub async fn test_method(&self, api: ApiId, at: MethodRef, call: TestCall) -> Result<TestAnswer, Error> {
        let (head, draft) = self.draft(api).await?;
        let called = at.verb;
        let any = MethodRef { verb: Verb::Any, ..at.clone() };
        let (at, (place, method)) = match find_method(&draft, &at) {
            Ok(found) => (at, found),
            Err(missing) => find_method(&draft, &any).map(|found| (any, found)).map_err(|_| missing)?,
        };
        let mut opened = Definition::clone(&draft);
        let open = |resource: &mut Resource| drop(resource.methods.insert(at.verb, open_to_all(method)));
        opened.edit(place.resource.id, open).map_err(|error| tree_error("resource", error))?;
        let only = Some((place.resource.id, at.verb));
        let compiled = compile(&Arc::new(opened), CompileOptions { only }).await?;
        let plan = bind(&compiled, self.test_settings(head.partition, call.stage_variables.clone())).await?;
        Ok(self.invoke()?.test(TestRun { plan, path: place.path, verb: at.verb, called, call }).await)
    }

    /// What a stage serves, or what the draft would be if it were deployed.
    pub(super) async fn plan_of(
        &self,
        api: ApiId,
        stage: Option<&StageName>,
    ) -> Result<Arc<StagePlan>, Error> {
        let (head, draft) = self.draft(api).await?;
        match stage {
            Some(name) => {
                self.stage(api, name).await?;
                let served = self.inner.serving.current().stage(api, name.as_str()).cloned();
                served.ok_or_else(|| Error::precondition(format!("stage {name} cannot be served at present")))
            }
            None => {
                let compiled = self.inner.serving.compile(head.root, &draft).await?;
                bind(&compiled, self.test_settings(head.partition, StageVariables::default())).await
            }
        }
    }

    fn test_settings(&self, partition: Partition, variables: StageVariables) -> StageSettings {
        let name = TEST_STAGE.parse().expect("a stage name");
        let aws = self.inner.serving.aws.clone();
        StageSettings { partition, name, deployment: None, variables, aws, lambda_endpoint: None }
    }

    pub(super) fn invoke(&self) -> Result<&dyn Invoke, Error> {
        let invoke = self.inner.invoke.get().map(|invoke| &**invoke);
        invoke.ok_or_else(|| Error::precondition("this process has no data plane to run it on"))
    }
}

/// The method without what a test is not asked for: credentials and keys.
fn open_to_all(method: Method) -> Method {
    Method {
        authorization_type: AuthorizationType::None,
        authorizer_id: None,
        authorization_scopes: Vec::new(),
        api_key_required: false,
        ..method
    }
}
