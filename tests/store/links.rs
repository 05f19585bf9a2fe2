//! Links in the hands of strangers, and servers that fail.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use endcap::job::store::{Courier, HttpCourier, Link, Patience, S3Config, S3Credentials, S3Store, Store};

use crate::server::{SECRET, Server, patience};

fn courier() -> HttpCourier {
    HttpCourier::new(patience()).expect("certificates")
}

/// An error as text, with all that it is made of; no part of it may hold a secret.
fn told(error: &endcap::job::Error) -> String {
    let text = format!("{error} {error:?} {:?}", std::error::Error::source(error));
    assert!(!text.contains(SECRET) && !text.contains("Signature="), "{text}");
    text
}

#[test]
fn a_link_does_one_thing_to_one_file_for_a_while() {
    let server = Server::start();
    let (store, courier) = (server.store(), courier());
    let (file, got) = (server.file("file", b"content"), server.path("got"));
    store.put("a", &file).expect("put");
    store.put("b", &file).expect("put");
    let short = store.download_link("a", 1).expect("a link");
    courier.fetch(&short, &got, 100).expect("still valid");
    let made = Instant::now();

    let (get, put) = (store.download_link("a", 60).expect("a link"), store.upload_link("c", 60).expect("a link"));
    let altered = |link: &Link, from: &str, to: &str| {
        assert!(link.as_str().contains(from), "{from}");
        Link::new(link.as_str().replace(from, to))
    };
    let last = get.as_str().chars().last().expect("digits");
    let tampered = format!("{}{}", &get.as_str()[..get.as_str().len() - 1], if last == '0' { '1' } else { '0' });
    let plain = Link::new(get.as_str().split('?').next().expect("an address"));
    for (what, link) in [
        ("tampered", Link::new(tampered)),
        ("another file's", altered(&get, "market/a", "market/b")),
        ("an upload's", put.clone()),
        ("longer", altered(&get, "X-Amz-Expires=60", "X-Amz-Expires=6000")),
        ("unsigned", plain),
    ] {
        let error = courier.fetch(&link, &server.path("no"), 100).expect_err(what);
        assert!(told(&error).contains("refuses: 403"), "{what}: {error}");
    }
    for (what, link) in [
        ("a download's", get.clone()),
        ("another file's", altered(&put, "market/c", "market/d")),
        // Without the header that is signed the file could be put twice.
        ("without its condition", altered(&put, "host%3Bif-none-match", "host")),
    ] {
        let error = courier.deliver(&link, &file).expect_err(what);
        assert!(told(&error).contains("refuses: 403"), "{what}: {error}");
    }
    assert!(!store.get("c", &server.path("no"), 100).expect("reached") && !server.path("no").exists());

    std::thread::sleep(Duration::from_millis(2100).saturating_sub(made.elapsed()));
    let error = courier.fetch(&short, &server.path("no"), 100).expect_err("expired");
    assert!(told(&error).contains("refuses: 403 AccessDenied"), "{error}");
    assert!(!format!("{get:?} {store:?} {:?} {courier:?}", server.config()).contains("Signature"));
}

#[test]
fn what_is_too_long_is_stopped_at_the_limit() {
    let server = Server::start();
    let store = server.store();
    let link = store.upload_link("bomb", 60).expect("a link");
    courier().deliver(&link, &server.file("file", &vec![7; 2_000_000])).expect("put");
    let link = store.download_link("bomb", 60).expect("a link");
    let error = courier().fetch(&link, &server.path("no"), 1_999_999).expect_err("too long");
    assert!(told(&error).contains("has more than 1999999 bytes"), "{error}");
    assert!(!server.path("no").exists());
    courier().fetch(&link, &server.path("yes"), 2_000_000).expect("just fits");
}

