//! Tiled's JSON lowered to the model (tiled-formats, sections 3, 4, 5 and 11).

use std::collections::BTreeMap;

use glam::{DVec2, IVec2};

use super::{
    broken::Broken,
    data::{Block, MAX_CELLS},
    forms, ids,
    json::{self, KnownKeys, Value},
    link::{self, Linker, Template},
    rules, wang,
};
use crate::{
    finding::{Change, Edit, Finding, Place, Rule, Spot},
    model::{
        Cells, CellsBuilder, Chunk, Compression, DrawOrder, Encoding, Extra, Frame, Gid, ImageLayer, Json,
        Layer, LayerKind, Map, MapTileset, Object, ObjectLayer, Orientation, Picture, Properties, Property,
        RenderOrder, Shape, Text, Tile, TileData, TileLayer, TileSize, Tileset, Value as PropertyValue,
    },
    source::{SourceFile, Span},
};

/// Reads the map in a JSON file.
pub(super) fn map(file: &SourceFile, linker: &mut Linker) -> Option<Map> {
    let document = tiled_document(file, linker)?;
    let mut lower = Lower { file, linker, tilesets: Vec::new(), infinite: false };
    let root = document.root();
    // Old files do not say that they are maps.
    let is_map = match root.get("type").and_then(Value::string) {
        Some(kind) => kind == "map",
        None => root.get("orientation").is_some() || root.get("layers").is_some(),
    };
    if !root.is_object() || !is_map {
        lower.find(&rules::NOT_A_MAP, lower.spot(root), "this JSON file is no Tiled map");
        return None;
    }
    lower.map(root)
}

/// Reads the tileset in a JSON file.
pub(super) fn tileset(file: &SourceFile, linker: &mut Linker) -> Option<Tileset> {
    let document = tiled_document(file, linker)?;
    let mut lower = Lower { file, linker, tilesets: Vec::new(), infinite: false };
    let root = document.root();
    if root.get("tilewidth").is_none() || root.get("layers").is_some() {
        lower.find(&rules::NOT_A_MAP, lower.spot(root), "this JSON file is no Tiled tileset");
        return None;
    }
    Some(lower.tileset(root))
}

/// Reads the template in a JSON file.
pub(super) fn template(file: &SourceFile, linker: &mut Linker) -> Option<Template> {
    let document = tiled_document(file, linker)?;
    let mut lower = Lower { file, linker, tilesets: Vec::new(), infinite: false };
    let Some(object) = document.root().get("object") else {
        lower.find(&rules::NOT_A_MAP, lower.spot(document.root()), "this JSON file is no Tiled template");
        return None;
    };
    lower.tilesets = document
        .root()
        .get("tileset")
        .and_then(|set| link::tileset_of_template(lower.map_tileset(set)))
        .into_iter()
        .collect();
    let object = lower.object(object);
    Some(Template::new(file, object, &lower.tilesets))
}

/// Parses a file, and reports what is wrong with it as JSON.
pub(super) fn document<'a>(file: &'a SourceFile, linker: &mut Linker) -> Option<json::Document<'a>> {
    let text = match file.kept() {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let message = "this is not UTF-8, which JSON must be";
            linker.findings.push(Finding::new(&rules::BROKEN_JSON, Spot::bytes(file, at..at + 1), message));
            return None;
        }
    };
    let document = match json::document(file)? {
        Ok(document) => document,
        Err(error) => {
            // All of it is kept.
            let json::SyntaxError { at, ends_early, message } = error.clone();
            let broken = Broken { file, text, at, message, ends_early };
            linker.findings.push(broken.finding(&rules::BROKEN_JSON));
            return None;
        }
    };
    for (first, again) in &document.tree.repeated {
        let key = document.part(again);
        let message = format!("the key {key} is given twice, the last one counts");
        let finding = Finding::new(&rules::DUPLICATE_KEY, Spot::bytes(file, again.clone()), message);
        linker.findings.push(finding.related(Spot::bytes(file, first.clone()), "first given here"));
    }
    for range in &document.tree.raw_controls {
        let message = "a raw control character in a text: browsers refuse the whole map";
        linker.findings.push(Finding::new(
            &rules::CONTROL_CHARACTER,
            Spot::bytes(file, range.clone()),
            message,
        ));
    }
    Some(document)
}

/// The same for a file of Tiled's, whose fields have forms of their own.
fn tiled_document<'a>(file: &'a SourceFile, linker: &mut Linker) -> Option<json::Document<'a>> {
    let document = document(file, linker)?;
    forms::judge_json(file, document.root(), &mut linker.findings);
    Some(document)
}

struct Lower<'f, 'l, 's> {
    file: &'f SourceFile,
    linker: &'l mut Linker<'s>,
    /// Tilesets of the map, known before its layers.
    tilesets: Vec<MapTileset>,
    /// Whether the map is infinite.
    infinite: bool,
}

