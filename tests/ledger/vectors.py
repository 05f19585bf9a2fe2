"""Signs a few messages of every kind with eth_account, a library that shares no code with ours, and writes
vectors.json beside this file: `pip install eth-account==0.13.7 && python tests/ledger/vectors.py`."""

import json
from pathlib import Path

from eth_account import Account

KEY = "0x" + "4c0883a69102937d6231471b5dbb6204fe512961708279f1d9f6c0c0a5f4e1d3"
CHAIN_ID = 31337
ESCROW = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
OWN = {"name": "endcap", "version": "1", "chainId": CHAIN_ID}
WORKER = Account.from_key(KEY).address.lower()

TYPES = {
    "Bundle": [("bytes32", "digest")],
    "Report": [
        ("bytes32", "job"),
        ("uint256", "unit"),
        ("uint256", "attempt"),
        ("bytes32", "root"),
        ("bytes32", "delivery"),
    ],
    "Voucher": [("bytes32", "job"), ("address", "worker"), ("uint256", "amount"), ("bytes32", "root")],
    "Login": [("address", "worker"), ("string", "nkey"), ("uint256", "expires")],
}


def word(byte: int) -> str:
    return "0x" + f"{byte:02x}" * 32


def sign(kind: str, domain: dict, message: dict) -> dict:
    fields = [{"type": of, "name": name} for of, name in TYPES[kind]]
    typed = {key: bytes.fromhex(value[2:]) if isinstance(value, str) and len(value) == 66 else value
             for key, value in message.items()}
    signed = Account.sign_typed_data(KEY, domain, {kind: fields}, typed)
    shown = {key: str(value) if key == "amount" else value for key, value in message.items()}
    return {"message": shown, "signature": "0x" + signed.signature.hex().removeprefix("0x")}


def main() -> None:
    escrow = {"name": "RenderEscrow", "version": "1", "chainId": CHAIN_ID, "verifyingContract": ESCROW}
    login = {"name": "endcap", "version": "1"}
    reports = [(0, 0), (17, 3), (2**63, 2**32 - 2), (2**53 + 1, 1)]
    amounts = [0, 1, 10**18 + 7, 2**128 - 1]
    vectors = {
        "key": KEY,
        "chain_id": CHAIN_ID,
        "escrow": ESCROW,
        "bundles": [sign("Bundle", OWN, {"digest": word(byte)}) for byte in (1, 0xAB, 0xFF)],
        "reports": [
            sign(
                "Report",
                OWN,
                {"job": word(1), "unit": unit, "attempt": attempt, "root": word(2), "delivery": word(3)},
            )
            for unit, attempt in reports
        ],
        "vouchers": [
            sign("Voucher", escrow, {"job": word(4), "worker": WORKER, "amount": amount, "root": word(5)})
            for amount in amounts
        ],
        "logins": [
            sign("Login", login, {"worker": WORKER, "nkey": nkey, "expires": expires})
            for nkey, expires in [("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4", 1_800_000_000), ("Ü", 1)]
        ],
    }
    path = Path(__file__).with_name("vectors.json")
    path.write_text(json.dumps(vectors, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