#[test]
fn a_server_that_dies_is_unreachable_until_it_is_back() {
    let mut server = Server::start();
    let store = server.store();
    let file = server.file("file", b"content");
    store.put("a", &file).expect("put");
    let (get, put) = (store.download_link("a", 60).expect("a link"), store.upload_link("b", 60).expect("a link"));
    server.kill();
    for error in [
        store.get("a", &server.path("no"), 100).expect_err("gone"),
        store.remove("a").expect_err("gone"),
        courier().fetch(&get, &server.path("no"), 100).expect_err("gone"),
        courier().deliver(&put, &file).expect_err("gone"),
    ] {
        assert!(error.is_unreachable() && told(&error).contains("cannot reach http://127.0.0.1"), "{error}");
    }
    assert!(!server.path("no").exists());
    server.restart();
    courier().fetch(&get, &server.path("got"), 100).expect("the same link");
    courier().deliver(&put, &file).expect("the same link");
}

#[test]
fn servers_without_the_condition_take_links_without_it() {
    let server = Server::start();
    let store = S3Store::open(&S3Config { is_conditional: false, ..server.config() }).expect("a store");
    let link = store.upload_link("a", 60).expect("a link");
    courier().deliver(&link, &server.file("first", b"first")).expect("put");
    courier().deliver(&link, &server.file("second", b"second")).expect("put");
    assert!(store.get("a", &server.path("got"), 100).expect("got"));
    assert_eq!(std::fs::read(server.path("got")).expect("read"), b"second", "that is what the digest is for");
}

#[test]
fn stores_that_would_tell_their_secrets_are_not_opened() {
    let config = |endpoint: &str| S3Config {
        endpoint: Some(endpoint.to_owned()),
        bucket: "results".to_owned(),
        credentials: Some(S3Credentials {
            access_key: "key".to_owned(),
            secret_key: SECRET.to_owned(),
            session_token: Some(SECRET.to_owned()),
        }),
        ..S3Config::default()
    };
    for (endpoint, expected) in [
        ("http://example.org", "another machine"),
        ("https://key:secret@example.org", "without keys"),
        ("ftp://127.0.0.1", "ftp"),
        ("", "relative URL"),
    ] {
        let error = S3Store::open(&config(endpoint)).expect_err(expected);
        assert!(told(&error).contains(expected), "{error}");
    }
    assert!(S3Store::open(&S3Config { allow_plain_http: true, ..config("http://example.org") }).is_ok());
    assert!(!format!("{:?}", config("https://example.org")).contains(SECRET));
    let store = S3Store::open(&config("https://example.org")).expect("a store");
    assert!(!format!("{store:?} {:?}", store.upload_link("a", 60)).contains(SECRET));
}

/// Answers every connection in the same way, and counts them.
fn rude(answer: &'static [u8], hold: Duration) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/a?X-Amz-Signature=5", listener.local_addr().expect("bound"));
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(answer);
                std::thread::sleep(hold);
            });
        }
    });
    (address, count)
}

#[test]
fn servers_that_misbehave_are_errors() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let target = folder.path().join("no");
    let patience = Patience { idle: Duration::from_millis(300), total: Duration::from_millis(900), ..patience() };
    let courier = HttpCourier::new(patience).expect("certificates");
    let none = Duration::ZERO;
    for (what, answer, hold, expected, tries) in [
        (
            "elsewhere",
            &b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"[..],
            none,
            "302",
            1,
        ),
        (
            "busy",
            b"HTTP/1.1 503 Slow Down\r\nContent-Length: 29\r\n\r\n<Error><Code>SlowDown</Code>x",
            none,
            "503 SlowDown",
            3,
        ),
        (
            "no bucket",
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 40\r\n\r\n<Error><Code>NoSuchBucket</Code></Error> ",
            none,
            "404 NoSuchBucket",
            1,
        ),
        ("torn", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort", none, "cannot reach", 3),
        (
            "silent",
            b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort",
            Duration::from_secs(1),
            "nothing has moved",
            3,
        ),
        ("no server", b"what do you want?\r\n\r\n", none, "cannot reach", 3),
        // No length is told, and it does not end.
        (
            "endless",
            b"HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567890123456789",
            none,
            "has more than 30 bytes",
            1,
        ),
    ] {
        let (address, count) = rude(answer, hold);
        let error = courier.fetch(&Link::new(address), &target, 30.max(u64::from(what != "endless") * 90));
        let text = told(&error.expect_err(what));
        assert!(text.contains(expected), "{what}: {text}");
        assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), tries, "{what}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "{what}: nothing is left");
    }
}
