//! What tiles look like, as far as rules ask.

use std::{
    collections::{BTreeMap, HashMap},
    io::Cursor,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use image::RgbaImage;
use sha2::{Digest as _, Sha256};

use super::store::{self, Key};
use crate::{
    model::{Picture, Tileset},
    source::Sources,
};

/// What a tile looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing is to be seen of it.
    Clear,
    /// Some of what is below it shows.
    Partial,
    /// Nothing of what is below it shows.
    Opaque,
}

/// Where the pictures of a project can be seen through. However many maps share a picture, and however many folders
/// have a copy of it, it is decoded once, and of each of its 32 bits a pixel two are kept.
#[derive(Debug, Default)]
pub struct Looks {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    slots: BTreeMap<Key, Slot>,
    contents: HashMap<Content, Slot>,
    /// Words of all masks.
    words: usize,
}

/// What a mask is made of, whatever the file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Content {
    sha256: [u8; 32],
    transparent: Option<[u8; 3]>,
    size: Option<(u32, u32)>,
}

/// Filled by whoever asks first; others wait for it. `None` for a picture that cannot be shown.
type Slot = Arc<OnceLock<Option<Arc<Mask>>>>;

/// Where a picture can be seen through.
#[derive(Debug)]
pub struct Mask {
    width: u32,
    height: u32,
    /// A bit for each pixel of which nothing is to be seen, row by row.
    clear: Box<[u64]>,
    /// A bit for each that hides what is below it.
    opaque: Box<[u64]>,
}

impl Looks {
    /// Words of masks that are kept: as many as those of 256 million pixels. The masks of further pictures live
    /// as long as whoever asked for them keeps them.
    const MOST_WORDS: usize = 1 << 23;

