//! The demo venue, as a stranger runs it.

use std::{fs, path::Path};

use assert_cmd::Command;

/// A copy of what the demo needs, so that a run changes nothing here.
fn copy() -> tempfile::TempDir {
    fn copy_folder(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let goal = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy_folder(&entry.path(), &goal);
            } else {
                fs::copy(entry.path(), goal).unwrap();
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for part in ["maps", "assets/stands", "assets/tilesets"] {
        copy_folder(&root.join(part), &folder.path().join(part));
    }
    fs::copy(root.join("venue.toml"), folder.path().join("venue.toml")).unwrap();
    folder
}

fn venue(folder: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::cargo_bin("venue").unwrap();
    command.current_dir(folder).args(args).assert()
}

#[test]
fn nothing_is_wrong_with_it() {
    let folder = copy();
    venue(folder.path(), &["stands", "maps/sponsors.toml"]).success();
    venue(folder.path(), &["check", "--fail-on", "info"]).success();
}

#[test]
fn every_sponsor_has_a_place_and_keeps_it() {
    let folder = copy();
    let lock = || fs::read_to_string(folder.path().join("maps/sponsors.lock.toml")).unwrap();
    let before = lock();
    let run = venue(folder.path(), &["stands", "maps/sponsors.toml", "--format", "json"]).success();
    let report: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let stands = report["stands"].as_array().unwrap();
    assert_eq!(stands.len(), 10);
    assert!(stands.iter().all(|stand| stand["kept"] == true), "the lock that is checked in holds");
    assert_eq!(report["unplaced"], serde_json::json!([]));
    assert_eq!(lock(), before);
}

#[test]
fn links_of_the_config_count_in_the_spec() {
    let folder = copy();
    let spec = folder.path().join("maps/sponsors.toml");
    let text = fs::read_to_string(&spec).unwrap();
    assert!(text.contains("\"https://nordlicht.example/\""));
    fs::write(&spec, text.replace("https://nordlicht.example/", "${links.stage}")).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let stage = "https://player.vimeo.com/video/76979871";
    venue(folder.path(), &["stands", "maps/sponsors.toml", "--directory", "stands.csv"]).success();
    assert!(read("stands.csv").contains(stage) && !read("stands.csv").contains("${links"));
    venue(folder.path(), &["bundle"]).success();
    for name in ["dist/index.html", "dist/maps/hall.tmj"] {
        assert!(!read(name).contains("${links"), "{name}");
    }
    assert!(read("dist/index.html").contains(stage));
}

#[test]
fn its_bundle_is_whole_and_the_same_twice() {
    let folder = copy();
    let zip = || {
        venue(folder.path(), &["bundle", "--zip", "venue.zip"]).success();
        fs::read(folder.path().join("venue.zip")).unwrap()
    };
    let (first, second) = (zip(), zip());
    assert!(first == second, "two runs differ");
    let dist = folder.path().join("dist");
    for file in
        ["index.html", "manifest.json", "maps/lobby.tmj", "maps/hall.tmj", "maps/pages/programme.html"]
    {
        assert!(dist.join(file).is_file(), "{file} is missing");
    }
    let hall = fs::read_to_string(dist.join("maps/hall.tmj")).unwrap();
    assert!(hall.contains("nordlicht-hosting") && !hall.contains("${"), "stands and links are filled in");
    let page = fs::read_to_string(dist.join("index.html")).unwrap();
    assert!(page.contains("Žluťásek Data") && page.contains("hall.tmj#nordlicht-hosting"));
}

#[test]
fn one_core_makes_the_same_as_many() {
    let made = |threads: &str| {
        let folder = copy();
        let run = |args: &[&str]| {
            let mut command = Command::cargo_bin("venue").unwrap();
            let done =
                command.current_dir(folder.path()).env("RAYON_NUM_THREADS", threads).args(args).assert();
            done.success().get_output().stdout.clone()
        };
        let mut all = vec![
            run(&["stands", "maps/sponsors.toml", "--format", "json"]),
            run(&["check", "--format", "json"]),
            run(&["graph", "--format", "json"]),
        ];
        run(&["bundle", "--walk", "--zip", "venue.zip"]);
        run(&["render", "maps/lobby.tmj", "--overlay", "zones,walk", "--size", "600", "--out", "lobby.png"]);
        all.extend(["venue.zip", "lobby.png"].map(|name| fs::read(folder.path().join(name)).unwrap()));
        all
    };
    let (one, many) = (made("1"), made("5"));
    for (index, (one, many)) in one.iter().zip(&many).enumerate() {
        assert!(!one.is_empty() && one == many, "output {index} differs");
    }
}

#[test]
fn an_output_that_cannot_be_written_leaves_what_was_there() {
    let folder = copy();
    venue(folder.path(), &["bundle"]).success();
    let before = fs::read(folder.path().join("dist/manifest.json")).unwrap();
    fs::write(folder.path().join("maps/lobby.tmj"), "{ \"layers\": [1,, ] }").unwrap();
    let run = venue(folder.path(), &["bundle"]).code(1);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("maps/lobby.tmj:1:16"), "{said}");
    assert_eq!(fs::read(folder.path().join("dist/manifest.json")).unwrap(), before);
}

#[test]
fn it_is_what_the_drawing_program_draws() {
    let mut command = std::process::Command::new(env!("CARGO"));
    let root = env!("CARGO_MANIFEST_DIR");
    command.current_dir(root).args(["run", "--quiet", "--example", "draw-assets", "--", "--check"]);
    // What cargo tells about the package under test would make it build half of the crates anew.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| told(name)) {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// What is in the second list of lines and not in the first, and the other way round.
fn changes(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let differ = similar::TextDiff::from_lines(before, after);
    let of = |tag| {
        let changes = differ.iter_all_changes().filter(|change| change.tag() == tag);
        changes.map(|change| change.value().trim().to_owned()).collect()
    };
    (of(similar::ChangeTag::Delete), of(similar::ChangeTag::Insert))
}

#[test]
fn stands_are_added_to_the_venue_and_nothing_else_is_touched() {
    let folder = copy();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    venue(folder.path(), &["stands", "maps/sponsors.toml"]).success();
    let all = read("maps/hall.stands.tmj");
    let (gone, _) = changes(&read("maps/hall.tmj"), &all);
    let counters: Vec<&str> = gone.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(counters, ["\"nextlayerid\"", "\"nextobjectid\""]);

    let spec = read("maps/sponsors.toml");
    let last = spec.rfind("[[sponsors]]").unwrap();
    fs::write(folder.path().join("maps/sponsors.toml"), &spec[..last]).unwrap();
    venue(folder.path(), &["stands", "maps/sponsors.toml"]).success();
    let (gone, new) = changes(&read("maps/hall.stands.tmj"), &all);
    // A stand of 3 x 3 tiles is in three rows of a few layers; the rest is a counter, and the size of the
    // picture with the signs.
    let rows = gone.iter().filter(|line| line.contains(", ")).count();
    assert!(rows <= 3 * 4 && gone.len() <= rows + 4, "{gone:#?}");
    let names = new.iter().filter(|line| line.starts_with("\"name\":\"moss-stone"));
    assert_eq!(names.count(), 4, "{new:#?}");
}
