//! A worker's money.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use endcap::job::ledger::evm::{Escrow, Till, Wallet, sign_report, verify_bundle};
use endcap::job::queue::{Order, Task, Voucher};
use endcap::job::worker::{Sign, Vet};
use endcap::job::{Error, Node};

use crate::progress::{complain, say};

/// What a worker was promised, by job, in a folder.
pub(super) struct Purse {
    wallet: Arc<Wallet>,
    escrow: Escrow,
    /// The least that a unit must be worth, base units.
    asked: u128,
    folder: PathBuf,
    tills: BTreeMap<Node, Till>,
}

/// End of the name of a voucher that could not be looked at yet, because the chain could not be reached.
const UNSEEN: &str = "unseen.json";

impl Purse {
    pub(super) fn open(wallet: Wallet, (escrow, asked): (Escrow, u128), folder: PathBuf) -> Self {
        Self { wallet: Arc::new(wallet), escrow, asked, folder, tills: BTreeMap::new() }
    }

    pub(super) fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    pub(super) fn signer(&self) -> Sign {
        let (wallet, chain_id) = (Arc::clone(&self.wallet), self.escrow.chain().id());
        Box::new(move |report| Ok(sign_report(&wallet, report, chain_id)))
    }

    /// No work is done for less than was asked, or for a job that the escrow holds no money for. While the chain cannot
    /// be reached, what it said before counts.
    pub(super) fn vetter(&self) -> Vet {
        let (escrow, asked) = (self.escrow.clone(), self.asked);
        let mut paying = BTreeSet::new();
        Box::new(move |task| {
            let order = task.order.as_ref();
            let order = order.ok_or_else(|| Error::Unfit("the task names no job in an escrow".to_owned()))?;
            if order.unit_price < asked {
                let price = order.unit_price;
                return Err(Error::Unfit(format!("the job pays {price} base units for a unit, and {asked} are asked")));
            }
            match pays(&escrow, order, task) {
                Err(error) if error.is_unreachable() && paying.contains(&order.escrow) => Ok(()),
                Ok(()) => {
                    paying.insert(order.escrow);
                    Ok(())
                }
                refusal => refusal,
            }
        })
    }

    /// Takes a voucher in, or keeps it until the chain can be reached.
    pub(super) fn take(&mut self, voucher: &Voucher) {
        match self.till(voucher.job).and_then(|till| till.accept(voucher)) {
            Ok(true) => say(format_args!("voucher  {} base units so far", voucher.amount)),
            Ok(false) => {}
            Err(error) if error.is_unreachable() => {
                let text = serde_json::to_string(voucher).expect("plain data");
                let path = self.folder.join(format!("{}.{UNSEEN}", voucher.job));
                let kept = std::fs::create_dir_all(&self.folder).and_then(|()| std::fs::write(&path, &text));
                if let Err(trouble) = kept {
                    complain(format_args!("{}: {trouble}; keep this voucher: {text}", path.display()));
                }
            }
            Err(error) => complain(format_args!("a voucher is refused: {error}")),
        }
    }

    /// Takes in what could not be looked at before.
    pub(super) fn look_again(&mut self) {
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.to_string_lossy().ends_with(UNSEEN) {
                continue;
            }
            let read = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Voucher>(&text).ok());
            let Some(voucher) = read else {
                complain(format_args!("{}: is no voucher", path.display()));
                continue;
            };
            match self.till(voucher.job).and_then(|till| till.accept(&voucher)) {
                Err(error) => complain(format_args!("{error}; the voucher is in {}", path.display())),
                Ok(_) => {
                    if let Err(trouble) = std::fs::remove_file(&path) {
                        complain(format_args!("{}: {trouble}", path.display()));
                    }
                }
            }
        }
    }

    fn till(&mut self, job: Node) -> Result<&mut Till, Error> {
        if !self.tills.contains_key(&job) {
            let till = Till::open(self.escrow.clone(), job, &self.file(job))?;
            self.tills.insert(job, till);
        }
        Ok(self.tills.get_mut(&job).expect("just put there"))
    }

    fn file(&self, job: Node) -> PathBuf {
        self.folder.join(format!("{job}.json"))
    }

    /// Gets what was promised. What cannot be got now stays in its file for `endcap job redeem`.
    pub(super) fn redeem(&mut self) {
        self.look_again();
        let jobs: Vec<Node> = self.tills.keys().copied().collect();
        for job in jobs {
            let file = self.file(job);
            match self.till(job).and_then(Till::redeem) {
                Ok(0) => {}
                Ok(paid) => say(format_args!("paid     {paid} base units for the job {job}")),
                Err(error) => {
                    let at = Path::new(&file).display();
                    complain(format_args!("{error}; the voucher is in {at}"));
                }
            }
        }
    }
}

/// Whether the job's client has signed for the bundle of a task, and the escrow holds money for it.
fn pays(escrow: &Escrow, order: &Order, task: &Task) -> Result<(), Error> {
    let id = order.escrow;
    let signer = verify_bundle(task.what.job, &order.signature, escrow.chain().id()).map_err(Error::Unfit)?;
    let job = escrow.job(id)?.ok_or_else(|| Error::Unfit(format!("the escrow has no job {id}")))?;
    if job.bundle != task.what.job {
        return Err(Error::Unfit(format!("the job {id} in the escrow pays for another bundle")));
    }
    if signer != job.client {
        return Err(Error::Unfit(format!("{signer:#x} has signed the bundle, and the client of the job {id} has not")));
    }
    if job.left() == 0 || !escrow.state(id)?.pays() {
        return Err(Error::Unfit(format!("the escrow has no money for the job {id} now")));
    }
    Ok(())
}
