//! What `check` says, and does, from outside: formats, baselines, changes, fixes.

mod baseline;
pub(super) mod changes;
mod fixes;
mod formats;

use std::{fs, path::Path};

use assert_cmd::{Command, assert::Assert};
use serde_json::{Value, json};

/// A folder of files.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn check(&self, args: &[&str]) -> Assert {
        venue(self.path()).arg("check").args(args).assert()
    }

    /// The report as JSON, whatever the exit status.
    fn report(&self, args: &[&str]) -> Value {
        let output = venue(self.path()).arg("check").args(["--format", "json"]).args(args).output().unwrap();
        assert!(output.status.code() < Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Rules of the findings, sorted.
    pub(super) fn rules(&self, args: &[&str]) -> Vec<String> {
        let report = self.report(args);
        let findings = report["findings"].as_array().unwrap();
        let mut rules: Vec<String> =
            findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
        rules.sort_unstable();
        rules
    }
}

pub(super) fn venue(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("venue").unwrap();
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

pub(super) fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

pub(super) fn property(name: &str, value: impl Into<Value>) -> Value {
    let value = value.into();
    let kind = if value.is_boolean() {
        "bool"
    } else if value.is_number() {
        "int"
    } else {
        "string"
    };
    json!({"name": name, "type": kind, "value": value})
}

/// A map without faults, 4 by 3 tiles, with layers of these names and properties below the others. A layer
/// has its tile in its own column of the middle row.
pub(super) fn map(layers: &[(&str, Vec<Value>)]) -> Value {
    let tiles = |id: usize, name: &str, at: &[usize], properties: &[Value]| {
        let mut data = vec![0; 12];
        for cell in at {
            data[*cell] = 1;
        }
        let mut layer = json!({
            "type": "tilelayer", "id": id, "name": name, "x": 0, "y": 0, "width": 4, "height": 3, "visible": true,
            "opacity": 1, "data": data
        });
        if !properties.is_empty() {
            layer["properties"] = json!(properties);
        }
        layer
    };
    let mut all: Vec<Value> = layers
        .iter()
        .enumerate()
        .map(|(index, (name, properties))| tiles(index + 10, name, &[4 + (index + 1) % 4], properties))
        .collect();
    all.push(tiles(1, "start", &[4], &[]));
    all.push(tiles(2, "floor", &(0..12).collect::<Vec<_>>(), &[]));
    all.push(json!({"type": "objectgroup", "id": 3, "name": "floorLayer", "objects": [], "opacity": 1, "visible": true, "x": 0, "y": 0}));
    json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal", "width": 4, "height": 3,
        "tilewidth": 32, "tileheight": 32, "infinite": false, "nextlayerid": 50, "nextobjectid": 50, "layers": all,
        "tilesets": [{"firstgid": 1, "name": "tiles", "image": "tiles.png", "imagewidth": 64, "imageheight": 32,
            "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 2, "margin": 0, "spacing": 0}]
    })
}

pub(super) fn text(map: &Value) -> String {
    serde_json::to_string_pretty(map).unwrap()
}

/// A project with a map that breaks three rules, one of each level, and one that is fine.
fn project() -> Folder {
    let broken = map(&[
        ("to-hall", vec![property("exitUrl", "hal.tmj")]),
        ("poster", vec![property("openWebsite", "http://example.org/")]),
        ("odd", vec![property("jitsiTrigger", "onaction")]),
    ]);
    let folder = Folder::new(&[
        ("venue.toml", ""),
        ("maps/lobby.tmj", &text(&broken)),
        ("maps/hall.tmj", &text(&map(&[]))),
    ]);
    picture(&folder, "maps/tiles.png");
    folder
}

pub(super) fn picture(folder: &Folder, name: &str) {
    image::RgbaImage::new(64, 32).save(folder.path().join(name)).unwrap();
}

#[test]
fn the_project_of_these_tests_has_one_finding_of_each_level() {
    assert_eq!(project().rules(&[]), ["exit-target-missing", "http-url", "missing-main-property"]);
}
