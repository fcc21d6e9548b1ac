//! Rules about scripts, variables, and doors and bells of the scripting library.

use serde_json::Value;

use super::{FLOOR, Venue, WALL, healthy, layer, prop};

const SCRIPT: &str = "https://a.example/script.js";

fn scripted() -> Venue {
    healthy().property("script", SCRIPT)
}

/// A map with a door in its roof: layers `open` and `doors/closed`, the latter of this tile; the
/// variable with these properties beside those that it needs.
fn door(closed: u32, properties: impl AsRef<[Value]>) -> Venue {
    let mut all = vec![prop("door", true), prop("openLayer", "open"), prop("closeLayer", "doors/closed")];
    all.retain(|one| properties.as_ref().iter().all(|other| other["name"] != one["name"]));
    all.extend(properties.as_ref().iter().cloned());
    scripted().object("door", "variable", [1, 1, 1, 1], all).with(|map| {
        let mut layers = [layer("open", FLOOR, &[(4, 2)]), layer("closed", closed, &[(4, 2)])];
        for (index, layer) in layers.iter_mut().enumerate() {
            layer["id"] = (20 + index).into();
        }
        let [open, closed] = layers;
        let group = serde_json::json!({"type": "group", "name": "doors", "id": 22, "x": 0, "y": 0,
            "visible": true, "opacity": 1, "layers": [closed]});
        map["layers"].as_array_mut().unwrap().splice(3..3, [open, group]);
    })
}

/// The same with a layer before the door.
fn step(properties: impl AsRef<[Value]>) -> Venue {
    door(WALL, []).layer("step", &[(4, 3)], properties)
}

const VARIABLE: &str = "/layers/5/objects/0";
const STEP: &str = "/layers/0/properties/0/value";

#[test]
fn doors_that_work() {
    door(WALL, [prop("default", false)]).is_fine();
    step([prop("doorVariable", "door"), prop("code", "1234"), prop("codeVariable", "door")]).is_fine();
    step([prop("doorVariable", "{{{ door }}}")]).is_fine();
    step([prop("bindVariable", "door"), prop("enterValue", true)]).is_fine();
    door(WALL, [prop("closeLayer", "doors\nopen")]).is_fine();
}

#[test]
fn variables_that_are_missing() {
    let entry = step([prop("doorVariable", "dor")]).fires("variable-missing", STEP);
    assert!(entry.message.starts_with("all doors and bells of the map are dead"), "{}", entry.message);
    assert_eq!(entry.help.as_deref(), Some("did you mean \"door\"?"));
    assert_eq!(entry.place.layer.as_deref(), Some("step"));
    step([prop("bindVariable", "lights"), prop("enterValue", true)]).fires("variable-missing", STEP);
    step([prop("bellVariable", "bell")]).fires("variable-missing", STEP);
    door(WALL, [])
        .object("step", "area", [4, 3, 1, 1], [prop("doorVariable", "dor")])
        .fires("variable-missing", "/layers/5/objects/1/properties/0/value");
}

#[test]
fn layers_of_doors() {
    let entry = door(WALL, [prop("closeLayer", "closed")])
        .fires("door-layer-missing", &format!("{VARIABLE}/properties/2/value"));
    assert_eq!(entry.help.as_deref(), Some("did you mean \"doors/closed\"?"));
    assert!(entry.fix.is_some_and(|fix| fix.safe));
    door(WALL, [prop("openLayer", "")]).fires("door-layer-missing", VARIABLE);
    let entry = door(FLOOR, []).fires("door-without-wall", &format!("{VARIABLE}/properties/2/value"));
    assert_eq!(entry.place.object.as_deref(), Some("door"));
    // What is no door needs no layers.
    scripted().object("lights", "variable", [1, 1, 1, 1], [prop("default", "on")]).is_fine();
}

