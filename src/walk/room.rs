//! One map as the page of the walk needs it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    happening::{self, Happening},
    scene::{self, DrawnLayer, DrawnText, EmbeddedWebsite, TilesetPicture},
};
use crate::{
    finding::Severity,
    model::{AreaProperty, Map, MapTileset, Orientation, PixelRect, Property, Region, TileRect, Wam},
    report::Report,
    workadventure::{
        AreaPropertyFact, Entry, EntryKind, Holder, MOST_CELLS, PropertyFact, WalkGrid, Zone,
        arrivals_in_area,
    },
    world::{Way, World, title},
};

/// Why nobody can walk on a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// Anything but squares.
    #[error("WorkAdventure shows orthogonal maps only")]
    Orientation,
    /// A map without edges.
    #[error("WorkAdventure does not show infinite maps")]
    Infinite,
}

/// One map as the page needs it. Positions and sizes are in pixels, cells in tiles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Room {
    /// Name of the map's file.
    pub map: String,
    /// What people call it.
    pub title: String,
    /// Width and height, in tiles.
    pub size: (u32, u32),
    /// Size of a cell, in pixels.
    pub tile: (u32, u32),
    /// Where its room opens in WorkAdventure, where that is known.
    pub link: Option<String>,
    /// What its tiles are drawn from.
    pub tilesets: Vec<TilesetPicture>,
    /// Layers of tiles, bottom first.
    pub layers: Vec<DrawnLayer>,
    /// Texts on the ground.
    pub texts: Vec<DrawnText>,
    /// Pages on the map.
    pub websites: Vec<EmbeddedWebsite>,
    /// Which cells stop an avatar, row by row: how many are free, then how many block, and so on.
    pub walls: Vec<u32>,
    /// The same as the engine's path-finding sees it, which takes hidden layers for free.
    pub path_walls: Vec<u32>,
    /// Where something happens, in the order in which the engine merges them.
    pub zones: Vec<RoomZone>,
    /// Where visitors arrive: areas of the editor first, as the engine looks for them. Without a default one
    /// the engine has a place of its own.
    pub entries: Vec<RoomEntry>,
    /// Objects by name, with their middle: `moveTo` finds them.
    pub objects: BTreeMap<String, (f64, f64)>,
    /// What `check` says of it.
    pub findings: Vec<RoomFinding>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomZone {
    /// Its name: of the layer, the area, or the tile.
    pub name: String,
    /// `layer`, `tile`, `area`; of a `.wam` file `editor`, or `entity` for what is clicked and not entered.
    pub holder: &'static str,
    /// Cells that trigger it, as runs: row, first column, length. Empty for areas.
    pub cells: Vec<(i32, i32, i32)>,
    /// Where an area lies: left, top, width, height. Of an entity one tile from its corner.
    pub rectangle: Option<(f64, f64, f64, f64)>,
    /// Gid of a tile: the zone is merged with the layer in which it lies.
    pub gid: Option<u32>,
    /// Properties by name; the last where one is given twice.
    pub properties: BTreeMap<String, serde_json::Value>,
    /// What they lead to, by the name of the property.
    pub happenings: BTreeMap<String, Happening>,
}

/// A place where visitors arrive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomEntry {
    /// Its name in links.
    pub name: String,
    /// Whether visitors arrive here without a name.
    pub default: bool,
    /// Whether it is meant as an entry; any other layer can be named, too.
    pub declared: bool,
    /// Path of the layer that it is; `None` for an area.
    pub layer: Option<String>,
    /// Cells where they appear, as runs: row, first column, length. Those of a layer that is drawn and not meant as
    /// an entry are none here: whoever arrives there, which is rare, appears where it has tiles.
    pub cells: Vec<(i32, i32, i32)>,
}

/// A finding about the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomFinding {
    /// Name of the rule.
    pub rule: String,
    /// `error`, `warning` or `info`.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// File and line.
    pub at: String,
    /// Cells, where it lies on the map.
    pub area: Option<TileRect>,
}

