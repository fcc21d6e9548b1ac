//! `venue schema`: editors and programs get what our readers read and our reports are.

use std::path::Path;

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::{Value, json};
use venue::{
    project::{Config, read_toml},
    schema::{FORMS, Form},
    source::Sources,
};

use crate::corpus::corpus;

fn validator(name: &str) -> Validator {
    let schema: Value = serde_json::from_str(&Form::of(name).unwrap().schema()).unwrap();
    jsonschema::draft7::new(&schema).unwrap()
}

/// Asserts that a document is of the form of this name.
#[track_caller]
pub(crate) fn fits(name: &str, document: &Value) {
    let validator = validator(name);
    let faults: Vec<String> =
        validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

fn venue(args: &[&str]) -> Value {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::cargo_bin("venue").unwrap().current_dir(repository).args(args).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn toml_file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_schema_is_one() {
    for form in FORMS {
        let schema: Value = serde_json::from_str(&form.schema()).unwrap();
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{}", form.name);
        assert_eq!(form.schema(), form.schema());
    }
}

#[test]
fn the_program_prints_them() {
    let run = |args: &[&str]| Command::cargo_bin("venue").unwrap().args(args).output().unwrap();
    for form in FORMS {
        let output = run(&["schema", form.name]);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), form.schema());
    }
    let list = String::from_utf8(run(&["schema"]).stdout).unwrap();
    assert_eq!(list.lines().count(), FORMS.len() + 2, "{list}");
    let wrong = run(&["schema", "sponsers"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean \"sponsors\"?"));
}

#[test]
fn files_and_reports_of_the_demo_fit() {
    fits("config", &toml_file("venue.toml"));
    fits("sponsors", &toml_file("maps/sponsors.toml"));
    fits("check", &venue(&["check", "--format", "json"]));
    fits("graph", &venue(&["graph", "--format", "json"]));
    fits("stands", &venue(&["stands", "maps/sponsors.toml", "--dry-run", "--format", "json"]));
    let diff = venue(&["diff", "maps/lobby.tmj", "maps/hall.tmj", "--format", "json"]);
    assert!(diff["files"][0]["changes"].as_array().unwrap().len() > 3, "{diff:#}");
    fits("diff", &diff);
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("dist");
    let folder = folder.to_str().unwrap();
    fits("bundle", &venue(&["bundle", "--no-optimize", "--out", folder, "--format", "json"]));
}

#[test]
fn reports_of_real_maps_fit() {
    let Some(corpus) = corpus() else { return };
    let corpus = corpus.to_str().unwrap();
    let report = venue(&["check", "--format", "json", corpus]);
    assert!(report["findings"].as_array().unwrap().len() > 300);
    fits("check", &report);
    fits("graph", &venue(&["graph", "--format", "json", corpus]));
    let hall = |name: &str| format!("{corpus}/fossgis/fossgis-2022/{name}.json");
    fits("diff", &venue(&["diff", &hall("base_alt"), &hall("base"), "--format", "json"]));
}

#[test]
fn reports_that_lack_something_do_not_fit() {
    let report = venue(&["check", "--format", "json"]);
    let wrong = |change: fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        assert!(!validator("check").is_valid(&report));
    };
    wrong(|report| report["version"] = json!(2));
    wrong(|report| drop(report.as_object_mut().unwrap().remove("summary")));
    wrong(|report| {
        report["findings"] = json!([{ "rule": "start-missing", "severity": "fatal" }]);
    });
    assert!(validator("check").is_valid(&report));
}

/// Whether the config reads, and whether it fits its schema.
fn config(text: &str) -> (bool, bool) {
    let mut sources = Sources::new("/nowhere");
    sources.insert("venue.toml", text.as_bytes());
    let read = read_toml::<Config>(&sources.load("venue.toml").unwrap());
    let fits = toml::from_str(text).is_ok_and(|document| validator("config").is_valid(&document));
    (read.is_ok(), fits)
}

#[test]
fn what_the_config_may_say_is_what_it_reads() {
    for text in [
        "",
        "[project]\nhost = \"map-storage\"\n",
        "[check]\nfail-on = \"info\"\n[check.rules]\nstart-missing = \"off\"\nroom-prefix = \"error\"\n",
        "[[check.per-path]]\npaths = [\"maps/**\"]\nrules = { start-missing = \"warning\" }\n",
        "[[check.custom]]\nname = \"volume\"\non = \"zone\"\nproperty = \"audioVolume\"\nmin = 0\nmax = 0.5\n\
         one-of = [1, \"loud\"]\nmessage = \"quiet, please\"\n",
        "[links]\nstage = \"https://example.org\"\n[bundle]\ntexture-size = 2048\n",
        "[publish]\nurl = \"https://example.org\"\ndirectory = \"event\"\n",
    ] {
        assert_eq!(config(text), (true, true), "{text}");
    }
    for text in [
        "[projekt]\n",
        "[project]\nentri = \"lobby.tmj\"\n",
        "[project]\nhost = \"ftp\"\n",
        "[check.rules]\nstart-missing = \"fatal\"\n",
        "[check.rules]\nstart-missing = true\n",
        "[[check.custom]]\nname = \"x\"\n",
        "[[check.custom]]\nname = \"x\"\non = \"door\"\nproperty = \"y\"\nmessage = \"z\"\n",
        "[bundle]\ntexture-size = \"large\"\n",
        "[links]\nstage = 1\n",
    ] {
        assert_eq!(config(text), (false, false), "{text}");
    }
    // What reads and cannot work.
    assert_eq!(config("[bundle]\ntexture-size = 3\n"), (true, false));
}

#[test]
fn what_a_spec_may_say() {
    let good = json!({
        "$schema": "sponsors.schema.json",
        "hall": {},
        "event": { "name": "Demo Days", "slug": "demo-days" },
        "tiers": { "gold": { "template": "large", "look": "loft", "rank": 1 } },
        "sponsors": [
            { "name": "Ada", "tier": "gold", "meeting": true, "at": { "x": 3, "y": 4 } },
            { "name": "Bob", "tier": "gold", "meeting": { "jitsi": "bob", "host": "meet.example.org" } },
            { "name": "Cid", "tier": "gold", "meeting": "cid-room", "apart-from": ["Bob"] },
            { "name": "Dan", "tier": "gold", "meeting": { "bbb": "dan" }, "near": ["stage"] }
        ]
    });
    fits("sponsors", &good);
    let wrong = |pointer: &str, value: Value| {
        let mut spec = good.clone();
        *spec.pointer_mut(pointer).unwrap() = value;
        assert!(!validator("sponsors").is_valid(&spec), "{pointer}");
    };
    wrong("/hall", json!({ "aisle": 0 }));
    wrong("/hall", json!(null));
    wrong("/event", json!({ "name": "Demo Days", "slug": "Demo Days" }));
    wrong("/event", json!({ "name": "Demo Days" }));
    wrong("/tiers/gold", json!({ "look": "baroque" }));
    wrong("/tiers/gold", json!({ "rank": -1 }));
    wrong("/sponsors/0", json!({ "name": "Ada" }));
    wrong("/sponsors/0/meeting", json!({ "zoom": "x" }));
    wrong("/sponsors/0/meeting", json!(null));
    wrong("/sponsors/0/at", json!([3, 4]));
    wrong("/sponsors/0", json!({ "name": "Ada", "tier": "gold", "web": "https://example.org" }));
    let mut both = good.clone();
    both["venue"] = json!("hall.tmj");
    assert!(!validator("sponsors").is_valid(&both));
}
