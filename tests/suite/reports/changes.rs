//! `--changed-since`, in real repositories.

use std::{path::Path, process::Command};

use super::{Folder, map, picture, property, text, venue};

/// Runs git as somebody, whatever the machine's settings are.
pub(crate) fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@a.example"]).args(args);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = git.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn commit(folder: &Folder) {
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "x"]);
}

fn with_fault() -> serde_json::Value {
    map(&[("poster", vec![property("openWebsite", "http://example.org/")])])
}

/// A repository with a project in a folder of its own, whose maps have a fault each: `a` has its tileset in a
/// file outside of the project, `b` plays a sound, `b` and `c` have exits to each other. All of it is committed as `main`,
/// then a branch begins.
fn repository() -> Folder {
    let folder =
        Folder::new(&[("event/venue.toml", ""), ("event/sound.mp3", "x"), (".gitignore", "*.ignored.tmj\n")]);
    let mut a = with_fault();
    let mut tileset = a["tilesets"][0].take();
    tileset.as_object_mut().unwrap().remove("firstgid");
    tileset["type"] = "tileset".into();
    folder.write("shared/tiles.tsj", &text(&tileset));
    picture(&folder, "shared/tiles.png");
    picture(&folder, "event/tiles.png");
    a["tilesets"][0] = serde_json::json!({"firstgid": 1, "source": "../shared/tiles.tsj"});
    folder.write("event/a.tmj", &text(&a));
    let b = map(&[
        ("poster", vec![property("openWebsite", "http://example.org/")]),
        ("music", vec![property("playAudio", "sound.mp3")]),
        ("to-c", vec![property("exitUrl", "c.tmj#start")]),
    ]);
    folder.write("event/b.tmj", &text(&b));
    let c = map(&[
        ("poster", vec![property("openWebsite", "http://example.org/")]),
        ("to-b", vec![property("exitUrl", "b.tmj#start")]),
    ]);
    folder.write("event/c.tmj", &text(&c));
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(&folder);
    git(folder.path(), &["checkout", "-qb", "work"]);
    folder
}

/// Files and rules of what is reported, without what every external tileset is told.
fn reported(folder: &Folder, args: &[&str]) -> Vec<String> {
    let mut command = venue(&folder.path().join("event"));
    command.args(["check", "--format", "json", "--ignore", "external-tileset,picture-outside-project"]);
    let output = command.args(args).output().unwrap();
    assert!(output.status.code() < Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| format!("{} {}", finding["file"].as_str().unwrap(), finding["rule"].as_str().unwrap()))
        .collect()
}

fn since_main(folder: &Folder) -> Vec<String> {
    reported(folder, &["--changed-since", "main"])
}

#[test]
fn only_maps_that_changed_are_reported() {
    let folder = repository();
    assert_eq!(reported(&folder, &[]), ["a.tmj http-url", "b.tmj http-url", "c.tmj http-url"]);
    assert_eq!(since_main(&folder), [""; 0]);
    // Not committed, then staged, then committed.
    folder.write("event/a.tmj", &format!("{}\n", folder.read("event/a.tmj")));
    assert_eq!(since_main(&folder), ["a.tmj http-url"]);
    git(folder.path(), &["add", "-A"]);
    assert_eq!(since_main(&folder), ["a.tmj http-url"]);
    commit(&folder);
    assert_eq!(since_main(&folder), ["a.tmj http-url"]);
    assert_eq!(reported(&folder, &["--changed-since", "HEAD"]), [""; 0]);
    // New, with a name that git would quote; what is ignored is not new.
    folder.write("event/zelt \"ä\".tmj", &text(&with_fault()));
    folder.write("event/z.ignored.tmj", &text(&with_fault()));
    assert_eq!(since_main(&folder), ["a.tmj http-url", "zelt \"ä\".tmj http-url"]);
}

#[test]
fn what_others_did_meanwhile_is_not_ours() {
    let folder = repository();
    git(folder.path(), &["checkout", "-q", "main"]);
    folder.write("event/b.tmj", &format!("{}\n", folder.read("event/b.tmj")));
    commit(&folder);
    git(folder.path(), &["checkout", "-q", "work"]);
    folder.write("event/c.tmj", &format!("{}\n", folder.read("event/c.tmj")));
    commit(&folder);
    assert_eq!(since_main(&folder), ["c.tmj http-url"]);
}

#[test]
fn a_map_changes_with_what_it_reads() {
    for (changed, map) in [
        ("shared/tiles.tsj", "a"),
        ("shared/tiles.png", "a"),
        ("event/tiles.png", "bc"),
        ("event/a.wam", "a"),
    ] {
        let folder = repository();
        let path = folder.path().join(changed);
        let mut bytes = std::fs::read(&path).unwrap_or_else(|_| b"{}".to_vec());
        bytes.push(b'\n');
        std::fs::write(path, bytes).unwrap();
        let expected: Vec<String> = map.chars().map(|map| format!("{map}.tmj http-url")).collect();
        let found = since_main(&folder);
        let found: Vec<&String> = found.iter().filter(|found| found.contains("http-url")).collect();
        assert_eq!(found, expected.iter().collect::<Vec<_>>(), "{changed}");
    }
    let folder = repository();
    std::fs::remove_file(folder.path().join("event/sound.mp3")).unwrap();
    assert_eq!(since_main(&folder), ["b.tmj http-url", "b.tmj local-file-missing"]);
    let folder = repository();
    folder.write("event/venue.toml", "[check.rules]\nhttp-url = \"info\"\n");
    assert_eq!(since_main(&folder).len(), 3);
}

