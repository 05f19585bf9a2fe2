// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Tokens as they arrive
/// @notice Takes tokens in and counts what came, which is less than what was sent where a token keeps a fee.
/// @dev Only for functions that hold the reentrancy guard: between the two looks at the balance nothing may be paid out.
library Received {
    using SafeERC20 for IERC20;

    /// @notice No token arrived.
    error NothingReceived();

    /// @notice Takes `amount` of `token` from `owner`, who allowed it, into this contract.
    /// @param token The token; one that returns nothing instead of true is fine.
    /// @param owner Who pays.
    /// @param amount What leaves the owner, in the token's base units.
    /// @return received What arrived here, in the token's base units, never zero.
    function take(IERC20 token, address owner, uint256 amount) internal returns (uint256 received) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(owner, address(this), amount);
        received = token.balanceOf(address(this)) - before;
        if (received == 0) revert NothingReceived();
    }
}
