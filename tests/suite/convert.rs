//! `venue convert` from outside.

use std::{fs, path::Path, process::Command};

use rayon::prelude::*;
use venue::{
    convert,
    project::{Project, ProjectMap},
    source::Sources,
    workadventure::Meaning,
};

use crate::corpus::corpus;

const TMX: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<map version="1.10" tiledversion="1.10.2" orientation="orthogonal" renderorder="right-down" width="2" height="2" tilewidth="32" tileheight="32" infinite="0" nextlayerid="4" nextobjectid="3">
 <tileset firstgid="1" source="tiles/floor.tsx"/>
 <layer id="1" name="start" width="2" height="2">
  <data encoding="base64">AQAAAAIAAAAAAAAAAQAAgA==</data>
 </layer>
 <imagelayer id="3" name="sky"><image source="sky.png" width="8" height="8"/></imagelayer>
 <objectgroup id="2" name="floorLayer">
  <object id="1" template="door.tx" x="32" y="0"/>
  <object id="2" name="page" type="area" x="0" y="0" width="32" height="32">
   <properties><property name="openWebsite" value="pages/a b.html#top"/><property name="exitUrl" value="/_/global/x/y.json"/></properties>
  </object>
 </objectgroup>
</map>
"#;
const TSX: &str = r#"<tileset version="1.10" name="floor" tilewidth="32" tileheight="32" tilecount="2" columns="2">
 <image source="../pictures/floor.png" width="64" height="32"/>
 <tile id="0"><properties><property name="collides" type="bool" value="true"/></properties></tile>
</tileset>
"#;
const TX: &str = r#"<template><object name="door" type="area" width="32" height="64"><properties>
<property name="exitUrl" value="hall.tmj"/></properties></object></template>"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("venue.toml", ""), ("maps/a.tmx", TMX), ("maps/tiles/floor.tsx", TSX), ("maps/door.tx", TX)]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    assert_cmd::Command::cargo_bin("venue").unwrap().current_dir(folder).arg("convert").args(args).assert()
}

