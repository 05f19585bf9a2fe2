//! Images of strangers, unpacked once each into a folder that is named by the digest of the archive.

mod archive;
mod tree;
mod walk;

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use self::archive::{Archive, Descriptor, architecture};
use self::tree::{Tree, shown};
use self::walk::Walk;
use super::inside::hand_over;
use super::is_root;
use crate::job::train::Sandbox;
use crate::job::{Digest, Error};

/// Layers of an image.
const MAX_LAYERS: usize = 512;
/// Longest time that unpacking may take.
const PATIENCE: Duration = Duration::from_secs(3600);
/// Name of the file that keeps the image's configuration, beside its `root`.
const CONFIG: &str = "config.json";
/// Words and variables of a configuration, and bytes of each.
const MAX_WORDS: usize = 1024;
const MAX_WORD: usize = 1 << 15;

/// Unpacked images.
#[derive(Debug)]
pub(super) struct Images {
    folder: PathBuf,
    most: u64,
}

/// An unpacked image.
#[derive(Debug)]
pub(super) struct Image {
    folder: PathBuf,
    pub(super) config: Config,
}

/// What an image says about how it is to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Config {
    /// Program and arguments: its entry point, then its command.
    pub(super) command: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// Folder that the program starts in.
    pub(super) folder: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ImageFile {
    architecture: String,
    os: String,
    #[serde(default)]
    config: Option<Told>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Told {
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    working_dir: Option<String>,
}

impl Images {
    /// Those of a sandbox; their folder is made if it is not there.
    pub(super) fn open(sandbox: &Sandbox) -> Result<Self, Error> {
        let folder = match &sandbox.images {
            Some(folder) => std::path::absolute(folder).map_err(|source| Error::read(folder, source))?,
            None => usual_folder()?,
        };
        fs::create_dir_all(&folder).map_err(|source| Error::write(&folder, source))?;
        // Steps of a worker that is root are run by nobody.
        let is_closed = |path: &&Path| fs::metadata(path).is_ok_and(|found| found.mode() & 1 == 0);
        if let Some(closed) = folder.ancestors().find(is_closed).filter(|_| is_root()) {
            let (folder, closed) = (folder.display(), closed.display());
            return Err(Error::Training(format!(
                "has an image, and nobody but root gets to the folder for images, {folder}: {closed} is closed"
            )));
        }
        Ok(Self { folder, most: sandbox.image_bytes })
    }

    /// The image of an archive with this digest, unpacked now if it was not before.
    pub(super) fn get(&self, archive: &Path, digest: Option<Digest>) -> Result<Image, Error> {
        let failed = |message: String| Error::Training(format!("has an image that cannot be used: {message}"));
        let digest = digest.ok_or_else(|| failed("it is none of its files".to_owned()))?;
        // Without the colon, which some file systems do not have.
        let place = self.folder.join(&digest.to_string()[3..]);
        if !place.exists() {
            let fail = |source| Error::write(&self.folder, source);
            let staged = tempfile::Builder::new().prefix(".endcap-").tempdir_in(&self.folder).map_err(fail)?;
            let image = staged.path().join("image");
            fs::create_dir(&image).map_err(fail)?;
            unpack(archive, staged.path(), &image, self.most).map_err(failed)?;
            fs::set_permissions(&image, Permissions::from_mode(0o700)).map_err(fail)?;
            hand_over(&image)?;
            // Another worker may have been faster.
            fs::rename(&image, &place).or_else(|error| if place.exists() { Ok(()) } else { Err(fail(error)) })?;
        }
        let path = place.join(CONFIG);
        let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
        let config = serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
        Ok(Image { folder: place, config })
    }
}

impl Image {
    /// Folder that is `/` inside.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    /// Makes a place for something of this machine to be mounted at.
    ///
    /// # Errors
    /// If the image has a link on the way there, or a file where a folder must be.
    pub(super) fn make_place(&self, path: &Path) -> Result<(), Error> {
        let wrong = |message: &str| Error::Training(format!("cannot have {} in its image: {message}", path.display()));
        if !path.is_absolute() || path.components().any(|part| part == std::path::Component::ParentDir) {
            return Err(wrong("it is no whole path"));
        }
        let mut at = self.root();
        let mut parts = path.components().skip(1).peekable();
        while let Some(part) = parts.next() {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(found) if found.is_symlink() => return Err(wrong("a link of the image leads there")),
                Ok(found) if parts.peek().is_some() && !found.is_dir() => return Err(wrong("a file is in the way")),
                Ok(_) => {}
                Err(_) if parts.peek().is_none() && !path.is_dir() => {
                    fs::File::create_new(&at).map_err(|source| Error::write(&at, source))?;
                }
                Err(_) => fs::create_dir(&at).map_err(|source| Error::write(&at, source))?,
            }
        }
        Ok(())
    }
}

