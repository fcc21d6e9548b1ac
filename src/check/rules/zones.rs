//! Zones: whether they can be entered, and whether they do what they seem to.

use std::collections::BTreeMap;

use super::{Check, Lint};
use crate::{
    check::context::{MapContext, class_kind},
    finding::{Family, Finding, Rule, Severity, Spot},
    model::{Gid, PixelRect, Property, Region, RegionIndex, Shape, TilePos, Value},
    workadventure::{
        Holder, HolderKind, MOST_CELLS, PropertyFact, Zone, cells_of_area, is_outside, is_template,
    },
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &ZONE_WITHOUT_CELLS, check: Check::Map(zone_without_cells) },
    Lint { rule: &UNREACHABLE_ZONE, check: Check::Map(unreachable_zone) },
    Lint { rule: &DUPLICATE_AREA_NAME, check: Check::Map(duplicate_area_name) },
    Lint { rule: &OVERLAPPING_ZONES, check: Check::Map(overlapping_zones) },
    Lint { rule: &AREA_SHAPE, check: Check::Map(area_shape) },
    Lint { rule: &AREA_TURNED, check: Check::Map(area_turned) },
    Lint { rule: &FLIPPED_ZONE_TILE, check: Check::Map(flipped_zone_tile) },
    Lint { rule: &BORROWED_TRIGGER, check: Check::Map(borrowed_trigger) },
    Lint { rule: &FOCUS_TOO_LARGE, check: Check::Map(focus_too_large) },
];

static ZONE_WITHOUT_CELLS: Rule = Rule {
    name: "zone-without-cells",
    summary: "a layer has properties of a zone and no tile",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "A zone on a layer is where the layer has tiles, any tiles. Without one nobody ever enters it.",
    example: r#"layer "room-1" nowhere: jitsiRoom = "room-1""#,
    mend: "Paint the zone with any tile (below the floor it does not show), or delete the layer.",
};

static UNREACHABLE_ZONE: Rule = Rule {
    name: "unreachable-zone",
    summary: "a zone cannot be walked to",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "From none of the map's entries leads a way to the zone: walls or furniture that collides are around \
          it, or under all of it, or it lies outside of the map. What should happen there never does.",
    example: r#"layer "poster" at (0, 3): openWebsite = "https://example.org"  # on the wall itself"#,
    mend: "Extend the zone to cells where avatars can stand, or open the way; move into the map what lies \
           outside.",
};

static DUPLICATE_AREA_NAME: Rule = Rule {
    name: "duplicate-area-name",
    summary: "two areas have the same name",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "Of two areas with one name, links (`#name`), scripts and doors find the first only; the second is \
          renamed when the room opens. Where nothing asks for areas by name, it is not told.",
    example: r#"
area "stage": jitsiRoom = "stage"
area "stage": start = true
"#,
    mend: "Give each area a name of its own.",
};

static OVERLAPPING_ZONES: Rule = Rule {
    name: "overlapping-zones",
    summary: "two zones of the same kind with different values overlap",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "Only one meeting, one exit and one sound can be on at a time. Where two zones overlap the upper one \
          wins, and visitors who step over the edge are thrown out of one meeting and into the other.",
    example: r#"
layer "room-1" at (3, 3) to (4, 3): jitsiRoom = "one"
layer "room-2" at (4, 3) to (5, 3): jitsiRoom = "two"
"#,
    mend: "Erase the shared cells in one of the zones.",
};

static AREA_SHAPE: Rule = Rule {
    name: "area-shape",
    summary: "an area has no extent",
    severity: Severity::Error,
    family: Family::Zones,
    since: "0.1.0",
    why: "WorkAdventure takes position, width and height of an area. Polygons, lines and points have neither \
          width nor height there: nobody can ever enter such an area.",
    example: r#"
area "stage": jitsiRoom = "stage",
  polygon [{ "x": 0, "y": 0 }, { "x": 64, "y": 0 }, { "x": 0, "y": 64 }]
"#,
    mend: "Draw the area as a rectangle, or as several.",
};

