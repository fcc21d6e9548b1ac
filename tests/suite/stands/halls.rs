//! Halls that are built around the sponsors.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use proptest::prelude::*;
use venue::{
    check,
    model::TileRect,
    project::Project,
    source::Sources,
    stand::{self, Built, Options},
};

/// A spec with a hall. Tiers are named by the size of their templates.
fn spec(hall: &str, tiers: &[u8]) -> String {
    let mut text = format!("hall = {{ {hall} }}\n[event]\nname = \"Autumn Fair\"\nslug = \"fair\"\n");
    for (rank, size) in ["large", "medium", "small"].iter().enumerate() {
        let _infallible = writeln!(text, "[tiers.{size}]\nrank = {}", rank + 1);
    }
    for (index, tier) in tiers.iter().enumerate() {
        text.push_str(&sponsor(index, *tier));
    }
    text
}

fn sponsor(index: usize, tier: u8) -> String {
    let tier = ["large", "medium", "small"][usize::from(tier % 3)];
    format!(
        "[[sponsors]]\nname = \"Sponsor {index}\"\ntier = \"{tier}\"\nmeeting = true\n\
         website = \"https://a.example/{index}\"\n"
    )
}

fn try_build(files: &[(&str, &str)]) -> Result<Built, stand::StandError> {
    let mut sources = Sources::new("/nowhere");
    for (name, text) in files {
        sources.insert(*name, (*text).to_owned());
    }
    stand::build(&mut sources, "maps/s.toml", &Options::default())
}

fn build(spec: &str, lock: Option<&str>) -> Built {
    let files = [Some(("maps/s.toml", spec)), lock.map(|lock| ("maps/s.lock.toml", lock))];
    try_build(&files.into_iter().flatten().collect::<Vec<_>>()).unwrap()
}

/// Writes a built hall as the program does.
fn write(folder: &Path, built: &Built) {
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    file(&built.output, built.text.as_bytes());
    for (name, bytes) in &built.pictures {
        file(name, bytes);
    }
}

fn size(built: &Built) -> (u32, u32) {
    (built.map.width, built.map.height)
}

#[test]
fn a_hall_is_found_without_fault_by_us_and_by_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let lobby = super::hall(20, 14, &[]);
    for look in ["expo", "loft"] {
        for signposts in [false, true] {
            for (name, count) in [("none", 0), ("few", 3), ("many", 40)] {
                let tiers: Vec<u8> = (0..count).collect();
                let spec = spec(
                    &format!("look = \"{look}\", exit = \"lobby.tmj\", signposts = {signposts}"),
                    &tiers,
                );
                let output = format!("output = \"{look}-{signposts}-{name}.tmj\"\n{spec}");
                let built = try_build(&[("maps/s.toml", &output), ("maps/lobby.tmj", &lobby)]).unwrap();
                assert_eq!(built.stands.len(), tiers.len());
                write(folder.path(), &built);
            }
        }
    }
    // The lobby has faults of its own, and its picture is not there.
    fs::write(folder.path().join("maps/lobby.tmj"), &lobby).unwrap();
    let project = Project::open(&[folder.path().to_owned()], None).unwrap();
    let settings = check::Settings::new(&project, &[], &[]).unwrap();
    let found = check::check(&project, &settings);
    let of_halls: Vec<String> = found
        .iter()
        .filter(|finding| !finding.spot.file.ends_with("lobby.tmj"))
        .map(|finding| format!("{}: {}: {}", finding.spot.file, finding.rule.name, finding.message))
        .collect();
    assert_eq!(of_halls, Vec::<String>::new());
    fs::remove_file(folder.path().join("maps/lobby.tmj")).unwrap();
    crate::bundle::judge(folder.path(), &[]);
}

#[test]
fn a_door_leads_to_the_venue_and_without_one_there_is_no_exit() {
    let lobby = super::hall(20, 14, &[]);
    let built = try_build(&[
        ("maps/s.toml", &spec("exit = \"../lobby.tmj#desk\", name = \"The Fair\"", &[0, 1])),
        ("lobby.tmj", &lobby),
    ])
    .unwrap();
    assert_eq!((built.venue.as_str(), built.output.as_str()), ("maps/s.hall.tmj", "maps/s.hall.tmj"));
    let meaning = built.meaning();
    let exits: Vec<&str> = meaning.exits.iter().filter_map(|exit| exit.target()).collect();
    assert_eq!(exits, ["../lobby.tmj#desk"]);
    assert_eq!(built.map.properties.text("mapName"), Some("The Fair"));
    let reach = meaning.walk.reachable(meaning.default_entry().unwrap().cells());
    assert!(meaning.exits[0].cells.iter().any(|cell| reach.contains(cell)), "the door can be walked to");
    let closed = build(&spec("", &[0, 1]), None);
    assert!(closed.meaning().exits.is_empty());
    assert_eq!(closed.map.properties.text("mapName"), Some("Autumn Fair"));

    let lost = try_build(&[("maps/s.toml", &spec("exit = \"loby.tmj\"", &[0])), ("maps/lobby.tmj", &lobby)]);
    let lost = lost.unwrap_err().to_string();
    assert!(
        lost.contains("maps/s.toml:1:17: the hall's exit leads to maps/loby.tmj, which does not exist"),
        "{lost}"
    );
    assert!(lost.contains("did you mean \"lobby.tmj\"?"), "{lost}");
}

