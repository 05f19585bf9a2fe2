use std::fmt;

use nkeys::{KeyPair, KeyPairType};

use crate::job::Error;

/// An Ed25519 key in the spelling of NATS: of a user, who logs in with it, or of an account, which signs logins.
#[derive(Clone, PartialEq, Eq)]
pub struct Nkey {
    seed: String,
    public: String,
}

impl Nkey {
    /// A new key of a user: a worker or a coordinator.
    ///
    /// # Panics
    /// If the operating system gives no random numbers.
    #[must_use]
    pub fn new_user() -> Self {
        Self::of(&KeyPair::new_user())
    }

    /// A new key that signs logins.
    ///
    /// # Panics
    /// If the operating system gives no random numbers.
    #[must_use]
    pub fn new_account() -> Self {
        Self::of(&KeyPair::new_account())
    }

    /// A key of its seed, which begins with `SU` or `SA`.
    ///
    /// # Errors
    /// If it is no seed of a user or an account. The text is a secret, and is not in the message.
    pub fn from_seed(seed: &str) -> Result<Self, Error> {
        let key = KeyPair::from_seed(seed.trim()).ok();
        let key = key.filter(|key| matches!(key.key_pair_type(), KeyPairType::User | KeyPairType::Account));
        key.map(|key| Self::of(&key)).ok_or_else(|| Error::Unfit("the seed is no nkey: SU… or SA…".to_owned()))
    }

    /// The secret half.
    #[must_use]
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// The public half: `U…` of a user, `A…` of an account.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    fn of(key: &KeyPair) -> Self {
        let seed = key.seed().expect("the key was made with its seed");
        Self { seed, public: key.public_key() }
    }

    pub(super) fn pair(&self) -> KeyPair {
        KeyPair::from_seed(&self.seed).expect("the seed was read before")
    }
}

impl fmt::Debug for Nkey {
    /// Without the seed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Nkey").field(&self.public).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_from_their_seeds_and_are_not_shown() {
        for key in [Nkey::new_user(), Nkey::new_account()] {
            assert_eq!(Nkey::from_seed(&format!("{}\n", key.seed())).expect("a seed"), key);
            assert!(!format!("{key:?}").contains(key.seed()));
        }
        for wrong in ["", "SU", Nkey::new_user().public(), &KeyPair::new_server().seed().expect("new")] {
            let error = Nkey::from_seed(wrong).expect_err("no seed");
            assert!(wrong.is_empty() || !error.to_string().contains(&wrong[wrong.len().min(4)..]) || wrong.len() < 4);
        }
    }
}
