//! Workers, servers and networks that fail.

use std::time::{Duration, Instant};

use endcap::job::Node;
use endcap::job::queue::nats::{Connection, ConnectionOptions, NatsDispatch, NatsQueue, QueueOptions};
use endcap::job::queue::{Answer, Dispatch, Notice, Voucher, WorkQueue};

use crate::nats::{Market, PATIENCE, Proxy, Raw, id, task};

const SOON: Duration = Duration::from_secs(5);
const NOTHING: Duration = Duration::from_millis(150);

fn quick() -> QueueOptions {
    QueueOptions { ack_wait: Duration::from_secs(1), max_deliver: 2, ..QueueOptions::default() }
}

/// A worker whose network goes through a cable that can be cut.
fn far_worker(market: &mut Market, name: &str) -> (Proxy, NatsQueue) {
    market.dispatch.enrol(&id(name)).expect("enrolled");
    let proxy = Proxy::to(market.server.address());
    let server = format!("tls://localhost:{}", proxy.port);
    let options = ConnectionOptions { server, ..market.server.worker_options(name) };
    let queue = NatsQueue::open(Connection::open(&options).expect("logs in")).expect("a worker");
    (proxy, queue)
}

#[test]
fn the_task_of_a_worker_that_dies_comes_again() {
    let mut market = Market::open(quick());
    let (proxy, mut dead) = far_worker(&mut market, "w1");
    market.dispatch.send(&task("w1", 0)).expect("sent");
    assert_eq!(dead.pull(SOON).expect("there"), Some(task("w1", 0)));
    // Nothing that it says any more arrives, as after a SIGKILL.
    proxy.cut();
    drop(dead);
    let mut reborn = market.server.worker("w1");
    assert_eq!(reborn.pull(NOTHING).expect("there"), None, "not at once");
    assert_eq!(reborn.pull(SOON).expect("there"), Some(task("w1", 0)));
    reborn.release(&task("w1", 0)).expect("released");
    assert_eq!(reborn.pull(Duration::from_millis(1500)).expect("there"), None);
}

#[test]
fn a_task_that_is_kept_does_not_come_again() {
    let mut market = Market::open(quick());
    let mut worker = market.worker("w1");
    market.dispatch.send(&task("w1", 0)).expect("sent");
    assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 0)));
    let mut second = market.server.worker("w1");
    for _ in 0..6 {
        worker.keep(&task("w1", 0)).expect("kept");
        assert_eq!(second.pull(Duration::from_millis(400)).expect("there"), None);
    }
    worker.release(&task("w1", 0)).expect("released");
    assert_eq!(second.pull(Duration::from_millis(1500)).expect("there"), None);
}

#[test]
fn a_task_that_nobody_finishes_comes_back_as_failed() {
    let mut market = Market::open(quick());
    let mut worker = market.worker("w1");
    market.dispatch.send(&task("w1", 0)).expect("sent");
    market.dispatch.send(&task("w1", 1)).expect("sent");
    for _ in 0..2 {
        assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 0)));
        assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 1)));
        worker.keep(&task("w1", 1)).expect("kept");
    }
    worker.release(&task("w1", 1)).expect("released");
    let seen = Raw::coordinator(&market.server);
    // The server finds out when the worker asks for more.
    assert_eq!(worker.pull(Duration::from_millis(1500)).expect("there"), None);
    let failed = |dispatch: &mut NatsDispatch| {
        let heard = dispatch.receive(SOON).expect("there");
        let Some((worker, Notice::Failed { what, message })) = heard else { panic!("{heard:?}") };
        assert_eq!((worker, what), (id("w1"), task("w1", 0).what));
        assert!(message.contains("2 times"), "{message}");
    };
    failed(&mut market.dispatch);
    assert_eq!(seen.messages("TASKS"), Some(1), "not deleted before that is settled");
    // A coordinator that dies here hears of it again.
    let mut next = NatsDispatch::open(market.server.coordinator(), quick()).expect("a queue");
    failed(&mut next);
    next.settle().expect("settled");
    assert_eq!((seen.messages("TASKS"), seen.messages("NEWS")), (Some(0), Some(0)));
    assert_eq!(next.receive(NOTHING).expect("there"), None);
    assert_eq!(worker.pull(NOTHING).expect("there"), None);
}