#[test]
fn what_is_wrong_with_a_hall_is_said_at_its_place() {
    let told = |spec: &str| -> Vec<String> {
        let error = try_build(&[("maps/s.toml", spec)]).unwrap_err().to_string();
        error.lines().map(str::to_owned).collect()
    };
    let good = spec("", &[0]);
    assert_eq!(
        told(&spec("exits = \"lobby.tmj\"", &[0])),
        ["maps/s.toml:1:10: unknown key \"exits\"; did you mean \"exit\"?"]
    );
    assert_eq!(
        told(&spec("look = \"lofft\", aisle = 0, island = 99", &[0])),
        [
            "maps/s.toml:1:17: there is no look \"lofft\"; did you mean \"loft\"?; looks are expo, loft",
            "maps/s.toml:1:34: the aisle of a hall is 1 to 20, not 0",
            "maps/s.toml:1:46: the island of a hall is 1 to 20, not 99",
        ]
    );
    assert!(told(&format!("venue = \"hall.tmj\"\n{good}"))[0].contains("there is a venue already"));
    assert!(told(&good.replace("hall = {  }\n", ""))[0].contains("hall = {}"));
    let areas = format!("{good}[[areas]]\nname = \"a\"\ntiles = {{ x = 1, y = 1, width = 9, height = 9 }}\n");
    assert!(told(&areas)[0].contains("leave [[areas]] out"));
    let lost = good.replace("[tiers.large]\n", "[tiers.large]\nareas = [\"Z\"]\n");
    assert!(told(&lost)[0].contains("there is no area \"Z\""), "{:?}", told(&lost));
    // A map that somebody drew is not written over.
    let drawn = try_build(&[("maps/s.toml", &good), ("maps/s.hall.tmj", &super::hall(20, 14, &[]))]);
    assert!(drawn.unwrap_err().to_string().contains("was not made by venue"));
    // One that was made here is.
    let built = build(&good, None);
    try_build(&[("maps/s.toml", &good), ("maps/s.hall.tmj", &built.text)]).unwrap();
    for hall in [
        "length = 4000000000\nentrance = 9\nrows = [{ y = 3, height = 6 }]",
        "length = 30\nentrance = 9\nrows = []",
    ] {
        let broken = format!("version = 1\n[hall]\n{hall}\n");
        let error =
            try_build(&[("maps/s.toml", &good), ("maps/s.lock.toml", &broken)]).unwrap_err().to_string();
        assert!(error.contains("no hall that was ever built"), "{error}");
    }
}

