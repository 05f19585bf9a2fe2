use std::io::{self, Read};

use tar::EntryType;

/// Longest name, or extended header, bytes.
const MAX_EXTENSION: u64 = 1 << 20;
const BLOCK: u64 = 512;

/// Reads the entries of a tar file that may come from anybody. Unlike the library's own reading of whole archives it never
/// takes more than a megabyte into memory for what stands before an entry.
#[derive(Debug)]
pub(super) struct Walk<R> {
    reader: R,
    /// Bytes of the present entry that were not read, and of what fills its last block.
    left: u64,
    padding: u64,
    skip: fn(&mut R, u64) -> io::Result<()>,
}

/// What stands before the content of an entry.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) kind: Option<EntryType>,
    pub(super) path: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) is_program: bool,
    pub(super) bytes: u64,
}

impl<R: Read> Walk<R> {
    /// From the start of an archive.
    pub(super) fn new(reader: R) -> Self {
        Self::skipping(reader, |reader, bytes| {
            let skipped = io::copy(&mut reader.take(bytes), &mut io::sink())?;
            if skipped < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
        })
    }

    /// The same, with another way to pass over bytes.
    pub(super) fn skipping(reader: R, skip: fn(&mut R, u64) -> io::Result<()>) -> Self {
        Self { reader, left: 0, padding: 0, skip }
    }

    /// The next entry, if there is one.
    ///
    /// # Errors
    /// What is wrong with the archive.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, String> {
        let (mut path, mut link, mut bytes) = (None, None, None);
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let say = |error: io::Error| format!("is no tar file: {error}");
            let kind = header.entry_type();
            self.begin(header.entry_size().map_err(say)?);
            match kind {
                EntryType::GNULongName => path = Some(without_end(self.extension()?)),
                EntryType::GNULongLink => link = Some(without_end(self.extension()?)),
                EntryType::XGlobalHeader => drop(self.extension()?),
                EntryType::XHeader => {
                    let text = self.extension()?;
                    for field in tar::PaxExtensions::new(&text) {
                        let field = field.map_err(say)?;
                        match field.key_bytes() {
                            b"path" => path = Some(field.value_bytes().to_vec()),
                            b"linkpath" => link = Some(field.value_bytes().to_vec()),
                            b"size" => bytes = Some(number(field.value_bytes())?),
                            key if key.starts_with(b"GNU.sparse") => return Err("has a file with holes".to_owned()),
                            _ => {}
                        }
                    }
                }
                _ => {
                    match kind {
                        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                            self.begin(bytes.unwrap_or(self.left));
                        }
                        // Others have no content, whatever length they tell.
                        _ => self.begin(0),
                    }
                    return Ok(Some(Entry {
                        kind: Some(kind),
                        path: path.unwrap_or_else(|| header.path_bytes().into_owned()),
                        link: link.or_else(|| Some(header.link_name_bytes()?.into_owned())).unwrap_or_default(),
                        is_program: header.mode().map_err(say)? & 0o111 != 0,
                        bytes: self.left,
                    }));
                }
            }
        }
    }

    /// The content of the present entry.
    pub(super) fn content(&mut self) -> Content<'_, R> {
        Content(self)
    }

    /// Where the archive comes from.
    pub(super) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    fn begin(&mut self, bytes: u64) {
        self.left = bytes;
        self.padding = bytes.wrapping_neg() % BLOCK;
    }

    /// The next header, if this is not the end.
    fn header(&mut self) -> Result<Option<tar::Header>, String> {
        let say = |error: io::Error| format!("is no tar file, or breaks off: {error}");
        (self.skip)(&mut self.reader, self.left).map_err(say)?;
        match (self.skip)(&mut self.reader, self.padding) {
            // Some programs end their archives with the last byte of content.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            skipped => skipped.map_err(say)?,
        }
        self.begin(0);
        let mut header = tar::Header::new_old();
        let mut filled = 0;
        while filled < header.as_bytes().len() {
            match self.reader.read(&mut header.as_mut_bytes()[filled..]) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err("breaks off".to_owned()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(say(error)),
            }
        }
        if header.as_bytes().iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let bytes = header.as_bytes();
        // The sum of all bytes, with spaces where it is itself.
        let sum = bytes[..148].iter().chain(&bytes[156..]).map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        match header.cksum() {
            Ok(found) if found == sum => Ok(Some(header)),
            _ => Err("is no tar file: a header has a wrong sum".to_owned()),
        }
    }

    fn extension(&mut self) -> Result<Vec<u8>, String> {
        let bytes = self.left;
        if bytes > MAX_EXTENSION {
            return Err(format!("has a name of {bytes} bytes"));
        }
        let mut text = Vec::new();
        self.content().read_to_end(&mut text).map_err(|error| format!("breaks off: {error}"))?;
        if text.len() as u64 == bytes { Ok(text) } else { Err("breaks off".to_owned()) }
    }
}

/// Reads the content of an entry.
#[derive(Debug)]
pub(super) struct Content<'a, R>(&'a mut Walk<R>);

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.0.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.0.reader.read(&mut buffer[..most])?;
        self.0.left -= read as u64;
        Ok(read)
    }
}

fn without_end(mut name: Vec<u8>) -> Vec<u8> {
    while name.last() == Some(&0) {
        name.pop();
    }
    name
}

fn number(digits: &[u8]) -> Result<u64, String> {
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| "is no tar file: a length is no number".to_owned())
}
