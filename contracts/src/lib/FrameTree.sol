// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title The tree over a worker's frames
/// @notice A Merkle tree in the shape of OpenZeppelin's StandardMerkleTree over rows `(uint256 unit, uint256 frame,
/// bytes32 digest)`: leaves are hashed twice, pairs are sorted before they are hashed.
library FrameTree {
    /// @notice The leaf of one frame.
    /// @dev Hashed twice, so that no inner node (64 bytes, hashed once) can pass as a leaf.
    /// @param unit Number of the unit in the job.
    /// @param frame Number of the frame in the dataset.
    /// @param digest BLAKE3 of the frame's list of files.
    /// @return The leaf's hash.
    function leaf(uint256 unit, uint256 frame, bytes32 digest) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(unit, frame, digest))));
    }

    /// @notice Whether a leaf is in the tree of `root`. A root of zero, that of a worker who was not paid, holds nothing:
    /// nothing is known that hashes to it.
    /// @param root The tree's root.
    /// @param proof The siblings from the leaf up.
    /// @param hash The leaf's hash.
    /// @return Whether the proof leads from the leaf to the root.
    function contains(bytes32 root, bytes32[] calldata proof, bytes32 hash) internal pure returns (bool) {
        return MerkleProof.verifyCalldata(proof, root, hash);
    }
}
