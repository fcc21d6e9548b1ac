//! The one table of what `WorkAdventure` accepts in a `.wam` file (workadventure-maps, section 6).
//!
//! Unknown keys are fine everywhere: the engine strips them. Anything else that is not as the table
//! says makes the whole file invalid: the upload is refused, and the room shows an error screen.

/// What the value of a key must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A list of texts.
    Texts,
    /// An object with these keys.
    Object(&'static [Field]),
    /// A list of such objects.
    List(&'static [Field]),
    /// An object of such objects, by id.
    Keyed(&'static [Field]),
    /// A list of [`AREA_PROPERTIES`] that work on this holder.
    Properties(WamHolder),
}

/// One key of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What its value must be.
    pub kind: FieldKind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether `null` is accepted beside.
    pub nullable: bool,
}

/// What carries a property in a `.wam` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WamHolder {
    /// An area: a rectangle of the map.
    Area,
    /// An entity: a picture that visitors can click.
    Entity,
}

/// What `WorkAdventure` knows about one type of property of areas and entities.
#[derive(Debug)]
pub struct AreaPropertyFact {
    /// Its `type`, case-sensitive.
    pub name: &'static str,
    /// Where it is accepted.
    pub holders: &'static [WamHolder],
    /// Its keys, beside [`PROPERTY_FIELDS`].
    pub fields: &'static [Field],
    /// What it does, in one line.
    pub effect: &'static str,
}

use FieldKind::{Any, Bool, Keyed, List, Number, Object, OneOf, Properties, Text, Texts};

const AREA: &[WamHolder] = &[WamHolder::Area];
const ENTITY: &[WamHolder] = &[WamHolder::Entity];
const BOTH: &[WamHolder] = &[WamHolder::Area, WamHolder::Entity];

const ANY_NUMBER: FieldKind = Number(f64::NEG_INFINITY, f64::INFINITY);
const FROM_ZERO: FieldKind = Number(0.0, f64::INFINITY);
const TRIGGERS: FieldKind = OneOf(&["onenter", "onaction", "onicon"]);
/// Share of the window, in percent.
const WIDTH: FieldKind = Number(1.0, 100.0);

const fn required(key: &'static str, kind: FieldKind) -> Field {
    Field { key, kind, required: true, nullable: false }
}

const fn optional(key: &'static str, kind: FieldKind) -> Field {
    Field { key, kind, required: false, nullable: false }
}

const fn nullable(field: Field) -> Field {
    Field { nullable: true, ..field }
}

impl FieldKind {
    /// The kind as messages name it: `text`, `a number from 1 to 100`.
    pub fn describe(self) -> String {
        match self {
            Any => "anything".to_owned(),
            Text => "text".to_owned(),
            OneOf([only]) => format!("\"{only}\""),
            OneOf(texts) => format!("one of \"{}\"", texts.join("\", \"")),
            Bool => "true or false".to_owned(),
            Number(low, high) if high.is_finite() => format!("a number from {low} to {high}"),
            Number(low, _) if low.is_finite() => format!("a number from {low} up"),
            Number(..) => "a number".to_owned(),
            Texts => "a list of texts".to_owned(),
            Object(_) => "an object".to_owned(),
            Keyed(_) => "an object with ids for keys".to_owned(),
            List(_) | Properties(_) => "a list".to_owned(),
        }
    }
}

impl AreaPropertyFact {
    /// What is known of the type called `name`, letter by letter.
    pub fn of(name: &str) -> Option<&'static Self> {
        AREA_PROPERTIES.binary_search_by(|fact| fact.name.cmp(name)).ok().map(|index| &AREA_PROPERTIES[index])
    }

    /// Whether the property is accepted on such a holder.
    pub fn works_on(&self, holder: WamHolder) -> bool {
        self.holders.contains(&holder)
    }
}

/// The file as a whole. `version` may be absent: the file is taken to be of 1.0.0 then.
pub static WAM_FIELDS: &[Field] = &[
    optional("version", Text),
    required("mapUrl", Text),
    required("entities", Keyed(ENTITY_FIELDS)),
    required("areas", List(AREA_FIELDS)),
    required("entityCollections", List(COLLECTION_FIELDS)),
    optional("lastCommandId", Text),
    optional("settings", Object(SETTINGS_FIELDS)),
    optional("metadata", Object(METADATA_FIELDS)),
    nullable(optional("vendor", Any)),
];

/// An area; positions and sizes in pixels.
pub static AREA_FIELDS: &[Field] = &[
    required("id", Text),
    required("name", Text),
    required("x", ANY_NUMBER),
    required("y", ANY_NUMBER),
    required("width", ANY_NUMBER),
    required("height", ANY_NUMBER),
    required("visible", Bool),
    required("properties", Properties(WamHolder::Area)),
];

/// An entity; the position of its top left corner in pixels.
pub static ENTITY_FIELDS: &[Field] = &[
    required("x", ANY_NUMBER),
    required("y", ANY_NUMBER),
    required("prefabRef", Object(PREFAB_FIELDS)),
    optional("name", Text),
    optional("properties", Properties(WamHolder::Entity)),
];