static AREA_TURNED: Rule = Rule {
    name: "area-turned",
    summary: "an area lies elsewhere than Tiled shows",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "WorkAdventure ignores the rotation of areas, and takes the position of a tile object for its upper \
          corner where Tiled means the lower: the zone acts beside where you see it.",
    example: r#"area "stage": jitsiRoom = "stage", rotation 90"#,
    mend: "Draw the area as a plain rectangle without rotation.",
};

static FLIPPED_ZONE_TILE: Rule = Rule {
    name: "flipped-zone-tile",
    summary: "a tile with properties of a zone is flipped or turned",
    severity: Severity::Warning,
    family: Family::Zones,
    since: "0.1.0",
    why: "WorkAdventure does not find the properties of a tile that is flipped or turned on the map: the zone is \
          dead on that cell, though the tile shows.",
    example: r#"
tile 3: openTab = "https://example.org"
layer "desk" of turned tile 3
"#,
    mend: "Place the tile as it is in the tileset.",
};

static BORROWED_TRIGGER: Rule = Rule {
    name: "borrowed-trigger",
    summary: "a zone takes over the trigger of another that it overlaps",
    severity: Severity::Info,
    family: Family::Zones,
    since: "0.1.0",
    why: "WorkAdventure puts the properties of all zones in a place together. `openTab` waits for SPACE there if \
          the zone of a website has `openWebsiteTrigger`, though its own zone says nothing of it.",
    example: r#"
layer "site": openWebsite = "https://example.org", openWebsiteTrigger = "onaction"
layer "tab": openTab = "https://example.net"
"#,
    mend: "Let the zones not overlap, or give both the same trigger.",
};

static FOCUS_TOO_LARGE: Rule = Rule {
    name: "focus-too-large",
    summary: "an area to focus is larger than a screen",
    severity: Severity::Info,
    family: Family::Zones,
    since: "0.1.0",
    why: "The camera shows all of a focusable area at once. One larger than a screen makes everything tiny, and \
          the camera still for whoever walks about in it.",
    example: r#"area "hall" at (0, 0) to (99, 79): focusable = true"#,
    mend: "Focus the part that visitors shall look at, such as the stage.",
};

/// Properties by which a layer is a zone and nothing else.
const LAYER_ZONES: [&str; 16] = [
    "bbbMeeting",
    "bellVariable",
    "bindVariable",
    "doorVariable",
    "exitSceneUrl",
    "exitUrl",
    "jitsiRoom",
    "listenerMegaphone",
    "openConfig",
    "openTab",
    "openWebsite",
    "playAudio",
    "playAudioLoop",
    "silent",
    "speakerMegaphone",
    "zone",
];

fn zone_without_cells(context: &MapContext, findings: &mut Vec<Finding>) {
    for (flat, tiles) in context.tile_layers() {
        let acts = |name: &str| LAYER_ZONES.contains(&name) || matches!(name, "start" | "startLayer");
        let trigger =
            flat.layer.properties.iter().find(|property| acts(&property.name) && !property.value.is_falsy());
        let Some(trigger) = trigger else { continue };
        // An empty default entry is told with what comes of it.
        if matches!(trigger.name.as_str(), "start" | "startLayer")
            && context.meaning.default_entry().is_none_or(|entry| entry.cells().is_empty())
        {
            continue;
        }
        let unreadable = matches!(tiles.data, crate::model::TileData::Unreadable);
        if unreadable || !tiles.is_blank() {
            continue;
        }
        let message = if trigger.name.starts_with("start") {
            format!("links to \"#{}\" lead to the default entry: the layer has no tiles", flat.layer.name)
        } else {
            format!("{} of layer \"{}\" never happens: the layer has no tiles", trigger.name, flat.path)
        };
        findings.push(
            Finding::new(&ZONE_WITHOUT_CELLS, context.spot(trigger.span).key("name"), message)
                .at(flat.place())
                .help("paint the zone with any tile, or delete the layer"),
        );
    }
}

