//! GitHub: the action and the workflow of a new project, run step by step as a runner does.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::{Repository, TAG, environment, expression::Scope, git, home, path_with, programs, yaml};
use crate::map_storage::{MapStorage, TOKEN};

/// A runner, and what came of a run.
struct Runner<'a> {
    repository: &'a Repository,
    github: Value,
    secrets: Value,
    temp: tempfile::TempDir,
    path: Vec<PathBuf>,
    /// Everything that was printed.
    printed: String,
    /// Actions of others that were used, with what they got.
    used: Vec<(String, Value)>,
    failed: bool,
}

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

impl<'a> Runner<'a> {
    fn new(repository: &'a Repository, event: &str, more: &Value) -> Self {
        let mut github = json!({
            "event_name": event, "ref_name": "main", "run_id": "77", "run_attempt": "1",
            "server_url": "https://github.com", "repository": "ada/fair", "event": {},
        });
        for (key, value) in more.as_object().unwrap() {
            github[key] = value.clone();
        }
        let temp = tempfile::tempdir().unwrap();
        let path = vec![programs(temp.path(), true)];
        let (printed, used) = Default::default();
        Self { repository, github, secrets: json!({}), temp, path, printed, used, failed: false }
    }

    fn push(repository: &'a Repository, before: &str) -> Self {
        Self::new(repository, "push", &json!({"event": {"before": before}}))
    }

