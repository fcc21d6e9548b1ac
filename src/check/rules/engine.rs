//! Maps that Tiled opens and the engine does not, or not as Tiled does.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Lint};
use crate::{
    check::context::{FlatLayer, MapContext},
    finding::{Family, Finding, Place, Rule, Severity},
    model::{
        Compression, Encoding, Gid, MapTileset, Orientation, TileData, TileLayer, TilePos, TileSize, Tileset,
    },
    source::PictureHeader,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &GID_BEYOND_TILESET, check: Check::Map(gid_beyond_tileset) },
    Lint { rule: &HEX_ROTATION_FLAG, check: Check::Map(hex_rotation_flag) },
    Lint { rule: &LAYER_SIZE_MISMATCH, check: Check::Map(layer_size_mismatch) },
    Lint { rule: &LAYER_ENCODED, check: Check::Map(layer_encoded) },
    Lint { rule: &INFINITE_MAP, check: Check::Map(infinite_map) },
    Lint { rule: &MAP_VERSION_TOO_OLD, check: Check::Map(map_version_too_old) },
    Lint { rule: &NOT_ORTHOGONAL, check: Check::Map(not_orthogonal) },
    Lint { rule: &ODD_TILE_SIZE, check: Check::Map(odd_tile_size) },
    Lint { rule: &TMX_MAP, check: Check::Map(tmx_map) },
    Lint { rule: &EXTERNAL_TILESET, check: Check::Map(external_tileset) },
    Lint { rule: &IMAGE_COLLECTION, check: Check::Map(image_collection) },
    Lint { rule: &TEMPLATE_INSTANCE, check: Check::Map(template_instance) },
];

static GID_BEYOND_TILESET: Rule = Rule {
    name: "gid-beyond-tileset",
    summary: "a tile lies beyond the end of every tileset",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "The engine stops with an error screen for everybody as soon as one cell holds a tile number that \
          no tileset has. It counts a tileset's tiles from the picture's size in the map file, not from \
          the picture. This happens when a picture was made smaller, or a tileset was removed or \
          replaced outside of Tiled.",
    example: r#"
tileset "walls": imagewidth 64, columns 2, tilecount 2
file "tiles.png": 64 by 32 pixels
layer "desk" of tile 2
"#,
    mend: "Open the map in Tiled, select the layer and erase the cells (they show as a red cross or empty), \
           or give the tileset back the picture that it had.",
};

static HEX_ROTATION_FLAG: Rule = Rule {
    name: "hex-rotation-flag",
    summary: "a tile carries the rotation flag of hexagonal maps",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "Bit 28 of a tile number turns tiles by 120 degrees on hexagonal maps. The engine does not know the \
          flag and takes the number for one far beyond every tileset: nobody can enter the room.",
    example: r#"layer "desk" of tile 268435456  # tile 0 with the flag 0x10000000"#,
    mend: "Paint the cell anew in Tiled.",
};

static LAYER_SIZE_MISMATCH: Rule = Rule {
    name: "layer-size-mismatch",
    summary: "a layer's size differs from its map's",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "The engine counts the cells of every layer by the map's width. A smaller layer lacks rows, and the \
          room does not open; a layer of another width has its zones in other cells than it shows.",
    example: r#"layer "desk": width 4, height 12  # on a map of 8 by 6 tiles"#,
    mend: "In Tiled, resize the map (Map > Resize Map): that brings all layers to its size.",
};

static LAYER_ENCODED: Rule = Rule {
    name: "layer-encoded",
    summary: "a layer's tiles are written as base64 text",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure reads only plain numbers. A compressed layer is invisible and does not block; with \
          base64 alone the layer shows, but its zones act everywhere on the map. `venue bundle` writes \
          plain numbers, so in a project with a venue.toml this is no more than a note.",
    example: r#"
layer "desk": encoding "base64", compression "zlib",
  data "eNpjYKAfYKSBmQABFAAC"
"#,
    mend: "In Tiled set Map > Map Properties > Tile Layer Format to CSV, or publish what `venue bundle` \
           or `venue convert` writes.",
};

static INFINITE_MAP: Rule = Rule {
    name: "infinite-map",
    summary: "the map is infinite",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure cannot build the collisions of an infinite map: the room never opens.",
    example: "map: infinite true",
    mend: "In Tiled, switch off Map > Map Properties > Infinite.",
};

static MAP_VERSION_TOO_OLD: Rule = Rule {
    name: "map-version-too-old",
    summary: "the map's format version makes the engine ignore what its tiles carry",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "Unless `version` is a number above 1, the engine ignores the properties of tiles for collisions \
          and misreads their animations: visitors walk through every wall.",
    example: "map: version 1",
    mend: "Save the map with a current Tiled: it writes version \"1.10\".",
};

