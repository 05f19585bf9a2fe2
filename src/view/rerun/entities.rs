use std::fs;
use std::path::Path;

use glam::{DMat4, DVec3};

use super::columns::{
    Archetype, ChannelType, annotation_context, axes, bytes, colors, flag, floats, image_format, numbers16, strips,
    texts, vectors,
};
use super::stream::Message;
use crate::annotate::InstanceAnnotation;
use crate::annotate::geometry::KeypointState;
use crate::annotate::reading::PrintPlace;
use crate::dataset::{Error, FrameRecord, Header, decode_exr, decode_grey16, decode_rgb, distinct, plane_path};
use crate::frame::Plane;

const WORLD: &str = "/world";
const UNITS: &str = "/world/units";
const CAMERA: &str = "/world/camera";
const IMAGE: &str = "/world/camera/image";
/// Colour of keypoints that are hidden.
const HIDDEN: [u8; 3] = [120, 120, 120];

/// What holds for all frames: the recording's name, the world's axes, and the names of the classes.
pub(super) fn of_dataset(header: &Header, name: &str) -> Vec<Message> {
    let always = |entity, archetype: Archetype| Message { entity, frame: None, columns: archetype.columns() };
    let classes = header.classes.iter().map(|class| (class.id, class.name.as_str(), distinct(class.id.into())));
    vec![
        always("/__properties", Archetype::new("RecordingInfo").with("name", "Name", texts([name]))),
        // Right, up, back.
        always(WORLD, Archetype::new("ViewCoordinates").with("xyz", "ViewCoordinates", axes([3, 1, 6]))),
        always(
            WORLD,
            Archetype::new("AnnotationContext").with("context", "AnnotationContext", annotation_context(classes)),
        ),
    ]
}

/// What holds for one frame. Everything is said anew in each, also that there is nothing: what is not said stays.
pub(super) fn of_frame(
    folder: &Path,
    header: &Header,
    record: &FrameRecord,
    frame: i64,
) -> Result<Vec<Message>, Error> {
    let say = |entity, archetype: Archetype| Message { entity, frame: Some(frame), columns: archetype.columns() };
    let mut said = vec![say(CAMERA, pose(record)), say(IMAGE, pinhole(record))];
    for plane in header.planes() {
        said.extend(picture(folder, record, plane)?.map(|(entity, archetype)| say(entity, archetype)));
        if plane == Plane::Instance {
            let units = record
                .instances
                .iter()
                .filter_map(|unit| Some((u16::try_from(unit.id).ok()?, unit.name.as_str(), distinct(unit.id))));
            let context = annotation_context(units);
            let archetype = Archetype::new("AnnotationContext").with("context", "AnnotationContext", context);
            said.push(say("/world/camera/image/instance", archetype));
        }
    }
    said.push(say("/world/camera/image/units", boxes(record)));
    said.push(say(UNITS, boxes_3d(record)));
    said.push(say("/world/camera/image/keypoints", keypoints(record)));
    let prints = || record.instances.iter().filter_map(|unit| unit.reading.as_ref());
    let text = prints().flat_map(|reading| &reading.text).map(|line| (outline(&line.place), line.text.as_str()));
    said.push(say("/world/camera/image/text", lines(text)));
    let codes =
        prints().flat_map(|reading| &reading.bar_codes).map(|code| (outline(&code.place), code.digits.as_str()));
    said.push(say("/world/camera/image/bar_codes", lines(codes)));
    let labels = record.shelf.iter().flat_map(|shelf| &shelf.price_labels);
    let labels = labels.filter_map(|label| Some((closed(&label.quad_px?), label.price_text.as_str())));
    said.push(say("/world/camera/image/price_labels", lines(labels)));
    Ok(said)
}

fn pose(record: &FrameRecord) -> Archetype {
    let [x, y, z, _] = record.camera.world_from_camera;
    // Matrices are told column by column.
    let turn = [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2]];
    Archetype::new("Transform3D").with("translation", "Translation3D", vectors([[x[3], y[3], z[3]]])).with(
        "mat3x3",
        "TransformMat3x3",
        vectors([turn]),
    )
}

/// The viewer has no lens distortion: pictures and what lies on them are as they are, only the pyramid is a pinhole's.
fn pinhole(record: &FrameRecord) -> Archetype {
    let camera = &record.camera;
    let image_from_camera = [camera.fx, 0.0, 0.0, 0.0, camera.fy, 0.0, camera.cx, camera.cy, 1.0];
    Archetype::new("Pinhole")
        .with("image_from_camera", "PinholeProjection", vectors([image_from_camera]))
        .with("resolution", "Resolution", vectors([[f64::from(camera.width), f64::from(camera.height)]]))
        // Right, down, forward.
        .with("camera_xyz", "ViewCoordinates", axes([3, 2, 5]))
}

