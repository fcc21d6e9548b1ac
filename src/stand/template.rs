//! Stand templates: small maps that are stamped once per sponsor.

use std::collections::BTreeMap;

use super::{
    Mistake,
    spec::{Spec, SpecFiles, meant},
};
use crate::{
    model::{Map, Object, TilePos, TileRect},
    source::{Sources, file_stem, parent, resolve},
    workadventure::{Meaning, is_area},
};

/// A template, measured.
#[derive(Debug)]
pub(super) struct Template {
    /// Name of its file.
    pub(super) name: String,
    pub(super) map: Map,
    /// Cells that block, relative to its top left.
    pub(super) blocked: Vec<TilePos>,
    /// Where visitors arrive, relative to its top left.
    pub(super) entry: Vec<TilePos>,
    /// Cells of each of its zones, relative to its top left.
    pub(super) zones: Vec<Vec<TilePos>>,
}

/// The templates of all tiers.
#[derive(Debug)]
pub(super) struct Templates {
    by_name: BTreeMap<String, Template>,
    of_tier: BTreeMap<String, String>,
}

impl Templates {
    /// The template of a tier. Every tier of the spec has one: [`load_all`] reports those without.
    pub(super) fn of(&self, tier: &str) -> &Template {
        &self.by_name[&self.of_tier[tier]]
    }
}

/// Looks in which the templates that come with the program are drawn; the first where nobody chooses.
pub(super) const LOOKS: [&str; 2] = ["expo", "loft"];

/// Their sizes, from the largest to the smallest.
pub(super) const SIZES: [&str; 3] = ["large", "medium", "small"];

/// The templates: of each look all sizes.
const BUILT_IN: [[&[u8]; 3]; 2] = [
    [
        include_bytes!("../../assets/stands/large.tmj"),
        include_bytes!("../../assets/stands/medium.tmj"),
        include_bytes!("../../assets/stands/small.tmj"),
    ],
    [
        include_bytes!("../../assets/stands/large-loft.tmj"),
        include_bytes!("../../assets/stands/medium-loft.tmj"),
        include_bytes!("../../assets/stands/small-loft.tmj"),
    ],
];

/// The picture that they draw from.
const BUILT_IN_PICTURE: (&str, &[u8]) =
    ("tilesets/stands.png", include_bytes!("../../assets/tilesets/stands.png"));

/// Folder, beside the output, of what built-in templates need.
pub(super) fn built_in_folder(output: &str) -> String {
    resolve(parent(output), &format!("{}.parts", file_stem(output)))
}

/// Loads the template of each tier; what is wrong with one is reported in it.
pub(super) fn load_all(
    sources: &mut Sources,
    files: &SpecFiles,
    spec: &Spec,
    output: &str,
    mistakes: &mut Vec<Mistake>,
) -> Templates {
    let mut templates = Templates { by_name: BTreeMap::new(), of_tier: BTreeMap::new() };
    let mut ranks: Vec<u32> = spec.tiers.values().map(|tier| tier.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    for (tier_name, tier) in &spec.tiers {
        let look = tier.look.as_ref().or(spec.look.as_ref()).map(|look| look.get_ref().as_str());
        let look = LOOKS.iter().position(|known| Some(*known) == look).unwrap_or(0);
        let name = if let Some(template) = &tier.template {
            match SIZES.iter().position(|size| size == template.get_ref()) {
                Some(size) => built_in(sources, output, look, size),
                None => resolve(files.folder(&template.span()), template.get_ref()),
            }
        } else {
            let place = ranks.iter().position(|rank| *rank == tier.rank).unwrap_or(0);
            built_in(sources, output, look, place.min(SIZES.len() - 1))
        };
        templates.of_tier.insert(tier_name.clone(), name.clone());
        if templates.by_name.contains_key(&name) {
            continue;
        }
        let loaded = crate::format::load_map(sources, &name);
        if let Some(map) = loaded.map {
            let template = Template::measure(&name, map, mistakes);
            templates.by_name.insert(name, template);
        } else {
            let reason = loaded.findings.first().map_or("no map", |finding| finding.message.as_str());
            let at = tier.template.as_ref().map_or(0..0, serde_spanned::Spanned::span);
            let hint = match &tier.template {
                Some(word) if !word.get_ref().contains(['/', '.']) => {
                    let sizes = SIZES.map(str::to_owned);
                    format!("{}; shipped are {}", meant(word.get_ref(), &sizes), sizes.join(", "))
                }
                _ => String::new(),
            };
            let message = format!("tier \"{tier_name}\": the template {name} is no map: {reason}{hint}");
            mistakes.push(files.mistake(at, message));
        }
    }
    templates
}

fn built_in(sources: &mut Sources, output: &str, look: usize, size: usize) -> String {
    let folder = built_in_folder(output);
    let style = if look == 0 { String::new() } else { format!("-{}", LOOKS[look]) };
    let name = format!("{folder}/stands/{}{style}.tmj", SIZES[size]);
    sources.insert(name.clone(), BUILT_IN[look][size]);
    sources.insert(format!("{folder}/{}", BUILT_IN_PICTURE.0), BUILT_IN_PICTURE.1);
    name
}

/// Pictures that have to be written beside the output because built-in templates draw from them.
pub(super) fn built_in_pictures(output: &str, used: &[String]) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/", built_in_folder(output));
    let wanted = used.iter().any(|name| name.starts_with(&folder));
    let picture = (format!("{folder}{}", BUILT_IN_PICTURE.0), BUILT_IN_PICTURE.1.to_vec());
    if wanted { vec![picture] } else { Vec::new() }
}

