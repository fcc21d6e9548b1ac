//! What people write wrong in configs, specs and commands, and what they are told.

use std::fs;

use crate::reports::{Folder, map, picture, property, text, venue};

/// Exit status, standard output, standard error.
fn run(folder: &Folder, args: &[&str]) -> (i32, String, String) {
    let mut command = venue(folder.path());
    let output = command.env_remove("VENUE_PUBLISH_TOKEN").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A project of one map, with this config.
fn project(config: &str) -> Folder {
    let folder = Folder::new(&[("venue.toml", config), ("maps/lobby.tmj", &text(&map(&[])))]);
    picture(&folder, "maps/tiles.png");
    folder
}

/// A project whose map is a hall for stands, with this beginning of a config.
fn fair(config: &str) -> Folder {
    let folder = Folder::new(&[("venue.toml", config), ("maps/hall.tmj", &crate::stands::hall(20, 14, &[]))]);
    fs::write(
        folder.path().join("maps/t.png"),
        venue::picture::encode(&image::RgbaImage::new(64, 32)).unwrap(),
    )
    .unwrap();
    folder
}

#[test]
fn a_play_url_without_rooms_makes_no_dead_links() {
    for (url, words) in [
        ("nope", "is no address of the web: write https://"),
        ("ftp://play.example.org/_/global/a.example", "is no address of the web"),
        ("//play.example.org/_/global/a.example", "is no address of the web"),
        ("https://", "is no address of the web"),
        ("https://play.example.org/maps", "is the address of no rooms"),
        ("https://play.example.org/_/global/a.example?x=1", "leave out the ?"),
    ] {
        let folder = project(&format!("[project]\nplay-url = \"{url}\"\n"));
        for command in ["check", "bundle"] {
            let (status, _, said) = run(&folder, &[command]);
            assert!(status == 2 && said.contains("venue.toml:2:") && said.contains(words), "{url}: {said}");
        }
    }
    let links = |url: &str, args: &[&str]| {
        let folder = project(&format!("[project]\nplay-url = \"{url}\"\n"));
        let (status, _, said) = run(&folder, &[&["bundle"], args].concat());
        assert_eq!(status, 0, "{said}");
        let page = folder.read("dist/index.html");
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let first = links.filter(|link| link.starts_with("http")).map(str::to_owned).next();
        (first, said.contains("paths instead of links"))
    };
    let base = ["--base-url", "https://maps.example.org/fair"];
    for server in
        ["https://play.example.org", "https://play.example.org/", "https://play.example.org/_/global/"]
    {
        assert_eq!(links(server, &[]), (None, true), "{server}");
        let link = "https://play.example.org/_/global/maps.example.org/fair/maps/lobby.tmj".to_owned();
        assert_eq!(links(server, &base), (Some(link), false), "{server}");
    }
    let rooms = |begin: &str| (Some(format!("{begin}/maps/lobby.tmj")), false);
    let public = "https://play.example.org/_/fair/a.example/b";
    assert_eq!(links(public, &[]), rooms(public));
    assert_eq!(links(public, &base), rooms("https://play.example.org/_/fair/maps.example.org/fair"));
    // Rooms of map-storage are not called by where its files are served.
    assert_eq!(links("https://play.example.org/~/mixit/", &base), rooms("https://play.example.org/~/mixit"));
}

#[test]
fn a_directory_without_links_says_so() {
    let folder = fair("[project]\nplay-url = \"https://play.example.org\"\n");
    folder.write("maps/s.toml", &crate::stands::spec(&[0]));
    let (status, out, said) = run(&folder, &["stands", "maps/s.toml", "--directory", "stands.csv"]);
    assert!(status == 0 && said.contains("paths instead of links"), "{said}");
    assert!(out.contains("1 stand written"), "{out}");
    let directory = folder.read("stands.csv");
    assert!(
        directory.contains("maps/hall.stands.tmj#sponsor-0") && !directory.contains("play."),
        "{directory}"
    );
}

#[test]
fn websites_that_are_none_are_told_by_row_and_column() {
    let folder = fair("");
    folder.write("maps/list.toml", &crate::stands::spec(&[]));
    folder.write("maps/own.html", "<p>");
    let sheet = "name,tier,website,video,brochure\nAcme,gold,www.acme.example,,\nGlobex,gold,https://a.example,,gone.pdf\n\
                 Hooli,gold,own.html,ftp://a.example/v.mp4,\n";
    folder.write("maps/list.csv", sheet);
    let (status, _, said) = run(&folder, &["stands", "maps/list.csv"]);
    assert_eq!(status, 2, "{said}");
    for words in [
        "row 2, column \"website\": Acme: ",
        "write https://www.acme.example",
        "row 3, column \"brochure\": Globex: there is no file maps/gone.pdf",
        "row 4, column \"video\": Hooli: ",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("own.html"), "{said}");
    assert!(!folder.path().join("maps/hall.stands.tmj").exists());
}

#[test]
fn of_an_area_that_cannot_be_read_its_fault_is_told_alone() {
    let folder = fair("");
    let bare = crate::stands::hall(20, 14, &[]).replace("stand-area", "something");
    folder.write("maps/hall.tmj", &bare);
    let spec = crate::stands::spec(&[0]).replace("rank = 1", "rank = 1\nareas = [\"expo\"]");
    folder.write("maps/s.toml", &spec);
    let (_, _, said) = run(&folder, &["stands", "maps/s.toml"]);
    assert!(said.contains("nothing says where stands may go"), "{said}");
    let area = "[[areas]]\nname = \"expo\"\ntiles = { x = 1.5, y = 1, width = 9, height = 9 }\n";
    folder.write("maps/s.toml", &format!("{spec}{area}"));
    let (status, _, said) = run(&folder, &["stands", "maps/s.toml"]);
    assert!(status == 2 && said.contains("this is 1.5, and a whole number is needed"), "{said}");
    assert!(!said.contains("nothing says where") && !said.contains("there is no area"), "{said}");
}

#[test]
fn what_the_config_names_must_be_there() {
    for (config, place, words) in [
        (
            "[project]\nentry = \"maps/loby.tmj\"\n",
            "venue.toml:2:9",
            "\"maps/loby.tmj\"; did you mean \"maps/lobby.tmj\"?",
        ),
        ("[project]\nentry = \"maps/lobby.tmj#nope\"\n", "venue.toml:2:9", "no entry called \"nope\""),
        (
            "[stands]\nspecs = [\n  \"maps/nope.toml\",\n]\n",
            "venue.toml:3:3",
            "there is no file \"maps/nope.toml\"",
        ),
    ] {
        let folder = project(config);
        let (status, _, said) = run(&folder, &["check"]);
        assert!(status == 2 && said.contains(place) && said.contains(words), "{said}");
        let (status, _, said) = run(&folder, &["bundle", "--no-check"]);
        assert!(status == 2 && said.contains("there is no") || said.contains("nope"), "{said}");
        assert!(!folder.path().join("dist").exists());
    }
    let folder = project(
        "[project]\nentry = \"maps/lobby.tmj#start\"\nplay-url = \"https://p.example/_/g/a.example\"\n",
    );
    assert_eq!(run(&folder, &["check"]).0, 0);
    assert_eq!(run(&folder, &["bundle"]).0, 0);
    let page = folder.read("dist/index.html");
    assert!(page.contains("\"https://p.example/_/g/a.example/maps/lobby.tmj#start\""), "{page}");
}

#[test]
fn configs_are_answered_in_the_words_of_their_writers() {
    for (config, words) in [
        ("[bundle]\ntexture-size = \"x\"\n", "2:16: this is \"x\", and a whole number is needed"),
        ("[bundle]\ntexture-size = -1\n", "2:16: this is -1, and a whole number from 0 is needed"),
        ("[bundle]\noptimize = 3\n", "2:12: this is 3, and true or false is needed"),
        ("[project]\nmaps = \"maps\"\n", "2:8: this is \"maps\", and a list is needed"),
        ("[project]\nname = true\n", "2:8: this is true, and a text in quotes is needed"),
        ("project = 1\n", "1:11: this is 1, and a table is needed"),
        (
            "[check]\nfail-on = \"eror\"\n",
            "\"eror\" is none of \"info\", \"warning\", \"error\"; did you mean \"error\"?",
        ),
        ("[[check.custom]]\nname = \"x\"\n", "\"on\" is missing here"),
    ] {
        let (status, _, said) = run(&project(config), &["check"]);
        assert!(status == 2 && said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_custom_rule_that_cannot_work_is_told_at_its_line() {
    let rule = |name: &str, what: &str| {
        format!(
            "[[check.custom]]\nname = \"{name}\"\non = \"map\"\nproperty = \"p\"\nmessage = \"m\"\n{what}\n"
        )
    };
    let folder = project(&format!("{}{}", rule("fine", "required = true"), rule("idle", "")));
    let (status, _, said) = run(&folder, &["check"]);
    assert!(status == 2 && said.contains("venue.toml:8:8: custom rule \"idle\""), "{said}");
}

#[test]
fn columns_of_a_baseline_count_from_one() {
    let folder = project("");
    folder.write("b.json", "{\n\n}");
    let (status, _, said) = run(&folder, &["check", "--baseline", "b.json"]);
    assert!(status == 2 && said.contains("b.json:3:1: \"version\" is missing here"), "{said}");
    folder.write("b.json", "{\"version\": 1,\n");
    let (_, _, said) = run(&folder, &["check", "--baseline", "b.json"]);
    assert!(said.contains("b.json:2:1: "), "{said}");
}

#[test]
fn a_stand_in_is_no_other_map_of_the_world() {
    let folder = fair("");
    folder.write("maps/s.toml", &crate::stands::spec(&[0]));
    let counted = || {
        let (_, out, said) = run(&folder, &["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{said}"));
        report["summary"]["maps"].clone()
    };
    assert_eq!(counted(), 1);
    assert_eq!(run(&folder, &["stands", "maps/s.toml"]).0, 0);
    assert_eq!(counted(), 1);
    let (_, out, _) = run(&folder, &["check"]);
    assert!(out.contains("1 map checked"), "{out}");
    // Alone it is the map that is judged.
    let (_, out, _) = run(&folder, &["check", "maps/hall.stands.tmj"]);
    assert!(out.contains("1 map checked"), "{out}");
}

#[test]
fn help_for_a_stand_in_is_a_sentence() {
    let folder = fair("[links]\nstage = \"https://a.example\"\n");
    folder
        .write("maps/hall.tmj", &folder.read("maps/hall.tmj").replace("https://a.example", "${links.stge}"));
    folder.write("maps/s.toml", &crate::stands::spec(&[0]));
    assert_eq!(run(&folder, &["stands", "maps/s.toml"]).0, 0);
    let (_, out, _) = run(&folder, &["check", "maps/hall.stands.tmj"]);
    assert!(out.contains("? Mend it in maps/hall.tmj, and run `venue stands` again"), "{out}");
    assert!(!out.contains("?; do so"), "{out}");
}

#[test]
fn a_named_map_that_cannot_be_read_fails_the_run() {
    let folder = Folder::new(&[("old/a.tmj", "{"), ("new/a.tmj", "{"), ("new/b.tmj", &text(&map(&[])))]);
    picture(&folder, "new/tiles.png");
    for args in [
        &["render", "new/a.tmj"][..],
        &["convert", "new/a.tmj", "new/c.tmj"],
        &["graph", "new/a.tmj", "--format", "json"],
        &["graph", "new/b.tmj", "new/a.tmj"],
        &["diff", "new/a.tmj", "new/a.tmj"],
        &["diff", "new/a.tmj", "new/b.tmj"],
        &["diff", "new/b.tmj", "old/a.tmj"],
    ] {
        let (status, out, said) = run(&folder, args);
        assert!(status == 2 && out.is_empty() && said.contains("a.tmj: "), "{args:?}: {status} {out} {said}");
    }
    // Of a folder the others are shown.
    let (status, out, said) = run(&folder, &["graph", "new"]);
    assert!(status == 0 && out.contains("b.tmj") && said.contains("a.tmj cannot be read"), "{out} {said}");
    let (status, _, said) = run(&folder, &["diff", "old", "new"]);
    assert!(status == 1 && said.contains("old/a.tmj, as it was, cannot be read"), "{status} {said}");
}

#[test]
fn a_dry_run_says_what_publishing_lacks() {
    let folder = project("");
    assert_eq!(run(&folder, &["bundle"]).0, 0);
    let (status, out, said) = run(&folder, &["publish", "--dry-run"]);
    assert_eq!(status, 0, "{said}");
    assert!(out.contains("to the root of a server that nothing names yet"), "{out}");
    assert!(said.contains("no server is named") && said.contains("say --yes"), "{said}");
    let to = ["--url", "https://s.example", "--directory", "d"];
    let (_, _, said) = run(&folder, &[&["publish", "--dry-run"], &to[..]].concat());
    assert!(!said.contains("nothing would be sent"), "{said}");
    let (_, _, said) = run(&folder, &["publish", "--dry-run", "--url", "https://s.example", "--yes"]);
    assert!(!said.contains("nothing would be sent"), "{said}");
}

#[test]
fn a_whole_map_has_no_mistake() {
    let folder = project("[project]\nentry = \"maps/lobby.tmj\"\n");
    folder.write(
        "maps/lobby.tmj",
        &text(&map(&[("zone", vec![property("openWebsite", "https://a.example")])])),
    );
    let (status, out, said) = run(&folder, &["check"]);
    assert_eq!(status, 0, "{out} {said}");
}

/// A hall of 4 x 3 cells with a wall in its second column, a room left of it with a zone, and an entry there that
/// nothing but its layer's name makes one; a lobby whose exit leads to `target`.
pub(crate) fn hall_with_a_room(target: &str, vip: usize) -> Folder {
    let mut hall = map(&[
        ("vip", vec![]),
        ("desk", vec![property("openWebsite", "https://a.example")]),
        ("walls", vec![]),
        ("back", vec![property("exitUrl", "lobby.tmj")]),
    ]);
    hall["tilesets"][0]["tiles"] = serde_json::json!([{"id": 1, "properties": [property("collides", true)]}]);
    let cells = |name: &str| -> Option<(Vec<usize>, u32)> {
        match name {
            "vip" => Some((vec![vip], 1)),
            "desk" => Some((vec![0], 1)),
            "walls" => Some((vec![1, 5, 9], 2)),
            "start" => Some((vec![7], 1)),
            "back" => Some((vec![11], 1)),
            _ => None,
        }
    };
    for layer in hall["layers"].as_array_mut().unwrap() {
        if let Some((at, gid)) = cells(layer["name"].as_str().unwrap()) {
            let data: Vec<u32> = (0..12).map(|cell| if at.contains(&cell) { gid } else { 0 }).collect();
            layer["data"] = serde_json::json!(data);
        }
    }
    let lobby = map(&[("door", vec![property("exitUrl", target)])]);
    let folder = Folder::new(&[
        ("venue.toml", "[project]\nentry = \"maps/lobby.tmj\"\n"),
        ("maps/lobby.tmj", &text(&lobby)),
        ("maps/hall.tmj", &text(&hall)),
    ]);
    picture(&folder, "maps/tiles.png");
    folder
}

#[test]
fn a_layer_that_an_exit_names_is_an_entry() {
    assert_eq!(hall_with_a_room("hall.tmj", 4).rules(&[]), ["unreachable-zone"]);
    assert_eq!(hall_with_a_room("hall.tmj#vip", 4).rules(&[]), [""; 0]);
    assert_eq!(hall_with_a_room("hall.tmj#vip", 5).rules(&[]), ["start-on-wall"]);
    let graph = run(&hall_with_a_room("hall.tmj#vip", 4), &["graph", "--format", "json"]).1;
    assert!(graph.contains("\"name\": \"vip\"") || graph.contains("\"name\":\"vip\""), "{graph}");
}

#[test]
fn blanks_around_names_are_told_and_taken_away() {
    for name in ["openWebsite ", " openWebsite", "openWebsite\t", "openwebsite\u{A0}", "openWebsite\u{200B}"]
    {
        let folder = project("");
        folder.write("maps/lobby.tmj", &text(&map(&[("zone", vec![property(name, "https://a.example")])])));
        assert_eq!(folder.rules(&[]), ["property-typo"], "{name:?}");
        let (_, out, _) = run(&folder, &["check"]);
        assert!(out.contains("did you mean \"openWebsite\", without the blank?"), "{out}");
        assert_eq!(run(&folder, &["check", "--fix"]).0, 0);
        assert!(folder.read("maps/lobby.tmj").contains("\"openWebsite\""));
    }
}

#[test]
fn markers_that_show_are_told_and_others_may_be_meant_to() {
    let folder = project("");
    for (name, expected) in [
        ("markers", &["helper-layer-shows"][..]),
        ("Markers.png", &["helper-layer-shows"]),
        ("map-markers", &[]),
    ] {
        let mut lobby = map(&[]);
        let mut set = lobby["tilesets"][0].clone();
        (set["firstgid"], set["name"], set["image"]) = (3.into(), name.into(), "marks.png".into());
        lobby["tilesets"].as_array_mut().unwrap().push(set);
        let mut shown = lobby["layers"][1].clone();
        let data: Vec<u32> = (0..12).map(|cell| if cell == 2 { 3 } else { 0 }).collect();
        (shown["id"], shown["name"], shown["data"]) = (9.into(), "marks".into(), serde_json::json!(data));
        lobby["layers"].as_array_mut().unwrap().insert(2, shown);
        folder.write("maps/lobby.tmj", &text(&lobby));
        for picture in ["tiles", "marks"] {
            let opaque = image::RgbaImage::from_pixel(64, 32, image::Rgba([9, 9, 9, 255]));
            opaque.save(folder.path().join(format!("maps/{picture}.png"))).unwrap();
        }
        assert_eq!(folder.rules(&[]), expected, "{name}");
    }
}

#[test]
fn an_address_with_a_letter_wrong_is_told() {
    let folder = project("");
    let zone = |address: &str| text(&map(&[("zone", vec![property("openWebsite", address)])]));
    for (address, rules) in [
        ("htps://a.example", &["scheme-not-opened"][..]),
        ("htttps://a.example", &["scheme-not-opened"]),
        ("HTTPS://a.example", &[]),
        ("rtsps://a.example", &[]),
        ("https://a.example", &[]),
    ] {
        folder.write("maps/lobby.tmj", &zone(address));
        assert_eq!(folder.rules(&[]), rules, "{address}");
    }
    folder.write("maps/lobby.tmj", &zone("htps://a.example"));
    assert!(run(&folder, &["check"]).1.contains("did you mean \"https://a.example\"?"));
}

#[test]
fn a_path_that_is_no_path_is_told_for_what_it_is() {
    let folder = project("");
    let zone = |name: &str, value: &str| text(&map(&[("zone", vec![property(name, value)])]));
    for (written, help) in [
        ("https//a.example/x", "did you mean \"https://a.example/x\"?"),
        ("http//a.example", "did you mean \"https://a.example\"?"),
        (r"C:\Users\me\page.html", "put the file into the project"),
        ("c:/me/page.html", "put the file into the project"),
    ] {
        folder.write("maps/lobby.tmj", &zone("openWebsite", written));
        let (status, out, _) = run(&folder, &["check"]);
        assert!(status == 0 && out.contains("warning") && out.contains(help), "{written}: {out}");
    }
    folder.write("maps/jingle.mp3", "");
    folder.write("maps/lobby.tmj", &zone("playAudio", "jingle.mp3"));
    assert_eq!(folder.rules(&[]), ["sound-unplayable"]);
    folder.write("maps/jingle.mp3", "ID3");
    assert_eq!(folder.rules(&[]), [""; 0]);
}

#[test]
fn an_entry_that_no_link_can_name_is_told_at_once() {
    let folder = project("");
    folder.write("maps/hall.tmj", &text(&map(&[])));
    folder.write("maps/lobby.tmj", &text(&map(&[("door", vec![property("exitUrl", "hall.tmj#süd")])])));
    let (_, out, _) = run(&folder, &["check"]);
    assert!(out.contains("give it a name that links can carry"), "{out}");
}

#[test]
fn whoever_checks_nothing_is_told() {
    let folder = Folder::new(&[("readme.txt", "nothing here")]);
    let (status, out, said) = run(&folder, &["check"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(said.contains("no maps found") && said.contains("venue new"), "{said}");
}

#[test]
fn a_picture_that_is_not_there_is_no_other_picture() {
    let folder = project("");
    folder.write("old/lobby.tmj", &text(&map(&[])));
    let (status, out, said) = run(&folder, &["diff", "old/lobby.tmj", "maps/lobby.tmj"]);
    assert_eq!(status, 0, "{out} {said}");
    image::RgbaImage::from_pixel(64, 32, image::Rgba([9; 4]))
        .save(folder.path().join("old/tiles.png"))
        .unwrap();
    let (status, out, _) = run(&folder, &["diff", "old/lobby.tmj", "maps/lobby.tmj"]);
    assert!(status == 1 && out.contains("other pixels"), "{out}");
}

#[test]
fn what_fails_nothing_is_counted_in_a_sentence() {
    let folder = project("");
    let odd = |layers: &[(&str, Vec<serde_json::Value>)]| {
        folder.write("maps/lobby.tmj", &text(&map(layers)));
        run(&folder, &["check", "--format", "junit"]).1
    };
    let one = odd(&[("odd", vec![property("jitsiTrigger", "onaction")])]);
    assert!(one.contains("1 finding that fails nothing"), "{one}");
    let two = odd(&[
        ("odd", vec![property("jitsiTrigger", "onaction")]),
        ("too", vec![property("jitsiTrigger", "onaction")]),
    ]);
    assert!(two.contains("2 findings that fail nothing"), "{two}");
}

/// Exit status of a command whose output nobody reads.
fn unread(folder: &Folder, args: &[&str]) -> i32 {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("venue"));
    let command = command.current_dir(folder.path()).args(args).stdout(writer);
    command.stderr(std::process::Stdio::null()).status().unwrap().code().unwrap()
}

#[test]
fn who_reads_no_further_changes_nothing_of_the_result() {
    let folder = project("");
    folder.write("maps/lobby.tmj", &text(&map(&[("door", vec![property("exitUrl", "gone.tmj")])])));
    folder.write("old/lobby.tmj", &text(&map(&[])));
    assert_eq!(unread(&folder, &["check"]), 1);
    assert_eq!(unread(&folder, &["check", "--format", "sarif"]), 1);
    assert_eq!(unread(&folder, &["diff", "old/lobby.tmj", "maps/lobby.tmj"]), 1);
    assert_eq!(unread(&folder, &["rules"]), 0);
    assert_eq!(unread(&folder, &["--version"]), 0);
    fs::remove_dir_all(folder.path().join("old")).unwrap();
    folder.write("maps/lobby.tmj", &text(&map(&[])));
    assert_eq!(unread(&folder, &["bundle"]), 0);
    assert!(folder.path().join("dist/maps/lobby.tmj").exists());
}
