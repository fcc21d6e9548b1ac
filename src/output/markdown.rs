//! GitHub's Markdown: texts of others within it.

/// Longest text, in bytes. GitHub refuses comments above 65,536 characters.
pub(crate) const LONGEST: usize = 60_000;

/// A name as code, in a table or outside of one.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// A text within HTML.
pub(crate) fn html(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            // Markdown works within HTML, too.
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | ':' => format!("&#{};", u32::from(sign)),
            '@' | '#' => format!("{sign}<!-- -->"),
            sign if sign.is_control() => " ".to_owned(),
            sign => sign.to_string(),
        })
        .collect()
}

/// Text that shows as it is: no markup, no table, and nobody is notified by an `@`.
pub(crate) fn escaped(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '~' | '!' => format!("\\{sign}"),
            '@' | '#' => format!("{sign}<!-- -->"),
            sign if sign.is_control() => " ".to_owned(),
            sign => sign.to_string(),
        })
        .collect()
}

/// A text as the value of an attribute of HTML.
pub(crate) fn attribute(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            sign if sign.is_control() => " ".to_owned(),
            sign => sign.to_string(),
        })
        .collect()
}
