//! Stamps templates into a copy of the venue.
//!
//! Stands live in layers of their own: one tile layer for each layer name of the templates, below or
//! above the venue's `floorLayer` as it is in the template, one for logos and names, and one object
//! layer. So a venue that the designer goes on editing keeps every edit, and stands are replaced whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    StandError, lettering,
    lock::{Lock, Numbers},
    logo::Logo,
    place::Placement,
    sheet::{Sheet, Sign},
    signpost::Signpost,
    spec::{Meeting, Spec, SpecFiles, Sponsor},
    template::{Template, Templates, built_in_pictures},
};
use crate::{
    model::{
        Cells, Encoding, Gid, Layer, LayerKind, Map, Object, ObjectLayer, Properties, TileData, TileLayer,
        TilePos, TileRect, Tileset, Value,
    },
    picture,
    project::STANDS_IN_FOR,
    source::{file_stem, is_url, parent, relative, resolve},
    workadventure::{PropertyFact, Reference, ValueKind},
};

/// A stamped venue.
pub(super) struct Stamped {
    pub(super) map: Map,
    pub(super) pictures: Vec<(String, Vec<u8>)>,
    /// Numbers of the objects and of the sign's tiles of each placement.
    pub(super) numbers: Vec<[Numbers; 2]>,
}

/// What is stamped, and where.
pub(super) struct Plan<'a> {
    pub(super) spec: &'a Spec,
    /// Files of the spec, whose addresses are relative to them.
    pub(super) files: &'a SpecFiles,
    pub(super) templates: &'a Templates,
    /// By the sponsor's place in the spec.
    pub(super) logos: &'a BTreeMap<usize, Logo>,
    pub(super) placements: &'a [Placement],
    /// Numbers given in an earlier run.
    pub(super) lock: &'a Lock,
}

pub(super) fn stamp(
    venue: &Map,
    output: &str,
    plan: &Plan<'_>,
    notes: &mut Vec<String>,
) -> Result<Stamped, StandError> {
    let Plan { spec, files, templates, logos, placements, lock } = *plan;
    let mut map = venue.clone();
    // A hall is the output already, and stands in for nothing.
    if venue.file != output {
        output.clone_into(&mut map.file);
        let marker = relative(parent(output), &venue.file);
        map.properties.set(STANDS_IN_FOR, Value::String(marker));
    }
    let mut stamp = Stamp {
        names: names(&map),
        map,
        below: Vec::new(),
        above: Vec::new(),
        objects: Vec::new(),
        sheet: Sheet { tile: venue.tile_size, signs: Vec::new() },
        remapped: BTreeMap::new(),
    };
    for placement in placements {
        let sponsor = &spec.sponsors[placement.sponsor];
        let template = templates.of(sponsor.tier.get_ref());
        if template.map.tile_size != venue.tile_size {
            return Err(StandError::Venue {
                file: template.name.clone(),
                reason: "the template's tiles are of another size than the venue's".to_owned(),
            });
        }
        stamp.objects.push(Vec::new());
        stamp.sheet.signs.push(Sign::default());
        stamp.tiles(template, placement.tiles);
        stamp.signs(sponsor, template, placement.tiles, logos.get(&placement.sponsor), notes);
        let folder = files.folder(&sponsor.name.span());
        let values =
            sponsor.placeholders(&spec.event, |address| moved_address(address, folder, parent(output)));
        for what in ["website", "video", "brochure", "jitsi", "bbb"] {
            if !values[&format!("sponsor.{what}")].is_empty() && !template.shows(what) {
                let (name, template) = (sponsor.name.get_ref(), file_stem(&template.name));
                notes.push(format!("{name}: the stand {template} has no place for its {what}"));
            }
        }
        stamp.zones(sponsor, &values, template, placement.tiles);
    }
    for post in Signpost::all(venue) {
        stamp.objects.push(Vec::new());
        stamp.sheet.signs.push(Sign::default());
        stamp.sheet.add(&post.image(spec, placements, venue.tile_size), post.tiles);
    }
    let used: Vec<String> = placements
        .iter()
        .map(|placement| templates.of(spec.sponsors[placement.sponsor].tier.get_ref()).name.clone())
        .collect();
    let mut pictures = built_in_pictures(output, &used);
    let kept: Vec<_> = placements
        .iter()
        .map(|placement| lock.stands.get(&spec.sponsors[placement.sponsor].slug()))
        .collect();
    let of_lock = |index: usize| Some(kept.get(index).copied()??).map(|kept| [kept.objects, kept.signs]);
    let numbers = stamp.number(|index| of_lock(index).unwrap_or_default());
    let map = stamp.finish(output, &mut pictures)?;
    Ok(Stamped { map, pictures, numbers })
}

