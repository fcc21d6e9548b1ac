//! Two runs at once on one project, and files that other programs write meanwhile.

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use assert_cmd::cargo::cargo_bin;

use super::{Tree, project, run, temporary, tiles, tree};
use crate::stands::hall;

/// Ends of runs that were begun at the same moment.
fn at_once(folder: &std::path::Path, commands: &[&[&str]]) -> Vec<(i32, String)> {
    let begin = |args: &&[&str]| {
        let mut command = Command::new(cargo_bin("venue"));
        command.current_dir(folder).args(*args).env("XDG_CACHE_HOME", folder.join("cache"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = commands.iter().map(begin).collect();
    children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
        })
        .collect()
}

#[test]
fn two_runs_at_once_make_what_one_makes() {
    for args in [
        &["stands", "s.toml", "--plan", "plan.png"][..],
        &["bundle", "--zip", "v.zip"],
        &["check", "--fix"],
        &["check", "--write-baseline", "accepted.json"],
    ] {
        let typo = || hall(24, 14, &[]).replace("openWebsite", "openwebsite");
        let made = |twice: bool| -> Tree {
            let folder = project();
            if args[0] == "check" {
                fs::write(folder.path().join("other.tmj"), typo()).unwrap();
            }
            for _ in 0..3 {
                let commands = [args, args];
                let ends = at_once(folder.path(), &commands[usize::from(!twice)..]);
                for (status, said) in &ends {
                    // The one may find what the other has changed.
                    let meanwhile = *status == 2 && said.contains("another program");
                    assert!(*status < 2 || meanwhile, "{args:?}: {said}");
                }
            }
            tree(folder.path())
        };
        let (one, two) = (made(false), made(true));
        assert!(temporary(&two).is_empty(), "{args:?}");
        assert!(one == two, "{args:?}: {:?}", two.keys());
    }
}

/// What belongs together is of the same run, whichever it was.
#[test]
fn files_that_belong_together_are_of_one_run() {
    let folder = project();
    let root = folder.path();
    fs::remove_file(root.join("venue.toml")).unwrap();
    let text = fs::read_to_string(root.join("s.toml")).unwrap();
    let mut made: BTreeMap<&str, [Vec<u8>; 2]> = BTreeMap::new();
    let outputs = || ["both.tmj", "plan.png"].map(|name| fs::read(root.join(name)).unwrap());
    for (spec, name) in [("a.toml", "Ampere"), ("b.toml", "Bell")] {
        fs::write(root.join(spec), text.replace("Acme", name)).unwrap();
        let (status, said) = run(root, &["stands", spec, "--out", "both.tmj", "--plan", "plan.png"]);
        assert_eq!(status, 0, "{said}");
        made.insert(spec, outputs());
    }
    assert_ne!(made["a.toml"], made["b.toml"]);
    let command = |spec: &'static str| ["stands", spec, "--out", "both.tmj", "--plan", "plan.png"];
    for _ in 0..6 {
        for (status, said) in at_once(root, &[&command("a.toml"), &command("b.toml")]) {
            assert_eq!(status, 0, "{said}");
        }
        assert!(made.values().any(|files| *files == outputs()), "files of two runs are mixed");
    }
}

/// Another program writes a map and its picture again and again, not as carefully as we do.
#[test]
fn files_that_change_while_they_are_read_are_no_disaster() {
    let folder = project();
    let root = folder.path();
    let over = AtomicBool::new(false);
    let (small, large) = (hall(24, 14, &[]), hall(60, 40, &[(5, 5)]));
    let picture = tiles();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for map in [&small, &large] {
                    fs::write(root.join("hall.tmj"), map).unwrap();
                    fs::write(root.join("t.png"), &picture[..picture.len() / 2]).unwrap();
                    std::thread::yield_now();
                    fs::write(root.join("t.png"), &picture).unwrap();
                }
            }
        });
        let commands: [&[&str]; 5] = [
            &["check"],
            &["check", "--fix"],
            &["render", "hall.tmj"],
            &["stands", "s.toml", "--plan", "plan.png"],
            &["bundle", "--no-check"],
        ];
        let ends: Vec<_> = commands.iter().flat_map(|args| [(args, 0), (args, 1), (args, 2)]).collect();
        let ends: Vec<_> =
            ends.into_iter().map(|(args, _)| std::panic::catch_unwind(|| run(root, args))).collect();
        over.store(true, Ordering::Relaxed);
        for end in ends {
            let (_, said) = end.unwrap();
            assert!(!said.contains("panicked"), "{said}");
        }
    });
    fs::write(root.join("hall.tmj"), &small).unwrap();
    let (status, said) = run(root, &["check"]);
    assert_eq!(status, 0, "{said}");
    assert!(temporary(&tree(root)).is_empty());
}
