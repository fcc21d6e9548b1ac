//! How large a hall is, and where its rows are.

use serde::Deserialize;

use crate::model::TileRect;

/// Columns between the left edge and the stands: the wall, and room to arrive.
pub(super) const FOYER: u32 = 13;
/// Columns between the stands and the right edge: the lounge, and the wall.
pub(super) const LOUNGE: u32 = 12;
/// Rows of the back wall: its top and its face.
pub(super) const WALL: i32 = 3;
/// Rows of the main aisle.
pub(super) const MAIN_AISLE: u32 = 5;
/// Fewest rows of every other aisle: from there one sees a stand and passes others.
const AISLE: u32 = 3;
/// Longest side of a hall, in tiles.
const LONGEST: u32 = 4000;
/// Width over height of a hall that looks well, in tenths, and how long one may grow before it gets a row more.
const SHAPE: u32 = 17;
const LONG: u32 = 26;

/// Rows and their length.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::stand) struct Layout {
    /// Columns of every row.
    pub(in crate::stand) length: u32,
    /// First row of the main aisle.
    pub(in crate::stand) entrance: i32,
    /// From the top; never empty.
    pub(in crate::stand) rows: Vec<Row>,
}

/// A row of stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::stand) struct Row {
    pub(in crate::stand) y: i32,
    pub(in crate::stand) height: u32,
}

/// What is kept between stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::stand) struct Shape {
    /// Free tiles between islands.
    pub(in crate::stand) aisle: u32,
    /// Stands of an island.
    pub(in crate::stand) island: u32,
}

impl Layout {
    /// A hall for stands of these sizes.
    pub(in crate::stand) fn plan(sizes: &[(u32, u32)], shape: Shape) -> Self {
        let mut sizes = sizes.to_vec();
        sizes.sort_unstable_by_key(|(width, height)| std::cmp::Reverse((*height, *width)));
        let widest = sizes.iter().map(|(width, _)| *width).max().unwrap_or(4).max(12);
        let whole: u32 = sizes.iter().map(|(width, _)| width + shape.aisle).sum::<u32>().max(widest);
        let step = ((whole - widest) / 200).max(1) as usize;
        let plans = (widest..=whole).step_by(step).map(|length| {
            let heights = rows(&sizes, length, shape);
            Self::stacked(length, &heights, shape)
        });
        plans.min_by_key(Self::cost).unwrap_or_else(|| Self::stacked(widest, &[4], shape))
    }

    /// Rows of these heights, the highest first, so that those face the main aisle.
    fn stacked(length: u32, heights: &[u32], shape: Shape) -> Self {
        let mut order = std::collections::VecDeque::new();
        for (index, height) in heights.iter().enumerate() {
            if index % 2 == 1 { order.push_front(*height) } else { order.push_back(*height) }
        }
        let main = heights.len().saturating_sub(1) / 2 + usize::from(heights.len().is_multiple_of(2));
        let main = main.min(heights.len().saturating_sub(1));
        let mut layout = Self { length, entrance: WALL, rows: Vec::new() };
        for (index, height) in order.into_iter().enumerate() {
            layout.append(height, shape);
            if index == main {
                layout.entrance = layout.front();
            }
        }
        layout
    }

    fn append(&mut self, height: u32, shape: Shape) {
        let y = if self.rows.is_empty() { WALL } else { self.end(shape) };
        self.rows.push(Row { y, height });
    }

    /// The line that the last row has its front on.
    fn front(&self) -> i32 {
        self.rows.last().map_or(WALL, |row| row.y.saturating_add_unsigned(row.height))
    }

    /// First row behind the last aisle.
    fn end(&self, shape: Shape) -> i32 {
        let front = self.front();
        let aisle = if front == self.entrance { MAIN_AISLE } else { AISLE };
        front.saturating_add_unsigned(aisle.max(shape.aisle))
    }

    /// Width and height of the hall, in tiles.
    pub(in crate::stand) fn size(&self, shape: Shape) -> (u32, u32) {
        (FOYER + self.length + LOUNGE, self.end(shape).unsigned_abs() + 1)
    }

    /// Fewer tiles are better, and a shape that fits a screen.
    fn cost(&self) -> (u64, u32) {
        let (width, height) = self.size(Shape { aisle: 0, island: 1 });
        let (width, height) = (u64::from(width), u64::from(height));
        let (long, wanted) = (width * 10, height * u64::from(SHAPE));
        let off = long.max(wanted) * 100 / long.min(wanted).max(1);
        (width * height * (100 + off), self.length)
    }

