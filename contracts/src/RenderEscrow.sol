// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {FrameTree} from "./lib/FrameTree.sol";
import {IRenderEscrow} from "./IRenderEscrow.sol";
import {Received} from "./lib/Received.sol";
import {SignedBy} from "./lib/SignedBy.sol";

/// @title Money for render jobs
/// @notice Holds a job's budget, pays workers against cumulative vouchers, and gives the rest back. Nobody owns this
/// contract: no fee, no pause, no upgrade. Amounts are in the token's base units, times in seconds since 1970.
/// @dev Every function that moves tokens holds the guard and writes before it calls. Tokens that shrink balances by
/// themselves can leave jobs in that very token short; jobs in other tokens are untouched.
contract RenderEscrow is IRenderEscrow, EIP712, ReentrancyGuardTransient {
    using Received for IERC20;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using SignedBy for address;

    /// @notice EIP-712 type hash of {IRenderEscrow-Voucher}.
    bytes32 public constant VOUCHER_TYPEHASH =
        keccak256("Voucher(bytes32 job,address worker,uint256 amount,bytes32 root)");

    /// @notice The longest time from opening to expiry. Guards a client against milliseconds where seconds belong.
    uint64 public constant MAX_DURATION = 366 days;

    /// @inheritdoc IRenderEscrow
    uint64 public immutable CHALLENGE_WINDOW;

    mapping(bytes32 job => Job) private _jobs;
    mapping(bytes32 job => mapping(address worker => Account)) private _accounts;

    /// @notice Fixes the challenge window for all jobs.
    /// @param challengeWindow Seconds after a job's expiry in which vouchers are still paid; more than zero.
    constructor(uint64 challengeWindow) EIP712("RenderEscrow", "1") {
        if (challengeWindow == 0 || challengeWindow > MAX_DURATION) revert BadChallengeWindow(challengeWindow);
        CHALLENGE_WINDOW = challengeWindow;
    }

    /// @inheritdoc IRenderEscrow
    function open(Terms calldata terms, uint256 budget) external nonReentrant returns (bytes32 job) {
        return _open(terms, budget);
    }

    /// @inheritdoc IRenderEscrow
    function openWithPermit(Terms calldata terms, uint256 budget, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (bytes32 job)
    {
        // Anybody may have sent the same permit first. Then this one fails, and the allowance is there all the same.
        try IERC20Permit(terms.token).permit(msg.sender, address(this), budget, deadline, v, r, s) {} catch {}
        return _open(terms, budget);
    }

    /// @inheritdoc IRenderEscrow
    function fund(bytes32 job, uint256 amount) external nonReentrant {
        State state = stateOf(job);
        if (state != State.Open && !_isPaying(state)) revert WrongState(job, state);
        Job storage stored = _jobs[job];
        if (msg.sender != stored.client) revert NotClient(job, msg.sender);
        _fund(job, stored, amount);
    }

    /// @inheritdoc IRenderEscrow
    function redeem(Voucher calldata voucher, bytes calldata signature) external nonReentrant returns (uint256 due) {
        due = _due(voucher, signature);
        Job storage stored = _jobs[voucher.job];
        if (due > stored.funded - stored.paid) revert OverBudget(voucher.job, due, stored.funded - stored.paid);
        _pay(voucher, stored, due);
    }

    /// @inheritdoc IRenderEscrow
    function redeemRest(Voucher calldata voucher, bytes calldata signature)
        external
        nonReentrant
        returns (uint256 due)
    {
        due = _due(voucher, signature);
        Job storage stored = _jobs[voucher.job];
        uint256 left = stored.funded - stored.paid;
        if (left == 0) revert OverBudget(voucher.job, due, 0);
        if (due > left) due = left;
        _pay(voucher, stored, due);
    }

    /// @inheritdoc IRenderEscrow
    function refund(bytes32 job) external nonReentrant returns (uint256 amount) {
        State state = stateOf(job);
        if (state != State.Expired) revert WrongState(job, state);
        Job storage stored = _jobs[job];
        stored.ended = State.Completed;
        amount = stored.funded - stored.paid;
        emit Refunded(job, stored.client, amount);
        _sendRest(stored, amount);
    }

    /// @inheritdoc IRenderEscrow
    function cancel(bytes32 job) external nonReentrant returns (uint256 amount) {
        State state = stateOf(job);
        Job storage stored = _jobs[job];
        bool asClient = state == State.Open && msg.sender == stored.client;
        bool asProvider =
            stored.provider != address(0) && msg.sender == stored.provider && (state == State.Open || _isPaying(state));
        if (!asClient && !asProvider) revert CannotCancel(job, msg.sender, state);
        stored.ended = State.Cancelled;
        amount = stored.funded - stored.paid;
        emit Cancelled(job, msg.sender, amount);
        _sendRest(stored, amount);
    }

    /// @inheritdoc IRenderEscrow
    function stateOf(bytes32 job) public view returns (State) {
        Job storage stored = _jobs[job];
        if (stored.client == address(0)) return State.None;
        if (stored.ended != State.None) return stored.ended;
        if (block.timestamp < stored.startsAt) return State.Open;
        if (block.timestamp <= stored.expiry) return State.Funded;
        if (block.timestamp <= uint256(stored.expiry) + CHALLENGE_WINDOW) return State.Submitted;
        return State.Expired;
    }

    /// @inheritdoc IRenderEscrow
    function jobOf(bytes32 job) external view returns (Job memory) {
        return _jobs[job];
    }

    /// @inheritdoc IRenderEscrow
    function accountOf(bytes32 job, address worker) external view returns (Account memory) {
        return _accounts[job][worker];
    }

    /// @inheritdoc IRenderEscrow
    function jobId(address client, Terms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(client, terms));
    }

    /// @inheritdoc IRenderEscrow
    function voucherDigest(Voucher calldata voucher) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(VOUCHER_TYPEHASH, voucher.job, voucher.worker, voucher.amount, voucher.root))
        );
    }

    /// @inheritdoc IRenderEscrow
    function drawOf(bytes32 job, bytes32 root, bytes32 secret) external view returns (bytes32) {
        bytes32 commitment = _jobs[job].sampleCommitment;
        if (commitment == 0 || keccak256(abi.encodePacked(secret)) != commitment) revert WrongSecret(job);
        return keccak256(abi.encodePacked(root, secret));
    }

    /// @inheritdoc IRenderEscrow
    function frameLeaf(uint256 unit, uint256 frame, bytes32 digest) external pure returns (bytes32) {
        return FrameTree.leaf(unit, frame, digest);
    }

    /// @inheritdoc IRenderEscrow
    function verifyFrame(
        bytes32 job,
        address worker,
        uint256 unit,
        uint256 frame,
        bytes32 digest,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return FrameTree.contains(_accounts[job][worker].root, proof, FrameTree.leaf(unit, frame, digest));
    }

    /// @inheritdoc IRenderEscrow
    function verifyFrameUnder(bytes32 root, uint256 unit, uint256 frame, bytes32 digest, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return FrameTree.contains(root, proof, FrameTree.leaf(unit, frame, digest));
    }

    function _open(Terms calldata terms, uint256 budget) private returns (bytes32 job) {
        if (terms.evaluator == address(0)) revert NoEvaluator();
        if (terms.bundle == 0 || terms.sampleCommitment == 0) revert EmptyDigest();
        if (
            terms.expiry <= block.timestamp || terms.startsAt >= terms.expiry
                || terms.expiry > block.timestamp + MAX_DURATION
        ) revert BadTimes(terms.startsAt, terms.expiry);
        job = jobId(msg.sender, terms);
        if (_jobs[job].client != address(0)) revert JobExists(job);

        Job storage stored = _jobs[job];
        stored.client = msg.sender;
        stored.startsAt = terms.startsAt;
        stored.evaluator = terms.evaluator;
        stored.expiry = terms.expiry;
        stored.provider = terms.provider;
        stored.token = terms.token;
        stored.bundle = terms.bundle;
        stored.sampleCommitment = terms.sampleCommitment;
        emit Opened(job, msg.sender, terms.evaluator, terms);
        _fund(job, stored, budget);
    }

    function _fund(bytes32 job, Job storage stored, uint256 amount) private {
        uint256 received = IERC20(stored.token).take(msg.sender, amount);
        stored.funded += received.toUint128();
        emit Funded(job, received, stored.funded);
    }

    /// Everything that a voucher must satisfy but the budget; how much more it is worth than what was paid before.
    function _due(Voucher calldata voucher, bytes calldata signature) private view returns (uint256) {
        Job storage stored = _jobs[voucher.job];
        State state = stateOf(voucher.job);
        if (!_isPaying(state)) revert WrongState(voucher.job, state);
        if (msg.sender != voucher.worker) revert NotWorker(voucher.worker, msg.sender);
        if (stored.provider != address(0) && voucher.worker != stored.provider) {
            revert NotProvider(voucher.job, voucher.worker);
        }
        bytes32 digest = voucherDigest(voucher);
        if (!stored.evaluator.isSignedBy(digest, signature) && !stored.client.isSignedBy(digest, signature)) {
            revert BadSignature();
        }
        uint256 before = _accounts[voucher.job][voucher.worker].paid;
        if (voucher.amount <= before) revert NothingDue(voucher.job, voucher.worker, voucher.amount, before);
        return voucher.amount - before;
    }

    function _pay(Voucher calldata voucher, Job storage stored, uint256 due) private {
        stored.paid += due.toUint128();
        Account storage account = _accounts[voucher.job][voucher.worker];
        account.paid += due;
        account.root = voucher.root;
        emit Redeemed(voucher.job, voucher.worker, due, account.paid, voucher.root);
        IERC20(stored.token).safeTransfer(voucher.worker, due);
    }

    function _sendRest(Job storage stored, uint256 amount) private {
        if (amount > 0) IERC20(stored.token).safeTransfer(stored.client, amount);
    }

    function _isPaying(State state) private pure returns (bool) {
        return state == State.Funded || state == State.Submitted;
    }
}
