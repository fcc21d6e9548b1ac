//! Placing stands: what is promised of every placement, over halls that nobody drew.

mod bad_cases;
mod corpus;
mod directory;
mod halls;
mod rows;
mod signposts;
mod templates;

use std::{collections::BTreeSet, fmt::Write as _};

use proptest::prelude::*;
use venue::{
    model::{Map, TilePos, TileRect},
    source::Sources,
    stand::{self, Built, Options},
    workadventure::Meaning,
};

/// A hall with walls around it and some inside, an entry in the middle of its south side, a website
/// zone in a corner, and the whole of it as area for stands.
pub(crate) fn hall(width: u32, height: u32, walls: &[(u32, u32)]) -> String {
    let inside = |x: u32, y: u32| x > 0 && y > 0 && x < width - 1 && y < height - 1;
    let start = (width / 2, height - 2);
    let mut tiles = Vec::new();
    let mut starts = Vec::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let wall = !inside(x, y) || walls.contains(&(x, y)) && (x, y) != start && (x, y) != (1, 1);
        tiles.push(if wall { 2 } else { 1 });
        starts.push(u32::from((x, y) == start));
    }
    let layer = |id: u32, name: &str, data: &[u32]| {
        format!(
            r#"{{"type":"tilelayer","id":{id},"name":"{name}","width":{width},"height":{height},"x":0,"y":0,
            "visible":true,"opacity":1,"data":{data:?}}}"#
        )
    };
    format!(
        r#"{{"type":"map","version":"1.10","tiledversion":"1.10.2","orientation":"orthogonal","width":{width},
        "height":{height},"tilewidth":32,"tileheight":32,"infinite":false,"nextlayerid":4,"nextobjectid":3,
        "tilesets":[{{"firstgid":1,"name":"t","image":"t.png","imagewidth":64,"imageheight":32,"tilewidth":32,
        "tileheight":32,"columns":2,"tilecount":2,"margin":0,"spacing":0,
        "tiles":[{{"id":1,"properties":[{{"name":"collides","type":"bool","value":true}}]}}]}}],
        "layers":[{},{},{{"type":"objectgroup","id":3,"name":"floorLayer","visible":true,"opacity":1,"x":0,"y":0,
        "objects":[{{"id":1,"name":"expo","type":"stand-area","x":32,"y":32,"width":{},"height":{},"visible":true,
        "rotation":0}},{{"id":2,"name":"desk","type":"area","x":34,"y":50,"width":28,"height":12,"visible":true,
        "rotation":0,"properties":[{{"name":"openWebsite","type":"string","value":"https://a.example"}}]}}]}}]}}"#,
        layer(1, "start", &starts),
        layer(2, "floor", &tiles),
        (width - 2) * 32,
        (height - 2) * 32,
    )
}

pub(crate) fn spec(tiers: &[u8]) -> String {
    let mut text = "venue = \"hall.tmj\"\n[event]\nname = \"E\"\nslug = \"e\"\n[tiers.gold]\nrank = 1\n\
                    [tiers.silver]\nrank = 2\n[tiers.bronze]\nrank = 3\n"
        .to_owned();
    for (index, tier) in tiers.iter().enumerate() {
        let tier = ["gold", "silver", "bronze"][usize::from(*tier % 3)];
        let _infallible =
            write!(text, "[[sponsors]]\nname = \"Sponsor {index}\"\ntier = \"{tier}\"\nmeeting = true\n");
    }
    text
}

fn build(hall: &str, spec: &str, lock: Option<&str>) -> Built {
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall.to_owned());
    sources.insert("s.toml", spec.to_owned());
    if let Some(lock) = lock {
        sources.insert("s.lock.toml", lock.to_owned());
    }
    let options = Options { partial: true, ..Options::default() };
    stand::build(&mut sources, "s.toml", &options).unwrap()
}

fn load(hall: &str) -> (Map, Meaning) {
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall.to_owned());
    let map = venue::format::load_map(&sources, "hall.tmj").map.unwrap();
    let meaning = Meaning::of(&map);
    (map, meaning)
}

