//! Fixes: maps with faults become, byte for byte, the maps that were meant.

mod faults;
mod xml;

use std::{fs, path::Path};

use bytes::Bytes;
use faults::{FAULTS, Fault};
use proptest::prelude::*;
use serde_json::Value;
use venue::{
    check::{Settings, check},
    fix::{Mended, Reason, mend},
    format::tiled_json,
    project::{Project, ProjectMap},
    report::{Entry, Report},
    source::Sources,
};

use crate::{
    corpus::corpus,
    rules::{healthy, png, prop},
};

fn judge(project: &Project) -> Report {
    let settings = Settings::new(project, &[], &[]).unwrap();
    Report::new(project.maps.len(), check(project, &settings), &project.sources, |finding| {
        settings.severity(finding.rule, &finding.spot.file)
    })
}

fn mended(project: Project, uncertain: bool) -> Mended {
    mend(project, judge, Clone::clone, uncertain)
}

/// A project with this map as `maps/a.tmj` or `maps/a.tmx` and what the faults need beside it.
fn project(name: &str, text: &[u8]) -> Project {
    let mut sources = Sources::new("/nowhere");
    for picture in ["maps/tiles.png", "maps/sub/tiles.png"] {
        sources.insert(picture, png(128, 32));
    }
    sources.insert("maps/sound.mp3", "x");
    sources.insert("maps/a.js", "");
    let back = healthy().layer("back", &[(5, 3)], [prop("exitUrl", "/@/org/world/room")]);
    sources.insert("maps/hall.tmj", serde_json::to_vec(&back.map).unwrap());
    sources.insert(name, text.to_vec());
    let mut maps: Vec<ProjectMap> =
        [name, "maps/hall.tmj"].into_iter().map(|name| ProjectMap::load(&sources, name)).collect();
    maps.sort_by(|a, b| a.name.cmp(&b.name));
    Project { root: "/nowhere".into(), config_file: None, sources, maps, ..Project::default() }
}

/// The map with these faults, and as it was meant.
fn with_faults(faults: &[&Fault]) -> (Value, Value) {
    let build = |broken| {
        let add = |venue, (index, fault): (usize, &&Fault)| {
            (fault.add)(venue, (1 + (index + 1) % 6, 1 + (index + 1) / 6), broken)
        };
        faults.iter().enumerate().fold(healthy(), add).map
    };
    (build(true), build(false))
}

/// Ways in which programs write JSON.
const HANDS: usize = 6;

fn written(map: &Value, hand: usize) -> String {
    let pretty = || serde_json::to_string_pretty(map).unwrap();
    match hand {
        0 => pretty(),
        1 => map.to_string(),
        2 => tiled_json(map, 8),
        3 => pretty().replace('\n', "\r\n"),
        4 => pretty().replace("  ", "\t"),
        _ => format!("\u{feff}{}\n\n", pretty()),
    }
}

fn text_of<'a>(mended: &'a Mended, name: &str, before: &'a [u8]) -> &'a [u8] {
    mended.files.get(name).map_or(before, |file| &file.after)
}

/// What a finding is, apart from where its line moved.
fn key(entry: &Entry) -> (String, String, Option<u32>, Option<u32>, Option<String>, Option<u32>) {
    let place = &entry.place;
    (
        entry.rule.clone(),
        entry.site.file.clone(),
        place.layer_id,
        place.object_id,
        place.tileset.clone(),
        place.tile,
    )
}

#[track_caller]
fn nothing_new(before: &Report, after: &Report) {
    let mut known: Vec<_> = before.entries.iter().map(key).collect();
    for entry in &after.entries {
        let at = known.iter().position(|known| *known == key(entry));
        let at = at.unwrap_or_else(|| panic!("{} is new: {}", entry.rule, entry.message));
        known.swap_remove(at);
    }
}

#[track_caller]
fn same(text: &str, meant: &str) {
    let differ = similar::TextDiff::from_lines(meant, text);
    assert!(text == meant, "not what was meant:\n{}", differ.unified_diff().context_radius(2));
}

/// Mends a map and asserts that it becomes what was meant, and stays that.
#[track_caller]
fn becomes(name: &str, faulty: &str, meant: &str) {
    let before = judge(&project(name, faulty.as_bytes()));
    let once = mended(project(name, faulty.as_bytes()), false);
    nothing_new(&before, &once.report);
    let text = text_of(&once, name, faulty.as_bytes());
    same(&String::from_utf8_lossy(text), meant);
    assert!(once.left.is_empty(), "{:?}", once.left);
    let again = mended(project(name, text), false);
    assert!(again.files.is_empty() && again.applied.is_empty(), "{:?}", again.applied);
}

