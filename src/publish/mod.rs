//! Uploads of bundles to WorkAdventure's map-storage (workadventure-maps, section 7).
//!
//! ```text
//! folder, zip  ──> Parcel      the files as they will be sent, and the archive
//! Parcel       ──> forecast    what the server makes of it, by its rules: no network
//! Parcel       ──> Server      sent once, with a token that nothing else ever shows
//! answer       ──> findings    what the server says of each file
//! ```

mod address;
mod answer;
mod forecast;
mod gate;
mod parcel;
mod rules;
mod server;
mod token;

use std::path::PathBuf;

pub use address::Address;
pub use answer::Answer;
pub use forecast::{Change, Forecast, Room, forecast};
pub use parcel::Parcel;
pub use rules::{rule, rules, severity};
pub use server::{Limits, Server};
pub use token::Token;

use crate::online::Failure;

/// Why nothing was published, or why nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The server's address cannot be used.
    #[error("the address of the server, \"{address}\", {reason}")]
    Address {
        /// The address, without what could be a password.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The directory cannot be used.
    #[error("the directory \"{directory}\" {reason}")]
    Directory {
        /// The directory.
        directory: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no token, or none that a header can carry.
    #[error("{0}")]
    Token(&'static str),
    /// The folder or archive is no bundle.
    #[error("{}: {reason}", path.display())]
    NoBundle {
        /// The folder or archive.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The folder or archive cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Certificates that the environment names cannot be used.
    #[error("the certificates in {}, which SSL_CERT_FILE names, cannot be used: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The server does not know the token.
    #[error("the server refuses the token (HTTP {status}): nothing was published; is {variable} the one of this server?", variable = Token::VARIABLE)]
    Unauthorised {
        /// The answer's status.
        status: u16,
    },
    /// The bundle is larger than the server takes.
    #[error("the server does not take so much (HTTP 413): nothing was published; {bytes} bytes were offered")]
    TooLarge {
        /// Size of the archive.
        bytes: u64,
    },
    /// The server sends elsewhere, where the token is not sent.
    #[error(
        "the server sends us on to \"{to}\" (HTTP {status}), and the token goes nowhere but where it was meant for: if that is the right address, name it as the url"
    )]
    Redirect {
        /// The answer's status.
        status: u16,
        /// Where to.
        to: String,
    },
    /// The server refuses for another reason.
    #[error("the server answers {status}{}: {outcome}", if text.is_empty() { String::new() } else { format!(", \"{text}\"") })]
    Refused {
        /// The answer's status.
        status: u16,
        /// What it says.
        text: String,
        /// What that means for what is online.
        outcome: Outcome,
    },
    /// No answer came.
    #[error("{reason}: {outcome}")]
    NoAnswer {
        /// Why.
        reason: String,
        /// What that means for what is online.
        outcome: Outcome,
    },
}

/// What is online after an upload that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was before: the server cannot have begun.
    Untouched,
    /// The old, the new, or a part of it.
    Unknown,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Untouched => "nothing was published",
            Self::Unknown => {
                "it is not known whether the upload took effect; publishing the same bundle once more does no harm"
            }
        })
    }
}

/// Why no server answered, in words that end a sentence about it.
fn in_words(failure: &Failure, host: &str) -> String {
    match failure {
        Failure::NoHost => format!("there is no host {host}"),
        Failure::Refused => format!("{host} broke off the connection, or takes none"),
        Failure::Late => format!("{host} did not answer in time"),
        Failure::Certificate(why) => format!("the certificate of {host} is wrong, {why}"),
        Failure::Redirects => format!("{host} sends from one address to the next"),
        Failure::Private => format!("{host} is in a private network"),
        Failure::Other(why) => format!("{host}: {why}"),
    }
}

/// Whether a file's extension is this one to map-storage, which tells `.TMJ` from `.tmj`.
fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}

/// The folder on the server, without slashes around it; empty for the root of the storage.
///
/// # Errors
/// [`PublishError::Directory`] where map-storage would refuse or hide it.
pub fn directory(text: &str) -> Result<String, PublishError> {
    let refuse = |reason| PublishError::Directory { directory: text.to_owned(), reason };
    let trimmed = text.trim().trim_matches('/');
    let mut parts = Vec::new();
    for part in trimmed.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part.trim() == ".." {
            return Err(refuse("leads out of the storage"));
        }
        // Parts such as `a..b` are fine to us, but the server refuses whatever has two dots in a row.
        if part.contains("..") || part.trim() != part {
            return Err(refuse("has two dots in a row, or blanks around a part, which the server refuses"));
        }
        if part.starts_with('.') {
            return Err(refuse("has a part that begins with a dot, which map-storage does not serve"));
        }
        if part.contains(['\\', '?', '#', '%']) || part.chars().any(char::is_control) {
            return Err(refuse("has characters that addresses stumble over"));
        }
        parts.push(part);
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_plain() {
        assert_eq!(directory("/mixit/2026/").unwrap(), "mixit/2026");
        for root in ["", " ", "/", "./", "//"] {
            assert_eq!(directory(root).unwrap(), "", "{root}");
        }
        for wrong in ["..", "a/../b", "a..b", "a/ ../b", "a /b", ".hidden", "a/.b", "a\\b", "a?b"] {
            assert!(directory(wrong).is_err(), "{wrong}");
        }
    }
}
