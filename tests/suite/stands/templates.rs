//! Templates: those that come with the program, and what `docs/draw-a-stand.md` says of one's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::{Value, json};
use venue::{
    model::{Map, Object, TilePos},
    source::Sources,
    stand::{self, Built, Options},
    workadventure::Meaning,
};

use super::{hall, load, spec};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/stands")
}

/// The shipped templates by the names of their files.
fn shipped() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let maps = entries.filter(|path| path.extension().is_some_and(|extension| extension == "tmj"));
    maps.map(|path| {
        (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
    })
    .collect()
}

fn objects(map: &Map) -> Vec<Object> {
    map.layers.iter().filter_map(|layer| layer.objects()).flat_map(|layer| layer.objects.clone()).collect()
}

#[test]
fn six_are_shipped_and_each_is_a_good_stand() {
    let shipped = shipped();
    let names: Vec<&str> = shipped.keys().map(String::as_str).collect();
    assert_eq!(names, ["large", "large-loft", "medium", "medium-loft", "small", "small-loft"]);
    for (name, text) in &shipped {
        let (map, meaning) = load(text);
        let size = name.split('-').next().unwrap();
        let least = if size == "small" { 4 } else { 5 };
        assert!(map.width >= least && map.height >= least && map.width <= 8 && map.height <= 8, "{name}");
        let twin = &shipped[size];
        assert_eq!(
            (load(twin).0.width, load(twin).0.height),
            (map.width, map.height),
            "{name}: another look moves nobody"
        );
        let objects = objects(&map);
        let classes: BTreeSet<&str> = objects.iter().map(|object| object.class.as_str()).collect();
        assert!(classes.is_superset(&BTreeSet::from(["logo", "name", "area"])), "{name}");
        // Every zone waits for a key, but meetings of BigBlueButton, which cannot.
        for object in objects.iter().filter(|object| object.class == "area") {
            let has = |property: &str| object.properties.get(property).is_some();
            assert!(
                !has("openWebsite") || object.properties.text("openWebsiteTrigger") == Some("onaction"),
                "{name}"
            );
            assert!(
                !has("jitsiRoom") || object.properties.text("jitsiTrigger") == Some("onaction"),
                "{name}"
            );
        }
        // No cell belongs to two of its zones, but for the stand itself and the two kinds of meetings.
        let mut owners: BTreeMap<TilePos, &str> = BTreeMap::new();
        let zones = objects.iter().filter(|object| {
            object.class == "area" && object.name != "stand" && object.properties.get("bbbMeeting").is_none()
        });
        for object in zones {
            let tiles = object.rectangle().tiles(map.tile_size);
            for cell in tiles.cells().filter(|cell| !meaning.walk.is_blocked(*cell)) {
                let other = owners.insert(cell, &object.name);
                assert_eq!(other, None, "{name}: {} and {other:?} share {cell:?}", object.name);
            }
        }
        assert!(
            meaning.walk.bounds().cells().filter(|cell| meaning.walk.is_blocked(*cell)).count() >= 10,
            "{name}: a wall and a counter"
        );
    }
    let uses = |what: &str| shipped.iter().filter(|(_, text)| text.contains(what)).count();
    assert!(
        uses("${sponsor.brochure}") > 0
            && uses("${sponsor.bbb}") > 0
            && uses("focusable") > 0
            && uses("\"silent\"") > 0
    );
}

#[test]
fn sizes_and_looks_are_chosen_by_name() {
    let built = |lines: &str, tier: &str| {
        let text = spec(&[0])
            .replace("venue =", &format!("{lines}\nvenue ="))
            .replace("rank = 1", &format!("rank = 1\n{tier}"));
        let mut sources = Sources::new("/nowhere");
        sources.insert("hall.tmj", hall(30, 24, &[]).into_bytes());
        sources.insert("s.toml", text.into_bytes());
        stand::build(&mut sources, "s.toml", &Options::default())
    };
    let size = |built: &Built| (built.stands[0].tiles.width, built.stands[0].tiles.height);
    let (plain, small) = (built("", "").unwrap(), built("", "template = \"small\"").unwrap());
    assert_eq!((size(&plain), size(&small)), ((8, 6), (4, 4)));
    let loft = built("look = \"loft\"", "").unwrap();
    assert_eq!(plain.lock.1.lines().count(), loft.lock.1.lines().count());
    assert_eq!(size(&loft), (8, 6));
    assert_ne!(plain.text, loft.text);
    assert_eq!(built("", "look = \"loft\"").unwrap().text, loft.text);
    assert_eq!(built("look = \"loft\"", "look = \"expo\"").unwrap().text, plain.text);
    let said = built("", "template = \"smal\"").unwrap_err().to_string();
    assert!(said.contains("did you mean \"small\"?; shipped are large, medium, small"), "{said}");
    let said = built("look = \"left\"", "").unwrap_err().to_string();
    assert!(said.contains("there is no look \"left\"; did you mean \"loft\"?"), "{said}");
}

