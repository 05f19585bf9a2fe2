use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::{Database, Source};

/// The only fonts that labels are set in, parsed once.
pub(super) fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    FONTS.get_or_init(|| Arc::new(load())).clone()
}

fn load() -> Database {
    use dejavu::{sans, sans_condensed, sans_mono, serif, serif_condensed};
    let mut fonts = Database::new();
    for bytes in [
        sans::regular(),
        sans::bold(),
        sans::oblique(),
        sans::bold_oblique(),
        sans::extra_light(),
        sans_condensed::regular(),
        sans_condensed::bold(),
        sans_condensed::oblique(),
        sans_condensed::bold_oblique(),
        serif::regular(),
        serif::bold(),
        serif::italic(),
        serif::bold_italic(),
        serif_condensed::regular(),
        serif_condensed::bold(),
        serif_condensed::italic(),
        serif_condensed::bold_italic(),
        sans_mono::regular(),
        sans_mono::bold(),
    ] {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_serif_family("DejaVu Serif");
    fonts.set_monospace_family("DejaVu Sans Mono");
    fonts.set_cursive_family("DejaVu Serif");
    fonts.set_fantasy_family("DejaVu Sans");
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faces_are_there() {
        let fonts = fonts();
        assert_eq!(fonts.faces().count(), 19);
        assert!(fonts.faces().all(|face| face.families[0].0.starts_with("DejaVu")));
    }
}
