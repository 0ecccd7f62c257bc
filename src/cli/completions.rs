//! `postern completions`: what a shell needs to complete our commands.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use super::Cli;
use super::failure::Stop;

/// What was typed after `postern completions`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// When it cannot be written.
pub(super) fn run(args: &Args) -> Result<(), Stop> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "postern", &mut script);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &script)?;
    Ok(())
}
