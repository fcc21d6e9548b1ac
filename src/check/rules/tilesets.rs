//! What tilesets say of their tiles, and which numbers they claim.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Lint, engine};
use crate::{
    check::context::MapContext,
    finding::{Family, Finding, Place, Rule, Severity},
    model::{Json, MapTileset, Orientation, Tile, TileSize, Tileset},
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &FIRST_GID_MISSING, check: Check::Map(first_gid_missing) },
    Lint { rule: &TILESET_TILE_SIZE_MISSING, check: Check::Map(tile_size_missing) },
    Lint { rule: &TILESET_OVERLAP, check: Check::Map(tileset_overlap) },
    Lint { rule: &DUPLICATE_TILE, check: Check::Map(duplicate_tile) },
    Lint { rule: &ANIMATION_FRAME_WRONG, check: Check::Map(animation_frame_wrong) },
    Lint { rule: &SHAPE_WITHOUT_WALL, check: Check::Map(shape_without_wall) },
    Lint { rule: &WANG_ID_WRONG, check: Check::Map(wang_id_wrong) },
    Lint { rule: &TILESET_TILE_SIZE, check: Check::Map(tileset_tile_size) },
];

static TILESET_TILE_SIZE: Rule = Rule {
    name: "tileset-tile-size",
    summary: "tiles of a tileset are higher or lower than the map's cells",
    severity: Severity::Info,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Tiled puts a tile onto the lower edge of its cell, the engine hangs it from the upper one: what is as \
          high as the cells shows the same, everything else is shifted.",
    example: r#"
second tileset "trees": tileheight 16, tilecount 8  # the map has cells of 32 by 32
layer "hedge" of tile 4
"#,
    mend: "Cut the picture into tiles of the size of the map's cells.",
};

static FIRST_GID_MISSING: Rule = Rule {
    name: "first-gid-missing",
    summary: "a tileset has no first tile number",
    severity: Severity::Error,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "`firstgid` says which tile numbers of the map are the tileset's. Without one of at least 1 Tiled \
          refuses the whole map, and the engine draws other tiles or stops.",
    example: r#"tileset "walls": firstgid 0"#,
    mend: "Write the first number behind those of the tileset before; the first tileset has 1.",
};

static TILESET_TILE_SIZE_MISSING: Rule = Rule {
    name: "tileset-tile-size-missing",
    summary: "a tileset does not say how large its tiles are",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "Tiled refuses the map, so nobody can go on with it. The engine takes tiles without a size for 32 by 32 \
          pixels, whatever was meant.",
    example: r#"tileset "walls": tilewidth 0"#,
    mend: "Write the size of a tile in pixels, or take the last version that Tiled could open.",
};

static TILESET_OVERLAP: Rule = Rule {
    name: "tileset-overlap",
    summary: "tiles in use belong to two tilesets at once",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "A tile number belongs to one tileset. Where the numbers of two overlap, the tiles of one cannot be \
          shown, and cells painted with them show the other's, with its walls. It happens when a picture \
          grew or a tileset was added outside of Tiled.",
    example: r#"
second tileset "floor": firstgid 4  # the first has 4 tiles, 1 to 4
layer "desk" of tile 3
"#,
    mend: "Raise `firstgid` behind the end of the tileset before, and every tile number of the tileset in the \
           layers by as much; or add the tileset anew in Tiled.",
};

static DUPLICATE_TILE: Rule = Rule {
    name: "duplicate-tile",
    summary: "a tileset lists one tile twice",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "What one of the entries says is lost: Tiled puts the two together, the engine takes the properties \
          of one, so a wall may not block. Mostly a merge left both.",
    example: r#"tileset "walls": tiles [{ "id": 3 }, { "id": 3 }]"#,
    mend: "Put what both say into one entry.",
};

static ANIMATION_FRAME_WRONG: Rule = Rule {
    name: "animation-frame-wrong",
    summary: "an animation shows a tile that does not exist, or shows one for no time",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "The tile flickers, or shows a piece of another tileset. It happens when the tileset's picture was \
          made smaller, or durations were written by hand.",
    example: r#"tile 3: animation [{ "tileid": 99, "duration": 100 }]  # of 4 tiles"#,
    mend: "Open the tileset in Tiled's animation editor and choose the frames anew.",
};

