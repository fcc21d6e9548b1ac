//! `venue new`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use super::{Shell, Status};
use crate::{
    output,
    project::{CONFIG_FILE, Project},
    starter::{self, BASELINE_FILE, Files, Forge},
};

/// Begin a map project: a small venue to edit, with all that checks and bundles it
///
/// Written are three maps, stands to edit, a list of sponsors, the config, a project for Tiled, schemas for editors,
/// a page for volunteers, and what checks every change on GitHub or GitLab. --from adopts a folder of maps that is there already: no map is
/// touched, what is found in it today is accepted, and whatever has a name of its own stays.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  venue new mixit --name \"MiXiT 2027\"   then: cd mixit; venue serve\n  \
                  venue new mixit --ci gitlab            for a project on GitLab\n  \
                  venue new --from our-maps              then: cd our-maps; venue check --baseline venue.baseline.json"
)]
pub(super) struct Args {
    /// Folder to make; it must not be there, or be empty
    #[arg(required_unless_present = "from")]
    folder: Option<PathBuf>,
    /// Folder of maps to adopt instead
    #[arg(long, value_name = "DIR", conflicts_with = "folder")]
    from: Option<PathBuf>,
    /// Name of the event [default: that of the folder]
    #[arg(long)]
    name: Option<String>,
    /// Where every change will be checked: writes the workflow, or the pipeline
    #[arg(long, value_name = "FORGE", default_value = "github")]
    ci: Ci,
    /// Git address of venue itself, from which that builds it
    #[arg(long, value_name = "URL", default_value = env!("CARGO_PKG_REPOSITORY"), hide_default_value = true)]
    venue_git: String,
}

/// Who checks every change.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ci {
    /// A workflow, .github/workflows/venue.yml
    Github,
    /// A pipeline, .gitlab-ci.yml
    Gitlab,
    /// Nobody
    None,
}

impl From<Ci> for Forge {
    fn from(ci: Ci) -> Self {
        match ci {
            Ci::Github => Self::Github,
            Ci::Gitlab => Self::Gitlab,
            Ci::None => Self::Nowhere,
        }
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> anyhow::Result<Status> {
    let folder = args.folder.as_deref().or(args.from.as_deref()).unwrap_or(Path::new("."));
    let name = match &args.name {
        Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
        Some(_) => bail!("--name is empty"),
        None => name_of(folder)?,
    };
    let home = args.venue_git.trim();
    if args.from.is_some() {
        adopt(folder, &name, (args.ci.into(), home), shell)?;
    } else {
        begin(folder, &name, (args.ci.into(), home), shell)?;
    }
    let written = match args.ci {
        Ci::Github => ".github/workflows/venue.yml",
        Ci::Gitlab => ".gitlab-ci.yml",
        Ci::None => return Ok(Status::Fine),
    };
    if home.is_empty() {
        shell.note(&format!(
            "{written} builds venue from its source: write there, as VENUE_GIT, the Git address that you have it from"
        ));
    }
    Ok(Status::Fine)
}

/// What a folder is called.
fn name_of(folder: &Path) -> anyhow::Result<String> {
    let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    if let Some(name) = named(folder) {
        return Ok(name);
    }
    let whole = std::path::absolute(folder).with_context(|| folder.display().to_string())?;
    named(&whole).context("the folder has no name: give the event one by --name")
}

fn begin(folder: &Path, name: &str, (forge, home): (Forge, &str), shell: &Shell) -> anyhow::Result<()> {
    let taken = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    if taken {
        bail!("{} is not empty; `venue new --from DIR` adopts a folder of maps", folder.display());
    }
    build(folder, starter::new_project(name, forge, home))?;
    shell.note(&format!("{} is ready: `venue serve {}` shows it", folder.display(), folder.display()));
    Ok(())
}

fn adopt(folder: &Path, name: &str, (forge, home): (Forge, &str), shell: &Shell) -> anyhow::Result<()> {
    if !folder.is_dir() {
        bail!("{} is no folder", folder.display());
    }
    if folder.join(CONFIG_FILE).symlink_metadata().is_ok() {
        bail!("{} is a project already: it has a {CONFIG_FILE}", folder.display());
    }
    // As `check` will see it, once it has a config: whatever is around it does not count.
    let mut project = Project::at(folder, None)?;
    project.load_named(&[])?;
    let maps = project.maps.len();
    if maps == 0 {
        bail!("there are no maps in {}", folder.display());
    }
    let (files, accepted) = starter::adopted(project, name, forge, home)?;
    let (kept, files): (Files, Files) =
        files.into_iter().partition(|(name, _)| folder.join(name).symlink_metadata().is_ok());
    for name in kept.keys() {
        shell.note(&format!("note: {name} is there already, and stays"));
    }
    write(folder, files)?;
    shell.note(&format!(
        "{maps} map{} adopted; what is found today is accepted in {BASELINE_FILE}: {accepted}",
        if maps == 1 { "" } else { "s" }
    ));
    Ok(())
}

/// Writes a new folder whole or not at all; into one that is there and empty, each file.
fn build(folder: &Path, files: Files) -> anyhow::Result<()> {
    if folder.symlink_metadata().is_ok() {
        return write(folder, files);
    }
    let built = output::folder_beside(folder)?;
    write(built.path(), files)?;
    let mut staged = output::Staged::default();
    staged.folder(built, folder);
    Ok(staged.commit()?)
}

fn write(folder: &Path, files: Files) -> anyhow::Result<()> {
    let files: Vec<(PathBuf, Vec<u8>)> =
        files.into_iter().map(|(name, bytes)| (folder.join(name), bytes)).collect();
    Ok(output::write_files(&files)?)
}
