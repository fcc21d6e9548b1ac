//! What the config, the command line and the map itself say about findings.

use serde_json::json;
use venue::finding::Severity;

use super::{healthy, prop};

fn http() -> Vec<serde_json::Value> {
    vec![prop("openWebsite", "http://a.example")]
}

#[test]
fn a_map_accepts_findings_where_they_arise() {
    let allow = || prop("venueAllow", "http-url, unreachable-zone");
    let pointer = "/layers/0/properties/1/value";
    let with = |properties: Vec<serde_json::Value>| healthy().layer("zone", &[(3, 3)], properties);
    let mut accepted = http();
    accepted.push(allow());
    // Of two names only one accepts something.
    let entry = with(accepted).fires("unused-allow", pointer);
    assert!(entry.message.contains("unreachable-zone") && entry.severity == Severity::Info);
    healthy().layer("zone", &[(3, 3)], http()).property("venueAllow", "http-url").is_fine();
    healthy()
        .object("zone", "area", [3, 3, 1, 1], vec![http().remove(0), prop("venueAllow", "http-url")])
        .is_fine();
    healthy()
        .with(|map| {
            map["tilesets"][0]["image"] = json!("gone.png");
            map["tilesets"][0]["properties"] = json!([prop("venueAllow", "tileset-picture-missing")]);
        })
        .is_fine();
}

#[test]
fn a_group_accepts_for_its_layers() {
    healthy()
        .layer("zone", &[(3, 3)], http())
        .with(|map| {
            let zone = map["layers"][0].take();
            map["layers"][0] = json!({"type": "group", "name": "g", "id": 60, "visible": true, "opacity": 1,
                "layers": [zone], "properties": [prop("venueAllow", "http-url")]});
        })
        .is_fine();
}

#[test]
fn what_accepts_nothing_is_told() {
    let allow = |rule: &str| healthy().property("venueAllow", rule);
    allow("http-url").fires("unused-allow", "/properties/0/value");
    let entry = allow("http-urls").fires("unused-allow", "/properties/0/value");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"http-url\"?"));
    // Servers were not asked.
    allow("site-unreachable").is_fine();
    // Not for a rule that is off.
    allow("http-url").config("[check.rules]\nhttp-url = \"off\"\n").is_fine();
}

#[test]
fn levels_come_from_config_and_command_line() {
    let venue = healthy().layer("zone", &[(3, 3)], http());
    let raised = venue.clone().config("[check.rules]\nhttp-url = \"error\"\n");
    assert_eq!(raised.fires("http-url", "/layers/0/properties/0/value").severity, Severity::Error);
    let by_path = "[[check.per-path]]\npaths = [\"maps/**\"]\nrules = { http-url = \"off\" }\n";
    venue.clone().config(by_path).is_fine();
    assert!(venue.report_with(&["start-missing"], &[]).entries.is_empty());
    assert!(venue.report_with(&[], &["http-url"]).entries.is_empty());
    assert_eq!(venue.report_with(&["http-url"], &[]).entries.len(), 1);
}

#[test]
fn rules_of_the_event_s_own() {
    let rule = |rest: &str| {
        format!("[[check.custom]]\nname = \"room-prefix\"\nmessage = \"rooms start with mixit-\"\n{rest}")
    };
    let room = |name: &str, config: &str| {
        healthy().layer("zone", &[(3, 3)], vec![prop("jitsiRoom", name)]).config(&rule(config))
    };
    let matches = "on = \"zone\"\nproperty = \"jitsiRoom\"\nmatches = \"^mixit-\"\n";
    room("mixit-a", matches).is_fine();
    let entry = room("a", matches).fires("room-prefix", "/layers/0/properties/0/value");
    assert_eq!(entry.message, "rooms start with mixit-: jitsiRoom of layer \"zone\" is \"a\"");
    assert_eq!(entry.severity, Severity::Warning);
    let required = "on = \"map\"\nproperty = \"mapName\"\nrequired = true\nseverity = \"error\"\n";
    assert_eq!(room("a", required).report().entries[0].severity, Severity::Error);
    room("a", required).property("mapName", "x").is_fine();
    let forbidden = "on = \"layer\"\nproperty = \"jitsiRoom\"\nforbidden = true\n";
    room("a", forbidden).fires("room-prefix", "/layers/0/properties/0/value");
    let one_of = "on = \"layer\"\nproperty = \"jitsiRoom\"\none-of = [\"a\", \"b\"]\n";
    room("a", one_of).is_fine();
    room("c", one_of).fires("room-prefix", "/layers/0/properties/0/value");
    // It is switched off and accepted by its own name.
    room("a", &format!("{matches}[check.rules]\nroom-prefix = \"off\"\n")).is_fine();
    room("a", matches).property("venueAllow", "room-prefix").is_fine();
}

#[test]
fn the_same_input_gives_the_same_findings() {
    let venue = healthy()
        .layer("b", &[(3, 3)], vec![prop("openWebsite", "http://a.example"), prop("jitsiroom", "x")])
        .with(|map| map["tilesets"][0]["image"] = json!("gone.png"));
    let once = format!("{:?}", venue.report().entries);
    for _ in 0..4 {
        assert_eq!(format!("{:?}", venue.report().entries), once);
    }
}

#[test]
fn findings_know_their_line() {
    let venue = healthy().layer("zone", &[(3, 3)], http());
    let entry = venue.fires("http-url", "/layers/0/properties/0/value");
    let text = serde_json::to_string_pretty(&venue.map).unwrap();
    let (start, end) = entry.site.range.unwrap();
    let line = text.lines().nth(start.line as usize - 1).unwrap();
    assert_eq!(&line[start.column as usize - 1..end.column as usize - 1], "\"http://a.example\"");
}
