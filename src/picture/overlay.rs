//! What a map means, drawn over its picture, with a legend below.
//!
//! Colours are those of Okabe and Ito, which people with any kind of colour blindness can tell apart;
//! the lines differ too, so that the picture survives a black-and-white printer.

use std::collections::BTreeSet;

use embedded_graphics::{
    Drawable as _, Pixel as Dot,
    draw_target::DrawTarget,
    geometry::{Dimensions, Point, Size},
    mono_font::{MonoFont, MonoTextStyle, iso_8859_1::FONT_6X10},
    pixelcolor::BinaryColor,
    primitives::Rectangle,
    text::{Baseline, Text},
};
use unicode_normalization::char::decompose_canonical;

use super::canvas::{Area, Canvas, premultiply};
use crate::{
    finding::{Finding, Severity},
    model::{TilePos, TileRect, TileSize},
    workadventure::{Holder, Meaning, Traffic, Zone, ZoneKind},
};

const FONT: &MonoFont<'static> = &FONT_6X10;
/// Space around a label's text, in pixels.
const PADDING: i64 = 2;
/// Height of a line of the legend, in pixels.
const LINE: i64 = 18;
/// Width of a sample in the legend, in pixels.
const SAMPLE: i64 = 24;
/// Longest text of a label, in characters.
const LABEL_LENGTH: usize = 32;

/// A layer of meaning that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverlayKind {
    /// Where nobody can walk.
    Walk,
    /// Where something happens.
    Zones,
    /// How many visitors pass where.
    Traffic,
    /// Where visitors arrive.
    Entries,
    /// What leads to other maps.
    Exits,
    /// Where stands may go, and where they are.
    Stands,
    /// Where findings lie.
    Problems,
}

/// What is drawn over a picture of a map.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    marks: Vec<Mark>,
}

/// Some cells that belong together.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) style: &'static Style,
    pub(super) cells: BTreeSet<TilePos>,
    pub(super) label: Option<String>,
}

/// How marks of one kind look.
#[derive(Debug)]
pub(super) struct Style {
    /// Name in the legend.
    pub(super) name: &'static str,
    pub(super) color: [u8; 3],
    pub(super) line: Line,
    /// Opacity of the inside.
    pub(super) fill: u8,
}

/// How an outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Pixels drawn and pixels left out, in turn; nothing is left out of a solid line.
    Dashes(i64, i64),
    /// No outline but a hatched inside.
    Hatch,
    /// No outline.
    Bare,
    /// Black and coloured in turn, wider.
    Warning,
}

pub(super) const SOLID: Line = Line::Dashes(1, 0);

static WALL: Style = Style { name: "blocked", color: [0, 0, 0], line: Line::Hatch, fill: 60 };
static MEETING: Style = Style { name: "meeting", color: [0, 114, 178], line: SOLID, fill: 70 };
static WEBSITE: Style = Style { name: "website", color: [230, 159, 0], line: Line::Dashes(8, 4), fill: 70 };
static SOUND: Style = Style { name: "sound", color: [204, 121, 167], line: Line::Dashes(2, 2), fill: 70 };
static SILENT: Style = Style { name: "silent", color: [240, 228, 66], line: Line::Dashes(4, 4), fill: 70 };
static OTHER: Style =
    Style { name: "other zone", color: [86, 180, 233], line: Line::Dashes(12, 2), fill: 60 };
static ENTRY: Style = Style { name: "entry", color: [0, 158, 115], line: SOLID, fill: 90 };
static EXIT: Style = Style { name: "exit", color: [213, 94, 0], line: Line::Dashes(6, 2), fill: 90 };
/// Cells that more than this share of all walks crosses, the fewest first.
static TRAFFIC: [(f64, Style); 4] = [
    (0.0, Style { name: "fewer walks", color: [213, 94, 0], line: Line::Bare, fill: 40 }),
    (0.05, Style { name: "1 walk in 20", color: [213, 94, 0], line: Line::Bare, fill: 90 }),
    (0.2, Style { name: "1 walk in 5", color: [213, 94, 0], line: Line::Bare, fill: 140 }),
    (0.5, Style { name: "1 walk in 2", color: [213, 94, 0], line: Line::Bare, fill: 200 }),
];
static STAND_AREA: Style =
    Style { name: "area for stands", color: [110, 80, 200], line: Line::Dashes(10, 6), fill: 30 };
