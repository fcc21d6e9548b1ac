//! A hall as a map.

use std::collections::BTreeMap;

use glam::DVec2;

use super::{
    Kit, Layout, Shape,
    layout::{FOYER, LOUNGE, MAIN_AISLE, WALL},
};
use crate::{
    model::{
        Encoding, Extra, Gid, Layer, LayerKind, Map, Object, ObjectLayer, Properties, Shape as ObjectShape,
        TileData, TileLayer, TilePos, TileRect, Value,
    },
    project::HALL_OF,
};

/// Layers from the bottom; objects are in `floorLayer`.
const ORDER: [&str; 8] = ["start", "exit", "floor", "carpets", "walls", "furniture", "floorLayer", "above"];

/// What a hall is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stand) struct Look {
    floor: &'static str,
    lounge: &'static str,
    aisle: &'static str,
    rug: &'static str,
    seats: [&'static str; 2],
}

impl Look {
    /// Halls by the names of looks.
    pub(in crate::stand) fn of(name: &str) -> Self {
        match name {
            "loft" => Self {
                floor: "slate",
                lounge: "wood",
                aisle: "plum",
                rug: "mustard",
                seats: ["plum", "coral"],
            },
            _ => {
                Self { floor: "stone", lounge: "wood", aisle: "navy", rug: "teal", seats: ["coral", "navy"] }
            }
        }
    }
}

/// What a hall says beyond its layout.
pub(in crate::stand) struct Facts<'a> {
    pub(in crate::stand) name: &'a str,
    /// Name of the spec, relative to the hall.
    pub(in crate::stand) spec: &'a str,
    /// The event's slug, which begins the names of the meetings in the lounge.
    pub(in crate::stand) slug: &'a str,
    /// Where the door leads; without it there is none.
    pub(in crate::stand) exit: Option<&'a str>,
    pub(in crate::stand) signposts: bool,
}

/// Draws a hall into a map that will lie at `output`.
pub(in crate::stand) fn draw(
    kit: &Kit,
    layout: &Layout,
    shape: Shape,
    look: Look,
    facts: &Facts<'_>,
    output: &str,
) -> Map {
    let (width, height) = layout.size(shape);
    let mut scene = Scene {
        kit,
        tiles: TileRect::new(0, 0, width, height),
        layers: BTreeMap::new(),
        properties: BTreeMap::new(),
        objects: Vec::new(),
    };
    let lounge = (FOYER + layout.length).cast_signed() + 1;
    let (right, bottom) = (width.cast_signed() - 1, height.cast_signed() - 1);
    scene.floor(look.floor, scene.tiles);
    scene.floor(look.lounge, TileRect::new(lounge, WALL, LOUNGE - 2, (bottom - WALL).unsigned_abs()));
    walls(&mut scene, layout, facts.exit.is_some());
    entrance(&mut scene, layout, look, facts, right);
    self::lounge(&mut scene, layout, look, facts, lounge);
    for (name, tiles) in layout.areas() {
        let mut properties = Properties::default();
        properties.set("aisle", Value::Int(i64::from(shape.aisle)));
        properties.set("island", Value::Int(i64::from(shape.island)));
        scene.object(&name, "stand-area", tiles, 0.0, properties);
    }
    if facts.signposts {
        signposts(&mut scene, layout);
    }
    let mut properties = Properties::default();
    properties.set("mapName", Value::String(facts.name.to_owned()));
    properties.set(HALL_OF, Value::String(facts.spec.to_owned()));
    scene.finish(output, properties)
}

/// Walls around the hall, with a door on the main aisle, and what hangs on the wall at the back.
fn walls(scene: &mut Scene<'_>, layout: &Layout, door: bool) {
    let (right, bottom) = (scene.tiles.right() - 1, scene.tiles.bottom() - 1);
    let entrance = layout.entrance;
    // Above the door are two cells of the wall's face.
    let opening = if door { entrance - 2..entrance + MAIN_AISLE.cast_signed() } else { 0..0 };
    let is_wall = |cell: TilePos| {
        !scene.tiles.contains(cell)
            || cell.y == 0
            || cell.y == bottom
            || cell.x == right
            || cell.x == 0 && !opening.contains(&cell.y)
    };
    let mut pieces = Vec::new();
    for cell in scene.tiles.cells().filter(|cell| is_wall(*cell)) {
        let [north, west, east, south] = cell.neighbours().map(|next| !is_wall(next));
        let open = u8::from(north) | u8::from(east) << 1 | u8::from(south) << 2 | u8::from(west) << 3;
        pieces.push((format!("cap-{open}"), cell));
        if south {
            pieces.push(("face-high".to_owned(), TilePos::new(cell.x, cell.y + 1)));
            pieces.push(("face-low".to_owned(), TilePos::new(cell.x, cell.y + 2)));
        }
    }
    for (piece, cell) in pieces {
        scene.put("walls", &piece, cell.x, cell.y);
    }
    let hangings = ["window", "poster-teal", "window", "window", "poster-coral", "window"];
    for (x, piece) in (4..right - 3).step_by(6).zip(hangings.into_iter().cycle()) {
        scene.put("walls", piece, x, 1);
    }
    scene.put("walls", "clock", 2, 1);
}

