//! What API Gateway puts into a template: `$input`, `$context`, `$stageVariables`. (`$util` has nothing but methods.)

mod context;
mod input;
mod overrides;
mod stage;
