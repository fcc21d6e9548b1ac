//! What came back.

use serde::{Deserialize, Serialize};

/// What came of asking an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A server answered, whatever the status.
    Served(Served),
    /// None did.
    Failed(Failure),
}

/// The head of an answer, at the end of all redirects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Served {
    /// HTTP status.
    pub status: u16,
    /// The first address on the way that is plain http, though an https one led there.
    pub insecure: Option<String>,
    /// `Content-Type` without its parameters, in lower case.
    pub content_type: Option<String>,
    /// Scheme, host and port of the last address on the way.
    pub origin: String,
    /// Who may show the page within another.
    pub framing: Framing,
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: Option<String>,
}

/// Why no server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// No such host.
    NoHost,
    /// The host takes no connection.
    Refused,
    /// No answer in time.
    Late,
    /// The host cannot prove who it is, with the reason.
    Certificate(String),
    /// Redirects without end, or to nowhere.
    Redirects,
    /// The host is in a private network and was not asked.
    Private,
    /// Anything else, in the words of whoever noticed.
    Other(String),
}

/// Headers that say who may show a page within another: `X-Frame-Options`, and `frame-ancestors` of every
/// `Content-Security-Policy`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Framing {
    /// `X-Frame-Options`, each header.
    pub options: Vec<String>,
    /// The sources of each `frame-ancestors`.
    pub ancestors: Vec<String>,
}

impl Framing {
    /// The words by which a page refuses to be shown by the page at `origin` (`https://play.example.org`);
    /// `None` where it does not. `page` is the origin of the page itself. Where any policy names
    /// `frame-ancestors`, `X-Frame-Options` does not count (Content Security Policy Level 3, section 6.4.2).
    pub fn refuses(&self, page: &str, origin: &str) -> Option<String> {
        if !self.ancestors.is_empty() {
            let refusing = self.ancestors.iter().find(|sources| {
                !sources.split_ascii_whitespace().any(|source| admits(source, page, origin))
            })?;
            let sources = if refusing.is_empty() { "'none'" } else { refusing };
            return Some(format!("frame-ancestors {sources}"));
        }
        let words = self.options.iter().flat_map(|header| header.split(',')).map(str::trim);
        words
            .filter(|word| match word.to_ascii_lowercase().as_str() {
                "deny" => true,
                "sameorigin" => page != origin,
                // Browsers pass over everything else.
                _ => false,
            })
            .map(|word| format!("X-Frame-Options: {word}"))
            .next()
    }
}

/// Whether a source of `frame-ancestors` admits an origin.
fn admits(source: &str, page: &str, origin: &str) -> bool {
    let source = source.to_ascii_lowercase();
    if source == "*" {
        return true;
    }
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    match source.as_str() {
        "'self'" => return page == origin,
        "'none'" => return false,
        _ => {}
    }
    if let Some(only) = source.strip_suffix(':') {
        return only == scheme || only == "http" && scheme == "https";
    }
    let rest = match source.split_once("://") {
        Some((wanted, rest)) if wanted == scheme || wanted == "http" && scheme == "https" => rest,
        Some(_) => return false,
        None => source.as_str(),
    };
    let named = rest.split('/').next().unwrap_or_default();
    let (named, port) = named.split_once(':').unwrap_or((named, ""));
    let (host, own_port) = host.split_once(':').unwrap_or((host, ""));
    let fits = match named.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|start| start.ends_with('.')),
        None => named == host,
    };
    fits && (port == own_port || port == "*" || port == "443" && own_port.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAY: &str = "https://play.example.org";

    fn refuses(options: &[&str], ancestors: &[&str]) -> bool {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let framing = Framing { options: texts(options), ancestors: texts(ancestors) };
        framing.refuses("https://site.example.net", PLAY).is_some()
    }

    #[test]
    fn options_count_where_no_policy_speaks() {
        assert!(!refuses(&[], &[]));
        for word in ["DENY", "SAMEORIGIN", "deny", "ALLOWALL, sameorigin"] {
            assert!(refuses(&[word], &[]), "{word}");
        }
        for word in ["ALLOWALL", "ALLOW-FROM https://play.example.org", ""] {
            assert!(!refuses(&[word], &[]), "{word}");
        }
        assert!(!refuses(&["DENY"], &["*"]));
    }

    #[test]
    fn ancestors_are_matched_as_browsers_do() {
        for sources in [
            "*",
            "https:",
            "http:",
            "'self' https://play.example.org",
            "*.example.org",
            "https://*.example.org:443",
            "play.example.org",
        ] {
            assert!(!refuses(&[], &[sources]), "{sources}");
        }
        for sources in [
            "'none'",
            "",
            "'self'",
            "https://example.org",
            "*.play.example.org",
            "wss:",
            "play.example.org:8080",
            "https://other.example",
        ] {
            assert!(refuses(&[], &[sources]), "{sources}");
        }
        assert!(refuses(&[], &["*", "'self'"]), "every policy must admit it");
    }
}
