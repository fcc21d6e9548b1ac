//! Real maps written back: untouched to the byte, edited with nothing but the edit.

use std::{fs, path::PathBuf};

use rayon::prelude::*;
use venue::{
    format::{self, SaveStyle},
    model::{Encoding, Extra, Json, Layer, LayerKind, Map, Object, ObjectLayer, Properties, Value},
    project::Project,
    source::Sources,
};

use crate::corpus::corpus;

/// Every JSON map of the corpus that loads.
fn json_maps() -> Option<(PathBuf, Vec<Map>)> {
    let corpus = corpus()?;
    let project = Project::open(std::slice::from_ref(&corpus), None).unwrap();
    let is_json = |name: &str| std::path::Path::new(name).extension().is_some_and(|end| end != "tmx");
    let maps = project.maps.into_iter().filter(|map| is_json(&map.name)).filter_map(|map| map.map);
    Some((corpus, maps.collect()))
}

fn load(sources: &Sources, name: &str) -> Map {
    format::load_map(sources, name).map.unwrap()
}

/// What the map says, without where it says it, in which order keys and properties stand, and the name
/// of its file.
fn bare(mut map: Map) -> Map {
    let file = std::mem::take(&mut map.file);
    map.span = None;
    bare_properties(&mut map.properties);
    bare_extra(&mut map.extra);
    bare_layers(&mut map.layers);
    for set in &mut map.tilesets {
        set.span = None;
        let Some(tileset) = &mut set.tileset else { continue };
        let tileset = std::sync::Arc::make_mut(tileset);
        if tileset.file == file {
            tileset.file.clear();
        }
        tileset.span = None;
        bare_properties(&mut tileset.properties);
        bare_extra(&mut tileset.extra);
        for tile in &mut tileset.tiles {
            tile.span = None;
            bare_properties(&mut tile.properties);
            tile.collision.iter_mut().for_each(bare_objects);
        }
    }
    map
}

fn bare_extra(extra: &mut Extra) {
    extra.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, value) in extra {
        bare_json(value);
    }
}

fn bare_json(json: &mut Json) {
    match json {
        Json::Object(pairs) => bare_extra(pairs),
        Json::Array(items) => items.iter_mut().for_each(bare_json),
        _ => {}
    }
}

fn bare_properties(properties: &mut Properties) {
    properties.0.sort_by(|a, b| a.name.cmp(&b.name));
    for property in &mut properties.0 {
        property.span = None;
        if let Value::Class(json) | Value::List(json) | Value::Unknown(_, json) = &mut property.value {
            bare_json(json);
        }
    }
}

fn bare_objects(objects: &mut ObjectLayer) {
    for object in &mut objects.objects {
        object.span = None;
        bare_properties(&mut object.properties);
    }
}

fn bare_layers(layers: &mut [Layer]) {
    for layer in layers {
        layer.span = None;
        bare_properties(&mut layer.properties);
        match &mut layer.kind {
            LayerKind::Objects(objects) => bare_objects(objects),
            LayerKind::Group(layers) => bare_layers(layers),
            // An array of numbers is what elements become.
            LayerKind::Tiles(tiles) if tiles.encoding == Encoding::Elements => tiles.encoding = Encoding::Csv,
            LayerKind::Tiles(_) | LayerKind::Image(_) => {}
        }
    }
}

#[test]
fn an_untouched_map_is_written_byte_for_byte() {
    let Some((corpus, maps)) = json_maps() else { return };
    let sources = Sources::new(&corpus);
    let wrong: Vec<&str> = maps
        .par_iter()
        .filter(|map| {
            let text = format::save_edited(&sources, map, map, SaveStyle::Tiled);
            text.as_bytes() != fs::read(corpus.join(&map.file)).unwrap()
        })
        .map(|map| map.file.as_str())
        .collect();
    eprintln!("{} JSON maps written back, {} differ", maps.len(), wrong.len());
    assert!(maps.len() >= 150 && wrong.is_empty(), "{wrong:#?}");
}

/// Lines of the second text that the first lacks, and the other way round.
fn changed_lines(before: &str, after: &str) -> (usize, usize) {
    let differ = similar::TextDiff::from_lines(before, after);
    let count = |tag| differ.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(similar::ChangeTag::Delete), count(similar::ChangeTag::Insert))
}

#[test]
fn one_new_object_is_a_diff_of_one_object() {
    let Some((corpus, maps)) = json_maps() else { return };
    let sources = Sources::new(&corpus);
    let results: Vec<(String, usize, usize)> = maps
        .par_iter()
        .filter_map(|map| {
            let mut edited = map.clone();
            let objects = edited.layers.iter_mut().find_map(|layer| match &mut layer.kind {
                LayerKind::Objects(objects) if objects.objects.len() > 1 => Some(objects),
                _ => None,
            })?;
            let new =
                Object { id: edited.next_object_id, name: "a/é".to_owned(), ..objects.objects[0].clone() };
            objects.objects.push(new);
            edited.next_object_id += 1;
            let before = fs::read_to_string(corpus.join(&map.file)).unwrap();
            let after = format::save_edited(&sources, map, &edited, SaveStyle::Tiled);
            let again = {
                let mut sources = Sources::new(&corpus);
                sources.insert(map.file.clone(), after.clone());
                load(&sources, &map.file)
            };
            assert_eq!(bare(again), bare(edited), "{}", map.file);
            let (gone, new) = changed_lines(&before, &after);
            Some((map.file.clone(), gone, new))
        })
        .collect();
    for (file, gone, new) in &results {
        eprintln!("{file} -{gone} +{new}");
    }
    eprintln!("{} maps", results.len());
}

#[test]
fn load_save_load_is_the_identity() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(std::slice::from_ref(&corpus), None).unwrap();
    let maps: Vec<&Map> = project.maps.iter().filter_map(|map| map.map.as_ref()).collect();
    let wrong: Vec<String> = maps
        .par_iter()
        .filter_map(|map| {
            let name = format!("{}.again.tmj", map.file);
            let mut sources = Sources::new(&corpus);
            sources.insert(name.clone(), format::save_tmj(map, SaveStyle::Tiled).into_bytes());
            let again = load(&sources, &name);
            let mut first = (*map).clone();
            // What every file of today says, and old ones do not.
            first.tiled_version.get_or_insert_with(|| "1.10.2".to_owned());
            if !first.extra.iter().any(|(key, _)| key == "compressionlevel") {
                first.extra.push(("compressionlevel".to_owned(), Json::Number("-1".to_owned())));
            }
            let (one, two) = (told(first), told(again));
            (one != two).then(|| {
                let differ = similar::TextDiff::from_lines(&one, &two);
                format!("{}:\n{}", map.file, differ.unified_diff().context_radius(1))
            })
        })
        .collect();
    eprintln!("{} maps saved and loaded again, {} differ", maps.len(), wrong.len());
    assert!(maps.len() >= 230 && wrong.is_empty(), "{}", wrong.join("\n"));
}

fn told(map: Map) -> String {
    format!("{:#?}", bare(map))
}
