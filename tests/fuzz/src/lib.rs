//! What the targets do: a project in memory, and everything that is done with one. The tests of the package take
//! this file in, too, and try each target on a few texts.

use venue::{
    bundle as bundles,
    check::{self, Settings},
    convert,
    format::{self, SaveStyle, save_tmj},
    model::TileSize,
    picture::{PictureStore, RenderOptions, Renderer},
    project::{Config, Project, ProjectMap, ProjectWam, read_toml},
    report::{self, Baseline, Report},
    source::Sources,
    stand,
};

/// A picture of two tiles, as PNG.
const TILES: &[u8] = include_bytes!("tiles.png");

/// A small map with a floor, a wall, an entry, a zone and an area for stands; `{tileset}` stands for its
/// tileset.
const MAP: &str = r#"{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal",
"width":12,"height":10,"tilewidth":32,"tileheight":32,"infinite":false,"nextlayerid":4,"nextobjectid":5,
"tilesets":[{tileset}],
"layers":[{"type":"tilelayer","id":1,"name":"floor","width":12,"height":10,"x":0,"y":0,"visible":true,"opacity":1,
"data":[{cells}]},
{"type":"objectgroup","id":2,"name":"floorLayer","visible":true,"opacity":1,"x":0,"y":0,"objects":[
{"id":1,"name":"expo","type":"stand-area","x":32,"y":32,"width":320,"height":224,"visible":true,"rotation":0},
{"id":2,"name":"desk","type":"area","x":320,"y":256,"width":32,"height":32,"visible":true,"rotation":0,
"properties":[{"name":"openWebsite","type":"string","value":"https://a.example"}]},
{"id":3,"name":"start","type":"area","x":128,"y":256,"width":32,"height":32,"visible":true,"rotation":0,
"properties":[{"name":"start","type":"bool","value":true}]}]}]}"#;

/// A tileset within the map.
const EMBEDDED: &str = r#"{"firstgid":1,"name":"t","image":"tiles.png","imagewidth":64,"imageheight":32,
"tilewidth":32,"tileheight":32,"columns":2,"tilecount":2,"margin":0,"spacing":0,
"tiles":[{"id":1,"properties":[{"name":"collides","type":"bool","value":true}]}]}"#;

/// The map with a tileset.
fn map_with(tileset: &str) -> String {
    let wall = |x: u32, y: u32| x == 0 || y == 0 || x == 11 || y == 9;
    let cells = (0..10).flat_map(|y| (0..12).map(move |x| if wall(x, y) { "2" } else { "1" }));
    let cells: Vec<&str> = cells.collect();
    MAP.replace("{tileset}", tileset).replace("{cells}", &cells.join(","))
}

/// Files in memory, a picture among them.
fn sources(files: &[(&str, &[u8])]) -> Sources {
    let mut sources = Sources::detached();
    sources.insert("tiles.png", TILES);
    for (name, bytes) in files {
        sources.insert(*name, bytes.to_vec());
    }
    sources
}

/// A project of these files with this map, read as the program reads it.
fn project(files: &[(&str, &[u8])], map: &str, config: Config) -> Project {
    let mut sources = sources(files);
    format::condense(&mut sources);
    let maps = vec![ProjectMap::load(&sources, map)];
    Project { config, sources, maps, ..Project::default() }
}

/// Judges a project and writes the findings in every form.
fn judge(project: &Project) -> Option<[String; 2]> {
    let settings = Settings::new(project, &[], &[]).ok()?;
    let findings = check::check(project, &settings);
    let report = Report::new(project.maps.len(), findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    });
    Some([report::human(&report, &project.sources), report::json(&report)])
}

/// Writes a map in every style; draws it small; writes it whole.
fn write(project: &Project) {
    let [loaded] = project.maps.as_slice() else { return };
    let Some(map) = &loaded.map else { return };
    for style in [SaveStyle::Tiled, SaveStyle::Plain, SaveStyle::Published] {
        let _text = save_tmj(map, style);
    }
    let store = PictureStore::new();
    let options = RenderOptions { size: Some(64), scale: None, ..RenderOptions::default() };
    if let Ok(renderer) = Renderer::new(map, &project.sources, &store, &options) {
        let _drawn = renderer.draw();
    }
    let _converted = convert::convert(&project.sources, None, loaded, "converted.tmj");
}

/// Bundles a project, packs the zip, and reads it again as what is published.
fn whole(project: &mut Project) {
    let settings = bundles::Settings {
        optimize: true,
        texture_size: 256,
        walk: true,
        base_url: Some("https://maps.example/".to_owned()),
        ..bundles::Settings::default()
    };
    if let Ok(bundle) = bundles::build(project, &[], &settings) {
        bundles::zip(&bundle).expect("what was bundled can be packed");
    }
}

/// Places the stands of a spec, and writes plan and directory.
fn stands(files: &[(&str, &[u8])], spec: &str) {
    let map = map_with(EMBEDDED);
    let mut sources = sources(&[("hall.tmj", map.as_bytes())]);
    for (name, bytes) in files {
        sources.insert(*name, bytes.to_vec());
    }
    let options = stand::Options { partial: true, ..stand::Options::default() };
    let Ok(built) = stand::build(&mut sources, spec, &options) else { return };
    for (name, bytes) in &built.pictures {
        sources.insert(name.clone(), bytes.clone());
    }
    for form in [stand::Directory::Html, stand::Directory::Csv, stand::Directory::Json] {
        let _directory = stand::directory(&built, &sources, None, form);
    }
    sources.insert(built.output.clone(), built.text.clone());
    let again = ProjectMap::load(&sources, &built.output);
    assert!(again.map.is_some(), "what was stamped is a map");
}

