//! The rules: each fires at its place, and not beside it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what a test needs and does not get fails it, and it says so when it is skipped"
)]

mod catalogue;
mod corpus;
mod engine;
mod examples;
mod online;
mod places;
mod properties;
mod scripts;
mod settings;
mod sight;
mod sketch;
mod tmx;
mod validation;

use std::path::PathBuf;

use serde_json::{Value, json};
use venue::{
    check::{Settings, check},
    online::{Answer, Answers, Question},
    project::{CONFIG_FILE, Project, ProjectMap, read_toml},
    report::{Entry, Report},
    source::Sources,
};

/// Gid of a plain tile, and of one that blocks.
const FLOOR: u32 = 1;
const WALL: u32 = 2;
/// Size of the healthy map, in tiles.
const WIDTH: usize = 8;
const HEIGHT: usize = 6;

/// A project with one healthy map `maps/a.tmj`, to be broken in one place:
///
/// ```text
/// layers: 0 start (1,1)   1 floor (everywhere)   2 walls (around)   3 floorLayer   4 roof
/// ```
#[derive(Clone)]
pub(crate) struct Venue {
    pub(crate) map: Value,
    files: Vec<(String, Vec<u8>)>,
    config: Option<String>,
    answers: Answers,
}

pub(crate) fn healthy() -> Venue {
    let around: Vec<(usize, usize)> = cells(0..WIDTH, 0..HEIGHT)
        .into_iter()
        .filter(|(x, y)| *x == 0 || *y == 0 || *x == WIDTH - 1 || *y == HEIGHT - 1)
        .collect();
    let map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "renderorder": "right-down", "infinite": false, "compressionlevel": -1,
        "width": WIDTH, "height": HEIGHT, "tilewidth": 32, "tileheight": 32,
        "nextlayerid": 100, "nextobjectid": 100,
        "tilesets": [{
            "firstgid": 1, "name": "tiles", "image": "tiles.png", "imagewidth": 128, "imageheight": 32,
            "tilewidth": 32, "tileheight": 32, "columns": 4, "tilecount": 4, "margin": 0, "spacing": 0,
            "tiles": [{"id": 1, "properties": [prop("collides", true)]}]
        }],
        "layers": [
            layer("start", FLOOR, &[(1, 1)]),
            layer("floor", FLOOR, &cells(0..WIDTH, 0..HEIGHT)),
            layer("walls", WALL, &around),
            {"type": "objectgroup", "name": "floorLayer", "id": 50, "visible": true, "opacity": 1,
             "x": 0, "y": 0, "draworder": "topdown", "objects": []},
            layer("roof", FLOOR, &[(3, 0)])
        ]
    });
    let mut map = map;
    for (index, layer) in map["layers"].as_array_mut().unwrap().iter_mut().enumerate() {
        layer["id"] = json!(index + 1);
    }
    Venue {
        map,
        files: vec![("maps/tiles.png".to_owned(), png(128, 32))],
        config: None,
        answers: Answers::new(),
    }
}

