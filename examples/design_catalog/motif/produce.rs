//! Fruit, berries, vegetables and herbs.

use super::{Draw, GREEN, VEIN};

pub(crate) const NAMES: &[&str] = &[
    "strawberry",
    "blueberry",
    "raspberry",
    "cherry",
    "orange",
    "lemon",
    "lime",
    "apple",
    "pear",
    "peach",
    "banana",
    "mango",
    "pineapple",
    "grape",
    "coconut",
    "kiwi",
    "tomato",
    "chili",
    "basil",
    "garlic",
    "onion",
    "mushroom",
    "olive",
    "corn",
    "peas",
    "carrot",
    "potato",
    "pumpkin",
    "cucumber",
    "pepper",
    "mint",
    "ginger",
    "melon",
    "blackcurrant",
    "spinach",
    "lavender",
    "rose",
    "daisy",
    "aloe",
];

pub(crate) fn draw(name: &str, d: &mut Draw) -> bool {
    match name {
        "strawberry" => {
            let red = d.ball(["#ff7a66", "#e3182d", "#9c0719"]);
            d.p(&red, "M50 96C30 86 12 60 16 40C19 26 36 22 50 28C64 22 81 26 84 40C88 60 70 86 50 96z");
            for (x, y) in [
                (32, 44),
                (50, 42),
                (68, 44),
                (26, 58),
                (41, 57),
                (59, 57),
                (74, 58),
                (34, 71),
                (50, 71),
                (66, 71),
                (50, 84),
            ] {
                d.e("#ffe08a", f64::from(x), f64::from(y), 1.7, 2.6);
            }
            d.p("#3f8f2b", "M50 30C42 34 30 36 20 30C30 28 34 24 38 20C30 18 26 14 26 12C36 12 44 14 48 20L49 6L53 6L53 20C58 14 66 11 75 12C73 16 69 18 62 20C67 24 72 28 80 30C70 36 58 34 50 30z");
            d.shine(31.0, 40.0, 9.0, 4.0);
        }
        "blueberry" => {
            for (x, y, r) in [(33.0, 62.0, 28.0), (69.0, 64.0, 26.0), (52.0, 36.0, 27.0)] {
                let blue = d.ball(["#8fa8f0", "#3d4fa8", "#161c52"]);
                d.e(&blue, x, y, r, r);
                d.p("#1a2260", &format!("M{x} {}l3 5 6-1-3 5 3 5-6-1-3 5-3-5-6 1 3-5-3-5 6 1z", y - 16.0));
                d.shine(x - 11.0, y - 6.0, 6.0, 3.0);
            }
            d.leaf(70.0, 30.0, 30.0, -30.0, GREEN, VEIN);
        }
        "raspberry" => {
            for (i, (y, count)) in [(36, 4), (50, 5), (64, 4), (77, 3), (88, 2)].into_iter().enumerate() {
                for k in 0..count {
                    let x = 50.0 + (f64::from(k) - f64::from(count - 1) / 2.0) * 15.0;
                    let pink = if (i + k as usize).is_multiple_of(2) { "#d81b4c" } else { "#c00f3e" };
                    d.e(pink, x, f64::from(y), 9.5, 9.5).e("#ff8aa6", x - 3.0, f64::from(y) - 3.0, 2.6, 2.0);
                }
            }
            d.p(
                "#4a9632",
                "M50 30C40 34 30 34 22 26C32 26 38 22 46 22L48 8H53L54 22C62 22 68 26 78 26C70 34 60 34 50 30z",
            );
        }
        "cherry" => {
            d.s("#5a8a2a", 3.0, "M34 60C38 38 52 22 72 10M68 66C68 44 70 26 72 10");
            d.leaf(72.0, 12.0, 34.0, 160.0, GREEN, VEIN);
            for x in [32.0, 68.0] {
                let red = d.ball(["#ff6a6a", "#c10a22", "#5e0411"]);
                d.e(&red, x, 72.0, 23.0, 22.0).shine(x - 9.0, 63.0, 6.0, 3.5);
            }
        }
        "orange" | "lemon" | "lime" => citrus(name, d),
        "apple" => {
            let red = d.ball(["#ffb07a", "#dd2a22", "#8a0c14"]);
            d.p(
                &red,
                "M50 30C62 18 92 22 90 54C88 80 70 96 58 94C54 93 46 93 42 94C30 96 12 80 10 54C8 22 38 18 50 30z",
            );
            d.s("#6b4220", 4.0, "M50 30C50 20 52 14 57 8").leaf(54.0, 20.0, 34.0, -18.0, GREEN, VEIN);
            d.shine(28.0, 44.0, 10.0, 5.0);
        }
        "pear" => {
            let green = d.ball(["#f4f2a0", "#c5cf3f", "#7c8f1c"]);
            d.p(&green, "M50 14C60 14 62 26 66 40C70 50 84 56 82 74C80 90 66 96 50 96C34 96 20 90 18 74C16 56 30 50 34 40C38 26 40 14 50 14z");
            d.s("#6b4220", 4.0, "M50 16C50 10 52 6 56 3")
                .leaf(53.0, 11.0, 26.0, 10.0, GREEN, VEIN)
                .shine(34.0, 64.0, 5.0, 12.0);
        }
        "peach" => {
            let skin = d.ball(["#ffe0a0", "#ff9a52", "#d9483a"]);
            d.e(&skin, 50.0, 56.0, 40.0, 38.0).s("#c94f3f", 2.0, "M52 19C40 34 40 62 52 92");
            d.leaf(52.0, 20.0, 42.0, -20.0, GREEN, VEIN)
                .leaf(50.0, 20.0, 30.0, 200.0, "#3d8426", VEIN)
                .shine(30.0, 42.0, 10.0, 5.0);
        }
        "banana" => {
            let yellow = d.slope("#ffe96a", "#e9b311");
            for (turn, top) in [(10, "#d79b0a"), (-12, "#efc21d")] {
                d.g(&format!("rotate({turn} 22 18)"), |d| {
                    d.p(top, "M18 12L26 10C30 40 52 66 90 72L94 78C50 92 8 58 18 12z");
                    d.p(&yellow, "M20 14L25 12C29 42 52 70 90 74C48 80 18 54 20 14z");
                    d.p("#5b4210", "M17 13L19 4L26 5L26 11zM89 71L96 74L93 80z");
                });
            }
        }
        "mango" => {
            let skin = d.ball(["#ffe36a", "#fb9a1c", "#c8331f"]);
            d.p(&skin, "M28 26C50 6 88 18 90 50C92 80 62 98 38 88C10 76 8 44 28 26z");
            d.leaf(30.0, 24.0, 40.0, -150.0, GREEN, VEIN)
                .leaf(30.0, 24.0, 44.0, -60.0, "#3d8426", VEIN)
                .shine(36.0, 40.0, 12.0, 5.0);
        }
        "pineapple" => {
            let skin = d.slope("#f9c73a", "#c0720f");
            for (angle, color) in
                [(-90, "#2f7d2a"), (-130, "#3b8f31"), (-50, "#3b8f31"), (-110, "#57a83f"), (-70, "#57a83f")]
            {
                d.p(color, &leaf_blade(f64::from(angle)));
            }
            d.e(&skin, 50.0, 67.0, 25.0, 31.0);
            d.s(
                "#9a5a0a",
                1.6,
                "M30 48L68 90M26 60L56 96M42 38L74 76M58 38L74 56M70 48L32 90M74 60L44 96M58 38L26 76M42 38L28 56",
            );
            d.shine(38.0, 52.0, 5.0, 10.0);
        }
        "grape" | "blackcurrant" => {
            let colors =
                if name == "grape" { ["#c39af0", "#6c2ca0", "#34104f"] } else { ["#7a6aa8", "#2a1640", "#0c0518"] };
            d.s("#6b4220", 3.0, "M50 30C50 20 54 12 60 8").leaf(52.0, 24.0, 38.0, 196.0, GREEN, VEIN);
            for (x, y) in [
                (32, 36),
                (50, 32),
                (68, 36),
                (40, 50),
                (59, 50),
                (31, 54),
                (69, 54),
                (50, 62),
                (40, 70),
                (60, 70),
                (50, 84),
            ] {
                let ball = d.ball(colors);
                d.e(&ball, f64::from(x), f64::from(y), 11.5, 11.5).e(
                    "#fff",
                    f64::from(x) - 4.0,
                    f64::from(y) - 4.5,
                    2.4,
                    1.7,
                );
            }
        }
        "coconut" => {
            let (shell, flesh) = (d.ball(["#a8703f", "#6b3f1d", "#2f1808"]), d.ball(["#ffffff", "#fbf6ec", "#d9cdb8"]));
            d.e(&shell, 60.0, 42.0, 34.0, 33.0).s("#4a2a10", 1.2, "M40 20C60 26 76 40 84 60M54 10C74 18 88 36 92 50");
            d.e("#4a2a12", 40.0, 64.0, 36.0, 30.0)
                .e(&flesh, 40.0, 62.0, 33.0, 26.0)
                .e("#e6dccb", 40.0, 64.0, 22.0, 16.0)
                .e("#f8f2e6", 40.0, 67.0, 20.0, 12.0);
        }
        "kiwi" => {
            let (skin, flesh) = (d.ball(["#b08a4a", "#7a5a24", "#42300e"]), d.ball(["#eaf7a0", "#8fc42e", "#5d9414"]));
            d.e(&skin, 60.0, 40.0, 34.0, 30.0)
                .e("#6b4f1e", 44.0, 60.0, 38.0, 36.0)
                .e(&flesh, 44.0, 60.0, 35.0, 33.0)
                .e("#f6f8d8", 44.0, 60.0, 10.0, 9.0);
            for i in 0..14 {
                let angle = f64::from(i) * std::f64::consts::TAU / 14.0;
                d.e("#1e2408", (44.0 + 15.5 * angle.cos()).round(), (60.0 + 14.5 * angle.sin()).round(), 1.6, 2.2);
            }
        }
        "tomato" => {
            let red = d.ball(["#ff8a5c", "#e02416", "#93090c"]);
            d.e(&red, 50.0, 58.0, 42.0, 37.0);
            d.p(
                "#3f8f2b",
                "M50 30L30 22L42 32L22 38L44 37L40 52L51 39L64 50L58 36L80 36L60 30L70 18L54 28L54 12L48 12z",
            )
            .shine(27.0, 48.0, 10.0, 5.0);
        }
        "chili" => {
            let red = d.slope("#ff5a3c", "#a80a10");
            d.p(&red, "M70 22C88 26 84 52 68 70C52 88 26 96 6 92C34 82 44 66 50 46C54 32 58 20 70 22z");
            d.p(
                "#4a9632",
                "M58 30C58 16 68 12 74 14C76 8 80 4 86 4L88 9C84 10 81 13 80 17C86 20 86 30 82 34C76 26 66 26 58 30z",
            )
            .s("#ff9c86", 3.0, "M62 38C58 58 48 74 34 84");
        }
        "basil" | "mint" | "spinach" => {
            let (a, b) = if name == "basil" {
                ("#3f9a35", "#2c7a2a")
            } else if name == "mint" {
                ("#49b58a", "#2b8f68")
            } else {
                ("#2f7d3a", "#1f5f2a")
            };
            d.s(b, 3.0, "M50 98C50 80 50 60 50 44");
            d.leaf(50.0, 66.0, 46.0, -160.0, b, VEIN).leaf(50.0, 66.0, 46.0, -20.0, b, VEIN);
            d.leaf(50.0, 50.0, 48.0, -130.0, a, VEIN)
                .leaf(50.0, 50.0, 48.0, -50.0, a, VEIN)
                .leaf(50.0, 48.0, 46.0, -90.0, "#6abf4a", VEIN);
        }
        "garlic" => {
            let white = d.ball(["#ffffff", "#f1e9e4", "#c9b6bd"]);
            d.p(
                &white,
                "M50 6C52 24 60 32 74 42C92 56 88 88 66 92C58 94 42 94 34 92C12 88 8 56 26 42C40 32 48 24 50 6z",
            );
            d.s("#b99aa8", 1.8, "M50 28C34 44 28 66 38 90M50 28C66 44 72 66 62 90M50 28C49 50 49 70 50 92").s(
                "#a88a5a",
                2.0,
                "M40 94L38 98M50 95V99M60 94L62 98",
            );
        }
        "onion" => {
            let skin = d.ball(["#ffd08a", "#c97a24", "#7a3c0c"]);
            d.p(
                &skin,
                "M50 8C52 20 58 28 70 36C92 50 90 82 66 92C58 95 42 95 34 92C10 82 8 50 30 36C42 28 48 20 50 8z",
            );
            d.s("#8f4e12", 1.6, "M50 24C30 44 26 70 40 92M50 24C70 44 74 70 60 92M50 24V94")
                .shine(30.0, 54.0, 5.0, 10.0);
        }
        "mushroom" => {
            let (cap, stem) = (d.ball(["#f5e2c4", "#b98550", "#70431c"]), d.slope("#fffaf0", "#d8c6a8"));
            d.p(&stem, "M38 52H62C60 66 64 80 68 90C58 96 42 96 32 90C36 80 40 66 38 52z");
            d.p("#8f6a42", "M12 54C30 62 70 62 88 54L84 60C66 66 34 66 16 60z")
                .p(&cap, "M8 52C8 22 30 8 50 8C70 8 92 22 92 52C78 60 22 60 8 52z")
                .shine(32.0, 26.0, 10.0, 5.0);
        }
        "olive" => {
            d.s("#6f7a3a", 3.0, "M8 20C34 16 60 20 92 8");
            for (x, angle) in [(20, 70), (48, 110), (70, 50)] {
                d.leaf(f64::from(x), 18.0, 34.0, f64::from(angle) - 130.0, "#8aa05a", "#c3d09a");
            }
            for (x, y, colors) in
                [(34.0, 54.0, ["#d9e07a", "#8f9d2c", "#4f5a10"]), (64.0, 66.0, ["#8d7aa0", "#3f2a4a", "#160a1c"])]
            {
                let ball = d.ball(colors);
                d.e(&ball, x, y, 18.0, 24.0).shine(x - 7.0, y - 9.0, 4.0, 7.0);
            }
        }
        "corn" => {
            let yellow = d.slope("#ffe04a", "#e8a20c");
            d.p("#5fa03a", "M34 96C10 80 14 44 30 24C24 54 34 80 50 96z")
                .p(&yellow, "M50 4C68 14 72 60 58 94H42C28 60 32 14 50 4z");
            for y in 0..8 {
                d.s(
                    "#c98406",
                    1.0,
                    &format!("M{} {1}Q50 {2} {3} {1}", 36 - (y == 0) as i32, 20 + y * 10, 24 + y * 10, 64),
                );
            }
            d.s("#c98406", 1.0, "M43 14V92M50 8V94M57 14V92")
                .p("#79b84a", "M66 96C90 80 86 44 70 24C76 54 66 80 50 96z");
        }
        "peas" => {
            d.p("#3d8a2c", "M4 60C24 20 76 14 96 34C90 66 34 90 4 60z")
                .p("#8cc63f", "M10 58C30 30 74 24 90 36C80 58 36 76 10 58z");
            for (x, y, r) in [(26.0, 54.0, 9.0), (42.0, 49.0, 11.0), (60.0, 44.0, 11.0), (76.0, 39.0, 8.5)] {
                let pea = d.ball(["#d6f58a", "#7dbd2e", "#3c7a16"]);
                d.e(&pea, x, y, r, r);
            }
            d.s("#3d8a2c", 3.0, "M94 35C98 30 98 26 96 20");
        }
        "carrot" => {
            let orange = d.slope("#ffa63d", "#e25a0c");
            for angle in [-80.0, -55.0, -30.0, -105.0] {
                d.leaf(66.0, 34.0, 36.0, angle, "#4c9a34", "#7dbb55");
            }
            d.p(&orange, "M58 26C74 22 84 36 76 46C60 66 34 86 8 96C18 70 38 42 58 26z").s(
                "#c24a06",
                1.8,
                "M50 40L58 46M40 54L46 58M60 58L66 60M30 68L38 74",
            );
        }
        "potato" => {
            let skin = d.ball(["#f7dca0", "#d3a355", "#8f6424"]);
            d.p(&skin, "M20 34C34 12 70 16 84 36C98 58 84 86 58 88C28 92 4 64 20 34z").shine(36.0, 36.0, 12.0, 5.0);
            for (x, y) in [(40, 50), (62, 42), (70, 66), (44, 72)] {
                d.e("#8a5f22", f64::from(x), f64::from(y), 2.4, 1.4);
            }
        }
        "pumpkin" => {
            for (x, rx, colors) in [
                (28.0, 22.0, ["#ffb347", "#ee7a12", "#a8430a"]),
                (72.0, 22.0, ["#ffa030", "#e06a0c", "#963a08"]),
                (50.0, 22.0, ["#ffc766", "#f58a1a", "#b8500c"]),
            ] {
                let ball = d.ball(colors);
                d.e(&ball, x, 60.0, rx, 34.0);
            }
            d.p("#5a8a2a", "M44 30C46 18 42 12 38 8L46 5C52 10 56 20 56 30z").shine(24.0, 46.0, 5.0, 10.0);
        }
        "cucumber" => {
            let skin = d.slope("#6fb548", "#1f5a20");
            d.g("rotate(-24 50 50)", |d| {
                d.p(&skin, "M4 40C4 26 24 26 40 28H84C98 28 98 58 84 60H30C12 60 4 54 4 40z").s(
                    "#3b8030",
                    2.0,
                    "M18 36H80M16 48H78",
                );
            });
            d.e("#3b8030", 62.0, 70.0, 24.0, 24.0)
                .e("#e2f2b4", 62.0, 70.0, 21.0, 21.0)
                .e("#cfe893", 62.0, 70.0, 12.0, 12.0);
            for (x, y) in [(62, 61), (69, 66), (69, 75), (62, 79), (55, 75), (55, 66)] {
                d.e("#f7fbe0", f64::from(x), f64::from(y), 1.6, 2.6);
            }
        }
        "pepper" => {
            let red = d.ball(["#ff8a6a", "#d81e1e", "#82080c"]);
            d.p(&red, "M50 26C64 14 90 22 88 46C86 70 76 94 64 94C58 94 54 90 50 90C46 90 42 94 36 94C24 94 14 70 12 46C10 22 36 14 50 26z");
            d.s("#a80f12", 2.0, "M50 28C42 50 44 72 50 88")
                .s("#4a9632", 7.0, "M50 26C50 18 54 12 60 8")
                .shine(28.0, 44.0, 5.0, 12.0);
        }
        "ginger" => {
            let skin = d.ball(["#f4d79a", "#cfa25c", "#8c6528"]);
            d.p(&skin, "M8 60C4 44 20 38 28 44C30 26 46 22 52 38C60 34 64 38 64 44C66 30 86 26 92 40C98 56 80 60 72 60C80 74 66 84 56 74C50 90 30 88 30 72C20 76 10 72 8 60z");
            d.s("#8c6528", 1.5, "M20 50Q26 56 24 64M48 42Q54 50 50 60M66 46Q74 52 70 58M38 70Q46 74 50 70");
        }
        "melon" => {
            let flesh = d.slope("#ff7a7a", "#d81e3c");
            d.p("#2e7d32", "M6 30C10 78 50 98 94 66z")
                .p("#d9f0b0", "M11 33C17 72 50 90 88 64z")
                .p(&flesh, "M16 36C22 66 52 82 82 62z");
            for (x, y) in [(36, 54), (50, 58), (62, 64), (46, 68), (34, 64)] {
                d.e("#2a0a10", f64::from(x), f64::from(y), 1.8, 3.0);
            }
        }
        "lavender" => {
            for (x, turn) in [(50.0, 0.0), (32.0, -16.0), (68.0, 16.0)] {
                d.g(&format!("rotate({turn} 50 98)"), |d| {
                    d.s("#5d8a4a", 2.4, &format!("M50 98V{}", 40.0 + (x - 50.0_f64).abs() * 0.2));
                    for y in 0..6 {
                        let y = 10.0 + f64::from(y) * 7.5;
                        d.e("#7a5cc0", 45.0, y + 3.0, 5.0, 4.0)
                            .e("#9d82dc", 55.0, y + 3.0, 5.0, 4.0)
                            .e("#b9a4ee", 50.0, y, 4.0, 4.0);
                    }
                });
            }
        }
        "rose" => {
            d.leaf(54.0, 70.0, 40.0, 20.0, GREEN, VEIN).leaf(46.0, 70.0, 40.0, 160.0, GREEN, VEIN);
            for (r, color) in
                [(36.0, "#f3a0b8"), (29.0, "#ea7d9d"), (22.0, "#df5f86"), (15.0, "#cf4371"), (8.0, "#b52c5c")]
            {
                for k in 0..5 {
                    let angle = f64::from(k) * 1.2566 + r * 0.09;
                    d.e(
                        color,
                        ((50.0 + r * 0.52 * angle.cos()) * 10.0).round() / 10.0,
                        ((46.0 + r * 0.52 * angle.sin()) * 10.0).round() / 10.0,
                        r * 0.6,
                        r * 0.6,
                    );
                }
            }
        }
        "daisy" => {
            for k in 0..12 {
                d.g(&format!("rotate({} 50 50)", k * 30), |d| {
                    d.e(if k % 2 == 0 { "#ffffff" } else { "#eef1f6" }, 50.0, 24.0, 9.0, 20.0);
                });
            }
            let yellow = d.ball(["#ffe97a", "#fbb813", "#c87a06"]);
            d.e(&yellow, 50.0, 50.0, 15.0, 15.0);
        }
        "aloe" => {
            let green = d.slope("#a7d98a", "#2f8a5a");
            for (angle, scale) in [(-150.0, 0.8), (-30.0, 0.8), (-125.0, 1.0), (-55.0, 1.0), (-90.0, 1.15)] {
                d.g(&format!("translate(50 92) rotate({angle}) scale({scale})"), |d| {
                    d.p(&green, "M0-10C30-14 56-10 76 4C52 8 26 12 0 10z").s(
                        "#e6f7d8",
                        1.4,
                        "M18-6l4 3M34-6l4 3M50-3l3 3",
                    );
                });
            }
        }
        _ => return false,
    }
    true
}

