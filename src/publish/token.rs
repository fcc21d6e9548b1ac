//! The secret that lets us in.

use std::fmt;

use super::PublishError;

/// A server's token. It is sent to that server and shown to nobody: not in output, not in errors.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Name of the environment's variable that holds it.
    pub const VARIABLE: &'static str = "VENUE_PUBLISH_TOKEN";

    /// Shortest token that is looked for in files: a shorter one is in any text.
    const SEARCHED: usize = 8;

    /// The token in a text; blanks around it, as secrets of CI often have, are no part of it.
    ///
    /// # Errors
    /// [`PublishError::Token`] where there is none, or characters that no header carries.
    pub fn new(text: &str) -> Result<Self, PublishError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PublishError::Token(
                "there is no token: set VENUE_PUBLISH_TOKEN to the one of the server",
            ));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PublishError::Token(
                "VENUE_PUBLISH_TOKEN holds blanks or signs that are in no token",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token of the environment.
    ///
    /// # Errors
    /// As [`Token::new`].
    pub fn from_env() -> Result<Self, PublishError> {
        let value = std::env::var_os(Self::VARIABLE).unwrap_or_default();
        Self::new(&value.to_string_lossy())
    }

    /// Value of the header that carries it.
    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// A text of the server without the token, in case it repeats what it was sent.
    pub(super) fn hide(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }

    /// Whether a file holds the token.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.0.len() >= Self::SEARCHED && memchr::memmem::find(bytes, self.0.as_bytes()).is_some()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let token = Token::new(" s3cret-token\n").unwrap();
        assert_eq!(token.header(), "Bearer s3cret-token");
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_eq!(token.hide("no such token: s3cret-token"), "no such token: …");
        assert!(token.is_in(b"x = \"s3cret-token\"") && !token.is_in(b"s3cret"));
        for wrong in ["", " \n", "two words", "ümlaut"] {
            assert!(Token::new(wrong).is_err(), "{wrong}");
        }
    }
}