    /// The mask of the picture that the file called `file` refers to; `None` where it cannot be shown.
    pub fn mask(&self, sources: &Sources, file: &str, picture: &Picture) -> Option<Arc<Mask>> {
        let key = Key::of(file, picture);
        let slot = Arc::clone(self.lock().slots.entry(key.clone()).or_default());
        let mut is_kept = true;
        let mask = slot.get_or_init(|| {
            let bytes = store::bytes(sources, &key).ok()?;
            let sha256 = Sha256::digest(&bytes).into();
            let content = Content { sha256, transparent: key.transparent, size: key.size };
            let copies = Arc::clone(self.lock().contents.entry(content).or_default());
            let mask = copies.get_or_init(|| {
                let read = if key.transparent.is_none() { Mask::of_png(&bytes) } else { None };
                let decoded = || Some(Mask::of(&store::pixels(&bytes, &key).ok()?));
                let mask = read.or_else(decoded)?;
                let mut known = self.lock();
                known.words += mask.words();
                if known.words > Self::MOST_WORDS {
                    known.words -= mask.words();
                    known.contents.remove(&content);
                }
                Some(Arc::new(mask))
            });
            is_kept = self.lock().contents.contains_key(&content);
            mask.clone()
        });
        if !is_kept {
            self.lock().slots.remove(&key);
        }
        mask.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mask {
    fn words(&self) -> usize {
        self.clear.len() + self.opaque.len()
    }

    fn of(image: &RgbaImage) -> Self {
        let mut bits = Bits::default();
        bits.extend(image.as_raw().as_chunks::<4>().0);
        bits.mask(image.dimensions())
    }

    /// The mask of a PNG, row by row: all its colours at once would take more time to find room for than to
    /// read. `None` for what takes another way: other formats, interlaced ones, those of 16 bits a channel, broken
    /// ones.
    fn of_png(bytes: &[u8]) -> Option<Self> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        let mut reader = decoder.read_info().ok()?;
        let size = reader.info().size();
        store::check_size(size.0, size.1).ok()?;
        let (color, depth) = reader.output_color_type();
        if depth != png::BitDepth::Eight || reader.info().interlaced {
            return None;
        }
        let words = usize::try_from((u64::from(size.0) * u64::from(size.1)).div_ceil(64)).ok()?;
        let mut bits = Bits::default();
        match color {
            png::ColorType::Rgb | png::ColorType::Grayscale => {
                // One that cannot be read hides nothing, and only reading it tells.
                while reader.next_row().ok()?.is_some() {}
                bits.opaque = vec![u64::MAX; words];
                bits.clear = vec![0; bits.opaque.len()];
            }
            png::ColorType::Rgba => {
                bits.reserve(words);
                while let Some(row) = reader.next_row().ok()? {
                    bits.extend(row.data().as_chunks::<4>().0);
                }
            }
            png::ColorType::GrayscaleAlpha => {
                bits.reserve(words);
                while let Some(row) = reader.next_row().ok()? {
                    bits.extend(row.data().as_chunks::<2>().0);
                }
            }
            png::ColorType::Indexed => return None,
        }
        Some(bits.mask(size))
    }

    /// How the tile with this id looks, whose tileset has this picture; `None` beyond the picture.
    pub fn tile(&self, tileset: &Tileset, id: u32) -> Option<Look> {
        let (columns, rows) = tileset.grid().filter(|(columns, _)| *columns > 0)?;
        if id >= columns.saturating_mul(rows) {
            return None;
        }
        let size = tileset.tile_size;
        let step = |number: u32, side: u32| {
            number.checked_mul(side.checked_add_signed(tileset.spacing)?)?.checked_add_signed(tileset.margin)
        };
        let (left, top) = (step(id % columns, size.width)?, step(id / columns, size.height)?);
        let (right, bottom) = (left.checked_add(size.width)?, top.checked_add(size.height)?);
        if right > self.width || bottom > self.height {
            return None;
        }
        let has = |words: &[u64], x: u32, y: u32| {
            let at = y as usize * self.width as usize + x as usize;
            words[at / 64] >> (at % 64) & 1 == 1
        };
        let all = |words: &[u64]| (top..bottom).all(|y| (left..right).all(|x| has(words, x, y)));
        Some(match (all(&self.clear), all(&self.opaque)) {
            (true, _) => Look::Clear,
            (_, true) => Look::Opaque,
            _ => Look::Partial,
        })
    }
}

/// Which of eight pixels are clear, below an alpha of 16, and which opaque, above 239: a bit for each, the lowest for
/// the first. All eight are told at once, each in a byte of its own, by the upper half of its alpha.
fn clear_and_opaque(alphas: [u8; 8]) -> (u64, u64) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let upper = u64::from_le_bytes(alphas) >> 4 & (15 * ONES);
    // The lowest bits of the bytes move beside each other.
    let gathered = |bytes: u64| (bytes & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    // 15 and 1 are 16, as are 1 and 15.
    (gathered(!((upper + 15 * ONES) >> 4)), gathered((upper + ONES) >> 4))
}

/// The bits of a mask that is read pixel by pixel.
#[derive(Debug, Default)]
struct Bits {
    clear: Vec<u64>,
    opaque: Vec<u64>,
    /// Bits of the word that is begun, of both, and how many.
    begun: (u64, u64),
    filled: usize,
}

impl Bits {
    /// Makes room for so many words of each kind.
    fn reserve(&mut self, words: usize) {
        self.clear.reserve_exact(words);
        self.opaque.reserve_exact(words);
    }

    /// Adds pixels whose last byte says how much of them is to be seen.
    fn extend<const BYTES: usize>(&mut self, mut pixels: &[[u8; BYTES]]) {
        while !pixels.is_empty() {
            let (now, rest) = pixels.split_at(pixels.len().min(64 - self.filled));
            let (mut clear, mut opaque) = (0, 0);
            for (eight, pixels) in now.chunks(8).enumerate() {
                let mut alphas = [0; 8];
                for (alpha, pixel) in alphas.iter_mut().zip(pixels) {
                    *alpha = pixel[BYTES - 1];
                }
                let (eight_clear, eight_opaque) = clear_and_opaque(alphas);
                clear |= (eight_clear & (u64::MAX >> (64 - pixels.len()))) << (8 * eight);
                opaque |= eight_opaque << (8 * eight);
            }
            self.begun.0 |= clear << self.filled;
            self.begun.1 |= opaque << self.filled;
            self.filled += now.len();
            if self.filled == 64 {
                self.end_word();
            }
            pixels = rest;
        }
    }

    fn end_word(&mut self) {
        self.clear.push(self.begun.0);
        self.opaque.push(self.begun.1);
        (self.begun, self.filled) = ((0, 0), 0);
    }

