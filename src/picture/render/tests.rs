//! Small maps, drawn whole: what a designer would see at a glance.

use image::Rgba;
use proptest::prelude::*;

use super::*;
use crate::{format, picture::encode};

/// A map of 3 x 2 cells of 2 x 2 pixels. Tiles 1 to 4 are red, green, blue and half-transparent white;
/// 5 is a column two cells high, dark above and light below; 6 is animated and begins with blue.
fn map(layers: &str, more: &str) -> (Sources, Map) {
    let mut sources = Sources::new("/nowhere");
    let colors = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 128]];
    let tiles =
        RgbaImage::from_fn(12, 2, |x, _| Rgba(colors.get(x as usize / 2).copied().unwrap_or([9, 9, 9, 255])));
    let column =
        RgbaImage::from_fn(
            2,
            4,
            |_, y| if y < 2 { Rgba([50, 50, 50, 255]) } else { Rgba([200, 200, 200, 255]) },
        );
    let stripe = RgbaImage::from_fn(2, 1, |x, _| if x == 0 { Rgba([255, 0, 0, 255]) } else { Rgba([0; 4]) });
    sources.insert("tiles.png", encode(&tiles).unwrap());
    sources.insert("column.png", encode(&column).unwrap());
    sources.insert("stripe.png", encode(&stripe).unwrap());
    let text = format!(
        r#"{{"type":"map","orientation":"orthogonal","width":3,"height":2,"tilewidth":2,"tileheight":2,
        "tiledversion":"1.10.2","version":"1.10","infinite":false,{more}"layers":[{layers}],"tilesets":[
        {{"firstgid":1,"name":"tiles","image":"tiles.png","imagewidth":12,"imageheight":2,"tilewidth":2,
          "tileheight":2,"tilecount":6,"columns":6,"margin":0,"spacing":0,
          "tiles":[{{"id":5,"animation":[{{"tileid":2,"duration":9}},{{"tileid":0,"duration":9}}]}}]}},
        {{"firstgid":7,"name":"column","image":"column.png","imagewidth":2,"imageheight":4,"tilewidth":2,
          "tileheight":4,"tilecount":1,"columns":1,"margin":0,"spacing":0,"tileoffset":{{"x":2,"y":0}}}},
        {{"firstgid":8,"name":"centred","image":"tiles.png","imagewidth":12,"imageheight":2,"tilewidth":2,
          "tileheight":2,"tilecount":6,"columns":6,"margin":0,"spacing":0,"objectalignment":"center"}}]}}"#
    );
    sources.insert("map.tmj", text.into_bytes());
    let loaded = format::load_map(&sources, "map.tmj");
    let map = loaded.map.unwrap_or_else(|| panic!("{:?}", loaded.findings));
    (sources, map)
}

fn tiles(data: &str, more: &str) -> String {
    format!(
        r#"{{"type":"tilelayer","id":1,"name":"tiles","width":3,"height":2,"x":0,"y":0,"data":[{data}],
        "visible":true,"opacity":1{more}}}"#
    )
}

fn draw(layers: &str, more: &str, options: &RenderOptions) -> RgbaImage {
    let (sources, map) = map(layers, more);
    let store = PictureStore::new();
    let renderer = Renderer::new(&map, &sources, &store, options).unwrap();
    let image = renderer.draw().unwrap();
    let mut png = Vec::new();
    renderer.write_png(&mut png).unwrap();
    assert_eq!(crate::picture::decode(&png, None).unwrap(), image, "the PNG shows the same");
    image
}

/// A letter per pixel: colours by their initial, `d`ark and `l`ight grey, `.` for nothing, `?` for
/// anything mixed.
fn show(image: &RgbaImage) -> Vec<String> {
    let letter = |pixel: &Rgba<u8>| match pixel.0 {
        [255, 0, 0, 255] => 'r',
        [0, 255, 0, 255] => 'g',
        [0, 0, 255, 255] => 'b',
        [50, 50, 50, 255] => 'd',
        [200, 200, 200, 255] => 'l',
        [_, _, _, 0] => '.',
        _ => '?',
    };
    image.rows().map(|row| row.map(letter).collect()).collect()
}

fn plain(layers: &str) -> Vec<String> {
    show(&draw(layers, "", &RenderOptions::default()))
}

#[test]
fn tiles_lie_where_they_belong() {
    assert_eq!(plain(&tiles("1,2,0, 0,3,6", "")), ["rrgg..", "rrgg..", "..bbbb", "..bbbb"]);
}

#[test]
fn tall_tiles_stand_on_their_cell_and_tilesets_shift() {
    assert_eq!(plain(&tiles("1,0,0, 7,0,0", "")), ["rrdd..", "rrdd..", "..ll..", "..ll.."]);
}

