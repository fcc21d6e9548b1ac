//! Rules about zones, arriving and leaving.

use serde_json::{Value, json};
use venue::{finding::Severity, model::TileRect};

use super::{FLOOR, HEIGHT, Venue, WALL, WIDTH, healthy, layer, objects, prop};

fn site() -> Vec<Value> {
    vec![prop("openWebsite", "https://a.example")]
}

fn meeting(name: &str) -> Vec<Value> {
    vec![prop("jitsiRoom", name)]
}

/// A wall in column 4, from top to bottom, with what lies right of it out of reach.
fn divided() -> Venue {
    healthy().with(|map| {
        for y in 0..HEIGHT {
            map["layers"][2]["data"][y * WIDTH + 4] = json!(WALL);
        }
    })
}

/// A second map beside the first, from which visitors come to others.
fn neighbour(entries: &[&str]) -> Vec<u8> {
    neighbour_to("/@/org/world/room", entries)
}

/// A second map beside the first, with an exit to there.
fn neighbour_to(url: &str, entries: &[&str]) -> Vec<u8> {
    let Venue { mut map, .. } = exit(url);
    for (index, name) in entries.iter().enumerate() {
        let mut entry = layer(name, FLOOR, &[(2, 2)]);
        entry["id"] = json!(20 + index);
        map["layers"].as_array_mut().unwrap().push(entry);
    }
    serde_json::to_vec(&map).unwrap()
}

fn exit(url: &str) -> Venue {
    healthy().layer("out", &[(5, 3)], vec![prop("exitUrl", url)])
}

#[test]
fn zones_out_of_reach() {
    let entry = divided()
        .layer("far", &[(5, 3), (6, 3)], site())
        .fires("unreachable-zone", "/layers/0/properties/0/name");
    assert_eq!(entry.place.layer.as_deref(), Some("far"));
    let area = entry.place.area_tiles.unwrap();
    assert_eq!((area.x, area.y, area.width, area.height), (5, 3, 2, 1));
    // One cell on this side is enough.
    divided().layer("far", &[(3, 3), (5, 3)], site()).is_fine();
    divided()
        .object("far", "area", [5, 3, 1, 1], site())
        .fires("unreachable-zone", "/layers/3/objects/0/properties/0/name");
    // On a wall, with no cell beside it.
    healthy().layer("poster", &[(3, 0)], site()).fires("unreachable-zone", "/layers/0/properties/0/name");
    // Another entry lies on the far side.
    divided().layer("far", &[(5, 3)], site()).layer("side", &[(6, 1)], vec![prop("start", true)]).is_fine();
}

#[test]
fn doors_count_as_open() {
    let door = |class: &str| {
        divided()
            .with(|map| {
                map["layers"][2]["data"][3 * WIDTH + 4] = json!(0);
                let mut closed = layer("barrier", WALL, &[(4, 3)]);
                closed["id"] = json!(9);
                map["layers"].as_array_mut().unwrap().insert(3, closed);
            })
            .object(
                "door",
                class,
                [1, 1, 1, 1],
                vec![prop("door", true), prop("openLayer", "roof"), prop("closeLayer", "barrier")],
            )
            .layer("far", &[(5, 3)], site())
            .property("script", "https://a.example/script.js")
    };
    door("variable").is_fine();
    door("").fires("unreachable-zone", "/layers/0/properties/0/name");
}

#[test]
fn zones_without_cells() {
    healthy().layer("zone", &[], site()).fires("zone-without-cells", "/layers/0/properties/0/name");
    healthy().layer("zone", &[], vec![prop("notes", "x")]).is_fine();
}

#[test]
fn shapes_of_areas() {
    let shaped = |key: &str, value: Value, size: i32| {
        healthy().object("booth", "area", [3, 3, size, size], meeting("a")).with(|map| {
            objects(map)[0][key] = value;
        })
    };
    let corners = json!([{"x": 0, "y": 0}, {"x": 64, "y": 0}, {"x": 0, "y": 64}]);
    shaped("polygon", corners, 0).fires("area-shape", "/layers/3/objects/0");
    shaped("point", json!(true), 0).fires("area-shape", "/layers/3/objects/0");
    shaped("ellipse", json!(true), 2).is_fine();
    shaped("rotation", json!(90), 2).fires("area-turned", "/layers/3/objects/0/rotation");
    shaped("rotation", json!(359.9), 2).is_fine();
}

