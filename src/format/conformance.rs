//! The conformance cases of tiled-formats, section 19, each from XML or JSON into the model. Cases 39
//! and 40 are about writing.

use super::{Loaded, load_map};
use crate::{
    finding::Severity,
    model::{Gid, Json, Layer, LayerKind, Map, Object, Shape, TileData, TilePos, Tileset, Value},
    source::Sources,
};

/// Files that exist only here; the map is `a.tmx` or `a.tmj`.
fn load(files: &[(&str, &str)]) -> Loaded {
    let mut sources = Sources::new("/nowhere");
    for (name, text) in files {
        sources.insert(*name, (*text).to_owned());
    }
    load_map(&sources, files[0].0)
}

const SET: &str = r#"<tileset firstgid="1" name="t" tilewidth="16" tileheight="16" tilecount="4" columns="2">
    <image source="t.png" width="32" height="32"/></tileset>"#;

fn xml_map(attributes: &str, body: &str) -> String {
    format!(
        r#"<map version="1.10" orientation="orthogonal" width="2" height="2" tilewidth="16" tileheight="16"
        nextlayerid="100" nextobjectid="100" {attributes}>{body}</map>"#
    )
}

fn xml(body: &str) -> (Map, Vec<String>) {
    seen(load(&[("a.tmx", &xml_map("", body))]))
}

fn json_map(keys: &str) -> String {
    format!(
        r#"{{"type":"map","version":"1.10","orientation":"orthogonal","width":2,"height":2,"tilewidth":16,
        "tileheight":16,"nextlayerid":100,"nextobjectid":100,{keys}}}"#
    )
}

fn json(keys: &str) -> (Map, Vec<String>) {
    seen(load(&[("a.tmj", &json_map(keys))]))
}

/// The map, and the names of the rules that it breaks.
fn seen(loaded: Loaded) -> (Map, Vec<String>) {
    let rules = loaded.findings.iter().map(|finding| finding.rule.name.to_owned()).collect();
    (loaded.map.unwrap(), rules)
}

fn gids(layer: &Layer) -> Vec<u32> {
    match &layer.tiles().unwrap().data {
        TileData::Finite(gids) => gids.iter().map(|gid| gid.0).collect(),
        other => panic!("{other:?}"),
    }
}

/// A tile layer of XML with this `<data>`: its cells, and the rules that it breaks.
fn data(data: &str) -> (Option<Vec<u32>>, Vec<String>) {
    let (map, rules) =
        xml(&format!("{SET}<layer id=\"1\" name=\"l\" width=\"2\" height=\"2\">{data}</layer>"));
    let readable = !matches!(map.layers[0].tiles().unwrap().data, TileData::Unreadable);
    (readable.then(|| gids(&map.layers[0])), rules)
}

/// A finite tile layer of JSON with this value under `data`.
fn data_json(data: &str) -> (Vec<u32>, Vec<String>) {
    let (map, rules) = json(&format!(
        r#""tilesets":[],"layers":[{{"id":1,"name":"l","type":"tilelayer","width":2,"height":2,"x":0,"y":0,
        "opacity":1,"visible":true,"data":{data}}}]"#
    ));
    (gids(&map.layers[0]), rules)
}

fn objects(map: &Map) -> &[Object] {
    let layer = map.layers.iter().find_map(Layer::objects).unwrap();
    &layer.objects
}

fn tileset(map: &Map) -> &Tileset {
    map.tilesets[0].tileset.as_deref().unwrap()
}

fn extra<'a>(tileset: &'a Tileset, key: &str) -> &'a Json {
    &tileset.extra.iter().find(|(name, _)| name == key).unwrap().1
}

fn first(list: &Json) -> &Json {
    match list {
        Json::Array(items) => &items[0],
        other => panic!("{other:?}"),
    }
}

fn word(text: &str) -> Json {
    Json::String(text.to_owned())
}

fn names(list: &Json) -> Vec<String> {
    let Json::Array(items) = list else { panic!("{list:?}") };
    let name = |item: &Json| match item.get("name") {
        Some(Json::String(name)) => name.clone(),
        other => panic!("{other:?}"),
    };
    items.iter().map(name).collect()
}

#[test]
fn case_1_elements() {
    let (cells, rules) =
        data("<data><tile gid=\"1\"/><tile/><tile gid=\"0\"/><tile gid=\"2147483651\"/></data>");
    assert_eq!((cells, rules.len()), (Some(vec![1, 0, 0, 0x8000_0003]), 0));
}

#[test]
fn case_2_an_empty_entry_and_a_tile_beyond_the_set() {
    let (cells, _) = data("<data encoding=\"csv\">1,,3,999</data>");
    assert_eq!(cells, Some(vec![1, 0, 3, 999]));
}

#[test]
fn case_3_a_comma_at_the_end() {
    assert_eq!(data("<data encoding=\"csv\">1,2,3,4,</data>"), (Some(vec![1, 2, 3, 4]), vec![]));
    let (cells, rules) = data("<data encoding=\"csv\">1,2,3,4,\n</data>");
    assert_eq!((cells, rules), (None, vec!["layer-data-unreadable".to_owned()]));
}

#[test]
fn case_4_a_negative_entry_is_told_at_its_cell() {
    let text = xml_map(
        "",
        &format!(
            "{SET}<layer id=\"1\" width=\"2\" height=\"2\"><data encoding=\"csv\">1, -2,3,4</data></layer>"
        ),
    );
    let loaded = load(&[("a.tmx", &text)]);
    let finding = &loaded.findings[0];
    assert_eq!((loaded.findings.len(), finding.rule.name), (1, "layer-data-unreadable"));
    assert_eq!(&text[finding.spot.span.unwrap().range()], "-2");
    let area = finding.place.area_tiles.unwrap();
    assert_eq!((area.x, area.y), (1, 0));
    assert!(matches!(loaded.map.unwrap().layers[0].tiles().unwrap().data, TileData::Unreadable));
}

