//! What the texts of a map refer to.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{Layer, LayerKind, Map, Object, Properties, Value},
    source::{Existence, Sources, is_url, parent, resolve},
    workadventure::{HolderKind, PropertyFact, Reference, ValueKind},
};

/// One text that refers to something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use<'a> {
    /// What it refers to; `None` for a `file` property that WorkAdventure does not know.
    pub(super) reference: Option<Reference>,
    /// Folder that the text is relative to.
    pub(super) folder: &'a str,
    /// Who holds it, for messages: `layer "stage", openWebsite`.
    pub(super) place: &'a str,
}

/// What a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A map of the project, with what follows the path (`#entry`).
    Map(String, String),
    /// A `.wam` file, with what follows the path.
    Wam(String, String),
    /// Any other file, with what follows the path.
    File(String, String),
    /// A path that leads to no file.
    Missing(String),
    /// Something that is not ours to follow: another site, the same room, nothing yet.
    Elsewhere,
}

/// Shows every text of a map that refers to something to `visit`, which may change it. Scripts are
/// shown line by line.
pub(super) fn visit<E>(
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

/// Finds what a text refers to. `stand_ins` are maps by the venue in whose place they stand.
pub(super) fn target(
    sources: &Sources,
    stand_ins: &BTreeMap<String, String>,
    reference: Option<Reference>,
    folder: &str,
    text: &str,
) -> Target {
    let text = text.trim();
    // `{{{ x }}}` is filled in by the scripting library at run time.
    if text.is_empty() || text.starts_with(['/', '#', '?']) || is_url(text) || text.contains("{{") {
        return Target::Elsewhere;
    }
    let end = text.find(['#', '?']).unwrap_or(text.len());
    let (path, suffix) = text.split_at(end);
    let name = resolve(folder, path);
    let decoded = percent_decoded(path).map(|path| resolve(folder, &path));
    let candidates: Vec<String> = std::iter::once(name.clone()).chain(decoded).collect();
    let exit = matches!(reference, Some(Reference::Exit | Reference::MapExit));
    for name in &candidates {
        if sources.existence(name) == Existence::File {
            let stand_in = stand_ins.get(name).unwrap_or(name).clone();
            return match extension(name).as_str() {
                "wam" => Target::Wam(name.clone(), suffix.to_owned()),
                "tmj" | "tmx" => Target::Map(stand_in, suffix.to_owned()),
                "json" | "xml" if exit => Target::Map(stand_in, suffix.to_owned()),
                _ => Target::File(name.clone(), suffix.to_owned()),
            };
        }
    }
    if exit {
        // Links may be written as they will be in the bundle.
        for name in &candidates {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            if !matches!(extension(name).as_str(), "tmj" | "json" | "tmx" | "wam") {
                continue;
            }
            for other in ["tmj", "json", "tmx"] {
                let name = format!("{stem}.{other}");
                if sources.existence(&name) == Existence::File {
                    let stand_in = stand_ins.get(&name).unwrap_or(&name).clone();
                    return Target::Map(stand_in, suffix.to_owned());
                }
            }
        }
    }
    Target::Missing(name)
}

/// Extension of a name, in lower case.
pub(super) fn extension(name: &str) -> String {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

/// `%20` and the like as the characters that they stand for; `None` where there are none or they are
/// no text.
fn percent_decoded(path: &str) -> Option<String> {
    if !path.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// A path as a URL has it.
pub(super) fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;

    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(reference: Reference, text: &str) -> Target {
        let mut sources = Sources::new("/nowhere");
        for name in
            ["maps/hall.json", "maps/lobby.tmj", "maps/a b.mp3", "maps/bar.wam", "maps/lobby.stands.tmj"]
        {
            sources.insert(name, *b"{}");
        }
        let stand_ins = BTreeMap::from([("maps/lobby.tmj".to_owned(), "maps/lobby.stands.tmj".to_owned())]);
        target(&sources, &stand_ins, Some(reference), "maps", text)
    }

    #[test]
    fn exits_lead_to_maps_under_any_of_their_names() {
        let map = |name: &str, suffix: &str| Target::Map(name.to_owned(), suffix.to_owned());
        assert_eq!(find(Reference::Exit, "hall.json#door"), map("maps/hall.json", "#door"));
        assert_eq!(find(Reference::Exit, "hall.tmj"), map("maps/hall.json", ""));
        assert_eq!(find(Reference::Exit, "hall.wam"), map("maps/hall.json", ""));
        assert_eq!(find(Reference::Exit, "lobby.tmj#x"), map("maps/lobby.stands.tmj", "#x"));
        assert_eq!(find(Reference::Exit, "bar.wam"), Target::Wam("maps/bar.wam".to_owned(), String::new()));
    }

    #[test]
    fn other_sites_and_templates_are_left_alone() {
        for text in ["", "#door", "/_/global/x/map.json", "https://a.example/map.json", "{{{ x }}}.json"] {
            assert_eq!(find(Reference::Exit, text), Target::Elsewhere, "{text}");
        }
    }

    #[test]
    fn urls_and_file_names_meet() {
        let sound = Target::File("maps/a b.mp3".to_owned(), String::new());
        assert_eq!(find(Reference::Sound, "a%20b.mp3"), sound);
        assert_eq!(find(Reference::Sound, "a b.mp3"), sound);
        assert_eq!(find(Reference::Sound, "c.mp3"), Target::Missing("maps/c.mp3".to_owned()));
        assert_eq!(percent_encoded("maps/a b#1.tmj"), "maps/a%20b%231.tmj");
    }
}
