//! Layers.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{Check, Lint};
use crate::{
    check::context::{FlatLayer, MapContext, around, class_kind},
    finding::{Family, Finding, Rule, Severity},
    model::{Chunk, Gid, Layer, LayerKind, Object, Region, TileData, TilePos, TileRect},
    workadventure::HolderKind,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &FLOOR_LAYER_MISSING, check: Check::Map(floor_layer_missing) },
    Lint { rule: &DUPLICATE_LAYER_PATH, check: Check::Map(duplicate_layer_path) },
    Lint { rule: &IGNORED_BY_ENGINE, check: Check::Map(ignored_by_engine) },
    Lint { rule: &HIDDEN_COLLIDING_LAYER, check: Check::Map(hidden_colliding_layer) },
    Lint { rule: &INVISIBLE_WALL, check: Check::Map(invisible_wall) },
    Lint { rule: &CHUNKS_OVERLAP, check: Check::Map(chunks_overlap) },
];

static CHUNKS_OVERLAP: Rule = Rule {
    name: "chunks-overlap",
    summary: "two pieces of an infinite layer lie over each other",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "Tiled keeps the tiles of the later piece and drops those of the other when it saves the map. Mostly \
          a merge left both.",
    example: r#"
map: infinite true
layer "floor": no data, chunks [
  { "x": 0, "y": 0, "width": 2, "height": 1, "data": [1, 1] },
  { "x": 1, "y": 0, "width": 2, "height": 1, "data": [1, 1] }]
"#,
    mend: "Delete the piece that is not meant, or save the map in Tiled and look what is left.",
};

static FLOOR_LAYER_MISSING: Rule = Rule {
    name: "floor-layer-missing",
    summary: "the map has no object layer `floorLayer` at its top level",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "The object layer `floorLayer` says where the avatars are: layers below it are under their feet, \
          layers above it over their heads. Without it, or with it in a group, in another letter case or as \
          a tile layer, avatars walk on top of every roof, and map-storage refuses the upload: with \
          `host = \"map-storage\"` in venue.toml it is an error.",
    example: r#"objects "floorLayer": name "Floorlayer""#,
    mend: "Add an object layer named exactly `floorLayer` outside of all groups, between what is under the \
           avatars and what is above them.",
};

static DUPLICATE_LAYER_PATH: Rule = Rule {
    name: "duplicate-layer-path",
    summary: "two tile layers have the same path",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "The engine creates one layer per path, that is the names of the groups around it and its own. The \
          second of that name is invisible and does not block, though its zones act.",
    example: r#"second layer "floor" above "walls""#,
    mend: "Rename one of the layers.",
};

static IGNORED_BY_ENGINE: Rule = Rule {
    name: "ignored-by-engine",
    summary: "the map uses something that shows in Tiled only",
    severity: Severity::Info,
    family: Family::Layers,
    since: "0.1.0",
    why: "The engine draws neither image layers nor tiles of objects, ignores offsets, tints and the map's \
          background colour, and takes visibility, opacity and parallax of each layer alone, never of its group. \
          The room looks different from the map in Tiled.",
    example: r#"
group "winter": visible false
layer "snow" on "winter"
"#,
    mend: "Set what the engine reads: move the tiles themselves, hide the layers in the group one by one.",
};

static HIDDEN_COLLIDING_LAYER: Rule = Rule {
    name: "hidden-colliding-layer",
    summary: "a hidden layer blocks the way",
    severity: Severity::Warning,
    family: Family::Layers,
    since: "0.1.0",
    why: "Tiles that collide block on hidden layers, too, but the search for a way sees visible layers only: \
          who clicks or taps to walk gets stuck at walls that nobody sees.",
    example: r#"layer "collisions" of tile 1: visible false  # tile 1 has collides = true"#,
    mend: "Show the layer and give it the opacity 0, or put it below the floor.",
};

static INVISIBLE_WALL: Rule = Rule {
    name: "invisible-wall",
    summary: "tiles above the avatars block the way on cells that look free",
    severity: Severity::Info,
    family: Family::Layers,
    since: "0.1.0",
    why: "Tiles that collide do so on every layer. Roofs, signs or lamps that are drawn over the avatars and \
          use such tiles stop visitors on what looks like free floor.",
    example: r#"layer "roof" at (3, 2) of tile 1  # above floorLayer; tile 1 has collides = true"#,
    mend: "Use copies of the tiles without `collides` in layers above `floorLayer`.",
};

