//! Rows of stands in an area.
//!
//! Stands of a row have their fronts in one line, on the aisle before them, whatever their heights. Rows lie
//! where stands stand already, and in what is left between those: as close as the stand that looks for a place
//! is high, so that an area of small stands has more rows than one of large ones. Within a row stands
//! keep the aisle, or, where the area has islands, stand side by side, so many at most, before an aisle comes.

use crate::{
    model::TileRect,
    stand::{cells::Cells, site::Area},
};

/// Where a stand of this size may be worth trying in an area, without what stands on others or on `taken`
/// cells, or nearer to others than the aisle.
pub(super) fn places(
    area: &Area,
    (width, height): (u32, u32),
    taken: &Cells,
    stands: &[TileRect],
) -> Vec<TileRect> {
    let near: Vec<TileRect> =
        stands.iter().copied().filter(|stand| stand.grown(area.aisle).intersects(area.tiles)).collect();
    let mut places = Vec::new();
    for bottom in fronts(area, height, &near) {
        let y = bottom.saturating_sub_unsigned(height);
        let tiles = |x: i32| TileRect::new(x, y, width, height);
        for (from, to) in runs(area, y, height, taken, &near) {
            if from.saturating_add_unsigned(width) > to {
                continue;
            }
            let last = to.saturating_sub_unsigned(width);
            let pitches =
                || pitches(area, width).take_while(|pitch| last.saturating_sub_unsigned(*pitch) >= from);
            let aisle = area.aisle;
            let mut xs: Vec<i32> = pitches()
                .flat_map(|pitch| {
                    let (left, right) =
                        (from.saturating_add_unsigned(pitch), last.saturating_sub_unsigned(pitch));
                    // Beside others that stand there: touching them, and an aisle away.
                    [left, left.saturating_add_unsigned(aisle), right, right.saturating_sub_unsigned(aisle)]
                })
                .filter(|x| (from..=last).contains(x))
                .collect();
            xs.sort_unstable();
            xs.dedup();
            places.extend(xs.into_iter().map(tiles));
        }
    }
    places
}

/// How far from the first stand of a row each of those after it begins.
fn pitches(area: &Area, width: u32) -> impl Iterator<Item = u32> + use<> {
    let (aisle, island) = (area.aisle, area.island.max(1));
    (0_u32..)
        .map_while(move |index| index.checked_mul(width)?.checked_add((index / island).checked_mul(aisle)?))
}

/// The lines on which fronts may stand, from the top.
fn fronts(area: &Area, height: u32, stands: &[TileRect]) -> Vec<i32> {
    // Rows that are there, each from its highest back to its front.
    let mut rows: Vec<(i32, i32)> = Vec::new();
    let mut there: Vec<(i32, i32)> = stands.iter().map(|stand| (stand.bottom(), stand.y)).collect();
    there.sort_unstable();
    for (front, back) in there {
        match rows.last_mut() {
            Some((known, top)) if *known == front => *top = back.min(*top),
            _ => rows.push((front, back)),
        }
    }
    let mut fronts: Vec<i32> = rows.iter().map(|(front, _)| *front).collect();
    // What is free between them, as if every row went through; where one does not, its own front helps.
    rows.sort_unstable_by_key(|(front, top)| (*top, *front));
    let mut free_from = area.tiles.y;
    let last = (area.tiles.bottom().saturating_add_unsigned(area.aisle), 0);
    for (top, front) in rows.into_iter().map(|(front, top)| (top, front)).chain([last]) {
        let to = top.saturating_sub_unsigned(area.aisle);
        let pitch = height.saturating_add(area.aisle).max(1);
        let first = free_from.saturating_add_unsigned(height);
        fronts.extend(
            std::iter::successors(Some(first), |front| front.checked_add_unsigned(pitch))
                .take_while(|front| *front <= to),
        );
        if first <= to {
            fronts.push(to);
        }
        free_from = free_from.max(front.saturating_add_unsigned(area.aisle));
    }
    fronts.retain(|front| {
        *front <= area.tiles.bottom() && front.saturating_sub_unsigned(height) >= area.tiles.y
    });
    fronts.sort_unstable();
    fronts.dedup();
    fronts
}

