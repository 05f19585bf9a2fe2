// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Who signed a digest
/// @notice Accepts 65 byte ECDSA signatures of a key, and ERC-1271 signatures of a contract.
library SignedBy {
    /// @notice Whether `signer` signed `digest`.
    /// @dev A key's own signature counts whether or not there is code at its address. With OpenZeppelin's
    /// `isValidSignatureNow` alone, a key that has signed promises could disown them all by giving itself code that
    /// answers no (EIP-7702). What a contract signs stays revocable: that is how ERC-1271 works.
    /// @param signer The address that should have signed; zero never has.
    /// @param digest The EIP-712 digest.
    /// @param signature `r || s || v` with the lower s, or what the contract at `signer` accepts.
    /// @return Whether the signature is good.
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length > 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
