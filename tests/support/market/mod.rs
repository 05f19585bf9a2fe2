//! A whole market on this machine: a queue, a store and a chain, and the commands that use them as processes of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use endcap::job::WorkerId;
use endcap::job::ledger::evm::{Address, Chain, ChainOptions, Market};
use endcap::job::queue::nats::Nkey;

use crate::anvil::{Anvil, KEYS, wallet};
use crate::nats;
use crate::server;

const CLIENT: usize = 0;
const ARBITER: usize = 1;
const FIRST_WORKER: usize = 2;
/// Seconds after the end of a job in which vouchers are still paid.
pub(crate) const WINDOW_S: u64 = 3600;
/// Seconds of work that the escrow pays for.
pub(crate) const DURATION_S: u64 = 7200;
/// All tokens, base units: a million.
const SUPPLY: u128 = 1_000_000_000_000_000_000_000_000;
/// What every worker has staked: one token.
pub(crate) const STAKE: u128 = 1_000_000_000_000_000_000;
/// How many workers there may be.
pub(crate) const WORKERS: usize = KEYS.len() - FIRST_WORKER;

/// All servers, in a folder with the files that the commands need. They end with this value.
pub(crate) struct Rig {
    pub(crate) folder: PathBuf,
    pub(crate) nats: nats::Server,
    pub(crate) s3: server::Server,
    pub(crate) anvil: Anvil,
    pub(crate) contracts: Market,
    endcap: PathBuf,
}

/// A command that runs beside; killed with this value.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) log: PathBuf,
}

impl Rig {
    /// Starts everything; workers have tokens and their stake.
    pub(crate) fn start(endcap: PathBuf, folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("writable");
        let (nats, s3) = (nats::Server::start(), server::Server::start());
        let state = folder.join("chain.json");
        let anvil = Anvil::with(&["--state", state.to_str().expect("text"), "--state-interval", "1"]);
        let chain =
            |account| Chain::connect(&anvil.url(), Some(wallet(account)), ChainOptions::default()).expect("it listens");
        let contracts =
            Market::deploy(&chain(CLIENT), (SUPPLY, STAKE), WINDOW_S, wallet(ARBITER).address()).expect("put there");
        for worker in 0..WORKERS {
            let account = FIRST_WORKER + worker;
            contracts.token.transfer(wallet(account).address(), STAKE).expect("given");
            let registry = endcap::job::ledger::evm::Registry::at(&chain(account), contracts.registry.address());
            registry.expect("it is there").stake(STAKE).expect("staked");
        }
        let rig = Self { folder: folder.to_owned(), nats, s3, anvil, contracts, endcap };
        rig.write("client.key", KEYS[CLIENT]);
        rig.write("coordinator.nk", rig.nats.keys().coordinator.seed());
        rig.write("issuer.nk", rig.nats.keys().issuer.seed());
        fs::copy(rig.nats.roots(), rig.path("roots.pem")).expect("copied");
        for worker in 0..WORKERS {
            rig.write(&format!("worker{worker}.key"), KEYS[FIRST_WORKER + worker]);
            rig.write(&format!("worker{worker}.nk"), Nkey::new_user().seed());
            let address = rig.nats.address();
            rig.write(&format!("worker{worker}.toml"), &rig.worker_config(worker, address.port()));
        }
        rig
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("writable");
    }

    /// What a worker's file says, where the queue is reached at this port.
    pub(crate) fn worker_config(&self, worker: usize, port: u16) -> String {
        let (rpc, escrow, book) = (self.anvil.url(), self.contracts.escrow.address(), self.contracts.book.address());
        format!(
            "[queue]\nserver = \"tls://localhost:{port}\"\nroots = \"roots.pem\"\nkey = \"worker{worker}.nk\"\n\n\
             [ledger]\nrpc = \"{rpc}\"\nescrow = \"{escrow}\"\nbook = \"{book}\"\nwallet = \"worker{worker}.key\"\n"
        )
    }

    /// Writes the client's file, with these terms.
    pub(crate) fn client(&self, terms: &str) -> PathBuf {
        let config = self.s3.config();
        let (endpoint, bucket) = (config.endpoint.expect("a server"), config.bucket);
        let port = self.nats.address().port();
        let (rpc, escrow) = (self.anvil.url(), self.contracts.escrow.address());
        let (token, registry) = (self.contracts.token.address(), self.contracts.registry.address());
        let book = self.contracts.book.address();
        let text = format!(
            "[queue]\nserver = \"tls://localhost:{port}\"\nroots = \"roots.pem\"\nkey = \"coordinator.nk\"\n\
             issuer = \"issuer.nk\"\n\n[store]\nendpoint = \"{endpoint}\"\nbucket = \"{bucket}\"\n\n\
             [ledger]\nrpc = \"{rpc}\"\nescrow = \"{escrow}\"\ntoken = \"{token}\"\nregistry = \"{registry}\"\nbook = \"{book}\"\n\
             min_stake = \"{STAKE}\"\nwallet = \"client.key\"\nduration_s = {DURATION_S}\n\n[terms]\n{terms}\n"
        );
        self.write("client.toml", &text);
        self.path("client.toml")
    }

