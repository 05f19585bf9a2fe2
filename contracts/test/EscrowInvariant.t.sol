// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {RenderEscrow} from "../src/RenderEscrow.sol";
import {EscrowHandler} from "./support/EscrowHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice What holds after any sequence of calls. One invariant of several parts, since forge plays the whole campaign
/// again for each.
contract EscrowInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    EscrowHandler private handler;
    RenderEscrow private escrow;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new EscrowHandler();
        escrow = handler.ESCROW();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// Redeeming is named more than once, so that it is done more often.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = handler.open.selector;
        selectors[1] = handler.fund.selector;
        selectors[2] = handler.redeem.selector;
        selectors[3] = handler.redeem.selector;
        selectors[4] = handler.redeem.selector;
        selectors[5] = handler.refund.selector;
        selectors[6] = handler.cancel.selector;
        selectors[7] = handler.wait.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_the_books_are_right() public view {
        paidIsWithinTheBudgetAndSumsUp();
        theEscrowHoldsWhatItOwes();
        aWorkerGetsMoreAndMoreUpToItsLargestVoucher();
        aJobThatIsOverStaysOver();
    }

    function paidIsWithinTheBudgetAndSumsUp() private view {
        for (uint256 i = 0; i < handler.jobCount(); i++) {
            bytes32 job = handler.jobs(i);
            IRenderEscrow.Job memory kept = escrow.jobOf(job);
            uint256 sum = 0;
            for (uint256 who = 0; who < 3; who++) {
                sum += escrow.accountOf(job, handler.workerOf(who)).paid;
            }
            vm.assertEq(sum, kept.paid, "sum over workers");
            vm.assertLe(kept.paid, kept.funded, "paid within the budget");
            vm.assertEq(kept.paid, handler.booksOf(job).paid, "paid as in the books");
            vm.assertEq(kept.funded, handler.booksOf(job).funded, "funded as in the books");
        }
    }

    function theEscrowHoldsWhatItOwes() private view {
        uint256[2] memory owed;
        for (uint256 i = 0; i < handler.jobCount(); i++) {
            EscrowHandler.Books memory books = handler.booksOf(handler.jobs(i));
            owed[books.token == address(handler.FEE()) ? 1 : 0] += books.funded - books.paid - books.returned;
        }
        vm.assertEq(handler.PLAIN().balanceOf(address(escrow)), owed[0], "plain token");
        vm.assertEq(handler.FEE().balanceOf(address(escrow)), owed[1], "token with a fee");
    }

    /// The books only ever add to what a worker received: equal to them is monotonic.
    function aWorkerGetsMoreAndMoreUpToItsLargestVoucher() private view {
        for (uint256 i = 0; i < handler.jobCount(); i++) {
            bytes32 job = handler.jobs(i);
            for (uint256 who = 0; who < 3; who++) {
                address worker = handler.workerOf(who);
                uint256 paid = escrow.accountOf(job, worker).paid;
                vm.assertEq(paid, handler.received(job, worker), "as in the books");
                vm.assertLe(paid, handler.largestPromise(job, worker), "within the largest voucher");
            }
        }
    }

    function aJobThatIsOverStaysOver() private view {
        for (uint256 i = 0; i < handler.jobCount(); i++) {
            bytes32 job = handler.jobs(i);
            IRenderEscrow.State state = escrow.stateOf(job);
            bool over = state == IRenderEscrow.State.Completed || state == IRenderEscrow.State.Cancelled;
            vm.assertEq(over ? 1 : 0, handler.booksOf(job).over ? 1 : 0, "over as in the books");
        }
    }

    /// At the end of every sequence: when all windows are over, everything leaves the escrow.
    function afterInvariant() public {
        vm.warp(block.timestamp + 60 days);
        for (uint256 i = 0; i < handler.jobCount(); i++) {
            bytes32 job = handler.jobs(i);
            if (escrow.stateOf(job) != IRenderEscrow.State.Expired) continue;
            IERC20 token = IERC20(escrow.jobOf(job).token);
            uint256 before = token.balanceOf(address(escrow));
            uint256 amount = escrow.refund(job);
            vm.assertEq(before - token.balanceOf(address(escrow)), amount, "refunds what it says");
        }
        vm.assertEq(handler.PLAIN().balanceOf(address(escrow)), 0, "nothing stays");
        vm.assertEq(handler.FEE().balanceOf(address(escrow)), 0, "nothing stays");
    }

    /// The dice are of use: played by hand, every kind of call both goes through and fails.
    function test_the_dice_reach_every_outcome() public {
        for (uint256 i = 0; i < 1500; i++) {
            uint256[5] memory dice;
            for (uint256 j = 0; j < 5; j++) {
                dice[j] = uint256(keccak256(abi.encode(i, j)));
            }
            uint256 call = dice[4] % 8;
            if (call == 0 && i % 2 == 0) handler.open(dice[0], dice[1], dice[2]);
            else if (call == 1) handler.fund(dice[0], dice[1]);
            else if (call < 5) handler.redeem(dice[0], dice[1], dice[2], dice[3], dice[4] >> 255 == 0);
            else if (call == 5) handler.refund(dice[0]);
            else if (call == 6) handler.cancel(dice[0], dice[1], dice[2]);
            else handler.wait(dice[0] % 12 hours);
        }
        bytes32[4] memory names = [bytes32("fund"), "redeem", "refund", "cancel"];
        for (uint256 i = 0; i < names.length; i++) {
            vm.assertGe(handler.seen(names[i], true), 1, string.concat(string(abi.encodePacked(names[i])), " good"));
            vm.assertGe(handler.seen(names[i], false), 3, string.concat(string(abi.encodePacked(names[i])), " bad"));
        }
        vm.assertGe(handler.seen("redeem", true), 20, "redeem good");
        vm.assertEq(handler.jobCount(), 8);
    }
}
