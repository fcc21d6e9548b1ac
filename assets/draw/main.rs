//! Draws everything that is shipped and demonstrated: tilesets, stand templates, the demo venue's maps,
//! the logos of its sponsors. The same program gives the same bytes.
//!
//! ```sh
//! cargo run --example draw-assets             # draws into the current folder
//! cargo run --example draw-assets -- --check  # says what differs from what is drawn
//! ```
#![expect(clippy::print_stdout, clippy::panic, reason = "a program for ourselves")]

mod canvas;
mod examples;
mod floors;
mod furniture;
mod groups;
mod hall;
mod kit;
mod lobby;
mod logos;
mod markers;
mod palette;
mod quiet;
mod room;
mod scene;
mod sheet;
mod stands;
mod templates;
mod walls;

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use scene::Sheets;
use venue::picture::{Overlay, OverlayKind, PictureStore, RenderOptions, Renderer};

fn main() -> anyhow::Result<ExitCode> {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = std::env::args().skip(1).find(|argument| argument != "--check");
    let root = PathBuf::from(root.unwrap_or_else(|| ".".to_owned()));
    let mut differs = false;
    for (name, bytes) in draw()? {
        let path = root.join(&name);
        if check {
            if std::fs::read(&path).ok().as_deref() != Some(&bytes) {
                println!("{name} differs from what is drawn");
                differs = true;
            }
        } else {
            venue::output::write_file(&path, &bytes)?;
        }
    }
    Ok(if differs { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A picture of a map, with what is marked on it.
fn drawn(
    files: &BTreeMap<String, Vec<u8>>,
    name: &str,
    options: &RenderOptions,
    marked: &[OverlayKind],
) -> anyhow::Result<Vec<u8>> {
    let mut sources = venue::source::Sources::new(".");
    for (name, bytes) in files {
        sources.insert(name.clone(), bytes.clone());
    }
    let map = venue::format::load_map(&sources, name).map.with_context(|| format!("{name} is no map"))?;
    let meaning = venue::workadventure::Meaning::of(&map);
    let store = PictureStore::new();
    let renderer = Renderer::new(&map, &sources, &store, options)?;
    let renderer = renderer.with_overlay(Overlay::new(marked, &meaning, []));
    Ok(venue::picture::encode_small(renderer.draw()?, venue::picture::Effort::Thorough)?)
}

/// Every file by its path.
fn draw() -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let png = |image: &image::RgbaImage| -> anyhow::Result<Vec<u8>> {
        Ok(venue::picture::encode_small(image.clone(), venue::picture::Effort::Thorough)?)
    };
    let sheets = Sheets(vec![floors::sheet(), walls::sheet(), furniture::sheet(), markers::sheet()]);
    for sheet in sheets.0.iter().chain([&stands::sheet()]) {
        files.insert(format!("assets/tilesets/{}.png", sheet.name), png(&sheet.image())?);
    }
    for (path, template, width) in templates::all() {
        files.insert(path, venue::format::tiled_json(&template, width).into_bytes());
    }
    // For the page on templates: where its zones and entries are.
    let large = drawn(
        &files,
        "assets/stands/large.tmj",
        &RenderOptions { scale: Some(2.0), ..RenderOptions::default() },
        &[OverlayKind::Zones, OverlayKind::Entries],
    )?;
    files.insert("assets/stands/large.png".to_owned(), large);
    let (kit, width) = kit::map(&sheets);
    files.insert("assets/hall/kit.tmj".to_owned(), venue::format::tiled_json(&kit, width).into_bytes());
    for (path, map, (width, _)) in [
        ("maps/lobby.tmj", lobby::map(&sheets), lobby::SIZE),
        ("maps/hall.tmj", hall::map(&sheets), hall::SIZE),
        ("maps/quiet.tmj", quiet::map(&sheets), (quiet::WIDTH, 0)),
    ] {
        let wrap = usize::try_from(width)?;
        files.insert(path.to_owned(), venue::format::tiled_json(&map, wrap).into_bytes());
    }
    for (name, logo) in logos::pictures() {
        files.insert(format!("maps/logos/{name}"), png(&logo.image)?);
    }
    for (name, logo) in logos::drawings() {
        files.insert(format!("maps/logos/{name}"), logo.into_bytes());
    }
    let examples = examples::files(&sheets, &files);
    files.extend(examples);
    let hall = examples::with_stands(&files, "examples/conference/sponsors.csv")?.0;
    // The pictures of the tour, which begins with a new project: of what is drawn now, not of what the
    // program was built with.
    let mut new = venue::starter::new_project("Autumn Fair", venue::starter::Forge::Nowhere, "");
    for (name, bytes) in &mut new {
        if let Some(drawn) = files.get(name) {
            bytes.clone_from(drawn);
        }
    }
    let small = RenderOptions { size: Some(960), ..RenderOptions::default() };
    for (picture, map) in examples::PICTURES {
        files.insert(picture.to_owned(), drawn(&hall, map, &small, &[])?);
    }
    let happens = [OverlayKind::Zones, OverlayKind::Entries, OverlayKind::Exits];
    files.insert("docs/pictures/lobby.png".to_owned(), drawn(&new, "maps/lobby.tmj", &small, &happens)?);
    let (_, plan) = examples::with_stands(&new, "maps/sponsors.toml")?;
    let plan = image::load_from_memory(&plan)?.resize(1000, 1000, image::imageops::FilterType::Triangle);
    files.insert("docs/pictures/plan.png".to_owned(), png(&plan.to_rgba8())?);
    Ok(files)
}
