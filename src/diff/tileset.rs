//! Tilesets and their tiles.

use std::{collections::BTreeMap, sync::Mutex};

use super::{
    Change, ChangeKind, Said, Subject,
    details::{Details, Folders, json, quoted},
    object::outline,
    pair::{Pairing, Pairs},
    role::Roles,
    world::Sides,
};
use crate::{
    model::{Extra, Frame, Map, MapTileset, Picture, Properties, Tile, TileSize, Tileset},
    source::{file_name, parent, resolve},
};

/// Pairs the tilesets of two maps: by file and name, then by name, then by picture.
pub(super) fn pair(old: &Map, new: &Map) -> Pairs {
    let file = |entry: &MapTileset| entry.source.as_deref().map(|source| file_name(source).to_owned());
    let name = |entry: &MapTileset| entry.tileset.as_ref().map(|tileset| tileset.name.clone());
    let picture = |entry: &MapTileset| {
        let picture = entry.tileset.as_ref()?.picture.as_ref()?;
        picture.embedded.is_none().then(|| file_name(&picture.source).to_owned())
    };
    let (olds, news) = (&old.tilesets, &new.tilesets);
    let mut pairing = Pairing::new(olds.len(), news.len());
    pairing
        .by(|i| Some((file(&olds[i])?, name(&olds[i]))), |i| Some((file(&news[i])?, name(&news[i]))))
        .by(|i| Some((name(&olds[i])?, picture(&olds[i]))), |i| Some((name(&news[i])?, picture(&news[i]))))
        .by(|i| name(&olds[i]), |i| name(&news[i]))
        .by(|i| file(&olds[i]), |i| file(&news[i]))
        .by(|i| picture(&olds[i]), |i| picture(&news[i]));
    pairing.finish()
}

/// The pictures of both sides, compared by content, each pair once.
#[derive(Debug)]
pub(super) struct Pictures<'a> {
    sides: &'a Sides<'a>,
    known: Mutex<BTreeMap<(String, String), Option<bool>>>,
}

impl<'a> Pictures<'a> {
    pub(super) fn new(sides: &'a Sides<'a>) -> Self {
        Self { sides, known: Mutex::default() }
    }

    /// Where two files lie.
    fn folders(&self, old: &str, new: &str) -> Folders {
        Folders { old: self.sides.old_place(parent(old)), new: self.sides.new_place(parent(new)) }
    }

    /// Whether two pictures have the same content, with the names of the files that refer to them; `None` where
    /// one cannot be read, which no change of the map makes.
    fn same(&self, (old_file, old): (&str, &Picture), (new_file, new): (&str, &Picture)) -> Option<bool> {
        let names = (resolve(parent(old_file), &old.source), resolve(parent(new_file), &new.source));
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known.entry(names).or_insert_with_key(|(old_name, new_name)| {
            let (old, new) = (&self.sides.old.sources, &self.sides.new.sources);
            let contents = old.read(old_name).ok().zip(new.read(new_name).ok());
            contents.map(|(old, new)| old == new)
        })
    }

    /// Notes what is different between two pictures.
    pub(super) fn compare(
        &self,
        details: &mut Details,
        old: Option<(&str, &Picture)>,
        new: Option<(&str, &Picture)>,
    ) {
        let path = |picture: &Picture| {
            if picture.embedded.is_some() { "inside of the file".to_owned() } else { quoted(&picture.source) }
        };
        let (Some(before), Some(after)) = (old, new) else {
            if old.is_some() || new.is_some() {
                details.words("picture", old.map(|(_, one)| path(one)), new.map(|(_, one)| path(one)));
            }
            return;
        };
        let same = self.same(before, after);
        let folders = self.folders(before.0, after.0);
        if path(before.1) != path(after.1) && !folders.same(&before.1.source, &after.1.source) {
            details.words("picture", Some(path(before.1)), Some(path(after.1)));
        } else if same == Some(false) {
            details.words("picture", Some(size(before.1)), Some(format!("{}, other pixels", size(after.1))));
        } else if size(before.1) != size(after.1) {
            details.words("stated size of the picture", Some(size(before.1)), Some(size(after.1)));
        }
        let color = |picture: &Picture| picture.transparent.clone().unwrap_or_default();
        details.text("transparent colour", &color(before.1), &color(after.1));
    }
}

fn size(picture: &Picture) -> String {
    match (picture.width, picture.height) {
        (Some(width), Some(height)) => format!("{width} x {height}"),
        _ => "of unknown size".to_owned(),
    }
}

