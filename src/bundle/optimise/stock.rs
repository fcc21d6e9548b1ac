//! The tiles of a map, each distinct one once.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    sync::Arc,
};

use glam::IVec2;
use image::RgbaImage;

use super::{PictureForm, Pictures, atlas::Sheet, cluster::Cluster, mirror::flipped};
use crate::{
    bundle::ACCEPTED_FINDINGS,
    model::{Extra, Frame, Gid, Json, Map, ObjectLayer, Picture, Properties, Tile, TileSize, Tileset},
};

/// What tiles must have in common to be in one tileset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) size: TileSize,
    offset: IVec2,
    alignment: String,
    at_grid_size: bool,
    /// `fillmode` as the file has it: how tiles that are drawn at another size are stretched.
    fill_mode: Option<String>,
}

impl Kind {
    /// Whether tiles stand exactly on their cells.
    fn is_plain(&self) -> bool {
        self.offset == IVec2::ZERO && !self.at_grid_size
    }
}

/// One distinct tile.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: usize,
    pixels: Arc<[u8]>,
    /// What its tileset says of it; `None` for a mere picture.
    tile: Option<Tile>,
    /// Entries of its frames, with their milliseconds.
    pub(super) frames: Vec<(usize, u32)>,
    /// Where it was seen first: number of the tileset and id in it.
    origin: (usize, u32),
    /// Every tileset that it was seen in.
    origins: BTreeSet<usize>,
}

/// What became of a gid.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// A distinct tile.
    Entry(usize),
    /// A tile of a tileset that stays whole: number of the tileset and id in it.
    Kept(usize, u32),
    /// No tileset has it.
    Nowhere,
}

/// The distinct tiles that were asked for.
pub(super) struct Stock<'a> {
    map: &'a Map,
    pictures: Pictures<'a>,
    form: PictureForm,
    pub(super) kinds: Vec<Kind>,
    pub(super) entries: Vec<Entry>,
    /// First gids with the numbers of their tilesets, ascending.
    owners: Vec<(u32, usize)>,
    /// Whether each tileset can be taken apart, with its picture.
    sheets: Vec<Option<Source>>,
    by_key: HashMap<(usize, Arc<[u8]>, String), usize>,
    by_gid: HashMap<u32, Found>,
    notes: Vec<String>,
}

/// Where the pixels of a tileset's tiles come from.
enum Source {
    /// One picture, with its columns and rows.
    Sheet(Arc<RgbaImage>, u32, u32),
    /// A picture for each tile.
    Collection,
    /// It cannot be taken apart.
    Whole,
}