static NOT_ORTHOGONAL: Rule = Rule {
    name: "not-orthogonal",
    summary: "the map is not orthogonal",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure places avatars, zones and ways on a grid of upright squares. On an isometric or \
          hexagonal map nothing is where it shows, and map-storage refuses the upload.",
    example: r#"map: orientation "isometric""#,
    mend: "Build the map anew with the orientation orthogonal.",
};

static ODD_TILE_SIZE: Rule = Rule {
    name: "odd-tile-size",
    summary: "the map's cells are not 32 by 32 pixels",
    severity: Severity::Info,
    family: Family::Format,
    since: "0.1.0",
    why: "Avatars are 32 by 32 pixels at any cell size, so they look lost or stuck on other grids, and \
          doors and the default arrival count in cells of 32 pixels.",
    example: "map: tilewidth 16, tileheight 16",
    mend: "Use tiles of 32 by 32 pixels.",
};

static TMX_MAP: Rule = Rule {
    name: "tmx-map",
    summary: "the map is a TMX file, which browsers cannot open",
    severity: Severity::Info,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure reads Tiled's JSON format only. A TMX map is fine as a source: `venue bundle` and \
          `venue convert` make the .tmj of it.",
    example: r#"
file "hall.tmx":
  <map version="1.10" orientation="orthogonal" width="1" height="1" tilewidth="32" tileheight="32"/>
"#,
    mend: "Publish what `venue bundle` writes, or save the map as .tmj.",
};

static EXTERNAL_TILESET: Rule = Rule {
    name: "external-tileset",
    summary: "a tileset is a file of its own",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "Hosted as it is, the room does not open: WorkAdventure reads only tilesets inside the map, and \
          map-storage refuses the upload. `venue bundle` embeds them, so in a project with a venue.toml \
          this is no more than a note; for maps that are hosted as they are, set it to \"error\".",
    example: r#"
tileset: source "walls.tsx"
file "walls.tsx":
  <tileset name="walls" tilewidth="32" tileheight="32" tilecount="4" columns="4">
    <image source="tiles.png" width="128" height="32"/>
  </tileset>
"#,
    mend: "Publish what `venue bundle` writes, or press Embed Tileset below Tiled's list of tilesets.",
};

static IMAGE_COLLECTION: Rule = Rule {
    name: "image-collection",
    summary: "a tileset is a collection of pictures",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure draws tiles from one picture per tileset. With a collection of pictures the room \
          does not open.",
    example: r#"
second tileset "props": no image, no imagewidth, no imageheight, columns 0,
  tiles [{ "id": 0, "image": "tiles.png", "imagewidth": 128, "imageheight": 32 }]
"#,
    mend: "Put the pictures into one and make a tileset based on that.",
};

static TEMPLATE_INSTANCE: Rule = Rule {
    name: "template-instance",
    summary: "an object is an instance of a template",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "WorkAdventure knows no templates: an area or a variable that is an instance of one is skipped, \
          and map-storage refuses the whole map. `venue bundle` resolves them, so in a project with a \
          venue.toml this is no more than a note.",
    example: r#"
object: template "stand.tj"
file "stand.tj":
  { "type": "template", "object": { "name": "stand", "type": "area", "width": 64, "height": 32 } }
"#,
    mend: "Publish what `venue bundle` writes, or choose Detach in the object's context menu in Tiled.",
};

/// What the engine makes of a tileset's numbers: the first that it does not have. `None` where that
/// cannot be told, and another rule says why.
pub(super) fn end_of(context: &MapContext, entry: &MapTileset) -> Option<u32> {
    let tileset = entry.tileset.as_deref()?;
    if tileset.picture.is_none() {
        return Some(entry.first_gid.saturating_add(tileset.id_span()));
    }
    // The engine takes tiles without a size for its own.
    let unsized_tiles = tileset.tile_size.width == 0 || tileset.tile_size.height == 0;
    let sized = unsized_tiles.then(|| {
        let or_usual = |side: u32, usual: u32| if side == 0 { usual } else { side };
        let (size, usual) = (tileset.tile_size, TileSize::USUAL);
        let tile_size = TileSize {
            width: or_usual(size.width, usual.width),
            height: or_usual(size.height, usual.height),
        };
        Tileset { tile_size, ..tileset.clone() }
    });
    let tileset = sized.as_ref().unwrap_or(tileset);
    let (columns, rows) = match tileset.phaser_grid() {
        Some(grid) => grid,
        // An embedded tileset without the size of its picture has no tiles for the engine; any other
        // gets the size when it is embedded.
        None if entry.source.is_none() && !context.is_xml() => (0, 0),
        None => grid_on_disk(context, tileset)?,
    };
    Some(entry.first_gid.saturating_add(columns.saturating_mul(rows)))
}

