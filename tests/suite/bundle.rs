//! Bundles of real maps: drawn they equal their source, and they mean the same.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use rayon::prelude::*;
use sha2::Digest as _;
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

pub(crate) const SETTINGS: Settings = Settings {
    optimize: true,
    texture_size: 4096,
    extrude: 0,
    script_pages: false,
    walk: false,
    base_url: None,
    out: None,
};

/// What the judges say of maps that are wrong in themselves, and were exported without a check:
/// pictures that are not in the corpus; orientations that WorkAdventure does not know.
const EXCUSED: [&str; 3] = [" is missing", "tiled_oblique", "test_hexagonal"];

fn files(bundle: &Bundle) -> Sources {
    let mut sources = Sources::new("/nowhere");
    for (path, file) in &bundle.files {
        sources.insert(path.clone(), file.bytes.clone());
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
    let mut add = |what: String, cells: Vec<TilePos>| all.entry(what).or_default().push(cells);
    for zone in &meaning.zones {
        // Equal tiles of two tilesets become one, and with them their zones.
        if matches!(zone.holder, venue::workadventure::Holder::Tile(..)) {
            for cell in &zone.cells {
                add("tile zone".to_owned(), vec![cell]);
            }
        } else {
            add(format!("zone {:?} {}", zone.holder, zone.triggers.len()), zone.cells.iter().collect());
        }
    }
    for entry in &meaning.entries {
        add(
            format!("entry {} {:?} {}", entry.name, entry.kind, entry.default),
            entry.cells().iter().collect(),
        );
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

pub(crate) fn open(corpus: &Path, name: &str) -> Project {
    let mut project = Project {
        root: corpus.to_owned(),
        config_file: None,
        config: Config::default(),
        sources: Sources::new(corpus),
        ..Project::default()
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
    judge(folder.path(), &EXCUSED);
}

/// Lets WorkAdventure's schema and its engine's parser read every map in a folder; what they say may be
/// excused by a word of it.
pub(crate) fn judge(folder: &Path, excused: &[&str]) {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    if !judges.join("node_modules").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return;
    }
    let output = Command::new("node").arg(judges.join("judge.mjs")).arg(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{}", said.lines().last().unwrap_or_default());
    let complaints: Vec<&str> =
        said.lines().filter(|line| !excused.iter().any(|word| line.contains(word))).collect();
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
    let extruded = bundle::build(&mut project, &[], &Settings { extrude: 1, ..SETTINGS }).unwrap();
    assert_eq!(differences(&project, &extruded), Vec::<String>::new());
}

/// A project of two maps on disk.
pub(crate) fn project_on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let map = |property: &str, value: &str| {
        let layer = |id: u32, name: &str, data: [u32; 2], properties: &str| {
            format!(
                r#"{{"type":"tilelayer","id":{id},"name":"{name}","width":2,"height":1,"data":[{},{}],"opacity":1,
                "visible":true,"x":0,"y":0,"properties":[{properties}]}}"#,
                data[0], data[1]
            )
        };
        let property = format!(r#"{{"name":"{property}","type":"string","value":"{value}"}}"#);
        format!(
            r#"{{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal","width":2,"height":1,
            "tilewidth":32,"tileheight":32,"infinite":false,"nextlayerid":9,"nextobjectid":9,
            "tilesets":[{{"firstgid":1,"name":"tiles","image":"tiles.png","imagewidth":64,"imageheight":32,"tilewidth":32,
            "tileheight":32,"columns":2,"tilecount":2,"margin":0,"spacing":0}}],
            "layers":[{},{},{{"type":"objectgroup","id":7,"name":"floorLayer","objects":[],"opacity":1,"visible":true,"x":0,"y":0}}]}}"#,
            layer(1, "start", [1, 0], ""),
            layer(2, "zone", [0, 2], &property),
        )
    };
    let picture =
        image::RgbaImage::from_fn(64, 32, |x, _| image::Rgba([u8::try_from(x).unwrap(), 9, 9, 255]));
    write("venue.toml", b"[project]\nname = \"Test\"\n");
    write("maps/tiles.png", &venue::picture::encode(&picture).unwrap());
    write("maps/a.tmj", map("exitUrl", "b.json").as_bytes());
    write("maps/b.json", map("exitUrl", "a.tmj").as_bytes());
    folder
}

fn run(folder: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    assert_cmd::Command::cargo_bin("venue").unwrap().current_dir(folder).arg("bundle").args(args).assert()
}

#[test]
fn the_same_project_gives_the_same_folder_and_zip() {
    let folder = project_on_disk();
    let at = |name: &str| folder.path().join(name);
    run(folder.path(), &["--out", "public", "--zip", "one.zip"]).code(0);
    assert!(fs::read_to_string(at("public/maps/a.tmj")).unwrap().contains("b.tmj"));
    let manifest = fs::read(at("public/manifest.json")).unwrap();
    // The second run finds the maps of the first, which are none of the project's.
    run(folder.path(), &["--out", "public", "--zip", "two.zip"]).code(0);
    assert_eq!(fs::read(at("one.zip")).unwrap(), fs::read(at("two.zip")).unwrap());
    assert_eq!(fs::read(at("public/manifest.json")).unwrap(), manifest);
}

