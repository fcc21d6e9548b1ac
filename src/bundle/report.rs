//! What a run says of the bundle that it made, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Bundle, BundledMap};

/// What `venue bundle --format json` prints: what is in the bundle, and how much smaller its maps became.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleReport<'a> {
    /// Version of this form.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The folder that it was written into, with `/`.
    out: String,
    /// Number of files.
    files: usize,
    /// Size of all files, in bytes.
    bytes: u64,
    /// The maps, by name.
    maps: &'a [BundledMap],
}

impl<'a> BundleReport<'a> {
    /// Says what is in a bundle that was written into `out`.
    pub fn new(bundle: &'a Bundle, out: String) -> Self {
        Self { version: 1, out, files: bundle.files.len(), bytes: bundle.bytes(), maps: &bundle.maps }
    }
}
