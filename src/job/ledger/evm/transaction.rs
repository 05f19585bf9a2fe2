use std::time::Duration;

use alloy_network::eip2718::Encodable2718;
use alloy_network::{NetworkTransactionBuilder, ReceiptResponse, TransactionBuilder};
use alloy_primitives::{Address, B256, TxKind};
use alloy_provider::Provider;
use alloy_rpc_types_eth::{BlockId, TransactionReceipt, TransactionRequest};
use alloy_sol_types::SolCall;
use tokio::time::Instant;

use super::Chain;
use super::chain::Way;
use crate::job::Error;
use crate::job::net::wait;

/// How often another nonce is tried when somebody else sends with the same key.
const NONCES: u32 = 30;

impl Chain {
    /// Calls a function of a contract in a transaction, and waits until it counts.
    pub(super) fn send<C: SolCall>(&self, contract: Address, call: &C) -> Result<TransactionReceipt, Error> {
        let request = TransactionRequest::default().with_to(contract).with_input(call.abi_encode());
        wait(self.0.transact(request))
    }

    /// Puts a contract on the chain.
    pub(super) fn deploy(&self, code: Vec<u8>) -> Result<Address, Error> {
        let request = TransactionRequest::default().with_kind(TxKind::Create).with_input(code);
        let receipt = wait(self.0.transact(request))?;
        receipt.contract_address.ok_or_else(|| Error::refused(&self.0.place, "it names no address of the new contract"))
    }
}

/// What became of a transaction that was handed to the node.
enum Sent {
    /// It is on its way.
    Away,
    /// Its nonce is somebody else's: it can never be mined.
    Stale,
}

impl Way {
    async fn transact(&self, request: TransactionRequest) -> Result<TransactionReceipt, Error> {
        let wallet = self.wallet()?;
        let request = request.with_from(wallet.address()).with_chain_id(self.id);
        // What the contract would refuse is refused here, and costs no gas. A fifth more, for what changes on the way.
        let gas = self.ask(async |node| node.estimate_gas(request.clone()).await).await?;
        let request = request.with_gas_limit(gas.saturating_add(gas / 5).saturating_add(self.mark));
        for _ in 0..NONCES {
            let turn = self.sending.lock().await;
            let nonce = self.ask(async |node| node.get_transaction_count(wallet.address()).pending().await).await?;
            let request = self.with_fees(request.clone().with_nonce(nonce)).await?;
            let envelope = request.clone().build(&wallet.signer()).await;
            let envelope = envelope.map_err(|error| Error::refused(&self.place, error.to_string()))?;
            let hash = *envelope.tx_hash();
            let sent = self.hand_over(&envelope.encoded_2718(), hash).await?;
            drop(turn);
            if matches!(sent, Sent::Away)
                && let Some(receipt) = self.confirmed(hash, (wallet.address(), nonce)).await?
            {
                return if receipt.status() { Ok(receipt) } else { Err(self.reason(request, &receipt).await) };
            }
        }
        Err(Error::unreachable(&self.place, format!("somebody else sends with the key of {:#x}", wallet.address())))
    }

    async fn with_fees(&self, request: TransactionRequest) -> Result<TransactionRequest, Error> {
        let fees = self.ask(async |node| node.estimate_eip1559_fees().await).await?;
        let most = self.options.max_fee_per_gas.unwrap_or(u128::MAX);
        if fees.max_fee_per_gas > most {
            let message = format!("gas costs up to {} wei, and at most {most} may be paid", fees.max_fee_per_gas);
            return Err(Error::unreachable(&self.place, message));
        }
        Ok(request
            .with_max_fee_per_gas(fees.max_fee_per_gas)
            .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas))
    }

    /// Gives a signed transaction to the node; the same one as often as it takes, which cannot make two of it.
    async fn hand_over(&self, raw: &[u8], hash: B256) -> Result<Sent, Error> {
        let Err(error) = self.ask(async |node| node.send_raw_transaction(raw).await).await else {
            return Ok(Sent::Away);
        };
        let Error::Refused { message, .. } = &error else { return Err(error) };
        let message = message.to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if is(&["already known", "already imported", "known transaction"]) {
            return Ok(Sent::Away);
        }
        if is(&["nonce too low", "replacement transaction underpriced", "nonce is too low"]) {
            // Perhaps the first answer was lost, and the transaction is our own.
            let known = self.ask(async |node| node.get_transaction_by_hash(hash).await).await?;
            return Ok(if known.is_some() { Sent::Away } else { Sent::Stale });
        }
        Err(error)
    }

    /// Waits until so many blocks hold a transaction as were asked for. None if another one of the same key has taken its
    /// nonce in a block that deep: it can never be mined.
    async fn confirmed(&self, hash: B256, (from, nonce): (Address, u64)) -> Result<Option<TransactionReceipt>, Error> {
        let end = Instant::now() + self.options.patience;
        let mut pause = Duration::from_millis(5);
        loop {
            let receipt = self.ask(async |node| node.get_transaction_receipt(hash).await).await?;
            if let Some((receipt, block)) =
                receipt.and_then(|receipt| receipt.block_number.map(|block| (receipt, block)))
            {
                let head = self.ask(async |node| node.get_block_number().await).await?;
                if head.saturating_add(1).saturating_sub(block) >= self.options.confirmations {
                    return Ok(Some(receipt));
                }
            } else {
                let head = self.ask(async |node| node.get_block_number().await).await?;
                let deep = BlockId::number(head.saturating_add(1).saturating_sub(self.options.confirmations));
                let next = self.ask(async |node| node.get_transaction_count(from).block_id(deep).await).await?;
                let again = self.ask(async |node| node.get_transaction_receipt(hash).await).await?;
                if next > nonce && again.is_none() {
                    return Ok(None);
                }
            }
            if Instant::now() >= end {
                let seconds = self.options.patience.as_secs();
                let message = format!("the transaction {hash} is not confirmed after {seconds} s; it may still be");
                return Err(Error::unreachable(&self.place, message));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// Why a transaction failed that would have gone through when it was sent: what the contract says now.
    async fn reason(&self, request: TransactionRequest, receipt: &TransactionReceipt) -> Error {
        let block = receipt.block_number().map_or_else(BlockId::latest, BlockId::number);
        match self.ask(async |node| node.call(request.clone()).block(block).await).await {
            Err(error @ Error::Refused { .. }) => error,
            _ => Error::refused(&self.place, format!("the transaction {} failed", receipt.transaction_hash)),
        }
    }
}
