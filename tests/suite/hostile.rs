//! Maps with values that nobody expects: whatever a file says, every command answers, and what was
//! read whole is written so that it reads the same.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use serde_json::{Value, json};
use venue::{
    bundle,
    check::{Settings, check},
    finding::Severity,
    format::{SaveStyle, save_tmj},
    model::{Extra, Layer, LayerKind, Map, ObjectLayer, Picture, Properties},
    picture::{Overlay, OverlayKind, PictureStore, RenderOptions, Renderer},
    project::{Config, Project, ProjectMap},
    source::Sources,
};

/// Numbers that stand at the edge of something.
const NUMBERS: [&str; 17] = [
    "0",
    "-1",
    "1",
    "2",
    "15",
    "4097",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "1.5",
    "1e300",
    "-1e300",
    "1e-300",
];

/// Texts that are names, paths, numbers or nothing to somebody.
fn texts() -> Vec<String> {
    let plain = [
        "",
        " ",
        "a/b",
        "../..",
        "/",
        "\\",
        "C:\\x.png",
        "%",
        "#",
        "#abc",
        "0",
        "-1",
        "true",
        "1e300",
        "\u{7}",
        "\u{feff}",
        "\u{1F600}",
        "${links.x}",
        "a.tmj#",
        "./a.tmj",
        "tilelayer",
        "base64",
        "zlib",
        "isometric",
        "hexagonal",
        "area",
        "floorLayer",
        "https://a.example/x",
        "list",
        "int",
        "object",
        "AAAA",
        "1,2",
        "data:image/png;base64,AAAA",
    ];
    plain.iter().map(|text| (*text).to_owned()).chain(["long".repeat(5000)]).collect()
}

/// Numbers that are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed >> 33) % limit.max(1) as u64).unwrap()
    }

    fn number(&mut self) -> Value {
        serde_json::from_str(NUMBERS[self.below(NUMBERS.len())]).unwrap()
    }

    fn text(&mut self) -> String {
        let texts = texts();
        texts[self.below(texts.len())].clone()
    }

    fn value(&mut self) -> Value {
        match self.below(7) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!([]),
            3 => json!({}),
            4 => json!([self.number(), self.text()]),
            5 => json!(self.text()),
            _ => self.number(),
        }
    }
}

