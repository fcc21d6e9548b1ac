//! What rules look at.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use crate::{
    finding::{Place, Spot},
    model::{
        Area, Gid, Layer, LayerKind, Map, Object, Properties, Property, Shape, Tile, TileData, TileLayer,
        TilePos, TileRect, Tileset, Wam,
    },
    picture::Looks,
    project::{Config, Project},
    source::{Sources, Span, resolve, with_extension},
    workadventure::{Entry, HolderKind, Meaning, PropertyFact, Reach, WalkGrid, is_template},
    world::World,
};

/// One map with all that a rule may ask about it.
pub(super) struct MapContext<'a> {
    /// The project that it belongs to.
    pub(super) project: &'a Project,
    /// The map, with the project's links filled in.
    pub(super) map: &'a Map,
    /// What it means to the engine.
    pub(super) meaning: &'a Meaning,
    /// Its layers with their paths, groups before their children, bottom first.
    pub(super) layers: Vec<FlatLayer<'a>>,
    /// Everything that has properties: the map, layers, objects, tilesets, tiles.
    pub(super) holders: Vec<Holder<'a>>,
    /// Properties of the holders that WorkAdventure knows by name, in order.
    known: Vec<Known<'a>>,
    /// The others, with the numbers of their holders.
    unknown: Vec<(usize, &'a Property)>,
    /// Where visitors come; filled by the rules about arriving.
    pub(super) reach: OnceLock<Reach>,
    /// Whether visitors are locked in where they arrive; filled by the rules about arriving.
    pub(super) enclosed: OnceLock<bool>,
    doors: OnceLock<BTreeSet<TilePos>>,
    used: OnceLock<BTreeSet<u32>>,
    has_script: OnceLock<bool>,
    /// Numbers of the entries that are no more than a layer's name, and to which an exit leads all the same.
    linked: BTreeSet<usize>,
    /// Looks of pictures, shared by the maps that are judged together.
    pub(super) looks: Arc<Looks>,
}

/// One layer with its path.
pub(super) struct FlatLayer<'a> {
    /// Names of its groups and its own, joined by `/`.
    pub(super) path: String,
    /// The layer.
    pub(super) layer: &'a Layer,
    /// Whether it lies in a group.
    pub(super) nested: bool,
    /// Of layers in chunks; others keep them with their cells.
    gids: OnceLock<Vec<Gid>>,
}

/// One object with the layer that holds it.
pub(super) struct HeldObject<'a> {
    pub(super) layer: &'a FlatLayer<'a>,
    pub(super) object: &'a Object,
}

/// Something with properties. Most have nothing to tell of, so that how messages call it and where it is are
/// made up when they are asked for.
pub(super) struct Holder<'a> {
    /// What it is.
    pub(super) kind: HolderKind,
    /// Its properties.
    pub(super) properties: &'a Properties,
    element: Element<'a>,
}

/// A property that WorkAdventure knows by name. Nearly every rule asks for them, so they are looked up once.
struct Known<'a> {
    /// The number of its holder.
    holder: usize,
    property: &'a Property,
    fact: &'static PropertyFact,
}

