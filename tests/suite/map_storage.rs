//! A map-storage server that keeps to what is written of the real one (workadventure-maps, section 7), in
//! as much as uploads need it; and one that behaves worse.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead as _, BufReader, Cursor, Read, Write},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::Engine as _;
use serde_json::{Value, json};

/// What happens to a request in the place of what should.
#[derive(Clone)]
pub(crate) enum Trouble {
    /// This answer before the body is sent.
    Early(String),
    /// This answer once all is there.
    Late(String),
    /// The connection ends after so many bytes of the body.
    CutAt(usize),
    /// All is read, and nothing said.
    Silence,
    /// All is read, and the connection ends.
    CutAfterAll,
}

/// What was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    pub(crate) line: String,
    pub(crate) token: Option<String>,
}

#[derive(Default)]
pub(crate) struct Storage {
    pub(crate) files: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(crate) heard: Mutex<Vec<Heard>>,
    troubles: Mutex<VecDeque<Trouble>>,
}

pub(crate) struct MapStorage {
    pub(crate) url: String,
    pub(crate) storage: Arc<Storage>,
}

/// The token that it knows.
pub(crate) const TOKEN: &str = "correct-horse-battery";

impl MapStorage {
    pub(crate) fn new(troubles: &[Trouble]) -> Self {
        Self::start(troubles, None)
    }

    /// One that speaks TLS, with the certificate that clients must trust.
    pub(crate) fn secure() -> (Self, String) {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certified.cert.der().clone()], key)
                .unwrap();
        let text = base64::engine::general_purpose::STANDARD.encode(certified.cert.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
        (Self::start(&[], Some(Arc::new(config))), pem)
    }

    fn start(troubles: &[Trouble], tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let storage =
            Arc::new(Storage { troubles: Mutex::new(troubles.to_vec().into()), ..Storage::default() });
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::clone(&storage);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (storage, tls) = (Arc::clone(&shared), tls.clone());
                std::thread::spawn(move || {
                    let stream = stream.unwrap();
                    // Whoever breaks off is none of our worries.
                    let _broken_off = match tls {
                        None => storage.serve(stream),
                        Some(config) => {
                            let connection = rustls::ServerConnection::new(config).unwrap();
                            storage.serve(rustls::StreamOwned::new(connection, stream))
                        }
                    };
                });
            }
        });
        Self { url: format!("{scheme}://localhost:{port}/map-storage"), storage }
    }

    /// Puts files there that somebody else published.
    pub(crate) fn put(&self, names: &[&str]) {
        let mut files = self.storage.files.lock().unwrap();
        files.extend(names.iter().map(|name| ((*name).to_owned(), b"old".to_vec())));
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.storage.files.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn asked(&self) -> usize {
        self.storage.heard.lock().unwrap().len()
    }
}

impl Storage {
    fn serve(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut heard = Heard::default();
        reader.read_line(&mut heard.line)?;
        let (mut length, mut boundary, mut expects) = (0, String::new(), false);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            let (name, value) = line.trim_end().split_once(": ").unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "authorization" => heard.token = value.strip_prefix("Bearer ").map(str::to_owned),
                "content-type" => {
                    value.split_once("boundary=").unwrap_or_default().1.clone_into(&mut boundary);
                }
                "expect" => expects = true,
                _ => {}
            }
        }
        let (line, known) = (heard.line.clone(), heard.token.as_deref() == Some(TOKEN));
        self.heard.lock().unwrap().push(heard);
        let trouble = self.troubles.lock().unwrap().pop_front();
        if let Some(Trouble::Early(text)) = &trouble {
            return reader.get_mut().write_all(text.as_bytes());
        }
        if trouble.is_none() && !known {
            return reader.get_mut().write_all(&response(401, "text/plain", "Unauthorized"));
        }
        if expects {
            reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if let Some(Trouble::CutAt(bytes)) = trouble {
            return reader.read_exact(&mut vec![0; bytes]);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let answer = match trouble {
            Some(Trouble::Late(text)) => text.into_bytes(),
            Some(Trouble::Silence) => {
                std::thread::sleep(Duration::from_secs(20));
                return Ok(());
            }
            Some(_) => return Ok(()),
            None if line.starts_with("POST /map-storage/upload ") => self.upload(&parts(&body, &boundary)),
            None => response(404, "text/plain", "no such thing"),
        };
        reader.get_mut().write_all(&answer)
    }

    fn upload(&self, parts: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
        let directory = String::from_utf8(parts.get("directory").cloned().unwrap_or_default()).unwrap();
        let Some(zip) = parts.get("file") else { return response(400, "text/plain", "no file") };
        if directory.contains("..") {
            return response(400, "text/plain", "invalid directory");
        }
        let entries = entries(zip);
        let wrong: BTreeMap<&String, Value> =
            entries.iter().filter_map(|(name, bytes)| Some((name, wrong(name, bytes, &entries)?))).collect();
        if !wrong.is_empty() {
            return response(400, "application/json", &json!(wrong).to_string());
        }
        let within = |name: &str| {
            if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
        };
        let mut files = self.files.lock().unwrap();
        let prefix = within("");
        files.retain(|path, _| {
            let Some(name) = path.strip_prefix(&prefix) else { return true };
            let map = name.strip_suffix(".wam").map(|stem| format!("{stem}.tmj"));
            map.is_some_and(|map| entries.contains_key(&map)) && !entries.contains_key(name)
        });
        let base = |name: &str| name.rsplit('/').next().unwrap().to_owned();
        let is_room = |name: &&String| extension(name) == Some("wam");
        let rooms: Vec<String> = entries.keys().filter(is_room).map(|name| base(name)).collect();
        for (name, bytes) in &entries {
            files.insert(within(name), bytes.clone());
            if let Some(stem) = name.strip_suffix(".tmj") {
                let room = format!("{stem}.wam");
                if !rooms.contains(&base(&room)) {
                    files.entry(within(&room)).or_insert_with(|| b"made".to_vec());
                }
            }
        }
        response(200, "text/plain", "File successfully uploaded.")
    }
}

