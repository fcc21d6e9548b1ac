//! Arriving.

use super::{Check, Lint, exits};
use crate::{
    check::context::{FlatLayer, MapContext, around},
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{Gid, Region, RegionIndex, TilePos},
    workadventure::{
        Entry, EntryKind, MOST_CELLS, Reach, WalkGrid, arrivals_in_area, arrives_outside, can_be_linked,
    },
    world::Surroundings,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &START_MISSING, check: Check::Map(start_missing) },
    Lint { rule: &START_OUTSIDE, check: Check::Map(start_outside) },
    Lint { rule: &START_ON_WALL, check: Check::Map(start_on_wall) },
    Lint { rule: &START_ENCLOSED, check: Check::Map(start_enclosed) },
    Lint { rule: &START_ON_EXIT, check: Check::Map(start_on_exit) },
    Lint { rule: &ENTRY_NAME_UNREACHABLE, check: Check::Map(entry_name_unreachable) },
    Lint { rule: &TILE_ENTRY, check: Check::Map(tile_entry) },
];

static START_MISSING: Rule = Rule {
    name: "start-missing",
    summary: "nothing says where visitors arrive",
    severity: Severity::Warning,
    family: Family::Entries,
    since: "0.1.0",
    why: "Without a layer `start` with tiles, an area `start` or a layer with start = true, visitors appear in \
          the middle of the map, in a wall as well as on a table. If the layer that the engine takes is empty, \
          it looks at no other.",
    example: r#"layer "start" nowhere"#,
    mend: "Add a tile layer `start` and paint it, with any tile, where visitors shall arrive.",
};

static START_OUTSIDE: Rule = Rule {
    name: "start-outside",
    summary: "visitors arrive outside of the map",
    severity: Severity::Warning,
    family: Family::Entries,
    since: "0.1.0",
    why: "Arriving visitors are put into the area of the entry, wherever that lies. Beyond the edges of the map \
          there is nothing to see and nowhere to go.",
    example: r#"area "start" at (20, 3)  # on a map of 8 by 6 tiles"#,
    mend: "Move the area into the map.",
};

static START_ON_WALL: Rule = Rule {
    name: "start-on-wall",
    summary: "visitors arrive on cells that block",
    severity: Severity::Warning,
    family: Family::Entries,
    since: "0.1.0",
    why: "Arriving visitors are put onto a random cell of the entry. On a cell that blocks they are stuck.",
    example: r#"layer "start" at (0, 1) to (1, 1)  # at (0, 1) is a wall"#,
    mend: "Erase the cells of the entry that block.",
};

static START_ENCLOSED: Rule = Rule {
    name: "start-enclosed",
    summary: "from where visitors arrive no way leads anywhere",
    severity: Severity::Error,
    family: Family::Entries,
    since: "0.1.0",
    why: "Visitors arrive between walls and can reach nothing of what the map holds.",
    example: r#"
layer "start" at (1, 1)
layer "shelf" at (2, 1) of tile 1  # tile 1 has collides = true
layer "plant" at (1, 2) of tile 1  # around are walls
"#,
    mend: "Open the walls around the entry, or move it.",
};

static START_ON_EXIT: Rule = Rule {
    name: "start-on-exit",
    summary: "visitors arrive on an exit",
    severity: Severity::Error,
    family: Family::Entries,
    since: "0.1.0",
    why: "An exit acts on whoever arrives on it: visitors are sent to the next map at once, and for ever back \
          and forth where that one does the same.",
    example: r#"
layer "start" at (1, 1)
layer "to-hall" at (1, 1): exitUrl = "hall.tmj"
file "hall.tmj"
"#,
    mend: "Leave at least one free cell between the entry and the exit.",
};

static ENTRY_NAME_UNREACHABLE: Rule = Rule {
    name: "entry-name-unreachable",
    summary: "an entry has a name that no link can carry",
    severity: Severity::Warning,
    family: Family::Entries,
    since: "0.1.0",
    why: "The name behind the # of a link is compared as the browser encodes it. Names with blanks, accents, & \
          or = are never found; visitors arrive at the default entry.",
    example: r#"layer "Main stage": start = true"#,
    mend: "Use letters from a to z, digits, - and _ in names of entries.",
};

static TILE_ENTRY: Rule = Rule {
    name: "tile-entry",
    summary: "an entry by tiles that WorkAdventure does not find",
    severity: Severity::Warning,
    family: Family::Entries,
    since: "0.1.0",
    why: "WorkAdventure's manual describes entries as tiles with start = \"name\" in the layer `start`. The \
          program finds them only if a tile layer has that very name, too; otherwise visitors arrive at the \
          default entry.",
    example: r#"tile 3: start = "stage""#,
    mend: "Make a tile layer with the entry's name instead, and paint it where visitors shall arrive.",
};

