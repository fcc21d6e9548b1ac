//! Files beside maps: of WorkAdventure's own editor, worlds, and projects of Tiled.

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

/// A map of 4 by 3 tiles that has nothing wrong with it, apart from what `change` does to it.
fn map(change: impl FnOnce(&mut Value)) -> String {
    let cells = |gid: u32| vec![gid; 12];
    let layer = |id: u32, name: &str, gid: u32| {
        json!({
            "id": id, "name": name, "type": "tilelayer", "visible": true, "opacity": 1, "x": 0, "y": 0,
            "width": 4, "height": 3, "data": cells(gid)
        })
    };
    let mut map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "renderorder": "right-down", "infinite": false, "width": 4, "height": 3, "tilewidth": 32,
        "tileheight": 32, "nextlayerid": 50, "nextobjectid": 50, "compressionlevel": -1,
        "tilesets": [{
            "firstgid": 1, "name": "tiles", "image": "tiles.png", "imagewidth": 32, "imageheight": 32,
            "tilewidth": 32, "tileheight": 32, "columns": 1, "tilecount": 1, "margin": 0, "spacing": 0
        }],
        "layers": [
            layer(1, "start", 1), layer(2, "floor", 1),
            {
                "id": 3, "name": "floorLayer", "type": "objectgroup", "visible": true, "opacity": 1,
                "x": 0, "y": 0, "draworder": "topdown", "objects": []
            }
        ]
    });
    change(&mut map);
    map.to_string()
}

/// A folder with these files and the picture of the map's tileset.
fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.extension().is_some_and(|extension| extension == "tmj") {
            image::RgbaImage::from_pixel(32, 32, image::Rgba([1, 2, 3, 255]))
                .save(path.parent().unwrap().join("tiles.png"))
                .unwrap();
        }
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// What `venue check` finds: rule, severity, file, pointer, message; and how many maps it looked at.
fn check(folder: &Path, paths: &[&str]) -> (Vec<Value>, u64) {
    let output = Command::cargo_bin("venue")
        .unwrap()
        .current_dir(folder)
        .args(["check", "--format", "json"])
        .args(paths)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report: Value = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("no report: {text} {}", String::from_utf8_lossy(&output.stderr)));
    let findings = report["findings"].as_array().unwrap().clone();
    (findings, report["summary"]["maps"].as_u64().unwrap())
}

fn rules(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

fn wam(change: impl FnOnce(&mut Value)) -> String {
    let mut wam = json!({
        "version": "2.1.0", "mapUrl": "./hall.tmj", "entities": {}, "areas": [], "entityCollections": []
    });
    change(&mut wam);
    serde_json::to_string_pretty(&wam).unwrap()
}

fn area(id: &str, name: &str, properties: &Value) -> Value {
    json!({
        "id": id, "name": name, "x": 32, "y": 64, "width": 64, "height": 32, "visible": true,
        "properties": properties
    })
}

#[test]
fn a_healthy_room_gives_nothing() {
    let folder = folder(&[("hall.tmj", map(|_| ())), ("hall.wam", wam(|_| ()))]);
    for paths in [&[][..], &["hall.tmj"], &["hall.wam"], &["."]] {
        let (findings, maps) = check(folder.path(), paths);
        assert!(findings.is_empty(), "{paths:?}: {findings:#?}");
        assert_eq!(maps, 1);
    }
}

#[test]
fn the_editor_s_file_is_judged_beside_its_map() {
    let text = wam(|wam| {
        wam["areas"] =
            json!([area("1", "stage", &json!([{"id": "p", "type": "jitsiRoom", "roomName": "r"}]))]);
    });
    let folder = folder(&[("maps/hall.tmj", map(|_| ())), ("maps/hall.wam", text)]);
    let (findings, _) = check(folder.path(), &["maps/hall.tmj"]);
    assert_eq!(rules(&findings), ["wam-refused"], "{findings:#?}");
    let found = &findings[0];
    assert_eq!(found["severity"], "error");
    assert!(found["file"].as_str().unwrap().ends_with("hall.wam"));
    assert_eq!(found["pointer"], "/areas/0/properties/0/type");
    assert_eq!(found["place"]["object"], "stage");
    assert_eq!(found["place"]["area_tiles"], json!({"x": 1, "y": 2, "width": 2, "height": 1}));
    assert!(found["range"]["start"]["line"].as_u64().unwrap() > 1);
}

#[test]
fn what_passes_and_cannot_work_is_told() {
    let text = wam(|wam| {
        wam["version"] = json!("1.0");
        wam["areas"] = json!([
            area("1", "stage", &json!([{"id": "a", "type": "speakerMegaphone", "name": "main"}])),
            area(
                "2",
                "seats",
                &json!([{"id": "b", "type": "listenerMegaphone", "speakerZoneName": "stage"}])
            ),
            area("2", "bar", &json!([{"id": "c", "type": "openFile", "name": "menu", "link": "menu.pdf"}])),
            area("4", "bar", &json!([{"id": "c", "type": "openWebsite", "link": "bar.html"}])),
            area("5", "seats", &json!([{"id": "d", "type": "listenerMegaphone", "speakerZoneName": "1"}]))
        ]);
        wam["entities"] = json!({"e": {
            "x": 33, "y": 1, "name": "screen", "prefabRef": {"collectionName": "c", "id": "p"}, "properties": [
                {"id": "d", "type": "openWebsite", "link": "menu.html"},
                {"id": "e", "type": "openWebsite", "link": "https://example.org"},
                {"id": "f", "type": "livekitRoomProperty", "roomName": ""}
            ]
        }});
        wam["entityCollections"] = json!([
            {"url": "furniture.json", "type": "file"}, {"url": "https://example.org/c.json", "type": "file"}
        ]);
    });
    let page = ("bar.html", "<p>menu".to_owned());
    let folder = folder(&[("hall.tmj", map(|_| ())), ("hall.wam", text), page]);
    let (findings, _) = check(folder.path(), &[]);
    let mut found: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap();
            (text("rule"), text("severity"), text("pointer"))
        })
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("area-id-twice", "error", "/areas/2/id"),
            ("area-property-id-twice", "info", "/areas/3/properties/0/id"),
            ("audience-without-podium", "error", "/areas/1/properties/0/speakerZoneName"),
            ("editor-link-relative", "error", "/areas/2/properties/0/link"),
            ("editor-link-relative", "error", "/entities/e/properties/0/link"),
            ("entity-collection-relative", "error", "/entityCollections/0/url"),
            ("entity-property-idle", "warning", "/entities/e/properties/2/type"),
            ("wam-version-unknown", "info", "/version"),
        ],
        "{findings:#?}"
    );
    let audience = findings.iter().find(|finding| finding["rule"] == "audience-without-podium").unwrap();
    assert!(audience["help"].as_str().unwrap().contains("\"1\""), "{audience:#}");
}

