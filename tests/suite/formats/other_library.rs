//! The crate `tiled` as the judge: every TMX map that it loads, it reads as we do.

use std::{path::Path, sync::Arc};

use rayon::prelude::*;
use tiled::{
    Color, FillMode, HorizontalAlignment, Image, LayerData, LayerType, Loader, ObjectAlignment, ObjectData,
    ObjectLayerData, ObjectShape, ObjectTileData, Properties, PropertyValue, TileLayer, TileRenderSize,
    TilesetLocation, VerticalAlignment, WangSetType,
};
use venue::{
    model::{Gid, Text, TilePos},
    project::Project,
};

use super::{
    facts::{Cell, Facts, differences},
    verdict::{Excuse, Reading, Verdict},
};
use crate::corpus::corpus;

/// What `map` says, as the crate has it. Names of files are relative to `root`.
fn facts(map: &tiled::Map, root: &Path) -> Facts {
    let mut facts = Facts::default();
    let orientation = match map.orientation {
        tiled::Orientation::Orthogonal => venue::model::Orientation::Orthogonal,
        tiled::Orientation::Isometric => venue::model::Orientation::Isometric,
        tiled::Orientation::Staggered => venue::model::Orientation::Staggered,
        tiled::Orientation::Hexagonal => venue::model::Orientation::Hexagonal,
        tiled::Orientation::Oblique => venue::model::Orientation::Oblique,
    };
    facts.say("", "orientation", &orientation, &venue::model::Orientation::Orthogonal);
    let order = match map.render_order {
        tiled::RenderOrder::RightDown => venue::model::RenderOrder::RightDown,
        tiled::RenderOrder::RightUp => venue::model::RenderOrder::RightUp,
        tiled::RenderOrder::LeftDown => venue::model::RenderOrder::LeftDown,
        tiled::RenderOrder::LeftUp => venue::model::RenderOrder::LeftUp,
    };
    facts.say("", "render order", &order, &venue::model::RenderOrder::RightDown);
    facts.tell("", "size", format!("{}x{}", map.width, map.height));
    facts.tell("", "tile size", format!("{}x{}", map.tile_width, map.tile_height));
    facts.say("", "infinite", &map.infinite(), &false);
    facts.text("", "class", &map.user_type);
    color(&mut facts, "", "background", map.background_color);
    facts.number("", "parallax origin.x", map.parallax_origin_x.into(), 0.0);
    facts.number("", "parallax origin.y", map.parallax_origin_y.into(), 0.0);
    facts.number("", "skewx", map.skew_x.into(), 0.0);
    facts.number("", "skewy", map.skew_y.into(), 0.0);
    facts.number("", "hexsidelength", map.hex_side_length.unwrap_or(0).into(), 0.0);
    let axis = if map.stagger_axis == tiled::StaggerAxis::X { "x" } else { "y" };
    facts.say("", "staggeraxis", &axis, &"y");
    let index = if map.stagger_index == tiled::StaggerIndex::Even { "even" } else { "odd" };
    facts.say("", "staggerindex", &index, &"odd");
    properties(&mut facts, "", root, &map.source, &map.properties);
    for (index, set) in map.tilesets().iter().enumerate() {
        tileset(&mut facts, &format!("tilesets[{index}]"), root, set);
    }
    for (index, item) in map.layers().enumerate() {
        layer(&mut facts, &format!("layers[{index}]"), root, &item);
    }
    facts
}

