//! How the fields of a file are written, apart from what they mean: numbers, switches and words that
//! Tiled passes over without a word (tiled-formats, sections 3 and 4).

use roxmltree::Node;

use super::{json::Value, rules};
use crate::{
    finding::{Finding, Spot},
    model::color,
    source::SourceFile,
};

/// Most signs of a text of a file that a message shows.
pub(super) const SHOWN: usize = 20;

/// A text of a file as messages show it: its first signs, and that it goes on.
pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a field must hold.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Digits with an optional sign.
    Whole,
    /// A number.
    Number,
    /// In XML 1 or 0, in JSON true or false.
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A colour, as [`color`] reads it.
    Color,
}

const RENDER_ORDER: &[&str] = &["right-down", "right-up", "left-down", "left-up"];
const ALIGNMENT: &[&str] = &[
    "unspecified",
    "topleft",
    "top",
    "topright",
    "left",
    "center",
    "right",
    "bottomleft",
    "bottom",
    "bottomright",
];
const MODES: &[&str] = &[
    "normal",
    "add",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "color-dodge",
    "color-burn",
    "hard-light",
    "soft-light",
    "difference",
    "exclusion",
];

/// The form of an attribute of XML.
#[expect(clippy::unnested_or_patterns, reason = "a row for each element")]
fn form_in_xml(element: &str, key: &str) -> Option<Form> {
    use Form::{Color, Number, Switch, Whole, Word};
    Some(match (element, key) {
        (
            "map",
            "width" | "height" | "tilewidth" | "tileheight" | "hexsidelength" | "skewx" | "skewy"
            | "nextlayerid" | "nextobjectid" | "compressionlevel",
        )
        | ("layer", "width" | "height")
        | ("layer" | "objectgroup" | "imagelayer" | "group", "id" | "x" | "y")
        | ("object", "id")
        | (
            "tileset",
            "firstgid" | "tilewidth" | "tileheight" | "spacing" | "margin" | "tilecount" | "columns",
        )
        | ("tile", "id" | "x" | "y" | "width" | "height")
        | ("image" | "chunksize" | "grid", "width" | "height")
        | ("tileoffset", "x" | "y")
        | ("frame", "tileid" | "duration")
        | ("chunk", "x" | "y" | "width" | "height")
        | ("wangset" | "wangcolor", "tile")
        | ("wangtile", "tileid")
        | ("text", "pixelsize") => Whole,
        ("map", "parallaxoriginx" | "parallaxoriginy")
        | (
            "layer" | "objectgroup" | "imagelayer" | "group",
            "opacity" | "offsetx" | "offsety" | "parallaxx" | "parallaxy",
        )
        | ("object", "x" | "y" | "width" | "height" | "rotation" | "opacity")
        | ("tile" | "wangcolor", "probability") => Number,
        ("map", "infinite")
        | ("layer" | "objectgroup" | "imagelayer" | "group", "visible" | "locked")
        | ("object", "visible")
        | ("imagelayer", "repeatx" | "repeaty")
        | ("text", "wrap" | "bold" | "italic" | "underline" | "strikeout" | "kerning")
        | ("transformations", "hflip" | "vflip" | "rotate" | "preferuntransformed") => Switch,
        ("map", "renderorder" | "staggeraxis" | "staggerindex")
        | ("objectgroup", "draworder")
        | ("layer" | "objectgroup" | "imagelayer" | "group", "mode")
        | ("tileset", "objectalignment" | "tilerendersize" | "fillmode")
        | ("text", "halign" | "valign") => Word(words(key)?),
        ("map" | "tileset", "backgroundcolor")
        | ("layer" | "objectgroup" | "imagelayer" | "group", "tintcolor")
        | ("objectgroup" | "text" | "wangcolor", "color")
        | ("image", "trans") => Color,
        _ => return None,
    })
}

/// The form of a value of JSON, wherever its key stands.
fn form_in_json(key: &str) -> Option<Form> {
    use Form::{Color, Number, Switch, Word};
    Some(match key {
        "width" | "height" | "tilewidth" | "tileheight" | "hexsidelength" | "skewx" | "skewy"
        | "nextlayerid" | "nextobjectid" | "compressionlevel" | "id" | "x" | "y" | "firstgid" | "spacing"
        | "margin" | "tilecount" | "columns" | "imagewidth" | "imageheight" | "tileid" | "duration"
        | "pixelsize" | "parallaxoriginx" | "parallaxoriginy" | "opacity" | "offsetx" | "offsety"
        | "parallaxx" | "parallaxy" | "rotation" | "probability" | "gid" | "startx" | "starty" => Number,
        "infinite" | "visible" | "locked" | "repeatx" | "repeaty" | "wrap" | "bold" | "italic"
        | "underline" | "strikeout" | "kerning" | "ellipse" | "point" | "capsule" => Switch,
        "backgroundcolor" | "tintcolor" | "color" | "transparentcolor" => Color,
        key => Word(words(key)?),
    })
}

fn words(key: &str) -> Option<&'static [&'static str]> {
    Some(match key {
        "renderorder" => RENDER_ORDER,
        "staggeraxis" => &["x", "y"],
        "staggerindex" => &["odd", "even"],
        "draworder" => &["topdown", "index"],
        "mode" => MODES,
        "objectalignment" => ALIGNMENT,
        "tilerendersize" => &["tile", "grid"],
        "fillmode" => &["stretch", "preserve-aspect-fit"],
        "halign" => &["left", "center", "right", "justify"],
        "valign" => &["top", "center", "bottom"],
        _ => return None,
    })
}