    fn pull_request(repository: &'a Repository, base: &str) -> Self {
        let event = json!({"pull_request": {"base": {"sha": base}}});
        Self::new(repository, "pull_request", &json!({"event": event, "ref_name": "3/merge"}))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn summary(&self) -> String {
        fs::read_to_string(self.file("summary")).unwrap_or_default()
    }

    /// Runs the action with these inputs; returns its outputs.
    fn action(&mut self, path: &Path, given: &Value) -> Value {
        let action = yaml(&fs::read_to_string(path.join("action.yml")).unwrap());
        assert_eq!(action["runs"]["using"], "composite");
        let mut inputs = json!({});
        for (name, input) in action["inputs"].as_object().unwrap() {
            assert!(input["description"].is_string(), "{name}");
            inputs[name] = given.get(name).unwrap_or(&input["default"]).clone();
        }
        for name in given.as_object().unwrap().keys() {
            assert!(inputs.get(name).is_some(), "the action has no input {name}");
        }
        let contexts = json!({"inputs": inputs, "github": {"action_path": path}});
        let contexts = self.steps(action["runs"]["steps"].as_array().unwrap(), &json!({}), contexts);
        let mut outputs = json!({});
        for (name, output) in action["outputs"].as_object().unwrap() {
            let scope = Scope { contexts: &contexts, failed: self.failed };
            outputs[name] = scope.fill(output["value"].as_str().unwrap()).into();
        }
        outputs
    }

    /// The jobs of the project's own workflow.
    fn workflow(&mut self) {
        let name = ".github/workflows/venue.yml";
        let workflow = yaml(&fs::read_to_string(self.repository.folder.join(name)).unwrap());
        for job in workflow["jobs"].as_object().unwrap().values() {
            self.steps(job["steps"].as_array().unwrap(), &workflow["env"], json!({}));
        }
    }

    fn steps(&mut self, steps: &[Value], env: &Value, mut contexts: Value) -> Value {
        let own = contexts["github"].take();
        contexts["github"] = self.github.clone();
        for (key, value) in own.as_object().into_iter().flatten() {
            contexts["github"][key] = value.clone();
        }
        contexts["runner"] = json!({"os": "Linux", "arch": "X64", "temp": self.temp.path()});
        contexts["secrets"] = self.secrets.clone();
        contexts["steps"] = json!({});
        for step in steps {
            let scope = Scope { contexts: &contexts, failed: self.failed };
            if !scope.holds(step["if"].as_str()) {
                continue;
            }
            let filled = |map: &Value| -> BTreeMap<String, String> {
                let pairs = map.as_object().into_iter().flatten();
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                pairs.map(|(key, value)| (key.clone(), scope.fill(&text(value)))).collect()
            };
            let outputs = match (step["uses"].as_str(), step["run"].as_str()) {
                (Some(action), None) => {
                    let with = json!(filled(&step["with"]));
                    self.uses(action, with)
                }
                (None, Some(script)) => {
                    assert!(
                        !script.contains("${{"),
                        "texts of others get into a script by the environment: {script}"
                    );
                    let (outer, own) = (filled(env), filled(&step["env"]));
                    self.script(script, outer.into_iter().chain(own))
                }
                _ => panic!("{step}"),
            };
            if let Some(id) = step["id"].as_str() {
                contexts["steps"][id] = json!({"outputs": outputs});
            }
        }
        contexts
    }

    fn uses(&mut self, action: &str, with: Value) -> Value {
        if let Some(folder) = action.strip_prefix("./") {
            return self.action(&self.repository.folder.join(folder), &with);
        }
        let is = |name: &str| action.starts_with(name);
        assert!(action.contains('@'), "{action} has no version");
        if is("actions/upload-artifact@") {
            assert!(PathBuf::from(with["path"].as_str().unwrap()).exists(), "{with}");
        } else if is("github/codeql-action/upload-sarif@") {
            let sarif = fs::read_to_string(with["sarif_file"].as_str().unwrap()).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&sarif).unwrap()["version"], "2.1.0");
        } else {
            assert!(is("actions/cache@") || is("actions/checkout@"), "{action}");
        }
        self.used.push((action.to_owned(), with));
        json!({})
    }

    fn script(&mut self, script: &str, env: impl Iterator<Item = (String, String)>) -> Value {
        let mut command = Command::new("bash");
        environment(&mut command);
        for name in ["output", "path"] {
            fs::write(self.file(name), "").unwrap();
        }
        let output = command
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(&self.repository.folder)
            .envs(env)
            .env("PATH", path_with(&self.path))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", &self.repository.folder)
            .env("GITHUB_OUTPUT", self.file("output"))
            .env("GITHUB_PATH", self.file("path"))
            .env("GITHUB_STEP_SUMMARY", self.file("summary"))
            .env("RUNNER_TEMP", self.temp.path())
            .output()
            .unwrap();
        self.printed += &String::from_utf8_lossy(&output.stdout);
        self.printed += &String::from_utf8_lossy(&output.stderr);
        self.failed |= !output.status.success();
        let read = |name: &str| fs::read_to_string(self.file(name)).unwrap();
        let mut outputs = json!({});
        for (name, value) in read("output").lines().filter_map(|line| line.split_once('=')) {
            outputs[name] = value.into();
        }
        let path: Vec<PathBuf> = read("path").lines().map(PathBuf::from).collect();
        self.path.splice(0..0, path);
        outputs
    }

    fn artifacts(&self) -> Vec<&str> {
        let uploads = self.used.iter().filter(|(action, _)| action.starts_with("actions/upload-artifact@"));
        uploads.map(|(_, with)| with["name"].as_str().unwrap()).collect()
    }
}