impl Room {
    /// The room of one of a world's maps. `address` is the URL that it has once it is hosted, which names
    /// its meetings; `link` where it opens in WorkAdventure now; `wam` the editor's file beside it; `report`
    /// what `check` says.
    ///
    /// # Errors
    /// What WorkAdventure cannot show at all.
    pub fn of(
        world: &World,
        index: usize,
        wam: Option<&Wam>,
        address: Option<&str>,
        link: Option<&str>,
        report: Option<&Report>,
    ) -> Result<Self, RoomError> {
        let here = &world.maps()[index];
        let (map, meaning) = (here.map, here.meaning);
        if map.orientation != Orientation::Orthogonal {
            return Err(RoomError::Orientation);
        }
        if map.infinite {
            return Err(RoomError::Infinite);
        }
        let mut ways: BTreeMap<Site, Vec<&Way>> = BTreeMap::new();
        for way in world.ways_from(index) {
            ways.entry(Site::of(way)).or_default().push(way);
        }
        let surroundings = Surroundings { world, ways, map: here.name, tilesets: &map.tilesets, address };
        let mut zones: Vec<RoomZone> = meaning.zones.iter().map(|zone| surroundings.zone(zone)).collect();
        let layers = scene::layers(map, meaning);
        let drawn: BTreeSet<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
        let mut entries: Vec<RoomEntry> =
            meaning.entries.iter().map(|entry| entry_of(entry, &drawn)).collect();
        let (mut of_editor, mut room) = (Vec::new(), MOST_CELLS);
        for area in wam.into_iter().flat_map(|wam| &wam.areas) {
            if let Some(start) = area.property("start") {
                let cells = runs(&arrivals_in_area(map, area.rectangle, &mut room));
                let default = start.boolean("isDefault") == Some(true);
                let name = area.name.clone();
                of_editor.push(RoomEntry { name, default, declared: true, layer: None, cells });
            }
            for properties in occasions(&area.properties) {
                zones.push(surroundings.editor_zone("editor", &area.name, area.rectangle, &properties));
            }
        }
        let (width, height) = (f64::from(map.tile_size.width), f64::from(map.tile_size.height));
        for entity in wam.into_iter().flat_map(|wam| &wam.entities) {
            // How large it is, only its picture says, which lies on a server of WorkAdventure's.
            let rectangle = PixelRect { x: entity.position.x, y: entity.position.y, width, height };
            let properties: Vec<&AreaProperty> = entity.properties.iter().collect();
            zones.push(surroundings.editor_zone("entity", &entity.name, rectangle, &properties));
        }
        // The engine looks at the editor's areas first (workadventure-maps, section 3.1).
        if of_editor.iter().any(|entry| entry.default) {
            for entry in &mut entries {
                entry.default = false;
            }
        }
        entries.splice(0..0, of_editor);
        Ok(Self {
            map: here.name.to_owned(),
            title: title(map, here.name),
            size: (map.width, map.height),
            tile: (map.tile_size.width, map.tile_size.height),
            link: link.map(str::to_owned),
            tilesets: scene::tilesets(map),
            layers,
            texts: scene::texts(map),
            websites: scene::websites(map, &|text| happening::address(here.name, text)),
            walls: walls(&meaning.walk),
            path_walls: walls(&WalkGrid::of_paths(map)),
            zones,
            entries,
            objects: objects(map),
            findings: report.map(|report| findings(report, here.name)).unwrap_or_default(),
        })
    }
}

/// What the zones of a map need to know of it and of the others.
struct Surroundings<'a> {
    world: &'a World<'a>,
    /// The ways out of the map, by what they are found by.
    ways: BTreeMap<Site<'a>, Vec<&'a Way<'a>>>,
    map: &'a str,
    tilesets: &'a [MapTileset],
    address: Option<&'a str>,
}

/// What the way out of a zone is found by: where the property begins in its file, or the editor's area by name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site<'a> {
    Property(Option<u32>),
    Area(Option<&'a str>),
}

impl<'a> Site<'a> {
    fn of(way: &'a Way) -> Self {
        match way.exit {
            Some(_) => Self::Property(way.spot.span.map(|span| span.start)),
            None => Self::Area(way.place.object.as_deref()),
        }
    }
}

impl<'a> Surroundings<'a> {
    /// The first way out there that is as wanted.
    fn way(&self, site: &Site, is_wanted: impl Fn(&Way) -> bool) -> Option<&'a Way<'a>> {
        self.ways.get(site)?.iter().find(|way| is_wanted(way)).copied()
    }

