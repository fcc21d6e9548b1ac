//! A map said in single facts, so that two readings of it can be compared whoever read it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Debug, Display},
};

use venue::{
    model::{
        DrawOrder, Gid, Json, Layer, LayerKind, Map, Object, ObjectLayer, Picture, Properties, Shape, Text,
        Tile, TileData, TilePos, Tileset, Value,
    },
    source::{is_url, parent, resolve},
};

/// What there is to say of a map, each under its place: `layers[2].objects[0].name`. What is as it is
/// by default is not said.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) said: BTreeMap<String, String>,
    /// Cells by the place of their layer.
    pub(crate) cells: BTreeMap<String, BTreeMap<TilePos, Cell>>,
}

/// A tile on a map, by its place in the list of tilesets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) tileset: usize,
    pub(crate) id: u32,
    /// The four flag bits of the gid.
    pub(crate) flags: u32,
}

impl Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tile {} of tileset {}", self.id, self.tileset)?;
        if self.flags == 0 { Ok(()) } else { write!(f, " turned {:x}", self.flags >> 28) }
    }
}

/// One fact that two readings do not share.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) place: String,
    pub(crate) ours: Option<String>,
    pub(crate) theirs: Option<String>,
}

impl Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        write!(f, "{}: ours {}, theirs {}", self.place, side(&self.ours), side(&self.theirs))
    }
}

impl Difference {
    /// The last name of its place: `opacity` of `layers[0].opacity`.
    pub(crate) fn key(&self) -> &str {
        self.place.rsplit('.').next().unwrap_or_default()
    }
}

/// What the two do not share, in the order of places.
pub(crate) fn differences(ours: &Facts, theirs: &Facts) -> Vec<Difference> {
    let mut all = Vec::new();
    let places: BTreeSet<&String> = ours.said.keys().chain(theirs.said.keys()).collect();
    for place in places {
        let (a, b) = (ours.said.get(place), theirs.said.get(place));
        if a != b {
            all.push(Difference { place: place.clone(), ours: a.cloned(), theirs: b.cloned() });
        }
    }
    let none = BTreeMap::new();
    let layers: BTreeSet<&String> = ours.cells.keys().chain(theirs.cells.keys()).collect();
    for layer in layers {
        let a = ours.cells.get(layer).unwrap_or(&none);
        let b = theirs.cells.get(layer).unwrap_or(&none);
        if a == b {
            continue;
        }
        let cells: BTreeSet<&TilePos> = a.keys().chain(b.keys()).collect();
        for cell in cells.into_iter().filter(|cell| a.get(cell) != b.get(cell)) {
            let shown = |cells: &BTreeMap<TilePos, Cell>| cells.get(cell).map(ToString::to_string);
            let place = format!("{layer}.cells[{},{}]", cell.x, cell.y);
            all.push(Difference { place, ours: shown(a), theirs: shown(b) });
        }
    }
    all
}

impl Facts {
    /// Says something, unless it is what goes without saying.
    pub(crate) fn say<T: Debug + PartialEq>(&mut self, at: &str, key: &str, value: &T, default: &T) {
        if value != default {
            self.tell(at, key, format!("{value:?}"));
        }
    }

    pub(crate) fn tell(&mut self, at: &str, key: &str, value: impl Into<String>) {
        self.said.insert(within(at, key), value.into());
    }

    pub(crate) fn text(&mut self, at: &str, key: &str, value: &str) {
        self.say(at, key, &value, &"");
    }

    pub(crate) fn number(&mut self, at: &str, key: &str, value: f64, default: f64) {
        if number(value) != number(default) {
            self.tell(at, key, number(value));
        }
    }

    pub(crate) fn color(&mut self, at: &str, key: &str, value: Option<&str>) {
        if let Some(color) = value.filter(|color| !color.is_empty()) {
            self.tell(at, key, self::color(color));
        }
    }

    /// What `map` says, as our model has it.
    pub(crate) fn of(map: &Map) -> Self {
        let mut facts = Self::default();
        facts.say("", "orientation", &map.orientation, &venue::model::Orientation::Orthogonal);
        facts.say("", "render order", &map.render_order, &venue::model::RenderOrder::RightDown);
        facts.tell("", "size", format!("{}x{}", map.width, map.height));
        facts.tell("", "tile size", format!("{}x{}", map.tile_size.width, map.tile_size.height));
        facts.say("", "infinite", &map.infinite, &false);
        facts.text("", "class", &map.class);
        facts.color("", "background", map.background_color.as_deref());
        facts.number("", "parallax origin.x", map.parallax_origin.x, 0.0);
        facts.number("", "parallax origin.y", map.parallax_origin.y, 0.0);
        facts.number("", "next layer id", f64::from(map.next_layer_id), -1.0);
        facts.number("", "next object id", f64::from(map.next_object_id), -1.0);
        facts.properties("", parent(&map.file), &map.properties);
        facts.extra("", &map.extra);
        for (index, entry) in map.tilesets.iter().enumerate() {
            let at = format!("tilesets[{index}]");
            facts.tell(&at, "readable", entry.tileset.is_some().to_string());
            if let Some(tileset) = &entry.tileset {
                facts.tileset(&at, tileset);
            }
        }
        facts.layers("", &map.layers, map);
        facts
    }