/// How messages call what carries a zone.
pub(super) fn name_of(zone: &Zone) -> String {
    match &zone.holder {
        Holder::Layer(path) => format!("layer \"{path}\""),
        Holder::Area(name) if name.is_empty() => format!("area {}", zone.place.object_id.unwrap_or_default()),
        Holder::Area(name) => format!("area \"{name}\""),
        Holder::Tile(tileset, id) => format!("tile {id} of tileset \"{tileset}\""),
    }
}

/// Kinds of properties by which something happens to whoever enters an area of the editor's file.
const DRAWN_ZONES: [&str; 9] = [
    "exit",
    "jitsiRoomProperty",
    "listenerMegaphone",
    "livekitRoomProperty",
    "openFile",
    "openWebsite",
    "personalAreaPropertyData",
    "playAudio",
    "speakerMegaphone",
];

/// Why no visitor comes to these cells, of which there are none where a zone lies outside of the map; and
/// what helps.
pub(super) fn out_of_reach(context: &MapContext, cells: &Region) -> (&'static str, &'static str) {
    if cells.is_empty() {
        ("it lies outside of the map", "move it into the map")
    } else if cells.iter().all(|cell| context.meaning.walk.is_blocked(cell)) {
        ("all of it lies on cells that block", "extend it to cells where avatars can stand")
    } else {
        ("no way leads there", "open a way from an entry")
    }
}

fn unreachable_area(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some(wam) = context.wam() else { return };
    let reach = super::entries::reach(context);
    for area in &wam.areas {
        let Some(acts) = area.properties.iter().find(|one| DRAWN_ZONES.contains(&one.kind.as_str())) else {
            continue;
        };
        let cells = cells_of_area(context.map, area.rectangle, &mut { MOST_CELLS });
        if cells.iter().any(|cell| reach.contains(cell)) {
            continue;
        }
        let (why, help) = out_of_reach(context, &cells);
        let what = acts.kind.trim_end_matches("Property").trim_end_matches("PropertyData");
        findings.push(
            Finding::new(
                &UNREACHABLE_ZONE,
                Spot::new(&*wam.file, area.span).key("name"),
                format!("no visitor comes to the {what} of area \"{}\": {why}", area.name),
            )
            .at(context.place_of_area(area))
            .help(help),
        );
    }
}

fn unreachable_zone(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.can_walk() || super::entries::is_enclosed(context) {
        return;
    }
    unreachable_area(context, findings);
    let lies_outside =
        |zone: &Zone| zone.rectangle.is_some_and(|rectangle| is_outside(context.map, rectangle));
    let zones: Vec<&Zone> =
        context.meaning.zones.iter().filter(|zone| !zone.cells.is_empty() || lies_outside(zone)).collect();
    if zones.is_empty() {
        return;
    }
    let reach = super::entries::reach(context);
    for zone in zones {
        if zone.cells.iter().any(|cell| reach.contains(cell)) {
            continue;
        }
        let kind = match &zone.holder {
            Holder::Layer(_) => HolderKind::TileLayer,
            Holder::Area(_) => HolderKind::Area,
            Holder::Tile(..) => HolderKind::Tile,
        };
        // Exits have a rule of their own, and silence where nobody comes is no loss.
        let trigger = zone.triggers.iter().find(|trigger| {
            PropertyFact::of(&trigger.name).is_some_and(|fact| fact.works_on(kind))
                && !matches!(
                    trigger.name.as_str(),
                    "exitUrl" | "exitSceneUrl" | "silent" | "start" | "startLayer"
                )
                && trigger.value.text().is_none_or(|text| !text.is_empty())
                && LAYER_ZONES.contains(&trigger.name.as_str())
        });
        let Some(trigger) = trigger else { continue };
        let (why, help) = out_of_reach(context, &zone.cells);
        let mut place = zone.place.clone();
        place.area_tiles = place.area_tiles.or_else(|| zone.cells.around());
        let mut finding = Finding::new(
            &UNREACHABLE_ZONE,
            context.spot(trigger.span).key("name"),
            format!("no visitor comes to the {} of {}: {why}", trigger.name, name_of(zone)),
        )
        .at(place)
        .help(help);
        if trigger.span.is_none() {
            finding.spot = zone.spot.clone();
        }
        findings.push(finding);
    }
}

