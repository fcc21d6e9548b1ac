//! Rules about properties: names, holders, values, what they refer to.

use serde_json::json;
use venue::finding::Severity;

use super::{Venue, healthy, prop};

fn zone(properties: Vec<serde_json::Value>) -> Venue {
    healthy().layer("zone", &[(3, 3)], properties)
}

#[test]
fn misspelt_names() {
    let entry = zone(vec![prop("jitsiroom", "a")]).fires("property-typo", "/layers/0/properties/0/name");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"jitsiRoom\"?"));
    assert!(entry.fix.unwrap().safe);
    let entry = zone(vec![prop("openWebsit", "https://a.example")])
        .fires("property-typo", "/layers/0/properties/0/name");
    assert!(entry.fix.unwrap().safe);
    // A script may read it under this name, and two letters are too many to be certain.
    let with_script = zone(vec![prop("openWebsit", "https://a.example")]).property("script", "a.js");
    let entry = with_script.file("maps/a.js", "").fires("property-typo", "/layers/0/properties/0/name");
    assert!(!entry.fix.unwrap().safe);
    let entry = zone(vec![prop("openWebst", "https://a.example")])
        .fires("property-typo", "/layers/0/properties/0/name");
    assert!(!entry.fix.unwrap().safe);
    // What refines a property that is not there is not mended by its name.
    let entry =
        zone(vec![prop("jitsiTrigge", "onaction")]).fires("property-typo", "/layers/0/properties/0/name");
    assert_eq!((entry.help.as_deref(), entry.fix), (Some("did you mean \"jitsiTrigger\"?"), None));
    let entry = zone(vec![prop("jitsiTrigge", "onaction"), prop("jitsiRoom", "a")])
        .fires("property-typo", "/layers/0/properties/0/name");
    assert!(entry.fix.is_some());
    healthy()
        .with(|map| {
            map["tilesets"][0]["tiles"][0]["properties"].as_array_mut().unwrap().push(prop("colides", 1));
        })
        .is_fine();
    healthy()
        .with(|map| {
            map["tilesets"][0]["tiles"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": 2, "properties": [prop("collide", true)]}));
        })
        .fires("property-typo", "/tilesets/0/tiles/1/properties/0/name");
}

#[test]
fn files_that_are_no_maps_are_shown_as_a_whole() {
    let report = healthy().file("maps/b.tmj", "\n{\"x\":1}\n").report();
    let found: Vec<_> = report.entries.iter().map(|entry| (&*entry.rule, &entry.site)).collect();
    let [("not-a-map", site)] = found[..] else { panic!("{found:#?}") };
    let (start, end) = site.range.unwrap();
    assert_eq!((start.line, start.column, end.line, end.column), (2, 1, 2, 8));
    assert_eq!(site.pointer.as_deref(), Some(""));
}

#[test]
fn other_names_are_nobody_s_business() {
    for name in
        ["myScriptFlag", "_openWebsite", "openWebsite2", "zones", "chatName", "meetingRoomLabel", "notes"]
    {
        zone(vec![prop(name, "x"), prop("silent", true)]).is_fine();
    }
}

#[test]
fn properties_where_nobody_reads_them() {
    let on = |venue: Venue, pointer: &str| venue.fires("property-wrong-holder", pointer);
    on(zone(vec![prop("collides", true)]), "/layers/0/properties/0/name");
    on(healthy().property("openWebsite", "https://a.example"), "/properties/0/name");
    let entry = on(
        healthy().object(
            "booth",
            "",
            [3, 3, 1, 1],
            vec![prop("jitsiRoom", "a"), prop("jitsiTrigger", "onaction")],
        ),
        "/layers/3/objects/0/properties/0/name",
    );
    assert_eq!(entry.help.as_deref(), Some("give the object the class \"area\""));
    assert_eq!(entry.place.object.as_deref(), Some("booth"));
    on(
        healthy().with(|map| {
            map["tilesets"][0]["tiles"][0]["properties"]
                .as_array_mut()
                .unwrap()
                .push(prop("openWebsite", "https://a.example"));
        }),
        "/tilesets/0/tiles/0/properties/1/name",
    );
    on(
        healthy().with(|map| map["layers"][3]["properties"] = json!([prop("start", true)])),
        "/layers/3/properties/0/name",
    );
    healthy().object("booth", "area", [3, 3, 1, 1], vec![prop("jitsiRoom", "a")]).is_fine();
    zone(vec![prop("collides", false), prop("silent", true)]).is_fine();
}