    /// What a tileset says, as our model has it.
    pub(crate) fn tileset(&mut self, at: &str, tileset: &Tileset) {
        let folder = parent(&tileset.file);
        self.text(at, "name", &tileset.name);
        self.text(at, "class", &tileset.class);
        self.tell(at, "tile size", format!("{}x{}", tileset.tile_size.width, tileset.tile_size.height));
        self.number(at, "spacing", f64::from(tileset.spacing), 0.0);
        self.number(at, "margin", f64::from(tileset.margin), 0.0);
        self.number(at, "columns", f64::from(tileset.columns), 0.0);
        self.number(at, "tile count", f64::from(tileset.tile_count), 0.0);
        self.picture(at, folder, tileset.picture.as_ref());
        self.number(at, "offset.x", f64::from(tileset.tile_offset.x), 0.0);
        self.number(at, "offset.y", f64::from(tileset.tile_offset.y), 0.0);
        self.text(at, "object alignment", &tileset.object_alignment);
        self.say(at, "drawn at grid size", &tileset.render_at_grid_size, &false);
        self.properties(at, folder, &tileset.properties);
        self.extra(at, &tileset.extra);
        for tile in &tileset.tiles {
            self.tile(&format!("{at}.tiles[{}]", tile.id), folder, tile);
        }
    }

    fn tile(&mut self, at: &str, folder: &str, tile: &Tile) {
        self.text(at, "class", &tile.class);
        let frames: Vec<(u32, u32)> =
            tile.animation.iter().map(|frame| (frame.tile, frame.duration)).collect();
        self.say(at, "animation", &frames, &Vec::new());
        self.picture(at, folder, tile.picture.as_ref());
        self.picture_part(at, tile.picture_part, tile.picture.as_ref().map(|it| (it.width, it.height)));
        self.properties(at, folder, &tile.properties);
        for (key, value) in &tile.extra {
            // A colour of a wang set has no such default.
            if (key.as_str(), plain(value).as_str()) != ("probability", "1") {
                self.json(at, key, value);
            }
        }
        if let Some(collision) = &tile.collision {
            self.objects(&format!("{at}.collision"), folder, collision, &mut |_| None);
        }
    }

    /// Says which part of its picture a tile shows, unless it is the whole.
    pub(crate) fn picture_part(
        &mut self,
        at: &str,
        part: Option<[i32; 4]>,
        size: Option<(Option<u32>, Option<u32>)>,
    ) {
        let pixels = |length: Option<u32>| length.and_then(|length| length.try_into().ok()).unwrap_or(0);
        let whole = size.map(|(width, height)| [0, 0, pixels(width), pixels(height)]);
        if part != whole {
            self.say(at, "picture part", &part, &None);
        }
    }

    fn layers(&mut self, parent_place: &str, layers: &[Layer], map: &Map) {
        for (index, layer) in layers.iter().enumerate() {
            self.layer(&within(parent_place, &format!("layers[{index}]")), layer, map);
        }
    }

    fn layer(&mut self, at: &str, layer: &Layer, map: &Map) {
        let folder = parent(&map.file);
        self.number(at, "id", f64::from(layer.id), 0.0);
        self.text(at, "name", &layer.name);
        self.text(at, "class", &layer.class);
        self.say(at, "visible", &layer.visible, &true);
        self.number(at, "opacity", layer.opacity, 1.0);
        self.say(at, "locked", &layer.locked, &false);
        self.color(at, "tint", layer.tint.as_deref());
        self.number(at, "position.x", f64::from(layer.position.x), 0.0);
        self.number(at, "position.y", f64::from(layer.position.y), 0.0);
        self.number(at, "offset.x", layer.offset.x, 0.0);
        self.number(at, "offset.y", layer.offset.y, 0.0);
        self.number(at, "parallax.x", layer.parallax.x, 1.0);
        self.number(at, "parallax.y", layer.parallax.y, 1.0);
        self.properties(at, folder, &layer.properties);
        self.extra(at, &layer.extra);
        let mut cell = |gid| cell(map, gid);
        match &layer.kind {
            LayerKind::Tiles(tiles) => {
                self.tell(at, "kind", "tiles");
                self.tell(at, "size", format!("{}x{}", tiles.width, tiles.height));
                self.say(at, "readable", &!matches!(tiles.data, TileData::Unreadable), &true);
                let cells = tiles.filled().filter_map(|(place, gid)| Some((place, cell(gid)?)));
                self.cells.insert(at.to_owned(), cells.collect());
            }
            LayerKind::Objects(objects) => {
                self.tell(at, "kind", "objects");
                self.objects(at, folder, objects, &mut cell);
            }
            LayerKind::Image(image) => {
                self.tell(at, "kind", "image");
                self.picture(at, folder, Some(&image.picture));
                self.say(at, "repeat.x", &image.repeat_x, &false);
                self.say(at, "repeat.y", &image.repeat_y, &false);
            }
            LayerKind::Group(children) => {
                self.tell(at, "kind", "group");
                self.layers(at, children, map);
            }
        }
    }

