//! Where the pixels of a tile or a picture go, and how they get there.

use glam::{DMat2, DVec2};

use super::tiles::Drawn;
use crate::{
    model::{Gid, Object},
    picture::canvas::{Area, Canvas, Deep, Part, Sheet, Turn, index, mix, scale},
};

/// What shows where a tile's picture is missing: darkened, framed and crossed out in red, as in Tiled.
const MISSING_SHADE: u32 = 0x8000_0000;
const MISSING_LINE: u32 = 0xFF00_00FF;

/// A place for a part of a picture: from pixels of the part to pixels of the map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement {
    linear: DMat2,
    shift: DVec2,
    /// Size of the part, in its own pixels.
    size: DVec2,
}

impl Placement {
    /// A tile that stands on the bottom-left corner of a cell; `corner` is in pixels of the map.
    pub(super) fn in_cell(corner: DVec2, gid: Gid, tile: &Drawn) -> Self {
        Self::standing(DMat2::IDENTITY, corner, tile.size, gid, tile)
    }

    /// A tile object: scaled to its size, turned about its position, anchored as its tileset says,
    /// which without a word is bottom left (tiled-formats, section 8).
    pub(super) fn of_object(object: &Object, offset: DVec2, alignment: &str, gid: Gid, tile: &Drawn) -> Self {
        let anchor = match alignment {
            "topleft" => DVec2::new(0.0, 0.0),
            "top" => DVec2::new(0.5, 0.0),
            "topright" => DVec2::new(1.0, 0.0),
            "left" => DVec2::new(0.0, 0.5),
            "center" => DVec2::new(0.5, 0.5),
            "right" => DVec2::new(1.0, 0.5),
            "bottom" => DVec2::new(0.5, 1.0),
            "bottomright" => DVec2::new(1.0, 1.0),
            _ => DVec2::new(0.0, 1.0),
        };
        let turn = rotation(object.rotation);
        let bottom_left = (DVec2::new(0.0, 1.0) - anchor) * object.size;
        let corner = object.position + offset + turn * bottom_left;
        Self::standing(turn, corner, object.size, gid, tile)
    }

    /// A tile of the size `size` that stands on `corner`, in a space turned about that corner. This
    /// is how Tiled composes a cell: flips and the turn by a quarter act about the centre.
    fn standing(turn: DMat2, corner: DVec2, size: DVec2, gid: Gid, tile: &Drawn) -> Self {
        let pixels = match &tile.pixels {
            Some((_, part)) => DVec2::new(f64::from(part.width), f64::from(part.height)),
            None => size,
        };
        let ratio = size / pixels;
        let mut centre = size / 2.0 + tile.offset.as_dvec2() * ratio;
        centre.y -= size.y;
        let (mut flip_x, mut flip_y) = (gid.flip_x(), gid.flip_y());
        let mut quarter = DMat2::IDENTITY;
        if gid.flip_diagonal() {
            (flip_x, flip_y) = (flip_y, !flip_x);
            quarter = rotation(90.0);
            centre += DVec2::splat((size.y - size.x) / 2.0);
        }
        let sign = |flipped| if flipped { -1.0 } else { 1.0 };
        let scaling = DMat2::from_diagonal(ratio * DVec2::new(sign(flip_x), sign(flip_y)));
        let linear = turn * quarter * scaling;
        Self { linear, shift: corner + turn * centre - linear * (pixels / 2.0), size: pixels }
    }

    /// Draws the tile there, or the mark of a missing one.
    pub(super) fn draw(&self, canvas: &mut Canvas, tile: &Drawn, alpha: u8) {
        let finite = self.linear.is_finite() && self.shift.is_finite();
        if !finite || self.linear.determinant().abs() < 1e-9 {
            return;
        }
        match &tile.pixels {
            None => self.draw_missing(canvas, alpha),
            Some((sheet, part)) if self.linear == DMat2::IDENTITY => {
                canvas.blit(sheet, *part, (round(self.shift.x), round(self.shift.y)), alpha);
            }
            Some((sheet, part)) => match self.turn() {
                Some((turn, corner)) => canvas.blit_turned(sheet, *part, corner, turn, alpha),
                None => self.sample(canvas, sheet, *part, alpha),
            },
        }
    }

    /// The copy that needs no mixing of pixels, if there is one, with its top-left corner.
    fn turn(&self) -> Option<(Turn, (i64, i64))> {
        let [x_axis, y_axis] = [self.linear.x_axis, self.linear.y_axis];
        #[expect(clippy::float_cmp, reason = "only an exact turn needs no mixing")]
        let one = |value: f64| value.abs() == 1.0;
        let turn = if one(x_axis.x) && one(y_axis.y) && x_axis.y == 0.0 && y_axis.x == 0.0 {
            Turn { swapped: false, mirror_x: x_axis.x < 0.0, mirror_y: y_axis.y < 0.0 }
        } else if one(x_axis.y) && one(y_axis.x) && x_axis.x == 0.0 && y_axis.y == 0.0 {
            Turn { swapped: true, mirror_x: x_axis.y < 0.0, mirror_y: y_axis.x < 0.0 }
        } else {
            return None;
        };
        let (corner, _) = self.bounds();
        let nearest = corner.round();
        (corner - nearest)
            .abs()
            .cmplt(DVec2::splat(1e-6))
            .all()
            .then(|| (turn, (round(nearest.x), round(nearest.y))))
    }