#[test]
fn types() {
    let entry =
        zone(vec![prop("silent", "false")]).fires("property-wrong-type", "/layers/0/properties/0/type");
    assert_eq!(entry.severity, Severity::Warning);
    let entry = zone(vec![prop("exitUrl", 5)]).fires("fatal-property-type", "/layers/0/properties/0/type");
    assert_eq!(entry.severity, Severity::Error);
    healthy().property("script", true).fires("fatal-property-type", "/properties/0/type");
    healthy()
        .object("v", "variable", [1, 1, 1, 1], vec![prop("readableBy", true)])
        .fires("fatal-property-type", "/layers/3/objects/0/properties/0/type");
    zone(vec![prop("jitsiRoom", "a"), prop("jitsiWidth", "50")]).is_fine();
    zone(vec![prop("silent", "{{{ quiet }}}")]).is_fine();
}

#[test]
fn triggers() {
    let site = |trigger: &str| {
        zone(vec![prop("openWebsite", "https://a.example"), prop("openWebsiteTrigger", trigger)])
    };
    let entry = site("onAction").fires("trigger-value", "/layers/0/properties/1/value");
    assert_eq!(
        (entry.severity, entry.help.as_deref()),
        (Severity::Error, Some("did you mean \"onaction\"?"))
    );
    assert_eq!(entry.fix.unwrap().replacement().unwrap(), "onaction");
    for fine in ["onaction", "onicon", "onenter", "{{{ trigger }}}"] {
        site(fine).is_fine();
    }
    let meeting = |trigger: &str| zone(vec![prop("jitsiRoom", "a"), prop("jitsiTrigger", trigger)]);
    meeting("onicon").fires("trigger-at-once", "/layers/0/properties/1/value");
    meeting("onaction").is_fine();
    let tab =
        |trigger: &str| zone(vec![prop("openTab", "https://a.example"), prop("openWebsiteTrigger", trigger)]);
    tab("onicon").fires("trigger-at-once", "/layers/0/properties/1/value");
    tab("onaction").is_fine();
}

#[test]
fn numbers() {
    let music =
        |volume: f64| zone(vec![prop("playAudio", "https://a.example/a.mp3"), prop("audioVolume", volume)]);
    music(80.5).fires("number-out-of-range", "/layers/0/properties/1/value");
    music(0.0).fires("number-out-of-range", "/layers/0/properties/1/value");
    music(0.3).is_fine();
    zone(vec![prop("jitsiRoom", "a"), prop("jitsiWidth", 101)])
        .fires("number-out-of-range", "/layers/0/properties/1/value");
}

#[test]
fn meetings() {
    let meeting =
        |name: &str, value: serde_json::Value| zone(vec![prop("jitsiRoom", "a"), prop(name, value)]);
    let config = |text: &str| meeting("jitsiConfig", json!(text));
    config("{startWithAudioMuted: true}").fires("jitsi-config-unreadable", "/layers/0/properties/1/value");
    config("{\"startWithAudioMuted\": \"true\"}").fires("jitsi-config", "/layers/0/properties/1/value");
    config("{\"startWithAudioMuted\": true, \"other\": 1}").is_fine();
    meeting("jitsiNoPrefix", json!(false)).fires("jitsi-no-prefix-false", "/layers/0/properties/1/value");
    meeting("jitsiNoPrefix", json!(true)).is_fine();
    zone(vec![prop("jitsiRoom", "")]).fires("empty-value", "/layers/0/properties/0/value");
    zone(vec![prop("jitsiTrigger", "onaction"), prop("silent", true)])
        .fires("missing-main-property", "/layers/0/properties/0/name");
    let blank = zone(vec![prop("bbbMeeting", "a "), prop("bbbMeetingAdminTag", "x")]);
    assert_eq!(
        blank.fires("value-with-blanks", "/layers/0/properties/0/value").fix.unwrap().replacement().unwrap(),
        "a"
    );
}

