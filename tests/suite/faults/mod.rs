//! What goes wrong around the program: disks, names, other programs, servers. Nothing is lost then, no
//! file is half written, and the message names the cause.

mod disks;
mod names;
mod replaced;
mod servers;
mod together;
mod writes;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use assert_cmd::{Command, cargo::cargo_bin};
use image::{Rgba, RgbaImage};
use venue::picture::encode;

use crate::stands::{hall, spec};

/// Nothing takes as long as this unless it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Content of a folder: files with their bytes, links with where they lead, by path within it.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// How the temporary names of a run begin.
const TEMPORARY: &str = ".venue-tmp-";

fn tree(folder: &Path) -> Tree {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let bytes = match fs::read_link(entry.path()) {
                Ok(goal) => goal.into_os_string().into_encoded_bytes(),
                Err(_) => fs::read(entry.path()).unwrap(),
            };
            (entry.path().strip_prefix(folder).unwrap().to_owned(), bytes)
        })
        .collect()
}

/// What a run left behind under temporary names.
fn temporary(tree: &Tree) -> Vec<&PathBuf> {
    let is_ours =
        |part: std::path::Component| part.as_os_str().as_encoded_bytes().starts_with(TEMPORARY.as_bytes());
    tree.keys().filter(|path| path.components().any(is_ours)).collect()
}

fn tiles() -> Vec<u8> {
    encode(&RgbaImage::from_fn(64, 32, |x, y| {
        let shade = u8::try_from(x * 3 + y).unwrap();
        if x < 32 { Rgba([200, shade, 120, 255]) } else { Rgba([shade, 60, 60, 255]) }
    }))
    .unwrap()
}

const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#0a7"/></svg>"##;

/// A small venue with two sponsors, one of them with a logo.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path());
    folder
}

fn write_project(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("venue.toml", b"[stands]\nspecs = [\"s.toml\"]\n");
    write("hall.tmj", hall(24, 14, &[]).as_bytes());
    write("t.png", &tiles());
    write("acme.svg", LOGO.as_bytes());
    let acme = "[[sponsors]]\nname = \"Acme\"\ntier = \"gold\"\nlogo = \"acme.svg\"\n";
    write("s.toml", (spec(&[1]) + acme).as_bytes());
}

fn venue(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin("venue"));
    command.current_dir(folder).args(args).timeout(PATIENCE);
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

/// The status of a run and everything that it said.
fn run(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = venue(folder, args).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let Some(status) = output.status.code() else { panic!("{args:?} was ended from outside: {said}") };
    assert!((0..=2).contains(&status), "{args:?}: {said}");
    (status, said)
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let goal = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(goal).unwrap();
        } else {
            fs::copy(entry.path(), goal).unwrap();
        }
    }
}
