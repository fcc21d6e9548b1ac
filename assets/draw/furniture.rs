//! Furniture, plants, and what stands around.

use crate::{
    canvas::{Canvas, Color, darker, lighter, scatter},
    palette::{
        CORAL, INK, LEAF, LEAF_DARK, MUSTARD, NAVY, NAVY_SOFT, PLUM, POT, TEAL, WHITE, WOOD, WOOD_DARK,
    },
    sheet::Sheet,
};

/// All furniture.
pub(crate) fn sheet() -> Sheet {
    let mut sheet = Sheet::new("furniture", 12);
    seats(&mut sheet);
    tables(&mut sheet);
    plants(&mut sheet);
    stage(&mut sheet);
    cafe(&mut sheet);
    sheet
}

fn seats(sheet: &mut Sheet) {
    for (name, color) in [("teal", TEAL), ("coral", CORAL), ("navy", NAVY_SOFT), ("plum", PLUM)] {
        // The back at the far side: people look towards us.
        sheet.piece(&format!("sofa-{name}-down"), (2, 1), 0, "##", |canvas| {
            canvas.shadow(1, 23, 62, 9);
            canvas.pillow(1, 1, 62, 16, darker(color, 18));
            canvas.pillow(4, 12, 28, 15, lighter(color, 8));
            canvas.pillow(32, 12, 28, 15, lighter(color, 8));
            canvas.pillow(0, 8, 8, 20, darker(color, 8));
            canvas.pillow(56, 8, 8, 20, darker(color, 8));
        });
        sheet.piece(&format!("sofa-{name}-up"), (2, 1), 0, "##", |canvas| {
            canvas.shadow(1, 23, 62, 9);
            canvas.pillow(0, 4, 8, 22, darker(color, 8));
            canvas.pillow(56, 4, 8, 22, darker(color, 8));
            canvas.pillow(4, 3, 28, 13, lighter(color, 8));
            canvas.pillow(32, 3, 28, 13, lighter(color, 8));
            canvas.pillow(1, 11, 62, 18, darker(color, 18));
        });
        sheet.piece(&format!("chair-{name}-up"), (1, 1), 0, "", |canvas| {
            canvas.shadow(6, 22, 20, 8);
            canvas.pillow(7, 8, 18, 14, lighter(color, 10));
            canvas.pillow(6, 15, 20, 13, darker(color, 14));
        });
        sheet.piece(&format!("chair-{name}-down"), (1, 1), 0, "", |canvas| {
            canvas.shadow(6, 22, 20, 8);
            canvas.pillow(6, 3, 20, 13, darker(color, 14));
            canvas.pillow(7, 12, 18, 14, lighter(color, 10));
        });
    }
}

fn tables(sheet: &mut Sheet) {
    sheet.piece("round-table", (2, 2), 0, "####", |canvas| {
        canvas.shadow(6, 40, 54, 20);
        canvas.disc(5, 10, 54, 46, darker(WOOD_DARK, 30), 255);
        canvas.disc(5, 6, 54, 44, WOOD_DARK, 255);
        canvas.disc(7, 7, 50, 40, lighter(WOOD, 12), 255);
        canvas.disc(12, 11, 34, 24, lighter(WOOD, 26), 120);
        canvas.block(20, 18, 12, 9, WHITE);
        canvas.disc(38, 20, 8, 8, WHITE, 255);
        canvas.disc(40, 22, 4, 4, WOOD_DARK, 255);
        canvas.block(28, 31, 10, 8, NAVY_SOFT);
    });
    sheet.piece("low-table", (2, 1), 0, "##", |canvas| {
        canvas.shadow(3, 20, 58, 11);
        canvas.block(3, 6, 58, 20, WOOD);
        canvas.rect(5, 8, 54, 11, lighter(WOOD, 22));
        canvas.block(12, 9, 12, 8, WHITE);
        canvas.disc(40, 8, 10, 9, POT, 255);
        canvas.disc(38, 4, 14, 9, LEAF, 255);
    });
    for (name, left, right) in
        [("desk-left", true, false), ("desk-middle", false, false), ("desk-right", false, true)]
    {
        sheet.piece(name, (1, 2), 1, ".#", |canvas| {
            desk_front(canvas, left, right);
            match name {
                "desk-left" => {
                    canvas.block(9, 13, 17, 13, NAVY);
                    canvas.rect(11, 15, 13, 8, [134, 196, 206]);
                    canvas.rect(15, 26, 5, 3, NAVY);
                }
                "desk-right" => {
                    canvas.disc(11, 24, 9, 8, POT, 255);
                    canvas.disc(7, 12, 9, 12, LEAF, 255);
                    canvas.disc(14, 10, 9, 14, LEAF_DARK, 255);
                }
                _ => {
                    canvas.block(6, 24, 12, 7, WHITE);
                    canvas.rect(8, 26, 8, 1, NAVY_SOFT);
                    canvas.disc(22, 22, 7, 7, MUSTARD, 255);
                }
            }
        });
    }
}

