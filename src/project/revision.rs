//! A project as it was at a revision.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{
    GitError,
    git::{Git, line, said},
};
use crate::source::relative;

/// The files of a repository as they were, in a temporary folder that is gone with this value.
#[derive(Debug)]
pub struct Revision {
    folder: TempDir,
    /// Path of the project within the repository.
    prefix: String,
    submodules: Vec<String>,
}

impl Revision {
    /// The files of the repository around the project at `root` as they were when the project and `revision`
    /// parted. What is checked out, and the repository, stay as they are. Submodules are not part of it.
    ///
    /// # Errors
    /// Where there is no git, no repository, no such revision, or no common past; where the files cannot be
    /// written.
    pub fn before(root: &Path, revision: &str) -> Result<Self, GitError> {
        let git = Git { root };
        let prefix = git.prefix()?;
        let base = git.parted_from(revision)?;
        let top = git.run(&["rev-parse", "--show-toplevel"])?;
        let top = line(&top).ok_or_else(|| GitError::NoRepository(said(&top)))?;
        let folder = tempfile::Builder::new().prefix("venue-diff-").tempdir().map_err(GitError::NoFolder)?;
        let index = folder.path().join("index");
        let git = Git { root: Path::new(&top) };
        let into = format!("--prefix={}/files/", folder.path().display());
        for args in [&["read-tree", base.as_str()][..], &["checkout-index", "--all", "--force", &into]] {
            let done = git.run_with_index(args, Some(&index))?;
            if !done.status.success() {
                return Err(GitError::Failed(said(&done)));
            }
        }
        let listed = git.run(&["ls-tree", "-r", "-z", &base])?;
        let lines = listed.stdout.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let submodules = lines.filter_map(|line| {
            let (kind, path) = line.split_once('\t')?;
            kind.starts_with("160000 ").then(|| relative(&prefix, path))
        });
        let submodules = submodules.collect();
        Ok(Self { folder, prefix, submodules })
    }

    /// Folders of submodules, by name relative to the project: what was in them is not known.
    pub fn submodules(&self) -> &[String] {
        &self.submodules
    }

    /// Where the project's root lies in it; it need not be there.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("files").join(&self.prefix)
    }
}
