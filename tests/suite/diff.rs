//! `venue diff`

use std::{fs, path::Path};

use base64::Engine as _;
use rayon::prelude::*;
use serde_json::{Value, json};
use venue::{
    diff::{self, ChangeKind, Diff, Sides, Subject},
    project::Project,
};

use crate::{
    corpus::corpus,
    reports::{
        Folder,
        changes::{commit, git},
        map, picture, property, text, venue,
    },
    serve::demo,
};

/// Exit status, standard output, standard error.
fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = venue(folder).arg("diff").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// What is said of two states of a map.
fn said(old: &Value, new: &Value) -> String {
    let folder = Folder::new(&[("old/a.tmj", &text(old)), ("new/a.tmj", &text(new))]);
    picture(&folder, "old/tiles.png");
    picture(&folder, "new/tiles.png");
    let (code, out, err) = run(folder.path(), &["old/a.tmj", "new/a.tmj"]);
    assert_eq!((code, err.as_str()), (i32::from(!out.is_empty()), ""), "{out}");
    out
}

fn area(id: u32, name: &str, [x, y, width, height]: [u32; 4], properties: &[Value]) -> Value {
    json!({"id": id, "name": name, "type": "area", "x": x * 32, "y": y * 32, "width": width * 32, "height": height * 32,
        "rotation": 0, "visible": true, "properties": properties})
}

/// The layers of `map`, with these areas on `floorLayer`.
fn with_areas(layers: &[(&str, Vec<Value>)], areas: &[Value]) -> Value {
    let mut map = map(layers);
    map["layers"].as_array_mut().unwrap().last_mut().unwrap()["objects"] = json!(areas);
    map
}

#[test]
fn the_same_map_is_silence_however_it_is_written() {
    let old = with_areas(
        &[("zone", vec![property("jitsiRoom", "a"), property("jitsiTrigger", "onaction")])],
        &[area(1, "desk", [1, 1, 1, 1], &[property("openWebsite", "https://example.org/")])],
    );
    let mut new = old.clone();
    new["tiledversion"] = "1.11.0".into();
    new["nextobjectid"] = 99.into();
    new["editorsettings"] = json!({"export": {"target": "."}});
    new["compressionlevel"] = 6.into();
    new["layers"][0]["properties"].as_array_mut().unwrap().reverse();
    new["layers"][0]["encoding"] = "base64".into();
    new["layers"][0]["data"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAA=".into();
    let filled: Vec<usize> = old["layers"][0]["data"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, gid)| **gid == 1)
        .map(|(at, _)| at)
        .collect();
    let mut bytes = [0_u8; 48];
    for at in filled {
        bytes[at * 4] = 1;
    }
    new["layers"][0]["data"] = base64::engine::general_purpose::STANDARD.encode(bytes).into();
    assert_eq!(said(&old, &new), "");
}

