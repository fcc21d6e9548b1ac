//! Answers requests.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response, Sse, sse},
};
use tokio::{net::TcpListener, runtime::Runtime, sync::watch};
use tokio_stream::{StreamExt as _, wrappers::WatchStream};

use super::site::{CHANGES, OWN, Site};
use crate::workadventure::percent_decoded;

/// What pages of ours may load: nothing but what the server itself has, and in frames and players
/// whatever a map shows.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; media-src *; frame-src *; object-src 'none'; \
                      base-uri 'none'; form-action 'none'";

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port is taken, or not ours to take.
    #[error("cannot listen on {address}: choose another port with --port, or --port 0 for any that is free")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system.
    #[error("the server stopped")]
    Run(#[from] io::Error),
}

/// Where to listen, and by what names.
#[derive(Debug, Clone)]
pub struct Address {
    /// Address and port; port 0 takes any that is free.
    pub socket: SocketAddr,
    /// Names under which the server may be asked, beside `localhost` and addresses in numbers.
    pub hosts: Vec<String>,
}

/// A server that listens already.
#[derive(Debug)]
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    site: RwLock<Arc<Site>>,
    changes: watch::Sender<u64>,
    /// Tells this run from others: pages outlive it.
    run: u64,
    hosts: Vec<String>,
}

impl Shared {
    fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Puts new sites in the place of old ones.
#[derive(Debug, Clone)]
pub struct Stage(Arc<Shared>);

impl Stage {
    /// Shows another site; open pages load it by themselves.
    pub fn show(&self, site: Site) {
        *self.0.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
        self.0.changes.send_modify(|version| *version += 1);
    }
}

impl Server {
    /// Listens at an address. Nothing is answered before [`Server::run`].
    ///
    /// # Errors
    /// [`ServeError::Listen`].
    pub fn listen(address: &Address) -> Result<Self, ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let socket = address.socket;
        let listener = runtime
            .block_on(TcpListener::bind(socket))
            .map_err(|source| ServeError::Listen { address: socket, source })?;
        let shared = Shared {
            site: RwLock::default(),
            changes: watch::Sender::new(0),
            run: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            hosts: address.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        };
        let address = listener.local_addr()?;
        Ok(Self { runtime, listener, address, shared: Arc::new(shared) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What puts sites on.
    pub fn stage(&self) -> Stage {
        Stage(Arc::clone(&self.shared))
    }

    /// Answers until the process is interrupted.
    ///
    /// # Errors
    /// [`ServeError::Run`].
    pub fn run(self) -> Result<(), ServeError> {
        let Self { runtime, listener, shared, .. } = self;
        let app = Router::new()
            .fallback(answer)
            .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard))
            .with_state(shared);
        runtime.block_on(async {
            tokio::select! {
                done = axum::serve(listener, app) => done,
                _interrupted = tokio::signal::ctrl_c() => Ok(()),
            }
        })?;
        // Streams of changes never end by themselves.
        runtime.shutdown_background();
        Ok(())
    }
}

/// Whether a request was meant for this server. A page of another site can let its own name point here
/// and ask under that name (DNS rebinding); it cannot ask under a number or under `localhost`.
fn is_ours(host: &str, hosts: &[String]) -> bool {
    let host = host.to_ascii_lowercase();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || hosts.iter().any(|known| known == name)
}

async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_ours(host, &shared.hosts)) {
        let text = "this server answers under localhost and its address only; see `venue serve --help`\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    let cors = !request.uri().path().starts_with(OWN) && request.uri().path() != "/";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if cors {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert("access-control-allow-private-network", HeaderValue::from_static("true"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    } else {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    }
    response
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => {}
        // What browsers ask first when another site wants a file.
        Method::OPTIONS => {
            let allowed = [
                (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
            ];
            return (StatusCode::NO_CONTENT, allowed).into_response();
        }
        _ => {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, OPTIONS")]).into_response();
        }
    }
    let path = request.uri().path();
    if path == CHANGES {
        return changes(&shared);
    }
    let site = shared.site();
    let name = percent_decoded(path.trim_start_matches('/')).into_owned();
    // Pictures are drawn and files read, both of which may take a while.
    let found = tokio::task::spawn_blocking(move || match name.strip_prefix(&OWN[1..]) {
        Some(own) => site.own(own).map(|file| (file.kind.to_owned(), file.bytes)),
        None if name.is_empty() => site.own("index.html").map(|file| (file.kind.to_owned(), file.bytes)),
        None => site.file(&name).map(|bytes| (kind(&name), bytes)),
    });
    match found.await {
        Ok(Some((kind, bytes))) => ([(header::CONTENT_TYPE, kind)], Body::from(bytes)).into_response(),
        _ => (StatusCode::NOT_FOUND, "not found\n").into_response(),
    }
}

/// Type of a project's file. Maps and their like are JSON, whatever tables of types say.
fn kind(name: &str) -> String {
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "tmj" | "tsj" | "tj" | "wam" | "json" | "world" => "application/json".to_owned(),
        "tmx" | "tsx" | "tx" => "application/xml".to_owned(),
        _ => mime_guess::from_path(name).first_or_octet_stream().to_string(),
    }
}

/// A stream that tells the version, and each that follows.
fn changes(shared: &Shared) -> Response {
    let versions = WatchStream::new(shared.changes.subscribe());
    let run = shared.run;
    let events = versions.map(move |version| {
        Ok::<_, Infallible>(sse::Event::default().event("version").data(format!("{run}-{version}")))
    });
    Sse::new(events).keep_alive(sse::KeepAlive::default()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_server_are_answered() {
        let hosts = ["maps.example.org".to_owned()];
        for host in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1:1",
            "[::1]:8080",
            "192.168.1.7",
            "maps.example.org:80",
            "a.localhost",
        ] {
            assert!(is_ours(host, &hosts), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example",
            "",
            "maps.example.org.evil",
        ] {
            assert!(!is_ours(host, &hosts), "{host}");
        }
    }

    #[test]
    fn files_have_the_types_that_browsers_want() {
        assert_eq!(kind("maps/lobby.tmj"), "application/json");
        assert_eq!(kind("a/b.PNG"), "image/png");
        assert_eq!(kind("script.js"), "text/javascript");
        assert_eq!(kind("sound.mp3"), "audio/mpeg");
        assert_eq!(kind("what"), "application/octet-stream");
    }
}
