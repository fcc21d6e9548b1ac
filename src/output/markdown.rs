//! GitHub's Markdown: texts of others within it.

/// Longest text, in bytes. GitHub refuses comments above 65,536 characters.
pub(crate) const LONGEST: usize = 60_000;

/// A name as code, in a table or outside of one.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// A text within HTML.
pub(crate) fn html(text: &str) -> String {
    signs(text, |sign| match sign {
        '"' => Some("&quot;".to_owned()),
        // Markdown works within HTML, too.
        '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | ':' => Some(format!("&#{};", u32::from(sign))),
        '@' | '#' => Some(format!("{sign}<!-- -->")),
        _ => None,
    })
}

/// Text that shows as it is: no markup, no table, and nobody is notified by an `@`.
pub(crate) fn escaped(text: &str) -> String {
    signs(text, |sign| match sign {
        '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '~' | '!' => Some(format!("\\{sign}")),
        '@' | '#' => Some(format!("{sign}<!-- -->")),
        _ => None,
    })
}

/// A text as the value of an attribute of HTML.
pub(crate) fn attribute(text: &str) -> String {
    signs(text, |sign| (sign == '"').then(|| "&quot;".to_owned()))
}

/// The text on one line, without tags and entities, and with what `instead` has for other signs.
fn signs(text: &str, instead: impl Fn(char) -> Option<String>) -> String {
    text.chars()
        .map(|sign| match sign {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            sign if sign.is_control() => " ".to_owned(),
            sign => instead(sign).unwrap_or_else(|| sign.to_string()),
        })
        .collect()
}
