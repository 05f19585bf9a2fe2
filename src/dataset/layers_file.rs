use std::io::Cursor;

use exr::prelude::{
    AnyChannel, AnyChannels, Blocks, Compression, Encoding, FlatSamples, Image, Layer, LayerAttributes, LineOrder,
    MetaData, ReadChannels, ReadLayers, WritableImage,
};
use ndarray::Array2;

use super::frame_name;
use crate::frame::DepthLayer;

/// More layers than this are taken for nonsense.
pub(super) const MAX_LAYERS: u32 = 256;

/// Path of a frame's depth layers below the dataset's folder.
pub(super) fn layers_path(index: u64) -> String {
    format!("layers/{}.exr", frame_name(index))
}

/// Single-part scan-line OpenEXR with lossless ZIP compression; layer `k` is the channels `instance.k` (32-bit whole
/// numbers) and `depth.k` (32-bit floats).
pub(super) fn encode(layers: &[DepthLayer]) -> exr::error::Result<Vec<u8>> {
    let (height, width) = layers.first().map_or((0, 0), |layer| layer.depth.dim());
    let channels = layers.iter().enumerate().flat_map(|(k, layer)| {
        let [instance, depth] = names(k);
        [
            AnyChannel::new(instance.as_str(), FlatSamples::U32(layer.instance.iter().copied().collect())),
            AnyChannel::new(depth.as_str(), FlatSamples::F32(layer.depth.iter().copied().collect())),
        ]
    });
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    let channels = AnyChannels::sort(channels.collect());
    let layer = Layer::new((width, height), LayerAttributes::default(), encoding, channels);
    let mut file = Cursor::new(Vec::new());
    Image::from_layer(layer).write().non_parallel().to_buffered(&mut file)?;
    Ok(file.into_inner())
}

/// Reads what [`encode`] has written. `size` is the (width, height) that it must have, and `count` the number of layers;
/// both are compared before anything of that size is allocated.
pub(super) fn decode(file: &[u8], size: (u32, u32), count: u32) -> Result<Vec<DepthLayer>, String> {
    let say = |error: exr::error::Error| error.to_string();
    let meta = MetaData::read_from_buffered(Cursor::new(file), false).map_err(say)?;
    let [header] = meta.headers.as_slice() else {
        return Err(format!("has {} parts, not 1", meta.headers.len()));
    };
    let (width, height) = (size.0 as usize, size.1 as usize);
    let found = header.layer_size;
    if (found.x(), found.y()) != (width, height) {
        return Err(format!("has {} x {} pixels, not {width} x {height}", found.x(), found.y()));
    }
    let found: Vec<String> = header.channels.list.iter().map(|channel| channel.name.to_string()).collect();
    let mut expected: Vec<String> = (0..count as usize).flat_map(names).collect();
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
    let samples = |name: &str| {
        let list = &image.layer_data.channel_data.list;
        list.iter().find(|channel| channel.name.eq(name)).map(|channel| &channel.sample_data)
    };
    let wrong = || format!("has not {width} x {height} values of the right type in every channel");
    (0..count as usize)
        .map(|k| {
            let [instance, depth] = names(k);
            match (samples(&instance), samples(&depth)) {
                (Some(FlatSamples::U32(instance)), Some(FlatSamples::F32(depth))) => Ok(DepthLayer {
                    instance: Array2::from_shape_vec((height, width), instance.clone()).map_err(|_| wrong())?,
                    depth: Array2::from_shape_vec((height, width), depth.clone()).map_err(|_| wrong())?,
                }),
                _ => Err(wrong()),
            }
        })
        .collect()
}

/// Channels of a layer.
fn names(layer: usize) -> [String; 2] {
    [format!("instance.{layer}"), format!("depth.{layer}")]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layers(count: u32) -> Vec<DepthLayer> {
        let layer = |k: u32| DepthLayer {
            instance: Array2::from_shape_fn((21, 9), |(y, x)| u32::MAX - k * 1000 - (y * x) as u32),
            depth: Array2::from_shape_fn((21, 9), |(y, x)| if x == 3 { f32::INFINITY } else { y as f32 / 3.0 }),
        };
        (0..count).map(layer).collect()
    }

    #[test]
    fn layers_come_back_bit_by_bit() {
        for count in [1, 2, 12] {
            let file = encode(&layers(count)).expect("fits");
            assert_eq!(decode(&file, (9, 21), count), Ok(layers(count)));
            assert!(decode(&file, (21, 9), count).expect_err("turned").contains("9 x 21"));
            assert!(decode(&file, (9, 21), count + 1).expect_err("one is missing").contains("channels"));
        }
    }

    proptest! {
        #[test]
        fn broken_files_are_errors_or_layers(changes in proptest::collection::vec((0usize..900, any::<u8>()), 1..4)) {
            let mut file = encode(&layers(2)).expect("fits");
            for (place, value) in changes {
                let place = place % file.len();
                file[place] = value;
            }
            if let Ok(layers) = decode(&file, (9, 21), 2) {
                prop_assert_eq!(layers.len(), 2);
            }
        }
    }
}
