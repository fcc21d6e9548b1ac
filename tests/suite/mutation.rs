//! Real maps of others, damaged: pieces dropped, doubled, swapped, cut off, numbers grown, things nested in
//! themselves. Whatever comes of it, each command answers with exit status 0, 1 or 2, in time, and with as
//! much memory as it is allowed. A few of them by default; `VENUE_MUTATIONS=5000` tries so many.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use assert_cmd::cargo::cargo_bin;
use rayon::prelude::*;

use crate::{corpus::corpus, hostile::Dice};

/// Longest time of one run. Everything beyond hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Address space of one run, in kilobytes: what threads and libraries reserve is part of it.
const MOST_MEMORY: u64 = 3 << 20;

/// Maps above this many bytes are left to tests of their own.
const LARGEST: u64 = 400_000;

/// Numbers that nobody expects, as a file has them.
const NUMBERS: [&str; 14] = [
    "-1",
    "0",
    "1",
    "4097",
    "65536",
    "1000000",
    "2147483647",
    "2147483648",
    "4294967295",
    "-2147483648",
    "9223372036854775807",
    "18446744073709551616",
    "1e308",
    "0.0000001",
];

/// Ranges of the pieces that a text has: numbers, texts within quotes, and what stands between brackets.
fn pieces(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut pieces = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = text[at + 1..]
                    .iter()
                    .position(|byte| *byte == b'"')
                    .map_or(text.len(), |end| at + end + 2);
                pieces.push(at..end);
                at = end;
                continue;
            }
            b'-' | b'0'..=b'9' => {
                let is_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'e');
                let end =
                    text[at..].iter().position(|byte| !is_number(byte)).map_or(text.len(), |end| at + end);
                pieces.push(at..end);
                at = end;
                continue;
            }
            b'{' | b'[' | b'<' => open.push(at),
            b'}' | b']' | b'>' => {
                if let Some(start) = open.pop() {
                    pieces.push(start..at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    pieces
}

/// The text with one damage.
fn damaged(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let pieces = pieces(text);
    if pieces.is_empty() {
        return text.to_vec();
    }
    // Most pieces are numbers of cells; half of the time something else is taken.
    let others: Vec<_> = pieces.iter().filter(|piece| !text[piece.start].is_ascii_digit()).cloned().collect();
    let from = if dice.below(2) == 0 && !others.is_empty() { &others } else { &pieces };
    let mut any = || from[dice.below(from.len())].clone();
    let (one, other) = (any(), any());
    let with =
        |range: std::ops::Range<usize>, new: &[u8]| [&text[..range.start], new, &text[range.end..]].concat();
    match dice.below(9) {
        0 => with(one, b""),
        1 => with(one, &text[other]),
        2 => {
            let twice = [&text[one.clone()], b",", &text[one.clone()]].concat();
            with(one, &twice)
        }
        3 => text[..dice.below(text.len())].to_vec(),
        4 => {
            // In itself, again and again.
            let depth = [3, 60, 5000][dice.below(3)];
            let (before, after) = if text.trim_ascii_start().starts_with(b"<") {
                ("<group><properties>", "</properties></group>")
            } else {
                ("[{\"layers\":", "}]")
            };
            let inner = text[one.clone()].to_vec();
            with(one, &[before.repeat(depth).as_bytes(), &inner, after.repeat(depth).as_bytes()].concat())
        }
        5 => with(one, b"null"),
        6 => {
            let mut bytes = text.to_vec();
            for _ in 0..=dice.below(4) {
                let at = dice.below(bytes.len());
                bytes[at] = u8::try_from(dice.below(256)).unwrap();
            }
            bytes
        }
        _ => {
            let number = NUMBERS[dice.below(NUMBERS.len())].as_bytes();
            let is_quoted = text[one.start] == b'"';
            let new = if is_quoted { [b"\"", number, b"\""].concat() } else { number.to_vec() };
            with(one, &new)
        }
    }
}

/// Runs the program with little memory; what is wrong with how it ended.
fn run(folder: &Path, args: &[&str]) -> Result<(), String> {
    let said = folder.join("said");
    let script = format!("ulimit -v {MOST_MEMORY}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .arg(cargo_bin("venue"))
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder)
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            let _ended = (child.kill(), child.wait());
            return Err(format!("{args:?}: no end"));
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let text = fs::read_to_string(&said).unwrap_or_default();
    let place = || text.lines().filter(|line| line.contains("panicked") || line.contains("src/")).take(6);
    match status.code() {
        Some(0..=2) if !text.contains("panicked at") => Ok(()),
        _ => {
            let end: String = text.chars().take(300).collect();
            Err(format!("{args:?}: {status}: {end} {}", place().collect::<Vec<_>>().join("\n")))
        }
    }
}

/// Everything that is done with maps.
fn commands(map: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["check", map, "--format", "json"],
        vec!["check", map, "--diff", "--unsafe-fixes"],
        vec![
            "render",
            map,
            "--size",
            "400",
            "--out",
            "out.png",
            "--overlay",
            "zones,walk,traffic,entries,exits,problems",
        ],
        vec!["bundle", map, "--no-check", "--walk", "--out", "out"],
        vec!["convert", map, "plain.tmj"],
        vec!["graph", map, "--format", "svg"],
        vec!["diff", "origin", map, "--picture", "diff.png"],
        vec!["stands", "s.toml", "--partial", "--plan", "plan.png", "--directory", "d.html"],
    ]
}

/// Damages the map that a number stands for, and puts it through all commands.
fn survive(corpus: &Path, maps: &[PathBuf], seed: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let origin = &maps[dice.below(maps.len())];
    let folder = tempfile::tempdir().unwrap();
    // Pictures and tilesets are found where they are.
    let home = origin.parent().unwrap();
    for entry in fs::read_dir(home).unwrap().flatten() {
        let goal = folder.path().join(entry.file_name());
        if entry.path().is_dir() {
            let _link = std::os::unix::fs::symlink(entry.path(), goal);
        } else {
            fs::copy(entry.path(), goal).unwrap();
        }
    }
    let name = origin.file_name().unwrap().to_str().unwrap();
    let mut text = fs::read(origin).unwrap();
    let end = if name.ends_with("tmx") { "tmx" } else { "tmj" };
    let (before, map) = (format!("origin.{end}"), format!("damaged.{end}"));
    fs::write(folder.path().join(&before), &text).unwrap();
    for _ in 0..=dice.below(3) {
        text = damaged(&text, &mut dice);
    }
    fs::write(folder.path().join(&map), &text).unwrap();
    let spec = format!(
        "venue = \"{map}\"\n[event]\nname = \"E\"\nslug = \"e\"\n[[areas]]\nname = \"a\"\n\
         tiles = {{ x = 1, y = 1, width = 20, height = 20 }}\n[tiers.a]\nrank = 1\n\
         [[sponsors]]\nname = \"Ada\"\ntier = \"a\"\n"
    );
    fs::write(folder.path().join("s.toml"), spec).unwrap();
    let mut faults = Vec::new();
    for args in commands(&map) {
        let args: Vec<&str> =
            args.into_iter().map(|arg| if arg == "origin" { before.as_str() } else { arg }).collect();
        if let Err(fault) = run(folder.path(), &args) {
            faults.push(format!("seed {seed}, {}: {fault}", origin.strip_prefix(corpus).unwrap().display()));
        }
    }
    faults
}

#[test]
fn damaged_maps_of_others_harm_nobody() {
    let Some(corpus) = corpus() else { return };
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let count: u64 = setting("VENUE_MUTATIONS").unwrap_or(10);
    let first: u64 = setting("VENUE_MUTATIONS_FROM").unwrap_or(0);
    let mut maps: Vec<PathBuf> = walkdir::WalkDir::new(&corpus)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy();
            let is_map = [".tmj", ".tmx", ".json"].iter().any(|end| name.ends_with(end));
            is_map && entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() < LARGEST)
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    maps.sort();
    let faults: Vec<String> =
        (first..first + count).into_par_iter().flat_map_iter(|seed| survive(&corpus, &maps, seed)).collect();
    eprintln!("{count} damaged maps, {} commands each, {} faults", commands("").len(), faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Found by a damaged map: nothing but the columns that it claimed to have kept pictures from ever being done.
#[test]
fn a_million_columns_are_refused_at_once() {
    let mut map = crate::reports::map(&[]);
    map["width"] = 1_000_000.into();
    map["height"] = 40.into();
    let folder = crate::reports::Folder::new(&[("wide.tmj", &crate::reports::text(&map))]);
    crate::reports::picture(&folder, "tiles.png");
    let mut command = crate::reports::venue(folder.path());
    let run = command.args(["render", "wide.tmj", "--size", "400", "--out", "o.png"]).assert().code(2);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("too many pixels to go through"), "{said}");
    let mut command = crate::reports::venue(folder.path());
    command.args(["graph", "wide.tmj", "--format", "svg"]).assert().code(0);
}
