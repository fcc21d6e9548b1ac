//! Whole bundles, made from projects that exist only in memory.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    format,
    project::{Config, Host},
    source::{Sources, parent, resolve},
    workadventure::Meaning,
};

fn picture(seed: u8) -> Vec<u8> {
    let pixels = image::RgbaImage::from_fn(64, 64, |x, y| {
        let tile = u8::try_from(y / 32 * 2 + x / 32).unwrap();
        image::Rgba([seed, tile, 9, 255])
    });
    crate::picture::encode(&pixels).unwrap()
}

fn tileset(image: &str) -> Json {
    json!({"firstgid": 1, "name": "floor", "image": image, "imagewidth": 64, "imageheight": 64,
        "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 4, "margin": 0, "spacing": 0,
        "tiles": [{"id": 3, "properties": [{"name": "collides", "type": "bool", "value": true}]}],
        "properties": [{"name": "tilesetCopyright", "type": "string", "value": "CC0, by nobody"}]})
}

fn property(name: &str, value: &str) -> Json {
    json!({"name": name, "type": "string", "value": value})
}

fn layer(id: u32, name: &str, data: &[u32], properties: &[Json]) -> Json {
    json!({"type": "tilelayer", "id": id, "name": name, "width": 3, "height": 1, "data": data,
        "opacity": 1, "visible": true, "x": 0, "y": 0, "properties": properties})
}

fn map(properties: &[Json], tilesets: &[Json], layers: &[Json]) -> Json {
    let mut layers = layers.to_vec();
    layers.push(json!({"type": "objectgroup", "id": 90, "name": "floorLayer", "opacity": 1, "visible": true,
        "x": 0, "y": 0, "objects": [{"id": 1, "name": "info", "type": "area", "x": 0, "y": 0, "width": 32,
        "height": 32, "rotation": 0, "visible": true, "properties": [
            {"name": "openWebsite", "type": "string", "value": "../pages/info.html?lang=en"},
            {"name": "venueAllow", "type": "string", "value": "http-url"}]}]}));
    json!({"type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "width": 3, "height": 1, "tilewidth": 32, "tileheight": 32, "infinite": false,
        "nextlayerid": 99, "nextobjectid": 9, "properties": properties, "tilesets": tilesets, "layers": layers})
}

/// A lobby that leads to a hall, with a page, a sound, a script, a poster, and things that nobody
/// refers to.
fn sources() -> Sources {
    let mut sources = Sources::new("/nowhere");
    let mut put = |name: &str, json: &Json| sources.insert(name, json.to_string().into_bytes());
    put(
        "maps/lobby.tmj",
        &map(
            &[
                property("script", "../src/main.js"),
                property("mapImage", "poster.png"),
                property("mapName", "Lobby"),
            ],
            &[tileset("../tiles/floor.png")],
            &[
                layer(1, "start", &[1, 0, 0], &[]),
                layer(2, "exit", &[0, 2, 0], &[property("exitUrl", "hall.json#door")]),
                layer(
                    3,
                    "stage",
                    &[0, 0, 4],
                    &[property("openWebsite", "${links.stage}"), property("playAudio", "jingle.mp3")],
                ),
            ],
        ),
    );
    put(
        "maps/hall.json",
        &map(
            &[],
            &[json!({"firstgid": 1, "source": "../tiles/shared.tsj"})],
            &[
                layer(1, "start", &[1, 2, 0x8000_0003], &[]),
                layer(2, "out", &[0, 2, 0], &[property("exitUrl", "lobby.tmj")]),
            ],
        ),
    );
    let mut shared = tileset("more.png");
    shared.as_object_mut().unwrap().remove("firstgid");
    shared["type"] = json!("tileset");
    put("tiles/shared.tsj", &shared);
    put("maps/unused.tmj", &map(&[], &[], &[]));
    for (name, bytes) in [
        ("tiles/floor.png", picture(1)),
        ("tiles/more.png", picture(2)),
        ("tiles/unused.png", picture(3)),
        ("maps/poster.png", picture(4)),
        ("pages/logo.png", picture(5)),
        ("maps/jingle.mp3", b"la la".to_vec()),
        ("pages/info.html", b"<img src=logo.png><script src='x/app.js'></script>".to_vec()),
        ("pages/x/app.js", b"fetch('data.json')".to_vec()),
        ("pages/x/data.json", b"{}".to_vec()),
        ("src/main.js", b"import { a } from './a.js';".to_vec()),
        ("src/a.js", b"export const a = 1;".to_vec()),
        ("notes.txt", b"secret".to_vec()),
    ] {
        sources.insert(name, bytes);
    }
    sources
}