fn read(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn a_map_in_pieces_becomes_one_file() {
    let folder = project();
    run(folder.path(), &["maps/a.tmx", "maps/a.tmj"])
        .code(0)
        .stdout("maps/a.tmj: 1 tileset embedded, 1 object detached from its template, 1 layer decoded\n");
    let map = read(folder.path(), "maps/a.tmj");
    assert_eq!(map["layers"][0]["data"], serde_json::json!([1, 2, 0, 0x8000_0001_u32]));
    let tileset = &map["tilesets"][0];
    assert_eq!((&tileset["firstgid"], &tileset["image"]), (&1.into(), &"pictures/floor.png".into()));
    assert_eq!(tileset["tiles"][0]["properties"][0]["name"], "collides");
    let door = &map["layers"][2]["objects"][0];
    assert_eq!((&door["name"], &door["type"], &door["height"]), (&"door".into(), &"area".into(), &64.into()));
    assert_eq!(door["properties"][0]["value"], "hall.tmj");
    assert!(door.get("template").is_none());
}

#[test]
fn what_a_map_refers_to_is_named_from_where_it_lies_now() {
    let folder = project();
    let out = run(folder.path(), &["maps/a.tmx", "out/of/a.json", "--format", "json"]).code(0);
    let said: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
    assert_eq!(said["out"], "out/of/a.json");
    assert_eq!(said["bytes"], fs::metadata(folder.path().join("out/of/a.json")).unwrap().len());
    let map = read(folder.path(), "out/of/a.json");
    assert_eq!(map["tilesets"][0]["image"], "../../maps/pictures/floor.png");
    assert_eq!(map["layers"][1]["image"], "../../maps/sky.png");
    let objects = &map["layers"][2]["objects"];
    assert_eq!(objects[0]["properties"][0]["value"], "../../maps/hall.tmj");
    let value = |name: &str| {
        let properties = objects[1]["properties"].as_array().unwrap();
        properties.iter().find(|property| property["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(value("openWebsite"), "../../maps/pages/a b.html#top");
    assert_eq!(value("exitUrl"), "/_/global/x/y.json");
}

#[test]
fn an_old_map_gets_what_workadventure_misses() {
    const OLD: &str = r#"<map version="1.0" orientation="orthogonal" width="1" height="1" tilewidth="8" tileheight="8">
 <tileset firstgid="1" name="old" tilewidth="8" tileheight="8"><image source="old.png"/></tileset>
 <layer name="floor" width="1" height="1"><data encoding="csv">6</data></layer>
 <objectgroup name="floorLayer"><object x="0" y="0"/><object id="7" x="0" y="0"/></objectgroup>
</map>"#;
    let folder = project();
    fs::write(folder.path().join("old.tmx"), OLD).unwrap();
    image::RgbaImage::new(24, 16).save(folder.path().join("old.png")).unwrap();
    run(folder.path(), &["old.tmx", "old.tmj"]).code(0);
    let map = read(folder.path(), "old.tmj");
    let ids = |list: &serde_json::Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    };
    assert_eq!((ids(&map["layers"]), &map["nextlayerid"]), (vec![1, 2], &3.into()));
    assert_eq!((ids(&map["layers"][1]["objects"]), &map["nextobjectid"]), (vec![8, 7], &9.into()));
    let set = &map["tilesets"][0];
    let numbers = ["imagewidth", "imageheight", "columns", "tilecount"].map(|key| set[key].as_u64().unwrap());
    assert_eq!(numbers, [24, 16, 3, 6]);
}

#[test]
fn outside_the_project_too() {
    let folder = project();
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("a.tmj");
    run(folder.path(), &["maps/a.tmx", out.to_str().unwrap()]).code(0);
    let map = read(elsewhere.path(), "a.tmj");
    let picture = elsewhere.path().join(map["tilesets"][0]["image"].as_str().unwrap());
    fs::create_dir(folder.path().join("maps/pictures")).unwrap();
    fs::write(folder.path().join("maps/pictures/floor.png"), "here").unwrap();
    assert_eq!(fs::read_to_string(picture).unwrap(), "here");
}

#[test]
fn a_map_that_lacks_a_part_is_not_written() {
    let folder = project();
    fs::remove_file(folder.path().join("maps/tiles/floor.tsx")).unwrap();
    fs::write(folder.path().join("maps/a.tmj"), "older").unwrap();
    let assert = run(folder.path(), &["maps/a.tmx", "maps/a.tmj"]).code(1).stdout("");
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("maps/a.tmx:3:") && said.contains("nothing was written"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("maps/a.tmj")).unwrap(), "older");
    run(folder.path(), &["maps/a.tmx", "maps/a.png"]).code(2);
    run(folder.path(), &["maps/gone.tmx", "maps/a.tmj"]).code(2);
}

/// A picture of two pixels in one row, as PNG.
fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(2, 1, image::Rgba([200, 30, 60, 255]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn pictures_within_a_map_come_to_lie_beside_its_new_file() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().unwrap();
    let data = base64::engine::general_purpose::STANDARD.encode(png());
    let image = format!("<image format=\"png\"><data encoding=\"base64\">{data}</data></image>");
    let text = format!(
        "<map version=\"1.0\" orientation=\"orthogonal\" width=\"2\" height=\"1\" tilewidth=\"1\" tileheight=\"1\">
        <tileset firstgid=\"1\" name=\"dots\" tilewidth=\"1\" tileheight=\"1\">{image}</tileset>
        <layer name=\"floor\" width=\"2\" height=\"1\"><data encoding=\"csv\">1,2</data></layer>
        <imagelayer name=\"sky\">{image}</imagelayer></map>"
    );
    fs::create_dir(folder.path().join("maps")).unwrap();
    fs::write(folder.path().join("maps/a.tmx"), text).unwrap();
    fs::write(folder.path().join("venue.toml"), "").unwrap();
    run(folder.path(), &["maps/a.tmx", "out/b.tmj"])
        .code(0)
        .stdout("out/b.tmj: 2 pictures written beside it\n");
    let map = read(folder.path(), "out/b.tmj");
    for picture in [&map["tilesets"][0]["image"], &map["layers"][1]["image"]] {
        assert_eq!(fs::read(folder.path().join("out").join(picture.as_str().unwrap())).unwrap(), png());
    }
    assert_eq!(fs::read_dir(folder.path().join("maps")).unwrap().count(), 1);

    let venue = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        command.current_dir(folder.path()).args(args).assert().code(0);
    };
    venue(&["render", "maps/a.tmx", "--out", "one.png"]);
    venue(&["render", "out/b.tmj", "--out", "two.png"]);
    let drawn = image::open(folder.path().join("one.png")).unwrap().into_rgba8();
    assert!(drawn.pixels().all(|pixel| pixel.0 == [200, 30, 60, 255]), "{drawn:?}");
    assert_eq!(drawn, image::open(folder.path().join("two.png")).unwrap().into_rgba8());
    venue(&["bundle", "maps/a.tmx", "--no-check", "--out", "dist"]);
    venue(&["render", "dist/maps/a.tmj", "--out", "three.png"]);
    assert_eq!(drawn, image::open(folder.path().join("three.png")).unwrap().into_rgba8());
}

#[test]
fn what_the_classes_of_the_tiled_project_give_is_written_out() {
    let folder = project();
    let types = r#"{"propertyTypes": [{"id": 1, "name": "area", "type": "class", "useAs": ["object"], "members": [
        {"name": "openWebsite", "type": "string", "value": "of-the-class.html"},
        {"name": "jitsiRoom", "type": "string", "value": "desk"}]}]}"#;
    fs::write(folder.path().join("venue.tiled-project"), types).unwrap();
    run(folder.path(), &["maps/a.tmx", "maps/a.tmj"]).code(0).stdout(
        "maps/a.tmj: 1 tileset embedded, 1 object detached from its template, 1 layer decoded, classes written out\n",
    );
    let objects = &read(folder.path(), "maps/a.tmj")["layers"][2]["objects"];
    let page = |index: usize| {
        let properties = objects[index]["properties"].as_array().unwrap();
        let value = |name: &str| properties.iter().find(|one| one["name"] == name).unwrap()["value"].clone();
        (value("openWebsite"), value("jitsiRoom"))
    };
    assert_eq!(page(0), ("of-the-class.html".into(), "desk".into()));
    assert_eq!(page(1), ("pages/a b.html#top".into(), "desk".into()));
}