static SHAPE_WITHOUT_WALL: Rule = Rule {
    name: "shape-without-wall",
    summary: "tiles have collision shapes and do not block",
    severity: Severity::Info,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "WorkAdventure ignores the shapes of Tiled's collision editor. Whether a tile blocks is said by its \
          property `collides` alone: visitors walk through what looks like a wall to its designer.",
    example: r#"
tileset "walls": tiles [
  { "id": 0, "objectgroup": { "type": "objectgroup", "objects": [
    { "id": 1, "x": 0, "y": 0, "width": 32, "height": 32 }] } }]
"#,
    mend: "Give the tiles the property collides = true (bool).",
};

static WANG_ID_WRONG: Rule = Rule {
    name: "wang-id-wrong",
    summary: "a terrain set has a tile that Tiled cannot read",
    severity: Severity::Warning,
    family: Family::Tilesets,
    since: "0.1.0",
    why: "The `wangid` of a tile holds eight numbers, each 0 or that of a colour of its set. With fewer \
          Tiled crashes when it opens the map, with a colour that is not there it refuses it. Visitors see \
          nothing of it.",
    example: r##"
tileset "walls": wangsets [{
  "name": "road", "type": "corner", "tile": -1,
  "colors": [{ "name": "gravel", "color": "#808080", "tile": -1, "probability": 1 }],
  "wangtiles": [{ "tileid": 0, "wangid": [1, 1, 1, 1] }] }]
"##,
    mend: "Fill up the eight numbers, or delete the entry and mark the tile anew in Tiled.",
};

fn known<'a>(context: &MapContext<'a>) -> impl Iterator<Item = (&'a MapTileset, &'a Tileset)> {
    context.map.tilesets.iter().filter_map(|entry| Some((entry, entry.tileset.as_deref()?)))
}

fn first_gid_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    for entry in context.map.tilesets.iter().filter(|entry| entry.first_gid == 0) {
        let name = entry.tileset.as_deref().map(|tileset| tileset.name.as_str());
        let name = name.or(entry.source.as_deref()).unwrap_or_default();
        findings.push(
            Finding::new(
                &FIRST_GID_MISSING,
                context.spot(entry.span).key("firstgid"),
                format!("Tiled refuses the map: tileset \"{name}\" has no firstgid of at least 1"),
            )
            .at(Place::tileset(name))
            .help("write the first number behind the tileset before, 1 for the first tileset"),
        );
    }
}

fn tile_size_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in known(context).filter(|(_, tileset)| tileset.picture.is_some()) {
        let key = match tileset.tile_size {
            TileSize { width: 0, .. } => "tilewidth",
            TileSize { height: 0, .. } => "tileheight",
            _ => continue,
        };
        findings.push(
            Finding::new(
                &TILESET_TILE_SIZE_MISSING,
                context.spot(tileset.span).key(key),
                format!("Tiled refuses the map: tileset \"{}\" has no {key} of at least 1", tileset.name),
            )
            .at(Place::tileset(&tileset.name))
            .help("write the size of a tile in pixels"),
        );
    }
}

fn tileset_overlap(context: &MapContext, findings: &mut Vec<Finding>) {
    // With their place in the file: where numbers overlap, the engine takes the later tileset.
    let mut sets: Vec<(usize, (&MapTileset, &Tileset))> =
        known(context).filter(|(entry, _)| entry.first_gid > 0).enumerate().collect();
    sets.sort_by_key(|(_, (entry, _))| entry.first_gid);
    let overlaps = |pair: &[(usize, (&MapTileset, &Tileset))]| {
        let [(_, (below, _)), (_, (above, _))] = pair else { return None };
        engine::end_of(context, below).filter(|end| *end > above.first_gid)
    };
    if !sets.windows(2).any(|pair| overlaps(pair).is_some()) {
        return;
    }
    for pair in sets.windows(2) {
        let Some(end) = overlaps(pair) else { continue };
        let [(below_at, (below, lower)), (above_at, (above, upper))] = pair else { continue };
        let shared = above.first_gid..end.min(engine::end_of(context, above).unwrap_or(end));
        let count = context.used().range(shared.clone()).count();
        if count == 0 {
            continue;
        }
        let tiles = if count == 1 {
            "a tile number in use is".to_owned()
        } else {
            format!("{count} tile numbers in use are")
        };
        let shown = if below_at < above_at {
            format!("tiles of \"{}\" are shown", upper.name)
        } else {
            format!("visitors see tiles of \"{}\", Tiled shows those of \"{}\"", lower.name, upper.name)
        };
        findings.push(
            Finding::new(
                &TILESET_OVERLAP,
                context.spot(above.span).key("firstgid"),
                format!(
                    "{tiles} of two tilesets, \"{}\" and \"{}\" ({} to {}): {shown}",
                    lower.name,
                    upper.name,
                    shared.start,
                    shared.end.saturating_sub(1)
                ),
            )
            .at(Place::tileset(&upper.name))
            .related(context.spot(below.span).key("firstgid"), "the tileset whose numbers reach into it")
            .help(format!("\"{}\" ends at {}", lower.name, end.saturating_sub(1))),
        );
    }
}

