use std::io::Cursor;

use ndarray::{Array2, Array3, ArrayView2, ArrayView3};
use png::{BitDepth, ColorType, Compression, Filter};

use crate::annotate::Rle;

/// 8-bit sRGB PNG of a picture `[row, column, 3]`.
pub(crate) fn encode_rgb(picture: ArrayView3<'_, u8>) -> Result<Vec<u8>, png::EncodingError> {
    encode_channels(picture, true)
}

/// 16-bit grey PNG of numbers `[row, column]`.
pub(super) fn encode_grey16(numbers: ArrayView2<'_, u16>) -> Result<Vec<u8>, png::EncodingError> {
    let (height, width) = numbers.dim();
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    encode((width, height), ColorType::Grayscale, BitDepth::Sixteen, false, &bytes)
}

/// 8-bit PNG of numbers in three channels `[row, column, 3]`, which are no colours.
pub(super) fn encode_rgb_numbers(numbers: ArrayView3<'_, u8>) -> Result<Vec<u8>, png::EncodingError> {
    encode_channels(numbers, false)
}

fn encode_channels(values: ArrayView3<'_, u8>, is_srgb: bool) -> Result<Vec<u8>, png::EncodingError> {
    let (height, width, _) = values.dim();
    let bytes: Vec<u8> = values.iter().copied().collect();
    encode((width, height), ColorType::Rgb, BitDepth::Eight, is_srgb, &bytes)
}

/// 8-bit grey PNG of a mask: 255 inside, 0 outside.
pub(super) fn encode_mask(mask: &Rle) -> Result<Vec<u8>, png::EncodingError> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let mut bytes = vec![0; width * height];
    mask.pixels().for_each(|(x, y)| bytes[y as usize * width + x as usize] = 255);
    encode((width, height), ColorType::Grayscale, BitDepth::Eight, false, &bytes)
}

fn encode(
    size: (usize, usize),
    color: ColorType,
    depth: BitDepth,
    is_srgb: bool,
    bytes: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.0 as u32, size.1 as u32);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Adaptive);
    if is_srgb {
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(bytes)?;
    writer.finish()?;
    Ok(file)
}

/// Reads what [`encode_rgb`] has written; `size` is the (width, height) that it must have.
pub(crate) fn decode_rgb(file: &[u8], size: (u32, u32)) -> Result<Array3<u8>, String> {
    let bytes = decode(file, size, ColorType::Rgb, BitDepth::Eight)?;
    Array3::from_shape_vec((size.1 as usize, size.0 as usize, 3), bytes).map_err(|error| error.to_string())
}

/// Reads what [`encode_grey16`] has written; `size` is the (width, height) that it must have.
pub(crate) fn decode_grey16(file: &[u8], size: (u32, u32)) -> Result<Array2<u16>, String> {
    let bytes = decode(file, size, ColorType::Grayscale, BitDepth::Sixteen)?;
    let numbers = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    Array2::from_shape_vec((size.1 as usize, size.0 as usize), numbers).map_err(|error| error.to_string())
}

/// Size and type are compared before anything of that size is allocated.
fn decode(file: &[u8], size: (u32, u32), color: ColorType, depth: BitDepth) -> Result<Vec<u8>, String> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let info = reader.info();
    if info.size() != size {
        return Err(format!("has {} x {} pixels, not {} x {}", info.width, info.height, size.0, size.1));
    }
    if (info.color_type, info.bit_depth) != (color, depth) {
        return Err(format!("is {:?} {:?}, not {color:?} {depth:?}", info.color_type, info.bit_depth));
    }
    let mut bytes = vec![0; reader.output_buffer_size().ok_or("is too large")?];
    reader.next_frame(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_back() {
        let rgb = Array3::from_shape_fn((5, 7, 3), |(y, x, c)| (y * 50 + x * 7 + c) as u8);
        let file = encode_rgb(rgb.view()).expect("fits");
        assert_eq!(decode_rgb(&file, (7, 5)), Ok(rgb));
        let ids = Array2::from_shape_fn((5, 7), |(y, x)| (y * 9000 + x * 4001) as u16);
        let file = encode_grey16(ids.view()).expect("fits");
        assert_eq!(decode_grey16(&file, (7, 5)), Ok(ids));
        assert_eq!(decode_grey16(&file, (8, 5)), Err("has 7 x 5 pixels, not 8 x 5".to_owned()));
        assert!(decode_rgb(&file, (7, 5)).expect_err("grey").contains("Grayscale"));
        for length in 0..file.len() - 12 {
            assert!(decode_grey16(&file[..length], (7, 5)).is_err(), "cut at {length}");
        }
    }
}
