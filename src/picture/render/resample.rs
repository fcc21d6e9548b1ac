//! Pictures at another scale than the map's, made band by band.

use crate::picture::canvas::Canvas;

/// Scales rows of one picture to rows of another: each new pixel is the mean of the area that it
/// covers. Whole factors upwards keep every pixel sharp, and downwards nothing flickers away.
pub(super) struct Resampler {
    columns: Vec<Share>,
    width: usize,
    /// First row of the source.
    top: i64,
    source_width: usize,
    source_height: usize,
    height: usize,
}

/// What one new pixel takes of a row of old ones.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

impl Share {
    /// Of new pixel `at`, where `new` of them cover `old` ones.
    fn new(at: usize, old: usize, new: usize) -> Self {
        let [at, old_count, new] = [at, old, new].map(|number| u64::try_from(number).unwrap_or(u64::MAX));
        // In units of 1 / new of an old pixel, everything is a whole number.
        let (from, to) = (at * old_count, (at + 1) * old_count);
        let (first, last) = (from / new, to.div_ceil(new));
        let weights = (first..last).map(|pixel| {
            let covered = ((pixel + 1) * new).min(to) - (pixel * new).max(from);
            #[expect(clippy::cast_precision_loss, reason = "a weight needs no more than 24 bits")]
            let weight = covered as f32 / old_count as f32;
            weight
        });
        Self { first: usize::try_from(first).unwrap_or(0), weights: weights.collect() }
    }
}

impl Resampler {
    /// From a picture `source_width` wide with the rows `top..bottom` to one of `width` by `height`.
    pub(super) fn new(source_width: usize, width: usize, top: i64, bottom: i64, height: usize) -> Self {
        let columns = (0..width).map(|x| Share::new(x, source_width, width)).collect();
        let source_height = usize::try_from(bottom - top).unwrap_or(0);
        Self { columns, width, top, source_width, source_height, height }
    }

    /// How many new rows come from about `rows` old ones, at least one.
    pub(super) fn fitting(&self, rows: usize) -> usize {
        let fitting = (rows * self.height / self.source_height).min(rows * self.source_width / self.width);
        fitting.max(1)
    }

    /// So many new rows from `top` on. `draw` gives old rows, about `rows` at a time, by their first one and
    /// their number.
    pub(super) fn band(
        &self,
        top: usize,
        count: usize,
        rows: usize,
        draw: impl Fn(i64, usize) -> Canvas,
    ) -> Canvas {
        let shares: Vec<Share> =
            (top..top + count).map(|y| Share::new(y, self.source_height, self.height)).collect();
        let first = shares[0].first;
        let last = shares[count - 1].first + shares[count - 1].weights.len();
        let mut sums = vec![[0.0_f32; 4]; count * self.width];
        let mut reduced = vec![[0.0_f32; 4]; self.width];
        let mut at = first;
        while at < last {
            let piece = draw(self.top + i64::try_from(at).unwrap_or(i64::MAX), rows.min(last - at));
            for (step, row) in piece.pixels.chunks_exact(self.source_width).enumerate() {
                let source = at + step;
                self.reduce(row, &mut reduced);
                // Rows overlap few others: the first that could is found by the same division.
                let from = (source * self.height / self.source_height).max(top) - top;
                for (index, share) in shares.iter().enumerate().skip(from.saturating_sub(1)) {
                    if share.first > source {
                        break;
                    }
                    let Some(weight) = share.weights.get(source - share.first) else { continue };
                    let goal = &mut sums[index * self.width..(index + 1) * self.width];
                    for (sum, value) in goal.iter_mut().zip(&reduced) {
                        for channel in 0..4 {
                            sum[channel] += value[channel] * weight;
                        }
                    }
                }
            }
            at += piece.height;
        }
        let mut canvas = Canvas::new(0, i64::try_from(top).unwrap_or(i64::MAX), self.width, count);
        for (pixel, sum) in canvas.pixels.iter_mut().zip(&sums) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "float casts saturate"
            )]
            let byte = |value: f32| value.round() as u8;
            let [red, green, blue, alpha] = *sum;
            if byte(alpha) > 0 {
                let straight = [red, green, blue].map(|value| byte(value / alpha));
                *pixel = u32::from_le_bytes([straight[0], straight[1], straight[2], byte(alpha)]);
            }
        }
        canvas
    }

    fn reduce(&self, row: &[u32], out: &mut [[f32; 4]]) {
        for (goal, share) in out.iter_mut().zip(&self.columns) {
            let mut sum = [0.0; 4];
            for (pixel, weight) in row[share.first..].iter().zip(&share.weights) {
                let [red, green, blue, alpha] = pixel.to_le_bytes().map(f32::from);
                // Colours count as much as they cover.
                let share = weight * alpha;
                for (sum, value) in sum.iter_mut().zip([red * share, green * share, blue * share, share]) {
                    *sum += value;
                }
            }
            *goal = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scaled(pixels: &[u32], size: (usize, usize), goal: (usize, usize), rows: usize) -> Vec<u32> {
        let resampler = Resampler::new(size.0, goal.0, 5, 5 + i64::try_from(size.1).unwrap(), goal.1);
        let mut out = Vec::new();
        while out.len() < goal.0 * goal.1 {
            let top = out.len() / goal.0;
            let fitting = resampler.fitting(rows).min(goal.1 - top);
            let band = resampler.band(top, fitting, rows, |first, count| {
                let first = usize::try_from(first - 5).unwrap();
                let mut canvas = Canvas::new(0, 0, size.0, count);
                canvas.pixels.copy_from_slice(&pixels[first * size.0..(first + count) * size.0]);
                canvas
            });
            out.extend(band.pixels);
        }
        out
    }

    #[test]
    fn whole_factors_keep_pixels_sharp() {
        let pixels = [1, 2, 3, 4].map(|n| 0xFF00_0000 + n);
        let [a, b, c, d] = pixels;
        assert_eq!(scaled(&pixels, (2, 2), (4, 4), 1), [a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d]);
        assert_eq!(scaled(&[0xFF00_0000, 0xFF00_0004], (2, 1), (1, 1), 1), [0xFF00_0002]);
    }

    proptest! {
        #[test]
        fn bands_do_not_show(
            pixels in prop::collection::vec(any::<u32>(), 6 * 7),
            goal in (1_usize..13, 1_usize..15),
            rows in 1_usize..9,
        ) {
            prop_assert_eq!(scaled(&pixels, (6, 7), goal, rows), scaled(&pixels, (6, 7), goal, 99));
        }

        #[test]
        fn one_colour_stays(color: u32, goal in (1_usize..13, 1_usize..15)) {
            let out = scaled(&[color; 6 * 7], (6, 7), goal, 3);
            let expected = if color >> 24 == 0 { 0 } else { color };
            prop_assert!(out.iter().all(|pixel| *pixel == expected));
        }
    }
}
