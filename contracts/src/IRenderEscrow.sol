// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What the escrow for render jobs promises
/// @notice Roles follow ERC-8183. The *client* pays. The *evaluator* signs what verified work is worth; by default it is
/// the client's own coordinator. The *provider* is whoever is paid: every worker with a voucher, or the one worker that
/// the job names. Amounts are in the token's base units, times in seconds since 1970.
interface IRenderEscrow {
    /// @notice Where a job stands. `Open`, `Funded`, `Submitted` and `Expired` follow from the clock alone.
    enum State {
        /// There is no such job.
        None,
        /// Before `startsAt`: holds its budget, but no work may begin, and the client can cancel.
        Open,
        /// From `startsAt` to `expiry`: work is done and vouchers are paid.
        Funded,
        /// The challenge window after `expiry`: no new work, vouchers are paid.
        Submitted,
        /// After the challenge window: no voucher is paid, anybody can send the rest back to the client.
        Expired,
        /// The rest went back to the client after the challenge window. For good.
        Completed,
        /// Cancelled; the rest went back to the client. For good.
        Cancelled
    }

    /// @notice What a client asks for. The job's id is a hash of it, so nothing in it can change.
    struct Terms {
        /// The ERC-20 that pays.
        address token;
        /// Who signs vouchers beside the client; a key or an ERC-1271 contract; not zero.
        address evaluator;
        /// Zero: any worker with a voucher is paid. Otherwise the only worker that is.
        address provider;
        /// BLAKE3 digest of the job bundle; not zero.
        bytes32 bundle;
        /// keccak256 of the coordinator's 32 byte sample secret; not zero.
        bytes32 sampleCommitment;
        /// The first second in which work may begin. Before it the client can cancel; zero means that it never can.
        uint64 startsAt;
        /// The last second of work; at most 366 days ahead.
        uint64 expiry;
        /// Any number, to tell apart jobs that are otherwise equal.
        bytes32 salt;
    }

    /// @notice A job as it is kept.
    struct Job {
        /// Who opened it and gets the rest.
        address client;
        /// See {Terms}.
        uint64 startsAt;
        /// See {Terms}.
        address evaluator;
        /// See {Terms}.
        uint64 expiry;
        /// `None` while the job lives, then `Completed` or `Cancelled`. Ask {stateOf} where a job stands.
        State ended;
        /// See {Terms}.
        address provider;
        /// See {Terms}.
        address token;
        /// What arrived from the client over time.
        uint128 funded;
        /// What went to workers; never more than `funded`.
        uint128 paid;
        /// See {Terms}.
        bytes32 bundle;
        /// See {Terms}.
        bytes32 sampleCommitment;
    }

    /// @notice What one worker got from one job.
    struct Account {
        /// The sum; only grows.
        uint256 paid;
        /// Root over the worker's frames, of the voucher that was paid last; zero before.
        bytes32 root;
    }

    /// @notice A promise off the chain, signed over EIP-712 type
    /// `Voucher(bytes32 job,address worker,uint256 amount,bytes32 root)`.
    struct Voucher {
        /// The job's id.
        bytes32 job;
        /// Who is paid.
        address worker;
        /// What all of the worker's verified work in this job is worth so far, earlier vouchers included.
        uint256 amount;
        /// Root of the tree over all frames that `amount` pays for.
        bytes32 root;
    }

    /// @notice A job was opened. {Funded} follows in the same transaction.
    event Opened(bytes32 indexed job, address indexed client, address indexed evaluator, Terms terms);

    /// @notice `amount` arrived; `budget` is what arrived so far.
    event Funded(bytes32 indexed job, uint256 amount, uint256 budget);

    /// @notice A worker got `amount` more, `total` so far, and stands by `root`.
    event Redeemed(bytes32 indexed job, address indexed worker, uint256 amount, uint256 total, bytes32 root);

    /// @notice The job is over; `amount` went back to the client.
    event Refunded(bytes32 indexed job, address indexed client, uint256 amount);

    /// @notice The job was cancelled by its client or provider; `amount` went back to the client.
    event Cancelled(bytes32 indexed job, address indexed by, uint256 amount);

    /// @notice The window is zero or longer than a job may be.
    error BadChallengeWindow(uint64 challengeWindow);
    /// @notice Expiry is not in the future, is too far ahead, or is not after the start.
    error BadTimes(uint64 startsAt, uint64 expiry);
    /// @notice The evaluator is zero.
    error NoEvaluator();
    /// @notice The bundle's digest or the sample commitment is zero.
    error EmptyDigest();
    /// @notice This client has opened a job with these very terms before.
    error JobExists(bytes32 job);
    /// @notice The job is not in a state that allows this.
    error WrongState(bytes32 job, State state);
    /// @notice Only the job's client may do this.
    error NotClient(bytes32 job, address caller);
    /// @notice Only the voucher's worker may redeem it.
    error NotWorker(address worker, address caller);
    /// @notice The job pays one provider, and this worker is another.
    error NotProvider(bytes32 job, address worker);
    /// @notice Neither the evaluator nor the client signed this voucher for this contract on this chain.
    error BadSignature();
    /// @notice The voucher is not worth more than what was paid before.
    error NothingDue(bytes32 job, address worker, uint256 amount, uint256 paid);
    /// @notice The job holds `left`, less than the `due` of this voucher.
    error OverBudget(bytes32 job, uint256 due, uint256 left);
    /// @notice This caller cannot cancel this job in this state.
    error CannotCancel(bytes32 job, address caller, State state);
    /// @notice This is not the secret that the job was opened with.
    error WrongSecret(bytes32 job);

