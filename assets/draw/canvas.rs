//! A small canvas for pixel art: rectangles, discs, shades, and grain that is the same every time.

use image::{Rgba, RgbaImage};

/// A colour.
pub(crate) type Color = [u8; 3];

/// Pixels to draw on. Everything outside is cut off.
pub(crate) struct Canvas {
    /// What was drawn.
    pub(crate) image: RgbaImage,
}

impl Canvas {
    /// A clear canvas, in pixels.
    pub(crate) fn new(width: u32, height: u32) -> Self {
        Self { image: RgbaImage::new(width, height) }
    }

    /// Mixes a colour over a pixel; `alpha` of 255 covers it.
    #[expect(clippy::many_single_char_names, reason = "coordinates and channels")]
    pub(crate) fn blend(&mut self, x: i32, y: i32, [r, g, b]: Color, alpha: u8) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some(pixel) = self.image.get_pixel_mut_checked(x, y) else { return };
        let Rgba([br, bg, bb, ba]) = *pixel;
        let over = u32::from(alpha);
        let under = u32::from(ba) * (255 - over) / 255;
        let whole = over + under;
        if whole == 0 {
            return;
        }
        let mix = |new: u8, old: u8| {
            u8::try_from((u32::from(new) * over + u32::from(old) * under) / whole).unwrap_or(255)
        };
        *pixel = Rgba([mix(r, br), mix(g, bg), mix(b, bb), u8::try_from(whole).unwrap_or(255)]);
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, x: i32, y: i32, width: i32, height: i32, color: Color) {
        self.veil(x, y, width, height, color, 255);
    }

    /// A filled rectangle that lets what is below shine through.
    pub(crate) fn veil(&mut self, x: i32, y: i32, width: i32, height: i32, color: Color, alpha: u8) {
        for row in y..y + height {
            for column in x..x + width {
                self.blend(column, row, color, alpha);
            }
        }
    }

    /// A rectangle with an outline, a lit top edge and a shaded bottom edge.
    pub(crate) fn block(&mut self, x: i32, y: i32, width: i32, height: i32, color: Color) {
        self.rect(x, y, width, height, darker(color, 70));
        self.rect(x + 1, y + 1, width - 2, height - 2, color);
        self.rect(x + 1, y + 1, width - 2, 1, lighter(color, 36));
        self.rect(x + 1, y + height - 3, width - 2, 2, darker(color, 22));
    }

    /// The same with its corners cut.
    pub(crate) fn pillow(&mut self, x: i32, y: i32, width: i32, height: i32, color: Color) {
        let line = darker(color, 70);
        self.rect(x + 2, y, width - 4, height, line);
        self.rect(x, y + 2, width, height - 4, line);
        self.rect(x + 1, y + 1, width - 2, height - 2, line);
        self.rect(x + 2, y + 1, width - 4, height - 2, color);
        self.rect(x + 1, y + 2, width - 2, height - 4, color);
        self.rect(x + 2, y + 1, width - 4, 2, lighter(color, 34));
        self.rect(x + 2, y + height - 4, width - 4, 3, darker(color, 24));
    }

    /// A filled ellipse in a rectangle.
    pub(crate) fn disc(&mut self, x: i32, y: i32, width: i32, height: i32, color: Color, alpha: u8) {
        for row in 0..height {
            for column in 0..width {
                // Twice the distance to the middle, so that all stays whole numbers.
                let dx = i64::from(2 * column + 1 - width) * i64::from(height);
                let dy = i64::from(2 * row + 1 - height) * i64::from(width);
                let radius = i64::from(width) * i64::from(height);
                if dx * dx + dy * dy <= radius * radius {
                    self.blend(x + column, y + row, color, alpha);
                }
            }
        }
    }

    /// A soft shadow on the floor.
    pub(crate) fn shadow(&mut self, x: i32, y: i32, width: i32, height: i32) {
        self.disc(x, y, width, height, [24, 22, 40], 46);
        self.disc(x + 2, y + 1, width - 4, height - 2, [24, 22, 40], 40);
    }

    /// Darkens and lightens single pixels, the same ones every time for a `seed`.
    pub(crate) fn grain(&mut self, seed: u32, every: u32, strength: u8) {
        let (width, height) = self.image.dimensions();
        for y in 0..height {
            for x in 0..width {
                let dice = scatter(seed, x, y);
                if dice.is_multiple_of(every) && self.image.get_pixel(x, y).0[3] == 255 {
                    let color = if dice & 0x100 == 0 { [255; 3] } else { [0; 3] };
                    let (Ok(x), Ok(y)) = (i32::try_from(x), i32::try_from(y)) else { continue };
                    self.blend(x, y, color, strength);
                }
            }
        }
    }
}

/// A number that looks drawn by lot, but hangs on its arguments alone.
pub(crate) fn scatter(seed: u32, x: u32, y: u32) -> u32 {
    let mut n = seed.wrapping_mul(0x9E37_79B1) ^ x.wrapping_mul(0x85EB_CA6B) ^ y.wrapping_mul(0xC2B2_AE35);
    n ^= n >> 15;
    n = n.wrapping_mul(0x2C1B_3C6D);
    n ^= n >> 12;
    n = n.wrapping_mul(0x297A_2D39);
    n ^ (n >> 15)
}

/// A colour with more light.
pub(crate) fn lighter(color: Color, by: u8) -> Color {
    color.map(|channel| channel.saturating_add(by))
}

/// A colour with less light.
pub(crate) fn darker(color: Color, by: u8) -> Color {
    color.map(|channel| channel.saturating_sub(by))
}
