use std::fs::File;
use std::io::Read;

use alloy_primitives::{Address, B256, Signature, U256, hex};
use alloy_sol_types::{Eip712Domain, SolStruct, eip712_domain, sol};

use super::{Wallet, address_of};
use crate::job::queue::{Report, Voucher};
use crate::job::{Bundle, Digest, Error};

/// Name of the client's signature in a bundle, beside `manifest.json`.
pub const BUNDLE_SIGNATURE: &str = "manifest.sig";

/// What is signed, beside vouchers.
mod typed {
    use super::sol;

    sol! {
        struct Bundle { bytes32 digest; }
        struct Report { bytes32 job; uint256 unit; uint256 attempt; bytes32 root; bytes32 delivery; }
        struct Voucher { bytes32 job; address worker; uint256 amount; bytes32 root; }
    }
}

/// The client's signature of a bundle, for `manifest.sig`: it asks for this job, on this chain.
#[must_use]
pub fn sign_bundle(wallet: &Wallet, digest: Digest, chain_id: u64) -> String {
    wallet.sign(bundle_digest(digest, chain_id))
}

/// Who has signed the bundle with this digest.
///
/// # Errors
/// If nobody has: the text is no signature.
pub fn verify_bundle(digest: Digest, signature: &str, chain_id: u64) -> Result<Address, String> {
    recover(signature, bundle_digest(digest, chain_id)).map_err(|message| format!("the bundle's signature {message}"))
}

/// Who has signed the `manifest.sig` of a bundle. It is the client of the manifest, if that names one.
///
/// # Errors
/// If there is no signature, it is none, or another than the manifest's client has signed.
pub fn bundle_signer(bundle: &Bundle, chain_id: u64) -> Result<Address, Error> {
    let path = bundle.folder().join(BUNDLE_SIGNATURE);
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(1 << 10).read_to_string(&mut text));
    read.map_err(|source| Error::read(&path, source))?;
    let signer = verify_bundle(bundle.digest(), text.trim_end(), chain_id);
    let signer = signer.map_err(|message| Error::invalid(&path, "", message))?;
    match &bundle.manifest().client {
        Some(client) if client.parse() != Ok(signer) => {
            Err(Error::invalid(&path, "", format!("was signed by {signer:#x}, and the manifest names {client}")))
        }
        _ => Ok(signer),
    }
}

/// A worker's signature of a report, for [`Report::signature`].
#[must_use]
pub fn sign_report(wallet: &Wallet, report: &Report, chain_id: u64) -> String {
    wallet.sign(report_digest(report, chain_id))
}

/// Who has signed a report.
///
/// # Errors
/// If nobody has: there is no signature, or it is none.
pub fn report_signer(report: &Report, chain_id: u64) -> Result<Address, String> {
    let signature = report.signature.as_ref().ok_or_else(|| "the report is not signed".to_owned())?;
    recover(signature, report_digest(report, chain_id))
}

fn bundle_digest(digest: Digest, chain_id: u64) -> B256 {
    typed::Bundle { digest: digest.bytes().into() }.eip712_signing_hash(&own_domain(chain_id))
}

fn report_digest(report: &Report, chain_id: u64) -> B256 {
    let what = &report.what;
    let typed = typed::Report {
        job: what.job.bytes().into(),
        unit: U256::from(what.unit),
        attempt: U256::from(what.attempt),
        root: report.root.0.into(),
        delivery: report.delivery.bytes().into(),
    };
    typed.eip712_signing_hash(&own_domain(chain_id))
}

/// What the evaluator signs of a voucher; the contract's `voucherDigest`.
pub(super) fn voucher_digest(voucher: &Voucher, (chain_id, escrow): (u64, Address)) -> Result<B256, String> {
    let domain = eip712_domain! { name: "RenderEscrow", version: "1", chain_id: chain_id, verifying_contract: escrow, };
    let typed = typed::Voucher {
        job: voucher.job.0.into(),
        worker: address_of(&voucher.worker)?,
        amount: U256::from(voucher.amount),
        root: voucher.root.0.into(),
    };
    Ok(typed.eip712_signing_hash(&domain))
}

/// The domain of what no contract reads.
fn own_domain(chain_id: u64) -> Eip712Domain {
    eip712_domain! { name: "endcap", version: "1", chain_id: chain_id, }
}

/// The 65 bytes of a signature as text: `0x` and 130 hexadecimal digits.
pub(super) fn signature_bytes(text: &str) -> Result<[u8; 65], String> {
    let mut bytes = [0; 65];
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 130);
    let decoded = digits.and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok());
    decoded.map(|()| bytes).ok_or_else(|| "is no signature: 0x and 130 hexadecimal digits".to_owned())
}

