//! Names in pixels, set in the fonts of `embedded-graphics`: public-domain pixel fonts with the
//! letters of the ISO 8859 sets, so Latin with accents, Greek and Cyrillic, one set at a time.

use embedded_graphics::{
    Drawable as _,
    mono_font::{self, MonoFont, MonoTextStyle},
    pixelcolor::BinaryColor,
    prelude::{DrawTarget, OriginDimensions, Pixel, Point, Size},
    text::{Baseline, Text},
};
use image::{Rgba, RgbaImage};

use super::logo::plate;

const BOARD: Rgba<u8> = Rgba([45, 52, 71, 255]);
const INK: Rgba<u8> = Rgba([250, 247, 236, 255]);

/// A name drawn on a sign.
#[derive(Debug)]
pub(super) struct Sign {
    pub(super) image: RgbaImage,
    /// The name as it stands there, where it had to be shortened.
    pub(super) shortened: Option<String>,
}

macro_rules! sets {
    ($($set:ident),*) => {
        [$([
            &mono_font::$set::FONT_10X20, &mono_font::$set::FONT_9X15_BOLD, &mono_font::$set::FONT_8X13_BOLD,
            &mono_font::$set::FONT_7X13_BOLD, &mono_font::$set::FONT_6X12, &mono_font::$set::FONT_5X8,
        ]),*]
    };
}

/// Fonts of each letter set, from the largest to the smallest.
static SETS: [[&MonoFont<'static>; 6]; 10] = sets!(
    iso_8859_1,
    iso_8859_2,
    iso_8859_15,
    iso_8859_16,
    iso_8859_9,
    iso_8859_3,
    iso_8859_4,
    iso_8859_10,
    iso_8859_5,
    iso_8859_7
);

/// Words at the end of company names that a sign can do without.
const LEGAL_FORMS: [&str; 14] =
    ["gmbh", "ag", "kg", "se", "e.v.", "inc", "inc.", "ltd", "ltd.", "llc", "s.a.", "b.v.", "oy", "s.r.o."];

/// Draws a name on a sign of this size, in pixels.
pub(super) fn sign(name: &str, width: u32, height: u32) -> Sign {
    let clean: String = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fonts = fonts_for(&clean);
    let room = width.saturating_sub(8);
    let fits = |text: &str| {
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        fonts.iter().find(|font| {
            let size = font.character_size;
            letters.saturating_mul(size.width) <= room && size.height + 4 <= height
        })
    };
    let (text, font) = versions(&clean)
        .find_map(|text| fits(&text).map(|font| (text, *font)))
        .unwrap_or_else(|| (String::new(), fonts[5]));
    let mut image = plate(width, height, BOARD);
    let length = u32::try_from(text.chars().count()).unwrap_or(0) * font.character_size.width;
    let x = i32::try_from(width.saturating_sub(length) / 2).unwrap_or(0);
    let y = i32::try_from(height.saturating_sub(font.character_size.height) / 2).unwrap_or(0);
    draw(&mut image, &text, font, Point::new(x, y), INK);
    Sign { image, shortened: (text != clean).then_some(text) }
}

/// Writes one line of text, cut to a width in pixels, with its top left at a pixel.
pub(super) fn line(image: &mut RgbaImage, text: &str, (x, y): (u32, u32), ink: Rgba<u8>, width: u32) {
    let font = fonts_for(text)[0];
    let room = (width / font.character_size.width) as usize;
    let text: String = text.chars().take(room).collect();
    let at = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    draw(image, &text, font, Point::new(at(x), at(y)), ink);
}

/// A name as it can be written: without characters that no font has, where most are left, else `fallback`. With
/// what is missing.
pub(super) fn writable(name: &str, fallback: &str) -> (String, Vec<char>) {
    let fonts = fonts_for(name);
    let mut missing: Vec<char> = name.chars().filter(|c| lacks(fonts[0], *c) && !c.is_whitespace()).collect();
    if missing.is_empty() {
        return (name.to_owned(), missing);
    }
    missing.sort_unstable();
    missing.dedup();
    let kept: String = name.chars().filter(|c| !lacks(fonts[0], *c)).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let enough = letters(&kept) > 0 && letters(&kept) * 2 >= letters(name);
    (if enough { kept } else { fallback.to_owned() }, missing)
}

/// Width of a letter and height of a line of each font, from the smallest.
pub(super) fn line_heights() -> Vec<(u32, u32)> {
    SETS[0].iter().rev().map(|font| (font.character_size.width, font.character_size.height + 1)).collect()
}

/// Writes one line in the font of this size, one of [`line_heights`].
pub(super) fn line_of(
    image: &mut RgbaImage,
    text: &str,
    (x, y): (u32, u32),
    ink: Rgba<u8>,
    (width, height): (u32, u32),
) {
    let fonts = fonts_for(text);
    // Two are equally high.
    let fits = |font: &&&MonoFont| font.character_size.width <= width && font.character_size.height < height;
    let font = fonts.iter().find(fits).unwrap_or(&fonts[5]);
    let at = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    draw(image, text, font, Point::new(at(x), at(y)), ink);
}

/// A name without its legal form.
pub(super) fn short(name: &str) -> String {
    let clean = name.split_whitespace().collect::<Vec<_>>().join(" ");
    plain(&clean)
}

/// The fonts of the letter set that lacks the fewest of the text's characters.
fn fonts_for(text: &str) -> &'static [&'static MonoFont<'static>; 6] {
    let lacking = |fonts: &[&MonoFont; 6]| text.chars().filter(|c| lacks(fonts[0], *c)).count();
    SETS.iter().min_by_key(|fonts| lacking(fonts)).unwrap_or(&SETS[0])
}

