//! Files that maps refer to: external tilesets and object templates, each read once per map.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{data::MAX_UNWRITTEN_CELLS, read, rules};
use crate::{
    finding::{Finding, Place, Rule, Spot},
    model::{Gid, Layer, LayerKind, Map, MapTileset, Object, Tileset},
    source::{self, Existence, SourceFile, Sources},
};

/// Most bytes of templates that a map may take over, counting a template's file for each of its
/// instances: a small map must not multiply a large template until memory ends.
const MAX_INHERITED: usize = 1 << 28;

/// Deepest nesting of templates and tilesets that need each other.
const MAX_NESTING: usize = 16;

/// An object to be instantiated, with the tileset that its tile comes from.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) object: Object,
    /// Name of its file, which its paths are relative to.
    pub(crate) file: String,
    /// Size of its file, in bytes.
    pub(crate) weight: usize,
    /// First gid within the template, and the tileset's file.
    pub(crate) tileset: Option<(u32, String)>,
}

/// Reads what a map refers to, and collects what is wrong on the way.
#[derive(Debug)]
pub(crate) struct Linker<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) findings: Vec<Finding>,
    tilesets: BTreeMap<String, Option<Arc<Tileset>>>,
    templates: BTreeMap<String, Option<Arc<Template>>>,
    /// Templates and tilesets that are being read: one that needs itself is refused.
    open: Vec<String>,
    /// How many cells may still be made up (see [`MAX_UNWRITTEN_CELLS`]).
    pub(super) unwritten: usize,
    /// Templates whose tile the map has no tileset for, each said once.
    tileless: BTreeSet<String>,
    /// How much may still be taken over from templates (see [`MAX_INHERITED`]).
    inherited: usize,
    /// Whether the objects that are being read are the collision shapes of a tile.
    pub(super) in_shapes: bool,
}

/// What to do about a file that is not there.
const MISSING: &str = "add the file, or mend the path, which is relative to this file";

