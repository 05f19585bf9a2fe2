use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256};
use alloy_provider::transport::{RpcError, TransportError, TransportErrorKind, TransportResult};
use alloy_provider::{Provider, ProviderBuilder, RootProvider};
use alloy_rpc_types_eth::{BlockId, Filter, Log, TransactionRequest};
use alloy_sol_types::SolCall;

use super::{Wallet, revert};
use crate::job::Error;
use crate::job::net::wait;

/// The first pause before a question is asked again; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// Different marks of transactions.
const MARKS: u64 = 1 << 12;
/// Letters of a node's answer that are shown.
const MAX_TEXT: usize = 300;

/// How patient a client of a chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainOptions {
    /// Blocks that must hold a transaction or a state before it counts: 1 for the newest block. More guards against
    /// reorganisations.
    pub confirmations: u64,
    /// How long one answer may take.
    pub timeout: Duration,
    /// How often a question is asked while nobody answers.
    pub attempts: u32,
    /// How long it may take until a transaction is confirmed.
    pub patience: Duration,
    /// The most that a transaction may pay for a unit of gas, in wei; none for whatever the chain takes.
    pub max_fee_per_gas: Option<u128>,
}

impl Default for ChainOptions {
    /// One block, 10 s, four times, two minutes, any fee.
    fn default() -> Self {
        Self {
            confirmations: 1,
            timeout: Duration::from_secs(10),
            attempts: 4,
            patience: Duration::from_secs(120),
            max_fee_per_gas: None,
        }
    }
}

/// The way to a chain through one node, with the key that signs transactions. Clones share the way.
#[derive(Clone)]
pub struct Chain(pub(super) Arc<Way>);

pub(super) struct Way {
    pub(super) provider: RootProvider,
    /// Where the node is, without what may be secret in its address.
    pub(super) place: String,
    pub(super) id: u64,
    pub(super) wallet: Option<Wallet>,
    pub(super) options: ChainOptions,
    /// Gas that is offered beyond what is needed. Two programs that send the same with one key and one nonce would else make
    /// the very same transaction, and both think that it is theirs.
    pub(super) mark: u64,
    /// Held from asking for a nonce to having sent the transaction.
    pub(super) sending: tokio::sync::Mutex<()>,
}

impl Chain {
    /// Goes to a node by JSON-RPC over `http` or `https`. Without a wallet the chain can be read.
    ///
    /// # Errors
    /// If the address is none, or nobody answers there.
    pub fn connect(url: &str, wallet: Option<Wallet>, options: ChainOptions) -> Result<Self, Error> {
        let wrong = || Error::Unfit("the chain's address is no http:// or https:// URL".to_owned());
        let parsed: reqwest::Url = url.parse().map_err(|_| wrong())?;
        let host = parsed.host_str().filter(|_| matches!(parsed.scheme(), "http" | "https")).ok_or_else(wrong)?;
        let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
        let place = format!("{}://{host}{port}", parsed.scheme());
        // Whoever installs one first decides; all that come here install the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(options.timeout)
            .timeout(options.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Error::unreachable(&place, error.without_url()))?;
        let provider = ProviderBuilder::default().connect_reqwest(client, parsed);
        let sending = tokio::sync::Mutex::new(());
        let mark = RandomState::new().build_hasher().finish() % MARKS;
        let mut way = Way { provider, place, id: 0, wallet, options, mark, sending };
        way.id = wait(way.ask(async |node| node.get_chain_id().await))?;
        Ok(Self(Arc::new(way)))
    }

    /// The chain's number, a part of everything that is signed.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The address of the wallet.
    ///
    /// # Errors
    /// If there is none.
    pub fn own_address(&self) -> Result<Address, Error> {
        self.0.wallet().map(Wallet::address)
    }

