//! What every HTML page of ours begins with.

use maud::{DOCTYPE, Markup, html};

/// What the head of a page of ours has, and hardly another's.
pub(crate) const GENERATED_PAGE: &str =
    r#"initial-scale=1"><meta name="color-scheme" content="light dark"><title>"#;

/// A page in English that fits any screen and takes light and dark as the reader has it. `head` stands
/// behind the title: styles, and whatever else belongs there.
pub(crate) fn page(title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                (head)
            }
            body { (body) }
        }
    }
}