    fn zone(&self, zone: &Zone) -> RoomZone {
        let (holder, name, gid) = match &zone.holder {
            Holder::Layer(path) => ("layer", path.clone(), None),
            Holder::Area(name) => ("area", name.clone(), None),
            Holder::Tile(tileset, id) => {
                let named = |set: &&MapTileset| set.tileset.as_ref().is_some_and(|set| set.name == *tileset);
                let gid = self.tilesets.iter().find(named).map(|set| set.first_gid.saturating_add(*id));
                ("tile", format!("tile {id} of {tileset}"), gid)
            }
        };
        let plain = |property: &Property| Some((property.name.clone(), happening::plain(&property.value)?));
        let happenings = zone.triggers.iter().filter_map(|property| {
            Some((property.name.clone(), self.happening(zone, property, property.value.text()?)?))
        });
        RoomZone {
            name,
            holder,
            gid,
            cells: if zone.rectangle.is_some() { Vec::new() } else { runs(&zone.cells) },
            rectangle: zone.rectangle.map(corners),
            properties: zone.triggers.iter().filter_map(plain).collect(),
            happenings: happenings.collect(),
        }
    }

    fn happening(&self, zone: &Zone, property: &Property, text: &str) -> Option<Happening> {
        let fact = PropertyFact::of(&property.name)?;
        match fact.name {
            "openWebsite" | "playAudio" | "playAudioLoop" => Some(happening::page(self.map, text)),
            "openTab" => Some(happening::tab(text)),
            "jitsiRoom" => {
                let find = |name: &str| zone.property(name);
                // On layers and areas it is enough that the property is there (section 1.3).
                let tile = matches!(zone.holder, Holder::Tile(..));
                let own = find("jitsiNoPrefix").is_some_and(|own| !tile || !own.value.is_falsy());
                let host = find("jitsiUrl").and_then(|host| host.value.text());
                Some(happening::jitsi(self.address, text, own, host))
            }
            "exitUrl" | "exitSceneUrl" => {
                let spot = zone.value_spot(property);
                let site = Site::Property(spot.span.map(|span| span.start));
                let way = self.way(&site, |way| way.spot == spot)?;
                Some(happening::exit(self.world, way))
            }
            _ => None,
        }
    }

    /// A zone of the editor's file, with the properties of Tiled's maps that do the same; what has none
    /// is said in words.
    fn editor_zone(
        &self,
        holder: &'static str,
        name: &str,
        rectangle: PixelRect,
        written: &[&AreaProperty],
    ) -> RoomZone {
        let mut properties = BTreeMap::new();
        let mut happenings = BTreeMap::new();
        let mut says = Vec::new();
        for property in written {
            let text = |key: &str| property.text(key).unwrap_or_default();
            let mut put = |name: &str, value: serde_json::Value, happening: Option<Happening>| {
                properties.insert(name.to_owned(), value);
                happenings.extend(happening.map(|happening| (name.to_owned(), happening)));
            };
            match property.kind.as_str() {
                "openWebsite" => {
                    let tab = property.boolean("newTab") == Some(true);
                    let link = text("link");
                    let name = if tab { "openTab" } else { "openWebsite" };
                    let happening = if tab { happening::tab(link) } else { happening::page(self.map, link) };
                    put(name, link.into(), Some(happening));
                    if let Some(message) = property.text("triggerMessage") {
                        put("openWebsiteTriggerMessage", message.into(), None);
                    }
                    if let Some(trigger) = property.text("trigger") {
                        put("openWebsiteTrigger", trigger.into(), None);
                    }
                }
                "playAudio" => {
                    put(
                        "playAudio",
                        text("audioLink").into(),
                        Some(happening::page(self.map, text("audioLink"))),
                    );
                }
                "jitsiRoomProperty" => {
                    let room = text("roomName");
                    let own = property.boolean("noPrefix") == Some(true);
                    let happening = happening::jitsi(self.address, room, own, property.text("jitsiUrl"));
                    put("jitsiRoom", room.into(), Some(happening));
                    if let Some(message) = property.text("triggerMessage") {
                        put("jitsiTriggerMessage", message.into(), None);
                    }
                    if let Some(trigger) = property.text("trigger") {
                        put("jitsiTrigger", trigger.into(), None);
                    }
                }
                "silent" => put("silent", true.into(), None),
                "focusable" => {
                    put("focusable", true.into(), None);
                    if let Some(margin) = property.fields.get("zoom_margin").and_then(happening::plain_json) {
                        put("zoomMargin", margin, None);
                    }
                }
                "exit" => {
                    let leads = match text("areaName") {
                        "" => text("url").to_owned(),
                        area => format!("{}#{area}", text("url")),
                    };
                    let way = self.way(&Site::Area(Some(name)), |way| way.text == leads);
                    let happening = way.map(|way| happening::exit(self.world, way));
                    put("exitUrl", text("url").into(), happening);
                }
                "start" => {}
                kind => {
                    let effect = AreaPropertyFact::of(kind).map_or(kind, |fact| fact.effect);
                    says.push(effect.to_owned());
                }
            }
        }
        if !says.is_empty() {
            properties.insert("says".to_owned(), says.join("; ").into());
        }
        let rectangle = Some(corners(rectangle));
        let name = name.to_owned();
        RoomZone { name, holder, gid: None, cells: Vec::new(), rectangle, properties, happenings }
    }
}

