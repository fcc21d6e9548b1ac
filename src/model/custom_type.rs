//! Custom types of a Tiled project, and maps with what they give written out (tiled-formats, sections
//! 3.10 and 5).

use std::sync::Arc;

use super::{Json, Layer, LayerKind, Map, Properties, Property, Value};
use crate::source::Span;

/// Members that a map can be given: classes that hold classes twice over grow without end.
const MAX_MEMBERS: usize = 1_000_000;

/// The custom types of one project.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomTypes {
    /// Name of the project's file.
    pub file: String,
    /// Enums, in the order of the file.
    pub enums: Vec<CustomEnum>,
    /// Classes, in the order of the file. None holds itself, however deep.
    pub classes: Vec<CustomClass>,
}

/// A list of values to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomEnum {
    /// The type in its file.
    pub span: Option<Span>,
    /// Its name.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
    /// Whether several may be chosen.
    pub flags: bool,
}

/// Members with types and defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomClass {
    /// The type in its file.
    pub span: Option<Span>,
    /// Its name.
    pub name: String,
    /// What it can be the class of: `property`, `map`, `layer`, `object`, `tile`, `tileset` …
    pub use_as: Vec<String>,
    /// Its members. The value of each is its default; of a class, the members that differ from that
    /// class's own.
    pub members: Vec<Property>,
}

impl CustomClass {
    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Property> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// Whether a property that a class gives is worth writing into a map.
pub type Wanted = fn(&Property) -> bool;

/// What may still be written, and what is wanted.
struct Left {
    members: usize,
    wanted: Wanted,
}

impl CustomTypes {
    /// The enum of this name.
    pub fn enumeration(&self, name: &str) -> Option<&CustomEnum> {
        self.enums.iter().find(|kind| kind.name == name)
    }

    /// The class of this name that can be used so: as `property`, `object` …
    pub fn class(&self, name: &str, usage: &str) -> Option<&CustomClass> {
        self.classes
            .iter()
            .find(|class| class.name == name && class.use_as.iter().any(|known| known == usage))
    }

    /// The map with its properties complete: values of classes have all their members, and what has a
    /// class has that class's members, unless it says otherwise itself. An object without a class has
    /// that of its tile. `wanted` tells which properties of classes are worth writing.
    #[must_use]
    pub fn resolve(&self, map: &Map, wanted: Wanted) -> Map {
        let mut map = map.clone();
        let mut left = Left { members: MAX_MEMBERS, wanted };
        self.complete(&mut map.properties, &map.class, "map", &mut left);
        for set in &mut map.tilesets {
            let Some(shared) = &mut set.tileset else { continue };
            let tileset = Arc::make_mut(shared);
            self.complete(&mut tileset.properties, &tileset.class, "tileset", &mut left);
            for tile in &mut tileset.tiles {
                self.complete(&mut tile.properties, &tile.class, "tile", &mut left);
            }
        }
        let mut layers = std::mem::take(&mut map.layers);
        self.layers(&map, &mut layers, &mut left);
        map.layers = layers;
        map
    }

    fn layers(&self, map: &Map, layers: &mut [Layer], left: &mut Left) {
        for layer in layers {
            self.complete(&mut layer.properties, &layer.class, "layer", left);
            match &mut layer.kind {
                LayerKind::Group(children) => self.layers(map, children, left),
                LayerKind::Objects(objects) => {
                    for object in &mut objects.objects {
                        let tile = object.gid.and_then(|gid| {
                            let (set, id) = map.tileset_of(gid)?;
                            set.tileset.as_deref()?.tile(id)
                        });
                        let class = match tile {
                            Some(tile) if object.class.is_empty() => &tile.class,
                            _ => &object.class,
                        };
                        self.complete(&mut object.properties, class, "object", left);
                    }
                }
                LayerKind::Tiles(_) | LayerKind::Image(_) => {}
            }
        }
    }

    /// Adds what classes give, and fills values of classes.
    fn complete(&self, properties: &mut Properties, class: &str, usage: &str, left: &mut Left) {
        for member in self.class(class, usage).into_iter().flat_map(|class| &class.members) {
            let absent = properties.get(&member.name).is_none();
            if absent && left.members > 0 && (left.wanted)(member) {
                left.members -= 1;
                properties.0.push(Property { span: None, ..member.clone() });
            }
        }
        for property in &mut properties.0 {
            if let (Value::Class(members), Some(name)) = (&mut property.value, &property.type_name)
                && let Some(class) = self.class(name, "property")
            {
                self.fill(class, members, left);
            }
        }
    }

    /// Fills the members of a class, in the class's order; those that it does not know come last.
    fn fill(&self, class: &CustomClass, members: &mut Json, left: &mut Left) {
        let Json::Object(set) = members else { return };
        let mut unknown = std::mem::take(set);
        for member in &class.members {
            if left.members == 0 {
                break;
            }
            left.members -= 1;
            let own = unknown.iter().rposition(|(name, _)| *name == member.name);
            let mut value = own.map_or_else(|| json(&member.value), |index| unknown.remove(index).1);
            if let (Value::Class(defaults), Some(name)) = (&member.value, &member.type_name)
                && let Some(class) = self.class(name, "property")
            {
                inherit_members(&mut value, defaults);
                self.fill(class, &mut value, left);
            }
            set.push((member.name.clone(), value));
        }
        set.extend(unknown);
    }
}

fn inherit_members(members: &mut Json, defaults: &Json) {
    if let (Json::Object(set), Json::Object(defaults)) = (members, defaults) {
        for (name, default) in defaults {
            match set.iter_mut().find(|(known, _)| known == name) {
                Some((_, value)) => inherit_members(value, default),
                None => set.push((name.clone(), default.clone())),
            }
        }
    }
}

/// A value as members of classes have it, without its type.
fn json(value: &Value) -> Json {
    match value {
        Value::String(text) | Value::Color(text) | Value::File(text) => Json::String(text.clone()),
        Value::Int(number) | Value::Object(number) => Json::Number(number.to_string()),
        Value::Float(number) => Json::Number(number.to_string()),
        Value::Bool(value) => Json::Bool(*value),
        Value::Class(json) | Value::List(json) | Value::Unknown(_, json) => json.clone(),
    }
}
