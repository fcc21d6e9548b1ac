//! Terrains and Wang sets of Tiled before 1.5, as the Wang sets of today (tiled-formats, section 11).
//!
//! All in Tiled's JSON shape, which is how the model keeps what only editors read.

use crate::model::{Json, Tileset};

/// Colours that Tiled gives to terrains, which had none.
const TERRAIN_COLORS: [&str; 6] = ["#ff0000", "#00ff00", "#0000ff", "#ff7700", "#00e9ff", "#ff00d8"];

/// Where in a Wang id the corners of a tile stand: top left, top right, bottom left, bottom right.
const CORNERS: [usize; 4] = [7, 1, 5, 3];

/// What a colour of a Wang set could be used for; today there is one kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A colour of today.
    Any,
    /// A colour of edges, which were numbered by themselves.
    Edge,
    /// A colour of corners, which were numbered by themselves.
    Corner,
}

/// How the colours of a Wang set were numbered, and are now.
#[derive(Debug)]
pub(super) struct Numbers {
    edges: Vec<u32>,
    corners: Vec<u32>,
    modern: bool,
}

impl Numbers {
    /// The numbers of colours of these kinds, in the order of the list.
    pub(super) fn new(kinds: &[Kind]) -> Self {
        let of =
            |other: Kind| (1..).zip(kinds).filter(|(_, kind)| **kind != other).map(|(at, _)| at).collect();
        Self {
            edges: of(Kind::Corner),
            corners: of(Kind::Edge),
            modern: kinds.iter().all(|kind| *kind == Kind::Any),
        }
    }

    /// A tile's Wang id in the numbers of today.
    pub(super) fn id(&self, id: &[u32]) -> Vec<u32> {
        let number = |(position, number): (usize, &u32)| {
            let list = if position.is_multiple_of(2) { &self.edges } else { &self.corners };
            let index = (*number as usize).checked_sub(1);
            index.and_then(|index| list.get(index)).copied().unwrap_or(0)
        };
        if self.modern { id.to_vec() } else { id.iter().enumerate().map(number).collect() }
    }

    /// The type of the set: as stated, or else by its colours.
    pub(super) fn set_type<'a>(&self, stated: Option<&'a str>) -> &'a str {
        match stated {
            Some(stated) => stated,
            None if self.modern => "mixed",
            None if self.edges.is_empty() => "corner",
            None if self.corners.is_empty() => "edge",
            None => "mixed",
        }
    }
}

/// A Wang id as XML has it: eight numbers, or before Tiled 1.5 one of eight hexadecimal digits, the
/// last of which is the top.
pub(super) fn id_of(text: &str) -> Vec<u32> {
    if let Some(digits) = text.strip_prefix("0x") {
        let number = u32::from_str_radix(digits, 16).unwrap_or(0);
        return (0..8).map(|digit| number >> (4 * digit) & 0xf).collect();
    }
    text.split(',').map(|part| part.trim().parse().unwrap_or(0)).collect()
}

/// Turns terrains and Wang sets of old into those of today.
pub(super) fn upgrade(tileset: &mut Tileset) {
    for (_, sets) in tileset.extra.iter_mut().filter(|(key, _)| key == "wangsets") {
        if let Json::Array(sets) = sets {
            sets.iter_mut().for_each(upgrade_set);
        }
    }
    let Some(set) = terrain_set(tileset) else { return };
    match tileset.extra.iter_mut().find(|(key, _)| key == "wangsets") {
        Some((_, Json::Array(sets))) => sets.insert(0, set),
        _ => tileset.extra.push(("wangsets".to_owned(), Json::Array(vec![set]))),
    }
}

