//! Colours as `#rrggbb` texts.

/// Red, green and blue, 0 to 255.
fn parts(color: &str) -> [f64; 3] {
    let number = u32::from_str_radix(color.trim_start_matches('#'), 16).expect("colours are written #rrggbb");
    [16, 8, 0].map(|shift| f64::from((number >> shift) & 255))
}

/// Moves a share of the way from one colour to another.
pub(crate) fn mix(from: &str, to: &str, share: f64) -> String {
    let (a, b) = (parts(from), parts(to));
    let [r, g, b] = [0, 1, 2].map(|i| (a[i] + (b[i] - a[i]) * share).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

pub(crate) fn dark(color: &str, share: f64) -> String {
    mix(color, "#0a0512", share)
}

pub(crate) fn light(color: &str, share: f64) -> String {
    mix(color, "#fffdf6", share)
}

/// Relative luminance as WCAG defines it, 0 to 1.
pub(crate) fn luminance(color: &str) -> f64 {
    let linear = parts(color).map(|value| (value / 255.0).powf(2.2));
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// White or nearly black, whichever reads better on the colour; white is preferred, as printers do.
pub(crate) fn ink(color: &str) -> String {
    let on_white = 1.05 / (luminance(color) + 0.05);
    if on_white > 2.6 { "#ffffff".to_owned() } else { dark(color, 0.84) }
}
