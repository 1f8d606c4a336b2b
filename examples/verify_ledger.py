#!/usr/bin/env python3
"""verify_ledger.py [CONNECTION]: recomputes every hash chain without the extension.

Reads the ledger row by row (README, "The ledger"), prints each row that does not hold and a last line
`wallets W, rows R, problems P`; exit code 1 when there is one.
"""
import hashlib
import sys

import psycopg2

COLUMNS = """
    SELECT tenant_id, wallet_id, seq, id, transaction_type, amount::text, balance_before::text,
           balance_after::text, reserved_delta::text, counter_account, currency, reference_type,
           reference_id, idempotency_key, reverses_id, created_by, description, metadata::text,
           (extract(epoch FROM effective_at) * 1000000)::bigint,
           (extract(epoch FROM created_at) * 1000000)::bigint,
           request_hash, prev_hash, row_hash
    FROM lad_data.billing_ledger_transactions ORDER BY tenant_id, wallet_id, seq"""
UUIDS = (0, 1, 3, 12, 14, 15)


def encode(value, is_uuid: bool) -> bytes:
    """A length of four bytes, big-endian, and the value; NULL is the length 0xFFFFFFFF alone."""
    if value is None:
        return b"\xff\xff\xff\xff"
    if is_uuid:
        value = bytes.fromhex(value.replace("-", ""))
    elif isinstance(value, int):
        value = value.to_bytes(8, "big", signed=True)
    elif isinstance(value, str):
        value = value.encode()
    else:
        value = bytes(value)
    return len(value).to_bytes(4, "big") + value


def main() -> int:
    connection = psycopg2.connect(sys.argv[1] if len(sys.argv) > 1 else "")
    connection.set_session(readonly=True, isolation_level="REPEATABLE READ")
    cursor = connection.cursor("ledger")
    cursor.execute(COLUMNS)
    wallets = rows = problems = 0
    wallet, seq, balance, head = None, 0, "0.000000", bytes(32)
    for row in cursor:
        if row[:2] != wallet:
            wallet, seq, balance, head = row[:2], 0, "0.000000", bytes(32)
            wallets += 1
        body = b"".join(encode(value, n in UUIDS) for n, value in enumerate(row[:21]))
        expected = hashlib.sha256(encode("lad.row.1", False) + encode(head, False) + body).digest()
        if (row[2], row[6], bytes(row[22])) != (seq + 1, balance, expected):
            print(f"wallet {wallet[1]} row {row[2]} does not hold")
            problems += 1
        seq, balance, head = row[2], row[7], bytes(row[22])
        rows += 1
    print(f"wallets {wallets}, rows {rows}, problems {problems}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
