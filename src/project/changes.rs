//! What changed since a revision, as git knows it.

use std::{
    collections::BTreeSet,
    io,
    path::Path,
    process::{Command, Output},
};

use crate::source::relative;

/// Files that changed, by name: committed, not yet committed, or new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    files: BTreeSet<String>,
}

/// Why nobody can tell what changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// There is no git, or it cannot be run.
    #[error("cannot run git, which knows what changed")]
    NoGit(#[source] io::Error),
    /// The project is not kept in git.
    #[error("the project is in no git repository: {0}")]
    NoRepository(String),
    /// The revision does not exist here.
    #[error("there is no revision \"{0}\" in the repository; in CI, fetch the whole history")]
    NoRevision(String),
    /// The revision and what is checked out do not share a past.
    #[error("\"{0}\" and what is checked out have no common past; in CI, fetch the whole history")]
    NoCommonPast(String),
    /// Git failed.
    #[error("git failed: {0}")]
    Failed(String),
}

impl Changes {
    /// What changed in the project at `root` since it and `revision` parted: as `git diff REV...`, with
    /// what is not committed and what is new and not ignored.
    ///
    /// # Errors
    /// Where there is no git, no repository, no such revision, or no common past.
    pub fn since(root: &Path, revision: &str) -> Result<Self, ChangesError> {
        let git = Git { root };
        let prefix = git.run(&["rev-parse", "--show-prefix"])?;
        if !prefix.status.success() {
            return Err(ChangesError::NoRepository(said(&prefix)));
        }
        let prefix = String::from_utf8_lossy(&prefix.stdout).trim_end_matches('\n').to_owned();
        let commit = format!("{revision}^{{commit}}");
        let commit = git.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let Some(commit) = line(&commit) else {
            return Err(ChangesError::NoRevision(revision.to_owned()));
        };
        let base = git.run(&["merge-base", &commit, "HEAD"])?;
        let Some(base) = line(&base) else { return Err(ChangesError::NoCommonPast(revision.to_owned())) };
        let changed =
            ["diff", "--name-only", "-z", "--no-renames", "--no-relative", "--no-ext-diff", &base, "--"];
        // From the root of the repository, so that new files beside the project are seen, too.
        let new = ["ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/"];
        let mut files = BTreeSet::new();
        for listing in [git.run(&changed)?, git.run(&new)?] {
            if !listing.status.success() {
                return Err(ChangesError::Failed(said(&listing)));
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

struct Git<'a> {
    root: &'a Path,
}

impl Git<'_> {
    fn run(&self, args: &[&str]) -> Result<Output, ChangesError> {
        let mut git = Command::new("git");
        // Only to read: nobody else's work in the repository is to wait for a lock.
        git.arg("-C").arg(self.root).args(args).env("GIT_OPTIONAL_LOCKS", "0");
        // In a hook these say where git is at work, relative to another folder.
        for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"] {
            git.env_remove(variable);
        }
        git.output().map_err(ChangesError::NoGit)
    }
}

/// The one line that git answered.
fn line(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().filter(|_| output.status.success())?;
    Some(line.to_owned())
}

/// What git said about its failure, on one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().next().unwrap_or("it gave no reason").trim_start_matches("fatal: ").to_owned()
}