/// A counter seen from the front: its top in the upper half of the lower tile, its panel below.
fn desk_front(canvas: &mut Canvas, left: bool, right: bool) {
    let (from, to) = (if left { 2 } else { 0 }, if right { 30 } else { 32 });
    canvas.rect(from, 28, to - from, 13, lighter(WOOD, 24));
    canvas.rect(from, 28, to - from, 2, lighter(WOOD, 48));
    canvas.rect(from, 41, to - from, 2, darker(WOOD_DARK, 24));
    canvas.rect(from, 43, to - from, 18, WOOD_DARK);
    for x in (from..to).step_by(8) {
        canvas.rect(x, 44, 1, 16, darker(WOOD_DARK, 22));
        canvas.rect(x + 1, 44, 1, 16, lighter(WOOD_DARK, 14));
    }
    canvas.rect(from, 61, to - from, 3, darker(WOOD_DARK, 50));
    if left {
        canvas.rect(1, 28, 1, 36, darker(WOOD_DARK, 60));
    }
    if right {
        canvas.rect(30, 28, 1, 36, darker(WOOD_DARK, 60));
    }
}

fn plants(sheet: &mut Sheet) {
    sheet.piece("plant", (1, 2), 1, ".#", |canvas| {
        canvas.shadow(5, 52, 22, 10);
        canvas.block(9, 42, 14, 17, POT);
        canvas.rect(8, 41, 16, 4, lighter(POT, 26));
        leaves(canvas, 4, 8, 24, 36, 3);
    });
    sheet.piece("palm", (1, 2), 1, ".#", |canvas| {
        canvas.shadow(5, 52, 22, 10);
        canvas.block(9, 46, 14, 14, NAVY_SOFT);
        canvas.rect(15, 22, 3, 25, WOOD_DARK);
        for (x, y, width) in [(1, 14, 15), (16, 13, 15), (3, 20, 13), (16, 21, 13), (9, 5, 14)] {
            canvas.disc(x, y, width, 8, LEAF_DARK, 255);
            canvas.disc(x + 1, y, width - 3, 5, LEAF, 255);
        }
    });
    sheet.piece("bush", (2, 1), 0, "##", |canvas| {
        canvas.shadow(2, 22, 60, 10);
        canvas.block(3, 17, 58, 12, WOOD_DARK);
        leaves(canvas, 3, 1, 58, 20, 9);
    });
    sheet.piece("tree", (2, 3), 2, "....##", |canvas| {
        canvas.shadow(8, 78, 48, 17);
        canvas.rect(27, 58, 10, 30, WOOD_DARK);
        canvas.rect(28, 58, 3, 30, lighter(WOOD_DARK, 26));
        leaves(canvas, 4, 3, 56, 62, 21);
    });
}

/// A crown of leaves in a rectangle: dark below, light above.
fn leaves(canvas: &mut Canvas, x: i32, y: i32, width: i32, height: i32, seed: u32) {
    let at = |n: u32, salt: u32, range: i32| {
        i32::try_from(scatter(seed, n, salt) % u32::try_from(range.max(1)).unwrap_or(1)).unwrap_or(0)
    };
    let size = (width.min(height) / 2).max(8);
    let count = u32::try_from(width * height / 46).unwrap_or(0);
    for (layer, color) in [(0_u32, darker(LEAF_DARK, 16)), (1, LEAF_DARK), (2, LEAF), (3, lighter(LEAF, 26))]
    {
        let lift = i32::try_from(layer).unwrap_or(0) * height / 10;
        for leaf in 0..count {
            let blob = size - i32::try_from(layer).unwrap_or(0) * size / 5;
            let dx = at(leaf * 4 + layer, 11, width - blob);
            let dy = at(leaf * 4 + layer, 23, (height - blob - lift).max(1));
            // Round crowns: what is too far from the middle is left out.
            let (cx, cy) = (2 * dx + blob - width, 2 * dy + blob - height);
            if i64::from(cx) * i64::from(cx) * 10 / i64::from(width * width).max(1)
                + i64::from(cy) * i64::from(cy) * 10 / i64::from(height * height).max(1)
                > 6
            {
                continue;
            }
            let alpha = if leaf % 3 == 0 || layer < 2 { 255 } else { 0 };
            canvas.disc(x + dx, y + dy, blob, blob * 3 / 4, color, alpha);
        }
    }
}

