//! Meetings: whether visitors meet those whom they should, and hear them.

use std::collections::BTreeMap;

use super::{
    Check, Lint,
    zones::{name_of, overlap},
};
use crate::{
    check::context::MapContext,
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Area, PixelRect, Region, RegionIndex, TilePos, TileRect},
    workadventure::{Holder, MOST_CELLS, Zone, cells_of_area, is_template, meeting},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &MEETING_NAME_COLLISION, check: Check::Map(meeting_name_collision) },
    Lint { rule: &MEETINGS_AT_ONCE, check: Check::Map(meetings_at_once) },
    Lint { rule: &SILENT_MEETING, check: Check::Map(silent_meeting) },
];

static MEETING_NAME_COLLISION: Rule = Rule {
    name: "meeting-name-collision",
    summary: "differently written meeting rooms are one meeting",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "WorkAdventure makes the name of a Jitsi room of its plain letters, digits, - and _ only: accents, \
          upper case, punctuation and all other alphabets are dropped. Names that differ in those alone are \
          one call; a name with nothing else is the same call as every other such name.",
    example: r#"
layer "room-1": jitsiRoom = "Café A"
layer "room-2" at (5, 3): jitsiRoom = "cafe a"
"#,
    mend: "Choose names that differ in the letters a to z or in digits.",
};

static MEETINGS_AT_ONCE: Rule = Rule {
    name: "meetings-at-once",
    summary: "a place has a Jitsi meeting and a BigBlueButton one",
    severity: Severity::Info,
    family: Family::Zones,
    since: "0.1.0",
    why: "Each is opened for itself, and neither closes the other: visitors are in two calls, with two \
          microphones, and see the window of one.",
    example: r#"
layer "room-1": jitsiRoom = "one"
layer "talk": bbbMeeting = "talk"
"#,
    mend: "Decide for one of them, or let the zones not overlap.",
};

static SILENT_MEETING: Rule = Rule {
    name: "silent-meeting",
    summary: "a silent zone lies over a part of a meeting",
    severity: Severity::Info,
    family: Family::Zones,
    since: "0.1.0",
    why: "Where it is silent, avatars who stand together do not hear each other outside of the meeting. In a part \
          of the room only, visitors take that for a fault: here talking works, a step further it does not.",
    example: r#"
layer "room-1" at (3, 3) to (4, 3): jitsiRoom = "one"
layer "quiet" at (4, 3): silent = true
"#,
    mend: "Make the two zones the same, or let them not touch.",
};

/// A place where visitors meet, in the map or in the editor's file beside it.
pub(super) struct Meeting<'a> {
    /// What brings them together, and how the server knows it: equal ones are one call.
    pub(super) call: (System, String),
    /// Its name as written.
    pub(super) name: &'a str,
    /// How messages call what has it.
    pub(super) holder: String,
    /// The name in the text.
    pub(super) spot: Spot,
    /// Where it lies.
    pub(super) place: Place,
}

/// What brings visitors together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum System {
    /// Jitsi, with a name of the room's own.
    Jitsi,
    /// Jitsi, with a name that all rooms share.
    JitsiWithoutPrefix,
    /// `BigBlueButton`, whose names all rooms of an instance share.
    BigBlueButton,
    /// `WorkAdventure`'s own video meetings.
    LiveKit,
    /// A podium, whose name all rooms of a world share.
    Podium,
}

impl System {
    /// Whether rooms of one world with equal names meet.
    pub(super) fn is_shared(self) -> bool {
        matches!(self, Self::JitsiWithoutPrefix | Self::BigBlueButton | Self::Podium)
    }
}

