//! Coordination without rendering: workers of every character, a coordinator that is killed at any moment, and what must
//! hold whatever happens. What is delivered is a word, and whoever looks at it believes the word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use endcap::dataset::{Export, Header, Run, format_by_name};
use endcap::frame::Plane;
use endcap::job::coordinate::{
    Coordinator, Ends, Event, Examination, Examine, Examined, FileJournal, Status, Table, Terms, TryState, UnitState,
};
use endcap::job::ledger::{Ledger, Owner};
use endcap::job::queue::{Answer, Hello, LocalQueue, LocalWorkers, Notice, Report, Task, Voucher, WorkQueue};
use endcap::job::store::{Courier as _, FolderStore};
use endcap::job::verify::Outcome;
use endcap::job::{Bundle, ColorSettings, Digest, EngineClass, Error, JobOptions, Node, WorkerId};
use endcap::render::RenderSettings;
use endcap::scene::Recipe;
use proptest::prelude::*;

const UNITS: u64 = 12;

/// What a simulated worker does with a task.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Character {
    /// Delivers what it should.
    Honest,
    /// Delivers something wrong in every so many units.
    Cheat(u64),
    /// Delivers what differs by more than machines should: a picture of its own.
    Odd,
    /// Takes tasks and is never heard of again.
    Silent,
    /// Delivers long after its lease is over.
    Late,
    /// Fails every other task.
    Clumsy,
    /// Fails every task.
    Broken,
    /// Reports everything twice, and units of others, and says that it has come again and again.
    Noisy,
}

/// A ledger that promises on paper. Owners are the part of a worker's name before the dash.
#[derive(Debug, Clone, Default)]
struct Paper(Arc<Mutex<BTreeMap<WorkerId, (u128, Node)>>>);

impl Ledger for Paper {
    fn admit(&mut self, worker: &WorkerId, _: &Hello) -> Result<Owner, Error> {
        Ok(Owner(worker.as_str().split('-').next().unwrap_or_default().to_owned()))
    }

    fn is_signed(&self, _: &WorkerId, report: &Report) -> bool {
        report.signature.as_deref() != Some("forged")
    }

    fn budget(&mut self) -> Result<Option<u128>, Error> {
        Ok(None)
    }

    fn voucher(&mut self, worker: &WorkerId, amount: u128, root: Node) -> Result<Option<Voucher>, Error> {
        let mut paper = self.0.lock().expect("not poisoned");
        let (before, _) = paper.insert(worker.clone(), (amount, root)).unwrap_or_default();
        assert!(amount >= before, "{worker} was promised {before}, and now {amount}");
        let signature = "on paper".to_owned();
        Ok(Some(Voucher { job: Node([1; 32]), worker: worker.clone(), amount, root, signature }))
    }
}

/// Believes what is written in a delivery: `good`, `bad`, or the name of an odd picture.
struct Believer;

impl Examine for Believer {
    fn examine(&mut self, examination: &Examination) -> Result<Examined, endcap::Error> {
        let read = |path: &Path| fs::read_to_string(path).expect("delivered");
        let word = read(&examination.file);
        let unit = examination.report.what.unit;
        let leaves = vec![Node::leaf(unit, unit, Digest::of(word.as_bytes()))];
        // Without a second look, only the outside is seen.
        let is_sampled = examination.sampled_share >= 1.0
            || (examination.report.root.0[0] as f64) < 256.0 * examination.sampled_share;
        let mut outcome = match word.as_str() {
            "good" => Outcome::Valid,
            "bad" if is_sampled => Outcome::Invalid,
            _ if is_sampled => Outcome::Inconclusive,
            _ => Outcome::Valid,
        };
        let mut agreeing = Vec::new();
        for (attempt, other) in &examination.others {
            if outcome != Outcome::Invalid && read(other) == word {
                agreeing.push((*attempt, leaves.clone()));
                outcome = Outcome::Valid;
            }
        }
        Ok(Examined { outcome, is_sampled, findings: word, leaves, agreeing })
    }
}

fn bundle(folder: &Path) -> Bundle {
    let run = Run {
        recipe: Recipe::builtin("clean").expect("built in").to_toml(),
        catalog_digest: "0".repeat(64),
        seed: 1,
        frames: 0..UNITS,
        width: 60,
        height: 80,
        planes: vec![Plane::Rgb, Plane::Instance, Plane::Depth],
        layers: 0,
        pictures: 1,
        classes: Vec::new(),
        settings: Default::default(),
        export: Export::default(),
    };
    let options = JobOptions {
        unit_frames: 1,
        catalog_source: "nowhere".to_owned(),
        ..JobOptions::new(ColorSettings::of(&RenderSettings::default()).expect("no time limit"))
    };
    Bundle::pack(folder, &Header::new(&run, &[format_by_name("native").expect("known")]), &options).expect("sound")
}

struct Sim {
    folder: tempfile::TempDir,
    bundle: Bundle,
    store: FolderStore,
    queue: LocalWorkers,
    paper: Paper,
    terms: Terms,
    coordinator: Option<Coordinator>,
    workers: Vec<SimWorker>,
    now_s: u64,
}

struct SimWorker {
    id: WorkerId,
    character: Character,
    queue: LocalQueue,
    class: EngineClass,
    hand: Vec<(u64, Task)>,
    seen: u64,
    promised: u128,
    is_dismissed: bool,
}

