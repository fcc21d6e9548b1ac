//! What the server says to an upload.

use serde_json::Value as Json;

use super::{Token, rules::UPLOAD_REFUSED};
use crate::finding::{Finding, Spot};

/// Most characters of a message that are shown.
const LONGEST: usize = 400;

/// The answer to an upload that the server has looked at.
#[derive(Debug)]
pub enum Answer {
    /// It is online; what the server says to it.
    Published(String),
    /// Nothing is, for what the findings say.
    Refused(Vec<Finding>),
}

/// The findings in the body of a refusal: for each file, by section (`map`, `layers`, `tilesets`,
/// `entities`), a list of what is wrong (workadventure-maps, section 7.2). None where it is another text.
pub(super) fn findings(body: &str, token: &Token) -> Vec<Finding> {
    let Ok(Json::Object(files)) = serde_json::from_str(body) else { return Vec::new() };
    let mut findings = Vec::new();
    for (file, sections) in &files {
        let Json::Object(sections) = sections else { continue };
        for (section, list) in sections {
            for item in list.as_array().into_iter().flatten() {
                findings.extend(finding(file, section, item, token));
            }
        }
    }
    findings
}

fn finding(file: &str, section: &str, item: &Json, token: &Token) -> Option<Finding> {
    let text = |key: &str| {
        let text = item.get(key).and_then(Json::as_str)?;
        Some(plain(text, token)).filter(|text| !text.is_empty())
    };
    let message = text("message").or_else(|| item.as_str().map(|message| plain(message, token)))?;
    let message = format!("the server refuses its {}: {message}", plain(section, token));
    let mut finding = Finding::new(&UPLOAD_REFUSED, Spot::file(plain(file, token)), message);
    let help: Vec<String> = [text("details"), text("link")].into_iter().flatten().collect();
    if !help.is_empty() {
        finding = finding.help(help.join(" "));
    }
    Some(finding)
}

/// A text of the server on one line, as long as people read, without the token and without what
/// terminals would take for commands.
pub(super) fn plain(text: &str, token: &Token) -> String {
    let text = token.hide(text);
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.chars().filter(|c| !c.is_control()).collect()).collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_that_is_wrong_is_a_finding_at_its_file() {
        let token = Token::new("t0ken-of-server").unwrap();
        let body = r#"{"maps/hall.tmj": {
            "map": [{"type": "error", "message": "Map is infinite", "details": "Switch it off.", "link": "https://a.example"}],
            "tilesets": [{"type": "error", "message": "No\u001b[31m picture\nt0ken-of-server", "details": ""}]},
            "odd": 3, "other.wam": {"map": ["plain words", 7]}}"#;
        let told = findings(body, &token);
        let told: Vec<(&str, &str, Option<&str>)> = told
            .iter()
            .map(|finding| (finding.spot.file.as_str(), finding.message.as_str(), finding.help.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "maps/hall.tmj",
                    "the server refuses its map: Map is infinite",
                    Some("Switch it off. https://a.example")
                ),
                ("maps/hall.tmj", "the server refuses its tilesets: No[31m picture …", None),
                ("other.wam", "the server refuses its map: plain words", None),
            ]
        );
        for other in ["", "no file", "[]", "{\"error\": \"x\"}", "{"] {
            assert!(findings(other, &token).is_empty(), "{other}");
        }
        assert_eq!(plain(&"x".repeat(1000), &token).chars().count(), LONGEST + 1);
    }
}
