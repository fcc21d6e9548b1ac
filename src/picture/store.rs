//! Decodes each picture once and shares it.

use std::{
    collections::BTreeMap,
    io::Cursor,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use bytes::Bytes;
use image::{ImageReader, Limits, Rgba, RgbaImage};
use resvg::{tiny_skia, usvg};

use crate::{
    model::{Picture, color},
    source::{Sources, is_url, parent, resolve},
};

/// Largest picture that is decoded, in pixels: 256 MiB of colours. WebGL stops at 16384 pixels a
/// side, and a tileset that large and square would be four times this.
pub const MAX_PICTURE_PIXELS: u64 = 1 << 26;

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The reference is empty.
    #[error("no picture is named")]
    Unnamed,
    /// The reference is a URL; nothing is fetched.
    #[error("it is a URL, and pictures are only read from files")]
    Url,
    /// The file cannot be read, with what the system said.
    #[error("{0}")]
    Unreadable(String),
    /// More pixels than are decoded.
    #[error("it has {0} x {1} pixels, more than {MAX_PICTURE_PIXELS} in all are not decoded")]
    TooLarge(u32, u32),
    /// No picture, or a broken one, with what the decoder said.
    #[error("{0}")]
    Broken(String),
}

/// A picture that was asked for and cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFault {
    /// Name of the picture's file; as written where it is a URL or empty.
    pub name: String,
    /// Why.
    pub error: PictureError,
}

/// The pictures of a project, each decoded when first asked for and shared from then on. What is
/// missing or broken is kept as a fault, never an error: Tiled opens such maps too.
#[derive(Debug, Default)]
pub struct PictureStore {
    slots: RwLock<BTreeMap<Key, Arc<Slot>>>,
}

type Slot = OnceLock<Result<Arc<RgbaImage>, PictureError>>;

/// What tells one picture from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Name of its file; as written where it is a URL or empty.
    name: String,
    /// Whether the name is a URL, or empty.
    remote: bool,
    /// The colour that is clear in it.
    pub(super) transparent: Option<[u8; 3]>,
    /// Only for pictures that have no pixels of their own.
    pub(super) size: Option<(u32, u32)>,
}

impl Key {
    /// The picture that the file called `file` refers to.
    pub(super) fn of(file: &str, picture: &Picture) -> Self {
        let remote = picture.source.is_empty() || is_url(&picture.source);
        let name = if remote { picture.source.clone() } else { resolve(parent(file), &picture.source) };
        Self {
            transparent: picture.transparent.as_deref().and_then(rgb),
            size: if is_svg_name(&name) { picture.width.zip(picture.height) } else { None },
            name,
            remote,
        }
    }
}

impl PictureStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The picture that the file called `file` refers to. Pixels of its transparent colour are clear
    /// (tiled-formats, section 3.2). SVG is drawn at the stated size, everything else keeps its own.
    ///
    /// # Errors
    /// As [`PictureError`]; the same answer is given to everybody who asks, and kept for
    /// [`PictureStore::faults`].
    pub fn load(
        &self,
        sources: &Sources,
        file: &str,
        picture: &Picture,
    ) -> Result<Arc<RgbaImage>, PictureError> {
        let key = Key::of(file, picture);
        self.slot(&key).get_or_init(|| Ok(Arc::new(pixels(&bytes(sources, &key)?, &key)?))).clone()
    }

    /// Every picture that was asked for and cannot be shown, sorted by name.
    pub fn faults(&self) -> Vec<PictureFault> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let faults = slots.iter().filter_map(|(key, slot)| {
            let error = slot.get()?.as_ref().err()?.clone();
            Some(PictureFault { name: key.name.clone(), error })
        });
        let mut faults: Vec<_> = faults.collect();
        faults.dedup();
        faults
    }

    fn slot(&self, key: &Key) -> Arc<Slot> {
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Arc::clone(slot);
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key.clone()).or_default())
    }
}

/// Reads a picture's file.
pub(super) fn bytes(sources: &Sources, key: &Key) -> Result<Bytes, PictureError> {
    if key.name.is_empty() {
        return Err(PictureError::Unnamed);
    }
    if key.remote {
        return Err(PictureError::Url);
    }
    sources.read(&key.name).map_err(|error| PictureError::Unreadable(error.to_string()))
}

/// Decodes a picture out of its file.
pub(super) fn pixels(bytes: &[u8], key: &Key) -> Result<RgbaImage, PictureError> {
    let mut image = decode(bytes, key.size)?;
    if let Some([red, green, blue]) = key.transparent {
        for pixel in image.pixels_mut().filter(|pixel| pixel.0 == [red, green, blue, 255]) {
            *pixel = Rgba([0; 4]);
        }
    }
    Ok(image)
}

/// Decodes a PNG, JPEG, WebP or GIF (its first frame), told apart by content, or an SVG, drawn at
/// `size` (stretched, as Tiled stretches) or else at its own.
///
/// # Errors
/// [`PictureError::TooLarge`] and [`PictureError::Broken`].
pub fn decode(bytes: &[u8], size: Option<(u32, u32)>) -> Result<RgbaImage, PictureError> {
    let broken = |error: image::ImageError| PictureError::Broken(error.to_string());
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| PictureError::Broken(error.to_string()))?;
    if reader.format().is_none() {
        return if looks_like_svg(bytes) {
            draw_svg(bytes, size)
        } else {
            Err(PictureError::Broken("no PNG, JPEG, WebP, GIF or SVG".to_owned()))
        };
    }
    let (width, height) = reader.into_dimensions().map_err(broken)?;
    check_size(width, height)?;
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| PictureError::Broken(error.to_string()))?;
    let mut limits = Limits::no_limits();
    // Sixteen bits a channel, and as much again for the decoder's own needs.
    limits.max_alloc = Some(MAX_PICTURE_PIXELS * 16);
    reader.limits(limits);
    Ok(reader.decode().map_err(broken)?.into_rgba8())
}

