//! The page of the server: maps, findings, the ways to them.

use maud::{Markup, html};

use super::site::OWN;
use crate::{finding::Severity, output, report::Report, walk, workadventure::percent_encoded};

pub(super) const STYLE: &str = include_str!("serve.css");
/// Loads the page anew when the server tells of another version.
pub(super) const SCRIPT: &str = include_str!("serve.js");

/// A map on the page.
pub(super) struct Card<'a> {
    pub(super) name: &'a str,
    pub(super) title: String,
    /// In tiles.
    pub(super) size: (u32, u32),
    pub(super) link: Option<String>,
}

/// The findings in numbers.
pub(super) fn summary(maps_shown: usize, report: &Report) -> String {
    let maps = |count| if count == 1 { "1 map".to_owned() } else { format!("{count} maps") };
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}, {}, {}",
        maps(maps_shown),
        plural(report.count(Severity::Error), "error"),
        plural(report.count(Severity::Warning), "warning"),
        plural(report.count(Severity::Info), "info")
    )
}

fn around(title: &str, body: &Markup) -> String {
    let head = html! {
        link rel="icon" href="data:,";
        link rel="stylesheet" href={ (OWN) "serve.css" };
    };
    let body = html! {
        main { (body) }
        script src={ (OWN) "serve.js" } {}
    };
    output::page(title, &head, &body).into_string()
}

/// The page of a project that cannot be read.
pub(super) fn broken(reason: &str) -> String {
    around(
        "venue",
        &html! {
            h1 { "The project cannot be read" }
            pre { (reason) }
            p { "This page comes back by itself once that is mended." }
        },
    )
}

/// The page of a project.
pub(super) fn index(name: &str, cards: &[Card], report: &Report) -> String {
    let of = |file: &str| report.entries.iter().filter(|entry| entry.site.file == file).collect::<Vec<_>>();
    let elsewhere: Vec<_> =
        report.entries.iter().filter(|entry| cards.iter().all(|card| card.name != entry.site.file)).collect();
    around(
        name,
        &html! {
            h1 { (name) }
            p.lead { (summary(cards.len(), report)) }
            div.maps {
                @for card in cards {
                    article {
                        a href={ (OWN) (walk::address(card.name, None)) } {
                            img src={ (OWN) "pictures/" (percent_encoded(card.name)) ".png" } alt={ "Map of " (card.title) } loading="lazy";
                        }
                        div {
                            h2 { (card.title) }
                            p.quiet { (card.name) " · " (card.size.0) " × " (card.size.1) " tiles" }
                            p.ways {
                                a.button href={ (OWN) (walk::address(card.name, None)) } { "Walk" }
                                @if let Some(link) = &card.link {
                                    a href=(link) target="_blank" rel="noopener" { "Open in WorkAdventure" }
                                }
                            }
                            (findings(&of(card.name), false))
                        }
                    }
                }
            }
            @if !elsewhere.is_empty() {
                h2 { "Other files" }
                (findings(&elsewhere, true))
            }
        },
    )
}

fn findings(entries: &[&crate::report::Entry], with_file: bool) -> Markup {
    html! {
        @if !entries.is_empty() {
            ul.findings {
                @for entry in entries {
                    li.(entry.severity.name()) {
                        strong { (entry.severity.name()) } " " (entry.message)
                        small {
                            @if with_file { (entry.site.file) ", " }
                            @if let Some((start, _)) = &entry.site.range { "line " (start.line) " · " }
                            (entry.rule)
                            @if let Some(help) = &entry.help { " · " (help) }
                        }
                    }
                }
            }
        }
    }
}
