//! From gids to pixels: which part of which picture a tile is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use glam::{DVec2, IVec2};
use rayon::prelude::*;

use crate::{
    model::{Gid, Map, Picture, Tile, TileSize, Tileset},
    picture::{
        PictureStore,
        canvas::{Part, Sheet},
    },
    source::{PictureHeader, Sources, parent, resolve},
};

/// Straight RGBA that pixels are multiplied by.
pub(super) type Tint = [u8; 4];

/// Where decoded pictures come from, ready to be drawn.
pub(super) struct Sheets<'a> {
    sources: &'a Sources,
    store: &'a PictureStore,
    ready: Mutex<BTreeMap<SheetKey, Arc<SheetSlot>>>,
}

type SheetSlot = OnceLock<Option<Arc<Sheet>>>;
/// The file that refers to the picture, its path as written there, its transparent colour, its tint.
type SheetKey = (String, String, Option<String>, Option<Tint>);

impl<'a> Sheets<'a> {
    pub(super) fn new(sources: &'a Sources, store: &'a PictureStore) -> Self {
        Self { sources, store, ready: Mutex::default() }
    }

    /// The picture that `file` refers to, tinted; `None` where it cannot be shown.
    pub(super) fn get(&self, file: &str, picture: &Picture, tint: Option<Tint>) -> Option<Arc<Sheet>> {
        let key = (file.to_owned(), picture.source.clone(), picture.transparent.clone(), tint);
        let slot = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ready.entry(key).or_default())
        };
        // Made outside of the lock, so that pictures are decoded side by side.
        slot.get_or_init(|| {
            if let Some(tint) = tint {
                return self.get(file, picture, None).map(|sheet| Arc::new(sheet.tinted(tint)));
            }
            let image = self.store.load(self.sources, file, picture).ok()?;
            Some(Arc::new(Sheet::new(image)))
        })
        .clone()
    }
}

/// What to draw for a gid.
pub(super) struct Drawn {
    /// The pixels; `None` where the picture or the tile is missing.
    pub(super) pixels: Option<(Arc<Sheet>, Part)>,
    /// Size of the tile when drawn on a tile layer, in pixels.
    pub(super) size: DVec2,
    /// Shift of the tileset, in pixels.
    pub(super) offset: IVec2,
}

/// How far tiles reach from the bottom-left corner of their cell, in pixels, none negative.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) up: f64,
    pub(super) down: f64,
}

/// The tilesets of a map, ready to look gids up.
pub(super) struct Tiles<'a> {
    /// By first gid.
    sets: Vec<Set<'a>>,
    cell: TileSize,
}

