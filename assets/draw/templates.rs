//! Stand templates: three sizes in two looks. A template of one look is as large as its twin in the other, so
//! that an event may change its look and nobody moves.

use serde_json::{Value, json};

use crate::{
    scene::{Scene, Sheets, properties},
    stands,
};

const ORDER: [&str; 4] = ["carpet", "furniture", "floorLayer", "above"];

/// Every template, with its path and its width.
pub(crate) fn all() -> Vec<(String, Value, usize)> {
    let sheets = Sheets(vec![stands::sheet()]);
    let mut all = Vec::new();
    for (look, large, medium, small) in [
        (
            "expo",
            expo_large as fn(&Sheets) -> Value,
            expo_medium as fn(&Sheets) -> Value,
            expo_small as fn(&Sheets) -> Value,
        ),
        ("loft", loft_large, loft_medium, loft_small),
    ] {
        for (size, draw, width) in [("large", large, 8), ("medium", medium, 6), ("small", small, 4)] {
            all.push((path(size, look), draw(&sheets), width));
        }
    }
    all
}

/// The first look has no name in its files.
fn path(size: &str, look: &str) -> String {
    if look == "expo" {
        format!("assets/stands/{size}.tmj")
    } else {
        format!("assets/stands/{size}-{look}.tmj")
    }
}

/// Left, middle and right pieces in a row.
fn row(scene: &mut Scene, pieces: &str, [x, y]: [i32; 2], width: i32) {
    for column in 0..width {
        let side = match column {
            0 => "left",
            column if column == width - 1 => "right",
            _ => "middle",
        };
        scene.put("furniture", "stands", &format!("{pieces}-{side}"), x + column, y);
    }
}

/// A back wall over `width` cells and `rows` rows from (x, 0).
fn back_wall(scene: &mut Scene, wall: &str, x: i32, width: i32, rows: i32) {
    for y in 0..rows {
        match y {
            0 => row(scene, &format!("{wall}-top"), [x, y], width),
            y if y == rows - 1 => row(scene, &format!("{wall}-foot"), [x, y], width),
            _ => row(scene, wall, [x, y], width),
        }
    }
}

fn page(address: &str, message: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("openWebsite", json!(address)),
        ("openWebsiteTrigger", json!("onaction")),
        ("openWebsiteTriggerMessage", json!(message)),
    ]
}