/// The main aisle from the door to the lounge, and where visitors arrive on it.
fn entrance(scene: &mut Scene<'_>, layout: &Layout, look: Look, facts: &Facts<'_>, right: i32) {
    let y = layout.entrance;
    let rows = MAIN_AISLE.cast_signed();
    let from = if facts.exit.is_some() { 2 } else { 1 };
    let length = (right - LOUNGE.cast_signed() + 3 - from).unsigned_abs();
    scene.carpet(look.aisle, TileRect::new(from, y + 1, length, MAIN_AISLE - 2));
    for row in y + 1..y + rows - 1 {
        for x in [5, 6] {
            scene.put("start", "entry", x, row);
        }
    }
    scene.flag("start", "start", Value::Bool(true));
    if let Some(exit) = facts.exit {
        for row in y..y + rows {
            scene.put("exit", "exit", 0, row);
            scene.put("carpets", "mat-left", 0, row);
            scene.put("carpets", "mat-left", 1, row);
        }
        scene.flag("exit", "exitUrl", Value::String(exit.to_owned()));
    }
    let bottom = scene.tiles.bottom() - 1;
    for x in [1, 5] {
        if y + rows + 1 < bottom {
            scene.put("furniture", "palm", x, y + rows);
        }
    }
    scene.put("furniture", "plant", 1, WALL);
    scene.put("furniture", "plant", 1, bottom - 2);
}

/// Corners to sit down in, one at the end of each aisle, which draw visitors through the hall.
fn lounge(scene: &mut Scene<'_>, layout: &Layout, look: Look, facts: &Facts<'_>, x: i32) {
    let [one, other] = look.seats;
    for (number, row) in (1_u32..).zip(&layout.rows) {
        let front = row.y.saturating_add_unsigned(row.height);
        let rug = TileRect::new(x + 2, front - 3, 6, 5);
        scene.carpet(look.rug, rug);
        scene.put("furniture", &format!("sofa-{one}-down"), x + 4, front - 2);
        scene.put("furniture", "low-table", x + 4, front - 1);
        scene.put("furniture", &format!("sofa-{other}-up"), x + 4, front);
        let mut properties = Properties::default();
        properties.set("jitsiRoom", Value::String(format!("{}-lounge-{number}", facts.slug)));
        properties.set("jitsiTrigger", Value::String("onaction".to_owned()));
        let message = "Press SPACE to sit down and talk";
        properties.set("jitsiTriggerMessage", Value::String(message.to_owned()));
        scene.object(&format!("lounge-{number}"), "area", rug, 4.0, properties);
        scene.put("furniture", "plant", x + 9, front - 3);
    }
    scene.put("furniture", "shelf", x + 1, WALL - 1);
    scene.put("furniture", "coffee", x + 4, WALL - 1);
    scene.put("furniture", "lamp", x + 8, WALL - 1);
    scene.put("furniture", "plant", x + 9, scene.tiles.bottom() - 3);
}

/// A board at the entrance with everybody, and one at each row with those who stand there.
fn signposts(scene: &mut Scene<'_>, layout: &Layout) {
    // Below it people can stand and read.
    let height: u32 = if layout.entrance - 5 >= WALL { 4 } else { 3 };
    let board = TileRect::new(1, layout.entrance - 1 - height.cast_signed(), 6, height);
    scene.board(board);
    scene.object("signpost", "signpost", board, 0.0, Properties::default());
    for (name, tiles) in layout.areas() {
        let board = TileRect::new(FOYER.cast_signed() - 5, tiles.bottom() - 3, 4, 3);
        scene.board(board);
        let mut properties = Properties::default();
        properties.set("area", Value::String(name.clone()));
        scene.object(&format!("signpost-{name}"), "signpost", board, 0.0, properties);
    }
}

/// A hall while it is drawn.
struct Scene<'a> {
    kit: &'a Kit,
    tiles: TileRect,
    layers: BTreeMap<&'static str, Vec<Gid>>,
    properties: BTreeMap<&'static str, Properties>,
    objects: Vec<Object>,
}