/// Gives everybody numbers in a row: those kept from before if they suffice, else the first that are free.
fn claim(least: u32, wanted: &[(u32, Numbers)]) -> Vec<Numbers> {
    let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
    let is_free = |taken: &BTreeMap<u32, u32>, new: Numbers| {
        let end = new.first.saturating_add(new.count);
        taken.range(..end).next_back().is_none_or(|(first, count)| first.saturating_add(*count) <= new.first)
    };
    // What a lock file claims beyond that is no row that ever was given: it would only make room for nothing.
    let all = wanted.iter().fold(0_u32, |sum, (count, _)| sum.saturating_add(*count));
    let most = least.saturating_add(all.saturating_mul(4)).saturating_add(1024);
    let in_bounds =
        |row: &Numbers| row.first >= least && row.first.checked_add(row.count).is_some_and(|end| end <= most);
    let mut given = vec![Numbers::default(); wanted.len()];
    for (index, (count, kept)) in wanted.iter().enumerate() {
        if *count > 0 && *count <= kept.count && in_bounds(kept) && is_free(&taken, *kept) {
            taken.insert(kept.first, kept.count);
            given[index] = *kept;
        }
    }
    for (index, (count, _)) in wanted.iter().enumerate().filter(|(_, (count, _))| *count > 0) {
        if given[index].count > 0 {
            continue;
        }
        let ends = taken.iter().map(|(first, count)| first.saturating_add(*count));
        let mut free = std::iter::once(least).chain(ends).map(|first| Numbers { first, count: *count });
        if let Some(new) = free.find(|new| is_free(&taken, *new)) {
            taken.insert(new.first, new.count);
            given[index] = new;
        }
    }
    given
}

/// Names that layers and areas of the venue have.
fn names(map: &Map) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, layer) in map.flat_layers() {
        names.insert(path);
        names.extend(
            layer.objects().into_iter().flat_map(|layer| &layer.objects).map(|object| object.name.clone()),
        );
    }
    names
}

struct Stamp {
    map: Map,
    names: BTreeSet<String>,
    /// Cells of the stands' own layers, by the name of the template's layer, in order of appearance.
    below: Vec<(String, BTreeMap<TilePos, Gid>)>,
    above: Vec<(String, BTreeMap<TilePos, Gid>)>,
    /// Objects of each stand.
    objects: Vec<Vec<Object>>,
    sheet: Sheet,
    /// First gid in the venue of each tileset of each template.
    remapped: BTreeMap<(String, usize), u32>,
}

impl Stamp {
    /// Copies a template's tiles; its empty cells leave the venue's as they are.
    fn tiles(&mut self, template: &Template, at: TileRect) {
        let mut above = false;
        for (path, layer) in template.map.flat_layers() {
            above |= layer.name == "floorLayer" && layer.objects().is_some();
            let Some(tiles) = layer.tiles() else { continue };
            let cells: Vec<(TilePos, Gid)> = tiles
                .filled()
                .filter_map(|(cell, gid)| {
                    let cell = TilePos::new(cell.x + at.x, cell.y + at.y);
                    Some((cell, self.remap(template, gid)?))
                })
                .collect();
            let layers = if above { &mut self.above } else { &mut self.below };
            let index = layers.iter().position(|(name, _)| *name == path).unwrap_or_else(|| {
                layers.push((path.clone(), BTreeMap::new()));
                layers.len() - 1
            });
            layers[index].1.extend(cells);
        }
    }

    /// A template's gid as a gid of the venue, its tileset added where the venue has none like it.
    fn remap(&mut self, template: &Template, gid: Gid) -> Option<Gid> {
        let (owner, id) = template.map.tileset_of(gid)?;
        let index = template.map.tilesets.iter().position(|set| set.first_gid == owner.first_gid)?;
        let key = (template.name.clone(), index);
        let first = if let Some(first) = self.remapped.get(&key) {
            *first
        } else {
            let first = self.adopt(owner.tileset.as_ref()?);
            self.remapped.insert(key, first);
            first
        };
        Some(gid.with_id(first + id))
    }