fn of_tile(context: &MapContext, tileset: &Tileset, tile: &Tile) -> (crate::finding::Spot, Place) {
    (context.spot(tile.span.or(tileset.span)), Place::tileset(&tileset.name).tile(tile.id))
}

fn duplicate_tile(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in known(context) {
        let mut first: BTreeMap<u32, &Tile> = BTreeMap::new();
        for tile in &tileset.tiles {
            let Some(other) = first.get(&tile.id) else {
                first.insert(tile.id, tile);
                continue;
            };
            let (spot, place) = of_tile(context, tileset, tile);
            findings.push(
                Finding::new(
                    &DUPLICATE_TILE,
                    spot.key("id"),
                    format!(
                        "tile {} of tileset \"{}\" is listed twice: what one of the entries says is lost",
                        tile.id, tileset.name
                    ),
                )
                .at(place)
                .related(of_tile(context, tileset, other).0.key("id"), "the first entry")
                .help("put what both say into one entry"),
            );
        }
    }
}

/// Whether the tileset has a tile of this number; what cannot be told counts as yes.
fn has_tile(tileset: &Tileset, id: u32) -> bool {
    if tileset.picture.is_none() {
        return tileset.tiles.is_empty() || tileset.tile(id).is_some();
    }
    tileset.grid().is_none_or(|(columns, rows)| {
        let count = u64::from(columns) * u64::from(rows);
        count == 0 || u64::from(id) < count
    })
}

fn animation_frame_wrong(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in known(context) {
        for tile in &tileset.tiles {
            let wrong = |frame: &crate::model::Frame| frame.duration == 0 || !has_tile(tileset, frame.tile);
            let Some(index) = tile.animation.iter().position(wrong) else { continue };
            let frame = tile.animation[index];
            let what = if has_tile(tileset, frame.tile) {
                format!("shows tile {} for no time", frame.tile)
            } else {
                format!("shows tile {}, which the tileset does not have", frame.tile)
            };
            let (spot, place) = of_tile(context, tileset, tile);
            findings.push(
                Finding::new(
                    &ANIMATION_FRAME_WRONG,
                    spot.key("animation").item(index),
                    format!(
                        "tile {} of tileset \"{}\" flickers: frame {} of its animation {what}",
                        tile.id,
                        tileset.name,
                        index + 1
                    ),
                )
                .at(place)
                .help("choose the frames anew in Tiled's animation editor"),
            );
        }
    }
}

fn shape_without_wall(context: &MapContext, findings: &mut Vec<Finding>) {
    for (entry, tileset) in known(context) {
        let open = |tile: &&Tile| {
            let shaped = tile.collision.as_ref().is_some_and(|shapes| !shapes.objects.is_empty());
            shaped && tile.properties.get("collides").is_none()
        };
        // Where some tiles have the property, their designer knows what it takes.
        if tileset.tiles.iter().any(|tile| tile.properties.boolean("collides") == Some(true)) {
            continue;
        }
        let in_use = |tile: &&Tile| context.used().contains(&entry.first_gid.saturating_add(tile.id));
        let mut tiles = tileset.tiles.iter().filter(open).filter(in_use);
        let Some(first) = tiles.next() else { continue };
        let more = match tiles.count() {
            0 => "does not block".to_owned(),
            1 => "and another one do not block".to_owned(),
            more => format!("and {more} others do not block"),
        };
        let (spot, place) = of_tile(context, tileset, first);
        findings.push(
            Finding::new(
                &SHAPE_WITHOUT_WALL,
                spot,
                format!(
                    "tile {} of tileset \"{}\" {more}: its collision shape is ignored",
                    first.id, tileset.name
                ),
            )
            .at(place)
            .help("give it the property collides = true"),
        );
    }
}