const FLOOR: &str = "floorLayer";

fn floor_layer_missing(context: &MapContext, findings: &mut Vec<Finding>) {
    let is_objects = |flat: &FlatLayer| flat.layer.objects().is_some();
    if context.layers.iter().any(|flat| !flat.nested && flat.layer.name == FLOOR && is_objects(flat)) {
        return;
    }
    let similar = |flat: &&FlatLayer| {
        let plain: String = flat.layer.name.chars().filter(char::is_ascii_alphanumeric).collect();
        plain.eq_ignore_ascii_case(FLOOR)
    };
    // The likeliest one: of the right kind first, then of the right name.
    let candidate = context
        .layers
        .iter()
        .filter(similar)
        .max_by_key(|flat| (is_objects(flat), flat.layer.name == FLOOR, !flat.nested));
    let suffering = "avatars walk on top of everything";
    let finding = match candidate {
        Some(flat) => {
            let spot = context.spot(flat.layer.span).key("name");
            let (what, help) = if !is_objects(flat) {
                ("is no object layer", "add an object layer floorLayer in its place")
            } else if flat.nested {
                ("lies in a group", "move it out of the group")
            } else {
                ("is not spelt \"floorLayer\"", "rename it to floorLayer")
            };
            let message =
                format!("{suffering}: layer \"{}\" {what}, so the engine does not know it", flat.path);
            let mut finding = Finding::new(&FLOOR_LAYER_MISSING, spot, message).at(flat.place()).help(help);
            let is_only =
                context.layers.iter().filter(similar).filter(|other| is_objects(other)).count() == 1;
            if is_objects(flat) && !flat.nested && is_only {
                finding = finding.fix(true, "rename to floorLayer", FLOOR);
            }
            finding
        }
        None => Finding::new(
            &FLOOR_LAYER_MISSING,
            context.spot(context.map.span).key("layers"),
            format!("{suffering}: the map has no object layer \"floorLayer\""),
        )
        .help("add it at the top level, above what is under the avatars and below what is over them"),
    };
    findings.push(finding);
}

fn duplicate_layer_path(context: &MapContext, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, &FlatLayer> = BTreeMap::new();
    for (flat, tiles) in context.tile_layers() {
        let Some(other) = first.get(flat.path.as_str()) else {
            first.insert(&flat.path, flat);
            continue;
        };
        if tiles.is_blank() {
            continue;
        }
        findings.push(
            Finding::new(
                &DUPLICATE_LAYER_PATH,
                context.spot(flat.layer.span).key("name"),
                format!(
                    "the second layer \"{}\" is invisible and does not block: its name is taken",
                    flat.path
                ),
            )
            .at(flat.place())
            .related(context.spot(other.layer.span).key("name"), "the first layer of this name")
            .help("rename one of the layers"),
        );
    }
}

