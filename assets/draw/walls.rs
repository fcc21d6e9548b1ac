//! Walls: their tops as seen from above, and their faces where they are seen from the front.

use crate::{
    canvas::{Canvas, darker, lighter},
    palette::{CAP, CORAL, GLASS, INK, LEAF, MUSTARD, PLASTER, TEAL, WHITE, WOOD_DARK},
    sheet::Sheet,
};

/// All walls.
pub(crate) fn sheet() -> Sheet {
    let mut sheet = Sheet::new("walls", 12);
    // A top for each set of neighbours that are no tops: north 1, east 2, south 4, west 8.
    for open in 0..16_u32 {
        sheet.wall(&format!("cap-{open}"), |canvas| cap(canvas, open));
    }
    sheet.wall("face-high", |canvas| face(canvas, false));
    sheet.wall("face-low", |canvas| face(canvas, true));
    sheet.wall("glass-high", |canvas| glass(canvas, false));
    sheet.wall("glass-low", |canvas| glass(canvas, true));
    sheet.piece("window", (2, 2), 0, "####", |canvas| {
        wide_face(canvas, 2);
        canvas.rect(7, 9, 50, 34, WOOD_DARK);
        for x in [10, 34] {
            canvas.rect(x, 12, 20, 28, GLASS);
            canvas.rect(x, 12, 20, 9, lighter(GLASS, 34));
            for step in 0..9 {
                canvas.veil(x + 3 + step, 30 - step * 2, 4, 2, WHITE, 120);
            }
        }
        canvas.rect(5, 43, 54, 4, lighter(WOOD_DARK, 30));
    });
    sheet.piece("poster-teal", (1, 2), 0, "##", |canvas| poster(canvas, 0));
    sheet.piece("poster-coral", (1, 2), 0, "##", |canvas| poster(canvas, 1));
    sheet.piece("clock", (1, 2), 0, "##", |canvas| {
        wide_face(canvas, 1);
        canvas.disc(6, 14, 20, 20, INK, 255);
        canvas.disc(8, 16, 16, 16, WHITE, 255);
        canvas.rect(15, 19, 2, 6, INK);
        canvas.rect(16, 24, 5, 2, INK);
    });
    sheet.piece("board", (3, 2), 0, "######", |canvas| {
        wide_face(canvas, 3);
        canvas.rect(8, 6, 80, 44, WOOD_DARK);
        canvas.rect(11, 9, 74, 38, [206, 168, 120]);
        canvas.grain(5, 9, 22);
        for (x, y, width, height, color) in [
            (15, 12, 18, 22, WHITE),
            (37, 13, 22, 15, lighter(TEAL, 90)),
            (63, 11, 17, 20, WHITE),
            (38, 31, 15, 13, [250, 226, 150]),
            (57, 34, 22, 10, lighter(CORAL, 60)),
        ] {
            canvas.veil(x + 1, y + 1, width, height, INK, 70);
            canvas.rect(x, y, width, height, color);
            for line in 0..height / 4 - 1 {
                canvas.rect(x + 3, y + 4 + line * 4, width - 7, 1, darker(color, 90));
            }
            canvas.rect(x + width / 2, y - 1, 2, 2, CORAL);
        }
    });
    sheet
}

fn cap(canvas: &mut Canvas, open: u32) {
    canvas.rect(0, 0, 32, 32, CAP);
    canvas.grain(open + 1, 41, 7);
    let (light, dark) = (lighter(CAP, 40), darker(CAP, 26));
    let side = |bit: u32| open & bit != 0;
    if side(8) {
        canvas.rect(0, 0, 2, 32, light);
    }
    if side(2) {
        canvas.rect(30, 0, 2, 32, dark);
    }
    if side(1) {
        canvas.rect(0, 0, 32, 2, light);
    }
    if side(4) {
        canvas.rect(0, 29, 32, 3, dark);
    }
}

fn face(canvas: &mut Canvas, low: bool) {
    canvas.rect(0, 0, 32, 32, PLASTER);
    canvas.grain(if low { 4 } else { 2 }, 31, 9);
    if low {
        canvas.rect(0, 8, 32, 24, darker(PLASTER, 16));
        canvas.rect(0, 7, 32, 1, darker(PLASTER, 48));
        for x in [0, 16] {
            canvas.rect(x, 8, 1, 18, darker(PLASTER, 30));
        }
        canvas.rect(0, 26, 32, 6, WOOD_DARK);
        canvas.rect(0, 26, 32, 1, lighter(WOOD_DARK, 34));
    } else {
        canvas.veil(0, 0, 32, 3, [20, 22, 40], 70);
        canvas.veil(0, 3, 32, 3, [20, 22, 40], 30);
    }
}

fn wide_face(canvas: &mut Canvas, width: i32) {
    for tile in 0..width {
        let mut high = Canvas::new(32, 32);
        face(&mut high, false);
        let mut low = Canvas::new(32, 32);
        face(&mut low, true);
        image::imageops::overlay(&mut canvas.image, &high.image, i64::from(tile * 32), 0);
        image::imageops::overlay(&mut canvas.image, &low.image, i64::from(tile * 32), 32);
    }
}

/// The wall of a meeting room: glass in dark frames.
fn glass(canvas: &mut Canvas, low: bool) {
    canvas.rect(0, 0, 32, 32, lighter(GLASS, 12));
    for step in 0..16 {
        canvas.veil(4 + step, 26 - step * 2, 7, 2, WHITE, 80);
    }
    canvas.rect(0, 0, 2, 32, CAP);
    canvas.rect(30, 0, 2, 32, CAP);
    if low {
        canvas.rect(0, 25, 32, 7, CAP);
        canvas.rect(0, 25, 32, 1, lighter(CAP, 40));
    } else {
        canvas.rect(0, 0, 32, 3, darker(CAP, 16));
    }
}

fn poster(canvas: &mut Canvas, kind: u32) {
    wide_face(canvas, 1);
    let ground = if kind == 0 { TEAL } else { [244, 230, 204] };
    canvas.veil(6, 11, 22, 32, INK, 90);
    canvas.rect(5, 9, 22, 32, WHITE);
    canvas.rect(6, 10, 20, 30, ground);
    if kind == 0 {
        canvas.disc(10, 15, 12, 12, MUSTARD, 255);
        for hill in 0..10 {
            canvas.rect(6 + hill, 36 - hill, 20 - hill * 2 + hill, 2, darker(TEAL, 40));
        }
    } else {
        canvas.rect(15, 20, 2, 16, LEAF);
        for (x, y) in [(9, 22), (17, 19), (10, 28), (17, 26)] {
            canvas.disc(x, y, 7, 5, LEAF, 255);
        }
        canvas.disc(11, 13, 10, 9, CORAL, 255);
    }
}
