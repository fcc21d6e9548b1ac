//! Names that nobody thinks of, links in circles, and what is no file at all.

use std::{fs, path::Path};

use serde_json::Value;
use venue::source::{parent, resolve};

use super::{LOGO, project, run, tiles, tree, venue};
use crate::stands::{hall, spec};

/// Names of files and folders that people give.
fn odd_names() -> Vec<String> {
    let long = "n".repeat(200);
    // With what we add to it, this one is longer than any disk takes.
    let longest = "ü".repeat(120);
    [
        "ein großer Saal",
        "Žluťásek ß",
        "😀 🎪",
        "100 % #1 & more?",
        "it's \"quoted\" <b>",
        "a+b=c;d,e@f$g",
        "-rf",
        "~",
        "CON",
        "日本語",
        "e\u{301}",
        &long,
        &longest,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Every file that a bundled map refers to, by name.
fn pictures(bundle: &Path, map: &str) -> Vec<String> {
    let json: Value = serde_json::from_slice(&fs::read(bundle.join(map)).unwrap()).unwrap();
    let sets = json["tilesets"].as_array().unwrap().clone();
    let sources = sets.iter().map(|set| set["image"].as_str().unwrap().to_owned());
    sources.map(|source| resolve(parent(map), &source)).collect()
}

/// What an address names, with its codes worked off.
fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code =
            after.get(..2).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        if let Some(byte) = code.filter(|_| *first == b'%') {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn odd_names_go_all_the_way() {
    for name in odd_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join(&name);
        fs::create_dir(&root).unwrap();
        let json = |text: &str| serde_json::to_string(text).unwrap();
        let map = hall(24, 14, &[]).replace("\"t.png\"", &json(&format!("{name}.png")));
        let inside = root.join(&name);
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join(format!("{name}.tmj")), map).unwrap();
        fs::write(inside.join(format!("{name}.png")), tiles()).unwrap();
        fs::write(root.join(format!("{name}.svg")), LOGO).unwrap();
        let text = spec(&[]).replace("\"hall.tmj\"", &json(&format!("{name}/{name}.tmj")))
            + &format!(
                "[[sponsors]]\nname = \"Ada\"\ntier = \"gold\"\nlogo = {}\n",
                json(&format!("./{name}.svg"))
            );
        fs::write(root.join("s.toml"), text).unwrap();
        fs::write(root.join("venue.toml"), "[stands]\nspecs = [\"s.toml\"]\n").unwrap();

        // Some names are no good in addresses, and then that is said.
        let (status, said) = run(&root, &["check"]);
        assert!(status == 0 || said.contains("rename the file"), "{name}: {said}");
        let map = format!("./{name}/{name}.tmj");
        for args in [&["render", &map, "--out", "r.png"][..], &["graph"], &["convert", &map, "../plain.tmj"]]
        {
            let (status, said) = run(&root, args);
            assert_eq!(status, 0, "{name}: {args:?}: {said}");
        }
        let (status, said) = run(&root, &["bundle", "--no-check", "--zip", "v.zip"]);
        assert_eq!(status, 0, "{name}: {said}");
        let bundle = root.join("dist");
        let files = tree(&bundle);
        let maps = files.keys().filter(|path| path.extension().is_some_and(|end| end == "tmj"));
        let maps: Vec<&str> = maps.map(|path| path.to_str().unwrap()).collect();
        assert_eq!(maps, [format!("{name}/{name}.tmj")], "maps keep their names");
        let pictures = pictures(&bundle, maps[0]);
        assert!(!pictures.is_empty());
        for picture in pictures {
            let there = [picture.clone(), decoded(&picture)].iter().any(|name| bundle.join(name).is_file());
            assert!(there, "{name}: {picture} is not in {:?}", files.keys());
        }
    }
}

#[test]
fn names_that_are_too_long_to_be_added_to_are_named() {
    let folder = project();
    // As long as a name may be, so that nothing can be added to it.
    let longest = format!("{}.toml", "s".repeat(250));
    fs::rename(folder.path().join("s.toml"), folder.path().join(&longest)).unwrap();
    fs::remove_file(folder.path().join("venue.toml")).unwrap();
    let before = tree(folder.path());
    let (status, said) = run(folder.path(), &["stands", &longest]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("File name too long") && said.contains(&"s".repeat(250)), "{said}");
    assert_eq!(tree(folder.path()), before);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_told_and_never_passed_over() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let odd = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    let folder = tempfile::tempdir().unwrap();
    // A folder above the project may be called whatever it is.
    let root = folder.path().join(odd(b"s\xE4le"));
    fs::create_dir(&root).unwrap();
    super::write_project(&root);
    for args in [
        &["check"][..],
        &["graph"],
        &["stands", "s.toml"],
        &["bundle"],
        &["render", "hall.tmj"],
        &["convert", "hall.tmj", "o.json"],
        &["diff", "hall.tmj", "o.json"],
    ] {
        let (status, said) = run(&root, args);
        assert_eq!(status, 0, "{args:?}: {said}");
    }
    fs::remove_file(root.join("o.json")).unwrap();

    fs::write(root.join(odd(b"fa\xEFr.tmj")), hall(24, 14, &[])).unwrap();
    let (status, said) = run(&root, &["check"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("not UTF-8") && said.contains("fa\u{FFFD}r.tmj"), "{said}");
    let on_it = |before: &[&str], path: &'static [u8], after: &[&str]| {
        let output = venue(&root, before).arg(odd(path)).args(after).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (before, after) in
        [(&["check"][..], &[][..]), (&["render"], &[]), (&["convert"], &["o.tmj"]), (&["stands"], &[])]
    {
        let (status, said) = on_it(before, b"fa\xEFr.tmj", after);
        assert_eq!(status, Some(2), "{before:?}: {said}");
        assert!(said.contains("not UTF-8"), "{before:?}: {said}");
    }
    // Names of output that go into no map may be any.
    let before = tree(&root);
    let (status, said) = on_it(&["stands", "s.toml", "--out"], b"st\xE4nde.tmj", &[]);
    assert!(status == Some(2) && said.contains("not UTF-8"), "{said}");
    assert_eq!(tree(&root), before);
    let (status, said) = on_it(&["render", "hall.tmj", "--out"], b"b\xEDld.png", &[]);
    assert!(status == Some(0) && root.join(odd(b"b\xEDld.png")).is_file(), "{said}");
    let (status, said) = on_it(&["bundle", "hall.tmj", "--out"], b"b\xFCndel", &[]);
    assert!(status == Some(0) && root.join(odd(b"b\xFCndel")).join("manifest.json").is_file(), "{said}");
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_pipes_end() {
    use std::os::unix::fs::symlink;
    let folder = project();
    let root = folder.path();
    fs::create_dir(root.join("maps")).unwrap();
    symlink("..", root.join("maps/up")).unwrap();
    symlink("maps", root.join("again")).unwrap();
    symlink("self.tmj", root.join("self.tmj")).unwrap();
    for args in [&["check"][..], &["graph"], &["bundle"], &["bundle"]] {
        let (status, said) = run(root, args);
        assert_eq!(status, 0, "{args:?}: {said}");
    }
    let (status, said) = run(root, &["check", "self.tmj"]);
    assert!(status == 2 && said.contains("self.tmj") && said.contains("symbolic links"), "{said}");

    // A picture that leads to itself, and one that is a pipe which nobody fills.
    fs::remove_file(root.join("t.png")).unwrap();
    symlink("t.png", root.join("t.png")).unwrap();
    let with_picture = |root: &Path| {
        for args in [&["check"][..], &["render", "hall.tmj"], &["bundle"]] {
            let (_, said) = run(root, args);
            let is_named = said.contains("t.png");
            assert!(is_named, "{args:?}: {said}");
        }
    };
    with_picture(root);
    fs::remove_file(root.join("t.png")).unwrap();
    for name in ["t.png", "pipe.tmj"] {
        assert!(std::process::Command::new("mkfifo").arg(root.join(name)).status().unwrap().success());
    }
    with_picture(root);
    let (status, said) = run(root, &["check", "pipe.tmj"]);
    assert!(status > 0 && said.contains("not a regular file"), "{said}");
    // And one where a logo, the config and the spec should be.
    for name in ["acme.svg", "s.toml", "venue.toml"] {
        fs::remove_file(root.join(name)).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join(name)).status().unwrap().success());
        let (status, said) = run(root, &["stands", "s.toml"]);
        assert!(status == 2, "{name}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_where_the_folder_behind_it_is_replaced() {
    let folder = project();
    let root = folder.path();
    fs::create_dir(root.join("site")).unwrap();
    std::os::unix::fs::symlink("site", root.join("dist")).unwrap();
    for _ in 0..2 {
        let (status, said) = run(root, &["bundle"]);
        assert_eq!(status, 0, "{said}");
        assert!(root.join("dist").is_symlink() && root.join("site/manifest.json").is_file());
    }
}
