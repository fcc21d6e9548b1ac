//! Cells of tile layers out of text (tiled-formats, section 7).

use std::io::{self, Read};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{forms, link::Linker, rules};
use crate::{
    finding::{Finding, Place, Rule, Spot},
    model::{Cells, CellsBuilder, Compression, Encoding, Gid, TilePos},
};

/// Most cells that one layer may have: 8192 x 8192. Beyond that a file is not a map but an attack on
/// our memory.
pub(crate) const MAX_CELLS: usize = 1 << 26;

/// Most cells of a layer without data, 2048 x 2048: a file of a few bytes must not become a large one.
const MAX_EMPTY: usize = 1 << 22;

/// Most cells of all layers of a map together that no text stands behind: those of compressed data and
/// of layers without any. Half a gigabyte of memory.
pub(crate) const MAX_UNWRITTEN_CELLS: usize = 1 << 27;

/// What is wrong with the data of a layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DataFault {
    /// Nothing that base64 could be.
    #[error("the base64 text is damaged or cut off")]
    Base64,
    /// A compressed stream that cannot be read.
    #[error("the {0} data is damaged or cut off")]
    Compression(&'static str),
    /// More than the layer can hold.
    #[error("the data goes on behind the last cell of the layer")]
    TooLong,
    /// A character that is no part of a number list.
    #[error("`{}` is no tile number", forms::beginning(.text))]
    Number {
        /// The entry, or its beginning, which is longer than messages show.
        text: String,
        /// Which cell it is, from 0.
        cell: usize,
        /// Where it begins in the text.
        at: usize,
    },
    /// A list that ends in a comma.
    #[error("a comma stands behind the last number, which Tiled does not read")]
    TrailingComma,
}

/// What is odd about data that can be read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Oddity {
    /// Characters that are no base64, and how many.
    #[error("{0} characters of the tile data are no base64: Tiled skips them, other programs fail on them")]
    Junk(usize),
    /// gzip called zlib, or the other way round: what it is called, and what it is.
    #[error("the tile data is called {0} but is {1}; Tiled reads it, other programs do not")]
    Label(&'static str, &'static str),
    /// Bytes behind the end of a compressed stream.
    #[error("{0} bytes stand behind the compressed tile data: Tiled refuses the map")]
    Trailing(usize),
    /// A number beyond 32 bits: what Tiled makes of it.
    #[error("a tile number is beyond 32 bits, Tiled takes it for {0}")]
    Overflow(u32),
}

impl Oddity {
    fn rule(&self) -> &'static Rule {
        match self {
            Self::Junk(_) | Self::Label(..) => &rules::LAYER_DATA_ODD,
            Self::Trailing(_) => &rules::LAYER_DATA_UNREADABLE,
            Self::Overflow(_) => &rules::TILE_NUMBER_WRONG,
        }
    }
}

/// Cells, with what is odd about their text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) gids: Cells,
    pub(crate) oddities: Vec<Oddity>,
}

/// The cells of a layer or of a chunk, as the file announces them.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// The data in its file.
    pub(super) spot: Spot,
    /// The layer.
    pub(super) place: &'a Place,
    /// Column and row of the first cell.
    pub(super) origin: (i32, i32),
    /// Stated width, in tiles.
    pub(super) width: u32,
    /// Stated height, in tiles.
    pub(super) height: u32,
}

impl Block<'_> {
    /// Number of cells by its stated size.
    pub(super) fn cells(&self) -> usize {
        (self.width as usize).saturating_mul(self.height as usize)
    }

    /// Where on the map a cell of the data lies.
    fn cell(&self, index: usize) -> TilePos {
        let width = self.width.max(1) as usize;
        let along = |from: i32, steps: usize| from.saturating_add(i32::try_from(steps).unwrap_or(i32::MAX));
        TilePos::new(along(self.origin.0, index % width), along(self.origin.1, index / width))
    }
}

