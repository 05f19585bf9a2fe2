//! A drawn alphabet for logos: letters are strokes, so that one skeleton gives round, angular, slim or heavy brands.

use crate::pen::n;

/// How the skeleton is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hand {
    /// Curves become straight cuts.
    pub angular: bool,
    /// Horizontal shift per unit of height.
    pub slant: f64,
    /// Gap between letters, in units of a tenth of the capitals' height.
    pub gap: f64,
    /// Every other letter is shifted by this much.
    pub bounce: f64,
    /// Horizontal stretch.
    pub stretch: f64,
}

impl Default for Hand {
    fn default() -> Self {
        Self { angular: false, slant: 0.0, gap: 2.6, bounce: 0.0, stretch: 1.0 }
    }
}

/// Path data of a word and its width; capitals reach from y 0 to 10.
pub(crate) fn word(text: &str, hand: Hand) -> (String, f64) {
    let mut data = String::new();
    let mut x = 0.0;
    for (i, letter) in text.chars().enumerate() {
        let (skeleton, width) = skeleton(letter);
        let dy = if i % 2 == 0 { -hand.bounce } else { hand.bounce };
        place(skeleton, hand, x, dy, &mut data);
        x += width * hand.stretch + hand.gap;
    }
    (data, x - hand.gap)
}

fn place(skeleton: &str, hand: Hand, x: f64, dy: f64, data: &mut String) {
    let mut tokens = skeleton.split_whitespace();
    while let Some(token) = tokens.next() {
        let points = match token {
            "M" | "L" => 1,
            "Q" => 2,
            _ => 0,
        };
        let mut pairs: Vec<(f64, f64)> = Vec::new();
        for _ in 0..points {
            let mut next =
                || tokens.next().and_then(|t| t.parse::<f64>().ok()).expect("skeletons have all their points");
            let (px, py) = (next(), next());
            pairs.push((x + px * hand.stretch + (10.0 - py) * hand.slant, py + dy));
        }
        let command = if token == "Q" && hand.angular {
            pairs.remove(0);
            "L"
        } else {
            token
        };
        data.push_str(command);
        let numbers: Vec<String> = pairs.iter().map(|(px, py)| format!("{} {}", n(*px), n(*py))).collect();
        data.push_str(&numbers.join(" "));
    }
}

