//! `postern`: arguments → command → exit code.

use std::process::ExitCode;

use clap::Parser as _;
use postern::cli::Cli;

fn main() -> ExitCode {
    postern::cli::main(Cli::parse())
}
