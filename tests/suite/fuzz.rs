//! The targets of the fuzzer, each on a few texts: they stay in order, and what was found stays mended.

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a library to the fuzzer")]
mod targets;

use crate::stands::{hall, spec};

/// Every text, whole, cut in the middle, and with a byte that is no text.
fn around(texts: &[&[u8]], target: fn(&[u8])) {
    for text in texts {
        target(text);
        target(&text[..text.len() / 2]);
        let mut broken = text.to_vec();
        broken.insert(text.len() / 3, 0xFF);
        target(&broken);
    }
    target(b"");
}

#[test]
fn every_target_takes_what_it_is_for() {
    let map = hall(12, 10, &[]);
    let tmx = br#"<?xml version="1.0"?><map version="1.10" orientation="orthogonal" width="2" height="1" tilewidth="32"
        tileheight="32"><tileset firstgid="1" name="t" tilewidth="32" tileheight="32" tilecount="2" columns="2">
        <image source="tiles.png" width="64" height="32"/></tileset><layer id="1" name="start" width="2" height="1">
        <data encoding="csv">1,2</data></layer></map>"#;
    around(&[map.as_bytes(), tmx], targets::map);
    around(&[map.as_bytes(), tmx], targets::bundle);
    let text = spec(&[0]);
    let specs = [
        format!("t{text}"),
        "j{\"venue\":\"hall.tmj\",\"sponsors\":[]}".to_owned(),
        "cname,tier\nAda,gold\n".to_owned(),
        "lversion = 1\n".to_owned(),
    ];
    around(&specs.each_ref().map(String::as_bytes), targets::spec);
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>"#;
    around(&[drawing, include_bytes!("../fuzz/src/tiles.png")], targets::logo);
    around(&[b"[project]\nname = \"E\"\n[links]\na = \"https://a.example\"\n"], targets::config);
    let beside: [&[u8]; 7] = [
        br#"t<tileset name="t" tilewidth="32" tileheight="32" tilecount="2" columns="2"><image source="tiles.png"/></tileset>"#,
        br#"j{"name":"t","tilewidth":32,"tileheight":32,"tilecount":2,"columns":2,"image":"tiles.png"}"#,
        br#"x<template><object name="o" width="32" height="32"/></template>"#,
        br#"w{"version":"1.0.0","mapUrl":"map.tmj","entities":{},"areas":[],"entityCollections":[]}"#,
        br#"W{"maps":[{"fileName":"map.tmj","x":0,"y":0}],"type":"world"}"#,
        br#"p{"propertyTypes":[{"id":1,"name":"E","type":"enum","values":["a"],"storageType":"string"}]}"#,
        br#"b{"version":1,"findings":[]}"#,
    ];
    around(&beside, targets::beside);
}
