//! The one table of every property that WorkAdventure reads.

/// What a property can be attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolderKind {
    /// The map itself.
    Map,
    /// A tile layer.
    TileLayer,
    /// A tile of a tileset.
    Tile,
    /// An object of class `area` (or `zone`).
    Area,
    /// An object of class `variable`.
    Variable,
    /// An object of class `website`.
    Website,
    /// A tileset.
    Tileset,
    /// Any other object.
    Object,
    /// An object layer, a group or an image layer.
    OtherLayer,
}

/// What a property's text refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// Another room: a map, resolved against the room's URL.
    Exit,
    /// Another map, resolved against the map's URL (`exitSceneUrl`).
    MapExit,
    /// A page shown in an iframe; relative to the map.
    Page,
    /// A page for a new tab; must be absolute.
    Tab,
    /// A sound; relative to the map.
    Sound,
    /// Scripts, one a line; relative to the map.
    Scripts,
    /// A picture; relative to the map.
    Image,
}

/// Which values a property takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueKind {
    /// Text.
    Text,
    /// Text that refers to something.
    Url(Reference),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A number from the first to the second.
    Number(f64, f64),
    /// Text that holds a JSON object.
    JsonObject,
    /// Anything.
    Any,
}

/// What WorkAdventure knows about one property.
#[derive(Debug)]
pub struct PropertyFact {
    /// Name, case-sensitive.
    pub name: &'static str,
    /// Where it works.
    pub holders: &'static [HolderKind],
    /// Values that it takes.
    pub value: ValueKind,
    /// The property that it belongs to and does nothing without: `jitsiWidth` for `jitsiRoom`.
    pub companion_of: &'static [&'static str],
    /// What it does, in one line.
    pub effect: &'static str,
    /// What a wrong value does to a visitor, in one line.
    pub wrong: &'static str,
    /// What to use instead, for a deprecated or dead name.
    pub replaced_by: Option<&'static str>,
}

/// Every property that WorkAdventure or its scripting library reads, sorted by name
/// (workadventure-maps, sections 1.3 to 1.7).
pub static PROPERTIES: &[PropertyFact] = &[];

impl PropertyFact {
    /// What is known of the property called `name`.
    pub fn of(name: &str) -> Option<&'static Self> {
        PROPERTIES.iter().find(|fact| fact.name == name)
    }
}
