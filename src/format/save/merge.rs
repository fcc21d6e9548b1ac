//! What an edit makes of a file: whatever the edit did not mean stays the file's own.
//!
//! The map before and the map after the edit are both brought into Tiled's JSON shape. Where the two
//! agree, the file's own text stays, with number text, unknown keys and all that loading makes of a file
//! (defaults, legacy shapes, repaired counters); where they differ, the new value takes its place.

use std::{borrow::Cow, collections::HashMap};

use crate::{format::json::Value, model::Json};

/// How much of a file an edit may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// Only what differs between the two maps.
    Least,
    /// Besides, what only some readers understand or take for granted: legacy shapes become today's,
    /// and what may be left out is written.
    Plain,
}

/// A value of a file after an edit.
#[derive(Debug)]
pub(super) enum Edited<'a> {
    /// As the file has it.
    Kept(Value<'a>),
    /// A new value.
    Made(Json),
    /// An object of the file with other members.
    Object(Value<'a>, Vec<Member<'a>>),
    /// An array of the file with other items.
    Array(Value<'a>, Vec<Edited<'a>>),
}

/// A key and its value after an edit.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) key: Key<'a>,
    pub(super) value: Edited<'a>,
}

/// A key of the file or a new one.
#[derive(Debug)]
pub(super) enum Key<'a> {
    /// As the file has it.
    Kept(Value<'a>),
    /// New.
    Made(String),
}

/// Keys of old formats, each with the key that holds the same today.
const SUPERSEDED: [(&str, &str); 7] = [
    ("propertytypes", "properties"),
    ("tileproperties", "tiles"),
    ("tilepropertytypes", "tiles"),
    ("terrains", "wangsets"),
    ("terrain", "wangsets"),
    ("edgecolors", "colors"),
    ("cornercolors", "colors"),
];

/// The file's value after an edit that made `after` of `before`.
pub(super) fn merge<'a>(file: Value<'a>, before: &Json, after: Json, touch: Touch) -> Edited<'a> {
    value("", file, Some(before), after, touch)
}

/// `key` is the key that the value, or the list around it, stands under.
fn value<'a>(key: &str, file: Value<'a>, before: Option<&Json>, after: Json, touch: Touch) -> Edited<'a> {
    let same = before == Some(&after);
    if same && touch == Touch::Least {
        return Edited::Kept(file);
    }
    match after {
        Json::Object(after) if file.is_object() => {
            let before = if let Some(Json::Object(before)) = before { before.as_slice() } else { &[] };
            Edited::Object(file, object(file, before, after, touch))
        }
        Json::Array(after) if file.is_array() && !file.is_integers() => {
            let before = if let Some(Json::Array(before)) = before { before.as_slice() } else { &[] };
            Edited::Array(file, array(key, file, before, after, touch))
        }
        after if same && is_like(file, &after) => Edited::Kept(file),
        after => Edited::Made(after),
    }
}

/// Whether the file writes a value of this kind as such, and not as text or in an old shape.
fn is_like(file: Value, json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(_) => file.boolean().is_some(),
        Json::Number(_) => file.is_number(),
        Json::String(_) => file.is_string(),
        Json::Array(_) | Json::Object(_) => false,
        Json::Integers(items) => {
            file.is_integers() || items.is_empty() && file.is_array() && file.items().next().is_none()
        }
    }
}

fn object<'a>(
    file: Value<'a>,
    before: &[(String, Json)],
    after: Vec<(String, Json)>,
    touch: Touch,
) -> Vec<Member<'a>> {
    let members: Vec<(Value, Value, Cow<str>)> =
        file.members().map(|(key, value)| (key, value, key.string().unwrap_or_default())).collect();
    // Of a key that is given twice the last counts; the others are nobody's.
    let last: HashMap<&str, usize> =
        members.iter().enumerate().map(|(index, (.., name))| (name.as_ref(), index)).collect();
    let before: HashMap<&str, &Json> = before.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let order: Vec<String> = after.iter().map(|(key, _)| key.clone()).collect();
    let mut after: HashMap<String, Json> = after.into_iter().collect();
    let mut remade: Vec<&str> = Vec::new();
    let mut out = Vec::with_capacity(members.len());
    for (index, (key, old, name)) in members.iter().enumerate() {
        let was = before.get(name.as_ref()).copied();
        let kept = match after.remove(name.as_ref()) {
            _ if last[name.as_ref()] != index => Edited::Kept(*old),
            Some(new) => value(name, *old, was, new, touch),
            None if was.is_some() => continue,
            None if touch == Touch::Plain && is_superseded(name, |_| true) => continue,
            None => Edited::Kept(*old),
        };
        if matches!(kept, Edited::Made(_)) {
            remade.push(name);
        }
        out.push(Member { key: Key::Kept(*key), value: kept });
    }
    out.retain(|member| match &member.key {
        Key::Kept(key) => !is_superseded(&key.string().unwrap_or_default(), |today| remade.contains(&today)),
        Key::Made(_) => true,
    });
    for name in order {
        let Some(new) = after.remove(&name) else { continue };
        // What both maps have and the file lacks is a default.
        if touch == Touch::Least && before.get(name.as_str()) == Some(&&new) {
            continue;
        }
        let at = place(&out, &name);
        out.insert(at, Member { key: Key::Made(name), value: Edited::Made(new) });
    }
    out
}