fn lacks(font: &MonoFont, c: char) -> bool {
    c != '?' && font.glyph_mapping.index(c) == font.glyph_mapping.index('?')
}

fn draw(image: &mut RgbaImage, text: &str, font: &MonoFont, at: Point, ink: Rgba<u8>) {
    let style = MonoTextStyle::new(font, BinaryColor::On);
    let Ok(_) = Text::with_baseline(text, at, style, Baseline::Top).draw(&mut Canvas { image, ink });
}

fn plain(name: &str) -> String {
    let mut words: Vec<&str> = name.split(' ').collect();
    while words.len() > 1
        && words.last().is_some_and(|word| LEGAL_FORMS.contains(&word.to_lowercase().as_str()))
    {
        words.pop();
    }
    words.join(" ")
}

/// The name, without its legal form, and cut ever shorter.
fn versions(name: &str) -> impl Iterator<Item = String> {
    let plain = plain(name);
    let without_form = (plain != name).then(|| plain.clone());
    let letters: Vec<char> = plain.chars().collect();
    let cut = (1..letters.len()).rev().map(move |length| {
        let kept: String = letters[..length].iter().collect();
        format!("{}...", kept.trim_end())
    });
    std::iter::once(name.to_owned()).chain(without_form).chain(cut)
}

struct Canvas<'a> {
    image: &'a mut RgbaImage,
    ink: Rgba<u8>,
}

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        Size::new(self.image.width(), self.image.height())
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        for Pixel(point, color) in pixels {
            if let (Ok(x), Ok(y), BinaryColor::On) = (u32::try_from(point.x), u32::try_from(point.y), color)
                && let Some(pixel) = self.image.get_pixel_mut_checked(x, y)
            {
                *pixel = self.ink;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(sign: &Sign) -> usize {
        sign.image.pixels().filter(|pixel| **pixel == INK).count()
    }

    #[test]
    fn names_in_many_letters() {
        for name in ["Acme", "Žluťásek Data", "Ελιά", "Ясень", "Łódź & Co", "Þór"] {
            let sign = sign(name, 192, 32);
            assert!(writable(name, "").1.is_empty(), "{name}");
            assert!(sign.shortened.is_none() && ink(&sign) > 30, "{name}");
        }
        let written = |name: &str| writable(name, "the-slug").0;
        assert_eq!(writable("会議 Acme", "acme"), ("Acme".to_owned(), vec!['会', '議']));
        assert_eq!(written("Rocket 🚀 Works"), "Rocket Works");
        assert_eq!((written("شركة النور").as_str(), written("🎉").as_str()), ("the-slug", "the-slug"));
        assert_eq!(written("Žluťásek"), "Žluťásek");
    }

    #[test]
    fn lines_are_as_wide_as_they_are_said_to_be() {
        for (width, height) in line_heights() {
            let mut image = RgbaImage::new(12 * width, height);
            line_of(&mut image, "MMMMMMMMM\u{c9}", (width, 0), INK, (width, height));
            let columns: Vec<u32> =
                image.enumerate_pixels().filter(|(.., pixel)| **pixel == INK).map(|(x, ..)| x).collect();
            let (first, last) = (columns.iter().min().unwrap(), columns.iter().max().unwrap());
            assert!(
                *first >= width && *last < 11 * width && *last > 10 * width,
                "{width}: {first} to {last}"
            );
        }
    }

    #[test]
    fn long_names_are_cut_sensibly() {
        assert_eq!(
            sign("Kettle & Coil Hosting GmbH", 128, 32).shortened.as_deref(),
            Some("Kettle & Coil Hosting")
        );
        let long = sign("The Extraordinarily Long Company of Everything", 96, 32);
        let text = long.shortened.unwrap();
        assert!(text.ends_with("...") && text.starts_with("The Extra"), "{text}");
        assert!(sign("x", 1, 1).shortened.is_some(), "no room at all is no panic");
    }
}
