//! A map as the engine understands it, computed once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::OnceLock,
};

use super::{
    WalkGrid,
    link::encoded_fragment,
    property::{HolderKind, PropertyFact},
};
use crate::{
    finding::{Place, Spot},
    model::{
        Gid, Layer, Map, Object, PixelRect, Properties, Property, Region, Shape, TileLayer, TilePos, Value,
    },
    source::file_name,
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
    /// Where visitors can arrive: the default entry first, then areas, then layers. Once somebody asked for one by
    /// name they are found by where they stand here.
    pub entries: Vec<Entry>,
    /// What leads out.
    pub exits: Vec<Exit>,
    called: Called,
}

/// Numbers of entries by the last part of what they are called, once somebody asked: a thousand exits may name as
/// many entries.
#[derive(Debug, Clone, Default)]
struct Called(OnceLock<HashMap<String, Vec<usize>>>);

impl Meaning {
    /// Reads a map as the engine would.
    pub fn of(map: &Map) -> Self {
        let layers = &*map.flat_layers();
        let areas = areas(layers);
        let mut zones = area_zones(map, &areas);
        zones.extend(layer_zones(map, layers));
        zones.extend(tile_zones(map, layers));
        let exits = zones.iter().flat_map(exits_of).collect();
        let entries = entries(map, layers, &areas);
        let (walk, layers, called) = (WalkGrid::of(map), flat_layers(layers), Called::default());
        Self { layers, walk, zones, entries, exits, called }
    }

    /// The entry where visitors arrive without a name in their link, by the algorithm of
    /// workadventure-maps, section 3.1; `None` where the engine falls back to a fixed pixel.
    pub fn default_entry(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.default)
    }

    /// The entry that a link to `#name` leads to, by the algorithm of workadventure-maps, section 3.1;
    /// `None` where visitors who follow it arrive as if it had no name. `name` is as links are written:
    /// the engine compares it percent-encoded, so that one with spaces or accents leads nowhere.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entry_index(name).map(|index| &self.entries[index])
    }

    /// The index of that entry.
    pub fn entry_index(&self, name: &str) -> Option<usize> {
        let name = &*encoded_fragment(name);
        let called = |kind| self.called(name).filter(move |(_, entry)| entry.kind == kind);
        let area = called(EntryKind::Area).next();
        let found = area.or_else(|| called(EntryKind::Layer).find(|(_, entry)| !entry.cells().is_empty()));
        found.map(|(index, _)| index)
    }

    /// Entries of which `name` is one of the names, links aside, with their indexes and in their order.
    pub fn called(&self, name: &str) -> impl Iterator<Item = (usize, &Entry)> {
        let numbers = self.called.0.get_or_init(|| {
            let mut numbers: HashMap<String, Vec<usize>> = HashMap::new();
            for (number, entry) in self.entries.iter().enumerate() {
                numbers.entry(file_name(entry.whole_name()).to_owned()).or_default().push(number);
            }
            numbers
        });
        let alike = numbers.get(file_name(name)).map_or(&[][..], Vec::as_slice);
        let alike = alike.iter().map(|number| (*number, &self.entries[*number]));
        alike.filter(move |(_, entry)| entry.is_called(name))
    }

    /// Cells where visitors can appear: those of all entries that are meant as such.
    pub fn arrivals(&self) -> impl Iterator<Item = TilePos> + Clone + '_ {
        self.entries
            .iter()
            .filter(|entry| entry.declared || entry.default)
            .flat_map(|entry| entry.cells().iter())
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
    pub cells: Region,
    /// The rectangle of an area, in pixels.
    pub rectangle: Option<PixelRect>,
    /// Properties that make something happen and their companions, in the order of the file.
    pub triggers: Vec<Property>,
    /// The layer, object or tile in the text.
    pub spot: Spot,
    /// Where it lies.
    pub place: Place,
}

