//! The streams of a queue, and the consumers through which a worker sees its own part of them.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{ErrorCode, consumer};
use serde_json::json;

use super::connection::Connection;
use super::dispatch::QueueOptions;
use super::names::{ANSWERS, DEAD_TASKS, NEWS, TASKS, answer_subject, tasks_of};
use crate::job::{Error, WorkerId};

/// Most consumers of a stream; without a number the server allows 1,000.
const MAX_CONSUMERS: i32 = 100_000;
/// Longest message of a coordinator, bytes.
const MAX_TASK: i32 = 64 << 10;
/// Longest message of a worker, bytes; the longest honest one has about 7,000.
pub(super) const MAX_NEWS: i32 = 16 << 10;
/// Most answers that wait for a worker; of more, the oldest are given up. Vouchers are cumulative.
const MAX_ANSWERS: i64 = 1024;
/// How long answers wait for a worker.
const ANSWERS_AGE: Duration = Duration::from_secs(30 * 24 * 3600);
/// When an answer that was taken, but not acknowledged, is given out again.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// Most tasks of a worker that are on their way at a time.
const MAX_ON_THE_WAY: i64 = 256;
/// Most requests of a worker that wait at a time.
const MAX_WAITING: i64 = 16;
/// For this long the same message is stored once.
const DUPLICATES: Duration = Duration::from_secs(120);

/// A stream's subject has as many messages as it may have.
pub(super) fn is_full(error: &async_nats::jetstream::Error) -> bool {
    // The stream answers with the error of its store, whose number says no more than that it could not store.
    error.to_string().contains("maximum messages per subject exceeded")
}

/// Makes the streams of a queue, or gives them the settings that they have today.
pub(super) async fn make_queue(connection: &Connection, options: &QueueOptions) -> Result<(), Error> {
    let tasks = Config {
        name: TASKS.to_owned(),
        subjects: vec!["task.>".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        max_message_size: MAX_TASK,
        // An attempt stands in the queue at most once, also when its duplicate comes after an hour.
        max_messages_per_subject: 1,
        discard_new_per_subject: true,
        max_consumers: MAX_CONSUMERS,
        allow_direct: true,
        ..stream()
    };
    let news = Config {
        name: NEWS.to_owned(),
        subjects: vec!["news.*".to_owned(), format!("{DEAD_TASKS}*")],
        max_message_size: MAX_NEWS,
        // A worker that says too much is told to wait; neither its own nor anybody else's news are lost.
        max_messages_per_subject: options.max_news,
        discard_new_per_subject: true,
        allow_direct: true,
        ..stream()
    };
    let answers = Config {
        name: ANSWERS.to_owned(),
        subjects: vec!["answer.*".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::Old,
        max_message_size: MAX_TASK,
        max_messages_per_subject: MAX_ANSWERS,
        max_consumers: MAX_CONSUMERS,
        max_age: ANSWERS_AGE,
        ..stream()
    };
    for config in [tasks, news, answers] {
        make_stream(connection, &config).await?;
    }
    Ok(())
}

/// What our streams have in common: on disk, and full rather than forgetful.
pub(super) fn stream() -> Config {
    Config {
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        duplicate_window: DUPLICATES,
        max_messages: -1,
        max_bytes: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        num_replicas: 1,
        ..Config::default()
    }
}

pub(super) async fn make_stream(connection: &Connection, config: &Config) -> Result<(), Error> {
    let made = connection.api::<serde_json::Value>(&format!("STREAM.CREATE.{}", config.name), config).await?;
    match made {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.error_code() == ErrorCode::STREAM_NAME_EXIST => {
            connection.demand(&format!("STREAM.UPDATE.{}", config.name), config).await
        }
        Err(refusal) => Err(connection.refused(format!("stream {}: {refusal}", config.name))),
    }
}

/// Gives a worker its part of tasks and answers. Doing it again changes nothing.
pub(super) async fn make_consumers(
    connection: &Connection,
    worker: &WorkerId,
    options: &QueueOptions,
) -> Result<(), Error> {
    let name = Some(worker.to_string());
    let tasks = pull::Config {
        durable_name: name.clone(),
        name: name.clone(),
        filter_subject: tasks_of(worker),
        ack_policy: AckPolicy::Explicit,
        ack_wait: options.ack_wait,
        max_deliver: options.max_deliver,
        max_ack_pending: MAX_ON_THE_WAY,
        max_waiting: MAX_WAITING,
        ..pull::Config::default()
    };
    let answers = pull::Config {
        durable_name: name.clone(),
        name,
        filter_subject: answer_subject(worker),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ANSWER_WAIT,
        max_ack_pending: MAX_ANSWERS,
        max_waiting: MAX_WAITING,
        inactive_threshold: ANSWERS_AGE,
        ..pull::Config::default()
    };
    for (stream, config) in [(TASKS, tasks), (ANSWERS, answers)] {
        let filter = config.filter_subject.clone();
        let config = consumer::IntoConsumerConfig::into_consumer_config(config);
        let body = json!({ "stream_name": stream, "config": config, "action": "" });
        connection.demand(&format!("CONSUMER.CREATE.{stream}.{worker}.{filter}"), &body).await?;
    }
    Ok(())
}

/// Takes tasks away from a worker: those that wait, and the means to get more.
pub(super) async fn drop_tasks(connection: &Connection, worker: &WorkerId) -> Result<(), Error> {
    let deleted = connection.api::<serde_json::Value>(&format!("CONSUMER.DELETE.{TASKS}.{worker}"), &json!({})).await?;
    match deleted {
        Err(refusal) if refusal.error_code() != ErrorCode::CONSUMER_NOT_FOUND => {
            return Err(connection.refused(format!("consumer {worker}: {refusal}")));
        }
        _ => {}
    }
    connection.demand(&format!("STREAM.PURGE.{TASKS}"), &json!({ "filter": tasks_of(worker) })).await
}
