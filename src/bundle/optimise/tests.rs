use image::{Rgba, RgbaImage};
use serde_json::json;

use super::*;
use crate::{format, model::TilePos, picture::PictureStore, source::Sources};

/// A picture of so many tiles of 16 x 16, tile `n` in a colour of its own.
fn sheet(columns: u32, rows: u32) -> RgbaImage {
    RgbaImage::from_fn(columns * 16, rows * 16, |x, y| {
        let tile = u8::try_from(y / 16 * columns + x / 16).unwrap();
        // Not the same all over, so that a shifted cut is noticed.
        Rgba([tile, 100 + u8::try_from((x + y) % 2).unwrap(), 7, 255])
    })
}

/// Two rows of the same four tiles.
fn doubled() -> RgbaImage {
    RgbaImage::from_fn(64, 32, |x, y| *sheet(4, 1).get_pixel(x, y % 16))
}

fn sources(map: &serde_json::Value) -> Sources {
    let mut sources = Sources::new("/nowhere");
    sources.insert("tiles.png", crate::picture::encode(&sheet(4, 4)).unwrap());
    sources.insert("doubled.png", crate::picture::encode(&doubled()).unwrap());
    sources.insert("a.tmj", map.to_string().into_bytes());
    sources
}

fn tileset(
    first_gid: u32,
    name: &str,
    image: &str,
    size: (u32, u32),
    tiles: &serde_json::Value,
) -> serde_json::Value {
    json!({"firstgid": first_gid, "name": name, "image": image, "imagewidth": size.0, "imageheight": size.1,
        "tilewidth": 16, "tileheight": 16, "columns": size.0 / 16, "tilecount": size.0 / 16 * (size.1 / 16),
        "margin": 0, "spacing": 0, "tiles": tiles,
        "properties": [{"name": "tilesetCopyright", "type": "string", "value": format!("by {name}")}]})
}

fn layer(id: u32, name: &str, data: &[u32]) -> serde_json::Value {
    json!({"type": "tilelayer", "id": id, "name": name, "width": 2, "height": 2, "data": data,
        "opacity": 1, "visible": true, "x": 0, "y": 0})
}

fn map(tilesets: &[serde_json::Value], layers: &[serde_json::Value]) -> serde_json::Value {
    json!({"type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "width": 2, "height": 2, "tilewidth": 16, "tileheight": 16, "infinite": false,
        "nextlayerid": 9, "nextobjectid": 9, "tilesets": tilesets, "layers": layers})
}

struct Done {
    before: Map,
    after: Optimised,
    store: PictureStore,
    sources: Sources,
}

fn run(map: &serde_json::Value, largest: u32) -> Done {
    run_with(map, PictureForm { largest, edge: 0 })
}

fn run_with(map: &serde_json::Value, form: PictureForm) -> Done {
    let sources = sources(map);
    let before = format::load_map(&sources, "a.tmj").map.unwrap();
    let store = PictureStore::new();
    let after = whole(optimise(&before, &|file, picture| store.load(&sources, file, picture).ok(), form));
    Done { before, after, store, sources }
}

/// With the gids that its cells get.
fn whole(mut after: Optimised) -> Optimised {
    after.gids.give(&mut after.map);
    after
}

