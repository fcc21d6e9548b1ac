//! Rules about what tilesets, objects and properties say that Tiled or WorkAdventure cannot follow.

use serde_json::{Value, json};
use venue::finding::Severity;

use super::{Venue, healthy, objects, png, prop};

fn tile(index: usize) -> impl Fn(&mut Value) -> &mut Value {
    move |map| &mut map["tilesets"][0]["tiles"][index]
}

/// A second tileset of four tiles, from this number on.
fn second(first_gid: u32) -> Venue {
    healthy().file("maps/more.png", png(128, 32)).with(|map| {
        let mut more = map["tilesets"][0].clone();
        more["name"] = json!("more");
        more["image"] = json!("more.png");
        more["firstgid"] = json!(first_gid);
        more["tiles"] = json!([]);
        map["tilesets"].as_array_mut().unwrap().push(more);
    })
}

#[test]
fn tilesets_without_a_first_number() {
    let entry = second(0).fires("first-gid-missing", "/tilesets/1/firstgid");
    assert_eq!(entry.severity, Severity::Error);
    assert_eq!(entry.place.tileset.as_deref(), Some("more"));
    second(5).is_fine();
}

#[test]
fn numbers_of_two_tilesets() {
    let used =
        |first_gid: u32| second(first_gid).with(|map| map["layers"][4]["data"][3] = json!(0x8000_0004_u32));
    let entry = used(4).fires("tileset-overlap", "/tilesets/1/firstgid");
    assert!(
        entry.message.contains("\"tiles\" and \"more\" (4 to 4): tiles of \"more\""),
        "{}",
        entry.message
    );
    assert_eq!(entry.related.len(), 1);
    // Where the tileset with the lower number comes later, Tiled and the engine disagree.
    let turned = used(4).with(|map| map["tilesets"].as_array_mut().unwrap().reverse());
    let entry = turned.fires("tileset-overlap", "/tilesets/0/firstgid");
    assert!(entry.message.contains("visitors see tiles of \"tiles\", Tiled shows those of \"more\""));
    used(5).is_fine();
    // Nobody painted with what is claimed twice.
    second(4).is_fine();
}

#[test]
fn tiles_of_a_tileset() {
    let twice = healthy().with(|map| {
        let tiles = map["tilesets"][0]["tiles"].as_array_mut().unwrap();
        tiles.push(json!({"id": 1, "type": "wall"}));
    });
    let entry = twice.fires("duplicate-tile", "/tilesets/0/tiles/1/id");
    assert_eq!(entry.place.tile, Some(1));

    let animated = |frames: Value| healthy().with(|map| tile(0)(map)["animation"] = frames);
    let frame = |tile: u32, duration: i32| json!({"tileid": tile, "duration": duration});
    let pointer = "/tilesets/0/tiles/0/animation/1";
    let entry = animated(json!([frame(3, 100), frame(4, 100)])).fires("animation-frame-wrong", pointer);
    assert!(entry.message.contains("frame 2 of its animation shows tile 4, which the tileset does not have"));
    animated(json!([frame(3, 100), frame(2, 0)])).fires("animation-frame-wrong", pointer);
    animated(json!([frame(3, 100), frame(2, 1)])).is_fine();
}

#[test]
fn terrain_sets() {
    let with = |wang_id: Value| {
        healthy().with(|map| {
            map["tilesets"][0]["wangsets"] = json!([{"name": "road", "type": "corner", "tile": -1,
                "colors": [{"name": "a", "color": "#ff0000", "tile": -1, "probability": 1}],
                "wangtiles": [{"tileid": 2, "wangid": wang_id}]}]);
        })
    };
    let pointer = "/tilesets/0/wangsets";
    let entry = with(json!([0, 1, 0, 1])).fires("wang-id-wrong", pointer);
    assert!(
        entry.message.contains("Tiled crashes, for the wangid of tile 2 has 4 numbers"),
        "{}",
        entry.message
    );
    with(json!([0, 2, 0, 1, 0, 1, 0, 1])).fires("wang-id-wrong", pointer);
    with(json!([0, -1, 0, 1, 0, 1, 0, 1])).fires("wang-id-wrong", pointer);
    with(json!([0, 1, 0, 1, 0, 1, 0, 0])).is_fine();
}

