//! Servers that answer what a sketch says of them.

use venue::online::{Answer, Client, Limits, Question, Served};

use crate::online::{Server, secure};

/// What a real server that is made to answer so is heard to say.
pub(super) fn answer(address: &str, parts: &[String]) -> Answer {
    let limits = Limits { private: true, ..Limits::default() };
    let ask = |address: String| {
        Client::new(&limits).ask(&Question { address, origin: "https://play.workadventu.re".to_owned() })
    };
    if parts[0] == "is not asked" {
        let question = Question { address: address.to_owned(), origin: "null".to_owned() };
        return Client::new(&Limits::default()).ask(&question);
    }
    if parts[0] == "has an expired certificate" {
        return ask(secure((2021, 1, 1)));
    }
    let mut head = format!("HTTP/1.1 {} Said\r\nContent-Length: 0\r\n", parts[0]);
    let mut leads_to = None;
    for header in &parts[1..] {
        // Where it leads must be answered, too.
        let Some(location) = header.strip_prefix("Location: ") else {
            head.push_str(header);
            head.push_str("\r\n");
            continue;
        };
        leads_to = Some(location.to_owned());
        head += "Location: /elsewhere\r\n";
    }
    head += "\r\n";
    let server =
        Server::with(&[("/", &[&head]), ("/elsewhere", &["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])]);
    let mut answer = ask(server.url("/"));
    // No server of this computer can prove to be that of an https address; the step from there to
    // http is all that is said instead of seen.
    if let (Answer::Served(served), Some(location)) = (&mut answer, leads_to) {
        let insecure = location.starts_with("http:") && address.starts_with("https:");
        *served = Served { insecure: insecure.then_some(location), ..served.clone() };
    }
    answer
}
