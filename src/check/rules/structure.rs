//! What the JSON of a map must hold for map-storage to take it, beyond what Tiled reads
//! (workadventure-maps, section 2.1), and what the engine reads otherwise than it seems.

use super::{Check, Lint};
use crate::{
    check::context::MapContext,
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    format::json::{self, Value},
    source::SourceFile,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &STRUCTURE_REFUSED, check: Check::Map(structure) },
    Lint { rule: &LAYERS_MISSING, check: Check::Beside("structure-refused") },
    Lint { rule: &CLASS_EMPTY, check: Check::Beside("structure-refused") },
    Lint { rule: &LAYER_DATA_TEXT, check: Check::Beside("structure-refused") },
    Lint { rule: &CHUNKS_IN_FINITE_MAP, check: Check::Beside("structure-refused") },
    Lint { rule: &LEGACY_FORM, check: Check::Beside("structure-refused") },
];

static STRUCTURE_REFUSED: Rule = Rule {
    name: "structure-refused",
    summary: "the map lacks something that map-storage asks for",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "map-storage looks at the structure of an uploaded map and refuses the whole upload where something is \
          missing that every current Tiled writes: the version of Tiled, names of layers and objects, kinds of \
          terrain sets. Browsers open such a map all the same.",
    example: "map: no tiledversion",
    mend: "Open the map in a current Tiled and save it.",
};

static LAYERS_MISSING: Rule = Rule {
    name: "layers-missing",
    summary: "the map or a group has no list of layers",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "Whoever opens a map goes over the list of its layers, and over those of its groups. Where there is no \
          list, not even an empty one, the browser fails and the room does not open; map-storage refuses the map.",
    example: "map: no layers",
    mend: "Take the last version that Tiled wrote.",
};

static CLASS_EMPTY: Rule = Rule {
    name: "class-empty",
    summary: "an object has an empty class beside its type",
    severity: Severity::Warning,
    family: Family::Format,
    since: "0.1.0",
    why: "The class of an object is called `class` in the files of Tiled 1.9 and `type` in all others. Where both \
          are there WorkAdventure takes `class`, even if it is empty: the area or variable is none.",
    example: r#"object "stage": type "area", class """#,
    mend: "Open the map in a current Tiled and save it, or delete the empty class.",
};

static LAYER_DATA_TEXT: Rule = Rule {
    name: "layer-data-text",
    summary: "a layer's tiles are a text with commas instead of numbers",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "In JSON the tiles of a layer are an array of numbers. In a text the engine takes every sign for a tile: \
          the layer is a mess, or the room does not open.",
    example: r#"layer "desk": data "1,1,2,0""#,
    mend: "Open the map in Tiled and save it, or publish what `venue convert` writes.",
};

static CHUNKS_IN_FINITE_MAP: Rule = Rule {
    name: "chunks-in-finite-map",
    summary: "a layer is written in chunks although the map is not infinite",
    severity: Severity::Error,
    family: Family::Format,
    since: "0.1.0",
    why: "Chunks are for infinite maps. Elsewhere the engine looks for the tiles of the layer where they are not, \
          and the room does not open.",
    example: r#"
layer "floor": no data,
  chunks [{ "x": 0, "y": 0, "width": 2, "height": 1, "data": [1, 1] }]
"#,
    mend: "Open the map in Tiled and save it, or publish what `venue convert` writes.",
};

static LEGACY_FORM: Rule = Rule {
    name: "legacy-form",
    summary: "the map is written as by a Tiled of long ago",
    severity: Severity::Info,
    family: Family::Format,
    since: "0.1.0",
    why: "Before Tiled 1.2 properties and the tiles of a tileset were objects, which are lists today; before 1.5 \
          terrains were written otherwise. Tiled and `venue` read both; map-storage refuses old lists, and programs \
          of today find nothing in them.",
    example: r#"layer "poster": properties { "openWebsite": "https://example.org" }"#,
    mend: "Open the map in a current Tiled and save it, or publish what `venue bundle` writes.",
};

