// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {WorkerRegistry} from "./WorkerRegistry.sol";

/// @title What workers ask for their work
/// @notice A board with one ask per worker and class of machine. It holds no money and matches nobody: coordinators read
/// it, choose, and agree with the worker off the chain. Prices are in the token's base units, times in seconds since
/// 1970.
/// @dev What an ask says binds nobody. The price of a job is what its vouchers say.
contract OrderBook {
    using EnumerableSet for EnumerableSet.AddressSet;

    /// @notice One worker's offer for one class.
    struct Ask {
        /// Who offers.
        address worker;
        /// The token that the worker wants.
        address token;
        /// The smallest job that is worth its while, in units; at least 1.
        uint32 minimumUnits;
        /// The last second in which the offer stands.
        uint64 validUntil;
        /// Per verified unit, in the token's base units.
        uint256 price;
    }

    /// @notice Where stakes are.
    WorkerRegistry public immutable REGISTRY;

    mapping(bytes32 class => mapping(address worker => Ask)) private _asks;
    mapping(bytes32 class => EnumerableSet.AddressSet) private _workers;

    /// @notice A worker posted an ask or replaced the one that it had for this class.
    event Asked(
        bytes32 indexed class,
        address indexed worker,
        address indexed token,
        uint256 price,
        uint32 minimumUnits,
        uint64 validUntil
    );
    /// @notice An ask is gone: its worker withdrew it, or anybody pruned it when it was dead.
    event Withdrawn(bytes32 indexed class, address indexed worker);

    /// @notice The caller has not bonded the registry's minimum.
    error NotStaked(address worker);
    /// @notice Token or class is zero, the smallest job has no unit, or the time is over.
    error BadAsk();
    /// @notice There is no such ask.
    error NoAsk(bytes32 class, address worker);
    /// @notice The ask still stands, so only its worker may take it away.
    error StillLive(bytes32 class, address worker);

    /// @notice Fixes whose stakes count.
    /// @param registry The registry of stakes.
    constructor(WorkerRegistry registry) {
        REGISTRY = registry;
    }

    /// @notice Posts the caller's ask for a class, or replaces it. The caller must be staked.
    /// @param class Digest of renderer, backend, GPU model and driver, as the calibration render reports it; not zero.
    /// @param token The token that the worker wants; not zero.
    /// @param price Per verified unit, in base units; zero is a gift.
    /// @param minimumUnits The smallest job, in units; at least 1.
    /// @param validUntil The last second in which the offer stands; in the future.
    function ask(bytes32 class, address token, uint256 price, uint32 minimumUnits, uint64 validUntil) external {
        if (!REGISTRY.isStaked(msg.sender)) revert NotStaked(msg.sender);
        if (class == 0 || token == address(0) || minimumUnits == 0 || validUntil <= block.timestamp) revert BadAsk();
        _asks[class][msg.sender] = Ask(msg.sender, token, minimumUnits, validUntil, price);
        _workers[class].add(msg.sender);
        emit Asked(class, msg.sender, token, price, minimumUnits, validUntil);
    }

    /// @notice Takes the caller's ask for a class away.
    /// @param class The ask's class.
    function withdraw(bytes32 class) external {
        _remove(class, msg.sender);
    }

    /// @notice Takes away an ask that is over or whose worker is not staked any more. Anybody.
    /// @param class The ask's class.
    /// @param worker The ask's worker.
    function prune(bytes32 class, address worker) external {
        if (isLive(class, worker)) revert StillLive(class, worker);
        _remove(class, worker);
    }

    /// @notice Whether an ask is there, not over, and its worker staked.
    function isLive(bytes32 class, address worker) public view returns (bool) {
        return block.timestamp <= _asks[class][worker].validUntil && REGISTRY.isStaked(worker);
    }

    /// @notice A worker's ask for a class, live or not; zeros where there is none.
    function askOf(bytes32 class, address worker) external view returns (Ask memory) {
        return _asks[class][worker];
    }

    /// @notice How many asks a class has, dead ones included.
    function count(bytes32 class) external view returns (uint256) {
        return _workers[class].length();
    }

    /// @notice The live asks among numbers `start` to `end`, `end` excluded. The order is arbitrary and changes when asks
    /// go: to read all of them, read all pages at one block.
    /// @param class The class.
    /// @param start The first number.
    /// @param end One past the last; more than {count} is fine.
    /// @return asks The live ones.
    function page(bytes32 class, uint256 start, uint256 end) external view returns (Ask[] memory asks) {
        address[] memory workers = _workers[class].values(start, end);
        asks = new Ask[](workers.length);
        uint256 live = 0;
        for (uint256 i = 0; i < workers.length; i++) {
            if (isLive(class, workers[i])) asks[live++] = _asks[class][workers[i]];
        }
        // Shortens the array to what was filled.
        assembly ("memory-safe") {
            mstore(asks, live)
        }
    }

    function _remove(bytes32 class, address worker) private {
        if (!_workers[class].remove(worker)) revert NoAsk(class, worker);
        delete _asks[class][worker];
        emit Withdrawn(class, worker);
    }
}