/// A plane that the viewer has an idea of.
fn picture(folder: &Path, record: &FrameRecord, plane: Plane) -> Result<Option<(&'static str, Archetype)>, Error> {
    if !matches!(plane, Plane::Rgb | Plane::Depth | Plane::Instance | Plane::Semantic) {
        return Ok(None);
    }
    let path = folder.join(plane_path(plane, record.frame));
    let file = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    let invalid = |message: String| Error::invalid(&path, "", message);
    let (width, height) = (record.camera.width, record.camera.height);
    let segmentation = || -> Result<Archetype, Error> {
        let numbers = decode_grey16(&file, (width, height)).map_err(invalid)?;
        let raw = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Ok(Archetype::new("SegmentationImage").with("buffer", "ImageBuffer", bytes(raw)).with(
            "format",
            "ImageFormat",
            image_format(width, height, ChannelType::U16),
        ))
    };
    Ok(Some(match plane {
        Plane::Depth => {
            let depths = decode_exr(&file, (width, height), 1).map_err(invalid)?;
            let raw = depths.iter().flat_map(|depth| depth.to_le_bytes()).collect();
            let archetype = Archetype::new("DepthImage")
                .with("buffer", "ImageBuffer", bytes(raw))
                .with("format", "ImageFormat", image_format(width, height, ChannelType::F32))
                .with("meter", "DepthMeter", floats([1.0]));
            ("/world/camera/image/depth", archetype)
        }
        Plane::Instance => ("/world/camera/image/instance", segmentation()?),
        Plane::Semantic => ("/world/camera/image/semantic", segmentation()?),
        _ => {
            // The file goes in as it is, once it is known to be whole.
            decode_rgb(&file, (width, height)).map_err(invalid)?;
            let archetype = Archetype::new("EncodedImage").with("blob", "Blob", bytes(file)).with(
                "media_type",
                "MediaType",
                texts(["image/png"]),
            );
            ("/world/camera/image/rgb", archetype)
        }
    }))
}

/// Boxes around what is seen.
fn boxes(record: &FrameRecord) -> Archetype {
    let seen: Vec<_> = record.instances.iter().filter_map(|unit| Some((unit, unit.bbox_visible?))).collect();
    let halves = |extent: [u32; 2]| extent.map(|pixels| f64::from(pixels) / 2.0);
    let sizes = seen.iter().map(|(_, pixels)| halves([pixels.width, pixels.height]));
    let centers = seen.iter().map(|(_, pixels)| {
        let [x, y] = halves([pixels.width, pixels.height]);
        [f64::from(pixels.x) + x, f64::from(pixels.y) + y]
    });
    Archetype::new("Boxes2D")
        .with("half_sizes", "HalfSize2D", vectors(sizes))
        .with("centers", "Position2D", vectors(centers))
        .with("labels", "Text", texts(seen.iter().map(|(unit, _)| unit.name.as_str())))
        .with("show_labels", "ShowLabels", flag(false))
        .with("class_ids", "ClassId", numbers16(seen.iter().map(|(unit, _)| unit.category_id)))
}

/// The models' boxes in the world, of all units of the record.
fn boxes_3d(record: &FrameRecord) -> Archetype {
    let units: Vec<_> = record.instances.iter().filter_map(|unit| Some((unit, box_in_world(unit)?))).collect();
    Archetype::new("Boxes3D")
        .with("half_sizes", "HalfSize3D", vectors(units.iter().map(|(_, own)| own.half_size)))
        .with("centers", "Translation3D", vectors(units.iter().map(|(_, own)| own.center)))
        .with("quaternions", "RotationQuat", vectors(units.iter().map(|(_, own)| own.quaternion)))
        .with("labels", "Text", texts(units.iter().map(|(unit, _)| unit.name.as_str())))
        .with("show_labels", "ShowLabels", flag(false))
        .with("class_ids", "ClassId", numbers16(units.iter().map(|(unit, _)| unit.category_id)))
}

struct WorldBox {
    center: [f64; 3],
    half_size: [f64; 3],
    quaternion: [f64; 4],
}

fn box_in_world(unit: &InstanceAnnotation) -> Option<WorldBox> {
    let own = unit.box_3d.as_ref()?;
    let (least, most) = (DVec3::from(own.min_m), DVec3::from(own.max_m));
    let world_from_object = DMat4::from_cols_array_2d(&unit.world_from_object).transpose();
    // A pose turns, moves and scales along the object's axes, as glTF's do.
    let (scale, rotation, _) = world_from_object.to_scale_rotation_translation();
    Some(WorldBox {
        center: world_from_object.transform_point3((least + most) / 2.0).into(),
        half_size: ((most - least) / 2.0 * scale.abs()).into(),
        quaternion: rotation.into(),
    })
}

fn keypoints(record: &FrameRecord) -> Archetype {
    let named = record.instances.iter().flat_map(|unit| &unit.keypoints);
    let inside = named.filter(|point| point.state != KeypointState::Outside);
    let points: Vec<_> = inside.filter_map(|point| Some((point, point.px?))).collect();
    let color = |state| if state == KeypointState::Visible { [80, 220, 100] } else { HIDDEN };
    Archetype::new("Points2D")
        .with("positions", "Position2D", vectors(points.iter().map(|(_, px)| *px)))
        .with("labels", "Text", texts(points.iter().map(|(point, _)| point.name.as_str())))
        .with("show_labels", "ShowLabels", flag(false))
        .with("colors", "Color", colors(points.iter().map(|(point, _)| color(point.state))))
        // Below zero: pixels of the screen.
        .with("radii", "Radius", floats(points.iter().map(|_| -2.0)))
}

fn outline(place: &PrintPlace) -> Vec<[f64; 2]> {
    closed(place.outline.as_deref().unwrap_or(&place.quad))
}

fn closed(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    points.iter().chain(points.first()).copied().collect()
}

/// Outlines, and what is written in them.
fn lines<'a>(prints: impl Iterator<Item = (Vec<[f64; 2]>, &'a str)>) -> Archetype {
    let (outlines, says): (Vec<_>, Vec<_>) = prints.unzip();
    Archetype::new("LineStrips2D")
        .with("strips", "LineStrip2D", strips(outlines.iter().map(Vec::as_slice)))
        .with("labels", "Text", texts(says))
        .with("show_labels", "ShowLabels", flag(false))
}