/// Columns and rows that the engine counts in a tileset whose picture has the size that it has on the disk.
fn grid_on_disk(context: &MapContext, tileset: &Tileset) -> Option<(u32, u32)> {
    let file =
        crate::source::resolve(crate::source::parent(&tileset.file), &tileset.picture.as_ref()?.source);
    let PictureHeader::Size(width, height) = context.sources().picture(&file) else { return None };
    tileset.phaser_grid_of((width, height))
}

struct Beyond {
    count: usize,
    first: TilePos,
    index: usize,
    gid: Gid,
}

fn gid_beyond_tileset(context: &MapContext, findings: &mut Vec<Finding>) {
    // Sorted by first gid, with the end that the engine sees; an end that cannot be told swallows all.
    let mut ranges: Vec<(u32, u32)> = context
        .map
        .tilesets
        .iter()
        .map(|entry| (entry.first_gid, end_of(context, entry).unwrap_or(u32::MAX)))
        .collect();
    ranges.sort_unstable();
    // Those that overlap or touch as one, so that the last that begins below a gid tells.
    ranges.dedup_by(|next, kept| {
        let joined = next.0 <= kept.1;
        if joined {
            kept.1 = kept.1.max(next.1);
        }
        joined
    });
    let lies_beyond = |gid: Gid| {
        let id = gid.id();
        let below = ranges.partition_point(|(first, _)| *first <= id).checked_sub(1);
        // Another rule tells of the flag.
        id != 0 && gid.0 & Gid::ROTATE_HEX == 0 && below.is_none_or(|range| id >= ranges[range].1)
    };
    for (flat, tiles) in context.tile_layers() {
        let lost: BTreeSet<Gid> = flat.gids().iter().copied().filter(|gid| lies_beyond(*gid)).collect();
        if lost.is_empty() {
            continue;
        }
        let mut beyond: BTreeMap<Option<u32>, Beyond> = BTreeMap::new();
        for (index, cell, gid) in numbered(tiles).filter(|(_, _, gid)| lost.contains(gid)) {
            let owner = context.map.tileset_of(gid).map(|(entry, _)| entry.first_gid);
            beyond.entry(owner).and_modify(|beyond| beyond.count += 1).or_insert(Beyond {
                count: 1,
                first: cell,
                index,
                gid,
            });
        }
        for (owner, beyond) in beyond {
            findings.push(describe_beyond(context, flat, tiles, owner, &beyond));
        }
    }
}

fn describe_beyond(
    context: &MapContext,
    flat: &FlatLayer,
    tiles: &TileLayer,
    owner: Option<u32>,
    beyond: &Beyond,
) -> Finding {
    let Beyond { count, first, index, gid } = beyond;
    let entry = owner.and_then(|owner| context.map.tilesets.iter().find(|entry| entry.first_gid == owner));
    let tileset = entry.and_then(|entry| entry.tileset.as_deref());
    let tiles_are = if *count == 1 { "1 tile is".to_owned() } else { format!("{count} tiles are") };
    let whose = match (tileset, entry) {
        (Some(tileset), Some(entry)) => {
            let span = end_of(context, entry).unwrap_or(entry.first_gid) - entry.first_gid;
            format!("beyond the end of tileset \"{}\", which has {span} tiles", tileset.name)
        }
        _ => "of no tileset".to_owned(),
    };
    let mut spot = context.spot(flat.layer.span).key("data");
    if matches!(tiles.data, TileData::Finite(_)) && tiles.encoding == Encoding::Csv {
        spot = spot.item(*index);
    }
    let mut place = flat.place().cell(*first);
    if let Some(tileset) = tileset {
        place.tileset = Some(tileset.name.clone());
        place.tile = entry.map(|entry| gid.id() - entry.first_gid);
    }
    let help = match (tileset, entry) {
        (Some(tileset), Some(entry)) => how_to_reach(context, entry, tileset, gid.id() - entry.first_gid),
        _ => {
            "erase the cells in Tiled, or take the last version of the map that has their tileset".to_owned()
        }
    };
    Finding::new(
        &GID_BEYOND_TILESET,
        spot,
        format!("nobody can enter the room: {tiles_are} {whose}, first at {}, {}", first.x, first.y),
    )
    .at(place)
    .help(help)
}

