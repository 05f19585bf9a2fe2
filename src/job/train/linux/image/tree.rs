use std::collections::{BTreeMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tar::EntryType;

use super::walk::Entry;

/// Entries that all layers may have together, and bytes of their names.
const MAX_ENTRIES: u64 = 1 << 20;
const MAX_NAMES: u64 = 128 << 20;
/// Folders in folders; links that lead to links.
const MAX_DEPTH: usize = 128;
const MAX_HOPS: usize = 40;
/// Longest name, and longest path or target of a link, bytes.
const MAX_NAME: usize = 255;
const MAX_PATH: usize = 4096;
/// What is mounted over, or left out: nothing of an image shall be where the sandbox puts its own.
const OURS: [&str; 5] = ["dev", "job", "proc", "sys", "work"];

/// The files of an image while its layers are read: a tree in memory, and a folder of numbered files. Links exist in the
/// tree alone until all is written, so no entry can lead to anywhere else on this machine.
#[derive(Debug)]
pub(super) struct Tree {
    root: Node,
    content: PathBuf,
    files: u64,
    layer: u32,
    entries: u64,
    names: u64,
}

#[derive(Debug, Clone)]
struct Node {
    /// The last layer that has spoken of it, or of something in it.
    layer: u32,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Folder(BTreeMap<OsString, Node>),
    /// Number of its content.
    File(u64),
    Link(OsString),
}

impl Tree {
    /// An empty one, which keeps content in an empty folder.
    pub(super) fn new(content: PathBuf) -> Self {
        let root = Node { layer: 0, kind: Kind::Folder(BTreeMap::new()) };
        Self { root, content, files: 0, layer: 0, entries: 0, names: 0 }
    }

    /// What follows is in the next layer.
    pub(super) fn begin_layer(&mut self) {
        self.layer += 1;
    }

    /// Adds an entry of a layer (OCI image specification 1.1, "Image Layer Filesystem Changeset"). Owners, times and further
    /// attributes are left out, and of the mode all but whether it is a program.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub(super) fn add(&mut self, entry: &Entry, content: impl Read) -> Result<(), String> {
        self.entries += 1;
        self.names += (entry.path.len() + entry.link.len()) as u64;
        if self.entries > MAX_ENTRIES || self.names > MAX_NAMES {
            return Err(format!("is one of more than {MAX_ENTRIES} entries, or {MAX_NAMES} bytes of names"));
        }
        let mut path = names(&entry.path)?;
        let Some(name) = path.pop() else { return Ok(()) };
        let folder = self.canonical(path.clone())?;
        if let Some(hidden) = name.as_bytes().strip_prefix(b".wh.") {
            return self.remove(&folder, hidden);
        }
        let layer = self.layer;
        let kind = match entry.kind {
            Some(EntryType::Directory) => {
                let children = self.folder(&folder)?;
                let node = children.entry(name).or_insert(Node { layer, kind: Kind::Folder(BTreeMap::new()) });
                node.layer = layer;
                if !matches!(node.kind, Kind::Folder(_)) {
                    node.kind = Kind::Folder(BTreeMap::new());
                }
                return Ok(());
            }
            Some(EntryType::Regular | EntryType::Continuous) => {
                self.folder(&folder)?;
                Kind::File(self.write(entry, content)?)
            }
            Some(EntryType::Symlink) => Kind::Link(text(&entry.link)?),
            Some(EntryType::Link) => {
                let mut target = names(&entry.link)?;
                let last = target.pop().ok_or("is a link to nothing")?;
                let mut target = self.canonical(target)?;
                target.push(last);
                match self.node(&target).map(|node| &node.kind) {
                    Some(kind @ (Kind::File(_) | Kind::Link(_))) => kind.clone(),
                    _ => return Err(format!("is a link to {}, which is no file of the image", shown(&entry.link))),
                }
            }
            Some(EntryType::Char | EntryType::Block | EntryType::Fifo)
                if folder.first().is_some_and(|first| first == "dev") =>
            {
                return Ok(());
            }
            Some(EntryType::Char | EntryType::Block) => return Err("is a device: images for jobs have none".to_owned()),
            kind => return Err(format!("is no file, folder or link, but {kind:?}")),
        };
        self.folder(&folder)?.insert(name, Node { layer, kind });
        Ok(())
    }

    /// Makes a folder, and those that lead to it.
    pub(super) fn make_folder(&mut self, path: &str) -> Result<(), String> {
        let path = self.canonical(names(path.as_bytes())?)?;
        self.folder(&path).map(drop)
    }

    /// Writes everything into a new folder.
    pub(super) fn finish(mut self, root: &Path) -> Result<(), String> {
        let children = self.folder(&[])?;
        for name in OURS {
            children.insert(name.into(), Node { layer: 0, kind: Kind::Folder(BTreeMap::new()) });
        }
        children.insert("tmp".into(), Node { layer: 0, kind: Kind::Link("/work/tmp".into()) });
        lay_out(&self.root, root, &self.content).map_err(|error| format!("cannot be unpacked: {error}"))
    }

    fn write(&mut self, entry: &Entry, mut content: impl Read) -> Result<u64, String> {
        let say = |error: io::Error| format!("cannot be unpacked: {error}");
        let number = self.files;
        self.files += 1;
        let mode = if entry.is_program { 0o555 } else { 0o444 };
        let path = self.content.join(number.to_string());
        let mut file = File::create_new(path).map_err(say)?;
        let written = io::copy(&mut content, &mut file).map_err(say)?;
        file.set_permissions(Permissions::from_mode(mode)).map_err(say)?;
        if written < entry.bytes { Err("breaks off".to_owned()) } else { Ok(number) }
    }

    /// What a layer says is there no more; only what comes from those below it.
    fn remove(&mut self, folder: &[OsString], hidden: &[u8]) -> Result<(), String> {
        let layer = self.layer;
        let children = self.folder(folder)?;
        match hidden {
            b".wh..opq" => children.retain(|_, node| node.survives(layer)),
            other if other.starts_with(b".wh.") => {}
            name => {
                let name = OsStr::from_bytes(name);
                if children.get_mut(name).is_some_and(|node| !node.survives(layer)) {
                    children.remove(name);
                }
            }
        }
        Ok(())
    }

    fn node(&self, path: &[OsString]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, name| match &node.kind {
            Kind::Folder(children) => children.get(name),
            _ => None,
        })
    }

    /// A folder, which is made if it is not there.
    fn folder(&mut self, path: &[OsString]) -> Result<&mut BTreeMap<OsString, Node>, String> {
        let layer = self.layer;
        let mut node = &mut self.root;
        node.layer = layer;
        for name in path {
            let Kind::Folder(children) = &mut node.kind else { return Err(through(name)) };
            let new = || Node { layer, kind: Kind::Folder(BTreeMap::new()) };
            node = children.entry(name.clone()).or_insert_with(new);
            node.layer = layer;
        }
        match &mut node.kind {
            Kind::Folder(children) => Ok(children),
            _ => Err(through(path.last().map_or(OsStr::new("/"), |name| name))),
        }
    }

    /// The path to a folder without links in it, as if the image were all that there is.
    fn canonical(&self, path: Vec<OsString>) -> Result<Vec<OsString>, String> {
        let (mut found, mut open, mut hops) = (Vec::new(), VecDeque::from(path), 0);
        while let Some(name) = open.pop_front() {
            if name == ".." {
                found.pop();
                continue;
            }
            found.push(name);
            if let Some(Node { kind: Kind::Link(target), .. }) = self.node(&found) {
                hops += 1;
                found.pop();
                if target.as_bytes().starts_with(b"/") {
                    found.clear();
                }
                for part in parts(target.as_bytes()).rev() {
                    open.push_front(OsStr::from_bytes(part).to_owned());
                }
            }
            if hops > MAX_HOPS || found.len() > MAX_DEPTH {
                return Err(format!("leads through more than {MAX_HOPS} links or {MAX_DEPTH} folders"));
            }
        }
        Ok(found)
    }
}

