//! `examples/world`: a place with four houses around it.

use serde_json::{Value, json};

use super::TILESETS;
use crate::{
    groups::{self, entry, meeting, page, quiet, round_table, several, sofas},
    room::{Door, Plan, Side, finished, on_the_wall},
    scene::{Scene, Sheets},
};

/// Its maps by their names.
pub(super) fn maps(sheets: &Sheets) -> [(&'static str, Value, i32); 5] {
    [
        ("square", square(sheets), SQUARE.size.0),
        ("auditorium", auditorium(sheets), AUDITORIUM.size.0),
        ("workshops", workshops(sheets), WORKSHOPS.size.0),
        ("cafe", cafe(sheets), CAFE.size.0),
        ("library", library(sheets), LIBRARY.size.0),
    ]
}

const fn north(x: i32, leads_to: &'static str, entry: &'static str) -> Door {
    Door { side: Side::North, x, leads_to, entry }
}

const fn home(x: i32, leads_to: &'static str) -> Door {
    Door { side: Side::South, x, leads_to, entry: "square" }
}

const SQUARE: Plan = Plan {
    size: (48, 26),
    floor: "grass",
    doors: &[
        north(4, "auditorium.tmj#from-square", "auditorium"),
        north(16, "workshops.tmj#from-square", "workshops"),
        north(28, "cafe.tmj#from-square", "cafe"),
        north(40, "library.tmj#from-square", "library"),
    ],
    outdoors: true,
};

/// Four doors, paths to them, and trees.
fn square(sheets: &Sheets) -> Value {
    let mut scene = SQUARE.scene(sheets);
    let stone = ["stone-0", "stone-1", "stone-2", "stone-3", "stone-4", "stone-5"];
    scene.fill("floor", "floors", &stone, [2, 8, 44, 4]);
    scene.fill("floor", "floors", &stone, [17, 12, 14, 10]);
    for (x, mat) in [(4, "plum"), (16, "coral"), (28, "mustard"), (40, "teal")] {
        scene.fill("floor", "floors", &stone, [x, 2, 4, 6]);
        scene.carpet("carpets", "floors", mat, [x, 2, 4, 3]);
        let walls: [(i32, &str); 4] =
            [(x - 3, "window"), (x - 1, "poster-teal"), (x + 4, "poster-coral"), (x + 5, "window")];
        on_the_wall(&mut scene, &walls);
        several(&mut scene, "palm", &[(x - 1, 3), (x + 4, 3)]);
    }
    several(&mut scene, "tree", &[(10, 4), (12, 5), (23, 4), (35, 4), (1, 5)]);
    several(&mut scene, "bush", &[(22, 7), (34, 7)]);
    // A ring of sofas in the middle, and a tree in it.
    scene.put("furniture", "furniture", "tree", 23, 14);
    for (x, y, color, side) in
        [(20, 14, "teal", "down"), (26, 14, "coral", "down"), (20, 18, "navy", "up"), (26, 18, "plum", "up")]
    {
        scene.put("furniture", "furniture", &format!("sofa-{color}-{side}"), x, y);
    }
    meeting(&mut scene, "under-the-tree", [19, 13, 10, 7], "weave-square", "Press SPACE to join the circle");
    several(
        &mut scene,
        "tree",
        &[
            (2, 13),
            (6, 15),
            (11, 13),
            (3, 18),
            (9, 19),
            (13, 17),
            (33, 14),
            (38, 13),
            (43, 15),
            (35, 19),
            (40, 18),
            (44, 20),
        ],
    );
    several(
        &mut scene,
        "bush",
        &[(5, 22), (11, 23), (34, 23), (41, 23), (14, 22), (31, 22), (7, 17), (36, 17)],
    );
    entry(&mut scene, "start", [22, 20, 4, 2]);
    finished(scene, TILESETS, "Weave: Square", "Four houses, and a tree to meet under.")
}

const AUDITORIUM: Plan =
    Plan { size: (30, 24), floor: "wood", doors: &[home(13, "square.tmj#from-auditorium")], outdoors: false };

fn auditorium(sheets: &Sheets) -> Value {
    let mut scene = AUDITORIUM.scene(sheets);
    on_the_wall(&mut scene, &[(2, "window"), (4, "poster-teal"), (25, "poster-coral"), (26, "window")]);
    groups::stage(&mut scene, 6);
    scene.carpet("carpets", "floors", "plum", [6, 9, 18, 9]);
    for (row, color) in [(10, "coral"), (12, "navy"), (14, "teal"), (16, "navy")] {
        for x in [7, 8, 9, 10, 11, 18, 19, 20, 21, 22] {
            scene.put("furniture", "furniture", &format!("chair-{color}-up"), x, row);
        }
    }
    page(
        &mut scene,
        "stage",
        [7, 10, 16, 7],
        ("${links.stage}", "Press SPACE to watch the stage"),
        &[("openWebsiteWidth", json!(60))],
    );
    several(&mut scene, "plant", &[(1, 3), (28, 3), (1, 11), (28, 11), (1, 21), (28, 21)]);
    several(&mut scene, "lamp", &[(3, 14), (26, 14)]);
    start_at_the_door(&mut scene, 13, 24);
    finished(scene, TILESETS, "Weave: Auditorium", "The stage.")
}

const WORKSHOPS: Plan =
    Plan { size: (34, 20), floor: "slate", doors: &[home(15, "square.tmj#from-workshops")], outdoors: false };

fn workshops(sheets: &Sheets) -> Value {
    let mut scene = WORKSHOPS.scene(sheets);
    on_the_wall(
        &mut scene,
        &[(4, "board"), (10, "window"), (15, "board"), (20, "window"), (26, "board"), (30, "clock")],
    );
    for (name, x, color) in [("loom", 2, "coral"), ("bench", 13, "teal"), ("press", 24, "navy")] {
        let carpet = if color == "navy" { "plum" } else { color };
        scene.carpet("carpets", "floors", carpet, [x, 4, 8, 7]);
        round_table(&mut scene, [x + 1, 5], color);
        round_table(&mut scene, [x + 5, 5], color);
        meeting(
            &mut scene,
            name,
            [x, 4, 8, 7],
            &format!("weave-{name}"),
            &format!("Press SPACE to join the workshop at the {name}"),
        );
    }
    several(&mut scene, "shelf", &[(2, 16), (4, 16), (28, 16), (30, 16)]);
    several(&mut scene, "plant", &[(11, 4), (22, 4), (1, 12), (32, 12), (12, 16), (21, 16)]);
    start_at_the_door(&mut scene, 15, 20);
    finished(scene, TILESETS, "Weave: Workshops", "Three tables with a room each.")
}

const CAFE: Plan =
    Plan { size: (28, 19), floor: "wood", doors: &[home(12, "square.tmj#from-cafe")], outdoors: false };

fn cafe(sheets: &Sheets) -> Value {
    let mut scene = CAFE.scene(sheets);
    on_the_wall(
        &mut scene,
        &[
            (2, "poster-coral"),
            (12, "clock"),
            (14, "window"),
            (18, "window"),
            (22, "window"),
            (25, "poster-teal"),
        ],
    );
    several(&mut scene, "coffee", &[(3, 3), (6, 3), (9, 3)]);
    scene.carpet("carpets", "floors", "mustard", [2, 6, 24, 7]);
    for (name, x, color) in
        [("one", 3, "coral"), ("two", 9, "teal"), ("three", 17, "navy"), ("four", 23, "coral")]
    {
        round_table(&mut scene, [x, 7], color);
        meeting(
            &mut scene,
            &format!("table-{name}"),
            [x - 1, 7, 4, 5],
            &format!("weave-table-{name}"),
            "Press SPACE to sit down and talk",
        );
    }
    several(&mut scene, "plant", &[(1, 3), (26, 3), (1, 15), (26, 15)]);
    several(&mut scene, "lamp", &[(7, 14), (20, 14)]);
    start_at_the_door(&mut scene, 12, 19);
    finished(scene, TILESETS, "Weave: Café", "Four tables.")
}

const LIBRARY: Plan =
    Plan { size: (28, 19), floor: "wood", doors: &[home(12, "square.tmj#from-library")], outdoors: false };

fn library(sheets: &Sheets) -> Value {
    let mut scene = LIBRARY.scene(sheets);
    on_the_wall(&mut scene, &[(12, "window"), (15, "window")]);
    several(&mut scene, "shelf", &[(2, 3), (4, 3), (6, 3), (8, 3), (18, 3), (20, 3), (22, 3), (24, 3)]);
    several(&mut scene, "shelf", &[(2, 8), (4, 8), (22, 8), (24, 8)]);
    scene.carpet("carpets", "floors", "navy", [8, 6, 12, 7]);
    sofas(&mut scene, [9, 8], "teal", "plum");
    sofas(&mut scene, [17, 8], "plum", "teal");
    scene.put("furniture", "furniture", "lamp", 13, 7);
    quiet(&mut scene, "reading", [8, 6, 12, 7]);
    // An address from the years before: who keeps it says so in the baseline.
    page(
        &mut scene,
        "catalogue",
        [18, 5, 4, 1],
        ("http://catalogue.weave.example/", "Press SPACE to look into the catalogue"),
        &[],
    );
    several(&mut scene, "plant", &[(1, 15), (26, 15), (7, 14), (20, 14)]);
    start_at_the_door(&mut scene, 12, 19);
    finished(scene, TILESETS, "Weave: Library", "Nobody is spoken to in here.")
}

/// Who comes by a link to the house alone arrives at its door.
fn start_at_the_door(scene: &mut Scene, x: i32, height: i32) {
    entry(scene, "start", [x, height - 6, 4, 1]);
}
