//! What a step sees, reaches and changes.

use std::net::TcpListener;

use crate::step::Attempt;

/// Python: tries things, and says of each whether it works.
const PROBE: &str = r#"
import json, os, socket, subprocess, sys
tried = {}
def attempt(name, what):
    try:
        tried[name] = what()
    except Exception as error:
        tried[name] = f"no: {error}"

def write(path):
    with open(path, "w") as file:
        file.write("x")
    return "yes"

attempt("connect", lambda: socket.create_connection(("127.0.0.1", @PORT), 2) and "yes")
attempt("interfaces", lambda: [name for _, name in socket.if_nameindex()])
attempt("secret", lambda: open("@SECRET").read())
for path in ["/root", "/home", "@HOME", "/etc/shadow", "/etc/passwd", "/sys", "/boot", "/var", "/dev/sda", "/dev/kvm"]:
    attempt("see " + path, lambda: os.path.exists(path))
for path in ["/x", "/job/x", "/job/main.py", "/usr/x", "/usr/bin/python3", "/etc/x", "/dev/x", "/bin/x", "/proc/sys/kernel/hostname"]:
    attempt("write " + path, lambda: write(path))
for path in ["/work/x", "/tmp/x", "/dev/shm/x"]:
    attempt("write " + path, lambda: write(path))
environments = [open(f"/proc/{p}/environ").read() for p in os.listdir("/proc") if p.isdigit() and os.access(f"/proc/{p}/environ", os.R_OK)]
attempt("cargo", lambda: any("CARGO" in text for text in environments + [str(os.environ)]))
attempt("processes", lambda: sorted(int(p) for p in os.listdir("/proc") if p.isdigit()))
attempt("ids", lambda: [os.getuid(), os.geteuid(), os.getgid(), sum(g != 65534 for g in os.getgroups())])
attempt("capabilities", lambda: [line.split()[1] for line in open("/proc/self/status") if line.startswith("Cap")])
attempt("mount", lambda: subprocess.run(["mount", "-t", "tmpfs", "none", "/work"], stderr=subprocess.DEVNULL).returncode)
attempt("namespace", lambda: subprocess.run(["unshare", "--user", "true"], stderr=subprocess.DEVNULL).returncode)
attempt("environment", lambda: dict(os.environ))
attempt("here", lambda: sorted(os.listdir(".")))
attempt("arguments", lambda: len(sys.argv))
json.dump(tried, open("/work/out/out", "w"))
"#;

#[test]
fn a_step_is_alone() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let secret = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(secret.path(), "secret").expect("writable");
    assert!(std::env::vars().any(|(name, _)| name.contains("CARGO")), "something to look for");
    let code = PROBE
        .replace("@PORT", &server.local_addr().expect("bound").port().to_string())
        .replace("@SECRET", &secret.path().display().to_string())
        .replace("@HOME", &std::env::var("HOME").unwrap_or("/root".to_owned()));
    let attempt = Attempt::new(&code).alter(|step| step.outputs = [("out".to_owned(), 1 << 16)].into());
    let (outputs, _) = attempt.run().expect("it tries, and ends well");
    let tried: serde_json::Value = serde_json::from_slice(&outputs["out"]).expect("JSON");
    let object = tried.as_object().expect("an object");
    let refused = |name: &str| {
        let answer = object[name].as_str().unwrap_or_default();
        assert!(answer.starts_with("no: "), "{name}: {}", object[name]);
    };
    refused("connect");
    refused("secret");
    object.keys().filter(|name| name.starts_with("see ")).for_each(|name| assert_eq!(object[name], false, "{name}"));
    for name in object.keys().filter(|name| name.starts_with("write ")) {
        match name.as_str() {
            "write /work/x" | "write /tmp/x" | "write /dev/shm/x" => assert_eq!(object[name], "yes", "{name}"),
            _ => refused(name),
        }
    }
    assert_eq!(object["interfaces"], serde_json::json!(["lo"]));
    assert_eq!(object["cargo"], false, "{tried}");
    assert!(object["processes"].as_array().expect("a list").len() <= 4, "{}", object["processes"]);
    assert_eq!(object["ids"], serde_json::json!([65534, 65534, 65534, 0]));
    let capabilities = object["capabilities"].as_array().expect("a list");
    assert!(capabilities.iter().all(|set| set == "0000000000000000"), "{capabilities:?}");
    assert_ne!(object["mount"], 0);
    assert_ne!(object["namespace"], 0);
    assert_eq!(object["here"], serde_json::json!(["dataset.json", "main.py"]));
    let environment = &object["environment"];
    assert_eq!((&environment["ENDCAP_UNIT"], &environment["ENDCAP_FRAMES"]), (&"4".into(), &"10..13".into()));
}

#[test]
fn frames_wait_for_who_reads_them() {
    let code = "import sys, tarfile, time\n\
        time.sleep(1)\n\
        stream = tarfile.open(fileobj=sys.stdin.buffer, mode='r|')\n\
        names = [(entry.name, len(stream.extractfile(entry).read())) for entry in stream]\n\
        open('/work/out/out', 'w').write(repr(names))\n";
    let start = std::time::Instant::now();
    let mut times = Vec::new();
    let mut attempt = Attempt::new(code);
    attempt.frame_bytes = 300_000;
    let (outputs, trained) = attempt.run_with(|_| times.push(start.elapsed().as_secs_f64())).expect("it ends well");
    let names = (10..13).flat_map(|i| [format!("('{i:06}.json', 2)"), format!("('{i:06}.rgb.png', 300000)")]);
    assert_eq!(String::from_utf8_lossy(&outputs["out"]), format!("[{}]", names.collect::<Vec<_>>().join(", ")));
    assert_eq!((trained.frames, times.len()), (3, 3));
    assert!(times[0] > 0.9, "a pipe holds less than a frame: {times:?}");
    assert_eq!(trained.outputs[0].blake3, blake3::hash(&outputs["out"]).to_string());
}

#[test]
fn a_step_may_have_had_enough() {
    let code = "import sys\nsys.stdin.buffer.read(1000)\nopen('/work/out/out', 'w').write('enough')\n";
    let mut attempt = Attempt::new(code);
    (attempt.frames, attempt.frame_bytes) = (1000, 300_000);
    let (outputs, trained) = attempt.run().expect("it ends well");
    assert_eq!((outputs["out"].as_slice(), outputs.len()), (&b"enough"[..], 1));
    assert!(trained.frames < 10, "{}", trained.frames);
}
