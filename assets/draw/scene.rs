//! Maps put together from pieces.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sheet::{Sheet, TILE};

/// The sheets that maps draw from, in the order of their tilesets.
pub(crate) struct Sheets(pub(crate) Vec<Sheet>);

impl Sheets {
    fn find(&self, name: &str) -> (u32, &Sheet) {
        let mut first = 1;
        for sheet in &self.0 {
            if sheet.name == name {
                return (first, sheet);
            }
            first += sheet.count();
        }
        panic!("no sheet {name}")
    }
}

/// A map in the making.
pub(crate) struct Scene<'a> {
    sheets: &'a Sheets,
    width: u32,
    height: u32,
    /// Cells of each tile layer, by name.
    layers: BTreeMap<&'static str, Vec<u32>>,
    properties: BTreeMap<&'static str, Value>,
    objects: Vec<Value>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(sheets: &'a Sheets, width: u32, height: u32) -> Self {
        Self {
            sheets,
            width,
            height,
            layers: BTreeMap::new(),
            properties: BTreeMap::new(),
            objects: Vec::new(),
        }
    }

    fn set(&mut self, layer: &'static str, x: i32, y: i32, gid: u32) {
        let size = self.width as usize * self.height as usize;
        let cells = self.layers.entry(layer).or_insert_with(|| vec![0; size]);
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && x < self.width
            && y < self.height
        {
            cells[y as usize * self.width as usize + x as usize] = gid;
        }
    }

    /// Puts a piece with its top left at a cell; its overhead rows go to the layer `above`.
    pub(crate) fn put(&mut self, layer: &'static str, sheet: &str, piece: &str, x: i32, y: i32) {
        let (first, sheet) = self.sheets.find(sheet);
        let piece = sheet.get(piece).clone();
        for (index, tile) in (0_u32..).zip(&piece.tiles) {
            let (column, row) = (index % piece.width, index / piece.width);
            let target = if row < piece.overhead { "above" } else { layer };
            if let (Some(tile), Ok(column), Ok(row)) = (tile, i32::try_from(column), i32::try_from(row)) {
                self.set(target, x + column, y + row, first + tile);
            }
        }
    }

    /// Fills a rectangle with one of several pieces of a tile, chosen by place.
    pub(crate) fn fill(&mut self, layer: &'static str, sheet: &str, pieces: &[&str], area: [i32; 4]) {
        let [x, y, width, height] = area;
        for row in y..y + height {
            for column in x..x + width {
                let dice = crate::canvas::scatter(19, column.unsigned_abs(), row.unsigned_abs());
                let piece = pieces[dice as usize % pieces.len()];
                self.put(layer, sheet, piece, column, row);
            }
        }
    }

    /// A carpet of nine parts over a rectangle.
    pub(crate) fn carpet(
        &mut self,
        layer: &'static str,
        sheet: &str,
        name: &str,
        [x, y, width, height]: [i32; 4],
    ) {
        for row in 0..height {
            for column in 0..width {
                let part = |at: i32, size: i32| {
                    if at == 0 {
                        0
                    } else if at == size - 1 {
                        2
                    } else {
                        1
                    }
                };
                let piece = format!("{name}-{}{}", part(column, width), part(row, height));
                self.put(layer, sheet, &piece, x + column, y + row);
            }
        }
    }

    /// Walls: `plan` has a `#` for each cell of wall top; below a top that has none under it come two
    /// cells of face. Openings are left by the plan.
    pub(crate) fn walls(&mut self, plan: impl Fn(i32, i32) -> bool, glass: impl Fn(i32, i32) -> bool) {
        let (width, height) = (self.width.cast_signed(), self.height.cast_signed());
        let inside = |x: i32, y: i32| (0..width).contains(&x) && (0..height).contains(&y);
        let top = |x: i32, y: i32| !inside(x, y) || plan(x, y);
        for y in 0..height {
            for x in 0..width {
                if !plan(x, y) {
                    continue;
                }
                let bit = |there: bool, bit: u32| if there { 0 } else { bit };
                let open = bit(top(x, y - 1), 1)
                    | bit(top(x + 1, y), 2)
                    | bit(top(x, y + 1), 4)
                    | bit(top(x - 1, y), 8);
                self.put("walls", "walls", &format!("cap-{open}"), x, y);
                if !top(x, y + 1) {
                    let face = if glass(x, y) { "glass" } else { "face" };
                    if top(x, y + 2) {
                        self.put("walls", "walls", &format!("{face}-low"), x, y + 1);
                    } else {
                        self.put("walls", "walls", &format!("{face}-high"), x, y + 1);
                        self.put("walls", "walls", &format!("{face}-low"), x, y + 2);
                    }
                }
            }
        }
    }

    /// A property of a tile layer.
    pub(crate) fn layer_property(&mut self, layer: &'static str, properties: Value) {
        self.properties.insert(layer, properties);
    }

    /// An object over whole cells, `inset` pixels smaller on each side.
    pub(crate) fn object(
        &mut self,
        name: &str,
        class: &str,
        [x, y, width, height]: [i32; 4],
        inset: i32,
        properties: Value,
    ) {
        let tile = TILE.cast_signed();
        let mut object = json!({
            "height": height * tile - 2 * inset, "id": self.objects.len() + 1, "name": name, "rotation": 0,
            "type": class, "visible": true, "width": width * tile - 2 * inset, "x": x * tile + inset,
            "y": y * tile + inset,
        });
        if properties.as_array().is_some_and(|list| !list.is_empty()) {
            object["properties"] = properties;
        }
        self.objects.push(object);
    }

    /// The map. `order` lists the tile layers from the bottom; `floorLayer` in it is where the objects
    /// go. Layers whose name begins with `below-floor` lie under the floor, unseen.
    pub(crate) fn finish(self, order: &[&'static str], images: &str, properties: Value) -> Value {
        let mut layers = Vec::new();
        for (id, name) in (1_u32..).zip(order) {
            let common = json!({"id": id, "name": name, "opacity": 1, "visible": true, "x": 0, "y": 0});
            let mut layer = common;
            if *name == "floorLayer" {
                layer["type"] = json!("objectgroup");
                layer["draworder"] = json!("topdown");
                layer["objects"] = Value::Array(self.objects.clone());
            } else {
                let size = self.width as usize * self.height as usize;
                layer["type"] = json!("tilelayer");
                layer["width"] = json!(self.width);
                layer["height"] = json!(self.height);
                layer["data"] = json!(self.layers.get(name).cloned().unwrap_or_else(|| vec![0; size]));
                if let Some(properties) = self.properties.get(name) {
                    layer["properties"] = properties.clone();
                }
            }
            layers.push(layer);
        }
        let mut first = 1;
        let mut tilesets = Vec::new();
        for sheet in &self.sheets.0 {
            tilesets.push(sheet.tileset(first, &format!("{images}{}.png", sheet.name)));
            first += sheet.count();
        }
        let mut map = json!({
            "compressionlevel": -1, "height": self.height, "infinite": false, "layers": layers,
            "nextlayerid": order.len() + 1, "nextobjectid": self.objects.len() + 1, "orientation": "orthogonal",
            "renderorder": "right-down", "tiledversion": "1.10.2", "tileheight": TILE, "tilesets": tilesets,
            "tilewidth": TILE, "type": "map", "version": "1.10", "width": self.width,
        });
        if properties.as_array().is_some_and(|list| !list.is_empty()) {
            map["properties"] = properties;
        }
        map
    }
}

/// Properties as Tiled writes them, their types told from their values.
pub(crate) fn properties(pairs: &[(&str, Value)]) -> Value {
    let list = pairs.iter().map(|(name, value)| {
        let kind = match value {
            Value::Bool(_) => "bool",
            Value::Number(_) => "int",
            _ => "string",
        };
        json!({"name": name, "type": kind, "value": value})
    });
    Value::Array(list.collect())
}
