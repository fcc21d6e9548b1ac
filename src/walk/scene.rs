//! What the engine draws of a map (workadventure-maps, sections 2.3 to 2.6).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use crate::{
    model::{Cells, Map, Shape, TileData, Value, color},
    source::{parent, resolve},
    workadventure::{Meaning, is_drawn},
};

/// The picture of a tileset, cut into tiles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TilesetPicture {
    /// Gid of its first tile.
    pub first: u32,
    /// Name of the picture's file.
    pub image: String,
    /// Columns and rows, as the engine counts them.
    pub grid: (u32, u32),
    /// Size of a tile, in pixels.
    pub tile: (u32, u32),
    /// Pixels around all tiles.
    pub margin: i32,
    /// Pixels between tiles.
    pub spacing: i32,
    /// Shift when drawn, in pixels.
    pub offset: (i32, i32),
    /// Frames of animated tiles, by id: pairs of a tile's id and milliseconds.
    pub animations: BTreeMap<u32, Vec<(u32, u32)>>,
}

/// A layer of tiles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawnLayer {
    /// Path: names of its groups and its own, joined by `/`.
    pub name: String,
    /// Whether it is drawn above avatars.
    pub above: bool,
    /// Whether it is shown at first. Groups have no say in it.
    pub visible: bool,
    /// Opacity, 0 to 1; its own only.
    pub opacity: f64,
    /// How far it moves with the view: 1 for a layer that stays on the ground.
    pub parallax: (f64, f64),
    /// Width of its rows, in tiles.
    pub width: u32,
    /// Row by row; in JSON raw gids, where -3 says that the one before it comes three times more.
    #[serde(serialize_with = "runs")]
    pub cells: Cells,
}

/// A text on the ground.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawnText {
    /// The text.
    pub text: String,
    /// Its top left corner, in pixels.
    pub position: (f64, f64),
    /// Width at which lines wrap, in pixels; 0 where they do not.
    pub wrap: f64,
    /// Clockwise turn, in degrees.
    pub rotation: f64,
    /// Height of its letters, in pixels.
    pub size: i32,
    /// Font family.
    pub font: String,
    /// Colour, as CSS has it.
    pub color: String,
    /// Whether it is italic.
    pub italic: bool,
    /// `left`, `center` or `right`.
    pub align: String,
}

/// A page that lies on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmbeddedWebsite {
    /// Name of the object.
    pub name: String,
    /// Where it lies: left, top, width and height in pixels.
    pub rectangle: (f64, f64, f64, f64),
    /// Its address.
    pub url: String,
}

/// Pictures of the tilesets that the engine can draw from: those with one picture of known size.
pub(super) fn tilesets(map: &Map) -> Vec<TilesetPicture> {
    let mut pictures: Vec<TilesetPicture> = map
        .tilesets
        .iter()
        .filter_map(|entry| {
            let tileset = entry.tileset.as_deref()?;
            let picture = tileset.picture.as_ref()?;
            let animated = tileset.tiles.iter().filter(|tile| !tile.animation.is_empty());
            let frames = |tile: &crate::model::Tile| {
                tile.animation.iter().map(|frame| (frame.tile, frame.duration.max(16))).collect()
            };
            Some(TilesetPicture {
                first: entry.first_gid,
                image: resolve(parent(&tileset.file), &picture.source),
                grid: tileset.phaser_grid()?,
                tile: (tileset.tile_size.width, tileset.tile_size.height),
                margin: tileset.margin,
                spacing: tileset.spacing,
                offset: (tileset.tile_offset.x, tileset.tile_offset.y),
                animations: animated.map(|tile| (tile.id, frames(tile))).collect(),
            })
        })
        .collect();
    pictures.sort_by_key(|picture| picture.first);
    pictures
}

/// Layers of tiles, in the order in which they are drawn within their band.
pub(super) fn layers(map: &Map, meaning: &Meaning) -> Vec<DrawnLayer> {
    let flat = map.flat_layers();
    let mut paths = BTreeSet::new();
    let drawn = flat.iter().zip(&meaning.layers).filter_map(|((path, layer), flat)| {
        let tiles = layer.tiles().filter(|tiles| is_drawn(tiles) && paths.insert(path))?;
        let TileData::Finite(cells) = &tiles.data else { return None };
        cells.iter().any(|gid| !gid.is_empty()).then(|| DrawnLayer {
            name: path.clone(),
            above: flat.above_avatars,
            visible: layer.visible,
            opacity: layer.opacity,
            parallax: (layer.parallax.x, layer.parallax.y),
            width: tiles.width,
            cells: cells.clone(),
        })
    });
    drawn.collect()
}

/// Gids; of those in a row the first, and less than nothing for the others.
fn runs<S: Serializer>(cells: &Cells, serializer: S) -> Result<S::Ok, S::Error> {
    let mut gids = cells.iter().peekable();
    let runs = std::iter::from_fn(|| {
        let gid = gids.next()?;
        let mut more = 0;
        while gids.next_if_eq(&gid).is_some() {
            more -= 1;
        }
        Some(std::iter::once(i64::from(gid.0)).chain((more < 0).then_some(more)))
    });
    serializer.collect_seq(runs.flatten())
}

/// Text objects; that they or their layers are hidden changes nothing.
pub(super) fn texts(map: &Map) -> Vec<DrawnText> {
    map.objects()
        .filter_map(|object| {
            let Shape::Text(text) = &object.shape else { return None };
            let [red, green, blue, alpha] = color(&text.color).unwrap_or([0, 0, 0, 255]);
            Some(DrawnText {
                text: text.text.clone(),
                position: (object.position.x, object.position.y),
                wrap: if text.wrap { object.size.x } else { 0.0 },
                rotation: object.rotation,
                size: text.pixel_size,
                font: object
                    .properties
                    .text("font-family")
                    .map_or_else(|| text.font_family.clone(), str::to_owned),
                color: format!("rgba({red}, {green}, {blue}, {})", f64::from(alpha) / 255.0),
                italic: text.italic,
                align: text.halign.clone(),
            })
        })
        .collect()
}

/// Objects of class `website`. `address` makes a URL of what is written.
pub(super) fn websites(map: &Map, address: &dyn Fn(&str) -> Option<String>) -> Vec<EmbeddedWebsite> {
    map.objects()
        .filter(|object| object.class == "website" && object.visible)
        .filter_map(|object| {
            let (Value::String(url) | Value::File(url)) = &object.properties.get("url")?.value else {
                return None;
            };
            Some(EmbeddedWebsite {
                name: object.name.clone(),
                rectangle: (object.position.x, object.position.y, object.size.x, object.size.y),
                url: address(url)?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_a_row_are_written_once() {
        let layer = |cells: Vec<u32>| DrawnLayer {
            name: "floor".to_owned(),
            above: false,
            visible: true,
            opacity: 1.0,
            parallax: (1.0, 1.0),
            width: 1,
            cells: cells.into(),
        };
        let written =
            |cells: &[u32]| serde_json::to_value(layer(cells.to_vec())).unwrap()["cells"].to_string();
        assert_eq!(written(&[0, 0, 0, 5, 7, 7, 0xA000_0001]), "[0,-2,5,7,-1,2684354561]");
        assert_eq!(written(&[4]), "[4]");
        assert_eq!(written(&[]), "[]");
    }
}
