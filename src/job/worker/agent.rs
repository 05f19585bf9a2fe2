use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::Make;
use super::heartbeat::Line;
use super::spool::{Pending, Spool};
use crate::error::chain;
use crate::job::queue::{Answer, Attempt, Hello, Notice, Report, Task, WorkQueue};
use crate::job::store::Courier;
use crate::job::{Digest, Error};

/// Takes tasks and makes them, one after the other, until it is told to stop or dismissed.
///
/// Results are kept on disk until they are delivered and told, so a network that is gone for a while, or an agent that is
/// killed, costs the unit in hand at most. A unit that fails is reported and the next one is taken.
pub struct Agent {
    line: Line,
    courier: Box<dyn Courier>,
    maker: Box<dyn Make>,
    hello: Hello,
    sign: Option<Sign>,
    vet: Option<Vet>,
    spool: Spool,
    pace: Pace,
}

/// Signs reports, where workers are paid.
pub type Sign = Box<dyn Fn(&Report) -> Result<String, Error> + Send + Sync>;

/// Looks at a task before any work is done for it.
pub type Vet = Box<dyn FnMut(&Task) -> Result<(), Error> + Send>;

/// What an agent works with.
pub struct AgentEnds {
    /// Where tasks come from.
    pub queue: Box<dyn WorkQueue>,
    /// How deliveries are put where tasks say.
    pub courier: Box<dyn Courier>,
    /// What makes units.
    pub maker: Box<dyn Make>,
    /// What the worker says about itself.
    pub hello: Hello,
    /// Signs reports; none where nobody is paid.
    pub sign: Option<Sign>,
    /// Looks at every task first, such as whether it is paid for; none where that does not matter.
    pub vet: Option<Vet>,
}

/// How often an agent does what it does again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Between signs of life.
    pub heartbeat: Duration,
    /// Between attempts to reach what cannot be reached.
    pub retry: Duration,
    /// Between reminders that the worker is there, while it has nothing to do.
    pub hello: Duration,
    /// Longest wait for a task before anything else is looked after.
    pub pull: Duration,
}

impl Default for Pace {
    /// A sign of life every ten seconds, a reminder every thirty, a second between attempts and for a task.
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self { heartbeat: 10 * second, retry: second, hello: 30 * second, pull: second }
    }
}

/// What an agent has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Units that were made and told.
    pub made: u64,
    /// Units that could not be made.
    pub failed: u64,
    /// Why the coordinator wants no more, if it does not.
    pub dismissed: Option<String>,
}

impl Agent {
    /// An agent that keeps what it has made in a folder until it is told; what was left there before is told first.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn open(folder: &Path, ends: AgentEnds, pace: Pace) -> Result<Self, Error> {
        let AgentEnds { queue, courier, maker, hello, sign, vet } = ends;
        Ok(Self { line: Line::new(queue), courier, maker, hello, sign, vet, spool: Spool::open(folder)?, pace })
    }

    /// Works until told to stop: then the unit in hand is finished, delivered if the network allows, and the coordinator
    /// learns that nobody is there any more. `on_answer` hears what the coordinator says, vouchers above all.
    ///
    /// # Errors
    /// If this machine cannot keep what was made.
    pub fn run(&mut self, should_stop: &AtomicBool, on_answer: &mut dyn FnMut(&Answer)) -> Result<Summary, Error> {
        let Self { line, courier, maker, hello, sign, vet, spool, pace } = self;
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let beat = scope.spawn(|| line.beat(pace.heartbeat, &is_over));
            let (courier, summary) = (courier.as_ref(), Summary::default());
            let (sign, vet, told) = (sign.as_ref(), vet.as_mut(), BTreeSet::new());
            let mut shift = Shift { line, courier, maker: maker.as_mut(), sign, vet, spool, told, summary };
            let _ended = Ended(&is_over, beat.thread().clone());
            shift.work(hello, pace, should_stop, on_answer).map(|()| shift.summary)
        })
    }
}

/// Tells the signs of life that they are over, also where a shift ends in a panic.
struct Ended<'a>(&'a AtomicBool, Thread);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
        self.1.unpark();
    }
}

/// One run of an agent.
struct Shift<'a> {
    line: &'a Line,
    courier: &'a dyn Courier,
    maker: &'a mut dyn Make,
    sign: Option<&'a Sign>,
    vet: Option<&'a mut Vet>,
    spool: &'a Spool,
    /// Tasks that this worker has nothing more to do with.
    told: BTreeSet<Attempt>,
    summary: Summary,
}

