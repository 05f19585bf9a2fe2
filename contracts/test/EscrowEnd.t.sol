// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {Market} from "./support/Market.sol";
import {bound, vm} from "./support/Vm.sol";

/// @notice How a job ends: refunds and cancelling.
contract EscrowEndTest is Market {
    function cancelFails(bytes32 job, address who, IRenderEscrow.State state) private {
        vm.prank(who);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.CannotCancel.selector, job, who, state));
        escrow.cancel(job);
    }

    function test_anybody_refunds_the_rest_to_the_client() public {
        bytes32 job = begun();
        redeem(job, worker, 30);
        vm.warp(EXPIRY + WINDOW + 1);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Refunded(job, client, BUDGET - 30);
        vm.prank(stranger);
        vm.assertEq(escrow.refund(job), BUDGET - 30);
        vm.assertEq(token.balanceOf(client), 1e24 - 30);
        vm.assertEq(token.balanceOf(stranger), 0);
        vm.assertEq(token.balanceOf(address(escrow)), 0);
        stateIs(job, IRenderEscrow.State.Completed);
    }

    function test_no_refund_before_the_window_ends() public {
        bytes32 job = open(terms());
        uint64[5] memory times = [NOW, START, EXPIRY, EXPIRY + 1, EXPIRY + WINDOW];
        uint8[5] memory states = [1, 2, 2, 3, 3];
        for (uint256 i = 0; i < times.length; i++) {
            vm.warp(times[i]);
            vm.prank(client);
            vm.expectRevert(wrongState(job, IRenderEscrow.State(states[i])));
            escrow.refund(job);
        }
        vm.warp(EXPIRY + WINDOW + 1);
        vm.assertEq(escrow.refund(job), BUDGET);
    }

    function test_no_second_refund() public {
        bytes32 job = open(terms());
        IRenderEscrow.Terms memory of_ = terms();
        of_.salt = bytes32(uint256(1));
        open(of_);
        vm.warp(EXPIRY + WINDOW + 1);
        escrow.refund(job);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Completed));
        escrow.refund(job);
        // The other job's money is still there.
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET);
    }

    function test_a_job_that_paid_all_ends_with_nothing_to_send() public {
        bytes32 job = begun();
        redeem(job, worker, BUDGET);
        vm.warp(EXPIRY + WINDOW + 1);
        vm.assertEq(escrow.refund(job), 0);
        stateIs(job, IRenderEscrow.State.Completed);
    }

    function test_no_refund_of_nothing() public {
        vm.expectRevert(wrongState(bytes32(0), IRenderEscrow.State.None));
        escrow.refund(0);
    }

    function test_the_client_cancels_before_the_start() public {
        bytes32 job = open(terms());
        vm.warp(START - 1);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Cancelled(job, client, BUDGET);
        vm.prank(client);
        vm.assertEq(escrow.cancel(job), BUDGET);
        vm.assertEq(token.balanceOf(client), 1e24);
        stateIs(job, IRenderEscrow.State.Cancelled);
    }

    function test_the_client_cannot_cancel_from_the_start_on() public {
        bytes32 job = begun();
        cancelFails(job, client, IRenderEscrow.State.Funded);
        vm.warp(EXPIRY + 1);
        cancelFails(job, client, IRenderEscrow.State.Submitted);
        vm.warp(EXPIRY + WINDOW + 1);
        cancelFails(job, client, IRenderEscrow.State.Expired);
    }

    function test_a_job_without_a_delay_is_never_the_clients_to_cancel() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.startsAt = 0;
        cancelFails(open(of_), client, IRenderEscrow.State.Funded);
    }

    function test_nobody_else_cancels() public {
        bytes32 job = open(terms());
        cancelFails(job, stranger, IRenderEscrow.State.Open);
        cancelFails(job, evaluator, IRenderEscrow.State.Open);
        cancelFails(job, worker, IRenderEscrow.State.Open);
        // No provider is named, and nobody is nobody.
        cancelFails(job, address(0), IRenderEscrow.State.Open);
        vm.warp(START);
        cancelFails(job, address(0), IRenderEscrow.State.Funded);
        cancelFails(0, client, IRenderEscrow.State.None);
        cancelFails(0, address(0), IRenderEscrow.State.None);
    }

    function test_the_named_provider_gives_up_at_any_time() public {
        uint64[4] memory times = [NOW, START, EXPIRY + 1, EXPIRY + WINDOW];
        for (uint256 i = 0; i < times.length; i++) {
            vm.warp(NOW);
            IRenderEscrow.Terms memory of_ = terms();
            (of_.provider, of_.salt) = (worker, bytes32(i));
            bytes32 job = open(of_);
            uint256 paid = 0;
            vm.warp(times[i]);
            if (times[i] >= START) paid = redeem(job, worker, 30);
            vm.expectEmit(address(escrow));
            emit IRenderEscrow.Cancelled(job, worker, BUDGET - paid);
            vm.prank(worker);
            vm.assertEq(escrow.cancel(job), BUDGET - paid);
        }
        vm.assertEq(token.balanceOf(worker), 90);
        vm.assertEq(token.balanceOf(client), 1e24 - 90);
    }

    function test_after_the_window_the_provider_has_nothing_to_give_up() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.provider = worker;
        bytes32 job = open(of_);
        vm.warp(EXPIRY + WINDOW + 1);
        cancelFails(job, worker, IRenderEscrow.State.Expired);
    }

    function test_a_cancelled_job_is_over() public {
        bytes32 job = open(terms());
        vm.startPrank(client);
        escrow.cancel(job);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.CannotCancel.selector, job, client, 6));
        escrow.cancel(job);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Cancelled));
        escrow.fund(job, 1);
        vm.stopPrank();
        vm.warp(START);
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        redeemFails(promise_, signed(EVALUATOR_KEY, promise_), wrongState(job, IRenderEscrow.State.Cancelled));
        vm.warp(EXPIRY + WINDOW + 1);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Cancelled));
        escrow.refund(job);
    }

    /// There is no second in which a voucher and a refund both go through.
    function testFuzz_pay_or_refund(uint256 time, uint256 amount) public {
        bytes32 job = open(terms());
        vm.warp(bound(time, NOW, uint256(EXPIRY) + 2 * WINDOW));
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, bound(amount, 1, BUDGET));
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.prank(worker);
        (bool paid,) = address(escrow).call(abi.encodeCall(escrow.redeem, (promise_, signature)));
        (bool refunded,) = address(escrow).call(abi.encodeCall(escrow.refund, (job)));
        vm.assertEq(paid ? 1 : 0, block.timestamp >= START && block.timestamp <= EXPIRY + WINDOW ? 1 : 0);
        vm.assertEq(refunded ? 1 : 0, block.timestamp > EXPIRY + WINDOW ? 1 : 0);
    }
}
