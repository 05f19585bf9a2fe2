use super::{BAR, FAINT, INK, PANEL, shortened, text};
use crate::dataset::stats::Counted;

/// Rows of a panel.
const ROWS: usize = 11;
/// Characters of a name.
const NAME: usize = 27;
/// Left end of the bars.
const LEFT: f64 = 186.0;

/// The most frequent names and how many percent of all products they are.
pub(super) fn bars(title: &str, counted: &[Counted]) -> String {
    let mut svg = text((8.0, 16.0), (14.0, INK), "font-weight='bold'", &format!("{title}, %"));
    let total: u64 = counted.iter().map(|one| one.count).sum();
    let Some(most) = counted.first().map(|one| one.count).filter(|&most| most > 0) else {
        return svg + &text((8.0, 110.0), (12.0, FAINT), "", "none in this dataset");
    };
    let shown = counted.len().min(ROWS);
    svg += &text((8.0, 33.0), (11.0, FAINT), "", &format!("{shown} of {}", counted.len()));
    for (i, one) in counted.iter().take(ROWS).enumerate() {
        let y = 40.0 + 18.4 * i as f64;
        let width = (PANEL.0 - LEFT - 48.0) * one.count as f64 / most as f64;
        svg += &text((LEFT - 6.0, y + 13.0), (10.5, INK), "text-anchor='end'", &shortened(&one.name, NAME));
        svg += &format!("<rect x='{LEFT}' y='{:.2}' width='{width:.2}' height='13' fill='{BAR}'/>", y + 2.5);
        let share = format!("{:.1}", 100.0 * one.count as f64 / total as f64);
        svg += &text((LEFT + width + 5.0, y + 13.0), (10.5, FAINT), "", &share);
    }
    svg
}