fn tileset(facts: &mut Facts, at: &str, root: &Path, set: &tiled::Tileset) {
    facts.tell(at, "readable", "true");
    facts.text(at, "name", &set.name);
    facts.text(at, "class", &set.user_type);
    facts.tell(at, "tile size", format!("{}x{}", set.tile_width, set.tile_height));
    facts.number(at, "spacing", set.spacing.into(), 0.0);
    facts.number(at, "margin", set.margin.into(), 0.0);
    facts.number(at, "columns", set.columns.into(), 0.0);
    facts.number(at, "tile count", set.tilecount.into(), 0.0);
    picture(facts, at, root, set.image.as_ref());
    facts.number(at, "offset.x", set.offset_x.into(), 0.0);
    facts.number(at, "offset.y", set.offset_y.into(), 0.0);
    facts.text(at, "object alignment", alignment(set.object_alignment));
    facts.say(at, "drawn at grid size", &(set.tile_render_size == TileRenderSize::Grid), &false);
    let fill = if set.fill_mode == FillMode::PreserveAspectFit { "preserve-aspect-fit" } else { "stretch" };
    facts.say(at, "fillmode", &fill, &"stretch");
    for (key, allowed) in [
        ("hflip", set.transformations.hflip),
        ("vflip", set.transformations.vflip),
        ("rotate", set.transformations.rotate),
        ("preferuntransformed", set.transformations.prefer_untransformed),
    ] {
        facts.say(&format!("{at}.transformations"), key, &allowed, &false);
    }
    properties(facts, at, root, &set.source, &set.properties);
    // The crate fills its list with tiles that the file does not name.
    for (id, tile) in set.tiles().filter(|(_, tile)| **tile != tiled::TileData::default()) {
        let at = format!("{at}.tiles[{id}]");
        facts.text(&at, "class", &tile.user_type);
        let frames = tile.animation.iter().flatten().map(|frame| (frame.tile_id, frame.duration));
        facts.say(&at, "animation", &frames.collect(), &Vec::<(u32, u32)>::new());
        picture(facts, &at, root, tile.image.as_ref());
        let part = tile.image_rect.map(|part| [part.x, part.y, part.width, part.height]);
        let size = |image: &Image| (image.width.try_into().ok(), image.height.try_into().ok());
        facts.picture_part(&at, part, tile.image.as_ref().map(size));
        facts.number(&at, "probability", tile.probability.into(), 1.0);
        properties(facts, &at, root, &set.source, &tile.properties);
        if let Some(collision) = &tile.collision {
            objects(facts, &format!("{at}.collision"), root, &set.source, &[], collision);
        }
    }
    for (index, wang) in set.wang_sets.iter().enumerate() {
        wang_set(facts, &format!("{at}.wangsets.[{index}]"), root, set, wang);
    }
}

fn wang_set(facts: &mut Facts, at: &str, root: &Path, set: &tiled::Tileset, wang: &tiled::WangSet) {
    let kind = match wang.wang_set_type {
        WangSetType::Corner => "corner",
        WangSetType::Edge => "edge",
        WangSetType::Mixed => "mixed",
    };
    facts.text(at, "name", &wang.name);
    facts.text(at, "class", &wang.user_type);
    facts.say(at, "type", &kind, &"");
    facts.tell(at, "tile", wang.tile.map_or("-1".to_owned(), |tile| tile.to_string()));
    properties(facts, at, root, &set.source, &wang.properties);
    for (index, entry) in wang.wang_colors.iter().enumerate() {
        let at = format!("{at}.colors.[{index}]");
        facts.text(&at, "name", &entry.name);
        facts.text(&at, "class", &entry.user_type);
        color(facts, &at, "color", Some(entry.color));
        facts.tell(&at, "tile", entry.tile.map_or("-1".to_owned(), |tile| tile.to_string()));
        facts.number(&at, "probability", entry.probability.into(), -1.0);
        properties(facts, &at, root, &set.source, &entry.properties);
    }
    let mut tiles: Vec<_> = wang.wang_tiles.iter().collect();
    tiles.sort_by_key(|(id, _)| **id);
    for (id, tile) in tiles {
        facts.tell(&format!("{at}.wangtiles"), &format!("{id}"), format!("{:?}", tile.wang_id.0));
    }
}

fn layer(facts: &mut Facts, at: &str, root: &Path, layer: &tiled::Layer) {
    let data: &LayerData = layer;
    facts.number(at, "id", data.id().into(), 0.0);
    facts.text(at, "name", &data.name);
    facts.text(at, "class", &data.user_type);
    facts.say(at, "visible", &data.visible, &true);
    facts.number(at, "opacity", data.opacity.into(), 1.0);
    color(facts, at, "tint", data.tint_color);
    facts.number(at, "offset.x", data.offset_x.into(), 0.0);
    facts.number(at, "offset.y", data.offset_y.into(), 0.0);
    facts.number(at, "parallax.x", data.parallax_x.into(), 1.0);
    facts.number(at, "parallax.y", data.parallax_y.into(), 1.0);
    facts.say(at, "mode", &data.blend_mode.as_str(), &"normal");
    let file = &layer.map().source;
    properties(facts, at, root, file, &data.properties);
    match layer.layer_type() {
        LayerType::Tiles(tiles) => {
            facts.tell(at, "kind", "tiles");
            let cell = |tile: &tiled::LayerTileData| Cell {
                tileset: tile.tileset_index(),
                id: tile.id(),
                flags: flags(tile.flip_h, tile.flip_v, tile.flip_d),
            };
            let found = match tiles {
                TileLayer::Finite(tiles) => {
                    facts.tell(at, "size", format!("{}x{}", tiles.width(), tiles.height()));
                    let area = venue::model::TileRect::new(0, 0, tiles.width(), tiles.height());
                    area.cells()
                        .filter_map(|place| Some((place, cell(tiles.get_tile_data(place.x, place.y)?))))
                        .collect()
                }
                TileLayer::Infinite(tiles) => tiles
                    .chunk_data()
                    .flat_map(|((x, y), chunk)| {
                        let area = venue::model::TileRect::new(0, 0, 16, 16);
                        area.cells().filter_map(move |place| {
                            let tile = chunk.get_tile_data(place.x, place.y)?;
                            Some((TilePos::new(x * 16 + place.x, y * 16 + place.y), cell(tile)))
                        })
                    })
                    .collect(),
            };
            facts.cells.insert(at.to_owned(), found);
        }
        LayerType::Objects(layer) => {
            facts.tell(at, "kind", "objects");
            objects(facts, at, root, file, layer.map().tilesets(), &layer);
        }
        LayerType::Image(image) => {
            facts.tell(at, "kind", "image");
            picture(facts, at, root, image.image.as_ref());
            facts.say(at, "repeat.x", &image.repeat_x, &false);
            facts.say(at, "repeat.y", &image.repeat_y, &false);
        }
        LayerType::Group(group) => {
            facts.tell(at, "kind", "group");
            for (index, child) in group.layers().enumerate() {
                self::layer(facts, &format!("{at}.layers[{index}]"), root, &child);
            }
        }
    }
}