impl<'a> Stock<'a> {
    pub(super) fn new(map: &'a Map, pictures: Pictures<'a>, form: PictureForm) -> Self {
        let mut owners: Vec<(u32, usize)> =
            map.tilesets.iter().enumerate().map(|(index, set)| (set.first_gid, index)).collect();
        // Of two with one first gid the first counts, as `Map::tileset_of` has it: the last maximum.
        owners.sort_unstable();
        Self {
            map,
            pictures,
            form,
            kinds: Vec::new(),
            entries: Vec::new(),
            owners,
            sheets: map.tilesets.iter().map(|_| None).collect(),
            by_key: HashMap::new(),
            by_gid: HashMap::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// The entry of a gid that was asked for with [`Stock::find`].
    pub(super) fn known(&self, gid: Gid) -> Found {
        self.by_gid.get(&gid.id()).copied().unwrap_or(Found::Nowhere)
    }

    /// Kind and pixels of an entry that nothing is said of.
    pub(super) fn bare(&self, entry: usize) -> Option<(usize, &[u8])> {
        let entry = &self.entries[entry];
        (entry.tile.is_none() && entry.frames.is_empty()).then_some((entry.kind, &*entry.pixels))
    }

    /// Whether a tile stands exactly on cells of this size.
    pub(super) fn fills_cells(&self, entry: usize, cell: TileSize) -> bool {
        let kind = &self.kinds[self.entries[entry].kind];
        kind.size == cell && kind.is_plain()
    }

    /// The entry of a tile as flags show it, its frames turned alike. All that its tileset says of it but
    /// that it is a wall is left out, as the engine finds nothing else of turned tiles (workadventure-maps,
    /// section 2.5). `None` for one that has no such picture, or shapes, which would have to be turned.
    pub(super) fn turned(&mut self, entry: usize, flags: u32) -> Option<usize> {
        let Entry { kind, pixels, tile, frames, origin, origins } = &self.entries[entry];
        let (kind, origin, origins, frames) = (*kind, *origin, origins.clone(), frames.clone());
        let TileSize { width, height } = self.kinds[kind].size;
        let fits = width == height || flags & Gid::FLIP_DIAGONAL == 0;
        if !fits || tile.as_ref().is_some_and(|tile| tile.collision.is_some()) {
            return None;
        }
        let tile = tile.clone().and_then(|mut tile| {
            tile.class.clear();
            tile.properties.0.retain(|property| property.name == "collides");
            (!tile.properties.is_empty() || !frames.is_empty()).then_some(tile)
        });
        let pixels = flipped(pixels, width, flags).into();
        let frames = frames
            .into_iter()
            .map(|(frame, duration)| Some((self.turned(frame, flags)?, duration)))
            .collect::<Option<Vec<_>>>()?;
        let turned = self.entry(kind, pixels, tile, frames, origin);
        self.entries[turned].origins.extend(origins);
        Some(turned)
    }

    /// Lets an entry stand for another, so that its tilesets have a part in the credits.
    pub(super) fn credit(&mut self, entry: usize, other: usize) {
        let origins = self.entries[other].origins.clone();
        self.entries[entry].origins.extend(origins);
    }

    /// Numbers of the tilesets that an entry was seen in.
    pub(super) fn origins(&self, entry: usize) -> impl Iterator<Item = usize> + '_ {
        self.entries[entry].origins.iter().copied()
    }

    /// The distinct tile behind a gid.
    pub(super) fn find(&mut self, gid: Gid) -> Found {
        let id = gid.id();
        if let Some(known) = self.by_gid.get(&id) {
            return *known;
        }
        let found = self.look_up(id);
        self.by_gid.insert(id, found);
        found
    }

    fn look_up(&mut self, id: u32) -> Found {
        let behind = self.owners.partition_point(|(first, _)| *first <= id);
        let Some((first, index)) = behind.checked_sub(1).map(|last| self.owners[last]) else {
            return Found::Nowhere;
        };
        let local = id - first;
        let Some(tileset) = self.map.tilesets[index].tileset.clone() else { return Found::Nowhere };
        if self.sheets[index].is_none() {
            self.sheets[index] = Some(self.source(&tileset));
        }
        if matches!(self.sheets[index], Some(Source::Whole)) {
            return if local < tileset.id_span() { Found::Kept(index, local) } else { Found::Nowhere };
        }
        let Some((kind, pixels)) =
            self.cut(index, &tileset, local).or_else(|| self.blank(index, &tileset, local))
        else {
            return Found::Nowhere;
        };
        let stated = tileset.tile(local);
        let mut frames = Vec::new();
        for frame in stated.map_or(&[][..], |tile| &tile.animation) {
            if let Some((kind, pixels)) = self.cut(index, &tileset, frame.tile) {
                let bare = self.entry(kind, pixels, None, Vec::new(), (index, frame.tile));
                frames.push((bare, frame.duration));
            }
        }
        // A collection's frames may differ in size; then they cannot share a tileset with the tile.
        if frames.iter().any(|(frame, _)| self.entries[*frame].kind != kind) {
            frames.clear();
            self.notes.push(format!(
                "tileset \"{}\": the frames of tile {local} differ in size, it is not animated any more",
                tileset.name
            ));
        }
        let tile = stated.and_then(|tile| bare_statement(tile, !frames.is_empty()));
        Found::Entry(self.entry(kind, pixels, tile, frames, (index, local)))
    }

    fn entry(
        &mut self,
        kind: usize,
        pixels: Arc<[u8]>,
        tile: Option<Tile>,
        frames: Vec<(usize, u32)>,
        origin: (usize, u32),
    ) -> usize {
        let mut statement = String::new();
        if let Some(tile) = &tile {
            let _infallible = write!(statement, "{tile:?} {frames:?}");
        }
        let key = (kind, Arc::clone(&pixels), statement);
        if let Some(known) = self.by_key.get(&key) {
            self.entries[*known].origins.insert(origin.0);
            return *known;
        }
        let number = self.entries.len();
        let origins = BTreeSet::from([origin.0]);
        self.entries.push(Entry { kind, pixels, tile, frames, origin, origins });
        self.by_key.insert(key, number);
        number
    }

    /// How a tileset gives its pixels; one that cannot is noted.
    fn source(&mut self, tileset: &Tileset) -> Source {
        let largest = self.form.largest.saturating_sub(4 * self.form.edge);
        let fits =
            |size: TileSize| (1..=largest).contains(&size.width) && (1..=largest).contains(&size.height);
        let Some(picture) = &tileset.picture else {
            let readable = tileset.tiles.iter().all(|tile| {
                tile.picture.as_ref().is_some_and(|picture| {
                    self.pixels(tileset, picture).is_some_and(|pixels| {
                        let (width, height) = pixels.dimensions();
                        fits(TileSize { width, height })
                    })
                })
            });
            if !readable {
                self.notes.push(format!(
                    "tileset \"{}\" is left as it is: a picture of it cannot be read or is larger than {largest} pixels",
                    tileset.name
                ));
            }
            return if readable { Source::Collection } else { Source::Whole };
        };
        if !fits(tileset.tile_size) {
            self.notes.push(format!(
                "tileset \"{}\" is left as it is: its tiles are larger than {largest} pixels",
                tileset.name
            ));
            return Source::Whole;
        }
        let Some(pixels) = self.pixels(tileset, picture) else {
            self.notes.push(format!(
                "tileset \"{}\" is left as it is: its picture \"{}\" cannot be read",
                tileset.name, picture.source
            ));
            return Source::Whole;
        };
        let measured = Tileset {
            picture: Some(Picture {
                width: Some(pixels.width()),
                height: Some(pixels.height()),
                ..picture.clone()
            }),
            tiles: Vec::new(),
            properties: Properties::default(),
            extra: Extra::new(),
            ..tileset.clone()
        };
        match measured.grid() {
            Some((columns, rows)) if columns > 0 && rows > 0 => Source::Sheet(pixels, columns, rows),
            _ => Source::Whole,
        }
    }

    fn pixels(&self, tileset: &Tileset, picture: &Picture) -> Option<Arc<RgbaImage>> {
        (self.pictures)(&tileset.file, picture)
    }

    /// Kind and pixels of one tile; `None` where the tileset has none of this id.
    fn cut(&mut self, index: usize, tileset: &Tileset, local: u32) -> Option<(usize, Arc<[u8]>)> {
        let (picture, left, top, size) = match self.sheets[index].as_ref()? {
            Source::Sheet(picture, columns, rows) => {
                if local / columns >= *rows {
                    return None;
                }
                let (column, row) = (local % columns, local / columns);
                let at = |cell: u32, tile: u32| -> Option<u32> {
                    let step = i64::from(tile) + i64::from(tileset.spacing);
                    u32::try_from(i64::from(tileset.margin) + i64::from(cell) * step).ok()
                };
                let size = tileset.tile_size;
                (Arc::clone(picture), at(column, size.width)?, at(row, size.height)?, size)
            }
            Source::Collection => {
                let tile = tileset.tile(local)?;
                let picture = self.pixels(tileset, tile.picture.as_ref()?)?;
                let whole = [0, 0, i32::MAX, i32::MAX];
                let [x, y, width, height] = tile.picture_part.unwrap_or(whole);
                let left = u32::try_from(x).ok()?;
                let top = u32::try_from(y).ok()?;
                let width = u32::try_from(width).ok()?.min(picture.width().checked_sub(left)?);
                let height = u32::try_from(height).ok()?.min(picture.height().checked_sub(top)?);
                (picture, left, top, TileSize { width, height })
            }
            Source::Whole => return None,
        };
        let (right, bottom) = (left.checked_add(size.width)?, top.checked_add(size.height)?);
        if size.width == 0 || size.height == 0 || right > picture.width() || bottom > picture.height() {
            return None;
        }
        let mut pixels = Vec::with_capacity(size.width as usize * size.height as usize * 4);
        for y in top..bottom {
            for x in left..right {
                let pixel = picture.get_pixel(x, y).0;
                // What cannot be seen has no colour, else equal tiles would differ.
                pixels.extend_from_slice(if pixel[3] == 0 { &[0; 4] } else { &pixel });
            }
        }
        Some((self.kind(tileset, size), pixels.into()))
    }

    /// A tile that the file counts on and the picture does not have: nothing is drawn, but what it
    /// does to visitors stays.
    fn blank(&mut self, index: usize, tileset: &Tileset, local: u32) -> Option<(usize, Arc<[u8]>)> {
        if local >= tileset.id_span() || !matches!(self.sheets[index], Some(Source::Sheet(..))) {
            return None;
        }
        let note = format!("tileset \"{}\": tiles beyond the edge of its picture show nothing", tileset.name);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        let size = tileset.tile_size;
        let pixels = vec![0; size.width as usize * size.height as usize * 4];
        Some((self.kind(tileset, size), pixels.into()))
    }

    fn kind(&mut self, tileset: &Tileset, size: TileSize) -> usize {
        let fill_mode =
            tileset.extra.iter().find(|(key, _)| key == "fillmode").and_then(|(_, value)| match value {
                Json::String(text) => Some(text.clone()),
                _ => None,
            });
        let kind = Kind {
            size,
            offset: tileset.tile_offset,
            alignment: tileset.object_alignment.clone(),
            at_grid_size: tileset.render_at_grid_size,
            fill_mode,
        };
        self.kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        })
    }

    /// Order of entries in a picture: as they stood in their tilesets, so that what was drawn
    /// together stays together and compresses well.
    pub(super) fn order(&self, entry: usize) -> (usize, u32, usize) {
        let (tileset, id) = self.entries[entry].origin;
        (tileset, id, entry)
    }

    /// The tileset of a cluster and its picture.
    pub(super) fn tileset(&self, cluster: &Cluster, sheet: &Sheet) -> (Tileset, RgbaImage) {
        let kind = &self.kinds[cluster.kind];
        let (width, height) = sheet.picture_size(cluster.entries.len());
        let (columns, rows) = sheet.grid((width, height));
        let mut pixels = vec![0; width as usize * height as usize * 4];
        let mut tiles = Vec::new();
        for (index, entry) in cluster.entries.iter().enumerate() {
            let id = u32::try_from(index).unwrap_or(u32::MAX);
            let entry = &self.entries[*entry];
            let (left, top) = sheet.position(id, columns);
            lay(&mut pixels, width, (left, top), &entry.pixels, kind.size, sheet.edge);
            if let Some(tile) = &entry.tile {
                let animation = entry.frames.iter().filter_map(|(frame, duration)| {
                    Some(Frame { tile: *cluster.index.get(frame)?, duration: *duration })
                });
                tiles.push(Tile { id, animation: animation.collect(), ..tile.clone() });
            }
        }
        let mut extra = Extra::new();
        if let Some(mode) = &kind.fill_mode {
            extra.push(("fillmode".to_owned(), Json::String(mode.clone())));
        }
        let margin = i32::try_from(sheet.margin()).unwrap_or(0);
        let tileset = Tileset {
            span: None,
            file: String::new(),
            name: String::new(),
            class: String::new(),
            tile_size: kind.size,
            spacing: margin,
            margin,
            columns,
            tile_count: columns * rows,
            picture: Some(Picture { width: Some(width), height: Some(height), ..Picture::default() }),
            tile_offset: kind.offset,
            object_alignment: kind.alignment.clone(),
            render_at_grid_size: kind.at_grid_size,
            tiles,
            properties: Properties::default(),
            extra,
        };
        // The buffer has exactly the length that the sides ask for.
        (tileset, RgbaImage::from_raw(width, height, pixels).unwrap_or_default())
    }
}

