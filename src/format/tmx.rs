//! Tiled's XML lowered to the model (tiled-formats, sections 3, 4, 5, 7 and 11).

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use glam::{DVec2, IVec2};
use roxmltree::{Document, Node, ParsingOptions};

use super::{
    broken::{self, Broken},
    data::{self, Block, MAX_CELLS},
    forms, ids,
    link::{self, Linker, Template},
    rules, wang,
};
use crate::{
    finding::{Finding, Place, Rule, Spot},
    model::{
        Cells, Chunk, Compression, DrawOrder, Encoding, Extra, Frame, Gid, ImageLayer, Json, Layer,
        LayerKind, Map, MapTileset, Object, ObjectLayer, Orientation, Picture, Properties, Property,
        RenderOrder, Shape, Text, Tile, TileData, TileLayer, TileSize, Tileset, Value,
    },
    source::{self, SourceFile, Span},
};

/// Most elements and attributes of a file: enough for layers of a million `<tile/>`.
const MAX_NODES: u32 = 1 << 26;

/// Deepest nesting of elements. Tiled's own JSON takes 200 and refuses 2000.
const MAX_DEPTH: usize = 256;

/// Reads the map in an XML file.
pub(super) fn map(file: &SourceFile, linker: &mut Linker) -> Option<Map> {
    let document = document(file, "map", linker)?;
    Lower::new(file, linker).map(document.root_element())
}

/// Reads the tileset in an XML file.
pub(super) fn tileset(file: &SourceFile, linker: &mut Linker) -> Option<Tileset> {
    let document = document(file, "tileset", linker)?;
    Some(Lower::new(file, linker).tileset(document.root_element()))
}

/// Reads the template in an XML file.
pub(super) fn template(file: &SourceFile, linker: &mut Linker) -> Option<Template> {
    let document = document(file, "template", linker)?;
    let root = document.root_element();
    let Some(object) = child(root, "object") else {
        let message = "the template holds no object";
        let spot = Spot::bytes(file, root.range());
        linker.findings.push(Finding::new(&rules::NOT_A_MAP, spot, message));
        return None;
    };
    let mut lower = Lower::new(file, linker);
    lower.tilesets = child(root, "tileset")
        .and_then(|set| link::tileset_of_template(lower.map_tileset(set)))
        .into_iter()
        .collect();
    let object = lower.object(object);
    Some(Template::new(file, object, &lower.tilesets))
}

/// Parses a file. Document types are read over, never fetched; a file that declares entities of its own
/// is refused, as a few lines of them can stand for gigabytes.
fn document<'a>(file: &'a SourceFile, root: &str, linker: &mut Linker) -> Option<Document<'a>> {
    let mut broken = |at: usize, message: String| {
        let spot = Spot::bytes(file, at..at + 1);
        linker.findings.push(Finding::new(&rules::BROKEN_XML, spot, message));
    };
    let text = match file.text() {
        Ok(text) => text,
        Err(error) => {
            broken(
                error.valid_up_to(),
                "these bytes are not in the encoding that the file states".to_owned(),
            );
            return None;
        }
    };
    let entity = memchr::memmem::find(text.as_bytes(), b"<!ENTITY");
    if let (Some(at), true) = (entity, text.contains("<!DOCTYPE")) {
        broken(at, "the file declares entities, which no map needs".to_owned());
        return None;
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = match Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => {
            let place = error.pos();
            let at = file.offset(place.row, place.col);
            // The position is said by the finding itself.
            let message = error.to_string();
            let message =
                message.rsplit_once(" at ").map_or(message.as_str(), |(before, _)| before).to_owned();
            let is_cut = matches!(
                error,
                roxmltree::Error::NoRootNode
                    | roxmltree::Error::UnclosedRootNode
                    | roxmltree::Error::UnexpectedEndOfStream
            );
            let ends_early = is_cut || at >= text.trim_end().len();
            let broken = Broken { file, text, at, message, ends_early };
            linker.findings.push(broken.finding(&rules::BROKEN_XML));
            return None;
        }
    };
    if let Some(node) = too_deep(document.root_element()) {
        broken(node.range().start, format!("elements are nested deeper than {MAX_DEPTH}"));
        return None;
    }
    let name = document.root_element().tag_name().name().to_owned();
    if name != root {
        let spot = Spot::bytes(file, document.root_element().range());
        let message = format!("the file holds a <{name}>, not a <{root}>");
        let finding = Finding::new(&rules::NOT_A_MAP, spot, message);
        let is_page = name.eq_ignore_ascii_case("html");
        linker.findings.push(if is_page { finding.help(broken::PAGE) } else { finding });
        return None;
    }
    forms::judge_xml(file, document.root_element(), &mut linker.findings);
    Some(document)
}

/// The first element that lies too deep to be walked through.
fn too_deep<'a, 'i>(root: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let (mut node, mut depth) = (root, 0_usize);
    loop {
        if depth > MAX_DEPTH {
            return Some(node);
        }
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
            continue;
        }
        while node.next_sibling().is_none() || node == root {
            if node == root {
                return None;
            }
            (node, depth) = (node.parent()?, depth - 1);
        }
        node = node.next_sibling()?;
    }
}

struct Lower<'f, 'l, 's> {
    file: &'f SourceFile,
    linker: &'l mut Linker<'s>,
    /// Tilesets of the map, known before its layers.
    tilesets: Vec<MapTileset>,
    /// Whether the map is infinite.
    infinite: bool,
}