/// A small map with something of everything.
fn healthy() -> Value {
    let cells = |gid: u32| vec![gid; 12];
    let property = |name: &str, kind: &str, value: Value| json!({"name": name, "type": kind, "value": value});
    let layer = |id: u32, name: &str, data: Vec<u32>| {
        json!({"type": "tilelayer", "id": id, "name": name, "x": 0, "y": 0, "width": 4, "height": 3,
            "opacity": 1, "visible": true, "data": data, "properties": []})
    };
    let object = |id: u32, class: &str, more: Value| {
        let mut object = json!({"id": id, "name": format!("o{id}"), "type": class, "x": 32, "y": 32, "width": 64,
            "height": 32, "rotation": 0, "visible": true});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let mut map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "renderorder": "right-down", "infinite": false, "compressionlevel": -1, "width": 4, "height": 3,
        "tilewidth": 32, "tileheight": 32, "nextlayerid": 20, "nextobjectid": 20,
        "backgroundcolor": "#102030", "parallaxoriginx": 1.5, "parallaxoriginy": 0,
        "properties": [property("mapName", "string", json!("a")), property("far", "float", json!(0.5))]
    });
    map["tilesets"] = json!([
            {"firstgid": 1, "name": "tiles", "image": "tiles.png", "imagewidth": 128, "imageheight": 32,
             "tilewidth": 32, "tileheight": 32, "columns": 4, "tilecount": 4, "margin": 0, "spacing": 0,
             "tileoffset": {"x": 0, "y": 0},
             "tiles": [
                {"id": 1, "properties": [property("collides", "bool", json!(true))]},
                {"id": 2, "animation": [{"tileid": 2, "duration": 100}, {"tileid": 3, "duration": 100}]},
                {"id": 3, "objectgroup": {"type": "objectgroup", "name": "", "draworder": "index", "opacity": 1,
                    "visible": true, "x": 0, "y": 0, "objects": [object(1, "", json!({}))]}}],
             "wangsets": [{"name": "w", "type": "corner", "tile": -1,
                "colors": [{"color": "#ff0000", "name": "c", "probability": 1, "tile": -1}],
                "wangtiles": [{"tileid": 0, "wangid": [0, 1, 0, 1, 0, 1, 0, 1]}]}]},
            {"firstgid": 5, "name": "more", "image": "more.png", "imagewidth": 69, "imageheight": 69,
             "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 4, "margin": 1, "spacing": 1,
             "transparentcolor": "#ff00ff"}
    ]);
    map["layers"] = json!([
            layer(1, "start", vec![0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]),
            layer(2, "floor", cells(1)),
            layer(3, "walls", vec![2, 2, 2, 2, 0x8000_0002, 0, 0, 2, 0, 0x6000_0007, 0, 8]),
            layer(4, "out", vec![0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]),
            {"type": "group", "id": 5, "name": "group", "opacity": 0.5, "visible": true, "x": 0, "y": 0,
             "layers": [layer(6, "inner", cells(0))]},
            {"type": "imagelayer", "id": 7, "name": "sky", "image": "tiles.png", "opacity": 1, "visible": true,
             "x": 0, "y": 0, "repeatx": true, "offsetx": 3, "offsety": 4, "parallaxx": 0.5, "parallaxy": 1},
            {"type": "objectgroup", "id": 8, "name": "floorLayer", "opacity": 1, "visible": true, "x": 0, "y": 0,
             "draworder": "topdown", "objects": [
                object(1, "area", json!({"properties": [property("jitsiRoom", "string", json!("r")),
                    property("zoom_margin", "float", json!(0.5))]})),
                object(2, "", json!({"gid": 2})),
                object(3, "variable", json!({"point": true, "width": 0, "height": 0,
                    "properties": [property("default", "int", json!(3)), property("other", "object", json!(1))]})),
                object(4, "website", json!({"properties": [property("url", "string", json!("https://a.example"))]})),
                object(5, "", json!({"polygon": [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 0, "y": 9}]})),
                object(6, "", json!({"text": {"text": "hi", "pixelsize": 20, "color": "#ff0000", "wrap": true}})),
                object(7, "area", json!({"ellipse": true, "rotation": 45,
                    "properties": [property("start", "bool", json!(true))]})),
            ]},
            layer(9, "roof", cells(0))
    ]);
    map["layers"][3]["properties"] = json!([
        property("exitUrl", "string", json!("a.tmj#start")),
        property("audioVolume", "float", json!(0.5)),
        property("silent", "bool", json!(true))
    ]);
    map
}

/// Pointers of all values of a tree, itself first.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(pairs) => {
            for (key, item) in pairs {
                pointers(item, &format!("{at}/{key}"), out);
            }
        }
        _ => {}
    }
}

fn mutate(map: &mut Value, dice: &mut Dice) {
    let mut all = Vec::new();
    pointers(map, "", &mut all);
    // Half of the time something else than a cell.
    let few: Vec<&String> = all.iter().filter(|pointer| !pointer.contains("/data/")).collect();
    let pointer = few[dice.below(few.len())].clone();
    let fresh = dice.value();
    let (number, text) = (dice.number(), dice.text());
    let kind = dice.below(4);
    let Some(value) = map.pointer_mut(&pointer) else { return };
    match value {
        Value::Object(pairs) => {
            let key = pairs.keys().nth(dice.below(pairs.len())).cloned().unwrap_or_default();
            match kind {
                0 => drop(pairs.remove(&key)),
                1 => drop(pairs.insert(key, fresh)),
                2 => {
                    // A layer in itself, an object in itself.
                    let inner = Value::Object(pairs.clone());
                    pairs.insert("layers".to_owned(), json!([inner]));
                }
                _ => drop(pairs.insert(text, fresh)),
            }
        }
        Value::Array(items) => match kind {
            0 => items.truncate(dice.below(items.len())),
            1 => items.extend(items.clone()),
            2 => items.reverse(),
            _ if items.is_empty() => items.push(fresh),
            _ => {
                let index = dice.below(items.len());
                items[index] = fresh;
            }
        },
        Value::Number(_) if kind > 0 => *value = number,
        Value::String(_) if kind > 0 => *value = Value::String(text),
        other => *other = fresh,
    }
}

