//! Who comes in, as what, and for how long.

use std::time::{Duration, Instant};

use async_nats::{ConnectErrorKind, ConnectOptions};
use endcap::job::Error;
use endcap::job::queue::nats::{
    Connection, ConnectionOptions, LoginOptions, LoginService, NatsQueue, Nkey, QueueOptions, Trust, gate_of_file,
};
use endcap::job::queue::{Notice, WorkQueue};

use crate::nats::{Market, Raw, Server, TOKEN};

fn refused(options: &ConnectionOptions) -> bool {
    matches!(Connection::open(options), Err(Error::Refused { .. }))
}

#[test]
fn only_who_the_gate_knows_comes_in() {
    let market = Market::open(QueueOptions::default());
    let server = &market.server;
    let right = server.worker_options("w1");
    assert!(refused(&ConnectionOptions { token: Some("open barley".to_owned()), ..right.clone() }), "a wrong token");
    assert!(refused(&ConnectionOptions { token: None, ..right.clone() }), "no token");
    assert!(refused(&ConnectionOptions { key: Nkey::new_user(), ..right.clone() }), "an unknown key");
    // The key of another is public, and somebody may have seen its token: the signature is still missing.
    let thief = Nkey::new_user();
    let impostor = Raw::impostor(server, "w1", &thief, TOKEN).err().map(|error| error.kind());
    assert_eq!(impostor, Some(ConnectErrorKind::AuthorizationViolation));
    assert!(Raw::impostor(server, "w1", &right.key, TOKEN).is_ok(), "the right one, in the same way");
    let nobody = ConnectOptions::new().add_root_certificates(server.roots()).require_tls(true);
    assert!(Raw::connect(server, nobody, None).is_err(), "nobody");
    Connection::open(&right).expect("the right one");
}

#[test]
fn a_server_is_known_by_its_certificate() {
    let (server, other) = (Server::start(), Server::start());
    let coordinator = server.options(&server.keys().coordinator);
    Connection::open(&coordinator).expect("known");
    let stranger = ConnectionOptions { roots: Some(other.roots()), ..coordinator.clone() };
    assert!(Connection::open(&stranger).expect_err("unknown").is_unreachable());
    let plain = ConnectionOptions { server: "nowhere at all".to_owned(), ..coordinator };
    assert!(matches!(Connection::open(&plain), Err(Error::Unfit(_))));
}

#[test]
fn a_login_ends() {
    let market = Market::with(QueueOptions::default(), Trust::Strangers, Duration::from_secs(1));
    let mut worker = market.server.worker("w1");
    worker.tell(&Notice::Leaving).expect("told");
    // When its time is over the server asks again, and the worker does not notice.
    std::thread::sleep(Duration::from_millis(1500));
    worker.tell(&Notice::Leaving).expect("told");
    // When nobody lets it in again it is out, and learns so in a stated time.
    drop(market.login);
    std::thread::sleep(Duration::from_millis(1500));
    let begin = Instant::now();
    assert!(worker.tell(&Notice::Leaving).expect_err("out").is_unreachable());
    assert!(begin.elapsed() < crate::nats::PATIENCE + Duration::from_secs(2));
}

#[test]
fn without_a_login_service_nobody_but_the_coordinator_comes_in() {
    let server = Server::start();
    let connection = server.coordinator();
    let options = ConnectionOptions { patience: Duration::from_secs(12), ..server.worker_options("w1") };
    let folder = tempfile::tempdir().expect("temporary folder");
    let list = folder.path().join("nkeys.txt");
    std::fs::write(&list, format!("w1 {}\n", options.key.public())).expect("written");
    let gate = gate_of_file(&list).expect("a list");
    let login = |issuer: &Nkey| LoginOptions {
        issuer: issuer.clone(),
        lifetime: Duration::from_secs(60),
        trust: Trust::Strangers,
    };
    // Logins that another account has signed do not count.
    let wrong = LoginService::start(&connection, login(&Nkey::new_account()), gate).expect("starts");
    assert!(Connection::open(&options).is_err());
    drop(wrong);
    let gate = gate_of_file(&list).expect("a list");
    assert!(LoginService::start(&connection, login(&Nkey::new_user()), gate).is_err(), "no account");
    let gate = gate_of_file(&list).expect("a list");
    let _login = LoginService::start(&connection, login(&server.keys().issuer), gate).expect("starts");
    NatsQueue::open(Connection::open(&options).expect("in the list")).expect("a worker");
    assert!(NatsQueue::open(connection).is_err(), "the coordinator is no worker");
}
