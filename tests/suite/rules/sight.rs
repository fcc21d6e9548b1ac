//! Rules about what visitors see, what map-storage asks of a map's structure, and publishing.

use serde_json::{Value, json};
use venue::finding::Severity;

use super::{FLOOR, HEIGHT, Venue, WIDTH, cells, healthy, layer, objects, prop};

/// A second tileset, for helpers, opaque; its first tile is 5.
fn with_helpers(name: &str) -> Venue {
    let opaque = image::RgbaImage::from_pixel(128, 32, image::Rgba([255, 0, 0, 255]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    opaque.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    healthy().file("maps/tiles.png", bytes.clone()).file("maps/zones.png", bytes).with(|map| {
        let mut zones = map["tilesets"][0].clone();
        zones["firstgid"] = json!(5);
        zones["name"] = json!(name);
        zones["image"] = json!("zones.png");
        zones["tiles"] = json!([]);
        map["tilesets"].as_array_mut().unwrap().push(zones);
    })
}

fn add(map: &mut Value, index: usize, mut layer: Value) {
    layer["id"] = json!(40 + index);
    map["layers"].as_array_mut().unwrap().insert(index, layer);
}

#[test]
fn helpers_that_show() {
    let above = |tileset: &str, index: usize| {
        with_helpers(tileset).with(|map| add(map, index, layer("room", 5, &[(3, 3), (4, 3)])))
    };
    let entry = above("Special_Zones", 3).fires("helper-layer-shows", "/layers/3/name");
    let area = entry.place.area_tiles.unwrap();
    assert_eq!((area.x, area.y, area.width, area.height), (3, 3, 2, 1));
    above("Special_Zones", 0).is_fine();
    above("carpets", 3).is_fine();
    above("Special_Zones", 3).with(|map| map["layers"][3]["opacity"] = json!(0)).is_fine();
    above("Special_Zones", 3).with(|map| map["layers"][3]["visible"] = json!(false)).is_fine();
    // Above other helpers only, with the floor over both.
    above("Special_Zones", 0).with(|map| add(map, 1, layer("other", 6, &[(3, 3)]))).is_fine();
}

#[test]
fn avatars_out_of_sight() {
    let covered = |rows: usize| {
        with_helpers("carpets").with(|map| add(map, 5, layer("sky", FLOOR, &cells(0..WIDTH, 0..rows))))
    };
    let entry = covered(HEIGHT).fires("avatars-hidden", "/layers/5/name");
    assert!(entry.message.contains("covers all of the floor"), "{}", entry.message);
    covered(HEIGHT / 2).is_fine();
    covered(HEIGHT).with(|map| map["layers"][5]["opacity"] = json!(0.5)).is_fine();
    with_helpers("carpets")
        .with(|map| {
            let floor = map["layers"].as_array_mut().unwrap().remove(3);
            map["layers"].as_array_mut().unwrap().insert(1, floor);
            map["layers"][3]["data"] = layer("", FLOOR, &[])["data"].take();
        })
        .fires("avatars-hidden", "/layers/2/name");
    // Tiles of which nothing shows hide nothing.
    healthy().with(|map| add(map, 5, layer("zone", FLOOR, &cells(0..WIDTH, 0..HEIGHT)))).is_fine();
}

#[test]
fn floor_layers_beside_each_other() {
    let second = |index: usize| {
        healthy().with(|map| {
            let floor = map["layers"][3].clone();
            add(map, index, floor);
        })
    };
    let entry = second(5).fires("floor-layer-twice", "/layers/5/name");
    assert_eq!(entry.related[0].0.pointer.as_deref(), Some("/layers/3/name"));
    // Without tiles between them nothing is at stake.
    second(4).is_fine();
}

#[test]
fn texts() {
    let text = |extra: Value, visible: bool| {
        healthy().object("note", "", [2, 2, 2, 1], []).with(move |map| {
            let mut text = json!({"text": "move this wall"});
            text.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            objects(map)[0]["text"] = text;
            objects(map)[0]["visible"] = json!(visible);
        })
    };
    text(json!({}), true).is_fine();
    let entry = text(json!({}), false).fires("hidden-text-shows", "/layers/3/objects/0");
    assert_eq!(entry.message, "visitors read the text \"move this wall\", though it is hidden");
    text(json!({}), true)
        .with(|map| map["layers"][3]["visible"] = json!(false))
        .fires("hidden-text-shows", "/layers/3/objects/0");
    text(json!({"fontfamily": "Comic Sans MS"}), true).fires("text-font", "/layers/3/objects/0/text");
    text(json!({"fontfamily": "Comic Sans MS"}), true)
        .with(|map| objects(map)[0]["properties"] = json!([prop("font-family", "Comic Sans MS, cursive")]))
        .is_fine();
    text(json!({"fontfamily": "\"Press Start 2P\""}), true).is_fine();
    text(json!({"bold": true}), true).fires("text-style", "/layers/3/objects/0/text");
    text(json!({"italic": true, "halign": "center"}), true).is_fine();
}

#[test]
fn what_map_storage_asks_for() {
    let without = |pointer: &str, key: &str| {
        let (pointer, key) = (pointer.to_owned(), key.to_owned());
        healthy().object("lamp", "", [2, 2, 1, 1], []).with(move |map| {
            map.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&key);
        })
    };
    let entry = without("", "tiledversion").fires("structure-refused", "");
    assert_eq!(entry.severity, Severity::Warning);
    assert_eq!(
        without("", "tiledversion").config("").fires("structure-refused", "").severity,
        Severity::Info
    );
    without("/layers/1", "name").fires("structure-refused", "/layers/1");
    without("/layers/3/objects/0", "visible").fires("structure-refused", "/layers/3/objects/0");
    let entities = |value: Value| {
        healthy().with(move |map| {
            map["properties"] = json!([{"name": "entities", "type": "class", "value": value}]);
        })
    };
    let refused =
        |venue: &Venue| venue.report().entries.iter().any(|entry| entry.rule == "structure-refused");
    assert!(refused(&entities(json!([{"prefab": {"name": "chair"}, "x": 1, "y": 2}]))));
    assert!(!refused(&entities(
        json!([{"id": "a", "prefabRef": {"id": "b"}, "properties": [], "x": 1, "y": 2}])
    )));
    let old = |key: &str, value: Value| healthy().with(|map| map["tilesets"][0]["tiles"][0][key] = value);
    old("terrain", json!([0, 0, 0, 0])).fires("structure-refused", "/tilesets/0/tiles/0");
    old("type", json!("wall")).is_fine();
}

#[test]
fn classes_that_are_empty() {
    let with = |class: Value| {
        healthy()
            .object("stage", "area", [3, 3, 1, 1], [prop("jitsiRoom", "a")])
            .with(|map| objects(map)[0]["class"] = class)
    };
    with(json!("")).fires("class-empty", "/layers/3/objects/0/class");
    with(json!("area")).is_fine();
}

#[test]
fn tiles_in_other_forms() {
    let numbers = |map: &Value| {
        map["layers"][1]["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(",")
    };
    healthy()
        .with(|map| map["layers"][1]["data"] = json!(numbers(map)))
        .fires("layer-data-text", "/layers/1/data");
    healthy()
        .with(|map| {
            let data = map["layers"][1]["data"].take();
            let chunk = json!({"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "data": data});
            let layer = map["layers"][1].as_object_mut().unwrap();
            layer.remove("data");
            layer.insert("chunks".to_owned(), json!([chunk]));
        })
        .fires("chunks-in-finite-map", "/layers/1/chunks");
}

#[test]
fn files_that_are_dropped_or_kept() {
    let page = |name: &str| {
        healthy().layer("page", &[(3, 3)], [prop("openWebsite", name)]).file(&format!("maps/{name}"), "<p>")
    };
    page(".pages/a.html").fires("hidden-file", "/layers/0/properties/0/value");
    page("programme-20261231.html").fires("dated-file-name", "/layers/0/properties/0/value");
    page("programme-2026-12-31.html").is_fine();
    // What does nothing there names no file.
    for name in [".pages/a.html", "programme-20261231.html"] {
        let idle = healthy().object("note", "", [3, 3, 1, 1], [prop("openWebsite", name)]);
        idle.file(&format!("maps/{name}"), "<p>")
            .fires("property-wrong-holder", "/layers/3/objects/0/properties/0/name");
    }
    page("assets/../a.html")
        .layer("other", &[(2, 2)], [])
        .with(|map| {
            map["layers"][1]["properties"][0]["value"] = json!("./a.html");
        })
        .file("maps/a.html", "<p>")
        .is_fine();
}

#[test]
fn names_and_pictures_of_maps() {
    let named = |kind: &str| {
        healthy().property("mapName", "hall").with(|map| map["properties"][0]["type"] = json!(kind))
    };
    named("file").fires("file-as-text", "/properties/0/type");
    named("string").is_fine();
}

#[test]
fn uploads() {
    let package =
        |script: &str| healthy().file("package.json", json!({"scripts": {"upload": script}}).to_string());
    package("upload-maps --url x").fires("upload-unchecked", "/scripts/upload");
    package("venue publish").is_fine();
    let config =
        |publish: &str| healthy().config(&format!("[publish]\nurl = \"https://a.example\"\n{publish}"));
    let report = config("").report();
    let found: Vec<_> = report.entries.iter().map(|entry| (&*entry.rule, &*entry.site.file)).collect();
    assert_eq!(found, [("upload-to-root", "venue.toml")], "{:#?}", report.entries);
    assert_eq!(report.entries[0].site.range.unwrap().0.line, 2);
    config("directory = \"event\"\n").is_fine();
}
