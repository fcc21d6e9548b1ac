//! Maps written short: the notation of the examples that `venue rules` shows. Each line says what is there
//! beside a healthy map `lobby.tmj`, whose zones, if nothing else is said, all lie on one free cell.
//!
//! ```text
//! layer "poster": openWebsite = "", visible false     a tile layer with this property and this key
//! layer "roof" above "floor" at (0, 0) to (4, 1) of tile 1       where it is, and what it is painted with
//! area "stage" at (2, 2) to (4, 3): silent = true     an object of that class; website, variable, object, text
//! tile 3: exitUrl = "hall.tmj"                        a tile of the tileset, painted on one cell
//! tileset "walls": firstgid 0                         its keys; a second tileset if that has been said
//! map: no tiledversion                                keys of the map; `no` takes one away
//! openWebsite = "…" (file)                            a property of a layer, or of the map, and its type
//! hall.tmj: layer "door": start = true                the same in another map
//! wam: …   wam area "stage": …   wam entity "e": …    the file of WorkAdventure's editor beside the map
//! file "a.html": "<p>"   file "a.png": 64 by 32 pixels   file "a.toml": with lines that are set in
//! https://example.org answers 404, X-Frame-Options: DENY         what is asked with --online
//! <object …>                                          this piece in lobby.tmx instead of lobby.tmj
//! { … }                                               all of the map
//! group "a"   layer "b" on "a"   objects "c"   picture "d"   second layer "b"    layers of other kinds, in others
//! ```
//!
//! Behind ` # ` stands what is said to people.

mod line;
mod place;
mod server;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use venue::{
    check::{Settings, check, questions},
    format::FileEdit,
    project::Project,
    report::Report,
    workadventure::{HolderKind, PropertyFact},
};

use self::{
    line::{Line, Put, Said},
    place::Mark,
    server::answer,
};
use super::{FLOOR, healthy, layer, png, tmx};

const LOBBY: &str = "lobby.tmj";
/// Where nothing else is said.
const FREE: [usize; 4] = [3, 3, 3, 3];

/// A project that is written short.
#[derive(Clone, Default)]
pub(super) struct Sketch {
    maps: BTreeMap<String, Value>,
    files: BTreeMap<String, Vec<u8>>,
    wam: Option<Value>,
    pieces: Vec<String>,
    servers: Vec<(String, Vec<String>)>,
    tilesets_said: usize,
    last_id: u64,
    marks: Vec<Mark>,
}

/// Whether a name ends so, in whatever case.
fn is(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
}

/// The statements of a text: lines that are set in belong to the one before.
fn statements(text: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    for line in text.trim_matches('\n').lines() {
        match statements.last_mut() {
            Some(last) if line.is_empty() || line.starts_with(' ') => {
                last.push('\n');
                last.push_str(line);
            }
            _ => statements.push(line.to_owned()),
        }
    }
    statements
}

