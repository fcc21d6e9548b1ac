//! `.wam` files: what WorkAdventure's own editor adds to a map (workadventure-maps, section 6).

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{
    BundleError,
    plan::{Found, Plan},
    reference::{Places, Target},
};
use crate::{
    check::fill_text,
    format::WAM_VERSION,
    model::{Map, Properties, Value},
    project::Project,
    source::{file_stem, parent, relative},
    workadventure::{Reference, reference::Use},
};

/// One `.wam` of a bundle.
#[derive(Debug)]
pub(super) struct Wam {
    /// Name of its file in the project; `None` for one that is made here.
    pub(super) source: Option<String>,
    /// The map that it belongs to, by source; empty where it leads to none of ours.
    pub(super) map: String,
    /// Its content, as read.
    pub(super) json: Json,
}

impl Wam {
    /// The one that map-storage would make for a map.
    pub(super) fn new(source: &str, map: &Map) -> Self {
        let mut metadata = serde_json::Map::new();
        for (key, property) in
            [("name", "mapName"), ("description", "mapDescription"), ("copyright", "mapCopyright")]
        {
            if let Some(Value::String(text)) = map.properties.get(property).map(|known| &known.value) {
                metadata.insert(key.to_owned(), Json::String(text.clone()));
            }
        }
        let json = json!({
            "version": WAM_VERSION,
            "mapUrl": "",
            "entities": {},
            "areas": [],
            "entityCollections": [],
            "metadata": metadata,
        });
        Self { source: None, map: source.to_owned(), json }
    }
}

/// Reads a `.wam` of the project, links filled in.
pub(super) fn read(project: &Project, name: &str, places: Places<'_>) -> Result<Wam, BundleError> {
    let file = project
        .sources
        .load(name)
        .map_err(|source| BundleError::Unreadable { file: name.to_owned(), source })?;
    let refuse = |reason: String| BundleError::Map { file: name.to_owned(), reason };
    let mut json: Json =
        serde_json::from_slice(file.bytes()).map_err(|error| refuse(format!("broken JSON: {error}")))?;
    fill(&mut json, name, &project.config.links)?;
    let url = json.get("mapUrl").and_then(Json::as_str).unwrap_or_default();
    let target = places.target(Some(Reference::Exit), parent(name), url);
    let map = match target {
        Target::Map(map, _) => map,
        Target::Elsewhere => String::new(),
        _ => return Err(refuse(format!("mapUrl leads to \"{url}\", which does not exist"))),
    };
    Ok(Wam { source: Some(name.to_owned()), map, json })
}

/// Takes note of what a `.wam` of the project refers to, its map included.
pub(super) fn references(
    project: &Project,
    name: &str,
    places: Places<'_>,
    found: &mut Found,
) -> Result<(), BundleError> {
    let mut wam = read(project, name, places)?;
    if !wam.map.is_empty() {
        found.maps.insert(places.stand_ins.get(&wam.map).unwrap_or(&wam.map).clone());
    }
    visit(&mut wam.json, &mut |reference, place, text| {
        let target = places.target(Some(reference), parent(name), text);
        let used = Use { reference: Some(reference), folder: parent(name), place };
        found.take(&project.sources, name, used, text, target)
    })
}

/// A `.wam` as the bundle has it at `output`, its references rewritten by `rewrite`.
pub(super) fn finished(
    plan: &Plan,
    output: &str,
    wam: &Wam,
    rewrite: &dyn Fn(Reference, &str, &str) -> Option<String>,
) -> Json {
    let mut json = wam.json.clone();
    let map = plan.stand_ins.get(&wam.map).unwrap_or(&wam.map);
    if let (Some(map), Some(object)) = (plan.outputs.get(map), json.as_object_mut()) {
        // Beside each other, as map-storage itself writes it.
        let path = relative(parent(output), map);
        let path = if path.starts_with("../") { path } else { format!("./{path}") };
        object.insert("mapUrl".to_owned(), Json::String(crate::workadventure::percent_encoded(&path)));
    }
    let folder = wam.source.as_deref().map_or("", parent).to_owned();
    let done: Result<(), std::convert::Infallible> = visit(&mut json, &mut |reference, _, text| {
        if let Some(new) = rewrite(reference, &folder, text) {
            *text = new;
        }
        Ok(())
    });
    match done {
        Ok(()) => json,
        Err(never) => match never {},
    }
}

