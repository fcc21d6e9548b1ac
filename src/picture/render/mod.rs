//! Draws maps as Tiled does.
//!
//! The reference is `tmxrasterizer`: tile layers, tile objects and image layers, with everything that
//! layers and groups do to them. Left out on purpose are the outlines of areas, points and lines
//! and the words of text objects, which it draws in the editor's colours and fonts; parallax, which is
//! at rest; and the background colour, which neither it nor WorkAdventure shows.

mod layers;
mod place;
mod resample;
mod stacks;
#[cfg(test)]
mod tests;
mod tiles;

use std::{collections::HashMap, io::Write};

use glam::DVec2;
use image::RgbaImage;
use rayon::prelude::*;

use self::{
    layers::{DrawnLayer, Grid},
    place::Placement,
    resample::Resampler,
    stacks::Stacks,
    tiles::{Drawn, Reach, Sheets, Tiles},
};
use super::{
    PictureStore, PngError,
    canvas::{Area, Canvas, index},
    overlay::{Layout, Overlay},
    png,
};
use crate::{
    model::{DrawOrder, Gid, ImageLayer, LayerKind, Map, Object, Orientation, RenderOrder, TileRect},
    source::Sources,
};

/// Longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 65_535;
/// Largest picture that [`Renderer::draw`] holds in memory, in pixels: 512 MiB.
pub const MAX_DRAWN_PIXELS: u64 = 1 << 27;
/// Largest picture that [`Renderer::write_png`] writes, in pixels. It never holds more than a few bands.
pub const MAX_WRITTEN_PIXELS: u64 = 1 << 30;

/// Most pixels of a map that are gone through for a picture, however small it is: two and a half times those of
/// 2000 x 2000 tiles, which take some ten seconds. A file of a few bytes may claim a million columns.
const MAX_SEEN_PIXELS: f64 = 1e10;
/// About so many pixels of the map are drawn at once by each thread: few enough for its cache. A band is as high as
/// a tile at least, however wide the map is, so that none is looked up for each of its rows, as far as
/// [`MOST_BAND_PIXELS`] allows.
const BAND_PIXELS: u64 = 1 << 17;
/// Most pixels of the map that are in memory at once while bands are drawn, by all threads together, unless there are
/// more than thirty of them or a single row is longer.
const MOST_BAND_PIXELS: u64 = 1 << 22;
/// So many bands at most each thread draws before all are handed on.
const BANDS_AHEAD: usize = 4;

/// How a map is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenderOptions {
    /// Pixels of the picture per pixel of the map; default 1.
    pub scale: Option<f64>,
    /// Longest side of the picture, in pixels: it shrinks until it fits, and never grows. Default: any.
    pub size: Option<u32>,
    /// Part of the map that is shown, in tiles; default all of it.
    pub crop: Option<TileRect>,
    /// Names or paths of the layers and groups to draw, hidden or not; default all that are shown.
    pub layers: Option<Vec<String>>,
}

/// Why a map cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A map that is not orthogonal.
    #[error("only orthogonal maps can be drawn, as WorkAdventure shows no others")]
    Orientation,
    /// A map or crop without a pixel.
    #[error("there is nothing to draw: {0}")]
    Nothing(&'static str),
    /// A picture beyond the limits.
    #[error(
        "the picture would have {width} x {height} pixels, and {limit}; make it smaller with --size or --scale, or show a part with --crop"
    )]
    TooLarge {
        /// Width, in pixels.
        width: u64,
        /// Height, in pixels.
        height: u64,
        /// What is possible.
        limit: &'static str,
    },
    /// A scale that is none.
    #[error("the scale must be a number above 0, not {0}")]
    Scale(f64),
    /// A layer that the map does not have.
    #[error("the map has no layer \"{name}\"{}", nearest.as_ref().map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default())]
    UnknownLayer {
        /// The name that was asked for.
        name: String,
        /// Path of the layer with the most similar name.
        nearest: Option<String>,
    },
    /// The PNG cannot be written.
    #[error(transparent)]
    Png(#[from] PngError),
}

/// A map ready to be drawn.
pub struct Renderer<'a> {
    map: &'a Map,
    layers: Vec<(DrawnLayer<'a>, Content<'a>)>,
    /// Those of the layers at the bottom whose cells are drawn once.
    stacks: Stacks<'a>,
    tiles: Tiles<'a>,
    sheets: Sheets<'a>,
    /// How far a tile reaches beyond its cell's bottom-left corner, in pixels.
    reach: Reach,
    frame: Frame,
    overlay: Option<Layout>,
    /// Whether the map is pale, so that what is drawn over it stands out.
    pale: bool,
}

