//! What the targets have in common: a project in memory, and everything that is done with one.

use venue::{
    bundle,
    check::{self, Settings},
    convert,
    format::{SaveStyle, save_tmj},
    picture::{PictureStore, RenderOptions, Renderer},
    project::{Config, Project, ProjectMap},
    report::{self, Report},
    source::Sources,
    stand,
};

/// A picture of two tiles, as PNG.
pub const TILES: &[u8] = include_bytes!("tiles.png");

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
pub const EMBEDDED: &str = r#"{"firstgid":1,"name":"t","image":"tiles.png","imagewidth":64,"imageheight":32,
"tilewidth":32,"tileheight":32,"columns":2,"tilecount":2,"margin":0,"spacing":0,
"tiles":[{"id":1,"properties":[{"name":"collides","type":"bool","value":true}]}]}"#;

/// The map with a tileset.
pub fn map_with(tileset: &str) -> String {
    let wall = |x: u32, y: u32| x == 0 || y == 0 || x == 11 || y == 9;
    let cells = (0..10).flat_map(|y| (0..12).map(move |x| if wall(x, y) { "2" } else { "1" }));
    let cells: Vec<&str> = cells.collect();
    MAP.replace("{tileset}", tileset).replace("{cells}", &cells.join(","))
}

/// Files in memory, a picture among them.
pub fn sources(files: &[(&str, &[u8])]) -> Sources {
    let mut sources = Sources::detached();
    sources.insert("tiles.png", TILES);
    for (name, bytes) in files {
        sources.insert(*name, *bytes);
    }
    sources
}

/// A project of these files with this map.
pub fn project(files: &[(&str, &[u8])], map: &str, config: Config) -> Project {
    let sources = sources(files);
    let maps = vec![ProjectMap::load(&sources, map)];
    Project { config, sources, maps, ..Project::default() }
}

/// Judges a project and writes the findings in every form.
pub fn judge(project: &Project) {
    let Ok(settings) = Settings::new(project, &[], &[]) else { return };
    let findings = check::check(project, &settings);
    let report = Report::new(project.maps.len(), findings, &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    });
    let _human = report::human(&report, &project.sources);
    let _json = report::json(&report);
}

/// Writes a map in every style; draws it small; writes it whole.
pub fn write(project: &Project) {
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
pub fn bundle(project: &mut Project) {
    let settings = bundle::Settings {
        optimize: true,
        texture_size: 256,
        walk: true,
        base_url: Some("https://maps.example/".to_owned()),
        out: None,
    };
    if let Ok(bundle) = bundle::build(project, &[], &settings) {
        bundle::zip(&bundle).expect("what was bundled can be packed");
    }
}

/// Places the stands of a spec, and writes plan and directory.
pub fn stands(files: &[(&str, &[u8])], spec: &str) {
    let map = map_with(EMBEDDED);
    let mut sources = sources(&[("hall.tmj", map.as_bytes())]);
    for (name, bytes) in files {
        sources.insert(*name, *bytes);
    }
    let options = stand::Options { partial: true, ..stand::Options::default() };
    let Ok(built) = stand::build(&mut sources, spec, &options) else { return };
    for (name, bytes) in &built.pictures {
        sources.insert(name.clone(), bytes.clone());
    }
    for form in [stand::Directory::Html, stand::Directory::Csv, stand::Directory::Json] {
        let _directory = stand::directory(&built, &sources, None, form);
    }
    let again = ProjectMap::load(&sources, &{
        sources.insert(built.output.clone(), built.text.as_bytes());
        built.output.clone()
    });
    assert!(again.map.is_some(), "what was stamped is a map");
}
