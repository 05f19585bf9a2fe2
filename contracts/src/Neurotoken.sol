// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Neurotoken
/// @notice The marketplace's own means of exchange: an ERC-20 with permit (ERC-2612), 18 decimals, a fixed supply.
/// @dev Nobody can mint, burn, pause or seize. The escrow and the order book take any other ERC-20 just as well; the
/// stake is held in the token that the registry was deployed with.
contract Neurotoken is ERC20, ERC20Permit {
    /// @notice Makes the whole supply.
    /// @param holder Who gets it; not zero.
    /// @param supply How much there is, in base units (1e-18 NEURO).
    constructor(address holder, uint256 supply) ERC20("Neurotoken", "NEURO") ERC20Permit("Neurotoken") {
        _mint(holder, supply);
    }
}
