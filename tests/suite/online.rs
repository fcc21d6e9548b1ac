//! `venue check --online` against real servers on this computer.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use assert_cmd::Command;
use serde_json::{Value, json};
use venue::online::{Answer, Cache, Client, Failure, Limits, Question, ask_all};

/// What a server was asked, and how.
#[derive(Default)]
struct Log {
    asked: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// A server of HTTP that answers each path with these bytes: the first time with the first, from the last
/// on always with that, `{origin}` being whoever asks. What stands behind a `?` is not looked at.
pub(crate) struct Server {
    port: u16,
    log: Arc<Log>,
}

impl Server {
    pub(crate) fn with(answers: &[(&str, &[&str])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Log::default());
        let answers: BTreeMap<String, Vec<String>> = answers
            .iter()
            .map(|(path, texts)| ((*path).to_owned(), texts.iter().map(|text| (*text).to_owned()).collect()))
            .collect();
        let answers = Arc::new(answers);
        let heard = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&heard));
                std::thread::spawn(move || answer(stream.unwrap(), &answers, &log));
            }
        });
        Self { port, log }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn asked(&self) -> usize {
        self.log.asked.lock().unwrap().len()
    }
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, Vec<String>>, log: &Log) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let (mut line, mut origin) = (String::new(), String::new());
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("origin:") {
            value.trim().clone_into(&mut origin);
        }
        line.clear();
    }
    let path = first.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    let now = log.now.fetch_add(1, Ordering::SeqCst) + 1;
    log.most.fetch_max(now, Ordering::SeqCst);
    let before = {
        let mut asked = log.asked.lock().unwrap();
        let before = asked.iter().filter(|known| **known == path).count();
        asked.push(path.clone());
        before
    };
    let none = vec!["HTTP/1.1 404 Not Found\r\n\r\n".to_owned()];
    let texts = answers.get(&path).unwrap_or(&none);
    let text = &texts[before.min(texts.len() - 1)];
    let text = match text.as_str() {
        "stall" => return std::thread::sleep(Duration::from_secs(20)),
        "slowly" => {
            std::thread::sleep(Duration::from_millis(150));
            page("")
        }
        text => text.replace("{origin}", &origin),
    };
    // Whoever has an answer may ask the next question at once.
    log.now.fetch_sub(1, Ordering::SeqCst);
    let _gone = stream.write_all(text.as_bytes());
}

fn page(headers: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{headers}Content-Length: 2\r\n\r\nhi"
    )
}

/// A project whose map has an area for each of these properties.
fn project(properties: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let areas = properties.iter().zip(1..).map(|((name, value), id)| {
        json!({
            "id": id, "name": format!("a{id}"), "type": "area", "visible": true, "x": 32 * id, "y": 0,
            "width": 32, "height": 32, "rotation": 0,
            "properties": [{"name": name, "type": "string", "value": value}]
        })
    });
    let areas: Vec<Value> = areas.collect();
    let map = json!({
        "type": "map", "version": "1.10", "tiledversion": "1.10.2", "orientation": "orthogonal",
        "renderorder": "right-down", "width": 40, "height": 2, "tilewidth": 32, "tileheight": 32,
        "infinite": false, "nextlayerid": 3, "nextobjectid": 100, "tilesets": [],
        "layers": [{
            "id": 2, "name": "floorLayer", "type": "objectgroup", "opacity": 1, "visible": true, "x": 0,
            "y": 0, "draworder": "topdown", "objects": areas
        }]
    });
    std::fs::write(folder.path().join("hall.tmj"), map.to_string()).unwrap();
    let config = "[project]\nplay-url = \"https://play.example.org/_/global/maps.example.org\"\n";
    std::fs::write(folder.path().join("venue.toml"), config).unwrap();
    folder
}

fn check(folder: &Path, more: &[&str]) -> Vec<Value> {
    check_in(folder, more, &[])
}