    /// First gid of a tileset like this one: with the same picture, cut the same way, whose tiles say
    /// the same.
    fn adopt(&mut self, tileset: &Arc<Tileset>) -> u32 {
        let picture = |set: &Tileset| set.picture.as_ref().map(|p| resolve(parent(&set.file), &p.source));
        let says = |set: &Tileset| -> Vec<_> {
            let mut said: Vec<_> = set
                .tiles
                .iter()
                .map(|tile| {
                    let properties: Vec<_> =
                        tile.properties.iter().map(|p| (p.name.clone(), p.value.clone())).collect();
                    (tile.id, tile.class.clone(), properties, tile.animation.clone())
                })
                .collect();
            said.sort_by_key(|(id, ..)| *id);
            said
        };
        let like = |set: &Tileset| {
            picture(set).is_some()
                && picture(set) == picture(tileset)
                && (set.tile_size, set.margin, set.spacing)
                    == (tileset.tile_size, tileset.margin, tileset.spacing)
                && says(set) == says(tileset)
        };
        if let Some(known) = self.map.tilesets.iter().find(|set| set.tileset.as_deref().is_some_and(like)) {
            return known.first_gid;
        }
        let mut new = Tileset::clone(tileset);
        let taken = |name: &str| {
            self.map.tilesets.iter().any(|set| set.tileset.as_ref().is_some_and(|set| set.name == name))
        };
        let base = new.name.clone();
        let mut number = 2;
        while taken(&new.name) {
            new.name = format!("{base}-{number}");
            number += 1;
        }
        self.map.append_tileset(new)
    }

    /// Draws logo and name.
    fn signs(
        &mut self,
        sponsor: &Sponsor,
        template: &Template,
        at: TileRect,
        logo: Option<&Logo>,
        notes: &mut Vec<String>,
    ) {
        let tile = self.sheet.tile;
        let place = |cells: TileRect| TileRect { x: cells.x + at.x, y: cells.y + at.y, ..cells };
        let pixels = |cells: TileRect| (cells.width * tile.width, cells.height * tile.height);
        let name = sponsor.name.get_ref();
        let (written, missing) = lettering::writable(name, &sponsor.slug());
        if !missing.is_empty() {
            let missing: String = missing.iter().collect();
            notes.push(format!("{name}: no font here has \"{missing}\"; its sign says \"{written}\""));
        }
        if let Some(cells) = template.cells_of_class("name") {
            let (width, height) = pixels(cells);
            let sign = lettering::sign(&written, width, height);
            if let Some(short) = &sign.shortened {
                notes.push(format!("{name}: the sign says \"{short}\""));
            }
            self.sheet.add(&sign.image, place(cells));
        }
        if let Some(cells) = template.cells_of_class("logo") {
            let (width, height) = pixels(cells);
            let drawn = match logo {
                Some(logo) => logo.drawn(width, height),
                // Without a logo the name stands in its place.
                None => lettering::sign(&written, width, height).image,
            };
            self.sheet.add(&drawn, place(cells));
        }
    }

    /// Copies a template's areas, with the sponsor's values in the place of its placeholders.
    fn zones(
        &mut self,
        sponsor: &Sponsor,
        values: &BTreeMap<String, String>,
        template: &Template,
        at: TileRect,
    ) {
        let folders = [parent(&template.name).to_owned(), parent(&self.map.file).to_owned()];
        let slug = sponsor.slug();
        let shift = TilePos::new(at.x, at.y).top_left_px(self.map.tile_size);
        for object in template.objects() {
            if matches!(object.class.as_str(), "logo" | "name") {
                continue;
            }
            let Some(mut properties) = filled(&object.properties, values, &folders) else { continue };
            if let (Meeting::Jitsi(jitsi), true) = (&sponsor.meeting, properties.get("jitsiRoom").is_some())
                && let Some(host) = &jitsi.host
            {
                properties.set("jitsiUrl", Value::String(host.clone()));
            }
            if let Some(staff) = &sponsor.staff {
                for (room, tag) in [("jitsiRoom", "jitsiRoomAdminTag"), ("bbbMeeting", "bbbMeetingAdminTag")]
                {
                    if properties.get(room).is_some() {
                        properties.set(tag, Value::String(staff.clone()));
                    }
                }
            }
            let entry = properties.get("start").is_some_and(|start| !start.value.is_falsy());
            let wanted = match (entry, object.name.is_empty()) {
                (true, _) => slug.clone(),
                (false, true) => format!("{slug}-{}", object.class),
                (false, false) => format!("{slug}-{}", object.name),
            };
            let gid = object.gid.and_then(|gid| self.remap(template, gid));
            let name = self.unique(&wanted);
            let position = object.position + shift;
            let object =
                Object { span: None, name, template: None, gid, position, properties, ..object.clone() };
            if let Some(objects) = self.objects.last_mut() {
                objects.push(object);
            }
        }
    }