#[test]
fn names_of_areas() {
    let twice = |properties: Vec<Value>| {
        healthy().object("hall", "area", [2, 2, 1, 1], site()).object(
            "hall",
            "area",
            [4, 3, 1, 1],
            properties,
        )
    };
    twice(vec![prop("start", true)]).fires("duplicate-area-name", "/layers/3/objects/1/name");
    // Nothing looks for them by name.
    twice(site()).is_fine();
}

#[test]
fn overlaps() {
    let entry = healthy()
        .layer("a", &[(2, 2), (3, 2)], meeting("one"))
        .layer("b", &[(3, 2), (4, 2)], meeting("two"))
        .fires("overlapping-zones", "/layers/1/properties/0/value");
    let area = entry.place.area_tiles.unwrap();
    assert_eq!((area.x, area.y, area.width, area.height), (3, 2, 1, 1));
    assert_eq!(entry.related[0].0.pointer.as_deref(), Some("/layers/0/properties/0/value"));
    assert!(entry.message.contains("the meeting changes while visitors walk"), "{}", entry.message);
    // What is covered as a whole is never joined.
    let entry = healthy()
        .layer("a", &[(3, 2), (4, 2)], meeting("one"))
        .layer("b", &[(3, 2)], meeting("two"))
        .fires("overlapping-zones", "/layers/1/properties/0/value");
    assert!(entry.message.starts_with("nobody comes to the jitsiRoom \"two\""), "{}", entry.message);
    healthy().layer("a", &[(2, 2)], meeting("one")).layer("b", &[(2, 2)], meeting("one")).is_fine();
    healthy().layer("a", &[(2, 2)], meeting("one")).layer("b", &[(2, 2)], site()).is_fine();
    let tab = |url: &str| vec![prop("openTab", url)];
    let entry = healthy()
        .object("a", "area", [2, 2, 2, 1], tab("https://example.org"))
        .object("b", "area", [3, 2, 2, 1], tab("https://example.net"))
        .fires("overlapping-zones", "/layers/3/objects/1/properties/0/value");
    assert!(entry.message.contains("a tab opens for each"), "{}", entry.message);
    assert_eq!(entry.help.as_deref(), Some("draw one of them smaller"));
    // Areas that touch.
    healthy()
        .object("a", "area", [2, 2, 1, 1], meeting("one"))
        .object("b", "area", [3, 2, 1, 1], meeting("two"))
        .object("c", "area", [2, 3, 1, 1], meeting("three"))
        .is_fine();
}

/// What lies upon each other by the hundred is told for each, not for each pair: no page and no memory holds
/// those.
#[test]
fn crowds_upon_each_other() {
    const CROWD: usize = 300;
    let crowd = |make: &dyn Fn(usize) -> Vec<serde_json::Value>| {
        (0..CROWD).fold(healthy(), |venue, index| {
            venue.object(&format!("place-{index}"), "area", [2, 2, 3, 2], make(index))
        })
    };
    let of = |venue: &super::Venue, rule: &str| {
        let mut entries = venue.report().entries;
        entries.retain(|entry| entry.rule == rule);
        entries
    };
    let meetings = crowd(&|index| vec![prop("jitsiRoom", format!("room {index}"))]);
    let told = of(&meetings, "overlapping-zones");
    // The lowest lies above none.
    assert_eq!(told.len(), CROWD - 1);
    assert!(told.iter().enumerate().all(|(below, entry)| entry.related.len() == (below + 1).min(8)));
    assert_eq!(told[8].help.as_deref(), Some("draw one of them smaller; 1 more lie below"));
    assert!(told[CROWD - 2].message.contains("\"room 299\""), "{}", told[CROWD - 2].message);
    assert!(told[CROWD - 2].message.contains("\"room 298\""), "{}", told[CROWD - 2].message);

    let doors =
        crowd(&|index| vec![prop("start", true), prop("exitUrl", format!("/@/team/world/room-{index}"))]);
    let told = of(&doors, "start-on-exit");
    let first = told.iter().filter(|entry| entry.site.pointer == told[0].site.pointer).count();
    assert!(first > 8 && told.len() > 1000, "{first} of one entry, {} in all", told.len());
    assert!(told.len() < 1000 + CROWD, "beyond a thousand one for each entry: {}", told.len());
    let entries: std::collections::BTreeSet<_> = told.iter().map(|entry| &entry.site.pointer).collect();
    assert_eq!(entries.len(), CROWD, "no entry is passed over");

    // Companions find what they belong to among hundreds, and do not find what lies beside.
    let sites = || crowd(&|index| vec![prop("openWebsite", format!("https://example.org/{index}"))]);
    let companion = [prop("openWebsiteWidth", 40)];
    let with = |name: &str, column: usize| sites().layer(name, &[(column, 2)], &companion);
    assert!(of(&with("narrow", 3), "missing-main-property").is_empty());
    assert_eq!(of(&with("beside", 6), "missing-main-property").len(), 1);
    // The crowd of its own layer hides no other zone below.
    let below = sites().layer("screen", &[(3, 2)], [prop("openWebsite", "https://example.org/screen")]);
    let venue = below.object("narrow", "area", [3, 2, 1, 1], &companion);
    assert!(of(&venue, "missing-main-property").is_empty());
    // Nor do those that want the same as the uppermost.
    let room = |index: usize| vec![prop("jitsiRoom", if index == 0 { "lowest" } else { "same" })];
    assert_eq!(of(&crowd(&room), "overlapping-zones").len(), CROWD - 1);
}

