//! Forty sponsors in halls that others drew.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use venue::{
    check,
    project::Project,
    stand::{self, Built, Options},
};

/// Halls in the corpus: folder, map, where stands may go, what the engine's judge may say of them. The last is
/// the hall's own: it holds with no stand in it.
const HALLS: [(&str, &str, &str); 2] = [
    ("preset-sponsorship", "map.tmj", "{ x = 3, y = 5, width = 49, height = 70 }"),
    ("fossgis", "fossgis-2023/base.json", "{ x = 0, y = 0, width = 100, height = 88 }"),
];

fn spec(map: &str, area: &str) -> String {
    let mut spec = format!(
        "venue = \"{map}\"\noutput = \"with.stands.tmj\"\n[event]\nname = \"Forty\"\nslug = \"forty\"\n[[areas]]\nname = \"all\"\n\
         tiles = {area}\naisle = 1\n[tiers.gold]\ntemplate = \"medium\"\nrank = 1\n[tiers.silver]\n\
         template = \"small\"\nlook = \"loft\"\nrank = 2\n"
    );
    for index in 0..40 {
        let tier = if index < 6 { "gold" } else { "silver" };
        let _infallible = write!(
            spec,
            "[[sponsors]]\nname = \"Sponsor {index}\"\ntier = \"{tier}\"\nmeeting = true\n\
             website = \"https://a.example/{index}\"\n"
        );
    }
    spec
}

/// What is found in one map, by rule and message.
fn found(folder: &Path, map: &str) -> BTreeMap<(String, String), usize> {
    let project = Project::open(&[folder.join(map)], None).unwrap();
    let settings = check::Settings::new(&project, &[], &[]).unwrap();
    let mut found = BTreeMap::new();
    for finding in check::check(&project, &settings) {
        *found.entry((finding.rule.name.to_owned(), finding.message.clone())).or_default() += 1;
    }
    found
}

fn promises(folder: &Path, built: &Built, map: &str) {
    let before = Project::open(&[folder.join(map)], None).unwrap();
    let before = before.maps[0].meaning.as_ref().unwrap();
    let after = built.meaning();
    let reach = |meaning: &venue::workadventure::Meaning| {
        meaning.walk.reachable(meaning.default_entry().unwrap().cells())
    };
    let (was, is) = (reach(before), reach(&after));
    for cell in before.walk.bounds().cells().filter(|cell| was.contains(*cell)) {
        let built_on = built.stands.iter().any(|stand| stand.tiles.contains(cell));
        assert!(built_on || is.contains(cell), "{map}: {cell:?} was cut off");
    }
    for (index, stand) in built.stands.iter().enumerate() {
        let entry = after.entries.iter().find(|entry| entry.name == stand.slug).unwrap();
        assert!(entry.cells().iter().all(|cell| is.contains(cell)), "{map}: {}", stand.slug);
        assert!(built.stands[..index].iter().all(|other| !stand.tiles.grown(1).intersects(other.tiles)));
        assert!(stand.tiles.cells().all(|cell| !before.walk.is_blocked(cell)));
    }
}

#[test]
fn forty_sponsors_in_real_halls() {
    let Some(corpus) = crate::corpus::corpus() else { return };
    for (source, map, area) in HALLS {
        let folder = tempfile::tempdir().unwrap();
        crate::fixes::copy(&corpus.join(source), folder.path());
        let inside = Path::new(map).parent().unwrap();
        let (folder, map) =
            (folder.path().join(inside), Path::new(map).file_name().unwrap().to_str().unwrap());
        fs::write(folder.join("s.toml"), spec(map, area)).unwrap();
        let mut sources = venue::source::Sources::new(&folder);
        let built = stand::build(&mut sources, "s.toml", &Options::default()).unwrap();
        assert_eq!((built.stands.len(), built.unplaced.len()), (40, 0));
        promises(&folder, &built, map);
        fs::write(folder.join(&built.output), &built.text).unwrap();
        for (name, bytes) in &built.pictures {
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), bytes).unwrap();
        }
        let (before, after) = (found(&folder, map), found(&folder, "with.stands.tmj"));
        let new: Vec<_> =
            after.iter().filter(|(what, count)| before.get(*what).unwrap_or(&0) < *count).collect();
        assert!(new.is_empty(), "{source}: {new:?}");
        // The engine reads the result; what its judge says of the venue itself is the venue's.
        let only = tempfile::tempdir().unwrap();
        crate::fixes::copy(&folder, only.path());
        crate::stands::corpus::keep_only(only.path(), "with.stands.tmj");
        crate::bundle::judge(only.path(), &["picture: ../", "is missing"]);
        eprintln!(
            "{source}/{map}: {} stands, {} findings of the venue's own",
            built.stands.len(),
            after.values().sum::<usize>()
        );
    }
}

/// Removes every other map of a folder.
fn keep_only(folder: &Path, map: &str) {
    for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy();
        if entry.file_type().is_file() && name.ends_with(".tmj") && name != map {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}
