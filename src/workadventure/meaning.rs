//! A map as the engine understands it, computed once.

use std::collections::{BTreeMap, BTreeSet};

use super::{WalkGrid, property::PropertyFact};
use crate::{
    finding::{Place, Spot},
    model::{Layer, Map, Object, PixelRect, Properties, Property, Shape, TilePos, TileRect, Value},
};

/// What a map means to WorkAdventure.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// Every layer in the engine's order, with its flattened path.
    pub layers: Vec<FlatLayer>,
    /// Where avatars can walk.
    pub walk: WalkGrid,
    /// Where something happens, in merge order: areas, then layers bottom to top, then tiles.
    pub zones: Vec<Zone>,
    /// Where visitors can arrive: the default entry first, then areas, then layers.
    pub entries: Vec<Entry>,
    /// What leads out.
    pub exits: Vec<Exit>,
}

impl Meaning {
    /// Reads a map as the engine would.
    pub fn of(map: &Map) -> Self {
        let layers = flat_layers(map);
        let mut zones = area_zones(map);
        zones.extend(layer_zones(map));
        zones.extend(tile_zones(map));
        let exits = zones.iter().flat_map(exits_of).collect();
        Self { entries: entries(map), walk: WalkGrid::of(map), layers, zones, exits }
    }

    /// The entry where visitors arrive without a name in their link, by the algorithm of
    /// workadventure-maps, section 3.1; `None` where the engine falls back to a fixed pixel.
    pub fn default_entry(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.default)
    }

    /// Cells where visitors can appear: those of all entries that are meant as such.
    pub fn arrivals(&self) -> impl Iterator<Item = TilePos> + '_ {
        self.entries
            .iter()
            .filter(|entry| entry.declared || entry.default)
            .flat_map(|entry| entry.cells.iter().copied())
    }
}

/// One layer as the engine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlatLayer {
    /// Names of its groups and its own, joined by `/`.
    pub path: String,
    /// Its id.
    pub id: u32,
    /// Whether it is a tile layer.
    pub is_tiles: bool,
    /// Whether it is drawn above the avatars: behind the top-level object layer `floorLayer`.
    pub above_avatars: bool,
}

/// What carries a zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A tile layer, by path.
    Layer(String),
    /// An object of class `area`, by name.
    Area(String),
    /// A tile with properties: name of the tileset, id of the tile.
    Tile(String, u32),
}

/// A place where something happens.
#[derive(Debug, Clone)]
pub struct Zone {
    /// What carries it.
    pub holder: Holder,
    /// Cells that trigger it. Of a layer or a tile: the cell that holds the avatar's middle. Of an
    /// area: the cells in which an avatar can stand so that its feet, half a tile below its middle,
    /// are inside (workadventure-maps, section 1.1).
    pub cells: Vec<TilePos>,
    /// The rectangle of an area, in pixels.
    pub rectangle: Option<PixelRect>,
    /// Properties that make something happen and their companions, in the order of the file.
    pub triggers: Vec<Property>,
    /// The layer, object or tile in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

impl Zone {
    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.triggers.iter().rev().find(|property| property.name == name)
    }

    /// Where the value of one of its properties stands in the text.
    pub fn value_spot(&self, property: &Property) -> Spot {
        match property.span {
            Some(span) => Spot::new(&*self.spot.file, Some(span)).key("value"),
            None => self.spot.clone(),
        }
    }
}

/// How an entry is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An area with `start`, or named `start`.
    Area,
    /// A tile layer.
    Layer,
}

/// A place where visitors arrive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Name in links: `map.tmj#name`.
    pub name: String,
    /// What makes it.
    pub kind: EntryKind,
    /// Whether it is where visitors arrive without a name.
    pub default: bool,
    /// Whether it is meant as an entry (`start`), or is any tile layer, which a link can name too.
    pub declared: bool,
    /// Cells where visitors may appear.
    pub cells: Vec<TilePos>,
    /// The layer or object in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