#[test]
fn a_healthy_change_is_told_and_bundled() {
    let repository = Repository::new(&[]);
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.mend();
    let mut runner = Runner::pull_request(&repository, &base);
    let outputs = runner.action(home(), &json!({"sarif": "true"}));
    assert!(!runner.failed, "{}", runner.printed);
    let summary = runner.summary();
    assert!(
        summary.contains("### venue diff") && summary.contains("Press SPACE for the programme"),
        "{summary}"
    );
    // Pictures that nobody could see are not promised.
    assert!(summary.contains("artifact venue-changes") && !summary.contains("<img"), "{summary}");
    assert_eq!(runner.artifacts(), ["venue-changes", "venue"]);
    assert!(runner.file("venue/pictures/77-1/maps/lobby.tmj.png").is_file());
    assert!(runner.used.iter().any(|(action, _)| action.starts_with("github/codeql-action/upload-sarif@")));
    let findings: Value =
        serde_json::from_slice(&fs::read(outputs["findings"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(findings["summary"]["errors"], 0);
    assert!(PathBuf::from(outputs["bundle"].as_str().unwrap()).is_file());
    assert_eq!(repository.git(&["status", "--porcelain"]), "", "the checkout stays as it is");
}

#[test]
fn a_broken_change_fails_at_its_line() {
    let repository = Repository::new(&[]);
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.break_it();
    let mut runner = Runner::pull_request(&repository, &base);
    let outputs = runner.action(home(), &json!({}));
    assert!(runner.failed, "{}", runner.printed);
    assert!(runner.printed.contains("::error file=maps/lobby.tmj,line="), "{}", runner.printed);
    let summary = runner.summary();
    assert!(summary.contains("exit-target-missing") && summary.contains("### venue diff"), "{summary}");
    assert_eq!(outputs["bundle"], "");
    // Where an exit leads is on no picture.
    assert_eq!(runner.artifacts(), [""; 0]);
    // Accepted it does not fail, and is bundled.
    let mut runner = Runner::pull_request(&repository, &base);
    let mut write = assert_cmd::Command::cargo_bin("venue").unwrap();
    write
        .current_dir(&repository.folder)
        .args(["check", "--write-baseline", "venue.baseline.json"])
        .assert()
        .success();
    runner.action(home(), &json!({}));
    assert!(!runner.failed, "{}", runner.printed);
    assert_eq!(runner.artifacts(), ["venue"]);
}

#[test]
fn pictures_are_shown_where_a_branch_keeps_them() {
    let repository = Repository::new(&[]);
    let origin = repository.above.path().join("origin.git");
    let origin = origin.to_str().unwrap();
    repository.git(&["clone", "--quiet", "--bare", ".", origin]);
    repository.git(&["remote", "add", "origin", origin]);
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.mend();
    let shown = |run: &str| {
        let mut runner = Runner::pull_request(&repository, &base);
        runner.github["run_id"] = run.into();
        runner.action(home(), &json!({"pictures-branch": "venue-pictures", "bundle": "false"}));
        assert!(!runner.failed, "{}", runner.printed);
        let picture = format!("https://github.com/ada/fair/raw/venue-pictures/{run}-1/maps/lobby.tmj.png");
        assert!(runner.summary().contains(&format!("<img src=\"{picture}\"")), "{}", runner.summary());
    };
    shown("77");
    shown("78");
    let kept =
        git(&repository.folder, &["--git-dir", origin, "ls-tree", "-r", "--name-only", "venue-pictures"]);
    let kept = String::from_utf8(kept.stdout).unwrap();
    assert_eq!(kept, "77-1/maps/lobby.tmj.png\n78-1/maps/lobby.tmj.png\n");
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
    // Who may not push, as from a fork, still gets all but the pictures in the page.
    repository.git(&["remote", "set-url", "origin", "/nowhere"]);
    let mut runner = Runner::pull_request(&repository, &base);
    runner.action(home(), &json!({"pictures-branch": "venue-pictures", "bundle": "false"}));
    assert!(!runner.failed && runner.printed.contains("::warning::"), "{}", runner.printed);
    assert!(!runner.summary().contains("<img"), "{}", runner.summary());
}

#[test]
fn the_workflow_of_a_new_project_publishes_its_main_branch_and_keeps_the_secret() {
    // Where venue comes from: a repository with its action; what builds it takes the program that is there.
    let source = tempfile::tempdir().unwrap();
    for name in ["action.yml", "Cargo.toml", "Cargo.lock"] {
        fs::copy(home().join(name), source.path().join(name)).unwrap();
    }
    for folder in [".cargo", "src", "assets", "maps", "templates", "docs"] {
        fs::create_dir(source.path().join(folder)).unwrap();
        fs::write(source.path().join(folder).join("draw-a-stand.md"), folder).unwrap();
    }
    let git_there = |arguments: &[&str]| {
        assert!(git(source.path(), arguments).status.success(), "{arguments:?}");
    };
    git_there(&["init", "--quiet"]);
    git_there(&["add", "--all"]);
    git_there(&["commit", "--quiet", "--message", "Release"]);
    git_there(&["tag", TAG]);
    // What comes later is not taken.
    fs::write(source.path().join("action.yml"), "broken").unwrap();
    git_there(&["commit", "--quiet", "--all", "--message", "Break"]);
    let address = format!("file://{}", source.path().display());
    let repository = Repository::new(&["--venue-git", &address]);
    let server = MapStorage::new(&[]);
    let toml = fs::read_to_string(repository.folder.join("venue.toml")).unwrap();
    let publish = format!("{toml}\n[publish]\nurl = \"{}\"\ndirectory = \"fair\"\n", server.url);
    fs::write(repository.folder.join("venue.toml"), publish).unwrap();
    repository.commit("Say where to publish");

    // The first push to main: nothing is there to compare with.
    let mut runner = Runner::push(&repository, NO_COMMIT);
    runner.secrets = json!({"VENUE_PUBLISH_TOKEN": TOKEN});
    runner.path = vec![programs(runner.temp.path(), false)];
    runner.workflow();
    assert!(!runner.failed, "{}", runner.printed);
    assert!(runner.printed.contains("Nothing to compare with."), "{}", runner.printed);
    assert!(server.names().contains(&"fair/maps/lobby.tmj".to_owned()), "{:?}", server.names());
    assert!(runner.summary().contains("published "), "{}", runner.summary());
    let cache = runner.used.iter().find(|(action, _)| action.starts_with("actions/cache@")).unwrap();
    let key = cache.1["key"].as_str().unwrap();
    assert!(key.starts_with("venue-Linux-X64-") && key.len() > 50, "{key}");
    for entry in walkdir::WalkDir::new(runner.temp.path()).into_iter().flatten() {
        // The program itself, which the tests' cargo put there, knows the token of the tests as little.
        let bytes = fs::read(entry.path()).unwrap_or_default();
        assert!(
            memchr::memmem::find(&bytes, TOKEN.as_bytes()).is_none(),
            "{} has the token",
            entry.path().display()
        );
    }
    assert!(!runner.printed.contains(TOKEN));
    fs::remove_dir_all(repository.folder.join(".venue")).unwrap();

    // The summary says why the server did not take it.
    let mut runner = Runner::push(&repository, NO_COMMIT);
    runner.secrets = json!({"VENUE_PUBLISH_TOKEN": "no-token-of-this-server"});
    runner.workflow();
    assert!(runner.failed, "{}", runner.printed);
    let summary = runner.summary();
    let (_, told) = summary.split_once("### venue publish").unwrap_or_else(|| panic!("{summary}"));
    assert!(told.contains("(HTTP 401)"), "{told}");
    fs::remove_dir_all(repository.folder.join(".venue")).unwrap();

    // Without the secret, on a pull request, or when something is found, nothing is published.
    let asked = server.asked();
    let base = repository.git(&["rev-parse", "HEAD"]);
    let mut runner = Runner::push(&repository, &base);
    runner.workflow();
    assert!(!runner.failed, "{}", runner.printed);
    fs::remove_dir_all(repository.folder.join(".venue")).unwrap();
    repository.break_it();
    let mut runner = Runner::push(&repository, &base);
    runner.secrets = json!({"VENUE_PUBLISH_TOKEN": TOKEN});
    runner.workflow();
    assert!(runner.failed && runner.printed.contains("::error file=maps/lobby.tmj"), "{}", runner.printed);
    assert!(runner.summary().contains("### venue diff"), "{}", runner.summary());
    assert_eq!(server.asked(), asked);
}

#[test]
fn projects_of_one_repository_keep_their_results_apart() {
    let repository = Repository::new(&["--ci", "none"]);
    let projects = ["events/fair", "./events/spring/"];
    for project in projects {
        let mut command = assert_cmd::Command::cargo_bin("venue").unwrap();
        command.arg("new").arg(repository.folder.join(project)).args(["--ci", "none"]).assert().success();
    }
    let base = repository.commit("Two events");
    for project in projects {
        let lobby = format!("{project}/maps/lobby.tmj");
        repository.edit(&lobby, "Press SPACE to read the programme", "Press SPACE for the programme");
    }
    repository.commit("Say it shorter");
    let mut runner = Runner::pull_request(&repository, &base);
    let [fair, spring] =
        projects.map(|project| runner.action(home(), &json!({"project": project, "sarif": "true"})));
    assert!(!runner.failed, "{}", runner.printed);
    assert_eq!(
        runner.artifacts(),
        [
            "venue-changes-events-fair",
            "venue-events-fair",
            "venue-changes-events-spring",
            "venue-events-spring"
        ]
    );
    assert!(runner.summary().contains("artifact venue-changes-events-fair"), "{}", runner.summary());
    let categories: Vec<&Value> = runner
        .used
        .iter()
        .map(|(_, with)| &with["category"])
        .filter(|category| !category.is_null())
        .collect();
    assert_eq!(categories, ["venue-events-fair", "venue-events-spring"]);
    for output in ["findings", "bundle"] {
        assert_ne!(fair[output], spring[output]);
        for project in [&fair, &spring] {
            assert!(PathBuf::from(project[output].as_str().unwrap()).is_file(), "{project}");
        }
    }
}

#[test]
fn the_cache_knows_all_that_the_program_is_made_of() {
    let action = fs::read_to_string(home().join("action.yml")).unwrap();
    let (_, rest) = action.split_once("&& find ").unwrap();
    let known: Vec<&str> = rest.split_once(" -type f").unwrap().0.split(' ').collect();
    let mut included = 0;
    for entry in walkdir::WalkDir::new(home().join("src")).into_iter().flatten() {
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let folder = entry.path().parent().unwrap().strip_prefix(home()).unwrap().to_string_lossy();
        let text = fs::read_to_string(entry.path()).unwrap();
        let parts = text.split("include_str!(").flat_map(|part| part.split("include_bytes!("));
        for part in parts.skip(1) {
            let Some(name) = part.trim_start().strip_prefix('"').and_then(|name| name.split('"').next())
            else {
                continue;
            };
            let name = venue::source::resolve(&folder, name);
            included += usize::from(!name.starts_with("src/"));
            let is_known = known.iter().any(|known| {
                name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            assert!(is_known, "{name} is compiled in, and no part of the cache's key");
        }
    }
    assert!(included > 20, "{included}");
}

#[test]
fn adopted_maps_are_not_bundled_until_somebody_says_so() {
    let read = |repository: &Repository| {
        let text = fs::read_to_string(repository.folder.join(".github/workflows/venue.yml")).unwrap();
        let workflow = yaml(&text);
        assert_eq!(workflow["env"]["VENUE_REF"], TAG);
        let steps = workflow["jobs"]["maps"]["steps"].as_array().unwrap().clone();
        let with = steps.into_iter().find(|step| step["uses"] == "./.venue").unwrap()["with"].clone();
        (text, with)
    };
    let (text, with) = read(&Repository::adopted(&[]));
    assert_eq!(with["bundle"], "false");
    assert!(text.contains("# Write \"true\" once"), "{text}");
    let (_, with) = read(&Repository::new(&[]));
    assert!(with["bundle"].is_null() && with["publish-token"].is_string(), "{with}");
}

#[test]
fn a_workflow_that_does_not_know_where_venue_is_says_what_to_write() {
    let repository = Repository::new(&["--venue-git", ""]);
    let mut runner = Runner::push(&repository, NO_COMMIT);
    runner.workflow();
    assert!(runner.failed);
    let line =
        "::error file=.github/workflows/venue.yml::VENUE_GIT is empty: write there the Git address of venue";
    assert!(runner.printed.contains(line), "{}", runner.printed);
}
