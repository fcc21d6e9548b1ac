//! Asking one address.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use ureq::{
    Agent, Body, Error, Proxy,
    http::{HeaderMap, Response, Uri, header},
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::{Answer, Failure, Framing, Question, Served, redirect};

/// How often an address may lead on to another.
const MOST_REDIRECTS: usize = 10;

/// How patient a [`Client`] is, and whom it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest time for one address, redirects included.
    pub patience: Duration,
    /// Whether hosts in private networks and this computer are asked too.
    pub private: bool,
    /// Certificates (DER) of the authorities that may sign those of servers; none: those whom browsers
    /// trust.
    pub authorities: Vec<Vec<u8>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(15), private: false, authorities: Vec::new() }
    }
}

/// Asks addresses. Bodies are not read.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    patience: Duration,
    /// Whether a proxy looks the hosts up, so that they must be looked at before.
    guards_proxy: bool,
}

impl Client {
    /// A client with these limits. It goes through the proxy that the environment names, if any.
    pub fn new(limits: &Limits) -> Self {
        let proxy = Proxy::try_from_env();
        let proxy_host = proxy.as_ref().map(|proxy| proxy.host().to_owned());
        let authorities: Vec<Certificate<'static>> =
            limits.authorities.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
        let roots =
            if authorities.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&authorities) };
        let config = Agent::config_builder()
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .http_status_as_error(false)
            // Each address on the way is looked at before it is asked.
            .max_redirects(0)
            .timeout_connect(Some(limits.patience / 2))
            .max_response_header_size(64 << 10)
            // A server may close a kept connection just when the next question is on its way.
            .max_idle_connections(0)
            // Sites that turn programs away let browsers in.
            .user_agent(concat!("Mozilla/5.0 (compatible; venue/", env!("CARGO_PKG_VERSION"), ")"))
            .proxy(proxy)
            .build();
        let guards_proxy = proxy_host.is_some() && !limits.private;
        let resolver = Guarded { inner: DefaultResolver::default(), private: limits.private, proxy_host };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, patience: limits.patience, guards_proxy }
    }

    /// Asks for the head of an address, a second time where the first finds nobody.
    pub fn ask(&self, question: &Question) -> Answer {
        let mut answer = self.ask_once(question);
        if matches!(&answer, Answer::Failed(Failure::Refused | Failure::Other(_)))
            || matches!(&answer, Answer::Served(served) if served.status >= 500)
        {
            answer = self.ask_once(question);
        }
        answer
    }

    fn ask_once(&self, question: &Question) -> Answer {
        self.follow(question).unwrap_or_else(Answer::Failed)
    }

    /// Asks an address, and where it leads on to, until one answers by itself.
    fn follow(&self, question: &Question) -> Result<Answer, Failure> {
        let end = Instant::now() + self.patience;
        let leaves_https = question.address.starts_with("https:");
        let (mut address, mut insecure) = (question.address.clone(), None);
        for _ in 0..=MOST_REDIRECTS {
            if self.guards_proxy && is_private_host(&address) {
                return Err(Failure::Private);
            }
            if insecure.is_none() && leaves_https && address.starts_with("http:") {
                insecure = Some(address.clone());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::Late);
            }
            // A GET whose body is not read: many servers answer HEAD otherwise, or not at all.
            let request = self.agent.get(&address).config().timeout_global(Some(left)).build();
            let response =
                request.header(header::ORIGIN, &question.origin).call().map_err(|error| failure(&error))?;
            match redirect::of(&address, response.status(), response.headers()) {
                None => return Ok(Answer::Served(Served { insecure, ..served(&address, &response) })),
                Some(next) => address = next.map_err(|redirect::Nowhere| Failure::Redirects)?,
            }
        }
        Err(Failure::Redirects)
    }
}

/// Scheme, host and port of an address, in lower case.
pub(crate) fn origin(address: &str) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at);
    let (scheme, host) = address[..end].split_at(start);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}{host}").to_ascii_lowercase()
}

/// Whether the host of an address is in a private network, as far as this computer can tell.
fn is_private_host(address: &str) -> bool {
    let origin = origin(address);
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => (name, port),
        _ => (host, if scheme == "http" { "80" } else { "443" }),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let found = (name, port.parse().unwrap_or(443)).to_socket_addrs();
    found.is_ok_and(|mut found| found.any(|address| is_private(address.ip())))
}

/// What an answer of this address, the last on the way, says in its head.
fn served(address: &str, response: &Response<Body>) -> Served {
    let headers = response.headers();
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
    let one = |name| headers.get(name).map(text);
    Served {
        status: response.status().as_u16(),
        insecure: None,
        origin: origin(address),
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

/// Why no answer came.
pub(crate) fn failure(error: &Error) -> Failure {
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
    /// Where a proxy of one's own stands is one's own affair.
    proxy_host: Option<String>,
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
        let is_proxy = self.proxy_host.is_some() && uri.host() == self.proxy_host.as_deref();
        if !self.private && !is_proxy && found.iter().any(|address| is_private(address.ip())) {
            return Err(Error::Other(Box::new(IsPrivate)));
        }
        Ok(found)
    }
}

/// Whether an address belongs to this computer or to a network that is not the internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match inner(address) {
            Some(inner) => is_private_v4(inner),
            None => is_private_v6(address),
        },
    }
}

/// The address of version 4 that one of version 6 stands for: mapped, or by way of NAT64 or 6to4.
fn inner(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => address.to_ipv4(),
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
        // For measurements, RFC 2544; for nobody, RFC 1112.
        || first == 198 && (18..20).contains(&second)
        || first >= 240
        || first == 0
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        // Site-local, out of use.
        || address.segments()[0] & 0xffc0 == 0xfec0
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
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "fec0::1",
            "198.18.0.1",
            "240.0.0.1",
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
            ("HTTPS://ada@A.example/", "https://a.example"),
        ] {
            assert_eq!(origin(address), expected);
        }
    }
}
