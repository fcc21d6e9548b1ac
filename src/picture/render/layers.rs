//! The layers of a map as a flat list, with everything that its groups add to each.

use std::collections::BTreeSet;

use glam::DVec2;

use super::{RenderError, tiles::Tint};
use crate::model::{Cells, Chunk, Gid, Layer, LayerKind, Map, TileData, TileLayer, TilePos, TileRect, color};

/// A layer that is to be drawn.
pub(super) struct DrawnLayer<'a> {
    pub(super) layer: &'a Layer,
    /// Offsets of the layer and of its groups, in pixels.
    pub(super) offset: DVec2,
    /// Opacity of the layer times that of its groups, 1 to 255.
    pub(super) alpha: u8,
    /// Colours of the layer and of its groups, multiplied.
    pub(super) tint: Option<Tint>,
}

/// What a layer inherits from its groups.
#[derive(Clone, Copy)]
struct Inherited {
    offset: DVec2,
    opacity: f64,
    tint: Option<Tint>,
    visible: bool,
    /// Whether a group was chosen by name.
    chosen: bool,
}

/// The layers that are drawn, bottom first: those that are shown with all groups around them, or, if
/// `chosen` names some, exactly those, shown or not. A name is that of a layer or group, or its path.
pub(super) fn drawn<'a>(map: &'a Map, chosen: Option<&[String]>) -> Result<Vec<DrawnLayer<'a>>, RenderError> {
    let mut walk = Walk { chosen, found: BTreeSet::new(), drawn: Vec::new() };
    let top =
        Inherited { offset: DVec2::ZERO, opacity: 1.0, tint: None, visible: true, chosen: chosen.is_none() };
    walk.visit(&map.layers, "", top);
    if let Some(name) = chosen.unwrap_or_default().iter().find(|name| !walk.found.contains(name.as_str())) {
        let names: Vec<String> = map.flat_layers().into_iter().map(|(path, _)| path).collect();
        return Err(RenderError::UnknownLayer { name: name.clone(), nearest: nearest(name, &names) });
    }
    Ok(walk.drawn)
}

struct Walk<'a, 'c> {
    chosen: Option<&'c [String]>,
    found: BTreeSet<&'c str>,
    drawn: Vec<DrawnLayer<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, layers: &'a [Layer], prefix: &str, above: Inherited) {
        for layer in layers {
            let path = format!("{prefix}{}", layer.name);
            let name =
                self.chosen.unwrap_or_default().iter().find(|name| **name == layer.name || **name == path);
            self.found.extend(name.map(String::as_str));
            let here = Inherited {
                offset: above.offset + layer.offset,
                opacity: above.opacity * layer.opacity,
                tint: multiply(above.tint, layer.tint.as_deref().and_then(color)),
                // Who names a layer wants to see it.
                visible: above.visible && layer.visible || name.is_some(),
                chosen: above.chosen || name.is_some(),
            };
            if let LayerKind::Group(children) = &layer.kind {
                self.visit(children, &format!("{path}/"), here);
                continue;
            }
            let alpha = alpha(here.opacity);
            if here.visible && here.chosen && alpha > 0 && here.offset.is_finite() {
                let Inherited { offset, tint, .. } = here;
                self.drawn.push(DrawnLayer { layer, offset, alpha, tint });
            }
        }
    }
}

fn nearest(name: &str, names: &[String]) -> Option<String> {
    let score = |known: &&String| {
        let leaf = known.rsplit_once('/').map_or(known.as_str(), |(_, leaf)| leaf);
        strsim::damerau_levenshtein(name, known).min(strsim::damerau_levenshtein(name, leaf))
    };
    names.iter().min_by_key(score).filter(|known| score(known) <= name.chars().count() / 2 + 1).cloned()
}

/// An opacity in 255ths, cut down twice as Qt's painter does it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=256")]
fn alpha(opacity: f64) -> u8 {
    let steps = (opacity.clamp(0.0, 1.0) * 256.0) as u32;
    u8::try_from((255 * steps) >> 8).unwrap_or(255)
}

fn multiply(above: Option<Tint>, own: Option<Tint>) -> Option<Tint> {
    let product = match (above, own) {
        (Some(a), Some(b)) => std::array::from_fn(|channel| {
            let product = u32::from(a[channel]) * u32::from(b[channel]);
            u8::try_from((product + 127) / 255).unwrap_or(255)
        }),
        (one, other) => one.or(other)?,
    };
    Some(product).filter(|tint| *tint != [255; 4])
}

/// The cells of a tile layer, row by row at hand.
pub(super) enum Grid<'a> {
    /// All cells of a finite layer.
    Rows { gids: &'a Cells, width: usize, height: usize },
    /// Only those with a tile, sorted by row and column.
    Filled(Vec<(TilePos, Gid)>),
}

