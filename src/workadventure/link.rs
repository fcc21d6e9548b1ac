//! What the text of a property refers to, before anything is looked up.

use std::borrow::Cow;

use crate::source::is_url;

/// A text that refers to something, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// What stands before the `?` and the `#`.
    pub address: Address<'a>,
    /// What stands behind the `#`; `None` without one.
    pub fragment: Option<&'a str>,
}

/// The kinds of addresses that people write into properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address<'a> {
    /// Nothing before the `#`: the same room, or nothing at all.
    Here,
    /// Text that the scripting library fills in at run time: `{{{ url }}}`, `{{^open}}1{{/open}}`.
    Template,
    /// Text with a placeholder that was not filled in: `${links.stage}`, `${sponsor.website}`.
    Placeholder,
    /// The path of a room: `/_/…`, `/@/…`, `/~/…` or `/*/…`.
    Room(&'a str),
    /// The path of a room without its first `/`, which leads into the folder of the current room.
    LostRoom(&'a str),
    /// A URL with a scheme, or one of `//host`.
    Url(&'a str),
    /// Any other path from the server's root.
    Root(&'a str),
    /// A path relative to something: the map's file, or the room. Not percent-decoded.
    File(&'a str),
}

impl<'a> Link<'a> {
    /// Takes a text apart. White space around it does not count, as browsers strip it from URLs.
    pub fn of(text: &'a str) -> Self {
        let text = text.trim();
        if is_template(text) {
            return Self { address: Address::Template, fragment: None };
        }
        if text.contains("${") {
            return Self { address: Address::Placeholder, fragment: None };
        }
        let (address, fragment) = match text.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (text, None),
        };
        let address = address.split_once('?').map_or(address, |(address, _)| address);
        let address = match address {
            "" | "." | "./" => Address::Here,
            url if is_url(url) => Address::Url(url),
            path if is_room_path(path) => Address::Room(path),
            path if path.starts_with('/') => Address::Root(path),
            path if ["_/", "@/", "~/", "*/"].iter().any(|start| path.starts_with(start)) => {
                Address::LostRoom(path)
            }
            path => Address::File(path),
        };
        Self { address, fragment }
    }

    /// Name of the entry in the fragment, as written: its first part between `&` that has no `=`
    /// (workadventure-maps, section 3.1).
    pub fn entry(&self) -> Option<&'a str> {
        let name = self.fragment?.split('&').find(|item| !item.contains('='))?;
        Some(name).filter(|name| !name.is_empty())
    }
}

/// Whether the scripting library fills the text in at run time: `{{{ url }}}`, `{{^open}}1{{/open}}`
/// (workadventure-maps, section 1.7).
pub fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Whether a path is one of rooms (workadventure-maps, section 3.2).
pub fn is_room_path(path: &str) -> bool {
    ["/_/", "/@/", "/~/", "/*/"].iter().any(|start| path.starts_with(start))
}

/// Host and path of a URL of the web, `https://host/path` or `//host/path`; `None` of any other.
pub fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("//")?;
    if !scheme.is_empty() && !["http:", "https:"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some((host, path))
}

/// Whether browsers can read the text as an address: of the web, or relative to another. One with an
/// empty host, signs that no host can have, or a port that is none makes the engine fail in the middle
/// of a step (workadventure-maps, section 1.3).
pub fn is_readable_url(text: &str) -> bool {
    let text: String = text.trim().chars().filter(|sign| !matches!(sign, '\t' | '\n' | '\r')).collect();
    let scheme = ["https:", "http:"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let slash = |sign: char| matches!(sign, '/' | '\\');
    let rest = match scheme {
        // Browsers take any number of slashes for two.
        Some(scheme) => text[scheme.len()..].trim_start_matches(slash),
        None => match text.strip_prefix("//") {
            Some(rest) => rest.trim_start_matches(slash),
            None => return true,
        },
    };
    let authority = &rest[..rest.find(|sign| slash(sign) || matches!(sign, '?' | '#')).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, port)) => {
            let known = address.parse::<std::net::Ipv6Addr>().is_ok();
            return known && is_port(port.strip_prefix(':').unwrap_or(port));
        }
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let forbidden =
        |sign: char| sign.is_ascii_control() || matches!(sign, ' ' | ':' | '<' | '>' | '[' | ']' | '^' | '|');
    let decoded = percent_decoded(host);
    !host.is_empty() && !decoded.contains(|sign| forbidden(sign) || sign == '%') && is_port(port)
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A fragment as browsers hand it on, percent-encoded. The engine compares it with the names of
/// entries as it is and never decodes it (workadventure-maps, section 3.1).
pub fn encoded_fragment(fragment: &str) -> Cow<'_, str> {
    let plain = |byte: u8| (b'!'..=b'~').contains(&byte) && !matches!(byte, b'"' | b'<' | b'>' | b'`');
    if fragment.bytes().all(plain) {
        return Cow::Borrowed(fragment);
    }
    let mut out = String::with_capacity(fragment.len() + 8);
    for byte in fragment.bytes() {
        match byte {
            byte if plain(byte) => out.push(char::from(byte)),
            // Browsers strip these from any URL.
            b'\t' | b'\n' | b'\r' => {}
            byte => {
                out.push('%');
                for digit in [byte >> 4, byte & 15] {
                    out.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
                }
            }
        }
    }
    Cow::Owned(out)
}

/// Whether a link can carry the name of an entry: one with spaces, accents, quotes, `<`, `>`, `&` or
/// `=` reaches the engine as something else, and visitors arrive at the default entry.
pub fn can_be_linked(name: &str) -> bool {
    !name.is_empty() && !name.contains(['&', '=']) && encoded_fragment(name) == name
}

/// `%20` and the like as the characters that they stand for; the text itself where it has none, or
/// where they are no text.
pub fn percent_decoded(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let code = digit(0).zip(digit(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match code {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(path), Cow::Owned)
}

/// A path as a URL has it.
pub fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    out
}

/// The form for frames of the page of a video, whose own page refuses to be framed: of `YouTube` and
/// Vimeo. `None` for every other URL, and for what is embeddable already.
pub fn embeddable(url: &str) -> Option<String> {
    let (host, path) = host_and_path(url.trim())?;
    let host = host.to_ascii_lowercase();
    let host = ["www.", "m.", "music."].iter().find_map(|sub| host.strip_prefix(sub)).unwrap_or(&host);
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let value = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let first = parts.next();
    match host {
        "youtube.com" | "youtu.be" | "youtube-nocookie.com" => {
            let video = match first {
                Some(video) if host == "youtu.be" => Some(video),
                Some("watch") => value("v"),
                Some("shorts" | "live" | "v") => parts.next(),
                _ => None,
            };
            let video = video.filter(|video| is_video_id(video))?;
            let start = value("t").or_else(|| value("start")).and_then(seconds).filter(|start| *start > 0);
            let start = start.map(|start| format!("?start={start}")).unwrap_or_default();
            Some(format!("https://www.youtube.com/embed/{video}{start}"))
        }
        "vimeo.com" => {
            let video = first.filter(|video| video.bytes().all(|byte| byte.is_ascii_digit()))?;
            // Videos that are not listed have a second part.
            let key = parts.next().or_else(|| value("h")).filter(|key| is_video_id(key));
            let key = key.map(|key| format!("?h={key}")).unwrap_or_default();
            Some(format!("https://player.vimeo.com/video/{video}{key}"))
        }
        _ => None,
    }
}

fn is_video_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A point in a video, `90`, `90s` or `1h2m3s`, in seconds.
fn seconds(text: &str) -> Option<u32> {
    let (mut total, mut number) = (0_u32, None::<u32>);
    for sign in text.chars() {
        let unit = match sign {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            digit => {
                let digit = digit.to_digit(10)?;
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                continue;
            }
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    total.checked_add(number.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let address = |text| Link::of(text).address;
        assert_eq!(address("hall.tmj#door"), Address::File("hall.tmj"));
        assert_eq!(address(" ../x/m.tmj?a=b "), Address::File("../x/m.tmj"));
        assert_eq!(address("#door"), Address::Here);
        assert_eq!(address(""), Address::Here);
        assert_eq!(address("/_/global/h.org/m.json"), Address::Room("/_/global/h.org/m.json"));
        assert_eq!(address("/@/org/world/room#e"), Address::Room("/@/org/world/room"));
        assert_eq!(address("/~/dir/m.wam"), Address::Room("/~/dir/m.wam"));
        assert_eq!(address("_/global/h.org/m.json"), Address::LostRoom("_/global/h.org/m.json"));
        assert_eq!(address("/maps/m.json"), Address::Root("/maps/m.json"));
        assert_eq!(address("https://h.org/m.json#e"), Address::Url("https://h.org/m.json"));
        assert_eq!(address("//h.org/m.json"), Address::Url("//h.org/m.json"));
        assert_eq!(address("{{{ exitSouthURL }}}"), Address::Template);
        assert_eq!(address("{{^url}}1{{/url}}"), Address::Template);
        assert_eq!(address("${links.hall}#door"), Address::Placeholder);
    }

    #[test]
    fn entries_are_read_from_fragments() {
        let entry = |text| Link::of(text).entry();
        assert_eq!(entry("m.tmj#door"), Some("door"));
        assert_eq!(entry("m.tmj#door&moveTo=desk"), Some("door"));
        assert_eq!(entry("m.tmj#moveTo=desk&door"), Some("door"));
        assert_eq!(entry("m.tmj#moveTo=desk"), None);
        assert_eq!(entry("m.tmj#"), None);
        assert_eq!(entry("m.tmj"), None);
    }

    #[test]
    fn only_plain_names_reach_the_engine() {
        for name in ["door", "to-hall_2", "group/door", "a.b", "Raum(1)", "a%20b"] {
            assert!(can_be_linked(name), "{name}");
        }
        for name in ["", "the door", "Türe", "a&b", "a=b", "\"a\"", "<a>", "a\nb"] {
            assert!(!can_be_linked(name), "{name}");
        }
        assert_eq!(encoded_fragment("a é"), "a%20%C3%A9");
    }

    #[test]
    fn codes_are_decoded_where_they_are_text() {
        assert_eq!(percent_decoded("a%20b%C3%A9"), "a bé");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%+1"), "%+1");
        assert_eq!(percent_decoded("%FF"), "%FF");
    }

    #[test]
    fn pages_of_videos_become_embeddable() {
        let youtube = |id: &str| Some(format!("https://www.youtube.com/embed/{id}"));
        assert_eq!(embeddable("https://www.youtube.com/watch?v=a_b-1&list=x"), youtube("a_b-1"));
        assert_eq!(embeddable("https://m.youtube.com/watch?feature=x&v=abc#t"), youtube("abc"));
        assert_eq!(embeddable("https://youtu.be/abc?t=1m30s"), youtube("abc?start=90"));
        assert_eq!(embeddable("https://youtube.com/shorts/abc"), youtube("abc"));
        assert_eq!(embeddable("https://www.youtube.com/embed/abc"), None);
        assert_eq!(embeddable("https://www.youtube.com/@channel"), None);
        assert_eq!(embeddable("https://www.youtube.com/watch?v="), None);
        assert_eq!(
            embeddable("https://vimeo.com/123/ab1").as_deref(),
            Some("https://player.vimeo.com/video/123?h=ab1")
        );
        assert_eq!(embeddable("https://player.vimeo.com/video/123"), None);
        assert_eq!(embeddable("https://vimeo.com/channels/staff"), None);
        assert_eq!(embeddable("watch?v=abc"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[a/.:#?&=%{}$_@~ é\n]{0,30}") {
            let link = Link::of(&text);
            let _named = link.entry().map(can_be_linked);
            let _decoded = percent_decoded(&text);
            proptest::prop_assert!(!encoded_fragment(&text).contains([' ', 'é', '\n']));
            let _none = embeddable(&format!("https://youtu.be/{text}"));
        }
    }
}
