//! Findings: what is wrong with a user's map, as data.
//!
//! Whoever judges (the loader, a rule, the placement of stands) makes [`Finding`]s; they name a
//! [`Rule`], say what a visitor will notice, and point at a [`Spot`] of the text and a [`Place`] on
//! the map. [`crate::report`] settles severities, looks up lines and columns, sorts, and turns the
//! whole into text. Nothing here prints.

mod rule;

use std::borrow::Cow;

pub use rule::{Family, Rule};

use crate::{
    model::{TilePos, TileRect},
    source::{SourceFile, Span},
};

/// How bad a finding is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice.
    Info,
    /// Visitors notice.
    Warning,
    /// The room does not open, or the thing can never work.
    Error,
}

impl Severity {
    /// Its name: `info`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong with a map.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: &'static Rule,
    /// What happens to a visitor, in the user's words: lower case, no full stop.
    pub message: String,
    /// Where it stands in the text.
    pub spot: Spot,
    /// Where it lies on the map.
    pub place: Place,
    /// How to mend it, or what was probably meant.
    pub help: Option<String>,
    /// Other places that belong to it, with what they say.
    pub related: Vec<(Spot, String)>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding without help, place or fix.
    pub fn new(rule: &'static Rule, spot: impl Into<Spot>, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            spot: spot.into(),
            place: Place::default(),
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// The same with a place on the map.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with another place that belongs to it.
    #[must_use]
    pub fn related(mut self, spot: impl Into<Spot>, label: impl Into<String>) -> Self {
        self.related.push((spot.into(), label.into()));
        self
    }

    /// The same with what was probably meant by the text at its own spot: advice, and an edit that somebody
    /// should look at.
    #[must_use]
    pub fn meant(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.help(format!("did you mean \"{text}\"?")).fix(false, format!("replace with \"{text}\""), text)
    }

    /// The same with an edit that mends it: the text at its own spot becomes another.
    #[must_use]
    pub fn fix(self, safe: bool, description: impl Into<String>, replacement: impl Into<String>) -> Self {
        let edit = Edit { spot: self.spot.clone(), change: Change::Text(replacement.into()) };
        self.mend(safe, description, vec![edit])
    }

    /// The same with an edit that mends it: the value at its own spot becomes this number, `true` or `false`.
    #[must_use]
    pub fn fix_literal(self, safe: bool, description: impl Into<String>, literal: impl Into<String>) -> Self {
        let edit = Edit { spot: self.spot.clone(), change: Change::Literal(literal.into()) };
        self.mend(safe, description, vec![edit])
    }

    /// The same with an edit that mends it: of the text at its own spot, this part becomes another.
    #[must_use]
    pub fn fix_part(self, safe: bool, old: impl Into<String>, new: impl Into<String>) -> Self {
        let (old, new) = (old.into(), new.into());
        let description = format!("replace with \"{new}\"");
        let edit = Edit { spot: self.spot.clone(), change: Change::Part(old, new) };
        self.mend(safe, description, vec![edit])
    }

    /// The same with edits that together mend it.
    #[must_use]
    pub fn mend(mut self, safe: bool, description: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { safe, description: description.into(), edits });
        self
    }
}

/// A place in the text of a file, as exact as the finder could say cheaply; the rest (which key's
/// value, which number of an array) is looked up when the finding is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// File, by name.
    pub file: String,
    /// Element of the file: an object in JSON, an element in XML. `None` points at the file.
    pub span: Option<Span>,
    /// Key within the element whose value is meant; in XML the attribute, or for `image` the
    /// source of the child element.
    pub key: Option<Cow<'static, str>>,
    /// Number of the item within that value, for tile data.
    pub item: Option<usize>,
}

impl Spot {
    /// An element of a file. `None` (an element that no file has) points at the file as a whole.
    pub fn new(file: impl Into<String>, span: Option<Span>) -> Self {
        Self { file: file.into(), span, key: None, item: None }
    }

    /// A file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self::new(file, None)
    }

    /// Some bytes of a file.
    pub fn bytes(file: &SourceFile, range: std::ops::Range<usize>) -> Self {
        Self::new(file.name(), Some(file.span_of(range)))
    }

    /// The value of a key within the element.
    #[must_use]
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// One item of the key's array.
    #[must_use]
    pub fn item(mut self, index: usize) -> Self {
        self.item = Some(index);
        self
    }
}

/// Where on the map something lies, in the user's names.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Place {
    /// Path of the layer, groups joined by `/`.
    pub layer: Option<String>,
    /// Its id.
    pub layer_id: Option<u32>,
    /// Name of the object.
    pub object: Option<String>,
    /// Its id.
    pub object_id: Option<u32>,
    /// Name of the tileset.
    pub tileset: Option<String>,
    /// Id of the tile within the tileset.
    pub tile: Option<u32>,
    /// Cells, in tiles.
    pub area_tiles: Option<TileRect>,
}

impl Place {
    /// On a layer.
    pub fn layer(path: &str, id: u32) -> Self {
        Self { layer: Some(path.to_owned()), layer_id: Some(id), ..Self::default() }
    }

    /// On a tileset.
    pub fn tileset(name: &str) -> Self {
        Self { tileset: Some(name.to_owned()), ..Self::default() }
    }

    /// On an object of the layer.
    #[must_use]
    pub fn object(mut self, name: &str, id: u32) -> Self {
        self.object = Some(name.to_owned());
        self.object_id = Some(id);
        self
    }

    /// On a tile of the tileset.
    #[must_use]
    pub fn tile(mut self, id: u32) -> Self {
        self.tile = Some(id);
        self
    }

    /// At these cells.
    #[must_use]
    pub fn area(mut self, cells: TileRect) -> Self {
        self.area_tiles = Some(cells);
        self
    }

    /// At one cell.
    #[must_use]
    pub fn cell(self, cell: TilePos) -> Self {
        self.area(TileRect::new(cell.x, cell.y, 1, 1))
    }
}

/// What mends a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Whether the meaning is certain.
    pub safe: bool,
    /// What it does, beginning with a verb.
    pub description: String,
    /// Edits that belong together: all of them are made, or none.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The new text, where the fix is no more than that.
    pub fn replacement(&self) -> Option<&str> {
        match self.edits.as_slice() {
            [Edit { change: Change::Text(text) | Change::Part(_, text) | Change::Literal(text), .. }] => {
                Some(text)
            }
            _ => None,
        }
    }
}

/// One edit of a file, as rules see it; [`crate::format::Editor`] turns it into bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What is changed.
    pub spot: Spot,
    /// How.
    pub change: Change,
}

/// What becomes of the value at a spot. Texts are unescaped: each file is edited in its own way of
/// writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It becomes this text. A key that the element lacks is added.
    Text(String),
    /// It becomes this number, `true` or `false`. A key that the element lacks is added.
    Literal(String),
    /// Every occurrence of the first text in it becomes the second.
    Part(String, String),
    /// The element goes, with what separated it from its neighbours; and the list of properties, if it
    /// was the last of it.
    Remove,
}
