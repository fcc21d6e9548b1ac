//! The lobby: where visitors arrive.

use serde_json::{Value, json};

use crate::{
    groups,
    scene::{Scene, Sheets, properties},
};

/// Width and height, in tiles.
pub(crate) const SIZE: (i32, i32) = (44, 30);

const ORDER: [&str; 10] = [
    "start",
    "from-hall",
    "exit-hall",
    "quiet",
    "floor",
    "carpets",
    "walls",
    "furniture",
    "floorLayer",
    "above",
];

/// The map.
pub(crate) fn map(sheets: &Sheets) -> Value {
    let (width, height) = SIZE;
    let mut scene = Scene::new(sheets, width.unsigned_abs(), height.unsigned_abs());
    scene.fill(
        "floor",
        "floors",
        &["wood-0", "wood-1", "wood-2", "wood-3", "wood-4", "wood-5"],
        [0, 0, width, height],
    );
    walls(&mut scene);
    doors(&mut scene);
    reception(&mut scene);
    cafe(&mut scene);
    meeting_rooms(&mut scene);
    quiet_corner(&mut scene);
    greenery(&mut scene);
    scene.finish(
        &ORDER,
        "../assets/tilesets/",
        properties(&[
            ("mapName", json!("Demo Days: Lobby")),
            ("mapDescription", json!("Arrive, have a coffee, and walk on to the expo hall.")),
            ("mapCopyright", json!("made for the venue project, MIT licence")),
        ]),
    )
}

/// Whether a cell is the top of a wall.
fn is_wall(x: i32, y: i32) -> bool {
    let (width, height) = SIZE;
    let ring = x == 0 || y == 0 || x == width - 1 || y == height - 1;
    let door = y == 0 && (20..24).contains(&x) || y == height - 1 && (6..10).contains(&x);
    // Two meeting rooms in the east, open towards the hall in the west.
    let rooms = x == 31 && ((1..5).contains(&y) || (8..14).contains(&y) || (17..19).contains(&y))
        || (y == 9 || y == 18) && (31..43).contains(&x);
    (ring && !door) || rooms
}

fn walls(scene: &mut Scene) {
    scene.walls(is_wall, |x, y| (32..43).contains(&x) && (y == 9 || y == 18));
    for x in [3, 9, 26] {
        scene.put("walls", "walls", "window", x, 1);
    }
    scene.put("walls", "walls", "window", 34, 1);
    scene.put("walls", "walls", "window", 38, 1);
    scene.put("walls", "walls", "board", 14, 1);
    scene.put("walls", "walls", "poster-teal", 7, 1);
    scene.put("walls", "walls", "poster-coral", 12, 1);
    scene.put("walls", "walls", "clock", 18, 1);
}

fn doors(scene: &mut Scene) {
    scene.carpet("carpets", "floors", "navy", [20, 2, 4, 24]);
    for x in 20..24 {
        scene.put("carpets", "floors", "mat-up", x, 0);
        scene.put("carpets", "floors", "mat-up", x, 1);
        scene.put("exit-hall", "markers", "exit", x, 0);
        scene.put("from-hall", "markers", "entry", x, 4);
        for y in [23, 24] {
            scene.put("start", "markers", "entry", x, y);
        }
    }
    scene.layer_property("exit-hall", properties(&[("exitUrl", json!("hall.tmj#from-lobby"))]));
    scene.layer_property("from-hall", properties(&[("start", json!(true))]));
    scene.layer_property("start", properties(&[("start", json!(true))]));
    for x in 6..10 {
        scene.put("carpets", "floors", "mat-down", x, 28);
        scene.put("carpets", "floors", "mat-down", x, 29);
    }
    let quiet = properties(&[("exitUrl", json!("quiet.tmj#from-lobby"))]);
    scene.object("south-door", "area", [6, 29, 4, 1], 4, quiet);
    groups::entry(scene, "from-quiet", [6, 27, 4, 1]);
    scene.put("furniture", "furniture", "palm", 19, 3);
    scene.put("furniture", "furniture", "palm", 24, 3);
    groups::page(
        scene,
        "programme",
        [14, 3, 3, 1],
        ("pages/programme.html", "Press SPACE to read the programme"),
        &[],
    );
}

