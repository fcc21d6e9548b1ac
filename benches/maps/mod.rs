//! Maps that are made up for benches: layers of many tiles, zones, exits, walls.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "a bench that cannot run has nothing to say; colours may be any; each bench uses a part"
)]

use image::{Rgba, RgbaImage};
use serde_json::{Value, json};
use venue::{
    picture,
    project::{Config, Project, ProjectMap},
    source::Sources,
};

/// A picture of 16 x 16 tiles of 32 pixels, half of them with a hole.
pub(crate) fn tiles() -> Vec<u8> {
    let image = RgbaImage::from_fn(512, 512, |x, y| {
        let tile = (x / 32 + y / 32 * 16) as u8;
        let hole = tile % 2 == 1 && (8..24).contains(&(x % 32)) && (8..24).contains(&(y % 32));
        let shade = (x % 32 + y % 32) as u8;
        Rgba([tile, shade.wrapping_mul(3), 200 - shade, if hole { 0 } else { 255 }])
    });
    picture::encode(&image).unwrap()
}

/// A map of `side` x `side` tiles on so many layers, with so many zones and a few exits, in JSON.
pub(crate) fn map(side: u32, layers: u32, zones: u32) -> Vec<u8> {
    let cells = |layer: u32| -> Vec<u32> {
        let gid = |x: u32, y: u32| match layer {
            0 => 1 + (x * 7 + y * 3) % 200 / 2 * 2,
            1 if x % 40 == 20 && y % 50 > 12 => 256,
            1 => 0,
            _ if (x * 7 + y * 13 + layer * 5).is_multiple_of(3) => 1 + (x + y * layer) % 255,
            _ => 0,
        };
        (0..side).flat_map(|y| (0..side).map(move |x| gid(x, y))).collect()
    };
    let layer = |id: u32| {
        json!({"type": "tilelayer", "id": id + 1, "name": format!("layer {id}"), "width": side, "height": side,
               "x": 0, "y": 0, "visible": true, "opacity": 1, "data": cells(id)})
    };
    let area = |id: u32, name: String, at: [f64; 4], properties: Value| {
        let [x, y, width, height] = at.map(|tiles| tiles * 32.0);
        json!({"id": id, "name": name, "type": "area", "x": x, "y": y, "width": width, "height": height,
               "visible": true, "rotation": 0, "properties": properties})
    };
    let text = |name: &str, value: String| json!({"name": name, "type": "string", "value": value});
    let columns = f64::from(zones).sqrt().ceil();
    let step = f64::from(side - 2) / columns;
    let mut objects: Vec<Value> = (0..zones)
        .map(|at| {
            let (x, y) = (f64::from(at) % columns, (f64::from(at) / columns).floor());
            let place = [x * step + 0.2, y * step + 0.2, step * 0.6, step * 0.6];
            let website = text("openWebsite", format!("https://example.org/{at}"));
            area(at + 1, format!("zone {at}"), place, json!([website]))
        })
        .collect();
    let last = f64::from(side - 1);
    let start = json!([{"name": "start", "type": "bool", "value": true}]);
    objects.push(area(zones + 1, "start".to_owned(), [4.0, last, 1.0, 1.0], start));
    let exit = json!([text("exitUrl", "map.tmj#start".to_owned())]);
    objects.push(area(zones + 2, "out".to_owned(), [8.0, last, 1.0, 1.0], exit));
    let floor = json!({"type": "objectgroup", "id": layers + 1, "name": "floorLayer", "visible": true,
                       "opacity": 1, "x": 0, "y": 0, "draworder": "topdown", "objects": objects});
    let map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal", "width": side,
        "height": side, "tilewidth": 32, "tileheight": 32, "infinite": false, "nextlayerid": layers + 2,
        "nextobjectid": zones + 3,
        "tilesets": [{"firstgid": 1, "name": "t", "image": "t.png", "imagewidth": 512, "imageheight": 512,
            "tilewidth": 32, "tileheight": 32, "columns": 16, "tilecount": 256, "margin": 0, "spacing": 0,
            "tiles": [{"id": 255, "properties": [{"name": "collides", "type": "bool", "value": true}]}]}],
        "layers": (0..layers).map(layer).chain([floor]).collect::<Vec<_>>(),
    });
    serde_json::to_vec(&map).unwrap()
}

/// A project of one map, in memory.
pub(crate) fn project(map: &[u8]) -> Project {
    let mut sources = Sources::detached();
    sources.insert("t.png", tiles());
    sources.insert("map.tmj", map.to_vec());
    let maps = vec![ProjectMap::load(&sources, "map.tmj")];
    Project { config: Config::default(), sources, maps, ..Project::default() }
}
