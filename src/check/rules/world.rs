//! The maps of a project together: ways that end or do not lead back, entries and meetings.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Check, Lint,
    meetings::{Meeting, System, meetings},
};
use crate::{
    check::context::{MapContext, WorldContext},
    finding::{Family, Finding, Rule, Severity, Spot},
    project::HALL_OF,
    source::relative,
    world::{Arrival, Way},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &DEAD_END, check: Check::World(dead_end) },
    Lint { rule: &ONE_WAY_EXIT, check: Check::World(one_way_exit) },
    Lint { rule: &ENTRY_UNUSED, check: Check::World(entry_unused) },
    Lint { rule: &MEETING_ACROSS_MAPS, check: Check::World(meeting_across_maps) },
];

static DEAD_END: Rule = Rule {
    name: "dead-end",
    summary: "no exit leads out of a map that others lead to",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Visitors who came here by an exit do not get back to the others but by a link or the browser's back \
          button.",
    example: r#"
layer "to-hall": exitUrl = "hall.tmj"
file "hall.tmj"  # without an exit
"#,
    mend: "Add an exit that leads back.",
};

static ONE_WAY_EXIT: Rule = Rule {
    name: "one-way-exit",
    summary: "from where an exit leads, no way leads back",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Visitors go on from there to other maps, and never come back to this one but by a link.",
    example: r#"
layer "to-hall": exitUrl = "hall.tmj"
hall.tmj: layer "to-bar": exitUrl = "bar.tmj"
bar.tmj: layer "to-hall": exitUrl = "hall.tmj"
"#,
    mend: "Add an exit that leads back, if visitors shall come back.",
};

static ENTRY_UNUSED: Rule = Rule {
    name: "entry-unused",
    summary: "no exit leads to an entry of a map",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Exits of other maps lead to entries of this one by name, but none to this entry. Often an exit names \
          another one by mistake, or the entry is left over. Links from elsewhere may use it all the same.",
    example: r#"
layer "to-hall": exitUrl = "hall.tmj#door"
hall.tmj: layer "door": start = true
hall.tmj: layer "side" at (5, 3): start = true
"#,
    mend: "Let the exit lead to it, or delete the entry.",
};

static MEETING_ACROSS_MAPS: Rule = Rule {
    name: "meeting-across-maps",
    summary: "meetings of several maps are one call",
    severity: Severity::Info,
    family: Family::World,
    since: "0.1.0",
    why: "Jitsi rooms belong to their map. BigBlueButton meetings, Jitsi rooms with jitsiNoPrefix and podiums of \
          the same name are one call in all maps: visitors of two stands in two halls meet.",
    example: r#"
layer "talk": bbbMeeting = "talk"
hall.tmj: layer "talk": bbbMeeting = "talk"
"#,
    mend: "Put the name of the map into the name of the meeting, if it shall not be shared.",
};

/// Whether nothing but its exits leads out of a map, so far as can be told: scripts and rooms by name
/// lead anywhere.
fn is_closed(context: &WorldContext, map: usize) -> bool {
    !context.world.leads_beyond(map) && context.maps.get(map).is_some_and(|map| !map.has_script())
}

/// Whether visitors get another map under the name of this one: that with its stands.
fn is_stood_in_for(context: &WorldContext, map: usize) -> bool {
    context.world.index(context.world.maps()[map].name) != Some(map)
}

fn dead_end(context: &WorldContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<usize, &Way> = BTreeMap::new();
    for way in context.world.ways() {
        if let Some(to) = way.to.filter(|to| *to != way.from) {
            first.entry(to).or_insert(way);
        }
    }
    for end in context.world.dead_ends() {
        let Some(map) = context.maps.get(end) else { continue };
        let Some(way) = first.get(&end) else { continue };
        if !is_closed(context, end) || is_stood_in_for(context, end) {
            continue;
        }
        findings.push(
            Finding::new(
                &DEAD_END,
                map.spot(map.map.span),
                "visitors who come here by an exit find no way back: the map has none that leads out",
            )
            .related(way.spot.clone(), "an exit that leads here")
            .help("add an exit that leads back"),
        );
    }
}

