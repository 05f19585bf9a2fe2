// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRenderEscrow} from "./IRenderEscrow.sol";
import {Received} from "./lib/Received.sol";
import {SignedBy} from "./lib/SignedBy.sol";

/// @title The workers' stakes
/// @notice A worker puts up a stake before it gets work of strangers. Taking it out again takes {UNBONDING} seconds, no
/// less than the escrow's challenge window. Only the arbiter's signature takes a stake away, also while it is on its way
/// out. Amounts are in the token's base units.
/// @dev Nobody owns this contract; arbiter and beneficiary are fixed. An arbiter that should be replaceable is an
/// ERC-1271 contract, such as a multisig that changes its own keys.
contract WorkerRegistry is EIP712, ReentrancyGuardTransient {
    using Received for IERC20;
    using SafeERC20 for IERC20;
    using SignedBy for address;

    /// @notice What one worker put up.
    struct Stake {
        /// What counts as stake, in base units.
        uint256 bonded;
        /// What is on its way out and can still be slashed, in base units.
        uint256 unbonding;
        /// When `unbonding` can be withdrawn, in seconds since 1970; zero where nothing is on its way out.
        uint256 unlocksAt;
    }

    /// @notice EIP-712 type hash of an arbiter's decision.
    bytes32 public constant SLASH_TYPEHASH =
        keccak256("Slash(address worker,uint256 amount,bytes32 evidence,uint256 nonce,uint256 deadline)");

    /// @notice The token that stakes are held in.
    IERC20 public immutable TOKEN;
    /// @notice Seconds from asking for a stake to getting it.
    uint64 public immutable UNBONDING;
    /// @notice What a worker must have bonded to count as staked, in base units.
    uint256 public immutable MINIMUM_STAKE;
    /// @notice Whose signature slashes.
    address public immutable ARBITER;
    /// @notice Who gets what was slashed.
    address public immutable BENEFICIARY;

    mapping(address worker => Stake) private _stakes;
    mapping(address worker => mapping(uint256 nonce => bool)) private _used;

    /// @notice `amount` arrived from the worker; `bonded` is its stake now.
    event Staked(address indexed worker, uint256 amount, uint256 bonded);
    /// @notice `amount` left the stake; all of `unbonding` can be withdrawn from `unlocksAt` on.
    event UnstakeRequested(address indexed worker, uint256 amount, uint256 unbonding, uint256 unlocksAt);
    /// @notice `amount` is stake again; `bonded` is the stake now.
    event UnstakeCancelled(address indexed worker, uint256 amount, uint256 bonded);
    /// @notice `amount` went back to the worker.
    event Withdrawn(address indexed worker, uint256 amount);
    /// @notice `amount` went to the beneficiary; `evidence` is the digest of what the arbiter decided on.
    event Slashed(address indexed worker, uint256 amount, bytes32 indexed evidence, uint256 nonce);

    /// @notice Arbiter or beneficiary is zero, or they are the same, who would then gain by slashing.
    error BadRoles(address arbiter, address beneficiary);
    /// @notice The unbonding period is shorter than the escrow's challenge window.
    error UnbondingTooShort(uint64 unbonding, uint64 challengeWindow);
    /// @notice The worker has `available`, less than the `amount` asked for, or the amount is zero.
    error NotEnough(address worker, uint256 amount, uint256 available);
    /// @notice Nothing is on its way out.
    error NothingUnbonding(address worker);
    /// @notice The stake cannot be withdrawn before `unlocksAt`.
    error StillUnbonding(address worker, uint256 unlocksAt);
    /// @notice The arbiter did not sign this decision for this contract on this chain.
    error BadSignature();
    /// @notice The decision's deadline has passed.
    error DecisionExpired(uint256 deadline);
    /// @notice A decision about this worker with this nonce was carried out before.
    error NonceUsed(address worker, uint256 nonce);
    /// @notice The worker has no stake at all, or the decision is over zero.
    error NothingToSlash(address worker);

    /// @notice Fixes what cannot change.
    /// @param token The token of the stakes.
    /// @param escrow Whose challenge window the stakes must outlast.
    /// @param unbonding Seconds from asking to getting; no shorter than the challenge window.
    /// @param minimumStake What counts as staked, in base units.
    /// @param arbiter Whose signature slashes.
    /// @param beneficiary Who gets what was slashed; not the arbiter.
    constructor(
        IERC20 token,
        IRenderEscrow escrow,
        uint64 unbonding,
        uint256 minimumStake,
        address arbiter,
        address beneficiary
    ) EIP712("WorkerRegistry", "1") {
        if (arbiter == address(0) || beneficiary == address(0) || arbiter == beneficiary) {
            revert BadRoles(arbiter, beneficiary);
        }
        uint64 window = escrow.CHALLENGE_WINDOW();
        if (unbonding < window) revert UnbondingTooShort(unbonding, window);
        TOKEN = token;
        UNBONDING = unbonding;
        MINIMUM_STAKE = minimumStake;
        ARBITER = arbiter;
        BENEFICIARY = beneficiary;
    }

    /// @notice Adds to the caller's stake, from tokens that it allowed this contract to take.
    /// @param amount What to take, in base units. Where the token keeps a fee, the stake is what arrives.
    function stake(uint256 amount) external nonReentrant {
        uint256 received = TOKEN.take(msg.sender, amount);
        Stake storage held = _stakes[msg.sender];
        held.bonded += received;
        emit Staked(msg.sender, received, held.bonded);
    }

    /// @notice Starts taking out a part of the caller's stake. Asking again before it is withdrawn adds to what is on its
    /// way out and starts the clock anew for all of it.
    /// @param amount How much, in base units.
    function requestUnstake(uint256 amount) external nonReentrant {
        Stake storage held = _stakes[msg.sender];
        if (amount == 0 || amount > held.bonded) revert NotEnough(msg.sender, amount, held.bonded);
        held.bonded -= amount;
        held.unbonding += amount;
        held.unlocksAt = block.timestamp + UNBONDING;
        emit UnstakeRequested(msg.sender, amount, held.unbonding, held.unlocksAt);
    }

    /// @notice Makes what is on its way out stake again.
    function cancelUnstake() external nonReentrant {
        Stake storage held = _stakes[msg.sender];
        uint256 amount = _takeUnbonding(held);
        held.bonded += amount;
        emit UnstakeCancelled(msg.sender, amount, held.bonded);
    }

    /// @notice Pays the caller what was on its way out, after the unbonding period.
    /// @return amount What was paid, in base units.
    function withdraw() external nonReentrant returns (uint256 amount) {
        Stake storage held = _stakes[msg.sender];
        if (block.timestamp < held.unlocksAt) revert StillUnbonding(msg.sender, held.unlocksAt);
        amount = _takeUnbonding(held);
        emit Withdrawn(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @notice Carries out a decision of the arbiter: sends stake to the beneficiary. Anybody may bring the signature.
    /// @dev Takes what is on its way out first, since it is out of reach first. A worker that withdrew a little cannot
    /// make the decision fail: what is there is taken, up to `amount`.
    /// @param worker Whose stake.
    /// @param amount The most to take, in base units.
    /// @param evidence Digest of what the arbiter decided on.
    /// @param nonce Any number that the arbiter has not used for this worker before.
    /// @param deadline The last second in which the decision can be carried out.
    /// @param signature The arbiter's, over {slashDigest}.
    /// @return taken What was sent, in base units.
    function slash(
        address worker,
        uint256 amount,
        bytes32 evidence,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (uint256 taken) {
        if (block.timestamp > deadline) revert DecisionExpired(deadline);
        if (_used[worker][nonce]) revert NonceUsed(worker, nonce);
        bytes32 digest = slashDigest(worker, amount, evidence, nonce, deadline);
        if (!ARBITER.isSignedBy(digest, signature)) revert BadSignature();

        Stake storage held = _stakes[worker];
        uint256 fromUnbonding = amount < held.unbonding ? amount : held.unbonding;
        uint256 fromBonded = amount - fromUnbonding < held.bonded ? amount - fromUnbonding : held.bonded;
        taken = fromUnbonding + fromBonded;
        if (taken == 0) revert NothingToSlash(worker);
        _used[worker][nonce] = true;
        held.unbonding -= fromUnbonding;
        held.bonded -= fromBonded;
        if (held.unbonding == 0) held.unlocksAt = 0;
        emit Slashed(worker, taken, evidence, nonce);
        TOKEN.safeTransfer(BENEFICIARY, taken);
    }

    /// @notice Whether a worker has bonded at least {MINIMUM_STAKE}. What is on its way out does not count.
    function isStaked(address worker) external view returns (bool) {
        return _stakes[worker].bonded >= MINIMUM_STAKE;
    }

    /// @notice What a worker put up; zeros where it put up nothing.
    function stakeOf(address worker) external view returns (Stake memory) {
        return _stakes[worker];
    }

    /// @notice Whether a decision about this worker with this nonce was carried out.
    function isNonceUsed(address worker, uint256 nonce) external view returns (bool) {
        return _used[worker][nonce];
    }

    /// @notice The EIP-712 digest that the arbiter signs; parameters as in {slash}.
    function slashDigest(address worker, uint256 amount, bytes32 evidence, uint256 nonce, uint256 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(SLASH_TYPEHASH, worker, amount, evidence, nonce, deadline)));
    }

    /// Takes all that is on its way out off the books.
    function _takeUnbonding(Stake storage held) private returns (uint256 amount) {
        amount = held.unbonding;
        if (amount == 0) revert NothingUnbonding(msg.sender);
        held.unbonding = 0;
        held.unlocksAt = 0;
    }
}
