//! Names under which meetings really take place.

use unicode_normalization::UnicodeNormalization;

/// The part of a meeting's name that the servers see: accents, upper case, punctuation and every
/// letter beyond a to z are gone, so that differently written names can be one meeting
/// (workadventure-maps, section 4.2).
pub fn slug(text: &str) -> String {
    let plain: String = text.nfd().filter(|sign| !('\u{300}'..='\u{36f}').contains(sign)).collect();
    let plain = plain.to_lowercase();
    // What JavaScript trims: white space and the byte order mark, but not U+0085.
    let outer = |sign: char| sign == '\u{feff}' || (sign.is_whitespace() && sign != '\u{85}');
    let mut slug = String::with_capacity(plain.len());
    let mut spaces = false;
    for sign in plain.trim_matches(outer).chars() {
        match sign {
            'a'..='z' | '0'..='9' | '-' | '_' => {
                if spaces {
                    slug.push('-');
                }
                spaces = false;
                slug.push(sign);
            }
            ' ' => spaces = true,
            _ => {}
        }
    }
    if spaces {
        slug.push('-');
    }
    slug
}

/// The engine's hash of a text: 32 bits, rolled over its UTF-16 units, in base 36
/// (workadventure-maps, section 4.2).
pub fn hash(text: &str) -> String {
    let hash =
        text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let mut rest = hash.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(rest % 36, 36).unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// What a room is known by: its URL without query, fragment and a last slash.
pub fn room_id(url: &str) -> &str {
    let url = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    url.strip_suffix('/').unwrap_or(url)
}

/// Name of the Jitsi meeting that a `jitsiRoom` opens. `room` is the URL of the room that the zone
/// lies in; `None` for a zone with `jitsiNoPrefix`, whose meeting all rooms of the Jitsi server share.
pub fn jitsi_name(room: Option<&str>, jitsi_room: &str) -> String {
    match room {
        Some(url) => slug(&format!("{}-{jitsi_room}", hash(room_id(url)))),
        None => slug(jitsi_room),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "https://play.workadventure.localhost/_/foo/bar.com/map.tmj";

    /// The vectors of workadventure-maps, section 4.2, which upstream's code gave.
    #[test]
    fn names_equal_the_engine_s() {
        for (room, name) in [
            ("Foo", "y6v7zb-foo"),
            ("Café A", "y6v7zb-cafe-a"),
            ("cafe a", "y6v7zb-cafe-a"),
            ("Room #1", "y6v7zb-room-1"),
            ("Room 1", "y6v7zb-room-1"),
            ("Straße", "y6v7zb-strae"),
            ("会議室", "y6v7zb-"),
            ("Зал", "y6v7zb-"),
        ] {
            assert_eq!(jitsi_name(Some(ROOM), room), name, "{room}");
        }
        assert_eq!(jitsi_name(None, "会議室"), "");
        assert_eq!(jitsi_name(Some(&format!("{ROOM}/?a=b#start")), "Foo"), "y6v7zb-foo");
    }

    #[test]
    fn spaces_count_once_and_not_at_the_ends() {
        assert_eq!(slug("  a   b  "), "a-b");
        assert_eq!(slug("a & b"), "a-b", "what is deleted between spaces leaves one run of them");
        assert_eq!(slug("a\tb"), "ab");
        assert_eq!(slug("e\u{301}_É-ệ"), "e_e-e");
        assert_eq!(slug("! a"), "-a", "trimming comes before deleting");
    }

    #[test]
    fn the_smallest_number_has_a_hash() {
        assert_eq!(hash(""), "0");
        // The well-known collision partner of the empty hash's opposite end.
        assert_eq!(hash("polygenelubricants"), "zik0zk", "-2^31 in base 36");
    }

    proptest::proptest! {
        #[test]
        fn slugs_are_plain_and_stay(text in ".{0,40}") {
            let once = slug(&text);
            proptest::prop_assert!(once.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'));
            proptest::prop_assert_eq!(slug(&once), once);
        }
    }
}