static STAND: Style = Style { name: "stand", color: [110, 80, 200], line: SOLID, fill: 110 };
static ERROR: Style = Style { name: "error", color: [213, 94, 0], line: Line::Warning, fill: 50 };
static WARNING: Style = Style { name: "warning", color: [240, 228, 66], line: Line::Warning, fill: 40 };
static INFO: Style = Style { name: "advice", color: [86, 180, 233], line: Line::Warning, fill: 30 };

impl Overlay {
    /// What these kinds show of a map. `findings` are those of the map that [`OverlayKind::Problems`]
    /// shows; what lies nowhere on the map is not drawn.
    pub fn new<'f>(
        kinds: &[OverlayKind],
        meaning: &Meaning,
        findings: impl IntoIterator<Item = (&'f Finding, Severity)>,
    ) -> Self {
        let wanted = |kind| kinds.contains(&kind);
        let mut marks = Vec::new();
        if wanted(OverlayKind::Walk) {
            let walk = &meaning.walk;
            let cells = walk.bounds().cells().filter(|cell| walk.is_blocked(*cell)).collect();
            marks.push(Mark { style: &WALL, cells, label: None });
        }
        if wanted(OverlayKind::Traffic) {
            marks.extend(traffic(meaning));
        }
        if wanted(OverlayKind::Zones) {
            let exits_too = wanted(OverlayKind::Exits);
            marks.extend(meaning.zones.iter().filter_map(|zone| {
                let style = zone_style(zone);
                let drawn = !(exits_too && std::ptr::eq(style, &raw const EXIT));
                drawn.then(|| Mark { style, cells: shape(zone), label: Some(holder_name(&zone.holder)) })
            }));
        }
        if wanted(OverlayKind::Entries) {
            let meant = meaning.entries.iter().filter(|entry| entry.declared || entry.default);
            marks.extend(meant.map(|entry| {
                let default = if entry.default { " (default)" } else { "" };
                Mark {
                    style: &ENTRY,
                    cells: entry.cells().iter().collect(),
                    label: Some(format!("#{}{default}", entry.name)),
                }
            }));
        }
        if wanted(OverlayKind::Exits) {
            marks.extend(meaning.exits.iter().map(|exit| Mark {
                style: &EXIT,
                cells: exit.cells.iter().collect(),
                label: Some(format!("> {}", exit.property.value.display())),
            }));
        }
        if wanted(OverlayKind::Problems) {
            marks.extend(findings.into_iter().filter_map(|(finding, severity)| {
                let area = finding.place.area_tiles?;
                let style = match severity {
                    Severity::Error => &ERROR,
                    Severity::Warning => &WARNING,
                    Severity::Info => &INFO,
                };
                // A rectangle may come from a number in the file: only what a map can have is listed.
                let listed = u64::from(area.width) * u64::from(area.height) <= 1 << 20;
                let cells = if listed { area.cells().collect() } else { BTreeSet::new() };
                Some(Mark { style, cells, label: Some(finding.rule.name.to_owned()) })
            }));
        }
        Self::of_marks(marks)
    }

