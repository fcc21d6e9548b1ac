//! `venue publish`

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::{Value as Json, json};

use super::{Format, Shell, Status, bundle::size};
use crate::{
    bundle,
    finding::{Finding, Severity},
    output::plain,
    project::Project,
    publish::{self, Address, Answer, Change, Forecast, Limits, Parcel, Room, Server, Token},
    report::{self, Report},
};

/// Upload a bundle to WorkAdventure's map-storage
///
/// The token comes from the environment, `VENUE_PUBLISH_TOKEN`, and nothing ever shows it. The server deletes
/// what is in the directory and puts the bundle in its place; of what people built in WorkAdventure's editor
/// it keeps the .wam files that the bundle does not bring. Names that the server would drop or misread, and
/// maps that it would refuse, are told before anything is sent.
///
/// Exit status: 0 published; 1 something is wrong with the bundle, says this program or the server; 2 not
/// published for another reason, or nobody knows, and the error says which.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        venue bundle && venue publish --dry-run\n  \
                        VENUE_PUBLISH_TOKEN=... venue publish\n  \
                        venue publish public.zip --url https://example.org/map-storage --directory mixit\n  \
                        curl -O https://example.org/map-storage/mixit/manifest.json && \
                        venue publish --dry-run --published manifest.json")]
pub(super) struct Args {
    /// Folder or zip of a bundle
    #[arg(value_name = "DIR|ZIP", default_value = "dist")]
    bundle: PathBuf,
    /// Address of the server [default: url under [publish] in venue.toml]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Folder on the server, which the bundle replaces [default: directory under [publish]]
    #[arg(long, value_name = "DIR")]
    directory: Option<String>,
    /// Replace everything on the server, where no directory is named
    #[arg(long)]
    yes: bool,
    /// Say what the server would accept, drop, refuse and delete; send nothing and ask nobody
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: manifest.json of what is published now, to say what is new, replaced and deleted
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    published: Option<PathBuf>,
    /// Upload though there are errors: let the server judge
    #[arg(long)]
    no_check: bool,
    /// Longest wait for the answer once all is sent, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let goal = Goal::new(args, shell)?;
    let token = match Token::from_env() {
        Ok(token) => Some(token),
        // Nothing is sent.
        Err(_) if args.dry_run => None,
        Err(error) => return Err(error.into()),
    };
    let progress = shell.progress("reading the bundle");
    let parcel = Parcel::read(&args.bundle)?;
    let published = args.published.as_deref().map(manifest).transpose()?;
    progress.now("looking at its maps");
    let forecast = publish::forecast(&parcel, published.as_ref(), token.as_ref());
    let report = reported(&forecast.project, forecast.findings.clone());
    let done = |answer: Option<&str>, report: &Report| {
        let outcome = Outcome { args, goal: &goal, parcel: &parcel, forecast: &forecast, report, answer };
        match args.format {
            Format::Human => outcome.human(),
            Format::Json => outcome.json(),
        }
    };
    if args.dry_run {
        drop(progress);
        shell.result(&done(None, &report))?;
        for lacking in goal.lacking(args.yes) {
            shell.note(&format!("note: without --dry-run nothing would be sent: {lacking}"));
        }
        return Ok(if report.fails(Severity::Error) { Status::Findings } else { Status::Fine });
    }
    if !parcel.is_bundle() && !args.no_check {
        bail!(
            "{} holds no manifest.json of a bundle: what is in the directory on the server would be replaced by it; \
             make one with `venue bundle --zip`, or say --no-check",
            args.bundle.display()
        );
    }
    if report.fails(Severity::Error) && !args.no_check {
        drop(progress);
        shell.result(&done(None, &report))?;
        shell.note("nothing was sent: mend the errors, or let the server judge with --no-check");
        return Ok(Status::Findings);
    }
    let (Some(address), Some(token)) = (goal.address.clone(), token) else { bail!(NO_ADDRESS) };
    for room in forecast.rooms.iter().filter(|(_, room)| **room == Room::Sent).map(|(name, _)| name) {
        shell.note(&format!(
            "note: {} is in the bundle: what was changed there in WorkAdventure's editor is lost; without the file the server \
             keeps its own",
            plain(room)
        ));
    }
    let limits = Limits { answer: Duration::from_secs(u64::from(args.timeout)), ..Limits::default() };
    let server = Server::new(address, token, limits)?;
    let all = parcel.packed().max(1);
    let answer = server.upload(&parcel, &goal.directory, &|sent| {
        progress.now(if sent < all {
            format!("sending {}: {} %", size(all), sent * 100 / all)
        } else {
            "the server looks at it".to_owned()
        });
    })?;
    drop(progress);
    match answer {
        Answer::Published(text) => {
            shell.result(&done(Some(&text), &report))?;
            Ok(Status::Fine)
        }
        Answer::Refused(findings) => {
            let all = forecast.findings.iter().cloned().chain(findings).collect();
            shell.result(&done(None, &reported(&forecast.project, all)))?;
            shell.note("nothing was published: the server refuses the upload");
            Ok(Status::Findings)
        }
    }
}

const NO_ADDRESS: &str = "no server is named: set url under [publish] in venue.toml, or name it with --url";

const NO_DIRECTORY: &str = "this would delete everything on the server, other projects and the files of WorkAdventure's editor too: \
                            name a directory, under [publish] in venue.toml or with --directory, or say --yes";

/// Where the bundle goes.
struct Goal {
    /// `None` in a dry run that names none.
    address: Option<Address>,
    directory: String,
}

