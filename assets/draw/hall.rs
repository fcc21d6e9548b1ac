//! The expo hall: a stage, a lounge, and room for stands.

use serde_json::{Value, json};

use crate::{
    groups,
    scene::{Scene, Sheets, properties},
};

/// Width and height, in tiles.
pub(crate) const SIZE: (i32, i32) = (66, 44);

const ORDER: [&str; 10] = [
    "start",
    "from-lobby",
    "exit-lobby",
    "quiet",
    "floor",
    "carpets",
    "walls",
    "furniture",
    "floorLayer",
    "above",
];

/// Where stands go: column, row, width, height.
const EXPO: [i32; 4] = [28, 4, 26, 30];

/// The map.
pub(crate) fn map(sheets: &Sheets) -> Value {
    let (width, height) = SIZE;
    let mut scene = Scene::new(sheets, width.unsigned_abs(), height.unsigned_abs());
    let stone = ["stone-0", "stone-1", "stone-2", "stone-3", "stone-4", "stone-5"];
    let wood = ["wood-0", "wood-1", "wood-2", "wood-3", "wood-4", "wood-5"];
    scene.fill("floor", "floors", &stone, [0, 0, width, height]);
    scene.fill("floor", "floors", &wood, [1, 3, 24, height - 4]);
    walls(&mut scene);
    doors(&mut scene);
    stage(&mut scene);
    lounge(&mut scene);
    garden(&mut scene);
    greenery(&mut scene);
    scene.object("expo", "stand-area", EXPO, 0, json!([{"name": "aisle", "type": "int", "value": 2}]));
    scene.finish(
        &ORDER,
        "../assets/tilesets/",
        properties(&[
            ("mapName", json!("Demo Days: Expo hall")),
            ("mapDescription", json!("The stage, a lounge, and the stands of our sponsors.")),
            ("mapCopyright", json!("made for the venue project, MIT licence")),
        ]),
    )
}

fn is_wall(x: i32, y: i32) -> bool {
    let (width, height) = SIZE;
    let ring = x == 0 || y == 0 || x == width - 1 || y == height - 1;
    let door = y == height - 1 && (31..35).contains(&x);
    // A wall between stage and lounge, with a way through beside it.
    ring && !door || y == 22 && (1..16).contains(&x)
}

fn walls(scene: &mut Scene) {
    scene.walls(is_wall, |_, _| false);
    for x in (30..62).step_by(6) {
        scene.put("walls", "walls", "window", x, 1);
    }
    scene.put("walls", "walls", "window", 2, 1);
    scene.put("walls", "walls", "window", 21, 1);
    for (x, poster) in [
        (28, "poster-teal"),
        (34, "poster-coral"),
        (46, "poster-teal"),
        (52, "poster-coral"),
        (63, "poster-teal"),
    ] {
        scene.put("walls", "walls", poster, x, 1);
    }
    scene.put("walls", "walls", "clock", 25, 1);
    scene.put("walls", "walls", "board", 3, 23);
    scene.put("walls", "walls", "poster-coral", 8, 23);
    scene.put("walls", "walls", "window", 11, 23);
}

fn doors(scene: &mut Scene) {
    scene.carpet("carpets", "floors", "navy", [30, 36, 6, 7]);
    for x in 31..35 {
        scene.put("carpets", "floors", "mat-down", x, 43);
        scene.put("carpets", "floors", "mat-down", x, 42);
        scene.put("exit-lobby", "markers", "exit", x, 43);
        scene.put("from-lobby", "markers", "entry", x, 40);
        scene.put("start", "markers", "entry", x, 38);
    }
    scene.layer_property("exit-lobby", properties(&[("exitUrl", json!("lobby.tmj#from-hall"))]));
    scene.layer_property("from-lobby", properties(&[("start", json!(true))]));
    scene.layer_property("start", properties(&[("start", json!(true))]));
    for x in [29, 36] {
        scene.put("furniture", "furniture", "palm", x, 41);
        scene.put("furniture", "furniture", "palm", x, 36);
    }
}

fn stage(scene: &mut Scene) {
    groups::stage(scene, 4);
    scene.carpet("carpets", "floors", "plum", [5, 9, 16, 11]);
    for (row, color) in [(11, "coral"), (13, "navy"), (15, "teal"), (17, "navy")] {
        for x in [6, 7, 8, 9, 10, 15, 16, 17, 18, 19] {
            scene.put("furniture", "furniture", &format!("chair-{color}-up"), x, row);
        }
    }
    groups::page(
        scene,
        "stage",
        [5, 10, 16, 9],
        ("${links.stage}", "Press SPACE to watch the stage"),
        &[("openWebsiteWidth", json!(60))],
    );
}

fn lounge(scene: &mut Scene) {
    let area = [2, 27, 12, 6];
    scene.carpet("carpets", "floors", "teal", area);
    for y in area[1]..area[1] + area[3] {
        for x in area[0]..area[0] + area[2] {
            scene.put("quiet", "markers", "zone", x, y);
        }
    }
    scene.layer_property("quiet", properties(&[("silent", json!(true))]));
    for x in [4, 9] {
        groups::sofas(scene, [x, 28], "coral", "navy");
    }
    for (name, x, carpet, color) in
        [("corner-one", 2, "coral", "coral"), ("corner-two", 12, "mustard", "teal")]
    {
        scene.carpet("carpets", "floors", carpet, [x, 36, 8, 5]);
        groups::round_table(scene, [x + 3, 36], color);
        let room = format!("demo-days-{name}");
        groups::meeting(scene, name, [x, 36, 8, 5], &room, "Press SPACE to sit down and talk");
    }
    scene.put("furniture", "furniture", "coffee", 17, 28);
    scene.put("furniture", "furniture", "coffee", 20, 28);
    scene.put("furniture", "furniture", "lamp", 1, 24);
    scene.put("furniture", "furniture", "shelf", 19, 23);
    scene.put("furniture", "furniture", "shelf", 21, 23);
}

/// A winter garden at the far end, which draws visitors along the stands.
fn garden(scene: &mut Scene) {
    let grass = ["grass-0", "grass-1", "grass-2", "grass-3", "grass-4", "grass-5"];
    scene.fill("carpets", "floors", &grass, [56, 5, 8, 28]);
    for y in [5, 9, 18, 27, 30] {
        scene.put("furniture", "furniture", "tree", 57, y - 1);
        scene.put("furniture", "furniture", "tree", 61, y);
    }
    for y in [13, 15, 23, 25] {
        scene.put("furniture", "furniture", "bush", 61, y);
    }
    groups::sofas(scene, [58, 14], "coral", "coral");
    groups::sofas(scene, [58, 22], "teal", "teal");
    for (name, y) in [("garden-one", 13), ("garden-two", 21)] {
        let room = format!("demo-days-{name}");
        groups::meeting(scene, name, [56, y, 5, 5], &room, "Press SPACE to talk in the garden");
    }
}

fn greenery(scene: &mut Scene) {
    for (x, y) in [
        (2, 18),
        (23, 9),
        (23, 19),
        (1, 33),
        (1, 41),
        (23, 32),
        (23, 41),
        (26, 34),
        (64, 36),
        (64, 41),
        (26, 12),
        (26, 20),
    ] {
        scene.put("furniture", "furniture", "plant", x, y);
    }
    for (x, y) in [(40, 39), (46, 39), (52, 39), (58, 39)] {
        scene.put("furniture", "furniture", "tree", x, y);
    }
    for x in [42, 48, 54] {
        scene.put("furniture", "furniture", "bush", x, 41);
    }
}
