//! Small multiples: one picture per group of figures, one panel per figure, drawn as SVG and painted with the fonts that
//! are compiled in.

mod axis;
mod bars;
mod panel;

use std::fs;
use std::path::Path;

use ndarray::Array3;

use super::Stats;
use crate::catalog::label::rasterise;
use crate::dataset::{Error, png_file};

/// Size of a panel.
const PANEL: (f64, f64) = (400.0, 250.0);
/// Panels side by side.
const COLUMNS: usize = 3;
/// Space around panels.
const MARGIN: f64 = 24.0;
/// Height of the heading.
const HEADING: f64 = 64.0;
/// Pixels per unit of the drawing.
const SCALE: f64 = 1.5;

const INK: &str = "#22262b";
const FAINT: &str = "#6b737c";
const GRID: &str = "#d9dde1";
const BAR: &str = "#5b83b1";
const BAND: &str = "#2f9e5b";
const OUTSIDE: &str = "#c2410c";

/// Draws all groups into a folder: `layout.png`, `boxes.png`, ….
pub(super) fn write(stats: &Stats, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
    for (name, svg, size) in drawings(stats) {
        let path = folder.join(format!("{name}.png"));
        let failed = |message: String| Error::Draw { path: path.clone(), message };
        let file = png(&svg, size).map_err(failed)?;
        fs::write(&path, file).map_err(|source| Error::write(&path, source))?;
    }
    Ok(())
}

/// Name, text and size of each drawing.
pub(super) fn drawings(stats: &Stats) -> Vec<(&'static str, String, (f64, f64))> {
    let (width, height) = stats.size;
    let subtitle = format!(
        "{} pictures of {width} x {height} pixels; bars: this dataset; green: bands of the profile {:?}",
        stats.frames, stats.profile.name
    );
    let draw = |group: &super::GroupStats| {
        let mut panels: Vec<String> = group.figures.iter().map(|figure| panel::panel(stats, figure)).collect();
        if group.key == "products" {
            panels.push(bars::bars("products by category", &stats.categories));
            panels.push(bars::bars("most frequent products", &stats.products));
        }
        let (svg, size) = sheet(group.title, &subtitle, &panels);
        (group.key, svg, size)
    };
    stats.groups.iter().map(draw).collect()
}

/// Panels in a grid below a heading.
fn sheet(title: &str, subtitle: &str, panels: &[String]) -> (String, (f64, f64)) {
    // Four panels look better as two by two.
    let columns = if panels.len() == 4 { 2 } else { panels.len().clamp(1, COLUMNS) };
    let rows = panels.len().div_ceil(columns);
    let along = |count: usize, size: f64| count as f64 * (size + MARGIN) + MARGIN;
    // The heading needs the width of two panels.
    let size = (along(columns.max(2), PANEL.0), HEADING + along(rows, PANEL.1));
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {} {}' font-family='DejaVu Sans'>\
         <rect width='100%' height='100%' fill='#ffffff'/>",
        size.0, size.1
    );
    svg += &text((MARGIN, 38.0), (22.0, INK), "font-weight='bold'", title);
    svg += &text((MARGIN, 60.0), (12.5, FAINT), "", subtitle);
    for (i, panel) in panels.iter().enumerate() {
        let (x, y) = (along(i % columns, PANEL.0), HEADING + along(i / columns, PANEL.1));
        svg += &format!("<g transform='translate({x} {y})'>{panel}</g>");
    }
    svg += "</svg>";
    (svg, size)
}

fn png(svg: &str, (width, height): (f64, f64)) -> Result<Vec<u8>, String> {
    let (width, height) = ((width * SCALE) as u32, (height * SCALE) as u32);
    let picture = rasterise(svg, width, height)?;
    // The white ground covers the whole picture, so that nothing of it is transparent.
    let rgb: Vec<u8> = picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect();
    let rgb = Array3::from_shape_vec((height as usize, width as usize, 3), rgb).map_err(|error| error.to_string())?;
    png_file::encode_rgb(rgb.view()).map_err(|error| error.to_string())
}

/// A line of text at a place, of a size and colour, with further attributes.
fn text((x, y): (f64, f64), (size, color): (f64, &str), attributes: &str, content: &str) -> String {
    let content = escaped(content);
    format!("<text x='{x:.2}' y='{y:.2}' font-size='{size}' fill='{color}' {attributes}>{content}</text>")
}

/// Text as XML character data; names come from files of the user.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The beginning of a text that is too long for its place.
fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}