fn project(sources: Sources, maps: &[&str]) -> Project {
    let mut config = Config::default();
    config.links.insert("stage".to_owned(), "https://stream.example/live".to_owned());
    let mut project =
        Project { root: PathBuf::from("/nowhere"), config_file: None, config, sources, ..Project::default() };
    project.load(&maps.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    project
}

fn text(bundle: &Bundle, path: &str) -> String {
    String::from_utf8(bundle.files[path].bytes.to_vec()).unwrap()
}

/// Paths, hashes taken out.
fn names(bundle: &Bundle) -> Vec<String> {
    let plain = |path: &String| match path.rsplit_once('.') {
        Some((stem, kind)) if bundle.hashed.contains(path) => format!("{}-#.{kind}", &stem[..stem.len() - 9]),
        _ => path.clone(),
    };
    let mut names: Vec<String> = bundle.files.keys().map(plain).collect();
    names.sort();
    names
}

#[test]
fn everything_referred_to_goes_in_and_nothing_else() {
    let bundle = build(&mut project(sources(), &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    assert_eq!(
        names(&bundle),
        [
            ".htaccess",
            "_headers",
            "assets/poster-#.png",
            "assets/tiles-#.png",
            "assets/tiles-#.png",
            "index.html",
            "manifest.json",
            "maps/hall.tmj",
            "maps/jingle.mp3",
            "maps/lobby.tmj",
            "nginx.conf",
            "pages/info.html",
            "pages/logo.png",
            "pages/x/app.js",
            "pages/x/data.json",
            "previews/hall-#.png",
            "previews/lobby-#.png",
            "src/a.js",
            "src/main.js",
        ]
    );
    assert!(bundle.notes.is_empty(), "{:?}", bundle.notes);
}

#[test]
fn references_follow_what_they_refer_to() {
    let bundle = build(&mut project(sources(), &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    let lobby = text(&bundle, "maps/lobby.tmj");
    for expected in [
        "\"hall.tmj#door\"",
        "\"https://stream.example/live\"",
        "\"../pages/info.html?lang=en\"",
        "\"../src/main.js\"",
        "\"jingle.mp3\"",
    ] {
        assert!(lobby.contains(expected), "{expected} in {lobby}");
    }
    assert!(!lobby.contains("venueAllow"));
    assert!(lobby.contains("CC0, by nobody"));
    // Every picture that a map names lies in the bundle.
    for output in ["maps/lobby.tmj", "maps/hall.tmj"] {
        let json: Json = serde_json::from_str(&text(&bundle, output)).unwrap();
        for set in json["tilesets"].as_array().unwrap() {
            let image = resolve(parent(output), set["image"].as_str().unwrap());
            assert!(bundle.files.contains_key(&image), "{image}");
        }
        let properties = json["properties"].as_array().cloned().unwrap_or_default();
        for property in properties.iter().filter(|property| property["name"] == "mapImage") {
            assert!(bundle.files.contains_key(&resolve("maps", property["value"].as_str().unwrap())));
            assert_eq!(property["type"], "string");
        }
    }
}

#[test]
fn a_bundle_means_what_its_source_means() {
    let mut project = project(sources(), &["maps/lobby.tmj"]);
    let bundle = build(&mut project, &[], &Settings::default()).unwrap();
    let mut out = Sources::new("/nowhere");
    for (path, file) in &bundle.files {
        out.insert(path.clone(), file.bytes.clone());
    }
    for (source, output) in [("maps/lobby.tmj", "maps/lobby.tmj"), ("maps/hall.json", "maps/hall.tmj")] {
        let before = Meaning::of(project.map(source).unwrap().map.as_ref().unwrap());
        let loaded = format::load_map(&out, output);
        assert!(loaded.findings.is_empty(), "{:?}", loaded.findings);
        let after = Meaning::of(&loaded.map.unwrap());
        assert_eq!(before.walk, after.walk);
        let entries = |meaning: &Meaning| {
            meaning
                .entries
                .iter()
                .map(|entry| (entry.name.clone(), entry.cells().clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(entries(&before), entries(&after));
        let zones =
            |meaning: &Meaning| meaning.zones.iter().map(|zone| zone.cells.clone()).collect::<Vec<_>>();
        assert_eq!(zones(&before), zones(&after));
        assert_eq!(before.exits.len(), after.exits.len());
    }
}

#[test]
fn made_twice_it_is_the_same_to_the_byte() {
    let make = || build(&mut project(sources(), &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    assert_eq!(zip(&make()).unwrap(), zip(&make()).unwrap());
}

#[test]
fn unoptimised_maps_keep_their_tilesets() {
    let settings = Settings { optimize: false, ..Settings::default() };
    let bundle = build(&mut project(sources(), &["maps/lobby.tmj"]), &[], &settings).unwrap();
    assert!(names(&bundle).contains(&"assets/floor-#.png".to_owned()), "{:?}", names(&bundle));
    let hall: Json = serde_json::from_str(&text(&bundle, "maps/hall.tmj")).unwrap();
    let image = hall["tilesets"][0]["image"].as_str().unwrap();
    assert!(image.starts_with("../assets/more-"), "{image}");
    assert_eq!(*bundle.files[&resolve("maps", image)].bytes, *picture(2), "bytes are kept");
}

#[test]
fn on_map_storage_rooms_are_wams() {
    let mut sources = sources();
    let own = json!({"version": "2.1.0", "mapUrl": "./hall.json", "entities": {}, "entityCollections": [],
        "areas": [{"id": "a", "name": "door", "x": 0, "y": 0, "width": 1, "height": 1, "visible": true, "properties": [
            {"id": "e", "type": "exit", "url": "lobby.tmj", "areaName": ""},
            {"id": "w", "type": "openWebsite", "link": "${links.stage}"}]}]});
    sources.insert("maps/hall.wam", own.to_string().into_bytes());
    let mut project = project(sources, &["maps/lobby.tmj"]);
    project.config.project.host = Host::MapStorage;
    let bundle = build(&mut project, &[], &Settings::default()).unwrap();
    assert!(text(&bundle, "maps/lobby.tmj").contains("\"hall.wam#door\""));
    let wam: Json = serde_json::from_str(&text(&bundle, "maps/lobby.wam")).unwrap();
    assert_eq!((&wam["mapUrl"], &wam["version"]), (&json!("./lobby.tmj"), &json!("2.1.0")));
    assert_eq!(wam["metadata"]["name"], "Lobby");
    let wam: Json = serde_json::from_str(&text(&bundle, "maps/hall.wam")).unwrap();
    assert_eq!(wam["mapUrl"], "./hall.tmj");
    assert_eq!(wam["areas"][0]["properties"][0]["url"], "lobby.wam");
    assert_eq!(wam["areas"][0]["properties"][1]["link"], "https://stream.example/live");
}

#[test]
fn what_the_editor_may_need_stays_on_map_storage() {
    for (host, kept) in [(Host::Static, false), (Host::MapStorage, true)] {
        let mut sources = Sources::new("/nowhere");
        let layers = [layer(1, "start", &[1, 0, 0], &[]), layer(2, "spare", &[0, 0, 0], &[])];
        sources.insert("maps/a.tmj", map(&[], &[tileset("floor.png")], &layers).to_string().into_bytes());
        sources.insert("maps/floor.png", picture(1));
        sources.insert("pages/info.html", "x");
        let mut project = project(sources, &["maps/a.tmj"]);
        project.config.project.host = host;
        let bundle = build(&mut project, &[], &Settings::default()).unwrap();
        assert_eq!(text(&bundle, "maps/a.tmj").contains("spare"), kept, "{host:?}");
    }
}

#[test]
fn a_map_with_stands_takes_the_place_of_its_venue() {
    let mut sources = sources();
    let stands = map(
        &[property(crate::project::STANDS_IN_FOR, "hall.json")],
        &[tileset("../tiles/floor.png")],
        &[layer(1, "start", &[1, 1, 1], &[]), layer(2, "acme", &[4, 0, 0], &[])],
    );
    sources.insert("maps/hall.stands.tmj", stands.to_string().into_bytes());
    sources.insert("logos/acme.png", picture(7));
    let mut project = project(sources, &["maps/hall.json", "maps/hall.stands.tmj", "maps/lobby.tmj"]);
    let stand = crate::stand::Stand {
        sponsor: "Acme".to_owned(),
        slug: "acme".to_owned(),
        tier: "gold".to_owned(),
        rank: 1,
        area: String::new(),
        tiles: crate::model::TileRect::new(0, 0, 1, 1),
        zone_tiles: None,
        visitors: 0.5,
        kept: false,
        website: Some("https://acme.example/".to_owned()),
        video: None,
        brochure: None,
        meeting: false,
        logo: Some("logos/acme.png".to_owned()),
    };
    let built = Built {
        venue: "maps/hall.json".to_owned(),
        output: "maps/hall.stands.tmj".to_owned(),
        map: project.map("maps/hall.stands.tmj").unwrap().map.clone().unwrap(),
        text: String::new(),
        pictures: Vec::new(),
        stands: vec![stand],
        unplaced: Vec::new(),
        lock: Default::default(),
        lock_changed: false,
        notes: Vec::new(),
        event: "E".to_owned(),
    };
    let settings =
        Settings { base_url: Some("https://maps.example.org/x".to_owned()), ..Settings::default() };
    let bundle = build(&mut project, &[built], &settings).unwrap();
    assert!(text(&bundle, "maps/hall.tmj").contains("\"acme\""));
    assert!(!text(&bundle, "maps/hall.tmj").contains(crate::project::STANDS_IN_FOR));
    assert_eq!(bundle.maps.len(), 2);
    assert!(text(&bundle, "maps/lobby.tmj").contains("\"hall.tmj#door\""));
    let page = text(&bundle, "index.html");
    let link = "https://play.workadventu.re/_/global/maps.example.org/x/maps/hall.tmj#acme";
    assert!(page.contains(link), "{page}");
    assert!(names(&bundle).contains(&"assets/acme-#.png".to_owned()));
    let directory = text(&bundle, "stands.html");
    assert!(directory.contains(link) && page.contains("href=\"stands.html\""), "{directory}");
    for address in directory.split(['"']).filter(|text| text.contains(".png")) {
        assert!(bundle.files.contains_key(address), "{address} is not in the bundle");
    }
    assert_eq!(bundle.notes, []);
}

#[test]
fn what_cannot_be_bundled_is_refused_with_its_reason() {
    let refusal = |change: &dyn Fn(&mut Json)| {
        let mut sources = sources();
        let mut json: Json = serde_json::from_slice(&sources.read("maps/lobby.tmj").unwrap()).unwrap();
        change(&mut json);
        sources.insert("maps/lobby.tmj", json.to_string().into_bytes());
        sources.insert("maps/hall.tmx", "<map/>");
        build(&mut project(sources, &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap_err().to_string()
    };
    let error = refusal(&|map| map["infinite"] = json!(true));
    assert!(error.starts_with("maps/lobby.tmj: the map is infinite"), "{error}");
    let error = refusal(&|map| map["layers"][2]["properties"][0]["value"] = json!("${links.stag}"));
    assert!(error.contains("layer \"stage\", openWebsite") && error.contains("no link \"stag\""), "{error}");
    let mut outside = sources();
    let mut json: Json = serde_json::from_slice(&outside.read("maps/lobby.tmj").unwrap()).unwrap();
    json["layers"][2]["properties"][1]["value"] = json!("../../private/diary.mp3");
    outside.insert("maps/lobby.tmj", json.to_string().into_bytes());
    outside.insert("../private/diary.mp3", "dear diary");
    let error = build(&mut project(outside, &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap_err();
    assert!(matches!(error, BundleError::Outside { .. }), "{error}");
    let mut both = sources();
    both.insert("maps/hall.tmj", map(&[], &[], &[]).to_string().into_bytes());
    let error = build(&mut project(both, &["maps/hall.json", "maps/hall.tmj"]), &[], &Settings::default())
        .unwrap_err();
    assert!(matches!(error, BundleError::SamePath { .. }), "{error}");
    assert!(matches!(
        build(&mut project(sources(), &[]), &[], &Settings::default()),
        Err(BundleError::Nothing)
    ));
}

#[test]
fn the_manifest_tells_every_file() {
    let bundle = build(&mut project(sources(), &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    let manifest: Json = serde_json::from_str(&text(&bundle, "manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), bundle.files.len() - 1);
    let hall = files.iter().find(|file| file["path"] == "maps/hall.tmj").unwrap();
    assert_eq!(hall["source"], "maps/hall.json");
    assert_eq!(hall["bytes"], bundle.files["maps/hall.tmj"].bytes.len());
    assert_eq!(hall["sha256"], picture::sha256(&bundle.files["maps/hall.tmj"].bytes));
}

#[test]
fn files_of_the_project_are_never_written_over() {
    let mut own = sources();
    own.insert("index.html", "mine");
    let mut json: Json = serde_json::from_slice(&own.read("maps/lobby.tmj").unwrap()).unwrap();
    json["layers"][2]["properties"][0]["value"] = json!("../index.html");
    own.insert("maps/lobby.tmj", json.to_string().into_bytes());
    let bundle = build(&mut project(own, &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    assert_eq!(text(&bundle, "index.html"), "mine");
    assert!(bundle.notes.iter().any(|note| note.file == "index.html"), "{:?}", bundle.notes);
}

#[test]
fn addresses_of_the_bundle_itself_are_followed_and_renamed() {
    let mut sources = sources();
    let lobby = map(
        &[property("mapImage", "https://maps.example.org/x/maps/poster.png")],
        &[tileset("../tiles/floor.png")],
        &[
            layer(1, "start", &[1, 0, 0], &[]),
            layer(
                2,
                "room",
                &[0, 2, 0],
                &[property("exitUrl", "/_/global/maps.example.org/x/maps/hall.json#door")],
            ),
            layer(3, "raw", &[0, 0, 2], &[property("exitUrl", "https://maps.example.org/x/maps/hall.json")]),
            layer(
                4,
                "site",
                &[0, 0, 3],
                &[property("openTab", "https://maps.example.org/x/pages/info.html#top")],
            ),
            layer(
                5,
                "gone",
                &[0, 0, 3],
                &[property("openWebsite", "https://maps.example.org/x/pages/gone.html")],
            ),
            layer(6, "other", &[0, 0, 3], &[property("playAudio", "https://maps.example.org/y/a.mp3")]),
        ],
    );
    sources.insert("maps/lobby.tmj", lobby.to_string().into_bytes());
    let settings =
        Settings { base_url: Some("https://maps.example.org/x/".to_owned()), ..Settings::default() };
    let bundle = build(&mut project(sources, &["maps/lobby.tmj"]), &[], &settings).unwrap();
    for file in ["maps/hall.tmj", "pages/info.html", "pages/logo.png"] {
        assert!(bundle.files.contains_key(file), "{file} in {:?}", names(&bundle));
    }
    let lobby = text(&bundle, "maps/lobby.tmj");
    let poster = bundle.files.keys().find(|name| name.starts_with("assets/poster-")).unwrap();
    for expected in [
        "\"/_/global/maps.example.org/x/maps/hall.tmj#door\"",
        "\"hall.tmj\"",
        "\"https://maps.example.org/x/pages/info.html#top\"",
        "\"https://maps.example.org/y/a.mp3\"",
        &format!("\"https://maps.example.org/x/{poster}\""),
    ] {
        assert!(lobby.contains(expected), "{expected} in {lobby}");
    }
    let notes: Vec<&str> = bundle.notes.iter().map(|note| note.message.as_str()).collect();
    assert!(
        matches!(notes[..], [note] if note.contains("pages/gone.html\", an address of this bundle")),
        "{notes:?}"
    );
}

#[test]
fn links_are_filled_into_pages_and_what_they_show_goes_in() {
    let mut sources = sources();
    sources.insert(
        "pages/info.html",
        "<iframe src='${links.stage}'></iframe><img src='${links.logo}'><script>`${links.stage}`</script>",
    );
    let mut project = project(sources, &["maps/lobby.tmj"]);
    project.config.links.insert("logo".to_owned(), "logo.png".to_owned());
    let bundle = build(&mut project, &[], &Settings::default()).unwrap();
    assert_eq!(
        text(&bundle, "pages/info.html"),
        "<iframe src='https://stream.example/live'></iframe><img src='logo.png'><script>`${links.stage}`</script>"
    );
    assert!(bundle.files.contains_key("pages/logo.png"));
    assert_eq!(bundle.files["pages/info.html"].source.as_deref(), Some("pages/info.html"));
}

#[test]
fn pages_and_scripts_name_maps_as_the_bundle_does() {
    let mut sources = sources();
    sources.insert("pages/info.html", "<a href='../maps/hall.json#door'>hall.json</a>");
    sources.insert("scripts/go.js", "WA.nav.goToRoom('hall.json'); fetch('../maps/hall.json')");
    let script = [property("script", "../scripts/go.js")];
    let exit = [property("exitUrl", "hall.json")];
    let lobby = map(
        &script,
        &[tileset("../tiles/floor.png")],
        &[layer(1, "start", &[1, 0, 0], &[]), layer(2, "x", &[0, 2, 0], &exit)],
    );
    sources.insert("maps/lobby.tmj", lobby.to_string().into_bytes());
    let mut project = project(sources, &["maps/lobby.tmj"]);
    let bundle = build(&mut project, &[], &Settings::default()).unwrap();
    assert_eq!(text(&bundle, "pages/info.html"), "<a href='../maps/hall.tmj#door'>hall.json</a>");
    let script = text(&bundle, "scripts/go.js");
    assert_eq!(script, "WA.nav.goToRoom('hall.tmj'); fetch('../maps/hall.tmj')");
    project.config.project.host = Host::MapStorage;
    let bundle = build(&mut project, &[], &Settings::default()).unwrap();
    assert!(text(&bundle, "scripts/go.js").starts_with("WA.nav.goToRoom('hall.wam')"));
    assert_eq!(text(&bundle, "pages/info.html"), "<a href='../maps/hall.tmj#door'>hall.json</a>");
}

#[test]
fn scripts_get_pages_on_request() {
    let scripts = "../scripts/my%20go.js?v=2\n../scripts/own.html\nhttps://a.example/x.js";
    for (classic, kind) in [(false, " type=\"module\""), (true, "")] {
        let disabled = json!({"name": "scriptDisableModuleSupport", "type": "bool", "value": classic});
        let lobby = map(
            &[property("script", scripts), disabled],
            &[tileset("../tiles/floor.png")],
            &[layer(1, "start", &[1, 0, 0], &[])],
        );
        let mut sources = sources();
        sources.insert("scripts/my go.js", "WA.onInit()");
        sources.insert("scripts/own.html", "<script src='https://play.example/iframe_api.js'></script>");
        sources.insert("maps/lobby.tmj", lobby.to_string().into_bytes());
        let mut project = project(sources, &["maps/lobby.tmj"]);
        project.config.project.play_url = Some("https://play.example/_/global/maps.example".to_owned());
        let settings = Settings { script_pages: true, ..Settings::default() };
        let bundle = build(&mut project, &[], &settings).unwrap();
        let page = text(&bundle, "scripts/my go.js.html");
        assert!(page.contains("<script src=\"https://play.example/iframe_api.js\"></script>"), "{page}");
        assert!(page.contains(&format!("<script{kind} src=\"./my%20go.js?v=2\"></script>")), "{page}");
        let lobby = text(&bundle, "maps/lobby.tmj");
        let expected = "../scripts/my%20go.js.html?v=2\\n../scripts/own.html\\nhttps://a.example/x.js";
        assert!(lobby.contains(expected), "{lobby}");
        let bundle = build(&mut project, &[], &Settings::default()).unwrap();
        assert!(!bundle.files.contains_key("scripts/my go.js.html"));
    }
}

#[test]
fn rooms_lead_from_one_to_the_next_however_far() {
    let mut sources = sources();
    let wam = |map: &str, next: &str, collections: Json| {
        json!({"version": "2.1.0", "mapUrl": map, "entities": {}, "entityCollections": collections,
            "areas": [{"id": "a", "name": "door", "x": 0, "y": 0, "width": 1, "height": 1, "visible": true,
            "properties": [{"id": "e", "type": "exit", "url": next, "areaName": ""}]}]})
        .to_string()
        .into_bytes()
    };
    let furniture = json!([{"url": "https://maps.example.org/x/furniture/all.json", "type": "file"}]);
    sources.insert("maps/lobby.wam", wam("./lobby.tmj", "../far/b.wam", json!([])));
    sources.insert("far/b.wam", wam("../maps/hall.json", "c.wam", json!([])));
    sources.insert("far/c.wam", wam("../maps/hall.json", "d.wam", furniture));
    sources.insert("far/d.wam", wam("../maps/unused.tmj", "", json!([])));
    sources.insert(
        "furniture/all.json",
        r#"{"collectionName": "x", "tags": [], "collection": [{"imagePath": "sofa.png"}]}"#,
    );
    sources.insert("furniture/sofa.png", picture(9));
    let mut project = project(sources, &["maps/lobby.tmj"]);
    project.config.project.host = Host::MapStorage;
    let settings =
        Settings { base_url: Some("https://maps.example.org/x".to_owned()), ..Settings::default() };
    let bundle = build(&mut project, &[], &settings).unwrap();
    for file in ["far/d.wam", "maps/unused.tmj", "furniture/all.json", "furniture/sofa.png"] {
        assert!(bundle.files.contains_key(file), "{file} in {:?}", names(&bundle));
    }
    assert!(text(&bundle, "far/c.wam").contains("https://maps.example.org/x/furniture/all.json"));
}

#[test]
fn paths_as_windows_writes_them_are_understood() {
    let mut sources = sources();
    let lobby = map(
        &[property("mapImage", "poster.png")],
        &[tileset("..\\tiles\\floor.png")],
        &[layer(1, "start", &[1, 2, 0], &[])],
    );
    sources.insert("maps/lobby.tmj", lobby.to_string().into_bytes());
    let bundle = build(&mut project(sources, &["maps/lobby.tmj"]), &[], &Settings::default()).unwrap();
    assert!(bundle.notes.is_empty(), "{:?}", bundle.notes);
    let lobby = text(&bundle, "maps/lobby.tmj");
    assert!(lobby.contains("../assets/tiles-") && !lobby.contains('\\'), "{lobby}");
    assert!(bundle.files.values().all(|file| file.source.as_deref().is_none_or(|name| !name.contains('\\'))));
}