/// A place that leads to another map.
#[derive(Debug, Clone)]
pub struct Exit {
    /// What carries it.
    pub holder: Holder,
    /// The property: `exitUrl` or `exitSceneUrl`, with its value.
    pub property: Property,
    /// Cells that trigger it.
    pub cells: Vec<TilePos>,
    /// Where the value stands in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

impl Exit {
    /// Where it leads to, as written; `None` where the value is no text.
    pub fn target(&self) -> Option<&str> {
        self.property.value.text()
    }
}

fn flat_layers(map: &Map) -> Vec<FlatLayer> {
    let mut above = false;
    let floor = map.layers.iter().find(|layer| is_floor_layer(layer)).map(|layer| layer.span);
    map.flat_layers()
        .into_iter()
        .map(|(path, layer)| {
            if floor.is_some_and(|floor| is_floor_layer(layer) && layer.span == floor && !path.contains('/'))
            {
                above = true;
            }
            FlatLayer { path, id: layer.id, is_tiles: layer.tiles().is_some(), above_avatars: above }
        })
        .collect()
}

/// The object layer that separates what is below avatars from what is above.
pub(crate) fn is_floor_layer(layer: &Layer) -> bool {
    layer.name == "floorLayer" && layer.objects().is_some()
}

/// Whether the engine takes the object for an area (workadventure-maps, section 1.5).
pub fn is_area(object: &Object) -> bool {
    matches!(object.class.as_str(), "area" | "zone")
}

/// Every object of class `area` with the path and id of its layer, in the order of the file.
pub(crate) fn areas(map: &Map) -> Vec<(String, u32, &Object)> {
    map.flat_layers()
        .into_iter()
        .filter_map(|(path, layer)| Some((path, layer.id, layer.objects()?)))
        .flat_map(|(path, id, objects)| {
            objects
                .objects
                .iter()
                .filter(|object| is_area(object))
                .map(move |object| (path.clone(), id, object))
        })
        .collect()
}

/// Rectangle that the engine gives an area: an ellipse its bounds; polygons and points none.
fn area_rectangle(object: &Object) -> Option<PixelRect> {
    let rectangle = object.rectangle();
    let shaped = matches!(object.shape, Shape::Rectangle | Shape::Ellipse | Shape::Capsule);
    (shaped && rectangle.width > 0.0 && rectangle.height > 0.0).then_some(rectangle)
}

/// Cells in which an avatar can stand, its middle anywhere in the cell, so that its feet are in the
/// rectangle: an area of one tile is entered from its own cell and from the one above.
fn feet_cells(map: &Map, rectangle: PixelRect) -> Vec<TilePos> {
    // Feet are at the middle plus 16 pixels, whatever the size of the tiles.
    let lifted = PixelRect { y: rectangle.y - 16.0, ..rectangle };
    let tiles = lifted.tiles(map.tile_size);
    let bounds = map.bounds();
    let (left, top) = (tiles.x.max(bounds.x), tiles.y.max(bounds.y));
    let (right, bottom) = (tiles.right().min(bounds.right()), tiles.bottom().min(bounds.bottom()));
    let inside = TileRect::new(
        left,
        top,
        u32::try_from(right.saturating_sub(left)).unwrap_or(0),
        u32::try_from(bottom.saturating_sub(top)).unwrap_or(0),
    );
    inside.cells().collect()
}

/// Properties that zones have: those of the table that make something happen in a place, and their
/// companions. Values that areas cannot have (classes, lists) do not reach the engine.
fn triggers(properties: &Properties, area: bool) -> Vec<Property> {
    properties
        .iter()
        .filter(|property| PropertyFact::of(&property.name).is_some_and(PropertyFact::acts_in_zones))
        .filter(|property| !(area && matches!(property.value, Value::Class(_) | Value::List(_))))
        .cloned()
        .collect()
}

fn area_zones(map: &Map) -> Vec<Zone> {
    areas(map)
        .into_iter()
        .filter_map(|(path, id, object)| {
            let triggers = triggers(&object.properties, true);
            if triggers.is_empty() {
                return None;
            }
            let rectangle = area_rectangle(object);
            Some(Zone {
                holder: Holder::Area(object.name.clone()),
                cells: rectangle.map(|rectangle| feet_cells(map, rectangle)).unwrap_or_default(),
                rectangle,
                triggers,
                spot: Spot::new(&*map.file, object.span),
                place: area_place(map, &path, id, object),
            })
        })
        .collect()
}

pub(crate) fn area_place(map: &Map, path: &str, id: u32, object: &Object) -> Place {
    Place::layer(path, id).object(&object.name, object.id).area(object.rectangle().tiles(map.tile_size))
}

fn layer_zones(map: &Map) -> Vec<Zone> {
    map.flat_layers()
        .into_iter()
        .filter_map(|(path, layer)| {
            let tiles = layer.tiles()?;
            let triggers = triggers(&layer.properties, false);
            if triggers.is_empty() {
                return None;
            }
            let cells: Vec<TilePos> = tiles.filled().map(|(cell, _)| cell).collect();
            let mut place = Place::layer(&path, layer.id);
            place.area_tiles = TileRect::around(cells.iter().copied());
            Some(Zone {
                holder: Holder::Layer(path),
                cells,
                rectangle: None,
                triggers,
                spot: Spot::new(&*map.file, layer.span),
                place,
            })
        })
        .collect()
}

/// Zones of tiles with properties: one for each such tile that is placed unflipped somewhere. A
/// flipped tile is looked up with its flags and so has no properties (workadventure-maps, 2.5).
fn tile_zones(map: &Map) -> Vec<Zone> {
    let mut acting: BTreeMap<u32, (usize, usize, Vec<Property>)> = BTreeMap::new();
    for (set_index, set) in map.tilesets.iter().enumerate() {
        let Some(tileset) = &set.tileset else { continue };
        for (tile_index, tile) in tileset.tiles.iter().enumerate() {
            let triggers: Vec<Property> =
                triggers(&tile.properties, false).into_iter().filter(|p| !p.value.is_falsy()).collect();
            if !triggers.is_empty() {
                acting.insert(set.first_gid.saturating_add(tile.id), (set_index, tile_index, triggers));
            }
        }
    }
    if acting.is_empty() {
        return Vec::new();
    }
    let mut cells: BTreeMap<u32, BTreeSet<TilePos>> = BTreeMap::new();
    for (_, layer) in map.flat_layers() {
        for (cell, gid) in layer.tiles().into_iter().flat_map(|tiles| tiles.filled()) {
            if acting.contains_key(&gid.0) {
                cells.entry(gid.0).or_default().insert(cell);
            }
        }
    }
    acting
        .into_iter()
        .filter_map(|(gid, (set, tile, triggers))| {
            let cells: Vec<TilePos> = cells.remove(&gid)?.into_iter().collect();
            let tileset = map.tilesets[set].tileset.as_ref()?;
            let tile = &tileset.tiles[tile];
            let mut place = Place::tileset(&tileset.name).tile(tile.id);
            place.area_tiles = TileRect::around(cells.iter().copied());
            Some(Zone {
                holder: Holder::Tile(tileset.name.clone(), tile.id),
                cells,
                rectangle: None,
                triggers,
                spot: Spot::new(&*tileset.file, tile.span),
                place,
            })
        })
        .collect()
}

fn exits_of(zone: &Zone) -> Vec<Exit> {
    zone.triggers
        .iter()
        .filter(|property| matches!(property.name.as_str(), "exitUrl" | "exitSceneUrl"))
        .map(|property| Exit {
            holder: zone.holder.clone(),
            property: property.clone(),
            cells: zone.cells.clone(),
            spot: zone.value_spot(property),
            place: zone.place.clone(),
        })
        .collect()
}

/// Entries in the order in which the engine would look for the default one.
fn entries(map: &Map) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (path, id, object) in areas(map) {
        let start = object.properties.get("start").is_some_and(|property| !property.value.is_falsy());
        if !start && object.name != "start" {
            continue;
        }
        let Some(rectangle) = area_rectangle(object) else { continue };
        entries.push(Entry {
            name: object.name.clone(),
            kind: EntryKind::Area,
            default: false,
            declared: true,
            // Visitors appear inside with 16 pixels to the edges, their middle at the random point.
            cells: inset_cells(map, rectangle),
            spot: Spot::new(&*map.file, object.span),
            place: area_place(map, &path, id, object),
        });
    }
    for (path, layer) in map.flat_layers() {
        let Some(tiles) = layer.tiles() else { continue };
        let named_start = path == "start" || path.ends_with("/start");
        let flagged = is_flagged_start(layer);
        let cells: Vec<TilePos> = tiles.filled().map(|(cell, _)| cell).collect();
        if cells.is_empty() && !named_start && !flagged {
            continue;
        }
        let mut place = Place::layer(&path, layer.id);
        place.area_tiles = TileRect::around(cells.iter().copied());
        entries.push(Entry {
            name: layer.name.clone(),
            kind: EntryKind::Layer,
            default: false,
            declared: named_start || flagged,
            cells,
            spot: Spot::new(&*map.file, layer.span),
            place,
        });
    }
    if let Some(index) = default_index(map, &entries) {
        entries[index].default = true;
        let default = entries.remove(index);
        entries.insert(0, default);
    }
    entries
}

