//! Two states of a map in one picture: before, after, and what changed.

use std::collections::BTreeSet;

use glam::IVec2;
use image::RgbaImage;

use super::{
    PictureStore, RenderError, RenderOptions, Renderer,
    canvas::{Area, Canvas, index},
    overlay::{Line, Mark, Overlay, SOLID, Style, write},
};
use crate::{
    model::{Map, TilePos, TileRect},
    source::Sources,
};

/// Pixels between the parts of the picture.
const GAP: i64 = 12;
/// Height of the title above each part, in pixels.
const TITLE: i64 = 16;

static ADDED: Style = Style { name: "new", color: [0, 114, 178], line: SOLID, fill: 90 };
static REMOVED: Style = Style { name: "gone", color: [213, 94, 0], line: Line::Dashes(3, 3), fill: 90 };
static CHANGED: Style = Style { name: "different", color: [230, 159, 0], line: Line::Dashes(8, 4), fill: 90 };

/// What became of something that is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeMark {
    /// It is new there.
    Added,
    /// It is no more there.
    Removed,
    /// It is different.
    Changed,
}

impl ChangeMark {
    fn style(self) -> &'static Style {
        match self {
            Self::Added => &ADDED,
            Self::Removed => &REMOVED,
            Self::Changed => &CHANGED,
        }
    }
}

/// Two states of a map; one of them may not be there.
#[derive(Debug, Clone, Copy)]
pub struct Panels<'a> {
    /// The map as it was, with its files.
    pub before: Option<(&'a Map, &'a Sources)>,
    /// The map as it is, with its files.
    pub after: Option<(&'a Map, &'a Sources)>,
    /// How far everything moved in between, in tiles.
    pub shift: IVec2,
    /// Whether cells that look different are marked, too, where nothing else is.
    pub looks: bool,
    /// Longest side of one state, in pixels; smaller maps stay as they are.
    pub size: u32,
}

impl Panels<'_> {
    /// Draws both states, and what changed over a pale one, each with its title; beside each other, or below
    /// each other where that is less long. `marks` are cells of the map, with words for them.
    ///
    /// # Errors
    /// Where a state cannot be drawn.
    pub fn draw(
        &self,
        marks: impl IntoIterator<Item = (ChangeMark, Vec<TilePos>, Option<String>)>,
    ) -> Result<RgbaImage, RenderError> {
        // Pictures of the same name may differ: each state has a store of its own.
        let stores = [PictureStore::new(), PictureStore::new()];
        let options = self.options(&stores)?;
        let shown = |state: Option<(&Map, &Sources)>, store: &PictureStore, shift: IVec2| {
            let draw = |(map, sources)| -> Result<Shown, RenderError> {
                let crop = options.crop.map(|tiles| tiles.moved(-shift));
                let renderer =
                    Renderer::new(map, sources, store, &RenderOptions { crop, ..options.clone() })?;
                let shrunk = renderer.scale() < 1.0;
                Ok(Shown { tiles: renderer.tiles(), shrunk, picture: renderer.draw()? })
            };
            state.map(draw).transpose()
        };
        let (before, after) =
            (shown(self.before, &stores[0], self.shift)?, shown(self.after, &stores[1], IVec2::ZERO)?);
        let mut parts = Vec::new();
        if let (Some(was), Some(is), Some((map, sources))) = (&before, &after, self.after) {
            let mut all: Vec<Mark> = marks
                .into_iter()
                .map(|(change, cells, label)| Mark {
                    style: change.style(),
                    cells: cells.into_iter().collect(),
                    label,
                })
                .collect();
            if self.looks {
                let told: BTreeSet<TilePos> =
                    all.iter().flat_map(|mark| mark.cells.iter().copied()).collect();
                let looks = was.differences(is).into_iter().filter(|cell| !told.contains(cell)).collect();
                all.insert(0, Mark { style: &CHANGED, cells: looks, label: None });
            }
            let overlay = Overlay::of_marks(all);
            if !overlay.is_empty() {
                let changed = Renderer::new(map, sources, &stores[1], &options)?.pale().with_overlay(overlay);
                parts.push(("what changed", changed.draw()?));
            }
        }
        let states = [("before", before), ("after", after)].into_iter();
        let states = states.filter_map(|(title, shown)| Some((title, shown?.picture)));
        Ok(together(&states.chain(parts).collect::<Vec<_>>()))
    }

    /// How both states are drawn: all of the larger one, at the same scale.
    fn options(&self, stores: &[PictureStore; 2]) -> Result<RenderOptions, RenderError> {
        let mut seen: Option<TileRect> = None;
        let states = [(self.before, &stores[0], self.shift), (self.after, &stores[1], IVec2::ZERO)];
        for (state, store, shift) in states {
            let Some((map, sources)) = state else { continue };
            // The size is that of the result: a map may be too large to be drawn at its own.
            let options = RenderOptions { size: Some(self.size), ..RenderOptions::default() };
            let tiles = Renderer::new(map, sources, store, &options)?.tiles().moved(shift);
            seen = Some(seen.map_or(tiles, |seen| seen.around_both(tiles)));
        }
        Ok(RenderOptions { size: Some(self.size), crop: seen, ..RenderOptions::default() })
    }
}