    fn objects(
        &mut self,
        at: &str,
        folder: &str,
        layer: &ObjectLayer,
        cell: &mut dyn FnMut(Gid) -> Option<Cell>,
    ) {
        self.say(at, "draw order", &layer.draw_order, &DrawOrder::TopDown);
        self.color(at, "color", layer.color.as_deref());
        for (index, object) in layer.objects.iter().enumerate() {
            let at = format!("{at}.objects[{index}]");
            if let Some(gid) = object.gid {
                self.tell(&at, "tile", cell(gid).map_or("unknown".to_owned(), |cell| cell.to_string()));
            }
            self.object(&at, folder, object);
        }
    }

    fn object(&mut self, at: &str, folder: &str, object: &Object) {
        self.number(at, "id", f64::from(object.id), -1.0);
        self.text(at, "name", &object.name);
        self.text(at, "class", &object.class);
        self.number(at, "x", object.position.x, 0.0);
        self.number(at, "y", object.position.y, 0.0);
        self.number(at, "width", object.size.x, 0.0);
        self.number(at, "height", object.size.y, 0.0);
        self.number(at, "rotation", object.rotation, 0.0);
        self.say(at, "visible", &object.visible, &true);
        self.number(at, "opacity", object.opacity, 1.0);
        self.properties(at, folder, &object.properties);
        self.extra(at, &object.extra);
        let points = |points: &[glam::DVec2]| {
            let pairs: Vec<String> =
                points.iter().map(|point| format!("{},{}", number(point.x), number(point.y))).collect();
            pairs.join(" ")
        };
        match &object.shape {
            Shape::Rectangle => {}
            Shape::Ellipse => self.tell(at, "shape", "ellipse"),
            Shape::Point => self.tell(at, "shape", "point"),
            Shape::Capsule => self.tell(at, "shape", "capsule"),
            Shape::Polygon(corners) => self.tell(at, "shape", format!("polygon {}", points(corners))),
            Shape::Polyline(corners) => self.tell(at, "shape", format!("polyline {}", points(corners))),
            Shape::Text(text) => {
                self.tell(at, "shape", "text");
                self.shown_text(&format!("{at}.text"), text);
            }
        }
    }

    pub(crate) fn shown_text(&mut self, at: &str, text: &Text) {
        let default = Text::default();
        self.text(at, "text", &text.text);
        self.say(at, "font", &text.font_family, &default.font_family);
        self.say(at, "size", &text.pixel_size, &default.pixel_size);
        self.color(at, "color", Some(&text.color));
        self.say(at, "wrap", &text.wrap, &default.wrap);
        self.say(at, "bold", &text.bold, &default.bold);
        self.say(at, "italic", &text.italic, &default.italic);
        self.say(at, "underline", &text.underline, &default.underline);
        self.say(at, "strikeout", &text.strikeout, &default.strikeout);
        self.say(at, "kerning", &text.kerning, &default.kerning);
        self.say(at, "halign", &text.halign, &default.halign);
        self.say(at, "valign", &text.valign, &default.valign);
    }

    fn picture(&mut self, at: &str, folder: &str, picture: Option<&Picture>) {
        let Some(picture) = picture.filter(|picture| !picture.source.is_empty()) else { return };
        self.tell(at, "picture", path(folder, &picture.source));
        for (key, side) in [("picture.width", picture.width), ("picture.height", picture.height)] {
            if let Some(side) = side {
                self.tell(at, key, side.to_string());
            }
        }
        self.color(at, "picture.transparent", picture.transparent.as_deref());
    }

