//! Pictures with radiance instead of colour: Radiance `.hdr` and OpenEXR.

use std::io::{Cursor, Read};

use exr::meta::MetaData;
use exr::prelude::{ReadChannels as _, ReadLayers as _};
use image::{Rgb, Rgb32FImage};

use super::{Artwork, ArtworkSource, MAX_SIDE, decode};
use crate::catalog::Error;

/// Longest file that is read, bytes.
const MAX_FILE: u64 = 512 << 20;
/// Most pixels; twelve bytes each are allocated for them.
const MAX_PIXELS: u64 = 32 << 20;
/// First bytes of every OpenEXR file.
const EXR_MAGIC: [u8; 4] = [0x76, 0x2f, 0x31, 0x01];

/// All pixels, linear RGB. Negative and non-finite values become 0.
pub(super) fn load(artwork: &Artwork) -> Result<Rgb32FImage, Error> {
    let wrong = |message: String| Error::invalid(artwork.origin(), "", message);
    let mut picture = match &artwork.source {
        ArtworkSource::Encoded { bytes, .. } if bytes.starts_with(&EXR_MAGIC) => open_exr(bytes).map_err(wrong)?,
        ArtworkSource::File(path) => {
            let failed = |source| Error::Read { path: path.clone(), source };
            let mut file = std::fs::File::open(path).map_err(failed)?;
            let mut head = Vec::new();
            file.by_ref().take(4).read_to_end(&mut head).map_err(failed)?;
            if head == EXR_MAGIC {
                file.take(MAX_FILE).read_to_end(&mut head).map_err(failed)?;
                open_exr(&head).map_err(wrong)?
            } else {
                decode::hdr(artwork)?
            }
        }
        _ => decode::hdr(artwork)?,
    };
    for value in picture.iter_mut() {
        *value = if value.is_finite() { value.max(0.0) } else { 0.0 };
    }
    Ok(picture)
}

/// The first layer of an OpenEXR file that has the channels R, G and B. Sizes are compared with the limits before
/// anything is allocated for them.
fn open_exr(file: &[u8]) -> Result<Rgb32FImage, String> {
    let say = |error: exr::error::Error| format!("cannot be decoded: {error}");
    let meta = MetaData::read_from_buffered(Cursor::new(file), false).map_err(say)?;
    for header in &meta.headers {
        let (width, height) = (header.layer_size.x() as u64, header.layer_size.y() as u64);
        if width == 0 || height == 0 || width.max(height) > u64::from(MAX_SIDE) || width * height > MAX_PIXELS {
            return Err(format!(
                "is {width} x {height} pixels large, and sides must be 1 to {MAX_SIDE}, with at most {MAX_PIXELS} pixels"
            ));
        }
        if header.channels.list.len() > 64 {
            return Err(format!("has {} channels, and at most 64 are read", header.channels.list.len()));
        }
    }
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .rgb_channels(
            |size, _| Rgb32FImage::new(size.x() as u32, size.y() as u32),
            |picture, at, (r, g, b): (f32, f32, f32)| picture.put_pixel(at.x() as u32, at.y() as u32, Rgb([r, g, b])),
        )
        .first_valid_layer()
        .all_attributes()
        .non_parallel()
        .from_buffered(Cursor::new(file))
        .map_err(say)?;
    Ok(image.layer_data.channel_data.pixels)
}

#[cfg(test)]
mod tests {
    use exr::prelude::{Image, SpecificChannels, WritableImage as _};

    use super::*;

    fn encoded(width: usize, height: usize) -> Vec<u8> {
        let channels = SpecificChannels::rgb(|at: exr::math::Vec2<usize>| (at.x() as f32, at.y() as f32, -1.0f32));
        let mut bytes = Cursor::new(Vec::new());
        Image::from_channels((width, height), channels).write().non_parallel().to_buffered(&mut bytes).expect("small");
        bytes.into_inner()
    }

    #[test]
    fn exr_pictures_have_radiance() {
        let bytes = encoded(6, 3);
        let loaded = Artwork::from_encoded(bytes.clone(), "sky").load_hdr().expect("sound");
        assert_eq!(loaded.dimensions(), (6, 3));
        assert_eq!(loaded.get_pixel(5, 2).0, [5.0, 2.0, 0.0]);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sky.exr");
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(Artwork::from_file(&path).load_hdr().expect("sound"), loaded);
    }

    #[test]
    fn hostile_exr_files_are_errors_that_name_their_origin() {
        let sound = encoded(32, 16);
        for cut in [4, 9, 60, 200, sound.len() - 5] {
            let error = Artwork::from_encoded(&sound[..cut], "cut.exr").load_hdr().expect_err("too short").to_string();
            assert!(error.contains("cut.exr"), "{cut}: {error}");
        }
        // The data window is four 32-bit numbers behind its name and type.
        let name = b"dataWindow\0box2i\0";
        let at = sound.windows(name.len()).position(|window| window == name).expect("a data window") + name.len() + 4;
        for (right, bottom) in [(i32::MAX - 1, 15_i32), (40_000, 40_000), (16_383, 16_383)] {
            let mut bomb = sound.clone();
            bomb[at + 8..at + 12].copy_from_slice(&right.to_le_bytes());
            bomb[at + 12..at + 16].copy_from_slice(&bottom.to_le_bytes());
            let error = Artwork::from_encoded(bomb, "bomb.exr").load_hdr().expect_err("too large").to_string();
            assert!(error.contains("bomb.exr"), "{error}");
        }
        for i in (8..sound.len()).step_by(7) {
            let mut broken = sound.clone();
            broken[i] ^= 0xff;
            let _ = Artwork::from_encoded(broken, "broken.exr").load_hdr();
        }
    }
}
