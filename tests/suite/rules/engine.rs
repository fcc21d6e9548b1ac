//! Rules about the format, tilesets and layers.

use base64::Engine as _;
use serde_json::json;
use venue::finding::Severity;

use super::{Venue, WALL, healthy, layer, objects, png, prop};

#[test]
fn gids_beyond_every_tileset() {
    let broken = healthy().with(|map| {
        map["layers"][1]["data"][9] = json!(5);
        map["layers"][1]["data"][10] = json!(0x8000_0007_u32);
    });
    let entry = broken.fires("gid-beyond-tileset", "/layers/1/data/9");
    assert_eq!(entry.severity, Severity::Error);
    assert!(entry.message.contains("2 tiles are beyond the end of tileset \"tiles\", which has 4 tiles"));
    assert_eq!(
        (entry.place.layer.as_deref(), entry.place.tileset.as_deref()),
        (Some("floor"), Some("tiles"))
    );
    let cell = entry.place.area_tiles.unwrap();
    assert_eq!((cell.x, cell.y, cell.width, cell.height), (1, 1, 1, 1));
    assert!(entry.help.unwrap().contains("restore the picture"));
    // The last tile, and one that is flipped.
    healthy().with(|map| map["layers"][1]["data"][9] = json!(0x8000_0004_u32)).is_fine();
    // The picture has grown, and nobody opened the map since.
    let mut grown = healthy().with(|map| map["layers"][1]["data"][9] = json!(5));
    grown.files[0].1 = png(128, 64);
    let entry = grown.fires("gid-beyond-tileset", "/layers/1/data/9");
    assert!(entry.help.unwrap().contains("more rows than its tileset says: open the map in Tiled"));
    let none = healthy().with(|map| map["tilesets"] = json!([]));
    let entries = none.report().entries;
    let entry = entries.into_iter().find(|entry| entry.rule == "gid-beyond-tileset").unwrap();
    assert!(entry.help.unwrap().ends_with("the last version of the map that has their tileset"));
}

#[test]
fn the_margin_costs_tiles_that_tiled_counts() {
    // 132 pixels: with a margin of 2, Tiled counts 4 columns, the engine 4; with 4 only 3.
    let with = |margin: i32| {
        let mut venue = healthy().with(|map| {
            map["tilesets"][0]["margin"] = json!(margin);
            map["tilesets"][0]["imagewidth"] = json!(132);
            map["tilesets"][0]["imageheight"] = json!(100);
        });
        venue.files[0].1 = png(132, 100);
        venue
    };
    with(2).is_fine();
    with(4).fires("margin-shift", "/tilesets/0/margin");
}

#[test]
fn the_flag_of_hexagonal_maps() {
    healthy()
        .with(|map| map["layers"][1]["data"][9] = json!(0x1000_0001_u32))
        .fires("hex-rotation-flag", "/layers/1/data/9");
}

#[test]
fn what_the_engine_cannot_read() {
    healthy().with(|map| map["orientation"] = json!("isometric")).fires("not-orthogonal", "/orientation");
    let version = healthy().with(|map| map["version"] = json!(1));
    version.fires("map-version-too-old", "/version");
    version.clone().with(|map| map["tilesets"][0]["tiles"] = json!([])).is_fine();
    healthy().with(|map| map["version"] = json!(1.4)).is_fine();
    healthy()
        .with(|map| {
            map["layers"][4]["width"] = json!(4);
            map["layers"][4]["data"] = json!(vec![0; 24]);
        })
        .fires("layer-size-mismatch", "/layers/4/width");
    healthy()
        .with(|map| {
            let data = map["layers"][4]["data"].as_array().unwrap().clone();
            let bytes: Vec<u8> = data
                .iter()
                .flat_map(|gid| u32::try_from(gid.as_u64().unwrap()).unwrap().to_le_bytes())
                .collect();
            map["layers"][4]["encoding"] = json!("base64");
            map["layers"][4]["data"] = json!(base64::engine::general_purpose::STANDARD.encode(bytes));
        })
        .fires("layer-encoded", "/layers/4/encoding");
}

