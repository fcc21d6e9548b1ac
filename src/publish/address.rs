//! Where a server is.

use ureq::http::Uri;

use super::PublishError;

/// Address of a map-storage server, to which a token may be sent: of https, or on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Without a slash at its end.
    base: String,
    host: String,
    is_local: bool,
}

impl Address {
    /// The address in a text.
    ///
    /// # Errors
    /// [`PublishError::Address`] where a token would be sent in clear, and where it is no address.
    pub fn new(text: &str) -> Result<Self, PublishError> {
        let text = text.trim();
        // What stands before an @ could be a password.
        let shown = text.rsplit_once('@').map_or(text, |(_, behind)| behind).to_owned();
        let refuse = |reason| PublishError::Address { address: shown.clone(), reason };
        let uri: Uri = text.parse().map_err(|_| refuse("is none"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(refuse("is incomplete: it begins with https:// and a host"));
        };
        if authority.as_str().contains('@') {
            return Err(refuse(
                "holds a name or a password: the token in VENUE_PUBLISH_TOKEN takes their place",
            ));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(refuse("has a part behind ? or #: name the server and its path only"));
        }
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = host == "localhost"
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        match scheme {
            "https" => {}
            "http" if is_local => {}
            "http" => {
                return Err(refuse(
                    "begins with http://: everybody on the way could read the token and change the maps; use https://",
                ));
            }
            _ => return Err(refuse("must begin with https://")),
        }
        Ok(Self {
            base: format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/')),
            host: host.to_owned(),
            is_local,
        })
    }

    /// Address of the server, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Name or number of the host.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is this computer.
    pub(super) fn is_local(&self) -> bool {
        self.is_local
    }

    /// Address that uploads go to.
    pub(super) fn upload(&self) -> String {
        format!("{}/upload", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_travel_sealed_or_stay_at_home() {
        let base = |text: &str| Address::new(text).map(|address| address.base().to_owned());
        assert_eq!(base("https://a.example/map-storage/").unwrap(), "https://a.example/map-storage");
        assert_eq!(base("https://a.example").unwrap(), "https://a.example");
        for local in ["http://localhost:3000", "http://127.0.0.1:8080/x", "http://[::1]:80"] {
            assert!(base(local).is_ok(), "{local}");
        }
        for wrong in [
            "",
            "a.example",
            "http://a.example",
            "http://127.0.0.1.a.example",
            "http://localhost.a.example",
            "ftp://a.example",
            "https://a.example?x",
            "https://a.example/#x",
            "https:///upload",
        ] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        let error = base("https://ada:hunter2@a.example").unwrap_err().to_string();
        assert!(error.contains("password") && !error.contains("hunter2"), "{error}");
    }
}
