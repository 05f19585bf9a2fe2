// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WorkerRegistry} from "../src/WorkerRegistry.sol";
import {RegistryHandler} from "./support/RegistryHandler.sol";
import {vm} from "./support/Vm.sol";

/// @notice What holds after any sequence of calls.
contract RegistryInvariantTest {
    RegistryHandler private handler;
    WorkerRegistry private registry;

    function setUp() public {
        vm.warp(1_800_000_000);
        handler = new RegistryHandler();
        registry = handler.REGISTRY();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_books_are_right() public view {
        noStakeIsMadeOrLost();
        theClockRunsWhileSomethingLeaves();
    }

    function noStakeIsMadeOrLost() private view {
        uint256 held = 0;
        uint256 slashed = 0;
        for (uint256 i = 0; i < handler.WORKERS(); i++) {
            address worker = handler.workerOf(i);
            WorkerRegistry.Stake memory stake = registry.stakeOf(worker);
            RegistryHandler.Books memory books = handler.booksOf(worker);
            vm.assertEq(stake.bonded, books.bonded, "bonded as in the books");
            vm.assertEq(stake.unbonding, books.unbonding, "unbonding as in the books");
            uint256 gone = books.takenOut + books.slashed;
            vm.assertEq(books.putIn, stake.bonded + stake.unbonding + gone, "in = held + out + slashed");
            vm.assertEq(handler.TOKEN().balanceOf(worker), books.takenOut, "the worker has what it took out");
            held += stake.bonded + stake.unbonding;
            slashed += books.slashed;
        }
        vm.assertEq(handler.TOKEN().balanceOf(address(registry)), held, "the registry holds the stakes");
        vm.assertEq(handler.TOKEN().balanceOf(handler.BENEFICIARY()), slashed, "the beneficiary has what was slashed");
    }

    function theClockRunsWhileSomethingLeaves() private view {
        for (uint256 i = 0; i < handler.WORKERS(); i++) {
            address worker = handler.workerOf(i);
            WorkerRegistry.Stake memory stake = registry.stakeOf(worker);
            uint256 unlocksAt = stake.unbonding > 0 ? handler.booksOf(worker).askedAt + registry.UNBONDING() : 0;
            vm.assertEq(stake.unlocksAt, unlocksAt, "unlocksAt");
            vm.assertEq(registry.isStaked(worker) ? 1 : 0, stake.bonded >= 100 ? 1 : 0, "isStaked");
        }
    }
}
