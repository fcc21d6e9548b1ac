//! The graph as a picture, with pictures of the maps.

use std::collections::{BTreeMap, VecDeque};

use base64::{Engine as _, engine::general_purpose};
use maud::{PreEscaped, html};

use super::{Graph, text::remarks};

/// Size of a card, in the picture's units.
const CARD: (f64, f64) = (240.0, 216.0);
/// Room between cards.
const GAP: (f64, f64) = (150.0, 44.0);
/// Height that a card keeps for the map's picture.
const PICTURE: f64 = 150.0;
const MARGIN: f64 = 24.0;

/// Where the cards lie: columns by the number of exits from the start, then what nobody gets to.
fn columns(graph: &Graph) -> Vec<(f64, f64)> {
    let mut distance: BTreeMap<usize, usize> = BTreeMap::new();
    let starts: Vec<usize> =
        graph.maps.iter().enumerate().filter(|(_, node)| node.entry).map(|(index, _)| index).collect();
    let starts = if starts.is_empty() && !graph.maps.is_empty() { vec![0] } else { starts };
    let mut open: VecDeque<(usize, usize)> = starts.into_iter().map(|start| (start, 0)).collect();
    while let Some((map, far)) = open.pop_front() {
        if distance.contains_key(&map) {
            continue;
        }
        distance.insert(map, far);
        let ways = graph.ways.iter().filter(|way| way.from == graph.maps[map].map);
        open.extend(ways.filter_map(|way| graph.node(way.to.as_deref()?)).map(|to| (to, far + 1)));
    }
    let last = distance.values().max().map_or(0, |far| far + 1);
    let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
    (0..graph.maps.len())
        .map(|map| {
            let column = distance.get(&map).copied().unwrap_or(last);
            let row = rows.entry(column).or_default();
            *row += 1;
            (column, *row - 1)
        })
        .map(|(column, row)| {
            #[expect(clippy::cast_precision_loss, reason = "few maps")]
            let at = |step: usize, card: f64, gap: f64| MARGIN + step as f64 * (card + gap);
            (at(column, CARD.0, GAP.0), at(row, CARD.1, GAP.1))
        })
        .collect()
}

/// The graph as SVG. `thumbnails` are pictures of maps by name, as PNG.
pub fn svg(graph: &Graph, thumbnails: &BTreeMap<String, Vec<u8>>) -> String {
    let places = columns(graph);
    let width = places.iter().map(|(x, _)| x + CARD.0).fold(0.0, f64::max) + MARGIN;
    let height = places.iter().map(|(_, y)| y + CARD.1).fold(0.0, f64::max) + MARGIN;
    let style = "text{font-family:system-ui,sans-serif;fill:#1c1c22}.title{font-size:15px;font-weight:600}\
                 .small{font-size:11px;fill:#5d5b55}.remark{font-size:11px;font-weight:600;fill:#a34700}\
                 .card{fill:#fbfbf8;stroke:#bdb9ae}.start{stroke:#009e73;stroke-width:3}\
                 .way{fill:none;stroke:#0072b2;stroke-width:2}.wrong{stroke:#d55e00;stroke-dasharray:6 4}\
                 .label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:4px}";
    let lines = lines(graph, &places);
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) }
            role="img" aria-label="The maps of the venue and the ways between them" {
            style { (PreEscaped(style)) }
            defs {
                @for (id, color) in [("arrow", "#0072b2"), ("arrow-wrong", "#d55e00")] {
                    marker id=(id) viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                        path d="M0 0L10 5L0 10z" fill=(color) {}
                    }
                }
            }
            rect width="100%" height="100%" fill="#ffffff" {}
            @for (node, (x, y)) in graph.maps.iter().zip(&places) {
                g transform={ "translate(" (x) " " (y) ")" } {
                    rect class=(if node.entry { "card start" } else { "card" }) width=(CARD.0) height=(CARD.1) rx="10" {}
                    @if let Some(thumbnail) = thumbnails.get(&node.map) {
                        image x="10" y="10" width=(CARD.0 - 20.0) height=(PICTURE) preserveAspectRatio="xMidYMid meet"
                            href={ "data:image/png;base64," (general_purpose::STANDARD.encode(thumbnail)) } {}
                    }
                    text class="title" x="12" y=(PICTURE + 28.0) { (shortened(&node.title, 26)) }
                    text class="small" x="12" y=(PICTURE + 44.0) { (shortened(&node.map, 38)) }
                    text class="remark" x="12" y=(PICTURE + 59.0) { (shortened(&troubles(graph, node).join(" · "), 40)) }
                }
            }
            @for line in &lines {
                path class=(if line.wrong { "way wrong" } else { "way" }) d=(line.path)
                    marker-end=(if line.wrong { "url(#arrow-wrong)" } else { "url(#arrow)" }) {}
            }
            @for line in &lines {
                text class="label" x=(line.middle.0) y=(line.middle.1) text-anchor="middle" { (line.label) }
            }
        }
    };
    format!("{}\n", markup.into_string())
}

