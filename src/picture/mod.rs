//! Pictures: decoding them once, drawing maps as Tiled does, writing PNG.
//!
//! The flow is `Map` + [`PictureStore`] → [`Renderer`] → pixels, whole or band by band → PNG. What
//! an editor marks but no visitor sees (areas, points, lines) is not drawn by the renderer; an
//! [`Overlay`] shows what a map means instead.

mod canvas;
mod compare;
mod look;
mod overlay;
mod png;
mod render;
mod store;

pub use compare::{ChangeMark, Panels};
pub use look::{Look, Looks, Mask};
pub use overlay::{Overlay, OverlayKind};

pub use self::png::{Effort, PngError, encode, encode_small, reduce};
pub use render::{MAX_DRAWN_PIXELS, MAX_SIDE, MAX_WRITTEN_PIXELS, RenderError, RenderOptions, Renderer};
pub use store::{MAX_PICTURE_PIXELS, PictureError, PictureFault, PictureStore, decode};
