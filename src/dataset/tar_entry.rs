use std::io::{self, Read, Write};

/// Appends a file to an archive such that equal files give equal bytes: ustar, mode 0644, owner 0, and the year 1970.
pub(crate) fn append_file(
    tar: &mut tar::Builder<impl Write>,
    path: &str,
    bytes: u64,
    content: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    tar.append_data(&mut header, path, content)
}
