//! `endcap job ask`: what a worker asks for its work, for all to read.

use std::process::ExitCode;

use endcap::job::ledger::evm::{Address, Ask, Chain, OrderBook, worker_of};
use endcap::job::{Digest, EngineClass, Error};

use super::money::Way;
use crate::machine::Machine;
use crate::progress::say;

/// Seconds of a day.
const DAY_S: u64 = 24 * 3600;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    way: Way,
    /// Address of the order book.
    #[arg(long, value_name = "0x…")]
    book: Address,
    #[command(flatten)]
    what: What,
    /// Address of the token that the price is in.
    #[arg(long, value_name = "0x…", requires = "price")]
    token: Option<Address>,
    /// The smallest job that is worth the while, in units.
    #[arg(long, value_name = "UNITS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    minimum_units: u32,
    /// Days for which the ask stands.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3660))]
    days: u64,
    /// Class of machine, as its digest; this machine's if left out.
    #[arg(long, value_name = "b3:…", conflicts_with = "adapter")]
    class: Option<Digest>,
    #[command(flatten)]
    machine: Machine,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Ask for so much for a verified unit, in the token's base units; replaces what was asked before.
    #[arg(long, value_name = "AMOUNT", requires = "token")]
    price: Option<u128>,
    /// Ask for nothing any more.
    #[arg(long)]
    withdraw: bool,
    /// Show what everybody asks, the cheapest first.
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let class = match arguments.class {
        Some(class) => class,
        None => {
            let class = EngineClass::of(arguments.machine.renderer(false)?.adapter());
            say(format_args!("class    {}  {class}", class.digest()));
            class.digest()
        }
    };
    act(arguments, class).map_err(endcap::Error::from)?;
    Ok(ExitCode::SUCCESS)
}

fn act(arguments: &Arguments, class: Digest) -> Result<(), Error> {
    let Arguments { way, book, what, token, minimum_units, days, .. } = arguments;
    if what.list {
        let chain = way.reader()?;
        for Ask { worker, token, price, minimum_units, valid_until } in OrderBook::at(&chain, *book)?.asks(class)? {
            say(format_args!(
                "{worker}  {price} base units of {token:#x} a unit, from {minimum_units} units on, until second {valid_until}"
            ));
        }
        return Ok(());
    }
    let chain: Chain = way.chain()?;
    let book = OrderBook::at(&chain, *book)?;
    let worker = worker_of(chain.own_address()?);
    if let (Some(price), Some(token)) = (what.price, *token) {
        let valid_until = chain.now()?.saturating_add(days * DAY_S);
        let ask = Ask { worker, token, price, minimum_units: *minimum_units, valid_until };
        book.post(class, &ask)?;
        say(format_args!("{} asks for {price} base units a unit, until second {valid_until} since 1970", ask.worker));
    } else {
        book.withdraw(class)?;
        say(format_args!("{worker} asks for nothing any more"));
    }
    Ok(())
}
