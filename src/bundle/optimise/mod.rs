//! Makes a map small without changing what visitors see or what happens to them.
//!
//! Only tiles in use go in, equal ones once, mirror images among them, and each layer is drawn from a single tileset, so that
//! the engine draws it in one go. Tiles are equal where their pixels are and where everything that
//! their tilesets say of them is: properties, class, animation, collision shapes.

mod atlas;
mod cluster;
mod mirror;
mod stock;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use atlas::Sheet;
use cluster::Clusters;
use image::RgbaImage;
use mirror::Views;
use rayon::prelude::*;
use stock::{Found, Stock};

use crate::model::{Gid, Layer, LayerKind, Map, MapTileset, Picture, Properties, TileData, Tileset, Value};

/// Where the pixels of a picture come from: the file that refers to it and the reference, to its
/// pixels; `None` where it cannot be read.
pub(crate) type Pictures<'a> = &'a (dyn Fn(&str, &Picture) -> Option<Arc<RgbaImage>> + Sync);

/// A map that was made small.
#[derive(Debug)]
pub(crate) struct Optimised {
    /// The map, but for the gids of its cells. The pictures of its new tilesets have no path yet.
    pub(crate) map: Map,
    /// Those gids.
    pub(crate) gids: NewGids,
    /// Those pictures, by the number of their tileset in the map.
    pub(crate) atlases: Vec<(usize, RgbaImage)>,
    /// What could not be done as promised.
    pub(crate) notes: Vec<String>,
}

/// The gids that cells get, by those that they have: of each tile layer in the order of [`Map::flat_layers`], groups
/// and others left out.
///
/// The cells of a large map are most of it. Until they are given theirs, the map shares them with the one that it was
/// made of, which somebody may still look at meanwhile.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewGids(Vec<Vec<(Gid, Gid)>>);

impl NewGids {
    /// Gives the cells of the map theirs.
    pub(crate) fn give(&self, map: &mut Map) {
        let mut layers = Vec::new();
        gather(&mut map.layers, &mut layers);
        // Without any the map is as it was.
        debug_assert!(self.0.is_empty() || self.0.len() == layers.len(), "a layer came or went meanwhile");
        layers.into_par_iter().zip(&self.0).for_each(|(data, new)| {
            if let TileData::Finite(gids) = data {
                gids.renumber(new);
            }
        });
    }
}

/// The data of all tile layers.
fn gather<'a>(layers: &'a mut [Layer], data: &mut Vec<&'a mut TileData>) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Tiles(tiles) => data.push(&mut tiles.data),
            LayerKind::Group(children) => gather(children, data),
            LayerKind::Objects(_) | LayerKind::Image(_) => {}
        }
    }
}

/// Property of a tile that scripts know it by (`WA.room.setTiles`).
const TILE_NAME: &str = "name";

/// What the pictures of tiles are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PictureForm {
    /// Largest side, in pixels.
    pub(crate) largest: u32,
    /// How wide the edge around each tile is that repeats its outermost pixels, in pixels.
    pub(crate) edge: u32,
}

/// Makes a map small.
///
/// The map must be finite and its layers readable; gids that no tileset knows become empty cells and
/// are noted.
pub(crate) fn optimise(map: &Map, pictures: Pictures<'_>, form: PictureForm) -> Optimised {
    let mut stock = Stock::new(map, pictures, form);
    let mut needs = Needs::default();
    needs.layers(&map.layers, &mut stock);
    needs.named(map, &mut stock);
    let frames = stock.entries.iter().flat_map(|entry| entry.frames.iter().map(|(frame, _)| *frame));
    let fixed = needs.loose.iter().copied().chain(frames).collect();
    let views = Views::find(map, &mut stock, &fixed);
    needs.layers.clear();
    needs.shown(&map.layers, &stock, &views);

    let sheet = |kind: usize| Sheet::new(stock.kinds[kind].size, form);
    let (clusters, too_large) = Clusters::of(&needs.layers, &needs.loose, &stock, &sheet);
    let mut notes = stock.notes();
    for layer in too_large {
        notes.push(format!(
            "layer \"{}\" uses more tiles than one picture of {} pixels holds, it is drawn from several",
            needs.paths[layer], form.largest
        ));
    }
    if needs.dangling > 0 {
        notes.push(format!("{} tiles that no tileset knows were left out", needs.dangling));
    }
    build(map, &stock, &clusters, &needs, &views, notes, &sheet)
}