/// One state, drawn.
struct Shown {
    /// The part of the map that is seen, in tiles.
    tiles: TileRect,
    /// Whether the picture is smaller than the map.
    shrunk: bool,
    picture: RgbaImage,
}

impl Shown {
    /// Cells of another state, which shows as many, that look different there.
    fn differences(&self, other: &Self) -> Vec<TilePos> {
        // Of more cells than pixels nothing could be made out.
        if u64::from(self.tiles.width) * u64::from(self.tiles.height) > 1 << 24 {
            return Vec::new();
        }
        let (own, shift) = (self.tiles, self.tiles.corner() - other.tiles.corner());
        let there =
            |cell: TilePos| TilePos::new(cell.x.saturating_sub(shift.x), cell.y.saturating_sub(shift.y));
        let differ = own.cells().filter(|cell| !self.cell(*cell).eq(other.cell(there(*cell))));
        differ.map(there).collect()
    }

    /// The pixels of a cell. Where it is smaller than a pixel, the pixel that it is part of.
    fn cell(&self, cell: TilePos) -> impl Iterator<Item = [u8; 4]> + '_ {
        let axis = |at: i32, from: i32, cells: u32, pixels: u32| {
            let at = u64::from(at.saturating_sub(from).unsigned_abs());
            let edge = |at: u64| at * u64::from(pixels) / u64::from(cells.max(1));
            let first = edge(at).min(u64::from(pixels.saturating_sub(1)));
            let end = edge(at + 1).max(first + 1).min(u64::from(pixels));
            // A picture that shrank mixes pixels at the edges of cells.
            let inside = self.shrunk && end - first > 3;
            let (first, end) = if inside { (first + 1, end - 1) } else { (first, end) };
            let whole = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
            whole(first)..whole(end)
        };
        let columns = axis(cell.x, self.tiles.x, self.tiles.width, self.picture.width());
        let rows = axis(cell.y, self.tiles.y, self.tiles.height, self.picture.height());
        rows.flat_map(move |y| columns.clone().map(move |x| self.picture.get_pixel(x, y).0))
    }
}

/// The parts on one sheet of white.
fn together(parts: &[(&str, RgbaImage)]) -> RgbaImage {
    let size = |part: &RgbaImage| (i64::from(part.width()), i64::from(part.height()));
    let wide: i64 = parts.iter().map(|(_, part)| size(part).0).sum();
    let high: i64 = parts.iter().map(|(_, part)| size(part).1).sum();
    let below = wide > high;
    let mut at = (GAP, GAP);
    let mut end = (0, 0);
    let mut corners = Vec::new();
    for (_, part) in parts {
        corners.push(at);
        let (width, height) = size(part);
        end = (end.0.max(at.0 + width), end.1.max(at.1 + TITLE + height));
        if below { at.1 += TITLE + height + GAP } else { at.0 += width + GAP }
    }
    let mut canvas = Canvas::new(0, 0, index(end.0 + GAP), index(end.1 + GAP));
    canvas.fill(canvas.area(), u32::MAX);
    for ((title, part), (x, y)) in parts.iter().zip(corners) {
        write(&mut canvas, title, (x, y), [0; 3]);
        let (width, height) = size(part);
        // A frame shows where a map ends that is as white as the sheet.
        canvas.fill(
            Area::new(x - 1, y + TITLE - 1, width + 2, height + 2),
            u32::from_le_bytes([160, 160, 160, 255]),
        );
        canvas.fill(Area::new(x, y + TITLE, width, height), u32::MAX);
        canvas.paste(part, (x, y + TITLE));
    }
    let (width, height) = (canvas.width, canvas.height);
    let pixels = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    RgbaImage::from_raw(pixels(width), pixels(height), canvas.to_rgba()).unwrap_or_default()
}
