//! The files of the page, as they are in `assets/view`.

/// Name, content type and content.
pub(super) type Page = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// All of them; the first one is the page itself.
pub(super) const PAGES: [Page; 9] = [
    ("index.html", "text/html; charset=utf-8", include_str!("../../assets/view/index.html")),
    ("style.css", "text/css; charset=utf-8", include_str!("../../assets/view/style.css")),
    ("main.js", SCRIPT, include_str!("../../assets/view/main.js")),
    ("grid.js", SCRIPT, include_str!("../../assets/view/grid.js")),
    ("frame.js", SCRIPT, include_str!("../../assets/view/frame.js")),
    ("layers.js", SCRIPT, include_str!("../../assets/view/layers.js")),
    ("masks.js", SCRIPT, include_str!("../../assets/view/masks.js")),
    ("reading.js", SCRIPT, include_str!("../../assets/view/reading.js")),
    ("details.js", SCRIPT, include_str!("../../assets/view/details.js")),
];