/// Lays a tile with its left top corner there into pixels of `width` a row; its outermost pixels are repeated
/// on the edge around it.
fn lay(out: &mut [u8], width: u32, (left, top): (u32, u32), tile: &[u8], size: TileSize, edge: u32) {
    let row_bytes = size.width as usize * 4;
    let edge_bytes = edge as usize * 4;
    let rows: Vec<&[u8]> = tile.chunks_exact(row_bytes).collect();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
    let above = std::iter::repeat_n(first, edge as usize);
    let below = std::iter::repeat_n(last, edge as usize);
    for (y, row) in above.chain(&rows).chain(below).enumerate() {
        let start = ((top - edge) as usize + y) * width as usize * 4 + (left - edge) as usize * 4;
        let out = &mut out[start..start + row_bytes + 2 * edge_bytes];
        let (before, rest) = out.split_at_mut(edge_bytes);
        let (middle, after) = rest.split_at_mut(row_bytes);
        before.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&row[..4]));
        middle.copy_from_slice(row);
        after.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&row[row_bytes - 4..]));
    }
}

/// What a tileset says of a tile, without its place in the text and what only editors read; `None`
/// where that is nothing.
fn bare_statement(tile: &Tile, animated: bool) -> Option<Tile> {
    let mut properties = bare_properties(&tile.properties);
    properties.0.sort_by(|a, b| a.name.cmp(&b.name));
    let collision = tile.collision.as_ref().filter(|shapes| !shapes.objects.is_empty()).map(|shapes| {
        let mut shapes: ObjectLayer = shapes.clone();
        for object in &mut shapes.objects {
            object.span = None;
            object.properties = bare_properties(&object.properties);
        }
        shapes
    });
    let bare = Tile {
        span: None,
        id: 0,
        class: tile.class.clone(),
        properties,
        animation: Vec::new(),
        picture: None,
        picture_part: None,
        collision,
        extra: Extra::new(),
    };
    let says = animated || !bare.class.is_empty() || !bare.properties.is_empty() || bare.collision.is_some();
    says.then_some(bare)
}

fn bare_properties(properties: &Properties) -> Properties {
    let kept = properties.iter().filter(|property| property.name != ACCEPTED_FINDINGS);
    Properties(kept.map(|property| crate::model::Property { span: None, ..property.clone() }).collect())
}
