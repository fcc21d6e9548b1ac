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
    /// It is made once and loaded for years.
    Thorough,
    /// It is loaded again and again, but somebody waits for it now.
    Balanced,
    /// It is looked at now and then.
    Quick,
}

/// A picture as a PNG of as few bytes as the effort gives: palette, fewer bits, better filters. Colours
/// under full transparency are not kept. The same on every machine and with any number of threads. Takes the
/// picture, which may be large, so that no second one is needed.
///
/// # Errors
/// [`PngError::Size`] for a picture without pixels, or with more than a PNG can have.
pub fn encode_small(image: RgbaImage, effort: Effort) -> Result<Vec<u8>, PngError> {
    let (width, height) = image.dimensions();
    let options = options(effort, &image);
    let raw = raw(image.into_raw(), width).ok_or(PngError::Size(width, height))?;
    raw.create_optimized_png(&options).map_err(|error| PngError::Reduce(error.to_string()))
}

/// A PNG with the same pixels in as few bytes as the effort gives. Metadata that no picture needs is
/// dropped; colours under full transparency are not kept. Never larger than what came in, and the same on
/// every machine and with any number of threads.
///
/// # Errors
/// [`PngError::Reduce`] where the bytes are no PNG.
pub fn reduce(png: &[u8], effort: Effort) -> Result<Vec<u8>, PngError> {
    let reason = |error: &dyn std::fmt::Display| PngError::Reduce(error.to_string());
    let options = if effort == Effort::Thorough {
        options(effort, &RgbaImage::default())
    } else {
        options(effort, &super::decode(png, None).map_err(|error| reason(&error))?)
    };
    let smaller = oxipng::optimize_from_memory(png, &options).map_err(|error| reason(&error))?;
    Ok(if smaller.len() < png.len() { smaller } else { png.to_vec() })
}

/// What the effort allows for a picture.
fn options(effort: Effort, image: &RgbaImage) -> oxipng::Options {
    let mut options = oxipng::Options::from_preset(2);
    options.strip = oxipng::StripChunks::Safe;
    options.optimize_alpha = true;
    options.interlace = Some(false);
    // A time limit would make the result depend on the machine.
    options.timeout = None;
    // Measured on tilesets: the search for the best of all ways to say something saves 2 to 4 % and takes
    // twenty times as long.
    let compression = match effort {
        Effort::Thorough => return options,
        Effort::Balanced => 7,
        Effort::Quick => 6,
    };
    options.deflater = oxipng::Deflater::Libdeflater { compression };
    options.filters = std::iter::once(filter(image)).collect();
    options
}

/// The filter for a picture, by a sample of it: pixel art repeats itself, which filters only hide; in
/// photographs and shades neighbours differ by little.
fn filter(image: &RgbaImage) -> oxipng::FilterStrategy {
    /// Height of a stripe of the sample, in pixels, and of those that are left out for it.
    const STRIPE: usize = 16;
    const EVERY: usize = 8;
    let row = image.width() as usize * 4;
    let stripes = image.as_raw().chunks(row.max(1) * STRIPE).step_by(EVERY);
    let sample = stripes.flatten().copied().collect();
    let Some(sample) = raw(sample, image.width()) else { return oxipng::FilterStrategy::NONE };
    let size = |filter| {
        let mut options = oxipng::Options::from_preset(0);
        options.filters = std::iter::once(filter).collect();
        options.deflater = oxipng::Deflater::Libdeflater { compression: 5 };
        sample.create_optimized_png(&options).map_or(usize::MAX, |png| png.len())
    };
    let smooth = size(oxipng::FilterStrategy::MinSum) < size(oxipng::FilterStrategy::NONE);
    if smooth { oxipng::FilterStrategy::MinSum } else { oxipng::FilterStrategy::NONE }
}

/// Straight RGBA as the encoder takes it; `None` without pixels.
fn raw(rgba: Vec<u8>, width: u32) -> Option<oxipng::RawImage> {
    let height = u32::try_from(rgba.len()).ok()?.checked_div(width.checked_mul(4)?)?;
    if height == 0 {
        return None;
    }
    oxipng::RawImage::new(width, height, oxipng::ColorType::RGBA, oxipng::BitDepth::Eight, rgba).ok()
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

    #[test]
    fn every_effort_keeps_the_pixels() {
        let shades = RgbaImage::from_fn(300, 200, |x, y| {
            let part = |value: u32| u8::try_from(value % 256).unwrap();
            Rgba([part(x / 2 + y / 3), part(x / 3 + y * 2 / 3), part(200 + x / 5 + (x * y) % 3), 255])
        });
        for image in [checker(100), checker(255), shades, RgbaImage::new(1, 1)] {
            for effort in [Effort::Thorough, Effort::Balanced, Effort::Quick] {
                let png = encode_small(image.clone(), effort).unwrap();
                assert_eq!(decode(&png, None).unwrap(), image, "{effort:?}");
                assert_eq!(encode_small(image.clone(), effort).unwrap(), png);
                let plain = encode(&image).unwrap();
                assert_eq!(decode(&reduce(&plain, effort).unwrap(), None).unwrap(), image, "{effort:?}");
            }
        }
        assert!(matches!(encode_small(RgbaImage::new(3, 0), Effort::Quick), Err(PngError::Size(3, 0))));
    }

    #[test]
    fn shades_are_filtered_and_pixel_art_is_not() {
        let shade = RgbaImage::from_fn(256, 256, |x, y| {
            let part = |value: u32| u8::try_from(value % 256).unwrap();
            Rgba([part(x), part(y), part((x * x + y * y) / 512), 255])
        });
        assert_eq!(filter(&shade), oxipng::FilterStrategy::MinSum);
        assert_eq!(filter(&checker(255)), oxipng::FilterStrategy::NONE);
    }
}
