//! What goes into a bundle, and under which names.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use walkdir::WalkDir;

use super::{
    BundleError, Note, Settings, fill, follow, manifest,
    own::Own,
    picture,
    reference::{Places, Target, extension},
    script,
    wam::{self, Wam},
};
use crate::{
    check,
    model::{Map, TileData},
    project::{Host, Project},
    source::{Existence, Sources, is_url, parent, with_extension},
    workadventure::{
        PropertyFact, Reference,
        reference::{Use, visit},
    },
};

/// What goes in.
#[derive(Debug)]
pub(super) struct Plan {
    /// Maps by the name of their source, links filled in, otherwise as they were read.
    pub(super) maps: BTreeMap<String, Map>,
    /// Path in the bundle of each of them.
    pub(super) outputs: BTreeMap<String, String>,
    /// Maps by the venue in whose place they stand.
    pub(super) stand_ins: BTreeMap<String, String>,
    /// `.wam` files by their path in the bundle.
    pub(super) wams: BTreeMap<String, Wam>,
    /// Files that go in as they are, by name, with their path in the bundle, which is the same.
    pub(super) copies: BTreeMap<String, String>,
    /// Pages whose links are filled in or that name what is called otherwise now, by name, and TypeScript,
    /// compiled: path in the bundle and content.
    pub(super) made: BTreeMap<String, (String, Bytes)>,
    /// Pictures that maps refer to, which get a name with a hash.
    pub(super) pictures: BTreeSet<String>,
    /// Addresses of the web that lead to what goes in.
    pub(super) own: Own,
    /// What could not be followed.
    pub(super) notes: Vec<Note>,
}

/// Finds everything that the project's loaded maps lead and refer to.
pub(super) fn plan(project: &mut Project, settings: &Settings) -> Result<Plan, BundleError> {
    let mut plan = Plan {
        maps: BTreeMap::new(),
        outputs: BTreeMap::new(),
        stand_ins: BTreeMap::new(),
        wams: BTreeMap::new(),
        copies: BTreeMap::new(),
        made: BTreeMap::new(),
        pictures: BTreeSet::new(),
        own: Own::of(project, settings),
        notes: Vec::new(),
    };
    for map in &project.maps {
        if let Some(venue) = map.stands_in_for() {
            plan.stand_ins.insert(venue, map.name.clone());
        }
    }
    let names = project.maps.iter().map(|map| map.name.clone());
    let mut wanted: BTreeSet<String> = names.filter(|name| !plan.stand_ins.contains_key(name)).collect();
    let mut pages = BTreeSet::new();
    let mut wam_files = BTreeSet::new();
    while let Some(name) = wanted.pop_first() {
        if plan.maps.contains_key(&name) {
            continue;
        }
        project.load(std::slice::from_ref(&name));
        let map = readable(project, &name)?;
        // What classes give must be in the file: WorkAdventure reads nothing else.
        let map = project
            .types_of(&name)
            .map(|types| types.resolve(&map, PropertyFact::says_something))
            .unwrap_or(map);
        let mut found = Found::default();
        let mut seen = map.clone();
        let places = plan.places(&project.sources);
        visit(&mut seen, &mut |used, text| {
            let target = places.target(used.reference, used.folder, text);
            found.take(&project.sources, &name, used, text, target)
        })?;
        if project.config.project.host == Host::MapStorage {
            let own = format!("{}.wam", name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
            if project.sources.existence(&own) == Existence::File {
                found.wams.insert(own);
            }
        }
        plan.maps.insert(name, map);
        // Areas of a `.wam` can lead to further ones.
        while let Some(wam) = found.wams.pop_first() {
            if wam_files.insert(wam.clone()) {
                wam::references(project, &wam, plan.places(&project.sources), &mut found)?;
            }
        }
        wanted.extend(found.maps);
        pages.extend(found.files);
        plan.pictures.extend(found.pictures);
        plan.notes.extend(found.notes);
    }
    if plan.maps.is_empty() {
        return Err(BundleError::Nothing);
    }
    plan.name_maps()?;
    plan.name_wams(project, &wam_files)?;
    pages.extend(included(project, settings)?);
    plan.name_files(project, pages)?;
    Ok(plan)
}

/// What one map or `.wam` refers to.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) maps: BTreeSet<String>,
    pub(super) wams: BTreeSet<String>,
    pub(super) files: BTreeSet<String>,
    pub(super) pictures: BTreeSet<String>,
    pub(super) notes: Vec<Note>,
}