impl Template {
    fn measure(name: &str, map: Map, mistakes: &mut Vec<Mistake>) -> Self {
        let mut wrong = |message: &str| {
            mistakes.push(Mistake { file: name.to_owned(), position: None, message: message.to_owned() });
        };
        let meaning = Meaning::of(&map);
        let bounds = map.bounds();
        let blocked: Vec<TilePos> = bounds.cells().filter(|cell| meaning.walk.is_blocked(*cell)).collect();
        if map.infinite || map.tile_size.width != map.tile_size.height {
            wrong("a template is a finite map of square tiles");
        }
        if !map.layers.iter().any(|layer| layer.name == "floorLayer" && layer.objects().is_some()) {
            wrong("a template has an object layer `floorLayer`, which says what lies above the avatars");
        }
        let entry: Vec<TilePos> = meaning
            .entries
            .iter()
            .filter(|entry| entry.declared)
            .flat_map(|entry| entry.cells().iter())
            .collect();
        if entry.is_empty() {
            wrong("a template has an area with the property `start`: where the sponsor's link leads");
        } else if entry.iter().any(|cell| meaning.walk.is_blocked(*cell)) {
            wrong("visitors would arrive on a cell that blocks: move the area with the property `start`");
        }
        let reach = meaning.walk.reachable(entry.iter().copied());
        for zone in &meaning.zones {
            if !zone.cells.iter().any(|cell| reach.contains(cell)) {
                let object = zone.place.object.as_deref().unwrap_or_default();
                wrong(&format!("the zone \"{object}\" cannot be walked to from where visitors arrive"));
            }
        }
        let open = |cell: &TilePos| {
            cell.neighbours().iter().any(|next| !bounds.contains(*next)) && reach.contains(*cell)
        };
        if !entry.is_empty() && !bounds.cells().any(|cell| open(&cell)) {
            wrong("no way leads out of the stand: leave a side open");
        }
        // What nobody can come to would count as cut off wherever the stand stands.
        let edge = bounds.cells().filter(|cell| cell.neighbours().iter().any(|next| !bounds.contains(*next)));
        let open = meaning.walk.reachable(edge);
        if let Some(cell) =
            bounds.cells().find(|cell| !meaning.walk.is_blocked(*cell) && !open.contains(*cell))
        {
            wrong(&format!("the cell ({}, {}) is shut in: fill it, or open a way to it", cell.x, cell.y));
        }
        let zones = meaning.zones.iter().map(|zone| zone.cells.iter().collect()).collect();
        Self { name: name.to_owned(), map, blocked, entry, zones }
    }

    /// Width and height, in tiles.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.map.width, self.map.height)
    }

    /// Whether something of the template is filled with this value of a sponsor.
    pub(super) fn shows(&self, placeholder: &str) -> bool {
        let placeholder = format!("${{sponsor.{placeholder}}}");
        let texts =
            self.objects().flat_map(|object| &object.properties).filter_map(|property| property.value.text());
        texts.into_iter().any(|text| text.contains(&placeholder))
    }

    /// Its objects.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.map.objects()
    }

    /// Cells of the first object of a class.
    pub(super) fn cells_of_class(&self, class: &str) -> Option<TileRect> {
        let object = self.objects().find(|object| object.class == class)?;
        let cells = object.rectangle().tiles(self.map.tile_size).clipped(self.map.bounds());
        (cells.width > 0 && cells.height > 0).then_some(cells)
    }

    /// Cells of the area named `stand`.
    pub(super) fn stand_zone(&self) -> Option<TileRect> {
        let object = self.objects().find(|object| is_area(object) && object.name == "stand")?;
        Some(object.rectangle().tiles(self.map.tile_size))
    }
}
