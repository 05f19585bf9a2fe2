use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::signing::recover;
use super::{Escrow, Job};
use crate::job::queue::Voucher;
use crate::job::{Error, Node, WorkerId};

/// Longest file of a till that is read, bytes.
const MAX_BYTES: u64 = 16 << 10;

/// Where a worker keeps what one job owes it: the newest voucher, in a file that is whole at any time. The escrow's wallet
/// is the worker's.
#[derive(Debug)]
pub struct Till {
    escrow: Escrow,
    id: Node,
    worker: WorkerId,
    path: PathBuf,
    voucher: Option<Voucher>,
    job: Option<Job>,
}

/// What a worker loses if it is never paid again, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Risk {
    /// Work that no voucher stands for yet.
    pub unpromised: u128,
    /// Vouchers that were not redeemed. Until they are, the evaluator could sign the budget away to somebody else.
    pub unredeemed: u128,
    /// The part of the last that the escrow does not hold now.
    pub uncovered: u128,
}

impl Risk {
    /// All that is at risk.
    #[must_use]
    pub fn total(&self) -> u128 {
        self.unpromised.saturating_add(self.unredeemed)
    }
}

impl Till {
    /// Opens the till for a job, with the voucher that is in its file. Needs no network.
    ///
    /// # Errors
    /// If the escrow's chain has no wallet, or the file is not this till's.
    pub fn open(escrow: Escrow, job: Node, path: &Path) -> Result<Self, Error> {
        let worker = super::worker_of(escrow.chain().own_address()?);
        let voucher = read(path)?;
        if voucher.as_ref().is_some_and(|voucher| voucher.job != job || voucher.worker != worker) {
            return Err(Error::invalid(path, "", format!("is not the till of {worker} in the job {job}")));
        }
        Ok(Self { escrow, id: job, worker, path: path.to_owned(), voucher, job: None })
    }

    /// The newest voucher.
    #[must_use]
    pub fn voucher(&self) -> Option<&Voucher> {
        self.voucher.as_ref()
    }

    /// Takes a voucher in: it is kept when this returns. False if it is worth no more than the one that is there.
    ///
    /// # Errors
    /// If it is another job's or worker's, or neither the job's evaluator nor its client has signed it, as the chain knows
    /// them; if the chain was never reached. A contract's signature counts for nothing here, because it can be taken back.
    pub fn accept(&mut self, voucher: &Voucher) -> Result<bool, Error> {
        let refuse = |message: String| self.escrow.refused(message);
        if voucher.job != self.id || voucher.worker != self.worker {
            let Voucher { job, worker, .. } = voucher;
            return Err(refuse(format!("the voucher is for {worker} in the job {job}")));
        }
        let digest = self.escrow.voucher_digest(voucher)?;
        let signer = recover(&voucher.signature, digest);
        let signer = signer.map_err(|message| refuse(format!("the voucher's signature {message}")))?;
        let job = self.job()?;
        if signer != job.evaluator && signer != job.client {
            let message = format!("{signer:#x} has signed the voucher, who has no say in the job");
            return Err(self.escrow.refused(message));
        }
        if self.voucher.as_ref().is_some_and(|kept| voucher.amount <= kept.amount) {
            return Ok(false);
        }
        write(&self.path, voucher)?;
        self.voucher = Some(voucher.clone());
        Ok(true)
    }

    /// What is at risk now, if the worker's work so far is worth `earned`.
    ///
    /// # Errors
    /// If the chain cannot be reached.
    pub fn risk(&mut self, earned: u128) -> Result<Risk, Error> {
        let paid = self.escrow.account(self.id, &self.worker)?.paid;
        let left = self.escrow.known(self.id)?.left();
        let promised = self.voucher.as_ref().map_or(0, |voucher| voucher.amount).max(paid);
        let unredeemed = promised - paid;
        let (unpromised, uncovered) = (earned.saturating_sub(promised), unredeemed.saturating_sub(left));
        Ok(Risk { unpromised, unredeemed, uncovered })
    }

    /// The last second in which the job pays, since 1970.
    ///
    /// # Errors
    /// If the chain was never reached.
    pub fn deadline(&mut self) -> Result<u64, Error> {
        let window = self.escrow.window_s();
        Ok(self.job()?.expiry.saturating_add(window))
    }

    /// Redeems the newest voucher, or what the job has left of it. Gives what was paid; 0 if nothing is due, so it may be
    /// called again after a crash.
    ///
    /// # Errors
    /// If the contract refuses it, or the chain cannot be reached: then it may or may not have been paid.
    pub fn redeem(&mut self) -> Result<u128, Error> {
        let Some(voucher) = &self.voucher else { return Ok(0) };
        let paid = self.escrow.account(self.id, &self.worker)?.paid;
        let Some(due) = voucher.amount.checked_sub(paid).filter(|due| *due > 0) else { return Ok(0) };
        if self.escrow.known(self.id)?.left() < due {
            return self.escrow.redeem_rest(voucher);
        }
        match self.escrow.redeem(voucher) {
            // Others were paid meanwhile, or a call of ours before a crash came through.
            Err(error @ Error::Refused { .. }) => {
                let paid = self.escrow.account(self.id, &self.worker)?.paid;
                let left = self.escrow.known(self.id)?.left();
                match voucher.amount.saturating_sub(paid) {
                    0 => Ok(0),
                    due if left > 0 && left < due => self.escrow.redeem_rest(voucher),
                    _ => Err(error),
                }
            }
            redeemed => redeemed,
        }
    }

    /// Redeems if the job stops paying within `margin_s` seconds; none if there is time, or nothing to redeem. A margin
    /// should leave room for a full chain: hours.
    ///
    /// # Errors
    /// As [`Till::redeem`].
    pub fn tend(&mut self, now_s: u64, margin_s: u64) -> Result<Option<u128>, Error> {
        if self.voucher.is_none() {
            return Ok(None);
        }
        let deadline = self.deadline()?;
        let is_due = now_s <= deadline && now_s.saturating_add(margin_s) >= deadline;
        if is_due { self.redeem().map(Some) } else { Ok(None) }
    }

    /// The job; what matters of it never changes.
    fn job(&mut self) -> Result<&Job, Error> {
        let job = match self.job.take() {
            Some(job) => job,
            None => self.escrow.known(self.id)?,
        };
        Ok(self.job.insert(job))
    }
}

fn read(path: &Path) -> Result<Option<Voucher>, Error> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|source| Error::read(path, source))?,
    };
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|source| Error::read(path, source))?;
    serde_json::from_str(&text).map(Some).map_err(|error| Error::invalid(path, "", error.to_string()))
}

/// The old file or the new one is there, whatever happens.
fn write(path: &Path, voucher: &Voucher) -> Result<(), Error> {
    let fail = |source| Error::write(path, source);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(fail)?;
    file.write_all(&serde_json::to_vec(voucher).expect("plain data")).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    // The new name is safe once the folder is; some systems cannot sync one.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
