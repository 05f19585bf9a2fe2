//! What people do by hand: `endcap job fund|redeem|refund|stake|ask`.

use endcap::job::ledger::evm::Till;

use crate::stage::*;

/// Runs `endcap job …` with the key of somebody in a file; gives the exit code and what it printed.
fn endcap(stage: &Stage, who: usize, arguments: &str) -> (i32, String) {
    let path = stage.folder.path().join(format!("key-{who}"));
    std::fs::write(&path, key(who)).expect("written");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("endcap"));
    command.arg("job").args(arguments.split_whitespace()).args(["--rpc", &stage.anvil.url()]).arg("--key").arg(path);
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!text.contains(key(who)), "{text}");
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn money_is_moved_from_the_command_line() {
    let stage = Stage::open();
    let job = stage.begun();
    let place = format!("--escrow {} --job {job}", stage.market.escrow.address());
    let registry = format!("stake --registry {}", stage.market.registry.address());
    let expect = |(code, text): (i32, String), wanted: i32, words: &str| {
        assert!(code == wanted && text.contains(words), "exit code {code}: {text}");
    };

    expect(endcap(&stage, WORKER, &format!("{registry} --amount 700")), 0, "has staked 0.0000000000000007 NEURO");
    expect(endcap(&stage, WORKER, &format!("{registry} --unstake 200")), 0, "on their way out");
    expect(endcap(&stage, WORKER, &format!("{registry} --withdraw")), 1, "StillUnbonding");
    expect(endcap(&stage, WORKER, &format!("{registry} --show")), 0, "has staked 0.0000000000000005 NEURO");
    expect(endcap(&stage, WORKER, &registry), 2, "required");

    let class = endcap::job::Digest::of(b"a class");
    let book = format!("ask --book {} --class {class}", stage.market.book.address());
    let token = stage.market.token.address();
    expect(endcap(&stage, OTHER, &format!("{book} --price 12 --token {token}")), 1, "NotStaked");
    expect(endcap(&stage, WORKER, &format!("{book} --price 12")), 2, "--token");
    expect(endcap(&stage, WORKER, &format!("{book} --price 12 --token {token} --minimum-units 4")), 0, "asks for 12");
    expect(endcap(&stage, CLIENT, &format!("{book} --list")), 0, "12 base units of");
    expect(endcap(&stage, WORKER, &format!("{book} --withdraw")), 0, "asks for nothing");
    expect(endcap(&stage, WORKER, &format!("{book} --withdraw")), 1, "NoAsk");
    expect(endcap(&stage, WORKER, &book), 2, "required");

    expect(endcap(&stage, CLIENT, &format!("fund {place} --budget {}", BUDGET + 9)), 0, "0.000000000001000009 NEURO");
    expect(endcap(&stage, CLIENT, &format!("fund {place} --budget {}", BUDGET + 9)), 0, "0.000000000001000009 NEURO");
    expect(endcap(&stage, OTHER, &format!("fund {place} --budget {}", BUDGET + 99)), 1, "NotClient");

    let till = stage.folder.path().join("till.json");
    Till::open(stage.escrow(WORKER), job, &till)
        .and_then(|mut till| till.accept(&stage.voucher(job, WORKER, 5000)))
        .expect("sound");
    let redeem = format!("redeem {place} --till {}", till.display());
    expect(endcap(&stage, OTHER, &redeem), 2, "is not the till of");
    expect(endcap(&stage, WORKER, &redeem), 0, "paid 0.000000000000005 NEURO");
    expect(endcap(&stage, WORKER, &redeem), 0, "paid 0 NEURO");

    expect(endcap(&stage, STRANGER, &format!("refund {place}")), 1, "WrongState");
    stage.anvil.pass(WORK + WINDOW + 2);
    expect(endcap(&stage, STRANGER, &format!("refund {place}")), 0, "sent 0.000000000000995009 NEURO back");
    expect(endcap(&stage, STRANGER, &format!("refund {place}")), 0, "went back before");
    expect(endcap(&stage, STRANGER, &format!("refund {place}0")), 2, "is no hash");
}
