//! Signposts: who stands where, for visitors who arrive.

use venue::{
    picture::decode,
    stand::{Built, StandError},
};

use super::{hall, sources, spec};

fn with_post(properties: &str) -> String {
    let object = format!(
        r#""objects":[{{"id":9,"name":"board","type":"signpost","x":128,"y":704,"width":192,"height":96,"visible":true,
        "rotation":0{properties}}},"#
    );
    hall(40, 30, &[]).replace("\"objects\":[", &object)
}

fn build(hall: &str, spec: &str) -> Result<Built, StandError> {
    let mut sources = sources(&[("s.toml", spec)]);
    sources.insert("hall.tmj", hall.to_owned());
    venue::stand::build(&mut sources, "s.toml", &venue::stand::Options::default())
}

/// Ink on the board: pixels of its tiles that are as light as letters.
fn ink(built: &Built) -> usize {
    let layers = built.map.flat_layers();
    let (_, layer) = layers.iter().find(|(path, _)| path == "stands-signs").unwrap();
    let tiles = layer.tiles().unwrap();
    let (_, sheet) = built.pictures.iter().find(|(name, _)| name == "hall.stands.png").unwrap();
    let sheet = decode(sheet, None).unwrap();
    let mut ink = 0;
    for (x, y) in (22..25).flat_map(|y| (4..10).map(move |x| (x, y))) {
        let gid = tiles.get(venue::model::TilePos::new(x, y));
        assert!(!gid.is_empty(), "the board is filled at ({x}, {y})");
        let (_, id) = built.map.tileset_of(gid).unwrap();
        let (left, top) = (id % 32 * 32, id / 32 * 32);
        let tile = image::imageops::crop_imm(&sheet, left, top, 32, 32).to_image();
        ink += tile.pixels().filter(|pixel| pixel.0[0] > 240 && pixel.0[3] == 255).count();
    }
    ink
}

#[test]
fn a_board_in_the_venue_is_filled_with_names_and_changes_with_them() {
    let names = |count: u8| spec(&vec![2; usize::from(count)]);
    let (none, few, more) = (
        ink(&build(&with_post(""), &names(0)).unwrap()),
        ink(&build(&with_post(""), &names(1)).unwrap()),
        ink(&build(&with_post(""), &names(4)).unwrap()),
    );
    assert!(none == 0 && few > 100 && more > few, "{none}, {few}, {more}");
    // Of another area nobody stands in this one.
    let other = r#","properties":[{"name":"area","type":"string","value":"elsewhere"}]"#;
    assert_eq!(ink(&build(&with_post(other), &names(4)).unwrap()), 0);
    let here = r#","properties":[{"name":"area","type":"string","value":"expo"}]"#;
    assert!(ink(&build(&with_post(here), &names(4)).unwrap()) > 100);
}

#[test]
fn a_board_changes_no_stand() {
    let plain = build(&hall(40, 30, &[]), &spec(&[0, 1, 2])).unwrap();
    let posted = build(&with_post(""), &spec(&[0, 1, 2])).unwrap();
    let tiles = |built: &Built| built.stands.iter().map(|stand| stand.tiles).collect::<Vec<_>>();
    assert_eq!(tiles(&plain), tiles(&posted));
}