#[test]
fn what_the_report_says_is_what_was_written() {
    let folder = project_on_disk();
    let output = run(folder.path(), &["--format", "json"]).code(0).get_output().stdout.clone();
    let json: serde_json::Value = serde_json::from_slice(&output).unwrap();
    let written: Vec<u64> = walkdir::WalkDir::new(folder.path().join("dist"))
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.metadata().unwrap().len())
        .collect();
    assert_eq!(json["version"], 1);
    assert_eq!(json["out"], "dist");
    assert_eq!(json["files"], written.len());
    assert_eq!(json["bytes"], written.iter().sum::<u64>());
    assert_eq!(json["maps"][1]["output"], "maps/b.tmj");
}

#[test]
fn a_folder_that_is_no_bundle_is_left_alone() {
    let folder = project_on_disk();
    let thesis = folder.path().join("dist/thesis.txt");
    fs::create_dir(folder.path().join("dist")).unwrap();
    fs::write(&thesis, "years of work").unwrap();
    let assert = run(folder.path(), &["--zip", "x.zip"]).code(2).stdout("");
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("\"thesis.txt\"") && said.contains("nothing was changed"), "{said}");
    assert_eq!(fs::read_to_string(thesis).unwrap(), "years of work");
    assert!(!folder.path().join("x.zip").exists());
}

#[test]
fn errors_stop_a_bundle_unless_it_may_not_check() {
    let folder = project_on_disk();
    run(folder.path(), &[]).code(0);
    let old = fs::read(folder.path().join("dist/maps/a.tmj")).unwrap();
    let broken = fs::read_to_string(folder.path().join("maps/a.tmj")).unwrap().replace("b.json", "gone.tmj");
    fs::write(folder.path().join("maps/a.tmj"), broken).unwrap();
    let assert = run(folder.path(), &[]).code(1).stdout("");
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("gone.tmj") && said.contains("nothing was bundled"), "{said}");
    assert_eq!(fs::read(folder.path().join("dist/maps/a.tmj")).unwrap(), old);
    run(folder.path(), &["--no-check"]).code(0);
    assert_ne!(fs::read(folder.path().join("dist/maps/a.tmj")).unwrap(), old);
}

#[test]
fn a_zip_that_cannot_be_written_leaves_the_old_bundle() {
    let folder = project_on_disk();
    run(folder.path(), &[]).code(0);
    let old = fs::read(folder.path().join("dist/maps/a.tmj")).unwrap();
    let changed = fs::read_to_string(folder.path().join("maps/a.tmj")).unwrap().replace("[0,2]", "[0,1]");
    fs::write(folder.path().join("maps/a.tmj"), changed).unwrap();
    fs::create_dir(folder.path().join("x.zip")).unwrap();
    run(folder.path(), &["--zip", "x.zip"]).code(2);
    assert_eq!(fs::read(folder.path().join("dist/maps/a.tmj")).unwrap(), old);
    let left = fs::read_dir(folder.path()).unwrap().flatten();
    assert!(left.map(|entry| entry.file_name()).all(|name| !name.to_string_lossy().starts_with('.')));
    run(folder.path(), &["--zip", "dist/x.zip"]).code(2);
}

#[cfg(unix)]
#[test]
fn typescript_is_compiled_or_refused_with_advice() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = project_on_disk();
    let at = |name: &str| folder.path().join(name);
    let map = fs::read_to_string(at("maps/a.tmj")).unwrap();
    let script = r#""properties":[{"name":"script","type":"string","value":"../src/main.ts"}],"tilesets""#;
    fs::write(at("maps/a.tmj"), map.replacen(r#""tilesets""#, script, 1)).unwrap();
    fs::create_dir(at("src")).unwrap();
    fs::write(at("src/main.ts"), "const x: number = 1;").unwrap();
    let bundle = |path: &str| {
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        command.current_dir(folder.path()).env("PATH", path).args(["bundle", "--no-check"]).assert()
    };
    let assert = bundle("/nowhere").code(2);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("src/main.ts") && said.contains("npm install --save-dev esbuild"), "{said}");

    fs::create_dir_all(at("node_modules/.bin")).unwrap();
    let esbuild = at("node_modules/.bin/esbuild");
    fs::write(&esbuild, "#!/bin/sh\necho \"compiled $1\"\n").unwrap();
    fs::set_permissions(&esbuild, fs::Permissions::from_mode(0o755)).unwrap();
    bundle("/bin:/usr/bin").code(0);
    assert_eq!(fs::read_to_string(at("dist/src/main.js")).unwrap(), "compiled ./src/main.ts\n");
    assert!(fs::read_to_string(at("dist/maps/a.tmj")).unwrap().contains("../src/main.js"));
}