    /// The same with areas for stands, and stands, below the other marks: what [`OverlayKind::Stands`] shows.
    #[must_use]
    pub fn with_stands(
        self,
        areas: impl IntoIterator<Item = (String, Vec<TilePos>)>,
        stands: impl IntoIterator<Item = (String, Vec<TilePos>)>,
    ) -> Self {
        let mark = |style: &'static Style| {
            move |(name, cells): (String, Vec<TilePos>)| Mark {
                style,
                cells: cells.into_iter().collect(),
                label: Some(name),
            }
        };
        let below = areas.into_iter().map(mark(&STAND_AREA)).chain(stands.into_iter().map(mark(&STAND)));
        Self::of_marks(below.chain(self.marks).collect())
    }

    /// These marks, the first below the others; those without a cell are left out.
    pub(super) fn of_marks(mut marks: Vec<Mark>) -> Self {
        marks.retain(|mark| !mark.cells.is_empty());
        Self { marks }
    }

    /// Number of things that are marked.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Places everything on a picture `width` by `height` pixels that shows `tiles`.
    pub(super) fn lay_out(
        self,
        tiles: TileRect,
        tile: TileSize,
        scale: f64,
        (width, height): (u32, u32),
    ) -> Layout {
        let grid = Grid { tiles, cell: (f64::from(tile.width) * scale, f64::from(tile.height) * scale) };
        let (width, height) = (i64::from(width), i64::from(height));
        let labels = place_labels(&self.marks, grid, width, height);
        let legend = place_legend(&self.marks, width, height);
        Layout { marks: self.marks, grid, width, height, labels, legend }
    }
}

/// The cells that stand for a zone: of an area its rectangle as the designer drew it.
fn shape(zone: &Zone) -> BTreeSet<TilePos> {
    match (&zone.holder, zone.place.area_tiles) {
        (Holder::Area(_), Some(area)) if u64::from(area.width) * u64::from(area.height) <= 1 << 20 => {
            area.cells().collect()
        }
        _ => zone.cells.iter().collect(),
    }
}

fn holder_name(holder: &Holder) -> String {
    match holder {
        Holder::Layer(path) => path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name).to_owned(),
        Holder::Area(name) => name.clone(),
        Holder::Tile(tileset, id) => format!("{tileset} {id}"),
    }
}

fn traffic(meaning: &Meaning) -> impl Iterator<Item = Mark> {
    let traffic = Traffic::of(meaning);
    let mut cells: [BTreeSet<TilePos>; TRAFFIC.len()] = Default::default();
    for cell in meaning.walk.bounds().cells() {
        let share = traffic.share(cell);
        if let Some(level) = TRAFFIC.iter().rposition(|(least, _)| share > *least) {
            cells[level].insert(cell);
        }
    }
    let marks = TRAFFIC.iter().zip(cells).filter(|(_, cells)| !cells.is_empty());
    marks.map(|((_, style), cells)| Mark { style, cells, label: None })
}

fn zone_style(zone: &Zone) -> &'static Style {
    match zone.kind() {
        ZoneKind::Meeting => &MEETING,
        ZoneKind::Website => &WEBSITE,
        ZoneKind::Sound => &SOUND,
        ZoneKind::Silent => &SILENT,
        ZoneKind::Exit => &EXIT,
        ZoneKind::Other => &OTHER,
    }
}

/// An overlay with everything in its place on a picture.
#[derive(Debug)]
pub(super) struct Layout {
    marks: Vec<Mark>,
    grid: Grid,
    /// Size of the map's picture, in pixels.
    width: i64,
    height: i64,
    labels: Vec<Label>,
    legend: Legend,
}

/// Where cells lie on the picture.
#[derive(Debug, Clone, Copy)]
struct Grid {
    tiles: TileRect,
    /// Size of a cell, in pixels of the picture.
    cell: (f64, f64),
}

impl Grid {
    fn area(self, cell: TilePos) -> Area {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "float casts saturate, far outside of any picture"
        )]
        let edge =
            |at: i32, origin: i32, side: f64| ((f64::from(at) - f64::from(origin)) * side).round() as i64;
        Area {
            left: edge(cell.x, self.tiles.x, self.cell.0),
            top: edge(cell.y, self.tiles.y, self.cell.1),
            right: edge(cell.x.saturating_add(1), self.tiles.x, self.cell.0),
            bottom: edge(cell.y.saturating_add(1), self.tiles.y, self.cell.1),
        }
    }
}

#[derive(Debug)]
struct Label {
    area: Area,
    text: String,
    color: [u8; 3],
}

