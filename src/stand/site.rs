//! The venue as ground for stands: where they may go, and what they may not cover.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    Mistake,
    cells::CellSet,
    spec::{Spec, SpecFiles, meant},
};
use crate::{
    model::{Map, Region, Shape, TilePos, TileRect},
    workadventure::{Holder, Meaning, Traffic, WalkGrid},
};

/// Free tiles between stands where neither spec nor map says otherwise.
const AISLE: u32 = 2;

/// A place for stands.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub(super) name: String,
    pub(super) tiles: TileRect,
    /// Of a polygon, those cells of `tiles` that are none of its own; `None` for a rectangle.
    pub(super) outside: Option<CellSet>,
    /// Free tiles kept between stands.
    pub(super) aisle: u32,
    /// How many stands may stand side by side, touching, before an aisle comes.
    pub(super) island: u32,
    /// Whether it is a slot: one exact place for one stand, at its top left.
    pub(super) slot: bool,
}

/// The venue, with everything that placing asks of it.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) areas: BTreeMap<String, Area>,
    pub(super) walk: WalkGrid,
    /// Cells that no stand may cover: walls, zones, entries, exits.
    pub(super) taken: CellSet,
    /// Cells over which tiles of the venue lie that would hide a stand.
    pub(super) roofs: CellSet,
    pub(super) traffic: Traffic,
    /// Cells of everything that a wish can name.
    pub(super) points: BTreeMap<String, Vec<TilePos>>,
    /// Where visitors arrive without a name in their link.
    pub(super) arrival: Region,
}

impl Ground {
    pub(super) fn new(
        map: &Map,
        meaning: &Meaning,
        spec: &Spec,
        files: &SpecFiles,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut areas = drawn_areas(map);
        for area in &spec.areas {
            let name = area.name.get_ref().clone();
            if !contains(map.bounds(), area.tiles) {
                let message = format!(
                    "the area \"{name}\" reaches beyond the map of {} x {} tiles",
                    map.width, map.height
                );
                mistakes.push(files.mistake(area.name.span(), message));
            }
            let aisle = area.aisle.unwrap_or(AISLE);
            let island = area.island.unwrap_or(1);
            let area =
                Area { name: name.clone(), tiles: area.tiles, outside: None, aisle, island, slot: false };
            areas.insert(name, area);
        }
        let blocked = map.bounds().cells().filter(|cell| meaning.walk.is_blocked(*cell));
        let zones = meaning.zones.iter().flat_map(|zone| zone.cells.iter());
        let taken: Region = blocked.chain(zones).chain(meaning.arrivals()).collect();
        let ground = Self {
            taken: CellSet::new(map.bounds(), |cell| taken.contains(cell)),
            roofs: roofs(map),
            traffic: Traffic::of(meaning),
            points: points(meaning),
            arrival: meaning.default_entry().map(|entry| entry.cells().clone()).unwrap_or_default(),
            walk: meaning.walk.clone(),
            areas,
        };
        ground.mistakes(spec, files, mistakes);
        ground
    }

    /// Names in the spec that the venue does not have.
    fn mistakes(&self, spec: &Spec, files: &SpecFiles, mistakes: &mut Vec<Mistake>) {
        let mut wrong = |at: Range<usize>, message: String| mistakes.push(files.mistake(at, message));
        if self.areas.is_empty() && !spec.areas_lost {
            let message = "nothing says where stands may go: draw an object of class stand-area into the venue, \
                           or add [[areas]] to the spec";
            wrong(spec.ground(), message.to_owned());
        }
        if self.arrival.is_empty() {
            wrong(spec.ground(), "the venue has no entry: nobody could walk to a stand".to_owned());
        }
        for (tier, one) in &spec.tiers {
            for area in &one.areas {
                if !self.areas.contains_key(area.get_ref()) && !spec.areas_lost {
                    let hint = meant(area.get_ref(), self.areas.keys());
                    wrong(
                        area.span(),
                        format!("tier \"{tier}\": there is no area \"{}\"{hint}", area.get_ref()),
                    );
                }
            }
        }
        let sponsors: BTreeSet<&str> =
            spec.sponsors.iter().map(|other| other.name.get_ref().as_str()).collect();
        for sponsor in &spec.sponsors {
            let name = sponsor.name.get_ref();
            if let Some(slot) = sponsor
                .slot
                .as_ref()
                .filter(|slot| !self.areas.get(slot.get_ref().as_str()).is_some_and(|area| area.slot))
            {
                let slots = self.areas.values().filter(|area| area.slot).map(|area| &area.name);
                let hint = meant(slot.get_ref(), slots);
                wrong(slot.span(), format!("{name}: there is no slot \"{}\"{hint}", slot.get_ref()));
            }
            for near in &sponsor.near {
                let known =
                    self.points.contains_key(near.get_ref()) || sponsors.contains(near.get_ref().as_str());
                if !known {
                    let hint = meant(near.get_ref(), self.points.keys());
                    wrong(
                        near.span(),
                        format!("{name}: there is nothing called \"{}\" to be near{hint}", near.get_ref()),
                    );
                }
            }
        }
    }
}

