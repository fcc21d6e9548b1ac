//! `venue man`

use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;

use super::{Shell, Status};
use crate::output;

/// Write the man pages, one per command, into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue man ~/.local/share/man/man1    then: man venue-check\n  \
                        venue man target/man                 for a package")]
pub(super) struct Args {
    /// Folder for venue.1, venue-check.1 and the others; made if it is not there
    folder: PathBuf,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let mut command = super::Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    for page in std::iter::once(&command).chain(command.get_subcommands()) {
        let name = page.get_display_name().unwrap_or_else(|| page.get_name());
        let path = args.folder.join(format!("{name}.1"));
        let mut text = Vec::new();
        Man::new(page.clone()).render(&mut text)?;
        pages.push((path, text));
    }
    output::write_files(&pages)?;
    shell.note(&format!("{} man pages in {}", pages.len(), args.folder.display()));
    Ok(Status::Fine)
}
