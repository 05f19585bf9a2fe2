// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {RenderEscrow} from "../src/RenderEscrow.sol";
import {Market} from "./support/Market.sol";
import {HookToken} from "./support/Tokens.sol";
import {vm} from "./support/Vm.sol";
import {Disowning} from "./support/Wallets.sol";

/// @notice What strangers, workers, clients and tokens try. That a voucher is too late, over the budget or paid before,
/// and that refunds are too early or come twice, is in EscrowRedeem and EscrowEnd.
contract EscrowAttacksTest is Market {
    bytes private badSignature = abi.encodeWithSelector(IRenderEscrow.BadSignature.selector);

    /// The order of secp256k1: of s and its mirror image, only the smaller may sign.
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function test_forged_voucher() public {
        IRenderEscrow.Voucher memory promise_ = voucher(begun(), worker, 30);
        redeemFails(promise_, signed(STRANGER_KEY, promise_), badSignature);
        redeemFails(promise_, signed(WORKER_KEY, promise_), badSignature);
        redeemFails(promise_, "", badSignature);
        redeemFails(promise_, new bytes(65), badSignature);
    }

    function testFuzz_voucher_with_another_field(uint256 amount, bytes32 root, address to) public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.assume(amount != 30 && root != ROOT && to != worker && to != address(escrow));
        redeemFails(IRenderEscrow.Voucher(job, worker, amount, ROOT), signature, badSignature);
        redeemFails(IRenderEscrow.Voucher(job, worker, 30, root), signature, badSignature);
        redeemFails(IRenderEscrow.Voucher(job, to, 30, ROOT), signature, badSignature);
    }

    function testFuzz_signature_with_another_bit(uint256 bit) public {
        IRenderEscrow.Voucher memory promise_ = voucher(begun(), worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        uint256 place = bit % (65 * 8);
        signature[place / 8] ^= bytes1(uint8(1 << (place % 8)));
        redeemFails(promise_, signature, badSignature);
    }

    function testFuzz_noise_as_signature(bytes calldata signature) public {
        redeemFails(voucher(begun(), worker, 30), signature, badSignature);
    }

    function test_malleable_signature() public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(EVALUATOR_KEY, escrow.voucherDigest(promise_));
        bytes memory mirrored = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? 28 : 27);
        redeemFails(promise_, mirrored, badSignature);
        // The short form of ERC-2098 and trailing bytes are other spellings, and refused too.
        redeemFails(promise_, abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))), badSignature);
        redeemFails(promise_, abi.encodePacked(r, s, v, v), badSignature);
        redeemFails(promise_, abi.encodePacked(r, s, v - 27), badSignature);
        // And no spelling would pay twice: what counts is the sum, not the signature.
        redeem(job, worker, 30);
        bytes memory nothingDue = abi.encodeWithSelector(IRenderEscrow.NothingDue.selector, job, worker, 30, 30);
        redeemFails(promise_, abi.encodePacked(r, s, v), nothingDue);
    }

    function test_replayed_voucher() public {
        bytes32 job = begun();
        redeem(job, worker, 30);
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory nothingDue = abi.encodeWithSelector(IRenderEscrow.NothingDue.selector, job, worker, 30, 30);
        redeemFails(promise_, signed(EVALUATOR_KEY, promise_), nothingDue);
        redeemFails(promise_, signed(CLIENT_KEY, promise_), nothingDue);
    }

    function test_voucher_of_another_job() public {
        bytes32 job = begun();
        IRenderEscrow.Terms memory of_ = terms();
        of_.salt = bytes32(uint256(1));
        bytes32 second = open(of_);
        bytes memory signature = signed(EVALUATOR_KEY, voucher(job, worker, 30));
        redeemFails(voucher(second, worker, 30), signature, badSignature);
    }

    function test_voucher_of_another_chain() public {
        IRenderEscrow.Voucher memory promise_ = voucher(begun(), worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.chainId(1);
        redeemFails(promise_, signature, badSignature);
        vm.chainId(31337);
        vm.prank(worker);
        escrow.redeem(promise_, signature);
    }

    function test_voucher_of_another_contract() public {
        IRenderEscrow.Voucher memory promise_ = voucher(begun(), worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        RenderEscrow twin = new RenderEscrow(WINDOW);
        vm.startPrank(client);
        token.approve(address(twin), BUDGET);
        vm.assertEq(twin.open(terms(), BUDGET), promise_.job);
        vm.stopPrank();
        vm.prank(worker);
        vm.expectRevert(badSignature);
        twin.redeem(promise_, signature);
    }

    function test_evaluator_of_another_job() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.evaluator = stranger;
        bytes32 job = open(of_);
        vm.warp(START);
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        redeemFails(promise_, signed(EVALUATOR_KEY, promise_), badSignature);
    }

    /// A key that signed vouchers gives itself code that refuses all of them (EIP-7702); they are paid all the same.
    function test_evaluator_disowns_its_key() public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.etch(evaluator, address(new Disowning()).code);
        vm.prank(worker);
        vm.assertEq(escrow.redeem(promise_, signature), 30);
    }

    function test_client_takes_the_money_back_while_vouchers_are_out() public {
        bytes32 job = begun();
        vm.startPrank(client);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Funded));
        escrow.refund(job);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.CannotCancel.selector, job, client, 2));
        escrow.cancel(job);
        vm.stopPrank();
        vm.warp(EXPIRY + WINDOW);
        vm.assertEq(redeem(job, worker, 30), 30);
    }

    /// A job in a hostile token, of which the token itself is worker, client and provider: every entry is tried while the
    /// token is being paid. Without the guard most would go through.
    function test_reentrancy_while_paying() public {
        HookToken hook = new HookToken();
        bytes32 job = hostileJob(hook, 0);
        bytes32 second = hostileJob(hook, bytes32(uint256(1)));
        vm.warp(START);
        IRenderEscrow.Voucher memory promise_ = voucher(job, address(hook), 30);
        IRenderEscrow.Voucher memory larger = voucher(second, address(hook), 60);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        bytes memory signatureOfLarger = signed(EVALUATOR_KEY, larger);
        IRenderEscrow.Terms memory of_ = hostileTerms(hook, bytes32(uint256(2)));

        bytes[7] memory calls = [
            abi.encodeCall(escrow.redeem, (promise_, signature)),
            abi.encodeCall(escrow.redeem, (larger, signatureOfLarger)),
            abi.encodeCall(escrow.redeemRest, (larger, signatureOfLarger)),
            abi.encodeCall(escrow.cancel, (second)),
            abi.encodeCall(escrow.fund, (second, 5)),
            abi.encodeCall(escrow.open, (of_, 5)),
            abi.encodeCall(escrow.openWithPermit, (of_, 5, 0, 0, 0, 0))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            promise_.amount = 30 + i;
            signature = signed(EVALUATOR_KEY, promise_);
            hook.arm(address(escrow), calls[i]);
            hook.act(address(escrow), abi.encodeCall(escrow.redeem, (promise_, signature)));
            guarded(hook);
        }
        vm.assertEq(uint256(escrow.jobOf(job).paid), 36);
        vm.assertEq(hook.balanceOf(address(escrow)), 2 * BUDGET - 36);
    }

    function test_reentrancy_while_refunding() public {
        HookToken hook = new HookToken();
        bytes32 job = hostileJob(hook, 0);
        hostileJob(hook, bytes32(uint256(1)));
        vm.warp(EXPIRY + WINDOW + 1);
        hook.arm(address(escrow), abi.encodeCall(escrow.refund, (job)));
        escrow.refund(job);
        guarded(hook);
        vm.assertEq(hook.balanceOf(address(escrow)), BUDGET);
    }

    function test_reentrancy_while_cancelling() public {
        HookToken hook = new HookToken();
        bytes32 job = hostileJob(hook, 0);
        hostileJob(hook, bytes32(uint256(1)));
        bytes memory cancel = abi.encodeCall(escrow.cancel, (job));
        hook.arm(address(escrow), cancel);
        hook.act(address(escrow), cancel);
        guarded(hook);
        vm.assertEq(hook.balanceOf(address(escrow)), BUDGET);
    }

    /// Money of an inner job that arrives between the two looks at the balance would count for the outer one too.
    function test_reentrancy_while_opening_does_not_count_money_twice() public {
        HookToken hook = new HookToken();
        hook.mint(address(hook), 10 * BUDGET);
        hook.act(address(hook), abi.encodeCall(hook.approve, (address(escrow), 10 * BUDGET)));
        hook.arm(address(escrow), abi.encodeCall(escrow.open, (hostileTerms(hook, bytes32(uint256(1))), BUDGET)));
        bytes memory outer = abi.encodeCall(escrow.open, (hostileTerms(hook, 0), BUDGET));
        bytes32 job = abi.decode(hook.act(address(escrow), outer), (bytes32));
        guarded(hook);
        vm.assertEq(uint256(escrow.jobOf(job).funded), BUDGET);
        vm.assertEq(hook.balanceOf(address(escrow)), BUDGET);
    }

    function hostileTerms(HookToken hook, bytes32 salt) private view returns (IRenderEscrow.Terms memory of_) {
        of_ = terms();
        (of_.token, of_.provider, of_.salt) = (address(hook), address(hook), salt);
    }

    function hostileJob(HookToken hook, bytes32 salt) private returns (bytes32) {
        hook.mint(address(hook), BUDGET);
        hook.act(address(hook), abi.encodeCall(hook.approve, (address(escrow), BUDGET)));
        bytes memory call = abi.encodeCall(escrow.open, (hostileTerms(hook, salt), BUDGET));
        return abi.decode(hook.act(address(escrow), call), (bytes32));
    }

    /// The call from inside was made, and the guard refused it.
    function guarded(HookToken hook) private view {
        vm.assertTrue(hook.called());
        vm.assertFalse(hook.succeeded());
        vm.assertEq(
            hook.returned(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }
}