fn stage(sheet: &mut Sheet) {
    sheet.piece("screen", (8, 4), 2, "........ ........ ######## ########", |canvas| {
        canvas.rect(0, 118, 256, 8, darker(NAVY, 16));
        canvas.rect(6, 4, 244, 116, INK);
        canvas.rect(10, 8, 236, 104, [36, 58, 92]);
        for band in 0..104 {
            let lift = u8::try_from(band / 3).unwrap_or(0);
            canvas.rect(10, 8 + band, 236, 1, [36 + lift, 58 + lift, 104 + lift]);
        }
        canvas.disc(150, 20, 74, 74, [92, 124, 176], 120);
        canvas.rect(28, 30, 96, 10, WHITE);
        canvas.rect(28, 46, 70, 6, [180, 206, 232]);
        canvas.rect(28, 58, 82, 6, [180, 206, 232]);
        canvas.rect(28, 70, 54, 6, [180, 206, 232]);
        canvas.disc(168, 34, 40, 40, MUSTARD, 255);
        canvas.disc(174, 40, 28, 28, CORAL, 255);
        canvas.rect(28, 92, 34, 9, CORAL);
        canvas.veil(10, 8, 236, 3, WHITE, 40);
    });
    sheet.piece("curtain", (1, 4), 2, ". . # #", |canvas| {
        canvas.rect(0, 0, 32, 120, [140, 48, 60]);
        for fold in 0..4 {
            canvas.rect(fold * 8, 0, 3, 120, [110, 34, 48]);
            canvas.rect(fold * 8 + 5, 0, 2, 120, [172, 72, 80]);
        }
        canvas.rect(0, 112, 32, 6, MUSTARD);
        canvas.rect(0, 0, 32, 8, darker(MUSTARD, 30));
    });
    for (name, column) in [("boards-left", 0), ("boards", 1), ("boards-right", 2)] {
        sheet.floor(name, |canvas| boards(canvas, column, false));
        sheet.wall(&format!("{name}-edge"), |canvas| boards(canvas, column, true));
    }
    sheet.floor("steps", |canvas| {
        for step in 0..4 {
            let shade = u8::try_from(step * 10).unwrap_or(0);
            canvas.rect(0, step * 8, 32, 8, darker(lighter(WOOD, 10), shade));
            canvas.rect(0, step * 8 + 6, 32, 2, darker(WOOD_DARK, 20));
        }
    });
    sheet.piece("lectern", (1, 2), 1, ".#", |canvas| {
        canvas.shadow(4, 52, 24, 10);
        canvas.block(6, 34, 20, 26, WOOD_DARK);
        canvas.block(3, 26, 26, 12, WOOD);
        canvas.block(9, 27, 14, 8, WHITE);
        canvas.rect(15, 14, 2, 13, INK);
        canvas.disc(13, 10, 6, 7, INK, 255);
        canvas.disc(11, 44, 10, 10, MUSTARD, 255);
    });
    sheet.piece("speaker", (1, 2), 1, ".#", |canvas| {
        canvas.shadow(4, 52, 24, 10);
        canvas.block(5, 8, 22, 52, INK);
        canvas.disc(9, 12, 14, 14, [86, 90, 108], 255);
        canvas.disc(12, 15, 8, 8, INK, 255);
        canvas.disc(8, 30, 16, 20, [86, 90, 108], 255);
        canvas.disc(11, 34, 10, 12, INK, 255);
    });
}

fn boards(canvas: &mut Canvas, column: i32, edge: bool) {
    let color: Color = [154, 110, 76];
    for board in 0..4 {
        canvas.rect(0, board * 8, 32, 8, if board % 2 == 0 { color } else { darker(color, 8) });
        canvas.rect(0, board * 8 + 7, 32, 1, darker(color, 40));
    }
    canvas.rect(i32::from(column == 1) * 9 + 4, 0, 1, 7, darker(color, 40));
    canvas.rect(20, 8, 1, 7, darker(color, 40));
    if edge {
        canvas.rect(0, 13, 32, 19, darker(NAVY, 4));
        canvas.rect(0, 13, 32, 2, lighter(color, 40));
        for x in (3..32).step_by(7) {
            canvas.rect(x, 16, 1, 15, lighter(NAVY, 18));
        }
        canvas.rect(0, 30, 32, 2, darker(NAVY, 30));
    }
}

