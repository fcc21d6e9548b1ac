//! The walk, in a real browser: from a folder on disk, and from `venue serve`.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::serve::{Serving, demo};

/// Whether there is a browser and what drives it; if not, that is said.
pub(super) fn browser_at_hand() -> bool {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    let chromium = std::env::var("VENUE_CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !judges.join("node_modules/playwright-core").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return false;
    }
    if !Path::new(&chromium).exists() {
        eprintln!("skipped: there is no Chromium at {chromium}; VENUE_CHROMIUM names another");
        return false;
    }
    true
}

/// Walks, and returns what was seen; the browser must not complain.
fn walk(address: &str, steps: &Value) -> Vec<Value> {
    walk_and(address, steps, || {})
}

/// The same; when a step says a word, `meanwhile` is done before anything is waited for.
fn walk_and(address: &str, steps: &Value, meanwhile: impl FnOnce()) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/walk.mjs");
    let mut browser = Command::new("node")
        .arg(script)
        .arg(address)
        .arg(steps.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(browser.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut last = lines.next().unwrap_or_default();
    if last == "meanwhile" {
        meanwhile();
        last = lines.next().unwrap_or_default();
    }
    assert!(browser.wait().unwrap().success(), "the walk broke off: {last}");
    let mut told: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(told["complaints"], json!([]), "the browser complains");
    serde_json::from_value(told["seen"].take()).unwrap()
}

fn position(seen: &Value) -> &str {
    seen["position"].as_str().unwrap()
}

/// The demo venue as a bundle with the walk, and the address of its folder.
fn bundled() -> (TempDir, String) {
    let folder = demo();
    let out = folder.path().join("dist");
    assert_cmd::Command::cargo_bin("venue")
        .unwrap()
        .current_dir(folder.path())
        .args(["bundle", "--walk", "--quiet", "--out"])
        .arg(&out)
        .assert()
        .success();
    let address = format!("file://{}/", out.display());
    (folder, address)
}

#[test]
fn people_walk_through_a_bundle_from_disk() {
    if !browser_at_hand() {
        return;
    }
    let (_folder, address) = bundled();
    let seen = walk(
        &address,
        &json!([
            ["open", "walk.html"],
            ["look"],
            // A website that opens when asked to, a meeting, a silent corner.
            ["go", "zones", "programme"],
            ["look"],
            ["press", "Space"],
            ["look"],
            ["go", "zones", "reception"],
            ["press", "Space"],
            ["look"],
            ["go", "zones", "quiet"],
            ["look"],
            // Down into the outer wall, which stops.
            ["go", "entries", "#start"],
            ["hold", "ArrowDown", "(22, 29)"],
            ["look"],
            // Up through the exit.
            ["hold", "ArrowUp", "maps/hall.tmj"],
            ["until", "position", "maps/hall.tmj"],
            ["look"],
        ]),
    );
    let [start, programme, opened, reception, quiet, wall, hall] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert!(position(start).starts_with("maps/lobby.tmj  (22, 24)"), "{start}");
    assert_eq!(start["here"], json!([]));
    assert_eq!(start["focus"], "stage", "keys walk at once");
    assert_eq!(programme["frames"], json!([]), "{programme}");
    let frames = opened["frames"].as_array().unwrap();
    assert!(frames[0].as_str().unwrap().ends_with("/maps/pages/programme.html"), "{opened}");
    let meeting = reception["here"][0].as_str().unwrap();
    // With the prefix that the engine makes of the room's address.
    assert!(meeting.contains("Jitsi meeting") && meeting.contains("-reception"), "{meeting}");
    assert!(quiet["here"][0].as_str().unwrap().contains("Silent zone"), "{quiet}");
    assert!(position(wall).starts_with("maps/lobby.tmj  (22, 28)"), "{wall}");
    assert!(position(hall).starts_with("maps/hall.tmj  ("), "{hall}");
}

#[test]
fn links_lead_to_entries_and_fingers_walk() {
    if !browser_at_hand() {
        return;
    }
    let (folder, address) = bundled();
    let directory = fs::read_to_string(folder.path().join("dist/index.html")).unwrap();
    assert!(directory.contains("href=\"walk.html?map=maps/hall.tmj#blauwal\""), "the directory leads there");
    let seen = walk(
        &address,
        &json!([
            ["open", "walk.html?map=maps/hall.tmj#blauwal"],
            ["look"],
            ["open", "walk.html?map=maps/lobby.tmj#start&moveTo=quiet"],
            ["until", "here", "Silent"],
            ["look"],
            ["open", "walk.html?map=maps/lobby.tmj#nobody"],
            ["look"],
            ["phone", "walk.html?map=maps/lobby.tmj"],
            ["look"],
            ["tap", 195, 160],
            ["wait", 1500],
            ["look"],
        ]),
    );
    let [stand, moved, unknown, before, after] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(position(stand).starts_with("maps/hall.tmj"), "{stand}");
    assert!(!position(stand).contains("(33, 38)"), "not at the start: {stand}");
    assert!(moved["here"][0].as_str().unwrap().contains("Silent zone"), "{moved}");
    assert!(
        position(unknown).contains("(22, 24)") && unknown["said"].as_str().unwrap().contains("nobody"),
        "{unknown}"
    );
    assert_ne!(position(before), position(after), "a finger walks");
}

/// The demo's lobby: its file, and what stands in it.
fn lobby(demo: &TempDir) -> (PathBuf, Value) {
    let map = demo.path().join("maps/lobby.tmj");
    let json = serde_json::from_slice(&fs::read(&map).unwrap()).unwrap();
    (map, json)
}

/// Every layer is an entry by its path and by every end of it, meant as one or not.
#[test]
fn links_lead_to_layers() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    let (map, mut json) = lobby(&folder);
    let layers = json["layers"].as_array_mut().unwrap();
    let carpets = layers.iter_mut().find(|layer| layer["name"] == "carpets").unwrap();
    let width = usize::try_from(carpets["width"].as_u64().unwrap()).unwrap();
    let gids: Vec<u64> = serde_json::from_value(carpets["data"].clone()).unwrap();
    *carpets = json!({"type": "group", "name": "hall", "id": 99, "visible": true, "opacity": 1, "x": 0, "y": 0,
        "layers": [carpets.clone()]});
    fs::write(&map, json.to_string()).unwrap();
    let serving = Serving::start(folder.path());
    let mut steps = Vec::new();
    for name in ["hall/carpets", "carpets", "arpets"] {
        steps.extend([
            json!(["open", format!("_venue/walk.html?map=maps/lobby.tmj#{name}")]),
            json!(["look"]),
        ]);
    }
    let seen = walk(&serving.address, &json!(steps));
    // People arrive in the middle of the middle run of tiles.
    let numbered: Vec<usize> = (0..gids.len()).filter(|cell| gids[*cell] != 0).collect();
    let runs: Vec<&[usize]> = numbered.chunk_by(|a, b| a + 1 == *b && b % width != 0).collect();
    let run = runs[runs.len() / 2];
    let cell = run[0] + run.len() / 2;
    let expected = format!("({}, {})", cell % width, cell / width);
    assert!(position(&seen[0]).contains(&expected), "{expected}: {}", seen[0]);
    assert_eq!(position(&seen[1]), position(&seen[0]));
    assert!(position(&seen[2]).contains("(22, 24)") && seen[2]["said"].as_str().unwrap().contains("arpets"));
}