/// The same map as TMX, by our own hand: every attribute can be replaced.
const TMX: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<map version="1.10" tiledversion="1.10.2" orientation="orthogonal" renderorder="right-down" width="4" height="3" tilewidth="32" tileheight="32" infinite="0" nextlayerid="20" nextobjectid="20" backgroundcolor="#102030" parallaxoriginx="1.5">
 <properties><property name="mapName" value="a"/><property name="far" type="float" value="0.5"/><property name="c" type="class" propertytype="P"><properties><property name="m" type="int" value="3"/></properties></property></properties>
 <tileset firstgid="1" name="tiles" tilewidth="32" tileheight="32" tilecount="4" columns="4" margin="0" spacing="0">
  <tileoffset x="0" y="0"/><image source="tiles.png" width="128" height="32" trans="ff00ff"/>
  <tile id="1"><properties><property name="collides" type="bool" value="true"/></properties></tile>
  <tile id="2" probability="0.5"><animation><frame tileid="2" duration="100"/><frame tileid="3" duration="100"/></animation></tile>
  <tile id="3"><objectgroup draworder="index"><object id="1" x="0" y="0" width="3" height="4"/></objectgroup></tile>
  <wangsets><wangset name="w" type="corner" tile="-1"><wangcolor name="c" color="#ff0000" tile="-1" probability="1"/><wangtile tileid="0" wangid="0,1,0,1,0,1,0,1"/></wangset></wangsets>
 </tileset>
 <tileset firstgid="5" name="pictures" tilewidth="32" tileheight="32" tilecount="1" columns="0"><grid orientation="orthogonal" width="1" height="1"/><tile id="0" x="0" y="0" width="16" height="16"><image source="tiles.png" width="128" height="32"/></tile></tileset>
 <layer id="1" name="start" width="4" height="3"><data encoding="csv">0,0,0,0,0,3,0,0,0,0,0,0</data></layer>
 <layer id="2" name="floor" width="4" height="3" opacity="0.5" visible="1" offsetx="1" offsety="2" tintcolor="#ff0000"><data><tile gid="1"/><tile gid="2"/><tile/><tile/><tile/><tile/><tile/><tile gid="2147483649"/><tile/><tile/><tile/><tile/></data></layer>
 <layer id="3" name="packed" width="2" height="1"><data encoding="base64" compression="">AQAAAAIAAAA=</data></layer>
 <layer id="4" name="chunks" width="4" height="3"><data encoding="csv"><chunk x="0" y="0" width="2" height="2">1,2,3,4</chunk></data></layer>
 <group id="5" name="group" opacity="0.5"><layer id="6" name="inner" width="4" height="3"/></group>
 <imagelayer id="7" name="sky" x="3" y="4" repeatx="1"><image source="tiles.png" width="128" height="32"/></imagelayer>
 <objectgroup id="8" name="floorLayer" draworder="topdown" color="#00ff00">
  <object id="1" name="o" type="area" x="32" y="32" width="64" height="32"><properties><property name="jitsiRoom" value="r"/><property name="other" type="object" value="2"/></properties></object>
  <object id="2" gid="2" x="32" y="32" rotation="45" visible="1"/>
  <object id="3" x="1" y="1"><point/></object>
  <object id="4" x="1" y="1"><polygon points="0,0 9,0 0,9"/></object>
  <object id="5" x="1" y="1" width="50" height="20"><text pixelsize="20" wrap="1" color="#ff0000" halign="right">hi</text></object>
  <object id="6" type="area" x="1" y="1" width="50" height="20"><ellipse/></object>
 </objectgroup>
