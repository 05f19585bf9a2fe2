// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {WorkerRegistry} from "../../src/WorkerRegistry.sol";
import {Market} from "./Market.sol";
import {vm} from "./Vm.sol";

/// @notice A market with a registry, an arbiter, and workers who can stake.
abstract contract Staking is Market {
    uint256 internal constant ARBITER_KEY = 0xA2B17E2;
    uint64 internal constant UNBONDING = 7 days;
    uint256 internal constant MINIMUM = 100e18;
    bytes32 internal constant EVIDENCE = keccak256("two different frames under one root");

    address internal arbiter = vm.addr(ARBITER_KEY);
    address internal beneficiary = vm.addr(0xBE2EF1C);
    WorkerRegistry internal registry;

    function setUp() public virtual override {
        super.setUp();
        registry = new WorkerRegistry(token, escrow, UNBONDING, MINIMUM, arbiter, beneficiary);
        address[2] memory workers = [worker, other];
        for (uint256 i = 0; i < workers.length; i++) {
            vm.prank(client);
            token.transfer(workers[i], 1000e18);
            vm.prank(workers[i]);
            token.approve(address(registry), type(uint256).max);
        }
    }

    function stake(address who, uint256 amount) internal {
        vm.prank(who);
        registry.stake(amount);
    }

    function unstake(address who, uint256 amount) internal {
        vm.prank(who);
        registry.requestUnstake(amount);
    }

    /// The arbiter's signature over a slash of `worker` that ends in an hour.
    function decision(uint256 amount, uint256 nonce) internal view returns (bytes memory) {
        return sign(ARBITER_KEY, registry.slashDigest(worker, amount, EVIDENCE, nonce, block.timestamp + 1 hours));
    }

    /// A stranger brings the arbiter's signature.
    function slash(uint256 amount, uint256 nonce) internal returns (uint256) {
        bytes memory signature = decision(amount, nonce);
        vm.prank(stranger);
        return registry.slash(worker, amount, EVIDENCE, nonce, block.timestamp + 1 hours, signature);
    }

    function stakeIs(address who, uint256 bonded, uint256 unbonding, uint256 unlocksAt) internal view {
        WorkerRegistry.Stake memory held = registry.stakeOf(who);
        vm.assertEq(held.bonded, bonded, "bonded");
        vm.assertEq(held.unbonding, unbonding, "unbonding");
        vm.assertEq(held.unlocksAt, unlocksAt, "unlocksAt");
    }
}