#[test]
fn what_happens_to_zones_entries_and_exits_is_told_by_what_they_are() {
    let old = with_areas(
        &[
            ("meeting", vec![property("jitsiRoom", "plenum")]),
            ("out", vec![property("exitUrl", "hall.tmj")]),
            ("poster", vec![property("openWebsite", "https://example.org/1")]),
        ],
        &[
            area(1, "desk", [1, 1, 1, 1], &[property("openWebsite", "https://example.org/")]),
            area(2, "arrival", [2, 1, 1, 1], &[property("start", true)]),
            area(3, "corner", [3, 2, 1, 1], &[property("silent", true)]),
        ],
    );
    let mut new = with_areas(
        &[
            ("meeting", vec![property("jitsiRoom", "Plenum"), property("jitsiTrigger", "onaction")]),
            ("out", vec![property("exitUrl", "hall.tmj#door")]),
        ],
        &[
            area(1, "desk", [1, 1, 2, 1], &[property("openWebsite", "https://example.org/")]),
            area(2, "arrival", [2, 2, 1, 1], &[property("start", true)]),
            area(3, "quiet corner", [3, 2, 1, 1], &[property("silent", true)]),
            area(4, "radio", [0, 0, 1, 1], &[property("playAudio", "a.mp3")]),
        ],
    );
    new["properties"] = json!([property("mapName", "Lobby")]);
    insta::assert_snapshot!(said(&old, &new), @r#"
    new/a.tmj
      ~ map
          + mapName: "Lobby"
      ~ exit "out" at (2, 1)
          exitUrl: "hall.tmj" -> "hall.tmj#door"
      ~ entry "arrival": moved from (2, 1) to (2, 2)
      ~ meeting "meeting" at (1, 1)
          jitsiRoom: "plenum" -> "Plenum"
          + jitsiTrigger: "onaction"
      - website "poster": 1 cell, at (3, 1)
          openWebsite: "https://example.org/1"
      ~ website "desk" at (1, 1), 2 x 1 tiles, on layer "floorLayer"
          size: 1 x 1 tiles -> 2 x 1 tiles
      + sound "radio" at (0, 0), on layer "floorLayer"
          playAudio: "a.mp3"
      ~ silent zone "quiet corner": renamed from "corner"
    1 map changed
    "#);
    insta::assert_snapshot!(said(&new, &old), @r#"
    new/a.tmj
      ~ map
          - mapName: "Lobby"
      ~ exit "out" at (2, 1)
          exitUrl: "hall.tmj#door" -> "hall.tmj"
      ~ entry "arrival": moved from (2, 2) to (2, 1)
      ~ meeting "meeting" at (1, 1)
          jitsiRoom: "Plenum" -> "plenum"
          - jitsiTrigger: "onaction"
      + website "poster": 1 cell, at (3, 1)
          openWebsite: "https://example.org/1"
      ~ website "desk" at (1, 1), on layer "floorLayer"
          size: 2 x 1 tiles -> 1 x 1 tiles
      - sound "radio" at (0, 0), on layer "floorLayer"
          playAudio: "a.mp3"
      ~ silent zone "corner": renamed from "quiet corner"
    1 map changed
    "#);
}

#[test]
fn layers_are_known_under_other_names_and_in_another_order() {
    let old = map(&[("a", vec![]), ("b", vec![]), ("c", vec![])]);
    let mut new = old.clone();
    // `a` goes to the top, above the avatars; `b` gets another name; `c` goes into a group.
    let layers = new["layers"].as_array_mut().unwrap();
    let (a, c) = (layers.remove(0), layers.remove(1));
    layers[0]["name"] = "walls".into();
    layers.push(a);
    layers.push(json!({"type": "group", "id": 40, "name": "far", "layers": [c], "opacity": 1, "visible": true, "x": 0, "y": 0}));
    insta::assert_snapshot!(said(&old, &new), @r#"
    new/a.tmj
      ~ layer "walls": renamed from "b"
      ~ layer "a" at (1, 1)
          order: at the bottom -> above "floorLayer"
          drawn: below avatars -> above avatars
      + layer "far"
      ~ layer "far/c" at (3, 1)
          + group: "far"
          drawn: below avatars -> above avatars
    1 map changed
    "#);
}

#[test]
fn tiles_are_compared_by_what_they_are_and_not_by_their_numbers() {
    let old = map(&[("a", vec![])]);
    let mut new = old.clone();
    // A tileset before the others gives every tile another number.
    let sets = new["tilesets"].as_array_mut().unwrap();
    sets[0]["firstgid"] = 11.into();
    sets.insert(
        0,
        json!({"firstgid": 1, "name": "more", "image": "tiles.png", "imagewidth": 64, "imageheight": 32,
        "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 2, "margin": 0, "spacing": 0}),
    );
    for layer in new["layers"].as_array_mut().unwrap() {
        for cell in layer.get_mut("data").and_then(Value::as_array_mut).into_iter().flatten() {
            if *cell == 1 {
                *cell = 11.into();
            }
        }
    }
    assert_eq!(
        said(&old, &new),
        "a.tmj\n  + tileset \"more\"\n1 map changed\n".replace("a.tmj", "new/a.tmj")
    );
    // One cell more, one less, one flipped.
    let floor =
        new["layers"].as_array_mut().unwrap().iter_mut().find(|layer| layer["name"] == "floor").unwrap();
    floor["data"][0] = 0.into();
    floor["data"][1] = 0x8000_000B_u32.into();
    let out = said(&old, &new);
    assert!(out.contains("layer \"floor\": 1 cell removed, 1 replaced, at (0, 0), 2 x 1 tiles\n"), "{out}");
    // What a tile says of itself, and whether one can walk there.
    let mut walls = old.clone();
    walls["tilesets"][0]["tiles"] = json!([{"id": 0, "properties": [property("collides", true)]}]);
    insta::assert_snapshot!(said(&old, &walls), @r#"
    new/a.tmj
      ~ walking: 12 cells blocked now, at (0, 0), 4 x 3 tiles
      ~ tile "tiles 0"
          + collides: true
    1 map changed
    "#);
}

#[test]
fn a_map_that_grew_at_its_top_and_left_is_the_same_one() {
    let old = with_areas(
        &[("zone", vec![property("jitsiRoom", "a")]), ("b", vec![])],
        &[area(1, "desk", [1, 1, 1, 1], &[property("openWebsite", "https://example.org/")])],
    );
    let mut new = old.clone();
    (new["width"], new["height"]) = (6.into(), 4.into());
    for layer in new["layers"].as_array_mut().unwrap() {
        if let Some(data) = layer["data"].as_array().cloned() {
            let mut grown = vec![json!(0); 24];
            for (index, gid) in data.into_iter().enumerate() {
                grown[(index / 4 + 1) * 6 + index % 4 + 2] = gid;
            }
            (layer["data"], layer["width"], layer["height"]) = (grown.into(), 6.into(), 4.into());
        }
        for object in layer.get_mut("objects").and_then(Value::as_array_mut).into_iter().flatten() {
            let moved = |value: &Value, by: i64| json!(value.as_i64().unwrap() + by);
            (object["x"], object["y"]) = (moved(&object["x"], 64), moved(&object["y"], 32));
        }
    }
    assert_eq!(
        said(&old, &new),
        "new/a.tmj\n  ~ map\n      size: 4 x 3 tiles -> 6 x 4 tiles\n      everything: at (0, 0) -> at (2, 1)\n1 map changed\n"
    );
}

#[test]
fn the_order_of_areas_is_told_since_the_later_one_counts() {
    let areas = [
        area(1, "one", [1, 1, 2, 1], &[property("jitsiRoom", "a")]),
        area(2, "two", [1, 1, 2, 1], &[property("jitsiRoom", "b")]),
    ];
    let old = with_areas(&[], &areas);
    let new = with_areas(&[], &[areas[1].clone(), areas[0].clone()]);
    let out = said(&old, &new);
    assert!(out.contains("moved, behind \"one\" before, first now"), "{out}");
    assert_eq!(out.lines().count(), 3, "{out}");
    // A name that went is not another name.
    let mut new = old.clone();
    new["layers"].as_array_mut().unwrap().last_mut().unwrap()["objects"][0]["name"] = "".into();
    let out = said(&old, &new);
    assert!(out.contains("      - name: \"one\"\n") && !out.contains("renamed"), "{out}");
}

#[test]
fn areas_as_large_as_numbers_can_say_cost_nothing() {
    let areas = |shift: u32| {
        let all = (0..500).map(|id| {
            area(id + 1, &format!("a{id}"), [shift, 0, 100_000, 100_000], &[property("silent", true)])
        });
        with_areas(&[], &all.collect::<Vec<_>>())
    };
    let folder = Folder::new(&[("old/a.tmj", &text(&areas(0))), ("new/a.tmj", &text(&areas(1)))]);
    picture(&folder, "old/tiles.png");
    picture(&folder, "new/tiles.png");
    let (code, out, err) = run(folder.path(), &["old/a.tmj", "new/a.tmj", "--picture", "a.png"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(out.matches("moved from (0, 0) to (1, 0)").count(), 500);
    assert!(folder.path().join("a.png").is_file());
}

#[test]
fn maps_in_submodules_are_left_out_with_a_word() {
    let folder = Folder::new(&[
        ("inner/a.tmj", &text(&map(&[]))),
        ("outer/venue.toml", ""),
        ("outer/b.tmj", &text(&map(&[]))),
    ]);
    picture(&folder, "inner/tiles.png");
    picture(&folder, "outer/tiles.png");
    let (inner, outer) = (folder.path().join("inner"), folder.path().join("outer"));
    for repository in [&inner, &outer] {
        git(repository, &["init", "-q", "-b", "main"]);
        git(repository, &["add", "-A"]);
        git(repository, &["commit", "-qm", "x"]);
    }
    git(&outer, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "shared"]);
    git(&outer, &["commit", "-qam", "y"]);
    let (code, out, err) = run(&outer, &["--base", "main"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.contains("the maps in the submodule shared are not compared"), "{err}");
}

#[test]
fn names_move_no_cursor_and_markdown_shows_them_as_they_are() {
    let evil = "<script>\u{1b}[31m@all|`x`";
    let old = map(&[]);
    let new = map(&[(evil, vec![property("jitsiRoom", "<b>\u{1b}]0;x\u{7}")])]);
    let folder = Folder::new(&[("old/a.tmj", &text(&old)), ("new/a.tmj", &text(&new))]);
    // With our own colours theirs would come through as well.
    let (code, out, _) = run(folder.path(), &["old/a.tmj", "new/a.tmj", "--color", "always"]);
    assert_eq!(code, 1);
    assert!(out.contains("\u{1b}[32m+") && !out.contains("\u{1b}[31m@all"), "{out:?}");
    assert!(!out.contains("\u{1b}]") && !out.contains('\u{7}'), "{out:?}");
    for format in ["human", "markdown", "json"] {
        let (code, out, _) = run(folder.path(), &["old/a.tmj", "new/a.tmj", "--format", format]);
        assert_eq!(code, 1);
        assert!(!out.contains(['\u{1b}', '\u{7}']), "{format}: {out:?}");
        if format == "markdown" {
            assert!(
                out.contains("&lt;script&gt;") && !out.contains("<script>") && !out.contains("@all"),
                "{out}"
            );
        }
    }
}

/// A repository whose one commit is on `main`, with the demo venue, and a branch to work on.
fn repository() -> tempfile::TempDir {
    let folder = demo();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "x"]);
    git(folder.path(), &["checkout", "-qb", "work"]);
    folder
}

#[test]
fn since_a_revision_a_project_is_compared_with_its_stands_and_links() {
    let folder = repository();
    assert_eq!(run(folder.path(), &["--base", "main"]), (0, String::new(), String::new()));
    let edit = |name: &str, from: &str, to: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    edit("venue.toml", "https://player.vimeo.com/video/76979871", "https://bbb.example.org/stage");
    edit("maps/sponsors.toml", "https://blauwal.example/", "https://blauwal.example/jobs");
    fs::rename(folder.path().join("maps/lobby.tmj"), folder.path().join("maps/foyer.tmj")).unwrap();
    edit("venue.toml", "lobby.tmj", "foyer.tmj");
    edit("maps/hall.tmj", "lobby.tmj#from-hall", "foyer.tmj#from-hall");
    let (code, out, err) = run(folder.path(), &["--base", "main"]);
    assert_eq!((code, err.as_str()), (1, ""));
    insta::assert_snapshot!(out, @r#"
    maps/foyer.tmj (was maps/lobby.tmj)
    maps/hall.tmj
      ~ exit "exit-lobby" at (31, 43), 4 x 1 tiles
          exitUrl: "lobby.tmj#from-hall" -> "foyer.tmj#from-hall"
    maps/sponsors.toml
      ~ stand "Blauwal" at (28, 20), 6 x 5 tiles
          website: "https://blauwal.example/" -> "https://blauwal.example/jobs"
    venue.toml
      ~ link "stage"
          address: "https://player.vimeo.com/video/76979871" -> "https://bbb.example.org/stage"
    2 maps changed, 1 list of stands changed, 1 config changed
    "#);
    // A map with stands that lies about is no change of its own.
    let mut venue = venue(folder.path());
    venue.args(["stands", "maps/sponsors.toml", "--quiet"]).assert().success();
    assert!(folder.path().join("maps/hall.stands.tmj").is_file());
    assert_eq!(run(folder.path(), &["--base", "main"]).1, out);
    // From another folder, a part, and what is not there.
    let (code, out, _) = run(&folder.path().join("maps"), &["--base", "main", "hall.tmj"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("maps/hall.tmj\n  ~ exit") && out.ends_with("\n1 map changed\n"), "{out}");
    let (code, _, err) = run(folder.path(), &["--base", "main", "maps/none.tmj"]);
    assert_eq!(code, 2);
    assert!(err.contains("neither here nor at main"), "{err}");
    let (code, _, err) = run(folder.path(), &["--base", "nowhere"]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no revision \"nowhere\""), "{err}");
    // Git's own state is as it was: nothing is staged, no file is left.
    let status = std::process::Command::new("git")
        .current_dir(folder.path())
        .args(["status", "--porcelain"])
        .output()
        .unwrap();
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(status.lines().all(|line| !line.starts_with(['A', 'M', 'D'])), "{status}");
}

#[test]
fn maps_that_are_new_gone_or_renamed_are_told_as_such() {
    let folder = Folder::new(&[("venue.toml", "")]);
    let zone = |name: &str| {
        map(&[("zone", vec![property("jitsiRoom", name)]), ("out", vec![property("exitUrl", "b.tmj")])])
    };
    picture(&folder, "tiles.png");
    folder.write("a.tmj", &text(&zone("a")));
    folder.write("gone.tmj", &text(&map(&[("silence", vec![property("silent", true)])])));
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(&folder);
    git(folder.path(), &["checkout", "-qb", "work"]);
    fs::remove_file(folder.path().join("gone.tmj")).unwrap();
    fs::remove_file(folder.path().join("a.tmj")).unwrap();
    folder.write(
        "rooms/z.tmj",
        &text(&zone("a")).replace("tiles.png", "../tiles.png").replace("b.tmj", "../b.tmj"),
    );
    folder.write(
        "wide.tmj",
        &text(&map(&[
            ("music", vec![property("playAudio", "x.mp3")]),
            ("x", vec![]),
            ("y", vec![]),
            ("w", vec![]),
        ])),
    );
    insta::assert_snapshot!(run(folder.path(), &["--base", "main"]).1, @r#"
    - gone.tmj
        size: 4 x 3 tiles
        zones: 1
        exits: 0
        entries: 1
        layers: 4
        tilesets: 1
    rooms/z.tmj (was a.tmj)
    + wide.tmj
        size: 4 x 3 tiles
        zones: 1
        exits: 0
        entries: 1
        layers: 7
        tilesets: 1
    1 map changed, 1 map new, 1 map gone
    "#);
}

#[test]
fn the_picture_marks_the_cells_that_changed() {
    let folder = repository();
    let mut hall: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("maps/hall.tmj")).unwrap()).unwrap();
    let walls =
        hall["layers"].as_array_mut().unwrap().iter_mut().find(|layer| layer["name"] == "walls").unwrap();
    let width = usize::try_from(walls["width"].as_u64().unwrap()).unwrap();
    let wall = walls["data"][width].clone();
    assert_ne!(wall, 0);
    walls["data"][25 * width + 12] = wall;
    fs::write(folder.path().join("maps/hall.tmj"), hall.to_string()).unwrap();
    let (code, out, _) = run(
        folder.path(),
        &[
            "--base",
            "main",
            "--format",
            "markdown",
            "--picture",
            "out",
            "--picture-url",
            "https://ci.example/7/",
        ],
    );
    assert_eq!(code, 1);
    assert!(out.contains("<img src=\"https://ci.example/7/maps/hall.tmj.png\""), "{out}");
    let shown = image::open(folder.path().join("out/maps/hall.tmj.png")).unwrap().to_rgba8();
    // The hall is wider than high, so its states stand below each other: the last third is what changed.
    let blue = shown
        .enumerate_pixels()
        .filter(|(_, _, pixel)| pixel.0 == [0, 114, 178, 255])
        .map(|(x, y, _)| (x, y));
    let blue: Vec<(u32, u32)> = blue.collect();
    let legend = shown.height() - 40;
    let marked: Vec<_> = blue.iter().filter(|(_, y)| *y < legend).collect();
    assert!(!marked.is_empty(), "nothing is marked");
    let cell = 1000.0 / 66.0;
    for (x, y) in marked {
        let column = (f64::from(*x) - 12.0) / cell;
        assert!((11.9..13.2).contains(&column), "marked at column {column}, row {y}");
        assert!(*y > shown.height() * 2 / 3, "marked in the wrong state");
    }
    // A carpet that goes below the floor changes no cell, and is seen.
    let under = repository();
    let mut hall: Value =
        serde_json::from_str(&fs::read_to_string(under.path().join("maps/hall.tmj")).unwrap()).unwrap();
    let layers = hall["layers"].as_array_mut().unwrap();
    let carpets = layers.iter().position(|layer| layer["name"] == "carpets").unwrap();
    let carpets = layers.remove(carpets);
    layers.insert(0, carpets);
    fs::write(under.path().join("maps/hall.tmj"), hall.to_string()).unwrap();
    let (code, out, err) = run(under.path(), &["--base", "main", "--picture", "a.png"]);
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let shown = image::open(under.path().join("a.png")).unwrap().to_rgba8();
    let frames = shown.pixels().filter(|pixel| pixel.0 == [230, 159, 0, 255]).count();
    assert!(frames > 200, "only {frames} pixels say that something looks different");
    // One map changed: one picture will do. A picture that a map is made of is never written over.
    let (code, _, err) = run(folder.path(), &["--base", "main", "--picture", "one.png"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(folder.path().join("one.png").is_file());
    let tiles =
        fs::read_dir(folder.path().join("assets/tilesets")).unwrap().map(|entry| entry.unwrap().path());
    let tiles =
        tiles.filter(|path| path.extension().is_some_and(|extension| extension == "png")).min().unwrap();
    let before = fs::read(&tiles).unwrap();
    let used = fs::read_to_string(folder.path().join("maps/hall.tmj")).unwrap();
    assert!(
        used.contains(tiles.file_name().unwrap().to_str().unwrap()),
        "the hall does not use {}",
        tiles.display()
    );
    let (code, _, err) = run(folder.path(), &["--base", "main", "--picture", tiles.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(err.contains("is a file that the project is made of"), "{err}");
    assert_eq!(fs::read(&tiles).unwrap(), before);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = Folder::new(&[
        ("a.tmj", &text(&map(&[]))),
        ("b/c.tmj", &text(&map(&[]))),
        ("broken.tmj", "{"),
        ("other.tmj", "["),
    ]);
    for (args, reason) in [
        (&["a.tmj"][..], "name two maps, or two folders"),
        (&["a.tmj", "b"], "compare two maps, or two folders"),
        (&["a.tmj", "none.tmj"], "cannot read none.tmj"),
        (&["a.tmj", "b/c.tmj", "--picture-url", "x"], "--picture <PATH>"),
    ] {
        let (code, out, err) = run(folder.path(), args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(reason), "{args:?}: {err}");
    }
    for (old, new) in [("a.tmj", "broken.tmj"), ("broken.tmj", "other.tmj"), ("broken.tmj", "broken.tmj")] {
        let (code, out, err) = run(folder.path(), &[old, new]);
        assert_eq!((code, out.as_str()), (2, ""), "{old} {new}");
        assert!(err.contains("broken.tmj: "), "{err}");
    }
    // Of folders one that broke is a difference.
    folder.write("d/c.tmj", "{");
    let (code, out, err) = run(folder.path(), &["b", "d"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("can be read: yes -> no") && err.contains("d/c.tmj, as it is, cannot be read"),
        "{out}{err}"
    );
    folder.write("e/c.tmj", "{");
    assert_eq!(run(folder.path(), &["d", "e"]).0, 0);
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

fn compare(old: &Project, new: &Project) -> Diff {
    let none = std::collections::BTreeMap::new();
    diff::compare(&Sides { old, new, folders: ("", ""), alone: false, whole: true, stands: (&none, &none) })
}

#[test]
fn real_maps_differ_from_themselves_in_nothing_and_from_an_edit_in_the_edit() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(&[corpus], None).unwrap();
    assert!(compare(&project, &project).is_empty());
    let edited: Vec<&'static str> = project
        .maps
        .par_iter()
        .filter(|map| matches!(extension(&map.name), "tmj" | "json"))
        .flat_map_iter(|map| edits(&project, &map.name))
        .collect();
    let count = |kind| edited.iter().filter(|one| **one == kind).count();
    eprintln!("{} cells, {} names, {} objects", count("cell"), count("name"), count("object"));
    assert!(count("cell") > 120 && count("name") > 120 && count("object") > 80);
}

/// Edits a real map in three ways, and sees that just that is told.
fn edits(project: &Project, name: &str) -> Vec<&'static str> {
    let mut told = Vec::new();
    let Ok(text) = project.sources.read(name) else { return told };
    let Ok(map) = serde_json::from_slice::<Value>(&text) else { return told };
    if project.map(name).unwrap().map.is_none() {
        return told;
    }
    let one = |project: &Project| {
        let mut only =
            Project { root: project.root.clone(), sources: project.sources.unread(), ..Project::default() };
        only.load(&[name.to_owned()]);
        only
    };
    let old = one(project);
    let with = |edit: &dyn Fn(&mut Value) -> bool| {
        let mut edited = map.clone();
        if !edit(&mut edited) {
            return None;
        }
        let mut new = one(project);
        new.insert(name, &edited.to_string());
        Some(compare(&old, &new))
    };
    let plain =
        |layer: &Value| layer["type"] == "tilelayer" && layer["data"].is_array() && layer["chunks"].is_null();
    let layer = map["layers"].as_array().unwrap().iter().rposition(|layer| {
        plain(layer) && layer["data"].as_array().unwrap().iter().filter(|gid| **gid != 0).count() > 2
    });
    if let Some(at) = layer {
        let filled = map["layers"][at]["data"].as_array().unwrap().iter().position(|gid| *gid != 0).unwrap();
        let diff = with(&|map| {
            map["layers"][at]["data"][filled] = 0.into();
            true
        });
        let diff = diff.unwrap();
        let changes = &diff.files[0].changes;
        // What follows of it, where one can walk and where visitors arrive, may be told beside it.
        let of_cells: Vec<_> = changes
            .iter()
            .filter(|change| change.cells.is_some() && change.subject != Subject::Walking)
            .collect();
        let [change] = of_cells.as_slice() else { panic!("{name}: {changes:?}") };
        let cells = change.cells.unwrap();
        assert_eq!((cells.added, cells.removed, cells.replaced), (0, 1, 0), "{name}");
        let columns = map["layers"][at]["width"].as_u64().unwrap();
        let place = (u64::try_from(cells.tiles.x).unwrap(), u64::try_from(cells.tiles.y).unwrap());
        assert_eq!(place, (filled as u64 % columns, filled as u64 / columns), "{name}");
        told.push("cell");
        let was = map["layers"][at]["name"].as_str().unwrap();
        if was != "start" {
            let diff = with(&|map| {
                map["layers"][at]["name"] = "Another Name".into();
                true
            });
            let diff = diff.unwrap();
            let [change] = diff.files[0].changes.as_slice() else {
                panic!("{name}: {:?}", diff.files[0].changes)
            };
            assert_eq!(
                (change.change, change.name.as_str()),
                (ChangeKind::Renamed, "Another Name"),
                "{name}"
            );
            told.push("name");
        }
    }
    let group = map["layers"].as_array().unwrap().iter().position(|layer| {
        layer["objects"]
            .as_array()
            .is_some_and(|objects| !objects.is_empty() && objects[0]["template"].is_null())
    });
    if let Some(at) = group {
        let diff = with(&|map| {
            map["layers"][at]["objects"].as_array_mut().unwrap().remove(0);
            true
        });
        let diff = diff.unwrap();
        let changes: Vec<_> =
            diff.files[0].changes.iter().filter(|change| change.subject != Subject::DefaultEntry).collect();
        let [change] = changes.as_slice() else { panic!("{name}: {changes:?}") };
        assert_eq!(change.change, ChangeKind::Removed, "{name}");
        told.push("object");
    }
    told
}

#[test]
fn a_real_map_is_the_same_as_tmx_and_as_tmj() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(&[corpus], None).unwrap();
    let compared: usize = project
        .maps
        .par_iter()
        .filter(|map| extension(&map.name) == "tmx")
        .filter_map(|map| {
            let model = map.map.as_ref()?;
            let text = venue::format::save_tmj(model, venue::format::SaveStyle::Tiled);
            let beside = |name: &str, insert: Option<&str>| {
                let mut only = Project {
                    root: project.root.clone(),
                    sources: project.sources.unread(),
                    ..Project::default()
                };
                match insert {
                    Some(text) => only.insert(name, text),
                    None => only.load(&[name.to_owned()]),
                }
                only
            };
            let diff =
                compare(&beside(&map.name, None), &beside(&map.name.replace(".tmx", ".tmj"), Some(&text)));
            let changes: Vec<_> = diff.files.iter().flat_map(|file| &file.changes).collect();
            assert!(changes.is_empty(), "{}: {changes:#?}", map.name);
            Some(())
        })
        .count();
    eprintln!("{compared} maps");
    assert!(compared > 45);
}
