//! From a plan to the files of maps: optimised, their references rewritten, saved.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use rayon::prelude::*;

use super::{
    ACCEPTED_FINDINGS, Bundle, BundleError, BundledMap, Note, Settings,
    optimise::{self, NewGids, PictureForm},
    picture,
    plan::Plan,
    reference::{Target, extension},
    script, unused, wam,
};
use crate::{
    format::{SaveStyle, save_tmj},
    model::{Layer, LayerKind, Map, Picture, Properties, Tileset, Value, visit_images},
    picture::{Effort, PictureStore},
    project::{HALL_OF, Host, Project, STANDS_IN_FOR},
    source::{PictureHeader, is_url, parent, relative, resolve},
    workadventure::{Reference, percent_decoded, reference::visit},
};

/// A map as the bundle will have it, not yet its text.
#[derive(Debug)]
pub(super) struct Unsaved {
    map: Map,
    /// What its cells get before that.
    gids: NewGids,
    /// Without the bytes of its text.
    summary: BundledMap,
}

/// Builds every file that the plan names, but for the texts of its maps.
pub(super) fn assemble(
    project: &Project,
    plan: &Plan,
    store: &PictureStore,
    settings: &Settings,
) -> Result<(Bundle, Vec<Unsaved>), BundleError> {
    let workshop = Workshop { project, plan, store, settings, pictures: Mutex::default() };
    let mut bundle = Bundle { notes: plan.notes.clone(), ..Bundle::default() };
    let properties: Vec<Option<Made>> = plan.pictures.par_iter().map(|name| workshop.picture(name)).collect();
    for (name, made) in plan.pictures.iter().zip(properties) {
        if let Some(made) = made {
            bundle.insert_hashed(&made.path, made.bytes, Some(name));
        }
    }
    let sources: Vec<&String> = plan.maps.keys().collect();
    let maps: Vec<MapFiles> =
        sources.par_iter().map(|source| workshop.map(source)).collect::<Result<_, _>>()?;
    let mut pages = BTreeMap::new();
    let mut unsaved = Vec::new();
    for map in maps {
        for (made, source) in map.pictures {
            bundle.insert_hashed(&made.path, made.bytes, Some(&source));
        }
        pages.extend(map.pages);
        bundle.notes.extend(map.notes);
        unsaved.push(map.unsaved);
    }
    for (output, wam) in &plan.wams {
        let json = wam::finished(plan, output, wam, &|reference, folder, text| {
            workshop.rewritten(parent(output), Some(reference), folder, text)
        });
        let source = wam.source.as_deref().unwrap_or(&wam.map);
        bundle.insert(output, json.to_string(), Some(source));
    }
    for (name, output) in &plan.copies {
        let bytes = project
            .sources
            .read(name)
            .map_err(|source| BundleError::Unreadable { file: name.clone(), source })?;
        bundle.insert(output, bytes, Some(name));
    }
    for (name, (output, bytes)) in &plan.made {
        bundle.insert(output, bytes.clone(), Some(name));
    }
    for (path, page) in pages {
        bundle.insert_own(&path, page.into_bytes());
    }
    Ok((bundle, unsaved))
}

/// Adds the texts of maps, each of which ends with that.
pub(super) fn save(maps: Vec<Unsaved>, bundle: &mut Bundle) {
    let texts = maps.into_par_iter().map(|Unsaved { mut map, gids, mut summary }| {
        gids.give(&mut map);
        let text = save_tmj(&map, SaveStyle::Published);
        summary.bytes_after += text.len() as u64;
        (text, summary)
    });
    for (text, summary) in texts.collect::<Vec<_>>() {
        bundle.insert(&summary.output, text, Some(&summary.source));
        bundle.maps.push(summary);
    }
}

struct Workshop<'a> {
    project: &'a Project,
    plan: &'a Plan,
    store: &'a PictureStore,
    settings: &'a Settings,
    /// Pictures of files that were made already; `None` for those that cannot be read.
    pictures: Mutex<BTreeMap<String, Option<Made>>>,
}

/// A picture as the bundle has it.
#[derive(Debug, Clone)]
struct Made {
    path: String,
    bytes: Bytes,
}

