//! Steps in images: the same under both runtimes.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use endcap::job::train::Runtime;
use serde_json::json;
use tar::EntryType;

use crate::limits::is_too_fat;
use crate::pack::{Image, Layer};
use crate::step::{Attempt, is_there, runs};

const BOTH: [Runtime; 2] = [Runtime::Bwrap, Runtime::Crun];

/// Perl: tries things, and writes one line about each.
const PROBE: &str = r#"
binmode STDIN;
my $frames = join '', <STDIN>;
open(O, '>', "$ENV{ENDCAP_OUT}/out");
print O 'frames ', length($frames), ' ', unpack('%32C*', $frames), "\n";
for my $path ('/root', '/home', '/etc/passwd', '/usr/bin/python3', '/hold', '/run/crun', '/sys/fs', '/proc/kcore/x', '@SECRET') {
    print O "sees $path\n" if -e $path;
}
for my $path ('/x', '/bin/x', '/bin/perl', '/job/x', '/job/main.pl', '/dev/x', '/etc/x', '/proc/sys/kernel/hostname', '/work/x', '/tmp/x', '/dev/shm/x') {
    print O "writes $path\n" if open(F, '>>', $path) && syswrite(F, 'x');
}
socket(S, 2, 1, 0) or die;
print O 'connects ', connect(S, pack('S n C4 x8', 2, @PORT, 127, 0, 0, 1)) ? 'yes' : 'no', "\n";
open(F, '/proc/net/dev'); my @lines = <F>; print O 'networks ', @lines - 2, "\n";
open(F, '/proc/self/status');
while (<F>) { print O $_ if /^(Uid|Gid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):/ }
opendir(D, '/proc'); my @all = grep { /^\d+$/ } readdir D; print O 'alone ', @all <= 2 ? 'yes' : 'no', "\n";
close S; opendir(D, '/proc/self/fd');
print O 'open ', join(' ', sort grep { m{^[^/]|deleted} } map { readlink "/proc/self/fd/$_" } grep { $_ > 2 } readdir D), "\n";
my @mode = stat '/bin/perl'; printf O "mode %o\n", $mode[2];
print O 'here ', readlink('/proc/self/cwd'), "\n";
print O "$_=$ENV{$_}\n" for sort grep { $_ ne "PWD" } keys %ENV;
"#;

#[test]
fn an_image_is_alone_and_gives_the_same_in_both() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let secret = tempfile::NamedTempFile::new().expect("temporary file");
    let code = PROBE
        .replace("@PORT", &server.local_addr().expect("bound").port().to_string())
        .replace("@SECRET", &secret.path().display().to_string());
    let mut image = Image::with_perl().packed();
    image.config = json!({ "Env": ["PATH=/nowhere:/bin", "COLOUR=red", "ENDCAP_UNIT=77"], "User": "root" });
    let image = image.archive();
    let expected = format!(
        "frames 7168 @SUM\nwrites /work/x\nwrites /tmp/x\nwrites /dev/shm/x\nconnects no\nnetworks 1\n\
         Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\n{}NoNewPrivs:\t1\nSeccomp:\t2\n\
         alone yes\nopen \nmode 100555\nhere /job\nCOLOUR=red\nENDCAP_FRAMES=10..13\nENDCAP_JOB=/job\n\
         ENDCAP_OUT=/work/out\nENDCAP_THREADS=4\nENDCAP_UNIT=4\nHOME=/work\nLANG=C.UTF-8\nOMP_NUM_THREADS=4\n\
         PATH=/nowhere:/bin\n",
        ["Inh", "Prm", "Eff", "Bnd", "Amb"].map(|set| format!("Cap{set}:\t0000000000000000\n")).concat(),
    );
    let mut sums = Vec::new();
    for runtime in BOTH {
        let attempt = Attempt::in_image(runtime, &image, &code).alter(|step| step.limits.processes = 4);
        let (outputs, trained) = attempt.run().expect("it tries, and ends well");
        assert_eq!((trained.runtime, trained.frames), (runtime, 3));
        let text = String::from_utf8_lossy(&outputs["out"]).into_owned();
        let sum = text.split_whitespace().nth(2).expect("a sum").to_owned();
        let rest = "PYTHONDONTWRITEBYTECODE=1\nTMPDIR=/work/tmp\nUSER=nobody\n";
        assert_eq!(text, expected.replace("@SUM", &sum) + rest, "{runtime}");
        sums.push(sum);
    }
    assert_eq!(sums[0], sums[1], "the same frames");
    // Without a choice it is crun, which is there.
    let mut attempt = Attempt::in_image(Runtime::Crun, &image, "open(O, '>', '/work/out/out')");
    attempt.runtime = None;
    assert_eq!(attempt.run().expect("it ends well").1.runtime, Runtime::Crun);
}

