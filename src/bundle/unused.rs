//! Layers that show nothing and do nothing.

use std::collections::BTreeMap;

use crate::{
    model::{Layer, LayerKind, Map},
    workadventure::{has_script, is_floor_layer},
};

/// Removes layers and groups without content and without properties. All stay where scripts may know them by
/// name, and so does what WorkAdventure looks for: `floorLayer`, `start`, one layer of tiles at least, and the
/// first of two of one name, which keeps the second from being drawn (workadventure-maps, section 2.4).
pub(super) fn remove(map: &mut Map) {
    if has_script(map) {
        return;
    }
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    let (mut filled, mut empty) = (0_usize, 0_usize);
    for (path, layer) in map.flat_layers() {
        *named.entry(path).or_default() += 1;
        if let Some(tiles) = layer.tiles() {
            *(if tiles.is_blank() { &mut empty } else { &mut filled }) += 1;
        }
    }
    if filled > 0 || empty == 0 {
        remove_in(&mut map.layers, "", &named);
    }
}

fn remove_in(layers: &mut Vec<Layer>, above: &str, named: &BTreeMap<String, usize>) {
    layers.retain_mut(|layer| {
        let path = format!("{above}{}", layer.name);
        let content = match &mut layer.kind {
            LayerKind::Tiles(tiles) => path == "start" || path.ends_with("/start") || !tiles.is_blank(),
            LayerKind::Objects(objects) => !objects.objects.is_empty(),
            LayerKind::Group(children) => {
                remove_in(children, &format!("{path}/"), named);
                !children.is_empty()
            }
            LayerKind::Image(_) => true,
        };
        let is_alone = named.get(&path).is_none_or(|count| *count == 1);
        content || !layer.properties.is_empty() || is_floor_layer(layer) || !is_alone
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Value, workadventure::testing};

    const FULL: [u32; 12] = [1; 12];
    const EMPTY: [u32; 12] = [0; 12];

    fn names(map: &Map) -> Vec<String> {
        map.flat_layers().into_iter().map(|(path, _)| path).collect()
    }

    fn map() -> Map {
        let mut map = testing::map();
        let mut marked = testing::tiles("marked", EMPTY);
        marked.properties.set("silent", Value::Bool(true));
        map.layers = vec![
            testing::tiles("start", EMPTY),
            testing::tiles("floor", FULL),
            testing::tiles("furniture", EMPTY),
            marked,
            testing::objects("notes", Vec::new()),
            testing::objects("floorLayer", Vec::new()),
            testing::group("gone", vec![testing::group("inner", vec![testing::tiles("a", EMPTY)])]),
            testing::group("kept", vec![testing::tiles("a", EMPTY), testing::tiles("b", FULL)]),
            testing::tiles("twice", EMPTY),
            testing::tiles("twice", FULL),
        ];
        map
    }

    #[test]
    fn what_shows_and_does_nothing_goes() {
        let mut map = map();
        remove(&mut map);
        let left = ["start", "floor", "marked", "floorLayer", "kept", "kept/b", "twice", "twice"];
        assert_eq!(names(&map), left);
    }

    #[test]
    fn scripts_may_know_every_layer() {
        for (name, value) in [("script", "a.js"), ("openWebsiteAllowApi", "true")] {
            let mut map = map();
            let all = names(&map);
            let properties =
                if name == "script" { &mut map.properties } else { &mut map.layers[1].properties };
            properties.set(name, Value::String(value.to_owned()));
            remove(&mut map);
            assert_eq!(names(&map), all, "{name}");
        }
    }

    #[test]
    fn a_map_keeps_a_layer_of_tiles() {
        let mut map = testing::map();
        map.layers = vec![testing::tiles("a", EMPTY), testing::objects("floorLayer", Vec::new())];
        remove(&mut map);
        assert_eq!(names(&map), ["a", "floorLayer"]);
    }
}
