//! Our reading of Tiled's files, judged by others: what they make of the same file must be what we
//! make of it.

mod converted;
mod facts;
mod other_library;
mod program;
mod verdict;
