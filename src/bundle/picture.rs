//! Pictures of a bundle: their names and their bytes.

use sha2::{Digest as _, Sha256};

use super::{BundleError, reference::extension};
use crate::{picture, source::file_stem};

/// Folder of pictures that maps refer to.
pub(super) const FOLDER: &str = "assets";
/// Folder of the pictures of maps.
pub(super) const PREVIEWS: &str = "previews";

/// SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Path of a picture in the bundle: its name and a hash of its content, in the form that map-storage
/// lets browsers keep for a year (workadventure-maps, section 7.3). Tileset paths are not decoded by
/// the engine, so the name is plain ASCII (section 2.3).
pub(super) fn path(folder: &str, name: &str, bytes: &[u8]) -> String {
    let stem: String = file_stem(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    // A name that contains `.svg` anywhere is loaded as SVG, hence no dots but the last.
    let stem = stem.trim_matches('-');
    let stem = if stem.is_empty() { "picture" } else { stem };
    format!("{folder}/{stem}-{}.{}", &sha256(bytes)[..8], extension(name))
}

/// Whether map-storage takes a name for one with a hash: eight hexadecimal digits between `-` or `.`
/// and an extension that it knows (workadventure-maps, section 7.3).
pub(crate) fn looks_cached_for_ever(name: &str) -> bool {
    const KINDS: [&str; 9] = ["png", "css", "js", "jpg", "jpeg", "ico", "svg", "html", "htm"];
    let Some((stem, kind)) = name.rsplit_once('.') else { return false };
    let Some(at) = stem.len().checked_sub(9) else { return false };
    let end = &stem.as_bytes()[at..];
    KINDS.contains(&kind) && matches!(end[0], b'-' | b'.') && end[1..].iter().all(u8::is_ascii_hexdigit)
}

/// A picture as PNG.
pub(super) fn encode(
    name: &str,
    pixels: image::RgbaImage,
    effort: picture::Effort,
) -> Result<Vec<u8>, BundleError> {
    let failed =
        |error: picture::PngError| BundleError::Encode { file: name.to_owned(), reason: error.to_string() };
    picture::encode_small(pixels, effort).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_a_hash_and_nothing_that_urls_stumble_over() {
        let path = path(FOLDER, "maps/Tür & Tor #1.svg.PNG", b"x");
        assert_eq!(path, "assets/t-r---tor--1-svg-2d711642.png");
        assert!(looks_cached_for_ever(&path));
    }

    #[test]
    fn dates_look_like_hashes() {
        assert!(looks_cached_for_ever("files/flyer-20261231.png"));
        assert!(!looks_cached_for_ever("files/flyer-2026.png"));
        assert!(!looks_cached_for_ever("files/flyer-20261231.pdf"));
        assert!(!looks_cached_for_ever("é.png"));
    }
}
