//! Where paths begin in reports that other programs read.

use std::{fmt::Write as _, path::Path};

use crate::source::resolve;

/// Where paths begin: at the root of the repository that holds the project. The services that show
/// reports beside the files of a pull request know files by these paths, and a project is often a folder
/// of its repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Base {
    /// Folder of the project below the repository's root; empty where they are the same.
    folder: String,
}

impl Base {
    /// The repository around a project's root; the root itself where there is none.
    pub fn of(root: &Path) -> Self {
        // In a worktree or a submodule `.git` is a file.
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        let folder = repository.and_then(|repository| root.strip_prefix(repository).ok());
        Self { folder: folder.map_or(String::new(), |folder| folder.to_string_lossy().replace('\\', "/")) }
    }

    /// Path of the file called `name`, with `/`.
    pub fn path(&self, name: &str) -> String {
        resolve(&self.folder, name)
    }

    /// The same as a relative URL.
    pub fn url(&self, name: &str) -> String {
        let mut out = String::new();
        for byte in self.path(name).bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(byte));
                }
                byte => {
                    let _infallible = write!(out, "%{byte:02X}");
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("events/2021");
        std::fs::create_dir_all(&project).unwrap();
        assert_eq!(Base::of(&project).path("maps/a.tmj"), "maps/a.tmj");
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let base = Base::of(&project);
        assert_eq!(base.path("maps/a.tmj"), "events/2021/maps/a.tmj");
        assert_eq!(base.path("../shared/a.tsx"), "events/shared/a.tsx");
        assert_eq!(base.url("maps/grüße 1%.tmj"), "events/2021/maps/gr%C3%BC%C3%9Fe%201%25.tmj");
        assert_eq!(Base::of(folder.path()).path("a.tmj"), "a.tmj");
    }
}