/// What a layer shows, prepared.
enum Content<'a> {
    Tiles(Grid<'a>),
    Objects(Vec<&'a Object>),
    Image(&'a ImageLayer),
}

/// What is shown, and how large.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Part of the map, in tiles.
    tiles: TileRect,
    /// The same in pixels of the map.
    area: Area,
    /// Pixels of the picture per pixel of the map.
    scale: f64,
    /// Size of the picture, in pixels.
    width: u32,
    height: u32,
}

impl Frame {
    fn new(map: &Map, options: &RenderOptions) -> Result<Self, RenderError> {
        let whole = layers::bounds(map);
        let tiles = options.crop.unwrap_or(whole);
        if whole.width == 0 || whole.height == 0 || map.tile_size.width == 0 || map.tile_size.height == 0 {
            return Err(RenderError::Nothing("the map is empty"));
        }
        if tiles.width == 0 || tiles.height == 0 || !tiles.intersects(whole) {
            return Err(RenderError::Nothing("the part to show lies outside of the map"));
        }
        let cell = (i64::from(map.tile_size.width), i64::from(map.tile_size.height));
        // Four factors below 2^32 could overflow; sizes that large are refused below.
        let side = |count: u32, cell: i64| i64::from(count).saturating_mul(cell);
        let area = Area::new(
            i64::from(tiles.x).saturating_mul(cell.0),
            i64::from(tiles.y).saturating_mul(cell.1),
            side(tiles.width, cell.0),
            side(tiles.height, cell.1),
        );
        let full = (index(side(tiles.width, cell.0)) as u64, index(side(tiles.height, cell.1)) as u64);
        let longest = full.0.max(full.1);
        let scale = options.scale.unwrap_or(1.0);
        if !(scale.is_finite() && scale > 0.0) {
            return Err(RenderError::Scale(scale));
        }
        #[expect(clippy::cast_precision_loss, reason = "sides beyond 2^53 are refused below")]
        let (full_width, full_height, fitting) = (
            full.0 as f64,
            full.1 as f64,
            options.size.map_or(f64::INFINITY, |size| f64::from(size.max(1)) / longest as f64),
        );
        let scale = scale.min(fitting);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
        let scaled = |side: f64| (side * scale).round().max(1.0) as u64;
        let (width, height) = (scaled(full_width), scaled(full_height));
        let too_large = |limit| RenderError::TooLarge { width, height, limit };
        let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
            return Err(too_large("no side can have more than 65535"));
        };
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(too_large("no side can have more than 65535"));
        }
        if full_width.max(full_height) > f64::from(i32::MAX) || full_width * full_height > MAX_SEEN_PIXELS {
            return Err(too_large("the map has too many pixels to go through"));
        }
        Ok(Self { tiles, area, scale, width, height })
    }
}

impl<'a> Renderer<'a> {
    /// Prepares a map: chooses the layers, decodes the pictures that they use.
    ///
    /// # Errors
    /// Everything but [`RenderError::Png`].
    pub fn new(
        map: &'a Map,
        sources: &'a Sources,
        store: &'a PictureStore,
        options: &RenderOptions,
    ) -> Result<Self, RenderError> {
        if map.orientation != Orientation::Orthogonal {
            return Err(RenderError::Orientation);
        }
        let frame = Frame::new(map, options)?;
        let layers: Vec<_> = layers::drawn(map, options.layers.as_deref())?
            .into_iter()
            .filter_map(|drawn| content(&drawn).map(|content| (drawn, content)))
            .collect();
        let (tiles, sheets) = (Tiles::new(map), Sheets::new(sources, store));
        let gids = layers.iter().flat_map(|(_, content)| -> Box<dyn Iterator<Item = Gid>> {
            match content {
                Content::Tiles(grid) => grid.gids(),
                Content::Objects(objects) => Box::new(objects.iter().filter_map(|object| object.gid)),
                Content::Image(_) => Box::new(std::iter::empty()),
            }
        });
        tiles.prepare(gids, &sheets);
        let reach = tiles.reach(sources);
        let stacks = Stacks::of(&layers, map.tile_size, &tiles, &sheets);
        Ok(Self { map, layers, stacks, tiles, sheets, reach, frame, overlay: None, pale: false })
    }

