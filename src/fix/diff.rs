//! What mending changes, as programs that apply patches read it.

use std::fmt::Write as _;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::Rewritten;

/// Lines shown before and after a change.
const CONTEXT: usize = 3;
/// So many equal lines after a change are taken for the place where both texts go on alike; where changes
/// lie closer together, fewer.
const ANCHORS: [usize; 3] = [8, 3, 1];
/// Lines within which that place is looked for.
const WINDOW: usize = 64;

/// Lines as git has them: a lone carriage return ends none.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Operations that make the second list of the first. Mending changes a little in many places, so each
/// place is compared by itself: time grows with the texts, not with the square of their changes.
fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let (mut done_old, mut done_new) = (0, 0);
    let mut operations = Vec::new();
    let mut compare = |old_from: usize, old: &[&str], new_from: usize, new: &[&str]| {
        for mut operation in capture_diff_slices(Algorithm::Myers, old, new) {
            shift(&mut operation, old_from, new_from);
            operations.push(operation);
        }
    };
    loop {
        let (old, new) = (&old[done_old..], &new[done_new..]);
        let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        compare(done_old, &old[..same], done_new, &new[..same]);
        let (old, new) = (&old[same..], &new[same..]);
        (done_old, done_new) = (done_old + same, done_new + same);
        let (gone, come) = meeting(old, new).unwrap_or((old.len(), new.len()));
        if (gone, come) == (0, 0) {
            return merged(operations);
        }
        compare(done_old, &old[..gone], done_new, &new[..come]);
        (done_old, done_new) = (done_old + gone, done_new + come);
    }
}

fn shift(operation: &mut DiffOp, old: usize, new: usize) {
    match operation {
        DiffOp::Equal { old_index, new_index, .. }
        | DiffOp::Delete { old_index, new_index, .. }
        | DiffOp::Insert { old_index, new_index, .. }
        | DiffOp::Replace { old_index, new_index, .. } => {
            *old_index += old;
            *new_index += new;
        }
    }
}

/// Equal lines that follow each other as one operation, for the context around changes is cut out of it.
fn merged(operations: Vec<DiffOp>) -> Vec<DiffOp> {
    let mut out: Vec<DiffOp> = Vec::with_capacity(operations.len());
    for operation in operations {
        match (out.last_mut(), operation) {
            (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) => *len += more,
            _ => out.push(operation),
        }
    }
    out
}

/// How many lines of both sides lie before the place where they go on alike; `None` where it is far.
fn meeting(old: &[&str], new: &[&str]) -> Option<(usize, usize)> {
    let alike = |anchor: usize, gone: usize, come: usize| {
        let (old, new) = (&old[gone..], &new[come..]);
        let length = anchor.min(old.len()).min(new.len());
        // At their ends fewer lines will do, if both end there.
        (length == anchor || old.len() == new.len()) && old[..length] == new[..length]
    };
    let near = || {
        let pairs = (0..=WINDOW).flat_map(|far| (0..=far).map(move |gone| (gone, far - gone)));
        pairs.filter(|(gone, come)| *gone <= old.len() && *come <= new.len())
    };
    ANCHORS.into_iter().find_map(|anchor| near().find(|(gone, come)| alike(anchor, *gone, *come)))
}

/// One side of the head of a hunk: its first line from 1, and how many lines.
fn side(start: usize, length: usize) -> String {
    match length {
        // An empty side is named by the line before it.
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{length}", start + 1),
    }
}

/// The difference between the two texts of a file as a unified diff, coloured with ANSI codes. Paths are
/// relative to the project, with `a/` and `b/` before them as git has it.
pub fn unified(name: &str, file: &Rewritten) -> String {
    let (before, after) = (String::from_utf8_lossy(&file.before), String::from_utf8_lossy(&file.after));
    let (old, new) = (lines(&before), lines(&after));
    // Git ends a path with blanks in it by a tab.
    let tab = if name.contains(' ') { "\t" } else { "" };
    let mut out = String::new();
    let mut put = |color: &str, text: &str| {
        let text = text.trim_end_matches('\n');
        let _infallible = if color.is_empty() {
            writeln!(out, "{text}")
        } else {
            writeln!(out, "\u{1b}[{color}m{text}\u{1b}[0m")
        };
    };
    for (index, group) in group_diff_ops(operations(&old, &new), CONTEXT).into_iter().enumerate() {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        if index == 0 {
            put("1", &format!("--- a/{name}{tab}"));
            put("1", &format!("+++ b/{name}{tab}"));
        }
        let old_side = side(first.old_range().start, last.old_range().end - first.old_range().start);
        let new_side = side(first.new_range().start, last.new_range().end - first.new_range().start);
        put("36", &format!("@@ -{old_side} +{new_side} @@"));
        let mut each = |color: &str, sign: char, lines: &[&str]| {
            for line in lines {
                put(color, &format!("{sign}{line}"));
                if !line.ends_with('\n') {
                    put("", "\\ No newline at end of file");
                }
            }
        };
        for operation in &group {
            let (gone, come) = (&old[operation.old_range()], &new[operation.new_range()]);
            if operation.tag() == DiffTag::Equal {
                each("", ' ', gone);
            } else {
                each("31", '-', gone);
                each("32", '+', come);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(old: &[&str], new: &[&str]) {
        let mut made = Vec::new();
        let mut at = 0;
        for operation in operations(old, new) {
            assert_eq!((operation.old_range().start, operation.new_range().start), (at, made.len()));
            at = operation.old_range().end;
            match operation.tag() {
                DiffTag::Equal => made.extend_from_slice(&old[operation.old_range()]),
                _ => made.extend_from_slice(&new[operation.new_range()]),
            }
        }
        assert_eq!((at, made.as_slice()), (old.len(), new));
    }

    #[test]
    fn operations_make_the_one_of_the_other() {
        let many: Vec<String> = (0..400).map(|number| format!("{}\n", number % 7)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut fewer = many.clone();
        for at in [390, 380, 300, 299, 150, 3, 0] {
            fewer.remove(at);
        }
        let mut other = many.clone();
        other.splice(100..250, ["x\n"; 90]);
        let lists: [&[&str]; 6] = [&[], &["a\n"], &["a\n", "b"], &many, &fewer, &other];
        for old in lists {
            for new in lists {
                applied(old, new);
            }
        }
    }
}