impl<'f, 'l, 's> Lower<'f, 'l, 's> {
    fn new(file: &'f SourceFile, linker: &'l mut Linker<'s>) -> Self {
        Self { file, linker, tilesets: Vec::new(), infinite: false }
    }
}

impl Lower<'_, '_, '_> {
    fn span(&self, node: Node) -> Span {
        self.file.span_of(node.range())
    }

    fn spot(&self, node: Node) -> Spot {
        Spot::new(self.file.name(), Some(self.span(node)))
    }

    fn find(&mut self, rule: &'static Rule, spot: Spot, message: impl Into<String>) {
        self.linker.findings.push(Finding::new(rule, spot, message));
    }

    fn map(&mut self, root: Node) -> Option<Map> {
        let spot = self.spot(root);
        let orientation = match root.attribute("orientation") {
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
        let infinite = flag(root, "infinite").unwrap_or(false);
        self.infinite = infinite;
        let size = |key| count(root, key).unwrap_or(0);
        let (width, height) = (size("width"), size("height"));
        let tile_size = TileSize { width: size("tilewidth"), height: size("tileheight") };
        for (key, value, matters) in [
            ("width", width, !infinite),
            ("height", height, !infinite),
            ("tilewidth", tile_size.width, true),
            ("tileheight", tile_size.height, true),
        ] {
            if value == 0 && matters {
                let message = format!("the map's {key} is missing or less than 1");
                self.find(&rules::MAP_SIZE_WRONG, spot.clone().key(key), message);
            }
        }
        if width as usize * height as usize > MAX_CELLS {
            let message = format!("a map of {width} x {height} tiles is larger than any that could be shown");
            self.find(&rules::MAP_SIZE_WRONG, spot.key("width"), message);
            return None;
        }
        for entry in children(root, "tileset") {
            let set = self.map_tileset(entry);
            self.tilesets.push(set);
        }
        let layers = self.layers(root, "");
        let mut map = Map {
            span: Some(self.span(root)),
            file: self.file.name().to_owned(),
            version: root.attribute("version").map(str::to_owned),
            tiled_version: root.attribute("tiledversion").map(str::to_owned),
            class: text(root, "class"),
            orientation,
            render_order: match root.attribute("renderorder") {
                Some("right-up") => RenderOrder::RightUp,
                Some("left-down") => RenderOrder::LeftDown,
                Some("left-up") => RenderOrder::LeftUp,
                _ => RenderOrder::RightDown,
            },
            width,
            height,
            tile_size,
            infinite,
            background_color: root.attribute("backgroundcolor").map(str::to_owned),
            parallax_origin: vector(root, "parallaxoriginx", "parallaxoriginy", 0.0),
            next_layer_id: count(root, "nextlayerid").unwrap_or(0),
            next_object_id: count(root, "nextobjectid").unwrap_or(0),
            properties: self.properties(root),
            tilesets: std::mem::take(&mut self.tilesets),
            layers,
            extra: map_extra(root),
        };
        ids::settle(&mut map, &mut self.linker.findings);
        Some(map)
    }

    fn map_tileset(&mut self, entry: Node) -> MapTileset {
        let source = entry.attribute("source").filter(|source| !source.is_empty()).map(str::to_owned);
        let tileset = match &source {
            Some(source) => {
                let keys = entry.attributes().map(|attribute| Cow::Borrowed(attribute.name()));
                let idle = keys.filter(|key| !matches!(&**key, "firstgid" | "source"));
                self.linker.ignored_keys(&self.spot(entry), idle);
                let spot = self.spot(entry).key("source");
                self.linker.tileset(&spot, source)
            }
            None => Some(Arc::new(self.tileset(entry))),
        };
        MapTileset {
            span: Some(self.span(entry)),
            first_gid: unsigned(entry, "firstgid").unwrap_or(0),
            source,
            tileset,
        }
    }

    fn tileset(&mut self, node: Node) -> Tileset {
        let offset = child(node, "tileoffset");
        let offset = |key| offset.and_then(|offset| integer(offset, key)).unwrap_or(0);
        let tiles: Vec<Node> = children(node, "tile").collect();
        let mut tileset = Tileset {
            span: Some(self.span(node)),
            file: self.file.name().to_owned(),
            name: text(node, "name"),
            class: text(node, "class"),
            tile_size: TileSize {
                width: count(node, "tilewidth").unwrap_or(0),
                height: count(node, "tileheight").unwrap_or(0),
            },
            spacing: integer(node, "spacing").unwrap_or(0),
            margin: integer(node, "margin").unwrap_or(0),
            columns: count(node, "columns").unwrap_or(0),
            tile_count: count(node, "tilecount").unwrap_or(0),
            picture: child(node, "image").map(|image| self.picture(image, &text(node, "name"))),
            tile_offset: IVec2::new(offset("x"), offset("y")),
            object_alignment: text(node, "objectalignment"),
            render_at_grid_size: node.attribute("tilerendersize") == Some("grid"),
            tiles: Vec::new(),
            properties: self.properties(node),
            extra: self.tileset_extra(node),
        };
        for tile in tiles {
            let tile = self.tile(tile, &tileset.name);
            tileset.tiles.push(tile);
        }
        ids::complete(&mut tileset);
        wang::upgrade(&mut tileset);
        tileset
    }

    fn tile(&mut self, node: Node, tileset: &str) -> Tile {
        let id = count(node, "id").unwrap_or(0);
        let part = ["x", "y", "width", "height"].map(|key| integer(node, key));
        let mut properties = self.properties(node);
        let collision = child(node, "objectgroup").map(|group| {
            // Before Tiled 1.1 a tile's properties could stand on its collision group.
            let of_group = self.properties(group);
            properties = ids::merge(Some(&of_group), std::mem::take(&mut properties));
            self.linker.in_shapes = true;
            let shapes = self.object_layer(group);
            self.linker.in_shapes = false;
            shapes
        });
        let mut extra = Extra::new();
        if let Some(terrain) = node.attribute("terrain") {
            let corner =
                |corner: &str| Json::Number(corner.trim().parse::<u32>().map_or(-1, i64::from).to_string());
            extra.push(("terrain".to_owned(), Json::Array(terrain.split(',').map(corner).collect())));
        }
        if let Some(probability) = node.attribute("probability").filter(|text| text.parse::<f64>().is_ok()) {
            extra.push(("probability".to_owned(), Json::Number(probability.to_owned())));
        }
        let frames = child(node, "animation").into_iter().flat_map(|animation| children(animation, "frame"));
        let mut animation: Vec<Frame> = frames
            .map(|frame| Frame {
                tile: count(frame, "tileid").unwrap_or(0),
                duration: count(frame, "duration").unwrap_or(0),
            })
            .collect();
        if animation.is_empty() {
            animation = animation_of_properties(&properties);
        }
        Tile {
            span: Some(self.span(node)),
            id,
            class: class(node),
            properties,
            animation,
            picture: child(node, "image").map(|image| self.picture(image, &format!("{tileset}-{id}"))),
            picture_part: part.iter().any(Option::is_some).then(|| part.map(|number| number.unwrap_or(0))),
            collision,
            extra,
        }
    }

    fn layers(&mut self, parent: Node, prefix: &str) -> Vec<Layer> {
        let elements: Vec<Node> = parent.children().filter(Node::is_element).collect();
        elements.into_iter().filter_map(|node| self.layer(node, prefix)).collect()
    }

    fn layer(&mut self, node: Node, prefix: &str) -> Option<Layer> {
        let name = text(node, "name");
        let id = count(node, "id").unwrap_or(0);
        let path = format!("{prefix}{name}");
        let kind = match node.tag_name().name() {
            "layer" => LayerKind::Tiles(self.tile_layer(node, &Place::layer(&path, id))),
            "objectgroup" => LayerKind::Objects(self.object_layer(node)),
            "imagelayer" => LayerKind::Image(ImageLayer {
                picture: child(node, "image")
                    .map_or_else(Picture::default, |image| self.picture(image, &name)),
                repeat_x: flag(node, "repeatx").unwrap_or(false),
                repeat_y: flag(node, "repeaty").unwrap_or(false),
            }),
            "group" => LayerKind::Group(self.layers(node, &format!("{path}/"))),
            _ => return None,
        };
        let position = IVec2::new(integer(node, "x").unwrap_or(0), integer(node, "y").unwrap_or(0));
        let mut offset = vector(node, "offsetx", "offsety", 0.0);
        // Before 0.15 an image layer had its pixels in x and y.
        if matches!(kind, LayerKind::Image(_)) && !node.has_attribute("offsetx") {
            offset = position.as_dvec2();
        }
        let mut extra = Extra::new();
        if let Some(mode) = node.attribute("mode") {
            extra.push(("mode".to_owned(), Json::String(mode.to_owned())));
        }
        Some(Layer {
            span: Some(self.span(node)),
            id,
            name,
            class: text(node, "class"),
            visible: flag(node, "visible").unwrap_or(true),
            opacity: float(node, "opacity").unwrap_or(1.0),
            locked: flag(node, "locked").unwrap_or(false),
            tint: node.attribute("tintcolor").map(str::to_owned),
            position,
            offset,
            parallax: vector(node, "parallaxx", "parallaxy", 1.0),
            properties: self.properties(node),
            kind,
            extra,
        })
    }

    fn tile_layer(&mut self, node: Node, place: &Place) -> TileLayer {
        let width = count(node, "width").unwrap_or(0);
        let height = count(node, "height").unwrap_or(0);
        let block = |spot: Spot| Block { spot, place, origin: (0, 0), width, height };
        let Some(data) = child(node, "data") else {
            let data = if self.infinite {
                TileData::Chunks(Vec::new())
            } else {
                let cells = self.linker.empty_cells(&block(self.spot(node)));
                cells.map_or(TileData::Unreadable, TileData::Finite)
            };
            return TileLayer { width, height, data, encoding: Encoding::Csv };
        };
        let compression = match data.attribute("compression") {
            None | Some("") => Some(Compression::None),
            Some("zlib") => Some(Compression::Zlib),
            Some("gzip") => Some(Compression::Gzip),
            Some("zstd") => Some(Compression::Zstd),
            Some(_) => None,
        };
        let encoding = match data.attribute("encoding") {
            None | Some("") => Some(Encoding::Elements),
            Some("csv") => Some(Encoding::Csv),
            Some("base64") => compression.map(Encoding::Base64),
            Some(_) => None,
        };
        let Some(encoding) = encoding else {
            let key = if compression.is_none() { "compression" } else { "encoding" };
            let message = "tile data in a form that Tiled does not know";
            let finding = Finding::new(&rules::LAYER_DATA_UNREADABLE, self.spot(data).key(key), message);
            self.linker.findings.push(finding.at(place.clone()));
            return TileLayer { width, height, data: TileData::Unreadable, encoding: Encoding::Csv };
        };
        let chunks: Vec<Node> = children(data, "chunk").collect();
        let whole = block(self.spot(data));
        let data = if !chunks.is_empty() {
            let chunks = chunks.into_iter().filter_map(|chunk| self.chunk(chunk, encoding, place));
            TileData::Chunks(chunks.collect())
        } else if self.infinite {
            // Written like a finite layer, it begins at 0, 0.
            let filled = data.children().any(|child| child.is_element() || has_content(child));
            let gids = if filled { self.cells(data, encoding, &whole) } else { None };
            let chunk = gids.map(|gids| Chunk { x: 0, y: 0, width, height, gids });
            TileData::Chunks(chunk.into_iter().collect())
        } else {
            self.cells(data, encoding, &whole).map_or(TileData::Unreadable, TileData::Finite)
        };
        TileLayer { width, height, data, encoding }
    }

    fn chunk(&mut self, node: Node, encoding: Encoding, place: &Place) -> Option<Chunk> {
        let size = |key| count(node, key).unwrap_or(0);
        let at = |key| integer(node, key).unwrap_or(0);
        let (x, y, width, height) = (at("x"), at("y"), size("width"), size("height"));
        let block = Block { spot: self.spot(node), place, origin: (x, y), width, height };
        let gids = self.cells(node, encoding, &block)?;
        Some(Chunk { x, y, width, height, gids })
    }

    fn cells(&mut self, node: Node, encoding: Encoding, block: &Block) -> Option<Cells> {
        let gids = if encoding == Encoding::Elements {
            children(node, "tile").map(|tile| Gid(unsigned(tile, "gid").unwrap_or(0))).collect()
        } else {
            if let Some(comment) = node.children().find(Node::is_comment) {
                let message = "Tiled refuses the map: a comment stands among the layer's tiles";
                let spot = Spot::bytes(self.file, comment.range());
                let finding = Finding::new(&rules::COMMENT_IN_LAYER_DATA, spot, message);
                self.linker.findings.push(finding.at(block.place.clone()));
            }
            let mut texts = node.children().filter(|child| has_content(*child));
            let (first, more) = (texts.next(), texts.next().is_some());
            match first {
                None => Cells::default(),
                Some(only) if !more => {
                    let text = only.text().unwrap_or_default();
                    let written = self.file.bytes().get(only.range()).unwrap_or_default();
                    let at = memchr::memmem::find(written, text.as_bytes());
                    let at = at.map(|at| only.range().start + at);
                    self.linker.decode(text, encoding, block, at)?
                }
                Some(_) => {
                    let text: String = node.children().filter_map(text_of).collect();
                    self.linker.decode(&text, encoding, block, None)?
                }
            }
        };
        // No data at all is an empty layer.
        if gids.is_empty() {
            return self.linker.empty_cells(block);
        }
        let expected = block.cells();
        if gids.len() != expected {
            let (width, height) = (block.width, block.height);
            let message = format!(
                "the layer has {} tiles, but its size of {width} x {height} needs {expected}",
                gids.len()
            );
            let finding = Finding::new(&rules::LAYER_DATA_LENGTH, block.spot.clone(), message)
                .help("take the last version that Tiled could open");
            self.linker.findings.push(finding.at(block.place.clone()));
        }
        Some(gids)
    }

    fn object_layer(&mut self, node: Node) -> ObjectLayer {
        let objects: Vec<Node> = children(node, "object").collect();
        ObjectLayer {
            objects: objects.into_iter().map(|object| self.object(object)).collect(),
            draw_order: match node.attribute("draworder") {
                Some("index") => DrawOrder::Index,
                _ => DrawOrder::TopDown,
            },
            color: node.attribute("color").map(str::to_owned),
        }
    }

    fn object(&mut self, node: Node) -> Object {
        let template_path = node.attribute("template").map(str::to_owned);
        let template = template_path.as_ref().and_then(|path| {
            let spot = self.spot(node).key("template");
            self.linker.template(&spot, path)
        });
        let base = template.as_ref().map(|template| &template.object);
        let gid = match unsigned(node, "gid") {
            Some(gid) => Some(Gid(gid)).filter(|gid| !gid.is_empty()),
            None => template.as_ref().and_then(|template| {
                let spot = self.spot(node).key("template");
                self.linker.tile_of(template, &spot, &self.tilesets)
            }),
        };
        let sides = (float(node, "width"), float(node, "height"));
        let size = match (sides, base) {
            ((Some(width), Some(height)), Some(_)) if width > 0.0 && height > 0.0 => {
                DVec2::new(width, height)
            }
            (_, Some(base)) => base.size,
            ((None, None), None) => gid.map_or(DVec2::ZERO, |gid| ids::tile_size(&self.tilesets, gid)),
            ((width, height), None) => DVec2::new(width.unwrap_or(0.0), height.unwrap_or(0.0)),
        };
        let name = node.attribute("name").filter(|name| !name.is_empty()).map(str::to_owned);
        let class = Some(class(node)).filter(|class| !class.is_empty());
        let own = self.properties(node);
        let shape = self.shape(node);
        Object {
            span: Some(self.span(node)),
            id: count(node, "id").unwrap_or(0),
            name: name.or_else(|| base.map(|base| base.name.clone())).unwrap_or_default(),
            class: class.or_else(|| base.map(|base| base.class.clone())).unwrap_or_default(),
            template: template_path,
            gid,
            position: vector(node, "x", "y", 0.0),
            size,
            rotation: float(node, "rotation").or(base.map(|base| base.rotation)).unwrap_or(0.0),
            visible: flag(node, "visible").or(base.map(|base| base.visible)).unwrap_or(true),
            opacity: float(node, "opacity").or(base.map(|base| base.opacity)).unwrap_or(1.0),
            shape: shape.or_else(|| base.map(|base| base.shape.clone())).unwrap_or(Shape::Rectangle),
            properties: ids::inherit(template.as_deref(), own, self.file.name()),
            extra: Extra::new(),
        }
    }

    /// What the model has no field for, in the shape that JSON has it (tiled-formats, sections 3.3, 3.4).
    fn tileset_extra(&mut self, node: Node) -> Extra {
        let mut extra = Extra::new();
        for key in ["fillmode", "backgroundcolor"] {
            if let Some(value) = node.attribute(key) {
                extra.push((key.to_owned(), Json::String(value.to_owned())));
            }
        }
        if let Some(grid) = child(node, "grid") {
            let of_tile = |key| node.attribute(key).unwrap_or("0");
            let width = number(grid, "width", of_tile("tilewidth"));
            let height = number(grid, "height", of_tile("tileheight"));
            let orientation = grid.attribute("orientation").unwrap_or("orthogonal");
            let same = |pair: &(String, Json), key| pair.1 == Json::Number(of_tile(key).to_owned());
            if orientation != "orthogonal" || !same(&width, "tilewidth") || !same(&height, "tileheight") {
                let orientation = ("orientation".to_owned(), Json::String(orientation.to_owned()));
                extra.push(("grid".to_owned(), Json::Object(vec![orientation, width, height])));
            }
        }
        if let Some(allowed) = child(node, "transformations") {
            let pairs = ["hflip", "vflip", "rotate", "preferuntransformed"]
                .map(|key| (key.to_owned(), Json::Bool(flag(allowed, key).unwrap_or(false))));
            if pairs.iter().any(|(_, value)| *value == Json::Bool(true)) {
                extra.push(("transformations".to_owned(), Json::Object(pairs.to_vec())));
            }
        }
        extra.extend(editor_settings(node));
        if let Some(types) = child(node, "terraintypes") {
            let terrains: Vec<Node> = children(types, "terrain").collect();
            let terrains = terrains.into_iter().map(|terrain| {
                let mut pairs = vec![word(terrain, "name"), number(terrain, "tile", "-1")];
                pairs.extend(self.properties_json(terrain));
                Json::Object(pairs)
            });
            extra.push(("terrains".to_owned(), Json::Array(terrains.collect())));
        }
        let sets: Vec<Node> = children(node, "wangsets").flat_map(|sets| children(sets, "wangset")).collect();
        let sets: Vec<Json> = sets.into_iter().map(|set| self.wang_set(set)).collect();
        if !sets.is_empty() {
            extra.push(("wangsets".to_owned(), Json::Array(sets)));
        }
        extra
    }

    /// A Wang set in the shape that JSON has it. Colours of edges and of corners were listed apart before
    /// Tiled 1.5.
    fn wang_set(&mut self, set: Node) -> Json {
        let kind = |node: Node| match node.tag_name().name() {
            "wangcolor" => Some(wang::Kind::Any),
            "wangedgecolor" => Some(wang::Kind::Edge),
            "wangcornercolor" => Some(wang::Kind::Corner),
            _ => None,
        };
        let listed: Vec<(wang::Kind, Node)> =
            set.children().filter_map(|node| Some((kind(node)?, node))).collect();
        let kinds: Vec<wang::Kind> = listed.iter().map(|(kind, _)| *kind).collect();
        let numbers = wang::Numbers::new(&kinds);
        let colors = listed.into_iter().map(|(_, color)| {
            let mut pairs = vec![
                word(color, "name"),
                word(color, "color"),
                number(color, "tile", "0"),
                number(color, "probability", "0"),
            ];
            pairs.extend(color.attribute("class").map(|_| word(color, "class")));
            pairs.extend(self.properties_json(color));
            Json::Object(pairs)
        });
        let colors = Json::Array(colors.collect());
        let tiles = children(set, "wangtile").map(|tile| {
            let id = numbers.id(&wang::id_of(tile.attribute("wangid").unwrap_or_default()));
            Json::Object(vec![number(tile, "tileid", "0"), ("wangid".to_owned(), Json::Integers(id.into()))])
        });
        let kind = numbers.set_type(set.attribute("type"));
        let mut pairs = vec![
            word(set, "name"),
            ("type".to_owned(), Json::String(kind.to_owned())),
            number(set, "tile", "0"),
            ("colors".to_owned(), colors),
            ("wangtiles".to_owned(), Json::Array(tiles.collect())),
        ];
        pairs.extend(set.attribute("class").map(|_| word(set, "class")));
        pairs.extend(self.properties_json(set));
        Json::Object(pairs)
    }

    /// The properties of what only JSON has a shape for.
    fn properties_json(&mut self, holder: Node) -> Option<(String, Json)> {
        let properties = self.properties(holder);
        let list = properties.iter().map(property_json).collect();
        (!properties.is_empty()).then(|| ("properties".to_owned(), Json::Array(list)))
    }

    /// The shape that an object is marked with: the last, where there are several.
    fn shape(&mut self, node: Node) -> Option<Shape> {
        const MARKS: [&str; 6] = ["ellipse", "point", "capsule", "polygon", "polyline", "text"];
        let marks = || node.children().filter(|child| MARKS.contains(&child.tag_name().name()));
        let last = marks().next_back()?;
        let name = last.tag_name().name();
        if let Some(other) = marks().find(|other| other.tag_name().name() != name) {
            let other = other.tag_name().name();
            let message = format!("the object is both {other} and {name}; to Tiled it is the last of them");
            self.find(&rules::SHAPES_MIXED, self.spot(last), message);
        }
        Some(match name {
            "ellipse" => Shape::Ellipse,
            "point" => Shape::Point,
            "capsule" => Shape::Capsule,
            "polygon" => Shape::Polygon(self.points(last)),
            "polyline" => Shape::Polyline(self.points(last)),
            _ => Shape::Text(Box::new(shown_text(last))),
        })
    }

    /// The corners of a polygon or line that are pairs of numbers.
    fn points(&mut self, node: Node) -> Vec<DVec2> {
        let list = node.attribute("points").unwrap_or_default();
        let mut points = Vec::new();
        let mut wrong = None;
        for (index, pair) in list.split_whitespace().enumerate() {
            let point =
                pair.split_once(',').and_then(|(x, y)| Some(DVec2::new(x.parse().ok()?, y.parse().ok()?)));
            match point.filter(|point| point.is_finite()) {
                Some(point) => points.push(point),
                None => wrong = wrong.or(Some((index + 1, pair))),
            }
        }
        if let Some((number, pair)) = wrong {
            let shown = forms::beginning(pair);
            let message = format!("Tiled refuses the map: point {number}, `{shown}`, is no pair of numbers");
            self.find(&rules::POINTS_UNREADABLE, self.spot(node).key("points"), message);
        }
        points
    }

    /// The picture that an element refers to or holds; `owner` is what a picture without a file is
    /// named after.
    fn picture(&mut self, node: Node, owner: &str) -> Picture {
        let mut picture = picture(node);
        let Some(data) = child(node, "data").filter(|_| picture.source.is_empty()) else { return picture };
        let content: String = data.children().filter_map(text_of).collect();
        let bytes = data::base64_bytes(&content).map(|(bytes, _)| bytes).unwrap_or_default();
        if bytes.is_empty() {
            let message = format!("the picture of \"{owner}\" is damaged or cut off: nothing of it is drawn");
            self.find(&rules::PICTURE_DATA_UNREADABLE, self.spot(data), message);
            return picture;
        }
        let bytes: Bytes = bytes.into();
        let format = node.attribute("format").unwrap_or("png");
        let name = self.linker.sources.derive(self.file.name(), owner, format, &bytes);
        picture.source = source::relative(source::parent(self.file.name()), &name);
        picture.embedded = Some(bytes);
        picture
    }

    fn properties(&mut self, holder: Node) -> Properties {
        let nodes: Vec<Node> =
            children(holder, "properties").flat_map(|list| children(list, "property")).collect();
        Properties(nodes.into_iter().map(|node| self.property(node)).collect())
    }

    fn property(&mut self, node: Node) -> Property {
        let name = text(node, "name");
        let kind = node.attribute("type").unwrap_or("string");
        let (value, fits) = value(node, kind);
        if matches!(value, Value::Unknown(..)) {
            let message = format!("the property \"{name}\" has the type \"{kind}\", which does not exist");
            self.find(&rules::PROPERTY_TYPE_UNKNOWN, self.spot(node).key("type"), message);
        } else if !fits {
            let shown = node.attribute("value").unwrap_or_default();
            let message =
                format!("the property \"{name}\" is stated to be of type {kind}, but \"{shown}\" is none");
            self.find(&rules::PROPERTY_VALUE_TYPE, self.spot(node).key("value"), message);
        }
        Property {
            span: Some(self.span(node)),
            name,
            type_name: node.attribute("propertytype").map(str::to_owned),
            value,
        }
    }
}

