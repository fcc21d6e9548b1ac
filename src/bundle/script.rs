//! Scripts: TypeScript, compiled by esbuild, and pages that load scripts.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use maud::{DOCTYPE, html};

use super::{BundleError, page::PUBLIC_PLAY_URL};
use crate::{
    source::{Sources, file_name},
    workadventure::percent_encoded,
};

/// Whether a script must be compiled: WorkAdventure never does (workadventure-maps, section 5.2).
pub(super) fn is_typescript(name: &str) -> bool {
    let extension = super::reference::extension(name);
    matches!(extension.as_str(), "ts" | "tsx" | "mts") && !name.ends_with(".d.ts")
}

/// The script with everything that it imports as one JavaScript module.
pub(super) fn compile(sources: &Sources, name: &str) -> Result<Vec<u8>, BundleError> {
    let refuse = |reason: String| BundleError::Script { file: name.to_owned(), reason };
    let Some(esbuild) = find(sources.root()) else {
        return Err(refuse(
            "a TypeScript script needs esbuild, which is neither in node_modules nor on the PATH: get it with `npm install --save-dev esbuild`".to_owned(),
        ));
    };
    let output = Command::new(&esbuild)
        .current_dir(sources.root())
        .arg(format!("./{name}"))
        .args(["--bundle", "--format=esm", "--target=es2020", "--charset=utf8", "--log-level=warning"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| refuse(format!("{} does not run: {error}", esbuild.display())))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(refuse(format!("esbuild cannot compile it:\n{}", said.trim_end())));
    }
    Ok(output.stdout)
}

/// A page that loads the script beside it, as WorkAdventure wants one: with the scripting API of the server
/// that shows the map (workadventure-maps, section 5.2). `suffix` is what follows the script's path.
pub(super) fn page(script: &str, suffix: &str, classic: bool, play_url: Option<&str>) -> String {
    let play = play_url.unwrap_or(PUBLIC_PLAY_URL);
    let host_ends = play.find("//").and_then(|at| Some(at + 2 + play[at + 2..].find('/')?));
    let server = &play[..host_ends.unwrap_or(play.len())];
    let name = file_name(script);
    let beside = format!("./{}{suffix}", percent_encoded(name));
    let page = html! {
        (DOCTYPE)
        html {
            head {
                meta charset="utf-8";
                title { (name) }
                script src=(format!("{server}/iframe_api.js")) {}
                script type=[(!classic).then_some("module")] src=(beside) {}
            }
            body {}
        }
    };
    page.into_string()
}

/// esbuild of the project, else of a folder above it, else of the system.
fn find(root: &Path) -> Option<PathBuf> {
    let file = if cfg!(windows) { "esbuild.cmd" } else { "esbuild" };
    let in_modules = root.ancestors().map(|folder| folder.join("node_modules/.bin").join(file));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(file)).collect::<Vec<_>>();
    in_modules.chain(on_path).find(|path| path.is_file())
}
