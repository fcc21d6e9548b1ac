//! The project file of `venue schema tiled-project`, opened in Tiled itself.
//!
//! Tiled 1.8 reads its enums and classes as types of properties. That objects, layers and tiles get what
//! their class offers came with 1.9, and is not judged here.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use venue::{
    check::{Settings, check},
    finding::Severity,
    project::Project,
    schema::tiled_project,
};

/// Longest time that Tiled has, in steps of [`STEP`].
const STEPS: u32 = 600;
const STEP: Duration = Duration::from_millis(50);

const MAP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<map version="1.8" tiledversion="1.8.2" orientation="orthogonal" renderorder="right-down" width="4" height="3" tilewidth="32" tileheight="32" infinite="0" nextlayerid="3" nextobjectid="2">
 <tileset firstgid="1" name="tiles" tilewidth="32" tileheight="32" tilecount="1" columns="1">
  <image source="tiles.png" width="32" height="32"/>
 </tileset>
 <layer id="1" name="start" width="4" height="3">
  <data encoding="csv">
1,0,0,0,
0,0,0,0,
0,0,0,0
</data>
 </layer>
 <objectgroup id="2" name="floorLayer">
  <object id="1" name="stage" type="area" x="64" y="32" width="64" height="32">
   <properties>
    <property name="openWebsite" value="https://example.org"/>
    <property name="openWebsiteTrigger" propertytype="openWebsiteTrigger" value="onaction"/>
   </properties>
  </object>
 </objectgroup>
</map>
"#;