impl Done {
    /// Colour of the top-left pixel of a cell's tile, before and after.
    fn colors(&self, layer: usize, cell: TilePos) -> (Option<[u8; 4]>, Option<[u8; 4]>) {
        let color = |map: &Map, new: bool| {
            let gid = map.layers[layer].tiles()?.get(cell);
            let (set, id) = map.tileset_of(gid)?;
            let tileset = set.tileset.as_ref()?;
            let index = map.tilesets.iter().position(|other| other.first_gid == set.first_gid)?;
            let image = if new {
                self.after.atlases.iter().find(|(number, _)| *number == index)?.1.clone()
            } else {
                let picture = tileset.picture.as_ref()?;
                (*self.store.load(&self.sources, &tileset.file, picture).ok()?).clone()
            };
            let (margin, step) = (tileset.margin.unsigned_abs(), 16 + tileset.spacing.unsigned_abs());
            let corner = (margin + id % tileset.columns * step, margin + id / tileset.columns * step);
            // The pixel that the flags bring there.
            let far = |flag: u32| if gid.flags() & flag == 0 { 0 } else { 15 };
            let (x, y) = (far(Gid::FLIP_X), far(Gid::FLIP_Y));
            let (x, y) = if gid.flags() & Gid::FLIP_DIAGONAL == 0 { (x, y) } else { (y, x) };
            Some(image.get_pixel_checked(corner.0 + x, corner.1 + y)?.0)
        };
        (color(&self.before, false), color(&self.after.map, true))
    }

    fn assert_equal_to_the_eye(&self) {
        for layer in 0..self.before.layers.len() {
            for cell in self.before.bounds().cells() {
                let (before, after) = self.colors(layer, cell);
                assert_eq!(before, after, "layer {layer}, {cell:?}");
            }
        }
    }

    fn tile(&self, layer: usize, x: i32, y: i32) -> (Gid, Option<crate::model::Tile>) {
        let gid = self.after.map.layers[layer].tiles().unwrap().get(TilePos::new(x, y));
        let (set, id) = self.after.map.tileset_of(gid).unwrap();
        (gid, set.tileset.as_ref().unwrap().tile(id).cloned())
    }
}

#[test]
fn around_extruded_tiles_their_own_pixels_go_on() {
    let sets = [tileset(1, "tiles", "tiles.png", (64, 64), &json!([]))];
    let map = map(&sets, &[layer(1, "floor", &[1, 6, 11, 16])]);
    let done = run_with(&map, PictureForm { largest: 4096, edge: 2 });
    done.assert_equal_to_the_eye();
    let tileset = done.after.map.tilesets[0].tileset.as_ref().unwrap();
    assert_eq!((tileset.margin, tileset.spacing, tileset.columns), (4, 4, 3));
    let image = &done.after.atlases[0].1;
    assert_eq!(image.dimensions(), (64, 64));
    for tile in 0..3 {
        let left = tile * 20;
        for (x, y) in (2..22).flat_map(|x| (2..22).map(move |y| (x, y))) {
            let nearest = (left + x.clamp(4, 19), y.clamp(4, 19));
            assert_eq!(
                image.get_pixel(left + x, y),
                image.get_pixel(nearest.0, nearest.1),
                "{tile}: {x}, {y}"
            );
        }
    }
    // Empty cells are drawn with it.
    assert_eq!(image.get_pixel(0, 63).0, [0; 4]);
}

fn wall(id: u32) -> serde_json::Value {
    json!({"id": id, "properties": [{"name": "collides", "type": "bool", "value": true}]})
}

/// A picture of four tiles: one, its mirror image, one that is even, and one upside down.
fn mirrored() -> RgbaImage {
    let left = |x: u32, y: u32| Rgba([u8::try_from(x * 10).unwrap(), u8::try_from(y * 10).unwrap(), 7, 255]);
    RgbaImage::from_fn(64, 16, |x, y| match x / 16 {
        0 => left(x, y),
        1 => left(31 - x, y),
        2 => Rgba([u8::try_from(y).unwrap(), 9, 9, 255]),
        _ => left(x - 48, 15 - y),
    })
}

const X: u32 = Gid::FLIP_X;

/// What becomes of the map of these cells whose tileset says so much of its tiles: cells, how many places of
/// the picture are drawn on, credits.
fn bundled(cells: &[u32], tiles: &serde_json::Value) -> (Vec<u32>, usize, Option<String>) {
    bundled_in(&map(
        &[tileset(1, "tiles", "m.png", (64, 16), tiles), tileset(5, "twin", "m.png", (64, 16), &json!([]))],
        &[layer(1, "floor", cells)],
    ))
}

