use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolStruct, eip712_domain, sol};
use serde::{Deserialize, Serialize};

use super::signing::recover;
use super::{Wallet, address_of, worker_of};
use crate::job::WorkerId;

/// Longest token that is looked at, bytes.
const MAX_BYTES: usize = 1 << 10;

mod typed {
    use super::sol;

    sol! {
        struct Login { address worker; string nkey; uint256 expires; }
    }
}

/// What a worker shows when it comes to a queue, as JSON: this key of the queue's is mine. It names no chain, because it is
/// worth nothing to anybody without the secret half of `nkey`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    worker: WorkerId,
    nkey: String,
    /// The last second in which it counts, since 1970.
    expires: u64,
    signature: String,
}

/// A worker's login statement for a queue: that `nkey` is its key there, until `expires_s` seconds since 1970.
#[must_use]
pub fn sign_login(wallet: &Wallet, nkey: &str, expires_s: u64) -> String {
    let mut login =
        Login { worker: wallet.worker(), nkey: nkey.to_owned(), expires: expires_s, signature: String::new() };
    login.signature = wallet.sign(login.digest().expect("a wallet's own address"));
    serde_json::to_string(&login).expect("plain data")
}

/// Who comes with a login statement and has proved to hold `nkey`. The token may be anything. Needs no network: whether the
/// worker is staked is asked elsewhere.
///
/// # Errors
/// Why it is nobody: no statement, another key's, over, or not signed by the address that it names.
pub fn verify_login(token: &str, nkey: &str, now_s: u64) -> Result<WorkerId, String> {
    if token.len() > MAX_BYTES {
        return Err(format!("the login has {} bytes, and may have {MAX_BYTES}", token.len()));
    }
    let login: Login = serde_json::from_str(token).map_err(|error| format!("the login is none: {error}"))?;
    if login.nkey != nkey {
        return Err("the login is for another key of the queue".to_owned());
    }
    if now_s > login.expires {
        return Err(format!("the login ended at {}, and it is {now_s}", login.expires));
    }
    let signer =
        recover(&login.signature, login.digest()?).map_err(|message| format!("the login's signature {message}"))?;
    if worker_of(signer) != login.worker {
        return Err(format!("the login names {}, and {signer:#x} has signed it", login.worker));
    }
    Ok(login.worker)
}

impl Login {
    fn digest(&self) -> Result<B256, String> {
        let typed = typed::Login {
            worker: address_of(&self.worker)?,
            nkey: self.nkey.clone(),
            expires: U256::from(self.expires),
        };
        Ok(typed.eip712_signing_hash(&eip712_domain! { name: "endcap", version: "1", }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_for_one_key_and_one_time() {
        let wallet = Wallet::from_bytes(&[7; 32]).expect("a key");
        let token = sign_login(&wallet, "UABC", 1000);
        assert_eq!(verify_login(&token, "UABC", 1000), Ok(wallet.worker()));
        for (nkey, now, word) in [("UABC", 1001, "ended"), ("UABD", 1000, "another key"), ("", 0, "another key")] {
            assert!(verify_login(&token, nkey, now).expect_err("wrong").contains(word), "{nkey} {now}");
        }
        let other = Wallet::from_bytes(&[8; 32]).expect("a key").worker().to_string();
        let later = token.replace("1000", "2000");
        for forged in [token.replace(wallet.worker().as_str(), &other), later] {
            assert!(verify_login(&forged, "UABC", 1).expect_err("forged").contains("signed"), "{forged}");
        }
        let noise = ["", "{}", "[]", "null", &token[1..], &token.replace("worker", "w"), &"[".repeat(1000), "\u{0}"];
        for noise in noise {
            assert!(verify_login(noise, "UABC", 1).is_err(), "{noise}");
        }
        assert!(verify_login(&" ".repeat(5000), "UABC", 1).expect_err("long").contains("bytes"));
    }
}
