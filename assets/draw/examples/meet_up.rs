//! `examples/meet-up`: one room for an evening.

use serde_json::{Value, json};

use super::TILESETS;
use crate::{
    groups::{entry, meeting, page, quiet, round_table, several, sofas},
    room::{Plan, finished, on_the_wall},
    scene::Sheets,
};

pub(super) const PLAN: Plan = Plan { size: (30, 20), floor: "wood", doors: &[], outdoors: false };

/// The map.
pub(super) fn map(sheets: &Sheets) -> Value {
    let mut scene = PLAN.scene(sheets);
    on_the_wall(
        &mut scene,
        &[
            (2, "window"),
            (6, "poster-teal"),
            (18, "clock"),
            (20, "board"),
            (24, "poster-coral"),
            (26, "window"),
        ],
    );
    // Talks: a screen, and rows of chairs before it.
    scene.put("furniture", "furniture", "screen", 8, 1);
    scene.carpet("carpets", "floors", "navy", [7, 5, 10, 7]);
    scene.put("furniture", "furniture", "lectern", 6, 4);
    for (row, color) in [(7, "teal"), (9, "coral")] {
        for x in [8, 9, 10, 13, 14, 15] {
            scene.put("furniture", "furniture", &format!("chair-{color}-up"), x, row);
        }
    }
    page(
        &mut scene,
        "talk",
        [8, 6, 8, 5],
        ("${links.slides}", "Press SPACE to see the slides"),
        &[("openWebsiteWidth", json!(60))],
    );
    page(
        &mut scene,
        "agenda",
        [20, 3, 3, 1],
        ("pages/agenda.html", "Press SPACE to read what is on tonight"),
        &[],
    );
    // Two tables to talk at, and a sofa for those who want to be left alone.
    for (name, y, color) in [("table-one", 6, "coral"), ("table-two", 13, "teal")] {
        let carpet = if color == "teal" { "teal" } else { "mustard" };
        scene.carpet("carpets", "floors", carpet, [21, y - 1, 7, 6]);
        round_table(&mut scene, [24, y], color);
        meeting(
            &mut scene,
            name,
            [21, y - 1, 7, 6],
            &format!("rust-evening-{name}"),
            "Press SPACE to sit down and talk",
        );
    }
    scene.carpet("carpets", "floors", "plum", [1, 13, 7, 5]);
    sofas(&mut scene, [3, 14], "plum", "plum");
    quiet(&mut scene, "sofa", [1, 13, 7, 5]);
    scene.put("furniture", "furniture", "coffee", 1, 7);
    several(&mut scene, "plant", &[(1, 3), (28, 3), (1, 11), (18, 4), (18, 16), (28, 17)]);
    several(&mut scene, "lamp", &[(8, 13), (19, 11)]);
    for x in 12..16 {
        scene.put("carpets", "floors", "mat-up", x, 18);
    }
    entry(&mut scene, "start", [12, 16, 4, 2]);
    finished(scene, TILESETS, "Rust Evening", "Talks at eight, two tables, and a sofa.")
}