impl Goal {
    fn new(args: &Args, shell: &Shell) -> anyhow::Result<Self> {
        // The bundle may lie anywhere; the config is that of the project around us.
        let config = Project::open_empty(&[], shell.config())?.config.publish;
        let url = args.url.as_ref().or(config.url.as_ref());
        let address = url.map(|url| Address::new(url)).transpose()?;
        if address.is_none() && !args.dry_run {
            bail!(NO_ADDRESS);
        }
        let named = args.directory.as_ref().or(config.directory.as_ref());
        let directory = publish::directory(named.map_or("", String::as_str))?;
        if directory.is_empty() && !args.yes && !args.dry_run {
            bail!(NO_DIRECTORY);
        }
        Ok(Self { address, directory })
    }

    /// Why nothing would be sent to it.
    fn lacking(&self, yes: bool) -> Vec<&'static str> {
        let server = self.address.is_none().then_some(NO_ADDRESS);
        let directory = (self.directory.is_empty() && !yes).then_some(NO_DIRECTORY);
        server.into_iter().chain(directory).collect()
    }

    /// The server and the folder in words.
    fn in_words(&self) -> String {
        let server = self.address.as_ref().map_or("a server that nothing names yet", Address::base);
        if self.directory.is_empty() {
            format!("the root of {server}")
        } else {
            format!("{server}, directory \"{}\"", self.directory)
        }
    }
}

/// What a manifest says is published.
fn manifest(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    bundle::fingerprints(&bytes)
        .with_context(|| format!("{} is no manifest.json of a bundle", path.display()))
}

fn reported(project: &Project, findings: Vec<Finding>) -> Report {
    Report::new(project.maps.len(), findings, &project.sources, |finding| {
        Some(publish::severity(finding.rule))
    })
}

/// How a run ended, to be told.
struct Outcome<'a> {
    args: &'a Args,
    goal: &'a Goal,
    parcel: &'a Parcel,
    forecast: &'a Forecast,
    report: &'a Report,
    /// What the server said once it was published.
    answer: Option<&'a str>,
}

impl Outcome<'_> {
    fn json(&self) -> String {
        let Self { goal, parcel, forecast, .. } = self;
        // Findings have one form, whoever reports them.
        let told: Json = serde_json::from_str(&report::json(self.report)).unwrap_or_default();
        let document = json!({
            "version": 1,
            "url": goal.address.as_ref().map(Address::base),
            "directory": goal.directory,
            "dry_run": self.args.dry_run,
            "published": self.answer.is_some(),
            "answer": self.answer,
            "files": forecast.stored.len(),
            "bytes": parcel.bytes(),
            "bytes_sent": parcel.packed(),
            "stored": forecast.stored,
            "passed_over": forecast.passed_over,
            "rooms": forecast.rooms,
            "change": forecast.change,
            "summary": told["summary"],
            "findings": told["findings"],
        });
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    fn human(&self) -> String {
        let Self { goal, parcel, forecast, .. } = self;
        let mut text = String::new();
        if !self.report.entries.is_empty() {
            text += &report::human(self.report, &forecast.project.sources);
        }
        let (files, bytes, packed) = (forecast.stored.len(), size(parcel.bytes()), size(parcel.packed()));
        if self.answer.is_some() {
            let to = goal.in_words();
            let _infallible = writeln!(text, "published {files} files, {bytes} ({packed} sent), to {to}");
            for room in forecast.rooms.keys() {
                let path = if goal.directory.is_empty() {
                    room.clone()
                } else {
                    format!("{}/{room}", goal.directory)
                };
                let _infallible = writeln!(text, "  room /~/{}", plain(&path));
            }
        } else if self.args.dry_run {
            let _infallible = dry_run(&mut text, goal, forecast, &format!("{bytes} ({packed} to send)"));
        }
        text
    }
}

fn dry_run(text: &mut String, goal: &Goal, forecast: &Forecast, size: &str) -> std::fmt::Result {
    let rooms = |kind: Room| {
        let rooms = forecast.rooms.iter().filter(|(_, room)| **room == kind);
        rooms.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
    };
    let list = |text: &mut String, what: &str, names: &[&str]| {
        if names.is_empty() {
            return Ok(());
        }
        writeln!(text, "{what}:")?;
        names.iter().try_for_each(|name| writeln!(text, "  {}", plain(name)))
    };
    writeln!(text, "would publish {} files, {size}, to {}", forecast.stored.len(), goal.in_words())?;
    for (name, bytes) in &forecast.stored {
        writeln!(text, "  {}  {}", plain(name), self::size(*bytes))?;
    }
    let passed_over: Vec<&str> = forecast.passed_over.iter().map(String::as_str).collect();
    list(text, "the server drops", &passed_over)?;
    list(
        text,
        "rooms that the bundle brings: what was changed there in WorkAdventure's editor is lost",
        &rooms(Room::Sent),
    )?;
    list(text, "rooms that the server keeps, or makes where there is none", &rooms(Room::KeptOrMade))?;
    match &forecast.change {
        Some(Change { new, replaced, same, deleted }) => {
            for (what, names) in [("new", new), ("replaced", replaced), ("deleted", deleted)] {
                list(text, what, &names.iter().map(String::as_str).collect::<Vec<_>>())?;
            }
            writeln!(text, "{} files stay as they are", same.len())?;
            writeln!(text, "whatever else lies in the directory is deleted, too")
        }
        None => writeln!(
            text,
            "everything else in the directory is deleted; what that is, only the server knows (--published tells more)"
        ),
    }
}
