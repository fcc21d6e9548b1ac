//! A project file by which Tiled offers what WorkAdventure and `venue` read (tiled-formats, section 3.10).

use serde::Serialize as _;
use serde_json::{Value, json, ser::PrettyFormatter};

use super::tidy;
use crate::workadventure::{HolderKind, PROPERTIES, PropertyFact, ValueKind};

/// A class of Tiled's: its name, what can have it, whose properties it offers, its colour.
type Class = (&'static str, &'static str, HolderKind, &'static str);

/// Classes of WorkAdventure's, and such as only gather the properties of their kind. Names of the latter
/// mean nothing to WorkAdventure.
const CLASSES: [Class; 7] = [
    ("area", "object", HolderKind::Area, "#ff2a9d8f"),
    ("variable", "object", HolderKind::Variable, "#ff8e6bbf"),
    ("website", "object", HolderKind::Website, "#ffe9a23b"),
    ("zone", "layer", HolderKind::TileLayer, "#ff2a9d8f"),
    ("zone-tile", "tile", HolderKind::Tile, "#ff2a9d8f"),
    ("room", "map", HolderKind::Map, "#ff1d2433"),
    ("credited", "tileset", HolderKind::Tileset, "#ff9aa5b1"),
];

/// A script for the extensions of Tiled (1.8 or newer): it lists what `venue check` finds in the open map, and goes to
/// the places of the findings.
pub const TILED_EXTENSION: &str = include_str!("tiled-extension.js");

/// The project file, as Tiled writes it. Nothing that a class gives says anything until it is filled in.
pub fn tiled_project() -> String {
    let enums = PROPERTIES.iter().filter(|fact| is_offered(fact)).filter_map(enumeration);
    let classes = CLASSES.into_iter().map(|(name, usage, holder, color)| {
        let members: Vec<Value> = offered(holder).map(|fact| member(fact, holder)).collect();
        class(name, usage, color, &members)
    });
    let mut types: Vec<Value> = enums.chain(classes).chain(of_stands()).collect();
    for (id, kind) in (1..).zip(&mut types) {
        kind["id"] = json!(id);
    }
    let check = json!({
        "arguments": "check --color never %mapfile",
        "command": "venue",
        "enabled": true,
        "name": "Check for WorkAdventure",
        "saveBeforeExecute": true,
        "shortcut": "F6",
        "showOutput": true,
        "workingDirectory": "%mappath",
    });
    let project = json!({
        "automappingRulesFile": "",
        "commands": [check],
        "extensionsPath": "extensions",
        "folders": ["."],
        "propertyTypes": types,
    });
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    // Texts and numbers only, written into memory.
    let _infallible = tidy::sorted(&project).serialize(&mut writer);
    text.push(b'\n');
    String::from_utf8_lossy(&text).into_owned()
}

/// Whether maps drawn today should have it, and a value can be offered that changes nothing.
fn is_offered(fact: &PropertyFact) -> bool {
    let changes = matches!(fact.value, ValueKind::Number(..)) && fact.default.is_none();
    fact.replaced_by.is_none() && !changes && fact.name != "venueStandsOf"
}

/// The properties of a holder: each with its companions behind it.
fn offered(holder: HolderKind) -> impl Iterator<Item = &'static PropertyFact> {
    let here = move || PROPERTIES.iter().filter(move |fact| fact.works_on(holder) && is_offered(fact));
    // Of two that a companion belongs to it stands behind the first.
    let first = move |fact: &PropertyFact| {
        here().find(|main| fact.companion_of.contains(&main.name)).map(|main| main.name)
    };
    here().filter(|fact| fact.is_main()).flat_map(move |main| {
        let companions = here().filter(move |fact| first(fact) == Some(main.name));
        std::iter::once(main).chain(companions)
    })
}

fn enumeration(fact: &PropertyFact) -> Option<Value> {
    let ValueKind::OneOf(values) = fact.value else { return None };
    // WorkAdventure reads text, and none that holds several.
    Some(json!({
        "name": fact.name,
        "storageType": "string",
        "type": "enum",
        "values": values,
        "valuesAsFlags": false,
    }))
}