fn bundled_in(map: &serde_json::Value) -> (Vec<u32>, usize, Option<String>) {
    let mut sources = sources(map);
    sources.insert("m.png", crate::picture::encode(&mirrored()).unwrap());
    let before = format::load_map(&sources, "a.tmj").map.unwrap();
    let store = PictureStore::new();
    let after = whole(optimise(
        &before,
        &|file, picture| store.load(&sources, file, picture).ok(),
        PictureForm { largest: 4096, edge: 0 },
    ));
    let cells = after.map.layers[0].tiles().unwrap();
    let gids = after.map.bounds().cells().map(|cell| cells.get(cell).0).collect();
    let tileset = after.map.tilesets[0].tileset.as_ref().unwrap();
    let image = &after.atlases[0].1;
    let places =
        (0..image.width() / 16).flat_map(|x| (0..image.height() / 16).map(move |y| (x * 16, y * 16)));
    (
        gids,
        places.filter(|(x, y)| image.get_pixel(*x, *y).0[3] > 0).count(),
        tileset.properties.text("tilesetCopyright").map(str::to_owned),
    )
}

#[test]
fn mirror_images_are_one_picture() {
    // The second is the first mirrored; of the twin's it bears the credits.
    let (cells, tiles, credits) = bundled(&[1, 6, 6 | X, 1 | X], &json!([]));
    assert_eq!((cells, tiles), (vec![1, 1 | X, 1, 1 | X], 1));
    assert_eq!(credits.as_deref(), Some("by tiles\nby twin"));
    // What is the same from both sides needs no flag.
    assert_eq!(bundled(&[3, 3 | X, 3, 0], &json!([])).0, [1, 1, 1, 0]);
    // Upside down is another picture: layers on the graphics card turn no tiles. It is one that is there already.
    let upside_down = bundled(&[1, 4, 1 | Gid::FLIP_Y, 4 | Gid::FLIP_Y], &json!([]));
    assert_eq!(upside_down, (vec![1, 2, 2, 1], 2, Some("by tiles".to_owned())));
    // Walls block in any position, what else tiles say does not hold where they are turned: it is left out.
    assert_eq!(bundled(&[1, 1 | Gid::FLIP_Y, 0, 0], &json!([wall(0)])).0, [1, 2, 0, 0]);
    let sign = json!([{"id": 0, "properties": [{"name": "silent", "type": "bool", "value": true}]}]);
    assert_eq!(bundled(&[1, 1 | Gid::FLIP_Y, 0, 0], &sign).0, [1, 2, 0, 0]);
    let shaped = json!([{"id": 0, "objectgroup": {"type": "objectgroup", "name": "", "draworder": "index", "opacity": 1,
        "visible": true, "x": 0, "y": 0, "objects": [{"id": 1, "name": "", "type": "", "x": 1, "y": 2, "width": 3,
        "height": 4, "rotation": 0, "visible": true}]}}]);
    assert_eq!(bundled(&[1, 1 | Gid::FLIP_Y, 0, 0], &shaped).0, [1, 1 | Gid::FLIP_Y, 0, 0]);
    // What is drawn between pixels is mixed from its neighbours, differently from the left than from the right.
    let mut json =
        map(&[tileset(1, "tiles", "m.png", (64, 16), &json!([]))], &[layer(1, "floor", &[1, 2, 1, 2])]);
    json["layers"][0]["offsetx"] = json!(0.5);
    assert_eq!(bundled_in(&json).1, 2);
}

