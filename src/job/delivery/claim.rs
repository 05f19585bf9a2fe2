use serde::{Deserialize, Serialize};

use crate::dataset::FileRecord;
use crate::job::{Digest, EngineClass, MerkleTree, Node};

/// Value of `schema` in every claim.
pub(super) const SCHEMA: &str = "endcap claim 1";

/// What a worker says that it has made: the digest of every file, and one hash for all of them. Once it is told, nothing
/// can be changed any more without being seen; only then is it drawn what will be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `endcap claim 1`.
    pub schema: String,
    /// The job.
    pub job: Digest,
    /// Number of the unit.
    pub unit: u64,
    /// How many times it was given out before.
    pub attempt: u32,
    /// The machine that made it.
    pub class: EngineClass,
    /// Its frames, in order.
    pub frames: Vec<ClaimedFrame>,
    /// Root of [`Claim::tree`].
    pub root: Node,
}

/// The files of one frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimedFrame {
    /// Its number.
    pub frame: u64,
    /// Its native files, in the order of [`Header::frame_paths`](crate::dataset::Header::frame_paths).
    pub files: Vec<FileRecord>,
}

impl Claim {
    /// The claim for these frames.
    #[must_use]
    pub fn new(job: Digest, (unit, attempt): (u64, u32), class: EngineClass, frames: Vec<ClaimedFrame>) -> Self {
        let root = MerkleTree::new(leaves(unit, &frames)).root();
        Self { schema: SCHEMA.to_owned(), job, unit, attempt, class, frames, root }
    }

    /// The tree over the frames.
    #[must_use]
    pub fn tree(&self) -> MerkleTree {
        MerkleTree::new(leaves(self.unit, &self.frames))
    }

    /// The leaves of the tree, in the order of the frames.
    #[must_use]
    pub fn leaves(&self) -> Vec<Node> {
        leaves(self.unit, &self.frames)
    }
}

impl ClaimedFrame {
    /// One digest for all files of the frame: that of this record as canonical JSON.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}

fn leaves(unit: u64, frames: &[ClaimedFrame]) -> Vec<Node> {
    frames.iter().map(|frame| Node::leaf(unit, frame.frame, frame.digest())).collect()
}
