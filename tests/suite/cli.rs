//! What every command has in common.

use assert_cmd::Command;

fn venue() -> Command {
    let mut command = Command::cargo_bin("venue").unwrap();
    command.env_remove("NO_COLOR");
    command
}

#[test]
fn bad_usage_is_exit_status_2() {
    venue().arg("chekc").assert().code(2).stdout("");
    venue().assert().code(2).stdout("");
}

#[test]
fn help_is_a_result() {
    let assert = venue().arg("--help").assert().success().stderr("");
    let help = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(help.contains("Examples:"), "{help}");
}

#[test]
fn silent_failures_are_listed_with_their_rules() {
    let output = |args: &[&str]| {
        let output = Command::cargo_bin("venue").unwrap().arg("rules").args(args).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let text = output(&["--failures"]);
    for failure in venue::check::FAILURES {
        assert!(text.contains(failure.mistake), "{text}");
        assert!(failure.rules.iter().all(|rule| text.contains(rule)), "{text}");
    }
    assert!(output(&["start-on-exit"]).contains("finds silent failure 10 of `venue rules --failures`"));
    let json: serde_json::Value = serde_json::from_str(&output(&["--failures", "--format", "json"])).unwrap();
    assert_eq!(json["failures"][9]["rules"], serde_json::json!(["start-on-exit"]));
    assert!(!output(&["tmx-map"]).contains("silent"));
}

/// What the program says to these arguments: its exit status, and both of its outputs.
fn said(folder: &std::path::Path, args: &[&str]) -> (i32, String) {
    let output = venue().current_dir(folder).args(args).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), text)
}

/// Every command by its name, as `--help` lists them.
fn commands() -> Vec<String> {
    let (_, help) = said(std::path::Path::new("."), &["--help"]);
    let lines =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.map(|line| line.split(' ').next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

#[test]
fn every_command_explains_itself_with_an_example_that_it_understands() {
    let commands = commands();
    assert!(commands.len() > 13, "{commands:?}");
    for command in &commands {
        let (status, help) = said(std::path::Path::new("."), &[command, "--help"]);
        assert_eq!(status, 0);
        let (_, examples) =
            help.split_once("Example").unwrap_or_else(|| panic!("{command} has no example: {help}"));
        assert!(examples.contains(&format!("venue {command}")), "{help}");
        // Options that examples name are there.
        let (described, _) = help.split_at(help.len() - examples.len());
        for line in
            examples.lines().filter(|line| line.trim_start().starts_with(&format!("venue {command} ")))
        {
            let line = line.split("then:").next().unwrap();
            for word in line.split_whitespace().filter(|word| word.starts_with("--")) {
                assert!(described.contains(word), "{command} has no {word}: {line}");
            }
        }
    }
}

#[test]
fn man_pages_are_written_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let (status, text) = said(folder.path(), &["man", "pages/man1"]);
    assert_eq!(status, 0, "{text}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join("pages/man1").join(name)).unwrap();
    for command in commands() {
        let page = read(&format!("venue-{command}.1"));
        assert!(page.starts_with(".ie") && page.contains(&format!("venue\\-{command}")), "{page}");
    }
    assert!(read("venue-check.1").contains("\\-\\-baseline"));
    assert!(read("venue.1").contains("venue\\-check(1)"), "{}", read("venue.1"));
}

#[test]
fn errors_say_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("hall.tmj", "{}");
    write("spec.toml", "venue = \"hall.tmj\"\n");
    for (args, advice) in [
        (&["check", "hal.tmj"][..], "did you mean hall.tmj?"),
        (&["render", "maps/hall.tmj"], "there is no folder maps"),
        (&["stands", "spec.tml"], "did you mean spec.toml?"),
        (&["stands", "spec.toml"], "`venue schema sponsors` describes every key"),
        (&["diff", "--base", "main"], "begin one with `git init`"),
        (&["publish"], "set url under [publish] in venue.toml"),
        (&["rules", "exit-target-mising"], "did you mean \"exit-target-missing\"?"),
        (&["rules", "nothing-stord"], "did you mean \"nothing-stored\"?"),
        (&["check", "--formt", "json"], "'--format'"),
        (&["new", "."], "`venue new --from DIR` adopts a folder of maps"),
    ] {
        let (status, text) = said(folder.path(), args);
        assert_eq!(status, 2, "{args:?}: {text}");
        assert!(text.contains(advice), "{args:?}: {text}");
    }
    let empty = tempfile::tempdir().unwrap();
    for command in ["check", "bundle"] {
        let (_, text) = said(empty.path(), &[command]);
        assert!(text.contains("`venue new DIR` begins a project"), "{command}: {text}");
    }
    write("venue.toml", "[projct]\n");
    assert!(
        said(folder.path(), &["check"])
            .1
            .contains("venue.toml:1:2: unknown key \"projct\"; did you mean \"project\"?")
    );
}

#[test]
fn colours_are_for_those_who_want_them() {
    let colored = |args: &[&str], no_color: &str| {
        let mut command = venue();
        let output = command.env("NO_COLOR", no_color).args(args).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!colored(&["rules", "--color", "auto"], ""), "this is no terminal");
    assert!(colored(&["rules", "--color", "always"], ""));
    assert!(!colored(&["rules"], "1") && !colored(&["rules", "--color", "never"], ""));
}

#[test]
fn a_new_rule_fails_no_build_and_none_comes_from_the_future() {
    let number =
        |version: &str| -> Vec<u32> { version.split('.').map(|part| part.parse().unwrap()).collect() };
    let now = env!("CARGO_PKG_VERSION");
    for rule in venue::check::rules() {
        assert!(number(rule.since) <= number(now), "{} is of {}", rule.name, rule.since);
        // What docs/ci.md promises: a rule is advice in the version that it comes with. The first has no users yet.
        let harmless = rule.severity == venue::finding::Severity::Info;
        assert!(
            rule.since != now || now == "0.1.0" || harmless,
            "{} is new: let it be info at first",
            rule.name
        );
    }
    // Whoever looks for what a version changed finds it.
    let changes = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CHANGELOG.md")).unwrap();
    let released = changes.contains(&format!("## {now}"));
    assert!(changes.contains("## Unreleased") || released, "the changelog does not know {now}");
}

fn extension(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[test]
fn the_package_has_what_it_builds_from_and_nothing_else() {
    let output = std::process::Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).unwrap().replace('\\', "/");
    let files: Vec<&str> = list.lines().collect();
    for needed in
        ["src/main.rs", "LICENSE", "README.md", "CHANGELOG.md", "templates/venue.yml", "docs/draw-a-stand.md"]
    {
        assert!(files.contains(&needed), "{needed} is not in the package");
    }
    let known = ["src/", "assets/", "maps/", "benches/", "templates/", "docs/draw-a-stand.md"];
    let rest: Vec<&&str> = files
        .iter()
        .filter(|file| file.contains('/') && !known.iter().any(|part| file.starts_with(part)))
        .collect();
    assert!(rest.is_empty(), "{rest:?}");
    // Everything that is taken in when it is built is there.
    for source in files.iter().filter(|file| file.starts_with("src/") && extension(file) == "rs") {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        let text = std::fs::read_to_string(&path).unwrap();
        for part in
            text.split("include_").skip(1).filter_map(|rest| rest.split_once("!(\"")).map(|(_, rest)| rest)
        {
            let name = part.split('"').next().unwrap();
            let folder = source.rsplit_once('/').unwrap().0;
            let target = venue::source::resolve(folder, name);
            assert!(
                files.contains(&target.as_str()),
                "{source} takes in {target}, which is not in the package"
            );
        }
    }
}