fn cafe(sheet: &mut Sheet) {
    sheet.piece("coffee", (3, 2), 1, "...###", |canvas| {
        for tile in 0..3 {
            let mut part = Canvas::new(32, 64);
            desk_front(&mut part, tile == 0, tile == 2);
            image::imageops::overlay(&mut canvas.image, &part.image, i64::from(tile * 32), 0);
        }
        canvas.block(8, 5, 26, 27, [150, 156, 168]);
        canvas.rect(11, 8, 20, 6, INK);
        canvas.rect(13, 10, 3, 2, CORAL);
        canvas.rect(18, 10, 3, 2, LEAF);
        canvas.rect(14, 17, 14, 9, [96, 100, 114]);
        canvas.rect(19, 21, 5, 5, WHITE);
        for x in [44, 53, 62] {
            canvas.disc(x, 25, 8, 7, WHITE, 255);
            canvas.disc(x + 2, 26, 4, 3, WOOD_DARK, 255);
        }
        canvas.block(74, 18, 18, 13, [214, 178, 116]);
        canvas.disc(76, 15, 8, 8, [196, 132, 74], 255);
        canvas.disc(83, 16, 8, 7, [176, 112, 60], 255);
    });
    sheet.piece("shelf", (2, 2), 1, "..##", |canvas| {
        canvas.shadow(2, 54, 60, 10);
        canvas.block(2, 4, 60, 56, WOOD_DARK);
        for row in 0..3 {
            let y = 8 + row * 17;
            canvas.rect(5, y, 54, 14, darker(WOOD_DARK, 40));
            let mut x = 6;
            let mut book = 0;
            while x < 55 {
                let dice = scatter(77, book, u32::try_from(row).unwrap_or(0));
                let width = 3 + i32::try_from(dice % 4).unwrap_or(0);
                let height = 9 + i32::try_from(dice / 8 % 5).unwrap_or(0);
                let colors = [TEAL, CORAL, MUSTARD, NAVY_SOFT, PLUM, WHITE, LEAF];
                let color = colors[dice as usize / 64 % colors.len()];
                if !dice.is_multiple_of(7) && x + width < 59 {
                    canvas.rect(x, y + 14 - height, width, height, color);
                    canvas.rect(x, y + 14 - height, 1, height, darker(color, 40));
                }
                x += width + 1;
                book += 1;
            }
        }
    });
    sheet.piece("lamp", (1, 2), 1, ".#", |canvas| {
        canvas.disc(0, 0, 32, 30, [255, 236, 170], 40);
        canvas.shadow(8, 54, 16, 8);
        canvas.rect(15, 20, 2, 38, INK);
        canvas.disc(10, 55, 12, 6, INK, 255);
        canvas.pillow(6, 6, 20, 16, [250, 226, 150]);
    });
    sheet.piece("rope", (1, 1), 0, "#", |canvas| {
        canvas.shadow(0, 24, 32, 7);
        for x in [3, 25] {
            canvas.rect(x, 8, 4, 20, MUSTARD);
            canvas.rect(x + 3, 8, 1, 20, darker(MUSTARD, 50));
            canvas.disc(x - 1, 5, 6, 6, lighter(MUSTARD, 26), 255);
        }
        for x in 0..9 {
            let sag = [0, 2, 3, 4, 4, 4, 3, 2, 0][x];
            let x = 7 + i32::try_from(x).unwrap_or(0) * 2;
            canvas.rect(x, 12 + sag, 2, 3, [150, 50, 62]);
        }
    });
    // What a signpost's text is drawn over: a panel on two feet.
    for (name, left, right) in [("left", 2, 32), ("middle", 0, 32), ("right", 0, 30)] {
        sheet.wall(&format!("post-{name}"), |canvas| canvas.rect(left, 0, right - left, 32, NAVY));
        sheet.wall(&format!("post-foot-{name}"), |canvas| {
            canvas.veil(left, 26, right - left, 5, [24, 22, 40], 60);
            canvas.rect(left, 0, right - left, 24, NAVY);
            let foot = if name == "right" { 22 } else { 6 };
            if name != "middle" {
                canvas.rect(foot, 24, 4, 6, INK);
            }
        });
    }
}
