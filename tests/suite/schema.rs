//! `venue schema`: editors and programs get what our readers read and our reports are.

use std::{
    io::Write as _,
    path::Path,
    process::{Command as Process, Stdio},
};

use assert_cmd::Command;
use serde_json::{Value, json};
use venue::{
    project::{Config, read_toml},
    schema::{FORMS, Form},
    source::Sources,
};

use crate::corpus::corpus;

/// Documents that are to be judged by the schema of a name; without a document, the schema itself.
type Cases<'a> = [(&'a str, Option<Value>)];

/// What is wrong with each of them, by a program that is not ours; `None`, and a word about it, where there is
/// no such program.
fn judged(cases: &Cases) -> Option<Vec<Vec<String>>> {
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    if !judges.join("node_modules/ajv").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return None;
    }
    let case = |(name, document): &(&str, Option<Value>)| {
        let schema: Value = serde_json::from_str(&Form::of(name).unwrap().schema()).unwrap();
        let mut case = json!({ "name": name, "schema": schema });
        if let Some(document) = document {
            case["document"] = document.clone();
        }
        case
    };
    let cases: Vec<Value> = cases.iter().map(case).collect();
    let mut node = Process::new("node")
        .arg(judges.join("schema.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(Value::from(cases).to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge gave up");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Asserts that documents are of the forms of these names.
#[track_caller]
fn all_fit(cases: &Cases) {
    for ((name, _), faults) in cases.iter().zip(judged(cases).unwrap_or_default()) {
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

/// Asserts that a document is of the form of this name.
#[track_caller]
pub(crate) fn fits(name: &str, document: &Value) {
    all_fit(&[(name, Some(document.clone()))]);
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
        assert_eq!(form.schema(), form.schema());
    }
    all_fit(&FORMS.iter().map(|form| (form.name, None)).collect::<Vec<_>>());
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
    let diff = venue(&["diff", "maps/lobby.tmj", "maps/hall.tmj", "--format", "json"]);
    assert!(diff["files"][0]["changes"].as_array().unwrap().len() > 3, "{diff:#}");
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("dist");
    let folder = folder.to_str().unwrap();
    all_fit(&[
        ("config", Some(toml_file("venue.toml"))),
        ("sponsors", Some(toml_file("maps/sponsors.toml"))),
        ("check", Some(venue(&["check", "--format", "json"]))),
        ("graph", Some(venue(&["graph", "--format", "json"]))),
        ("stands", Some(venue(&["stands", "maps/sponsors.toml", "--dry-run", "--format", "json"]))),
        ("diff", Some(diff)),
        ("bundle", Some(venue(&["bundle", "--no-optimize", "--out", folder, "--format", "json"]))),
    ]);
}

#[test]
fn reports_of_real_maps_fit() {
    let Some(corpus) = corpus() else { return };
    let corpus = corpus.to_str().unwrap();
    let report = venue(&["check", "--format", "json", corpus]);
    assert!(report["findings"].as_array().unwrap().len() > 300);
    let hall = |name: &str| format!("{corpus}/fossgis/fossgis-2022/{name}.json");
    all_fit(&[
        ("check", Some(report)),
        ("graph", Some(venue(&["graph", "--format", "json", corpus]))),
        ("diff", Some(venue(&["diff", &hall("base_alt"), &hall("base"), "--format", "json"]))),
    ]);
}

#[test]
fn reports_that_lack_something_do_not_fit() {
    let report = venue(&["check", "--format", "json"]);
    let wrong = |change: fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        ("check", Some(report))
    };
    let cases = [
        wrong(|report| report["version"] = json!(2)),
        wrong(|report| drop(report.as_object_mut().unwrap().remove("summary"))),
        wrong(|report| report["findings"] = json!([{ "rule": "start-missing", "severity": "fatal" }])),
        ("check", Some(report.clone())),
    ];
    let Some(faults) = judged(&cases) else { return };
    let fit: Vec<bool> = faults.iter().map(Vec::is_empty).collect();
    assert_eq!(fit, [false, false, false, true]);
}

/// Whether the config reads.
fn reads(text: &str) -> bool {
    let mut sources = Sources::new("/nowhere");
    sources.insert("venue.toml", text.to_owned());
    read_toml::<Config>(&sources.load("venue.toml").unwrap()).is_ok()
}

#[test]
fn what_the_config_may_say_is_what_it_reads() {
    let good = [
        "",
        "[project]\nhost = \"map-storage\"\n",
        "[check]\nfail-on = \"info\"\n[check.rules]\nstart-missing = \"off\"\nroom-prefix = \"error\"\n",
        "[[check.per-path]]\npaths = [\"maps/**\"]\nrules = { start-missing = \"warning\" }\n",
        "[[check.custom]]\nname = \"volume\"\non = \"zone\"\nproperty = \"audioVolume\"\nmin = 0\nmax = 0.5\n\
         one-of = [1, \"loud\"]\nmessage = \"quiet, please\"\n",
        "[links]\nstage = \"https://example.org\"\n[bundle]\ntexture-size = 2048\n",
        "[publish]\nurl = \"https://example.org\"\ndirectory = \"event\"\n",
    ];
    let bad = [
        "[projekt]\n",
        "[project]\nentri = \"lobby.tmj\"\n",
        "[project]\nhost = \"ftp\"\n",
        "[check.rules]\nstart-missing = \"fatal\"\n",
        "[check.rules]\nstart-missing = true\n",
        "[[check.custom]]\nname = \"x\"\n",
        "[[check.custom]]\nname = \"x\"\non = \"door\"\nproperty = \"y\"\nmessage = \"z\"\n",
        "[bundle]\ntexture-size = \"large\"\n",
        "[links]\nstage = 1\n",
    ];
    // What reads and cannot work.
    let useless = "[bundle]\ntexture-size = 3\n";
    for text in good {
        assert!(reads(text), "{text}");
    }
    for text in bad {
        assert!(!reads(text), "{text}");
    }
    assert!(reads(useless));
    let all: Vec<&str> = good.into_iter().chain(bad).chain([useless]).collect();
    let cases: Vec<_> = all.iter().map(|text| ("config", Some(toml::from_str(text).unwrap()))).collect();
    for (text, faults) in all.iter().zip(judged(&cases).unwrap_or_default()) {
        assert_eq!(faults.is_empty(), good.contains(text), "{text}: {faults:?}");
    }
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
    let mut cases = vec![("sponsors", Some(good.clone()))];
    let mut wrong = |pointer: &str, value: Value| {
        let mut spec = good.clone();
        *spec.pointer_mut(pointer).unwrap() = value;
        cases.push(("sponsors", Some(spec)));
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
    cases.push(("sponsors", Some(both)));
    for (index, faults) in judged(&cases).unwrap_or_default().iter().enumerate() {
        assert_eq!(faults.is_empty(), index == 0, "{}: {faults:?}", cases[index].1.as_ref().unwrap());
    }
}
