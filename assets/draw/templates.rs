//! Stand templates in three sizes.

use serde_json::{Value, json};

use crate::{
    scene::{Scene, Sheets, properties},
    stands,
};

const ORDER: [&str; 4] = ["carpet", "furniture", "floorLayer", "above"];

/// Every template, with its path.
pub(crate) fn all() -> Vec<(&'static str, Value, usize)> {
    let sheets = Sheets(vec![stands::sheet()]);
    vec![
        ("assets/stands/large.tmj", large(&sheets), 8),
        ("assets/stands/medium.tmj", medium(&sheets), 6),
        ("assets/stands/small.tmj", small(&sheets), 4),
    ]
}

/// A back wall over `width` cells and `rows` rows from (x, 0).
fn back_wall(scene: &mut Scene, x: i32, width: i32, rows: i32) {
    for row in 0..rows {
        let part = match row {
            0 => "panel-top",
            row if row == rows - 1 => "panel-foot",
            _ => "panel",
        };
        for column in 0..width {
            let side = match column {
                0 => "left",
                column if column == width - 1 => "right",
                _ => "middle",
            };
            scene.put("furniture", "stands", &format!("{part}-{side}"), x + column, row);
        }
    }
}

fn counter(scene: &mut Scene, x: i32, y: i32, width: i32) {
    for column in 0..width {
        let side = match column {
            0 => "left",
            column if column == width - 1 => "right",
            _ => "middle",
        };
        scene.put("furniture", "stands", &format!("counter-{side}"), x + column, y);
    }
}

fn meeting() -> Value {
    properties(&[
        ("jitsiRoom", json!("${sponsor.jitsi}")),
        ("jitsiTrigger", json!("onaction")),
        ("jitsiTriggerMessage", json!("Press SPACE to talk to ${sponsor.name}")),
    ])
}

fn page(address: &str, message: &str) -> Value {
    properties(&[
        ("openWebsite", json!(address)),
        ("openWebsiteTrigger", json!("onaction")),
        ("openWebsiteTriggerMessage", json!(message)),
    ])
}

fn website() -> Value {
    page("${sponsor.website}", "Press SPACE to see the website of ${sponsor.name}")
}

fn entry() -> Value {
    properties(&[("start", json!(true))])
}

/// 8 x 6: a wall with the logo, a counter, a video beside it, room for a group.
fn large(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 8, 6);
    scene.carpet("carpet", "stands", "gold", [0, 1, 8, 5]);
    back_wall(&mut scene, 1, 6, 3);
    scene.put("furniture", "stands", "palm", 0, 2);
    scene.put("furniture", "stands", "roll-up", 7, 2);
    counter(&mut scene, 1, 3, 3);
    scene.put("furniture", "stands", "brochures", 6, 3);
    scene.put("carpet", "stands", "gold-11", 3, 4);
    scene.object("logo", "logo", [2, 0, 4, 2], 0, json!([]));
    scene.object("name", "name", [1, 2, 6, 1], 0, json!([]));
    scene.object("stand", "area", [0, 3, 8, 3], 2, json!([]));
    scene.object("website", "area", [1, 4, 2, 1], 4, website());
    scene.object(
        "video",
        "area",
        [6, 4, 2, 1],
        4,
        page("${sponsor.video}", "Press SPACE to watch ${sponsor.name}'s video"),
    );
    scene.object("meeting", "area", [4, 4, 1, 2], 4, meeting());
    scene.object("entry", "area", [2, 5, 2, 1], 2, entry());
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 6 x 5: a wall with the logo and a counter.
fn medium(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 6, 5);
    scene.carpet("carpet", "stands", "silver", [0, 1, 6, 4]);
    back_wall(&mut scene, 0, 6, 2);
    counter(&mut scene, 0, 2, 2);
    scene.put("furniture", "stands", "palm", 5, 2);
    scene.object("logo", "logo", [1, 0, 4, 1], 0, json!([]));
    scene.object("name", "name", [0, 1, 6, 1], 0, json!([]));
    scene.object("stand", "area", [0, 2, 6, 3], 2, json!([]));
    scene.object("website", "area", [0, 3, 2, 1], 4, website());
    scene.object("meeting", "area", [3, 3, 2, 1], 4, meeting());
    scene.object("entry", "area", [2, 4, 2, 1], 2, entry());
    scene.finish(&ORDER, "../tilesets/", json!([]))
}

/// 4 x 4: a wall with logo and name.
fn small(sheets: &Sheets) -> Value {
    let mut scene = Scene::new(sheets, 4, 4);
    scene.carpet("carpet", "stands", "bronze", [0, 1, 4, 3]);
    back_wall(&mut scene, 0, 4, 2);
    scene.put("furniture", "stands", "brochures", 0, 2);
    scene.object("logo", "logo", [1, 0, 2, 1], 0, json!([]));
    scene.object("name", "name", [0, 1, 4, 1], 0, json!([]));
    scene.object("stand", "area", [0, 2, 4, 2], 2, json!([]));
    scene.object("website", "area", [1, 2, 1, 1], 4, website());
    scene.object("meeting", "area", [3, 2, 1, 1], 4, meeting());
    scene.object("entry", "area", [1, 3, 2, 1], 2, entry());
    scene.finish(&ORDER, "../tilesets/", json!([]))
}