/// The meetings of a map, those of its own first (workadventure-maps, sections 4.2 and 4.3).
pub(super) fn meetings<'a>(context: &'a MapContext) -> Vec<Meeting<'a>> {
    let mut meetings = Vec::new();
    for zone in &context.meaning.zones {
        let on_tile = matches!(zone.holder, Holder::Tile(..));
        for (key, system) in [("jitsiRoom", System::Jitsi), ("bbbMeeting", System::BigBlueButton)] {
            let Some(room) = zone.property(key) else { continue };
            let Some(name) = room.value.text().filter(|text| !text.is_empty() && !is_template(text)) else {
                continue;
            };
            let global =
                zone.property("jitsiNoPrefix").is_some_and(|flag| !on_tile || !flag.value.is_falsy());
            let call = match system {
                System::Jitsi if global => (System::JitsiWithoutPrefix, meeting::slug(name)),
                System::Jitsi => (system, meeting::slug(name)),
                _ => (system, name.to_owned()),
            };
            let (spot, place) = (context.value(room), zone.place.clone());
            meetings.push(Meeting { call, name, holder: name_of(zone), spot, place });
        }
    }
    let Some(wam) = context.wam() else { return meetings };
    for area in &wam.areas {
        for property in &area.properties {
            let (key, system) = match property.kind.as_str() {
                "jitsiRoomProperty" if property.boolean("noPrefix") == Some(true) => {
                    ("roomName", System::JitsiWithoutPrefix)
                }
                "jitsiRoomProperty" => ("roomName", System::Jitsi),
                "livekitRoomProperty" => ("roomName", System::LiveKit),
                "speakerMegaphone" => ("name", System::Podium),
                _ => continue,
            };
            // Without a name each has its id for one.
            let Some(name) = property.text(key).filter(|name| !name.is_empty()) else { continue };
            meetings.push(Meeting {
                call: (system, meeting::slug(name)),
                name,
                holder: format!("area \"{}\"", area.name),
                spot: Spot::new(&*wam.file, property.span).key(key),
                place: context.place_of_area(area),
            });
        }
    }
    meetings
}

fn meeting_name_collision(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<(System, String), (&str, Spot)> = BTreeMap::new();
    for Meeting { call, name, holder, spot, place } in meetings(context) {
        // Names of this system are taken as they are.
        if call.0 == System::BigBlueButton {
            continue;
        }
        if call.1.is_empty() || call.1.chars().all(|sign| sign == '-') {
            findings.push(
                Finding::new(
                    &MEETING_NAME_COLLISION,
                    spot,
                    format!(
                        "the meeting \"{name}\" of {holder} is shared with every other whose name has no letter from a to z"
                    ),
                )
                .at(place)
                .help("choose a name with letters from a to z, or digits"),
            );
            continue;
        }
        let Some((other, other_spot)) = first.get(&call) else {
            first.insert(call, (name, spot));
            continue;
        };
        // Two podiums of one name are one, however they are written.
        if *other == name {
            continue;
        }
        findings.push(
            Finding::new(
                &MEETING_NAME_COLLISION,
                spot,
                format!("the meetings \"{name}\" and \"{other}\" are one and the same call"),
            )
            .at(place)
            .related(other_spot.clone(), "the other spelling")
            .help("write both the same, or choose names that differ in letters from a to z or in digits"),
        );
    }
}

/// Where the two kinds of calls can be open at the same time.
fn meetings_at_once(context: &MapContext, findings: &mut Vec<Finding>) {
    let has = |zone: &Zone, key: &str| {
        let room = zone.property(key).and_then(|room| room.value.text());
        room.is_some_and(|room| !room.is_empty() && !is_template(room))
    };
    let zones = &context.meaning.zones;
    let mut jitsi = RegionIndex::default();
    for (index, zone) in zones.iter().enumerate().filter(|(_, zone)| has(zone, "jitsiRoom")) {
        jitsi.insert(index, &zone.cells);
    }
    for zone in zones.iter().filter(|zone| has(zone, "bbbMeeting")) {
        let Some(room) = zone.property("bbbMeeting") else { continue };
        let others = jitsi.sharing(&zone.cells, |other| overlap(zone, &zones[other]));
        let others: Vec<&Zone> = others.into_iter().map(|index| &zones[index]).collect();
        let Some(other) = others.first() else { continue };
        let shared: Region =
            others.iter().flat_map(|other| &other.cells).filter(|cell| zone.cells.contains(*cell)).collect();
        let mut place = zone.place.clone();
        place.area_tiles = shared.around();
        let message =
            format!("visitors are in two calls at once where {} and {} are", name_of(zone), name_of(other));
        let mut finding = Finding::new(&MEETINGS_AT_ONCE, context.value(room), message).at(place);
        if let Some(jitsi) = other.property("jitsiRoom") {
            finding = finding.related(context.value(jitsi), "the other call");
        }
        findings.push(finding.help("decide for one of them, or let the zones not overlap"));
    }
}

