// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Neurotoken} from "../src/Neurotoken.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract NeurotokenTest is Market {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function permit(uint256 value, uint256 nonce, uint256 deadline) private view returns (uint8, bytes32, bytes32) {
        bytes32 hash = keccak256(abi.encode(PERMIT, client, stranger, value, nonce, deadline));
        return vm.sign(CLIENT_KEY, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), hash)));
    }

    function test_the_whole_supply_is_the_holders() public view {
        vm.assertEq(token.totalSupply(), 1e24);
        vm.assertEq(token.balanceOf(client), 1e24);
        vm.assertEq(token.symbol(), "NEURO");
        vm.assertEq(uint256(token.decimals()), 18);
    }

    function test_no_holder_no_token() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        new Neurotoken(address(0), 1);
    }

    function test_permit_allows_once() public {
        (uint8 v, bytes32 r, bytes32 s) = permit(5, 0, NOW);
        token.permit(client, stranger, 5, NOW, v, r, s);
        vm.assertEq(token.allowance(client, stranger), 5);
        // The nonce has moved on: the same signature is by somebody else now.
        vm.expectRevert();
        token.permit(client, stranger, 5, NOW, v, r, s);
    }

    function test_permit_ends() public {
        (uint8 v, bytes32 r, bytes32 s) = permit(5, 0, NOW);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, NOW));
        token.permit(client, stranger, 5, NOW, v, r, s);
    }
}
