//! Coordination without rendering: what must hold whoever works, and whenever the coordinator is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use endcap::job::coordinate::{
    Event, Examination, Examine, Examined, FileJournal, Journal, Status, Table, Terms, TryState, UnitState,
};
use endcap::job::{Error, WorkerId};
use proptest::prelude::*;

use crate::sim::{Character, HELD, Sim, UNITS};

fn terms() -> Terms {
    Terms {
        unit_price: 7,
        budget: 7 * 40,
        lease_s: 100,
        silence_s: 1000,
        newcomer_units: 3,
        hold_back: 2,
        ..Terms::default()
    }
}

/// What is paid in the end: as many units as are valid, to whom they are valid, and never for a bad one.
fn settle_up(sim: &mut Sim) {
    sim.round(1);
    let paper = sim.paper.0.lock().expect("not poisoned").clone();
    let mut sum = 0;
    for (name, known) in sim.table().workers() {
        let (amount, _) = paper.get(name).copied().unwrap_or_default();
        assert_eq!(amount, 7 * known.valid.len() as u128, "{name}");
        sum += amount;
    }
    assert!(sum <= sim.terms.budget && sum == Status::of(sim.table()).earned);
}

#[test]
fn honest_workers_finish_and_are_paid() {
    let mut sim = Sim::new(terms(), &[("a", Character::Honest), ("b", Character::Honest)]);
    sim.run(60);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    assert!((0..UNITS).all(|unit| sim.valid_word(unit).as_deref() == Some("good")));
    settle_up(&mut sim);
    let paid: u128 = sim.paper.0.lock().expect("not poisoned").values().map(|(amount, _)| amount).sum();
    assert_eq!(paid, 7 * u128::from(UNITS));
}

#[test]
fn a_cheat_is_caught_dismissed_and_what_it_made_before_is_looked_at_again() {
    let mut sim = Sim::new(
        Terms { newcomer_units: 0, least_share: 0.5, hold_back: 100, ..terms() },
        &[("a", Character::Honest), ("c", Character::Cheat(3))],
    );
    sim.run(100);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    let cheat = &sim.table().workers()[&"c".parse::<WorkerId>().expect("a name")];
    if cheat.banned.is_some() {
        assert!((0..UNITS).all(|unit| sim.valid_word(unit).as_deref() == Some("good")), "nothing bad is left");
        assert!(sim.workers[1].is_dismissed && cheat.in_flight == 0);
    }
    assert!(cheat.banned.is_some(), "{cheat:?}");
    settle_up(&mut sim);
}

#[test]
fn doubtful_results_wait_for_somebody_else() {
    // Two of one owner are no two witnesses.
    let mut sim = Sim::new(terms(), &[("o-1", Character::Odd), ("o-2", Character::Odd)]);
    sim.run(30);
    assert!(sim.table().count(UnitState::Valid) == 0 && sim.table().count(UnitState::Inconclusive) > 0);
    let another = sim.worker("p-1", Character::Odd);
    sim.workers.push(another);
    sim.run(60);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    let twice = sim
        .table()
        .units()
        .iter()
        .filter(|unit| unit.tries.iter().filter(|one| matches!(one.state, TryState::Valid { .. })).count() == 2);
    assert!(twice.count() > 0, "both that agree are paid");
    settle_up(&mut sim);
}

#[test]
fn whoever_is_overruled_is_not_paid_and_not_banned() {
    let mut sim = Sim::new(terms(), &[("o", Character::Odd), ("a", Character::Honest)]);
    sim.run(80);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    let odd = &sim.table().workers()[&"o".parse::<WorkerId>().expect("a name")];
    assert!(odd.valid.is_empty() && odd.banned.is_none() && odd.invalid > 0, "{odd:?}");
    settle_up(&mut sim);
}

#[test]
fn the_budget_is_hard() {
    let terms = Terms { budget: 7 * 5, ..terms() };
    let mut sim = Sim::new(terms, &[("a", Character::Honest), ("b", Character::Honest)]);
    sim.run(60);
    assert_eq!(sim.table().count(UnitState::Valid), 5);
    assert_eq!(sim.table().count(UnitState::Unsent), UNITS - 5);
}

#[test]
fn a_unit_that_nobody_can_make_dies() {
    let mut sim = Sim::new(Terms { attempts: 2, ..terms() }, &[("a", Character::Cheat(1)), ("b", Character::Cheat(1))]);
    sim.run(60);
    assert!(sim.table().workers().values().all(|worker| worker.banned.is_some()));
    let mut sim = Sim::new(Terms { attempts: 1, ..terms() }, &[("s", Character::Silent)]);
    sim.run(400);
    assert_eq!((sim.table().count(UnitState::Dead), sim.table().is_over()), (UNITS, true));
}

#[test]
fn cancelling_takes_everything_back_and_pays_what_is_there() {
    let mut sim = Sim::new(terms(), &[("a", Character::Honest), ("s", Character::Silent)]);
    sim.round(10);
    sim.round(10);
    sim.coordinator.as_mut().expect("running").cancel().expect("once");
    sim.run(10);
    assert!(sim.table().is_over() && sim.table().is_cancelled());
    assert!(sim.table().workers().values().all(|worker| worker.in_flight == 0));
    let valid = sim.table().count(UnitState::Valid);
    assert!(valid > 0 && valid < UNITS, "{valid}");
    settle_up(&mut sim);
}

