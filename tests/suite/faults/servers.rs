//! Servers that never end, lie, or send more than anybody can take. Each is asked on its own: nothing that
//! one does may hold up the program.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

use venue::online::{Answer, Client, Failure, Limits, Question};

use super::{PATIENCE, project, venue};

/// A server that does this with whoever asks, once it has read the question's head; its address.
fn server(behaves: impl Fn(&mut TcpStream, &str) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let behaves = std::sync::Arc::new(behaves);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let behaves = std::sync::Arc::clone(&behaves);
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut first, mut line) = (String::new(), String::new());
                let _none = reader.read_line(&mut first);
                while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                    line.clear();
                }
                // Whoever asked goes away, and that is the end of it.
                let _gone = behaves(&mut stream, &first);
            });
        }
    });
    address
}

/// What a client that waits half a second makes of it.
fn asked(address: String) -> Answer {
    let limits = Limits { private: true, patience: Duration::from_millis(500), ..Limits::default() };
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let question = Question { address, origin: "https://play.example.org".to_owned() };
        // Whoever waited has given up.
        drop(send.send(Client::new(&limits).ask(&question)));
    });
    receive.recv_timeout(PATIENCE).expect("it waits for ever")
}

fn status(answer: &Answer) -> u16 {
    let Answer::Served(served) = answer else { panic!("{answer:?}") };
    served.status
}

#[test]
fn heads_that_never_end_are_left() {
    let dripping = server(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            stream.write_all(b"X-Wait: a little\r\n")?;
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert!(matches!(asked(dripping), Answer::Failed(Failure::Late)));
    let flood = server(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            stream.write_all(
                &b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(100),
            )?;
        }
    });
    assert!(matches!(asked(flood), Answer::Failed(_)));
    let one_line = server(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ")?;
        loop {
            stream.write_all(&[b'a'; 4096])?;
        }
    });
    assert!(matches!(asked(one_line), Answer::Failed(_)));
    let mute = server(|_, _| {
        loop {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    assert!(matches!(asked(mute), Answer::Failed(Failure::Late)));
}

#[test]
fn bodies_are_not_read_whatever_is_said_of_them() {
    for head in [
        "Content-Length: 18446744073709551615\r\n",
        "Content-Length: 5\r\nContent-Length: 7\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Encoding: gzip\r\nContent-Length: 1000000000000\r\n",
        "",
    ] {
        let bomb = server(move |stream, _| {
            stream
                .write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n").as_bytes())?;
            loop {
                stream.write_all(&[0; 4096])?;
            }
        });
        match asked(bomb) {
            Answer::Served(served) => assert_eq!(served.status, 200, "{head}"),
            // What is said of the length may be nonsense.
            Answer::Failed(Failure::Other(reason)) => assert!(reason.len() < 300, "{reason}"),
            other @ Answer::Failed(_) => panic!("{head}: {other:?}"),
        }
    }
    let short = server(|stream, _| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhi"));
    assert_eq!(status(&asked(short)), 200);
}

#[test]
fn redirects_without_end_are_left() {
    // Each to somewhere new, so that no loop can be seen.
    let endless = server(|stream, first| {
        let path = first.split(' ').nth(1).unwrap_or("/").len();
        let next = "a".repeat(path);
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: /{next}\r\nContent-Length: 0\r\n\r\n")
    });
    assert!(matches!(asked(endless), Answer::Failed(Failure::Redirects)));
    let growing = server(|stream, _| {
        let long = "b".repeat(60_000);
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: /{long}\r\nContent-Length: 0\r\n\r\n")
    });
    assert!(matches!(asked(growing), Answer::Failed(_)));
}

#[test]
fn an_answer_to_an_upload_that_never_ends_is_not_waited_for() {
    let folder = project();
    venue(folder.path(), &["bundle"]).assert().code(0);
    for head in ["200 OK\r\n", "500 Oops\r\n", "200 OK\r\nContent-Length: 99999999999999\r\n"] {
        let url = server(move |stream, _| {
            stream.write_all(format!("HTTP/1.1 {head}Content-Type: text/plain\r\n\r\n").as_bytes())?;
            loop {
                stream.write_all(&[b'x'; 4096])?;
            }
        });
        let mut publish = venue(folder.path(), &["publish", "dist", "--url", &url, "--directory", "d"]);
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            publish.env_remove(name);
        }
        let output = publish.env("VENUE_PUBLISH_TOKEN", "a-secret-of-ours").output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.code().is_some(), "{head}: it waited for ever");
        assert!(said.len() < 10_000 && !said.contains("a-secret-of-ours"), "{head}: {} bytes", said.len());
    }
}
