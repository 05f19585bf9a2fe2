//! Workers of every character, a ledger on paper and a coordinator that can be killed. What is delivered is a word, and
//! whoever looks at it believes the word.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use endcap::job::coordinate::{
    Coordinator, Ends, Examination, Examine, Examined, FileJournal, Table, Terms, UnitState,
};
use endcap::job::ledger::{Admission, Ledger, Offer, Owner};
use endcap::job::queue::{Answer, Hello, LocalQueue, LocalWorkers, Notice, Report, Task, Voucher, WorkQueue};
use endcap::job::store::{Courier as _, FolderStore};
use endcap::job::verify::Outcome;
use endcap::job::{Bundle, Digest, EngineClass, Error, Node, WorkerId};

use crate::bundle::bundle;

pub(super) const UNITS: u64 = 12;
/// What the paper says that there is for a job.
pub(super) const HELD: u128 = 1000;

/// What a simulated worker does with a task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Character {
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
    /// Reports what it has not delivered.
    Empty,
    /// Reports everything twice, and units of others, and says that it has come again and again.
    Noisy,
}

/// A ledger that promises on paper. Owners are the part of a worker's name before the dash. Beside it lies what workers ask.
#[derive(Debug, Clone, Default)]
pub(super) struct Paper(
    pub(super) Arc<Mutex<BTreeMap<WorkerId, (u128, Node)>>>,
    pub(super) Arc<BTreeMap<String, Offer>>,
);

impl Ledger for Paper {
    fn admit(&mut self, worker: &WorkerId, _: &Hello) -> Result<Admission, Error> {
        let owner = Owner(worker.as_str().split('-').next().unwrap_or_default().to_owned());
        let offer = self.1.get(worker.as_str()).copied();
        Ok(Admission { owner, offer })
    }

    fn is_signed(&self, _: &WorkerId, report: &Report) -> bool {
        report.signature.as_deref() != Some("forged")
    }

    fn budget(&mut self) -> Result<Option<u128>, Error> {
        Ok(Some(HELD))
    }

    fn voucher(&mut self, worker: &WorkerId, amount: u128, root: Node) -> Result<Option<Voucher>, Error> {
        let mut paper = self.0.lock().expect("not poisoned");
        let (before, _) = paper.get(worker).copied().unwrap_or_default();
        if amount < before {
            let message = format!("{worker} was promised {before}, and now {amount}");
            return Err(Error::Refused { place: "the paper".to_owned(), message });
        }
        paper.insert(worker.clone(), (amount, root));
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

pub(super) struct Sim {
    folder: tempfile::TempDir,
    bundle: Bundle,
    store: FolderStore,
    queue: LocalWorkers,
    class: EngineClass,
    pub(super) paper: Paper,
    pub(super) terms: Terms,
    pub(super) coordinator: Option<Coordinator>,
    pub(super) workers: Vec<SimWorker>,
    pub(super) now_s: u64,
}

pub(super) struct SimWorker {
    id: WorkerId,
    character: Character,
    queue: LocalQueue,
    class: EngineClass,
    hand: Vec<(u64, Task)>,
    pub(super) seen: u64,
    promised: u128,
    pub(super) is_dismissed: bool,
}

impl Sim {
    pub(super) fn new(terms: Terms, workers: &[(&str, Character)]) -> Self {
        Self::with_offers(terms, workers, &[])
    }

    /// The same, where some of the workers ask something.
    pub(super) fn with_offers(terms: Terms, workers: &[(&str, Character)], offers: &[(&str, Offer)]) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let bundle = bundle(&folder.path().join("bundle"), UNITS);
        let store = FolderStore::open(&folder.path().join("store")).expect("writable");
        let queue = LocalWorkers::default();
        let class = EngineClass {
            engine: bundle.manifest().renderer.engine.clone(),
            backend: "Vulkan".to_owned(),
            adapter: "simulated".to_owned(),
            driver: "1".to_owned(),
        };
        let offers = offers.iter().map(|(name, offer)| ((*name).to_owned(), *offer)).collect();
        let (paper, coordinator) = (Paper(Arc::default(), Arc::new(offers)), None);
        let mut sim =
            Self { folder, bundle, store, queue, class, paper, terms, coordinator, workers: Vec::new(), now_s: 1000 };
        sim.workers = workers.iter().map(|(name, character)| sim.worker(name, *character)).collect();
        sim.restart();
        sim
    }

    pub(super) fn worker(&self, name: &str, character: Character) -> SimWorker {
        let id: WorkerId = name.parse().expect("a name");
        SimWorker {
            queue: self.queue.queue(id.clone()),
            id,
            character,
            class: self.class.clone(),
            hand: Vec::new(),
            seen: 0,
            promised: 0,
            is_dismissed: false,
        }
    }

    /// The coordinator is killed, if there is one, and another goes on.
    pub(super) fn restart(&mut self) {
        self.coordinator = None;
        self.coordinator = Some(self.open(self.ends()).expect("goes on"));
    }

    /// What a coordinator works with, if no other one is there.
    pub(super) fn ends(&self) -> Ends {
        let folder = self.state();
        fs::create_dir_all(&folder).expect("writable");
        Ends {
            journal: Box::new(FileJournal::open(&folder.join("journal")).expect("a journal")),
            dispatch: Box::new(self.queue.dispatch()),
            store: Arc::new(self.store.clone()),
            ledger: Box::new(self.paper.clone()),
            examiners: vec![Box::new(Believer), Box::new(Believer)],
            bundle_name: "bundle.tar".to_owned(),
        }
    }

    pub(super) fn open(&self, ends: Ends) -> Result<Coordinator, Error> {
        Coordinator::open(&self.bundle, &self.state(), &self.terms, ends)
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(super) fn lines(&self) -> Vec<String> {
        FileJournal::read(&self.folder.path().join("state/journal")).expect("a journal")
    }

    pub(super) fn table(&self) -> &Table {
        self.coordinator.as_ref().expect("running").table()
    }

    /// Every worker acts, after so many seconds.
    pub(super) fn act(&mut self, seconds: u64) {
        self.now_s += seconds;
        for worker in &mut self.workers {
            worker.act(self.now_s, &self.store);
        }
    }

    /// What the ledger has promised to all workers together.
    pub(super) fn promised(&self) -> u128 {
        self.paper.0.lock().expect("not poisoned").values().map(|(amount, _)| amount).sum()
    }

    /// One round: every worker acts, then the coordinator steps, and the laws hold.
    pub(super) fn round(&mut self, seconds: u64) {
        self.act(seconds);
        let coordinator = self.coordinator.as_mut().expect("running");
        // Deliveries are looked at beside, and take no time here.
        for step in 0..300 {
            coordinator.step(self.now_s, Duration::ZERO).expect("this machine works");
            if step > 1 && coordinator.table().count(UnitState::Reported) == 0 {
                break;
            }
            std::thread::sleep(Duration::from_micros(300));
        }
        assert!(self.table().committed() <= self.terms.budget, "beyond the budget");
        assert_eq!(&Table::replay(&self.lines()).expect("follows"), self.table(), "what is known is what is kept");
    }

    pub(super) fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            if self.coordinator.as_ref().expect("running").is_over() {
                break;
            }
            self.round(10);
        }
    }

    pub(super) fn valid_word(&self, unit: u64) -> Option<String> {
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
            if self.character != Character::Empty {
                store.deliver(&task.upload, file.path()).expect("delivered");
            }
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
