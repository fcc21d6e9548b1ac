//! Maps that grew or shrank at their left or top: everything in them moved, and nothing else changed.

use std::{cmp::Reverse, collections::BTreeMap};

use glam::{DVec2, IVec2};

use crate::model::{Cells, Gid, Layer, LayerKind, Map, TileData, TileLayer, TilePos};

/// Farthest that a map's content is looked for, in tiles.
const FARTHEST: i32 = 64;
/// Cells that all layers of a map may have once it is moved; its size may be no more than a number in a file.
const MOST_CELLS: u64 = 1 << 26;
/// Layers that are compared, the fullest ones.
const MOST_LAYERS: usize = 16;
/// Cells of each layer that are compared.
const SAMPLE: usize = 256;

/// How far everything moved, in tiles; `None` where it stayed, or where the two have little in common.
/// `same` tells whether a tile of the old map is a tile of the new one.
pub(super) fn of(old: &Map, new: &Map, same: impl Fn(Gid, Gid) -> bool) -> Option<IVec2> {
    let count = old.flat_layers().len() as u64;
    let cells = (u64::from(new.width) * u64::from(new.height)).saturating_mul(count);
    let grew = (old.width, old.height) != (new.width, new.height);
    if old.infinite || new.infinite || !grew || cells > MOST_CELLS {
        return None;
    }
    let pairs = layers(old, new);
    let agreement = |shift: IVec2| -> usize {
        let agrees = |layer: &Sampled<'_>| {
            let at =
                |cell: &TilePos| TilePos::new(cell.x.saturating_add(shift.x), cell.y.saturating_add(shift.y));
            layer.cells.iter().filter(|(cell, gid)| same(*gid, layer.new.get(at(cell)))).count()
        };
        pairs.iter().map(agrees).sum()
    };
    let all: usize = pairs.iter().map(|layer| layer.cells.len()).sum();
    let stayed = agreement(IVec2::ZERO);
    let range = |old: u32, new: u32| {
        let grown = i64::from(new) - i64::from(old);
        let grown = i32::try_from(grown.clamp(-i64::from(FARTHEST), i64::from(FARTHEST))).unwrap_or(0);
        grown.min(0)..=grown.max(0)
    };
    let columns = range(old.width, new.width);
    let shifts = range(old.height, new.height).flat_map(|y| columns.clone().map(move |x| IVec2::new(x, y)));
    // Of several that agree as much, the shortest.
    let best =
        shifts.map(|shift| (agreement(shift), Reverse(shift.length_squared()), shift.x, shift.y)).max()?;
    let (agreed, _, x, y) = best;
    // What was cut off agrees with nothing.
    (agreed > stayed && 4 * agreed >= 3 * all).then_some(IVec2::new(x, y))
}

struct Sampled<'a> {
    cells: Vec<(TilePos, Gid)>,
    new: &'a TileLayer,
}

/// The fullest tile layers that both have by path, with some cells of the old one.
fn layers<'a>(old: &Map, new: &'a Map) -> Vec<Sampled<'a>> {
    let news: BTreeMap<String, &TileLayer> =
        new.flat_layers().into_iter().filter_map(|(path, layer)| Some((path, layer.tiles()?))).collect();
    let both = old.flat_layers().into_iter().filter_map(|(path, layer)| {
        let was = layer.tiles()?;
        Some((was.filled().count(), was, *news.get(&path)?))
    });
    let mut both: Vec<_> = both.collect();
    both.sort_by_key(|(count, ..)| Reverse(*count));
    let sampled = both.into_iter().take(MOST_LAYERS).map(|(count, was, new)| {
        // A step that is odd meets every column.
        let step = (count / SAMPLE) | 1;
        Sampled { cells: was.filled().step_by(step).collect(), new }
    });
    sampled.collect()
}

/// The map with everything moved, and of the size of another.
pub(super) fn moved(map: &Map, shift: IVec2, new: &Map) -> Map {
    let mut map = map.clone();
    (map.width, map.height) = (new.width, new.height);
    let tile = DVec2::new(f64::from(map.tile_size.width), f64::from(map.tile_size.height));
    move_layers(&mut map.layers, shift, shift.as_dvec2() * tile, (new.width, new.height));
    map
}

fn move_layers(layers: &mut [Layer], shift: IVec2, pixels: DVec2, size: (u32, u32)) {
    for layer in layers {
        match &mut layer.kind {
            LayerKind::Group(children) => move_layers(children, shift, pixels, size),
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    object.position += pixels;
                }
            }
            LayerKind::Tiles(tiles) => move_cells(tiles, shift, size),
            LayerKind::Image(_) => layer.offset += pixels,
        }
    }
}

fn move_cells(tiles: &mut TileLayer, shift: IVec2, (width, height): (u32, u32)) {
    if !matches!(tiles.data, TileData::Finite(_)) {
        return;
    }
    let mut cells = Cells::empty(width as usize * height as usize);
    for (cell, gid) in tiles.filled() {
        let (x, y) = (cell.x.saturating_add(shift.x), cell.y.saturating_add(shift.y));
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && x < width
            && y < height
        {
            cells.set(y as usize * width as usize + x as usize, gid);
        }
    }
    (tiles.width, tiles.height) = (width, height);
    tiles.data = TileData::Finite(cells);
}
