//! Pixels, and how they are laid over each other.
//!
//! The arithmetic is that of Qt 5's raster painter, rounding included, so that our pictures and Tiled's
//! can be compared pixel by pixel: sources have premultiplied alpha and eight bits a channel, the
//! canvas has straight alpha, and in between there are sixteen bits.

use std::{ops::Range, sync::Arc};

use image::RgbaImage;

/// One pixel: red, green, blue and alpha from the lowest byte up. On a [`Sheet`] its colours are
/// premultiplied, on a [`Canvas`] they are straight.
pub(super) type Pixel = u32;

/// A premultiplied pixel with sixteen bits a channel, each 0 to 65535.
pub(super) type Deep = [u32; 4];

/// Part of a picture that is being drawn, in memory.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    /// Left edge, in pixels of the whole picture.
    pub(super) left: i64,
    /// Top edge, in pixels of the whole picture.
    pub(super) top: i64,
    /// Width, in pixels.
    pub(super) width: usize,
    /// Height, in pixels.
    pub(super) height: usize,
    /// Row by row, straight.
    pub(super) pixels: Vec<Pixel>,
}

/// A rectangle of pixels; half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
}

impl Area {
    pub(super) fn new(left: i64, top: i64, width: i64, height: i64) -> Self {
        Self { left, top, right: left.saturating_add(width), bottom: top.saturating_add(height) }
    }

    pub(super) fn intersection(self, other: Self) -> Option<Self> {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        (both.left < both.right && both.top < both.bottom).then_some(both)
    }
}

/// Pixels to draw from.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) width: u32,
    pub(super) height: u32,
    pixels: Pixels,
}

/// Row by row.
#[derive(Debug)]
enum Pixels {
    /// As a picture has them. Multiplied by their alpha when they are drawn: most tiles of most pictures never
    /// are, and those that are have hardly a pixel that shines through.
    Straight(Arc<RgbaImage>),
    Premultiplied(Vec<Pixel>),
}

impl Sheet {
    pub(super) fn new(image: Arc<RgbaImage>) -> Self {
        Self { width: image.width(), height: image.height(), pixels: Pixels::Straight(image) }
    }

    /// Of pixels that are multiplied by their alpha, row by row: `width * height` of them.
    pub(super) fn premultiplied(width: u32, height: u32, pixels: Vec<Pixel>) -> Self {
        Self { width, height, pixels: Pixels::Premultiplied(pixels) }
    }

    /// The same pixels multiplied by a colour: straight RGBA. Its alpha makes them more transparent.
    pub(super) fn tinted(&self, [red, green, blue, alpha]: [u8; 4]) -> Self {
        let tint = |pixel: Pixel| {
            let [r, g, b, a] = pixel.to_le_bytes();
            // Qt's multiply composition over a pixel that may be translucent, then its old alpha again.
            let channel = |value: u8, tint: u8| {
                let product = u32::from(tint) * (u32::from(value) + 255 - u32::from(a));
                low_byte(div_255(product))
            };
            let mixed = u32::from_le_bytes([channel(r, red), channel(g, green), channel(b, blue), 255]);
            scale(scale(mixed, a), alpha)
        };
        let pixels = self.read(0..self.width as usize * self.height as usize).map(tint).collect();
        Self::premultiplied(self.width, self.height, pixels)
    }

    /// Whether nothing shines through a part.
    pub(super) fn is_opaque(&self, part: Part) -> bool {
        let rows = part.y..part.y + part.height;
        rows.into_iter().all(|y| {
            self.row(part.x as usize, y as usize, part.width as usize).all(|pixel| pixel >> 24 == 255)
        })
    }

    /// The pixel in column `x` and row `y`, premultiplied.
    #[inline]
    pub(super) fn pixel(&self, x: usize, y: usize) -> Pixel {
        let at = y * self.width as usize + x;
        match &self.pixels {
            Pixels::Straight(image) => {
                let bytes = &image.as_raw()[at * 4..at * 4 + 4];
                premultiply(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            }
            Pixels::Premultiplied(pixels) => pixels[at],
        }
    }

    fn row(&self, x: usize, y: usize, length: usize) -> impl Iterator<Item = Pixel> {
        let start = y * self.width as usize + x;
        self.read(start..start + length)
    }

    fn read(&self, range: Range<usize>) -> impl Iterator<Item = Pixel> {
        let (straight, premultiplied) = match &self.pixels {
            Pixels::Straight(image) => (&image.as_raw()[range.start * 4..range.end * 4], &[][..]),
            Pixels::Premultiplied(pixels) => (&[][..], &pixels[range]),
        };
        let (straight, _) = straight.as_chunks();
        straight
            .iter()
            .map(|bytes| premultiply(u32::from_le_bytes(*bytes)))
            .chain(premultiplied.iter().copied())
    }
}

/// Which part of a sheet is meant, in pixels; it lies inside the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Part {
    /// The part cut to what the sheet has; `None` where nothing is left.
    pub(super) fn of(sheet: &Sheet, x: i64, y: i64, width: i64, height: i64) -> Option<Self> {
        let whole = Area::new(0, 0, i64::from(sheet.width), i64::from(sheet.height));
        let cut = Area::new(x, y, width, height).intersection(whole)?;
        Some(Self {
            x: u32::try_from(cut.left).ok()?,
            y: u32::try_from(cut.top).ok()?,
            width: u32::try_from(cut.right - cut.left).ok()?,
            height: u32::try_from(cut.bottom - cut.top).ok()?,
        })
    }
}

