use std::collections::BTreeMap;

use super::reader::Kept;
use crate::job::WorkerId;
use crate::job::queue::Notice;

/// What a message turned out to be.
pub(super) enum Heard {
    Notice(WorkerId, Notice),
    /// A task that was given out too often, with its number in the stream of tasks.
    Dead(u64, WorkerId, Notice),
    /// Something that is over.
    Nothing,
    /// Something that no honest worker writes, and what is wrong with it.
    Noise(String),
}

/// Who said it is known from the subject alone, because the server lets nobody else publish there.
pub(super) fn hear_worker(kept: &Kept) -> Heard {
    let worker = kept.subject.strip_prefix("news.").and_then(|name| name.parse().ok());
    let Some(worker) = worker else { return Heard::Noise(format!("{:?}: nobody's news", kept.subject)) };
    match serde_json::from_slice::<Notice>(&kept.payload) {
        // Serde looks for unknown fields in all notices but this one, which has none at all.
        Ok(Notice::Leaving) if !is_bare(&kept.payload) => Heard::Noise(format!("{worker}: unknown fields")),
        Ok(notice) => Heard::Notice(worker, notice.bounded()),
        Err(error) => Heard::Noise(format!("{worker}: {error}")),
    }
}

/// Whether an object has one field.
fn is_bare(json: &[u8]) -> bool {
    serde_json::from_slice::<BTreeMap<String, serde::de::IgnoredAny>>(json).is_ok_and(|fields| fields.len() == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(subject: &str, payload: &[u8]) -> Kept {
        Kept { seq: 1, subject: subject.to_owned(), id: None, payload: payload.to_vec() }
    }

    #[test]
    fn the_subject_says_who_speaks() {
        let Heard::Notice(worker, Notice::Leaving) = hear_worker(&kept("news.w1", br#"{"kind":"leaving"}"#)) else {
            panic!("something else")
        };
        assert_eq!(worker.as_str(), "w1");
        for (subject, text) in [
            ("news.w1", r#"{"kind":"leaving","worker":"w2"}"#),
            ("news.w1", r#"{"kind":"pay_me"}"#),
            ("news.w1", ""),
            ("news.w1", "\u{0}"),
            ("news.w1.w2", r#"{"kind":"leaving"}"#),
            ("news.", r#"{"kind":"leaving"}"#),
            ("task.w1", r#"{"kind":"leaving"}"#),
        ] {
            assert!(matches!(hear_worker(&kept(subject, text.as_bytes())), Heard::Noise(_)), "{subject} {text}");
        }
        // Nested deeper than any reader should follow.
        assert!(matches!(hear_worker(&kept("news.w1", &b"[".repeat(16 << 10))), Heard::Noise(_)));
    }

    proptest! {
        #[test]
        fn noise_is_noise(subject in ".{0,40}", payload in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(matches!(hear_worker(&kept(&subject, &payload)), Heard::Noise(_)));
        }
    }
}