fn duplicate_area_name(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, (Spot, bool)> = BTreeMap::new();
    let addressed = |properties: &crate::model::Properties| {
        ["start", "doorVariable", "bellVariable", "bellPopup"]
            .iter()
            .any(|name| properties.get(name).is_some())
    };
    let areas: Vec<_> = context
        .objects()
        .filter(|held| class_kind(&held.object.class) == HolderKind::Area && !held.object.name.is_empty())
        .collect();
    for held in &areas {
        let object = held.object;
        let here = addressed(&object.properties) || object.name == "start";
        let Some((other, before)) = first.get(object.name.as_str()) else {
            first.insert(&object.name, (context.spot(object.span).key("name"), here));
            continue;
        };
        // Names that nothing looks up harm nobody.
        if !(here || *before || context.has_script()) {
            continue;
        }
        findings.push(
            Finding::new(
                &DUPLICATE_AREA_NAME,
                context.spot(object.span).key("name"),
                format!(
                    "links and scripts never find this area: another one is called \"{}\", too",
                    object.name
                ),
            )
            .at(held.place(context.map))
            .related(other.clone(), "the area that they find")
            .help("give each area a name of its own"),
        );
    }
}

/// Most zones that are named below another.
const MOST_TOLD: usize = 8;

/// Kinds of which only one can be on at a time.
const EXCLUSIVE: [(&str, &str); 5] = [
    ("jitsiRoom", "the meeting changes"),
    ("bbbMeeting", "the meeting changes"),
    ("exitUrl", "they lead to different places"),
    ("playAudio", "the sound changes"),
    ("openTab", "a tab opens for each"),
];

fn overlapping_zones(context: &MapContext, findings: &mut Vec<Finding>) {
    for (kind, effect) in EXCLUSIVE {
        let zones: Vec<(&Zone, &Property, &str)> = context
            .meaning
            .zones
            .iter()
            .filter_map(|zone| {
                let trigger = zone.triggers.iter().rev().find(|trigger| trigger.name == kind)?;
                let text = trigger.value.text().filter(|text| !text.is_empty() && !is_template(text))?;
                Some((zone, trigger, text))
            })
            .collect();
        let mut lower = RegionIndex::default();
        // One finding a zone, however many lie below it.
        for (upper, (zone, trigger, text)) in zones.iter().enumerate() {
            let differs = |lower: usize| zones[lower].2 != *text && overlap(zone, zones[lower].0);
            let below = lower.sharing(&zone.cells, differs);
            lower.insert(upper, &zone.cells);
            let Some(first) = below.last() else { continue };
            let (other, _, other_text) = zones[*first];
            let Some(shared) = zone.cells.shared(&other.cells).around() else { continue };
            let (here, below_here) = (name_of(zone), name_of(other));
            // Areas are tested at the feet, layers at the middle: only like covers like.
            let covered = match (zone.rectangle, other.rectangle) {
                (Some(above), Some(below)) => contains(above, below),
                (None, None) => zone.cells.covers(&other.cells),
                _ => false,
            };
            let message = if covered {
                format!(
                    "nobody comes to the {kind} \"{other_text}\" of {below_here}: {here}, with \"{text}\", covers all of it"
                )
            } else {
                format!(
                    "where {here} and {below_here} overlap, {effect} while visitors walk: {kind} is \"{text}\" and \"{other_text}\""
                )
            };
            let areas = zone.rectangle.is_some() && other.rectangle.is_some();
            let mend =
                if areas { "draw one of them smaller" } else { "erase the shared cells in one of them" };
            let help = match below.len().saturating_sub(MOST_TOLD) {
                0 => mend.to_owned(),
                more => format!("{mend}; {more} more lie below"),
            };
            let mut finding = Finding::new(&OVERLAPPING_ZONES, context.value(trigger), message)
                .at(zone.place.clone().area(shared))
                .help(help);
            for lower in below.iter().rev().take(MOST_TOLD) {
                let (other, other_trigger, _) = zones[*lower];
                finding =
                    finding.related(context.value(other_trigger), format!("{} lies below", name_of(other)));
            }
            findings.push(finding);
        }
    }
}