/// How the pixels of a part are read for an exact copy: in which direction, and along which axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// Columns of the target are rows of the source.
    pub(super) swapped: bool,
    /// Source columns are read from the right.
    pub(super) mirror_x: bool,
    /// Source rows are read from below.
    pub(super) mirror_y: bool,
}

impl Canvas {
    /// A transparent canvas.
    pub(super) fn new(left: i64, top: i64, width: usize, height: usize) -> Self {
        Self { left, top, width, height, pixels: vec![0; width * height] }
    }

    pub(super) fn area(&self) -> Area {
        Area::new(
            self.left,
            self.top,
            i64::try_from(self.width).unwrap_or(i64::MAX),
            i64::try_from(self.height).unwrap_or(i64::MAX),
        )
    }

    /// Pixels of one row between two columns that lie inside.
    fn span(&mut self, y: i64, left: i64, right: i64) -> &mut [Pixel] {
        let row = index(y - self.top) * self.width;
        &mut self.pixels[row + index(left - self.left)..row + index(right - self.left)]
    }

    /// Puts the part `shown` of finished pixels in the place of what is there; row by row they fill `area`.
    pub(super) fn copy(&mut self, pixels: &[Pixel], area: Area, shown: Area) {
        let width = index(area.right - area.left);
        let (skipped, length) = (index(shown.left - area.left), index(shown.right - shown.left));
        for row in shown.top..shown.bottom {
            let begin = index(row - area.top) * width + skipped;
            self.span(row, shown.left, shown.right).copy_from_slice(&pixels[begin..begin + length]);
        }
    }

    /// Lays a part of a sheet over the canvas with its top left at `(x, y)`.
    pub(super) fn blit(&mut self, sheet: &Sheet, part: Part, (x, y): (i64, i64), alpha: u8) {
        let goal = Area::new(x, y, i64::from(part.width), i64::from(part.height));
        let Some(goal) = goal.intersection(self.area()) else { return };
        let source_x = part.x as usize + index(goal.left - x);
        for row in goal.top..goal.bottom {
            let source = sheet.row(source_x, part.y as usize + index(row - y), index(goal.right - goal.left));
            let mut target = self.span(row, goal.left, goal.right).iter_mut();
            // Not a loop: the pixels of a sheet are quickest from within.
            source.for_each(|over| {
                if let Some(under) = target.next() {
                    *under = lay_over(*under, over, alpha);
                }
            });
        }
    }

    /// As [`Canvas::blit`], for a part that is mirrored or turned by right angles.
    pub(super) fn blit_turned(
        &mut self,
        sheet: &Sheet,
        part: Part,
        (x, y): (i64, i64),
        turn: Turn,
        alpha: u8,
    ) {
        let (width, height) =
            if turn.swapped { (part.height, part.width) } else { (part.width, part.height) };
        let goal = Area::new(x, y, i64::from(width), i64::from(height));
        let Some(goal) = goal.intersection(self.area()) else { return };
        for row in goal.top..goal.bottom {
            let target = self.span(row, goal.left, goal.right);
            for (step, under) in target.iter_mut().enumerate() {
                let (column, line) = (index(goal.left - x) + step, index(row - y));
                let (mut u, mut v) = if turn.swapped { (line, column) } else { (column, line) };
                if turn.mirror_x {
                    u = part.width as usize - 1 - u;
                }
                if turn.mirror_y {
                    v = part.height as usize - 1 - v;
                }
                let over = sheet.pixel(part.x as usize + u, part.y as usize + v);
                *under = lay_over(*under, over, alpha);
            }
        }
    }

