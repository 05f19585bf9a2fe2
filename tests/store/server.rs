//! `s3s-fs`, a server that speaks S3 and keeps its buckets in a folder.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use endcap::job::store::{Patience, S3Config, S3Credentials, S3Store};

/// Secrets that must not turn up anywhere.
pub(crate) const SECRET: &str = "v3ry-s3cret-k3y";
const BUCKET: &str = "results";

/// A server on this machine; it ends with this value.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    port: u16,
    process: Option<Child>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::create_dir_all(folder.path().join("s3").join(BUCKET)).expect("writable");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let mut server = Self { folder, port, process: None };
        server.restart();
        server
    }

    pub(crate) fn restart(&mut self) {
        let mut command = Command::new(program());
        command.args(["--access-key", "worker-test", "--secret-key", SECRET, "--host", "127.0.0.1"]);
        command.args(["--port", &self.port.to_string()]).arg(self.folder.path().join("s3"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("s3s-fs starts"));
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "s3s-fs does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().and_then(|()| process.wait()).expect("it was running");
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn config(&self) -> S3Config {
        S3Config {
            endpoint: Some(self.endpoint()),
            bucket: BUCKET.to_owned(),
            prefix: "market/".to_owned(),
            credentials: Some(S3Credentials {
                access_key: "worker-test".to_owned(),
                secret_key: SECRET.to_owned(),
                session_token: None,
            }),
            patience: patience(),
            ..S3Config::default()
        }
    }

    pub(crate) fn store(&self) -> S3Store {
        S3Store::open(&self.config()).expect("a store")
    }

    /// A place for files beside the server's.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("writable");
        path
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Little of it: tests wait for what fails.
pub(crate) fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(2),
        idle: Duration::from_secs(10),
        tries: 3,
        pause: Duration::from_millis(20),
        ..Patience::default()
    }
}

/// The program, which `ENDCAP_S3S_FS` names or `.ci/setup-s3` brings.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("ENDCAP_S3S_FS").filter(|path| !path.is_empty()) {
            return path.into();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-s3");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("a shell");
        let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        assert!(path.is_file(), "no S3 server to test with: run {}", script.display());
        path
    })
}