/// Which entry takes visitors without a name: an area named `start`; else the first tile layer named
/// so; else the first tile layer flagged as start. There is no further fallback where that layer is
/// empty (workadventure-maps, section 3.1, steps 7 to 9).
fn default_index(map: &Map, entries: &[Entry]) -> Option<usize> {
    let area = entries.iter().position(|entry| entry.kind == EntryKind::Area && entry.name == "start");
    if area.is_some() {
        return area;
    }
    let layers = map.flat_layers();
    let named = layers
        .iter()
        .find(|(path, layer)| layer.tiles().is_some() && (path == "start" || path.ends_with("/start")));
    let flagged = || layers.iter().find(|(_, layer)| layer.tiles().is_some() && is_flagged_start(layer));
    let (path, layer) = named.or_else(flagged)?;
    let index = entries.iter().position(|entry| {
        entry.kind == EntryKind::Layer
            && entry.place.layer.as_deref() == Some(path)
            && entry.place.layer_id == Some(layer.id)
    })?;
    (!entries[index].cells.is_empty()).then_some(index)
}

/// Whether a layer has `start` or `startLayer`, in any letter case, as JavaScript's `== true` sees it:
/// true, 1 and "1", but not "true".
pub(crate) fn is_flagged_start(layer: &Layer) -> bool {
    layer.properties.iter().any(|property| {
        let name = property.name.to_lowercase();
        let holds = match &property.value {
            Value::Bool(value) => *value,
            Value::String(text) => text.trim() == "1",
            value => value.number() == Some(1.0),
        };
        matches!(name.as_str(), "start" | "startlayer") && holds
    })
}

