//! Our pictures against those of Tiled's own `tmxrasterizer`, pixel by pixel, on the corpus.
//!
//! Left out of the comparison is what the renderer leaves out on purpose: layers with shapes and texts
//! are hidden from `tmxrasterizer`.

use std::{path::Path, process::Command};

use image::RgbaImage;
use rayon::prelude::*;
use venue::{
    model::{Layer, LayerKind, Map, Orientation},
    picture::{PictureStore, RenderOptions, Renderer},
    project::{Project, ProjectMap},
    source::Sources,
};

/// Maps that are known to differ, with the reason. Every other one must be equal to the pixel.
const DIFFERENT: &[(&str, &str)] = &[
    ("devdaydresden/center-level-zero.json", JPEG),
    ("workadventure/maps/tests/Properties/mapProperties.json", JPEG),
    ("workadventure/maps/tests/Validation/4096.json", JPEG),
    ("workadventure/maps/tests/Validation/layerProperties.json", JPEG),
    (
        "fossgis/fossgis-update-2021/fossgis-update.json",
        "24 translucent pixels of a turned tile, one step off",
    ),
    ("rs-tiled/assets/tiled_object_template.tmx", NEWER),
    ("tiled/examples/forest/forest.tmx", NEWER),
    ("rs-tiled/assets/templates/example.tmx", TEMPLATES),
    ("tiled/examples/sticker-knight/map/sandbox2.tmx", TEMPLATES),
    ("tiled/examples/sticker-knight/map/sandbox.tmx", TEMPLATES),
    ("tiled/examples/sticker-knight/ui/title.json", SCALED),
    ("tiled/examples/orthogonal-outside.tmx", "tile objects on a layer that is hidden for its shapes"),
    ("tiled/tests/automapping/match-type/rules.tmx", MARKER),
    ("tiled/tests/errors/tile_image_not_found_in_tileset.tmx", MARKER),
    ("tiled/tests/errors/tileset_image_not_found_in_tileset.tmx", MARKER),
    ("tiled/tests/errors/tileset_not_found.tmx", MARKER),
    ("workadventure/maps/tests/MapWithError/error.json", MARKER),
    ("workadventure/maps/tests/SVG/test_svg.json", "Tiled cannot read SVG here"),
    ("workadventure/maps/tests/Validation/NoImage.json", MARKER),
    ("workadventure/maps/tests/Validation/simplicity.json", MARKER),
    ("workadventure/maps/tests/Variables/E2ETests/shared_variables.json", MARKER),
    ("workadventure/tests/assets/json-map/map.json", MARKER),
    ("workadventure/tests/assets/missing-image/MissingImage.tmj", MARKER),
    (
        "workadventure/map-storage/tests/assets/maps/tests/entity_edition_and_interaction.tmj",
        "refused by Tiled",
    ),
];
const JPEG: &str = "JPEG decoders round differently";
const NEWER: &str = "uses what came after Tiled 1.8, which Debian has";
const TEMPLATES: &str = "Tiled 1.8 shows no tiles for instances of these templates";
const SCALED: &str = "scaled and turned tile objects are smoothed a little differently";
const MARKER: &str = "the cross on a missing tile has smooth lines in Tiled";

/// How a picture of ours and theirs compare.
#[derive(Debug)]
enum Outcome {
    Equal,
    Different(String),
}

#[test]
fn corpus_maps_look_as_in_tiled() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    if rasterizer().arg("--version").output().is_err() {
        eprintln!("skipped: tmxrasterizer is not installed");
        return;
    }
    let project = Project::open(&[corpus], None).unwrap();
    let maps: Vec<(usize, &ProjectMap)> = project.maps.iter().enumerate().collect();
    let folder = tempfile::tempdir().unwrap();
    let outcomes: Vec<(&str, Outcome)> = maps
        .par_iter()
        .filter_map(|(index, loaded)| {
            let map = loaded.map.as_ref().filter(|map| map.orientation == Orientation::Orthogonal)?;
            let out = folder.path().join(format!("{index}.png"));
            Some((loaded.name.as_str(), compare(&project.sources, map, &out)))
        })
        .collect();
    let mut wrong = Vec::new();
    let mut equal = 0;
    for (name, outcome) in &outcomes {
        let known = DIFFERENT.iter().find(|(map, _)| map == name);
        match (outcome, known) {
            (Outcome::Equal, None) => equal += 1,
            (Outcome::Equal, Some(_)) => wrong.push(format!("{name}: is equal now; take it off the list")),
            (Outcome::Different(how), Some((_, why))) => eprintln!("{name}: {how} ({why})"),
            (Outcome::Different(how), None) => wrong.push(format!("{name}: {how}")),
        }
    }
    eprintln!("{equal} of {} maps are equal to the pixel", outcomes.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(equal >= 200, "only {equal} maps were compared");
}

fn rasterizer() -> Command {
    let mut command = Command::new("tmxrasterizer");
    command.env("QT_QPA_PLATFORM", "offscreen");
    command
}

