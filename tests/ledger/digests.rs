//! What Rust hashes and signs is what the contracts hash and check.

use alloy_primitives::{Address, B256, Bytes, Signature, U256, hex, keccak256};
use alloy_sol_types::{SolCall, sol};
use endcap::job::ledger::evm::{Decision, Escrow};
use endcap::job::queue::Voucher;
use endcap::job::{Digest, Node};
use serde_json::json;

use crate::stage::*;

sol! {
    struct Promise { bytes32 job; address worker; uint256 amount; bytes32 root; }
    struct Asked {
        address token; address evaluator; address provider; bytes32 bundle; bytes32 sampleCommitment; uint64 startsAt;
        uint64 expiry; bytes32 salt;
    }
    function voucherDigest(Promise promise) returns (bytes32);
    function slashDigest(address worker, uint256 amount, bytes32 evidence, uint256 nonce, uint256 deadline) returns (bytes32);
    function frameLeaf(uint256 unit, uint256 frame, bytes32 digest) returns (bytes32);
    function jobId(address client, Asked terms) returns (bytes32);
}

/// Asks a contract past the library.
fn call<C: SolCall<Return = B256>>(stage: &Stage, contract: Address, call: &C) -> B256 {
    let input = Bytes::from(call.abi_encode());
    let answer = stage.anvil.ask("eth_call", json!([{"to": contract, "data": input}, "latest"]));
    B256::from_slice(&hex::decode(answer.as_str().expect("text")).expect("hex"))
}

fn signer(signature: &str, digest: B256) -> Address {
    let bytes = hex::decode(signature).expect("hex");
    Signature::from_raw(&bytes).expect("65 bytes").recover_address_from_prehash(&digest).expect("a signature")
}

#[test]
fn digests_are_the_contracts_own() {
    let stage = Stage::open();
    let (escrow, registry) = (&stage.market.escrow, &stage.market.registry);
    for (n, amount) in [(0, 0), (1, 1), (0xab, 1 << 100), (0xff, u128::MAX)] {
        let worker = wallet(usize::from(n) % 5);
        let (job, root) = (Node([n; 32]), Node([n ^ 0x55; 32]));
        let voucher = Voucher { job, worker: worker.worker(), amount, root, signature: String::new() };
        let signed = escrow.sign_voucher(&wallet(EVALUATOR), voucher).expect("signed");
        let promise =
            Promise { job: job.0.into(), worker: worker.address(), amount: U256::from(amount), root: root.0.into() };
        let digest = call(&stage, escrow.address(), &voucherDigestCall { promise });
        assert_eq!(signer(&signed.signature, digest), wallet(EVALUATOR).address());

        let evidence = Digest::of(&[n]);
        let decision = Decision { worker: worker.worker(), amount, evidence, nonce: n.into(), deadline: u64::MAX };
        let signature = registry.sign_slash(&wallet(ARBITER), &decision).expect("signed");
        let slash = slashDigestCall {
            worker: worker.address(),
            amount: U256::from(amount),
            evidence: evidence.bytes().into(),
            nonce: U256::from(n),
            deadline: U256::from(u64::MAX),
        };
        assert_eq!(signer(&signature, call(&stage, registry.address(), &slash)), wallet(ARBITER).address());

        let (unit, frame) = (u64::from(n), u64::MAX - u64::from(n));
        let leaf = frameLeafCall { unit: U256::from(unit), frame: U256::from(frame), digest: evidence.bytes().into() };
        assert_eq!(call(&stage, escrow.address(), &leaf).0, Node::leaf(unit, frame, evidence).0);

        let mut terms = stage.terms(n);
        terms.provider = (n % 2 == 1).then(|| worker.address());
        let asked = Asked {
            token: terms.token,
            evaluator: terms.evaluator,
            provider: terms.provider.unwrap_or_default(),
            bundle: terms.bundle.bytes().into(),
            sampleCommitment: keccak256(SECRET),
            startsAt: terms.starts_at,
            expiry: terms.expiry,
            salt: [n; 32].into(),
        };
        let id = call(&stage, escrow.address(), &jobIdCall { client: worker.address(), terms: asked });
        assert_eq!(id.0, Escrow::job_id(worker.address(), &terms).0);
    }
}

#[test]
fn samples_are_drawn_with_what_was_committed_to() {
    let stage = Stage::open();
    let job = stage.market.escrow.open(&stage.terms(0), 1).expect("opened");
    let drawn = stage.market.escrow.draw(job, ROOT, &SECRET).expect("its secret");
    assert_eq!(drawn.0, keccak256([ROOT.0, SECRET].concat()).0);
    refused(stage.market.escrow.draw(job, ROOT, &[0; 32]), "WrongSecret");
    refused(stage.market.escrow.draw(Node([1; 32]), ROOT, &SECRET), "WrongSecret");
}
