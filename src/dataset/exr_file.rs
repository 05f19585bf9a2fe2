use std::io::Cursor;

use exr::prelude::{
    AnyChannel, AnyChannels, Blocks, Compression, Encoding, FlatSamples, Image, Layer, LayerAttributes, LineOrder,
    MetaData, ReadChannels, ReadLayers, WritableImage, f16,
};
use ndarray::{Array3, ArrayView3, Axis};

/// Scan-line OpenEXR with lossless ZIP compression of a plane `[row, column, channel]`.
///
/// Channels are named so that common readers take them without being told: see [`channel_names`].
pub(super) fn encode(plane: ArrayView3<'_, f32>, half: bool) -> exr::error::Result<Vec<u8>> {
    let (height, width, channels) = plane.dim();
    let list = channel_names(channels).iter().zip(plane.axis_iter(Axis(2))).map(|(&name, channel)| {
        let samples = if half {
            FlatSamples::F16(channel.iter().map(|&value| f16::from_f32(value)).collect())
        } else {
            FlatSamples::F32(channel.iter().copied().collect())
        };
        AnyChannel::new(name, samples)
    });
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    let layer = Layer::new((width, height), LayerAttributes::default(), encoding, AnyChannels::sort(list.collect()));
    let mut file = Cursor::new(Vec::new());
    Image::from_layer(layer).write().non_parallel().to_buffered(&mut file)?;
    Ok(file.into_inner())
}

/// Reads what [`encode`] has written: `[row, column, channel]`. `size` is the (width, height) that it must have; it is
/// compared before anything of that size is allocated.
pub(crate) fn decode(file: &[u8], size: (u32, u32), channels: usize) -> Result<Array3<f32>, String> {
    let names = channel_names(channels);
    let say = |error: exr::error::Error| error.to_string();
    let meta = MetaData::read_from_buffered(Cursor::new(file), false).map_err(say)?;
    let [header] = meta.headers.as_slice() else {
        return Err(format!("has {} layers, not 1", meta.headers.len()));
    };
    let (width, height) = (size.0 as usize, size.1 as usize);
    let found = header.layer_size;
    if (found.x(), found.y()) != (width, height) {
        return Err(format!("has {} x {} pixels, not {width} x {height}", found.x(), found.y()));
    }
    let found: Vec<String> = header.channels.list.iter().map(|channel| channel.name.to_string()).collect();
    let mut expected = names.to_vec();
    expected.sort_unstable();
    if found != expected {
        return Err(format!("has the channels {}, not {}", found.join(" "), expected.join(" ")));
    }
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .all_channels()
        .first_valid_layer()
        .all_attributes()
        .non_parallel()
        .from_buffered(Cursor::new(file))
        .map_err(say)?;
    let mut plane = Array3::zeros((height, width, channels));
    for (mut target, name) in plane.axis_iter_mut(Axis(2)).zip(names) {
        let list = &image.layer_data.channel_data.list;
        let source = list.iter().find(|channel| channel.name.eq(name)).ok_or("lost a channel")?;
        target.iter_mut().zip(source.sample_data.values_as_f32()).for_each(|(target, value)| *target = value);
    }
    Ok(plane)
}

/// Channel names in files: `Y`, `R G`, `R G B` or `R G B A` for 1 to 4 values per pixel, whatever they mean.
///
/// # Panics
/// For any other number; no plane has one.
pub(super) fn channel_names(channels: usize) -> &'static [&'static str] {
    match channels {
        1 => &["Y"],
        2 => &["R", "G"],
        3 => &["R", "G", "B"],
        4 => &["R", "G", "B", "A"],
        _ => panic!("no plane has {channels} channels"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn broken_files_are_errors_or_planes(changes in proptest::collection::vec((0usize..700, any::<u8>()), 1..4)) {
            let plane = Array3::from_shape_fn((40, 5, 2), |(y, x, c)| (y * x + c) as f32);
            let mut file = encode(plane.view(), false).expect("fits");
            for (place, value) in changes {
                let place = place % file.len();
                file[place] = value;
            }
            if let Ok(plane) = decode(&file, (5, 40), 2) {
                prop_assert_eq!(plane.dim(), (40, 5, 2));
            }
        }
    }

    #[test]
    fn planes_come_back_bit_by_bit() {
        for channels in 1..=4 {
            let mut plane =
                Array3::from_shape_fn((19, 33, channels), |(y, x, c)| 0.1 + (y * 1000 + x * 7 + c) as f32 / 3.0);
            plane[[3, 4, 0]] = f32::INFINITY;
            plane[[3, 5, 0]] = -0.0;
            let file = encode(plane.view(), false).expect("fits");
            assert_eq!(file, encode(plane.view(), false).expect("fits"), "the same plane gives the same bytes");
            assert_eq!(decode(&file, (33, 19), channels), Ok(plane.clone()));
            let half = encode(plane.view(), true).expect("fits");
            let expected = plane.map(|&value| f16::from_f32(value).to_f32());
            assert_eq!(decode(&half, (33, 19), channels), Ok(expected));
            assert!(decode(&file, (33, 20), channels).expect_err("other size").contains("19"));
            assert!(decode(&file, (33, 19), 5 - channels.max(2)).is_err() || channels == 5 - channels.max(2));
        }
    }

    #[test]
    fn cut_files_are_errors() {
        let plane = Array3::from_elem((40, 5, 1), 2.0);
        let file = encode(plane.view(), false).expect("fits");
        for length in 0..file.len() {
            assert!(decode(&file[..length], (5, 40), 1).is_err(), "cut at {length} of {}", file.len());
        }
    }
}
