use proptest::prelude::*;

use super::*;

fn problems(text: &str, path: &str) -> String {
    read(text, Path::new(path)).expect_err("it is wrong").to_string()
}

#[test]
fn csv_and_json_say_the_same_in_either_spelling() {
    let retail = "bay,shelf,position,gtin,sku,facings_wide,facings_high,units_deep,face\n\
                  0,1,1,4006381333931,,3,2,4,front\n0,1,0,,S2,1,,,left\n";
    let short = "\u{feff}shelf,product,facings,levels,deep,bay\n1,S2,1,1,0,0\n1,4006381333931,3,2,4,0\n";
    let json = r#"{"positions": [
        {"bay": 0, "shelf": 1, "position": 1, "gtin": "4006381333931", "sku": "other", "facings_wide": 3,
         "facings_high": "2", "units_deep": 4, "face": "front"},
        {"shelf": 1, "position": 0, "gtin": null, "sku": "S2", "facings_wide": 1, "face": "left"}]}"#;
    let [a, b, c] = [(retail, "a.csv"), (short, "b.csv"), (json, "c.JSON")]
        .map(|(text, path)| read(text, Path::new(path)).unwrap_or_else(|error| panic!("{error}")));
    let summary = |list: &[Position]| {
        list.iter().map(|p| (p.product.clone(), [p.bay, p.shelf, p.facings, p.levels, p.deep])).collect::<Vec<_>>()
    };
    assert_eq!(summary(&a), [("S2".to_owned(), [0, 1, 1, 1, 0]), ("4006381333931".to_owned(), [0, 1, 3, 2, 4])]);
    assert_eq!(summary(&a), summary(&b));
    assert_eq!(a, c);
    assert_eq!((a[0].face.as_str(), b[0].face.as_str()), ("left", "front"));
}

#[test]
fn hostile_files_are_told_with_row_column_and_value() {
    let text = "bay,shelf,position,gtin,facings_wide,units_deep,face,colour\n\
                99,0,0,4006381333931,1,1,front,\n0,x,1,4006381333932,0,51,sideways,\n0,0,0,,1,1,,\n99999999999,0,0,1,-1,1,,\n";
    let found = problems(text, "shelf.csv");
    for part in [
        "shelf.csv",
        "line 1, column 8: there is no column \"colour\"; the columns are bay, shelf, ",
        "line 2, column bay: 99 is not within 0..29",
        "line 3, column shelf: \"x\" is no whole number",
        "line 3, column gtin: GTIN \"4006381333932\" ends in 2",
        "line 3, column facings_wide: 0 is not within 1..200",
        "line 3, column units_deep: 51 is not within 0..50",
        "line 3, column face: \"sideways\" is no face; the faces are front, ",
        "line 4: names no product",
        "line 4, column position: bay 0, shelf 0, position 0 is already that of line 2",
        "line 5, column bay: \"99999999999\" is no whole number",
        "line 5, column facings_wide: \"-1\" is no whole number",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    let found =
        problems(r#"{"positions": [7, {"bay": [1], "sku": "S", "size": 3}, {"facings_high": 21}], "x": 1}"#, "p.json");
    for part in [
        "p.json",
        "x: there is no such field",
        "positions[0]: is no object",
        "positions[1].bay: is neither a number nor a text",
        "positions[1].size: there is no such field; the fields are bay, ",
        "positions[2].facings_high: 21 is not within 1..20",
        "positions[2]: names no product",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(problems("[]", "p.json").contains("is no object"));
    assert!(problems("{", "p.json").contains("line 1"));
    assert!(problems("", "p.csv").contains("names the product"));
    assert!(problems("sku,sku\na,b\n", "p.csv").contains("line 1, column 2: there are two columns \"sku\""));
    assert!(problems("sku,bay\na\n", "p.csv").contains("line: 2"), "{}", problems("sku,bay\na\n", "p.csv"));
    let many = "sku\n".to_owned() + &"a\n".repeat(MAX_POSITIONS + 1);
    assert!(problems(&many, "p.csv").contains("line 10002: reading stopped here"));
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in ".{0,200}", rows in "((bay|sku|gtin|face|[0-9]{0,3}|\"|[{}:,\\[\\]])[,\n]?){0,40}") {
        for text in [text, rows] {
            for path in ["x.csv", "x.json"] {
                // An error or positions, both will do.
                let _ = read(&text, Path::new(path));
            }
        }
    }
}