#[test]
fn another_jobs_journal_and_a_journal_that_lies_are_refused() {
    let sim = Sim::new(terms(), &[]);
    let lines = sim.lines();
    let mut wrong = lines.clone();
    wrong.push(serde_json::to_string(&Event::Left { worker: "x".parse().expect("a name") }).expect("plain data"));
    assert!(Table::replay(&wrong).expect_err("nobody").to_string().contains("line 2"));
    wrong[1] = "{\"event\":\"paid\"}".to_owned();
    assert!(Table::replay(&wrong).expect_err("no event").to_string().contains("line 2"));
    assert!(Table::replay(&[]).is_err());
}

fn characters() -> impl Strategy<Value = Vec<Character>> {
    let any = prop_oneof![
        3 => Just(Character::Honest),
        1 => (1..5_u64).prop_map(Character::Cheat),
        1 => Just(Character::Odd),
        1 => Just(Character::Silent),
        1 => Just(Character::Late),
        1 => Just(Character::Clumsy),
        1 => Just(Character::Broken),
        1 => Just(Character::Noisy),
    ];
    proptest::collection::vec(any, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever works, and whenever the coordinator is killed: with two honest owners the job is finished, everything bad
    /// that was looked at is gone, and everybody is paid for what is valid.
    #[test]
    fn the_job_is_finished_whatever_happens(
        others in characters(),
        kills in proptest::collection::vec((1..12_usize, -3000..3000_i64), 0..4),
    ) {
        let names: Vec<String> = (0..others.len()).map(|i| format!("w{i}")).collect();
        let mut workers = vec![("good1", Character::Honest), ("good2", Character::Honest)];
        workers.extend(names.iter().map(String::as_str).zip(others));
        let mut sim = Sim::new(Terms { newcomer_units: 1000, ..terms() }, &workers);
        for (rounds, seconds) in kills {
            sim.run(rounds);
            // Whoever goes on has another clock.
            sim.now_s = sim.now_s.saturating_add_signed(seconds);
            sim.restart();
        }
        sim.run(300);
        prop_assert_eq!(sim.table().count(UnitState::Valid), UNITS, "{:?}", Status::of(sim.table()));
        for unit in 0..UNITS {
            let word = sim.valid_word(unit);
            prop_assert!(word.as_deref().is_some_and(|word| word != "bad"), "{:?}", word);
        }
        settle_up(&mut sim);
    }
}

#[test]
fn a_worker_that_cannot_work_does_not_eat_up_the_attempts() {
    // Nothing else is there for a while but a machine whose disk is full.
    let mut sim = Sim::new(Terms { attempts: 3, ..terms() }, &[("broken", Character::Broken)]);
    sim.run(15);
    assert!(sim.table().count(UnitState::Dead) <= 2, "without a rest it would be ten");
    let mut sim = Sim::new(terms(), &[("broken", Character::Broken), ("a", Character::Honest)]);
    sim.run(100);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
}

/// A journal on a machine that dies while it writes a promise.
struct Mortal(FileJournal, Arc<AtomicU32>);

impl Journal for Mortal {
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        self.0.replay()
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        let is_promise = lines.iter().any(|line| line.contains("\"promised\""));
        if is_promise && self.1.fetch_add(1, Ordering::Relaxed) == 1 {
            return Err(Error::Unfit("the machine has died".to_owned()));
        }
        self.0.append(lines)
    }
}

#[test]
fn a_crash_between_a_voucher_and_the_journal_is_mended() {
    let mut sim = Sim::new(Terms { hold_back: 0, ..terms() }, &[("a", Character::Honest), ("b", Character::Honest)]);
    sim.coordinator = None;
    let (mut ends, promises) = (sim.ends(), Arc::new(AtomicU32::new(0)));
    drop(ends.journal);
    let journal = FileJournal::open(&sim.state().join("journal")).expect("a journal");
    ends.journal = Box::new(Mortal(journal, Arc::clone(&promises)));
    let mut coordinator = sim.open(ends).expect("goes on");
    let died = (0..60).any(|_| {
        sim.act(10);
        std::thread::sleep(Duration::from_millis(1));
        coordinator.step(sim.now_s, Duration::ZERO).is_err()
    });
    assert!(died && promises.load(Ordering::Relaxed) == 2);
    drop(coordinator);
    let known: u128 = Table::replay(&sim.lines()).expect("follows").workers().values().map(|one| one.promised).sum();
    assert!(known < sim.promised(), "the ledger has promised what the journal does not know");
    sim.restart();
    sim.run(60);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    settle_up(&mut sim);
}

/// Does not live through the first delivery.
struct Faint;

impl Examine for Faint {
    fn examine(&mut self, _: &Examination) -> Result<Examined, endcap::Error> {
        panic!("a mistake of ours");
    }
}

#[test]
fn a_coordinator_whose_examiner_dies_says_so() {
    let mut sim = Sim::new(terms(), &[("a", Character::Honest)]);
    sim.coordinator = None;
    let mut ends = sim.ends();
    ends.examiner = Box::new(Faint);
    let mut coordinator = sim.open(ends).expect("goes on");
    // To say why it died takes a thread longer than dying.
    let error = (0..2000).find_map(|_| {
        sim.act(1);
        std::thread::sleep(Duration::from_millis(10));
        coordinator.step(sim.now_s, Duration::ZERO).err()
    });
    assert!(error.expect("it ends").to_string().contains("ended early"));
}

#[test]
fn a_job_that_may_cost_more_than_is_there_is_not_opened() {
    let mut sim = Sim::new(terms(), &[]);
    sim.coordinator = None;
    std::fs::remove_file(sim.state().join("journal")).expect("it is there");
    sim.terms.budget = HELD + 1;
    let Err(error) = sim.open(sim.ends()) else { panic!("nobody could be paid") };
    assert!(error.to_string().contains(&format!("holds {HELD} for the job, which may cost {}", HELD + 1)), "{error}");
}