impl Sketch {
    /// Reads what is written short.
    #[track_caller]
    pub(super) fn of(text: &str) -> Self {
        let mut sketch = Self { last_id: 60, ..Self::default() };
        sketch.maps.insert(LOBBY.to_owned(), healthy().map);
        sketch.files.insert("tiles.png".to_owned(), png(128, 32));
        for statement in statements(text) {
            sketch.statement(LOBBY, &statement);
        }
        sketch
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn map(&mut self, name: &str) -> &mut Value {
        self.maps.entry(name.to_owned()).or_insert_with(|| healthy().map)
    }

    fn statement(&mut self, map: &str, statement: &str) {
        if statement.starts_with('<') {
            self.pieces.push(statement.to_owned());
            self.marks.push(Mark::Piece(statement.to_owned()));
        } else if statement.starts_with('{') {
            let text = statement.split("  # ").next().unwrap_or_default().replace('␊', "\n");
            self.maps.remove(map);
            self.files.insert(map.to_owned(), text.into_bytes());
            self.marks.push(Mark::File(map.to_owned()));
        } else if statement.starts_with("https://") || statement.starts_with("http://") {
            self.server(statement);
        } else if let Some((name, rest)) =
            statement.split_once(": ").filter(|(name, _)| is(name, "tmj") && !name.contains([' ', '"']))
        {
            self.map(name);
            self.statement(name, rest);
        } else {
            let mut line = Line(statement);
            let second = line.eat("second ");
            let before = line.0;
            let what = line.word();
            match what {
                "file" => self.file(&mut line),
                "map" => self.keys_of_map(map, &mut line),
                "tileset" => self.tileset(map, &mut line, second),
                "tile" => self.tile(map, &mut line),
                "layer" | "group" | "objects" | "picture" => self.layer(map, what, &mut line, second),
                "area" | "variable" | "website" | "object" | "text" => self.object(map, what, &mut line),
                "wam" => self.editor(&mut line),
                _ => {
                    line.0 = before;
                    self.properties(map, &mut line);
                }
            }
            let rest = line.0.trim_start();
            assert!(rest.is_empty() || rest.starts_with("# "), "what is {rest:?} in {statement:?}");
        }
    }

    fn properties(&mut self, map: &str, line: &mut Line) {
        let said = line.said();
        let of_map = said.properties.iter().all(|property| {
            let name = property["name"].as_str().unwrap();
            PropertyFact::of(name).is_some_and(|fact| fact.works_on(HolderKind::Map))
        });
        if of_map {
            said.put_into(self.map(map));
            self.marks.push(Mark::Key(map.to_owned(), "properties".to_owned()));
        } else {
            self.put_layer(map, "layer", "zone", Put::default(), said, false);
        }
    }

    fn keys_of_map(&mut self, map: &str, line: &mut Line) {
        line.expect(": ");
        let said = line.said();
        let keys = said.keys.iter().map(|(key, _)| key.clone());
        let properties = (!said.properties.is_empty()).then(|| "properties".to_owned());
        self.marks.extend(keys.chain(properties).map(|key| Mark::Key(map.to_owned(), key)));
        said.put_into(self.map(map));
    }

    fn tileset(&mut self, map: &str, line: &mut Line, second: bool) {
        let name = line.eat(" ").then(|| line.name());
        let said = if line.eat(": ") { line.said() } else { Said::default() };
        let refers = said.keys.iter().any(|(key, _)| key == "source");
        self.tilesets_said += 1;
        let more = second || refers || self.tilesets_said > 1;
        let tilesets = self.map(map)["tilesets"].as_array_mut().unwrap();
        if more {
            let last = tilesets.last().unwrap();
            let first_gid = last["firstgid"].as_u64().unwrap() + last["tilecount"].as_u64().unwrap_or(4);
            let mut added = if refers { json!({}) } else { tilesets[0].clone() };
            added["firstgid"] = json!(first_gid);
            tilesets.push(added);
        }
        let index = tilesets.len() - 1;
        if let Some(name) = name {
            tilesets[index]["name"] = json!(name);
        }
        said.put_into(&mut tilesets[index]);
        self.marks.push(Mark::Tileset(map.to_owned(), index));
    }

    fn tile(&mut self, map: &str, line: &mut Line) {
        line.expect(" ");
        let id: u64 = line.number();
        line.expect(": ");
        let said = line.said();
        let map_value = self.map(map);
        map_value["layers"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .find(|layer| layer["name"] == "floor")
            .unwrap()["data"][20] = json!(id + 1);
        let tiles = map_value["tilesets"][0]["tiles"].as_array_mut().unwrap();
        if tiles.iter().all(|tile| tile["id"] != id) {
            tiles.push(json!({"id": id}));
        }
        said.put_into(tiles.iter_mut().find(|tile| tile["id"] == id).unwrap());
        self.marks.push(Mark::Tile(map.to_owned(), id));
    }

    fn layer(&mut self, map: &str, what: &str, line: &mut Line, second: bool) {
        line.expect(" ");
        let name = line.name();
        let put = line.place();
        let said = if line.eat(": ") { line.said() } else { Said::default() };
        self.put_layer(map, what, &name, put, said, second);
    }

    fn put_layer(&mut self, map: &str, what: &str, name: &str, put: Put, said: Said, second: bool) {
        let id = self.next_id();
        let gid = put.gid.unwrap_or(FLOOR);
        let layers = self.map(map)["layers"].as_array_mut().unwrap();
        let at = |wanted: &str, layers: &[Value]| layers.iter().position(|layer| layer["name"] == wanted);
        let known = at(name, layers).filter(|_| !second && put.above.is_none() && put.on.is_none());
        let mark = if let Some(index) = known {
            if let Some(cells) = put.cells {
                layers[index]["data"] = layer(name, gid, &cells)["data"].take();
            }
            said.put_into(&mut layers[index]);
            layers[index]["id"].as_u64()
        } else {
            let cells = put.cells.unwrap_or_else(|| vec![(3, 3)]);
            let mut added = layer(name, gid, &cells);
            if what != "layer" {
                let kind = match what {
                    "group" => ("group", "layers", json!([])),
                    "objects" => ("objectgroup", "objects", json!([])),
                    _ => ("imagelayer", "image", json!("tiles.png")),
                };
                let object: &mut Map<String, Value> = added.as_object_mut().unwrap();
                for key in ["data", "width", "height"] {
                    object.remove(key);
                }
                object.insert("type".to_owned(), json!(kind.0));
                object.insert(kind.1.to_owned(), kind.2);
            }
            added["id"] = json!(id);
            said.put_into(&mut added);
            if let Some(group) = put.on {
                let group = at(&group, layers).unwrap_or_else(|| panic!("no group {group}"));
                layers[group]["layers"].as_array_mut().unwrap().push(added);
            } else {
                let index = put.above.map_or(0, |below| 1 + at(&below, layers).unwrap());
                layers.insert(index, added);
            }
            Some(id)
        };
        // One that says to have no id is known by where it stands.
        let index = at(name, layers);
        self.marks.push(match (mark, index) {
            (None, Some(index)) => Mark::Key(map.to_owned(), format!("layers/{index}")),
            (id, _) => Mark::Element(map.to_owned(), id.unwrap_or_default()),
        });
    }

    fn object(&mut self, map: &str, what: &str, line: &mut Line) {
        let name = if line.0.starts_with(" \"") {
            line.expect(" ");
            line.name()
        } else {
            String::new()
        };
        let put = line.place();
        let said = if line.eat(": ") { line.said() } else { Said::default() };
        let class = if matches!(what, "object" | "text") { "" } else { what };
        let [left, top, right, bottom] = put.rectangle.unwrap_or(FREE);
        let id = self.next_id();
        let mut object = json!({
            "id": id, "name": name, "type": class, "x": left * 32, "y": top * 32,
            "width": (right + 1 - left) * 32, "height": (bottom + 1 - top) * 32, "rotation": 0,
            "visible": true, "properties": []
        });
        let from_template = said.keys.iter().any(|(key, _)| key == "template");
        if from_template {
            object = json!({"id": id, "x": left * 32, "y": top * 32});
        }
        let mut said = said;
        if what == "text" {
            // The keys of a text are those of how it is set.
            let mut text = json!({"text": name});
            let of_object = |key: &str| key == "visible";
            let (own, of_text): (Vec<_>, Vec<_>) = said.keys.into_iter().partition(|(key, _)| of_object(key));
            said.keys = own;
            Said { keys: of_text, properties: Vec::new() }.put_into(&mut text);
            object["text"] = text;
        }
        said.put_into(&mut object);
        // A line about ids says its own.
        let id = object["id"].as_u64().unwrap_or(id);
        let layers = self.map(map)["layers"].as_array_mut().unwrap();
        let wanted = put.on.as_deref().unwrap_or("floorLayer");
        let holder = layers.iter_mut().find(|layer| layer["name"] == wanted).unwrap();
        holder["objects"].as_array_mut().unwrap().push(object);
        self.marks.push(Mark::Element(map.to_owned(), id));
    }

    fn editor(&mut self, line: &mut Line) {
        let wam = self.wam.get_or_insert_with(|| {
            json!({
                "version": "2.1.0", "mapUrl": "./lobby.tmj", "entities": {}, "areas": [],
                "entityCollections": []
            })
        });
        self.marks.push(Mark::File("lobby.wam".to_owned()));
        if line.eat(": ") {
            line.said().put_into(wam);
            return;
        }
        line.expect(" ");
        let what = line.word();
        line.expect(" ");
        let name = line.name();
        let [left, top, right, bottom] = line.place().rectangle.unwrap_or(FREE);
        let said = if line.eat(": ") { line.said() } else { Said::default() };
        let mut added = json!({"name": name, "x": left * 32, "y": top * 32, "properties": []});
        let value = if what == "area" {
            added["id"] = json!(name);
            added["visible"] = json!(true);
            added["width"] = json!((right + 1 - left) * 32);
            added["height"] = json!((bottom + 1 - top) * 32);
            let areas = wam["areas"].as_array_mut().unwrap();
            areas.push(added);
            areas.last_mut().unwrap()
        } else {
            added["prefabRef"] = json!({"collectionName": "furniture", "id": "lamp"});
            wam["entities"][&name] = added;
            &mut wam["entities"][&name]
        };
        said.put_into(value);
    }

    fn file(&mut self, line: &mut Line) {
        line.expect(" ");
        let name = line.name();
        let bytes = if line.eat(":\n") {
            let lines = std::mem::take(&mut line.0).lines();
            lines
                .map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned() + "\n")
                .collect::<String>()
                .into()
        } else if !line.eat(": ") {
            if is(&name, "tmj") {
                self.map(&name);
                self.marks.push(Mark::File(name));
                return;
            }
            if is(&name, "png") { png(128, 32) } else { Vec::new() }
        } else if line.0.starts_with('"') {
            line.name().into_bytes()
        } else {
            let width = line.number();
            line.expect(" by ");
            let height = line.number();
            line.expect(" pixels");
            if line.eat(", opaque") { opaque(width, height) } else { png(width, height) }
        };
        self.maps.remove(&name);
        self.marks.push(Mark::File(name.clone()));
        self.files.insert(name, bytes);
    }

    /// `ADDRESS answers STATUS, Header: value, …`, `ADDRESS has an expired certificate`, or `ADDRESS is not asked`.
    fn server(&mut self, statement: &str) {
        let (address, said) = statement.split_once(' ').unwrap();
        let said = said.split(" # ").next().unwrap().trim();
        let parts = said.strip_prefix("answers ").map_or(vec![said], |said| said.split(", ").collect());
        self.servers.push((address.to_owned(), parts.into_iter().map(str::to_owned).collect()));
    }

    fn tmx(&self) -> Option<String> {
        let first = self.pieces.first()?;
        if first.starts_with("<map") {
            return Some(self.pieces.join("\n"));
        }
        Some(tmx::with(&self.pieces))
    }

    /// The text of every file.
    fn texts(&self) -> BTreeMap<String, Vec<u8>> {
        let mut texts = self.files.clone();
        let tmx = self.tmx();
        for (name, map) in self.maps.iter().filter(|(name, _)| tmx.is_none() || *name != LOBBY) {
            texts.insert(name.clone(), serde_json::to_vec_pretty(map).unwrap());
        }
        texts.extend(tmx.map(|tmx| ("lobby.tmx".to_owned(), tmx.into_bytes())));
        let wam = self.wam.as_ref().map(|wam| serde_json::to_vec_pretty(wam).unwrap());
        texts.extend(wam.map(|wam| ("lobby.wam".to_owned(), wam)));
        texts
    }

    /// The same with these edits in its files.
    pub(super) fn edited(&self, edits: &[FileEdit]) -> Self {
        let mut texts = self.texts();
        let mut edits: Vec<&FileEdit> = edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.start));
        for edit in edits {
            let text = texts.get_mut(&edit.file).unwrap();
            text.splice(edit.start..edit.end, edit.text.bytes());
        }
        Self { files: texts, servers: self.servers.clone(), ..Self::default() }
    }

    /// What is found in it. Servers of this computer answer for those that are named.
    pub(super) fn report(&self) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        for (name, text) in self.texts() {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut project = Project::open(&[root], None).unwrap();
        if !self.servers.is_empty() {
            for question in questions(&project) {
                let said = self.servers.iter().find(|(address, _)| *address == question.address);
                if let Some((address, parts)) = said {
                    project.answers.insert(question, answer(address, parts));
                }
            }
        }
        let settings = Settings::new(&project, &[], &[]).unwrap();
        let findings = check(&project, &settings);
        Report::new(project.maps.len(), findings, &project.sources, |finding| {
            settings.severity(finding.rule, &finding.spot.file)
        })
    }
}

/// A picture through which nothing shows.
fn opaque(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(width, height, image::Rgba([90, 90, 90, 255]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}