    /// @notice Seconds after a job's expiry in which vouchers are still paid and nothing is refunded.
    function CHALLENGE_WINDOW() external view returns (uint64);

    /// @notice Opens a job and takes its budget from the caller, who allowed this contract to.
    /// @dev The id depends on caller and terms alone: opening again after a crash fails with {JobExists} instead of
    /// paying twice, and a reorganised chain cannot give the id to another job.
    /// @param terms What is asked for.
    /// @param budget What to take, in base units. Where the token keeps a fee, the job has what arrives.
    /// @return job The job's id, {jobId} of caller and terms.
    function open(Terms calldata terms, uint256 budget) external returns (bytes32 job);

    /// @notice {open} with an ERC-2612 permit of the caller over exactly `budget`, in one transaction.
    /// @param terms What is asked for.
    /// @param budget What to take, in base units.
    /// @param deadline The permit's deadline.
    /// @param v The permit's signature.
    /// @param r The permit's signature.
    /// @param s The permit's signature.
    /// @return job The job's id.
    function openWithPermit(Terms calldata terms, uint256 budget, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (bytes32 job);

    /// @notice Adds to the budget. The client, until the challenge window ends.
    /// @param job The job's id.
    /// @param amount What to take, in base units.
    function fund(bytes32 job, uint256 amount) external;

    /// @notice Pays the caller what its voucher is worth beyond what it got before. From `startsAt` to the end of the
    /// challenge window. Only the worker itself redeems: by doing so it stands by the voucher's root.
    /// @dev A worker usually redeems its last voucher alone, once, to save gas. Redeeming the same or a smaller one
    /// again pays nothing and fails; a larger one pays the difference.
    /// @param voucher What was promised.
    /// @param signature By the evaluator or the client, over {voucherDigest}.
    /// @return due What was paid, in base units.
    function redeem(Voucher calldata voucher, bytes calldata signature) external returns (uint256 due);

    /// @notice {redeem}, but takes what the job has left where that is less than what is due. A client cannot win by
    /// promising a little more than the budget; after it adds to the budget, the voucher pays its remainder.
    /// @param voucher What was promised.
    /// @param signature By the evaluator or the client, over {voucherDigest}.
    /// @return due What was paid, in base units.
    function redeemRest(Voucher calldata voucher, bytes calldata signature) external returns (uint256 due);

    /// @notice Sends the rest to the client. Anybody, once, after the challenge window.
    /// @param job The job's id.
    /// @return amount What was sent, in base units; zero is fine.
    function refund(bytes32 job) external returns (uint256 amount);

    /// @notice Ends a job early and sends the rest to the client. The client before `startsAt`, when nobody works yet;
    /// or at any time before the challenge window ends the one provider that the job names, who forgoes what it did not
    /// redeem. A job that has begun and is open to all workers cannot be cancelled: the chain cannot know who agrees.
    /// @param job The job's id.
    /// @return amount What was sent, in base units.
    function cancel(bytes32 job) external returns (uint256 amount);

    /// @notice Where a job stands now.
    function stateOf(bytes32 job) external view returns (State);

    /// @notice A job as it is kept; zeros where there is none.
    function jobOf(bytes32 job) external view returns (Job memory);

    /// @notice What a worker got from a job; zeros where it got nothing.
    function accountOf(bytes32 job, address worker) external view returns (Account memory);

    /// @notice The id of a client's job: `keccak256(abi.encode(client, terms))`.
    function jobId(address client, Terms calldata terms) external pure returns (bytes32);

    /// @notice The EIP-712 digest that evaluator or client signs.
    function voucherDigest(Voucher calldata voucher) external view returns (bytes32);

    /// @notice The number that decides which frames of a committed root are checked:
    /// `keccak256(root || secret)`, after the secret was checked against the job's commitment.
    /// @param job The job's id.
    /// @param root What the worker committed to.
    /// @param secret The coordinator's secret, revealed.
    function drawOf(bytes32 job, bytes32 root, bytes32 secret) external view returns (bytes32);

    /// @notice The leaf of one frame: `keccak256(keccak256(abi.encode(unit, frame, digest)))`.
    function frameLeaf(uint256 unit, uint256 frame, bytes32 digest) external pure returns (bytes32);

    /// @notice Whether a worker was paid for this very frame: whether it is under the root that it redeemed last.
    /// @param job The job's id.
    /// @param worker Who was paid.
    /// @param unit Number of the unit in the job.
    /// @param frame Number of the frame in the dataset.
    /// @param digest BLAKE3 of the frame's list of files.
    /// @param proof The siblings from the leaf up.
    function verifyFrame(
        bytes32 job,
        address worker,
        uint256 unit,
        uint256 frame,
        bytes32 digest,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether a frame is under any root, such as that of a voucher which was not redeemed.
    function verifyFrameUnder(bytes32 root, uint256 unit, uint256 frame, bytes32 digest, bytes32[] calldata proof)
        external
        pure
        returns (bool);
}