#[test]
fn every_fault_is_found_and_mended() {
    for fault in FAULTS {
        let (faulty, meant) = with_faults(&[fault]);
        let found = judge(&project("maps/a.tmj", written(&faulty, 0).as_bytes()));
        let rules: Vec<&str> = found.entries.iter().map(|entry| entry.rule.as_str()).collect();
        assert_eq!(rules, [fault.rule], "{:#?}", found.entries);
        let once = mended(project("maps/a.tmj", written(&faulty, 0).as_bytes()), false);
        assert!(once.report.entries.is_empty(), "{}: {:#?}", fault.rule, once.report.entries);
        assert_eq!(once.applied.len(), 1, "{}", fault.rule);
        becomes("maps/a.tmj", &written(&faulty, 0), &written(&meant, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn maps_with_faults_become_what_was_meant(
        chosen in proptest::sample::subsequence((0..FAULTS.len()).collect::<Vec<_>>(), 0..=FAULTS.len()),
        hand in 0..HANDS,
    ) {
        let chosen: Vec<&Fault> = chosen.into_iter().map(|index| &FAULTS[index]).collect();
        let (faulty, meant) = with_faults(&chosen);
        becomes("maps/a.tmj", &written(&faulty, hand), &written(&meant, hand));
    }

    #[test]
    fn maps_in_xml_become_what_was_meant(
        chosen in proptest::sample::subsequence((0..FAULTS.len()).collect::<Vec<_>>(), 0..=FAULTS.len()),
    ) {
        let chosen: Vec<&Fault> = chosen.into_iter().map(|index| &FAULTS[index]).filter(|fault| fault.in_xml).collect();
        let (faulty, meant) = with_faults(&chosen);
        becomes("maps/a.tmx", &xml::written(&faulty), &xml::written(&meant));
    }
}

/// Where no slash of the file tells, the way in which it begins does.
#[test]
fn slashes_are_written_as_in_the_rest_of_the_hand() {
    let one: Vec<&Fault> = FAULTS.iter().filter(|fault| fault.rule == "picture-path").collect();
    assert_eq!(one.len(), 1);
    let (faulty, meant) = with_faults(&one);
    for hand in 0..HANDS {
        becomes("maps/a.tmj", &written(&faulty, hand), &written(&meant, hand));
    }
}

/// A wall where visitors arrive: told by its text, no wall yet.
#[test]
fn a_fix_that_would_bring_another_finding_is_left() {
    let venue = healthy().with(|map| {
        map["tilesets"][0]["tiles"] =
            serde_json::json!([{"id": 0, "properties": [prop("collides", "true")]}]);
        map["nextlayerid"] = 2.into();
    });
    let text = written(&venue.map, 0);
    let once = mended(project("maps/a.tmj", text.as_bytes()), true);
    let applied: Vec<&str> = once.applied.iter().map(|applied| applied.rule.as_str()).collect();
    assert_eq!(applied, ["stale-next-id"]);
    assert_eq!(once.left.len(), 1);
    assert_eq!(once.left[0].rule, "property-wrong-type");
    assert!(matches!(&once.left[0].reason, Reason::Brings(_)), "{:?}", once.left);
    let after = String::from_utf8(text_of(&once, "maps/a.tmj", b"").to_vec()).unwrap();
    assert_eq!(after, text.replace("\"nextlayerid\": 2", "\"nextlayerid\": 6"));
}

#[test]
fn of_several_scripts_one_is_renamed() {
    let map = |scripts: &str| written(&healthy().property("script", scripts).map, 0);
    becomes("maps/a.tmj", &map("https://a.example/A.js\nA.js"), &map("https://a.example/A.js\na.js"));
}

#[test]
fn a_generated_map_is_left() {
    let (faulty, _) = with_faults(&[&FAULTS[0]]);
    let mut faulty = faulty;
    faulty["properties"] = serde_json::json!([prop("venueStandsOf", "hall.tmj")]);
    let once = mended(project("maps/a.tmj", written(&faulty, 0).as_bytes()), false);
    assert!(once.files.is_empty() && once.left.is_empty());
    // Nothing is proposed that would not be done.
    let entries = &once.report.entries;
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry.fix.is_none()), "{entries:?}");
    let told = |entry: &venue::report::Entry| {
        entry.help.as_deref().is_some_and(|help| help.contains("maps/hall.tmj"))
    };
    assert!(entries.iter().any(told), "{entries:?}");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let goal = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(goal).unwrap();
        } else {
            fs::write(goal, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// The bytes of all files below a folder, by name.
fn snapshot(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn the_corpus_is_mended_once_and_for_all() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    copy(&corpus, folder.path());
    let open = || Project::open(&[folder.path().to_owned()], None).unwrap();
    let untouched = snapshot(folder.path());
    for uncertain in [false, true] {
        let before = judge(&open());
        let once = mended(open(), uncertain);
        nothing_new(&before, &once.report);
        once.write().unwrap();
        let after = judge(&open());
        nothing_new(&once.report, &after);
        assert_eq!(before.entries.len() - after.entries.len(), once.applied.len());
        for (name, file) in &once.files {
            let (old, new) = (String::from_utf8_lossy(&file.before), String::from_utf8_lossy(&file.after));
            let differ = similar::TextDiff::from_lines(&old, &new);
            let gone = differ.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Delete);
            let fixes = once.applied.iter().filter(|applied| applied.file == *name).count();
            assert!(gone.count() <= fixes, "{name}: more lines than fixes");
        }
        eprintln!("uncertain {uncertain}: {} mended, {} left", once.applied.len(), once.left.len());
        let again = mended(open(), uncertain);
        assert!(again.applied.is_empty(), "{:?}", again.applied);
    }
    let changed = snapshot(folder.path()).iter().zip(&untouched).filter(|(new, old)| new != old).count();
    eprintln!("{changed} files changed");
    assert!((1..20).contains(&changed));
}

#[test]
fn what_changed_on_the_disk_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (faulty, _) = with_faults(&[&FAULTS[0]]);
    let path = folder.path().join("a.tmj");
    fs::write(&path, written(&faulty, 0)).unwrap();
    fs::write(folder.path().join("tiles.png"), png(128, 32)).unwrap();
    let once = mended(Project::open(&[folder.path().to_owned()], None).unwrap(), false);
    assert_eq!(once.applied.len(), 1);
    fs::write(&path, "edited").unwrap();
    let error = once.write().unwrap_err().to_string();
    assert!(error.starts_with("a.tmj was changed"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "edited");
}

#[test]
fn edits_that_meet_are_made_one_after_the_other() {
    // The same tile twice in a list: the second property goes, whatever is left is judged again.
    let twice: Vec<Value> = (0..5).map(|_| prop("note", "a")).collect();
    let once: Vec<Value> = vec![prop("note", "a")];
    let map = |properties: &[Value]| written(&healthy().layer("zone", &[(3, 3)], properties).map, 0);
    becomes("maps/a.tmj", &map(&twice), &map(&once));
}

#[test]
fn nothing_is_made_of_a_file_that_cannot_be_read_again() {
    let before: Bytes = "{".into();
    let once = mended(project("maps/a.tmj", &before), true);
    assert!(once.files.is_empty() && !once.report.entries.is_empty());
}

/// Faults that people make, put into the texts of real maps: mending them brings the text back, in
/// whatever hand it is written.
#[test]
fn real_maps_get_their_text_back() {
    let Some(read_only) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    copy(&read_only, folder.path());
    let corpus = folder.path().to_owned();
    let changes: [(&str, &[(&str, &str)]); 4] = [
        ("names", &[("\"jitsiRoom\"", "\"jitsiroom\""), ("\"openWebsite\"", "\"OpenWebsite\"")]),
        ("triggers", &[("\"onaction\"", "\"onAction\"")]),
        ("words", &[("\"topdown\"", "\"TopDown\""), ("\"right-down\"", "\"right-Down\"")]),
        ("floor", &[("\"floorLayer\"", "\"FloorLayer\"")]),
    ];
    let names: Vec<String> = Project::open(std::slice::from_ref(&corpus), None)
        .unwrap()
        .maps
        .into_iter()
        .map(|map| map.name)
        .collect();
    let (mut back, mut left) = (0, 0);
    for name in names.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end != "tmx")) {
        let with = |text: &str| {
            let mut sources = Sources::new(&corpus);
            sources.insert(name.clone(), text.to_owned());
            let maps = vec![ProjectMap::load(&sources, name)];
            Project { root: corpus.clone(), sources, maps, ..Project::default() }
        };
        let Ok(text) = fs::read_to_string(corpus.join(name)) else { continue };
        let healthy = mended(with(&text), false);
        let text = String::from_utf8(text_of(&healthy, name, text.as_bytes()).to_vec()).unwrap();
        for (what, replaced) in changes {
            let faulty =
                replaced.iter().fold(text.clone(), |text, (meant, fault)| text.replace(meant, fault));
            if faulty == text {
                continue;
            }
            let before = judge(&with(&faulty));
            let once = mended(with(&faulty), false);
            nothing_new(&before, &once.report);
            let after = String::from_utf8_lossy(text_of(&once, name, faulty.as_bytes())).into_owned();
            if after == text {
                back += 1;
                continue;
            }
            // What nobody can know to be a fault, or must not be mended, stays as it is; nothing else is
            // touched.
            left += 1;
            let reasons: Vec<_> = once.left.iter().map(|left| &left.reason).collect();
            eprintln!("{name}, {what}: {} mended, left: {reasons:?}", once.applied.len());
            assert_eq!(after.lines().count(), text.lines().count());
            for ((after, meant), faulty) in after.lines().zip(text.lines()).zip(faulty.lines()) {
                assert!(after == meant || after == faulty, "{name}, {what}: {after}");
            }
        }
    }
    eprintln!("{back} texts are back, {left} are not");
    assert!(back > 200);
}