impl Lower<'_, '_, '_> {
    fn span(&self, value: Value) -> Span {
        self.file.span_of(value.range())
    }

    fn spot(&self, value: Value) -> Spot {
        Spot::new(self.file.name(), Some(self.span(value)))
    }

    fn find(&mut self, rule: &'static Rule, spot: Spot, message: impl Into<String>) {
        self.linker.findings.push(Finding::new(rule, spot, message));
    }

    fn map(&mut self, root: Value) -> Option<Map> {
        static KNOWN: KnownKeys<20> = KnownKeys::new([
            "type",
            "version",
            "tiledversion",
            "class",
            "orientation",
            "renderorder",
            "width",
            "height",
            "tilewidth",
            "tileheight",
            "infinite",
            "backgroundcolor",
            "parallaxoriginx",
            "parallaxoriginy",
            "nextlayerid",
            "nextobjectid",
            "properties",
            "propertytypes",
            "tilesets",
            "layers",
        ]);
        let spot = self.spot(root);
        let orientation = match string(root, "orientation").as_deref() {
            Some("orthogonal") => Orientation::Orthogonal,
            Some("isometric") => Orientation::Isometric,
            Some("staggered") => Orientation::Staggered,
            Some("hexagonal") => Orientation::Hexagonal,
            Some("oblique") => Orientation::Oblique,
            Some(other) => {
                let message = format!("the orientation \"{other}\" does not exist");
                self.find(&rules::ORIENTATION_UNKNOWN, spot.key("orientation"), message);
                return None;
            }
            None => {
                self.find(&rules::ORIENTATION_UNKNOWN, spot, "the map says nothing of its orientation");
                return None;
            }
        };
        let infinite = boolean(root, "infinite").unwrap_or(false);
        self.infinite = infinite;
        let size = |key| unsigned(root, key).unwrap_or(0);
        let (width, height) = (size("width"), size("height"));
        let tile_size = TileSize { width: size("tilewidth"), height: size("tileheight") };
        for (key, value, matters) in [
            ("width", width, !infinite),
            ("height", height, !infinite),
            ("tilewidth", tile_size.width, true),
            ("tileheight", tile_size.height, true),
        ] {
            if value == 0 && matters {
                let spot = if root.get(key).is_some() { spot.clone().key(key) } else { spot.clone() };
                let message = format!("the map's {key} is missing or less than 1");
                self.find(&rules::MAP_SIZE_WRONG, spot, message);
            }
        }
        if width as usize * height as usize > MAX_CELLS {
            let message = format!("a map of {width} x {height} tiles is larger than any that could be shown");
            self.find(&rules::MAP_SIZE_WRONG, spot.key("width"), message);
            return None;
        }
        let entries: Vec<Value> = root.get("tilesets").map(|list| list.items().collect()).unwrap_or_default();
        self.tilesets = entries.into_iter().map(|entry| self.map_tileset(entry)).collect();
        let layers = self.layers(root, "");
        let properties = self.properties(root);
        let mut map = Map {
            span: Some(self.span(root)),
            file: self.file.name().to_owned(),
            version: root.get("version").filter(|value| !value.is_array() && !value.is_object()).map(text_of),
            tiled_version: string(root, "tiledversion"),
            class: string(root, "class").unwrap_or_default(),
            orientation,
            render_order: match string(root, "renderorder").as_deref() {
                Some("right-up") => RenderOrder::RightUp,
                Some("left-down") => RenderOrder::LeftDown,
                Some("left-up") => RenderOrder::LeftUp,
                _ => RenderOrder::RightDown,
            },
            width,
            height,
            tile_size,
            infinite,
            background_color: string(root, "backgroundcolor"),
            parallax_origin: vector(root, "parallaxoriginx", "parallaxoriginy", 0.0),
            next_layer_id: unsigned(root, "nextlayerid").unwrap_or(0),
            next_object_id: unsigned(root, "nextobjectid").unwrap_or(0),
            properties,
            tilesets: std::mem::take(&mut self.tilesets),
            layers,
            extra: extra(root, &KNOWN),
        };
        ids::settle(&mut map, &mut self.linker.findings);
        Some(map)
    }

    fn map_tileset(&mut self, entry: Value) -> MapTileset {
        let source = string(entry, "source").filter(|source| !source.is_empty());
        let tileset = match &source {
            Some(source) => {
                let keys = entry.entries().map(|(key, _)| key);
                let idle = keys.filter(|key| !matches!(&**key, "firstgid" | "source"));
                self.linker.ignored_keys(&self.spot(entry), idle);
                let spot = self.spot(entry).key("source");
                self.linker.tileset(&spot, source)
            }
            None => Some(std::sync::Arc::new(self.tileset(entry))),
        };
        MapTileset {
            span: Some(self.span(entry)),
            first_gid: unsigned(entry, "firstgid").unwrap_or(0),
            source,
            tileset,
        }
    }

    fn tileset(&mut self, value: Value) -> Tileset {
        static KNOWN: KnownKeys<24> = KnownKeys::new([
            "firstgid",
            "type",
            "version",
            "tiledversion",
            "name",
            "class",
            "tilewidth",
            "tileheight",
            "spacing",
            "margin",
            "columns",
            "tilecount",
            "image",
            "imagewidth",
            "imageheight",
            "transparentcolor",
            "tileoffset",
            "objectalignment",
            "tilerendersize",
            "tiles",
            "tileproperties",
            "tilepropertytypes",
            "properties",
            "propertytypes",
        ]);
        let offset = value.get("tileoffset");
        let offset = |key| offset.and_then(|offset| integer(offset, key)).unwrap_or(0);
        let mut tileset = Tileset {
            span: Some(self.span(value)),
            file: self.file.name().to_owned(),
            name: string(value, "name").unwrap_or_default(),
            class: string(value, "class").unwrap_or_default(),
            tile_size: TileSize {
                width: unsigned(value, "tilewidth").unwrap_or(0),
                height: unsigned(value, "tileheight").unwrap_or(0),
            },
            spacing: integer(value, "spacing").unwrap_or(0),
            margin: integer(value, "margin").unwrap_or(0),
            columns: unsigned(value, "columns").unwrap_or(0),
            tile_count: unsigned(value, "tilecount").unwrap_or(0),
            picture: picture(value),
            tile_offset: IVec2::new(offset("x"), offset("y")),
            object_alignment: string(value, "objectalignment").unwrap_or_default(),
            render_at_grid_size: string(value, "tilerendersize").as_deref() == Some("grid"),
            tiles: Vec::new(),
            properties: self.properties(value),
            extra: extra(value, &KNOWN),
        };
        if let Some(tiles) = value.get("tiles") {
            let listed: Vec<Value> = tiles.items().collect();
            tileset.tiles.reserve_exact(listed.len());
            for tile in listed {
                let id = unsigned(tile, "id").unwrap_or(0);
                let tile = self.tile(tile, id);
                tileset.tiles.push(tile);
            }
            // Before Tiled 1.2 the tiles were an object with ids for keys.
            let mut keyed: Vec<(u32, Value)> =
                tiles.entries().filter_map(|(id, tile)| Some((id.parse().ok()?, tile))).collect();
            keyed.sort_by_key(|(id, _)| *id);
            for (id, tile) in keyed {
                let tile = self.tile(tile, id);
                tileset.tiles.push(tile);
            }
        }
        self.old_tile_properties(value, &mut tileset);
        ids::complete(&mut tileset);
        wang::upgrade(&mut tileset);
        tileset
    }

    /// `tileproperties` of Tiled before 1.2.
    fn old_tile_properties(&mut self, value: Value, tileset: &mut Tileset) {
        let Some(all) = value.get("tileproperties") else { return };
        let types = value.get("tilepropertytypes").into_iter().flat_map(Value::entries);
        let types: BTreeMap<_, _> = types.collect();
        let known = tileset.tiles.iter().enumerate().map(|(index, tile)| (tile.id, index));
        let known: BTreeMap<u32, usize> = known.collect();
        for (key, pairs) in all.entries() {
            let Ok(id) = key.parse::<u32>() else { continue };
            let properties = self.old_properties(pairs, types.get(&key).copied());
            match known.get(&id) {
                Some(index) => tileset.tiles[*index].properties.0.extend(properties),
                None => tileset.tiles.push(Tile {
                    span: Some(self.span(pairs)),
                    id,
                    class: String::new(),
                    properties: Properties(properties),
                    animation: Vec::new(),
                    picture: None,
                    picture_part: None,
                    collision: None,
                    extra: Extra::new(),
                }),
            }
        }
        tileset.tiles.sort_by_key(|tile| tile.id);
    }

    fn tile(&mut self, value: Value, id: u32) -> Tile {
        static KNOWN: KnownKeys<14> = KnownKeys::new([
            "id",
            "type",
            "class",
            "properties",
            "propertytypes",
            "animation",
            "image",
            "imagewidth",
            "imageheight",
            "x",
            "y",
            "width",
            "height",
            "objectgroup",
        ]);
        let part = ["x", "y", "width", "height"].map(|key| integer(value, key));
        let mut properties = self.properties(value);
        let collision = value.get("objectgroup").map(|group| {
            // Before Tiled 1.1 a tile's properties could stand on its collision group.
            let of_group = self.properties(group);
            properties = ids::merge(Some(&of_group), std::mem::take(&mut properties));
            self.linker.in_shapes = true;
            let shapes = self.object_layer(group);
            self.linker.in_shapes = false;
            shapes
        });
        Tile {
            span: Some(self.span(value)),
            id,
            class: class(value),
            properties,
            animation: value
                .get("animation")
                .into_iter()
                .flat_map(Value::items)
                .map(|frame| Frame {
                    tile: unsigned(frame, "tileid").unwrap_or(0),
                    duration: unsigned(frame, "duration").unwrap_or(0),
                })
                .collect(),
            picture: picture(value),
            picture_part: part.iter().any(Option::is_some).then(|| part.map(|number| number.unwrap_or(0))),
            collision,
            extra: extra(value, &KNOWN),
        }
    }

    fn layers(&mut self, parent: Value, prefix: &str) -> Vec<Layer> {
        let children: Vec<Value> = parent.get("layers").into_iter().flat_map(Value::items).collect();
        children.into_iter().filter_map(|layer| self.layer(layer, prefix)).collect()
    }

    fn layer(&mut self, value: Value, prefix: &str) -> Option<Layer> {
        static KNOWN: KnownKeys<34> = KnownKeys::new([
            "id",
            "name",
            "class",
            "type",
            "visible",
            "opacity",
            "locked",
            "tintcolor",
            "x",
            "y",
            "offsetx",
            "offsety",
            "parallaxx",
            "parallaxy",
            "properties",
            "propertytypes",
            "width",
            "height",
            "data",
            "chunks",
            "startx",
            "starty",
            "encoding",
            "compression",
            "objects",
            "draworder",
            "color",
            "image",
            "imagewidth",
            "imageheight",
            "transparentcolor",
            "repeatx",
            "repeaty",
            "layers",
        ]);
        let name = string(value, "name").unwrap_or_default();
        let id = unsigned(value, "id").unwrap_or(0);
        let path = format!("{prefix}{name}");
        let place = Place::layer(&path, id);
        let kind = match string(value, "type").as_deref() {
            Some("tilelayer") => LayerKind::Tiles(self.tile_layer(value, &place)),
            Some("objectgroup") => LayerKind::Objects(self.object_layer(value)),
            Some("imagelayer") => LayerKind::Image(ImageLayer {
                picture: picture(value).unwrap_or_default(),
                repeat_x: boolean(value, "repeatx").unwrap_or(false),
                repeat_y: boolean(value, "repeaty").unwrap_or(false),
            }),
            Some("group") => LayerKind::Group(self.layers(value, &format!("{path}/"))),
            other => {
                let message = format!("there is no kind of layer \"{}\"", other.unwrap_or_default());
                let spot = self.spot(value).key("type");
                self.linker.findings.push(Finding::new(&rules::LAYER_TYPE_UNKNOWN, spot, message).at(place));
                return None;
            }
        };
        let (visible, opacity) = (boolean(value, "visible"), float(value, "opacity"));
        if visible.is_none() || opacity.is_none() {
            let missing = if visible.is_none() { "visible" } else { "opacity" };
            let message = format!("the layer \"{path}\" has no \"{missing}\": Tiled shows nothing of it");
            let finding = Finding::new(&rules::LAYER_VISIBILITY_MISSING, self.spot(value), message).at(place);
            let edit = |key: &'static str, literal: &str| Edit {
                spot: self.spot(value).key(key),
                change: Change::Literal(literal.to_owned()),
            };
            let lacking = [("visible", "true"), ("opacity", "1")].into_iter();
            let lacking = lacking.filter(|(key, _)| value.get(key).is_none());
            let edits: Vec<Edit> = lacking.map(|(key, literal)| edit(key, literal)).collect();
            // Whether it should be seen nobody can tell but its maker.
            let mendable = !edits.is_empty();
            self.linker.findings.push(if mendable { finding.mend(false, "show it", edits) } else { finding });
        }
        Some(Layer {
            span: Some(self.span(value)),
            id,
            name,
            class: string(value, "class").unwrap_or_default(),
            visible: visible.unwrap_or(false),
            opacity: opacity.unwrap_or(0.0),
            locked: boolean(value, "locked").unwrap_or(false),
            tint: string(value, "tintcolor"),
            position: IVec2::new(integer(value, "x").unwrap_or(0), integer(value, "y").unwrap_or(0)),
            offset: vector(value, "offsetx", "offsety", 0.0),
            parallax: vector(value, "parallaxx", "parallaxy", 1.0),
            properties: self.properties(value),
            kind,
            extra: extra(value, &KNOWN),
        })
    }

    fn tile_layer(&mut self, value: Value, place: &Place) -> TileLayer {
        let width = unsigned(value, "width").unwrap_or(0);
        let height = unsigned(value, "height").unwrap_or(0);
        let compression = match string(value, "compression").as_deref() {
            None | Some("") => Some(Compression::None),
            Some("zlib") => Some(Compression::Zlib),
            Some("gzip") => Some(Compression::Gzip),
            Some("zstd") => Some(Compression::Zstd),
            Some(_) => None,
        };
        let encoded = match string(value, "encoding").as_deref() {
            None | Some("" | "csv") => Some(Encoding::Csv),
            Some("base64") => compression.map(Encoding::Base64),
            Some(_) => None,
        };
        let Some(encoding) = encoded else {
            let key = if compression.is_none() { "compression" } else { "encoding" };
            let message = "tile data in a form that Tiled does not know";
            let spot = self.spot(value).key(key);
            let finding = Finding::new(&rules::LAYER_DATA_UNREADABLE, spot, message).at(place.clone());
            self.linker.findings.push(finding);
            return TileLayer { width, height, data: TileData::Unreadable, encoding: Encoding::Csv };
        };
        let data = if let Some(chunks) = value.get("chunks") {
            let chunks: Vec<Value> = chunks.items().collect();
            let origin = |chunk| (integer(chunk, "x").unwrap_or(0), integer(chunk, "y").unwrap_or(0));
            let chunks =
                chunks.into_iter().filter_map(|value| self.chunk(value, origin(value), encoding, place));
            TileData::Chunks(chunks.collect())
        } else if self.infinite && value.get("data").is_some() {
            // Written like a finite layer, it begins where the layer says that its chunks do.
            let origin = (integer(value, "startx").unwrap_or(0), integer(value, "starty").unwrap_or(0));
            TileData::Chunks(self.chunk(value, origin, encoding, place).into_iter().collect())
        } else {
            match self.cells(value, (0, 0), encoding, place) {
                Some(gids) => TileData::Finite(gids),
                None => TileData::Unreadable,
            }
        };
        TileLayer { width, height, data, encoding }
    }

    fn chunk(
        &mut self,
        value: Value,
        (x, y): (i32, i32),
        encoding: Encoding,
        place: &Place,
    ) -> Option<Chunk> {
        let size = |key| unsigned(value, key).unwrap_or(0);
        let gids = self.cells(value, (x, y), encoding, place)?;
        Some(Chunk { x, y, width: size("width"), height: size("height"), gids })
    }

    /// Cells under the key `data` of a layer or chunk.
    fn cells(
        &mut self,
        value: Value,
        origin: (i32, i32),
        encoding: Encoding,
        place: &Place,
    ) -> Option<Cells> {
        let size = |key| unsigned(value, key).unwrap_or(0);
        let (width, height) = (size("width"), size("height"));
        let spot = self.spot(value).key("data");
        let block = Block { spot: spot.clone(), place, origin, width, height };
        let expected = block.cells();
        let unreadable = |message: String| {
            Finding::new(&rules::LAYER_DATA_UNREADABLE, spot.clone(), message).at(place.clone())
        };
        let Some(data) = value.get("data") else {
            let finding = Finding::new(
                &rules::LAYER_DATA_UNREADABLE,
                self.spot(value),
                "the layer has no tile data: WorkAdventure fails while it loads the map",
            );
            self.linker.findings.push(finding.at(place.clone()));
            return None;
        };
        let gids: Cells = if let Some(cells) = data.cells() {
            cells
        } else if let Some(text) = data.string() {
            self.linker.decode(&text, encoding, &block, None)?
        } else if data.is_array() {
            let mut gids = CellsBuilder::with_capacity(0);
            let mut wrong = None;
            for (index, item) in data.items().enumerate() {
                let (gid, fine) = gid(item);
                if !fine && wrong.is_none() {
                    wrong = Some((index, forms::beginning(item.source())));
                }
                gids.push(gid);
            }
            if let Some((index, text)) = wrong {
                let message = format!("`{text}` is no tile number; Tiled reads something else than browsers");
                let finding = Finding::new(&rules::TILE_NUMBER_WRONG, spot.clone().item(index), message)
                    .at(place.clone());
                self.linker.findings.push(finding);
            }
            gids.build()
        } else {
            self.linker.findings.push(unreadable("the layer's tile data is no list of numbers".to_owned()));
            return None;
        };
        if gids.len() != expected {
            let sizes = format!(
                "the layer has {} tiles, but its size of {width} x {height} needs {expected}",
                gids.len()
            );
            let finding = if gids.len() > expected {
                let message = format!("Tiled does not open the map: {sizes}");
                Finding::new(&rules::LAYER_DATA_SURPLUS, spot, message)
                    .help("delete the numbers behind the last row")
            } else {
                let message = format!("nobody can enter the room: {sizes}");
                Finding::new(&rules::LAYER_DATA_LENGTH, spot, message)
                    .help("take the last version that Tiled could open")
            };
            self.linker.findings.push(finding.at(place.clone()));
        }
        Some(gids)
    }

    fn object_layer(&mut self, value: Value) -> ObjectLayer {
        let objects: Vec<Value> = value.get("objects").into_iter().flat_map(Value::items).collect();
        ObjectLayer {
            objects: objects.into_iter().map(|object| self.object(object)).collect(),
            draw_order: match string(value, "draworder").as_deref() {
                Some("index") => DrawOrder::Index,
                _ => DrawOrder::TopDown,
            },
            color: string(value, "color"),
        }
    }

    fn object(&mut self, value: Value) -> Object {
        static KNOWN: KnownKeys<21> = KnownKeys::new([
            "id",
            "name",
            "type",
            "class",
            "template",
            "gid",
            "x",
            "y",
            "width",
            "height",
            "rotation",
            "visible",
            "opacity",
            "properties",
            "propertytypes",
            "ellipse",
            "point",
            "capsule",
            "polygon",
            "polyline",
            "text",
        ]);
        let template_path = string(value, "template");
        let template = template_path.as_ref().and_then(|path| {
            let spot = self.spot(value).key("template");
            self.linker.template(&spot, path)
        });
        let base = template.as_ref().map(|template| &template.object);
        let gid = match value.get("gid") {
            Some(gid) => Some(self::gid(gid).0).filter(|gid| !gid.is_empty()),
            None => template.as_ref().and_then(|template| {
                let spot = self.spot(value).key("template");
                self.linker.tile_of(template, &spot, &self.tilesets)
            }),
        };
        let sides = (float(value, "width"), float(value, "height"));
        let size = match (sides, base) {
            // Of an instance a size counts only when both sides are above 0.
            ((Some(width), Some(height)), Some(_)) if width > 0.0 && height > 0.0 => {
                DVec2::new(width, height)
            }
            (_, Some(base)) => base.size,
            ((None, None), None) => gid.map_or(DVec2::ZERO, |gid| ids::tile_size(&self.tilesets, gid)),
            ((width, height), None) => DVec2::new(width.unwrap_or(0.0), height.unwrap_or(0.0)),
        };
        let name = string(value, "name").filter(|name| !name.is_empty());
        let class = Some(class(value)).filter(|class| !class.is_empty());
        let own = self.properties(value);
        let shape = self.shape(value);
        Object {
            span: Some(self.span(value)),
            id: unsigned(value, "id").unwrap_or(0),
            name: name.or_else(|| base.map(|base| base.name.clone())).unwrap_or_default(),
            class: class.or_else(|| base.map(|base| base.class.clone())).unwrap_or_default(),
            template: template_path,
            gid,
            position: vector(value, "x", "y", 0.0),
            size,
            rotation: float(value, "rotation").or(base.map(|base| base.rotation)).unwrap_or(0.0),
            visible: boolean(value, "visible").or(base.map(|base| base.visible)).unwrap_or(true),
            opacity: float(value, "opacity").or(base.map(|base| base.opacity)).unwrap_or(1.0),
            shape: shape.or_else(|| base.map(|base| base.shape.clone())).unwrap_or(Shape::Rectangle),
            properties: ids::inherit(template.as_deref(), own, self.file.name()),
            extra: extra(value, &KNOWN),
        }
    }

    /// The shape that an object is marked with; of several, the last of Tiled's own order.
    fn shape(&mut self, value: Value) -> Option<Shape> {
        const MARKS: [&str; 6] = ["polygon", "polyline", "ellipse", "capsule", "point", "text"];
        let marked = |key: &&str| match *key {
            "polygon" | "polyline" | "text" => value.get(key).is_some(),
            key => boolean(value, key) == Some(true),
        };
        let mut marks = MARKS.iter().rev().copied().filter(marked);
        let name = marks.next()?;
        if let Some(other) = marks.next() {
            let message = format!("the object is both {other} and {name}; to Tiled it is the {name}");
            self.find(&rules::SHAPES_MIXED, self.spot(value).key(name), message);
        }
        let inner = value.get(name)?;
        Some(match name {
            "polygon" => Shape::Polygon(self.points(value, name, inner)),
            "polyline" => Shape::Polyline(self.points(value, name, inner)),
            "ellipse" => Shape::Ellipse,
            "capsule" => Shape::Capsule,
            "point" => Shape::Point,
            _ => Shape::Text(Box::new(text(inner))),
        })
    }

    /// The corners of a polygon or line; what is no number counts as 0, as in Tiled.
    fn points(&mut self, object: Value, key: &'static str, list: Value) -> Vec<DVec2> {
        let mut points = Vec::new();
        let mut wrong = None;
        for (index, point) in list.items().enumerate() {
            if float(point, "x").is_none() || float(point, "y").is_none() {
                wrong = wrong.or(Some(index));
            }
            points.push(vector(point, "x", "y", 0.0));
        }
        if let Some(index) = wrong {
            let message = format!("point {} of the {key} is no pair of numbers: Tiled takes 0", index + 1);
            self.find(&rules::POINTS_UNREADABLE, self.spot(object).key(key).item(index), message);
        }
        points
    }

    fn properties(&mut self, holder: Value) -> Properties {
        let Some(value) = holder.get("properties") else { return Properties::default() };
        if value.is_object() {
            return Properties(self.old_properties(value, holder.get("propertytypes")));
        }
        let items: Vec<Value> = value.items().collect();
        let mut properties = Vec::with_capacity(items.len());
        properties.extend(items.into_iter().filter_map(|item| self.property(item)));
        Properties(properties)
    }

    /// Properties as an object, with their types beside them: Tiled before 1.2.
    fn old_properties(&mut self, pairs: Value, types: Option<Value>) -> Vec<Property> {
        let types: BTreeMap<_, _> = types.into_iter().flat_map(Value::entries).collect();
        pairs
            .entries()
            .map(|(name, value)| {
                let kind = types.get(&name).and_then(|kind| kind.string());
                Property {
                    span: Some(self.span(value)),
                    type_name: None,
                    value: Self::value(kind.as_deref().unwrap_or(natural_type(value)), value).0,
                    name: name.into_owned(),
                }
            })
            .collect()
    }

    fn property(&mut self, item: Value) -> Option<Property> {
        let name = string(item, "name")?;
        let value = item.get("value");
        let stated = string(item, "type");
        let kind = stated.clone().unwrap_or_else(|| value.map_or("string", natural_type).to_owned());
        let (lowered, fits) = match value {
            Some(value) => Self::value(&kind, value),
            None => (default_value(&kind), true),
        };
        // A list stated to be text has a type that is known, and a value that does not fit.
        let unknown = fits && matches!(lowered, PropertyValue::Unknown(..));
        if unknown || stated.is_none() {
            let message = match &stated {
                Some(kind) => {
                    format!("the property \"{name}\" has the type \"{kind}\", which does not exist")
                }
                None => format!("the property \"{name}\" has no type"),
            };
            let spot = self.spot(item);
            let spot = if stated.is_some() { spot.key("type") } else { spot };
            let finding = Finding::new(&rules::PROPERTY_TYPE_UNKNOWN, spot, message)
                .help("use string, int, float, bool, color, file, object or class");
            let meant = value.and_then(|value| type_of(stated.as_deref(), value));
            self.linker.findings.push(match meant {
                Some(meant) => {
                    let edit =
                        Edit { spot: self.spot(item).key("type"), change: Change::Text(meant.to_owned()) };
                    finding.mend(true, format!("state the type {meant}"), vec![edit])
                }
                None => finding,
            });
        } else if !fits {
            let message = format!(
                "the property \"{name}\" is stated to be {}, but its value is {}",
                article(&kind),
                value.map_or("", json_type)
            );
            let finding = Finding::new(&rules::PROPERTY_VALUE_TYPE, self.spot(item).key("value"), message);
            self.linker.findings.push(match value.and_then(|value| literal(&kind, value)) {
                Some(meant) => finding.fix_literal(true, format!("write {meant} without quotes"), meant),
                None => finding.help("write a value of that type, or state the type that the value has"),
            });
        }
        Some(Property {
            span: Some(self.span(item)),
            name,
            type_name: string(item, "propertytype"),
            value: lowered,
        })
    }

    /// A value by its stated type, and whether it is of that type. What is not keeps its own type, so
    /// that rules can say what a browser makes of it.
    fn value(kind: &str, value: Value) -> (PropertyValue, bool) {
        let fitting = match kind {
            "string" => value.string().map(|text| PropertyValue::String(text.into_owned())),
            "file" => value.string().map(|text| PropertyValue::File(text.into_owned())),
            "color" => value.string().map(|text| PropertyValue::Color(text.into_owned())),
            "bool" => value.boolean().map(PropertyValue::Bool),
            "int" | "qlonglong" => whole(value).map(PropertyValue::Int),
            "object" => whole(value).map(PropertyValue::Object),
            "float" => value.number().map(PropertyValue::Float),
            "class" => Some(PropertyValue::Class(value.to_json())),
            "list" => Some(PropertyValue::List(value.to_json())),
            _ => Some(PropertyValue::Unknown(kind.to_owned(), value.to_json())),
        };
        match fitting {
            Some(fitting) => (fitting, true),
            None => (Self::natural_value(kind, value), false),
        }
    }

    fn natural_value(kind: &str, value: Value) -> PropertyValue {
        match natural_type(value) {
            "string" => PropertyValue::String(value.string().unwrap_or_default().into_owned()),
            "bool" => PropertyValue::Bool(value.boolean().unwrap_or_default()),
            "int" => PropertyValue::Int(whole(value).unwrap_or_default()),
            "float" => PropertyValue::Float(value.number().unwrap_or_default()),
            _ => PropertyValue::Unknown(kind.to_owned(), value.to_json()),
        }
    }
}