    /// Numbers objects and signs, each stand's in a row, so that nobody else's change when a sponsor comes
    /// or goes. `kept` says which a stand had before.
    fn number(&mut self, kept: impl Fn(usize) -> [Numbers; 2]) -> Vec<[Numbers; 2]> {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let objects: Vec<(u32, Numbers)> = self
            .objects
            .iter()
            .enumerate()
            .map(|(index, objects)| (count(objects.len()), kept(index)[0]))
            .collect();
        let signs = self.sheet.signs.iter().enumerate();
        let signs: Vec<(u32, Numbers)> =
            signs.map(|(index, sign)| (count(sign.tiles.len()), kept(index)[1])).collect();
        let (objects, signs) = (claim(self.map.next_object_id, &objects), claim(0, &signs));
        for (numbers, of_stand) in objects.iter().zip(&mut self.objects) {
            for (object, id) in of_stand.iter_mut().zip(numbers.first..) {
                object.id = id;
                self.map.next_object_id = self.map.next_object_id.max(id.saturating_add(1));
            }
        }
        for (numbers, sign) in signs.iter().zip(&mut self.sheet.signs) {
            sign.first = numbers.first;
        }
        objects.into_iter().zip(signs).map(|(objects, signs)| [objects, signs]).collect()
    }

    fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        name
    }

    /// Puts the stands' layers into the venue.
    fn finish(mut self, output: &str, pictures: &mut Vec<(String, Vec<u8>)>) -> Result<Map, StandError> {
        if let Some(sheet) = self.sheet.image() {
            let name = resolve(parent(output), &format!("{}.png", file_stem(output)));
            let bytes =
                picture::encode(&sheet).map_err(|error| StandError::Picture(format!("{name}: {error}")))?;
            let tileset = self.sheet.tileset(output, &relative(parent(output), &name), sheet.dimensions());
            let first = self.map.append_tileset(tileset);
            let signs = self.sheet.signs.iter();
            let cells = signs.flat_map(|sign| {
                sign.cells.iter().map(move |(cell, id)| (*cell, Gid(first + sign.first + id)))
            });
            let cells = cells.collect();
            self.below.push(("signs".to_owned(), cells));
            pictures.push((name, bytes));
        }
        let (below, above) = (std::mem::take(&mut self.below), std::mem::take(&mut self.above));
        let mut under: Vec<Layer> =
            below.into_iter().map(|(name, cells)| self.layer(&name, &cells)).collect();
        let objects = std::mem::take(&mut self.objects).into_iter().flatten().collect();
        let kind = LayerKind::Objects(ObjectLayer { objects, ..ObjectLayer::default() });
        let name = self.unique("stands");
        under.push(self.new_layer(name, kind));
        let over: Vec<Layer> = above.into_iter().map(|(name, cells)| self.layer(&name, &cells)).collect();
        let floor =
            self.map.layers.iter().position(|layer| layer.name == "floorLayer" && layer.objects().is_some());
        let floor = floor.unwrap_or(self.map.layers.len());
        let behind = (floor + 1).min(self.map.layers.len());
        self.map.layers.splice(behind..behind, over);
        self.map.layers.splice(floor..floor, under);
        Ok(self.map)
    }

    fn layer(&mut self, name: &str, cells: &BTreeMap<TilePos, Gid>) -> Layer {
        let bounds = self.map.bounds();
        let (width, height) = (self.map.width, self.map.height);
        let mut gids = Cells::empty(width as usize * height as usize);
        for (cell, gid) in cells.iter().filter(|(cell, _)| bounds.contains(**cell)) {
            let index = cell.y.unsigned_abs() as usize * width as usize + cell.x.unsigned_abs() as usize;
            gids.set(index, *gid);
        }
        let tiles = TileLayer { width, height, data: TileData::Finite(gids), encoding: Encoding::Csv };
        let name = self.unique(&format!("stands-{}", name.replace('/', "-")));
        self.new_layer(name, LayerKind::Tiles(tiles))
    }

    fn new_layer(&mut self, name: String, kind: LayerKind) -> Layer {
        Layer::new(self.map.take_layer_id(), name, kind)
    }
}

