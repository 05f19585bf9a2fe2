//! The contracts as `contracts/artifacts/` has them.

use alloy_sol_types::sol;

sol!(
    #[sol(all_derives)]
    RenderEscrow,
    "contracts/artifacts/RenderEscrow.json"
);
sol!(
    #[sol(all_derives)]
    WorkerRegistry,
    "contracts/artifacts/WorkerRegistry.json"
);
sol!(
    #[sol(all_derives)]
    OrderBook,
    "contracts/artifacts/OrderBook.json"
);
sol!(
    #[sol(all_derives)]
    Neurotoken,
    "contracts/artifacts/Neurotoken.json"
);
