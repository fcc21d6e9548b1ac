//! What a finding is known by from run to run.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{finding::Finding, format::name_of_element, source::Sources};

/// What a finding is known by: the rule, the file, and names on the map. No line number, no count and no
/// message is part of it, so that it stays the same while other things of the map change. Findings that
/// share one are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// File, relative to the project's root.
    pub file: String,
    /// Name of the rule.
    pub rule: String,
    /// Path of the layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// Name of the object, or `#` and the id of one that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Name of the tileset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tileset: Option<String>,
    /// Id of the tile within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tile: Option<u32>,
    /// Name of the element that is pointed at: the property, layer, object or tileset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its key or attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Fingerprint {
    pub(super) fn of(finding: &Finding, sources: &Sources) -> Self {
        let place = &finding.place;
        let object = place.object.as_ref().map(|name| match place.object_id {
            Some(id) if name.is_empty() => format!("#{id}"),
            _ => name.clone(),
        });
        Self {
            file: finding.spot.file.clone(),
            rule: finding.rule.name.to_owned(),
            layer: place.layer.clone(),
            object,
            tileset: place.tileset.clone(),
            tile: place.tile,
            name: name_of_element(sources, &finding.spot),
            key: finding.spot.key.as_ref().map(ToString::to_string),
        }
    }

    /// A short text that differs where fingerprints differ: 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        // Texts and numbers only: there is nothing that JSON could not hold.
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut digits = String::new();
        for byte in Sha256::digest(text).iter().take(16) {
            let _infallible = write!(digits, "{byte:02x}");
        }
        digits
    }
}