fn response(status: u16, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The fields of a form by name.
fn parts(body: &[u8], boundary: &str) -> BTreeMap<String, Vec<u8>> {
    let mark = format!("--{boundary}");
    let find = |from: usize, needle: &[u8]| {
        body[from..].windows(needle.len()).position(|window| window == needle).map(|at| from + at)
    };
    let mut parts = BTreeMap::new();
    let mut at = find(0, mark.as_bytes()).unwrap() + mark.len();
    while !body[at..].starts_with(b"--") {
        let start = find(at, b"\r\n\r\n").unwrap();
        let head = String::from_utf8(body[at..start].to_vec()).unwrap();
        let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let end = find(start, format!("\r\n{mark}").as_bytes()).unwrap();
        parts.insert(name, body[start + 4..end].to_vec());
        at = end + 2 + mark.len();
    }
    parts
}

fn entries(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut entries = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if !name.ends_with('/') && !name.split('/').any(|part| part.starts_with('.')) {
            entries.insert(name, bytes);
        }
    }
    entries
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension().and_then(|extension| extension.to_str())
}

/// What it refuses about a file, by section.
fn wrong(name: &str, bytes: &[u8], entries: &BTreeMap<String, Vec<u8>>) -> Option<Value> {
    let issue = |message: &str| json!([{"type": "error", "message": message, "details": "", "link": "https://docs.example"}]);
    let read: Result<Value, _> = serde_json::from_slice(bytes);
    match (extension(name), read) {
        (Some("json"), Ok(json)) if json["type"] == "map" && json["tiledversion"].is_string() => {
            Some(json!({"map": issue("Use .tmj as the extension of maps.")}))
        }
        (Some("tmj"), Err(_)) => Some(json!({"map": issue("Invalid JSON")})),
        (Some("wam"), Err(_)) => Some(json!({"wam": issue("Invalid JSON")})),
        (Some("tmj"), Ok(map)) => {
            let mut sections = serde_json::Map::new();
            if map["orientation"] != "orthogonal" || map["infinite"] == true {
                sections.insert("map".to_owned(), issue("Maps are finite and orthogonal."));
            }
            let is_floor = |layer: &Value| layer["type"] == "objectgroup" && layer["name"] == "floorLayer";
            if !map["layers"].as_array().unwrap().iter().any(is_floor) {
                sections.insert("layers".to_owned(), issue("The map has no layer called floorLayer."));
            }
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            for set in map["tilesets"].as_array().unwrap() {
                let image = venue::source::resolve(folder, set["image"].as_str().unwrap_or("?"));
                if !entries.contains_key(&image) {
                    sections.insert("tilesets".to_owned(), issue("Image not loadable."));
                }
            }
            (!sections.is_empty()).then_some(Value::Object(sections))
        }
        _ => None,
    }
}
