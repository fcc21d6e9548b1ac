//! What a `.world` file of Tiled says: where maps lie beside each other (tiled-formats, section 3.9).

use crate::source::Span;

/// A `.world` file.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldFile {
    /// The whole file.
    pub span: Option<Span>,
    /// Name of the file.
    pub file: String,
    /// Maps that it lists, in the order of the file.
    pub maps: Vec<WorldMapEntry>,
    /// Patterns of the names of maps in its folder, in the order of the file.
    pub patterns: Vec<WorldPattern>,
    /// Whether editors show only the neighbours of the current map.
    pub only_show_adjacent: bool,
}

/// A map that a world lists.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldMapEntry {
    /// The entry in the file.
    pub span: Option<Span>,
    /// Path of the map, relative to the world's file.
    pub file_name: String,
    /// Left edge, in pixels of the world.
    pub x: i32,
    /// Top edge, in pixels of the world.
    pub y: i32,
    /// Width, in pixels.
    pub width: i32,
    /// Height, in pixels.
    pub height: i32,
}

/// A pattern that finds maps by their names, and their places in it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldPattern {
    /// The pattern in the file.
    pub span: Option<Span>,
    /// The regular expression: its two groups are the map's column and row.
    pub regexp: String,
    /// Pixels from column to column.
    pub multiplier_x: i32,
    /// Pixels from row to row.
    pub multiplier_y: i32,
    /// Left edge of column 0, in pixels.
    pub offset_x: i32,
    /// Top edge of row 0, in pixels.
    pub offset_y: i32,
    /// Width of each map, in pixels.
    pub map_width: i32,
    /// Height of each map, in pixels.
    pub map_height: i32,
}