/// A template of 5 x 4 tiles as the page says: a wall at the back, and areas.
fn own() -> Value {
    let layer = |id: u32, name: &str, data: [u32; 20]| {
        json!({"type": "tilelayer", "id": id, "name": name, "width": 5, "height": 4, "x": 0, "y": 0,
               "visible": true, "opacity": 1, "data": data})
    };
    let string = |name: &str, value: &str| json!({"name": name, "type": "string", "value": value});
    let area = |id: u32, name: &str, class: &str, [x, y, width, height]: [i32; 4], properties: Value| {
        json!({"id": id, "name": name, "type": class, "x": x * 32 + 2, "y": y * 32 + 2, "width": width * 32 - 4,
               "height": height * 32 - 4, "visible": true, "rotation": 0, "properties": properties})
    };
    let objects = json!([
        area(1, "", "logo", [1, 0, 3, 1], json!([])),
        area(2, "", "name", [0, 1, 5, 1], json!([])),
        area(3, "stand", "area", [0, 2, 5, 2], json!([])),
        area(4, "entry", "area", [2, 3, 1, 1], json!([{"name": "start", "type": "bool", "value": true}])),
        area(5, "website", "area", [0, 2, 1, 1], json!([string("openWebsite", "${sponsor.website}")])),
        area(6, "talk", "area", [4, 2, 1, 1], json!([string("jitsiRoom", "${sponsor.jitsi}")])),
        area(
            7,
            "music",
            "area",
            [4, 3, 1, 1],
            json!([string("playAudio", "sounds/hum.mp3"), {"name": "audioVolume", "type": "float", "value": 0.3}])
        ),
        area(8, "quiet", "area", [1, 2, 1, 1], json!([{"name": "silent", "type": "bool", "value": true}])),
    ]);
    let wall = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let lamp = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal", "width": 5,
        "height": 4, "tilewidth": 32, "tileheight": 32, "infinite": false, "nextlayerid": 4, "nextobjectid": 9,
        "tilesets": [{"firstgid": 1, "name": "own", "image": "own.png", "imagewidth": 64, "imageheight": 32,
            "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 2, "margin": 0, "spacing": 0,
            "tiles": [{"id": 1, "properties": [{"name": "collides", "type": "bool", "value": true}]}]}],
        "layers": [layer(1, "furniture", wall), {"type": "objectgroup", "id": 2, "name": "floorLayer",
            "visible": true, "opacity": 1, "x": 0, "y": 0, "objects": objects}, layer(3, "lamps", lamp)],
    })
}

fn with(template: &Value, sponsor: &str) -> Result<Built, stand::StandError> {
    let text = spec(&[]).replace("rank = 1", "rank = 1\ntemplate = \"stands/own.tmj\"")
        + &format!("[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\n{sponsor}");
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall(30, 24, &[]).into_bytes());
    sources.insert("stands/own.tmj", template.to_string().into_bytes());
    sources.insert("s.toml", text.into_bytes());
    stand::build(&mut sources, "s.toml", &Options::default())
}

fn object<'a>(built: &'a Built, name: &str) -> Option<&'a Object> {
    let layers = built.map.layers.iter().filter_map(|layer| layer.objects());
    layers.flat_map(|layer| &layer.objects).find(|object| object.name == name)
}

#[test]
fn a_template_of_ones_own_does_what_the_page_says() {
    let full = "website = \"https://acme.example\"\nmeeting = { jitsi = \"acme\", host = \"meet.example\" }\nstaff = \"acme-team\"\n";
    let built = with(&own(), full).unwrap();
    let stand = &built.stands[0];
    // The area `stand` is the zone, the one with `start` the entry, named by the slug.
    let zone = stand.zone_tiles.unwrap();
    assert_eq!((zone.x - stand.tiles.x, zone.y - stand.tiles.y, zone.width, zone.height), (0, 2, 5, 2));
    assert!(built.meaning().entries.iter().any(|entry| entry.name == "acme" && entry.declared));
    // Areas are named by the slug and their own name; placeholders are filled.
    let text =
        |name: &str, property: &str| object(&built, name)?.properties.text(property).map(str::to_owned);
    assert_eq!(text("acme-website", "openWebsite").as_deref(), Some("https://acme.example"));
    assert_eq!(text("acme-talk", "jitsiRoom").as_deref(), Some("acme"));
    assert_eq!(text("acme-talk", "jitsiUrl").as_deref(), Some("meet.example"));
    assert_eq!(text("acme-talk", "jitsiRoomAdminTag").as_deref(), Some("acme-team"));
    // Addresses of the template are relative to it, and are found from the map.
    assert_eq!(text("acme-music", "playAudio").as_deref(), Some("stands/sounds/hum.mp3"));
    assert!(object(&built, "acme-quiet").unwrap().properties.boolean("silent").unwrap());
    // Layers below `floorLayer` land below the venue's, those above it above.
    let at = |wanted: &str| built.map.layers.iter().position(|layer| layer.name == wanted).unwrap();
    assert!(at("stands-furniture") < at("floorLayer") && at("floorLayer") < at("stands-lamps"));
    assert!(at("floor") < at("stands-furniture"));
    // Logo and name are drawn over the wall, into a layer of their own.
    let signs = built.map.layers[at("stands-signs")].tiles().unwrap();
    let cell = |x: i32, y: i32| signs.get(TilePos::new(stand.tiles.x + x, stand.tiles.y + y));
    assert!(!cell(2, 0).is_empty() && !cell(0, 1).is_empty() && cell(0, 0).is_empty());
    // What blocks in the template blocks in the venue, and nothing else.
    let walk = built.meaning().walk;
    let blocked = stand.tiles.cells().filter(|cell| walk.is_blocked(*cell)).count();
    assert_eq!(blocked, 10);
    // An object whose placeholder stays empty is left out.
    let bare = with(&own(), "").unwrap();
    assert!(object(&bare, "acme-website").is_none() && object(&bare, "acme-talk").is_none());
    assert!(object(&bare, "acme-music").is_some());
}

