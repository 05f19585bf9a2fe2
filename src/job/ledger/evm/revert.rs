use std::fmt::Debug;

use alloy_primitives::hex;
use alloy_sol_types::{Panic, Revert, SolError, SolInterface};

use super::JobState;
use super::abi::{Neurotoken, OrderBook, RenderEscrow, WorkerRegistry};

/// Why a contract said no, in its own words: the error's name and values, as the sources have them.
pub(super) fn words(data: &[u8]) -> String {
    decode::<RenderEscrow::RenderEscrowErrors>(data)
        .or_else(|| decode::<WorkerRegistry::WorkerRegistryErrors>(data))
        .or_else(|| decode::<OrderBook::OrderBookErrors>(data))
        .or_else(|| decode::<Neurotoken::NeurotokenErrors>(data))
        .or_else(|| Revert::abi_decode(data).ok().map(|revert| revert.reason.chars().take(300).collect()))
        .or_else(|| Panic::abi_decode(data).ok().map(|panic| panic.to_string()))
        .unwrap_or_else(|| match data {
            [] => "it gives no reason".to_owned(),
            data => format!("it gives an unknown reason, 0x{}", hex::encode(&data[..data.len().min(100)])),
        })
}

fn decode<E: SolInterface + Debug>(data: &[u8]) -> Option<String> {
    let error = E::abi_decode(data).ok()?;
    // `Name(Name { field: value })`: the variant and the struct in it say the same.
    let text = format!("{error:?}");
    let inner = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let inner = inner.unwrap_or(&text);
    // The state of a job, the one enumeration of the contracts, comes as its number.
    let Some((before, number)) = inner.rsplit_once("state: ") else { return Some(inner.to_owned()) };
    let digits = number.len() - number.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let state = number[..digits].parse().map(JobState::of);
    Some(state.map_or_else(|_| inner.to_owned(), |state| format!("{before}state: {state}{}", &number[digits..])))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{B256, U256};
    use alloy_sol_types::SolError;

    use super::*;

    #[test]
    fn reasons_are_named_with_their_values() {
        let error = RenderEscrow::OverBudget { job: B256::repeat_byte(1), due: U256::from(7), left: U256::from(5) };
        let text = words(&error.abi_encode());
        assert!(text.starts_with("OverBudget {") && text.contains("due: 7") && text.contains("left: 5"), "{text}");
        let state = RenderEscrow::WrongState { job: B256::ZERO, state: 4 };
        assert!(words(&state.abi_encode()).ends_with("state: Expired }"), "{}", words(&state.abi_encode()));
        assert_eq!(words(&RenderEscrow::BadSignature {}.abi_encode()), "BadSignature");
        let panic = hex!("4e487b710000000000000000000000000000000000000000000000000000000000000011");
        assert!(words(&panic).contains("overflow"), "{}", words(&panic));
        assert!(words(&[]).contains("no reason"));
        for noise in [&[1][..], &[0xff; 4], &[0xab; 5000]] {
            assert!(words(noise).len() < 300, "{}", words(noise));
        }
    }
}