impl<'a> Grid<'a> {
    pub(super) fn of(layer: &'a TileLayer) -> Self {
        match &layer.data {
            TileData::Finite(gids) => {
                let width = layer.width as usize;
                // Data of a wrong length is drawn as far as it goes.
                let height = (layer.height as usize).min(gids.len().div_ceil(width.max(1)));
                Self::Rows { gids, width, height }
            }
            TileData::Chunks(_) => {
                let mut filled: Vec<_> = layer.filled().collect();
                // Later chunks cover earlier ones: the last of equal cells stays.
                filled.sort_by_key(|(cell, _)| *cell);
                filled.reverse();
                filled.dedup_by_key(|(cell, _)| *cell);
                filled.reverse();
                Self::Filled(filled)
            }
            TileData::Unreadable => Self::Filled(Vec::new()),
        }
    }

    /// Tiles of a row between two columns, from the left.
    pub(super) fn row(
        &self,
        y: i32,
        left: i32,
        right: i32,
    ) -> Box<dyn DoubleEndedIterator<Item = (i32, Gid)> + '_> {
        match self {
            Self::Rows { gids, width, height } => {
                let Some(y) = usize::try_from(y).ok().filter(|y| y < height) else {
                    return Box::new(std::iter::empty());
                };
                let column = |x: i32| usize::try_from(x).unwrap_or(0).min(*width);
                let (first, last) = (y * width + column(left), y * width + column(right));
                let row = gids.range(first..last);
                let left = left.max(0);
                let cells = row.enumerate().filter(|(_, gid)| !gid.is_empty());
                Box::new(cells.map(move |(step, gid)| {
                    (left.saturating_add(i32::try_from(step).unwrap_or(i32::MAX)), gid)
                }))
            }
            Self::Filled(filled) => {
                let at = |x: i32| filled.partition_point(|(cell, _)| *cell < TilePos::new(x, y));
                let (first, last) = (at(left), at(right));
                Box::new(filled[first..last.max(first)].iter().map(|(cell, gid)| (cell.x, *gid)))
            }
        }
    }

    /// The rows from `top` to `bottom` that can hold a tile.
    pub(super) fn clip_rows(&self, top: i32, bottom: i32) -> (i32, i32) {
        let (first, last) = match self {
            Self::Rows { height, .. } => (0, i32::try_from(*height).unwrap_or(i32::MAX)),
            Self::Filled(filled) => {
                let row = |cell: Option<&(TilePos, Gid)>| cell.map_or(0, |(cell, _)| cell.y);
                (row(filled.first()), row(filled.last()).saturating_add(1))
            }
        };
        let top = top.max(first);
        (top, bottom.min(last).max(top))
    }

    /// Every gid in it.
    pub(super) fn gids(&self) -> Box<dyn Iterator<Item = Gid> + '_> {
        match self {
            Self::Rows { gids, .. } => Box::new(gids.iter().filter(|gid| !gid.is_empty())),
            Self::Filled(filled) => Box::new(filled.iter().map(|(_, gid)| *gid)),
        }
    }
}

/// What a map shows, in tiles: all of a finite map; of an infinite one the pieces of 16 x 16 cells
/// that hold a tile in any layer, as Tiled bounds it.
pub(super) fn bounds(map: &Map) -> TileRect {
    const PIECE: i32 = 16;
    if !map.infinite {
        return map.bounds();
    }
    let filled = |chunk: &Chunk| {
        let width = chunk.width.max(1) as usize;
        let cells = chunk.gids.iter().enumerate().filter(|(_, gid)| !gid.is_empty());
        TileRect::around(cells.map(|(index, _)| {
            let at =
                |origin: i32, step: usize| origin.saturating_add(i32::try_from(step).unwrap_or(i32::MAX));
            TilePos::new(at(chunk.x, index % width), at(chunk.y, index / width))
        }))
    };
    let layers = map.flat_layers();
    let corners = layers.iter().filter_map(|(_, layer)| Some((layer.position, layer.tiles()?))).flat_map(
        |(shift, tiles)| {
            let pieces: Vec<TileRect> = match &tiles.data {
                TileData::Chunks(chunks) => chunks.iter().filter_map(filled).collect(),
                TileData::Finite(_) => vec![TileRect::new(0, 0, tiles.width, tiles.height)],
                TileData::Unreadable => Vec::new(),
            };
            let floor = |value: i32| value.div_euclid(PIECE).saturating_mul(PIECE);
            pieces.into_iter().filter(|piece| piece.width > 0 && piece.height > 0).flat_map(move |piece| {
                let first = TilePos::new(
                    floor(piece.x).saturating_add(shift.x),
                    floor(piece.y).saturating_add(shift.y),
                );
                let last = |end: i32, shift: i32| {
                    floor(end.saturating_sub(1)).saturating_add(PIECE - 1).saturating_add(shift)
                };
                [first, TilePos::new(last(piece.right(), shift.x), last(piece.bottom(), shift.y))]
            })
        },
    );
    TileRect::around(corners).unwrap_or(TileRect::new(0, 0, 0, 0))
}