fn is_superseded(key: &str, by: impl Fn(&str) -> bool) -> bool {
    SUPERSEDED.iter().any(|(old, today)| *old == key && by(today))
}

/// Where a new key belongs: in its place where keys are sorted, as Tiled sorts them, else at the end.
fn place(members: &[Member], name: &str) -> usize {
    let name_of = |member: &Member| match &member.key {
        Key::Kept(key) => key.string().unwrap_or_default().into_owned(),
        Key::Made(key) => key.clone(),
    };
    let names: Vec<String> = members.iter().map(name_of).collect();
    place_among(&names, name)
}

fn place_among(names: &[String], name: &str) -> usize {
    let before = |a: &str, b: &str| a.encode_utf16().cmp(b.encode_utf16()).is_le();
    if names.is_sorted_by(|a, b| before(a, b)) {
        names.partition_point(|other| before(other, name))
    } else {
        names.len()
    }
}

fn array<'a>(key: &str, file: Value<'a>, before: &[Json], after: Vec<Json>, touch: Touch) -> Vec<Edited<'a>> {
    let items: Vec<Value> = file.items().collect();
    let in_file = identities(key, items.iter(), |item, field| {
        item.get(field).map(|found| found.string().map_or_else(|| found.source().to_owned(), Cow::into_owned))
    });
    let was = identities(key, before.iter(), field_of);
    let is = identities(key, after.iter(), field_of);
    // Item of the file for each item before. Loading keeps their order, and mostly drops none.
    let file_of: Vec<Option<usize>> = if items.len() == before.len() {
        (0..items.len()).map(Some).collect()
    } else {
        let places: HashMap<_, usize> = in_file.iter().zip(0..).collect();
        was.iter().map(|identity| places.get(identity).copied()).collect()
    };
    let place_before: HashMap<_, usize> = was.iter().zip(0..).collect();
    let mut claimed: Vec<bool> = vec![false; items.len()];
    for index in file_of.iter().flatten() {
        claimed[*index] = true;
    }
    let mut out: Vec<(Option<usize>, Edited)> = Vec::with_capacity(after.len());
    let mut new: Vec<(usize, Json)> = Vec::new();
    for (identity, item) in is.iter().zip(after) {
        let index = place_before.get(identity).copied();
        match index.and_then(|index| Some((index, file_of[index]?))) {
            Some((index, at)) => {
                out.push((Some(at), value(key, items[at], Some(&before[index]), item, touch)));
            }
            // What both maps have and the file lacks came by loading.
            None if touch == Touch::Least && index.is_some_and(|index| before[index] == item) => {}
            None => new.push((out.len(), item)),
        }
    }
    // What loading could make nothing of stays where it is among its neighbours.
    for (index, item) in items.iter().enumerate().filter(|(index, _)| !claimed[*index]) {
        let at = out.iter().position(|(other, _)| other.is_some_and(|other| other > index));
        let at = at.unwrap_or(out.len());
        out.insert(at, (Some(index), Edited::Kept(*item)));
        for (position, _) in &mut new {
            *position += usize::from(*position > at || *position == at && at + 1 == out.len());
        }
    }
    for (shift, (position, item)) in new.into_iter().enumerate() {
        let at = if key == "properties" { place_of_property(&out, &item) } else { position + shift };
        out.insert(at.min(out.len()), (None, Edited::Made(item)));
    }
    out.into_iter().map(|(_, item)| item).collect()
}

/// Tiled sorts properties by name.
fn place_of_property(items: &[(Option<usize>, Edited)], new: &Json) -> usize {
    let name_of = |item: &Edited| match item {
        Edited::Kept(value) | Edited::Object(value, _) | Edited::Array(value, _) => {
            value.get("name").and_then(Value::string).unwrap_or_default().into_owned()
        }
        Edited::Made(json) => field_of(json, "name").unwrap_or_default(),
    };
    let names: Vec<String> = items.iter().map(|(_, item)| name_of(item)).collect();
    place_among(&names, &field_of(new, "name").unwrap_or_default())
}

fn field_of(json: &Json, field: &str) -> Option<String> {
    match json.get(field)? {
        Json::String(text) | Json::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// What makes each item of a list the same item after an edit, with its number among those alike. Items
/// of other lists are told apart by their number alone.
fn identities<T: Copy>(
    key: &str,
    items: impl Iterator<Item = T>,
    field: impl Fn(T, &str) -> Option<String>,
) -> Vec<(String, usize)> {
    let fields: &[&str] = match key {
        "layers" | "objects" | "tiles" => &["id"],
        "tilesets" => &["firstgid"],
        "properties" => &["name"],
        "chunks" => &["x", "y"],
        _ => &[],
    };
    let mut seen: HashMap<String, usize> = HashMap::new();
    items
        .map(|item| {
            let parts: Vec<String> = fields
                .iter()
                .map(|name| field(item, name).filter(|id| id != "0").unwrap_or_default())
                .collect();
            let identity = parts.join(",");
            let number = seen.entry(identity.clone()).or_default();
            *number += 1;
            (identity, *number)
        })
        .collect()
}