impl Sim {
    fn new(terms: Terms, workers: &[(&str, Character)]) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let bundle = bundle(&folder.path().join("bundle"));
        let store = FolderStore::open(&folder.path().join("store")).expect("writable");
        let queue = LocalWorkers::default();
        let class = EngineClass {
            engine: bundle.manifest().renderer.engine.clone(),
            backend: "Vulkan".to_owned(),
            adapter: "simulated".to_owned(),
            driver: "1".to_owned(),
        };
        let workers = workers.iter().map(|(name, character)| {
            let id: WorkerId = name.parse().expect("a name");
            SimWorker {
                queue: queue.queue(id.clone()),
                id,
                character: *character,
                class: class.clone(),
                hand: Vec::new(),
                seen: 0,
                promised: 0,
                is_dismissed: false,
            }
        });
        let workers = workers.collect();
        let paper = Paper::default();
        let mut sim = Self { folder, bundle, store, queue, paper, terms, coordinator: None, workers, now_s: 1000 };
        sim.restart();
        sim
    }

    /// The coordinator is killed, if there is one, and another goes on.
    fn restart(&mut self) {
        self.coordinator = None;
        let folder = self.folder.path().join("state");
        fs::create_dir_all(&folder).expect("writable");
        let ends = Ends {
            journal: Box::new(FileJournal::open(&folder.join("journal")).expect("a journal")),
            dispatch: Box::new(self.queue.dispatch()),
            store: Arc::new(self.store.clone()),
            ledger: Box::new(self.paper.clone()),
            examiner: Box::new(Believer),
            bundle_name: "bundle.tar".to_owned(),
        };
        self.coordinator = Some(Coordinator::open(&self.bundle, &folder, &self.terms, ends).expect("goes on"));
    }

    fn lines(&self) -> Vec<String> {
        FileJournal::read(&self.folder.path().join("state/journal")).expect("a journal")
    }

    fn table(&self) -> &Table {
        self.coordinator.as_ref().expect("running").table()
    }

    /// One round: every worker acts, then the coordinator steps, and the laws hold.
    fn round(&mut self, seconds: u64) {
        self.now_s += seconds;
        for worker in &mut self.workers {
            worker.act(self.now_s, &self.store);
        }
        let coordinator = self.coordinator.as_mut().expect("running");
        // Deliveries are looked at beside; they take no time here.
        for _ in 0..3 {
            coordinator.step(self.now_s, Duration::ZERO).expect("this machine works");
            std::thread::sleep(Duration::from_micros(300));
        }
        assert!(self.table().committed() <= self.terms.budget, "beyond the budget");
        assert_eq!(&Table::replay(&self.lines()).expect("follows"), self.table(), "what is known is what is kept");
    }

    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            if self.coordinator.as_ref().expect("running").is_over() {
                break;
            }
            self.round(10);
        }
    }

    fn valid_word(&self, unit: u64) -> Option<String> {
        fs::read_to_string(self.folder.path().join(format!("state/results/unit-{unit:06}.tar"))).ok()
    }
}

impl SimWorker {
    fn report(&self, task: &Task, word: &str) -> Report {
        let root = Digest::of(format!("{} {} {word}", self.id, task.what.unit).as_bytes());
        Report {
            what: task.what.clone(),
            class: self.class.clone(),
            root: Node(root.bytes()),
            bytes: word.len() as u64,
            delivery: Digest::of(word.as_bytes()),
            signature: None,
        }
    }

    fn act(&mut self, now_s: u64, store: &FolderStore) {
        for answer in self.queue.answers().expect("local") {
            match answer {
                Answer::Voucher(voucher) => {
                    assert!(voucher.amount >= self.promised && voucher.worker == self.id);
                    self.promised = voucher.amount;
                }
                Answer::Dismissed { .. } => self.is_dismissed = true,
                _ => {}
            }
        }
        let hello = Hello { class: self.class.clone(), calibration: Digest::of(b"same"), calibration_ms: 1, slots: 3 };
        self.queue.tell(&Notice::Hello(hello)).expect("local");
        while let Some(task) = self.queue.pull(Duration::ZERO).expect("local") {
            self.seen += 1;
            match self.character {
                Character::Silent => {}
                Character::Late => self.hand.push((now_s + 150, task)),
                Character::Broken | Character::Clumsy if self.character == Character::Broken || self.seen % 2 == 1 => {
                    let notice = Notice::Failed { what: task.what, message: "dropped it".to_owned() };
                    self.queue.tell(&notice).expect("local");
                }
                _ => self.hand.push((now_s + 5, task)),
            }
        }
        let (done, hand) = std::mem::take(&mut self.hand).into_iter().partition(|(when, _)| *when <= now_s);
        self.hand = hand;
        for (_, task) in done {
            let word = match self.character {
                Character::Cheat(every) if task.what.unit % every == 0 => "bad".to_owned(),
                Character::Odd => format!("odd {}", task.what.unit),
                _ => "good".to_owned(),
            };
            let file = tempfile::NamedTempFile::new().expect("writable");
            fs::write(file.path(), &word).expect("writable");
            store.deliver(&task.upload, file.path()).expect("delivered");
            let report = self.report(&task, &word);
            self.queue.tell(&Notice::Report(report.clone())).expect("local");
            if self.character == Character::Noisy {
                let mut others = report.clone();
                others.what.unit = (others.what.unit + 1) % UNITS;
                let mut forged = report.clone();
                forged.root = Node([3; 32]);
                let mut nowhere = report.clone();
                nowhere.what.unit = u64::MAX;
                for report in [report, others, forged, nowhere] {
                    self.queue.tell(&Notice::Report(report)).expect("local");
                }
            }
        }
    }
}

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
    let another = SimWorker {
        id: "p-1".parse().expect("a name"),
        queue: sim.queue.queue("p-1".parse().expect("a name")),
        character: Character::Odd,
        class: sim.workers[0].class.clone(),
        hand: Vec::new(),
        seen: 0,
        promised: 0,
        is_dismissed: false,
    };
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
