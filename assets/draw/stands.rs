//! What stands are made of: carpets, back walls, counters.

use crate::{
    canvas::{Canvas, Color, darker, lighter},
    palette::{CORAL, INK, LEAF, LEAF_DARK, MUSTARD, NAVY, NAVY_SOFT, POT, TEAL, WHITE},
    sheet::Sheet,
};

/// Everything for stands.
pub(crate) fn sheet() -> Sheet {
    let mut sheet = Sheet::new("stands", 12);
    for (name, color) in [("gold", [176, 60, 66]), ("silver", [52, 96, 128]), ("bronze", [96, 118, 84])] {
        for row in 0..3 {
            for column in 0..3 {
                sheet.floor(&format!("{name}-{column}{row}"), |canvas| carpet(canvas, color, column, row));
            }
        }
    }
    for (name, column) in [("left", 0), ("middle", 1), ("right", 2)] {
        // The panel's top edge, its face, and its foot.
        sheet.wall(&format!("panel-top-{name}"), |canvas| panel(canvas, column, 0));
        sheet.wall(&format!("panel-{name}"), |canvas| panel(canvas, column, 1));
        sheet.wall(&format!("panel-foot-{name}"), |canvas| panel(canvas, column, 2));
        sheet.wall(&format!("counter-{name}"), |canvas| counter(canvas, column));
    }
    sheet.wall("palm", |canvas| {
        canvas.shadow(5, 22, 22, 9);
        canvas.block(10, 17, 12, 12, POT);
        for (x, y, width) in [(2, 6, 14), (16, 6, 14), (4, 12, 12), (16, 12, 12), (9, 1, 14)] {
            canvas.disc(x, y, width, 7, LEAF_DARK, 255);
            canvas.disc(x + 1, y, width - 3, 4, LEAF, 255);
        }
    });
    sheet.wall("roll-up", |canvas| {
        canvas.shadow(6, 25, 20, 6);
        canvas.block(7, 1, 18, 27, WHITE);
        canvas.rect(8, 2, 16, 9, TEAL);
        canvas.disc(12, 4, 8, 6, MUSTARD, 255);
        for line in 0..4 {
            canvas.rect(10, 14 + line * 3, 12 - line, 1, NAVY_SOFT);
        }
        canvas.rect(6, 27, 20, 2, INK);
    });
    sheet.floor("stool", |canvas| {
        canvas.shadow(8, 20, 16, 8);
        canvas.disc(8, 9, 16, 15, darker(NAVY_SOFT, 40), 255);
        canvas.disc(8, 7, 16, 13, NAVY_SOFT, 255);
        canvas.disc(10, 8, 10, 6, lighter(NAVY_SOFT, 26), 255);
    });
    sheet.wall("brochures", |canvas| {
        canvas.shadow(6, 24, 20, 7);
        canvas.block(7, 3, 18, 26, [150, 156, 168]);
        for (row, color) in [(0, CORAL), (1, TEAL), (2, MUSTARD)] {
            canvas.rect(9, 5 + row * 8, 6, 6, color);
            canvas.rect(17, 5 + row * 8, 6, 6, lighter(color, 50));
        }
    });
    sheet
}

fn carpet(canvas: &mut Canvas, color: Color, column: i32, row: i32) {
    canvas.rect(0, 0, 32, 32, color);
    for y in 0..8 {
        for x in 0..8 {
            if (x + y) % 2 == 0 {
                canvas.veil(x * 4, y * 4, 4, 4, lighter(color, 20), 50);
            }
        }
    }
    let line = lighter(color, 64);
    let left = if column == 0 { 4 } else { 0 };
    let right = if column == 2 { 28 } else { 32 };
    let top = if row == 0 { 4 } else { 0 };
    let bottom = if row == 2 { 28 } else { 32 };
    if column == 0 {
        canvas.rect(4, top, 2, bottom - top, line);
        canvas.rect(0, 0, 1, 32, darker(color, 40));
    }
    if column == 2 {
        canvas.rect(26, top, 2, bottom - top, line);
        canvas.rect(31, 0, 1, 32, darker(color, 40));
    }
    if row == 0 {
        canvas.rect(left, 4, right - left, 2, line);
        canvas.rect(0, 0, 32, 1, darker(color, 40));
    }
    if row == 2 {
        canvas.rect(left, 26, right - left, 2, line);
        canvas.rect(0, 31, 32, 1, darker(color, 40));
    }
}

/// A back wall: its top edge (0), its face (1), its foot with a shadow on the floor (2).
fn panel(canvas: &mut Canvas, column: i32, part: i32) {
    let color: Color = [228, 226, 220];
    let (from, to) = (if column == 0 { 2 } else { 0 }, if column == 2 { 30 } else { 32 });
    let width = to - from;
    match part {
        0 => {
            canvas.rect(from, 6, width, 26, color);
            canvas.rect(from, 6, width, 7, NAVY);
            canvas.rect(from, 6, width, 2, lighter(NAVY, 44));
            canvas.rect(from, 13, width, 2, darker(color, 40));
        }
        1 => canvas.rect(from, 0, width, 32, color),
        _ => {
            canvas.veil(from - 2, 24, width + 4, 8, [24, 22, 40], 60);
            canvas.rect(from, 0, width, 24, color);
            canvas.rect(from, 19, width, 6, NAVY);
            canvas.rect(from, 19, width, 1, lighter(NAVY, 44));
        }
    }
    let (top, height) = match part {
        0 => (6, 26),
        1 => (0, 32),
        _ => (0, 25),
    };
    if column == 0 {
        canvas.rect(from, top, 2, height, darker(color, 60));
    }
    if column == 2 {
        canvas.rect(to - 2, top, 2, height, darker(color, 80));
    }
}

fn counter(canvas: &mut Canvas, column: i32) {
    let (from, to) = (if column == 0 { 2 } else { 0 }, if column == 2 { 30 } else { 32 });
    let width = to - from;
    canvas.veil(from, 27, width, 5, [24, 22, 40], 60);
    canvas.rect(from, 2, width, 11, WHITE);
    canvas.rect(from, 2, width, 2, [255, 255, 255]);
    canvas.rect(from, 12, width, 2, darker(NAVY, 10));
    canvas.rect(from, 14, width, 15, NAVY_SOFT);
    canvas.rect(from, 16, width, 2, TEAL);
    canvas.rect(from, 27, width, 2, darker(NAVY, 16));
    match column {
        0 => {
            canvas.rect(from, 2, 1, 27, darker(NAVY, 20));
            canvas.block(9, 3, 12, 7, INK);
            canvas.rect(10, 4, 10, 4, [134, 196, 206]);
        }
        1 => {
            canvas.rect(8, 5, 7, 5, CORAL);
            canvas.rect(10, 4, 7, 5, [250, 226, 150]);
            canvas.disc(22, 4, 6, 6, TEAL, 255);
        }
        _ => {
            canvas.rect(to - 1, 2, 1, 27, darker(NAVY, 20));
            canvas.disc(8, 5, 6, 5, POT, 255);
            canvas.disc(6, 1, 10, 6, LEAF, 255);
        }
    }
}
