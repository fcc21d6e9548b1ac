//! `venue completions`

use clap::CommandFactory as _;

use super::{Shell, Status};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  venue completions bash > ~/.local/share/bash-completion/completions/venue"
)]
pub(super) struct Args {
    /// Shell to complete for
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "venue", &mut script);
    shell.result(&String::from_utf8(script)?)?;
    Ok(Status::Fine)
}
