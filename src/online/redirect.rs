//! Where an answer leads on.

use fluent_uri::{Uri, UriRef};
use ureq::http::{HeaderMap, StatusCode, header};

/// The address that an answer of this status and with these headers leads on to from `address`, without
/// its fragment; `None` where it leads nowhere else.
///
/// # Errors
/// Where it leads on, but to nothing that a browser would open as a page.
pub(super) fn of(address: &str, status: StatusCode, headers: &HeaderMap) -> Option<Result<String, Nowhere>> {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308).then(|| {
        let location = headers.get(header::LOCATION).ok_or(Nowhere)?;
        resolve(address, &encoded(location.as_bytes())).ok_or(Nowhere)
    })
}

/// The answer leads on to nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Nowhere;

/// A reference resolved as links are (RFC 3986, section 5).
fn resolve(address: &str, reference: &str) -> Option<String> {
    let base = address.split('#').next().unwrap_or_default();
    let reference = UriRef::parse(reference).ok()?;
    let whole = reference.resolve_against(&Uri::parse(base).ok()?).ok()?;
    let whole = whole.as_str().split('#').next().unwrap_or_default();
    let scheme = whole.split(':').next().unwrap_or_default();
    matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https").then(|| whole.to_owned())
}

/// The bytes of a header with codes for what no address may have, as browsers write them.
fn encoded(location: &[u8]) -> String {
    let mut out = String::with_capacity(location.len());
    for byte in location.trim_ascii() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use ureq::http::HeaderValue;

    use super::*;

    fn next(status: u16, location: &[u8]) -> Option<Result<String, Nowhere>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_bytes(location).unwrap());
        of("https://a.example/shop/list?page=2#top", StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn answers_lead_on_as_in_browsers() {
        for (location, expected) in [
            ("/fine", "https://a.example/fine"),
            ("cart", "https://a.example/shop/cart"),
            ("../up#x", "https://a.example/up"),
            ("?page=3", "https://a.example/shop/list?page=3"),
            ("//b.example:8080/x", "https://b.example:8080/x"),
            ("http://b.example", "http://b.example"),
            ("/a b/é", "https://a.example/a%20b/%C3%A9"),
        ] {
            assert_eq!(next(302, location.as_bytes()), Some(Ok(expected.to_owned())), "{location}");
        }
        assert_eq!(next(200, b"/fine"), None);
        assert_eq!(next(304, b"/fine"), None);
        for nowhere in ["mailto:ada@a.example", "javascript:alert(1)", "http://[", "file:///etc/passwd"] {
            assert_eq!(next(307, nowhere.as_bytes()), Some(Err(Nowhere)), "{nowhere}");
        }
        assert_eq!(of("https://a.example/", StatusCode::FOUND, &HeaderMap::new()), Some(Err(Nowhere)));
    }
}