fn contains(outer: PixelRect, inner: PixelRect) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && outer.x + outer.width >= inner.x + inner.width
        && outer.y + outer.height >= inner.y + inner.height
}

/// Areas are rectangles of pixels: those that share an edge, or less than a step, do not overlap.
pub(super) fn overlap(a: &Zone, b: &Zone) -> bool {
    let (Some(a), Some(b)) = (a.rectangle, b.rectangle) else { return true };
    let axis = |a: f64, a_size: f64, b: f64, b_size: f64| (a + a_size).min(b + b_size) - a.max(b);
    axis(a.x, a.width, b.x, b.width) > 1.0 && axis(a.y, a.height, b.y, b.height) > 1.0
}

fn borrowed_trigger<'a>(context: &MapContext<'a>, findings: &mut Vec<Finding>) {
    let tabs = |zone: &&Zone| zone.property("openTab").is_some_and(|tab| !tab.value.is_falsy());
    let zones = &context.meaning.zones;
    let lent = |zone: &'a Zone| {
        let trigger = zone.property("openWebsiteTrigger")?;
        let waits = trigger.value.text() == Some("onaction") && zone.property("openTab").is_none();
        waits.then_some((zone, trigger))
    };
    let mut lenders = RegionIndex::default();
    for (index, zone) in zones.iter().enumerate().filter(|(_, zone)| lent(zone).is_some()) {
        lenders.insert(index, &zone.cells);
    }
    for tab in zones.iter().filter(tabs) {
        if tab.property("openWebsiteTrigger").is_some() {
            continue;
        }
        let near = lenders.sharing(&tab.cells, |lender| overlap(&zones[lender], tab));
        let lender = near
            .first()
            .and_then(|lender| lent(&zones[*lender]))
            .and_then(|(zone, trigger)| Some((zone, trigger, zone.cells.shared(&tab.cells).around()?)));
        let (Some((zone, trigger, shared)), Some(opens)) = (lender, tab.property("openTab")) else {
            continue;
        };
        findings.push(
            Finding::new(
                &BORROWED_TRIGGER,
                context.value(opens),
                format!(
                    "where {} and {} overlap, the new tab waits for SPACE: it takes the other's openWebsiteTrigger",
                    name_of(tab),
                    name_of(zone)
                ),
            )
            .at(tab.place.clone().area(shared))
            .related(context.value(trigger), "the trigger that both take")
            .help("let the zones not overlap, or give both the same trigger"),
        );
    }
}

/// Size of a large screen, in pixels of the map.
const SCREEN: (f64, f64) = (2560.0, 1440.0);

fn focus_too_large(context: &MapContext, findings: &mut Vec<Finding>) {
    for zone in &context.meaning.zones {
        let (Some(rectangle), Some(focus)) = (zone.rectangle, zone.property("focusable")) else { continue };
        let fits = rectangle.width <= SCREEN.0 && rectangle.height <= SCREEN.1;
        if fits || !matches!(focus.value, Value::Bool(true)) {
            continue;
        }
        findings.push(
            Finding::new(
                &FOCUS_TOO_LARGE,
                context.value(focus),
                format!(
                    "the camera shows {} as a whole, and everything tiny: it is {} by {} pixels",
                    name_of(zone),
                    rectangle.width,
                    rectangle.height
                ),
            )
            .at(zone.place.clone())
            .help("focus the part that visitors shall look at"),
        );
    }
}