#[test]
fn case_5_cdata_holds_the_same_cells() {
    let (cells, rules) = data("<data encoding=\"csv\"><![CDATA[\n1,2,\n3,4\n]]></data>");
    assert_eq!((cells, rules.len()), (Some(vec![1, 2, 3, 4]), 0));
}

#[test]
fn case_6_junk_in_base64() {
    let (cells, rules) = data("<data encoding=\"base64\">\n AQAA AAIAAAA!!DA\nAAABAAAAA== </data>");
    assert_eq!((cells, rules), (Some(vec![1, 2, 3, 4]), vec!["layer-data-odd".to_owned()]));
}

#[test]
fn case_7_gzip_that_is_zlib() {
    let zlib = "eJxjZGBgYAJiZiBmAWIAAGAACw==";
    let (cells, rules) = data(&format!("<data encoding=\"base64\" compression=\"gzip\">{zlib}</data>"));
    assert_eq!((cells, rules), (Some(vec![1, 2, 3, 4]), vec!["layer-data-odd".to_owned()]));
    let (cells, rules) = data(&format!("<data encoding=\"base64\" compression=\"zlib\">{zlib}</data>"));
    assert_eq!((cells, rules.len()), (Some(vec![1, 2, 3, 4]), 0));
}

#[test]
fn case_8_zstd() {
    use base64::Engine as _;
    let bytes: Vec<u8> = [1_u32, 2, 3, 4].iter().flat_map(|cell| cell.to_le_bytes()).collect();
    let packed =
        ruzstd::encoding::compress_to_vec(bytes.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
    let text = base64::engine::general_purpose::STANDARD.encode(packed);
    let (cells, rules) = data(&format!("<data encoding=\"base64\" compression=\"zstd\">{text}</data>"));
    assert_eq!((cells, rules.len()), (Some(vec![1, 2, 3, 4]), 0));
}

#[test]
fn case_9_the_hexagonal_flag_is_kept() {
    let (cells, _) = data("<data encoding=\"base64\">AQAAAAIAAAADAAAABAAAkA==</data>");
    let gid = Gid(cells.unwrap()[3]);
    assert_eq!((gid.0, gid.id(), gid.flip_x(), gid.flip_y()), (0x9000_0004, 4, true, false));
}

#[test]
fn case_10_flags_on_nothing() {
    let (cells, _) = data("<data encoding=\"csv\">2147483648,0,0,1</data>");
    assert!(Gid(cells.unwrap()[0]).is_empty());
}

#[test]
fn case_11_and_12_numbers_as_json_may_write_them() {
    let (cells, rules) = data_json(r#"[1,-2147483647,3.0,"4"]"#);
    assert_eq!((cells, rules), (vec![1, 0x8000_0001, 3, 4], vec!["tile-number-wrong".to_owned()]));
    let (cells, rules) = data_json("[1,2,3,1.5]");
    assert_eq!((cells, rules), (vec![1, 2, 3, 2], vec!["tile-number-wrong".to_owned()]));
}

#[test]
fn case_13_too_few_cells() {
    let (cells, rules) = data_json("[1,2,3]");
    assert_eq!((cells, rules), (vec![1, 2, 3], vec!["layer-data-length".to_owned()]));
}

#[test]
fn case_14_cells_outlive_their_tileset() {
    let (map, rules) = json(
        r#""tilesets":[{"firstgid":1,"source":"gone.tsx"}],"layers":[{"id":1,"name":"l","type":"tilelayer",
        "width":2,"height":2,"x":0,"y":0,"opacity":1,"visible":true,"data":[1,2,3,4]}]"#,
    );
    assert_eq!((gids(&map.layers[0]), rules), (vec![1, 2, 3, 4], vec!["tileset-file-missing".to_owned()]));
}

#[test]
fn case_15_and_16_what_layers_do_not_say() {
    let (map, rules) = json(r#""layers":[{"id":1,"name":"l","type":"objectgroup","objects":[]}]"#);
    assert_eq!((map.layers[0].opacity, map.layers[0].visible), (0.0, false));
    assert_eq!(rules, ["layer-visibility-missing"]);
    let (map, rules) = xml("<objectgroup id=\"1\" visible=\"true\" opacity=\"abc\"/>");
    assert_eq!((map.layers[0].opacity, map.layers[0].visible), (1.0, true));
    assert_eq!(rules, ["field-unreadable", "field-unreadable"]);
}

#[test]
fn case_17_to_19_infinite_layers() {
    let mut cells = vec!["0"; 256];
    (cells[0], cells[17], cells[255]) = ("1", "2", "3");
    let chunk = format!("<chunk x=\"0\" y=\"0\" width=\"16\" height=\"16\">{}</chunk>", cells.join(","));
    let layer = format!(
        "<editorsettings><chunksize width=\"8\" height=\"8\"/></editorsettings>
        <layer id=\"1\" width=\"2\" height=\"2\"><data encoding=\"csv\">{chunk}</data></layer>
        <layer id=\"2\" width=\"2\" height=\"2\"><data encoding=\"csv\"></data></layer>"
    );
    let (map, rules) = seen(load(&[("a.tmx", &xml_map("infinite=\"1\"", &layer))]));
    assert_eq!(rules, [""; 0]);
    let filled: Vec<_> = map.layers[0].tiles().unwrap().filled().collect();
    assert_eq!(
        filled,
        [(TilePos::new(0, 0), Gid(1)), (TilePos::new(1, 1), Gid(2)), (TilePos::new(15, 15), Gid(3))]
    );
    assert_eq!(map.layers[1].tiles().unwrap().data, TileData::Chunks(vec![]));
    let chunksize = map.extra.iter().find(|(key, _)| key == "editorsettings").unwrap().1.get("chunksize");
    assert_eq!(chunksize.unwrap().get("width"), Some(&Json::Number("8".to_owned())));

    let (map, rules) = json(
        r#""infinite":true,"layers":[{"id":1,"name":"l","type":"tilelayer","width":2,"height":2,"x":0,"y":0,
        "opacity":1,"visible":true,"chunks":[{"x":-16,"y":0,"width":2,"height":2,"data":[1,2,3,4]},
        {"x":0,"y":0,"width":2,"height":2,"data":"broken"},{"x":4,"y":0,"width":1,"height":1,"data":[9]}]}]"#,
    );
    let tiles = map.layers[0].tiles().unwrap();
    assert_eq!((tiles.get(TilePos::new(-15, 1)), tiles.get(TilePos::new(4, 0))), (Gid(4), Gid(9)));
    assert_eq!(rules, ["layer-data-unreadable"]);
}