impl Venue {
    /// The same with a change.
    pub(crate) fn with(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.map);
        self
    }

    /// The same with another layer, below all others; its pointer is `/layers/0`.
    pub(crate) fn layer(self, name: &str, at: &[(usize, usize)], properties: impl AsRef<[Value]>) -> Self {
        self.with(|map| {
            let layers = map["layers"].as_array_mut().unwrap();
            let mut layer = layer(name, FLOOR, at);
            layer["id"] = json!(layers.len() + 1);
            layer["properties"] = json!(properties.as_ref());
            layers.insert(0, layer);
        })
    }

    /// The same with another object on `floorLayer`, over these cells: x, y, width, height.
    pub(crate) fn object(
        self,
        name: &str,
        class: &str,
        over: [i32; 4],
        properties: impl AsRef<[Value]>,
    ) -> Self {
        self.with(|map| {
            let objects = objects(map);
            let [x, y, width, height] = over.map(|tiles| tiles * 32);
            objects.push(json!({
                "id": objects.len() + 1, "name": name, "type": class, "x": x, "y": y, "width": width,
                "height": height, "rotation": 0, "visible": true, "properties": properties.as_ref()
            }));
        })
    }

    /// The same with properties on the map itself.
    pub(crate) fn property(self, name: &str, value: impl Into<Value>) -> Self {
        let property = prop(name, value);
        self.with(|map| match map.get_mut("properties") {
            Some(properties) => properties.as_array_mut().unwrap().push(property),
            None => map["properties"] = json!([property]),
        })
    }

    /// The same with another file.
    fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), bytes.into()));
        self
    }

    /// The same with a config.
    fn config(mut self, text: &str) -> Self {
        self.config = Some(text.to_owned());
        self
    }

    /// The same with what a server says of an address.
    fn answered(mut self, address: &str, answer: &Answer) -> Self {
        // Whoever asks.
        for origin in ["null", "https://play.workadventu.re", "https://play.example.org"] {
            let question = Question { address: address.to_owned(), origin: origin.to_owned() };
            self.answers.insert(question, answer.clone());
        }
        self
    }

    fn project(&self) -> Project {
        let mut sources = Sources::new("/nowhere");
        sources.insert("maps/a.tmj", serde_json::to_vec_pretty(&self.map).unwrap());
        for (name, bytes) in &self.files {
            sources.insert(name.clone(), bytes.clone());
        }
        let config = self.config.as_ref().map(|text| {
            sources.insert(CONFIG_FILE, text.to_owned());
            read_toml(&sources.load(CONFIG_FILE).unwrap()).unwrap()
        });
        let mut names: Vec<&str> = vec!["maps/a.tmj"];
        names.extend(
            self.files
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| name.rsplit_once('.').is_some_and(|(_, extension)| extension == "tmj")),
        );
        names.sort_unstable();
        let maps = names.into_iter().map(|name| ProjectMap::load(&sources, name)).collect();
        Project {
            root: PathBuf::from("/nowhere"),
            config_file: config.is_some().then(|| CONFIG_FILE.to_owned()),
            config: config.unwrap_or_default(),
            sources,
            maps,
            answers: self.answers.clone(),
            ..Project::default()
        }
    }

    fn report(&self) -> Report {
        self.report_with(&[], &[])
    }

    fn report_with(&self, select: &[&str], ignore: &[&str]) -> Report {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let project = self.project();
        let settings = Settings::new(&project, &names(select), &names(ignore)).unwrap();
        let findings = check(&project, &settings);
        Report::new(project.maps.len(), findings, &project.sources, |finding| {
            settings.severity(finding.rule, &finding.spot.file)
        })
    }

    /// Asserts that this and nothing else is found: the rule, at the pointer.
    #[track_caller]
    fn fires(&self, rule: &str, pointer: &str) -> Entry {
        let report = self.report();
        let found: Vec<(&str, Option<&str>)> =
            report.entries.iter().map(|entry| (entry.rule.as_str(), entry.site.pointer.as_deref())).collect();
        assert_eq!(found, [(rule, Some(pointer))], "{:#?}", report.entries);
        report.entries.into_iter().next().unwrap()
    }

    /// Asserts that this is found, once, whatever else is: the rule, at the pointer.
    #[track_caller]
    fn fires_among(&self, rule: &str, pointer: &str) -> Entry {
        let report = self.report();
        let mut found = report.entries.iter().filter(|entry| entry.rule == rule);
        let entry = found.next().unwrap_or_else(|| panic!("{:#?}", report.entries));
        assert_eq!((entry.site.pointer.as_deref(), found.next().map(|_| "another")), (Some(pointer), None));
        entry.clone()
    }

    /// Asserts that this is not found, whatever else is.
    #[track_caller]
    fn never(&self, rule: &str) {
        let report = self.report();
        assert!(!report.entries.iter().any(|entry| entry.rule == rule), "{:#?}", report.entries);
    }

    /// Asserts that nothing is found.
    #[track_caller]
    fn is_fine(&self) {
        let report = self.report();
        assert!(report.entries.is_empty(), "{:#?}", report.entries);
    }
}

pub(crate) fn objects(map: &mut Value) -> &mut Vec<Value> {
    let layers = map["layers"].as_array_mut().unwrap();
    let floor = layers.iter_mut().find(|layer| layer["type"] == "objectgroup").unwrap();
    floor["objects"].as_array_mut().unwrap()
}

fn cells(columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Vec<(usize, usize)> {
    rows.flat_map(|y| columns.clone().map(move |x| (x, y))).collect()
}

fn layer(name: &str, gid: u32, at: &[(usize, usize)]) -> Value {
    let mut data = vec![0; WIDTH * HEIGHT];
    for (x, y) in at {
        data[y * WIDTH + x] = gid;
    }
    json!({
        "type": "tilelayer", "name": name, "id": 0, "x": 0, "y": 0, "width": WIDTH, "height": HEIGHT,
        "visible": true, "opacity": 1, "data": data
    })
}

pub(crate) fn prop(name: &str, value: impl Into<Value>) -> Value {
    let value = value.into();
    let kind = match &value {
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        _ => "string",
    };
    json!({"name": name, "type": kind, "value": value})
}

/// A picture of this size.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbaImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_healthy_map_is_fine() {
    healthy().is_fine();
    healthy().config("").is_fine();
}
