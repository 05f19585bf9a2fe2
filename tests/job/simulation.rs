//! Coordination without rendering: what must hold whoever works, and whenever the coordinator is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use endcap::job::coordinate::{
    Coordinator, Event, Examination, Examine, Examined, FileJournal, Journal, Status, Table, Terms, TryState, UnitState,
};
use endcap::job::ledger::Offer;
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
    for name in sim.table().workers().keys() {
        let (amount, _) = paper.get(name).copied().unwrap_or_default();
        let tries = sim.table().units().iter().flat_map(|unit| &unit.tries).filter(|one| one.worker == *name);
        let valid = tries.filter(|one| matches!(one.state, TryState::Valid { .. }));
        let price = sim.paper.1.get(name.as_str()).map_or(7, |offer| offer.unit_price);
        assert_eq!(amount, valid.count() as u128 * price, "{name}");
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

fn offer(unit_price: u128, minimum_units: u64) -> Offer {
    Offer { unit_price, minimum_units }
}

#[test]
fn whoever_asks_less_gets_more_and_whoever_asks_too_much_gets_nothing() {
    let names = ["cheap", "dear", "greedy", "proud", "plain"];
    let offers = [offer(3, 1), offer(6, UNITS), offer(8, 1), offer(1, UNITS + 1)];
    let offers: Vec<_> = names.iter().copied().zip(offers).collect();
    let mut sim = Sim::with_offers(terms(), &names.map(|name| (name, Character::Honest)), &offers);
    sim.run(60);
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    let made = |name: &str| sim.table().workers().get(&name.parse::<WorkerId>().expect("a name"));
    let [cheap, dear, plain] = ["cheap", "dear", "plain"].map(|name| made(name).expect("admitted").clone());
    assert_eq!([cheap.unit_price, dear.unit_price, plain.unit_price], [3, 6, 7]);
    assert!(cheap.valid.len() >= dear.valid.len() && dear.valid.len() >= plain.valid.len(), "the cheapest first");
    assert!(made("greedy").is_none() && made("proud").is_none() && sim.workers[2].is_dismissed);
    assert!(sim.workers[3].is_dismissed && !sim.workers[0].is_dismissed);
    settle_up(&mut sim);
    assert!(Status::of(sim.table()).earned < 7 * u128::from(UNITS));
}

#[test]
fn cheap_workers_that_spoil_what_they_get_do_not_spoil_the_job() {
    for character in [Character::Silent, Character::Broken, Character::Empty] {
        let workers = [("a", character), ("b", character), ("good", Character::Honest)];
        let mut sim = Sim::with_offers(terms(), &workers, &[("a", offer(0, 1)), ("b", offer(1, 1))]);
        sim.run(300);
        assert_eq!(sim.table().count(UnitState::Valid), UNITS, "{character:?}: {:?}", Status::of(sim.table()));
        settle_up(&mut sim);
    }
    // Where there is nobody else all try again, until the unit is given up.
    let mut sim = Sim::new(Terms { attempts: 2, ..terms() }, &[("a", Character::Broken), ("b", Character::Broken)]);
    sim.run(2000);
    assert_eq!((sim.table().count(UnitState::Dead), sim.table().is_over()), (UNITS, true));
}

#[test]
fn what_was_given_out_keeps_its_price() {
    let mut sim = Sim::with_offers(terms(), &[("a", Character::Honest)], &[("a", offer(3, 1))]);
    sim.round(10);
    sim.round(10);
    let before = sim.table().committed();
    assert!(before > 0 && before.is_multiple_of(3));
    sim.paper.1 = Arc::new([("a".to_owned(), offer(5, 1))].into());
    sim.restart();
    sim.run(60);
    let prices: Vec<u128> = sim.table().units().iter().flat_map(|unit| &unit.tries).map(|one| one.price).collect();
    assert!(prices.contains(&3) && prices.contains(&5), "{prices:?}");
    assert_eq!(sim.promised(), prices.iter().sum::<u128>());
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
        1 => Just(Character::Empty),
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
        asked in proptest::collection::vec(0..9_u128, 6),
        kills in proptest::collection::vec((1..12_usize, -3000..3000_i64), 0..4),
    ) {
        let names: Vec<String> = (0..others.len()).map(|i| format!("w{i}")).collect();
        let mut workers = vec![("good1", Character::Honest), ("good2", Character::Honest)];
        workers.extend(names.iter().map(String::as_str).zip(others));
        // One of the honest ones takes what the job pays, which is 7.
        let asks = workers.iter().skip(1).zip(asked).map(|((name, _), price)| (*name, offer(price, 1)));
        let asks: Vec<_> = asks.filter(|(name, offer)| !name.starts_with("good") || offer.unit_price <= 7).collect();
        let mut sim = Sim::with_offers(Terms { newcomer_units: 1000, ..terms() }, &workers, &asks);
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

/// A journal on a machine that dies while it writes a promise, or that cannot be reached for a while.
struct Mortal {
    journal: FileJournal,
    /// Promises that it was given so far, and the one at which it dies.
    promises: Arc<AtomicU32>,
    dies_at: u32,
    /// Times that it was asked, and when it is away.
    asked: u32,
    is_away: std::ops::Range<u32>,
}

impl Journal for Mortal {
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        self.journal.replay()
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        self.asked += 1;
        if self.is_away.contains(&self.asked) {
            return Err(Error::Unreachable { place: "the journal".to_owned(), source: "no answer".into() });
        }
        let is_promise = lines.iter().any(|line| line.contains("\"promised\""));
        if is_promise && self.promises.fetch_add(1, Ordering::Relaxed) + 1 == self.dies_at {
            return Err(Error::Unfit("the machine has died".to_owned()));
        }
        self.journal.append(lines)
    }
}

impl Sim {
    /// A coordinator with such a journal, in place of the one that is there.
    fn with_journal(&mut self, dies_at: u32, is_away: std::ops::Range<u32>) -> (Coordinator, Arc<AtomicU32>) {
        self.coordinator = None;
        let (mut ends, promises) = (self.ends(), Arc::new(AtomicU32::new(0)));
        drop(ends.journal);
        let journal = FileJournal::open(&self.state().join("journal")).expect("a journal");
        ends.journal = Box::new(Mortal { journal, promises: Arc::clone(&promises), dies_at, asked: 0, is_away });
        (self.open(ends).expect("goes on"), promises)
    }
}

#[test]
fn a_journal_that_is_away_for_a_while_holds_everything_up_and_loses_nothing() {
    let mut sim = Sim::new(terms(), &[("a", Character::Honest), ("c", Character::Cheat(5))]);
    let (mut coordinator, _) = sim.with_journal(u32::MAX, 3..20);
    let mut rounds = 0;
    while !coordinator.is_over() && rounds < 2000 {
        rounds += 1;
        sim.act(5);
        coordinator.step(sim.now_s, Duration::ZERO).expect("this machine works");
        std::thread::sleep(Duration::from_millis(1));
        // What is a result, and what a worker was told, is in the journal.
        let known = Table::replay(&sim.lines()).expect("follows");
        let results = (0..UNITS).filter(|unit| sim.valid_word(*unit).is_some()).count() as u64;
        assert!(results <= known.count(UnitState::Valid), "{results} results, {:?}", Status::of(&known));
        let told: u64 = sim.workers.iter().map(|worker| worker.seen).sum();
        let leased = known.units().iter().map(|unit| unit.tries.len() as u64).sum();
        assert!(told <= leased, "{told} tasks told, {leased} known");
    }
    drop(coordinator);
    sim.restart();
    assert_eq!(sim.table().count(UnitState::Valid), UNITS);
    assert!((0..UNITS).all(|unit| sim.valid_word(unit).as_deref() == Some("good")));
    settle_up(&mut sim);
}

#[test]
fn a_crash_between_a_voucher_and_the_journal_is_mended() {
    let mut sim = Sim::new(Terms { hold_back: 0, ..terms() }, &[("a", Character::Honest), ("b", Character::Honest)]);
    let (mut coordinator, promises) = sim.with_journal(2, 0..0);
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
    ends.examiners = vec![Box::new(Faint)];
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
