use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, RgbImage};
use quick_cache::sync::Cache;

use super::index::Index;
use super::pages::PAGES;
use super::query::Query;
use crate::dataset::{Error, Manifest, picture_of, record_path};
use crate::frame::Plane;

/// Widths of small pictures, pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 16..=2048;
/// Small pictures that are kept.
const KEPT: usize = 4000;

/// What a browser gets: status, content type, content.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
}

/// Answers requests from a dataset.
#[derive(Debug)]
pub(super) struct Routes {
    folder: PathBuf,
    manifest: Manifest,
    index: Index,
    small: Cache<(Plane, u64, u32), Vec<u8>>,
}

impl Reply {
    fn json(value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self { status: 200, kind: "application/json", body },
            Err(error) => Self::refusal(500, &error.to_string()),
        }
    }

    pub(super) fn refusal(status: u16, message: &str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", body: message.as_bytes().to_vec() }
    }
}

impl Routes {
    pub(super) fn new(folder: PathBuf) -> Result<Self, Error> {
        let mut manifest = Manifest::read(&folder)?;
        // The list of files may be long, and nothing here needs it.
        manifest.files = Vec::new();
        let index = Index::new(manifest.header.frames.clone());
        Ok(Self { folder, manifest, index, small: Cache::new(KEPT) })
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
                Ok(query) => Reply::json(&self.index.answer(&query)),
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
        let frames = &self.manifest.header.frames;
        match text.parse() {
            Ok(frame) if frames.contains(&frame) => answer(frame),
            _ => Reply::refusal(404, &format!("frames are {} to {}, not {text:?}", frames.start, frames.end - 1)),
        }
    }

    fn dataset(&self) -> Reply {
        let name = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        let name = name.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Reply::json(&serde_json::json!({
            "name": name,
            "header": self.manifest.header,
            "categories": self.index.categories(),
        }))
    }

    fn record(&self, frame: u64) -> Reply {
        match fs::read(self.folder.join(record_path(frame))) {
            Ok(body) => Reply { status: 200, kind: "application/json", body },
            Err(error) => Reply::refusal(500, &format!("{}: {error}", record_path(frame))),
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
        let picture = match picture_of(&self.folder, &self.manifest.header, frame, plane) {
            Ok(picture) => picture,
            Err(error) => return Reply::refusal(500, &super::chain(&error)),
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
