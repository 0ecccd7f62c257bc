//! Use cases: one operation per thing that a face can ask for, a file per noun.
//!
//! Each reads, decides, checks, and makes **one atomic commit**; what touches what is served then publishes in the
//! same call. Nothing here knows a transport: failures are [`Error`]s in the words of the domain, with field paths
//! relative to the argument they are about.
//!
//! A change of a draft is worked out on a copy (`draft`, and by noun in `draft_methods`, `resources`,
//! `gateway_responses`, `models`, `request_validators`, `cors`), checked (`check`), and committed by `Control::edit`. A change of what is served
//! (stages, bindings, deployments put under a stage) is compiled first, then committed and published under one lock
//! (`serving`), so that snapshots come in the order of commits.

mod error;
mod limits;
mod options;
mod state;

mod handle;
mod open;
mod storage;

mod apis;
mod audit;
mod backups;
mod cors;
mod deployments;
mod domains;
mod gateway_responses;
mod imports;
mod kept;
mod methods;
mod models;
mod request_validators;
mod resources;
mod stages;
mod test_invoke;
mod tokens;
mod upkeep;
mod watch;

mod check;
mod clock;
mod diff;
mod draft;
mod draft_methods;
mod recent;
mod serving;

#[cfg(test)]
mod tests;

pub use crate::store::{AuditOrder, BackupSummary, Change, ChangeKind};
pub use audit::{AuditFilter, AuditPage};
pub use clock::Clock;
pub use cors::{CorsEnabled, CorsExplained, CorsRequest, CorsScope, CorsView, ExplainCors};
pub use diff::{Difference, DifferenceKind, Subject};
pub use error::{Error, Noun};
pub use gateway_responses::DEFAULT_GATEWAY_TEMPLATE;
pub use handle::Control;
pub use imports::{ExportCall, ImportDone, ImportStep};
pub use kept::{KeptOf, KeptWrite};
pub use limits::{Limits, Policy};
pub use open::Setup;
pub use options::{Options, Page, Read, Written};
pub use serving::Unserved;
pub use state::{
    ApiState, CanaryShare, Deployed, DeploymentRef, EffectiveGatewayResponse, EnsuredPath, MethodRef,
    MethodState, Moved, NewApi, NewDeployment, NewDomain, NewModel, NewRequestValidator, NewStage,
    ResourceRef, ResourceState, StageChoice, Version,
};
pub use test_invoke::{BackEndAnswer, Invoke, Question, TestAnswer, TestCall, TestRun};
pub use tokens::{DEFAULT_LIFETIME, IssuedToken, NewToken, issue_token};
pub use upkeep::SWEEP_INTERVAL;