impl Scene<'_> {
    fn set(&mut self, layer: &'static str, cell: TilePos, gid: Gid) {
        if !self.tiles.contains(cell) {
            return;
        }
        let (width, height) = (self.tiles.width as usize, self.tiles.height as usize);
        let cells = self.layers.entry(layer).or_insert_with(|| vec![Gid::EMPTY; width * height]);
        cells[cell.y.unsigned_abs() as usize * width + cell.x.unsigned_abs() as usize] = gid;
    }

    /// Puts a piece with its top left at a cell; what is above the avatars of it goes to the layer `above`.
    fn put(&mut self, layer: &'static str, piece: &str, x: i32, y: i32) {
        let [below, above] = self.kit.piece(piece);
        for (layer, cells) in [(layer, below), ("above", above)] {
            for (cell, gid) in cells {
                self.set(layer, TilePos::new(x + cell.x, y + cell.y), gid);
            }
        }
    }

    /// A floor of six tiles in turn, so that no pattern shows.
    fn floor(&mut self, kind: &str, tiles: TileRect) {
        for cell in tiles.cells() {
            let (x, y) = (cell.x.unsigned_abs(), cell.y.unsigned_abs());
            let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0x2C1B_3C6D);
            self.put("floor", &format!("{kind}-{}", (mixed >> 13) % 6), cell.x, cell.y);
        }
    }

    /// A carpet of nine parts.
    fn carpet(&mut self, color: &str, tiles: TileRect) {
        let part = |at: i32, first: i32, behind: i32| match at {
            at if at == first => 0,
            at if at == behind - 1 => 2,
            _ => 1,
        };
        for cell in tiles.cells() {
            let column = part(cell.x, tiles.x, tiles.right());
            let row = part(cell.y, tiles.y, tiles.bottom());
            self.put("carpets", &format!("{color}-{column}{row}"), cell.x, cell.y);
        }
    }

    /// A panel for the text of a signpost.
    fn board(&mut self, tiles: TileRect) {
        for cell in tiles.cells() {
            let side = match cell.x {
                x if x == tiles.x => "left",
                x if x == tiles.right() - 1 => "right",
                _ => "middle",
            };
            let foot = if cell.y == tiles.bottom() - 1 { "foot-" } else { "" };
            self.put("furniture", &format!("post-{foot}{side}"), cell.x, cell.y);
        }
    }

    /// A property of a layer.
    fn flag(&mut self, layer: &'static str, name: &str, value: Value) {
        self.properties.entry(layer).or_default().set(name, value);
    }

    /// An object over whole cells, smaller by `inset` pixels on each side: areas that share an edge are both
    /// entered on it.
    fn object(&mut self, name: &str, class: &str, tiles: TileRect, inset: f64, properties: Properties) {
        let tile = self.kit.tile_size();
        let corner = TilePos::new(tiles.x, tiles.y).top_left_px(tile);
        let size = DVec2::new(f64::from(tiles.width * tile.width), f64::from(tiles.height * tile.height));
        self.objects.push(Object {
            span: None,
            id: u32::try_from(self.objects.len() + 1).unwrap_or(u32::MAX),
            name: name.to_owned(),
            class: class.to_owned(),
            template: None,
            gid: None,
            position: corner + inset,
            size: size - 2.0 * inset,
            rotation: 0.0,
            visible: true,
            opacity: 1.0,
            shape: ObjectShape::Rectangle,
            properties,
            extra: Extra::new(),
        });
    }

    fn finish(mut self, output: &str, properties: Properties) -> Map {
        let mut map = self.kit.empty();
        output.clone_into(&mut map.file);
        (map.width, map.height) = (self.tiles.width, self.tiles.height);
        map.properties = properties;
        map.next_object_id = u32::try_from(self.objects.len() + 1).unwrap_or(u32::MAX);
        map.next_layer_id = 1;
        for name in ORDER {
            let kind = if name == "floorLayer" {
                LayerKind::Objects(ObjectLayer {
                    objects: std::mem::take(&mut self.objects),
                    ..ObjectLayer::default()
                })
            } else {
                let Some(cells) = self.layers.remove(name) else { continue };
                LayerKind::Tiles(TileLayer {
                    width: map.width,
                    height: map.height,
                    data: TileData::Finite(cells.into()),
                    encoding: Encoding::Csv,
                })
            };
            let mut layer = Layer::new(map.take_layer_id(), name, kind);
            layer.properties = self.properties.remove(name).unwrap_or_default();
            map.layers.push(layer);
        }
        map
    }
}