/// A value by its type as a property has it, or the type's default, and whether it is of that type.
pub(super) fn property_value(kind: &str, value: Option<Value>) -> (PropertyValue, bool) {
    value.map_or_else(|| (default_value(kind), true), |value| Lower::value(kind, value))
}

/// The type that is meant by a name that is none, or by none: one that the value has.
fn type_of(stated: Option<&str>, value: Value) -> Option<&'static str> {
    let natural = natural_type(value);
    let meant = match stated.map(str::to_ascii_lowercase).as_deref() {
        None => natural,
        Some("bool" | "boolean") => "bool",
        Some("int" | "integer") => "int",
        Some("float" | "double") => "float",
        Some("string" | "text") => "string",
        Some("color" | "colour") => "color",
        Some("file") => "file",
        Some("number") if natural == "int" || natural == "float" => natural,
        Some(_) => return None,
    };
    let fits = match meant {
        "float" => matches!(natural, "int" | "float"),
        "color" | "file" => natural == "string",
        "class" => false,
        meant => meant == natural,
    };
    fits.then_some(meant)
}

/// What a text in quotes would be without them, if that is of the type.
fn literal(kind: &str, value: Value) -> Option<String> {
    let text = value.string()?;
    let text = text.trim();
    let fits = match kind {
        "bool" => matches!(text, "true" | "false"),
        "int" => text.parse::<i32>().is_ok_and(|number| number.to_string() == text),
        "float" => json::parse(text).is_ok_and(|tree| tree.root(text).is_number()),
        _ => false,
    };
    fits.then(|| text.to_owned())
}

