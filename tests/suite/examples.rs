//! The projects in `examples/`, used as their pages say.

use std::{fs, path::PathBuf};

use crate::told::Session;

const EXAMPLES: [&str; 4] = ["conference", "map-storage", "meet-up", "world"];

fn folder(example: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples").join(example)
}

fn follows_its_page(example: &str) {
    let page = fs::read_to_string(folder(example).join("README.md")).unwrap();
    assert!(page.contains("](picture.png)"), "{example} shows no picture");
    Session::new(Some(&folder(example))).follow(&format!("examples/{example}/README.md"), &page);
}

#[test]
fn there_are_no_others() {
    let mut there: Vec<String> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    assert_eq!(there, EXAMPLES);
}

#[test]
fn a_meet_up_of_one_room() {
    follows_its_page("meet-up");
}

#[test]
fn a_conference_with_stands() {
    follows_its_page("conference");
    // The lock file that is checked in holds, and with all stands nothing is found.
    let mut session = Session::new(Some(&folder("conference")));
    let lock = fs::read_to_string(session.path().join("sponsors.lock.toml")).unwrap();
    let (status, printed) = session.run("venue stands sponsors.csv && venue check --fail-on info");
    assert_eq!(status, 0, "{printed}");
    assert_eq!(fs::read_to_string(session.path().join("sponsors.lock.toml")).unwrap(), lock);
}

#[test]
fn a_world_with_a_policy_and_a_baseline() {
    follows_its_page("world");
}

#[test]
fn a_deployment_on_map_storage() {
    follows_its_page("map-storage");
}

#[test]
fn nothing_is_found_but_what_is_accepted() {
    for example in EXAMPLES {
        let mut session = Session::new(Some(&folder(example)));
        let baseline = if example == "world" { " --baseline venue.baseline.json" } else { "" };
        let (status, printed) = session.run(&format!("venue check --fail-on info{baseline}"));
        assert_eq!(status, 0, "{example}: {printed}");
    }
}