/// Whether a bundle on disk is whole: every file is there as its manifest says, and no other.
fn is_whole(dist: &Path) -> bool {
    let Ok(manifest) = fs::read(dist.join("manifest.json")) else { return false };
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap();
    let as_told = files.iter().all(|file| {
        let bytes = fs::read(dist.join(file["path"].as_str().unwrap())).unwrap_or_default();
        let hash =
            sha2::Sha256::digest(&bytes).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        file["bytes"] == bytes.len() && file["sha256"] == hash.as_str()
    });
    let there = walkdir::WalkDir::new(dist).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    as_told && there.count() == files.len() + 1
}

#[test]
fn whenever_a_run_is_killed_a_whole_bundle_is_there() {
    let folder = project_on_disk();
    run(folder.path(), &["--no-check"]).code(0);
    let dist = folder.path().join("dist");
    let mut ended_well = false;
    // Ever later, until one comes to its end; then the moments are known to have been of all kinds.
    for wait in (0..).map(|step| std::time::Duration::from_millis(step * 7)) {
        let map = fs::read_to_string(folder.path().join("maps/a.tmj")).unwrap();
        let other =
            if map.contains("[0,2]") { map.replace("[0,2]", "[0,1]") } else { map.replace("[0,1]", "[0,2]") };
        fs::write(folder.path().join("maps/a.tmj"), other).unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("venue"))
            .current_dir(folder.path())
            .args(["bundle", "--no-check", "--quiet"])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(wait);
        ended_well |= child.try_wait().unwrap().is_some();
        let _ended = child.kill();
        child.wait().unwrap();
        assert!(is_whole(&dist), "killed after {wait:?}");
        if ended_well {
            break;
        }
    }
    assert!(ended_well);
}

#[test]
fn typescript_of_several_files_is_compiled_by_esbuild() {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/node_modules/.bin");
    if !judges.join("esbuild").is_file() {
        eprintln!("skipped: esbuild is not installed, run `npm ci --prefix tests/judges`");
        return;
    }
    let folder = project_on_disk();
    let at = |name: &str| folder.path().join(name);
    let map = fs::read_to_string(at("maps/a.tmj")).unwrap();
    let script = r#""properties":[{"name":"script","type":"string","value":"../src/main.ts"}],"tilesets""#;
    fs::write(at("maps/a.tmj"), map.replacen(r#""tilesets""#, script, 1)).unwrap();
    fs::create_dir_all(at("src/lib")).unwrap();
    fs::create_dir_all(at("sounds")).unwrap();
    fs::write(at("sounds/bell.mp3"), "ding").unwrap();
    fs::write(
        at("src/lib/words.ts"),
        "export enum Word { Hello = 'Grüße' }\nexport const unused = 'never asked for';",
    )
    .unwrap();
    fs::write(
        at("src/main.ts"),
        "import { Word } from './lib/words';\ninterface Said { word: Word }\n\
         const said: Said = { word: Word.Hello };\n\
         (globalThis as any).WA?.sound.loadSound('../sounds/bell.mp3');\nconsole.log(said.word);\n",
    )
    .unwrap();
    let path = std::env::join_paths(
        std::iter::once(judges).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    command.current_dir(folder.path()).env("PATH", &path).args(["bundle", "--no-check"]).assert().code(0);
    let compiled = fs::read_to_string(at("dist/src/main.js")).unwrap();
    assert!(compiled.contains("Grüße") && !compiled.contains("never asked for"), "{compiled}");
    assert!(!compiled.contains("interface") && !compiled.contains("import "), "{compiled}");
    // What the script names goes in with it, and nothing of what it was made of.
    assert!(at("dist/sounds/bell.mp3").is_file() && !at("dist/src/main.ts").exists());
    assert!(!at("dist/src/lib").exists());
    fs::copy(at("dist/src/main.js"), at("main.mjs")).unwrap();
    let output = Command::new("node").arg(at("main.mjs")).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "Grüße\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // Mistakes are told with their place.
    fs::write(at("src/lib/words.ts"), "export const = 1;").unwrap();
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    let assert =
        command.current_dir(folder.path()).env("PATH", &path).args(["bundle", "--no-check"]).assert().code(2);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("src/main.ts") && said.contains("words.ts:1:13"), "{said}");
}

#[test]
fn paths_are_written_with_slashes() {
    let folder = project_on_disk();
    run(folder.path(), &["--no-check", "--zip", "x.zip"]).code(0);
    let archive = zip::ZipArchive::new(fs::File::open(folder.path().join("x.zip")).unwrap()).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.contains(&"maps/a.tmj".to_owned()), "{names:?}");
    assert!(names.iter().all(|name| !name.contains('\\') && (!name.starts_with('.') || name == ".htaccess")));
}
