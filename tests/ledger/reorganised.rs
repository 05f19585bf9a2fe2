//! The chain takes blocks back.

use std::time::Duration;

use endcap::job::ledger::evm::{Chain, ChainOptions, Escrow, JobState};
use serde_json::json;

use crate::stage::*;

#[test]
fn a_job_keeps_its_id_when_blocks_are_taken_back() {
    let stage = Stage::open();
    let escrow = &stage.market.escrow;
    let before = stage.anvil.ask("evm_snapshot", json!([]));
    let id = escrow.open(&stage.terms(0), BUDGET).expect("opened");
    assert_eq!(id, Escrow::job_id(wallet(CLIENT).address(), &stage.terms(0)), "known before anything is sent");
    stage.anvil.ask("evm_revert", json!([before]));
    assert_eq!(escrow.state(id).expect("known"), JobState::None);
    let other = escrow.open(&stage.terms(1), 7).expect("another comes first now");
    assert_ne!(other, id);
    assert_eq!(escrow.open(&stage.terms(0), BUDGET).expect("opened again"), id);
    assert_eq!(escrow.job(id).expect("known").expect("there").funded, BUDGET);
    assert_eq!(escrow.job(other).expect("known").expect("there").funded, 7);
}

#[test]
fn what_is_not_deep_enough_does_not_count() {
    let stage = Stage::open();
    let job = stage.market.escrow.open(&stage.terms(0), BUDGET).expect("opened");
    let careful = |patience: u64| {
        let options = ChainOptions { confirmations: 3, patience: Duration::from_secs(patience), ..options() };
        let chain = Chain::connect(&stage.anvil.url(), Some(wallet(CLIENT)), options).expect("it listens");
        Escrow::at(&chain, stage.market.escrow.address()).expect("deep enough")
    };
    let escrow = careful(20);
    assert_eq!(escrow.state(job).expect("known"), JobState::None, "one block is not enough");
    assert_eq!(escrow.history(job, 0).expect("asked"), None);
    stage.anvil.ask("anvil_mine", json!(["0x2"]));
    assert_eq!(escrow.state(job).expect("known"), JobState::Open);
    assert_eq!(escrow.history(job, 0).expect("asked").map(|history| history.funded), Some(BUDGET));

    // Nobody mines: it may be there, and it is not known to be.
    let error = careful(1).fund(job, BUDGET + 1).expect_err("too shallow");
    assert!(error.is_unreachable() && format!("{error:?}").contains("not confirmed"), "{error:?}");
    std::thread::scope(|scope| {
        let funded = scope.spawn(|| escrow.fund(job, BUDGET + 1));
        while !funded.is_finished() {
            std::thread::sleep(Duration::from_millis(50));
            stage.anvil.ask("evm_mine", json!([]));
        }
        assert_eq!(funded.join().expect("no panic").expect("deep enough"), BUDGET + 1);
    });
}
