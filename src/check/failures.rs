//! What WorkAdventure lets pass in silence, and which rules tell of it.
//!
//! Maps fail without a word: an upload is accepted, Tiled shows nothing unusual, and the first to
//! notice are visitors. The list is the yardstick of the rules: each of its rows has one at least.

use crate::finding::Rule;

/// One way in which a map fails and nobody is told.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// Its number, from 1; stable.
    pub number: u8,
    /// The mistake.
    pub mistake: &'static str,
    /// What a visitor gets.
    pub visitor: &'static str,
    /// Names of the rules that find it.
    pub rules: &'static [&'static str],
}

const fn failure(
    number: u8,
    mistake: &'static str,
    visitor: &'static str,
    rules: &'static [&'static str],
) -> Failure {
    Failure { number, mistake, visitor, rules }
}

/// Every known silent failure, in the order of what visitors suffer: the room does not open (1 to 10),
/// nobody gets there (11 to 22), nothing or the wrong thing happens (23 to 40), it looks different (41
/// to 47), publishing undoes it (48 to 54).
pub static FAILURES: &[Failure] = &[
    failure(
        1,
        "a tile number beyond its tileset",
        "an error screen instead of the room",
        &["gid-beyond-tileset", "hex-rotation-flag", "first-gid-missing", "tileset-overlap"],
    ),
    failure(
        2,
        "a margin or a picture that does not fit the tileset's numbers",
        "pieces of wrong tiles, or an error screen",
        &["margin-shift", "picture-size-mismatch", "gid-beyond-tileset"],
    ),
    failure(
        3,
        "a layer of another size or in another form than plain numbers",
        "no room, or a layer that is not seen and acts everywhere",
        &[
            "chunks-in-finite-map",
            "infinite-map",
            "layer-data-length",
            "layer-data-text",
            "layer-encoded",
            "layer-size-mismatch",
        ],
    ),
    failure(
        4,
        "a website on the map without address, with a taken name or a wrong type",
        "no room",
        &["website-object", "fatal-property-type"],
    ),
    failure(5, "an exit or a script that is no text", "no room", &["fatal-property-type"]),
    failure(
        6,
        "a variable whose tags or storage are of a wrong type",
        "an error screen, or no variable of the room works",
        &["fatal-property-type", "property-wrong-type"],
    ),
    failure(
        7,
        "a script that is missing, not built, or a page without the scripting interface",
        "a room without its script, up to 14 seconds late",
        &["local-file-missing", "script-empty-line", "script-is-typescript", "script-page-without-api"],
    ),
    failure(
        8,
        "an editor's file with an unknown property, a taken id or a map that is not there",
        "an error screen, or an area that does nothing",
        &["area-id-twice", "wam-map-missing", "wam-refused"],
    ),
    failure(
        9,
        "a collection of furniture without a whole address",
        "no furniture at all",
        &["entity-collection-relative", "entity-collection-unreadable", "entity-prefab-unknown"],
    ),
    failure(10, "an entry on an exit", "being sent from room to room for ever", &["start-on-exit"]),
    failure(
        11,
        "a map of an old or odd format version",
        "walking through every wall",
        &["map-version-too-old"],
    ),
    failure(
        12,
        "no entry, or one that the engine does not take",
        "arriving in the middle of the map, in a wall as well",
        &["start-missing", "property-wrong-type"],
    ),
    failure(
        13,
        "an entry in a wall, between walls or outside of the map",
        "being stuck on arrival",
        &["start-enclosed", "start-on-wall", "start-outside"],
    ),
    failure(
        14,
        "a zone, an exit or a map that no way leads to",
        "nothing ever happens there",
        &["exit-unreachable", "map-unreachable", "unreachable-zone"],
    ),
    failure(
        15,
        "walls on a hidden layer",
        "getting stuck at walls that nobody sees",
        &["hidden-colliding-layer"],
    ),
    failure(
        16,
        "walls by text, by number, on a layer, or by shapes alone",
        "walking through walls",
        &["property-wrong-holder", "property-wrong-type", "shape-without-wall"],
    ),
    failure(17, "tiles of walls in layers above the avatars", "invisible walls", &["invisible-wall"]),
    failure(
        18,
        "an entry whose name no link can carry",
        "arriving at the default entry",
        &["entry-name-unreachable", "exit-entry-missing"],
    ),
    failure(
        19,
        "an exit to an entry that is not there",
        "arriving at the default entry",
        &["exit-entry-missing"],
    ),
    failure(
        20,
        "an exit to an address that is no room, or to a file that is not there",
        "\"access denied\", or an error screen",
        &["exit-letter-case", "exit-never-works", "exit-target-missing", "exit-without-room"],
    ),
    failure(21, "entries made of tiles in the layer start", "arriving at the default entry", &["tile-entry"]),
    failure(
        22,
        "a tile with a zone, placed flipped or turned",
        "a zone that is dead in that cell",
        &["flipped-zone-tile"],
    ),
    failure(23, "a website, focus or megaphone on a tile", "nothing", &["property-wrong-holder"]),
    failure(
        24,
        "a zone on an object without the class area, without extent, or on an object layer",
        "nothing, or a zone elsewhere",
        &["area-shape", "area-turned", "class-empty", "property-wrong-holder", "template-instance"],
    ),
    failure(25, "a misspelt trigger of a website", "a website that never opens", &["trigger-value"]),
    failure(26, "true or false written as text", "the opposite of what was meant", &["property-wrong-type"]),
    failure(
        27,
        "jitsiNoPrefix switched off instead of deleted",
        "strangers in the meeting",
        &["jitsi-no-prefix-false"],
    ),
    failure(
        28,
        "meetings whose names differ in accents, case or other alphabets only",
        "two stands in one call",
        &["empty-value", "meeting-across-maps", "meeting-name-collision"],
    ),
    failure(
        29,
        "one BigBlueButton meeting in several maps",
        "two stands in one call",
        &["meeting-across-maps"],
    ),
    failure(
        30,
        "options of a meeting that are no JSON or of a wrong type",
        "a meeting without its options, or none",
        &["jitsi-config", "jitsi-config-unreadable", "url-unreadable"],
    ),
    failure(
        31,
        "zones of one kind that overlap",
        "meetings that change while walking, triggers of other zones",
        &["borrowed-trigger", "overlapping-zones"],
    ),
    failure(
        32,
        "an address that is none, or not a whole one for a new tab",
        "a wrong page, and neighbouring zones that stop",
        &["open-tab-relative", "url-unreadable"],
    ),
    failure(
        33,
        "a new tab that should wait for a click on an icon",
        "a tab at once, which browsers block",
        &["trigger-at-once"],
    ),
    failure(
        34,
        "a site that refuses frames, one without https, or one that visitors do not reach",
        "a blank panel",
        &[
            "http-url",
            "iframe-hostile-site",
            "local-address",
            "scheme-not-opened",
            "site-insecure",
            "site-refuses-frame",
            "site-unreachable",
        ],
    ),
    failure(
        35,
        "a sound that is missing, cannot be played, or has an odd volume",
        "silence",
        &[
            "content-type-wrong",
            "cors-missing",
            "local-file-letter-case",
            "local-file-missing",
            "number-out-of-range",
            "property-wrong-type",
            "sound-unplayable",
        ],
    ),
    failure(36, "silence over a part of a meeting", "thinking that talking is broken", &["silent-meeting"]),
    failure(
        37,
        "a focus on a layer, without extent, or larger than a screen",
        "a camera in the corner of the map, or everything tiny",
        &["area-shape", "focus-too-large", "property-wrong-holder"],
    ),
    failure(
        38,
        "areas that share a name",
        "links, doors and scripts that find the first only",
        &["duplicate-area-name"],
    ),
    failure(
        39,
        "a zone without a tile, or without a value",
        "nothing",
        &["empty-value", "zone-without-cells"],
    ),
    failure(
        40,
        "a name that differs by a letter or by case",
        "nothing",
        &["floor-layer-missing", "property-typo"],
    ),
    failure(41, "tilesets that share a name", "wrong pictures", &["duplicate-tileset-name"]),
    failure(42, "layers that share a path", "a layer that is not there", &["duplicate-layer-path"]),
    failure(
        43,
        "offsets, tints, hidden groups, image layers, tile objects, a background colour",
        "another room than Tiled shows",
        &["ignored-by-engine"],
    ),
    failure(
        44,
        "notes as hidden texts, and fonts that others lack",
        "texts that nobody meant to show, or in another font",
        &["hidden-text-shows", "text-font", "text-style"],
    ),
    failure(
        45,
        "pictures too large for some devices, and tiles of another size",
        "black tiles, lost avatars",
        &["odd-tile-size", "picture-too-large"],
    ),
    failure(46, "visible helper layers above the floor", "coloured squares", &["helper-layer-shows"]),
    failure(
        47,
        "floorLayer in the wrong place",
        "avatars under the floor, or on the roof",
        &["avatars-hidden", "floor-layer-missing", "floor-layer-twice"],
    ),
    failure(
        48,
        "files and folders that begin with a dot, extensions in upper case",
        "missing files, and no room",
        &["hidden-file", "map-extension-case"],
    ),
    failure(
        49,
        "an editor's file of the map's name in another folder",
        "an error instead of the room",
        &["wam-elsewhere"],
    ),
    failure(50, "a file whose name ends in a date", "last year's programme", &["dated-file-name"]),
    failure(51, "an upload without a directory", "every other room of the server gone", &["upload-to-root"]),
    failure(
        52,
        "the map's name or picture of type file",
        "a list of rooms without name and picture",
        &["file-as-text"],
    ),
    failure(
        53,
        "doors and bells with unknown variables, layers or objects",
        "doors that stay as they are, or open walls",
        &[
            "bell-unheard",
            "configuration-missing",
            "door-layer-missing",
            "door-without-wall",
            "keypad-on-area",
            "library-without-script",
            "variable-missing",
            "variable-name",
        ],
    ),
    failure(54, "an upload that fails and says that all is well", "the old map", &["upload-unchecked"]),
];

/// The silent failures that a rule finds.
pub fn failures_of(rule: &Rule) -> impl Iterator<Item = &'static Failure> {
    let name = rule.name;
    FAILURES.iter().filter(move |failure| failure.rules.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::registry;

    #[test]
    fn each_failure_is_found_by_rules_that_exist() {
        assert_eq!(FAILURES.len(), 54);
        for (index, failure) in FAILURES.iter().enumerate() {
            assert_eq!(usize::from(failure.number), index + 1);
            assert!(!failure.rules.is_empty(), "nothing finds number {}", failure.number);
            assert!(failure.mistake.len() > 10 && failure.visitor.len() > 5, "{}", failure.number);
            for name in failure.rules {
                assert!(
                    registry::rule(name).is_some(),
                    "number {} names {name}, which is no rule",
                    failure.number
                );
            }
        }
    }

    #[test]
    fn rules_know_what_they_find() {
        let numbers = |name: &str| {
            failures_of(registry::rule(name).unwrap()).map(|failure| failure.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers("floor-layer-missing"), [40, 47]);
        assert_eq!(numbers("tmx-map"), [0_u8; 0]);
    }
}
