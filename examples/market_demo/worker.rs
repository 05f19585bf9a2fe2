//! A worker like `endcap job worker`, but for what it does with its tasks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use endcap::job::ledger::evm::{Chain, ChainOptions, Wallet, sign_login, sign_report};
use endcap::job::queue::nats::{Connection, ConnectionOptions, NatsQueue, Nkey};
use endcap::job::queue::{Answer, Hello};
use endcap::job::store::{Couriers, HttpCourier, Patience};
use endcap::job::worker::{Agent, AgentEnds, Catalogs, Maker, Pace};
use endcap::job::{BundleCache, now_s};
use endcap::render::{Renderer, RendererOptions};

use crate::cheat::Cheat;

/// Honest units before it begins to cheat.
const HONEST_UNITS: usize = 2;

pub(crate) fn run(config: &Path, state: &Path) -> anyhow::Result<()> {
    let text: toml::Table = std::fs::read_to_string(config)?.parse()?;
    let value = |table: &str, name: &str| text[table][name].as_str().expect("the rig has written it").to_owned();
    let wallet = Arc::new(Wallet::from_file(Path::new(&value("ledger", "wallet")))?);
    let chain = Chain::connect(&value("ledger", "rpc"), None, ChainOptions::default())?;
    let key = Nkey::from_seed(std::fs::read_to_string(value("queue", "key"))?.trim())?;

    let options = RendererOptions::default();
    let mut renderer = Renderer::new(&options)?;
    let hello = Hello::measured(&mut renderer, 2)?;
    let login = ConnectionOptions {
        roots: Some(PathBuf::from(value("queue", "roots"))),
        token: Some(sign_login(&wallet, key.public(), now_s() + 3600)),
        worker: Some(wallet.worker()),
        ..ConnectionOptions::new(value("queue", "server"), key)
    };
    let connection = loop {
        match Connection::open(&login) {
            Ok(connection) => break connection,
            Err(_) => std::thread::sleep(Duration::from_millis(500)),
        }
    };
    let couriers = || HttpCourier::new(Patience::default()).map(|courier| Couriers::new().with("http", courier));
    let bundles = BundleCache::open(&state.join("bundles"))?;
    let honest = Maker::new((renderer, options.clone()), Box::new(couriers()?), bundles.clone(), Catalogs::default());
    let ends = AgentEnds {
        queue: Box::new(NatsQueue::open(connection)?),
        courier: Box::new(couriers()?),
        maker: Box::new(Cheat { honest, honest_units: HONEST_UNITS, bundles, options }),
        hello,
        sign: Some(Box::new(move |report| Ok(sign_report(&wallet, report, chain.id())))),
        vet: None,
    };
    let mut agent = Agent::open(&state.join("spool"), ends, Pace::default())?;
    let summary = agent.run(&AtomicBool::new(false), &mut |answer| {
        if let Answer::Refused { what, message } = answer {
            println!("unit {} was refused: {message}", what.unit);
        }
    })?;
    println!("{summary:?}");
    Ok(())
}