/// The same with these variables in the environment.
fn check_in(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> Vec<Value> {
    let mut command = Command::cargo_bin("venue").unwrap();
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.env_remove("SSL_CERT_FILE").envs(environment.iter().copied());
    let output = command
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("HOME", folder)
        .args(["check", "--format", "json", "--online"])
        .args(more)
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let of_servers = |finding: &Value| {
        let rule = finding["rule"].as_str().unwrap();
        ["site-", "certificate-", "content-type-", "cors-", "host-private"]
            .iter()
            .any(|it| rule.starts_with(it))
    };
    said["findings"].as_array().unwrap().iter().filter(|finding| of_servers(finding)).cloned().collect()
}

/// The rule and the object of each finding.
fn told(findings: &[Value]) -> Vec<(&str, &str)> {
    let mut told: Vec<(&str, &str)> = findings
        .iter()
        .map(|finding| (finding["place"]["object"].as_str().unwrap(), finding["rule"].as_str().unwrap()))
        .collect();
    told.sort_unstable();
    told
}

#[test]
fn what_visitors_would_see_of_pages() {
    let pages = [
        ("/fine", vec![page("")]),
        ("/framed", vec![page("Content-Security-Policy: frame-ancestors https://*.example.org\r\n")]),
        ("/denied", vec![page("X-Frame-Options: DENY\r\n")]),
        ("/own", vec![page("Content-Security-Policy: default-src *; frame-ancestors 'self'\r\n")]),
        ("/moved", vec!["HTTP/1.1 302 Found\r\nLocation: /fine\r\nContent-Length: 0\r\n\r\n".to_owned()]),
        ("/round", vec!["HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n".to_owned()]),
        ("/login", vec!["HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()]),
        ("/hiccup", vec!["HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n".to_owned(), page("")]),
        ("/broken", vec!["HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n".to_owned()]),
        ("/endless", vec!["HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nhi".to_owned()]),
        ("/bomb", vec![page(&format!("X: {}\r\n", "x".repeat(1 << 20)))]),
        ("/rubbish", vec!["SSH-2.0-OpenSSH_9.2\r\n".to_owned()]),
    ];
    let texts: Vec<(&str, Vec<&str>)> =
        pages.iter().map(|(path, texts)| (*path, texts.iter().map(String::as_str).collect())).collect();
    let texts: Vec<(&str, &[&str])> = texts.iter().map(|(path, texts)| (*path, texts.as_slice())).collect();
    let server = Server::with(&texts);
    let site = |path: &str| ("openWebsite", server.url(path));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = project(&[
        site("/fine"),
        site("/framed"),
        site("/denied"),
        site("/own"),
        site("/moved"),
        site("/round"),
        site("/login"),
        site("/hiccup"),
        site("/broken"),
        site("/endless"),
        site("/bomb"),
        site("/rubbish"),
        site("/gone"),
        ("openWebsite", format!("http://{closed}/")),
        // A tab of its own is no frame.
        ("openTab", server.url("/denied")),
        ("openWebsite", server.url("/fine#chapter")),
    ]);
    let findings = check(folder.path(), &["--online-private"]);
    assert_eq!(
        told(&findings),
        [
            ("a11", "site-unreachable"),
            ("a12", "site-unreachable"),
            ("a13", "site-unreachable"),
            ("a14", "site-unreachable"),
            ("a3", "site-refuses-frame"),
            ("a4", "site-refuses-frame"),
            ("a6", "site-unreachable"),
            ("a7", "site-answer-doubtful"),
            ("a9", "site-unreachable"),
        ],
        "{findings:#?}"
    );
    let of = |object: &str| findings.iter().find(|finding| finding["place"]["object"] == object).unwrap();
    assert_eq!(of("a3")["pointer"], "/layers/0/objects/2/properties/0/value");
    let message = of("a3")["message"].as_str().unwrap();
    assert!(message.contains("blank panel") && message.contains("X-Frame-Options: DENY"), "{message}");
    assert!(of("a13")["message"].as_str().unwrap().contains("answers 404"), "{findings:#?}");
    assert_eq!((&of("a7")["severity"], &of("a13")["severity"]), (&json!("info"), &json!("warning")));
}

#[test]
fn sounds_must_be_sounds_that_may_be_read() {
    let sound = |headers: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n{headers}\r\n");
    let (open, shut, own) = (
        sound("Access-Control-Allow-Origin: *\r\n"),
        sound(""),
        sound("Access-Control-Allow-Origin: https://play.example.org\r\n"),
    );
    let html = page("Access-Control-Allow-Origin: *\r\n");
    let whoever =
        sound("Access-Control-Allow-Origin: {origin}\r\n").replace("audio/mpeg", "binary/octet-stream");
    let server = Server::with(&[
        ("/open", &[&open]),
        ("/shut", &[&shut]),
        ("/own", &[&own]),
        ("/page", &[&html]),
        ("/whoever", &[&whoever]),
    ]);
    let sound = |path: &str| ("playAudio", server.url(path));
    let folder = project(&[sound("/open"), sound("/shut"), sound("/own"), sound("/page"), sound("/whoever")]);
    // The same file as a script: only who asks differs.
    let map = std::fs::read_to_string(folder.path().join("hall.tmj")).unwrap();
    let script = format!(
        r#"{{"properties":[{{"name":"script","type":"string","value":"{}"}}],"#,
        server.url("/whoever")
    );
    std::fs::write(folder.path().join("hall.tmj"), map.replacen('{', &script, 1)).unwrap();
    let findings = check(folder.path(), &["--online-private"]);
    assert_eq!(told(&findings), [("a2", "cors-missing"), ("a4", "content-type-wrong")], "{findings:#?}");
}

#[test]
fn nobody_in_a_private_network_is_asked_unless_wanted() {
    let server = Server::with(&[("/", &[&page("")])]);
    let folder = project(&[("openWebsite", server.url("/"))]);
    let findings = check(folder.path(), &[]);
    assert_eq!(told(&findings), [("a1", "host-private")], "{findings:#?}");
    assert_eq!((findings[0]["severity"].as_str(), server.asked()), (Some("info"), 0));
    assert_eq!(told(&check(folder.path(), &["--online-private"])), []);
    assert_eq!(server.asked(), 1);
}

#[test]
fn what_was_served_is_not_asked_again() {
    let server = Server::with(&[("/fine", &[&page("")])]);
    let folder = project(&[("openWebsite", server.url("/fine")), ("openWebsite", server.url("/gone"))]);
    for (run, more) in [
        (2, &["--online-private"][..]),
        // What failed may have been mended.
        (3, &["--online-private"]),
        (5, &["--online-private", "--online-again"]),
    ] {
        assert_eq!(told(&check(folder.path(), more)), [("a2", "site-unreachable")]);
        assert_eq!(server.asked(), run);
    }
    // A cache that somebody broke is none.
    std::fs::write(folder.path().join("cache/venue/online.json"), "{]").unwrap();
    check(folder.path(), &["--online-private"]);
    assert_eq!(server.asked(), 7);
}

fn question(address: String) -> Question {
    Question { address, origin: "https://play.example.org".to_owned() }
}

#[test]
fn a_host_is_asked_little_at_a_time() {
    let server = Server::with(&[("/", &["slowly"])]);
    let questions = (0..12).map(|index| question(server.url(&format!("/?{index}")))).collect();
    let client = Client::new(&Limits { private: true, ..Limits::default() });
    let said = AtomicUsize::new(0);
    let answers = ask_all(&questions, &client, &mut Cache::default(), Duration::from_secs(60), &|done| {
        said.fetch_max(done, Ordering::SeqCst);
    });
    assert_eq!((answers.len(), said.into_inner()), (12, 12));
    let none = ask_all(&questions, &client, &mut Cache::default(), Duration::ZERO, &|_| {});
    assert!(none.is_empty(), "time was over before the first");
    let most = server.log.most.load(Ordering::SeqCst);
    assert!(most <= 2, "{most} at once");
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let server = Server::with(&[("/", &["stall"])]);
    let limits = Limits { private: true, patience: Duration::from_millis(300), ..Limits::default() };
    let begun = Instant::now();
    let answer = Client::new(&limits).ask(&question(server.url("/")));
    assert_eq!(answer, Answer::Failed(Failure::Late));
    assert!(begun.elapsed() < Duration::from_secs(15), "it waited for the server");
}

#[test]
fn hosts_that_do_not_exist_are_told() {
    let client = Client::new(&Limits::default());
    let answer = client.ask(&question("https://venue-test.invalid/".to_owned()));
    // Where nobody answers questions about names, time runs out.
    assert!(matches!(answer, Answer::Failed(Failure::NoHost | Failure::Late)), "{answer:?}");
}

/// A server of TLS with a certificate that holds until then.
pub(crate) fn secure(end: (i32, u8, u8)) -> String {
    secure_with(end, page("")).0
}

/// A server of TLS that gives this answer, and its certificate, which it has signed itself.
fn secure_with(end: (i32, u8, u8), text: String) -> (String, Vec<u8>) {
    let mut params =
        rcgen::CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(end.0, end.1, end.2);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let _refused = tls.read(&mut [0; 1024]);
            let _refused = tls.write_all(text.as_bytes());
        }
    });
    (format!("https://127.0.0.1:{port}/"), certificate.der().to_vec())
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

#[test]
fn pages_that_lead_away_from_https_are_told() {
    let plain = Server::with(&[("/menu", &[&page("")])]);
    let (leaving, first) = secure_with((2099, 1, 1), moved(&plain.url("/menu")));
    let (staying, second) = secure_with((2099, 1, 1), page(""));
    let (back, third) = secure_with((2099, 1, 1), moved(&staying));
    let folder = project(&[("openWebsite", leaving), ("openWebsite", staying), ("openWebsite", back)]);
    let mut pem = String::new();
    for der in [first, second, third] {
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
        writeln!(pem, "-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----").unwrap();
    }
    let file = folder.path().join("own.pem");
    std::fs::write(&file, pem).unwrap();
    let trusting = [("SSL_CERT_FILE", file.to_str().unwrap())];
    let findings = check_in(folder.path(), &["--online-private"], &trusting);
    assert_eq!(told(&findings), [("a1", "site-insecure")], "{findings:#?}");
    let message = findings[0]["message"].as_str().unwrap();
    assert!(message.contains(&plain.url("/menu")), "{message}");
    assert_eq!(plain.asked(), 1);
}

/// A proxy that gives the answers of hosts itself, as if it had asked them, and what it was asked for:
/// host and path.
fn proxy(answers: &[(&str, String)]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answers: BTreeMap<String, String> =
        answers.iter().map(|(place, text)| ((*place).to_owned(), text.clone())).collect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut request = || {
                let (mut first, mut line) = (String::new(), String::new());
                reader.read_line(&mut first).unwrap();
                while reader.read_line(&mut line).unwrap() > 2 {
                    line.clear();
                }
                first.split(' ').nth(1).unwrap_or_default().to_owned()
            };
            // A tunnel to `host:80` first, or the whole address at once.
            let target = request();
            let place = if let Some(place) = target.strip_prefix("http://") {
                place.to_owned()
            } else {
                stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
                format!("{}{}", target.trim_end_matches(":80"), request())
            };
            let none = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
            let text = answers.get(&place).unwrap_or(&none);
            heard.lock().unwrap().push(place);
            stream.write_all(text.as_bytes()).unwrap();
        }
    });
    (address, asked)
}

