//! Asking one address.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use ureq::{
    Agent, Body, Error, ResponseExt as _,
    http::{HeaderMap, Response, Uri, header},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::{Answer, Failure, Framing, Served};

/// How patient a [`Client`] is, and whom it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest time for one address, redirects included.
    pub patience: Duration,
    /// Whether hosts in private networks and this computer are asked too.
    pub private: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(15), private: false }
    }
}

/// Asks addresses. Bodies are not read.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    origin: String,
}

impl Client {
    /// A client that asks as a page of `origin` (`https://play.example.org`) would.
    pub fn new(origin: &str, limits: &Limits) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(10)
            .save_redirect_history(true)
            .timeout_global(Some(limits.patience))
            .timeout_connect(Some(limits.patience / 2))
            .max_response_header_size(64 << 10)
            // A server may close a kept connection just when the next question is on its way.
            .max_idle_connections(0)
            // Sites that turn programs away let browsers in.
            .user_agent(concat!("Mozilla/5.0 (compatible; venue/", env!("CARGO_PKG_VERSION"), ")"))
            .build();
        let resolver = Guarded { inner: DefaultResolver::default(), private: limits.private };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, origin: origin.to_owned() }
    }

    /// Asks for the head of an address, a second time where the first finds nobody.
    pub fn ask(&self, address: &str) -> Answer {
        let mut answer = self.ask_once(address);
        if matches!(&answer, Answer::Failed(Failure::Refused | Failure::Late | Failure::Other(_)))
            || matches!(&answer, Answer::Served(served) if served.status >= 500)
        {
            answer = self.ask_once(address);
        }
        answer
    }

    fn ask_once(&self, address: &str) -> Answer {
        // A GET whose body is not read: many servers answer HEAD otherwise, or not at all.
        let request = self.agent.get(address).header(header::ORIGIN, &self.origin);
        match request.call() {
            Ok(response) => Answer::Served(served(address, &response)),
            Err(error) => Answer::Failed(failure(&error)),
        }
    }
}

/// Scheme, host and port of an address.
pub(crate) fn origin(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at);
    &address[..end]
}

fn served(address: &str, response: &Response<Body>) -> Served {
    let headers = response.headers();
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
    let one = |name| headers.get(name).map(text);
    let hops = response.get_redirect_history().unwrap_or_default();
    let last = [response.get_uri().clone()];
    let insecure = hops.iter().chain(&last).find(|uri| uri.scheme_str() == Some("http"));
    Served {
        status: response.status().as_u16(),
        insecure: insecure.filter(|_| address.starts_with("https:")).map(Uri::to_string),
        content_type: one(header::CONTENT_TYPE)
            .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()),
        framing: framing(headers),
        allow_origin: one(header::ACCESS_CONTROL_ALLOW_ORIGIN),
    }
}

fn framing(headers: &HeaderMap) -> Framing {
    let all = |name| {
        let values = headers.get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    // One header may hold several policies.
    let policies: Vec<String> = all(header::CONTENT_SECURITY_POLICY).collect();
    let ancestors = policies.iter().flat_map(|header| header.split(',')).filter_map(|policy| {
        policy.split(';').find_map(|directive| {
            let directive = directive.trim();
            let (name, sources) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
            name.eq_ignore_ascii_case("frame-ancestors").then(|| sources.trim().to_owned())
        })
    });
    Framing { options: all(header::X_FRAME_OPTIONS).collect(), ancestors: ancestors.collect() }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::HostNotFound => Failure::NoHost,
        Error::ConnectionFailed => Failure::Refused,
        Error::Timeout(_) => Failure::Late,
        Error::TooManyRedirects | Error::RedirectFailed => Failure::Redirects,
        Error::Rustls(error) => of_tls(error),
        Error::Other(error) if error.is::<IsPrivate>() => Failure::Private,
        Error::Io(error) => of_io(error),
        error => Failure::Other(error.to_string()),
    }
}

fn of_tls(error: &rustls::Error) -> Failure {
    use rustls::{CertificateError as Wrong, Error};
    match error {
        Error::InvalidCertificate(wrong) => Failure::Certificate(
            match wrong {
                Wrong::Expired | Wrong::ExpiredContext { .. } => "it has expired",
                Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => "it is not valid yet",
                Wrong::NotValidForName | Wrong::NotValidForNameContext { .. } => "it is for another host",
                Wrong::UnknownIssuer => "nobody whom browsers trust has signed it",
                Wrong::Revoked => "it was withdrawn",
                _ => "browsers do not accept it",
            }
            .to_owned(),
        ),
        error => Failure::Other(error.to_string()),
    }
}

fn of_io(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return of_tls(error);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
            Failure::Refused
        }
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Failure::Late,
        // The kind of error that a name without an address is has no stable name.
        _ if error.to_string().starts_with("failed to lookup address") => Failure::NoHost,
        _ => Failure::Other(error.to_string()),
    }
}

/// Finds the addresses of hosts, those of private networks only when asked for: a map from a stranger
/// must not make this computer knock at its neighbours' doors.
#[derive(Debug)]
struct Guarded {
    inner: DefaultResolver,
    private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the host is in a private network")]
struct IsPrivate;

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        if !self.private && found.iter().any(|address| is_private(address.ip())) {
            return Err(Error::Other(Box::new(IsPrivate)));
        }
        Ok(found)
    }
}

/// Whether an address belongs to this computer or to a network that is not the internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match address.to_ipv4() {
            Some(inner) => is_private_v4(inner),
            None => is_private_v6(address),
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        // Shared by the customers of one provider, RFC 6598.
        || first == 100 && (64..128).contains(&second)
        || first == 0
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_ones_own_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["9.9.9.9", "172.32.0.1", "100.128.0.1", "2620:fe::fe", "::ffff:9.9.9.9"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        for (address, expected) in [
            ("https://a.example/b?c", "https://a.example"),
            ("https://a.example:8443", "https://a.example:8443"),
            ("http://a.example?b=/c", "http://a.example"),
        ] {
            assert_eq!(origin(address), expected);
        }
    }
}
