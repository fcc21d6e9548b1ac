//! What changed on a map, as a picture.

use std::collections::BTreeSet;

use glam::IVec2;
use image::RgbaImage;

use super::{ChangeKind, FileDiff, FileKind, Subject, world::Sides};
use crate::{
    model::{Map, TilePos},
    picture::{ChangeMark, Panels, RenderError},
    project::ProjectMap,
    stand::Built,
};

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw what changed in {file}")]
pub struct PictureError {
    /// The file.
    pub file: String,
    /// Why.
    #[source]
    pub source: RenderError,
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
    let panels = Panels {
        before: before.map(|map| (map, &sides.old.sources)),
        after: after.map(|map| (map, &sides.new.sources)),
        shift: file.shift.map_or(IVec2::ZERO, IVec2::from),
        // What else became of a map with stands is told of the map itself.
        looks: file.kind == FileKind::Map,
        size,
    };
    let picture = panels.draw(marks(file));
    picture.map(Some).map_err(|source| PictureError { file: file.file.clone(), source })
}

/// Marks of everything that lies somewhere, large things below small ones. Cells of layers that mean
/// nothing have one mark for all layers and no words: there are many, and they show for themselves.
fn marks(file: &FileDiff) -> Vec<(ChangeMark, Vec<TilePos>, Option<String>)> {
    let (mut gone, mut new) = (BTreeSet::new(), BTreeSet::new());
    let mut marks = Vec::new();
    for change in &file.changes {
        if matches!(change.subject, Subject::Layer | Subject::Walking) {
            gone.extend(change.marks.before.iter().copied());
            new.extend(change.marks.after.iter().copied());
            continue;
        }
        let label = || {
            Some(if change.name.is_empty() { change.subject.name().to_owned() } else { change.name.clone() })
        };
        let (before, after) = (change.marks.before.clone(), change.marks.after.clone());
        match change.change {
            ChangeKind::Added => marks.push((ChangeMark::Added, after, label())),
            ChangeKind::Removed => marks.push((ChangeMark::Removed, before, label())),
            ChangeKind::Moved | ChangeKind::Changed | ChangeKind::Renamed => {
                if before.is_empty() || before == after {
                    marks.push((ChangeMark::Changed, after, label()));
                } else {
                    marks.push((ChangeMark::Removed, before, None));
                    marks.push((ChangeMark::Added, after, label()));
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
