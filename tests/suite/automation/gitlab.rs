//! GitLab: the jobs of the template, as a runner's shell gets them.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::{Value, json};

use super::{Repository, TAG, environment, home, path_with, programs, yaml};
use crate::map_storage::{MapStorage, TOKEN};

/// The jobs of a pipeline that includes the template, whose inputs have these values or their defaults.
fn template(inputs: &[(&str, &str)]) -> Value {
    let text = fs::read_to_string(home().join("templates/venue.yml")).unwrap();
    let (spec, jobs) = text.split_once("\n---\n").unwrap();
    let mut jobs = jobs.to_owned();
    for (name, input) in yaml(spec)["spec"]["inputs"].as_object().unwrap() {
        let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| *value);
        let value = given.unwrap_or_else(|| input["default"].as_str().unwrap());
        jobs = jobs.replace(&format!("$[[ inputs.{name} ]]"), &format!("\"{value}\""));
    }
    assert!(!jobs.contains("$[["), "{jobs}");
    yaml(&jobs)
}

/// Runs a job; returns whether it succeeded, and what was printed.
fn run(pipeline: &Value, job: &str, repository: &Repository, variables: &[(&str, &str)]) -> (bool, String) {
    let (base, job) = (&pipeline[".venue"], &pipeline[job]);
    assert_eq!(job["extends"], ".venue");
    let lines = base["before_script"].as_array().unwrap().iter().chain(job["script"].as_array().unwrap());
    let script: String = lines.flat_map(|line| [line.as_str().unwrap(), "\n"]).collect();
    // As small as the shell of an image may be.
    let mut command = Command::new("sh");
    environment(&mut command);
    for (name, value) in base["variables"].as_object().unwrap() {
        command.env(name, value.as_str().unwrap());
    }
    let output = command
        .args(["-e", "-c", &script])
        .current_dir(&repository.folder)
        .env("PATH", path_with(&[programs(repository.above.path(), false)]))
        .env("CI_PROJECT_DIR", &repository.folder)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let printed =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), printed)
}

const HERE: (&str, &str) = ("venue-git", "https://git.example/venue");
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

#[test]
fn changes_are_judged_and_told() {
    let repository = Repository::new(&["--ci", "none"]);
    let pipeline = template(&[HERE]);
    let read = |name: &str| fs::read_to_string(repository.folder.join(name)).unwrap();
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &[("CI_COMMIT_BEFORE_SHA", NO_COMMIT)]);
    assert!(fine, "{printed}");
    assert_eq!(read("venue-changes/README.md"), "Nothing to compare with.\n");
    let installed = fs::read_to_string(repository.above.path().join("cargo-arguments")).unwrap();
    assert!(installed.contains(&format!("--git https://git.example/venue --tag {TAG} ")), "{installed}");
    assert_eq!(pipeline[".venue"]["cache"]["key"], "venue-program-$VENUE_REF");
    let base = repository.git(&["rev-parse", "HEAD"]);
    let of_request = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())];
    repository.edit("maps/lobby.tmj", "Press SPACE to read the programme", "Press SPACE for the programme");
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &of_request);
    assert!(fine, "{printed}");
    let told = read("venue-changes/README.md");
    assert!(told.contains("<img src=\"pictures/maps/lobby.tmj.png\""), "{told}");
    assert!(repository.folder.join("venue-changes/pictures/maps/lobby.tmj.png").is_file());
    assert!(read("venue-findings.xml").contains("failures=\"0\""));
    repository.edit("maps/lobby.tmj", "hall.tmj#from-lobby", "hal.tmj#from-lobby");
    let (fine, printed) = run(&pipeline, "maps:check", &repository, &of_request);
    assert!(!fine && printed.contains("exit-target-missing"), "{printed}");
    assert!(read("venue-findings.xml").contains("exit-target-missing"));
    for path in pipeline["maps:check"]["artifacts"]["paths"].as_array().unwrap() {
        assert!(repository.folder.join(path.as_str().unwrap()).exists());
    }
}

#[test]
fn the_default_branch_is_published_and_the_secret_kept() {
    let repository = Repository::new(&["--ci", "none"]);
    let server = MapStorage::new(&[]);
    let config = fs::read_to_string(repository.folder.join("venue.toml")).unwrap();
    let config = format!("{config}\n[publish]\nurl = \"{}\"\ndirectory = \"fair\"\n", server.url);
    fs::write(repository.folder.join("venue.toml"), config).unwrap();
    let pipeline = template(&[HERE]);
    let (fine, printed) = run(&pipeline, "maps:bundle", &repository, &[]);
    assert!(fine, "{printed}");
    assert!(repository.folder.join("dist/index.html").is_file());
    let (fine, printed) = run(&pipeline, "maps:publish", &repository, &[("VENUE_PUBLISH_TOKEN", TOKEN)]);
    assert!(fine && !printed.contains(TOKEN), "{printed}");
    assert!(server.names().contains(&"fair/maps/lobby.tmj".to_owned()));
}