fn objects(
    facts: &mut Facts,
    at: &str,
    root: &Path,
    file: &Path,
    tilesets: &[Arc<tiled::Tileset>],
    layer: &ObjectLayerData,
) {
    let index = layer.draw_order == tiled::DrawOrder::Index;
    let order = if index { venue::model::DrawOrder::Index } else { venue::model::DrawOrder::TopDown };
    facts.say(at, "draw order", &order, &venue::model::DrawOrder::TopDown);
    color(facts, at, "color", layer.colour);
    for (index, data) in layer.object_data().iter().enumerate() {
        let at = format!("{at}.objects[{index}]");
        object(facts, &at, root, file, data);
        if let Some(tile) = data.tile_data() {
            facts.tell(&at, "tile", object_tile(&tile, root, tilesets));
        }
    }
}

fn object(facts: &mut Facts, at: &str, root: &Path, file: &Path, object: &ObjectData) {
    facts.number(at, "id", object.id().into(), -1.0);
    facts.text(at, "name", &object.name);
    facts.text(at, "class", &object.user_type);
    facts.number(at, "x", object.x.into(), 0.0);
    facts.number(at, "y", object.y.into(), 0.0);
    facts.number(at, "rotation", object.rotation.into(), 0.0);
    facts.say(at, "visible", &object.visible, &true);
    facts.number(at, "opacity", object.opacity.into(), 1.0);
    properties(facts, at, root, file, &object.properties);
    let points = |points: &[(f32, f32)]| {
        let pairs: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", x + 0.0, y + 0.0)).collect();
        pairs.join(" ")
    };
    let mut size = |width: f32, height: f32| {
        facts.number(at, "width", width.into(), 0.0);
        facts.number(at, "height", height.into(), 0.0);
    };
    match &object.shape {
        ObjectShape::Rect { width, height } => size(*width, *height),
        ObjectShape::Ellipse { width, height } => {
            size(*width, *height);
            facts.tell(at, "shape", "ellipse");
        }
        ObjectShape::Capsule { width, height } => {
            size(*width, *height);
            facts.tell(at, "shape", "capsule");
        }
        ObjectShape::Point(..) => facts.tell(at, "shape", "point"),
        ObjectShape::Polygon { points: list } => facts.tell(at, "shape", format!("polygon {}", points(list))),
        ObjectShape::Polyline { points: list } => {
            facts.tell(at, "shape", format!("polyline {}", points(list)));
        }
        ObjectShape::Text { width, height, .. } => {
            size(*width, *height);
            facts.tell(at, "shape", "text");
            facts.shown_text(&format!("{at}.text"), &shown_text(&object.shape));
        }
    }
}

fn object_tile(tile: &ObjectTileData, root: &Path, tilesets: &[Arc<tiled::Tileset>]) -> String {
    let tileset = match tile.tileset_location() {
        TilesetLocation::Map(tileset) => Some(*tileset),
        TilesetLocation::Template(own) => {
            let file = name_of(root, &own.source);
            tilesets.iter().position(|set| name_of(root, &set.source) == file)
        }
    };
    let flags = flags(tile.flip_h, tile.flip_v, tile.flip_d);
    let cell = tileset.map(|tileset| Cell { tileset, id: tile.id(), flags });
    cell.map_or("of a template's own tileset".to_owned(), |cell| cell.to_string())
}