/// The quarters of cells that a zone covers as it is drawn, by column and row of half cells. Those of an
/// area are the ones whose middle it holds, so that an edge drawn a little beside the grid does not count.
fn quarters(context: &MapContext, cells: &Region, rectangle: Option<PixelRect>) -> Region {
    let tile = context.map.tile_size;
    let (width, height) = (f64::from(tile.width) / 2.0, f64::from(tile.height) / 2.0);
    let inside = |quarter: &TilePos| {
        let (x, y) = ((f64::from(quarter.x) + 0.5) * width, (f64::from(quarter.y) + 0.5) * height);
        rectangle.is_none_or(|area| {
            area.x <= x && x <= area.x + area.width && area.y <= y && y <= area.y + area.height
        })
    };
    // Avatars stand in an area with their feet: half a tile of it may reach into the cell below.
    let rows = if rectangle.is_some() { 4 } else { 2 };
    let quarter = |cell: TilePos, right: i32, down: i32| {
        TilePos::new(
            cell.x.saturating_mul(2).saturating_add(right),
            cell.y.saturating_mul(2).saturating_add(down),
        )
    };
    (0..rows)
        .flat_map(|down| cells.iter().flat_map(move |cell| [quarter(cell, 0, down), quarter(cell, 1, down)]))
        .filter(inside)
        .collect()
}

/// A zone where visitors talk, in the map or in the editor's file beside it.
struct Talk {
    holder: String,
    spot: Spot,
    place: Place,
    quarters: Region,
}

fn talks(context: &MapContext) -> Vec<Talk> {
    let mut talks = Vec::new();
    for zone in &context.meaning.zones {
        let meets =
            ["jitsiRoom", "bbbMeeting", "speakerMegaphone"].into_iter().find_map(|key| zone.property(key));
        let Some(room) = meets.filter(|room| !room.value.is_falsy()) else { continue };
        talks.push(Talk {
            holder: name_of(zone),
            spot: context.value(room),
            place: zone.place.clone(),
            quarters: quarters(context, &zone.cells, zone.rectangle),
        });
    }
    let mut room = MOST_CELLS;
    for area in context.wam().map_or(&[][..], |wam| &wam.areas) {
        let meets = ["jitsiRoomProperty", "livekitRoomProperty", "speakerMegaphone"];
        let Some(meeting) = meets.into_iter().find_map(|kind| area.property(kind)) else { continue };
        let Some(wam) = context.wam() else { continue };
        let cells = cells_of_area(context.map, area.rectangle, &mut room);
        talks.push(Talk {
            holder: format!("area \"{}\"", area.name),
            spot: Spot::new(&*wam.file, meeting.span).key("type"),
            place: context.place_of_area(area),
            quarters: quarters(context, &cells, Some(area.rectangle)),
        });
    }
    talks
}

fn silent_meeting(context: &MapContext, findings: &mut Vec<Finding>) {
    let is_silent = |zone: &&Zone| zone.property("silent").is_some_and(|silent| !silent.value.is_falsy());
    let silent_zones: Vec<&Zone> = context.meaning.zones.iter().filter(is_silent).collect();
    let areas = context.wam().map_or(&[][..], |wam| &wam.areas).iter();
    let silent_areas: Vec<&Area> = areas.filter(|area| area.property("silent").is_some()).collect();
    if silent_zones.is_empty() && silent_areas.is_empty() {
        return;
    }
    let talks = talks(context);
    if talks.is_empty() {
        return;
    }
    let mut silent: Vec<Region> =
        silent_zones.iter().map(|zone| quarters(context, &zone.cells, zone.rectangle)).collect();
    let mut room = MOST_CELLS;
    for area in silent_areas {
        let cells = cells_of_area(context.map, area.rectangle, &mut room);
        silent.push(quarters(context, &cells, Some(area.rectangle)));
    }
    let silent: Region = silent.iter().flatten().collect();
    if silent.is_empty() {
        return;
    }
    for Talk { holder, spot, mut place, quarters } in talks {
        let quiet: Region = quarters.iter().filter(|quarter| silent.contains(*quarter)).collect();
        // Less than a cell is an edge; where nearly all is silent it is meant so.
        if quiet.len() < 4 || quiet.len() * 4 > quarters.len() * 3 {
            continue;
        }
        let cells =
            quiet.iter().map(|quarter| TilePos::new(quarter.x.div_euclid(2), quarter.y.div_euclid(2)));
        place.area_tiles = TileRect::around(cells);
        let (part, all) = (quiet.len().div_ceil(4), quarters.len().div_ceil(4));
        let message = format!(
            "in {part} of the {all} cells of the meeting of {holder} it is silent, in the others not"
        );
        findings.push(
            Finding::new(&SILENT_MEETING, spot, message)
                .at(place)
                .help("make the two zones the same, or let them not touch"),
        );
    }
}