/// Opens the map in Tiled as somebody does who has opened the project before, and gives what a script of
/// Tiled's exports.
fn exported(folder: &Path, script: &str) -> Option<String> {
    let settings = folder.join("settings");
    fs::create_dir_all(settings.join("tiled/extensions")).unwrap();
    fs::create_dir_all(settings.join("mapeditor.org")).unwrap();
    let session = folder.join("venue.tiled-session");
    fs::write(&session, r#"{ "openFiles": [], "project": "venue.tiled-project" }"#).unwrap();
    let last = format!("[Project]\nLastSession={}\n", session.display());
    fs::write(settings.join("mapeditor.org/tiled.conf"), last).unwrap();
    fs::write(settings.join("tiled/extensions/export.js"), script).unwrap();
    run(folder, "hall.tmx", "hall.tmj")
}

/// Opens a map of the folder in Tiled, and gives the file that a script of its extensions leaves, whole as soon as
/// it has its name; none without Tiled.
fn run(folder: &Path, map: &str, left: &str) -> Option<String> {
    let program = assert_cmd::cargo::cargo_bin("venue").parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path)));
    let mut tiled = Command::new("tiled")
        .arg("--new-instance")
        .arg(map)
        .current_dir(folder)
        .env("PATH", path.unwrap())
        .env("QT_QPA_PLATFORM", "offscreen")
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder)
        .env("XDG_CONFIG_HOME", folder.join("settings"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Its window stays open.
    let out = folder.join(left);
    for _ in 0..STEPS {
        if out.exists() || tiled.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(STEP);
    }
    let text = fs::read_to_string(out);
    let _ended = tiled.kill();
    let _ended = tiled.wait();
    Some(text.unwrap())
}

#[test]
fn tiled_itself_offers_our_types_and_writes_what_workadventure_reads() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("venue.tiled-project"), tiled_project()).unwrap();
    fs::write(folder.path().join("hall.tmx"), MAP).unwrap();
    image::RgbaImage::new(32, 32).save(folder.path().join("tiles.png")).unwrap();
    // A value of a type is given by Tiled only if it knows the type.
    let script = "tiled.activeAssetChanged.connect(function (map) {
  if (!map || !map.isTileMap) return;
  var stage = map.layers[1].objects[0];
  stage.setProperty('jitsiRoom', 'stage');
  stage.setProperty('jitsiTrigger', tiled.propertyValue('jitsiTrigger', 'onaction'));
  stage.setProperty('probe', tiled.propertyValue('area', { jitsiRoom: 'x' }));
  tiled.mapFormat('json').write(map, 'hall.tmp');
  File.move('hall.tmp', 'hall.tmj');
});
";
    let Some(text) = exported(folder.path(), script) else {
        eprintln!("skipped: Tiled is not installed");
        return;
    };
    let map: Value = serde_json::from_str(&text).unwrap();
    let properties = &map["layers"][1]["objects"][0]["properties"];
    let property = |name: &str| {
        let found = properties.as_array().unwrap().iter().find(|property| property["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {properties:#}")).clone()
    };
    for name in ["jitsiTrigger", "openWebsiteTrigger"] {
        let property = property(name);
        assert_eq!(property["propertytype"], name);
        assert_eq!((&property["type"], &property["value"]), (&"string".into(), &"onaction".into()));
    }
    assert_eq!(property("probe")["propertytype"], "area");
    assert_eq!(property("probe")["value"]["jitsiRoom"], "x");
    // The same map is fine to us.
    fs::remove_file(folder.path().join("hall.tmx")).unwrap();
    let project = Project::open(&[folder.path().to_owned()], None).unwrap();
    let settings = Settings::new(&project, &[], &[]).unwrap();
    let found = check(&project, &settings);
    let bad: Vec<_> = found.iter().filter(|finding| finding.rule.severity > Severity::Info).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn what_is_merely_offered_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("venue.tiled-project"), tiled_project()).unwrap();
    fs::write(folder.path().join("hall.tmx"), MAP).unwrap();
    image::RgbaImage::new(32, 32).save(folder.path().join("tiles.png")).unwrap();
    let done = assert_cmd::Command::cargo_bin("venue")
        .unwrap()
        .current_dir(folder.path())
        .args(["convert", "hall.tmx", "plain.tmj"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let map: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("plain.tmj")).unwrap()).unwrap();
    // An empty jitsiRoom would open a meeting at every area of the class.
    let properties = map["layers"][1]["objects"][0]["properties"].as_array().unwrap();
    let names: Vec<&str> = properties.iter().map(|property| property["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["openWebsite", "openWebsiteTrigger"]);
}

#[test]
fn the_extension_goes_to_the_places_of_findings_in_real_tiled() {
    let folder = tempfile::tempdir().unwrap();
    let mut new = assert_cmd::Command::cargo_bin("venue").unwrap();
    new.current_dir(folder.path()).args(["new", "fair"]).assert().success();
    let lobby = folder.path().join("fair/maps/lobby.tmj");
    let text = fs::read_to_string(&lobby).unwrap();
    let broken = text.replace("hall.tmj#from-lobby", "hal.tmj#from-lobby");
    fs::write(&lobby, broken.replacen("\"value\":\"onaction\"", "\"value\":\"onacton\"", 1)).unwrap();
    let extension = fs::read_to_string(folder.path().join("fair/extensions/venue.js")).unwrap();
    // Nobody can click here: what would be listed is kept, and clicked by the script.
    let heard = extension.replace("tiled.error(text, visit)", "heard(text, visit)");
    let heard = heard.replace("tiled.warn(text, visit)", "heard(text, visit)");
    let script = format!(
        "const said = [];
const visits = [];
function heard(text, visit) {{ said.push(text); visits.push(visit); }}
{heard}
tiled.assetOpened.connect((map) => {{
    try {{
        tiled.activeAsset = map;
        tiled.trigger('VenueCheck');
        for (const visit of visits) {{
            visit();
            const selected = map.selectedObjects.map((object) => object.name);
            said.push(map.currentLayer.name + ' [' + selected + '] ' + map.selectedArea.boundingRect);
        }}
    }} catch (error) {{ said.push('thrown: ' + error); }}
    const file = new TextFile('said.tmp', TextFile.WriteOnly);
    file.write(said.join('\\n'));
    file.commit();
    File.move('said.tmp', 'said.txt');
}});
"
    );
    let extensions = folder.path().join("settings/tiled/extensions");
    fs::create_dir_all(&extensions).unwrap();
    fs::write(extensions.join("venue.js"), script).unwrap();
    let Some(said) = run(folder.path(), "fair/maps/lobby.tmj", "said.txt") else {
        eprintln!("skipped: Tiled is not installed");
        return;
    };
    assert!(
        said.contains("exit leads to \"hal.tmj#from-lobby\"") && said.contains("[trigger-value]"),
        "{said}"
    );
    assert!(said.contains("exit-hall [] QRect(20, 0, 4, 1)"), "{said}");
    assert!(said.contains("floorLayer [programme] "), "{said}");
}
