use super::axis::Axis;
use super::{BAND, BAR, FAINT, GRID, INK, OUTSIDE, PANEL, text};
use crate::dataset::stats::table::number;
use crate::dataset::stats::{Figure, Stats, Summary, Unit, Verdict};

/// Bars of a histogram: at most, and at least where there are few values.
const BARS: (f64, f64) = (36.0, 12.0);
/// Widest bar.
const WIDEST: f64 = 44.0;
/// Left end and top of the bars.
const LEFT: f64 = 8.0;
const TOP: f64 = 62.0;
/// Ground line of the bars.
const GROUND: f64 = 196.0;

/// One figure: its histogram, the bands behind it, p10 to p90 below it.
pub(super) fn panel(stats: &Stats, figure: &Figure) -> String {
    let unit = figure.definition.unit;
    let title = match unit.sign() {
        "" => figure.definition.title.to_owned(),
        sign => format!("{}, {sign}", figure.definition.title),
    };
    let mut svg = text((LEFT, 16.0), (14.0, INK), "font-weight='bold'", &title);
    let Some(summary) = &figure.summary else {
        svg += &text((LEFT, 110.0), (12.0, FAINT), "", "no values in this dataset");
        return svg;
    };
    let described = format!(
        "p10 {} · p50 {} · p90 {} · mean {} · {} {}s",
        number(unit, summary.p10),
        number(unit, summary.p50),
        number(unit, summary.p90),
        number(unit, summary.mean),
        summary.count,
        figure.definition.per,
    );
    svg += &text((LEFT, 33.0), (11.0, FAINT), "", &described);

    let axis = axis(stats, figure, summary);
    let mut x = LEFT;
    for &(index, verdict) in &figure.verdicts {
        let band = &stats.profile.bands[index];
        let (from, to) = (axis.at(band.low), axis.at(band.high));
        svg += &format!(
            "<rect x='{from:.2}' y='{TOP}' width='{:.2}' height='{}' fill='{BAND}' fill-opacity='0.16'/>",
            (to - from).max(1.5),
            GROUND - TOP
        );
        let met = verdict == Verdict::Inside;
        let ends = format!("{}..{}", number(unit, band.low), number(unit, band.high));
        let label = format!("{} {ends} {}", band.compare.name(), verdict.name());
        svg += &text((x, 50.0), (11.0, if met { BAND } else { OUTSIDE }), "font-weight='bold'", &label);
        x += 7.4 * (label.chars().count() + 3) as f64;
    }
    svg += &bars(figure, &axis);
    svg += &scale(unit, &axis);
    svg += &spread(summary, &axis);
    svg
}

/// From the first to the last percent of the values, with all bands and some room.
fn axis(stats: &Stats, figure: &Figure, summary: &Summary) -> Axis {
    let (mut low, mut high) = (figure.histogram.quantile(0.01), figure.histogram.quantile(0.99));
    let ours = (high - low).max(summary.p90 - summary.p10).max(figure.definition.resolution);
    for &(index, _) in &figure.verdicts {
        let band = &stats.profile.bands[index];
        // A band that is far wider than what we have would leave a single bar.
        low = low.min(band.low.max(summary.p50 - 12.0 * ours));
        high = high.max(band.high.min(summary.p50 + 12.0 * ours));
    }
    let room = (0.04 * (high - low)).max(0.5 * figure.definition.resolution);
    Axis { low: low - room, high: high + room, left: LEFT, width: PANEL.0 - 2.0 * LEFT }
}

/// The bars. What lies beyond the axis is not drawn.
fn bars(figure: &Figure, axis: &Axis) -> String {
    let resolution = figure.definition.resolution;
    let values = figure.summary.map_or(0.0, |summary| summary.count as f64);
    let wanted = (3.0 * values.sqrt()).clamp(BARS.1, BARS.0);
    let steps = libm::ceil((axis.high - axis.low) / resolution / wanted).max(1.0);
    let width = steps * resolution;
    let first = libm::floor(axis.low / width);
    let count = libm::ceil(axis.high / width) - first;
    let mut heights = vec![0u64; count.clamp(1.0, 2.0 * BARS.0) as usize + 1];
    for (value, times) in figure.histogram.values() {
        // Rounded values lie in the middle of their steps.
        let bar = libm::floor((value + 0.5 * resolution) / width + 1e-9) - first;
        if bar >= 0.0
            && (axis.low..=axis.high).contains(&value)
            && let Some(height) = heights.get_mut(bar as usize)
        {
            *height += times;
        }
    }
    let tallest = heights.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut svg = String::new();
    for (i, &height) in heights.iter().enumerate().filter(|(_, height)| **height > 0) {
        let left = (first + i as f64) * width - 0.5 * resolution;
        let (from, to) = (axis.at(left), axis.at(left + width));
        let tall = (GROUND - TOP - 6.0) * height as f64 / tallest;
        let wide = (to - from - 0.8).clamp(1.0, WIDEST);
        let x = 0.5 * (from + to - wide);
        svg +=
            &format!("<rect x='{x:.2}' y='{:.2}' width='{wide:.2}' height='{tall:.2}' fill='{BAR}'/>", GROUND - tall);
    }
    svg
}

/// Ground line, ticks and their values.
fn scale(unit: Unit, axis: &Axis) -> String {
    let shown = Axis { low: unit.shown(axis.low), high: unit.shown(axis.high), ..*axis };
    let right = axis.left + axis.width;
    let mut svg = format!("<path d='M{LEFT} {GROUND}H{right}' stroke='{FAINT}' stroke-width='1'/>");
    let (ticks, decimals) = shown.ticks(6);
    for tick in ticks {
        let x = shown.at(tick);
        svg += &format!("<path d='M{x:.2} {GROUND}v5' stroke='{FAINT}' stroke-width='1'/>");
        svg += &text((x, GROUND + 18.0), (11.0, INK), "text-anchor='middle'", &format!("{tick:.decimals$}"));
    }
    svg
}

/// p10 to p90 as a bar, the median as a dot.
fn spread(summary: &Summary, axis: &Axis) -> String {
    let y = GROUND + 32.0;
    let (from, to, middle) = (axis.at(summary.p10), axis.at(summary.p90), axis.at(summary.p50));
    format!(
        "<path d='M{LEFT} {y}h{:.2}' stroke='{GRID}' stroke-width='1'/>\
         <path d='M{from:.2} {y}H{to:.2}' stroke='{INK}' stroke-width='4' stroke-linecap='round'/>\
         <circle cx='{middle:.2}' cy='{y}' r='5' fill='#ffffff' stroke='{INK}' stroke-width='2.5'/>",
        axis.width
    )
}
