//! Tiled itself as the judge: our reading of a map must be our reading of what Tiled exports of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rayon::prelude::*;
use tempfile::TempDir;
use venue::{
    format,
    model::{Map, MapTileset, Picture},
    project::Project,
    source::{PictureHeader, Sources, parent, resolve},
};
use walkdir::WalkDir;

use super::{
    facts::{Facts, differences},
    verdict::{Excuse, Reading, Verdict},
};
use crate::corpus::corpus;

/// More than the largest map needs by far.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) const IDS: Excuse = Excuse {
    reason: "Tiled counts ids itself where the file gives none",
    fits: |it, about| {
        let layers = about.map.flat_layers();
        let nameless = layers.iter().any(|(_, layer)| {
            layer.id == 0
                || layer.objects().is_some_and(|layer| layer.objects.iter().any(|object| object.id == 0))
        });
        match it.key() {
            "id" => it.ours.as_deref().is_none_or(|id| id == "0"),
            "next layer id" | "next object id" => nameless,
            _ => false,
        }
    },
};

pub(super) const PICTURES: Excuse = Excuse {
    reason: "Tiled measures the pictures, and counts tiles by what it finds",
    fits: |it, about| {
        matches!(it.key(), "columns" | "tile count" | "width" | "height")
            && index(&it.place, "tilesets")
                .and_then(|index| about.map.tilesets.get(index)?.tileset.as_ref())
                .is_some_and(|set| {
                    let folder = parent(&set.file);
                    let pictures = set.picture.iter().chain(set.tiles.iter().flat_map(|tile| &tile.picture));
                    pictures.into_iter().any(|picture| !is_as_stated(picture, folder, about.sources))
                })
    },
};

/// What Tiled 1.8.2 cannot keep, or knows better than the file.
pub(super) const LOSSES: &[Excuse] = &[
    IDS,
    PICTURES,
    Excuse {
        reason: "Tiled stands a placeholder in for a tileset that it cannot read",
        fits: |it, about| {
            let index = index(&it.place, "tilesets");
            index.and_then(|index| about.map.tilesets.get(index)).is_some_and(|entry| entry.tileset.is_none())
        },
    },
    Excuse {
        reason: "Tiled reckons the size of infinite layers from their cells",
        fits: |it, about| about.map.infinite && it.key() == "size",
    },
    Excuse {
        reason: "Tiled before 1.9 does not know the key `class`",
        fits: |it, _| it.key() == "class" && it.theirs.is_none(),
    },
    Excuse {
        reason: "Tiled before 1.9 takes no parts of pictures",
        fits: |it, _| it.key() == "picture part" && it.theirs.is_none(),
    },
    Excuse {
        reason: "Tiled before 1.11.1 writes no size of an image layer's picture",
        fits: |it, _| {
            it.place.starts_with("layers")
                && it.theirs.is_none()
                && (it.place.ends_with(".picture.width") || it.place.ends_with(".picture.height"))
        },
    },
    Excuse {
        reason: "Tiled 1.8.2 has no repeated pictures, blend modes, capsules or opacity of objects",
        fits: |it, _| {
            it.theirs.is_none()
                && match it.key() {
                    "mode" => true,
                    "opacity" => it.place.contains("objects["),
                    "shape" => it.ours.as_deref() == Some("capsule"),
                    _ => it.place.contains(".repeat."),
                }
        },
    },
    Excuse {
        reason: "Tiled 1.8.2 writes no locks into JSON",
        fits: |it, _| it.key() == "locked" && it.theirs.is_none(),
    },
    Excuse {
        reason: "Tiled drops an export format without a target",
        fits: |it, _| it.place == "editorsettings.export.format" && it.theirs.is_none(),
    },
    Excuse {
        reason: "Tiled forgets the classes that it was not given the project of",
        fits: |it, _| {
            it.theirs.as_deref().is_none_or(|theirs| theirs == "string \"\"")
                && (it.key() == "type name"
                    || it.ours.as_deref().is_some_and(|ours| ours.starts_with("class ")))
        },
    },
    Excuse {
        reason: "Tiled before 1.12 has no lists",
        fits: |it, _| {
            it.theirs.as_deref() == Some("string \"\"")
                && it.ours.as_deref().is_some_and(|ours| ours.starts_with("list "))
        },
    },
    Excuse {
        reason: "Tiled before 1.12 gives a JSON list the name of its own type",
        fits: |it, _| {
            let sides = (it.ours.as_deref(), it.theirs.as_deref());
            let (Some(ours), Some(theirs)) = sides else { return false };
            let list = theirs.strip_prefix("QVariantList ");
            list.is_some_and(|list| ours.split_once(' ').is_some_and(|(_, value)| value == list))
        },
    },
];

/// Maps that differ for a reason of their own: the file, the beginning of the places, the reason.
pub(super) const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("rs-tiled/assets/tiled_image_layers.tmx", "layers[1].tint", "to Qt a colour without # is none"),
    ("tiled/examples/forest/forest.tmx", "tilesets[0].tile size", WHOLE),
    ("tiled/examples/forest/forest.tsx", "tilesets[0].tile size", WHOLE),
];

const WHOLE: &str = "Tiled before 1.9 takes whole pictures, and measures the tiles by them";

/// The number behind `list[` at the beginning of a place.
fn index(place: &str, list: &str) -> Option<usize> {
    place.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?.0.parse().ok()
}

/// Whether the picture is there, in the size that the file states.
fn is_as_stated(picture: &Picture, folder: &str, sources: &Sources) -> bool {
    match sources.picture(&resolve(folder, &picture.source)) {
        PictureHeader::Size(width, height) => (Some(width), Some(height)) == (picture.width, picture.height),
        PictureHeader::Missing | PictureHeader::Unreadable(_) => false,
    }
}

