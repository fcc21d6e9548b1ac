//! Logos of sponsors that do not exist.

use std::fmt::Write as _;

use crate::{
    canvas::{Canvas, Color},
    palette::{CORAL, INK, LEAF, MUSTARD, NAVY, PLUM, TEAL, WHITE},
};

/// Logos as pictures, by file name.
pub(crate) fn pictures() -> Vec<(&'static str, Canvas)> {
    vec![
        ("kettle-coil.png", kettle()),
        ("papaya.png", papaya()),
        ("blauwal.png", whale()),
        ("tinkerloft.png", loft()),
        ("moss.png", moss()),
    ]
}

/// Logos as SVG, by file name.
pub(crate) fn drawings() -> Vec<(&'static str, String)> {
    vec![
        ("nordlicht.svg", northern_light()),
        ("quellwerk.svg", spring()),
        ("zlutasek.svg", butterfly()),
        ("octant.svg", octant()),
        ("lanterna.svg", lantern()),
    ]
}

fn kettle() -> Canvas {
    let mut canvas = Canvas::new(256, 128);
    let copper: Color = [186, 92, 48];
    canvas.disc(24, 40, 84, 76, copper, 255);
    canvas.rect(24, 78, 84, 36, copper);
    canvas.rect(30, 112, 72, 6, INK);
    canvas.disc(56, 24, 20, 20, INK, 255);
    for step in 0..20 {
        canvas.rect(100 + step, 70 - step, 12, 12, copper);
    }
    for turn in 0..3 {
        let x = 136 + turn * 34;
        canvas.disc(x, 36, 52, 64, INK, 255);
        canvas.disc(x + 9, 45, 34, 46, [0, 0, 0], 255);
        clear(&mut canvas, x + 9, 45, 34, 46);
    }
    canvas.disc(44, 56, 26, 18, [226, 150, 104], 255);
    canvas
}

/// Cuts an ellipse out.
fn clear(canvas: &mut Canvas, x: i32, y: i32, width: i32, height: i32) {
    let mut hole = Canvas::new(canvas.image.width(), canvas.image.height());
    hole.disc(x, y, width, height, [0; 3], 255);
    for (pixel, cut) in canvas.image.pixels_mut().zip(hole.image.pixels()) {
        if cut.0[3] == 255 {
            pixel.0 = [0; 4];
        }
    }
}

fn papaya() -> Canvas {
    let mut canvas = Canvas::new(160, 160);
    canvas.disc(18, 8, 124, 144, [64, 120, 60], 255);
    canvas.disc(24, 14, 112, 132, [244, 150, 70], 255);
    canvas.disc(48, 44, 64, 84, [250, 190, 110], 255);
    for (x, y) in [(70, 58), (86, 66), (66, 78), (84, 88), (72, 100)] {
        canvas.disc(x, y, 12, 14, INK, 255);
    }
    canvas
}

fn whale() -> Canvas {
    let mut canvas = Canvas::new(240, 128);
    let blue: Color = [48, 96, 168];
    canvas.disc(16, 34, 170, 84, blue, 255);
    canvas.disc(30, 78, 120, 36, [190, 214, 238], 255);
    canvas.disc(44, 62, 12, 12, WHITE, 255);
    canvas.disc(48, 66, 6, 6, INK, 255);
    for step in 0..34 {
        canvas.rect(168 + step, 66 - step / 2, 8, 14 - step / 6, blue);
    }
    canvas.disc(186, 18, 44, 24, blue, 255);
    canvas.disc(196, 42, 36, 20, blue, 255);
    for (x, y, size) in [(92, 8, 10), (104, 2, 8), (80, 4, 8), (96, 20, 7)] {
        canvas.disc(x, y, size, size, [120, 180, 226], 255);
    }
    canvas
}

/// Light on clear ground: it needs a dark plate.
fn loft() -> Canvas {
    let mut canvas = Canvas::new(256, 96);
    for (index, color) in [WHITE, [250, 226, 150], [250, 190, 160]].into_iter().enumerate() {
        let x = 16 + i32::try_from(index).unwrap_or(0) * 78;
        for step in 0..32 {
            canvas.rect(x + 32 - step, 8 + step, 2 * step + 2, 1, color);
        }
        canvas.rect(x + 6, 40, 54, 44, color);
        canvas.rect(x + 26, 58, 14, 26, [60, 66, 88]);
    }
    canvas
}

fn moss() -> Canvas {
    let mut canvas = Canvas::new(128, 128);
    canvas.disc(4, 4, 120, 120, [38, 84, 58], 255);
    for (x, y, size, color) in
        [(22, 52, 50, LEAF), (52, 36, 56, [120, 178, 96]), (44, 70, 44, [160, 206, 120]), (72, 72, 34, LEAF)]
    {
        canvas.disc(x, y, size, size, color, 255);
    }
    canvas
}