fn area(scene: &mut Scene, name: &str, cells: [i32; 4], list: &[(&'static str, Value)]) {
    scene.object(name, "area", cells, 4, properties(list));
}

fn website(scene: &mut Scene, cells: [i32; 4]) {
    let list = page("${sponsor.website}", "Press SPACE to see the website of ${sponsor.name}");
    area(scene, "website", cells, &list);
}

/// A film is watched in peace: no bubble opens over it.
fn video(scene: &mut Scene, cells: [i32; 4]) {
    let mut list = page("${sponsor.video}", "Press SPACE to watch the video of ${sponsor.name}");
    list.push(("silent", json!(true)));
    area(scene, "video", cells, &list);
}

fn brochure(scene: &mut Scene, cells: [i32; 4]) {
    let list = page("${sponsor.brochure}", "Press SPACE to read the brochure of ${sponsor.name}");
    area(scene, "brochure", cells, &list);
}

/// A meeting is in Jitsi or in BigBlueButton: of the two areas the one whose room stays empty is left out.
/// `BigBlueButton` opens as soon as somebody steps in, so that its area is one cell that nobody crosses by chance.
fn meeting(scene: &mut Scene, cells: [i32; 4], bbb: [i32; 2]) {
    area(
        scene,
        "meeting",
        cells,
        &[
            ("jitsiRoom", json!("${sponsor.jitsi}")),
            ("jitsiTrigger", json!("onaction")),
            ("jitsiTriggerMessage", json!("Press SPACE to talk to ${sponsor.name}")),
        ],
    );
    let room = [("bbbMeeting", json!("${sponsor.bbb}")), ("meetingName", json!("${sponsor.name}"))];
    area(scene, "meeting", [bbb[0], bbb[1], 1, 1], &room);
}

/// The zone of the stand, in which the camera may look at the whole of it, and where its link leads.
fn ground(scene: &mut Scene, zone: [i32; 4], entry: [i32; 4], focus: bool) {
    let list = [("focusable", json!(true)), ("zoomMargin", json!(1))];
    scene.object("stand", "area", zone, 2, if focus { properties(&list) } else { json!([]) });
    scene.object("entry", "area", entry, 2, properties(&[("start", json!(true))]));
}

fn signs(scene: &mut Scene, logo: [i32; 4], name: [i32; 4]) {
    scene.object("logo", "logo", logo, 0, json!([]));
    scene.object("name", "name", name, 0, json!([]));
}

/// 8 x 6: a wall with the logo, a counter, a video, brochures, stools for a talk.
fn expo_large(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 8, 6);
    scene.carpet("carpet", "stands", "gold", [0, 1, 8, 5]);
    back_wall(&mut scene, "panel", 1, 6, 3);
    scene.put("furniture", "stands", "palm", 0, 2);
    scene.put("furniture", "stands", "roll-up", 7, 2);
    row(&mut scene, "counter", [1, 3], 3);
    scene.put("furniture", "stands", "monitor", 5, 3);
    scene.put("furniture", "stands", "brochures", 7, 3);
    for x in [4, 6] {
        scene.put("furniture", "stands", "stool", x, 5);
    }
    signs(&mut scene, [2, 0, 4, 2], [1, 2, 6, 1]);
    ground(&mut scene, [0, 3, 8, 3], [1, 5, 2, 1], false);
    website(&mut scene, [1, 4, 3, 1]);
    video(&mut scene, [5, 4, 1, 1]);
    brochure(&mut scene, [7, 4, 1, 1]);
    meeting(&mut scene, [4, 5, 3, 1], [4, 4]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 6 x 5: a wall with the logo, a counter, a video, brochures.
fn expo_medium(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 6, 5);
    scene.carpet("carpet", "stands", "silver", [0, 1, 6, 4]);
    back_wall(&mut scene, "panel", 0, 6, 2);
    row(&mut scene, "counter", [0, 2], 2);
    scene.put("furniture", "stands", "monitor", 3, 2);
    scene.put("furniture", "stands", "brochures", 5, 2);
    scene.put("furniture", "stands", "stool", 3, 4);
    signs(&mut scene, [1, 0, 4, 1], [0, 1, 6, 1]);
    ground(&mut scene, [0, 2, 6, 3], [0, 4, 2, 1], false);
    website(&mut scene, [0, 3, 2, 1]);
    video(&mut scene, [3, 3, 1, 1]);
    brochure(&mut scene, [5, 3, 1, 1]);
    meeting(&mut scene, [3, 4, 2, 1], [2, 2]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 4 x 4: a wall with logo and name, a counter.
fn expo_small(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 4, 4);
    scene.carpet("carpet", "stands", "bronze", [0, 1, 4, 3]);
    back_wall(&mut scene, "panel", 0, 4, 2);
    row(&mut scene, "counter", [0, 2], 2);
    signs(&mut scene, [0, 0, 4, 1], [0, 1, 4, 1]);
    ground(&mut scene, [0, 2, 4, 2], [2, 3, 2, 1], false);
    website(&mut scene, [0, 3, 2, 1]);
    meeting(&mut scene, [2, 2, 2, 1], [3, 2]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 8 x 6: a wall of slats with the logo, a bar, a screen, a sofa corner; the camera shows all of it.
fn loft_large(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 8, 6);
    scene.carpet("carpet", "stands", "loft-plum", [0, 2, 8, 4]);
    back_wall(&mut scene, "slats", 0, 8, 3);
    scene.put("furniture", "stands", "sofa", 0, 3);
    scene.put("furniture", "stands", "stand-table", 1, 4);
    scene.put("furniture", "stands", "cushion", 0, 5);
    scene.put("furniture", "stands", "cushion", 2, 5);
    scene.put("furniture", "stands", "monitor", 3, 3);
    row(&mut scene, "bar", [4, 3], 3);
    scene.put("furniture", "stands", "brochures", 7, 3);
    for x in [0, 7] {
        scene.put("above", "stands", "pendant", x, 2);
    }
    signs(&mut scene, [2, 0, 4, 2], [1, 2, 6, 1]);
    ground(&mut scene, [0, 3, 8, 3], [4, 5, 2, 1], true);
    website(&mut scene, [4, 4, 3, 1]);
    video(&mut scene, [3, 4, 1, 1]);
    brochure(&mut scene, [7, 4, 1, 1]);
    meeting(&mut scene, [0, 4, 3, 2], [0, 4]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 6 x 5: a wall of slats with the logo, a bar, a table for a talk.
fn loft_medium(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 6, 5);
    scene.carpet("carpet", "stands", "loft-petrol", [0, 1, 6, 4]);
    back_wall(&mut scene, "slats", 0, 6, 2);
    scene.put("furniture", "stands", "fern", 1, 2);
    scene.put("furniture", "stands", "stand-table", 0, 2);
    scene.put("furniture", "stands", "cushion", 0, 4);
    scene.put("furniture", "stands", "cushion", 1, 4);
    scene.put("furniture", "stands", "monitor", 2, 2);
    row(&mut scene, "bar", [3, 2], 2);
    scene.put("furniture", "stands", "brochures", 5, 2);
    signs(&mut scene, [1, 0, 4, 1], [0, 1, 6, 1]);
    ground(&mut scene, [0, 2, 6, 3], [3, 4, 2, 1], false);
    website(&mut scene, [3, 3, 2, 1]);
    video(&mut scene, [2, 3, 1, 1]);
    brochure(&mut scene, [5, 3, 1, 1]);
    meeting(&mut scene, [0, 3, 2, 2], [0, 3]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 4 x 4: a wall of slats with logo and name, a bar.
fn loft_small(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 4, 4);
    scene.carpet("carpet", "stands", "loft-rust", [0, 1, 4, 3]);
    back_wall(&mut scene, "slats", 0, 4, 2);
    row(&mut scene, "bar", [2, 2], 2);
    scene.put("furniture", "stands", "cushion", 0, 2);
    signs(&mut scene, [0, 0, 4, 1], [0, 1, 4, 1]);
    ground(&mut scene, [0, 2, 4, 2], [0, 3, 2, 1], false);
    website(&mut scene, [2, 3, 2, 1]);
    meeting(&mut scene, [0, 2, 2, 1], [1, 2]);
    scene.finish(&ORDER, "../tilesets/", json!([]))
}