    fn properties(&mut self, at: &str, folder: &str, properties: &Properties) {
        for property in properties {
            // The last of a name counts, and overwrites the ones before it here.
            let key = format!("properties[{}]", property.name);
            let value = match &property.value {
                Value::String(text) => format!("string {text:?}"),
                Value::Int(number) => format!("int {number}"),
                Value::Float(value) => format!("float {}", number(*value)),
                Value::Bool(value) => format!("bool {value}"),
                Value::Color(text) if text.is_empty() => "color".to_owned(),
                Value::Color(text) => format!("color {}", color(text)),
                Value::File(text) if text.is_empty() => "file".to_owned(),
                Value::File(text) => format!("file {}", path(folder, text)),
                Value::Object(id) => format!("object {id}"),
                Value::Class(json) => format!("class {}", plain(json)),
                Value::List(json) => format!("list {}", plain(json)),
                Value::Unknown(kind, json) => format!("{kind} {}", plain(json)),
            };
            self.tell(at, &key, value);
            self.text(at, &format!("{key}.type name"), property.type_name.as_deref().unwrap_or_default());
        }
    }

    fn extra(&mut self, at: &str, extra: &[(String, Json)]) {
        for (key, value) in extra {
            self.json(at, key, value);
        }
    }

    /// A value without a field in the model, in as many facts as it has leaves.
    fn json(&mut self, at: &str, key: &str, value: &Json) {
        let inner = within(at, key);
        let field = |item: &Json, key| item.get(key).map(plain).unwrap_or_default();
        match value {
            Json::Array(tiles) if key == "wangtiles" => {
                for tile in tiles {
                    self.tell(&inner, &field(tile, "tileid"), field(tile, "wangid"));
                }
            }
            Json::Array(properties) if key == "properties" => {
                for property in properties {
                    let name = field(property, "name");
                    let key = format!("properties[{}]", name.trim_matches('"'));
                    let kind = field(property, "type");
                    let value = field(property, "value");
                    self.tell(at, &key, format!("{} {value}", kind.trim_matches('"')));
                }
            }
            Json::Object(pairs) => {
                for (key, value) in pairs {
                    self.json(&inner, key, value);
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.json(&inner, &format!("[{index}]"), item);
                }
            }
            Json::String(text) if key.ends_with("color") => self.color(at, key, Some(text)),
            value => {
                let value = plain(value);
                if !DEFAULTS.contains(&(key, value.as_str())) {
                    self.tell(at, key, value);
                }
            }
        }
    }
}

/// Values of keys without a field in the model that say no more than their absence.
const DEFAULTS: [(&str, &str); 15] = [
    ("class", "\"\""),
    ("compressionlevel", "-1"),
    ("fillmode", "\"stretch\""),
    ("hexsidelength", "0"),
    ("hflip", "false"),
    ("mode", "\"normal\""),
    ("name", "\"\""),
    ("preferuntransformed", "false"),
    ("rotate", "false"),
    ("skewx", "0"),
    ("skewy", "0"),
    ("staggeraxis", "\"y\""),
    ("staggerindex", "\"odd\""),
    ("target", "\".\""),
    ("vflip", "false"),
];

fn within(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

fn cell(map: &Map, gid: Gid) -> Option<Cell> {
    let (owner, id) = map.tileset_of(gid)?;
    let tileset = map.tilesets.iter().position(|entry| std::ptr::eq(entry, owner))?;
    Some(Cell { tileset, id, flags: gid.flags() })
}

/// A number as far as 32 bits tell it, which is what the coarsest of the readers keeps.
#[expect(clippy::cast_possible_truncation, reason = "rounding to 32 bits is the point")]
pub(crate) fn number(value: f64) -> String {
    (value as f32 + 0.0).to_string()
}

/// A colour in one spelling: `#rrggbb`, or `#aarrggbb` where it is not opaque.
pub(crate) fn color(text: &str) -> String {
    let digits = text.trim_start_matches('#').to_ascii_lowercase();
    let digits = match (digits.len(), digits.strip_prefix("ff")) {
        (3, _) => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        (8, Some(opaque)) => opaque.to_owned(),
        _ => digits,
    };
    format!("#{digits}")
}

/// Where a reference leads, so that it is the same from whatever folder it is said.
fn path(folder: &str, reference: &str) -> String {
    if is_url(reference) { reference.to_owned() } else { resolve(folder, reference) }
}

/// JSON in one spelling: keys sorted, numbers by value.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(text) => text.parse().map_or_else(|_| text.clone(), number),
        Json::String(text) => format!("{text:?}"),
        Json::Integers(items) => format!("{:?}", items.iter().map(|number| number.0).collect::<Vec<_>>()),
        Json::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Json::Object(pairs) => {
            let mut pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect();
            pairs.sort();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}