impl<'a> Linker<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            findings: Vec::new(),
            tilesets: BTreeMap::new(),
            templates: BTreeMap::new(),
            open: Vec::new(),
            tileless: BTreeSet::new(),
            unwritten: MAX_UNWRITTEN_CELLS,
            inherited: MAX_INHERITED,
            in_shapes: false,
        }
    }

    /// The tileset in the file that a map at `spot` calls `reference`.
    pub(crate) fn tileset(&mut self, spot: &Spot, reference: &str) -> Option<Arc<Tileset>> {
        let name = source::resolve(source::parent(&spot.file), reference);
        if let Some(known) = self.tilesets.get(&name) {
            return known.clone();
        }
        if self.refuses(&rules::TILESET_FILE_MISSING, spot, "tileset", reference, &name) {
            return None;
        }
        let tileset = match self.sources.load(&name) {
            Ok(file) => {
                self.open.push(name.clone());
                let tileset = read::tileset(&file, self).map(Arc::new);
                self.open.pop();
                tileset
            }
            Err(error) => {
                let missing = missing(&rules::TILESET_FILE_MISSING, spot, "tileset", reference, &error);
                // A tileset stands once in a map, and what is mended for it is mended.
                let found = missing.map(|missing| match self.moved(spot, &name, &error) {
                    Some(moved) => missing.meant(moved),
                    None => missing.help(MISSING),
                });
                self.findings.extend(found);
                None
            }
        };
        self.tilesets.insert(name, tileset.clone());
        tileset
    }

    /// Says which keys stand for nothing beside the name of a tileset's file.
    pub(super) fn ignored_keys<'k>(&mut self, spot: &Spot, keys: impl Iterator<Item = Cow<'k, str>>) {
        let keys: Vec<Cow<str>> = keys.collect();
        let [first, ..] = keys.as_slice() else { return };
        let count = if keys.len() == 1 { String::new() } else { format!(" and {} more", keys.len() - 1) };
        let message = format!("the tileset is a file of its own: its {first}{count} here counts for nothing");
        let spot = spot.clone().key(first.clone().into_owned());
        self.findings.push(Finding::new(&rules::TILESET_KEYS_IGNORED, spot, message));
    }

    /// The template in the file that an object at `spot` calls `reference`.
    pub(crate) fn template(&mut self, spot: &Spot, reference: &str) -> Option<Arc<Template>> {
        let template = self.read_template(spot, reference)?;
        if let Some(left) = self.inherited.checked_sub(template.weight) {
            self.inherited = left;
            return Some(template);
        }
        // Said once; thousands of instances follow.
        if std::mem::take(&mut self.inherited) > 0 {
            let message = format!("the template \"{reference}\" is too large to be used so often");
            self.findings.push(Finding::new(&rules::TEMPLATE_MISSING, spot.clone(), message));
        }
        None
    }

    fn read_template(&mut self, spot: &Spot, reference: &str) -> Option<Arc<Template>> {
        let name = source::resolve(source::parent(&spot.file), reference);
        if let Some(known) = self.templates.get(&name) {
            return known.clone();
        }
        let rule = if self.in_shapes { &rules::SHAPE_TEMPLATE_MISSING } else { &rules::TEMPLATE_MISSING };
        if self.refuses(rule, spot, "template", reference, &name) {
            return None;
        }
        let template = match self.sources.load(&name) {
            Ok(file) => {
                self.open.push(name.clone());
                let template = read::template(&file, self).map(Arc::new);
                self.open.pop();
                template
            }
            Err(error) => {
                let missing = missing(rule, spot, "template", reference, &error);
                // Many objects may name it.
                let found = missing.map(|missing| match self.moved(spot, &name, &error) {
                    Some(moved) => missing.help(format!("did you mean \"{moved}\"?")),
                    None => missing.help(MISSING),
                });
                self.findings.extend(found);
                None
            }
        };
        self.templates.insert(name, template.clone());
        template
    }

    /// The tile of an instance, as a gid of the map that has these tilesets. If the map lacks the
    /// template's tileset, a finding says so, once for each template; see
    /// [`lend_tilesets`](Self::lend_tilesets).
    pub(super) fn tile_of(
        &mut self,
        template: &Template,
        spot: &Spot,
        tilesets: &[MapTileset],
    ) -> Option<Gid> {
        let gid = template.gid_in(&spot.file, tilesets);
        if gid.is_none() && template.object.gid.is_some() && self.tileless.insert(template.file.clone()) {
            let message = match &template.tileset {
                Some((_, file)) => {
                    format!("the object has a picture in Tiled alone: the map lacks its tileset \"{file}\"")
                }
                None => "the object has no picture: its template names no tileset file".to_owned(),
            };
            let finding = Finding::new(&rules::TEMPLATE_TILESET_MISSING, spot.clone(), message);
            self.findings.push(finding.help("add the tileset to the map in Tiled"));
        }
        gid
    }

    /// Adds the tilesets that instances need and the map lacks, as Tiled does when it detaches objects
    /// from their templates.
    pub(super) fn lend_tilesets(&mut self, map: &mut Map) {
        if self.tileless.is_empty() {
            return;
        }
        let folder = source::parent(&map.file).to_owned();
        let mut free = map.free_gid();
        let mut lent: BTreeMap<String, Gid> = BTreeMap::new();
        for name in std::mem::take(&mut self.tileless) {
            let template = self.templates.get(&name).and_then(Clone::clone);
            let Some(template) = template.as_deref() else { continue };
            let (Some(tile), Some((first, file))) = (template.object.gid, &template.tileset) else {
                continue;
            };
            let path = source::relative(&folder, file);
            let entry = map.tilesets.iter().find(|set| set.source.as_ref() == Some(&path));
            let first_gid = match (entry, self.tilesets.get(file)) {
                (Some(entry), _) => entry.first_gid,
                // WorkAdventure refuses maps with collections of pictures.
                (None, Some(Some(tileset))) if tileset.picture.is_some() => {
                    let (first_gid, tileset) = (free, Some(Arc::clone(tileset)));
                    free = free.saturating_add(tileset.as_ref().map_or(1, |set| set.id_span().max(1)));
                    map.tilesets.push(MapTileset { span: None, first_gid, source: Some(path), tileset });
                    first_gid
                }
                (None, _) => continue,
            };
            let gid = tile.with_id(first_gid.saturating_add(tile.id().saturating_sub(*first)));
            lent.insert(name, gid);
        }
        give_tiles(&mut map.layers, &folder, &lent);
    }

    /// Whether a file needs itself, or too many others; if so, a finding says it.
    fn refuses(
        &mut self,
        rule: &'static Rule,
        spot: &Spot,
        noun: &str,
        reference: &str,
        name: &String,
    ) -> bool {
        let message = if self.open.contains(name) {
            format!("the {noun} \"{reference}\" needs itself")
        } else if self.open.len() >= MAX_NESTING {
            format!("the {noun} \"{reference}\" is needed by too long a row of files")
        } else {
            return false;
        };
        self.findings.push(Finding::new(rule, spot.clone(), message));
        true
    }

    /// How the file at `spot` would call the one that is not at `name` any more.
    fn moved(&self, spot: &Spot, name: &str, error: &std::io::Error) -> Option<String> {
        if error.kind() != std::io::ErrorKind::NotFound {
            return None;
        }
        let found = match self.sources.existence(name) {
            Existence::OtherCase(real) => real,
            _ => self.sources.moved(name, |_| true)?,
        };
        Some(source::relative(source::parent(&spot.file), &found))
    }
}

