//! Colours, which the model keeps as they are written.

/// A colour as Tiled reads it, as red, green, blue and alpha: `#rgb`, `#rrggbb`, `#aarrggbb`,
/// `#rrrgggbbb`, `#rrrrggggbbbb`, or a name of SVG in any case (tiled-formats, section 4). `None` for
/// anything else, which is no colour to Tiled.
pub fn color(text: &str) -> Option<[u8; 4]> {
    let text = text.trim();
    let Some(digits) = text.strip_prefix('#') else {
        let name = text.to_ascii_lowercase();
        if name == "transparent" {
            return Some([0; 4]);
        }
        // SVG knows functions too, Tiled does not.
        let named = name.bytes().all(|byte| byte.is_ascii_alphabetic()).then(|| name.parse().ok());
        let color: svgtypes::Color = named.flatten()?;
        return Some([color.red, color.green, color.blue, 255]);
    };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    // The two highest digits of each channel count.
    let channel = |width: usize, index: usize| {
        let part = digits.get(width * index..width * (index + 1))?;
        let value = u8::from_str_radix(part.get(..width.min(2))?, 16).ok()?;
        Some(if width == 1 { value * 17 } else { value })
    };
    let width = match digits.len() {
        8 => {
            let [alpha, red, green, blue] = [channel(2, 0)?, channel(2, 1)?, channel(2, 2)?, channel(2, 3)?];
            return Some([red, green, blue, alpha]);
        }
        length @ (3 | 6 | 9 | 12) => length / 3,
        _ => return None,
    };
    Some([channel(width, 0)?, channel(width, 1)?, channel(width, 2)?, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_as_tiled_reads_them() {
        for (text, expected) in [
            ("#abc", Some([0xaa, 0xbb, 0xcc, 255])),
            ("#aabbcc", Some([0xaa, 0xbb, 0xcc, 255])),
            ("#80AABBCC", Some([0xaa, 0xbb, 0xcc, 0x80])),
            ("#aa0bb0cc0", Some([0xaa, 0xbb, 0xcc, 255])),
            ("#aa00bb00cc00", Some([0xaa, 0xbb, 0xcc, 255])),
            ("Red", Some([255, 0, 0, 255])),
            ("transparent", Some([0; 4])),
            ("aabbcc", None),
            ("#abcd", None),
            ("#+12", None),
            ("#ä0", None),
            ("rgb(1,2,3)", None),
            ("", None),
        ] {
            assert_eq!(color(text), expected, "{text}");
        }
    }
}