static PREFAB_FIELDS: &[Field] = &[required("collectionName", Text), required("id", Text)];

static COLLECTION_FIELDS: &[Field] =
    &[required("url", Text), required("type", OneOf(&["file", "marketplace"]))];

static SETTINGS_FIELDS: &[Field] =
    &[optional("megaphone", Object(MEGAPHONE_FIELDS)), optional("recording", Object(RECORDING_FIELDS))];

static MEGAPHONE_FIELDS: &[Field] = &[
    required("enabled", Bool),
    optional("title", Text),
    optional("scope", Text),
    optional("rights", Texts),
    optional("audienceVideoFeedbackActivated", Bool),
    optional("notificationSoundUrl", Text),
    optional("enableSoundNotifications", Bool),
    optional("recording", Object(&[optional("enabled", Bool), optional("rights", Texts)])),
];

static RECORDING_FIELDS: &[Field] = &[optional("rights", Texts), optional("enableSounds", Bool)];

static METADATA_FIELDS: &[Field] = &[
    nullable(optional("name", Text)),
    nullable(optional("description", Text)),
    nullable(optional("copyright", Text)),
    nullable(optional("thumbnail", Text)),
    nullable(optional("areasSearchable", ANY_NUMBER)),
    nullable(optional("entitiesSearchable", ANY_NUMBER)),
];

/// Keys that every property has.
pub static PROPERTY_FIELDS: &[Field] = &[
    required("id", Text),
    required("type", Text),
    optional("buttonLabel", Text),
    optional("hideButtonLabel", Bool),
    optional("resourceUrl", Text),
    nullable(optional("serverData", Any)),
];

/// Every type of property, sorted by name (workadventure-maps, sections 6.2 and 6.3).
pub static AREA_PROPERTIES: &[AreaPropertyFact] = &[
    AreaPropertyFact {
        name: "areaDescriptionProperties",
        holders: AREA,
        fields: &[optional("description", Text), optional("searchable", Bool)],
        effect: "describes the area in the explorer",
    },
    AreaPropertyFact {
        name: "entityDescriptionProperties",
        holders: ENTITY,
        fields: &[optional("description", Text), optional("searchable", Bool)],
        effect: "describes the entity in the explorer",
    },
    AreaPropertyFact {
        name: "exit",
        holders: AREA,
        fields: &[required("url", Text), required("areaName", Text)],
        effect: "leads to another room, to the entry `areaName` there",
    },
    AreaPropertyFact {
        name: "extensionModule",
        holders: AREA,
        fields: &[required("subtype", Text), nullable(optional("data", Any))],
        effect: "belongs to a plug-in of the server",
    },
    AreaPropertyFact {
        name: "focusable",
        holders: AREA,
        fields: &[optional("zoom_margin", FROM_ZERO)],
        effect: "moves the camera to the area",
    },
    AreaPropertyFact {
        name: "highlight",
        holders: AREA,
        fields: &[
            optional("opacity", Number(0.0, 1.0)),
            optional("gradientWidth", FROM_ZERO),
            optional("duration", ANY_NUMBER),
            optional("color", Text),
        ],
        effect: "darkens what lies outside of the area",
    },
    AreaPropertyFact {
        name: "jitsiRoomProperty",
        holders: BOTH,
        fields: &[
            required("roomName", Text),
            required("jitsiRoomConfig", Object(JITSI_FIELDS)),
            optional("jitsiUrl", Text),
            optional("closable", Bool),
            optional("trigger", TRIGGERS),
            optional("triggerMessage", Text),
            optional("noPrefix", Bool),
            optional("width", WIDTH),
            optional("jitsiRoomAdminTag", Text),
        ],
        effect: "opens a Jitsi meeting",
    },
    AreaPropertyFact {
        name: "listenerMegaphone",
        holders: AREA,
        fields: &[
            required("speakerZoneName", Text),
            optional("chatEnabled", Bool),
            optional("allowTalking", Bool),
            optional("waitingLink", Text),
        ],
        effect: "is the audience of the podium whose area has this id",
    },
    AreaPropertyFact {
        name: "livekitRoomProperty",
        holders: BOTH,
        fields: &[
            required("roomName", Text),
            optional("livekitRoomConfig", Object(LIVEKIT_FIELDS)),
            optional("livekitRoomAdminTag", Text),
            optional("triggerMessage", Text),
        ],
        effect: "makes a meeting of everybody in the area; on an entity it does nothing",
    },
    AreaPropertyFact {
        name: "lockableAreaPropertyData",
        holders: AREA,
        fields: &[optional("allowedTags", Texts)],
        effect: "lets visitors lock the area",
    },
    AreaPropertyFact {
        name: "matrixRoomPropertyData",
        holders: AREA,
        fields: &[
            required("shouldOpenAutomatically", Bool),
            required("displayName", Text),
            optional("serverData", Object(&[optional("matrixRoomId", Text)])),
        ],
        effect: "opens a chat room",
    },
    AreaPropertyFact {
        name: "maxUsersInAreaPropertyData",
        holders: AREA,
        fields: &[nullable(optional("maxUsers", FROM_ZERO))],
        effect: "closes the area when so many visitors are in it",
    },
    AreaPropertyFact {
        name: "openFile",
        holders: BOTH,
        fields: &[
            nullable(required("name", Text)),
            nullable(optional("link", Text)),
            optional("newTab", Bool),
            optional("closable", Bool),
            optional("trigger", TRIGGERS),
            optional("triggerMessage", Text),
            optional("width", WIDTH),
            optional("policy", Text),
            optional("position", ANY_NUMBER),
            optional("hideUrl", Bool),
        ],
        effect: "shows a file that was uploaded",
    },
    AreaPropertyFact {
        name: "openWebsite",
        holders: BOTH,
        fields: &[
            nullable(optional("link", Text)),
            optional("newTab", Bool),
            optional("closable", Bool),
            optional("allowAPI", Bool),
            optional("trigger", TRIGGERS),
            optional("triggerMessage", Text),
            optional("width", WIDTH),
            optional("policy", Text),
            optional("position", ANY_NUMBER),
            optional("application", Text),
            optional("poster", Text),
            optional("placeholder", Text),
            optional("icon", Text),
            optional("label", Text),
            optional("regexUrl", Text),
            optional("targetEmbedableUrl", Text),
            optional("forceNewTab", Bool),
            optional("hideUrl", Bool),
        ],
        effect: "opens a website",
    },
    AreaPropertyFact {
        name: "personalAreaPropertyData",
        holders: AREA,
        fields: &[
            required("accessClaimMode", OneOf(&["dynamic", "static"])),
            nullable(required("ownerId", Text)),
            optional("allowedTags", Texts),
        ],
        effect: "is the desk of one visitor, who arrives there",
    },
    AreaPropertyFact {
        name: "playAudio",
        holders: BOTH,
        fields: &[
            required("audioLink", Text),
            optional("volume", ANY_NUMBER),
            optional("triggerMessage", Text),
        ],
        effect: "plays a sound once",
    },
    AreaPropertyFact {
        name: "restrictedRightsPropertyData",
        holders: AREA,
        fields: &[optional("writeTags", Texts), optional("readTags", Texts)],
        effect: "keeps visitors without one of the tags out",
    },
    AreaPropertyFact {
        name: "silent",
        holders: AREA,
        fields: &[],
        effect: "lets nobody talk by coming near",
    },
    AreaPropertyFact {
        name: "speakerMegaphone",
        holders: AREA,
        fields: &[required("name", Text), optional("chatEnabled", Bool), optional("seeAttendees", Bool)],
        effect: "is a podium, heard by its audience areas",
    },
    AreaPropertyFact {
        name: "start",
        holders: AREA,
        fields: &[optional("isDefault", Bool)],
        effect: "is an entry of the area's name",
    },
    AreaPropertyFact {
        name: "tooltipPropertyData",
        holders: AREA,
        fields: &[required("content", Text), optional("duration", ANY_NUMBER)],
        effect: "shows a text to whoever enters",
    },
];

