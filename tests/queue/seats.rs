//! One coordinator at a time.

use std::time::{Duration, Instant};

use endcap::job::queue::nats::{Connection, NatsSeat, QueueOptions, Trust};
use endcap::job::{Digest, Error};

use crate::nats::{Market, Raw, Server};

fn take(connection: &Connection, job: &[u8]) -> Result<NatsSeat, Error> {
    NatsSeat::take(connection, Digest::of(job))
}

#[track_caller]
fn is_taken(connection: &Connection, job: &[u8], by: &[u8]) {
    let error = take(connection, job).expect_err("somebody sits there");
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert!(error.to_string().contains(&Digest::of(by).to_string()), "{error}");
}

#[test]
fn a_second_coordinator_is_told_who_the_first_is() {
    let mut server = Server::start();
    let (one, two) = (server.coordinator(), server.coordinator());
    let seat = take(&one, b"one").expect("free");
    is_taken(&two, b"two", b"one");
    is_taken(&two, b"one", b"one");
    is_taken(&one, b"two", b"one");
    server.kill();
    assert!(take(&two, b"two").expect_err("nobody knows").is_unreachable());
    server.restart();
    // Whoever sits there comes back by itself, sooner or later than whoever asks.
    let end = Instant::now() + Duration::from_secs(10);
    while take(&two, b"two").map(drop).is_ok() {
        assert!(Instant::now() < end, "the first one never comes back");
    }
    is_taken(&two, b"two", b"one");
    drop(seat);
    let end = Instant::now() + Duration::from_secs(10);
    let seat = loop {
        match take(&two, b"two") {
            Ok(seat) => break seat,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
    };
    is_taken(&one, b"one", b"two");
    drop(seat);
}

#[test]
fn of_many_at_the_same_moment_one_sits_at_most() {
    let server = Server::start();
    let connections: Vec<Connection> = (0..6).map(|_| server.coordinator()).collect();
    let seats: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = connections.iter().map(|connection| scope.spawn(|| take(connection, b"job"))).collect();
        all.into_iter().filter_map(|one| one.join().expect("no panic").ok()).collect()
    });
    assert!(seats.len() <= 1, "{seats:?}");
}

#[test]
fn workers_neither_ask_nor_answer() {
    for trust in [Trust::Strangers, Trust::Lab { bucket: "files".to_owned() }] {
        let market = Market::with(QueueOptions::default(), trust, Duration::from_secs(60));
        let (stranger, connection) = (Raw::worker(&market.server, "w1"), market.server.coordinator());
        let seat = take(&connection, b"job").expect("free");
        assert!(Raw::coordinator(&market.server).ask("coordinator", b"").is_some());
        assert!(stranger.ask("coordinator", b"").is_none());
        assert!(stranger.was_refused("coordinator"));
        drop(seat);
        assert!(stranger.listen("coordinator", || drop(take(&connection, b"job"))).is_none());
    }
}
