use super::Journal;
use crate::job::Error;

/// Two journals that hold the same: one that decides, which may be far away and lets only one coordinator write, and a copy at
/// hand.
pub struct PairedJournal {
    first: Box<dyn Journal>,
    copy: Box<dyn Journal>,
}

impl PairedJournal {
    /// A journal in two places.
    #[must_use]
    pub fn new(first: Box<dyn Journal>, copy: Box<dyn Journal>) -> Self {
        Self { first, copy }
    }
}

impl Journal for PairedJournal {
    /// Where one of the two ends earlier, it is brought to the end of the other: a crash may have come between them, and a
    /// server or a disk may have been lost.
    ///
    /// # Errors
    /// Also if they differ in a line: they are of two coordinators.
    fn replay(&mut self) -> Result<Vec<String>, Error> {
        let (lines, copied) = (self.first.replay()?, self.copy.replay()?);
        if let Some(line) = lines.iter().zip(&copied).position(|(a, b)| a != b) {
            let number = line + 1;
            return Err(Error::Unfit(format!("the journal and its copy on this machine differ from line {number} on")));
        }
        if lines.len() < copied.len() {
            self.first.append(&copied[lines.len()..])?;
            return Ok(copied);
        }
        if copied.len() < lines.len() {
            self.copy.append(&lines[copied.len()..])?;
        }
        Ok(lines)
    }

    fn append(&mut self, lines: &[String]) -> Result<(), Error> {
        self.first.append(lines)?;
        self.copy.append(lines)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Memory(Arc<Mutex<Vec<String>>>);

    impl Memory {
        fn of(lines: &[&str]) -> Self {
            Self(Arc::new(Mutex::new(lines.iter().map(|&line| line.to_owned()).collect())))
        }

        fn lines(&self) -> Vec<String> {
            self.0.lock().expect("not poisoned").clone()
        }
    }

    impl Journal for Memory {
        fn replay(&mut self) -> Result<Vec<String>, Error> {
            Ok(self.lines())
        }

        fn append(&mut self, lines: &[String]) -> Result<(), Error> {
            self.0.lock().expect("not poisoned").extend_from_slice(lines);
            Ok(())
        }
    }

    #[test]
    fn the_shorter_one_catches_up_and_two_stories_are_refused() {
        for (first, copy, all) in [
            (&["a", "b"][..], &["a"][..], &["a", "b"][..]),
            (&["a"], &["a", "b", "c"], &["a", "b", "c"]),
            (&[], &[], &[]),
        ] {
            let (first, copy) = (Memory::of(first), Memory::of(copy));
            let mut journal = PairedJournal::new(Box::new(first.clone()), Box::new(copy.clone()));
            assert_eq!(journal.replay().expect("one story"), all);
            journal.append(&["z".to_owned()]).expect("kept");
            assert_eq!((first.lines(), first.lines().len()), (copy.lines(), all.len() + 1));
        }
        let mut journal = PairedJournal::new(Box::new(Memory::of(&["a", "b"])), Box::new(Memory::of(&["a", "x", "y"])));
        assert!(journal.replay().expect_err("two stories").to_string().contains("line 2"));
    }
}