/// Where images are kept if nobody says where.
fn usual_folder() -> Result<PathBuf, Error> {
    if is_root() {
        return Ok("/var/cache/endcap/images".into());
    }
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    let cache =
        cache.ok_or_else(|| Error::Training("has an image, and there is no folder to keep it in".to_owned()))?;
    Ok(cache.join("endcap/images"))
}

/// Unpacks an archive into the folder of an image, with room for what is not finished in another.
fn unpack(path: &Path, scratch: &Path, image: &Path, most: u64) -> Result<(), String> {
    let archive = Archive::open(path)?;
    let manifest = archive.manifest()?;
    let told: ImageFile = archive.json(&manifest.config)?;
    let config = told.config()?;
    if manifest.layers.len() > MAX_LAYERS {
        return Err(format!("it has {} layers, and may have {MAX_LAYERS}", manifest.layers.len()));
    }
    let content = scratch.join("content");
    fs::create_dir(&content).map_err(|error| format!("cannot be unpacked: {error}"))?;
    let mut tree = Tree::new(content);
    let mut budget = Budget { left: most, most, end: Instant::now() + PATIENCE };
    for (number, layer) in manifest.layers.iter().enumerate() {
        tree.begin_layer();
        add_layer(&archive, layer, &mut tree, &mut budget)
            .map_err(|message| format!("layer {} {message}", number + 1))?;
    }
    if let Some(folder) = &config.folder {
        tree.make_folder(folder).map_err(|message| format!("its working folder {message}"))?;
    }
    tree.finish(&image.join("root"))?;
    let text = serde_json::to_vec(&config).expect("plain data");
    fs::write(image.join(CONFIG), text).map_err(|error| format!("cannot be unpacked: {error}"))
}

fn add_layer(archive: &Archive, layer: &Descriptor, tree: &mut Tree, budget: &mut Budget) -> Result<(), String> {
    let mut blob = archive.blob(layer)?;
    {
        let mut packed = BufReader::with_capacity(1 << 16, &mut blob);
        let say = |error: io::Error| format!("cannot be read: {error}");
        let start: Vec<u8> = packed.fill_buf().map_err(say)?.iter().take(4).copied().collect();
        let plain: &mut dyn Read = match start.as_slice() {
            [0x1f, 0x8b, ..] => &mut MultiGzDecoder::new(packed),
            [0x28, 0xb5, 0x2f, 0xfd] => return Err("is packed with zstd: save the image with gzip".to_owned()),
            _ => &mut packed,
        };
        let mut walk = Walk::new(Metered { inner: plain, budget });
        while let Some(entry) = walk.next()? {
            let added = tree.add(&entry, walk.content());
            added.map_err(|message| format!("has the entry {}, which {message}", shown(&entry.path)))?;
        }
        io::copy(walk.reader(), &mut io::sink()).map_err(say)?;
    }
    blob.finish()
}

impl ImageFile {
    fn config(self) -> Result<Config, String> {
        let here = architecture();
        if self.os != "linux" || self.architecture != here {
            return Err(format!("it is for {:?} on {:?}, and this is linux on {here}", self.os, self.architecture));
        }
        let Told { env, entrypoint, cmd, working_dir } = self.config.unwrap_or_default();
        let command: Vec<String> = entrypoint.into_iter().chain(cmd).flatten().collect();
        let variables = env.unwrap_or_default();
        let words = || command.iter().chain(&variables).chain(&working_dir);
        if words().count() > MAX_WORDS || words().any(|word| word.len() > MAX_WORD || word.contains('\0')) {
            return Err("its configuration has too many words, or one that is none".to_owned());
        }
        let mut environment = Vec::new();
        for variable in &variables {
            match variable.split_once('=') {
                Some((name, value)) if !name.is_empty() => environment.push((name.to_owned(), value.to_owned())),
                _ => return Err(format!("its configuration has the variable {}", shown(variable.as_bytes()))),
            }
        }
        let folder = working_dir.filter(|folder| !folder.is_empty() && folder != "/");
        if let Some(folder) = folder.as_ref().filter(|folder| !folder.starts_with('/')) {
            return Err(format!("its working folder {} is no whole path", shown(folder.as_bytes())));
        }
        Ok(Config { command, environment, folder })
    }
}

/// How much may still be unpacked.
struct Budget {
    left: u64,
    most: u64,
    end: Instant,
}

/// Reads within a budget.
struct Metered<'a> {
    inner: &'a mut dyn Read,
    budget: &'a mut Budget,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let budget = &mut *self.budget;
        budget.left = budget
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other(format!("the image has more than {} bytes unpacked", budget.most)))?;
        if Instant::now() > budget.end {
            return Err(io::Error::other(format!("unpacking takes longer than {} seconds", PATIENCE.as_secs())));
        }
        Ok(read)
    }
}