/// The properties of an area in lists in which none is twice: what it does twice, two websites say, takes a
/// zone for each. One list at least.
fn occasions(properties: &[AreaProperty]) -> Vec<Vec<&AreaProperty>> {
    let mut lists = vec![Vec::new()];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for property in properties {
        let occasion = seen.entry(&property.kind).or_default();
        if *occasion == lists.len() {
            lists.push(Vec::new());
        }
        lists[*occasion].push(property);
        *occasion += 1;
    }
    lists
}

fn corners(rectangle: PixelRect) -> (f64, f64, f64, f64) {
    (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
}

/// `drawn` are the paths of the layers that are drawn.
fn entry_of(entry: &Entry, drawn: &BTreeSet<&str>) -> RoomEntry {
    let Entry { kind, default, declared, .. } = *entry;
    let layer = (kind == EntryKind::Layer).then(|| entry.layer_path());
    let has_tiles = !declared && !default && layer.is_some_and(|path| drawn.contains(path));
    RoomEntry {
        name: entry.name.clone(),
        default,
        declared,
        layer: layer.map(str::to_owned),
        cells: if has_tiles { Vec::new() } else { runs(entry.cells()) },
    }
}

/// Cells as runs: row, first column, length; sorted.
fn runs(cells: &Region) -> Vec<(i32, i32, i32)> {
    let mut runs: Vec<(i32, i32, i32)> = Vec::new();
    for cell in cells {
        match runs.last_mut() {
            Some((row, first, length)) if *row == cell.y && *first + *length == cell.x => *length += 1,
            _ => runs.push((cell.y, cell.x, 1)),
        }
    }
    runs
}

/// A grid as numbers of cells that are free, block, are free, and so on.
fn walls(grid: &WalkGrid) -> Vec<u32> {
    let mut runs = vec![0];
    let mut blocked = false;
    for cell in grid.bounds().cells() {
        if grid.is_blocked(cell) != blocked {
            blocked = !blocked;
            runs.push(0);
        }
        if let Some(count) = runs.last_mut() {
            *count += 1;
        }
    }
    runs
}

fn objects(map: &Map) -> BTreeMap<String, (f64, f64)> {
    let mut middles = BTreeMap::new();
    for object in map.objects().filter(|object| !object.name.is_empty()) {
        let middle = object.position + object.size / 2.0;
        middles.entry(object.name.clone()).or_insert((middle.x, middle.y));
    }
    middles
}

fn findings(report: &Report, map: &str) -> Vec<RoomFinding> {
    let of_map = report.entries.iter().filter(|entry| entry.site.file == map);
    of_map
        .map(|entry| RoomFinding {
            rule: entry.rule.clone(),
            severity: entry.severity,
            message: entry.message.clone(),
            help: entry.help.clone(),
            at: match &entry.site.range {
                Some((start, _)) => format!("{}:{}:{}", entry.site.file, start.line, start.column),
                None => entry.site.file.clone(),
            },
            area: entry.place.area_tiles,
        })
        .collect()
}
