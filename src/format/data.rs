//! Cells of tile layers out of text (tiled-formats, section 7).

use std::io::Read;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::model::{Compression, Gid};

/// Most cells that one layer may have: 8192 x 8192. Beyond that a file is not a map but an attack on
/// our memory.
pub(crate) const MAX_CELLS: usize = 1 << 26;

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
    #[error("`{0}` is no tile number")]
    Number(String),
    /// A list that ends in a comma.
    #[error("a comma stands behind the last number, which Tiled does not read")]
    TrailingComma,
}

/// Tiled skips whatever is not base64 in base64, and does not mind how it is padded.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 over little-endian numbers. gzip and zlib are told apart by their first bytes, as
/// Tiled does, whatever the file says. Nothing is inflated beyond `cells`.
pub(crate) fn decode_base64(
    text: &str,
    compression: Compression,
    cells: usize,
) -> Result<Vec<Gid>, DataFault> {
    let clean: Vec<u8> =
        text.bytes().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).collect();
    let bytes = BASE64.decode(clean).map_err(|_| DataFault::Base64)?;
    let limit = cells.min(MAX_CELLS) * 4;
    let bytes = match compression {
        Compression::None => bytes,
        Compression::Zstd => {
            let fault = |_| DataFault::Compression("zstd");
            let stream = ruzstd::decoding::StreamingDecoder::new(bytes.as_slice()).map_err(fault)?;
            bounded(stream, limit, "zstd")?
        }
        Compression::Gzip | Compression::Zlib if bytes.starts_with(&[0x1f, 0x8b]) => {
            bounded(flate2::read::GzDecoder::new(bytes.as_slice()), limit, "gzip")?
        }
        Compression::Gzip | Compression::Zlib => {
            bounded(flate2::read::ZlibDecoder::new(bytes.as_slice()), limit, "zlib")?
        }
    };
    if bytes.len() > limit {
        return Err(DataFault::TooLong);
    }
    let (words, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(DataFault::Base64);
    }
    Ok(words.iter().map(|word| Gid(u32::from_le_bytes(*word))).collect())
}

fn bounded(stream: impl Read, limit: usize, name: &'static str) -> Result<Vec<u8>, DataFault> {
    let mut bytes = Vec::new();
    stream.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|_| DataFault::Compression(name))?;
    Ok(bytes)
}

/// Decodes comma-separated numbers: an empty entry is an empty cell, blanks do not matter.
pub(crate) fn decode_csv(text: &str, cells: usize) -> Result<Vec<Gid>, DataFault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut gids = Vec::with_capacity(cells.min(MAX_CELLS).min(text.len() / 2 + 1));
    for entry in text.split(',') {
        let entry = entry.trim();
        if gids.len() >= MAX_CELLS {
            return Err(DataFault::TooLong);
        }
        gids.push(match entry {
            "" => Gid::EMPTY,
            entry => Gid(entry.parse().map_err(|_| DataFault::Number(entry.chars().take(20).collect()))?),
        });
    }
    if text.trim_end().ends_with(',') {
        gids.pop();
        if text.ends_with(|c: char| c.is_whitespace()) {
            return Err(DataFault::TrailingComma);
        }
    }
    Ok(gids)
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

    fn gids() -> Vec<Gid> {
        CELLS.map(Gid).to_vec()
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
            assert_eq!(decode_base64(&text, compression, 4), Ok(gids()), "{compression:?}");
        }
    }

    #[test]
    fn blanks_and_junk_in_base64_are_skipped() {
        let text = encode(&bytes());
        let text = format!("\n  {}!!\n{}", &text[..7], &text[7..]);
        assert_eq!(decode_base64(&text, Compression::None, 4), Ok(gids()));
    }

    #[test]
    fn a_bomb_is_stopped() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&vec![0; 64 << 20]).unwrap();
        let text = encode(&zlib.finish().unwrap());
        assert_eq!(decode_base64(&text, Compression::Zlib, 4), Err(DataFault::TooLong));
    }

    #[test]
    fn damage_is_told() {
        assert_eq!(decode_base64("AAAA", Compression::Zlib, 4), Err(DataFault::Compression("zlib")));
        assert_eq!(decode_base64("A", Compression::None, 4), Err(DataFault::Base64));
        assert_eq!(decode_base64("AAAA", Compression::None, 4), Err(DataFault::Base64));
    }

    #[test]
    fn csv_as_tiled_reads_it() {
        let csv = |text| decode_csv(text, 4).map(|gids| gids.iter().map(|gid| gid.0).collect::<Vec<_>>());
        assert_eq!(csv("\n1, 2,\n3,4\n"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(csv("1,,3,999"), Ok(vec![1, 0, 3, 999]));
        assert_eq!(csv("1,2,3,4,"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(csv("1,2,3,4,\n"), Err(DataFault::TrailingComma));
        assert_eq!(csv("1,-2"), Err(DataFault::Number("-2".to_owned())));
        assert_eq!(csv("  "), Ok(vec![]));
    }
}
