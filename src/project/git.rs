//! Git, asked about the repository that a project is kept in.

use std::{
    io,
    path::Path,
    process::{Command, Output},
};

/// Why git does not tell what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git, or it cannot be run.
    #[error("cannot run git, which knows what was before")]
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
    /// The files of another revision found no place.
    #[error("cannot make a temporary folder")]
    NoFolder(#[source] io::Error),
    /// Git failed.
    #[error("git failed: {0}")]
    Failed(String),
}

/// The repository around a folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Git<'a> {
    pub(super) root: &'a Path,
}

impl Git<'_> {
    /// Runs git in the folder.
    pub(super) fn run(&self, args: &[&str]) -> Result<Output, GitError> {
        self.run_with_index(args, None)
    }

    /// Runs git in the folder with an index of its own instead of the repository's.
    pub(super) fn run_with_index(&self, args: &[&str], index: Option<&Path>) -> Result<Output, GitError> {
        let mut git = Command::new("git");
        // Only to read: nobody else's work in the repository is to wait for a lock.
        git.arg("-C").arg(self.root).args(args).env("GIT_OPTIONAL_LOCKS", "0");
        // In a hook these say where git is at work, relative to another folder.
        for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"] {
            git.env_remove(variable);
        }
        if let Some(index) = index {
            git.env("GIT_INDEX_FILE", index);
        }
        git.output().map_err(GitError::NoGit)
    }

    /// Path of the folder within the repository, with `/` at its end; empty for the repository's root.
    pub(super) fn prefix(&self) -> Result<String, GitError> {
        let prefix = self.run(&["rev-parse", "--show-prefix"])?;
        if !prefix.status.success() {
            return Err(GitError::NoRepository(said(&prefix)));
        }
        Ok(String::from_utf8_lossy(&prefix.stdout).trim_end_matches('\n').to_owned())
    }

    /// The commit at which a revision and what is checked out parted.
    pub(super) fn parted_from(&self, revision: &str) -> Result<String, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let commit = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let commit = line(&commit).ok_or_else(|| GitError::NoRevision(revision.to_owned()))?;
        let base = self.run(&["merge-base", &commit, "HEAD"])?;
        line(&base).ok_or_else(|| GitError::NoCommonPast(revision.to_owned()))
    }
}

/// The one line that git answered.
pub(super) fn line(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().filter(|_| output.status.success())?;
    Some(line.to_owned())
}

/// What git said about its failure, on one line.
pub(super) fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().next().unwrap_or("it gave no reason").trim_start_matches("fatal: ").to_owned()
}
