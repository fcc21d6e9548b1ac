//! Layers.

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec2;

use super::{
    CellChange, Change, ChangeKind, MOST_MARKED, Marks, Place, Subject,
    cells::{self, TileIds},
    details::{Details, json},
    map::Side,
    object,
    pair::{Pairing, Pairs},
    tileset::Pictures,
};
use crate::model::{DrawOrder, Layer, LayerKind, Map, Properties, TileRect};

/// A layer with the names of the groups around it.
#[derive(Debug)]
pub(super) struct Flat<'a> {
    pub(super) path: String,
    pub(super) layer: &'a Layer,
    /// Index of the group that it is in.
    parent: Option<usize>,
}

/// Every layer, groups before what is in them: the order of [`Map::flat_layers`].
pub(super) fn flat(map: &Map) -> Vec<Flat<'_>> {
    fn collect<'a>(layers: &'a [Layer], parent: Option<usize>, prefix: &str, out: &mut Vec<Flat<'a>>) {
        for layer in layers {
            let path = format!("{prefix}{}", layer.name);
            let below = format!("{path}/");
            out.push(Flat { path, layer, parent });
            if let LayerKind::Group(children) = &layer.kind {
                collect(children, Some(out.len() - 1), &below, out);
            }
        }
    }
    let mut out = Vec::new();
    collect(&map.layers, None, "", &mut out);
    out
}

fn kind(layer: &Layer) -> u8 {
    match layer.kind {
        LayerKind::Tiles(_) => 0,
        LayerKind::Objects(_) => 1,
        LayerKind::Image(_) => 2,
        LayerKind::Group(_) => 3,
    }
}

/// Pairs the layers of two maps: by id and path, then by path, by id where at least half of what is in
/// them agrees, and those with another id and name where all of it does.
pub(super) fn pair(old: &Side<'_>, new: &Side<'_>, old_ids: &TileIds, new_ids: &TileIds) -> Pairs {
    let (olds, news) = (&old.layers, &new.layers);
    let id = |flat: &Flat<'_>| (flat.layer.id != 0).then_some((flat.layer.id, kind(flat.layer)));
    let path = |flat: &Flat<'_>| (flat.path.clone(), kind(flat.layer));
    let same = |old: usize, new: usize| agreement((olds[old].layer, old_ids), (news[new].layer, new_ids));
    let size = |flat: &Flat<'_>| {
        let cells = flat.layer.tiles().map(|tiles| tiles.filled().count());
        cells.filter(|count| *count > 0).map(|count| (count, kind(flat.layer)))
    };
    let mut pairing = Pairing::new(olds.len(), news.len());
    pairing
        .by(|i| Some((id(&olds[i])?, path(&olds[i]))), |i| Some((id(&news[i])?, path(&news[i]))))
        .by(|i| Some(path(&olds[i])), |i| Some(path(&news[i])))
        .by_if(|i| id(&olds[i]), |i| id(&news[i]), |old, new| same(old, new) >= 0.5)
        .by_if(|i| size(&olds[i]), |i| size(&news[i]), |old, new| same(old, new) >= 1.0)
        .by_if(
            |i| Some((olds[i].layer.name.clone(), kind(olds[i].layer))),
            |i| Some((news[i].layer.name.clone(), kind(news[i].layer))),
            |old, new| same(old, new) >= 0.5,
        );
    pairing.finish()
}

/// How much of two layers is the same, 0 to 1.
fn agreement((old, old_ids): (&Layer, &TileIds), (new, new_ids): (&Layer, &TileIds)) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no layer has 2^53 cells")]
    let share = |same: usize, of: usize| if of == 0 { 1.0 } else { same as f64 / of as f64 };
    match (&old.kind, &new.kind) {
        (LayerKind::Tiles(was), LayerKind::Tiles(is)) => {
            let (was_filled, is_filled) = (was.filled().count(), is.filled().count());
            let change = cells::compare((was, old_ids), (is, new_ids)).map(|(change, _)| change);
            let lost = change.map_or(0, |change| change.removed + change.replaced);
            share(was_filled.saturating_sub(lost), was_filled.max(is_filled))
        }
        (LayerKind::Objects(was), LayerKind::Objects(is)) => {
            let outlines = |objects: &[crate::model::Object]| -> BTreeSet<String> {
                objects.iter().map(|object| format!("{} {}", object.name, object::outline(object))).collect()
            };
            let (was, is) = (outlines(&was.objects), outlines(&is.objects));
            share(was.intersection(&is).count(), was.len().max(is.len()))
        }
        (LayerKind::Image(was), LayerKind::Image(is)) if was.picture.source == is.picture.source => 1.0,
        (LayerKind::Group(was), LayerKind::Group(is)) => {
            let names = |layers: &[Layer]| -> BTreeSet<String> {
                layers.iter().map(|layer| layer.name.clone()).collect()
            };
            let (was, is) = (names(was), names(is));
            share(was.intersection(&is).count(), was.len().max(is.len()))
        }
        _ => 0.0,
    }
}