#[test]
fn turned_tiles_are_pictures_that_look_like_them() {
    // As the renderer draws flags, for all of them.
    let left = image::imageops::crop_imm(&mirrored(), 0, 0, 16, 16).to_image();
    for flags in (0..8).map(|flags: u32| flags << 29) {
        let flipped = RgbaImage::from_raw(16, 16, mirror::flipped(&left, 16, flags)).unwrap();
        let mut expected = left.clone();
        if flags & Gid::FLIP_DIAGONAL != 0 {
            expected = image::imageops::flip_horizontal(&image::imageops::rotate90(&expected));
        }
        if flags & Gid::FLIP_X != 0 {
            expected = image::imageops::flip_horizontal(&expected);
        }
        if flags & Gid::FLIP_Y != 0 {
            expected = image::imageops::flip_vertical(&expected);
        }
        assert_eq!(flipped, expected, "{flags:x}");
    }
}

#[test]
fn tiles_that_mean_something_are_not_mirrored() {
    let animated =
        json!([{"id": 2, "animation": [{"tileid": 1, "duration": 100}, {"tileid": 2, "duration": 100}]}]);
    for tiles in [
        json!([wall(1), wall(0)]),
        json!([wall(1)]),
        json!([{"id": 1, "type": "door"}]),
        json!([{"id": 1, "animation": [{"tileid": 1, "duration": 100}]}]),
    ] {
        let (cells, ..) = bundled(&[1, 2, 1, 2], &tiles);
        assert!(cells.iter().all(|gid| gid & X == 0) && cells[0] != cells[1], "{tiles}: {cells:?}");
    }
    // A frame cannot be flipped, but what it mirrors can be shown by it.
    let (cells, ..) = bundled(&[1, 2, 3, 1], &animated);
    assert_eq!(cells[0], cells[1] | X);
    assert!(cells[0] & X != 0 && cells[1] & X == 0, "{cells:?}");
}

#[test]
fn flags_that_cost_more_than_a_tile_are_not_set() {
    let many: Vec<u32> = (0..64).map(|index| 1 + index % 2).collect();
    let mut json = map(&[tileset(1, "tiles", "m.png", (64, 16), &json!([]))], &[layer(1, "floor", &many)]);
    for part in ["/width", "/layers/0/width"] {
        *json.pointer_mut(part).unwrap() = json!(32);
    }
    let mut sources = sources(&json);
    sources.insert("m.png", crate::picture::encode(&mirrored()).unwrap());
    let before = format::load_map(&sources, "a.tmj").map.unwrap();
    let store = PictureStore::new();
    let after = optimise(
        &before,
        &|file, picture| store.load(&sources, file, picture).ok(),
        PictureForm { largest: 4096, edge: 0 },
    );
    assert_eq!(after.atlases[0].1.dimensions(), (32, 32));
}

#[test]
fn only_tiles_in_use_go_in_and_equal_ones_once() {
    let sets = [
        tileset(1, "tiles", "tiles.png", (64, 64), &json!([])),
        tileset(17, "doubled", "doubled.png", (64, 32), &json!([])),
    ];
    // Tiles 0 of both, and their copy in the second row of the second, are one picture.
    let done = run(&map(&sets, &[layer(1, "floor", &[1, 17, 21, 2])]), 4096);
    done.assert_equal_to_the_eye();
    assert_eq!(done.after.map.tilesets.len(), 1);
    let tileset = done.after.map.tilesets[0].tileset.as_ref().unwrap();
    assert_eq!(done.after.atlases[0].1.dimensions(), (32, 32));
    // Those below stay clear.
    assert_eq!(tileset.tile_count, 4);
    assert_eq!(tileset.properties.text("tilesetCopyright"), Some("by tiles\nby doubled"));
    assert!(done.after.notes.is_empty());
}

#[test]
fn walls_stay_apart_from_floors_of_the_same_picture() {
    let sets = [
        tileset(1, "tiles", "tiles.png", (64, 64), &json!([])),
        tileset(17, "doubled", "doubled.png", (64, 32), &json!([wall(0), wall(4)])),
    ];
    let done = run(&map(&sets, &[layer(1, "floor", &[1, 17, 21, 1])]), 4096);
    done.assert_equal_to_the_eye();
    assert_eq!(done.tile(0, 0, 0).1, None);
    let (gid, tile) = done.tile(0, 1, 0);
    assert_eq!(tile.unwrap().properties.boolean("collides"), Some(true));
    assert_eq!(done.tile(0, 0, 1).0, gid, "equal walls are one");
}