impl Found {
    /// Takes note of what a text in `file` refers to.
    pub(super) fn take(
        &mut self,
        sources: &Sources,
        file: &str,
        used: Use<'_>,
        text: &str,
        target: Target,
    ) -> Result<(), BundleError> {
        let picture = |name: &str| {
            used.reference == Some(Reference::Image)
                || matches!(extension(name).as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp")
        };
        match target {
            Target::Map(name, _) => {
                self.maps.insert(name);
            }
            Target::Wam(name, _) => {
                self.wams.insert(name);
            }
            Target::File(name, _) if picture(&name) => {
                self.pictures.insert(name);
            }
            Target::File(name, _) => {
                // Whatever lies around on the machine that bundles must not end up on the web because
                // a map names it.
                if is_outside(&name) {
                    return Err(BundleError::Outside {
                        file: file.to_owned(),
                        place: used.place.to_owned(),
                        target: name,
                        root: sources.root().to_owned(),
                    });
                }
                self.files.insert(name);
            }
            Target::Missing(name) => {
                let own = if is_url(text) { ", an address of this bundle" } else { "" };
                let message = format!("{} refers to \"{name}\"{own}, which does not exist", used.place);
                self.notes.push(Note { file: file.to_owned(), message });
            }
            Target::Elsewhere => {}
        }
        Ok(())
    }
}

/// The map as visitors get it, if they can: read, finite, links filled in.
fn readable(project: &Project, name: &str) -> Result<Map, BundleError> {
    let refuse = |reason: String| BundleError::Map { file: name.to_owned(), reason };
    let loaded = project.map(name).ok_or_else(|| refuse("not among the project's maps".to_owned()))?;
    let Some(map) = &loaded.map else {
        let why = loaded.findings.first().map_or("it cannot be read", |finding| &finding.message);
        return Err(refuse(why.to_owned()));
    };
    if map.infinite {
        return Err(refuse(
            "the map is infinite, which WorkAdventure cannot show: switch off Infinite in Tiled's map properties".to_owned(),
        ));
    }
    for (path, layer) in map.flat_layers() {
        match layer.tiles().map(|tiles| &tiles.data) {
            Some(TileData::Unreadable) => {
                return Err(refuse(format!("the tiles of layer \"{path}\" cannot be read")));
            }
            Some(TileData::Chunks(_)) => {
                return Err(refuse(format!("layer \"{path}\" is infinite, which WorkAdventure cannot show")));
            }
            _ => {}
        }
    }
    if let Some(set) = map.tilesets.iter().find(|set| set.tileset.is_none()) {
        let file = set.source.as_deref().unwrap_or_default();
        return Err(refuse(format!("the tileset \"{file}\" cannot be read")));
    }
    let map = check::fill_links(map, &project.config.links).unwrap_or_else(|| map.clone());
    if let Some((place, link)) = wam::unknown_link(&map) {
        return Err(BundleError::UnknownLink { file: name.to_owned(), place, link });
    }
    Ok(map)
}

impl Plan {
    /// The files that texts can lead to.
    pub(super) fn places<'a>(&'a self, sources: &'a Sources) -> Places<'a> {
        Places { sources, stand_ins: &self.stand_ins, own: &self.own }
    }

    /// Name of a file of the project in the bundle, of a map that of its room if so asked; `None` where it
    /// stays.
    fn new_name(&self, name: &str, room: bool) -> Option<String> {
        let map = self.stand_ins.get(name).map_or(name, String::as_str);
        let new = match self.outputs.get(map) {
            Some(output) if room => wam::room_of(output),
            Some(output) => output.clone(),
            None if script::is_typescript(name) => with_extension(name, "js"),
            None => return None,
        };
        (new != name).then_some(new)
    }

    fn name_maps(&mut self) -> Result<(), BundleError> {
        let venues: BTreeMap<&str, &str> =
            self.stand_ins.iter().map(|(venue, map)| (map.as_str(), venue.as_str())).collect();
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        for source in self.maps.keys() {
            let place = venues.get(source.as_str()).copied().unwrap_or(source);
            let path = safe_path(place);
            let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
            let output = format!("{stem}.tmj");
            claim(&mut taken, &output, source)?;
            self.outputs.insert(source.clone(), output);
        }
        Ok(())
    }

    fn name_wams(&mut self, project: &Project, files: &BTreeSet<String>) -> Result<(), BundleError> {
        let mut taken = BTreeMap::new();
        for file in files {
            let output = safe_path(file);
            claim(&mut taken, &output, file)?;
            let wam = wam::read(project, file, self.places(&project.sources))?;
            self.wams.insert(output, Wam { source: Some(file.clone()), ..wam });
        }
        if project.config.project.host == Host::MapStorage {
            for (source, output) in &self.outputs {
                let path = format!("{}.wam", output.strip_suffix(".tmj").unwrap_or(output));
                self.wams.entry(path).or_insert_with(|| Wam::new(source, &self.maps[source]));
            }
        }
        Ok(())
    }