#[derive(Debug, Default)]
struct Legend {
    /// Height of the strip, in pixels.
    height: i64,
    items: Vec<(i64, i64, &'static Style, String)>,
}

/// Labels stand in the top-left corner of their mark, and give way downwards to those that are there.
fn place_labels(marks: &[Mark], grid: Grid, width: i64, height: i64) -> Vec<Label> {
    let picture = Area::new(0, 0, width, height);
    let mut labels: Vec<Label> = Vec::new();
    let mut said = BTreeSet::new();
    for mark in marks {
        let Some(text) = mark.label.as_deref().map(shortened).filter(|text| !text.is_empty()) else {
            continue;
        };
        let seen =
            mark.cells.iter().map(|cell| grid.area(*cell)).filter_map(|area| area.intersection(picture));
        let Some(corner) = seen.min_by_key(|area| (area.top, area.left)) else { continue };
        if !said.insert((corner.top, corner.left, text.clone())) {
            continue;
        }
        let (wide, high) = (text_width(&text) + 2 * PADDING, i64::from(FONT.character_size.height) + PADDING);
        let left = corner.left.min(width - wide).max(0);
        let mut area = Area::new(left, corner.top.min(height - high).max(0), wide, high);
        // A crowd of marks on one cell stays readable, and the search stays short.
        for _ in 0..24 {
            let Some(other) = labels.iter().find(|label| label.area.intersection(area).is_some()) else {
                break;
            };
            let top = other.area.bottom;
            if top + high > height {
                break;
            }
            area = Area::new(left, top, wide, high);
        }
        labels.push(Label { area, text, color: mark.style.color });
    }
    labels
}

fn place_legend(marks: &[Mark], width: i64, top: i64) -> Legend {
    let mut kinds: Vec<(&'static Style, usize)> = Vec::new();
    for mark in marks {
        match kinds.iter_mut().find(|(style, _)| std::ptr::eq(*style, mark.style)) {
            Some((_, count)) => *count += 1,
            None => kinds.push((mark.style, 1)),
        }
    }
    let mut legend = Legend::default();
    let (mut x, mut y) = (6, 4);
    for (style, count) in kinds {
        let text = if matches!(style.line, Line::Hatch | Line::Bare) {
            style.name.to_owned()
        } else {
            format!("{} ({count})", style.name)
        };
        let wide = SAMPLE + 6 + text_width(&text) + 14;
        if x > 6 && x + wide > width {
            (x, y) = (6, y + LINE);
        }
        legend.items.push((x, top + y, style, text));
        x += wide;
    }
    if !legend.items.is_empty() {
        legend.height = y + LINE + 2;
    }
    legend
}

fn text_width(text: &str) -> i64 {
    i64::from(FONT.character_size.width) * i64::try_from(text.chars().count()).unwrap_or(0)
}

/// The text as the font can show it, and not too long.
fn shortened(text: &str) -> String {
    let has = |c: char| matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}');
    let known = |c: char| {
        if has(c) {
            return c;
        }
        // A letter without its accent is better than none.
        let mut plain = None;
        decompose_canonical(c, |part| plain = plain.or(Some(part)));
        plain.filter(|plain| has(*plain)).unwrap_or('?')
    };
    let mut short: String = text.chars().take(LABEL_LENGTH).map(known).collect();
    if text.chars().nth(LABEL_LENGTH).is_some() {
        short.truncate(short.char_indices().nth(LABEL_LENGTH - 2).map_or(short.len(), |(at, _)| at));
        short.push_str("..");
    }
    short
}

impl Layout {
    /// Height of the legend below the picture, in pixels.
    pub(super) fn legend_height(&self) -> u32 {
        u32::try_from(self.legend.height).unwrap_or(0)
    }

    /// Draws what falls on these rows of the picture of the map.
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        for mark in &self.marks {
            self.draw_mark(canvas, mark);
        }
        for label in &self.labels {
            if label.area.intersection(canvas.area()).is_some() {
                draw_label(canvas, label);
            }
        }
    }