    /// Lays one colour, premultiplied, over a rectangle.
    pub(super) fn fill(&mut self, area: Area, color: Pixel) {
        let Some(area) = area.intersection(self.area()) else { return };
        for row in area.top..area.bottom {
            for under in self.span(row, area.left, area.right) {
                *under = lay_over(*under, color, 255);
            }
        }
    }

    /// Lays one pixel of full depth over one that lies inside.
    pub(super) fn dot(&mut self, x: i64, y: i64, over: Deep, alpha: u8) {
        if let Some(under) = self.span(y, x, x + 1).first_mut() {
            *under = lay_deep(*under, fade(over, alpha));
        }
    }

    /// Makes every pixel pale and almost grey, and opaque over white.
    pub(super) fn bleach(&mut self) {
        for pixel in &mut self.pixels {
            let [red, green, blue, alpha] = pixel.to_le_bytes();
            let grey = (u32::from(red) * 3 + u32::from(green) * 6 + u32::from(blue)) / 10;
            let pale = |channel: u8| {
                let toned = (u32::from(channel) + 3 * grey) / 4;
                low_byte(255 - (255 - toned) * u32::from(alpha) / 255 * 9 / 20)
            };
            *pixel = u32::from_le_bytes([pale(red), pale(green), pale(blue), 255]);
        }
    }

    /// Copies a finished picture in, its top left at `(x, y)`, over white.
    pub(super) fn paste(&mut self, picture: &RgbaImage, (x, y): (i64, i64)) {
        let pixels = picture.pixels().map(|pixel| premultiply(u32::from_le_bytes(pixel.0))).collect();
        let sheet = Sheet::premultiplied(picture.width(), picture.height(), pixels);
        if let Some(part) = Part::of(&sheet, 0, 0, i64::from(sheet.width), i64::from(sheet.height)) {
            self.blit(&sheet, part, (x, y), 255);
        }
    }

    /// The canvas as RGBA, row by row.
    pub(super) fn to_rgba(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|pixel| pixel.to_le_bytes()).collect()
    }
}