#[test]
fn nothing_is_lost_when_the_server_is_killed() {
    let mut market = Market::open(QueueOptions::default());
    let mut worker = market.worker("w1");
    for unit in 0..50 {
        market.dispatch.send(&task("w1", unit)).expect("sent");
        worker.tell(&Notice::Progress { what: task("w1", unit).what, frames: unit }).expect("told");
    }
    market.server.kill();
    let begin = Instant::now();
    assert!(market.dispatch.send(&task("w1", 50)).expect_err("away").is_unreachable());
    assert!(worker.pull(NOTHING).expect_err("away").is_unreachable());
    assert!(begin.elapsed() < 2 * PATIENCE + SOON);
    market.server.restart();
    market.dispatch.send(&task("w1", 50)).expect("there again");
    market.dispatch.send(&task("w1", 49)).expect("there before");
    for unit in 0..=50 {
        assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", unit)));
        worker.release(&task("w1", unit)).expect("released");
    }
    for frames in 0..50 {
        let what = task("w1", frames).what;
        assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("w1"), Notice::Progress { what, frames })));
    }
    assert_eq!((worker.pull(NOTHING).expect("there"), market.dispatch.receive(NOTHING).expect("there")), (None, None));
}

#[test]
fn answers_are_heard_after_the_server_was_killed() {
    let mut market = Market::open(quick());
    let mut worker = market.worker("w1");
    let voucher = |amount| {
        let (job, root) = (Node([1; 32]), Node([2; 32]));
        Answer::Voucher(Voucher { job, worker: id("w1"), amount, root, signature: "0x".to_owned() })
    };
    for amount in 0..3 {
        market.dispatch.answer(&id("w1"), &voucher(amount)).expect("told");
        // What it has taken in was given out by a server that is dead, and the new one knows nothing about it; a worker
        // that is quicker than the coordinator has to knock twice.
        let end = Instant::now() + Duration::from_secs(20);
        while !worker.answers().is_ok_and(|heard| heard.contains(&voucher(amount))) {
            assert!(Instant::now() < end, "{amount} is never heard");
            std::thread::sleep(Duration::from_millis(50));
        }
        market.server.kill();
        market.server.restart();
    }
}

#[test]
fn a_network_that_is_cut_is_an_error_that_passes() {
    let mut market = Market::open(quick());
    let (proxy, mut worker) = far_worker(&mut market, "w1");
    market.dispatch.send(&task("w1", 0)).expect("sent");
    assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 0)));
    proxy.cut();
    let begin = Instant::now();
    assert!(worker.tell(&Notice::Leaving).expect_err("away").is_unreachable());
    assert!(worker.keep(&task("w1", 0)).expect_err("away").is_unreachable());
    assert!(worker.answers().expect_err("away").is_unreachable());
    assert!(begin.elapsed() < 3 * PATIENCE + SOON, "nothing waits for ever");
    proxy.mend();
    worker.tell(&Notice::Leaving).expect("there again");
    // It was silent for long, so its task comes once more, and nobody else's.
    assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 0)));
    worker.release(&task("w1", 0)).expect("released");
    // It was told once, though the first attempt may have been on its way.
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("w1"), Notice::Leaving)));
    assert_eq!(market.dispatch.receive(NOTHING).expect("there"), None);
}

#[test]
fn who_is_not_enrolled_waits() {
    let mut market = Market::open(QueueOptions::default());
    let mut worker = market.server.worker("w1");
    let begin = Instant::now();
    assert_eq!(worker.pull(NOTHING).expect("there"), None);
    assert!(begin.elapsed() < SOON);
    worker.tell(&Notice::Leaving).expect("told");
    market.dispatch.send(&task("w1", 0)).expect("sent");
    assert_eq!(worker.pull(SOON).expect("there"), Some(task("w1", 0)));
}
