//! What documents tell to type, typed.
//!
//! Blocks of commands in our pages are run in the order in which they stand, as a reader would: one shell, which goes
//! where `cd` leads. In a block `sh` every command succeeds. In a block `console` each follows a `$`, and below it
//! stands all that it prints, where `...` is anything, as a line or within one. A comment `<!-- not run: why -->` before
//! a block excuses it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A block of commands in a document.
#[derive(Debug)]
pub(crate) struct Block {
    /// Number of its first line in the document.
    pub(crate) line: usize,
    /// Whether it shows what is printed.
    console: bool,
    pub(crate) text: String,
    /// Why it is not run.
    pub(crate) excuse: Option<String>,
}

/// The blocks of commands of a document.
pub(crate) fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut excuse = None;
    let mut lines = document.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if let Some(why) = line.strip_prefix("<!-- not run: ") {
            excuse = why.strip_suffix(" -->").map(str::to_owned);
        } else if let Some(language) = line.strip_prefix("```") {
            let inside: Vec<&str> =
                lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
            let console = language == "console";
            if console || ["sh", "bash", "shell"].contains(&language) {
                let text = inside.join("\n");
                blocks.push(Block { line: number + 2, console, text, excuse: excuse.take() });
            }
        } else if !line.is_empty() {
            excuse = None;
        }
    }
    blocks
}

/// Where commands are run, and what they find there.
pub(crate) struct Session {
    _folder: tempfile::TempDir,
    home: tempfile::TempDir,
    /// The shell's folder.
    current: PathBuf,
}

impl Session {
    /// In a copy of a folder, or in an empty one.
    pub(crate) fn new(copied: Option<&Path>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // What is made beside the project is in the folder, too.
        let current = folder.path().canonicalize().unwrap().join("project");
        fs::create_dir(&current).unwrap();
        if let Some(from) = copied {
            copy(from, &current);
        }
        Self { _folder: folder, home: tempfile::tempdir().unwrap(), current }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.current
    }

    /// Runs a script; returns its exit status and all that it printed.
    pub(crate) fn run(&mut self, script: &str) -> (i32, String) {
        let program = assert_cmd::cargo::cargo_bin("venue");
        let mut path = vec![program.parent().unwrap().to_owned()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let place = self.home.path().join("place");
        let whole = format!("exec 2>&1\nset -eo pipefail\n{script}\npwd -P > '{}'\n", place.display());
        let output = Command::new("bash")
            .args(["-c", &whole])
            .current_dir(&self.current)
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.home.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .env_remove("VENUE_PUBLISH_TOKEN")
            .output()
            .unwrap();
        if let Ok(place) = fs::read_to_string(&place) {
            self.current = PathBuf::from(place.trim_end());
        }
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs all blocks of a document.
    #[track_caller]
    pub(crate) fn follow(&mut self, name: &str, document: &str) {
        for block in blocks(document).iter().filter(|block| block.excuse.is_none()) {
            if block.console {
                self.converse(name, block);
            } else {
                let (status, printed) = self.run(&block.text);
                assert_eq!(status, 0, "{name}:{}: {}\n{printed}", block.line, block.text);
            }
        }
    }

    #[track_caller]
    fn converse(&mut self, name: &str, block: &Block) {
        let (before, rest) = block.text.split_once("$ ").unwrap_or_else(|| panic!("{name}:{}", block.line));
        assert_eq!(before.trim(), "", "{name}:{}: something stands before the first command", block.line);
        for part in rest.split("\n$ ") {
            let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
            let (status, printed) = self.run(command);
            let at = format!("{name}:{}: {command}", block.line);
            // A command that finds something says so by 1, and then it is shown.
            assert!(status == 0 || status == 1 && !shown.is_empty(), "{at}: {status}\n{printed}");
            if let Err(difference) = compare(shown, &printed) {
                panic!("{at}: {difference}; all of it is\n{printed}");
            }
        }
    }
}

/// Whether this is shown of that, line by line, to the end; else the first line that is missing or not shown.
fn compare(shown: &str, printed: &str) -> Result<(), String> {
    let shown = shown.trim_end();
    let mut printed = printed.lines().map(str::trim_end).peekable();
    let mut skip = false;
    for line in shown.lines().map(str::trim_end) {
        if line.trim() == "..." {
            skip = true;
            continue;
        }
        let found = if skip {
            printed.any(|there| is_shown(line, there))
        } else {
            printed.next().is_some_and(|there| is_shown(line, there))
        };
        if !found {
            return Err(format!("does not print \"{line}\""));
        }
        skip = false;
    }
    let rest = if skip { None } else { printed.find(|line| !line.is_empty()) };
    rest.map_or(Ok(()), |line| Err(format!("prints \"{line}\", which is not shown")))
}

/// Whether this line of a page stands for that one.
fn is_shown(line: &str, printed: &str) -> bool {
    let Some((begin, end)) = line.split_once("...") else { return line == printed };
    printed.len() >= begin.len() + end.len() && printed.starts_with(begin) && printed.ends_with(end)
}

/// Copies a folder, without what its own commands may have left in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if ["dist", "target", ".git", "node_modules"].iter().any(|left| name == *left) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn what_is_told_and_not_so_is_noticed() {
    let mut session = Session::new(None);
    session.follow(
        "good",
        "```console\n$ echo one; echo two; echo three\n...\ntwo\n...\n$ pwd | wc -l\n1\n```\n",
    );
    session.follow(
        "good",
        "```sh\nmkdir deep; cd deep\n```\ntext\n```sh\n[ \"$(basename \"$PWD\")\" = deep ]\n```\n",
    );
    session.follow("excused", "<!-- not run: for a reason -->\n\n```sh\nfalse\n```\n");
    for bad in [
        "```sh\nfalse\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ echo one; echo two\none\n```\n",
        "```console\n$ (exit 2)\nx\n```\n",
    ] {
        let failed = std::panic::catch_unwind(|| Session::new(None).follow("bad", bad));
        assert!(failed.is_err(), "{bad}");
    }
    assert_eq!(compare("a\n...\nc", "a\nb\nc\n"), Ok(()));
    assert_eq!(compare("a\n...\nc\n...\n", "a\nb\nc\nd\n"), Ok(()));
    assert_eq!(compare("a\nc", "a\nb\nc"), Err("does not print \"c\"".to_owned()));
    assert_eq!(compare("a\n...\nc", "a\nb\nc\n\nd"), Err("prints \"d\", which is not shown".to_owned()));
    assert_eq!(compare("", "a\n"), Err("prints \"a\", which is not shown".to_owned()));
    assert!(is_shown("a ... c", "a b c") && !is_shown("a ... c", "a b d") && !is_shown("a ... a", "a "));
}
