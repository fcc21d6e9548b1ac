//! A map project: its root, its config, its maps, loaded once for every command.

mod changes;
mod config;
mod discover;
mod git;
mod named;
mod revision;
mod toml_file;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use rayon::prelude::*;

pub use changes::Changes;
pub use config::{
    BundleConfig, CheckConfig, Config, CustomRule, CustomSubject, Host, Level, PerPath, ProjectConfig,
    PublishConfig, StandsConfig,
};
pub use git::GitError;
pub use revision::Revision;
pub use toml_file::{TomlError, nearest, read_toml};
pub(crate) use toml_file::{in_words, misfit, position_in_toml, range_in_toml};

use crate::{
    finding::{Finding, Spot},
    format,
    model::{CustomTypes, Map, TileSize, Value, Wam, WorldFile},
    online::Answers,
    source::{Existence, SourceFile, Sources, with_extension},
    workadventure::Meaning,
};

/// Name of the config file at a project's root.
pub const CONFIG_FILE: &str = "venue.toml";

/// Map property of a generated map: name of the map that it stands in for, relative to itself.
pub const STANDS_IN_FOR: &str = "venueStandsOf";

/// Map property of a hall that was built around its stands: name of the spec, relative to the map.
pub const HALL_OF: &str = "venueHallOf";

/// Why a project cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A path on the command line that is not there or cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file on the command line that is no map by its name.
    #[error("{} is no map: expected a name ending in .tmj, .json, .tmx, .xml, .wam or .world", path.display())]
    NoMap {
        /// The path.
        path: PathBuf,
    },
    /// A map that Tiled exported as a script.
    #[error(
        "{} is a script around a map, which WorkAdventure does not load: in Tiled choose File > Export As > JSON map \
         files, and take the .tmj",
        path.display()
    )]
    ScriptMap {
        /// The path.
        path: PathBuf,
    },
    /// A broken config.
    #[error(transparent)]
    Config(#[from] TomlError),
    /// A glob that is none.
    #[error("{file}: \"{glob}\" is no glob")]
    Glob {
        /// File that holds it.
        file: String,
        /// The glob.
        glob: String,
        /// What is wrong with it.
        #[source]
        source: globset::Error,
    },
}

/// A map project with its maps loaded.
#[derive(Debug, Default)]
pub struct Project {
    /// Its root: the folder of `venue.toml`, else the folder that the given paths have in common.
    pub root: PathBuf,
    /// Name of its config file; `None` without one.
    pub config_file: Option<String>,
    /// Its config.
    pub config: Config,
    /// Its files.
    pub sources: Sources,
    /// Its maps, sorted by name.
    pub maps: Vec<ProjectMap>,
    /// Files of WorkAdventure's own editor, sorted by name: those beside its maps, and those asked for.
    pub wams: Vec<ProjectWam>,
    /// Tiled's worlds, sorted by name: those asked for, and those in folders asked for.
    pub worlds: Vec<ProjectWorld>,
    /// What servers said of the addresses in its maps; empty unless they were asked.
    pub answers: Answers,
    /// Custom types of Tiled's projects, by the folder whose maps have them.
    pub types: Vec<ProjectTypes>,
    /// Names of those of its maps that exits may lead to though no file has them yet. Nothing is reported of them.
    pub unwritten: BTreeSet<String>,
    /// What lies in it and is not read unless somebody names it, by name.
    pub passed_over: BTreeMap<String, PassedOver>,
    /// Globs of `maps` in its config that no map has, if all its maps were asked for.
    pub idle_globs: Vec<String>,
}

/// Why something that lies in a project is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOver {
    /// A link that has the name of a map and leads out of the project.
    LeadsOut,
    /// A link that has the name of a map and leads to nothing.
    LeadsNowhere,
    /// A folder that is a bundle which was made earlier.
    Bundle,
}

/// The custom types of one `.tiled-project` file.
#[derive(Debug)]
pub struct ProjectTypes {
    /// The types.
    pub types: CustomTypes,
    /// What reading them found.
    pub findings: Vec<Finding>,
}

/// One `.world` file of a project.
#[derive(Debug)]
pub struct ProjectWorld {
    /// Name of its file.
    pub name: String,
    /// What it says; `None` where it cannot be read.
    pub world: Option<WorldFile>,
    /// What reading it found.
    pub findings: Vec<Finding>,
}

