//! Logos: trimmed, scaled, and put on a plate from which they can be read.

use std::collections::BTreeMap;

use bytes::Bytes;
use image::{Rgba, RgbaImage, imageops};

use super::{
    Mistake,
    spec::{Spec, SpecFiles},
};
use crate::{
    picture,
    source::{Sources, resolve},
};

/// Light and dark plates, and how dark a logo is told.
const LIGHT: Rgba<u8> = Rgba([246, 246, 242, 255]);
const DARK: Rgba<u8> = Rgba([38, 44, 58, 255]);

/// Pixels between the plate's edge and the logo.
const MARGIN: u32 = 4;

/// A logo as it was read: SVG stays text until its size is known.
#[derive(Debug)]
pub(super) struct Logo {
    bytes: Bytes,
    svg: bool,
    image: RgbaImage,
}

/// Reads the logos of all sponsors, by index. A missing or broken one is a mistake that names sponsor
/// and path.
pub(super) fn load_all(
    sources: &Sources,
    files: &SpecFiles,
    spec: &Spec,
    mistakes: &mut Vec<Mistake>,
) -> BTreeMap<usize, Logo> {
    let mut logos = BTreeMap::new();
    for (index, sponsor) in spec.sponsors.iter().enumerate() {
        let Some(path) = &sponsor.logo else { continue };
        let name = resolve(files.folder(&path.span()), path.get_ref());
        let logo = sources
            .read(&name)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => "does not exist".to_owned(),
                _ => format!("cannot be read: {error}"),
            })
            .and_then(|bytes| Logo::read(bytes, &name));
        match logo {
            Ok(logo) => {
                logos.insert(index, logo);
            }
            Err(reason) => {
                let message = format!("{}: the logo {name} {reason}", sponsor.name.get_ref());
                mistakes.push(files.mistake(path.span(), message));
            }
        }
    }
    logos
}

impl Logo {
    pub(super) fn read(bytes: Bytes, name: &str) -> Result<Self, String> {
        if let Some(other) = foreign(&bytes) {
            return Err(format!(
                "wants to load \"{other}\", and nothing that a logo names is loaded: embed it"
            ));
        }
        let image = picture::decode(&bytes, None).map_err(|error| format!("cannot be drawn: {error}"))?;
        let svg = name.to_ascii_lowercase().ends_with(".svg");
        let image = trimmed(&image).ok_or("has no visible pixel")?;
        Ok(Self { bytes, svg, image })
    }

    /// The logo on a plate of this size, in pixels.
    pub(super) fn drawn(&self, width: u32, height: u32) -> RgbaImage {
        let mut out = plate(width, height, if self.is_dark() { LIGHT } else { DARK });
        let room = (width.saturating_sub(2 * MARGIN).max(1), height.saturating_sub(2 * MARGIN).max(1));
        let logo = self.scaled(room);
        let (x, y) = ((width - logo.width()) / 2, (height - logo.height()) / 2);
        imageops::overlay(&mut out, &logo, i64::from(x), i64::from(y));
        out
    }

    fn scaled(&self, room: (u32, u32)) -> RgbaImage {
        let (width, height) = fit(self.image.dimensions(), room);
        if self.svg {
            // Drawn anew larger than needed, so that no pixel is made up; the margins fall away again.
            let factor = 4;
            let whole = picture::decode(&self.bytes, None).map(|image| image.dimensions());
            let larger = whole.ok().and_then(|(w, h)| {
                let scale = f64::from(width * factor) / f64::from(self.image.width().max(1));
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "float casts saturate, and are bounded"
                )]
                let size = |side: u32| (f64::from(side) * scale).round().clamp(1.0, 4096.0) as u32;
                trimmed(&picture::decode(&self.bytes, Some((size(w), size(h)))).ok()?)
            });
            if let Some(larger) = larger {
                return resized(&larger, width, height);
            }
        }
        resized(&self.image, width, height)
    }

    /// Whether the logo needs a light plate, by the mean brightness of what is visible.
    fn is_dark(&self) -> bool {
        let (mut sum, mut weight) = (0_u64, 0_u64);
        for Rgba([r, g, b, a]) in self.image.pixels() {
            let brightness = 299 * u64::from(*r) + 587 * u64::from(*g) + 114 * u64::from(*b);
            sum += brightness * u64::from(*a);
            weight += u64::from(*a);
        }
        sum < 165 * 1000 * weight
    }
}

/// Whether a logo is so bright that it needs a dark ground; not where it cannot be read.
pub fn is_bright(bytes: Bytes, name: &str) -> bool {
    Logo::read(bytes, name).is_ok_and(|logo| !logo.is_dark())
}

/// The first address in an SVG that leads out of it: a picture, a style, a font of somewhere else.
fn foreign(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let tree = roxmltree::Document::parse_with_options(text, options).ok()?;
    tree.descendants().filter(roxmltree::Node::is_element).find_map(|node| {
        // Links lead visitors of a page on, and load nothing.
        let loads = |name: &str| matches!(name, "href" | "src") && node.tag_name().name() != "a";
        let of_attribute = |attribute: roxmltree::Attribute<'_, '_>| {
            let value = attribute.value();
            if loads(attribute.name()) { vec![value.trim().to_owned()] } else { in_style(value) }
        };
        let sheet = node.text().filter(|_| node.tag_name().name() == "style");
        let addresses = node.attributes().flat_map(of_attribute).chain(sheet.into_iter().flat_map(in_style));
        let is_inside =
            |address: &str| address.is_empty() || address.starts_with('#') || address.starts_with("data:");
        addresses.into_iter().find(|address| !is_inside(address))
    })
}