    fn name_files(&mut self, project: &Project, wanted: BTreeSet<String>) -> Result<(), BundleError> {
        let mut taken: BTreeMap<String, String> =
            self.outputs.iter().map(|(source, output)| (output.clone(), source.clone())).collect();
        claim(&mut taken, manifest::PATH, "the bundle's own manifest")?;
        let map_folders: BTreeSet<String> = self.maps.keys().map(|map| parent(map).to_owned()).collect();
        let mut wanted = wanted;
        while let Some(name) = wanted.pop_first() {
            if self.copies.contains_key(&name) || self.made.contains_key(&name) {
                continue;
            }
            let is_map = self.outputs.contains_key(&name) || self.stand_ins.contains_key(&name);
            if is_map || self.wams.contains_key(&name) {
                continue;
            }
            // Nor what a link in a stranger's folder leads to.
            if let Some(target) = project.sources.led_outside(&name) {
                return Err(BundleError::Linked { file: name, target });
            }
            let sources = &project.sources;
            let (output, bytes): (String, Bytes) = if script::is_typescript(&name) {
                (with_extension(&name, "js"), script::compile(sources, &name)?.into())
            } else {
                let read = sources.read(&name);
                let bytes = read.map_err(|source| BundleError::Unreadable { file: name.clone(), source })?;
                (name.clone(), bytes)
            };
            claim(&mut taken, &output, &name)?;
            let filled = filled(&name, &bytes, &project.config.links);
            let bytes = filled.as_ref().unwrap_or(&bytes);
            let rooms = project.config.project.host == Host::MapStorage;
            let new_name = |name: &str, room: bool| self.new_name(name, room && rooms);
            let followed = follow::references(self.places(sources), &output, bytes, &map_folders, &new_name);
            let rewritten = std::str::from_utf8(bytes).ok().and_then(|text| followed.rewritten(text));
            if followed.renames() && std::str::from_utf8(bytes).is_err() {
                let message = "it names files that are called otherwise in the bundle, but is not in UTF-8: not changed";
                self.notes.push(Note { file: name.clone(), message: message.to_owned() });
            }
            wanted.extend(followed.files);
            self.notes.extend(followed.notes.into_iter().map(|message| Note { file: name.clone(), message }));
            if filled.is_some() || rewritten.is_some() || output != name {
                let bytes = rewritten.map_or_else(|| bytes.clone(), Bytes::from);
                self.made.insert(name, (output, bytes));
                continue;
            }
            if picture::looks_cached_for_ever(&name) {
                let message = "its name ends like a hash (8 hexadecimal digits), so map-storage lets visitors keep it for a year: rename it if it will ever change";
                self.notes.push(Note { file: name.clone(), message: message.to_owned() });
            }
            self.copies.insert(name.clone(), name);
        }
        Ok(())
    }
}

/// A page with its links filled in; `None` where it stays as it is.
fn filled(name: &str, bytes: &[u8], links: &BTreeMap<String, String>) -> Option<Bytes> {
    if !matches!(extension(name).as_str(), "html" | "htm") {
        return None;
    }
    let filled = fill::page(std::str::from_utf8(bytes).ok()?, links)?;
    Some(filled.into_bytes().into())
}

fn claim(taken: &mut BTreeMap<String, String>, output: &str, source: &str) -> Result<(), BundleError> {
    // Many disks and archives do not tell `A` from `a`.
    let key = output.to_lowercase();
    match taken.get(&key) {
        Some(first) if first != source => Err(BundleError::SamePath {
            first: first.clone(),
            second: source.to_owned(),
            output: output.to_owned(),
        }),
        _ => {
            taken.insert(key, source.to_owned());
            Ok(())
        }
    }
}

/// Whether a file lies outside of the project's root.
pub(super) fn is_outside(name: &str) -> bool {
    name.starts_with("../") || name.starts_with('/')
}

/// Path in the bundle of a file: its own, or for one outside of the project one below `external`.
pub(super) fn safe_path(name: &str) -> String {
    if !is_outside(name) {
        return name.to_owned();
    }
    let inside = name.trim_start_matches('/').split('/').filter(|part| *part != "..");
    std::iter::once("external").chain(inside).collect::<Vec<_>>().join("/")
}

/// Files that the config wants in though nobody refers to them.
fn included(project: &Project, settings: &Settings) -> Result<BTreeSet<String>, BundleError> {
    let globs = &project.config.bundle.include;
    if globs.is_empty() {
        return Ok(BTreeSet::new());
    }
    let matcher = project.globs(globs)?;
    let mut names = BTreeSet::new();
    let listed = |entry: &walkdir::DirEntry| {
        let name = entry.file_name();
        let foreign = name == "node_modules" || name == ".git" || name == "target";
        // What an earlier run wrote is no source of this one.
        let written = settings.out.as_deref().is_some_and(|out| entry.path() == out);
        entry.depth() == 0 || !foreign && !written
    };
    let entries = WalkDir::new(&project.root).into_iter().filter_entry(listed);
    for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
        let Ok(inside) = entry.path().strip_prefix(&project.root) else { continue };
        let Some(name) = inside.to_str().map(|name| name.replace('\\', "/")) else { continue };
        if matcher.is_match(&name) {
            names.insert(name);
        }
    }
    Ok(names)
}