impl ProjectWorld {
    /// Loads a world from the project's files, with the names of its maps.
    fn load(sources: &Sources, name: &str) -> (Self, Vec<String>) {
        let format::LoadedWorld { world, maps, findings } = format::load_world(sources, name);
        (Self { name: name.to_owned(), world, findings }, maps)
    }
}

/// One `.wam` file of a project.
#[derive(Debug)]
pub struct ProjectWam {
    /// Name of its file.
    pub name: String,
    /// What it says; `None` where it cannot be read.
    pub wam: Option<Wam>,
    /// What reading it found.
    pub findings: Vec<Finding>,
}

/// The maps that the editor's files lie beside, by the names of these: of several beside one the first by name.
fn beside<'a>(maps: impl Iterator<Item = &'a str>) -> HashMap<String, &'a str> {
    let mut beside = HashMap::new();
    for map in maps {
        let first = beside.entry(with_extension(map, "wam")).or_insert(map);
        *first = (*first).min(map);
    }
    beside
}

impl ProjectWam {
    fn load(sources: &Sources, name: String, tile: TileSize) -> Self {
        let (wam, findings) = format::load_wam(sources, &name, tile);
        Self { name, wam, findings }
    }
}

/// One map of a project.
#[derive(Debug)]
pub struct ProjectMap {
    /// Name of its file.
    pub name: String,
    /// The map; `None` where it cannot be read.
    pub map: Option<Map>,
    /// What it means to WorkAdventure.
    pub meaning: Option<Meaning>,
    /// What loading found.
    pub findings: Vec<Finding>,
}

impl ProjectMap {
    /// Loads a map from the project's files. Whatever is wrong with it is among its findings.
    pub fn load(sources: &Sources, name: &str) -> Self {
        let loaded = format::load_map(sources, name);
        let meaning = loaded.map.as_ref().map(Meaning::of);
        Self { name: name.to_owned(), map: loaded.map, meaning, findings: loaded.findings }
    }

    /// Whether `venue stands` made the map, and will make it again.
    pub fn is_generated(&self) -> bool {
        self.map.as_ref().is_some_and(|map| {
            map.properties.get(STANDS_IN_FOR).is_some() || map.properties.get(HALL_OF).is_some()
        })
    }

    /// Name of the map that this one stands in for: it was generated from it, with stands.
    pub fn stands_in_for(&self) -> Option<String> {
        match &self.map.as_ref()?.properties.get(STANDS_IN_FOR)?.value {
            Value::String(venue) => Some(crate::source::resolve(crate::source::parent(&self.name), venue)),
            _ => None,
        }
    }
}

/// All that a file holds, without the blanks around it.
fn whole(file: &SourceFile) -> Spot {
    let text = file.text().unwrap_or_default().trim_end();
    Spot::bytes(file, text.len() - text.trim_start().len()..text.len())
}

/// The folder of a file and those around it, up to the root; none for what lies outside.
fn folders(name: &str) -> Vec<&str> {
    if name.starts_with("../") || name.starts_with('/') {
        return Vec::new();
    }
    let mut folder = crate::source::parent(name);
    let mut folders = vec![folder];
    while !folder.is_empty() {
        folder = crate::source::parent(folder);
        folders.push(folder);
    }
    folders
}

impl Project {
    /// Opens the project that `paths` belong to and loads the maps that they name: map files, and
    /// folders of them. Without paths: every map of the project around the current folder.
    ///
    /// # Errors
    /// Where a path cannot be read or the config is broken. A broken map is no error but a finding.
    pub fn open(paths: &[PathBuf], config: Option<&Path>) -> Result<Self, ProjectError> {
        let mut project = Self::open_empty(paths, config)?;
        project.load_named(paths)?;
        Ok(project)
    }