#[test]
fn nobody_in_a_private_network_is_asked_by_way_of_a_proxy() {
    // Addresses of documentation: nobody is there, and the proxy does not look.
    let (proxy, asked) = proxy(&[
        ("203.0.113.5/moved", moved("http://203.0.113.6/fine")),
        ("203.0.113.6/fine", page("")),
        ("203.0.113.5/trap", moved("http://10.0.0.1/router")),
        ("10.0.0.1/router", page("")),
    ]);
    let folder = project(&[
        ("openWebsite", "http://203.0.113.5/moved".to_owned()),
        ("openWebsite", "http://203.0.113.5/trap".to_owned()),
        ("openWebsite", "http://10.0.0.1/router".to_owned()),
    ]);
    let environment = [("http_proxy", proxy.as_str()), ("https_proxy", proxy.as_str())];
    let findings = check_in(folder.path(), &[], &environment);
    assert_eq!(told(&findings), [("a2", "host-private"), ("a3", "host-private")], "{findings:#?}");
    let mut asked = asked.lock().unwrap().clone();
    asked.sort_unstable();
    assert_eq!(asked, ["203.0.113.5/moved", "203.0.113.5/trap", "203.0.113.6/fine"]);
}

#[test]
fn certificates_that_browsers_refuse() {
    let folder = project(&[("openWebsite", secure((2021, 1, 1))), ("openWebsite", secure((2099, 1, 1)))]);
    let findings = check(folder.path(), &["--online-private"]);
    assert_eq!(told(&findings), [("a1", "certificate-wrong"), ("a2", "certificate-wrong")], "{findings:#?}");
    let message = |index: usize| findings[index]["message"].as_str().unwrap();
    assert!(message(0).contains("it has expired"), "{}", message(0));
    assert!(message(1).contains("nobody whom browsers trust"), "{}", message(1));
}