#[test]
fn out_of_use() {
    zone(vec![prop("playAudioLoop", "https://a.example/a.mp3")])
        .fires("deprecated-property", "/layers/0/properties/0/name");
    zone(vec![prop("exitInstance", "x"), prop("silent", true)])
        .fires("deprecated-property", "/layers/0/properties/0/name");
    zone(vec![prop("startLayer", true)]).is_fine();
}

#[test]
fn websites_on_the_map() {
    let url = || vec![prop("url", "https://a.example")];
    healthy().object("tv", "website", [3, 3, 1, 1], url()).is_fine();
    healthy().object("tv", "website", [3, 3, 1, 1], vec![]).fires("website-object", "/layers/3/objects/0");
    healthy()
        .object("tv", "website", [3, 3, 1, 1], url())
        .object("tv", "website", [4, 3, 1, 1], url())
        .fires("website-object", "/layers/3/objects/1/name");
}

#[test]
fn files_of_the_project() {
    let site = |url: &str| zone(vec![prop("openWebsite", url)]).file("maps/pages/a b.html", "x");
    let entry = site("pages/a c.html").fires("local-file-missing", "/layers/0/properties/0/value");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"pages/a b.html\"?"));
    site("Pages/a b.html").fires("local-file-letter-case", "/layers/0/properties/0/value");
    for fine in
        ["pages/a b.html?x=1#y", "pages/a%20b.html", "/elsewhere.html", "{{{ page }}}", "../../other/x.html"]
    {
        site(fine).is_fine();
    }
    let entry = site("www.example.org").fires("local-file-missing", "/layers/0/properties/0/value");
    assert_eq!(entry.help.as_deref(), Some("for the website write \"https://www.example.org\""));
    zone(vec![prop("openTab", "pages/a b.html")]).fires("open-tab-relative", "/layers/0/properties/0/value");
}

#[test]
fn scripts() {
    let script = |text: &str| healthy().property("script", text);
    script("script.js").fires("local-file-missing", "/properties/0/value");
    script("src/main.ts").fires("script-is-typescript", "/properties/0/value");
    script("script.js").file("maps/script.ts", "").is_fine();
    script("dist/script.js").file("package.json", "{}").is_fine();
    script("a.js\nhttps://a.example/b.js").file("maps/a.js", "").is_fine();
}

#[test]
fn sites() {
    let site = |url: &str| zone(vec![prop("openWebsite", url)]);
    site("http://a.example").fires("http-url", "/layers/0/properties/0/value");
    // One finding tells it all: with https:// it would be as private.
    site("http://localhost:3000").fires("local-address", "/layers/0/properties/0/value");
    site("http://10.0.0.7/").fires("local-address", "/layers/0/properties/0/value");
    let entry = site("localhost:3000").fires("scheme-not-opened", "/layers/0/properties/0/value");
    assert_eq!(entry.fix, None, "with https:// it would be an address of one computer");
    let entry = site("example.org:8080/a").fires("scheme-not-opened", "/layers/0/properties/0/value");
    assert_eq!(entry.fix.unwrap().replacement(), Some("https://example.org:8080/a"));
    let entry = site("https://www.youtube.com/watch?v=abc")
        .fires("iframe-hostile-site", "/layers/0/properties/0/value");
    assert_eq!(entry.fix.unwrap().replacement().unwrap(), "https://www.youtube.com/embed/abc");
    site("https://www.youtube.com/embed/abc").is_fine();
    zone(vec![prop("openTab", "http://github.com/a")]).is_fine();
}

