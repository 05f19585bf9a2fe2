/// What stands for "nothing here" in pictures of planes.
pub(super) const BACKGROUND: [u8; 3] = [24, 26, 31];

/// Anchors of matplotlib's viridis, evenly spaced.
const VIRIDIS: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x49, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// A colour for a number from 1. Hues advance by the golden ratio, so that any few in a row are far apart; saturation
/// and value change too, so that the twentieth neighbour differs as well. 0 is [`BACKGROUND`].
pub(crate) fn distinct(number: u32) -> [u8; 3] {
    if number == 0 {
        return BACKGROUND;
    }
    let hue = (f64::from(number) * 0.618_033_988_749_895).fract();
    let saturation = [0.55, 0.78, 0.66][number as usize % 3];
    let value = [0.98, 0.82, 0.92, 0.72][number as usize % 4];
    rgb_from_hsv(hue, saturation, value)
}

/// Viridis, dark at 0 and bright at 1.
pub(super) fn viridis(value: f32) -> [u8; 3] {
    let at = value.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f32;
    let low = (at as usize).min(VIRIDIS.len() - 2);
    let share = at - low as f32;
    std::array::from_fn(|channel| {
        let [from, to] = [low, low + 1].map(|anchor| f32::from(VIRIDIS[anchor][channel]));
        (from + (to - from) * share).round() as u8
    })
}

/// The usual picture of a normal in camera space (OpenCV axes): red right, green up, blue towards the camera.
pub(super) fn normal_color([x, y, z]: [f32; 3]) -> [u8; 3] {
    if [x, y, z] == [0.0; 3] {
        return BACKGROUND;
    }
    [x, -y, -z].map(|value| ((value * 0.5 + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8)
}

/// Hue, saturation and value in 0..1 to sRGB.
fn rgb_from_hsv(hue: f64, saturation: f64, value: f64) -> [u8; 3] {
    [5.0, 3.0, 1.0].map(|offset| {
        let k = (offset + hue * 6.0) % 6.0;
        let share = k.min(4.0 - k).clamp(0.0, 1.0);
        ((value - value * saturation * share) * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_numbers_look_different() {
        let distance = |a: [u8; 3], b: [u8; 3]| (0..3).map(|c| (i32::from(a[c]) - i32::from(b[c])).pow(2)).sum::<i32>();
        for number in 1..500 {
            for next in 1..8 {
                let (a, b) = (distinct(number), distinct(number + next));
                assert!(distance(a, b) > 40 * 40, "{number} {a:?} and {} {b:?}", number + next);
            }
            assert!(distance(distinct(number), BACKGROUND) > 100 * 100);
        }
    }

    #[test]
    fn scales_meet_their_anchors() {
        assert_eq!((viridis(-1.0), viridis(2.0)), (VIRIDIS[0], VIRIDIS[9]));
        assert_eq!(viridis(f32::NAN).len(), 3);
        assert_eq!(normal_color([0.0, 0.0, -1.0]), [128, 128, 255]);
        assert_eq!(normal_color([0.0, -1.0, 0.0]), [128, 255, 128]);
        assert_eq!(rgb_from_hsv(0.0, 1.0, 1.0), [255, 0, 0]);
        assert_eq!(rgb_from_hsv(1.0 / 3.0, 1.0, 1.0), [0, 255, 0]);
    }
}
