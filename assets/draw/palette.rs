//! The colours of the house: warm wood, calm navy and teal, a little coral and mustard, much green.

use crate::canvas::Color;

pub(crate) const WOOD: Color = [196, 152, 104];
pub(crate) const WOOD_DARK: Color = [132, 92, 62];
pub(crate) const STONE: Color = [214, 208, 196];
pub(crate) const NAVY: Color = [45, 52, 71];
pub(crate) const NAVY_SOFT: Color = [70, 82, 112];
pub(crate) const TEAL: Color = [63, 143, 138];
pub(crate) const CORAL: Color = [217, 112, 90];
pub(crate) const MUSTARD: Color = [217, 164, 65];
pub(crate) const PLUM: Color = [126, 88, 130];
pub(crate) const LEAF: Color = [84, 146, 80];
pub(crate) const LEAF_DARK: Color = [52, 104, 66];
pub(crate) const POT: Color = [176, 98, 70];
pub(crate) const PLASTER: Color = [232, 223, 207];
pub(crate) const CAP: Color = [62, 70, 94];
pub(crate) const WHITE: Color = [247, 245, 238];
pub(crate) const GLASS: Color = [158, 205, 220];
pub(crate) const INK: Color = [38, 40, 54];