#[test]
fn tilesets_in_files_of_their_own_are_advice_where_maps_are_bundled() {
    let tileset = json!({
        "type": "tileset", "version": "1.10", "tiledversion": "1.10.2", "name": "more", "image": "tiles.png",
        "imagewidth": 128, "imageheight": 32, "tilewidth": 32, "tileheight": 32, "columns": 4, "tilecount": 4,
        "margin": 0, "spacing": 0
    });
    let venue = healthy().file("maps/more.tsj", serde_json::to_vec(&tileset).unwrap()).with(|map| {
        let tilesets = map["tilesets"].as_array_mut().unwrap();
        tilesets.push(json!({"firstgid": 5, "source": "more.tsj"}));
    });
    assert_eq!(venue.fires("external-tileset", "/tilesets/1/source").severity, Severity::Warning);
    let bundled = venue.config("");
    assert_eq!(bundled.fires("external-tileset", "/tilesets/1/source").severity, Severity::Info);
}

#[test]
fn pictures_on_disk() {
    let image = |source: &str| healthy().with(|map| map["tilesets"][0]["image"] = json!(source));
    let missing = image("tilse.png").fires("tileset-picture-missing", "/tilesets/0/image");
    assert_eq!(missing.help.as_deref(), Some("did you mean \"tiles.png\"?"));
    let case = image("Tiles.png").fires("picture-letter-case", "/tilesets/0/image");
    assert_eq!(case.fix.unwrap().replacement().unwrap(), "tiles.png");
    image("/tiles.png").fires("picture-path", "/tilesets/0/image");
    image("C:\\\\maps\\\\tiles.png").fires("picture-path", "/tilesets/0/image");
    image("https://example.org/tiles.png").fires("picture-path", "/tilesets/0/image");
    image("..\\maps\\tiles.png").fires("picture-path", "/tilesets/0/image");
    image("../maps/./tiles.png").is_fine();

    let replaced = |bytes: Vec<u8>| {
        let mut venue = healthy();
        venue.files[0].1 = bytes;
        venue
    };
    let pointer = replaced(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n".to_vec());
    let entry = pointer.fires("picture-unreadable", "/tilesets/0/image");
    assert_eq!(entry.help.as_deref(), Some("run `git lfs pull`"));
    replaced(png(96, 32)).fires("picture-size-mismatch", "/tilesets/0/imagewidth");
    // More rows below harm nobody.
    replaced(png(128, 64)).is_fine();
    let large = healthy().with(|map| map["tilesets"][0]["imageheight"] = json!(4128));
    let mut large = large;
    large.files[0].1 = png(128, 4128);
    large.fires("picture-too-large", "/tilesets/0/image");
}

#[test]
fn what_was_moved_is_found() {
    let image = |source: &str| healthy().with(|map| map["tilesets"][0]["image"] = json!(source));
    let meant = |venue: Venue, rule: &str, pointer: &str| {
        let entry = venue.fires(rule, pointer);
        let new = entry.fix.as_ref().and_then(|fix| fix.replacement().map(str::to_owned));
        assert!(entry.fix.is_none_or(|fix| !fix.safe), "it is a guess");
        (entry.help.unwrap(), new)
    };
    let picture = |venue: Venue| meant(venue, "tileset-picture-missing", "/tilesets/0/image");
    let guess = |name: &str| (format!("did you mean \"{name}\"?"), Some(name.to_owned()));
    let nothing = ("add the picture, or choose another for the tileset in Tiled".to_owned(), None);

    let gone = || image("floor/wood.png").file("art/wood.png", png(128, 32));
    assert_eq!(picture(gone()), guess("../art/wood.png"));
    // A picture of another width is another one.
    assert_eq!(picture(gone().file("more/wood.png", png(96, 32))), guess("../art/wood.png"));
    let typo = image("tilse.png").file("old/tilse.png", png(64, 32));
    assert_eq!(picture(typo), guess("tiles.png"));
    // Else the folders tell; if they do not, nobody knows.
    let both = gone().file("art/floor/wood.png", png(128, 32));
    assert_eq!(picture(both), guess("../art/floor/wood.png"));
    assert_eq!(picture(gone().file("more/wood.png", png(128, 32))), nothing);
    for elsewhere in ["node_modules/a/wood.png", ".cache/wood.png", "dist/wood.png"] {
        assert_eq!(picture(image("wood.png").file(elsewhere, png(128, 32))), nothing, "{elsewhere}");
    }
    // A path from somebody's own computer.
    let own = image("C:\\Users\\me\\wood.png").file("art/wood.png", png(128, 32));
    assert_eq!(meant(own, "picture-path", "/tilesets/0/image"), guess("../art/wood.png"));

    let set = |source: &str| {
        let more = json!({"firstgid": 5, "source": source});
        healthy().with(|map| map["tilesets"].as_array_mut().unwrap().push(more))
    };
    let tileset = |venue: Venue| {
        let entry = venue.fires_among("tileset-file-missing", "/tilesets/1/source");
        (entry.help.unwrap(), entry.fix.and_then(|fix| fix.replacement().map(str::to_owned)))
    };
    assert_eq!(tileset(set("more.tsj").file("sets/more.tsj", "{}")), guess("../sets/more.tsj"));
    assert_eq!(tileset(set("More.tsj").file("maps/more.tsj", "{}")), guess("more.tsj"));
    let instance = json!({"id": 90, "x": 64, "y": 64, "template": "desk.tj"});
    let template = healthy().with(|map| objects(map).push(instance)).file("shapes/desk.tj", "{}");
    let entry = template.fires_among("template-missing", "/layers/3/objects/0/template");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"../shapes/desk.tj\"?"));
    let sound = |url: &str| healthy().layer("music", &[(3, 3)], vec![prop("playAudio", url)]);
    let sound = sound("song.mp3").file("sounds/song.mp3", "x");
    let pointer = sound.report().entries[0].site.pointer.clone().unwrap();
    assert_eq!(meant(sound, "local-file-missing", &pointer), guess("../sounds/song.mp3"));
    for (site, help) in [
        ("www.example.org/index.html", "for the website write \"https://www.example.org/index.html\""),
        ("info/index.html", "add the file, or mend the path, which is relative to the map"),
        ("C:\\\\x\\index.html", "put the file into the project, and write its path from the map"),
        ("info/help.html?a#b", "did you mean \"../landing/help.html?a#b\"?"),
    ] {
        let site = healthy().layer("site", &[(3, 3)], vec![prop("openWebsite", site)]);
        let site = site.file("landing/index.html", "x").file("landing/help.html", "x");
        let entry =
            site.report().entries.into_iter().find(|entry| entry.rule == "local-file-missing").unwrap();
        assert_eq!(entry.help.as_deref(), Some(help));
    }
    // Scripts of other maps are called like this one's.
    let script = healthy().property("script", "main.js").file("other/main.js", "x");
    let (help, new) = meant(script, "local-file-missing", "/properties/0/value");
    assert_eq!((help.starts_with("add the file"), new), (true, None));
}

