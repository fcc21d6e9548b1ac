//! The command line: the only part that prints.
//!
//! Each command has a file with its arguments and a `run`. Standard output carries the result and
//! nothing else; notes, progress and errors go to standard error.

mod advice;
mod baseline;
mod bundle;
mod check;
mod completions;
mod convert;
mod diff;
mod fixes;
mod graph;
mod man;
mod new;
mod online;
mod publish;
mod render;
mod replace;
mod rules;
mod schema;
mod serve;
mod shell;
mod stands;

use std::{ffi::OsString, io, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};
pub(crate) use shell::Shell;

use crate::project::ProjectMap;

/// How a run ended, for the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing to complain about: exit status 0.
    Fine,
    /// Findings at or above the level that fails: exit status 1.
    Findings,
}

/// That a map which was named cannot be read, and why.
fn unreadable(map: &ProjectMap) -> anyhow::Error {
    let reason = map.findings.first().map_or("it cannot be read", |finding| &finding.message);
    anyhow::anyhow!("{}: {reason}; `venue check` says where", map.name)
}

/// Formats that every reporting command knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; the format is part of the contract.
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On terminals, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Parser)]
#[command(
    name = "venue",
    version,
    about = "Checks WorkAdventure maps, places sponsors' stands in them, and bundles them ready to host",
    after_help = "Examples:\n  venue check                 judge every map of the project\n  \
                  venue bundle                check, place the stands, and export to dist/\n  \
                  venue serve                 look at the maps and walk through them in a browser\n  \
                  venue rules                 list what `check` looks for"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// Print the result only: no notes, no progress
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Config file, instead of the nearest venue.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bundle(bundle::Args),
    Publish(publish::Args),
    Check(check::Args),
    Rules(rules::Args),
    Stands(stands::Args),
    Render(render::Args),
    Diff(diff::Args),
    Graph(graph::Args),
    Serve(serve::Args),
    Convert(convert::Args),
    Schema(schema::Args),
    New(new::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program with these arguments, the first being its own name.
///
/// It is meant for a program's first thread: those of `rayon` are set up so that this one is among them.
///
/// Exit status: 0 fine, 1 findings at or above the level that fails, 2 the run itself failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, everything else is bad usage; clap knows which.
            let is_closed = |error: io::Error| error.kind() == io::ErrorKind::BrokenPipe;
            let printed = error.print().map_or_else(is_closed, |()| true);
            return if error.use_stderr() || !printed { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let shell = Shell::new(cli.global);
    take_part(&cli.command);
    let talks_to_servers = matches!(cli.command, Command::Publish(_));
    let done = match cli.command {
        Command::Bundle(args) => bundle::run(&args, &shell),
        Command::Publish(args) => publish::run(&args, &shell),
        Command::Check(args) => check::run(&args, &shell),
        Command::Rules(args) => rules::run(&args, &shell),
        Command::Stands(args) => stands::run(&args, &shell),
        Command::Render(args) => render::run(&args, &shell),
        Command::Diff(args) => diff::run(&args, &shell),
        Command::Graph(args) => graph::run(&args, &shell),
        Command::Serve(args) => serve::run(&args, &shell),
        Command::Convert(args) => convert::run(&args, &shell),
        Command::Schema(args) => schema::run(&args, &shell),
        Command::New(args) => new::run(&args, &shell),
        Command::Completions(args) => completions::run(&args, &shell),
        Command::Man(args) => man::run(&args, &shell),
    };
    match done {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        // What was to be written into a pipe, by `--out /dev/stdout`, is not wanted any more.
        Err(error) if !talks_to_servers && is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            shell.error(&error);
            ExitCode::from(2)
        }
    }
}

/// Lets this thread do its share of what is done on all cores. Else it sleeps through it, and whenever a piece of
/// work begins or ends, somebody has to be woken. Not for `serve`, where this thread waits for visitors and what
/// another begins would wait for it.
fn take_part(command: &Command) {
    let works_on_maps = matches!(
        command,
        Command::Bundle(_)
            | Command::Publish(_)
            | Command::Check(_)
            | Command::Stands(_)
            | Command::Render(_)
            | Command::Diff(_)
            | Command::Graph(_)
    );
    if works_on_maps {
        make_room();
        let threads = rayon::ThreadPoolBuilder::new().use_current_thread();
        // Fails where the threads are there already: then they do the work as they are.
        _ = threads.start_handler(|_| make_room()).build_global();
    }
}

/// Asks for memory in one piece and gives it back untouched: the allocator keeps it for what this thread will need.
/// Bit by bit it would come in pieces between whose edges no page of 2 MB fits. In bytes: a whole number of such pages,
/// so that the system lays the piece on their edges, and less than the 8 MB from which on the allocator keeps nothing.
fn make_room() {
    const ROOM: usize = 4 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(ROOM)));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let error = cause.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
