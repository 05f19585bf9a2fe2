use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use alloy_network::EthereumWallet;
use alloy_primitives::{Address, B256, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;

use super::worker_of;
use crate::job::{Error, WorkerId};

/// Longest key file that is read, bytes.
const MAX_BYTES: u64 = 1 << 10;

/// A private key. It is never printed, written or sent.
#[derive(Clone)]
pub struct Wallet(PrivateKeySigner);

impl Wallet {
    /// The key in a file: 64 hexadecimal digits, with or without `0x`.
    ///
    /// # Errors
    /// If the file cannot be read or holds no key; the message says nothing of what is in it.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let mut text = String::new();
        let opened = File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        opened.map_err(|source| Error::read(path, source))?;
        parse(&text).ok_or_else(|| Error::invalid(path, "", WHAT_A_KEY_IS))
    }

    /// The key in an environment variable of this name.
    ///
    /// # Errors
    /// If there is no such variable or it holds no key; the message says nothing of what is in it.
    pub fn from_env(name: &str) -> Result<Self, Error> {
        let text = std::env::var(name).map_err(|_| Error::Unfit(format!("the environment has no variable {name}")))?;
        parse(&text).ok_or_else(|| Error::Unfit(format!("the environment variable {name} {WHAT_A_KEY_IS}")))
    }

    /// The key of these 32 bytes, the larger end first. None if they are none: zero, or not below the curve's order.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        PrivateKeySigner::from_bytes(&B256::from(*bytes)).ok().map(Self)
    }

    /// The address of the key.
    #[must_use]
    pub fn address(&self) -> Address {
        self.0.address()
    }

    /// The address as a worker's name.
    #[must_use]
    pub fn worker(&self) -> WorkerId {
        worker_of(self.address())
    }

    /// `0x` and the 65 bytes `r ‖ s ‖ v` of a signature over a digest: lower s, v 27 or 28 (EIP-2). Equal digests give equal
    /// signatures (RFC 6979).
    pub(super) fn sign(&self, digest: B256) -> String {
        let signature = self.0.sign_hash_sync(&digest).expect("a local key signs any 32 bytes");
        format!("0x{}", hex::encode(signature.normalized_s().as_bytes()))
    }

    /// What signs transactions.
    pub(super) fn signer(&self) -> EthereumWallet {
        EthereumWallet::from(self.0.clone())
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wallet({:#x})", self.address())
    }
}

const WHAT_A_KEY_IS: &str = "holds no private key: 64 hexadecimal digits, with or without 0x";

fn parse(text: &str) -> Option<Wallet> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Wallet::from_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first account of every anvil, whose key everybody knows.
    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const ADDRESS: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

    #[test]
    fn keys_are_read_and_never_shown() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("key");
        for text in [KEY.to_owned(), format!("0x{KEY}\n"), format!("  {}\r\n", KEY.to_uppercase())] {
            std::fs::write(&path, text).expect("written");
            let wallet = Wallet::from_file(&path).expect("a key");
            assert_eq!(wallet.worker().as_str(), ADDRESS);
            assert_eq!(format!("{wallet:?}"), format!("Wallet({ADDRESS})"));
        }
        let zero = "0".repeat(64);
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for wrong in ["", "0x", &KEY[1..], &format!("{KEY}00"), &zero, order, &KEY.replace('a', "g"), "päßwörd"] {
            std::fs::write(&path, wrong).expect("written");
            let error = Wallet::from_file(&path).expect_err(wrong);
            assert!(error.is_bad_input() && error.to_string().contains("key"), "{error}");
            assert!(wrong.len() < 10 || !format!("{error:?} {error}").contains(wrong), "{error}");
        }
        std::fs::write(&path, vec![b'a'; 1 << 20]).expect("written");
        assert!(Wallet::from_file(&path).is_err());
        assert!(Wallet::from_env("ENDCAP_NO_SUCH_KEY").expect_err("none").to_string().contains("ENDCAP_NO_SUCH_KEY"));
    }
}