#[test]
fn an_infinite_map_may_write_its_layers_whole() {
    let (map, rules) = json(
        r#""infinite":true,"layers":[{"id":1,"name":"l","type":"tilelayer","width":2,"height":2,"x":0,"y":0,
        "opacity":1,"visible":true,"startx":-2,"starty":3,"data":[1,2,3,4]}]"#,
    );
    assert_eq!(map.layers[0].tiles().unwrap().get(TilePos::new(-1, 4)), Gid(4));
    assert_eq!(rules, [""; 0]);
}

#[test]
fn case_20_to_22_owners_of_gids() {
    let sets = |first: u32, second: u32| {
        let set = |first| {
            format!(
                r#"{{"firstgid":{first},"name":"t","tilewidth":16,"tileheight":16,"tilecount":4,"columns":2,
                "image":"t.png","imagewidth":32,"imageheight":32,"margin":0,"spacing":0}}"#
            )
        };
        json(&format!(r#""layers":[],"tilesets":[{},{}]"#, set(first), set(second))).0
    };
    let owner = |map: &Map, gid| map.tileset_of(Gid(gid)).map(|(set, id)| (set.first_gid, id));
    let map = sets(5, 1);
    assert_eq!(map.tilesets[0].first_gid, 5);
    assert_eq!([1, 5, 4, 8].map(|gid| owner(&map, gid).unwrap()), [(1, 0), (5, 0), (1, 3), (5, 3)]);
    assert_eq!(owner(&sets(1, 101), 50), Some((1, 49)));
    let map = sets(1, 3);
    assert_eq!([owner(&map, 3), owner(&map, 4)], [Some((3, 0)), Some((3, 1))]);
}

#[test]
fn case_23_and_24_tiles_keep_their_order() {
    let (map, _) = xml(
        "<tileset firstgid=\"1\" name=\"c\" tilewidth=\"16\" tileheight=\"16\"><tile id=\"9\"><image source=\"a.png\"/></tile>
        <tile id=\"4\"><image source=\"b.png\"/></tile></tileset>",
    );
    assert_eq!(tileset(&map).tiles.iter().map(|tile| tile.id).collect::<Vec<_>>(), [9, 4]);
    assert_eq!(tileset(&map).id_span(), 10);
    let (map, _) = json(
        r#""layers":[],"tilesets":[{"firstgid":1,"name":"t","tilewidth":16,"tileheight":16,"image":"t.png",
        "imagewidth":32,"imageheight":32,"tiles":[{"id":3},{"id":0},{"id":1},{"id":2}]}]"#,
    );
    assert_eq!(tileset(&map).tiles.iter().map(|tile| tile.id).collect::<Vec<_>>(), [3, 0, 1, 2]);
    assert_eq!((tileset(&map).columns, tileset(&map).tile_count), (2, 4));
}

#[test]
fn case_25_terrains_become_a_wang_set() {
    let (old_xml, _) =
        xml("<tileset firstgid=\"1\" name=\"t\" tilewidth=\"16\" tileheight=\"16\"><terraintypes>
        <terrain name=\"g\" tile=\"0\"/><terrain name=\"h\" tile=\"-1\"/></terraintypes>
        <tile id=\"1\" terrain=\"0,,1,\"/></tileset>");
    let (old_json, _) = json(
        r#""layers":[],"tilesets":[{"firstgid":1,"name":"t","tilewidth":16,"tileheight":16,
        "terrains":[{"name":"g","tile":0},{"name":"h","tile":-1}],"tiles":[{"id":1,"terrain":[0,-1,1,-1]}]}]"#,
    );
    for map in [old_xml, old_json] {
        let set = first(extra(tileset(&map), "wangsets"));
        assert_eq!(
            (set.get("name").cloned(), set.get("type").cloned()),
            (Some(word("Terrains")), Some(word("corner")))
        );
        assert_eq!(set.get("tile"), Some(&Json::Number("-1".to_owned())));
        assert_eq!(names(set.get("colors").unwrap()), ["g", "h"]);
        let tile = first(set.get("wangtiles").unwrap());
        assert_eq!(tile.get("wangid"), Some(&Json::Integers(vec![0, 0, 0, 0, 0, 2, 0, 1].into())));
        assert!(tileset(&map).tiles[0].extra.is_empty());
    }
}

