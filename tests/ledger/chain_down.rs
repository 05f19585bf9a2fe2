//! The node is killed, and comes back with what it knew.

use std::time::{Duration, Instant};

use endcap::job::ledger::Ledger;
use endcap::job::ledger::evm::{Chain, EvmLedger, Terms, Till};

use crate::anvil::Anvil;
use crate::stage::*;

#[test]
fn a_dead_node_is_unreachable_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let state = folder.path().join("state.json");
    let mut stage = Stage::on(Anvil::with(&["--state", state.to_str().expect("text"), "--state-interval", "1"]));
    // It has begun at once: a node that comes back does not know how far its clock was put forward.
    let terms = Terms { starts_at: 0, ..stage.terms(0) };
    let job = stage.market.escrow.open(&terms, BUDGET).expect("opened");
    let promises = stage.folder.path().join("promises");
    let mut ledger =
        EvmLedger::open((stage.escrow(EVALUATOR), job, 0), None, wallet(EVALUATOR), &promises).expect("its own");
    let path = stage.folder.path().join("till.json");
    let mut till = Till::open(stage.escrow(WORKER), job, &path).expect("a till");
    let voucher = ledger.voucher(&name(WORKER), 10, ROOT).expect("signed").expect("paid");
    assert!(till.accept(&voucher).expect("sound"));
    // The node writes its state every second: one that began after the last transaction must end.
    let (height, end) =
        (stage.anvil.ask("eth_blockNumber", serde_json::json!([])), Instant::now() + Duration::from_secs(15));
    let is_written = || {
        let text = std::fs::read_to_string(&state).unwrap_or_default();
        let known: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        known["best_block_number"] == height || known["block"]["number"] == height
    };
    while !is_written() {
        assert!(Instant::now() < end, "the node has not written block {height}");
        std::thread::sleep(Duration::from_millis(100));
    }
    stage.anvil.kill();

    let begun = Instant::now();
    assert!(ledger.budget().expect_err("dead").is_unreachable());
    assert!(ledger.admit(&name(WORKER), &hello()).is_ok(), "without stakes nobody is asked");
    let error = till.redeem().expect_err("dead");
    assert!(error.is_unreachable(), "{error:?}");
    let error = Chain::connect(&stage.anvil.url(), None, options()).expect_err("dead");
    assert!(error.is_unreachable() && error.to_string().contains(&stage.anvil.url()), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // Off the chain work goes on: promises are signed, and taken in.
    let more = ledger.voucher(&name(WORKER), 30, ROOT).expect("needs no network").expect("paid");
    assert!(till.accept(&more).expect("the evaluator is known"));
    drop(till);

    stage.anvil.restart();
    let mut till = Till::open(stage.escrow(WORKER), job, &path).expect("a till");
    assert_eq!(till.voucher().map(|voucher| voucher.amount), Some(30));
    assert_eq!(till.redeem().expect("paid"), 30);
    assert_eq!(ledger.budget().expect("it is back"), Some(BUDGET - 30));
}

#[test]
fn addresses_that_answer_otherwise_are_unreachable_and_their_secrets_stay_secret() {
    for wrong in ["", "127.0.0.1:1", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"] {
        let error = Chain::connect(wrong, None, options()).expect_err(wrong);
        assert!(error.is_bad_input(), "{wrong}: {error}");
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("accepted");
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    });
    let url = format!("http://user:hidden1@127.0.0.1:{port}/hidden2?key=hidden3");
    let error = Chain::connect(&url, None, options()).expect_err("no chain");
    let text = format!("{error} {error:?}");
    assert!(error.is_unreachable() && !text.contains("hidden") && text.contains("127.0.0.1"), "{text}");
}
