//! What happens to a visitor who steps into a zone, told with real addresses.

use serde::Serialize;

use crate::{
    model::{Json, Value},
    source::{parent, resolve},
    workadventure::{Address, Link, meeting::jitsi_name},
    world::{Arrival, Destination, Never, Way, World},
};

/// What one property of a zone leads to, beyond its value.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Happening {
    /// Page or sound, absolute or from the folder of the venue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The map that an exit leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The entry there; absent for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Name of the meeting as its server knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<String>,
    /// What a visitor should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The address of a page or file that the map called `map` names; `None` where there is none to open.
pub(super) fn address(map: &str, text: &str) -> Option<String> {
    match Link::of(text).address {
        Address::Url(_) => Some(text.trim().to_owned()),
        Address::File(path) => {
            let behind = text.trim().strip_prefix(path).unwrap_or_default();
            Some(format!("{}{behind}", resolve(parent(map), path)))
        }
        Address::Here
        | Address::Template
        | Address::Placeholder
        | Address::Room(_)
        | Address::LostRoom(_)
        | Address::Root(_) => None,
    }
}

/// What a property with an address leads to.
pub(super) fn page(map: &str, text: &str) -> Happening {
    let url = address(map, text);
    let note =
        url.is_none().then(|| format!("what \"{text}\" leads to is known to the server or a script only"));
    Happening { url, note, ..Happening::default() }
}

/// What `openTab` opens. The engine resolves it against its own page, so that only whole addresses lead
/// anywhere (workadventure-maps, section 4.1).
pub(super) fn tab(text: &str) -> Happening {
    match Link::of(text).address {
        Address::Url(_) => Happening { url: Some(text.trim().to_owned()), ..Happening::default() },
        _ => Happening {
            note: Some(format!("\"{text}\" opens a page of WorkAdventure: only a whole address leads out")),
            ..Happening::default()
        },
    }
}

/// What a meeting on Jitsi is called. `room` is the URL of the map's room, where it is known; a meeting of
/// its `own_name` needs none. `host` is its server, where the zone names one.
pub(super) fn jitsi(room: Option<&str>, value: &str, own_name: bool, host: Option<&str>) -> Happening {
    if !own_name && room.is_none() {
        let note = "the name of the meeting begins with a code of the map's address, once it has one";
        return Happening { note: Some(note.to_owned()), ..Happening::default() };
    }
    let meeting = jitsi_name(room.filter(|_| !own_name), value);
    let url = host.filter(|host| !host.is_empty()).map(|host| {
        let host = host.trim_end_matches('/');
        let scheme = if host.contains("://") { "" } else { "https://" };
        format!("{scheme}{host}/{meeting}")
    });
    Happening { meeting: Some(meeting), url, ..Happening::default() }
}

/// Where a way leads.
pub(super) fn exit(world: &World, way: &Way) -> Happening {
    let mut happening = Happening::default();
    if let Some(to) = way.to {
        happening.to = Some(world.maps()[to].name.to_owned());
    }
    match &way.arrival {
        Arrival::Entry { name, .. } => happening.entry = Some(name.clone()),
        Arrival::Missing(name) | Arrival::Unlinkable(name) => {
            happening.note = Some(format!("no entry is called \"{name}\": visitors arrive at the start"));
        }
        Arrival::Default | Arrival::Unknown => {}
    }
    if way.to.is_none() {
        happening.note = Some(match &way.destination {
            Destination::Missing(name) => format!("\"{name}\" does not exist"),
            Destination::Room(room) => format!("leads to the room {room}"),
            Destination::Unknown => "where it leads is filled in by a script".to_owned(),
            Destination::Never(Never::Website) => "leads nowhere: exits do not open websites".to_owned(),
            Destination::Never(Never::NoMap(name)) => format!("leads nowhere: \"{name}\" is no map"),
            Destination::Never(_) | Destination::Nothing => format!("\"{}\" leads nowhere", way.text),
            Destination::Map(name) | Destination::OtherCase(name) => format!("\"{name}\" cannot be shown"),
            Destination::Here => String::new(),
        });
    }
    happening
}

/// A property's value as the page gets it; `None` for what never counts in a zone.
pub(super) fn plain(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::String(text) | Value::File(text) | Value::Color(text) => text.as_str().into(),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) | Value::Object(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Class(_) | Value::List(_) | Value::Unknown(..) => return None,
    })
}

/// A value of a `.wam` file as the page gets it; `None` for what is neither text, number nor switch.
pub(super) fn plain_json(value: &Json) -> Option<serde_json::Value> {
    match value {
        Json::Bool(value) => Some((*value).into()),
        Json::String(text) => Some(text.as_str().into()),
        Json::Number(text) => serde_json::from_str(text).ok(),
        Json::Null | Json::Array(_) | Json::Integers(_) | Json::Object(_) => None,
    }
}