fn area_shape(context: &MapContext, findings: &mut Vec<Finding>) {
    for held in context.objects() {
        let object = held.object;
        if class_kind(&object.class) != HolderKind::Area || object.template.is_some() {
            continue;
        }
        let what = if held.is_flat() {
            match object.shape {
                Shape::Point => "a point",
                Shape::Polygon(_) => "a polygon",
                _ => "a line",
            }
        } else if object.size.x <= 0.0 || object.size.y <= 0.0 {
            "without width or height"
        } else {
            continue;
        };
        // Visitors do arrive at a point, they only never step on it.
        let others = object
            .properties
            .iter()
            .any(|property| property.name != "start" && !property.name.starts_with("venue"));
        let only_start = !others && (object.name == "start" || object.properties.get("start").is_some());
        if only_start {
            continue;
        }
        findings.push(
            Finding::new(
                &AREA_SHAPE,
                context.spot(object.span).key("class"),
                format!("nobody can enter {}: it is {what}", held.describe()),
            )
            .at(held.place(context.map))
            .help("draw it as a rectangle, or as several"),
        );
    }
}

fn area_turned(context: &MapContext, findings: &mut Vec<Finding>) {
    for held in context.objects() {
        let object = held.object;
        if class_kind(&object.class) != HolderKind::Area || held.is_flat() {
            continue;
        }
        // What moves no edge by a quarter of a tile goes unnoticed; hands turn objects by accident.
        let shift = object.rotation.to_radians().sin().abs() * object.size.x.max(object.size.y);
        let (key, what) = if shift > 8.0 || object.rotation.to_radians().cos() < 0.0 {
            ("rotation", format!("its turn by {} degrees is ignored", object.rotation))
        } else if object.gid.is_some() {
            ("gid", "the position of a tile object is taken for its upper corner".to_owned())
        } else {
            continue;
        };
        findings.push(
            Finding::new(
                &AREA_TURNED,
                context.spot(object.span).key(key),
                format!("{} acts beside where Tiled shows it: {what}", held.describe()),
            )
            .at(held.place(context.map))
            .help("draw it as a plain rectangle"),
        );
    }
}

/// Properties that a flipped tile loses (workadventure-maps, section 2.5).
const LOST: [&str; 10] = [
    "bbbMeeting",
    "exitSceneUrl",
    "exitUrl",
    "jitsiRoom",
    "openTab",
    "playAudio",
    "playAudioLoop",
    "silent",
    "start",
    "zone",
];

fn flipped_zone_tile(context: &MapContext, findings: &mut Vec<Finding>) {
    for (flat, tiles) in context.tile_layers() {
        let turned = flat.gids().iter().filter(|gid| gid.flags() & !Gid::ROTATE_HEX != 0);
        let lost: BTreeMap<Gid, &Property> = turned
            .filter_map(|gid| {
                let (_, tile) = context.tile_of(*gid)?;
                let mut triggers = tile.properties.iter();
                let lost = triggers
                    .find(|trigger| LOST.contains(&trigger.name.as_str()) && !trigger.value.is_falsy())?;
                Some((*gid, lost))
            })
            .collect();
        if lost.is_empty() {
            continue;
        }
        let mut flipped: BTreeMap<u32, (usize, TilePos, &Property)> = BTreeMap::new();
        for (cell, gid) in tiles.filled() {
            if let Some(trigger) = lost.get(&gid) {
                flipped.entry(gid.id()).and_modify(|(count, ..)| *count += 1).or_insert((1, cell, trigger));
            }
        }
        for (id, (count, cell, trigger)) in flipped {
            let Some((tileset, tile)) = context.tile_of(Gid(id)) else { continue };
            let cells = if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") };
            let mut place = flat.place().cell(cell);
            place.tileset = Some(tileset.name.clone());
            place.tile = Some(tile.id);
            findings.push(
                Finding::new(
                    &FLIPPED_ZONE_TILE,
                    context.spot(flat.layer.span).key("data"),
                    format!(
                        "{} of tile {} has no effect on {cells} of layer \"{}\", where the tile is flipped or turned",
                        trigger.name, tile.id, flat.path
                    ),
                )
                .at(place)
                .related(context.value(trigger), "the property")
                .help("place the tile as it is in the tileset"),
            );
        }
    }
}