impl Shift<'_> {
    fn work(
        &mut self,
        hello: &Hello,
        pace: &Pace,
        should_stop: &AtomicBool,
        on_answer: &mut dyn FnMut(&Answer),
    ) -> Result<(), Error> {
        let mut greeted: Option<Instant> = None;
        while !should_stop.load(Ordering::Relaxed) {
            let is_clear = self.deliver_pending()?;
            if greeted.is_none_or(|when| when.elapsed() >= pace.hello) {
                match self.line.queue().tell(&Notice::Hello(hello.clone())) {
                    Ok(()) => greeted = Some(Instant::now()),
                    Err(error) => tracing::warn!("{error}; trying again"),
                }
            }
            self.hear(on_answer);
            if self.summary.dismissed.is_some() {
                return Ok(());
            }
            let pulled = self.line.queue().pull(if is_clear { pace.pull } else { Duration::ZERO });
            match pulled {
                Ok(Some(task)) => {
                    self.make(&task)?;
                    // Whoever works is known to be there.
                    greeted = greeted.map(|_| Instant::now());
                }
                Ok(None) if is_clear => {}
                Ok(None) => std::thread::sleep(pace.retry),
                Err(error) => {
                    tracing::warn!("{error}; trying again");
                    greeted = None;
                    std::thread::sleep(pace.retry);
                }
            }
        }
        self.deliver_pending()?;
        // What was promised last may be on its way still; who asks until nothing comes has it all.
        while self.hear(on_answer) {}
        if let Err(error) = self.line.queue().tell(&Notice::Leaving) {
            tracing::warn!("{error}; left without a word");
        }
        Ok(())
    }

    /// Hears what the coordinator has said; false if that is nothing.
    fn hear(&mut self, on_answer: &mut dyn FnMut(&Answer)) -> bool {
        let answers = self.line.queue().answers();
        match answers {
            Ok(answers) => {
                for answer in &answers {
                    if let Answer::Dismissed { message } = answer {
                        self.summary.dismissed = Some(message.clone());
                    }
                    on_answer(answer);
                }
                !answers.is_empty()
            }
            Err(error) => {
                tracing::warn!("{error}; answers will be heard later");
                false
            }
        }
    }

    /// Makes a unit and keeps it; what fails is told and forgotten.
    fn make(&mut self, task: &Task) -> Result<(), Error> {
        if self.told.contains(&task.what) {
            self.release(task);
            return Ok(());
        }
        self.line.hold(task);
        if self.spool.has(&task.what) {
            return Ok(());
        }
        if let Some(vet) = &mut self.vet
            && let Err(error) = vet(task)
        {
            return self.give_up(task, &chain(&error));
        }
        self.line.frames.store(0, Ordering::Relaxed);
        let folder = match self.spool.begin(task) {
            Ok(folder) => folder,
            Err(error) => return self.give_up(task, &chain(&error)),
        };
        let (line, sign) = (self.line, self.sign);
        let mut on_frame = || {
            line.frames.fetch_add(1, Ordering::Relaxed);
        };
        let made = self.maker.make(task, &folder, &mut on_frame).and_then(|(path, claim)| {
            let read = |source| Error::read(&path, source);
            let file = File::open(&path).map_err(read)?;
            let bytes = file.metadata().map_err(read)?.len();
            let delivery = Digest::of_reader(file).map_err(read)?;
            let what = task.what.clone();
            let mut report = Report { what, class: claim.class, root: claim.root, bytes, delivery, signature: None };
            report.signature = sign.map(|sign| sign(&report)).transpose()?;
            Ok(self.spool.finish(&report)?)
        });
        made.or_else(|error| self.give_up(task, &chain(&error)))
    }

    /// Delivers and tells what waits. False if something could not be reached.
    fn deliver_pending(&mut self) -> Result<bool, Error> {
        for pending in self.spool.pending()? {
            let Pending { task, report, delivery, .. } = &pending;
            self.line.hold(task);
            match self.courier.deliver(&task.upload, delivery) {
                Ok(()) => {}
                Err(error) if error.is_unreachable() => {
                    tracing::warn!("{error}; unit {} waits on disk", task.what.unit);
                    return Ok(false);
                }
                Err(error) => {
                    self.give_up(task, &format!("could not be delivered: {error}"))?;
                    continue;
                }
            }
            let told = self.line.queue().tell(&Notice::Report(report.clone()));
            if let Err(error) = told {
                tracing::warn!("{error}; unit {} waits on disk", task.what.unit);
                return Ok(false);
            }
            self.line.drop(task);
            self.release(task);
            self.summary.made += 1;
            pending.end()?;
        }
        Ok(true)
    }

    /// Takes a task off the queue that was told about. Where that fails it comes again, and is then known.
    fn release(&mut self, task: &Task) {
        self.told.insert(task.what.clone());
        let released = self.line.queue().release(task);
        if let Err(error) = released {
            tracing::warn!("{error}; unit {} will come again", task.what.unit);
        }
    }

    fn give_up(&mut self, task: &Task, message: &str) -> Result<(), Error> {
        tracing::warn!("unit {}: {message}", task.what.unit);
        self.line.drop(task);
        self.summary.failed += 1;
        let notice = Notice::Failed { what: task.what.clone(), message: message.to_owned() }.bounded();
        let told = self.line.queue().tell(&notice);
        if let Err(error) = told {
            tracing::warn!("{error}; the failure of unit {} was not told", task.what.unit);
        }
        self.release(task);
        self.spool.end(&task.what)
    }
}
