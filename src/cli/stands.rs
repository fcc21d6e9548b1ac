//! `venue stands`

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};

use super::{
    Format, Shell, Status,
    replace::{self, Written},
};
use crate::{
    check, output,
    project::{Project, ProjectConfig, ProjectMap},
    source::{Existence, Sources},
    stand::{self, Built, Directory, Options, StandError, StandsReport},
};

/// Place a stand for each sponsor of a spec, and stamp them into the venue
///
/// Writes a map beside the venue, the picture with logos and names, and a lock file beside the spec, so
/// that a later run moves nobody. Nothing is written unless every sponsor has a place.
///
/// The spec names the map that the stands go into (`venue = "maps/hall.tmj"`), or has a hall built around them
/// (`hall = {}`). Keys of a hall, none of which must be there: `exit`, the map and entry that its door leads to;
/// `name`, which visitors read; `look`, "expo" or "loft"; `signposts`, whether boards say who stands where; `aisle`,
/// free tiles between islands of stands; `island`, how many stand side by side. A hall that is there
/// grows when sponsors join; nobody in it moves.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue stands maps/sponsors.toml --plan plan.png\n  \
                        venue stands maps/sponsors.toml --directory stands.csv\n  \
                        venue stands maps/sponsors.toml --dry-run --format json\n  \
                        venue stands sponsors.csv --with maps/expo.toml\n\n\
                        A spec with a hall:\n  \
                        hall = { exit = \"maps/lobby.tmj#from-hall\", signposts = true }\n  \
                        look = \"loft\"\n  \
                        [event]\n  name = \"Autumn Fair\"\n  slug = \"fair\"\n  \
                        [tiers.gold]\n  template = \"large\"\n  rank = 1\n  \
                        [[sponsors]]\n  name = \"Acme\"\n  tier = \"gold\"")]
pub(super) struct Args {
    /// The spec: TOML, JSON with the same keys, or a sheet (CSV) with a sponsor a row
    spec: PathBuf,
    /// For a sheet: the TOML file with venue, event and tiers [default: that of the same name]
    #[arg(long, value_name = "TOML")]
    with: Option<PathBuf>,
    /// Map to write, instead of the spec's `output`
    #[arg(long, value_name = "MAP")]
    out: Option<PathBuf>,
    /// Place and report, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Give everybody a new place, and say who moves; with --dry-run, who would
    #[arg(long)]
    reflow: bool,
    /// Write what fits, even if some sponsors have no place
    #[arg(long)]
    partial: bool,
    /// Draw the venue with every stand numbered
    #[arg(long, value_name = "PNG")]
    plan: Option<PathBuf>,
    /// Write the directory of stands: .html (a searchable page with logos and plan), .md, .csv or .json
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let form = args.directory.as_deref().map(form_of).transpose()?;
    let progress = shell.progress("placing stands");
    let mut project = Project::open_empty(std::slice::from_ref(&args.spec), shell.config())?;
    let spec = project.name_of(&args.spec)?;
    let out = args.out.as_deref().map(|out| project.name_of(out)).transpose()?;
    let with = args.with.as_deref().map(|with| project.name_of(with)).transpose()?;
    let options = Options { reflow: args.reflow, partial: args.partial, output: out, with };
    let built = stand::build(&mut project.sources, &spec, &options);
    if let (Err(StandError::Unplaced { output, unplaced }), Format::Json) = (&built, args.format) {
        // Programs learn, too, for whom it is that nothing is written.
        shell.result(&StandsReport::refused(output, unplaced).text())?;
    }
    let mut built = built?;
    built.fill(|text| check::fill_text(text, &project.config.links));
    for (name, bytes) in &built.pictures {
        project.sources.insert(name.clone(), bytes.clone());
    }
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let path = |name: &str| project.sources.path(name);
    files.push((path(&built.output), built.text.clone().into_bytes()));
    files.extend(built.pictures.iter().map(|(name, bytes)| (path(name), bytes.clone())));
    files.push((path(&built.lock.0), built.lock.1.clone().into_bytes()));
    let play_url = project.config.project.rooms();
    if let (Some(directory), Some(form)) = (&args.directory, form) {
        progress.now("writing the directory");
        let text = stand::directory(&built, &project.sources, play_url, form)?;
        replace::allow(&project, directory, &Written::of(text.as_bytes()), "--directory")?;
        files.push((directory.clone(), text.into_bytes()));
    }
    if let Some(plan) = &args.plan {
        progress.now("drawing the plan");
        replace::named_as_png(plan, "--plan")?;
        let picture = stand::plan(&project.sources, &built).context("cannot draw the plan")?;
        // Now it is known which pictures the map is made of.
        replace::allow(&project, plan, &Written::Png, "--plan")?;
        files.push((plan.clone(), picture));
    }
    if args.dry_run {
        files.clear();
    } else {
        replaces_only_its_own(&project, &built.output)?;
    }
    let staged = output::Staged::of(&files)?;
    drop(progress);
    for note in &built.notes {
        shell.note(&format!("note: {note}"));
    }
    if args.directory.is_some() && play_url.is_none() && project.config.project.play_url.is_some() {
        shell.note(&format!("note: the directory has paths instead of links: {}", ProjectConfig::NO_ROOMS));
    }
    match args.format {
        Format::Json => shell.result(&stand::directory(&built, &project.sources, None, Directory::Json)?)?,
        Format::Human => shell.result(&human(&built, args.dry_run))?,
    }
    // What could fail has come before: a failed run changes nothing.
    staged.commit()?;
    Ok(if built.unplaced.is_empty() { Status::Fine } else { Status::Findings })
}

/// Refuses a map with stands in the place of one that somebody drew.
fn replaces_only_its_own(project: &Project, output: &str) -> anyhow::Result<()> {
    let disk = Sources::new(project.sources.root());
    if disk.existence(output) == Existence::File && !ProjectMap::load(&disk, output).is_generated() {
        bail!(
            "{output} was not made by `venue stands`: nothing was changed; name another map with --out or in the \
             spec's `output`, or delete this one"
        );
    }
    Ok(())
}

fn form_of(path: &Path) -> anyhow::Result<Directory> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    extension.parse().map_err(|message: String| anyhow!("{}: {message}", path.display()))
}

fn human(built: &Built, dry_run: bool) -> String {
    let name = built.stands.iter().map(|stand| stand.sponsor.chars().count()).max().unwrap_or(0);
    let tier = built.stands.iter().map(|stand| stand.tier.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for stand in &built.stands {
        let passed = match stand.visitors * 100.0 {
            share if share >= 0.05 => format!("{share:4.1} % of walks pass"),
            _ => "off the ways to what the venue has".to_owned(),
        };
        let kept = if stand.kept { "  kept" } else { "" };
        let _infallible = writeln!(
            text,
            "{:name$}  {:tier$}  {:12} at ({}, {})  {passed}{kept}",
            stand.sponsor, stand.tier, stand.area, stand.tiles.x, stand.tiles.y,
        );
    }
    for one in &built.unplaced {
        let _infallible = writeln!(text, "{} has no place: {}", one.sponsor, one.reason);
    }
    let verb = if dry_run { "would be written to" } else { "written to" };
    let s = if built.stands.len() == 1 { "" } else { "s" };
    let _infallible = writeln!(text, "{} stand{s} {verb} {}", built.stands.len(), built.output);
    text
}