#[test]
fn case_26_tiles_under_keys() {
    let (map, _) = json(
        r#""layers":[],"tilesets":[{"firstgid":1,"name":"t","tilewidth":16,"tileheight":16,
        "tiles":{"3":{"type":"x"},"0":{}},"tileproperties":{"2":{"collides":true,"k":3}},
        "tilepropertytypes":{"2":{"collides":"bool","k":"int"}}}]"#,
    );
    let tiles = &tileset(&map).tiles;
    assert_eq!(tiles.iter().map(|tile| tile.id).collect::<Vec<_>>(), [0, 2, 3]);
    assert_eq!(tiles[1].properties.boolean("collides"), Some(true));
    assert_eq!(tiles[1].properties.get("k").unwrap().value, Value::Int(3));
}

#[test]
fn case_27_colours_of_edges_and_corners() {
    let (map, _) = json(
        r#""layers":[],"tilesets":[{"firstgid":1,"name":"t","tilewidth":16,"tileheight":16,"wangsets":[
        {"name":"w","tile":-1,"edgecolors":[{"name":"e1"},{"name":"e2"}],"cornercolors":[{"name":"c1"}],
        "wangtiles":[{"tileid":0,"hflip":false,"wangid":[1,1,2,0,0,0,0,1]}]}]}]"#,
    );
    let (in_xml, _) = xml(
        "<tileset firstgid=\"1\" name=\"t\" tilewidth=\"16\" tileheight=\"16\"><wangsets><wangset name=\"w\" tile=\"-1\">
        <wangedgecolor name=\"e1\"/><wangedgecolor name=\"e2\"/><wangcornercolor name=\"c1\"/>
        <wangtile tileid=\"0\" wangid=\"0x10000211\"/></wangset></wangsets></tileset>",
    );
    for map in [map, in_xml] {
        let set = first(extra(tileset(&map), "wangsets"));
        assert_eq!(set.get("type").cloned(), Some(word("mixed")));
        assert_eq!(names(set.get("colors").unwrap()), ["e1", "e2", "c1"]);
        let tile = first(set.get("wangtiles").unwrap());
        assert_eq!(tile.get("wangid"), Some(&Json::Integers(vec![1, 3, 2, 0, 0, 0, 0, 3].into())));
        assert_eq!(tile.get("hflip"), None);
    }
}

#[test]
fn case_28_a_wang_id_in_hexadecimal() {
    let (map, _) = xml(
        "<tileset firstgid=\"1\" name=\"t\" tilewidth=\"16\" tileheight=\"16\"><wangsets><wangset name=\"w\">
        <wangcornercolor name=\"c\"/><wangtile tileid=\"0\" wangid=\"0x10100010\"/></wangset></wangsets></tileset>",
    );
    let set = first(extra(tileset(&map), "wangsets"));
    assert_eq!(set.get("type").cloned(), Some(word("corner")));
    let tile = first(set.get("wangtiles").unwrap());
    assert_eq!(tile.get("wangid"), Some(&Json::Integers(vec![0, 1, 0, 0, 0, 1, 0, 1].into())));
}

#[test]
fn case_29_class_and_type() {
    let (map, _) = xml(
        "<objectgroup id=\"1\"><object id=\"1\" class=\"K\" type=\"T\"/><object id=\"2\" class=\"\" type=\"T\"/></objectgroup>",
    );
    let (twin, _) = json(
        r#""layers":[{"id":1,"name":"","type":"objectgroup","opacity":1,"visible":true,"objects":[
        {"id":1,"class":"K","type":"T"},{"id":2,"class":"","type":"T"}]}]"#,
    );
    for map in [map, twin] {
        assert_eq!(objects(&map).iter().map(|object| &*object.class).collect::<Vec<_>>(), ["K", "T"]);
    }
}

#[test]
fn case_30_a_tile_object_has_the_size_of_its_tile() {
    let (map, _) = xml(&format!(
        "{SET}<objectgroup id=\"1\"><object id=\"1\" gid=\"3\" x=\"0\" y=\"16\"/></objectgroup>"
    ));
    let object = &objects(&map)[0];
    assert_eq!((object.size.x, object.size.y, object.position.y), (16.0, 16.0, 16.0));
}

#[test]
fn case_31_an_image_layer_of_old() {
    let (map, _) = xml("<imagelayer id=\"1\" x=\"5\" y=\"6\"><image source=\"a.png\"/></imagelayer>");
    let layer = &map.layers[0];
    assert_eq!((layer.offset.x, layer.offset.y, layer.position.x, layer.position.y), (5.0, 6.0, 5, 6));
}

#[test]
fn case_32_text() {
    let (map, _) = xml(
        "<objectgroup id=\"1\"><object id=\"1\"><text kerning=\"0\" halign=\"right\" color=\"#80ff0000\">a\nb</text></object></objectgroup>",
    );
    let Shape::Text(text) = &objects(&map)[0].shape else { panic!() };
    assert_eq!(
        (&*text.text, text.kerning, &*text.halign, &*text.color),
        ("a\nb", false, "right", "#80ff0000")
    );
    assert_eq!((text.pixel_size, &*text.valign), (16, "top"));
}

