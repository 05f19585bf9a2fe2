//! Picture files to pixels, within limits that a hostile file cannot exceed.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};

use image::{DynamicImage, ImageFormat, ImageReader, Limits};

use super::{Artwork, ArtworkSource, MAX_SIDE};
use crate::catalog::Error;

/// Bytes that the decoder of one picture may allocate.
const MAX_BYTES: u64 = 512 << 20;

/// Width and height as the file's head states them.
pub(super) fn size(artwork: &Artwork) -> Result<[u32; 2], Error> {
    let (width, height) = match &artwork.source {
        ArtworkSource::Encoded { bytes, .. } => dimensions(artwork, Cursor::new(bytes.as_ref()))?,
        _ => dimensions(artwork, open(artwork)?)?,
    };
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        let message = format!("is {width} x {height} pixels large, and sides must be 1 to {MAX_SIDE}");
        return Err(Error::invalid(artwork.origin(), "", message));
    }
    Ok([width, height])
}

/// All pixels, converted to 8-bit RGBA with straight alpha.
pub(super) fn rgba(artwork: &Artwork) -> Result<image::RgbaImage, Error> {
    let [width, height] = size(artwork)?;
    let picture = decode(artwork)?;
    if picture.width() != width || picture.height() != height {
        return Err(Error::invalid(artwork.origin(), "", "has another size than its head states"));
    }
    Ok(picture.into_rgba8())
}

/// All pixels of a Radiance picture.
pub(super) fn hdr(artwork: &Artwork) -> Result<image::Rgb32FImage, Error> {
    size(artwork)?;
    let format = match &artwork.source {
        ArtworkSource::Encoded { bytes, .. } => reader(artwork, Cursor::new(bytes.as_ref()))?.format(),
        _ => reader(artwork, open(artwork)?)?.format(),
    };
    if format != Some(ImageFormat::Hdr) {
        return Err(Error::invalid(artwork.origin(), "", "is neither a Radiance HDR nor an OpenEXR picture"));
    }
    decode(artwork).map(DynamicImage::into_rgb32f)
}

fn decode(artwork: &Artwork) -> Result<DynamicImage, Error> {
    match &artwork.source {
        ArtworkSource::Encoded { bytes, .. } => reader(artwork, Cursor::new(bytes.as_ref()))?.decode(),
        _ => reader(artwork, open(artwork)?)?.decode(),
    }
    .map_err(|error| broken(artwork, &error))
}

fn dimensions(artwork: &Artwork, input: impl BufRead + Seek) -> Result<(u32, u32), Error> {
    reader(artwork, input)?.into_dimensions().map_err(|error| broken(artwork, &error))
}

fn reader<R: BufRead + Seek>(artwork: &Artwork, input: R) -> Result<ImageReader<R>, Error> {
    let read = |source| Error::Read { path: artwork.origin().to_owned(), source };
    let mut reader = ImageReader::new(input).with_guessed_format().map_err(read)?;
    if reader.format().is_none() {
        return Err(Error::invalid(artwork.origin(), "", "is neither PNG, JPEG, WebP nor Radiance HDR"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    Ok(reader)
}

fn open(artwork: &Artwork) -> Result<BufReader<File>, Error> {
    let path = artwork.origin();
    File::open(path).map(BufReader::new).map_err(|source| Error::Read { path: path.to_owned(), source })
}

fn broken(artwork: &Artwork, error: &image::ImageError) -> Error {
    Error::invalid(artwork.origin(), "", format!("cannot be decoded: {error}"))
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        match format {
            ImageFormat::Jpeg => DynamicImage::from(picture.clone()).into_rgb8().write_to(&mut bytes, format),
            _ => picture.write_to(&mut bytes, format),
        }
        .expect("a small picture is encodable");
        bytes.into_inner()
    }

    #[test]
    fn every_format_is_decoded_to_the_size_asked_for() {
        let picture = RgbaImage::from_pixel(40, 20, Rgba([200, 40, 10, 255]));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let artwork = Artwork::from_encoded(encoded(&picture, format), "test");
            assert_eq!(artwork.pixel_size().expect("sound"), Some([40, 20]));
            let pixels = artwork.load(7, 13).expect("sound");
            assert_eq!(pixels.dimensions(), (7, 13));
            assert!(pixels.pixels().all(|p| p.0.iter().zip([200, 40, 10, 255]).all(|(a, b)| a.abs_diff(b) < 4)));
        }
    }

    #[test]
    fn truncated_and_foreign_files_are_errors_that_name_their_origin() {
        let picture = RgbaImage::from_fn(64, 64, |x, y| Rgba([(x * 3) as u8, (y * 3) as u8, (x * y) as u8, 255]));
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
            let bytes = encoded(&picture, format);
            for cut in [0, 3, 12, 30] {
                let error = Artwork::from_encoded(&bytes[..cut], "box.glb: images[3]").load(8, 8);
                assert!(error.expect_err("too short").to_string().contains("box.glb: images[3]"), "{format:?} {cut}");
            }
        }
        let half = encoded(&picture, ImageFormat::Png);
        assert!(Artwork::from_encoded(&half[..half.len() / 2], "half").load(8, 8).is_err());
        assert!(
            Artwork::from_file("no/such/file.png").load(8, 8).expect_err("missing").to_string().contains("file.png")
        );
        assert!(Artwork::from_encoded(&b"<svg/>"[..], "text").load(8, 8).is_err());
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let mut bytes = encoded(&RgbaImage::new(8, 8), ImageFormat::Png);
        // The head of a PNG: width and height are the first eight bytes of its IHDR chunk, followed by its checksum.
        for (side, message) in [(100_000_u32, "size exceeds limit"), (16_384, "emory limit")] {
            bytes[16..20].copy_from_slice(&side.to_be_bytes());
            bytes[20..24].copy_from_slice(&side.to_be_bytes());
            let checksum = crc32(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
            let artwork = Artwork::from_encoded(bytes.clone(), "bomb");
            let error = artwork.load(8, 8).expect_err("too large").to_string();
            assert!(error.contains("bomb") && error.contains(message), "{error}");
        }
    }

    #[test]
    fn only_radiance_pictures_have_radiance() {
        let mut bytes = Cursor::new(Vec::new());
        let sky = image::Rgb32FImage::from_pixel(4, 2, image::Rgb([8.0, 1.0, 0.5]));
        sky.write_to(&mut bytes, ImageFormat::Hdr).expect("encodable");
        let loaded = Artwork::from_encoded(bytes.into_inner(), "sky").load_hdr().expect("sound");
        assert!((loaded.get_pixel(1, 1).0[0] - 8.0).abs() < 0.1);
        let png = encoded(&RgbaImage::new(2, 2), ImageFormat::Png);
        assert!(Artwork::from_encoded(png, "flat").load_hdr().is_err());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
        })
    }
}