impl Linker<'_> {
    /// Cells out of their text; `None` where they cannot be read, and then a finding says why. `at` is
    /// where the text begins in the file of the block, if it stands there as it is.
    pub(super) fn decode(
        &mut self,
        text: &str,
        encoding: Encoding,
        block: &Block,
        at: Option<usize>,
    ) -> Option<Cells> {
        let compressed =
            matches!(encoding, Encoding::Base64(compression) if compression != Compression::None);
        if compressed && !self.can_hold(block, MAX_CELLS) {
            return None;
        }
        let decoded = match encoding {
            Encoding::Base64(compression) => decode_base64(text, compression, block.cells()),
            Encoding::Csv | Encoding::Elements => decode_csv(text, block.cells()),
        };
        match decoded {
            Ok(Decoded { gids, oddities }) => {
                if compressed {
                    self.unwritten = self.unwritten.saturating_sub(gids.len());
                }
                for oddity in oddities {
                    let finding = Finding::new(oddity.rule(), block.spot.clone(), oddity.to_string());
                    self.findings.push(finding.at(block.place.clone()));
                }
                Some(gids)
            }
            Err(fault) => {
                let mut spot = block.spot.clone();
                let mut place = block.place.clone();
                let mut message = format!("the layer cannot be read: {fault}");
                if let DataFault::Number { text, cell, at: within } = &fault {
                    let cell = block.cell(*cell);
                    message = format!("{message}, in column {} of row {}", cell.x, cell.y);
                    place = place.cell(cell);
                    if let (Some(at), Some(span)) = (at, &mut spot.span) {
                        let start = at.saturating_add(*within);
                        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                        (span.start, span.end) = (offset(start), offset(start.saturating_add(text.len())));
                        spot.key = None;
                    }
                }
                self.findings.push(Finding::new(&rules::LAYER_DATA_UNREADABLE, spot, message).at(place));
                None
            }
        }
    }

    /// The cells of a layer that has no data: all empty, as far as memory allows.
    pub(super) fn empty_cells(&mut self, block: &Block) -> Option<Cells> {
        if !self.can_hold(block, MAX_EMPTY) {
            return None;
        }
        self.unwritten -= block.cells();
        Some(Cells::empty(block.cells()))
    }

    /// Whether so many cells without a text of their own still fit; if not, a finding says so.
    fn can_hold(&mut self, block: &Block, most: usize) -> bool {
        let fits = block.cells() <= most.min(self.unwritten);
        if !fits {
            let message = format!(
                "{} x {} tiles are more than is made up for a layer that lists none of them: it is left out",
                block.width, block.height
            );
            let finding = Finding::new(&rules::LAYER_TOO_LARGE, block.spot.clone(), message);
            self.findings.push(finding.at(block.place.clone()));
        }
        fits
    }
}

/// Tiled skips whatever is not base64 in base64, and does not mind how it is padded.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes out of base64, and how many characters were skipped that do not belong there.
pub(super) fn base64_bytes(text: &str) -> Result<(Vec<u8>, usize), DataFault> {
    let mut junk = 0;
    let mut clean = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'+' | b'/' => clean.push(byte),
            byte if byte.is_ascii_alphanumeric() => clean.push(byte),
            b'=' => {}
            byte if byte.is_ascii_whitespace() => {}
            _ => junk += 1,
        }
    }
    let bytes = BASE64.decode(clean).map_err(|_| DataFault::Base64)?;
    Ok((bytes, junk))
}

