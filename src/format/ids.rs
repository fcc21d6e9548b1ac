//! What both formats need once their elements are read: ids, templates, sizes of tile objects.

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec2;

use super::{link::Template, rules};
use crate::{
    finding::{Finding, Place, Spot},
    model::{Gid, Layer, LayerKind, Map, MapTileset, Properties, Property, Tileset, Value},
    source::{self, Span},
};

/// Lifts the counters above every id, and reports counters that lag behind and ids given twice.
/// Tiled does not lift them: it gives the next object an id that is taken (tiled-formats, section 9).
pub(super) fn settle(map: &mut Map, findings: &mut Vec<Finding>) {
    let mut ids = Ids { file: &map.file, layers: BTreeMap::new(), objects: BTreeMap::new(), findings };
    ids.visit(&map.layers, "");
    let highest = |seen: &BTreeMap<u32, Option<Span>>| seen.keys().next_back().copied().unwrap_or(0);
    let (layer, object) = (highest(&ids.layers), highest(&ids.objects));
    for (key, counter, highest) in
        [("nextlayerid", &mut map.next_layer_id, layer), ("nextobjectid", &mut map.next_object_id, object)]
    {
        // A missing counter is how old files are, and harms nobody until Tiled saves them.
        if *counter > 0 && *counter <= highest {
            let message = format!("{key} is {counter}, but {highest} is an id already");
            let spot = Spot::new(&*map.file, map.span).key(key);
            let fixed = highest.saturating_add(1).to_string();
            let finding = Finding::new(&rules::STALE_NEXT_ID, spot, message);
            findings.push(finding.help(format!("set it to {fixed}")).fix_literal(
                true,
                format!("set it to {fixed}"),
                fixed,
            ));
        }
        *counter = (*counter).max(highest.saturating_add(1));
    }
}

struct Ids<'a> {
    file: &'a str,
    layers: BTreeMap<u32, Option<Span>>,
    objects: BTreeMap<u32, Option<Span>>,
    findings: &'a mut Vec<Finding>,
}

impl Ids<'_> {
    fn visit(&mut self, layers: &[Layer], prefix: &str) {
        for layer in layers {
            let path = format!("{prefix}{}", layer.name);
            let place = Place::layer(&path, layer.id);
            let first = note(&mut self.layers, layer.id, layer.span);
            self.report("layer", layer.id, layer.span, first, &place);
            match &layer.kind {
                LayerKind::Group(children) => self.visit(children, &format!("{path}/")),
                LayerKind::Objects(objects) => {
                    for object in &objects.objects {
                        let first = note(&mut self.objects, object.id, object.span);
                        let place = place.clone().object(&object.name, object.id);
                        self.report("object", object.id, object.span, first, &place);
                    }
                }
                LayerKind::Tiles(_) | LayerKind::Image(_) => {}
            }
        }
    }

    fn report(&mut self, noun: &str, id: u32, span: Option<Span>, first: Seen, place: &Place) {
        let Seen::At(first) = first else { return };
        let message = format!("this {noun} has the id {id}, which another {noun} has already");
        let finding = Finding::new(&rules::DUPLICATE_ID, Spot::new(self.file, span).key("id"), message)
            .at(place.clone())
            .related(Spot::new(self.file, first).key("id"), "the other one");
        self.findings.push(finding);
    }
}

/// Notes an id; returns where it was met before. 0 is no id.
fn note(seen: &mut BTreeMap<u32, Option<Span>>, id: u32, span: Option<Span>) -> Seen {
    if id == 0 {
        return Seen::Never;
    }
    if let Some(first) = seen.get(&id) {
        return Seen::At(*first);
    }
    seen.insert(id, span);
    Seen::Never
}

/// Whether an id was met before.
#[derive(Debug, Clone, Copy)]
enum Seen {
    Never,
    At(Option<Span>),
}

/// Properties with others in the place of those of the same name.
pub(super) fn merge(base: Option<&Properties>, own: Properties) -> Properties {
    let Some(base) = base else { return own };
    let named: BTreeSet<&str> = own.iter().map(|property| property.name.as_str()).collect();
    let inherited: Vec<Property> =
        base.iter().filter(|property| !named.contains(property.name.as_str())).cloned().collect();
    Properties(inherited.into_iter().chain(own.0).collect())
}

/// An instance's properties, with those of its template where it has none of that name. Paths become
/// relative to `file`, which holds the instance.
pub(super) fn inherit(template: Option<&Template>, own: Properties, file: &str) -> Properties {
    let Some(template) = template else { return own };
    let (from, to) = (source::parent(&template.file), source::parent(file));
    let mut base = template.object.properties.clone();
    for property in base.0.iter_mut().filter(|_| from != to) {
        if let Value::File(path) = &mut property.value
            && !path.is_empty()
            && !source::is_url(path)
        {
            *path = source::relative(to, &source::resolve(from, path));
        }
    }
    merge(Some(&base), own)
}

/// Counts columns and tiles by the picture, where an old file does not state them.
pub(super) fn complete(tileset: &mut Tileset) {
    let Some((columns, rows)) = tileset.grid() else { return };
    if tileset.columns == 0 {
        tileset.columns = columns;
    }
    if tileset.tile_count == 0 {
        tileset.tile_count = columns.saturating_mul(rows);
    }
}

/// Size of a tile, in pixels: that of a tile object that has none of its own.
pub(super) fn tile_size(tilesets: &[MapTileset], gid: Gid) -> DVec2 {
    let owner = tilesets.iter().filter(|set| set.first_gid <= gid.id()).max_by_key(|set| set.first_gid);
    let Some((owner, tileset)) = owner.and_then(|owner| Some((owner, owner.tileset.as_ref()?))) else {
        return DVec2::ZERO;
    };
    let own = tileset.tile(gid.id() - owner.first_gid).and_then(|tile| tile.picture.as_ref());
    let size = own.and_then(|picture| Some((picture.width?, picture.height?)));
    let (width, height) = size.unwrap_or((tileset.tile_size.width, tileset.tile_size.height));
    DVec2::new(f64::from(width), f64::from(height))
}
