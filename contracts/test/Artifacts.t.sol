// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Neurotoken} from "../src/Neurotoken.sol";
import {OrderBook} from "../src/OrderBook.sol";
import {RenderEscrow} from "../src/RenderEscrow.sol";
import {WorkerRegistry} from "../src/WorkerRegistry.sol";
import {vm} from "./support/Vm.sol";

/// @notice The bytecode that these tests run is the bytecode that is committed.
contract ArtifactsTest {
    function committed(string memory name) private view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile(string.concat("artifacts/", name, ".json")), ".bytecode");
    }

    function test_what_is_tested_is_what_is_shipped() public view {
        vm.assertEq(committed("Neurotoken"), type(Neurotoken).creationCode);
        vm.assertEq(committed("OrderBook"), type(OrderBook).creationCode);
        vm.assertEq(committed("RenderEscrow"), type(RenderEscrow).creationCode);
        vm.assertEq(committed("WorkerRegistry"), type(WorkerRegistry).creationCode);
    }
}
