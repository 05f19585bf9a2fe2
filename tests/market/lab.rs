//! A lab: machines that are trusted, one server, and nobody is paid.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use endcap::job::queue::nats::Nkey;

use crate::market::{Running, assert_equal_folders};
use crate::nats;

const PICTURE: &str = "clean --frames 0..3 --size 60x80 --spp 1 --seed 5";
const LONGEST: Duration = Duration::from_secs(90);

/// A server, the keys, and `lab.toml`, which keeps files on that server.
struct Lab {
    folder: tempfile::TempDir,
    server: nats::Server,
}

impl Lab {
    fn start() -> Self {
        let lab = Self { folder: tempfile::tempdir().expect("temporary folder"), server: nats::Server::start() };
        let key = Nkey::new_user();
        lab.write("coordinator.nk", lab.server.keys().coordinator.seed());
        lab.write("issuer.nk", lab.server.keys().issuer.seed());
        lab.write("worker.nk", key.seed());
        lab.write("workers", &format!("bench-3 {}\n", key.public()));
        std::fs::copy(lab.server.roots(), lab.path("roots.pem")).expect("copied");
        let queue = format!(
            "server = \"{}\"\nroots = \"roots.pem\"\nkey = \"coordinator.nk\"\nissuer = \"issuer.nk\"\nworkers = \"workers\"",
            lab.url()
        );
        lab.write(
            "lab.toml",
            &format!("[queue]\n{queue}\n\n[store]\nobjects = \"files\"\n\n[terms]\nnewcomer_units = 0\n"),
        );
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("writable");
    }

    fn url(&self) -> String {
        format!("tls://localhost:{}", self.server.address().port())
    }

    fn endcap(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
        command.current_dir(self.folder.path()).args(arguments.split_whitespace()).stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn run(&self, arguments: &str) {
        let output = self.endcap(arguments).output().expect("it starts");
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn spawn(&self, log: &str, arguments: &str) -> Running {
        let log = self.path(log);
        let file = std::fs::File::create(&log).expect("a log");
        let both = (file.try_clone().expect("a log"), file);
        let child = self.endcap(arguments).stdout(both.0).stderr(both.1).spawn().expect("it starts");
        Running { child, log }
    }

    /// Starts the coordinator of `bundle`. A server lets no worker in before it is there, and takes its time to find out.
    #[track_caller]
    fn submit(&self) -> Running {
        let submit = self.spawn("submit.log", "job submit bundle --state state --market lab.toml");
        let end = Instant::now() + LONGEST;
        while !self.path("state/journal").metadata().is_ok_and(|journal| journal.len() > 0) {
            assert!(Instant::now() < end, "it does not begin: {}", submit.said());
            std::thread::sleep(Duration::from_millis(20));
        }
        submit
    }

    /// Lets one worker of the lab do the job.
    #[track_caller]
    fn work(&self, mut submit: Running, worker_options: &str) {
        let way = format!("--queue {} --key worker.nk --roots roots.pem --name bench-3 --store nats:files", self.url());
        let worker = self.spawn("worker.log", &format!("job worker {way} --state worker {worker_options}"));
        let status = submit.wait(LONGEST);
        assert!(status.success(), "{}\n{}", submit.said(), worker.said());
    }
}

#[test]
fn a_lab_needs_one_server_alone() {
    let lab = Lab::start();
    lab.run(&format!("job pack {PICTURE} --unit 1 --out bundle"));
    let submit = lab.submit();
    let second = lab.endcap("job submit bundle --state second --market lab.toml").output().expect("it starts");
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && said.contains("a coordinator of b3:"), "{said}");
    lab.work(submit, "");
    lab.run("job fetch state --out dataset");
    lab.run(&format!("render {PICTURE} --out local --quiet"));
    assert!(assert_equal_folders(&lab.path("dataset"), &lab.path("local")) > 10);
    #[cfg(unix)]
    others_may_read_results_and_no_secrets(&lab);
}

/// Whoever may read the folder of a job can collect it; what decides which parts are looked at is for its owner.
#[cfg(unix)]
fn others_may_read_results_and_no_secrets(lab: &Lab) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |name: &str| lab.path(name).metadata().expect(name).permissions().mode() & 0o777;
    for name in ["state/results/unit-000000.tar", "state/bundle.tar", "state/journal", "dataset/dataset.json"] {
        assert_eq!(mode(name), mode("lab.toml"), "{name}");
    }
    assert_eq!(mode("state/secret"), 0o600);
}

#[test]
fn training_steps_run_on_workers_of_a_lab() {
    let lab = Lab::start();
    let step = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/train/count_pixels.toml");
    lab.run(&format!("job pack {PICTURE} --unit 2 --train {} --out bundle", step.display()));
    lab.work(lab.submit(), "--train");
    lab.run("job fetch state --out trained");
    for unit in 0..2 {
        lab.run(&format!("job train bundle --unit {unit} --out local"));
    }
    // For each unit its outputs, and their list.
    assert_eq!(assert_equal_folders(&lab.path("trained"), &lab.path("local")), 4);
    let counts = std::fs::read_to_string(lab.path("trained/unit-000001/counts.json")).expect("an output");
    assert!(counts.contains("\"frames\": [2]"), "{counts}");
}