    /// The legend, to stand below the picture.
    pub(super) fn draw_legend(&self) -> Canvas {
        let side = |length: i64| usize::try_from(length).unwrap_or(0);
        let mut canvas = Canvas::new(0, self.height, side(self.width), side(self.legend.height));
        canvas.fill(canvas.area(), color([255; 3], 255));
        for (x, y, style, text) in &self.legend.items {
            let area = Area::new(*x, *y, SAMPLE, LINE - 4);
            fill(&mut canvas, style, area);
            outline(&mut canvas, style, area, [true; 4]);
            write(&mut canvas, text, (x + SAMPLE + 6, y + 2), [0; 3]);
        }
        canvas
    }

    fn draw_mark(&self, canvas: &mut Canvas, mark: &Mark) {
        let seen = canvas.area();
        // Cells sort by row, so those of this band are found without looking at all.
        let row = |y: i64, down: i32| {
            #[expect(clippy::cast_precision_loss, reason = "pixels of a picture are below 2^53")]
            let row = super::render::floor(y as f64 / self.grid.cell.1);
            row.saturating_add(self.grid.tiles.y).saturating_add(down)
        };
        let rows = TilePos::new(i32::MIN, row(seen.top, -1))..TilePos::new(i32::MIN, row(seen.bottom, 2));
        for cell in mark.cells.range(rows).copied() {
            let area = self.grid.area(cell);
            if area.intersection(seen).is_none() {
                continue;
            }
            fill(canvas, mark.style, area);
            outline(canvas, mark.style, area, cell.neighbours().map(|next| !mark.cells.contains(&next)));
        }
    }
}

fn color([red, green, blue]: [u8; 3], alpha: u8) -> u32 {
    premultiply(u32::from_le_bytes([red, green, blue, alpha]))
}

fn fill(canvas: &mut Canvas, style: &Style, area: Area) {
    canvas.fill(area, color(style.color, style.fill));
    if style.line != Line::Hatch {
        return;
    }
    let Some(seen) = area.intersection(canvas.area()) else { return };
    for y in seen.top..seen.bottom {
        let first = seen.left + (-(seen.left + y)).rem_euclid(6);
        for x in (first..seen.right).step_by(6) {
            canvas.fill(Area::new(x, y, 1, 1), color(style.color, 200));
        }
    }
}

/// Edges of a cell, up, left, right and down, where its mark ends.
fn outline(canvas: &mut Canvas, style: &Style, area: Area, [up, left, right, down]: [bool; 4]) {
    let wide = match style.line {
        Line::Hatch | Line::Bare => return,
        Line::Dashes(..) => 2,
        Line::Warning => 3,
    };
    let wide = wide.min((area.right - area.left).min(area.bottom - area.top) / 3).max(1);
    let edges = [
        (up, Area { bottom: area.top + wide, ..area }),
        (left, Area { right: area.left + wide, ..area }),
        (right, Area { left: area.right - wide, ..area }),
        (down, Area { top: area.bottom - wide, ..area }),
    ];
    for (_, edge) in edges.into_iter().filter(|(ends, _)| *ends) {
        let Some(seen) = edge.intersection(canvas.area()) else { continue };
        let flat = edge.right - edge.left >= edge.bottom - edge.top;
        let (from, to) = if flat { (seen.left, seen.right) } else { (seen.top, seen.bottom) };
        for at in from..to {
            let shade = match style.line {
                Line::Dashes(on, off) if at.rem_euclid(on + off) < on => style.color,
                Line::Warning => [[0; 3], style.color][usize::from(at.rem_euclid(12) < 6)],
                _ => continue,
            };
            let dot = if flat {
                Area { left: at, right: at + 1, ..seen }
            } else {
                Area { top: at, bottom: at + 1, ..seen }
            };
            canvas.fill(dot, color(shade, 255));
        }
    }
}

fn draw_label(canvas: &mut Canvas, label: &Label) {
    canvas.fill(label.area, color([255; 3], 225));
    canvas.fill(Area { top: label.area.bottom - 2, ..label.area }, color(label.color, 255));
    write(canvas, &label.text, (label.area.left + PADDING, label.area.top), [0; 3]);
}

