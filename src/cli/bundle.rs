//! `venue bundle`

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    Format, Shell, Status,
    replace::{self, Written},
};
use crate::{
    bundle::{self, Bundle, BundleReport},
    check,
    finding::Severity,
    output,
    project::Project,
    report,
    source::resolve,
    stand::{self, Built},
};

/// Build the folder that a web server or map-storage hosts as it is
///
/// Checks the maps first and stops at errors. Then gathers the project's maps, all maps that their
/// exits lead to and every file that they refer to, optimises them, and swaps the result in whole.
///
/// Under `[bundle]`, venue.toml may say `optimize = false`, `texture-size`, `include`, the edge against seams
/// (`extrude = 1`), and whether scripts get pages of their own (`script-pages = true`).
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  venue bundle\n  venue bundle --out public --zip public.zip\n  \
                        venue bundle --walk\n  \
                        venue bundle maps/lobby.tmj --base-url https://maps.example.org/mixit")]
pub(super) struct Args {
    /// Maps, or folders of maps [default: the project's maps]
    paths: Vec<PathBuf>,
    /// Folder to write; replaced if it holds an earlier bundle
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out: PathBuf,
    /// Write the bundle as a zip, too
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// Keep tilesets and their pictures as they are
    #[arg(long)]
    no_optimize: bool,
    /// Add a page on which people walk through the maps in any browser
    #[arg(long)]
    walk: bool,
    /// URL that the bundle will be served from: for links into WorkAdventure, on the server that `play-url` names,
    /// else on the public play.workadventu.re; and to know addresses in maps and pages that lead to the bundle itself
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Bundle though there are errors
    #[arg(long)]
    no_check: bool,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    if let Some(zip) = &args.zip
        && (std::path::absolute(zip)?.starts_with(std::path::absolute(&args.out)?)
            || real(zip)?.starts_with(real(&args.out)?))
    {
        bail!(
            "{} lies in the folder that the bundle replaces: name another place for the zip",
            zip.display()
        );
    }
    let progress = shell.progress("reading maps");
    let mut project = Project::open(&args.paths, shell.config())?;
    let out = std::path::absolute(&args.out)?;
    // The maps of an earlier bundle are no maps of the project.
    project.leave_out(&out);
    shell.tell_left_out(&project);
    let built = place_stands(&mut project, shell)?;
    project.check_named()?;
    if !args.no_check {
        progress.now("checking");
        let settings = check::Settings::new(&project, &[], &[])?;
        let report = super::check::judge(&project, &settings);
        if report.fails(Severity::Error) {
            drop(progress);
            shell.note(report::human(&report, &project.sources).trim_end());
            shell.note("nothing was bundled: mend the errors, or bundle nevertheless with --no-check");
            return Ok(Status::Findings);
        }
        let warnings = report.count(Severity::Warning);
        if warnings > 0 {
            let s = if warnings == 1 { "" } else { "s" };
            shell.note(&format!("{warnings} warning{s}: `venue check` shows them"));
        }
    }
    progress.now("bundling");
    let settings = bundle::Settings {
        optimize: project.config.bundle.optimize && !args.no_optimize,
        texture_size: project.config.bundle.texture_size,
        extrude: project.config.bundle.extrude,
        script_pages: project.config.bundle.script_pages,
        walk: args.walk,
        base_url: args.base_url.clone(),
        out: Some(out),
    };
    let draft = bundle::draft(&mut project, &built, &settings)?;
    if let Some(path) = &args.zip {
        replace::allow(&project, path, &Written::Zip, "--zip")?;
    }
    // Nobody needs them any more, and the texts that follow take as much memory again.
    project.maps.clear();
    let bundle = draft.finish()?;
    progress.now("writing");
    // Everything that can fail comes before the first change that anybody sees.
    let ready = bundle::prepare(&bundle, &args.out)?;
    let mut beside = output::Staged::default();
    if let Some(path) = &args.zip {
        let zip = bundle::zip(&bundle)?;
        beside.file(path, &zip).with_context(|| format!("the zip {}", path.display()))?;
    }
    let locks = || built.iter().filter(|built| built.lock_changed).map(|built| &built.lock);
    for (lock, text) in locks() {
        beside.file(&project.sources.path(lock), text.as_bytes())?;
    }
    drop(progress);
    for note in &bundle.notes {
        shell.note(&format!("note: {}: {}", note.file, note.message));
    }
    shell.result(&match args.format {
        Format::Human => human(&bundle, &args.out, args.zip.as_deref()),
        Format::Json => json(&bundle, &args.out)?,
    })?;
    ready.commit_with(beside)?;
    for (lock, _) in locks() {
        shell.note(&format!("note: places are kept in {lock}: keep it with the spec"));
    }
    Ok(Status::Fine)
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let there = path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)));
    Ok(match there {
        Some((part, real)) => real.join(path.strip_prefix(part).unwrap_or(Path::new(""))),
        None => path,
    })
}