/// What helps where the engine does not reach this tile of a tileset.
fn how_to_reach(context: &MapContext, entry: &MapTileset, tileset: &Tileset, tile: u32) -> String {
    let sized = tileset.picture.as_ref().is_none_or(|picture| picture.width.is_some());
    if !sized {
        return format!(
            "tileset \"{}\" lacks imagewidth and imageheight; save the map with Tiled",
            tileset.name
        );
    }
    if tileset.margin != 0 && tileset.grid() != tileset.phaser_grid() {
        return format!(
            "the engine counts fewer tiles than Tiled because of the margin of {}: remake the picture with the \
             same margin on all sides, or none",
            tileset.margin
        );
    }
    if tiles_on_disk(context, tileset).is_some_and(|tiles| tile < tiles) {
        let file =
            entry.source.as_ref().map_or("the map".to_owned(), |source| format!("the tileset \"{source}\""));
        return format!(
            "the picture has more rows than its tileset says: open {file} in Tiled, which counts them anew, and save it"
        );
    }
    "erase the cells in Tiled, or restore the picture that the tileset had".to_owned()
}

/// How many tiles the engine would count in a tileset whose picture has the size that it has on the disk.
fn tiles_on_disk(context: &MapContext, tileset: &Tileset) -> Option<u32> {
    let (columns, rows) = grid_on_disk(context, tileset)?;
    // With other columns every tile would be another one.
    (columns == tileset.phaser_grid()?.0).then(|| columns.saturating_mul(rows))
}

/// Cells with tiles, with their numbers in the data; chunks count on.
fn numbered(tiles: &TileLayer) -> Box<dyn Iterator<Item = (usize, TilePos, Gid)> + '_> {
    match &tiles.data {
        TileData::Finite(gids) => {
            let width = tiles.width.max(1) as usize;
            Box::new(gids.iter().enumerate().map(move |(index, gid)| {
                let at = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
                (index, TilePos::new(at(index % width), at(index / width)), gid)
            }))
        }
        _ => Box::new(tiles.filled().enumerate().map(|(index, (cell, gid))| (index, cell, gid))),
    }
}

fn hex_rotation_flag(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.map.orientation == Orientation::Hexagonal {
        return;
    }
    for (flat, tiles) in context.tile_layers() {
        if !flat.gids().iter().any(|gid| gid.0 & Gid::ROTATE_HEX != 0) {
            continue;
        }
        let mut flagged = numbered(tiles).filter(|(_, _, gid)| gid.0 & Gid::ROTATE_HEX != 0);
        let Some((index, cell, _)) = flagged.next() else { continue };
        let count = 1 + flagged.count();
        let mut spot = context.spot(flat.layer.span).key("data");
        if tiles.encoding == Encoding::Csv && matches!(tiles.data, TileData::Finite(_)) {
            spot = spot.item(index);
        }
        let what = if count == 1 { "a tile carries".to_owned() } else { format!("{count} tiles carry") };
        findings.push(
            Finding::new(
                &HEX_ROTATION_FLAG,
                spot,
                format!("nobody can enter the room: {what} the rotation flag of hexagonal maps"),
            )
            .at(flat.place().cell(cell))
            .help("paint the cells anew in Tiled"),
        );
    }
}

fn layer_size_mismatch(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.map.infinite {
        return;
    }
    for (flat, tiles) in context.tile_layers() {
        let key = if tiles.width != context.map.width {
            "width"
        } else if tiles.height != context.map.height {
            "height"
        } else {
            continue;
        };
        findings.push(
            Finding::new(
                &LAYER_SIZE_MISMATCH,
                context.spot(flat.layer.span).key(key),
                format!(
                    "layer \"{}\" is {} by {} tiles, its map {} by {}: the room does not open, or zones of \
                     the layer act in other cells than they show",
                    flat.path, tiles.width, tiles.height, context.map.width, context.map.height
                ),
            )
            .at(flat.place())
            .help("in Tiled, Map > Resize Map brings every layer to the size of the map"),
        );
    }
}

fn layer_encoded(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    for (flat, tiles) in context.tile_layers() {
        let Encoding::Base64(compression) = tiles.encoding else { continue };
        let effect = if compression == Compression::None {
            "its zones act everywhere on the map"
        } else {
            "it is invisible and does not block"
        };
        let key = if compression == Compression::None { "encoding" } else { "compression" };
        findings.push(
            Finding::new(
                &LAYER_ENCODED,
                context.spot(flat.layer.span).key(key),
                format!("WorkAdventure cannot read the tiles of layer \"{}\": {effect}", flat.path),
            )
            .at(flat.place())
            .help("set Tile Layer Format to CSV in Tiled's map properties, or publish what `venue bundle` writes"),
        );
    }
}