#[test]
fn a_room_without_its_map_is_told_once() {
    let folder = folder(&[
        ("hall.tmj", map(|_| ())),
        ("hal.wam", wam(|wam| wam["mapUrl"] = json!("./hal.tmj"))),
        ("far.wam", wam(|wam| wam["mapUrl"] = json!("https://example.org/far.tmj"))),
    ]);
    for paths in [&[][..], &["hal.wam"]] {
        let (findings, _) = check(folder.path(), paths);
        assert_eq!(rules(&findings), ["wam-map-missing"], "{paths:?}: {findings:#?}");
        assert_eq!((&findings[0]["file"], &findings[0]["pointer"]), (&json!("hal.wam"), &json!("/mapUrl")));
    }
    let (findings, maps) = check(folder.path(), &["hall.tmj"]);
    assert!(findings.is_empty() && maps == 1, "{findings:#?}");
}

#[test]
fn a_world_s_maps_are_judged_and_its_faults_told() {
    let world = json!({
        "type": "world", "onlyShowAdjacentMaps": false,
        "maps": [
            {"fileName": "maps/lobby.tmj", "x": 0, "y": 0, "width": 128, "height": 96},
            {"fileName": "maps/hal.tmj", "x": 128, "y": 0, "width": 128, "height": 96}
        ],
        "patterns": [{"regexp": "hall-(\\d+)-(\\d+)\\.tmj"}, {"regexp": "hall-(\\d+)"}]
    });
    let broken = map(|map| map["layers"][0]["data"] = json!([1, 2]));
    let folder = folder(&[
        ("maps/lobby.tmj", map(|_| ())),
        ("hall-1-2.tmj", broken),
        ("other.tmj", "{".to_owned()),
        ("venue.world", world.to_string()),
    ]);
    let (findings, maps) = check(folder.path(), &["venue.world"]);
    assert_eq!(maps, 2, "{findings:#?}");
    let in_world: Vec<(&str, &str)> = findings
        .iter()
        .filter(|finding| finding["file"] == "venue.world")
        .map(|finding| (finding["rule"].as_str().unwrap(), finding["pointer"].as_str().unwrap()))
        .collect();
    assert_eq!(
        in_world,
        [("world-map-missing", "/maps/1/fileName"), ("world-pattern-wrong", "/patterns/1/regexp")]
    );
    assert!(rules(&findings).contains(&"layer-data-length"), "{findings:#?}");
    assert!(findings.iter().all(|finding| finding["file"] != "other.tmj"));
    let (findings, maps) = check(folder.path(), &["."]);
    assert!(maps == 3 && rules(&findings).contains(&"world-map-missing"), "{findings:#?}");
}