#[test]
fn addresses_of_the_spec_are_found_from_the_map() {
    let mut sources = Sources::new("/nowhere");
    sources.insert("maps/hall.tmj", hall(30, 24, &[]).into_bytes());
    let text = spec(&[]).replace("hall.tmj", "maps/hall.tmj")
        + "[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\nbrochure = \"files/acme.pdf\"\nwebsite = \"${links.acme}\"\n";
    sources.insert("s.toml", text.into_bytes());
    sources.insert("files/acme.pdf", "%PDF");
    let built = stand::build(&mut sources, "s.toml", &Options::default()).unwrap();
    let text = |name: &str| object(&built, name).unwrap().properties.text("openWebsite").map(str::to_owned);
    assert_eq!(text("acme-brochure").as_deref(), Some("../files/acme.pdf"));
    assert_eq!(text("acme-website").as_deref(), Some("${links.acme}"));
}

#[test]
fn faults_of_a_template_are_told_of_the_template() {
    let told = |change: &dyn Fn(&mut Value)| {
        let mut template = own();
        change(&mut template);
        with(&template, "").unwrap_err().to_string()
    };
    let expect = |change: &dyn Fn(&mut Value), message: &str| {
        let said = told(change);
        assert!(
            said.lines().any(|line| line.starts_with("stands/own.tmj: ") && line.contains(message)),
            "{message}: {said}"
        );
    };
    expect(&|t| t["layers"][1]["name"] = json!("objects"), "`floorLayer`");
    expect(&|t| t["layers"][1]["objects"][3]["properties"] = json!([]), "an area with the property `start`");
    expect(&|t| t["layers"][1]["objects"][3]["y"] = json!(2), "on a cell that blocks");
    let wall = |cells: &[usize]| {
        let cells = cells.to_vec();
        move |t: &mut Value| cells.iter().for_each(|cell| t["layers"][0]["data"][*cell] = json!(2))
    };
    // Everything around the entry, but not the entry.
    expect(&wall(&[10, 11, 12, 13, 14, 15, 16, 18, 19]), "the zone \"music\" cannot be walked to");
    // A hole in the wall that no way leads to.
    expect(
        &|t| {
            for cell in [10, 11, 13, 14] {
                t["layers"][0]["data"][cell] = json!(2);
            }
            t["layers"][0]["data"][7] = json!(0);
            t["layers"][0]["data"][12] = json!(2);
        },
        "the cell (2, 1) is shut in",
    );
    expect(&|t| t["infinite"] = json!(true), "finite");
}

#[test]
fn the_page_knows_every_placeholder() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/draw-a-stand.md")).unwrap();
    let known = ["name", "slug", "tier", "website", "video", "brochure", "jitsi", "jitsi-host", "bbb"];
    let mut named: BTreeSet<String> = BTreeSet::new();
    for rest in page.split("${sponsor.").skip(1) {
        named.insert(rest.split('}').next().unwrap().to_owned());
    }
    assert_eq!(named, known.map(str::to_owned).into(), "the page and the program name the same");
    // Each of them is filled by a spec that has all.
    let mut template = own();
    let all: Vec<Value> = known
        .iter()
        .map(|name| json!({"name": format!("x-{name}"), "type": "string", "value": format!("<${{sponsor.{name}}}>")}))
        .collect();
    template["layers"][1]["objects"][7]["properties"] = Value::Array(all);
    let sponsor = "website = \"https://a.example\"\nvideo = \"https://vimeo.com/1\"\nbrochure = \"https://a.example/b\"\nmeeting = true\n";
    let built = with(&template, sponsor).unwrap();
    for property in &object(&built, "acme-quiet").unwrap().properties {
        let text = property.value.text().unwrap();
        assert!(!text.contains("${"), "{}: {text}", property.name);
    }
}

/// The picture on the page is of the template that it shows; `draw-assets` draws it.
#[test]
fn a_template_is_a_map_like_any_other() {
    for (name, text) in shipped() {
        let (map, meaning) = load(&text);
        assert_eq!(Meaning::of(&map).zones.len(), meaning.zones.len(), "{name}");
        assert!(!meaning.zones.is_empty() && meaning.entries.iter().any(|entry| entry.declared), "{name}");
    }
}