/// A property's value by its stated type, and whether it is of that type. What is not becomes 0, false
/// or empty, as Tiled makes of it.
fn value(node: Node, kind: &str) -> (Value, bool) {
    let written = || match node.attribute("value") {
        Some(value) if !value.is_empty() => value.to_owned(),
        _ => node.children().filter_map(text_of).collect(),
    };
    let whole = || {
        let text = written();
        let number = text.trim().parse::<i64>().ok();
        (number.unwrap_or(0), number.is_some() || text.is_empty())
    };
    match kind {
        "string" => (Value::String(written()), true),
        "file" => (Value::File(written()), true),
        "color" => (Value::Color(written()), true),
        "bool" => {
            let text = written().to_ascii_lowercase();
            (Value::Bool(!matches!(text.as_str(), "" | "0" | "false")), true)
        }
        "int" | "qlonglong" => {
            let (number, fits) = whole();
            (Value::Int(number), fits)
        }
        "object" => {
            let (number, fits) = whole();
            (Value::Object(number), fits)
        }
        "float" => {
            let text = written();
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            (Value::Float(number.unwrap_or(0.0)), number.is_some() || text.is_empty())
        }
        "class" => (Value::Class(class_members(node)), true),
        "list" => (Value::List(Json::Array(children(node, "item").map(list_item).collect())), true),
        kind => (Value::Unknown(kind.to_owned(), Json::String(written())), true),
    }
}