#[test]
fn links_and_hosts_of_the_config() {
    let site = |url: &str, config: &str| zone(vec![prop("openWebsite", url)]).config(config);
    let links = "[links]\nstage = \"https://a.example/stage\"\n";
    site("${links.stage}", links).is_fine();
    let entry = site("${links.satge}", links).fires("unknown-link", "/layers/0/properties/0/value");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"${links.stage}\"?"));
    // The value that is filled in is judged.
    site("${links.stage}", "[links]\nstage = \"http://a.example\"\n")
        .fires("http-url", "/layers/0/properties/0/value");
    let hosts = "[check]\nallowed-hosts = [\"*.example.org\", \"example.org\"]\n";
    site("https://www.example.org/a", hosts).is_fine();
    site("https://example.net/a", hosts).fires("host-not-allowed", "/layers/0/properties/0/value");
    zone(vec![prop("jitsiRoom", "a"), prop("jitsiUrl", "meet.example.net")])
        .config("[check]\njitsi-hosts = [\"meet.example.org\"]\n")
        .fires("host-not-allowed", "/layers/0/properties/1/value");
}

#[test]
fn addresses_that_are_none() {
    let pointer = "/layers/0/properties/0/value";
    for broken in
        ["https://", "http://?x", "https://a b.example/", "https://a.example:99999/", "https://[::x]/"]
    {
        zone(vec![prop("openWebsite", broken)]).fires("url-unreadable", pointer);
        zone(vec![prop("openTab", broken)]).fires("url-unreadable", pointer);
    }
    for fine in [
        "https:a.example",
        "https://me:x@a.example:8080/a b?c d",
        "//a.example",
        "https://münchen.example",
        "https://[2001:db8::1]/x",
    ] {
        zone(vec![prop("openWebsite", fine)]).is_fine();
    }
    let host = |host: &str| zone(vec![prop("jitsiRoom", "a"), prop("jitsiUrl", host)]);
    host("meet example.org").fires("url-unreadable", "/layers/0/properties/1/value");
    host("meet.example.org").is_fine();
    host("https://meet.example.org/").is_fine();
}

#[test]
fn sounds_that_browsers_play() {
    let sound = |url: &str| zone(vec![prop("playAudio", url)]);
    let pointer = "/layers/0/properties/0/value";
    sound("https://www.youtube.com/watch?v=abc").fires("sound-unplayable", pointer);
    sound("https://a.example/song.wma?x").fires("sound-unplayable", pointer);
    sound("https://a.example/programme.html#music").fires("sound-unplayable", pointer);
    sound("jingle.PNG").fires("sound-unplayable", pointer);
    for fine in ["https://a.example/song.mp3", "https://a.example/radio", "https://a.example/mid"] {
        sound(fine).is_fine();
    }
}

#[test]
fn what_looks_wrong_and_is_not() {
    // Names that are read beside those that replaced them, and that scripts read.
    let stage = [prop("focusable", true), prop("zoom_margin", 0.5)];
    healthy().object("stage", "area", [2, 2, 2, 2], stage).is_fine();
    healthy()
        .with(|map| {
            let named = json!({"id": 2, "properties": [prop("name", "lamp")]});
            map["tilesets"][0]["tiles"].as_array_mut().unwrap().push(named);
        })
        .is_fine();
    // What the scripting library fills in.
    zone(vec![prop("visible", "{{^open}}1{{/open}}"), prop("exitUrl", "{{{ goal }}}")]).is_fine();
    zone(vec![prop("openWebsite", "{{{ page }}}"), prop("openWebsiteWidth", "{{{ width }}}")]).is_fine();
    // Websites of several zones open side by side.
    zone(vec![prop("openWebsite", "https://a.example")])
        .layer("other", &[(3, 3)], vec![prop("openWebsite", "https://b.example")])
        .is_fine();
}
