use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::job::{Digest, Error};
use crate::problem::Problems;

/// Programs that a job may name.
const MAX_BINARIES: usize = 64;

/// The program that makes the frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RendererPin {
    /// Name and version, as in `dataset.json`.
    pub engine: String,
    /// Digest of the program for each target triple that the client vouches for; empty for any build of this version.
    pub binaries: BTreeMap<String, Digest>,
    /// OCI image with its digest (`name@sha256:…`), if there is one.
    pub image: Option<String>,
}

impl RendererPin {
    /// Takes the digest of a program for a target, such as `x86_64-unknown-linux-gnu`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn digest_of(program: &Path) -> Result<Digest, Error> {
        let fail = |source| Error::read(program, source);
        Digest::of_reader(File::open(program).map_err(fail)?).map_err(fail)
    }

    /// Whether the client vouches for the program that runs now. A stranger may leave this question out: it keeps honest
    /// machines from working in vain, and proves nothing.
    ///
    /// # Errors
    /// If the job names programs, and this is none of them.
    pub fn allows_this_program(&self) -> Result<(), Error> {
        static OWN: OnceLock<Option<Digest>> = OnceLock::new();
        if self.binaries.is_empty() {
            return Ok(());
        }
        let own = *OWN.get_or_init(|| Self::digest_of(&std::env::current_exe().ok()?).ok());
        let own =
            own.ok_or_else(|| Error::Unfit("the job names its programs, and this one cannot read itself".to_owned()))?;
        if self.binaries.values().any(|digest| *digest == own) {
            return Ok(());
        }
        let named: Vec<String> = self.binaries.iter().map(|(target, digest)| format!("{target} {digest}")).collect();
        Err(Error::Unfit(format!("this program has the digest {own}, and the job is for {}", named.join(", "))))
    }

    /// What is wrong with a pin that comes from a file.
    pub(super) fn problems(&self, problems: &mut Problems) {
        if self.binaries.len() > MAX_BINARIES {
            problems.add("renderer.binaries", format!("are {}, and may be {MAX_BINARIES}", self.binaries.len()));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        for target in self
            .binaries
            .keys()
            .filter(|target| target.len() > 64 || !target.contains('-') || !target.chars().all(is_plain))
        {
            let short: String = target.chars().take(80).collect();
            problems.add("renderer.binaries", format!("{short:?} is no target, such as x86_64-unknown-linux-gnu"));
        }
        if let Some(image) = self.image.as_ref().filter(|image| !is_image(image)) {
            let short: String = image.chars().take(80).collect();
            problems
                .add("renderer.image", format!("{short:?} is no image with its digest: NAME@sha256: and 64 digits"));
        }
    }
}

/// Whether a text names an image that cannot change.
fn is_image(text: &str) -> bool {
    text.split_once("@sha256:").is_some_and(|(name, digits)| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (1..=255).contains(&name.len())
            && name.chars().all(is_plain)
            && digits.len() == 64
            && digits.chars().all(is_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(target: &str, image: Option<&str>) -> RendererPin {
        let binaries = BTreeMap::from([(target.to_owned(), Digest::of(b"another program"))]);
        RendererPin { engine: "endcap".to_owned(), binaries, image: image.map(str::to_owned) }
    }

    fn wrong(pin: &RendererPin) -> String {
        let mut problems = Problems::default();
        pin.problems(&mut problems);
        problems.to_string()
    }

    #[test]
    fn only_programs_that_are_named_may_run() {
        let mut pin = pin("x86_64-unknown-linux-gnu", None);
        let error = pin.allows_this_program().expect_err("another program").to_string();
        assert!(error.contains("x86_64-unknown-linux-gnu b3:"), "{error}");
        let own = RendererPin::digest_of(&std::env::current_exe().expect("known")).expect("readable");
        pin.binaries.insert("aarch64-apple-darwin".to_owned(), own);
        pin.allows_this_program().expect("it is named now");
        pin.binaries.clear();
        pin.allows_this_program().expect("any is right");
    }

    #[test]
    fn pins_that_name_nothing_are_told() {
        let digest = "a".repeat(64);
        assert_eq!(wrong(&pin("x86_64-linux", Some(&format!("ghcr.io/shop/endcap:1@sha256:{digest}")))), "");
        assert!(wrong(&pin("linux", None)).contains("renderer.binaries"));
        for image in
            ["endcap:latest", "endcap@sha256:abc", &format!("@sha256:{digest}"), &format!("a b@sha256:{digest}")]
        {
            assert!(wrong(&pin("x86_64-linux", Some(image))).contains("renderer.image"), "{image}");
        }
    }
}