    fn mask(mut self, (width, height): (u32, u32)) -> Mask {
        if self.filled > 0 {
            self.end_word();
        }
        Mask { width, height, clear: self.clear.into(), opaque: self.opaque.into() }
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::{model::TileSize, picture, workadventure::testing};

    /// A tileset of tiles of 2 x 2 pixels in a picture that is said to have 9 x 4.
    fn tileset() -> Tileset {
        let mut tileset = Tileset::clone(testing::map().tilesets[0].tileset.as_ref().unwrap());
        tileset.tile_size = TileSize { width: 2, height: 2 };
        tileset.picture = Some(picture("a.png"));
        tileset
    }

    fn picture(source: &str) -> Picture {
        let (width, height) = (Some(9), Some(4));
        Picture { source: source.to_owned(), embedded: None, width, height, transparent: None }
    }

    /// Pixels by the digits of their alpha, from nothing at 0 to all at 9.
    fn mask(rows: &[&str]) -> Mask {
        let (width, height) = (rows[0].len(), rows.len());
        let alpha = |x: u32, y: u32| (rows[y as usize].as_bytes()[x as usize] - b'0') * 28;
        Mask::of(&RgbaImage::from_fn(
            u32::try_from(width).unwrap(),
            u32::try_from(height).unwrap(),
            |x, y| Rgba([0, 0, 0, alpha(x, y)]),
        ))
    }

    #[test]
    fn a_tile_looks_as_its_pixels_do() {
        let mask = mask(&["99009", "99009", "99999", "99999"]);
        let mut tileset = tileset();
        let looks = |tileset: &Tileset, ids: [u32; 4]| ids.map(|id| mask.tile(tileset, id));
        let (clear, partial, opaque) = (Some(Look::Clear), Some(Look::Partial), Some(Look::Opaque));
        // Four columns are said, the third lies beyond the picture.
        assert_eq!(looks(&tileset, [0, 1, 2, 3]), [opaque, clear, None, None]);
        assert_eq!(looks(&tileset, [4, 5, 6, 8]), [opaque, opaque, None, None]);
        tileset.spacing = 1;
        // Three columns and one row: the second row would end at 5.
        assert_eq!(looks(&tileset, [0, 1, 2, 3]), [opaque, partial, None, None]);
        (tileset.spacing, tileset.margin) = (0, -1);
        assert_eq!(looks(&tileset, [0, 5, 6, u32::MAX]), [None, None, partial, None]);
        (tileset.spacing, tileset.margin) = (-1, 0);
        assert_eq!(looks(&tileset, [0, 1, 2, 3]), [opaque, partial, clear, partial]);
        tileset.tile_size = TileSize { width: 0, height: 0 };
        tileset.spacing = 1;
        assert_eq!(mask.tile(&tileset, 0), clear, "as one that is not there");
    }

    #[test]
    fn masks_of_all_sizes_are_those_of_their_pixels() {
        for width in [1, 63, 64, 65, 130] {
            let bright = |x: u32, y: u32| (x * 7 + y * 3).is_multiple_of(5);
            let image =
                RgbaImage::from_fn(width, 3, |x, y| Rgba([0, 0, 0, if bright(x, y) { 255 } else { 0 }]));
            let mask = Mask::of(&image);
            let mut tileset = tileset();
            tileset.tile_size = TileSize { width: 1, height: 1 };
            tileset.picture = Some(Picture { width: Some(width), height: Some(3), ..picture("a.png") });
            for (x, y) in (0..3).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let expected = if bright(x, y) { Look::Opaque } else { Look::Clear };
                assert_eq!(mask.tile(&tileset, y * width + x), Some(expected));
            }
        }
        assert_eq!(Mask::of(&RgbaImage::new(0, 0)).tile(&tileset(), 0), None);
    }

