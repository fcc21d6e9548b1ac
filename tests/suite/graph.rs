//! `venue graph`

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::serve::demo;

fn graph(folder: &Path, args: &[&str]) -> String {
    let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
    let output = command.current_dir(folder).arg("graph").args(args).assert().success();
    String::from_utf8(output.get_output().stdout.clone()).unwrap()
}

/// A lobby with exits to a hall and to what is not there, a hall without a way back, a cellar that
/// nobody gets to.
fn world() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let map = |exits: &[&str], entry: &str| {
        let layer = |id: usize, name: &str, properties: Value| {
            json!({"type": "tilelayer", "id": id, "name": name, "width": 2, "height": 2, "x": 0, "y": 0,
                "visible": true, "opacity": 1, "data": [1, 1, 1, 1], "properties": properties})
        };
        let mut layers = vec![
            layer(1, "start", json!([])),
            layer(2, entry, json!([{"name": "start", "type": "bool", "value": true}])),
        ];
        for (number, exit) in exits.iter().enumerate() {
            let leads = json!([{"name": "exitUrl", "type": "string", "value": exit}]);
            layers.push(layer(3 + number, &format!("exit-{number}"), leads));
        }
        json!({"type": "map", "version": "1.10", "orientation": "orthogonal", "infinite": false, "width": 2,
            "height": 2, "tilewidth": 32, "tileheight": 32, "nextlayerid": 20, "nextobjectid": 1, "layers": layers,
            "tilesets": []})
        .to_string()
    };
    fs::write(folder.path().join("venue.toml"), "[project]\nentry = \"lobby.tmj\"\n").unwrap();
    fs::write(
        folder.path().join("lobby.tmj"),
        map(&["hall.tmj#door", "hall.tmj#dor", "bar.tmj", "#side"], "side"),
    )
    .unwrap();
    fs::write(folder.path().join("hall.tmj"), map(&[], "door")).unwrap();
    fs::write(folder.path().join("cellar.tmj"), map(&["lobby.tmj", "/@/org/world/\"quoted\""], "trap<door>"))
        .unwrap();
    folder
}

#[test]
fn the_world_in_words() {
    let folder = world();
    insta::assert_snapshot!(graph(folder.path(), &[]), @r##"
    cellar.tmj  2 x 2  [nobody gets here]
      -> /@/org/world/"quoted"  (exit-1)
      -> lobby.tmj  (exit-0)
      no exit leads to #trap<door>
    hall.tmj  2 x 2  [no way out]
    lobby.tmj  2 x 2  [start]
      -> bar.tmj  (exit-2)  ! "bar.tmj" does not exist
      -> hall.tmj  (exit-1)  ! there is no entry "dor"
      -> hall.tmj#door  (exit-0)
      -> lobby.tmj#side  (exit-3)
    "##);
}

#[test]
fn the_world_for_programs() {
    let folder = world();
    let told: Value = serde_json::from_str(&graph(folder.path(), &["--format", "json"])).unwrap();
    assert_eq!(told["version"], 1);
    let maps: Vec<(&str, &Value, &Value)> = told["maps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|map| (map["map"].as_str().unwrap(), &map["reachable"], &map["dead_end"]))
        .collect();
    assert_eq!(
        maps,
        [
            ("cellar.tmj", &json!(false), &json!(false)),
            ("hall.tmj", &json!(true), &json!(true)),
            ("lobby.tmj", &json!(true), &json!(false)),
        ]
    );
    let way = told["ways"].as_array().unwrap().iter().find(|way| way["entry"] == "door").unwrap();
    assert_eq!(
        way,
        &json!({"from": "lobby.tmj", "to": "hall.tmj", "text": "hall.tmj#door", "entry": "door",
            "exits": ["exit-0"], "problem": null})
    );
}

#[test]
fn the_world_for_graphviz_and_mermaid() {
    let folder = world();
    insta::assert_snapshot!(graph(folder.path(), &["--format", "dot"]), @r##"
    digraph venue {
      rankdir=LR;
      node [shape=box, style=rounded, fontname="sans-serif"];
      "cellar.tmj" [label="Cellar\ncellar.tmj\nnobody gets here", style="rounded,dashed"];
      "hall.tmj" [label="Hall\nhall.tmj\nno way out"];
      "lobby.tmj" [label="Lobby\nlobby.tmj\nstart", penwidth=3];
      "/@/org/world/\"quoted\"" [shape=plaintext];
      "bar.tmj" [shape=plaintext];
      "cellar.tmj" -> "/@/org/world/\"quoted\"" [label=""];
      "cellar.tmj" -> "lobby.tmj" [label=""];
      "lobby.tmj" -> "bar.tmj" [label="\"bar.tmj\" does not exist", style=dashed, color="#d55e00"];
      "lobby.tmj" -> "hall.tmj" [label="there is no entry \"dor\"", style=dashed, color="#d55e00"];
      "lobby.tmj" -> "hall.tmj" [label="#door"];
      "lobby.tmj" -> "lobby.tmj" [label="#side"];
    }
    "##);
    insta::assert_snapshot!(graph(folder.path(), &["--format", "mermaid"]), @r##"
    flowchart LR
      map0["Cellar<br>cellar.tmj<br>nobody gets here"]
      map1["Hall<br>hall.tmj<br>no way out"]
      map2["Lobby<br>lobby.tmj<br>start"]
      place0(["/@/org/world/#34;quoted#34;"])
      place1(["bar.tmj"])
      map0 --> place0
      map0 --> map2
      map2 -.->|"#34;bar.tmj#34; does not exist"| place1
      map2 -.->|"there is no entry #34;dor#34;"| map1
      map2 -->|"#35;door"| map1
      map2 -->|"#35;side"| map2
    "##);
}

/// A picture that any viewer reads, with a card and a picture for each map, and the same every time.
#[test]
fn the_world_as_a_picture() {
    let folder = demo();
    let out = folder.path().join("world.svg");
    assert_eq!(graph(folder.path(), &["--format", "svg", "--out", out.to_str().unwrap()]), "");
    let svg = fs::read_to_string(&out).unwrap();
    assert_eq!(svg, graph(folder.path(), &["--format", "svg"]));
    let document = roxmltree::Document::parse(&svg).unwrap();
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((count("image"), count("g")), (3, 3));
    let texts: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .collect();
    assert!(texts.contains(&"Demo Days: Lobby") && texts.contains(&"#from-lobby"), "{texts:?}");
}