fn compare(sources: &Sources, map: &Map, out: &Path) -> Outcome {
    let store = PictureStore::new();
    let drawn = Renderer::new(map, sources, &store, &RenderOptions::default()).and_then(|map| map.draw());
    let ours = match drawn {
        Ok(drawn) => drawn,
        Err(error) => return Outcome::Different(format!("not drawn: {error}")),
    };
    let mut command = rasterizer();
    command.arg(sources.path(&map.file)).arg(out);
    for (_, layer) in map.flat_layers() {
        let objects = layer.objects().map_or(&[][..], |layer| &layer.objects);
        if objects.iter().any(|object| object.gid.is_none()) {
            command.arg("--hide-layer").arg(&layer.name);
        }
    }
    command.output().unwrap();
    let Ok(theirs) = image::open(out) else {
        return Outcome::Different("not drawn by Tiled".to_owned());
    };
    let theirs = theirs.into_rgba8();
    let (left, top) = margins(&map.layers, (0.0, 0.0));
    let (width, height) = ours.dimensions();
    if width + left > theirs.width() || height + top > theirs.height() {
        return Outcome::Different(format!(
            "{:?} where Tiled has {:?}",
            ours.dimensions(),
            theirs.dimensions()
        ));
    }
    difference(&ours, &image::imageops::crop_imm(&theirs, left, top, width, height).to_image())
}

/// What `tmxrasterizer` adds on the left and above, for layers that are shifted there.
fn margins(layers: &[Layer], above: (f64, f64)) -> (u32, u32) {
    let mut most = (0, 0);
    for layer in layers {
        let here = (above.0 + layer.offset.x, above.1 + layer.offset.y);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
        let margin = |offset: f64| (-offset).ceil().max(0.0) as u32;
        most = (most.0.max(margin(here.0)), most.1.max(margin(here.1)));
        if let LayerKind::Group(children) = &layer.kind {
            let inner = margins(children, here);
            most = (most.0.max(inner.0), most.1.max(inner.1));
        }
    }
    most
}

fn difference(ours: &RgbaImage, theirs: &RgbaImage) -> Outcome {
    let (mut count, mut most, mut first) = (0, 0, None);
    for (x, y, a) in ours.enumerate_pixels() {
        let b = theirs.get_pixel(x, y);
        // What is fully transparent has no colour.
        if a == b || a.0[3] == 0 && b.0[3] == 0 {
            continue;
        }
        count += 1;
        first.get_or_insert((x, y));
        most = a.0.iter().zip(b.0).map(|(a, b)| a.abs_diff(b)).fold(most, u8::max);
    }
    match first {
        None => Outcome::Equal,
        Some((x, y)) => {
            Outcome::Different(format!("{count} pixels differ by up to {most}, the first at {x}, {y}"))
        }
    }
}

/// A project folder with one map of 4 x 3 cells of 8 x 8 pixels, all of one colour but the first.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tiles = RgbaImage::from_fn(16, 8, |x, _| {
        if x < 8 { image::Rgba([200, 40, 40, 255]) } else { image::Rgba([40, 40, 200, 255]) }
    });
    tiles.save(folder.path().join("tiles.png")).unwrap();
    let map = r#"{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal","infinite":false,
        "width":4,"height":3,"tilewidth":8,"tileheight":8,"layers":[{"type":"tilelayer","id":1,"name":"floor",
        "width":4,"height":3,"x":0,"y":0,"visible":true,"opacity":1,"data":[1,2,2,2,2,2,2,2,2,2,2,2]},
        {"type":"objectgroup","id":2,"name":"floorLayer","x":0,"y":0,"visible":true,"opacity":1,"draworder":"topdown",
        "objects":[{"id":1,"name":"hall","type":"area","visible":true,"x":8,"y":8,"width":16,"height":8,"rotation":0,
        "properties":[{"name":"jitsiRoom","type":"string","value":"hall"}]}]}],
        "tilesets":[{"firstgid":1,"name":"tiles","image":"tiles.png","imagewidth":16,"imageheight":8,"tilewidth":8,
        "tileheight":8,"tilecount":2,"columns":2,"margin":0,"spacing":0}]}"#;
    std::fs::write(folder.path().join("room.tmj"), map).unwrap();
    folder
}

fn venue(folder: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    command.current_dir(folder).arg("render");
    command
}

#[test]
fn the_picture_is_named_after_the_map() {
    let project = project();
    venue(project.path()).arg("room.tmj").assert().success().stdout("");
    let image = image::open(project.path().join("room.png")).unwrap().into_rgba8();
    assert_eq!(image.dimensions(), (32, 24));
    assert_eq!((image.get_pixel(7, 7).0, image.get_pixel(8, 8).0), ([200, 40, 40, 255], [40, 40, 200, 255]));
}