    /// The same with an overlay, whose legend makes the picture higher.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        let Frame { tiles, scale, width, height, .. } = self.frame;
        self.overlay = Some(overlay.lay_out(tiles, self.map.tile_size, scale, (width, height)));
        self
    }

    /// The same with the map pale and almost grey, so that an overlay stands out.
    #[must_use]
    pub fn pale(mut self) -> Self {
        self.pale = true;
        self
    }

    /// Width and height of the picture, in pixels.
    pub fn size(&self) -> (u32, u32) {
        let legend = self.overlay.as_ref().map_or(0, Layout::legend_height);
        (self.frame.width, self.frame.height + legend)
    }

    /// The part of the map that is shown, in tiles.
    pub fn tiles(&self) -> TileRect {
        self.frame.tiles
    }

    /// Pixels of the picture per pixel of the map.
    pub fn scale(&self) -> f64 {
        self.frame.scale
    }

    /// The whole picture.
    ///
    /// # Errors
    /// [`RenderError::TooLarge`] beyond [`MAX_DRAWN_PIXELS`].
    pub fn draw(&self) -> Result<RgbaImage, RenderError> {
        self.check_size(MAX_DRAWN_PIXELS, "at most 134 million can be held")?;
        let (width, height) = self.size();
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 4);
        self.bands(|band| {
            pixels.extend_from_slice(&band.to_rgba());
            Ok(())
        })?;
        RgbaImage::from_raw(width, height, pixels).ok_or(RenderError::Nothing("the picture is incomplete"))
    }

    /// Writes the picture as PNG, band by band.
    ///
    /// # Errors
    /// [`RenderError::TooLarge`] beyond [`MAX_WRITTEN_PIXELS`], and what `out` says.
    pub fn write_png(&self, out: &mut dyn Write) -> Result<(), RenderError> {
        self.check_size(MAX_WRITTEN_PIXELS, "at most 1073 million can be written")?;
        png::write(out, self.size(), false, |rows| self.bands(|band| Ok(rows.push(&band.to_rgba())?)))
    }

    fn check_size(&self, most: u64, limit: &'static str) -> Result<(), RenderError> {
        let (width, height) = (u64::from(self.size().0), u64::from(self.size().1));
        if width * height > most { Err(RenderError::TooLarge { width, height, limit }) } else { Ok(()) }
    }

    /// Draws the picture from top to bottom, a few rows at a time. Bands are in pixels of the picture.
    fn bands(&self, mut take: impl FnMut(&Canvas) -> Result<(), RenderError>) -> Result<(), RenderError> {
        let Frame { area, scale, width, height, .. } = self.frame;
        let threads = rayon::current_num_threads().max(1);
        let source_width = index(area.right - area.left);
        let across = source_width as u64;
        let most = (MOST_BAND_PIXELS / threads as u64).max(BAND_PIXELS);
        let tile = u64::from(self.map.tile_size.height).min(most / across);
        let rows = (BAND_PIXELS / across).max(tile).max(1);
        let ahead = usize::try_from(most / (rows * across)).unwrap_or(1).clamp(1, BANDS_AHEAD);
        let rows = usize::try_from(rows).unwrap_or(1);
        #[expect(clippy::float_cmp, reason = "1 is exact")]
        let plain = scale == 1.0;
        let resampler = (!plain)
            .then(|| Resampler::new(source_width, width as usize, area.top, area.bottom, height as usize));
        let step = resampler.as_ref().map_or(rows, |resampler| resampler.fitting(rows));
        let tops: Vec<usize> = (0..height as usize).step_by(step).collect();
        for tops in tops.chunks(threads * ahead) {
            let bands = tops.par_iter().map(|top| {
                let count = step.min(height as usize - top);
                let mut band = if let Some(resampler) = &resampler {
                    resampler.band(*top, count, rows, |first, rows| self.band(first, rows))
                } else {
                    let own = i64::try_from(*top).unwrap_or(i64::MAX);
                    Canvas { left: 0, top: own, ..self.band(area.top.saturating_add(own), count) }
                };
                if self.pale {
                    band.bleach();
                }
                if let Some(overlay) = &self.overlay {
                    overlay.draw(&mut band);
                }
                band
            });
            for band in bands.collect::<Vec<Canvas>>() {
                take(&band)?;
            }
        }
        match &self.overlay {
            Some(overlay) if overlay.legend_height() > 0 => take(&overlay.draw_legend()),
            _ => Ok(()),
        }
    }

    /// Some rows of the map at its own size.
    fn band(&self, top: i64, rows: usize) -> Canvas {
        let area = self.frame.area;
        let mut canvas = Canvas::new(area.left, top, index(area.right - area.left), rows);
        self.stacks.draw(&mut canvas);
        for (drawn, content) in &self.layers[self.stacks.len()..] {
            self.draw_layer(&mut canvas, drawn, content);
        }
        canvas
    }

    fn draw_layer(&self, canvas: &mut Canvas, drawn: &DrawnLayer<'_>, content: &Content<'_>) {
        match content {
            Content::Tiles(grid) => self.draw_tiles(canvas, drawn, grid),
            Content::Objects(objects) => self.draw_objects(canvas, drawn, objects),
            Content::Image(layer) => self.draw_image(canvas, drawn, layer),
        }
    }

    fn draw_tiles(&self, canvas: &mut Canvas, drawn: &DrawnLayer<'_>, grid: &Grid<'_>) {
        let cell = DVec2::new(f64::from(self.map.tile_size.width), f64::from(self.map.tile_size.height));
        let origin = drawn.offset + drawn.layer.position.as_dvec2() * cell;
        let seen = canvas.area();
        #[expect(clippy::cast_precision_loss, reason = "pixels of a picture are below 2^53")]
        let (seen_min, seen_max) = (
            DVec2::new(seen.left as f64, seen.top as f64) - origin,
            DVec2::new(seen.right as f64, seen.bottom as f64) - origin,
        );
        // One cell more on each side, for what rounding moves.
        let first = |seen: f64, reach: f64, cell: f64| floor((seen - reach) / cell).saturating_sub(1);
        let last = |seen: f64, reach: f64, cell: f64| floor((seen + reach) / cell).saturating_add(2);
        let (left, right) =
            (first(seen_min.x, self.reach.right, cell.x), last(seen_max.x, self.reach.left, cell.x));
        // Tiles stand on the bottom of their cell.
        let (top, bottom) = (
            first(seen_min.y - cell.y, self.reach.down, cell.y),
            last(seen_max.y - cell.y, self.reach.up, cell.y),
        );
        let (top, bottom) = grid.clip_rows(top, bottom);
        let order = self.map.render_order;
        let upwards = matches!(order, RenderOrder::RightUp | RenderOrder::LeftUp);
        let leftwards = matches!(order, RenderOrder::LeftDown | RenderOrder::LeftUp);
        let mut known: HashMap<u32, Drawn> = HashMap::new();
        for step in 0..bottom.saturating_sub(top) {
            let y = if upwards { bottom - 1 - step } else { top + step };
            let mut draw = |(x, gid): (i32, Gid)| {
                let tile = known
                    .entry(gid.id())
                    .or_insert_with(|| self.tiles.look_up(gid, drawn.tint, &self.sheets));
                let corner = origin + DVec2::new(f64::from(x), f64::from(y) + 1.0) * cell;
                Placement::in_cell(corner, gid, tile).draw(canvas, tile, drawn.alpha);
            };
            let row = grid.row(y, left, right);
            if leftwards { row.rev().for_each(&mut draw) } else { row.for_each(&mut draw) }
        }
    }

    fn draw_objects(&self, canvas: &mut Canvas, drawn: &DrawnLayer<'_>, objects: &[&Object]) {
        for object in objects {
            let Some(gid) = object.gid.filter(|gid| !gid.is_empty()) else { continue };
            let tile = self.tiles.look_up(gid, drawn.tint, &self.sheets);
            let alignment = self.tiles.object_alignment(gid);
            Placement::of_object(object, drawn.offset, alignment, gid, &tile).draw(
                canvas,
                &tile,
                fade(drawn.alpha, object.opacity),
            );
        }
    }

    fn draw_image(&self, canvas: &mut Canvas, drawn: &DrawnLayer<'_>, layer: &ImageLayer) {
        if layer.picture.source.is_empty() {
            return;
        }
        let Some(sheet) = self.sheets.get(&self.map.file, &layer.picture, drawn.tint) else { return };
        place::draw_image(canvas, &sheet, drawn.offset, (layer.repeat_x, layer.repeat_y), drawn.alpha);
    }
}

