//! Pictures: decoding them once, drawing maps as Tiled does, writing PNG.
//!
//! The flow is `Map` + [`PictureStore`] → [`Renderer`] → pixels, whole or band by band → PNG. What
//! an editor marks but no visitor sees (areas, points, lines) is not drawn.

mod canvas;
mod png;
mod render;
mod store;

pub use self::png::{PngError, encode, reduce};
pub use render::{MAX_DRAWN_PIXELS, MAX_SIDE, MAX_WRITTEN_PIXELS, RenderError, RenderOptions, Renderer};
pub use store::{MAX_PICTURE_PIXELS, PictureError, PictureFault, PictureStore, decode};