#[test]
fn what_an_image_says_about_itself_counts() {
    let script = "printf '%s\\n' \"$0\" \"$@\" \"$PWD\" \"$A\" > $ENDCAP_OUT/out";
    for runtime in BOTH {
        let mut image = Image::new([Layer::new().program("sh"), Layer::new().file("etc/x", 0o644, b"")]);
        image.config = json!({
            "Entrypoint": ["/bin/sh", "-c", script, "entry"], "Cmd": ["one", "two"],
            "WorkingDir": "/opt/trainer", "Env": ["A=b=c"],
        });
        let attempt = Attempt::in_image(runtime, &image.archive(), "").alter(|step| step.command.clear());
        let (outputs, _) = attempt.run().expect("it ends well");
        assert_eq!(String::from_utf8_lossy(&outputs["out"]), "entry\none\ntwo\n/opt/trainer\nb=c\n", "{runtime}");
        let error = Attempt::in_image(runtime, &image.archive(), "").fails();
        assert!(error.contains("has failed") && error.contains("perl"), "there is none in it: {error}");
    }
    let attempt = Attempt::in_image(Runtime::Bwrap, &Image::with_perl().archive(), "");
    let error = attempt.alter(|step| step.command.clear()).fails();
    assert!(error.contains("has no command, and its image names no program"), "{error}");
}

#[test]
fn layers_lie_upon_each_other() {
    let base = Layer::new()
        .program("perl")
        .folder("usr")
        .folder("usr/bin")
        .link("sbin", "usr/bin")
        .link("abs", "/usr")
        .file("usr/bin/one", 0o700, b"1")
        .file("old/a", 0o644, b"a")
        .file("old/b", 0o644, b"b")
        .file("full/lower", 0o644, b"lower")
        .file("gone", 0o644, b"x")
        // What is mounted by the sandbox cannot be led astray.
        .link("work", "/etc")
        .link("job", "/usr")
        .entry(EntryType::Char, "dev/console", "", 0o600, b"");
    let upper = Layer::new()
        .file("sbin/two", 0o644, b"2")
        .file("abs/bin/three", 0o644, b"3")
        .entry(EntryType::Link, "four", "usr/bin/one", 0, b"")
        .entry(EntryType::Regular, "old/.wh.a", "", 0, b"")
        .entry(EntryType::Regular, ".wh.gone", "", 0, b"")
        .file("full/upper", 0o644, b"upper")
        .entry(EntryType::Regular, "full/.wh..wh..opq", "", 0, b"")
        .file("/etc/absolute", 0o644, b"5")
        .entry(EntryType::Directory, "./", "", 0o755, b"");
    let code = "sub walk { my $at = shift; opendir(my $d, $at || '/') or return;\n\
        for my $name (sort grep { !/^\\.\\.?$/ } readdir $d) {\n\
            my $path = \"$at/$name\"; next if $path =~ m{^/(proc|dev|sys|lib|lib64|job|work)(/|$)} || $name eq 'perl';\n\
            if (-l $path) { print O \"$path -> \", readlink $path, \"\\n\" }\n\
            elsif (-d $path) { walk($path) }\n\
            else { open(F, $path); print O \"$path \", <F>, (-x $path ? ' x' : ''), \"\\n\" } } }\n\
        open(O, '>', '/work/out/out'); walk('');";
    let expected = "/abs -> /usr\n/etc/absolute 5\n/four 1 x\n/full/last last\n/full/upper upper\n/old/b b\n/sbin -> usr/bin\n\
        /tmp -> /work/tmp\n/usr/bin/one 1 x\n/usr/bin/three 3\n/usr/bin/two 2\n";
    let mut image = Image::new([base, upper]);
    // Umoci's archives end with the last byte of content.
    let last = Layer::new().file("full/last", 0o644, b"last").tar();
    image.layers.push(last[..516].to_vec());
    let image = image.archive();
    for runtime in BOTH {
        let (outputs, _) = Attempt::in_image(runtime, &image, code).run().expect("it ends well");
        assert_eq!(String::from_utf8_lossy(&outputs["out"]), expected, "{runtime}");
    }
}

