//! Small maps in code, for tests.

use std::sync::Arc;

use glam::{DVec2, IVec2};

use crate::model::{
    Encoding, Gid, Layer, LayerKind, Map, MapTileset, Object, ObjectLayer, Orientation, Properties,
    RenderOrder, Shape, Tile, TileData, TileLayer, TileSize, Tileset, Value,
};

/// A map `map.tmj` of 4 x 3 cells without layers. Its tileset `t` has the gids 1 to 4; gid 2 is a wall.
pub(crate) fn map() -> Map {
    let mut wall = tile(1);
    wall.properties.set("collides", Value::Bool(true));
    let size = TileSize { width: 32, height: 32 };
    let tileset = Tileset {
        span: None,
        file: "map.tmj".to_owned(),
        name: "t".to_owned(),
        class: String::new(),
        tile_size: size,
        spacing: 0,
        margin: 0,
        columns: 4,
        tile_count: 4,
        picture: None,
        tile_offset: IVec2::ZERO,
        object_alignment: String::new(),
        render_at_grid_size: false,
        tiles: vec![wall],
        properties: Properties::default(),
        extra: Vec::new(),
    };
    Map {
        span: None,
        file: "map.tmj".to_owned(),
        version: Some("1.10".to_owned()),
        tiled_version: None,
        class: String::new(),
        orientation: Orientation::Orthogonal,
        render_order: RenderOrder::RightDown,
        width: 4,
        height: 3,
        tile_size: size,
        infinite: false,
        background_color: None,
        parallax_origin: DVec2::ZERO,
        next_layer_id: 100,
        next_object_id: 100,
        properties: Properties::default(),
        tilesets: vec![MapTileset {
            span: None,
            first_gid: 1,
            source: None,
            tileset: Some(Arc::new(tileset)),
        }],
        layers: Vec::new(),
        extra: Vec::new(),
    }
}

fn tile(id: u32) -> Tile {
    Tile {
        span: None,
        id,
        class: String::new(),
        properties: Properties::default(),
        animation: Vec::new(),
        picture: None,
        picture_part: None,
        collision: None,
        extra: Vec::new(),
    }
}

/// Gives the tile `id` of the tileset a property.
pub(crate) fn set_tile(map: &mut Map, id: u32, name: &str, value: Value) {
    let tileset = Arc::make_mut(map.tilesets[0].tileset.as_mut().unwrap());
    if tileset.tile(id).is_none() {
        tileset.tiles.push(tile(id));
    }
    let tile = tileset.tiles.iter_mut().find(|tile| tile.id == id).unwrap();
    tile.properties.set(name, value);
}

/// A layer with these gids; its id is made of its name.
pub(crate) fn tiles(name: &str, gids: [u32; 12]) -> Layer {
    let data = TileData::Finite(gids.map(Gid).into_iter().collect());
    layer(name, LayerKind::Tiles(TileLayer { width: 4, height: 3, data, encoding: Encoding::Csv }))
}

/// A layer with one text property.
pub(crate) fn zone(name: &str, gids: [u32; 12], property: &str, text: &str) -> Layer {
    let mut layer = tiles(name, gids);
    layer.properties.set(property, Value::String(text.to_owned()));
    layer
}

/// An object layer.
pub(crate) fn objects(name: &str, objects: Vec<Object>) -> Layer {
    layer(name, LayerKind::Objects(ObjectLayer { objects, ..ObjectLayer::default() }))
}

/// A group.
pub(crate) fn group(name: &str, layers: Vec<Layer>) -> Layer {
    layer(name, LayerKind::Group(layers))
}

fn layer(name: &str, kind: LayerKind) -> Layer {
    let id = name.bytes().fold(1, |id: u32, byte| id.wrapping_mul(31) + u32::from(byte)) % 1000;
    Layer::new(id, name, kind)
}

/// A rectangle of class `area`, in pixels.
pub(crate) fn area(name: &str, [x, y, width, height]: [f64; 4]) -> Object {
    Object {
        span: None,
        id: 1,
        name: name.to_owned(),
        class: "area".to_owned(),
        template: None,
        gid: None,
        position: DVec2::new(x, y),
        size: DVec2::new(width, height),
        rotation: 0.0,
        visible: true,
        opacity: 1.0,
        shape: Shape::Rectangle,
        properties: Properties::default(),
        extra: Vec::new(),
    }
}

/// The same object with one more property.
pub(crate) fn with(mut object: Object, name: &str, value: Value) -> Object {
    object.properties.set(name, value);
    object
}
