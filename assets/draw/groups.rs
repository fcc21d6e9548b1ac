//! Groups of furniture and zones that several maps have.

use serde_json::{Value, json};

use crate::scene::{Scene, properties};

/// A stage of 18 tiles with its screen on the northern wall; its left end is at column `x`.
pub(crate) fn stage(scene: &mut Scene, x: i32) {
    for column in 0..18 {
        for y in 4..8 {
            let part = match column {
                0 => "boards-left",
                17 => "boards-right",
                _ => "boards",
            };
            let edge = if y == 7 { "-edge" } else { "" };
            scene.put("carpets", "furniture", &format!("{part}{edge}"), x + column, y);
        }
    }
    for column in [1, 16] {
        scene.put("carpets", "furniture", "steps", x + column, 7);
    }
    scene.put("furniture", "furniture", "screen", x + 5, 1);
    scene.put("furniture", "furniture", "curtain", x + 4, 1);
    scene.put("furniture", "furniture", "curtain", x + 13, 1);
    scene.put("furniture", "furniture", "lectern", x + 3, 4);
    scene.put("furniture", "furniture", "speaker", x, 4);
    scene.put("furniture", "furniture", "speaker", x + 17, 4);
}

/// Two sofas with a low table between them, which takes two columns and three rows.
pub(crate) fn sofas(scene: &mut Scene, [x, y]: [i32; 2], upper: &str, lower: &str) {
    scene.put("furniture", "furniture", &format!("sofa-{upper}-down"), x, y);
    scene.put("furniture", "furniture", "low-table", x, y + 1);
    scene.put("furniture", "furniture", &format!("sofa-{lower}-up"), x, y + 2);
}

/// A round table with four chairs, which takes two columns and four rows.
pub(crate) fn round_table(scene: &mut Scene, [x, y]: [i32; 2], color: &str) {
    scene.put("furniture", "furniture", "round-table", x, y + 1);
    for column in [x, x + 1] {
        scene.put("furniture", "furniture", &format!("chair-{color}-down"), column, y);
        scene.put("furniture", "furniture", &format!("chair-{color}-up"), column, y + 3);
    }
}

/// Several of a piece.
pub(crate) fn several(scene: &mut Scene, piece: &str, places: &[(i32, i32)]) {
    for (x, y) in places {
        scene.put("furniture", "furniture", piece, *x, *y);
    }
}

/// An area in which people talk, once they say so.
pub(crate) fn meeting(scene: &mut Scene, name: &str, cells: [i32; 4], room: &str, message: &str) {
    let list = [
        ("jitsiRoom", json!(room)),
        ("jitsiTrigger", json!("onaction")),
        ("jitsiTriggerMessage", json!(message)),
    ];
    scene.object(name, "area", cells, 4, properties(&list));
}

/// An area that shows a page, once people ask for it; `more` are further properties.
pub(crate) fn page(
    scene: &mut Scene,
    name: &str,
    cells: [i32; 4],
    (address, message): (&str, &str),
    more: &[(&str, Value)],
) {
    let mut list = vec![
        ("openWebsite", json!(address)),
        ("openWebsiteTrigger", json!("onaction")),
        ("openWebsiteTriggerMessage", json!(message)),
    ];
    list.extend(more.iter().cloned());
    scene.object(name, "area", cells, 4, properties(&list));
}

/// An area without bubbles.
pub(crate) fn quiet(scene: &mut Scene, name: &str, cells: [i32; 4]) {
    scene.object(name, "area", cells, 4, properties(&[("silent", json!(true))]));
}

/// An area in which visitors arrive.
pub(crate) fn entry(scene: &mut Scene, name: &str, cells: [i32; 4]) {
    scene.object(name, "area", cells, 4, properties(&[("start", json!(true))]));
}