#[test]
fn case_33_what_an_instance_overrides() {
    let template = "<template><tileset firstgid=\"1\" source=\"t.tsx\"/><object name=\"n\" type=\"c\" gid=\"2\" width=\"10\" height=\"20\" rotation=\"45\">
        <properties><property name=\"a\" value=\"1\"/><property name=\"b\" value=\"2\"/><property name=\"f\" type=\"file\" value=\"x.png\"/></properties></object></template>";
    let set = "<tileset name=\"t\" tilewidth=\"16\" tileheight=\"16\"/>";
    let text = xml_map(
        "",
        "<tileset firstgid=\"5\" source=\"objects/t.tsx\"/><objectgroup id=\"1\"><object id=\"1\" template=\"objects/d.tx\" x=\"1\" y=\"2\"/>
        <object id=\"2\" template=\"objects/d.tx\" x=\"1\" y=\"2\" width=\"40\" height=\"0\" name=\"\" rotation=\"0\">
        <properties><property name=\"b\" value=\"3\"/></properties></object></objectgroup>",
    );
    let (map, rules) = seen(load(&[("a.tmx", &text), ("objects/d.tx", template), ("objects/t.tsx", set)]));
    assert_eq!(rules, [""; 0]);
    let [plain, own] = objects(&map) else { panic!() };
    for object in [plain, own] {
        assert_eq!((&*object.name, &*object.class, object.gid), ("n", "c", Some(Gid(6))));
        assert_eq!((object.size.x, object.size.y), (10.0, 20.0));
        assert_eq!(object.properties.text("a"), Some("1"));
        assert_eq!(object.properties.text("f"), Some("objects/x.png"));
    }
    assert_eq!((plain.rotation, own.rotation), (45.0, 0.0));
    assert_eq!((plain.properties.text("b"), own.properties.text("b")), (Some("2"), Some("3")));
}

#[test]
fn case_34_a_template_that_is_missing() {
    let (map, rules) =
        xml("<objectgroup id=\"1\"><object id=\"1\" template=\"gone.tx\" x=\"3\" y=\"4\"/></objectgroup>");
    assert_eq!((objects(&map)[0].position.x, objects(&map)[0].position.y), (3.0, 4.0));
    assert_eq!(objects(&map)[0].template.as_deref(), Some("gone.tx"));
    assert_eq!(rules, ["template-missing"]);
}

#[test]
fn a_template_lends_the_map_its_tileset() {
    let template = r#"{"type":"template","tileset":{"firstgid":1,"source":"t.tsj"},
        "object":{"name":"plant","gid":2,"rotation":0,"visible":true}}"#;
    let set = r#"{"type":"tileset","name":"t","tilewidth":16,"tileheight":24,"image":"t.png"}"#;
    let map = json_map(
        r#""layers":[{"id":1,"name":"","type":"objectgroup","opacity":1,"visible":true,"objects":[
        {"id":1,"template":"p.tj","x":1,"y":2},{"id":2,"template":"p.tj","x":1,"y":2}]}]"#,
    );
    let (map, rules) = seen(load(&[("a.tmj", &map), ("p.tj", template), ("t.tsj", set)]));
    let object = &objects(&map)[1];
    assert_eq!((&*object.name, object.gid, object.size.y), ("plant", Some(Gid(2)), 24.0));
    let [lent] = &map.tilesets[..] else { panic!("{:?}", map.tilesets) };
    assert_eq!((lent.first_gid, lent.source.as_deref()), (1, Some("t.tsj")));
    assert_eq!(rules, ["template-tileset-missing"]);
}

#[test]
fn case_35_values_that_are_none() {
    let (map, rules) = xml(
        "<properties><property name=\"i\" type=\"int\" value=\"abc\"/><property name=\"b1\" type=\"bool\" value=\"yes\"/>
        <property name=\"b2\" type=\"bool\" value=\"0\"/><property name=\"b3\" type=\"bool\" value=\"False\"/>
        <property name=\"f\" type=\"float\" value=\"1,5\"/><property name=\"d\" value=\"first\"/></properties>
        <properties><property name=\"d\" value=\"last\"/></properties>",
    );
    let properties = &map.properties;
    assert_eq!(properties.get("i").unwrap().value, Value::Int(0));
    assert_eq!(
        ["b1", "b2", "b3"].map(|name| properties.boolean(name)),
        [Some(true), Some(false), Some(false)]
    );
    assert_eq!(properties.get("f").unwrap().value, Value::Float(0.0));
    assert_eq!(properties.text("d"), Some("last"));
    assert_eq!(rules, ["property-value-type", "property-value-type"]);
}

#[test]
fn case_36_and_37_classes_and_lists() {
    let (in_xml, _) = xml(
        "<properties><property name=\"c\" type=\"class\" propertytype=\"P\"><properties><property name=\"m\" type=\"int\" value=\"3\"/></properties></property>
        <property name=\"l\" type=\"list\"><item type=\"int\" value=\"1\"/><item value=\"s\"/><item type=\"list\"><item type=\"bool\" value=\"true\"/></item></property></properties>",
    );
    let (in_json, _) = json(
        r#""layers":[],"properties":[{"name":"c","type":"class","propertytype":"P","value":{"m":3}},
        {"name":"l","type":"list","value":[{"type":"int","value":1},{"type":"string","value":"s"},
        {"type":"list","value":[{"type":"bool","value":true}]}]}]"#,
    );
    for map in [in_xml, in_json] {
        let class = map.properties.get("c").unwrap();
        assert_eq!(class.type_name.as_deref(), Some("P"));
        let Value::Class(members) = &class.value else { panic!() };
        assert_eq!(members.get("m"), Some(&Json::Number("3".to_owned())));
        let Value::List(Json::Array(items)) = &map.properties.get("l").unwrap().value else { panic!() };
        assert_eq!(items[0].get("value"), Some(&Json::Number("1".to_owned())));
        assert_eq!(items[1].get("type").cloned(), Some(word("string")));
        assert_eq!(first(items[2].get("value").unwrap()).get("value"), Some(&Json::Bool(true)));
    }
}

