//! Rows and islands: how areas are filled.

use venue::model::TileRect;

use super::{build, hall, load, spec};

/// The inner width and height of a hall that is walled in.
fn room(width: u32, height: u32) -> String {
    hall(width + 2, height + 2, &[])
}

fn sponsors(count: usize, tier: &str) -> String {
    let sponsors = (0..count).map(|index| format!("[[sponsors]]\nname = \"S {index}\"\ntier = \"{tier}\"\n"));
    spec(&[]) + &sponsors.collect::<String>()
}

#[test]
fn an_area_of_small_stands_has_closer_rows_than_one_of_large_ones() {
    // 40 columns hold seven stands of 4 with an aisle of 2, and 28 rows five of them: where the highest
    // template of the spec decides, there would be three rows and a half.
    let built = build(&room(40, 28), &sponsors(30, "bronze"), None);
    assert!(built.unplaced.is_empty(), "{:?}", built.unplaced);
    let mut fronts: Vec<i32> = built.stands.iter().map(|stand| stand.tiles.bottom()).collect();
    fronts.sort_unstable();
    fronts.dedup();
    assert!(fronts.len() >= 5, "{fronts:?}");
}

#[test]
fn stands_of_an_island_touch_and_islands_keep_their_aisle() {
    let island = |count: u32| {
        let object = format!(
            "\"name\":\"expo\",\"properties\":[{{\"name\":\"island\",\"type\":\"int\",\"value\":{count}}}]"
        );
        let hall = room(40, 12).replace("\"name\":\"expo\"", &object);
        build(&hall, &sponsors(14, "bronze"), None)
    };
    let runs = |tiles: &[TileRect]| {
        // How many stand side by side from each stand that has nobody on its left.
        let right_of = |one: &TileRect| tiles.iter().find(|other| other.x == one.right() && other.y == one.y);
        let first = |one: &&TileRect| !tiles.iter().any(|other| other.right() == one.x && other.y == one.y);
        let run = |one: &TileRect| std::iter::successors(Some(one), |one| right_of(one)).count();
        tiles.iter().filter(first).map(run).max().unwrap_or(0)
    };
    for count in [1, 2, 3] {
        let built = island(count);
        let tiles: Vec<TileRect> = built.stands.iter().map(|stand| stand.tiles).collect();
        assert!(runs(&tiles) <= count as usize && (count == 1 || runs(&tiles) > 1), "{count}: {tiles:?}");
        for (index, one) in tiles.iter().enumerate() {
            for other in &tiles[..index] {
                let touch =
                    one.bottom() == other.bottom() && (one.right() == other.x || other.right() == one.x);
                assert!(touch || !one.grown(2).intersects(*other), "{count}: {one:?} and {other:?}");
            }
        }
    }
    assert!(island(3).stands.len() > island(1).stands.len(), "islands make room");
}

#[test]
fn a_polygon_is_filled_and_not_left() {
    // A triangle over the room: its corners at the left, the top right and the bottom right.
    let corners =
        "\"polygon\":[{\"x\":0,\"y\":0},{\"x\":1280,\"y\":-448},{\"x\":1280,\"y\":448}],\"name\":\"expo\"";
    let hall = room(40, 28).replace("\"name\":\"expo\"", corners).replace(
        "\"x\":32,\"y\":32,\"width\":1280,\"height\":896",
        "\"x\":32,\"y\":480,\"width\":0,\"height\":0",
    );
    assert!(hall.contains("\"y\":480"), "the area is where this test moves it from");
    let built = build(&hall, &sponsors(12, "bronze"), None);
    assert!(built.stands.len() >= 8, "{:?}", built.unplaced);
    for stand in &built.stands {
        for cell in stand.tiles.cells() {
            let (along, across) = (f64::from(cell.x) - 0.5, (f64::from(cell.y) - 14.5).abs());
            assert!(across <= along * 0.35, "{} at {:?} leaves the triangle", stand.slug, stand.tiles);
        }
    }
}

#[test]
fn a_place_under_a_roof_is_taken_only_where_there_is_no_other() {
    // A roof over the left half of the room, above the avatars.
    let (width, height) = (42, 14);
    let roof: Vec<u32> = (0..width * height).map(|index| u32::from(index % width < 21)).collect();
    let layer = format!(
        r#"}},{{"type":"tilelayer","id":9,"name":"roof","width":{width},"height":{height},"x":0,"y":0,
        "visible":true,"opacity":1,"data":{roof:?}}}]}}"#
    );
    let plain = room(40, 12);
    let hall = format!("{}{layer}", plain.strip_suffix("}]}").unwrap());
    assert!(load(&hall).0.layers.len() == 4);
    let built = build(&hall, &sponsors(4, "bronze"), None);
    assert!(built.stands.iter().all(|stand| stand.tiles.x >= 21), "{:?}", built.stands);
    let crowded = build(&hall, &sponsors(10, "bronze"), None);
    assert!(crowded.stands.len() > 6, "{:?}", crowded.unplaced);
    assert!(crowded.notes.iter().any(|note| note.contains("partly under")), "{:?}", crowded.notes);
}