fn class_members(node: Node) -> Json {
    let members = children(node, "properties").flat_map(|list| children(list, "property"));
    Json::Object(
        members
            .map(|member| {
                let kind = member.attribute("type").unwrap_or("string");
                (text(member, "name"), plain(value(member, kind).0))
            })
            .collect(),
    )
}

fn list_item(node: Node) -> Json {
    let kind = node.attribute("type").unwrap_or("string");
    let mut pairs = vec![
        ("type".to_owned(), Json::String(kind.to_owned())),
        ("value".to_owned(), plain(value(node, kind).0)),
    ];
    if let Some(name) = node.attribute("propertytype") {
        pairs.push(("propertytype".to_owned(), Json::String(name.to_owned())));
    }
    Json::Object(pairs)
}

/// A value as Tiled's JSON has it inside of classes and lists, where types are not stated.
fn plain(value: Value) -> Json {
    match value {
        Value::String(text) | Value::File(text) | Value::Color(text) => Json::String(text),
        Value::Int(number) | Value::Object(number) => Json::Number(number.to_string()),
        Value::Float(number) => Json::Number(number.to_string()),
        Value::Bool(value) => Json::Bool(value),
        Value::Class(json) | Value::List(json) | Value::Unknown(_, json) => json,
    }
}

fn shown_text(node: Node) -> Text {
    let defaults = Text::default();
    let word = |key: &str, default: &str| node.attribute(key).unwrap_or(default).to_owned();
    let set = |key: &str, default: bool| flag(node, key).unwrap_or(default);
    Text {
        text: node.children().filter_map(text_of).collect(),
        font_family: word("fontfamily", &defaults.font_family),
        pixel_size: integer(node, "pixelsize").unwrap_or(defaults.pixel_size),
        color: word("color", &defaults.color),
        wrap: set("wrap", defaults.wrap),
        bold: set("bold", defaults.bold),
        italic: set("italic", defaults.italic),
        underline: set("underline", defaults.underline),
        strikeout: set("strikeout", defaults.strikeout),
        kerning: set("kerning", defaults.kerning),
        halign: word("halign", &defaults.halign),
        valign: word("valign", &defaults.valign),
    }
}

