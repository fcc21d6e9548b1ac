//! Faults whose meaning is certain, each beside what was meant.

use serde_json::{Value, json};

use crate::rules::{Venue, objects, prop};

/// A fault that a map can have.
pub(super) struct Fault {
    /// The rule that finds it.
    pub(super) rule: &'static str,
    /// Puts it, or what was meant, into a map; what needs a cell takes this one.
    pub(super) add: fn(Venue, (usize, usize), bool) -> Venue,
    /// Whether XML can have it.
    pub(super) in_xml: bool,
}

const fn fault(rule: &'static str, add: fn(Venue, (usize, usize), bool) -> Venue) -> Fault {
    Fault { rule, add, in_xml: true }
}

const fn in_json(rule: &'static str, add: fn(Venue, (usize, usize), bool) -> Venue) -> Fault {
    Fault { rule, add, in_xml: false }
}

fn zone(venue: Venue, cell: (usize, usize), properties: impl AsRef<[Value]>) -> Venue {
    venue.layer(&format!("zone-{}-{}", cell.0, cell.1), &[cell], properties)
}

/// A fault in the value of one property.
fn value(venue: Venue, cell: (usize, usize), name: &str, value: impl Into<Value>) -> Venue {
    zone(venue, cell, [prop(name, value)])
}

pub(super) const FAULTS: &[Fault] = &[
    fault("property-typo", |venue, cell, broken| {
        value(venue, cell, if broken { "jitsiroom" } else { "jitsiRoom" }, "case")
    }),
    fault("property-typo", |venue, cell, broken| {
        value(venue, cell, if broken { "openWebsit" } else { "openWebsite" }, "https://a.example/b")
    }),
    fault("trigger-value", |venue, cell, broken| {
        let trigger = if broken { "onAction" } else { "onaction" };
        zone(venue, cell, [prop("openWebsite", "https://a.example"), prop("openWebsiteTrigger", trigger)])
    }),
    fault("property-wrong-type", |venue, cell, broken| {
        value(venue, cell, "silent", if broken { Value::from("true") } else { true.into() })
    }),
    fault("property-wrong-type", |venue, cell, broken| {
        let looped = if broken { Value::from("false") } else { false.into() };
        zone(venue, cell, [prop("audioLoop", looped), prop("playAudio", "https://a.example/a.mp3")])
    }),
    fault("property-wrong-type", |venue, cell, broken| {
        value(venue, cell, "jitsiRoom", if broken { Value::from(42) } else { "42".into() })
    }),
    fault("value-with-blanks", |venue, cell, broken| {
        let host = if broken { " meet.example.org\n" } else { "meet.example.org" };
        zone(venue, cell, [prop("jitsiRoom", "blanks"), prop("jitsiUrl", host)])
    }),
    fault("jitsi-no-prefix-false", |venue, cell, broken| {
        let room = prop("jitsiRoom", "no-prefix");
        zone(venue, cell, if broken { vec![prop("jitsiNoPrefix", false), room] } else { vec![room] })
    }),
    fault("exit-never-works", |venue, cell, broken| {
        let slash = if broken { "" } else { "/" };
        value(venue, cell, "exitUrl", format!("{slash}_/global/maps.example/a.json#b"))
    }),
    fault("exit-letter-case", |venue, cell, broken| {
        value(venue, cell, "exitUrl", if broken { "Hall.tmj#start" } else { "hall.tmj#start" })
    }),
    fault("local-file-letter-case", |venue, cell, broken| {
        value(venue, cell, "playAudio", if broken { "Sound.mp3?v=1" } else { "sound.mp3?v=1" })
    }),
    fault("duplicate-property", |venue, cell, broken| {
        let notes = vec![prop("note", "é/\"&<"); if broken { 2 } else { 1 }];
        zone(venue, cell, notes)
    }),
    fault("iframe-hostile-site", |venue, cell, broken| {
        let path = if broken { "watch?v=abc" } else { "embed/abc" };
        value(venue, cell, "openWebsite", format!("https://www.youtube.com/{path}"))
    }),
    fault("stale-next-id", |venue, _, broken| {
        venue.with(|map| {
            map["layers"][0]["id"] = json!(400);
            map["nextlayerid"] = json!(if broken { 3 } else { 401 });
        })
    }),
    fault("floor-layer-missing", |venue, _, broken| {
        venue.with(|map| {
            let layers = map["layers"].as_array_mut().unwrap();
            let floor = layers.iter_mut().find(|layer| layer["type"] == "objectgroup").unwrap();
            floor["name"] = json!(if broken { "Floor Layer" } else { "floorLayer" });
        })
    }),
    fault("field-word-unknown", |venue, _, broken| {
        venue.with(|map| map["renderorder"] = json!(if broken { "Right-Down" } else { "right-down" }))
    }),
    fault("field-unreadable", |venue, _, broken| {
        venue.with(|map| map["infinite"] = if broken { json!("false") } else { json!(false) })
    }),
    fault("picture-path", |venue, _, broken| {
        venue.with(|map| {
            map["tilesets"][0]["image"] = json!(if broken { "sub\\tiles.png" } else { "sub/tiles.png" });
        })
    }),
    in_json("property-type-unknown", |venue, cell, broken| {
        let kind = if broken { "boolean" } else { "bool" };
        zone(venue, cell, [json!({"name": "note", "type": kind, "value": true})])
    }),
    in_json("property-type-unknown", |venue, cell, broken| {
        let mut note = prop("note", 1.5);
        if broken {
            note.as_object_mut().unwrap().remove("type");
        }
        zone(venue, cell, [note])
    }),
    in_json("property-value-type", |venue, cell, broken| {
        let value = if broken { json!("false") } else { json!(false) };
        zone(venue, cell, [json!({"name": "note", "type": "bool", "value": value})])
    }),
    in_json("field-unreadable", |venue, cell, broken| {
        let area = [i32::try_from(cell.0).unwrap(), i32::try_from(cell.1).unwrap(), 1, 1];
        venue.object("note", "note", area, []).with(|map| {
            let object = objects(map).last_mut().unwrap();
            object["rotation"] = if broken { json!("1.5") } else { json!(1.5) };
        })
    }),
];
