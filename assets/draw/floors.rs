//! Floors, carpets and mats.

use crate::{
    canvas::{Canvas, Color, darker, lighter, scatter},
    palette::{CORAL, LEAF, MUSTARD, NAVY_SOFT, PLUM, STONE, TEAL, WHITE, WOOD},
    sheet::Sheet,
};

/// All floors.
pub(crate) fn sheet() -> Sheet {
    let mut sheet = Sheet::new("floors", 12);
    for number in 0..6 {
        sheet.floor(&format!("wood-{number}"), |canvas| wood(canvas, number));
        sheet.floor(&format!("stone-{number}"), |canvas| stone(canvas, number));
        sheet.floor(&format!("grass-{number}"), |canvas| grass(canvas, number));
    }
    for (name, color) in
        [("navy", NAVY_SOFT), ("teal", TEAL), ("coral", CORAL), ("plum", PLUM), ("mustard", [206, 172, 104])]
    {
        carpet(&mut sheet, name, color);
    }
    for (name, turn) in [("up", 0), ("right", 1), ("down", 2), ("left", 3)] {
        sheet.floor(&format!("mat-{name}"), |canvas| mat(canvas, turn));
    }
    for number in 0..6 {
        sheet.floor(&format!("slate-{number}"), |canvas| slate(canvas, number));
    }
    sheet
}

fn wood(canvas: &mut Canvas, seed: u32) {
    // Four boards of eight pixels; where a board ends differs from tile to tile.
    for board in 0..4_u32 {
        let y = i32::try_from(board * 8).unwrap_or(0);
        let dice = scatter(seed + 7, board, 3);
        let shade = u8::try_from(dice % 12).unwrap_or(0);
        let color = if board % 2 == 0 { lighter(WOOD, shade) } else { darker(WOOD, shade) };
        canvas.rect(0, y, 32, 8, color);
        canvas.rect(0, y + 7, 32, 1, darker(WOOD, 34));
        canvas.rect(0, y, 32, 1, lighter(color, 8));
        if !dice.is_multiple_of(3) {
            let end = i32::try_from(dice / 16 % 30).unwrap_or(0);
            canvas.rect(end, y, 1, 7, darker(WOOD, 34));
        }
        for line in 0..2 {
            let x = i32::try_from(scatter(seed, board, line + 9) % 26).unwrap_or(0);
            let dy = i32::try_from(scatter(seed, board, line + 40) % 4).unwrap_or(0);
            canvas.veil(x, y + 2 + dy, 6, 1, darker(color, 26), 110);
        }
    }
}

fn stone(canvas: &mut Canvas, seed: u32) {
    for (index, (x, y)) in [(0, 0), (16, 0), (0, 16), (16, 16)].into_iter().enumerate() {
        let dice = scatter(seed + 31, u32::try_from(index).unwrap_or(0), 5);
        let shade = u8::try_from(dice % 9).unwrap_or(0);
        let color = if dice & 64 == 0 { lighter(STONE, shade) } else { darker(STONE, shade) };
        canvas.rect(x, y, 16, 16, darker(STONE, 26));
        canvas.rect(x, y, 15, 15, color);
        canvas.rect(x, y, 15, 1, lighter(color, 10));
        canvas.rect(x, y, 1, 15, lighter(color, 6));
    }
    canvas.grain(seed + 3, 37, 10);
}

/// Polished concrete in large plates.
fn slate(canvas: &mut Canvas, seed: u32) {
    let dice = scatter(seed + 53, seed, 11);
    let base: Color = [128, 132, 142];
    let color = if dice & 8 == 0 { lighter(base, 4) } else { darker(base, 3) };
    canvas.rect(0, 0, 32, 32, color);
    canvas.rect(0, 31, 32, 1, darker(base, 20));
    canvas.rect(31, 0, 1, 32, darker(base, 20));
    canvas.rect(0, 0, 31, 1, lighter(base, 14));
    canvas.grain(seed + 17, 29, 8);
}

fn grass(canvas: &mut Canvas, seed: u32) {
    let base = [122, 168, 96];
    canvas.rect(0, 0, 32, 32, base);
    for blade in 0..26 {
        let x = i32::try_from(scatter(seed, blade, 1) % 32).unwrap_or(0);
        let y = i32::try_from(scatter(seed, blade, 2) % 32).unwrap_or(0);
        let color = if blade % 3 == 0 { lighter(base, 18) } else { darker(base, 16) };
        canvas.rect(x, y, 1, 2, color);
    }
    if seed == 5 {
        for (x, y, color) in [(6, 8, WHITE), (21, 13, MUSTARD), (13, 24, WHITE)] {
            canvas.rect(x - 1, y, 3, 1, color);
            canvas.rect(x, y - 1, 1, 3, color);
            canvas.rect(x, y, 1, 1, MUSTARD);
            canvas.rect(x, y + 2, 1, 3, LEAF);
        }
    }
}

/// A carpet in nine parts: corners, edges and middle, by column and row of a 3 x 3 grid.
fn carpet(sheet: &mut Sheet, name: &str, color: Color) {
    for row in 0..3 {
        for column in 0..3 {
            sheet.floor(&format!("{name}-{column}{row}"), |canvas| {
                canvas.rect(0, 0, 32, 32, color);
                for y in 0..16 {
                    for x in 0..16 {
                        // A weave: every other stitch a little lighter.
                        if (x + y) % 2 == 0 {
                            canvas.veil(x * 2, y * 2, 2, 2, lighter(color, 14), 90);
                        }
                    }
                }
                let (edge, line) = (darker(color, 38), lighter(color, 52));
                let mut border = |x: i32, y: i32, width: i32, height: i32, color: Color| {
                    canvas.rect(x, y, width, height, color);
                };
                // The lines of the border run from edge to edge and meet in the corners.
                let left = if column == 0 { 5 } else { 0 };
                let right = if column == 2 { 27 } else { 32 };
                let top = if row == 0 { 5 } else { 0 };
                let bottom = if row == 2 { 27 } else { 32 };
                if row == 0 {
                    border(0, 0, 32, 2, edge);
                    border(left, 5, right - left, 2, line);
                }
                if row == 2 {
                    border(0, 30, 32, 2, edge);
                    border(left, 25, right - left, 2, line);
                }
                if column == 0 {
                    border(0, 0, 2, 32, edge);
                    border(5, top, 2, bottom - top, line);
                }
                if column == 2 {
                    border(30, 0, 2, 32, edge);
                    border(25, top, 2, bottom - top, line);
                }
            });
        }
    }
}

/// A door mat with an arrow; `turn` counts quarter turns from up.
fn mat(canvas: &mut Canvas, turn: u32) {
    let color = [88, 94, 112];
    canvas.rect(0, 0, 32, 32, color);
    for line in (0..32).step_by(4) {
        canvas.rect(0, line, 32, 1, darker(color, 14));
    }
    let spin = |x: i32, y: i32| match turn {
        0 => (x, y),
        1 => (31 - y, x),
        2 => (31 - x, 31 - y),
        _ => (y, 31 - x),
    };
    for y in 7..25 {
        let half = if y < 16 { y - 6 } else { 3 };
        for x in 16 - half..16 + half {
            let (x, y) = spin(x, y);
            canvas.blend(x, y, [250, 214, 120], 255);
        }
    }
}