const REST: &[u8] =
    b"venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\n\
                      rank = 1\n";
const SPEC: &[u8] =
    b"venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\n\
                      rank = 1\n[[sponsors]]\nname = \"Ada\"\ntier = \"gold\"\nmeeting = true\n";

/// Maps as Tiled writes them, in JSON and in XML: read, understood, judged, written, drawn.
pub fn map(data: &[u8]) {
    let name = if data.trim_ascii_start().starts_with(b"{") { "map.tmj" } else { "map.tmx" };
    let project = project(&[(name, data)], name, Config::default());
    let report = judge(&project);
    write(&project);
    // Who keeps all of the text says the same.
    let whole = sources(&[(name, data)]);
    let maps = vec![ProjectMap::load(&whole, name)];
    let whole = Project { sources: whole, maps, ..Project::default() };
    assert_eq!(judge(&whole), report);
    let [whole, condensed] =
        [whole, project].map(|project| project.sources.load(name).map(|file| file.bytes().to_vec()).ok());
    assert!(whole == condensed, "the text is written again as it was");
}

/// What lies beside maps: tilesets, templates, the editor's files, worlds, Tiled's projects. The first byte
/// says what the rest is.
pub fn beside(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let map = |tileset: &str| map_with(&format!(r#"{{"firstgid":1,"source":"{tileset}"}}"#));
    let plain = map_with(EMBEDDED);
    match kind {
        b't' | b'j' => {
            let name = if *kind == b't' { "set.tsx" } else { "set.tsj" };
            let files = [("map.tmj", map(name).into_bytes()), (name, data.to_vec())];
            let files = files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
            let project = project(&files, "map.tmj", Config::default());
            let _reports = judge(&project);
            write(&project);
        }
        b'x' => {
            let map = plain.replacen(r#"{"id":1,"#, r#"{"template":"o.tx","id":1,"#, 1);
            let files: [(&str, &[u8]); 2] = [("map.tmj", map.as_bytes()), ("o.tx", data)];
            let project = project(&files, "map.tmj", Config::default());
            let _reports = judge(&project);
            write(&project);
        }
        b'w' => {
            let files: [(&str, &[u8]); 2] = [("map.tmj", plain.as_bytes()), ("map.wam", data)];
            let mut project = project(&files, "map.tmj", Config::default());
            let (wam, findings) = format::load_wam(&project.sources, "map.wam", TileSize::USUAL);
            project.wams.push(ProjectWam { name: "map.wam".to_owned(), wam, findings });
            let _reports = judge(&project);
            whole(&mut project);
        }
        b'W' => {
            let files: [(&str, &[u8]); 2] = [("map.tmj", plain.as_bytes()), ("a.world", data)];
            let project = project(&files, "map.tmj", Config::default());
            let _world = format::load_world(&project.sources, "a.world");
        }
        b'p' => {
            let files: [(&str, &[u8]); 2] = [("map.tmj", plain.as_bytes()), ("a.tiled-project", data)];
            let project = project(&files, "map.tmj", Config::default());
            let _types = format::load_custom_types(&project.sources, "a.tiled-project");
        }
        _ => {
            if let Ok(text) = std::str::from_utf8(data) {
                let _baseline = Baseline::parse(text);
            }
        }
    }
}

/// Sponsors' specs in all their forms, and lock files. The first byte says what the rest is.
pub fn spec(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind {
        b't' => stands(&[("s.toml", data)], "s.toml"),
        b'j' => stands(&[("s.json", data)], "s.json"),
        b'c' => stands(&[("s.csv", data), ("s.toml", REST)], "s.csv"),
        _ => stands(&[("s.toml", SPEC), ("s.lock.toml", data)], "s.toml"),
    }
}

/// Sponsors' logos, drawings and pictures of every kind, and tiles of maps.
pub fn logo(data: &[u8]) {
    let is_drawing = data.trim_ascii_start().starts_with(b"<");
    let name = if is_drawing { "logo.svg" } else { "logo.png" };
    let spec = format!(
        "venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\ntemplate = \"small\"\nrank = 1\n\
         [[sponsors]]\nname = \"Ada\"\ntier = \"gold\"\nlogo = \"{name}\"\n"
    );
    stands(&[("s.toml", spec.as_bytes()), (name, data)], "s.toml");
    if !is_drawing {
        let map = map_with(EMBEDDED);
        let files: [(&str, &[u8]); 2] = [("map.tmj", map.as_bytes()), ("tiles.png", data)];
        write(&project(&files, "map.tmj", Config::default()));
    }
}

/// A project's `venue.toml`: read, and obeyed over a map.
pub fn config(data: &[u8]) {
    let files = sources(&[("venue.toml", data)]);
    let Ok(file) = files.load("venue.toml") else { return };
    let Ok(config) = read_toml::<Config>(&file) else { return };
    let map = map_with(EMBEDDED).replace("https://a.example", "${links.a}");
    let mut project = project(&[("map.tmj", map.as_bytes())], "map.tmj", config);
    let _reports = judge(&project);
    whole(&mut project);
}

/// The whole way: the bytes of a map become a bundle and its zip.
pub fn bundle(data: &[u8]) {
    let name = if data.trim_ascii_start().starts_with(b"{") { "map.tmj" } else { "map.tmx" };
    whole(&mut project(&[(name, data)], name, Config::default()));
}