</map>
"##;

/// Replaces attributes, and now and then drops or repeats an element that stands on a line of its own.
fn mutate_xml(text: &str, dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    if dice.below(4) == 0 {
        let mut lines: Vec<&str> = text.lines().collect();
        let index = 2 + dice.below(lines.len() - 3);
        if dice.below(2) == 0 {
            lines.remove(index);
        } else {
            lines.insert(index, lines[index]);
        }
        text = lines.join("\n");
    }
    let starts: Vec<usize> = text.match_indices("=\"").map(|(at, _)| at + 2).skip(2).collect();
    let start = starts[dice.below(starts.len())];
    let end = start + text[start..].find('"').unwrap();
    let new = match dice.below(3) {
        0 => dice.text().replace(['&', '<', '"', '\u{7}'], "_"),
        1 => String::new(),
        _ => NUMBERS[dice.below(NUMBERS.len())].to_owned(),
    };
    text.replace_range(start..end, &new);
    text
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbaImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn project(name: &str, text: &str) -> Project {
    let mut sources = Sources::new("/nowhere");
    sources.insert("tiles.png", png(128, 32));
    sources.insert("more.png", png(69, 69));
    sources.insert(name, text.to_owned());
    let maps = vec![ProjectMap::load(&sources, name)];
    Project {
        root: "/nowhere".into(),
        config_file: None,
        config: Config::default(),
        sources,
        maps,
        ..Project::default()
    }
}

/// A map without what its file only says by the way: where things stand in the text, in which order
/// properties and other keys come.
fn essence(map: &Map) -> String {
    let mut map = map.clone();
    // Every map is written with one; half a size is none.
    map.tiled_version = None;
    sorted(&mut map.properties, &mut map.extra);
    map.layers.iter_mut().for_each(sorted_layer);
    for entry in &mut map.tilesets {
        let Some(tileset) = entry.tileset.as_mut().map(Arc::make_mut) else { continue };
        sorted(&mut tileset.properties, &mut tileset.extra);
        tileset.picture.iter_mut().for_each(whole_size);
        for tile in &mut tileset.tiles {
            sorted(&mut tile.properties, &mut tile.extra);
            tile.picture.iter_mut().for_each(whole_size);
            tile.collision.iter_mut().for_each(sorted_objects);
        }
    }
    let spans = regex::Regex::new(r"Some\(\s*Span \{[^}]*\},\s*\)").unwrap();
    let essence = spans.replace_all(&format!("{map:#?}"), "None").into_owned();
    // JSON keeps fifteen digits of a fraction, as Tiled does.
    essence.replace("9.223372036854776e18", "9.22337203685478e18")
}

fn sorted(properties: &mut Properties, extra: &mut Extra) {
    properties.0.sort_by(|a, b| a.name.cmp(&b.name));
    extra.sort_by(|a, b| a.0.cmp(&b.0));
}

fn sorted_layer(layer: &mut Layer) {
    sorted(&mut layer.properties, &mut layer.extra);
    match &mut layer.kind {
        LayerKind::Group(layers) => layers.iter_mut().for_each(sorted_layer),
        LayerKind::Objects(objects) => sorted_objects(objects),
        LayerKind::Image(image) => whole_size(&mut image.picture),
        LayerKind::Tiles(_) => {}
    }
}

fn whole_size(picture: &mut Picture) {
    if picture.width.is_none() || picture.height.is_none() {
        (picture.width, picture.height) = (None, None);
    }
}

fn sorted_objects(layer: &mut ObjectLayer) {
    for object in &mut layer.objects {
        sorted(&mut object.properties, &mut object.extra);
    }
}

/// Puts a map through everything.
fn survive(name: &str, text: &str) {
    let mut project = project(name, text);
    let settings = Settings::new(&project, &[], &[]).unwrap();
    let findings = check(&project, &settings);
    assert!(findings.len() < 2000, "{} findings", findings.len());
    assert!(findings.iter().all(|finding| finding.message.len() < 200_000));
    let locator = venue::report::Report::new(1, findings.clone(), &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    });
    assert!(locator.entries.len() <= findings.len());
    let Some(map) = &project.maps[0].map else { return };

    let fine = project.maps[0].findings.iter().all(|finding| finding.rule.severity == Severity::Info);
    for style in [SaveStyle::Tiled, SaveStyle::Plain, SaveStyle::Published] {
        let saved = save_tmj(map, style);
        assert!(saved.len() < 20_000_000, "{} bytes", saved.len());
        let again = self::project("a.tmj", &saved);
        let read = again.maps[0].map.as_ref();
        if fine {
            let read = read.expect("what was saved can be read");
            let twice = save_tmj(read, style);
            assert!(twice == saved, "saving again differs:\n{}", first_difference(&saved, &twice));
            if style == SaveStyle::Tiled && name == "a.tmj" {
                let (before, after) = (essence(map), essence(read));
                assert!(before == after, "another map:\n{}", first_difference(&before, &after));
            }
        }
    }

    let store = PictureStore::new();
    let options = RenderOptions { size: Some(64), scale: None, ..RenderOptions::default() };
    if let Ok(renderer) = Renderer::new(map, &project.sources, &store, &options) {
        let meaning = project.maps[0].meaning.as_ref().unwrap();
        let kinds = [OverlayKind::Zones, OverlayKind::Walk, OverlayKind::Entries, OverlayKind::Problems];
        let shown = findings.iter().map(|finding| (finding, finding.rule.severity));
        let _ = renderer.with_overlay(Overlay::new(&kinds, meaning, shown)).draw();
    }
    let settings = bundle::Settings { texture_size: 256, ..bundle::Settings::default() };
    let _ = bundle::build(&mut project, &[], &settings);
}