fn inset_cells(map: &Map, rectangle: PixelRect) -> Vec<TilePos> {
    let axis = |from: f64, size: f64| {
        if size > 32.0 { (from + 16.0, size - 32.0) } else { (from + size / 2.0, 0.0) }
    };
    let (x, width) = axis(rectangle.x, rectangle.width);
    let (y, height) = axis(rectangle.y, rectangle.height);
    let tiles = PixelRect { x, y, width, height }.tiles(map.tile_size);
    tiles.cells().take(1 << 20).filter(|cell| map.bounds().contains(*cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::load_map, source::Sources};

    /// A map of 4 x 3 cells; tile 2 of its tileset is a wall, tile 3 opens a meeting.
    fn meaning(layers: &str) -> Meaning {
        let text = format!(
            r#"{{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal","width":4,
            "height":3,"tilewidth":32,"tileheight":32,"infinite":false,"tilesets":[{{"firstgid":1,"name":"t",
            "image":"t.png","imagewidth":128,"imageheight":32,"tilewidth":32,"tileheight":32,"columns":4,
            "tilecount":4,"tiles":[{{"id":1,"properties":[{{"name":"collides","type":"bool","value":true}}]}},
            {{"id":2,"properties":[{{"name":"jitsiRoom","type":"string","value":"m"}}]}}]}}],"layers":[{layers}]}}"#
        );
        let mut sources = Sources::new("/nowhere");
        sources.insert("a.tmj", text.into_bytes());
        let loaded = load_map(&sources, "a.tmj");
        assert!(loaded.findings.is_empty(), "{:?}", loaded.findings);
        Meaning::of(&loaded.map.unwrap())
    }

    fn tiles(name: &str, data: [u32; 12], properties: &str) -> String {
        format!(
            r#"{{"type":"tilelayer","id":1,"name":"{name}","width":4,"height":3,"x":0,"y":0,"visible":false,
            "opacity":1,"data":{data:?},"properties":[{properties}]}}"#
        )
    }

    fn area(name: &str, rectangle: [i32; 4], properties: &str) -> String {
        let [x, y, width, height] = rectangle;
        format!(
            r#"{{"type":"objectgroup","id":2,"name":"floorLayer","visible":true,"opacity":1,"objects":[
            {{"id":1,"name":"{name}","type":"area","x":{x},"y":{y},"width":{width},"height":{height},
            "visible":true,"properties":[{properties}]}}]}}"#
        )
    }

    #[test]
    fn hidden_walls_block_and_ways_lead_around_them() {
        let meaning = meaning(&tiles("walls", [0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0], ""));
        assert!(meaning.walk.is_blocked(TilePos::new(1, 1)));
        assert!(!meaning.walk.is_blocked(TilePos::new(1, 2)));
        assert!(meaning.walk.is_blocked(TilePos::new(4, 0)), "outside");
        let distances = meaning.walk.distances([TilePos::new(0, 0)]);
        assert_eq!(distances[2], Some(6), "down, around the wall, and up again");
        assert_eq!(distances[1], None);
    }

    #[test]
    fn feet_are_half_a_tile_below_the_middle() {
        let meaning =
            meaning(&area("site", [32, 32, 32, 32], r#"{"name":"silent","type":"bool","value":true}"#));
        assert_eq!(meaning.zones[0].cells, [TilePos::new(1, 0), TilePos::new(1, 1)]);
    }

    #[test]
    fn flipped_tiles_carry_no_zone() {
        let data = [3, 0x8000_0003, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let meaning = meaning(&tiles("meet", data, ""));
        assert_eq!(meaning.zones.len(), 1);
        assert_eq!(meaning.zones[0].cells, [TilePos::new(0, 0)]);
        assert_eq!(meaning.zones[0].holder, Holder::Tile("t".to_owned(), 2));
    }

    #[test]
    fn the_default_entry_is_found_as_the_engine_finds_it() {
        let empty = [0; 12];
        let some = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let start = r#"{"name":"start","type":"bool","value":true}"#;
        let name = |layers: &str| meaning(layers).default_entry().map(|entry| entry.name.clone());
        let two = format!(
            "{},{}",
            tiles("side", some, start),
            tiles("start", some, "").replace("\"id\":1", "\"id\":3")
        );
        assert_eq!(name(&two).as_deref(), Some("start"), "the name counts before the flag");
        let stuck = format!(
            "{},{}",
            tiles("side", some, start),
            tiles("start", empty, "").replace("\"id\":1", "\"id\":3")
        );
        assert_eq!(name(&stuck), None, "an empty layer named start hides the others");
        assert_eq!(name(&tiles("side", some, start)).as_deref(), Some("side"));
        assert_eq!(
            name(&tiles(
                "side",
                some,
                &start.replace("bool\",\"value\":true", "string\",\"value\":\"true\"")
            )),
            None
        );
        let area = area("start", [0, 0, 64, 64], "");
        assert_eq!(name(&format!("{},{area}", tiles("x", some, start))).as_deref(), Some("start"));
    }

    #[test]
    fn exits_know_their_value_and_cells() {
        let exit = r#"{"name":"exitUrl","type":"string","value":"b.tmj#in"}"#;
        let meaning = meaning(&tiles("out", [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], exit));
        assert_eq!(meaning.exits.len(), 1);
        assert_eq!(meaning.exits[0].target(), Some("b.tmj#in"));
        assert_eq!(meaning.exits[0].cells, [TilePos::new(3, 0)]);
        assert_eq!(meaning.exits[0].spot.key.as_deref(), Some("value"));
    }
}
