use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{bar_code, template};
use crate::catalog::{Artwork, Product};

/// How a shelf-edge label is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceStyle {
    /// Black on white paper: the everyday price.
    White,
    /// Black on yellow with a banner: a promotion.
    Promo,
    /// White on red: a price cut.
    Red,
}

/// Width of a shelf-edge label in millimetres.
const WIDTH: f64 = 70.0;
/// Height of a shelf-edge label in millimetres.
const HEIGHT: f64 = 38.0;

/// The shelf-edge label of a product, 70 x 38 mm: name, price in large digits, unit price, bar code and small print.
#[must_use]
pub fn price_label(product: &Product, price_cents: u32, style: PriceStyle) -> Artwork {
    let (paper, ink, soft, field) = match style {
        PriceStyle::White => ("#fdfdfa", "#101010", "#5b5b5b", "#fdfdfa"),
        PriceStyle::Promo => ("#ffe21a", "#101010", "#4d4413", "#ffe21a"),
        PriceStyle::Red => ("#fdfdfa", "#101010", "#5b5b5b", "#d3121f"),
    };
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' font-family='DejaVu Sans'>\
         <rect width='{WIDTH}' height='{HEIGHT}' fill='{paper}'/>"
    );
    let mut print = |x: f64, y: f64, size: f64, attributes: &str, text: &str| {
        write!(svg, "<text x='{x:.2}' y='{y:.2}' font-size='{size:.2}' {attributes}>").expect("a String accepts all");
        template::escape(text, &mut svg);
        svg.push_str("</text>");
    };

    // Who: two lines of name on the left, small print under them.
    let name = format!("fill='{ink}' font-weight='bold' font-stretch='condensed'");
    for (i, line) in lines(&product.name, 24, 2).iter().enumerate() {
        print(2.6, 5.6 + 4.0 * i as f64, 3.5, &name, line);
    }
    let small = format!("fill='{soft}' font-stretch='condensed'");
    let net_weight = product.fields.get("net_weight").map_or("", String::as_str);
    print(2.6, 14.6, 2.5, &small, net_weight);
    if let Some((per_unit, unit)) = unit_price(net_weight, price_cents) {
        print(2.6, 18.4, 2.7, &format!("fill='{ink}'"), &format!("1 {unit} = {} €", amount(per_unit)));
    }
    print(2.6, 36.4, 1.7, &small, &format!("Art. {}   incl. VAT", clip(&product.sku, 22)));

    // How much: whole units large, the last two digits raised beside them.
    let (whole, cents) = ((price_cents / 100).to_string(), format!("{:02}", price_cents % 100));
    let digits = whole.len() as f64;
    let size = (19.0_f64).min(27.0 / (digits * 0.66 + 0.36));
    let price = match style {
        PriceStyle::Red => "#ffffff",
        _ => ink,
    };
    let (cents_x, base) = (67.0 - size * 0.72, 25.5);
    let heavy = format!("fill='{price}' font-weight='bold' font-stretch='condensed'");
    let plate = format!("<path d='M33 13.5h37v17.2h-37z' fill='{field}'/>");
    let banner = match style {
        PriceStyle::White => format!("<path d='M2.6 11.2h64.8' stroke='{soft}' stroke-width='.15'/>"),
        PriceStyle::Promo => {
            print(35.0, 36.2, 3.4, "fill='#ffe21a' font-weight='bold' font-style='italic'", "SPECIAL OFFER");
            "<path d='M33 31.8h37v6.2h-37z' fill='#c3101b'/>".to_owned()
        }
        PriceStyle::Red => {
            print(35.0, 36.0, 3.2, "fill='#c3101b' font-weight='bold'", "PRICE CUT");
            String::new()
        }
    };
    let last_text = format!("{heavy} text-anchor='end'");
    print(cents_x, base + 1.9, size, &last_text, &whole);
    print(cents_x + 0.7, base + 1.9 - size * 0.33, size * 0.55, &heavy, &cents);
    print(cents_x + 1.0, base + 1.9, 3.2, &heavy, "€");

    // What the till reads; the clerk's scanner needs the light margin around it.
    if let Some(path) = product.gtin.and_then(bar_code::path) {
        write!(
            svg,
            "<path d='M2.2 20.4h28.6v13.6h-28.6z' fill='#fff'/><path transform='translate(4 21) scale(.263 9.6)' \
             d='{path}' fill='#000' shape-rendering='crispEdges'/><text x='16.5' y='33.3' font-size='2.4' \
             text-anchor='middle' font-family='DejaVu Sans Mono'>{}</text>",
            product.gtin.map(bar_code::digits).unwrap_or_default()
        )
        .expect("a String accepts all text");
    }
    // Plate and banner lie under the text that was printed on them.
    let first_text = svg.find("<text").unwrap_or(svg.len());
    svg.insert_str(first_text, &format!("{plate}{banner}"));
    svg.push_str("</svg>");
    Artwork::from_svg(svg, format!("price label of {}", product.sku))
}

