//! `examples/map-storage`: an office and a garden, with what was added in WorkAdventure's own editor.

use serde_json::{Value, json};

use super::TILESETS;
use crate::{
    groups::{entry, page, round_table, several, sofas},
    room::{Door, Plan, Side, finished, on_the_wall},
    scene::Sheets,
    sheet::TILE,
};

pub(super) const OFFICE: Plan = Plan {
    size: (30, 20),
    floor: "slate",
    doors: &[Door { side: Side::North, x: 13, leads_to: "garden.wam#from-office", entry: "garden" }],
    outdoors: false,
};

/// The office.
pub(super) fn office(sheets: &Sheets) -> Value {
    let mut scene = OFFICE.scene(sheets);
    on_the_wall(
        &mut scene,
        &[
            (2, "window"),
            (6, "board"),
            (10, "poster-teal"),
            (18, "poster-coral"),
            (20, "clock"),
            (25, "window"),
        ],
    );
    scene.carpet("carpets", "floors", "teal", [2, 5, 9, 6]);
    round_table(&mut scene, [3, 6], "teal");
    round_table(&mut scene, [8, 6], "teal");
    scene.carpet("carpets", "floors", "coral", [19, 5, 9, 6]);
    sofas(&mut scene, [20, 6], "coral", "coral");
    sofas(&mut scene, [25, 6], "plum", "plum");
    for x in [2, 5, 20, 23] {
        for (part, x) in ["desk-left", "desk-middle", "desk-right"].iter().zip(x..) {
            scene.put("furniture", "furniture", part, x, 14);
        }
    }
    several(&mut scene, "chair-navy-down", &[(3, 14), (6, 14), (21, 14), (24, 14)]);
    page(
        &mut scene,
        "notes",
        [6, 3, 3, 1],
        ("${links.notes}", "Press SPACE to open the notes of the day"),
        &[],
    );
    several(&mut scene, "palm", &[(12, 3), (17, 3)]);
    several(&mut scene, "plant", &[(1, 3), (28, 3), (1, 17), (28, 17), (11, 12), (18, 12)]);
    entry(&mut scene, "start", [13, 15, 4, 2]);
    finished(scene, TILESETS, "Office", "Desks, two rooms to talk, and a garden.")
}

pub(super) const GARDEN: Plan = Plan {
    size: (30, 18),
    floor: "grass",
    doors: &[Door { side: Side::North, x: 13, leads_to: "office.wam#from-garden", entry: "office" }],
    outdoors: true,
};

/// The garden.
pub(super) fn garden(sheets: &Sheets) -> Value {
    let mut scene = GARDEN.scene(sheets);
    let stone = ["stone-0", "stone-1", "stone-2", "stone-3", "stone-4", "stone-5"];
    scene.fill("floor", "floors", &stone, [13, 2, 4, 10]);
    scene.fill("floor", "floors", &stone, [9, 8, 12, 6]);
    on_the_wall(&mut scene, &[(3, "window"), (8, "window"), (20, "window"), (25, "window")]);
    sofas(&mut scene, [10, 9], "teal", "teal");
    sofas(&mut scene, [18, 9], "coral", "coral");
    several(
        &mut scene,
        "tree",
        &[(2, 4), (6, 6), (1, 10), (5, 12), (22, 5), (26, 4), (24, 9), (27, 12), (13, 14)],
    );
    several(&mut scene, "bush", &[(3, 8), (8, 4), (20, 4), (25, 15), (8, 15), (20, 15)]);
    entry(&mut scene, "start", [13, 6, 4, 1]);
    finished(scene, TILESETS, "Garden", "Trees, and two places to sit.")
}

/// What WorkAdventure's editor keeps beside a map: an area in which people meet.
pub(super) fn room(map: &str, title: &str, area: &str, cells: [i32; 4], property: &Value) -> Value {
    let [x, y, width, height] = cells.map(|cells| cells * TILE.cast_signed());
    json!({
        "version": "2.1.0",
        "mapUrl": format!("./{map}.tmj"),
        "entities": {},
        "areas": [{
            "id": format!("{map}-{area}"),
            "name": area,
            "visible": true,
            "x": x, "y": y, "width": width, "height": height,
            "properties": [property],
        }],
        "entityCollections": [],
        "metadata": {"name": title},
    })
}
