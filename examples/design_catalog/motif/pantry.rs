//! Grain, pasta, nuts, spices, coffee, tea and chocolate.

use super::{Draw, GREEN, VEIN};

pub(crate) const NAMES: &[&str] = &[
    "wheat",
    "oats",
    "rice",
    "fusilli",
    "penne",
    "farfalle",
    "spaghetti",
    "macaroni",
    "coffee",
    "coffeecup",
    "teacup",
    "tealeaf",
    "camomile",
    "chocolate",
    "cocoa",
    "hazelnut",
    "almond",
    "peanut",
    "cashew",
    "pistachio",
    "honey",
    "vanilla",
    "cinnamon",
    "caramel",
    "beans",
    "salt",
    "paprika",
    "jamjar",
];

pub(crate) fn draw(name: &str, d: &mut Draw) -> bool {
    match name {
        "wheat" => {
            for turn in [-18, 18, 0] {
                d.g(&format!("rotate({turn} 50 98)"), |d| {
                    d.s("#b98a2c", 2.0, "M50 98V12");
                    for k in 0..6 {
                        let y = 56 - k * 9;
                        d.p(
                            "#e0ac3c",
                            &format!(
                                "M50 {y}C40 {} 38 {} 40 {}C48 {} 51 {} 50 {y}z",
                                y - 2,
                                y - 10,
                                y - 15,
                                y - 12,
                                y - 6
                            ),
                        );
                        d.p(
                            "#f4cd68",
                            &format!(
                                "M50 {y}C60 {} 62 {} 60 {}C52 {} 49 {} 50 {y}z",
                                y - 2,
                                y - 10,
                                y - 15,
                                y - 12,
                                y - 6
                            ),
                        );
                    }
                    d.p("#f4cd68", "M50 14C45 8 46 0 50-4C54 0 55 8 50 14z");
                });
            }
        }
        "oats" => {
            for (x, y, turn) in
                [(30, 36, 20), (66, 30, -30), (48, 56, 60), (24, 70, -10), (76, 60, 15), (54, 84, -40), (44, 16, 5)]
            {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    d.e("#b98a4a", 1.0, 2.0, 19.0, 13.0).e("#efd29a", 0.0, 0.0, 19.0, 12.5).s(
                        "#c79c58",
                        1.6,
                        "M-14 0Q0-4 14 0M-9 5Q0 2 8 5",
                    );
                });
            }
        }
        "rice" => {
            for k in 0..26 {
                let (x, y, turn) = (14 + (k * 37) % 72, 24 + (k * 23) % 66, (k * 53) % 180);
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    d.e("#c9bfa6", 0.6, 1.2, 10.5, 3.6).e("#fffdf4", 0.0, 0.0, 10.5, 3.4);
                });
            }
        }
        "fusilli" => {
            for (turn, y) in [(-32, 0), (20, 8), (-8, -4)] {
                d.g(&format!("rotate({turn} 50 50) translate(0 {y})"), |d| {
                    let pasta = d.slope("#ffe08a", "#d99a26");
                    for k in 0..6 {
                        let x = 8 + k * 14;
                        d.p(
                            &pasta,
                            &format!(
                                "M{x} 38C{} 34 {} 58 {} 62C{} 66 {} 62 {} 56C{} 46 {} 38 {x} 38z",
                                x + 10,
                                x + 6,
                                x + 16,
                                x + 8,
                                x - 2,
                                x - 2,
                                x + 2,
                                x - 4
                            ),
                        );
                    }
                    d.s("#b87a14", 1.2, "M10 40L22 60M24 40L36 60M38 40L50 60M52 40L64 60M66 40L78 60");
                });
            }
        }
        "penne" => {
            for (turn, y) in [(-30, 8), (24, 4), (-4, -18)] {
                d.g(&format!("rotate({turn} 50 50) translate(0 {y})"), |d| {
                    let pasta = d.slope("#ffe59a", "#d9a032");
                    d.p(&pasta, "M12 40L82 40L92 60L22 60z")
                        .s("#c48c22", 1.3, "M18 45H84M20 50H87M21 55H89")
                        .e("#8f5f10", 17.0, 50.0, 5.0, 9.0);
                });
            }
        }
        "farfalle" => {
            for (x, y, turn) in [(50, 26, 8), (28, 62, -24), (72, 68, 28)] {
                d.g(&format!("translate({x} {y}) rotate({turn}) scale(.62)"), |d| {
                    let pasta = d.slope("#ffe59a", "#dca334");
                    d.p(&pasta, "M0-8L-44-30L-38-18L-46-8L-38 2L-46 12L-40 24L0 8L40 24L46 12L38 2L46-8L38-18L44-30z")
                        .s("#b97f1a", 2.0, "M-10 0L-36-14M-10 2L-36 8M10 0L36-14M10 2L36 8")
                        .e("#c78f24", 0.0, 0.0, 7.0, 10.0);
                });
            }
        }
        "spaghetti" => {
            for k in 0..9 {
                let r = 40 - k * 4;
                d.s(
                    if k % 2 == 0 { "#f6cf6a" } else { "#dea536" },
                    4.4,
                    &format!("M{} 58A{r} {} 0 1 1 {} 60", 50 - r, r * 7 / 10, 50 + r),
                );
            }
            d.s("#f9dc8a", 4.0, "M14 66Q50 90 86 66M20 74Q50 96 80 74M30 40Q52 20 72 42M24 50Q50 72 78 52");
        }
        "macaroni" => {
            for (x, y, turn) in [(34, 36, 0), (68, 44, 120), (42, 74, 220), (74, 80, 20)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    d.s("#c98a1e", 15.0, "M-14 10A16 16 0 0 1 14 10")
                        .s("#ffd872", 11.0, "M-14 10A16 16 0 0 1 14 10")
                        .e("#8f5f10", -14.0, 12.0, 5.0, 3.0)
                        .e("#8f5f10", 14.0, 12.0, 5.0, 3.0);
                });
            }
        }
        "coffee" => {
            for (x, y, turn) in [(32, 34, -30), (70, 40, 25), (46, 70, 70), (80, 78, -20), (16, 72, 10)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    let bean = d.ball(["#b9794a", "#6a3a1a", "#2c1206"]);
                    d.e(&bean, 0.0, 0.0, 21.0, 15.0).s("#230d04", 2.4, "M-20 0Q-8-6 0 0T20 0");
                });
            }
        }
        "coffeecup" | "teacup" => {
            let (cup, drink) = (d.slope("#ffffff", "#cfd4dc"), if name == "coffeecup" { "#4a260f" } else { "#c9761e" });
            d.e("#d5dae2", 46.0, 86.0, 42.0, 9.0).e("#ffffff", 46.0, 84.0, 42.0, 8.0).s(
                "#dfe4ea",
                6.0,
                "M76 50C94 46 94 72 72 70",
            );
            d.p(&cup, "M14 42H78C78 66 70 82 46 82C22 82 14 66 14 42z")
                .e("#e6eaef", 46.0, 42.0, 32.0, 9.0)
                .e(drink, 46.0, 43.0, 28.0, 7.0);
            if name == "coffeecup" {
                d.e("#c58a54", 46.0, 43.5, 20.0, 4.5).e("#f3dcc0", 44.0, 43.5, 9.0, 2.2);
            } else {
                d.leaf(40.0, 44.0, 20.0, -10.0, GREEN, VEIN);
            }
            d.s("#ffffff", 3.0, "M34 32C28 24 40 20 34 10M48 30C42 22 54 18 48 6M62 32C56 24 68 20 62 10");
        }
        "tealeaf" => {
            d.leaf(48.0, 92.0, 62.0, -128.0, "#3d8a3c", VEIN)
                .leaf(50.0, 92.0, 62.0, -50.0, "#4fa044", VEIN)
                .leaf(49.0, 90.0, 84.0, -90.0, "#7cc25a", "#d4ee9a");
        }
        "camomile" => {
            d.s("#6a9a4a", 2.6, "M36 44C38 70 46 84 50 98M68 56C64 76 56 88 50 98")
                .leaf(44.0, 82.0, 22.0, -160.0, GREEN, VEIN);
            for (x, y, scale) in [(36, 32, 1.0), (70, 46, 0.8)] {
                d.g(&format!("translate({x} {y}) scale({scale})"), |d| {
                    for k in 0..10 {
                        d.g(&format!("rotate({})", k * 36), |d| {
                            d.e("#ffffff", 0.0, -17.0, 6.0, 11.0);
                        });
                    }
                    let yellow = d.ball(["#ffe97a", "#f7b210", "#b86c04"]);
                    d.e(&yellow, 0.0, 0.0, 10.0, 9.0);
                });
            }
        }
        "chocolate" => {
            for (x, y, turn) in [(30, 40, -12), (58, 64, 8)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    let (face, top) = (d.slope("#7a4424", "#47220f"), d.slope("#8f5630", "#5c2f16"));
                    d.p("#2a1207", "M-24-22H26L30-16V26L-20 28L-24 22z").p(&face, "M-24-22H26V22H-24z");
                    for (a, b) in [(-22, -20), (2, -20), (-22, 1), (2, 1)] {
                        d.p("#b0703f", &format!("M{a} {b}h22l-4 4h-14z"))
                            .p("#341708", &format!("M{a} {}h22l-4-4h-14z", b + 19))
                            .p(&top, &format!("M{} {}h14v11h-14z", a + 4, b + 4));
                    }
                });
            }
        }
        "cocoa" => {
            let pod = d.ball(["#e0a050", "#a8581c", "#5c2608"]);
            d.g("rotate(-30 50 50)", |d| {
                d.p(&pod, "M4 50C14 22 66 18 96 50C66 82 14 78 4 50z").s(
                    "#7a3a10",
                    2.0,
                    "M6 50H94M12 42Q50 22 90 46M12 58Q50 78 90 54",
                );
            });
            d.g("translate(62 74)", |d| {
                d.e("#6a3518", 0.0, 0.0, 15.0, 9.0)
                    .e("#4a2210", 20.0, 8.0, 13.0, 8.0)
                    .e("#86502c", -3.0, -2.0, 7.0, 3.0);
            });
        }
        "hazelnut" => {
            for (x, y) in [(34, 44), (68, 62)] {
                d.g(&format!("translate({x} {y})"), |d| {
                    let nut = d.ball(["#e8b06a", "#a8652a", "#5c3010"]);
                    d.p(&nut, "M0-28C16-22 26-8 24 6C22 20 10 26 0 28C-10 26-22 20-24 6C-26-8-16-22 0-28z")
                        .p("#d9b98a", "M-20 12C-10 20 10 20 20 12C16 24 8 28 0 28C-8 28-16 24-20 12z")
                        .shine(-9.0, -8.0, 4.0, 9.0);
                });
            }
        }
        "almond" | "cashew" | "pistachio" => {
            for (x, y, turn) in [(30, 36, -30), (70, 42, 24), (48, 72, 80)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| match name {
                    "almond" => {
                        let nut = d.slope("#c9803c", "#834616");
                        d.p(&nut, "M-28 2C-20-18 8-20 30 0C10 18-20 20-28 2z").s(
                            "#5f300c",
                            1.4,
                            "M-20 0Q0-6 24 0M-18 6Q0 4 20 4M-14-6Q2-12 16-6",
                        );
                    }
                    "cashew" => {
                        let nut = d.slope("#fdeac0", "#dcb068");
                        d.p(
                            &nut,
                            "M-26-6C-22-24-2-28 12-18C26-8 28 10 20 16C12 20 8 10 4 4C-2-4-12-2-14 6C-18 12-28 4-26-6z",
                        )
                        .shine(-4.0, -17.0, 9.0, 3.0);
                    }
                    _ => {
                        let nut = d.slope("#eddcb4", "#bfa06a");
                        d.e("#8fb23c", 4.0, 0.0, 20.0, 11.0)
                            .p(&nut, "M-28 0C-18-20 12-18 26-8C8-10-4-4-12 2C-4 8 8 12 26 8C12 20-18 20-28 0z");
                    }
                });
            }
        }
        "peanut" => {
            for (x, y, turn) in [(40, 38, -30), (62, 70, 20)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    let shell = d.slope("#f0cf8a", "#b98238");
                    d.p(&shell, "M-36 0C-36-18-16-20-4-11C10-20 36-18 36 2C36 20 10 20-2 12C-14 20-36 18-36 0z").s(
                        "#a06c28",
                        1.4,
                        "M-28-6Q-16-12-6-4M-28 4Q-16 10-4 4M8-8Q20-12 30-2M8 6Q20 12 30 6M-30 0H30",
                    );
                });
            }
        }
        "honey" => {
            let gold = d.slope("#ffd24a", "#d8820a");
            for (x, y) in [(26, 30), (50, 30), (74, 30), (38, 50), (62, 50), (50, 70), (26, 70), (74, 70)] {
                d.p(&gold, &format!("M{x} {}l11 6.3v12.6l-11 6.3l-11-6.3v-12.6z", y - 13));
            }
            d.g("rotate(28 50 50)", |d| {
                d.s("#9a6428", 5.0, "M50-6V44").e("#c98a3c", 50.0, 58.0, 13.0, 18.0).s(
                    "#7a4a18",
                    2.4,
                    "M38 50H62M37 57H63M38 64H62M41 71H59",
                );
            });
            d.p("#ffbf1f", "M34 74C36 84 34 92 38 98C44 92 42 84 46 76z");
        }
        "vanilla" => {
            d.s("#3a2412", 4.0, "M14 96C30 70 56 60 88 54").s("#5a3a1c", 4.0, "M26 98C42 78 64 70 94 68");
            for k in 0..6 {
                d.g(&format!("rotate({} 46 40)", k * 60), |d| {
                    d.p(if k % 2 == 0 { "#fff6cf" } else { "#fbe9a2" }, "M46 40C34 26 36 10 46 2C56 10 58 26 46 40z");
                });
            }
            d.p("#f5c637", "M38 36C42 28 50 28 54 36C56 46 50 54 46 54C42 54 36 46 38 36z").s(
                "#d99b12",
                1.6,
                "M42 36V48M46 34V50M50 36V48",
            );
        }
        "cinnamon" => {
            for (turn, y) in [(-26, 0), (-8, 16)] {
                d.g(&format!("rotate({turn} 50 50) translate(0 {y})"), |d| {
                    let bark = d.slope("#c9803c", "#7a3c10");
                    d.p(&bark, "M6 40H90V58H6z")
                        .s("#5c2a0a", 1.4, "M8 45H88M8 52H88")
                        .e("#a8602a", 90.0, 49.0, 5.0, 9.0)
                        .e("#4a2008", 90.0, 49.0, 2.4, 5.0);
                });
            }
            d.g("translate(66 26) scale(.5)", |d| {
                for k in 0..8 {
                    d.g(&format!("rotate({})", k * 45), |d| {
                        d.p("#8a4a1a", "M0 0C-8-12-8-28 0-38C8-28 8-12 0 0z").e("#d99a4a", 0.0, -22.0, 3.0, 5.0);
                    });
                }
            });
        }
        "caramel" => {
            for (x, y) in [(34, 38), (66, 46), (48, 76)] {
                d.g(&format!("translate({x} {y})"), |d| {
                    let side = d.slope("#c9741c", "#8a4208");
                    d.p(&side, "M-22-6L0 4V28L-22 16z")
                        .p("#a85a10", "M22-6L0 4V28L22 16z")
                        .p("#f5b04a", "M-22-6L0-18L22-6L0 4z")
                        .p("#ffd58a", "M-12-7L0-13L8-9L-4-3z");
                });
            }
        }
        "beans" => {
            for (x, y, turn) in [(28, 34, 20), (62, 28, -30), (46, 56, 60), (76, 60, 10), (28, 74, -40), (60, 84, 15)] {
                d.g(&format!("translate({x} {y}) rotate({turn})"), |d| {
                    let bean = d.ball(["#e0785a", "#9a2a1c", "#4f0c08"]);
                    d.p(&bean, "M-19-4C-18-16 12-18 19-4C22 8 12 14 6 9C2 5-4 5-8 9C-16 12-20 4-19-4z")
                        .shine(-3.0, -9.0, 8.0, 2.0);
                });
            }
        }
        "salt" => {
            for (x, y, s) in [(30, 40, 13), (58, 30, 11), (50, 58, 15), (76, 56, 10), (30, 74, 11), (66, 80, 13)] {
                d.p("#ffffff", &format!("M{x} {}l{s} {}v{s}l-{s} {}l-{s}-{}v-{s}z", y - s, s / 2, s / 2, s / 2));
                d.p("#cfdbe8", &format!("M{x} {y}l{s}-{}v{s}l-{s} {}z", s / 2, s / 2))
                    .p("#e4ecf4", &format!("M{x} {y}l-{s}-{}v{s}l{s} {}z", s / 2, s / 2));
            }
        }
        "paprika" => {
            let red = d.slope("#ff6a3a", "#b8140c");
            d.p("#8f1008", "M10 84C20 66 40 60 54 62C74 62 88 74 92 84C66 94 34 94 10 84z")
                .p(&red, "M16 80C26 62 44 58 54 60C72 60 84 72 88 80C64 88 36 88 16 80z");
            d.g("translate(18 2) scale(.6)", |d| {
                super::produce::draw("pepper", d);
            });
        }
        "jamjar" => {
            let jam = d.slope("#e0304a", "#7a0a1c");
            d.p("#dfe8ea", "M22 26H78V90Q78 96 70 96H30Q22 96 22 90z")
                .p(&jam, "M26 34H74V88Q74 92 68 92H32Q26 92 26 88z")
                .p("#f2c14a", "M20 8H80V26H20z")
                .s("#c9922a", 2.0, "M30 8V26M40 8V26M50 8V26M60 8V26M70 8V26")
                .p("#fff8ea", "M30 48H70V76H30z")
                .shine(32.0, 40.0, 3.0, 8.0);
        }
        _ => return false,
    }
    true
}
