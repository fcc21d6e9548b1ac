//! Where the lines of a sketch have put what they say, so that findings can be told to stand there.

use serde_json::Value;

use super::Sketch;

/// What a line has put, to know its place again.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// Anything in a file.
    File(String),
    /// A key of a map, or its properties.
    Key(String, String),
    /// A layer or an object, by its id.
    Element(String, u64),
    /// A tile of the first tileset.
    Tile(String, u64),
    /// A tileset, by its index.
    Tileset(String, usize),
    /// A piece of text in `lobby.tmx`.
    Piece(String),
}

impl Sketch {
    /// Whether a finding stands where one of the lines has put something.
    pub(in super::super) fn has_place(
        &self,
        file: &str,
        pointer: Option<&str>,
        lines: Option<(u32, u32)>,
    ) -> bool {
        let within = |mark: String| {
            pointer.is_some_and(|at| {
                at.strip_prefix(mark.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        self.marks.iter().any(|mark| match mark {
            Mark::File(name) => name == file,
            Mark::Key(map, key) => map == file && (within(format!("/{key}")) || pointer == Some("")),
            Mark::Element(map, id) => map == file && pointer_to(&self.maps[map], *id).into_iter().any(within),
            Mark::Tile(map, id) => {
                let tiles = self.maps[map]["tilesets"][0]["tiles"].as_array().unwrap();
                let index = tiles.iter().position(|tile| tile["id"] == *id).unwrap();
                map == file && within(format!("/tilesets/0/tiles/{index}"))
            }
            Mark::Tileset(map, index) => map == file && within(format!("/tilesets/{index}")),
            Mark::Piece(piece) => {
                let text = self.tmx().unwrap();
                let start = text.find(piece.as_str()).unwrap();
                let first = 1 + text[..start].matches('\n').count();
                let last = first + piece.matches('\n').count();
                file == "lobby.tmx"
                    && lines.is_some_and(|(from, to)| first <= from as usize && to as usize <= last)
            }
        })
    }
}

/// Pointers to the layers and objects with an id.
fn pointer_to(map: &Value, id: u64) -> Vec<String> {
    fn look(value: &Value, id: u64, at: &str, found: &mut Vec<String>) {
        if value["id"] == id {
            found.push(at.to_owned());
        }
        for list in ["layers", "objects"] {
            for (index, item) in value[list].as_array().into_iter().flatten().enumerate() {
                look(item, id, &format!("{at}/{list}/{index}"), found);
            }
        }
    }
    let mut found = Vec::new();
    look(map, id, "", &mut found);
    found
}