/// Writes one line of text, its top left at a point.
pub(super) fn write(canvas: &mut Canvas, text: &str, (x, y): (i64, i64), ink: [u8; 3]) {
    let point = |x: i64, y: i64| Some(Point::new(i32::try_from(x).ok()?, i32::try_from(y).ok()?));
    let Some(at) = point(x, y) else { return };
    let style = MonoTextStyle::new(FONT, BinaryColor::On);
    let mut paper = Paper { canvas, ink: color(ink, 255) };
    let Ok(_end) = Text::with_baseline(text, at, style, Baseline::Top).draw(&mut paper);
}

/// A canvas as the font library draws on it.
struct Paper<'a> {
    canvas: &'a mut Canvas,
    ink: u32,
}

impl Dimensions for Paper<'_> {
    fn bounding_box(&self) -> Rectangle {
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let corner = |at: i64| i32::try_from(at).unwrap_or(0);
        Rectangle::new(
            Point::new(corner(self.canvas.left), corner(self.canvas.top)),
            Size::new(side(self.canvas.width), side(self.canvas.height)),
        )
    }
}

impl DrawTarget for Paper<'_> {
    type Color = BinaryColor;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Dot<BinaryColor>>>(&mut self, dots: I) -> Result<(), Self::Error> {
        for Dot(at, _) in dots.into_iter().filter(|dot| dot.1.is_on()) {
            self.canvas.fill(Area::new(at.x.into(), at.y.into(), 1, 1), self.ink);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(marks: Vec<Mark>) -> Layout {
        let tile = TileSize { width: 32, height: 32 };
        Overlay { marks }.lay_out(TileRect::new(0, 0, 10, 10), tile, 1.0, (320, 320))
    }

    fn mark(style: &'static Style, cells: TileRect, label: &str) -> Mark {
        Mark { style, cells: cells.cells().collect(), label: Some(label.to_owned()) }
    }

    #[test]
    fn labels_make_way_for_each_other_and_stay_on_the_picture() {
        let marks = vec![
            mark(&MEETING, TileRect::new(9, 9, 1, 1), "the longest name in the whole wide venue, by far"),
            mark(&EXIT, TileRect::new(2, 2, 3, 3), "> a.tmj"),
            mark(&ENTRY, TileRect::new(2, 2, 1, 1), "#start"),
        ];
        let layout = layout(marks);
        let picture = Area::new(0, 0, 320, 320);
        for (index, label) in layout.labels.iter().enumerate() {
            assert_eq!(label.area.intersection(picture), Some(label.area), "{}", label.text);
            for other in &layout.labels[..index] {
                assert_eq!(label.area.intersection(other.area), None, "{} on {}", label.text, other.text);
            }
        }
        assert_eq!(layout.labels[0].text, "the longest name in the whole ..");
    }

    #[test]
    fn bands_do_not_show() {
        let layout = layout(vec![
            mark(&WALL, TileRect::new(0, 0, 10, 1), ""),
            mark(&WEBSITE, TileRect::new(1, 1, 4, 3), "site"),
            mark(&ERROR, TileRect::new(-3, 5, 20, 2), "rule"),
        ]);
        let mut whole = Canvas::new(0, 0, 320, 320);
        layout.draw(&mut whole);
        let mut bands = Vec::new();
        for top in (0..320).step_by(7) {
            let mut band = Canvas::new(0, top, 320, usize::try_from((320 - top).min(7)).unwrap());
            layout.draw(&mut band);
            bands.extend(band.pixels);
        }
        assert_eq!(bands, whole.pixels);
        assert!(whole.pixels.iter().any(|pixel| *pixel != 0));
    }

    #[test]
    fn the_legend_names_what_is_shown_and_nothing_else() {
        let layout = layout(vec![
            mark(&WEBSITE, TileRect::new(1, 1, 1, 1), "a"),
            mark(&WEBSITE, TileRect::new(3, 1, 1, 1), "b"),
            mark(&ENTRY, TileRect::new(5, 1, 1, 1), "c"),
        ]);
        let names: Vec<&str> = layout.legend.items.iter().map(|item| item.3.as_str()).collect();
        assert_eq!(names, ["website (2)", "entry (1)"]);
        assert!(layout.legend_height() > 0);
        assert_eq!(self::layout(Vec::new()).legend_height(), 0);
    }
}
