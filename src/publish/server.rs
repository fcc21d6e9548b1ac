//! Sending an upload.

use std::{
    io::{self, Read},
    path::PathBuf,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use ureq::{
    Agent, Body, Proxy, SendBody,
    http::{Response, header},
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{Address, Answer, Outcome, Parcel, PublishError, Token, answer, in_words};
use crate::online::{authorities, failure};

/// Names a file of the authorities that certificates are trusted from, as in OpenSSL and others.
const AUTHORITIES: &str = "SSL_CERT_FILE";

/// Most bytes of an answer that are read.
const LONGEST_ANSWER: u64 = 8 << 20;

/// How patient a [`Server`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest time without any progress while the upload is sent, and until it is connected.
    pub silence: Duration,
    /// Longest time from the last byte sent until the answer: the server looks at every file, and writes
    /// it, before it says anything.
    pub answer: Duration,
    /// How often an upload is begun anew that the server cannot have seen.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { silence: Duration::from_secs(30), answer: Duration::from_secs(5 * 60), retries: 3 }
    }
}

/// A map-storage server.
#[derive(Debug)]
pub struct Server {
    agent: Agent,
    address: Address,
    token: Token,
    limits: Limits,
}

impl Server {
    /// The server at an address. It is asked through the proxy that the environment names, if any, and
    /// trusted by the authorities that browsers know, or by those in the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// [`PublishError::Certificates`] where that file cannot be used.
    pub fn new(address: Address, token: Token, limits: Limits) -> Result<Self, PublishError> {
        let proxy = if address.is_local() { None } else { Proxy::try_from_env() };
        let tls = TlsConfig::builder().root_certs(root_certificates()?).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would carry the token, or the maps, to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(limits.silence))
            .timeout_per_write(Some(limits.silence))
            .timeout_recv_response(Some(limits.answer))
            .timeout_recv_body(Some(limits.silence))
            .max_idle_connections(0)
            .user_agent(concat!("venue/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .proxy(proxy)
            .build();
        Ok(Self { agent: config.new_agent(), address, token, limits })
    }

    /// Uploads a bundle in the place of what is in the directory. `said` hears how many bytes are sent.
    ///
    /// What the server cannot have begun is begun again; what it may have done is not, so that nothing
    /// that people change in between is lost.
    ///
    /// # Errors
    /// Where it was not published, or where nobody knows.
    pub fn upload(
        &self,
        parcel: &Parcel,
        directory: &str,
        said: &dyn Fn(u64),
    ) -> Result<Answer, PublishError> {
        let form = Form::new(&parcel.zip, directory);
        let mut attempt = 0;
        loop {
            let mut sent = 0;
            let pause = match self.send(&form, &mut sent, said) {
                Ok(response) => match self.understood(response, parcel) {
                    Err(Turned::Later(pause, _)) if attempt < self.limits.retries => pause,
                    Err(Turned::Later(_, error) | Turned::Away(error)) => return Err(error),
                    Ok(answer) => return Ok(answer),
                },
                Err(_) if sent == 0 && attempt < self.limits.retries => None,
                Err(error) => {
                    let outcome = if sent < form.length { Outcome::Untouched } else { Outcome::Unknown };
                    let reason = in_words(&failure(&error), self.address.host());
                    return Err(PublishError::NoAnswer { reason: self.token.hide(&reason), outcome });
                }
            };
            attempt += 1;
            std::thread::sleep(pause.unwrap_or(Duration::from_secs(1) * attempt));
        }
    }

    fn send(&self, form: &Form, sent: &mut u64, said: &dyn Fn(u64)) -> Result<Response<Body>, ureq::Error> {
        let mut body = form.body(sent, said);
        self.agent
            .post(self.address.upload())
            .header(header::AUTHORIZATION, self.token.header())
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={}", form.boundary))
            .header(header::CONTENT_LENGTH, form.length.to_string())
            // So that a wrong token, or too large an upload, is told before anything is sent.
            .header(header::EXPECT, "100-continue")
            .send(SendBody::from_reader(&mut body))
    }

    fn understood(&self, mut response: Response<Body>, parcel: &Parcel) -> Result<Answer, Turned> {
        let status = response.status().as_u16();
        let head =
            |name| response.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
        let later =
            head(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        let to = head(header::LOCATION).map(|to| answer::plain(to, &self.token)).unwrap_or_default();
        // An answer whose text breaks off is an answer.
        let mut body = Vec::new();
        let _broken_off = response.body_mut().as_reader().take(LONGEST_ANSWER).read_to_end(&mut body);
        let body = String::from_utf8_lossy(&body);
        let text = answer::plain(&body, &self.token);
        let refused = |outcome| PublishError::Refused { status, text: text.clone(), outcome };
        Err(match status {
            200..=299 => return Ok(Answer::Published(text)),
            300..=399 => Turned::Away(PublishError::Redirect { status, to }),
            400 => {
                let findings = answer::findings(&body, &self.token);
                if !findings.is_empty() {
                    return Ok(Answer::Refused(findings));
                }
                Turned::Away(refused(Outcome::Untouched))
            }
            401 | 403 => Turned::Away(PublishError::Unauthorised { status }),
            413 => Turned::Away(PublishError::TooLarge { bytes: parcel.packed() }),
            // Too many questions, or under repair until then: whoever says so has not begun. A proxy that lost the
            // server behind it says 503, too, but not until when.
            429 if later.is_none_or(|pause| pause <= LONGEST_PAUSE) => {
                Turned::Later(later, refused(Outcome::Untouched))
            }
            503 if later.is_some_and(|pause| pause <= LONGEST_PAUSE) => {
                Turned::Later(later, refused(Outcome::Untouched))
            }
            503 if later.is_some() => Turned::Away(refused(Outcome::Untouched)),
            401..=499 => Turned::Away(refused(Outcome::Untouched)),
            _ => Turned::Away(refused(Outcome::Unknown)),
        })
    }
}

/// Longest that is waited before the server is asked again, where it says how long.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why an answer is not the last word, or is.
enum Turned {
    /// Ask again, after this long where the server says so.
    Later(Option<Duration>, PublishError),
    /// Do not.
    Away(PublishError),
}

/// The authorities that certificates are trusted from.
fn root_certificates() -> Result<RootCerts, PublishError> {
    let Some(path) = std::env::var_os(AUTHORITIES).filter(|path| !path.is_empty()).map(PathBuf::from) else {
        return Ok(RootCerts::WebPki);
    };
    let refuse = |reason: String| PublishError::Certificates { path: path.clone(), reason };
    let text = std::fs::read(&path).map_err(|error| refuse(error.to_string()))?;
    let certificates = authorities(&text).map_err(|error| refuse(error.to_string()))?;
    let certificates: Vec<Certificate<'static>> =
        certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    Ok(RootCerts::new_with_certs(&certificates))
}

/// The body of an upload: the fields `directory` and `file` as `multipart/form-data` (RFC 7578).
struct Form<'a> {
    boundary: String,
    before: Vec<u8>,
    zip: &'a [u8],
    after: Vec<u8>,
    length: u64,
}

impl<'a> Form<'a> {
    fn new(zip: &'a [u8], directory: &str) -> Self {
        // No archive holds its own hash.
        let hash = Sha256::digest(zip);
        let boundary =
            hash.iter().take(16).fold("venue-".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        let field = "Content-Disposition: form-data; name=";
        let before = format!(
            "--{boundary}\r\n{field}\"directory\"\r\n\r\n{directory}\r\n\
             --{boundary}\r\n{field}\"file\"; filename=\"bundle.zip\"\r\nContent-Type: application/zip\r\n\r\n"
        )
        .into_bytes();
        let after = format!("\r\n--{boundary}--\r\n").into_bytes();
        let length = (before.len() + zip.len() + after.len()) as u64;
        Self { boundary, before, zip, after, length }
    }

    /// Reads it from its beginning, and keeps count in `sent`.
    fn body<'b>(&'b self, sent: &'b mut u64, said: &'b dyn Fn(u64)) -> impl Read + 'b {
        let all = self.before.as_slice().chain(self.zip).chain(self.after.as_slice());
        Counted { inner: all, sent, said }
    }
}

struct Counted<'a, R> {
    inner: R,
    sent: &'a mut u64,
    said: &'a dyn Fn(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        *self.sent += count as u64;
        (self.said)(*self.sent);
        Ok(count)
    }
}
