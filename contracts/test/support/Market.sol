// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../../src/IRenderEscrow.sol";
import {Neurotoken} from "../../src/Neurotoken.sol";
import {RenderEscrow} from "../../src/RenderEscrow.sol";
import {vm} from "./Vm.sol";

/// @notice A client with money, an evaluator, two workers, a stranger, and an escrow.
abstract contract Market {
    uint256 internal constant CLIENT_KEY = 0xC11E47;
    uint256 internal constant EVALUATOR_KEY = 0xE7A1;
    uint256 internal constant WORKER_KEY = 0x3012CE2;
    uint256 internal constant STRANGER_KEY = 0x57124;
    uint64 internal constant WINDOW = 3 days;
    uint64 internal constant NOW = 1_800_000_000;
    uint64 internal constant START = NOW + 1 hours;
    uint64 internal constant EXPIRY = NOW + 30 days;
    uint256 internal constant BUDGET = 1000e18;
    bytes32 internal constant SECRET = keccak256("the coordinator's secret");
    bytes32 internal constant ROOT = keccak256("root");

    address internal client = vm.addr(CLIENT_KEY);
    address internal evaluator = vm.addr(EVALUATOR_KEY);
    address internal worker = vm.addr(WORKER_KEY);
    address internal other = vm.addr(0x07E12);
    address internal stranger = vm.addr(STRANGER_KEY);
    Neurotoken internal token;
    RenderEscrow internal escrow;

    function setUp() public virtual {
        vm.warp(NOW);
        vm.chainId(31337);
        token = new Neurotoken(client, 1e6 * 1e18);
        escrow = new RenderEscrow(WINDOW);
        vm.prank(client);
        token.approve(address(escrow), type(uint256).max);
        vm.label(client, "client");
        vm.label(evaluator, "evaluator");
        vm.label(worker, "worker");
        vm.label(other, "other");
        vm.label(stranger, "stranger");
    }

    function terms() internal view returns (IRenderEscrow.Terms memory) {
        return IRenderEscrow.Terms({
            token: address(token),
            evaluator: evaluator,
            provider: address(0),
            bundle: keccak256("bundle"),
            sampleCommitment: keccak256(abi.encodePacked(SECRET)),
            startsAt: START,
            expiry: EXPIRY,
            salt: 0
        });
    }

    /// The client's job with these terms and the usual budget.
    function open(IRenderEscrow.Terms memory of_) internal returns (bytes32) {
        vm.prank(client);
        return escrow.open(of_, BUDGET);
    }

    /// The usual job, begun.
    function begun() internal returns (bytes32 job) {
        job = open(terms());
        vm.warp(START);
    }

    function voucher(bytes32 job, address to, uint256 amount) internal pure returns (IRenderEscrow.Voucher memory) {
        return IRenderEscrow.Voucher(job, to, amount, ROOT);
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function signed(uint256 key, IRenderEscrow.Voucher memory promise_) internal view returns (bytes memory) {
        return sign(key, escrow.voucherDigest(promise_));
    }

    /// The worker redeems a voucher of the evaluator's.
    function redeem(bytes32 job, address to, uint256 amount) internal returns (uint256) {
        IRenderEscrow.Voucher memory promise_ = voucher(job, to, amount);
        bytes memory signature = signed(EVALUATOR_KEY, promise_);
        vm.prank(to);
        return escrow.redeem(promise_, signature);
    }

    /// The worker tries, and it must fail with this error.
    function redeemFails(IRenderEscrow.Voucher memory promise_, bytes memory signature, bytes memory error_) internal {
        vm.prank(promise_.worker);
        vm.expectRevert(error_);
        escrow.redeem(promise_, signature);
    }

    function stateIs(bytes32 job, IRenderEscrow.State state) internal view {
        vm.assertEq(uint256(escrow.stateOf(job)), uint256(state));
    }

    function wrongState(bytes32 job, IRenderEscrow.State state) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IRenderEscrow.WrongState.selector, job, state);
    }
}
