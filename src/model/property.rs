//! Custom properties, and what a file says beyond the model.

use std::borrow::Cow;

use super::Cells;
use crate::source::Span;

/// Custom properties in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Properties(pub Vec<Property>);

impl Properties {
    /// The property of this name; the last one where a name is given twice, as Tiled reads it.
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.0.iter().rev().find(|property| property.name == name)
    }

    /// Text of the property, where it is text: `string`, `file` or `color`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.value.text()
    }

    /// The property's value, where it is a boolean.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name)?.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The properties in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Property> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a property that no file stands behind, replacing those of its name.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.retain(|property| property.name != name);
        self.0.push(Property { span: None, name: name.to_owned(), type_name: None, value });
    }
}

impl<'a> IntoIterator for &'a Properties {
    type Item = &'a Property;
    type IntoIter = std::slice::Iter<'a, Property>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// One custom property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The whole property in its file; `None` for one that was made here.
    pub span: Option<Span>,
    /// Name, as written.
    pub name: String,
    /// Name of the custom class or enum (`propertytype`).
    pub type_name: Option<String>,
    /// Value, by its declared type.
    pub value: Value,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `string`
    String(String),
    /// `int`; wider than Tiled's 32 bits, so that what is out of range is still told.
    Int(i64),
    /// `float`
    Float(f64),
    /// `bool`
    Bool(bool),
    /// `color`, as written; empty when unset.
    Color(String),
    /// `file`: a path relative to the file that holds the property.
    File(String),
    /// `object`: id of an object, 0 for none.
    Object(i64),
    /// `class`: the members that are set.
    Class(Json),
    /// `list` (Tiled 1.12): the items as the file has them.
    List(Json),
    /// Any other type: its name and value, kept for writing.
    Unknown(String, Json),
}

impl Value {
    /// The text of a `string`, `file` or `color`.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) | Self::File(text) | Self::Color(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an `int` or `float`.
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "no property counts beyond 2^53")]
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Tiled's name of the type, as files spell it.
    pub fn type_name(&self) -> &str {
        match self {
            Self::String(_) => "string",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Bool(_) => "bool",
            Self::Color(_) => "color",
            Self::File(_) => "file",
            Self::Object(_) => "object",
            Self::Class(_) => "class",
            Self::List(_) => "list",
            Self::Unknown(name, _) => name,
        }
    }

    /// What JavaScript holds of it: false, 0 and empty text.
    pub fn is_falsy(&self) -> bool {
        match self {
            Self::String(text) | Self::Color(text) | Self::File(text) => text.is_empty(),
            Self::Int(value) | Self::Object(value) => *value == 0,
            Self::Float(value) => *value == 0.0 || value.is_nan(),
            Self::Bool(value) => !value,
            Self::Class(_) | Self::List(_) => false,
            Self::Unknown(_, value) => {
                matches!(value, Json::Null | Json::Bool(false))
                    || matches!(value, Json::String(text) if text.is_empty())
            }
        }
    }

    /// The value as messages show it.
    pub fn display(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) | Self::Color(text) | Self::File(text) => Cow::Borrowed(text),
            Self::Int(value) | Self::Object(value) => value.to_string().into(),
            Self::Float(value) => value.to_string().into(),
            Self::Bool(value) => value.to_string().into(),
            Self::Class(_) => "{…}".into(),
            Self::List(_) => "[…]".into(),
            Self::Unknown(..) => "…".into(),
        }
    }
}

/// Keys that the model has no field for, kept for writing, in the order of the file.
pub type Extra = Vec<(String, Json)>;

/// A JSON value whose objects keep the order of their keys and whose numbers keep their text.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// Text, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An array of unsigned integers, be they gids or not: tile data above all, kept as layers keep their cells,
    /// and shared with them.
    Integers(Cells),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value under a key of an object; the last where a key is given twice.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}