fn svg(width: u32, height: u32, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n{body}</svg>\n"
    )
}

fn hex([r, g, b]: Color) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn northern_light() -> String {
    let mut body = String::new();
    for (index, color) in [TEAL, [92, 190, 160], [150, 120, 190], PLUM].into_iter().enumerate() {
        let x = 20 + index * 30;
        let _infallible = writeln!(
            body,
            "  <path fill=\"{}\" d=\"M{x} 110 C{} 70 {} 50 {} 10 L{} 10 C{} 52 {} 72 {} 110 Z\"/>",
            hex(color),
            x + 2,
            x + 30,
            x + 22,
            x + 44,
            x + 52,
            x + 24,
            x + 20
        );
    }
    let _infallible = writeln!(
        body,
        "  <path fill=\"{}\" d=\"M200 110 V30 h16 l34 48 V30 h16 v80 h-16 l-34 -48 v48 Z\"/>",
        hex(NAVY)
    );
    svg(290, 120, &body)
}

fn spring() -> String {
    svg(
        200,
        120,
        &format!(
            "  <path fill=\"{a}\" d=\"M60 8 C84 42 100 60 100 80 A40 36 0 0 1 20 80 C20 60 36 42 60 8 Z\"/>\n  \
             <path fill=\"{b}\" d=\"M44 84 a18 16 0 0 0 18 16 v-8 a10 9 0 0 1 -10 -8 Z\"/>\n  \
             <g fill=\"{c}\">\n    <rect x=\"120\" y=\"40\" width=\"64\" height=\"14\" rx=\"7\"/>\n    \
             <rect x=\"120\" y=\"64\" width=\"48\" height=\"14\" rx=\"7\"/>\n    \
             <rect x=\"120\" y=\"88\" width=\"56\" height=\"14\" rx=\"7\"/>\n  </g>\n",
            a = hex([44, 120, 176]),
            b = hex(WHITE),
            c = hex(NAVY)
        ),
    )
}

fn butterfly() -> String {
    svg(
        160,
        120,
        &format!(
            "  <g fill=\"{a}\">\n    <path d=\"M76 60 C50 6 8 8 12 40 C14 58 44 66 76 62 Z\"/>\n    \
             <path d=\"M84 60 C110 6 152 8 148 40 C146 58 116 66 84 62 Z\"/>\n  </g>\n  <g fill=\"{b}\">\n    \
             <path d=\"M76 66 C50 66 26 78 32 98 C40 116 68 104 77 72 Z\"/>\n    \
             <path d=\"M84 66 C110 66 134 78 128 98 C120 116 92 104 83 72 Z\"/>\n  </g>\n  \
             <ellipse cx=\"80\" cy=\"64\" rx=\"5\" ry=\"34\" fill=\"{c}\"/>\n",
            a = hex(MUSTARD),
            b = hex([240, 200, 90]),
            c = hex(INK)
        ),
    )
}

fn octant() -> String {
    svg(
        140,
        140,
        &format!(
            "  <path fill=\"{a}\" d=\"M42 6 h56 l36 36 v56 l-36 36 h-56 l-36 -36 v-56 Z\"/>\n  \
             <path fill=\"{b}\" d=\"M70 24 L82 58 L116 70 L82 82 L70 116 L58 82 L24 70 L58 58 Z\"/>\n  \
             <circle cx=\"70\" cy=\"70\" r=\"8\" fill=\"{c}\"/>\n",
            a = hex(PLUM),
            b = hex(WHITE),
            c = hex(CORAL)
        ),
    )
}

/// Light on clear ground: it needs a dark plate.
fn lantern() -> String {
    svg(
        220,
        120,
        &format!(
            "  <g fill=\"{a}\">\n    <rect x=\"30\" y=\"30\" width=\"48\" height=\"66\" rx=\"12\"/>\n    \
             <rect x=\"40\" y=\"16\" width=\"28\" height=\"10\" rx=\"4\"/>\n    \
             <rect x=\"40\" y=\"100\" width=\"28\" height=\"8\" rx=\"4\"/>\n  </g>\n  \
             <path fill=\"{b}\" d=\"M54 42 C66 56 68 66 64 76 A11 11 0 0 1 44 76 C40 66 46 56 54 42 Z\"/>\n  \
             <g fill=\"{c}\">\n    <rect x=\"96\" y=\"36\" width=\"100\" height=\"12\"/>\n    \
             <rect x=\"96\" y=\"58\" width=\"76\" height=\"12\"/>\n    \
             <rect x=\"96\" y=\"80\" width=\"88\" height=\"12\"/>\n  </g>\n",
            a = hex([250, 236, 196]),
            b = hex([244, 150, 70]),
            c = hex(WHITE)
        ),
    )
}
