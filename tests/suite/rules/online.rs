//! What servers say of the addresses in maps. `suite/online.rs` asks real ones.

use serde_json::json;
use venue::{
    finding::Severity,
    online::{Answer, Failure, Framing, Served},
};

use super::{Venue, healthy, prop};

const PAGE: &str = "https://site.example/page";

fn site() -> Venue {
    healthy().object("desk", "area", [2, 2, 1, 1], [prop("openWebsite", "https://site.example/page#top")])
}

fn fine() -> Served {
    Served { status: 200, ..Served::default() }
}

#[test]
fn answers_are_judged_where_the_address_stands() {
    const VALUE: &str = "/layers/3/objects/0/properties/0/value";
    site().is_fine();
    site().answered(PAGE, &Answer::Served(fine())).is_fine();
    let on = |status: u16| site().answered(PAGE, &Answer::Served(Served { status, ..fine() }));
    for status in [404, 410, 500] {
        let entry = on(status).fires("site-unreachable", VALUE);
        assert_eq!((entry.severity, entry.place.object.as_deref()), (Severity::Warning, Some("desk")));
    }
    for status in [401, 403, 429, 503] {
        assert_eq!(on(status).fires("site-answer-doubtful", VALUE).severity, Severity::Info);
    }
    for failure in [Failure::NoHost, Failure::Refused, Failure::Late, Failure::Redirects] {
        site().answered(PAGE, &Answer::Failed(failure)).fires("site-unreachable", VALUE);
    }
    let insecure = Served { insecure: Some("http://www.site.example/page".to_owned()), ..fine() };
    let entry = site().answered(PAGE, &Answer::Served(insecure)).fires("site-insecure", VALUE);
    assert!(entry.message.contains("http://www.site.example/page"), "{}", entry.message);
}

#[test]
fn frames_are_those_of_the_event_s_own_server() {
    let framing = Framing { ancestors: vec!["https://play.example.org".to_owned()], ..Framing::default() };
    let answer = Answer::Served(Served { framing, ..fine() });
    let entry =
        site().answered(PAGE, &answer).fires("site-refuses-frame", "/layers/3/objects/0/properties/0/value");
    assert!(entry.message.contains("frame-ancestors https://play.example.org"), "{}", entry.message);
    let config = "[project]\nplay-url = \"https://play.example.org/_/global/maps.example.org\"\n";
    site().answered(PAGE, &answer).config(config).is_fine();
    // The rule that knows the site without asking knows what to write instead.
    let video = "https://www.youtube.com/watch?v=abcdefghijk";
    let framing = Framing { options: vec!["SAMEORIGIN".to_owned()], ..Framing::default() };
    healthy()
        .object("desk", "area", [2, 2, 1, 1], [prop("openWebsite", video)])
        .answered(video, &Answer::Served(Served { framing, ..fine() }))
        .fires("iframe-hostile-site", "/layers/3/objects/0/properties/0/value");
}

#[test]
fn scripts_are_read_from_a_frame_without_an_origin() {
    let address = "https://site.example/main.js";
    let script = |kind: &str, origin: Option<&str>| {
        let (content_type, allow_origin) = (Some(kind.to_owned()), origin.map(str::to_owned));
        let answer = Answer::Served(Served { content_type, allow_origin, ..fine() });
        healthy().property("script", address).answered(address, &answer)
    };
    script("text/javascript", Some("*")).is_fine();
    script("text/javascript", Some("null")).is_fine();
    script("text/html", None).is_fine();
    for origin in [None, Some("https://other.example")] {
        let entry = script("text/javascript", origin).fires("cors-missing", "/properties/0/value");
        assert!(entry.message.starts_with("the script never runs"), "{}", entry.message);
    }
    // Loaded without modules, a script needs no permission.
    script("text/javascript", None)
        .with(|map| {
            map["properties"].as_array_mut().unwrap().push(prop("scriptDisableModuleSupport", json!(true)));
        })
        .is_fine();
}
