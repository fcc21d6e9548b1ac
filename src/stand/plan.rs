//! The plan: the venue as a picture, each stand outlined and numbered, with a legend.

use image::{Rgba, RgbaImage, imageops};

use super::{Built, Stand, StandError, lettering};
use crate::{
    model::TileSize,
    picture::{self, PictureStore, RenderError, RenderOptions, Renderer},
    source::Sources,
};

/// Longest side of the map on the plan, in pixels.
const MAP_SIDE: u32 = 1600;
/// Width of the legend, in pixels.
const LEGEND: u32 = 400;
/// Height of a line of the legend, in pixels.
const LINE: u32 = 26;

const PAPER: Rgba<u8> = Rgba([251, 250, 247, 255]);
const INK: Rgba<u8> = Rgba([38, 40, 54, 255]);

/// Outlines by rank: colours that people with any colour vision tell apart (Okabe and Ito), and which
/// the numbers do not depend on.
const RANKS: [Rgba<u8>; 4] =
    [Rgba([213, 94, 0, 255]), Rgba([0, 114, 178, 255]), Rgba([0, 128, 96, 255]), Rgba([120, 80, 140, 255])];

/// The map with its stands, and where each of them is on the picture.
pub(super) struct Drawing<'a> {
    pub(super) map: RgbaImage,
    /// The stands in the order of their numbers: best rank first, then as one reads.
    pub(super) stands: Vec<&'a Stand>,
    /// Size of a tile on the picture, in its pixels.
    tile: (f64, f64),
}

impl<'a> Drawing<'a> {
    /// Draws the map, its longest side no longer than `side` pixels.
    pub(super) fn of(sources: &Sources, built: &'a Built, side: u32) -> Result<Self, StandError> {
        let wrong = |error: RenderError| StandError::Picture(format!("the plan: {error}"));
        let store = PictureStore::new();
        let options = RenderOptions { size: Some(side), ..RenderOptions::default() };
        let renderer = Renderer::new(&built.map, sources, &store, &options).map_err(wrong)?;
        let map = renderer.draw().map_err(wrong)?;
        let mut stands: Vec<&Stand> = built.stands.iter().collect();
        stands.sort_by_key(|stand| (stand.rank, stand.tiles.y, stand.tiles.x));
        let TileSize { width, height } = built.map.tile_size;
        let tile = (f64::from(width) * renderer.scale(), f64::from(height) * renderer.scale());
        Ok(Self { map, stands, tile })
    }

    /// Left, top, right and bottom edge of a stand, in pixels of the picture.
    pub(super) fn frame(&self, stand: &Stand) -> (i32, i32, i32, i32) {
        #[expect(clippy::cast_possible_truncation, reason = "within the picture")]
        let pixels = |tiles: i32, side: f64| (f64::from(tiles) * side).round() as i32;
        let tiles = stand.tiles;
        (
            pixels(tiles.x, self.tile.0),
            pixels(tiles.y, self.tile.1),
            pixels(tiles.right(), self.tile.0),
            pixels(tiles.bottom(), self.tile.1),
        )
    }
}

/// Draws the plan as PNG. The pictures of the map must be readable through `sources`.
///
/// # Errors
/// Where the map cannot be drawn.
pub fn plan(sources: &Sources, built: &Built) -> Result<Vec<u8>, StandError> {
    let drawing = Drawing::of(sources, built, MAP_SIDE)?;
    let map = &drawing.map;
    let mut ranks: Vec<u32> = built.stands.iter().map(|stand| stand.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let color = |rank: u32| {
        let place = ranks.iter().position(|known| *known == rank).unwrap_or(0);
        RANKS[place.min(RANKS.len() - 1)]
    };
    let lines = u32::try_from(drawing.stands.len()).unwrap_or(u32::MAX).saturating_add(3);
    let height = map.height().max(lines.saturating_mul(LINE));
    let mut plan = RgbaImage::from_pixel(map.width() + LEGEND, height, PAPER);
    imageops::replace(&mut plan, map, 0, 0);
    let left = map.width() + 16;
    lettering::line(&mut plan, &built.event, (left, 14), INK, LEGEND - 32);
    for (number, stand) in (1_u32..).zip(&drawing.stands) {
        let (x, y, right, bottom) = drawing.frame(stand);
        let color = color(stand.rank);
        frame(&mut plan, (x, y), (right, bottom), color);
        tag(&mut plan, (x, y), number, color);
        let top = 14 + LINE * (number + 1);
        let (tag_x, tag_y) = (i32::try_from(left).unwrap_or(0), i32::try_from(top).unwrap_or(0));
        tag(&mut plan, (tag_x, tag_y), number, color);
        let text = format!("{} ({})", stand.sponsor, stand.tier);
        lettering::line(&mut plan, &text, (left + 40, top), INK, LEGEND - 56);
    }
    picture::encode(&plan).map_err(|error| StandError::Picture(format!("the plan: {error}")))
}

fn fill(plan: &mut RgbaImage, from: (i32, i32), to: (i32, i32), color: Rgba<u8>) {
    for y in from.1..to.1 {
        for x in from.0..to.0 {
            if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
                && let Some(pixel) = plan.get_pixel_mut_checked(x, y)
            {
                *pixel = color;
            }
        }
    }
}

fn frame(plan: &mut RgbaImage, from: (i32, i32), to: (i32, i32), color: Rgba<u8>) {
    let ((left, top), (right, bottom)) = (from, to);
    fill(plan, (left, top), (right, top + 3), color);
    fill(plan, (left, bottom - 3), (right, bottom), color);
    fill(plan, (left, top), (left + 3, bottom), color);
    fill(plan, (right - 3, top), (right, bottom), color);
}

/// A number on a coloured plate.
fn tag(plan: &mut RgbaImage, (x, y): (i32, i32), number: u32, color: Rgba<u8>) {
    let text = number.to_string();
    let width = 10 * i32::try_from(text.len()).unwrap_or(1) + 10;
    fill(plan, (x, y), (x + width, y + 22), color);
    if let (Ok(x), Ok(y)) = (u32::try_from(x + 5), u32::try_from(y + 1)) {
        lettering::line(plan, &text, (x, y), Rgba([255; 4]), 60);
    }
}
