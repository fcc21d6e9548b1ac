//! Formats that other programs read.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use super::{Folder, map, picture, project, property, stdout, text, venue};
use crate::corpus::corpus;

#[test]
fn annotations_begin_at_the_repository() {
    let folder = project();
    let out = stdout(&folder.check(&["--format", "github"]).code(1));
    assert!(out.contains("::error file=maps/lobby.tmj,line="), "{out}");
    assert!(
        out.contains(",title=exit-target-missing::exit leads to \"hal.tmj\", which does not exist%0A"),
        "{out}"
    );
    assert!(out.contains("::warning ") && out.contains("::notice "), "{out}");
    // A project below the root of its repository.
    let outer = tempfile::tempdir().unwrap();
    fs::create_dir(outer.path().join(".git")).unwrap();
    let inner = outer.path().join("events");
    fs::create_dir(&inner).unwrap();
    for name in ["venue.toml", "maps/lobby.tmj", "maps/hall.tmj", "maps/tiles.png"] {
        let goal = inner.join(name);
        fs::create_dir_all(goal.parent().unwrap()).unwrap();
        fs::copy(folder.path().join(name), goal).unwrap();
    }
    let out = stdout(&venue(&inner).args(["check", "--format", "github"]).assert().code(1));
    assert!(out.contains("file=events/maps/lobby.tmj,"), "{out}");
    let out = stdout(&venue(&inner).args(["check", "--format", "json"]).assert().code(1));
    assert!(out.contains("\"file\": \"maps/lobby.tmj\""), "{out}");
}

#[test]
fn sarif_fingerprints_stay_when_lines_move() {
    let folder = project();
    let prints = || -> Vec<(Value, Value)> {
        let log: Value =
            serde_json::from_str(&stdout(&folder.check(&["--format", "sarif"]).code(1))).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let key = |result: &Value| {
            let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
            (result["partialFingerprints"].clone(), line.clone())
        };
        results.iter().map(key).collect()
    };
    let before = prints();
    let moved = folder.read("maps/lobby.tmj").replacen('{', "{\n\n\n", 1);
    folder.write("maps/lobby.tmj", &moved);
    let after = prints();
    assert_eq!(before.len(), 3);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.0, after.0);
        assert_eq!(before.1.as_u64().unwrap() + 3, after.1.as_u64().unwrap());
    }
}

/// Lets the schema of SARIF judge logs.
fn judge(logs: &[&Path]) {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    if !judges.join("node_modules/ajv").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return;
    }
    let output = Command::new("node").arg(judges.join("sarif.mjs")).args(logs).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("{} logs judged", logs.len())), "{said}");
    eprintln!("{said}");
}

#[test]
fn sarif_fits_its_schema() {
    let folder = project();
    let log = |name: &str, out: &str| {
        folder.write(name, out);
        folder.path().join(name)
    };
    let findings = log("a.sarif", &stdout(&folder.check(&["--format", "sarif"]).code(1)));
    let nothing =
        log("b.sarif", &stdout(&folder.check(&["--format", "sarif", "--select", "broken-json"]).code(0)));
    folder.write("maps/broken.tmj", "{");
    folder.write("maps/ä b.tmj", "\u{1}");
    let broken = log("c.sarif", &stdout(&folder.check(&["--format", "sarif"]).code(1)));
    judge(&[&findings, &nothing, &broken]);
    let Some(corpus) = corpus() else { return };
    let out = venue(folder.path()).args(["check", "--format", "sarif"]).arg(corpus).output().unwrap().stdout;
    fs::write(folder.path().join("d.sarif"), out).unwrap();
    judge(&[&folder.path().join("d.sarif")]);
}

#[test]
fn test_reports_fail_as_the_run_does() {
    let folder = project();
    let failures = |args: &[&str], code: i32| {
        let out = stdout(&folder.check(&[&["--format", "junit"], args].concat()).code(code));
        let document = roxmltree::Document::parse(&out).unwrap();
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("testsuite")).count(), 2);
        document.descendants().filter(|node| node.has_tag_name("failure")).count()
    };
    assert_eq!(failures(&[], 1), 1);
    assert_eq!(failures(&["--fail-on", "warning"], 1), 2);
    assert_eq!(failures(&["--ignore", "exit-target-missing"], 0), 0);
}

#[test]
fn a_summary_counts_by_file() {
    let folder = project();
    let out = stdout(&folder.check(&["--format", "markdown"]).code(1));
    assert!(out.contains("| <code>maps/lobby.tmj</code> | 1 | 1 | 1 |"), "{out}");
    // Names that would be markup.
    let layer = ("<img src=x>|`@all`", vec![property("exitUrl", "gone|`.tmj")]);
    let folder = Folder::new(&[("a.tmj", &text(&map(&[layer])))]);
    picture(&folder, "tiles.png");
    let out = stdout(&folder.check(&["--format", "markdown"]).code(1));
    assert!(!out.contains("<img") && !out.contains("@all") && out.contains("gone\\|\\`.tmj"), "{out}");
}
