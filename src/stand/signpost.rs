//! Signposts: objects of class `signpost` in the venue, filled with who stands where.
//!
//! A signpost names all stands, or those of one area where a property `area` says so. They are grouped by
//! direction, and by area where there are several. The text is as large as the board has room for.

use image::{Rgba, RgbaImage};

use super::{lettering, logo::plate, place::Placement, spec::Spec};
use crate::model::{Map, TileRect, TileSize};

const BOARD: Rgba<u8> = Rgba([45, 52, 71, 255]);
const INK: Rgba<u8> = Rgba([250, 247, 236, 255]);
const SIGN: Rgba<u8> = Rgba([250, 214, 120, 255]);

/// Pixels between the edge of the board and the text, and below it, where its feet are.
const MARGIN: u32 = 6;
const FEET: u32 = 8;

/// A board in the venue.
#[derive(Debug)]
pub(super) struct Signpost {
    pub(super) tiles: TileRect,
    area: Option<String>,
}

/// Where something is, seen from a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Left,
    Up,
    Right,
    Down,
}

/// Those in one direction.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    direction: Direction,
    /// Their area, where there are several.
    area: String,
    /// The best among them.
    rank: u32,
    /// The nearest first.
    names: Vec<String>,
}

impl Signpost {
    /// The signposts that are drawn in a venue.
    pub(super) fn all(map: &Map) -> Vec<Self> {
        map.objects()
            .filter(|object| object.class == "signpost")
            .map(|object| Self {
                // What reaches beyond the map is seen by nobody.
                tiles: object.rectangle().tiles(map.tile_size).clipped(map.bounds()),
                area: object.properties.text("area").map(str::to_owned),
            })
            .filter(|board: &Self| board.tiles.width > 0 && board.tiles.height > 0)
            .collect()
    }

    fn groups(&self, spec: &Spec, placements: &[Placement]) -> Vec<Group> {
        let middle = |tiles: TileRect| (tiles.x + tiles.right(), tiles.y + tiles.bottom());
        let (x, y) = middle(self.tiles);
        let mut stands: Vec<(u32, Direction, &Placement)> = placements
            .iter()
            .filter(|placement| self.area.as_ref().is_none_or(|area| placement.area == *area))
            .map(|placement| {
                let (to_x, to_y) = middle(placement.tiles);
                let direction = match (to_x.abs_diff(x) >= to_y.abs_diff(y), to_x < x, to_y < y) {
                    (true, true, _) => Direction::Left,
                    (true, false, _) => Direction::Right,
                    (false, _, true) => Direction::Up,
                    (false, _, false) => Direction::Down,
                };
                (to_x.abs_diff(x) + to_y.abs_diff(y), direction, placement)
            })
            .collect();
        stands.sort_by_key(|(distance, _, placement)| (*distance, placement.sponsor));
        let several = stands.iter().any(|(.., placement)| placement.area != stands[0].2.area);
        let mut groups: Vec<Group> = Vec::new();
        for (_, direction, placement) in stands {
            let area = if several || self.area.is_some() { placement.area.as_str() } else { "" };
            let sponsor = &spec.sponsors[placement.sponsor];
            let rank = spec.tiers.get(sponsor.tier.get_ref()).map_or(u32::MAX, |tier| tier.rank);
            let name = lettering::short(&lettering::writable(sponsor.name.get_ref(), &sponsor.slug()).0);
            match groups.iter_mut().find(|group| group.direction == direction && group.area == area) {
                Some(group) => {
                    group.names.push(name);
                    group.rank = group.rank.min(rank);
                }
                None => groups.push(Group { direction, area: area.to_owned(), rank, names: vec![name] }),
            }
        }
        // Where the board is full before all are named, the best ranks are.
        groups.sort_by(|a, b| (a.rank, &a.area, a.direction).cmp(&(b.rank, &b.area, b.direction)));
        groups
    }

