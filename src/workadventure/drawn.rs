//! What the engine draws of a map, as a map.

use std::collections::BTreeSet;

use glam::DVec2;

use crate::model::{Compression, Encoding, Layer, LayerKind, Map, TileLayer};

/// The map that a program which draws everything must draw to show what the engine shows
/// (workadventure-maps, section 2.4): of groups nothing but their layers counts, so that a hidden group
/// hides nothing; offsets, tints and the background colour count nowhere; image layers and tile objects
/// are not drawn, nor are compressed layers and the second of two of one path. Layers keep their order: avatars walk between them, but none changes places. What moves
/// with the view rests, and texts are left out.
pub fn as_drawn(map: &Map) -> Map {
    let mut drawn = map.clone();
    drawn.background_color = None;
    drawn.layers = layers(&map.layers, "", &mut BTreeSet::new());
    drawn
}

/// Whether the engine draws tiles that are written so: compressed ones it skips (section 2.2).
pub fn is_drawn(tiles: &TileLayer) -> bool {
    !matches!(tiles.encoding, Encoding::Base64(compression) if compression != Compression::None)
}

/// `paths` are those that were there before: of two tile layers of one path the first is drawn.
fn layers(all: &[Layer], above: &str, paths: &mut BTreeSet<String>) -> Vec<Layer> {
    let drawn = all.iter().filter_map(|layer| {
        let path = format!("{above}{}", layer.name);
        let mut drawn = match &layer.kind {
            LayerKind::Tiles(tiles) if is_drawn(tiles) && paths.insert(path.clone()) => layer.clone(),
            LayerKind::Group(children) => {
                let kind = LayerKind::Group(layers(children, &format!("{path}/"), paths));
                Layer { visible: true, opacity: 1.0, ..Layer::new(layer.id, layer.name.clone(), kind) }
            }
            LayerKind::Tiles(_) | LayerKind::Objects(_) | LayerKind::Image(_) => return None,
        };
        drawn.offset = DVec2::ZERO;
        drawn.parallax = DVec2::ONE;
        drawn.tint = None;
        Some(drawn)
    });
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ImageLayer, Picture},
        workadventure::testing,
    };

    #[test]
    fn groups_hide_nothing_and_pictures_are_not_drawn() {
        let mut map = testing::map();
        let mut tiles = testing::tiles("tiles", [1; 12]);
        (tiles.opacity, tiles.offset, tiles.tint) = (0.5, DVec2::new(3.0, 4.0), Some("#ff0000".to_owned()));
        let mut group = Layer::new(7, "group", LayerKind::Group(vec![tiles]));
        (group.visible, group.opacity, group.offset) = (false, 0.2, DVec2::new(5.0, 6.0));
        let image = ImageLayer { picture: Picture::default(), repeat_x: false, repeat_y: false };
        map.layers = vec![group, Layer::new(8, "image", LayerKind::Image(image))];
        map.background_color = Some("#00ff00".to_owned());
        let drawn = as_drawn(&map);
        assert_eq!((drawn.layers.len(), drawn.background_color), (1, None));
        let group = &drawn.layers[0];
        assert_eq!((group.visible, group.opacity, group.offset), (true, 1.0, DVec2::ZERO));
        let LayerKind::Group(children) = &group.kind else { panic!("a group stays one") };
        let tiles = &children[0];
        assert_eq!((tiles.opacity, tiles.offset, tiles.tint.as_deref()), (0.5, DVec2::ZERO, None));
    }
}
