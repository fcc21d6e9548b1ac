//! What WorkAdventure's own editor keeps beside a map: its `.wam` file (workadventure-maps, section 6).

use glam::DVec2;

use super::{Json, PixelRect};
use crate::source::{Span, is_url, parent, resolve};

/// A `.wam` file, migrated to the newest version as the engine does on every read.
#[derive(Debug, Clone, PartialEq)]
pub struct Wam {
    /// The whole file.
    pub span: Option<Span>,
    /// Name of the file.
    pub file: String,
    /// Version as written; `None` where the file says nothing, which counts as 1.0.0.
    pub version: Option<String>,
    /// URL of the map, relative to this file.
    pub map_url: String,
    /// Areas, in the order of the file.
    pub areas: Vec<Area>,
    /// Entities, in the order of the file.
    pub entities: Vec<Entity>,
    /// Where the pictures of entities come from.
    pub collections: Vec<Collection>,
    /// `settings`, as written.
    pub settings: Option<Json>,
    /// `metadata`, as written.
    pub metadata: Option<Json>,
}

impl Wam {
    /// Name of the map's file, where the file says so by a path relative to itself.
    pub fn map_file(&self) -> Option<String> {
        let url = self.map_url.as_str();
        let relative = !url.is_empty() && !is_url(url) && !url.starts_with('/');
        relative.then(|| resolve(parent(&self.file), url))
    }

    /// The area of this id; the first where an id is given twice, as the engine drops the others.
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.id == id)
    }
}

/// A rectangle where something happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The area in its file.
    pub span: Option<Span>,
    /// Its id.
    pub id: String,
    /// Its name; need not be unique, and may be empty.
    pub name: String,
    /// Where it lies, in pixels of the map.
    pub rectangle: PixelRect,
    /// What happens there.
    pub properties: Vec<AreaProperty>,
}

impl Area {
    /// The first property of this type.
    pub fn property(&self, kind: &str) -> Option<&AreaProperty> {
        self.properties.iter().find(|property| property.kind == kind)
    }
}

/// A picture on the map that visitors may click.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The entity in its file.
    pub span: Option<Span>,
    /// Its id: the key that it stands under.
    pub id: String,
    /// Its name; empty without one.
    pub name: String,
    /// Its top left corner, in pixels of the map.
    pub position: DVec2,
    /// Name of the collection that it was taken from; ids are looked up in all of them.
    pub collection: String,
    /// Id of its picture in one of the collections.
    pub prefab: String,
    /// What a click does.
    pub properties: Vec<AreaProperty>,
}

/// One property of an area or an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaProperty {
    /// The property in its file; `None` for one that the migration adds.
    pub span: Option<Span>,
    /// Its id.
    pub id: String,
    /// Its `type`.
    pub kind: String,
    /// Its keys as written, `id` and `type` among them.
    pub fields: Json,
}

impl AreaProperty {
    /// The text under a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.fields.get(key)? {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// True or false under a key.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.fields.get(key)? {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// A file of pictures for entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// The entry in the `.wam` file.
    pub span: Option<Span>,
    /// URL of the file.
    pub url: String,
    /// `file` or `marketplace`.
    pub kind: String,
}
