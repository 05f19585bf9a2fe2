// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract that signs by the key of its owner, until it is told to sign no more.
contract OneKeyWallet is IERC1271 {
    address private immutable _OWNER;
    bool public silent;

    constructor(address owner) {
        _OWNER = owner;
    }

    function silence() external {
        silent = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        return
            !silent && ECDSA.recoverCalldata(digest, signature) == _OWNER ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Code that refuses every signature, for a key that wants to disown its own (EIP-7702).
contract Disowning is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0xffffffff;
    }
}
