//! Tiled's XML lowered to the model.

use super::link::{Linker, Template};
use crate::{
    model::{Map, Tileset},
    source::SourceFile,
};

pub(super) fn map(_file: &SourceFile, _linker: &mut Linker) -> Option<Map> {
    None
}
pub(super) fn tileset(_file: &SourceFile, _linker: &mut Linker) -> Option<Tileset> {
    None
}
pub(super) fn template(_file: &SourceFile, _linker: &mut Linker) -> Option<Template> {
    None
}
