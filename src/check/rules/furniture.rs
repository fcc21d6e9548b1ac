//! Collections of entities for WorkAdventure's editor, where the project holds them itself
//! (workadventure-maps, sections 6.3 and 6.4).

use std::collections::BTreeSet;

use super::{Check, Lint};
use crate::{
    check::context::WorldContext,
    finding::{Family, Finding, Place, Rule, Severity, Spot},
    model::{PixelRect, Wam},
    project::nearest,
    source::Existence,
    world::Surroundings,
};

pub(super) static LINTS: &[Lint] = &[
    Lint { rule: &ENTITY_COLLECTION_UNREADABLE, check: Check::World(collections) },
    Lint { rule: &ENTITY_PREFAB_UNKNOWN, check: Check::Beside("entity-collection-unreadable") },
];

static ENTITY_COLLECTION_UNREADABLE: Rule = Rule {
    name: "entity-collection-unreadable",
    summary: "a collection of entities in the project is none",
    severity: Severity::Warning,
    family: Family::Editor,
    since: "0.1.0",
    why: "WorkAdventure notes that it cannot read the collection, where nobody looks, and shows none of its \
          entities. Files of the project are known by `play-url` in venue.toml.",
    example: r#"
wam: entityCollections [{ "url": "https://maps.example.org/furniture.json", "type": "file" }]
file "furniture.json": "{}"
file "venue.toml":
  [project]
  play-url = "https://play.example.org/_/global/maps.example.org"
"#,
    mend: "Write a collectionName and a list called collection, or name another file.",
};

static ENTITY_PREFAB_UNKNOWN: Rule = Rule {
    name: "entity-prefab-unknown",
    summary: "an entity is none of its collection",
    severity: Severity::Warning,
    family: Family::Editor,
    since: "0.1.0",
    why: "An entity is shown by the id of a picture in a collection. Where the collection has no such id the \
          entity is missing, with what a click on it should do.",
    example: r#"
wam: entityCollections [{ "url": "https://maps.example.org/furniture.json", "type": "file" }]
wam entity "desk lamp": prefabRef { "collectionName": "furniture", "id": "lmap" }
file "furniture.json":
  {
    "version": "1.0", "collectionName": "furniture", "tags": [],
    "collection": [{ "id": "lamp", "name": "Lamp", "tags": [], "imagePath": "lamp.png", "direction": "Up", "color": "" }]
  }
file "venue.toml":
  [project]
  play-url = "https://play.example.org/_/global/maps.example.org"
"#,
    mend: "Write the id of a picture in the collection, or place the entity anew in the editor.",
};

/// A collection that the project holds.
struct Furniture {
    name: String,
    /// Ids of its pictures; `None` where it is of a version that nobody knows.
    ids: Option<BTreeSet<String>>,
}

/// Reads a collection; `None` where it is none.
fn read(text: &str) -> Option<Furniture> {
    let file: serde_json::Value = serde_json::from_str(text).ok()?;
    let word = |value: &serde_json::Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let name = word(&file, "collectionName")?;
    let pictures = file.get("collection")?.as_array()?;
    let id = |picture: &serde_json::Value| word(picture, "id");
    // Before there were ids, each was made of what is known of a picture.
    let made = |picture: &serde_json::Value| {
        let [called, color, direction] = ["name", "color", "direction"].map(|key| word(picture, key));
        Some(format!("{name}:{}:{}:{}", called?, color?, direction?))
    };
    let ids = match file.get("version").map(serde_json::Value::as_str) {
        None => Some(pictures.iter().filter_map(made).collect()),
        Some(Some("1.0")) => Some(pictures.iter().filter_map(id).collect()),
        Some(_) => None,
    };
    Some(Furniture { name, ids })
}

fn collections(context: &WorldContext, findings: &mut Vec<Finding>) {
    let surroundings = Surroundings::of(context.project);
    for wam in context.project.wams.iter().filter_map(|wam| wam.wam.as_ref()) {
        let mut known = Vec::new();
        for collection in &wam.collections {
            // What is not here may be made by a build, or lie on the server already.
            let here = surroundings.file_behind(&collection.url);
            let here = here.filter(|name| context.project.sources.existence(name) == Existence::File);
            let Some(name) = here else { continue };
            let file = context.project.sources.load(&name).ok();
            let furniture = file.as_ref().and_then(|file| read(file.text().ok()?));
            if let Some(furniture) = furniture {
                known.push(furniture);
                continue;
            }
            let message =
                format!("no entity of \"{}\" is shown: it is no collection of entities", collection.url);
            let spot = Spot::new(&*wam.file, collection.span).key("url");
            findings.push(
                Finding::new(&ENTITY_COLLECTION_UNREADABLE, spot, message)
                    .related(Spot::file(name), "what is no collection"),
            );
        }
        entities(context, wam, &known, findings);
    }
}

fn entities(context: &WorldContext, wam: &Wam, known: &[Furniture], findings: &mut Vec<Finding>) {
    // Ids are looked up in all collections, whatever the entity says of its own.
    let everywhere: BTreeSet<&str> =
        known.iter().filter_map(|furniture| furniture.ids.as_ref()).flatten().map(String::as_str).collect();
    for entity in &wam.entities {
        let mut own = known.iter().filter(|furniture| furniture.name == entity.collection);
        let (Some(Furniture { ids: Some(ids), .. }), None) = (own.next(), own.next()) else { continue };
        if everywhere.contains(entity.prefab.as_str()) {
            continue;
        }
        let name = if entity.name.is_empty() { &entity.id } else { &entity.name };
        let message = format!(
            "entity \"{name}\" is missing: the collection \"{}\" has no \"{}\"",
            entity.collection, entity.prefab
        );
        let corner = PixelRect { x: entity.position.x, y: entity.position.y, width: 0.0, height: 0.0 };
        let place = Place { object: Some(name.clone()), ..Place::default() }
            .area(corner.tiles(context.project.tile_size_of(&wam.file)));
        let spot = Spot::new(&*wam.file, entity.span).key("prefabRef");
        let finding = Finding::new(&ENTITY_PREFAB_UNKNOWN, spot, message).at(place);
        findings.push(match nearest(&entity.prefab, ids) {
            Some(near) => finding.help(format!("did you mean \"{near}\"?")),
            None => finding.help("place it anew in the editor"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_collections() {
        let ids = |version: &str| {
            let text = format!(
                r#"{{{version}"collectionName":"c","collection":[
                    {{"id":"a","name":"Lamp","color":"red","direction":"Up"}},{{"name":"Desk"}}]}}"#
            );
            read(&text).unwrap().ids.map(|ids| ids.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(ids(r#""version":"1.0","#), Some(vec!["a".to_owned()]));
        assert_eq!(ids(""), Some(vec!["c:Lamp:red:Up".to_owned()]));
        assert_eq!(ids(r#""version":"2.0","#), None);
        for text in ["{}", "[]", "", r#"{"collectionName":"c"}"#, r#"{"collection":[]}"#] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