/// The Wang set of a tileset's terrains, taking them from it and from its tiles.
fn terrain_set(tileset: &mut Tileset) -> Option<Json> {
    let at = tileset.extra.iter().position(|(key, _)| key == "terrains")?;
    let Json::Array(terrains) = tileset.extra.remove(at).1 else { return None };
    let colors = terrains.into_iter().enumerate().map(|(index, terrain)| {
        let mut pairs = vec![
            ("color".to_owned(), text(TERRAIN_COLORS[index % TERRAIN_COLORS.len()])),
            ("name".to_owned(), terrain.get("name").cloned().unwrap_or_else(|| text(""))),
            ("probability".to_owned(), number(1)),
            ("tile".to_owned(), terrain.get("tile").cloned().unwrap_or_else(|| number(-1))),
        ];
        pairs.extend(
            terrain.get("properties").map(|properties| ("properties".to_owned(), properties.clone())),
        );
        Json::Object(pairs)
    });
    let colors: Vec<Json> = colors.collect();
    let mut tiles = Vec::new();
    for tile in &mut tileset.tiles {
        let Some(at) = tile.extra.iter().position(|(key, _)| key == "terrain") else { continue };
        let mut id = vec![0; 8];
        for (position, terrain) in CORNERS.into_iter().zip(integers(&tile.extra.remove(at).1)) {
            id[position] = terrain.and_then(|terrain| terrain.checked_add(1)).unwrap_or(0);
        }
        if id.iter().any(|number| *number > 0) {
            tiles.push((tile.id, id));
        }
    }
    tiles.sort_by_key(|(tile, _)| *tile);
    let tiles = tiles.into_iter().map(|(tile, id)| {
        Json::Object(vec![
            ("tileid".to_owned(), number(tile)),
            ("wangid".to_owned(), Json::Integers(id.into())),
        ])
    });
    Some(Json::Object(vec![
        ("name".to_owned(), text("Terrains")),
        ("type".to_owned(), text("corner")),
        ("tile".to_owned(), number(-1)),
        ("colors".to_owned(), Json::Array(colors)),
        ("wangtiles".to_owned(), Json::Array(tiles.collect())),
    ]))
}

/// A set with colours of edges and of corners apart, as JSON had them: edges come first now.
fn upgrade_set(set: &mut Json) {
    let old = |key: &str| match set.get(key) {
        Some(Json::Array(colors)) => colors.clone(),
        _ => Vec::new(),
    };
    let (edges, corners) = (old("edgecolors"), old("cornercolors"));
    let Json::Object(pairs) = set else { return };
    let was_old = pairs.iter().any(|(key, _)| key == "edgecolors" || key == "cornercolors");
    if !was_old || pairs.iter().any(|(key, _)| key == "colors") {
        return;
    }
    let kinds = [vec![Kind::Edge; edges.len()], vec![Kind::Corner; corners.len()]].concat();
    let numbers = Numbers::new(&kinds);
    for (_, tiles) in pairs.iter_mut().filter(|(key, _)| key == "wangtiles") {
        let Json::Array(tiles) = tiles else { continue };
        for tile in tiles {
            let Json::Object(pairs) = tile else { continue };
            pairs.retain(|(key, _)| !matches!(key.as_str(), "hflip" | "vflip" | "dflip"));
            for (_, id) in pairs.iter_mut().filter(|(key, _)| key == "wangid") {
                let old: Vec<u32> = integers(id).map(Option::unwrap_or_default).collect();
                *id = Json::Integers(numbers.id(&old).into());
            }
        }
    }
    pairs.retain(|(key, _)| !matches!(key.as_str(), "edgecolors" | "cornercolors"));
    if !pairs.iter().any(|(key, _)| key == "type") {
        pairs.push(("type".to_owned(), text(numbers.set_type(None))));
    }
    pairs.push(("colors".to_owned(), Json::Array(edges.into_iter().chain(corners).collect())));
}

/// Numbers of an array; `None` for what is no number from 0 up.
fn integers(list: &Json) -> Box<dyn Iterator<Item = Option<u32>> + '_> {
    match list {
        Json::Integers(items) => Box::new(items.iter().map(|number| Some(number.0))),
        Json::Array(items) => Box::new(items.iter().map(|item| match item {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        })),
        _ => Box::new(std::iter::empty()),
    }
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

fn number(number: impl Into<i64>) -> Json {
    Json::Number(number.into().to_string())
}
