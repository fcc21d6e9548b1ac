//! `manifest.json`: what a bundle holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Bundle, picture};
use crate::source::GENERATOR;
pub(crate) use crate::source::MANIFEST as PATH;

/// The manifest.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    generator: String,
    #[serde(default)]
    name: Option<String>,
    pub(super) files: Vec<Entry>,
}

/// One file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) path: String,
    bytes: u64,
    sha256: String,
    source: Option<String>,
}

/// Adds the manifest of everything that is in the bundle by now; `name` is the event's.
pub(super) fn add(name: Option<&str>, bundle: &mut Bundle) {
    let files = bundle.files.iter().map(|(path, file)| Entry {
        path: path.clone(),
        bytes: file.bytes.len() as u64,
        sha256: picture::sha256(&file.bytes),
        source: file.source.clone(),
    });
    let manifest = Manifest {
        version: 1,
        generator: GENERATOR.to_owned(),
        name: name.map(str::to_owned),
        files: files.collect(),
    };
    // Plain texts and numbers cannot fail to be written.
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    bundle.insert(PATH, text.into_bytes(), None);
}

/// Reads a manifest, if it is one of ours.
pub(super) fn read(bytes: &[u8]) -> Option<Manifest> {
    let manifest: Manifest = serde_json::from_slice(bytes).ok()?;
    (manifest.generator == GENERATOR).then_some(manifest)
}

/// SHA-256 of each file that a manifest lists, by path; `None` where it is none of ours.
pub(crate) fn fingerprints(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    Some(read(bytes)?.files.into_iter().map(|file| (file.path, file.sha256)).collect())
}