fn first_difference(a: &str, b: &str) -> String {
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    let short = |line: &str| line.chars().take(200).collect::<String>();
    differing.map_or_else(|| "one is longer".to_owned(), |(a, b)| format!("- {}\n+ {}", short(a), short(b)))
}

/// How many maps of each format; more with `VENUE_HOSTILE`.
fn rounds() -> u64 {
    std::env::var("VENUE_HOSTILE").ok().and_then(|text| text.parse().ok()).unwrap_or(150)
}

fn all_survive(name: &str, make: impl Fn(&mut Dice) -> String) {
    let mut failed = Vec::new();
    for seed in 0..rounds() {
        let text = make(&mut Dice(seed));
        if catch_unwind(AssertUnwindSafe(|| survive(name, &text))).is_err() {
            println!("^ seed {seed}");
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "these seeds did not survive: {failed:?}");
}

#[test]
fn the_healthy_maps_are_read_whole() {
    for (name, text) in [("a.tmj", healthy().to_string()), ("a.tmx", TMX.to_owned())] {
        let project = project(name, &text);
        assert!(project.maps[0].findings.is_empty(), "{:#?}", project.maps[0].findings);
        survive(name, &text);
    }
}

#[test]
fn hostile_json_maps() {
    all_survive("a.tmj", |dice| {
        let mut map = healthy();
        for _ in 0..=dice.below(3) {
            mutate(&mut map, dice);
        }
        map.to_string()
    });
}

#[test]
fn hostile_xml_maps() {
    all_survive("a.tmx", |dice| {
        let mut text = TMX.to_owned();
        for _ in 0..=dice.below(3) {
            text = mutate_xml(&text, dice);
        }
        text
    });
}