fn cells(rectangle: TileRect) -> BTreeSet<TilePos> {
    rectangle.cells().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_promised_of_a_placement_holds(
        width in 14..40_u32,
        height in 12..32_u32,
        walls in prop::collection::vec((1..39_u32, 1..31_u32), 0..24),
        tiers in prop::collection::vec(0..3_u8, 0..14),
    ) {
        let hall = hall(width, height, &walls);
        let built = build(&hall, &spec(&tiers), None);
        prop_assert_eq!(built.stands.len() + built.unplaced.len(), tiers.len(), "nobody is dropped in silence");

        let (_, before) = load(&hall);
        let taken: BTreeSet<TilePos> =
            before.zones.iter().flat_map(|zone| zone.cells.iter()).chain(before.arrivals()).collect();
        for (index, stand) in built.stands.iter().enumerate() {
            for other in &built.stands[..index] {
                prop_assert!(!stand.tiles.grown(2).intersects(other.tiles), "{} and {}: no aisle", stand.slug, other.slug);
            }
            for cell in cells(stand.tiles) {
                prop_assert!(!before.walk.is_blocked(cell), "{} covers a wall", stand.slug);
                prop_assert!(!taken.contains(&cell), "{} covers a zone or an entry", stand.slug);
            }
            for other in &built.stands {
                prop_assert!(
                    stand.rank >= other.rank || stand.visitors >= other.visitors,
                    "{} of the better rank has the worse place than {}", stand.slug, other.slug
                );
            }
        }

        let after = built.meaning();
        let arrivals = |meaning: &Meaning| meaning.default_entry().unwrap().cells().iter().collect::<Vec<_>>();
        let (reach, was) = (after.walk.reachable(arrivals(&after)), before.walk.reachable(arrivals(&before)));
        for cell in before.walk.bounds().cells() {
            let built_on = built.stands.iter().any(|stand| stand.tiles.contains(cell)) && after.walk.is_blocked(cell);
            prop_assert!(!was.contains(cell) || built_on || reach.contains(cell), "{cell:?} was cut off");
        }
        for zone in &after.zones {
            let could = before.zones.iter().all(|old| old.holder != zone.holder || old.cells.iter().any(|cell| was.contains(cell)));
            prop_assert!(!could || zone.cells.iter().any(|cell| reach.contains(cell)), "{:?} cannot be walked to", zone.holder);
        }
        for stand in &built.stands {
            let entry = after.entries.iter().find(|entry| entry.name == stand.slug);
            prop_assert!(entry.is_some_and(|entry| entry.cells().iter().all(|cell| reach.contains(cell))), "{}", stand.slug);
        }

        let again = build(&hall, &spec(&tiers), None);
        prop_assert_eq!(&again.text, &built.text, "same input, same bytes");
        prop_assert_eq!(&again.pictures, &built.pictures);
    }

    #[test]
    fn nobody_moves_when_others_come_and_go(
        tiers in prop::collection::vec(0..3_u8, 1..8),
        late in prop::collection::vec(0..3_u8, 0..4),
        gone in 0..8_usize,
    ) {
        let hall = hall(44, 34, &[]);
        let first = build(&hall, &spec(&tiers), None);
        prop_assert!(first.unplaced.is_empty());
        let all: Vec<u8> = tiers.iter().chain(&late).copied().collect();
        let text = spec(&all);
        let leaving = format!("[[sponsors]]\nname = \"Sponsor {}\"", gone % tiers.len());
        let text = match text.find(&leaving) {
            Some(at) => {
                let end = text[at + 1..].find("[[").map_or(text.len(), |next| at + 1 + next);
                format!("{}{}", &text[..at], &text[end..])
            }
            None => text,
        };
        let second = build(&hall, &text, Some(&first.lock.1));
        for stand in &second.stands {
            if let Some(old) = first.stands.iter().find(|old| old.slug == stand.slug) {
                prop_assert_eq!(old.tiles, stand.tiles, "{} moved", stand.slug);
                prop_assert!(stand.kept);
            }
        }
    }
}