#[test]
fn meetings_that_are_one() {
    let two =
        |a: &str, b: &str| healthy().layer("b", &[(5, 3)], meeting(b)).layer("a", &[(2, 2)], meeting(a));
    two("Café A", "cafe a").fires("meeting-name-collision", "/layers/1/properties/0/value");
    two("room 1", "room 2").is_fine();
    two("room 1", "room 1").is_fine();
    healthy()
        .layer("a", &[(2, 2)], meeting("会議室"))
        .fires("meeting-name-collision", "/layers/0/properties/0/value");
}

#[test]
fn flipped_tiles() {
    let tile = |gid: u32| {
        healthy().with(|map| {
            map["tilesets"][0]["tiles"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": 2, "properties": [prop("silent", true)]}));
            map["layers"][1]["data"][2 * WIDTH + 2] = json!(gid);
        })
    };
    tile(3).is_fine();
    let entry = tile(0x8000_0003).fires("flipped-zone-tile", "/layers/1/data");
    assert_eq!(entry.place.tile, Some(2));
}

#[test]
fn no_start() {
    let entry =
        healthy().with(|map| map["layers"][0]["name"] = json!("entrance")).fires("start-missing", "/layers");
    assert!(entry.message.starts_with("visitors arrive in the middle of the map"), "{}", entry.message);
    // With larger tiles pixel (16 w, 16 h) is no longer the middle.
    let project = healthy().with(|map| {
        map["layers"][0]["name"] = json!("entrance");
        map["tilewidth"] = json!(64);
        map["tileheight"] = json!(64);
    });
    let entry = project.fires_among("start-missing", "/layers");
    assert!(entry.message.starts_with("visitors arrive at 2, 1: "), "{}", entry.message);
    healthy()
        .with(|map| map["layers"][0]["data"] = layer("", FLOOR, &[])["data"].take())
        .fires("start-missing", "/layers/0/name");
    healthy()
        .with(|map| {
            map["layers"][0]["name"] = json!("entrance");
            map["layers"][0]["properties"] = json!([prop("start", true)]);
        })
        .is_fine();
    healthy()
        .with(|map| map["layers"][0]["name"] = json!("entrance"))
        .object("start", "area", [2, 2, 1, 1], vec![])
        .is_fine();
}

#[test]
fn areas_beyond_the_edges() {
    // The map has 8 by 6 cells.
    let area = |over: [i32; 4]| healthy().object("stage", "area", over, vec![prop("jitsiRoom", "a")]);
    for outside in [[8, 2, 2, 2], [3, 20, 1, 1], [-4, 2, 4, 2], [3, -3, 1, 2], [20, 20, 3, 3]] {
        let entry = area(outside).fires("unreachable-zone", "/layers/3/objects/0/properties/0/name");
        assert_eq!(
            entry.message,
            "no visitor comes to the jitsiRoom of area \"stage\": it lies outside of the map"
        );
        assert_eq!(entry.help.as_deref(), Some("move it into the map"));
        assert_eq!(entry.place.area_tiles.map(|area| (area.x, area.y)), Some((outside[0], outside[1])));
    }
    area([6, 4, 20, 20]).is_fine();
    area([-20, -20, 22, 22]).is_fine();
    let entry = healthy()
        .object("out", "area", [30, 2, 1, 1], vec![prop("exitUrl", "b.tmj")])
        .file("maps/b.tmj", neighbour(&[]))
        .fires("exit-unreachable", "/layers/3/objects/0/properties/0/value");
    assert_eq!(entry.message, "nobody leaves to \"b.tmj\" by area \"out\": it lies outside of the map");
    // An infinite map has no edges.
    let infinite = area([20, 20, 3, 3]).with(|map| {
        map["infinite"] = json!(true);
        for layer in map["layers"].as_array_mut().unwrap().iter_mut().filter(|layer| layer["data"].is_array())
        {
            let data = layer["data"].take();
            layer["chunks"] = json!([{"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "data": data}]);
            layer.as_object_mut().unwrap().remove("data");
        }
    });
    infinite.fires("infinite-map", "/infinite");
}

#[test]
fn starts_outside() {
    let start = |name: &str, over: [i32; 4]| {
        healthy().object(name, "area", over, vec![prop("start", true)]).layer(
            "room",
            &[(3, 3)],
            vec![prop("jitsiRoom", "a")],
        )
    };
    // The area counts before the layer. Nothing else is told because of it.
    let entry = start("start", [20, 3, 2, 2]).fires("start-outside", "/layers/4/objects/0");
    assert_eq!(entry.message, "visitors arrive outside of the map, where area \"start\" lies");
    let entry = start("side", [20, 3, 2, 2]).fires("start-outside", "/layers/4/objects/0");
    assert_eq!(
        entry.message,
        "visitors with a link to \"#side\" arrive outside of the map, where area \"side\" lies"
    );
    start("start", [6, 4, 20, 20]).never("start-outside");
    let without_layer = start("start", [20, 3, 2, 2]).with(|map| map["layers"][1]["name"] = json!("mat"));
    without_layer.fires("start-outside", "/layers/4/objects/0");
}

#[test]
fn starts_in_walls() {
    let start = |at: &[(usize, usize)]| {
        let data = layer("", FLOOR, at)["data"].take();
        healthy().with(|map| map["layers"][0]["data"] = data)
    };
    let entry = start(&[(1, 1), (1, 0)]).fires("start-on-wall", "/layers/0");
    assert!(entry.message.contains("1 of its 2 cells block, first 1, 0"), "{}", entry.message);
    start(&[(1, 1), (2, 1)]).is_fine();
    let entry = start(&[(1, 0)]).fires("start-on-wall", "/layers/0");
    assert_eq!(entry.help.as_deref(), Some("erase the cells that block from the entry"));
    // The entry's own tile is the wall.
    let entry = healthy()
        .with(|map| map["layers"][0]["data"] = layer("", WALL, &[(1, 1)])["data"].take())
        .fires("start-on-wall", "/layers/0");
    assert_eq!(entry.help.as_deref(), Some("paint the entry with a tile that does not block"));
    // In a cell of its own, with the rest of the map out of reach.
    let cell = |open: bool| {
        healthy().layer("zone", &[(5, 4)], site()).with(|map| {
            map["layers"][3]["data"][2 * WIDTH + 1] = json!(WALL);
            map["layers"][3]["data"][WIDTH + 2] = json!(if open { 0 } else { WALL });
        })
    };
    cell(false).fires("start-enclosed", "/layers/1");
    cell(true).is_fine();
    // Of the entry's cells those count whose tile says so, wherever the others lie.
    let narrowed = |open: bool| {
        cell(open).with(|map| {
            let tiles = map["tilesets"][0]["tiles"].as_array_mut().unwrap();
            tiles.push(json!({"id": 2, "properties": [prop("start", "start")]}));
            map["layers"][1]["data"][WIDTH + 1] = json!(3);
            map["layers"][1]["data"][3 * WIDTH + 4] = json!(1);
        })
    };
    let place = narrowed(false).fires("start-enclosed", "/layers/1").place;
    assert_eq!(place.area_tiles, Some(TileRect::new(1, 1, 1, 1)));
    narrowed(true).is_fine();
}

#[test]
fn starts_on_exits() {
    let exit = |at: &[(usize, usize)], url: &str| {
        healthy().file("maps/b.tmj", neighbour(&["in"])).layer("out", at, vec![prop("exitUrl", url)])
    };
    let entry = exit(&[(1, 1), (2, 1)], "b.tmj").fires("start-on-exit", "/layers/1");
    assert_eq!(entry.related[0].0.pointer.as_deref(), Some("/layers/0/properties/0/value"));
    exit(&[(2, 1)], "b.tmj").is_fine();
    exit(&[(1, 1)], "{{{ goal }}}").is_fine();
    exit(&[(1, 1)], "#start").is_fine();
}

#[test]
fn entries_by_name() {
    healthy()
        .layer("Bühne 1", &[(3, 3)], vec![prop("start", true)])
        .fires("entry-name-unreachable", "/layers/0/name");
    healthy().layer("stage-1", &[(3, 3)], vec![prop("start", true)]).is_fine();
    let area = |name: &str| healthy().object(name, "area", [3, 3, 1, 1], vec![prop("start", true)]);
    area("").fires("entry-name-unreachable", "/layers/3/objects/0/name");
    area("stage").is_fine();
    let tile = |name: &str| {
        healthy().layer("stage", &[(3, 3)], vec![]).with(|map| {
            map["tilesets"][0]["tiles"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": 2, "properties": [prop("start", name)]}));
            map["layers"][1]["data"][2 * WIDTH + 2] = json!(3);
        })
    };
    tile("hall").fires("tile-entry", "/tilesets/0/tiles/1/properties/0/value");
    tile("stage").is_fine();
}

#[test]
fn exits_to_maps() {
    let b = neighbour(&["in", "side"]);
    let to = |url: &str| exit(url).file("maps/b.tmj", b.clone());
    for fine in [
        "b.tmj",
        "b.tmj#in",
        "./b.tmj#side&moveTo=3,3",
        "#start",
        "/_/global/maps.example.org/x.tmj",
        "/@/org/world/room",
        "https://play.example.org/_/global/x.example/x.tmj",
        "{{{ goal }}}",
        "b.wam#in",
        "../../elsewhere/x.tmj",
    ] {
        to(fine).is_fine();
    }
    let pointer = "/layers/0/properties/0/value";
    let entry = to("bb.tmj#in").fires("exit-target-missing", pointer);
    assert_eq!(entry.message, "exit leads to \"bb.tmj#in\", which does not exist");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"b.tmj#in\"?"));
    assert_eq!(entry.place.layer.as_deref(), Some("out"));
    to("b.json").fires("exit-target-missing", pointer);
    let entry = to("B.tmj#in").fires("exit-letter-case", pointer);
    assert_eq!(entry.fix.unwrap().replacement().unwrap(), "b.tmj#in");
    let entry = to("b.tmj#inn").fires("exit-entry-missing", pointer);
    assert_eq!(entry.help.as_deref(), Some("did you mean \"b.tmj#in\"?"));
    to("#nowhere").fires("exit-entry-missing", pointer);
    let to_a_page = to("p.html").file("maps/p.html", "<p>");
    let entry = to_a_page.fires("exit-never-works", pointer);
    assert_eq!(entry.message, "exit to \"p.html\" never opens: the file is no map");
    to("tiles.png").fires("exit-never-works", pointer);
    for site in ["https://example.com/", "https://example.com", "https://example.com/?a=b"] {
        let entry = to(site).fires("exit-without-room", pointer);
        assert_eq!(entry.severity, Severity::Warning, "{site}");
    }
    to("/").is_fine();
    to("https://play.example.org/").is_fine();
    for never in ["https://maps.example.org/b.tmj", "https://example.org/page", "_/global/x/b.tmj", "/b.tmj"]
    {
        to(never).fires("exit-never-works", pointer);
    }
}

#[test]
fn exits_out_of_reach() {
    divided()
        .file("maps/b.tmj", neighbour(&[]))
        .layer("out", &[(5, 3)], vec![prop("exitUrl", "b.tmj")])
        .fires("exit-unreachable", "/layers/0/properties/0/value");
}

#[test]
fn exits_to_maps_that_are_not_judged() {
    // Only a.tmj is loaded as a map; b.json beside it is looked up.
    let to = |url: &str| exit(url).file("maps/b.json", neighbour(&["in"]));
    to("b.json#in").is_fine();
    to("b.json#side").fires("exit-entry-missing", "/layers/0/properties/0/value");
}

#[test]
fn maps_that_no_way_leads_to() {
    let venue = |url: &str| {
        exit(url)
            .file("maps/b.tmj", neighbour_to("a.tmj", &["in"]))
            .file("maps/c.tmj", neighbour(&[]))
            .config("[project]\nentry = \"maps/a.tmj\"\n")
    };
    let report = venue("b.tmj").report();
    let found: Vec<_> = report.entries.iter().map(|entry| (&*entry.rule, &*entry.site.file)).collect();
    assert_eq!(found, [("map-unreachable", "maps/c.tmj")], "{:#?}", report.entries);
    // A room by name may be any, and so may what a script does.
    venue("/@/org/world/room").is_fine();
    venue("b.tmj").property("script", "https://a.example/s.js").is_fine();
}

#[test]
fn stand_ins_answer_for_their_venue() {
    let mut stands: Value = serde_json::from_slice(&neighbour(&["acme"])).unwrap();
    stands["properties"] = json!([prop("venueStandsOf", "b.tmj")]);
    exit("b.tmj#acme")
        .file("maps/b.tmj", neighbour(&[]))
        .file("maps/b.stands.tmj", serde_json::to_vec(&stands).unwrap())
        .is_fine();
}

#[test]
fn empty_maps_panic_nowhere() {
    let venue = healthy().with(|map| {
        map["layers"] = json!([]);
        map["width"] = json!(0);
        map["height"] = json!(0);
    });
    assert!(!venue.report().entries.is_empty());
    let infinite = healthy().with(|map| {
        map["infinite"] = json!(true);
        for layer in map["layers"].as_array_mut().unwrap().iter_mut().filter(|layer| layer["data"].is_array())
        {
            let data = layer["data"].take();
            layer["chunks"] = json!([{"x": -8, "y": 0, "width": WIDTH, "height": HEIGHT, "data": data}]);
            layer.as_object_mut().unwrap().remove("data");
        }
    });
    infinite.fires("infinite-map", "/infinite");
}

/// Maps `a` (to be broken) to `c`, which exits lead to and from.
fn three(from_a: &str, from_b: &str, from_c: &str) -> Venue {
    let map = |url: &str, entries: &[&str]| {
        let mut map: Value = serde_json::from_slice(&neighbour_to(url, entries)).unwrap();
        for layer in map["layers"].as_array_mut().unwrap().iter_mut().skip(6) {
            layer["properties"] = json!([prop("start", true)]);
        }
        serde_json::to_vec(&map).unwrap()
    };
    exit(from_a).file("maps/b.tmj", map(from_b, &["door", "side"])).file("maps/c.tmj", map(from_c, &[]))
}

fn found(venue: &Venue) -> Vec<(String, String)> {
    venue.report().entries.into_iter().map(|entry| (entry.rule, entry.site.file)).collect()
}

#[test]
fn ways_that_lead_nowhere_else() {
    let is = |rule: &str, map: &str| vec![(rule.to_owned(), format!("maps/{map}.tmj"))];
    three("b.tmj", "c.tmj", "a.tmj").is_fine();
    // Nothing leads out of c, which b leads to; and from b nothing leads back to a.
    let stuck = found(&three("b.tmj", "c.tmj", "#start"));
    assert_eq!(stuck, [is("one-way-exit", "a"), is("dead-end", "c")].concat());
    assert_eq!(found(&three("b.tmj", "c.tmj", "b.tmj")), is("one-way-exit", "a"));
    // A room by name may lead back.
    three("b.tmj", "c.tmj", "/@/org/world/room").is_fine();
    three("b.tmj", "c.tmj", "{{{ goal }}}").is_fine();
    // Neither is one who comes to b lost: c, which leads back to b alone, has a script.
    let ring = three("b.tmj", "c.tmj", "b.tmj");
    assert_eq!(found(&ring), is("one-way-exit", "a"));
    let mut leaking = ring;
    let (_, c) = leaking.files.iter_mut().find(|(name, _)| name == "maps/c.tmj").unwrap();
    let mut map: Value = serde_json::from_slice(c).unwrap();
    map["properties"] = json!([prop("script", "https://a.example/s.js")]);
    *c = serde_json::to_vec(&map).unwrap();
    leaking.is_fine();
}

#[test]
fn entries_that_nobody_uses() {
    let venue = three("b.tmj#door", "c.tmj", "a.tmj");
    assert_eq!(found(&venue), [("entry-unused".to_owned(), "maps/b.tmj".to_owned())]);
    // Of a map that only its own exits lead into by name, maps that are not judged may know more.
    let own = found(&three("b.tmj", "#door", "a.tmj"));
    assert!(own.iter().all(|(rule, _)| rule != "entry-unused"), "{own:?}");
    three("b.tmj#door", "c.tmj", "a.tmj").property("script", "https://a.example/s.js").is_fine();
    let both =
        three("b.tmj#door", "c.tmj", "a.tmj").layer("too", &[(5, 2)], vec![prop("exitUrl", "b.tmj#side")]);
    both.is_fine();
}

#[test]
fn meetings_of_several_maps() {
    let other = |properties: Vec<Value>| {
        let mut map: Value = serde_json::from_slice(&neighbour(&[])).unwrap();
        let mut room = layer("room", FLOOR, &[(3, 3)]);
        room["id"] = json!(30);
        room["properties"] = json!(properties);
        map["layers"].as_array_mut().unwrap().push(room);
        serde_json::to_vec(&map).unwrap()
    };
    let both = |properties: &[Value]| {
        healthy().layer("room", &[(4, 3)], properties).file("maps/b.tmj", other(properties.to_vec()))
    };
    let shared = vec![("meeting-across-maps".to_owned(), "maps/b.tmj".to_owned())];
    assert_eq!(found(&both(&[prop("bbbMeeting", "talk")])), shared);
    assert_eq!(found(&both(&[prop("jitsiRoom", "talk"), prop("jitsiNoPrefix", true)])), shared);
    both(&[prop("jitsiRoom", "talk")]).is_fine();
}

#[test]
fn meetings_with_and_without_prefix_differ() {
    healthy()
        .layer("a", &[(2, 2)], meeting("Room A"))
        .layer("b", &[(5, 3)], vec![prop("jitsiRoom", "room a"), prop("jitsiNoPrefix", true)])
        .is_fine();
}

#[test]
fn silence_in_a_part_of_a_meeting() {
    let quiet = |at: &[(usize, usize)]| {
        healthy().layer("room", &[(2, 2), (3, 2)], meeting("a")).layer(
            "quiet",
            at,
            vec![prop("silent", true)],
        )
    };
    let entry = quiet(&[(3, 2), (4, 2)]).fires("silent-meeting", "/layers/1/properties/0/value");
    let area = entry.place.area_tiles.unwrap();
    assert_eq!((area.x, area.y, area.width), (3, 2, 1));
    quiet(&[(2, 2), (3, 2), (4, 2)]).is_fine();
    quiet(&[(4, 2)]).is_fine();
}

#[test]
fn triggers_that_zones_borrow() {
    let tab = |at: &[(usize, usize)], trigger: &str| {
        healthy().layer("tab", &[(3, 3)], vec![prop("openTab", "https://b.example")]).layer(
            "site",
            at,
            vec![site().remove(0), prop("openWebsiteTrigger", trigger)],
        )
    };
    tab(&[(3, 3)], "onaction").fires("borrowed-trigger", "/layers/1/properties/0/value");
    tab(&[(4, 3)], "onaction").is_fine();
    tab(&[(3, 3)], "onenter").is_fine();
}

#[test]
fn areas_to_focus() {
    let focus =
        |width: i32| healthy().object("hall", "area", [1, 1, width, 3], vec![prop("focusable", true)]);
    focus(81).fires("focus-too-large", "/layers/3/objects/0/properties/0/value");
    focus(5).is_fine();
}

#[test]
fn entries_without_cells() {
    healthy()
        .layer("side", &[], vec![prop("start", true)])
        .fires("zone-without-cells", "/layers/0/properties/0/name");
    healthy().layer("side", &[(3, 3)], vec![prop("start", true)]).is_fine();
}
