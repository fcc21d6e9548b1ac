//! `${links.NAME}` in local pages, so that a page that embeds a stream moves with it.

use std::collections::BTreeMap;

use crate::check::fill_text;

/// A page with every known link filled in; `None` where that changes nothing. Scripts stay: there the
/// same signs are the language's own.
pub(super) fn page(text: &str, links: &BTreeMap<String, String>) -> Option<String> {
    if !text.contains("${links.") {
        return None;
    }
    let escaped = |link: &String| {
        link.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    };
    let links: BTreeMap<String, String> =
        links.iter().map(|(name, link)| (name.clone(), escaped(link))).collect();
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = script(rest) {
        let (before, inside) = rest.split_at(at);
        // The attributes of the element itself are text of the page.
        let open = inside.find('>').map_or(inside.len(), |end| end + 1);
        let length = open
            + super::follow::find_ignoring_case(&inside[open..], "</script").unwrap_or(inside.len() - open);
        for part in [before, &inside[..open]] {
            filled += &fill_text(part, &links).unwrap_or_else(|| part.to_owned());
        }
        filled += &inside[open..length];
        rest = &inside[length..];
    }
    filled += &fill_text(rest, &links).unwrap_or_else(|| rest.to_owned());
    (filled != text).then_some(filled)
}

/// Where the next script begins.
fn script(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + super::follow::find_ignoring_case(&text[from..], "<script")?;
        let behind = text[at + "<script".len()..].chars().next();
        if behind.is_none_or(|c| c.is_whitespace() || matches!(c, '>' | '/')) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_filled_and_their_scripts_are_not() {
        let links = BTreeMap::from([("stage".to_owned(), "https://a.example/?x=1&y=\"2\"".to_owned())]);
        let fill = |text| page(text, &links);
        assert_eq!(
            fill("<iframe src=\"${links.stage}\"></iframe><SCRIPT data-a='${links.stage}'>`${links.stage}`</SCRIPT> ${links.stage}")
                .as_deref(),
            Some(
                "<iframe src=\"https://a.example/?x=1&amp;y=&quot;2&quot;\"></iframe>\
                 <SCRIPT data-a='https://a.example/?x=1&amp;y=&quot;2&quot;'>`${links.stage}`</SCRIPT> \
                 https://a.example/?x=1&amp;y=&quot;2&quot;"
            )
        );
        assert_eq!(fill("<scripted>${links.stage}").map(|text| text.contains("a.example")), Some(true));
        for same in ["nothing", "${links.other}", "<script>${links.stage}", "<script"] {
            assert_eq!(fill(same), None, "{same}");
        }
    }
}