/// Addresses in a piece of CSS.
fn in_style(text: &str) -> Vec<String> {
    let quotes: &[char] = &['"', '\'', ' '];
    let urls = text.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
    let imports =
        text.split("@import").skip(1).filter_map(|rest| rest.trim_start().strip_prefix(['"', '\'']));
    let imports = imports.filter_map(|rest| rest.split(['"', '\'']).next());
    urls.chain(imports).map(|address| address.trim_matches(quotes).to_owned()).collect()
}

/// Scales premultiplied, so that what is transparent does not bleed its colour into the edges.
fn resized(image: &RgbaImage, width: u32, height: u32) -> RgbaImage {
    if image.dimensions() == (width, height) {
        return image.clone();
    }
    let mut premultiplied = image.clone();
    for Rgba([r, g, b, a]) in premultiplied.pixels_mut() {
        for channel in [r, g, b] {
            *channel = times(*channel, *a);
        }
    }
    let mut small = imageops::resize(&premultiplied, width, height, imageops::FilterType::CatmullRom);
    for Rgba([r, g, b, a]) in small.pixels_mut() {
        for channel in [r, g, b] {
            let whole = u32::from(*channel) * 255 / u32::from((*a).max(1));
            *channel = u8::try_from(whole.min(255)).unwrap_or(255);
        }
    }
    small
}

fn times(channel: u8, alpha: u8) -> u8 {
    u8::try_from((u32::from(channel) * u32::from(alpha) + 127) / 255).unwrap_or(255)
}

/// Largest size of the same shape that fits into the room; at least one pixel each way.
fn fit((width, height): (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (rw, rh) = (u64::from(room.0), u64::from(room.1));
    let (fw, fh) = if rw * h <= rh * w { (rw, h * rw / w) } else { (w * rh / h, rh) };
    let side = |n: u64| u32::try_from(n.max(1)).unwrap_or(1);
    (side(fw), side(fh))
}

/// The picture without its transparent borders; `None` if nothing of it is visible.
fn trimmed(image: &RgbaImage) -> Option<RgbaImage> {
    let visible = |x: u32, y: u32| image.get_pixel(x, y).0[3] > 8;
    let (width, height) = image.dimensions();
    let column = |x: &u32| (0..height).any(|y| visible(*x, y));
    let row = |y: &u32| (0..width).any(|x| visible(x, *y));
    let (left, right) = ((0..width).find(column)?, (0..width).rev().find(column)?);
    let (top, bottom) = ((0..height).find(row)?, (0..height).rev().find(row)?);
    Some(imageops::crop_imm(image, left, top, right - left + 1, bottom - top + 1).to_image())
}

/// A plate with rounded corners and an edge.
pub(super) fn plate(width: u32, height: u32, color: Rgba<u8>) -> RgbaImage {
    let edge = Rgba([
        color.0[0].saturating_sub(36),
        color.0[1].saturating_sub(36),
        color.0[2].saturating_sub(30),
        255,
    ]);
    let mut out = RgbaImage::from_pixel(width, height, Rgba([0; 4]));
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let (dx, dy) = (x.min(width - 1 - x), y.min(height - 1 - y));
        let corner = dx + dy;
        if dx == 0 || dy == 0 || corner < 3 {
            continue;
        }
        *pixel = if dx == 1 || dy == 1 || corner == 3 { edge } else { color };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_kept() {
        assert_eq!(fit((200, 100), (50, 50)), (50, 25));
        assert_eq!(fit((100, 200), (50, 50)), (25, 50));
        assert_eq!(fit((1, 20_000), (50, 50)), (1, 50));
    }

    #[test]
    fn transparent_borders_fall_away() {
        let mut image = RgbaImage::new(10, 10);
        image.put_pixel(3, 4, Rgba([1, 2, 3, 255]));
        image.put_pixel(5, 4, Rgba([1, 2, 3, 255]));
        assert_eq!(trimmed(&image).unwrap().dimensions(), (3, 1));
        assert!(trimmed(&RgbaImage::new(4, 4)).is_none());
    }

    #[test]
    fn what_leads_out_of_a_drawing_is_found() {
        let found = |inside: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inside}</svg>"
            );
            foreign(svg.as_bytes())
        };
        for inside in [
            "<image href=\"https://a.example/x.png\"/>",
            "<image xlink:href=\"https://a.example/x.png\"/>",
            "<style>@import \"https://a.example/x.png\";</style>",
            "<rect style=\"fill: url('https://a.example/x.png')\"/>",
        ] {
            assert_eq!(found(inside).as_deref(), Some("https://a.example/x.png"), "{inside}");
        }
        let fine = "<rect fill=\"url(#g)\"/><use href=\"#r\"/><image href=\"data:image/png;base64,AA==\"/>\
                    <a href=\"https://a.example\"><rect/></a>";
        assert_eq!(found(fine), None);
        assert_eq!(found("<image href=\"beside.png\"/>").as_deref(), Some("beside.png"));
    }

    #[test]
    fn plates_make_logos_readable() {
        let logo = |color: u8| Logo {
            bytes: Bytes::new(),
            svg: false,
            image: RgbaImage::from_pixel(20, 10, Rgba([color, color, color, 255])),
        };
        assert_eq!(logo(20).drawn(64, 32).get_pixel(32, 3), &LIGHT);
        assert_eq!(logo(250).drawn(64, 32).get_pixel(32, 3), &DARK);
    }
}