/// The type that a value without a stated one has.
fn natural_type(value: Value) -> &'static str {
    if value.is_string() {
        "string"
    } else if value.boolean().is_some() {
        "bool"
    } else if value.is_number() {
        if whole(value).is_some() { "int" } else { "float" }
    } else {
        "class"
    }
}

fn json_type(value: Value) -> &'static str {
    if value.is_string() {
        "text"
    } else if value.boolean().is_some() {
        "true or false"
    } else if value.is_number() {
        "a number"
    } else if value.is_array() {
        "a list"
    } else {
        "neither text nor number"
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

fn default_value(kind: &str) -> PropertyValue {
    match kind {
        "file" => PropertyValue::File(String::new()),
        "color" => PropertyValue::Color(String::new()),
        "bool" => PropertyValue::Bool(false),
        "int" => PropertyValue::Int(0),
        "object" => PropertyValue::Object(0),
        "float" => PropertyValue::Float(0.0),
        "class" => PropertyValue::Class(Json::Object(Vec::new())),
        _ => PropertyValue::String(String::new()),
    }
}

fn text(value: Value) -> Text {
    let defaults = Text::default();
    let word = |key: &str, default: String| string(value, key).unwrap_or(default);
    let flag = |key: &str, default: bool| boolean(value, key).unwrap_or(default);
    Text {
        text: word("text", String::new()),
        font_family: word("fontfamily", defaults.font_family),
        pixel_size: integer(value, "pixelsize").unwrap_or(defaults.pixel_size),
        color: word("color", defaults.color),
        wrap: flag("wrap", defaults.wrap),
        bold: flag("bold", defaults.bold),
        italic: flag("italic", defaults.italic),
        underline: flag("underline", defaults.underline),
        strikeout: flag("strikeout", defaults.strikeout),
        kerning: flag("kerning", defaults.kerning),
        halign: word("halign", defaults.halign),
        valign: word("valign", defaults.valign),
    }
}

fn picture(value: Value) -> Option<Picture> {
    Some(Picture {
        source: string(value, "image")?,
        embedded: None,
        width: unsigned(value, "imagewidth"),
        height: unsigned(value, "imageheight"),
        transparent: string(value, "transparentcolor").map(|color| color.trim_start_matches('#').to_owned()),
    })
}

/// `class` where it is filled, else `type` (tiled-formats, section 3.6).
fn class(value: Value) -> String {
    string(value, "class")
        .filter(|class| !class.is_empty())
        .or_else(|| string(value, "type"))
        .unwrap_or_default()
}

fn extra<const COUNT: usize>(value: Value, known: &KnownKeys<COUNT>) -> Extra {
    value
        .entries()
        .filter(|(key, _)| !known.has(key))
        .map(|(key, value)| (key.into_owned(), value.to_json()))
        .collect()
}

fn text_of(value: Value) -> String {
    value.string().map_or_else(|| value.source().to_owned(), std::borrow::Cow::into_owned)
}

/// Text under a key; a number counts as its text.
fn string(value: Value, key: &str) -> Option<String> {
    let value = value.get(key)?;
    (value.is_string() || value.is_number()).then(|| text_of(value))
}

/// A number, or text that holds one.
fn float_of(value: Value) -> Option<f64> {
    value.number().or_else(|| value.string()?.trim().parse().ok()).filter(|number| number.is_finite())
}

fn float(value: Value, key: &str) -> Option<f64> {
    float_of(value.get(key)?)
}

/// Rounded half away from zero, as Tiled does; beyond 32 bits it ends there.
fn integer(value: Value, key: &str) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "float casts saturate")]
    float(value, key).map(|number| number.round() as i32)
}

