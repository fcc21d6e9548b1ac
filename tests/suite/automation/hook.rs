//! The hooks for pre-commit.

use std::{fs, process::Command};

use super::{Repository, home, path_with, programs, yaml};

#[test]
fn a_hook_lets_good_maps_pass_and_stops_bad_ones() {
    let hooks = yaml(&fs::read_to_string(home().join(".pre-commit-hooks.yaml")).unwrap());
    let hooks = hooks.as_array().unwrap();
    let repository = Repository::new(&["--ci", "none"]);
    let path = path_with(&[programs(repository.above.path(), true)]);
    let run = |entry: &str| {
        let mut words = entry.split(' ');
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .current_dir(&repository.folder)
            .env("PATH", &path)
            .output()
            .unwrap()
            .status
            .success()
    };
    for hook in hooks {
        let files = regex::Regex::new(hook["files"].as_str().unwrap()).unwrap();
        assert!(files.is_match("maps/hall.tmj") && !files.is_match("README.md"), "{hook}");
        assert_eq!((&hook["language"], &hook["pass_filenames"]), (&"rust".into(), &false.into()));
        assert!(run(hook["entry"].as_str().unwrap()), "{hook}");
    }
    let files = regex::Regex::new(hooks[0]["files"].as_str().unwrap()).unwrap();
    assert!(
        files.is_match("venue.toml") && files.is_match("fair/venue.toml") && !files.is_match("revenue.toml")
    );
    repository.edit("maps/lobby.tmj", "hall.tmj#from-lobby", "hal.tmj#from-lobby");
    assert!(!run(hooks[0]["entry"].as_str().unwrap()));
}