/// What a zone is to visitors: the first of these that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ZoneKind {
    /// A meeting, or a stage with its audience.
    Meeting,
    /// A website, beside the map or in a tab.
    Website,
    /// A sound.
    Sound,
    /// Silence.
    Silent,
    /// A way to another map.
    Exit,
    /// Anything else.
    Other,
}

impl Zone {
    /// What it is to visitors.
    pub fn kind(&self) -> ZoneKind {
        let has = |names: &[&str]| {
            self.triggers
                .iter()
                .any(|property| names.contains(&property.name.as_str()) && !property.value.is_falsy())
        };
        if has(&["jitsiRoom", "bbbMeeting", "speakerMegaphone", "listenerMegaphone"]) {
            ZoneKind::Meeting
        } else if has(&["openWebsite", "openTab"]) {
            ZoneKind::Website
        } else if has(&["playAudio"]) {
            ZoneKind::Sound
        } else if has(&["silent"]) {
            ZoneKind::Silent
        } else if has(&["exitUrl", "exitSceneUrl"]) {
            ZoneKind::Exit
        } else {
            ZoneKind::Other
        }
    }

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
    /// Whether visitors appear outside of the map: nothing keeps an area, and who arrives in it, inside.
    pub outside: bool,
    /// The layer or object in the text.
    pub spot: Spot,
    /// Where it lies, but for the cells of a layer.
    holder: Place,
    cells: OnceLock<Region>,
    /// The layer that it is. If not all is told already, its cells are those of this one, gathered when somebody asks
    /// for them: visitors can arrive on any layer, and do so on few.
    tiles: Option<TileLayer>,
}

impl Entry {
    /// Cells where visitors may appear.
    pub fn cells(&self) -> &Region {
        self.cells.get_or_init(|| self.tiles.as_ref().map(TileLayer::region).unwrap_or_default())
    }

    /// Where it lies.
    pub fn place(&self) -> Place {
        let mut place = self.holder.clone();
        if self.tiles.is_some() {
            place.area_tiles = self.cells().around();
        }
        place
    }

    /// Path of the layer that it is, or that holds it.
    pub fn layer_path(&self) -> &str {
        self.holder.layer.as_deref().unwrap_or(&self.name)
    }

    /// Whether `name` is one of its names, links aside: an area has one; a layer is found by its whole
    /// path and by every end of it.
    pub fn is_called(&self, name: &str) -> bool {
        let path = self.whole_name();
        let in_group = || path.strip_suffix(name).is_some_and(|group| group.ends_with('/'));
        path == name || self.kind == EntryKind::Layer && in_group()
    }

    /// The name of an area, or the path of a layer.
    fn whole_name(&self) -> &str {
        match self.kind {
            EntryKind::Area => &self.name,
            EntryKind::Layer => self.layer_path(),
        }
    }
}

/// A place that leads to another map.
#[derive(Debug, Clone)]
pub struct Exit {
    /// What carries it.
    pub holder: Holder,
    /// The property: `exitUrl` or `exitSceneUrl`, with its value.
    pub property: Property,
    /// Cells that trigger it.
    pub cells: Region,
    /// The rectangle of an area, in pixels.
    pub rectangle: Option<PixelRect>,
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

/// Layers with their paths, as [`Map::flat_layers`] has them.
type Layers<'a> = [(String, &'a Layer)];

fn flat_layers(layers: &Layers) -> Vec<FlatLayer> {
    let mut above = false;
    let layers = layers.iter().map(|(path, layer)| {
        // Within a group it is an object layer like any other, which its longer path shows.
        above |= is_floor_layer(layer) && *path == layer.name;
        FlatLayer {
            path: path.clone(),
            id: layer.id,
            is_tiles: layer.tiles().is_some(),
            above_avatars: above,
        }
    });
    layers.collect()
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
fn areas<'a>(layers: &'a Layers<'a>) -> Vec<(&'a str, u32, &'a Object)> {
    layers
        .iter()
        .filter_map(|(path, layer)| Some((path.as_str(), layer.id, layer.objects()?)))
        .flat_map(|(path, id, objects)| {
            let areas = objects.objects.iter().filter(|object| is_area(object));
            areas.map(move |object| (path, id, object))
        })
        .collect()
}

