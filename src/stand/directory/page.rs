//! The directory as a page that a conference puts on its site: searchable, with logos, links and the plan.
//! It loads nothing but its pictures; without scripts it is a list.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::RgbaImage;
use maud::{Markup, PreEscaped, html};

use super::offers;
use crate::{
    picture,
    source::{Sources, file_stem},
    stand::{Built, Stand, StandError, logo::Logo, plan::Drawing},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Longest side of the map, in pixels: what a page is wide, on a dense screen.
const MAP_SIDE: u32 = 1600;
/// Size of a logo, in pixels: twice what is shown.
const LOGO: (u32, u32) = (320, 128);

/// How visitors get to a stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The address that opens the venue there.
    Link(String),
    /// Where nobody knows that: the path of the map with its entry.
    Path(String),
}

/// Writes the page. The pictures of the map, and the logos, must be readable through `sources`; `put` takes
/// the page's own pictures as PNG, each with a name for it, and returns where the page finds it.
///
/// # Errors
/// Where a picture cannot be drawn.
pub fn page(
    built: &Built,
    sources: &Sources,
    way: &dyn Fn(&Stand) -> Way,
    put: &mut dyn FnMut(&str, Vec<u8>) -> String,
) -> Result<String, StandError> {
    let drawing = Drawing::of(sources, built, MAP_SIDE)?;
    let map = put("stands.png", png(drawing.map.clone())?);
    let mut logos = Vec::new();
    for stand in &drawing.stands {
        let logo = logo(sources, stand)?;
        logos.push(logo.map(|logo| put(&format!("{}.png", stand.slug), logo)));
    }
    let title = format!("Stands of {}", built.event);
    let head = html! { style { (PreEscaped(STYLE)) } };
    let body = html! {
        header {
            h1 { (title) }
            p.search hidden {
                input id="-search" type="search" placeholder="Name, tier, or what you look for" aria-label="Search the stands";
                output id="-found" for="-search" {}
            }
        }
        main {
            section aria-label="Plan" { (plan(&drawing, &map, built)) }
            section.stands aria-label="Stands" {
                @for (number, (stand, logo)) in drawing.stands.iter().zip(&logos).enumerate() {
                    (card(number + 1, stand, logo.as_deref(), &way(stand)))
                }
            }
        }
        script { (PreEscaped(SCRIPT)) }
    };
    Ok(crate::output::page(&title, &head, &body).into_string() + "\n")
}

/// The map, each stand a link to its card.
fn plan(drawing: &Drawing<'_>, map: &str, built: &Built) -> Markup {
    let (width, height) = drawing.map.dimensions();
    html! {
        svg viewBox={ "0 0 " (width) " " (height) } role="group" aria-label={ "Plan of " (built.event) } {
            image href=(map) width=(width) height=(height) {}
            @for (number, stand) in drawing.stands.iter().enumerate() {
                @let (left, top, right, bottom) = drawing.frame(stand);
                a.spot href={ "#" (stand.slug) } aria-label={ (number + 1) ": " (stand.sponsor) } {
                    title { (stand.sponsor) }
                    rect x=(left) y=(top) width=(right - left) height=(bottom - top) rx="4" {}
                    circle cx=(left) cy=(top) r="16" {}
                    text x=(left) y=(top) { (number + 1) }
                }
            }
        }
    }
}

fn card(number: usize, stand: &Stand, logo: Option<&str>, way: &Way) -> Markup {
    let offers = offers(stand);
    let words = format!("{} {} {} {}", stand.sponsor, stand.tier, stand.area, offers.join(" "));
    let public = |url: &Option<String>| {
        let url = url.as_deref()?;
        (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
    };
    let links = [
        (public(&stand.website), "Website"),
        (public(&stand.video), "Video"),
        (public(&stand.brochure), "Brochure"),
    ];
    html! {
        article.stand id=(stand.slug) data-words=(words) {
            div.logo {
                @match logo {
                    Some(logo) => { img src=(logo) width=(LOGO.0 / 2) height=(LOGO.1 / 2) alt=""; }
                    None => { span aria-hidden="true" { (stand.sponsor.chars().next().unwrap_or('·')) } }
                }
            }
            h2 { span.number { (number) } " " (stand.sponsor) }
            p.facts { (stand.tier) @if stand.meeting { " · meeting at the stand" } }
            p {
                @match way {
                    Way::Link(link) => { a.button href=(link) { "Visit the stand" } }
                    Way::Path(path) => { code { (path) } }
                }
            }
            @if links.iter().any(|(url, _)| url.is_some()) {
                ul {
                    @for (url, name) in &links {
                        @if let Some(url) = url { li { a href=(url) rel="noopener" { (name) } } }
                    }
                }
            }
        }
    }
}

/// The logo of a stand on its plate, as PNG; `None` where it has none.
fn logo(sources: &Sources, stand: &Stand) -> Result<Option<Vec<u8>>, StandError> {
    let Some(name) = &stand.logo else { return Ok(None) };
    let wrong = |reason: String| StandError::Picture(format!("the logo {}: {reason}", file_stem(name)));
    let bytes = sources.read(name).map_err(|error| wrong(error.to_string()))?;
    let logo = Logo::read(bytes, name).map_err(wrong)?;
    Ok(Some(png(logo.drawn(LOGO.0, LOGO.1))?))
}

fn png(image: RgbaImage) -> Result<Vec<u8>, StandError> {
    let png = picture::encode_small(image, picture::Effort::Quick);
    png.map_err(|error| StandError::Picture(format!("the directory: {error}")))
}

/// An address that holds all of a picture.
pub(super) fn data_address(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}
