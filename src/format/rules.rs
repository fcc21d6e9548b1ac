//! What loading itself can find broken.

use crate::finding::{Family, Rule, Severity};

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $rule:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: Rule = $rule;)*
        /// Rules that loading itself can find broken.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    BROKEN_JSON = Rule {
        name: "broken-json",
        summary: "the file is no JSON",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "Neither Tiled nor WorkAdventure can read the file: visitors get an error instead of the room. \
              Mostly a merge left its marks, or an edit by hand lost a comma.",
        example: r#"{ "type": "map", "width": 10, }"#,
        mend: "Mend the text at the place shown, or take the last version that Tiled wrote.",
    };
    BROKEN_XML = Rule {
        name: "broken-xml",
        summary: "the file is no XML",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled refuses the file, so nothing can be exported from it.",
        example: r#"<map width="10"><layer></map>"#,
        mend: "Mend the text at the place shown, or take the last version that Tiled wrote.",
    };
    NOT_A_MAP = Rule {
        name: "not-a-map",
        summary: "the file is not what its place says: a map, a tileset or a template",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "The file can be read, but not as what it is used for, so what depends on it is missing.",
        example: r#"{ "type": "tileset", "name": "used as a map" }"#,
        mend: "Name the right file, or leave this one out of the project's maps in venue.toml.",
    };
    ORIENTATION_UNKNOWN = Rule {
        name: "orientation-unknown",
        summary: "the map has no orientation that Tiled knows",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled refuses the map, and where the key is missing WorkAdventure shows an error screen.",
        example: r#"map: orientation "ortho""#,
        mend: "Write \"orthogonal\", the only orientation that WorkAdventure can show.",
    };
    MAP_SIZE_WRONG = Rule {
        name: "map-size-wrong",
        summary: "the map's width, height or tile size is missing or makes no sense",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "Every cell is looked up by these numbers: without them nothing stands where it should.",
        example: "map: width 0",
        mend: "Set width and height to the size of the layers, in tiles, and the tile size in pixels.",
    };
    DUPLICATE_KEY = Rule {
        name: "duplicate-key",
        summary: "a key is given twice in one object",
        severity: Severity::Warning,
        family: Family::Format,
        since: "0.1.0",
        why: "The last one counts and the first is lost without a word, mostly after a merge.",
        example: r#"{ "type": "map", "width": 10, "width": 12 }"#,
        mend: "Keep the one that is meant.",
    };
    CONTROL_CHARACTER = Rule {
        name: "control-character",
        summary: "a text holds a raw control character",
        severity: Severity::Warning,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled reads and writes it, but browsers refuse the whole map: the room does not open. It \
              mostly comes with a text that was copied from elsewhere.",
        example: r#"{ "type": "map", "name": "hall␊" }  # ␊ is a line feed as it is"#,
        mend: "Delete the character in Tiled, or write it as \\u00xx.",
    };
    LAYER_DATA_UNREADABLE = Rule {
        name: "layer-data-unreadable",
        summary: "the tiles of a layer cannot be decoded",
        severity: Severity::Error,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled refuses the map, and a browser shows the layer empty or fails.",
        example: r#"layer "desk": encoding "base64", data "AAA""#,
        mend: "Take the last version that Tiled could open; set the map's tile layer format to CSV.",
    };
    LAYER_DATA_LENGTH = Rule {
        name: "layer-data-length",
        summary: "a layer has fewer tiles than its size says",
        severity: Severity::Error,
        family: Family::Layers,
        since: "0.1.0",
        why: "WorkAdventure fails while it builds the collisions: visitors see a black screen.",
        example: r#"layer "desk": data [1, 1, 1]  # on a map of 8 by 6 tiles"#,
        mend: "Resize the layer in Tiled, or take the last version that Tiled could open.",
    };
    LAYER_DATA_SURPLUS = Rule {
        name: "layer-data-surplus",
        summary: "a layer has more tiles than its size says",
        severity: Severity::Warning,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled refuses the map, so nobody can go on with it. Browsers pass over what is behind the last row.",
        example: r#"layer "desk": width 2, height 2, data [1, 1, 1, 1, 1]"#,
        mend: "Delete the numbers behind the last row, or take the last version that Tiled could open.",
    };
    TILE_NUMBER_WRONG = Rule {
        name: "tile-number-wrong",
        summary: "a tile of a layer is no whole number from 0 up",
        severity: Severity::Warning,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled rounds or reinterprets it and browsers read something else, so the tile is another one \
              than was drawn.",
        example: r#"layer "desk": data [1, 2.5, -3]"#,
        mend: "Paint the cell anew in Tiled.",
    };
    LAYER_TYPE_UNKNOWN = Rule {
        name: "layer-type-unknown",
        summary: "a layer is of a kind that does not exist",
        severity: Severity::Error,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled refuses the whole map without a message.",
        example: r#"layer "desk": type "tileslayer""#,
        mend: "Use tilelayer, objectgroup, imagelayer or group.",
    };
    LAYER_VISIBILITY_MISSING = Rule {
        name: "layer-visibility-missing",
        summary: "a layer does not say how visible it is",
        severity: Severity::Warning,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled loads a JSON layer without `visible` or `opacity` as invisible, and Phaser computes \
              with a number that is none.",
        example: r#"layer "desk": no visible"#,
        mend: "Write \"visible\": true and \"opacity\": 1.",
    };
    TILESET_FILE_MISSING = Rule {
        name: "tileset-file-missing",
        summary: "the file of an external tileset cannot be read",
        severity: Severity::Error,
        family: Family::Tilesets,
        since: "0.1.0",
        why: "Tiled shows red crosses and forgets the tiles on saving; bundles have no picture for them.",
        example: r#"tileset: source "walls.tsx""#,
        mend: "Add the file to the project, or mend the path.",
    };
    TEMPLATE_MISSING = Rule {
        name: "template-missing",
        summary: "the template of an object cannot be read",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "The object has no size, class or properties then: the zone is not there.",
        example: r#"object: template "door.tj""#,
        mend: "Add the file to the project, mend the path, or detach the object from its template in Tiled.",
    };
    SHAPE_TEMPLATE_MISSING = Rule {
        name: "shape-template-missing",
        summary: "the template of a tile's collision shape cannot be read",
        severity: Severity::Info,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled shows the tile without the shape. Visitors notice nothing: WorkAdventure takes walls from \
              the property `collides` alone.",
        example: r#"
tile 3: objectgroup { "type": "objectgroup", "name": "", "visible": true, "opacity": 1, "x": 0, "y": 0,
    "objects": [{ "id": 1, "template": "corner.tj", "x": 0, "y": 0 }] }
"#,
        mend: "Add the file to the project, mend the path, or delete the shape in Tiled's collision editor.",
    };
    STALE_NEXT_ID = Rule {
        name: "stale-next-id",
        summary: "the map's counter of ids is behind its ids",
        severity: Severity::Info,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled gives the next new layer or object an id that is taken, and references then point at \
              the wrong one.",
        example: r#"
map: nextobjectid 1
object "lamp": id 9
"#,
        mend: "Set the counter above the highest id.",
    };
    DUPLICATE_ID = Rule {
        name: "duplicate-id",
        summary: "two layers or two objects have one id",
        severity: Severity::Info,
        family: Family::Format,
        since: "0.1.0",
        why: "References by id, in Tiled and in scripts, find only one of them.",
        example: r#"
object "lamp": id 3
object "desk": id 3
"#,
        mend: "Duplicate one of the two in Tiled and delete the original: the copy gets a new id.",
    };
    PROPERTY_TYPE_UNKNOWN = Rule {
        name: "property-type-unknown",
        summary: "a property has a type that Tiled's format does not have, or none",
        severity: Severity::Warning,
        family: Family::Properties,
        since: "0.1.0",
        why: "WorkAdventure's upload refuses the whole map over it.",
        example: "tile 3: collides = true (boolean)",
        mend: "Use string, int, float, bool, color, file, object or class.",
    };
    PROPERTY_VALUE_TYPE = Rule {
        name: "property-value-type",
        summary: "a property's value is not of the type that it states",
        severity: Severity::Warning,
        family: Family::Properties,
        since: "0.1.0",
        why: "Tiled silently makes it 0, false or empty, and WorkAdventure's upload refuses the whole map.",
        example: r#"tile 3: collides = "true" (bool)"#,
        mend: "Write a value of that type, or state the type that the value has.",
    };
    LAYER_DATA_ODD = Rule {
        name: "layer-data-odd",
        summary: "the tiles of a layer are written in a way that only Tiled understands",
        severity: Severity::Warning,
        family: Family::Layers,
        since: "0.1.0",
        why: "Tiled passes over characters that do not belong there and finds out by itself how the data is \
              compressed. Other programs take the file at its word and fail.",
        example: r#"
layer "desk": encoding "base64", compression "gzip",
  data "eNpjYKAfYKSBmQABFAAC"  # which is zlib
"#,
        mend: "Save the map in Tiled, which writes the data anew.",
    };
    LAYER_TOO_LARGE = Rule {
        name: "layer-too-large",
        summary: "a layer claims more tiles than it lists or could hold",
        severity: Severity::Error,
        family: Family::Layers,
        since: "0.1.0",
        why: "Whoever opens the map would run out of memory. No map is that large, but a size with a digit too \
              many is.",
        example: r#"<layer id="9" name="desk" width="100000" height="100000"/>"#,
        mend: "Give the layer the size of the map.",
    };
    COMMENT_IN_LAYER_DATA = Rule {
        name: "comment-in-layer-data",
        summary: "a comment stands among the tiles of a layer",
        severity: Severity::Error,
        family: Family::Layers,
        since: "0.1.0",
        why: "XML allows it, but Tiled refuses the map, so nothing can be exported from it.",
        example: r#"<data encoding="csv">1,1,<!-- the door -->1,1</data>"#,
        mend: "Delete the comment.",
    };
    FIELD_UNREADABLE = Rule {
        name: "field-unreadable",
        summary: "a number, a switch or a colour is written so that Tiled does not read it",
        severity: Severity::Warning,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled takes the default instead without a word: in XML a switch is 1 or 0, not true or false, \
              and whole numbers have no decimals; in JSON numbers and switches stand without quotes; a colour \
              is a # with its hexadecimal digits.",
        example: r#"layer "floor": opacity "0.5""#,
        mend: "Write it as Tiled does.",
    };
    TILESET_KEYS_IGNORED = Rule {
        name: "tileset-keys-ignored",
        summary: "a tileset names a file of its own and describes itself all the same",
        severity: Severity::Info,
        family: Family::Tilesets,
        since: "0.1.0",
        why: "Only the file counts: what stands beside its name is read by nobody, and a change there changes \
              nothing. WorkAdventure's validator refuses such a map.",
        example: r#"
tileset: source "walls.tsx", image "walls.png"
file "walls.tsx":
  <tileset name="walls" tilewidth="32" tileheight="32" tilecount="4" columns="4">
    <image source="tiles.png" width="128" height="32"/>
  </tileset>
"#,
        mend: "Delete all but `firstgid` and `source`, or `source` if the rest is meant.",
    };
    FIELD_WORD_UNKNOWN = Rule {
        name: "field-word-unknown",
        summary: "a setting has a value that does not exist",
        severity: Severity::Warning,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled takes the default instead without a word.",
        example: r#"map: renderorder "down-right""#,
        mend: "Write one of the values that Tiled knows, in lower case.",
    };
    POINTS_UNREADABLE = Rule {
        name: "points-unreadable",
        summary: "a corner of a polygon or line is no pair of numbers",
        severity: Severity::Error,
        family: Family::Format,
        since: "0.1.0",
        why: "Tiled refuses the map over it in XML, and puts the corner at 0 in JSON.",
        example: r#"<object id="7" x="96" y="96"><polygon points="0,0 32,0 32;32"/></object>"#,
        mend: "Write each corner as x,y, in pixels; blanks stand between the corners only.",
    };
    SHAPES_MIXED = Rule {
        name: "shapes-mixed",
        summary: "an object has several shapes",
        severity: Severity::Warning,
        family: Family::Format,
        since: "0.1.0",
        why: "Only one of them counts, and programs do not agree on which.",
        example: r#"object "lamp": ellipse true, point true"#,
        mend: "Keep the shape that is meant.",
    };
    TEMPLATE_TILESET_MISSING = Rule {
        name: "template-tileset-missing",
        summary: "the map lacks the tileset of a template's tile",
        severity: Severity::Info,
        family: Family::Format,
        since: "0.1.0",
        why: "The object's tile has no number in this map. Tiled shows it all the same, and `venue convert` and \
              `venue bundle` add the tileset, unless it is a collection of pictures; other programs show no \
              picture.",
        example: r#"
object: template "plant.tj"
file "plant.tj":
  {
    "type": "template",
    "tileset": { "firstgid": 1, "source": "walls.tsx" },
    "object": { "name": "plant", "gid": 1, "width": 32, "height": 32 }
  }
file "walls.tsx":
  <tileset name="walls" tilewidth="32" tileheight="32" tilecount="4" columns="4">
    <image source="tiles.png" width="128" height="32"/>
  </tileset>
"#,
        mend: "Add the tileset to the map in Tiled, or detach the object from its template there.",
    };
    PICTURE_DATA_UNREADABLE = Rule {
        name: "picture-data-unreadable",
        summary: "a picture that a file holds in itself cannot be read",
        severity: Severity::Error,
        family: Family::Tilesets,
        since: "0.1.0",
        why: "Nothing is drawn where the picture belongs.",
        example: r#"<image format="png"><data encoding="base64">A</data></image>  # cut off"#,
        mend: "Put the picture in a file of its own and refer to it.",
    };
}
