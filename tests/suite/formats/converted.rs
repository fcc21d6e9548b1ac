//! What `venue convert` writes, judged by Tiled, by WorkAdventure's schema and by its engine's parser.

use std::{fs, path::Path};

use assert_cmd::Command;
use rayon::prelude::*;
use venue::{
    format::load_map,
    model::{Map, Orientation},
    project::Project,
    source::Sources,
};

use super::{
    facts::{Facts, differences},
    program::{EXCEPTIONS, IDS, LOSSES, PICTURES, exported, workshop},
    verdict::{Reading, Verdict},
};
use crate::{bundle::judge, corpus::corpus};

/// What the judges say of converted maps that are wrong in themselves: pictures that are not in the
/// corpus; lists, and JSON under the type `string`, which the schema does not know.
const EXCUSED: [&str; 3] =
    [" is missing", "list_property.tmx.tmj: schema", "invalidEntitiesPropertyType.json.tmj: schema"];

/// Runs the program; what it says where it refuses the map.
fn convert(input: &Path, output: &Path) -> Result<(), String> {
    let run = Command::cargo_bin("venue").unwrap().arg("convert").arg(input).arg(output).output().unwrap();
    if run.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&run.stderr).replace('\n', " ")) }
}

/// The maps in `folder` that WorkAdventure could show, by their names from there.
fn maps(folder: &Path) -> Vec<String> {
    let project = Project::open(&[folder.to_owned()], None).unwrap();
    let showable = |map: &Map| map.orientation == Orientation::Orthogonal && !map.infinite;
    project
        .maps
        .iter()
        .filter(|map| map.map.as_ref().is_some_and(showable))
        .map(|map| map.name.clone())
        .collect()
}

/// One flat name for a map in a folder.
fn flat(name: &str) -> String {
    format!("{}.tmj", name.replace('/', "-"))
}

#[test]
fn workadventure_takes_every_converted_map() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let refused: Vec<String> = maps(&corpus)
        .par_iter()
        .filter_map(|name| {
            let refusal = convert(&corpus.join(name), &folder.path().join(flat(name))).err()?;
            Some(format!("{name}: {refusal}"))
        })
        .collect();
    eprintln!("{} refused:\n{}", refused.len(), refused.join("\n"));
    let written = fs::read_dir(folder.path()).unwrap().count();
    assert!(written >= 200, "only {written} maps were converted");
    judge(folder.path(), &EXCUSED);
}

#[test]
fn tiled_reads_converted_maps_as_we_read_their_sources() {
    let Some((root, home, _folder)) = workshop() else { return };
    let sources = Sources::new(&root);
    let names = maps(&root);
    let load = |name: &str| load_map(&sources, name).map.unwrap_or_else(|| panic!("{name} does not load"));
    let results: Vec<_> = names
        .par_iter()
        .map(|name| {
            let output = format!("{name}.converted.tmj");
            convert(&root.join(name), &root.join(&output))?;
            let ours = load(name);
            let facts = Facts::of(&ours);
            let kept = differences(&facts, &Facts::of(&load(&output)));
            let read = differences(&facts, &Facts::of(&exported(&root, &home, &output)?));
            Ok::<_, String>((ours, kept, read))
        })
        .collect();
    let (mut kept, mut read) = (Verdict::default(), Verdict::default());
    for (name, result) in names.iter().zip(results) {
        match result {
            Ok((map, ours, theirs)) => {
                let reading = Reading { map: &map, sources: &sources };
                kept.add(name, Ok(ours), &[IDS, PICTURES], &[], &reading);
                read.add(name, Ok(theirs), LOSSES, EXCEPTIONS, &reading);
            }
            Err(reason) => read.refuse(name, &reason),
        }
    }
    kept.pronounce("we, of converted maps", 200);
    read.pronounce("Tiled, of converted maps", 200);
}