/// A Tiled project with an enum, a class of values and a class of objects that opens a website.
fn tiled_project() -> String {
    json!({"propertyTypes": [
        {"id": 1, "name": "Side", "type": "enum", "storageType": "string", "values": ["left", "right"]},
        {"id": 2, "name": "Spot", "type": "class", "members": [
            {"name": "x", "type": "float", "value": 1}, {"name": "side", "type": "string",
             "propertyType": "Side", "value": "left"}]},
        {"id": 3, "name": "area", "type": "class", "useAs": ["object"], "members": [
            {"name": "openWebsite", "type": "string", "value": "https://example.org"},
            {"name": "note", "type": "string", "value": "n"}]}
    ]})
    .to_string()
}

/// An area with these properties, in the map's object layer.
fn with_area(properties: &Value) -> String {
    map(|map| {
        map["layers"][2]["objects"] = json!([{
            "id": 9, "name": "desk", "type": "area", "visible": true, "x": 32, "y": 32, "width": 32,
            "height": 32, "rotation": 0, "properties": properties
        }]);
    })
}

#[test]
fn values_are_judged_by_the_types_of_the_project() {
    let spot = |value: Value| json!({"name": "s", "type": "class", "propertytype": "Spot", "value": value});
    let side = |value: &str| json!({"name": "e", "type": "string", "propertytype": "Side", "value": value});
    let own = json!({"name": "openWebsite", "type": "string", "value": "https://example.org/own"});
    let base = "/layers/2/objects/0/properties";
    let cases = [
        (json!([own, side("left"), spot(json!({"x": 2, "side": "right"}))]), None),
        (json!([own, side("lft")]), Some(("enum-value-unlisted", "warning", "/1/value", "\"left\""))),
        (json!([own, spot(json!({"X": 2}))]), Some(("class-member-wrong", "warning", "/1/value/X", "\"x\""))),
        (json!([own, spot(json!({"x": true}))]), Some(("class-member-wrong", "warning", "/1/value/x", ""))),
        (
            json!([own, spot(json!({"side": "rigth"}))]),
            Some(("enum-value-unlisted", "warning", "/1/value/side", "\"right\"")),
        ),
        (
            json!([own, {"name": "e", "type": "string", "propertytype": "Sides", "value": "x"}]),
            Some(("custom-type-unknown", "info", "/1/propertytype", "\"Side\"")),
        ),
    ];
    for (properties, expected) in cases {
        let folder = folder(&[
            ("maps/hall.tmj", with_area(&properties)),
            ("venue.tiled-project", tiled_project()),
            ("venue.toml", String::new()),
        ]);
        let (findings, _) = check(folder.path(), &["maps/hall.tmj"]);
        let kinds =
            ["enum-value-unlisted", "class-member-wrong", "custom-type-unknown", "class-default-not-written"];
        let found: Vec<&Value> =
            findings.iter().filter(|finding| kinds.contains(&finding["rule"].as_str().unwrap())).collect();
        match expected {
            None => assert!(found.is_empty(), "{found:#?}"),
            Some((rule, severity, pointer, help)) => {
                assert_eq!(found.len(), 1, "{findings:#?}");
                assert_eq!((&found[0]["rule"], &found[0]["severity"]), (&json!(rule), &json!(severity)));
                assert_eq!(found[0]["pointer"], format!("{base}{pointer}"));
                assert!(found[0]["help"].as_str().unwrap_or_default().contains(help), "{:#}", found[0]);
            }
        }
    }
}

#[test]
fn what_a_class_alone_gives_is_told_and_bundled() {
    let files = [("hall.tmj", with_area(&json!([]))), ("venue.tiled-project", tiled_project())];
    let folder = folder(&files);
    let (findings, _) = check(folder.path(), &["hall.tmj"]);
    let found = findings.iter().find(|finding| finding["rule"] == "class-default-not-written");
    let found = found.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!((&found["severity"], &found["place"]["object"]), (&json!("warning"), &json!("desk")));
    assert!(found["message"].as_str().unwrap().contains("openWebsite"), "{found:#}");
    assert!(!findings.iter().any(|finding| finding["message"].as_str().unwrap().contains("note")));
    Command::cargo_bin("venue")
        .unwrap()
        .current_dir(folder.path())
        .args(["bundle", "hall.tmj", "--no-check", "--out", "out"])
        .assert()
        .success();
    let bundled = std::fs::read_to_string(folder.path().join("out/hall.tmj")).unwrap();
    assert!(bundled.contains("https://example.org"), "{bundled}");
}