/// Whether a condition of a rule holds: comparisons, and variables that must be there, joined by `&&`.
fn holds(condition: &str, variables: &BTreeMap<&str, &str>) -> bool {
    let value = |text: &str| match text.strip_prefix('$') {
        Some(name) => variables.get(name).copied().unwrap_or_default().to_owned(),
        None => text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap().to_owned(),
    };
    condition.split(" && ").all(|part| match part.split_once(" == ") {
        Some((left, right)) => value(left) == value(right),
        None => !value(part).is_empty(),
    })
}

/// The jobs of a pipeline with these variables, each after those that it needs.
fn jobs(pipeline: &Value, variables: &[(&str, &str)]) -> Vec<String> {
    let usual = ["build", "test", "deploy"].map(Value::from).to_vec();
    let stages = pipeline["stages"].as_array().unwrap_or(&usual);
    let base = &pipeline[".venue"];
    let stage = |job: &str| {
        let name = pipeline[job].get("stage").or(base.get("stage")).cloned().unwrap_or("test".into());
        stages.iter().position(|stage| *stage == name).unwrap_or_else(|| panic!("{job}: no stage {name}"))
    };
    let mut all = BTreeMap::from([("CI_DEFAULT_BRANCH", "main")]);
    all.extend(
        base["variables"].as_object().unwrap().iter().map(|(name, it)| (&**name, it.as_str().unwrap())),
    );
    all.extend(variables.iter().copied());
    let runs = |job: &str| {
        let rules = pipeline[job].get("rules").unwrap_or(&base["rules"]).as_array().unwrap();
        rules.iter().any(|rule| holds(rule["if"].as_str().unwrap(), &all))
    };
    let names = pipeline.as_object().unwrap().keys().map(String::as_str);
    let run: Vec<&str> = names.filter(|job| job.starts_with("maps:") && runs(job)).collect();
    for job in &run {
        for needed in pipeline[*job]["needs"].as_array().into_iter().flatten() {
            let needed = needed.as_str().unwrap();
            assert!(run.contains(&needed), "{job} needs {needed}, which is not in the pipeline");
            assert!(stage(needed) <= stage(job), "{job} needs {needed} of a later stage");
        }
    }
    let mut run: Vec<String> = run.into_iter().map(str::to_owned).collect();
    run.sort();
    run
}

#[test]
fn each_change_has_one_pipeline_and_its_jobs_come_in_order() {
    let request = [("CI_PIPELINE_SOURCE", "merge_request_event")];
    let branch = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "new-hall")];
    let main = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")];
    let with_token = [main[0], main[1], ("VENUE_PUBLISH_TOKEN", TOKEN)];
    let pipeline = template(&[HERE]);
    assert_eq!(jobs(&pipeline, &request), ["maps:bundle", "maps:check"]);
    assert_eq!(jobs(&pipeline, &branch), [""; 0]);
    assert_eq!(jobs(&pipeline, &main), ["maps:bundle", "maps:check"]);
    assert_eq!(jobs(&pipeline, &with_token), ["maps:bundle", "maps:check", "maps:publish"]);
    let pipeline = template(&[HERE, ("bundle", "false")]);
    assert_eq!(jobs(&pipeline, &request), ["maps:check"]);
    assert_eq!(jobs(&pipeline, &with_token), ["maps:check"]);
    // The shell runs the scripts, whatever the image would begin with.
    assert_eq!(pipeline[".venue"]["image"], json!({"name": "rust:1.90", "entrypoint": [""]}));
}

#[test]
fn a_new_project_has_the_same_jobs() {
    let repository = Repository::new(&["--ci", "gitlab", "--venue-git", "https://git.example/venue"]);
    assert!(!repository.folder.join(".github").exists());
    let own = yaml(&fs::read_to_string(repository.folder.join(".gitlab-ci.yml")).unwrap());
    assert_eq!(own, template(&[HERE]));
    let adopted = Repository::adopted(&["--ci", "gitlab", "--venue-git", "https://git.example/venue"]);
    let own = fs::read_to_string(adopted.folder.join(".gitlab-ci.yml")).unwrap();
    assert!(own.contains("# Write \"true\" once"), "{own}");
    assert_eq!(yaml(&own), template(&[HERE, ("bundle", "false")]));
    let nowhere = Repository::new(&["--ci", "gitlab", "--venue-git", ""]);
    let own = yaml(&fs::read_to_string(nowhere.folder.join(".gitlab-ci.yml")).unwrap());
    let (fine, printed) = run(&own, "maps:check", &nowhere, &[]);
    assert!(!fine && printed.contains("set VENUE_GIT to its Git address"), "{printed}");
}
