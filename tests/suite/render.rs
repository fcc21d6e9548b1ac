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

/// How a picture of ours and theirs compare.
#[derive(Debug)]
enum Outcome {
    Equal,
    /// So many pixels differ, by so much at most in any channel; the first one's place.
    Different(usize, u8, (u32, u32)),
    /// Other sizes, ours first.
    Sizes((u32, u32), (u32, u32)),
    /// One of the two does not draw it.
    Undrawn(String),
}

#[test]
fn corpus_maps_look_as_in_tiled() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    if Command::new("tmxrasterizer").arg("--version").env("QT_QPA_PLATFORM", "offscreen").output().is_err() {
        eprintln!("skipped: tmxrasterizer is not installed");
        return;
    }
    let project = Project::open(&[corpus], None).unwrap();
    let maps: Vec<(&ProjectMap, &Map)> =
        project.maps.iter().filter_map(|loaded| Some((loaded, loaded.map.as_ref()?))).collect();
    let folder = tempfile::tempdir().unwrap();
    let outcomes: Vec<(&str, Outcome)> = maps
        .par_iter()
        .enumerate()
        .filter(|(_, (_, map))| map.orientation == Orientation::Orthogonal)
        .map(|(index, (loaded, map))| {
            let out = folder.path().join(format!("{index}.png"));
            (loaded.name.as_str(), compare(&project.sources, map, &out))
        })
        .collect();
    let equal = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Equal)).count();
    for (name, outcome) in outcomes.iter().filter(|(_, outcome)| !matches!(outcome, Outcome::Equal)) {
        eprintln!("{name}: {outcome:?}");
    }
    eprintln!("{equal} of {} equal", outcomes.len());
}

fn compare(sources: &Sources, map: &Map, out: &Path) -> Outcome {
    let store = PictureStore::new();
    let drawn = Renderer::new(map, sources, &store, &RenderOptions::default())
        .and_then(|renderer| Ok((renderer.draw()?, renderer.tiles())));
    let (ours, tiles) = match drawn {
        Ok(drawn) => drawn,
        Err(error) => return Outcome::Undrawn(format!("ours: {error}")),
    };
    let mut command = Command::new("tmxrasterizer");
    command.env("QT_QPA_PLATFORM", "offscreen").arg(sources.path(&map.file)).arg(out);
    for (_, layer) in map.flat_layers() {
        let shapes =
            layer.objects().is_some_and(|objects| objects.objects.iter().any(|object| object.gid.is_none()));
        if shapes {
            command.arg("--hide-layer").arg(&layer.name);
        }
    }
    let output = command.output().unwrap();
    let Ok(theirs) = image::open(out) else {
        return Outcome::Undrawn(format!("theirs: {}", String::from_utf8_lossy(&output.stderr).trim()));
    };
    let theirs = theirs.into_rgba8();
    let _ = tiles;
    let (left, top) = margins(&map.layers, (0.0, 0.0));
    if ours.width() + left > theirs.width() || ours.height() + top > theirs.height() {
        return Outcome::Sizes(ours.dimensions(), theirs.dimensions());
    }
    difference(&ours, &image::imageops::crop_imm(&theirs, left, top, ours.width(), ours.height()).to_image())
}

/// What `tmxrasterizer` adds on the left and above, for layers that are shifted there.
fn margins(layers: &[Layer], above: (f64, f64)) -> (u32, u32) {
    let mut most = (0, 0);
    for layer in layers {
        let here = (above.0 + layer.offset.x, above.1 + layer.offset.y);
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
        Some(first) => Outcome::Different(count, most, first),
    }
}