fn shown_text(shape: &ObjectShape) -> Text {
    let ObjectShape::Text {
        font_family,
        pixel_size,
        wrap,
        color,
        bold,
        italic,
        underline,
        strikeout,
        kerning,
        halign,
        valign,
        text,
        ..
    } = shape
    else {
        return Text::default();
    };
    let halign = match halign {
        HorizontalAlignment::Left => "left",
        HorizontalAlignment::Center => "center",
        HorizontalAlignment::Right => "right",
        HorizontalAlignment::Justify => "justify",
    };
    let valign = match valign {
        VerticalAlignment::Top => "top",
        VerticalAlignment::Center => "center",
        VerticalAlignment::Bottom => "bottom",
    };
    Text {
        text: text.clone(),
        font_family: font_family.clone(),
        pixel_size: (*pixel_size).try_into().unwrap(),
        color: written(*color),
        wrap: *wrap,
        bold: *bold,
        italic: *italic,
        underline: *underline,
        strikeout: *strikeout,
        kerning: *kerning,
        halign: halign.to_owned(),
        valign: valign.to_owned(),
    }
}

fn properties(facts: &mut Facts, at: &str, root: &Path, file: &Path, properties: &Properties) {
    let mut sorted: Vec<_> = properties.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    for (name, value) in sorted {
        let key = format!("properties[{name}]");
        let shown = match value {
            PropertyValue::StringValue(text) => format!("string {text:?}"),
            PropertyValue::IntValue(number) => format!("int {number}"),
            PropertyValue::FloatValue(number) => format!("float {}", number + 0.0),
            PropertyValue::BoolValue(value) => format!("bool {value}"),
            PropertyValue::ColorValue(color) => format!("color {}", super::facts::color(&written(*color))),
            PropertyValue::FileValue(text) if text.is_empty() => "file".to_owned(),
            PropertyValue::FileValue(text) => {
                format!("file {}", name_of(root, &file.parent().unwrap().join(text)))
            }
            PropertyValue::ObjectValue(id) => format!("object {id}"),
            PropertyValue::ClassValue { property_type, .. } => {
                facts.text(at, &format!("{key}.type name"), property_type);
                format!("class {}", member(value))
            }
            PropertyValue::ListValue(_) => format!("list {}", member(value)),
        };
        facts.tell(at, &key, shown);
    }
}

