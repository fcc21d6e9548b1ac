//! What tiles look like, as far as rules ask.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use image::RgbaImage;

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

/// Where the pictures of a project can be seen through. However many maps share a picture, it is decoded once,
/// and of each of its 32 bits a pixel two are kept.
#[derive(Debug, Default)]
pub struct Looks {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    slots: BTreeMap<Key, Slot>,
    /// Words of all masks.
    words: usize,
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
        let mut is_new = false;
        let mask = slot.get_or_init(|| {
            is_new = true;
            Some(Arc::new(Mask::of(&store::read(sources, &key).ok()?)))
        });
        if let (true, Some(mask)) = (is_new, mask) {
            let mut known = self.lock();
            known.words += mask.clear.len() * 2;
            if known.words > Self::MOST_WORDS {
                known.words -= mask.clear.len() * 2;
                known.slots.remove(&key);
            }
        }
        mask.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mask {
    fn of(image: &RgbaImage) -> Self {
        let words = image.as_raw().chunks(64 * 4).map(|pixels| {
            let (mut clear, mut opaque) = (0, 0);
            for (bit, pixel) in pixels.chunks_exact(4).enumerate() {
                clear |= u64::from(pixel[3] < 16) << bit;
                opaque |= u64::from(pixel[3] > 239) << bit;
            }
            (clear, opaque)
        });
        let (clear, opaque): (Vec<u64>, Vec<u64>) = words.unzip();
        let (clear, opaque) = (clear.into(), opaque.into());
        Self { width: image.width(), height: image.height(), clear, opaque }
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
    fn a_picture_is_decoded_once() {
        let mut sources = Sources::detached();
        sources.insert("a.png", picture::encode(&RgbaImage::new(5, 4)).unwrap());
        let looks = Looks::default();
        let first = looks.mask(&sources, "map.tmj", &picture("a.png")).unwrap();
        let again = looks.mask(&sources, "other.tmj", &picture("./a.png")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert!(looks.mask(&sources, "map.tmj", &picture("gone.png")).is_none());
        looks.lock().words = Looks::MOST_WORDS;
        sources.insert("b.png", picture::encode(&RgbaImage::new(5, 4)).unwrap());
        let kept_by_nobody = looks.mask(&sources, "map.tmj", &picture("b.png")).unwrap();
        let again = looks.mask(&sources, "map.tmj", &picture("b.png")).unwrap();
        assert!(!Arc::ptr_eq(&kept_by_nobody, &again));
    }
}