#[test]
fn case_38_counters_that_are_missing() {
    // Old files have none, and it harms nobody until Tiled saves them: the model is right, and nothing is
    // said but of counters that are behind.
    let text = r#"{"type":"map","orientation":"orthogonal","width":1,"height":1,"tilewidth":16,"tileheight":16,
        "layers":[{"id":7,"name":"a","type":"group","opacity":1,"visible":true,"layers":[]},
        {"id":1,"name":"b","type":"objectgroup","opacity":1,"visible":true,"objects":[{"id":1},{"id":9}]}]}"#;
    let (map, rules) = seen(load(&[("a.tmj", text)]));
    assert_eq!((map.next_layer_id, map.next_object_id), (8, 10));
    assert_eq!(rules, [""; 0]);
    let stale = text.replace("\"width\":1", "\"width\":1,\"nextlayerid\":7,\"nextobjectid\":9");
    let (map, rules) = seen(load(&[("a.tmj", &stale)]));
    assert_eq!((map.next_layer_id, map.next_object_id), (8, 10));
    assert_eq!(rules, ["stale-next-id", "stale-next-id"]);
}

#[test]
fn pictures_within_files_are_found_like_files() {
    use base64::Engine as _;
    let mut png = Vec::new();
    image::RgbaImage::from_pixel(3, 2, image::Rgba([1, 2, 3, 255]))
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(&png);
    let image = format!("<image format=\"png\"><data encoding=\"base64\">\n  {text}\n</data></image>");
    let body = format!(
        "<tileset firstgid=\"1\" name=\"Floor Tiles\" tilewidth=\"1\" tileheight=\"1\">{image}</tileset>
        <tileset firstgid=\"9\" name=\"c\" tilewidth=\"3\" tileheight=\"2\"><tile id=\"4\">{image}</tile></tileset>
        <imagelayer id=\"1\" name=\"sky\">{image}</imagelayer>
        <imagelayer id=\"2\" name=\"broken\"><image format=\"png\"><data encoding=\"base64\">A</data></image></imagelayer>"
    );
    let mut sources = Sources::new("/nowhere");
    sources.insert("maps/a.tmx", xml_map("", &body));
    let (map, rules) = seen(load_map(&sources, "maps/a.tmx"));
    assert_eq!(rules, ["picture-data-unreadable"]);
    let LayerKind::Image(sky) = &map.layers[0].kind else { panic!() };
    let pictures = [
        tileset(&map).picture.as_ref().unwrap(),
        map.tilesets[1].tileset.as_ref().unwrap().tiles[0].picture.as_ref().unwrap(),
        &sky.picture,
    ];
    for picture in pictures {
        assert_eq!(picture.embedded.as_deref(), Some(&*png));
        let name = crate::source::resolve("maps", &picture.source);
        assert_eq!(&*sources.read(&name).unwrap(), &*png);
        assert_eq!(sources.existence(&name), crate::source::Existence::File);
        assert_eq!(sources.picture(&name), crate::source::PictureHeader::Size(3, 2));
    }
    assert!(pictures[0].source.starts_with("a.tmx-floor-tiles-"), "{}", pictures[0].source);
    assert_eq!(load_map(&sources, "maps/a.tmx").map, Some(map));
}

#[test]
fn shapes_and_points() {
    let (map, rules) = xml("<objectgroup id=\"1\"><object id=\"1\"><ellipse/><point/></object>
        <object id=\"2\"><polygon points=\"0,0 5;5 7,8\"/></object></objectgroup>");
    assert_eq!(objects(&map)[0].shape, Shape::Point);
    let Shape::Polygon(points) = &objects(&map)[1].shape else { panic!() };
    assert_eq!(points.len(), 2);
    assert_eq!(rules, ["shapes-mixed", "points-unreadable"]);
    let (map, rules) = json(
        r#""layers":[{"id":1,"name":"","type":"objectgroup","opacity":1,"visible":true,"objects":[
        {"id":1,"polygon":[{"x":0,"y":0},{"x":1}],"ellipse":true},{"id":2,"point":true,"ellipse":false}]}]"#,
    );
    assert_eq!(objects(&map)[0].shape, Shape::Ellipse);
    assert_eq!(objects(&map)[1].shape, Shape::Point);
    assert_eq!(rules, ["shapes-mixed"]);
}

#[test]
fn words_and_numbers_that_tiled_does_not_read() {
    let text =
        xml_map("renderorder=\"down-right\"", "<objectgroup id=\"1.0\" locked=\"yes\" draworder=\"x\"/>");
    let loaded = load(&[("a.tmx", &text)]);
    let told: Vec<_> = loaded
        .findings
        .iter()
        .filter(|finding| finding.rule.name.starts_with("field"))
        .map(|finding| (finding.rule.name, finding.spot.key.as_deref().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("field-word-unknown", "renderorder"),
            ("field-unreadable", "id"),
            ("field-unreadable", "locked"),
            ("field-word-unknown", "draworder"),
        ]
    );
    let (_, rules) = json(
        r#""renderorder":"left-up","layers":[{"id":1,"name":"","type":"objectgroup","opacity":"0.5","visible":1,
        "objects":[{"id":1,"rotation":"90","properties":[{"name":"x","type":"class","value":{"x":"text"}}]}]}]"#,
    );
    assert_eq!(rules, ["field-unreadable"; 3]);
}

