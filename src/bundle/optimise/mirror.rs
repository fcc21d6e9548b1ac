//! Tiles that are shown turned or mirrored.
//!
//! The engine draws dense layers of one tileset on the graphics card, where Phaser 4.2 mirrors tiles left to
//! right and does nothing else to them: it takes every other flip for a rotation, which is not drawn there.
//! Bundled layers have one tileset each, so what is turned otherwise gets a picture of its own, and only
//! mirror images share one.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use glam::DVec2;

use super::stock::{Found, Stock};
use crate::model::{Gid, Layer, LayerKind, Map, Orientation};

/// About how many pixels of a picture fit into a byte: a tile of 32 x 32 takes 130 bytes.
const PIXELS_A_BYTE: u64 = 8;

/// How many digits longer a number with a flag is, about, in the map's file.
const DIGITS: u64 = 7;

/// What layers show in the place of tiles.
#[derive(Debug, Default)]
pub(super) struct Views {
    /// Pictures of tiles that are turned, by tile and flags.
    turned: BTreeMap<(usize, u32), usize>,
    /// The tile that each is the mirror image of, left to right.
    mirrored: BTreeMap<usize, usize>,
    /// Tiles that are their own mirror image.
    even: BTreeSet<usize>,
}

/// How a tile is used with some flags.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    cells: u64,
    /// Whether it lies between two pixels somewhere, where it is mixed from its neighbours, differently
    /// from the left than from the right.
    uneven: bool,
}

impl Views {
    /// Finds out what can be shown otherwise than by flags, and what by them. `fixed` are tiles that
    /// something shows which cannot flip them: frames and objects.
    pub(super) fn find(map: &Map, stock: &mut Stock<'_>, fixed: &BTreeSet<usize>) -> Self {
        let mut views = Self::default();
        if map.orientation != Orientation::Orthogonal {
            return views;
        }
        let mut uses = BTreeMap::new();
        count(&map.layers, DVec2::ZERO, stock, &mut uses);
        views.turn(map, stock, &mut uses);
        views.mirror(map, stock, &uses, fixed);
        views
    }

    /// The tile and the flags that a layer shows for a gid with this tile.
    pub(super) fn view(&self, entry: usize, gid: Gid) -> (usize, Gid) {
        let (entry, gid) = match self.turned.get(&(entry, gid.flags())) {
            Some(turned) => (*turned, Gid(gid.id())),
            None => (entry, gid),
        };
        if let Some(other) = self.mirrored.get(&entry) {
            (*other, Gid(gid.0 ^ Gid::FLIP_X))
        } else if self.even.contains(&entry) {
            (entry, Gid(gid.0 & !Gid::FLIP_X))
        } else {
            (entry, gid)
        }
    }

    /// Gives tiles that are turned pictures of their own.
    fn turn(&mut self, map: &Map, stock: &mut Stock<'_>, uses: &mut BTreeMap<(usize, u32), Uses>) {
        for ((entry, flags), used) in uses.clone() {
            let plain = flags == 0 || flags == Gid::FLIP_X;
            if plain
                || flags & Gid::ROTATE_HEX != 0
                || used.uneven
                || !stock.fills_cells(entry, map.tile_size)
            {
                continue;
            }
            if let Some(turned) = stock.turned(entry, flags) {
                self.turned.insert((entry, flags), turned);
                uses.remove(&(entry, flags));
                uses.entry((turned, 0)).or_default().cells += used.cells;
            }
        }
    }

    /// Finds mirror images among mere pictures. A tile that anything is said of stays: the engine does not
    /// find the properties of flipped tiles (workadventure-maps, section 2.5). And only where it saves more
    /// of the picture than flags cost in the map.
    fn mirror(
        &mut self,
        map: &Map,
        stock: &mut Stock<'_>,
        uses: &BTreeMap<(usize, u32), Uses>,
        fixed: &BTreeSet<usize>,
    ) {
        let otherwise = uses.iter().filter(|((_, flags), used)| flags & !Gid::FLIP_X != 0 || used.uneven);
        let otherwise: BTreeSet<usize> = otherwise.map(|((entry, _), _)| *entry).collect();
        let all: BTreeSet<usize> = uses.keys().map(|(entry, _)| *entry).collect();
        let cells = |entry: usize, flags: u32| uses.get(&(entry, flags)).map_or(0, |used| used.cells);
        let price = u64::from(map.tile_size.width) * u64::from(map.tile_size.height) / PIXELS_A_BYTE;
        let cost = |tile: usize| cells(tile, 0).saturating_sub(cells(tile, Gid::FLIP_X)) * DIGITS;
        let mut known: HashMap<(usize, Vec<u8>), usize> = HashMap::new();
        for entry in all.difference(&otherwise).copied() {
            let Some((kind, pixels)) = stock.bare(entry) else { continue };
            if !stock.fills_cells(entry, map.tile_size) {
                continue;
            }
            let mirrored = flipped(pixels, map.tile_size.width, Gid::FLIP_X);
            if *mirrored == *pixels {
                self.even.insert(entry);
                continue;
            }
            let Some(other) = known.remove(&(kind, mirrored)) else {
                known.insert((kind, pixels.to_vec()), entry);
                continue;
            };
            let goes = [entry, other].into_iter().filter(|tile| !fixed.contains(tile) && cost(*tile) < price);
            if let Some(goes) = goes.min_by_key(|tile| (cost(*tile), Reverse(*tile))) {
                self.mirrored.insert(goes, if goes == other { entry } else { other });
            }
        }
        for (goes, stays) in &self.mirrored {
            stock.credit(*stays, *goes);
        }
    }
}

/// Counts the tiles of layers in a group that is drawn so far from its place.
fn count(layers: &[Layer], moved: DVec2, stock: &Stock<'_>, all: &mut BTreeMap<(usize, u32), Uses>) {
    for layer in layers {
        let moved = moved + layer.offset;
        match &layer.kind {
            LayerKind::Group(children) => count(children, moved, stock, all),
            LayerKind::Tiles(tiles) => {
                for (_, gid) in tiles.filled() {
                    let Found::Entry(entry) = stock.known(gid) else { continue };
                    let uses = all.entry((entry, gid.flags())).or_default();
                    uses.cells += 1;
                    uses.uneven |= moved.fract() != DVec2::ZERO;
                }
            }
            LayerKind::Objects(_) | LayerKind::Image(_) => {}
        }
    }
}

/// Pixels of four bytes each as the flags show them; x and y are exchanged in squares only.
pub(super) fn flipped(pixels: &[u8], width: u32, flags: u32) -> Vec<u8> {
    let width = width.max(1) as usize;
    let height = pixels.len() / 4 / width;
    let mut out = Vec::with_capacity(pixels.len());
    for y in 0..height {
        for x in 0..width {
            let x = if flags & Gid::FLIP_X == 0 { x } else { width - 1 - x };
            let y = if flags & Gid::FLIP_Y == 0 { y } else { height - 1 - y };
            let (x, y) = if flags & Gid::FLIP_DIAGONAL == 0 { (x, y) } else { (y, x) };
            let start = (y * width + x) * 4;
            out.extend_from_slice(&pixels[start..start + 4]);
        }
    }
    out
}
