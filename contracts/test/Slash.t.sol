// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {WorkerRegistry} from "../src/WorkerRegistry.sol";
import {Staking} from "./support/Staking.sol";
import {HookToken} from "./support/Tokens.sol";
import {bound, vm} from "./support/Vm.sol";
import {Disowning, OneKeyWallet} from "./support/Wallets.sol";

/// @notice Taking stakes away: by the arbiter's signature, once, in time, and by nothing else.
contract SlashTest is Staking {
    bytes private badSignature = abi.encodeWithSelector(WorkerRegistry.BadSignature.selector);

    function setUp() public override {
        super.setUp();
        stake(worker, MINIMUM);
        stake(other, MINIMUM);
    }

    function slashFails(uint256 amount, uint256 nonce, bytes memory signature, bytes memory error_) private {
        vm.expectRevert(error_);
        registry.slash(worker, amount, EVIDENCE, nonce, block.timestamp + 1 hours, signature);
    }

    function test_the_arbiters_signature_slashes() public {
        bytes memory signature = decision(40, 7);
        vm.expectEmit(address(registry));
        emit WorkerRegistry.Slashed(worker, 40, EVIDENCE, 7);
        vm.prank(stranger);
        vm.assertEq(registry.slash(worker, 40, EVIDENCE, 7, NOW + 1 hours, signature), 40);
        stakeIs(worker, MINIMUM - 40, 0, 0);
        stakeIs(other, MINIMUM, 0, 0);
        vm.assertEq(token.balanceOf(beneficiary), 40);
        vm.assertTrue(registry.isNonceUsed(worker, 7));
        vm.assertFalse(registry.isNonceUsed(other, 7));
        vm.assertFalse(registry.isStaked(worker));
    }

    function test_nobody_slashes_without_a_signature() public {
        address[4] memory callers = [arbiter, beneficiary, client, address(this)];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.prank(callers[i]);
            vm.expectRevert(badSignature);
            registry.slash(worker, 40, EVIDENCE, 0, NOW, "");
        }
    }

    function test_forged_signature() public {
        bytes32 digest = registry.slashDigest(worker, 40, EVIDENCE, 0, NOW + 1 hours);
        slashFails(40, 0, sign(STRANGER_KEY, digest), badSignature);
        slashFails(40, 0, sign(EVALUATOR_KEY, digest), badSignature);
        slashFails(40, 0, new bytes(65), badSignature);
    }

    function test_malleable_signature() public {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(ARBITER_KEY, registry.slashDigest(worker, 40, EVIDENCE, 0, NOW + 1 hours));
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        slashFails(40, 0, abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? 28 : 27), badSignature);
    }

    function testFuzz_signature_over_something_else(
        address who,
        uint256 amount,
        bytes32 evidence,
        uint256 nonce,
        uint256 deadline
    ) public {
        vm.assume(who != worker && amount != 40 && evidence != EVIDENCE && nonce != 7);
        deadline = bound(deadline, NOW, type(uint256).max);
        vm.assume(deadline != NOW + 1 hours);
        bytes memory signature = decision(40, 7);
        vm.expectRevert(badSignature);
        registry.slash(who, 40, EVIDENCE, 7, NOW + 1 hours, signature);
        slashFails(amount, 7, signature, badSignature);
        slashFails(40, nonce, signature, badSignature);
        vm.expectRevert(badSignature);
        registry.slash(worker, 40, evidence, 7, NOW + 1 hours, signature);
        vm.expectRevert(badSignature);
        registry.slash(worker, 40, EVIDENCE, 7, deadline, signature);
    }

    function test_replayed_signature() public {
        bytes memory signature = decision(40, 7);
        slash(40, 7);
        bytes memory used = abi.encodeWithSelector(WorkerRegistry.NonceUsed.selector, worker, 7);
        slashFails(40, 7, signature, used);
        // A second decision with the first one's nonce is no second decision.
        slashFails(30, 7, decision(30, 7), used);
        vm.assertEq(slash(30, 8), 30);
        vm.assertEq(token.balanceOf(beneficiary), 70);
    }

    function test_decisions_come_in_any_order() public {
        bytes memory first = decision(1, 1);
        slash(2, 2);
        registry.slash(worker, 1, EVIDENCE, 1, NOW + 1 hours, first);
        vm.assertEq(token.balanceOf(beneficiary), 3);
    }

    function test_signature_of_another_chain_or_registry() public {
        bytes memory signature = decision(40, 7);
        vm.chainId(1);
        slashFails(40, 7, signature, badSignature);
        vm.chainId(31337);
        WorkerRegistry twin = new WorkerRegistry(token, escrow, UNBONDING, MINIMUM, arbiter, beneficiary);
        vm.expectRevert(badSignature);
        twin.slash(worker, 40, EVIDENCE, 7, NOW + 1 hours, signature);
    }

    function test_a_decision_ends() public {
        bytes memory signature = decision(40, 7);
        vm.warp(NOW + 1 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(WorkerRegistry.DecisionExpired.selector, NOW + 1 hours));
        registry.slash(worker, 40, EVIDENCE, 7, NOW + 1 hours, signature);
        vm.warp(NOW + 1 hours);
        registry.slash(worker, 40, EVIDENCE, 7, NOW + 1 hours, signature);
    }

    function test_unstaking_does_not_dodge() public {
        unstake(worker, MINIMUM);
        vm.warp(NOW + UNBONDING - 1);
        vm.assertEq(slash(40, 0), 40);
        // Nor does having been able to withdraw.
        vm.warp(NOW + UNBONDING + 1 days);
        vm.assertEq(slash(50, 1), 50);
        vm.prank(worker);
        vm.assertEq(registry.withdraw(), MINIMUM - 90);
    }

    function test_withdrawing_a_little_does_not_dodge() public {
        unstake(worker, 1);
        vm.warp(NOW + UNBONDING);
        bytes memory signature = decision(MINIMUM, 0);
        vm.prank(worker);
        registry.withdraw();
        vm.assertEq(registry.slash(worker, MINIMUM, EVIDENCE, 0, block.timestamp + 1 hours, signature), MINIMUM - 1);
        stakeIs(worker, 0, 0, 0);
    }

    function test_what_leaves_first_is_taken_first() public {
        unstake(worker, 40);
        slash(30, 0);
        stakeIs(worker, MINIMUM - 40, 10, NOW + UNBONDING);
        slash(30, 1);
        stakeIs(worker, MINIMUM - 60, 0, 0);
        slash(type(uint256).max, 2);
        stakeIs(worker, 0, 0, 0);
        vm.assertEq(token.balanceOf(beneficiary), MINIMUM);
        vm.assertEq(token.balanceOf(address(registry)), MINIMUM);
    }

    function test_slashing_nothing_uses_no_nonce() public {
        bytes memory nothing = abi.encodeWithSelector(WorkerRegistry.NothingToSlash.selector, worker);
        slashFails(0, 0, decision(0, 0), nothing);
        slash(MINIMUM, 1);
        slashFails(1, 2, decision(1, 2), nothing);
        vm.assertFalse(registry.isNonceUsed(worker, 2));
        // It stakes again, in time: then the decision finds something.
        stake(worker, 5);
        vm.assertEq(slash(1, 2), 1);
    }

    function test_a_contract_arbitrates() public {
        OneKeyWallet wallet = new OneKeyWallet(arbiter);
        registry = new WorkerRegistry(token, escrow, UNBONDING, MINIMUM, address(wallet), beneficiary);
        vm.prank(worker);
        token.approve(address(registry), MINIMUM);
        stake(worker, MINIMUM);
        vm.assertEq(slash(40, 0), 40);
    }

    function test_the_arbiters_key_cannot_take_its_word_back() public {
        bytes memory signature = decision(40, 0);
        vm.etch(arbiter, address(new Disowning()).code);
        vm.assertEq(registry.slash(worker, 40, EVIDENCE, 0, NOW + 1 hours, signature), 40);
    }

    function test_reentrancy() public {
        HookToken hook = new HookToken();
        address self = address(hook);
        registry = new WorkerRegistry(IERC20(self), escrow, UNBONDING, 1, arbiter, beneficiary);
        hook.mint(self, 200);
        hook.act(self, abi.encodeCall(hook.approve, (address(registry), 200)));
        hook.act(address(registry), abi.encodeCall(registry.stake, (100)));
        hook.act(address(registry), abi.encodeCall(registry.requestUnstake, (20)));
        vm.warp(NOW + UNBONDING);
        uint256 deadline = NOW + UNBONDING;
        bytes memory signature = sign(ARBITER_KEY, registry.slashDigest(self, 5, EVIDENCE, 0, deadline));

        bytes[5] memory calls = [
            abi.encodeCall(registry.withdraw, ()),
            abi.encodeCall(registry.requestUnstake, (10)),
            abi.encodeCall(registry.cancelUnstake, ()),
            abi.encodeCall(registry.stake, (10)),
            abi.encodeCall(registry.slash, (self, 5, EVIDENCE, 0, deadline, signature))
        ];
        bytes[3] memory outer = [calls[3], calls[4], calls[0]];
        for (uint256 i = 0; i < outer.length; i++) {
            for (uint256 j = 0; j < calls.length; j++) {
                // The outer call is undone by the last line of `attempt`, so that each begins from the same place.
                try this.attempt(hook, outer[i], calls[j]) {
                    vm.assertTrue(false, "attempt ends by reverting");
                } catch (bytes memory outcome) {
                    vm.assertEq(
                        outcome, abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
                    );
                }
            }
        }
    }

    /// Reverts with what the inner call came to.
    function attempt(HookToken hook, bytes calldata outer, bytes calldata inner) external {
        hook.arm(address(registry), inner);
        hook.act(address(registry), outer);
        bytes memory outcome =
            hook.called() ? hook.succeeded() ? bytes("went through") : hook.returned() : bytes("not called");
        assembly ("memory-safe") {
            revert(add(outcome, 0x20), mload(outcome))
        }
    }
}
