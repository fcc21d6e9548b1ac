//! Two states of the stands that come of the specs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, ChangeKind, FileDiff, FileKind, Marks, Place, Subject, details::Details, pair::Pairing};
use crate::stand::{Built, Stand};

/// What changed about the stands of each spec.
pub(super) fn compare(old: &BTreeMap<String, Built>, new: &BTreeMap<String, Built>) -> Vec<FileDiff> {
    let specs: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let none = Vec::new();
    let of = |side: &'_ BTreeMap<String, Built>, spec: &String| {
        side.get(spec).map_or(none.clone(), |built| built.stands.clone())
    };
    let files = specs.into_iter().filter_map(|spec| {
        let changes = of_spec(&of(old, spec), &of(new, spec));
        let change = match (old.contains_key(spec), new.contains_key(spec)) {
            (false, _) => ChangeKind::Added,
            (_, false) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let file = FileDiff {
            kind: FileKind::Stands,
            file: spec.clone(),
            before: None,
            shift: None,
            change,
            changes,
        };
        (!file.changes.is_empty()).then_some(file)
    });
    files.collect()
}

fn of_spec(old: &[Stand], new: &[Stand]) -> Vec<Change> {
    let mut pairing = Pairing::new(old.len(), new.len());
    pairing.by(|i| Some(&old[i].slug), |i| Some(&new[i].slug));
    let pairs = pairing.finish();
    let both = pairs.both.iter().filter_map(|(before, after)| both(&old[*before], &new[*after]));
    let added = pairs.added.iter().map(|index| alone(&new[*index], ChangeKind::Added));
    let gone = pairs.gone.iter().map(|index| alone(&old[*index], ChangeKind::Removed));
    both.chain(added).chain(gone).collect()
}

fn place(stand: &Stand) -> Place {
    Place { layer: None, id: None, tiles: Some(stand.tiles) }
}

fn optional(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn both(was: &Stand, is: &Stand) -> Option<Change> {
    let mut details = Details::default();
    details
        .text("name", &was.sponsor, &is.sponsor)
        .text("tier", &was.tier, &is.tier)
        .text("area", &was.area, &is.area)
        .field("position", &(was.tiles.x, was.tiles.y), &(is.tiles.x, is.tiles.y), |(x, y)| {
            format!("({x}, {y})")
        })
        .field(
            "size",
            &(was.tiles.width, was.tiles.height),
            &(is.tiles.width, is.tiles.height),
            |(width, height)| format!("{width} x {height} tiles"),
        )
        .text("logo", optional(was.logo.as_ref()), optional(is.logo.as_ref()))
        .text("website", optional(was.website.as_ref()), optional(is.website.as_ref()))
        .text("video", optional(was.video.as_ref()), optional(is.video.as_ref()))
        .text("brochure", optional(was.brochure.as_ref()), optional(is.brochure.as_ref()))
        .switch("meeting", was.meeting, is.meeting);
    if details.is_empty() {
        return None;
    }
    let kind = match details.0.as_slice() {
        [one] if one.what == "name" => ChangeKind::Renamed,
        [one] if one.what == "position" => ChangeKind::Moved,
        _ => ChangeKind::Changed,
    };
    Some(Change {
        before: Some(place(was)),
        after: Some(place(is)),
        details: details.0,
        marks: Marks::moved(Some(was.tiles), Some(is.tiles)),
        ..Change::new(kind, Subject::Stand, &is.sponsor)
    })
}

fn alone(stand: &Stand, change: ChangeKind) -> Change {
    let mut out = Change::new(change, Subject::Stand, &stand.sponsor);
    let added = change == ChangeKind::Added;
    let mut details = Details::default();
    for (what, text) in [("tier", &stand.tier), ("area", &stand.area)] {
        let (old, new) = if added { ("", text.as_str()) } else { (text.as_str(), "") };
        details.text(what, old, new);
    }
    out.details = details.0;
    if added {
        (out.after, out.marks.after) = (Some(place(stand)), Some(stand.tiles));
    } else {
        (out.before, out.marks.before) = (Some(place(stand)), Some(stand.tiles));
    }
    out
}