static JITSI_FIELDS: &[Field] =
    &[optional("startWithAudioMuted", Bool), optional("startWithVideoMuted", Bool)];

/// Muting is required both ways as soon as the config is there.
static LIVEKIT_FIELDS: &[Field] = &[
    required("startWithAudioMuted", Bool),
    required("startWithVideoMuted", Bool),
    optional("disableChat", Bool),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists of keys below a kind.
    fn below(kind: FieldKind) -> Vec<&'static [Field]> {
        let (Object(fields) | List(fields) | Keyed(fields)) = kind else { return Vec::new() };
        let inside = fields.iter().flat_map(|field| below(field.kind));
        std::iter::once(fields).chain(inside).collect()
    }

    #[test]
    fn types_are_sorted_and_unique() {
        assert!(AREA_PROPERTIES.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(AreaPropertyFact::of("silent").map(|fact| fact.name), Some("silent"));
        assert!(AreaPropertyFact::of("Silent").is_none());
    }

    #[test]
    fn no_key_stands_twice_in_one_object() {
        let properties = AREA_PROPERTIES.iter().map(|fact| Object(fact.fields));
        for fields in properties.chain([Object(WAM_FIELDS), Object(PROPERTY_FIELDS)]).flat_map(below) {
            for (index, field) in fields.iter().enumerate() {
                assert!(fields[..index].iter().all(|other| other.key != field.key), "{}", field.key);
            }
        }
    }

    #[test]
    fn entities_take_fewer_types_than_areas() {
        let on = |holder| AREA_PROPERTIES.iter().filter(|fact| fact.works_on(holder)).count();
        assert_eq!((on(WamHolder::Area), on(WamHolder::Entity)), (20, 6));
    }

    #[test]
    fn kinds_are_named_in_words() {
        assert_eq!(WIDTH.describe(), "a number from 1 to 100");
        assert_eq!(FROM_ZERO.describe(), "a number from 0 up");
        assert_eq!(TRIGGERS.describe(), "one of \"onenter\", \"onaction\", \"onicon\"");
    }
}
