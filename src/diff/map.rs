//! Two states of one map.

use std::collections::{BTreeMap, BTreeSet};

use glam::IVec2;

use super::{
    Change, ChangeKind, Subject,
    cells::{self, TileIds},
    details::{Details, Folders, quoted},
    layer::{self, Flat},
    object::{self, Held},
    role::Roles,
    shift,
    tileset::{self, Pictures},
};
use crate::{
    model::{Gid, Map, MapTileset, Orientation, Properties},
    source::file_name,
    workadventure::{Meaning, ZoneKind},
};

/// One state of a map.
#[derive(Debug)]
pub(super) struct Side<'a> {
    /// Folder of its file, comparable with the other one's.
    folder: String,
    pub(super) map: &'a Map,
    pub(super) meaning: &'a Meaning,
    pub(super) roles: Roles,
    pub(super) layers: Vec<Flat<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(map: &'a Map, meaning: &'a Meaning, folder: String) -> Self {
        Self { folder, map, meaning, roles: Roles::of(meaning), layers: layer::flat(map) }
    }

    /// The same file with another content.
    pub(super) fn with<'b>(&self, map: &'b Map, meaning: &'b Meaning) -> Side<'b> {
        Side::new(map, meaning, self.folder.clone())
    }

    /// Where this state's file lies and another's.
    pub(super) fn folders(&self, new: &Self) -> Folders {
        Folders { old: self.folder.clone(), new: new.folder.clone() }
    }

    /// Whether the layer of this index is drawn above the avatars.
    pub(super) fn above_avatars(&self, layer: usize) -> bool {
        self.meaning.layers.get(layer).is_some_and(|flat| flat.above_avatars)
    }

    /// A tile in words.
    pub(super) fn tile(&self, gid: Gid) -> String {
        let flipped = if gid.flags() == 0 { "" } else { ", flipped" };
        match self.map.tileset_of(gid) {
            Some((set, id)) => format!("{} {id}{flipped}", set_name(set)),
            None => format!("{}{flipped}", gid.id()),
        }
    }

    /// Every object with its layer.
    fn objects(&self) -> Vec<Held<'_>> {
        let layers = self.layers.iter().filter_map(|flat| Some((flat, flat.layer.objects()?)));
        let objects = layers.flat_map(|(flat, layer)| {
            layer.objects.iter().map(|object| Held { layer: flat.path.as_str(), object })
        });
        objects.collect()
    }
}

/// Name of a tileset as a map uses it.
pub(super) fn set_name(set: &MapTileset) -> String {
    let source = || file_name(set.source.as_deref().unwrap_or_default()).to_owned();
    set.tileset
        .as_ref()
        .map(|tileset| tileset.name.clone())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(source)
}

/// Tilesets in files of their own that both states of a map use: the old and the new one's index.
pub(super) type Shared = Vec<(usize, usize)>;

/// How far everything on a map moved (see [`shift::of`]).
pub(super) fn shift(old: &Map, new: &Map) -> Option<IVec2> {
    let (old_ids, new_ids) = TileIds::of(old, new, &tileset::pair(old, new));
    shift::of(old, new, |was, is| !is.is_empty() && old_ids.of_gid(was) == new_ids.of_gid(is))
}

/// Everything that is different between two states of a map, what visitors meet first. What is in
/// tilesets of their own files is left to [`tileset::compare`].
pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, pictures: &Pictures<'_>) -> (Vec<Change>, Shared) {
    let sets = tileset::pair(old.map, new.map);
    let (old_ids, new_ids) = TileIds::of(old.map, new.map, &sets);
    let mut changes = Vec::new();
    changes.extend(of_map(old.map, new.map, &old.folders(new)));
    changes.extend(default_entry(old, new));
    let layers = layer::pair(old, new, &old_ids, &new_ids);
    changes.extend(layer::compare((old, &old_ids), (new, &new_ids), &layers, pictures));
    let now: BTreeMap<&str, &str> = (layers.both.iter())
        .map(|(before, after)| (old.layers[*before].path.as_str(), new.layers[*after].path.as_str()))
        .collect();
    let new_layers: BTreeSet<&str> =
        layers.added.iter().map(|index| new.layers[*index].path.as_str()).collect();
    let old_layers: BTreeSet<&str> =
        layers.gone.iter().map(|index| old.layers[*index].path.as_str()).collect();
    let (olds, news) = (old.objects(), new.objects());
    let objects = object::pair(&olds, &news);
    let orders = object::orders((old, &olds), (new, &news), &objects);
    changes.extend(objects.both.iter().filter_map(|(before, after)| {
        let (was, is) = (&olds[*before], &news[*after]);
        object::both(
            (old, was, &old_ids),
            (new, is, &new_ids),
            now.get(was.layer).copied(),
            orders.get(after),
        )
    }));
    changes.extend(objects.added.iter().filter_map(|index| {
        let held = &news[*index];
        object::alone(new, held, ChangeKind::Added, new_layers.contains(held.layer))
    }));
    changes.extend(objects.gone.iter().filter_map(|index| {
        let held = &olds[*index];
        object::alone(old, held, ChangeKind::Removed, old_layers.contains(held.layer))
    }));
    if let Some((cells, marks)) = cells::walking(&old.meaning.walk, &new.meaning.walk) {
        let walking = Change::new(ChangeKind::Changed, Subject::Walking, "");
        changes.push(Change { cells: Some(cells), marks, ..walking });
    }
    let mut shared = Vec::new();
    for (before, after) in sets.both.iter().copied() {
        let (was, is) = (&old.map.tilesets[before], &new.map.tilesets[after]);
        changes.extend(use_of_tileset(was, is, &old.folders(new)));
        match (&was.tileset, &is.tileset) {
            (Some(_), Some(_)) if was.source.is_some() && is.source.is_some() => shared.push((before, after)),
            (Some(before), Some(after)) => {
                changes.extend(tileset::compare((before, &old.roles), (after, &new.roles), pictures));
            }
            _ => {}
        }
    }
    let alone = |kind, set: &MapTileset| {
        let mut details = Details::default();
        if let Some(source) = &set.source {
            let (old, new) =
                if kind == ChangeKind::Added { ("", source.as_str()) } else { (source.as_str(), "") };
            details.text("file", old, new);
        }
        Change { details: details.0, ..Change::new(kind, Subject::Tileset, set_name(set)) }
    };
    changes.extend(sets.added.iter().map(|index| alone(ChangeKind::Added, &new.map.tilesets[*index])));
    changes.extend(sets.gone.iter().map(|index| alone(ChangeKind::Removed, &old.map.tilesets[*index])));
    changes.sort_by_key(|change| change.subject);
    (changes, shared)
}