/// An index that is known to be inside.
pub(super) fn index(value: i64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

/// A premultiplied pixel laid over a straight one, first made more transparent by `alpha`.
#[inline]
fn lay_over(under: Pixel, over: Pixel, alpha: u8) -> Pixel {
    match over >> 24 {
        0 => under,
        255 if alpha == 255 => over,
        _ => lay_deep(under, fade(deepen(over), alpha)),
    }
}

#[inline]
fn lay_deep(under: Pixel, over: Deep) -> Pixel {
    let under = premultiply_deep(under);
    let rest = 65_535 - over[3];
    straighten(std::array::from_fn(|channel| over[channel] + div_65535(under[channel] * rest)))
}

#[inline]
fn fade(over: Deep, alpha: u8) -> Deep {
    if alpha == 255 { over } else { over.map(|channel| div_65535(channel * u32::from(alpha) * 257)) }
}

/// The same colour with sixteen bits a channel.
#[inline]
pub(super) fn deepen(pixel: Pixel) -> Deep {
    pixel.to_le_bytes().map(|byte| u32::from(byte) * 257)
}

/// A straight pixel with its colours multiplied by its alpha, at sixteen bits a channel.
#[inline]
fn premultiply_deep(straight: Pixel) -> Deep {
    let [red, green, blue, alpha] = deepen(straight);
    match straight >> 24 {
        255 => [red, green, blue, alpha],
        0 => [0; 4],
        // Without rounding, but so that full channels stay full.
        _ => {
            let channel = |value: u32| {
                let product = (value * alpha) >> 16;
                product + (product >> 15)
            };
            [channel(red), channel(green), channel(blue), alpha]
        }
    }
}

/// The inverse of [`premultiply_deep`], at eight bits a channel.
#[inline]
fn straighten(deep: Deep) -> Pixel {
    let alpha = deep[3];
    if alpha == 0 {
        return 0;
    }
    // To the nearest 257th: the sum below never reaches the next one by itself.
    let narrow = |value: u32| low_byte((value + 128 - ((value + 128) >> 8)) >> 8);
    let channel = |value: u32| {
        if alpha == 65_535 {
            return narrow(value);
        }
        let (whole, rest) = (value * 255 / alpha, value * 255 % alpha);
        let up = rest * 2 > alpha || (rest * 2 == alpha && whole % 2 == 1);
        u8::try_from(whole + u32::from(up)).unwrap_or(255)
    };
    u32::from_le_bytes([channel(deep[0]), channel(deep[1]), channel(deep[2]), narrow(alpha)])
}

#[inline]
fn div_65535(value: u32) -> u32 {
    // Cannot overflow: products of two 16-bit numbers leave as much room as is added here.
    (value + (value >> 16) + 0x8000) >> 16
}

/// Every channel times `alpha / 255`, rounded, two channels at a time.
#[inline]
pub(super) fn scale(pixel: Pixel, alpha: u8) -> Pixel {
    const EVEN: u32 = 0x00FF_00FF;
    let pair = |pair: u32| {
        let product = pair * u32::from(alpha);
        (product + ((product >> 8) & EVEN) + 0x0080_0080) >> 8 & EVEN
    };
    pair(pixel & EVEN) | pair(pixel >> 8 & EVEN) << 8
}

fn div_255(value: u32) -> u32 {
    (value + (value >> 8) + 0x80) >> 8
}

fn low_byte(value: u32) -> u8 {
    value.to_le_bytes()[0]
}

/// A straight RGBA pixel with its colours multiplied by its alpha.
#[inline]
pub(super) fn premultiply(straight: u32) -> Pixel {
    match low_byte(straight >> 24) {
        255 => straight,
        0 => 0,
        alpha => scale(straight | 0xFF00_0000, alpha),
    }
}

/// A mix of four pixels, the shares in 65536ths, as Qt's smooth transformation mixes them.
#[inline]
pub(super) fn mix(top: [Pixel; 2], bottom: [Pixel; 2], share_x: u32, share_y: u32) -> Deep {
    let between = |a: Deep, b: Deep, share: u32| -> Deep {
        if share == 0 {
            return a;
        }
        std::array::from_fn(|channel| ((a[channel] * (65_536 - share)) >> 16) + ((b[channel] * share) >> 16))
    };
    let column = |side: usize| between(deepen(top[side]), deepen(bottom[side]), share_y);
    between(column(0), column(1), share_x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn channels_scale_to_the_nearest(value: u8, alpha: u8) {
            let scaled = scale(u32::from_le_bytes([value, 255, 0, value]), alpha).to_le_bytes();
            let exact = f64::from(value) * f64::from(alpha) / 255.0;
            prop_assert!((f64::from(scaled[0]) - exact).abs() < 0.51);
            prop_assert_eq!(scaled, [scaled[0], alpha, 0, scaled[0]]);
        }

        #[test]
        fn over_an_opaque_pixel_lies_the_nearest_mix(under: [u8; 3], over: [u8; 3], alpha: u8) {
            let over = premultiply(u32::from_le_bytes([over[0], over[1], over[2], alpha]));
            let result =
                lay_over(u32::from_le_bytes([under[0], under[1], under[2], 255]), over, 255).to_le_bytes();
            for channel in 0..3 {
                let rest = f64::from(under[channel]) * f64::from(255 - alpha) / 255.0;
                let exact = f64::from(over.to_le_bytes()[channel]) + rest;
                prop_assert!((f64::from(result[channel]) - exact).abs() <= 0.502);
            }
            prop_assert_eq!(result[3], 255);
        }

        #[test]
        fn what_is_laid_over_nothing_keeps_its_colour(color: [u8; 3], alpha in 1_u8..) {
            let straight = [color[0], color[1], color[2], alpha];
            let result = lay_over(0, premultiply(u32::from_le_bytes(straight)), 255).to_le_bytes();
            prop_assert_eq!(result[3], alpha);
            let lost = 255.0 / f64::from(alpha);
            for channel in 0..3 {
                prop_assert!((f64::from(result[channel]) - f64::from(color[channel])).abs() <= lost);
            }
        }
    }

    #[test]
    fn rounding_is_that_of_qt() {
        // Seen in a real map: eight bits of precision would give 232.
        let result = lay_over(u32::from_le_bytes([239, 239, 240, 255]), premultiply(0x084C_3015), 255);
        assert_eq!(result.to_le_bytes(), [233, 234, 234, 255]);
    }

    #[test]
    fn a_blit_is_clipped_on_all_sides() {
        let sheet = Sheet::premultiplied(3, 3, (1..=9).map(|n| 0xFF00_0000 + n).collect());
        let part = Part { x: 0, y: 0, width: 3, height: 3 };
        for (x, y) in [(-2, -2), (1, 1), (-2, 1), (5, 5), (-9, 0)] {
            let mut canvas = Canvas::new(10, 20, 2, 2);
            canvas.blit(&sheet, part, (10 + x, 20 + y), 255);
            for column in 0..2 {
                for row in 0..2 {
                    let (u, v) = (column - x, row - y);
                    let inside = (0..3).contains(&u) && (0..3).contains(&v);
                    let expected = if inside { sheet.pixel(index(u), index(v)) } else { 0 };
                    assert_eq!(canvas.pixels[index(row * 2 + column)], expected);
                }
            }
        }
    }
}
