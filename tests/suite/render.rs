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