#[test]
fn bad_specs_say_everything_that_is_wrong() {
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall(30, 20, &[]).into_bytes());
    let text = spec(&[0, 1, 2])
        .replace("name = \"Sponsor 0\"", "name = \"Sponsor 0\"\nlogo = \"logos/acme.svg\"")
        .replace("name = \"Sponsor 1\"", "name = \"Sponsor 1\"\nslot = \"exppo\"")
        .replace("name = \"Sponsor 2\"\ntier = \"bronze\"", "name = \"Sponsor 2\"\ntier = \"bronce\"");
    sources.insert("s.toml", text.into_bytes());
    let error = stand::build(&mut sources, "s.toml", &Options::default()).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[0].contains("s.toml:13:8: Sponsor 0: the logo logos/acme.svg does not exist"), "{error}");
    assert!(lines[1].contains("Sponsor 1: there is no slot \"exppo\""), "{error}");
    assert!(lines[2].contains("there is no tier \"bronce\"; did you mean \"bronze\"?"), "{error}");
}

#[test]
fn too_many_sponsors_are_named_with_the_reason_and_nothing_is_made() {
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall(16, 12, &[]).into_bytes());
    sources.insert("s.toml", spec(&[0, 0, 0, 0]).into_bytes());
    let error = stand::build(&mut sources, "s.toml", &Options::default()).unwrap_err().to_string();
    assert!(error.contains("Sponsor 3 has no place: no room for 8 x 6 tiles"), "{error}");
    assert!(error.contains("--partial"), "{error}");
}

/// The venue and its spec without sponsors, and the files given.
fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall(40, 30, &[]).into_bytes());
    for (name, text) in files {
        sources.insert(*name, (*text).to_owned());
    }
    sources
}

fn failure(files: &[(&str, &str)], name: &str, with: Option<&str>) -> Vec<String> {
    let options = Options { with: with.map(str::to_owned), ..Options::default() };
    let error = stand::build(&mut sources(files), name, &options).unwrap_err();
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn toml_json_and_sheets_say_the_same() {
    let toml = spec(&[])
        + "[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\nwebsite = \"https://acme.example\"\n\
        meeting = true\nnear = [\"desk\"]\n[[sponsors]]\nname = \"Müller; Söhne\"\ntier = \"silver\"\n\
        meeting = { jitsi = \"help\", host = \"meet.example\" }\napart-from = [\"Acme\", \"Globex\"]\n\
        [[sponsors]]\nname = \"Globex\"\ntier = \"bronze\"\nat = { x = 3, y = 3 }\nmeeting = { bbb = \"globex\" }\n";
    let json = r#"{
        "$schema": "https://example.org/sponsors.schema.json",
        "venue": "hall.tmj", "event": {"name": "E", "slug": "e"},
        "tiers": {"gold": {"rank": 1}, "silver": {"rank": 2}, "bronze": {"rank": 3}},
        "sponsors": [
            {"name": "Acme", "tier": "gold", "website": "https://acme.example", "meeting": true, "near": ["desk"]},
            {"name": "Müller; Söhne", "tier": "silver", "meeting": {"jitsi": "help", "host": "meet.example"},
             "apart-from": ["Acme", "Globex"]},
            {"name": "Globex", "tier": "bronze", "at": {"x": 3, "y": 3}, "meeting": {"bbb": "globex"}}
        ]}"#;
    let sheet = "\u{feff}Name;Tier;Website;Meeting;Jitsi host;BBB;At;Near;Apart from;Paid\r\n\
        Acme;gold;https://acme.example;ja;;;;desk;;yes\r\n\
        \"Müller; Söhne\";silver;;help;meet.example;;;;\"Acme;\nGlobex\";no\r\n\
        ;;;;;;;;;\r\n\
        Globex;bronze;;;;globex;3, 3;;;\r\n";
    let rest = spec(&[]);
    let made = |name: &str, with: Option<&str>| {
        let files = [("s.toml", &*toml), ("s.json", json), ("sheet.csv", sheet), ("rest.toml", &*rest)];
        let options = Options { with: with.map(str::to_owned), ..Options::default() };
        let built = stand::build(&mut sources(&files), name, &options).unwrap();
        (built.text, built.lock.1)
    };
    let expected = made("s.toml", None);
    assert!(expected.0.contains("meet.example") && expected.0.contains("https://acme.example"));
    assert_eq!(made("s.json", None), expected);
    assert_eq!(made("sheet.csv", Some("rest.toml")), expected);
    // Without a word, the tables are those of the TOML file of the same name.
    let files = [("sponsors.csv", sheet), ("sponsors.toml", &*rest)];
    let built = stand::build(&mut sources(&files), "sponsors.csv", &Options::default()).unwrap();
    assert_eq!((built.text, built.lock.0.as_str()), (expected.0, "sponsors.lock.toml"));
}