    /// The board with its text.
    pub(super) fn image(&self, spec: &Spec, placements: &[Placement], tile: TileSize) -> RgbaImage {
        let (width, height) = (self.tiles.width * tile.width, self.tiles.height * tile.height);
        let mut image = RgbaImage::new(width, height);
        let board = plate(width, height.saturating_sub(FEET).max(1), BOARD);
        image::imageops::replace(&mut image, &board, 0, 0);
        let groups = self.groups(spec, placements);
        let room = (width.saturating_sub(2 * MARGIN), height.saturating_sub(FEET + 2 * MARGIN));
        let mut sizes = lettering::line_heights().into_iter().rev().peekable();
        while let Some((letter, line)) = sizes.next() {
            let columns = (room.0 / letter).saturating_sub(2) as usize;
            let most = (room.1 / line) as usize;
            let mut lines = lines(&groups, columns);
            let longest =
                groups.iter().flat_map(|group| &group.names).map(|name| name.chars().count() + 1).max();
            let cut = longest.unwrap_or(0) > columns;
            if (cut || lines.len() > most) && sizes.peek().is_some() {
                continue;
            }
            // What even the smallest letters leave no room for is at least counted.
            if lines.len() > most {
                let left: usize = lines[most.saturating_sub(1)..].iter().map(|line| line.names).sum();
                lines.truncate(most.saturating_sub(1));
                lines.push(Line { direction: None, text: format!("and {left} more"), names: 0 });
            }
            for (number, text) in (0_u32..).zip(&lines) {
                let top = MARGIN + number * line;
                if let Some(direction) = text.direction {
                    arrow(&mut image, direction, (MARGIN, top + line / 2), letter);
                }
                lettering::line_of(&mut image, &text.text, (MARGIN + 2 * letter, top), INK, (letter, line));
            }
            break;
        }
        image
    }
}

/// A line of a board.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// The arrow before the first line of a group.
    direction: Option<Direction>,
    text: String,
    /// How many names begin in it.
    names: usize,
}

/// The lines of a board that is so many letters wide.
fn lines(groups: &[Group], columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for group in groups {
        let head = if group.area.is_empty() { String::new() } else { format!("{}: ", group.area) };
        // A name that does not fit behind the area's stands below it.
        let first = group.names.first().map_or(0, |name| name.chars().count() + 1);
        lines.push(Line { direction: Some(group.direction), text: head.clone(), names: 0 });
        if !head.is_empty() && head.chars().count() + first > columns {
            lines.push(Line { direction: None, text: String::new(), names: 0 });
        }
        for (index, name) in group.names.iter().enumerate() {
            let comma = if index + 1 < group.names.len() { "," } else { "" };
            let name = format!("{}{comma}", beginning(name, columns.saturating_sub(comma.len())));
            let Some(last) = lines.last_mut() else { continue };
            let gap = usize::from(!last.text.is_empty() && !last.text.ends_with(' '));
            if last.names == 0 || last.text.chars().count() + gap + name.chars().count() <= columns {
                last.text.push_str(&" ".repeat(gap));
                last.text.push_str(&name);
                last.names += 1;
            } else {
                lines.push(Line { direction: None, text: name, names: 1 });
            }
        }
    }
    for line in &mut lines {
        line.text = line.text.chars().take(columns.max(1)).collect();
    }
    lines
}

/// A text of so many letters at the most; what is cut ends in a dot, which every font here has.
fn beginning(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['.']).collect()
}

/// An arrow as high as a small letter, with its left end at a pixel, about its middle line.
fn arrow(image: &mut RgbaImage, direction: Direction, (x, middle): (u32, u32), size: u32) {
    let half = (size / 2).clamp(2, 5).cast_signed();
    for across in -half..=half {
        // A triangle: the farther from its axis, the shorter.
        for along in 0..=half - across.abs() {
            let (dx, dy) = match direction {
                Direction::Right => (along, across),
                Direction::Left => (half - along, across),
                Direction::Down => (half + across, along - half / 2),
                Direction::Up => (half + across, half / 2 - along),
            };
            let (x, y) = (x.saturating_add_signed(dx), middle.saturating_add_signed(dy));
            if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
                *pixel = SIGN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_set_in_lines() {
        let group = |area: &str, names: &[&str]| Group {
            rank: 1,
            direction: Direction::Right,
            area: area.to_owned(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        };
        let set = lines(&[group("A", &["Acme", "Globex", "Initech"]), group("B", &["Umbrella"])], 15);
        let texts: Vec<&str> = set.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["A: Acme,", "Globex, Initech", "B: Umbrella"]);
        assert_eq!(set.iter().map(|line| line.direction.is_some()).collect::<Vec<_>>(), [true, false, true]);
        let short = lines(&[group("", &["x".repeat(90).as_str()])], 0);
        assert!(short.iter().all(|line| line.text.chars().count() < 3));
        assert_eq!(lines(&[group("", &["Umbrella"])], 5)[0].text, "Umbr.");
    }
}