#[test]
fn doors_open_from_the_start() {
    let entry = door(WALL, [prop("default", "false")])
        .fires("property-wrong-type", &format!("{VARIABLE}/properties/3/type"));
    assert!(entry.message.ends_with("any text or number but 0 is an open door"), "{}", entry.message);
}

#[test]
fn keypads() {
    let area = |extra: &str| {
        door(WALL, []).object(
            "step",
            "area",
            [4, 3, 1, 1],
            [prop("doorVariable", "door"), prop(extra, "1234")],
        )
    };
    area("code").fires("keypad-on-area", "/layers/5/objects/1/properties/1/name");
    area("tag").is_fine();
}

#[test]
fn bells() {
    let bell = |sound: Option<&str>, popup: &str| {
        let mut properties = vec![prop("bell", true)];
        properties.extend(sound.map(|sound| prop("bellSound", sound)));
        scripted()
            .object("bell", "variable", [1, 1, 1, 1], properties)
            .object("button", "", [2, 2, 1, 1], [])
            .layer("rope", &[(4, 3)], [prop("bellVariable", "bell"), prop("bellPopup", popup)])
    };
    let sound = Some("https://a.example/bell.mp3");
    bell(sound, "button").is_fine();
    bell(None, "button").fires("bell-unheard", "/layers/4/objects/0");
    let entry = bell(sound, "buton").fires("bell-unheard", "/layers/0/properties/1/value");
    assert_eq!(entry.help.as_deref(), Some("did you mean \"button\"?"));
}

#[test]
fn configuration_pages() {
    let desk = step([prop("openConfig", "door")]);
    desk.fires("configuration-missing", "/layers/0/properties/0/name");
    let page = desk.with(|map| {
        let layer = serde_json::json!({"type": "objectgroup", "name": "configuration", "id": 30, "x": 0, "y": 0,
            "visible": true, "opacity": 1, "objects": []});
        map["layers"].as_array_mut().unwrap().push(layer);
    });
    page.is_fine();
}

#[test]
fn doors_without_a_script() {
    let silent = |venue: Venue| venue.with(|map| drop(map.as_object_mut().unwrap().remove("properties")));
    silent(step([prop("doorVariable", "door")]))
        .fires("library-without-script", "/layers/0/properties/0/name");
    silent(scripted().object("lights", "variable", [1, 1, 1, 1], [prop("default", "on")])).is_fine();
    // A page that may use the scripting interface can do the same.
    let page = [prop("openWebsite", "https://a.example"), prop("openWebsiteAllowApi", true)];
    silent(step([prop("doorVariable", "door")])).layer("page", &[(2, 2)], page).is_fine();
}

#[test]
fn names_of_variables() {
    let variable = |name: &str| {
        scripted().object("lights", "variable", [1, 1, 1, 1], []).object(name, "variable", [2, 1, 1, 1], [])
    };
    let entry = variable("lights").fires("variable-name", "/layers/3/objects/1/name");
    assert_eq!(entry.related[0].0.pointer.as_deref(), Some("/layers/3/objects/0/name"));
    variable("").fires("variable-name", "/layers/3/objects/1/name");
    variable("Lights").is_fine();
}

#[test]
fn pages_as_scripts() {
    let page = |text: &str| healthy().property("script", "page.html").file("maps/page.html", text);
    page("<html><script src=\"doors.js\"></script></html>")
        .fires("script-page-without-api", "/properties/0/value");
    page("<script src=\"https://play.example/iframe_api.js\"></script>").is_fine();
    // What a build made of it may load anything.
    page("<script type=\"module\" src=\"assets/page.js\"></script>").is_fine();
    healthy().property("script", "https://a.example/page.html").is_fine();
}

#[test]
fn lists_of_scripts() {
    let list = |text: &str| healthy().property("script", text);
    let entry = list(&format!("{SCRIPT}\n")).fires("script-empty-line", "/properties/0/value");
    assert_eq!(entry.fix.unwrap().replacement().unwrap(), SCRIPT);
    list(&format!("{SCRIPT}\n{SCRIPT}")).is_fine();
}