/// What is missing, with where it is missing first and how often.
struct Missing {
    what: &'static str,
    first: Spot,
    count: usize,
}

struct Judge<'a> {
    file: &'a SourceFile,
    infinite: bool,
    missing: Vec<Missing>,
    /// Where something is written in an old form first, and how often.
    legacy: Option<(Spot, usize)>,
    findings: &'a mut Vec<Finding>,
}

fn structure(context: &MapContext, findings: &mut Vec<Finding>) {
    if context.is_xml() {
        return;
    }
    let Ok(file) = context.sources().load(&context.map.file) else { return };
    let Some(Ok(document)) = json::document(&file) else { return };
    let mut judge =
        Judge { file: &file, infinite: context.map.infinite, missing: Vec::new(), legacy: None, findings };
    judge.map(document.root());
    if let Some((spot, count)) = judge.legacy {
        let times = if count == 1 { String::new() } else { format!(", {count} times in this file") };
        let message = format!("this is written as by a Tiled of long ago, and read all the same{times}");
        let finding = Finding::new(&LEGACY_FORM, spot, message);
        judge.findings.push(finding.help("open the map in a current Tiled and save it"));
    }
    for Missing { what, first, count } in judge.missing {
        let more = match count {
            0 | 1 => String::new(),
            2 => ", and one more like it".to_owned(),
            count => format!(", and {} more like it", count - 1),
        };
        findings.push(
            Finding::new(&STRUCTURE_REFUSED, first, format!("map-storage refuses the map: {what}{more}"))
                .help("open the map in a current Tiled and save it"),
        );
    }
}

