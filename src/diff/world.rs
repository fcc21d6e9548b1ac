//! Two states of a folder of maps, or of a project.

use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
};

use glam::IVec2;
use rayon::prelude::*;

use super::{
    Change, ChangeKind, Diff, FileDiff, FileKind, Subject,
    details::Details,
    map::{self, Side},
    pair::{Pairing, Pairs},
    role::Roles,
    room, shift, stands,
    tileset::{self, Pictures},
};
use crate::{
    model::{Map, TileLayer, Tileset},
    project::{Project, ProjectMap, ProjectWam},
    source::{Sources, file_stem, parent, relative},
    stand::Built,
    workadventure::Meaning,
};

/// Two states of some maps.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// The maps as they were.
    pub old: &'a Project,
    /// The maps as they are.
    pub new: &'a Project,
    /// The folder of the old project that is compared, by name, and that of the new one; what is the same
    /// below them has the same name.
    pub folders: (&'a str, &'a str),
    /// Whether the first file of each is compared with the other's, whatever their names.
    pub alone: bool,
    /// Whether all of a project is compared, and so the links that its config names, too.
    pub whole: bool,
    /// The stands of the specs, by name of the spec, where they can be built and are compared.
    pub stands: (&'a BTreeMap<String, Built>, &'a BTreeMap<String, Built>),
}

impl Sides<'_> {
    /// What a name of the old project stands for, comparable with the new one's: below the folders that are
    /// compared, or on the disk where two files are.
    pub(super) fn old_place(&self, name: &str) -> String {
        self.place(self.old, self.folders.0, name)
    }

    /// As [`old_place`](Self::old_place), for a name of the new project.
    pub(super) fn new_place(&self, name: &str) -> String {
        self.place(self.new, self.folders.1, name)
    }

    fn place(&self, project: &Project, folder: &str, name: &str) -> String {
        if !self.alone {
            return below(folder, name).into_owned();
        }
        let root = project.root.to_string_lossy().replace('\\', "/");
        crate::source::resolve(&root, name)
    }
}

/// What changed between two states of some maps.
pub fn compare(sides: &Sides<'_>) -> Diff {
    let pictures = Pictures::new(sides);
    let mut files = maps(sides, &pictures);
    files.extend(wams(sides));
    files.extend(stands::compare(sides.stands.0, sides.stands.1));
    files.extend(sides.whole.then(|| links(sides)).flatten());
    files.sort_by(|a, b| (a.kind, &a.file, &a.before).cmp(&(b.kind, &b.file, &b.before)));
    Diff { version: 1, files }
}

/// What a file is called below the compared folder.
fn below<'n>(folder: &str, name: &'n str) -> std::borrow::Cow<'n, str> {
    if folder.is_empty() { name.into() } else { relative(folder, name).into() }
}

fn maps(sides: &Sides<'_>, pictures: &Pictures<'_>) -> Vec<FileDiff> {
    let (olds, news) = (&sides.old.maps, &sides.new.maps);
    let pairs = pair_maps(sides);
    let compared: Vec<(Option<FileDiff>, Vec<Shared<'_>>)> = pairs
        .both
        .par_iter()
        .map(|(before, after)| {
            let (was, is) = (&olds[*before], &news[*after]);
            let (changes, shared, shift) = match (
                state(was, sides.old_place(parent(&was.name))),
                state(is, sides.new_place(parent(&is.name))),
            ) {
                (Some(old), Some(new)) => {
                    let (changes, indices, shift) = of_map(&old, &new, pictures);
                    let set = |side: &Side<'_>, index: usize| {
                        side.map.tilesets[index].tileset.as_deref().map(|set| set.file.clone())
                    };
                    let files = |(before, after): (usize, usize)| {
                        let files = (set(&old, before)?, set(&new, after)?);
                        Some(Shared { files, maps: (was, is), indices: (before, after) })
                    };
                    (changes, indices.into_iter().filter_map(files).collect(), shift)
                }
                _ => (unreadable(sides, was, is), Vec::new(), None),
            };
            let diff = file_diff(sides, FileKind::Map, &was.name, &is.name, changes);
            (diff.map(|diff| FileDiff { shift, ..diff }), shared)
        })
        .collect();
    let mut files = Vec::new();
    let mut tilesets: BTreeMap<(String, String), FileDiff> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (diff, shared) in compared {
        files.extend(diff);
        for one in shared {
            if seen.insert(one.files.clone()) {
                let changes = one.compare(pictures);
                let diff = file_diff(sides, FileKind::Tileset, &one.files.0, &one.files.1, changes);
                tilesets.extend(diff.map(|diff| (one.files, diff)));
            }
        }
    }
    // That a file of a tileset moved is told where maps refer to it.
    files.extend(tilesets.into_values().filter(|diff| !diff.changes.is_empty()));
    let alone = |one: &ProjectMap, kind: ChangeKind| FileDiff {
        kind: FileKind::Map,
        file: one.name.clone(),
        before: None,
        shift: None,
        change: kind,
        changes: state(one, String::new()).map(|side| map::alone(&side, kind)).unwrap_or_default(),
    };
    files.extend(pairs.gone.iter().map(|index| alone(&olds[*index], ChangeKind::Removed)));
    files.extend(pairs.added.iter().map(|index| alone(&news[*index], ChangeKind::Added)));
    files
}

