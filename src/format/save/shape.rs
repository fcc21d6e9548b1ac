//! A map in the shape of Tiled's JSON (tiled-formats, sections 3 and 12.4).

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose};
use glam::DVec2;

use super::SaveStyle;
use crate::{
    model::{
        Cells, Compression, DrawOrder, Encoding, Extra, Gid, Json, Layer, LayerKind, Map, MapTileset, Object,
        ObjectLayer, Orientation, Picture, Properties, Property, RenderOrder, Shape, Text, Tile, TileData,
        TileLayer, Tileset, Value,
    },
    source::{is_url, parent, relative, resolve},
};

/// In which order lists stand that have none of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As Tiled sorts them: properties by name.
    Tiled,
    /// As in the file that the map was read from.
    File,
}

/// The map's keys and values.
pub(super) fn of(map: &Map, style: SaveStyle, order: Order) -> Json {
    Writer { map, style, order }.map()
}

/// Writes cells as base64 over little-endian numbers.
fn base64(gids: &Cells, compression: Compression) -> String {
    let bytes: Vec<u8> = gids.iter().flat_map(|gid| gid.0.to_le_bytes()).collect();
    let level = flate2::Compression::default();
    let deflated = |written: std::io::Result<Vec<u8>>| written.unwrap_or_default();
    let packed = match compression {
        Compression::None => bytes,
        Compression::Zlib => {
            let mut stream = flate2::write::ZlibEncoder::new(Vec::new(), level);
            deflated(stream.write_all(&bytes).and_then(|()| stream.finish()))
        }
        Compression::Gzip => {
            let mut stream = flate2::write::GzEncoder::new(Vec::new(), level);
            deflated(stream.write_all(&bytes).and_then(|()| stream.finish()))
        }
        Compression::Zstd => {
            ruzstd::encoding::compress_to_vec(bytes.as_slice(), ruzstd::encoding::CompressionLevel::Fastest)
        }
    };
    general_purpose::STANDARD.encode(packed)
}

/// A number as C's `%.15g` writes it, which is what Tiled uses; `null` for what is no number.
pub(super) fn number_json(number: f64) -> Json {
    if !number.is_finite() {
        return Json::Null;
    }
    if number == 0.0 {
        return Json::Number("0".to_owned());
    }
    let scientific = format!("{number:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let text = if (-4..15).contains(&exponent) {
        let point = exponent + 1;
        match usize::try_from(point) {
            Ok(point) if point > 0 && digits.len() <= point => {
                format!("{digits}{}", "0".repeat(point - digits.len()))
            }
            Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
            _ => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
        }
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}e{sign}{:02}", exponent.abs())
    };
    Json::Number(format!("{sign}{text}"))
}

fn int(number: impl Into<i64>) -> Json {
    Json::Number(number.into().to_string())
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

/// Keys and values of one object, in any order.
struct Pairs(Vec<(String, Json)>);

impl Pairs {
    fn new(extra: &Extra) -> Self {
        Self(extra.clone())
    }

    fn put(&mut self, key: &str, value: Json) {
        self.0.retain(|(known, _)| known != key);
        self.0.push((key.to_owned(), value));
    }

    fn put_if(&mut self, wanted: bool, key: &str, value: Json) {
        if wanted {
            self.put(key, value);
        }
    }

    fn put_text(&mut self, key: &str, value: &str) {
        self.put_if(!value.is_empty(), key, text(value));
    }
}

struct Writer<'a> {
    map: &'a Map,
    style: SaveStyle,
    order: Order,
}

