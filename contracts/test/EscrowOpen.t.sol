// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {RenderEscrow} from "../src/RenderEscrow.sol";
import {Received} from "../src/lib/Received.sol";
import {Market} from "./support/Market.sol";
import {FeeToken, LyingToken, PlainToken, RefusingToken, SilentToken} from "./support/Tokens.sol";
import {vm} from "./support/Vm.sol";

/// @notice How a job begins and what it may be paid in.
contract EscrowOpenTest is Market {
    function openFails(IRenderEscrow.Terms memory of_, bytes memory error_) private {
        vm.prank(client);
        vm.expectRevert(error_);
        escrow.open(of_, BUDGET);
    }

    function test_open_keeps_the_terms_and_the_money() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.provider = worker;
        bytes32 id = escrow.jobId(client, of_);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Opened(id, client, evaluator, of_);
        vm.expectEmit(address(escrow));
        emit IRenderEscrow.Funded(id, BUDGET, BUDGET);
        bytes32 job = open(of_);
        vm.assertEq(job, id);
        vm.assertEq(id, keccak256(abi.encode(client, of_)));

        IRenderEscrow.Job memory kept = escrow.jobOf(job);
        vm.assertEq(kept.client, client);
        vm.assertEq(kept.evaluator, evaluator);
        vm.assertEq(kept.provider, worker);
        vm.assertEq(kept.token, address(token));
        vm.assertEq(kept.bundle, of_.bundle);
        vm.assertEq(kept.sampleCommitment, of_.sampleCommitment);
        vm.assertEq(uint256(kept.startsAt), START);
        vm.assertEq(uint256(kept.expiry), EXPIRY);
        vm.assertEq(uint256(kept.funded), BUDGET);
        vm.assertEq(uint256(kept.paid), 0);
        vm.assertEq(uint256(kept.ended), uint256(IRenderEscrow.State.None));
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET);
        vm.assertEq(token.balanceOf(client), 1e24 - BUDGET);
    }

    function test_a_job_that_nobody_opened_is_none() public view {
        stateIs(keccak256("nothing"), IRenderEscrow.State.None);
    }

    function test_the_clock_moves_the_state() public {
        bytes32 job = open(terms());
        uint64[6] memory times = [START - 1, START, EXPIRY, EXPIRY + 1, EXPIRY + WINDOW, EXPIRY + WINDOW + 1];
        uint8[6] memory states = [1, 2, 2, 3, 3, 4];
        for (uint256 i = 0; i < times.length; i++) {
            vm.warp(times[i]);
            stateIs(job, IRenderEscrow.State(states[i]));
        }
    }

    function test_opening_again_after_a_crash_does_not_pay_twice() public {
        bytes32 job = open(terms());
        openFails(terms(), abi.encodeWithSelector(IRenderEscrow.JobExists.selector, job));
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET);
        // Not even when it is over.
        vm.prank(client);
        escrow.cancel(job);
        openFails(terms(), abi.encodeWithSelector(IRenderEscrow.JobExists.selector, job));
    }

    function test_salt_and_client_tell_jobs_apart() public {
        IRenderEscrow.Terms memory of_ = terms();
        bytes32 first = open(of_);
        of_.salt = bytes32(uint256(1));
        bytes32 second = open(of_);
        vm.prank(client);
        token.transfer(stranger, BUDGET);
        vm.startPrank(stranger);
        token.approve(address(escrow), BUDGET);
        bytes32 third = escrow.open(of_, BUDGET);
        vm.stopPrank();
        vm.assertTrue(first != second && second != third && first != third);
        vm.assertEq(token.balanceOf(address(escrow)), 3 * BUDGET);
    }

    function test_times_must_make_sense() public {
        uint64 far = NOW + escrow.MAX_DURATION();
        uint64[2][6] memory bad =
            [[0, NOW], [0, NOW - 1], [EXPIRY, EXPIRY], [EXPIRY + 1, EXPIRY], [0, far + 1], [0, type(uint64).max]];
        for (uint256 i = 0; i < bad.length; i++) {
            IRenderEscrow.Terms memory of_ = terms();
            (of_.startsAt, of_.expiry) = (bad[i][0], bad[i][1]);
            openFails(of_, abi.encodeWithSelector(IRenderEscrow.BadTimes.selector, bad[i][0], bad[i][1]));
        }
        IRenderEscrow.Terms memory longest = terms();
        (longest.startsAt, longest.expiry) = (0, far);
        stateIs(open(longest), IRenderEscrow.State.Funded);
    }

    function test_evaluator_and_digests_must_be_there() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.evaluator = address(0);
        openFails(of_, abi.encodeWithSelector(IRenderEscrow.NoEvaluator.selector));
        of_ = terms();
        of_.bundle = 0;
        openFails(of_, abi.encodeWithSelector(IRenderEscrow.EmptyDigest.selector));
        of_ = terms();
        of_.sampleCommitment = 0;
        openFails(of_, abi.encodeWithSelector(IRenderEscrow.EmptyDigest.selector));
    }

    function test_the_window_must_make_sense() public {
        uint64 most = escrow.MAX_DURATION();
        uint64[2] memory bad = [0, most + 1];
        for (uint256 i = 0; i < bad.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.BadChallengeWindow.selector, bad[i]));
            new RenderEscrow(bad[i]);
        }
        vm.assertEq(uint256(new RenderEscrow(most).CHALLENGE_WINDOW()), most);
    }

    function test_no_money_no_job() public {
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(Received.NothingReceived.selector));
        escrow.open(terms(), 0);

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, BUDGET)
        );
        escrow.open(terms(), BUDGET);
    }

    function test_the_client_adds_to_the_budget_until_the_window_ends() public {
        bytes32 job = open(terms());
        uint64[4] memory times = [NOW, START, EXPIRY + 1, EXPIRY + WINDOW];
        for (uint256 i = 0; i < times.length; i++) {
            vm.warp(times[i]);
            vm.expectEmit(address(escrow));
            emit IRenderEscrow.Funded(job, 7, BUDGET + 7 * (i + 1));
            vm.prank(client);
            escrow.fund(job, 7);
        }
        vm.warp(EXPIRY + WINDOW + 1);
        vm.prank(client);
        vm.expectRevert(wrongState(job, IRenderEscrow.State.Expired));
        escrow.fund(job, 7);
        vm.assertEq(uint256(escrow.jobOf(job).funded), BUDGET + 28);
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET + 28);
    }

    function test_nobody_else_adds_and_not_to_nothing() public {
        bytes32 job = open(terms());
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRenderEscrow.NotClient.selector, job, stranger));
        escrow.fund(job, 7);
        vm.prank(client);
        vm.expectRevert(wrongState(bytes32(0), IRenderEscrow.State.None));
        escrow.fund(0, 7);
    }

    function permit() private view returns (uint8, bytes32, bytes32) {
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                client,
                address(escrow),
                BUDGET,
                0,
                NOW
            )
        );
        return vm.sign(CLIENT_KEY, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), hash)));
    }

    function test_a_permit_opens_in_one_transaction() public {
        vm.startPrank(client);
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = permit();
        stateIs(escrow.openWithPermit(terms(), BUDGET, NOW, v, r, s), IRenderEscrow.State.Open);
        vm.stopPrank();
        vm.assertEq(token.balanceOf(address(escrow)), BUDGET);
    }

    function test_a_permit_that_somebody_sent_first_still_opens() public {
        vm.prank(client);
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = permit();
        vm.prank(stranger);
        token.permit(client, address(escrow), BUDGET, NOW, v, r, s);
        vm.prank(client);
        stateIs(escrow.openWithPermit(terms(), BUDGET, NOW, v, r, s), IRenderEscrow.State.Open);
    }

    function test_a_bad_permit_opens_nothing() public {
        vm.prank(client);
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = permit();
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, BUDGET)
        );
        escrow.openWithPermit(terms(), BUDGET, NOW, v, r, bytes32(uint256(s) ^ 1));
    }

    function test_somebody_elses_permit_is_of_no_use() public {
        vm.prank(client);
        token.approve(address(escrow), 0);
        (uint8 v, bytes32 r, bytes32 s) = permit();
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, BUDGET)
        );
        escrow.openWithPermit(terms(), BUDGET, NOW, v, r, s);
    }

    function test_a_token_with_a_fee_funds_what_arrives() public {
        FeeToken fee = new FeeToken();
        fee.mint(client, BUDGET);
        vm.prank(client);
        fee.approve(address(escrow), BUDGET);
        IRenderEscrow.Terms memory of_ = terms();
        of_.token = address(fee);
        bytes32 job = open(of_);
        uint256 arrived = BUDGET - BUDGET / 100;
        vm.assertEq(uint256(escrow.jobOf(job).funded), arrived);

        // All that arrived goes out again, and not a unit more.
        vm.warp(START);
        redeem(job, worker, arrived / 2);
        vm.warp(EXPIRY + WINDOW + 1);
        vm.assertEq(escrow.refund(job), arrived - arrived / 2);
        vm.assertEq(fee.balanceOf(address(escrow)), 0);
    }

    function test_a_token_that_returns_nothing_works() public {
        SilentToken silent = new SilentToken();
        silent.mint(client, BUDGET);
        vm.prank(client);
        silent.approve(address(escrow), BUDGET);
        IRenderEscrow.Terms memory of_ = terms();
        of_.token = address(silent);
        bytes32 job = open(of_);
        vm.warp(START);
        redeem(job, worker, 5);
        vm.warp(EXPIRY + WINDOW + 1);
        escrow.refund(job);
        vm.assertEq(silent.balanceOf(worker), 5);
        vm.assertEq(silent.balanceOf(client), BUDGET - 5);
    }

    function test_tokens_that_do_not_pay_open_nothing() public {
        IRenderEscrow.Terms memory of_ = terms();
        of_.token = address(new RefusingToken());
        openFails(of_, abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, of_.token));
        of_.token = address(new LyingToken());
        openFails(of_, abi.encodeWithSelector(Received.NothingReceived.selector));
        of_.token = stranger;
        openFails(of_, "");
    }

    function test_a_budget_beyond_128_bits_is_refused() public {
        PlainToken plain = new PlainToken();
        plain.mint(client, type(uint256).max);
        vm.prank(client);
        plain.approve(address(escrow), type(uint256).max);
        IRenderEscrow.Terms memory of_ = terms();
        of_.token = address(plain);
        uint256 most = type(uint128).max;
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, uint8(128), most + 1));
        escrow.open(of_, most + 1);
        vm.prank(client);
        bytes32 job = escrow.open(of_, most);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        escrow.fund(job, 1);
    }
}