fn infinite_map(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.map.infinite {
        findings.push(
            Finding::new(
                &INFINITE_MAP,
                context.spot(context.map.span).key("infinite"),
                "nobody can enter the room: the map is infinite",
            )
            .help("switch off Infinite in Tiled's map properties"),
        );
    }
}

fn map_version_too_old(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    let version = context.map.version.as_deref();
    if version.and_then(|version| version.trim().parse::<f64>().ok()).is_some_and(|version| version > 1.0) {
        return;
    }
    let matters = context.map.tilesets.iter().filter_map(|entry| entry.tileset.as_deref()).any(|tileset| {
        tileset
            .tiles
            .iter()
            .any(|tile| !tile.animation.is_empty() || tile.properties.boolean("collides") == Some(true))
    });
    if !matters {
        return;
    }
    let is = version.map_or("missing".to_owned(), |version| format!("\"{version}\""));
    findings.push(
        Finding::new(
            &MAP_VERSION_TOO_OLD,
            context.spot(context.map.span).key("version"),
            format!("visitors walk through every wall: the map's version is {is}, the engine wants a number above 1"),
        )
        .help("save the map with a current Tiled"),
    );
}

fn not_orthogonal(context: &MapContext, findings: &mut Vec<Finding>) {
    let orientation = match context.map.orientation {
        Orientation::Orthogonal => return,
        Orientation::Isometric => "isometric",
        Orientation::Staggered => "staggered",
        Orientation::Hexagonal => "hexagonal",
        Orientation::Oblique => "oblique",
    };
    findings.push(
        Finding::new(
            &NOT_ORTHOGONAL,
            context.spot(context.map.span).key("orientation"),
            format!("the map is {orientation}; WorkAdventure shows only orthogonal maps"),
        )
        .help("build the map anew with the orientation orthogonal"),
    );
}

fn odd_tile_size(context: &MapContext, findings: &mut Vec<Finding>) {
    let size = context.map.tile_size;
    if size.width == 32 && size.height == 32 {
        return;
    }
    let key = if size.width == 32 { "tileheight" } else { "tilewidth" };
    findings.push(
        Finding::new(
            &ODD_TILE_SIZE,
            context.spot(context.map.span).key(key),
            format!("cells are {} by {} pixels, avatars always 32 by 32", size.width, size.height),
        )
        .help("WorkAdventure is made for tiles of 32 by 32 pixels"),
    );
}

fn tmx_map(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        findings.push(
            Finding::new(&TMX_MAP, context.spot(context.map.span), "browsers cannot open a TMX map")
                .help("`venue bundle` and `venue convert` make a .tmj of it"),
        );
    }
}

fn external_tileset(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    for entry in context.map.tilesets.iter().filter(|entry| entry.span.is_some()) {
        let Some(source) = &entry.source else { continue };
        findings.push(
            Finding::new(
                &EXTERNAL_TILESET,
                context.spot(entry.span).key("source"),
                format!("hosted as it is, the room does not open: tileset \"{source}\" is a file of its own"),
            )
            .at(entry.tileset.as_deref().map_or_else(Place::default, |tileset| Place::tileset(&tileset.name)))
            .help("publish what `venue bundle` writes, or embed the tileset in Tiled"),
        );
    }
}

fn image_collection(context: &MapContext, findings: &mut Vec<Finding>) {
    // What only a template brings along is not in the file that the engine reads.
    for entry in context.map.tilesets.iter().filter(|entry| entry.span.is_some()) {
        let Some(tileset) = entry.tileset.as_deref().filter(|tileset| is_collection(tileset)) else {
            continue;
        };
        findings.push(
            Finding::new(
                &IMAGE_COLLECTION,
                context.spot(tileset.span),
                format!(
                    "nobody can enter the room: tileset \"{}\" is a collection of pictures",
                    tileset.name
                ),
            )
            .at(Place::tileset(&tileset.name))
            .help("put the pictures into one and make a tileset based on that"),
        );
    }
}

fn is_collection(tileset: &Tileset) -> bool {
    tileset.picture.is_none() && tileset.tiles.iter().any(|tile| tile.picture.is_some())
}

fn template_instance(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    for held in context.objects() {
        let Some(template) = &held.object.template else { continue };
        findings.push(
            Finding::new(
                &TEMPLATE_INSTANCE,
                context.spot(held.object.span).key("template"),
                format!(
                    "WorkAdventure skips {}: it is an instance of template \"{template}\"",
                    held.describe()
                ),
            )
            .at(held.place(context.map))
            .help("publish what `venue bundle` writes, or detach the object from its template in Tiled"),
        );
    }
}
