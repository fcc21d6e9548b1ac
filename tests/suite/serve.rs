//! `venue serve`, asked over real connections.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// The demo venue in a folder of its own.
pub(super) fn demo() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in ["maps", "assets/tilesets", "assets/stands", "venue.toml"] {
        let from = root.join(part);
        for entry in walkdir::WalkDir::new(&from) {
            let entry = entry.unwrap();
            let to = folder.path().join(entry.path().strip_prefix(root).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(to).unwrap();
            } else {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    folder
}

/// A running server; ends with the value.
pub(super) struct Serving {
    process: Child,
    /// With a slash at its end.
    pub(super) address: String,
}

/// What the server said.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Serving {
    pub(super) fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_venue"))
            .current_dir(folder)
            .args(["serve", "--port", "0", "--quiet"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().next().unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "loopback unless told otherwise: {line}");
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        let host = self.address.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Asks as it stands: no client tidies the path up.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = self.connect();
        write!(stream, "{method} {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "Host: localhost\r\n")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

#[test]
fn maps_and_pictures_can_be_fetched_from_anywhere() {
    let folder = demo();
    fs::write(folder.path().join("maps/a b+ü.txt"), "blank").unwrap();
    let config = folder.path().join("venue.toml");
    let stage = fs::read_to_string(&config).unwrap().replace("76979871\"", "76979871?a=\\\"1\\\"\"");
    fs::write(config, stage).unwrap();
    let serving = Serving::start(folder.path());
    let map = serving.get("/maps/lobby.tmj");
    assert_eq!(map.status, 200);
    assert!(map.head.contains("access-control-allow-origin: *"), "{}", map.head);
    assert!(map.head.contains("content-type: application/json"), "{}", map.head);
    assert_eq!(map.body, fs::read_to_string(folder.path().join("maps/lobby.tmj")).unwrap());
    assert!(serving.get("/assets/tilesets/floors.png").head.contains("content-type: image/png"));
    assert_eq!(serving.get("/maps/a%20b+%C3%BC.txt").body, "blank");
    // The hall with its stands exists in memory only.
    for hall in ["/maps/hall.stands.tmj", "/maps/hall.tmj"] {
        let hall = serving.get(hall).body;
        assert!(hall.contains("\"blauwal\""), "who comes to the hall finds the stands");
        assert!(hall.contains(r#"76979871?a=\"1\""#) && !hall.contains("${links."), "links are filled in");
        assert!(serde_json::from_str::<serde_json::Value>(&hall).is_ok(), "and the map stays whole");
    }
    assert!(!folder.path().join("maps/hall.stands.tmj").exists());
    let asked = serving.ask("OPTIONS", "/maps/lobby.tmj", "Host: localhost\r\nOrigin: https://a.example\r\n");
    assert_eq!(asked.status, 204);
    assert!(asked.head.contains("access-control-allow-origin: *"));
    assert_eq!(serving.ask("HEAD", "/maps/lobby.tmj", "Host: localhost\r\n").body, "");
    assert_eq!(serving.ask("DELETE", "/maps/lobby.tmj", "Host: localhost\r\n").status, 405);
}

#[test]
fn nothing_else_is_given_away() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    let folder = demo();
    let root = folder.path();
    fs::write(root.join(".env"), "secret").unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::write(root.join(".git/config"), "secret").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), root.join("maps/out")).unwrap();
        std::os::unix::fs::symlink(root.join(".git"), root.join("maps/visible")).unwrap();
    }
    let serving = Serving::start(root);
    let up = format!("/..{}/secret.txt", outside.path().display());
    for path in [
        "/.env",
        "/.git/config",
        "/maps/out/secret.txt",
        "/maps/visible/config",
        "/../secret.txt",
        "/maps/../.env",
        "/%2e%2e/secret.txt",
        "/maps/..%2f.env",
        "/maps/%2e%2e/.env",
        "//etc/passwd",
        "/maps/..\\..\\secret.txt",
        "/maps/lobby.tmj%00.png",
        "/maps",
        "/Maps/lobby.tmj",
        "/venue.toml",
        "/maps/sponsors.toml",
        &up,
    ] {
        let answer = serving.get(path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.body.contains("secret"), "{path}");
    }
}

#[test]
fn pages_of_other_names_get_no_answer() {
    let folder = demo();
    let serving = Serving::start(folder.path());
    for (host, status) in [
        ("Host: localhost:1\r\n", 200),
        ("Host: 127.0.0.1\r\n", 200),
        ("Host: evil.example\r\n", 421),
        ("Host: localhost.evil.example\r\n", 421),
    ] {
        let answer = serving.ask("GET", "/", host);
        assert_eq!(answer.status, status, "{host}");
        assert_eq!(answer.body.contains("Demo Days"), status == 200, "{host}");
    }
    let own = serving.get("/_venue/walk.html").head;
    assert!(own.contains("content-security-policy: default-src 'self'"), "{own}");
    assert!(!own.contains("access-control-allow-origin"), "{own}");
}

#[test]
fn a_save_is_told_and_a_broken_project_says_why() {
    let folder = demo();
    let serving = Serving::start(folder.path());
    assert!(serving.get("/").body.contains("0 errors"));
    let mut changes = serving.connect();
    write!(changes, "GET /_venue/changes HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(changes).lines();
    let mut told = |what: &str| {
        let found = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with(what));
        assert!(found.is_some(), "the stream ended");
    };
    told("event: version");
    let config = folder.path().join("venue.toml");
    let good = fs::read_to_string(&config).unwrap();
    fs::write(&config, "[project]\nnmae = 1\n").unwrap();
    told("event: version");
    let page = serving.get("/").body;
    assert!(page.contains("cannot be read") && page.contains("nmae"), "{page}");
    fs::write(&config, good).unwrap();
    told("event: version");
    assert!(serving.get("/").body.contains("Demo Days: Lobby"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let folder = demo();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_venue"))
        .current_dir(folder.path())
        .args(["serve", "--port", &port])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("choose another port with --port"), "{said}");
}