impl Writer<'_> {
    fn map(&self) -> Json {
        let map = self.map;
        let full = self.style != SaveStyle::Published;
        let mut pairs = Pairs::new(&map.extra);
        if self.style == SaveStyle::Published {
            pairs.0.retain(|(key, _)| !matches!(key.as_str(), "editorsettings" | "compressionlevel"));
        } else if !pairs.0.iter().any(|(key, _)| key == "compressionlevel") {
            pairs.put("compressionlevel", int(-1));
        }
        pairs.put("type", text("map"));
        pairs.put("version", text(self.version()));
        pairs.put("tiledversion", text(map.tiled_version.as_deref().unwrap_or("1.10.2")));
        pairs.put_text("class", &map.class);
        let orientation = match map.orientation {
            Orientation::Orthogonal => "orthogonal",
            Orientation::Isometric => "isometric",
            Orientation::Staggered => "staggered",
            Orientation::Hexagonal => "hexagonal",
            Orientation::Oblique => "oblique",
        };
        pairs.put("orientation", text(orientation));
        let order = match map.render_order {
            RenderOrder::RightDown => "right-down",
            RenderOrder::RightUp => "right-up",
            RenderOrder::LeftDown => "left-down",
            RenderOrder::LeftUp => "left-up",
        };
        pairs.put_if(full || map.render_order != RenderOrder::RightDown, "renderorder", text(order));
        pairs.put("width", int(map.width));
        pairs.put("height", int(map.height));
        pairs.put("tilewidth", int(map.tile_size.width));
        pairs.put("tileheight", int(map.tile_size.height));
        pairs.put_if(full || map.infinite, "infinite", Json::Bool(map.infinite));
        pairs.put_text("backgroundcolor", map.background_color.as_deref().unwrap_or_default());
        if map.parallax_origin != DVec2::ZERO {
            pairs.put("parallaxoriginx", number_json(map.parallax_origin.x));
            pairs.put("parallaxoriginy", number_json(map.parallax_origin.y));
        }
        pairs.put("nextlayerid", int(map.next_layer_id));
        pairs.put("nextobjectid", int(map.next_object_id));
        self.properties(&map.properties, &mut pairs);
        pairs.put("tilesets", Json::Array(map.tilesets.iter().map(|set| self.map_tileset(set)).collect()));
        pairs.put("layers", Json::Array(map.layers.iter().map(|layer| self.layer(layer)).collect()));
        Json::Object(pairs.0)
    }

    /// Phaser reads no property of a tile in a map of version 1 or without one, and WorkAdventure no wall
    /// then (tiled-formats, section 14.2).
    fn version(&self) -> &str {
        let written = self.map.version.as_deref();
        let old = |version: &&str| version.parse::<f64>().is_ok_and(|version| version <= 1.0);
        written.filter(|version| self.style == SaveStyle::Tiled || !old(version)).unwrap_or("1.10")
    }

    fn properties(&self, properties: &Properties, pairs: &mut Pairs) {
        if !properties.is_empty() {
            let mut sorted: Vec<&Property> = properties.iter().collect();
            if self.order == Order::Tiled {
                sorted.sort_by(|a, b| a.name.encode_utf16().cmp(b.name.encode_utf16()));
            }
            pairs.put("properties", Json::Array(sorted.into_iter().map(property).collect()));
        }
    }

    fn map_tileset(&self, set: &MapTileset) -> Json {
        let first = int(set.first_gid);
        match (&set.source, &set.tileset) {
            (Some(source), tileset) if self.style == SaveStyle::Tiled || tileset.is_none() => {
                Json::Object(vec![("firstgid".to_owned(), first), ("source".to_owned(), text(source))])
            }
            (_, Some(tileset)) => {
                let mut pairs = self.tileset(tileset);
                pairs.put("firstgid", first);
                Json::Object(pairs.0)
            }
            (_, None) => Json::Object(vec![("firstgid".to_owned(), first)]),
        }
    }

    fn tileset(&self, tileset: &Tileset) -> Pairs {
        let mut pairs = Pairs::new(&tileset.extra);
        if self.style == SaveStyle::Published {
            // Read by editors only.
            pairs.0.retain(|(key, _)| {
                !matches!(
                    key.as_str(),
                    "wangsets" | "terrains" | "grid" | "transformations" | "editorsettings"
                )
            });
        }
        pairs.put("name", text(&tileset.name));
        pairs.put_text("class", &tileset.class);
        pairs.put("tilewidth", int(tileset.tile_size.width));
        pairs.put("tileheight", int(tileset.tile_size.height));
        pairs.put("spacing", int(tileset.spacing));
        pairs.put("margin", int(tileset.margin));
        pairs.put("columns", int(tileset.columns));
        pairs.put("tilecount", int(tileset.tile_count));
        if let Some(picture) = &tileset.picture {
            self.picture(picture, &tileset.file, &mut pairs);
        }
        if tileset.tile_offset != glam::IVec2::ZERO {
            let offset = tileset.tile_offset;
            let pair = vec![("x".to_owned(), int(offset.x)), ("y".to_owned(), int(offset.y))];
            pairs.put("tileoffset", Json::Object(pair));
        }
        pairs.put_text("objectalignment", &tileset.object_alignment);
        pairs.put_if(tileset.render_at_grid_size, "tilerendersize", text("grid"));
        if !tileset.tiles.is_empty() {
            let tiles = tileset.tiles.iter().map(|tile| self.tile(tile, &tileset.file)).collect();
            pairs.put("tiles", Json::Array(tiles));
        }
        self.properties(&tileset.properties, &mut pairs);
        pairs
    }

    fn tile(&self, tile: &Tile, file: &str) -> Json {
        let mut pairs = Pairs::new(&tile.extra);
        pairs.put("id", int(tile.id));
        pairs.put_text("type", &tile.class);
        self.properties(&tile.properties, &mut pairs);
        if !tile.animation.is_empty() {
            let frames = tile.animation.iter().map(|frame| {
                Json::Object(vec![
                    ("duration".to_owned(), int(frame.duration)),
                    ("tileid".to_owned(), int(frame.tile)),
                ])
            });
            pairs.put("animation", Json::Array(frames.collect()));
        }
        if let Some(picture) = &tile.picture {
            self.picture(picture, file, &mut pairs);
        }
        if let Some(part) = tile.picture_part {
            for (key, number) in ["x", "y", "width", "height"].into_iter().zip(part) {
                pairs.put(key, int(number));
            }
        }
        if let Some(collision) = &tile.collision {
            let mut group = Pairs(vec![]);
            group.put("name", text(""));
            group.put("type", text("objectgroup"));
            group.put("visible", Json::Bool(true));
            group.put("opacity", int(1));
            group.put("x", int(0));
            group.put("y", int(0));
            self.objects(collision, &mut group);
            pairs.put("objectgroup", Json::Object(group.0));
        }
        Json::Object(pairs.0)
    }

    fn picture(&self, picture: &Picture, file: &str, pairs: &mut Pairs) {
        let source = if file == self.map.file || is_url(&picture.source) {
            picture.source.clone()
        } else {
            // Named in another file, hence relative to that one.
            relative(parent(&self.map.file), &resolve(parent(file), &picture.source))
        };
        pairs.put("image", text(&source));
        if let (Some(width), Some(height)) = (picture.width, picture.height) {
            pairs.put("imagewidth", int(width));
            pairs.put("imageheight", int(height));
        }
        if let Some(color) = &picture.transparent {
            pairs.put("transparentcolor", text(&format!("#{color}")));
        }
    }

    fn layer(&self, layer: &Layer) -> Json {
        let mut pairs = Pairs::new(&layer.extra);
        pairs.put_if(layer.id != 0, "id", int(layer.id));
        pairs.put("name", text(&layer.name));
        pairs.put_text("class", &layer.class);
        pairs.put("visible", Json::Bool(layer.visible));
        pairs.put("opacity", number_json(layer.opacity));
        pairs.put_if(layer.locked && self.style != SaveStyle::Published, "locked", Json::Bool(true));
        pairs.put_text("tintcolor", layer.tint.as_deref().unwrap_or_default());
        pairs.put("x", int(layer.position.x));
        pairs.put("y", int(layer.position.y));
        if layer.offset != DVec2::ZERO {
            pairs.put("offsetx", number_json(layer.offset.x));
            pairs.put("offsety", number_json(layer.offset.y));
        }
        for (key, factor) in [("parallaxx", layer.parallax.x), ("parallaxy", layer.parallax.y)] {
            #[expect(clippy::float_cmp, reason = "1 is the default, as written")]
            pairs.put_if(factor != 1.0, key, number_json(factor));
        }
        self.properties(&layer.properties, &mut pairs);
        match &layer.kind {
            LayerKind::Tiles(tiles) => self.tile_layer(tiles, &mut pairs),
            LayerKind::Objects(objects) => {
                pairs.put("type", text("objectgroup"));
                self.objects(objects, &mut pairs);
            }
            LayerKind::Image(image) => {
                pairs.put("type", text("imagelayer"));
                self.picture(&image.picture, &self.map.file, &mut pairs);
                pairs.put_if(image.repeat_x, "repeatx", Json::Bool(true));
                pairs.put_if(image.repeat_y, "repeaty", Json::Bool(true));
            }
            LayerKind::Group(children) => {
                pairs.put("type", text("group"));
                pairs.put("layers", Json::Array(children.iter().map(|child| self.layer(child)).collect()));
            }
        }
        Json::Object(pairs.0)
    }

    fn objects(&self, layer: &ObjectLayer, pairs: &mut Pairs) {
        let order = if layer.draw_order == DrawOrder::Index { "index" } else { "topdown" };
        pairs.put_if(
            self.style != SaveStyle::Published || layer.draw_order == DrawOrder::Index,
            "draworder",
            text(order),
        );
        pairs.put_text("color", layer.color.as_deref().unwrap_or_default());
        pairs.put("objects", Json::Array(layer.objects.iter().map(|object| self.object(object)).collect()));
    }

    fn object(&self, object: &Object) -> Json {
        let mut pairs = Pairs::new(&object.extra);
        if let Some(template) = object.template.as_ref().filter(|_| self.style == SaveStyle::Tiled) {
            pairs.put("template", text(template));
        }
        pairs.put_if(object.id != 0, "id", int(object.id));
        pairs.put("name", text(&object.name));
        pairs.put("type", text(&object.class));
        pairs.put_if(object.gid.is_some(), "gid", int(object.gid.unwrap_or(Gid::EMPTY).0));
        pairs.put("x", number_json(object.position.x));
        pairs.put("y", number_json(object.position.y));
        pairs.put("width", number_json(object.size.x));
        pairs.put("height", number_json(object.size.y));
        let full = self.style != SaveStyle::Published;
        pairs.put_if(full || object.rotation != 0.0, "rotation", number_json(object.rotation));
        pairs.put("visible", Json::Bool(object.visible));
        #[expect(clippy::float_cmp, reason = "1 is the default, as written")]
        pairs.put_if(object.opacity != 1.0, "opacity", number_json(object.opacity));
        self.properties(&object.properties, &mut pairs);
        let points = |points: &[DVec2]| {
            let point = |point: &DVec2| {
                Json::Object(vec![
                    ("x".to_owned(), number_json(point.x)),
                    ("y".to_owned(), number_json(point.y)),
                ])
            };
            Json::Array(points.iter().map(point).collect())
        };
        match &object.shape {
            Shape::Rectangle => {}
            Shape::Ellipse => pairs.put("ellipse", Json::Bool(true)),
            Shape::Point => pairs.put("point", Json::Bool(true)),
            Shape::Capsule => pairs.put("capsule", Json::Bool(true)),
            Shape::Polygon(corners) => pairs.put("polygon", points(corners)),
            Shape::Polyline(corners) => pairs.put("polyline", points(corners)),
            Shape::Text(shown) => pairs.put("text", text_object(shown)),
        }
        Json::Object(pairs.0)
    }
}

