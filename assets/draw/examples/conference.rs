//! `examples/conference`: a foyer. The hall behind it is built by `venue stands`.

use serde_json::Value;

use super::TILESETS;
use crate::{
    groups::{entry, meeting, page, round_table, several, sofas},
    room::{Door, Plan, Side, finished, on_the_wall},
    scene::Sheets,
};

/// Width of the foyer, in tiles.
pub(super) const WIDTH: i32 = PLAN.size.0;

const PLAN: Plan = Plan {
    size: (34, 20),
    floor: "stone",
    doors: &[Door { side: Side::North, x: 15, leads_to: "hall.tmj#start", entry: "hall" }],
    outdoors: false,
};

/// The map.
pub(super) fn map(sheets: &Sheets) -> Value {
    let mut scene = PLAN.scene(sheets);
    on_the_wall(
        &mut scene,
        &[
            (2, "window"),
            (5, "window"),
            (8, "poster-teal"),
            (10, "board"),
            (21, "poster-coral"),
            (23, "clock"),
            (26, "window"),
            (30, "window"),
        ],
    );
    scene.carpet("carpets", "floors", "navy", [15, 2, 4, 15]);
    for x in 15..19 {
        for y in [0, 1] {
            scene.put("carpets", "floors", "mat-up", x, y);
        }
    }
    for (x, part) in (23..29).zip(["left", "middle", "middle", "middle", "middle", "right"]) {
        scene.put("furniture", "furniture", &format!("desk-{part}"), x, 6);
    }
    scene.put("furniture", "furniture", "chair-navy-down", 25, 6);
    meeting(
        &mut scene,
        "reception",
        [24, 8, 4, 1],
        "autumn-fair-reception",
        "Press SPACE to talk to the reception",
    );
    page(
        &mut scene,
        "programme",
        [10, 3, 3, 1],
        ("pages/programme.html", "Press SPACE to read the programme"),
        &[],
    );
    scene.carpet("carpets", "floors", "mustard", [2, 6, 10, 8]);
    round_table(&mut scene, [3, 8], "coral");
    round_table(&mut scene, [9, 8], "teal");
    scene.put("furniture", "furniture", "coffee", 4, 3);
    scene.carpet("carpets", "floors", "teal", [22, 12, 9, 5]);
    sofas(&mut scene, [23, 13], "coral", "coral");
    sofas(&mut scene, [28, 13], "navy", "navy");
    several(&mut scene, "palm", &[(14, 3), (19, 3), (14, 12), (19, 12)]);
    several(&mut scene, "plant", &[(1, 3), (32, 3), (1, 17), (32, 17)]);
    several(&mut scene, "lamp", &[(12, 14), (21, 10)]);
    entry(&mut scene, "start", [15, 15, 4, 2]);
    finished(scene, TILESETS, "Autumn Fair: Foyer", "Arrive, have a coffee, and walk on to the stands.")
}
