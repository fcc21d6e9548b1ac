//! The map as a whole.

use std::sync::Arc;

use bytes::Bytes;
use glam::DVec2;

use super::{Extra, Gid, Layer, LayerKind, Object, Properties, TileRect, TileSize, Tileset};
use crate::source::Span;

/// A Tiled map.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The map in its file.
    pub span: Option<Span>,
    /// Name of its file (see [`crate::source`]).
    pub file: String,
    /// Format version as written (`1.10`); `None` where the file has none.
    pub version: Option<String>,
    /// Version of the program that wrote it.
    pub tiled_version: Option<String>,
    /// Class.
    pub class: String,
    /// Orientation.
    pub orientation: Orientation,
    /// Order in which the tiles of a layer are drawn.
    pub render_order: RenderOrder,
    /// Width, in tiles.
    pub width: u32,
    /// Height, in tiles.
    pub height: u32,
    /// Size of a cell, in pixels.
    pub tile_size: TileSize,
    /// Whether the map is infinite; then width and height mean nothing.
    pub infinite: bool,
    /// Background colour as written.
    pub background_color: Option<String>,
    /// Point that parallax is measured from, in pixels.
    pub parallax_origin: DVec2,
    /// Counter for the next new layer; above every layer's id.
    pub next_layer_id: u32,
    /// Counter for the next new object; above every object's id.
    pub next_object_id: u32,
    /// Custom properties.
    pub properties: Properties,
    /// Tilesets in the order of the file.
    pub tilesets: Vec<MapTileset>,
    /// Layers, bottom first.
    pub layers: Vec<Layer>,
    /// Stagger and hex settings, skew, compression level, editor settings and unknown keys, in
    /// Tiled's JSON shape.
    pub extra: Extra,
}

/// A tileset as a map uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct MapTileset {
    /// The entry in the map's file.
    pub span: Option<Span>,
    /// First gid that belongs to it.
    pub first_gid: u32,
    /// Path of its file as written, for an external tileset.
    pub source: Option<String>,
    /// The tileset; `None` where its file could not be read, which is a finding.
    pub tileset: Option<Arc<Tileset>>,
}

/// Orientation of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Orientation {
    /// The one that WorkAdventure can show.
    Orthogonal,
    /// Isometric.
    Isometric,
    /// Staggered isometric.
    Staggered,
    /// Hexagonal.
    Hexagonal,
    /// Oblique (Tiled 1.12).
    Oblique,
}

/// Order in which the tiles of an orthogonal layer are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RenderOrder {
    /// Rows from the top, each from the left.
    #[default]
    RightDown,
    /// Rows from the bottom, each from the left.
    RightUp,
    /// Rows from the top, each from the right.
    LeftDown,
    /// Rows from the bottom, each from the right.
    LeftUp,
}

impl Map {
    /// The tileset that owns a gid: the one with the largest `firstgid` not above it. The id within
    /// the tileset may lie beyond its tiles.
    pub fn tileset_of(&self, gid: Gid) -> Option<(&MapTileset, u32)> {
        let id = gid.id();
        if id == 0 {
            return None;
        }
        let owner = self.tilesets.iter().filter(|set| set.first_gid <= id).max_by_key(|set| set.first_gid)?;
        Some((owner, id - owner.first_gid))
    }

    /// Every layer, groups before their children, in the order of the file, with the names of the
    /// groups around it joined by `/` as WorkAdventure joins them (workadventure-maps, section 2.4).
    pub fn flat_layers(&self) -> Vec<(String, &Layer)> {
        fn collect<'a>(layers: &'a [Layer], prefix: &str, out: &mut Vec<(String, &'a Layer)>) {
            for layer in layers {
                out.push(([prefix, &layer.name].concat(), layer));
                if let LayerKind::Group(children) = &layer.kind {
                    collect(children, &[prefix, &layer.name, "/"].concat(), out);
                }
            }
        }
        let mut out = Vec::new();
        collect(&self.layers, "", &mut out);
        out
    }

    /// The pictures that stood inside of the files of this map, by the name of the file that each must be
    /// written to for JSON, which cannot hold any.
    pub fn embedded_pictures(&self) -> Vec<(String, Bytes)> {
        let of_set = |set: &Tileset| {
            let pictures =
                set.picture.iter().chain(set.tiles.iter().filter_map(|tile| tile.picture.as_ref()));
            pictures.filter_map(|picture| picture.written_beside(&set.file)).collect::<Vec<_>>()
        };
        let sets = self.tilesets.iter().filter_map(|set| set.tileset.as_deref());
        let layers = self.flat_layers().into_iter().filter_map(|(_, layer)| match &layer.kind {
            LayerKind::Image(image) => image.picture.written_beside(&self.file),
            _ => None,
        });
        let mut pictures: Vec<_> = sets.flat_map(of_set).chain(layers).collect();
        pictures.sort();
        pictures.dedup();
        pictures
    }

    /// All cells of a finite map.
    pub fn bounds(&self) -> TileRect {
        TileRect::new(0, 0, self.width, self.height)
    }

    /// The id for a new layer. It is never given again, not even when the layer is deleted.
    pub fn take_layer_id(&mut self) -> u32 {
        let id = self.next_layer_id;
        self.next_layer_id = id.saturating_add(1);
        id
    }

    /// The id for a new object. It is never given again, not even when the object is deleted.
    pub fn take_object_id(&mut self) -> u32 {
        let id = self.next_object_id;
        self.next_object_id = id.saturating_add(1);
        id
    }

    /// Every object of every layer, in the order of the file.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let layers = self.flat_layers().into_iter().filter_map(|(_, layer)| layer.objects());
        layers.flat_map(|layer| &layer.objects)
    }

    /// Adds a tileset behind the others; returns its first gid. It begins where Tiled, which closes gaps,
    /// would let it begin when it next saves the map: behind the ids of the others, and behind every gid
    /// in use, so that no cell that belonged to nothing comes to belong to it (tiled-formats, section 9).
    pub fn append_tileset(&mut self, tileset: Tileset) -> u32 {
        let first_gid = self.free_gid();
        let tileset = Some(Arc::new(tileset));
        self.tilesets.push(MapTileset { span: None, first_gid, source: None, tileset });
        first_gid
    }

    /// The first gid of a tileset to be added (see [`append_tileset`](Self::append_tileset)).
    pub(crate) fn free_gid(&self) -> u32 {
        let ends = self.tilesets.iter().map(|set| {
            let span = set.tileset.as_ref().map_or(1, |tileset| tileset.id_span().max(1));
            set.first_gid.saturating_add(span)
        });
        let end = ends.max().unwrap_or(1);
        let used = self.highest_gid().saturating_add(1);
        // A number that no tileset could begin with is damage, not a tile.
        if used > Gid::HIGHEST / 2 { end } else { end.max(used) }
    }

    /// The highest gid in use, without its flags.
    fn highest_gid(&self) -> u32 {
        let of_layer = |layer: &Layer| match &layer.kind {
            LayerKind::Tiles(tiles) => tiles.filled().map(|(_, gid)| gid.id()).max(),
            LayerKind::Objects(layer) => {
                layer.objects.iter().filter_map(|object| object.gid).map(Gid::id).max()
            }
            LayerKind::Image(_) | LayerKind::Group(_) => None,
        };
        self.flat_layers().into_iter().filter_map(|(_, layer)| of_layer(layer)).max().unwrap_or(0)
    }
}
