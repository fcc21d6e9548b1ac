//! What outputs may take the place of, and what is no part of a project though it lies in it.

use std::fs;

use super::{hall, project, run, tree, venue};

/// A project as [`project`] makes it, with another map, a page and a picture besides.
fn with_page() -> tempfile::TempDir {
    let folder = project();
    fs::write(folder.path().join("annex.tmj"), hall(24, 14, &[])).unwrap();
    fs::write(folder.path().join("programme.html"), "<!DOCTYPE html><title>Programme</title>").unwrap();
    fs::write(folder.path().join("README.md"), "# Autumn Fair\n\nHow we build it.\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "Ask Ada for the key.\n").unwrap();
    fs::write(folder.path().join("visitors.csv"), "name,mail\nAda,ada@example.org\n").unwrap();
    fs::write(folder.path().join("photo.jpg"), b"\xFF\xD8\xFF\xE0 a photo").unwrap();
    folder
}

#[test]
fn no_output_takes_the_place_of_what_somebody_made() {
    let folder = with_page();
    let root = folder.path();
    let before = tree(root);
    for (args, option) in [
        (&["render", "hall.tmj", "--out", "hall.tmj"][..], "--out"),
        (&["render", "hall.tmj", "--out", "venue.toml"], "--out"),
        (&["render", "hall.tmj", "--out", "t.png"], "--out"),
        (&["render", "hall.tmj", "--out", "acme.svg"], "--out"),
        (&["render", "hall.tmj", "--out", "photo.jpg"], "--out"),
        (&["stands", "s.toml", "--plan", "hall.tmj"], "--plan"),
        (&["stands", "s.toml", "--plan", "s.toml"], "--plan"),
        (&["stands", "s.toml", "--plan", "t.png"], "--plan"),
        (&["stands", "s.toml", "--plan", "acme.svg"], "--plan"),
        (&["stands", "s.toml", "--out", "annex.tmj"], "--out"),
        (&["stands", "s.toml", "--directory", "programme.html"], "--directory"),
        (&["stands", "s.toml", "--directory", "README.md"], "--directory"),
        (&["stands", "s.toml", "--directory", "visitors.csv"], "--directory"),
        (&["bundle", "--zip", "hall.tmj"], "--zip"),
        (&["bundle", "--zip", "t.png"], "--zip"),
        (&["graph", "--out", "hall.tmj"], "--out"),
        (&["graph", "--out", "notes.txt"], "--out"),
        (&["graph", "--format", "dot", "--out", "README.md"], "--out"),
        (&["graph", "--format", "json", "--out", "hall.tmj"], "--out"),
        (&["graph", "--format", "dot", "--out", "venue.toml"], "--out"),
        (&["check", "--write-baseline", "hall.tmj"], "--write-baseline"),
        (&["check", "--write-baseline", "venue.toml"], "--write-baseline"),
    ] {
        let (status, said) = run(root, args);
        assert_eq!(status, 2, "{args:?}: {said}");
        assert!(said.contains(option), "{args:?}: {said}");
        assert!(tree(root) == before, "{args:?} changed something: {said}");
    }
}

#[test]
fn outputs_take_the_place_of_what_they_wrote_before() {
    let folder = with_page();
    let root = folder.path();
    fs::write(root.join("empty.png"), "").unwrap();
    for args in [
        &["render", "hall.tmj", "--out", "hall.png"][..],
        &["render", "hall.tmj", "--out", "empty.png"],
        &["stands", "s.toml", "--plan", "plan.png", "--directory", "stands.html"],
        &["stands", "s.toml", "--directory", "stands.csv"],
        &["stands", "s.toml", "--directory", "stands.md"],
        &["stands", "s.toml", "--directory", "stands.json"],
        &["bundle", "--zip", "venue.zip"],
        &["graph", "--out", "graph.txt"],
        &["graph", "--format", "json", "--out", "graph.json"],
        &["graph", "--format", "svg", "--out", "graph.svg"],
        &["graph", "--format", "dot", "--out", "graph.dot"],
        &["check", "--write-baseline", "accepted.json"],
    ] {
        for _ in 0..2 {
            let (status, said) = run(root, args);
            assert_eq!(status, 0, "{args:?}: {said}");
        }
    }
}

#[test]
fn a_run_that_cannot_tell_its_result_changes_nothing() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full");
    if full().is_err() {
        eprintln!("skipped: there is no /dev/full here");
        return;
    }
    let folder = project();
    let root = folder.path();
    let before = tree(root);
    for args in [
        &["stands", "s.toml", "--plan", "plan.png"][..],
        &["bundle", "--zip", "venue.zip"],
        &["convert", "hall.tmj", "out.tmj"],
        &["render", "hall.tmj", "--format", "json"],
    ] {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("venue"));
        let status = command.current_dir(root).args(args).stdout(full().unwrap()).status().unwrap();
        assert_eq!(status.code(), Some(2), "{args:?}");
        assert!(tree(root) == before, "{args:?} changed something");
    }
}