/// Columns in which a row of this height has nothing in its way: first, and first behind.
fn runs(area: &Area, y: i32, height: u32, taken: &Cells, stands: &[TileRect]) -> Vec<(i32, i32)> {
    let strip = TileRect { y, height, ..area.tiles };
    let front = strip.bottom();
    let others = stands.iter().filter_map(|stand| {
        // In a row with islands neighbours may touch.
        let aside = if area.island > 1 && stand.bottom() == front { 0 } else { area.aisle };
        let rows =
            TileRect { y: y.saturating_sub_unsigned(area.aisle), height: height + 2 * area.aisle, ..*stand };
        rows.intersects(*stand)
            .then(|| (stand.x.saturating_sub_unsigned(aside), stand.right().saturating_add_unsigned(aside)))
    });
    let mut others: Vec<(i32, i32)> = others.collect();
    others.sort_unstable();
    let mut next = others.into_iter().peekable();
    let mut runs = Vec::new();
    let mut from = strip.x;
    let mut x = strip.x;
    while x < strip.right() {
        let column = TileRect { x, width: 1, ..strip };
        let mut behind = x;
        while let Some((left, right)) = next.peek().copied().filter(|(left, _)| *left <= x) {
            debug_assert!(left <= x);
            behind = behind.max(right);
            next.next();
        }
        if behind == x
            && (taken.any(column) || area.outside.as_ref().is_some_and(|outside| outside.any(column)))
        {
            behind = x + 1;
        }
        if behind > x {
            if from < x {
                runs.push((from, x));
            }
            (from, x) = (behind, behind);
        } else {
            x += 1;
        }
    }
    if from < strip.right() {
        runs.push((from, strip.right()));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(width: u32, height: u32, island: u32) -> Area {
        let tiles = TileRect::new(0, 0, width, height);
        Area { name: "a".to_owned(), tiles, outside: None, aisle: 2, island, slot: false }
    }

    fn free() -> Cells {
        Cells::new(TileRect::new(0, 0, 100, 100), |_| false)
    }

    fn corners(places: &[TileRect]) -> Vec<(i32, i32)> {
        places.iter().map(|place| (place.x, place.y)).collect()
    }

    #[test]
    fn rows_are_as_close_as_the_stands_are_high() {
        let ys = |height: u32, stands: &[TileRect]| {
            let mut ys: Vec<i32> =
                places(&area(4, 22, 1), (4, height), &free(), stands).iter().map(|place| place.y).collect();
            ys.dedup();
            ys
        };
        assert_eq!(ys(4, &[]), [0, 6, 12, 18]);
        assert_eq!(ys(6, &[]), [0, 8, 16]);
        // Around a stand of six rows, rows of four; beside it none in this narrow area.
        assert_eq!(ys(4, &[TileRect::new(0, 8, 4, 6)]), [0, 2, 16, 18]);
    }

    #[test]
    fn stands_of_other_heights_share_a_front() {
        let there = [TileRect::new(0, 2, 8, 6)];
        let places = places(&area(20, 8, 1), (4, 4), &free(), &there);
        assert_eq!(corners(&places), [(10, 4), (12, 4), (14, 4), (16, 4)]);
    }

    #[test]
    fn islands_touch_and_what_is_in_the_way_is_left_out() {
        let pillar = Cells::new(TileRect::new(0, 0, 30, 4), |cell| (cell.x, cell.y) == (12, 1));
        let places = places(&area(12, 4, 2), (4, 4), &pillar, &[TileRect::new(0, 0, 4, 4)]);
        assert!(corners(&places).contains(&(4, 0)) && corners(&places).contains(&(6, 0)));
        let places = super::places(&area(30, 4, 1), (4, 4), &pillar, &[]);
        assert!(places.iter().all(|place| place.right() <= 12 || place.x > 12), "{places:?}");
        assert!(corners(&places).contains(&(8, 0)) && corners(&places).contains(&(13, 0)));
    }
}