/// Rectangle that the engine gives an area: an ellipse its bounds; polygons, lines and points have no
/// size there, and nobody ever enters what has none.
fn area_rectangle(object: &Object) -> Option<PixelRect> {
    let rectangle = object.rectangle();
    let shaped = !matches!(object.shape, Shape::Polygon(_) | Shape::Polyline(_) | Shape::Point);
    (shaped && rectangle.width > 0.0 && rectangle.height > 0.0).then_some(rectangle)
}

/// Cells from which an avatar is in an area of the editor's file (workadventure-maps, section 1.1).
/// `room` is for all areas that are asked for together; it begins as [`MOST_CELLS`].
pub(crate) fn cells_of_area(map: &Map, rectangle: PixelRect, room: &mut usize) -> Region {
    feet_cells(map, rectangle, room)
}

/// Cells in which an avatar can stand, its middle anywhere in the cell, so that its feet are in the
/// rectangle: an area of one tile is entered from its own cell and from the one above. Whether
/// something blocks the cell is not asked.
fn feet_cells(map: &Map, rectangle: PixelRect, room: &mut usize) -> Region {
    cells_of(map, lifted(rectangle), room)
}

/// Where the middle of an avatar is whose feet are in the rectangle: 16 pixels above, whatever the size
/// of the tiles.
fn lifted(rectangle: PixelRect) -> PixelRect {
    PixelRect { y: rectangle.y - 16.0, ..rectangle }
}

/// Whether an area lies beyond the edges of the map, where no avatar comes.
pub(crate) fn is_outside(map: &Map, rectangle: PixelRect) -> bool {
    !touches(map, lifted(rectangle))
}

/// Whether visitors who arrive in an area appear beyond the edges of the map.
pub(crate) fn arrives_outside(map: &Map, rectangle: PixelRect) -> bool {
    !touches(map, inset(rectangle))
}

/// Whether a rectangle touches any cell of the map.
fn touches(map: &Map, rectangle: PixelRect) -> bool {
    rectangle.tiles(map.tile_size).intersects(map.bounds())
}

/// The map's cells that a rectangle touches; none where there is no more `room` for as many.
fn cells_of(map: &Map, rectangle: PixelRect, room: &mut usize) -> Region {
    let inside = rectangle.tiles(map.tile_size).clipped(map.bounds());
    let count = (inside.width as usize).saturating_mul(inside.height as usize);
    let Some(rest) = room.checked_sub(count) else { return Region::default() };
    *room = rest;
    inside.cells().collect()
}

/// Most cells that are listed for the areas of a map, so that a small file cannot ask for all memory.
/// Real maps have some thousands.
pub(crate) const MOST_CELLS: usize = 1 << 23;

/// Properties that the engine reads on this holder and that make something happen in a place, and
/// their companions; of those given twice the last. Values that areas cannot have (classes, lists) do
/// not reach the engine.
fn triggers(properties: &Properties, holder: HolderKind) -> Vec<Property> {
    let area = holder == HolderKind::Area;
    let mut names = BTreeSet::new();
    let mut triggers: Vec<Property> = properties
        .iter()
        .rev()
        .filter(|property| {
            PropertyFact::of(&property.name).is_some_and(|fact| fact.acts_in_zones() && fact.works_on(holder))
        })
        .filter(|property| !(area && matches!(property.value, Value::Class(_) | Value::List(_))))
        .filter(|property| names.insert(property.name.as_str()))
        .cloned()
        .collect();
    // Mostly there is one, or two, and room for four.
    triggers.shrink_to_fit();
    triggers.reverse();
    triggers
}

