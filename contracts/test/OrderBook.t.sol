// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {OrderBook} from "../src/OrderBook.sol";
import {Staking} from "./support/Staking.sol";
import {vm} from "./support/Vm.sol";

contract OrderBookTest is Staking {
    bytes32 private constant CLASS = keccak256("renderer, backend, GPU, driver");
    uint64 private constant UNTIL = NOW + 1 days;
    OrderBook private book;

    function setUp() public override {
        super.setUp();
        book = new OrderBook(registry);
        stake(worker, MINIMUM);
        stake(other, MINIMUM);
    }

    function ask(address who, uint256 price) private {
        vm.prank(who);
        book.ask(CLASS, address(token), price, 10, UNTIL);
    }

    function all() private view returns (OrderBook.Ask[] memory) {
        return book.page(CLASS, 0, type(uint256).max);
    }

    function test_ask() public {
        vm.expectEmit(address(book));
        emit OrderBook.Asked(CLASS, worker, address(token), 5, 10, UNTIL);
        ask(worker, 5);
        OrderBook.Ask memory kept = book.askOf(CLASS, worker);
        vm.assertEq(kept.worker, worker);
        vm.assertEq(kept.token, address(token));
        vm.assertEq(kept.price, 5);
        vm.assertEq(uint256(kept.minimumUnits), 10);
        vm.assertEq(uint256(kept.validUntil), UNTIL);
        vm.assertTrue(book.isLive(CLASS, worker));
        vm.assertEq(book.count(CLASS), 1);
    }

    function test_asking_again_replaces() public {
        ask(worker, 5);
        ask(worker, 4);
        vm.assertEq(book.count(CLASS), 1);
        vm.assertEq(book.askOf(CLASS, worker).price, 4);
    }

    function test_one_ask_per_class() public {
        ask(worker, 5);
        vm.prank(worker);
        book.ask(keccak256("another"), address(token), 7, 1, UNTIL);
        vm.assertEq(book.askOf(CLASS, worker).price, 5);
        vm.assertEq(book.count(CLASS), 1);
    }

    function test_only_the_staked_ask() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(OrderBook.NotStaked.selector, stranger));
        book.ask(CLASS, address(token), 5, 10, UNTIL);
        unstake(worker, 1);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(OrderBook.NotStaked.selector, worker));
        book.ask(CLASS, address(token), 5, 10, UNTIL);
    }

    function test_bad_asks() public {
        bytes memory bad = abi.encodeWithSelector(OrderBook.BadAsk.selector);
        vm.startPrank(worker);
        vm.expectRevert(bad);
        book.ask(0, address(token), 5, 10, UNTIL);
        vm.expectRevert(bad);
        book.ask(CLASS, address(0), 5, 10, UNTIL);
        vm.expectRevert(bad);
        book.ask(CLASS, address(token), 5, 0, UNTIL);
        vm.expectRevert(bad);
        book.ask(CLASS, address(token), 5, 10, NOW);
        book.ask(CLASS, address(token), 0, 1, NOW + 1);
        vm.stopPrank();
    }

    function test_withdraw() public {
        ask(worker, 5);
        ask(other, 6);
        vm.expectEmit(address(book));
        emit OrderBook.Withdrawn(CLASS, worker);
        vm.prank(worker);
        book.withdraw(CLASS);
        vm.assertEq(book.count(CLASS), 1);
        vm.assertEq(book.askOf(CLASS, worker).price, 0);
        vm.assertFalse(book.isLive(CLASS, worker));
        vm.assertEq(all()[0].worker, other);
        vm.prank(worker);
        vm.expectRevert(abi.encodeWithSelector(OrderBook.NoAsk.selector, CLASS, worker));
        book.withdraw(CLASS);
    }

    function test_dead_asks_are_not_shown_and_anybody_prunes_them() public {
        ask(worker, 5);
        vm.prank(other);
        book.ask(CLASS, address(token), 6, 10, UNTIL + 1 days);
        vm.expectRevert(abi.encodeWithSelector(OrderBook.StillLive.selector, CLASS, worker));
        book.prune(CLASS, worker);

        vm.warp(UNTIL);
        vm.assertEq(all().length, 2);
        vm.warp(UNTIL + 1);
        vm.assertEq(all().length, 1);
        vm.assertEq(all()[0].worker, other);
        vm.assertEq(book.count(CLASS), 2);
        vm.expectEmit(address(book));
        emit OrderBook.Withdrawn(CLASS, worker);
        vm.prank(stranger);
        book.prune(CLASS, worker);
        vm.assertEq(book.count(CLASS), 1);

        // The other one is in time, but takes its stake out.
        unstake(other, MINIMUM);
        vm.assertEq(all().length, 0);
        book.prune(CLASS, other);
        vm.assertEq(book.count(CLASS), 0);
        vm.expectRevert(abi.encodeWithSelector(OrderBook.NoAsk.selector, CLASS, other));
        book.prune(CLASS, other);
    }

    function test_a_slash_ends_an_ask() public {
        ask(worker, 5);
        slash(1, 0);
        vm.assertFalse(book.isLive(CLASS, worker));
        vm.assertEq(all().length, 0);
    }

    function test_pages() public {
        ask(worker, 5);
        ask(other, 6);
        vm.assertEq(book.page(CLASS, 0, 1)[0].price, 5);
        vm.assertEq(book.page(CLASS, 1, 2)[0].price, 6);
        vm.assertEq(book.page(CLASS, 1, 99).length, 1);
        vm.assertEq(book.page(CLASS, 2, 99).length, 0);
        vm.assertEq(book.page(CLASS, 1, 0).length, 0);
        vm.assertEq(book.page(keccak256("another"), 0, 99).length, 0);
        vm.assertEq(all().length, 2);
    }
}