#[test]
fn size_follows_the_sponsors() {
    let tiles = |tiers: &[u8]| {
        let (width, height) = size(&build(&spec("", tiers), None));
        assert!(width < height * 3 && height < width * 2, "{width} x {height}");
        width * height
    };
    let sizes = [tiles(&[2; 4]), tiles(&[2; 20]), tiles(&[0; 20]), tiles(&[0; 60])];
    assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]), "{sizes:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_promised_of_a_hall_holds_and_nobody_moves_when_it_grows(
        tiers in prop::collection::vec(0..3_u8, 0..24),
        late in prop::collection::vec(0..3_u8, 0..16),
        gone in 0..24_usize,
        aisle in 1..5_u32,
        island in 1..5_u32,
    ) {
        let hall = format!("aisle = {aisle}, island = {island}, signposts = true");
        let first = build(&spec(&hall, &tiers), None);
        prop_assert_eq!(first.stands.len(), tiers.len());
        let mut text = spec(&hall, &tiers);
        if let Some(tier) = tiers.get(gone) {
            text = text.replace(&sponsor(gone, *tier), "");
        }
        for (index, tier) in late.iter().enumerate() {
            text.push_str(&sponsor(100 + index, *tier));
        }
        let second = build(&text, Some(&first.lock.1));
        for stand in &second.stands {
            if let Some(old) = first.stands.iter().find(|old| old.slug == stand.slug) {
                prop_assert_eq!(old.tiles, stand.tiles, "{} moved", stand.slug);
            }
        }
        let ((width, height), (wider, higher)) = (size(&first), size(&second));
        prop_assert!(width <= wider && height <= higher, "a hall never shrinks");
        for built in [&first, &second] {
            let meaning = built.meaning();
            let reach = meaning.walk.reachable(meaning.default_entry().unwrap().cells());
            let mut runs: BTreeSet<(i32, i32)> = BTreeSet::new();
            for (index, stand) in built.stands.iter().enumerate() {
                for other in &built.stands[..index] {
                    let (one, other): (TileRect, TileRect) = (stand.tiles, other.tiles);
                    let touch = one.bottom() == other.bottom() && (one.right() == other.x || other.right() == one.x);
                    prop_assert!(!one.intersects(other) && (touch && island > 1 || !one.grown(aisle).intersects(other)));
                }
                runs.insert((stand.tiles.bottom(), stand.tiles.x));
            }
            for zone in &meaning.zones {
                prop_assert!(zone.cells.iter().any(|cell| reach.contains(cell)), "{:?}", zone.holder);
            }
            for entry in meaning.entries.iter().filter(|entry| entry.declared) {
                prop_assert!(entry.cells().iter().all(|cell| reach.contains(cell)), "{}", entry.name);
            }
        }
        let again = build(&text, Some(&first.lock.1));
        prop_assert_eq!(&again.text, &second.text);
        let settled = build(&text, Some(&second.lock.1));
        prop_assert_eq!((&settled.text, &settled.lock.1), (&second.text, &second.lock.1), "a second run changes nothing");
    }
}

#[test]
fn of_a_hall_that_is_not_written_nothing_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::create_dir(file("maps")).unwrap();
    fs::write(file("maps/lobby.tmj"), super::hall(20, 14, &[])).unwrap();
    fs::write(file("maps/t.png"), venue::picture::encode(&image::RgbaImage::new(64, 32)).unwrap()).unwrap();
    let spec = format!("output = \"fair.tmj\"\n{}", spec("exit = \"lobby.tmj\"", &[0, 1, 2]));
    fs::write(file("maps/s.toml"), spec).unwrap();
    let config = "[project]\nentry = \"maps/lobby.tmj\"\nmaps = [\"maps/*.tmj\"]\n[stands]\nspecs = [\"maps/s.toml\"]\n";
    fs::write(file("venue.toml"), config).unwrap();
    let run = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        let output = command.current_dir(folder.path()).args(args).output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    // Nothing leads to the hall.
    let told = run(&["check"]);
    assert!(told.contains("1 map checked") && !told.contains("fair.tmj"), "{told}");
    assert!(!run(&["check", "--format", "junit"]).contains("fair.tmj"));
    run(&["check", "--write-baseline", "accepted.json"]);
    assert!(!fs::read_to_string(file("accepted.json")).unwrap().contains("fair.tmj"));
    // Once it is there, that is told.
    run(&["stands", "maps/s.toml"]);
    let told = run(&["check"]);
    assert!(told.contains("2 maps checked") && told.contains("--> maps/fair.tmj"), "{told}");
}

/// A lobby whose exit leads to a hall that only the bundle builds, and the hall's door, which leads back.
#[test]
fn a_bundle_builds_the_hall_and_doors_lead_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let exit = r#""properties":[{"name":"exitUrl","type":"string","value":"fair.tmj"}]"#;
    let desk = r#""properties":[{"name":"openWebsite","type":"string","value":"https://a.example"}]"#;
    let lobby = super::hall(20, 14, &[]);
    assert!(lobby.contains(desk));
    write("maps/lobby.tmj", &lobby.replace(desk, exit));
    fs::write(
        folder.path().join("maps/t.png"),
        venue::picture::encode(&image::RgbaImage::new(64, 32)).unwrap(),
    )
    .unwrap();
    write("maps/s.toml", &format!("output = \"fair.tmj\"\n{}", spec("exit = \"lobby.tmj\"", &[0, 1, 2])));
    write("venue.toml", "[project]\nmaps = [\"maps/*.tmj\"]\n[stands]\nspecs = [\"maps/s.toml\"]\n");
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    command.current_dir(folder.path()).arg("bundle").assert().success();
    let hall = fs::read_to_string(folder.path().join("dist/maps/fair.tmj")).unwrap();
    assert!(hall.contains("sponsor-1") && hall.contains("lobby.tmj") && !hall.contains("venueHallOf"));
    crate::bundle::judge(&folder.path().join("dist"), &[]);
    let page = fs::read_to_string(folder.path().join("dist/index.html")).unwrap();
    assert!(page.contains("fair.tmj#sponsor-1"), "the page lists the stands");
}
