//! Several processes send with one key at the same time.

use endcap::job::ledger::evm::Token;

use crate::stage::*;

#[test]
fn everything_that_is_sent_with_one_key_at_once_goes_through_once() {
    let stage = Stage::open();
    let (senders, each) = (4, 3);
    std::thread::scope(|scope| {
        for _ in 0..senders {
            scope.spawn(|| {
                // A way of its own, as another process has.
                let token = Token::at(&stage.chain(CLIENT), stage.market.token.address());
                for _ in 0..each {
                    token.transfer(wallet(STRANGER).address(), 1).expect("sent");
                }
            });
        }
        // And all threads of one process share one way.
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..each {
                    stage.market.token.transfer(wallet(STRANGER).address(), 1).expect("sent");
                }
            });
        }
    });
    assert_eq!(stage.balance(STRANGER), (senders + 2) * each);
}
