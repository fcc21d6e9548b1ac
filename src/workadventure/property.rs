//! The one table of every property that WorkAdventure reads.

use crate::model::Property;

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
    /// What WorkAdventure assumes where it is absent, as its value reads; `None` for nothing, or for what
    /// hangs on the server or the visitor.
    pub default: Option<&'static str>,
    /// The property that it belongs to and does nothing without: `jitsiWidth` for `jitsiRoom`.
    pub companion_of: &'static [&'static str],
    /// What it does, in one line.
    pub effect: &'static str,
    /// What a wrong value does to a visitor, in one line.
    pub wrong: &'static str,
    /// What to use instead, for a deprecated or dead name.
    pub replaced_by: Option<&'static str>,
}

use HolderKind::{Area, Map, Object, OtherLayer, Tile, TileLayer, Tileset, Variable, Website};
use ValueKind::{Any, Bool, JsonObject, Number, OneOf, Text, Url};

const ZONE: &[HolderKind] = &[TileLayer, Tile, Area];
const LAYER_AREA: &[HolderKind] = &[TileLayer, Area];

impl PropertyFact {
    /// What is known of the property called `name`, letter by letter.
    pub fn of(name: &str) -> Option<&'static Self> {
        // Of every property of every map it is asked: numbers are compared before texts.
        let begin = beginning(name);
        let first = BEGINNINGS.partition_point(|known| *known < begin);
        let alike = BEGINNINGS[first..].iter().take_while(|known| **known == begin).count();
        PROPERTIES[first..first + alike].iter().find(|fact| fact.name == name)
    }

    /// Whether the property works on a holder of this kind.
    pub fn works_on(&self, holder: HolderKind) -> bool {
        self.holders.contains(&holder)
    }

    /// Whether it makes something happen where visitors go, or belongs to a property that does.
    /// Entries and walls are no zones.
    pub fn acts_in_zones(&self) -> bool {
        let somewhere = self.works_on(TileLayer) || self.works_on(Area);
        somewhere
            && !matches!(self.name, "start" | "startLayer" | "audioCopyright" | "visible" | "venueAllow")
    }

    /// Whether a property that a class of a Tiled project gives by default says more than its absence: an
    /// empty `jitsiRoom`, which Tiled offers to be filled in, must not become a meeting.
    pub fn says_something(property: &Property) -> bool {
        let value = property.value.display();
        Self::of(&property.name).is_none_or(|fact| !value.is_empty() && fact.default != Some(&*value))
    }

    /// Whether it does something by itself, as against one that only adds to another.
    pub fn is_main(&self) -> bool {
        self.companion_of.is_empty()
    }
}

/// The first bytes of a name, as a number that sorts as they do.
const fn beginning(name: &str) -> u64 {
    if let Some(first) = name.as_bytes().first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let (bytes, mut begin, mut at) = (name.as_bytes(), 0, 0);
    while at < 8 {
        begin = begin << 8 | if at < bytes.len() { bytes[at] as u64 } else { 0 };
        at += 1;
    }
    begin
}

/// Those of all names, in their order.
static BEGINNINGS: [u64; PROPERTIES.len()] = {
    let (mut beginnings, mut at) = ([0; PROPERTIES.len()], 0);
    while at < PROPERTIES.len() {
        beginnings[at] = beginning(PROPERTIES[at].name);
        at += 1;
    }
    beginnings
};

