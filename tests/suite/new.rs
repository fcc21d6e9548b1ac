//! `venue new`: what is begun with it is checked and bundled at once.

use std::{collections::BTreeMap, fs, path::Path, process::Output};

use assert_cmd::Command;
use serde_json::Value;
use walkdir::WalkDir;

use crate::schema;

fn venue(folder: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("venue").unwrap().current_dir(folder).args(args).output().unwrap()
}

#[track_caller]
fn succeeds(folder: &Path, args: &[&str]) -> String {
    let output = venue(folder, args);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn a_new_project_is_fine_and_bundles() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("tiny-days");
    succeeds(above.path(), &["new", "tiny-days", "--name", "Tiny Days"]);
    let report: Value = serde_json::from_str(&succeeds(&folder, &["check", "--format", "json"])).unwrap();
    assert_eq!(report["summary"]["maps"], 3);
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{report:#}");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    schema::fits("config", &toml::from_str(&read("venue.toml")).unwrap());
    schema::fits("sponsors", &toml::from_str(&read("maps/sponsors.toml")).unwrap());
    let stands = succeeds(&folder, &["stands", "maps/sponsors.toml", "--dry-run", "--format", "json"]);
    let stands: Value = serde_json::from_str(&stands).unwrap();
    assert_eq!(stands["stands"].as_array().unwrap().len(), 3);
    // Its stands are its own.
    assert!(read("maps/sponsors.toml").contains("template = \"../stands/large.tmj\""));
    let own = read("stands/large.tmj").replace("\"name\":\"website\"", "\"name\":\"site\"");
    fs::write(folder.join("stands/large.tmj"), own).unwrap();
    succeeds(&folder, &["bundle", "--zip", "venue.zip"]);
    assert!(folder.join("dist/index.html").is_file() && folder.join("venue.zip").is_file());
    assert!(read("dist/index.html").contains("Tiny Days"));
    // With its stands it is as fine, and nobody moved since it was begun.
    let lock = read("maps/sponsors.lock.toml");
    succeeds(&folder, &["stands", "maps/sponsors.toml"]);
    succeeds(&folder, &["check", "--fail-on", "info"]);
    assert!(read("maps/hall.stands.tmj").contains("nordlicht-hosting-site"));
    assert_eq!(read("maps/sponsors.lock.toml"), lock);
}

#[test]
fn the_same_name_gives_the_same_project() {
    let above = tempfile::tempdir().unwrap();
    for folder in ["one", "two"] {
        succeeds(above.path(), &["new", folder, "--name", "Tiny Days"]);
    }
    assert_eq!(files(&above.path().join("one")), files(&above.path().join("two")));
}

#[test]
fn nothing_is_written_over() {
    let above = tempfile::tempdir().unwrap();
    fs::write(above.path().join("notes.txt"), "mine").unwrap();
    let output = venue(above.path(), &["new", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not empty"));
    assert_eq!(files(above.path()).len(), 1);
    fs::create_dir(above.path().join("empty")).unwrap();
    succeeds(above.path(), &["new", "empty"]);
    assert_eq!(venue(above.path(), &["new"]).status.code(), Some(2));
}

#[test]
fn a_folder_of_maps_is_adopted_as_it_is() {
    let above = tempfile::tempdir().unwrap();
    succeeds(above.path(), &["new", "ours"]);
    let folder = above.path().join("ours");
    for name in [
        "venue.toml",
        ".github/workflows/venue.yml",
        "venue.schema.json",
        "venue.tiled-project",
        "extensions/venue.js",
    ] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    // Something is wrong with it.
    let lobby = folder.join("maps/lobby.tmj");
    let broken = fs::read_to_string(&lobby).unwrap().replace("hall.tmj#", "hal.tmj#");
    fs::write(&lobby, broken).unwrap();
    assert_eq!(venue(&folder, &["check"]).status.code(), Some(1));
    let before = files(&folder);
    succeeds(above.path(), &["new", "--from", "ours", "--name", "Ours"]);
    let after = files(&folder);
    for (name, bytes) in &before {
        assert_eq!(after.get(name), Some(bytes), "{name}");
    }
    let new: Vec<&str> =
        after.keys().filter(|name| !before.contains_key(*name)).map(String::as_str).collect();
    assert_eq!(
        new,
        [
            ".github/workflows/venue.yml",
            "extensions/venue.js",
            "venue.baseline.json",
            "venue.schema.json",
            "venue.tiled-project",
            "venue.toml"
        ]
    );
    // What was found is accepted, what comes new is not.
    succeeds(&folder, &["check", "--baseline", "venue.baseline.json", "--fail-on", "info"]);
    let hall = folder.join("maps/hall.tmj");
    fs::write(&hall, fs::read_to_string(&hall).unwrap().replace("lobby.tmj#", "loby.tmj#")).unwrap();
    assert_eq!(venue(&folder, &["check", "--baseline", "venue.baseline.json"]).status.code(), Some(1));
    let again = venue(above.path(), &["new", "--from", "ours"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is a project already"));
}