/// Properties with their placeholders filled in, and their own addresses as they are from the folder of the
/// map; `None` where one that had a placeholder is empty now: the sponsor has no such thing, and the object is
/// left out.
fn filled(
    properties: &Properties,
    values: &BTreeMap<String, String>,
    [from, to]: &[String; 2],
) -> Option<Properties> {
    let mut out = Properties::default();
    for property in properties {
        let mut property = property.clone();
        property.span = None;
        let is_address = is_address(&property.name);
        if let Value::String(text) | Value::File(text) = &mut property.value {
            if text.contains("${") {
                for (name, value) in values {
                    *text = text.replace(&format!("${{{name}}}"), value);
                }
                if text.trim().is_empty() {
                    return None;
                }
            } else if is_address {
                *text = moved_address(text, from, to);
            }
        }
        out.0.push(property);
    }
    Some(out)
}

/// Whether WorkAdventure takes the property's text for an address relative to the map.
fn is_address(property: &str) -> bool {
    let value = PropertyFact::of(property).map(|fact| fact.value);
    matches!(value, Some(ValueKind::Url(Reference::Page | Reference::Sound | Reference::Exit)))
}

/// An address relative to one folder as it is from another. Those that are relative to none stay.
fn moved_address(address: &str, from: &str, to: &str) -> String {
    let fixed = address.is_empty() || is_url(address) || address.starts_with(['/', '#', '?', '$']);
    if from == to || fixed || address.contains("{{") {
        return address.to_owned();
    }
    let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    format!("{}{rest}", relative(to, &resolve(from, path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_move_with_their_folder() {
        assert_eq!(moved_address("files/a.pdf#2", "", "maps"), "../files/a.pdf#2");
        assert_eq!(moved_address("../x.html", "maps/stands", "maps"), "x.html");
        for fixed in ["https://a.example/b", "/_/global/x", "#there", "${links.stage}", "mailto:a@b.example"]
        {
            assert_eq!(moved_address(fixed, "maps/stands", "maps"), fixed);
        }
    }

    #[test]
    fn numbers_stay_with_whom_they_were_given_to() {
        let row = |first, count| Numbers { first, count };
        let none = Numbers::default();
        assert_eq!(claim(5, &[(2, none), (3, none)]), [row(5, 2), row(7, 3)]);
        // The first has gone, another comes in between and needs more.
        assert_eq!(claim(5, &[(4, none), (3, row(7, 3))]), [row(10, 4), row(7, 3)]);
        assert_eq!(claim(5, &[(2, none), (3, row(7, 3))]), [row(5, 2), row(7, 3)]);
        // Whoever needs less keeps the place; whoever needs more moves.
        assert_eq!(claim(5, &[(1, row(5, 2)), (4, row(7, 3))]), [row(5, 2), row(7, 4)]);
        assert_eq!(claim(5, &[(3, row(5, 2)), (3, row(7, 3))]), [row(10, 3), row(7, 3)]);
        // The venue has taken some, two claim the same, and one has nothing to number.
        assert_eq!(
            claim(9, &[(3, row(7, 3)), (2, row(20, 2)), (2, row(21, 2)), (0, row(30, 1))]),
            [row(9, 3), row(20, 2), row(12, 2), none]
        );
        // What a broken lock file claims makes no room for nothing.
        for first in [30_000_000, u32::MAX - 1, u32::MAX] {
            assert_eq!(claim(5, &[(2, row(first, 2)), (2, row(7, u32::MAX))]), [row(5, 2), row(7, 2)]);
        }
    }
}