/// What is different between two tilesets: the set itself first, then its tiles.
pub(super) fn compare(
    (old, old_roles): (&Tileset, &Roles),
    (new, new_roles): (&Tileset, &Roles),
    pictures: &Pictures<'_>,
) -> Vec<Change> {
    let folders = pictures.folders(&old.file, &new.file);
    let mut details = Details::within(&folders);
    let pixels = |size: &TileSize| format!("{} x {}", size.width, size.height);
    details
        .text("name", &old.name, &new.name)
        .text("class", &old.class, &new.class)
        .field("tile size", &old.tile_size, &new.tile_size, pixels)
        .field("spacing", &old.spacing, &new.spacing, ToString::to_string)
        .field("margin", &old.margin, &new.margin, ToString::to_string)
        .field("tile offset", &old.tile_offset, &new.tile_offset, ToString::to_string)
        .text("object alignment", &old.object_alignment, &new.object_alignment)
        .switch("drawn at grid size", old.render_at_grid_size, new.render_at_grid_size)
        .properties(&old.properties, &new.properties);
    pictures.compare(&mut details, of_set(old), of_set(new));
    for (key, what) in [("wangsets", "terrains"), ("transformations", "allowed transformations")] {
        let value = |tileset: &Tileset| {
            tileset.extra.iter().find(|(name, _)| name == key).map(|(_, value)| json(value).to_string())
        };
        if value(old) != value(new) {
            details.words(what, None, Some("changed".to_owned()));
        }
    }
    let mut changes = Vec::new();
    if !details.is_empty() {
        let renamed = details.0.len() == 1 && details.0[0].what == "name";
        let kind = if renamed { ChangeKind::Renamed } else { ChangeKind::Changed };
        changes.push(Change { details: details.0, ..Change::new(kind, Subject::Tileset, &new.name) });
    }
    changes.extend(tiles((old, old_roles), (new, new_roles), pictures));
    changes
}

/// What a file says of a tile by not listing it.
fn plain(id: u32) -> Tile {
    Tile {
        span: None,
        id,
        class: String::new(),
        properties: Properties::default(),
        animation: Vec::new(),
        picture: None,
        picture_part: None,
        collision: None,
        extra: Extra::new(),
    }
}

fn of_set(tileset: &Tileset) -> Option<(&str, &Picture)> {
    tileset.picture.as_ref().map(|picture| (tileset.file.as_str(), picture))
}

/// What is different between the tiles that carry something.
fn tiles(
    (old, old_roles): (&Tileset, &Roles),
    (new, new_roles): (&Tileset, &Roles),
    pictures: &Pictures<'_>,
) -> Vec<Change> {
    let by_id = |tileset: &'_ Tileset| -> BTreeMap<u32, usize> {
        tileset.tiles.iter().enumerate().map(|(index, tile)| (tile.id, index)).collect()
    };
    let (olds, news) = (by_id(old), by_id(new));
    let mut ids: Vec<u32> = olds.keys().chain(news.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let change = |id: u32| {
        let (before, after) = (olds.get(&id).map(|i| &old.tiles[*i]), news.get(&id).map(|i| &new.tiles[*i]));
        let empty = plain(id);
        let (was, is) = (before.unwrap_or(&empty), after.unwrap_or(&empty));
        let mut details = Details::within(&pictures.folders(&old.file, &new.file));
        let frames = |frames: &Vec<Frame>| match frames.len() {
            0 => "none".to_owned(),
            count => format!("{count} frames"),
        };
        details.text("class", &was.class, &is.class).properties(&was.properties, &is.properties).field(
            "animation",
            &was.animation,
            &is.animation,
            frames,
        );
        if let Some(last) =
            details.0.last_mut().filter(|last| last.what == "animation" && last.before == last.after)
        {
            last.after = Some(Said::Words("others".to_owned()));
        }
        let [old_picture, new_picture] = [(old, was), (new, is)]
            .map(|(tileset, tile)| tile.picture.as_ref().map(|picture| (tileset.file.as_str(), picture)));
        pictures.compare(&mut details, old_picture, new_picture);
        let shapes = |tile: &Tile| -> Vec<String> {
            tile.collision.iter().flat_map(|layer| layer.objects.iter().map(outline)).collect()
        };
        details.field("collision shapes", &shapes(was), &shapes(is), |shapes| shapes.join("; "));
        if details.is_empty() {
            return None;
        }
        let role = |roles: &Roles, tile: Option<&Tile>| roles.at(tile?.span);
        let subject = role(new_roles, after).or_else(|| role(old_roles, before)).unwrap_or(Subject::Tile);
        let name = format!("{} {id}", new.name);
        Some(Change { details: details.0, ..Change::new(ChangeKind::Changed, subject, name) })
    };
    ids.into_iter().filter_map(change).collect()
}