fn ignored_by_engine(context: &MapContext, findings: &mut Vec<Finding>) {
    background(context, findings);
    for flat in &context.layers {
        let layer = flat.layer;
        let mut ignored: Vec<(&'static str, String)> = Vec::new();
        match &layer.kind {
            LayerKind::Image(_) => ignored.push(("image", "image layers are not drawn".to_owned())),
            LayerKind::Group(children) if !holds_tiles(children) => {}
            LayerKind::Group(children) => {
                if !layer.visible && shows(children) {
                    ignored.push(("visible", "its layers show though the group is hidden".to_owned()));
                }
                if layer.visible && layer.opacity < 1.0 {
                    let opacity = layer.opacity;
                    ignored.push(("opacity", format!("the group's opacity of {opacity} has no effect")));
                }
            }
            LayerKind::Tiles(_) | LayerKind::Objects(_) => {}
        }
        if let LayerKind::Group(children) = &layer.kind
            && layer.parallax != glam::DVec2::ONE
            && holds_tiles(children)
        {
            let key = if layer.parallax.cmpeq(glam::DVec2::ONE).test(0) { "parallaxy" } else { "parallaxx" };
            ignored
                .push((key, "its layers move with the map, as the parallax of groups is ignored".to_owned()));
        }
        if let LayerKind::Objects(objects) = &layer.kind {
            let drawn = |object: &&Object| object.gid.is_some() && object.visible && object.opacity > 0.0;
            let count = objects.objects.iter().filter(drawn).count();
            if layer.visible && layer.opacity > 0.0 && count > 0 {
                let tiles = if count == 1 {
                    "a tile object is".to_owned()
                } else {
                    format!("{count} tile objects are")
                };
                ignored.push(("objects", format!("{tiles} not drawn")));
            }
        }
        let matters = match &layer.kind {
            LayerKind::Objects(objects) => {
                objects.objects.iter().any(|object| class_kind(&object.class) == HolderKind::Area)
            }
            LayerKind::Tiles(tiles) => !tiles.is_blank(),
            LayerKind::Group(children) => holds_tiles(children),
            LayerKind::Image(_) => false,
        };
        if matters && layer.offset != glam::DVec2::ZERO {
            let key = if layer.offset.x == 0.0 { "offsety" } else { "offsetx" };
            let what = if layer.objects().is_some() { "its areas" } else { "its tiles" };
            let (x, y) = (layer.offset.x, layer.offset.y);
            ignored.push((key, format!("{what} are not shifted by its offset of {x}, {y} pixels")));
        }
        if matters && layer.objects().is_none() && layer.tint.is_some() {
            ignored.push(("tintcolor", "its tint has no effect".to_owned()));
        }
        for (key, what) in ignored {
            findings.push(
                Finding::new(
                    &IGNORED_BY_ENGINE,
                    context.spot(layer.span).key(key),
                    format!("\"{}\" looks different from Tiled: {what}", flat.path),
                )
                .at(flat.place()),
            );
        }
    }
}

fn background(context: &MapContext, findings: &mut Vec<Finding>) {
    let Some(color) = &context.map.background_color else { return };
    if context.map.infinite {
        return;
    }
    // A floor over all of the map covers it.
    let floors = || context.tile_layers().filter(|(flat, _)| flat.layer.visible && flat.layer.opacity >= 1.0);
    let covered = |cell: TilePos| floors().any(|(_, tiles)| !tiles.get(cell).is_empty());
    if context.map.bounds().cells().take(MOST_CELLS).all(covered) {
        return;
    }
    findings.push(Finding::new(
        &IGNORED_BY_ENGINE,
        context.spot(context.map.span).key("backgroundcolor"),
        format!("the map looks different from Tiled: its background colour {color} is not shown"),
    ));
}

/// Cells that are looked at for one that is empty; maps are smaller.
const MOST_CELLS: usize = 1 << 20;

fn holds_tiles(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| match &layer.kind {
        LayerKind::Tiles(tiles) => !tiles.is_blank(),
        LayerKind::Group(children) => holds_tiles(children),
        LayerKind::Objects(_) | LayerKind::Image(_) => false,
    })
}

fn shows(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| match &layer.kind {
        LayerKind::Tiles(tiles) => layer.visible && layer.opacity > 0.0 && !tiles.is_blank(),
        LayerKind::Group(children) => shows(children),
        LayerKind::Objects(_) | LayerKind::Image(_) => false,
    })
}

/// Whether physics stop at the tile: `collides` is exactly true (workadventure-maps, section 1.3).
pub(super) fn collides(context: &MapContext, gid: Gid) -> bool {
    context.tile_of(gid).is_some_and(|(_, tile)| tile.properties.boolean("collides") == Some(true))
}

pub(super) fn colliding_cells(context: &MapContext, flat: &FlatLayer) -> Vec<TilePos> {
    let walls: BTreeSet<Gid> = flat.gids().iter().copied().filter(|gid| collides(context, *gid)).collect();
    match flat.layer.tiles() {
        Some(tiles) if !walls.is_empty() => {
            tiles.filled().filter(|(_, gid)| walls.contains(gid)).map(|(cell, _)| cell).collect()
        }
        _ => Vec::new(),
    }
}

