//! Disks that are full, that may not be written, or that are others than expected. Most of it takes a
//! mount of one's own, for which one must be root.

use std::{fs, path::Path, process::Command};

use assert_cmd::cargo::cargo_bin;

use super::{project, run, temporary, tree, venue};

/// Runs a shell script where its mounts are its own: `$1` is a folder, `$2` the program. What it printed; `None`,
/// and a word about it, where that is not allowed.
fn with_mounts(folder: &Path, script: &str) -> Option<String> {
    let shell = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]);
        command.arg(folder).arg(cargo_bin("venue")).output()
    };
    let probe =
        shell("mkdir -p \"$1/probe\" && mount -t tmpfs -o size=64k none \"$1/probe\" && umount \"$1/probe\"");
    let allowed = probe.is_ok_and(|done| done.status.success());
    let _none = fs::remove_dir(folder.join("probe"));
    if !allowed {
        eprintln!("skipped: no mounts can be made here");
        return None;
    }
    let output = shell(script).unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    Some(said)
}

#[test]
fn a_full_disk_is_named_and_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    super::write_project(&{
        let origin = folder.path().join("origin");
        fs::create_dir(&origin).unwrap();
        origin
    });
    let script = r#"
        cd "$1" && mkdir disk && mount -t tmpfs -o size=2m none disk && cp -r origin/. disk/
        "$2" bundle --quiet --config disk/venue.toml --out disk/dist >log 2>&1 || cat log
        cp -r disk saved
        dd if=/dev/zero of=disk/filler bs=1k >/dev/null 2>&1
        for args in 'stands s.toml' 'bundle' 'render hall.tmj --out hall.png' 'convert hall.tmj out.tmj' \
            'check --write-baseline accepted.json' 'new fresh' 'graph --format svg --out graph.svg'; do
            (cd disk && "$2" $args >../out 2>../said); echo "$args: $?"; cat said
            rm -f disk/filler; diff -r disk saved && echo unchanged
            dd if=/dev/zero of=disk/filler bs=1k >/dev/null 2>&1
        done; true"#;
    let Some(said) = with_mounts(folder.path(), script) else { return };
    for command in ["stands s.toml", "bundle", "render", "convert", "check", "new fresh"] {
        assert!(said.contains(&format!("\n{command}")) || said.starts_with(command), "{said}");
    }
    let runs = said.matches("No space left on device").count();
    assert_eq!((runs, said.matches(": 2\n").count(), said.matches("unchanged").count()), (7, 7, 7), "{said}");
}

#[test]
fn a_folder_that_may_only_be_read_is_read() {
    let folder = project();
    let before = tree(folder.path());
    let script = r#"
        cd "$1" && mount --bind . . && mount -o remount,ro,bind . && cd "$1"
        for args in 'check' 'graph' 'stands s.toml --dry-run' 'stands s.toml' 'bundle' 'render hall.tmj'; do
            XDG_CACHE_HOME="$1/cache" "$2" $args 2>&1 >/dev/null; echo "$args: $?"
        done; true"#;
    let Some(said) = with_mounts(folder.path(), script) else { return };
    for (command, status) in [
        ("check", 0),
        ("graph", 0),
        ("stands s.toml --dry-run", 0),
        ("stands s.toml", 2),
        ("bundle", 2),
        ("render hall.tmj", 2),
    ] {
        assert!(said.contains(&format!("{command}: {status}\n")), "{command}: {said}");
    }
    for file in ["hall.stands.tmj", "dist", "hall.png"] {
        assert!(
            said.contains(&format!("cannot write ./{file}"))
                || said.contains(&format!("{file}: Read-only"))
                || said.lines().any(|line| line.contains(file) && line.contains("Read-only file system")),
            "{file}: {said}"
        );
    }
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_bundle_replaces_what_is_in_a_volume() {
    let folder = project();
    let script = r#"
        cd "$1" && mkdir dist && mount -t tmpfs none dist && mkdir dist/lost+found
        "$2" bundle --quiet || exit 1
        cp -r dist .first; "$2" bundle --quiet || exit 1
        diff -r dist .first && echo same
        touch dist/thesis.txt; "$2" bundle 2>&1; echo "foreign: $?"
        ls -A dist"#;
    let Some(said) = with_mounts(folder.path(), script) else { return };
    assert!(said.contains("same\n") && said.contains("foreign: 2\n"), "{said}");
    assert!(said.contains("manifest.json") && said.contains("lost+found"), "{said}");
    assert!(!said.contains(super::TEMPORARY), "{said}");
}

#[cfg(unix)]
#[test]
fn output_may_lie_on_another_disk() {
    use std::os::unix::fs::MetadataExt as _;
    let shared = Path::new("/dev/shm");
    let folder = project();
    let disk = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.dev());
    let Ok(other) = tempfile::tempdir_in(shared) else {
        eprintln!("skipped: there is no /dev/shm here");
        return;
    };
    if disk(shared) == disk(folder.path()) {
        eprintln!("skipped: /dev/shm is the disk of all other files");
    }
    let at = |name: &str| other.path().join(name).to_str().unwrap().to_owned();
    for args in [
        &["bundle", "--out", &at("dist"), "--zip", &at("v.zip")][..],
        &["bundle", "--out", &at("dist"), "--zip", &at("v.zip")],
        &["render", "hall.tmj", "--out", &at("r.png")],
        &["stands", "s.toml", "--directory", &at("d.csv"), "--plan", &at("plan.png")],
        &["convert", "hall.tmj", &at("out.tmj")],
        &["check", "--write-baseline", &at("accepted.json")],
    ] {
        let (status, said) = run(folder.path(), args);
        assert_eq!(status, 0, "{args:?}: {said}");
    }
    let made = tree(other.path());
    assert!(temporary(&made).is_empty(), "{:?}", made.keys());
    for name in ["dist/manifest.json", "v.zip", "r.png", "d.csv", "plan.png", "out.tmj", "accepted.json"] {
        assert!(made.contains_key(Path::new(name)), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn devices_are_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = project();
    let is_device = |path: &str| fs::symlink_metadata(path).unwrap().file_type().is_char_device();
    let (status, said) = run(folder.path(), &["render", "hall.tmj", "--out", "/dev/null"]);
    assert_eq!((status, is_device("/dev/null")), (0, true), "{said}");
    let output =
        venue(folder.path(), &["graph", "--format", "svg", "--out", "/dev/stdout"]).output().unwrap();
    assert!(output.stdout.starts_with(b"<svg") || output.stdout.starts_with(b"<?xml"), "{output:?}");
    assert!(Path::new("/dev/stdout").is_symlink());
    if Path::new("/dev/full").exists() {
        let (status, said) = run(folder.path(), &["render", "hall.tmj", "--out", "/dev/full"]);
        assert_eq!((status, is_device("/dev/full")), (2, true), "{said}");
        assert!(said.contains("No space left on device"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_is_a_broken_run() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("skipped: there is no /dev/full here");
        return;
    };
    let folder = project();
    let mut command = Command::new(cargo_bin("venue"));
    command.current_dir(folder.path()).args(["check", "--format", "json"]).stdout(full);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left on device"), "{output:?}");
}
