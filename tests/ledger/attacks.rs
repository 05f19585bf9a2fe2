//! What a worker, a client or a stranger tries with vouchers.

use endcap::job::Node;
use endcap::job::ledger::evm::Escrow;
use endcap::job::queue::Voucher;

use crate::stage::*;

#[test]
fn only_what_the_evaluator_has_promised_is_paid() {
    let stage = Stage::open();
    let (job, worker) = (stage.begun(), stage.escrow(WORKER));
    let good = stage.voucher(job, WORKER, 100);

    // Forged: by the worker itself, by noise, or with another field than what was signed.
    refused(worker.redeem(&stage.signed_by(WORKER, good.clone())), "BadSignature");
    let altered = [
        Voucher { amount: 101, ..good.clone() },
        Voucher { root: Node([1; 32]), ..good.clone() },
        Voucher { signature: format!("0x{}1b", "11".repeat(64)), ..good.clone() },
        Voucher { signature: format!("{}{}", &good.signature[..20], "0".repeat(112)), ..good.clone() },
    ];
    for voucher in altered {
        refused(worker.redeem(&voucher), "BadSignature");
    }
    refused(worker.redeem(&Voucher { signature: "0x00".to_owned(), ..good.clone() }), "is no signature");

    // Somebody else's: stolen, of another job, of another escrow, of another chain.
    refused(stage.escrow(OTHER).redeem(&good), "NotWorker");
    let other_job = stage.market.escrow.open(&stage.terms(1), BUDGET).expect("opened");
    refused(worker.redeem(&Voucher { job: other_job, ..good.clone() }), "BadSignature");
    let other_escrow = Escrow::deploy(&stage.chain(CLIENT), WINDOW).expect("deployed");
    let foreign = other_escrow.sign_voucher(&wallet(EVALUATOR), good.clone()).expect("signed");
    refused(worker.redeem(&foreign), "BadSignature");
    refused(worker.redeem(&Voucher { job: Node([9; 32]), ..good.clone() }), "WrongState");
    let elsewhere = Stage::on(crate::anvil::Anvil::with(&["--chain-id", "4711"]));
    assert_eq!(elsewhere.market.escrow.address(), stage.market.escrow.address(), "the same deployment elsewhere");
    refused(worker.redeem(&elsewhere.voucher(job, WORKER, 100)), "BadSignature");
    drop(elsewhere);

    // Replayed: it is worth nothing the second time, and neither is a smaller one.
    let before = stage.balance(WORKER);
    assert_eq!(worker.redeem(&good).expect("paid"), 100);
    refused(worker.redeem(&good), "NothingDue");
    refused(worker.redeem_rest(&stage.voucher(job, WORKER, 99)), "NothingDue");
    assert_eq!(worker.redeem(&stage.voucher(job, WORKER, 150)).expect("the difference"), 50);
    assert_eq!(stage.balance(WORKER), before + 150);

    // Beyond the budget: refused, and the rest is paid to who asks for the rest.
    let greedy = stage.voucher(job, OTHER, BUDGET - 149);
    refused(stage.escrow(OTHER).redeem(&greedy), "OverBudget");
    assert_eq!(stage.escrow(OTHER).redeem_rest(&greedy).expect("the rest"), BUDGET - 150);
    refused(worker.redeem_rest(&stage.voucher(job, WORKER, 151)), "OverBudget");

    // Too late.
    stage.anvil.pass(WORK + WINDOW + 1);
    refused(worker.redeem(&stage.voucher(job, WORKER, 151)), "WrongState");
    assert_eq!(stage.balance(WORKER), before + 150);
}

#[test]
fn what_has_no_tokens_no_key_or_no_contract_says_so() {
    let stage = Stage::open();
    refused(stage.escrow(STRANGER).open(&stage.terms(0), 5), "ERC20InsufficientBalance");
    let chain = endcap::job::ledger::evm::Chain::connect(&stage.anvil.url(), None, options()).expect("it listens");
    let reader = Escrow::at(&chain, stage.market.escrow.address()).expect("it can be read");
    assert!(reader.refund(Node([1; 32])).expect_err("no job").to_string().contains("no job"));
    let error = reader.open(&stage.terms(0), 5).expect_err("no key");
    assert!(error.is_bad_input() && error.to_string().contains("private key"), "{error}");
    refused(Escrow::at(&chain, stage.market.token.address()).map(drop), "");
    refused(Escrow::at(&chain, wallet(STRANGER).address()).map(drop), "is not the contract");
    refused(stage.market.escrow.fund(Node([1; 32]), 5), "has no job");
    for (terms, words) in [
        (endcap::job::ledger::evm::Terms { expiry: 5, ..stage.terms(0) }, "BadTimes"),
        (endcap::job::ledger::evm::Terms { evaluator: Default::default(), ..stage.terms(0) }, "NoEvaluator"),
        (endcap::job::ledger::evm::Terms { sample_commitment: Node([0; 32]), ..stage.terms(0) }, "EmptyDigest"),
    ] {
        refused(stage.market.escrow.open(&terms, 5), words);
    }
}
