//! Any Tiled map as plain TMJ: complete in itself, in a form that every reader of Tiled's JSON takes.

use crate::{
    finding::{Finding, Severity},
    format::{SaveStyle, save_edited},
    model::{Encoding, LayerKind, Map},
    project::ProjectMap,
    source::Sources,
    workadventure::moved,
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
    /// How many tilesets were taken into the map.
    pub embedded_tilesets: usize,
    /// How many objects were given what their templates hold.
    pub detached_objects: usize,
    /// How many layers were encoded, and are arrays of numbers now.
    pub decoded_layers: usize,
}

/// Writes a map as the file called `output`: tilesets embedded, templates resolved, layer data as
/// arrays. What it refers to stays the same, named from where the output lies. Of a map that is TMJ
/// already, what is plain keeps its text.
///
/// # Errors
/// Where a part of the map or a file that it needs cannot be read: what is written would lack it.
pub fn convert(sources: &Sources, loaded: &ProjectMap, output: &str) -> Result<Converted, Incomplete> {
    let broken = loaded.findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
    let broken: Vec<Finding> = broken.cloned().collect();
    let (Some(map), true) = (&loaded.map, broken.is_empty()) else {
        return Err(Incomplete { file: loaded.name.clone(), findings: broken });
    };
    let mut plain = map.clone();
    moved(&mut plain, &sources.root().to_string_lossy().replace('\\', "/"), output);
    Ok(Converted {
        text: save_edited(sources, map, &plain, SaveStyle::Plain),
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

fn count(map: &Map, of: impl Fn(&LayerKind) -> usize) -> usize {
    map.flat_layers().into_iter().map(|(_, layer)| of(&layer.kind)).sum()
}