#[test]
fn what_is_plain_keeps_its_text() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let kit = corpus.join("map-starter-kit/office.tmj");
    for name in ["office.tmj", "again.tmj"] {
        fs::copy(&kit, folder.path().join(name)).unwrap();
    }
    run(folder.path(), &["office.tmj", "again.tmj"]).code(0).stdout("again.tmj: plain already\n");
    assert_eq!(fs::read(folder.path().join("again.tmj")).unwrap(), fs::read(kit).unwrap());
}

/// Every map of the corpus that loads whole, converted in its folder.
#[test]
fn converted_maps_mean_the_same_and_convert_to_themselves() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(std::slice::from_ref(&corpus), None).unwrap();
    let wrong: Vec<String> = project
        .maps
        .par_iter()
        .filter_map(|map| {
            let name = format!("{}.plain.tmj", map.name);
            let converted =
                convert::convert(&project.sources, project.types_of(&map.name), map, &name).ok()?;
            let mut sources = Sources::new(&corpus);
            sources.insert(name.clone(), converted.text.clone());
            let again = ProjectMap::load(&sources, &name);
            let Some(plain) = again.map.as_ref() else {
                return Some(format!("{name}: does not load: {:?}", again.findings));
            };
            let (before, after) = (Meaning::of(map.map.as_ref()?), Meaning::of(plain));
            let counts =
                |meaning: &Meaning| (meaning.zones.len(), meaning.entries.len(), meaning.exits.len());
            if before.walk != after.walk || counts(&before) != counts(&after) {
                return Some(format!("{}: means something else", map.name));
            }
            let twice = convert::convert(&sources, None, &again, &name).unwrap();
            (twice.text != converted.text).then(|| format!("{}: a second time differs", map.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tiled draws a converted map as it draws its source.
#[test]
fn tiled_draws_converted_maps_as_their_sources() {
    let Some(corpus) = corpus() else { return };
    if Command::new("tmxrasterizer").arg("--version").output().is_err() {
        eprintln!("skipped: tmxrasterizer is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let project = Project::open(std::slice::from_ref(&corpus), None).unwrap();
    let draw = |map: &Path, out: &Path| {
        let mut command = Command::new("tmxrasterizer");
        command.env("QT_QPA_PLATFORM", "offscreen").arg(map).arg(out);
        assert!(command.output().unwrap().status.success(), "{}", map.display());
        image::open(out).unwrap().into_rgba8()
    };
    for name in [
        "rs-tiled/assets/tiled_base64_zstandard.tmx",
        "tiled/examples/sewers.tmx",
        "tiled/examples/orthogonal-outside.tmx",
        "fossgis/fossgis-2023/base.json",
    ] {
        let map = project.map(name).unwrap_or_else(|| panic!("{name}"));
        let out = folder.path().join("out.tmj");
        let converted = convert::convert(
            &project.sources,
            project.types_of(&map.name),
            map,
            &project.name_of(&out).unwrap(),
        )
        .unwrap();
        fs::write(&out, converted.text).unwrap();
        let (one, two) = (folder.path().join("one.png"), folder.path().join("two.png"));
        assert!(draw(&corpus.join(name), &one) == draw(&out, &two), "{name}");
    }
}