/// Where visitors appear if nothing says where: at pixel (16 · width, 16 · height).
pub(super) fn fallback(context: &MapContext) -> Option<TilePos> {
    let map = context.map;
    let cell = |tiles: u32, size: u32| i32::try_from(u64::from(tiles) * 16 / u64::from(size.max(1))).ok();
    let cell = TilePos::new(cell(map.width, map.tile_size.width)?, cell(map.height, map.tile_size.height)?);
    map.bounds().contains(cell).then_some(cell)
}

/// Where [`fallback`] is: the middle, if tiles have 32 pixels.
fn fallback_in_words(context: &MapContext) -> String {
    let size = context.map.tile_size;
    match fallback(context) {
        _ if (size.width, size.height) == (32, 32) => "in the middle of the map".to_owned(),
        Some(cell) => format!("at {}, {}", cell.x, cell.y),
        None => "at the edge of the map".to_owned(),
    }
}

fn describe(entry: &Entry) -> String {
    match entry.kind {
        EntryKind::Area => format!("area \"{}\"", entry.name),
        EntryKind::Layer => format!("layer \"{}\"", entry.layer_path()),
    }
}

fn start_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    // An area is taken wherever it lies; that it lies outside is told by itself.
    if context.meaning.default_entry().is_some_and(|entry| entry.outside || !entry.cells().is_empty()) {
        return;
    }
    if !context.can_walk() || !drawn_arrivals(context, true).is_empty() {
        return;
    }
    let blocked = fallback(context).is_some_and(|cell| context.meaning.walk.is_blocked(cell));
    let where_ = format!("{}{}", if blocked { "inside a wall " } else { "" }, fallback_in_words(context));
    // What was probably meant as the entry.
    let candidate = context
        .layers
        .iter()
        .filter(|flat| looks_like_start(flat))
        .max_by_key(|flat| (flat.layer.name == "start", flat.layer.tiles().is_some()));
    let mut finding = match candidate {
        Some(flat) => {
            let (why, help) =
                if flat.layer.objects().is_some() && flat.layer.properties.get("start").is_some() {
                    ("is no tile layer", "paint a tile layer start where visitors shall arrive")
                } else if flat.layer.tiles().is_none_or(|tiles| !tiles.is_blank()) {
                    (
                        "is no entry for the engine",
                        "rename it to start, or give it the property start = true (bool)",
                    )
                } else {
                    ("has no tiles", "paint it, with any tile, where visitors shall arrive")
                };
            Finding::new(
                &START_MISSING,
                context.spot(flat.layer.span).key("name"),
                format!("visitors arrive {where_}: layer \"{}\" {why}", flat.path),
            )
            .at(flat.place())
            .help(help)
        }
        None => Finding::new(
            &START_MISSING,
            context.spot(context.map.span).key("layers"),
            format!("visitors arrive {where_}: the map has no layer \"start\""),
        )
        .help("add a tile layer start and paint it where visitors shall arrive"),
    };
    if finding.place.area_tiles.is_none()
        && let Some(cell) = fallback(context)
    {
        finding.place = finding.place.cell(cell);
    }
    findings.push(finding);
}

fn start_outside(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.can_walk() {
        return;
    }
    let mut find = |spot: Spot, place: Place, area: &str, by_default: bool| {
        let who =
            if by_default { "visitors".to_owned() } else { format!("visitors with a link to \"#{area}\"") };
        let message = format!("{who} arrive outside of the map, where area \"{area}\" lies");
        let finding = Finding::new(&START_OUTSIDE, spot, message).at(place);
        findings.push(finding.help("move the area into the map"));
    };
    for entry in context.entries().filter(|entry| entry.outside) {
        find(entry.spot.clone(), entry.place(), &entry.name, entry.default);
    }
    let Some(wam) = context.wam() else { return };
    for area in &wam.areas {
        let Some(start) = area.property("start") else { continue };
        if arrives_outside(context.map, area.rectangle) {
            let by_default = start.boolean("isDefault") == Some(true);
            let spot = Spot::new(&*wam.file, area.span);
            find(spot, context.place_of_area(area), &area.name, by_default);
        }
    }
}

fn looks_like_start(flat: &FlatLayer) -> bool {
    let flagged = ["start", "startLayer"]
        .iter()
        .any(|name| flat.layer.properties.get(name).is_some_and(|property| !property.value.is_falsy()));
    flagged || flat.layer.name.eq_ignore_ascii_case("start")
}

