//! The kit that halls are built from: a map that comes with the program, in which an object names each piece.

use std::collections::BTreeMap;

use crate::{
    format,
    model::{Gid, LayerKind, Map, Object, TileData, TilePos, TileRect, TileSize},
    source::Sources,
    stand::{StandError, template::built_in_folder},
};

const KIT: (&str, &[u8]) = ("hall/kit.tmj", include_bytes!("../../../assets/hall/kit.tmj"));

/// The pictures that it draws from.
const PICTURES: [(&str, &[u8]); 4] = [
    ("tilesets/floors.png", include_bytes!("../../../assets/tilesets/floors.png")),
    ("tilesets/furniture.png", include_bytes!("../../../assets/tilesets/furniture.png")),
    ("tilesets/markers.png", include_bytes!("../../../assets/tilesets/markers.png")),
    ("tilesets/walls.png", include_bytes!("../../../assets/tilesets/walls.png")),
];

/// Pictures that have to be written beside the output of a hall.
pub(in crate::stand) fn pictures(output: &str) -> Vec<(String, Vec<u8>)> {
    let folder = built_in_folder(output);
    PICTURES.iter().map(|(path, bytes)| (format!("{folder}/{path}"), bytes.to_vec())).collect()
}

/// The kit, read.
pub(in crate::stand) struct Kit {
    map: Map,
    pieces: BTreeMap<String, TileRect>,
}

impl Kit {
    /// Lets the kit lie beside the output, and reads it there, so that its pictures are found from the hall.
    pub(in crate::stand) fn read(sources: &mut Sources, output: &str) -> Result<Self, StandError> {
        for (name, bytes) in pictures(output) {
            sources.insert(name, bytes);
        }
        let file = format!("{}/{}", built_in_folder(output), KIT.0);
        sources.insert(file.clone(), KIT.1);
        let broken = || StandError::Venue { file: file.clone(), reason: "no kit for halls".to_owned() };
        let map = format::load_map(sources, &file).map.ok_or_else(broken)?;
        let named = |object: &Object| (object.name.clone(), object.rectangle().tiles(map.tile_size));
        Ok(Self { pieces: map.objects().map(named).collect(), map })
    }

    /// A map with the kit's tilesets and nothing in it.
    pub(super) fn empty(&self) -> Map {
        Map { layers: Vec::new(), ..self.map.clone() }
    }

    pub(super) fn tile_size(&self) -> TileSize {
        self.map.tile_size
    }

    /// Cells and tiles of a piece, relative to its top left: those at the avatars' feet, those above them.
    pub(super) fn piece(&self, name: &str) -> [Vec<(TilePos, Gid)>; 2] {
        let Some(tiles) = self.pieces.get(name) else {
            debug_assert!(false, "the kit has no piece {name}");
            return [Vec::new(), Vec::new()];
        };
        ["pieces", "above"].map(|layer| {
            let layer = self.map.layers.iter().find(|one| one.name == layer);
            let Some(LayerKind::Tiles(layer)) = layer.map(|layer| &layer.kind) else { return Vec::new() };
            let TileData::Finite(_) = layer.data else { return Vec::new() };
            let cells =
                tiles.cells().map(|cell| (TilePos::new(cell.x - tiles.x, cell.y - tiles.y), layer.get(cell)));
            cells.filter(|(_, gid)| !gid.is_empty()).collect()
        })
    }
}