/// A half and a slice of citrus fruit.
fn citrus(name: &str, d: &mut Draw) {
    let (skin, flesh, pale) = match name {
        "orange" => (["#ffc25a", "#f98a12", "#c95808"], "#ff9d2b", "#ffe3b0"),
        "lemon" => (["#fff49a", "#fbd91e", "#d09a06"], "#ffe04a", "#fffbd6"),
        _ => (["#d6f07a", "#7dbb22", "#3f7a10"], "#a6d63e", "#f0fad0"),
    };
    let ball = d.ball(skin);
    d.leaf(66.0, 16.0, 34.0, -20.0, GREEN, VEIN).e(&ball, 58.0, 42.0, 34.0, 33.0);
    d.shine(44.0, 26.0, 9.0, 4.0).e(skin[1], 40.0, 64.0, 34.0, 32.0).e(pale, 40.0, 64.0, 31.0, 29.0);
    for k in 0..8 {
        d.g(&format!("rotate({} 40 64)", k * 45), |d| {
            d.p(flesh, "M40 61L49.5 40.5Q40 34.5 30.5 40.5z");
        });
    }
    d.e(pale, 40.0, 64.0, 3.0, 3.0);
}

fn leaf_blade(angle: f64) -> String {
    let (sin, cos) = angle.to_radians().sin_cos();
    let at = |along: f64, across: f64| {
        format!("{:.0} {:.0}", 50.0 + along * cos - across * sin, 42.0 + along * sin + across * cos)
    };
    format!("M{}Q{} {}Q{} {}z", at(0.0, -7.0), at(20.0, -9.0), at(40.0, 0.0), at(20.0, 9.0), at(0.0, 7.0))
}