fn start_on_wall(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.can_walk() {
        return;
    }
    for entry in context.entries() {
        let walls: Vec<TilePos> = entry
            .cells()
            .iter()
            .filter(|cell| context.meaning.walk.is_blocked(*cell) && !context.doors().contains(cell))
            .collect();
        let Some(first) = walls.first() else { continue };
        let share = if walls.len() == entry.cells().len() {
            "all its cells block".to_owned()
        } else {
            format!("{} of its {} cells block", walls.len(), entry.cells().len())
        };
        let mut place = entry.place();
        place.area_tiles = around(&walls);
        findings.push(
            Finding::new(
                &START_ON_WALL,
                entry.spot.clone(),
                format!(
                    "visitors who arrive at {} may be stuck: {share}, first {}, {}",
                    describe(entry),
                    first.x,
                    first.y
                ),
            )
            .at(place)
            .help(if paints_walls(context, entry, &walls) {
                "paint the entry with a tile that does not block"
            } else {
                "erase the cells that block from the entry"
            }),
        );
    }
}

/// Whether the entry's own tiles are what blocks there.
fn paints_walls(context: &MapContext, entry: &Entry, walls: &[TilePos]) -> bool {
    let own = context
        .tile_layers()
        .find(|(flat, _)| entry.kind == EntryKind::Layer && entry.layer_path() == flat.path);
    own.is_some_and(|(_, tiles)| {
        walls.iter().all(|cell| {
            let tile = context.tile_of(tiles.get(*cell));
            tile.and_then(|(_, tile)| tile.properties.get("collides"))
                .is_some_and(|collides| collides.value == crate::model::Value::Bool(true))
        })
    })
}

/// Where visitors arrive by areas of the editor's file: without a name in their link, or by any.
fn drawn_arrivals(context: &MapContext, by_default: bool) -> Region {
    let areas = context.wam().map_or(&[][..], |wam| &wam.areas);
    let starts = areas.iter().filter(|area| {
        area.property("start").is_some_and(|start| !by_default || start.boolean("isDefault") == Some(true))
    });
    let mut room = MOST_CELLS;
    let arrivals: Vec<Region> =
        starts.map(|area| arrivals_in_area(context.map, area.rectangle, &mut room)).collect();
    arrivals.iter().flatten().collect()
}

/// Whether visitors are locked in where they arrive: the way from there leads to none of the zones and
/// exits that the map has, and to little of its floor.
pub(super) fn is_enclosed(context: &MapContext) -> bool {
    *context.enclosed.get_or_init(|| {
        let meaning = context.meaning;
        let drawn = drawn_arrivals(context, true);
        let arrivals = match meaning.default_entry() {
            _ if !drawn.is_empty() => drawn,
            Some(entry) if !entry.cells().is_empty() => entry.cells().clone(),
            _ => fallback(context).into_iter().collect(),
        };
        let walk = context.open_walk();
        let reach = walk.reachable(way_out(&walk, arrivals.iter()));
        let free = walk.bounds().cells().filter(|cell| !walk.is_blocked(*cell)).count();
        let comes_to = |cells: &Region| cells.iter().any(|cell| reach.contains(cell));
        !arrivals.is_empty()
            && reach.count() * 10 < free
            && !meaning.zones.iter().any(|zone| comes_to(&zone.cells))
            && !meaning.exits.iter().any(|exit| comes_to(&exit.cells))
    })
}

/// Cells from which visitors walk who arrive at these: who arrives in a wall gets out of it where it
/// ends.
fn way_out<'a>(
    walk: &'a WalkGrid,
    arrivals: impl Iterator<Item = TilePos> + Clone + 'a,
) -> impl Iterator<Item = TilePos> + 'a {
    let walls = arrivals.clone().filter(|cell| walk.is_blocked(*cell));
    walls.flat_map(TilePos::neighbours).chain(arrivals)
}

/// Where visitors come, from anywhere they arrive, with every door open.
pub(super) fn reach<'a>(context: &'a MapContext) -> &'a Reach {
    context.reach.get_or_init(|| {
        let drawn = drawn_arrivals(context, false);
        let arrives = context.meaning.default_entry().is_some_and(|entry| !entry.cells().is_empty());
        let lost = !arrives && drawn.is_empty();
        let fallback = if lost { fallback(context) } else { None };
        let entries: Vec<&Entry> = context.entries().collect();
        let arrivals = entries.iter().flat_map(|entry| entry.cells().iter()).chain(fallback).chain(&drawn);
        let walk = context.open_walk();
        walk.reachable(way_out(&walk, arrivals))
    })
}