fn unsigned(value: Value, key: &str) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
    float(value, key).map(|number| number.round() as u32)
}

fn boolean(value: Value, key: &str) -> Option<bool> {
    let value = value.get(key)?;
    value.boolean().or_else(|| value.number().map(|number| number != 0.0)).or_else(|| {
        let text = value.string()?;
        Some(!matches!(text.to_ascii_lowercase().as_str(), "" | "0" | "false"))
    })
}

fn vector(value: Value, x: &str, y: &str, default: f64) -> DVec2 {
    DVec2::new(float(value, x).unwrap_or(default), float(value, y).unwrap_or(default))
}

fn whole(value: Value) -> Option<i64> {
    if !value.is_number() {
        return None;
    }
    value.source().parse().ok().or_else(|| {
        let number = value.number()?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within range")]
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}

/// A tile number as Tiled reads it, and whether it is what a tile number should be.
fn gid(value: Value) -> (Gid, bool) {
    let Some(number) = float_of(value) else { return (Gid::EMPTY, false) };
    let rounded = number.round();
    #[expect(clippy::cast_possible_truncation, reason = "float casts saturate")]
    let wide = rounded as i64;
    let fine = value.is_number() && number.fract() == 0.0 && u32::try_from(wide).is_ok();
    // A negative number is the two's complement of the flags (tiled-formats, section 4).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low 32 bits are meant")]
    let bits = wide as u32;
    (Gid(bits), fine)
}