    /// Top-left and bottom-right corner of the smallest rectangle around it, in pixels of the map.
    fn bounds(&self) -> (DVec2, DVec2) {
        let (x, y) = (self.linear.x_axis * self.size.x, self.linear.y_axis * self.size.y);
        let corners = [DVec2::ZERO, x, y, x + y].map(|corner| corner + self.shift);
        let fold = |pick: fn(DVec2, DVec2) -> DVec2| corners.into_iter().reduce(pick).unwrap_or(self.shift);
        (fold(DVec2::min), fold(DVec2::max))
    }

    /// Draws with the pixels mixed from their neighbours, as Qt's smooth transformation does.
    fn sample(&self, canvas: &mut Canvas, sheet: &Sheet, part: Part, alpha: u8) {
        let (min, max) = self.bounds();
        let upright = self.linear.x_axis.y == 0.0 && self.linear.y_axis.x == 0.0;
        let bounds = if upright {
            Area { left: round(min.x), top: round(min.y), right: round(max.x), bottom: round(max.y) }
        } else {
            Area { left: down(min.x), top: down(min.y), right: down(max.x) + 1, bottom: down(max.y) + 1 }
        };
        let Some(area) = bounds.intersection(canvas.area()) else { return };
        let inverse = self.linear.inverse();
        for y in area.top..area.bottom {
            for x in area.left..area.right {
                #[expect(clippy::cast_precision_loss, reason = "pixels of a picture are below 2^53")]
                let centre = DVec2::new(x as f64 + 0.5, y as f64 + 0.5);
                let at = inverse * (centre - self.shift);
                let inside = at.cmpge(DVec2::ZERO).all() && at.cmplt(self.size).all();
                if !(upright || inside) {
                    continue;
                }
                canvas.dot(x, y, smooth(sheet, part, at), alpha);
            }
        }
    }

    fn draw_missing(&self, canvas: &mut Canvas, alpha: u8) {
        let (min, max) = self.bounds();
        let all = Area { left: round(min.x), top: round(min.y), right: round(max.x), bottom: round(max.y) };
        let (width, height) = (all.right.saturating_sub(all.left), all.bottom.saturating_sub(all.top));
        let Some(seen) = all.intersection(canvas.area()) else { return };
        canvas.fill(seen, scale(MISSING_SHADE, alpha));
        let line = scale(MISSING_LINE, alpha);
        for edge in [
            Area { bottom: all.top + 1, ..all },
            Area { top: all.bottom - 1, ..all },
            Area { right: all.left + 1, ..all },
            Area { left: all.right - 1, ..all },
        ] {
            canvas.fill(edge, line);
        }
        for row in seen.top..seen.bottom {
            // Saturating: a size beyond every map only bends the cross.
            let at = |row: i64| (row - all.top).saturating_mul(width) / height;
            let (from, to) = (at(row), at(row + 1).max(at(row) + 1));
            canvas
                .fill(Area { left: all.left + from, top: row, right: all.left + to, bottom: row + 1 }, line);
            canvas.fill(
                Area { left: all.right - to, top: row, right: all.right - from, bottom: row + 1 },
                line,
            );
        }
    }
}

/// A picture as a layer, repeated or not.
pub(super) fn draw_image(
    canvas: &mut Canvas,
    sheet: &Sheet,
    position: DVec2,
    (repeat_x, repeat_y): (bool, bool),
    alpha: u8,
) {
    let (width, height) = (i64::from(sheet.width), i64::from(sheet.height));
    let Some(part) = Part::of(sheet, 0, 0, width, height) else { return };
    let (x, y) = (round(position.x), round(position.y));
    let area = canvas.area();
    let starts = |repeat: bool, at: i64, size: i64, from: i64, to: i64| {
        if !repeat {
            return vec![at];
        }
        let first = from - (from - at).rem_euclid(size);
        let count = (to - first + size - 1) / size;
        (0..count).map(|step| first + step * size).collect()
    };
    for top in starts(repeat_y, y, height, area.top, area.bottom) {
        for left in starts(repeat_x, x, width, area.left, area.right) {
            canvas.blit(sheet, part, (left, top), alpha);
        }
    }
}

