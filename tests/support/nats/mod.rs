//! A NATS server as a coordinator sets it up, on a free port of this machine: started, killed, started again.

mod proxy;
mod raw;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use endcap::job::queue::nats::{
    Connection, ConnectionOptions, Gate, LoginOptions, LoginService, NatsDispatch, NatsQueue, Nkey, QueueOptions,
    ServerOptions, Trust, server_config,
};
use endcap::job::queue::{Attempt, Task};
use endcap::job::store::Link;
use endcap::job::{Digest, WorkerId};

pub(crate) use self::proxy::Proxy;
pub(crate) use self::raw::Raw;

/// How long a call waits before it gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// What workers say when they log in.
pub(crate) const TOKEN: &str = "open sesame";

/// A server, killed when the test ends, however it ends.
pub(crate) struct Server {
    child: Option<Child>,
    port: u16,
    keys: Keys,
    folder: tempfile::TempDir,
}

/// Who is who.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) coordinator: Nkey,
    pub(crate) issuer: Nkey,
    workers: Arc<Mutex<BTreeMap<String, (WorkerId, Nkey)>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        certificates(folder.path());
        let keys =
            Keys { coordinator: Nkey::new_user(), issuer: Nkey::new_account(), workers: Arc::new(Mutex::default()) };
        let port = free_port();
        let options = ServerOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            monitor: None,
            store: folder.path().join("streams"),
            certificate: folder.path().join("server.pem"),
            key: folder.path().join("server.key"),
            coordinator: keys.coordinator.public().to_owned(),
            issuer: keys.issuer.public().to_owned(),
            max_disk: 1 << 30,
        };
        std::fs::write(folder.path().join("server.conf"), server_config(&options)).expect("written");
        let mut server = Self { child: None, port, keys, folder };
        server.restart();
        server
    }

    /// Starts the server again with what it has on disk.
    pub(crate) fn restart(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let child = Command::new(executable())
            .arg("-c")
            .arg(self.folder.path().join("server.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.child = Some(child);
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.address()).is_err() {
            assert!(Instant::now() < end, "no server: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills the server at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// File with the certificate that the server's own is signed with.
    pub(crate) fn roots(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    pub(crate) fn options(&self, key: &Nkey) -> ConnectionOptions {
        let mut options = ConnectionOptions::new(format!("tls://localhost:{}", self.port), key.clone());
        options.roots = Some(self.roots());
        options.patience = PATIENCE;
        options
    }

    pub(crate) fn coordinator(&self) -> Connection {
        Connection::open(&self.options(&self.keys.coordinator))
            .unwrap_or_else(|error| panic!("{error:?}\n{}", self.log()))
    }

    /// How this worker logs in.
    pub(crate) fn worker_options(&self, name: &str) -> ConnectionOptions {
        let (worker, key) = self.keys.worker(name);
        ConnectionOptions { token: Some(TOKEN.to_owned()), worker: Some(worker), ..self.options(&key) }
    }

    pub(crate) fn worker(&self, name: &str) -> NatsQueue {
        let connection = Connection::open(&self.worker_options(name));
        NatsQueue::open(connection.unwrap_or_else(|error| panic!("{error:?}\n{}", self.log()))).expect("a worker")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Keys {
    /// The key of a worker, whom the gate then knows.
    pub(crate) fn worker(&self, name: &str) -> (WorkerId, Nkey) {
        let mut workers = self.workers.lock().expect("plain data");
        let new = || (name.parse().expect("a worker's name"), Nkey::new_user());
        workers.entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// Lets in whoever has the key of a worker and the right token.
    pub(crate) fn gate(&self) -> Gate {
        let workers = Arc::clone(&self.workers);
        Box::new(move |token, nkey| {
            if token != TOKEN {
                return Err("a wrong token".to_owned());
            }
            let workers = workers.lock().expect("plain data");
            let found = workers.values().find(|(_, key)| key.public() == nkey);
            found.map(|(worker, _)| worker.clone()).ok_or_else(|| "unknown".to_owned())
        })
    }
}

/// A coordinator with its login service, and the server it needs.
pub(crate) struct Market {
    pub(crate) dispatch: NatsDispatch,
    pub(crate) login: LoginService,
    pub(crate) server: Server,
}

impl Market {
    pub(crate) fn open(options: QueueOptions) -> Self {
        Self::with(options, Trust::Strangers, Duration::from_secs(3600))
    }

    pub(crate) fn with(options: QueueOptions, trust: Trust, lifetime: Duration) -> Self {
        let server = Server::start();
        let connection = server.coordinator();
        let login = LoginOptions { issuer: server.keys.issuer.clone(), lifetime, trust };
        let login = LoginService::start(&connection, login, server.keys.gate()).expect("a login service");
        let dispatch = NatsDispatch::open(connection, options).expect("a queue");
        Self { dispatch, login, server }
    }

    /// A worker that has its part of the queue.
    pub(crate) fn worker(&mut self, name: &str) -> NatsQueue {
        self.dispatch.enrol(&id(name)).expect("enrolled");
        self.server.worker(name)
    }
}

pub(crate) fn id(name: &str) -> WorkerId {
    name.parse().expect("a worker's name")
}

/// A task for this worker.
pub(crate) fn task(worker: &str, unit: u64) -> Task {
    Task {
        what: Attempt { job: Digest::of(b"job"), unit, attempt: 0 },
        worker: id(worker),
        deadline_s: 4_000_000_000,
        bundle: Link::new("/store/bundle.tar"),
        upload: Link::new(format!("/store/{worker}/{unit}.tar")),
        order: None,
    }
}

/// A port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The server's executable: where the environment says, or where the script puts it.
fn executable() -> PathBuf {
    if let Some(path) = std::env::var_os("ENDCAP_NATS_SERVER") {
        return path.into();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-nats");
    let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("the script runs");
    assert!(output.status.success(), "no NATS server: run {} and see what it says", script.display());
    PathBuf::from(String::from_utf8(output.stdout).expect("a path").trim())
}

/// A certificate for `localhost`, and the one that it is signed with.
fn certificates(folder: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut root = CertificateParams::new(Vec::new()).expect("no names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key")).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
    let server = params.signed_by(&key, &root).expect("a certificate");
    std::fs::write(folder.join("roots.pem"), root.pem()).expect("written");
    std::fs::write(folder.join("server.pem"), server.pem()).expect("written");
    std::fs::write(folder.join("server.key"), key.serialize_pem()).expect("written");
}