/// Who has signed a digest. Only the one form that contracts accept is a signature: lower s, v 27 or 28.
pub(super) fn recover(text: &str, digest: B256) -> Result<Address, String> {
    let bytes = signature_bytes(text)?;
    if !matches!(bytes[64], 27 | 28) {
        return Err(format!("is no signature: v is {}, and not 27 or 28", bytes[64]));
    }
    let signature = Signature::from_raw_array(&bytes).map_err(|error| format!("is no signature: {error}"))?;
    if signature.normalize_s().is_some() {
        return Err("is no signature: s is not the lower one".to_owned());
    }
    signature.recover_address_from_prehash(&digest).map_err(|error| format!("is no signature: {error}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::job::ledger::evm::{sign_login, verify_login};
    use crate::job::queue::Attempt;
    use crate::job::{EngineClass, Node};

    /// What Python's `eth_account` has signed; `tests/ledger/vectors.py` writes it.
    #[derive(Deserialize)]
    struct Vectors {
        key: Node,
        chain_id: u64,
        escrow: Address,
        bundles: Vec<Signed<Bundle>>,
        reports: Vec<Signed<Message>>,
        vouchers: Vec<Signed<Promise>>,
        logins: Vec<Signed<Login>>,
    }

    #[derive(Deserialize)]
    struct Signed<T> {
        message: T,
        signature: String,
    }

    #[derive(Deserialize)]
    struct Bundle {
        digest: Node,
    }

    #[derive(Deserialize)]
    struct Message {
        job: Node,
        unit: u64,
        attempt: u32,
        root: Node,
        delivery: Node,
    }

    #[derive(Deserialize)]
    struct Promise {
        job: Node,
        worker: String,
        amount: String,
        root: Node,
    }

    #[derive(Deserialize)]
    struct Login {
        worker: String,
        nkey: String,
        expires: u64,
    }

    fn vectors() -> (Wallet, Vectors) {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../../../tests/ledger/vectors.json")).expect("vectors");
        (Wallet::from_bytes(&vectors.key.0).expect("a key"), vectors)
    }

    fn digest(node: Node) -> Digest {
        node.to_string().replace("0x", "b3:").parse().expect("32 bytes")
    }

    #[test]
    fn signatures_are_those_of_another_library() {
        let (wallet, Vectors { chain_id, escrow, bundles, reports, vouchers, logins, .. }) = vectors();
        assert!(bundles.len() > 1 && reports.len() > 2 && vouchers.len() > 2 && logins.len() > 1);
        for Signed { message, signature } in bundles {
            assert_eq!(sign_bundle(&wallet, digest(message.digest), chain_id), signature);
            assert_eq!(recover(&signature, bundle_digest(digest(message.digest), chain_id)), Ok(wallet.address()));
        }
        for Signed { message, signature } in reports {
            let Message { job, unit, attempt, root, delivery } = message;
            let class = EngineClass {
                engine: String::new(),
                backend: String::new(),
                adapter: String::new(),
                driver: String::new(),
            };
            let what = Attempt { job: digest(job), unit, attempt };
            let mut report = Report { what, class, root, bytes: 1, delivery: digest(delivery), signature: None };
            assert!(report_signer(&report, chain_id).is_err());
            report.signature = Some(sign_report(&wallet, &report, chain_id));
            assert_eq!(report.signature, Some(signature));
            assert_eq!(report_signer(&report, chain_id), Ok(wallet.address()));
            assert_ne!(report_signer(&report, chain_id + 1), Ok(wallet.address()));
            report.what.attempt += 1;
            assert_ne!(report_signer(&report, chain_id), Ok(wallet.address()));
        }
        for Signed { message, signature } in vouchers {
            let Promise { job, worker, amount, root } = message;
            let amount = amount.parse().expect("digits");
            let worker = worker.parse().expect("a name");
            let voucher = Voucher { job, worker, amount, root, signature: String::new() };
            let digest = voucher_digest(&voucher, (chain_id, escrow)).expect("an address");
            assert_eq!(wallet.sign(digest), signature);
            assert_eq!(recover(&signature, digest), Ok(wallet.address()));
        }
        for Signed { message: Login { worker, nkey, expires }, signature } in logins {
            let token = sign_login(&wallet, &nkey, expires);
            assert!(token.contains(&signature), "{token}");
            let verified = verify_login(&token, &nkey, expires.saturating_sub(1)).expect("its own");
            assert_eq!(verified.to_string(), worker);
        }
    }

    #[test]
    fn only_the_one_form_is_a_signature() {
        let (wallet, _) = vectors();
        let digest = B256::repeat_byte(7);
        let good = wallet.sign(digest);
        assert_eq!(recover(&good, digest), Ok(wallet.address()));
        // The other signature of the same key over the same digest: s taken from the order, v turned.
        let order = U256::from_be_bytes(hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
        let mut bytes = signature_bytes(&good).expect("65 bytes");
        let s = U256::from_be_slice(&bytes[32..64]);
        bytes[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
        bytes[64] = 55 - bytes[64];
        let malleable = format!("0x{}", hex::encode(bytes));
        assert!(recover(&malleable, digest).expect_err("high s").contains("lower"));
        let with_v = |v: &str| format!("{}{v}", &good[..good.len() - 2]);
        for wrong in
            ["", "0x", &good[2..], &good[..130], &format!("{good}00"), &with_v("00"), &with_v("01"), &with_v("1d")]
        {
            assert!(recover(wrong, digest).is_err(), "{wrong}");
        }
        assert!(recover(&format!("0x{}1b", "0".repeat(128)), digest).is_err(), "zeros are nobody's signature");
    }
}