impl Node {
    /// Takes out all that is from before a layer; whether anything of it is left.
    fn survives(&mut self, layer: u32) -> bool {
        if let Kind::Folder(children) = &mut self.kind {
            children.retain(|_, node| node.survives(layer));
        }
        self.layer == layer
    }
}

fn lay_out(node: &Node, path: &Path, content: &Path) -> io::Result<()> {
    match &node.kind {
        Kind::File(number) => fs::hard_link(content.join(number.to_string()), path),
        Kind::Link(target) => symlink(target, path),
        Kind::Folder(children) => {
            fs::create_dir(path)?;
            fs::set_permissions(path, Permissions::from_mode(0o755))?;
            children.iter().try_for_each(|(name, node)| lay_out(node, &path.join(name), content))
        }
    }
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && part != b".")
}

/// The names that a path consists of.
fn names(path: &[u8]) -> Result<Vec<OsString>, String> {
    text(path)?;
    let names: Vec<OsString> = parts(path).map(|part| OsStr::from_bytes(part).to_owned()).collect();
    if names.iter().any(|name| name == "..") {
        return Err(format!("leads out of the image: {}", shown(path)));
    }
    if names.len() > MAX_DEPTH || names.iter().any(|name| name.len() > MAX_NAME) {
        return Err("has too long a path".to_owned());
    }
    Ok(names)
}

fn text(path: &[u8]) -> Result<OsString, String> {
    if path.is_empty() || path.len() > MAX_PATH || path.contains(&0) {
        return Err(format!("has the path {}, of {} bytes", shown(path), path.len()));
    }
    Ok(OsString::from_vec(path.to_vec()))
}

fn through(name: &OsStr) -> String {
    format!("leads through {}, which is no folder", shown(name.as_bytes()))
}

/// A path of a stranger, to be shown.
pub(super) fn shown(path: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(path).chars().take(100).collect::<String>())
}
