//! `--baseline` and `--write-baseline`.

use super::{Folder, map, project, property, stdout, text};

fn stderr(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn accepted(folder: &Folder) {
    let run = folder.check(&["--write-baseline", "accepted.json"]).success();
    assert!(stderr(&run).contains("3 findings are accepted in accepted.json"), "{}", stderr(&run));
    assert!(stdout(&run).contains("nothing found"), "{}", stdout(&run));
}

#[test]
fn what_was_accepted_is_not_reported_and_what_is_new_is() {
    let folder = project();
    accepted(&folder);
    let run = folder.check(&["--baseline", "accepted.json"]).success();
    assert!(stderr(&run).contains("3 findings are accepted by accepted.json"), "{}", stderr(&run));
    assert!(!stderr(&run).contains("gone"), "{}", stderr(&run));
    let hall = map(&[("poster", vec![property("openWebsite", "http://example.org/")])]);
    folder.write("maps/hall.tmj", &text(&hall));
    assert_eq!(folder.rules(&["--baseline", "accepted.json"]), ["http-url"]);
    folder.check(&["--baseline", "accepted.json", "--fail-on", "warning"]).code(1);
}

#[test]
fn findings_stay_accepted_while_other_things_change() {
    let folder = project();
    accepted(&folder);
    // Lines move, layers come, the address behind the finding changes.
    let lobby = map(&[
        ("new", vec![property("silent", true)]),
        ("odd", vec![property("jitsiTrigger", "onaction")]),
        ("poster", vec![property("openWebsite", "http://example.com/")]),
        ("to-hall", vec![property("exitUrl", "hal.tmj")]),
    ]);
    folder.write("maps/lobby.tmj", &format!("\n\n{}", text(&lobby)));
    assert_eq!(folder.rules(&["--baseline", "accepted.json"]), [""; 0]);
    // The same in another place is another finding.
    let lobby = folder.read("maps/lobby.tmj").replace("\"poster\"", "\"screen\"");
    folder.write("maps/lobby.tmj", &lobby);
    assert_eq!(folder.rules(&["--baseline", "accepted.json"]), ["http-url"]);
}

#[test]
fn a_baseline_is_written_for_people_and_stays_the_same() {
    let folder = project();
    accepted(&folder);
    let first = folder.read("accepted.json");
    accepted(&folder);
    assert_eq!(folder.read("accepted.json"), first);
    assert_eq!(
        first.lines().filter(|line| line.contains("\"file\":\"maps/lobby.tmj\"")).count(),
        3,
        "{first}"
    );
    assert!(!first.contains("line"), "{first}");
}

#[test]
fn what_is_gone_is_said_where_it_was_looked_for() {
    let folder = project();
    accepted(&folder);
    folder.write("maps/lobby.tmj", &text(&map(&[("to-hall", vec![property("exitUrl", "hal.tmj")])])));
    let told = |args: &[&str]| stderr(&folder.check(&[&["--baseline", "accepted.json"], args].concat()));
    let all = told(&[]);
    assert!(
        all.contains(
            "note: 2 findings are accepted by accepted.json and gone (http-url in maps/lobby.tmj, \
             missing-main-property in maps/lobby.tmj): shrink it with --write-baseline accepted.json"
        ),
        "{all}"
    );
    assert!(told(&["--ignore", "http-url"]).contains("1 finding is accepted by accepted.json and gone"));
    for part in [&["maps/hall.tmj"][..], &["--select", "exit-target-missing"]] {
        assert!(!told(part).contains("gone"), "{part:?}");
    }
    folder.write("venue.toml", "[check.rules]\nhttp-url = \"off\"\nmissing-main-property = \"off\"\n");
    assert!(!told(&[]).contains("gone"));
}

#[test]
fn what_is_accepted_is_not_mended() {
    let folder = project();
    let before = folder.read("maps/lobby.tmj");
    accepted(&folder);
    folder.check(&["--baseline", "accepted.json", "--fix", "--unsafe-fixes"]).success();
    assert_eq!(folder.read("maps/lobby.tmj"), before);
    // What is left after mending can be accepted at once.
    folder.check(&["--fix", "--unsafe-fixes", "--write-baseline", "rest.json"]).success();
    assert_ne!(folder.read("maps/lobby.tmj"), before);
    assert!(!folder.read("rest.json").contains("http-url"));
    assert_eq!(folder.rules(&["--baseline", "rest.json"]), [""; 0]);
}

#[test]
fn a_broken_baseline_fails_the_run_at_its_line() {
    let folder = project();
    let fails = |name: &str| stderr(&folder.check(&["--baseline", name]).code(2).stdout(""));
    assert!(fails("none.json").contains("cannot read the baseline none.json"));
    folder.write("a.json", "{\n  \"version\": 1,\n  \"findings\": [\n<<<<<<< HEAD\n]}");
    assert!(fails("a.json").contains("a.json:4:1: expected value"), "{}", fails("a.json"));
    assert!(fails("a.json").contains("a.json is no baseline"), "{}", fails("a.json"));
    accepted(&folder);
    let misspelt = folder.read("accepted.json").replacen("\"layer\"", "\"lyaer\"", 1);
    folder.write("b.json", &misspelt);
    assert!(fails("b.json").contains("unknown key \"lyaer\""), "{}", fails("b.json"));
    folder.check(&["--baseline", "accepted.json", "--write-baseline", "c.json"]).code(2);
}

#[test]
fn servers_that_were_not_asked_are_not_gone() {
    let folder = project();
    let server = "{\"file\":\"maps/lobby.tmj\",\"rule\":\"site-unreachable\",\"layer\":\"poster\"}";
    folder.write("a.json", &format!("{{\"version\": 1, \"findings\": [{server}]}}"));
    assert!(!stderr(&folder.check(&["--baseline", "a.json"])).contains("gone"));
}

/// What mending uncovers may have been accepted before it was covered.
#[test]
fn what_is_accepted_does_not_keep_from_mending() {
    let folder = project();
    let lobby = |name: &str| text(&map(&[("room", vec![property(name, "")])]));
    folder.write("maps/lobby.tmj", &lobby("jitsiRoom"));
    assert_eq!(folder.rules(&[]), ["empty-value"]);
    folder.check(&["--write-baseline", "accepted.json"]).success();
    folder.write("maps/lobby.tmj", &lobby("jitsiroom"));
    let run = folder.check(&["--fix"]).success();
    assert!(
        stderr(&run)
            .contains("property-typo not mended (rename to \"jitsiRoom\"): that would bring empty-value"),
        "{}",
        stderr(&run)
    );
    assert_eq!(folder.read("maps/lobby.tmj"), lobby("jitsiroom"));
    folder.check(&["--fix", "--baseline", "accepted.json"]).success();
    assert_eq!(folder.read("maps/lobby.tmj"), lobby("jitsiRoom"));
}
