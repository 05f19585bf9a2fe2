use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use crate::job::merkle::keccak;
use crate::job::{Error, Node};

/// 32 bytes that a client chooses before anybody works, and tells when nobody works any more. They decide, together with
/// what a worker has committed to, which parts of its work are looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 32 bytes of the operating system.
    ///
    /// # Errors
    /// If it has none.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Unfit(format!("no random numbers: {error}")))?;
        Ok(Self(bytes))
    }

    /// The secret in a file, which is made, readable for its owner only, if it is not there.
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds anything else.
    pub fn keep(path: &Path) -> Result<Self, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => text.trim().parse().map_err(|message: String| Error::invalid(path, "", message)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = Self::random()?;
                let fail = |source| Error::write(path, source);
                let mut file =
                    tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new("."))).map_err(fail)?;
                writeln!(file, "{}", secret.reveal()).map_err(fail)?;
                file.as_file().sync_all().map_err(fail)?;
                file.persist_noclobber(path).map_err(|error| fail(error.error))?;
                Ok(secret)
            }
            Err(error) => Err(Error::read(path, error)),
        }
    }

    /// What is published before anybody works: `keccak256(secret)`, `sampleCommitment` in the escrow's terms.
    #[must_use]
    pub fn commitment(&self) -> Node {
        Node(keccak(&[self.0]))
    }

    /// What decides which parts of the work under a root are looked at: `keccak256(root ‖ secret)`, as `drawOf` of the
    /// escrow computes it.
    #[must_use]
    pub fn draw(&self, root: Node) -> Node {
        Node(keccak(&[root.0, self.0]))
    }

    /// The secret in 64 hexadecimal digits.
    #[must_use]
    pub fn reveal(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_string()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| "expected 64 hexadecimal digits".to_owned())?;
        Ok(Self(*hash.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_and_not_shown() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("secret");
        let secret = Secret::keep(&path).expect("made");
        assert_eq!(Secret::keep(&path).expect("read"), secret);
        assert_ne!(Secret::random().expect("random"), secret);
        assert!(!format!("{secret:?}").contains(&secret.reveal()[..8]));
        std::fs::write(&path, "hunter2").expect("written");
        assert!(Secret::keep(&path).expect_err("no secret").to_string().contains("64 hexadecimal digits"));
    }

    #[test]
    fn draws_depend_on_root_and_secret() {
        let [a, b] = [1, 2].map(|byte| Secret::new([byte; 32]));
        let root = Node([9; 32]);
        assert_ne!(a.draw(root), b.draw(root));
        assert_ne!(a.draw(root), a.draw(Node([8; 32])));
        // `cast keccak 0x0101…01`
        let expected = "0xcebc8882fecbec7fb80d2cf4b312bec018884c2d66667c67a90508214bd8bafc";
        assert_eq!(a.commitment().to_string(), expected);
    }
}
