// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRenderEscrow} from "../src/IRenderEscrow.sol";
import {WorkerRegistry} from "../src/WorkerRegistry.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

/// @notice What is signed off the chain, against forge's own reading of EIP-712, which is Rust's alloy: the library that
/// signs for our coordinator.
contract TypedTest is Market {
    string private constant DOMAIN =
        '"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]';

    function domain(string memory name, address where) private pure returns (string memory) {
        return string.concat(
            '"domain":{"name":"',
            name,
            '","version":"1","chainId":31337,"verifyingContract":"',
            vm.toString(where),
            '"}'
        );
    }

    function testFuzz_voucher(bytes32 job, address to, uint256 amount, bytes32 root) public view {
        string memory message = string.concat(
            '"message":{"job":"',
            vm.toString(job),
            '","worker":"',
            vm.toString(to),
            '","amount":"',
            vm.toString(amount),
            '","root":"',
            vm.toString(root),
            '"}'
        );
        string memory types =
            '"Voucher":[{"name":"job","type":"bytes32"},{"name":"worker","type":"address"},{"name":"amount","type":"uint256"},{"name":"root","type":"bytes32"}]';
        string memory json = string.concat(
            '{"types":{',
            DOMAIN,
            ",",
            types,
            '},"primaryType":"Voucher",',
            domain("RenderEscrow", address(escrow)),
            ",",
            message,
            "}"
        );
        IRenderEscrow.Voucher memory promise_ = IRenderEscrow.Voucher(job, to, amount, root);
        vm.assertEq(escrow.voucherDigest(promise_), vm.eip712HashTypedData(json));
    }

    function testFuzz_slash(address who, uint256 amount, bytes32 evidence, uint256 nonce, uint256 deadline) public {
        WorkerRegistry registry = new WorkerRegistry(token, escrow, WINDOW, 1, evaluator, client);
        string memory message = string.concat(
            '"message":{"worker":"',
            vm.toString(who),
            '","amount":"',
            vm.toString(amount),
            '","evidence":"',
            vm.toString(evidence),
            '","nonce":"',
            vm.toString(nonce),
            '","deadline":"',
            vm.toString(deadline),
            '"}'
        );
        string memory types =
            '"Slash":[{"name":"worker","type":"address"},{"name":"amount","type":"uint256"},{"name":"evidence","type":"bytes32"},{"name":"nonce","type":"uint256"},{"name":"deadline","type":"uint256"}]';
        string memory json = string.concat(
            '{"types":{',
            DOMAIN,
            ",",
            types,
            '},"primaryType":"Slash",',
            domain("WorkerRegistry", address(registry)),
            ",",
            message,
            "}"
        );
        vm.assertEq(registry.slashDigest(who, amount, evidence, nonce, deadline), vm.eip712HashTypedData(json));
    }

    function test_the_domains_say_what_they_are() public {
        WorkerRegistry registry = new WorkerRegistry(token, escrow, WINDOW, 1, evaluator, client);
        (bytes1 fields, string memory name, string memory version, uint256 chain, address where,,) =
            escrow.eip712Domain();
        vm.assertEq(uint8(fields), 0x0f);
        vm.assertEq(name, "RenderEscrow");
        vm.assertEq(version, "1");
        vm.assertEq(chain, 31337);
        vm.assertEq(where, address(escrow));
        (, name, version,, where,,) = registry.eip712Domain();
        vm.assertEq(name, "WorkerRegistry");
        vm.assertEq(version, "1");
        vm.assertEq(where, address(registry));
    }
}
