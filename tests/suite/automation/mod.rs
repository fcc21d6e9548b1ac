//! What runs in pipelines: its steps are taken out of its files and run, with the program and a repository.

mod expression;
mod github;
mod gitlab;
mod hook;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// The tag of this version.
const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The repository of `venue` itself.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A project that `venue new` began, in a repository with one commit.
struct Repository {
    above: tempfile::TempDir,
    folder: PathBuf,
}

impl Repository {
    fn new(arguments: &[&str]) -> Self {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().canonicalize().unwrap().join("fair");
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        command.arg("new").arg(&folder).args(["--name", "Fair"]).args(arguments).assert().success();
        let repository = Self { above, folder };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit("Begin");
        repository
    }

    /// A folder of maps that was there before, adopted.
    fn adopted(arguments: &[&str]) -> Self {
        let repository = Self::new(&["--ci", "none"]);
        fs::remove_file(repository.folder.join("venue.toml")).unwrap();
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        command.args(["new", "--from"]).arg(&repository.folder).args(arguments).assert().success();
        repository.commit("Adopt the maps");
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = git(&self.folder, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Commits all that there is; returns the commit.
    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.folder.join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// A change that a healthy project survives.
    fn mend(&self) -> String {
        self.edit("maps/lobby.tmj", "Press SPACE to read the programme", "Press SPACE for the programme");
        self.commit("Say it shorter")
    }

    /// A change after which an exit leads nowhere.
    fn break_it(&self) -> String {
        self.edit("maps/lobby.tmj", "hall.tmj#from-lobby", "hal.tmj#from-lobby");
        self.commit("Rename the hall")
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "core.hooksPath=/dev/null"]).args(arguments);
    environment(&mut command);
    command.output().unwrap()
}

/// What git must know, and nothing of whoever runs the tests.
fn environment(command: &mut Command) {
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .env_remove("VENUE_PUBLISH_TOKEN");
}

/// A folder with programs: `venue` itself, or a `cargo` that installs it in a moment.
fn programs(folder: &Path, with_venue: bool) -> PathBuf {
    let venue = assert_cmd::cargo::cargo_bin("venue");
    if with_venue {
        return venue.parent().unwrap().to_owned();
    }
    let bin = folder.join("programs");
    fs::create_dir_all(&bin).unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = install ] || exit 1\necho \"$@\" > '{}'\nwhile [ $# -gt 1 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && cp '{}' \"$root/bin/venue\"\n",
        folder.join("cargo-arguments").display(),
        venue.display()
    );
    fs::write(bin.join("cargo"), script).unwrap();
    let made = Command::new("chmod").arg("+x").arg(bin.join("cargo")).status().unwrap();
    assert!(made.success());
    bin
}

fn path_with(folders: &[PathBuf]) -> std::ffi::OsString {
    let rest = std::env::var_os("PATH").unwrap();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&rest))).unwrap()
}

#[test]
fn the_image_is_built_with_the_rust_that_the_manifest_asks_for() {
    // No container is built here: what can be read of the file is held true.
    let text = fs::read_to_string(home().join("Dockerfile")).unwrap();
    let manifest: toml::Value =
        toml::from_str(&fs::read_to_string(home().join("Cargo.toml")).unwrap()).unwrap();
    let rust = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(text.contains(&format!("FROM rust:{rust}-slim AS build")), "{text}");
    assert!(text.contains("ENTRYPOINT [\"venue\"]"));
    // The build wants every target of the manifest.
    let ignored = fs::read_to_string(home().join(".dockerignore")).unwrap();
    for needed in [".cargo", "src", "assets", "maps", "docs", "templates", "benches", "tests", "Cargo.lock"] {
        assert!(
            !ignored.lines().any(|line| line.trim_matches('/') == needed),
            "{needed} is not in the image"
        );
    }
}

#[test]
fn the_page_on_ci_names_what_there_is_to_set() {
    let read = |name: &str| fs::read_to_string(home().join(name)).unwrap();
    let page = read("docs/ci.md");
    for input in yaml(&read("action.yml"))["inputs"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{input}")), "docs/ci.md does not know the input {input}");
    }
    let template = read("templates/venue.yml");
    let inputs = &yaml(template.split_once("\n---\n").unwrap().0)["spec"]["inputs"];
    for input in inputs.as_object().unwrap().keys() {
        assert!(page.contains(&format!("`{input}")), "docs/ci.md does not know the input {input} for GitLab");
    }
    assert_eq!(inputs["venue-ref"]["default"], TAG);
    for hook in yaml(&read(".pre-commit-hooks.yaml")).as_array().unwrap() {
        assert!(page.contains(hook["id"].as_str().unwrap()), "{hook}");
    }
    for pin in [format!("@{TAG}\n"), format!(" ref: {TAG}\n"), format!(" rev: {TAG}\n")] {
        assert!(page.contains(&pin), "docs/ci.md pins another version than {pin}");
    }
}
