//! What organisers get wrong: a clear message each, and nothing written.

use std::{collections::BTreeMap, fs, path::Path};

use assert_cmd::Command;
use image::{Rgba, RgbaImage};
use venue::picture::encode;

use super::{hall, spec};

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Runs `venue stands` on a spec that must fail; what it says. Not a byte of the folder may change.
fn refused(spec: &str, more: &[(&str, &[u8])]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("hall.tmj", hall(30, 20, &[]).as_bytes());
    write("t.png", &encode(&RgbaImage::from_pixel(64, 32, Rgba([90, 90, 90, 255]))).unwrap());
    write("s.toml", spec.as_bytes());
    for (name, bytes) in more {
        write(name, bytes);
    }
    let before = files(folder.path());
    let mut command = Command::cargo_bin("venue").unwrap();
    command.current_dir(folder.path()).args([
        "stands",
        "s.toml",
        "--plan",
        "plan.png",
        "--directory",
        "d.html",
    ]);
    let run = command.assert().code(2);
    assert!(run.get_output().stdout.is_empty());
    assert!(files(folder.path()) == before, "something was written");
    String::from_utf8_lossy(&run.get_output().stderr).into_owned()
}

/// A spec of one sponsor with these lines.
fn one(lines: &str) -> String {
    spec(&[]) + &format!("[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\n{lines}\n")
}

fn logo(name: &str, bytes: &[u8]) -> String {
    refused(&one(&format!("logo = \"{name}\"")), &[(name, bytes)])
}

#[test]
fn too_many_sponsors() {
    let said = refused(&spec(&[0; 12]), &[]);
    assert!(said.contains("Sponsor 11 has no place: no room for 8 x 6 tiles is left in \"expo\""), "{said}");
    assert!(said.contains("--partial"), "{said}");
}

#[test]
fn programs_learn_who_has_no_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hall.tmj"), hall(30, 20, &[])).unwrap();
    fs::write(folder.path().join("s.toml"), spec(&[0; 12])).unwrap();
    let mut command = Command::cargo_bin("venue").unwrap();
    let run =
        command.current_dir(folder.path()).args(["stands", "s.toml", "--format", "json"]).assert().code(2);
    let report: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    assert_eq!((&report["map"], &report["stands"]), (&"hall.stands.tmj".into(), &serde_json::json!([])));
    let unplaced = report["unplaced"].as_array().unwrap();
    assert!(unplaced.iter().any(|one| one["sponsor"] == "Sponsor 11" && one["reason"] != ""), "{report}");
}

#[test]
fn an_area_that_does_not_exist() {
    let said = refused(&spec(&[0]).replace("rank = 2", "rank = 2\nareas = [\"exppo\"]"), &[]);
    assert!(
        said.contains("s.toml:9:10: tier \"silver\": there is no area \"exppo\"; did you mean \"expo\"?"),
        "{said}"
    );
}

#[test]
fn a_template_larger_than_what_is_there_for_it() {
    let area = "[[areas]]\nname = \"nook\"\ntiles = { x = 2, y = 2, width = 7, height = 9 }\n";
    let said =
        refused(&spec(&[0]).replace("rank = 1", &format!("rank = 1\nareas = [\"nook\"]\n{area}")), &[]);
    assert!(
        said.contains(
            "Sponsor 0 has no place: its stand of 8 x 6 tiles is larger than every area of its tier"
        ),
        "{said}"
    );
    let slot = hall(30, 20, &[])
        .replace("stand-area", "stand-slot")
        .replace("\"width\":896,\"height\":576", "\"width\":128,\"height\":128");
    let said = refused(&one("slot = \"expo\""), &[("hall.tmj", slot.as_bytes())]);
    assert!(
        said.contains("Acme has no place: its stand of 8 x 6 tiles is larger than slot \"expo\""),
        "{said}"
    );
}

#[test]
fn two_sponsors_with_one_slug() {
    let said = refused(&(one("") + "[[sponsors]]\nname = \"ACME!\"\ntier = \"gold\"\n"), &[]);
    assert!(said.contains("ACME! and Acme are both \"acme\" in links; give one another slug"), "{said}");
}

/// A PNG that claims a size, and holds nothing.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()).chain([8, 6, 0, 0, 0]));
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec();
    bytes.extend(&header);
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    bytes.extend(crc.sum().to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

#[test]
fn logos_of_no_size_and_of_far_too_many_pixels() {
    let huge = logo("huge.png", &claims(20_000, 20_000));
    assert!(huge.contains("Acme: the logo huge.png cannot be drawn: it has 20000 x 20000 pixels"), "{huge}");
    for bytes in [claims(0, 0), Vec::new(), claims(0, 20_000)] {
        let none = logo("none.png", &bytes);
        assert!(none.contains("Acme: the logo none.png cannot be drawn"), "{none}");
    }
    let svg = logo("none.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\"/>");
    assert!(svg.contains("Acme: the logo none.svg cannot be drawn"), "{svg}");
    let clear = logo("clear.png", &encode(&RgbaImage::new(40, 40)).unwrap());
    assert!(clear.contains("Acme: the logo clear.png has no visible pixel"), "{clear}");
}

#[test]
fn a_drawing_that_would_load_files() {
    for address in ["https://a.example/x.png", "file:///etc/passwd", "beside.png"] {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\"><rect width=\"9\" height=\"9\"/>\
             <image href=\"{address}\" width=\"9\" height=\"9\"/></svg>"
        );
        let said = logo("logo.svg", svg.as_bytes());
        assert!(said.contains("Acme: the logo logo.svg wants to load") && said.contains(address), "{said}");
    }
}

#[test]
fn names_that_no_link_and_no_font_has() {
    for name in ["شركة النور", "🎉🎉", "会議室"] {
        let spec = one("").replace("\"Acme\"", &format!("\"{name}\""));
        let said = refused(&spec, &[]);
        assert!(said.contains(name) && said.contains("give the sponsor a slug of a-z, 0-9 and -"), "{said}");
    }
    // With a slug they have a stand, and the organiser knows what its sign says.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hall.tmj"), hall(40, 30, &[])).unwrap();
    let more = [("شركة النور", "al-noor"), ("Rocket 🚀 Works", "rocket")].map(|(name, slug)| {
        format!("[[sponsors]]\nname = \"{name}\"\ntier = \"bronze\"\nslug = \"{slug}\"\n")
    });
    fs::write(folder.path().join("s.toml"), spec(&[]) + &more.concat()).unwrap();
    let mut command = Command::cargo_bin("venue").unwrap();
    let run = command.current_dir(folder.path()).args(["stands", "s.toml"]).assert().success();
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(
        said.contains("its sign says \"al-noor\"") && said.contains("its sign says \"Rocket Works\""),
        "{said}"
    );
}

#[test]
fn what_a_stand_has_no_place_for_is_told() {
    let built = super::build(
        &hall(40, 30, &[]),
        &(spec(&[])
            + "[[sponsors]]\nname = \"Acme\"\ntier = \"bronze\"\nbrochure = \"https://a.example/b.pdf\"\n"),
        None,
    );
    assert_eq!(built.notes, ["Acme: the stand small has no place for its brochure"]);
}
