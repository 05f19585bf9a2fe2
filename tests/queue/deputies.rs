//! A server sends replies with its own rights, to whatever subject a request names. Whoever may ask for anything could so
//! let it delete streams, acknowledge for others and speak in their names, were it not for the account of its own.

use endcap::job::queue::Dispatch;
use endcap::job::queue::nats::{QueueOptions, Trust};

use std::time::Duration;

use crate::nats::{Market, Raw, id, task};

const NEXT: &[u8] = br#"{"batch":1,"no_wait":true}"#;

/// What a worker lets the server say to whom: its acknowledgement, with these places for the reply.
fn send_the_server(market: &mut Market) -> Raw {
    for unit in 0..3 {
        market.dispatch.send(&task("thief", unit)).expect("sent");
        market.dispatch.send(&task("victim", unit)).expect("sent");
    }
    let (thief, victim) = (Raw::worker(&market.server, "thief"), Raw::worker(&market.server, "victim"));
    let own = thief.ask("$JS.API.CONSUMER.MSG.NEXT.TASKS.thief", NEXT).expect("a task");
    let own = own.reply.expect("where to acknowledge").to_string();
    let held = victim.ask("$JS.API.CONSUMER.MSG.NEXT.TASKS.victim", NEXT).expect("a task");
    let held = held.reply.expect("where to acknowledge").to_string();
    for reply in [
        &held,
        "news.victim",
        "task.victim.job.9.0",
        "answer.victim",
        "$JS.API.CONSUMER.DELETE.TASKS.victim",
        "$JS.API.STREAM.PURGE.TASKS",
        "$JS.API.STREAM.DELETE.NEWS",
    ] {
        thief.publish(&own, Some(reply), b"+WPI");
        thief.publish("news.thief", Some(reply), b"noise");
        thief.publish("$JS.API.CONSUMER.MSG.NEXT.TASKS.thief", Some(reply), NEXT);
    }
    Raw::coordinator(&market.server)
}

#[test]
fn replies_of_strangers_stay_in_their_account() {
    let mut market = Market::open(QueueOptions::default());
    let seen = send_the_server(&mut market);
    // The thief's own news, and nothing else; the server itself refuses what would be answered by an acknowledgement.
    assert_eq!(seen.messages("NEWS"), Some(6));
    assert_eq!((seen.messages("TASKS"), seen.messages("ANSWERS")), (Some(6), Some(0)));
    assert_eq!(seen.on_the_way("victim"), Some(1));
    for _ in 0..3 {
        assert_eq!(market.dispatch.receive(Duration::from_millis(50)).expect("there"), None);
    }
    assert_eq!(market.dispatch.dropped(), 6);
}

#[test]
fn without_that_account_the_attack_works() {
    let trust = Trust::Lab { bucket: "files".to_owned() };
    let mut market = Market::with(QueueOptions::default(), trust, Duration::from_secs(3600));
    let seen = send_the_server(&mut market);
    assert_eq!(seen.messages("NEWS"), None, "the stream is gone, which is why a lab must trust its workers");
    assert_eq!(id("victim").as_str(), "victim");
}
