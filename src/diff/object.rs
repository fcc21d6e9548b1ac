//! Objects.

use std::collections::BTreeMap;

use glam::DVec2;

use super::{
    Change, ChangeKind, Marks, Place, Subject,
    cells::TileIds,
    details::{Details, quoted},
    map::Side,
    pair::{Pairing, Pairs},
};
use crate::model::{Object, Shape, TileRect, TileSize};

/// An object with the layer that it lies on.
#[derive(Debug, Clone)]
pub(super) struct Held<'a> {
    pub(super) layer: &'a str,
    pub(super) object: &'a Object,
}

/// Pairs the objects of two maps: by id and name, then by name and class, by id alone where something
/// else agrees, and those without either by what they are.
pub(super) fn pair(old: &[Held<'_>], new: &[Held<'_>]) -> Pairs {
    let id = |held: &Held<'_>| (held.object.id != 0).then_some(held.object.id);
    let name = |held: &Held<'_>| (!held.object.name.is_empty()).then(|| held.object.name.clone());
    let content = |held: &Held<'_>| {
        let object = held.object;
        let properties: Vec<_> = object.properties.iter().map(|one| (&one.name, &one.value)).collect();
        (outline(object), object.class.clone(), format!("{properties:?}"))
    };
    let alike = |before: usize, after: usize| {
        let (was, is) = (&old[before], &new[after]);
        content(was) == content(is)
            || was.object.position == is.object.position
            || was.layer == is.layer
                && was.object.size == is.object.size
                && was.object.class == is.object.class
    };
    let mut pairing = Pairing::new(old.len(), new.len());
    pairing
        .by(|i| Some((id(&old[i])?, &old[i].object.name)), |i| Some((id(&new[i])?, &new[i].object.name)))
        .by(
            |i| Some((name(&old[i])?, &old[i].object.class, old[i].layer)),
            |i| Some((name(&new[i])?, &new[i].object.class, new[i].layer)),
        )
        .by(
            |i| Some((name(&old[i])?, &old[i].object.class)),
            |i| Some((name(&new[i])?, &new[i].object.class)),
        )
        .by_if(|i| id(&old[i]), |i| id(&new[i]), alike)
        .by(|i| Some((content(&old[i]), old[i].layer)), |i| Some((content(&new[i]), new[i].layer)));
    pairing.finish()
}

/// For areas that mean something and changed places with others of their kind: behind which each was, and is, by
/// its index among the new objects. Of areas that overlap, the later one counts (workadventure-maps, section 1.1).
pub(super) fn orders(
    (old_side, old): (&Side<'_>, &[Held<'_>]),
    (new_side, new): (&Side<'_>, &[Held<'_>]),
    pairs: &Pairs,
) -> BTreeMap<usize, [String; 2]> {
    let acts = |side: &Side<'_>, held: &Held<'_>| subject(side, held.object).is_some();
    let both = pairs.both.iter().copied();
    let both = both.filter(|(was, is)| acts(old_side, &old[*was]) && acts(new_side, &new[*is])).collect();
    let areas = Pairs { both, gone: Vec::new(), added: Vec::new() };
    let behind = |side: &Side<'_>, all: &[Held<'_>], index: usize| {
        let before = all[..index].iter().rev().find(|held| acts(side, held));
        before.map_or("first".to_owned(), |held| format!("behind {}", quoted(&held.object.name)))
    };
    let moved = areas.displaced().into_iter().map(|index| areas.both[index]);
    moved.map(|(was, is)| (is, [behind(old_side, old, was), behind(new_side, new, is)])).collect()
}

/// The form and size of an object in words, its position included.
pub(super) fn outline(object: &Object) -> String {
    let form = match &object.shape {
        Shape::Polygon(points) => format!("polygon {}", listed(points)),
        Shape::Polyline(points) => format!("line {}", listed(points)),
        shape => form(shape).to_owned(),
    };
    let DVec2 { x, y } = object.position;
    format!("{form} at {x}, {y}: {} x {}, turned {}", object.size.x, object.size.y, object.rotation)
}

fn listed(points: &[DVec2]) -> String {
    let points: Vec<String> = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
    points.join(" ")
}

fn form(shape: &Shape) -> &'static str {
    match shape {
        Shape::Rectangle => "rectangle",
        Shape::Ellipse => "ellipse",
        Shape::Point => "point",
        Shape::Capsule => "capsule",
        Shape::Polygon(_) => "polygon",
        Shape::Polyline(_) => "line",
        Shape::Text(_) => "text",
    }
}

/// A length of pixels in tiles, to the hundredth.
fn tiles(px: f64, tile: u32) -> f64 {
    let tiles = px / f64::from(tile.max(1));
    // Adding nothing makes no negative zero.
    (tiles * 100.0).round() / 100.0 + 0.0
}

fn place(side: &Side<'_>, held: &Held<'_>) -> Place {
    let rect = rect(side, held.object);
    let id = (held.object.id != 0).then_some(held.object.id);
    Place { layer: Some(held.layer.to_owned()), id, tiles: Some(rect) }
}

