//! `--fix`, `--diff` and `--unsafe-fixes`.

use std::{fs, process::Command};

use super::{Folder, map, picture, project, property, stdout, text, venue};

/// A map with a fault whose meaning is certain, one with a likely meaning, and one that nobody can guess.
fn faulty() -> Folder {
    let lobby = map(&[
        ("room", vec![property("jitsiroom", "a")]),
        ("poster", vec![property("openWebsite", "http://example.org/")]),
        ("to-hall", vec![property("exitUrl", "nowhere.tmj")]),
    ]);
    let folder = Folder::new(&[
        ("venue.toml", ""),
        ("maps/the lobby.tmj", &text(&lobby)),
        ("maps/hall.tmj", &text(&map(&[]))),
    ]);
    picture(&folder, "maps/tiles.png");
    folder
}

const LOBBY: &str = "maps/the lobby.tmj";

fn stderr(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

#[test]
fn what_is_certain_is_mended_and_the_rest_reported() {
    let folder = faulty();
    let before = folder.read(LOBBY);
    let run = folder.check(&["--fix"]).code(1);
    assert!(
        stderr(&run).contains("mended 1 finding in maps/the lobby.tmj: property-typo\n"),
        "{}",
        stderr(&run)
    );
    let out = stdout(&run);
    assert!(out.contains("exit-target-missing") && out.contains("http-url"), "{out}");
    assert!(!out.contains("property-typo"), "{out}");
    assert_eq!(folder.read(LOBBY), before.replace("jitsiroom", "jitsiRoom"));
    // The exit status is that of what is left, and standard output holds the report alone.
    let run =
        folder.check(&["--fix", "--unsafe-fixes", "--format", "json", "--ignore", "exit-target-missing"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&run.success())).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{report}");
    let meant = before.replace("jitsiroom", "jitsiRoom").replace("http://", "https://");
    assert_eq!(folder.read(LOBBY), meant);
    let run = folder.check(&["--fix", "--unsafe-fixes"]).code(1);
    assert!(!stderr(&run).contains("mended"), "{}", stderr(&run));
    assert_eq!(folder.read(LOBBY), meant);
}

#[test]
fn only_what_was_asked_for_is_mended() {
    let folder = faulty();
    let before = folder.read(LOBBY);
    folder.check(&["--fix", "--select", "http-url"]).success();
    folder.check(&["--fix", "--ignore", "property-typo"]).code(1);
    folder.write("venue.toml", "[check.rules]\nproperty-typo = \"off\"\n");
    folder.check(&["--fix"]).code(1);
    assert_eq!(folder.read(LOBBY), before);
    folder.write("venue.toml", "");
    folder.check(&["--fix", "--select", "property-typo"]).success();
    assert_eq!(folder.read(LOBBY), before.replace("jitsiroom", "jitsiRoom"));
}

#[test]
fn a_diff_writes_nothing_and_is_a_patch() {
    let folder = faulty();
    let before = folder.read(LOBBY);
    let run = folder.check(&["--diff", "--unsafe-fixes"]).code(1);
    let patch = stdout(&run);
    let signs = |sign: char| patch.lines().filter(|line| line.starts_with(sign)).count();
    assert_eq!((signs('-'), signs('+')), (3, 3), "{patch}");
    assert!(stderr(&run).contains("2 findings would be mended"), "{}", stderr(&run));
    assert_eq!(folder.read(LOBBY), before);
    folder.check(&["--fix", "--unsafe-fixes"]).code(1);
    let after = folder.read(LOBBY);
    folder.write(LOBBY, &before);
    folder.write("a.patch", &patch);
    let git = Command::new("git").args(["apply", "a.patch"]).current_dir(folder.path()).output().unwrap();
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    assert_eq!(folder.read(LOBBY), after);
    // Nothing to change is no difference, whatever is found.
    let run = folder.check(&["--diff", "--fix"]).success();
    assert_eq!(stdout(&run), "");
    assert!(stderr(&run).contains("nothing can be mended"), "{}", stderr(&run));
}

#[test]
fn options_that_do_not_go_together_are_bad_usage() {
    let folder = project();
    for options in
        [&["--unsafe-fixes"][..], &["--diff", "--format", "json"], &["--diff", "--fail-on", "info"]]
    {
        folder.check(options).code(2).stdout("");
    }
}

#[test]
fn files_of_others_are_left() {
    let outer = Folder::new(&[]);
    let tileset = serde_json::json!({
        "name": "tiles", "image": "tiles.png", "imagewidth": 64, "imageheight": 32, "tilewidth": 32, "tileheight": 32,
        "columns": 2, "tilecount": 2, "margin": 0, "spacing": 0, "type": "tileset", "version": "1.10",
        "tiles": [{"id": 1, "properties": [property("Collides", true)]}]
    });
    for folder in ["shared", "event/node_modules/tiles"] {
        outer.write(&format!("{folder}/tiles.tsj"), &text(&tileset));
        picture(&outer, &format!("{folder}/tiles.png"));
    }
    for (name, source) in [("a", "../shared/tiles.tsj"), ("b", "node_modules/tiles/tiles.tsj")] {
        let mut with_tileset = map(&[]);
        with_tileset["tilesets"] = serde_json::json!([{"firstgid": 1, "source": source}]);
        outer.write(&format!("event/{name}.tmj"), &text(&with_tileset));
    }
    outer.write("event/venue.toml", "");
    let run = venue(&outer.path().join("event")).args(["check", "--fix"]).assert();
    let said = stderr(&run);
    for name in ["../shared/tiles.tsj", "node_modules/tiles/tiles.tsj"] {
        assert!(
            said.contains(&format!(
                "note: {name}: property-typo not mended (rename to \"collides\"): {name} is"
            )),
            "{said}"
        );
    }
    assert!(stdout(&run).contains("property-typo"));
    assert_eq!(outer.read("shared/tiles.tsj"), text(&tileset));
    assert_eq!(outer.read("event/node_modules/tiles/tiles.tsj"), text(&tileset));
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_file_and_protected_files_are_left() {
    let folder = faulty();
    let path = folder.path().join(LOBBY);
    let before = folder.read(LOBBY);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = folder.check(&["--fix"]).code(1);
    assert!(stderr(&run).contains("maps/the lobby.tmj is write-protected"), "{}", stderr(&run));
    assert_eq!(folder.read(LOBBY), before);

    let folder = faulty();
    fs::rename(folder.path().join(LOBBY), folder.path().join("maps/real")).unwrap();
    std::os::unix::fs::symlink("real", folder.path().join(LOBBY)).unwrap();
    folder.check(&["--fix", LOBBY]).code(1);
    assert!(fs::symlink_metadata(folder.path().join(LOBBY)).unwrap().is_symlink());
    assert_eq!(folder.read("maps/real"), before.replace("jitsiroom", "jitsiRoom"));
}
