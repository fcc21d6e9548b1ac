//! The quiet room: books, sofas, and nobody who speaks.

use serde_json::Value;

use crate::{
    groups::{entry, quiet, several, sofas},
    room::{Door, Plan, Side, finished, on_the_wall},
    scene::Sheets,
};

const PLAN: Plan = Plan {
    size: (26, 18),
    floor: "wood",
    doors: &[Door { side: Side::North, x: 11, leads_to: "lobby.tmj#from-quiet", entry: "lobby" }],
    outdoors: false,
};

/// Width, in tiles.
pub(crate) const WIDTH: i32 = PLAN.size.0;

/// The map.
pub(crate) fn map(sheets: &Sheets) -> Value {
    let mut scene = PLAN.scene(sheets);
    on_the_wall(&mut scene, &[(8, "window"), (16, "window")]);
    several(&mut scene, "shelf", &[(1, 3), (3, 3), (5, 3), (19, 3), (21, 3), (23, 3)]);
    scene.carpet("carpets", "floors", "navy", [3, 7, 20, 7]);
    sofas(&mut scene, [5, 9], "teal", "teal");
    sofas(&mut scene, [12, 9], "plum", "plum");
    sofas(&mut scene, [19, 9], "teal", "teal");
    several(&mut scene, "lamp", &[(9, 8), (16, 8)]);
    several(&mut scene, "plant", &[(1, 8), (24, 8), (1, 15), (24, 15), (10, 3), (15, 3)]);
    quiet(&mut scene, "quiet", [1, 6, 24, 11]);
    entry(&mut scene, "start", [12, 14, 2, 1]);
    finished(scene, "../assets/tilesets/", "Demo Days: Quiet room", "Books, sofas, and nobody who speaks.")
}