/// The colour at a place within a part: of its four nearest pixels, those at the edge repeated.
fn smooth(sheet: &Sheet, part: Part, at: DVec2) -> Deep {
    let axis = |at: f64, size: u32| {
        // In 65536ths of a pixel, from the centre of the first.
        let fixed = round_down(at * 65536.0) - 32768;
        let first = fixed >> 16;
        let clamp = |value: i64| index(value.clamp(0, i64::from(size) - 1));
        let share = u32::try_from(fixed & 0xFFFF).unwrap_or(0);
        (clamp(first), clamp(first + 1), share)
    };
    let (x1, x2, share_x) = axis(at.x, part.width);
    let (y1, y2, share_y) = axis(at.y, part.height);
    let pixel = |x: usize, y: usize| sheet.pixel(part.x as usize + x, part.y as usize + y);
    mix([pixel(x1, y1), pixel(x2, y1)], [pixel(x1, y2), pixel(x2, y2)], share_x, share_y)
}

/// A turn clockwise, in degrees; exact for right angles.
fn rotation(degrees: f64) -> DMat2 {
    let (sin, cos) = match degrees.rem_euclid(360.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        degrees => degrees.to_radians().sin_cos(),
    };
    DMat2::from_cols(DVec2::new(cos, sin), DVec2::new(-sin, cos))
}

/// To the nearest pixel, halves up, as Qt rounds.
fn round(value: f64) -> i64 {
    down(value + 0.5)
}

/// Rounds down; what lies beyond every map ends at its limits.
fn down(value: f64) -> i64 {
    i64::from(super::floor(value))
}

#[expect(clippy::cast_possible_truncation, reason = "float casts saturate, and what is cut is clamped next")]
fn round_down(value: f64) -> i64 {
    value.clamp(-1e15, 1e15).floor() as i64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use glam::IVec2;

    use super::*;

    /// A tile of 2 x 3 pixels that are all different, in a sheet with a border of white.
    fn tile() -> Drawn {
        let mut pixels = vec![0xFFFF_FFFF; 4 * 5];
        for y in 0..3 {
            for x in 0..2 {
                pixels[(y + 1) * 4 + x + 1] = 0xFF00_0000 + u32::try_from(y * 2 + x).unwrap();
            }
        }
        let sheet = Sheet::premultiplied(4, 5, pixels);
        let part = Part { x: 1, y: 1, width: 2, height: 3 };
        Drawn { pixels: Some((Arc::new(sheet), part)), size: DVec2::new(2.0, 3.0), offset: IVec2::ZERO }
    }

    /// The numbers of the tile's pixels as they come to lie, row by row, `.` where nothing is drawn.
    fn drawn(flags: u32) -> Vec<String> {
        let mut canvas = Canvas::new(0, -4, 4, 4);
        let tile = tile();
        Placement::in_cell(DVec2::ZERO, Gid(flags | 1), &tile).draw(&mut canvas, &tile, 255);
        let show = |pixel: &u32| if *pixel == 0 { ".".to_owned() } else { (pixel & 0xFF).to_string() };
        canvas.pixels.chunks(4).map(|row| row.iter().map(show).collect()).collect()
    }

    #[test]
    fn all_eight_flips_stand_on_the_cell() {
        let (h, v, d) = (Gid::FLIP_X, Gid::FLIP_Y, Gid::FLIP_DIAGONAL);
        let upright = |rows: [&str; 3]| std::iter::once("....".to_owned()).chain(rows.map(str::to_owned));
        let lying =
            |rows: [&str; 2]| ["....", "...."].into_iter().chain(rows).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(drawn(0), upright(["01..", "23..", "45.."]).collect::<Vec<_>>());
        assert_eq!(drawn(h), upright(["10..", "32..", "54.."]).collect::<Vec<_>>());
        assert_eq!(drawn(v), upright(["45..", "23..", "01.."]).collect::<Vec<_>>());
        assert_eq!(drawn(h | v), upright(["54..", "32..", "10.."]).collect::<Vec<_>>());
        assert_eq!(drawn(d), lying(["024.", "135."]));
        assert_eq!(drawn(d | h), lying(["420.", "531."]), "a quarter to the right");
        assert_eq!(drawn(d | v), lying(["135.", "024."]), "a quarter to the left");
        assert_eq!(drawn(d | h | v), lying(["531.", "420."]));
    }

    #[test]
    fn absurd_places_draw_nothing_and_end() {
        let tile = tile();
        for corner in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
            let mut canvas = Canvas::new(0, 0, 4, 4);
            Placement::in_cell(DVec2::splat(corner), Gid(1), &tile).draw(&mut canvas, &tile, 255);
            let lost = Drawn { pixels: None, ..self::tile() };
            Placement::in_cell(DVec2::splat(corner), Gid(1), &lost).draw(&mut canvas, &lost, 255);
            assert!(canvas.pixels.iter().all(|pixel| *pixel == 0));
        }
    }
}