/// A way as it is drawn.
struct Line {
    path: String,
    middle: (f64, f64),
    label: String,
    wrong: bool,
}

/// The ways between two maps.
fn lines(graph: &Graph, places: &[(f64, f64)]) -> Vec<Line> {
    let line = |(way, shift): (&super::WayEdge, f64)| {
        let from = graph.node(&way.from)?;
        let to = way.to.as_deref().and_then(|to| graph.node(to)).filter(|to| *to != from)?;
        let (path, middle) = curve(places[from], places[to], shift);
        let label = way.problem.clone().or_else(|| way.entry.as_ref().map(|entry| format!("#{entry}")));
        let label = label.map(|label| shortened(&label, 26)).unwrap_or_default();
        Some(Line { path, middle, label, wrong: way.problem.is_some() })
    };
    graph.ways.iter().zip(shifts(graph)).filter_map(line).collect()
}

/// What is odd about a map, exits that no line shows among it.
fn troubles(graph: &Graph, node: &super::MapNode) -> Vec<String> {
    let mut troubles: Vec<String> = remarks(node).into_iter().map(str::to_owned).collect();
    let astray = |way: &&super::WayEdge| {
        way.from == node.map && way.problem.is_some() && way.to.as_ref().is_none_or(|to| *to == node.map)
    };
    troubles.extend(graph.ways.iter().filter(astray).filter_map(|way| way.problem.clone()));
    troubles
}

/// How far each way lies off the middle, so that all between the same two maps lie apart.
fn shifts(graph: &Graph) -> Vec<f64> {
    /// Room for a label, and most that stays within a card's side.
    const STEP: f64 = 22.0;
    let pair = |way: &super::WayEdge| {
        let (from, to) = (way.from.clone(), way.to.clone().unwrap_or_default());
        if from < to { (from, to) } else { (to, from) }
    };
    let mut count: BTreeMap<(String, String), f64> = BTreeMap::new();
    for way in &graph.ways {
        *count.entry(pair(way)).or_default() += 1.0;
    }
    let mut next: BTreeMap<(String, String), f64> = BTreeMap::new();
    graph
        .ways
        .iter()
        .map(|way| {
            let pair = pair(way);
            let all = count.get(&pair).copied().unwrap_or(1.0);
            let number = next.entry(pair).or_default();
            *number += 1.0;
            let step = STEP.min((CARD.1 - 40.0) / all);
            (*number - f64::midpoint(all, 1.0)) * step
        })
        .collect()
}

/// A line from one card to another, so far off the middle, with its own middle.
fn curve(from: (f64, f64), to: (f64, f64), spread: f64) -> (String, (f64, f64)) {
    let forward = from.0 < to.0;
    let back = from.0 > to.0;
    let (start, end) = if forward {
        ((from.0 + CARD.0, from.1 + CARD.1 / 2.0 + spread), (to.0, to.1 + CARD.1 / 2.0 + spread))
    } else if back {
        ((from.0, from.1 + CARD.1 / 2.0 + spread), (to.0 + CARD.0, to.1 + CARD.1 / 2.0 + spread))
    } else {
        let (leaves, enters) = if from.1 < to.1 { (CARD.1, 0.0) } else { (0.0, CARD.1) };
        ((from.0 + CARD.0 / 2.0 + spread, from.1 + leaves), (to.0 + CARD.0 / 2.0 + spread, to.1 + enters))
    };
    let bend = if forward || back { ((end.0 - start.0) / 2.0, 0.0) } else { (0.0, (end.1 - start.1) / 2.0) };
    let line = format!(
        "M{} {}C{} {} {} {} {} {}",
        start.0,
        start.1,
        start.0 + bend.0,
        start.1 + bend.1,
        end.0 - bend.0,
        end.1 - bend.1,
        end.0,
        end.1
    );
    (line, (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1) - 5.0))
}

/// The beginning of a text that is longer than so many letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
