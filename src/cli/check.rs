//! `venue check`

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueEnum;

use super::{Shell, Status, baseline, fixes, online};
use crate::{
    check::{self, Affected, Settings},
    finding::{Family, Severity, Spot},
    project::{CONFIG_FILE, Changes, Project, ProjectMap},
    report::{self, Base, Baseline, Fingerprint, Report},
};

/// Find what is wrong with maps before visitors do
///
/// Judges the maps named, or those of the project, and the world that they form. `venue rules` lists
/// what it looks for.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue check\n  venue check maps/lobby.tmj --fail-on warning\n  \
                        venue check --ignore http-url --format json > findings.json\n  \
                        venue check --format sarif > venue.sarif\n  \
                        venue check --diff          show what --fix would change\n  \
                        venue check --fix           mend what can be mended\n  \
                        venue check --write-baseline accepted.json\n  \
                        venue check --baseline accepted.json    report only what is new\n  \
                        venue check --changed-since origin/main --format github\n  \
                        venue check --online        ask the websites, too")]
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
    /// Mend in the files what can be mended for certain, and report what is left
    ///
    /// A fix is made only if its finding is gone afterwards and no other comes. Everything else in the
    /// files stays as it is, byte for byte.
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, and change nothing; the exit status is 1 if there is anything
    ///
    /// The result is a patch, as `git apply` takes it, with paths relative to the project. What cannot
    /// be mended is not shown.
    #[arg(long, conflicts_with_all = ["format", "fail_on"])]
    diff: bool,
    /// With --fix or --diff, mend what was probably meant, too
    #[arg(long)]
    unsafe_fixes: bool,
    /// Do not report findings that this file accepts
    ///
    /// They are known by their rule and their place on the map, not by their line, so they stay accepted
    /// while other things change. What the file accepts and is gone, a note says.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Accept everything that is found now: write it to this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "diff", "changed_since"])]
    write_baseline: Option<PathBuf>,
    /// Report only what may come of changes since this revision of git
    ///
    /// As `git diff REV...` has them, with what is not committed and what is new. A map counts as changed
    /// when a tileset, template, picture, page, sound, script or .wam file of it did, and its exits when a
    /// map did to which they lead. If venue.toml changed, everything counts.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    #[command(flatten)]
    online: online::Options,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs; paths are relative to the project
    Json,
    /// Annotations of GitHub Actions; from here on paths are relative to the repository
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Test report, for GitLab, Jenkins and others
    Junit,
    /// Summary for a pull request or a job's page
    Markdown,
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
    if args.unsafe_fixes && !args.fix && !args.diff {
        bail!("--unsafe-fixes says what to mend: it needs --fix or --diff");
    }
    let progress = shell.progress("reading maps");
    let mut project = Project::open(&args.paths, shell.config())?;
    super::bundle::build_halls(&mut project, shell);
    shell.tell_left_out(&project);
    // Who checks nothing must not believe that all is well.
    if project.maps.is_empty() && !project.idle_globs.is_empty() {
        let config = project.config_file.as_deref().unwrap_or(CONFIG_FILE);
        bail!("no maps found: no file is as [project] maps in {config} says");
    }
    project.check_named()?;
    let settings = Settings::new(&project, &args.select, &args.ignore)?;
    project.answers = args.online.ask(&project, &progress, shell)?;
    let baseline = args.baseline.as_deref().map(|path| baseline::read(&project, path)).transpose()?;
    let changes = args.changed_since.as_deref().map(|revision| Changes::since(&project.root, revision));
    let affected = changes.transpose()?.map(|changes| Affected::by(changes, &project));
    let wanted = Wanted { settings: &settings, baseline: baseline.as_ref(), affected: affected.as_ref() };
    let has_more = !(project.wams.is_empty() && project.worlds.is_empty());
    if project.maps.is_empty() && !has_more && project.config.stands.specs.is_empty() {
        bail!("no maps found: {}", super::advice::NO_MAPS);
    }
    progress.now("checking");
    let mut judged = None;
    if args.fix || args.diff {
        progress.now("mending");
        let mended = fixes::mend(project, &wanted, &args.ignore, args.unsafe_fixes)?;
        if args.diff {
            drop(progress);
            return fixes::show(&mended, shell);
        }
        mended.write()?;
        fixes::tell(&mended, shell);
        project = mended.project;
        // It was judged last as all of it is now, unless not all rules were asked for.
        judged = Some(mended.report).filter(|_| args.select.is_empty() && baseline.is_none());
    }
    let all = judged.unwrap_or_else(|| judge(&project, &settings));
    drop(progress);
    let mut report = wanted.of(&all);
    if let (Some(baseline), Some(path)) = (&baseline, &args.baseline) {
        // Who looks at a part of the project cannot tell what is gone. A rule that is no more finds nothing.
        let whole = args.paths.is_empty() && args.select.is_empty();
        let looked_for = |finding: &Fingerprint| {
            let rule = check::rule(&finding.rule);
            let is_on = rule.is_none_or(|rule| {
                let asked = rule.family != Family::Online || !project.answers.is_empty();
                asked && settings.severity(rule, &finding.file).is_some()
            });
            whole && is_on && !args.ignore.contains(&finding.rule)
        };
        baseline::tell(baseline, path, &all, looked_for, shell);
    }
    if let Some(path) = &args.write_baseline {
        baseline::write(&mut report, path, shell)?;
    }
    if report.maps == 0 {
        shell.note("no file of a map was checked");
    }
    let level = args.fail_on.map(Severity::from).or(project.config.check.fail_on).unwrap_or(Severity::Error);
    shell.result(&show(args.format, &report, &project, level))?;
    let status = if report.fails(level) { Status::Findings } else { Status::Fine };
    // The run is over: taking thousands of maps apart bit by bit would keep whoever waits for it.
    std::mem::forget((project, all, report));
    Ok(status)
}

