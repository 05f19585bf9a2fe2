//! What strangers try. Each attack stands beside the same act by whoever may do it, which works.

use std::time::Duration;

use endcap::job::queue::nats::QueueOptions;
use endcap::job::queue::{Answer, Dispatch, Notice, WorkQueue};

use crate::nats::{Market, Raw, id, task};

const SOON: Duration = Duration::from_secs(2);
const NOTHING: Duration = Duration::from_millis(150);

fn leaving() -> Vec<u8> {
    serde_json::to_vec(&Notice::Leaving).expect("plain data")
}

const NEXT: &[u8] = br#"{"batch":1,"no_wait":true}"#;

#[test]
fn acknowledging_the_task_of_another() {
    let mut market = Market::open(QueueOptions::default());
    let (seen, mut victim) = (Raw::coordinator(&market.server), market.worker("victim"));
    market.dispatch.enrol(&id("thief")).expect("enrolled");
    let thief = Raw::worker(&market.server, "thief");
    market.dispatch.send(&task("victim", 0)).expect("sent");
    let own = Raw::worker(&market.server, "victim");
    let held = own.ask("$JS.API.CONSUMER.MSG.NEXT.TASKS.victim", NEXT).expect("a task");
    let ack = held.reply.expect("where to acknowledge").to_string();
    assert_eq!(seen.on_the_way("victim"), Some(1));
    // The thief knows even the exact subject, which it would have to guess.
    for how in [&b"+ACK"[..], b"+TERM", b"-NAK", b"+NXT", b""] {
        thief.publish(&ack, None, how);
    }
    assert!(thief.was_refused(&ack));
    assert_eq!((seen.on_the_way("victim"), seen.messages("TASKS")), (Some(1), Some(1)));
    own.publish(&ack, None, b"+ACK");
    assert_eq!((seen.on_the_way("victim"), seen.messages("TASKS")), (Some(0), Some(0)));
    assert_eq!(victim.pull(NOTHING).expect("there"), None);
}

#[test]
fn pulling_the_tasks_and_the_answers_of_another() {
    let mut market = Market::open(QueueOptions::default());
    market.dispatch.send(&task("victim", 0)).expect("sent");
    market.dispatch.answer(&id("victim"), &Answer::Accepted { what: task("victim", 0).what }).expect("answered");
    market.dispatch.enrol(&id("thief")).expect("enrolled");
    let (thief, victim) = (Raw::worker(&market.server, "thief"), Raw::worker(&market.server, "victim"));
    for stream in ["TASKS", "ANSWERS"] {
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.victim");
        assert!(thief.ask(&next, NEXT).is_none(), "{stream}");
        assert!(thief.was_refused(&next));
        // Nor by another way to the same messages.
        for (what, body) in [
            (format!("DIRECT.GET.{stream}"), r#"{"seq":1}"#.to_owned()),
            (format!("STREAM.MSG.GET.{stream}"), r#"{"seq":1}"#.to_owned()),
            (format!("CONSUMER.INFO.{stream}.victim"), String::new()),
            (
                format!("CONSUMER.CREATE.{stream}.thief2"),
                format!(
                    r#"{{"stream_name":"{stream}","config":{{"name":"thief2","deliver_subject":"_INBOX_thief.x"}}}}"#
                ),
            ),
        ] {
            assert!(thief.ask(&format!("$JS.API.{what}"), body.as_bytes()).is_none(), "{what}");
        }
        let message = victim.ask(&next, NEXT).expect("its own");
        assert!(message.reply.is_some() && message.status.is_none(), "{stream}");
    }
}

#[test]
fn listening_to_others() {
    let mut market = Market::open(QueueOptions::default());
    market.dispatch.enrol(&id("victim")).expect("enrolled");
    let (thief, victim) = (Raw::worker(&market.server, "thief"), Raw::worker(&market.server, "victim"));
    let coordinator = Raw::coordinator(&market.server);
    for subject in
        ["_INBOX_victim.>", "_INBOX.>", "answer.victim", "answer.*", "task.victim.>", "news.*", ">", "$SYS.>"]
    {
        let heard = thief.listen(subject, || {
            market
                .dispatch
                .answer(&id("victim"), &Answer::Accepted { what: task("victim", 0).what })
                .expect("answered");
            market.dispatch.send(&task("victim", 0)).expect("sent");
            victim.publish("news.victim", Some("_INBOX_victim.x"), &leaving());
        });
        assert!(heard.is_none(), "{subject}");
        assert!(thief.was_refused(subject), "{subject}");
    }
    let heard = victim.listen("_INBOX_victim.>", || victim.publish("news.victim", Some("_INBOX_victim.x"), &leaving()));
    assert!(heard.is_some());
    let heard = coordinator.listen("news.victim", || victim.publish("news.victim", None, &leaving()));
    assert!(heard.is_some());
}

#[test]
fn telling_the_news_of_another() {
    let mut market = Market::open(QueueOptions::default());
    let (thief, mut victim) = (Raw::worker(&market.server, "thief"), market.worker("victim"));
    for subject in
        ["news.victim", "answer.thief", "task.thief.job.0.0", "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.TASKS.victim"]
    {
        assert!(thief.ask(subject, &leaving()).is_none(), "{subject}");
        assert!(thief.was_refused(subject), "{subject}");
    }
    assert_eq!(market.dispatch.receive(NOTHING).expect("there"), None);
    assert!(thief.ask("news.thief", &leaving()).is_some());
    victim.tell(&Notice::Leaving).expect("told");
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("thief"), Notice::Leaving)));
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("victim"), Notice::Leaving)));
}

