//! `venue check`

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Format, Shell, Status};
use crate::{
    check::{self, Settings},
    finding::Severity,
    project::Project,
    report::{self, Report},
};

/// Find what is wrong with maps before visitors do
///
/// Judges the maps named, or those of the project, and the world that they form. `venue rules` lists
/// what it looks for.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue check\n  venue check maps/lobby.tmj --fail-on warning\n  \
                        venue check --ignore http-url --format json > findings.json")]
pub(super) struct Args {
    /// Maps, or folders of maps [default: the project's maps]
    paths: Vec<PathBuf>,
    /// How to show the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Level from which a finding makes the exit status 1 [default: the config's, else error]
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Report only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Anything
    Info,
}

impl From<FailOn> for Severity {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let progress = shell.progress("reading maps");
    let project = Project::open(&args.paths, shell.config())?;
    let settings = Settings::new(&project, &args.select, &args.ignore)?;
    progress.now("checking");
    let report = judge(&project, &settings);
    drop(progress);
    if report.maps == 0 {
        shell.note("no maps found");
    }
    match args.format {
        Format::Human => shell.result(&report::human(&report, &project.sources))?,
        Format::Json => shell.result(&report::json(&report))?,
    }
    let level = args.fail_on.map(Severity::from).or(project.config.check.fail_on).unwrap_or(Severity::Error);
    Ok(if report.fails(level) { Status::Findings } else { Status::Fine })
}

/// Checks a project and makes the findings ready for output.
pub(super) fn judge(project: &Project, settings: &Settings) -> Report {
    let findings = check::check(project, settings);
    Report::new(project.maps.len(), findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    })
}
