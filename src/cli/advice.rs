//! What to do next when a run failed.

use std::{fs, io::ErrorKind, path::Path};

use crate::{
    bundle::BundleError,
    project::{GitError, ProjectError, nearest},
    stand::StandError,
};

/// A line of advice for those errors that leave people without an idea.
pub(super) fn advice(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<ProjectError>() {
            return of_project(error);
        }
        match cause.downcast_ref::<StandError>() {
            Some(StandError::Unreadable { file, source }) if source.kind() == ErrorKind::NotFound => {
                return missing(Path::new(file));
            }
            Some(StandError::Project(error)) => return of_project(error),
            Some(StandError::Mistakes(_)) => {
                let text =
                    "`venue stands --help` shows a whole spec, `venue schema sponsors` describes every key";
                return Some(text.to_owned());
            }
            _ => {}
        }
        if let Some(BundleError::Nothing) = cause.downcast_ref() {
            return Some(NO_MAPS.to_owned());
        }
        if let Some(GitError::NoRepository(_)) = cause.downcast_ref() {
            return Some("begin one with `git init`, and commit the maps as they were".to_owned());
        }
        None
    })
}

/// What to do where there are no maps.
pub(super) const NO_MAPS: &str = "name maps or a folder of them, here or as `maps` under [project] in venue.toml; `venue new DIR` begins a project";

fn of_project(error: &ProjectError) -> Option<String> {
    match error {
        ProjectError::Unreadable { path, source } if source.kind() == ErrorKind::NotFound => missing(path),
        _ => None,
    }
}

/// What else could have been meant by a file that is not there.
fn missing(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else {
        return Some(format!("there is no folder {}", folder.display()));
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let near = nearest(&path.file_name()?.to_string_lossy(), &names)?;
    Some(format!("did you mean {}?", path.with_file_name(near).display()))
}
