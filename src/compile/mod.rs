//! From a definition to what is served.
//!
//! [`compile`] turns a whole API into a [`Compiled`]: every mapping parsed, every constant made, every fault found,
//! before anything is deployed. [`bind`] puts a compiled API on a stage, where stage variables are constants, and
//! gives a [`StagePlan`]. A [`Snapshot`] is everything that is served at one moment; [`cell`] hands it to the
//! workers. Plans are enums that hold only what their alternative uses, and only this module makes them.

mod arn;
mod aws;
mod compiled;
mod endpoint;
mod findings;
mod gateway_source;
mod method;
mod responses;
mod templates;
mod unbuilt;

mod answer;
mod aws_plan;
mod choice;
mod gateway_response;
mod plan;
mod stage;
mod validate;

pub mod cell;
mod snapshot;

pub use answer::Answer;
pub use aws_plan::{AwsCall, AwsPlan, LambdaPlan};
pub use choice::{AcceptChoice, Chosen, ContentTypeChoice, Unmatched};
pub use compiled::{CompileOptions, Compiled, bind, compile, stage_warnings};
pub use gateway_response::{GatewayBody, GatewayResponsePlan, GatewayResponsePlans};
pub use plan::{
    BodyPlan, Endpoint, HttpPlan, IntegrationPlan, MethodPlan, MockOutcome, MockPlan, MockReply,
    PassthroughPlan, RequestBody, ResponsePlan, Responses, Step,
};
pub use snapshot::{PathForm, Routed, ServedThrough, Snapshot, SnapshotEdit, Unrouted};
pub use stage::{Found, StagePlan, StageSettings};
pub use validate::{RequiredIn, RequiredParameter, ValidationPlan};

#[cfg(test)]
mod tests;