#[test]
fn tilesets_of_one_name() {
    let second = |name: &str| {
        healthy().with(|map| {
            let mut tileset = map["tilesets"][0].clone();
            tileset["firstgid"] = json!(5);
            tileset["name"] = json!(name);
            map["tilesets"].as_array_mut().unwrap().push(tileset);
        })
    };
    let entry = second("tiles").fires("duplicate-tileset-name", "/tilesets/1/name");
    assert_eq!(entry.related[0].0.pointer.as_deref(), Some("/tilesets/0/name"));
    second("others").is_fine();
}

#[test]
fn the_floor_layer() {
    let entry = healthy()
        .with(|map| map["layers"][3]["name"] = json!("floorlayer"))
        .fires("floor-layer-missing", "/layers/3/name");
    assert_eq!(entry.fix.unwrap().replacement().unwrap(), "floorLayer");
    healthy()
        .with(|map| {
            let floor = map["layers"][3].take();
            map["layers"][3] = json!({"type": "group", "name": "g", "id": 60, "visible": true, "opacity": 1,
                "layers": [floor]});
        })
        .fires("floor-layer-missing", "/layers/3/layers/0/name");
    healthy()
        .with(|map| {
            map["layers"].as_array_mut().unwrap().remove(3);
        })
        .fires("floor-layer-missing", "/layers");
}

