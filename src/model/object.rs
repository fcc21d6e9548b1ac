//! Objects of object layers.

use glam::DVec2;

use super::{Extra, Gid, PixelRect, Properties};
use crate::source::Span;

/// One object. Templates are resolved: the fields hold the effective values.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The object in its file.
    pub span: Option<Span>,
    /// Id, unique over the map; 0 where the file gives none.
    pub id: u32,
    /// Name.
    pub name: String,
    /// Class: `class` where it is filled, else `type`.
    pub class: String,
    /// Path of its template as written, for an instance.
    pub template: Option<String>,
    /// Tile of a tile object.
    pub gid: Option<Gid>,
    /// Position, in pixels: top left, but bottom left for tile objects.
    pub position: DVec2,
    /// Width and height, in pixels.
    pub size: DVec2,
    /// Clockwise turn about the position, in degrees.
    pub rotation: f64,
    /// Whether it is shown.
    pub visible: bool,
    /// Opacity, 0 to 1 (Tiled 1.12).
    pub opacity: f64,
    /// Shape.
    pub shape: Shape,
    /// Custom properties.
    pub properties: Properties,
    /// Unknown keys.
    pub extra: Extra,
}

impl Object {
    /// The rectangle from its position and size, as WorkAdventure takes areas: position at the top
    /// left for every kind of object, no rotation.
    pub fn rectangle(&self) -> PixelRect {
        PixelRect { x: self.position.x, y: self.position.y, width: self.size.x, height: self.size.y }
    }
}

/// Shape of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A rectangle, or a tile.
    Rectangle,
    /// An ellipse inside the rectangle.
    Ellipse,
    /// A point.
    Point,
    /// A capsule inside the rectangle (Tiled 1.12).
    Capsule,
    /// A closed polygon: its corners in pixels relative to the position.
    Polygon(Vec<DVec2>),
    /// An open line: its points in pixels relative to the position.
    Polyline(Vec<DVec2>),
    /// Text inside the rectangle.
    Text(Box<Text>),
}

/// What a text object shows; defaults of the Tiled manual.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "Tiled's own switches, one by one")]
pub struct Text {
    /// The text.
    pub text: String,
    /// Font family; default `sans-serif`.
    pub font_family: String,
    /// Size, in pixels; default 16.
    pub pixel_size: i32,
    /// Colour as written; default `#000000`.
    pub color: String,
    /// Whether lines wrap at the rectangle; default no.
    pub wrap: bool,
    /// Bold; default no.
    pub bold: bool,
    /// Italic; default no.
    pub italic: bool,
    /// Underlined; default no.
    pub underline: bool,
    /// Struck out; default no.
    pub strikeout: bool,
    /// Kerning; default yes.
    pub kerning: bool,
    /// `left`, `center`, `right` or `justify`; default `left`.
    pub halign: String,
    /// `top`, `center` or `bottom`; default `top`.
    pub valign: String,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            text: String::new(),
            font_family: "sans-serif".to_owned(),
            pixel_size: 16,
            color: "#000000".to_owned(),
            wrap: false,
            bold: false,
            italic: false,
            underline: false,
            strikeout: false,
            kerning: true,
            halign: "left".to_owned(),
            valign: "top".to_owned(),
        }
    }
}