#[test]
fn exits_change_with_the_map_that_they_lead_to() {
    let folder = repository();
    folder.write("event/b.tmj", &folder.read("event/b.tmj").replace("\"start\"", "\"start-north\""));
    let found = since_main(&folder);
    assert!(found.contains(&"c.tmj exit-entry-missing".to_owned()), "{found:?}");
    assert!(!found.contains(&"c.tmj http-url".to_owned()), "{found:?}");
    let folder = repository();
    std::fs::remove_file(folder.path().join("event/b.tmj")).unwrap();
    assert_eq!(since_main(&folder), ["c.tmj exit-target-missing"]);
}

#[test]
fn what_maps_are_together_changes_with_any_of_them() {
    let folder = repository();
    let way_to = |name: &str| map(&[("way", vec![property("exitUrl", format!("{name}.tmj#start"))])]);
    folder.write("event/venue.toml", "[project]\nentry = \"a.tmj\"\n");
    for (name, to) in [("a", "b"), ("b", "c"), ("c", "a")] {
        folder.write(&format!("event/{name}.tmj"), &text(&way_to(to)));
    }
    commit(&folder);
    // The only way to c went; c itself did not change, and no exit of it leads to what did.
    folder.write("event/b.tmj", &text(&way_to("a")));
    let found = reported(&folder, &["--changed-since", "HEAD"]);
    assert!(found.contains(&"c.tmj map-unreachable".to_owned()), "{found:?}");
}

#[test]
fn what_the_editor_s_areas_play_and_lead_to_counts() {
    let folder = repository();
    let wam = r#"{"version": "1.0.0", "mapUrl": "./b.tmj", "areas": [{"id": "i", "name": "n", "x": 64, "y": 64,
        "width": 64, "height": 64, "visible": true, "properties": [
        {"id": "p", "type": "playAudio", "audioLink": "sound.mp3"},
        {"id": "q", "type": "exit", "url": "hall.tmj", "areaName": ""}]}], "entities": {}, "entityCollections": []}"#;
    folder.write("event/b.wam", wam);
    folder.write("event/hall.tmj", &text(&map(&[("way", vec![property("exitUrl", "b.tmj#start")])])));
    commit(&folder);
    std::fs::remove_file(folder.path().join("event/hall.tmj")).unwrap();
    let found = reported(&folder, &["--changed-since", "HEAD"]);
    assert!(found.contains(&"b.wam exit-target-missing".to_owned()), "{found:?}");
}

#[test]
fn what_did_not_change_is_not_mended() {
    let folder = repository();
    folder.write("event/b.tmj", &format!("{}\n", folder.read("event/b.tmj")));
    let before = folder.read("event/c.tmj");
    assert_eq!(reported(&folder, &["--changed-since", "main", "--fix", "--unsafe-fixes"]), [""; 0]);
    assert!(folder.read("event/b.tmj").contains("https://example.org/"));
    assert_eq!(folder.read("event/c.tmj"), before);
}

#[test]
fn what_git_cannot_tell_fails_the_run() {
    let fails = |folder: &Path, revision: &str| {
        let run = venue(folder).args(["check", "--changed-since", revision]).assert().code(2).stdout("");
        String::from_utf8(run.get_output().stderr.clone()).unwrap()
    };
    let folder = repository();
    let event = folder.path().join("event");
    assert!(fails(&event, "mian").contains("there is no revision \"mian\""));
    assert!(fails(&event, "--output=x").contains("there is no revision") || !event.join("x").exists());
    // A tree is no point in time.
    assert!(fails(&event, "main:event").contains("there is no revision"));
    git(folder.path(), &["checkout", "-q", "--orphan", "alone"]);
    folder.write("other.txt", "x");
    commit(&folder);
    assert!(fails(&event, "main").contains("have no common past"), "{}", fails(&event, "main"));
    let outside = Folder::new(&[("venue.toml", "")]);
    assert!(fails(outside.path(), "main").contains("is in no git repository"));
    let mut without = venue(&event);
    let run = without.env("PATH", "/nowhere").args(["check", "--changed-since", "main"]).assert().code(2);
    let said = String::from_utf8(run.get_output().stderr.clone()).unwrap();
    assert!(said.contains("cannot run git"), "{said}");
}

#[test]
fn where_an_exit_leads_that_changed_counts() {
    let folder = crate::mistakes::hall_with_a_room("hall.tmj", 5);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(&folder);
    assert_eq!(folder.rules(&["--changed-since", "HEAD"]), [""; 0]);
    let lobby = folder.read("maps/lobby.tmj");
    folder.write("maps/lobby.tmj", &lobby.replace("hall.tmj", "hall.tmj#vip"));
    assert_eq!(folder.rules(&["--changed-since", "HEAD"]), ["start-on-wall"]);
}