#[test]
fn a_report_says_what_was_drawn() {
    let project = project();
    let assert = venue(project.path())
        .args(["room.tmj", "--crop", "0,0,2,1", "--scale", "2", "--out", "out/a.png", "--format", "json"])
        .assert()
        .success();
    let report: serde_json::Value = serde_json::from_slice(&assert.get_output().stdout).unwrap();
    assert_eq!(
        (&report["version"], &report["width"], &report["height"]),
        (&1.into(), &32.into(), &16.into())
    );
    assert_eq!((&report["map"], &report["out"]), (&"room.tmj".into(), &"out/a.png".into()));
    assert!(project.path().join("out/a.png").is_file());
}

#[test]
fn an_overlay_brings_its_legend() {
    let project = project();
    venue(project.path()).args(["room.tmj", "--overlay", "zones,walk,problems"]).assert().success();
    let image = image::open(project.path().join("room.png")).unwrap().into_rgba8();
    assert!(image.height() > 24, "{:?}", image.dimensions());
}

#[test]
fn traffic_is_shown_where_visitors_walk() {
    let project = project();
    let map = std::fs::read_to_string(project.path().join("room.tmj")).unwrap();
    // From the entry in the upper left to the zone two cells beside it, and nowhere else.
    let layer = |id: u32, name: &str, cell: usize, properties: &str| {
        let data: Vec<u32> = (0..12).map(|index| u32::from(index == cell)).collect();
        format!(
            r#"{{"type":"tilelayer","id":{id},"name":"{name}","width":4,"height":3,"x":0,"y":0,"visible":false,
            "opacity":1,"data":{data:?}{properties}}},"#
        )
    };
    let meeting = r#","properties":[{"name":"jitsiRoom","type":"string","value":"desk"}]"#;
    let layers = layer(8, "start", 0, "") + &layer(9, "desk", 2, meeting);
    let map = map.replace("\"layers\":[", &format!("\"layers\":[{layers}")).replace(
        "\"name\":\"jitsiRoom\",\"type\":\"string\",\"value\":\"hall\"",
        "\"name\":\"note\",\"type\":\"string\",\"value\":\"hall\"",
    );
    std::fs::write(project.path().join("room.tmj"), map).unwrap();
    let draw = |overlay: &[&str]| {
        venue(project.path()).arg("room.tmj").args(overlay).assert().success();
        image::open(project.path().join("room.png")).unwrap().into_rgba8()
    };
    let (plain, marked) = (draw(&[]), draw(&["--overlay", "traffic"]));
    let changed =
        |x: u32, y: u32| plain.get_pixel(x * 8 + 4, y * 8 + 4) != marked.get_pixel(x * 8 + 4, y * 8 + 4);
    assert!(changed(0, 0) && changed(2, 0) && !changed(3, 0) && !changed(3, 2));
    assert!(marked.height() > plain.height(), "a legend stands below");
}

#[test]
fn what_fails_leaves_the_picture_that_is_there() {
    let project = project();
    let picture = project.path().join("room.png");
    std::fs::write(&picture, "old").unwrap();
    for wrong in [
        vec!["room.tmj", "--layers", "flor"],
        vec!["room.tmj", "--scale", "0"],
        vec!["room.tmj", "--scale", "100000"],
        vec!["room.tmj", "--crop", "90,90,1,1"],
        vec!["room.tmj", "--overlay", "trafic"],
        vec!["none.tmj"],
    ] {
        let assert = venue(project.path()).args(&wrong).assert().code(2).stdout("");
        assert!(!assert.get_output().stderr.is_empty(), "{wrong:?} says why");
        assert_eq!(std::fs::read_to_string(&picture).unwrap(), "old", "{wrong:?}");
    }
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 3, "nothing is left behind");
}

#[test]
fn a_missing_picture_is_told_and_drawn_as_missing() {
    let project = project();
    std::fs::remove_file(project.path().join("tiles.png")).unwrap();
    let assert = venue(project.path()).arg("room.tmj").assert().success();
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("tiles.png"), "{said}");
    let image = image::open(project.path().join("room.png")).unwrap().into_rgba8();
    assert_eq!(image.get_pixel(0, 0).0, [255, 0, 0, 255]);
}

/// The picture of stands beside `hall.tmj` is called `hall.png`, and so would be the map's.
#[test]
fn a_picture_of_the_map_itself_is_not_written_over() {
    let folder = super::serve::demo();
    let maps = folder.path().join("maps");
    std::fs::copy(folder.path().join("assets/tilesets/floors.png"), maps.join("lobby.png")).unwrap();
    let map = std::fs::read_to_string(maps.join("lobby.tmj")).unwrap();
    let own = map.replacen(r"..\/assets\/tilesets\/floors.png", "lobby.png", 1);
    assert_ne!(map, own);
    std::fs::write(maps.join("lobby.tmj"), own).unwrap();
    let before = std::fs::read(maps.join("lobby.png")).unwrap();
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    let output = command.current_dir(&maps).args(["render", "lobby.tmj"]).assert().code(2);
    let said = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(said.contains("name another file with --out"), "{said}");
    assert_eq!(std::fs::read(maps.join("lobby.png")).unwrap(), before);
}