#[test]
fn mistakes_are_told_all_at_once_whatever_the_spec_is_written_in() {
    let mut toml = spec(&[]);
    for index in 0..100 {
        let more = match index {
            7 => "webiste = \"https://a.example\"\n",
            40 => "meeting = 3\nlogo = true\n",
            80 => "tier = \"glod\"\n",
            _ => "",
        };
        let tier = if index == 80 { "" } else { "tier = \"gold\"\n" };
        let _infallible = write!(toml, "[[sponsors]]\nname = \"Sponsor {index}\"\n{tier}{more}");
    }
    let told = failure(&[("s.toml", &toml)], "s.toml", None);
    assert_eq!(
        told,
        [
            "s.toml:35:1: unknown key \"webiste\"; did you mean \"website\"?",
            "s.toml:135:11: a meeting is true, the name of a room, { jitsi = \"…\" } or { bbb = \"…\" }",
            "s.toml:136:8: this is true, and a text in quotes is needed",
            "s.toml:256:8: Sponsor 80: there is no tier \"glod\"; did you mean \"gold\"?",
        ]
    );

    let json = "{\"venue\": \"hall.tmj\",\n\"event\": {\"name\": \"E\"},\n\"tiers\": {\"gold\": {\"rnak\": 1}},\n\
                \"sponsors\": [{\"name\": \"Acme\"}]}";
    assert_eq!(
        failure(&[("s.json", json)], "s.json", None),
        [
            "s.json:4:14: \"tier\" is missing here",
            "s.json:2:10: \"slug\" is missing here",
            "s.json:3:20: unknown key \"rnak\"; did you mean \"rank\"?",
        ]
    );
    let broken = failure(&[("s.json", "{\"venue\": }")], "s.json", None);
    assert!(broken[0].starts_with("s.json:1:11: "), "{broken:?}");

    let sheet = "name,teir,logo,apart from\nAcme,gold,,\n,,,\nGlobex,gold,gone.svg,Acmee\n";
    assert_eq!(
        failure(&[("list.csv", sheet), ("rest.toml", &spec(&[]))], "list.csv", Some("rest.toml")),
        [
            "list.csv: row 1, column \"teir\": unknown column \"teir\"; did you mean \"tier\"?",
            "list.csv: row 2: \"tier\" is missing here",
            "list.csv: row 4: \"tier\" is missing here",
        ]
    );
    let sheet = sheet.replace("teir", "Tier");
    assert_eq!(
        failure(&[("list.csv", &sheet), ("rest.toml", &spec(&[]))], "list.csv", Some("rest.toml")),
        [
            "list.csv: row 4, column \"apart from\": Globex: there is no sponsor \"Acmee\" to be apart from; did you mean \"Acme\"?",
            "list.csv: row 4, column \"logo\": Globex: the logo gone.svg does not exist",
        ]
    );
    let lost = failure(&[("list.csv", &sheet)], "list.csv", None);
    assert!(lost[0].contains("--with") && lost[0].contains("list.toml"), "{lost:?}");
    let idle = failure(&[("s.toml", &spec(&[])), ("rest.toml", "")], "s.toml", Some("rest.toml"));
    assert!(idle[0].contains("--with"), "{idle:?}");
}