impl Judge<'_> {
    fn spot(&self, value: Value) -> Spot {
        Spot::new(self.file.name(), Some(self.file.span_of(value.range())))
    }

    fn lacks(&mut self, at: Value, what: &'static str) {
        if let Some(missing) = self.missing.iter_mut().find(|missing| missing.what == what) {
            missing.count += 1;
        } else {
            let first = self.spot(at);
            self.missing.push(Missing { what, first, count: 1 });
        }
    }

    /// Notes where the element has none of this text.
    fn text(&mut self, element: Value, key: &str, what: &'static str) {
        if element.get(key).is_none_or(|value| !value.is_string()) {
            self.lacks(element, what);
        }
    }

    /// Notes where the element has an object for what is a list today, or terrains as they were before they
    /// became Wang sets.
    fn lists(&mut self, element: Value) {
        let is_old = |key: &str| {
            element.get(key).is_some_and(|value| match key {
                "terrains" => value.items().next().is_some(),
                _ => value.is_object() && value.entries().next().is_some(),
            })
        };
        for key in ["properties", "terrains", "tileproperties", "tiles"] {
            if is_old(key) {
                let spot = self.spot(element).key(key);
                self.legacy.get_or_insert((spot, 0)).1 += 1;
            }
        }
    }

    fn map(&mut self, root: Value) {
        self.lists(root);
        self.text(root, "tiledversion", "it does not say which Tiled wrote it (tiledversion)");
        for property in items(root, "properties") {
            if property.get("name").and_then(Value::string).is_some_and(|name| name == "entities") {
                self.entities(property);
            }
        }
        self.layers(root);
        for tileset in items(root, "tilesets") {
            self.tileset(tileset);
        }
    }

    /// The property is out of use, but map-storage reads it (workadventure-maps, section 8).
    fn entities(&mut self, property: Value) {
        let is_entity = |entity: Value| {
            entity.get("id").is_some_and(Value::is_string)
                && entity.get("prefabRef").is_some_and(Value::is_object)
                && entity.get("properties").is_some_and(Value::is_array)
        };
        let fits =
            property.get("value").is_some_and(|value| value.is_array() && value.items().all(is_entity));
        if !fits {
            self.lacks(property, "its property entities is no list of entities as they are now");
        }
    }

    fn layers(&mut self, holder: Value) {
        let list = holder.get("layers");
        if !list.is_some_and(Value::is_array) {
            let spot = self.spot(holder);
            let spot = if list.is_some() { spot.key("layers") } else { spot };
            let who = match holder.get("name").and_then(Value::string) {
                Some(name) => format!("group \"{name}\""),
                None => "the map".to_owned(),
            };
            let message = format!("nobody can enter the room: {who} has no list of layers");
            let finding = Finding::new(&LAYERS_MISSING, spot, message);
            self.findings.push(finding.help("take the last version that Tiled wrote"));
        }
        for layer in items(holder, "layers") {
            self.lists(layer);
            self.text(layer, "name", "a layer has no name");
            match layer.get("type").and_then(Value::string).as_deref() {
                Some("tilelayer") => self.tiles(layer),
                Some("objectgroup") => {
                    if !layer.get("objects").is_some_and(Value::is_array) {
                        self.lacks(layer, "an object layer has no list of objects");
                    }
                    items(layer, "objects").for_each(|object| self.object(object));
                }
                Some("group") => self.layers(layer),
                _ => {}
            }
        }
    }

    fn tiles(&mut self, layer: Value) {
        let name = layer.get("name").and_then(Value::string).unwrap_or_default();
        let data = layer.get("data");
        let encoded =
            layer.get("encoding").and_then(Value::string).is_some_and(|encoding| encoding == "base64");
        if !encoded && data.is_some_and(Value::is_string) {
            let message = format!("browsers cannot read the tiles of layer \"{name}\": they are a text");
            let spot = self.spot(layer).key("data");
            let finding = Finding::new(&LAYER_DATA_TEXT, spot, message);
            self.findings.push(finding.help("open the map in Tiled and save it"));
        }
        if !self.infinite && data.is_none() && layer.get("chunks").is_some() {
            let message = format!(
                "nobody can enter the room: layer \"{name}\" is written in chunks, and the map is not infinite"
            );
            let spot = self.spot(layer).key("chunks");
            let finding = Finding::new(&CHUNKS_IN_FINITE_MAP, spot, message);
            self.findings.push(finding.help("open the map in Tiled and save it"));
        }
    }

    fn object(&mut self, object: Value) {
        // Map-storage refuses instances of templates, too; that is told by itself.
        if object.get("template").is_some() {
            return;
        }
        self.lists(object);
        self.text(object, "name", "an object has no name, not even an empty one");
        if object.get("visible").is_none() {
            self.lacks(object, "an object does not say whether it is visible");
        }
        let text = |key: &str| object.get(key).and_then(Value::string);
        if text("class").is_some_and(|class| class.is_empty())
            && let Some(kind) = text("type")
            && matches!(&*kind, "area" | "zone" | "variable" | "website")
        {
            let name = text("name").unwrap_or_default();
            let message = format!("object \"{name}\" is no {kind} to WorkAdventure: its class is empty");
            let id = object.get("id").and_then(|id| id.source().parse().ok()).unwrap_or(0);
            let place = Place::default().object(&name, id);
            let finding = Finding::new(&CLASS_EMPTY, self.spot(object).key("class"), message).at(place);
            self.findings.push(finding.help("delete the empty class"));
        }
    }

    fn tileset(&mut self, tileset: Value) {
        if tileset.get("source").is_some() {
            return;
        }
        self.lists(tileset);
        self.text(tileset, "name", "a tileset has no name");
        for tile in items(tileset, "tiles") {
            if tile.get("terrain").is_some() {
                self.lacks(tile, "terrain of tiles is written as before Tiled 1.5");
            }
        }
        for set in items(tileset, "wangsets") {
            self.text(set, "type", "a terrain set has no type, as before Tiled 1.5");
        }
    }
}

fn items<'a>(holder: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    holder.get(key).into_iter().flat_map(Value::items)
}