#[test]
fn layers_of_one_path() {
    healthy()
        .with(|map| map["layers"][4]["name"] = json!("floor"))
        .fires("duplicate-layer-path", "/layers/4/name");
    // In a group the path is another.
    healthy()
        .with(|map| {
            let mut roof = map["layers"][4].take();
            roof["name"] = json!("floor");
            map["layers"][4] = json!({"type": "group", "name": "g", "id": 60, "visible": true, "opacity": 1,
                "layers": [roof]});
        })
        .is_fine();
}

#[test]
fn walls_that_nobody_sees() {
    let entry = healthy()
        .with(|map| map["layers"][2]["visible"] = json!(false))
        .fires("hidden-colliding-layer", "/layers/2/visible");
    assert_eq!(entry.place.layer.as_deref(), Some("walls"));
    healthy().with(|map| map["layers"][2]["opacity"] = json!(0)).is_fine();
    healthy()
        .with(|map| map["layers"][4]["data"] = layer("roof", WALL, &[(3, 3)])["data"].take())
        .fires("invisible-wall", "/layers/4/name");
    // Above a wall of the layers below it surprises nobody.
    healthy().with(|map| map["layers"][4]["data"] = layer("roof", WALL, &[(3, 0)])["data"].take()).is_fine();
    // A door's layer is hidden at times.
    healthy()
        .with(|map| {
            let mut closed = layer("closed", WALL, &[(3, 3)]);
            closed["id"] = json!(9);
            closed["visible"] = json!(false);
            map["layers"].as_array_mut().unwrap().insert(3, closed);
        })
        .object(
            "door",
            "variable",
            [1, 1, 1, 1],
            vec![prop("door", true), prop("openLayer", "roof"), prop("closeLayer", "closed")],
        )
        .property("script", "https://a.example/script.js")
        .is_fine();
}

#[test]
fn what_shows_in_tiled_only() {
    healthy()
        .with(|map| map["layers"][4]["offsetx"] = json!(16))
        .fires("ignored-by-engine", "/layers/4/offsetx");
    healthy()
        .with(|map| map["layers"][4]["tintcolor"] = json!("#ff0000"))
        .fires("ignored-by-engine", "/layers/4/tintcolor");
    // An empty object layer may lie anywhere.
    healthy().with(|map| map["layers"][3]["offsetx"] = json!(16)).is_fine();
}

#[test]
fn templates_are_resolved_by_bundles_only() {
    let template = json!({"type": "template", "object": {"id": 1, "name": "booth", "type": "area", "width": 64,
        "height": 64, "rotation": 0, "visible": true, "properties": [prop("silent", true)]}});
    healthy()
        .file("maps/booth.tj", serde_json::to_vec(&template).unwrap())
        .with(|map| objects(map).push(json!({"id": 1, "template": "booth.tj", "x": 64, "y": 64})))
        .fires("template-instance", "/layers/3/objects/0/template");
}

#[test]
fn cells_behind_the_last_row() {
    let with = |more: &[u32]| {
        healthy().with(|map| {
            map["layers"][1]["data"].as_array_mut().unwrap().extend(more.iter().map(|gid| json!(gid)));
        })
    };
    let entry = with(&[0, 1]).fires("layer-data-surplus", "/layers/1/data");
    assert_eq!(entry.severity, Severity::Warning);
    with(&[]).is_fine();
    healthy()
        .with(|map| drop(map["layers"][1]["data"].as_array_mut().unwrap().pop()))
        .fires("layer-data-length", "/layers/1/data");
}