#[test]
fn what_is_saved_is_seen_at_once() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    let serving = Serving::start(folder.path());
    let map = folder.path().join("maps/lobby.tmj");
    let text = fs::read_to_string(&map).unwrap();
    let broken = text.replacen("hall.tmj#from-lobby", "hall.tmj#from-nowhere", 1);
    assert_ne!(text, broken);
    let seen = walk_and(
        &serving.address,
        &json!([
            ["open", "_venue/walk.html?map=maps/lobby.tmj"],
            ["look"],
            ["hold", "ArrowUp", "(22, 20)"],
            ["look"],
            ["say", "meanwhile"],
            ["until", "findings", "from-nowhere"],
            ["look"],
        ]),
        || fs::write(map, broken).unwrap(),
    );
    let [before, walked, after] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(before["findings"], json!([]));
    assert_eq!(after["findings"].as_array().unwrap().len(), 1, "{after}");
    assert_eq!(position(walked), position(after), "the visitor stays where it was");
}

/// Triggers, prefixes and the editor's areas, as section 1.3 of the map reference has them.
#[test]
fn zones_do_what_the_engine_does() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    let (map, mut json) = lobby(&folder);
    let mut objects = json["layers"].as_array_mut().unwrap().iter_mut();
    let objects =
        objects.find_map(|layer| layer["objects"].as_array_mut().filter(|all| !all.is_empty())).unwrap();
    let text = |name: &str, value: &str| json!({"name": name, "type": "string", "value": value});
    let mut area = |name: &str, x: u32, properties: Value| {
        objects.push(json!({"id": 900 + x, "name": name, "type": "area", "x": x * 32 + 4, "y": 20 * 32 + 4, "width": 24,
            "height": 24, "rotation": 0, "visible": true, "properties": properties}));
    };
    let page = text("openWebsite", "pages/programme.html");
    area("misspelt", 20, json!([page, text("openWebsiteTrigger", "onclick")]));
    area("at-once", 21, json!([page, text("openWebsiteTrigger", "onicon")]));
    area(
        "asked",
        22,
        json!([page, text("openWebsiteTrigger", "onaction"), text("openWebsiteTriggerMessage", "Read?")]),
    );
    let off = json!({"name": "jitsiNoPrefix", "type": "bool", "value": false});
    area("shared", 23, json!([text("jitsiRoom", "Common Room"), off]));
    area("tab", 24, json!([text("openTab", "pages/programme.html")]));
    fs::write(&map, json.to_string()).unwrap();
    let site = |id: &str| json!({"id": id, "type": "openWebsite", "link": "pages/programme.html", "newTab": false, "trigger": "onicon"});
    let lamp = json!({"x": 640, "y": 448, "name": "Lamp", "prefabRef": {"collectionName": "c", "id": "lamp"}, "properties": [
        {"id": "l", "type": "openWebsite", "link": "https://example.org/lamp", "newTab": true}]});
    let wam = json!({"version": "2.1.0", "mapUrl": "lobby.tmj", "entities": {"e": lamp}, "entityCollections": [], "areas": [
        {"id": "c", "name": "both", "x": 608, "y": 384, "width": 32, "height": 32, "visible": true, "properties":
            [site("r"), site("s")]},
        {"id": "a", "name": "way in", "x": 704, "y": 512, "width": 32, "height": 32, "visible": true, "properties":
            [{"id": "p", "type": "start", "isDefault": true}]},
        {"id": "b", "name": "", "x": 640, "y": 384, "width": 32, "height": 32, "visible": true, "properties":
            [{"id": "q", "type": "exit", "url": "hall.tmj", "areaName": "from-lobby"}]},
    ]});
    fs::write(folder.path().join("maps/lobby.wam"), wam.to_string()).unwrap();
    let serving = Serving::start(folder.path());
    let mut steps = vec![json!(["open", "_venue/walk.html?map=maps/lobby.tmj"]), json!(["look"])];
    for zone in ["misspelt", "at-once", "asked", "shared", "tab", "both", "Lamp"] {
        steps.extend([json!(["go", "zones", zone]), json!(["look"])]);
    }
    let seen = walk(&serving.address, &json!(steps));
    let here = |index: usize| seen[index]["here"][0].as_str().unwrap();
    assert!(position(&seen[0]).contains("(22, 16)"), "the editor's area comes first: {}", seen[0]);
    assert!(here(1).contains("never opens") && seen[1]["frames"] == json!([]), "{}", seen[1]);
    assert_eq!(seen[2]["frames"].as_array().unwrap().len(), 1, "{}", seen[2]);
    assert!(here(3).contains("Read?") && seen[3]["frames"] == json!([]), "{}", seen[3]);
    assert!(here(4).contains("“common-room”"), "{}", seen[4]);
    assert!(here(5).contains("only a whole address leads out"), "{}", seen[5]);
    assert_eq!(seen[6]["frames"].as_array().unwrap().len(), 2, "an area may open two websites: {}", seen[6]);
    assert!(here(7).contains("https://example.org/lamp"), "furniture is clicked: {}", seen[7]);
}