/// Decodes base64 over little-endian numbers. gzip and zlib are told apart by their first bytes, as
/// Tiled does, whatever the file says. Nothing is inflated beyond `cells`.
fn decode_base64(text: &str, compression: Compression, cells: usize) -> Result<Decoded, DataFault> {
    let (bytes, junk) = base64_bytes(text)?;
    let mut oddities = Vec::new();
    if junk > 0 {
        oddities.push(Oddity::Junk(junk));
    }
    let limit = cells.min(MAX_CELLS) * 4;
    let gzip = bytes.starts_with(&[0x1f, 0x8b]);
    let mut rest = bytes.as_slice();
    let bytes = match compression {
        Compression::None => bytes,
        Compression::Zstd => {
            let fault = |_| DataFault::Compression("zstd");
            let stream = ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(fault)?;
            let inflated = bounded(stream, limit, "zstd")?;
            oddities.extend(trailing(rest));
            inflated
        }
        Compression::Gzip | Compression::Zlib if gzip => {
            if compression == Compression::Zlib {
                oddities.push(Oddity::Label("zlib", "gzip"));
            }
            let inflated = bounded(flate2::bufread::GzDecoder::new(&mut rest), limit, "gzip")?;
            oddities.extend(trailing(rest));
            inflated
        }
        Compression::Gzip | Compression::Zlib => {
            let inflated = bounded(flate2::bufread::ZlibDecoder::new(&mut rest), limit, "zlib")?;
            if compression == Compression::Gzip {
                oddities.push(Oddity::Label("gzip", "zlib"));
            }
            oddities.extend(trailing(rest));
            inflated
        }
    };
    if bytes.len() > limit {
        return Err(DataFault::TooLong);
    }
    let (words, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(DataFault::Base64);
    }
    Ok(Decoded { gids: words.iter().map(|word| Gid(u32::from_le_bytes(*word))).collect(), oddities })
}

fn trailing(rest: &[u8]) -> Option<Oddity> {
    (!rest.is_empty()).then_some(Oddity::Trailing(rest.len()))
}

fn bounded(stream: impl Read, limit: usize, name: &'static str) -> Result<Vec<u8>, DataFault> {
    let mut bytes = Vec::new();
    let mut stream = stream.take(limit as u64 + 1);
    let read = stream.read_to_end(&mut bytes);
    // What is too long stays so, whatever comes behind.
    if bytes.len() > limit { Err(DataFault::TooLong) } else { read.map(|_| bytes).map_err(damaged(name)) }
}

fn damaged(name: &'static str) -> impl Fn(io::Error) -> DataFault {
    move |_| DataFault::Compression(name)
}