fn skeleton(letter: char) -> (&'static str, f64) {
    match letter {
        'A' => ("M 0 10 L 3.5 0 L 7 10 M 1.3 6.8 L 5.7 6.8", 7.0),
        'B' => (
            "M 0 0 L 0 10 L 4 10 Q 6.6 10 6.6 7.3 Q 6.6 4.8 4 4.8 L 0 4.8 M 4 4.8 Q 6 4.8 6 2.4 Q 6 0 3.6 0 L 0 0",
            6.6,
        ),
        'C' => ("M 6.6 2 Q 6 0 3.6 0 Q 0 0 0 3.6 L 0 6.4 Q 0 10 3.6 10 Q 6 10 6.6 8", 6.6),
        'D' => ("M 0 0 L 0 10 L 3 10 Q 7 10 7 6.4 L 7 3.6 Q 7 0 3 0 L 0 0", 7.0),
        'E' => ("M 6 0 L 0 0 L 0 10 L 6 10 M 0 4.9 L 5 4.9", 6.0),
        'F' => ("M 6 0 L 0 0 L 0 10 M 0 5 L 5 5", 5.8),
        'G' => ("M 6.8 2 Q 6 0 3.6 0 Q 0 0 0 3.6 L 0 6.4 Q 0 10 3.6 10 Q 7 10 7 6.6 L 7 5.4 L 4 5.4", 7.0),
        'H' => ("M 0 0 L 0 10 M 7 0 L 7 10 M 0 5 L 7 5", 7.0),
        'I' => ("M 0 0 L 0 10", 0.0),
        'J' => ("M 5 0 L 5 7 Q 5 10 2.4 10 Q 0.4 10 0 8", 5.0),
        'K' => ("M 0 0 L 0 10 M 6.4 0 L 0.2 5.6 M 2.4 3.8 L 6.8 10", 6.8),
        'L' => ("M 0 0 L 0 10 L 5.4 10", 5.4),
        'M' => ("M 0 10 L 0 0 L 4 6 L 8 0 L 8 10", 8.0),
        'N' => ("M 0 10 L 0 0 L 7 10 L 7 0", 7.0),
        'O' => ("M 3.7 0 Q 0 0 0 3.7 L 0 6.3 Q 0 10 3.7 10 Q 7.4 10 7.4 6.3 L 7.4 3.7 Q 7.4 0 3.7 0 Z", 7.4),
        'P' => ("M 0 10 L 0 0 L 3.8 0 Q 6.6 0 6.6 2.8 Q 6.6 5.6 3.8 5.6 L 0 5.6", 6.6),
        'Q' => (
            "M 3.7 0 Q 0 0 0 3.7 L 0 6.3 Q 0 10 3.7 10 Q 7.4 10 7.4 6.3 L 7.4 3.7 Q 7.4 0 3.7 0 Z M 4.6 7.2 L 7.6 10.6",
            7.6,
        ),
        'R' => ("M 0 10 L 0 0 L 3.8 0 Q 6.6 0 6.6 2.8 Q 6.6 5.6 3.8 5.6 L 0 5.6 M 3.4 5.6 L 6.8 10", 6.8),
        'S' => (
            "M 6.2 1.9 Q 5.6 0 3.2 0 Q 0.2 0 0.2 2.5 Q 0.2 4.6 3.2 4.9 Q 6.5 5.2 6.5 7.5 Q 6.5 10 3.2 10 Q 0.4 10 0 8",
            6.5,
        ),
        'T' => ("M 0 0 L 7 0 M 3.5 0 L 3.5 10", 7.0),
        'U' => ("M 0 0 L 0 6.6 Q 0 10 3.5 10 Q 7 10 7 6.6 L 7 0", 7.0),
        'V' => ("M 0 0 L 3.6 10 L 7.2 0", 7.2),
        'W' => ("M 0 0 L 2.4 10 L 4.8 2.6 L 7.2 10 L 9.6 0", 9.6),
        'X' => ("M 0 0 L 6.8 10 M 6.8 0 L 0 10", 6.8),
        'Y' => ("M 0 0 L 3.5 5 L 7 0 M 3.5 5 L 3.5 10", 7.0),
        'Z' => ("M 0 0 L 6.6 0 L 0 10 L 6.6 10", 6.6),
        'a' => ("M 5 4 L 5 10 M 5 6.4 Q 5 4 2.6 4 Q 0 4 0 7 Q 0 10 2.6 10 Q 5 10 5 7.6", 5.0),
        'b' => ("M 0 0 L 0 10 M 0 7.6 Q 0 10 2.5 10 Q 5 10 5 7 Q 5 4 2.5 4 Q 0 4 0 6.4", 5.0),
        'c' => ("M 4.6 5.2 Q 4 4 2.5 4 Q 0 4 0 7 Q 0 10 2.5 10 Q 4 10 4.6 8.8", 4.6),
        'd' => ("M 5 0 L 5 10 M 5 6.4 Q 5 4 2.5 4 Q 0 4 0 7 Q 0 10 2.5 10 Q 5 10 5 7.6", 5.0),
        'e' => ("M 0 7 L 5 7 Q 5 4 2.5 4 Q 0 4 0 7 Q 0 10 2.6 10 Q 4.2 10 4.8 8.8", 5.0),
        'f' => ("M 4 0.6 Q 1.4 -0.6 1.4 2.6 L 1.4 10 M 0 4.2 L 3.4 4.2", 3.6),
        'g' => (
            "M 5 4 L 5 10.6 Q 5 13 2.5 13 Q 0.8 13 0.2 12 M 5 6.4 Q 5 4 2.6 4 Q 0 4 0 7 Q 0 10 2.6 10 Q 5 10 5 7.6",
            5.0,
        ),
        'h' => ("M 0 0 L 0 10 M 0 6.6 Q 0 4 2.4 4 Q 4.8 4 4.8 6.6 L 4.8 10", 4.8),
        'i' => ("M 0 4 L 0 10 M 0 1.2 L 0 1.3", 0.0),
        'j' => ("M 1.6 4 L 1.6 11 Q 1.6 13 0 12.8 M 1.6 1.2 L 1.6 1.3", 1.6),
        'k' => ("M 0 0 L 0 10 M 4.4 4 L 0.2 7.5 M 1.7 6.3 L 4.8 10", 4.8),
        'l' => ("M 0 0 L 0 10", 0.0),
        'm' => ("M 0 4 L 0 10 M 0 6.4 Q 0 4 2 4 Q 4 4 4 6.4 L 4 10 M 4 6.4 Q 4 4 6 4 Q 8 4 8 6.4 L 8 10", 8.0),
        'n' => ("M 0 4 L 0 10 M 0 6.6 Q 0 4 2.4 4 Q 4.8 4 4.8 6.6 L 4.8 10", 4.8),
        'o' => ("M 2.6 4 Q 0 4 0 7 Q 0 10 2.6 10 Q 5.2 10 5.2 7 Q 5.2 4 2.6 4 Z", 5.2),
        'p' => ("M 0 4 L 0 13 M 0 7.6 Q 0 10 2.5 10 Q 5 10 5 7 Q 5 4 2.5 4 Q 0 4 0 6.4", 5.0),
        'q' => ("M 5 4 L 5 13 M 5 6.4 Q 5 4 2.6 4 Q 0 4 0 7 Q 0 10 2.6 10 Q 5 10 5 7.6", 5.0),
        'r' => ("M 0 4 L 0 10 M 0 6.8 Q 0.2 4 3 4.2", 3.0),
        's' => (
            "M 4.2 5.1 Q 3.6 4 2.2 4 Q 0.2 4 0.2 5.5 Q 0.2 6.8 2.2 7 Q 4.5 7.2 4.5 8.6 Q 4.5 10 2.2 10 Q 0.5 10 0 8.8",
            4.5,
        ),
        't' => ("M 1.4 1.4 L 1.4 8 Q 1.4 10 3.6 9.9 M 0 4.2 L 3.4 4.2", 3.6),
        'u' => ("M 0 4 L 0 7.4 Q 0 10 2.4 10 Q 4.8 10 4.8 7.4 M 4.8 4 L 4.8 10", 4.8),
        'v' => ("M 0 4 L 2.5 10 L 5 4", 5.0),
        'w' => ("M 0 4 L 1.9 10 L 3.8 5 L 5.7 10 L 7.6 4", 7.6),
        'x' => ("M 0 4 L 4.6 10 M 4.6 4 L 0 10", 4.6),
        'y' => ("M 0 4 L 2.6 9.8 M 5.2 4 L 2.2 11.4 Q 1.6 13 0 12.8", 5.2),
        'z' => ("M 0 4 L 4.4 4 L 0 10 L 4.4 10", 4.4),
        '-' => ("M 0 6 L 3 6", 3.0),
        ' ' => ("", 1.5),
        other => panic!("the drawn alphabet has no {other:?}"),
    }
}
