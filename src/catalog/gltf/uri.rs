//! Where buffers and images are that are not in the file itself: data URIs, and files beside it.

use std::path::{Component, Path, PathBuf};

use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine as _};

/// Standard alphabet; many writers leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a URI leads to.
#[derive(Debug, PartialEq)]
pub(super) enum Target {
    /// The decoded bytes of a `data:` URI.
    Data(Vec<u8>),
    /// A file beside the glTF file or in a folder below.
    File(PathBuf),
}

/// Resolves a URI of a document in `folder`; the error says what is wrong with it.
pub(super) fn resolve(folder: &Path, uri: &str) -> Result<Target, String> {
    if let Some(rest) = uri.strip_prefix("data:") {
        return data(rest).map(Target::Data);
    }
    let shown = shorten(uri);
    let decoded = percent_decode(uri).ok_or_else(|| format!("{shown:?} is badly percent-encoded"))?;
    let has_scheme = decoded.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'));
    if has_scheme || decoded.contains(['\0', '\\']) || decoded.is_empty() {
        return Err(format!("{shown:?} is no relative path; only files beside the glTF file are read"));
    }
    let relative = Path::new(&decoded);
    if relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        Ok(Target::File(folder.join(relative)))
    } else {
        Err(format!("{shown:?} leaves the folder of the glTF file"))
    }
}

fn data(rest: &str) -> Result<Vec<u8>, String> {
    let (header, body) = rest.split_once(',').ok_or("a data URI without a comma")?;
    if header.split(';').any(|parameter| parameter == "base64") {
        BASE64.decode(body).map_err(|error| format!("a data URI with bad base64: {error}"))
    } else {
        percent_decode_bytes(body).ok_or_else(|| "a data URI that is badly percent-encoded".to_owned())
    }
}

fn percent_decode(text: &str) -> Option<String> {
    String::from_utf8(percent_decode_bytes(text)?).ok()
}

fn percent_decode_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' { hex(bytes.next()?)? << 4 | hex(bytes.next()?)? } else { byte });
    }
    Some(decoded)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// Long URIs are cut for messages.
fn shorten(uri: &str) -> String {
    if uri.chars().count() > 80 { uri.chars().take(77).chain("...".chars()).collect() } else { uri.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(uri: &str) -> Result<Target, String> {
        resolve(Path::new("models"), uri)
    }

    #[test]
    fn files_beside_and_below_are_found() {
        assert_eq!(resolved("a.bin"), Ok(Target::File("models/a.bin".into())));
        assert_eq!(resolved("maps/front%20side.png"), Ok(Target::File("models/maps/front side.png".into())));
        assert_eq!(resolved("./a.bin"), Ok(Target::File("models/./a.bin".into())));
    }

    #[test]
    fn nothing_else_is_opened() {
        for uri in ["../a.bin", "a/../../b", "/etc/passwd", "%2e%2e/a", "%2fetc", "http://host/a", "file:///a", "C:/a"]
        {
            assert!(resolved(uri).is_err(), "{uri}");
        }
        for uri in ["", "a%2", "a%zz", "a%00b", "..\\a", "%ff"] {
            assert!(resolved(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn data_uris_are_decoded_with_and_without_padding() {
        for uri in ["data:application/octet-stream;base64,AQI=", "data:;base64,AQI", "data:,%01%02"] {
            assert_eq!(resolved(uri), Ok(Target::Data(vec![1, 2])), "{uri}");
        }
        assert!(resolved("data:;base64,!!").is_err());
        assert!(resolved("data:nothing").is_err());
    }
}
