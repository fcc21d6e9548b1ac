//! `venue diff`

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use super::{
    Shell, Status,
    replace::{MadeOf, Written},
};
use crate::{
    diff::{self, Diff, FileDiff, Sides},
    output, picture,
    project::{CONFIG_FILE, Project, Revision},
    stand::{self, Built},
    workadventure::percent_encoded,
};

/// Show what changed between two maps, two folders of maps, or since a revision
///
/// Compared is what designers and visitors see: zones, exits, entries, layers, objects, tilesets, where
/// visitors can walk, and, of whole projects, the stands and the links of the config. How a file is
/// written is no difference: maps are equal whether saved as TMX or TMJ, compressed or not.
///
/// Says nothing and ends with 0 where nothing is different, else ends with 1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  venue diff old/hall.tmj maps/hall.tmj\n  venue diff old/hall.tmj maps/hall.tmj --picture hall.png\n  \
                  venue diff --base main                     what changed on this branch, in all maps\n  \
                  venue diff --base main maps/hall.tmj       in one of them\n  \
                  venue diff --base origin/main --format markdown --picture out >> \"$GITHUB_STEP_SUMMARY\""
)]
pub(super) struct Args {
    /// Two maps, or two folders: as they were, as they are; with --base, maps and folders [default: the project]
    #[arg(value_name = "OLD NEW")]
    paths: Vec<PathBuf>,
    /// Compare with a revision of git: with the state at which it and this branch parted; submodules aside
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Draw before, after and what changed: to this .png, or for several maps to a folder
    #[arg(long, value_name = "PATH")]
    picture: Option<PathBuf>,
    /// Longest side of a map in pictures, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(16..=8192))]
    size: u32,
    /// Where the folder of pictures will be found, for Markdown [default: its path]
    #[arg(long, value_name = "URL", requires = "picture")]
    picture_url: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// Forms of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// In words
    Human,
    /// For programs; the format is part of the contract
    Json,
    /// For a pull request
    Markdown,
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let progress = shell.progress("reading maps");
    let mut states = match &args.base {
        Some(revision) => States::since(revision, &args.paths, shell)?,
        None => States::of(&args.paths, shell)?,
    };
    for (project, when) in [(&states.old, "as it was"), (&states.new, "as it is")] {
        for map in project.maps.iter().filter(|map| map.map.is_none()) {
            shell.note(&format!("note: {}, {when}, cannot be read: see `venue check`", map.name));
        }
    }
    progress.now("comparing");
    let stands = if states.whole { states.stands(shell) } else { Default::default() };
    let sides = Sides {
        old: &states.old,
        new: &states.new,
        folders: (&states.folders.0, &states.folders.1),
        alone: states.alone,
        whole: states.whole,
        stands: (&stands.0, &stands.1),
    };
    let diff = diff::compare(&sides);
    progress.now("drawing");
    let pictures = match &args.picture {
        Some(path) => draw(&diff, &sides, path, args, shell)?,
        None => BTreeMap::new(),
    };
    drop(progress);
    match args.format {
        Form::Human if diff.is_empty() => {}
        Form::Human => shell.result(&diff::human(&diff))?,
        Form::Json => shell.result(&format!("{}\n", serde_json::to_string_pretty(&diff)?))?,
        Form::Markdown => shell.result(&diff::markdown(&diff, &pictures))?,
    }
    Ok(if diff.is_empty() { Status::Fine } else { Status::Findings })
}

/// The two states that are compared.
struct States {
    old: Project,
    new: Project,
    folders: (String, String),
    /// Whether two files are compared, whatever their names.
    alone: bool,
    /// Whether all of a project is compared.
    whole: bool,
    /// Where the old state lies, as long as it is needed.
    _revision: Option<Revision>,
}

impl States {
    /// Two maps, or two folders.
    fn of(paths: &[PathBuf], shell: &Shell) -> anyhow::Result<Self> {
        let [old_path, new_path] = paths else {
            bail!("name two maps, or two folders of maps; or a revision to compare with: --base main");
        };
        let (old_folder, new_folder) = (old_path.is_dir(), new_path.is_dir());
        if old_folder != new_folder && old_path.exists() && new_path.exists() {
            bail!(
                "{} is a {}, {} a {}: compare two maps, or two folders",
                old_path.display(),
                kind(old_folder),
                new_path.display(),
                kind(new_folder)
            );
        }
        let open = |path: &PathBuf| -> anyhow::Result<(Project, String)> {
            let project = Project::open(std::slice::from_ref(path), shell.config())?;
            let folder = if path.is_dir() { project.name_of(path)? } else { String::new() };
            Ok((project, folder))
        };
        let ((old, old_name), (new, new_name)) = (open(old_path)?, open(new_path)?);
        let alone = !old_folder;
        if alone && (old.maps.len() > 1 || new.maps.len() > 1) {
            bail!("a world has several maps: compare the folders that they lie in");
        }
        if let Some(map) = old.maps.iter().chain(&new.maps).find(|map| alone && map.map.is_none()) {
            return Err(super::unreadable(map));
        }
        let whole = !alone && old_name.is_empty() && new_name.is_empty();
        Ok(Self { old, new, folders: (old_name, new_name), alone, whole, _revision: None })
    }