    /// The hall with room for more: these have none.
    pub(in crate::stand) fn grown(&self, without: &[(u32, u32)], shape: Shape) -> Self {
        let mut grown = self.clone();
        let widest = without.iter().map(|(width, _)| *width).max().unwrap_or(1);
        let highest = without.iter().map(|(_, height)| *height).max().unwrap_or(1);
        let (width, height) = self.size(shape);
        let too_low = self.rows.iter().all(|row| row.height < highest);
        if too_low || width * 10 > height * LONG {
            grown.append(highest, shape);
            grown.length = grown.length.max(widest);
        } else {
            let needed: u32 = without.iter().map(|(width, _)| width + shape.aisle).sum();
            let rows = u32::try_from(self.rows.len()).unwrap_or(1).max(1);
            grown.length += (needed / rows / 3).max(2);
            grown.length = grown.length.max(widest);
        }
        grown
    }

    /// Whether a hall can be like this: a lock file may say anything.
    pub(in crate::stand) fn is_sound(&self) -> bool {
        let mut from = WALL;
        let stacked = self.rows.iter().all(|row| {
            let sound = row.y >= from && row.y.unsigned_abs() < LONGEST && (1..LONGEST).contains(&row.height);
            from = row.y.saturating_add_unsigned(row.height.min(LONGEST));
            sound
        });
        let aisle = self.rows.iter().any(|row| row.y.saturating_add_unsigned(row.height) == self.entrance);
        stacked && aisle && (1..LONGEST).contains(&self.length)
    }

    /// Cells of each row, with its name.
    pub(super) fn areas(&self) -> impl Iterator<Item = (String, TileRect)> {
        let x = FOYER.cast_signed();
        let tiles = move |row: &Row| TileRect::new(x, row.y, self.length, row.height);
        self.rows.iter().enumerate().map(move |(index, row)| (letters(index), tiles(row)))
    }
}

/// A, B, … Z, AA, AB, …
fn letters(index: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { letter.to_string() } else { format!("{}{letter}", letters(index / 26 - 1)) }
}

/// Heights of the rows that stands fill, the highest stands first: each goes into the first row with room.
fn rows(sizes: &[(u32, u32)], length: u32, shape: Shape) -> Vec<u32> {
    let mut rows: Vec<(u32, u32, u32)> = Vec::new();
    for (width, height) in sizes {
        let with = |used: u32, count: u32| {
            let gap = if count > 0 && count.is_multiple_of(shape.island.max(1)) { shape.aisle } else { 0 };
            used + gap + width
        };
        match rows.iter_mut().find(|(_, used, count)| with(*used, *count) <= length) {
            Some((_, used, count)) => (*used, *count) = (with(*used, *count), *count + 1),
            None => rows.push((*height, *width, 1)),
        }
    }
    if rows.is_empty() {
        rows.push((4, 0, 0));
    }
    rows.into_iter().map(|(height, ..)| height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { aisle: 2, island: 2 };

    #[test]
    fn the_highest_row_faces_the_main_aisle() {
        for heights in [vec![6], vec![6, 5], vec![6, 5, 4], vec![8, 6, 5, 4, 4]] {
            let layout = Layout::stacked(30, &heights, SHAPE);
            let main = layout.rows.iter().find(|row| row.y + row.height.cast_signed() == layout.entrance);
            assert_eq!(main.unwrap().height, heights[0], "{layout:?}");
            assert!(layout.is_sound() && layout.rows.len() == heights.len());
            for pair in layout.rows.windows(2) {
                assert!(
                    pair[1].y >= pair[0].y + pair[0].height.cast_signed() + 3,
                    "an aisle between: {layout:?}"
                );
            }
        }
    }

    #[test]
    fn size_follows_from_number_and_sizes() {
        let plan = |count: usize, size: (u32, u32)| Layout::plan(&vec![size; count], SHAPE);
        let tiles = |layout: &Layout| {
            let (width, height) = layout.size(SHAPE);
            width * height
        };
        let sizes =
            [plan(1, (4, 4)), plan(10, (4, 4)), plan(10, (8, 6)), plan(40, (8, 6)), plan(500, (8, 6))];
        assert!(sizes.windows(2).all(|pair| tiles(&pair[0]) < tiles(&pair[1])), "{sizes:?}");
        for layout in &sizes[1..] {
            let (width, height) = layout.size(SHAPE);
            assert!(width > height && width < height * 3, "{width} x {height}");
        }
        assert!(plan(0, (4, 4)).is_sound());
    }

    #[test]
    fn a_hall_grows_without_moving_what_is_there() {
        let layout = Layout::plan(&[(6, 5); 8], SHAPE);
        let mut grown = layout.clone();
        for without in [vec![(6, 5)], vec![(8, 8)], vec![(6, 5); 30], vec![(6, 5); 5]] {
            grown = grown.grown(&without, SHAPE);
            assert!(grown.is_sound() && grown.length >= layout.length);
            assert_eq!(grown.rows[..layout.rows.len()], layout.rows);
            assert_eq!(grown.entrance, layout.entrance);
        }
        assert!(grown.rows.iter().any(|row| row.height == 8));
    }

    #[test]
    fn rows_have_letters() {
        assert_eq!([letters(0), letters(25), letters(26), letters(52)], ["A", "Z", "AA", "BA"]);
    }
}