#[test]
fn tiles_of_objects() {
    let with = |gid: u32| {
        healthy().object("lamp", "", [1, 1, 1, 1], []).with(|map| {
            objects(map)[0]["gid"] = json!(gid);
            objects(map)[0]["visible"] = json!(false);
        })
    };
    let entry = with(5).fires("object-tile-missing", "/layers/3/objects/0/gid");
    assert_eq!((entry.severity, entry.place.object.as_deref()), (Severity::Info, Some("lamp")));
    with(0x4000_0004).is_fine();
}

#[test]
fn references_to_objects() {
    let with = |id: i64| {
        let reference = json!({"name": "opens", "type": "object", "value": id});
        healthy().object("lever", "", [1, 1, 1, 1], [reference])
    };
    with(7).fires("object-reference-missing", "/layers/3/objects/0/properties/0/value");
    with(1).is_fine();
    with(0).is_fine();
    // A tile's own shapes are meant.
    healthy()
        .with(|map| tile(0)(map)["properties"] = json!([{"name": "x", "type": "object", "value": 7}]))
        .is_fine();
}

#[test]
fn elements_without_an_id() {
    let nameless = healthy().object("lamp", "", [1, 1, 1, 1], []).with(|map| {
        map["layers"][1].as_object_mut().unwrap().remove("id");
        objects(map)[0].as_object_mut().unwrap().remove("id");
    });
    let entry = nameless.fires("id-missing", "/layers/1");
    assert!(entry.message.contains("layer \"floor\" and one other have no id"), "{}", entry.message);
    assert_eq!(entry.severity, Severity::Warning);
    assert_eq!(nameless.config("").fires("id-missing", "/layers/1").severity, Severity::Info);
    // map-storage asks no group for one.
    healthy().with(|map| drop(map["layers"][3].as_object_mut().unwrap().remove("id"))).is_fine();
}

#[test]
fn properties_given_twice() {
    let twice = |second: &str| healthy().layer("zone", &[(3, 3)], [prop("note", "a"), prop("note", second)]);
    let pointer = "/layers/0/properties/1/name";
    let entry = twice("a").fires("duplicate-property", pointer);
    assert!(entry.fix.is_some_and(|fix| fix.safe));
    let entry = twice("b").fires("duplicate-property", pointer);
    assert!(entry.fix.is_none() && entry.related.len() == 1);
    healthy().layer("zone", &[(3, 3)], [prop("note", "a"), prop("Note", "a")]).is_fine();
}

#[test]
fn properties_that_upload_or_tiled_cannot_hold() {
    let list = json!({"name": "guests", "type": "list", "value": [{"type": "string", "value": "a"}]});
    let with_list = healthy().layer("zone", &[(3, 3)], [list]);
    let entry = with_list.fires("list-property", "/layers/0/properties/0/type");
    assert_eq!(entry.severity, Severity::Warning);
    assert_eq!(
        with_list.config("").fires("list-property", "/layers/0/properties/0/type").severity,
        Severity::Info
    );

    let number = |number: i64| healthy().layer("zone", &[(3, 3)], [prop("opens", number)]);
    number(1 << 31).fires("int-too-large", "/layers/0/properties/0/value");
    number((1 << 31) - 1).is_fine();
    number(-1 << 31).is_fine();
}

#[test]
fn paths_of_one_computer() {
    let absolute = |path: &str| {
        let path = path.to_owned();
        healthy().with(move |map| {
            map["tilesets"].as_array_mut().unwrap().push(json!({"firstgid": 5, "source": path}));
        })
    };
    for path in ["C:/Users/ada/walls.tsx", "C:\\tiles\\walls.tsx", "/home/ada/walls.tsx"] {
        let entry = absolute(path).fires_among("path-absolute", "/tilesets/1/source");
        assert_eq!(entry.severity, Severity::Warning);
    }
    absolute("more/walls.tsx").never("path-absolute");
    let plan = |kind: &str, value: &str| {
        let property = json!({"name": "plan", "type": kind, "value": value});
        healthy().with(move |map| map["properties"] = json!([property]))
    };
    plan("string", "file:///home/ada/plan.html").fires_among("path-absolute", "/properties/0/value");
    plan("file", "/home/ada/plan.html").fires_among("path-absolute", "/properties/0/value");
    for (kind, value) in [("string", "/home/ada"), ("file", "plan.html"), ("string", "file: see the README")]
    {
        plan(kind, value).never("path-absolute");
    }
}