#[test]
fn a_broken_tiled_project_is_told_once() {
    let text = r#"{"propertyTypes": [{"name": "A", "type": "class", "members": [
        {"name": "a", "type": "class", "propertyType": "A", "value": {}}]}]}"#;
    let folder = folder(&[
        ("a.tmj", map(|_| ())),
        ("b.tmj", map(|_| ())),
        ("v.tiled-project", text.to_owned()),
        ("w.tiled-project", "{}".to_owned()),
    ]);
    let (findings, _) = check(folder.path(), &[]);
    let mut found = rules(&findings);
    found.sort_unstable();
    assert_eq!(found, ["tiled-project-wrong", "tiled-projects-several"], "{findings:#?}");
}

/// Rules and pointers of what is found in `hall.wam` with these areas, beside a map of 4 by 3 tiles.
fn found_in_areas(areas: &Value, files: &[(&str, String)]) -> Vec<(String, String)> {
    let text = wam(|wam| wam["areas"] = areas.clone());
    let mut all = vec![("hall.tmj", map(|_| ())), ("hall.wam", text)];
    all.extend(files.iter().cloned());
    let folder = folder(&all);
    let (findings, _) = check(folder.path(), &["hall.tmj"]);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.iter().map(|finding| (text(finding, "rule"), text(finding, "pointer"))).collect()
}

fn one(rule: &str, pointer: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), pointer.to_owned())]
}

#[test]
fn exits_of_areas_are_followed() {
    let to = |url: &str, entry: &str| {
        let exit = json!([{"id": "p", "type": "exit", "url": url, "areaName": entry}]);
        let stage = area("2", "stage", &json!([{"id": "q", "type": "start"}]));
        let bar = wam(|wam| {
            wam["mapUrl"] = json!("./bar.tmj");
            wam["areas"] = json!([stage, area("3", "back stage", &json!([{"id": "r", "type": "start"}]))]);
        });
        found_in_areas(&json!([area("1", "door", &exit)]), &[("bar.tmj", map(|_| ())), ("bar.wam", bar)])
    };
    assert_eq!(to("bar.wam", ""), []);
    assert_eq!(to("bar.wam", "stage"), []);
    assert_eq!(to("baar.wam", ""), one("exit-target-missing", "/areas/0/properties/0/url"));
    assert_eq!(to("https://example.org/x", ""), one("exit-never-works", "/areas/0/properties/0/url"));
    assert_eq!(to("bar.wam", "stag"), one("exit-entry-missing", "/areas/0/properties/0/areaName"));
    assert_eq!(to("bar.wam", "back stage"), one("exit-entry-missing", "/areas/0/properties/0/areaName"));
}

#[test]
fn areas_are_judged_as_zones_are() {
    let with = |properties: Value| found_in_areas(&json!([area("1", "back stage", &properties)]), &[]);
    let site = |link: &str| with(json!([{"id": "p", "type": "openWebsite", "link": link}]));
    let link = "/areas/0/properties/0/link";
    assert_eq!(site("https://example.org"), []);
    assert_eq!(site("https://github.com/a"), one("iframe-hostile-site", link));
    assert_eq!(site("http://example.org"), one("http-url", link));
    assert_eq!(site("menu.html"), one("local-file-missing", link));
    let tab = json!([{"id": "p", "type": "openWebsite", "newTab": true, "link": "https://github.com/a"}]);
    assert_eq!(with(tab), []);
    let video =
        json!([{"id": "p", "type": "openWebsite", "application": "youtube", "link": "https://youtu.be/a"}]);
    assert_eq!(with(video), []);
    let sound = json!([{"id": "p", "type": "playAudio", "audioLink": "bell.mp3"}]);
    assert_eq!(with(sound), one("local-file-missing", "/areas/0/properties/0/audioLink"));
    assert_eq!(with(json!([{"id": "p", "type": "start"}])), one("entry-name-unreachable", "/areas/0/name"));
    assert_eq!(with(json!([{"id": "p", "type": "start", "isDefault": true}])), []);
}

#[test]
fn areas_out_of_reach() {
    let at = |x: i32| {
        let mut area =
            area("1", "stage", &json!([{"id": "p", "type": "livekitRoomProperty", "roomName": "a"}]));
        area["x"] = json!(x);
        found_in_areas(&json!([area]), &[])
    };
    assert_eq!(at(32), []);
    assert_eq!(at(3200), one("unreachable-zone", "/areas/0/name"));
}

#[test]
fn meetings_of_areas_that_are_one() {
    let podiums = |a: &str, b: &str| {
        let podium = |id: &str, name: &str| json!([{"id": id, "type": "speakerMegaphone", "name": name}]);
        found_in_areas(&json!([area("1", "a", &podium("p", a)), area("2", "b", &podium("q", b))]), &[])
    };
    assert_eq!(
        podiums("Main Stage", "main stage!"),
        one("meeting-name-collision", "/areas/1/properties/0/name")
    );
    assert_eq!(podiums("stage 1", "stage 2"), []);
}
