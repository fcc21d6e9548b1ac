//! What changed on a map, as a picture.

use std::collections::BTreeSet;

use glam::IVec2;
use image::RgbaImage;

use super::{ChangeKind, FileDiff, FileKind, MOST_MARKED, Marks, Subject, world::Sides};
use crate::{
    model::{Map, TilePos, TileRect},
    picture::{ChangeMark, Panels, RenderError},
    project::ProjectMap,
    stand::Built,
};

/// Most pixels of a map that is drawn: each of them is looked at three times, however small the picture.
const MOST_PIXELS: u64 = 1 << 28;

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// A state cannot be drawn.
    #[error("cannot draw what changed in {file}")]
    Drawing {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: RenderError,
    },
    /// It would take for ever.
    #[error(
        "what changed in {file} is not drawn: the map is too large; `venue render --crop` draws a part of it"
    )]
    TooLarge {
        /// The file.
        file: String,
    },
}

fn drawn(map: Option<&ProjectMap>) -> Option<&Map> {
    map.and_then(|map| map.map.as_ref())
}

fn built(built: Option<&Built>) -> Option<&Map> {
    built.map(|built| &built.map)
}

/// Before, after, and what changed, of a map or of a map with its stands; `None` where neither state can be
/// shown. `size` is the longest side of one state, in pixels.
///
/// # Errors
/// Where a state cannot be drawn.
pub fn picture(file: &FileDiff, sides: &Sides<'_>, size: u32) -> Result<Option<RgbaImage>, PictureError> {
    let old_name = file.before.as_ref().unwrap_or(&file.file);
    let (before, after) = match file.kind {
        FileKind::Map => {
            // Two files that are compared with each other are called differently.
            let old = if sides.alone { sides.old.maps.first() } else { sides.old.map(old_name) };
            (drawn(old), drawn(sides.new.map(&file.file)))
        }
        FileKind::Stands => (built(sides.stands.0.get(&file.file)), built(sides.stands.1.get(&file.file))),
        FileKind::Wam | FileKind::Tileset | FileKind::Config => (None, None),
    };
    if before.is_none() && after.is_none() {
        return Ok(None);
    }
    let pixels = |map: &Map| {
        let length = |tiles: u32, size: u32| u64::from(tiles).saturating_mul(u64::from(size));
        length(map.width, map.tile_size.width).saturating_mul(length(map.height, map.tile_size.height))
    };
    if before.into_iter().chain(after).any(|map| pixels(map) > MOST_PIXELS) {
        return Err(PictureError::TooLarge { file: file.file.clone() });
    }
    let shift = file.shift.map_or(IVec2::ZERO, IVec2::from);
    let bounds = [before.map(|map| map.bounds().moved(shift)), after.map(Map::bounds)];
    let bounds =
        bounds.into_iter().flatten().reduce(TileRect::around_both).unwrap_or(TileRect::new(0, 0, 0, 0));
    let panels = Panels {
        before: before.map(|map| (map, &sides.old.sources)),
        after: after.map(|map| (map, &sides.new.sources)),
        shift,
        // What else became of a map with stands is told of the map itself.
        looks: file.kind == FileKind::Map,
        size,
    };
    let picture = panels.draw(marks(file, bounds));
    picture.map(Some).map_err(|source| PictureError::Drawing { file: file.file.clone(), source })
}

/// Marks of everything that lies somewhere on the map, large things below small ones. Cells of layers that mean
/// nothing have one mark for all layers and no words: there are many, and they show for themselves.
fn marks(file: &FileDiff, map: TileRect) -> Vec<(ChangeMark, Vec<TilePos>, Option<String>)> {
    let (mut gone, mut new) = (BTreeSet::new(), BTreeSet::new());
    let mut marks = Vec::new();
    let mut room = MOST_MARKED;
    for change in &file.changes {
        let Marks { cells_before, cells_after, before, after } = &change.marks;
        if matches!(change.subject, Subject::Layer | Subject::Walking) {
            gone.extend(cells_before.iter().copied());
            new.extend(cells_after.iter().copied());
            continue;
        }
        let label = if change.name.is_empty() { change.subject.name() } else { &change.name };
        // Where something lies may be no more than numbers in a file.
        let mut cells = |area: &Option<TileRect>, cells: &[TilePos]| -> Vec<TilePos> {
            let area = area.map(|area| area.clipped(map));
            let size = area.map_or(0, |area| area.width as usize * area.height as usize);
            let fits = size <= room;
            room -= if fits { size } else { 0 };
            let of_area = area.filter(|_| fits).into_iter().flat_map(TileRect::cells);
            of_area.chain(cells.iter().copied()).collect()
        };
        let (before, after) = (cells(before, cells_before), cells(after, cells_after));
        let label = Some(label.to_owned());
        match change.change {
            ChangeKind::Added => marks.push((ChangeMark::Added, after, label)),
            ChangeKind::Removed => marks.push((ChangeMark::Removed, before, label)),
            ChangeKind::Moved | ChangeKind::Changed | ChangeKind::Renamed => {
                if before.is_empty() || before == after {
                    marks.push((ChangeMark::Changed, after, label));
                } else {
                    // Where both are it is new: two colours over each other would be a third.
                    let left: BTreeSet<TilePos> = after.iter().copied().collect();
                    let before = before.into_iter().filter(|cell| !left.contains(cell)).collect();
                    marks.push((ChangeMark::Removed, before, None));
                    marks.push((ChangeMark::Added, after, label));
                }
            }
        }
    }
    let cells = |cells: &mut dyn Iterator<Item = &TilePos>| cells.copied().collect::<Vec<_>>();
    let of_layers = [
        (ChangeMark::Removed, cells(&mut gone.difference(&new)), None),
        (ChangeMark::Added, cells(&mut new.difference(&gone)), None),
        (ChangeMark::Changed, cells(&mut gone.intersection(&new)), None),
    ];
    marks.sort_by_key(|(_, cells, _)| usize::MAX - cells.len());
    of_layers.into_iter().chain(marks).collect()
}