fn show(format: Format, report: &Report, project: &Project, level: Severity) -> String {
    let base = Base::of(&project.root);
    match format {
        Format::Human => report::human(report, &project.sources),
        Format::Json => report::json(report),
        Format::Github => report::github(report, &base),
        Format::Sarif => report::sarif(report, &project.sources, &base),
        Format::Junit => report::junit(report, written(project), &base, level),
        Format::Markdown => report::markdown(report, &base),
    }
}

/// The maps of a project that files have.
fn written(project: &Project) -> impl Iterator<Item = &str> {
    let names = project.maps.iter().map(|map| map.name.as_str());
    names.filter(|name| !project.unwritten.contains(*name))
}

/// What of all that is found was asked for.
pub(super) struct Wanted<'a> {
    pub(super) settings: &'a Settings,
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) affected: Option<&'a Affected>,
}

impl Wanted<'_> {
    pub(super) fn of(&self, report: &Report) -> Report {
        let mut report = report.clone();
        report.entries.retain(|entry| self.settings.severity(entry.explained, &entry.site.file).is_some());
        if let Some(baseline) = self.baseline {
            baseline.accept(&mut report);
        }
        if let Some(affected) = self.affected {
            report.entries.retain(|entry| affected.touches(&entry.site.file, entry.explained));
        }
        report
    }
}

/// Checks a project and makes the findings ready for output: those in files that there are.
pub(super) fn judge(project: &Project, settings: &Settings) -> Report {
    let mut findings = check::check(project, settings);
    let is_there = |spot: &Spot| !project.unwritten.contains(&spot.file);
    findings.retain(|finding| is_there(&finding.spot));
    for finding in &mut findings {
        finding.related.retain(|(spot, _)| is_there(spot));
    }
    // A map with stands is judged as its venue's stand-in, and is no other map of the world.
    let stands_in = |name: &&str| {
        let venue = project.map(name).and_then(ProjectMap::stands_in_for);
        venue.is_some_and(|venue| project.map(&venue).is_some())
    };
    let maps = written(project).filter(|name| !stands_in(name)).count();
    Report::new(maps, findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    })
}