/// Runs Tiled without a screen and without anybody's settings; what it says on failure.
fn tiled(home: &Path, arguments: &[&str]) -> Result<(), String> {
    let log = tempfile::NamedTempFile::new_in(home).map_err(|error| error.to_string())?;
    let output = log.reopen().map_err(|error| error.to_string())?;
    let mut child = Command::new("tiled")
        .args(arguments)
        .env("QT_QPA_PLATFORM", "offscreen")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_CONFIG_HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .map_err(|error| error.to_string())?;
    let waits = PATIENCE.as_millis() / 5;
    for _ in 0..waits {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            let said = fs::read_to_string(log.path()).unwrap_or_default();
            let said = said.lines().filter(|line| !line.starts_with("QStandardPaths")).collect::<Vec<_>>();
            return if status.success() { Ok(()) } else { Err(said.join(" ")) };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // It may have ended just now.
    let _ = child.kill();
    let _ = child.wait();
    Err("it does not come to an end".to_owned())
}

/// A copy of the corpus, so that Tiled can write beside the maps what refers to their neighbours.
fn copy(corpus: &Path, goal: &Path) {
    for entry in WalkDir::new(corpus) {
        let entry = entry.unwrap();
        let to = goal.join(entry.path().strip_prefix(corpus).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Our reading of what Tiled makes of the map called `name`, or Tiled's words of refusal.
pub(super) fn exported(root: &Path, home: &Path, name: &str) -> Result<Map, String> {
    let output = format!("{name}.exported.json");
    let path = |name: &str| root.join(name).to_string_lossy().into_owned();
    let what =
        ["--export-map", "--embed-tilesets", "--detach-templates", "json", &path(name), &path(&output)];
    tiled(home, &what)?;
    let sources = Sources::new(root);
    let loaded = format::load_map(&sources, &output);
    loaded.map.ok_or_else(|| panic!("{name}: what Tiled exports does not load: {:?}", loaded.findings))
}

/// A copy of the corpus and a home for Tiled, in a folder that goes with them; or a word that the test is
/// skipped.
pub(super) fn workshop() -> Option<(PathBuf, PathBuf, TempDir)> {
    let corpus = corpus()?;
    let folder = tempfile::tempdir().unwrap();
    let (root, home) = (folder.path().join("maps"), folder.path().join("home"));
    fs::create_dir_all(&home).unwrap();
    if let Err(error) = tiled(&home, &["--version"]) {
        eprintln!("skipped: there is no Tiled here ({error})");
        return None;
    }
    copy(&corpus, &root);
    Some((root, home, folder))
}

#[test]
fn tiled_reads_maps_as_we_do() {
    let Some((root, home, _folder)) = workshop() else { return };
    let project = Project::open(std::slice::from_ref(&root), None).unwrap();
    let maps: Vec<_> = project.maps.iter().filter_map(|map| Some((&map.name, map.map.as_ref()?))).collect();
    let results: Vec<_> = maps
        .par_iter()
        .map(|(name, map)| {
            let export = exported(&root, &home, name)?;
            Ok(differences(&Facts::of(map), &Facts::of(&export)))
        })
        .collect();
    let mut verdict = Verdict::default();
    for ((name, map), result) in maps.iter().zip(results) {
        let reading = Reading { map, sources: &project.sources };
        verdict.add(name, result, LOSSES, EXCEPTIONS, &reading);
    }
    verdict.pronounce("Tiled", 200);
}

#[test]
fn tiled_reads_tilesets_as_we_do() {
    let Some((root, home, _folder)) = workshop() else { return };
    let names: Vec<String> = WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .filter_map(|entry| {
            let path = entry.unwrap().into_path();
            let extension = path.extension()?;
            let name = path.strip_prefix(&root).unwrap().to_str()?.to_owned();
            (extension == "tsx" || extension == "tsj").then_some(name)
        })
        .collect();
    let sources = Sources::new(&root);
    let results: Vec<_> = names
        .par_iter()
        .map(|name| {
            let output = format!("{name}.exported.json");
            let path = |name: &str| root.join(name).to_string_lossy().into_owned();
            tiled(&home, &["--export-tileset", "json", &path(name), &path(&output)])?;
            Ok::<_, String>((lone(&sources, name), lone(&sources, &output)))
        })
        .collect();
    let mut verdict = Verdict::default();
    for (name, result) in names.iter().zip(results) {
        match result {
            Ok((ours, theirs)) => {
                let found = differences(&Facts::of(&ours), &Facts::of(&theirs));
                let reading = Reading { map: &ours, sources: &sources };
                verdict.add(name, Ok(found), LOSSES, EXCEPTIONS, &reading);
            }
            Err(reason) => verdict.refuse(name, &reason),
        }
    }
    verdict.pronounce("Tiled, of tilesets", 15);
}

/// A map with nothing but this tileset.
fn lone(sources: &Sources, name: &str) -> Map {
    let (tileset, findings) = format::load_tileset(sources, name);
    let tileset = tileset.unwrap_or_else(|| panic!("{name} does not load: {findings:?}"));
    let mut empty = Sources::new("/nowhere");
    let text = r#"{ "type": "map", "orientation": "orthogonal", "width": 1, "height": 1, "tilewidth": 1,
                    "tileheight": 1, "layers": [], "tilesets": [] }"#;
    empty.insert("lone.tmj", text.as_bytes());
    let mut map = format::load_map(&empty, "lone.tmj").map.unwrap();
    map.tilesets.push(MapTileset { span: None, first_gid: 1, source: None, tileset: Some(tileset.into()) });
    map
}
