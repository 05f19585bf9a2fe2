use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::http::Reply;
use super::index::Index;
use super::pages::PAGES;
use super::query::Query;
use crate::dataset::{Error, Header, Manifest, picture_of, plane_path, record_path};
use crate::frame::Plane;

/// Widths of small pictures, pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 16..=2048;
/// Memory for small pictures, bytes.
const KEPT: usize = 64 << 20;

/// Answers requests from a dataset.
#[derive(Debug)]
pub(super) struct Routes {
    folder: PathBuf,
    header: Header,
    index: Index,
    small: Cache<(Plane, u64, u32), Vec<u8>, Weight>,
}

fn json(value: &impl serde::Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(body) => Reply { status: 200, kind: "application/json", body },
        Err(error) => Reply::refusal(500, &error.to_string()),
    }
}

/// Small pictures count by their bytes.
#[derive(Debug, Clone)]
struct Weight;

impl Weighter<(Plane, u64, u32), Vec<u8>> for Weight {
    fn weight(&self, _: &(Plane, u64, u32), picture: &Vec<u8>) -> u64 {
        picture.len() as u64
    }
}

impl Routes {
    pub(super) fn new(folder: PathBuf) -> Result<Self, Error> {
        let header = Manifest::read_header(&folder)?;
        let index = Index::new(header.frames.clone());
        Ok(Self { folder, header, index, small: Cache::with_weighter(KEPT / 16_384, KEPT as u64, Weight) })
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(super) fn build_index(&self) {
        self.index.build(&self.folder);
    }

    /// The answer to `GET url`.
    pub(super) fn get(&self, url: &str) -> Reply {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts[..] {
            [""] => page("index.html"),
            ["api", "dataset"] => self.dataset(),
            ["api", "frames"] => match Query::parse(query) {
                Ok(query) => json(&self.index.answer(&query)),
                Err(message) => Reply::refusal(400, &message),
            },
            ["api", "frame", frame] => self.with_frame(frame, |frame| self.record(frame)),
            ["image", plane, frame] => match plane.parse::<Plane>() {
                Ok(plane) => self.with_frame(frame, |frame| self.picture(plane, frame, query)),
                Err(_) => Reply::refusal(404, &format!("there is no plane {plane:?}")),
            },
            [name] => page(name),
            _ => Reply::refusal(404, "there is nothing here"),
        }
    }

    fn with_frame(&self, text: &str, answer: impl FnOnce(u64) -> Reply) -> Reply {
        let frames = &self.header.frames;
        match text.parse() {
            Ok(frame) if frames.contains(&frame) => answer(frame),
            _ => Reply::refusal(404, &format!("frames are {} to {}, not {text:?}", frames.start, frames.end - 1)),
        }
    }

    fn dataset(&self) -> Reply {
        let name = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        let name = name.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        json(&serde_json::json!({
            "name": name,
            "header": self.header,
            "categories": self.index.categories(),
        }))
    }

    fn record(&self, frame: u64) -> Reply {
        self.file(&record_path(frame), "application/json")
    }

    fn file(&self, path: &str, kind: &'static str) -> Reply {
        match fs::read(self.folder.join(path)) {
            Ok(body) => Reply { status: 200, kind, body },
            Err(error) => Reply::refusal(500, &format!("{path}: {error}")),
        }
    }

    /// A plane as a PNG, or scaled to `w` pixels of width as a JPEG.
    fn picture(&self, plane: Plane, frame: u64, query: &str) -> Reply {
        let width = match query.strip_prefix("w=").map(str::parse::<u32>) {
            None if query.is_empty() => None,
            Some(Ok(width)) if WIDTHS.contains(&width) => Some(width),
            _ => return Reply::refusal(400, &format!("w is a width of {WIDTHS:?} pixels, not {query:?}")),
        };
        if let Some(body) = width.and_then(|width| self.small.get(&(plane, frame, width))) {
            return Reply { status: 200, kind: "image/jpeg", body };
        }
        if plane == Plane::Rgb && width.is_none() && self.header.planes().contains(&plane) {
            return self.file(&plane_path(plane, frame), "image/png");
        }
        let picture = match picture_of(&self.folder, &self.header, frame, plane) {
            Ok(picture) => picture,
            Err(error) => return Reply::refusal(500, &crate::error::chain(&error)),
        };
        let encoded = match width {
            None => png(&picture).map(|body| ("image/png", body)),
            Some(width) => jpeg(&picture, width).map(|body| {
                self.small.insert((plane, frame, width), body.clone());
                ("image/jpeg", body)
            }),
        };
        match encoded {
            Ok((kind, body)) => Reply { status: 200, kind, body },
            Err(error) => Reply::refusal(500, &error.to_string()),
        }
    }
}

fn page(name: &str) -> Reply {
    match PAGES.iter().find(|page| page.0 == name) {
        Some(&(_, kind, text)) => Reply { status: 200, kind, body: text.as_bytes().to_vec() },
        None => Reply::refusal(404, "there is nothing here"),
    }
}

fn png(picture: &RgbImage) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
    Ok(bytes)
}

fn jpeg(picture: &RgbImage, width: u32) -> image::ImageResult<Vec<u8>> {
    let width = width.min(picture.width());
    let height = (u64::from(picture.height()) * u64::from(width) / u64::from(picture.width().max(1))).max(1) as u32;
    let small = imageops::resize(picture, width, height, FilterType::Triangle);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(&small)?;
    Ok(bytes)
}