fn picture(node: Node) -> Picture {
    Picture {
        source: text(node, "source"),
        embedded: None,
        width: count(node, "width").filter(|width| *width > 0),
        height: count(node, "height").filter(|height| *height > 0),
        transparent: node.attribute("trans").map(|color| color.trim_start_matches('#').to_owned()),
    }
}

/// Attributes of a map that the model has no field for, as JSON has them.
fn map_extra(root: Node) -> Extra {
    let mut extra = Extra::new();
    for key in ["hexsidelength", "skewx", "skewy", "compressionlevel"] {
        if let Some(number) = integer(root, key) {
            extra.push((key.to_owned(), Json::Number(number.to_string())));
        }
    }
    for key in ["staggeraxis", "staggerindex"] {
        if let Some(word) = root.attribute(key) {
            extra.push((key.to_owned(), Json::String(word.to_owned())));
        }
    }
    extra.extend(editor_settings(root));
    extra
}

/// Chunk size and export target, as JSON has them.
fn editor_settings(node: Node) -> Option<(String, Json)> {
    let settings = child(node, "editorsettings")?;
    let mut pairs = Vec::new();
    if let Some(chunk) = child(settings, "chunksize") {
        let sides = ["width", "height"].map(|key| number(chunk, key, "16"));
        pairs.push(("chunksize".to_owned(), Json::Object(sides.to_vec())));
    }
    if let Some(export) = child(settings, "export") {
        pairs.push((
            "export".to_owned(),
            Json::Object(["target", "format"].map(|key| word(export, key)).to_vec()),
        ));
    }
    (!pairs.is_empty()).then(|| ("editorsettings".to_owned(), Json::Object(pairs)))
}