#[test]
fn what_stands_beside_the_name_of_a_tileset_s_file() {
    let named = |more: &str| {
        let more = more.to_owned();
        healthy().with(move |map| {
            let mut entry = json!({"firstgid": 5, "source": "more.tsj"});
            if !more.is_empty() {
                entry[&more] = json!("x");
            }
            map["tilesets"].as_array_mut().unwrap().push(entry);
        })
    };
    let entry = named("image").fires_among("tileset-keys-ignored", "/tilesets/1/image");
    assert_eq!(entry.severity, Severity::Info);
    named("").never("tileset-keys-ignored");
}

#[test]
fn pieces_of_infinite_layers() {
    let with = |chunks: Value| {
        healthy().with(move |map| {
            map["infinite"] = json!(true);
            map["layers"][0].as_object_mut().unwrap().remove("data");
            map["layers"][0]["chunks"] = chunks.clone();
        })
    };
    let chunk = |x: i32, y: i32| json!({"x": x, "y": y, "width": 2, "height": 2, "data": [1, 1, 1, 1]});
    let entry = with(json!([chunk(4, 0), chunk(0, 0), chunk(1, 1)]))
        .fires_among("chunks-overlap", "/layers/0/chunks");
    let cells = entry.place.area_tiles.unwrap();
    assert_eq!((cells.x, cells.y, cells.width), (1, 1, 2));
    with(json!([chunk(0, 0), chunk(0, 0)])).fires_among("chunks-overlap", "/layers/0/chunks");
    with(json!([chunk(0, 0), chunk(2, 1), chunk(-2, -1), chunk(0, 2), chunk(0, -2)])).never("chunks-overlap");
}

#[test]
fn shapes_that_are_no_walls() {
    let shaped = |properties: Value| {
        healthy().with(|map| {
            let shape = json!({"id": 1, "name": "", "type": "", "x": 0, "y": 0, "width": 32, "height": 32,
                "rotation": 0, "visible": true});
            let shapes = json!({"type": "objectgroup", "name": "", "x": 0, "y": 0, "visible": true, "opacity": 1,
                "draworder": "index", "objects": [shape]});
            map["tilesets"][0]["tiles"] = json!([{"id": 2, "objectgroup": shapes, "properties": properties}]);
            map["layers"][1]["data"][20] = json!(3);
        })
    };
    let entry = shaped(json!([])).fires("shape-without-wall", "/tilesets/0/tiles/0");
    assert_eq!((entry.severity, entry.place.tile), (Severity::Info, Some(2)));
    shaped(json!([prop("collides", true)])).is_fine();
    shaped(json!([prop("collides", false)])).is_fine();
    // Nobody walks where it is not.
    shaped(json!([])).with(|map| map["layers"][1]["data"][20] = json!(1)).is_fine();
}

/// What a template brings along is not in the file that WorkAdventure reads.
#[test]
fn tilesets_of_templates_are_no_tilesets_of_the_map() {
    let set = r#"{"type":"tileset","name":"plants","tilewidth":32,"tileheight":32,"image":"tiles.png",
        "imagewidth":128,"imageheight":32,"columns":4,"tilecount":4,"margin":0,"spacing":0}"#;
    let collection = r#"{"type":"tileset","name":"plants","tilewidth":32,"tileheight":32,"tilecount":1,
        "tiles":[{"id":0,"image":"tiles.png","imagewidth":32,"imageheight":32}]}"#;
    for set in [set, collection] {
        let venue = healthy()
            .file("maps/plants.tsj", set)
            .file(
                "maps/plant.tj",
                r#"{"type":"template","tileset":{"firstgid":1,"source":"plants.tsj"},
                "object":{"name":"plant","gid":1,"width":32,"height":32,"rotation":0,"visible":true}}"#,
            )
            .with(|map| objects(map).push(json!({"id": 1, "template": "plant.tj", "x": 64, "y": 96})));
        venue.fires_among("template-tileset-missing", "/layers/3/objects/0/template");
        for rule in ["external-tileset", "image-collection"] {
            venue.never(rule);
        }
    }
}