/// Judges every attribute of an XML file.
pub(super) fn judge_xml(file: &SourceFile, root: Node, findings: &mut Vec<Finding>) {
    for node in root.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value().trim());
            let element = node.tag_name().name();
            let Some(form) = form_in_xml(element, key) else { continue };
            let readable = match form {
                Form::Whole if key == "firstgid" => value.parse::<u32>().is_ok(),
                Form::Whole | Form::Switch => value.parse::<i32>().is_ok(),
                Form::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
                Form::Word(words) => value.is_empty() || words.contains(&value),
                Form::Color => is_color(key, value),
            };
            if readable {
                continue;
            }
            let spot = || Spot::new(file.name(), Some(file.span_of(node.range()))).key(key.to_owned());
            let shown = beginning(value);
            findings.push(match form {
                Form::Word(words) => unknown_word(spot(), key, &shown, words),
                form => {
                    let message = format!("Tiled does not read {key}=\"{shown}\" and takes the default");
                    let finding = Finding::new(&rules::FIELD_UNREADABLE, spot(), message);
                    match (form, value) {
                        (Form::Color, _) => finding.help(COLORS),
                        (Form::Switch, "true") => finding.fix_literal(true, "write 1", "1"),
                        (Form::Switch, "false") => finding.fix_literal(true, "write 0", "0"),
                        _ => finding,
                    }
                }
            });
        }
    }
}

/// Judges every value of a JSON file but custom properties.
pub(super) fn judge_json(file: &SourceFile, root: Value, findings: &mut Vec<Finding>) {
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        for (key, inner) in value.entries() {
            if matches!(&*key, "properties" | "tileproperties" | "propertytypes" | "tilepropertytypes") {
                continue;
            }
            let nested = inner.is_object() || inner.is_array();
            if nested {
                open.push(inner);
            }
            let Some(form) = form_in_json(&key).filter(|_| !nested && inner.source() != "null") else {
                continue;
            };
            let spot =
                || Spot::new(file.name(), Some(file.span_of(value.range()))).key(key.clone().into_owned());
            let shown = || beginning(inner.source());
            let wanted = match form {
                Form::Whole | Form::Number if !inner.is_number() => "a number",
                Form::Switch if inner.boolean().is_none() => "true or false",
                Form::Word(words) => {
                    let word = inner.string().unwrap_or_default();
                    if !word.is_empty() && !words.contains(&&*word) {
                        findings.push(unknown_word(spot(), &key, &word, words));
                    }
                    continue;
                }
                Form::Color if !inner.string().is_some_and(|color| is_color(&key, &color)) => {
                    let shown = shown();
                    let message = format!("Tiled does not read the {key} {shown} and takes the default");
                    findings.push(Finding::new(&rules::FIELD_UNREADABLE, spot(), message).help(COLORS));
                    continue;
                }
                _ => continue,
            };
            let shown = shown();
            let message =
                format!("{key} is {shown}, which is not {wanted}: programs take it for different things");
            let finding = Finding::new(&rules::FIELD_UNREADABLE, spot(), message);
            findings.push(match unquoted(form, inner) {
                Some(meant) => finding.fix_literal(true, format!("write {meant} without quotes"), meant),
                None => finding,
            });
        }
        // The arena keeps the order of the file; so do the findings, but for nesting.
        open.extend(value.items().filter(|item| item.is_object() || item.is_array()));
    }
}

/// What helps against a colour that is none.
const COLORS: &str = "write it as #rrggbb or #aarrggbb";

/// Whether Tiled reads a colour there. None at all is well, and so is a transparent colour without `#`.
fn is_color(key: &str, text: &str) -> bool {
    let bare = matches!(key, "trans" | "transparentcolor");
    text.is_empty() || color(text).is_some() || bare && color(&format!("#{text}")).is_some()
}

/// What a text in quotes would be without them, if that is what its key wants.
fn unquoted(form: Form, value: Value) -> Option<String> {
    let text = value.string()?;
    let text = text.trim();
    let fits = match form {
        Form::Switch => matches!(text, "true" | "false"),
        Form::Whole | Form::Number => super::json::parse(text).is_ok_and(|tree| tree.root(text).is_number()),
        Form::Word(_) | Form::Color => false,
    };
    fits.then(|| text.to_owned())
}

fn unknown_word(spot: Spot, key: &str, word: &str, words: &[&str]) -> Finding {
    // The one word that Tiled refuses the file over.
    let effect = if key == "draworder" { "Tiled refuses the map" } else { "Tiled takes the default" };
    let shown = beginning(word);
    let message = format!("there is no {key} \"{shown}\": {effect}");
    let finding = Finding::new(&rules::FIELD_WORD_UNKNOWN, spot, message);
    let finding = finding.help(format!("it can be {}", words.join(", ")));
    match words.iter().find(|known| known.eq_ignore_ascii_case(word.trim())) {
        Some(meant) => finding.fix(true, format!("write \"{meant}\""), *meant),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_shows_it() {
        assert_eq!(beginning("12345678901234567890"), "12345678901234567890");
        assert_eq!(beginning("123456789012345678901"), "12345678901234567890…");
        assert_eq!(beginning("äöüäöüäöüäöüäöüäöüäöü"), "äöüäöüäöüäöüäöüäöüäö…");
    }
}
