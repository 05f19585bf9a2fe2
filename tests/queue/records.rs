//! What a coordinator keeps on the server: its journal, its table, and files for a lab.

use std::fs;
use std::time::Duration;

use endcap::job::coordinate::Journal;
use endcap::job::queue::nats::{Connection, NatsJournal, NatsObjects, NatsTable, QueueOptions, Trust};
use endcap::job::store::{Courier, Link, Store};
use endcap::job::{Digest, Error};

use crate::nats::{Market, Server};

fn lines(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("{{\"line\":{number}}}")).collect()
}

fn is_refused<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Refused { .. }))
}

#[test]
fn a_journal_is_kept_and_a_second_coordinator_is_refused() {
    let mut server = Server::start();
    let job = Digest::of(b"job");
    let mut journal = NatsJournal::open(server.coordinator(), job).expect("a journal");
    assert_eq!(journal.replay().expect("read"), Vec::<String>::new());
    journal.append(&lines(0..1)).expect("kept");
    journal.append(&lines(1..700)).expect("kept");
    journal.append(&[]).expect("nothing to keep");

    // The second one has read everything; the first one writes on; the second one is too late.
    let mut second = NatsJournal::open(server.coordinator(), job).expect("a journal");
    assert_eq!(second.replay().expect("read"), lines(0..700));
    journal.append(&lines(700..710)).expect("kept");
    assert!(is_refused(second.append(&lines(800..801))));
    assert_eq!(second.replay().expect("read"), lines(0..710));
    second.append(&lines(710..711)).expect("its turn now");
    assert!(is_refused(journal.append(&lines(900..910))), "now the first one is too late");
    assert_eq!(second.replay().expect("read"), lines(0..711), "and none of its lines is there");

    server.kill();
    assert!(second.append(&lines(711..720)).expect_err("away").is_unreachable());
    server.restart();
    second.append(&lines(711..720)).expect("the same lines again");
    let mut another = NatsJournal::open(server.coordinator(), Digest::of(b"another")).expect("a journal");
    assert_eq!(another.replay().expect("read"), Vec::<String>::new());
    assert_eq!(second.replay().expect("read"), lines(0..720));
    assert!(matches!(second.append(&["two\nlines".to_owned()]), Err(Error::Unfit(_))));
    assert!(matches!(second.append(&["x".repeat(1 << 20)]), Err(Error::Unfit(_))));
}

#[test]
fn a_table_shows_the_newest_and_a_stale_revision_is_refused() {
    let server = Server::start();
    let (job, watcher) = (Digest::of(b"job"), server.coordinator());
    let read = || NatsTable::read(&watcher, job).expect("read");
    assert!(read().is_empty(), "nobody has begun");
    let state = |text: &str| format!("{{\"state\":\"{text}\"}}");
    let mut table = NatsTable::open(server.coordinator(), job).expect("a table");
    table.show(&[(0, state("unsent")), (1, state("unsent")), (300, state("unsent"))]).expect("shown");
    table.show(&[(1, state("valid")), (1, state("dead"))]).expect("shown");
    let shown = [(0, state("unsent")), (1, state("dead")), (300, state("unsent"))];
    assert_eq!(read(), shown.clone().into());

    let mut second = NatsTable::open(server.coordinator(), job).expect("a table");
    second.show(&[(0, state("valid"))]).expect("shown");
    assert!(is_refused(table.show(&[(0, state("invalid"))])), "stale");
    assert!(is_refused(table.show(&[(0, state("valid"))])), "stale, though it says the same");
    table.show(&[(300, state("valid"))]).expect("not touched by the other");
    assert_eq!(read()[&0], state("valid"));
    let many: Vec<(u64, String)> = (0..500).map(|unit| (1000 + unit, state("unsent"))).collect();
    table.show(&many).expect("shown");
    assert_eq!(read().len(), 503);
}

#[test]
fn a_lab_keeps_files_on_the_server() {
    let trust = Trust::Lab { bucket: "files".to_owned() };
    let market = Market::with(QueueOptions::default(), trust, Duration::from_secs(60));
    let folder = tempfile::tempdir().expect("temporary folder");
    let (file, back) = (folder.path().join("file"), folder.path().join("back"));
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
    fs::write(&file, &bytes).expect("written");

    let store = NatsObjects::open(market.server.coordinator(), "files").expect("a store");
    store.put("job/bundle.tar", &file).expect("put");
    let worker = Connection::open(&market.server.worker_options("w1")).expect("logs in");
    let courier = NatsObjects::open(worker, "files").expect("the same store");
    let link = store.download_link("job/bundle.tar", 60).expect("a link");
    assert_eq!(link.as_str(), "nats:files/job/bundle.tar");
    courier.fetch(&link, &back, 300_000).expect("fetched");
    assert_eq!(fs::read(&back).expect("read"), bytes);

    // A file that is there stays as it is; too long a one is not fetched; what is not there is an error.
    let upload = store.upload_link("job/0.tar", 60).expect("a link");
    courier.deliver(&upload, &file).expect("delivered");
    fs::write(&file, "another").expect("written");
    courier.deliver(&upload, &file).expect("left as it is");
    assert!(store.get("job/0.tar", &back, 300_000).expect("there"));
    assert_eq!(fs::read(&back).expect("read"), bytes);
    let long = courier.fetch(&upload, &folder.path().join("long"), 299_999).expect_err("too long");
    assert!(long.to_string().contains("more than 299999 bytes"), "{long}");
    assert!(!folder.path().join("long").exists());
    assert!(!store.get("job/1.tar", &back, 1).expect("not there"));
    assert!(is_refused(courier.fetch(&Link::new("nats:files/job/1.tar"), &back, 1)));
    for link in ["nats:files/../x", "nats:other/x", "/etc/passwd", "nats:filesx/y", "https://example.org/x"] {
        assert!(matches!(courier.fetch(&Link::new(link), &back, 100), Err(Error::Unfit(_))), "{link}");
    }
    fs::write(&file, "").expect("written");
    store.put("empty", &file).expect("put");
    assert!(store.get("empty", &back, 0).expect("there"));
    assert_eq!(fs::read(&back).expect("read"), b"");
    store.remove("job/0.tar").expect("removed");
    store.remove("job/0.tar").expect("nothing to do");
    assert!(!store.get("job/0.tar", &back, 300_000).expect("gone"));
    store.put("job/0.tar", &file).expect("put anew");
}