#[test]
fn flips_animations_names_objects_and_shapes_survive() {
    let tiles = json!([
        {"id": 3, "animation": [{"tileid": 5, "duration": 100}, {"tileid": 6, "duration": 50}]},
        {"id": 9, "type": "sign", "properties": [{"name": "name", "type": "string", "value": "open"}]},
        {"id": 2, "objectgroup": {"draworder": "index", "type": "objectgroup", "name": "", "opacity": 1, "visible": true, "x": 0, "y": 0,
            "objects": [{"id": 1, "name": "", "type": "", "x": 1, "y": 2, "width": 3, "height": 4, "rotation": 0, "visible": true}]}},
    ]);
    let sets = [tileset(1, "tiles", "tiles.png", (64, 64), &tiles)];
    let objects = json!({"type": "objectgroup", "id": 2, "name": "floorLayer", "opacity": 1, "visible": true, "x": 0, "y": 0,
        "objects": [{"id": 1, "name": "cat", "type": "", "gid": 8 + 0x4000_0000_u32, "x": 0, "y": 16, "width": 16, "height": 16,
            "rotation": 0, "visible": true}]});
    let flipped = 4 + 0x8000_0000 + 0x2000_0000;
    let done = run(&map(&sets, &[layer(1, "floor", &[4, flipped, 3, 0]), objects]), 4096);
    done.assert_equal_to_the_eye();
    // The engine cannot turn it, so that it has turned pictures of its own.
    let (gid, animated) = done.tile(0, 1, 0);
    assert_eq!(gid.flags(), 0);
    assert_ne!(Some(gid), done.after.map.layers[0].tiles().map(|tiles| tiles.get(TilePos::new(0, 0))));
    let tileset = done.after.map.tilesets[0].tileset.as_ref().unwrap();
    let frames = animated.unwrap().animation;
    let image = &done.after.atlases[0].1;
    let shown: Vec<(u8, u32)> = frames
        .iter()
        .map(|frame| {
            let (x, y) = (frame.tile % tileset.columns * 16, frame.tile / tileset.columns * 16);
            (image.get_pixel(x, y).0[0], frame.duration)
        })
        .collect();
    assert_eq!(shown, [(5, 100), (6, 50)]);
    let sign = tileset.tiles.iter().find(|tile| tile.properties.text("name") == Some("open")).unwrap();
    assert_eq!(sign.class, "sign");
    assert_eq!(done.tile(0, 0, 1).1.unwrap().collision.unwrap().objects[0].size, glam::DVec2::new(3.0, 4.0));
    let cat = done.after.map.layers[1].objects().unwrap().objects[0].gid.unwrap();
    assert_eq!(cat.flags(), 0x4000_0000);
    let (_, id) = done.after.map.tileset_of(cat).unwrap();
    assert_eq!(image.get_pixel(id % tileset.columns * 16, id / tileset.columns * 16).0[0], 7);
}

#[test]
fn a_layer_is_drawn_from_one_tileset_unless_it_alone_is_too_much() {
    let sets = [tileset(1, "tiles", "tiles.png", (64, 64), &json!([]))];
    let layers = [layer(1, "a", &[1, 2, 3, 4]), layer(2, "b", &[5, 6, 7, 8]), layer(3, "c", &[1, 2, 0, 0])];
    // 32 pixels a side hold four tiles.
    let done = run(&map(&sets, &layers), 32);
    done.assert_equal_to_the_eye();
    assert_eq!(done.after.map.tilesets.len(), 2);
    assert!(done.after.notes.is_empty(), "{:?}", done.after.notes);
    let done = run(&map(&sets, &layers), 16);
    done.assert_equal_to_the_eye();
    assert!(done.after.notes[0].contains("layer \"a\""), "{:?}", done.after.notes);
}

