//! What stands are made of: carpets, back walls, counters.

use crate::{
    canvas::{Canvas, Color, darker, lighter},
    palette::{
        CORAL, INK, LEAF, LEAF_DARK, MUSTARD, NAVY, NAVY_SOFT, PLUM, POT, TEAL, WHITE, WOOD, WOOD_DARK,
    },
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
    sheet.wall("monitor", |canvas| {
        canvas.shadow(5, 25, 22, 6);
        canvas.rect(14, 20, 4, 8, [110, 114, 126]);
        canvas.rect(9, 27, 14, 2, INK);
        canvas.block(2, 2, 28, 19, INK);
        canvas.rect(4, 4, 24, 14, [52, 92, 132]);
        canvas.rect(4, 4, 24, 5, [74, 122, 160]);
        for row in 0..7 {
            let half = if row < 4 { row } else { 6 - row };
            canvas.rect(13, 8 + row, 2 * half + 1, 1, WHITE);
        }
    });
    loft(&mut sheet);
    sheet
}

/// The second look: slats, oak and warm light.
fn loft(sheet: &mut Sheet) {
    for (name, color) in [("plum", PLUM), ("petrol", [54, 104, 116]), ("rust", [170, 98, 66])] {
        for row in 0..3 {
            for column in 0..3 {
                let piece = format!("loft-{name}-{column}{row}");
                sheet.floor(&piece, |canvas| boards(canvas, color, column, row));
            }
        }
    }
    for (name, column) in [("left", 0), ("middle", 1), ("right", 2)] {
        sheet.wall(&format!("slats-top-{name}"), |canvas| slats(canvas, column, 0));
        sheet.wall(&format!("slats-{name}"), |canvas| slats(canvas, column, 1));
        sheet.wall(&format!("slats-foot-{name}"), |canvas| slats(canvas, column, 2));
        sheet.wall(&format!("bar-{name}"), |canvas| bar(canvas, column));
    }
    sheet.wall("fern", |canvas| {
        canvas.shadow(6, 23, 20, 8);
        canvas.block(9, 18, 14, 11, INK);
        for (x, y, width, height) in [(3, 9, 12, 9), (17, 9, 12, 9), (8, 3, 16, 12), (11, 10, 10, 8)] {
            canvas.disc(x, y, width, height, LEAF_DARK, 255);
            canvas.disc(x + 2, y + 1, width - 5, height - 4, LEAF, 255);
        }
    });
    sheet.piece("sofa", (2, 1), 0, "##", |canvas| {
        canvas.shadow(2, 23, 60, 8);
        canvas.pillow(1, 2, 62, 26, darker(MUSTARD, 20));
        canvas.pillow(6, 4, 52, 10, MUSTARD);
        canvas.pillow(6, 13, 26, 13, lighter(MUSTARD, 14));
        canvas.pillow(32, 13, 26, 13, lighter(MUSTARD, 14));
    });
    sheet.wall("stand-table", |canvas| {
        canvas.shadow(4, 20, 24, 10);
        canvas.disc(3, 5, 26, 21, darker(WOOD_DARK, 30), 255);
        canvas.disc(3, 3, 26, 20, WOOD_DARK, 255);
        canvas.disc(5, 4, 22, 16, WOOD, 255);
        canvas.disc(9, 7, 7, 6, WHITE, 255);
        canvas.disc(11, 8, 3, 3, darker(WOOD_DARK, 20), 255);
        canvas.rect(18, 9, 5, 6, CORAL);
    });
    sheet.floor("cushion", |canvas| {
        canvas.shadow(7, 19, 18, 9);
        canvas.pillow(7, 7, 18, 18, [170, 98, 66]);
        canvas.rect(15, 11, 2, 9, darker([170, 98, 66], 30));
    });
    sheet.piece("pendant", (1, 1), 1, "", |canvas| {
        canvas.disc(4, 8, 24, 22, [255, 236, 170], 46);
        canvas.rect(15, 0, 1, 9, INK);
        canvas.disc(9, 8, 14, 11, INK, 255);
        canvas.rect(9, 14, 14, 2, [250, 226, 150]);
    });
}