/// Everything that is different about the layers of two maps, in the order of the new one, what is gone
/// last.
pub(super) fn compare(
    (old, old_ids): (&Side<'_>, &TileIds),
    (new, new_ids): (&Side<'_>, &TileIds),
    pairs: &Pairs,
    pictures: &Pictures<'_>,
) -> Vec<Change> {
    let now: BTreeMap<usize, usize> = pairs.both.iter().copied().collect();
    let orders = orders(old, new, pairs, &now);
    let mut changes: BTreeMap<usize, Change> = BTreeMap::new();
    for (before, after) in pairs.both.iter().copied() {
        let (was, is) = (&old.layers[before], &new.layers[after]);
        let mut details = Details::within(&old.folders(new));
        details.text("name", &was.layer.name, &is.layer.name);
        if was.parent.map(|parent| now.get(&parent).copied()) != is.parent.map(Some) {
            let group = |side: &Side<'_>, flat: &Flat<'_>| {
                flat.parent.map_or(String::new(), |parent| side.layers[parent].path.clone())
            };
            details.text("group", &group(old, was), &group(new, is));
        }
        if let Some([from, to]) = orders.get(&after) {
            details.words("order", Some(from.clone()), Some(to.clone()));
        }
        details.field("drawn", &old.above_avatars(before), &new.above_avatars(after), |above| {
            if *above { "above avatars" } else { "below avatars" }.to_owned()
        });
        fields(&mut details, was.layer, is.layer);
        content(&mut details, (old, was.layer), (new, is.layer), pictures);
        let mut marks = Marks::default();
        let mut cells = None;
        if let (Some(was), Some(is)) = (was.layer.tiles(), is.layer.tiles())
            && let Some((change, marked)) = cells::compare((was, old_ids), (is, new_ids))
        {
            (cells, marks) = (Some(change), marked);
        }
        if details.is_empty() && cells.is_none() {
            continue;
        }
        let kind = match details.0.as_slice() {
            [one] if one.what == "name" && cells.is_none() => ChangeKind::Renamed,
            [one] if one.what == "order" && cells.is_none() => ChangeKind::Moved,
            _ => ChangeKind::Changed,
        };
        let role = new.roles.at(is.layer.span).or_else(|| old.roles.at(was.layer.span));
        let change = Change {
            before: Some(place(was)),
            after: Some(place(is)),
            cells,
            details: details.0,
            marks,
            ..Change::new(kind, role.unwrap_or(Subject::Layer), &is.path)
        };
        changes.insert(after, change);
    }
    changes.extend(pairs.added.iter().map(|index| (*index, alone(new, *index, ChangeKind::Added))));
    let gone = pairs.gone.iter().map(|index| alone(old, *index, ChangeKind::Removed));
    changes.into_values().chain(gone).collect()
}

/// For layers that changed places with others of their group: what they were directly above, and are.
fn orders(
    old: &Side<'_>,
    new: &Side<'_>,
    pairs: &Pairs,
    now: &BTreeMap<usize, usize>,
) -> BTreeMap<usize, [String; 2]> {
    let mut groups: BTreeMap<Option<usize>, Vec<(usize, usize)>> = BTreeMap::new();
    for (before, after) in pairs.both.iter().copied() {
        let (was, is) = (old.layers[before].parent, new.layers[after].parent);
        if was.map(|parent| now.get(&parent).copied()) == is.map(Some) {
            groups.entry(is).or_default().push((before, after));
        }
    }
    let below = |side: &Side<'_>, index: usize| {
        let parent = side.layers[index].parent;
        let under = (0..index).rev().find(|other| side.layers[*other].parent == parent);
        under.map_or("at the bottom".to_owned(), |under| {
            format!("above \"{}\"", side.layers[under].layer.name)
        })
    };
    let mut orders = BTreeMap::new();
    for (_, both) in groups {
        let siblings = Pairs { both, gone: Vec::new(), added: Vec::new() };
        for index in siblings.displaced() {
            let (before, after) = siblings.both[index];
            orders.insert(after, [below(old, before), below(new, after)]);
        }
    }
    orders
}

/// What all kinds of layers have.
fn fields(details: &mut Details, was: &Layer, is: &Layer) {
    let pair = |vector: &DVec2| format!("({}, {})", vector.x, vector.y);
    let mode = |layer: &Layer| {
        let mode =
            layer.extra.iter().find(|(key, _)| key == "mode").map(|(_, value)| json(value).to_string());
        mode.unwrap_or_default()
    };
    details
        .text("class", &was.class, &is.class)
        .switch("shown", was.visible, is.visible)
        .field("opacity", &was.opacity, &is.opacity, ToString::to_string)
        .text("tint", was.tint.as_deref().unwrap_or_default(), is.tint.as_deref().unwrap_or_default())
        .field("position", &was.position, &is.position, |at| format!("({}, {})", at.x, at.y))
        .field("offset", &was.offset, &is.offset, |offset| format!("{} pixels", pair(offset)))
        .field("parallax", &was.parallax, &is.parallax, pair)
        .text("blend mode", &mode(was), &mode(is))
        .properties(&was.properties, &is.properties);
}

/// What one kind of layer has; cells aside.
fn content(
    details: &mut Details,
    old: (&Side<'_>, &Layer),
    new: (&Side<'_>, &Layer),
    pictures: &Pictures<'_>,
) {
    match (&old.1.kind, &new.1.kind) {
        (LayerKind::Image(was), LayerKind::Image(is)) => {
            let (old_file, new_file) = (old.0.map.file.as_str(), new.0.map.file.as_str());
            pictures.compare(details, Some((old_file, &was.picture)), Some((new_file, &is.picture)));
            details.switch("repeats to the sides", was.repeat_x, is.repeat_x).switch(
                "repeats up and down",
                was.repeat_y,
                is.repeat_y,
            );
        }
        (LayerKind::Objects(was), LayerKind::Objects(is)) => {
            details.field("objects drawn", &was.draw_order, &is.draw_order, |order| match order {
                DrawOrder::TopDown => "from the top down".to_owned(),
                DrawOrder::Index => "as listed".to_owned(),
            });
        }
        _ => {}
    }
}

fn place(flat: &Flat<'_>) -> Place {
    let cells = flat.layer.tiles().and_then(|tiles| TileRect::around(tiles.filled().map(|(cell, _)| cell)));
    let id = (flat.layer.id != 0).then_some(flat.layer.id);
    Place { layer: Some(flat.path.clone()), id, tiles: cells }
}

/// A layer that is new, or gone.
fn alone(side: &Side<'_>, index: usize, change: ChangeKind) -> Change {
    let flat = &side.layers[index];
    let subject = side.roles.at(flat.layer.span).unwrap_or(Subject::Layer);
    let mut out = Change::new(change, subject, &flat.path);
    let mut details = Details::default();
    let empty = Properties::default();
    let marks = flat
        .layer
        .tiles()
        .map(|tiles| tiles.filled().map(|(cell, _)| cell).take(MOST_MARKED).collect::<Vec<_>>());
    let place = place(flat);
    let count = flat.layer.tiles().map_or(0, |tiles| tiles.filled().count());
    let objects = flat.layer.objects().map_or(0, |layer| layer.objects.len());
    if change == ChangeKind::Added {
        details.properties(&empty, &flat.layer.properties);
        out.cells = place.tiles.map(|tiles| CellChange { added: count, removed: 0, replaced: 0, tiles });
        out.after = Some(place);
        out.marks.cells_after = marks.unwrap_or_default();
        if objects > 0 {
            details.words("objects", None, Some(objects.to_string()));
        }
    } else {
        details.properties(&flat.layer.properties, &empty);
        out.cells = place.tiles.map(|tiles| CellChange { added: 0, removed: count, replaced: 0, tiles });
        out.before = Some(place);
        out.marks.cells_before = marks.unwrap_or_default();
        if objects > 0 {
            details.words("objects", Some(objects.to_string()), None);
        }
    }
    out.details = details.0;
    out
}
