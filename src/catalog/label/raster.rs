use std::sync::{Arc, Mutex};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use super::fonts::fonts;

/// Longest SVG that is parsed, in bytes.
const MAX_SVG: usize = 8 << 20;

/// Paints an SVG so that its view box fills exactly this size, with a transparent ground.
///
/// # Errors
/// What is wrong with the document. One that refers to pictures is refused: nothing outside the text is read.
pub(crate) fn rasterise(svg: &str, width: u32, height: u32) -> Result<image::RgbaImage, String> {
    let tree = parse(svg)?;
    let too_large = || format!("cannot be painted {width} x {height} pixels large");
    let mut pixels = Pixmap::new(width, height).ok_or_else(too_large)?;
    let size = tree.size();
    let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, scale, &mut pixels.as_mut());

    let straight = pixels.pixels().iter().flat_map(|pixel| {
        let color = pixel.demultiply();
        [color.red(), color.green(), color.blue(), color.alpha()]
    });
    image::RgbaImage::from_raw(width, height, straight.collect()).ok_or_else(too_large)
}

/// The shapes and lines of an SVG.
///
/// # Errors
/// What is wrong with the document, as for [`rasterise`].
pub(super) fn parse(svg: &str) -> Result<Tree, String> {
    if svg.len() > MAX_SVG {
        return Err(format!("the SVG is {} bytes long, and {MAX_SVG} are the limit", svg.len()));
    }
    let refused = Arc::new(Mutex::new(None));
    let tree = Tree::from_str(svg, &options(&refused)).map_err(|error| format!("is no valid SVG: {error}"))?;
    if let Some(href) = refused.lock().expect("no holder of this lock panics").take() {
        return Err(format!("refers to the picture {href:?}, and a label may only contain shapes and text"));
    }
    Ok(tree)
}

/// Own fonts only; every reference to a picture is noted in `refused` and not followed.
fn options(refused: &Arc<Mutex<Option<String>>>) -> Options<'static> {
    let note = |refused: &Mutex<Option<String>>, href: &str| {
        *refused.lock().expect("no holder of this lock panics") = Some(href.chars().take(80).collect());
    };
    let (by_name, by_content) = (refused.clone(), refused.clone());
    Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: fonts(),
        image_href_resolver: ImageHrefResolver {
            resolve_string: Box::new(move |href, _| {
                note(&by_name, href);
                None
            }),
            resolve_data: Box::new(move |mime, _, _| {
                note(&by_content, &format!("data:{mime}"));
                None
            }),
        },
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 10'>";

    #[test]
    fn the_view_box_fills_the_picture() {
        let svg = format!("{HEAD}<rect width='10' height='10' fill='#f00'/></svg>");
        let pixels = rasterise(&svg, 40, 40).expect("sound");
        assert_eq!(pixels.get_pixel(19, 39).0, [255, 0, 0, 255]);
        assert_eq!(pixels.get_pixel(20, 0).0, [0, 0, 0, 0]);
    }

    #[test]
    fn text_is_set_in_the_fonts_that_are_compiled_in() {
        for family in ["DejaVu Serif", "sans-serif", "No Such Font"] {
            let svg = format!("{HEAD}<text y='9' font-size='10' font-family='{family}'>MM</text></svg>");
            let ink = rasterise(&svg, 40, 20).expect("sound").pixels().filter(|pixel| pixel.0[3] > 200).count();
            assert!(ink > 50, "{family}: {ink}");
        }
    }

    #[test]
    fn pictures_are_refused_by_name() {
        for href in ["/etc/hostname", "logo.png", "data:image/png;base64,iVBORw0KGgo="] {
            let svg = format!("{HEAD}<image href='{href}' width='5' height='5'/></svg>");
            let error = rasterise(&svg, 8, 8).expect_err("refused");
            assert!(error.contains("refers to the picture"), "{error}");
        }
    }

    #[test]
    fn entity_bombs_and_endless_nests_are_errors() {
        let uses: String =
            (1..40).map(|i| format!("<g id='g{i}'><use href='#g{0}'/><use href='#g{0}'/></g>", i - 1)).collect();
        let nest = format!("{HEAD}<defs><rect id='g0' width='1' height='1'/>{uses}</defs><use href='#g39'/></svg>");
        assert!(rasterise(&nest, 8, 8).is_err());
        let entities: String =
            (1..12).map(|i| format!("<!ENTITY e{i} '{}'>", format!("&e{};", i - 1).repeat(10))).collect();
        let bomb = format!("<!DOCTYPE svg [<!ENTITY e0 'aaaaaaaaaa'>{entities}]>{HEAD}<text>&e11;</text></svg>");
        assert!(rasterise(&bomb, 8, 8).is_err());
        assert!(rasterise("<svg", 8, 8).is_err());
    }
}
