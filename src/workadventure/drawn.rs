//! What the engine draws of a map, as a map.

use glam::DVec2;

use crate::model::{Layer, LayerKind, Map};

/// The map that a program which draws everything must draw to show what the engine shows
/// (workadventure-maps, section 2.4): of groups nothing but their layers counts, so that a hidden group
/// hides nothing; offsets, tints and the background colour count nowhere; image layers and tile objects
/// are not drawn. Layers keep their order: avatars walk between them, but none changes places. What moves
/// with the view rests, and texts are left out.
pub fn as_drawn(map: &Map) -> Map {
    let mut drawn = map.clone();
    drawn.background_color = None;
    drawn.layers = layers(&map.layers);
    drawn
}

fn layers(all: &[Layer]) -> Vec<Layer> {
    let drawn = all.iter().filter_map(|layer| {
        let mut drawn = match &layer.kind {
            LayerKind::Tiles(_) => layer.clone(),
            LayerKind::Group(children) => {
                let kind = LayerKind::Group(layers(children));
                Layer { visible: true, opacity: 1.0, ..Layer::new(layer.id, layer.name.clone(), kind) }
            }
            LayerKind::Objects(_) | LayerKind::Image(_) => return None,
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