    #[test]
    fn rows_of_a_png_tell_what_its_pixels_do() {
        let alpha = |x: u32, y: u32| match y {
            // Whole words of one kind, and one pixel that is none of it.
            0..3 => [0, 15, 15][((x + y) % 3) as usize],
            3..6 => [240, 255, 241][((x + y) % 3) as usize],
            6 => [0, 255][usize::from(x < 33)],
            7 => [255, 239][usize::from(x == 66)],
            _ => [0, 15, 16, 239, 240, 255][((x * 5 + y * 3) % 6) as usize],
        };
        let clear_and_not = RgbaImage::from_fn(70, 9, |x, y| Rgba([9, 90, 200, alpha(x, y)]));
        let grey = image::DynamicImage::from(clear_and_not.clone()).into_luma_alpha8();
        let opaque = RgbaImage::from_fn(70, 9, |x, _| Rgba([u8::try_from(x).unwrap(), 0, 0, 255]));
        let png = |image: image::DynamicImage| {
            let mut bytes = Cursor::new(Vec::new());
            image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            bytes.into_inner()
        };
        // Sixteen kinds of pixels by numbers of four bits, of which the first few are less than opaque.
        let mut numbered = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut numbered, 70, 9);
        encoder.set_color(::png::ColorType::Indexed);
        encoder.set_depth(::png::BitDepth::Four);
        encoder.set_palette((0..48).collect::<Vec<u8>>());
        encoder.set_trns(vec![0, 15, 16, 239, 240]);
        let rows: Vec<u8> = (0..35 * 9).map(|byte| u8::try_from(byte * 7 % 256).unwrap()).collect();
        encoder.write_header().unwrap().write_image_data(&rows).unwrap();
        let pictures = [
            numbered,
            png(clear_and_not.clone().into()),
            // With a palette.
            picture::encode(&clear_and_not).unwrap(),
            png(grey.into()),
            png(image::DynamicImage::from(opaque.clone()).into_rgb8().into()),
            picture::encode(&opaque).unwrap(),
        ];
        for bytes in pictures {
            let (rows, whole) =
                (Mask::of_png(&bytes).unwrap(), Mask::of(&store::decode(&bytes, None).unwrap()));
            let mut tileset = tileset();
            tileset.tile_size = TileSize { width: 1, height: 1 };
            tileset.picture = Some(Picture { width: Some(70), height: Some(9), ..picture("a.png") });
            for id in 0..70 * 9 {
                assert!(whole.tile(&tileset, id).is_some());
                assert_eq!(rows.tile(&tileset, id), whole.tile(&tileset, id), "{id}");
            }
            assert!(Mask::of_png(&bytes[..bytes.len() / 2]).is_none());
        }
        let deep = image::DynamicImage::from(clear_and_not).into_rgba16();
        assert!(Mask::of_png(&png(deep.into())).is_none());
        assert!(Mask::of_png(b"GIF89a").is_none());
    }

    #[test]
    fn a_picture_is_decoded_once() {
        let mut sources = Sources::detached();
        sources.insert("a.png", picture::encode(&RgbaImage::new(5, 4)).unwrap());
        let looks = Looks::default();
        let first = looks.mask(&sources, "map.tmj", &picture("a.png")).unwrap();
        let again = looks.mask(&sources, "other.tmj", &picture("./a.png")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert!(looks.mask(&sources, "map.tmj", &picture("gone.png")).is_none());
        sources.insert("folder/copy.png", picture::encode(&RgbaImage::new(5, 4)).unwrap());
        let copy = looks.mask(&sources, "folder/map.tmj", &picture("copy.png")).unwrap();
        assert!(Arc::ptr_eq(&first, &copy));
        let keyed = Picture { transparent: Some("#000000".to_owned()), ..picture("copy.png") };
        assert!(!Arc::ptr_eq(&first, &looks.mask(&sources, "folder/map.tmj", &keyed).unwrap()));
        sources.insert("broken.png", "\u{89}PNG");
        assert!(looks.mask(&sources, "map.tmj", &picture("broken.png")).is_none());
        let words = first.words();
        assert_eq!(looks.lock().words, 2 * words, "of copies one counts, of broken ones none");
        looks.lock().words = Looks::MOST_WORDS;
        sources.insert("b.png", picture::encode(&RgbaImage::new(6, 4)).unwrap());
        let kept_by_nobody = looks.mask(&sources, "map.tmj", &picture("b.png")).unwrap();
        let again = looks.mask(&sources, "map.tmj", &picture("b.png")).unwrap();
        assert!(!Arc::ptr_eq(&kept_by_nobody, &again));
        assert_eq!(looks.lock().words, Looks::MOST_WORDS);
    }
}
