//! `venue`: a library under the program of the same name, for people who build virtual venues on
//! [WorkAdventure](https://workadventu.re), the web space where visitors walk an avatar over a Tiled
//! map.
//!
//! # The house on one page
//!
//! Data flows one way; each arrow is a function, each name in between the type at the border:
//!
//! ```text
//! paths ──> project::Project          root, config, files, and each map with what loading found
//!   files ──> source::Sources         every file read once; names, spans, lines
//!   text ──> format                   syntax trees that keep every span, lowered to
//!     ──> model::Map                  one model of a Tiled map, whatever it was written in
//!     ──> workadventure::Meaning      zones, entries, exits, walking grid: what the engine makes of it
//!   maps ──> world::World             exits resolved to maps and entries
//!
//! Project + World    ──> check   ──> Vec<finding::Finding>      what is wrong, as data
//! Project + spec     ──> stand   ──> Built                      the venue, or a hall, with stands, the plan, the lock
//! Map                ──> picture ──> pixels                     what the map looks like
//! Project + World    ──> bundle  ──> files in memory            what a host serves
//! Map                ──> convert ──> TMJ                        complete in itself, else untouched
//! two Projects       ──> diff    ──> Diff                       what changed, in words and as pictures
//! World              ──> graph   ──> DOT, Mermaid, SVG          maps and the ways between them
//! World + report     ──> walk    ──> Room, page                 what a browser needs to walk through it
//! Project + report   ──> serve   ──> HTTP                       the walk and the files, new at every save
//!
//! types of forms     ──> schema  ──> JSON Schema                what editors and programs may rely on
//! name of an event   ──> starter ──> files in memory            a project to begin with
//! findings           ──> report  ──> text                       severity, line and column, sorted
//! Project + report   ──> fix     ──> files in memory            as few bytes as mend what was found
//! bytes              ──> output  ──> disk                       temporary name, then renamed
//! cli                calls all of these, and is the only part that prints
//! ```
//!
//! - No arrow points back. [`model`] knows no format and no WorkAdventure; a rule prints nothing and
//!   reads nothing but its context; only `cli` knows a terminal.
//! - All reading of a project goes through [`source::Sources`], all writing through [`output`].
//! - A [`finding::Finding`] is about the user's map: many, sorted, located in the text and on the map.
//!   An error is about the run: one, with its causes.
//! - What WorkAdventure knows about a property stands in one table, [`workadventure::PROPERTIES`],
//!   that checks, documentation and exports read.
//! - Positions on a map are tiles from the top left, x right, y down, unless a name says `px`;
//!   rectangles are half-open; grids are row-major.
//! - Same input, same bytes: ordered collections wherever order can reach output, no clock, no
//!   randomness, no platform's mathematics in pixels.
//!
//! # Loading a map and judging it
//!
//! ```no_run
//! use venue::project::Project;
//!
//! let project = Project::open(&["maps".into()], None)?;
//! for map in &project.maps {
//!     if let Some(meaning) = &map.meaning {
//!         println!("{}: {} zones, {} exits", map.name, meaning.zones.len(), meaning.exits.len());
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bundle;
pub mod check;
pub mod cli;
pub mod convert;
pub mod diff;
pub mod finding;
pub mod fix;
pub mod format;
pub mod graph;
pub mod model;
pub mod online;
pub mod output;
pub mod picture;
pub mod project;
pub mod publish;
pub mod report;
pub mod schema;
pub mod serve;
pub mod source;
pub mod stand;
pub mod starter;
pub mod walk;
pub mod workadventure;
pub mod world;