/// What a map says is shown as text, and nothing but pages of the web is opened.
#[test]
fn maps_cannot_bring_code_into_the_page() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    let (map, mut json) = lobby(&folder);
    let evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>";
    for layer in json["layers"].as_array_mut().unwrap() {
        for object in layer["objects"].as_array_mut().into_iter().flatten() {
            if object["name"] == "programme" {
                object["name"] = json!(evil);
                object["properties"] = json!([
                    {"name": "openWebsite", "type": "string", "value": "javascript:alert(3)"},
                ]);
            }
        }
    }
    json["properties"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "mapName", "type": "string", "value": evil}));
    fs::write(&map, json.to_string()).unwrap();
    let serving = Serving::start(folder.path());
    let seen = walk(
        &serving.address,
        &json!([
            ["open", "_venue/walk.html?map=maps/lobby.tmj"],
            ["go", "zones", "onerror"],
            ["wait", 300],
            ["look"],
        ]),
    );
    assert_eq!(seen[0]["frames"], json!([]));
    let card = seen[0]["here"][0].as_str().unwrap();
    assert!(card.contains(evil) && card.contains("No page opens"), "{card}");
    let index = serving.get("/").body;
    assert!(!index.contains("<img src=x") && !index.contains("<script>alert"), "{index}");
}

