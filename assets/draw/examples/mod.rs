//! What is drawn of the projects in `examples/`: maps, their tilesets, and a picture for each README.

mod conference;
mod map_storage;
mod meet_up;

mod world;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scene::Sheets;

/// Where the maps of an example find its tilesets.
const TILESETS: &str = "../tilesets/";

/// Files by their paths.
type Files = BTreeMap<String, Vec<u8>>;

/// Every drawn file of the examples, without their pictures. `drawn` has the tilesets and logos.
pub(crate) fn files(sheets: &Sheets, drawn: &Files) -> Files {
    let mut files = Files::new();
    let mut map = |example: &str, name: &str, map: &Value, width: i32| {
        let text = venue::format::tiled_json(map, width.unsigned_abs() as usize);
        files.insert(format!("examples/{example}/maps/{name}.tmj"), text.into_bytes());
    };
    map("meet-up", "evening", &meet_up::map(sheets), meet_up::PLAN.size.0);
    map("conference", "foyer", &conference::map(sheets), conference::WIDTH);
    for (name, drawn, width) in world::maps(sheets) {
        map("world", name, &drawn, width);
    }
    map("map-storage", "office", &map_storage::office(sheets), map_storage::OFFICE.size.0);
    map("map-storage", "garden", &map_storage::garden(sheets), map_storage::GARDEN.size.0);
    let mut room = |name: &str, room: &Value| {
        let text = serde_json::to_string_pretty(room).unwrap_or_default() + "\n";
        files.insert(format!("examples/map-storage/maps/{name}.wam"), text.into_bytes());
    };
    let property = |id: &str, kind: &str| json!({"id": id, "type": kind});
    let mut meeting = property("talk", "jitsiRoomProperty");
    meeting["roomName"] = json!("office-talk");
    meeting["jitsiRoomConfig"] = json!({});
    meeting["trigger"] = json!("onaction");
    room("office", &map_storage::room("office", "Office", "talk", [2, 5, 9, 6], &meeting));
    let quiet = property("rest", "silent");
    room("garden", &map_storage::room("garden", "Garden", "rest", [17, 8, 4, 5], &quiet));
    for example in ["meet-up", "conference", "world", "map-storage"] {
        for sheet in &sheets.0 {
            let picture = format!("tilesets/{}.png", sheet.name);
            if let Some(bytes) = drawn.get(&format!("assets/{picture}")) {
                files.insert(format!("examples/{example}/{picture}"), bytes.clone());
            }
        }
    }
    for (name, bytes) in
        drawn.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("maps/logos/")?, bytes)))
    {
        files.insert(format!("examples/conference/logos/{name}"), bytes.clone());
    }
    files
}

/// The files with the map that a spec of sponsors makes, and its plan.
pub(crate) fn with_stands(files: &Files, spec: &str) -> anyhow::Result<(Files, Vec<u8>)> {
    let mut sources = venue::source::Sources::new(".");
    for (name, bytes) in files {
        sources.insert(name.clone(), bytes.clone());
    }
    let built = venue::stand::build(&mut sources, spec, &venue::stand::Options::default())?;
    for (name, bytes) in &built.pictures {
        sources.insert(name.clone(), bytes.clone());
    }
    let plan = venue::stand::plan(&sources, &built)?;
    let mut files = files.clone();
    files.extend(built.pictures);
    files.insert(built.output, built.text.into_bytes());
    Ok((files, plan))
}

/// Which map the picture of an example shows.
pub(crate) const PICTURES: [(&str, &str); 4] = [
    ("examples/conference/picture.png", "examples/conference/maps/hall.tmj"),
    ("examples/meet-up/picture.png", "examples/meet-up/maps/evening.tmj"),
    ("examples/world/picture.png", "examples/world/maps/square.tmj"),
    ("examples/map-storage/picture.png", "examples/map-storage/maps/office.tmj"),
];
