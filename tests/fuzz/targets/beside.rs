//! What lies beside maps: tilesets, templates, the editor's files, worlds, Tiled's projects. The first byte
//! says what the rest is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venue::{
    format,
    model::TileSize,
    project::{Config, ProjectWam},
    report::Baseline,
};
use venue_fuzz::{EMBEDDED, judge, map_with, project, write};

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    let map = |tileset: &str| map_with(&format!(r#"{{"firstgid":1,"source":"{tileset}"}}"#));
    let plain = map_with(EMBEDDED);
    match kind {
        b't' | b'j' => {
            let name = if *kind == b't' { "set.tsx" } else { "set.tsj" };
            let files = [("map.tmj", map(name).into_bytes()), (name, data.to_vec())];
            let files = files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
            let project = project(&files, "map.tmj", Config::default());
            judge(&project);
            write(&project);
        }
        b'x' => {
            let map = plain.replacen(r#"{"id":1,"#, r#"{"template":"o.tx","id":1,"#, 1);
            let files: [(&str, &[u8]); 2] = [("map.tmj", map.as_bytes()), ("o.tx", data)];
            let project = project(&files, "map.tmj", Config::default());
            judge(&project);
            write(&project);
        }
        b'w' => {
            let files: [(&str, &[u8]); 2] = [("map.tmj", plain.as_bytes()), ("map.wam", data)];
            let mut project = project(&files, "map.tmj", Config::default());
            let (wam, findings) = format::load_wam(&project.sources, "map.wam", TileSize::USUAL);
            project.wams.push(ProjectWam { name: "map.wam".to_owned(), wam, findings });
            judge(&project);
            venue_fuzz::bundle(&mut project);
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
});