    /// Seconds since 1970 in the newest block: the clock that contracts go by.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn now(&self) -> Result<u64, Error> {
        let block = wait(self.0.ask(async |node| node.get_block(BlockId::latest()).await))?;
        let block = block.ok_or_else(|| Error::unreachable(&self.0.place, "it has no newest block"))?;
        Ok(block.header.timestamp)
    }

    /// The number of the newest block.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn height(&self) -> Result<u64, Error> {
        wait(self.0.ask(async |node| node.get_block_number().await))
    }

    /// Asks a contract, about the newest state that counts.
    pub(super) fn read<C: SolCall>(&self, contract: Address, call: &C) -> Result<C::Return, Error> {
        wait(async {
            let block = self.0.settled().await?;
            let request = TransactionRequest::default().with_to(contract).with_input(call.abi_encode());
            let answer = self.0.ask(async |node| node.call(request.clone()).block(block).await).await?;
            let decoded = C::abi_decode_returns(&answer);
            decoded.map_err(|_| {
                Error::refused(&self.0.place, format!("{contract:#x} is not the contract that it should be"))
            })
        })
    }

    /// All events of one contract with this first topic of its own, oldest first, among blocks from `first` on that count.
    pub(super) fn events(&self, contract: Address, topic: B256, first: u64) -> Result<Vec<Log>, Error> {
        /// Most nodes refuse more blocks in one question.
        const BLOCKS: u64 = 5_000;
        wait(async {
            let head = self.0.ask(async |node| node.get_block_number().await).await?;
            let last = (head + 1).saturating_sub(self.0.options.confirmations.max(1));
            let (mut logs, mut from) = (Vec::new(), first);
            while from <= last {
                let to = last.min(from.saturating_add(BLOCKS - 1));
                let filter = Filter::new().address(contract).from_block(from).to_block(to).topic1(topic);
                logs.extend(self.0.ask(async |node| node.get_logs(&filter).await).await?);
                from = to + 1;
            }
            Ok(logs)
        })
    }
}

impl Way {
    /// The state that counts.
    async fn settled(&self) -> Result<BlockId, Error> {
        let behind = self.options.confirmations.saturating_sub(1);
        if behind == 0 {
            return Ok(BlockId::latest());
        }
        let head = self.ask(async |node| node.get_block_number().await).await?;
        Ok(BlockId::number(head.saturating_sub(behind)))
    }

    pub(super) fn wallet(&self) -> Result<&Wallet, Error> {
        self.wallet.as_ref().ok_or_else(|| Error::Unfit("this needs a private key, and there is none".to_owned()))
    }

    /// Asks the node, again and again while nobody answers.
    pub(super) async fn ask<T>(&self, question: impl AsyncFn(&RootProvider) -> TransportResult<T>) -> Result<T, Error> {
        let mut pause = PAUSE;
        for _ in 1..self.options.attempts {
            match question(&self.provider).await.map_err(|error| self.error(error)) {
                Err(error) if error.is_unreachable() => tracing::debug!(%error, "asking again"),
                answered => return answered,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        question(&self.provider).await.map_err(|error| self.error(error))
    }

    /// What an error of the client library means to us.
    pub(super) fn error(&self, error: TransportError) -> Error {
        match error {
            RpcError::ErrorResp(said) if !said.is_retry_err() => {
                let reason = said.as_revert_data().map(|data| revert::words(&data));
                Error::refused(&self.place, reason.unwrap_or_else(|| said.message.into_owned()))
            }
            RpcError::Transport(TransportErrorKind::Custom(error)) => match error.downcast::<reqwest::Error>() {
                // Its text would name the address in full.
                Ok(error) => Error::unreachable(&self.place, error.without_url()),
                Err(error) => Error::unreachable(&self.place, error),
            },
            other => {
                let text: String = other.to_string().chars().take(MAX_TEXT).collect();
                Error::unreachable(&self.place, text)
            }
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Way { place, id, wallet, .. } = &*self.0;
        f.debug_struct("Chain").field("place", place).field("id", id).field("wallet", wallet).finish_non_exhaustive()
    }
}