    /// Opens the project at `root`, whose config is called `config`, if it has one of that name, without
    /// loading a map.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn at(root: &Path, config: Option<&str>) -> Result<Self, ProjectError> {
        let config = config.filter(|name| root.join(name).is_file());
        Self::rooted(root.to_owned(), config.map(str::to_owned))
    }

    /// Loads the maps that `paths` name; without paths every map of the project.
    ///
    /// # Errors
    /// Where a path cannot be read.
    pub fn load_named(&mut self, paths: &[PathBuf]) -> Result<(), ProjectError> {
        let names = discover::named(self, paths)?;
        self.load_sized(&names.maps, &names.sizes);
        self.load_wams(names.wams);
        self.worlds = names.worlds.into_values().collect();
        self.passed_over = names.passed_over;
        self.idle_globs = names.idle;
        Ok(())
    }

    /// Opens the project that `paths` belong to without loading a map.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn open_empty(paths: &[PathBuf], config: Option<&Path>) -> Result<Self, ProjectError> {
        let (root, config_file) = discover::root(paths, config)?;
        Self::rooted(root, config_file)
    }

    fn rooted(root: PathBuf, config_file: Option<String>) -> Result<Self, ProjectError> {
        let is_above = std::env::current_dir().is_ok_and(|here| here != root && here.starts_with(&root));
        let only_shared = config_file.is_none() && is_above;
        let mut sources = if only_shared { Sources::around(&root) } else { Sources::new(&root) };
        format::condense(&mut sources);
        let config = match &config_file {
            Some(name) => {
                let file = sources
                    .load(name)
                    .map_err(|source| ProjectError::Unreadable { path: root.join(name), source })?;
                read_toml(&file)?
            }
            None => Config::default(),
        };
        Ok(Self { root, config_file, config, sources, ..Self::default() })
    }

    /// Loads maps by name, with the editor's files beside them, beside those that are loaded already.
    pub fn load(&mut self, names: &[String]) {
        self.load_sized(names, &HashMap::new());
    }

    /// The same, where the bytes of some are known.
    fn load_sized(&mut self, names: &[String], sizes: &HashMap<String, u64>) {
        let new = names.par_iter().filter(|name| self.map(name).is_none());
        let size = |name: &String| sizes.get(name).copied().or_else(|| self.sources.size(name));
        let mut new: Vec<(u64, &String)> = new.map(|name| (size(name).unwrap_or(0), name)).collect();
        // A few maps are often larger than all others together: they are begun first.
        new.sort_by_key(|(bytes, name)| (Reverse(*bytes), *name));
        new.dedup();
        let beside = beside(new.iter().map(|(_, name)| name.as_str()));
        let load = |(_, name): (u64, &String)| {
            let map = ProjectMap::load(&self.sources, name);
            let wam = with_extension(name, "wam");
            let is_there = self.sources.existence(&wam) == Existence::File;
            let is_new = is_there && beside.get(&wam) == Some(&name.as_str()) && self.wam(&wam).is_none();
            let tile = map.map.as_ref().map_or(TileSize::USUAL, |map| map.tile_size);
            (map, is_new.then(|| ProjectWam::load(&self.sources, wam, tile)))
        };
        let (loaded, wams): (Vec<ProjectMap>, Vec<Option<ProjectWam>>) =
            new.into_iter().par_bridge().map(load).unzip();
        self.maps.extend(loaded);
        self.wams.extend(wams.into_iter().flatten());
        self.wams.sort_by(|a, b| a.name.cmp(&b.name));
        self.maps.sort_by(|a, b| a.name.cmp(&b.name));
        let beside = names.iter().map(|name| with_extension(name, "wam"));
        let beside: Vec<String> =
            beside.filter(|name| self.sources.existence(name) == Existence::File).collect();
        self.load_wams(beside);
        for name in names {
            self.load_types(name);
        }
    }

    /// The origin of WorkAdventure's page, within which websites are shown: that of the config's
    /// `play-url`, else of the public server.
    pub fn play_origin(&self) -> String {
        match self.config.project.play_url.as_deref() {
            Some(url) if url.contains("://") => crate::online::origin(url),
            Some(url) => crate::online::origin(&format!("https://{url}")),
            None => "https://play.workadventu.re".to_owned(),
        }
    }

    /// Loads the nearest `.tiled-project` from a map's folder up to the root.
    fn load_types(&mut self, map: &str) {
        for folder in folders(map) {
            let entries = self.sources.entries(folder).unwrap_or_default();
            let mut files = entries.names.iter().filter(|name| name.ends_with(".tiled-project"));
            let Some(first) = files.next() else { continue };
            let file = crate::source::resolve(folder, first);
            if self.types.iter().all(|known| known.types.file != file) {
                let (types, mut findings) = format::load_custom_types(&self.sources, &file);
                if let Some(second) = files.next() {
                    let message = format!("\"{second}\" lies beside it and is not read");
                    let spot =
                        self.sources.load(&file).map_or_else(|_| Spot::file(&file), |file| whole(&file));
                    findings.push(Finding::new(&format::TILED_PROJECTS_SEVERAL, spot, message));
                }
                self.types.push(ProjectTypes { types, findings });
                self.types.sort_by(|a, b| a.types.file.cmp(&b.types.file));
            }
            return;
        }
    }

    /// The custom types that the map called `map` has: those of the nearest `.tiled-project` from its
    /// folder up to the root.
    pub fn types_of(&self, map: &str) -> Option<&CustomTypes> {
        folders(map).into_iter().find_map(|folder| {
            let known = self.types.iter().find(|known| crate::source::parent(&known.types.file) == folder);
            known.map(|known| &known.types)
        })
    }

    /// Loads the editor's files of these names, beside those that are loaded already.
    pub(crate) fn load_wams(&mut self, names: impl IntoIterator<Item = String>) {
        let mut new: BTreeSet<String> = names.into_iter().collect();
        for known in &self.wams {
            new.remove(&known.name);
        }
        if new.is_empty() {
            return;
        }
        let beside = beside(self.maps.iter().map(|map| map.name.as_str()));
        let loaded = new.into_par_iter().map(|name| {
            let map = beside.get(&name).and_then(|map| self.map(map)?.map.as_ref());
            let tile = map.map_or(TileSize::USUAL, |map| map.tile_size);
            ProjectWam::load(&self.sources, name, tile)
        });
        let loaded: Vec<ProjectWam> = loaded.collect();
        self.wams.extend(loaded);
        self.wams.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Tile size of the map beside a `.wam` file, or the usual one.
    pub(crate) fn tile_size_of(&self, wam: &str) -> TileSize {
        let begin = with_extension(wam, "");
        let first = self.maps.partition_point(|map| map.name < begin);
        let mut alike = self.maps[first..].iter().take_while(|map| map.name.starts_with(&begin));
        let is_beside = |map: &&ProjectMap| with_extension(&map.name, "") == begin;
        let map = alike.find(is_beside).and_then(|map| map.map.as_ref());
        map.map_or(TileSize::USUAL, |map| map.tile_size)
    }

    /// Leaves out what lies in a folder, given as an absolute path.
    pub fn leave_out(&mut self, folder: &Path) {
        let outside = |name: &str| !self.sources.path(name).starts_with(folder);
        self.maps.retain(|map| outside(&map.name));
        self.passed_over.retain(|name, _| outside(name));
        self.wams.retain(|wam| outside(&wam.name));
        self.worlds.retain(|world| outside(&world.name));
    }

    /// Puts a map into the project that no file stands behind, or not yet, in the place of one of its
    /// name.
    pub fn insert(&mut self, name: &str, text: &str) {
        self.sources.insert(name, text.to_owned());
        self.maps.retain(|map| map.name != name);
        self.load(&[name.to_owned()]);
    }

    /// The same project with these texts in some of its files. All of it is read again.
    #[must_use]
    pub fn with_texts(&self, texts: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut sources = self.sources.unread();
        for (name, text) in texts {
            sources.insert(name, text);
        }
        let (root, config_file, config) = (self.root.clone(), self.config_file.clone(), self.config.clone());
        let answers = self.answers.clone();
        let mut project = Self { root, config_file, config, sources, answers, ..Self::default() };
        project.unwritten.clone_from(&self.unwritten);
        project.load(&self.maps.iter().map(|map| map.name.clone()).collect::<Vec<_>>());
        project.load_wams(self.wams.iter().map(|wam| wam.name.clone()));
        let worlds = self.worlds.iter().map(|world| ProjectWorld::load(&project.sources, &world.name).0);
        project.worlds = worlds.collect();
        project
    }

    /// Whether a file is none of the project's own: it lies outside of its folder (where links lead, too),
    /// or in a folder that holds other people's or generated files and is no map that was asked for.
    pub fn is_foreign(&self, name: &str) -> bool {
        let asked_for = self.map(name).is_some() || self.wam(name).is_some();
        if name.starts_with("../") || name.starts_with('/') || !asked_for && crate::source::is_skipped(name) {
            return true;
        }
        self.sources.led_outside(name).is_some()
    }

    /// The loaded map of this name.
    pub fn map(&self, name: &str) -> Option<&ProjectMap> {
        self.maps.binary_search_by(|map| map.name.as_str().cmp(name)).ok().map(|index| &self.maps[index])
    }

    /// The loaded file of the editor of this name.
    pub fn wam(&self, name: &str) -> Option<&ProjectWam> {
        self.wams.binary_search_by(|wam| wam.name.as_str().cmp(name)).ok().map(|index| &self.wams[index])
    }

    /// Names of all maps of the project by its config, sorted, loaded or not.
    ///
    /// # Errors
    /// Where a glob of the config is none.
    pub fn all_map_names(&self) -> Result<Vec<String>, ProjectError> {
        discover::all_maps(self)
    }

    /// One matcher for several globs of the config; `*` stops at `/`, `**` does not.
    ///
    /// # Errors
    /// Where one of them is no glob.
    pub fn globs(&self, globs: &[String]) -> Result<globset::GlobSet, ProjectError> {
        discover::glob_set(self.config_file.as_deref().unwrap_or(CONFIG_FILE), globs)
    }

    /// Name, relative to the root, of a path as the command line has it.
    ///
    /// # Errors
    /// Where the current folder cannot be told.
    pub fn name_of(&self, path: &Path) -> Result<String, ProjectError> {
        discover::name_of(&self.root, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiles_of_an_editors_file_are_those_of_the_map_beside_it() {
        let mut project = Project { sources: Sources::detached(), ..Project::default() };
        let maps = [("a-b.tmj", 8), ("a.b.tmj", 16), ("a.json", 24), ("a.tmj", 32), ("b/a.tmj", 40)];
        for (name, size) in maps {
            let tile =
                format!("\"tilewidth\": {size}, \"tileheight\": {size}, \"orientation\": \"orthogonal\"");
            let rest = "\"width\": 1, \"height\": 1, \"tilesets\": [], \"layers\": []";
            project.sources.insert(name, format!("{{{tile}, {rest}}}"));
            project.load(&[name.to_owned()]);
        }
        let width = |wam: &str| project.tile_size_of(wam).width;
        assert_eq!(["a.wam", "a.b.wam", "b/a.wam", "a-b.wam"].map(width), [24, 16, 40, 8]);
        assert_eq!(["b.wam", "a/a.wam", ""].map(width), [TileSize::USUAL.width; 3]);
        assert_eq!(project.wam("a.wam").map(|wam| &wam.name), None);
    }

    #[test]
    fn what_is_named_twice_is_loaded_once_and_with_what_lies_beside_it() {
        let mut project = Project::default();
        let sized = |size: u32| {
            let tile =
                format!("\"orientation\": \"orthogonal\", \"tilewidth\": {size}, \"tileheight\": {size}");
            format!("{{\"width\": 1, \"height\": 1, {tile}, \"tilesets\": [], \"layers\": []}}")
        };
        project.sources = Sources::detached();
        project.sources.insert("a.json", sized(16));
        project.sources.insert("a.tmj", sized(32));
        // What is wrong with it lies in the third column of the one, and in the second of the other.
        project.sources.insert("a.wam", r#"{"areas": [{"x": 32, "y": 0, "width": 0, "height": "a"}]}"#);
        project.sources.insert("b.wam", "{");
        let names = ["a.tmj", "a.json", "a.tmj", "a.json"].map(str::to_owned);
        project.load(&names);
        project.load(&names);
        project.load_wams(["b.wam", "a.wam", "b.wam"].map(str::to_owned));
        assert_eq!(project.maps.iter().map(|map| &*map.name).collect::<Vec<_>>(), ["a.json", "a.tmj"]);
        assert_eq!(project.wams.iter().map(|wam| &*wam.name).collect::<Vec<_>>(), ["a.wam", "b.wam"]);
        let places = project.wams[0].findings.iter().filter_map(|finding| finding.place.area_tiles);
        assert_eq!(
            places.map(|area| area.x).collect::<BTreeSet<_>>(),
            BTreeSet::from([2]),
            "by the first map"
        );
    }
}
