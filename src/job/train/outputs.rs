use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::dataset::FileRecord;
use crate::job::digest::copy_hashed;

/// Name of the file that lists outputs with their lengths and digests.
pub const OUTPUTS: &str = "outputs.json";

/// What has come out of a sandbox.
#[derive(Debug)]
pub(super) enum Received {
    /// Not a byte: the command has failed.
    Nothing,
    /// All outputs, in the order of their names.
    Outputs(Vec<FileRecord>),
}

/// Writes the files of an archive that comes out of a sandbox into a folder. Only the outputs of the step are taken, as
/// regular files of at most so many bytes.
///
/// # Errors
/// What is wrong, naming the output.
pub(super) fn receive(pipe: impl Read, wanted: &BTreeMap<String, u64>, folder: &Path) -> Result<Received, String> {
    let broken = |error: io::Error| format!("its outputs cannot be read: {error}");
    let mut pipe = Counted { inner: pipe, bytes: 0 };
    let mut tar = tar::Archive::new(&mut pipe);
    let mut found = BTreeMap::new();
    // Raw: nothing that changes the meaning of later entries is followed.
    for entry in tar.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let Some(&most) = wanted.get(&name).filter(|_| !found.contains_key(&name)) else {
            let short: String = name.chars().take(80).collect();
            return Err(format!("gives {short:?}, which is no output of it, or there twice"));
        };
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(format!("gives {name:?}, which is no regular file"));
        }
        let bytes = entry.header().entry_size().map_err(broken)?;
        if bytes > most {
            return Err(format!("gives {name:?} with {bytes} bytes, and it may have {most}"));
        }
        found.insert(name.clone(), write(&mut entry, bytes, &folder.join(&name), name)?);
    }
    if pipe.bytes == 0 {
        return Ok(Received::Nothing);
    }
    // What comes after the end is nothing, and is not waited for for ever: the sandbox has its time.
    io::copy(&mut pipe, &mut io::sink()).map_err(broken)?;
    match wanted.keys().find(|name| !found.contains_key(*name)) {
        Some(name) => Err(format!("has ended without its output {name:?}")),
        None => Ok(Received::Outputs(found.into_values().collect())),
    }
}

fn write(entry: impl Read, bytes: u64, target: &Path, path: String) -> Result<FileRecord, String> {
    let say = |error: io::Error| format!("its output {path:?} cannot be kept: {error}");
    let mut file = File::create_new(target).map_err(say)?;
    let (hash, found) = copy_hashed(entry, &mut file).map_err(say)?;
    file.sync_all().map_err(say)?;
    if found != bytes {
        return Err(format!("its output {path:?} breaks off after {found} of {bytes} bytes"));
    }
    Ok(FileRecord { path, bytes, blake3: hash.to_string() })
}

/// Counts what comes.
struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The last bytes of what a command says, for error messages; the rest is let through.
pub(super) fn last_words(mut pipe: impl Read) -> String {
    const KEPT: usize = 2048;
    let (mut kept, mut buffer) = (Vec::new(), vec![0; 1 << 14]);
    while let Ok(read @ 1..) = pipe.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..read]);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
    let text = String::from_utf8_lossy(&kept);
    // Nothing that a terminal would obey.
    let plain = |letter: char| if letter.is_control() && letter != '\n' { ' ' } else { letter };
    text.trim().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, tar::EntryType, u64, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for &(name, kind, size, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(size);
            // By hand, because the library refuses to write what an attacker would.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, content).expect("memory");
        }
        tar.into_inner().expect("memory")
    }

    #[test]
    fn only_what_was_asked_for_comes_out() {
        use tar::EntryType::{GNULongName, GNUSparse, Link, Regular, Symlink, XHeader};
        let wanted = BTreeMap::from([("a".to_owned(), 4), ("b".to_owned(), 4)]);
        let outcome = |bytes: &[u8]| {
            let folder = tempfile::tempdir().expect("temporary folder");
            receive(bytes, &wanted, folder.path()).map(|received| match received {
                Received::Nothing => Vec::new(),
                Received::Outputs(files) => files.into_iter().map(|file| (file.path, file.bytes)).collect(),
            })
        };
        let (a, b) = (("a", Regular, 4, &b"1234"[..]), ("b", Regular, 0, &b""[..]));
        assert_eq!(outcome(&archive(&[b, a])), Ok(vec![("a".to_owned(), 4), ("b".to_owned(), 0)]));
        assert_eq!(outcome(b""), Ok(Vec::new()));
        for (bytes, expected) in [
            (archive(&[a]), "without its output \"b\""),
            (archive(&[a, a]), "there twice"),
            (archive(&[a, ("../b", Regular, 0, b"")]), "\"../b\""),
            (archive(&[a, ("/b", Regular, 0, b"")]), "\"/b\""),
            (archive(&[a, ("b", Regular, 5, b"12345")]), "with 5 bytes"),
            (archive(&[("a", Regular, 1 << 60, b"")]), "with 1152921504606846976 bytes"),
            (archive(&[("a", Symlink, 0, b"")]), "no regular file"),
            (archive(&[a, ("b", Link, 0, b"")]), "no regular file"),
            (archive(&[("a", GNUSparse, 4, b"1234")]), "no regular file"),
            (archive(&[("x", XHeader, 4, b"1234")]), "no output"),
            (archive(&[("a", GNULongName, 4, b"1234")]), "no regular file"),
            (b"not an archive".to_vec(), "cannot be read"),
            (vec![1; 4096], "cannot be read"),
            (archive(&[a, b])[..514].to_vec(), "breaks off"),
        ] {
            let found = outcome(&bytes).expect_err(expected);
            assert!(found.contains(expected), "{expected}: {found}");
        }
    }

    #[test]
    fn last_words_are_short_and_plain() {
        let long = [b"x".repeat(100_000), b"\x1b[31mTraceback\nMemoryError\n".to_vec()].concat();
        let words = last_words(long.as_slice());
        assert!(words.len() <= 2048 && words.ends_with(" [31mTraceback\nMemoryError"), "{words}");
    }
}
