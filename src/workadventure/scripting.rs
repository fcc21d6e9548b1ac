//! Whether scripts can have a say in a map.

use crate::model::{Map, Properties, Property};

/// Properties by which a page may use the scripting interface.
const ALLOWING: [&str; 2] = ["openWebsiteAllowApi", "allowApi"];

/// Whether a script runs in the map, which may give names and layers a meaning of its own: the map's, or that
/// of a page which may use the scripting interface.
pub(crate) fn has_script(map: &Map) -> bool {
    let allowed =
        |property: &Property| ALLOWING.contains(&property.name.as_str()) && !property.value.is_falsy();
    let allows = |properties: &Properties| properties.iter().any(allowed);
    let tilesets = map.tilesets.iter().filter_map(|set| set.tileset.as_deref());
    map.properties.text("script").is_some_and(|script| !script.trim().is_empty())
        || allows(&map.properties)
        || map.flat_layers().iter().any(|(_, layer)| allows(&layer.properties))
        || map.objects().any(|object| allows(&object.properties))
        || tilesets.into_iter().any(|tileset| {
            allows(&tileset.properties) || tileset.tiles.iter().any(|tile| allows(&tile.properties))
        })
}
