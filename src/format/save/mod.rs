//! TMJ as Tiled itself writes it (tiled-formats, section 12), or as small as can be; and edits of files
//! in the hand that they were written in.

mod dialect;
mod hand;
mod merge;
mod shape;
mod splice;

use dialect::Dialect;
pub(super) use hand::Escapes;
use hand::{Hand, minimized};
use merge::{Touch, merge};
use shape::{Order, number_json};

use super::json;
use crate::{
    model::{Gid, Json, Map, TileData},
    source::Sources,
};

/// How a map is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveStyle {
    /// As Tiled would save the map: external tilesets and templates stay references, each layer keeps
    /// its encoding.
    Tiled,
    /// In Tiled's hand and complete in itself, as WorkAdventure needs it: tilesets embedded, their
    /// pictures named relative to the map; objects with what their templates give them; layer data as
    /// arrays.
    Plain,
    /// For visitors: complete in itself, without white space and what every reader takes for granted.
    Published,
}

/// Writes a map as TMJ.
pub fn save_tmj(map: &Map, style: SaveStyle) -> String {
    let json = shape::of(map, style, Order::Tiled);
    if style == SaveStyle::Published {
        // Nearly all of it are cells. To grow there bit by bit would leave holes as large, or be copied.
        let layers = map.flat_layers().into_iter().filter_map(|(_, layer)| layer.tiles());
        let cells = layers.filter_map(|tiles| match &tiles.data {
            TileData::Finite(gids) => Some(gids),
            TileData::Chunks(_) | TileData::Unreadable => None,
        });
        let digits = |gid: Gid| gid.0.max(1).ilog10() as usize + 1;
        let cells: usize = cells.flatten().map(|gid| digits(gid) + 1).sum();
        let mut out = String::with_capacity(cells + cells / 8 + 4096);
        minimized(&json, &mut out);
        return out;
    }
    let mut hand = Hand::new(wrap(map));
    hand.root(&json);
    hand.out
}

/// Writes what an edit made of a map, in the hand that its file is written in: what the edit did not
/// touch keeps its text. `before` is the map as it was loaded, `after` the same with the edit. In the
/// style [`SaveStyle::Plain`] what is not plain in the file is written anew, the rest stays. A map that
/// no JSON file stands behind is written as by [`save_tmj`].
pub fn save_edited(sources: &Sources, before: &Map, after: &Map, style: SaveStyle) -> String {
    if style == SaveStyle::Published {
        return save_tmj(after, style);
    }
    let file = sources.load(&before.file).ok();
    let text = file.as_deref().and_then(|file| file.text().ok());
    let parsed = text.and_then(|text| Some((text, json::parse(text).ok()?)));
    let Some((text, tree)) = parsed else {
        return save_tmj(after, style);
    };
    let touch = if style == SaveStyle::Tiled { Touch::Least } else { Touch::Plain };
    let old = shape::of(before, SaveStyle::Tiled, Order::File);
    let new = shape::of(after, style, Order::File);
    let edited = merge(tree.root(text), &old, new, touch);
    drop(old);
    let dialect = Dialect::of(text, &tree, &[wrap(before), 0]);
    dialect.with_wrap(wrap(before), wrap(after)).write(text, &tree, &edited)
}

/// Items after which Tiled breaks an array.
fn wrap(map: &Map) -> usize {
    let chunk = || {
        let settings = &map.extra.iter().find(|(key, _)| key == "editorsettings")?.1;
        match settings.get("chunksize")?.get("width")? {
            Json::Number(width) => width.parse().ok(),
            _ => None,
        }
    };
    if map.infinite { chunk().unwrap_or(16) } else { map.width as usize }
}

/// Writes any JSON value in Tiled's hand: sorted keys, its line breaks, `\/`. `wrap` is the width of
/// the map, after which arrays break; 0 for never.
pub fn tiled_json(value: &serde_json::Value, wrap: usize) -> String {
    let mut hand = Hand::new(wrap);
    hand.root(&from_serde(value));
    hand.out
}

fn from_serde(value: &serde_json::Value) -> Json {
    match value {
        serde_json::Value::Null => Json::Null,
        serde_json::Value::Bool(value) => Json::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Json::Number(whole.to_string()),
            None => number_json(number.as_f64().unwrap_or(0.0)),
        },
        serde_json::Value::String(text) => Json::String(text.clone()),
        serde_json::Value::Array(items) => Json::Array(items.iter().map(from_serde).collect()),
        serde_json::Value::Object(pairs) => {
            Json::Object(pairs.iter().map(|(key, value)| (key.clone(), from_serde(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_c_prints_them() {
        for (number, text) in [
            (6.0, "6"),
            (0.3, "0.3"),
            (0.300_000_000_000_000_04, "0.3"),
            (1e-7, "1e-07"),
            (1e15, "1e+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0001, "0.0001"),
            (-1.5, "-1.5"),
            (1.0 / 3.0, "0.333333333333333"),
            (100.0, "100"),
        ] {
            assert_eq!(number_json(number), Json::Number(text.to_owned()));
        }
        assert_eq!(number_json(f64::NAN), Json::Null);
    }

    #[test]
    fn the_hand_is_tiled_s() {
        let value = serde_json::json!({
            "width": 2, "data": [1, 2, 3, 2_147_483_652_u32], "empty": [], "name": "a/é😀",
            "objects": [{"x": 1.5}, {"class": {}}],
        });
        let expected = "{ \"data\":[1, 2,\n    3, 2147483652],\n \"empty\":[],\n \"name\":\"a\\/\\u00e9\\ud83d\\ude00\",\n \
                        \"objects\":[\n        {\n         \"x\":1.5\n        }, \n        {\n         \"class\":\n            {\n\n            }\n        }],\n \
                        \"width\":2\n}";
        assert_eq!(tiled_json(&value, 2), expected);
    }
}
