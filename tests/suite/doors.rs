//! What comes from a map or a spec is text wherever it is shown: it brings no code into a page, no commands to a
//! terminal, no formula into a sheet. And nothing that lies outside of a project gets into what is published.

use std::{fs, path::Path};

use assert_cmd::Command;
use serde_json::{Value, json};
use venue::picture::encode;

use crate::stands::{hall, spec};

/// What a stranger calls everything.
const EVIL: &str = "=<script>alert(1)</script><img src=x onerror=alert(2)>\"'`|\u{1b}[31m\n@all";

/// A project in which everything that has a name is called so.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let mut map: Value = serde_json::from_str(&hall(24, 14, &[])).unwrap();
    let text = |name: &str, value: &str| json!({"name": name, "type": "string", "value": value});
    map["properties"] = json!([
        text("mapName", EVIL),
        text("mapDescription", EVIL),
        text("mapCopyright", EVIL),
        text("mapLink", "javascript:alert(3)"),
    ]);
    map["tilesets"][0]["name"] = json!(EVIL);
    map["tilesets"][0]["properties"] = json!([text("tilesetCopyright", EVIL)]);
    map["layers"][1]["name"] = json!(EVIL);
    map["layers"][1]["properties"] = json!([text(EVIL, EVIL)]);
    let objects = map["layers"][2]["objects"].as_array_mut().unwrap();
    objects[1]["name"] = json!(EVIL);
    let area = |id: u32, x: u32, properties: Value| {
        json!({"id": id, "name": format!("{EVIL}{id}"), "type": "area", "x": x * 32, "y": 32 * 12, "width": 32,
               "height": 32, "visible": true, "rotation": 0, "properties": properties})
    };
    objects.push(area(10, 2, json!([text("exitUrl", &format!("other.tmj#{EVIL}"))])));
    objects.push(area(11, 4, json!([text("exitUrl", "javascript:alert(4)//<script>alert(1)</script>")])));
    objects.push(area(12, 6, json!([text("jitsiRoom", EVIL), text("jitsiUrl", EVIL)])));
    objects.push(area(
        13,
        8,
        json!([text("openWebsite", "javascript:alert(5)"), text("openWebsiteTriggerMessage", EVIL)]),
    ));
    objects.push(area(14, 10, json!([{"name": "start", "type": "bool", "value": true}])));
    map["nextobjectid"] = json!(20);
    write("hall.tmj", map.to_string().as_bytes());
    map["layers"][1]["name"] = json!(format!("{EVIL} again"));
    write("other.tmj", map.to_string().as_bytes());
    let picture = image::RgbaImage::from_pixel(64, 32, image::Rgba([90, 90, 90, 255]));
    write("t.png", &encode(&picture).unwrap());
    let quoted = |text: &str| serde_json::to_string(&text.replace('\n', " ")).unwrap();
    let sponsor = format!("[[sponsors]]\nname = {}\ntier = \"gold\"\nmeeting = true\n", quoted(EVIL));
    write("s.toml", (spec(&[]).replace("\"E\"", &quoted(EVIL)) + &sponsor).as_bytes());
    write(
        "venue.toml",
        format!("[project]\nname = {}\n[stands]\nspecs = [\"s.toml\"]\n", quoted(EVIL)).as_bytes(),
    );
    folder
}

fn run(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::cargo_bin("venue").unwrap();
    let output = command.current_dir(folder).args(args).args(["--color", "never"]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.code().is_some_and(|status| status < 2), "{args:?}: {said}");
    said
}

/// Asserts that a page, a picture or a text for a page holds none of the stranger's code.
#[track_caller]
fn is_harmless(what: &str, text: &str) {
    let lower = text.to_ascii_lowercase();
    for code in
        ["<script>alert", "<img src=x", "href=\"javascript:", "src=\"javascript:", "href='javascript:"]
    {
        assert!(!lower.contains(code), "{what} has {code} in\n{text}");
    }
}

#[test]
fn no_page_runs_what_a_map_says() {
    let folder = project();
    let root = folder.path();
    run(root, &["bundle", "--no-check", "--walk", "--base-url", "https://maps.example/"]);
    let mut pages = 0;
    for entry in walkdir::WalkDir::new(root.join("dist")) {
        let entry = entry.unwrap();
        let name = entry.path().display().to_string();
        if [".html", ".svg"].iter().any(|end| name.ends_with(end)) {
            pages += 1;
            is_harmless(&name, &fs::read_to_string(entry.path()).unwrap());
        }
    }
    assert!(pages > 0);
    run(root, &["stands", "s.toml", "--directory", "d.html"]);
    is_harmless("the directory", &fs::read_to_string(root.join("d.html")).unwrap());
    run(root, &["stands", "s.toml", "--directory", "d.md"]);
    is_harmless("the directory in Markdown", &fs::read_to_string(root.join("d.md")).unwrap());
    is_harmless("the graph", &run(root, &["graph", "--format", "svg"]));
    is_harmless("the graph for Mermaid", &run(root, &["graph", "--format", "mermaid"]));
    is_harmless(
        "the check in Markdown",
        &run(root, &["check", "--format", "markdown", "--fail-on", "error"]),
    );
    is_harmless(
        "the diff in Markdown",
        &run(root, &["diff", "hall.tmj", "other.tmj", "--format", "markdown"]),
    );
    is_harmless("the check for JUnit", &run(root, &["check", "--format", "junit"]));
}