fn class(name: &str, usage: &str, color: &str, members: &[Value]) -> Value {
    json!({
        "color": color,
        "drawFill": true,
        "members": members,
        "name": name,
        "type": "class",
        "useAs": [usage],
    })
}

fn member(fact: &PropertyFact, holder: HolderKind) -> Value {
    let default = fact.default.unwrap_or_default();
    let (kind, value) = match fact.value {
        ValueKind::Bool => ("bool", json!(default == "true")),
        // The name of an entry on a tile, else whether it is one.
        ValueKind::Any if fact.name == "start" && holder != HolderKind::Tile => ("bool", json!(false)),
        ValueKind::Number(low, high) if low.fract() == 0.0 && high > 1.0 && high.is_finite() => {
            ("int", json!(default.parse::<i64>().unwrap_or(0)))
        }
        ValueKind::Number(..) => ("float", json!(default.parse::<f64>().unwrap_or(0.0))),
        ValueKind::OneOf(_) => {
            return json!({ "name": fact.name, "propertyType": fact.name, "type": "string", "value": default });
        }
        ValueKind::Text | ValueKind::Url(_) | ValueKind::JsonObject | ValueKind::Any => ("string", json!("")),
    };
    json!({ "name": fact.name, "type": kind, "value": value })
}

/// Classes of what `venue stands` reads in halls and in stand templates.
fn of_stands() -> Vec<Value> {
    let whole = |name: &str, value: i32| json!({ "name": name, "type": "int", "value": value });
    let text = |name: &str| json!({ "name": name, "type": "string", "value": "" });
    vec![
        class("stand-area", "object", "#ff4f83cc", &[whole("aisle", 2), whole("island", 1)]),
        class("stand-slot", "object", "#ff7fa8e0", &[]),
        class("signpost", "object", "#ffc8553d", &[text("area")]),
        class("logo", "object", "#ffd4a017", &[]),
        class("name", "object", "#ffb8c0cc", &[]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::load_custom_types, model::Property, source::Sources};

    #[test]
    fn our_own_reader_finds_every_type() {
        let mut sources = Sources::new("/nowhere");
        sources.insert("venue.tiled-project", tiled_project());
        let (types, findings) = load_custom_types(&sources, "venue.tiled-project");
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(
            types.enumeration("openWebsiteTrigger").unwrap().values,
            ["onaction", "onicon", "onenter"]
        );
        let area = types.class("area", "object").unwrap();
        assert_eq!(
            area.member("openWebsiteTrigger").unwrap().type_name.as_deref(),
            Some("openWebsiteTrigger")
        );
        assert!(area.member("collides").is_none());
        assert!(types.class("zone-tile", "tile").unwrap().member("collides").is_some());
        assert!(types.class("stand-area", "object").is_some());
        for fact in PROPERTIES.iter().filter(|fact| is_offered(fact)) {
            for (name, usage, holder, _) in CLASSES {
                let there = types.class(name, usage).unwrap().member(fact.name).is_some();
                assert_eq!(there, fact.works_on(holder), "{name}: {}", fact.name);
            }
        }
        // What is merely offered changes no map.
        let classes = CLASSES.map(|(name, usage, ..)| types.class(name, usage).unwrap());
        let said: Vec<&Property> = classes
            .iter()
            .flat_map(|class| class.members.iter().filter(|member| PropertyFact::says_something(member)))
            .collect();
        assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn companions_stand_behind_what_they_belong_to() {
        let names: Vec<&str> = offered(HolderKind::Area).map(|fact| fact.name).collect();
        let at = |name: &str| names.iter().position(|known| *known == name).unwrap();
        assert_eq!(at("jitsiClosable"), at("jitsiRoom") + 1);
        assert!(at("openTab") < at("openWebsiteTrigger"));
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len());
    }
}
