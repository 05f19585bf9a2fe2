use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use crate::dataset::append_file;

/// Bytes that are gathered before they go into the pipe.
const BUFFER: usize = 1 << 16;

/// The frames of a unit as one tar stream, as they are made: what a training step reads from its standard input.
///
/// A frame's native files stand next to each other, in the order of the dataset's `dataset.json`, named as in a WebDataset:
/// `frames/000003.json` is `000003.json`, `rgb/000003.png` is `000003.rgb.png`. Python reads it with
/// `tarfile.open(fileobj=sys.stdin.buffer, mode="r|")`. A pipe holds little, so the generator waits for a slow reader, and
/// nothing is on disk.
pub struct FrameStream<'a> {
    tar: tar::Builder<BufWriter<Box<dyn Write + 'a>>>,
    is_open: bool,
    frames: u64,
}

impl<'a> FrameStream<'a> {
    /// A stream into a pipe.
    pub(super) fn new(pipe: impl Write + 'a) -> Self {
        let tar = tar::Builder::new(BufWriter::with_capacity(BUFFER, Box::new(pipe) as Box<dyn Write + 'a>));
        Self { tar, is_open: true, frames: 0 }
    }

    /// Sends the files of a frame, given by their paths in a dataset, and waits until the reader takes them. Breaks when
    /// the reader wants no more.
    ///
    /// # Errors
    /// If the pipe breaks in another way than that.
    pub fn put(&mut self, files: &[(String, Vec<u8>)]) -> io::Result<ControlFlow<()>> {
        for (path, bytes) in files {
            let sent = append_file(&mut self.tar, &name(path), bytes.len() as u64, bytes.as_slice());
            if !self.is_wanted(sent)? {
                return Ok(ControlFlow::Break(()));
            }
        }
        // The reader shall see the whole frame before the next one is made.
        let sent = self.tar.get_mut().flush();
        if !self.is_wanted(sent)? {
            return Ok(ControlFlow::Break(()));
        }
        self.frames += 1;
        Ok(ControlFlow::Continue(()))
    }

    /// Frames that were sent to their last byte.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Ends the stream.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        let sent = self.tar.finish().and_then(|()| self.tar.get_mut().flush());
        self.is_wanted(sent)?;
        Ok(self.frames)
    }

    fn is_wanted(&mut self, sent: io::Result<()>) -> io::Result<bool> {
        match sent {
            _ if !self.is_open => Ok(false),
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_open = false;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

impl std::fmt::Debug for FrameStream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameStream").field("frames", &self.frames).finish_non_exhaustive()
    }
}

/// Name of a native file in the stream.
fn name(path: &str) -> String {
    let Some((folder, file)) = path.rsplit_once('/') else { return path.to_owned() };
    match file.split_once('.') {
        Some((number, extension)) if folder != "frames" => format!("{number}.{folder}.{extension}"),
        _ => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_named_as_in_a_webdataset() {
        let mut bytes = Vec::new();
        let mut stream = FrameStream::new(&mut bytes);
        let files = [("frames/000003.json", 5), ("rgb/000003.png", 700), ("depth/000003.exr", 0)];
        let files = files.map(|(path, length)| (path.to_owned(), vec![7; length]));
        assert!(stream.put(&files).expect("memory").is_continue());
        assert_eq!(stream.finish().expect("memory"), 1);
        let mut tar = tar::Archive::new(bytes.as_slice());
        let found = tar.entries().expect("a tar file").map(|entry| {
            let entry = entry.expect("an entry");
            (entry.path().expect("text").display().to_string(), entry.size())
        });
        let expected = [("000003.json", 5), ("000003.rgb.png", 700), ("000003.depth.exr", 0)];
        assert_eq!(found.collect::<Vec<_>>(), expected.map(|(name, size)| (name.to_owned(), size)));
    }

    #[test]
    fn a_reader_that_leaves_is_no_error() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut stream = FrameStream::new(Gone);
        assert!(stream.put(&[("rgb/000003.png".to_owned(), vec![7; 9])]).expect("no error").is_break());
        assert!(stream.put(&[]).expect("no error").is_break());
        assert_eq!((stream.frames(), stream.finish().expect("no error")), (0, 0));
    }
}
