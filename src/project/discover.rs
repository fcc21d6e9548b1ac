//! Finds a project's root and its maps.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::Metadata,
    io,
    path::{Component, Path, PathBuf},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::{CONFIG_FILE, PassedOver, Project, ProjectError, ProjectWorld};
use crate::{
    format,
    model::TileSize,
    source::{Existence, NOT_UTF8, Sources, is_skipped_folder, relative},
};

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
    let whole = std::path::absolute(path).map_err(unreadable)?;
    let mut out = PathBuf::with_capacity(whole.as_os_str().len());
    for part in whole.components() {
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
    let slashes = |text: &str| text.replace('\\', "/");
    let whole = absolute(path)?;
    let nameless = || ProjectError::Unreadable {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidFilename, NOT_UTF8),
    };
    if let Ok(inside) = whole.strip_prefix(root) {
        return inside.to_str().map(slashes).ok_or_else(nameless);
    }
    let whole = whole.to_str().ok_or_else(nameless)?;
    Ok(relative(&slashes(&root.to_string_lossy()), &slashes(whole)))
}

/// What the command line asks for, or what a folder holds, by name.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Maps, sorted.
    pub(super) maps: Vec<String>,
    /// Bytes of those maps whose files were looked at to know what they are.
    pub(super) sizes: HashMap<String, u64>,
    /// Files of WorkAdventure's own editor, sorted.
    pub(super) wams: BTreeSet<String>,
    /// Worlds, by name.
    pub(super) worlds: BTreeMap<String, ProjectWorld>,
    /// What may be meant to be part of the project and was passed over.
    pub(super) passed_over: BTreeMap<String, PassedOver>,
    /// Folders that cannot be looked into.
    unreadable: Vec<(String, ProjectError)>,
    /// Globs of the config that no map has.
    pub(super) idle: Vec<String>,
}

impl Named {
    fn extend(&mut self, other: Self) {
        self.maps.extend(other.maps);
        self.sizes.extend(other.sizes);
        self.wams.extend(other.wams);
        self.worlds.extend(other.worlds);
        self.passed_over.extend(other.passed_over);
        self.idle.extend(other.idle);
    }

    /// The same, where every folder could be looked into that is searched for maps.
    fn readable(mut self, is_searched: impl Fn(&str) -> bool) -> Result<Self, ProjectError> {
        match std::mem::take(&mut self.unreadable).into_iter().find(|(folder, _)| is_searched(folder)) {
            Some((_, error)) => Err(error),
            None => Ok(self),
        }
    }

    /// Takes a world in; returns the names of its maps.
    fn world(&mut self, sources: &Sources, name: &str) -> Vec<String> {
        let (world, maps) = ProjectWorld::load(sources, name);
        self.worlds.insert(name.to_owned(), world);
        maps
    }
}

/// Names of what the command line asks for.
pub(super) fn named(project: &Project, paths: &[PathBuf]) -> Result<Named, ProjectError> {
    if paths.is_empty() {
        return all(project);
    }
    let look = |path: &PathBuf| Ok((name_of(&project.root, path)?, std::fs::metadata(path)));
    let looked_at: Vec<Result<_, ProjectError>> = paths.par_iter().map(look).collect();
    let mut names = Named::default();
    // What takes time, such as folders, waits for its turn: of several paths that are wrong the first is told.
    for (path, looked_at) in paths.iter().zip(looked_at) {
        let (name, metadata) = looked_at?;
        names.extend(one(project, path, name, metadata)?);
    }
    names.maps.sort();
    names.maps.dedup();
    Ok(names)
}

/// Names of what one path of the command line asks for, whose name in the project this is.
fn one(
    project: &Project,
    path: &Path,
    name: String,
    metadata: io::Result<Metadata>,
) -> Result<Named, ProjectError> {
    let unreadable = |source| ProjectError::Unreadable { path: path.to_owned(), source };
    let metadata = metadata.map_err(unreadable)?;
    let mut names = Named::default();
    if metadata.is_dir() {
        if absolute(path)? == project.root && project.config.project.maps.is_some() {
            return all(project);
        }
        // A folder named on the command line is listed even if its name begins with a dot.
        std::fs::read_dir(path).map_err(unreadable)?;
        return below(&project.sources, path, &name).readable(|_| true);
    }
    if map_by_extension(&name) {
        names.sizes.insert(name.clone(), metadata.len());
        names.maps.push(name);
    } else if extension(&name) == "wam" {
        names.maps.extend(room(&project.sources, &name));
        names.wams.insert(name);
    } else if extension(&name) == "world" {
        let maps = names.world(&project.sources, &name);
        names.maps.extend(maps.into_iter().filter(|map| map_by_extension(map)));
    } else if is_script_map(&project.sources, &name) {
        return Err(ProjectError::ScriptMap { path: path.to_owned() });
    } else {
        return Err(ProjectError::NoMap { path: path.to_owned() });
    }
    Ok(names)
}

/// Name of the map that the editor's file called `name` makes a room of, if it is one of the project.
fn room(sources: &Sources, name: &str) -> Option<String> {
    let map = format::load_wam(sources, name, TileSize::USUAL).0?.map_file()?;
    (map_by_extension(&map) && sources.existence(&map) == Existence::File).then_some(map)
}

/// Names of all maps that the project's config names, sorted.
pub(super) fn all_maps(project: &Project) -> Result<Vec<String>, ProjectError> {
    Ok(all(project)?.maps)
}

