//! A job from opening to refund, with everybody honest.

use endcap::job::ledger::evm::{EvmLedger, JobState, Till, sign_report};
use endcap::job::ledger::{Admission, Ledger, Owner};
use endcap::job::{Digest, MerkleTree, Node};

use crate::stage::*;

#[test]
fn a_job_is_opened_worked_on_paid_and_refunded() {
    let stage = Stage::open();
    let escrow = &stage.market.escrow;
    stage.registry(WORKER).stake(MINIMUM).expect("staked");
    stage.registry(OTHER).stake(MINIMUM - 1).expect("staked");

    // Opening it again, after a crash perhaps, pays nothing and gives the same id.
    let (terms, before) = (stage.terms(0), stage.balance(CLIENT));
    let job = escrow.open_with_permit(&terms, BUDGET).expect("opened");
    assert_eq!(escrow.open(&terms, BUDGET).expect("there already"), job);
    assert_eq!(stage.balance(CLIENT), before - BUDGET);
    assert_eq!(escrow.state(job).expect("known"), JobState::Open);
    assert_eq!(escrow.fund(job, BUDGET + 5).expect("funded"), BUDGET + 5);
    assert_eq!(escrow.fund(job, BUDGET + 5).expect("nothing to do"), BUDGET + 5);
    assert_eq!(stage.balance(CLIENT), before - BUDGET - 5);
    stage.anvil.pass(START);
    assert_eq!(escrow.state(job).expect("known"), JobState::Funded);

    let promises = stage.folder.path().join("promises");
    let stakes = || Some((stage.registry(EVALUATOR), MINIMUM));
    let account = || EvmLedger::open((stage.escrow(EVALUATOR), job, 0), stakes(), wallet(EVALUATOR), &promises);
    let mut ledger = account().expect("the evaluator's");
    let admitted = ledger.admit(&name(WORKER), &hello()).expect("staked");
    assert_eq!(admitted, Admission { owner: Owner(name(WORKER).to_string()), offer: None });
    refused(ledger.admit(&name(OTHER), &hello()), "stake of 499");
    refused(ledger.admit(&"w1".parse().expect("a name"), &hello()), "is no address");
    assert_eq!(ledger.budget().expect("known"), Some(BUDGET + 5));

    let mut told = report(3);
    assert!(!ledger.is_signed(&name(WORKER), &told));
    told.signature = Some(sign_report(&wallet(WORKER), &told, 31337));
    assert!(ledger.is_signed(&name(WORKER), &told) && !ledger.is_signed(&name(OTHER), &told));
    told.root = Node([1; 32]);
    assert!(!ledger.is_signed(&name(WORKER), &told));

    // Two vouchers, of which the worker redeems the last alone.
    let digest = |frame: u64| Digest::of(&frame.to_le_bytes());
    let leaf = |frame: u64| Node::leaf(frame / 2, frame, digest(frame));
    let tree = MerkleTree::new((0..6).map(leaf));
    let mut till = Till::open(stage.escrow(WORKER), job, &stage.folder.path().join("till.json")).expect("a till");
    let first = ledger.voucher(&name(WORKER), 100, Node([1; 32])).expect("signed").expect("paid");
    let last = ledger.voucher(&name(WORKER), 700, tree.root()).expect("signed").expect("paid");
    assert!(till.accept(&first).expect("sound") && till.accept(&last).expect("sound"));
    assert!(!till.accept(&first).expect("sound"), "worth less");
    let risk = till.risk(1000).expect("known");
    assert_eq!((risk.unpromised, risk.unredeemed, risk.uncovered, risk.total()), (300, 700, 0, 1000));
    let had = stage.balance(WORKER);
    assert_eq!(till.redeem().expect("paid"), 700);
    assert_eq!(till.redeem().expect("nothing is due"), 0);
    assert_eq!(stage.balance(WORKER), had + 700);
    assert_eq!(till.risk(1000).expect("known").total(), 300);
    assert_eq!(ledger.budget().expect("known"), Some(BUDGET + 5 - 700));

    // Frames that were paid for can be proved, others cannot.
    let proof = tree.proof(leaf(5)).expect("a leaf");
    let verify = |frame, digest| escrow.verify_frame((job, &name(WORKER)), (2, frame, digest), &proof).expect("asked");
    assert!(verify(5, digest(5)) && !verify(4, digest(5)) && !verify(5, digest(4)));
    let drawn = escrow.draw(job, tree.root(), &SECRET).expect("its secret");
    assert_ne!(drawn, Node::default());
    refused(escrow.draw(job, tree.root(), &[1; 32]), "WrongSecret");

    // A coordinator that lost its files knows from the chain what was redeemed.
    drop(ledger);
    std::fs::remove_file(&promises).expect("it was there");
    let mut ledger = account().expect("the evaluator's");
    assert_eq!((ledger.promised(), ledger.promised_to(&name(WORKER))), (700, 700));
    refused(ledger.voucher(&name(WORKER), 699, tree.root()), "never shrink");
    refused(ledger.voucher(&name(OTHER), BUDGET, tree.root()), "the budget is");
    ledger.voucher(&name(OTHER), BUDGET + 5 - 700, tree.root()).expect("the rest");
    drop(ledger);
    let mut ledger = account().expect("the evaluator's");
    assert_eq!(ledger.promised(), BUDGET + 5, "what was only promised is in the file");
    refused(ledger.voucher(&name(WORKER), 701, tree.root()), "cannot get 1 more");
    refused(
        EvmLedger::open((stage.escrow(OTHER), job, 0), None, wallet(OTHER), &stage.folder.path().join("o")).map(drop),
        "are signed by",
    );

    let left = BUDGET + 5 - 700;
    refused(escrow.refund(job), "WrongState");
    stage.anvil.pass(WORK + 1);
    assert_eq!(escrow.state(job).expect("known"), JobState::Submitted);
    refused(escrow.refund(job), "WrongState");
    stage.anvil.pass(WINDOW + 1);
    let client = stage.balance(CLIENT);
    assert_eq!(stage.escrow(STRANGER).refund(job).expect("anybody may"), left);
    assert_eq!(stage.balance(CLIENT), client + left);
    refused(escrow.refund(job), "WrongState");
    refused(escrow.open(&terms, BUDGET), "is Completed");

    let history = escrow.history(job, 0).expect("asked").expect("opened");
    assert_eq!((history.client, history.evaluator), (wallet(CLIENT).address(), wallet(EVALUATOR).address()));
    assert_eq!((history.funded, history.paid(), history.ended), (BUDGET + 5, 700, Some((JobState::Completed, left))));
    assert_eq!(history.workers[&name(WORKER)].root, tree.root());
    assert_eq!(escrow.history(Node([9; 32]), 0).expect("asked"), None);
}

#[test]
fn a_job_that_has_not_begun_can_be_cancelled() {
    let stage = Stage::open();
    let escrow = &stage.market.escrow;
    let before = stage.balance(CLIENT);
    let job = escrow.open(&stage.terms(0), BUDGET).expect("opened");
    refused(stage.escrow(STRANGER).cancel(job), "CannotCancel");
    assert_eq!(escrow.cancel(job).expect("not begun"), BUDGET);
    assert_eq!((stage.balance(CLIENT), escrow.state(job).expect("known")), (before, JobState::Cancelled));
    refused(escrow.open(&stage.terms(0), BUDGET), "is Cancelled");
    let begun = escrow.open(&stage.terms(1), BUDGET).expect("another");
    stage.anvil.pass(START);
    refused(escrow.cancel(begun), "CannotCancel");
}