/// A floor of oak boards with a border in one colour.
fn boards(canvas: &mut Canvas, color: Color, column: i32, row: i32) {
    let oak: Color = [208, 172, 128];
    for board in 0..4 {
        let y = board * 8;
        canvas.rect(0, y, 32, 8, if board % 2 == 0 { oak } else { darker(oak, 8) });
        canvas.rect(0, y + 7, 32, 1, darker(oak, 34));
        canvas.rect(if board % 2 == 0 { 9 } else { 24 }, y, 1, 7, darker(oak, 30));
    }
    let mut edge = |x: i32, y: i32, width: i32, height: i32| {
        canvas.rect(x, y, width, height, color);
        canvas.rect(x, y, width, 1, lighter(color, 24));
    };
    if row == 0 {
        edge(0, 0, 32, 5);
    }
    if row == 2 {
        edge(0, 27, 32, 5);
    }
    if column == 0 {
        edge(0, 0, 5, 32);
    }
    if column == 2 {
        edge(27, 0, 5, 32);
    }
}

/// A back wall of upright slats below a dark beam with a strip of light.
fn slats(canvas: &mut Canvas, column: i32, part: i32) {
    let wood: Color = [140, 96, 66];
    let (from, to) = (i32::from(column == 0), if column == 2 { 31 } else { 32 });
    let (top, bottom) = match part {
        0 => (5, 32),
        1 => (0, 32),
        _ => (0, 25),
    };
    if part == 2 {
        canvas.veil(from - 2, 24, to - from + 4, 8, [24, 22, 40], 60);
    }
    canvas.rect(from, top, to - from, bottom - top, darker(wood, 40));
    for x in (0..32).step_by(4) {
        if x >= from && x + 3 <= to {
            canvas.rect(x, top, 3, bottom - top, wood);
            canvas.rect(x, top, 1, bottom - top, lighter(wood, 22));
        }
    }
    if part == 0 {
        canvas.rect(from, 5, to - from, 7, INK);
        canvas.rect(from, 5, to - from, 1, lighter(INK, 50));
        canvas.rect(from, 12, to - from, 2, [250, 226, 150]);
        canvas.veil(from, 14, to - from, 4, [250, 226, 150], 70);
    }
    if part == 2 {
        canvas.rect(from, 21, to - from, 4, INK);
    }
}

/// A bar with a dark top over a front of oak.
fn bar(canvas: &mut Canvas, column: i32) {
    let (from, to) = (if column == 0 { 2 } else { 0 }, if column == 2 { 30 } else { 32 });
    let width = to - from;
    canvas.veil(from, 27, width, 5, [24, 22, 40], 60);
    canvas.rect(from, 3, width, 11, [66, 68, 78]);
    canvas.rect(from, 3, width, 2, [104, 106, 118]);
    canvas.rect(from, 14, width, 15, WOOD_DARK);
    for x in (2..32).step_by(5) {
        if x > from && x < to {
            canvas.rect(x, 15, 1, 13, darker(WOOD_DARK, 34));
        }
    }
    canvas.rect(from, 14, width, 2, darker(WOOD_DARK, 50));
    canvas.rect(from, 27, width, 2, INK);
    match column {
        0 => {
            canvas.block(8, 4, 13, 8, INK);
            canvas.rect(9, 5, 11, 5, [134, 196, 206]);
        }
        1 => {
            for x in [7, 15] {
                canvas.disc(x, 5, 6, 6, WHITE, 255);
                canvas.disc(x + 2, 6, 3, 3, WOOD_DARK, 255);
            }
        }
        _ => {
            canvas.disc(9, 6, 6, 5, CORAL, 255);
            canvas.disc(7, 1, 11, 7, LEAF, 255);
        }
    }
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