#[test]
fn what_no_tileset_knows_is_left_out_and_said() {
    let sets = [tileset(1, "tiles", "tiles.png", (64, 64), &json!([]))];
    let done = run(&map(&sets, &[layer(1, "floor", &[1, 17, 900, 0x8000_0000])]), 4096);
    let gids: Vec<u32> = done
        .after
        .map
        .bounds()
        .cells()
        .map(|cell| done.after.map.layers[0].tiles().unwrap().get(cell).0)
        .collect();
    assert_eq!(gids, [1, 0, 0, 0]);
    assert_eq!(done.after.notes, ["2 tiles that no tileset knows were left out"]);
}

#[test]
fn a_wall_that_its_picture_lacks_stays_a_wall() {
    // The file counts on 64 pixels more than the picture has.
    let sets = [tileset(1, "tiles", "tiles.png", (64, 128), &json!([wall(30)]))];
    let done = run(&map(&sets, &[layer(1, "floor", &[31, 1, 0, 0])]), 4096);
    assert_eq!(done.tile(0, 0, 0).1.unwrap().properties.boolean("collides"), Some(true));
    assert_eq!(done.colors(0, TilePos::new(0, 0)).1, Some([0; 4]));
    assert!(done.after.notes[0].contains("beyond the edge of its picture"), "{:?}", done.after.notes);
}

#[test]
fn a_tileset_without_its_picture_stays_whole() {
    let sets = [
        tileset(1, "gone", "gone.png", (64, 64), &json!([wall(2)])),
        tileset(17, "tiles", "tiles.png", (64, 64), &json!([])),
    ];
    let done = run(&map(&sets, &[layer(1, "floor", &[3, 18, 0, 0])]), 4096);
    let (gid, tile) = done.tile(0, 0, 0);
    assert_eq!(tile.unwrap().properties.boolean("collides"), Some(true));
    assert_eq!(done.after.map.tileset_of(gid).unwrap().1, 2);
    assert!(done.after.notes[0].contains("\"gone\" is left as it is"), "{:?}", done.after.notes);
}

#[test]
fn no_two_tilesets_have_one_name() {
    let mut taken = BTreeMap::new();
    let names = ["a", "a-2", "a", "a", "a-2", "b", "a"].map(|wanted| unique(wanted, &mut taken));
    assert_eq!(names, ["a", "a-2", "a-3", "a-4", "a-2-2", "b", "a-5"]);
}

proptest::proptest! {
    #[test]
    fn every_map_looks_the_same(cells in proptest::collection::vec(0_u32..26, 8), size in 4_u32..8, edge in 0_u32..3, walls in proptest::collection::vec(0_u32..16, 0..4)) {
        let mut walls = walls;
        walls.sort_unstable();
        walls.dedup();
        let walls: Vec<_> = walls.into_iter().map(wall).collect();
        let sets = [
            tileset(1, "tiles", "tiles.png", (64, 64), &json!(walls)),
            tileset(17, "doubled", "doubled.png", (64, 32), &json!([])),
        ];
        let cells: Vec<u32> = cells.into_iter().map(|gid| if gid == 25 { 3 + 0xC000_0000 } else { gid }).collect();
        let map = map(&sets, &[layer(1, "a", &cells[..4]), layer(2, "b", &cells[4..])]);
        let done = run_with(&map, PictureForm { largest: 1 << size, edge: if size < 6 { 0 } else { edge } });
        for set in &done.after.map.tilesets {
            let tileset = set.tileset.as_ref().unwrap();
            // They differ over what a margin means on the far side.
            assert_eq!(tileset.grid(), tileset.phaser_grid());
        }
        done.assert_equal_to_the_eye();
    }
}
