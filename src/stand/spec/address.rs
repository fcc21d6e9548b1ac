//! Addresses in a spec: of the web, or of files by their path from the spec.

use crate::{
    project::nearest,
    source::{Existence, Sources, file_name, parent, resolve},
    workadventure::{Address, Link, is_readable_url, percent_decoded},
};

/// Ends of names that files have, and hosts do not.
const FILE_EXTENSIONS: [&str; 25] = [
    "csv", "doc", "docx", "gif", "htm", "html", "jpeg", "jpg", "json", "md", "mp3", "mp4", "odp", "odt",
    "ogg", "pdf", "png", "ppt", "pptx", "svg", "txt", "webm", "webp", "xlsx", "zip",
];

/// Why visitors would see nothing under an address, where that is certain. What the server of the rooms has,
/// and what is filled in later, is not judged.
pub(super) fn mistake(sources: &Sources, folder: &str, text: &str) -> Option<String> {
    let text = text.trim();
    match Link::of(text).address {
        Address::Url(url) => of_url(url),
        Address::File(path) => of_file(sources, folder, text, path),
        _ => None,
    }
}

fn of_url(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    if ["https:", "http:", "//"].iter().any(|start| lower.starts_with(start)) {
        return (!is_readable_url(url)).then(|| format!("\"{url}\" cannot be read as an address"));
    }
    // `acme.example:8080` looks like a scheme.
    if looks_like_host(url) {
        return Some(without_scheme(url));
    }
    let scheme = url.split(':').next().unwrap_or(url);
    // They may end up in an openTab, which opens them; elsewhere `check` tells.
    if ["mailto", "sms", "tel"].iter().any(|program| scheme.eq_ignore_ascii_case(program)) {
        return None;
    }
    Some(format!("\"{url}\" is no address of the web: it begins with {scheme}:, and https:// is needed"))
}

fn of_file(sources: &Sources, folder: &str, text: &str, path: &str) -> Option<String> {
    let name = resolve(folder, path);
    let decoded = resolve(folder, &percent_decoded(path));
    let there = |name: &str| matches!(sources.existence(name), Existence::File | Existence::Folder);
    if there(&name) || there(&decoded) {
        return None;
    }
    if looks_like_host(path) {
        return Some(without_scheme(text));
    }
    let hint = match sources.existence(&name) {
        Existence::OtherCase(real) => Some(file_name(&real).to_owned()),
        _ => nearest(file_name(&name), &sources.entries(parent(&name)).unwrap_or_default().names),
    };
    let hint = hint.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
    Some(format!("there is no file {name}{hint}; addresses of the web begin with https://"))
}

fn without_scheme(text: &str) -> String {
    format!("\"{text}\" lacks its https://, and no file is called so: write https://{text}")
}

/// Whether a text without a scheme begins with the name of a host, rather than of a file.
fn looks_like_host(text: &str) -> bool {
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    let labels: Vec<&str> = host.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && !label.contains(|c: char| !c.is_alphanumeric() && c != '-');
    let last = labels.last().copied().unwrap_or_default();
    let is_file = path.is_empty() && !host.starts_with("www.");
    labels.len() > 1
        && labels.iter().all(is_label)
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && last.chars().count() > 1
        && last.chars().all(char::is_alphabetic)
        && !(is_file && FILE_EXTENSIONS.contains(&last.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_is_a_mistake() {
        let mut sources = Sources::detached();
        sources.insert("s/files/acme.pdf", String::new());
        sources.insert("s/acme.example", String::new());
        let told = |text: &str| mistake(&sources, "s", text).unwrap_or_default();
        for fine in [
            "",
            " ",
            "https://acme.example",
            "//acme.example/x",
            "files/acme.pdf",
            "files/acme.pdf#page=2",
            "./files/acme.pdf",
            "acme.example",
            "${links.stage}",
            "{{ url }}",
            "/_/global/a.example/b.tmj",
            "#there",
            "mailto:a@acme.example",
        ] {
            assert_eq!(told(fine), "", "{fine}");
        }
        for host in
            ["www.example.org", "acme.de", "acme.org/about", "acme.org:8080/x", "shop.acme.co.uk/a.pdf"]
        {
            assert!(told(host).ends_with(&format!("write https://{host}")), "{}", told(host));
        }
        for scheme in ["javascript:alert(1)", "ftp://acme.example"] {
            assert!(told(scheme).contains("is no address of the web"), "{}", told(scheme));
        }
        assert!(
            told("files/acmee.pdf")
                .starts_with("there is no file s/files/acmee.pdf; did you mean \"acme.pdf\"?")
        );
        for file in ["brochure.pdf", "talk.pptx"] {
            assert!(told(file).starts_with(&format!("there is no file s/{file};")), "{}", told(file));
        }
        assert!(told("https://").contains("cannot be read"));
    }
}