/// What the config names: of the editor's files those beside its maps alone, where it names maps.
fn all(project: &Project) -> Result<Named, ProjectError> {
    let globs = project.config.project.maps.as_ref();
    let is_searched =
        |folder: &str| globs.is_none_or(|globs| globs.iter().any(|glob| may_name(glob, folder)));
    let mut names = below(&project.sources, &project.root, "").readable(is_searched)?;
    if let Some(globs) = globs {
        let set = project.globs(globs)?;
        let idle = |glob: &usize| !names.maps.iter().any(|name| set.matches(name).contains(glob));
        names.idle = (0..globs.len()).filter(idle).map(|glob| globs[glob].clone()).collect();
        names.maps.retain(|name| set.is_match(name));
        names.passed_over.retain(|name, why| match why {
            PassedOver::LeadsOut | PassedOver::LeadsNowhere => set.is_match(name),
            PassedOver::Bundle => globs.iter().any(|glob| may_name(glob, name)),
        });
        names.wams.clear();
        names.worlds.clear();
    }
    Ok(names)
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

/// What a folder holds, and the folders in it.
fn below(sources: &Sources, folder: &Path, name: &str) -> Named {
    let name_of = |path: &Path| {
        let inside = path.strip_prefix(folder).unwrap_or(Path::new(""));
        crate::source::resolve(name, &inside.to_string_lossy())
    };
    let mut bundles = BTreeSet::new();
    let listed = |entry: &DirEntry| {
        let file = entry.file_name().to_string_lossy();
        if entry.depth() == 0 || !file.starts_with('.') && !entry.file_type().is_dir() {
            return true;
        }
        if is_skipped_folder(&file) {
            return false;
        }
        let name = name_of(entry.path());
        let is_bundle = sources.is_bundle(&name);
        if is_bundle {
            bundles.insert(name);
        }
        !is_bundle
    };
    let mut names = Named::default();
    // Links to folders are not followed: a loop of them would never end.
    for entry in WalkDir::new(folder).into_iter().filter_entry(listed) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let source = io::Error::from(error);
                // What is gone by now was no part of it; what cannot be looked into may be.
                if source.kind() != io::ErrorKind::NotFound {
                    names.unreadable.push((name_of(&path), ProjectError::Unreadable { path, source }));
                }
                continue;
            }
        };
        // What is no text in a name is marked, and reading the file says so.
        let file = name_of(entry.path());
        if entry.path_is_symlink() {
            if !entry.path().is_file() {
                if map_by_extension(&file) && !entry.path().exists() {
                    names.passed_over.insert(file, PassedOver::LeadsNowhere);
                }
                continue;
            }
            // Whoever writes a repository must not choose what is read of the machine that judges it.
            if sources.led_outside(&file).is_some() {
                if map_by_extension(&file) {
                    names.passed_over.insert(file, PassedOver::LeadsOut);
                }
                continue;
            }
        } else if !entry.file_type().is_file() {
            continue;
        }
        if is_map(sources, &file) {
            names.maps.push(file);
        } else if extension(&file) == "wam" {
            names.wams.insert(file);
        } else if extension(&file) == "world" {
            // Its maps count only where the world itself is asked for.
            names.world(sources, &file);
        }
    }
    names.maps.sort();
    names.passed_over.extend(bundles.into_iter().map(|name| (name, PassedOver::Bundle)));
    names
}

/// Whether a glob may name what lies in a folder: as far as no sign of it stands for several.
fn may_name(glob: &str, folder: &str) -> bool {
    let plain = &glob[..glob.find(['*', '?', '[', '{']).unwrap_or(glob.len())];
    let above = &plain[..plain.rfind('/').map_or(0, |slash| slash + 1)];
    let folder = format!("{folder}/");
    plain.starts_with(&folder) || folder.starts_with(above)
}

/// Extension of a name, in lower case; empty without one.
fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

fn map_by_extension(name: &str) -> bool {
    ["tmj", "json", "tmx", "xml"].contains(&extension(name).as_str())
}

/// Whether a file in a folder is a map. `.tmj` and `.tmx` are; `.json` may be anything, so it must
/// look like one (tiled-formats, section 2).
fn is_map(sources: &Sources, name: &str) -> bool {
    match extension(name).as_str() {
        "tmj" | "tmx" => true,
        "json" => match sources.look_into(name) {
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

/// Whether a file is a map as Tiled exports it for scripts: calls of `onTileMapLoaded` around JSON.
fn is_script_map(sources: &Sources, name: &str) -> bool {
    let text = if extension(name) == "js" { sources.look_into(name).ok() } else { None };
    text.is_some_and(|text| memchr::memmem::find(&text, b"onTileMapLoaded").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_tells_which_folders_it_looks_into() {
        let into = [
            ("maps/**/*.tmj", "maps"),
            ("maps/**/*.tmj", "maps/deep"),
            ("**/*.tmj", "data"),
            ("a/b/c.tmj", "a"),
        ];
        for (glob, folder) in into {
            assert!(may_name(glob, folder), "{glob} {folder}");
        }
        for (glob, folder) in [("maps/**/*.tmj", "data"), ("maps/*.tmj", "mapsold"), ("a/b/*.tmj", "a/c")] {
            assert!(!may_name(glob, folder), "{glob} {folder}");
        }
    }
}