/// A number as it is written, under its key.
fn number(node: Node, key: &str, default: &str) -> (String, Json) {
    let text = node.attribute(key).map(str::trim).filter(|text| is_json_number(text));
    (key.to_owned(), Json::Number(text.unwrap_or(default).to_owned()))
}

/// Whether JSON writes the number in the same way.
fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.');
    let zeros = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    plain && !zeros && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn word(node: Node, key: &str) -> (String, Json) {
    (key.to_owned(), Json::String(text(node, key)))
}

/// Frames in the properties of a tile, as The Mana World wrote them: delays in hundredths of a second.
fn animation_of_properties(properties: &Properties) -> Vec<Frame> {
    let number = |key: String| match &properties.get(&key)?.value {
        Value::Int(number) => u32::try_from(*number).ok(),
        value => value.text()?.trim().parse().ok(),
    };
    let frames = (0..properties.0.len()).map_while(|index| {
        let duration = number(format!("animation-delay{index}"))?;
        Some(Frame {
            tile: number(format!("animation-frame{index}"))?,
            duration: duration.saturating_mul(10),
        })
    });
    frames.collect()
}

/// A property in the shape that JSON has it.
fn property_json(property: &Property) -> Json {
    let mut pairs = vec![
        ("name".to_owned(), Json::String(property.name.clone())),
        ("type".to_owned(), Json::String(property.value.type_name().to_owned())),
        ("value".to_owned(), plain(property.value.clone())),
    ];
    pairs.extend(
        property.type_name.iter().map(|name| ("propertytype".to_owned(), Json::String(name.clone()))),
    );
    Json::Object(pairs)
}