/// Every property that WorkAdventure or its scripting library reads, sorted by name
/// (workadventure-maps, sections 1.3 to 1.7), and the two of our own.
pub static PROPERTIES: &[PropertyFact] = &[
    PropertyFact {
        name: "allowApi",
        holders: &[Website],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the page may use the scripting API",
        wrong: "anything but true or false keeps the room from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "allowed_values",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "values that the configuration page offers",
        wrong: "broken JSON breaks the page",
        replaced_by: None,
    },
    PropertyFact {
        name: "audioCopyright",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "credits of the sound, on the room's about page",
        wrong: "anything but text is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "audioLoop",
        holders: ZONE,
        value: Bool,
        default: Some("false"),
        companion_of: &["playAudio"],
        effect: "whether the sound repeats",
        wrong: "text counts as true, even \"false\"",
        replaced_by: None,
    },
    PropertyFact {
        name: "audioVolume",
        holders: ZONE,
        value: Number(0.0, 1.0),
        default: Some("1"),
        companion_of: &["playAudio", "playAudioLoop"],
        effect: "lowers the volume",
        wrong: "0 is ignored; what is no number breaks the sound",
        replaced_by: None,
    },
    PropertyFact {
        name: "autoClose",
        holders: LAYER_AREA,
        value: Bool,
        default: Some("false"),
        companion_of: &["doorVariable"],
        effect: "the door closes when everybody has left",
        wrong: "anything but true or false stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "autoOpen",
        holders: LAYER_AREA,
        value: Bool,
        default: Some("false"),
        companion_of: &["doorVariable"],
        effect: "the door opens when somebody enters",
        wrong: "anything but true or false stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "bbbMeeting",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "opens a BigBlueButton meeting",
        wrong: "an empty name opens a meeting",
        replaced_by: None,
    },
    PropertyFact {
        name: "bbbMeetingAdminTag",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["bbbMeeting"],
        effect: "who has this tag moderates",
        wrong: "anything but text is ignored: everybody moderates",
        replaced_by: None,
    },
    PropertyFact {
        name: "bell",
        holders: &[Variable],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the variable is a bell",
        wrong: "anything but true or false stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "bellButtonText",
        holders: LAYER_AREA,
        value: Text,
        default: Some("Ring"),
        companion_of: &["bellVariable"],
        effect: "text of the button to ring",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "bellPopup",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["bellVariable"],
        effect: "object where the button to ring is shown",
        wrong: "an unknown name: no button",
        replaced_by: None,
    },
    PropertyFact {
        name: "bellSound",
        holders: &[Variable],
        value: Url(Reference::Sound),
        default: None,
        companion_of: &["bell"],
        effect: "sound of the bell",
        wrong: "without it ringing fails",
        replaced_by: None,
    },
    PropertyFact {
        name: "bellVariable",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "the bell that is rung from here",
        wrong: "an unknown name: nothing rings",
        replaced_by: None,
    },
    PropertyFact {
        name: "bindVariable",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "variable that is set on entering and leaving",
        wrong: "an unknown name: nothing is set",
        replaced_by: None,
    },
    PropertyFact {
        name: "closeLayer",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &["door"],
        effect: "layers shown while the door is closed, one a line",
        wrong: "without it all doors and bells of the map are dead",
        replaced_by: None,
    },
    PropertyFact {
        name: "closeSound",
        holders: &[Variable],
        value: Url(Reference::Sound),
        default: None,
        companion_of: &["door"],
        effect: "sound of closing",
        wrong: "a missing file is silence",
        replaced_by: None,
    },
    PropertyFact {
        name: "closeTriggerMessage",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["doorVariable"],
        effect: "what the question before closing says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "code",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["doorVariable"],
        effect: "code of the door's keypad",
        wrong: "anything but text stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "codeVariable",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["doorVariable"],
        effect: "variable that holds the code of the keypad",
        wrong: "an unknown name: no code is right",
        replaced_by: None,
    },
    PropertyFact {
        name: "collides",
        holders: &[Tile],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the tile blocks the way, over its whole cell",
        wrong: "text or a number blocks click-to-walk only: visitors walk through the wall with the keyboard",
        replaced_by: None,
    },
    PropertyFact {
        name: "default",
        holders: &[Variable],
        value: Any,
        default: None,
        companion_of: &[],
        effect: "value of the variable before anybody sets it",
        wrong: "any value is fine",
        replaced_by: None,
    },
    PropertyFact {
        name: "description",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "description of the variable on the configuration page",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "door",
        holders: &[Variable],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the variable is a door",
        wrong: "anything but true or false stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "doorVariable",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "the door that is opened from here",
        wrong: "an unknown name stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "enterValue",
        holders: &[TileLayer],
        value: Any,
        default: None,
        companion_of: &["bindVariable"],
        effect: "value on entering",
        wrong: "any value is fine",
        replaced_by: None,
    },
    PropertyFact {
        name: "entities",
        holders: &[Map],
        value: Any,
        default: None,
        companion_of: &[],
        effect: "nothing: WorkAdventure no longer reads it",
        wrong: "uploads are refused over it",
        replaced_by: Some("the inline editor"),
    },
    PropertyFact {
        name: "exitInstance",
        holders: &[],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "nothing: WorkAdventure no longer reads it",
        wrong: "it is ignored",
        replaced_by: Some("exitUrl"),
    },
    PropertyFact {
        name: "exitSceneUrl",
        holders: ZONE,
        value: Url(Reference::MapExit),
        default: None,
        companion_of: &[],
        effect: "leads to another map",
        wrong: "on a layer, anything but text keeps the whole room from opening",
        replaced_by: Some("exitUrl"),
    },
    PropertyFact {
        name: "exitUrl",
        holders: ZONE,
        value: Url(Reference::Exit),
        default: None,
        companion_of: &[],
        effect: "leads to another room",
        wrong: "on a layer, anything but text keeps the whole room from opening; elsewhere visitors are told that they have no access",
        replaced_by: None,
    },
    PropertyFact {
        name: "focusable",
        holders: &[Area],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the camera turns to the area",
        wrong: "anything but true is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "font-family",
        holders: &[Object],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "font of a text object",
        wrong: "anything but text is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiClosable",
        holders: ZONE,
        value: Bool,
        default: Some("true"),
        companion_of: &["jitsiRoom"],
        effect: "whether visitors can close the meeting",
        wrong: "anything else counts as true",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiConfig",
        holders: ZONE,
        value: JsonObject,
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "changes Jitsi's settings",
        wrong: "broken JSON is ignored; a wrong type for a known key keeps the meeting from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiInterfaceConfig",
        holders: ZONE,
        value: JsonObject,
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "changes Jitsi's interface",
        wrong: "broken JSON is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiNoPrefix",
        holders: ZONE,
        value: Bool,
        default: Some("false"),
        companion_of: &["jitsiRoom"],
        effect: "the name is not made unique for this room: all rooms of the server share it",
        wrong: "false on a layer or an area counts as true: strangers meet",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiRoom",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "opens a Jitsi meeting",
        wrong: "an empty name opens a room that all zones with empty names share",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiRoomAdminTag",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "who has this tag moderates",
        wrong: "anything but text is ignored: nobody moderates",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiTrigger",
        holders: ZONE,
        value: OneOf(&["onaction"]),
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "onaction asks before the meeting opens",
        wrong: "any other text opens the meeting at once",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiTriggerMessage",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "what the question before the meeting says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiUrl",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["jitsiRoom"],
        effect: "host of the meeting",
        wrong: "a host that is none keeps the meeting from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "jitsiWidth",
        holders: ZONE,
        value: Number(1.0, 100.0),
        default: Some("50"),
        companion_of: &["jitsiRoom"],
        effect: "width of the meeting, in percent of the window",
        wrong: "anything else counts as 50",
        replaced_by: None,
    },
    PropertyFact {
        name: "label",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "label of the variable on the configuration page",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "leaveValue",
        holders: &[TileLayer],
        value: Any,
        default: None,
        companion_of: &["bindVariable"],
        effect: "value on leaving",
        wrong: "any value is fine",
        replaced_by: None,
    },
    PropertyFact {
        name: "listenerMegaphone",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "who stands here hears a podium: the id of a WAM area",
        wrong: "an unknown id is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "mapCopyright",
        holders: &[Map],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "credits of the map, on the room's about page",
        wrong: "only text of type string is read",
        replaced_by: None,
    },
    PropertyFact {
        name: "mapDescription",
        holders: &[Map],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "description of the room",
        wrong: "only text of type string is read",
        replaced_by: None,
    },
    PropertyFact {
        name: "mapImage",
        holders: &[Map],
        value: Url(Reference::Image),
        default: None,
        companion_of: &[],
        effect: "picture of the room in lists",
        wrong: "only text of type string is read",
        replaced_by: None,
    },
    PropertyFact {
        name: "mapLink",
        holders: &[Map],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "link on the room's about page",
        wrong: "only text is read",
        replaced_by: None,
    },
    PropertyFact {
        name: "mapName",
        holders: &[Map],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "name of the room, on its about page and in lists",
        wrong: "only text of type string is read",
        replaced_by: None,
    },
    PropertyFact {
        name: "meetingName",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["bbbMeeting"],
        effect: "name that the BigBlueButton meeting shows",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "name",
        holders: &[Tile],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "lets scripts place the tile",
        wrong: "only scripts read it",
        replaced_by: None,
    },
    PropertyFact {
        name: "openConfig",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "variables that a configuration page shows, separated by commas",
        wrong: "unknown names are not shown",
        replaced_by: None,
    },
    PropertyFact {
        name: "openConfigAdminTag",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &["openConfig"],
        effect: "only who has this tag sees the page",
        wrong: "anything but text is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "openConfigTrigger",
        holders: &[TileLayer],
        value: OneOf(&["onaction"]),
        default: None,
        companion_of: &["openConfig"],
        effect: "onaction asks before the page opens",
        wrong: "any other text opens the page at once",
        replaced_by: None,
    },
    PropertyFact {
        name: "openConfigTriggerMessage",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &["openConfig"],
        effect: "what the question before the page says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "openLayer",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &["door"],
        effect: "layers shown while the door is open, one a line",
        wrong: "without it all doors and bells of the map are dead",
        replaced_by: None,
    },
    PropertyFact {
        name: "openSound",
        holders: &[Variable],
        value: Url(Reference::Sound),
        default: None,
        companion_of: &["door"],
        effect: "sound of opening",
        wrong: "a missing file is silence",
        replaced_by: None,
    },
    PropertyFact {
        name: "openTab",
        holders: ZONE,
        value: Url(Reference::Tab),
        default: None,
        companion_of: &[],
        effect: "opens a page in a new tab",
        wrong: "a relative address leads into WorkAdventure itself, and fails",
        replaced_by: None,
    },
    PropertyFact {
        name: "openTriggerMessage",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["doorVariable"],
        effect: "what the question before opening says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsite",
        holders: LAYER_AREA,
        value: Url(Reference::Page),
        default: None,
        companion_of: &[],
        effect: "opens a page beside the map",
        wrong: "what is no URL breaks everything else that this step should have done",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsiteAllowApi",
        holders: LAYER_AREA,
        value: Bool,
        default: Some("false"),
        companion_of: &["openWebsite"],
        effect: "the page may use the scripting API",
        wrong: "text counts as true, even \"false\": the page gets the API",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsiteClosable",
        holders: LAYER_AREA,
        value: Bool,
        default: Some("true"),
        companion_of: &["openWebsite"],
        effect: "whether visitors can close the page",
        wrong: "text counts as true, even \"false\"",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsiteHideUrl",
        holders: LAYER_AREA,
        value: Bool,
        default: Some("false"),
        companion_of: &["openWebsite"],
        effect: "hides the page's address",
        wrong: "text counts as true, even \"false\"",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsitePolicy",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["openWebsite"],
        effect: "what the page may use, as the `allow` attribute of its iframe",
        wrong: "the browser ignores what it does not know",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsitePosition",
        holders: LAYER_AREA,
        value: Any,
        default: None,
        companion_of: &["openWebsite"],
        effect: "nothing: WorkAdventure no longer reads it",
        wrong: "it is ignored",
        replaced_by: Some("nothing"),
    },
    PropertyFact {
        name: "openWebsiteTrigger",
        holders: ZONE,
        value: OneOf(&["onaction", "onicon", "onenter"]),
        default: Some("onenter"),
        companion_of: &["openWebsite", "openTab"],
        effect: "onaction asks before the page opens",
        wrong: "any other text: the page never opens",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsiteTriggerMessage",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &["openWebsite", "openTab"],
        effect: "what the question before the page says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "openWebsiteWidth",
        holders: LAYER_AREA,
        value: Number(1.0, 100.0),
        default: Some("50"),
        companion_of: &["openWebsite"],
        effect: "width of the page, in percent of the window",
        wrong: "more than 100 or less than 0 breaks the layout",
        replaced_by: None,
    },
    PropertyFact {
        name: "persist",
        holders: &[Variable],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "the value is kept when the room is empty",
        wrong: "anything but true or false turns all variables of the room off",
        replaced_by: None,
    },
    PropertyFact {
        name: "playAudio",
        holders: ZONE,
        value: Url(Reference::Sound),
        default: None,
        companion_of: &[],
        effect: "plays a sound while visitors are inside",
        wrong: "an address that is none breaks everything else that this step should have done",
        replaced_by: None,
    },
    PropertyFact {
        name: "playAudioLoop",
        holders: ZONE,
        value: Url(Reference::Sound),
        default: None,
        companion_of: &[],
        effect: "plays a sound again and again",
        wrong: "an address that is none breaks everything else that this step should have done",
        replaced_by: Some("playAudio with audioLoop"),
    },
    PropertyFact {
        name: "policy",
        holders: &[Website],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "what the page may use, as the `allow` attribute of its iframe",
        wrong: "anything but text keeps the room from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "readableBy",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "who has this tag can read the variable",
        wrong: "anything but text keeps everybody out of the room",
        replaced_by: None,
    },
    PropertyFact {
        name: "script",
        holders: &[Map],
        value: Url(Reference::Scripts),
        default: None,
        companion_of: &[],
        effect: "scripts that run in the room, one a line",
        wrong: "anything but text keeps the room from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "scriptDisableModuleSupport",
        holders: &[Map],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "scripts load as classic scripts",
        wrong: "anything but true or false keeps the room from opening",
        replaced_by: None,
    },
    PropertyFact {
        name: "silent",
        holders: ZONE,
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "no bubbles form here",
        wrong: "any text is true, even \"false\"",
        replaced_by: None,
    },
    PropertyFact {
        name: "soundRadius",
        holders: &[Variable],
        value: Number(0.0, f64::INFINITY),
        default: None,
        companion_of: &["door", "bell"],
        effect: "how far the sound reaches, in pixels",
        wrong: "anything but a number stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "speakerMegaphone",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "who stands here speaks to a podium's audience",
        wrong: "anything but text is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "start",
        holders: ZONE,
        value: Any,
        default: Some("false"),
        companion_of: &[],
        effect: "visitors can arrive here",
        wrong: "anything but true on a layer is ignored: visitors arrive elsewhere",
        replaced_by: None,
    },
    PropertyFact {
        name: "startLayer",
        holders: &[TileLayer],
        value: Bool,
        default: Some("false"),
        companion_of: &[],
        effect: "visitors can arrive on this layer",
        wrong: "anything but true is ignored: visitors arrive elsewhere",
        replaced_by: Some("start"),
    },
    PropertyFact {
        name: "tag",
        holders: LAYER_AREA,
        value: Text,
        default: None,
        companion_of: &["doorVariable", "bindVariable", "openConfig"],
        effect: "only who has this tag can do it",
        wrong: "anything but text stops all doors and bells of the map",
        replaced_by: None,
    },
    PropertyFact {
        name: "tilesetCopyright",
        holders: &[Tileset],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "credits of the tileset, on the room's about page",
        wrong: "anything but text is ignored",
        replaced_by: None,
    },
    PropertyFact {
        name: "triggerMessage",
        holders: &[TileLayer],
        value: Text,
        default: None,
        companion_of: &["bindVariable"],
        effect: "what the question before setting says",
        wrong: "it is shown as it is",
        replaced_by: None,
    },
    PropertyFact {
        name: "type",
        holders: &[Variable],
        value: OneOf(&["text", "checkbox", "select", "radio"]),
        default: None,
        companion_of: &[],
        effect: "how the configuration page asks for the variable",
        wrong: "anything else is a text field",
        replaced_by: None,
    },
    PropertyFact {
        name: "url",
        holders: &[Website],
        value: Url(Reference::Page),
        default: None,
        companion_of: &[],
        effect: "page that is shown on the map",
        wrong: "without it the room does not open",
        replaced_by: None,
    },
    PropertyFact {
        name: "venueAllow",
        holders: &[Map, TileLayer, OtherLayer, Area, Variable, Website, Object, Tileset],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "accepts findings of `venue check` here: names of rules, separated by commas",
        wrong: "an unknown name accepts nothing",
        replaced_by: None,
    },
    PropertyFact {
        name: "venueStandsOf",
        holders: &[Map],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "marks a map that `venue stands` generated: the map that it stands in for",
        wrong: "nothing for visitors",
        replaced_by: None,
    },
    PropertyFact {
        name: "visible",
        holders: &[TileLayer],
        value: Any,
        default: None,
        companion_of: &[],
        effect: "text of a script that shows and hides the layer",
        wrong: "only scripts read it",
        replaced_by: None,
    },
    PropertyFact {
        name: "writableBy",
        holders: &[Variable],
        value: Text,
        default: None,
        companion_of: &[],
        effect: "who has this tag can set the variable",
        wrong: "anything but text keeps everybody out of the room",
        replaced_by: None,
    },
    PropertyFact {
        name: "zone",
        holders: ZONE,
        value: Text,
        default: None,
        companion_of: &[],
        effect: "tells scripts that visitors enter and leave",
        wrong: "only scripts read it",
        replaced_by: Some("events of layers and areas"),
    },
    PropertyFact {
        name: "zoomMargin",
        holders: &[Area],
        value: Number(0.0, f64::INFINITY),
        default: Some("0"),
        companion_of: &["focusable"],
        effect: "margin around the area, as a fraction of its size",
        wrong: "text breaks the zoom",
        replaced_by: None,
    },
    PropertyFact {
        name: "zoom_margin",
        holders: &[Area],
        value: Number(0.0, f64::INFINITY),
        default: Some("0"),
        companion_of: &["focusable"],
        effect: "margin around the area, as a fraction of its size",
        wrong: "text breaks the zoom",
        replaced_by: Some("zoomMargin"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    #[test]
    fn the_table_is_sorted_and_closed() {
        assert!(PROPERTIES.is_sorted_by(|a, b| a.name < b.name));
        for fact in PROPERTIES {
            assert!(PropertyFact::of(fact.name).is_some_and(|found| found.name == fact.name));
            for main in fact.companion_of {
                assert!(PropertyFact::of(main).is_some_and(PropertyFact::is_main), "{}", fact.name);
            }
        }
        assert!(PropertyFact::of("jitsiroom").is_none());
    }

    #[test]
    fn defaults_are_values_that_the_property_takes() {
        for fact in PROPERTIES {
            let Some(default) = fact.default else { continue };
            match fact.value {
                Bool | Any => assert!(matches!(default, "true" | "false"), "{}", fact.name),
                Number(low, high) => {
                    let number: f64 = default.parse().unwrap();
                    assert!((low..=high).contains(&number), "{}", fact.name);
                }
                OneOf(texts) => assert!(texts.contains(&default), "{}", fact.name),
                Text | Url(_) | JsonObject => {}
            }
        }
    }

    #[test]
    fn what_is_offered_says_nothing() {
        let says = |name: &str, value: Value| {
            PropertyFact::says_something(&Property {
                span: None,
                name: name.to_owned(),
                type_name: None,
                value,
            })
        };
        for (name, value) in [
            ("jitsiRoom", Value::String(String::new())),
            ("jitsiNoPrefix", Value::Bool(false)),
            ("openWebsiteClosable", Value::Bool(true)),
            ("jitsiWidth", Value::Int(50)),
        ] {
            assert!(!says(name, value), "{name}");
        }
        for (name, value) in [
            ("jitsiRoom", Value::String("stage".to_owned())),
            ("openWebsiteClosable", Value::Bool(false)),
            ("jitsiWidth", Value::Float(30.0)),
            // Scripts may well read it.
            ("open", Value::Bool(false)),
        ] {
            assert!(says(name, value), "{name}");
        }
    }

    #[test]
    fn holders_are_those_of_the_engine() {
        let works = |name, holder| PropertyFact::of(name).unwrap().works_on(holder);
        assert!(works("collides", Tile) && !works("collides", TileLayer));
        assert!(works("openWebsite", Area) && !works("openWebsite", Tile));
        assert!(works("jitsiRoom", Tile) && !works("jitsiRoom", Object));
        assert!(works("focusable", Area) && !works("focusable", TileLayer));
    }
}