/// A value as TMJ has it within classes and lists, in the spelling of the facts.
fn member(value: &PropertyValue) -> String {
    match value {
        PropertyValue::StringValue(text) | PropertyValue::FileValue(text) => format!("{text:?}"),
        PropertyValue::IntValue(number) => number.to_string(),
        PropertyValue::FloatValue(number) => (number + 0.0).to_string(),
        PropertyValue::BoolValue(value) => value.to_string(),
        PropertyValue::ColorValue(color) => format!("{:?}", written(*color)),
        PropertyValue::ObjectValue(id) => id.to_string(),
        PropertyValue::ClassValue { properties, .. } => {
            let mut pairs: Vec<String> =
                properties.iter().map(|(name, value)| format!("{name}: {}", member(value))).collect();
            pairs.sort();
            format!("{{{}}}", pairs.join(", "))
        }
        PropertyValue::ListValue(items) => {
            format!("[{}]", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
    }
}

/// One of a list, with its type as TMJ has it.
fn item(value: &PropertyValue) -> String {
    let (kind, class) = match value {
        PropertyValue::StringValue(_) => ("string", ""),
        PropertyValue::IntValue(_) => ("int", ""),
        PropertyValue::FloatValue(_) => ("float", ""),
        PropertyValue::BoolValue(_) => ("bool", ""),
        PropertyValue::ColorValue(_) => ("color", ""),
        PropertyValue::FileValue(_) => ("file", ""),
        PropertyValue::ObjectValue(_) => ("object", ""),
        PropertyValue::ClassValue { property_type, .. } => ("class", property_type.as_str()),
        PropertyValue::ListValue(_) => ("list", ""),
    };
    let class = if class.is_empty() { String::new() } else { format!("propertytype: {class:?}, ") };
    format!("{{{class}type: {kind:?}, value: {}}}", member(value))
}

fn picture(facts: &mut Facts, at: &str, root: &Path, image: Option<&Image>) {
    let Some(image) = image.filter(|image| !image.source.as_os_str().is_empty()) else { return };
    facts.tell(at, "picture", name_of(root, &image.source));
    facts.tell(at, "picture.width", image.width.to_string());
    facts.tell(at, "picture.height", image.height.to_string());
    color(facts, at, "picture.transparent", image.transparent_colour);
}

fn color(facts: &mut Facts, at: &str, key: &str, color: Option<Color>) {
    facts.color(at, key, color.map(written).as_deref());
}

fn written(color: Color) -> String {
    let Color { alpha, red, green, blue } = color;
    format!("#{alpha:02x}{red:02x}{green:02x}{blue:02x}")
}

/// The file's name as we have it: relative to the project's root.
fn name_of(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    venue::source::resolve("", &path)
}

fn flags(x: bool, y: bool, diagonal: bool) -> u32 {
    [(x, Gid::FLIP_X), (y, Gid::FLIP_Y), (diagonal, Gid::FLIP_DIAGONAL)]
        .into_iter()
        .filter_map(|(on, flag)| on.then_some(flag))
        .sum()
}

fn alignment(alignment: ObjectAlignment) -> &'static str {
    match alignment {
        ObjectAlignment::Unspecified => "",
        ObjectAlignment::TopLeft => "topleft",
        ObjectAlignment::Top => "top",
        ObjectAlignment::TopRight => "topright",
        ObjectAlignment::Left => "left",
        ObjectAlignment::Center => "center",
        ObjectAlignment::Right => "right",
        ObjectAlignment::BottomLeft => "bottomleft",
        ObjectAlignment::Bottom => "bottom",
        ObjectAlignment::BottomRight => "bottomright",
    }
}

/// What the crate does not keep, or reads otherwise than Tiled.
const LOSSES: &[Excuse] = &[
    Excuse {
        reason: "the crate keeps no counters of ids, locks, compression levels or cell positions of layers",
        fits: |it, _| {
            let keys = ["next layer id", "next object id", "locked", "compressionlevel"];
            it.theirs.is_none() && (keys.contains(&it.key()) || it.place.contains(".position."))
        },
    },
    Excuse {
        reason: "the crate keeps no grid, background or editor's settings",
        fits: |it, _| {
            let words = [".grid.", ".backgroundcolor", "editorsettings."];
            it.theirs.is_none() && words.iter().any(|word| it.place.contains(word))
        },
    },
    Excuse {
        reason: "the crate lists tiles that the file does not name as having probability 0, as others may",
        fits: |it, _| it.key() == "probability" && it.ours.as_deref() == Some("0") && it.theirs.is_none(),
    },
    Excuse {
        reason: "the crate does not read terrains of Tiled before 1.5",
        fits: |it, _| it.place.contains(".wangsets.") && it.theirs.is_none(),
    },
    Excuse {
        reason: "the crate states no size of infinite layers",
        fits: |it, about| about.map.infinite && it.key() == "size" && it.theirs.is_none(),
    },
];

/// Maps that differ for a reason of their own: the file, the beginning of the places, the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("rs-tiled/assets/tiled_object_template.tmx", "layers[1].objects", TEMPLATE),
    ("rs-tiled/assets/tiled_object_template.tmx", "tilesets[1]", TEMPLATE),
    (
        "tiled/examples/test_hexagonal_tile_60x60x30.tmx",
        "layers[0].cells",
        "the crate takes the fourth flag, which turns tiles on hexagonal maps, for a part of the id",
    ),
];

const TEMPLATE: &str = "to show a template's tile, the crate uses a tileset without adding it to the map";

#[test]
fn the_tiled_crate_reads_maps_as_we_do() {
    let Some(corpus) = corpus() else { return };
    let project = Project::open(std::slice::from_ref(&corpus), None).unwrap();
    let maps: Vec<_> = project
        .maps
        .iter()
        .filter(|map| Path::new(&map.name).extension().is_some_and(|extension| extension == "tmx"))
        .filter_map(|map| Some((&map.name, map.map.as_ref()?)))
        .collect();
    let results: Vec<_> = maps
        .par_iter()
        .map(|(name, map)| {
            let theirs = Loader::new().load_tmx_map(project.sources.path(name)).map_err(|e| e.to_string())?;
            Ok(differences(&Facts::of(map), &facts(&theirs, project.sources.root())))
        })
        .collect();
    let mut verdict = Verdict::default();
    for ((name, map), result) in maps.iter().zip(results) {
        verdict.add(name, result, LOSSES, EXCEPTIONS, &Reading { map, sources: &project.sources });
    }
    verdict.pronounce("the crate tiled", 45);
    verdict.needs(LOSSES, EXCEPTIONS);
}