#[test]
fn no_terminal_obeys_a_map() {
    let folder = project();
    for args in [
        &["check"][..],
        &["check", "--format", "github"],
        &["graph"],
        &["graph", "--format", "dot"],
        &["diff", "hall.tmj", "other.tmj"],
        &["stands", "s.toml"],
        &["bundle", "--no-check"],
        &["render", "hall.tmj"],
    ] {
        let said = run(folder.path(), args);
        assert!(!said.contains('\u{1b}'), "{args:?}: {said:?}");
    }
    // A line that begins with two colons is a command to GitHub's runner.
    let said = run(folder.path(), &["check", "--format", "github"]);
    let commands = said.lines().filter(|line| line.starts_with("::"));
    for line in commands {
        assert!(
            ["::error ", "::warning ", "::notice "].iter().any(|known| line.starts_with(known)),
            "{line}"
        );
    }
}

#[test]
fn no_sheet_works_out_what_a_spec_says() {
    let folder = project();
    run(folder.path(), &["stands", "s.toml", "--directory", "d.csv"]);
    let text = fs::read_to_string(folder.path().join("d.csv")).unwrap();
    let mut sheet = csv::Reader::from_reader(text.as_bytes());
    let cells: Vec<String> =
        sheet.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(cells.iter().any(|cell| cell.contains("alert(1)")));
    for cell in cells {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[cfg(unix)]
#[test]
fn what_links_lead_to_outside_is_not_published() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), "a secret").unwrap();
    let folder = project();
    let root = folder.path();
    let link = |name: &str| {
        let _none = fs::remove_file(root.join(name));
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), root.join(name)).unwrap();
    };
    let map = hall(24, 14, &[]);
    for (name, reference) in
        [("music.mp3", "\"playAudio\""), ("page.html", "\"openWebsite\""), ("app.js", "\"script\"")]
    {
        link(name);
        let text = map.replace("\"openWebsite\"", reference).replace("https://a.example", name);
        fs::write(root.join("hall.tmj"), text).unwrap();
        let mut command = Command::cargo_bin("venue").unwrap();
        let output = command.current_dir(root).args(["bundle", "hall.tmj", "--no-check"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() == Some(0) {
            // What does not take part is not read either.
            assert!(!root.join("dist").join(name).exists(), "{name}: {said}");
        } else {
            assert!(said.contains(name) && said.contains("outside of the project"), "{name}: {said}");
        }
        assert!(!root.join("dist").join(name).exists(), "{name}");
    }
    link("t.png");
    fs::write(root.join("hall.tmj"), &map).unwrap();
    run(root, &["bundle", "hall.tmj", "--no-check"]);
    for entry in walkdir::WalkDir::new(root.join("dist")).into_iter().flatten() {
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            assert!(memchr::memmem::find(&bytes, b"a secret").is_none(), "{}", entry.path().display());
        }
    }
}

/// Of other people's drawings nothing runs and nothing is fetched: they become pixels, or lose what is foreign.
#[test]
fn drawings_bring_no_code() {
    let folder = project();
    let root = folder.path();
    let logo = r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40"
        height="40" onload="alert(1)"><script>alert(1)</script><rect width="40" height="40" fill="red"/></svg>"#;
    fs::write(root.join("logo.svg"), logo).unwrap();
    let sponsor = "[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\nlogo = \"logo.svg\"\n";
    fs::write(root.join("s.toml"), spec(&[]) + sponsor).unwrap();
    let mut command = Command::cargo_bin("venue").unwrap();
    let output =
        command.current_dir(root).args(["stands", "s.toml", "--directory", "d.html"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => {
            let page = fs::read_to_string(root.join("d.html")).unwrap();
            is_harmless("the directory", &page);
            assert!(!page.contains("onload=\"alert"), "{page}");
        }
        Some(2) => assert!(said.contains("logo.svg"), "{said}"),
        _ => panic!("{said}"),
    }
}

#[test]
fn what_was_moved_is_looked_for_in_the_project_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["here", "a", "b", "z"] {
        fs::create_dir(path(name)).unwrap();
    }
    let map = hall(24, 14, &[]).replace("\"t.png\"", "\"gone.png\"");
    fs::write(path("a/a.tmj"), &map).unwrap();
    fs::write(path("b/b.tmj"), &map).unwrap();
    let picture = image::RgbaImage::from_pixel(64, 32, image::Rgba([90, 90, 90, 255]));
    fs::write(path("z/gone.png"), encode(&picture).unwrap()).unwrap();
    let asks = |here: &str, paths: &[&str]| {
        let told = run(&path(here), &[&["check"], paths].concat());
        assert!(told.contains("tileset-picture-missing"), "{told}");
        told.contains("did you mean")
    };
    // What two files have in common that are named from elsewhere is no project, and may be the whole disk.
    assert!(!asks("here", &["../a/a.tmj", "../b/b.tmj"]));
    assert!(!asks("a", &["a.tmj"]));
    assert!(asks("", &["a/a.tmj"]));
    fs::write(path("venue.toml"), "").unwrap();
    assert!(asks("here", &["../a/a.tmj", "../b/b.tmj"]));
}