/// What the walk draws, our renderer draws as the engine's picture, to the pixel, the avatar aside;
/// browsers round what is half transparent by a step or two.
#[test]
fn the_walk_looks_like_the_engine() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    let serving = Serving::start(folder.path());
    let (walked, drawn) = (folder.path().join("walked.png"), folder.path().join("drawn.png"));
    assert_cmd::Command::cargo_bin("venue")
        .unwrap()
        .current_dir(folder.path())
        .args(["render", "maps/lobby.tmj", "--as", "engine", "--quiet", "--out", "drawn.png"])
        .assert()
        .success();
    let drawn = image::open(drawn).unwrap().to_rgba8();
    let (width, height) = drawn.dimensions();
    walk(
        &serving.address,
        &json!([
            ["open", "_venue/walk.html?map=maps/lobby.tmj#start&zoom=1"],
            ["size", width, height],
            ["stage", walked],
        ]),
    );
    let walked = image::open(walked).unwrap().to_rgba8();
    assert_eq!(walked.dimensions(), (width, height));
    let avatar = (22 * 32 - 16..23 * 32 + 16, 24 * 32 - 16..25 * 32 + 32);
    let differ = drawn
        .enumerate_pixels()
        .filter(|(x, y, _)| !(avatar.0.contains(x) && avatar.1.contains(y)))
        .filter(|(x, y, pixel)| {
            let far = |(one, other): (&u8, &u8)| one.abs_diff(*other) > 2;
            pixel.0[3] == 255 && pixel.0.iter().zip(&walked.get_pixel(*x, *y).0).any(far)
        })
        .count();
    assert_eq!(differ, 0, "of {} pixels", width * height);
    let opaque = drawn.pixels().filter(|pixel| pixel.0[3] == 255).count();
    assert!(opaque > 1_000_000, "{opaque}");
}

/// The same page for the same bundle, byte by byte.
#[test]
fn walks_are_made_alike() {
    let (one, _) = bundled();
    let (two, _) = bundled();
    let files = |folder: &TempDir| -> Vec<(PathBuf, Vec<u8>)> {
        let root = folder.path().join("dist");
        let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.is_file())
            .collect();
        paths.sort();
        paths
            .iter()
            .map(|path| (path.strip_prefix(&root).unwrap().to_owned(), fs::read(path).unwrap()))
            .collect()
    };
    let files = (files(&one), files(&two));
    assert!(files.0.iter().any(|(path, _)| path.ends_with("walk/rooms/maps/hall.tmj.js")));
    assert!(files.0 == files.1);
}