#[test]
fn colours_that_tiled_does_not_read() {
    for (color, fine) in
        [("#123456", true), ("#80123456", true), ("red", true), ("", true), ("12345g", false)]
    {
        let (_, rules) = seen(load(&[("a.tmx", &xml_map(&format!("backgroundcolor=\"{color}\""), ""))]));
        assert_eq!(rules.is_empty(), fine, "{color}: {rules:?}");
        let (_, rules) = json(&format!(r#""layers":[],"backgroundcolor":"{color}""#));
        assert_eq!(rules.is_empty(), fine, "{color}: {rules:?}");
    }
    // Of a transparent colour the sign may be missing.
    let set = |trans: &str| {
        format!(
            "<tileset firstgid=\"1\" name=\"t\" tilewidth=\"1\" tileheight=\"1\"><image source=\"t.png\" trans=\"{trans}\"/></tileset>"
        )
    };
    assert_eq!(xml(&set("ff00ff")).1, [""; 0]);
    assert_eq!(xml(&set("pinkish")).1, ["field-unreadable"]);
}

#[test]
fn frames_of_the_mana_world() {
    let (map, _) = xml(
        "<tileset firstgid=\"1\" name=\"t\" tilewidth=\"16\" tileheight=\"16\"><tile id=\"0\"><properties>
        <property name=\"animation-frame0\" value=\"3\"/><property name=\"animation-delay0\" value=\"20\"/>
        <property name=\"animation-frame1\" type=\"int\" value=\"4\"/><property name=\"animation-delay1\" value=\"5\"/>
        </properties></tile></tileset>",
    );
    let frames: Vec<_> =
        tileset(&map).tiles[0].animation.iter().map(|frame| (frame.tile, frame.duration)).collect();
    assert_eq!(frames, [(3, 200), (4, 50)]);
}

#[test]
fn a_comment_among_tiles_is_told_and_read_over() {
    let (cells, rules) = data("<data encoding=\"csv\">1,2,<!-- 7,8 -->3,4</data>");
    assert_eq!((cells, rules), (Some(vec![1, 2, 3, 4]), vec!["comment-in-layer-data".to_owned()]));
    let (cells, rules) = data("<data encoding=\"csv\">1,2,3,4</data><!-- a door -->");
    assert_eq!((cells, rules.len()), (Some(vec![1, 2, 3, 4]), 0));
}

#[test]
fn maps_are_known_by_their_orientation() {
    let text = r#"{"orientation":"orthogonal","width":1,"height":1,"tilewidth":16,"tileheight":16}"#;
    assert!(load(&[("a.json", text)]).map.is_some());
    assert!(load(&[("a.json", r#"{"width":1}"#)]).map.is_none());
    assert!(load(&[("a.xml", &xml_map("", ""))]).map.is_some());
}

#[test]
fn every_finding_of_reading_has_its_place() {
    let loaded = load(&[("a.tmx", &xml_map("", "<objectgroup id=\"1\" visible=\"no\"/>"))]);
    assert!(loaded.findings.iter().all(|finding| finding.spot.span.is_some()));
    assert!(loaded.findings.iter().all(|finding| finding.rule.severity != Severity::Error));
}

/// Files that mean harm: nothing below may panic, hang or fill the memory.
mod hostile {
    use super::*;

    #[test]
    fn layers_without_text_share_one_budget() {
        let layer = "<layer id=\"1\" width=\"2048\" height=\"2048\"/>".repeat(2000);
        let (map, rules) = xml(&layer);
        let readable = map.layers.iter().filter(
            |layer| matches!(&layer.tiles().unwrap().data, TileData::Finite(gids) if gids.len() == 1 << 22),
        );
        assert_eq!(readable.count(), 32);
        assert_eq!(rules.iter().filter(|rule| *rule == "layer-too-large").count(), 1968);
    }

    #[test]
    fn chunks_and_huge_sizes_count_too() {
        let chunk = "<chunk x=\"0\" y=\"0\" width=\"1000000000\" height=\"1000000000\"/>";
        let layer = format!("<layer id=\"1\" width=\"-3\" height=\"1.5\"><data>{chunk}</data></layer>");
        let (map, rules) = xml(&layer);
        assert_eq!(map.layers[0].tiles().unwrap().data, TileData::Chunks(vec![]));
        assert!(rules.contains(&"layer-too-large".to_owned()), "{rules:?}");
        let zlib = "eJxjZGBgYAJiZiBmAWIAAGAACw==";
        let layer = format!(
            "<layer id=\"1\" width=\"1000000000\" height=\"1000000000\"><data encoding=\"base64\" compression=\"zlib\">{zlib}</data></layer>"
        );
        let (map, _) = xml(&layer);
        assert_eq!(map.layers[0].tiles().unwrap().data, TileData::Unreadable);
    }

    #[test]
    fn a_bomb_in_a_layer_is_told() {
        use std::io::Write as _;

        use base64::Engine as _;
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&vec![0; 64 << 20]).unwrap();
        let text = base64::engine::general_purpose::STANDARD.encode(zlib.finish().unwrap());
        let (cells, rules) = data(&format!("<data encoding=\"base64\" compression=\"zlib\">{text}</data>"));
        assert_eq!((cells, rules), (None, vec!["layer-data-unreadable".to_owned()]));
    }

    #[test]
    fn ten_thousand_levels_are_refused() {
        let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
        let class = "<properties><property name=\"a\" type=\"class\">";
        for body in [
            deep("<group id=\"1\">", "</group>"),
            deep(class, "</property></properties>"),
            deep("<tileset>", "</tileset>"),
        ] {
            let loaded = load(&[("a.tmx", &xml_map("", &body))]);
            assert!(loaded.map.is_none());
            assert_eq!(loaded.findings[0].rule.name, "broken-xml");
        }
        let groups = r#"{"type":"group","layers":["#.repeat(10_000);
        let text = json_map(&format!("\"layers\":[{groups}{}]", "]}".repeat(10_000)));
        let loaded = load(&[("a.tmj", &text)]);
        assert_eq!(loaded.findings[0].rule.name, "broken-json");
    }

    #[test]
    fn nesting_that_people_use_is_read() {
        let body = format!("{}{}", "<group id=\"1\">".repeat(200), "</group>".repeat(200));
        let (map, _) = xml(&body);
        assert_eq!(map.flat_layers().len(), 200);
    }

    #[test]
    fn the_largest_numbers() {
        let (map, _) = xml(
            "<tileset firstgid=\"4294967295\" name=\"t\" tilewidth=\"16\" tileheight=\"16\"><tile id=\"4294967295\"/><tile id=\"-1\"/></tileset>
            <layer id=\"4294967295\" width=\"2\" height=\"2\"><data encoding=\"csv\">4294967295,0,0,0</data></layer>
            <objectgroup id=\"2\"><object id=\"3\" gid=\"4294967295\" x=\"1e300\"/></objectgroup>",
        );
        assert_eq!(gids(&map.layers[0])[0], u32::MAX);
        assert_eq!(map.tileset_of(Gid(u32::MAX)), None);
        let (map, _) = json(
            r#""tilesets":[{"firstgid":1,"name":"t","tilewidth":16,"tileheight":16,
            "tiles":[{"id":4294967295,"animation":[{"tileid":4294967295,"duration":-5}]}]}],
            "layers":[{"id":4294967295,"name":"l","type":"objectgroup","opacity":1,"visible":true,
            "objects":[{"id":4294967295,"gid":4294967295,"width":-1e308}]}]"#,
        );
        assert_eq!(tileset(&map).id_span(), u32::MAX);
        assert_eq!((map.next_layer_id, map.next_object_id), (u32::MAX, u32::MAX));
    }

    #[test]
    fn a_million_corners_are_fine() {
        let points = "1,2 ".repeat(1_000_000);
        let (map, _) = xml(&format!(
            "<objectgroup id=\"1\"><object id=\"1\"><polygon points=\"{points}\"/></object></objectgroup>"
        ));
        let Shape::Polygon(points) = &objects(&map)[0].shape else { panic!() };
        assert_eq!(points.len(), 1_000_000);
    }

    #[test]
    fn circles_of_templates_and_tilesets_end() {
        let template = "<template><tileset firstgid=\"1\" source=\"t.tsx\"/><object gid=\"1\"/></template>";
        let set = "<tileset name=\"t\" tilewidth=\"1\" tileheight=\"1\"><tile id=\"0\"><objectgroup>
            <object id=\"1\" template=\"d.tx\"/></objectgroup></tile></tileset>";
        let map = xml_map(
            "",
            "<tileset firstgid=\"1\" source=\"t.tsx\"/><objectgroup id=\"1\"><object id=\"1\" template=\"d.tx\"/>
            <object id=\"2\" template=\"a.tmx\" x=\"7\"/></objectgroup>",
        );
        let (map, rules) = seen(load(&[("a.tmx", &map), ("t.tsx", set), ("d.tx", template)]));
        assert_eq!(objects(&map)[1].position, glam::DVec2::new(7.0, 0.0));
        assert!(rules.contains(&"tileset-file-missing".to_owned()), "{rules:?}");
        assert!(rules.contains(&"not-a-map".to_owned()), "{rules:?}");
    }

    #[test]
    fn a_small_map_cannot_multiply_a_large_template() {
        let template = format!(
            "<template><object><properties><property name=\"a\" value=\"{}\"/></properties></object></template>",
            "x".repeat(1 << 20)
        );
        let instances = "<object id=\"1\" template=\"d.tx\"/>".repeat(5000);
        let map = xml_map("", &format!("<objectgroup id=\"1\">{instances}</objectgroup>"));
        let (map, rules) = seen(load(&[("a.tmx", &map), ("d.tx", &template)]));
        assert_eq!(objects(&map).len(), 5000);
        assert!(objects(&map).iter().filter(|object| !object.properties.is_empty()).count() < 256);
        assert_eq!(rules.iter().filter(|rule| *rule == "template-missing").count(), 1);
    }

    #[test]
    fn entities_are_refused_where_few_stand_for_many() {
        let text = format!(
            "<!DOCTYPE map [<!ENTITY a \"{}\">]>{}",
            "a".repeat(1 << 16),
            xml_map(
                "",
                &format!(
                    "<properties><property name=\"a\">{}</property></properties>",
                    "&a;".repeat(1 << 16)
                )
            )
        );
        let loaded = load(&[("a.tmx", &text)]);
        assert!(loaded.map.is_none());
        assert_eq!(loaded.findings[0].rule.name, "broken-xml");
    }

    #[test]
    fn one_broken_thing_stops_no_other() {
        let (map, _) = xml("<layer id=\"1\" width=\"2\" height=\"2\"><data encoding=\"csv\">x</data></layer>
            <layer id=\"2\" width=\"2\" height=\"2\"><data encoding=\"base32\">x</data></layer><unknown/>
            <objectgroup id=\"3\"><object id=\"1\" x=\"a\"/><object id=\"2\" x=\"3\"/></objectgroup>");
        assert_eq!(map.layers.len(), 3);
        assert_eq!(objects(&map)[1].position, glam::DVec2::new(3.0, 0.0));
    }
}
