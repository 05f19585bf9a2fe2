use std::borrow::Cow;

use crate::problem::Problems;

/// Replaces each `{{name}}` by its value, escaped so that it may stand in XML text and in attributes.
///
/// # Errors
/// Every unknown or unfinished placeholder, with its line.
pub fn fill<'a>(template: &str, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> Result<String, Problems> {
    let mut filled = String::with_capacity(template.len() + template.len() / 4);
    let mut problems = Problems::default();
    for (number, line) in template.split_inclusive('\n').enumerate() {
        let place = || format!("line {}", number + 1);
        let mut rest = line;
        while let Some((text, after)) = rest.split_once("{{") {
            filled.push_str(text);
            let Some((name, after)) = after.split_once("}}") else {
                problems.add(place(), "placeholder {{ has no }} on its line");
                rest = "";
                break;
            };
            match value(name.trim()) {
                Some(value) => escape(&value, &mut filled),
                None => problems.add(place(), format!("unknown placeholder {{{{{}}}}}", name.trim())),
            }
            rest = after;
        }
        filled.push_str(rest);
    }
    if problems.is_empty() { Ok(filled) } else { Err(problems) }
}

/// Appends text as XML character data. Characters that XML 1.0 cannot carry become the replacement character.
pub(crate) fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&apos;"),
            '\t' | '\n' | '\r' => into.push(c),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => into.push('\u{FFFD}'),
            _ => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lookup(name: &str) -> Option<Cow<'static, str>> {
        match name {
            "name" => Some("Salt & \"Vinegar\" <b>".into()),
            "color" => Some("#f80".into()),
            _ => None,
        }
    }

    #[test]
    fn values_are_escaped() {
        let filled = fill("<text fill='{{color}}'>{{ name }}</text>\n", lookup).expect("known names");
        assert_eq!(filled, "<text fill='#f80'>Salt &amp; &quot;Vinegar&quot; &lt;b&gt;</text>\n");
    }

    #[test]
    fn all_unknown_names_are_reported_with_their_lines() {
        let problems = fill("<svg>\n{{flavour}} {{name}}\n{{ colour }}\n{{name", lookup).expect_err("three mistakes");
        let text = problems.to_string();
        assert_eq!(problems.0.len(), 3);
        assert!(text.contains("line 2: unknown placeholder {{flavour}}"), "{text}");
        assert!(text.contains("line 3: unknown placeholder {{colour}}"), "{text}");
        assert!(text.contains("line 4: placeholder {{ has no }}"), "{text}");
    }

    proptest! {
        #[test]
        fn no_value_breaks_out_of_its_place(value in any::<String>()) {
            let svg = fill("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><text id='{{v}}'>{{v}}</text></svg>",
                |_| Some(value.as_str().into())).expect("known");
            prop_assert_eq!(svg.matches('<').count(), 4);
            prop_assert!(resvg::usvg::Tree::from_str(&svg, &Default::default()).is_ok());
        }
    }
}