/// What is different between two states of a map. Where it grew at its left or top, the old state is compared
/// as if it had done so, too.
fn of_map(
    old: &Side<'_>,
    new: &Side<'_>,
    pictures: &Pictures<'_>,
) -> (Vec<Change>, map::Shared, Option<(i32, i32)>) {
    let Some(shift) = map::shift(old.map, new.map) else {
        let (changes, shared) = map::compare(old, new, pictures);
        return (changes, shared, None);
    };
    let moved = shift::moved(old.map, shift, new.map);
    let meaning = Meaning::of(&moved);
    let (mut changes, shared) = map::compare(&old.with(&moved, &meaning), new, pictures);
    let mut details = Details::default();
    let size = |map: &Map| format!("{} x {} tiles", map.width, map.height);
    details.field("size", &size(old.map), &size(new.map), Clone::clone);
    let at = |at: IVec2| Some(format!("at ({}, {})", at.x, at.y));
    details.words("everything", at(IVec2::ZERO), at(shift));
    if let Some(of_map) = changes.iter_mut().find(|one| one.subject == Subject::Map) {
        of_map.details.splice(0..0, details.0).for_each(drop);
    } else {
        let of_map = Change::new(ChangeKind::Changed, Subject::Map, "");
        changes.insert(0, Change { details: details.0, ..of_map });
    }
    (changes, shared, Some((shift.x, shift.y)))
}

/// A tileset of a file of its own, as the first map has it that uses it.
struct Shared<'a> {
    files: (String, String),
    maps: (&'a ProjectMap, &'a ProjectMap),
    indices: (usize, usize),
}

impl Shared<'_> {
    fn compare(&self, pictures: &Pictures<'_>) -> Vec<Change> {
        let side = |map: &ProjectMap, index: usize| -> Option<(std::sync::Arc<Tileset>, Roles)> {
            let set = map.map.as_ref()?.tilesets[index].tileset.clone()?;
            Some((set, Roles::of(map.meaning.as_ref()?)))
        };
        let sides = side(self.maps.0, self.indices.0).zip(side(self.maps.1, self.indices.1));
        sides.map_or_else(Vec::new, |((old, old_roles), (new, new_roles))| {
            tileset::compare((&old, &old_roles), (&new, &new_roles), pictures)
        })
    }
}

fn state(map: &ProjectMap, folder: String) -> Option<Side<'_>> {
    Some(Side::new(map.map.as_ref()?, map.meaning.as_ref()?, folder))
}

/// What can be said of two states of which one cannot be read.
fn unreadable(sides: &Sides<'_>, was: &ProjectMap, is: &ProjectMap) -> Vec<Change> {
    let mut details = Details::default();
    details.switch("can be read", was.map.is_some(), is.map.is_some());
    let bytes = |sources: &Sources, name: &str| sources.read(name).ok();
    if details.is_empty() && bytes(&sides.old.sources, &was.name) != bytes(&sides.new.sources, &is.name) {
        details.words("content", None, Some("changed, and cannot be read before or after".to_owned()));
    }
    let changed = Change::new(ChangeKind::Changed, Subject::Map, "");
    if details.is_empty() { Vec::new() } else { vec![Change { details: details.0, ..changed }] }
}

/// A file that both states have; `None` where nothing about it is different.
fn file_diff(
    sides: &Sides<'_>,
    kind: FileKind,
    old: &str,
    new: &str,
    changes: Vec<Change>,
) -> Option<FileDiff> {
    let renamed = !sides.alone && below(sides.folders.0, old) != below(sides.folders.1, new);
    if changes.is_empty() && !renamed {
        return None;
    }
    let change = if changes.is_empty() { ChangeKind::Renamed } else { ChangeKind::Changed };
    Some(FileDiff {
        kind,
        file: new.to_owned(),
        before: renamed.then(|| old.to_owned()),
        shift: None,
        change,
        changes,
    })
}

