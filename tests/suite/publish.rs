//! `venue publish` against a server on this computer that keeps to map-storage's rules.

use std::{fs, path::Path};

use assert_cmd::Command;
use serde_json::Value;

use crate::{
    bundle::project_on_disk,
    map_storage::{MapStorage, TOKEN, Trouble},
};

/// A project for map-storage with its bundle.
fn bundled() -> tempfile::TempDir {
    let folder = project_on_disk();
    fs::write(folder.path().join("venue.toml"), "[project]\nhost = \"map-storage\"\n").unwrap();
    command(folder.path(), &["bundle"]).assert().code(0);
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("venue").unwrap();
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command.env_remove("SSL_CERT_FILE").current_dir(folder).args(args);
    command
}

/// The status of a run, and what it said to whom.
struct Run {
    status: i32,
    result: String,
    said: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.result).unwrap_or_else(|_| panic!("{} {}", self.result, self.said))
    }

    fn rules(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = self.json()["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| (text(&finding["file"]), text(&finding["rule"]))).collect()
    }
}

fn publish(folder: &Path, args: &[&str]) -> Run {
    ended(command(folder, &["publish"]).env("VENUE_PUBLISH_TOKEN", TOKEN).args(args))
}

fn ended(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let run = Run {
        status: output.status.code().unwrap(),
        result: text(&output.stdout),
        said: text(&output.stderr),
    };
    assert!(!run.result.contains(TOKEN) && !run.said.contains(TOKEN), "{}{}", run.result, run.said);
    run
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn a_bundle_takes_the_place_of_the_directory() {
    let folder = bundled();
    let server = MapStorage::new(&[]);
    server.put(&["mixit/maps/old.tmj", "mixit/maps/old.wam", "mixit/maps/a.wam", "other/x.tmj"]);
    let config = format!(
        "[project]\nhost = \"map-storage\"\n[publish]\nurl = \"{}/\"\ndirectory = \"/mixit\"\n",
        server.url
    );
    fs::write(folder.path().join("venue.toml"), config).unwrap();
    let run = publish(folder.path(), &[]);
    assert_eq!(run.status, 0, "{}", run.said);
    assert!(run.result.contains("published") && run.result.contains("/~/mixit/maps/a.wam"), "{}", run.result);
    let names = server.names();
    assert!(names.contains(&"other/x.tmj".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("old") || name.contains(".htaccess")), "{names:?}");
    let files = server.storage.files.lock().unwrap();
    let sent = fs::read(folder.path().join("dist/maps/a.tmj")).unwrap();
    assert_eq!(files["mixit/maps/a.tmj"], sent);
    assert_ne!(files["mixit/maps/a.wam"], b"old", "the bundle brings its rooms");
    assert_eq!(server.storage.heard.lock().unwrap()[0].token.as_deref(), Some(TOKEN));
}

#[test]
fn a_dry_run_foretells_what_the_server_does_and_asks_nobody() {
    let folder = bundled();
    let server = MapStorage::new(&[]);
    let to = ["--url", &server.url, "--directory", "mixit", "--format", "json"];
    assert_eq!(publish(folder.path(), &to).status, 0);
    let manifest = folder.path().join("published.json");
    fs::copy(folder.path().join("dist/manifest.json"), &manifest).unwrap();
    // Another bundle: a map less, a room that only the server has, a file more.
    let dist = |name: &str| folder.path().join("dist").join(name);
    for gone in ["maps/b.tmj", "maps/b.wam", "maps/a.wam"] {
        fs::remove_file(dist(gone)).unwrap();
    }
    let mut listed: serde_json::Value =
        serde_json::from_slice(&fs::read(dist("manifest.json")).unwrap()).unwrap();
    listed["files"].as_array_mut().unwrap().retain(|file| file["path"] != "maps/b.tmj");
    fs::write(dist("manifest.json"), listed.to_string()).unwrap();
    fs::write(dist("maps/c.txt"), "new").unwrap();
    let asked = server.asked();
    let before = server.names();
    let mut dry = command(folder.path(), &["publish", "--dry-run", "--published", "published.json"]);
    let run = ended(dry.env_remove("VENUE_PUBLISH_TOKEN").args(to));
    assert_eq!((run.status, server.asked()), (0, asked), "{}", run.said);
    let told = run.json();
    assert_eq!((&told["dry_run"], &told["published"]), (&true.into(), &false.into()));
    assert_eq!(told["passed_over"], serde_json::json!([".htaccess"]));
    assert_eq!(told["rooms"], serde_json::json!({"maps/a.wam": "kept-or-made"}));
    assert_eq!(told["change"]["new"], serde_json::json!(["maps/c.txt"]));

    assert_eq!(publish(folder.path(), &to).status, 0);
    let after = server.names();
    let listed = |key: &str| -> Vec<String> {
        let list = told["change"][key].as_array().unwrap();
        list.iter().map(|name| format!("mixit/{}", name.as_str().unwrap())).collect()
    };
    let deleted: Vec<String> = before.iter().filter(|name| !after.contains(name)).cloned().collect();
    assert_eq!(listed("deleted"), deleted);
    let stored: Vec<String> =
        told["stored"].as_object().unwrap().keys().map(|name| format!("mixit/{name}")).collect();
    let expected: Vec<String> = after.iter().filter(|name| *name != "mixit/maps/a.wam").cloned().collect();
    assert_eq!(stored, expected);
}

#[test]
fn what_the_server_would_refuse_or_drop_is_told_before_it_is_sent() {
    let folder = bundled();
    let server = MapStorage::new(&[]);
    let dist = |name: &str| folder.path().join("dist").join(name);
    let map = fs::read_to_string(dist("maps/a.tmj")).unwrap();
    fs::create_dir(dist(".hidden")).unwrap();
    fs::create_dir(dist("elsewhere")).unwrap();
    fs::remove_file(dist("maps/b.wam")).unwrap();
    fs::copy(dist("maps/a.wam"), dist("elsewhere/b.wam")).unwrap();
    fs::write(dist("maps/no-floor.tmj"), map.replace("floorLayer", "floor")).unwrap();
    fs::write(dist("maps/UPPER.TMJ"), &map).unwrap();
    fs::write(dist("maps/old.json"), &map).unwrap();
    fs::write(dist("maps/picture.tmj"), map.replace("../assets/", "../Assets/")).unwrap();
    fs::write(dist("maps/broken.wam"), "{").unwrap();
    fs::write(dist(".hidden/x.png"), "x").unwrap();
    fs::write(dist("flyer-20261231.png"), "x").unwrap();
    fs::write(dist("secret.js"), format!("const token = '{TOKEN}'")).unwrap();
    let to = ["--url", &server.url, "--directory", "mixit", "--format", "json"];
    let run = publish(folder.path(), &to);
    assert_eq!((run.status, server.asked()), (1, 0), "{}", run.said);
    let rules = run.rules();
    let rules: Vec<(&str, &str)> = rules.iter().map(|(file, rule)| (file.as_str(), rule.as_str())).collect();
    assert_eq!(
        rules,
        [
            (".hidden/x.png", "hidden-file"),
            ("flyer-20261231.png", "dated-file-name"),
            ("maps/UPPER.TMJ", "map-extension-case"),
            ("maps/b.tmj", "wam-elsewhere"),
            ("maps/broken.wam", "broken-json"),
            ("maps/no-floor.tmj", "floor-layer-missing"),
            ("maps/old.json", "map-as-json"),
            ("maps/picture.tmj", "picture-letter-case"),
            ("secret.js", "token-in-bundle"),
        ]
    );
    // The server, asked all the same, refuses the same files.
    let again = publish(folder.path(), &[&to[..], &["--no-check"]].concat());
    assert_eq!((again.status, server.asked()), (1, 1), "{}", again.said);
    let refused: Vec<String> = again
        .rules()
        .into_iter()
        .filter(|(_, rule)| rule == "upload-refused")
        .map(|(file, _)| file)
        .collect();
    assert_eq!(refused, ["maps/broken.wam", "maps/no-floor.tmj", "maps/old.json", "maps/picture.tmj"]);
    assert!(again.said.contains("nothing was published") && server.names().is_empty(), "{}", again.said);
}

#[test]
fn archives_are_sent_as_they_are_and_their_traps_told() {
    let folder = bundled();
    let at = |name: &str| folder.path().join(name);
    command(folder.path(), &["bundle", "--zip", "public.zip"]).assert().code(0);
    let server = MapStorage::new(&[]);
    let to = ["--url", &server.url, "--directory", "mixit", "--format", "json"];
    assert_eq!(publish(folder.path(), &[&["public.zip"], &to[..]].concat()).status, 0);
    let names = server.names();
    // The same paths begun with ./, which the server drops, all of them.
    let mut writer = zip::ZipWriter::new(fs::File::create(at("dotted.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in ["./maps/a.tmj", "../b.tmj"] {
        writer.start_file(name, options).unwrap();
        std::io::copy(&mut fs::File::open(at("dist/maps/a.tmj")).unwrap(), &mut writer).unwrap();
    }
    writer.finish().unwrap();
    let run = publish(folder.path(), &[&["dotted.zip", "--dry-run"], &to[..]].concat());
    let rules: Vec<String> = run.rules().into_iter().map(|(_, rule)| rule).collect();
    assert!(
        rules.contains(&"hidden-file".to_owned()) && rules.contains(&"entry-outside".to_owned()),
        "{rules:?}"
    );
    assert_eq!(run.status, 1);
    // An archive of nothing that is stored would empty the directory.
    let mut writer = zip::ZipWriter::new(fs::File::create(at("nothing.zip")).unwrap());
    writer.start_file("./maps/a.tmj", options).unwrap();
    std::io::copy(&mut fs::File::open(at("dist/maps/a.tmj")).unwrap(), &mut writer).unwrap();
    writer.finish().unwrap();
    let run = publish(folder.path(), &[&["nothing.zip", "--dry-run"], &to[..]].concat());
    assert!(run.rules().iter().any(|(_, rule)| rule == "nothing-stored"), "{}", run.said);
    assert_eq!(run.status, 1);
    let run = publish(folder.path(), &[&["nothing.zip"], &to[..]].concat());
    assert!(run.status == 2 && run.said.contains("holds no manifest.json"), "{}", run.said);
    // And one that lost a map would take it off the server.
    fs::remove_file(at("dist/maps/a.tmj")).unwrap();
    let run = publish(folder.path(), &to);
    assert!(run.rules().contains(&("maps/a.tmj".to_owned(), "bundle-incomplete".to_owned())), "{}", run.said);
    assert_eq!(run.status, 1);
    fs::write(at("no.zip"), "PK").unwrap();
    let run = publish(folder.path(), &[&["no.zip"], &to[..]].concat());
    assert!(run.status == 2 && run.said.contains("no zip"), "{}", run.said);
    assert_eq!(server.names(), names);
}

#[test]
fn troubles_are_told_as_they_are() {
    let folder = bundled();
    let refusal = r#"{"maps/a.tmj":{"tilesets":[{"type":"error","message":"Image not loadable","details":"walls.png"}]}}"#;
    let late = |text: String| Trouble::Late(text);
    // The answer, the exit status, what is said, and how often the server was asked.
    for (troubles, status, words, asked) in [
        (
            vec![Trouble::Early(answer("401 Unauthorized", "", "who is correct-horse-battery?"))],
            2,
            "refuses the token",
            1,
        ),
        (vec![Trouble::Early(answer("403 Forbidden", "", ""))], 2, "refuses the token", 1),
        (vec![Trouble::Early(answer("413 Payload Too Large", "", ""))], 2, "does not take so much", 1),
        (vec![late(answer("413 Payload Too Large", "", ""))], 2, "nothing was published", 1),
        (vec![late(answer("400 Bad Request", "", refusal))], 1, "nothing was published", 1),
        (
            vec![late(answer("400 Bad Request", "", "invalid directory"))],
            2,
            "\"invalid directory\": nothing was published",
            1,
        ),
        (vec![late(answer("500 Oops", "", "correct-horse-battery at line 3"))], 2, "it is not known", 1),
        (vec![late(answer("502 Bad Gateway", "", ""))], 2, "it is not known", 1),
        // So little is out of our hands before anybody reads it.
        (vec![Trouble::CutAt(600)], 2, "it is not known", 1),
        (vec![Trouble::CutAfterAll], 2, "it is not known", 1),
        (vec![Trouble::Silence], 2, "did not answer in time: it is not known", 1),
        // Whoever is under repair has not begun.
        (vec![Trouble::Early(answer("503 Later", "Retry-After: 0\r\n", "")); 2], 0, "", 3),
        (
            vec![Trouble::Early(answer("503 Later", "Retry-After: 0\r\n", "")); 9],
            2,
            "nothing was published",
            4,
        ),
        (
            vec![Trouble::Early(answer("503 Later", "Retry-After: 86400\r\n", ""))],
            2,
            "nothing was published",
            1,
        ),
    ] {
        let server = MapStorage::new(&troubles);
        let run = publish(
            folder.path(),
            &["--url", &server.url, "--directory", "mixit", "--timeout", "1", "--format", "json"],
        );
        assert_eq!((run.status, server.asked()), (status, asked), "{words}: {}", run.said);
        assert!(run.said.contains(words), "{words}: {}", run.said);
        assert_eq!(server.names().is_empty(), status != 0, "{words}");
        if status == 1 {
            assert_eq!(run.rules(), [("maps/a.tmj".to_owned(), "upload-refused".to_owned())]);
            assert_eq!(run.json()["published"], false);
        }
    }
}

#[test]
fn a_body_that_is_cut_in_the_middle_is_not_sent_twice() {
    let folder = bundled();
    // More than sockets hold by themselves.
    let mut state = 1_u32;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    let noise: Vec<u8> = std::iter::repeat_with(&mut random).take(16 << 20).collect();
    fs::write(folder.path().join("dist/film.bin"), noise).unwrap();
    let server = MapStorage::new(&[Trouble::CutAt(100_000)]);
    let run = publish(folder.path(), &["--url", &server.url, "--directory", "mixit"]);
    assert_eq!((run.status, server.asked()), (2, 1), "{}", run.said);
    assert!(run.said.contains("nothing was published"), "{}", run.said);
}

#[test]
fn the_token_goes_to_nobody_else() {
    let folder = bundled();
    let other = MapStorage::new(&[]);
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: {}/upload\r\n", other.url);
        let server = MapStorage::new(&[Trouble::Early(answer(status, &location, ""))]);
        let run = publish(folder.path(), &["--url", &server.url, "--directory", "mixit"]);
        assert_eq!((run.status, other.asked()), (2, 0), "{}", run.said);
        assert!(run.said.contains(&other.url), "{}", run.said);
    }
    for (url, words) in [
        ("http://maps.example.org", "read the token"),
        ("https://ada:hunter2@maps.example.org", "password"),
        ("maps.example.org", "https://"),
    ] {
        let run = publish(folder.path(), &["--url", url, "--directory", "mixit"]);
        assert!(run.status == 2 && run.said.contains(words), "{url}: {}", run.said);
        assert!(!run.said.contains("hunter2"), "{}", run.said);
    }
}

#[test]
fn certificates_are_looked_at() {
    let folder = bundled();
    let (server, certificate) = MapStorage::secure();
    let to = ["--url", &server.url, "--directory", "mixit"];
    let run = publish(folder.path(), &to);
    assert!(run.status == 2 && run.said.contains("certificate"), "{}", run.said);
    assert_eq!(server.asked(), 0);
    let file = folder.path().join("authority.pem");
    fs::write(&file, certificate).unwrap();
    let trusting = |path: &Path| {
        let mut command = command(folder.path(), &["publish"]);
        ended(command.env("VENUE_PUBLISH_TOKEN", TOKEN).env("SSL_CERT_FILE", path).args(to))
    };
    let run = trusting(&file);
    assert_eq!((run.status, server.asked()), (0, 1), "{}", run.said);
    fs::write(&file, "no certificate").unwrap();
    let run = trusting(&file);
    assert!(run.status == 2 && run.said.contains("SSL_CERT_FILE"), "{}", run.said);
}

#[test]
fn nothing_is_sent_by_mistake() {
    let folder = bundled();
    let server = MapStorage::new(&[]);
    server.put(&["assets/entities/x.png", "other/x.tmj"]);
    let refused = [
        // The root holds what others published.
        (vec!["--url", &server.url], "delete everything on the server"),
        (vec!["--url", &server.url, "--directory", "/"], "delete everything on the server"),
        (vec!["--url", &server.url, "--directory", "../other"], "leads out"),
        (vec!["maps", "--url", &server.url, "--directory", "mixit"], "holds no bundle"),
        (vec!["nowhere", "--url", &server.url, "--directory", "mixit"], "cannot read nowhere"),
        (vec!["--directory", "mixit"], "no server is named"),
    ];
    for (args, words) in refused {
        let run = publish(folder.path(), &args);
        assert!(run.status == 2 && run.said.contains(words), "{words}: {}", run.said);
    }
    for token in ["", "  ", "two words"] {
        let mut command = command(folder.path(), &["publish", "--url", &server.url, "--directory", "mixit"]);
        let run = ended(command.env("VENUE_PUBLISH_TOKEN", token));
        assert!(run.status == 2 && run.said.contains("VENUE_PUBLISH_TOKEN"), "{}", run.said);
    }
    assert_eq!(server.asked(), 0);
    let run = publish(folder.path(), &["--url", &server.url, "--yes"]);
    assert_eq!(run.status, 0, "{}", run.said);
    assert!(!server.names().iter().any(|name| name.starts_with("other/")), "as was said");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let folder = bundled();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let run = publish(folder.path(), &["--url", &format!("http://127.0.0.1:{port}"), "--directory", "mixit"]);
    assert!(run.status == 2 && run.said.contains("nothing was published"), "{}", run.said);
}

#[test]
fn maps_of_the_corpus_are_foretold_as_the_schema_judges_them() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    if !judges.join("node_modules").is_dir() {
        eprintln!("skipped: the judges are not installed, run `npm ci --prefix tests/judges`");
        return;
    }
    let all: Vec<String> = walkdir::WalkDir::new(&corpus)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&corpus).unwrap().to_str().unwrap().to_owned())
        .collect();
    let is = |name: &String, kinds: &[&str]| {
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| kinds.contains(&extension))
    };
    let is_picture = |name: &&String| is(name, &["png", "jpg", "jpeg", "svg", "gif"]);
    let pictures: Vec<&String> = all.iter().filter(is_picture).collect();
    let tilesets = all.iter().filter(|name| is(name, &["tsx", "tsj"]));
    let tilesets: Vec<&String> = tilesets.collect();
    let is_map = |name: &String| {
        let json: Option<Value> = serde_json::from_slice(&fs::read(corpus.join(name)).unwrap()).ok();
        json.is_some_and(|json| json["type"] == "map" || json["layers"].is_array())
    };
    let maps: Vec<(String, &String)> = all
        .iter()
        .filter(|name| is(name, &["tmj", "json"]) && is_map(name))
        .map(|name| (format!("{}.tmj", name.rsplit_once('.').unwrap().0), name))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("corpus.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&zip).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in &pictures {
        writer.start_file(name.as_str(), options).unwrap();
    }
    for name in &tilesets {
        writer.start_file(name.as_str(), options).unwrap();
        std::io::copy(&mut fs::File::open(corpus.join(name)).unwrap(), &mut writer).unwrap();
    }
    for (path, name) in &maps {
        writer.start_file(path.as_str(), options).unwrap();
        std::io::copy(&mut fs::File::open(corpus.join(name)).unwrap(), &mut writer).unwrap();
    }
    writer.finish().unwrap();
    let list: Vec<Value> = maps
        .iter()
        .map(|(path, name)| serde_json::json!({"name": path, "file": corpus.join(name), "entries": pictures}))
        .collect();
    let listed = folder.path().join("list.json");
    fs::write(&listed, serde_json::to_vec(&list).unwrap()).unwrap();
    let output =
        std::process::Command::new("node").arg(judges.join("gate.mjs")).arg(&listed).output().unwrap();
    let verdicts: std::collections::BTreeMap<String, Vec<String>> = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let parcel = venue::publish::Parcel::read(&zip).unwrap();
    let forecast = venue::publish::forecast(&parcel, None, None);
    let mut wrong = Vec::new();
    let mut refused = 0;
    for (path, reasons) in &verdicts {
        let told: Vec<String> = forecast
            .findings
            .iter()
            .filter(|finding| finding.spot.file == *path)
            .filter(|finding| venue::publish::severity(finding.rule) == venue::finding::Severity::Error)
            .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
            .collect();
        refused += usize::from(!reasons.is_empty());
        if reasons.is_empty() != told.is_empty() {
            wrong.push(format!("{path}\n  judged: {reasons:?}\n  told: {told:?}"));
        }
    }
    eprintln!("{} maps, {refused} refused", verdicts.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