/// A price as a label shows it: whole units and two digits, such as `2.49 €`. On the label the last two digits are raised and
/// stand without a point.
#[must_use]
pub fn price_text(cents: u32) -> String {
    format!("{} €", amount(cents.into()))
}

/// Cents as `12.34`.
fn amount(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Price in cents of one kilogram or litre, from a net weight such as `500 g`, `1.5 l` or `6 x 330 ml`.
fn unit_price(net_weight: &str, price_cents: u32) -> Option<(u64, &'static str)> {
    let (count, amount) = match net_weight.split_once(['x', '×']) {
        Some((count, amount)) => (count.trim().parse::<f64>().ok()?, amount),
        None => (1.0, net_weight),
    };
    let amount = amount.trim();
    let split = amount.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','))?;
    let number: f64 = amount[..split].replace(',', ".").parse().ok()?;
    let (factor, unit) = match amount[split..].trim() {
        "g" => (1e-3, "kg"),
        "kg" => (1.0, "kg"),
        "ml" => (1e-3, "l"),
        "cl" => (1e-2, "l"),
        "l" | "L" => (1.0, "l"),
        _ => return None,
    };
    let total = count * number * factor;
    (total > 0.0 && total.is_finite()).then(|| ((f64::from(price_cents) / total).round() as u64, unit))
}

/// Breaks text between words into at most `count` lines of about `width` characters; the rest is left off.
fn lines(text: &str, width: usize, count: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            *last = clip(word, width);
        } else if last.chars().count() + 1 + word.chars().count() <= width {
            last.push(' ');
            last.push_str(word);
        } else if lines.len() < count {
            lines.push(clip(word, width));
        } else {
            break;
        }
    }
    lines
}

fn clip(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::super::values::tests::product;
    use super::*;

    #[test]
    fn unit_prices_are_per_kilogram_or_litre() {
        assert_eq!(unit_price("500 g", 249), Some((498, "kg")));
        assert_eq!(unit_price("6 x 330 ml", 396), Some((200, "l")));
        assert_eq!(unit_price("1,5 l", 150), Some((100, "l")));
        assert_eq!(unit_price("75cl", 300), Some((400, "l")));
        for none in ["", "12 pieces", "0 g", "x", "1e999 g", "é"] {
            assert_eq!(unit_price(none, 100), None, "{none}");
        }
    }

    #[test]
    fn names_are_broken_between_words() {
        assert_eq!(lines("Brisa Oat Drink Vanilla unsweetened", 20, 2), ["Brisa Oat Drink", "Vanilla unsweetened"]);
        assert_eq!(lines("", 20, 2), [""]);
    }

    #[test]
    fn styles_differ_and_each_is_paintable_whatever_the_product_says() {
        let mut product = product();
        product.name = "<&> \u{1} ".repeat(40);
        for price in [5, 249, 129_900, u32::MAX] {
            let labels = [PriceStyle::White, PriceStyle::Promo, PriceStyle::Red]
                .map(|style| price_label(&product, price, style).load(140, 76).expect("sound"));
            assert!(labels[0] != labels[1] && labels[1] != labels[2]);
        }
    }
}
