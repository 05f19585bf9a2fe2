//! `endcap job fund|redeem|refund|stake`: what people do with the contracts by hand.

use std::path::PathBuf;
use std::process::ExitCode;

use endcap::job::ledger::evm::{Address, Chain, ChainOptions, Escrow, JobState, Registry, Till, Token, Wallet};
use endcap::job::{Error, Node};

use crate::progress::say;

/// The chain, and who acts on it.
#[derive(Debug, clap::Args)]
pub(crate) struct Way {
    /// Address of a node: JSON-RPC over http or https.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8545")]
    rpc: String,
    /// File with the private key, 64 hexadecimal digits.
    #[arg(long, value_name = "FILE", conflicts_with = "key_env")]
    key: Option<PathBuf>,
    /// Environment variable with the private key.
    #[arg(long, value_name = "NAME", default_value = "ENDCAP_KEY")]
    key_env: String,
    /// Blocks that must hold a transaction before it counts.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    confirmations: u64,
}

/// A job in an escrow.
#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    way: Way,
    /// Address of the escrow.
    #[arg(long, value_name = "0x…")]
    escrow: Address,
    /// Id of the job in the escrow.
    #[arg(long, value_name = "0x…")]
    job: Node,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fund {
    #[command(flatten)]
    place: Place,
    /// What the job should have had in all, in the token's base units: only what it lacks is paid.
    #[arg(long, value_name = "UNITS")]
    budget: u128,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Redeem {
    #[command(flatten)]
    place: Place,
    /// File of the till, or any file with one voucher as JSON.
    #[arg(long, value_name = "FILE")]
    till: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Refund {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct StakeArguments {
    #[command(flatten)]
    way: Way,
    /// Address of the registry.
    #[arg(long, value_name = "0x…")]
    registry: Address,
    /// What should be staked in all, in base units: only what it lacks is paid.
    #[arg(long, value_name = "UNITS", group = "what")]
    amount: Option<u128>,
    /// Start taking so much out.
    #[arg(long, value_name = "UNITS", group = "what")]
    unstake: Option<u128>,
    /// Take out what was on its way long enough.
    #[arg(long, group = "what")]
    withdraw: bool,
    /// Only show the stake.
    #[arg(long, group = "what")]
    show: bool,
}

impl Way {
    pub(super) fn chain(&self) -> Result<Chain, Error> {
        let wallet = match &self.key {
            Some(path) => Wallet::from_file(path)?,
            None => Wallet::from_env(&self.key_env)?,
        };
        Chain::connect(&self.rpc, Some(wallet), self.options())
    }

    /// For whoever only reads.
    pub(super) fn reader(&self) -> Result<Chain, Error> {
        Chain::connect(&self.rpc, None, self.options())
    }

    fn options(&self) -> ChainOptions {
        ChainOptions { confirmations: self.confirmations, ..ChainOptions::default() }
    }
}

impl Place {
    fn escrow(&self) -> Result<Escrow, Error> {
        Escrow::at(&self.way.chain()?, self.escrow)
    }
}

/// An amount in base units, and as people say it where the token tells.
fn shown(amount: u128, escrow: &Escrow, job: Node) -> String {
    let token = escrow.job(job).ok().flatten().map(|job| Token::at(escrow.chain(), job.token));
    token.and_then(|token| token.shown(amount).ok()).unwrap_or_else(|| format!("{amount} base units"))
}

pub(crate) fn fund(arguments: &Fund) -> anyhow::Result<ExitCode> {
    let Fund { place, budget } = arguments;
    let run = || {
        let escrow = place.escrow()?;
        let funded = escrow.fund(place.job, *budget)?;
        say(format_args!("{} has {} for {}", place.escrow, shown(funded, &escrow, place.job), place.job));
        Ok::<_, Error>(())
    };
    run().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn redeem(arguments: &Redeem) -> anyhow::Result<ExitCode> {
    let Redeem { place, till } = arguments;
    let run = || {
        let escrow = place.escrow()?;
        let mut till = Till::open(escrow.clone(), place.job, till)?;
        let paid = till.redeem()?;
        say(format_args!("{} paid {}", place.escrow, shown(paid, &escrow, place.job)));
        Ok::<_, Error>(())
    };
    run().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn refund(arguments: &Refund) -> anyhow::Result<ExitCode> {
    let Refund { place } = arguments;
    let run = || {
        let escrow = place.escrow()?;
        if escrow.state(place.job)? == JobState::Completed {
            say(format_args!("the rest of {} went back before", place.job));
            return Ok(());
        }
        let sent = escrow.refund(place.job)?;
        say(format_args!("{} sent {} back", place.escrow, shown(sent, &escrow, place.job)));
        Ok::<_, Error>(())
    };
    run().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn stake(arguments: &StakeArguments) -> anyhow::Result<ExitCode> {
    let run = || {
        let chain = arguments.way.chain()?;
        let registry = Registry::at(&chain, arguments.registry)?;
        if let Some(amount) = arguments.amount {
            registry.stake(amount)?;
        }
        if let Some(amount) = arguments.unstake {
            registry.request_unstake(amount)?;
        }
        if arguments.withdraw {
            registry.withdraw()?;
        }
        let worker = endcap::job::ledger::evm::worker_of(chain.own_address()?);
        let stake = registry.stake_of(&worker)?;
        let token = registry.token();
        let shown = |amount| token.shown(amount).unwrap_or_else(|_| format!("{amount} base units"));
        say(format_args!("{worker} has staked {}", shown(stake.bonded)));
        if stake.unbonding > 0 {
            let (amount, at) = (shown(stake.unbonding), stake.unlocks_at);
            say(format_args!("{amount} are on their way out, until second {at} since 1970"));
        }
        Ok::<_, Error>(())
    };
    run().map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}