fn content<'a>(drawn: &DrawnLayer<'a>) -> Option<Content<'a>> {
    Some(match &drawn.layer.kind {
        LayerKind::Tiles(tiles) => Content::Tiles(Grid::of(tiles)),
        LayerKind::Objects(layer) => {
            let shown = |object: &&Object| object.visible && object.gid.is_some_and(|gid| !gid.is_empty());
            let mut objects: Vec<&Object> = layer.objects.iter().filter(shown).collect();
            if layer.draw_order == DrawOrder::TopDown {
                objects.sort_by(|a, b| a.position.y.total_cmp(&b.position.y));
            }
            // Areas are not drawn.
            if objects.is_empty() {
                return None;
            }
            Content::Objects(objects)
        }
        LayerKind::Image(image) => Content::Image(image),
        LayerKind::Group(_) => return None,
    })
}

/// The opacity of a layer times that of one of its objects.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
fn fade(alpha: u8, opacity: f64) -> u8 {
    (f64::from(alpha) * opacity.clamp(0.0, 1.0)).round() as u8
}

/// Rounds down; what lies beyond every map ends at its limits.
#[expect(clippy::cast_possible_truncation, reason = "float casts saturate, which is what is wanted here")]
pub(super) fn floor(value: f64) -> i32 {
    value.floor() as i32
}
