//! Use cases: one operation per thing that a face can ask for, a file per noun.
//!
//! Each reads, decides, checks, and makes **one atomic commit**; what touches what is served then publishes in the
//! same call. Nothing here knows a transport: failures are [`Error`]s in the words of the domain, with field paths
//! relative to the argument they are about.

mod clock;
mod error;
mod limits;
mod options;
mod state;

pub use clock::Clock;
pub use error::{Error, Noun};
pub use limits::{Limits, Policy};
pub use options::{Options, Page, Read, Written};
pub use state::{
    ApiState, Deployed, DeploymentRef, EffectiveGatewayResponse, EnsuredPath, MethodRef, MethodState, Moved,
    NewApi, NewDeployment, NewDomain, NewStage, ResourceRef, ResourceState, StageChoice, Version,
};
