//! Two states of a file of WorkAdventure's own editor.

use std::collections::BTreeSet;

use glam::DVec2;

use super::{
    Change, ChangeKind, Marks, Place, Said, Subject,
    details::{Details, json},
    pair::Pairing,
};
use crate::model::{AreaProperty, Json, PixelRect, TileSize, Wam};

/// An area or an entity.
struct Thing<'a> {
    subject: Subject,
    id: &'a str,
    name: &'a str,
    rectangle: PixelRect,
    /// Name of the picture of an entity.
    picture: Option<String>,
    properties: &'a [AreaProperty],
}

fn things(wam: &Wam) -> Vec<Thing<'_>> {
    let areas = wam.areas.iter().map(|area| Thing {
        subject: Subject::Area,
        id: &area.id,
        name: &area.name,
        rectangle: area.rectangle,
        picture: None,
        properties: &area.properties,
    });
    let entities = wam.entities.iter().map(|entity| {
        let DVec2 { x, y } = entity.position;
        Thing {
            subject: Subject::Entity,
            id: &entity.id,
            name: &entity.name,
            rectangle: PixelRect { x, y, width: 0.0, height: 0.0 },
            picture: Some(format!("{} {}", entity.collection, entity.prefab)),
            properties: &entity.properties,
        }
    });
    areas.chain(entities).collect()
}

/// Everything that is different: areas and entities by their ids, then by their names.
pub(super) fn compare((old, old_tile): (&Wam, TileSize), (new, new_tile): (&Wam, TileSize)) -> Vec<Change> {
    let mut changes: Vec<Change> = of_file(old, new).into_iter().collect();
    let (olds, news) = (things(old), things(new));
    let name = |thing: &Thing<'_>| (!thing.name.is_empty()).then(|| (thing.subject, thing.name.to_owned()));
    let mut pairing = Pairing::new(olds.len(), news.len());
    pairing
        .by(|i| Some((olds[i].subject, olds[i].id)), |i| Some((news[i].subject, news[i].id)))
        .by(|i| name(&olds[i]), |i| name(&news[i]));
    let pairs = pairing.finish();
    changes.extend(
        pairs
            .both
            .iter()
            .filter_map(|(before, after)| both((&olds[*before], old_tile), (&news[*after], new_tile))),
    );
    changes.extend(pairs.added.iter().map(|index| alone(&news[*index], new_tile, ChangeKind::Added)));
    changes.extend(pairs.gone.iter().map(|index| alone(&olds[*index], old_tile, ChangeKind::Removed)));
    changes.sort_by_key(|change| change.subject);
    changes
}

fn of_file(old: &Wam, new: &Wam) -> Option<Change> {
    let mut details = Details::default();
    details.text("mapUrl", &old.map_url, &new.map_url);
    let urls = |wam: &Wam| -> String {
        let urls: Vec<&str> = wam.collections.iter().map(|collection| collection.url.as_str()).collect();
        urls.join(", ")
    };
    details.text("entity collections", &urls(old), &urls(new));
    keys(&mut details, "settings.", old.settings.as_ref(), new.settings.as_ref());
    keys(&mut details, "metadata.", old.metadata.as_ref(), new.metadata.as_ref());
    let changed = Change::new(ChangeKind::Changed, Subject::Map, "");
    (!details.is_empty()).then_some(Change { details: details.0, ..changed })
}

/// Keys of two objects, the `id` that programs go by aside.
fn keys(details: &mut Details, prefix: &str, old: Option<&Json>, new: Option<&Json>) {
    let names = |value: Option<&Json>| match value {
        Some(Json::Object(pairs)) => pairs.iter().map(|(key, _)| key.clone()).collect(),
        _ => Vec::new(),
    };
    let all: BTreeSet<String> = names(old).into_iter().chain(names(new)).filter(|key| key != "id").collect();
    for key in all {
        let value = |of: Option<&Json>| of.and_then(|value| value.get(&key)).map(json);
        let (was, is) = (value(old), value(new));
        if was != is {
            details.add(&format!("{prefix}{key}"), was.map(Said::Value), is.map(Said::Value));
        }
    }
}

fn place(thing: &Thing<'_>, tile: TileSize) -> Place {
    Place { layer: None, id: None, tiles: Some(thing.rectangle.tiles(tile)) }
}

fn both((was, was_tile): (&Thing<'_>, TileSize), (is, is_tile): (&Thing<'_>, TileSize)) -> Option<Change> {
    let mut details = Details::default();
    let at = |rectangle: &PixelRect| format!("({}, {}) pixels", rectangle.x, rectangle.y);
    let size = |rectangle: &PixelRect| format!("{} x {} pixels", rectangle.width, rectangle.height);
    details
        .text("name", was.name, is.name)
        .field("position", &at(&was.rectangle), &at(&is.rectangle), Clone::clone)
        .field("size", &size(&was.rectangle), &size(&is.rectangle), Clone::clone)
        .text(
            "picture",
            was.picture.as_deref().unwrap_or_default(),
            is.picture.as_deref().unwrap_or_default(),
        );
    let mut pairing = Pairing::new(was.properties.len(), is.properties.len());
    let key = |property: &AreaProperty| Some((property.kind.clone(), property.id.clone()));
    let kind = |property: &AreaProperty| Some(property.kind.clone());
    pairing
        .by(|i| key(&was.properties[i]), |i| key(&is.properties[i]))
        .by(|i| kind(&was.properties[i]), |i| kind(&is.properties[i]));
    let pairs = pairing.finish();
    for (before, after) in pairs.both {
        let (old, new) = (&was.properties[before], &is.properties[after]);
        keys(&mut details, &format!("{}.", new.kind), Some(&old.fields), Some(&new.fields));
    }
    for index in pairs.added {
        let property = &is.properties[index];
        details.add(&property.kind, None, Some(fields(property)));
    }
    for index in pairs.gone {
        let property = &was.properties[index];
        details.add(&property.kind, Some(fields(property)), None);
    }
    if details.is_empty() {
        return None;
    }
    let kind = match details.0.as_slice() {
        [one] if one.what == "name" && one.before.is_some() && one.after.is_some() => ChangeKind::Renamed,
        [one] if one.what == "position" => ChangeKind::Moved,
        _ => ChangeKind::Changed,
    };
    let (before, after) = (place(was, was_tile), place(is, is_tile));
    let marks = Marks::moved(before.tiles, after.tiles);
    let name = if is.name.is_empty() { was.name } else { is.name };
    Some(Change {
        before: Some(before),
        after: Some(after),
        details: details.0,
        marks,
        ..Change::new(kind, is.subject, name)
    })
}

/// A property without its `id` and `type`.
fn fields(property: &AreaProperty) -> Said {
    let mut value = json(&property.fields);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("id");
        fields.remove("type");
    }
    Said::Value(value)
}

fn alone(thing: &Thing<'_>, tile: TileSize, change: ChangeKind) -> Change {
    let added = change == ChangeKind::Added;
    let mut details = Details::default();
    for property in thing.properties {
        let fields = fields(property);
        details.add(&property.kind, (!added).then(|| fields.clone()), added.then_some(fields));
    }
    let place = place(thing, tile);
    let area = place.tiles;
    let mut out = Change { details: details.0, ..Change::new(change, thing.subject, thing.name) };
    if added {
        (out.after, out.marks.after) = (Some(place), area);
    } else {
        (out.before, out.marks.before) = (Some(place), area);
    }
    out
}
