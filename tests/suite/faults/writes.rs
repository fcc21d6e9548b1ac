//! A disk that is full at every single write, and a run that is killed at every single write: `strace` makes
//! both, where there is one. All of them with `VENUE_FAULTS=all`, else some of each command.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;

use super::{Tree, copy, project, run, temporary, tree};
use crate::stands::hall;

/// What changes a disk, but for opening files.
const CHANGES: &str =
    "write,pwrite64,writev,fsync,mkdir,mkdirat,rename,renameat,renameat2,chmod,fchmod,unlink,unlinkat,rmdir";

/// Of those, what a full disk refuses.
const FULL: &str = "write,pwrite64,writev,fsync,mkdir,mkdirat,renameat,renameat2,rename";

/// How many faults of each command are tried unless all are wanted.
const FEW: usize = 9;

/// A command, and which of its outputs are one whole: they must all be old or all be new.
struct Case {
    args: &'static [&'static str],
    /// Changes the project first, after the command was run once.
    before: fn(&Path),
}

const CASES: [Case; 6] = [
    Case {
        args: &["stands", "s.toml", "--plan", "plan.png", "--directory", "d.html"],
        before: |folder| {
            let spec = fs::read_to_string(folder.join("s.toml")).unwrap();
            fs::write(folder.join("s.toml"), spec.replace("Acme", "Ampere")).unwrap();
        },
    },
    Case {
        args: &["bundle", "--zip", "v.zip"],
        before: |folder| {
            let map = hall(24, 14, &[]).replace("https://a.example", "https://b.example");
            fs::write(folder.join("hall.tmj"), map).unwrap();
        },
    },
    Case {
        args: &["check", "--fix"],
        before: |folder| {
            let map = fs::read_to_string(folder.join("hall.tmj")).unwrap();
            let typo = map.replace("openWebsite", "openwebsite");
            fs::write(folder.join("hall.tmj"), &typo).unwrap();
            fs::write(folder.join("other.tmj"), &typo).unwrap();
        },
    },
    Case { args: &["render", "hall.tmj", "--out", "r.png"], before: |_| {} },
    Case { args: &["convert", "hall.tmj", "out.tmj"], before: |_| {} },
    Case { args: &["new", "fresh"], before: |folder| fs::remove_dir_all(folder.join("fresh")).unwrap() },
];

/// Runs the program under `strace` with these options of it; `None` without one.
fn traced(folder: &Path, options: &[&str], args: &[&str]) -> Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(folder.with_extension("trace")).args(options);
    command.arg(cargo_bin("venue")).args(args).current_dir(folder);
    command.env("XDG_CACHE_HOME", folder.join("cache")).output().unwrap()
}

/// Whether there is a `strace` that may look into programs.
fn strace_at_hand() -> bool {
    let done = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let at_hand = done.is_ok_and(|done| done.status.success());
    if !at_hand {
        eprintln!("skipped: there is no strace here that works");
    }
    at_hand
}

/// Which of so many faults are tried.
fn some(count: usize) -> Vec<usize> {
    let all = std::env::var_os("VENUE_FAULTS").is_some_and(|value| value == "all");
    let step = if all { 1 } else { count.div_ceil(FEW) };
    (1..=count).step_by(step).collect()
}

/// How many calls of one of these names a run makes, by its busiest thread: `strace` counts each name on its own,
/// so that one run meets up to as many faults as there are names.
fn calls(folder: &Path, args: &[&str], names: &str) -> usize {
    let done = traced(folder, &["-e", &format!("trace={names}")], args);
    let done_by_it = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(matches!(done.status.code(), Some(0 | 1)), "{args:?}: {done_by_it}");
    let log = fs::read_to_string(folder.with_extension("trace")).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (thread_and_name, _) in log.lines().filter_map(|line| line.split_once('(')) {
        *counts.entry(thread_and_name).or_default() += 1;
    }
    counts.into_values().max().unwrap()
}

/// Asserts that each file is the old or the new one, and folders that are replaced whole are so.
fn old_or_new(what: &str, now: &Tree, old: &Tree, new: &Tree) {
    let hidden = temporary(now);
    for (path, bytes) in now.iter().filter(|(path, _)| !hidden.contains(path)) {
        let known = [old.get(path), new.get(path)];
        assert!(known.contains(&Some(bytes)), "{what}: {} is neither the old nor the new", path.display());
    }
    for path in old.keys().filter(|path| new.contains_key(*path)) {
        assert!(now.contains_key(path), "{what}: {} is lost", path.display());
    }
    for folder in ["dist", "fresh"] {
        let part = |tree: &Tree| -> Tree {
            tree.iter()
                .filter(|(path, _)| path.starts_with(folder))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect()
        };
        let now = part(now);
        assert!(now == part(old) || now == part(new), "{what}: {folder} is half");
    }
}

/// Puts a project through a fault at each call; `judge` sees what came of it, with the old and the new.
fn at_each_call(names: &str, fault: &str, judge: impl Fn(&str, &Path, &[&str], &Output, &Tree, &Tree)) {
    if !strace_at_hand() {
        return;
    }
    for Case { args, before } in CASES {
        let (origin, room) = (project(), tempfile::tempdir().unwrap());
        run(origin.path(), args);
        before(origin.path());
        let old = tree(origin.path());
        let done = room.path().join("done");
        copy(origin.path(), &done);
        let count = calls(&done, args, names);
        let new = tree(&done);
        assert!(temporary(&new).is_empty() && old != new || args[0] == "render" || args[0] == "convert");
        for nth in some(count) {
            let folder = room.path().join(nth.to_string());
            copy(origin.path(), &folder);
            let inject = format!("inject={names}:{fault}:when={nth}");
            let output = traced(&folder, &["-e", &format!("trace={names}"), "-e", &inject], args);
            let what = format!("{args:?}, {fault} at {nth} of {count}");
            judge(&what, &folder, args, &output, &old, &new);
        }
    }
}

#[test]
fn a_disk_that_is_full_at_any_write_changes_nothing() {
    at_each_call(FULL, "error=ENOSPC", |what, folder, _, output, old, new| {
        let said = String::from_utf8_lossy(&output.stderr);
        let now = tree(folder);
        assert_eq!(temporary(&now), Vec::<&std::path::PathBuf>::new(), "{what}: {said}");
        // What comes after the files is the report.
        assert!(now == *old || now == *new, "{what}: {said}");
        match output.status.code() {
            // Where the message met the next fault itself, it ends there; `disks` looks at whole ones.
            Some(2) => assert!(said.is_empty() || said.contains("error"), "{what}: {said}"),
            Some(0 | 1) => {}
            other => panic!("{what}: {other:?} {said}"),
        }
    });
}

#[test]
fn a_run_that_is_killed_at_any_write_leaves_no_half_file_and_the_next_clears_up() {
    at_each_call(CHANGES, "signal=KILL", |what, folder, args, output, old, new| {
        assert!(output.status.code().is_some() || output.status.signal() == Some(9), "{what}");
        old_or_new(what, &tree(folder), old, new);
        let (status, said) = run(folder, args);
        let again = tree(folder);
        // A new project that was made in the last moment is not made over.
        let finished = args[0] == "new" && status == 2 && said.contains("is not empty");
        assert!(status < 2 || finished, "{what}: {said}");
        if !finished {
            assert_eq!(temporary(&again), Vec::<&std::path::PathBuf>::new(), "{what}");
        }
        assert!(again == *new || finished, "{what}: another result");
    });
}
