//! What makes a schema fit to be read.

use serde_json::{Map, Value};

/// Formats that say how Rust keeps a number; editors and judges know none of them.
const OF_RUST: [&str; 10] =
    ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "uint", "double"];

/// Leaves out what only Rust means, and puts each description on one line.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(object) => {
            if object.get("format").and_then(Value::as_str).is_some_and(|format| OF_RUST.contains(&format)) {
                object.remove("format");
            }
            // What is there by default if nothing is said goes without saying.
            let says_nothing = |value: &Value| match value {
                Value::Null | Value::Object(_) => true,
                Value::Array(items) => items.is_empty(),
                _ => false,
            };
            if object.get("default").is_some_and(says_nothing) {
                object.remove("default");
            }
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            object.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

/// Takes `null` out of what may be left out: TOML has none, and no reader of ours takes it.
pub(super) fn without_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                // Beside a reference nothing else counts in draft 7, so that it stays in a list.
                if choices.len() == 1
                    && let Some(choices) = object.remove("anyOf")
                {
                    object.insert("allOf".to_owned(), choices);
                }
            }
            if let Some(Value::Array(values)) = object.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            object.values_mut().for_each(without_null);
        }
        _ => {}
    }
}

/// The same with every object's keys in order, whatever order the parts were made in.
pub(super) fn sorted(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort_unstable();
            let pairs = keys.into_iter().map(|key| (key.clone(), sorted(&object[key])));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
