//! What mending changes, as programs that apply patches read it.

use std::fmt::Write as _;

use similar::TextDiff;

use super::Rewritten;

/// Lines as git has them: a lone carriage return ends none.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The difference between the two texts of a file as a unified diff, coloured with ANSI codes. Paths are
/// relative to the project, with `a/` and `b/` before them as git has it.
pub fn unified(name: &str, file: &Rewritten) -> String {
    let (before, after) = (String::from_utf8_lossy(&file.before), String::from_utf8_lossy(&file.after));
    let (old_lines, new_lines) = (lines(&before), lines(&after));
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old_lines, &new_lines);
    // Git ends a path with blanks in it by a tab.
    let tab = if name.contains(' ') { "\t" } else { "" };
    let (old, new) = (format!("a/{name}{tab}"), format!("b/{name}{tab}"));
    let plain = diff.unified_diff().header(&old, &new).to_string();
    let mut out = String::with_capacity(plain.len());
    for (index, line) in plain.split_inclusive('\n').enumerate() {
        let color = match line.as_bytes().first() {
            _ if index < 2 => "1",
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => "",
        };
        if color.is_empty() {
            out.push_str(line);
        } else {
            let text = line.trim_end_matches('\n');
            let _infallible = writeln!(out, "\u{1b}[{color}m{text}\u{1b}[0m");
        }
    }
    out
}