#[test]
fn steps_in_images_keep_to_their_limits() {
    let image = Image::with_perl().archive();
    let out = "open(O, '>', '/work/out/out');";
    let (_, trained) = Attempt::in_image(Runtime::Bwrap, &image, out).run().expect("it ends well");
    let grouped = trained.in_group;
    for runtime in BOTH {
        let attempt = |code: &str| Attempt::in_image(runtime, &image, code);
        let error = attempt("my $x = 'x' x (1 << 29);").fails();
        assert!(error.contains("has failed") && error.contains("Out of memory"), "{runtime}: {error}");
        let many = "for (1..9) { if (!fork) { my $x = 'x' x (30 << 20); my $y = $x; sleep 60 } } sleep 60";
        let error = attempt(many).fails();
        assert!(is_too_fat(&error), "{runtime}: {error}");
        let bomb = "for (1..100) { my $p = fork; die \"bomb: $!\" unless defined $p; if (!$p) { sleep 60 } }";
        let error = attempt(bomb).fails();
        assert!(error.contains("bomb: Resource temporarily unavailable"), "{runtime}: {error}");
        let error = attempt("while (1) { fork }").alter(|step| step.limits.wall_s = 1).fails();
        assert!(error.contains("takes longer than 1 seconds"), "{runtime}: {error}");
        for place in ["/work", "/tmp", "/dev/shm"] {
            let fill =
                format!("open(F, '>', '{place}/x'); (syswrite F, 'x' x 100000) or die \"full: $!\" for (1..100)");
            let error = attempt(&fill).alter(|step| step.limits.disk_bytes = 1 << 20).fails();
            assert!(error.contains("has failed"), "{runtime}: {place}: {error}");
        }
        let error = attempt("symlink('/job/main.pl', '/work/out/out')").fails();
        assert!(error.contains("no regular file"), "{runtime}: {error}");
        let error = attempt("exit 3").fails();
        assert!(error.contains("has failed (exit status: 3)"), "{runtime}: {error}");
        // Memory that no process has in use: only a group counts it.
        let hidden = "my ($x, @all) = ('x' x (1 << 20)); for my $i (1..400) { my $name = \"x$i\"; \
                      my $f = syscall(@CALL, $name, 0); open(my $file, \">&=$f\") or die \"none: $!\"; push @all, $file; \
                      syswrite($file, $x) == 1 << 20 or die \"full: $!\" } sleep 1";
        let hidden = hidden.replace("@CALL", if cfg!(target_arch = "x86_64") { "319" } else { "279" });
        let outcome = attempt(&(hidden + ";" + out)).alter(|step| step.limits.disk_bytes = 1 << 21).run();
        match outcome {
            Ok(_) => assert!(!grouped, "{runtime}: 400 MB were had"),
            Err(error) => assert!(grouped && error.contains("of its control group"), "{runtime}: {error}"),
        }
    }
}

/// Not a test of its own: what the next one kills.
#[test]
fn a_worker_that_is_killed() {
    let Ok(runtime) = std::env::var("ENDCAP_TEST_RUNTIME") else { return };
    let image = Image::with_perl().archive();
    let mark = std::env::var("ENDCAP_TEST_MARK").expect("it comes with the other");
    let attempt = Attempt::in_image(
        runtime.parse().expect("a name"),
        &image,
        "$SIG{$_} = 'IGNORE' for keys %SIG; sleep 60 while 1",
    );
    let _ = attempt.alter(|step| step.command.push(mark)).run();
}

#[test]
fn nothing_outlives_a_worker_that_is_killed() {
    for runtime in BOTH {
        let mark = format!("endcap-killed-{runtime}-{}", std::process::id());
        let mut worker = Command::new(std::env::current_exe().expect("this one"));
        worker.args(["--exact", "contained::a_worker_that_is_killed"]).stdout(Stdio::null());
        worker.env("ENDCAP_TEST_RUNTIME", runtime.to_string()).env("ENDCAP_TEST_MARK", &mark);
        let mut worker = worker.spawn().expect("it starts");
        let start = std::time::Instant::now();
        while !is_there(&mark) && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Let it get into its container.
        std::thread::sleep(Duration::from_millis(300));
        let was_there = is_there(&mark);
        worker.kill().and_then(|()| worker.wait()).expect("it was there");
        assert!(was_there, "{runtime}: it has not run");
        assert!(!runs(&mark), "{runtime}: a container is left");
    }
}
