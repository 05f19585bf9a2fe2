//! A worker's till: what it takes in, what it keeps, when it redeems.

use endcap::job::Node;
use endcap::job::ledger::evm::Till;
use endcap::job::queue::Voucher;

use crate::stage::*;

#[test]
fn a_till_takes_only_what_the_escrow_would_pay_and_redeems_in_time() {
    let stage = Stage::open();
    let job = stage.begun();
    let path = stage.folder.path().join("tills/till.json");
    let mut till = Till::open(stage.escrow(WORKER), job, &path).expect("a till");
    assert_eq!(till.redeem().expect("nothing to do"), 0);

    let good = stage.voucher(job, WORKER, 100);
    refused(till.accept(&stage.voucher(job, OTHER, 100)), "is for");
    refused(till.accept(&stage.voucher(Node([1; 32]), WORKER, 100)), "is for");
    refused(till.accept(&stage.signed_by(STRANGER, good.clone())), "no say");
    refused(till.accept(&Voucher { amount: 101, ..good.clone() }), "no say");
    refused(till.accept(&Voucher { signature: String::new(), ..good.clone() }), "is no signature");
    assert!(till.voucher().is_none() && !path.exists());
    assert!(till.accept(&stage.signed_by(CLIENT, good.clone())).expect("the client's word counts too"));
    assert!(!till.accept(&good).expect("worth no more"));
    assert!(till.accept(&stage.voucher(job, WORKER, BUDGET + 10)).expect("more than there is"));

    // What the escrow does not hold is at risk, and known to be.
    let risk = till.risk(BUDGET + 30).expect("known");
    assert_eq!((risk.unpromised, risk.unredeemed, risk.uncovered), (20, BUDGET + 10, 10));
    drop(till);

    let mut till = Till::open(stage.escrow(WORKER), job, &path).expect("as it was");
    let deadline = till.deadline().expect("known");
    assert_eq!(till.tend(deadline - 1000, 999).expect("there is time"), None);
    assert_eq!(till.tend(deadline + 1, 1000).expect("too late"), None);
    assert_eq!(till.tend(deadline - 1000, 1000).expect("paid"), Some(BUDGET), "what the job has left");
    assert_eq!(stage.market.escrow.account(job, &name(WORKER)).expect("known").root, ROOT);

    let error = Till::open(stage.escrow(OTHER), job, &path).expect_err("another's");
    assert!(error.to_string().contains("is not the till of"), "{error}");
    for noise in ["", "{}", "\u{0}\u{1}", &"x".repeat(100_000)] {
        std::fs::write(&path, noise).expect("written");
        assert!(Till::open(stage.escrow(WORKER), job, &path).expect_err("noise").is_bad_input());
    }
}
