//! Tiles for layers that visitors never see: they mark where people arrive and leave.

use crate::{
    canvas::Color,
    palette::{CORAL, LEAF, NAVY_SOFT, WHITE},
    sheet::Sheet,
};

/// Column, row, width and height, in pixels.
type Stroke = (i32, i32, i32, i32);

/// All markers.
pub(crate) fn sheet() -> Sheet {
    let mut sheet = Sheet::new("markers", 4);
    let marks: [(&str, Color, [Stroke; 3]); 3] = [
        ("entry", LEAF, [(14, 7, 4, 18), (10, 19, 12, 3), (12, 22, 8, 3)]),
        ("exit", CORAL, [(7, 14, 18, 4), (18, 10, 3, 12), (21, 12, 3, 8)]),
        ("zone", NAVY_SOFT, [(9, 9, 14, 3), (9, 15, 14, 3), (9, 21, 14, 3)]),
    ];
    for (name, color, strokes) in marks {
        sheet.floor(name, |canvas| {
            canvas.veil(1, 1, 30, 30, color, 170);
            for (x, y, width, height) in strokes {
                canvas.rect(x, y, width, height, WHITE);
            }
        });
    }
    sheet
}