/// The cells that an object touches: tile objects stand on their position.
fn rect(side: &Side<'_>, object: &Object) -> TileRect {
    let mut rectangle = object.rectangle();
    if object.gid.is_some() {
        rectangle.y -= rectangle.height;
    }
    rectangle.tiles(side.map.tile_size)
}

fn subject(side: &Side<'_>, object: &Object) -> Option<Subject> {
    side.roles.at(object.span)
}

/// An object that is new, or gone; `None` for one that means nothing on a layer of which the same is said.
pub(super) fn alone(
    side: &Side<'_>,
    held: &Held<'_>,
    change: ChangeKind,
    with_layer: bool,
) -> Option<Change> {
    let subject = subject(side, held.object);
    if subject.is_none() && with_layer {
        return None;
    }
    let mut details = Details::default();
    let (empty, own) = (crate::model::Properties::default(), &held.object.properties);
    let mut out = Change::new(change, subject.unwrap_or(Subject::Object), &held.object.name);
    let area = Some(rect(side, held.object));
    if change == ChangeKind::Added {
        details.properties(&empty, own);
        out.after = Some(place(side, held));
        out.marks.after = area;
    } else {
        details.properties(own, &empty);
        out.before = Some(place(side, held));
        out.marks.before = area;
    }
    out.details = details.0;
    Some(out)
}

/// What is different between two objects that are the same one.
pub(super) fn both(
    (old_side, old, old_ids): (&Side<'_>, &Held<'_>, &TileIds),
    (new_side, new, new_ids): (&Side<'_>, &Held<'_>, &TileIds),
    old_layer_now: Option<&str>,
    order: Option<&[String; 2]>,
) -> Option<Change> {
    let (was, is) = (old.object, new.object);
    let mut details = Details::within(&old_side.folders(new_side));
    let at = |side: &Side<'_>| {
        let TileSize { width, height } = side.map.tile_size;
        move |point: &DVec2| (tiles(point.x, width), tiles(point.y, height))
    };
    let (old_at, new_at) = (at(old_side), at(new_side));
    details.text("name", &was.name, &is.name);
    // A layer that got another name, or another place, still is the layer.
    let stayed = old_layer_now.is_some_and(|layer| layer == new.layer);
    if !stayed {
        details.text("layer", old.layer, new.layer);
    }
    if let Some([from, to]) = order {
        details.words("order", Some(from.clone()), Some(to.clone()));
    }
    details.text("class", &was.class, &is.class).path(
        "template",
        was.template.as_deref().unwrap_or_default(),
        is.template.as_deref().unwrap_or_default(),
    );
    let (position, size) =
        ((old_at(&was.position), new_at(&is.position)), (old_at(&was.size), new_at(&is.size)));
    details
        .field("position", &position.0, &position.1, |(x, y)| format!("({x}, {y})"))
        .field("size", &size.0, &size.1, |(width, height)| format!("{width} x {height} tiles"))
        .field("turned", &was.rotation, &is.rotation, |degrees| format!("{degrees} degrees"))
        .switch("shown", was.visible, is.visible)
        .field("opacity", &was.opacity, &is.opacity, ToString::to_string)
        .field("form", &form(&was.shape), &form(&is.shape), |form| (*form).to_owned());
    match (&was.shape, &is.shape) {
        (Shape::Polygon(old), Shape::Polygon(new)) | (Shape::Polyline(old), Shape::Polyline(new)) => {
            details.field("corners", old, new, |points| listed(points));
        }
        (Shape::Text(old), Shape::Text(new)) if old != new => {
            if old.text == new.text {
                details.words("look of the text", None, Some("changed".to_owned()));
            } else {
                details.text("text", &old.text, &new.text);
            }
        }
        _ => {}
    }
    let tile = |ids: &TileIds, object: &Object| object.gid.map(|gid| ids.of_gid(gid));
    if tile(old_ids, was) != tile(new_ids, is) {
        let shown = |side: &Side<'_>, object: &Object| object.gid.map(|gid| side.tile(gid));
        details.words("tile", shown(old_side, was), shown(new_side, is));
    }
    details.properties(&was.properties, &is.properties);
    if details.is_empty() {
        return None;
    }
    let kind = match details.0.as_slice() {
        // One that has no name any more, or had none, is not called otherwise.
        [one] if one.what == "name" && one.before.is_some() && one.after.is_some() => ChangeKind::Renamed,
        [one] if ["position", "layer", "order"].contains(&one.what.as_str()) => ChangeKind::Moved,
        _ => ChangeKind::Changed,
    };
    let subject = subject(new_side, is).or_else(|| subject(old_side, was)).unwrap_or(Subject::Object);
    let name = if is.name.is_empty() { &was.name } else { &is.name };
    let (before, after) = (rect(old_side, was), rect(new_side, is));
    let marks = Marks::moved(Some(before), Some(after));
    Some(Change {
        before: Some(place(old_side, old)),
        after: Some(place(new_side, new)),
        details: details.0,
        marks,
        ..Change::new(kind, subject, name)
    })
}
