//! The examples that `venue rules` shows are maps, written short: each line is put into the healthy map,
//! and the rule must tell of it.
//!
//! ```text
//! layer "poster": openWebsite = "", openWebsiteWidth = 50      a tile layer with these properties
//! area "stage": …   variable "door": …   object "lamp": …      an object of that class, or of none
//! tile 3: …                                                    a tile of the tileset
//! map: version 1    tileset "walls": firstgid 0                keys of the map, of its tileset
//! openWebsite = "…"                                            a property of a layer, or of the map
//! file "sounds/lobby.mp3"   file "a.html": "<p>"               a file beside the map; a map, if it is called so
//! ```
//!
//! Lines, or parts between semicolons, belong together; what follows that is none of this is said to
//! people. Zones all lie on one cell.

use serde_json::{Value, json};
use venue::{
    check::rules,
    workadventure::{HolderKind, PropertyFact},
};

use super::{FLOOR, Venue, healthy, layer};

/// Rules whose examples say what no line of properties can: files, pictures, cells, other maps.
const SAID: &[&str] = &[
    "animation-frame-wrong",
    "area-id-twice",
    "area-property-id-twice",
    "area-shape",
    "area-turned",
    "audience-without-podium",
    "avatars-hidden",
    "broken-json",
    "broken-xml",
    "certificate-wrong",
    "chunks-in-finite-map",
    "chunks-overlap",
    "class-default-not-written",
    "class-empty",
    "class-member-wrong",
    "comment-in-layer-data",
    "content-type-wrong",
    "control-character",
    "cors-missing",
    "custom-rule",
    "custom-type-unknown",
    "dead-end",
    "duplicate-id",
    "duplicate-key",
    "duplicate-layer-path",
    "duplicate-tile",
    "duplicate-tileset-name",
    "editor-link-relative",
    "entity-collection-relative",
    "entity-property-idle",
    "entry-unused",
    "enum-value-unlisted",
    "exit-unreachable",
    "external-tileset",
    "field-unreadable",
    "field-word-unknown",
    "flipped-zone-tile",
    "floor-layer-missing",
    "floor-layer-twice",
    "focus-too-large",
    "gid-beyond-tileset",
    "helper-layer-shows",
    "hex-rotation-flag",
    "hidden-colliding-layer",
    "hidden-text-shows",
    "host-not-allowed",
    "host-private",
    "id-missing",
    "ignored-by-engine",
    "image-collection",
    "invisible-wall",
    "jitsi-config-unreadable",
    "layer-data-length",
    "layer-data-odd",
    "layer-data-surplus",
    "layer-data-text",
    "layer-data-unreadable",
    "layer-encoded",
    "layer-size-mismatch",
    "layer-too-large",
    "layer-type-unknown",
    "layer-visibility-missing",
    "list-property",
    "map-extension-case",
    "map-size-wrong",
    "map-unreachable",
    "meeting-across-maps",
    "not-a-map",
    "not-a-world",
    "object-reference-missing",
    "object-tile-missing",
    "one-way-exit",
    "orientation-unknown",
    "path-absolute",
    "picture-data-unreadable",
    "picture-letter-case",
    "picture-outside-project",
    "picture-path",
    "picture-size-mismatch",
    "picture-too-large",
    "picture-unreadable",
    "points-unreadable",
    "property-type-unknown",
    "property-value-type",
    "shape-without-wall",
    "shapes-mixed",
    "silent-meeting",
    "site-answer-doubtful",
    "site-insecure",
    "site-refuses-frame",
    "site-unreachable",
    "stale-next-id",
    "start-enclosed",
    "start-missing",
    "start-on-exit",
    "start-on-wall",
    "structure-refused",
    "template-instance",
    "template-missing",
    "template-tileset-missing",
    "text-font",
    "text-style",
    "tile-number-wrong",
    "tiled-project-wrong",
    "tiled-projects-several",
    "tileset-file-missing",
    "tileset-keys-ignored",
    "tileset-overlap",
    "tmx-map",
    "unreachable-zone",
    "upload-to-root",
    "upload-unchecked",
    "wam-elsewhere",
    "wam-map-missing",
    "wam-refused",
    "wam-version-unknown",
    "wang-id-wrong",
    "website-object",
    "world-map-missing",
    "world-pattern-wrong",
    "zone-without-cells",
];

/// A text that is read from its beginning.
struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    fn eat(&mut self, start: &str) -> bool {
        self.0.strip_prefix(start).map(|rest| self.0 = rest).is_some()
    }

    fn word(&mut self) -> &'a str {
        let end = self.0.find(|sign: char| !sign.is_alphanumeric() && sign != '-').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    /// A JSON value; `…` in it is something that is nobody's business.
    fn value(&mut self) -> Option<Value> {
        let mut values = serde_json::Deserializer::from_str(self.0).into_iter();
        let value: Value = values.next()?.ok()?;
        self.0 = &self.0[values.byte_offset()..];
        // An object that a property holds is text.
        Some(if value.is_object() { Value::String(value.to_string()) } else { value })
    }

    /// `key = value`, or `key value`, as often as they follow.
    fn pairs(&mut self, between: &str) -> Vec<(&'a str, Value)> {
        let mut pairs = Vec::new();
        loop {
            let before = self.0;
            let key = self.word();
            let value = if !key.is_empty() && self.eat(between) { self.value() } else { None };
            let Some(value) = value else {
                self.0 = before;
                return pairs;
            };
            pairs.push((key, value));
            for kind in [" (string)", " (bool)", " (int)", " (file)"] {
                self.eat(kind);
            }
            if !self.eat(", ") {
                return pairs;
            }
        }
    }
}