/// Pairs maps by name; those of other names by what is in them.
fn pair_maps(sides: &Sides<'_>) -> Pairs {
    let (olds, news) = (&sides.old.maps, &sides.new.maps);
    let mut pairing = Pairing::new(olds.len(), news.len());
    if sides.alone {
        pairing.by(Some, Some);
        return pairing.finish();
    }
    let old_name = |index: usize| below(sides.folders.0, &olds[index].name);
    let new_name = |index: usize| below(sides.folders.1, &news[index].name);
    let stem = |name: &str| format!("{}/{}", parent(name), file_stem(name));
    pairing.by(|i| Some(old_name(i)), |i| Some(new_name(i)));
    pairing.by(|i| Some(stem(&old_name(i))), |i| Some(stem(&new_name(i))));
    let rest = pairing.finish();
    if rest.gone.is_empty() || rest.added.is_empty() {
        return rest;
    }
    let prints = |maps: &[ProjectMap], alone: &[usize]| -> BTreeMap<usize, BTreeSet<u64>> {
        alone.iter().map(|index| (*index, fingerprint(&maps[*index]))).collect()
    };
    let (gone, added) = (prints(olds, &rest.gone), prints(news, &rest.added));
    let mut alike: Vec<(usize, bool, usize, usize)> = Vec::new();
    for (old, print) in &gone {
        for (new, other) in &added {
            let shared = print.intersection(other).count();
            if shared > 0 && 2 * shared >= print.len().max(other.len()) {
                let same_name = file_stem(&olds[*old].name) == file_stem(&news[*new].name);
                alike.push((usize::MAX - shared, !same_name, *old, *new));
            }
        }
    }
    alike.sort_unstable();
    for (_, _, old, new) in alike {
        pairing.by(|index| (index == old).then_some(()), |index| (index == new).then_some(()));
    }
    pairing.finish()
}

/// What a map is known by under another name: its layers, by name and content.
fn fingerprint(map: &ProjectMap) -> BTreeSet<u64> {
    let Some(map) = &map.map else { return BTreeSet::new() };
    let print = |(path, layer): (String, &crate::model::Layer)| {
        let mut hasher = DefaultHasher::new();
        (path, layer.class.as_str()).hash(&mut hasher);
        for cell in layer.tiles().into_iter().flat_map(TileLayer::filled) {
            cell.hash(&mut hasher);
        }
        for object in layer.objects().into_iter().flat_map(|layer| &layer.objects) {
            (object.id, object.name.as_str(), object.class.as_str()).hash(&mut hasher);
        }
        hasher.finish()
    };
    map.flat_layers().into_iter().map(print).collect()
}

fn wams(sides: &Sides<'_>) -> Vec<FileDiff> {
    let (olds, news) = (&sides.old.wams, &sides.new.wams);
    let mut pairing = Pairing::new(olds.len(), news.len());
    if sides.alone {
        // Two maps were asked for: the editor's files beside them are compared where both have one.
        if olds.len() != news.len() {
            return Vec::new();
        }
        pairing.by(Some, Some);
    } else {
        pairing.by(
            |index| Some(below(sides.folders.0, &olds[index].name)),
            |index| Some(below(sides.folders.1, &news[index].name)),
        );
    }
    let pairs = pairing.finish();
    let both = pairs.both.iter().filter_map(|(before, after)| {
        let (was, is) = (&olds[*before], &news[*after]);
        let changes = match (&was.wam, &is.wam) {
            (Some(old), Some(new)) => {
                let tile = |project: &Project, one: &ProjectWam| project.tile_size_of(&one.name);
                room::compare((old, tile(sides.old, was)), (new, tile(sides.new, is)))
            }
            (old, new) => {
                let mut details = Details::default();
                details.switch("can be read", old.is_some(), new.is_some());
                let changed = Change::new(ChangeKind::Changed, Subject::Map, "");
                if details.is_empty() { Vec::new() } else { vec![Change { details: details.0, ..changed }] }
            }
        };
        file_diff(sides, FileKind::Wam, &was.name, &is.name, changes)
    });
    let alone = |one: &ProjectWam, change: ChangeKind| FileDiff {
        kind: FileKind::Wam,
        file: one.name.clone(),
        before: None,
        shift: None,
        change,
        changes: Vec::new(),
    };
    let gone = pairs.gone.iter().map(|index| alone(&olds[*index], ChangeKind::Removed));
    let added = pairs.added.iter().map(|index| alone(&news[*index], ChangeKind::Added));
    both.chain(gone).chain(added).collect()
}

/// The links that the configs name.
fn links(sides: &Sides<'_>) -> Option<FileDiff> {
    let (old, new) = (&sides.old.config.links, &sides.new.config.links);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changes = names.into_iter().filter_map(|name| {
        let (was, is) = (old.get(name), new.get(name));
        if was == is {
            return None;
        }
        let change = match (was, is) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let mut details = Details::default();
        let text = |link: Option<&String>| link.cloned().unwrap_or_default();
        details.text("address", &text(was), &text(is));
        Some(Change { details: details.0, ..Change::new(change, Subject::Link, name) })
    });
    let changes: Vec<Change> = changes.collect();
    let file = sides.new.config_file.clone().or_else(|| sides.old.config_file.clone())?;
    (!changes.is_empty()).then_some(FileDiff {
        kind: FileKind::Config,
        file,
        before: None,
        shift: None,
        change: ChangeKind::Changed,
        changes,
    })
}