/// The element of a map that a holder is.
#[derive(Clone, Copy)]
enum Element<'a> {
    Map,
    /// The layer of this number among the flat ones.
    Layer(usize),
    /// An object, in the layer of this number.
    Object(usize, &'a Object),
    Tileset(&'a Tileset),
    Tile(&'a Tileset, &'a Tile),
}

impl<'a> Holder<'a> {
    /// How messages call it: `layer "chairs"`.
    pub(super) fn name(&self, context: &MapContext) -> String {
        match self.element {
            Element::Map => "the map".to_owned(),
            Element::Layer(number) => {
                let flat = &context.layers[number];
                let what = match &flat.layer.kind {
                    LayerKind::Tiles(_) => "layer",
                    LayerKind::Objects(_) => "object layer",
                    LayerKind::Image(_) => "image layer",
                    LayerKind::Group(_) => "group",
                };
                format!("{what} \"{}\"", flat.path)
            }
            Element::Object(number, object) => {
                HeldObject { layer: &context.layers[number], object }.describe()
            }
            Element::Tileset(tileset) => format!("tileset \"{}\"", tileset.name),
            Element::Tile(tileset, tile) => format!("tile {} of tileset \"{}\"", tile.id, tileset.name),
        }
    }

    /// Where it stands in the text.
    pub(super) fn spot(&self, context: &MapContext) -> Spot {
        context.spot(match self.element {
            Element::Map => context.map.span,
            Element::Layer(number) => context.layers[number].layer.span,
            Element::Object(_, object) => object.span,
            Element::Tileset(tileset) => tileset.span,
            Element::Tile(tileset, tile) => tile.span.or(tileset.span),
        })
    }

    /// Where it lies.
    pub(super) fn place(&self, context: &MapContext) -> Place {
        match self.element {
            Element::Map => Place::default(),
            Element::Layer(number) => context.layers[number].place(),
            Element::Object(number, object) => {
                HeldObject { layer: &context.layers[number], object }.place(context.map)
            }
            Element::Tileset(tileset) => Place::tileset(&tileset.name),
            Element::Tile(tileset, tile) => Place::tileset(&tileset.name).tile(tile.id),
        }
    }

    /// The layer that it is, if it is one.
    pub(super) fn layer(&self, context: &MapContext<'a>) -> Option<&'a Layer> {
        match self.element {
            Element::Layer(number) => Some(context.layers[number].layer),
            _ => None,
        }
    }

    /// The object that it is, if it is one.
    pub(super) fn object(&self) -> Option<&'a Object> {
        match self.element {
            Element::Object(_, object) => Some(object),
            _ => None,
        }
    }
}

impl<'a> MapContext<'a> {
    pub(super) fn new(project: &'a Project, map: &'a Map, meaning: &'a Meaning) -> Self {
        fn collect<'a>(layers: &'a [Layer], group: Option<&str>, out: &mut Vec<FlatLayer<'a>>) {
            for layer in layers {
                let path =
                    group.map_or_else(|| layer.name.clone(), |group| format!("{group}/{}", layer.name));
                let nested = group.is_some();
                out.push(FlatLayer { path: path.clone(), layer, nested, gids: OnceLock::new() });
                if let LayerKind::Group(children) = &layer.kind {
                    collect(children, Some(&path), out);
                }
            }
        }
        let mut layers = Vec::new();
        collect(&map.layers, None, &mut layers);
        let mut context = Self {
            project,
            map,
            meaning,
            layers,
            holders: Vec::new(),
            known: Vec::new(),
            unknown: Vec::new(),
            reach: OnceLock::new(),
            enclosed: OnceLock::new(),
            doors: OnceLock::new(),
            used: OnceLock::new(),
            has_script: OnceLock::new(),
            linked: BTreeSet::new(),
            looks: Arc::default(),
        };
        context.holders = context.list_holders();
        for (holder, held) in context.holders.iter().enumerate() {
            for property in held.properties {
                match PropertyFact::of(&property.name) {
                    Some(fact) => context.known.push(Known { holder, property, fact }),
                    None => context.unknown.push((holder, property)),
                }
            }
        }
        context
    }

    /// The same, beside other maps with the same pictures.
    pub(super) fn sharing(self, looks: &Arc<Looks>) -> Self {
        Self { looks: Arc::clone(looks), ..self }
    }

    /// Where visitors arrive: entries that are meant as such, and those that exits name.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let entries = self.meaning.entries.iter().enumerate();
        let arrive =
            |(index, entry): &(usize, &Entry)| entry.default || entry.declared || self.linked.contains(index);
        entries.filter(arrive).map(|(_, entry)| entry)
    }

    /// Lets visitors arrive at the entries of these names, as exits lead there, whoever may reach those.
    pub(super) fn link(&mut self, names: &BTreeSet<&str>) {
        self.linked = names.iter().filter_map(|name| self.meaning.entry_index(name)).collect();
    }

    pub(super) fn sources(&self) -> &'a Sources {
        &self.project.sources
    }

    pub(super) fn config(&self) -> &'a Config {
        &self.project.config
    }

    /// Folder that the map's references are relative to.
    pub(super) fn folder(&self) -> &'a str {
        crate::source::parent(&self.map.file)
    }

    /// Name of the file that the map calls `reference`.
    pub(super) fn resolve(&self, reference: &str) -> String {
        resolve(self.folder(), reference)
    }

    /// An element of the file that it stands in: the map's, or a tileset's or template's of its own.
    pub(super) fn spot(&self, span: Option<Span>) -> Spot {
        let file = span.map(|span| self.sources().file(span.file));
        Spot::new(file.as_ref().map_or(self.map.file.as_str(), |file| file.name()), span)
    }

    /// The value of a property.
    pub(super) fn value(&self, property: &Property) -> Spot {
        self.spot(property.span).key("value")
    }

    /// Every property that WorkAdventure knows by name, whether it works on its holder or not, in the order of the
    /// holders.
    pub(super) fn known_properties(
        &self,
    ) -> impl Iterator<Item = (&Holder<'a>, &'a Property, &'static PropertyFact)> {
        self.known.iter().map(|known| (&self.holders[known.holder], known.property, known.fact))
    }

    /// Every property that WorkAdventure does not know by name, in the order of the holders.
    pub(super) fn unknown_properties(&self) -> impl Iterator<Item = (&Holder<'a>, &'a Property)> {
        self.unknown.iter().map(|(holder, property)| (&self.holders[*holder], *property))
    }

    /// The file of WorkAdventure's own editor beside the map.
    pub(super) fn wam(&self) -> Option<&'a Wam> {
        self.project.wam(&with_extension(&self.map.file, "wam"))?.wam.as_ref()
    }

    /// How messages and places call an area of the editor's file.
    pub(super) fn place_of_area(&self, area: &Area) -> Place {
        let place = Place { object: Some(area.name.clone()), ..Place::default() };
        place.area(area.rectangle.tiles(self.map.tile_size))
    }

    /// Whether the file is XML, which no engine opens: it will be converted.
    pub(super) fn is_xml(&self) -> bool {
        let extension = self.map.file.rsplit_once('.').map_or("", |(_, extension)| extension);
        extension.eq_ignore_ascii_case("tmx") || extension.eq_ignore_ascii_case("xml")
    }

    /// How many cells its tile layers have in all.
    pub(super) fn cells(&self) -> usize {
        self.tile_layers().map(|(_, tiles)| tiles.cells()).sum()
    }

    /// Tile layers, bottom first.
    pub(super) fn tile_layers(&self) -> impl Iterator<Item = (&FlatLayer<'a>, &'a TileLayer)> {
        self.layers.iter().filter_map(|flat| Some((flat, flat.layer.tiles()?)))
    }

    /// Numbers of the tiles that lie in any cell of its tile layers.
    pub(super) fn used(&self) -> &BTreeSet<u32> {
        self.used.get_or_init(|| {
            let gids = self.layers.iter().flat_map(FlatLayer::gids);
            gids.filter(|gid| !gid.is_empty()).map(|gid| gid.id()).collect()
        })
    }

    /// Every object, in the order of the file.
    pub(super) fn objects(&self) -> impl Iterator<Item = HeldObject<'_>> {
        self.layers.iter().flat_map(|layer| {
            let objects = layer.layer.objects().map_or(&[][..], |objects| &objects.objects);
            objects.iter().map(move |object| HeldObject { layer, object })
        })
    }

    /// Whether a script runs in the map, which may give names and layers a meaning of its own: the
    /// map's, or that of a page which may use the scripting interface.
    pub(super) fn has_script(&self) -> bool {
        *self.has_script.get_or_init(|| crate::workadventure::has_script(self.map))
    }

    /// Whether the map has cells to walk on: an infinite one has none for the engine.
    pub(super) fn can_walk(&self) -> bool {
        let bounds = self.meaning.walk.bounds();
        bounds.width > 0 && bounds.height > 0
    }

    fn list_holders(&self) -> Vec<Holder<'a>> {
        let holder = |kind, properties, element| Holder { kind, properties, element };
        let mut out = vec![holder(HolderKind::Map, &self.map.properties, Element::Map)];
        for (number, flat) in self.layers.iter().enumerate() {
            let kind = match &flat.layer.kind {
                LayerKind::Tiles(_) => HolderKind::TileLayer,
                _ => HolderKind::OtherLayer,
            };
            out.push(holder(kind, &flat.layer.properties, Element::Layer(number)));
        }
        for (number, flat) in self.layers.iter().enumerate() {
            for object in flat.layer.objects().map_or(&[][..], |objects| &objects.objects) {
                let element = Element::Object(number, object);
                out.push(holder(class_kind(&object.class), &object.properties, element));
            }
        }
        for tileset in self.map.tilesets.iter().filter_map(|entry| entry.tileset.as_deref()) {
            out.push(holder(HolderKind::Tileset, &tileset.properties, Element::Tileset(tileset)));
            for tile in &tileset.tiles {
                out.push(holder(HolderKind::Tile, &tile.properties, Element::Tile(tileset, tile)));
            }
        }
        out
    }

    /// Cells that are passable at times: those of the layers that a door opens and closes, of the
    /// scripting library (workadventure-maps, section 1.7), or of a script of the map's own, which
    /// shows by the layer's name only.
    pub(super) fn doors(&self) -> &BTreeSet<TilePos> {
        self.doors.get_or_init(|| {
            let mut names = BTreeSet::new();
            for held in self.objects().filter(|held| held.object.class == "variable") {
                for key in ["openLayer", "closeLayer"] {
                    let text = held.object.properties.text(key).unwrap_or_default();
                    names.extend(text.lines().map(str::trim).filter(|name| !name.is_empty()));
                }
            }
            let scripted = self.has_script();
            let sounds_like_door = |path: &str| {
                let path = path.to_lowercase();
                ["door", "gate", "clos", "open"].iter().any(|word| path.contains(word))
            };
            // By its path, or by a group around it.
            let is_named = |path: &str| {
                names.contains(path) || path.match_indices('/').any(|(end, _)| names.contains(&path[..end]))
            };
            let mut cells = BTreeSet::new();
            for (flat, tiles) in self.tile_layers() {
                // A layer whose visibility hangs on a variable is a wall at times only.
                let visible = flat.layer.properties.get("visible").and_then(|shown| shown.value.text());
                let is_at_times =
                    visible.is_some_and(is_template) || scripted && sounds_like_door(&flat.path);
                if is_named(&flat.path) || is_at_times {
                    cells.extend(tiles.filled().map(|(cell, _)| cell));
                }
            }
            cells
        })
    }

    /// The walking grid with every door open.
    pub(super) fn open_walk(&self) -> WalkGrid {
        let mut walk = self.meaning.walk.clone();
        for cell in self.doors() {
            walk.set_blocked(*cell, false);
        }
        walk
    }

    /// What the tileset of a gid says of its tile.
    pub(super) fn tile_of(&self, gid: Gid) -> Option<(&'a Tileset, &'a Tile)> {
        let (entry, id) = self.map.tileset_of(gid)?;
        let tileset = entry.tileset.as_deref()?;
        Some((tileset, tileset.tile(id)?))
    }
}