fn one_way_exit(context: &WorldContext, findings: &mut Vec<Finding>) {
    let world = &context.world;
    let dead_ends: BTreeSet<usize> = world.dead_ends().into_iter().collect();
    let rings = world.rings();
    let mut told = BTreeSet::new();
    // Whether visitors of a ring can come to maps that are not closed. Those beyond a ring come before it.
    let mut leaks = vec![false; rings.len()];
    let mut by_ring: Vec<usize> = (0..rings.len()).collect();
    by_ring.sort_by_key(|map| rings[*map]);
    for map in by_ring {
        let beyond = world.ways_from(map).filter_map(|way| way.to).any(|to| leaks[rings[to]]);
        leaks[rings[map]] |= beyond || !is_closed(context, map);
    }
    for way in world.ways() {
        let (Some(from), Some(to)) = (context.maps.get(way.from), way.to) else { continue };
        // Who cannot leave the other map at all is told there.
        if to == way.from || dead_ends.contains(&to) || !told.insert((way.from, to)) {
            continue;
        }
        if rings[to] == rings[way.from] || is_stood_in_for(context, way.from) || leaks[rings[to]] {
            continue;
        }
        let file = relative(from.folder(), world.maps()[to].name);
        findings.push(
            Finding::new(
                &ONE_WAY_EXIT,
                way.spot.clone(),
                format!("visitors who leave by it do not come back: no way leads here from \"{file}\""),
            )
            .at(way.place.clone())
            .help("add an exit that leads back, if they shall"),
        );
    }
}

fn entry_unused(context: &WorldContext, findings: &mut Vec<Finding>) {
    let mut used: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut led_into = BTreeSet::new();
    for way in context.world.ways() {
        if let (Some(to), Arrival::Entry { name, .. }) = (way.to, &way.arrival) {
            used.entry(to).or_default().insert(name);
            // A map's ways within itself say nothing of those who come from elsewhere.
            if way.from != to {
                led_into.insert(to);
            }
        }
    }
    // Scripts lead anywhere.
    if context.maps.iter().any(MapContext::has_script) {
        return;
    }
    for (index, map) in context.maps.iter().enumerate() {
        let Some(used) = used.get(&index).filter(|_| led_into.contains(&index)) else { continue };
        // The entries of stands are for the links of sponsors.
        let is_hall = map.map.properties.get(HALL_OF).is_some();
        if is_hall || context.world.maps()[index].stands_in_for.is_some() || is_stood_in_for(context, index) {
            continue;
        }
        let in_use: BTreeSet<usize> =
            used.iter().flat_map(|name| map.meaning.called(name)).map(|(index, _)| index).collect();
        let entries = map.meaning.entries.iter().enumerate();
        for (index, entry) in entries.filter(|(_, entry)| entry.declared && !entry.default) {
            if in_use.contains(&index) || entry.cells().is_empty() || entry.name.is_empty() {
                continue;
            }
            findings.push(
                Finding::new(
                    &ENTRY_UNUSED,
                    entry.spot.clone().key("name"),
                    format!(
                        "no exit leads to the entry \"{}\": only who has its link arrives there",
                        entry.name
                    ),
                )
                .at(entry.place()),
            );
        }
    }
}

fn meeting_across_maps(context: &WorldContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<(System, String), (usize, Spot)> = BTreeMap::new();
    for (index, map) in context.maps.iter().enumerate() {
        if is_stood_in_for(context, index) {
            continue;
        }
        for Meeting { call, name, holder, spot, place } in meetings(map) {
            if !call.0.is_shared() {
                continue;
            }
            let Some((other, other_spot)) = first.get(&call) else {
                first.insert(call, (index, spot));
                continue;
            };
            if *other == index {
                continue;
            }
            let file = relative(map.folder(), &context.maps[*other].map.file);
            findings.push(
                Finding::new(
                    &MEETING_ACROSS_MAPS,
                    spot,
                    format!("the meeting \"{name}\" of {holder} is one call with that of \"{file}\""),
                )
                .at(place)
                .related(other_spot.clone(), "the other one")
                .help("put the name of the map into its name, if it shall not be shared"),
            );
        }
    }
}