/// Which tiles a map needs.
#[derive(Debug, Default)]
struct Needs {
    /// Entries of each tile layer, in the order of [`Map::flat_layers`], groups and others left out.
    layers: Vec<BTreeSet<usize>>,
    /// Path of each of them.
    paths: Vec<String>,
    /// Entries of tile objects and of tiles that scripts may name.
    loose: BTreeSet<usize>,
    /// Tilesets that cannot be taken apart and are in use.
    kept: BTreeSet<usize>,
    /// Number of cells and objects with a gid that leads nowhere.
    dangling: usize,
}

impl Needs {
    fn layers(&mut self, layers: &[Layer], stock: &mut Stock<'_>) {
        for layer in layers {
            match &layer.kind {
                LayerKind::Tiles(tiles) => {
                    let mut entries = BTreeSet::new();
                    for (_, gid) in tiles.filled() {
                        self.take(gid, stock, &mut entries);
                    }
                    self.layers.push(entries);
                    self.paths.push(layer.name.clone());
                }
                LayerKind::Objects(objects) => {
                    let mut entries = BTreeSet::new();
                    for gid in objects.objects.iter().filter_map(|object| object.gid) {
                        if !gid.is_empty() {
                            self.take(gid, stock, &mut entries);
                        }
                    }
                    self.loose.extend(entries);
                }
                LayerKind::Group(children) => self.layers(children, stock),
                LayerKind::Image(_) => {}
            }
        }
    }

    fn take(&mut self, gid: Gid, stock: &mut Stock<'_>, entries: &mut BTreeSet<usize>) {
        match stock.find(gid) {
            Found::Entry(entry) => {
                entries.insert(entry);
            }
            Found::Kept(tileset, _) => {
                self.kept.insert(tileset);
            }
            Found::Nowhere => self.dangling += 1,
        }
    }

    /// What layers show, once it is known how.
    fn shown(&mut self, layers: &[Layer], stock: &Stock<'_>, views: &Views) {
        for layer in layers {
            match &layer.kind {
                LayerKind::Tiles(tiles) => {
                    let entry = |gid| match stock.known(gid) {
                        Found::Entry(entry) => Some(views.view(entry, gid).0),
                        Found::Kept(..) | Found::Nowhere => None,
                    };
                    self.layers.push(tiles.filled().filter_map(|(_, gid)| entry(gid)).collect());
                }
                LayerKind::Group(children) => self.shown(children, stock, views),
                LayerKind::Objects(_) | LayerKind::Image(_) => {}
            }
        }
    }

    /// Scripts put tiles on the map by name, so that those are needed though no cell shows them.
    fn named(&mut self, map: &Map, stock: &mut Stock<'_>) {
        for set in &map.tilesets {
            let Some(tileset) = &set.tileset else { continue };
            for tile in &tileset.tiles {
                if tile.properties.text(TILE_NAME).is_none_or(str::is_empty) {
                    continue;
                }
                let mut entries = BTreeSet::new();
                self.take(Gid(set.first_gid.saturating_add(tile.id)), stock, &mut entries);
                self.loose.extend(entries);
            }
        }
    }
}