#[test]
fn deleting_what_is_not_its_own() {
    let mut market = Market::open(QueueOptions::default());
    market.dispatch.send(&task("victim", 0)).expect("sent");
    let (thief, coordinator) = (Raw::worker(&market.server, "thief"), Raw::coordinator(&market.server));
    for what in [
        "STREAM.DELETE.TASKS",
        "STREAM.PURGE.TASKS",
        "CONSUMER.DELETE.TASKS.victim",
        "STREAM.CREATE.MINE",
        "STREAM.NAMES",
        "INFO",
    ] {
        let what = format!("$JS.API.{what}");
        assert!(thief.ask(&what, b"").is_none(), "{what}");
        assert!(thief.was_refused(&what), "{what}");
    }
    assert_eq!((coordinator.messages("TASKS"), coordinator.on_the_way("victim")), (Some(1), Some(0)));
    assert!(coordinator.ask("$JS.API.STREAM.DELETE.TASKS", b"").is_some());
    assert_eq!(coordinator.messages("TASKS"), None);
}

#[test]
fn noise_in_its_own_news() {
    let mut market = Market::open(QueueOptions::default());
    let (thief, mut victim) = (Raw::worker(&market.server, "thief"), market.worker("victim"));
    let deep = "[".repeat(10_000);
    let long = format!(
        r#"{{"kind":"failed","what":{{"job":"{}","unit":0,"attempt":0}},"message":"{}"}}"#,
        task("thief", 0).what.job,
        "x".repeat(12_000)
    );
    let noise =
        ["", "{}", "\u{0}", "{\"kind\":\"leaving\",\"worker\":\"victim\"}", "{\"kind\":\"leaving\"", &deep, "null"];
    for text in noise {
        assert!(thief.ask("news.thief", text.as_bytes()).is_some(), "{text:.20}");
    }
    assert!(thief.ask("news.thief", long.as_bytes()).is_some());
    victim.tell(&Notice::Leaving).expect("told");
    let heard = market.dispatch.receive(SOON).expect("there");
    let Some((worker, Notice::Failed { message, .. })) = heard else { panic!("{heard:?}") };
    assert_eq!((worker, message.len()), (id("thief"), 1024));
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("victim"), Notice::Leaving)));
    assert_eq!(market.dispatch.dropped(), noise.len() as u64);
}

#[test]
fn messages_that_are_too_long() {
    let mut market = Market::open(QueueOptions::default());
    let thief = Raw::worker(&market.server, "thief");
    let refused = thief.ask("news.thief", &vec![b'x'; 20 << 10]).expect("an answer");
    assert!(String::from_utf8_lossy(&refused.payload).contains("message size exceeds maximum"), "{refused:?}");
    assert!(thief.ask("news.thief", &leaving()).is_some());
    // Longer than what its login allows: the server cuts the connection.
    let _ = thief.ask("news.thief", &vec![b'x'; 100 << 10]);
    let mut honest = market.worker("honest");
    honest.tell(&Notice::Leaving).expect("told");
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("thief"), Notice::Leaving)));
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("honest"), Notice::Leaving)));
    assert_eq!(market.dispatch.receive(NOTHING).expect("there"), None);
}

#[test]
fn too_many_news_from_one() {
    let mut market = Market::open(QueueOptions { max_news: 8, ..QueueOptions::default() });
    let (mut loud, mut quiet) = (market.worker("loud"), market.worker("quiet"));
    for _ in 0..8 {
        loud.tell(&Notice::Leaving).expect("told");
    }
    let full = loud.tell(&Notice::Leaving).expect_err("no room");
    assert!(full.is_unreachable(), "later there is room again: {full:?}");
    quiet.tell(&Notice::Leaving).expect("told");
    for _ in 0..8 {
        assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("loud"), Notice::Leaving)));
    }
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("quiet"), Notice::Leaving)));
    market.dispatch.settle().expect("settled");
    loud.tell(&Notice::Leaving).expect("room again");
    assert_eq!(market.dispatch.receive(SOON).expect("there"), Some((id("loud"), Notice::Leaving)));
}
