//! What every queue promises.

use std::time::{Duration, Instant};

use endcap::job::Digest;
use endcap::job::queue::nats::{NatsDispatch, QueueOptions};
use endcap::job::queue::{Answer, Attempt, Dispatch, LocalWorkers, Notice, Task, WorkQueue};

use crate::nats::{Market, id, task};

const SOON: Duration = Duration::from_secs(2);
const NOTHING: Duration = Duration::from_millis(150);

fn progress(unit: u64, frames: u64) -> Notice {
    Notice::Progress { what: task("one", unit).what, frames }
}

fn keeps_the_contract(dispatch: &mut dyn Dispatch, one: &mut dyn WorkQueue, two: &mut dyn WorkQueue) {
    // Tasks come in order, once, to their worker.
    assert_eq!(one.pull(NOTHING).expect("there"), None);
    for unit in [0, 1, 2, 1] {
        dispatch.send(&task("one", unit)).expect("sent");
    }
    dispatch.send(&task("two", 7)).expect("sent");
    let pull = |queue: &mut dyn WorkQueue| queue.pull(SOON).expect("there").expect("a task");
    let tasks: Vec<Task> = (0..3).map(|_| pull(one)).collect();
    assert_eq!(tasks, [task("one", 0), task("one", 1), task("one", 2)]);
    assert_eq!(one.pull(NOTHING).expect("there"), None);
    assert_eq!(pull(two), task("two", 7));

    // What one holds may be kept, and is released once it is told about; both may be said again.
    for task in &tasks {
        one.keep(task).expect("kept");
        one.release(task).expect("released");
        one.release(task).expect("nothing to do");
    }
    two.release(&task("two", 7)).expect("released");
    assert_eq!(one.pull(NOTHING).expect("there"), None);

    // What was taken back does not come, and taking it back again is fine.
    dispatch.send(&task("one", 3)).expect("sent");
    dispatch.send(&task("one", 4)).expect("sent");
    dispatch.withdraw(&task("one", 3)).expect("taken back");
    dispatch.withdraw(&task("one", 3)).expect("nothing to do");
    assert_eq!(pull(one), task("one", 4));
    one.release(&task("one", 4)).expect("released");

    // News come in the order of each worker, once, under its name.
    assert_eq!(dispatch.receive(NOTHING).expect("there"), None);
    for frames in 0..20 {
        one.tell(&progress(0, frames)).expect("told");
        two.tell(&progress(7, frames)).expect("told");
    }
    let mut heard = [Vec::new(), Vec::new()];
    for _ in 0..40 {
        let (worker, notice) = dispatch.receive(SOON).expect("there").expect("news");
        heard[usize::from(worker == id("two"))].push(notice);
    }
    assert_eq!(heard[0], (0..20).map(|frames| progress(0, frames)).collect::<Vec<_>>());
    assert_eq!(heard[1], (0..20).map(|frames| progress(7, frames)).collect::<Vec<_>>());
    dispatch.settle().expect("settled");
    dispatch.settle().expect("nothing to do");
    assert_eq!(dispatch.receive(NOTHING).expect("there"), None);

    // Answers come once, in order, to whom they are for.
    assert_eq!(one.answers().expect("there"), []);
    let what = |unit| Attempt { job: Digest::of(b"job"), unit, attempt: 0 };
    let accepted = [Answer::Accepted { what: what(0) }, Answer::Accepted { what: what(1) }];
    for answer in &accepted {
        dispatch.answer(&id("one"), answer).expect("answered");
    }
    assert_eq!(two.answers().expect("there"), []);
    assert_eq!(next_answers(one, 2), accepted);
    assert_eq!(one.answers().expect("there"), []);
}

/// The next answers, so many. A server tells a consumer of a message a moment after it has stored it.
fn next_answers(queue: &mut dyn WorkQueue, count: usize) -> Vec<Answer> {
    let (mut answers, end) = (Vec::new(), Instant::now() + SOON);
    while answers.len() < count && Instant::now() < end {
        answers.extend(queue.answers().expect("there"));
    }
    answers
}

#[test]
fn local_workers() {
    let workers = LocalWorkers::default();
    let (mut one, mut two) = (workers.queue(id("one")), workers.queue(id("two")));
    keeps_the_contract(&mut workers.dispatch(), &mut one, &mut two);
}

#[test]
fn nats() {
    let mut market = Market::open(QueueOptions::default());
    let (mut one, mut two) = (market.worker("one"), market.worker("two"));
    keeps_the_contract(&mut market.dispatch, &mut one, &mut two);
    assert_eq!(market.dispatch.dropped(), 0);
}

#[test]
fn news_come_again_until_they_are_settled() {
    let mut market = Market::open(QueueOptions::default());
    let mut one = market.worker("one");
    for frames in 0..4 {
        one.tell(&progress(0, frames)).expect("told");
    }
    let receive = |dispatch: &mut NatsDispatch| dispatch.receive(SOON).expect("there").expect("news").1;
    assert_eq!(receive(&mut market.dispatch), progress(0, 0));
    assert_eq!(receive(&mut market.dispatch), progress(0, 1));
    market.dispatch.settle().expect("settled");
    assert_eq!(receive(&mut market.dispatch), progress(0, 2));

    // The coordinator dies here: what it has settled is over, the rest comes again.
    let mut next = NatsDispatch::open(market.server.coordinator(), QueueOptions::default()).expect("a queue");
    assert_eq!(receive(&mut next), progress(0, 2));
    assert_eq!(receive(&mut next), progress(0, 3));
    next.settle().expect("settled");
    assert_eq!(next.receive(NOTHING).expect("there"), None);
}

#[test]
fn answers_come_again_until_the_worker_asks_for_more() {
    let mut market = Market::open(QueueOptions::default());
    let mut one = market.worker("one");
    let answer = |text: &str| Answer::Refused { what: task("one", 0).what, message: text.to_owned() };
    market.dispatch.answer(&id("one"), &answer("a")).expect("answered");
    assert_eq!(next_answers(&mut one, 1), [answer("a")]);
    // It ends in an orderly way, so it knows this one.
    drop(one);
    let mut one = market.server.worker("one");
    assert_eq!(one.answers().expect("there"), []);
    // Who is dismissed gets no tasks, and learns why.
    market.dispatch.send(&task("one", 0)).expect("sent");
    let dismissed = Answer::Dismissed { message: "no stake".to_owned() };
    market.dispatch.answer(&id("one"), &dismissed).expect("answered");
    assert_eq!(next_answers(&mut one, 1), [dismissed]);
    assert_eq!(one.pull(NOTHING).expect("there"), None);
    // Who is enrolled again gets new ones.
    market.dispatch.send(&task("one", 1)).expect("sent");
    assert_eq!(one.pull(SOON).expect("there"), Some(task("one", 1)));
}
