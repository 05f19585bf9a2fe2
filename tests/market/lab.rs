//! A lab: machines that are trusted, one server, and nobody is paid.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use endcap::job::queue::nats::Nkey;

use crate::nats;

/// A child that does not outlive its test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_lab_needs_one_server_alone() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("writable");
    let server = nats::Server::start();
    let url = format!("tls://localhost:{}", server.address().port());
    let key = Nkey::new_user();
    write("coordinator.nk", server.keys().coordinator.seed());
    write("issuer.nk", server.keys().issuer.seed());
    write("worker.nk", key.seed());
    write("workers", &format!("bench-3 {}\n", key.public()));
    std::fs::copy(server.roots(), path("roots.pem")).expect("copied");
    write(
        "lab.toml",
        &format!(
            "[queue]\nserver = \"{url}\"\nroots = \"roots.pem\"\nkey = \"coordinator.nk\"\nissuer = \"issuer.nk\"\n\
             workers = \"workers\"\n\n[store]\nobjects = \"files\"\n\n[terms]\nnewcomer_units = 0\n"
        ),
    );
    let endcap = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
        command.current_dir(folder.path()).args(arguments.split_whitespace()).stdin(Stdio::null());
        command
    };
    let run = |arguments: &str| {
        let output = endcap(arguments).output().expect("it starts");
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let picture = "clean --frames 0..3 --size 60x80 --spp 1 --seed 5";
    run(&format!("job pack {picture} --unit 1 --out bundle"));
    let worker = endcap(&format!(
        "job worker --queue {url} --key worker.nk --roots roots.pem --name bench-3 --store nats:files --state worker"
    ));
    let log = std::fs::File::create(path("log")).expect("writable");
    let said = || std::fs::read_to_string(path("log")).unwrap_or_default();
    let mut command = worker;
    let _worker = Child(command.stdout(log.try_clone().expect("a log")).stderr(log).spawn().expect("it starts"));
    let mut submit =
        Child(endcap("job submit bundle --state state --market lab.toml --quiet").spawn().expect("starts"));
    let end = Instant::now() + Duration::from_secs(90);
    let status = loop {
        if let Some(status) = submit.0.try_wait().expect("ours") {
            break status;
        }
        assert!(Instant::now() < end, "it does not end: {}", said());
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{}", said());
    run("job fetch state --out dataset");
    run(&format!("render {picture} --out local --quiet"));
    assert!(crate::market::assert_equal_folders(&path("dataset"), &path("local")) > 10);
}
