//! The directory of stands, for a page, a spreadsheet, or a program.

mod page;

pub use page::{Way, page};

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use super::{Built, Stand, StandError, StandsReport};
use crate::{output::markdown::escaped, source::Sources};

/// Form of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directory {
    /// A page of its own, searchable, with logos and the plan.
    Html,
    /// A Markdown table.
    Markdown,
    /// A row per sponsor, separated by commas.
    Csv,
    /// As `stands --format json`.
    Json,
}

impl FromStr for Directory {
    type Err = String;

    /// By the extension of a file.
    fn from_str(extension: &str) -> Result<Self, String> {
        match extension.to_ascii_lowercase().as_str() {
            "html" | "htm" => Ok(Self::Html),
            "md" => Ok(Self::Markdown),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            other => Err(format!("a directory ends in .html, .md, .csv or .json, not in .{other}")),
        }
    }
}

/// Writes the directory. `play_url` is the room URL of the project's root, for links that open the
/// venue; without it links are paths of the map. The page shows the map and the logos, which must be
/// readable through `sources`.
///
/// # Errors
/// Where a picture of the page cannot be drawn.
pub fn directory(
    built: &Built,
    sources: &Sources,
    play_url: Option<&str>,
    form: Directory,
) -> Result<String, StandError> {
    Ok(match form {
        Directory::Html => {
            let way = |stand: &Stand| match play_url {
                Some(_) => Way::Link(link(built, stand, play_url)),
                None => Way::Path(link(built, stand, None)),
            };
            page(built, sources, &way, &mut |_, png| page::data_address(&png))?
        }
        Directory::Markdown => markdown(built, play_url),
        Directory::Csv => csv(built, play_url),
        Directory::Json => json(built, play_url),
    })
}

/// Where a link to a stand leads. Visitors reach the stands' map under the venue's name.
fn link(built: &Built, stand: &Stand, play_url: Option<&str>) -> String {
    match play_url {
        Some(url) => format!("{}/{}#{}", url.trim_end_matches('/'), built.venue, stand.slug),
        None => format!("{}#{}", built.output, stand.slug),
    }
}

/// Best rank first, then by name.
fn sorted(built: &Built) -> Vec<&Stand> {
    let mut stands: Vec<&Stand> = built.stands.iter().collect();
    stands.sort_by_key(|stand| (stand.rank, stand.sponsor.to_lowercase(), stand.slug.clone()));
    stands
}

/// What is at a stand, in words.
fn offers(stand: &Stand) -> Vec<&'static str> {
    let offers = [
        (stand.website.is_some(), "website"),
        (stand.meeting, "meeting"),
        (stand.video.is_some(), "video"),
        (stand.brochure.is_some(), "brochure"),
    ];
    offers.into_iter().filter(|(there, _)| *there).map(|(_, what)| what).collect()
}

fn place(stand: &Stand) -> String {
    let area = if stand.area.is_empty() { String::new() } else { format!("{} ", stand.area) };
    format!("{area}({}, {})", stand.tiles.x, stand.tiles.y)
}

/// What a directory in Markdown begins with.
pub(crate) const HEADING: &str = "# Stands of ";

fn markdown(built: &Built, play_url: Option<&str>) -> String {
    let mut text = format!(
        "{HEADING}{}\n\n| Sponsor | Tier | Place | At the stand |\n|---|---|---|---|\n",
        escaped(&built.event)
    );
    for stand in sorted(built) {
        let _infallible = writeln!(
            text,
            "| [{}]({}) | {} | {} | {} |",
            escaped(&stand.sponsor),
            link(built, stand, play_url).replace(' ', "%20"),
            escaped(&stand.tier),
            escaped(&place(stand)),
            offers(stand).join(", ")
        );
    }
    text
}

fn csv(built: &Built, play_url: Option<&str>) -> String {
    let mut text = "sponsor,slug,tier,area,x,y,width,height,link,website,video,brochure,meeting\n".to_owned();
    for stand in sorted(built) {
        let tiles = stand.tiles;
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        let fields: [String; 13] = [
            stand.sponsor.clone(),
            stand.slug.clone(),
            stand.tier.clone(),
            stand.area.clone(),
            tiles.x.to_string(),
            tiles.y.to_string(),
            tiles.width.to_string(),
            tiles.height.to_string(),
            link(built, stand, play_url),
            optional(&stand.website),
            optional(&stand.video),
            optional(&stand.brochure),
            stand.meeting.to_string(),
        ];
        text.push_str(&fields.map(|field| Csv(&field).to_string()).join(","));
        text.push('\n');
    }
    text
}

/// A field of a CSV file (RFC 4180). A leading sign that spreadsheets would compute is disarmed.
struct Csv<'a>(&'a str);

impl fmt::Display for Csv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = if self.0.starts_with(['=', '+', '@']) { "'" } else { "" };
        if self.0.contains([',', '"', '\n', '\r']) {
            write!(f, "\"{harmless}{}\"", self.0.replace('"', "\"\""))
        } else {
            write!(f, "{harmless}{}", self.0)
        }
    }
}

fn json(built: &Built, play_url: Option<&str>) -> String {
    StandsReport::new(built, |stand| link(built, stand, play_url)).text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(Csv("a").to_string(), "a");
        assert_eq!(Csv("a, \"b\"").to_string(), "\"a, \"\"b\"\"\"");
        assert_eq!(Csv("=1+1").to_string(), "'=1+1");
    }

    #[test]
    fn forms_go_by_extension() {
        assert_eq!("CSV".parse(), Ok(Directory::Csv));
        assert!("pdf".parse::<Directory>().unwrap_err().contains(".html"));
    }
}
