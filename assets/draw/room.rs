//! A room with doors, as the maps of the examples are.

use serde_json::{Value, json};

use crate::{
    groups,
    scene::{Scene, Sheets, properties},
};

const ORDER: [&str; 6] = ["floor", "carpets", "walls", "furniture", "floorLayer", "above"];

/// On which wall a door is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    North,
    South,
}

/// A way out, four tiles wide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) side: Side,
    /// Its left column.
    pub(crate) x: i32,
    /// Where it leads.
    pub(crate) leads_to: &'static str,
    /// The entry before it, for those who come the other way.
    pub(crate) entry: &'static str,
}

const DOOR: i32 = 4;

/// What a room is like before it is furnished.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Width and height, in tiles.
    pub(crate) size: (i32, i32),
    /// Floor: wood, stone, slate or grass.
    pub(crate) floor: &'static str,
    pub(crate) doors: &'static [Door],
    /// Whether there is a wall in the north only, as before a house.
    pub(crate) outdoors: bool,
}

impl Plan {
    fn is_wall(&self, x: i32, y: i32) -> bool {
        let (width, height) = self.size;
        let ring = y == 0 || !self.outdoors && (x == 0 || x == width - 1 || y == height - 1);
        let door = self.doors.iter().any(|door| {
            let row = if door.side == Side::North { 0 } else { height - 1 };
            y == row && (door.x..door.x + DOOR).contains(&x)
        });
        ring && !door
    }

    /// The room with floor, walls and doors.
    pub(crate) fn scene<'a>(&self, sheets: &'a Sheets) -> Scene<'a> {
        let (width, height) = self.size;
        let mut scene = Scene::new(sheets, width.unsigned_abs(), height.unsigned_abs());
        let floors = [0, 1, 2, 3, 4, 5].map(|number| format!("{}-{number}", self.floor));
        let floors: Vec<&str> = floors.iter().map(String::as_str).collect();
        scene.fill("floor", "floors", &floors, [0, 0, width, height]);
        scene.walls(|x, y| self.is_wall(x, y), |_, _| false);
        for door in self.doors {
            // From the threshold inwards: the exit, a mat, and where those arrive who come.
            let (mat, rows, arrive) = match door.side {
                Side::North => ("mat-up", [0, 1], 4),
                Side::South => ("mat-down", [height - 1, height - 2], height - 5),
            };
            for x in door.x..door.x + DOOR {
                for y in rows {
                    scene.put("carpets", "floors", mat, x, y);
                }
            }
            let exit = properties(&[("exitUrl", json!(door.leads_to))]);
            scene.object(&format!("to-{}", door.entry), "area", [door.x, rows[0], DOOR, 1], 4, exit);
            groups::entry(&mut scene, &format!("from-{}", door.entry), [door.x, arrive, DOOR, 1]);
        }
        scene
    }
}

/// Puts pieces on the northern wall.
pub(crate) fn on_the_wall(scene: &mut Scene, pieces: &[(i32, &str)]) {
    for (x, piece) in pieces {
        scene.put("walls", "walls", piece, *x, 1);
    }
}

/// The map of a room that is done; `tilesets` is where it finds its pictures.
pub(crate) fn finished(scene: Scene, tilesets: &str, name: &str, description: &str) -> Value {
    scene.finish(
        &ORDER,
        tilesets,
        properties(&[
            ("mapName", json!(name)),
            ("mapDescription", json!(description)),
            ("mapCopyright", json!("made for the venue project, MIT licence")),
        ]),
    )
}
