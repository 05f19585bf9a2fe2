//! System calls that are refused, alike for commands of the machine and for images.

use endcap::job::train::Runtime;

use crate::pack::Image;
use crate::step::Attempt;

/// Numbers of calls, and the errors that they must end with. All would end otherwise, or well, if they got through.
#[cfg(target_arch = "x86_64")]
const CALLS: [(&str, u32, u32, u32); 14] = [
    ("mount", 165, 0, 1),
    ("unshare", 272, 0, 1),
    ("ptrace", 101, 0, 1),
    ("keyctl", 250, 0, 1),
    ("add_key", 248, 0, 1),
    ("io_uring_setup", 425, 0, 1),
    ("personality", 135, u32::MAX, 1),
    ("perf_event_open", 298, 0, 1),
    ("open_by_handle_at", 304, 0, 1),
    ("process_vm_readv", 310, 0, 1),
    ("socket, to the host", 41, 40, 1),
    ("socket, for ciphers", 41, 38, 1),
    ("clone3", 435, 0, 38),
    // Some that are wanted.
    ("getppid", 110, 0, 0),
];
#[cfg(target_arch = "aarch64")]
const CALLS: [(&str, u32, u32, u32); 12] = [
    ("mount", 40, 0, 1),
    ("unshare", 97, 0, 1),
    ("ptrace", 117, 0, 1),
    ("keyctl", 219, 0, 1),
    ("add_key", 217, 0, 1),
    ("io_uring_setup", 425, 0, 1),
    ("personality", 92, u32::MAX, 1),
    ("perf_event_open", 241, 0, 1),
    ("open_by_handle_at", 265, 0, 1),
    ("socket, to the host", 198, 40, 1),
    ("clone3", 435, 0, 38),
    ("getppid", 173, 0, 0),
];

#[test]
fn calls_that_trainers_do_not_need_are_refused() {
    let calls: Vec<String> =
        CALLS.iter().map(|(name, number, argument, _)| format!("['{name}',{number},{argument}]")).collect();
    let mut expected: String = CALLS.iter().map(|(name, .., error)| format!("{name}: {error}\n")).collect();
    expected.push_str("clone into a space: 1\nfork: 0\n");
    let code = format!(
        "open(O, '>', '/work/out/out');\n\
         sub say {{ print O \"$_[0]: \", $!+0, \"\\n\"; $! = 0; }}\n\
         $! = 0;\n\
         for (({})) {{ syscall($_->[1], $_->[2], 0, 0, 0, 0); say($_->[0]); }}\n\
         my $pid = syscall({}, 0x10000011, 0, 0, 0, 0); exit 0 if $pid == 0; say('clone into a space');\n\
         $pid = fork(); exit 0 if $pid == 0; waitpid($pid, 0); say('fork');\n",
        calls.join(","),
        if cfg!(target_arch = "x86_64") { 56 } else { 220 },
    );
    let image = Image::with_perl().archive();
    let on_the_machine = Attempt::in_image(Runtime::Bwrap, b"", &code).alter(|step| step.image = None);
    for (place, attempt) in [
        ("on the machine", on_the_machine),
        ("bwrap", Attempt::in_image(Runtime::Bwrap, &image, &code)),
        ("crun", Attempt::in_image(Runtime::Crun, &image, &code)),
    ] {
        let (outputs, _) = attempt.run().expect(place);
        assert_eq!(String::from_utf8_lossy(&outputs["out"]), expected, "{place}");
    }
}
