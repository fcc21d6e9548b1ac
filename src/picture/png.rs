//! PNG files: the same pixels always give the same bytes.

use std::io::{self, Write};

use image::RgbaImage;

/// Why a PNG cannot be written or made smaller.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// A picture without pixels; PNG has none.
    #[error("a picture of {0} x {1} pixels cannot be a PNG")]
    Size(u32, u32),
    /// What the encoder said, or whoever takes its bytes.
    #[error("cannot write the PNG")]
    Write(#[source] io::Error),
    /// Bytes that are no PNG.
    #[error("no PNG: {0}")]
    Reduce(String),
}

/// Encodes a picture fast and reasonably small; without alpha where every pixel is opaque.
///
/// # Errors
/// [`PngError::Size`] for a picture without pixels.
pub fn encode(image: &RgbaImage) -> Result<Vec<u8>, PngError> {
    let mut bytes = Vec::new();
    let opaque = image.pixels().all(|pixel| pixel.0[3] == 255);
    write(&mut bytes, image.dimensions(), opaque, |rows| rows.push(image.as_raw()))?;
    Ok(bytes)
}

/// How much time a smaller picture is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// It is loaded again and again.
    Thorough,
    /// It is looked at now and then.
    Quick,
}

/// A PNG with the same pixels in as few bytes as the effort gives: palette, fewer bits, better
/// filters. Metadata that no picture needs is dropped; colours under full transparency are not kept.
/// Never larger than what came in, and the same on every machine and with any number of threads.
///
/// # Errors
/// [`PngError::Reduce`] where the bytes are no PNG.
pub fn reduce(png: &[u8], effort: Effort) -> Result<Vec<u8>, PngError> {
    let mut options = oxipng::Options::from_preset(match effort {
        Effort::Thorough => 2,
        Effort::Quick => 0,
    });
    options.strip = oxipng::StripChunks::Safe;
    options.optimize_alpha = true;
    options.interlace = Some(false);
    // A time limit would make the result depend on the machine.
    options.timeout = None;
    let smaller =
        oxipng::optimize_from_memory(png, &options).map_err(|error| PngError::Reduce(error.to_string()))?;
    Ok(if smaller.len() < png.len() { smaller } else { png.to_vec() })
}

/// Writes a PNG whose rows `draw` hands over from top to bottom, so that a picture never has to be in
/// memory as a whole. An `opaque` picture has no alpha channel.
pub(super) fn write<E: From<PngError>>(
    out: &mut dyn Write,
    (width, height): (u32, u32),
    opaque: bool,
    draw: impl FnOnce(&mut Rows<'_>) -> Result<(), E>,
) -> Result<(), E> {
    if width == 0 || height == 0 {
        return Err(PngError::Size(width, height).into());
    }
    let mut encoder = ::png::Encoder::new(out, width, height);
    encoder.set_color(if opaque { ::png::ColorType::Rgb } else { ::png::ColorType::Rgba });
    encoder.set_depth(::png::BitDepth::Eight);
    // Maps are made of repeating tiles, so a search for repetitions pays off, and the row above is the
    // best guess. Measured on a map of 9 million pixels: as small as what Tiled writes, and no slower
    // than the fastest level, whose files are three times as large.
    encoder.set_deflate_compression(::png::DeflateCompression::Level(4));
    encoder.set_filter(::png::Filter::Up);
    let encoding = |error: ::png::EncodingError| PngError::Write(error.into());
    let mut writer = encoder.write_header().map_err(encoding)?;
    let mut stream = writer.stream_writer_with_size(1 << 16).map_err(encoding)?;
    draw(&mut Rows { stream: &mut stream, opaque, row: Vec::new() })?;
    stream.finish().map_err(encoding)?;
    writer.finish().map_err(encoding)?;
    Ok(())
}

/// Takes the rows of a picture that is being written.
pub(super) struct Rows<'a> {
    stream: &'a mut dyn Write,
    opaque: bool,
    row: Vec<u8>,
}

impl Rows<'_> {
    /// Appends straight RGBA, row by row.
    pub(super) fn push(&mut self, rgba: &[u8]) -> Result<(), PngError> {
        if !self.opaque {
            return self.stream.write_all(rgba).map_err(PngError::Write);
        }
        for part in rgba.chunks(1 << 16) {
            self.row.clear();
            self.row.extend(part.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
            self.stream.write_all(&self.row).map_err(PngError::Write)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::picture::decode;

    fn checker(alpha: u8) -> RgbaImage {
        RgbaImage::from_fn(64, 48, |x, y| {
            if (x / 8 + y / 8) % 2 == 0 { Rgba([200, 30, 90, alpha]) } else { Rgba([0, 90, 250, 255]) }
        })
    }

    #[test]
    fn what_is_written_reads_back() {
        for alpha in [255, 100, 0] {
            let image = checker(alpha);
            assert_eq!(decode(&encode(&image).unwrap(), None).unwrap(), image);
        }
        assert!(matches!(encode(&RgbaImage::new(0, 3)), Err(PngError::Size(0, 3))));
    }

    #[test]
    fn reducing_keeps_the_pixels_and_is_repeatable() {
        let image = checker(100);
        let png = encode(&image).unwrap();
        let reduced = reduce(&png, Effort::Thorough).unwrap();
        assert!(reduced.len() < png.len(), "{} of {}", reduced.len(), png.len());
        assert_eq!(decode(&reduced, None).unwrap(), image);
        assert_eq!(reduce(&png, Effort::Thorough).unwrap(), reduced);
        assert_eq!(decode(&reduce(&png, Effort::Quick).unwrap(), None).unwrap(), image);
        assert!(reduce(&reduced, Effort::Quick).unwrap().len() <= reduced.len());
        assert!(matches!(reduce(b"no png", Effort::Quick), Err(PngError::Reduce(_))));
    }
}