/// What came of one map.
struct MapFiles {
    unsaved: Unsaved,
    /// Pictures with the names of their sources.
    pictures: Vec<(Made, String)>,
    /// Pages that load the map's scripts: path and content.
    pages: Vec<(String, String)>,
    notes: Vec<Note>,
}

impl Workshop<'_> {
    fn map(&self, source: &str) -> Result<MapFiles, BundleError> {
        let original = &self.plan.maps[source];
        let output = &self.plan.outputs[source];
        let mut notes = Vec::new();
        let mut pictures = Vec::new();
        let mut map = original.clone();
        let mut pages = Vec::new();
        let classic = map.properties.boolean("scriptDisableModuleSupport") == Some(true);
        // First of all, while every text still stands where it is relative to.
        visit(&mut map, &mut |used, text| {
            if let Some(new) = self.rewritten(parent(output), used.reference, used.folder, text) {
                *text = new;
            }
            if self.settings.script_pages && used.reference == Some(Reference::Scripts) {
                pages.extend(self.script_page(parent(output), classic, text));
            }
            Ok::<(), BundleError>(())
        })?;
        finish(&mut map, &mut notes);
        let mut atlases = BTreeMap::new();
        let mut gids = NewGids::default();
        if self.settings.optimize {
            // What its editor adds there later may use scripts.
            if self.project.config.project.host != Host::MapStorage {
                unused::remove(&mut map);
            }
            let pixels =
                |file: &str, picture: &Picture| self.store.load(&self.project.sources, file, picture).ok();
            let form = PictureForm { largest: self.settings.texture_size, edge: self.settings.extrude };
            let optimised = optimise::optimise(&map, &pixels, form);
            notes.extend(optimised.notes);
            map = optimised.map;
            gids = optimised.gids;
            atlases = optimised
                .atlases
                .into_par_iter()
                .map(|(index, pixels)| {
                    let bytes = picture::encode(source, pixels, Effort::Balanced)?;
                    let path = picture::path(picture::FOLDER, "tiles.png", &bytes);
                    Ok((index, Made { path, bytes: bytes.into() }))
                })
                .collect::<Result<BTreeMap<usize, Made>, BundleError>>()?;
        }
        self.place_pictures(&mut map, output, &atlases, &mut pictures, &mut notes);
        pictures.extend(atlases.into_values().map(|made| (made, source.to_owned())));
        map.file.clone_from(output);
        for set in &mut map.tilesets {
            set.source = None;
            if let Some(tileset) = &mut set.tileset {
                Arc::make_mut(tileset).file.clone_from(output);
            }
        }
        let mut distinct: BTreeMap<&str, u64> = BTreeMap::new();
        for (made, _) in &pictures {
            distinct.insert(&made.path, made.bytes.len() as u64);
        }
        let summary = BundledMap {
            source: source.to_owned(),
            output: output.clone(),
            bytes_before: self.weight(original),
            bytes_after: distinct.values().sum(),
            tilesets_before: original.tilesets.len(),
            tilesets_after: map.tilesets.len(),
        };
        let notes = notes.into_iter().map(|message| Note { file: source.to_owned(), message }).collect();
        Ok(MapFiles { unsaved: Unsaved { map, gids, summary }, pictures, pages, notes })
    }

    /// Lets a script, named from the folder of its map, be loaded by a page, which is returned with its path;
    /// `None` for a page, and for a script of another site.
    fn script_page(&self, folder: &str, classic: bool, text: &mut String) -> Option<(String, String)> {
        let (path, suffix) = text.split_at(text.find(['#', '?']).unwrap_or(text.len()));
        let target = resolve(folder, &percent_decoded(path.trim()));
        let made = self.plan.made.values().any(|(path, _)| *path == target);
        if !matches!(extension(&target).as_str(), "js" | "mjs")
            || !(made || self.plan.copies.contains_key(&target))
        {
            return None;
        }
        let page = script::page(&target, suffix, classic, self.project.config.project.play_url.as_deref());
        let written = format!("{}.html{suffix}", path.trim_end());
        *text = written;
        Some((format!("{target}.html"), page))
    }

    /// Size of a map's file and of the pictures of its tilesets and image layers, in bytes.
    fn weight(&self, map: &Map) -> u64 {
        let mut names = std::collections::BTreeSet::from([map.file.clone()]);
        let mut take = |file: &str, picture: &Picture| {
            names.insert(resolve(parent(file), &picture.source));
        };
        for tileset in map.tilesets.iter().filter_map(|set| set.tileset.as_deref()) {
            let tiles = tileset.tiles.iter().filter_map(|tile| tile.picture.as_ref());
            tileset.picture.iter().chain(tiles).for_each(|picture| take(&tileset.file, picture));
        }
        for (_, layer) in map.flat_layers() {
            if let LayerKind::Image(image) = &layer.kind {
                take(&map.file, &image.picture);
            }
        }
        names.iter().filter_map(|name| self.project.sources.size(name)).sum()
    }

    /// Points tilesets and image layers at their pictures in the bundle.
    fn place_pictures(
        &self,
        map: &mut Map,
        output: &str,
        atlases: &BTreeMap<usize, Made>,
        pictures: &mut Vec<(Made, String)>,
        notes: &mut Vec<String>,
    ) {
        let mut place = |file: &str, picture: &mut Picture| {
            if picture.source.is_empty() || is_url(&picture.source) {
                return;
            }
            let name = resolve(parent(file), &picture.source);
            let Some(made) = self.picture(&name) else {
                notes.push(format!("the picture \"{}\" cannot be read", picture.source));
                picture.source = relative(parent(output), &super::plan::safe_path(&name));
                return;
            };
            if let (None, PictureHeader::Size(width, height)) =
                (picture.width.zip(picture.height), self.project.sources.picture(&name))
            {
                (picture.width, picture.height) = (Some(width), Some(height));
            }
            picture.source = relative(parent(output), &made.path);
            pictures.push((made, name));
        };
        for (index, set) in map.tilesets.iter_mut().enumerate() {
            let Some(shared) = &mut set.tileset else { continue };
            let tileset: &mut Tileset = Arc::make_mut(shared);
            let file = tileset.file.clone();
            if let (Some(made), Some(picture)) = (atlases.get(&index), &mut tileset.picture) {
                picture.source = relative(parent(output), &made.path);
                continue;
            }
            if let Some(picture) = &mut tileset.picture {
                place(&file, picture);
            }
            for tile in &mut tileset.tiles {
                if let Some(picture) = &mut tile.picture {
                    place(&file, picture);
                }
            }
        }
        let file = map.file.clone();
        visit_images(&mut map.layers, &mut |picture| place(&file, picture));
    }

    /// The picture in a file, with its name in the bundle; `None` where it cannot be read.
    fn picture(&self, name: &str) -> Option<Made> {
        let known = self.pictures.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known {
            return known;
        }
        let made = match self.project.sources.read(name) {
            Ok(bytes) => {
                let outside =
                    super::plan::is_outside(name) || self.project.sources.led_outside(name).is_some();
                if outside && crate::picture::decode(&bytes, None).is_err() {
                    // A map can name any file of the machine that bundles; only pictures leave it.
                    None
                } else {
                    let is_png = extension(name) == "png" && self.settings.optimize;
                    let reduced =
                        is_png.then(|| crate::picture::reduce(&bytes, Effort::Balanced).ok()).flatten();
                    let bytes: Bytes = reduced.map_or(bytes, Into::into);
                    Some(Made { path: picture::path(picture::FOLDER, name, &bytes), bytes })
                }
            }
            Err(_) => None,
        };
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), made.clone());
        made
    }

    /// What a text says in the bundle, in a file in `folder_out`; `None` where it stays.
    fn rewritten(
        &self,
        folder_out: &str,
        reference: Option<Reference>,
        folder: &str,
        text: &str,
    ) -> Option<String> {
        let target = self.plan.places(&self.project.sources).target(reference, folder, text);
        let (path, suffix) = match target {
            Target::Map(name, suffix) => {
                let map = self.plan.outputs.get(&name)?;
                let rooms = self.project.config.project.host == Host::MapStorage;
                let room = rooms && reference == Some(Reference::Exit);
                (if room { wam::room_of(map) } else { map.clone() }, suffix)
            }
            Target::Wam(name, suffix) => (super::plan::safe_path(&name), suffix),
            Target::File(name, suffix) => {
                let picture = || {
                    let pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
                    Some(pictures.get(&name)?.as_ref()?.path.clone())
                };
                let pictured = if self.plan.pictures.contains(&name) { picture() } else { None };
                let made = || Some(self.plan.made.get(&name)?.0.clone());
                let copied = || self.plan.copies.get(&name).cloned();
                (pictured.or_else(made).or_else(copied)?, suffix)
            }
            Target::Missing(_) | Target::Elsewhere => return None,
        };
        let text = text.trim();
        let own = self.plan.own.split(text);
        // Where it will be served is not for us to change. But no room has the address of a map's file
        // (workadventure-maps, section 3.2), a path beside this one does.
        let own = own.filter(|(before, _)| {
            reference != Some(Reference::Exit) || before.contains("/_/") || before.starts_with('/')
        });
        let (before, folder_out, written) = match own {
            Some((before, path)) => (before, "", path),
            None => ("", folder_out, text),
        };
        let written = &written[..written.find(['#', '?']).unwrap_or(written.len())];
        let new = crate::workadventure::percent_encoded(&relative(folder_out, &path));
        let same = resolve(folder_out, written) == path || written == new;
        (!same).then(|| format!("{before}{new}{suffix}"))
    }
}