fn start_enclosed(context: &MapContext, findings: &mut Vec<Finding>) {
    if !context.can_walk() || !is_enclosed(context) || !drawn_arrivals(context, true).is_empty() {
        return;
    }
    let finding = match context.meaning.default_entry() {
        Some(entry) if !entry.cells().is_empty() => {
            let mut place = entry.place();
            place.area_tiles = place.area_tiles.or_else(|| entry.cells().around());
            Finding::new(
                &START_ENCLOSED,
                entry.spot.clone(),
                format!("visitors who arrive at {} cannot leave it: walls are all around", describe(entry)),
            )
            .at(place)
        }
        // That visitors appear inside a wall is told with the missing start.
        _ if fallback(context).is_none_or(|cell| context.meaning.walk.is_blocked(cell)) => return,
        _ => Finding::new(
            &START_ENCLOSED,
            context.spot(context.map.span).key("layers"),
            format!("visitors arrive {}, between walls, as the map has no entry", fallback_in_words(context)),
        )
        .at(fallback(context).map_or_else(Default::default, |cell| Place::default().cell(cell))),
    };
    findings.push(finding.help("open the walls around the entry, or move it"));
}

/// Most pairs of an entry and an exit that are told of a map; beyond those one for each entry.
const MOST_TOLD: usize = 1000;

fn start_on_exit(context: &MapContext, findings: &mut Vec<Finding>) {
    let exits = &context.meaning.exits;
    if exits.is_empty() {
        return;
    }
    let surroundings = Surroundings::of(context.project);
    let mut leading_away = RegionIndex::default();
    for (index, exit) in exits.iter().enumerate() {
        if exits::leads_away(context, &surroundings, exit) {
            leading_away.insert(index, &exit.cells);
        }
    }
    let mut room = MOST_TOLD;
    for entry in context.entries() {
        let under = leading_away.sharing(entry.cells(), |_| true);
        for exit in under.into_iter().take(room.max(1)).map(|index| &exits[index]) {
            room = room.saturating_sub(1);
            let shared = exit.cells.shared(entry.cells());
            let share = if shared.len() >= entry.cells().len() { "visitors" } else { "some visitors" };
            let mut place = entry.place();
            place.area_tiles = shared.around();
            findings.push(
                Finding::new(
                    &START_ON_EXIT,
                    entry.spot.clone(),
                    format!(
                        "{share} who arrive at {} are sent on to \"{}\" at once",
                        describe(entry),
                        exit.property.value.display()
                    ),
                )
                .at(place)
                .related(exit.spot.clone(), "the exit")
                .help("leave at least one free cell between the entry and the exit"),
            );
        }
    }
}

fn entry_name_unreachable(context: &MapContext, findings: &mut Vec<Finding>) {
    drawn_entry_name(context, findings);
    for entry in context.meaning.entries.iter().filter(|entry| entry.declared && !entry.default) {
        // A layer `welcome hall/start` is found by its last part.
        let last = entry.name.rsplit_once('/').map_or(entry.name.as_str(), |(_, last)| last);
        if can_be_linked(&entry.name) || can_be_linked(last) && entry.kind == EntryKind::Layer {
            continue;
        }
        let (message, help) = if entry.name.is_empty() {
            ("nobody ever arrives at an area with start that has no name".to_owned(), "give the area a name")
        } else {
            let name = &entry.name;
            (
                format!("no link leads to the entry \"{name}\": its name has signs that links cannot carry"),
                "use letters from a to z, digits, - and _",
            )
        };
        findings.push(
            Finding::new(&ENTRY_NAME_UNREACHABLE, entry.spot.clone().key("name"), message)
                .at(entry.place())
                .help(help),
        );
    }
}

fn drawn_entry_name(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some(wam) = context.wam() else { return };
    for area in &wam.areas {
        let by_name = area.property("start").is_some_and(|start| start.boolean("isDefault") != Some(true));
        if !by_name || can_be_linked(&area.name) {
            continue;
        }
        let message = format!(
            "no link leads to the entry \"{}\": its name has signs that links cannot carry",
            area.name
        );
        let spot = Spot::new(&*wam.file, area.span).key("name");
        findings.push(
            Finding::new(&ENTRY_NAME_UNREACHABLE, spot, message)
                .at(context.place_of_area(area))
                .help("use letters from a to z, digits, - and _"),
        );
    }
}

fn tile_entry(context: &MapContext, findings: &mut Vec<Finding>) {
    let named = context.used().iter().filter_map(|id| {
        let (tileset, tile) = context.tile_of(Gid(*id))?;
        let start = tile.properties.get("start")?;
        let name = start.value.text().filter(|name| !name.is_empty())?;
        let place = Place::tileset(&tileset.name).tile(tile.id);
        Some((name, context.value(start), place))
    });
    for (name, spot, place) in named {
        let found = name == "start" || context.meaning.called(name).next().is_some();
        if found {
            continue;
        }
        findings.push(
            Finding::new(
                &TILE_ENTRY,
                spot,
                format!("links to \"#{name}\" lead to the default entry: no tile layer or area is called \"{name}\""),
            )
            .at(place)
            .help(format!("make a tile layer \"{name}\" and paint it where visitors shall arrive")),
        );
    }
}
