//! Stakes that come, leave and are taken away; asks.

use endcap::job::Digest;
use endcap::job::ledger::evm::{Ask, Decision, EvmLedger, OrderBook, Stake};
use endcap::job::ledger::{Ledger, Offer};

use crate::stage::*;

#[test]
fn stakes_come_and_go_and_only_the_arbiter_takes_them() {
    let stage = Stage::open();
    let worker = stage.registry(WORKER);
    assert_eq!(worker.stake_of(&name(WORKER)).expect("asked"), Stake::default());
    assert_eq!(worker.stake(MINIMUM + 100).expect("staked"), MINIMUM + 100);
    assert_eq!(worker.stake(MINIMUM).expect("there is more"), MINIMUM + 100, "a call after a crash adds nothing");

    let job = stage.begun();
    let path = stage.folder.path().join("promises");
    let stakes = Some((stage.registry(EVALUATOR), MINIMUM));
    let mut ledger =
        EvmLedger::open((stage.escrow(EVALUATOR), job, 0), stakes, wallet(EVALUATOR), &path).expect("its own");
    ledger.admit(&name(WORKER), &hello()).expect("staked");
    worker.request_unstake(100).expect("enough is there");
    refused(ledger.admit(&name(WORKER), &hello()), "on their way out");
    worker.cancel_unstake().expect("something was");
    ledger.admit(&name(WORKER), &hello()).expect("staked again");
    refused(worker.request_unstake(10_000), "NotEnough");
    refused(worker.withdraw(), "NothingUnbonding");
    worker.request_unstake(100).expect("enough is there");
    refused(worker.withdraw(), "StillUnbonding");
    stage.anvil.pass(WINDOW + 1);
    worker.withdraw().expect("the time is over");

    let now = stage.chain(CLIENT).now().expect("asked");
    let evidence = Digest::of(b"two roots");
    let decision = Decision { worker: name(WORKER), amount: 200, evidence, nonce: 1, deadline: now + 1000 };
    let stranger = stage.registry(STRANGER);
    let forged = stranger.sign_slash(&wallet(EVALUATOR), &decision).expect("signed");
    refused(stranger.slash(&decision, &forged), "BadSignature");
    let signature = stranger.sign_slash(&wallet(ARBITER), &decision).expect("signed");
    refused(stranger.slash(&Decision { amount: 201, ..decision.clone() }, &signature), "BadSignature");
    stranger.slash(&decision, &signature).expect("decided");
    refused(stranger.slash(&decision, &signature), "NonceUsed");
    assert_eq!(worker.stake_of(&name(WORKER)).expect("asked").bonded, MINIMUM - 200);
    refused(ledger.admit(&name(WORKER), &hello()), "asks for 500");
    stage.anvil.pass(2000);
    let late = Decision { nonce: 2, ..decision };
    let signature = stranger.sign_slash(&wallet(ARBITER), &late).expect("signed");
    refused(stranger.slash(&late, &signature), "DecisionExpired");
}

#[test]
fn asks_of_staked_workers_are_read_cheapest_first() {
    let stage = Stage::open();
    let (class, valid_until) = (class().digest(), stage.chain(CLIENT).now().expect("asked") + 1000);
    let book = |who| OrderBook::at(&stage.chain(who), stage.market.book.address()).expect("it is there");
    let ask = |who, price| Ask {
        worker: name(who),
        token: stage.market.token.address(),
        price,
        minimum_units: 3,
        valid_until,
    };
    refused(book(WORKER).post(class, &ask(WORKER, 9)), "NotStaked");
    for (who, price) in [(WORKER, 9), (OTHER, 7)] {
        stage.registry(who).stake(MINIMUM).expect("staked");
        book(who).post(class, &ask(who, price)).expect("posted");
    }
    let reader = &stage.market.book;
    assert_eq!(reader.asks(class).expect("asked"), [ask(OTHER, 7), ask(WORKER, 9)]);
    assert_eq!(reader.asks(Digest::of(b"another class")).expect("asked"), []);
    book(WORKER).post(class, &ask(WORKER, 5)).expect("replaced");
    assert_eq!(reader.asks(class).expect("asked"), [ask(WORKER, 5), ask(OTHER, 7)]);
    assert_eq!(reader.ask_of(&name(WORKER), class).expect("asked"), Some(ask(WORKER, 5)));
    // A coordinator that reads the book knows what its workers ask, and works with nobody who wants other money.
    let job = stage.begun();
    let promises = stage.folder.path().join("promises");
    let ledger = EvmLedger::open((stage.escrow(EVALUATOR), job, 0), None, wallet(EVALUATOR), &promises);
    let mut ledger = ledger.expect("the evaluator's").with_book(reader.clone());
    let offer = |ledger: &mut EvmLedger, who| ledger.admit(&name(who), &hello()).map(|admitted| admitted.offer);
    assert_eq!(offer(&mut ledger, WORKER).expect("asked"), Some(Offer { unit_price: 5, minimum_units: 3 }));
    assert_eq!(offer(&mut ledger, STRANGER).expect("it asks for nothing"), None);
    let foreign = Ask { token: stage.market.escrow.address(), ..ask(OTHER, 1) };
    book(OTHER).post(class, &foreign).expect("posted");
    refused(offer(&mut ledger, OTHER), "asks for 0x");
    book(OTHER).post(class, &ask(OTHER, 7)).expect("posted");
    assert_eq!(reader.ask_of(&name(WORKER), Digest::of(b"another class")).expect("asked"), None);
    book(WORKER).withdraw(class).expect("taken away");
    assert_eq!(reader.ask_of(&name(WORKER), class).expect("asked"), None);
    refused(book(WORKER).withdraw(class), "NoAsk");
    assert_eq!(reader.asks(class).expect("asked"), [ask(OTHER, 7)]);
    stage.anvil.pass(2000);
    assert_eq!(reader.asks(class).expect("asked"), [], "they are over");
    assert_eq!(reader.ask_of(&name(OTHER), class).expect("asked"), None, "it is over");
}
