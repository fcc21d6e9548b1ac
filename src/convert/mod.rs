//! Any Tiled map as plain TMJ: complete in itself, in a form that every reader of Tiled's JSON takes.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    finding::{Finding, Severity},
    format::{SaveStyle, save_edited},
    model::{CustomTypes, Encoding, Layer, LayerKind, Map},
    project::ProjectMap,
    source::{PictureHeader, Sources, parent, resolve},
    workadventure::{PropertyFact, moved},
};

/// Why a map cannot be converted.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be converted whole")]
pub struct Incomplete {
    /// The map.
    pub file: String,
    /// What of it cannot be read.
    pub findings: Vec<Finding>,
}

/// A map as plain TMJ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The text of the file.
    pub text: String,
    /// Pictures that stood inside of the map, by the names of the files that they must be written to.
    pub pictures: Vec<(String, Bytes)>,
    /// Whether something has now what a class of the Tiled project gives it.
    pub completed_classes: bool,
    /// How many tilesets were taken into the map.
    pub embedded_tilesets: usize,
    /// How many objects were given what their templates hold.
    pub detached_objects: usize,
    /// How many layers were encoded, and are arrays of numbers now.
    pub decoded_layers: usize,
}

/// Writes a map as the file called `output`: tilesets embedded, templates resolved, layer data as
/// arrays, and what the classes among `types` give written out. What it refers to stays the same, named
/// from where the output lies. Layers and objects of old files get ids, and their pictures sizes. Of a
/// map that is TMJ already, what is plain keeps its text.
///
/// # Errors
/// Where a part of the map or a file that it needs cannot be read: what is written would lack it.
pub fn convert(
    sources: &Sources,
    types: Option<&CustomTypes>,
    loaded: &ProjectMap,
    output: &str,
) -> Result<Converted, Incomplete> {
    let broken = loaded.findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
    let broken: Vec<Finding> = broken.cloned().collect();
    let (Some(map), true) = (&loaded.map, broken.is_empty()) else {
        return Err(Incomplete { file: loaded.name.clone(), findings: broken });
    };
    let mut plain =
        types.map_or_else(|| map.clone(), |types| types.resolve(map, PropertyFact::says_something));
    let completed_classes = plain != *map;
    complete(&mut plain, sources);
    moved(&mut plain, &sources.root().to_string_lossy().replace('\\', "/"), output);
    Ok(Converted {
        text: save_edited(sources, map, &plain, SaveStyle::Plain),
        pictures: plain.embedded_pictures(),
        completed_classes,
        embedded_tilesets: map.tilesets.iter().filter(|set| set.source.is_some()).count(),
        detached_objects: count(map, |kind| match kind {
            LayerKind::Objects(layer) => {
                layer.objects.iter().filter(|object| object.template.is_some()).count()
            }
            _ => 0,
        }),
        decoded_layers: count(map, |kind| match kind {
            LayerKind::Tiles(tiles) => usize::from(tiles.encoding != Encoding::Csv),
            _ => 0,
        }),
    })
}

/// Gives what old files lack and Tiled fills in by itself, but WorkAdventure does not: ids, and the sizes
/// of pictures.
fn complete(map: &mut Map, sources: &Sources) {
    number(&mut map.layers, &mut map.next_layer_id, &mut map.next_object_id);
    for set in map.tilesets.iter_mut().filter_map(|entry| entry.tileset.as_mut()) {
        let pictures = || set.picture.iter().chain(set.tiles.iter().filter_map(|tile| tile.picture.as_ref()));
        if pictures().all(|picture| picture.width.is_some() && picture.height.is_some()) {
            continue;
        }
        let set = Arc::make_mut(set);
        let of_tiles = set.tiles.iter_mut().filter_map(|tile| tile.picture.as_mut());
        for picture in set.picture.iter_mut().chain(of_tiles) {
            let name = resolve(parent(&set.file), &picture.source);
            if let PictureHeader::Size(width, height) = sources.picture(&name) {
                picture.width.get_or_insert(width);
                picture.height.get_or_insert(height);
            }
        }
        if let (Some((columns, rows)), 0) = (set.grid(), set.tile_count) {
            set.tile_count = columns.saturating_mul(rows);
            set.columns = columns;
        }
    }
}

/// Gives layers and objects without an id the next one that is free.
fn number(layers: &mut [Layer], next_layer: &mut u32, next_object: &mut u32) {
    let give = |id: &mut u32, next: &mut u32| {
        if *id == 0 {
            *id = *next;
            *next = next.saturating_add(1);
        }
    };
    for layer in layers {
        give(&mut layer.id, next_layer);
        match &mut layer.kind {
            LayerKind::Group(children) => number(children, next_layer, next_object),
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    give(&mut object.id, next_object);
                }
            }
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
}

fn count(map: &Map, of: impl Fn(&LayerKind) -> usize) -> usize {
    map.flat_layers().into_iter().map(|(_, layer)| of(&layer.kind)).sum()
}