fn area_zones(map: &Map, areas: &[(&str, u32, &Object)]) -> Vec<Zone> {
    let mut room = MOST_CELLS;
    areas
        .iter()
        .filter_map(|(path, id, object)| {
            let triggers = triggers(&object.properties, HolderKind::Area);
            if triggers.is_empty() {
                return None;
            }
            let rectangle = area_rectangle(object);
            Some(Zone {
                holder: Holder::Area(object.name.clone()),
                cells: rectangle.map(|rectangle| feet_cells(map, rectangle, &mut room)).unwrap_or_default(),
                rectangle,
                triggers,
                spot: Spot::new(&*map.file, object.span),
                place: area_place(map, path, *id, object),
            })
        })
        .collect()
}

pub(crate) fn area_place(map: &Map, path: &str, id: u32, object: &Object) -> Place {
    Place::layer(path, id).object(&object.name, object.id).area(object.rectangle().tiles(map.tile_size))
}

fn layer_zones(map: &Map, layers: &Layers) -> Vec<Zone> {
    layers
        .iter()
        .filter_map(|(path, layer)| {
            let tiles = layer.tiles()?;
            let triggers = triggers(&layer.properties, HolderKind::TileLayer);
            if triggers.is_empty() {
                return None;
            }
            let cells = tiles.region();
            let mut place = Place::layer(path, layer.id);
            place.area_tiles = cells.around();
            Some(Zone {
                holder: Holder::Layer(path.clone()),
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
fn tile_zones(map: &Map, layers: &Layers) -> Vec<Zone> {
    let mut acting: BTreeMap<u32, (usize, usize, Vec<Property>)> = BTreeMap::new();
    for (set_index, set) in map.tilesets.iter().enumerate() {
        let Some(tileset) = &set.tileset else { continue };
        for (tile_index, tile) in tileset.tiles.iter().enumerate() {
            let triggers: Vec<Property> = triggers(&tile.properties, HolderKind::Tile)
                .into_iter()
                .filter(|trigger| !trigger.value.is_falsy())
                .collect();
            // A gid beyond the tileset's last is one of the next tileset.
            let gid = Gid(set.first_gid.saturating_add(tile.id));
            let own = map.tileset_of(gid).is_some_and(|(owner, _)| owner.first_gid == set.first_gid);
            if own && !triggers.is_empty() {
                acting.insert(set.first_gid.saturating_add(tile.id), (set_index, tile_index, triggers));
            }
        }
    }
    if acting.is_empty() {
        return Vec::new();
    }
    let mut cells: BTreeMap<u32, Vec<TilePos>> = BTreeMap::new();
    for (_, layer) in layers {
        for (cell, gid) in layer.tiles().into_iter().flat_map(TileLayer::filled) {
            if acting.contains_key(&gid.0) {
                cells.entry(gid.0).or_default().push(cell);
            }
        }
    }
    acting
        .into_iter()
        .filter_map(|(gid, (set, tile, triggers))| {
            let cells: Region = cells.remove(&gid)?.into_iter().collect();
            let tileset = map.tilesets[set].tileset.as_ref()?;
            let tile = &tileset.tiles[tile];
            let mut place = Place::tileset(&tileset.name).tile(tile.id);
            place.area_tiles = cells.around();
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
            rectangle: zone.rectangle,
            spot: zone.value_spot(property),
            place: zone.place.clone(),
        })
        .collect()
}

/// Entries in the order in which the engine would look for the default one.
fn entries(map: &Map, layers: &Layers, areas: &[(&str, u32, &Object)]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut names, mut room) = (BTreeSet::new(), MOST_CELLS);
    for (path, id, object) in areas {
        // The engine gives a second area of the same name another one, which no link knows.
        if !object.name.is_empty() && !names.insert(object.name.as_str()) {
            continue;
        }
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
            cells: inset_cells(map, rectangle, &mut room).into(),
            tiles: None,
            outside: arrives_outside(map, rectangle),
            spot: Spot::new(&*map.file, object.span),
            holder: area_place(map, path, *id, object),
        });
    }
    for (path, layer) in layers {
        let Some(tiles) = layer.tiles() else { continue };
        let named_start = path == "start" || path.ends_with("/start");
        let flagged = is_flagged_start(layer);
        if !named_start && !flagged && tiles.is_blank() {
            continue;
        }
        entries.push(Entry {
            name: layer.name.clone(),
            kind: EntryKind::Layer,
            default: false,
            declared: named_start || flagged,
            cells: OnceLock::new(),
            tiles: Some(tiles.clone()),
            outside: false,
            spot: Spot::new(&*map.file, layer.span),
            holder: Place::layer(path, layer.id),
        });
    }
    if let Some(index) = default_index(layers, &entries) {
        let mut default = entries.remove(index);
        default.default = true;
        if default.kind == EntryKind::Layer
            && default.layer_path() == "start"
            && let Some(cells) = start_tiles(map, layers)
        {
            default.cells = cells.into();
        }
        entries.insert(0, default);
    }
    entries
}

/// Which entry takes visitors without a name: an area named `start`; else the first tile layer named
/// so; else the first tile layer flagged as start. There is no further fallback where that layer is
/// empty (workadventure-maps, section 3.1, steps 7 to 9).
fn default_index(layers: &Layers, entries: &[Entry]) -> Option<usize> {
    let area = entries.iter().position(|entry| entry.kind == EntryKind::Area && entry.name == "start");
    if area.is_some() {
        return area;
    }
    let named = layers
        .iter()
        .find(|(path, layer)| layer.tiles().is_some() && (path == "start" || path.ends_with("/start")));
    let flagged = || layers.iter().find(|(_, layer)| layer.tiles().is_some() && is_flagged_start(layer));
    let (path, layer) = named.or_else(flagged)?;
    let index = entries.iter().position(|entry| {
        entry.kind == EntryKind::Layer
            && entry.layer_path() == path
            && entry.holder.layer_id == Some(layer.id)
    })?;
    (!entries[index].cells().is_empty()).then_some(index)
}

/// Where tiles of the layer `start` have the property `start` with the text `start`, visitors arrive on
/// those only (workadventure-maps, section 3.1, step 8).
fn start_tiles(map: &Map, layers: &Layers) -> Option<Region> {
    let is_start = |gid: Gid| {
        // With flags the engine does not find the properties of a tile.
        let (set, id) = map.tileset_of(gid).filter(|_| gid.flags() == 0)?;
        set.tileset.as_ref()?.tile(id)?.properties.text("start").filter(|name| *name == "start")
    };
    let tiles = layers.iter().filter(|(path, _)| path == "start").find_map(|(_, layer)| layer.tiles())?;
    let mut starts = tiles.distinct();
    starts.retain(|gid| is_start(*gid).is_some());
    let named = || tiles.filled().filter(|(_, gid)| starts.binary_search(gid).is_ok()).map(|(cell, _)| cell);
    (!starts.is_empty()).then(|| named().collect())
}

/// Whether a layer has `start` or `startLayer`, in any letter case, as JavaScript's `== true` sees it:
/// true, 1 and "1", but not "true".
pub(crate) fn is_flagged_start(layer: &Layer) -> bool {
    layer.properties.iter().any(|property| {
        let name = property.name.to_lowercase();
        let holds = match &property.value {
            Value::Bool(value) => *value,
            Value::String(text) => text.trim().parse() == Ok(1.0),
            value => value.number() == Some(1.0),
        };
        matches!(name.as_str(), "start" | "startlayer") && holds
    })
}

/// Cells where visitors appear who arrive in an area of the editor's file; `room` as in
/// [`cells_of_area`].
pub(crate) fn arrivals_in_area(map: &Map, rectangle: PixelRect, room: &mut usize) -> Region {
    inset_cells(map, rectangle, room)
}

/// Cells where visitors appear who arrive in an area: 16 pixels off its edges, or in its middle.
fn inset_cells(map: &Map, rectangle: PixelRect, room: &mut usize) -> Region {
    cells_of(map, inset(rectangle), room)
}

/// Where visitors appear in an area, to the pixel.
fn inset(rectangle: PixelRect) -> PixelRect {
    let axis = |from: f64, size: f64| {
        if size > 32.0 { (from + 16.0, size - 32.0) } else { (from + size / 2.0, 0.0) }
    };
    let (x, width) = axis(rectangle.x, rectangle.width);
    let (y, height) = axis(rectangle.y, rectangle.height);
    PixelRect { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::load_map, model::TileRect, source::Sources};

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
        assert_eq!(meaning.zones[0].cells, Region::from_iter([TilePos::new(1, 0), TilePos::new(1, 1)]));
    }

    #[test]
    fn flipped_tiles_carry_no_zone() {
        let data = [3, 0x8000_0003, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let meaning = meaning(&tiles("meet", data, ""));
        assert_eq!(meaning.zones.len(), 1);
        assert_eq!(meaning.zones[0].cells, Region::from_iter([TilePos::new(0, 0)]));
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
        assert_eq!(meaning.exits[0].cells, Region::from_iter([TilePos::new(3, 0)]));
        assert_eq!(meaning.exits[0].spot.key.as_deref(), Some("value"));
    }

    use crate::workadventure::testing;

    const ONE: [u32; 12] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

    fn meaning_of(layers: Vec<Layer>) -> Meaning {
        let mut map = testing::map();
        map.layers = layers;
        Meaning::of(&map)
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn links_lead_to_areas_with_start_then_to_layers() {
        let rectangle = [0.0, 0.0, 64.0, 64.0];
        let meaning = meaning_of(vec![
            testing::tiles("empty", [0; 12]),
            testing::group("hall", vec![testing::tiles("door", ONE), testing::tiles("stage", ONE)]),
            testing::tiles("the door", ONE),
            testing::objects(
                "floorLayer",
                vec![
                    testing::with(testing::area("stage", rectangle), "start", Value::Bool(true)),
                    testing::area("desk", rectangle),
                    testing::with(testing::area("desk", rectangle), "start", Value::Bool(true)),
                ],
            ),
        ]);
        let kind = |name: &str| meaning.entry(name).map(|entry| entry.kind);
        assert_eq!(kind("stage"), Some(EntryKind::Area), "areas come before layers");
        assert_eq!(kind("hall/stage"), Some(EntryKind::Layer));
        assert_eq!(kind("door"), Some(EntryKind::Layer), "without a property, and without its group");
        assert_eq!(kind("oor"), None);
        assert_eq!(kind("empty"), None);
        assert_eq!(kind("the door"), None, "links carry no spaces");
        let called = |name: &str| meaning.called(name).map(|(_, entry)| entry.kind).collect::<Vec<_>>();
        assert_eq!(called("stage"), [EntryKind::Area, EntryKind::Layer]);
        assert_eq!(called("the door"), [EntryKind::Layer], "links aside");
        assert!(called("ll/stage").is_empty() && called("").is_empty());
        assert_eq!(kind("desk"), None, "the second of a name is renamed by the engine");
        assert!(meaning.default_entry().is_none());
        assert_eq!(meaning.arrivals().count(), 4, "the middle of a visitor is 16 pixels off the edges");
    }

    #[test]
    fn tiles_of_the_start_layer_can_narrow_it() {
        let mut map = testing::map();
        testing::set_tile(&mut map, 2, "start", text("start"));
        map.layers.push(testing::tiles("start", [1, 3, 0x8000_0003, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        let entry = Meaning::of(&map).default_entry().cloned().unwrap();
        assert_eq!(*entry.cells(), Region::from_iter([TilePos::new(1, 0)]));
        assert_eq!(entry.place().area_tiles, Some(TileRect::new(1, 0, 1, 1)));
    }

    #[test]
    fn flags_count_as_the_engine_compares_them() {
        for (name, value, flagged) in [
            ("start", Value::Bool(true), true),
            ("STARTlayer", Value::Bool(true), true),
            ("start", Value::Int(1), true),
            ("start", text("1"), true),
            ("start", text("true"), false),
            ("start", Value::Bool(false), false),
            ("begin", Value::Bool(true), false),
        ] {
            let mut layer = testing::tiles("side", ONE);
            layer.properties.set(name, value.clone());
            assert_eq!(meaning_of(vec![layer]).default_entry().is_some(), flagged, "{name} = {value:?}");
        }
    }

    #[test]
    fn zones_hold_what_works_where_they_are() {
        let mut map = testing::map();
        testing::set_tile(&mut map, 2, "openWebsite", text("https://a.example"));
        testing::set_tile(&mut map, 3, "silent", Value::Bool(false));
        let mut layer = testing::zone("meet", [3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "jitsiRoom", "m");
        layer.properties.set("focusable", Value::Bool(true));
        layer.properties.set("color", text("red"));
        map.layers.push(layer);
        let turned_off = testing::with(testing::area("quiet", [0.0; 4]), "silent", Value::Bool(false));
        let class = testing::with(turned_off, "jitsiConfig", Value::Class(crate::model::Json::Null));
        map.layers.push(testing::objects("o", vec![class]));
        let meaning = Meaning::of(&map);
        let shown: Vec<(Holder, Vec<&str>)> = meaning
            .zones
            .iter()
            .map(|zone| (zone.holder.clone(), zone.triggers.iter().map(|p| &*p.name).collect()))
            .collect();
        // No zone for pages on tiles, nor for tiles whose values are off; areas keep such values.
        assert_eq!(
            shown,
            [
                (Holder::Area("quiet".to_owned()), vec!["silent"]),
                (Holder::Layer("meet".to_owned()), vec!["jitsiRoom"]),
            ]
        );
    }

    #[test]
    fn areas_are_rectangles_only() {
        let silent = |mut object: Object, shape: Shape| {
            object.shape = shape;
            testing::with(object, "silent", Value::Bool(true))
        };
        let area = || testing::area("a", [0.0, 16.0, 32.0, 16.0]);
        let meaning = meaning_of(vec![testing::objects(
            "areas",
            vec![
                silent(area(), Shape::Ellipse),
                silent(area(), Shape::Point),
                silent(area(), Shape::Polygon(Vec::new())),
                silent(testing::area("far", [-1e12, -1e12, 9e12, 9e12]), Shape::Rectangle),
            ],
        )]);
        let counts: Vec<usize> = meaning.zones.iter().map(|zone| zone.cells.len()).collect();
        assert_eq!(counts, [1, 0, 0, 12]);
        assert_eq!(meaning.zones[0].place.object.as_deref(), Some("a"));
    }

    #[test]
    fn layers_above_the_first_floor_layer_are_above_avatars() {
        let meaning = meaning_of(vec![
            testing::tiles("floor", ONE),
            testing::group("g", vec![testing::objects("floorLayer", Vec::new()), testing::tiles("a", ONE)]),
            testing::tiles("floorLayer", ONE),
            testing::objects("floorLayer", Vec::new()),
            testing::group("roofs", vec![testing::tiles("roof", ONE)]),
        ]);
        let above: Vec<&str> =
            meaning.layers.iter().filter(|l| l.above_avatars && l.is_tiles).map(|l| &*l.path).collect();
        assert_eq!(above, ["roofs/roof"]);
    }

    #[test]
    fn small_files_ask_for_little_memory() {
        let mut map = testing::map();
        (map.width, map.height) = (1_000_000_000, 1_000_000_000);
        let area = testing::area("a", [0.0, 0.0, 1e12, 1e12]);
        let area =
            testing::with(testing::with(area, "silent", Value::Bool(true)), "start", Value::Bool(true));
        map.layers.push(testing::objects("areas", vec![area; 100]));
        let meaning = Meaning::of(&map);
        assert_eq!(meaning.zones.iter().map(|zone| zone.cells.len()).sum::<usize>(), 0);
    }
}