/// Cells of the layers above the avatars. What only tints them hides nothing.
fn roofs(map: &Map) -> CellSet {
    let floor = map.layers.iter().position(|layer| layer.name == "floorLayer" && layer.objects().is_some());
    let above = map.layers.get(floor.map_or(map.layers.len(), |floor| floor + 1)..).unwrap_or_default();
    let above = Map { layers: above.to_vec(), tilesets: Vec::new(), ..map.clone() };
    let layers = above.flat_layers().into_iter().map(|(_, layer)| layer);
    let shown = layers.filter(|layer| layer.visible && layer.opacity >= 0.5);
    let cells: BTreeSet<TilePos> = shown
        .filter_map(crate::model::Layer::tiles)
        .flat_map(|tiles| tiles.filled().map(|(cell, _)| cell).collect::<Vec<_>>())
        .collect();
    CellSet::new(map.bounds(), |cell| cells.contains(&cell))
}

fn contains(outer: TileRect, inner: TileRect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.right() <= outer.right()
        && inner.bottom() <= outer.bottom()
}

/// Where stands may go by what is drawn in a map: names and cells of its objects of class `stand-area` and
/// `stand-slot`, by name.
pub fn stand_areas(map: &Map) -> Vec<(String, Vec<TilePos>)> {
    let cells = |area: &Area| {
        let inside = |cell: &TilePos| {
            !area.outside.as_ref().is_some_and(|outside| outside.any(TileRect::new(cell.x, cell.y, 1, 1)))
        };
        area.tiles.clipped(map.bounds()).cells().filter(inside).collect()
    };
    drawn_areas(map).into_values().map(|area| (area.name.clone(), cells(&area))).collect()
}

/// Objects of class `stand-area` and `stand-slot`. A property `aisle` says how many tiles stay free, one called
/// `island` how many stands may touch.
fn drawn_areas(map: &Map) -> BTreeMap<String, Area> {
    let mut areas = BTreeMap::new();
    for (_, layer) in map.flat_layers() {
        for object in layer.objects().into_iter().flat_map(|objects| &objects.objects) {
            let slot = object.class == "stand-slot";
            if !slot && object.class != "stand-area" {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
            let number = |name: &str, least: f64| {
                let number = object.properties.get(name).and_then(|property| property.value.number());
                number.map(|number| number.clamp(least, 100.0) as u32)
            };
            let mut tiles = object.rectangle().tiles(map.tile_size);
            let mut outside = None;
            if let Shape::Polygon(corners) = &object.shape {
                let inside = polygon_cells(map, object.position, corners);
                tiles = TileRect::around(inside.iter().copied()).unwrap_or(tiles);
                outside = Some(CellSet::new(tiles, |cell| !inside.contains(&cell)));
            }
            let area = Area {
                name: object.name.clone(),
                tiles,
                outside,
                aisle: number("aisle", 0.0).unwrap_or(AISLE),
                island: number("island", 1.0).unwrap_or(1),
                slot,
            };
            areas.entry(object.name.clone()).or_insert(area);
        }
    }
    areas
}

/// Cells whose middle lies in a polygon, by the even-odd rule.
fn polygon_cells(map: &Map, position: glam::DVec2, corners: &[glam::DVec2]) -> BTreeSet<TilePos> {
    let half = glam::DVec2::new(f64::from(map.tile_size.width), f64::from(map.tile_size.height)) / 2.0;
    let inside = |cell: &TilePos| {
        let point = cell.top_left_px(map.tile_size) + half - position;
        let mut odd = false;
        for (index, a) in corners.iter().enumerate() {
            let b = corners[(index + 1) % corners.len()];
            if (a.y > point.y) != (b.y > point.y)
                && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
            {
                odd = !odd;
            }
        }
        odd
    };
    map.bounds().cells().filter(inside).collect()
}

/// What wishes can name: entries, zones and exits, by the name of their layer or area.
fn points(meaning: &Meaning) -> BTreeMap<String, Vec<TilePos>> {
    let mut points: BTreeMap<String, Vec<TilePos>> = BTreeMap::new();
    for entry in meaning.entries.iter().filter(|entry| entry.declared || entry.default) {
        points.entry(entry.name.clone()).or_default().extend(entry.cells());
    }
    for zone in &meaning.zones {
        let name = match &zone.holder {
            Holder::Layer(path) => path.rsplit('/').next().unwrap_or(path),
            Holder::Area(name) => name,
            Holder::Tile(..) => continue,
        };
        points.entry(name.to_owned()).or_default().extend(&zone.cells);
    }
    points.retain(|name, cells| !name.is_empty() && !cells.is_empty());
    points
}
