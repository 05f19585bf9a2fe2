use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha3::{Digest as _, Keccak256};

use super::Digest;

/// A hash of the tree: 32 bytes, `0x` and 64 hexadecimal digits in text, as contracts have them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Node(pub [u8; 32]);

/// The tree over the frames of a unit, in the shape of OpenZeppelin's `StandardMerkleTree`: a leaf is
/// `keccak256(keccak256(abi.encode(uint256 unit, uint256 frame, bytes32 digest)))`, leaves are sorted, an inner node hashes
/// its children in ascending order. `verifyFrame` of the contract accepts its proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleTree {
    /// The root first; children of `i` at `2 i + 1` and `2 i + 2`; leaves descending at the end.
    nodes: Vec<Node>,
}

impl MerkleTree {
    /// The tree over these leaves; that of no leaves has no nodes and the root of zeros.
    #[must_use]
    pub fn new(leaves: impl IntoIterator<Item = Node>) -> Self {
        let mut leaves: Vec<Node> = leaves.into_iter().collect();
        leaves.sort_unstable();
        let inner = leaves.len().saturating_sub(1);
        let mut nodes = vec![Node::default(); inner];
        nodes.extend(leaves.into_iter().rev());
        for i in (0..inner).rev() {
            nodes[i] = pair(nodes[2 * i + 1], nodes[2 * i + 2]);
        }
        Self { nodes }
    }

    /// The hash that stands for all leaves.
    #[must_use]
    pub fn root(&self) -> Node {
        self.nodes.first().copied().unwrap_or_default()
    }

    /// The siblings from a leaf up to the root; none if it is no leaf of the tree.
    #[must_use]
    pub fn proof(&self, leaf: Node) -> Option<Vec<Node>> {
        let first = self.nodes.len() / 2;
        let mut at = first + self.nodes[first..].iter().position(|&node| node == leaf)?;
        let mut proof = Vec::new();
        while at > 0 {
            proof.push(self.nodes[if at % 2 == 1 { at + 1 } else { at - 1 }]);
            at = (at - 1) / 2;
        }
        Some(proof)
    }
}

impl Node {
    /// The leaf of a frame.
    #[must_use]
    pub fn leaf(unit: u64, frame: u64, digest: Digest) -> Self {
        let word = |number: u64| {
            let mut word = [0; 32];
            word[24..].copy_from_slice(&number.to_be_bytes());
            word
        };
        Self(keccak(&[keccak(&[word(unit), word(frame), digest.bytes()])]))
    }

    /// True if the proof leads from this leaf to the root.
    #[must_use]
    pub fn is_in(self, root: Self, proof: &[Self]) -> bool {
        proof.iter().fold(self, |node, &sibling| pair(node, sibling)) == root
    }
}

fn pair(a: Node, b: Node) -> Node {
    Node(keccak(&[a.min(b).0, a.max(b).0]))
}

/// Keccak-256 of some words in a row.
pub(super) fn keccak(words: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    words.iter().for_each(|word| hasher.update(word));
    hasher.finalize().into()
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", blake3::Hash::from_bytes(self.0))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Node {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix("0x").and_then(|digits| blake3::Hash::from_hex(digits).ok());
        let hash = digits.ok_or_else(|| format!("{text:?} is no hash: 0x and 64 hexadecimal digits"))?;
        Ok(Self(*hash.as_bytes()))
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Node> {
        (0..count).map(|frame| Node::leaf(3, frame, Digest::of(&frame.to_le_bytes()))).collect()
    }

    #[test]
    fn keccak_is_that_of_ethereum() {
        let empty = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
        assert_eq!(Node(keccak(&[])).to_string(), empty);
        assert_eq!(empty.parse(), Ok(Node(keccak(&[]))));
    }

    #[test]
    fn every_leaf_has_a_proof_and_no_other_has() {
        for count in 1..=17 {
            let leaves = leaves(count);
            let tree = MerkleTree::new(leaves.clone());
            for (i, &leaf) in leaves.iter().enumerate() {
                let proof = tree.proof(leaf).expect("a leaf");
                assert!(leaf.is_in(tree.root(), &proof), "{i} of {count}");
                let stranger = Node::leaf(4, i as u64, Digest::of(b"another"));
                assert!(!stranger.is_in(tree.root(), &proof) && tree.proof(stranger).is_none());
            }
            let mut turned = leaves.clone();
            turned.reverse();
            assert_eq!(MerkleTree::new(turned), tree, "the order of frames does not matter");
        }
        assert_eq!(MerkleTree::new([]).root(), Node::default());
    }

    /// A tree that OpenZeppelin's own library has made.
    #[derive(Deserialize)]
    struct Vector {
        root: Node,
        units: Vec<u64>,
        frames: Vec<u64>,
        digests: Vec<Node>,
        leaves: Vec<Node>,
        proofs: Vec<Vec<Node>>,
    }

    #[test]
    fn trees_and_proofs_are_those_of_the_contract() {
        #[derive(Deserialize)]
        struct Vectors {
            trees: Vec<Vector>,
        }
        let text = include_str!("../../contracts/test/vectors.json");
        let Vectors { trees } = serde_json::from_str(text).expect("vectors");
        assert!(trees.len() > 3);
        for Vector { root, units, frames, digests, leaves, proofs } in trees {
            let digest = |node: Node| -> Digest { node.to_string().replace("0x", "b3:").parse().expect("32 bytes") };
            let places = units.into_iter().zip(frames).zip(digests);
            let own: Vec<Node> = places.map(|((unit, frame), node)| Node::leaf(unit, frame, digest(node))).collect();
            assert_eq!(own, leaves);
            let tree = MerkleTree::new(leaves.iter().copied());
            assert_eq!(tree.root(), root);
            for (leaf, proof) in leaves.into_iter().zip(proofs) {
                assert_eq!(tree.proof(leaf), Some(proof));
            }
        }
    }

    #[test]
    fn what_a_leaf_says_changes_it() {
        let digest = Digest::of(b"frame");
        let leaf = Node::leaf(1, 2, digest);
        assert_ne!(leaf, Node::leaf(2, 1, digest));
        assert_ne!(leaf, Node::leaf(1, 2, Digest::of(b"other")));
    }
}