/// `class` where it is filled, else `type` (tiled-formats, section 3.6).
fn class(node: Node) -> String {
    let filled = node.attribute("class").filter(|class| !class.is_empty());
    filled.or_else(|| node.attribute("type")).unwrap_or_default().to_owned()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name(name))
}

fn children<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> + 'a {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// The text of a text node; a comment has none.
fn text_of<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.text().filter(|_| node.is_text())
}

fn has_content(node: Node) -> bool {
    text_of(node).is_some_and(|text| !text.trim().is_empty())
}

fn text(node: Node, key: &str) -> String {
    node.attribute(key).unwrap_or_default().to_owned()
}

/// Digits with an optional sign; anything else counts as absent (tiled-formats, section 4).
fn integer(node: Node, key: &str) -> Option<i32> {
    node.attribute(key)?.trim().parse().ok()
}

/// A size, an id or a count: less than 0 is none.
fn count(node: Node, key: &str) -> Option<u32> {
    integer(node, key).map(|number| u32::try_from(number).unwrap_or(0))
}

/// A gid.
fn unsigned(node: Node, key: &str) -> Option<u32> {
    let text = node.attribute(key)?.trim();
    // Flags make gids negative in some writers' eyes.
    text.parse().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned))
}

fn float(node: Node, key: &str) -> Option<f64> {
    node.attribute(key)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Numbers only: Tiled ignores the words true and false here.
fn flag(node: Node, key: &str) -> Option<bool> {
    integer(node, key).map(|number| number != 0)
}

fn vector(node: Node, x: &str, y: &str, default: f64) -> DVec2 {
    DVec2::new(float(node, x).unwrap_or(default), float(node, y).unwrap_or(default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{format::load_map, source::Sources};

    fn load(body: &str) -> (Option<Map>, Vec<Finding>) {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<map version=\"1.10\" orientation=\"orthogonal\" width=\"2\" height=\"2\" \
             tilewidth=\"32\" tileheight=\"32\">{body}</map>"
        );
        load_text(&text)
    }

    fn load_text(text: &str) -> (Option<Map>, Vec<Finding>) {
        let mut sources = Sources::new("/nowhere");
        sources.insert("a.tmx", text.to_owned());
        let loaded = load_map(&sources, "a.tmx");
        (loaded.map, loaded.findings)
    }

    fn cells(data: &str) -> Vec<u32> {
        let (map, _) = load(&format!("<layer id=\"1\" width=\"2\" height=\"2\">{data}</layer>"));
        match &map.unwrap().layers[0].tiles().unwrap().data {
            TileData::Finite(gids) => gids.iter().map(|gid| gid.0).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn cells_in_elements_and_csv() {
        let elements = "<data><tile gid=\"1\"/><tile/><tile gid=\"0\"/><tile gid=\"2147483651\"/></data>";
        assert_eq!(cells(elements), [1, 0, 0, 0x8000_0003]);
        assert_eq!(cells("<data encoding=\"csv\"><![CDATA[1,\n2,3,4]]></data>"), [1, 2, 3, 4]);
        assert_eq!(cells("<data encoding=\"csv\"></data>"), [0, 0, 0, 0]);
    }

    #[test]
    fn properties_of_every_type() {
        let (map, findings) = load(
            "<properties><property name=\"a\" value=\"x\"/><property name=\"b\" type=\"int\" value=\"abc\"/>\
             <property name=\"c\" type=\"bool\" value=\"true\"/><property name=\"d\">line\nbreak</property>\
             <property name=\"e\" type=\"class\" propertytype=\"P\"><properties><property name=\"m\" type=\"int\" value=\"3\"/>\
             </properties></property></properties>",
        );
        let properties = map.unwrap().properties;
        assert_eq!(properties.text("a"), Some("x"));
        assert_eq!(properties.get("b").unwrap().value, Value::Int(0));
        assert_eq!(properties.boolean("c"), Some(true));
        assert_eq!(properties.text("d"), Some("line\nbreak"));
        let Value::Class(members) = &properties.get("e").unwrap().value else { panic!() };
        assert_eq!(members.get("m"), Some(&Json::Number("3".to_owned())));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].rule.name, "property-value-type");
    }

    #[test]
    fn broken_xml_is_told_at_its_place() {
        let (map, findings) = load_text("<map>\n <layer></map>");
        assert!(map.is_none());
        assert_eq!(findings[0].rule.name, "broken-xml");
        let start = findings[0].spot.span.unwrap().start;
        assert!((6..17).contains(&start), "{start}: {}", findings[0].message);
    }

    #[test]
    fn entities_do_not_explode() {
        let mut bomb = "<!DOCTYPE map [<!ENTITY a0 \"aaaaaaaaaa\">".to_owned();
        for level in 1..12 {
            let inner = format!("&a{};", level - 1).repeat(10);
            bomb.extend([format!("<!ENTITY a{level} \"{inner}\">")]);
        }
        bomb.push_str("]><map orientation=\"orthogonal\" class=\"&a11;\"/>");
        let (map, findings) = load_text(&bomb);
        assert!(map.is_none() && findings[0].rule.name == "broken-xml");
        let dtd = "<!DOCTYPE map SYSTEM \"http://example.invalid/map.dtd\">\n<map orientation=\"orthogonal\" \
                   width=\"1\" height=\"1\" tilewidth=\"1\" tileheight=\"1\"/>";
        assert!(load_text(dtd).0.is_some());
    }
}