fn hidden_colliding_layer(context: &MapContext, findings: &mut Vec<Finding>) {
    for (flat, _) in context.tile_layers() {
        if flat.layer.visible {
            continue;
        }
        let cells = colliding_cells(context, flat);
        // Doors are hidden and shown by the scripting library.
        let Some(first) = cells.iter().find(|cell| !context.doors().contains(cell)) else { continue };
        findings.push(
            Finding::new(
                &HIDDEN_COLLIDING_LAYER,
                context.spot(flat.layer.span).key("visible"),
                format!(
                    "visitors get stuck at walls that nobody sees: layer \"{}\" is hidden and {} block",
                    flat.path,
                    tiles_of(cells.len())
                ),
            )
            .at(flat
                .place()
                .area(around(&cells).unwrap_or(crate::model::TileRect::new(first.x, first.y, 1, 1))))
            .help("show the layer and set its opacity to 0: then click-to-walk knows the walls, too"),
        );
    }
}

fn invisible_wall(context: &MapContext, findings: &mut Vec<Finding>) {
    let floor = context
        .layers
        .iter()
        .position(|flat| !flat.nested && flat.layer.name == FLOOR && flat.layer.objects().is_some());
    let Some(floor) = floor else { return };
    // Few maps have walls up there, and only for those it counts what is below.
    let below: LazyCell<Region, _> = LazyCell::new(|| {
        context.layers[..floor].iter().flat_map(|flat| colliding_cells(context, flat)).collect()
    });
    for flat in &context.layers[floor..] {
        // A layer that nobody sees is a layer of walls, made so on purpose.
        if !flat.layer.visible || flat.layer.opacity == 0.0 {
            continue;
        }
        let cells: Vec<TilePos> = colliding_cells(context, flat)
            .into_iter()
            .filter(|cell| !below.contains(*cell) && !context.doors().contains(cell))
            .collect();
        let Some(area) = around(&cells) else { continue };
        findings.push(
            Finding::new(
                &INVISIBLE_WALL,
                context.spot(flat.layer.span).key("name"),
                format!(
                    "layer \"{}\" is drawn over the avatars, and {} of it stop them on cells that look free",
                    flat.path,
                    tiles_of(cells.len())
                ),
            )
            .at(flat.place().area(area))
            .help("use tiles without collides there"),
        );
    }
}

fn tiles_of(count: usize) -> String {
    if count == 1 { "1 tile".to_owned() } else { format!("{count} tiles") }
}

fn chunks_overlap(context: &MapContext, findings: &mut Vec<Finding>) {
    for (flat, tiles) in context.tile_layers() {
        let TileData::Chunks(chunks) = &tiles.data else { continue };
        let Some(cells) = first_overlap(chunks) else { continue };
        let message = format!(
            "layer \"{}\": the piece at ({}, {}) lies over another, and the tiles of one of them are lost",
            flat.path, cells.x, cells.y
        );
        let spot = context.spot(flat.layer.span).key("chunks");
        findings.push(Finding::new(&CHUNKS_OVERLAP, spot, message).at(flat.place().area(cells)));
    }
}

/// The leftmost chunk that overlaps another.
fn first_overlap(chunks: &[Chunk]) -> Option<TileRect> {
    let mut chunks: Vec<TileRect> =
        chunks.iter().map(|chunk| TileRect::new(chunk.x, chunk.y, chunk.width, chunk.height)).collect();
    chunks.retain(|chunk| chunk.width > 0 && chunk.height > 0);
    chunks.sort_by_key(|chunk| (chunk.x, chunk.y));
    // Chunks that reach the column at hand, by their first row: as long as none was found to overlap, a
    // new one can only meet its neighbours there.
    let mut open: BTreeMap<i32, TileRect> = BTreeMap::new();
    let mut ends: BTreeSet<(i64, i32)> = BTreeSet::new();
    for chunk in chunks {
        while let Some(&(end, row)) = ends.first()
            && end <= i64::from(chunk.x)
        {
            ends.pop_first();
            open.remove(&row);
        }
        let above = open.range(..=chunk.y).next_back();
        let below = open.range(chunk.y..).next();
        if above.into_iter().chain(below).any(|(_, other)| other.intersects(chunk)) {
            return Some(chunk);
        }
        open.insert(chunk.y, chunk);
        ends.insert((i64::from(chunk.x) + i64::from(chunk.width), chunk.y));
    }
    None
}