fn tileset_tile_size(context: &MapContext, findings: &mut Vec<Finding>) {
    let map = context.map;
    // Elsewhere nothing is where it shows anyway.
    if map.orientation != Orientation::Orthogonal || map.infinite {
        return;
    }
    let cell = map.tile_size.height;
    let odd = |tileset: &Tileset| tileset.tile_size.height != cell && tileset.tile_size.height > 0;
    if cell == 0 || !known(context).any(|(_, tileset)| odd(tileset) && tileset.picture.is_some()) {
        return;
    }
    let used: BTreeSet<u32> = context
        .tile_layers()
        .filter(|(flat, _)| flat.layer.visible)
        .flat_map(|(flat, _)| flat.gids().iter().map(|gid| gid.id()))
        .filter(|id| *id != 0)
        .collect();
    let in_use = |entry: &MapTileset, tileset: &Tileset| {
        let end = entry.first_gid.saturating_add(tileset.id_span());
        used.range(entry.first_gid..end).next().is_some()
    };
    let mut odd = known(context)
        .filter(|(entry, tileset)| odd(tileset) && tileset.picture.is_some() && in_use(entry, tileset));
    let Some((_, tileset)) = odd.next() else { return };
    let more = match odd.count() {
        0 => String::new(),
        1 => "; so it is with those of another tileset".to_owned(),
        more => format!("; so it is with those of {more} other tilesets"),
    };
    let height = tileset.tile_size.height;
    let way = if height > cell { "below" } else { "above" };
    let message = format!(
        "visitors see the tiles of \"{}\" {} pixels {way} where Tiled shows them: they are {height} pixels high, the \
         cells {cell}{more}",
        tileset.name,
        height.abs_diff(cell)
    );
    findings.push(
        Finding::new(&TILESET_TILE_SIZE, context.spot(tileset.span).key("tileheight"), message)
            .at(Place::tileset(&tileset.name))
            .help("cut the picture into tiles of the size of the map's cells"),
    );
}

fn wang_id_wrong(context: &MapContext, findings: &mut Vec<Finding>) {
    for (_, tileset) in known(context) {
        let sets = tileset.extra.iter().filter(|(key, _)| key == "wangsets");
        for set in sets.flat_map(|(_, sets)| items(sets)) {
            let Some(wrong) = wrong_wang_id(set) else { continue };
            let name = match set.get("name") {
                Some(Json::String(name)) => name.as_str(),
                _ => "",
            };
            findings.push(
                Finding::new(
                    &WANG_ID_WRONG,
                    context.spot(tileset.span).key("wangsets"),
                    format!("terrain set \"{name}\" of tileset \"{}\": {wrong}", tileset.name),
                )
                .at(Place::tileset(&tileset.name))
                .help("a wangid holds eight numbers, each 0 or that of a colour"),
            );
        }
    }
}

fn items(list: &Json) -> &[Json] {
    match list {
        Json::Array(items) => items,
        _ => &[],
    }
}

/// What Tiled does at the first id of the set that it cannot read.
fn wrong_wang_id(set: &Json) -> Option<String> {
    // Before Tiled 1.5 a set had its colours in two lists.
    let colors = ["colors", "edgecolors", "cornercolors"]
        .iter()
        .filter_map(|key| set.get(key))
        .map(|list| items(list).len() as u64)
        .sum::<u64>();
    items(set.get("wangtiles")?).iter().find_map(|tile| {
        let numbers: Vec<u64> = match tile.get("wangid")? {
            Json::Integers(numbers) => numbers.iter().map(|number| u64::from(number.0)).collect(),
            Json::Array(items) => items
                .iter()
                .map(|item| match item {
                    Json::Number(text) => text.parse().unwrap_or(u64::MAX),
                    _ => u64::MAX,
                })
                .collect(),
            _ => return None,
        };
        let id = match tile.get("tileid") {
            Some(Json::Number(id)) => id.as_str(),
            _ => "0",
        };
        if numbers.len() < 8 {
            return Some(format!("Tiled crashes, for the wangid of tile {id} has {} numbers", numbers.len()));
        }
        let missing = numbers.iter().find(|number| **number > colors)?;
        let missing = if *missing == u64::MAX {
            "something else than a number".to_owned()
        } else {
            format!("the colour {missing}, and there are {colors}")
        };
        Some(format!("Tiled refuses the map, for the wangid of tile {id} names {missing}"))
    })
}
