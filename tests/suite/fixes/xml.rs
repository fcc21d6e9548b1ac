//! The maps of these tests as TMX.

use std::fmt::Write as _;

use serde_json::Value;

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\n', "&#10;")
}

/// Attributes of an element: every key that holds no list. Switches are 1 and 0.
fn attributes(element: &Value, without: &[&str]) -> String {
    let mut out = String::new();
    for (key, value) in element.as_object().unwrap() {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(value) => u8::from(*value).to_string(),
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        if !without.contains(&key.as_str()) {
            let _infallible = write!(out, " {key}=\"{}\"", escaped(&text));
        }
    }
    out
}

fn properties(element: &Value, out: &mut String, indent: &str) {
    let Some(list) = element["properties"].as_array().filter(|list| !list.is_empty()) else { return };
    let _infallible = writeln!(out, "{indent}<properties>");
    for property in list {
        let name = escaped(property["name"].as_str().unwrap());
        let kind = property["type"].as_str().unwrap();
        let value = match &property["value"] {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let _infallible = writeln!(
            out,
            "{indent} <property name=\"{name}\" type=\"{kind}\" value=\"{}\"/>",
            escaped(&value)
        );
    }
    let _infallible = writeln!(out, "{indent}</properties>");
}

/// The map as TMX, an element a line.
pub(super) fn written(map: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _infallible = writeln!(out, "<map{}>", attributes(map, &["type"]));
    properties(map, &mut out, " ");
    for tileset in map["tilesets"].as_array().unwrap() {
        let _infallible =
            writeln!(out, " <tileset{}>", attributes(tileset, &["image", "imagewidth", "imageheight"]));
        let image = escaped(tileset["image"].as_str().unwrap());
        let _infallible = writeln!(out, "  <image source=\"{image}\" width=\"128\" height=\"32\"/>");
        for tile in tileset["tiles"].as_array().unwrap() {
            let _infallible = writeln!(out, "  <tile id=\"{}\">", tile["id"]);
            properties(tile, &mut out, "   ");
            out.push_str("  </tile>\n");
        }
        out.push_str(" </tileset>\n");
    }
    for layer in map["layers"].as_array().unwrap() {
        let objects = layer["objects"].as_array();
        let element = if objects.is_some() { "objectgroup" } else { "layer" };
        let _infallible = writeln!(out, " <{element}{}>", attributes(layer, &["type", "x", "y"]));
        properties(layer, &mut out, "  ");
        for object in objects.into_iter().flatten() {
            let _infallible = writeln!(out, "  <object{}>", attributes(object, &[]));
            properties(object, &mut out, "   ");
            out.push_str("  </object>\n");
        }
        if let Some(data) = layer["data"].as_array() {
            let cells: Vec<String> = data.iter().map(ToString::to_string).collect();
            let _infallible = writeln!(out, "  <data encoding=\"csv\">{}</data>", cells.join(","));
        }
        let _infallible = writeln!(out, " </{element}>");
    }
    out.push_str("</map>\n");
    out
}
