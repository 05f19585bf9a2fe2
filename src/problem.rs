//! Everything that is wrong with an input file, collected instead of stopping at the first find.

use std::fmt;

/// One thing that is wrong: where it stands in the file, and what is wrong with which value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path inside the file, such as `products[2].gtin`, `line 17, column size_mm` or `meshes[0].primitives[1]`.
    pub place: String,
    /// What is wrong, naming the value.
    pub message: String,
}

/// A list of problems; displayed one per line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Notes one more.
    pub fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { place: place.into(), message: message.into() });
    }

    /// A list of one.
    #[must_use]
    pub fn one(place: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(place, message);
        problems
    }

    /// True when nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 || self.0.len() > 1 {
                write!(f, "\n  ")?;
            }
            if problem.place.is_empty() {
                write!(f, "{}", problem.message)?;
            } else {
                write!(f, "{}: {}", problem.place, problem.message)?;
            }
        }
        Ok(())
    }
}