impl FlatLayer<'_> {
    /// Every gid that occurs in its cells, sorted, each once; that of empty cells, too. What asks for a
    /// kind of tile that few maps have looks here before it goes over all cells.
    pub(super) fn gids(&self) -> &[Gid] {
        match self.layer.tiles() {
            Some(TileLayer { data: TileData::Finite(cells), .. }) => cells.distinct(),
            Some(tiles) => self.gids.get_or_init(|| tiles.distinct()),
            None => &[],
        }
    }

    /// Where the layer lies.
    pub(super) fn place(&self) -> Place {
        Place::layer(&self.path, self.layer.id)
    }
}

impl HeldObject<'_> {
    /// How messages call it.
    pub(super) fn describe(&self) -> String {
        let what = match self.object.class.as_str() {
            "area" | "zone" => "area",
            "variable" => "variable",
            "website" => "website",
            _ => "object",
        };
        if self.object.name.is_empty() {
            format!("{what} {}", self.object.id)
        } else {
            format!("{what} \"{}\"", self.object.name)
        }
    }

    /// Where it lies: the cells that it covers, at least that of its corner.
    pub(super) fn place(&self, map: &Map) -> Place {
        self.layer
            .place()
            .object(&self.object.name, self.object.id)
            .area(self.object.rectangle().tiles(map.tile_size))
    }

    /// Whether it has no extent that the engine could enter.
    pub(super) fn is_flat(&self) -> bool {
        matches!(self.object.shape, Shape::Point | Shape::Polygon(_) | Shape::Polyline(_))
    }
}

/// All maps of a project, judged together.
pub(super) struct WorldContext<'a> {
    /// The project.
    pub(super) project: &'a Project,
    /// Its maps that could be read.
    pub(super) maps: &'a [MapContext<'a>],
    /// The world that they form, those to be judged first and in the same order; behind them maps that
    /// exits lead to and that are not to be judged.
    pub(super) world: World<'a>,
}

/// What an object of this class can hold (workadventure-maps, section 1.5).
pub(super) fn class_kind(class: &str) -> HolderKind {
    match class {
        "area" | "zone" => HolderKind::Area,
        "variable" => HolderKind::Variable,
        "website" => HolderKind::Website,
        _ => HolderKind::Object,
    }
}

/// The smallest rectangle around some cells, for a place.
pub(super) fn around(cells: &[TilePos]) -> Option<TileRect> {
    TileRect::around(cells.iter().copied())
}
