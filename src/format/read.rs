//! Which format a file is in, by its name and its first bytes (tiled-formats, section 2).

use super::{
    link::{Linker, Template},
    tmj, tmx,
};
use crate::{
    model::{Map, Tileset},
    source::{SourceFile, is_called_xml},
};

/// Whether the file is XML: by its first character, since names lie. Behind a mark that Git left they are all that
/// there is.
pub(super) fn is_xml(file: &SourceFile) -> bool {
    let begin = file.kept().map_or_else(|_| file.bytes(), str::as_bytes).trim_ascii_start();
    if begin.starts_with(b"<<<<<<<") {
        return is_called_xml(file.name());
    }
    begin.starts_with(b"<")
}

pub(super) fn map(file: &SourceFile, linker: &mut Linker) -> Option<Map> {
    let mut map = if is_xml(file) { tmx::map(file, linker) } else { tmj::map(file, linker) }?;
    linker.lend_tilesets(&mut map);
    Some(map)
}

pub(super) fn tileset(file: &SourceFile, linker: &mut Linker) -> Option<Tileset> {
    if is_xml(file) { tmx::tileset(file, linker) } else { tmj::tileset(file, linker) }
}

pub(super) fn template(file: &SourceFile, linker: &mut Linker) -> Option<Template> {
    if is_xml(file) { tmx::template(file, linker) } else { tmj::template(file, linker) }
}
