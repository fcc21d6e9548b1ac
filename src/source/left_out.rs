//! Folders that lie in a project and hold nothing of its own.

use super::{Sources, parent};

/// Folders that hold other people's or generated files.
const SKIPPED_FOLDERS: [&str; 3] = ["node_modules", "target", "dist"];

/// Name of the file in a bundle that says what it holds.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What a manifest of ours says of who made it.
pub(crate) const GENERATOR: &str = "venue";

/// Whether a folder of this name, without those around it, is not searched for the project's files.
pub(crate) fn is_skipped_folder(name: &str) -> bool {
    name.starts_with('.') || SKIPPED_FOLDERS.contains(&name)
}

/// Whether a file lies in a folder that is not searched for the project's files.
pub(crate) fn is_skipped(name: &str) -> bool {
    parent(name).split('/').any(is_skipped_folder)
}

/// Whether a text is the manifest of a bundle.
fn is_manifest(text: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Made {
        generator: String,
        #[serde(rename = "files")]
        _files: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_slice::<Made>(text).is_ok_and(|made| made.generator == GENERATOR)
}

impl Sources {
    /// Whether a folder is a bundle that was made earlier: its files are those of the project once more.
    pub(crate) fn is_bundle(&self, folder: &str) -> bool {
        let manifest = format!("{folder}/{MANIFEST}");
        self.led_outside(&manifest).is_none()
            && self.look_into(&manifest).is_ok_and(|manifest| is_manifest(&manifest))
    }
}
