//! What a person types: one file per command.
//!
//! `serve`, `quickstart` and `echo` run something; every other command is a client of the admin API and needs no more
//! than a server's address. Answers go to standard output, as tables for people or as JSON (`-o json`) with the field
//! names of the `.proto` files; what is wrong goes to standard error, with what would be right. Exit codes are those
//! of [`failure::Exit`].

mod api;
mod audit;
mod backup;
mod check;
mod completions;
mod connect;
mod cors;
mod deploy;
mod diff;
mod domain;
pub mod echo;
mod explain;
mod export;
pub mod failure;
mod gateway_response;
mod http;
mod import;
mod json;
mod method;
mod method_flags;
mod method_part;
mod model;
pub mod output;
pub mod quickstart;
mod refusal;
mod request_validator;
mod resource;
mod rollback;
mod serve;
mod serve_file;
mod stage;
mod status;
mod test;
mod text;
mod token;
mod transport;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use connect::{Client, Connection};
use failure::Stop;

/// A self-hosted API gateway that speaks the terms of Amazon API Gateway's REST APIs.
#[derive(Clone, Debug, Parser)]
#[command(name = "postern", version, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Everything that can be asked of it.
#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Run the gateway
    Serve(serve::Args),
    /// Run a gateway with an API to look at, and see what it does
    Quickstart(quickstart::Args),
    /// Run a small real HTTP back end that answers what it received
    Echo(echo::Args),
    /// Create, show, change and delete APIs
    Api(Group<api::Command>),
    /// Create, list and delete resources
    Resource(Group<resource::Command>),
    /// Put, show and delete methods
    Method(Group<method::Command>),
    /// Create, show, change and delete models: the shapes of bodies
    Model(Group<model::Command>),
    /// Create, list, change and delete request validators: what of a request is checked
    Validator(Group<request_validator::Command>),
    /// Enable, disable, show and explain CORS
    Cors(Group<cors::Command>),
    /// Put, show and delete the gateway's own error answers
    GatewayResponse(Group<gateway_response::Command>),
    /// Make an API of an OpenAPI document, or put one on a draft
    Import(One<import::Args>),
    /// Write a draft, a deployment or a stage as an OpenAPI document
    Export(One<export::Args>),
    /// Show where files, drafts, deployments and stages differ
    Diff(diff::Args),
    /// Copy the draft into a deployment, and have a stage serve it
    Deploy(One<deploy::Args>),
    /// List, show and delete deployments
    Deployment(Group<deploy::Command>),
    /// Create, show, change and delete stages
    Stage(Group<stage::Command>),
    /// Move a stage back to an earlier deployment
    Rollback(One<rollback::Args>),
    /// Lead hosts and base paths to stages
    Domain(Group<domain::Command>),
    /// Run one method of the draft once, and see every step
    Test(One<test::Args>),
    /// Create, list and revoke tokens: who may call the admin API
    Token(Group<token::Command>),
    /// Show who wrote what, when, from where
    Audit(One<audit::Args>),
    /// Print changes as they happen
    Watch(One<watch::Args>),
    /// Write everything that a server stores into a portable archive, while it serves
    Backup(One<backup::Args>),
    /// Make a data directory of an archive; no server may run on it
    Restore(backup::RestoreArgs),
    /// Check a data directory: every record, every reference, every hash; no server may run on it
    Check(check::Args),
    /// Ask whether a server is there and can serve
    Status(status::Args),
    /// Print what a shell needs to complete these commands
    Completions(completions::Args),
}

/// Several commands on one noun, each with a connection.
#[derive(Clone, Debug, clap::Args)]
struct Group<C: Subcommand> {
    #[command(subcommand)]
    command: C,
    #[command(flatten)]
    connection: Connection,
}

/// One command with a connection.
#[derive(Clone, Debug, clap::Args)]
struct One<A: clap::Args> {
    #[command(flatten)]
    args: A,
    #[command(flatten)]
    connection: Connection,
}

/// Does what was typed, says what went wrong, and tells the shell.
#[must_use]
pub fn main(cli: Cli) -> ExitCode {
    match run(cli.command) {
        Ok(()) | Err(Stop::PipeClosed) => ExitCode::SUCCESS,
        Err(Stop::Failed(failure)) => {
            connect::tell(&failure.to_string());
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::Serve(args) => serve::run(args),
        Command::Quickstart(args) => quickstart::run(&args),
        Command::Echo(args) => echo::run(&args),
        Command::Restore(args) => backup::run_restore(&args),
        Command::Completions(args) => completions::run(&args),
        client => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(ask(client))
        }
    }
}

/// Runs a client command.
async fn ask(command: Command) -> Result<(), Stop> {
    macro_rules! with {
        ($group:ident, $run:path) => {{
            let mut client = Client::connect(&$group.connection).await?;
            $run($group.command, &mut client).await
        }};
        ($one:ident: $run:path) => {{
            let mut client = Client::connect(&$one.connection).await?;
            $run($one.args, &mut client).await
        }};
    }
    match command {
        Command::Api(group) => with!(group, api::run),
        Command::Resource(group) => with!(group, resource::run),
        Command::Method(group) => with!(group, method::run),
        Command::Cors(group) => with!(group, cors::run),
        Command::Model(group) => with!(group, model::run),
        Command::Validator(group) => with!(group, request_validator::run),
        Command::GatewayResponse(group) => with!(group, gateway_response::run),
        Command::Import(one) => with!(one: import::run),
        Command::Export(one) => with!(one: export::run),
        Command::Deploy(one) => with!(one: deploy::run),
        Command::Deployment(group) => with!(group, deploy::manage),
        Command::Stage(group) => with!(group, stage::run),
        Command::Rollback(one) => with!(one: rollback::run),
        Command::Domain(group) => with!(group, domain::run),
        Command::Test(one) => with!(one: test::run),
        Command::Token(group) => match token::offline(&group.command) {
            Some((args, directory)) => token::run_offline(args, directory, group.connection.output).await,
            None => with!(group, token::run),
        },
        Command::Audit(one) => with!(one: audit::run),
        Command::Watch(one) => with!(one: watch::run),
        Command::Backup(one) => with!(one: backup::run),
        Command::Diff(args) => diff::run(args).await,
        Command::Status(args) => status::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Serve(_)
        | Command::Quickstart(_)
        | Command::Echo(_)
        | Command::Restore(_)
        | Command::Completions(_) => unreachable!("these are no client commands"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
