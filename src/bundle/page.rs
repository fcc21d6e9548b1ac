//! stub
use super::{Bundle, BundleError, Settings, plan::Plan};
use crate::{picture::PictureStore, project::Project};
/// A stand.
#[derive(Debug, Clone)]
pub struct Stand {}
pub(super) fn add(
    _: &Project,
    _: &Plan,
    _: &PictureStore,
    _: &[Stand],
    _: &Settings,
    _: &mut Bundle,
) -> Result<(), BundleError> {
    Ok(())
}