    /// A command of `endcap job`, with the keys of the store.
    pub(crate) fn job(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.endcap);
        let keys = self.s3.config().credentials.expect("a test's own");
        command.current_dir(&self.folder).arg("job").args(arguments);
        command.env("AWS_ACCESS_KEY_ID", keys.access_key).env("AWS_SECRET_ACCESS_KEY", keys.secret_key);
        command
    }

    /// Runs a command to its end, and gives what it prints.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.job(arguments).output().expect("it starts");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "endcap job {arguments:?}: {out}{err}");
        out.into_owned()
    }

    /// Starts a command beside; what it says goes to a file.
    pub(crate) fn spawn(&self, name: &str, mut command: Command) -> Running {
        let log = self.path(&format!("{name}.log"));
        let file = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let error = file.try_clone().expect("a log");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(error).spawn().expect("it starts");
        Running { child, log }
    }

    /// Starts the coordinator of `bundle`, or goes on with it.
    pub(crate) fn submit(&self) -> Running {
        self.spawn("submit", self.job(&["submit", "bundle", "--state", "state", "--market", "client.toml", "--json"]))
    }

    /// Starts an honest worker. The first one is told by options what the others read from files.
    pub(crate) fn worker(&self, worker: usize) -> Running {
        let state = format!("worker{worker}");
        let mut command = self.job(&["worker", "--state", &state, "--heartbeat", "1"]);
        if worker == 0 {
            let queue = format!("tls://localhost:{}", self.nats.address().port());
            let escrow = self.contracts.escrow.address().to_string();
            command.args(["--queue", &queue, "--key", "worker0.nk", "--roots", "roots.pem"]);
            let book = self.contracts.book.address().to_string();
            command.args(["--rpc", &self.anvil.url(), "--escrow", &escrow, "--wallet", "worker0.key", "--book", &book]);
        } else {
            command.args(["--market", &format!("worker{worker}.toml")]);
        }
        self.spawn(&state, command)
    }

    /// Lets a worker ask for so much for a unit, in base units.
    #[track_caller]
    pub(crate) fn ask(&self, worker: usize, price: u128) {
        let (book, token) = (self.contracts.book.address().to_string(), self.contracts.token.address().to_string());
        let (key, price) = (format!("worker{worker}.key"), price.to_string());
        let way = ["ask", "--rpc", &self.anvil.url(), "--key", &key, "--book", &book, "--token", &token];
        self.run(&[&way[..], &["--price", &price]].concat());
    }

    /// The name of a worker.
    pub(crate) fn name(&self, worker: usize) -> WorkerId {
        wallet(FIRST_WORKER + worker).worker()
    }

    /// Tokens that a worker has beside its stake, base units.
    pub(crate) fn balance(&self, worker: usize) -> u128 {
        self.balance_of(wallet(FIRST_WORKER + worker).address())
    }

    /// Tokens of the client.
    pub(crate) fn client_balance(&self) -> u128 {
        self.balance_of(wallet(CLIENT).address())
    }

    fn balance_of(&self, owner: Address) -> u128 {
        self.contracts.token.balance(owner).expect("it listens")
    }

    /// Where the job stands, as `endcap job status --json` says it.
    pub(crate) fn status(&self) -> Option<serde_json::Value> {
        let output = self.job(&["status", "state", "--json"]).output().expect("it starts");
        serde_json::from_slice(&output.stdout).ok()
    }

    /// Units in a state, as far as the journal knows.
    pub(crate) fn units(&self, state: &str) -> u64 {
        self.status().and_then(|status| status["units"][state].as_u64()).unwrap_or_default()
    }

    /// Lets the chain's clock pass the end of the job and of its window.
    pub(crate) fn pass_the_end(&self) {
        self.anvil.pass(DURATION_S + WINDOW_S + 60);
    }
}

impl Running {
    /// Waits for the end, at most so long.
    #[track_caller]
    pub(crate) fn wait(&mut self, longest: Duration) -> ExitStatus {
        let end = Instant::now() + longest;
        loop {
            if let Some(status) = self.child.try_wait().expect("ours") {
                return status;
            }
            assert!(Instant::now() < end, "it does not end: {}", self.said());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks for the end (SIGTERM), and waits for it.
    #[track_caller]
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("kill is there");
        self.wait(Duration::from_secs(60))
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// All that it has said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// All files below two folders are equal.
#[track_caller]
pub(crate) fn assert_equal_folders(a: &Path, b: &Path) -> usize {
    let (names_a, names_b) = (files(a), files(b));
    assert_eq!(names_a, names_b, "{} and {} hold other files", a.display(), b.display());
    for name in &names_a {
        let read = |folder: &Path| fs::read(folder.join(name)).expect("readable");
        assert!(read(a) == read(b), "{} differs", name.display());
    }
    names_a.len()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("inside").to_owned());
            }
        }
    }
    found.sort();
    found
}