impl Writer<'_> {
    fn tile_layer(&self, tiles: &TileLayer, pairs: &mut Pairs) {
        let compression = match tiles.encoding {
            Encoding::Base64(compression) if self.style == SaveStyle::Tiled => Some(compression),
            _ => None,
        };
        if let Some(compression) = compression {
            let name = match compression {
                Compression::None => "",
                Compression::Zlib => "zlib",
                Compression::Gzip => "gzip",
                Compression::Zstd => "zstd",
            };
            pairs.put("encoding", text("base64"));
            pairs.put("compression", text(name));
        }
        let cells = |gids: &Cells| match compression {
            Some(compression) => Json::String(base64(gids, compression)),
            None => Json::Integers(gids.clone()),
        };
        pairs.put("type", text("tilelayer"));
        pairs.put("width", int(tiles.width));
        pairs.put("height", int(tiles.height));
        match &tiles.data {
            TileData::Finite(gids) => pairs.put("data", cells(gids)),
            TileData::Chunks(chunks) => {
                let chunk = |chunk: &crate::model::Chunk| {
                    Json::Object(vec![
                        ("data".to_owned(), cells(&chunk.gids)),
                        ("height".to_owned(), int(chunk.height)),
                        ("width".to_owned(), int(chunk.width)),
                        ("x".to_owned(), int(chunk.x)),
                        ("y".to_owned(), int(chunk.y)),
                    ])
                };
                pairs.put("startx", int(chunks.iter().map(|chunk| chunk.x).min().unwrap_or(0)));
                pairs.put("starty", int(chunks.iter().map(|chunk| chunk.y).min().unwrap_or(0)));
                pairs.put("chunks", Json::Array(chunks.iter().map(chunk).collect()));
            }
            TileData::Unreadable => {}
        }
    }
}

