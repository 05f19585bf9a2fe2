// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @notice Proofs for disputes: which frames a root holds, and which of them were to be checked. The trees are those of
/// OpenZeppelin's JavaScript library (test/vectors.mjs), so that two independent programs agree on the shape.
contract FramesTest is Market {
    uint256 private constant TREES = 6;

    struct Tree {
        bytes32 root;
        uint256[] units;
        uint256[] frames;
        bytes32[] digests;
        bytes32[] leaves;
        bytes32[][] proofs;
    }

    function tree(uint256 number) private view returns (Tree memory read) {
        string memory json = vm.readFile("test/vectors.json");
        string memory at_ = string.concat(".trees[", vm.toString(number), "]");
        read.root = vm.parseJsonBytes32(json, string.concat(at_, ".root"));
        read.units = vm.parseJsonUintArray(json, string.concat(at_, ".units"));
        read.frames = vm.parseJsonUintArray(json, string.concat(at_, ".frames"));
        read.digests = vm.parseJsonBytes32Array(json, string.concat(at_, ".digests"));
        read.leaves = vm.parseJsonBytes32Array(json, string.concat(at_, ".leaves"));
        read.proofs = new bytes32[][](read.leaves.length);
        for (uint256 i = 0; i < read.leaves.length; i++) {
            string memory proof = string.concat(at_, ".proofs[", vm.toString(i), "]");
            read.proofs[i] = vm.parseJsonBytes32Array(json, proof);
        }
    }

    function test_every_frame_of_every_tree_is_proved() public {
        bytes32 job = begun();
        for (uint256 number = 0; number < TREES; number++) {
            Tree memory of_ = tree(number);
            IRenderEscrow.Voucher memory promise_ = IRenderEscrow.Voucher(job, worker, number + 1, of_.root);
            bytes memory signature = signed(EVALUATOR_KEY, promise_);
            vm.prank(worker);
            escrow.redeem(promise_, signature);
            for (uint256 i = 0; i < of_.frames.length; i++) {
                (uint256 unit, uint256 frame, bytes32 digest) = (of_.units[i], of_.frames[i], of_.digests[i]);
                vm.assertEq(escrow.frameLeaf(unit, frame, digest), of_.leaves[i]);
                vm.assertTrue(escrow.verifyFrame(job, worker, unit, frame, digest, of_.proofs[i]));
                vm.assertTrue(escrow.verifyFrameUnder(of_.root, unit, frame, digest, of_.proofs[i]));
            }
        }
    }

    function test_nothing_else_is_proved() public view {
        for (uint256 number = 0; number < TREES; number++) {
            Tree memory of_ = tree(number);
            for (uint256 i = 0; i < of_.frames.length; i++) {
                (uint256 unit, uint256 frame, bytes32 digest) = (of_.units[i], of_.frames[i], of_.digests[i]);
                bytes32[] memory proof = of_.proofs[i];
                vm.assertFalse(escrow.verifyFrameUnder(of_.root, unit + 1, frame, digest, proof), "unit");
                vm.assertFalse(escrow.verifyFrameUnder(of_.root, unit, frame + 1, digest, proof), "frame");
                vm.assertFalse(escrow.verifyFrameUnder(of_.root, unit, frame, ~digest, proof), "digest");
                vm.assertFalse(escrow.verifyFrameUnder(~of_.root, unit, frame, digest, proof), "root");
                vm.assertFalse(escrow.verifyFrameUnder(of_.root, unit, frame, digest, append(proof)), "longer");
                if (proof.length == 0) continue;
                proof[0] = ~proof[0];
                vm.assertFalse(escrow.verifyFrameUnder(of_.root, unit, frame, digest, proof), "sibling");
            }
        }
    }

    function append(bytes32[] memory proof) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; i++) {
            longer[i] = proof[i];
        }
    }

    /// Leaves are hashed twice from 96 bytes: no inner node can be opened as a frame.
    function testFuzz_leaves_are_not_nodes(uint256 unit, uint256 frame, bytes32 digest) public view {
        bytes32 once = keccak256(abi.encode(unit, frame, digest));
        vm.assertEq(escrow.frameLeaf(unit, frame, digest), keccak256(abi.encode(once)));
        vm.assertTrue(escrow.frameLeaf(unit, frame, digest) != once);
    }

    function test_who_was_not_paid_has_no_frames() public {
        Tree memory of_ = tree(0);
        bytes32 job = begun();
        redeem(job, other, 1);
        vm.assertFalse(escrow.verifyFrame(job, worker, of_.units[0], of_.frames[0], of_.digests[0], of_.proofs[0]));
        // A zero root, which is what unpaid workers have, holds nothing.
        vm.assertFalse(escrow.verifyFrameUnder(0, of_.units[0], of_.frames[0], of_.digests[0], of_.proofs[0]));
    }

    function test_the_draw_follows_from_root_and_secret() public {
        bytes32 job = open(terms());
        vm.assertEq(escrow.drawOf(job, ROOT, SECRET), keccak256(bytes.concat(ROOT, SECRET)));
        vm.assertTrue(escrow.drawOf(job, keccak256("other"), SECRET) != escrow.drawOf(job, ROOT, SECRET));
    }

    function testFuzz_no_other_secret_draws(bytes32 secret) public {
        vm.assume(secret != SECRET);
        bytes32 job = open(terms());
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.WrongSecret.selector, job));
        escrow.drawOf(job, ROOT, secret);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.WrongSecret.selector, keccak256("nothing")));
        escrow.drawOf(keccak256("nothing"), ROOT, secret);
    }
}