/// Name of a map's room, for messages.
pub(super) fn room_of(map_output: &str) -> String {
    let folder = parent(map_output);
    let stem = file_stem(map_output);
    if folder.is_empty() { format!("{stem}.wam") } else { format!("{folder}/{stem}.wam") }
}

/// Shows every text of a `.wam` that refers to something to `visit`, which may change it.
fn visit<E>(
    wam: &mut Json,
    visit: &mut dyn FnMut(Reference, &str, &mut String) -> Result<(), E>,
) -> Result<(), E> {
    let mut text = |holder: &mut Json, key: &str, reference: Reference, place: &str| match holder.get_mut(key)
    {
        Some(Json::String(text)) => visit(reference, place, text),
        _ => Ok(()),
    };
    if let Some(metadata) = wam.get_mut("metadata") {
        text(metadata, "thumbnail", Reference::Image, "metadata.thumbnail")?;
    }
    let mut holders: Vec<(String, &mut Json)> = Vec::new();
    let Some(object) = wam.as_object_mut() else { return Ok(()) };
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("entityCollections", Json::Array(collections)) => {
                for collection in collections {
                    text(collection, "url", Reference::Page, "entityCollections")?;
                }
            }
            ("areas", Json::Array(areas)) => {
                for area in areas {
                    let name = area.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
                    holders.push((format!("area \"{name}\""), area));
                }
            }
            ("entities", Json::Object(entities)) => {
                for (id, entity) in entities.iter_mut() {
                    holders.push((format!("entity \"{id}\""), entity));
                }
            }
            _ => {}
        }
    }
    for (place, holder) in holders {
        let Some(Json::Array(properties)) = holder.get_mut("properties") else { continue };
        for property in properties {
            let kind = property.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
            let place = format!("{place}, {kind}");
            match kind.as_str() {
                "exit" => text(property, "url", Reference::Exit, &place)?,
                "openWebsite" | "openFile" => text(property, "link", Reference::Page, &place)?,
                "playAudio" => text(property, "audioLink", Reference::Sound, &place)?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn fill(json: &mut Json, file: &str, links: &BTreeMap<String, String>) -> Result<(), BundleError> {
    match json {
        Json::String(text) => {
            if let Some(filled) = fill_text(text, links) {
                *text = filled;
            }
            match link_in(text) {
                Some(link) => Err(BundleError::UnknownLink {
                    file: file.to_owned(),
                    place: format!("\"{text}\""),
                    link,
                }),
                None => Ok(()),
            }
        }
        Json::Array(items) => items.iter_mut().try_for_each(|item| fill(item, file, links)),
        Json::Object(pairs) => pairs.iter_mut().try_for_each(|(_, value)| fill(value, file, links)),
        _ => Ok(()),
    }
}

/// A link that is still to be filled in, and who uses it.
pub(super) fn unknown_link(map: &Map) -> Option<(String, String)> {
    let of = |properties: &Properties, place: &dyn Fn() -> String| {
        properties.iter().find_map(|property| {
            let link = link_in(property.value.text()?)?;
            Some((format!("{}, {},", place(), property.name), link))
        })
    };
    of(&map.properties, &|| "the map".to_owned())
        .or_else(|| {
            map.flat_layers().into_iter().find_map(|(path, layer)| {
                of(&layer.properties, &|| format!("layer \"{path}\"")).or_else(|| {
                    layer.objects()?.objects.iter().find_map(|object| {
                        of(&object.properties, &|| format!("layer \"{path}\", object \"{}\"", object.name))
                    })
                })
            })
        })
        .or_else(|| {
            map.tilesets.iter().filter_map(|set| set.tileset.as_deref()).find_map(|tileset| {
                let name = || format!("tileset \"{}\"", tileset.name);
                of(&tileset.properties, &name).or_else(|| {
                    tileset.tiles.iter().find_map(|tile| {
                        of(&tile.properties, &|| format!("tileset \"{}\", tile {}", tileset.name, tile.id))
                    })
                })
            })
        })
}

fn link_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("${links.")?;
    Some(rest.split_once('}')?.0.to_owned())
}
