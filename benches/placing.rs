//! How fast sponsors are placed: `cargo bench --bench placing`. The hall is made up: 400 x 400 tiles with walls
//! inside, three entries and thirty zones; the sponsors are of three tiers, and have stands of three sizes. Logos
//! are left out, so that what is measured is placing and stamping.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot run has nothing to say")]

use std::fmt::Write as _;

use divan::{AllocProfiler, Bencher};
use serde_json::{Value, json};
use venue::{
    source::Sources,
    stand::{self, Options},
};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A hall of `side` x `side` tiles, walled in, with a wall every forty tiles that has gaps.
fn hall(side: u32) -> Vec<u8> {
    let cells = || (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let wall = |(x, y): (u32, u32)| {
        let ring = x == 0 || y == 0 || x == side - 1 || y == side - 1;
        u32::from(ring || x % 40 == 20 && y % 50 > 12 || y % 90 == 45 && x % 60 > 15) + 1
    };
    let layer = |id: u32, name: &str, data: Vec<u32>| {
        json!({"type": "tilelayer", "id": id, "name": name, "width": side, "height": side, "x": 0, "y": 0,
               "visible": true, "opacity": 1, "data": data})
    };
    let area = |id: u32, name: String, class: &str, [x, y, width, height]: [u32; 4], properties: Value| {
        json!({"id": id, "name": name, "type": class, "x": x * 32, "y": y * 32, "width": width * 32,
               "height": height * 32, "visible": true, "rotation": 0, "properties": properties})
    };
    let mut objects = vec![area(1, "expo".to_owned(), "stand-area", [1, 1, side - 2, side - 2], json!([]))];
    for index in 0..30 {
        let (x, y) = (5 + index * 97 % (side - 12), 5 + index * 61 % (side - 12));
        let room = json!([{"name": "jitsiRoom", "type": "string", "value": format!("room-{index}")}]);
        objects.push(area(index + 2, format!("room-{index}"), "area", [x, y, 3, 3], room));
    }
    for (index, x) in [5, side / 2, side - 9].into_iter().enumerate() {
        let start = json!([{"name": "start", "type": "bool", "value": true}]);
        let id = 40 + u32::try_from(index).unwrap();
        let name = if index == 0 { "start".to_owned() } else { format!("entry-{index}") };
        objects.push(area(id, name, "area", [x, side - 4, 2, 2], start));
    }
    let map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal", "width": side,
        "height": side, "tilewidth": 32, "tileheight": 32, "infinite": false, "nextlayerid": 3, "nextobjectid": 90,
        "tilesets": [{"firstgid": 1, "name": "t", "image": "t.png", "imagewidth": 64, "imageheight": 32,
            "tilewidth": 32, "tileheight": 32, "columns": 2, "tilecount": 2, "margin": 0, "spacing": 0,
            "tiles": [{"id": 1, "properties": [{"name": "collides", "type": "bool", "value": true}]}]}],
        "layers": [layer(1, "floor", cells().map(wall).collect()),
            {"type": "objectgroup", "id": 2, "name": "floorLayer", "visible": true, "opacity": 1, "x": 0, "y": 0,
             "objects": objects}],
    });
    serde_json::to_vec(&map).unwrap()
}

fn spec(ground: &str, count: u32) -> String {
    let mut text = format!("{ground}\n[event]\nname = \"E\"\nslug = \"e\"\n");
    for (rank, tier) in (1..).zip(["gold", "silver", "bronze"]) {
        let _infallible = writeln!(text, "[tiers.{tier}]\nrank = {rank}");
    }
    for index in 0..count {
        let tier = ["gold", "silver", "bronze", "bronze"][index as usize % 4];
        let _infallible =
            write!(text, "[[sponsors]]\nname = \"Sponsor {index}\"\ntier = \"{tier}\"\nmeeting = true\n");
    }
    text
}

fn place(bencher: Bencher, spec: &str, hall: &[u8], lock: Option<&str>) {
    bencher
        .with_inputs(|| {
            let mut sources = Sources::new("/nowhere");
            sources.insert("hall.tmj", hall.to_vec());
            sources.insert("s.toml", spec.to_owned());
            if let Some(lock) = lock {
                sources.insert("s.lock.toml", lock.to_owned());
            }
            sources
        })
        .bench_values(|mut sources| {
            let built = stand::build(&mut sources, "s.toml", &Options::default()).unwrap();
            assert!(built.unplaced.is_empty());
            built
        });
}

/// Sponsors in a map of 400 x 400 tiles, for the first time.
#[divan::bench(args = [50, 500], sample_count = 5, sample_size = 1)]
fn into_a_map(bencher: Bencher, count: u32) {
    place(bencher, &spec("venue = \"hall.tmj\"", count), &hall(400), None);
}

/// The same, where all but one stand there already.
#[divan::bench(args = [500], sample_count = 5, sample_size = 1)]
fn one_more(bencher: Bencher, count: u32) {
    let (hall, ground) = (hall(400), "venue = \"hall.tmj\"");
    let mut sources = Sources::new("/nowhere");
    sources.insert("hall.tmj", hall.clone());
    sources.insert("s.toml", spec(ground, count - 1).into_bytes());
    let built = stand::build(&mut sources, "s.toml", &Options::default()).unwrap();
    place(bencher, &spec(ground, count), &hall, Some(&built.lock.1));
}

/// Sponsors in a hall that is built around them.
#[divan::bench(args = [50, 500], sample_count = 5, sample_size = 1)]
fn into_a_hall(bencher: Bencher, count: u32) {
    place(bencher, &spec("hall = {}", count), b"", None);
}