/// Places the stands of the config's specs. The maps with stands take part in everything that follows
/// as if they were files.
pub(super) fn place_stands(project: &mut Project, shell: &Shell) -> anyhow::Result<Vec<Built>> {
    let specs = project.config.stands.specs.clone();
    let mut all = Vec::new();
    for spec in specs {
        let spec = resolve("", &spec);
        let built = place(project, &spec)?;
        for note in &built.notes {
            shell.note(&format!("note: {spec}: {note}"));
        }
        all.push(built);
    }
    Ok(all)
}

/// Builds the halls of the config's specs that are not there yet: exits lead to them all the same. How the stands
/// come to lie in them is told when they are written.
pub(super) fn build_halls(project: &mut Project, shell: &Shell) {
    for spec in project.config.stands.specs.clone() {
        let spec = resolve("", &spec);
        let Some(hall) = stand::hall_to_build(&project.sources, &spec) else { continue };
        match place(project, &spec) {
            Ok(_) => {
                project.unwritten.insert(hall);
            }
            Err(error) => shell.note(&format!("note: {error:#}")),
        }
    }
}

fn place(project: &mut Project, spec: &str) -> anyhow::Result<Built> {
    let mut built = stand::build(&mut project.sources, spec, &stand::Options::default())
        .with_context(|| format!("cannot place the stands of {spec}"))?;
    built.fill(|text| check::fill_text(text, &project.config.links));
    for (name, bytes) in &built.pictures {
        project.sources.insert(name.clone(), bytes.clone());
    }
    project.insert(&built.output, &built.text);
    Ok(built)
}

fn json(bundle: &Bundle, out: &Path) -> anyhow::Result<String> {
    let json = BundleReport::new(bundle, out.to_string_lossy().replace('\\', "/"));
    Ok(format!("{}\n", serde_json::to_string_pretty(&json)?))
}

fn human(bundle: &Bundle, out: &Path, zip: Option<&Path>) -> String {
    let mut text = String::new();
    let widest = bundle.maps.iter().map(|map| map.output.chars().count()).max().unwrap_or(0);
    for map in &bundle.maps {
        let saved = 100 - (map.bytes_after * 100).div_ceil(map.bytes_before.max(1)).min(100);
        let _infallible = writeln!(
            text,
            "{:widest$}  {:>9} -> {:>9}  {saved:>2} % less  {:>3} -> {} tilesets",
            map.output,
            size(map.bytes_before),
            size(map.bytes_after),
            map.tilesets_before,
            map.tilesets_after,
        );
    }
    let zip = zip.map(|zip| format!(" and {}", zip.display())).unwrap_or_default();
    let (files, bytes) = (bundle.files.len(), size(bundle.bytes()));
    let _infallible = writeln!(text, "{files} files, {bytes} in {}{zip}", out.display());
    text
}

/// Bytes as people read them.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
