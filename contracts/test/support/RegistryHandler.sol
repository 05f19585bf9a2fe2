// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RenderEscrow} from "../../src/RenderEscrow.sol";
import {WorkerRegistry} from "../../src/WorkerRegistry.sol";
import {PlainToken} from "./Tokens.sol";
import {bound, vm} from "./Vm.sol";

/// @notice Does to a registry what forge's dice say, and keeps books of its own, from which it predicts every outcome.
contract RegistryHandler {
    uint256 private constant ARBITER_KEY = 0xA2B17E2;
    uint64 private constant UNBONDING = 3 days;
    uint256 public constant WORKERS = 3;

    /// The handler's own books of one worker.
    struct Books {
        uint256 bonded;
        uint256 unbonding;
        uint256 askedAt;
        uint256 putIn;
        uint256 takenOut;
        uint256 slashed;
    }

    PlainToken public immutable TOKEN = new PlainToken();
    WorkerRegistry public immutable REGISTRY;
    address public immutable BENEFICIARY = vm.addr(0xBE2EF1C);

    address[WORKERS] private _workers = [vm.addr(0xB0B), vm.addr(0xB0C), vm.addr(0xB0D)];
    mapping(address worker => Books) private _books;
    mapping(address worker => mapping(uint256 nonce => bool)) private _used;

    constructor() {
        RenderEscrow escrow = new RenderEscrow(UNBONDING);
        REGISTRY = new WorkerRegistry(TOKEN, escrow, UNBONDING, 100, vm.addr(ARBITER_KEY), BENEFICIARY);
        for (uint256 i = 0; i < WORKERS; i++) {
            vm.prank(workerOf(i));
            TOKEN.approve(address(REGISTRY), type(uint256).max);
        }
    }

    function booksOf(address worker) external view returns (Books memory) {
        return _books[worker];
    }

    function workerOf(uint256 number) public view returns (address) {
        return _workers[number % WORKERS];
    }

    function stake(uint256 who, uint256 amount) external {
        address worker = workerOf(who);
        TOKEN.mint(worker, amount = bound(amount, 1, 1000));
        attempt(worker, abi.encodeCall(REGISTRY.stake, (amount)), true);
        _books[worker].bonded += amount;
        _books[worker].putIn += amount;
    }

    function requestUnstake(uint256 who, uint256 amount) external {
        address worker = workerOf(who);
        Books storage books = _books[worker];
        amount = bound(amount, 0, books.bonded + books.bonded / 8 + 1);
        bool good = amount > 0 && amount <= books.bonded;
        attempt(worker, abi.encodeCall(REGISTRY.requestUnstake, (amount)), good);
        if (!good) return;
        books.bonded -= amount;
        books.unbonding += amount;
        books.askedAt = block.timestamp;
    }

    function cancelUnstake(uint256 who) external {
        address worker = workerOf(who);
        Books storage books = _books[worker];
        attempt(worker, abi.encodeCall(REGISTRY.cancelUnstake, ()), books.unbonding > 0);
        books.bonded += books.unbonding;
        books.unbonding = 0;
    }

    function withdraw(uint256 who) external {
        address worker = workerOf(who);
        Books storage books = _books[worker];
        bool good = books.unbonding > 0 && block.timestamp >= books.askedAt + UNBONDING;
        attempt(worker, abi.encodeCall(REGISTRY.withdraw, ()), good);
        if (!good) return;
        books.takenOut += books.unbonding;
        books.unbonding = 0;
    }

    /// Few nonces, so that some come twice; every third signature is not the arbiter's.
    function slash(uint256 who, uint256 amount, uint256 nonce, uint256 signer) external {
        address worker = workerOf(who);
        Books storage books = _books[worker];
        (amount, nonce) = (bound(amount, 0, 500), bound(nonce, 0, 12));
        uint256 there = books.bonded + books.unbonding;
        uint256 taken = amount < there ? amount : there;
        bool good = signer % 3 != 0 && !_used[worker][nonce] && taken > 0;
        bytes memory signature = sign(signer % 3 == 0 ? 0x57124 : ARBITER_KEY, worker, amount, nonce);
        bytes memory call = abi.encodeCall(REGISTRY.slash, (worker, amount, "", nonce, block.timestamp, signature));
        attempt(address(this), call, good);
        if (!good) return;
        _used[worker][nonce] = true;
        uint256 first = taken < books.unbonding ? taken : books.unbonding;
        books.unbonding -= first;
        books.bonded -= taken - first;
        books.slashed += taken;
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 days));
    }

    function sign(uint256 key, address worker, uint256 amount, uint256 nonce) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, REGISTRY.slashDigest(worker, amount, "", nonce, block.timestamp));
        return abi.encodePacked(r, s, v);
    }

    function attempt(address caller, bytes memory call, bool expected) private {
        vm.prank(caller);
        (bool good,) = address(REGISTRY).call(call);
        require(good == expected, "outcome");
    }
}