    /// The project, or some of its maps, and the same at a revision.
    fn since(revision: &str, paths: &[PathBuf], shell: &Shell) -> anyhow::Result<Self> {
        let mut new = Project::open_empty(paths, shell.config())?;
        let before = Revision::before(&new.root, revision)?;
        let root = before.root();
        let config = new.config_file.as_deref().unwrap_or(CONFIG_FILE);
        let mut old = Project::at(&root, Some(config)).with_context(|| format!("at {revision}"))?;
        let (mut now, mut then) = (Vec::new(), Vec::new());
        for path in paths {
            let name = new.name_of(path)?;
            let earlier = if name.is_empty() { root.clone() } else { root.join(&name) };
            if !path.exists() && !earlier.exists() {
                bail!("{} is neither here nor at {revision}", path.display());
            }
            now.extend(path.exists().then(|| path.clone()));
            then.extend(earlier.exists().then_some(earlier));
        }
        let whole = paths.is_empty();
        if whole {
            // Not the current folder, which `load_named` takes without paths, but the project's root.
            now.push(new.root.clone());
            then.extend(root.exists().then_some(root));
        }
        for (project, paths) in [(&mut new, &now), (&mut old, &then)] {
            if !paths.is_empty() {
                project.load_named(paths)?;
            }
        }
        for submodule in before.submodules() {
            let inside = format!("{submodule}/");
            if new.maps.iter().any(|map| map.name.starts_with(&inside)) {
                shell.note(&format!("note: the maps in the submodule {submodule} are not compared"));
            }
            new.maps.retain(|map| !map.name.starts_with(&inside));
            new.wams.retain(|wam| !wam.name.starts_with(&inside));
        }
        let folders = Default::default();
        Ok(Self { old, new, folders, alone: false, whole, _revision: Some(before) })
    }

    /// The stands of the specs that can be built on both sides, or are on one of them only.
    fn stands(&mut self, shell: &Shell) -> (BTreeMap<String, Built>, BTreeMap<String, Built>) {
        let mut old = built(&mut self.old);
        let mut new = built(&mut self.new);
        for built in new.values().flatten() {
            for one in &built.unplaced {
                shell.note(&format!("note: {} has no place: {}", one.sponsor, one.reason));
            }
        }
        let failed: Vec<String> = old
            .iter()
            .chain(&new)
            .filter(|(_, built)| built.is_err())
            .map(|(spec, _)| spec.clone())
            .collect();
        for spec in failed {
            let errors = [(&mut old, "as it was"), (&mut new, "as it is")];
            for (side, when) in errors {
                if let Some(Err(error)) = side.remove(&spec) {
                    shell.note(&format!("note: the stands of {spec}, {when}, are not compared: {error:#}"));
                }
            }
        }
        let ok = |side: BTreeMap<String, anyhow::Result<Built>>| -> BTreeMap<String, Built> {
            side.into_iter().filter_map(|(spec, built)| Some((spec, built.ok()?))).collect()
        };
        let (old, new) = (ok(old), ok(new));
        // Maps with stands come of what is compared already, whether they lie about or not.
        let made: BTreeSet<&String> = old.values().chain(new.values()).map(|built| &built.output).collect();
        for project in [&mut self.old, &mut self.new] {
            project.maps.retain(|map| !made.contains(&map.name));
        }
        (old, new)
    }
}

fn kind(folder: bool) -> &'static str {
    if folder { "folder" } else { "file" }
}

/// The stands of each spec of a project, with their pictures among its files.
fn built(project: &mut Project) -> BTreeMap<String, anyhow::Result<Built>> {
    let mut all = BTreeMap::new();
    for spec in project.config.stands.specs.clone() {
        // Who has no place is told apart; that must not hide what became of the others.
        let options = stand::Options { partial: true, ..stand::Options::default() };
        let built = stand::build(&mut project.sources, &spec, &options);
        if let Ok(built) = &built {
            for (name, bytes) in &built.pictures {
                project.sources.insert(name.clone(), bytes.clone());
            }
        }
        all.insert(spec, built.map_err(anyhow::Error::from));
    }
    all
}

/// Draws the pictures; returns where each is found, by the file that it shows.
fn draw(
    diff: &Diff,
    sides: &Sides<'_>,
    path: &Path,
    args: &Args,
    shell: &Shell,
) -> anyhow::Result<BTreeMap<String, String>> {
    let files: Vec<_> = diff.files.iter().filter(|file| file.has_picture()).collect();
    let single = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if single && files.len() > 1 {
        bail!(
            "{} maps changed, and {} is one picture: name a folder with --picture",
            files.len(),
            path.display()
        );
    }
    let inside = |file: &FileDiff| {
        let name = file.file.trim_start_matches("../").trim_start_matches('/');
        format!("{name}.png")
    };
    let out = |file: &FileDiff| if single { path.to_owned() } else { path.join(inside(file)) };
    // Nothing is written before it is known that nothing of the maps is written over.
    let made_of = [sides.old, sides.new].map(MadeOf::of);
    for out in files.iter().map(|file| out(file)).filter(|out| out.exists()) {
        for side in &made_of {
            side.allow(&out, &Written::Png, "--picture")?;
        }
    }
    let mut found = BTreeMap::new();
    for file in files {
        let drawn = match diff::picture(file, sides, args.size) {
            Ok(Some(drawn)) => drawn,
            Ok(None) => continue,
            Err(error) => {
                shell.note(&format!("note: {:#}", anyhow::Error::from(error)));
                continue;
            }
        };
        let out = out(file);
        output::write_file(&out, &picture::encode(&drawn)?)?;
        let url = match (&args.picture_url, single) {
            (Some(url), true) => url.clone(),
            (Some(url), false) => {
                format!("{}/{}", url.trim_end_matches('/'), percent_encoded(&inside(file)))
            }
            (None, _) => percent_encoded(&out.to_string_lossy().replace('\\', "/")),
        };
        found.insert(file.file.clone(), url);
    }
    Ok(found)
}