/// Whoever comes, goes, or wants more changes no line of anybody else's stand: its places, its ids, the tiles
/// of its signs.
#[test]
fn a_change_of_one_sponsor_is_a_change_of_one_stand() {
    let hall = hall(70, 40, &[]);
    let tiers = [0, 2, 1, 2, 1, 0, 2];
    let before = build(&hall, &spec(&tiers), None);
    let entry = |index: usize| {
        let tier = ["gold", "silver", "bronze"][usize::from(tiers[index])];
        format!("[[sponsors]]\nname = \"Sponsor {index}\"\ntier = \"{tier}\"\nmeeting = true\n")
    };
    let late = "[[sponsors]]\nname = \"Latecomer\"\ntier = \"bronze\"\nmeeting = true\n";
    let changed = |index: usize, entry_now: String| {
        let text = spec(&tiers);
        assert!(text.contains(&entry(index)));
        text.replace(&entry(index), &entry_now)
    };
    let cases = [
        ("leaves", changed(2, String::new()), "sponsor-2"),
        ("comes", changed(3, late.to_owned() + &entry(3)), "latecomer"),
        ("wants less", changed(4, entry(4).replace("true", "false")), "sponsor-4"),
        ("wants more", changed(1, entry(1) + "website = \"https://a.example\"\n"), "sponsor-1"),
        ("is renamed", changed(5, entry(5).replace("Sponsor 5", "The Fifth")), "the-fifth"),
    ];
    for (what, spec, slug) in cases {
        let after = build(&hall, &spec, Some(&before.lock.1));
        let own = |name: &str| name.starts_with(slug) || slug == "the-fifth" && name.starts_with("sponsor-5");
        let objects = |built: &Built| {
            let layers = built.map.flat_layers();
            let (_, layer) = layers.iter().find(|(path, _)| path == "stands").unwrap();
            let objects = layer.objects().unwrap().objects.clone();
            objects.into_iter().filter(|object| !own(&object.name)).collect::<Vec<_>>()
        };
        assert_eq!(objects(&before), objects(&after), "one {what}");
        let stands = [&before, &after].into_iter().flat_map(|built| &built.stands);
        let theirs: BTreeSet<TilePos> =
            stands.filter(|stand| own(&stand.slug)).flat_map(|stand| cells(stand.tiles)).collect();
        for (one, two) in before.map.layers.iter().zip(&after.map.layers) {
            assert_eq!((&one.name, one.id), (&two.name, two.id), "one {what}");
            let (Some(left), Some(right)) = (one.tiles(), two.tiles()) else { continue };
            for cell in before.map.bounds().cells().filter(|cell| !theirs.contains(cell)) {
                assert_eq!(left.get(cell), right.get(cell), "one {what}: {} at {cell:?}", one.name);
            }
        }
        // Nor does a second run change anything.
        let again = build(&hall, &spec, Some(&after.lock.1));
        assert_eq!((again.text, again.lock.1), (after.text, after.lock.1), "one {what}");
    }
}

#[test]
fn whoever_moves_when_places_are_given_anew_is_named() {
    let hall = hall(40, 30, &[]);
    let before = build(&hall, &spec(&[2, 2, 2]), None);
    // A better rank joins, and takes the best place only if everybody is asked to move.
    let late = spec(&[2, 2, 2]) + "[[sponsors]]\nname = \"Late\"\ntier = \"gold\"\n";
    let again = |reflow: bool| {
        let mut sources = sources(&[("s.toml", &late), ("s.lock.toml", &before.lock.1)]);
        sources.insert("hall.tmj", hall.clone());
        stand::build(&mut sources, "s.toml", &Options { reflow, ..Options::default() }).unwrap()
    };
    let named = |built: &Built| built.notes.iter().filter(|note| note.contains(" moves from (")).count();
    assert_eq!(named(&again(false)), 0);
    let anew = again(true);
    let place = |built: &Built, name: &str| {
        let stand = built.stands.iter().find(|stand| stand.sponsor == name).unwrap();
        (stand.tiles.x, stand.tiles.y)
    };
    let moved =
        before.stands.iter().filter(|stand| place(&anew, &stand.sponsor) != (stand.tiles.x, stand.tiles.y));
    let moved = moved.count();
    assert!(moved > 0 && named(&anew) == moved, "{moved}: {:?}", anew.notes);
}
