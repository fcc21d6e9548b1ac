//! The graph in words, for Graphviz, and for Mermaid.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Graph, MapNode, WayEdge};

/// What is odd about a map, in a few words.
pub(super) fn remarks(node: &MapNode) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    if node.entry {
        remarks.push("start");
    }
    if node.reachable == Some(false) {
        remarks.push("nobody gets here");
    }
    if node.dead_end {
        remarks.push("no way out");
    }
    remarks
}

/// Where a way leads, in words.
fn destination(way: &WayEdge) -> String {
    let entry = way.entry.as_ref().map(|entry| format!("#{entry}")).unwrap_or_default();
    match &way.to {
        Some(to) => format!("{to}{entry}"),
        None => way.text.clone(),
    }
}

/// The graph in words.
pub fn human(graph: &Graph) -> String {
    let mut text = String::new();
    for node in &graph.maps {
        let remarks = remarks(node);
        let remarks = if remarks.is_empty() { String::new() } else { format!("  [{}]", remarks.join(", ")) };
        let _infallible = writeln!(text, "{}  {} x {}{remarks}", node.map, node.size.0, node.size.1);
        for way in graph.ways.iter().filter(|way| way.from == node.map) {
            let problem = way.problem.as_ref().map(|problem| format!("  ! {problem}")).unwrap_or_default();
            let exits =
                if way.exits.is_empty() { String::new() } else { format!("  ({})", way.exits.join(", ")) };
            let _infallible = writeln!(text, "  -> {}{exits}{problem}", destination(way));
        }
        let unused: Vec<String> = node
            .entries
            .iter()
            .filter(|entry| !entry.used && !entry.default)
            .map(|entry| format!("#{}", entry.name))
            .collect();
        if !unused.is_empty() {
            let _infallible = writeln!(text, "  no exit leads to {}", unused.join(", "));
        }
    }
    text
}

/// Places that are no maps of the world, with the numbers of their nodes.
fn elsewhere(graph: &Graph) -> BTreeMap<&str, usize> {
    let texts = graph.ways.iter().filter(|way| way.to.is_none()).map(|way| way.text.as_str());
    let texts: std::collections::BTreeSet<&str> = texts.collect();
    texts.into_iter().enumerate().map(|(number, text)| (text, number)).collect()
}

/// The graph for Graphviz.
pub fn dot(graph: &Graph) -> String {
    let quoted =
        |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "));
    let mut text = String::from(
        "digraph venue {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
    );
    for node in &graph.maps {
        let mut lines = vec![node.title.clone(), node.map.clone()];
        lines.extend(remarks(node).into_iter().map(str::to_owned));
        let label =
            lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect::<Vec<_>>();
        let look = match (node.entry, node.reachable) {
            (true, _) => ", penwidth=3",
            (_, Some(false)) => ", style=\"rounded,dashed\"",
            _ => "",
        };
        let _infallible = writeln!(text, "  {} [label=\"{}\"{look}];", quoted(&node.map), label.join("\\n"));
    }
    for place in elsewhere(graph).into_keys() {
        let _infallible = writeln!(text, "  {} [shape=plaintext];", quoted(place));
    }
    for way in &graph.ways {
        let to = way.to.as_deref().unwrap_or(&way.text);
        let label = way.entry.as_ref().map(|entry| format!("#{entry}")).unwrap_or_default();
        let label = way.problem.clone().unwrap_or(label);
        let look = if way.problem.is_some() { ", style=dashed, color=\"#d55e00\"" } else { "" };
        let _infallible =
            writeln!(text, "  {} -> {} [label={}{look}];", quoted(&way.from), quoted(to), quoted(&label));
    }
    text.push_str("}\n");
    text
}

/// The graph for Mermaid, which GitHub and GitLab draw in Markdown.
pub fn mermaid(graph: &Graph) -> String {
    // Mermaid knows entities by number.
    let quoted = |text: &str| {
        let mut out = String::new();
        for letter in text.chars() {
            match letter {
                '"' | '<' | '>' | '#' | '&' | '`' | ';' | '\\' => {
                    let _infallible = write!(out, "#{};", u32::from(letter));
                }
                '\n' => out.push(' '),
                letter => out.push(letter),
            }
        }
        out
    };
    let elsewhere = elsewhere(graph);
    let mut text = String::from("flowchart LR\n");
    for (number, node) in graph.maps.iter().enumerate() {
        let mut lines = vec![quoted(&node.title), quoted(&node.map)];
        lines.extend(remarks(node).into_iter().map(str::to_owned));
        let _infallible = writeln!(text, "  map{number}[\"{}\"]", lines.join("<br>"));
    }
    for (place, number) in &elsewhere {
        let _infallible = writeln!(text, "  place{number}([\"{}\"])", quoted(place));
    }
    for way in &graph.ways {
        let node = |map: &str| graph.node(map).map(|number| format!("map{number}"));
        let Some(from) = node(&way.from) else { continue };
        let to = way.to.as_deref().and_then(node);
        let to = to.or_else(|| Some(format!("place{}", elsewhere.get(way.text.as_str())?)));
        let Some(to) = to else { continue };
        let label = way.problem.clone().or_else(|| way.entry.as_ref().map(|entry| format!("#{entry}")));
        let arrow = if way.problem.is_some() { "-.->" } else { "-->" };
        let label = label.map(|label| format!("|\"{}\"|", quoted(&label))).unwrap_or_default();
        let _infallible = writeln!(text, "  {from} {arrow}{label} {to}");
    }
    text
}