/// Decodes comma-separated numbers: an empty entry is an empty cell, blanks do not matter, and what is
/// beyond 32 bits wraps, all as in Tiled.
fn decode_csv(text: &str, cells: usize) -> Result<Decoded, DataFault> {
    let mut oddities = Vec::new();
    if text.trim().is_empty() {
        return Ok(Decoded { gids: Cells::default(), oddities });
    }
    let mut gids = CellsBuilder::with_capacity(cells.min(MAX_CELLS).min(text.len() / 2 + 1));
    let mut at = 0;
    let (entries, ends_in_comma) = match text.trim_end().strip_suffix(',') {
        Some(entries) => (entries, true),
        None => (text, false),
    };
    for raw in entries.split(',') {
        let entry = raw.trim();
        if gids.len() >= MAX_CELLS {
            return Err(DataFault::TooLong);
        }
        if !entry.bytes().all(|byte| byte.is_ascii_digit()) {
            let begins = at + raw.len() - raw.trim_start().len();
            let text = entry.chars().take(forms::SHOWN + 1).collect();
            return Err(DataFault::Number { text, cell: gids.len(), at: begins });
        }
        let number = entry.parse().unwrap_or_else(|_| {
            entry.bytes().fold(0_u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')))
        });
        if entry.len() > 9 && oddities.is_empty() && entry.parse::<u32>().is_err() {
            oddities.push(Oddity::Overflow(number));
        }
        gids.push(Gid(number));
        at += raw.len() + 1;
    }
    if ends_in_comma && text.ends_with(|c: char| c.is_whitespace()) {
        return Err(DataFault::TrailingComma);
    }
    Ok(Decoded { gids: gids.build(), oddities })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const CELLS: [u32; 4] = [1, 0, 0x8000_0003, 7];

    fn bytes() -> Vec<u8> {
        CELLS.iter().flat_map(|cell| cell.to_le_bytes()).collect()
    }

    fn encode(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn gids() -> Cells {
        CELLS.map(Gid).into_iter().collect()
    }

    #[test]
    fn every_compression_gives_the_same_cells() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(&bytes()).unwrap();
        let zlib = encode(&zlib.finish().unwrap());
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&bytes()).unwrap();
        let gzip = encode(&gzip.finish().unwrap());
        let zstd = encode(&ruzstd::encoding::compress_to_vec(
            bytes().as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        ));
        for (text, compression) in [
            (encode(&bytes()), Compression::None),
            (zlib.clone(), Compression::Zlib),
            (zlib, Compression::Gzip),
            (gzip.clone(), Compression::Gzip),
            (gzip, Compression::Zlib),
            (zstd, Compression::Zstd),
        ] {
            let decoded = decode_base64(&text, compression, 4).map(|decoded| decoded.gids);
            assert_eq!(decoded, Ok(gids()), "{compression:?}");
        }
    }

    #[test]
    fn blanks_and_junk_in_base64_are_skipped() {
        let text = encode(&bytes());
        let text = format!("\n  {}!!\n{}", &text[..7], &text[7..]);
        let decoded = decode_base64(&text, Compression::None, 4);
        assert_eq!(decoded, Ok(Decoded { gids: gids(), oddities: vec![Oddity::Junk(2)] }));
    }

    #[test]
    fn a_bomb_is_stopped() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&vec![0; 64 << 20]).unwrap();
        let text = encode(&zlib.finish().unwrap());
        assert_eq!(decode_base64(&text, Compression::Zlib, 4), Err(DataFault::TooLong));
    }

    #[test]
    fn what_stands_behind_a_stream_is_told() {
        let stream = |bytes: &[u8]| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(bytes).unwrap();
            gzip.finish().unwrap()
        };
        let two = [stream(&bytes()), stream(&bytes())].concat();
        let decoded = decode_base64(&encode(&two), Compression::Gzip, 4).unwrap();
        assert_eq!(decoded.gids, gids());
        assert_eq!(decoded.oddities, [Oddity::Trailing(two.len() / 2)]);
        let zstd = ruzstd::encoding::compress_to_vec(
            bytes().as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        let decoded = decode_base64(&encode(&[zstd, vec![7; 3]].concat()), Compression::Zstd, 4).unwrap();
        assert_eq!((decoded.gids, decoded.oddities), (gids(), vec![Oddity::Trailing(3)]));
    }

    #[test]
    fn a_wrong_label_is_told() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(&bytes()).unwrap();
        let text = encode(&zlib.finish().unwrap());
        let decoded = decode_base64(&text, Compression::Gzip, 4).unwrap();
        assert_eq!(decoded.oddities, [Oddity::Label("gzip", "zlib")]);
        assert_eq!(decode_base64(&text, Compression::Zlib, 4).unwrap().oddities, []);
    }

    #[test]
    fn damage_is_told() {
        assert_eq!(decode_base64("AAAA", Compression::Zlib, 4), Err(DataFault::Compression("zlib")));
        assert_eq!(decode_base64("A", Compression::None, 4), Err(DataFault::Base64));
        assert_eq!(decode_base64("AAAA", Compression::None, 4), Err(DataFault::Base64));
    }

    #[test]
    fn csv_as_tiled_reads_it() {
        let csv = |text| {
            decode_csv(text, 4).map(|decoded| decoded.gids.iter().map(|gid| gid.0).collect::<Vec<_>>())
        };
        assert_eq!(csv("\n1, 2,\n3,4\n"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(csv("1,,3,999"), Ok(vec![1, 0, 3, 999]));
        assert_eq!(csv("1,2,3,4,"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(csv("1,2,3,4,\n"), Err(DataFault::TrailingComma));
        assert_eq!(
            (csv(","), csv("1,,"), csv("1,,\n")),
            (Ok(vec![0]), Ok(vec![1, 0]), Err(DataFault::TrailingComma))
        );
        assert_eq!(csv("1,-2"), Err(DataFault::Number { text: "-2".to_owned(), cell: 1, at: 2 }));
        assert_eq!(csv("4294967297,3"), Ok(vec![1, 3]));
        assert_eq!(csv("  "), Ok(vec![]));
    }
}
