//! `${links.NAME}`: links that the project's config names once.

use std::collections::BTreeMap;

use crate::model::{Layer, LayerKind, Map, Properties, Value};

const OPEN: &str = "${links.";

/// A use of a link in a text: where it stands, and the name.
pub(super) fn uses(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(OPEN)?;
        let inside = start + OPEN.len();
        let length = text[inside..].find('}')?;
        at = inside + length + 1;
        Some((start..at, &text[inside..inside + length]))
    })
}

/// The text with every known link filled in; unknown ones stay. `None` where that changes nothing.
pub fn fill_text(text: &str, links: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut end = 0;
    for (range, name) in uses(text) {
        let Some(link) = links.get(name) else { continue };
        filled.push_str(&text[end..range.start]);
        filled.push_str(link);
        end = range.end;
    }
    if end == 0 {
        return None;
    }
    filled.push_str(&text[end..]);
    Some(filled)
}

/// The map with the project's links filled into every text of its properties: the map that visitors
/// get. `None` where it uses none.
pub fn fill_links(map: &Map, links: &BTreeMap<String, String>) -> Option<Map> {
    fn all(properties: &mut Properties, links: &BTreeMap<String, String>, changed: &mut bool) {
        for property in &mut properties.0 {
            if let Value::String(text) | Value::File(text) = &mut property.value
                && let Some(filled) = fill_text(text, links)
            {
                *text = filled;
                *changed = true;
            }
        }
    }
    fn layer(layer_: &mut Layer, links: &BTreeMap<String, String>, changed: &mut bool) {
        all(&mut layer_.properties, links, changed);
        match &mut layer_.kind {
            LayerKind::Group(children) => {
                for child in children {
                    layer(child, links, changed);
                }
            }
            LayerKind::Objects(objects) => {
                for object in &mut objects.objects {
                    all(&mut object.properties, links, changed);
                }
            }
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
    if !uses_links(map) {
        return None;
    }
    let mut filled = map.clone();
    let mut changed = false;
    all(&mut filled.properties, links, &mut changed);
    for child in &mut filled.layers {
        layer(child, links, &mut changed);
    }
    for entry in &mut filled.tilesets {
        let Some(shared) = &mut entry.tileset else { continue };
        let mut tileset = (**shared).clone();
        let mut touched = false;
        all(&mut tileset.properties, links, &mut touched);
        for tile in &mut tileset.tiles {
            all(&mut tile.properties, links, &mut touched);
        }
        if touched {
            *shared = std::sync::Arc::new(tileset);
            changed = true;
        }
    }
    changed.then_some(filled)
}

/// Whether any text uses a link: most maps do not, and are not cloned.
fn uses_links(map: &Map) -> bool {
    let has = |properties: &Properties| {
        properties.iter().any(|property| property.value.text().is_some_and(|text| text.contains(OPEN)))
    };
    has(&map.properties)
        || map.flat_layers().iter().any(|(_, layer)| {
            has(&layer.properties)
                || layer
                    .objects()
                    .is_some_and(|objects| objects.objects.iter().any(|object| has(&object.properties)))
        })
        || map
            .tilesets
            .iter()
            .filter_map(|entry| entry.tileset.as_deref())
            .any(|tileset| has(&tileset.properties) || tileset.tiles.iter().any(|tile| has(&tile.properties)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_links_are_filled_in() {
        let links = BTreeMap::from([("stage".to_owned(), "https://a.example".to_owned())]);
        let fill = |text| fill_text(text, &links);
        assert_eq!(fill("${links.stage}/x").as_deref(), Some("https://a.example/x"));
        assert_eq!(
            fill("${links.other} ${links.stage}").as_deref(),
            Some("${links.other} https://a.example")
        );
        assert_eq!(fill("${links.other}"), None);
        assert_eq!(fill("${links.stage"), None);
        assert_eq!(fill("nothing"), None);
    }
}
