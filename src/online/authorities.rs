//! Authorities that may sign the certificates of servers.

use ureq::tls::{PemItem, parse_pem};

/// Why the text of a file holds no authorities.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// It is not in the form in which certificates are passed on.
    #[error("it is no PEM: {0}")]
    NoPem(String),
    /// It holds something else.
    #[error("it holds no certificate")]
    Empty,
}

/// The certificates (DER) in the text of a file (PEM).
///
/// # Errors
/// Where it is none, or holds no certificate.
pub fn authorities(text: &[u8]) -> Result<Vec<Vec<u8>>, AuthoritiesError> {
    let mut found = Vec::new();
    for item in parse_pem(text) {
        if let PemItem::Certificate(certificate) =
            item.map_err(|error| AuthoritiesError::NoPem(error.to_string()))?
        {
            found.push(certificate.der().to_vec());
        }
    }
    if found.is_empty() { Err(AuthoritiesError::Empty) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_taken_and_all_else_is_refused() {
        let pem = b"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n";
        assert_eq!(authorities(pem).unwrap(), [vec![1, 2, 3]]);
        assert!(matches!(authorities(b"Ada's list"), Err(AuthoritiesError::Empty)));
        let broken = b"-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n";
        assert!(matches!(authorities(broken), Err(AuthoritiesError::NoPem(_))));
    }
}
