//! Bundles of real maps: drawn they equal their source, and they mean the same.

use std::{collections::BTreeMap, path::Path, process::Command, sync::Arc};

use rayon::prelude::*;
use venue::{
    bundle::{self, Bundle, BundleError, Settings},
    format,
    model::{Map, TilePos},
    picture::{PictureStore, RenderOptions, Renderer},
    project::{Config, Project},
    source::Sources,
    workadventure::Meaning,
};

use crate::corpus::corpus;

const SETTINGS: Settings = Settings { optimize: true, texture_size: 4096, base_url: None };

/// What the judges say of maps that are wrong in themselves, and were exported without a check:
/// pictures that are not in the corpus; orientations that WorkAdventure does not know.
const EXCUSED: [&str; 3] = [" is missing", "tiled_oblique", "test_hexagonal"];

fn files(bundle: &Bundle) -> Sources {
    let mut sources = Sources::new("/nowhere");
    for (path, file) in &bundle.files {
        sources.insert(path.clone(), Arc::clone(&file.bytes));
    }
    sources
}

fn draw(map: &Map, sources: &Sources) -> Result<image::RgbaImage, String> {
    let store = PictureStore::new();
    // Large enough to show any difference, small enough for the largest map of the corpus.
    let options = RenderOptions::default();
    let renderer = Renderer::new(map, sources, &store, &options).map_err(|error| error.to_string())?;
    renderer.draw().map_err(|error| error.to_string())
}

/// Zones, entries and exits by what they do and where, without the names of tilesets.
fn behaviour(meaning: &Meaning) -> BTreeMap<String, Vec<Vec<TilePos>>> {
    let mut all: BTreeMap<String, Vec<Vec<TilePos>>> = BTreeMap::new();
    let mut add = |what: String, cells: &[TilePos]| {
        let mut cells = cells.to_vec();
        cells.sort_unstable();
        all.entry(what).or_default().push(cells);
    };
    for zone in &meaning.zones {
        // Equal tiles of two tilesets become one, and with them their zones.
        if matches!(zone.holder, venue::workadventure::Holder::Tile(..)) {
            for cell in &zone.cells {
                add("tile zone".to_owned(), &[*cell]);
            }
        } else {
            add(format!("zone {:?} {}", zone.holder, zone.triggers.len()), &zone.cells);
        }
    }
    for entry in &meaning.entries {
        add(format!("entry {} {:?} {}", entry.name, entry.kind, entry.default), &entry.cells);
    }
    all.into_iter()
        .map(|(what, mut cells)| {
            cells.sort_unstable();
            (what, cells)
        })
        .collect()
}

/// What differs between a map and its bundle.
fn differences(project: &Project, bundle: &Bundle) -> Vec<String> {
    let out = files(bundle);
    let mut wrong = Vec::new();
    for made in &bundle.maps {
        let before = project.map(&made.source).unwrap().map.as_ref().unwrap();
        let loaded = format::load_map(&out, &made.output);
        let Some(after) = loaded.map else {
            wrong.push(format!("{}: the bundled map does not load: {:?}", made.source, loaded.findings));
            continue;
        };
        // Where the picture lacks a tile, Tiled draws a mark that no visitor ever sees.
        let marked = bundle.notes.iter().any(|note| {
            note.file == made.source
                && (note.message.contains("beyond the edge") || note.message.contains("no tileset knows"))
        });
        match (draw(before, &project.sources), draw(&after, &out)) {
            _ if marked => {}
            (Ok(a), Ok(b)) => {
                let differing =
                    a.pixels().zip(b.pixels()).filter(|(a, b)| a != b && (a.0[3] > 0 || b.0[3] > 0)).count();
                if a.dimensions() != b.dimensions() || differing > 0 {
                    wrong.push(format!("{}: {differing} pixels differ", made.source));
                }
            }
            (Err(a), Err(b)) if a == b => {}
            (a, b) => wrong.push(format!("{}: drawn before {:?}, after {:?}", made.source, a.err(), b.err())),
        }
        let (before, after) = (Meaning::of(before), Meaning::of(&after));
        if before.walk != after.walk {
            wrong.push(format!("{}: walls differ", made.source));
        }
        let (old, new) = (behaviour(&before), behaviour(&after));
        for what in old.keys().chain(new.keys()) {
            if old.get(what) != new.get(what) {
                wrong.push(format!("{}: {what} differs", made.source));
            }
        }
        if before.exits.len() != after.exits.len() {
            wrong.push(format!("{}: exits differ", made.source));
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn open(corpus: &Path, name: &str) -> Project {
    let mut project = Project {
        root: corpus.to_owned(),
        config_file: None,
        config: Config::default(),
        sources: Sources::new(corpus),
        maps: Vec::new(),
    };
    project.load(&[name.to_owned()]);
    project
}

#[test]
fn corpus_maps_look_and_mean_the_same_in_a_bundle() {
    let Some(corpus) = corpus() else { return };
    let names: Vec<String> = Project::open(std::slice::from_ref(&corpus), None)
        .unwrap()
        .maps
        .into_iter()
        .map(|map| map.name)
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let results: Vec<Result<Vec<String>, BundleError>> = names
        .par_iter()
        .enumerate()
        .map(|(number, name)| {
            let mut project = open(&corpus, name);
            let mut bundle = bundle::build(&mut project, &[], &SETTINGS)?;
            bundle::prepare(&bundle, &folder.path().join(number.to_string()))?.commit()?;
            // Those that exits lead to have their own turn.
            bundle.maps.retain(|map| map.source == *name);
            Ok(differences(&project, &bundle))
        })
        .collect();
    let mut wrong = Vec::new();
    let mut refused = Vec::new();
    for (name, result) in names.iter().zip(results) {
        match result {
            Ok(differences) => wrong.extend(differences),
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    eprintln!("{} maps, {} refused:\n{}", names.len(), refused.len(), refused.join("\n"));
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    judge(folder.path());
}

/// Lets WorkAdventure's schema and its engine's parser read every map in a folder.
fn judge(folder: &Path) {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    if !judges.join("node_modules").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return;
    }
    let output = Command::new("node").arg(judges.join("judge.mjs")).arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{}", said.lines().last().unwrap_or_default());
    let complaints: Vec<&str> =
        said.lines().filter(|line| !EXCUSED.iter().any(|word| line.contains(word))).collect();
    assert!(
        output.status.code() < Some(2) && complaints.len() == 1,
        "{}\n{}",
        complaints.join("\n"),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_whole_conference_becomes_small_and_stays_equal() {
    let Some(corpus) = corpus() else { return };
    let mut project = open(&corpus.join("fossgis"), "fossgis-2023/base.json");
    let bundle = bundle::build(&mut project, &[], &SETTINGS).unwrap();
    assert_eq!(differences(&project, &bundle), Vec::<String>::new());
    let map = &bundle.maps[0];
    eprintln!("{map:?}");
    assert_eq!((map.tilesets_before, map.tilesets_after), (35, 1));
    assert!(map.bytes_after * 10 < map.bytes_before * 6, "{map:?}");
    let again = bundle::build(&mut project, &[], &SETTINGS).unwrap();
    assert_eq!(bundle::zip(&bundle).unwrap(), bundle::zip(&again).unwrap());
}
