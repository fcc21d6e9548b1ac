//! The directory as a page, in a real browser.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{serve::demo, walk::browser_at_hand};

/// The page of the demo venue, written into its folder.
fn page(folder: &Path) -> String {
    let mut venue = assert_cmd::Command::cargo_bin("venue").unwrap();
    let args = ["stands", "maps/sponsors.toml", "--dry-run", "--quiet", "--directory", "stands.html"];
    venue.current_dir(folder).args(args).assert().success();
    assert!(!folder.join("stands.html").exists(), "a dry run writes nothing");
    let mut venue = assert_cmd::Command::cargo_bin("venue").unwrap();
    venue.current_dir(folder).args(["stands", "maps/sponsors.toml", "--quiet", "--directory", "stands.html"]);
    venue.assert().success();
    fs::read_to_string(folder.join("stands.html")).unwrap()
}

#[test]
fn the_page_is_one_file_that_shows_what_a_sponsor_wrote_as_it_is() {
    let folder = demo();
    let spec = folder.path().join("maps/sponsors.toml");
    let text = fs::read_to_string(&spec).unwrap();
    let evil = text.replacen("\"Quellwerk\"", "\"<img src=x onerror=alert(1)>\"", 1).replacen(
        "\"https://blauwal.example/\"",
        "\"${links.evil}\"",
        1,
    );
    fs::write(&spec, evil).unwrap();
    let config = folder.path().join("venue.toml");
    let links = fs::read_to_string(&config).unwrap().replacen(
        "stage = ",
        "evil = \"javascript:alert(1)\"\nstage = ",
        1,
    );
    fs::write(&config, links).unwrap();
    let page = page(folder.path());
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && !page.contains("<img src=x"));
    assert!(!page.contains("javascript:"), "an address that is none is no link");
    for loads in ["src=\"http", "url(", "<link", "@import"] {
        assert!(!page.contains(loads), "the page loads something: {loads}");
    }
    assert_eq!(page.matches("class=\"spot\"").count(), page.matches("<article class=\"stand\"").count());
    // Ten sponsors with pictures in less than what a mail may have.
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn readers_search_the_stands_and_find_them_on_the_plan() {
    if !browser_at_hand() {
        return;
    }
    let folder = demo();
    page(folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/directory.mjs");
    let output = Command::new("node").arg(script).arg(folder.path().join("stands.html")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&seen["complaints"], &seen["asked"]), (&json!([]), &json!([])), "{seen}");
    let cards = |state: &str| seen[state]["cards"].as_array().unwrap().len();
    assert_eq!(cards("all"), 10);
    assert_eq!(seen["all"]["found"], "10 stands");
    assert_eq!(seen["all"]["pictures"], true);
    assert_eq!(cards("search"), 1, "{seen}");
    assert!(seen["search"]["cards"][0].as_str().unwrap().ends_with("Quellwerk"));
    assert_eq!((&seen["search"]["found"], &seen["search"]["faint"]), (&json!("1 of 10 stands"), &json!(9)));
    assert_eq!((cards("none"), &seen["none"]["found"]), (0, &json!("0 of 10 stands")));
    assert_eq!(cards("plan"), 10);
    assert_eq!(seen["plan"]["lit"].as_array().unwrap().len(), 1, "the stand that was asked for stands out");
    for state in ["all", "phone"] {
        assert_eq!(seen[state]["wide"], false, "{state}: readers must push the page to the side");
    }
    assert_eq!(cards("plain"), 10, "without scripts all stands are listed");
}