/// Leaves out what only editors and this program read, and what map-storage would refuse.
fn finish(map: &mut Map, notes: &mut Vec<String>) {
    let version = map.version.as_deref().map(|version| version.trim().parse::<f64>());
    if !matches!(version, None | Some(Ok(1.000_001..))) {
        // Phaser ignores all tile properties then (workadventure-maps, section 2.2).
        notes.push(format!(
            "format version {} lets WorkAdventure ignore every tile's properties, walls too: exported as 1.10",
            map.version.as_deref().unwrap_or_default()
        ));
        map.version = Some("1.10".to_owned());
    }
    map.properties.0.retain(|property| ![STANDS_IN_FOR, HALL_OF].contains(&property.name.as_str()));
    clean(&mut map.properties, "the map", notes);
    for set in &mut map.tilesets {
        let Some(shared) = &mut set.tileset else { continue };
        let tileset = Arc::make_mut(shared);
        let place = format!("tileset \"{}\"", tileset.name);
        clean(&mut tileset.properties, &place, notes);
        for tile in &mut tileset.tiles {
            clean(&mut tile.properties, &place, notes);
            tile.extra.retain(|(key, _)| !matches!(key.as_str(), "terrain" | "probability"));
        }
    }
    let mut ids = (map.next_layer_id, map.next_object_id);
    finish_layers(&mut map.layers, &mut ids, notes);
    (map.next_layer_id, map.next_object_id) = ids;
}

fn finish_layers(layers: &mut [Layer], ids: &mut (u32, u32), notes: &mut Vec<String>) {
    let new = |id: &mut u32, next: &mut u32| {
        if *id == 0 {
            *id = (*next).max(1);
            *next = id.saturating_add(1);
        }
    };
    for layer in layers {
        new(&mut layer.id, &mut ids.0);
        let place = format!("layer \"{}\"", layer.name);
        clean(&mut layer.properties, &place, notes);
        match &mut layer.kind {
            LayerKind::Group(children) => finish_layers(children, ids, notes),
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    new(&mut object.id, &mut ids.1);
                    let place = format!("{place}, object \"{}\"", object.name);
                    clean(&mut object.properties, &place, notes);
                    object.template = None;
                }
            }
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
}

fn clean(properties: &mut Properties, place: &str, notes: &mut Vec<String>) {
    properties.0.retain(|property| {
        if matches!(property.value, Value::List(_) | Value::Unknown(..)) {
            notes.push(format!(
                "{place}: property \"{}\" was left out, for map-storage refuses maps with properties of type {}",
                property.name,
                property.value.type_name()
            ));
            return false;
        }
        property.name != ACCEPTED_FINDINGS
    });
}