#[test]
fn render_order_decides_what_covers() {
    let layers = tiles("0,1,0, 7,0,0", "");
    assert_eq!(plain(&layers)[0], "..dd..", "the row below comes later");
    let image = draw(&layers, r#""renderorder":"right-up","#, &RenderOptions::default());
    assert_eq!(show(&image)[0], "..rr..", "the row above comes later");
}

#[test]
fn groups_add_up() {
    let group = |more: &str, inner: &str| {
        format!(
            r#"{{"type":"group","id":9,"name":"group","x":0,"y":0,"opacity":1,"visible":true{more},"layers":[{inner}]}}"#
        )
    };
    let shifted = group(r#","offsetx":1,"offsety":1"#, &tiles("1,0,0, 0,0,0", r#","offsetx":1"#));
    assert_eq!(plain(&shifted), ["......", "..rr..", "..rr..", "......"]);
    let hidden = group(r#","visible":false"#, &tiles("1,0,0, 0,0,0", ""));
    assert_eq!(plain(&hidden), ["......"; 4]);
    let faded = group(r#","opacity":0.5"#, &tiles("1,0,0, 0,0,0", r#","opacity":0.5"#));
    let image = draw(&faded, "", &RenderOptions::default());
    assert_eq!(image.get_pixel(0, 0).0, [255, 0, 0, 63]);
    let tinted =
        group(r##","tintcolor":"#808080""##, &tiles("1,0,0, 0,0,0", r##","tintcolor":"#80ff8080""##));
    let image = draw(&tinted, "", &RenderOptions::default());
    assert_eq!(image.get_pixel(0, 0).0, [128, 0, 0, 128]);
}

#[test]
fn chosen_layers_are_shown_hidden_or_not() {
    let layers =
        [tiles("1,0,0, 0,0,0", ""), tiles("0,2,0, 0,0,0", r#","name":"other","visible":false"#)].join(",");
    let only = |name: &str| RenderOptions { layers: Some(vec![name.to_owned()]), ..RenderOptions::default() };
    assert_eq!(show(&draw(&layers, "", &only("other")))[0], "..gg..");
    let (sources, map) = map(&layers, "");
    let store = PictureStore::new();
    match Renderer::new(&map, &sources, &store, &only("othr")).map(|renderer| renderer.size()) {
        Err(error @ RenderError::UnknownLayer { .. }) => {
            assert_eq!(error.to_string(), "the map has no layer \"othr\"; did you mean \"other\"?");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn objects_stand_on_their_corner_scale_and_turn() {
    let object = |fields: &str| {
        format!(
            r#"{{"type":"objectgroup","id":2,"name":"objects","x":0,"y":0,"opacity":1,"visible":true,"objects":[
            {{"id":1,"name":"","type":"","visible":true,{fields}}}]}}"#
        )
    };
    let at = |fields: &str| plain(&object(fields));
    assert_eq!(at(r#""gid":1,"x":2,"y":2,"width":2,"height":2,"rotation":0"#)[..2], ["..rr..", "..rr.."]);
    assert_eq!(at(r#""gid":1,"x":1,"y":4,"width":4,"height":3,"rotation":0"#)[1..], [".rrrr."; 3]);
    assert_eq!(at(r#""gid":7,"x":4,"y":1,"width":2,"height":4,"rotation":180"#)[1..3], ["ll....", "ll...."]);
    assert_eq!(at(r#""gid":8,"x":3,"y":2,"width":2,"height":2,"rotation":0"#)[1..3], ["..rr..", "..rr.."]);
    assert_eq!(at(r#""x":0,"y":0,"width":6,"height":4,"rotation":0"#), ["......"; 4], "areas are not drawn");
}

#[test]
fn image_layers_repeat() {
    let image = |more: &str| {
        plain(&format!(
            r#"{{"type":"imagelayer","id":3,"name":"sky","image":"stripe.png","x":0,"y":0,"opacity":1,
            "visible":true,"offsetx":1,"offsety":1{more}}}"#
        ))
    };
    assert_eq!(image(""), ["......", ".r....", "......", "......"]);
    assert_eq!(image(r#","repeatx":true"#)[1], ".r.r.r");
    assert_eq!(image(r#","repeatx":true,"repeaty":true"#), [".r.r.r"; 4]);
}

#[test]
fn crop_and_size() {
    let layers = tiles("1,2,0, 0,3,6", "");
    let crop = RenderOptions { crop: Some(TileRect::new(1, 0, 3, 2)), ..RenderOptions::default() };
    assert_eq!(show(&draw(&layers, "", &crop)), ["gg....", "gg....", "bbbb..", "bbbb.."]);
    let half = RenderOptions { size: Some(3), ..RenderOptions::default() };
    assert_eq!(show(&draw(&layers, "", &half)), ["rg.", ".bb"]);
    let never_larger = RenderOptions { size: Some(300), ..RenderOptions::default() };
    assert_eq!(draw(&layers, "", &never_larger).dimensions(), (6, 4));
    let double = RenderOptions { scale: Some(2.0), ..RenderOptions::default() };
    assert_eq!(show(&draw(&layers, "", &double))[3], "rrrrgggg....");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |options: RenderOptions| {
        let (sources, map) = map(&tiles("1,0,0, 0,0,0", ""), "");
        let store = PictureStore::new();
        Renderer::new(&map, &sources, &store, &options).and_then(|renderer| renderer.draw()).unwrap_err()
    };
    let scale = |scale| refused(RenderOptions { scale: Some(scale), ..RenderOptions::default() }).to_string();
    assert!(scale(1e9).contains("--size"), "{}", scale(1e9));
    assert!(scale(9000.0).contains("--scale"), "{}", scale(9000.0));
    assert!(scale(0.0).contains("above 0"));
    assert!(scale(f64::NAN).contains("above 0"));
    for crop in
        [TileRect::new(9, 9, 1, 1), TileRect::new(i32::MAX, 0, u32::MAX, 1), TileRect::new(0, 0, 0, 0)]
    {
        let error = refused(RenderOptions { crop: Some(crop), ..RenderOptions::default() });
        assert!(matches!(error, RenderError::Nothing(_)), "{error}");
    }
    let endless =
        refused(RenderOptions { crop: Some(TileRect::new(0, 0, u32::MAX, u32::MAX)), ..Default::default() });
    assert!(matches!(endless, RenderError::TooLarge { .. }), "{endless}");
}

#[test]
fn infinite_maps_show_the_pieces_that_hold_tiles() {
    let layers = r#"{"type":"tilelayer","id":1,"name":"tiles","width":32,"height":16,"startx":-16,"starty":0,"x":0,
        "y":0,"visible":true,"opacity":1,"chunks":[{"x":-2,"y":0,"width":2,"height":1,"data":[0,1]},
        {"x":-1,"y":0,"width":1,"height":1,"data":[2]},{"x":900,"y":0,"width":1,"height":1,"data":[0]}]}"#;
    let (sources, mut map) = map(layers, "");
    map.infinite = true;
    let store = PictureStore::new();
    let renderer = Renderer::new(&map, &sources, &store, &RenderOptions::default()).unwrap();
    assert_eq!(renderer.tiles(), TileRect::new(-16, 0, 16, 16));
    assert_eq!(renderer.draw().unwrap().get_pixel(31, 0).0, [0, 255, 0, 255], "the later piece covers");
}

proptest! {
    /// Stacks that are drawn once look as if every tile had been drawn.
    #[test]
    fn copies_of_cells_show_what_drawing_them_shows(
        layers in prop::collection::vec((prop::collection::vec(0_u32..8, 6), 0_u32..8, 0_usize..4), 1..5),
        rows in 1_usize..5,
    ) {
        let flips = |flags: u32| flags << 29;
        let styles = ["", r#","opacity":0.5"#, r##","tintcolor":"#80ff8040""##, r#","offsetx":-2,"offsety":2"#];
        let layers: Vec<String> = layers
            .iter()
            .map(|(gids, flags, style)| {
                let gids = gids.iter().map(|gid| if *gid == 0 { 0 } else { gid | flips(*flags) });
                let data: Vec<String> = gids.map(|gid| gid.to_string()).collect();
                tiles(&data.join(","), styles[*style])
            })
            .collect();
        let (sources, map) = map(&layers.join(","), "");
        let store = PictureStore::new();
        let renderer = Renderer::new(&map, &sources, &store, &RenderOptions::default()).unwrap();
        let has_columns = |layer: &(DrawnLayer, Content)| match &layer.1 {
            Content::Tiles(grid) => grid.gids().any(|gid| gid.id() == 7),
            _ => true,
        };
        let local = renderer.layers.iter().position(has_columns).unwrap_or(renderer.layers.len());
        prop_assert_eq!(renderer.stacks.len(), local, "every layer of small tiles counts");
        let area = renderer.frame.area;
        for top in (area.top..area.bottom).step_by(rows) {
            let mut each = Canvas::new(area.left, top, index(area.right - area.left), rows);
            for (drawn, content) in &renderer.layers {
                renderer.draw_layer(&mut each, drawn, content);
            }
            prop_assert_eq!(&renderer.band(top, rows).pixels, &each.pixels);
        }
    }
}
