//! What changed since a revision, as git knows it.

use std::{collections::BTreeSet, path::Path};

use super::git::{Git, GitError, said};
use crate::source::relative;

/// Files that changed, by name: committed, not yet committed, or new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    files: BTreeSet<String>,
}

impl Changes {
    /// What changed in the project at `root` since it and `revision` parted: as `git diff REV...`, with
    /// what is not committed and what is new and not ignored.
    ///
    /// # Errors
    /// Where there is no git, no repository, no such revision, or no common past.
    pub fn since(root: &Path, revision: &str) -> Result<Self, GitError> {
        let git = Git { root };
        let prefix = git.prefix()?;
        let base = git.parted_from(revision)?;
        let changed =
            ["diff", "--name-only", "-z", "--no-renames", "--no-relative", "--no-ext-diff", &base, "--"];
        // From the root of the repository, so that new files beside the project are seen, too.
        let new = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/"];
        let mut files = BTreeSet::new();
        for listing in [git.run(&changed)?, git.run(&new)?] {
            if !listing.status.success() {
                return Err(GitError::Failed(said(&listing)));
            }
            let paths = listing.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
            files.extend(paths.map(|path| relative(&prefix, &String::from_utf8_lossy(path))));
        }
        Ok(Self { files })
    }

    /// Whether the file of this name changed, or lies in a submodule that did.
    pub fn has(&self, name: &str) -> bool {
        let ends = name.match_indices('/').map(|(end, _)| end);
        self.files.contains(name) || ends.into_iter().any(|end| self.files.contains(&name[..end]))
    }
}

impl FromIterator<String> for Changes {
    fn from_iter<T: IntoIterator<Item = String>>(names: T) -> Self {
        Self { files: names.into_iter().collect() }
    }
}