fn reception(scene: &mut Scene) {
    scene.carpet("carpets", "floors", "teal", [25, 20, 8, 6]);
    for (x, part) in [
        (26, "desk-left"),
        (27, "desk-middle"),
        (28, "desk-middle"),
        (29, "desk-middle"),
        (30, "desk-middle"),
        (31, "desk-right"),
    ] {
        scene.put("furniture", "furniture", part, x, 20);
    }
    scene.put("furniture", "furniture", "chair-navy-down", 28, 20);
    scene.put("furniture", "furniture", "shelf", 35, 24);
    scene.put("furniture", "furniture", "shelf", 37, 24);
    for x in [26, 29] {
        scene.put("furniture", "furniture", "rope", x, 25);
    }
    groups::meeting(
        scene,
        "reception",
        [27, 22, 4, 1],
        "demo-days-reception",
        "Press SPACE to talk to the reception",
    );
}

fn cafe(scene: &mut Scene) {
    scene.carpet("carpets", "floors", "mustard", [2, 4, 15, 9]);
    scene.put("furniture", "furniture", "coffee", 2, 4);
    scene.put("furniture", "furniture", "coffee", 5, 4);
    for (x, y) in [(5, 8), (11, 7)] {
        scene.put("furniture", "furniture", "round-table", x, y);
        scene.put("furniture", "furniture", "chair-coral-down", x, y - 1);
        scene.put("furniture", "furniture", "chair-teal-up", x + 1, y + 2);
        scene.put("furniture", "furniture", "chair-teal-down", x + 1, y - 1);
        scene.put("furniture", "furniture", "chair-coral-up", x, y + 2);
    }
    scene.put("furniture", "furniture", "lamp", 16, 9);
}

fn meeting_rooms(scene: &mut Scene) {
    for (name, y, carpet, color) in [("fireside", 3, "coral", "coral"), ("workshop", 12, "plum", "plum")] {
        scene.carpet("carpets", "floors", carpet, [33, y + 1, 9, 5]);
        scene.put("furniture", "furniture", "round-table", 37, y + 2);
        scene.put("furniture", "furniture", "round-table", 35, y + 2);
        for x in [35, 36, 37, 38] {
            scene.put("furniture", "furniture", &format!("chair-{color}-down"), x, y + 1);
            scene.put("furniture", "furniture", &format!("chair-{color}-up"), x, y + 4);
        }
        scene.put("furniture", "furniture", "plant", 42, y + 4);
        let message = format!("Press SPACE to join the meeting room {name}");
        groups::meeting(scene, name, [33, y + 1, 9, 5], &format!("demo-days-{name}"), &message);
    }
}

fn quiet_corner(scene: &mut Scene) {
    let area = [2, 18, 13, 9];
    scene.carpet("carpets", "floors", "navy", area);
    for y in area[1]..area[1] + area[3] {
        for x in area[0]..area[0] + area[2] {
            scene.put("quiet", "markers", "zone", x, y);
        }
    }
    scene.layer_property("quiet", properties(&[("silent", json!(true))]));
    for (x, y) in [(4, 20), (9, 20)] {
        scene.put("furniture", "furniture", "sofa-teal-down", x, y);
        scene.put("furniture", "furniture", "low-table", x, y + 2);
        scene.put("furniture", "furniture", "sofa-plum-up", x, y + 4);
    }
    scene.put("furniture", "furniture", "shelf", 1, 15);
    scene.put("furniture", "furniture", "shelf", 3, 15);
    scene.put("furniture", "furniture", "lamp", 13, 18);
    scene.put("furniture", "furniture", "plant", 2, 25);
    scene.put("furniture", "furniture", "plant", 14, 25);
}

fn greenery(scene: &mut Scene) {
    for (x, y) in [(1, 12), (18, 16), (25, 16), (18, 26), (25, 26), (30, 16), (30, 4), (42, 26), (42, 21)] {
        scene.put("furniture", "furniture", "plant", x, y);
    }
    for x in [3, 11, 33, 37] {
        scene.put("furniture", "furniture", "bush", x, 28);
    }
}
