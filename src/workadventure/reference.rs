//! What the texts of a map refer to.

use std::sync::Arc;

use super::{HolderKind, PropertyFact, Reference, ValueKind};
use crate::{
    model::{Layer, LayerKind, Map, Object, Picture, Properties, Value, visit_images},
    source::{file_name, is_url, parent, relative, resolve},
};

/// One text that refers to something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use<'a> {
    /// What it refers to; `None` for a `file` property that WorkAdventure does not know.
    pub(crate) reference: Option<Reference>,
    /// Folder that the text is relative to.
    pub(crate) folder: &'a str,
    /// Who holds it, for messages: `layer "stage", openWebsite`.
    pub(crate) place: &'a str,
}

/// Shows every text of a map that refers to something to `visit`, which may change it. Scripts are
/// shown line by line.
pub(crate) fn visit<E>(
    map: &mut Map,
    visit: &mut dyn FnMut(Use<'_>, &mut String) -> Result<(), E>,
) -> Result<(), E> {
    let folder = parent(&map.file).to_owned();
    properties(&mut map.properties, HolderKind::Map, [&folder, &folder], "the map", visit)?;
    for set in &mut map.tilesets {
        let Some(shared) = &mut set.tileset else { continue };
        let tileset = Arc::make_mut(shared);
        // Texts are relative to the map, as the engine sees them; `file` properties to their file.
        let own = parent(&tileset.file).to_owned();
        let folders = [folder.as_str(), own.as_str()];
        let place = format!("tileset \"{}\"", tileset.name);
        properties(&mut tileset.properties, HolderKind::Tileset, folders, &place, visit)?;
        for tile in &mut tileset.tiles {
            let place = format!("{place}, tile {}", tile.id);
            properties(&mut tile.properties, HolderKind::Tile, folders, &place, visit)?;
        }
    }
    layers(&mut map.layers, &folder, visit)
}

fn layers<E>(
    layers_: &mut [Layer],
    folder: &str,
    visit: &mut dyn FnMut(Use<'_>, &mut String) -> Result<(), E>,
) -> Result<(), E> {
    for layer in layers_ {
        let place = format!("layer \"{}\"", layer.name);
        let kind = match &layer.kind {
            LayerKind::Tiles(_) => HolderKind::TileLayer,
            _ => HolderKind::OtherLayer,
        };
        properties(&mut layer.properties, kind, [folder, folder], &place, visit)?;
        match &mut layer.kind {
            LayerKind::Group(children) => layers(children, folder, visit)?,
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    let place = format!("{place}, object \"{}\"", object.name);
                    let template = object.template.as_deref().map(|path| resolve(folder, path));
                    let own = template.as_deref().map_or(folder, parent).to_owned();
                    let kind = holder(object);
                    properties(&mut object.properties, kind, [folder, &own], &place, visit)?;
                }
            }
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
    Ok(())
}

fn holder(object: &Object) -> HolderKind {
    match object.class.as_str() {
        "area" | "zone" => HolderKind::Area,
        "variable" => HolderKind::Variable,
        "website" => HolderKind::Website,
        _ => HolderKind::Object,
    }
}

fn properties<E>(
    properties: &mut Properties,
    holder: HolderKind,
    [folder, file_folder]: [&str; 2],
    place: &str,
    visit: &mut dyn FnMut(Use<'_>, &mut String) -> Result<(), E>,
) -> Result<(), E> {
    for property in &mut properties.0 {
        let known = PropertyFact::of(&property.name).filter(|fact| fact.works_on(holder));
        let reference = match known.map(|fact| fact.value) {
            Some(ValueKind::Url(reference)) => Some(reference),
            _ => None,
        };
        let (text, folder) = match &mut property.value {
            Value::String(text) if reference.is_some() => (text, folder),
            Value::File(text) => (text, file_folder),
            _ => continue,
        };
        let place = format!("{place}, {}", property.name);
        let used = Use { reference, folder, place: &place };
        if reference == Some(Reference::Scripts) && text.contains('\n') {
            let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            for line in &mut lines {
                visit(used, line)?;
            }
            *text = lines.join("\n");
        } else {
            visit(used, text)?;
        }
    }
    Ok(())
}

/// Whether a text that refers to something is a path relative to its map or file: no URL, no path from
/// the root of a host, no place in the same map, nothing that is filled in at run time (`{{{ x }}}`).
pub(crate) fn is_relative(text: &str) -> bool {
    let text = text.trim();
    !(text.is_empty() || text.starts_with(['/', '#', '?']) || is_url(text) || text.contains("{{"))
}

/// Makes the map one that stands complete in another file: what it refers to stays the same, the
/// pictures of its tilesets included; those that stood inside of a file are named as lying beside the
/// new one. Names are relative to the folder `root`, which may be left.
pub fn moved(map: &mut Map, root: &str, file: &str) {
    let old = parent(&map.file).to_owned();
    let new = parent(file).to_owned();
    let path = |folder: &str, text: &str| {
        if folder == new || !is_relative(text) {
            return None;
        }
        let text = text.trim();
        let end = text.find(['#', '?']).unwrap_or(text.len());
        let (path, rest) = text.split_at(end);
        // Beyond the root only whole paths say how to come from one folder to the other.
        let whole = |name: &str| resolve(root, name);
        Some(format!("{}{rest}", relative(&whole(&new), &whole(&resolve(folder, path)))))
    };
    let done: Result<(), std::convert::Infallible> = visit(map, &mut |used, text| {
        if let Some(new) = path(used.folder, text) {
            *text = new;
        }
        Ok(())
    });
    match done {
        Ok(()) => {}
        Err(never) => match never {},
    }
    let rename = |folder: &str, picture: &mut Picture| {
        if picture.embedded.is_some() {
            // It belongs to no folder yet.
            picture.source = file_name(&picture.source).to_owned();
        } else if let Some(new) = path(folder, &picture.source) {
            picture.source = new;
        }
    };
    for set in &mut map.tilesets {
        let Some(tileset) = &mut set.tileset else { continue };
        let tileset = Arc::make_mut(tileset);
        let folder = parent(&tileset.file).to_owned();
        let of_tiles = tileset.tiles.iter_mut().filter_map(|tile| tile.picture.as_mut());
        tileset.picture.iter_mut().chain(of_tiles).for_each(|picture| rename(&folder, picture));
        file.clone_into(&mut tileset.file);
    }
    visit_images(&mut map.layers, &mut |picture| rename(&old, picture));
    file.clone_into(&mut map.file);
}
