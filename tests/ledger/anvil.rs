//! A node of its own for a test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use endcap::job::ledger::evm::Wallet;
use serde_json::{Value, json};

/// The program: what `ENDCAP_ANVIL` names, or what the script installs.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(path) = std::env::var_os("ENDCAP_ANVIL") {
        return path.into();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-anvil");
    let output = Command::new(script).stderr(Stdio::inherit()).output().expect("a shell");
    let path = String::from_utf8(output.stdout).expect("a path");
    assert!(output.status.success(), "anvil is needed: .ci/setup-anvil installs it");
    path.trim().into()
});

/// Keys of anvil's first accounts, which everybody knows.
pub(crate) const KEYS: [&str; 8] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
    "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
    "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
];

/// The wallet of one of them.
pub(crate) fn wallet(account: usize) -> Wallet {
    let bytes = |i: usize| u8::from_str_radix(&KEYS[account][2 * i..2 * i + 2], 16).expect("hexadecimal");
    Wallet::from_bytes(&std::array::from_fn(bytes)).expect("a key")
}

/// It ends with this value, also when a test panics.
pub(crate) struct Anvil {
    child: Child,
    port: u16,
    arguments: Vec<String>,
}

impl Anvil {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (child, port) = launch(0, &arguments);
        Self { child, port, arguments }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }

    /// Starts it again where it was.
    pub(crate) fn restart(&mut self) {
        (self.child, _) = launch(self.port, &self.arguments);
    }

    /// Asks the node itself, past the library.
    pub(crate) fn ask(&self, method: &str, parameters: Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let length = body.len();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let answer: Value = serde_json::from_str(body).expect("JSON");
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Lets so many seconds pass, and mines a block.
    pub(crate) fn pass(&self, seconds: u64) {
        self.ask("evm_increaseTime", json!([seconds]));
        self.ask("evm_mine", json!([]));
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program and waits until it says where it listens.
fn launch(port: u16, arguments: &[String]) -> (Child, u16) {
    let mut command = Command::new(&*PROGRAM);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--accounts", "10"]).args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("anvil starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let port = loop {
        let line = lines.next().expect("it says where it listens").expect("text");
        if let Some(place) = line.strip_prefix("Listening on 127.0.0.1:") {
            break place.parse().expect("a port");
        }
    };
    // What else it says must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "anvil does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    (child, port)
}
