use std::fmt::Write;

use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;
use resvg::tiny_skia::{Path, PathSegment};

use crate::catalog::Gtin;

/// Width of an EAN-13 symbol in modules; the box of every bar code that is drawn.
pub(super) const BOX_MODULES: usize = 95;

/// Bars (`true`) and spaces of the symbol that carries this number at the till: EAN-8 (67 modules) for eight digits,
/// else EAN-13 (95 modules), which is UPC-A for twelve digits. `None` for a GTIN-14 of an outer case.
#[must_use]
pub fn modules(gtin: Gtin) -> Option<Vec<bool>> {
    let encoded = match gtin.length() {
        8 => EAN8::new(gtin.to_string()).ok()?.encode(),
        _ => EAN13::new(gtin.ean13()?).ok()?.encode(),
    };
    Some(encoded.iter().map(|&module| module == 1).collect())
}

/// SVG path data of the bars in a box of 95 x 1 units. The shorter EAN-8 stands in its middle.
pub(super) fn path(gtin: Gtin) -> Option<String> {
    let modules = modules(gtin)?;
    let offset = (BOX_MODULES - modules.len()) / 2;
    let mut path = String::new();
    let mut start = 0;
    for bar in modules.chunk_by(|a, b| a == b) {
        if bar[0] {
            let (x, width) = (offset + start, bar.len());
            write!(path, "M{x} 0h{width}v1h-{width}z").expect("a String accepts all text");
        }
        start += bar.len();
    }
    Some(path)
}

/// Place of the first module and number of modules, if a path is what [`path`] makes of this number.
pub(super) fn find(path: &Path, gtin: Gtin) -> Option<(u32, u32)> {
    // The symbol in its box, light modules around it included.
    let modules = modules(gtin)?;
    let first = (BOX_MODULES - modules.len()) / 2;
    let mut expected = [false; BOX_MODULES];
    expected[first..first + modules.len()].copy_from_slice(&modules);

    let mut painted = [false; BOX_MODULES];
    let mut bar: Option<(f32, f32)> = None;
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(point) => bar = Some((point.x, point.x)),
            PathSegment::LineTo(point) if point.y == 0.0 || point.y == 1.0 => {
                let (left, right) = bar?;
                bar = Some((left.min(point.x), right.max(point.x)));
            }
            PathSegment::Close => {
                let (left, right) = bar.take()?;
                if left < 0.0 || right > BOX_MODULES as f32 || left.fract() != 0.0 || right.fract() != 0.0 {
                    return None;
                }
                painted[left as usize..right as usize].fill(true);
            }
            _ => return None,
        }
    }
    (painted == expected).then_some((first as u32, modules.len() as u32))
}

/// Digits grouped as they are printed under the bars.
pub(super) fn digits(gtin: Gtin) -> String {
    let digits = gtin.to_string();
    match digits.len() {
        8 => format!("{} {}", &digits[..4], &digits[4..]),
        12 => format!("{} {} {} {}", &digits[..1], &digits[1..6], &digits[6..11], &digits[11..]),
        13 => format!("{} {} {}", &digits[..1], &digits[1..7], &digits[7..]),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a symbol by the widths of its runs, the way a scanner does, knowing nothing of the encoder's tables:
    /// ISO/IEC 15420 gives the widths of each digit's four elements; the parity of its bars tells set A from set B.
    fn decode(modules: &[bool]) -> Option<String> {
        const WIDTHS: [[usize; 4]; 10] = [
            [3, 2, 1, 1],
            [2, 2, 2, 1],
            [2, 1, 2, 2],
            [1, 4, 1, 1],
            [1, 1, 3, 2],
            [1, 2, 3, 1],
            [1, 1, 1, 4],
            [1, 3, 1, 2],
            [1, 2, 1, 3],
            [3, 1, 1, 2],
        ];
        const FIRST: [&str; 10] =
            ["AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA"];
        let runs: Vec<usize> = modules.chunk_by(|a, b| a == b).map(<[bool]>::len).collect();
        let half = (runs.len() - 11) / 2;
        let (left, right) = (&runs[3..3 + half], &runs[3 + half + 5..runs.len() - 3]);
        if !modules[0] || runs[..3] != [1; 3] || runs[3 + half..][..5] != [1; 5] || runs[runs.len() - 3..] != [1; 3] {
            return None;
        }
        let read = |widths: &[usize]| {
            let reversed: Vec<usize> = widths.iter().rev().copied().collect();
            let place = |wanted: &[usize]| WIDTHS.iter().position(|w| w == wanted);
            place(widths).map(|d| (d, 'A')).or_else(|| place(&reversed).map(|d| (d, 'B')))
        };
        let left: Vec<(usize, char)> = left.chunks(4).map(read).collect::<Option<_>>()?;
        let right: Vec<(usize, char)> = right.chunks(4).map(read).collect::<Option<_>>()?;
        let sets: String = left.iter().map(|&(_, set)| set).collect();
        let first = if sets.len() == 6 { FIRST.iter().position(|p| *p == sets)?.to_string() } else { String::new() };
        Some(first + &left.iter().chain(&right).map(|(digit, _)| digit.to_string()).collect::<String>())
    }

    #[test]
    fn a_published_symbol_reads_back() {
        let symbol = modules("4006381333931".parse().expect("valid")).expect("EAN-13");
        assert_eq!(symbol.len(), 95);
        assert_eq!(decode(&symbol).as_deref(), Some("4006381333931"));
    }

    #[test]
    fn twelve_digits_are_an_ean_13_with_a_zero() {
        let symbol = modules("036000291452".parse().expect("valid")).expect("UPC-A");
        assert_eq!(decode(&symbol).as_deref(), Some("0036000291452"));
    }

    #[test]
    fn an_outer_case_has_no_till_code() {
        assert_eq!(modules("10614141000415".parse().expect("valid")), None);
    }

    /// The modules that a path paints.
    fn painted(path: &str) -> Vec<bool> {
        let mut modules = vec![false; BOX_MODULES];
        for bar in path.split('M').skip(1) {
            let (x, rest) = bar.split_once(" 0h").expect("bars start at the top");
            let width: usize = rest.split_once('v').expect("bars go down").0.parse().expect("whole modules");
            modules[x.parse().expect("whole modules")..][..width].fill(true);
        }
        modules
    }

    proptest! {
        #[test]
        fn ean_13_modules_and_path_read_back(body in "[0-9]{12}") {
            let gtin = Gtin::from_body(&body).expect("twelve digits");
            let symbol = modules(gtin).expect("EAN-13");
            prop_assert_eq!(decode(&symbol), Some(gtin.to_string()));
            prop_assert_eq!(painted(&path(gtin).expect("EAN-13")), symbol);
        }

        #[test]
        fn ean_8_modules_and_path_read_back(body in "[0-9]{7}") {
            let gtin = Gtin::from_body(&body).expect("seven digits");
            let symbol = modules(gtin).expect("EAN-8");
            prop_assert_eq!(decode(&symbol), Some(gtin.to_string()));
            prop_assert_eq!(&painted(&path(gtin).expect("EAN-8"))[14..81], &symbol[..]);
        }
    }
}
