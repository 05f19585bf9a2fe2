use std::fmt::Write;

use super::report::{Counted, entropy};
use super::{Figure, Stats, Summary, Unit};

/// Products and categories that are named.
const NAMED: usize = 5;
const HEADINGS: [&str; 9] = ["figure", "p10", "p50", "p90", "mean", "min..max", "compared", "band", "verdict"];

/// The table as text, for a terminal of any width: one line per figure and band.
pub(super) fn table(stats: &Stats) -> String {
    let mut lines: Vec<(Vec<String>, &str)> = vec![(HEADINGS.map(str::to_owned).to_vec(), "source of the band")];
    for group in &stats.groups {
        lines.push((vec![group.title.to_uppercase()], ""));
        for figure in &group.figures {
            lines.extend(lines_of(stats, figure));
        }
    }
    let columns = HEADINGS.len();
    let width = |column: usize| {
        lines.iter().filter_map(|(cells, _)| cells.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();

    let (w, h) = stats.size;
    let mut text = format!(
        "{} pictures of {w} x {h} pixels beside the profile {:?}: {}\n\n",
        stats.frames, stats.profile.name, stats.profile.source
    );
    for (cells, source) in &lines {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let pad = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            // Numbers end, and texts begin, in line.
            let numeric = (1..6).contains(&column) || column == 7;
            line += &if numeric { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") };
        }
        line += source;
        text += line.trim_end();
        text.push('\n');
    }
    text.push('\n');
    counts(&mut text, "products", &stats.products);
    counts(&mut text, "categories", &stats.categories);
    let (met, bands) = stats.met();
    let _ = write!(text, "{met} of {bands} bands are met");
    text
}

fn lines_of<'a>(stats: &'a Stats, figure: &Figure) -> Vec<(Vec<String>, &'a str)> {
    let unit = figure.definition.unit;
    let title = match unit.sign() {
        "" => figure.definition.title.to_owned(),
        sign => format!("{} [{sign}]", figure.definition.title),
    };
    let cell = |value: &dyn Fn(&Summary) -> f64| match &figure.summary {
        Some(summary) => number(unit, value(summary)),
        None => "-".to_owned(),
    };
    let range = figure
        .summary
        .as_ref()
        .map_or(String::new(), |summary| format!("{}..{}", number(unit, summary.min), number(unit, summary.max)));
    let first =
        vec![format!("  {title}"), cell(&|s| s.p10), cell(&|s| s.p50), cell(&|s| s.p90), cell(&|s| s.mean), range];
    if figure.verdicts.is_empty() {
        return vec![(first, "")];
    }
    let line = |(i, &(index, verdict)): (usize, &(usize, super::Verdict))| {
        let band = &stats.profile.bands[index];
        let mut cells = if i == 0 { first.clone() } else { vec![String::new(); first.len()] };
        let ends = format!("{}..{}", number(unit, band.low), number(unit, band.high));
        cells.extend([band.compare.name().to_owned(), ends, verdict.name().to_owned()]);
        (cells, band.source.as_str())
    };
    figure.verdicts.iter().enumerate().map(line).collect()
}

fn counts(text: &mut String, what: &str, counted: &[Counted]) {
    let total: u64 = counted.iter().map(|one| one.count).sum();
    let bits = entropy(counted);
    let _ = write!(text, "{} {what}, as varied as {:.1} equally frequent ones", counted.len(), libm::exp2(bits));
    let share = |one: &Counted| format!("{} {:.1} %", one.name, 100.0 * one.count as f64 / total as f64);
    let named: Vec<String> = counted.iter().take(NAMED).map(share).collect();
    text.push_str(if named.is_empty() { "" } else { ": most often " });
    text.push_str(&named.join(", "));
    text.push('\n');
}

/// A value with three digits that mean something.
pub(super) fn number(unit: Unit, value: f64) -> String {
    let value = unit.shown(value);
    let decimals = match value.abs() {
        _ if unit == Unit::Count && value.fract() == 0.0 => 0,
        large if large >= 99.95 => 0,
        large if large >= 9.995 => 1,
        large if large >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    // Rounding may leave the sign of nothing.
    if text.trim_start_matches('-').bytes().all(|digit| matches!(digit, b'0' | b'.')) {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (unit, value, wanted) in [
            (Unit::Number, 0.0445, "0.044"),
            (Unit::Number, -0.0001, "0.000"),
            (Unit::Number, -1.234, "-1.23"),
            (Unit::Count, 147.0, "147"),
            (Unit::Count, 6.5, "6.50"),
            (Unit::Percent, 0.0027, "0.270"),
            (Unit::Percent, 0.405, "40.5"),
            (Unit::Percent, 1.0, "100"),
        ] {
            assert_eq!(number(unit, value), wanted);
        }
    }
}