pub(super) fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(PictureError::TooLarge(width, height));
    }
    Ok(())
}

fn is_svg_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("svg"))
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    memchr::memmem::find(head, b"<svg").is_some()
}

/// Draws an SVG without fonts and without anything that it refers to outside of itself.
fn draw_svg(bytes: &[u8], size: Option<(u32, u32)>) -> Result<RgbaImage, PictureError> {
    let options = usvg::Options {
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_string: Box::new(|_, _| None),
            ..usvg::ImageHrefResolver::default()
        },
        ..usvg::Options::default()
    };
    let broken = |error: usvg::Error| PictureError::Broken(error.to_string());
    let tree = usvg::Tree::from_data(bytes, &options).map_err(broken)?;
    let own = tree.size();
    let natural = own.to_int_size();
    let (width, height) = size.unwrap_or((natural.width(), natural.height()));
    check_size(width, height)?;
    let Some(mut pixmap) = tiny_skia::Pixmap::new(width, height) else {
        return Err(PictureError::Broken("it has no size".to_owned()));
    };
    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^24")]
    let scale = (width as f32 / own.width(), height as f32 / own.height());
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale.0, scale.1), &mut pixmap.as_mut());
    let mut image = RgbaImage::new(width, height);
    for (to, from) in image.pixels_mut().zip(pixmap.pixels()) {
        let color = from.demultiply();
        *to = Rgba([color.red(), color.green(), color.blue(), color.alpha()]);
    }
    Ok(image)
}

/// A colour without alpha, with `#` or not; where it has one, only the rest counts.
fn rgb(text: &str) -> Option<[u8; 3]> {
    let [red, green, blue, _] = color(text).or_else(|| color(&format!("#{text}")))?;
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::encode;

    fn picture(source: &str) -> Picture {
        Picture { source: source.to_owned(), ..Picture::default() }
    }

    fn sources() -> Sources {
        let mut sources = Sources::new("/nowhere");
        let image = RgbaImage::from_fn(2, 1, |x, _| Rgba([if x == 0 { 255 } else { 0 }, 0, 255, 255]));
        sources.insert("assets/tiles.png", encode(&image).unwrap());
        sources.insert("assets/broken.png", &b"\x89PNG\r\n\x1a\nrubbish"[..]);
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="2" height="2"
            fill="#00ff00"/><image href="/etc/hostname" width="4" height="2"/></svg>"##;
        sources.insert("assets/logo.svg", svg);
        sources
    }

    #[test]
    fn a_picture_is_decoded_once_and_shared() {
        let (store, sources) = (PictureStore::new(), sources());
        let one = store.load(&sources, "maps/a.tmj", &picture("../assets/tiles.png")).unwrap();
        let two = store.load(&sources, "b.tmj", &picture("assets/tiles.png")).unwrap();
        assert!(Arc::ptr_eq(&one, &two));
        assert_eq!(one.get_pixel(1, 0).0, [0, 0, 255, 255]);
    }

    #[test]
    fn a_file_may_have_a_name_like_an_address() {
        let mut sources = sources();
        let bytes = sources.read("assets/tiles.png").unwrap();
        sources.insert("event:2024/tiles.png", bytes);
        let image = PictureStore::new().load(&sources, "event:2024/map.tmj", &picture("tiles.png"));
        assert_eq!(image.map(|image| image.dimensions()), Ok((2, 1)));
    }

    #[test]
    fn the_transparent_colour_is_clear() {
        let magenta = Picture { transparent: Some("ff00ff".to_owned()), ..picture("assets/tiles.png") };
        let image = PictureStore::new().load(&sources(), "a.tmj", &magenta).unwrap();
        assert_eq!(image.get_pixel(0, 0).0, [0; 4]);
        assert_eq!(image.get_pixel(1, 0).0, [0, 0, 255, 255]);
    }

    #[test]
    fn what_cannot_be_shown_is_a_fault() {
        let (store, sources) = (PictureStore::new(), sources());
        for source in
            ["assets/none.png", "assets/broken.png", "https://a.example/b.png", "", "assets/none.png"]
        {
            assert!(store.load(&sources, "a.tmj", &picture(source)).is_err(), "{source}");
        }
        let faults = store.faults();
        let names: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["", "assets/broken.png", "assets/none.png", "https://a.example/b.png"]);
        assert_eq!(faults[3].error, PictureError::Url);
    }

    #[test]
    fn svg_is_drawn_at_the_stated_size_and_reads_nothing_else() {
        let (store, sources) = (PictureStore::new(), sources());
        let stated = Picture { width: Some(8), height: Some(8), ..picture("assets/logo.svg") };
        let image = store.load(&sources, "a.tmj", &stated).unwrap();
        assert_eq!(image.dimensions(), (8, 8));
        assert_eq!((image.get_pixel(0, 7).0, image.get_pixel(7, 0).0), ([0, 255, 0, 255], [0; 4]));
        assert_eq!(store.load(&sources, "a.tmj", &picture("assets/logo.svg")).unwrap().dimensions(), (4, 2));
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_refused() {
        let mut bytes = encode(&RgbaImage::new(1, 1)).unwrap();
        bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        // The header's checksum is wrong now; either complaint keeps the memory small.
        assert!(decode(&bytes, None).is_err());
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"/>"#;
        assert_eq!(decode(svg, None), Err(PictureError::TooLarge(1_000_000, 1_000_000)));
    }
}