#[test]
fn a_bundle_of_any_name_is_no_part_of_its_project() {
    let folder = project();
    let root = folder.path();
    fs::create_dir(root.join("public")).unwrap();
    fs::write(root.join("public/annex.tmj"), hall(24, 14, &[])).unwrap();
    fs::copy(root.join("t.png"), root.join("public/t.png")).unwrap();
    let (_, before) = run(root, &["check"]);
    let (status, said) = run(root, &["bundle", "--out", "site"]);
    assert_eq!(status, 0, "{said}");
    let (status, after) = run(root, &["check"]);
    let without_note =
        after.replace("note: site is an earlier bundle and is left out: name it to have it read\n", "");
    assert_eq!((status, &without_note), (0, &before), "the maps of site/ are those of the project once more");
    assert!(after.len() > before.len(), "it is told: {after}");
    let (_, again) = run(root, &["bundle", "--out", "site"]);
    assert!(!again.contains("earlier bundle"), "its own goal is nothing to tell of: {again}");
    assert!(after.contains("2 maps"), "those of public/ are its own: {after}");
    // Who names it has it judged.
    let (status, said) = run(root, &["check", "site"]);
    assert!(status == 0 && said.contains("2 maps"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_calls_itself_a_manifest_is_looked_at_with_care() {
    use std::os::unix::fs::symlink;
    let folder = project();
    let root = folder.path();
    for name in ["endless", "mine"] {
        fs::create_dir(root.join(name)).unwrap();
        fs::write(root.join(name).join("annex.tmj"), hall(24, 14, &[])).unwrap();
        fs::copy(root.join("t.png"), root.join(name).join("t.png")).unwrap();
    }
    symlink("/dev/zero", root.join("endless/manifest.json")).unwrap();
    fs::write(root.join("mine/manifest.json"), r#"{"name":"a web app","files":0,"generator":"venue"}"#)
        .unwrap();
    let (status, said) = run(root, &["check"]);
    assert!(status == 0 && said.contains("3 maps"), "{said}");
}

#[test]
fn a_failed_run_keeps_the_baseline() {
    let folder = project();
    let root = folder.path();
    fs::write(root.join("venue.toml"), "[project]\nmaps = [\"map/*.tmj\"]\n").unwrap();
    fs::write(root.join("accepted.json"), "{\"version\": 1, \"findings\": []}\n").unwrap();
    let before = tree(root);
    let (status, said) = run(root, &["check", "--write-baseline", "accepted.json"]);
    assert!(status == 2 && tree(root) == before, "{said}");
}

#[test]
fn names_in_a_spec_are_no_pictures() {
    let folder = project();
    let root = folder.path();
    let spec = fs::read_to_string(root.join("s.toml")).unwrap();
    fs::write(
        root.join("s.toml"),
        format!("{spec}website = \"https://acme.example/stands.html\"\n# plan.png\n"),
    )
    .unwrap();
    for _ in 0..2 {
        let args = ["stands", "s.toml", "--directory", "stands.html", "--plan", "plan.png"];
        let (status, said) = run(root, &args);
        assert_eq!(status, 0, "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_map_is_one_and_leads_nowhere_else() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.tmj"), "the secret").unwrap();
    let folder = project();
    let root = folder.path();
    fs::create_dir(root.join(".shared")).unwrap();
    fs::write(root.join(".shared/annex.tmj"), "{").unwrap();
    symlink(".shared/annex.tmj", root.join("annex.tmj")).unwrap();
    let (status, said) = run(root, &["check"]);
    assert!(status == 1 && said.contains("annex.tmj"), "the broken map behind the link is told: {said}");
    fs::remove_file(root.join("annex.tmj")).unwrap();

    symlink(outside.path().join("secret.tmj"), root.join("annex.tmj")).unwrap();
    let (status, said) = run(root, &["check"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("annex.tmj is a link out of the project") && !said.contains("secret"), "{said}");
    let (status, said) = run(root, &["check", "annex.tmj"]);
    assert!(status == 1 && said.contains("annex.tmj"), "who names it has it read: {said}");

    fs::remove_file(root.join("annex.tmj")).unwrap();
    symlink("nothing.tmj", root.join("annex.tmj")).unwrap();
    symlink("nothing.txt", root.join("notes.txt")).unwrap();
    let (status, said) = run(root, &["check"]);
    assert!(status == 0 && said.contains("annex.tmj is a link to nothing"), "{said}");
    assert!(!said.contains("notes.txt"), "{said}");
}

#[test]
fn a_glob_that_no_map_has_is_told() {
    let folder = project();
    let root = folder.path();
    let with = |maps: &str| {
        fs::write(root.join("venue.toml"), format!("[project]\nmaps = {maps}\n")).unwrap();
        run(root, &["check"])
    };
    let (status, said) = with(r#"["hall.tmj", "map/*.tmj"]"#);
    assert!(status == 0 && said.contains("no map has a name like \"map/*.tmj\""), "{said}");
    assert!(!said.contains("like \"hall.tmj\""), "{said}");
    let (status, said) = with(r#"["map/*.tmj"]"#);
    assert!(status == 2 && said.contains("no maps found"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_may_not_be_looked_into_ends_the_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project();
    let root = folder.path();
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    fs::create_dir(root.join("maps")).unwrap();
    allow("", 0o755);
    allow("maps", 0o000);
    // Root may look everywhere.
    let command = venue(root, &["check"]);
    let program = command.get_program().to_owned();
    let as_nobody = std::process::Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(program)
        .arg("check")
        .current_dir(root)
        .output();
    allow("maps", 0o755);
    let Ok(output) = as_nobody else {
        eprintln!("skipped: setpriv is not there");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("setpriv") || said.contains("venue: Permission") {
        eprintln!("skipped: nobody else can run the program here: {said}");
        return;
    }
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot read") && said.contains("maps"), "{said}");
}