/// A property in Tiled's JSON shape.
fn property(property: &Property) -> Json {
    let value = match &property.value {
        Value::String(value) | Value::Color(value) | Value::File(value) => text(value),
        Value::Int(value) | Value::Object(value) => int(*value),
        Value::Float(value) => number_json(*value),
        Value::Bool(value) => Json::Bool(*value),
        Value::Class(value) | Value::List(value) | Value::Unknown(_, value) => value.clone(),
    };
    let mut pairs = vec![
        ("name".to_owned(), text(&property.name)),
        ("type".to_owned(), text(property.value.type_name())),
        ("value".to_owned(), value),
    ];
    if let Some(name) = &property.type_name {
        pairs.push(("propertytype".to_owned(), text(name)));
    }
    Json::Object(pairs)
}

fn text_object(shown: &Text) -> Json {
    let defaults = Text::default();
    let mut pairs = Pairs(Vec::new());
    pairs.put("text", text(&shown.text));
    pairs.put_if(shown.font_family != defaults.font_family, "fontfamily", text(&shown.font_family));
    pairs.put_if(shown.pixel_size != defaults.pixel_size, "pixelsize", int(shown.pixel_size));
    pairs.put_if(shown.color != defaults.color, "color", text(&shown.color));
    for (key, value, default) in [
        ("wrap", shown.wrap, defaults.wrap),
        ("bold", shown.bold, defaults.bold),
        ("italic", shown.italic, defaults.italic),
        ("underline", shown.underline, defaults.underline),
        ("strikeout", shown.strikeout, defaults.strikeout),
        ("kerning", shown.kerning, defaults.kerning),
    ] {
        pairs.put_if(value != default, key, Json::Bool(value));
    }
    pairs.put_if(shown.halign != defaults.halign, "halign", text(&shown.halign));
    pairs.put_if(shown.valign != defaults.valign, "valign", text(&shown.valign));
    Json::Object(pairs.0)
}
