// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {Market} from "./support/Market.sol";
import {bound, vm} from "./support/Vm.sol";
import {OneKeyWallet} from "./support/Wallets.sol";

/// @notice How vouchers are paid.
contract EscrowRedeemTest is Market {
    function nothingDue(bytes32 job, uint256 amount, uint256 paid) private view returns (bytes memory) {
        return abi.encodeWithSelector(IRenderEscrow.NothingDue.selector, job, worker, amount, paid);
    }

    function test_a_voucher_is_paid() public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Redeemed(job, worker, 30, 30, ROOT);
        vm.prank(worker);
        vm.assertEq(escrow.redeem(promise_, signature), 30);
        vm.assertEq(token.balanceOf(worker), 30);
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET - 30);
        vm.assertEq(uint256(escrow.jobOf(job).paid), 30);
        vm.assertEq(escrow.accountOf(job, worker).paid, 30);
        vm.assertEq(escrow.accountOf(job, worker).root, ROOT);
    }

    function test_the_clients_own_voucher_is_paid() public {
        IRenderEscrow.Voucher memory promise_ = voucher(begun(), worker, 30);
        bytes memory signature = signed(CLIENT_KEY, promise_);
        vm.prank(worker);
        vm.assertEq(escrow.redeem(promise_, signature), 30);
    }

    function test_a_larger_voucher_pays_the_difference() public {
        bytes32 job = begun();
        vm.assertEq(redeem(job, worker, 30), 30);
        IRenderEscrow.Voucher memory more = IRenderEscrow.Voucher(job, worker, 100, keccak256("later root"));
        bytes memory signature = signed(EVALUATOR_KEY, more);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Redeemed(job, worker, 70, 100, more.root);
        vm.prank(worker);
        vm.assertEq(escrow.redeem(more, signature), 70);
        vm.assertEq(token.balanceOf(worker), 100);
        vm.assertEq(escrow.accountOf(job, worker).root, more.root);
    }

    function test_the_same_or_a_smaller_voucher_pays_nothing() public {
        bytes32 job = begun();
        redeem(job, worker, 30);
        uint256[3] memory amounts = [uint256(30), 29, 0];
        for (uint256 i = 0; i < amounts.length; i++) {
            IRenderEscrow.Voucher memory promise_ = IRenderEscrow.Voucher(job, worker, amounts[i], keccak256("other"));
            redeemFails(promise_, signed(EVALUATOR_KEY, promise_), nothingDue(job, amounts[i], 30));
        }
        vm.assertEq(token.balanceOf(worker), 30);
        vm.assertEq(escrow.accountOf(job, worker).root, ROOT);
    }

    function test_workers_and_jobs_are_kept_apart() public {
        bytes32 job = begun();
        IRenderEscrow.Terms memory of_ = terms();
        of_.salt = bytes32(uint256(1));
        bytes32 second = open(of_);
        redeem(job, worker, 30);
        redeem(job, other, 50);
        redeem(second, worker, 20);
        vm.assertEq(token.balanceOf(worker), 50);
        vm.assertEq(token.balanceOf(other), 50);
        vm.assertEq(uint256(escrow.jobOf(job).paid), 80);
        vm.assertEq(uint256(escrow.jobOf(second).paid), 20);
    }

    function test_only_from_the_start_to_the_end_of_the_window() public {
        bytes32 job = open(terms());
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.warp(START - 1);
        redeemFails(promise_, signature, wrongState(job, IRenderEscrow.State.Open));
        vm.warp(START);
        vm.assertEq(redeem(job, worker, 10), 10);
        vm.warp(EXPIRY + WINDOW);
        vm.assertEq(redeem(job, worker, 20), 10);
        vm.warp(EXPIRY + WINDOW + 1);
        redeemFails(promise_, signature, wrongState(job, IRenderEscrow.State.Expired));
        escrow.refund(job);
        redeemFails(promise_, signature, wrongState(job, IRenderEscrow.State.Completed));
    }

    function test_a_job_may_begin_at_once() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.startsAt = 0;
        vm.assertEq(redeem(open(of_), worker, 1), 1);
    }

    function test_no_job_no_pay() public {
        IRenderEscrow.Voucher memory promise_ = voucher(keccak256("nothing"), worker, 30);
        redeemFails(promise_, signed(EVALUATOR_KEY, promise_), wrongState(promise_.job, IRenderEscrow.State.None));
    }

    function test_only_the_worker_redeems() public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        address[3] memory callers = [stranger, client, evaluator];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.NotWorker.selector, worker, callers[i]));
            escrow.redeem(promise_, signature);
        }
    }

    function test_a_named_provider_alone_is_paid() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.provider = worker;
        bytes32 job = open(of_);
        vm.warp(START);
        IRenderEscrow.Voucher memory promise_ = voucher(job, other, 30);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        redeemFails(promise_, signature, abi.encodeWithSelector(IRenderEscrow.NotProvider.selector, job, other));
        vm.assertEq(redeem(job, worker, 30), 30);
    }

    function test_a_contract_evaluates() public {
        IRenderEscrow.Terms memory of_ = terms();
        OneKeyWallet wallet = new OneKeyWallet(evaluator);
        of_.evaluator = address(wallet);
        bytes32 job = open(of_);
        vm.warp(START);
        vm.assertEq(redeem(job, worker, 30), 30);
        // What a contract signs is revocable: workers should know whom they trust.
        wallet.silence();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 60);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        redeemFails(promise_, signature, abi.encodeWithSelector(IRenderEscrow.BadSignature.selector));
    }

    function test_the_budget_is_paid_to_the_last_unit_and_not_beyond() public {
        bytes32 job = begun();
        redeem(job, other, 400);
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, BUDGET - 400 + 1);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        redeemFails(
            promise_,
            signature,
            abi.encodeWithSelector(IRenderEscrow.OverBudget.selector, job, BUDGET - 400 + 1, BUDGET - 400)
        );
        vm.assertEq(redeem(job, worker, BUDGET - 400), BUDGET - 400);
        vm.assertEq(token.balanceOf(address(escrow)), 0);
    }

    function test_a_little_more_than_the_budget_does_not_lose_the_budget() public {
        bytes32 job = begun();
        redeem(job, other, 400);
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, BUDGET);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Redeemed(job, worker, BUDGET - 400, BUDGET - 400, ROOT);
        vm.prank(worker);
        vm.assertEq(escrow.redeemRest(promise_, signature), BUDGET - 400);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.OverBudget.selector, job, 400, 0));
        escrow.redeemRest(promise_, signature);
        // The client makes good, with more than is owed: the same voucher pays its remainder and no more.
        vm.prank(client);
        escrow.fund(job, 1000);
        vm.prank(worker);
        vm.assertEq(escrow.redeemRest(promise_, signature), 400);
        vm.assertEq(escrow.accountOf(job, worker).paid, BUDGET);
        vm.prank(worker);
        vm.expectRevert(nothingDue(job, BUDGET, BUDGET));
        escrow.redeemRest(promise_, signature);
    }

    function test_redeemRest_asks_for_all_that_redeem_asks() public {
        bytes32 job = begun();
        IRenderEscrow.Voucher memory promise_ = voucher(job, worker, 30);
        bytes memory forged = signed(STRANGER_KEY, promise_);
        bytes memory good = signed(EVALUATOR_KEY, promise_);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.BadSignature.selector));
        escrow.redeemRest(promise_, forged);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.NotWorker.selector, worker, address(this)));
        escrow.redeemRest(promise_, good);
        vm.warp(EXPIRY + WINDOW + 1);
        vm.prank(worker);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Expired));
        escrow.redeemRest(promise_, good);
    }

    /// However vouchers come in, a worker has the largest of those that were paid.
    function testFuzz_any_order_pays_the_largest(uint256[8] calldata amounts) public {
        bytes32 job = begun();
        uint256 largest = 0;
        for (uint256 i = 0; i < amounts.length; i++) {
            uint256 amount = bound(amounts[i], 0, BUDGET);
            if (amount > largest) {
                vm.assertEq(redeem(job, worker, amount), amount - largest);
                largest = amount;
            } else {
                IRenderEscrow.Voucher memory promise_ = voucher(job, worker, amount);
                redeemFails(promise_, signed(EVALUATOR_KEY, promise_), nothingDue(job, amount, largest));
            }
            vm.assertEq(token.balanceOf(worker), largest);
        }
    }
}
