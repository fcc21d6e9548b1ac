//! Cells that look alike are drawn once.
//!
//! Most maps show the same few stacks of tiles again and again. Where the layers at the bottom draw
//! nothing beyond the cell of each tile, a stack is laid over each other once, down to its topmost tile
//! that hides all below, and copied from then on: to the pixel what drawing every tile makes.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, PoisonError},
};

use glam::{DVec2, IVec2};

use super::{
    Content,
    layers::{DrawnLayer, Grid},
    place::Placement,
    tiles::{Drawn, Sheets, Tiles, Tint},
};
use crate::{
    model::{Cells, Gid, TileSize},
    picture::canvas::{Area, Canvas, Pixel, index},
};

/// Largest side of cells whose stacks are kept, in pixels: nobody repeats larger ones so often.
const LARGEST_CELL: u32 = 256;

/// Pixels that are kept by each thread; what comes then, begins anew.
const MOST_KEPT: usize = 1 << 21;

/// The tile layers at the bottom of a map that draw cell by cell.
pub(super) struct Stacks<'a> {
    /// Bottom first.
    layers: Vec<Layer<'a>>,
    cell: TileSize,
    /// What threads keep while they do not draw.
    kept: Mutex<Vec<Kept>>,
}

struct Layer<'a> {
    gids: &'a Cells,
    width: i64,
    height: i64,
    /// First column and row, in cells of the map.
    shift: (i64, i64),
    alpha: u8,
    /// The same number for all layers of one opacity and tint.
    style: u32,
    /// By id: ids are whatever a file says, so that they make no table.
    looks: HashMap<u32, Look>,
}

/// A tile as a layer shows it.
struct Look {
    drawn: Drawn,
    /// Whether it hides everything below it.
    opaque: bool,
}

#[derive(Default)]
struct Kept {
    /// Where the pixels of a stack begin: styles and gids of its tiles, topmost first.
    begins: HashMap<Box<[u32]>, usize>,
    pixels: Vec<Pixel>,
}

impl<'a> Stacks<'a> {
    /// Of as many of the layers, from the bottom up, as draw cell by cell.
    pub(super) fn of(
        layers: &[(DrawnLayer<'a>, Content<'a>)],
        cell: TileSize,
        tiles: &Tiles<'a>,
        sheets: &Sheets<'a>,
    ) -> Self {
        let mut styles: Vec<(u8, Option<Tint>)> = Vec::new();
        let mut local = Vec::new();
        for (drawn, content) in layers {
            let Content::Tiles(grid) = content else { break };
            let style = styles.iter().position(|known| *known == (drawn.alpha, drawn.tint));
            let style = style.unwrap_or_else(|| {
                styles.push((drawn.alpha, drawn.tint));
                styles.len() - 1
            });
            let Some(layer) = Layer::of(drawn, grid, style, cell, tiles, sheets) else { break };
            local.push(layer);
        }
        Self { layers: local, cell, kept: Mutex::default() }
    }

    /// How many layers they are.
    pub(super) fn len(&self) -> usize {
        self.layers.len()
    }

