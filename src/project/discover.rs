//! Finds a project's root and its maps.

use std::{
    collections::BTreeSet,
    io,
    path::{Component, Path, PathBuf},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use super::{CONFIG_FILE, Project, ProjectError};
use crate::source::{Sources, relative};

/// Folders that hold other people's or generated files.
const SKIPPED_FOLDERS: [&str; 3] = ["node_modules", "target", "dist"];

/// Root of the project and name of its config: the one named, else the nearest `venue.toml` from the
/// first path upwards, else none. Without a config the root is the current folder if all paths lie
/// below it, else the folder that they share.
pub(super) fn root(
    paths: &[PathBuf],
    config: Option<&Path>,
) -> Result<(PathBuf, Option<String>), ProjectError> {
    if let Some(config) = config {
        let path = absolute(config)?;
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok((folder, Some(name)));
    }
    let current = absolute(Path::new("."))?;
    let first = paths.first().map_or(Ok(current.clone()), |path| absolute(path))?;
    for folder in first.ancestors() {
        if folder.join(CONFIG_FILE).is_file() {
            return Ok((folder.to_owned(), Some(CONFIG_FILE.to_owned())));
        }
    }
    let mut shared = current;
    for path in paths {
        let path = absolute(path)?;
        if path.starts_with(&shared) {
            continue;
        }
        // Only folders hold several paths together; a lone file lies in the folder above it.
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        shared = if paths.len() == 1 { folder.to_owned() } else { common(&shared, folder) };
    }
    Ok((shared, None))
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// The path from the file system's root, without `.` and `..`. Links are not followed, so that names
/// stay those that the user knows.
fn absolute(path: &Path) -> Result<PathBuf, ProjectError> {
    let unreadable = |source| ProjectError::Unreadable { path: path.to_owned(), source };
    let mut out = PathBuf::new();
    for part in std::path::absolute(path).map_err(unreadable)?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    Ok(out)
}

pub(super) fn name_of(root: &Path, path: &Path) -> Result<String, ProjectError> {
    let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
    Ok(relative(&text(root), &text(&absolute(path)?)))
}

/// Names of the maps that the command line asks for, sorted.
pub(super) fn maps(project: &Project, paths: &[PathBuf]) -> Result<Vec<String>, ProjectError> {
    if paths.is_empty() {
        return all_maps(project);
    }
    let mut names = BTreeSet::new();
    for path in paths {
        let name = name_of(&project.root, path)?;
        let unreadable = |source| ProjectError::Unreadable { path: path.clone(), source };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            if absolute(path)? == project.root && project.config.project.maps.is_some() {
                names.extend(all_maps(project)?);
            } else {
                // A folder named on the command line is listed even if its name begins with a dot.
                std::fs::read_dir(path).map_err(unreadable)?;
                names.extend(below(&project.sources, path, &name));
            }
        } else if map_by_extension(&name) {
            names.insert(name);
        } else {
            return Err(ProjectError::NoMap { path: path.clone() });
        }
    }
    Ok(names.into_iter().collect())
}

/// Names of all maps that the project's config names, sorted.
pub(super) fn all_maps(project: &Project) -> Result<Vec<String>, ProjectError> {
    let names = below(&project.sources, &project.root, "");
    let Some(globs) = &project.config.project.maps else { return Ok(names.into_iter().collect()) };
    let globs = project.globs(globs)?;
    Ok(names.into_iter().filter(|name| globs.is_match(name)).collect())
}

/// One matcher for several globs; `*` stops at `/`, `**` does not.
pub(super) fn glob_set(file: &str, globs: &[String]) -> Result<GlobSet, ProjectError> {
    let wrong =
        |glob: &str, source| ProjectError::Glob { file: file.to_owned(), glob: glob.to_owned(), source };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        set.add(built.map_err(|source| wrong(glob, source))?);
    }
    set.build().map_err(|source| wrong(&globs.join(", "), source))
}

fn below(sources: &Sources, folder: &Path, name: &str) -> BTreeSet<String> {
    let listed = |entry: &DirEntry| {
        let file = entry.file_name().to_string_lossy();
        entry.depth() == 0
            || !(file.starts_with('.')
                || entry.file_type().is_dir() && SKIPPED_FOLDERS.contains(&file.as_ref()))
    };
    let mut names = BTreeSet::new();
    // Links are not followed: a loop of them would never end.
    for entry in WalkDir::new(folder).into_iter().filter_entry(listed).flatten() {
        if !entry.file_type().is_file() {
            continue;
        }
        let Ok(inside) = entry.path().strip_prefix(folder) else { continue };
        let Some(inside) = inside.to_str() else { continue };
        let file = crate::source::resolve(name, inside);
        if is_map(sources, &file) {
            names.insert(file);
        }
    }
    names
}

fn map_by_extension(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["tmj", "json", "tmx", "xml"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Whether a file in a folder is a map. `.tmj` and `.tmx` are; `.json` may be anything, so it must
/// look like one (tiled-formats, section 2).
fn is_map(sources: &Sources, name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "tmj" | "tmx" => true,
        "json" => match sources.read(name) {
            Ok(bytes) => looks_like_map(&bytes),
            // Reading it again as a map will say why it cannot be read.
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        },
        _ => false,
    }
}

fn looks_like_map(bytes: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(bytes, needle.as_bytes()).is_some();
    has("\"layers\"") && (has("\"orientation\"") || has("\"tilesets\""))
}