/// What is wrong with a file that cannot be read.
fn missing(
    rule: &'static Rule,
    spot: &Spot,
    noun: &str,
    reference: &str,
    error: &std::io::Error,
) -> Option<Finding> {
    // Tiled's own files come with it.
    if reference.starts_with(":/") {
        return None;
    }
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => format!("the {noun} file \"{reference}\" does not exist"),
        _ => format!("the {noun} file \"{reference}\" cannot be read: {error}"),
    };
    Some(Finding::new(rule, spot.clone(), message).at(Place::default()))
}

/// Gives instances without a tile that of their template; `folder` is the map's.
fn give_tiles(layers: &mut [Layer], folder: &str, tiles: &BTreeMap<String, Gid>) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Group(children) => give_tiles(children, folder, tiles),
            LayerKind::Objects(objects) => {
                for object in objects.objects.iter_mut().filter(|object| object.gid.is_none()) {
                    let template = object.template.as_ref().map(|path| source::resolve(folder, path));
                    object.gid = template.and_then(|name| tiles.get(&name).copied());
                }
            }
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
}

/// The tileset of a template as its object's tile counts it; `None` where it is no file of its own.
pub(super) fn tileset_of_template(entry: MapTileset) -> Option<MapTileset> {
    entry.source.as_ref()?;
    Some(MapTileset { first_gid: entry.first_gid.max(1), ..entry })
}

impl Template {
    /// The template in a file: its object, and the tileset of the object's tile.
    pub(super) fn new(file: &SourceFile, object: Object, tilesets: &[MapTileset]) -> Self {
        let folder = source::parent(file.name());
        let tileset = tilesets
            .iter()
            .find_map(|set| Some((set.first_gid, source::resolve(folder, set.source.as_ref()?))));
        Self { object, file: file.name().to_owned(), weight: file.len(), tileset }
    }

    /// The template's tile as a gid of the map that has these tilesets; `None` where the template has
    /// no tile, or the map not its tileset.
    fn gid_in(&self, map_file: &str, tilesets: &[MapTileset]) -> Option<Gid> {
        let gid = self.object.gid?;
        let (first, file) = self.tileset.as_ref()?;
        let folder = source::parent(map_file);
        let owner = tilesets
            .iter()
            .find(|set| set.source.as_ref().is_some_and(|path| source::resolve(folder, path) == *file))?;
        Some(gid.with_id(owner.first_gid.saturating_add(gid.id().saturating_sub(*first))))
    }
}