struct Set<'a> {
    first_gid: u32,
    tileset: Option<&'a Tileset>,
    /// Tiles with a picture of their own or an animation.
    special: BTreeMap<u32, &'a Tile>,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(map: &'a Map) -> Self {
        let mut sets: Vec<Set<'a>> = map
            .tilesets
            .iter()
            .map(|set| {
                let tileset = set.tileset.as_deref();
                let tiles = tileset.map_or(&[][..], |tileset| &tileset.tiles);
                let special = tiles
                    .iter()
                    .filter(|tile| tile.picture.is_some() || !tile.animation.is_empty())
                    .map(|tile| (tile.id, tile));
                Set { first_gid: set.first_gid, tileset, special: special.collect() }
            })
            .collect();
        // Stable: of two with the same first gid the later one wins, as in `Map::tileset_of`.
        sets.sort_by_key(|set| set.first_gid);
        Self { sets, cell: map.tile_size }
    }

    /// Number of the tileset that owns the gid.
    fn owner(&self, gid: Gid) -> Option<usize> {
        self.sets.partition_point(|set| set.first_gid <= gid.id()).checked_sub(1)
    }

    /// Decodes the pictures of every tileset that one of the gids belongs to, side by side.
    pub(super) fn prepare(&self, gids: impl Iterator<Item = Gid>, sheets: &Sheets<'_>) {
        let mut used = vec![false; self.sets.len()];
        for gid in gids {
            if let Some(owner) = self.owner(gid) {
                used[owner] = true;
            }
        }
        let used: Vec<&Set<'_>> =
            self.sets.iter().zip(used).filter_map(|(set, used)| used.then_some(set)).collect();
        used.into_par_iter().filter_map(|set| set.tileset).for_each(|tileset| {
            if let Some(picture) = &tileset.picture {
                sheets.get(&tileset.file, picture, None);
            }
        });
    }

    /// How far the largest tile reaches. Pictures of single tiles count by their header, which is cheap.
    pub(super) fn reach(&self, sources: &Sources) -> Reach {
        let mut reach = Reach::default();
        for tileset in self.sets.iter().filter_map(|set| set.tileset) {
            let grid = tileset.tile_size.width.max(tileset.tile_size.height);
            let own = tileset.tiles.iter().filter_map(|tile| tile.picture.as_ref()).map(|picture| {
                let stated = picture.width.unwrap_or(0).max(picture.height.unwrap_or(0));
                match sources.picture(&resolve(parent(&tileset.file), &picture.source)) {
                    PictureHeader::Size(width, height) => stated.max(width).max(height),
                    _ => stated,
                }
            });
            // Either side may become the other when a tile is turned.
            let side = f64::from(own.fold(grid, u32::max));
            let offset = tileset.tile_offset.as_dvec2();
            reach.left = reach.left.max(-offset.x);
            reach.right = reach.right.max(side + offset.x);
            reach.up = reach.up.max(side - offset.y);
            reach.down = reach.down.max(offset.y);
        }
        let cell = f64::from(self.cell.width.max(self.cell.height));
        Reach { right: reach.right.max(cell), up: reach.up.max(cell), ..reach }
    }

    /// Where objects that show a tile of this gid's tileset are anchored, as its file has it.
    pub(super) fn object_alignment(&self, gid: Gid) -> &'a str {
        let tileset = self.owner(gid).and_then(|owner| self.sets[owner].tileset);
        tileset.map_or("", |tileset| &tileset.object_alignment)
    }

    /// What a tile looks like. An animated one shows its first frame.
    pub(super) fn look_up(&self, gid: Gid, tint: Option<Tint>, sheets: &Sheets<'_>) -> Drawn {
        let missing = |offset| Drawn {
            pixels: None,
            size: DVec2::new(f64::from(self.cell.width), f64::from(self.cell.height)),
            offset,
        };
        let Some(set) = self.owner(gid).map(|owner| &self.sets[owner]) else { return missing(IVec2::ZERO) };
        let Some(tileset) = set.tileset else { return missing(IVec2::ZERO) };
        let mut id = gid.id() - set.first_gid;
        if let Some(frame) = set.special.get(&id).and_then(|tile| tile.animation.first()) {
            id = frame.tile;
        }
        let own = set.special.get(&id).filter(|tile| tile.picture.is_some());
        let pixels = match own {
            Some(tile) => own_pixels(tileset, tile, tint, sheets),
            None => sheet_pixels(tileset, id, tint, sheets),
        };
        let Some((sheet, part)) = pixels else { return missing(tileset.tile_offset) };
        let size = if tileset.render_at_grid_size {
            DVec2::new(f64::from(self.cell.width), f64::from(self.cell.height))
        } else {
            DVec2::new(f64::from(part.width), f64::from(part.height))
        };
        Drawn { pixels: Some((sheet, part)), size, offset: tileset.tile_offset }
    }
}

/// A tile with a picture of its own, or a part of it.
fn own_pixels(
    tileset: &Tileset,
    tile: &Tile,
    tint: Option<Tint>,
    sheets: &Sheets<'_>,
) -> Option<(Arc<Sheet>, Part)> {
    let sheet = sheets.get(&tileset.file, tile.picture.as_ref()?, tint)?;
    let whole = [0, 0, i64::from(sheet.width), i64::from(sheet.height)];
    let [x, y, width, height] = tile.picture_part.map_or(whole, |part| part.map(i64::from));
    let part = Part::of(&sheet, x, y, width, height)?;
    Some((sheet, part))
}

/// A tile cut from the tileset's one picture. The columns are those of the picture as it is, not as
/// the file states it: Tiled counts again, too.
fn sheet_pixels(
    tileset: &Tileset,
    id: u32,
    tint: Option<Tint>,
    sheets: &Sheets<'_>,
) -> Option<(Arc<Sheet>, Part)> {
    let sheet = sheets.get(&tileset.file, tileset.picture.as_ref()?, tint)?;
    let (width, height) = (i64::from(tileset.tile_size.width), i64::from(tileset.tile_size.height));
    let (spacing, margin) = (i64::from(tileset.spacing), i64::from(tileset.margin));
    if width + spacing <= 0 || height + spacing <= 0 {
        return None;
    }
    let columns = (i64::from(sheet.width) - margin + spacing) / (width + spacing);
    if columns <= 0 {
        return None;
    }
    let (column, row) = (i64::from(id) % columns, i64::from(id) / columns);
    let (x, y) = (margin + column * (width + spacing), margin + row * (height + spacing));
    if y + height > i64::from(sheet.height) {
        return None;
    }
    let part = Part::of(&sheet, x, y, width, height)?;
    Some((sheet, part))
}