/// Where the file of a tileset lies, and whether it can be read.
fn use_of_tileset(was: &MapTileset, is: &MapTileset, folders: &Folders) -> Option<Change> {
    let mut details = Details::within(folders);
    match (&was.source, &is.source) {
        (Some(old), Some(new)) => {
            details.path("file", old, new);
        }
        (None, None) => {}
        (old, new) => {
            let shown = |source: &Option<String>| {
                Some(source.as_deref().map_or("inside of the map".to_owned(), quoted))
            };
            details.words("file", shown(old), shown(new));
        }
    }
    details.switch("can be read", was.tileset.is_some(), is.tileset.is_some());
    let changed = Change::new(ChangeKind::Changed, Subject::Tileset, set_name(is));
    (!details.is_empty()).then_some(Change { details: details.0, ..changed })
}

/// What is different about the map itself.
fn of_map(old: &Map, new: &Map, folders: &Folders) -> Option<Change> {
    let mut details = Details::within(folders);
    let size = |map: &Map| {
        if map.infinite { "infinite".to_owned() } else { format!("{} x {} tiles", map.width, map.height) }
    };
    let color = |map: &Map| map.background_color.clone().unwrap_or_default();
    details
        .text("class", &old.class, &new.class)
        .field("size", &size(old), &size(new), Clone::clone)
        .field("tile size", &old.tile_size, &new.tile_size, |size| {
            format!("{} x {} pixels", size.width, size.height)
        })
        .field("orientation", &old.orientation, &new.orientation, |one: &Orientation| {
            format!("{one:?}").to_lowercase()
        })
        .field("render order", &old.render_order, &new.render_order, |one| format!("{one:?}"))
        .field("parallax origin", &old.parallax_origin, &new.parallax_origin, |at| {
            format!("({}, {})", at.x, at.y)
        })
        .text("background", &color(old), &color(new))
        .properties(&old.properties, &new.properties);
    let changed = Change::new(ChangeKind::Changed, Subject::Map, "");
    (!details.is_empty()).then_some(Change { details: details.0, ..changed })
}

/// Where visitors arrive whose link names no entry.
fn default_entry(old: &Side<'_>, new: &Side<'_>) -> Option<Change> {
    let name =
        |side: &Side<'_>| side.meaning.default_entry().map(|entry| entry.name.clone()).unwrap_or_default();
    let mut details = Details::default();
    details.text("entry", &name(old), &name(new));
    let changed = Change::new(ChangeKind::Changed, Subject::DefaultEntry, "");
    (!details.is_empty()).then_some(Change { details: details.0, ..changed })
}

/// What a map that is new, or gone, amounts to: what visitors meet in it.
pub(super) fn alone(side: &Side<'_>, change: ChangeKind) -> Vec<Change> {
    let map = side.map;
    let mut details = Details::default();
    let empty = Properties::default();
    let mut say = |what: &str, text: String| {
        let added = change == ChangeKind::Added;
        details.words(what, (!added).then(|| text.clone()), added.then_some(text));
    };
    if !map.infinite {
        say("size", format!("{} x {} tiles", map.width, map.height));
    }
    for (what, count) in [
        ("zones", side.meaning.zones.iter().filter(|zone| zone.kind() != ZoneKind::Exit).count()),
        ("exits", side.meaning.exits.len()),
        ("entries", side.meaning.entries.iter().filter(|entry| entry.declared).count()),
        ("layers", side.layers.len()),
        ("tilesets", map.tilesets.len()),
    ] {
        say(what, count.to_string());
    }
    if change == ChangeKind::Added {
        details.properties(&empty, &map.properties);
    } else {
        details.properties(&map.properties, &empty);
    }
    vec![Change { details: details.0, ..Change::new(change, Subject::Map, "") }]
}
