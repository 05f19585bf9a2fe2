// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {WorkerRegistry} from "../src/WorkerRegistry.sol";
import {Received} from "../src/lib/Received.sol";
import {Staking} from "./support/Staking.sol";
import {FeeToken} from "./support/Tokens.sol";
import {vm} from "./support/Vm.sol";

/// @notice Stakes coming in and going out.
contract WorkerRegistryTest is Staking {
    function notEnough(uint256 amount, uint256 available) private view returns (bytes memory) {
        return abi.encodeWithSelector(WorkerRegistry.NotEnough.selector, worker, amount, available);
    }

    function test_stake() public {
        vm.expectEmit(address(registry));
        emit WorkerRegistry.Staked(worker, MINIMUM - 1, MINIMUM - 1);
        stake(worker, MINIMUM - 1);
        vm.assertFalse(registry.isStaked(worker));
        vm.expectEmit(address(registry));
        emit WorkerRegistry.Staked(worker, 1, MINIMUM);
        stake(worker, 1);
        vm.assertTrue(registry.isStaked(worker));
        vm.assertFalse(registry.isStaked(other));
        stakeIs(worker, MINIMUM, 0, 0);
        vm.assertEq(token.balanceOf(address(registry)), MINIMUM);
    }

    function test_a_stake_of_nothing_is_refused() public {
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(Received.NothingReceived.selector));
        registry.stake(0);
    }

    function test_unstaking_takes_its_time() public {
        stake(worker, MINIMUM);
        vm.expectEmit(address(registry));
        emit WorkerRegistry.UnstakeRequested(worker, 40, 40, NOW + UNBONDING);
        unstake(worker, 40);
        stakeIs(worker, MINIMUM - 40, 40, NOW + UNBONDING);
        // What is on its way out is no stake.
        vm.assertFalse(registry.isStaked(worker));

        vm.warp(NOW + UNBONDING - 1);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(WorkerRegistry.StillUnbonding.selector, worker, NOW + UNBONDING));
        registry.withdraw();
        vm.warp(NOW + UNBONDING);
        vm.expectEmit(address(registry));
        emit WorkerRegistry.Withdrawn(worker, 40);
        vm.prank(worker);
        vm.assertEq(registry.withdraw(), 40);
        stakeIs(worker, MINIMUM - 40, 0, 0);
        vm.assertEq(token.balanceOf(worker), 1000e18 - MINIMUM + 40);
    }

    function test_nothing_is_withdrawn_twice_or_unasked() public {
        stake(worker, MINIMUM);
        bytes memory nothing = abi.encodeWithSelector(WorkerRegistry.NothingUnbonding.selector, worker);
        vm.startPrank(worker);
        vm.expectRevert(nothing);
        registry.withdraw();
        vm.expectRevert(nothing);
        registry.cancelUnstake();
        registry.requestUnstake(MINIMUM);
        vm.warp(NOW + UNBONDING);
        registry.withdraw();
        vm.expectRevert(nothing);
        registry.withdraw();
        vm.expectRevert(nothing);
        registry.cancelUnstake();
        vm.stopPrank();
    }

    function test_no_more_than_the_stake_goes_out() public {
        stake(worker, MINIMUM);
        vm.startPrank(worker);
        vm.expectRevert(notEnough(MINIMUM + 1, MINIMUM));
        registry.requestUnstake(MINIMUM + 1);
        vm.expectRevert(notEnough(0, MINIMUM));
        registry.requestUnstake(0);
        registry.requestUnstake(MINIMUM);
        vm.expectRevert(notEnough(1, 0));
        registry.requestUnstake(1);
        vm.stopPrank();
    }

    function test_asking_again_starts_the_clock_anew() public {
        stake(worker, MINIMUM);
        unstake(worker, 40);
        vm.warp(NOW + UNBONDING - 1);
        unstake(worker, 2);
        stakeIs(worker, MINIMUM - 42, 42, uint256(NOW) + 2 * UNBONDING - 1);
        vm.warp(NOW + UNBONDING);
        vm.prank(worker);
        vm.expectRevert(
            abi.encodeWithSelector(WorkerRegistry.StillUnbonding.selector, worker, uint256(NOW) + 2 * UNBONDING - 1)
        );
        registry.withdraw();
    }

    function test_cancelling_makes_it_stake_again() public {
        stake(worker, MINIMUM);
        unstake(worker, MINIMUM);
        vm.expectEmit(address(registry));
        emit WorkerRegistry.UnstakeCancelled(worker, MINIMUM, MINIMUM);
        vm.prank(worker);
        registry.cancelUnstake();
        stakeIs(worker, MINIMUM, 0, 0);
        vm.assertTrue(registry.isStaked(worker));
    }

    function test_a_token_with_a_fee_stakes_what_arrives() public {
        FeeToken fee = new FeeToken();
        fee.mint(worker, 1000);
        WorkerRegistry feeRegistry =
            new WorkerRegistry(IERC20(address(fee)), escrow, UNBONDING, 1, arbiter, beneficiary);
        vm.startPrank(worker);
        fee.approve(address(feeRegistry), 1000);
        feeRegistry.stake(1000);
        vm.stopPrank();
        vm.assertEq(feeRegistry.stakeOf(worker).bonded, 990);
        vm.assertEq(fee.balanceOf(address(feeRegistry)), 990);
    }

    function test_deployment_is_checked() public {
        vm.expectRevert(abi.encodeWithSelector(WorkerRegistry.UnbondingTooShort.selector, WINDOW - 1, WINDOW));
        new WorkerRegistry(token, escrow, WINDOW - 1, MINIMUM, arbiter, beneficiary);
        address[2][3] memory bad = [[address(0), beneficiary], [arbiter, address(0)], [arbiter, arbiter]];
        for (uint256 i = 0; i < bad.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(WorkerRegistry.BadRoles.selector, bad[i][0], bad[i][1]));
            new WorkerRegistry(token, escrow, WINDOW, MINIMUM, bad[i][0], bad[i][1]);
        }
        WorkerRegistry shortest = new WorkerRegistry(token, escrow, WINDOW, MINIMUM, arbiter, beneficiary);
        vm.assertEq(uint256(shortest.UNBONDING()), WINDOW);
        vm.assertEq(address(shortest.TOKEN()), address(token));
        vm.assertEq(shortest.ARBITER(), arbiter);
        vm.assertEq(shortest.BENEFICIARY(), beneficiary);
        vm.assertEq(shortest.MINIMUM_STAKE(), MINIMUM);
    }
}
