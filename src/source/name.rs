//! Names of files: normalised paths relative to the project's root, with `/`.

/// Folder of a file: `maps` for `maps/a.tmj`, empty for `a.tmj`.
pub fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What of a name stands behind its folder.
pub fn file_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, file)| file)
}

/// Last part of a name without its extension: `a` for `maps/a.tmj`.
pub fn file_stem(name: &str) -> &str {
    let file = name.rsplit_once('/').map_or(name, |(_, file)| file);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// The name with another extension, given without its dot.
pub fn with_extension(name: &str, extension: &str) -> String {
    let folder = name.len() - file_name(name).len();
    [&name[..folder], file_stem(name), ".", extension].concat()
}

/// Whether a file is called like Tiled's XML files.
pub(crate) fn is_called_xml(name: &str) -> bool {
    let extension = file_name(name).rsplit_once('.').map_or("", |(_, extension)| extension);
    ["tmx", "tsx", "tx", "xml"].iter().any(|xml| extension.eq_ignore_ascii_case(xml))
}

/// Name of what a file in the folder `folder` calls `reference`. Backslashes count as separators,
/// `.` and `..` are worked off, an absolute path stays absolute. Nothing is percent-decoded: Tiled
/// does not do it either.
pub fn resolve(folder: &str, reference: &str) -> String {
    let reference = reference.replace('\\', "/");
    let absolute = reference.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let before = if absolute { "" } else { folder };
    for part in before.split('/').chain(reference.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute || (!parts.is_empty() && before.starts_with('/')) { format!("/{joined}") } else { joined }
}

/// How a file in `folder` refers to the file called `name`: the inverse of [`resolve`].
pub fn relative(folder: &str, name: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// Whether a reference is a URL with a scheme (`https:`, `data:`, `mailto:` …) or one of `//host`.
/// A single letter before the colon is a Windows drive, not a scheme.
pub fn is_url(reference: &str) -> bool {
    if reference.starts_with("//") {
        return true;
    }
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_like_paths() {
        assert_eq!(resolve("maps", "a.png"), "maps/a.png");
        assert_eq!(resolve("maps/x", "../../assets/./a.png"), "assets/a.png");
        assert_eq!(resolve("", "../a.png"), "../a.png");
        assert_eq!(resolve("..", "../a.png"), "../../a.png");
        assert_eq!(resolve("maps", "tiles\\a.png"), "maps/tiles/a.png");
        assert_eq!(resolve("maps", "/etc/a.png"), "/etc/a.png");
    }

    #[test]
    fn relative_is_the_inverse_of_resolve() {
        for (folder, name) in [("maps", "assets/a.png"), ("", "a"), ("a/b", "a/c/d"), ("a", "a/b")] {
            assert_eq!(resolve(folder, &relative(folder, name)), name);
        }
        assert_eq!(relative("maps", "assets/a.png"), "../assets/a.png");
    }

    #[test]
    fn drives_are_no_schemes() {
        assert!(is_url("https://a.example") && is_url("data:x") && is_url("//host/x"));
        assert!(!is_url("C:/x") && !is_url("a.png") && !is_url("a b:c"));
    }
}
