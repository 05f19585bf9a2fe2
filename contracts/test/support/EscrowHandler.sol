// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../../src/IRenderEscrow.sol";
import {RenderEscrow} from "../../src/RenderEscrow.sol";
import {FeeToken, PlainToken} from "./Tokens.sol";
import {bound, vm} from "./Vm.sol";

/// @notice Does to an escrow what forge's dice say, and keeps books of its own. Every call's outcome is predicted from
/// the books, so that a call which should fail and does not is found as surely as wrong sums.
contract EscrowHandler {
    uint256 private constant CLIENT_KEY = 0xC11E47;
    uint256 private constant EVALUATOR_KEY = 0xE7A1;
    uint64 private constant WINDOW = 3 days;

    /// The handler's own books of one job.
    struct Books {
        address token;
        address provider;
        uint64 startsAt;
        uint64 expiry;
        uint256 funded;
        uint256 paid;
        uint256 returned;
        bool over;
    }

    RenderEscrow public immutable ESCROW = new RenderEscrow(WINDOW);
    address public immutable CLIENT = vm.addr(CLIENT_KEY);
    PlainToken public immutable PLAIN = new PlainToken();
    FeeToken public immutable FEE = new FeeToken();

    address[3] private _workers = [vm.addr(0xB0B), vm.addr(0xB0C), vm.addr(0xB0D)];
    address private immutable _EVALUATOR = vm.addr(EVALUATOR_KEY);

    bytes32[] public jobs;
    mapping(bytes32 job => Books) private _books;
    mapping(bytes32 job => mapping(address worker => uint256)) public received;
    mapping(bytes32 job => mapping(address worker => uint256)) public largestPromise;
    /// How often a call of this name went through or failed, as predicted.
    mapping(bytes32 name => mapping(bool good => uint256)) public seen;

    constructor() {
        vm.startPrank(CLIENT);
        PLAIN.approve(address(ESCROW), type(uint256).max);
        FEE.approve(address(ESCROW), type(uint256).max);
        vm.stopPrank();
    }

    function booksOf(bytes32 job) external view returns (Books memory) {
        return _books[job];
    }

    function jobCount() external view returns (uint256) {
        return jobs.length;
    }

    function workerOf(uint256 number) public view returns (address) {
        return _workers[number % 3];
    }

    /// Three in four jobs are open to all workers, every other one is paid in a token that keeps a fee.
    function open(uint256 budget, uint256 delay, uint256 duration) external {
        if (jobs.length == 8) return;
        budget = bound(budget, 1, 1e9);
        (address token, uint256 arrives) = mint(jobs.length % 2 == 1, budget);
        IRenderEscrow.Terms memory terms = IRenderEscrow.Terms({
            token: token,
            evaluator: _EVALUATOR,
            provider: jobs.length % 4 == 3 ? workerOf(0) : address(0),
            bundle: "bundle",
            sampleCommitment: "commitment",
            startsAt: uint64(block.timestamp + bound(delay, 0, 2 days)),
            expiry: 0,
            salt: bytes32(jobs.length)
        });
        terms.expiry = terms.startsAt + uint64(bound(duration, 1, 5 days));
        vm.prank(CLIENT);
        bytes32 job = ESCROW.open(terms, budget);
        jobs.push(job);
        _books[job] = Books(token, terms.provider, terms.startsAt, terms.expiry, arrives, 0, 0, false);
    }

    function fund(uint256 which, uint256 amount) external {
        if (jobs.length == 0) return;
        bytes32 job = jobs[which % jobs.length];
        Books storage books = _books[job];
        (, uint256 arrives) = mint(books.token == address(FEE), amount = bound(amount, 1, 1e9));
        bool good = !books.over && block.timestamp <= books.expiry + WINDOW;
        attempt("fund", CLIENT, abi.encodeCall(ESCROW.fund, (job, amount)), good);
        if (good) books.funded += arrives;
    }

    /// Vouchers of any size up to twice the budget; one in four is signed by nobody who may.
    function redeem(uint256 which, uint256 who, uint256 amount, uint256 signer, bool rest) external {
        if (jobs.length == 0) return;
        bytes32 job = jobs[which % jobs.length];
        Books storage books = _books[job];
        address worker = workerOf(who);
        amount = bound(amount, 0, 2 * books.funded);
        IRenderEscrow.Voucher memory voucher = IRenderEscrow.Voucher(job, worker, amount, keccak256(abi.encode(amount)));
        signer = signer % 4;
        uint256 key = signer == 0 ? 0x57124 : signer == 1 ? CLIENT_KEY : EVALUATOR_KEY;
        if (signer != 0 && amount > largestPromise[job][worker]) largestPromise[job][worker] = amount;

        uint256 due = amount > received[job][worker] ? amount - received[job][worker] : 0;
        uint256 left = books.funded - books.paid;
        if (rest && due > left) due = left;
        bool good = signer != 0 && !books.over && block.timestamp >= books.startsAt
            && block.timestamp <= books.expiry + WINDOW && due > 0 && due <= left
            && (books.provider == address(0) || books.provider == worker);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, ESCROW.voucherDigest(voucher));
        bytes memory signature = abi.encodePacked(r, s, v);
        bytes memory call = rest
            ? abi.encodeCall(ESCROW.redeemRest, (voucher, signature))
            : abi.encodeCall(ESCROW.redeem, (voucher, signature));
        attempt("redeem", worker, call, good);
        if (!good) return;
        books.paid += due;
        received[job][worker] += due;
    }

    function refund(uint256 which) external {
        if (jobs.length == 0) return;
        bytes32 job = jobs[which % jobs.length];
        Books storage books = _books[job];
        bool good = !books.over && block.timestamp > books.expiry + WINDOW;
        attempt("refund", address(this), abi.encodeCall(ESCROW.refund, (job)), good);
        if (good) close(books);
    }

    /// By the client or by a worker, who may be the provider; rarely, or no job would live long.
    function cancel(uint256 which, uint256 who, uint256 dice) external {
        if (jobs.length == 0 || dice % 2 != 0) return;
        bytes32 job = jobs[which % jobs.length];
        Books storage books = _books[job];
        address caller = who % 2 == 0 ? CLIENT : workerOf(who / 2);
        bool asClient = caller == CLIENT && block.timestamp < books.startsAt;
        bool asProvider = caller == books.provider && block.timestamp <= books.expiry + WINDOW;
        bool good = !books.over && (asClient || asProvider);
        attempt("cancel", caller, abi.encodeCall(ESCROW.cancel, (job)), good);
        if (good) close(books);
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 days));
    }

    function close(Books storage books) private {
        books.over = true;
        books.returned = books.funded - books.paid;
    }

    function mint(bool withFee, uint256 amount) private returns (address token, uint256 arrives) {
        if (withFee) FEE.mint(CLIENT, amount);
        else PLAIN.mint(CLIENT, amount);
        return withFee ? (address(FEE), amount - amount / 100) : (address(PLAIN), amount);
    }

    function attempt(bytes32 name, address caller, bytes memory call, bool expected) private {
        vm.prank(caller);
        (bool good,) = address(ESCROW).call(call);
        require(good == expected, string.concat("outcome of ", string(abi.encodePacked(name))));
        seen[name][good]++;
    }
}