    /// Draws them onto a canvas that has nothing on it yet.
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        if self.layers.is_empty() {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let (width, height) = (i64::from(self.cell.width), i64::from(self.cell.height));
        let seen = canvas.area();
        let last = |end: i64, side: i64| (end - 1).div_euclid(side);
        let mut stack: Vec<(&Layer, &Look, Gid)> = Vec::new();
        let mut key: Vec<u32> = Vec::new();
        for y in seen.top.div_euclid(height)..=last(seen.bottom, height) {
            for x in seen.left.div_euclid(width)..=last(seen.right, width) {
                stack.clear();
                for layer in self.layers.iter().rev() {
                    let Some((look, gid)) = layer.at(x, y) else { continue };
                    stack.push((layer, look, gid));
                    if look.opaque && layer.alpha == 255 {
                        break;
                    }
                }
                if stack.is_empty() {
                    continue;
                }
                key.clear();
                key.extend(stack.iter().flat_map(|(layer, _, gid)| [layer.style, gid.0]));
                let pixels = kept.of(&key, || self.lay(&stack));
                let cell = Area::new(x * width, y * height, width, height);
                if let Some(shown) = cell.intersection(seen) {
                    canvas.copy(pixels, cell, shown);
                }
            }
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    }

    /// One cell with these tiles, topmost first.
    fn lay(&self, stack: &[(&Layer, &Look, Gid)]) -> Vec<Pixel> {
        let mut cell = Canvas::new(0, 0, self.cell.width as usize, self.cell.height as usize);
        let corner = DVec2::new(0.0, f64::from(self.cell.height));
        for (layer, look, gid) in stack.iter().rev() {
            Placement::in_cell(corner, *gid, &look.drawn).draw(&mut cell, &look.drawn, layer.alpha);
        }
        cell.pixels
    }
}

impl<'a> Layer<'a> {
    /// `None` where a tile reaches beyond its cell.
    fn of(
        drawn: &DrawnLayer<'a>,
        grid: &Grid<'a>,
        style: usize,
        cell: TileSize,
        tiles: &Tiles<'a>,
        sheets: &Sheets<'a>,
    ) -> Option<Self> {
        let Grid::Rows { gids, width, height } = grid else { return None };
        let cells = drawn.offset / DVec2::new(f64::from(cell.width), f64::from(cell.height));
        let whole = cells.round();
        if cells != whole || whole.abs().max_element() > f64::from(i32::MAX / 4) {
            return None;
        }
        let shift = whole.as_i64vec2() + drawn.layer.position.as_i64vec2();
        if cell.width.max(cell.height) > LARGEST_CELL {
            return None;
        }
        let mut looks = HashMap::new();
        let mut before = Gid(0);
        for gid in gids.iter().filter(|gid| !gid.is_empty()) {
            if gid == before {
                continue;
            }
            before = gid;
            if gid.flip_diagonal() && cell.width != cell.height {
                return None;
            }
            if let Entry::Vacant(vacant) = looks.entry(gid.id()) {
                vacant.insert(Look::of(tiles.look_up(gid, drawn.tint, sheets), cell)?);
            }
        }
        Some(Self {
            gids: *gids,
            width: i64::try_from(*width).ok()?,
            height: i64::try_from(*height).ok()?,
            shift: (shift.x, shift.y),
            alpha: drawn.alpha,
            style: u32::try_from(style).ok()?,
            looks,
        })
    }

    /// The tile at a cell of the map.
    fn at(&self, x: i64, y: i64) -> Option<(&Look, Gid)> {
        let (x, y) = (x - self.shift.0, y - self.shift.1);
        if x < 0 || y < 0 || x >= self.width || y >= self.height {
            return None;
        }
        let gid = self.gids.get(index(y * self.width + x)).filter(|gid| !gid.is_empty())?;
        Some((self.looks.get(&gid.id())?, gid))
    }
}

impl Look {
    /// `None` where the tile is not as large as a cell, or not drawn in it.
    fn of(drawn: Drawn, cell: TileSize) -> Option<Self> {
        let size = DVec2::new(f64::from(cell.width), f64::from(cell.height));
        if drawn.size != size || drawn.offset != IVec2::ZERO {
            return None;
        }
        let opaque = match &drawn.pixels {
            Some((_, part)) if (part.width, part.height) != (cell.width, cell.height) => return None,
            Some((sheet, part)) => sheet.is_opaque(*part),
            None => false,
        };
        Some(Self { drawn, opaque })
    }
}

impl Kept {
    /// The pixels of a stack, which `lay` makes where they are not known.
    fn of(&mut self, key: &[u32], lay: impl FnOnce() -> Vec<Pixel>) -> &[Pixel] {
        if let Some(begin) = self.begins.get(key) {
            return &self.pixels[*begin..];
        }
        if self.pixels.len() > MOST_KEPT {
            *self = Self::default();
        }
        let begin = self.pixels.len();
        self.pixels.extend(lay());
        self.begins.insert(key.into(), begin);
        &self.pixels[begin..]
    }
}
