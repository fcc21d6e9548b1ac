//! The kit that halls are built from: a map with every piece once, named by an object over it.

use serde_json::{Value, json};

use crate::scene::{Scene, Sheets};

/// Width of the kit, in tiles.
const WIDTH: u32 = 32;

/// The kit, and its width.
pub(crate) fn map(sheets: &Sheets) -> (Value, usize) {
    let mut places = Vec::new();
    let (mut x, mut y, mut highest) = (0, 0, 0);
    for sheet in &sheets.0 {
        for (name, piece) in sheet.pieces() {
            let height = u32::try_from(piece.tiles.len()).unwrap_or(0) / piece.width;
            if x + piece.width > WIDTH {
                (x, y, highest) = (0, y + highest, 0);
            }
            places.push((sheet.name, name, [x, y, piece.width, height]));
            x += piece.width;
            highest = highest.max(height);
        }
    }
    let mut scene = Scene::new(sheets, WIDTH, y + highest);
    for (sheet, name, place) in places {
        let [x, y, width, height] = place.map(u32::cast_signed);
        scene.put("pieces", sheet, name, x, y);
        scene.object(name, "piece", [x, y, width, height], 0, json!([]));
    }
    let map = scene.finish(&["pieces", "floorLayer", "above"], "../tilesets/", json!([]));
    (map, WIDTH as usize)
}
