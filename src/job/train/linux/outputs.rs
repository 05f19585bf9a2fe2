use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, openat};

use crate::dataset::FileRecord;
use crate::job::digest::copy_hashed;

/// Copies the outputs of a step into a folder, from one that a stranger has filled and nobody writes to any more. Only
/// regular files of at most so many bytes are taken, and no link is followed.
///
/// # Errors
/// What is wrong, naming the output.
pub(super) fn receive(from: &OwnedFd, wanted: &BTreeMap<String, u64>, into: &Path) -> Result<Vec<FileRecord>, String> {
    wanted.iter().map(|(name, &most)| take(from, name, most, &into.join(name))).collect()
}

fn take(from: &OwnedFd, path: &str, most: u64, target: &Path) -> Result<FileRecord, String> {
    let say = |error: io::Error| format!("its output {path:?} cannot be kept: {error}");
    // A pipe is not waited for, a link not followed.
    let how = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = match openat(from.as_fd(), path, how, Mode::empty()) {
        Ok(opened) => File::from(opened),
        Err(rustix::io::Errno::NOENT) => return Err(format!("has ended without its output {path:?}")),
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => {
            return Err(format!("gives {path:?}, which is no regular file"));
        }
        Err(error) => return Err(format!("its output {path:?} cannot be read: {error}")),
    };
    let found = opened.metadata().map_err(say)?;
    if !found.is_file() {
        return Err(format!("gives {path:?}, which is no regular file"));
    }
    if found.len() > most {
        return Err(format!("gives {path:?} with {} bytes, and it may have {most}", found.len()));
    }
    let mut file = File::create_new(target).map_err(say)?;
    let (hash, bytes) = copy_hashed(opened.take(most), &mut file).map_err(say)?;
    file.sync_all().map_err(say)?;
    Ok(FileRecord { path: path.to_owned(), bytes, blake3: hash.to_string() })
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
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_was_asked_for_comes_out() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (from, secret) = (folder.path().join("from"), folder.path().join("secret"));
        std::fs::write(&secret, "123").expect("writable");
        let wanted = BTreeMap::from([("a".to_owned(), 4)]);
        let outcome = |fill: &dyn Fn(&Path)| {
            std::fs::create_dir(&from).expect("a new one");
            fill(&from.join("a"));
            let opened = OwnedFd::from(File::open(&from).expect("a folder"));
            let into = tempfile::tempdir().expect("temporary folder");
            let received = receive(&opened, &wanted, into.path());
            std::fs::remove_dir_all(&from).expect("writable");
            received.map(|files| files.into_iter().map(|file| (file.path, file.bytes)).collect::<Vec<_>>())
        };
        let write = |bytes: &'static str| move |path: &Path| std::fs::write(path, bytes).expect("writable");
        assert_eq!(outcome(&write("1234")), Ok(vec![("a".to_owned(), 4)]));
        assert_eq!(outcome(&write("")), Ok(vec![("a".to_owned(), 0)]));
        let fails = |fill: &dyn Fn(&Path), expected: &str| {
            let found = outcome(fill).expect_err(expected);
            assert!(found.contains(expected), "{expected}: {found}");
        };
        fails(&|_| (), "without its output \"a\"");
        fails(&write("12345"), "with 5 bytes");
        fails(&|path| symlink(&secret, path).expect("writable"), "no regular file");
        fails(&|path| symlink("nowhere", path).expect("writable"), "no regular file");
        fails(&|path| std::fs::create_dir(path).expect("writable"), "no regular file");
        let pipe = |path: &Path| rustix::fs::mkfifoat(rustix::fs::CWD, path, Mode::RUSR).expect("writable");
        fails(&pipe, "no regular file");
        fails(&|path| drop(std::os::unix::net::UnixListener::bind(path).expect("writable")), "no regular file");
    }

    #[test]
    fn last_words_are_short_and_plain() {
        let long = [b"x".repeat(100_000), b"\x1b[31mTraceback\nMemoryError\n".to_vec()].concat();
        let words = last_words(long.as_slice());
        assert!(words.len() <= 2048 && words.ends_with(" [31mTraceback\nMemoryError"), "{words}");
    }
}