fn typed((name, value): &(&str, Value), file: bool) -> Value {
    let mut property = super::prop(name, value.clone());
    if file {
        property["type"] = json!("file");
    }
    property
}

/// The map with what one statement says; `None` where it is none.
fn put(venue: Venue, statement: &str) -> Option<Venue> {
    let mut line = Line(statement);
    let file = statement.contains("(file)");
    let properties = |pairs: &[(&str, Value)]| pairs.iter().map(|pair| typed(pair, file)).collect::<Vec<_>>();
    let before = line.0;
    let what = line.word();
    if what == "file" && line.eat(" ") {
        let name = line.value()?.as_str()?.to_owned();
        let text = if line.eat(": ") { line.value()?.as_str()?.to_owned() } else { String::new() };
        let bytes = match name.strip_suffix(".tmj") {
            Some(_) => serde_json::to_vec(&healthy().map).unwrap(),
            None => text.into_bytes(),
        };
        return Some(venue.file(&format!("maps/{name}"), bytes));
    }
    let known = ["layer", "area", "variable", "object", "tile", "tileset", "map"].contains(&what);
    if !known {
        line.0 = before;
        let pairs = line.pairs(" = ");
        let (name, _) = pairs.first()?;
        let of_map = PropertyFact::of(name).is_some_and(|fact| fact.works_on(HolderKind::Map));
        let properties = properties(&pairs);
        return Some(if of_map {
            venue.with(|map| map["properties"] = json!(properties))
        } else {
            venue.layer("zone", &[(3, 3)], properties)
        });
    }
    let name = if line.eat(" ") { line.value()? } else { Value::Null };
    if !line.eat(": ") {
        return None;
    }
    if matches!(what, "map" | "tileset") {
        let pairs = line.pairs(" ");
        return (!pairs.is_empty()).then(|| {
            venue.with(|map| {
                let holder = if what == "map" { map } else { &mut map["tilesets"][0] };
                for (key, value) in pairs {
                    holder[key] = value;
                }
            })
        });
    }
    let pairs = line.pairs(" = ");
    let properties = properties(&pairs);
    if pairs.is_empty() {
        return None;
    }
    let called = name.as_str().unwrap_or_default();
    Some(match what {
        "layer" => venue.with(|map| {
            let layers = map["layers"].as_array_mut().unwrap();
            if let Some(layer) = layers.iter_mut().find(|layer| layer["name"] == name) {
                layer["properties"] = json!(properties);
            } else {
                let mut added = layer(called, FLOOR, &[(3, 3)]);
                added["id"] = json!(layers.len() + 1);
                added["properties"] = json!(properties);
                layers.insert(0, added);
            }
        }),
        "tile" => venue.with(|map| {
            let id = name.as_u64().unwrap() % 4;
            map["layers"][1]["data"][20] = json!(id + 1);
            let tiles = map["tilesets"][0]["tiles"].as_array_mut().unwrap();
            tiles.retain(|tile| tile["id"] != id);
            tiles.push(json!({"id": id, "properties": properties}));
        }),
        "object" => venue.object(called, "", [3, 3, 1, 1], properties),
        class => venue.object(called, class, [3, 3, 1, 1], properties),
    })
}

/// The map of an example; `None` where it is no more than words.
fn expanded(example: &str) -> Option<Venue> {
    let statements = example.lines().flat_map(|line| line.split("; "));
    statements.into_iter().try_fold(healthy(), put)
}

#[test]
fn examples_are_what_their_rules_tell_of() {
    let fires = |name: &str, example: &str| {
        expanded(example).is_some_and(|venue| venue.report().entries.iter().any(|entry| entry.rule == name))
    };
    let said: Vec<&str> =
        rules().into_iter().filter(|rule| !fires(rule.name, rule.example)).map(|rule| rule.name).collect();
    let mut expected = SAID.to_vec();
    expected.sort_unstable();
    let mut found = said.clone();
    found.sort_unstable();
    assert_eq!(
        found, expected,
        "an example is to be a map that its rule tells of, or named as no more than words"
    );
}

/// What an example says beside the healthy map is what is wrong: a fix takes it away.
#[test]
fn examples_can_be_mended() {
    let mut mended = 0;
    for rule in rules() {
        let Some(venue) = expanded(rule.example) else { continue };
        let report = venue.report();
        for entry in report.entries.iter().filter(|entry| entry.rule == rule.name) {
            let (Some(fix), Some(pointer)) = (&entry.fix, &entry.site.pointer) else { continue };
            let Some(right) = fix.replacement() else { continue };
            if entry.site.file != "maps/a.tmj" {
                continue;
            }
            let fixed = venue.clone().with(|map| *map.pointer_mut(pointer).unwrap() = json!(right));
            let left = fixed.report();
            let still = left
                .entries
                .iter()
                .any(|other| other.rule == rule.name && other.site.pointer == entry.site.pointer);
            assert!(!still, "{}: {:?}", rule.name, rule.example);
            mended += 1;
        }
    }
    assert!(mended >= 8, "{mended}");
}