fn build(
    map: &Map,
    stock: &Stock<'_>,
    clusters: &Clusters,
    needs: &Needs,
    views: &Views,
    notes: Vec<String>,
    sheet: &dyn Fn(usize) -> Sheet,
) -> Optimised {
    let mut out = map.clone();
    out.tilesets.clear();
    let mut atlases = Vec::new();
    let mut next_gid = 1;
    let mut names = BTreeMap::new();
    let mut first_gids = Vec::new();
    for cluster in &clusters.list {
        let (mut tileset, picture) = stock.tileset(cluster, &sheet(cluster.kind));
        tileset.name = unique("tiles", &mut names);
        tileset.file.clone_from(&map.file);
        credits(&mut tileset, map, cluster.entries.iter().flat_map(|entry| stock.origins(*entry)));
        first_gids.push(next_gid);
        atlases.push((out.tilesets.len(), picture));
        next_gid = push(&mut out, tileset, next_gid);
    }
    let mut kept_gids = BTreeMap::new();
    for kept in &needs.kept {
        let Some(tileset) = &map.tilesets[*kept].tileset else { continue };
        let mut tileset = (**tileset).clone();
        tileset.name = unique(&tileset.name, &mut names);
        kept_gids.insert(*kept, next_gid);
        next_gid = push(&mut out, tileset, next_gid);
    }
    let new_gid = |layer: Option<usize>, gid: Gid| match stock.known(gid) {
        Found::Entry(entry) => {
            // Objects stay as they are.
            let (shown, gid) = if layer.is_some() { views.view(entry, gid) } else { (entry, gid) };
            let place = clusters.place(layer, shown);
            place.map_or(Gid::EMPTY, |(cluster, index)| gid.with_id(first_gids[cluster] + index))
        }
        Found::Kept(tileset, id) => {
            kept_gids.get(&tileset).map_or(Gid::EMPTY, |first| gid.with_id(first + id))
        }
        Found::Nowhere => Gid::EMPTY,
    };
    let mut gids = NewGids::default();
    rewrite(&mut out.layers, &mut gids, &new_gid);
    Optimised { map: out, gids, atlases, notes }
}

/// Gives objects their new gids, and gathers those of cells.
fn rewrite(layers: &mut [Layer], gids: &mut NewGids, new_gid: &dyn Fn(Option<usize>, Gid) -> Gid) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Tiles(tiles) => {
                let number = gids.0.len();
                let old = match &tiles.data {
                    TileData::Finite(gids) => gids.distinct(),
                    TileData::Chunks(_) | TileData::Unreadable => &[],
                };
                let new = |gid: Gid| if gid.is_empty() { Gid::EMPTY } else { new_gid(Some(number), gid) };
                gids.0.push(old.iter().map(|gid| (*gid, new(*gid))).collect());
            }
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    // What leads nowhere shows nothing; without a gid it would become a rectangle.
                    object.gid = object.gid.map(|gid| new_gid(None, gid));
                }
            }
            LayerKind::Group(children) => rewrite(children, gids, new_gid),
            LayerKind::Image(_) => {}
        }
    }
}

/// Adds a tileset and returns the first gid behind it. Phaser counts tiles by the picture, so the
/// whole of it is reserved (workadventure-maps, section 2.2).
fn push(map: &mut Map, tileset: Tileset, first_gid: u32) -> u32 {
    let cells = tileset.phaser_grid().map_or(0, |(columns, rows)| columns.saturating_mul(rows));
    let span = tileset.id_span().max(cells).max(1);
    map.tilesets.push(MapTileset { span: None, first_gid, source: None, tileset: Some(Arc::new(tileset)) });
    first_gid.saturating_add(span)
}

/// A name that no tileset before has: WorkAdventure draws two tilesets of one name from one picture. With the names
/// that are taken stands which number each was given last.
fn unique(wanted: &str, taken: &mut BTreeMap<String, usize>) -> String {
    let mut name = wanted.to_owned();
    while taken.contains_key(&name) {
        let number = taken.entry(wanted.to_owned()).or_insert(1);
        *number += 1;
        name = format!("{wanted}-{number}");
    }
    taken.insert(name.clone(), 1);
    name
}

/// Gathers what the old tilesets say about themselves, credits before all: texts of one name are
/// joined line by line, other values are kept where all agree.
fn credits(tileset: &mut Tileset, map: &Map, origins: impl Iterator<Item = usize>) {
    let origins: BTreeSet<usize> = origins.collect();
    let mut gathered = Properties::default();
    let mut disputed = BTreeSet::new();
    for origin in origins {
        let Some(old) = &map.tilesets[origin].tileset else { continue };
        for property in &old.properties {
            let value = match (gathered.get(&property.name).map(|known| &known.value), &property.value) {
                (None, value) => value.clone(),
                (Some(Value::String(known)), Value::String(text)) => {
                    if known.lines().any(|line| line == text) || text.is_empty() {
                        continue;
                    }
                    Value::String(if known.is_empty() { text.clone() } else { format!("{known}\n{text}") })
                }
                (Some(known), value) => {
                    if known != value {
                        disputed.insert(property.name.clone());
                    }
                    continue;
                }
            };
            gathered.set(&property.name, value);
        }
    }
    gathered.0.retain(|property| !disputed.contains(&property.name));
    tileset.properties = gathered;
}

#[cfg(test)]
mod tests;
