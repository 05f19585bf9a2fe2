//! A cluster of one machine that runs Slurm: daemons of its own on free ports, ended when the test ends, also in a panic.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Tasks that run at the same time, whatever the machine has.
const CPUS: u32 = 4;
/// Place of the controller among the daemons.
const CONTROLLER: usize = 1;

/// Slurm's controller and one node, with their own munge.
pub(crate) struct Cluster {
    /// In the order in which they were started.
    daemons: Vec<Child>,
    /// `PATH` with Slurm's programs.
    path: String,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Starts a cluster whose arrays have numbers below `max_array_size`, and waits until it takes jobs. Tasks that are put
    /// into the queue again wait for 6 s there.
    pub(crate) fn start(max_array_size: u32) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut cluster = Self { daemons: Vec::new(), path: programs(), folder };
        fs::write(cluster.file("key"), key()).expect("written");
        fs::set_permissions(cluster.file("key"), std::os::unix::fs::PermissionsExt::from_mode(0o400)).expect("own");
        ["state", "spool"].iter().for_each(|name| fs::create_dir(cluster.file(name)).expect("made"));
        let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
        let host = host.trim().split('.').next().expect("a name").to_owned();
        fs::write(cluster.config(), cluster.configuration(&host, max_array_size)).expect("written");

        let file = |name: &str| cluster.file(name).display().to_string();
        let munge = ["--foreground", "--force", &format!("--key-file={}", file("key"))].map(str::to_owned);
        let places =
            [("socket", "munge"), ("pid-file", "munged.pid"), ("log-file", "munged.log"), ("seed-file", "seed")];
        let places = places.map(|(option, name)| format!("--{option}={}", file(name)));
        cluster.spawn("munged", munge.into_iter().chain(places));
        let munge = cluster.file("munge");
        cluster.wait("munge's socket", || munge.exists());
        cluster.spawn("slurmctld", ["-D".to_owned()]);
        cluster.spawn("slurmd", ["-D", "-N", &host].map(str::to_owned));
        cluster.wait("an idle node", || cluster.ask("sinfo", &["--noheader", "--format=%T"]).trim() == "idle");
        cluster
    }

    /// Ends the controller (SIGTERM) in the middle of everything, and starts it again. Killed at once it would forget what
    /// it has not written for up to five seconds, give the same numbers to new tasks beside those that run, and drain the
    /// node: Slurm's own affair, which only its administrator can set right.
    pub(crate) fn restart_controller(&mut self) {
        let mut controller = self.daemons.remove(CONTROLLER);
        assert!(Command::new("kill").arg(controller.id().to_string()).status().expect("kill").success());
        controller.wait().expect("gone");
        self.spawn("slurmctld", ["-D".to_owned()]);
        let controller = self.daemons.pop().expect("just started");
        self.daemons.insert(CONTROLLER, controller);
        self.wait("controller", || self.ask("scontrol", &["ping"]).contains("is UP"));
    }

    /// Slurm's configuration, for the variable `SLURM_CONF`.
    pub(crate) fn config(&self) -> PathBuf {
        self.file("slurm.conf")
    }

    /// `PATH` with Slurm's programs.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self, host: &str, max_array_size: u32) -> String {
        let folder = self.folder.path().display();
        let user = whoami();
        let [controller, node] = free_ports();
        // `cred_expire` is how long Slurm lets a task wait that is put into the queue again, less a second: by default 120.
        format!(
            "ClusterName=endcap\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={controller}\nSlurmdPort={node}\n\
             SlurmUser={user}\nSlurmdUser={user}\nAuthType=auth/munge\nCredType=cred/munge\n\
             AuthInfo=socket={folder}/munge,cred_expire=5\n\
             SlurmctldPidFile={folder}/slurmctld.pid\nSlurmdPidFile={folder}/slurmd.pid\n\
             StateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool\n\
             ProctrackType=proctrack/pgid\nTaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\n\
             MpiDefault=none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nReturnToService=2\nKillWait=2\n\
             SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1,bf_interval=1\n\
             SlurmdParameters=config_overrides\nMaxArraySize={max_array_size}\n\
             NodeName={host} NodeAddr=127.0.0.1 CPUs={CPUS} RealMemory=1000 State=UNKNOWN\n\
             PartitionName=test Nodes=ALL Default=YES State=UP\n"
        )
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // A program is looked for in the path of its own environment.
        command.env("PATH", &self.path).env("SLURM_CONF", self.config()).stdin(Stdio::null());
        command
    }

    fn spawn(&mut self, program: &str, arguments: impl IntoIterator<Item = String>) {
        let log = File::create(self.file(&format!("{program}.out"))).expect("a log");
        let mut command = self.command(program);
        command.args(arguments).stdout(log.try_clone().expect("a log")).stderr(log);
        self.daemons.push(command.spawn().unwrap_or_else(|error| panic!("{program}: {error}")));
    }

    /// What one of Slurm's programs answers.
    pub(crate) fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program).args(arguments).output().expect("starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn wait(&self, what: &str, mut is_there: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is_there() {
            assert!(Instant::now() < end, "no {what}:\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn logs(&self) -> String {
        let read = |name: &str| format!("{name}:\n{}", fs::read_to_string(self.file(name)).unwrap_or_default());
        ["munged.out", "munged.log", "slurmctld.out", "slurmd.out"].map(read).join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for mut daemon in self.daemons.drain(..).rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        // Tasks, and what Slurm starts beside each, are no children of the daemons: they would outlive them. All have the
        // configuration of this cluster in their environment.
        let config = format!("SLURM_CONF={}", self.config().display()).into_bytes();
        for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Ok(environment) = fs::read(process.path().join("environ")) else { continue };
            if environment.split(|byte| *byte == 0).any(|variable| variable == config) {
                let _ = Command::new("kill").arg("-9").arg(process.file_name()).stderr(Stdio::null()).status();
            }
        }
    }
}

fn whoami() -> String {
    let output = Command::new("id").arg("-un").output().expect("id");
    String::from_utf8(output.stdout).expect("a name").trim().to_owned()
}

/// `PATH` with Slurm's programs, which the script installs where they are missing.
fn programs() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-slurm");
    let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("the script runs");
    assert!(output.status.success(), "no Slurm: run {} and see what it says", script.display());
    let folders = String::from_utf8(output.stdout).expect("folders");
    format!("{}:{}", folders.trim(), std::env::var("PATH").unwrap_or_default())
}

/// A key for munge that nobody else has.
fn key() -> Vec<u8> {
    use std::io::Read;
    let mut key = vec![0; 1024];
    File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut key)).expect("random bytes");
    key
}

/// Two ports that nobody listens on.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}
